// The pixel for applications: writes the tag and keeps what is called before the pixel has come. On a server, where there
// is no document, nothing of it does anything.

const EVENT = "sikdatne:consent";
const here = typeof document != "undefined";

/** What the pixel will find, or has put there. */
function pixel() {
  return window.sikdatne ||= {
    q: [], views: [],
    track(name, props, revenue) { this.q.push({ kind: "event", name, props, revenue }); },
    view(...page) { this.views.push(page); },
  };
}

const tag = () => document.querySelector("script[data-site]");

/** Write the tag; once, however often it is called. */
export function init({ site, collector, nonce, ...options }) {
  if (!here || tag()) return;
  pixel();
  const script = document.createElement("script");
  Object.assign(script.dataset, { site }, attributes(options));
  if (nonce) script.nonce = nonce;
  try {
    script.src = trusted(new URL("pixel.js", collector.endsWith("/") ? collector : `${collector}/`).href);
  } catch (error) {
    console.warn("sikdatne: the pixel is not loaded.", error); // nothing is counted, and the application goes on
    return;
  }
  document.head.append(script);
}

/** For pages that require Trusted Types: the address by a policy, where the page's own policy allows one of this name. */
function trusted(address) {
  try {
    return window.trustedTypes.createPolicy("sikdatne-tag", { createScriptURL: String }).createScriptURL(address);
  } catch {
    return address;
  }
}

/** Options as the tag takes them: true as an empty attribute, lists with spaces between; what is not set is left out. */
function attributes(options) {
  const set = Object.entries(options).filter(([, value]) => value != null && value !== false);
  return Object.fromEntries(set.map(([name, value]) => [name, value === true ? "" : [].concat(value).join(" ")]));
}

export function track(name, props, revenue) {
  if (here) pixel().track(name, props, revenue);
}

export function view(path) {
  if (here) pixel().view?.(path);
}

export function update(options) {
  if (!here || !tag()) return;
  const { dataset, src } = tag();
  Object.assign(dataset, attributes(options));
  // A pixel that found no attribute but the site's is without the part that reads them.
  if (!window.sikdatne?.update || window.sikdatne.extra) return;
  import(/* @vite-ignore */ /* webpackIgnore: true */ new URL("more.js", dataset.api || src).href)
    .then((more) => more.show(dataset.site)).catch(() => {});
}

export function open() {
  if (here) window.sikdatne?.open?.();
}

export function consent() {
  const { statistics = false, marketing = false } = here && window.sikdatne?.consent || {};
  return { statistics, marketing };
}

export function onConsent(listener) {
  if (!here) return () => {};
  const tell = ({ detail }) => listener(detail);
  document.addEventListener(EVENT, tell);
  return () => document.removeEventListener(EVENT, tell);
}
