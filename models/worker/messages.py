"""What the window's process and the writer's process say to each other: one JSON object a line."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any

from models.engine.chat import Message
from models.engine.sampling import Sampling


@dataclass(frozen=True)
class WarmUp:
    """Read a prefix ahead of the first run, with room for `room` tokens after it."""

    prefix: tuple[Message, ...]
    rows: int
    room: int


@dataclass(frozen=True)
class Load:
    """Load the model in this folder onto `auto`, `cpu` or `cuda`, and read a prefix ahead."""

    folder: str
    device: str
    warm_up: WarmUp


@dataclass(frozen=True)
class Draft:
    """Write rows from one conversation, asked in one way or several.

    Attributes:
        run: the number that every answer carries.
        prefix: turns that stay the same from run to run.
        prompt: the turns after them, ending with the person's.
        others: the same in other ways; the last rows read one each.
        rows: drafts written side by side.
        enough: how many finished ones end the run.
        tokens: the most tokens a row may have.
        limit: the most a text may weigh, by the rules the process was started with.
        source: the text that the rows have to keep to, by the same rules.
    """

    run: int
    prefix: tuple[Message, ...]
    prompt: tuple[Message, ...]
    others: tuple[tuple[Message, ...], ...]
    rows: int
    enough: int
    tokens: int
    limit: int
    source: str
    seed: int
    sampling: Sampling


@dataclass(frozen=True)
class Cancel:
    """Stop a run within one step of the model."""

    run: int


@dataclass(frozen=True)
class Loaded:
    """The model is ready. `device_note` says why it does not run on CUDA, where that was wanted."""

    model_id: str
    model_name: str
    device: str
    device_note: str
    load_s: float


@dataclass(frozen=True)
class Texts:
    """The texts so far of the rows that grew in one step; `rows[i]` wrote `texts[i]`."""

    run: int
    rows: tuple[int, ...]
    texts: tuple[str, ...]


@dataclass(frozen=True)
class RowDone:
    """A row's last text; `complete` where it ended by itself at the end of a sentence.

    `likelihood` is the mean log chance of its tokens to the model, in nats.
    """

    run: int
    row: int
    text: str
    tokens: int
    complete: bool
    likelihood: float


@dataclass(frozen=True)
class Done:
    """All rows of a run have ended."""

    run: int


@dataclass(frozen=True)
class WasCancelled:
    """The run was stopped; nothing more of it comes."""

    run: int


@dataclass(frozen=True)
class Failed:
    """A command did not work; `run` is None for loading and warming up.

    `card_is_full` where a graphics card's memory ran out, which leaves the CPU.
    """

    run: int | None
    what_happened: str
    what_to_do: str
    card_is_full: bool = False


Command = Load | Draft | WarmUp | Cancel
Answer = Loaded | Texts | RowDone | Done | WasCancelled | Failed

_TYPES: dict[str, type[Any]] = {
    kind.__name__: kind
    for kind in (Load, Draft, WarmUp, Cancel, Loaded, Texts, RowDone, Done, WasCancelled, Failed)
}


def to_line(message: Command | Answer) -> str:
    """One line of JSON, newline included."""
    return (
        json.dumps({"type": type(message).__name__, **asdict(message)}, ensure_ascii=False) + "\n"
    )


def from_line(line: str) -> Command | Answer:
    """Read a line back; raises `ValueError` where it is no message."""
    try:
        fields = json.loads(line)
        kind = _TYPES[fields.pop("type")]
        message: Command | Answer = kind(
            **{key: _read(key, value) for key, value in fields.items()}
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"not a message: {line[:80]!r}") from error
    return message


def _read(key: str, value: Any) -> Any:
    if key in ("prefix", "prompt"):
        return tuple(Message(**turn) for turn in value)
    if key == "others":
        return tuple(_read("prompt", prompt) for prompt in value)
    if key == "sampling":
        return Sampling(**value)
    if key == "warm_up":
        return WarmUp(**{name: _read(name, item) for name, item in value.items()})
    return tuple(value) if isinstance(value, list) else value
