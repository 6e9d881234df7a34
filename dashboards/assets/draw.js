// Charts are loaded only where there is one to draw, the map only when it comes into view.
const loaders = { line: () => import("./line.js"), map: () => import("./map.js") };
const drawn = new WeakMap(); // canvas element → function that draws a new configuration

/** Draws every chart within `root`; a chart that was drawn before gets its new figures without being made anew. */
export function drawCharts(root) {
  for (const box of root.querySelectorAll("[data-chart]")) {
    const canvas = box.querySelector(".canvas");
    if (canvas) drawn.get(canvas)?.(JSON.parse(box.dataset.config));
    else whenSeen(box, () => draw(box));
  }
}

async function draw(box) {
  const { make } = await loaders[box.dataset.chart]();
  if (!box.isConnected || box.querySelector(".canvas")) return;
  const canvas = document.createElement("div");
  canvas.className = "canvas";
  canvas.setAttribute("aria-hidden", "true");
  box.append(canvas);
  drawn.set(canvas, make(canvas, JSON.parse(box.dataset.config)));
  box.classList.add("drawn");
}

function whenSeen(box, then) {
  const observer = new IntersectionObserver((entries) => {
    if (!entries.some((entry) => entry.isIntersecting)) return;
    observer.disconnect();
    then();
  }, { rootMargin: "400px" });
  observer.observe(box);
}
