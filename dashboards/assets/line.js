// The line over time, with the earlier period dashed behind it.
import { LineChart } from "echarts/charts";
import { GridComponent, TooltipComponent } from "echarts/components";
import { use } from "echarts/core";
import { colour, element, font, paint, tooltip } from "./paint.js";

use([LineChart, GridComponent, TooltipComponent]);

export function make(canvas, config) {
  return paint(canvas, config, (given) => options(given, canvas.clientWidth));
}

function options(config, width) {
  const text = { color: colour("soft"), fontFamily: font(), fontSize: 12 };
  const scale = config.scale;
  const names = new Map(scale.map((value, index) => [value, config.scaleTexts[index]]));
  const places = config.ticks[width > 600 ? 0 : 1];
  const last = lastKnown(config.values);
  const before = lastKnown(config.values.slice(0, Math.max(last, 0)));
  return {
    grid: { left: width > 600 ? 48 : 36, right: 12, top: 12, bottom: 28 },
    tooltip: tooltip({
      trigger: "axis",
      axisPointer: { type: "line", lineStyle: { color: colour("edge"), width: 1 } },
      formatter: ([point]) => tip(config, point.dataIndex),
    }),
    xAxis: {
      type: "category", data: config.labels, boundaryGap: false, axisLine: { show: false }, axisTick: { show: false },
      axisLabel: { ...text, interval: (index) => places.includes(index), margin: 10, hideOverlap: true,
        alignMinLabel: "left", alignMaxLabel: "right" },
    },
    yAxis: {
      type: "value", min: 0, max: scale.at(-1), interval: scale[1],
      axisLabel: { ...text, formatter: (value) => names.get(value) ?? "" }, splitLine: { lineStyle: { color: colour("rule") } },
    },
    series: [
      { type: "line", data: config.before, silent: true, symbol: "none", connectNulls: true, z: 2,
        lineStyle: { color: colour("faint"), width: 1.5, type: [4, 5] } },
      { type: "line", data: config.values, symbol: "none", connectNulls: true, silent: true, z: 2,
        lineStyle: { width: 0 }, areaStyle: { color: colour("wash") } },
      { ...accent(), data: config.values.map((value, index) => ((config.running && index === last) || (config.cut && index === 0) ? null : value)), symbol: "none", z: 3 },
      { ...accent([1, 5]), data: config.values.map((value, index) => (config.cut && index < 2 ? value : null)), symbol: "none", z: 3 },
      { ...accent(config.running ? [1, 5] : "solid"), z: 4, symbol: "circle",
        data: config.values.map((value, index) => (index === last || (config.running && index === before) ? value : null)),
        symbolSize: (value, { dataIndex }) => (dataIndex === last ? 7 : 0) },
    ],
  };
}

function lastKnown(values) {
  for (let index = values.length - 1; index >= 0; index -= 1) if (values[index] !== null) return index;
  return -1;
}

/** The line in the colour of the page, in this pattern of dashes. */
function accent(type = "solid") {
  return {
    type: "line", connectNulls: true, emphasis: { disabled: true },
    lineStyle: { color: colour("accent"), width: 2.25, join: "round", cap: "round", type },
    itemStyle: { color: colour("card"), borderColor: colour("accent"), borderWidth: 2.25 },
  };
}

function tip(config, index) {
  const line = (kind, day, value) => element("div", "tip-line", element("span", `key ${kind}`), element("span", "tip-day", day), element("b", "", value));
  const made = element("div", "tip");
  if (config.values[index] !== null) made.append(line("this", config.days[index], config.texts[index]));
  if (config.beforeDays[index]) made.append(line("that", config.beforeDays[index], config.beforeTexts[index]));
  return made;
}
