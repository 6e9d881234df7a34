// A decision in the browser: what is remembered of it, who is told, and how it is taken to the collector. Shared by the
// banner, the placeholders and the adapters of other banners; each bundles its own copy.

export const doc = document, tag = doc.querySelector("script[data-site]")?.dataset || {};
export const CONSENT = "sikdatne.consent", VISIT = "sikdatne.visit", DAY = 864e5;
const WAIT = 1000; // milliseconds for other tabs

export let site, credentials; // how requests to the collector are made: "include" where cookies reach it, else "omit"
export let answer; // of the collector: the notice to show and its hash

/** Cookies reach the collector on the page's own host, and on stats.example.lv from pages of example.lv. */
export const start = (of) => {
  const { host } = address(""), here = location.host;
  site = of;
  credentials = host == here || host.endsWith("." + site) && here.endsWith(site) ? "include" : "omit";
};

export const address = (file, values) => new URL(values ? `${file}?${new URLSearchParams(values)}` : file, import.meta.url);

/** Do Not Track is in the request's header wherever there is such a setting; for Global Privacy Control extensions may
 * add the property alone. */
const request = (values, options) => fetch(address("consent", {
  site, signals: navigator.globalPrivacyControl && "gpc", page: location.pathname, ...values,
}), { credentials, ...options });

/** The decision that this page remembers, as the pixel reads it; nothing when there is none, none that holds, or none that
 * can be read. Throws where there is no storage, for nobody is asked there. */
export const stored = (made = localStorage[CONSENT]) => {
  try {
    made = JSON.parse(made);
    if (made.until > Date.now()) return made;
  } catch {}
};

/** Remember a decision until then (milliseconds), and tell. The token is for counting: kept if statistics are allowed. */
const remember = ({ consent, decision, choices: { statistics, marketing } }, until, id) => {
  const { reopen, floating } = answer.notice, { notes = "" } = stored() || {};
  localStorage[CONSENT] = JSON.stringify({
    statistics, marketing, until, id, consent: statistics ? consent : undefined, credentials, reopen, floating,
    notes: credentials == "omit" ? `${notes} ${decision || ""}` : undefined, // of decisions, else in cookies
  });
  tell();
};

/** Let the pixel look again, and tell the page's own scripts. Whatever they broke, a decision is none the less made.
 * `done` is called if there is one. */
export const tell = (done) => {
  try {
    const { statistics = false, marketing = false, until } = stored() || {};
    if (until) done?.();
    sikdatne.update?.({});
    doc.dispatchEvent(new CustomEvent("sikdatne:consent", { detail: { statistics, marketing } }));
  } catch {}
};

/** Get the notice, and a decision that this page lost its own copy of, or never had one. */
export const ask = async (values) => {
  answer = await (await request({ language: tag.language || doc.documentElement.lang || navigator.language, ...values })).json();
  const { choice } = answer;
  if (choice && !stored()) remember(choice, choice.until * 1e3);
};

/** Take a decision to the collector. A refusal holds at once; consent holds only when its proof is written down.
 * Whether it was taken: not when the policy changed while the page was open. Throws when it could not be recorded. */
export const decide = async (method, statistics, marketing) => {
  const choices = { statistics, marketing }, { notice: { language }, hash: notice } = answer;
  const body = JSON.stringify({ site, choices, method, language, notice, supersedes: stored()?.id });
  if (!statistics) delete localStorage[VISIT];
  if (!statistics && !marketing) remember({ choices }, Date.now() + 180 * DAY);
  // `asked`: whether this answers a banner that was shown unasked.
  let sent;
  const post = () => sent ||= request({ asked: +answer.shown }, { method: "POST", keepalive: 1, body });
  // After the beacons that are under way: none of their answers may bring back what is deleted here. But not for long, for
  // the tab may be closed. What does not get through is told in another way, so that the owner sees it.
  const taken = await (async () => navigator.locks.request(VISIT, { signal: AbortSignal.timeout(WAIT) }, post))()
    .catch(post).catch(() => request({ failed: 1 }));
  if (taken.status == 409) return;
  const { receipt, ...given } = await taken.json();
  remember({ ...given, choices: receipt.choices }, Date.parse(receipt.valid_until), receipt.id || undefined);
  return 1;
};
