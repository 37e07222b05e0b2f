"""Writing `tokenizer.json` from the vocabulary that a GGUF file holds. Needs no extra.

A GGUF file holds tokens, their types, and either merges (byte-level BPE) or scores (SentencePiece).
How text is cut before its letters are joined it only names; those rules are written out here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from models.errors import ModelError

if TYPE_CHECKING:
    from tokenizers import Tokenizer

BYTE_LEVEL = "gpt2"
SENTENCEPIECE = "llama"
"""`tokenizer.ggml.model` of the two kinds (ggml-org/ggml, docs/gguf.md)."""

_NORMAL, _UNKNOWN, _CONTROL, _DEFINED, _BYTE = 1, 2, 3, 4, 6
"""`tokenizer.ggml.token_type`; 5 is a token that is not in use."""
_ALWAYS_CONTROLS = ("bos", "eos", "eot", "eom")

_SUFFIX = "'s|'t|'re|'ve|'m|'ll|'d"
_UPPER, _LOWER = r"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]", r"[\p{Ll}\p{Lm}\p{Lo}\p{M}]"
_SPACE = r"\s*[\r\n]+|\s+(?!\S)|\s+"


def _words(digits: str) -> str:
    """Tiktoken's cl100k pattern, with as many digits together as a maker likes."""
    return (
        rf"(?i:{_SUFFIX})|[^\r\n\p{{L}}\p{{N}}]?\p{{L}}+|{digits}"
        rf"| ?[^\s\p{{L}}\p{{N}}]+[\r\n]*|{_SPACE}"
    )


def _cased_words(suffix: str, digits: str) -> str:
    """Tiktoken's o200k pattern, which cuts where small letters turn to capitals."""
    head = r"[^\r\n\p{L}\p{N}]?"
    return (
        rf"{head}{_UPPER}*{_LOWER}+{suffix}|{head}{_UPPER}+{_LOWER}*{suffix}|{digits}"
        rf"| ?[^\s\p{{L}}\p{{N}}]+[\r\n/]*|{_SPACE}"
    )


@dataclass(frozen=True)
class _Rule:
    """How text is cut into words before byte-level BPE.

    Attributes:
        pattern: what a word looks like, in Oniguruma's syntax; GPT-2's own where it is empty.
        single_digits: whether every digit stands alone before that.
        whole_words: whether a word that is a token stays whole, whatever the merges make of it.
        composed: whether letters and their accents are joined first (Unicode NFC).
    """

    pattern: str = ""
    single_digits: bool = False
    whole_words: bool = False
    composed: bool = False


_LLAMA_3 = _Rule(_words(r"\p{N}{1,3}"), whole_words=True)
_QWEN_2 = _Rule(_words(r"\p{N}"), composed=True)
_PHI_4 = _Rule(_words(r"\p{N}{1,3}"))
_SMOLLM = _Rule(single_digits=True)

RULES = {
    **dict.fromkeys(("llama-bpe", "llama3", "llama-v3", "falcon3"), _LLAMA_3),
    **dict.fromkeys(("qwen2", "deepseek-r1-qwen", "megrez"), _QWEN_2),
    **dict.fromkeys(("dbrx", "smaug-bpe"), _PHI_4),
    **dict.fromkeys(("smollm", "starcoder", "refact", "command-r"), _SMOLLM),
    "gpt-2": _Rule(),
    "gpt-4o": _Rule(_cased_words(rf"(?i:{_SUFFIX})?", r"\p{N}{1,3}")),
    "tekken": _Rule(_cased_words("", r"\p{N}"), whole_words=True),
}
"""By `tokenizer.ggml.pre`. The names are llama.cpp's (src/llama-vocab.cpp); the patterns are those
of the makers' own `tokenizer.json`: Meta-Llama-3-8B, Qwen2.5, phi-4, SmolLM2, gpt2,
Phi-4-mini-instruct and Mistral-Nemo, in this order."""


