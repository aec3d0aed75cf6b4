#!/usr/bin/env python3
"""Trains the model that finds the story in a plain text, and measures it on outlets it has not seen.

  train_text.py --features PROGRAM --out DIR [--titles GT.json]... [--pages DIR]... TEXTS.json

TEXTS.json is `text-dev.json` of the cleaning sets, PROGRAM the built `examples/features.rs`; `--titles` names sets in
which some of the texts have a title, `--pages` folders of them whose other pages are turned into texts as well. Writes
`fold0.bin` ... `fold4.bin`, each without a fifth of the outlets, and `model.bin` with all. Nothing here computes a
feature.
"""

import argparse
import json
import multiprocessing
import subprocess
from pathlib import Path

import lightgbm
import numpy

import pages
import text_lexicon as lexicon
from labels import label, words
from texts import added, made
from train import FOLDS, NEAR, SHARED, export, report, stored, thin

# By columns, as a tree asks of few of many.
SHARED = {**SHARED, "force_row_wise": False, "force_col_wise": True}
JOINS = {**SHARED, "num_leaves": 15, "learning_rate": 0.15, "min_data_in_leaf": 100, "feature_fraction": 0.5}
FIRST = {**SHARED, "num_leaves": 24, "learning_rate": 0.12, "min_data_in_leaf": 80, "feature_fraction": 0.4}
SECOND = {**SHARED, "num_leaves": 24, "learning_rate": 0.06, "min_data_in_leaf": 150, "feature_fraction": 0.3}
TREES = (50, 80, 180)
MODES = ("blk", "box", "soup")
# Scores of what is surely a story's, and of what may be.
SURE, MAYBE = 0.9, 0.3


def forked(work, count):
    """What `work` returns for each number, from two processes at a time: threads of one would wait for each other."""
    fork = multiprocessing.get_context("fork")
    results, ends = {}, {}

    def start(number):
        here, there = fork.Pipe(duplex=False)
        child = fork.Process(target=lambda: there.send(work(number)))
        child.start()
        there.close()
        ends[number] = (here, child)

    def finish(number):
        here, child = ends.pop(number)
        results[number] = here.recv()
        child.join()

    for number in range(count):
        if len(ends) == 2:
            finish(min(ends))
        start(number)
    for number in sorted(ends):
        finish(number)
    return [results[number] for number in range(count)]


def each(work, *lists):
    """What `work` returns for the members of some lists."""
    halves = forked(lambda half: [work(*one) for one in list(zip(*lists))[half::2]], 2)
    found = [None] * len(lists[0])
    found[0::2], found[1::2] = halves
    return found


def forests(params, trees, rows, folds, labels, weights):
    """Models without each fold, and one of all."""
    used = numpy.flatnonzero(weights > 0)
    data = lightgbm.Dataset(rows[used], labels[used], weight=weights[used], params=params).construct()

    def fit(fold):
        some = data.subset(numpy.flatnonzero(folds[used] != fold), params=params)
        return lightgbm.train(params, some, trees).model_to_string()

    return [lightgbm.Booster(model_str=text) for text in forked(fit, FOLDS + 1)]


def out_of_fold(models, rows, folds):
    """Scores of each block by the model that has seen none of its fold."""
    scores = numpy.zeros(len(rows))
    for fold in range(FOLDS):
        there = folds == fold
        scores[there] = models[fold].predict(rows[there], num_threads=1)
    return scores


def read(program, file, out, *more):
    """What the program sees of each block, and each text with its blocks."""
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
    told = each(joined, [line["lines"] for line in lines], [text["truth"] for text in texts])
    for line, these in zip(lines, told):
        pieces = sum(these[at] == 1 for at in line["breaks"])
        for at in line["breaks"]:
            labels.append(these[at] or 0)
            # Furniture teaches nothing: joined or not, it is left out.
            weights.append(0.1 if these[at] is None else 1.0)
            folds.append(line["fold"])
        of_text.append(pieces)
    labels, weights, folds = numpy.array(labels), numpy.array(weights), numpy.array(folds)
    print(f"{len(labels)} breaks, {labels.sum()} within a paragraph, in {sum(map(bool, of_text))} texts", flush=True)
    models = forests(JOINS, TREES[0], rows, folds, labels, weights)
    scores = out_of_fold(models, rows, folds)
    for at in (0.5, 0.6, 0.7):
        found = scores > at
        hit = (found & (labels == 1) & (weights == 1)).sum()
        print(f"joins from {at}: P {hit / (found & (weights == 1)).sum():.4f} R {hit / labels.sum():.4f}", flush=True)
    parts = [export([(model, rows.shape[1])]) for model in models]
    write(args.out, parts)
    return parts, models[-1], rows


def write(out, parts):
    """The model without each fold, and that of all."""
    for name, part in zip([*(f"fold{fold}" for fold in range(FOLDS)), "model"], parts):
        (out / f"{name}.bin").write_bytes(part)


def known_words(out, texts, lines, folds, labels, weights):
    """What is learned of words without each fold, and of all: from whole pages alone, as they are."""
    told = numpy.fromfile(out.with_suffix(".u32"), "<u4")
    counts = numpy.array([count for line in lines for count in line["words"]])
    numbers = {name: at for at, name in enumerate(dict.fromkeys(text["outlet"] for text in texts))}
    sizes = [len(line["blocks"]) for line in lines]
    outlets = numpy.repeat([numbers[text["outlet"]] for text in texts], sizes)
    whole = numpy.repeat([text["mode"].removesuffix(" more") in MODES for text in texts], sizes) & (weights > 0)
    goals = [(labels, weights), (going(labels, sizes), weights * near(labels, sizes))]
    keeps = [whole & (folds != fold) for fold in range(FOLDS)] + [whole]
    found = forked(lambda at: lexicon.fit(told, counts, outlets, keeps[at], goals), FOLDS + 1)
    print(f"{len(found[-1][0])} words", flush=True)
    return [lexicon.export(*one) for one in found]


