// What the pixel loads on pages that use it: what the tag's attributes ask for, elements with data-event, answers that
// are no plain yes, and visit states where cookies do not reach the collector. docs/pixel.md lists the attributes.
// The pixel calls `show` for each of these; what is here calls the pixel's own track and update.
import { automatic, declared, doc, follow, quietly } from "./automatic.js";
import { paths } from "./paths.js";

const CONSENT = "sikdatne.consent", VISIT = "sikdatne.visit";
let started, vitals;

/** Another part, put to work once it is there. Date stands for a function that does nothing. */
const part = (file, ...given) => import(new URL(file, import.meta.url)).then(({ show }) => show(...given)).catch(Date);

/** Called with nothing at the start of a page, with the element that was clicked, or with the answer to a beacon. */
export async function show(site, given) {
  if (given?.headers) return settle(site, given);
  started || start(site);
  const link = given?.closest("[data-consent-open]"), element = given?.closest("[data-event]");
  if (link) sikdatne.open();
  if (element) declared(element);
}

/** Put to work what the tag asks for, once, and when the page is there as a whole: the tag may be ahead of it. */
function start(site) {
  started = 1;
  if (doc.readyState == "loading") return doc.addEventListener("DOMContentLoaded", quietly(() => start(site)));
  const { dataset } = doc.querySelector(`script[data-site="${CSS.escape(site)}"]`);
  if (top != self && dataset.frame == null) return; // part of a page that is counted itself
  const words = new Set((dataset.with || "").split(/[\s,]+/));
  const where = paths(dataset);
  let page = where.address(); // of the view before, for what is reported of it after the path changed
  sikdatne.extra = (fields) => {
    if (!fields.kind) {
      page = where.address();
      if (words.has("vitals")) vitals ??= part("vitals.js", page, () => page);
    }
    Object.assign(fields, { audience: dataset.audience, topic: dataset.topic?.slice(0, 64), url: page });
    if (!fields.kind) quietly(follow)(words, dataset, where.landed);
  };
  automatic(site, words, dataset);
  // Whoever has the consent: the other banner may take it back. That the pixel may have loaded it, too, does no harm.
  if (dataset.banner) part("banner.js", site, 1);
  if (words.has("embeds") || doc.querySelector("[data-consent]")) part("embeds.js", site);
  sikdatne.update({});
}

/** Keep the visit state of an answer where cookies do not reach the collector; ask again where consent was refused. */
async function settle(site, answer) {
  if (answer.headers.get("X-Not-Recorded") == "consent") {
    delete localStorage[CONSENT];
    sikdatne.update({});
    part("banner.js", site, 1);
  } else if (answer.status == 202) {
    const { visit } = await answer.json();
    // Not after a withdrawal in the meantime; what it leaves may end here, too, and silently.
    if (visit && JSON.parse(localStorage[CONSENT]).consent) localStorage[VISIT] = visit;
  }
}
