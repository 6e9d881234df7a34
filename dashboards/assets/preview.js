// The preview follows the form while one types: it presses the button that a person without scripts would press.
const WAIT = 300; // milliseconds after the last key

let waiting;

document.addEventListener("input", ({ target }) => {
  const form = target.closest("form[data-preview]");
  if (!form) return;
  clearTimeout(waiting);
  waiting = setTimeout(() => form.requestSubmit(document.getElementById(form.dataset.preview)), WAIT);
});
