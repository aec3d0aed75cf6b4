// Looks at a built site in Chromium: `node look.mjs PUBLIC`. Every kind of page is visited in both colour schemes,
// at the width of a phone and of a desktop; accessibility, console and policy messages, overflow and what is missing or
// too much on paper are findings.
import { createServer } from "node:http";
import { readFile, readdir } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { chromium } from "playwright-core";

const PER_KIND = 3;
const TYPES = { ".html": "text/html; charset=utf-8", ".css": "text/css", ".js": "text/javascript", ".json": "application/json", ".png": "image/png", ".xml": "application/xml" };

const site = path.resolve(process.argv[2] ?? "public");
const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const findings = [];

const server = createServer(async (request, response) => {
  const url = decodeURIComponent(new URL(request.url, "http://site").pathname);
  const file = path.join(site, url.endsWith("/") ? url + "index.html" : url);
  try {
    const bytes = await readFile(file);
    response.writeHead(200, { "content-type": TYPES[path.extname(file)] ?? "application/octet-stream" }).end(bytes);
  } catch {
    response.writeHead(404, { "content-type": TYPES[".html"] }).end(await readFile(path.join(site, "404.html")));
  }
});
await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
const base = `http://127.0.0.1:${server.address().port}`;

// The first pages of every kind, by the class that the theme gives them, and those in other languages.
async function chosen() {
  const kinds = new Map();
  for (const name of (await readdir(site, { recursive: true })).filter((name) => name.endsWith(".html")).sort()) {
    const text = await readFile(path.join(site, name), "utf8");
    const kind = text.match(/<body class="([^"]*)"/)?.[1] + (text.match(/<html[^>]* dir="rtl"/) ? " rtl" : "") + (/<table>/.test(text) ? " table" : "") + (/class="corrections"/.test(text) ? " corrected" : "");
    const pages = kinds.get(kind) ?? [];
    if (pages.length < PER_KIND) kinds.set(kind, [...pages, name]);
  }
  return [...kinds].flatMap(([kind, names]) => names.map((name) => ({ kind, url: "/" + name.replace(/(^|\/)index\.html$/, "$1") })));
}

async function look(page, { kind, url }, where) {
  if (!kind.includes("redirect")) {
    await page.goto(base + url);
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    if (overflow > 0) findings.push(`${where} ${url}: ${overflow} px too wide`);
    await page.evaluate(axe);
    const { violations } = await page.evaluate(() => globalThis.axe.run());
    for (const { id, help, nodes } of violations) findings.push(`${where} ${url}: ${id}: ${help}: ${nodes[0].html}`);
    if (kind.startsWith("kind-article")) await print(page, url, where);
  }
}

// On paper an article has its headline, byline, date, address and provenance, and nothing that only leads on.
async function print(page, url, where) {
  await page.emulateMedia({ media: "print" });
  const visible = (selector) => page.locator(selector).filter({ visible: true }).count();
  if ((await visible("nav")) > 0) findings.push(`${where} ${url}: navigation on paper`);
  for (const part of ["h1", ".head .line", ".address", ".provenance", ".corrections"]) {
    if ((await visible(part)) < (await page.locator(part).count())) findings.push(`${where} ${url}: no ${part} on paper`);
  }
  if (!(await page.locator(".address").innerText()).startsWith("http")) findings.push(`${where} ${url}: no address on paper`);
  await page.emulateMedia({ media: null });
}

// An old address, written otherwise than it was recorded, must lead to its article, if the site knows any.
async function find(page) {
  const [shard] = await readdir(path.join(site, "lookup/shards")).catch(() => []);
  if (!shard) return;
  const [[key, [[title]]]] = Object.entries(JSON.parse(await readFile(path.join(site, "lookup/shards", shard), "utf8")));
  await page.goto(base + "/lookup/");
  await page.fill("#address", `HTTP://WWW.${key}/?utm_source=x&fbclid=y#z`);
  await page.click("#lookup button");
  const found = page.locator("#lookup [role=status] a");
  if ((await found.textContent({ timeout: 5000 }).catch(() => null)) !== title) findings.push(`/lookup/: ${key} was not found`);
}

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });
const pages = await chosen();
let visits = 0;
for (const colorScheme of ["light", "dark"]) {
  for (const width of [320, 1280]) {
    const context = await browser.newContext({ colorScheme, viewport: { width, height: 900 } });
    const page = await context.newPage();
    const where = `${colorScheme} ${width}`;
    page.on("console", (message) => findings.push(`${where} ${page.url()}: ${message.type()}: ${message.text()}`));
    page.on("pageerror", (error) => findings.push(`${where} ${page.url()}: ${error}`));
    for (const one of pages) {
      await look(page, one, where);
      visits += 1;
    }
    await find(page);
    await context.close();
  }
}
await browser.close();
server.close();
findings.forEach((finding) => console.error(finding));
console.log(`${visits} visits of ${pages.length} pages, ${findings.length} findings`);
process.exit(findings.length > 0 ? 1 : 0);
