// Countries of the world, the darker the more visitors. A click shows only the visitors of a country.
import { MapChart } from "echarts/charts";
import { GeoComponent, TooltipComponent } from "echarts/components";
import { registerMap, use } from "echarts/core";
import { feature } from "topojson-client";
import world from "world-atlas/countries-110m.json";
import codes from "./countries.json";
import { between, colour, element, paint, tooltip } from "./paint.js";
import { project, unproject } from "./projection.js";
import { go } from "./swap.js";

use([MapChart, GeoComponent, TooltipComponent]);

const ANTARCTICA = "010";
const known = new Intl.DisplayNames([document.documentElement.lang || "en"], { type: "region" });

const ACROSS = ["RU", "FJ"]; // reach over the 180th meridian: their western parts go on in the east

function whole(code, { type, coordinates }) {
  if (!ACROSS.includes(code)) return { type, coordinates };
  const moved = (point) => (typeof point[0] === "number" ? [point[0] < 0 ? point[0] + 360 : point[0], point[1]] : point.map(moved));
  return { type, coordinates: moved(coordinates) };
}

registerMap("world", {
  type: "FeatureCollection",
  features: feature(world, world.objects.countries).features
    .filter(({ id }) => id !== ANTARCTICA)
    .map(({ id, geometry, properties }) => {
      const name = codes[id ?? properties.name] ?? properties.name;
      return { type: "Feature", geometry: whole(name, geometry), properties: { name } };
    }),
});

export function make(canvas, config) {
  return paint(canvas, config, options, ({ name }, { values, link }) => {
    if (values[name]) go(link.replace("country=XX", `country=${name}`));
  });
}

function options(config) {
  const most = Math.max(...Object.values(config.values), 1);
  const [low, high] = [colour("bar"), colour("accent")];
  return {
    tooltip: tooltip({ trigger: "item", formatter: ({ name }) => tip(config, name) }),
    series: [{
      type: "map", map: "world", projection: { project, unproject }, roam: false, selectedMode: false,
      left: 0, right: 0, top: 0, bottom: 0,
      itemStyle: { areaColor: colour("map"), borderColor: colour("card"), borderWidth: 0.75 },
      emphasis: { label: { show: false }, itemStyle: { areaColor: null, borderColor: colour("ink"), borderWidth: 1.25 } },
      data: Object.entries(config.values).map(([name, value]) => {
        const areaColor = between(low, high, 0.1 + 0.9 * Math.sqrt(value / most));
        return { name, value, itemStyle: { areaColor }, emphasis: { itemStyle: { areaColor } } };
      }),
    }],
  };
}

function tip(config, code) {
  const [name, figure] = config.texts[code] ?? [code.length === 2 ? known.of(code) : code, "0"];
  return element("div", "tip", element("b", "", name), element("div", "tip-day", `${figure} ${config.unit}`));
}
