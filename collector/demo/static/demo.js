// Buttons of the demo that report an event: what a website's own script would do.
// `sikdatne` is not there when the pixel is blocked, hence the question marks.
document.addEventListener("click", ({ target }) => {
  const source = target.closest("[data-track]");
  if (!source) return;
  const { track, value, reveal } = source.dataset;
  window.sikdatne?.track(track, value ? { value } : undefined);
  if (reveal) source.textContent = reveal;
  const reserved = document.getElementById("reserved");
  if (value && reserved) reserved.textContent = `Paldies! Piezvanīsim, lai vienotos par laiku (${value}).`;
});
