#!/usr/bin/env python3
"""Trains the model that tells a story's blocks from the rest of a page, and measures it on outlets it has not seen.

  train.py --features PROGRAM --out DIR SET...

SET is a folder of the cleaning sets (`gt.json`, `html/`), PROGRAM the built `examples/features.rs`. Writes
`fold0.bin` ... `fold4.bin`, each without a fifth of the outlets, and `model.bin` with all. Nothing here computes a
feature: the rows are those that the program itself sees.
"""

import argparse
import json
import struct
import subprocess
from pathlib import Path

import lightgbm
import numpy

import lexicon
from labels import by_snippets, settled, words

FOLDS = 5
# Blocks around those of a story that all count.
NEAR = 12
# For the second look: what all of a story's words count together, the most that a block counts of it, and the words that a
# story has at least.
STORY, MOST, LEAST = 265.0, 0.5, 60
# How much more a block counts of which a snippet says whose it is: such blocks are few, and were picked for being hard.
SNIPPET = 2.0
SHARED = {
    "objective": "binary", "num_threads": 1, "seed": 7, "deterministic": True, "force_row_wise": True,
    "feature_pre_filter": False, "use_missing": False, "verbosity": -1, "bagging_freq": 1, "bagging_fraction": 0.8,
    "max_bin": 127, "lambda_l2": 5.0,
}
FIRST = {**SHARED, "num_leaves": 31, "learning_rate": 0.12, "min_data_in_leaf": 60, "feature_fraction": 0.4}
SECOND = {**SHARED, "num_leaves": 24, "learning_rate": 0.06, "min_data_in_leaf": 150, "feature_fraction": 0.3}
TREES = (80, 160)


def look(program, folders, out, scores=None):
    """What the program sees of each block of the pages in these folders, and a line about each page."""
    rows, lines = [], []
    for number, folder in enumerate(folders):
        name, extra = out / f"set{number}", []
        if scores is not None:
            name.with_suffix(".scores").write_bytes(scores[number].astype("<f4").tobytes())
            extra = [str(name.with_suffix(".scores"))]
        subprocess.run([program, str(folder), str(name), *extra], check=True)
        of_set = [{**json.loads(line), "set": number} for line in name.with_suffix(".jsonl").open()]
        columns = max(line["columns"] for line in of_set)
        rows.append(numpy.fromfile(name.with_suffix(".f32"), "<f4").reshape(-1, columns))
        lines += of_set
    return numpy.concatenate(rows), lines


def told(program, folders, out, tables):
    """What the lexicons say of each block: a row for each of them that a page may know."""
    (out / "tables").write_bytes(tables)
    found = []
    for number, folder in enumerate(folders):
        name = out / f"words{number}"
        subprocess.run([program, "--words", str(out / "tables"), str(folder), str(name)], check=True)
        found.append(numpy.fromfile(name.with_suffix(".f32"), "<f4").reshape(-1, FOLDS + 1, lexicon.COLUMNS))
    return numpy.concatenate(found)


def with_words(rows, words, end):
    """Rows as the model without a fold sees them, or for the number of folds that of all: their lexicon's columns, which
    end at `end`, are filled in."""

    def seen(view):
        rows[:, end - lexicon.COLUMNS : end] = words[:, view]
        return rows

    return seen


def truths(folders, lines):
    """For each block its page's fold, its label, its weight and the element that it stands in; and each page's set, name,
    and where its blocks begin and end."""
    folds, labels, weights, places, pages, at = [], [], [], [], [], 0
    truth = [json.loads((folder / "gt.json").read_text()) for folder in folders]
    for line in lines:
        page = truth[line["set"]][line["id"]]
        of_page, of_blocks = judge(line, page)
        line["outlet"] = page.get("outlet") or line["id"]
        line["whole"] = bool(page.get("text"))
        labels += of_page
        weights += of_blocks
        folds += [line["fold"]] * len(of_page)
        places += line["containers"]
        pages.append((line["set"], line["id"], at, at + len(of_page)))
        at += len(of_page)
    array = numpy.array
    return array(folds), array(labels), array(weights), places, pages


def judge(line, truth):
    """The label and the weight of each block of a page. A page with few blocks counts as much as one with many, nearly; a
    long block more than a short one. Of a page that is known by snippets, only blocks with them count."""
    blocks = line["blocks"]
    sizes = [0 if silent else len(words(block)) for block, silent in zip(blocks, line["silent"])]
    scale = 30.0 / (len(blocks) + 60) ** 0.5
    weights = [scale * (0.5 + min(size, 100) ** 0.5 / 4) if size else 0.0 for size in sizes]
    if not truth.get("text"):
        labels = by_snippets(blocks, truth.get("with") or [], truth.get("without") or [])
        weights = [0.0 if wanted is None else SNIPPET * weight for wanted, weight in zip(labels, weights)]
        return [wanted or 0 for wanted in labels], weights
    labels = settled(blocks, truth["text"])
    if sum(size for size, wanted in zip(sizes, labels) if wanted) < 30:
        return labels, [0.0] * len(blocks)
    thin(weights, labels, 0, len(blocks))
    return labels, weights


def thin(weights, labels, start, end):
    """Far from any story one block of a menu is like another: a third of them, with thrice the weight, teaches as much
    in half the time."""
    told = [at for at in range(start, end) if labels[at]]
    near = {at for place in told for at in range(place - NEAR, place + NEAR + 1)}
    for at in range(start, end):
        if at not in near:
            weights[at] *= 3 if at % 3 == 0 else 0


def fit(params, trees, rows, labels, weights, keep):
    keep = keep & (weights > 0)
    data = lightgbm.Dataset(rows[keep], labels[keep], weight=weights[keep], params=params)
    return lightgbm.train(params, data, trees)