@dataclass(frozen=True)
class Vocabulary:
    """What a GGUF file says of its tokenizer.

    Attributes:
        kind: `BYTE_LEVEL` or `SENTENCEPIECE`.
        pre_tokenizer: the name of a rule, for byte-level BPE.
        merges: for byte-level BPE, each two tokens with a space between, the first to be joined
            first.
        scores: for SentencePiece, one a token; the higher is joined first.
        space_prefix: whether SentencePiece sets a space before a text.
        controls: ids that are control tokens, whatever their type says.
    """

    kind: str
    pre_tokenizer: str
    tokens: tuple[str, ...]
    token_types: tuple[int, ...]
    merges: tuple[str, ...] = ()
    scores: tuple[float, ...] = ()
    space_prefix: bool = True
    controls: frozenset[int] = frozenset()

    def is_control(self, index: int) -> bool:
        return self.token_types[index] in (_CONTROL, _UNKNOWN) or index in self.controls

    def is_text(self, index: int) -> bool:
        """Whether letters can be joined to this token."""
        return self.token_types[index] == _NORMAL and index not in self.controls


def read_vocabulary(settings: Mapping[str, Any], source: str) -> Vocabulary:
    """The vocabulary of a file, from its settings; raises `ModelError` where it is not whole."""

    def items(name: str, default: tuple[Any, ...] = ()) -> tuple[Any, ...]:
        found = settings.get(f"tokenizer.ggml.{name}", default)
        if not isinstance(found, tuple | np.ndarray):
            raise _damaged(source)
        return tuple(found) if isinstance(found, tuple) else tuple(found.tolist())

    tokens, merges = items("tokens"), items("merges")
    types = items("token_type", (_NORMAL,) * len(tokens))
    are_texts = all(isinstance(text, str) for text in (*tokens, *merges))
    if not tokens or not are_texts or len(types) != len(tokens):
        raise _damaged(source)
    ends = (settings.get(f"tokenizer.ggml.{key}_token_id") for key in _ALWAYS_CONTROLS)
    return Vocabulary(
        kind=str(settings.get("tokenizer.ggml.model", "")),
        pre_tokenizer=str(settings.get("tokenizer.ggml.pre", "")),
        tokens=tokens,
        token_types=types,
        merges=merges,
        scores=items("scores"),
        space_prefix=settings.get("tokenizer.ggml.add_space_prefix", True) is True,
        controls=frozenset(index for index in ends if isinstance(index, int)),
    )


def write_tokenizer(vocabulary: Vocabulary, file: Path, source: str) -> None:
    """Write `tokenizer.json` and compare it with the vocabulary.

    Raises `ModelError`, which names `source`, where the vocabulary is damaged or cut by a rule that
    is not known.
    """
    if vocabulary.kind == BYTE_LEVEL:
        make = _byte_level
    elif vocabulary.kind == SENTENCEPIECE:
        make = _sentencepiece
    else:
        raise ModelError(
            f"{source} uses a tokenizer that Twite does not know ({vocabulary.kind:.40}).",
            "Choose a model with a byte-level BPE or SentencePiece tokenizer.",
        )
    if len(set(vocabulary.tokens)) < len(vocabulary.tokens) or "" in vocabulary.tokens:
        raise _damaged(source)
    tokenizer, merges = make(vocabulary, source)
    _add_tokens(tokenizer, vocabulary)
    tokenizer.save(str(file))
    _compare(file, vocabulary, merges, source)


def _byte_level(vocabulary: Vocabulary, source: str) -> tuple[Tokenizer, int]:
    """GPT-2's tokenizer, and the number of its merges."""
    from tokenizers import Regex, decoders, normalizers, pre_tokenizers

    rule = RULES.get(vocabulary.pre_tokenizer)
    if rule is None:
        raise ModelError(
            f"{source} splits words by a rule that Twite does not know "
            f"({vocabulary.pre_tokenizer or 'it names none':.40}).",
            "Choose another model, or a newer file of this one.",
        )
    merges = [_parts(merge) for merge in vocabulary.merges]
    tokenizer = _bpe(
        vocabulary, merges, source, **({"ignore_merges": True} if rule.whole_words else {})
    )
    steps: list[Any] = []
    if rule.single_digits:
        steps.append(pre_tokenizers.Digits(individual_digits=True))
    if rule.pattern:
        steps.append(pre_tokenizers.Split(Regex(rule.pattern), "isolated"))
    steps.append(pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=not rule.pattern))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(steps)
    if rule.composed:
        tokenizer.normalizer = normalizers.NFC()
    tokenizer.decoder = decoders.ByteLevel()
    return tokenizer, len(merges)


