// Where the website lies on the same host as this page, the website's own storage in this browser is shown here, too,
// and deleted together with the rest. Without this script the page shows and deletes what the cookies hold.
const PREFIX = "sikdatne.";
const GONE = { deleted: () => true, withdrawn: () => true, objected: (name) => name == `${PREFIX}consent` };

/** The readable part of a signed token; any other text as it is. */
function readable(value) {
  try {
    const bytes = Uint8Array.from(atob(value.split(".")[0].replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    return value;
  }
}

/** The tokens in a text, opened; the text itself where there is none. */
function tokens(text) {
  const found = text.trim().split(" ").map(readable);
  return found.some((part) => typeof part == "object") ? found : text;
}

/** What an entry holds: JSON, maybe with tokens in it, or a token. */
function opened(value) {
  try {
    value = JSON.parse(value, (_key, part) => typeof part == "string" ? tokens(part) : part);
  } catch {
    value = tokens(value);
  }
  return typeof value == "string" ? value : JSON.stringify(value, null, 2);
}

try {
  const names = () => Object.keys(localStorage).filter((name) => name.startsWith(PREFIX)).sort();
  const gone = GONE[document.querySelector("[data-done]")?.dataset.done];
  if (gone) for (const name of names().filter(gone)) localStorage.removeItem(name);
  const section = document.getElementById("storage"), list = section.querySelector("dl");
  for (const name of names()) {
    const [term, description, text] = ["dt", "dd", "pre"].map((tag) => document.createElement(tag));
    term.textContent = name;
    text.textContent = opened(localStorage[name]);
    text.tabIndex = 0;
    description.append(text);
    list.append(term, description);
    section.hidden = false;
  }
} catch {
  // no storage in this browser: there is nothing to show
}
