// The banner and the preference centre: asks for consent, and is where the visitor changes his mind. A module of its own,
// loaded by the pixel when there is nothing to count yet, or when the visitor wants to see it.
// It lives in shadow roots with a constructed style sheet: neither the page's styles nor its Content-Security-Policy
// get in its way, and nothing of the page moves.
import css from "./banner.css";
import { address, answer, ask, credentials, decide, doc, follow, site, start, stored, tag } from "./decision.js";

const sheet = new CSSStyleSheet(), padding = new CSSStyleSheet();
sheet.replaceSync(css);
doc.adoptedStyleSheets.push(padding);

let banner, panel, alert, foot; // elements on the page, and within the banner
let before; // the element to give the focus back to

/** Show what is needed; `quiet` is 1 unless the visitor asked to see the banner. */
export const show = async (of, quiet) => {
  const wanted = !quiet;
  if (top != self && tag.frame == null) return; // part of a page that asks for itself
  // Nobody may ever see a prerendered page, and until then he may have decided on the page before it.
  if (doc.prerendering) await until(doc, "prerenderingchange");
  const made = stored();
  start(of);
  import(address("cookies.js")).catch(() => {});
  if (tag.banner) return (await import(address(`${tag.banner}.js`))).show(of, quiet);
  if (!wanted && made?.reopen) return reopenLink(made);
  await ask(wanted && { open: 1 });
  if (answer.ask || wanted) draw(stored(), wanted);
  return reopenLink(answer.notice);
};

const until = (target, event) => new Promise((done) => target.addEventListener(event, done));

/** Take a decision, and the banner away; say so where it could not be recorded. */
const choose = async (...decision) => {
  banner.inert = true; // one decision at a time
  try {
    const taken = await decide(...decision);
    close();
    taken || await show(site);
  } catch {
    banner.inert = false;
    focus();
    alert.textContent = answer.notice.failed;
  }
};

/** An element with properties and attributes, and children in it. */
const make = (name, given, ...children) => {
  const element = doc.createElement(name);
  for (const key in given) key in element ? element[key] = given[key] : element.setAttribute(key, given[key]);
  element.append(...children);
  return element;
};

/** An element of the page with a shadow root of ours in it. */
const host = (given, ...children) => {
  const element = make("div", given), root = element.attachShadow({ mode: "open" });
  root.adoptedStyleSheets.push(sheet);
  root.append(...children);
  return element;
};

/** Put the banner on the page. `made` is the decision it may change; `wanted`: the visitor asked for it. */
const draw = (made, wanted) => {
  if (banner) return wanted && focus();
  const { notice } = answer, box = {};
  const row = (cells, kind) => make("tr", {}, ...cells.map((cell) => make(kind, {}, cell)));
  const purposes = make("fieldset", { hidden: !made }, ...notice.purposes.map(({ key, title, text, count, cookies }) => {
    const needed = key == "necessary";
    box[key] = make("input", { type: "checkbox", disabled: needed, checked: needed || made?.[key] });
    return make("div", {},
      make("label", {}, box[key], make("b", {}, title), make("small", {}, text)),
      cookies[0] ? make("details", {}, make("summary", {}, count), make("table", {}, row(notice.columns, "th"), ...cookies.map((cells) => row(cells, "td")))) : "");
  }));
  const button = (hook, text, onclick, more) => make("button", { [`data-consent-${hook}`]: "", onclick, ...more }, text);
  const save = button("save", notice.save, () => choose("save_selection", box.statistics.checked, box.marketing.checked), { hidden: !made });
  const customise = button("customise", notice.customise, () => {
    purposes.hidden = save.hidden = false;
    customise.hidden = true;
    box.statistics.focus();
  }, { hidden: !!made });
  const link = (file, text, onclick) => make("a", { href: address(`privacy/${site}${file}`, { language: notice.language }), target: "_blank", onclick }, text);
  alert = make("p", { role: "alert" });
  panel = make("section", { role: "dialog", "aria-label": notice.title, lang: notice.language, dir: notice.direction, className: notice.position, tabIndex: -1 },
    make("div", { className: "scroll" },
      button("close", "×", close, { "aria-label": notice.close }),
      make("h2", {}, notice.title),
      make("p", {}, notice.text),
      make("p", {}, link("", notice.policy), link("/me", notice.mine, handOver)),
      purposes, alert),
    make("div", { className: "buttons" },
      button("reject", notice.reject, () => choose("reject_all", false, false)),
      button("accept", notice.accept, () => choose("accept_all", true, true)),
      customise, save,
      made?.statistics || made?.marketing ? button("withdraw", notice.withdraw, () => choose("withdraw", false, false)) : ""));
  banner = host({}, panel);
  before = wanted && doc.activeElement;
  doc.body.before(banner);
  // Everything on the page can be scrolled to where the banner does not cover it, and what gets the focus is.
  const height = panel.offsetHeight + 24;
  padding.replaceSync(`html{scroll-padding-bottom:${height}px}html::after{content:"";display:block;height:${height}px}`);
  wanted && focus();
};

const focus = () => panel.focus();

/** Take the banner away. By itself this decides nothing: without a choice the next page asks again. */
const close = () => {
  banner?.remove();
  banner = undefined;
  padding.replaceSync("");
  before?.focus?.();
};

/** Where cookies do not reach the collector, what the page's storage holds is handed over to be read. */
const handOver = (event, { href } = event.target) => { // the target is gone when the event is over
  if (credentials == "include") return;
  event.preventDefault();
  import(address("mine.js")).then((mine) => mine.open(href));
};

/** The permanent way back: at the foot of a page that has no link of its own for it, or floating over it. */
const reopenLink = async (of) => {
  if (doc.readyState != "complete") await until(window, "load");
  if (foot || doc.querySelector("[data-consent-open]")) return;
  foot = host({ "data-consent-open": "" }, make("button", { className: of.floating ? "foot float" : "foot" }, of.reopen));
  doc.body.append(foot);
};

doc.addEventListener("keydown", ({ key }) => banner && key == "Escape" && close());
follow(close);
