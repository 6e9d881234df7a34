// The field of a filter suggests the values that there are. Without JavaScript, or without an answer, one types them.

export function suggestValues() {
  document.addEventListener("focusin", (event) => suggest(event.target.closest(".filter form")));
  document.addEventListener("change", (event) => suggest(event.target.closest(".filter form")));
}

async function suggest(form) {
  const list = form?.querySelector("datalist");
  if (!list) return;
  const url = new URL(`${list.dataset.values}/${form.elements.filter.value}`, location.href);
  url.search = location.search;
  url.searchParams.set("how", form.elements.how.value);
  if (list.dataset.shown === url.href) return;
  list.dataset.shown = url.href;
  list.replaceChildren();
  try {
    const answer = await fetch(url, { headers: { Accept: "application/json" } });
    const found = answer.ok ? await answer.json() : [];
    if (list.dataset.shown !== url.href) return; // another choice was made meanwhile
    list.replaceChildren(...found.map((value) => new Option("", value)));
  } catch { /* one types the value */ }
}
