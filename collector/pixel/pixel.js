// The pixel: what every page loads, at most 1,000 bytes gzipped (build.mjs measures it). It counts nothing, stores
// nothing and asks nothing of the collector before the visitor consented. What not every page needs is in other files,
// loaded when used: banner.js, and more.js with all that the tag's attributes ask for. Nothing here may throw into the
// page: hence a `try` around the start and around what the browser calls, and the catches of the queue. `let` alone, for
// one word packs better than two.
try {
  let doc = document, tag = doc.currentScript, { site, api = tag.src } = tag.dataset;
  let VISIT = "sikdatne.visit";
  let optional = top != self || Object.keys(tag.dataset)[1]; // a frame, or any attribute but data-site

  let seen, page; // path and address of the page that was counted last
  let engaged, depth; // milliseconds that are not reported yet; percent
  let last, active; // when the last sign of life was; whether the page is visible since
  let queue = Promise.resolve(), jobs = []; // that may wait: for the answer to the one before, for a lock

  let address = (file) => new URL(file, api);
  // Date stands for a function that does nothing, and is shorter.
  let load = (file, given) => import(address(file)).then((part) => part.show(site, given)).catch(Date);

  /** The decision this browser remembers, as the banner keeps it: {statistics, marketing, until, consent, credentials};
   * false if never made, or expired. `consent` is the token that lets a beacon be counted: there if statistics are
   * allowed. `credentials` is "include" where cookies reach the collector, else "omit". */
  let choice = (made = JSON.parse(localStorage["sikdatne.consent"] || 0)) => made.until > Date.now() && made;

  /** Send one beacon after the answer to the one before it, in other tabs too, so that each carries the newest state. */
  let send = (fields) => {
    let url = page, job = async () => {
      let { consent, credentials } = fields && choice();
      let answer = consent && await fetch(address("beacon"), {
        method: "POST", keepalive: 1, credentials, body: JSON.stringify({
          site, url, consent, visit: localStorage[VISIT], width: screen.width, language: navigator.language,
          connection: navigator.connection?.effectiveType, ...fields,
        }),
      }, fields = 0); // for when this job is called again: what was sent is not sent twice
      answer.status > 202 || credentials == "omit" ? await load("more.js", answer) : answer.text(); // unread, it stays open
    };
    sikdatne.extra?.(fields);
    jobs.push(job);
    queue = queue.then(() => navigator.locks.request(VISIT, job)).catch(job).catch(Date);
  };

  /** Something happened: a sign of life, or a change of page, of visibility, of consent. */
  let update = ({ type, target }) => {
    try {
      let now = Date.now(), path = type != "pagehide" && sikdatne.path(), { consent } = sikdatne.consent = choice();
      if (type == "click" && target.closest("[data-consent-open],[data-event]")) load("more.js", target);
      if (active) { // the time since the last sign of life was engaged, at most 30 seconds of it
        engaged += Math.min(now - last, 3e4);
        depth = Math.max(depth, (scrollY + innerHeight) / doc.documentElement.scrollHeight * 100);
      }
      last = now;
      active = path && consent && !doc.hidden;
      if (engaged > 1e3 && (!active || path != seen)) {
        send({ kind: "leave", seconds: engaged / 1e3, depth });
        engaged = 0;
      }
      if (active && path != seen) {
        let referrer = page ? "" : doc.referrer;
        page = doc.URL;
        send({ referrer });
        engaged = depth = 0;
        seen = path;
      }
      seen = path && consent && seen; // one that comes back, from the back-forward cache, is seen anew
      if (page || !consent) sikdatne.q.splice(0).map(send); // events follow their page view; without consent they go nowhere
      path || jobs.splice(0).map((job) => job().catch(Date)); // a page that goes away cannot wait: what waits goes at once
    } catch {}
  };

  sikdatne = {
    q: [], ...self.sikdatne, // what was called before this script was there
    update,
    open: () => load("banner.js"),
    path: () => !optional && location.pathname, // more.js puts another in its place
    track: (name, props, revenue) => update({}, sikdatne.q.push({ kind: "event", name, props, revenue })),
  };

  update({});
  "click scroll keydown mousemove pagehide visibilitychange".split(" ").map((name) => addEventListener(name, update, 1));
  if (!choice() || !doc.querySelector("[data-consent-open]")) load("banner.js", 1);
  if (optional || doc.querySelector("[data-consent],[data-event]")) load("more.js");
  // Where there is no Navigation API, other means are loaded, and the call of what is not there ends in the catch.
  (self.navigation || load("navigation.js")).addEventListener("currententrychange", update);
} catch {}
