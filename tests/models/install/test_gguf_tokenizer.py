"""The tokenizer that is written is the one that the GGUF file describes.

Second opinions come from transformers' converters and from SentencePiece's rule told anew.
"""

from __future__ import annotations

import inspect
import json
import logging
import unicodedata
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer as HuggingFaceTokenizer
from transformers.convert_slow_tokenizer import GPT2Converter, Qwen2Converter, TikTokenConverter
from transformers.integrations.ggml import convert_gguf_tokenizer

from models.engine.tokenizer import Tokenizer
from models.errors import ModelError
from models.install.gguf_tokenizer import RULES, Vocabulary, read_vocabulary, write_tokenizer
from tests.helpers.tiny_gguf import NORMAL, Settings, byte_level, sentencepiece

TEXT = "The 123 and\n\nthe naïve 🙂 Café №5,  19:00 – «in»…\r\n\tthEN don't WON'T"
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40) | st.text(
    "The aond 123.'\n▁", max_size=40
)


def vocabulary(settings: Settings, **changes: Any) -> Vocabulary:
    told = {f"tokenizer.ggml.{name}": value for name, value in (settings | changes).items()}
    told = {k: tuple(v) if isinstance(v, list) else v for k, v in told.items()}
    return read_vocabulary(told, "tiny.gguf")


def written(settings: Settings, folder: Path, **changes: Any) -> HuggingFaceTokenizer:
    file = folder / "tokenizer.json"
    write_tokenizer(vocabulary(settings, **changes), file, "tiny.gguf")
    return HuggingFaceTokenizer.from_file(str(file))


def ids(tokenizer: HuggingFaceTokenizer, text: str) -> list[int]:
    found: list[int] = tokenizer.encode(text, add_special_tokens=False).ids
    return found


ALL = {
    **{f"byte-level, {rule}": byte_level(rule) for rule in RULES},
    "sentencepiece": sentencepiece(),
    "sentencepiece without a prefix": sentencepiece(space_prefix=False),
}


@pytest.fixture(scope="module", params=ALL.values(), ids=list(ALL))
def each(request: pytest.FixtureRequest) -> Settings:
    settings: Settings = request.param
    return settings


def test_every_id_is_the_files_token_and_back(each: Settings, tmp_path: Path) -> None:
    tokenizer, tokens = written(each, tmp_path), each["tokens"]
    assert [tokenizer.id_to_token(index) for index in range(len(tokens))] == tokens
    assert [tokenizer.token_to_id(token) for token in tokens] == list(range(len(tokens)))
    assert tokenizer.get_vocab_size() == len(tokens)


def test_control_tokens_are_whole_and_write_nothing(each: Settings, tmp_path: Path) -> None:
    tokenizer = written(each, tmp_path)
    mine = Tokenizer(tmp_path / "tokenizer.json")
    for name in ("<start_of_turn>", each["tokens"][2]):
        index = each["tokens"].index(name)
        assert index in ids(tokenizer, f"on {name}on")
        assert index not in mine.encode(f"on {name}on")
        assert mine.pieces[index] == b""


def test_a_text_comes_back_as_it_was(each: Settings, tmp_path: Path) -> None:
    tokenizer = written(each, tmp_path)
    assert tokenizer.decode(ids(tokenizer, TEXT), skip_special_tokens=False) == TEXT
    mine = Tokenizer(tmp_path / "tokenizer.json")
    prefix = " " if each.get("add_space_prefix") else ""
    assert mine.decode(mine.encode(TEXT)) == prefix + TEXT


def test_all_merges_of_the_file_are_there(tmp_path: Path) -> None:
    written(byte_level(), tmp_path)
    model = json.loads((tmp_path / "tokenizer.json").read_text("utf-8"))["model"]
    assert [" ".join(merge) for merge in model["merges"]] == byte_level()["merges"]


