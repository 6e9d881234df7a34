// Lets another consent banner, which the site keeps, decide for ours as well. Each adapter says how to read its banner;
// what is recorded is the decision, with `api` for its method and the name of that banner in the notice.
import { answer, ask, decide, start, stored } from "./decision.js";

/** Wait until the other banner's script is there; it may come later than this one, or never. */
export async function present(find) {
  for (let waited = 0; waited < 60_000; waited += 100) {
    if (find()) return find();
    await new Promise((done) => setTimeout(done, 100));
  }
}

/** Make the `show` of an adapter. `watch` gets a function to call with (statistics, marketing) whenever the visitor's
 * answer is known; `open` shows the other banner. */
export function follow(kind, watch, open) {
  let last = Promise.resolve(), watching;
  const settle = (statistics, marketing) => {
    const taken = last.then(() => take(kind, !!statistics, !!marketing));
    last = taken.catch(() => {});
    return taken;
  };
  return async (site, quiet) => {
    start(site);
    if (!watching) await watch(settle, watching = true);
    if (!quiet) await open();
  };
}

/** Record an answer, unless it is the one that holds already. Whether it holds now. */
async function take(kind, statistics, marketing) {
  const holds = () => stored()?.statistics == statistics && stored()?.marketing == marketing;
  for (let tries = 0; tries < 2 && !holds(); tries++) {
    await ask({ notice: kind, open: 1 }); // another page of the site may have recorded it
    if (!holds() && answer.hash) await decide("api", statistics, marketing);
  }
  return holds();
}
