// `npm run build`: browser sources in, what the service hands out in collector/static and dashboards/static/build out.
// Fails when a script of the visitor's side outgrows what a visitor should have to load.
import { build } from "esbuild";
import { existsSync } from "node:fs";
import { mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { basename } from "node:path";
import { gzipSync } from "node:zlib";
import { minify } from "terser";

const CONSENT = { // what the banner loads when it is used
  "consent-mode.js": 500, "embeds.js": 3300, "mine.js": 400, "cookies.js": 600,
  "cookiebot.js": 1400, "cookieyes.js": 1400, "klaro.js": 1600, "tcf.js": 1400, "own.js": 1300,
};
const BUDGETS = { "pixel.js": 1000, "banner.js": 3100, "more.js": 2000, "vitals.js": 3600, "navigation.js": 300, ...CONSENT }; // bytes, gzipped as a web server would (level 9)
const BANNER_WITH_TEXTS = 4096; // in each language, with the words that come with it
const SOURCE = "collector/pixel";
const TARGET = "collector/static";
const BUILT = "dashboards/static/build";
const DASHBOARDS = ["main.js", "main.css"].map((name) => `dashboards/assets/${name}`);

/** Bundle one script of the visitor's side, shrink it as far as it goes, and hold it to its budget. */
async function visitorScript(name) {
  const bundle = await build({
    entryPoints: [`${SOURCE}/${name}`], bundle: true, write: false, format: "esm", target: "es2022", charset: "utf8",
    loader: { ".css": "text" }, plugins: [smallStyles],
  });
  const shrunk = await minify(bundle.outputFiles[0].text, {
    ecma: 2020, toplevel: true, compress: { passes: 4, unsafe_arrows: true, unsafe_methods: true, pure_getters: true, unsafe: true },
    format: { ascii_only: false },
  });
  const packed = gzipSync(shrunk.code, { level: 9 });
  const size = packed.length;
  if (size > BUDGETS[name]) {
    throw new Error(`${name} is ${size} bytes gzipped; at most ${BUDGETS[name]} are allowed`);
  }
  await writeFile(`${TARGET}/${name}`, shrunk.code);
  await writeFile(`${TARGET}/${name}.gz`, packed);
  console.log(`${TARGET}/${name}: ${size} of ${BUDGETS[name]} bytes gzipped`);
}

/**
 * The banner comes with the texts of one language, and both together have a budget. A site's own words may be longer, by
 * as much as collector/banner.py lets them, and so are the rows of the cookies that it declares. What the collector adds to the
 * texts (the notice's hash, the cookies' providers) is ENVELOPE; tests/browser/test_banner_languages.py weighs what really comes.
 */
async function bannerWithTexts() {
  const ENVELOPE = 257, NOT_SENT = ["units", "cookies", "third", "third_party", "embed", "external"];
  const script = gzipSync(await readFile(`${TARGET}/banner.js`), { level: 9 }).length;
  for (const file of await readdir(`${SOURCE}/texts`)) {
    const texts = JSON.parse(await readFile(`${SOURCE}/texts/${file}`, "utf8"));
    for (const name of NOT_SENT) delete texts[name];
    const size = script + ENVELOPE + gzipSync(JSON.stringify(texts), { level: 9 }).length;
    if (size > BANNER_WITH_TEXTS) {
      throw new Error(`banner.js with texts/${file} is ${size} bytes gzipped; at most ${BANNER_WITH_TEXTS} are allowed`);
    }
    console.log(`banner.js with texts/${file}: ${size} of ${BANNER_WITH_TEXTS} bytes gzipped`);
  }
}

/** Style sheets imported by a script arrive in it as minified text. */
const smallStyles = {
  name: "small-styles",
  setup(builder) {
    builder.onLoad({ filter: /\.css$/ }, async ({ path }) => {
      const css = await build({ entryPoints: [path], write: false, minify: true });
      return { contents: css.outputFiles[0].text.trim(), loader: "text" };
    });
  },
};

/**
 * The dashboards' script and style sheet, with only those parts of the chart library that they use, plain and packed.
 * What an earlier build left is removed afterwards, so that a running service is never without its files.
 */
async function dashboards() {
  const { metafile } = await build({
    entryPoints: DASHBOARDS.filter((path) => existsSync(path)), bundle: true, minify: true, format: "esm", target: "es2020",
    outdir: BUILT, metafile: true, splitting: true, chunkNames: "[name]-[hash]", legalComments: "linked", logLevel: "warning",
    loader: { ".svg": "dataurl", ".woff2": "file" },
  });
  const made = new Set(Object.keys(metafile.outputs).map((path) => basename(path)));
  for (const name of [...made].filter((each) => /\.(js|css)$/.test(each))) {
    await writeFile(`${BUILT}/${name}.gz`, gzipSync(await readFile(`${BUILT}/${name}`), { level: 9 }));
    made.add(`${name}.gz`);
  }
  for (const name of await readdir(BUILT)) if (!made.has(name)) await rm(`${BUILT}/${name}`);
}

await mkdir(TARGET, { recursive: true });
const scripts = (await readdir(SOURCE)).filter((name) => name in BUDGETS);
await Promise.all(scripts.map(visitorScript));
await bannerWithTexts();
await dashboards();
