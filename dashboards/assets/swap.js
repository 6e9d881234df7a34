// Links within a report load in place: the page is fetched as without JavaScript, and the parts that differ are put in.
import { drawCharts } from "./draw.js";

const shown = new Map(); // part → its HTML as the server wrote it
let asked = 0;

/** Shows another address of the report in place; where that fails, the browser goes there. */
export async function go(url) {
  if (await load(url)) history.pushState(null, "", url);
  else location.assign(url);
}

/** Loads the current address anew and puts in what has changed. */
export function refresh() {
  return load(location.href);
}

export function followLinksInPlace() {
  const report = document.getElementById("report");
  if (!report) return;
  remember(report);
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-swap]");
    if (!link || event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    go(link.href);
  });
  addEventListener("popstate", async () => { if (!await load(location.href)) location.reload(); });
}

async function load(url) {
  const turn = ++asked;
  const report = document.getElementById("report");
  report.setAttribute("aria-busy", "true");
  report.classList.add("busy");
  try {
    const response = await fetch(url, { headers: { Accept: "text/html" } });
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const fresh = page.getElementById("report");
    if (!response.ok || !fresh) return false;
    if (turn === asked) {
      put(report, fresh);
      carryOn(page);
    }
    return true;
  } catch {
    return false;
  } finally {
    if (turn === asked) {
      report.removeAttribute("aria-busy");
      report.classList.remove("busy");
    }
  }
}

/** The navigation leads to other pages with the days and filters that are shown now. */
function carryOn(page) {
  for (const place of [".section-row", ".section-menu ul"]) {
    const [old, next] = [document.querySelector(place), page.querySelector(place)];
    if (old && next && old.innerHTML !== next.innerHTML) old.replaceChildren(...next.childNodes);
  }
}

function parts(root) {
  return new Map([...root.querySelectorAll("[data-part]")].map((part) => [part.dataset.part, part]));
}

function remember(root) {
  for (const [name, part] of parts(root)) shown.set(name, part.outerHTML);
}

function put(report, fresh) {
  const [old, next] = [parts(report), parts(fresh)];
  report.dataset.live = fresh.dataset.live;
  if ([...old.keys()].join() !== [...next.keys()].join()) {
    report.replaceChildren(...fresh.childNodes);
    shown.clear();
    remember(report);
  } else {
    for (const [name, part] of next) {
      const html = part.outerHTML;
      if (html !== shown.get(name)) replace(old.get(name), part);
      shown.set(name, html);
    }
  }
  drawCharts(report);
}

/** Puts a new part in the place of the old one; drawn charts, open tables and the focus stay. */
function replace(old, part) {
  const canvas = old.querySelector(".canvas");
  const chart = part.querySelector("[data-chart]");
  if (canvas && chart) {
    chart.append(canvas);
    chart.classList.add("drawn");
  }
  for (const details of old.querySelectorAll("details.as-table[open]")) part.querySelector(`.${details.className}`).open = true;
  const reachable = "a, summary, button, input";
  const at = [...old.querySelectorAll(reachable)].indexOf(document.activeElement);
  old.replaceWith(part);
  if (at >= 0) part.querySelectorAll(reachable)[at]?.focus({ preventScroll: true });
}
