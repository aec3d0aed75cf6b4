#!/usr/bin/env python3
"""Trains the model that finds the story in a plain text, and measures it on outlets it has not seen.

  train_text.py --features PROGRAM --out DIR [--titles GT.json]... TEXTS.json

TEXTS.json is `text-dev.json` of the cleaning sets, PROGRAM the built `examples/features.rs`; `--titles` names sets in
which some of the texts have a title. Writes `fold0.bin` ... `fold4.bin`, each without a fifth of the outlets, and
`model.bin` with all. Nothing here computes a feature.
"""

import argparse
import json
import subprocess
from pathlib import Path

import numpy

from labels import label, words
from texts import made
from train import FOLDS, SHARED, export, fit, forgive, out_of_fold, report, stored, thin

JOINS = {**SHARED, "num_leaves": 15, "learning_rate": 0.15, "min_data_in_leaf": 100, "feature_fraction": 0.5}
FIRST = {**SHARED, "num_leaves": 24, "learning_rate": 0.12, "min_data_in_leaf": 80, "feature_fraction": 0.4}
SECOND = {**SHARED, "num_leaves": 24, "learning_rate": 0.06, "min_data_in_leaf": 150, "feature_fraction": 0.3}
TREES = (50, 80, 180)


def read(program, file, out, *more):
    subprocess.run([program, "--text", str(file), str(out), *map(str, more)], check=True)
    lines = [json.loads(line) for line in out.with_suffix(".jsonl").open()]
    columns = max(line["columns"] for line in lines)
    return numpy.fromfile(out.with_suffix(".f32"), "<f4").reshape(-1, columns), lines


def joined(lines, truth):
    """For each line whether the next one goes on in one paragraph of the truth: 1, 0, or None if neither is in it."""
    paragraphs = [words(line) for line in truth.split("\n")]
    told = [word for line in paragraphs for word in line]
    ends, at = set(), 0
    for line in paragraphs:
        at += len(line)
        ends.add(at)
    own = [words(line) for line in lines]
    found, at = [None] * len(lines), 0
    # Long lines first, in their order; between them each line goes on from where the one before ended.
    index = {}
    for place in range(len(told) - 3):
        index.setdefault(tuple(told[place : place + 4]), []).append(place)
    for number, line in enumerate(own):
        if len(line) >= 4:
            place = next((place for place in index.get(tuple(line[:4]), []) if place >= at), None)
            if place is not None and told[place : place + len(line)] == line:
                found[number], at = (place, place + len(line)), place + len(line)
    for number, line in enumerate(own):
        if found[number] is None and line and number and found[number - 1]:
            place = found[number - 1][1]
            if told[place : place + len(line)] == line:
                found[number] = (place, place + len(line))
    for number in range(len(own) - 2, -1, -1):
        if found[number] is None and own[number] and found[number + 1]:
            place = found[number + 1][0] - len(own[number])
            if place >= 0 and told[place : place + len(own[number])] == own[number]:
                found[number] = (place, place + len(own[number]))
    labels = []
    for here, there in zip(found, found[1:] + [None]):
        if here is None and there is None:
            labels.append(None)
        elif here is None or there is None:
            labels.append(0)
        else:
            labels.append(int(here[1] == there[0] and here[1] not in ends))
    return labels


def joins(args, texts, file):
    """Models of which lines go on: one without each fold, and one of all."""
    rows, lines = read(args.features, file, args.out / "breaks")
    labels, weights, folds, of_text = [], [], [], []
    for text, line in zip(texts, lines):
        these = joined(line["lines"], text["truth"])
        pieces = sum(these[at] == 1 for at in line["breaks"])
        for at in line["breaks"]:
            labels.append(these[at] or 0)
            # Furniture teaches nothing: joined or not, it is left out.
            weights.append(0.1 if these[at] is None else 1.0)
            folds.append(line["fold"])
        of_text.append(pieces)
    labels, weights, folds = numpy.array(labels), numpy.array(weights), numpy.array(folds)
    print(f"{len(labels)} breaks, {labels.sum()} within a paragraph, in {sum(map(bool, of_text))} texts", flush=True)
    scores, models = out_of_fold(JOINS, TREES[0], lambda _: rows, folds, labels, weights)
    for at in (0.5, 0.6, 0.7):
        found = scores > at
        hit = (found & (labels == 1) & (weights == 1)).sum()
        print(f"joins from {at}: P {hit / (found & (weights == 1)).sum():.4f} R {hit / labels.sum():.4f}", flush=True)
    own = fit(JOINS, TREES[0], rows, labels, weights, numpy.ones(len(rows), bool))
    columns = rows.shape[1]
    for fold, model in enumerate(models):
        (args.out / f"fold{fold}.bin").write_bytes(export([(model, columns)]))
    return [(model, columns) for model in models], (own, columns), rows


