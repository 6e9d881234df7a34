// What the dashboards do when JavaScript may run. Every page works without it; this only makes it smoother.
import { drawCharts } from "./draw.js";
import "./preview.js";
import { watchFigures, watchForFirstVisit } from "./live.js";
import { suggestValues } from "./suggest.js";
import { followLinksInPlace } from "./swap.js";

/** Buttons that copy the text of another element or, where a page may not (http on another machine), select it. */
function offerCopying() {
  for (const button of document.querySelectorAll("[data-copy]")) {
    const label = button.textContent;
    button.addEventListener("click", async () => {
      const source = document.getElementById(button.dataset.copy);
      getSelection().selectAllChildren(source);
      if (!navigator.clipboard) return;
      await navigator.clipboard.writeText(source.textContent);
      button.textContent = button.dataset.done;
      setTimeout(() => { button.textContent = label; }, 2000);
    });
  }
}

/** Menus close when one clicks elsewhere or presses Escape. */
function closeMenus() {
  const close = (except) => {
    for (const menu of document.querySelectorAll("details.menu[open]")) if (menu !== except) menu.open = false;
  };
  document.addEventListener("click", (event) => close(event.target.closest("details.menu")));
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    document.activeElement?.closest("details.menu[open]")?.querySelector("summary").focus();
    close(null);
  });
}

/** The time zone of this browser is the most likely one for a new site. */
function guessTimezone() {
  const field = document.getElementById("timezone");
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const known = [...(field?.list?.options ?? [])].some((option) => option.value === zone);
  if (field && known && field.value === field.defaultValue) field.value = zone;
}

offerCopying();
closeMenus();
guessTimezone();
drawCharts(document);
followLinksInPlace();
suggestValues();
watchFigures();
watchForFirstVisit();
