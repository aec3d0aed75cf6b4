// Finds an article by its original address: the shard that the address falls into says where it is now.
"use strict";
{
  const form = document.getElementById("lookup");
  const status = form.querySelector("[role=status]");
  const tracking = form.dataset.tracking.split(" ");

  // What addresses of one article have in common; the same as `lookup_key` of the program that made this page.
  const key = (text) => {
    text = text.trim();
    if (!/^https?:\/\//i.test(text)) text = "http://" + text;
    const archived = /^[a-z]+:\/\/(?:[^/?#]*\.)?archive\.org\/web\/[^?#]*?(https?:.*)$/i;
    for (let held; (held = text.match(archived)); ) text = held[1];
    const url = new URL(text);
    const counts = (pair) => {
      const name = pair.split("=")[0].toLowerCase();
      return pair && !name.startsWith(form.dataset.prefix) && !tracking.includes(name);
    };
    const query = url.search.slice(1).split("&").filter(counts).join("&");
    const path = url.pathname.replace(/\/+$/, "");
    return (url.hostname.replace(/^www\./, "") + path + (query && "?" + query)).toLowerCase();
  };

  // FNV-1a, 32 bits.
  const shard = (text) => {
    let hash = 0x811c9dc5;
    for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193);
    return ((hash >>> 0) & (form.dataset.count - 1)).toString(16);
  };

  const say = (text, articles = []) => {
    const list = document.createElement("ul");
    for (const [title, url] of articles) {
      const link = document.createElement("a");
      link.href = url;
      link.textContent = title;
      list.append(document.createElement("li"));
      list.lastChild.append(link);
    }
    const line = document.createElement("p");
    line.textContent = text;
    status.replaceChildren(line, ...(articles.length ? [list] : []));
  };

  const find = async () => {
    const { found, missing, error } = status.dataset;
    let wanted;
    try {
      wanted = key(form.address.value);
    } catch {
      return say(missing);
    }
    try {
      const answer = await fetch(form.dataset.folder + shard(wanted) + ".json");
      const articles = answer.ok ? (await answer.json())[wanted] : undefined;
      if (!answer.ok && answer.status !== 404) throw new Error(answer.status);
      say(articles ? found : missing, articles);
    } catch {
      say(error);
    }
  };

  form.hidden = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    find();
  });
}
