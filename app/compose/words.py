"""The words of a text that carry its meaning, reduced to stems so that their forms compare."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache

# Snowball's English stemmer: other languages lose little by it, since both sides are treated alike.
from snowballstemmer import stemmer

_LETTERS = re.compile(r"[^\W\d_]+")
_WORD = re.compile(r"[@#$]?\w+(?:['’.,:/-]\w+)*%?")
_ENGLISH = stemmer("english")
_SENTENCE_BREAK = re.compile(r"[.!?…;•*]|\n|\s[-–—]\s")
_CLAUSE_BREAK = re.compile(r"[,:()]")
_TURNS = frozenset({"but", "while", "because", "although", "though", "whereas", "unless", "until"})

FUNCTION_WORDS = frozenset(
    """
    a about after all also am an and any are as at be because been before being but by can could
    did do does doing done down each either else ever every few for from further get gets getting
    got had has have having he her here hers him his how i if in into is it its itself just last
    let lets many may me might mine more most much must my now of off on once one only or other our
    ours out over own per she so some soon such than that the their theirs them then there these
    they this those through to together too under until up upon us very was we were what when where
    which while who whom whose why will with would yet you your yours
    i'm i've i'd i'll it's it'll it'd we're we've we'll we'd they're they've they'll they'd you're
    you've you'll you'd he's he'll he'd she's she'll she'd that's that'll there's here's let's who's
    what's where's how's
    """.split()
)
"""English words that say how, not what; a draft may use them freely."""

_INITIALS = re.compile(r"(?:\w\.)+\w")
_ABBREVIATIONS = {
    short: full
    for full, shorts in {
        "avenue": "ave av",
        "street": "st str",
        "road": "rd",
        "lane": "ln",
        "square": "sq",
        "professor": "prof",
        "doctor": "dr",
        "department": "dept",
        "mount": "mt",
        "approximately": "approx ca",
        "information": "info",
        "repository": "repo",
        "application": "app",
        "photograph": "photo",
        "year": "yr yrs",
        "month": "mth mths",
        "week": "wk wks",
        "hour": "hr hrs",
        "minute": "mins",
        "appointment": "appt appts",
        "because": "bc cos coz",
        "bicycle": "bike bikes",
        "chocolate": "choc",
        "christmas": "xmas",
        "committee": "cttee",
        "episode": "ep eps",
        "government": "govt gov",
        "group": "grp",
        "hospital": "hosp",
        "including": "incl inc",
        "library": "lib",
        "mathematics": "math maths",
        "maximum": "max",
        "average": "avg",
        "meeting": "mtg mtgs",
        "message": "msg msgs",
        "people": "ppl",
        "please": "pls plz",
        "question": "q qs",
        "station": "stn",
        "telephone": "phone tel",
        "thanks": "thx ta",
        "ticket": "tix",
        "university": "uni",
        "volunteer": "vols",
    }.items()
    for short in shorts.split()
}
IRREGULAR_PASTS = {
    past: base
    for base, forms in (
        line.split(":")
        for line in """
        become:became|begin:began begun|bend:bent|bite:bit bitten|blow:blew blown|break:broke broken
        bring:brought|build:built|buy:bought|catch:caught|choose:chose chosen|come:came|dig:dug
        do:did done|draw:drew drawn|drink:drank drunk|drive:drove driven|eat:ate eaten
        fall:fell fallen|feed:fed|feel:felt|fight:fought|find:found|fly:flew flown
        forget:forgot forgotten|freeze:froze frozen|get:got gotten|give:gave given|go:went gone
        grow:grew grown|hang:hung|hear:heard|hide:hid hidden|hold:held|keep:kept|know:knew known
        lay:laid|lead:led|leave:left|lend:lent|lose:lost|make:made|mean:meant|meet:met|pay:paid
        ride:rode ridden|ring:rang rung|rise:rose risen|run:ran|say:said|see:saw seen|sell:sold
        send:sent|shake:shook shaken|shoot:shot|show:shown|sing:sang sung|sleep:slept
        speak:spoke spoken|spend:spent|stand:stood|steal:stole stolen|stick:stuck
        strike:struck|swim:swam swum|take:took taken|teach:taught|tear:tore torn|tell:told
        think:thought|throw:threw thrown|wake:woke woken|wear:wore worn|win:won|write:wrote written
        """.replace("\n", "|").split("|")
        if ":" in line
    )
    for past in forms.strip().split()
    for base in [base.strip()]
}
"""English verbs whose past forms no stemmer brings together with the others."""
_ELSEWHERE = frozenset(
    """
    der die das und ist nicht ein eine mit den dem von zu auf für im am wir sie es le la les des du
    et est un une dans pour avec sur nous vous el los las que y en por con para una del se su il di
    che e per non con sono alla gli het een van niet met op zijn och att som på är inte i og til
    """.split()
)
"""Frequent words of other languages, to tell that a text is not in English."""

COURTESIES = frozenset(
    """
    see look looking forward welcome join come hope hoping thank thanks glad happy please excited
    share sharing know learn read find check visit don't miss great good sure meet invite invited
    dear friends neighbours neighbors folks hi hello love loved stay tuned mark calendar calendars
    head heads news update ready big everyone like want need time day hear
    """.split()
)
"""Words of greeting and inviting, which state no fact of their own."""


@dataclass(frozen=True)
class Word:
    """A word where it stands; start and stop in code points.

    Attributes:
        clause: which part of the text it is in, counted at commas, stops and "but".
        sentence: the same, counted at full stops and line breaks.
    """

    text: str
    start: int
    stop: int
    clause: int
    sentence: int

    @property
    def plain(self) -> str:
        """Without case, with a straight apostrophe."""
        return self.text.casefold().replace("’", "'")

    @property
    def is_content(self) -> bool:
        """Whether it claims something."""
        return self.plain not in FUNCTION_WORDS


@lru_cache(maxsize=64)
def find_words(text: str) -> tuple[Word, ...]:
    """Every word with its place."""
    found: list[Word] = []
    clause = sentence = behind = 0
    for match in _WORD.finditer(text):
        between = text[behind : match.start()]
        if found and _SENTENCE_BREAK.search(between):
            sentence += 1
            clause += 1
        elif found and (_CLAUSE_BREAK.search(between) or match[0].lower() in _TURNS):
            clause += 1
        found.append(Word(match[0], match.start(), match.end(), clause, sentence))
        behind = match.end()
    return tuple(found)


@lru_cache(maxsize=256)
def letter_runs(text: str) -> frozenset[str]:
    """Every run of letters, without case: what tells at once that a text has none of some words."""
    return frozenset(_LETTERS.findall(text.casefold()))


def stem_parts(word: str) -> tuple[str, ...]:
    """The stem of a word and, where it is hyphenated, those of its parts that claim something."""
    parts = re.findall(r"\w+", word)
    inner = [stem(part) for part in parts if part.casefold() not in FUNCTION_WORDS]
    return (stem(word), *(inner if parts != [word] else ()))


def words(text: str) -> tuple[str, ...]:
    """Every word of a text, numbers, @handles and #tags included, as written."""
    return tuple(_WORD.findall(text))


