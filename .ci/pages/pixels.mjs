// Measures how long an edit takes to be seen in Chromium: from saving an article to the frame that shows it.
//
//     node pixels.mjs FOLDER ARTICLE URL [--edits 30] [--pause 500] -- COMMAND ...
//
// COMMAND is started in FOLDER, such as `backissue serve --port 8123`, and is waited for until URL, the page of ARTICLE,
// answers. Then a word of its own is appended to the article, again and again. A word is seen when the frame after the
// one in which it came into the document begins: until then the first has been painted. Works with any server that
// keeps open pages up to date; some need a longer pause, in milliseconds, as a page that is loaded anew is not told of an
// edit that comes before it listens again. Prints milliseconds: median, 95th percentile and worst.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { appendFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { chromium } from "playwright-core";

const PATIENCE = 60_000;

const options = { edits: { type: "string", default: "30" }, pause: { type: "string", default: "500" } };
const { values, positionals } = parseArgs({ options, allowPositionals: true });
const [folder, article, url, ...command] = positionals;
assert.ok(command.length > 0, "what to start is not said");
const [edits, pause] = [Number(values.edits), Number(values.pause)];
const now = () => performance.timeOrigin + performance.now();

// In every document: looks for the newest word whenever something changes, and says when it has been painted.
function observe() {
  let newest = -1;
  const look = () => {
    const found = (document.body?.textContent ?? "").match(/seen-word-(\d+)/g) ?? [];
    const last = Math.max(-1, ...found.map((word) => Number(word.slice("seen-word-".length))));
    if (last <= newest) return;
    newest = last;
    const tell = () => globalThis.painted(last, performance.timeOrigin + performance.now());
    requestAnimationFrame(() => requestAnimationFrame(tell));
  };
  new MutationObserver(look).observe(document, { childList: true, characterData: true, subtree: true });
}

async function answers() {
  const end = now() + 10 * PATIENCE;
  while (!(await fetch(url).then((response) => response.ok, () => false))) {
    assert.ok(now() < end, `${url} does not answer`);
    await sleep(50);
  }
}

async function measure(waiting) {
  const took = [];
  // The article may hold words of an earlier run.
  const first = Date.now();
  for (let n = first; n < first + edits; n += 1) {
    const painted = new Promise((done) => waiting.set(n, done));
    const late = sleep(PATIENCE, undefined, { ref: false }).then(() => assert.fail("an edit was not seen"));
    const start = now();
    await appendFile(path.join(folder, article), `\nseen-word-${n}\n`);
    took.push((await Promise.race([painted, late])) - start);
    // Not in step with the frames.
    await sleep(pause + ((n * 7) % 17));
  }
  return took.sort((a, b) => a - b);
}

const child = spawn(command[0], command.slice(1), { cwd: folder, stdio: "ignore" });
const ended = new Promise((done) => child.on("exit", done));
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });
try {
  await answers();
  const page = await browser.newPage();
  const waiting = new Map();
  await page.exposeFunction("painted", (n, when) => waiting.get(n)?.(when));
  await page.addInitScript(observe);
  await page.goto(url);
  // What the start left to be done is done, and the page is listened to.
  await sleep(5000);
  const took = await measure(waiting);
  const at = (part) => took[Math.min(took.length - 1, Math.floor(took.length * part))].toFixed(0);
  console.log(`save to pixels, ${took.length} edits: median ${at(0.5)} ms, 95 % ${at(0.95)} ms, worst ${at(1)} ms`);
} finally {
  await browser.close();
  child.kill("SIGINT");
  await ended;
}
