// A single-page application in the small: four steps, each with an address of its own, without loading a page.
const ROOT = "/demo/pieraksts";
const STEPS = [
  { path: ROOT, title: "Darbs", question: "Kas jādara?", options: ["Pilna apkope", "Bremzes un ātrumi", "Riteņu spieķošana"] },
  { path: `${ROOT}/laiks`, title: "Laiks", question: "Kad atvedīsiet?", options: ["Rīt no rīta", "Rīt pēc 15", "Sestdien"] },
  { path: `${ROOT}/dati`, title: "Velosipēds", question: "Kāds ir velosipēds?", options: ["Pilsētas", "Kalnu", "Šosejas", "Bērnu"] },
  { path: `${ROOT}/paldies`, title: "Gatavs", question: "Paldies, gaidīsim!", options: [] },
];
const PRICES = { "Pilna apkope": 35, "Bremzes un ātrumi": 12, "Riteņu spieķošana": 28 };
const chosen = new Map();
const box = document.getElementById("booking");
const list = document.getElementById("steps");

const make = (name, properties, ...children) => {
  const element = Object.assign(document.createElement(name), properties);
  element.append(...children);
  return element;
};

function go(path) {
  history.pushState(null, "", path);
  render();
}

function choose(step, option) {
  chosen.set(step.title, option);
  const next = STEPS[STEPS.indexOf(step) + 1];
  if (next === STEPS.at(-1)) window.sikdatne?.track("Pieteikums", Object.fromEntries(chosen), { amount: PRICES[chosen.get("Darbs")], currency: "EUR" });
  go(next.path);
}

function render() {
  const step = STEPS.find(({ path }) => path === location.pathname) ?? STEPS[0];
  list.replaceChildren(...STEPS.map(({ title }, place) => make("li", {
    textContent: title, className: place <= STEPS.indexOf(step) ? "reached" : "",
  })));
  const heading = make("h2", { textContent: step.question, tabIndex: -1 });
  const options = step.options.map((option) => make("button", {
    type: "button", className: "button second", textContent: option, onclick: () => choose(step, option),
  }));
  const summary = make("ul", {}, ...[...chosen].map(([title, option]) => make("li", { textContent: `${title}: ${option}` })));
  box.replaceChildren(heading, make("p", { className: "actions" }, ...options), ...(step.options.length ? [] : [summary]));
  document.title = `${step.title} · Velodarbnīca «Spieķis»`;
}

addEventListener("popstate", render);
render();
