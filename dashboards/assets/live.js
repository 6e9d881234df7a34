// Figures that move while one looks: a small question every few seconds, the whole report only when something changed.
import { refresh } from "./swap.js";

const EVERY = 5000; // milliseconds between two questions
const REPORT_EVERY = 15000; // and between two loads of the report, at the least
const SLOWEST = 120000; // when the service does not answer

/** Asks `address()` again and again while the page is visible and there is an address; `then` gets each answer. */
function poll(address, then) {
  let wait = EVERY;
  const ask = async () => {
    const url = address();
    if (url && !document.hidden) {
      try {
        const response = await fetch(url, { headers: { Accept: "application/json" } });
        if (response.status === 403 || response.status === 404) return; // logged out, or the site is gone
        if (!response.ok) throw new Error(response.statusText);
        wait = EVERY;
        await then(await response.json(), url);
      } catch {
        wait = Math.min(wait * 2, SLOWEST);
      }
    }
    setTimeout(ask, wait);
  };
  setTimeout(ask, EVERY);
}

export function watchFigures() {
  const report = document.getElementById("report");
  if (!report || report.querySelector("[data-waiting]")) return;
  let [moved, loaded] = [false, Date.now()];
  poll(() => report.dataset.live, async (answer, url) => {
    if (url !== report.dataset.live) return; // another period was chosen meanwhile
    moved = show(report, answer) || moved;
    if (!moved || Date.now() - loaded < REPORT_EVERY) return;
    [moved, loaded] = [false, Date.now()];
    await refresh();
  });
}

/** Puts in the figures, and says whether one of the period's is not what the page showed. */
function show(report, { now, busy, figures }) {
  const place = report.querySelector("[data-now]");
  if (place) {
    place.textContent = now;
    place.parentElement.querySelector(".dot").classList.toggle("idle", !busy);
  }
  let moved = false;
  for (const figure of report.querySelectorAll("[data-metric]")) {
    const text = figures[figure.dataset.metric];
    if (figure.textContent === text) continue;
    figure.textContent = text;
    moved = true;
  }
  return moved;
}

/** The page with the tag to paste goes on to the report when the first visit has arrived. */
export function watchForFirstVisit() {
  const waiting = document.querySelector("[data-waiting]");
  if (!waiting) return;
  let arrived = false;
  poll(() => (arrived ? "" : waiting.dataset.waiting), (answer) => {
    if (!answer.arrived) return;
    arrived = true;
    const text = waiting.querySelector("[data-waiting-text]");
    text.textContent = text.dataset.arrived;
    waiting.querySelector(".dot").classList.remove("idle");
    setTimeout(() => location.assign(waiting.dataset.waiting.split("/live")[0]), 1500);
  });
}
