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

from labels import label, words

FOLDS = 5
SHARED = {
    "objective": "binary", "num_threads": 1, "seed": 7, "deterministic": True, "force_row_wise": True,
    "feature_pre_filter": False, "use_missing": False, "verbosity": -1, "bagging_freq": 1, "bagging_fraction": 0.8,
    "max_bin": 127, "lambda_l2": 5.0,
}
FIRST = {**SHARED, "num_leaves": 31, "learning_rate": 0.12, "min_data_in_leaf": 60, "feature_fraction": 0.4}
SECOND = {**SHARED, "num_leaves": 24, "learning_rate": 0.06, "min_data_in_leaf": 150, "feature_fraction": 0.3}
TREES = (80, 160)


def read(program, folders, out, scores=None):
    """Rows, and for each block its page's fold, label and weight."""
    rows, folds, labels, weights, pages, places, at = [], [], [], [], [], [], 0
    for number, folder in enumerate(folders):
        name = out / f"set{number}"
        extra = []
        truth = json.loads((folder / "gt.json").read_text())
        if scores is not None:
            (out / f"set{number}.scores").write_bytes(scores[number].astype("<f4").tobytes())
            extra = [str(out / f"set{number}.scores")]
        subprocess.run([program, str(folder), str(name), *extra], check=True)
        lines = [json.loads(line) for line in name.with_suffix(".jsonl").open()]
        columns = max(line["columns"] for line in lines)
        rows.append(numpy.fromfile(name.with_suffix(".f32"), "<f4").reshape(-1, columns))
        for line in lines:
            blocks = line["blocks"]
            of_page = label(blocks, truth[line["id"]]["text"])
            sizes = [0 if silent else len(words(block)) for block, silent in zip(blocks, line["silent"])]
            folds += [line["fold"]] * len(blocks)
            labels += of_page
            # A page with few blocks counts as much as one with many, nearly; a long block more than a short one.
            told = sum(size for size, wanted in zip(sizes, of_page) if wanted)
            scale = 0.0 if told < 30 else 30.0 / (len(blocks) + 60) ** 0.5
            weights += [0.0 if size == 0 else scale * (0.5 + min(size, 100) ** 0.5 / 4) for size in sizes]
            pages.append((number, line["id"], at, at + len(blocks)))
            places += line["containers"]
            at += len(blocks)
    array = numpy.array
    return numpy.concatenate(rows), array(folds), array(labels), array(weights), pages, places


def fit(params, trees, rows, labels, weights, keep):
    keep = keep & (weights > 0)
    data = lightgbm.Dataset(rows[keep], labels[keep], weight=weights[keep], params=params)
    return lightgbm.train(params, data, trees)


def out_of_fold(params, trees, rows, folds, labels, weights):
    """Scores of each block by a model that has seen none of its fold, and these models."""
    scores, models = numpy.zeros(len(rows)), []
    for fold in range(FOLDS):
        there = folds == fold
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
    rows, folds, labels, weights, pages, places = read(args.features, args.sets, args.out)
    print(f"{len(pages)} pages, {len(rows)} blocks, {rows.shape[1]} columns", flush=True)
    everything = numpy.ones(len(rows), bool)
    # Scores of the first look, for the second to learn from: always from outlets the scoring model has not seen.
    first, owns = out_of_fold(FIRST, TREES[0], rows, folds, labels, weights)
    report("first look", first, labels, weights)
    weights = forgive(first, labels, weights, pages, places)
    bounds = [max(end for number, _, _, end in pages if number == at) for at in range(len(args.sets))]
    split = numpy.split(first, bounds[:-1])
    seconds = read(args.features, args.sets, args.out, split)[0]
    last, others = out_of_fold(SECOND, TREES[1], seconds, folds, labels, weights)
    for fold, (own, second) in enumerate(zip(owns, others)):
        (args.out / f"fold{fold}.bin").write_bytes(export([(own, rows.shape[1]), (second, seconds.shape[1])]))
    numpy.save(args.out / "scores.npy", last)
    report("second look", last, labels, weights)
    own = fit(FIRST, TREES[0], rows, labels, weights, everything)
    second = fit(SECOND, TREES[1], seconds, labels, weights, everything)
    (args.out / "model.bin").write_bytes(export([(own, rows.shape[1]), (second, seconds.shape[1])]))
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