def truths(texts, lines):
    """For each block its fold, label and weight, and where each text begins and ends."""
    folds, labels, weights, pages, at = [], [], [], [], 0
    for text, line in zip(texts, lines):
        blocks = line["blocks"]
        of_text = label(blocks, text["truth"])
        sizes = [len(words(block)) for block in blocks]
        folds += [line["fold"]] * len(blocks)
        labels += of_text
        told = sum(size for size, wanted in zip(sizes, of_text) if wanted)
        clean = text.get("clean")
        scale = 0.0 if told < 30 and not clean else text["weight"] * 30.0 / (len(blocks) + 40) ** 0.5
        weights += [0.0 if size == 0 else scale * (0.5 + min(size, 100) ** 0.5 / 4) for size in sizes]
        thin(weights, labels, at, at + len(blocks))
        pages.append((0, text["id"], at, at + len(blocks)))
        at += len(blocks)
    return numpy.array(folds), numpy.array(labels), numpy.array(weights), pages


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--features", required=True)
    parser.add_argument("--out", required=True, type=Path)
    parser.add_argument("--titles", action="append", default=[], type=Path)
    parser.add_argument("texts", type=Path)
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    titles = {key: page.get("title") for file in args.titles for key, page in json.loads(file.read_text()).items()}
    texts = made(json.loads(args.texts.read_text()), titles)
    file = args.out / "texts.json"
    file.write_text(json.dumps(texts))
    joiners, joiner, breaks = joins(args, texts, file)
    rows, lines = read(args.features, file, args.out / "rows", args.out)
    folds, labels, weights, pages = truths(texts, lines)
    print(f"{len(texts)} texts, {len(rows)} blocks, {rows.shape[1]} columns", flush=True)
    first, firsts = out_of_fold(FIRST, TREES[1], lambda _: rows, folds, labels, weights)
    report("first look", first, labels, weights)
    weights = forgive(first, labels, weights, pages, numpy.zeros(len(rows)))
    (args.out / "rows.scores").write_bytes(first.astype("<f4").tobytes())
    seconds = read(args.features, file, args.out / "rows", args.out, args.out / "rows.scores")[0]
    last, others = out_of_fold(SECOND, TREES[2], lambda _: seconds, folds, labels, weights)
    report("second look", last, labels, weights)
    columns = (rows.shape[1], seconds.shape[1])
    for fold in range(FOLDS):
        parts = [joiners[fold], (firsts[fold], columns[0]), (others[fold], columns[1])]
        (args.out / f"fold{fold}.bin").write_bytes(export(parts))
    everything = numpy.ones(len(rows), bool)
    own = fit(FIRST, TREES[1], rows, labels, weights, everything)
    second = fit(SECOND, TREES[2], seconds, labels, weights, everything)
    (args.out / "model.bin").write_bytes(export([joiner, (own, columns[0]), (second, columns[1])]))
    for name, model in (("joins", joiner[0]), ("first", own), ("second", second)):
        gain = model.feature_importance("gain")
        print(f"columns of {name} by gain:", [(int(at), int(gain[at])) for at in numpy.argsort(-gain)[:30]])
    numpy.save(args.out / "scores.npy", last)
    stored(args.out, [(joiner[0], breaks), (own, rows), (second, seconds)])


if __name__ == "__main__":
    main()
