// What the declarations have to refuse: each line is an error.
import { init, track } from "sikdatne";

init({ site: "example.lv" });
init({ site: "example.lv", collector: "https://stats.example.lv", with: ["everything"] });
track("Order", { plan: [] });
track("Order", {}, { amount: "49.90", currency: "EUR" });
track();
