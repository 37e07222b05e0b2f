"""What a program can see of the pairs and sets: `python -m training.check [FILE ...]`.

Each line of `training/pairs/*.jsonl` is an object with `domain`, `notes` and `posts`, and each post
one with `tone`, `length` and `text`; a line of `training/sets/*.jsonl` has one `tone` and `length`
for its four posts, which are texts.
Refused are posts that do not fit, do not end a sentence, copy their notes, claim what the notes do
not carry, or leave out a fact.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from app.compose.grounding import check
from app.compose.ranking import is_copy
from app.post_text import ends_sentence, weigh
from training.pairs import Pair, Post, read_pairs, read_sets

_COVERAGE = 0.75
"""Less of the notes' content words than this, and a fact is likely missing."""


def main() -> int:
    """Print what is wrong, a line each, and how much is right."""
    notes: dict[str, str] = {}
    posts = wrong = 0
    files = [Path(name) for name in sys.argv[1:]]
    for pair in read_pairs(files) if files else read_pairs() + read_sets():
        problems = list(_of_pair(pair))
        earlier = notes.setdefault(pair.notes.strip().casefold(), pair.place)
        if earlier != pair.place:
            problems.append(f"the notes stand at {earlier} already")
        posts += len(pair.posts)
        wrong += len(problems)
        for problem in problems:
            print(f"{pair.place}: {problem}")
    print(f"{len(notes)} notes, {posts} posts, {wrong} problems")
    return 1 if wrong else 0


def _of_pair(pair: Pair) -> Iterator[str]:
    if not pair.notes.strip() or len(pair.posts) < 2:
        yield "there have to be notes and two posts or more"
    for post in pair.posts:
        yield from (f"{problem}: {post.text}" for problem in _of_post(pair.notes, post))


def _of_post(notes: str, post: Post) -> Iterator[str]:
    text, limit = post.text, post.length.weighted_limit
    if weigh(text).weighted_length > limit:
        yield f"{weigh(text).weighted_length} of {limit} characters"
    if text != text.strip() or not ends_sentence(text + "\n"):
        yield "does not end a sentence"
    if is_copy(text, notes):
        yield "copies the notes"
    claims = check(notes, text)
    for claim in claims.unsupported:
        yield f"{claim.kind} {claim.text!r} {claim.doubt}"
    if claims.coverage < _COVERAGE:
        left = ", ".join(fact.text for fact in claims.left_out)
        yield f"carries {claims.coverage:.2f} of the notes, without {left}"


if __name__ == "__main__":
    raise SystemExit(main())
