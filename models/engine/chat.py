"""A conversation as the token ids that a model was taught to read.

Formats are written out here. A template that came with a downloaded file is never run.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import Literal

from models.engine.tokenizer import Tokenizer
from models.errors import ModelError


@dataclass(frozen=True)
class Message:
    """One turn of a conversation."""

    role: Literal["system", "user", "assistant"]
    text: str


@dataclass(frozen=True)
class Control:
    """A control token by its name. Text never becomes one, whatever it spells."""

    token: str


Part = str | Control
WriteTurn = Callable[[Sequence[Message], int], Sequence[Part]]
"""One turn of a conversation, by its place in it."""


@dataclass(frozen=True)
class Format:
    """How a family of models reads a conversation.

    Attributes:
        controls: the control tokens that it is written with.
        begin: what stands before the first turn.
        turn: what one turn becomes.
        answer: what makes it the model's turn.
    """

    controls: frozenset[str]
    begin: tuple[Part, ...]
    turn: WriteTurn
    answer: tuple[Part, ...]


def encode_chat(
    format_name: str,
    tokenizer: Tokenizer,
    messages: Sequence[Message],
    behind: Sequence[Message] = (),
) -> list[int]:
    """Token ids of whole turns, without the opening of the answer.

    `behind` are the turns that the model has read already. They matter: a conversation begins but
    once, and some formats have no system turn and put its text into a later one.
    """
    chosen = _format(format_name)
    conversation = [*behind, *messages]
    parts = [] if behind else list(chosen.begin)
    for place in range(len(behind), len(conversation)):
        parts += chosen.turn(conversation, place)
    return _encode(tokenizer, chosen, parts)


def open_answer(format_name: str, tokenizer: Tokenizer) -> list[int]:
    """Token ids that make it the model's turn."""
    chosen = _format(format_name)
    return _encode(tokenizer, chosen, chosen.answer)


def _format(name: str) -> Format:
    if name not in FORMATS:
        raise ModelError(
            f"This model speaks a chat format that Twite does not know ({name}).",
            "Choose another model.",
        )
    return FORMATS[name]


def _encode(tokenizer: Tokenizer, chosen: Format, parts: Iterable[Part]) -> list[int]:
    """Text that stands together is encoded together, as a tokenizer may join it."""
    controls = {token: _control(tokenizer, token) for token in sorted(chosen.controls)}
    ids: list[int] = []
    for is_text, group in groupby(parts, lambda part: isinstance(part, str)):
        if is_text:
            ids += _letters(tokenizer, controls, "".join(map(str, group)))
        else:
            ids += [controls[part.token] for part in group if isinstance(part, Control)]
    return ids


def _letters(tokenizer: Tokenizer, controls: dict[str, int], text: str) -> list[int]:
    """The ids of a text; a control token that it spells out is cut, and so read as letters.

    Most tokenizers do that by themselves, but not where a control token is not marked as special.
    """
    ids = tokenizer.encode(text)
    forbidden = set(controls.values())
    if forbidden.isdisjoint(ids):
        return ids
    spelled = re.finditer("|".join(map(re.escape, controls)), text)
    cuts = [0, *(match.start() + 1 for match in spelled), len(text)]
    cut = [index for start, end in pairwise(cuts) for index in tokenizer.encode(text[start:end])]
    return [index for index in cut if index not in forbidden]


def _control(tokenizer: Tokenizer, token: str) -> int:
    try:
        return tokenizer.control(token)
    except KeyError:
        raise ModelError(
            f"This model's tokenizer has no {token}, which its chat format needs.",
            "Choose another model.",
        ) from None


def _chatml(conversation: Sequence[Message], place: int) -> Sequence[Part]:
    """ChatML, as SmolLM2, Qwen2.5 and Qwen3 use it."""
    message = conversation[place]
    opening = (Control("<|im_start|>"), f"{message.role}\n{message.text}")
    return (*opening, Control("<|im_end|>"), "\n")


def _llama3(conversation: Sequence[Message], place: int) -> Sequence[Part]:
    """Llama 3."""
    message = conversation[place]
    return _llama3_turn(message.role, message.text.strip())


def _llama31(conversation: Sequence[Message], place: int) -> Sequence[Part]:
    """Llama 3.1 and 3.2, whose system turn always stands, and begins with two dates.

    The second is the one that Meta's template names where no clock is to be had: a draft should not
    depend on the day it is written.
    """
    message = conversation[place]
    if message.role == "system":
        return _llama3_turn("system", _LLAMA_DATES + message.text.strip())
    preface = () if place else _llama3_turn("system", _LLAMA_DATES)
    return (*preface, *_llama3(conversation, place))


