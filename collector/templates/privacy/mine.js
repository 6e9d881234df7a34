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

/** What an entry holds: JSON, a token, several tokens, or JSON with a token in it. */
function opened(value) {
  try {
    return JSON.stringify(JSON.parse(value), (_key, part) => typeof part == "string" ? readable(part) : part, 2);
  } catch {
    return value.split(" ").map((token) => JSON.stringify(readable(token), null, 2)).join("\n");
  }
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
