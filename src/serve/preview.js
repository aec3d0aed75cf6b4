// Keeps a page of the preview up to date. It is added to responses and is in no file of the site.
(() => {
  "use strict";
  const own = "/.backissue/";
  const isOurs = (script) => script.getAttribute("src") === own + "preview.js";
  const runs = (script) => !isOurs(script) && ["", "module", "text/javascript"].includes(script.type);
  let hash = document.currentScript.dataset.page;
  let events = null;
  let failures = 0;
  let turn = 0;

  // Whether a style sheet came.
  const loaded = (link) => new Promise((done) => {
    link.addEventListener("load", () => done(true));
    link.addEventListener("error", () => done(false));
  });

  // What is the same stays, above all style sheets: fetched anew, they would leave the page bare for a moment.
  const replaceHead = async (next, isLast) => {
    const old = [...document.head.children];
    const waiting = [];
    for (const node of [...next.children]) {
      const same = old.findIndex((known) => known.isEqualNode(node));
      if (same >= 0) {
        old.splice(same, 1);
        continue;
      }
      document.head.append(document.adoptNode(node));
      if (node.localName === "link" && node.rel === "stylesheet") waiting.push(loaded(node));
    }
    await Promise.all(waiting);
    // Else the next one may have kept what this one was to remove.
    if (isLast()) for (const node of old) node.remove();
  };

  // Where an element is, as a way down from the body.
  const trail = (node) => {
    const way = [];
    for (; node && node !== document.body; node = node.parentElement) {
      if (!node.parentElement) return null;
      way.unshift([...node.parentElement.children].indexOf(node));
    }
    return node && way.length > 0 ? way : null;
  };

  const focus = (id, way, name) => {
    let found = id ? document.getElementById(id) : null;
    if (!found && way) found = way.reduce((node, at) => node && node.children[at], document.body);
    if (found && found.localName === name) found.focus({ preventScroll: true });
  };

  const replaceBody = (next) => {
    const { id, localName } = document.activeElement || {};
    const way = trail(document.activeElement);
    const details = () => [...document.body.querySelectorAll("details")];
    const unfolded = details().map((one) => one.open);
    const { scrollX: left, scrollY: top } = window;
    document.body.replaceWith(document.adoptNode(next));
    if (details().length === unfolded.length) details().forEach((one, at) => { one.open = unfolded[at]; });
    if (way) focus(id, way, localName);
    window.scrollTo({ left, top, behavior: "instant" });
  };

  const reload = async () => {
    const now = ++turn;
    const isLast = () => now === turn;
    const response = await fetch(location.pathname + location.search, { cache: "no-store" });
    const text = await response.text();
    if (!isLast()) return;
    const next = new DOMParser().parseFromString(text, "text/html");
    const script = [...next.scripts].find(isOurs);
    // What a page's own scripts made of it can only be made again from the beginning.
    if (!script || [...document.scripts, ...next.scripts].some(runs)) return location.reload();
    hash = script.dataset.page;
    const root = document.documentElement;
    for (const name of root.getAttributeNames()) root.removeAttribute(name);
    for (const { name, value } of next.documentElement.attributes) root.setAttribute(name, value);
    await replaceHead(next.head, isLast);
    if (isLast()) replaceBody(next.body);
  };

  const restyle = ({ page, styles }) => {
    hash = page;
    for (const link of document.querySelectorAll("link[rel~=stylesheet]")) {
      const style = styles.find((style) => link.getAttribute("href") === style.old);
      if (!style) continue;
      const fresh = link.cloneNode();
      fresh.setAttribute("href", style.new);
      if (fresh.hasAttribute("integrity")) fresh.setAttribute("integrity", style.integrity);
      loaded(fresh).then((came) => {
        if (came) return link.remove();
        // It was changed again meanwhile. What is shown stays until the page has said what it wants now.
        fresh.remove();
        reload().catch(() => {});
      });
      link.after(fresh);
    }
  };

  // Files whose address stays while their bytes change: what shows them asks again, by an address that is new.
  const refetch = ({ change, urls }) => {
    const isOne = (url) => urls.includes(new URL(url, location.href).pathname);
    for (const node of document.querySelectorAll("img[src], link[href], script[src], source, video, audio, object, embed, iframe")) {
      const name = node.localName === "link" ? "href" : "src";
      const url = node.getAttribute(name);
      if (!url || !isOne(url)) continue;
      const now = `${new URL(url, location.href).pathname}?change=${change}`;
      if (node.localName === "img") {
        node.setAttribute(name, now);
      } else if (node.localName === "link") {
        const fresh = node.cloneNode();
        fresh.setAttribute(name, now);
        loaded(fresh).then(() => node.remove());
        node.after(fresh);
      } else {
        return location.reload();
      }
    }
  };

  // What is said may hold anything: it is only ever set as text.
  const make = (name, properties, ...inside) => {
    const node = Object.assign(document.createElement(name), properties);
    node.append(...inside);
    return node;
  };

  // The line with the letter that is meant. A mark, as spaces and a caret are not below it after tabs or wide letters.
  const excerpt = ({ excerpt: line, column }) => {
    const letters = [...line];
    const at = column ? column - 1 : Infinity;
    if (at > letters.length) return make("pre", {}, line);
    const [before, after] = [letters.slice(0, at).join(""), letters.slice(at + 1).join("")];
    return make("pre", {}, before, make("mark", {}, letters[at] || " "), after);
  };

  const entry = (problem) => {
    const item = make("li", {});
    if (problem.place) item.append(make("p", { className: "place" }, problem.place));
    item.append(make("p", { className: "message" }, problem.message));
    if (problem.excerpt) item.append(excerpt(problem));
    if (problem.page) item.append(make("p", { className: "page" }, `while making ${problem.page}`));
    if (problem.hint) item.append(make("p", { className: "hint" }, `hint: ${problem.hint}`));
    return item;
  };

  const summary = make("summary", {});
  const list = make("ol", {});
  const details = make("details", {}, summary, list);
  const section = make("section", { role: "alert", hidden: true }, details);
  let styled = null;
  let said = "[]";

  // Made when there is something to say, and never taken away again: the style sheet would be fetched anew, and bare
  // words push the page down. Before the body, which is replaced, and so that the first step with the keyboard leads there.
  const place = () => {
    const overlay = make("backissue-problems", { lang: "en", dir: "ltr" });
    const style = make("link", { rel: "stylesheet", href: own + "preview.css" });
    overlay.attachShadow({ mode: "open" }).append(style, section);
    document.body.before(overlay);
    return loaded(style);
  };

  const show = async (problems) => {
    const now = JSON.stringify(problems);
    if (now === said) return;
    said = now;
    if (problems.length > 0) await (styled ??= place());
    if (now !== said) return;
    section.hidden = problems.length === 0;
    summary.replaceChildren(problems.length === 1 ? "1 error" : `${problems.length} errors`);
    list.replaceChildren(...problems.map(entry));
    details.open = true;
  };

  const subscribe = () => {
    if (events) events.close();
    events = null;
    // A browser has few connections to a host: pages that nobody sees must not use them up.
    if (document.hidden) return;
    const query = `?page=${encodeURIComponent(location.pathname)}&hash=${encodeURIComponent(hash)}`;
    const source = new EventSource(`${own}events${query}`);
    const on = (name, act) => source.addEventListener(name, (event) => act(JSON.parse(event.data)));
    on("reload", () => reload().catch(() => {}));
    on("css", restyle);
    on("files", refetch);
    on("problems", show);
    on("goto", (url) => location.assign(url));
    source.addEventListener("open", () => { failures = 0; });
    source.addEventListener("error", () => {
      // Tried again by hand, as the address names the bytes that are shown now.
      source.close();
      if (events !== source) return;
      failures += 1;
      if (failures > 1) show([{ message: "backissue serve does not answer", hint: "start it again; this page will notice" }]);
      setTimeout(() => events === source && subscribe(), 1000);
    });
    events = source;
  };

  document.addEventListener("keydown", (event) => { if (event.key === "Escape") details.open = false; });
  document.addEventListener("visibilitychange", subscribe);
  window.addEventListener("pagehide", () => events && events.close());
  window.addEventListener("pageshow", (event) => event.persisted && subscribe());
  subscribe();
})();
