// Reports the names of the cookies that the page can see, and which of them were there before consent; never a value.
// The banner loads it. Before consent to statistics it does nothing but wait; then it looks what is there already.
const WAIT = 2000; // milliseconds for the page's scripts to do what consent lets them do
const doc = document, site = doc.querySelector("script[data-site]").dataset.site;

/** The decision that the page remembers; empty without one, or when it cannot be read. */
const choice = () => { try { return JSON.parse(localStorage["sikdatne.consent"]) || {}; } catch { return {}; } };

const names = () => doc.cookie.split("; ").filter((each) => each.includes("=")).slice(0, 60).map((each) => each.split("=")[0].slice(0, 128));

/** Send them a while after the page is there; `before` are those from before consent. Not when consent is gone by then. */
const report = async (before) => {
  const url = location.origin + location.pathname;
  if (doc.readyState != "complete") await new Promise((done) => addEventListener("load", done));
  await new Promise((done) => setTimeout(done, WAIT));
  const { consent, credentials } = choice(), after = names().filter((name) => !before.includes(name));
  if (!consent || !before[0] && !after[0]) return;
  const body = JSON.stringify({ site, url, before, after, consent });
  await fetch(new URL("cookies", import.meta.url), { method: "POST", keepalive: true, credentials, body });
};

// Where consent is there already: from the first page of a visit, and from every tenth of the others.
let allowed = choice().consent;
if (allowed && (!doc.referrer.includes(location.host) || Math.random() < 0.1)) report([]).catch(() => {});

addEventListener("sikdatne:consent", () => {
  const { consent, id } = choice(), given = consent && !allowed && !doc.hidden;
  allowed = consent;
  // One with an id was made here and now; else it was only remembered, and what is there is of the time after it.
  if (given) report(id ? names() : []).catch(() => {});
}, true);
