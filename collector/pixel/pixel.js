// The pixel: what every page loads, at most 1,000 bytes gzipped (build.mjs measures it). It counts nothing, stores
// nothing and asks nothing of the collector before the visitor consented; the banner is another file, loaded when needed.
// Nothing here may throw into the page: hence one `try` around the start, around what the browser calls, and the queue.
try {
  const doc = document, tag = doc.currentScript, store = localStorage, { site, audience } = tag.dataset;
  const CONSENT = "sikdatne.consent", VISIT = "sikdatne.visit";

  const address = (file) => new URL(file, tag.src);

  // Cookies reach the collector on the page's own host, and on stats.example.lv from pages of example.lv.
  // Elsewhere the visit state lives in the page's localStorage.
  const collector = address("");
  const credentials = collector.host == location.host
    || collector.host.endsWith("." + site) && location.host.endsWith(site) ? "include" : "omit";

  let seen, page; // path and address of the page that was counted last
  let engaged, depth; // milliseconds that are not reported yet; percent
  let last, active; // when the last sign of life was; whether the page has been visible since
  let referrer = doc.referrer, queue = Promise.resolve();

  /** The decision this browser remembers, as the banner keeps it: {statistics, marketing, until, consent}; false if never
   * made, or expired. `consent` is the token that lets a beacon be counted: it is there if statistics are allowed. */
  const choice = () => {
    const made = JSON.parse(store[CONSENT] || 0);
    return made.until > Date.now() && made;
  };

  /** Send one beacon after the answer to the one before it, in other tabs too, so that each carries the newest state. */
  const send = (fields, url = page) => {
    const job = async () => {
      const { consent } = choice();
      const answer = consent && await fetch(address("beacon"), {
        method: "POST", keepalive: true, credentials,
        body: JSON.stringify({
          site, url, audience, consent, visit: store[VISIT],
          width: screen.width, language: navigator.language, ...fields,
        }),
      });
      if (answer.headers.get("X-Not-Recorded") == "consent") {
        delete store[CONSENT];
        load(1);
      }
      const { visit } = await answer.json();
      // Not after a withdrawal in the meantime.
      if (visit && credentials == "omit" && choice().consent) store[VISIT] = visit;
    };
    // A page that is going away cannot wait for a lock.
    queue = queue.then(() => !fields.seconds && navigator.locks?.request(VISIT, job) || job()).catch(() => {});
  };

  /** Something happened: a sign of life, or a change of page, of visibility, of consent. */
  const update = ({ type, target }) => {
    try {
      const now = performance.now(), path = type != "pagehide" && location.pathname;
      const { consent } = sikdatne.consent = choice();
      if (type == "click" && target.closest("[data-consent-open]")) load();
      if (active) { // the time since the last sign of life was engaged, at most 30 seconds of it
        engaged += Math.min(now - last, 3e4);
        depth = Math.max(depth, Math.min(100, (scrollY + innerHeight) / doc.documentElement.scrollHeight * 100 | 0));
      }
      last = now;
      active = path && consent && !doc.hidden;
      const seconds = engaged / 1e3 | 0;
      if (seconds && (!active || path != seen)) {
        send({ kind: "leave", seconds, depth });
        engaged %= 1e3;
      }
      if (active && path != seen) {
        seen = path;
        page = doc.URL;
        send({ referrer });
        engaged = depth = 0;
        referrer = "";
      }
      seen = path && consent && seen; // one that comes back, from the back-forward cache, is seen anew
    } catch {}
  };

  /** Load the banner and let it decide what to show; `quiet` is 1 unless the visitor wants to see it. */
  const load = (quiet) => import(address("banner.js")).then((banner) => banner.show(site, quiet, credentials)).catch(() => {});

  sikdatne = {
    open: load,
    track: (name, props) => send({ kind: "event", name, props }),
  };

  update({});
  if (!choice() || !doc.querySelector("[data-consent-open]")) load(1);
  for (const name of "scroll mousemove keydown click visibilitychange pagehide popstate sikdatne:consent".split(" "))
    addEventListener(name, update, true);
  for (const name of ["pushState", "replaceState"]) {
    const original = history[name];
    history[name] = (...given) => {
      original.apply(history, given);
      update({});
    };
  }
} catch {}
