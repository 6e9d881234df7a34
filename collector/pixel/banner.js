// The banner: asks for consent, remembers the answer, and is where the visitor changes his mind. A module of its own,
// loaded by the pixel when there is nothing to count yet, or when the visitor wants to see it. What is counted is not its
// business: it writes the decision into the page's localStorage and tells the document, which the pixel listens to.
// It lives in shadow roots with a constructed style sheet: neither the page's styles nor its Content-Security-Policy
// get in its way, and nothing of the page moves.
import css from "./banner.css";

const doc = document, CONSENT = "sikdatne.consent", VISIT = "sikdatne.visit", DAY = 864e5;
const sheet = new CSSStyleSheet(), padding = new CSSStyleSheet();
sheet.replaceSync(css);

let site, credentials; // as the pixel found them
let answer; // of the collector: the notice to show and its hash
let banner, foot; // elements on the page
let before; // the element to give the focus back to

const address = (file, values) => new URL(`${file}?${new URLSearchParams(values)}`, import.meta.url);

/** Show what is needed; `quiet` is 1 unless the visitor asked to see the banner. */
export async function show(of, quiet, reach) {
  [site, credentials] = [of, reach];
  if (doc.prerendering) await new Promise((done) => doc.addEventListener("prerenderingchange", done, { once: true }));
  const made = stored();
  if (location.protocol[0] != "h") return; // a file, which belongs to no site
  if (banner) return focus();
  if (quiet == 1 && made) return reopenLink(made.label);
  answer = await (await fetch(address("consent", { site, language: language(), signals: signals(), ...(quiet != 1 && { open: 1 }) }), { credentials })).json();
  const { ask, notice, choice } = answer;
  if (choice && !made) remember(choice, choice.until * 1e3); // this page lost its own copy, or never had one
  if (ask || quiet != 1) draw(stored(), quiet != 1);
  reopenLink(notice.reopen);
}

const signals = () => [navigator.globalPrivacyControl && "gpc", navigator.doNotTrack == 1 && "dnt"].filter(Boolean);

const language = () => doc.querySelector("script[data-site][data-language]")?.dataset.language
  || doc.documentElement.lang || navigator.language;

/** The decision that this page remembers, as the pixel reads it; nothing when there is none, or none that holds. */
function stored() {
  const made = JSON.parse(localStorage[CONSENT] || 0);
  return made.until > Date.now() ? made : undefined;
}

/** Remember a decision until then (milliseconds), and tell. The token is for counting: kept if statistics are allowed. */
function remember({ consent, choices: { statistics, marketing } }, until, id) {
  localStorage[CONSENT] = JSON.stringify({
    statistics, marketing, until, id, consent: statistics ? consent : undefined, label: answer.notice.reopen,
  });
  tell();
}

/** The event for the page's own scripts, and for the pixel. */
function tell() {
  const { statistics = false, marketing = false } = stored() || {};
  doc.dispatchEvent(new CustomEvent("sikdatne:consent", { detail: { statistics, marketing } }));
}

/** Take a decision to the collector. A refusal holds at once; consent holds only when its proof is written down. */
async function decide(method, statistics, marketing) {
  const choices = { statistics, marketing }, supersedes = stored()?.id;
  try {
    if (!statistics) delete localStorage[VISIT];
    if (!statistics && !marketing) remember({ choices }, Date.now() + 180 * DAY);
    const post = () => fetch(address("consent", { signals: signals() }), {
      method: "POST", credentials, keepalive: true,
      body: JSON.stringify({ site, choices, method, language: answer.notice.language, notice: answer.hash, supersedes }),
    });
    // After the beacons that are under way: none of their answers may bring back what is deleted here.
    const taken = await (navigator.locks ? navigator.locks.request(VISIT, post) : post());
    if (taken.status == 409) { // the policy changed while the page was open
      close();
      return await show(site, 0, credentials);
    }
    const { consent, receipt } = await taken.json();
    remember({ consent, choices: receipt.choices }, Date.parse(receipt.valid_until), receipt.id || undefined);
    close();
  } catch {
    banner.shadowRoot.querySelector("[role=alert]").textContent = answer.notice.failed;
  }
}

/** An element with properties and attributes, and children in it. */
function make(name, given = {}, ...children) {
  const element = doc.createElement(name);
  for (const [key, value] of Object.entries(given)) {
    if (key in element) element[key] = value;
    else element.setAttribute(key, value);
  }
  element.append(...children);
  return element;
}

