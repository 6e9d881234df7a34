// For browsers without the Navigation API (Safari before 26.2, Firefox before 147), loaded by the pixel only there: tells
// it of new paths. Otherwise it would notice them at the next sign of life, and never if the visitor leaves without one.

const tell = () => { try { sikdatne.update({}); } catch {} };

/** Wrap the functions by which applications change the path. What the page gives them, and gets, stays as it is. */
export function show() {
  addEventListener("popstate", tell);
  tell(); // a path may have changed while this was loading
  for (const name of ["pushState", "replaceState"]) {
    const own = history[name];
    history[name] = function (...given) {
      const done = own.apply(this, given);
      tell();
      return done;
    };
  }
}
