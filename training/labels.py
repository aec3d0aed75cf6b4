"""Which blocks of a page belong to its story, by the truth's words: 1, 0, or None where nobody can tell."""

import re
from collections import Counter, defaultdict

WIDE = r"[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff]"
WORD = re.compile(WIDE + r"|[^\W_" + WIDE[1:-1] + r"]+")
RUN = 4
# How far from the story a block may be that is taken in by its neighbours, and how often all are gone through.
NEAR = 8
ROUNDS = 3
BOTH = -1


def words(text):
    return [word.lower() for word in WORD.findall(text)]


def runs(these):
    return [tuple(these[at : at + RUN]) for at in range(len(these) - RUN + 1)]


def label(blocks, truth):
    """Long blocks by the share of their runs of words in the truth, each place there counted once; short ones by
    whether they stand in the truth between the long ones around them."""
    told = words(truth)
    places = defaultdict(list)
    for at, run in enumerate(runs(told)):
        places[run].append(at)
    own = [words(block) for block in blocks]
    found, labels = [None] * len(blocks), [0] * len(blocks)
    for at, block in enumerate(own):
        these = runs(block)
        if len(block) < 6:
            continue
        hits = [places[run] for run in these if run in places]
        if len(hits) * 2 >= len(these):
            labels[at] = 1
            found[at] = (min(hit[0] for hit in hits), max(hit[-1] for hit in hits) + RUN)
    twice(own, labels, found, Counter(runs(told)))
    short(own, labels, found, told)
    return labels


def settled(blocks, truth):
    """The same, then each by the runs that it makes with its neighbours."""
    labels = label(blocks, truth)
    settle([words(block) for block in blocks], labels, words(truth))
    return labels


def by_snippets(blocks, wanted, unwanted):
    """Labels of blocks that hold a snippet which a story has, or which it has not; None for others, for blocks of which
    both is said, and for a wanted snippet that stands in several blocks."""
    own, labels = [" ".join(block.split()) for block in blocks], [None] * len(blocks)
    for snippets, wants in ((wanted, 1), (unwanted, 0)):
        for snippet in filter(None, (" ".join(snippet.split()) for snippet in snippets)):
            holders = [at for at, block in enumerate(own) if snippet in block]
            if wants and len(holders) > 1:
                continue
            for at in holders:
                labels[at] = wants if labels[at] in (None, wants) else BOTH
    return [None if it == BOTH else it for it in labels]


def twice(own, labels, found, left):
    """Of equal blocks only as many as the truth has belong to it: those with most of the story around them."""
    groups = defaultdict(list)
    for at, block in enumerate(own):
        if labels[at]:
            groups[tuple(block)].append(at)
    for block, members in groups.items():
        allowed = max(1, min(left[run] for run in runs(block)) or 1)
        if len(members) > allowed:
            others = {at for at in range(len(own)) if labels[at] and tuple(own[at]) != block}
            near = lambda at: sum(1 for other in range(at - 8, at + 9) if other in others)
            for at in sorted(members, key=near, reverse=True)[allowed:]:
                labels[at], found[at] = 0, None


def short(own, labels, found, told):
    known = [at for at in range(len(own)) if labels[at]]
    if not known:
        return
    edges = [-1, *known, len(own)]
    for before, after in zip(edges, edges[1:]):
        low = found[before][1] - 1 if before >= 0 else 0
        high = found[after][0] + 1 if after < len(own) else len(told)
        if high - low > 400:
            # Far from any long block, a word may stand anywhere.
            if before < 0:
                low = high - 60
            elif after >= len(own):
                high = low + 60
        inside = range(before + 1, after)
        order = reversed(inside) if before < 0 else inside
        for at in order:
            block = own[at]
            if not block or len(block) >= 6 and runs(block):
                continue
            place = find(told, block, low, high, last=before < 0)
            if place is not None:
                labels[at] = 1
                if before < 0:
                    high = place
                else:
                    low = place + len(block)


def find(told, block, low, high, last):
    places = range(max(low, 0), min(high, len(told)) - len(block) + 1)
    for at in reversed(places) if last else places:
        if told[at : at + len(block)] == block:
            return at
    return None


def settle(own, labels, told):
    """Takes a block in, or out, where that makes the labelled text more like the truth by their runs of words. Without
    this, one in eight blocks of a story is missed: headings whose number the truth has not, and what stands below a
    paragraph whose words come again later, which `short` looks for in the wrong place."""
    truth = Counter(runs(told))
    have = Counter(runs([word for block, wanted in zip(own, labels) if wanted for word in block]))
    both, size = (truth & have).total(), truth.total() + have.total()
    for _ in range(ROUNDS):
        for at in near(own, labels):
            made, sign = made_by(own, labels, at), -1 if labels[at] else 1
            after = {run: have[run] + sign * count for run, count in made.items()}
            more = sum(min(count, truth[run]) - min(have[run], truth[run]) for run, count in after.items())
            longer = sign * sum(made.values())
            if (both + more) * size > both * (size + longer):
                labels[at] = 1 - labels[at]
                have.update({run: sign * count for run, count in made.items()})
                both, size = both + more, size + longer


def near(own, labels):
    """Blocks with words, of the story or near it."""
    speaking = [at for at, block in enumerate(own) if block]
    told = [place for place, at in enumerate(speaking) if labels[at]]
    places = {place + by for place in told for by in range(-NEAR, NEAR + 1)}
    return [speaking[place] for place in sorted(places) if 0 <= place < len(speaking)]


def made_by(own, labels, at):
    """Runs that are in the story with a block, less those that are there without."""
    before, after = beside(own, labels, at, -1), beside(own, labels, at, 1)
    made = Counter(runs(before + own[at] + after))
    made.subtract(runs(before + after))
    return made


def beside(own, labels, at, step):
    """The story's words next to a block, as many as share a run with it."""
    found = []
    at += step
    while 0 <= at < len(own) and len(found) < RUN - 1:
        if labels[at]:
            found += own[at][::step]
        at += step
    return found[: RUN - 1][::step]
