"""How true, complete and different Twite's drafts are, beside plain sampling from the same model.

`python -m bench.quality [--briefs unseen|fresh|held|tuning|FILE] [--count 4] [--limit N]
[--texts FILE]`.
Plain sampling takes the first drafts that the model writes from the same prompt, with nothing that
holds it back. The measures are written apart from the program's own rules, so that a fault there
does not hide itself here; only the row *unsupported claims* is the program's own judgement.
"""

from __future__ import annotations

import argparse
import re
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from queue import SimpleQueue
from statistics import mean
from time import perf_counter
from typing import TypeVar

from app.compose.brief import Brief, Length, Tone
from app.compose.events import Event, Failed, Finished, Ready
from app.compose.grounding import check
from app.compose.prompt import style_of, write_prompt
from app.paths import models_folder
from app.post_text import ends_sentence, weigh
from app.writer import Writer
from bench.tone import ToneReader, written_posts
from models.engine.sampling import Sampling
from models.engine.writer import ModelWriter
from models.library import BUILT_IN, Library

_E = TypeVar("_E", Ready, Finished)
BRIEFS = Path(__file__).parent / "briefs"
_TOKENS = 96
_STOP_WORDS = frozenset(
    """a an the and or but if of on in at to for from by with as is are was were be been it its this
    that these those we our us you your they their he she his her i my me not no so than then there
    here will can has have had do does did up out off over under about into who which what when
    where how all any each more most also just only very new""".split()
)
_NEGATION = re.compile(
    r"\b(?:no|not|never|none|nobody|nothing|neither|nor|without|cannot|unless|except)\b|n['’]t\b",
    re.I,
)
_SAME_DRAFT = 0.7
"""Share of common words (Jaccard) from which two drafts are the same to a reader."""
_NUMBER_WORDS = {
    word: str(value)
    for value, word in enumerate(
        """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen
        fifteen sixteen seventeen eighteen nineteen twenty""".split()
    )
} | {"thirty": "30", "forty": "40", "fifty": "50", "twice": "2", "dozen": "12"}


@dataclass(frozen=True)
class Draft:
    """What is measured of one draft."""

    text: str
    invented: tuple[str, ...]
    unsupported: int
    flipped: bool
    coverage: float
    copied: bool
    fits: bool
    ends: bool
    tone: Tone


@dataclass(frozen=True)
class Answer:
    """The drafts of one brief, and the seconds that they took."""

    brief: Brief
    drafts: tuple[Draft, ...]
    seconds: float

    @property
    def different(self) -> int:
        """How many of the drafts are clearly different from all before them."""
        kept: list[str] = []
        for draft in self.drafts:
            if all(likeness(draft.text, other) < _SAME_DRAFT for other in kept):
                kept.append(draft.text)
        return len(kept)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="bench.quality", description=__doc__)
    parser.add_argument("--briefs", default="unseen", help="unseen, fresh, held, tuning or a file")
    parser.add_argument("--count", type=int, default=4, help="drafts shown a brief")
    parser.add_argument("--limit", type=int, help="only the first N briefs")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--texts", type=Path, help="write every draft to this file")
    options = parser.parse_args()
    briefs = read_briefs(options.briefs, options.count, options.seed)[: options.limit]
    folder = Library(models_folder()).path(BUILT_IN)
    plain = [_plain(writer, brief) for writer in [ModelWriter(folder)] for brief in briefs]
    ours = _ours(briefs)
    print_table({"plain sampling": plain, "Twite": ours})
    if options.texts:
        options.texts.write_text(as_text(ours), "utf-8")


def read_briefs(name: str, count: int, seed: int) -> list[Brief]:
    """The briefs of one of our files, or of another of the same form."""
    file = BRIEFS / f"{name}.toml" if not name.endswith(".toml") else Path(name)
    return [
        Brief(
            entry["notes"],
            Tone(entry["tone"]),
            Length(entry["length"]),
            count=count,
            seed=seed + number,
        )
        for number, entry in enumerate(tomllib.loads(file.read_text("utf-8"))["brief"])
    ]


def _plain(writer: ModelWriter, brief: Brief) -> Answer:
    """As a chat program does it: the prompt, a temperature, and whatever comes."""
    prompt = write_prompt(brief, style_of(writer.manifest.prompt))
    began = perf_counter()
    rows = writer.write(
        prompt.prefix,
        prompt.turns,
        rows=brief.count,
        enough=brief.count,
        tokens=_TOKENS,
        seed=brief.seed or 0,
        sampling=Sampling(temperature=0.7, min_p=0.0001, top_p=0.95, apart=0.0),
        source=brief.notes,
        rules=None,
        on_step=lambda _rows: None,
        is_cancelled=lambda: False,
    )
    seconds = perf_counter() - began
    texts = [row.written.decode("utf-8", "ignore").strip() for row in rows]
    return answer(brief, texts, seconds)


