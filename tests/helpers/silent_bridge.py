"""A writer's bridge whose events come from the test, and which notes what is asked of it."""

from __future__ import annotations

from pathlib import Path

from app.compose.brief import Brief, Variant
from app.compose.events import Finished, Preview, Ready, Timings
from app.compose.grounding import Claims, Fact, Span
from ui.writer_bridge import WriterBridge

READY = Ready("smollm2", "SmolLM2 135M", "CPU", "There is no NVIDIA driver here.", 0.4)
TIMINGS = Timings(load_s=0.4, first_text_s=0.1, total_s=0.62)


def variant(
    text: str, kept: int = 5, total: int = 5, added: tuple[str, ...] = (), length: int = 0
) -> Variant:
    """A finished draft with this text."""
    facts = tuple(Fact(Span(0, 1), "fact", number < kept) for number in range(total))
    return Variant(
        text, length or len(text), Claims((), facts, kept / total if total else 1.0, added)
    )


class SilentBridge(WriterBridge):
    """The real bridge without the processes behind it.

    Attributes:
        asked: what was asked, in order.
        briefs: the briefs of the runs; the last one's number is their count.
        model: whether a model is installed.
    """

    def __init__(self) -> None:
        super().__init__(Path("/nonexistent"))
        self.asked: list[str] = []
        self.briefs: list[Brief] = []
        self.model = False

    def has_model(self) -> bool:
        return self.model

    def start(self) -> None:
        self.asked.append("start")

    def use_cpu(self) -> None:
        self.asked.append("use cpu")

    def warm_up(self, like: Brief) -> None:
        self.asked.append(f"warm up {like.tone}")

    def write(self, brief: Brief) -> int:
        self.briefs.append(brief)
        self.asked.append("write")
        return len(self.briefs)

    def stop(self) -> None:
        self.asked.append("stop")

    def prepare(self) -> None:
        self.asked.append("prepare")

    def cancel_preparing(self) -> None:
        self.asked.append("cancel preparing")

    def come(self, *texts: str) -> None:
        """The texts of the last run so far, row by row."""
        for row, text in enumerate(texts):
            self.preview.emit(Preview(len(self.briefs), row, text))

    def finish(self, *variants: Variant) -> None:
        """The end of the last run."""
        self.finished.emit(Finished(len(self.briefs), variants, TIMINGS))
