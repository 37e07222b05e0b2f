"""What the assistant says at each stage."""

from __future__ import annotations

from dataclasses import dataclass

from app.errors import NotesError
from ui.assistant.session import Stage, WritingSession

SAFE = "Nothing you wrote is lost."
"""Said with every error but the writer's end, which says so itself."""

ON_CPU = "Write on the CPU"


def quiet_state(session: WritingSession) -> str:
    """A word or two on what goes on, where nothing needs to be done."""
    if session.stage in (Stage.LOADING, Stage.WAITING):
        return "Loading the model"
    return "Stopped" if session.stopped else ""


def notice(session: WritingSession) -> tuple[str, str]:
    """What went wrong in sentences, and the action that helps; both empty where all is well."""
    actions = {
        Stage.BROKEN: "Prepare again",
        Stage.DIED: "Start again",
        Stage.READY: "Write again",
    }
    if session.error is None or session.stage not in actions:
        return "", ""
    what, then = session.error.what_happened, session.error.what_to_do
    action = ON_CPU if session.can_use_cpu else actions[session.stage]
    safe = "" if session.stage is Stage.DIED else f" {SAFE}"
    return f"{what}{safe} {then}", action


@dataclass(frozen=True)
class ButtonWords:
    """What the main button says; `{}` in the text stands for how many drafts."""

    text: str
    keys: str = ""
    enabled: bool = True


def button(stage: Stage, notes: str, problem: NotesError | None) -> ButtonWords:
    """The main button at this stage, with these notes."""
    if stage is Stage.WRITING:
        return ButtonWords("Stop", "Esc")
    if stage is Stage.WAITING:
        return ButtonWords("Waiting for the model", "Esc")
    if stage in (Stage.MISSING, Stage.PREPARING, Stage.BROKEN):
        return ButtonWords("Prepare the model first", enabled=False)
    if not notes.strip():
        return ButtonWords("Add a few facts to write from", enabled=False)
    if problem is not None:
        return ButtonWords("Shorten the notes to write from them", enabled=False)
    return ButtonWords("Write {}", "Ctrl ↵")
