// Reads a built site as other programs do: `node read.mjs PROJECT PUBLIC`. What public parsers of microformats, Open
// Graph, Dublin Core, JSON-LD, citations and sitemaps find is held against the front matter of the project's articles.
import { createReadStream } from "node:fs";
import { readFile, readdir } from "node:fs/promises";
import { createRequire } from "node:module";
import { isDeepStrictEqual } from "node:util";
import path from "node:path";
import { Cite } from "@citation-js/core";
import "@citation-js/plugin-bibtex";
import "@citation-js/plugin-ris";
import metadata from "html-metadata";
import { XmlDocument, XsdValidator } from "libxml2-wasm";
import { mf2 } from "microformats-parser";
import { parseSitemapIndex } from "sitemap";
import YAML from "yaml";
import { mistakes } from "./vocabulary.mjs";

const [project, site] = process.argv.slice(2).map((name) => path.resolve(name));
const text = (...names) => readFile(path.join(...names), "utf8");
const config = YAML.parse(await text(project, "archive.yaml"));
const findings = [];

function same(where, found, wanted) {
  if (!isDeepStrictEqual(found, wanted)) findings.push(`${where}: ${JSON.stringify(found)} is not ${JSON.stringify(wanted)}`);
}

// A title as BibTeX can hold it: braces would have to be in pairs.
const braceless = (title) => title.replaceAll("{", "(").replaceAll("}", ")");
const list = (value) => (value === undefined ? [] : [value].flat().map(String));

// A date of front matter as programs are told it: as much as is known, with the offset if there is a time.
function iso(value) {
  if (value === undefined) return undefined;
  const [, day, time, zone] = String(value).match(/^([\d-]+?)(?:[ T]([\d:]+) ?(Z|[+-][\d:]+))?[~?]?$/);
  return time ? `${day}T${time.padStart(8, "0")}${zone.replace(/^(.\d\d)(\d\d)$/, "$1:$2").replace("+00:00", "Z")}` : day;
}

// Every published article: its page and what its source says of it.
async function articles() {
  const found = [];
  for (const name of await readdir(path.join(site, "manifest"))) {
    for (const line of (await text(site, "manifest", name)).trim().split("\n")) {
      const { path: page, source } = JSON.parse(line);
      if (!source.startsWith("content/") || !page.endsWith(".html")) continue;
      const html = await text(site, page);
      if (!html.includes('<body class="kind-article">')) continue;
      const [, front, body] = (await text(project, source)).match(/^---\n(.*?)^---\n(.*)/ms);
      // A file's name may hold the date.
      const date = path.basename(source).match(/^\d{4}-\d\d-\d\d/)?.[0];
      found.push({ page, html, body, url: `${config.base_url}/${page}`, said: { date, ...YAML.parse(front) } });
    }
  }
  return found;
}

function microformats({ page, html, body, url, said }) {
  const { items } = mf2(html, { baseUrl: url, experimental: { lang: true } });
  same(`${page}: items`, items.map(({ type }) => type), [["h-entry"]]);
  const [{ lang, properties: entry }] = items;
  same(`${page}: lang`, lang, said.lang ?? config.lang ?? "en");
  same(`${page}: p-name`, entry.name, [said.title]);
  same(`${page}: p-summary`, entry.summary, said.subtitle && [said.subtitle]);
  same(`${page}: dt-published`, entry.published?.[0], iso(said.date));
  same(`${page}: dt-updated`, entry.updated?.[0], iso(said.updated));
  same(`${page}: u-url, u-uid`, [entry.url, entry.uid], [[url], [url]]);
  same(`${page}: p-category`, entry.category ?? [], list(said.tags));
  const authors = entry.author ?? [];
  same(`${page}: p-author`, authors.map(({ type, properties }) => [type, properties?.name]), list(said.authors).map((name) => [["h-card"], [name]]));
  const home = `${config.base_url}/authors/`;
  for (const { value, properties } of authors) if (!properties?.url?.[0].startsWith(home)) findings.push(`${page}: ${value} has no page`);
  const sentence = body.match(/^\P{L}{0,2}([\p{L}\p{M}\p{N} ]{3,})/mu)[1].trim();
  if (!entry.content?.[0].value.includes(sentence)) findings.push(`${page}: e-content lacks \`${sentence}\``);
}

const one = (items) => (items.length > 1 ? items : items[0]);
const known = (object) => Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));
const lang = ({ said }) => said.lang ?? config.lang ?? "en";
const publisher = ({ said }) => said.source ?? said.first_published_by ?? config.publisher ?? config.title;

// An article is changed by an update or by a correction, whichever came last.
const modified = ({ said }) => [said.updated, ...(said.corrections ?? []).map(({ date }) => date)].map(iso).filter(Boolean).sort().pop();

function openGraph(article, { image, ...found }) {
  const { page, url, said } = article;
  const { description, ...rest } = found;
  same(`${page}: Open Graph`, rest, known({
    type: "article", title: said.title, url, site_name: config.title, locale: lang(article).replace("-", "_"),
    published_time: iso(said.date), modified_time: modified(article), author: one(list(said.authors)), section: said.section, tag: one(list(said.tags)),
  }));
  const summary = said.description ?? said.subtitle;
  if (summary ? description !== summary : !description) findings.push(`${page}: og:description is ${description}`);
  return image;
}

// The image is a published PNG, and its size is the one in its header.
async function openImage({ page, said }, image) {
  if (!said.image) return same(`${page}: og:image`, image, undefined);
  const bytes = await readFile(path.join(site, image.url.slice(config.base_url.length)));
  same(`${page}: og:image`, [image.width, image.height], [bytes.readUInt32BE(16), bytes.readUInt32BE(20)].map(String));
}

