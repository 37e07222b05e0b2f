"""As few bits as a model bears: each width is tried, and what it loses is measured."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from models.errors import ModelError
from models.install.loss import Reference
from models.install.progress import StepReport
from models.install.quantize import BLOCK, write_rounded_graph

WIDTHS = (4, 8)
"""Bits, tried in this order."""

LOSS_LIMIT = 0.1
"""Nats a token against the unrounded graph that a width may lose: a tenth of the perplexity.

Llama 3 8B loses 0.072 in symmetric 4-bit blocks of 32 and 0.10 at 3 bits (llama.cpp,
tools/perplexity/README.md, `q4_0` and `q3_K_M`); SmolLM2-135M loses 0.29 at 4 bits and is of no use
then, and 0.005 at 8.
"""


@dataclass(frozen=True)
class Precision:
    """What the weights were rounded to.

    Attributes:
        phrase: for example `8-bit, blocks of 32`.
        loss: KL(fp32 || this graph), nats a token.
        tried: what each width lost, for a person to read.
    """

    phrase: str
    loss: float
    tried: str


def write_smallest(
    fp32_graph: Path, passages: Sequence[Sequence[int]], folder: Path, report: StepReport
) -> Precision:
    """Write `model.onnx` and `model.onnx.data` with as few bits as lose no more than `LOSS_LIMIT`.

    `passages` are token ids, on which the loss is measured; the shares that are reported are those
    of this work alone. Raises `ModelError`, and leaves nothing, where even 8 bits lose too much.
    """
    report("Reading with the unrounded weights", 0.0)
    reference = Reference(fp32_graph, passages)
    losses: dict[int, float] = {}
    for place, bits in enumerate(WIDTHS):
        report(f"Rounding to {bits} bits", 0.3 + 0.35 * place)
        graph = write_rounded_graph(fp32_graph, folder, bits)
        report("Measuring what was lost", 0.5 + 0.35 * place)
        losses[bits] = reference.divergence(graph)
        # A loss that is no number is not below the limit either.
        if losses[bits] <= LOSS_LIMIT:
            return Precision(f"{bits}-bit, blocks of {BLOCK}", losses[bits], _told(losses))
        _remove(graph)
    raise ModelError(
        f"This model does not bear rounding: it loses too much ({_told(losses)}).",
        "Choose another model, or an ONNX export of this one.",
    )


def _told(losses: dict[int, float]) -> str:
    return ", ".join(f"{bits}-bit {loss:.3f}" for bits, loss in losses.items()) + " nats a token"


def _remove(graph: Path) -> None:
    graph.unlink()
    graph.with_name(f"{graph.name}.data").unlink()
