// A small application as it would use the module: checked by TypeScript, bundled by esbuild, run in the browser.
import { consent, init, onConsent, open, track, update, view, type Decision, type Options } from "sikdatne";

const { site, collector } = document.body.dataset;
const reported = ["outbound", "404"] as const;
const options: Options = { site: site!, collector: collector!, manual: true, with: reported, exclude: ["/admin/**"] };

track("Before init");
init(options);
init(options);
view("/sakums");
track("Before the pixel", { n: 1, yes: true });

const decisions: Decision[] = [];
const stop = onConsent((decision) => {
  decisions.push(decision);
  stop();
});

document.querySelector("#next")!.addEventListener("click", () => {
  update({ topic: "riteņi", audience: "customer" });
  view("/talak");
  track("Order", { plan: "pro" }, { amount: 49.9, currency: "EUR" });
});
document.querySelector("#settings")!.addEventListener("click", open);
Object.assign(window, { state: () => ({ ...consent(), decisions }) });
