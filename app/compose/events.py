"""What the writer tells whoever asked it: the window or the terminal."""

from __future__ import annotations

from dataclasses import dataclass

from app.compose.brief import Variant
from app.errors import UserError
from models.install.progress import Progress

NOTHING_KEPT = UserError(
    "No draft kept to these notes.", "Your notes are as they were: add a fact, or write again."
)
"""What is said where a run ends without a draft."""


@dataclass(frozen=True)
class Timings:
    """Seconds: loading the model, to the first text, and to the last finished row."""

    load_s: float
    first_text_s: float
    total_s: float


@dataclass(frozen=True)
class Ready:
    """The model is loaded. `device_note` says why it is not the GPU, where that was wanted."""

    model_id: str
    model_name: str
    device: str
    device_note: str
    load_s: float


@dataclass(frozen=True)
class Preview:
    """The text of one row so far, whole; `row` counts from 0."""

    run: int
    row: int
    text: str


@dataclass(frozen=True)
class Finished:
    """The drafts of one run, best first: at most as many as the brief asked for."""

    run: int
    variants: tuple[Variant, ...]
    timings: Timings


@dataclass(frozen=True)
class Stopped:
    """The person stopped this run; nothing else of it will come."""

    run: int


@dataclass(frozen=True)
class Failed:
    """This run, or loading the model (`run` None), did not work; the writer itself lives on."""

    run: int | None
    error: UserError


@dataclass(frozen=True)
class Died:
    """The writer's process ended by itself. `Writer.start` starts a new one."""

    error: UserError


@dataclass(frozen=True)
class Fetching:
    """Progress of a download from the Hub, from which a model will be made."""

    progress: Progress


@dataclass(frozen=True)
class Preparing:
    """Progress of making a model: 0 to 1, and the seconds left where known."""

    step: str
    fraction: float
    seconds_left: float | None


@dataclass(frozen=True)
class Prepared:
    """The model that was being made lies ready."""

    model_id: str


Event = Ready | Preview | Finished | Stopped | Failed | Died | Fetching | Preparing | Prepared