def out_of_fold(params, trees, seen, folds, labels, weights):
    """Scores of each block by a model that has seen none of its fold, and these models; `seen` gives the rows of a fold."""
    scores, models = numpy.zeros(len(labels)), []
    for fold in range(FOLDS):
        there, rows = folds == fold, seen(fold)
        models.append(fit(params, trees, rows, labels, weights, ~there))
        scores[there] = models[-1].predict(rows[there])
    return scores, models


def export(models):
    """Columns and trees of each look; see `model.rs`."""
    out = b""
    for model, columns in models:
        dump = model.dump_model()["tree_info"]
        out += struct.pack("<HH", columns, len(dump))
        for tree in dump:
            nodes = []
            flatten(tree["tree_structure"], nodes)
            out += struct.pack("<H", len(nodes))
            for column, larger, value in nodes:
                out += struct.pack("<HHf", column, larger, value)
    return out


def flatten(node, nodes):
    if "leaf_value" in node:
        nodes.append((0xFFFF, 0, node["leaf_value"]))
        return
    assert node["decision_type"] == "<="
    at = len(nodes)
    # The largest 32-bit number that is not above: rows have 32 bits.
    exact = node["threshold"]
    value = numpy.float32(exact)
    if float(value) > exact:
        value = numpy.nextafter(value, numpy.float32(-numpy.inf))
    nodes.append(None)
    flatten(node["left_child"], nodes)
    nodes[at] = (node["split_feature"], len(nodes), float(value))
    flatten(node["right_child"], nodes)


def forgive(scores, labels, weights, pages, places):
    """Truths that were cut short teach nothing by what they lack: where the story goes on in the very element in which
    the truth ends, what follows does not count."""
    weights, cut = weights.copy(), 0
    for _, _, start, end in pages:
        told = [at for at in range(start, end) if labels[at]]
        if not told:
            continue
        last = told[-1]
        after = [at for at in range(last + 1, end) if places[at] == places[last] and weights[at] > 0][:6]
        if sum(scores[at] > 0.5 for at in after) >= 4:
            weights[last + 1 : end] = 0
            cut += 1
    print(f"{cut} truths seem to be cut short", flush=True)
    return weights


def by_story(lines, labels, weights, pages):
    """Weights by which as much is lost for a block that is taken for what it is not as its words are of the story's. Pages
    that are known by snippets keep theirs."""
    weights = weights.copy()
    for line, (_, _, start, end) in zip(lines, pages):
        if not line["whole"]:
            continue
        sizes = numpy.array([0 if silent else len(block.split()) for block, silent in zip(line["blocks"], line["silent"])])
        told = max(sizes[labels[start:end] == 1].sum(), LEAST)
        weights[start:end] = STORY * numpy.minimum(sizes / told, MOST) * (weights[start:end] > 0)
    return weights


def report(name, scores, labels, weights):
    wanted, found = labels == 1, scores > 0.5
    hit = weights[wanted & found].sum()
    print(f"{name}: P {hit / weights[found].sum():.4f} R {hit / weights[wanted].sum():.4f}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--features", required=True)
    parser.add_argument("--out", required=True, type=Path)
    parser.add_argument("sets", nargs="+", type=Path)
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    rows, lines = look(args.features, args.sets, args.out)
    folds, labels, weights, places, pages = truths(args.sets, lines)
    print(f"{len(pages)} pages, {len(rows)} blocks, {rows.shape[1]} columns", flush=True)
    everything = numpy.ones(len(rows), bool)
    counted = lexicon.count(lines, labels, weights, pages, FOLDS)
    words, end = told(args.features, args.sets, args.out, lexicon.views(counted)), rows.shape[1]
    seen = with_words(rows, words, end)
    # Scores of the first look, for the second to learn from: always from outlets the scoring model has not seen.
    first, owns = out_of_fold(FIRST, TREES[0], seen, folds, labels, weights)
    report("first look", first, labels, weights)
    weights = forgive(first, labels, weights, pages, places)
    final = by_story(lines, labels, weights, pages)
    bounds = [max(end for number, _, _, end in pages if number == at) for at in range(len(args.sets))]
    split = numpy.split(first, bounds[:-1])
    seconds = look(args.features, args.sets, args.out, split)[0]
    again = with_words(seconds, words, end)
    last, others = out_of_fold(SECOND, TREES[1], again, folds, labels, final)
    for fold, (own, second) in enumerate(zip(owns, others)):
        forests = export([(own, end), (second, seconds.shape[1])])
        (args.out / f"fold{fold}.bin").write_bytes(forests + lexicon.table(counted, fold))
    numpy.save(args.out / "scores.npy", last)
    report("second look", last, labels, weights)
    own = fit(FIRST, TREES[0], seen(FOLDS), labels, weights, everything)
    second = fit(SECOND, TREES[1], again(FOLDS), labels, final, everything)
    forests = export([(own, end), (second, seconds.shape[1])])
    (args.out / "model.bin").write_bytes(forests + lexicon.table(counted))
    gain = second.feature_importance("gain")
    print("columns by gain:", [(int(at), int(gain[at])) for at in numpy.argsort(-gain)[:30]])
    stored(args.out, [(own, rows), (second, seconds)])


def stored(out, looks):
    """A few rows with their scores, for the test that the program scores as this does."""
    lines = []
    for model, these in looks:
        some = numpy.linspace(0, len(these) - 1, 6).astype(int)
        lines.append([[[float(value) for value in these[at]], float(model.predict(these[at : at + 1])[0])] for at in some])
    (out / "rows.json").write_text(json.dumps(lines))


if __name__ == "__main__":
    main()
