// Events without code: of elements that carry data-event, and those the tag asks for with data-with. Nothing that a
// visitor typed is looked at but what he searched for, and no address is told with its query.

export const doc = document;
const FILES = "7z avi csv dmg doc docx epub exe gpx gz ics iso key midi mov mp3 mp4 mpeg msi odp ods odt ogg pdf pkg pps "
  + "ppt pptx rar rtf tar tgz txt wav webm wma wmv xls xlsx xml zip";
const SEARCHED = "q query s search keyword k searchword"; // names of parameters
const words = (text) => text.toLowerCase().split(/[\s,]+/);

/** The function, never throwing: an error would be one of the page's. */
export const quietly = (call) => (...given) => { try { return call(...given); } catch {} };

/** An element with data-event was used: its name, its properties, its revenue. */
export function declared(element, kind = "click") {
  if ((kind == "submit") != (element.localName == "form")) return;
  const { event, revenue, currency } = element.dataset, props = {};
  for (const { name, value } of element.attributes) {
    if (name.startsWith("data-event-")) props[name.slice(11)] = value;
  }
  sikdatne.track(event, props, revenue ? { amount: +revenue, currency } : undefined);
}

/** Listen for what the tag asks for. */
export function automatic(site, asked, { downloads }) {
  const files = words(downloads || FILES);
  addEventListener("submit", quietly(({ target }) => {
    if (target.matches("[data-event]")) declared(target, "submit");
    else if (asked.has("forms")) sikdatne.track("Form: Submission", { path: sikdatne.path() });
  }), true);
  if (asked.has("outbound") || asked.has("downloads")) {
    for (const name of ["click", "auxclick"]) addEventListener(name, quietly((event) => event.button < 2 && followed(event)), true);
  }

  function followed(event) {
    const link = event.composedPath()[0].closest?.("a[href], area[href]"); // in shadow roots, too
    if (!link || !/^https?:$/.test(link.protocol) || link.closest("[data-event]")) return;
    const { host, hostname, pathname } = link, here = host == location.host;
    const file = link.hasAttribute("download") || files.includes(pathname.split(".").pop().toLowerCase());
    if (file && asked.has("downloads")) {
      sikdatne.track("File Download", { url: here ? pathname : host + pathname });
    } else if (asked.has("outbound") && !here && hostname != site && !hostname.endsWith(`.${site}`)) {
      sikdatne.track("Outbound Link: Click", { url: host + pathname });
    }
  }
}

let searched;

/** A page view is being sent: what belongs to it. Laid into the pixel's queue, it goes out right after it. */
export function follow(asked, { search }, landed) {
  const add = (name, props) => sikdatne.q.push({ kind: "event", name, props });
  const { responseStatus } = performance.getEntriesByType("navigation")[0] || {};
  if (asked.has("404") && [404, 410].includes(responseStatus) && location.pathname == landed) {
    add("404", { path: sikdatne.path() });
  }
  if (!asked.has("search")) return;
  const names = words(search || SEARCHED);
  const term = (address) => {
    const given = new URL(address, location).searchParams;
    return (names.map((name) => given.get(name)).find(Boolean) || "").trim().toLowerCase();
  };
  searched ??= doc.referrer.startsWith(location.origin) ? term(doc.referrer) : ""; // the next page of results is no new search
  const query = term("");
  if (query && query != searched) add("Site Search", { query });
  searched = query;
}
