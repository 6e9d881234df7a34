// Opens the visitor's own page with what this page's storage holds, where cookies do not reach the collector. Handed over
// in a form, so that it is in no address and no log.

/** `address` is that of the visitor's own page. */
export function open(address) {
  const form = document.createElement("form");
  Object.assign(form, { method: "post", action: address, target: "_blank", hidden: true });
  const { consent = "", notes: decisions = "" } = JSON.parse(localStorage["sikdatne.consent"] || "{}");
  for (const [name, value] of Object.entries({ consent, decisions, visit: localStorage["sikdatne.visit"] || "" })) {
    const field = document.createElement("input");
    Object.assign(field, { type: "hidden", name, value });
    form.append(field);
  }
  document.documentElement.append(form);
  form.submit();
  form.remove();
}