@pytest.fixture(scope="module", params=["smollm", "llama-bpe", "qwen2", "tekken", "gpt-4o"])
def byte_level_one(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> HuggingFaceTokenizer:
    return written(byte_level(request.param), tmp_path_factory.mktemp("written"))


@pytest.fixture(scope="module")
def pieces(tmp_path_factory: pytest.TempPathFactory) -> HuggingFaceTokenizer:
    return written(sentencepiece(), tmp_path_factory.mktemp("written"))


@given(text=TEXTS)
def test_byte_level_gives_it_back(byte_level_one: HuggingFaceTokenizer, text: str) -> None:
    wanted = text if byte_level_one.normalizer is None else unicodedata.normalize("NFC", text)
    found = byte_level_one.decode(ids(byte_level_one, text), skip_special_tokens=False)
    assert found == wanted


@given(text=TEXTS.filter(lambda text: "▁" not in text and text[:1] != " "))
def test_sentencepiece_gives_it_back(pieces: HuggingFaceTokenizer, text: str) -> None:
    assert pieces.decode(ids(pieces, text), skip_special_tokens=False) == text


@given(text=st.text("Theandrio 123", max_size=30))
def test_sentencepiece_joins_the_highest_score_first(
    pieces: HuggingFaceTokenizer, text: str
) -> None:
    letters = "▁" + text.strip().replace(" ", "▁")
    wanted = by_score(letters, vocabulary(sentencepiece())) if text.strip() else []
    assert ids(pieces, text.strip()) == wanted


@given(text=TEXTS.filter(lambda text: text[:1] not in ("", " ", "▁") and "<" not in text))
def test_transformers_cuts_sentencepiece_the_same_way(
    pieces: HuggingFaceTokenizer, second: HuggingFaceTokenizer, text: str
) -> None:
    # Two line breaks are a token that the maker defined, of which transformers takes no notice.
    whole = text.replace("\n", ".")
    assert ids(pieces, whole) == ids(second, whole)


@pytest.fixture(scope="module")
def second() -> HuggingFaceTokenizer:
    logging.disable()
    told = sentencepiece() | {"tokenizer_type": "llama", "unk_token_id": 0}
    made, _ = convert_gguf_tokenizer("llama", told)
    logging.disable(logging.NOTSET)
    return made


@given(text=TEXTS)
def test_transformers_cuts_qwen2_the_same_way(qwen: list[Any], text: str) -> None:
    assert ids(qwen[0], text) == ids(qwen[1], text)


@pytest.fixture(scope="module")
def qwen(tmp_path_factory: pytest.TempPathFactory) -> list[HuggingFaceTokenizer]:
    settings = byte_level("qwen2")
    settings["token_type"] = [NORMAL] * len(settings["tokens"])
    mine = written(settings, tmp_path_factory.mktemp("written"), bos_token_id=-1, eos_token_id=-1)
    ranks = {token: index for index, token in enumerate(settings["tokens"])}
    merges = [tuple(merge.split()) for merge in settings["merges"]]
    convert: Any = Qwen2Converter
    return [mine, convert(None).converted(ranks, merges)]


def by_score(letters: str, told: Vocabulary) -> list[int]:
    """SentencePiece's rule: of all neighbours that make a token, those of the highest score join,
    the leftmost first.
    """
    score = {t: told.scores[i] for i, t in enumerate(told.tokens) if told.is_text(i)}
    parts = list(letters)
    while True:
        joined = [(score.get(a + b), -i) for i, (a, b) in enumerate(pairwise(parts))]
        able = [(value, place) for value, place in joined if value is not None]
        if not able:
            return [told.tokens.index(part) for part in parts]
        at = -max(able)[1]
        parts[at : at + 2] = [parts[at] + parts[at + 1]]


def test_llama_3_cuts_words_as_transformers_says_tiktoken_does() -> None:
    told = inspect.signature(TikTokenConverter.__init__).parameters["pattern"].default
    assert RULES["llama-bpe"].pattern == told


def test_gpt2_is_cut_as_transformers_does_it(tmp_path: Path) -> None:
    settings = byte_level("gpt-2")
    ranks = {token: index for index, token in enumerate(settings["tokens"])}
    merges = [tuple(merge.split()) for merge in settings["merges"]]
    convert: Any = GPT2Converter
    second = convert(None)
    second.original_tokenizer = type("Slow", (), {"add_prefix_space": False})()
    wanted = ids(second.converted(ranks, merges), TEXT)
    assert ids(written(settings, tmp_path), TEXT) == wanted


@pytest.mark.parametrize(
    ("rule", "text", "parts"),
    [
        ("smollm", "in 123", ["in", "Ġ", "1", "2", "3"]),
        ("llama-bpe", "in 123", ["in", "Ġ", "123"]),
        ("llama-bpe", "1231", ["123", "1"]),
        ("qwen2", "in 123", ["in", "Ġ", "1", "2", "3"]),
        ("dbrx", "in 123", ["in", "Ġ", "123"]),
        ("gpt-2", "in 123", ["in", "Ġ", "123"]),
        ("tekken", "123", ["1", "2", "3"]),
        ("gpt-4o", "123", ["123"]),
        ("tekken", "aThe", ["a", "The"]),
        ("llama-bpe", "aThe", ["a", "The"]),
        ("llama-bpe", "\n\n.", ["ĊĊ", "."]),
        ("qwen2", "e\u0301", ["Ã", "©"]),
        ("qwen2", "<think>in", ["<think>", "in"]),
    ],
)
def test_each_rule_cuts_where_its_makers_do(
    rule: str, text: str, parts: Sequence[str], tmp_path: Path
) -> None:
    assert written(byte_level(rule), tmp_path).encode(text).tokens == parts


def test_a_word_that_is_a_token_stays_whole_where_its_makers_say_so(tmp_path: Path) -> None:
    """Merges alone never make this one."""
    settings = byte_level()
    settings["tokens"].append("zzz")
    settings["token_type"].append(NORMAL)
    for rule, parts in (("llama-bpe", ["zzz"]), ("qwen2", ["z", "z", "z"])):
        assert written(settings | {"pre": rule}, tmp_path).encode("zzz").tokens == parts


def test_letters_that_sentencepiece_lacks_become_their_bytes(tmp_path: Path) -> None:
    tokens = written(sentencepiece(), tmp_path).encode("é").tokens
    assert tokens == ["▁", "<0xC3>", "<0xA9>"]


def test_a_space_is_set_before_a_text_only_where_the_file_says_so(tmp_path: Path) -> None:
    texts = {True: ["▁the", "▁in"], False: ["the", "▁in"]}
    for prefix, parts in texts.items():
        settings = sentencepiece(prefix)
        if not prefix:
            parts = ["t", "he", "▁in"]
        assert written(settings, tmp_path).encode("the in").tokens == parts


def test_the_space_is_set_where_the_file_does_not_say(tmp_path: Path) -> None:
    settings = {k: v for k, v in sentencepiece().items() if k != "add_space_prefix"}
    assert written(settings, tmp_path).encode("in").tokens == ["▁in"]


def test_equal_scores_are_ranked_by_their_ids(tmp_path: Path) -> None:
    settings = sentencepiece()
    count = len(settings["tokens"])
    equal = settings | {"scores": [-1000.0] * count}
    ranked = settings | {"scores": [-float(index) for index in range(count)]}
    text = "The and the 123 aaaa"
    wanted = written(ranked, tmp_path).encode(text).tokens
    assert written(equal, tmp_path).encode(text).tokens == wanted


def test_a_token_that_ends_texts_is_control_whatever_its_type(tmp_path: Path) -> None:
    settings = byte_level()
    settings["token_type"] = [NORMAL] * len(settings["tokens"])
    written(settings, tmp_path)
    tokenizer = Tokenizer(tmp_path / "tokenizer.json")
    assert tokenizer.pieces[2] == b""
    assert 2 not in tokenizer.encode("<|im_end|>")


def damaged(settings: Settings, **changes: Any) -> Settings:
    return settings | {name: change(list(settings[name])) for name, change in changes.items()}


@pytest.mark.parametrize(
    ("settings", "what"),
    [
        (byte_level() | {"tokens": []}, "is damaged"),
        (byte_level() | {"tokens": "abc"}, "is damaged"),
        (byte_level() | {"tokens": [1, 2, 3], "token_type": [1, 1, 1]}, "is damaged"),
        (damaged(byte_level(), tokens=lambda t: [*t[:-1], t[0]]), "is damaged"),
        (damaged(byte_level(), tokens=lambda t: [*t[:-1], ""]), "is damaged"),
        (damaged(byte_level(), token_type=lambda t: t[:-1]), "is damaged"),
        (damaged(byte_level(), merges=lambda m: [*m, "zz qq"]), "is damaged"),
        (damaged(byte_level(), merges=lambda m: [*m, "nospace"]), "is damaged"),
        (damaged(byte_level(), merges=lambda m: [*m, m[0]]), "is damaged"),
        (damaged(sentencepiece(), scores=lambda s: s[:-1]), "is damaged"),
        (damaged(sentencepiece(), token_type=lambda t: [NORMAL] * len(t)), "is damaged"),
        (byte_level("chameleon"), r"splits words by a rule .* \(chameleon\)"),
        (byte_level(""), r"splits words by a rule .* \(it names none\)"),
        (byte_level() | {"model": "t5"}, r"a tokenizer that Twite does not know \(t5\)"),
    ],
)
def test_a_vocabulary_that_is_not_whole_or_not_known_is_refused(
    settings: Settings, what: str, tmp_path: Path
) -> None:
    with pytest.raises(ModelError, match=rf"tiny\.gguf.*{what}|{what}.*tiny\.gguf") as refused:
        written(settings, tmp_path)
    assert "tiny.gguf" in refused.value.what_happened
