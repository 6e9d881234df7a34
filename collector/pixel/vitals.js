// How fast a page was and how calm it stayed: measured by web-vitals, reported once for a page, when it is left or hidden.
import { onCLS, onFCP, onINP, onLCP, onTTFB } from "web-vitals";

const reported = new Set(); // ids of measurements; a page that comes back from the back-forward cache has new ones
let values = {}, ids = [];

/** What is to be reported now, and not again. */
function take() {
  const taken = values;
  for (const id of ids) reported.add(id);
  [values, ids] = [{}, []];
  return taken;
}

/** Start measuring. The report goes with the pixel's own, of the time spent; alone where that was less than a second. */
export function measure() {
  for (const on of [onCLS, onFCP, onINP, onLCP, onTTFB]) {
    on(({ name, value, id }) => {
      if (reported.has(id)) return;
      values[name.toLowerCase()] = name == "CLS" ? +value.toFixed(4) : Math.round(value);
      ids.push(id);
    }, { reportAllChanges: true });
  }
  const { extra } = sikdatne;
  sikdatne.extra = (fields) => {
    extra(fields);
    if (fields.kind == "leave" && ids[0]) fields.vitals = take();
  };
  const rest = ({ type }) => {
    if (type == "visibilitychange" && !document.hidden || !ids[0]) return;
    try {
      sikdatne.q.push({ kind: "vitals", vitals: take() });
      sikdatne.update({ type }); // a page that is only hidden is no new view when it is seen again
    } catch {}
  };
  addEventListener("visibilitychange", rest, true);
  addEventListener("pagehide", rest, true);
}
