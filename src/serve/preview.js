// Keeps a page of the preview up to date. It is added to responses and is in no file of the site.
(() => {
  "use strict";
  const own = "/.backissue/";
  const isOurs = (node) => node.localName === "script" && node.getAttribute("src") === own + "preview.js";
  let hash = document.currentScript.dataset.page;
  let events = null;
  let overlay = null;
  let turn = 0;

  // Scripts that a parser made without running them run when they are made anew.
  const alive = (node) => {
    if (node.localName !== "script" || isOurs(node)) return node;
    const script = document.createElement("script");
    for (const { name, value } of node.attributes) script.setAttribute(name, value);
    script.textContent = node.textContent;
    return script;
  };

  const loaded = (link) => new Promise((done) => {
    link.addEventListener("load", done);
    link.addEventListener("error", done);
  });

  // What is the same stays, above all style sheets: fetched anew, they would leave the page bare for a moment.
  const replaceHead = async (next) => {
    const old = [...document.head.children];
    const waiting = [];
    for (const node of [...next.children]) {
      const same = old.findIndex((known) => known.isEqualNode(node));
      if (same >= 0) {
        old.splice(same, 1);
        continue;
      }
      const fresh = alive(document.adoptNode(node));
      if (fresh.localName === "link" && fresh.rel === "stylesheet") waiting.push(loaded(fresh));
      document.head.append(fresh);
    }
    await Promise.all(waiting);
    for (const node of old) node.remove();
  };

  // Where the focus is, as a way down from the body.
  const trail = (node) => {
    const way = [];
    for (; node && node !== document.body; node = node.parentElement) {
      if (!node.parentElement) return null;
      way.unshift([...node.parentElement.children].indexOf(node));
    }
    return node ? way : null;
  };

  const replaceBody = (next) => {
    const focused = document.activeElement;
    const way = focused && focused !== document.body ? trail(focused) : null;
    const id = focused && focused.id;
    const { scrollX: x, scrollY: y } = window;
    document.adoptNode(next);
    for (const script of next.querySelectorAll("script")) script.replaceWith(alive(script));
    document.body.replaceWith(next);
    let found = id ? document.getElementById(id) : null;
    if (!found && way) found = way.reduce((node, at) => node && node.children[at], document.body);
    if (found) found.focus({ preventScroll: true });
    window.scrollTo({ left: x, top: y, behavior: "instant" });
  };

  const reload = async () => {
    const now = ++turn;
    const response = await fetch(location.pathname + location.search, { cache: "no-store" });
    const text = await response.text();
    // Of two that overlap the later counts.
    if (now !== turn) return;
    const next = new DOMParser().parseFromString(text, "text/html");
    const script = [...next.querySelectorAll("script")].find(isOurs);
    if (!script) return location.reload();
    hash = script.dataset.page;
    for (const { name } of [...document.documentElement.attributes]) document.documentElement.removeAttribute(name);
    for (const { name, value } of next.documentElement.attributes) document.documentElement.setAttribute(name, value);
    await replaceHead(next.head);
    if (now === turn) replaceBody(next.body);
  };

  const restyle = ({ page, styles }) => {
    hash = page;
    for (const link of document.querySelectorAll("link[rel~=stylesheet]")) {
      const style = styles.find((style) => link.getAttribute("href") === style.old);
      if (!style) continue;
      const fresh = link.cloneNode();
      fresh.setAttribute("href", style.new);
      if (fresh.hasAttribute("integrity")) fresh.setAttribute("integrity", style.integrity);
      loaded(fresh).then(() => link.remove());
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

  const line = (parent, name, kind, text) => {
    if (!text) return;
    const node = document.createElement(name);
    node.className = kind;
    node.textContent = text;
    parent.append(node);
  };

  const show = (problems) => {
    if (overlay) overlay.remove();
    overlay = null;
    if (problems.length === 0) return;
    overlay = document.createElement("backissue-problems");
    const root = overlay.attachShadow({ mode: "open" });
    const style = document.createElement("link");
    style.rel = "stylesheet";
    style.href = own + "preview.css";
    const section = document.createElement("section");
    section.setAttribute("role", "alert");
    const close = document.createElement("button");
    close.textContent = "Hide";
    close.addEventListener("click", () => show([]));
    section.append(close);
    line(section, "h2", "", problems.length === 1 ? "1 error" : `${problems.length} errors`);
    for (const problem of problems) {
      const article = document.createElement("article");
      line(article, "p", "place", problem.place);
      line(article, "p", "message", problem.message);
      const caret = problem.column ? "\n" + " ".repeat(problem.column - 1) + "^" : "";
      if (problem.excerpt) line(article, "pre", "", problem.excerpt + caret);
      if (problem.page) line(article, "p", "", `while rendering ${problem.page}`);
      if (problem.hint) line(article, "p", "hint", `hint: ${problem.hint}`);
      section.append(article);
    }
    root.append(style, section);
    // Outside the body, which is replaced.
    document.documentElement.append(overlay);
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
    source.addEventListener("open", () => show([]));
    source.addEventListener("error", () => {
      // Tried again by hand, as the address names the bytes that are shown now.
      source.close();
      if (events === source) setTimeout(() => events === source && subscribe(), 1000);
    });
    events = source;
  };

  document.addEventListener("visibilitychange", subscribe);
  window.addEventListener("pagehide", () => events && events.close());
  window.addEventListener("pageshow", (event) => event.persisted && subscribe());
  subscribe();
})();
