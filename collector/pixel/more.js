// What the pixel loads on pages that use it: what the tag's attributes ask for, elements with data-event, answers that
// are no plain yes, and visit states where cookies do not reach the collector. docs/pixel.md lists the attributes.
// The pixel calls `show` for each of these; what is here calls the pixel's own track and update.
import { automatic, declared, follow, quietly } from "./automatic.js";
import { paths } from "./paths.js";

const doc = document, CONSENT = "sikdatne.consent", VISIT = "sikdatne.visit";
let started;

const part = (file) => import(new URL(file, import.meta.url));

/** Called with nothing at the start of a page, with the element that was clicked, or with the answer to a beacon. */
export async function show(site, given) {
  if (given?.headers) return settle(site, given);
  started ??= start(site);
  const link = given?.closest("[data-consent-open]"), element = given?.closest("[data-event]");
  if (link) sikdatne.open();
  if (element) declared(element);
}

/** Put to work what the tag asks for. True, for once is enough. */
function start(site) {
  const tag = doc.querySelector(`script[data-site="${CSS.escape(site)}"]`), { dataset } = tag;
  if (top != self && dataset.frame == null) return true; // part of a page that is counted itself
  const words = new Set((dataset.with || "").split(/[\s,]+/));
  const where = paths(dataset);
  let page; // address of the view before, for what is reported of it after the path changed
  sikdatne.extra = (fields) => {
    if (!fields.kind) {
      page = where.address();
      if (words.has("vitals")) vitals ??= part("vitals.js").then(({ measure }) => measure()).catch(() => {});
    }
    Object.assign(fields, { audience: dataset.audience, topic: dataset.topic?.slice(0, 64), ...(page && { url: page }) });
    if (!fields.kind) quietly(follow)(words, dataset, where.landed);
  };
  automatic(site, words, dataset);
  const asked = !sikdatne.consent || !doc.querySelector("[data-consent-open]"); // the pixel has loaded the banner by itself
  if (!asked && dataset.banner) part("banner.js").then((banner) => banner.show(site, 1)).catch(() => {});
  if (words.has("embeds") || doc.querySelector("[data-consent]")) part("embeds.js").then((embeds) => embeds.show(site)).catch(() => {});
  sikdatne.update({});
  return true;
}

let vitals;

/** Keep the visit state of an answer where cookies do not reach the collector; ask again where consent was refused. */
async function settle(site, answer) {
  if (answer.headers.get("X-Not-Recorded") == "consent") {
    delete localStorage[CONSENT];
    sikdatne.update({});
    (await part("banner.js")).show(site, 1);
  } else if (answer.status == 202) {
    const { visit } = await answer.json(), made = JSON.parse(localStorage[CONSENT] || 0);
    // Not after a withdrawal in the meantime.
    if (visit && made?.consent) localStorage[VISIT] = visit;
  }
}