def _parts(merge: str) -> tuple[str, str]:
    """The two tokens of a merge; a space behind the first letter is what parts them."""
    cut = merge.find(" ", 1)
    return merge[:cut], merge[cut + 1 :]


def _sentencepiece(vocabulary: Vocabulary, source: str) -> tuple[Tokenizer, int]:
    """SentencePiece's BPE (arXiv 1808.06226), and the number of its merges.

    It has no merges: of all tokens that two neighbours can make, the one of the highest score is
    made first. So every way to make a token of two becomes a merge, in the order of the scores;
    where those are the same, in that of the ids, which makers number by rank.
    """
    from tokenizers import decoders, pre_tokenizers

    bytes_there = [kind for kind in vocabulary.token_types if kind == _BYTE]
    if len(vocabulary.scores) != len(vocabulary.tokens) or len(bytes_there) != 256:
        raise _damaged(source)
    merges = [pair for *_, pair in sorted(_pairs(vocabulary))]
    unknown = [
        token
        for token, kind in zip(vocabulary.tokens, vocabulary.token_types, strict=True)
        if kind == _UNKNOWN
    ]
    options = {"unk_token": unknown[0], "fuse_unk": True} if unknown else {}
    tokenizer = _bpe(vocabulary, merges, source, byte_fallback=True, **options)
    # A text that begins with a space has its prefix already, as in makers' newer tokenizers.
    prefix = "first" if vocabulary.space_prefix else "never"
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace("▁", prefix, split=False)
    steps = [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse()]
    if vocabulary.space_prefix:
        steps.append(decoders.Strip(" ", 1, 0))
    tokenizer.decoder = decoders.Sequence(steps)
    return tokenizer, len(merges)


def _pairs(vocabulary: Vocabulary) -> Iterator[tuple[float, int, int, int, tuple[str, str]]]:
    """Every two tokens that make a third, with what they are sorted by."""
    ids = {
        token: index for index, token in enumerate(vocabulary.tokens) if vocabulary.is_text(index)
    }
    for token, index in ids.items():
        for cut in range(1, len(token)):
            left, right = token[:cut], token[cut:]
            if left in ids and right in ids:
                yield -vocabulary.scores[index], index, ids[left], ids[right], (left, right)


def _bpe(
    vocabulary: Vocabulary, merges: list[tuple[str, str]], source: str, **options: Any
) -> Tokenizer:
    from tokenizers import Tokenizer, models

    ids = {token: index for index, token in enumerate(vocabulary.tokens)}
    try:
        return Tokenizer(models.BPE(vocab=ids, merges=merges, **options))
    except Exception as error:  # tokenizers raises a bare Exception where a merge makes no token
        raise _damaged(source) from error


def _add_tokens(tokenizer: Tokenizer, vocabulary: Vocabulary) -> None:
    """Make the tokens atomic that are no text, and those that their maker defined."""
    from tokenizers import AddedToken

    tokens = list(enumerate(vocabulary.tokens))
    tokenizer.add_special_tokens(
        [
            AddedToken(token, special=True, normalized=False)
            for index, token in tokens
            if vocabulary.is_control(index)
        ]
    )
    tokenizer.add_tokens(
        [
            AddedToken(token, special=False, normalized=False)
            for index, token in tokens
            if vocabulary.token_types[index] == _DEFINED and not vocabulary.is_control(index)
        ]
    )


def _compare(file: Path, vocabulary: Vocabulary, merges: int, source: str) -> None:
    """See that what was written says of every id and every merge what the GGUF file says."""
    import json

    from tokenizers import Tokenizer

    written = json.loads(file.read_bytes())
    ids = Tokenizer.from_file(str(file)).get_vocab(with_added_tokens=True)
    if ids != {token: index for index, token in enumerate(vocabulary.tokens)}:
        raise _damaged(source)
    if len(written["model"]["merges"]) != merges:
        raise _damaged(source)


def _damaged(source: str) -> ModelError:
    return ModelError(f"The vocabulary of {source} is damaged.", "Download the file again.")