/** An element of the page with a shadow root of ours in it. */
function host(given, ...children) {
  const element = make("div", given);
  const root = element.attachShadow({ mode: "open" });
  root.adoptedStyleSheets = [sheet];
  root.append(...children);
  return element;
}

/** Put the banner on the page. `made` is the decision it may change; `wanted`: the visitor asked for it. */
function draw(made, wanted) {
  if (banner) return;
  const { notice } = answer, granted = made && (made.statistics || made.marketing);
  const box = {};
  const purposes = make("fieldset", { hidden: !made, "aria-label": notice.customise }, ...notice.purposes.map(({ key, title, text }) => {
    const needed = key == "necessary";
    box[key] = make("input", { type: "checkbox", disabled: needed, checked: needed || !!made?.[key], name: key });
    return make("label", {}, box[key], make("b", {}, needed ? `${title} · ${notice.always}` : title), make("small", {}, text));
  }));
  const button = (hook, text, onclick, className = "") => make("button", { type: "button", [`data-consent-${hook}`]: "", className, onclick }, text);
  const save = button("save", notice.save, () => decide("save_selection", box.statistics.checked, box.marketing.checked));
  const customise = button("customise", notice.customise, () => {
    purposes.hidden = save.hidden = false;
    customise.hidden = true;
    box.statistics.focus();
  });
  save.hidden = !made;
  customise.hidden = !!made;
  const link = (file, text, onclick) => make("a", { href: address(file, { language: notice.language }), target: "_blank", rel: "noopener", onclick }, text);
  const path = `privacy/${encodeURIComponent(site)}`;
  banner = host({},
    make("section", { role: "dialog", "aria-labelledby": "title", lang: notice.language, tabIndex: -1 },
      make("div", { className: "scroll" },
        make("div", { className: "head" }, make("h2", { id: "title" }, notice.title),
          make("button", { type: "button", className: "close", "data-consent-close": "", "aria-label": notice.close, onclick: close }, "×")),
        make("p", {}, notice.text),
        make("p", {}, link(path, notice.policy), link(`${path}/me`, notice.mine, handOver)),
        purposes,
        make("p", { role: "alert" })),
      make("div", { className: "buttons" },
        button("reject", notice.reject, () => decide("reject_all", false, false), "strong"),
        button("accept", notice.accept, () => decide("accept_all", true, true), "strong"),
        customise, save,
        ...(granted ? [button("withdraw", notice.withdraw, () => decide("withdraw", false, false))] : []))));
  before = wanted && doc.activeElement;
  doc.body.before(banner);
  // Everything on the page can be scrolled to where the banner does not cover it, and what gets the focus is.
  const height = `${banner.shadowRoot.firstChild.offsetHeight + 24}px`;
  padding.replaceSync(`html { scroll-padding-bottom: ${height} } html::after { content: ""; display: block; height: ${height} }`);
  doc.adoptedStyleSheets = [...doc.adoptedStyleSheets, padding];
  if (wanted) focus();
}

const focus = () => banner.shadowRoot.firstChild.focus();

/** Take the banner away. By itself this decides nothing: without a choice the next page asks again. */
function close() {
  banner?.remove();
  banner = undefined;
  doc.adoptedStyleSheets = doc.adoptedStyleSheets.filter((other) => other != padding);
  before?.focus?.();
}

/** Where cookies do not reach the collector, what this browser holds is in the page's storage: hand it over to be read. */
function handOver(event) {
  if (credentials == "include") return;
  event.preventDefault();
  const field = (name, value = "") => make("input", { type: "hidden", name, value });
  const form = make("form", { method: "post", action: this.href, target: "_blank" },
    field("consent", stored()?.consent), field("visit", localStorage[VISIT]));
  banner.shadowRoot.append(form);
  form.submit();
  form.remove();
}

/** The permanent way back, at the foot of a page that has no link of its own for it. */
function reopenLink(text) {
  if (doc.readyState != "complete") return addEventListener("load", () => reopenLink(text), { once: true });
  if (foot || doc.querySelector("[data-consent-open]")) return;
  foot = host({ "data-consent-open": "" }, make("button", { type: "button", className: "foot" }, text));
  doc.body.append(foot);
}

doc.addEventListener("keydown", (event) => { if (banner && event.key == "Escape") close(); });
// Another tab decided: this one needs no banner any more, and its page may be counted, or no longer.
addEventListener("storage", (event) => {
  if (event.key != CONSENT) return;
  if (stored()) close();
  tell();
});
