"""The texts that the model of plain texts learns from: those of the cleaning sets, and what is made of them so that it
knows what they do not show – stories with nothing around them, other layouts, said titles, scripts without case and
scripts without spaces."""

import re
import zlib

# Letters of a script that has no case, and of one that has no spaces between words.
CASELESS = dict(zip("abcdefghijklmnopqrstuvwxyz", "ابتثجحخدذرزسشصضطظعغفقكلمنه"))
CASELESS |= {",": "،", ";": "؛", "?": "؟"}
MARKS = {".": "。", ",": "，", "!": "！", "?": "？", ":": "：", "“": "「", "”": "」", "(": "（", ")": "）"}
LATIN = re.compile(r"[^\W\d_]+")
SPACE = re.compile(r"(?<=[\u3000-\u9fff\uff00-\uffef]) (?=[\u3000-\u9fff\uff00-\uffef])")


def caseless(text):
    return "".join(CASELESS.get(letter, letter) for letter in text.lower())


def wide(text):
    """Each word as one to three letters of its own, as a Chinese text would have."""

    def letters(match):
        word = match[0].lower()
        count = 1 if len(word) < 5 else 2 if len(word) < 10 else 3
        return "".join(chr(0x4E00 + zlib.crc32(f"{word}{at}".encode()) % 0x3000) for at in range(count))

    text = LATIN.sub(letters, text)
    text = re.sub(r"(?<=[\u4e00-\u9fff])[.,!?:](?=\s|$)", lambda sign: MARKS[sign[0]], text)
    return re.sub(SPACE, "", text)


def number(key):
    return zlib.crc32(key.encode())


def made(entries, titles):
    """Entries with the mode that says which of them were imported together, and the weight that each has."""
    out = []

    def add(entry, mode, weight, **other):
        out.append({**entry, "mode": mode, "weight": weight, **other})

    for entry in entries:
        key = f"{entry['id']}|{entry['mode']}"
        title, mode = titles.get(entry["id"]), entry["mode"]
        add(entry, mode, 1.0)
        chance = number(key) % 8
        if chance in (0, 1) and title:
            add(entry, f"{mode} titled", 0.5, title=title)
        alone = f"{mode} alone {entry['id']}"
        if chance in (2, 3) and entry["set"] == "an":
            add(entry, alone, 0.5)
        if chance == 4:
            add({**entry, "input": caseless(entry["input"]), "truth": caseless(entry["truth"])}, f"{mode} caseless", 0.5)
        if chance in (5, 6):
            add({**entry, "input": wide(entry["input"]), "truth": wide(entry["truth"])}, f"{mode} wide", 0.5)
        if mode == "box":
            clean(entry, title, add)
        if mode != "box":
            small(entry, add)
    return out


def added(entries, titles):
    """What is made of pages that are not in the set: they are not imported together with it, and there are enough of
    other scripts."""
    made_of = made(entries, titles)
    out = [entry for entry in made_of if entry["mode"].split()[0] not in ("blk", "box", "soup")]
    for entry in made_of:
        if entry["mode"] in ("blk", "box", "soup"):
            out.append({**entry, "mode": f"{entry['mode']} more"})
    return out


def small(entry, add):
    """A few paragraphs of a story with a few lines of what stands above and below it: pages of small outlets."""
    chance = number(f"small{entry['id']}{entry['mode']}")
    script = (str, str, caseless, wide)[chance % 4]
    told = [line.strip() for line in entry["truth"].split("\n") if line.strip()]
    lines = [line.strip() for line in entry["input"].split("\n") if line.strip()]
    found = [at for at, line in enumerate(lines) if line in told]
    if len(found) < 3:
        return
    first, last = found[0], found[min(len(found), 3 + chance // 1600 % 12) - 1]
    above = lines[max(0, first - 3 - chance // 4 % 20) : first]
    below = lines[found[-1] + 1 :][: 2 + chance // 80 % 20]
    paragraphs = told[told.index(lines[first]) : told.index(lines[last]) + 1]
    gap = "\n\n" if chance // 19200 % 2 and entry["mode"] == "blk" else "\n"
    kind = {"input": script(gap.join(above + lines[first : last + 1] + below)), "truth": script("\n".join(paragraphs))}
    add({**entry, **kind}, f"small {entry['id']}", 1.0)


def clean(entry, title, add):
    """The story alone, or below its title, in blocks or in lines, whole or the beginning of it; of no script in
    particular."""
    paragraphs = [line.strip() for line in entry["truth"].split("\n") if line.strip()]
    if not paragraphs:
        return
    chance = number("clean" + entry["id"])
    script = (str, str, str, caseless, wide)[chance // 7 % 5]
    if chance % 3 == 0:
        paragraphs = paragraphs[: 2 + chance // 5 % 10]
    told = [script(line) for line in paragraphs]
    above = [script(title)] if title and chance % 4 else []
    gap = "\n\n" if chance // 3 % 3 else "\n"
    said = script(title) if title and chance // 11 % 2 else None
    kind = {"input": gap.join(above + told), "truth": "\n".join(told)}
    add({**entry, **kind}, f"clean {entry['id']}", 2.5, title=said, clean=True)
