"""What the files beside a model say of it: its settings, its tokenizer and its chat format.

They are a stranger's files. Each is read as text up to a size, and refused where it says what no
model has; a chat template is looked at and never run.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tokenizers import Tokenizer

from models.engine.chat import FORMATS, Control, Message
from models.errors import ModelError
from models.install.chat_marks import MARKS

_ENDS_AND_LENGTHS = ("genai_config.json", "generation_config.json", "config.json")
"""Where end tokens and the context's length are looked for, the surest first."""
_CARD = "README.md"
_MOST_JSON = 16_000_000
_MOST_TEMPLATE = 1_000_000
_MOST_TOKENIZER = 200_000_000
"""Bytes; the largest in use, Gemma 3's tokenizer.json, has 33 million."""
_MOST_ENDS = 64
_MOST_IDS = 4_000_000
_MOST_TOKENS = 100_000_000
_FRONT_MATTER = re.compile(r"\ufeff?---\r?\n(.*?)\r?\n---", re.DOTALL)
_LICENCE = r"^%s:[ \t]*['\"]?([A-Za-z0-9][\w.+ -]{0,79}?)['\"]?[ \t\r]*$"
_AGAIN = "Fetch it again as its maker publishes it, or choose another model."


@dataclass(frozen=True)
class Settings:
    """What is told of a model; what is not told is empty, or 0.

    Attributes:
        end_of_turn_ids: tokens with which the model ends its answer.
        context_length: tokens.
        licence: as the model card names it, such as `apache-2.0`.
        family: the architecture, such as `llama` or `qwen3`.
        template: the text of the chat template.
        graph: the file name of the graph.
    """

    end_of_turn_ids: tuple[int, ...]
    context_length: int
    licence: str
    family: str
    template: str
    graph: str


def read_settings(folder: Path) -> Settings:
    """Settings beside a model; raises `ModelError` where one of them is damaged or absurd."""
    return settings_among({entry.name: entry for entry in folder.iterdir()})


def settings_among(files: Mapping[str, Path]) -> Settings:
    """The same of files that lie elsewhere, by the names that they have beside the model."""
    told = _told(files)
    return Settings(
        end_of_turn_ids=_ids(_first(told, "eos_token_id")),
        context_length=_length(_first(told, "context_length", "max_position_embeddings")),
        licence=_licence(files),
        family=_text(_first(told, "model_type", "type")),
        template=_template(files),
        graph=_text(_first([one.get("decoder") for one in told], "filename")),
    )


def _told(files: Mapping[str, Path]) -> list[dict[str, Any]]:
    told: list[Any] = []
    for name in _ENDS_AND_LENGTHS:
        if name not in files:
            continue
        settings: Any = _read_json(files[name], name)
        if name == "genai_config.json":
            settings = settings.get("model")
        if not isinstance(settings, dict):
            raise _damaged(name)
        # A model that also sees keeps what concerns its language apart.
        told += [settings, settings.get("text_config")]
    return [settings for settings in told if isinstance(settings, dict)]


def _first(told: list[Any], *keys: str) -> object:
    """The first setting of one of these names; null stands for one that is not set."""
    tables = [one for one in told if isinstance(one, dict)]
    return next((one[key] for one in tables for key in keys if one.get(key) is not None), None)


def _ids(found: object) -> tuple[int, ...]:
    ids = found if isinstance(found, list) else [] if found is None else [found]
    if len(ids) > _MOST_ENDS or not all(_is_within(index, 0, _MOST_IDS) for index in ids):
        raise _absurd("end tokens")
    return tuple(ids)


def _length(found: object) -> int:
    if found is None:
        return 0
    if not _is_within(found, 1, _MOST_TOKENS):
        raise _absurd("a context length")
    assert isinstance(found, int)
    return found


def _is_within(number: object, least: int, most: int) -> bool:
    # True and False are whole numbers to Python.
    return type(number) is int and least <= number <= most


def _text(found: object) -> str:
    return found if isinstance(found, str) else ""


def _template(files: Mapping[str, Path]) -> str:
    if "chat_template.jinja" in files:
        return _read(files["chat_template.jinja"], "chat_template.jinja", _MOST_TEMPLATE)
    for name in ("tokenizer_config.json", "chat_template.json"):
        if name in files:
            found = _read_json(files[name], name).get("chat_template")
            if isinstance(found, list):
                # Some makers publish several, by name; the one for a plain chat is `default`.
                named = [one for one in found if isinstance(one, dict)]
                found = next((o.get("template") for o in named if o.get("name") == "default"), "")
            if _text(found):
                return _text(found)[:_MOST_TEMPLATE]
    return ""


def _licence(files: Mapping[str, Path]) -> str:
    """`license` of a model card, or `license_name` where that is `other`.

    https://huggingface.co/docs/hub/model-cards#model-card-metadata
    """
    if _CARD not in files:
        return ""
    front = _FRONT_MATTER.match(_read(files[_CARD], _CARD, _MOST_JSON))
    for key in ("license", "license_name"):
        found = re.search(_LICENCE % key, front[1], re.MULTILINE) if front else None
        if found and found[1] != "other":
            return found[1]
    return ""


