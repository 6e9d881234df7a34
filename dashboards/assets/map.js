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

/** A ring that crosses the 180th meridian goes on beyond it instead of back around the world. */
function unbroken(ring) {
  let turn = 0;
  return ring.map(([longitude, latitude], index) => {
    if (index) {
      const step = longitude - ring[index - 1][0];
      if (Math.abs(step) > 180) turn -= Math.sign(step) * 360;
    }
    return [longitude + turn, latitude];
  });
}

function whole({ type, coordinates }) {
  return { type, coordinates: type === "Polygon" ? coordinates.map(unbroken) : coordinates.map((rings) => rings.map(unbroken)) };
}

registerMap("world", {
  type: "FeatureCollection",
  features: feature(world, world.objects.countries).features
    .filter(({ id }) => id !== ANTARCTICA)
    .map(({ id, geometry, properties }) => ({ type: "Feature", geometry: whole(geometry), properties: { name: codes[id ?? properties.name] ?? properties.name } })),
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
