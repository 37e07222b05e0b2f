"""A checkpoint becomes a model that says what PyTorch says, or is refused with a sentence."""

from __future__ import annotations

import json
import shutil
import socket
import sys
from collections.abc import Callable
from contextlib import redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from models.engine.cache import cache_for
from models.engine.decode import Decoder, Run
from models.engine.sampling import Sampling
from models.engine.session import Graph, load_graph
from models.engine.step import Step
from models.engine.tokenizer import Tokenizer
from models.errors import ModelError
from models.install.checkpoint import import_checkpoint, write_fp32_graph
from models.install.checkpoint_source import FAMILIES, read_checkpoint
from models.install.loss import read_all
from models.install.precision import LOSS_LIMIT
from models.manifest import Manifest, verify, write_manifest
from tests.helpers.tiny_checkpoint import LAYERS, VOCABULARY, WINDOW, torch_logits, write_checkpoint

TOKENS = np.random.default_rng(3).integers(0, VOCABULARY, 3 * WINDOW).tolist()
ROUNDING_ERROR = 1e-4
"""Of fp32 in another order, with logits of about 5."""


def ignore(_step: str, _share: float) -> None:
    """Nobody watches."""


@dataclass(frozen=True)
class Exported:
    """A checkpoint of a family, what PyTorch says of `TOKENS`, and its graph."""

    logits: np.ndarray[Any, Any]
    graph: Graph
    head_dim: int


@pytest.fixture(scope="module", params=sorted(FAMILIES))
def exported(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Exported:
    return export(tmp_path_factory.mktemp(request.param), request.param)


def export(folder: Path, family: str, **changes: Any) -> Exported:
    model = write_checkpoint(folder / "checkpoint", family, **changes)
    graph = write_fp32_graph(read_checkpoint(folder / "checkpoint"), folder / "fp32", ignore)
    config = model.config
    head_dim = getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads
    return Exported(torch_logits(model, TOKENS), load_graph(graph, "cpu"), head_dim)


def test_the_graph_says_what_pytorch_says(exported: Exported) -> None:
    difference = np.abs(read_all(exported.graph, TOKENS) - exported.logits).max()
    assert difference < ROUNDING_ERROR


def test_token_after_token_says_the_same_beyond_a_sliding_window(exported: Exported) -> None:
    graph = exported.graph
    cache = cache_for(graph.shapes, 1, len(TOKENS))
    step = Step(graph, cache, rows=1)
    for place, token in enumerate(TOKENS):
        cache.lengthen(1, [place + 1])
        logits = step.run([token], [place + 1])[0]
        assert np.abs(logits - exported.logits[place]).max() < ROUNDING_ERROR


def test_the_cache_has_the_head_size_of_the_config(exported: Exported) -> None:
    assert exported.graph.shapes.head_dim == exported.head_dim


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"dtype": "bfloat16"}, id="of bfloat16"),
        pytest.param({"shards": 50_000}, id="in several files"),
        pytest.param({"use_cache": False}, id="trained without a cache"),
    ],
)
def test_a_checkpoint_is_read(tmp_path: Path, changes: dict[str, Any]) -> None:
    exported = export(tmp_path, "llama", **changes)
    assert exported.graph.shapes.dtype == np.float32
    assert np.abs(read_all(exported.graph, TOKENS) - exported.logits).max() < ROUNDING_ERROR


@dataclass(frozen=True)
class Imported:
    """A checkpoint that was imported as a person does it, and what was reported and printed."""

    folder: Path
    manifest: Manifest
    steps: list[tuple[str, float]]
    printed: str


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("checkpoints") / "tiny-qwen"
    write_checkpoint(folder, "qwen3")
    (folder / "README.md").write_text("---\nlicense: apache-2.0\n---\n# Tiny\n")
    return folder


