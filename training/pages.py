"""Pages of the cleaning sets as the texts that a scraper leaves of them, in the three modes of `text-dev.json`."""

import json
from html.parser import HTMLParser

from labels import runs, words

VOID = set("area base br col embed hr img input link meta param source track wbr".split())
SILENT = set("script style noscript template svg iframe object canvas video audio textarea select".split())
BLOCK = set(
    "address article aside blockquote body button center dd details dialog dir div dl dt fieldset figcaption figure "
    "footer form h1 h2 h3 h4 h5 h6 header hgroup hr legend li main menu nav ol option p pre section summary table tbody "
    "td tfoot th thead title tr ul br".split()
)
# What an element ends that was left open, and what it does not look beyond for that.
ENDS = {"p": "p", "li": "li", "dt": "dt dd", "dd": "dt dd", "tr": "tr td th", "td": "td th", "th": "td th", "option": "option"}
BOUNDS = set("ul ol dl table div section article body td th".split())
# The share of a truth's words that its container has.
SHARE = 0.95


class Node:
    def __init__(self, name, above):
        self.name, self.above, self.parts = name, above, []


class Tree(HTMLParser):
    """Elements and texts, nearly as browsers would nest them."""

    def __init__(self):
        super().__init__()
        self.root = self.at = Node("root", None)

    def handle_starttag(self, name, attributes):
        if name in ENDS:
            ended = ENDS[name].split()
            node = self.at
            while node.above and node.name not in BOUNDS - set(ended):
                if node.name in ended:
                    self.at = node.above
                    break
                node = node.above
        elif name in BLOCK and name != "br" and self.at.name == "p":
            self.at = self.at.above
        node = Node(name, self.at)
        self.at.parts.append(node)
        if name not in VOID:
            self.at = node

    def handle_startendtag(self, name, attributes):
        if name in BLOCK | SILENT and name not in VOID or name in ("a", "span", "i", "b", "em", "strong"):
            self.handle_starttag(name, attributes)
        else:
            self.at.parts.append(Node(name, self.at))

    def handle_endtag(self, name):
        node = self.at
        while node.above and node.name != name:
            node = node.above
        if node.above:
            self.at = node.above

    def handle_data(self, text):
        self.at.parts.append(text)


def find(node, name):
    """The first element of a name, from above."""
    waiting = [node]
    while waiting:
        node = waiting.pop()
        if node.name == name:
            return node
        waiting += [part for part in reversed(node.parts) if isinstance(part, Node)]
    return None


def blocks(node):
    """The text of each element that is a block."""
    found, waiting = [[]], [node]
    while waiting:
        part = waiting.pop()
        if part is None:
            found.append([])
        elif isinstance(part, str):
            found[-1].append(part)
        elif part.name not in SILENT:
            if part.name in BLOCK:
                found.append([])
                waiting.append(None)
            waiting += reversed(part.parts)
    lines = (" ".join("".join(pieces).split()) for pieces in found)
    return [line for line in lines if line]


def pieces(node):
    """Each text on its own."""
    found, waiting = [], [node]
    while waiting:
        part = waiting.pop()
        if isinstance(part, str):
            found += [" ".join(part.split())] if part.strip() else []
        elif part.name not in SILENT:
            waiting += reversed(part.parts)
    return found


def container(node, truth):
    """The element around the smallest one that has nearly all of the truth."""
    told = set(runs(words(truth)))
    held = lambda node: len(told & set(runs(words(" ".join(blocks(node))))))
    whole = held(node)
    top = node
    while True:
        inner = [(held(part), at) for at, part in enumerate(node.parts) if isinstance(part, Node) and part.parts]
        most, at = max(inner, key=lambda it: it[0], default=(0, 0))
        if not told or most < SHARE * whole or not most:
            return node if node is top else node.above
        node = node.parts[at]


def texts(folder, known):
    """Texts of the pages of a folder that are not known, and their titles."""
    found, titles = [], {}
    for key, page in sorted(json.loads((folder / "gt.json").read_text()).items()):
        if key in known or not page.get("text"):
            continue
        tree = Tree()
        tree.feed((folder / "html" / f"{key}.html").read_bytes().decode("utf-8", "replace"))
        tree.close()
        body, title = find(tree.root, "body") or tree.root, find(tree.root, "title")
        box = (blocks(title) if title else []) + blocks(container(body, page["text"]))
        truth = "\n".join(" ".join(line.split()) for line in page["text"].split("\n") if line.strip())
        entry = {"id": key, "set": folder.name, "outlet": page.get("outlet") or key, "truth": truth}
        for mode, text in (("blk", "\n\n".join(blocks(body))), ("box", "\n\n".join(box)), ("soup", "\n".join(pieces(body)))):
            found.append({**entry, "mode": mode, "input": text})
        titles[key] = page.get("title")
    return found, titles
