// What stands in place of a frame that is held back: as large as the frame, in the visitor's language.
import css from "./placeholder.css";
import { address, doc, site } from "./decision.js";

const sheet = new CSSStyleSheet();
sheet.replaceSync(css);
const COPIED = ["margin", "float", "verticalAlign", "gridArea", "flex"];

/** Put it before the frame, which is hidden. `fill` puts the words of the notice in; `once` and `always` are the offers. */
export function placeholder(frame, { once, always }) {
  const box = doc.createElement("div"), root = box.attachShadow({ mode: "open" });
  root.adoptedStyleSheets = [sheet];
  const look = getComputedStyle(frame), title = frame.title || new URL(frame.dataset.consentSrc, doc.baseURI).hostname;
  for (const name of COPIED) box.style[name] = look[name];
  [box.style.width, box.style.height] = [`${frame.offsetWidth}px`, `${frame.offsetHeight}px`];
  box.style.display = look.display == "inline" ? "inline-block" : look.display;
  box.dataset.consentPlaceholder = "";
  frame.before(box);
  frame.hidden = true;
  frame.style.setProperty("display", "none", "important");
  const remove = box.remove.bind(box);
  box.remove = () => {
    remove();
    frame.hidden = false;
    frame.style.removeProperty("display");
  };
  box.fill = ({ notice }, purposes) => root.replaceChildren(...words(frame, title, notice, purposes, { once, always }));
  return box;
}

function words(frame, title, notice, purposes, { once, always }) {
  const host = new URL(frame.dataset.consentSrc, doc.baseURI).hostname;
  const named = purposes.map((purpose) => notice.purposes[purpose] || purpose).join(", ");
  const section = element("section", { lang: notice.language, dir: notice.direction, ariaLabel: title });
  const alert = element("p", { role: "alert" });
  const policy = element("a", {
    href: address(`privacy/${site}`, { language: notice.language }), target: "_blank", textContent: notice.policy,
  });
  const decided = async () => {
    try { await always(); } catch { alert.textContent = notice.failed; }
  };
  section.append(
    element("p", { textContent: notice.text.replaceAll("{host}", host).replace("{purpose}", named) }),
    button("once", notice.once, once), button("always", notice.always, decided),
    element("small", { textContent: notice.scope }), policy, alert,
  );
  return [section];
}

const element = (name, given) => Object.assign(doc.createElement(name), given);

function button(hook, textContent, onclick) {
  const made = element("button", { type: "button", textContent, onclick });
  made.setAttribute(`data-consent-${hook}`, "");
  return made;
}