function dublinCore(article, found) {
  const { page, said } = article;
  same(`${page}: Dublin Core`, found, known({
    title: said.title, creator: one(list(said.authors)), date: iso(said.date), publisher: publisher(article),
    type: "newsItem", language: lang(article), rights: said.rights, source: said.original_url,
  }));
}

async function linkedData(article, found) {
  const { page, url, said } = article;
  for (const mistake of await mistakes(found)) findings.push(`${page}: JSON-LD: ${mistake}`);
  const names = (things) => things?.map(({ name }) => name) ?? [];
  const { headline, datePublished, dateModified, inLanguage, copyrightNotice, archivedAt, isBasedOn } = found;
  same(`${page}: JSON-LD`, known({ headline, url: found.url, datePublished, dateModified, inLanguage, copyrightNotice, archivedAt, original: isBasedOn?.url }), known({
    headline: said.title, url, datePublished: iso(said.date), dateModified: modified(article), inLanguage: lang(article),
    copyrightNotice: said.rights, archivedAt: said.archived_url, original: said.original_url,
  }));
  same(`${page}: JSON-LD: names`, [names(found.author), found.publisher.name, found.keywords ?? []], [list(said.authors), publisher(article), list(said.tags)]);
  same(`${page}: JSON-LD: corrections`, (found.correction ?? []).map(({ text }) => text).sort(), (said.corrections ?? []).map(({ text }) => text).sort());
}

// What a reference manager makes of the files beside an article: a piece of a newspaper.
async function citations(article) {
  const { page, url, said } = article;
  const parts = iso(said.date)?.slice(0, 10).split("-").map(Number);
  for (const format of ["bib", "ris", "csl.json"]) {
    const name = page.replace(/html$/, format);
    const { data } = new Cite(await text(site, name));
    same(`${name}: items`, data.length, 1);
    const [{ type, genre, title, author, reporter, issued, URL, ...item }] = data;
    const person = ({ given, family, literal }) => literal ?? [given, family].filter(Boolean).join(" ");
    same(`${name}: type`, genre ?? type, format === "bib" ? "newspaper" : "article-newspaper");
    same(`${name}: title`, [title, item["container-title"], URL], [format === "bib" ? braceless(said.title) : said.title, said.source, url]);
    // Of a RIS file this reader takes the year alone; of names in BibTeX it drops quotes and what is in brackets.
    const names = [reporter ?? author?.map(person) ?? []].flat();
    const lossy = (name) => format === "bib" && /["()]/.test(name);
    same(`${name}: names`, names.map((name, n) => (lossy(list(said.authors)[n]) ? "?" : name)), list(said.authors).map((name) => (lossy(name) ? "?" : name)));
    same(`${name}: date`, issued?.["date-parts"][0], format === "ris" ? parts?.slice(0, 1) : parts);
  }
}

// Lists are feeds of entries, which say what their articles say.
async function lists(all) {
  const known = new Map(all.map((article) => [article.url, article]));
  const listed = new Set();
  for (const page of (await readdir(site, { recursive: true })).filter((name) => name.endsWith(".html")).sort()) {
    const html = await text(site, page);
    if (!/class="[^"]*\bh-feed\b/.test(html)) continue;
    const { items } = mf2(html, { baseUrl: `${config.base_url}/${page}` });
    same(`${page}: items`, [...new Set(items.flatMap(({ type }) => type))], ["h-feed"]);
    for (const { type, properties: entry } of items.flatMap(({ children }) => children)) {
      const { said } = known.get(entry.url?.[0]) ?? { said: {} };
      same(`${page}: entry`, [type, entry.name, entry.published?.[0]], [["h-entry"], [said.title], iso(said.date)]);
      if (!entry.summary && !said.corrections) findings.push(`${page}: ${entry.name} has no p-summary`);
      listed.add(entry.url?.[0]);
    }
  }
  same("listed articles", [...listed].sort(), [...known.keys()].sort());
}

// The schema of sitemaps.org; for the index of sitemaps a strict reader.
async function sitemaps() {
  const schema = createRequire(import.meta.url).resolve("sitemap/package.json").replace("package.json", "schema/sitemap.xsd");
  const validator = XsdValidator.fromDoc(XmlDocument.fromBuffer(await readFile(schema)));
  const named = await parseSitemapIndex(createReadStream(path.join(site, "sitemap.xml")));
  const names = (await readdir(site)).filter((name) => /^sitemap-.*\.xml$/.test(name)).sort();
  same("sitemap.xml", named.map(({ url }) => url).sort(), names.map((name) => `${config.base_url}/${name}`));
  for (const name of names) {
    try {
      validator.validate(XmlDocument.fromBuffer(await readFile(path.join(site, name))));
    } catch (error) {
      findings.push(`${name}: ${error.message}`);
    }
  }
}

const all = await articles();
for (const article of all) {
  const found = await metadata.loadFromString(article.html);
  microformats(article);
  await openImage(article, openGraph(article, found.openGraph));
  dublinCore(article, found.dublinCore);
  same(`${article.page}: citation_title`, found.highwirePress, undefined);
  await linkedData(article, found.jsonLd);
  await citations(article);
}
await lists(all);
await sitemaps();
findings.forEach((finding) => console.error(finding));
console.log(`${all.length} articles read, ${findings.length} findings`);
process.exit(findings.length > 0 || all.length === 0 ? 1 : 0);
