// Watches `serve` at work in Chromium: `node serve.mjs PROGRAM`. A copy of the sample is edited, broken and mended, and
// open pages must follow, keep their place, and say nothing to the console that was not provoked. Every wait is for
// something to be seen; nothing depends on how long it takes.
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { chromium } from "playwright-core";

const PATIENCE = 60_000;
const NOW = ["--now", "2024-06-01T12:00:00Z"];
const ARTICLE = "/2022/06/18/abbara-taoud-wahdaha.html";
const SOURCE = "content/2022/abbara.md";

const program = path.resolve(process.argv[2]);
const findings = [];
let project;
const run = (...args) => execFileSync(program, args, { cwd: project, stdio: "pipe" });
const read = (name) => readFile(path.join(project, name), "utf8");
// In one step, as on a slow machine a file that has only been begun is seen, and is another article or none.
const write = async (name, text) => {
  await mkdir(path.dirname(path.join(project, name)), { recursive: true });
  await writeFile(`${project}.new`, text);
  await rename(`${project}.new`, path.join(project, name));
};

// Edits a file; the answer puts it back as it was.
async function edit(name, change) {
  const before = await read(name);
  const after = change(before);
  assert.notEqual(after, before, `${name} was not changed`);
  await write(name, after);
  return () => write(name, before);
}

// Starts the program; the answer has its address, a wait for what it says next of a kind, and what ends it.
async function serve(...flags) {
  const child = spawn(program, ["serve", "--json", "--port", "0", ...NOW, ...flags], { cwd: project, stdio: ["ignore", "pipe", "ignore"] });
  const ended = new Promise((done) => child.on("exit", done));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async (kind) => {
    for (;;) {
      const { value, done } = await lines.next();
      if (done) throw new Error(`the program ended and did not say: ${kind}`);
      const said = JSON.parse(value);
      if (said.kind === kind) return said;
    }
  };
  const { url } = await next("serving");
  await next("shown");
  return { base: url.replace(/\/$/, ""), next, end: () => (child.kill(), ended) };
}

// Opens a page; what it asks the server for from then on is in `page.asked`.
async function open(context, url, status = 200) {
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE);
  page.setDefaultNavigationTimeout(PATIENCE);
  page.asked = [];
  const tell = (text) => page.provoked?.test(text) || findings.push(`${page.url()}: ${text}`);
  page.on("console", (message) => tell(`${message.type()}: ${message.text()} ${message.location().url}`));
  page.on("pageerror", (error) => tell(String(error)));
  page.on("request", (request) => page.asked.push(new URL(request.url()).pathname));
  // That a page is missing the browser says as well.
  page.provoked = status === 404 ? /status of 404/ : undefined;
  assert.equal((await page.goto(url)).status(), status);
  await heard(page);
  await mark(page);
  return page;
}

// In every page: the first event says that it is listened to, and what the policy refuses is said aloud.
function observe() {
  globalThis.EventSource = class extends EventSource {
    constructor(url) {
      super(url);
      this.addEventListener("problems", () => void (globalThis.heard = true));
    }
  };
  document.addEventListener("securitypolicyviolation", (event) => console.error(`policy: ${event.violatedDirective} ${event.blockedURI}`));
}

// Waits until a page is listened to: the first thing that it is told has come.
const heard = (page) => page.waitForFunction(() => globalThis.heard);

// A mark that does not outlive a navigation.
const mark = (page) => page.evaluate(() => void (globalThis.marked = true));
const isMarked = (page) => page.evaluate(() => globalThis.marked === true);

// Scrolls down and puts the focus somewhere; the answer asserts that both are as they were.
async function settle(page, selector) {
  await page.evaluate((selector) => {
    document.querySelector(selector).focus({ preventScroll: true });
    scrollTo({ top: (document.documentElement.scrollHeight - innerHeight) / 2, behavior: "instant" });
  }, selector);
  const state = () => page.evaluate((selector) => ({ top: scrollY, focused: document.activeElement === document.querySelector(selector) }), selector);
  const before = await state();
  assert.ok(before.top > 50 && before.focused, `${page.url()} cannot be scrolled: ${JSON.stringify(before)}`);
  return async (what) => assert.deepEqual(await state(), before, what);
}