def is_english(text: str) -> bool:
    """Whether a text has no more of another language's frequent words than of English ones."""
    plain = [word.casefold() for word in words(text)]
    elsewhere = sum(word in _ELSEWHERE and word not in FUNCTION_WORDS for word in plain)
    return elsewhere <= sum(word in FUNCTION_WORDS for word in plain)


@cache
def stem(word: str) -> str:
    """A word without case, accents, possessive and ending; common abbreviations written out, and
    of irregular verbs the base.
    """
    plain = unicodedata.normalize("NFKD", word.casefold().replace("’", "'"))
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    plain = plain.removesuffix("'s")
    if _INITIALS.fullmatch(plain):
        plain = plain.replace(".", "")
    whole = _ABBREVIATIONS.get(plain) or IRREGULAR_PASTS.get(plain, plain)
    stemmed: str = _ENGLISH.stemWord(whole)
    return stemmed


def content(text: str) -> tuple[str, ...]:
    """The words that claim something, as written: no function words."""
    return tuple(word for word in words(text) if word.casefold() not in FUNCTION_WORDS)


def stems(text: str) -> frozenset[str]:
    """The stems of a text's content words; hyphenated words count as a whole and in parts."""
    found = set()
    for word in content(text):
        found.add(stem(word))
        found.update(stem(part) for part in re.split(r"[-/'’]", word) if part)
    return frozenset(found)