def _read_json(file: Path, name: str) -> dict[str, Any]:
    try:
        found = json.loads(_read(file, name, _MOST_JSON))
    except (ValueError, RecursionError) as error:
        raise _damaged(name) from error
    if not isinstance(found, dict):
        raise _damaged(name)
    return found


def _read(file: Path, name: str, most: int) -> str:
    """The text of a file of some size at most; a link may lead to anything, and is not read."""
    if file.is_symlink() or not file.is_file():
        raise ModelError(f"{name} is a link or no file.", "Put the file itself in its place.")
    with file.open("rb") as stream:
        content = stream.read(most + 1)
    if len(content) > most:
        raise ModelError(f"{name} is larger than any that a model has.", _AGAIN)
    return content.decode("utf-8", "replace")


def read_tokenizer(file: Path) -> Tokenizer:
    """A `tokenizer.json`; raises `ModelError` where it is none, or one that no machine can hold."""
    if file.is_symlink() or not file.is_file():
        raise ModelError("The model has no tokenizer.json.", "Put it into the model's folder.")
    if file.stat().st_size > _MOST_TOKENIZER:
        raise ModelError("tokenizer.json is larger than any that a model has.", _AGAIN)
    try:
        tokenizer = Tokenizer.from_file(str(file))
        vocabulary = tokenizer.get_vocab(with_added_tokens=True)
    except BaseException as error:
        # A Rust panic, which some broken files set off, is no Exception.
        if isinstance(error, Exception) or type(error).__name__ == "PanicException":
            raise _damaged("tokenizer.json") from error
        raise
    # Its readers keep a list with a place for every id up to the largest.
    if not vocabulary or max(vocabulary.values()) > _MOST_IDS:
        raise ModelError("tokenizer.json has no tokens, or numbers them absurdly.", _AGAIN)
    # Padding to a length that a file names could take all memory; posts are never cut or padded.
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer


def find_chat_format(tokenizer_file: Path, template: str, family: str) -> str:
    """The name, in `FORMATS`, of the format that a model was taught.

    Decided by the control tokens that its tokenizer has and by the text of its chat template;
    without a template, by its family and by what else is in the tokenizer. Raises `ModelError`
    where that does not tell.
    """
    tokenizer = read_tokenizer(tokenizer_file)
    spoken = [name for name in FORMATS if not _missing(tokenizer, name)]
    # A template writes a line break as such or, inside a string, as a backslash and an n.
    text = template.replace("\\n", "\n")
    found = [
        name
        for name in spoken
        if (MARKS[name].fit(text) if template else MARKS[name].match(tokenizer, family))
    ]
    if len({id(FORMATS[name]) for name in found}) == 1:
        return found[0]
    if not spoken:
        raise ModelError(
            "This model's tokenizer has the control tokens of no chat format that Twite knows.",
            f"Choose a model with one of those that --chat-format takes: {', '.join(FORMATS)}.",
        )
    what_happened = (
        "This model's chat template is none that Twite knows."
        if template
        else "Nothing beside this model tells which chat format it was taught."
    )
    raise ModelError(
        what_happened,
        f"If you know that it is one of these, say so with --chat-format: {', '.join(spoken)}.",
    )


def end_of_turn_ids(
    tokenizer_file: Path, chat_format: str, told: tuple[int, ...] = ()
) -> tuple[int, ...]:
    """The token that ends an answer in this format, and those that the settings tell of.

    Raises `ModelError` where there is no such format, or the tokenizer lacks a token of it.
    """
    if chat_format not in FORMATS:
        raise ModelError(
            f"Twite knows no chat format {chat_format}.",
            f"Use one of those that --chat-format takes: {', '.join(FORMATS)}.",
        )
    tokenizer = read_tokenizer(tokenizer_file)
    if missing := _missing(tokenizer, chat_format):
        raise ModelError(
            f"This model's tokenizer has no {missing[0]}, which the chat format {chat_format} "
            "needs.",
            "Give the one that the model was taught, with --chat-format.",
        )
    own = tokenizer.token_to_id(_end_of_answer(chat_format))
    return tuple(dict.fromkeys((own, *told)))


def _end_of_answer(chat_format: str) -> str:
    """The control token that a format writes behind the text of an answer."""
    turns = (Message("user", "?"), Message("assistant", "!"))
    parts = FORMATS[chat_format].turn(turns, 1)
    return [part.token for part in parts if isinstance(part, Control)][-1]


def _missing(tokenizer: Tokenizer, chat_format: str) -> list[str]:
    """The control tokens of a format that a tokenizer lacks."""
    return [name for name in sorted(FORMATS[chat_format].controls) if not _has(tokenizer, name)]


def _has(tokenizer: Tokenizer, token: str) -> bool:
    return tokenizer.token_to_id(token) is not None


def _absurd(what: str) -> ModelError:
    return ModelError(f"The settings beside this model give {what} that no model has.", _AGAIN)


def _damaged(name: str) -> ModelError:
    return ModelError(f"{name} is damaged, or is not what its name says.", _AGAIN)
