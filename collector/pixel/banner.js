// The banner and the preference centre: asks for consent, and is where the visitor changes his mind. A module of its own,
// loaded by the pixel when there is nothing to count yet, or when the visitor wants to see it.
// It lives in shadow roots with a constructed style sheet: neither the page's styles nor its Content-Security-Policy
// get in its way, and nothing of the page moves.
import css from "./banner.css";
import { address, answer, ask, credentials, CONSENT, decide, doc, site, start, stored, tag, tell } from "./decision.js";

const sheet = new CSSStyleSheet(), padding = new CSSStyleSheet();
sheet.replaceSync(css);
doc.adoptedStyleSheets.push(padding);

let banner, panel, alert; // elements on the page, and within the banner
let before; // the element to give the focus back to

/** Show what is needed; `quiet` is 1 unless the visitor asked to see the banner. */
export const show = async (of, quiet) => {
  if (top != self && tag.frame == null) return; // part of a page that asks for itself
  // Nobody may ever see a prerendered page, and until then he may have decided on the page before it.
  if (doc.prerendering) await hear(doc, "prerenderingchange");
  let notice = stored();
  start(of);
  import(address("cookies.js")).catch(Date); // which does nothing, and is short
  if (tag.banner) return (await import(address(`${tag.banner}.js`))).show(of, quiet);
  if (!quiet || !notice?.reopen) {
    await ask(!quiet && { open: 1 });
    if (answer.ask || !quiet) draw(stored(), !quiet);
    ({ notice } = answer);
  }
  if (doc.readyState != "complete") await hear(window, "load");
  if (doc.querySelector("[data-consent-open]")) return;
  // Not in the body: as a cell of a grid it would move what stands there.
  doc.body.after(host({ "data-consent-open": "" }, make("button", { className: notice.floating ? "float" : "foot" }, notice.reopen)));
};

const hear = (target, event) => new Promise((done) => target.addEventListener(event, done));

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
const host = (given, child) => {
  const element = make("div", given), root = element.attachShadow({ mode: "open" });
  root.adoptedStyleSheets.push(sheet);
  root.append(child);
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
  doc.head.after(banner = host({}, panel)); // there may be no body yet
  // Everything on the page can be scrolled to where the banner does not cover it, and what gets the focus is.
  const height = panel.offsetHeight + 24;
  padding.replaceSync(`html{scroll-padding-bottom:${height}px}html::after{content:"";display:block;height:${height}px}`);
  if (!wanted) return;
  before = doc.activeElement;
  focus();
};

const focus = () => panel.focus();

/** Take the banner away. By itself this decides nothing: without a choice the next page asks again. */
const close = () => {
  banner = banner?.remove();
  padding.replaceSync("");
  before = before?.focus();
};

/** Where cookies do not reach the collector, what the page's storage holds is handed over to be read. */
const handOver = (event, { href } = event.target) => { // the target is gone when the event is over
  if (credentials == "omit") {
    event.preventDefault();
    import(address("mine.js")).then((mine) => mine.open(href)).catch(() => open(href));
  }
};

doc.addEventListener("keydown", ({ key }) => key == "Escape" && close());
// Another tab decided: this page may be counted, or no longer, and no banner is needed here any more.
addEventListener("storage", ({ key }) => key == CONSENT && tell(close));
