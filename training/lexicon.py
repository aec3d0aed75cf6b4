"""The lexicon: how much more often stories have a word than what stands around them, by the outlets that have it. The
program says which entries a block has, and what a table says of them."""

from collections import defaultdict

import numpy

ENTRIES = 1 << 14
UNKNOWN, UNIT = -128, 24.0
COLUMNS = 5
# Outlets without which nothing is known of an entry, so that no outlet's own words are in it; and how many speak for
# neither side before any does.
LEAST, DOUBT = 3, 6.0


def count(lines, labels, weights, pages, folds):
    """For each fold the number of outlets that have an entry outside of their stories, and within."""
    told = defaultdict(set)
    for line, (_, _, start, end) in zip(lines, pages):
        for wanted in (0, 1):
            known = [at for at in range(start, end) if weights[at] > 0 and labels[at] == wanted]
            told[line["fold"], line["outlet"], wanted].update(*(line["entries"][at - start] for at in known))
    found = numpy.zeros((folds, 2, ENTRIES), int)
    for (fold, _, wanted), entries in told.items():
        found[fold, wanted, sorted(entries)] += 1
    return found


def table(counted, *without):
    """The table of all folds but some, as the program reads it."""
    some = [at for at in range(len(counted)) if at not in without]
    outside, within = counted[some].sum(0)
    share = within.sum() / (within.sum() + outside.sum())
    odds = numpy.log((within + DOUBT * share) / (outside + DOUBT * (1 - share))) - numpy.log(share / (1 - share))
    values = numpy.clip(numpy.round(odds * UNIT), -127, 127)
    return numpy.where(within + outside >= LEAST, values, UNKNOWN).astype("i1").tobytes()


def views(counted):
    """Tables for the pages of each fold: one for each model that has not seen a fold, and one for that which has seen
    all. None has seen the page's own fold, as none will have seen the pages that the model is for."""
    folds = range(len(counted))
    return b"".join(table(counted, own, other) for own in folds for other in [*folds, None])
