// Deletes what the scripts of others left on the site for a purpose that is no longer allowed: the cookies and storage
// entries that the site declares. Cookies on the others' own domains are out of reach of any page.

/** `names` may hold a `*` for anything. */
export function forget(names) {
  const patterns = names.map((name) => new RegExp(`^${name.replace(/[^\w*]/g, "\\$&").replace(/\*/g, ".*")}$`));
  const meant = (name) => patterns.some((pattern) => pattern.test(name));
  for (const cookie of document.cookie.split("; ")) {
    const name = cookie.split("=")[0];
    if (meant(name)) for (const domain of domains()) document.cookie = `${name}=; Max-Age=0; Path=/${domain}`;
  }
  for (const storage of [localStorage, sessionStorage]) {
    for (const name of Object.keys(storage)) if (meant(name)) storage.removeItem(name);
  }
}

/** A cookie of the same name may be kept for this host alone, or for this host or a domain above it with all below. */
function domains() {
  const labels = location.hostname.split(".");
  return ["", ...labels.map((_, from) => `; Domain=${labels.slice(from).join(".")}`)];
}
