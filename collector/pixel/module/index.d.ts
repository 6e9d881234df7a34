/** Words for `with`: what is reported by itself. */
export type Automatic = "outbound" | "downloads" | "forms" | "404" | "search" | "vitals" | "events" | "embeds";

/** The attributes of the tag; docs/pixel.md describes each. */
export interface Options {
  /** The site, as it was added to the collector. */
  site: string;
  /** Address of the collector, like "https://stats.example.lv". */
  collector: string;
  with?: Automatic[];
  /** Extensions of files that are downloads. */
  downloads?: string[];
  /** Names of the parameters that hold what was searched for. */
  search?: string[];
  /** Routes are behind `#`. */
  hash?: boolean;
  /** Page views are counted by `view` alone. */
  manual?: boolean;
  /** Name of a global function that takes a path and gives the one to be counted. */
  path?: string;
  /** Paths that are not counted: `*` within a part, `**` anything. */
  exclude?: string[];
  /** Paths that alone are counted. */
  include?: string[];
  /** Count in a frame, too. */
  frame?: boolean;
  audience?: Audience;
  topic?: string;
  /** Language of the banner. */
  language?: string;
  /** Another banner that takes the decisions. */
  banner?: string;
  nonce?: string;
}

export type Audience = "customer" | "other";
export type Properties = Record<string, string | number | boolean | null>;

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
/** Change what the next page views are reported with. */
export function update(options: { audience?: Audience; topic?: string }): void;
/** Open the banner, to decide or to change one's mind. */
export function open(): void;
/** The decision of this browser; nothing is allowed before it is made. */
export function consent(): Decision;
/** Be told each decision. The function it returns ends that. */
export function onConsent(listener: (decision: Decision) => void): () => void;