def ranges(labels, sizes):
    """Where each text begins, and where its story begins and ends."""
    at = 0
    for size in sizes:
        told = at + numpy.flatnonzero(labels[at : at + size])
        if len(told):
            yield at, told[0], told[-1], at + size
        at += size


def going(labels, sizes):
    """For each block whether the story of its text goes on below it."""
    found = numpy.zeros(len(labels), int)
    for start, _, last, _ in ranges(labels, sizes):
        found[start:last] = 1
    return found


def near(labels, sizes):
    """Whether each block is within the story of its text, or not far below."""
    found = numpy.zeros(len(labels))
    for _, first, last, end in ranges(labels, sizes):
        found[first : min(last + 1 + NEAR, end)] = 1
    return found


def labelled(blocks, truth):
    return label(blocks, truth), [len(words(block)) for block in blocks]


def truths(texts, lines):
    """For each block its fold, label and weight."""
    folds, labels, weights, at = [], [], [], 0
    told_of = each(labelled, [line["blocks"] for line in lines], [text["truth"] for text in texts])
    for text, line, (of_text, sizes) in zip(texts, lines, told_of):
        blocks = line["blocks"]
        folds += [line["fold"]] * len(blocks)
        labels += of_text
        told = sum(size for size, wanted in zip(sizes, of_text) if wanted)
        clean = text.get("clean")
        scale = 0.0 if told < 30 and not clean else text["weight"] * 30.0 / (len(blocks) + 40) ** 0.5
        weights += [0.0 if size == 0 else scale * (0.5 + min(size, 100) ** 0.5 / 4) for size in sizes]
        thin(weights, labels, at, at + len(blocks))
        at += len(blocks)
    return numpy.array(folds), numpy.array(labels), numpy.array(weights)


def forgive(scores, labels, weights, sizes):
    """Truths that were cut short teach nothing by what they lack: where most of what is right below them is surely the
    story's, all below that might be does not count. Below most truths stand appeals and teasers that are hard to tell
    from a story; these must count, so that sure means sure."""
    weights, cut = weights.copy(), 0
    for _, _, last, end in ranges(labels, sizes):
        below = numpy.arange(last + 1, end)
        next_ones = below[weights[below] > 0][:6]
        if (scores[next_ones] > SURE).sum() >= 4:
            weights[below[scores[below] > MAYBE]] = 0
            cut += 1
    print(f"{cut} truths seem to be cut short", flush=True)
    return weights


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--features", required=True)
    parser.add_argument("--out", required=True, type=Path)
    parser.add_argument("--titles", action="append", default=[], type=Path)
    parser.add_argument("--pages", action="append", default=[], type=Path)
    parser.add_argument("texts", type=Path)
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    titles = {key: page.get("title") for file in args.titles for key, page in json.loads(file.read_text()).items()}
    texts = json.loads(args.texts.read_text())
    known = {text["id"] for text in texts}
    texts = made(texts, titles)
    file = args.out / "texts.json"
    file.write_text(json.dumps(texts))
    # Of the other pages, truths say less exactly where a paragraph ends.
    joiners, joiner, breaks = joins(args, texts, file)
    for folder in args.pages:
        more, said = pages.texts(folder, known)
        texts += added(more, said)
    file.write_text(json.dumps(texts))
    lines = read(args.features, file, args.out / "rows", args.out)[1]
    folds, labels, weights = truths(texts, lines)
    parts = known_words(args.out / "rows", texts, lines, folds, labels, weights)
    heads = [head + part for head, part in zip(joiners, parts)]
    write(args.out, heads)
    rows = read(args.features, file, args.out / "rows", args.out)[0]
    print(f"{len(texts)} texts, {len(rows)} blocks, {rows.shape[1]} columns", flush=True)
    firsts = forests(FIRST, TREES[1], rows, folds, labels, weights)
    first = out_of_fold(firsts, rows, folds)
    report("first look", first, labels, weights)
    weights = forgive(first, labels, weights, [len(line["blocks"]) for line in lines])
    (args.out / "rows.scores").write_bytes(first.astype("<f4").tobytes())
    seconds = read(args.features, file, args.out / "rows", args.out, args.out / "rows.scores")[0]
    lasts = forests(SECOND, TREES[2], seconds, folds, labels, weights)
    last = out_of_fold(lasts, seconds, folds)
    report("second look", last, labels, weights)
    numpy.save(args.out / "scores.npy", last)
    columns = (rows.shape[1], seconds.shape[1])
    looks = [export([(one, columns[0]), (other, columns[1])]) for one, other in zip(firsts, lasts)]
    write(args.out, [head + look for head, look in zip(heads, looks)])
    for name, model in (("joins", joiner), ("first", firsts[-1]), ("second", lasts[-1])):
        gain = model.feature_importance("gain")
        print(f"columns of {name} by gain:", [(int(at), int(gain[at])) for at in numpy.argsort(-gain)[:30]])
    stored(args.out, [(joiner, breaks), (firsts[-1], rows), (lasts[-1], seconds)])


if __name__ == "__main__":
    main()
