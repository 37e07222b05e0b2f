"""What the dialog says of models, in words."""

from __future__ import annotations

from app.compose.events import Preparing
from app.errors import UserError
from app.model_shelf import OfferedModel, ShelvedModel
from app.model_speed import MeasuredSpeed
from models.catalog import CatalogModel
from models.install.progress import Progress
from models.library import DiskUse
from ui.assistant.preparing_card import time_left

FORM = (
    "A GGUF file, an ONNX file or its folder, or a Hugging Face checkpoint: its folder, or its "
    "name on the Hub."
)
DROP = "Files and folders can also be dropped here."
EXPORT_EXTRA = (
    "GGUF files and checkpoints are turned into ONNX first, and what does that is not installed. "
    'Install it with: pip install "twite[export]". ONNX models need nothing more.'
)
CHAT_FORMAT_OPTION = "--chat-format"
"""What an import's sentence names where it cannot tell how the model is spoken to."""

_LOSSES = ((0.01, "next to nothing"), (0.05, "a little"), (0.15, "some of its skill"))
"""The most nats a token (KL from the unrounded weights) that these words stand for."""
_MUCH = "much of its skill"


def size(count: float) -> str:
    """Bytes in units of 1,000, as the system's file windows count them."""
    if count >= 999.5e6:
        return f"{count / 1e9:.1f} GB"
    return f"{count / 1e6:.0f} MB" if count >= 1e6 else f"{count / 1e3:.0f} kB"


def facts(model: ShelvedModel) -> str:
    """What a model on this computer takes, and under which terms it is used."""
    memory = size(model.needed_memory_mb * 1e6)
    taught = " · taught to write posts" if model.is_taught else ""
    return f"{size(model.size)} on disk · {memory} of memory · {model.licence}{taught}"


def precision(model: ShelvedModel) -> str:
    """How its weights are rounded, and what that cost."""
    if model.loss is None:
        return f"{model.precision}; what rounding cost was not measured"
    words = next((words for most, words in _LOSSES if model.loss <= most), _MUCH)
    return f"{model.precision}; rounding cost {words} ({model.loss:.3f} nats a token)"


def speed(measured: MeasuredSpeed | None) -> str:
    """How fast it writes here."""
    if measured is None:
        return "Speed not measured on this computer"
    place = "the CPU" if measured.device == "CPU" else measured.device
    return f"{measured.tokens_per_s:,.0f} tokens a second on this computer, on {place}"


def role(model_id: str, always: str, current: str) -> str:
    """What a model was chosen for."""
    if model_id == current == always:
        return "Writes your drafts"
    if model_id == current:
        return "Writes this draft"
    return "Writes your other drafts" if model_id == always else ""


def offer(model: CatalogModel) -> str:
    """What a model of the catalog takes, and under which terms it is used."""
    machine = model.machine.removesuffix(" GPU")
    place = "For a CPU" if machine == model.machine else f"For a GPU with {machine}"
    return (
        f"{place} · {size(model.download_mb * 1e6)} to download · "
        f"{size(model.needed_memory_mb * 1e6)} of memory · {model.precision} · {model.licence}"
    )


def arrived(offered: OfferedModel) -> str:
    """What is here of a download that was broken off."""
    return f"{size(offered.arrived)} of it are here." if offered.arrived else ""


def kept(count: int) -> str:
    """What is here of a checkpoint whose import did not come to an end."""
    return f"{size(count)} of it are kept for the next time."


def disk_use(disk: DiskUse) -> str:
    """What all models take, and what is left."""
    return f"{size(disk.models + disk.unfinished)} in all, {size(disk.free)} free"


def download(progress: Progress) -> str:
    """Bytes, speed and time left of a download."""
    if not progress.total:
        return progress.step
    words = f"{progress.step}: {size(progress.done)} of {size(progress.total)}"
    if progress.speed and progress.step == "Downloading":
        words += f" · {progress.speed / 1e6:.1f} MB/s{_left(progress.seconds_left)}"
    return words


def share(progress: Progress) -> float:
    """How much of a download is done, 0 to 1."""
    return progress.done / progress.total if progress.total else 0.0


def importing(progress: Preparing) -> str:
    """What is being done, and the time left."""
    return f"{progress.step}{_left(progress.seconds_left)}"


def sentence(error: UserError) -> str:
    """What happened and what to do, where the option of the command line is a choice here."""
    then = error.what_to_do
    if needs_chat_format(error):
        then = "Choose its chat format, if you know which it was taught, and try again."
    return f"{error.what_happened} {then}"


def needs_chat_format(error: UserError) -> bool:
    """Whether a model could be imported if one knew how it is spoken to."""
    return CHAT_FORMAT_OPTION in error.what_to_do


def _left(seconds: float | None) -> str:
    left = time_left(seconds)
    return f" · {left}" if left else ""