@pytest.fixture(scope="module")
def imported(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Imported:
    """Made with every way to the network closed."""
    folder = tmp_path_factory.mktemp("imported")
    steps: list[tuple[str, float]] = []

    def report(step: str, share: float) -> None:
        steps.append((step, share))

    with pytest.MonkeyPatch.context() as patch, redirect_stdout(StringIO()) as printed:
        patch.setattr(socket.socket, "connect", _no_network)
        manifest = import_checkpoint(source, "tiny", folder, report)
    return Imported(folder, manifest, steps, printed.getvalue())


def _no_network(*_address: object) -> NoReturn:
    raise AssertionError("the network was asked")


def test_the_folder_holds_what_its_manifest_names_and_nothing_else(imported: Imported) -> None:
    write_manifest(imported.manifest, imported.folder)
    assert verify(imported.folder) == imported.manifest
    names = {file.name for file in imported.folder.iterdir()} - {"model.toml"}
    assert names == {"model.onnx", "model.onnx.data", "tokenizer.json"}


def test_the_manifest_says_what_the_checkpoint_says(imported: Imported) -> None:
    manifest = imported.manifest
    assert (manifest.id, manifest.name, manifest.licence) == ("tiny", "tiny-qwen", "apache-2.0")
    assert manifest.source == "tiny-qwen (Hugging Face checkpoint, qwen3)"
    assert (manifest.chat_format, manifest.context_length) == ("chatml", 256)
    assert manifest.end_of_turn_ids == (258, 256)


def test_the_manifest_says_what_rounding_lost(imported: Imported) -> None:
    manifest = imported.manifest
    assert 0 < manifest.measured_loss <= LOSS_LIMIT
    assert f"{manifest.precision[:5]} {manifest.measured_loss:.3f}" in manifest.tried


def test_the_model_writes(imported: Imported) -> None:
    graph = load_graph(imported.folder / "model.onnx", "cpu")
    assert graph.shapes.last_only
    decoder = Decoder(graph, Tokenizer(imported.folder / "tokenizer.json").pieces, (258, 256))
    run = Run((), tuple(TOKENS), rows=2, enough=2, tokens=5, seed=1, sampling=Sampling())
    assert all(row.tokens for row in decoder.run(run, lambda _rows: None, lambda: False))


def test_progress_only_grows(imported: Imported) -> None:
    shares = [share for _, share in imported.steps]
    assert shares == sorted(shares)
    assert shares[0] == 0
    assert shares[-1] < 1


def test_nothing_is_printed_between_the_lines_of_the_process(imported: Imported) -> None:
    assert imported.printed == ""


def test_a_text_may_be_as_long_as_the_embeddings_that_were_traced_are_right(
    tmp_path: Path,
) -> None:
    factors = {"short_factor": [1.0] * 8, "long_factor": [4.0] * 8}
    write_checkpoint(
        tmp_path / "phi",
        "phi3",
        original_max_position_embeddings=64,
        rope_scaling={"type": "longrope", **factors},
    )
    (tmp_path / "made").mkdir()
    manifest = import_checkpoint(tmp_path / "phi", "phi", tmp_path / "made", ignore)
    assert manifest.context_length == 64


@pytest.fixture
def copy(source: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(source, tmp_path / "copy"))


def set_in(name: str, **settings: object) -> Callable[[Path], None]:
    """A change of a JSON file."""

    def change(folder: Path) -> None:
        file = folder / name
        file.write_text(json.dumps({**json.loads(file.read_bytes()), **settings}))

    return change


def put(name: str, content: str = "{}") -> Callable[[Path], None]:
    """A file that is added, or written over."""

    def change(folder: Path) -> None:
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(content)

    return change


def remove(name: str) -> Callable[[Path], None]:
    return lambda folder: (folder / name).unlink()


def index(*files: object) -> Callable[[Path], None]:
    """Weights that an index says are in these files."""

    def change(folder: Path) -> None:
        (folder / "model.safetensors").rename(folder / "part.safetensors")
        mapped = {f"weight {place}": file for place, file in enumerate(files)}
        put("model.safetensors.index.json", json.dumps({"weight_map": mapped}))(folder)

    return change


def pickle(folder: Path) -> None:
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")


def link(folder: Path) -> None:
    weights = folder / "model.safetensors"
    weights.symlink_to(weights.rename(folder.parent / "elsewhere.safetensors"))


def cut(folder: Path) -> None:
    with (folder / "model.safetensors").open("r+b") as weights:
        weights.truncate(1000)


def whole_numbers(folder: Path) -> None:
    save_file({"model.layers.0.q": np.ones((2, 2), np.int8)}, folder / "model.safetensors")


def huge(folder: Path) -> None:
    """Weights of 2 TB, with nothing in them."""
    shape = [1 << 20, 1 << 20]
    header: dict[str, object] = {
        "wte": {"dtype": "BF16", "shape": shape, "data_offsets": [0, 2 << 40]}
    }
    for layer in range(LAYERS):
        empty = {"dtype": "F32", "shape": [0], "data_offsets": [2 << 40, 2 << 40]}
        header[f"model.layers.{layer}.q"] = empty
    text = json.dumps(header).encode()
    with (folder / "model.safetensors").open("wb") as weights:
        weights.write(len(text).to_bytes(8, "little") + text)
        weights.truncate(8 + len(text) + (2 << 40))


UNFIT = {
    "with a program": (set_in("config.json", auto_map={"AutoModel": "a.b"}), "program"),
    "with a way to write": (put("custom_generate/generate.py"), "program"),
    "of rounded weights": (set_in("config.json", quantization_config={}), "rounded"),
    "of other names": (set_in("config.json", transformers_weights="../a.safetensors"), "name"),
    "of another family": (set_in("config.json", model_type="mamba"), r"family .* \(mamba\)"),
    "of no family": (set_in("config.json", model_type=["llama"]), "family"),
    "of absurd heads": (set_in("config.json", head_dim=1 << 40), "sizes that no model has"),
    "of more layers": (set_in("config.json", num_hidden_layers=3), "not those of its config"),
    "of no length": (set_in("config.json", max_position_embeddings=None), "how long a text"),
    "of fewer words": (set_in("config.json", vocab_size=64), "belongs to another model"),
    "of an adapter": (put("adapter_config.json"), "adapter"),
    "of nested settings": (put("config.json", "[" * 100_000), "config.json is damaged"),
    "of a list": (put("config.json", "[]"), "config.json is damaged"),
    "without settings": (remove("config.json"), "config.json is missing"),
    "without weights": (remove("model.safetensors"), "holds no model.safetensors"),
    "of pickled weights": (pickle, "can run programs"),
    "of linked weights": (link, "model.safetensors is a link"),
    "of cut weights": (cut, "model.safetensors is damaged or cut off"),
    "of whole numbers": (whole_numbers, r"numbers of a kind .* \(I8\)"),
    "too large": (huge, r"takes 10997\.\d GB of memory, and this computer has \d"),
    "of parts above": (index("../part.safetensors"), "does not name the weights"),
    "of parts anywhere": (index("/tmp/part.safetensors"), "does not name the weights"),
    "of parts on a drive": (index("C:\\part.safetensors"), "does not name the weights"),
    "of parts in a list": (index(["part.safetensors"]), "does not name the weights"),
    "of pickled parts": (index("pytorch_model.bin"), "does not name the weights"),
    "of lost parts": (index("part.safetensors", "lost.safetensors"), "lost.safetensors is missing"),
    "without a tokenizer": (remove("tokenizer.json"), "has no tokenizer.json"),
    "of a broken tokenizer": (put("tokenizer.json", "{"), "tokenizer.json is damaged"),
}


@pytest.mark.parametrize(("change", "sentence"), UNFIT.values(), ids=UNFIT)
def test_a_checkpoint_is_refused_before_its_weights_are_read(
    copy: Path, tmp_path: Path, change: Callable[[Path], None], sentence: str
) -> None:
    change(copy)
    (tmp_path / "made").mkdir()
    steps: list[str] = []
    with pytest.raises(ModelError, match=sentence):
        import_checkpoint(copy, "tiny", tmp_path / "made", lambda step, _share: steps.append(step))
    assert steps == ["Reading the settings"]


def test_weights_that_are_missing_are_told_of_and_not_made_up(copy: Path, tmp_path: Path) -> None:
    weights = load_file(copy / "model.safetensors")
    del weights["model.layers.1.mlp.up_proj.weight"]
    save_file(weights, copy / "model.safetensors", {"format": "pt"})
    with pytest.raises(ModelError, match=r"Weights are missing .*layers\.1\.mlp\.up_proj"):
        write_fp32_graph(read_checkpoint(copy), tmp_path / "fp32", ignore)


def test_weights_of_another_shape_are_refused(copy: Path, tmp_path: Path) -> None:
    set_in("config.json", intermediate_size=128)(copy)
    with pytest.raises(ModelError, match="No graph could be made of copy"):
        write_fp32_graph(read_checkpoint(copy), tmp_path / "fp32", ignore)


def test_what_is_not_installed_is_said_with_how_to_install_it(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "optimum", None)
    with pytest.raises(ModelError, match=r'pip install "twite\[export\]"'):
        import_checkpoint(source, "tiny", tmp_path, ignore)