const shows = (page, selector, text) => page.locator(selector).filter({ hasText: text }).first().waitFor();
const overlay = (page) => page.locator("backissue-problems section");
const healed = (page) => overlay(page).waitFor({ state: "hidden" });

const steps = {
  async "a body, a title and the words of the interface are seen without losing the place"(context, { base }) {
    const page = await open(context, base + ARTICLE);
    const stays = await settle(page, ".neighbours a");
    const other = await open(context, `${base}/about.html`);
    const before = other.asked.length;
    await edit(SOURCE, (text) => text + "\nA body that is new.\n");
    await shows(page, ".body", "A body that is new.");
    await stays("a body");
    await edit(SOURCE, (text) => text.replace(/^title: .*/m, "title: A new title"));
    await shows(page, "h1", "A new title");
    assert.match(await page.title(), /^A new title/);
    await stays("a title");
    run("eject", "i18n/ar.yaml");
    await edit("templates/i18n/ar.yaml", (text) => text.replace(/^filed: .*/m, "filed: Filed anew"));
    await shows(page, "#theme_filed", "Filed anew");
    await stays("a word");
    assert.ok(await isMarked(page), "the page was loaded anew");
    assert.equal(await page.evaluate(() => document.dir), "rtl");
    // It was told of nothing, as nothing of it changed.
    assert.deepEqual(other.asked.slice(before), []);
    assert.ok(await isMarked(other));
  },

  async "a template and data are seen"(context, { base }) {
    const page = await open(context, base + ARTICLE);
    const stays = await settle(page, ".neighbours a");
    run("eject", "article.html");
    await edit("templates/article.html", (text) => text.replace("</article>", "<p id=\"mine\">{% if site.data.mine %}{{ site.data.mine.word }}{% else %}none{% endif %}</p></article>"));
    await shows(page, "#mine", "none");
    await stays("a template");
    await write("data/mine.yaml", "word: first\n");
    await shows(page, "#mine", "first");
    await write("data/mine.yaml", "word: second\n");
    await shows(page, "#mine", "second");
    await stays("data");
    assert.ok(await isMarked(page), "the page was loaded anew");
  },

  async "a style sheet is exchanged in its place"(context, { base }) {
    run("eject", "assets/style.css");
    const page = await open(context, base + ARTICLE);
    const stays = await settle(page, ".neighbours a");
    await page.evaluate(() => void (document.querySelector("h1").mine = true));
    const colour = (colour) => page.waitForFunction((colour) => getComputedStyle(document.body).color === colour, colour);
    const asked = page.asked.length;
    let undo;
    for (const [name, value] of [["red", "rgb(255, 0, 0)"], ["blue", "rgb(0, 0, 255)"]]) {
      undo = await edit("templates/assets/style.css", (text) => `${text}\nbody { color: ${name} }\n`);
      await colour(value);
      await stays(name);
    }
    await page.waitForFunction(() => document.querySelectorAll("link[rel=stylesheet]").length === 1);
    assert.ok(await page.evaluate(() => document.querySelector("h1").mine), "the page was made anew");
    assert.ok(page.asked.slice(asked).every((url) => url.endsWith(".css")), String(page.asked.slice(asked)));
    await undo();
    await colour("rgb(255, 0, 0)");
    // Many at once: whatever is left out, the last one is what is shown, and the page is never bare.
    await page.evaluate(() => {
      const look = () => {
        if (getComputedStyle(document.body).maxInlineSize === "none") globalThis.bare = true;
        requestAnimationFrame(look);
      };
      look();
    });
    for (let n = 0; n < 20; n += 1) {
      await edit("templates/assets/style.css", (text) => `${text}\nbody { color: rgb(0, ${n}, 1) }\n`);
      if (n % 5 === 0) await page.evaluate(() => new Promise(requestAnimationFrame));
    }
    await colour("rgb(0, 19, 1)");
    assert.ok(!(await page.evaluate(() => globalThis.bare)), "the page was bare for a moment");
    assert.ok(await isMarked(page), "the page was loaded anew");
  },

  async "errors come over the last good page and go by themselves"(context, { base }) {
    const page = await open(context, base + ARTICLE);
    const title = await page.locator("h1").textContent();
    run("eject", "article.html");
    const stays = await settle(page, ".neighbours a");
    for (const [name, change, place, message, part] of [
      [SOURCE, (text) => text.replace(/^title: .*/m, "title: @<img src=x onerror=\"document.title='hacked'\">"), `${SOURCE}:`, "", "<img src=x"],
      ["templates/article.html", (text) => text.replace("{% block main %}", "{% block main %}{{ <b>oops }}"), "templates/article.html:2:", "", "<b>oops"],
      ["templates/article.html", (text) => text.replace("{% block main %}", "{% block main %}{{ nobody.knows }}"), "templates/article.html:2:", "nobody", "nobody.knows"],
      ["archive.yaml", (text) => `${text}\ntitel: <script>alert(1)</script>\n`, "archive.yaml:", "titel", "<script>alert(1)</script>"],
    ]) {
      const mend = await edit(name, change);
      await overlay(page).waitFor();
      const said = await overlay(page).innerText();
      for (const expected of [place, message, part]) assert.ok(said.includes(expected), `${expected} is not in: ${said}`);
      assert.equal(await overlay(page).locator("img, b, script").count(), 0, "markup of a message was taken for markup");
      assert.equal(await overlay(page).locator("mark").count(), 1, said);
      assert.equal(await overlay(page).getAttribute("role"), "alert");
      assert.equal(await page.locator("h1").textContent(), title, "the last good page is gone");
      await stays(`${name} is broken`);
      // Loaded anew it is the same.
      const again = await open(context, base + ARTICLE);
      await overlay(again).waitFor();
      assert.equal(await again.locator("h1").textContent(), title, "the last good page is gone");
      await mend();
      await healed(page);
      await healed(again);
      await stays(`${name} is mended`);
      await again.close();
    }
    assert.ok(await isMarked(page), "the page was loaded anew");
  },

  async "all errors are told, with hints, and can be put away with the keyboard"(context, { base }) {
    const page = await open(context, `${base}/`);
    const mend = [];
    for (const name of ["content/2022/abbara.md", "content/2024/bridge-toll.md", "content/2024/chess-rematch.md"]) {
      mend.push(await edit(name, (text) => text.replace(/^title: .*/m, "title: [unclosed")));
    }
    await shows(page, "backissue-problems summary", "3 errors");
    mend.push(await edit("archive.yaml", (text) => `${text}\ntimezome: UTC\n`));
    await shows(page, "backissue-problems .hint", "timezone");
    const list = page.locator("backissue-problems ol");
    await page.evaluate(() => document.activeElement.blur());
    await page.keyboard.press("Tab");
    assert.equal(await page.evaluate(() => document.activeElement.localName), "backissue-problems", "the first step leads elsewhere");
    await page.keyboard.press("Enter");
    await list.waitFor({ state: "hidden" });
    await page.keyboard.press("Enter");
    await list.waitFor();
    await page.keyboard.press("Escape");
    await list.waitFor({ state: "hidden" });
    // What was put away stays away when the page is looked at again, as long as it is the same.
    await mend.pop()();
    await shows(page, "backissue-problems summary", "3 errors");
    await list.waitFor();
    for (const one of mend) await one();
    await healed(page);
  },

  async "an address without a page comes to life"(context, { base }) {
    const url = "/2024/05/30/brand-new.html";
    const page = await open(context, base + url, 404);
    await write("content/2024/brand-new.md", "---\ntitle: Brand new\ndate: 2024-05-30\n---\n\nHere it is.\n");
    await shows(page, "h1", "Brand new");
    assert.ok(await isMarked(page), "the page was loaded anew");
    await rm(path.join(project, "content/2024/brand-new.md"));
    await shows(page, "h1", "Not found");
  },

  async "a page with a script works after it was changed"(context, { base }) {
    const page = await open(context, `${base}/lookup/`);
    run("eject", "i18n/en.yaml");
    await edit("templates/i18n/en.yaml", (text) => text.replace(/^lookup_find: .*/m, "lookup_find: Seek"));
    await shows(page, "#lookup button", "Seek");
    await page.waitForFunction(() => !document.querySelector("#lookup").hidden);
    await page.fill("#address", "https://nothing.example/");
    await page.locator("#lookup button").click();
    await page.waitForFunction(() => document.querySelector("#lookup [role=status]").textContent !== "");
  },

  async "links lead to whole pages while the site is changed"(context, { base, next }) {
    const page = await open(context, `${base}/`);
    let going = true;
    const editing = (async () => {
      for (let n = 0; going; n += 1) {
        const text = (await read(SOURCE)).replace(/^title: .*/m, `title: Number ${n}`);
        await write(SOURCE, `${text.split("\n\nText ")[0]}\n\nText ${n}\n`);
        // A page is waited for while its article is being changed, which must end some time.
        await next("shown");
      }
    })();
    try {
      for (let n = 0; n < 25; n += 1) {
        const links = await page.locator("main a[href^='/']").evaluateAll((links) => links.map((link) => link.getAttribute("href")).filter((url) => /(\/|\.html)$/.test(url)));
        const response = await page.goto(base + (n % 3 ? links[(n * 7) % links.length] : ARTICLE));
        assert.equal(response.status(), 200, response.url());
        assert.ok((await page.content()).trimEnd().endsWith("</html>"), response.url());
      }
    } finally {
      going = false;
      await editing;
    }
    const [, title] = (await read(SOURCE)).match(/^title: (.*)/m);
    await page.goto(base + ARTICLE);
    await shows(page, "h1", title);
  },

  async "the policy of the theme is in force"(context, { base }) {
    const page = await open(context, `${base}/`);
    page.provoked = /Content Security Policy|policy: script-src-elem inline/;
    await page.evaluate(() => {
      document.addEventListener("securitypolicyviolation", () => void (globalThis.refused = true));
      const script = document.createElement("script");
      script.textContent = "globalThis.injected = true";
      document.body.append(script);
    });
    await page.waitForFunction(() => globalThis.refused);
    assert.ok(!(await page.evaluate(() => globalThis.injected)));
  },

  async "those who follow are taken along, and told when there is nobody to follow"(context, { base, end }) {
    const page = await open(context, `${base}/`);
    await edit("content/2024/bridge-toll.md", (text) => text.replace(/^title: .*/m, "title: Toll paid in beetroots"));
    await shows(page, "h1", "Toll paid in beetroots");
    assert.equal(new URL(page.url()).pathname, "/2024/04/18/bridge-toll.html");
    await heard(page);
    await edit("content/2024/bridge-toll.md", (text) => text.replace(/^title: .*/m, "title: Toll paid in radishes"));
    await shows(page, "h1", "Toll paid in radishes");
    page.provoked = /net::ERR_/;
    await end();
    await shows(page, "backissue-problems .message", "does not answer");
    await page.close();
  },
};

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });
let failed = 0;
for (const [name, step] of Object.entries(steps)) {
  project = await mkdtemp(path.join(tmpdir(), "backissue-serve-"));
  run("init");
  const served = await serve(...(name.startsWith("those who follow") ? ["--follow"] : []));
  const context = await browser.newContext({ viewport: { width: 800, height: 500 } });
  await context.addInitScript(observe);
  try {
    const late = new Promise((_, fail) => setTimeout(fail, 5 * PATIENCE, new Error("it does not end")).unref());
    await Promise.race([step(context, served), late]);
    if (findings.length > 0) throw new Error(findings.join("\n"));
    console.log(`ok: ${name}`);
  } catch (error) {
    failed += 1;
    console.error(`failed: ${name}\n${error.stack}`);
  }
  findings.length = 0;
  await context.close();
  await served.end();
  await rm(project, { recursive: true });
}
await browser.close();
console.log(`${Object.keys(steps).length} checks of serve, ${failed} failed`);
process.exit(failed > 0 ? 1 : 0);
