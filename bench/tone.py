"""Whether a reader could tell which tone was asked for: a classifier taught on written posts.

Naive Bayes over words, pairs of words, marks and sentence lengths: the multi-variate Bernoulli
model of McCallum and Nigam, "A comparison of event models for naive Bayes text classification"
(1998), without the features that are absent. On the pairs' own posts, in domains that it has not
seen, it is right for 77 in 100 (`python -m bench.tone`), which bounds what a draft can reach.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable
from itertools import pairwise
from statistics import mean

from app.compose.brief import Tone
from training.pairs import read_pairs

_SMOOTHING = 0.5
_SENTENCE = re.compile(r"(?<=[.!?…])\s+")


class ToneReader:
    """Guesses the tone of a post."""

    def __init__(self, posts: Iterable[tuple[Tone, str]]) -> None:
        self._posts: Counter[Tone] = Counter()
        self._having: dict[Tone, Counter[str]] = {tone: Counter() for tone in Tone}
        for tone, text in posts:
            self._posts[tone] += 1
            self._having[tone].update(_features(text))
        self._known = frozenset().union(*self._having.values())

    def read(self, text: str) -> Tone:
        """The likeliest tone of a post."""
        present = _features(text) & self._known
        return max(Tone, key=lambda tone: self._score(tone, present))

    def _score(self, tone: Tone, present: frozenset[str]) -> float:
        total, having = self._posts[tone], self._having[tone]
        score = math.log(total + 1)
        for feature in present:
            score += math.log((having[feature] + _SMOOTHING) / (total + 2 * _SMOOTHING))
        return score


def written_posts(*, held_out: bool) -> list[tuple[Tone, str]]:
    """The posts of the domains that are kept from training, or of the others."""
    return [
        (post.tone, post.text)
        for pair in read_pairs()
        if pair.is_held_out == held_out
        for post in pair.posts
    ]


def main() -> None:
    """Print how often the tone of a written post is recognised."""
    reader = ToneReader(written_posts(held_out=False))
    right = [reader.read(text) == tone for tone, text in written_posts(held_out=True)]
    print(f"{mean(right):.2f} of {len(right)} written posts")


def _features(text: str) -> frozenset[str]:
    words = re.findall(r"[a-z]+(?:['’][a-z]+)?|[!?:;,.]", text.lower())
    sentences = [part for part in _SENTENCE.split(text) if part]
    lengths = [len(re.findall(r"\w+", part)) for part in sentences]
    shape = [
        f"#mean {min(20, round(mean(lengths or [0]) / 3))}",
        f"#shortest {min(8, min(lengths, default=0))}",
        f"#short ones {sum(length <= 4 for length in lengths)}",
        f"#first {words[0] if words else ''}",
    ]
    pairs = [f"{one} {other}" for one, other in pairwise(words)]
    return frozenset([*words, *pairs, *shape])


if __name__ == "__main__":
    main()
