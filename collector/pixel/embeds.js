// Scripts and frames of others, held back until their purpose is allowed:
//   <script type="text/plain" data-consent="marketing" src="https://ads.example/tag.js"></script>
//   <iframe data-consent="marketing" data-consent-src="https://maps.example/embed"></iframe>
// A frame that waits is replaced by a placeholder of the same size, which offers to load it once or always.
// Loaded by more.js on pages that have such elements, and with data-with="embeds".
import { answer, ask, decide, doc, start, stored } from "./decision.js";
import { forget } from "./forget.js";
import { placeholder } from "./placeholder.js";

const PURPOSES = ["necessary", "statistics", "marketing"];
const SCRIPTS = 'script[type="text/plain"][data-consent]', FRAMES = "iframe[data-consent][data-consent-src]";
const waiting = new Map(); // frames and what stands in their place
let queue = Promise.resolve(), asked, before = {};

/** Start to hold back, and to let go. */
export function show(site) {
  if (asked) return;
  asked = true;
  start(site);
  before = stored() || {};
  doc.addEventListener("sikdatne:consent", changed);
  new MutationObserver(scan).observe(doc.documentElement, { childList: true, subtree: true });
  scan();
}

const purposes = (element) => element.dataset.consent.split(/[\s,]+/).filter(Boolean);

/** Whether all of its purposes are allowed. One that does not exist never is. */
function allowed(element) {
  const made = { ...stored(), necessary: true }, wanted = purposes(element);
  return wanted.length > 0 && wanted.every((purpose) => PURPOSES.includes(purpose) && made[purpose] === true);
}

function changed() {
  const now = stored() || {}, lost = PURPOSES.filter((purpose) => before[purpose] === true && !now[purpose]);
  before = now;
  if (lost.length) clean(lost).catch(() => {});
  scan();
}

/** Let go what is allowed, and put a placeholder in front of frames that are not. */
function scan() {
  for (const held of doc.querySelectorAll(SCRIPTS)) {
    if (allowed(held) && held.dataset.consentStarted == null) {
      held.dataset.consentStarted = "";
      queue = queue.then(() => run(held)).catch(() => {});
    }
  }
  for (const frame of doc.querySelectorAll(FRAMES)) {
    if (allowed(frame)) load(frame);
    else if (frame.dataset.consentOnce == null && !waiting.has(frame)) hold(frame);
  }
}

let policy; // for pages that require Trusted Types; without permission for it, such pages start no scripts of others
try { policy = window.trustedTypes?.createPolicy("sikdatne", { createScript: String, createScriptURL: String }); } catch {}

/** Put a real script in place of the one held back. In the order of the page, as without us, unless it is async. */
const run = (held) => new Promise((done) => {
  const script = doc.createElement("script"), url = held.dataset.consentSrc || held.getAttribute("src");
  for (const { name, value } of held.attributes) {
    if (!/^(type|src|nonce|on.*|data-consent-.*|data-type)$/.test(name)) script.setAttribute(name, value);
  }
  script.nonce = held.nonce || doc.querySelector("script[data-site]")?.nonce || "";
  if (held.dataset.type) script.type = held.dataset.type;
  if (url) {
    script.async = held.hasAttribute("async");
    script.onload = script.onerror = done;
    script.src = policy ? policy.createScriptURL(url) : url;
  } else script.text = policy ? policy.createScript(held.textContent) : held.textContent;
  held.replaceWith(script);
  if (!url || script.async) done();
});

/** Load a frame, once or for good. */
function load(frame) {
  waiting.get(frame)?.remove();
  waiting.delete(frame);
  if (frame.dataset.consentLoaded != null) return;
  frame.dataset.consentLoaded = "";
  frame.hidden = false;
  frame.src = frame.dataset.consentSrc;
}

/** Hold a frame back; one that was loaded is emptied. Its place is kept. */
function hold(frame) {
  if (frame.dataset.consentLoaded != null) {
    delete frame.dataset.consentLoaded;
    frame.removeAttribute("src");
  }
  const box = placeholder(frame, {
    once: () => { frame.dataset.consentOnce = ""; load(frame); },
    always: () => always(purposes(frame)),
  });
  waiting.set(frame, box);
  texts().then((told) => box.isConnected && box.fill(told, purposes(frame))).catch(() => {});
}

let texted;
const texts = () => texted ??= ask({ notice: "embed", open: 1 }).then(() => answer).catch((error) => {
  texted = undefined;
  throw error;
});

/** Consent to these purposes, beside those allowed before. Whether it was taken. */
async function always(wanted) {
  await (texted = undefined, texts()); // the notice as it is now
  const { statistics, marketing } = stored() || {};
  return decide("save_selection", !!statistics || wanted.includes("statistics"), !!marketing || wanted.includes("marketing"));
}

/** Delete the cookies that the site declares for these purposes; Sīkdatne's own are none of them. */
async function clean(lost) {
  await ask({ open: 1 });
  texted = undefined;
  const served = answer.notice.purposes.filter(({ key }) => lost.includes(key));
  forget(served.flatMap(({ cookies }) => cookies.map(([name]) => name)).filter((name) => !name.includes(",")));
}
