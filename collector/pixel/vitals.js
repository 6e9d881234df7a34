// How fast a page was and how calm it stayed: measured by web-vitals, reported once for a page, when it is left or hidden.
import { onCLS, onFCP, onINP, onLCP, onTTFB } from "web-vitals";

let values = {}; // of the next report, by their names
const reports = {}; // by id of a measurement: the values it is one of. A page that comes back from the back-forward cache has new ids

const some = () => Object.keys(values)[0];

/** What is to be reported now, and not again. */
function take() {
  const taken = values;
  values = {};
  return taken;
}

/** Start measuring. The report goes with the pixel's own, of the time spent; alone where that was less than a second, or
 * of another path of an application. `page` is the address of the view with which the page was loaded, `where` gives that of the view there is now. */
export function show(page, where) {
  for (const on of [onCLS, onFCP, onINP, onLCP, onTTFB]) {
    on(({ name, value, id }) => {
      if ((reports[id] ??= values) == values) values[name.toLowerCase()] = +value.toFixed(name == "CLS" ? 4 : 0);
    }, { reportAllChanges: true });
  }
  const { extra } = sikdatne;
  let here = where();
  sikdatne.extra = (fields) => {
    extra(fields);
    if (!fields.kind) {
      here = fields.url;
      page ||= here; // also of one that comes back
    }
    if (fields.kind == "leave" && here == page && some()) fields.vitals = take();
    if (fields.kind == "vitals") fields.url = page;
  };
  const rest = ({ type }) => {
    if (type == "visibilitychange" && !document.hidden) return;
    try {
      if (some()) {
        sikdatne.q.push({ kind: "vitals", vitals: take() });
        sikdatne.update({ type }); // a page that is only hidden is no new view when it is seen again
      }
    } catch {}
    if (type == "pagehide") page = "";
  };
  addEventListener("visibilitychange", rest, true);
  addEventListener("pagehide", rest, true);
}
