/** Words for `with`: what is reported by itself. */
export type Automatic = "outbound" | "downloads" | "forms" | "404" | "search" | "vitals" | "events" | "embeds";

/** The attributes of the tag; docs/pixel.md describes each. */
export interface Options {
  /** The site, as it was added to the collector. */
  site: string;
  /** Address of the collector, like "https://stats.example.lv". */
  collector: string;
  with?: readonly Automatic[];
  /** Extensions of files that are downloads. */
  downloads?: readonly string[];
  /** Names of the parameters that hold what was searched for. */
  search?: readonly string[];
  /** Routes are behind `#`. */
  hash?: boolean;
  /** Page views are counted by `view` alone. */
  manual?: boolean;
  /** Name of a global function that takes a path and gives the one to be counted. */
  path?: string;
  /** Paths that are not counted: `*` within a part, `**` anything. */
  exclude?: readonly string[];
  /** Paths that alone are counted. */
  include?: readonly string[];
  /** Count in a frame, too. */
  frame?: boolean;
  /** That of a visit is the audience it began with. */
  audience?: Audience;
  topic?: string;
  /** Language of the banner. */
  language?: string;
  /** Another banner that takes the decisions. */
  banner?: Banner;
  nonce?: string;
}

export type Audience = "customer" | "other";
export type Banner = "cookiebot" | "cookieyes" | "klaro" | "tcf" | "own";
/** What is null or undefined is left out. */
export type Properties = Readonly<Record<string, string | number | boolean | null | undefined>>;

export interface Revenue {
  amount: number;
  /** ISO 4217, like "EUR". */
  currency: string;
}

/** What the visitor allows. */
export interface Decision {
  statistics: boolean;
  marketing: boolean;
}

/** Load the pixel; once, however often it is called. */
export function init(options: Options): void;
/** Report an event. Before consent it is not sent, then or later. */
export function track(name: string, props?: Properties, revenue?: Revenue): void;
/** Report a page view, with `manual`; without a path that of the address. */
export function view(path?: string): void;
/** Change what the next page views are reported with. A new audience holds from the next visit on. */
export function update(options: { audience?: Audience; topic?: string }): void;
/** Open the banner, to decide or to change one's mind. */
export function open(): void;
/** The decision of this browser; nothing is allowed before it is made. */
export function consent(): Decision;
/** Be told each decision. The function it returns ends that. */
export function onConsent(listener: (decision: Decision) => void): () => void;

/** What the tag puts on the window, at first with what was called before it came. */
export interface Pixel {
  track(name: string, props?: Properties, revenue?: Revenue): void;
  /** With `data-manual`. */
  view?(path?: string): void;
  /** Open the banner; there once the pixel is. */
  open?(): void;
  /** False before a decision. */
  consent?: false | (Decision & { until: number });
  /** With `data-banner="own"`: the visitor's answer. Rejects when it could not be recorded. Whether it holds now. */
  decide?(decision: Decision): Promise<boolean>;
}

declare global {
  interface Window {
    sikdatne?: Pixel;
  }
  interface DocumentEventMap {
    "sikdatne:consent": CustomEvent<Decision>;
    "sikdatne:ask": CustomEvent<null>;
  }
}
