"""Which words stories are told in and which ones pages say around them: a number for each word, learned from lines of
which it is known where they belong."""

import struct

import numpy
from scipy import optimize, sparse

# Outlets that a word must be in, so that none is learned that names one.
OUTLETS = 10
# Words that are kept: those that matter most.
MOST = 12_000
# What large numbers cost.
COST = 3.0
ROUNDS = 60


def fit(words, counts, outlets, keep, goals):
    """The numbers of `words` – those of each line in turn, `counts` of them each – by the lines to `keep`, for each of
    some goals: labels and weights of all lines."""
    line = numpy.repeat(numpy.arange(len(counts)), counts)
    there = keep[line]
    words, line = words[there], line[there]
    pairs = numpy.unique(words.astype("<u8") << 32 | outlets[line].astype("<u8"))
    known, spread = numpy.unique((pairs >> 32).astype("<u4"), return_counts=True)
    known = known[spread >= OUTLETS]
    at = numpy.minimum(numpy.searchsorted(known, words), len(known) - 1)
    found = known[at] == words
    number = numpy.cumsum(keep) - 1
    scale = 1 / numpy.sqrt(numpy.maximum(counts, 1))
    size = (int(keep.sum()), len(known))
    held = sparse.csr_matrix((scale[line[found]], (number[line[found]], at[found])), shape=size)
    worth = numpy.stack([logistic(held, labels[keep], weights[keep]) for labels, weights in goals])
    use = numpy.sqrt(numpy.bincount(at[found], minlength=len(known)))
    best = numpy.sort(numpy.argsort(-numpy.abs(worth).max(0) * use, kind="stable")[:MOST])
    return known[best], worth[:, best]


def logistic(held, labels, weights):
    held, labels, weights = held[weights > 0], labels[weights > 0], weights[weights > 0]
    wanted, weights = labels * 2.0 - 1, weights / weights.mean()

    def loss(values):
        worth, constant = values[:-1], values[-1]
        margin = wanted * (held @ worth + constant)
        pull = -weights * wanted / (1 + numpy.exp(numpy.minimum(margin, 500)))
        total = weights @ numpy.logaddexp(0, -margin) + COST / 2 * worth @ worth
        return total, numpy.append(held.T @ pull + COST * worth, pull.sum())

    start = numpy.zeros(held.shape[1] + 1)
    # Without the constant: what is unknown counts for nothing.
    return optimize.fmin_l_bfgs_b(loss, start, maxiter=ROUNDS)[0][:-1]


def export(known, worth):
    """As `src/clean/text/lexicon.rs` reads it."""
    steps = numpy.quantile(numpy.abs(worth), 0.999, axis=1) / 127
    small = numpy.clip(numpy.round(worth / steps[:, None]), -127, 127).astype("i1")
    return struct.pack("<Iff", len(known), *steps) + known.astype("<u4").tobytes() + small.tobytes()