def _ours(briefs: Sequence[Brief]) -> list[Answer]:
    """Through the whole program: the writer's process, the limits, grounding and ranking."""
    inbox: SimpleQueue[Event] = SimpleQueue()
    writer = Writer(models_folder(), inbox.put)
    writer.start()
    _await(inbox, Ready)
    answers = []
    try:
        for brief in briefs:
            writer.warm_up(brief)
            began = perf_counter()
            writer.write(brief)
            finished = _await(inbox, Finished)
            seconds = min(perf_counter() - began, finished.timings.total_s)
            answers.append(answer(brief, [v.text for v in finished.variants], seconds))
    finally:
        writer.close()
    return answers


def _await(inbox: SimpleQueue[Event], kind: type[_E]) -> _E:
    while True:
        event = inbox.get(timeout=120)
        if isinstance(event, Failed):
            raise event.error
        if isinstance(event, kind):
            return event


def answer(brief: Brief, texts: Sequence[str], seconds: float) -> Answer:
    """Measure the drafts of one brief."""
    return Answer(brief, tuple(measure(brief, text) for text in texts), seconds)


def measure(brief: Brief, text: str) -> Draft:
    """Measure one draft."""
    notes = brief.notes
    return Draft(
        text=text,
        invented=invented(notes, text),
        unsupported=len(check(notes, text).unsupported),
        flipped=(bool(_NEGATION.search(text)) and not _NEGATION.search(notes))
        or (_denied_words(notes) != frozenset() and _is_unsaid(notes, text)),
        coverage=coverage(notes, text),
        copied=_bare(text) == _bare(notes),
        fits=weigh(text).weighted_length <= brief.length.weighted_limit,
        ends=ends_sentence(text + "\n"),
        tone=_reader().read(text),
    )


@cache
def _reader() -> ToneReader:
    return ToneReader(written_posts(held_out=False))


def invented(notes: str, text: str) -> tuple[str, ...]:
    """Digit runs, numbers in words, links, handles and tags of a text that its notes lack."""
    marks = re.findall(r"https?://\S+|[@#]\w+|\b[\w-]+\.(?:org|com|net|io|dev)\S*", text)
    found = [mark for mark in marks if mark.rstrip(".,;:!?)").lower() not in notes.lower()]
    allowed = _numbers(notes)
    bare = re.sub(r"https?://\S+|[@#]\w+|\b[\w-]+\.(?:org|com|net|io|dev)\S*", " ", text)
    found += [number for number in _spelled(bare) if number not in allowed]
    return tuple(found)


def _spelled(text: str) -> list[str]:
    plain = re.sub(r"(?<=\d),(?=\d{3})", "", text.lower())
    words = re.findall(r"[a-z]+|\d+", plain)
    return [
        _NUMBER_WORDS.get(word, word)
        for word in words
        if word in _NUMBER_WORDS or word[0].isdigit()
    ]


def _numbers(notes: str) -> set[str]:
    allowed = {number.lstrip("0") or "0" for number in _spelled(notes)} | set(_spelled(notes))
    allowed |= {"1"}  # "one" counts nothing, mostly
    for hour, half in re.findall(r"(\d{1,2})(?:[:.]\d\d)?\s?([ap])m", notes.lower()):
        allowed |= {str(int(hour) % 12 + (12 if half == "p" else 0)), "00"}
    for hour in re.findall(r"\b(1[3-9]|2[0-3])[:.]\d\d", notes):
        allowed.add(str(int(hour) - 12))
    return allowed


def coverage(notes: str, text: str) -> float:
    """Share of the notes' content words, by their first five letters, that the text has."""
    wanted, said = _content(notes), _content(text)
    return len(wanted & said) / len(wanted) if wanted else 1.0


def _content(text: str) -> set[str]:
    plain = re.sub(r"(?<=\d),(?=\d{3})", "", text.lower())
    plain = re.sub(r"(?<=\d)\s?(?=[ap]m\b)", " ", plain)
    words = re.findall(r"[^\W_]+", plain)
    return {
        _NUMBER_WORDS.get(w, w)[:5]
        for w in words
        if w not in _STOP_WORDS and (len(w) > 1 or w.isdigit())
    }


