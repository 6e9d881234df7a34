// Which page this is: by the address, by the part behind #, or as the page's own scripts say; and which are not counted.
import { quietly } from "./automatic.js";

/** A pattern of paths as a regular expression: `*` within a segment, `**` across. */
function expression(pattern) {
  const parts = pattern.split(/(\*+)/).map((part) => {
    if (part[0] != "*") return part.replace(/[.+?^${}()|[\]\\]/g, "\\$&");
    return part[1] ? ".*" : "[^/]*";
  });
  return new RegExp(`^${parts.join("")}$`);
}

const list = (text) => (text || "").split(/[\s,]+/).filter(Boolean).map(expression);

/** Of an application that routes behind #: its folder with the route, without what the route asks. */
function hashed() {
  const route = location.hash.replace(/^#!?\/?/, "").split(/[?&#]/)[0];
  return location.pathname.replace(/\/$/, "") + `/${route}`;
}

/** Tell the pixel which page this is. Gives `address`: a function, of the page as the beacon tells it; and `landed`: the
 * path with which the document was loaded. */
export function paths({ hash, manual, path: name, exclude, include }) {
  const out = list(exclude), only = list(include), landed = location.pathname;
  let said = ""; // by sikdatne.view

  const path = quietly(() => {
    let path = manual != null ? said : hash != null ? hashed() : location.pathname;
    if (path && name) path = window[name](path);
    if (!path || out.some((each) => each.test(path)) || only[0] && !only.some((each) => each.test(path))) return "";
    return path + ""; // an object would be another page each time
  });
  sikdatne.path = path;
  if (manual != null) {
    sikdatne.view = quietly((path = location.pathname) => {
      said = "";
      sikdatne.update({}); // the page before is left, also where it is the same again
      said = new URL(path, location).pathname;
      sikdatne.update({});
    });
    sikdatne.views?.splice(0).map((path) => sikdatne.view(...path));
  }
  if (out[0] || only[0] || name) { // no events either on pages that are not counted
    const { track } = sikdatne;
    sikdatne.track = (...event) => path() && track(...event);
    if (!path() && manual == null) sikdatne.q.splice(0);
  }
  return { address: () => new URL(path() + location.search, location).href, landed };
}