_LLAMA_DATES = "Cutting Knowledge Date: December 2023\nToday Date: 26 Jul 2024\n\n"


def _llama3_turn(role: str, text: str) -> Sequence[Part]:
    start, end = Control("<|start_header_id|>"), Control("<|end_header_id|>")
    return (start, role, end, f"\n\n{text}", Control("<|eot_id|>"))


def _gemma(conversation: Sequence[Message], place: int) -> Sequence[Part]:
    """Gemma 3: the system text stands at the head of the first turn, which is the person's."""
    message = conversation[place]
    start, end = Control("<start_of_turn>"), (Control("<end_of_turn>"), "\n")
    if message.role == "system":
        return (start, f"user\n{message.text}\n\n")
    if place and conversation[place - 1].role == "system":
        return (message.text.strip(), *end)
    role = "model" if message.role == "assistant" else "user"
    return (start, f"{role}\n{message.text.strip()}", *end)


def _phi3(conversation: Sequence[Message], place: int) -> Sequence[Part]:
    """Phi-3.5 and Phi-4-mini.

    Phi-3.5's template writes line breaks behind its control tokens, which are defined to swallow
    the white space that follows them: no break is ever read.
    """
    message = conversation[place]
    return (Control(f"<|{message.role}|>"), message.text.lstrip(), Control("<|end|>"))


def _phi4(conversation: Sequence[Message], place: int) -> Sequence[Part]:
    """Phi-4, the large one."""
    message = conversation[place]
    opening = (Control("<|im_start|>"), message.role, Control("<|im_sep|>"))
    return (*opening, message.text, Control("<|im_end|>"))


def _mistral(conversation: Sequence[Message], place: int) -> Sequence[Part]:
    """Mistral 7B v0.3: the system text stands before the last turn, where that is the person's."""
    message = conversation[place]
    if message.role == "system":
        return ()
    if message.role == "assistant":
        return (f" {message.text.strip()}", Control("</s>"))
    first = conversation[0]
    is_last = place == len(conversation) - 1
    system = f"{first.text}\n\n" if is_last and first.role == "system" else ""
    return (Control("[INST]"), f" {system}{message.text}", Control("[/INST]"))


def _mistral_v7(conversation: Sequence[Message], place: int) -> Sequence[Part]:
    """Mistral Small 3."""
    message = conversation[place]
    if message.role == "assistant":
        return (message.text, Control("</s>"))
    name = "SYSTEM_PROMPT" if message.role == "system" else "INST"
    return (Control(f"[{name}]"), message.text, Control(f"[/{name}]"))


def _make(turn: WriteTurn, controls: str, answer: tuple[Part, ...] = (), begin: str = "") -> Format:
    opening = (Control(begin),) if begin else ()
    return Format(frozenset((*controls.split(), *begin.split())), opening, turn, answer)


_CHATML_ANSWER = (Control("<|im_start|>"), "assistant\n")
_NO_THOUGHT = (Control("<think>"), "\n\n", Control("</think>"), "\n\n")
_LLAMA_ANSWER = (*_llama3_turn("assistant", "")[:3], "\n\n")
_LLAMA_CONTROLS = "<|start_header_id|> <|end_header_id|> <|eot_id|>"
_PHI3 = _make(
    _phi3, "<|system|> <|user|> <|assistant|> <|end|>", answer=(Control("<|assistant|>"),)
)

FORMATS = {
    "chatml": _make(_chatml, "<|im_start|> <|im_end|>", _CHATML_ANSWER),
    "qwen3": _make(
        _chatml,
        "<|im_start|> <|im_end|> <think> </think>",
        (*_CHATML_ANSWER, *_NO_THOUGHT),
    ),
    "llama3": _make(_llama3, _LLAMA_CONTROLS, _LLAMA_ANSWER, begin="<|begin_of_text|>"),
    "llama3.1": _make(_llama31, _LLAMA_CONTROLS, _LLAMA_ANSWER, begin="<|begin_of_text|>"),
    "gemma": _make(
        _gemma,
        "<start_of_turn> <end_of_turn>",
        (Control("<start_of_turn>"), "model\n"),
        begin="<bos>",
    ),
    "phi3": _PHI3,
    "phi4-mini": _PHI3,
    "phi4": _make(
        _phi4,
        "<|im_start|> <|im_sep|> <|im_end|>",
        (Control("<|im_start|>"), "assistant", Control("<|im_sep|>")),
    ),
    "mistral": _make(_mistral, "[INST] [/INST] </s>", begin="<s>"),
    "mistral-v7": _make(
        _mistral_v7, "[SYSTEM_PROMPT] [/SYSTEM_PROMPT] [INST] [/INST] </s>", begin="<s>"
    ),
}
"""Every format that a manifest may name."""