def likeness(one: str, other: str) -> float:
    """Shared words over all words."""
    a, b = (set(re.findall(r"\w+", text.lower())) for text in (one, other))
    return len(a & b) / len(a | b) if a | b else 1.0


def _denied_words(notes: str) -> frozenset[str]:
    """The word behind each negation of the notes."""
    found = re.findall(
        r"(?:\b(?:no|not|never|without)|n['’]t)\s+(?:a |an |the |any |on |for |in |be )?(\w+)",
        notes.lower(),
    )
    return frozenset(word[:5] for word in found if word not in _STOP_WORDS)


def _is_unsaid(notes: str, text: str) -> bool:
    """Whether the text has a word that the notes deny, in a sentence that denies nothing."""
    denied = _denied_words(notes)
    for sentence in re.split(r"[.!?;\n]\s*", text):
        words = {word[:5] for word in re.findall(r"\w+", sentence.lower())}
        if words & denied and not _NEGATION.search(sentence):
            spoken = re.sub(_NEGATION.pattern + r"\s+(?:\w+\s+)?\w+", " ", notes, flags=re.I)
            openly = {word[:5] for word in re.findall(r"\w+", spoken.lower())}
            if (words & denied) - openly:
                return True
    return False


def _bare(text: str) -> str:
    return re.sub(r"\W+", " ", text.casefold()).strip()


def print_table(columns: dict[str, list[Answer]]) -> None:
    """One line a measure, one column a way of writing."""
    print(f"{'':42}" + "".join(f"{name:>16}" for name in columns))
    for name, measured in _ROWS:
        print(f"{name:42}" + "".join(f"{measured(answers):>16}" for answers in columns.values()))


def _share(of: Callable[[Draft], bool]) -> Callable[[list[Answer]], str]:
    def measured(answers: list[Answer]) -> str:
        drafts = [of(draft) for answer_ in answers for draft in answer_.drafts]
        return f"{sum(drafts)} of {len(drafts)}"

    return measured


def _mean(of: Callable[[Draft], float]) -> Callable[[list[Answer]], str]:
    return lambda answers: f"{mean([of(d) for a in answers for d in a.drafts] or [0]):.2f}"


def _briefs_with(different: int) -> Callable[[list[Answer]], str]:
    def measured(answers: list[Answer]) -> str:
        return f"{sum(a.different >= different for a in answers)} of {len(answers)}"

    return measured


def _seconds(answers: list[Answer]) -> str:
    times = sorted(answer_.seconds for answer_ in answers)
    return f"{mean(times):.2f} ({times[len(times) * 9 // 10]:.2f})"


def _tone_recognised(answers: list[Answer]) -> str:
    right = [draft.tone == answer_.brief.tone for answer_ in answers for draft in answer_.drafts]
    return f"{sum(right)} of {len(right)}"


_ROWS: tuple[tuple[str, Callable[[list[Answer]], str]], ...] = (
    ("briefs", lambda answers: str(len(answers))),
    ("drafts shown", lambda answers: str(sum(len(a.drafts) for a in answers))),
    ("invented number, link, handle or tag", _share(lambda draft: bool(draft.invented))),
    ("polarity turned", _share(lambda draft: draft.flipped)),
    ("unsupported claims a draft", _mean(lambda draft: draft.unsupported)),
    ("coverage of the notes' words", _mean(lambda draft: draft.coverage)),
    ("copies of the notes", _share(lambda draft: draft.copied)),
    ("briefs with 3 or more different drafts", _briefs_with(3)),
    ("briefs with 4 different drafts", _briefs_with(4)),
    ("tone recognised", _tone_recognised),
    ("fits", _share(lambda draft: draft.fits)),
    ("ends a sentence", _share(lambda draft: draft.ends)),
    ("seconds a brief: mean (90 % within)", _seconds),
)


def as_text(answers: Sequence[Answer]) -> str:
    """Every draft with what was found in it, to be read."""
    lines = []
    for one in answers:
        lines += ["", f"{one.brief.tone} {one.brief.length} {one.seconds:.2f} s: {one.brief.notes}"]
        for draft in one.drafts:
            marks = [f"INVENTED {draft.invented}"] if draft.invented else []
            marks += ["TURNED"] if draft.flipped else []
            marks += ["COPY"] if draft.copied else []
            unsupported = check(one.brief.notes, draft.text).unsupported
            marks += [f"{claim.kind}: {claim.text}" for claim in unsupported]
            lines.append(f"  {draft.coverage:.2f} {draft.text}  {marks or ''}")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
