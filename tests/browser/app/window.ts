// What the declarations have to allow on the window and the document, also where the tag stands in the page. Not run.
import type { Decision } from "sikdatne";

document.addEventListener("sikdatne:consent", ({ detail }) => console.log(detail.marketing));
document.addEventListener("sikdatne:ask", () => window.sikdatne?.open?.());
window.sikdatne?.track("Order", { plan: "pro", coupon: undefined }, { amount: 49.9, currency: "EUR" });
window.sikdatne?.view?.("/grozs");
const made: Decision | false | undefined = window.sikdatne?.consent;
const taken: Promise<boolean> | undefined = window.sikdatne?.decide?.({ statistics: true, marketing: !!made });
console.log(taken);
