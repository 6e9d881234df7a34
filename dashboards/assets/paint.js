// What the charts share: the colours of the style sheet, and drawing anew when theme or size change.
import { init, use } from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";

use([CanvasRenderer]);

const dark = matchMedia("(prefers-color-scheme: dark)");

/** The value of a colour of the style sheet, such as "accent". */
export function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

/** The colour of the style sheet that is so far (0 to 1) between two others. */
export function between(from, to, share) {
  const [a, b] = [rgb(from), rgb(to)];
  return `rgb(${a.map((value, index) => Math.round(value + (b[index] - value) * share)).join(" ")})`;
}

function rgb(hex) {
  return [1, 3, 5].map((start) => parseInt(hex.slice(start, start + 2), 16));
}

/** A chart in `canvas`. `options` makes ECharts' options of a configuration; the answer draws another configuration. */
export function paint(canvas, first, options, click) {
  const chart = init(canvas, null, { renderer: "canvas" });
  let config = first;
  const draw = () => chart.setOption({ animation: false, ...options(config) }, { notMerge: true });
  draw();
  if (click) chart.on("click", (event) => click(event, config));
  new ResizeObserver(() => {
    if (canvas.clientWidth && canvas.clientHeight) chart.resize(); // on paper the map is hidden: it has no size
  }).observe(canvas);
  dark.addEventListener("change", draw);
  return (next) => { config = next; draw(); };
}

/** The look of a tooltip. Its content must be an element: a string would carry inline styles, which are forbidden. */
export function tooltip(extra) {
  return {
    backgroundColor: colour("card"), borderColor: colour("edge"), borderWidth: 1, padding: [8, 12],
    textStyle: { color: colour("ink"), fontFamily: font(), fontSize: 13 }, confine: true, transitionDuration: 0, ...extra,
  };
}

export function font() {
  return getComputedStyle(document.body).fontFamily;
}

/** An element with a class and children, which may be texts. */
export function element(name, className, ...children) {
  const made = document.createElement(name);
  if (className) made.className = className;
  made.append(...children);
  return made;
}
