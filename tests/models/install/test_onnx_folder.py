"""An ONNX model that a person has is adopted as it is, or refused with the reason."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import onnx
import pytest
from onnx import ModelProto, helper

from models.engine.chat import Message
from models.engine.sampling import Sampling
from models.engine.writer import ModelWriter
from models.errors import ModelError
from models.install.onnx_folder import adopt
from models.install.onnx_source import find_onnx
from models.manifest import Manifest, describe_file, write_manifest
from tests.helpers.hub_model import write_repository
from tests.helpers.tiny_graph import TinyGraph

WEIGHTS = "model_q4.onnx_data"
END = 257
VOCABULARY = 258
CONTEXT = 4096
GENAI = {"model": {"type": "qwen2", "context_length": CONTEXT, "eos_token_id": [END, 0]}}


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """A repository of onnx-community, by the paths in it."""
    return write_repository(tmp_path_factory.mktemp("repository"))


@pytest.fixture
def repository(files: dict[str, bytes], tmp_path: Path) -> Path:
    source = tmp_path / "Qwen2.5-Tiny"
    (source / "onnx").mkdir(parents=True)
    for name, content in files.items():
        (source / name).write_bytes(content)
    return source


@pytest.fixture
def flat(repository: Path) -> Path:
    """The same as optimum lays it: all in one folder, the graph with its weights in it."""
    TinyGraph(grouped=False, vocabulary=VOCABULARY).save(repository)
    shutil.rmtree(repository / "onnx")
    return repository


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "staged").mkdir()
    return tmp_path / "staged"


def adopted(source: Path, folder: Path, chat_format: str = "") -> Manifest:
    return adopt(source, "mine", folder, lambda _step, _share: None, chat_format)


def refused(source: Path, folder: Path) -> str:
    with pytest.raises(ModelError) as error:
        adopted(source, folder)
    return error.value.what_happened


def altered(graph: Path, change: Callable[[ModelProto], object]) -> None:
    model = onnx.load(str(graph), load_external_data=False)
    change(model)
    graph.write_bytes(model.SerializeToString())


def words(folder: Path) -> list[int]:
    """What a model writes, in numbers of tokens a row."""
    rows = ModelWriter(folder, "cpu").write(
        (),
        (Message("user", "Boats."),),
        rows=2,
        enough=2,
        tokens=4,
        seed=1,
        sampling=Sampling(),
        source="",
        rules=None,
        on_step=lambda _rows: None,
        is_cancelled=lambda: False,
    )
    return [row.tokens for row in rows]


def test_an_adopted_model_is_whole_and_writes(repository: Path, folder: Path) -> None:
    write_manifest(adopted(repository, folder), folder)
    assert min(words(folder)) > 0


def test_its_manifest_says_what_it_is(repository: Path, folder: Path) -> None:
    (repository / "README.md").write_text("---\nlicense: apache-2.0\n---\n", "utf-8")
    manifest = adopted(repository, folder)
    assert (manifest.id, manifest.name) == ("mine", "Qwen2.5-Tiny")
    assert manifest.source == "model_q4.onnx in Qwen2.5-Tiny (ONNX)"
    assert (manifest.licence, manifest.precision) == ("apache-2.0", "32-bit")
    assert (manifest.chat_format, manifest.end_of_turn_ids) == ("chatml", (END,))
    assert manifest.context_length == CONTEXT
    assert manifest.measured_loss != manifest.measured_loss


def test_a_licence_that_nobody_tells_is_said_to_be_unknown(repository: Path, folder: Path) -> None:
    assert adopted(repository, folder).licence == "unknown: see its maker"


def test_only_what_is_needed_is_copied_and_vouched_for(repository: Path, folder: Path) -> None:
    manifest = adopted(repository, folder)
    names = {file.name for file in folder.iterdir()}
    assert names == {"model.onnx", WEIGHTS, "tokenizer.json"}
    assert set(manifest.files) == {describe_file(folder, name) for name in names}


def test_the_source_stays_as_it_was(
    repository: Path, folder: Path, files: dict[str, bytes]
) -> None:
    adopted(repository, folder)
    left = [path for path in repository.rglob("*") if path.is_file()]
    assert {path.relative_to(repository).as_posix(): path.read_bytes() for path in left} == files


def test_progress_only_rises(repository: Path, folder: Path) -> None:
    told: list[tuple[str, float]] = []
    adopt(repository, "mine", folder, lambda step, share: told.append((step, share)))
    shares = [share for _, share in told]
    assert shares == sorted(shares)
    assert (shares[0], max(shares) < 1) == (0.0, True)
    assert list(dict(told)) == [
        *("Looking at the files", "Copying the graph", "Copying the weights", "Trying the model")
    ]


@pytest.mark.parametrize("positions", [True, False])
@pytest.mark.parametrize("kind", ["float32", "float16"])
@pytest.mark.parametrize("grouped", [True, False])
def test_every_shape_of_graph_is_adopted(
    grouped: bool, kind: str, positions: bool, flat: Path, folder: Path
) -> None:
    TinyGraph(grouped, positions, kind, vocabulary=VOCABULARY).save(flat)
    manifest = adopted(flat, folder)
    write_manifest(manifest, folder)
    assert [file.path for file in manifest.files] == ["tokenizer.json", "model.onnx"]
    assert min(words(folder)) > 0


def test_a_folder_of_the_genai_builder_is_adopted(flat: Path, folder: Path) -> None:
    shutil.copy(flat / "model.onnx", flat / "phi.onnx")
    for name in ("config.json", "generation_config.json"):
        (flat / name).unlink()
    told = GENAI["model"] | {"decoder": {"filename": "phi.onnx"}}
    (flat / "genai_config.json").write_text(json.dumps({"model": told}), "utf-8")
    manifest = adopted(flat, folder)
    assert (manifest.end_of_turn_ids, manifest.context_length) == ((END, 0), CONTEXT)
    assert manifest.source.startswith("phi.onnx in ")


@pytest.mark.parametrize("place", ["onnx", "onnx/model_q4.onnx"])
def test_the_folder_of_graphs_or_one_graph_may_be_named(
    place: str, repository: Path, folder: Path
) -> None:
    manifest = adopted(repository / place, folder)
    assert (manifest.name, manifest.context_length) == ("Qwen2.5-Tiny", CONTEXT)


def test_the_source_may_be_a_link_to_a_folder(repository: Path, folder: Path) -> None:
    repository.with_name("short").symlink_to(repository)
    assert adopted(repository.with_name("short"), folder).name == "Qwen2.5-Tiny"


@pytest.mark.parametrize(
    ("names", "chosen"),
    [
        ("model model_q4 model_q4f16 model_fp16 model_int8", "model_q4"),
        ("model model_fp16 model_quantized", "model_quantized"),
        ("model model_fp16", "model"),
        ("model_q4f16 model_fp16", "model_q4f16"),
        ("encoder_model decoder_model model", "model"),
        ("whatever", "whatever"),
    ],
)
def test_of_several_graphs_the_smallest_that_a_cpu_runs_is_taken(
    names: str, chosen: str, repository: Path
) -> None:
    for graph in (repository / "onnx").glob("*.onnx"):
        graph.unlink()
    for name in names.split():
        (repository / "onnx" / f"{name}.onnx").touch()
    assert find_onnx(repository).graph.name == f"{chosen}.onnx"
    first = names.split()[-1]
    assert find_onnx(repository / "onnx" / f"{first}.onnx").graph.name == f"{first}.onnx"


def test_graphs_of_unknown_names_are_asked_for(flat: Path, folder: Path) -> None:
    for name in ("cpu.onnx", "gpu.onnx"):
        shutil.copy(flat / "model.onnx", flat / name)
    (flat / "model.onnx").unlink()
    with pytest.raises(ModelError, match=r"Name one of the files: cpu.onnx, gpu.onnx"):
        adopted(flat, folder)


@pytest.mark.parametrize("names", [["encoder_model", "decoder_model"], ["decoder_model_merged"]])
def test_a_model_in_parts_is_refused(names: list[str], flat: Path, folder: Path) -> None:
    (flat / "model.onnx").unlink()
    for name in names:
        (flat / f"{name}.onnx").touch()
    sentence = "This model comes in parts, such as an encoder and a decoder."
    assert refused(flat, folder) == refused(flat / f"{names[-1]}.onnx", folder) == sentence


@pytest.mark.parametrize("suffix", ["bin", "pt", "pth", "ckpt", "pkl"])
def test_pickled_weights_are_refused(suffix: str, flat: Path, folder: Path) -> None:
    pickle = (flat / "model.onnx").rename(flat / f"pytorch_model.{suffix}")
    for source in (flat, pickle):
        assert refused(source, folder).endswith("in a form that can run programs when it is read.")


@pytest.mark.parametrize("name", ["ops.so", "libops.so.1.2", "Ops.DLL", "ops.dylib"])
@pytest.mark.parametrize("place", ["", "onnx"])
def test_a_library_of_operators_is_refused(
    place: str, name: str, repository: Path, folder: Path
) -> None:
    (repository / place / name).touch()
    assert refused(repository, folder) == f"This model brings a program of its own ({name})."


@pytest.mark.parametrize(
    "name",
    [
        *("onnx", "onnx/model_q4.onnx", f"onnx/{WEIGHTS}"),
        *("tokenizer.json", "config.json", "README.md"),
    ],
)
def test_a_link_is_refused_wherever_it_leads(name: str, repository: Path, folder: Path) -> None:
    elsewhere = (repository / name).rename(repository.parent / "elsewhere")
    (repository / name).symlink_to(elsewhere)
    assert " is a link" in refused(repository, folder)


@pytest.mark.skipif(os.name != "posix", reason="needs named pipes")
@pytest.mark.parametrize("name", ["onnx/model_q4.onnx", "tokenizer.json"])
def test_a_pipe_is_not_waited_for(name: str, repository: Path, folder: Path) -> None:
    (repository / name).unlink()
    os.mkfifo(repository / name)
    assert " is a link or no file" in refused(repository, folder)


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("tokenizer.json", "Qwen2.5-Tiny has no tokenizer.json."),
        ("config.json", "Nothing here says how much text this model reads at once."),
        ("onnx/model_q4.onnx", "Qwen2.5-Tiny holds no ONNX graph."),
        (f"onnx/{WEIGHTS}", f"The weights file {WEIGHTS} is missing beside the ONNX graph."),
    ],
)
def test_a_file_that_is_missing_is_told_of(
    name: str, sentence: str, repository: Path, folder: Path
) -> None:
    (repository / "onnx" / "model_q4f16.onnx").unlink()
    (repository / name).unlink()
    assert refused(repository, folder) == sentence


def test_what_is_no_onnx_file_is_refused(flat: Path, folder: Path) -> None:
    assert refused(flat / "config.json", folder) == "config.json is no ONNX file."
    assert refused(flat / "gone.onnx", folder) == "gone.onnx is no ONNX file."


def test_a_hostile_graph_is_refused_before_its_weights_are_copied(
    repository: Path, folder: Path
) -> None:
    strange = helper.make_node("Run", ["a"], ["b"], domain="my.ops")
    altered(repository / "onnx/model_q4.onnx", lambda model: model.graph.node.append(strange))
    assert "operators of its own" in refused(repository, folder)
    assert not (folder / WEIGHTS).exists()


def test_weights_that_are_cut_off_are_refused(repository: Path, folder: Path) -> None:
    weights = repository / "onnx" / WEIGHTS
    os.truncate(weights, weights.stat().st_size - 1)
    assert refused(repository, folder) == f"The weights file {WEIGHTS} is cut off."


def test_a_sliding_window_is_refused_when_it_is_imported(flat: Path, folder: Path) -> None:
    TinyGraph(grouped=False, vocabulary=VOCABULARY, window=3).save(flat)
    assert "sliding window" in refused(flat, folder)


def test_a_graph_that_does_not_run_here_is_refused_with_the_reason(
    flat: Path, folder: Path
) -> None:
    unknown = helper.make_node("Undreamt", ["logits"], ["more"], domain="com.microsoft")
    altered(flat / "model.onnx", lambda model: model.graph.node.append(unknown))
    sentence = refused(flat, folder)
    assert sentence.startswith("This graph does not run on this computer: ")
    assert "Undreamt" in sentence
    assert "ONNXRuntimeError" not in sentence


def test_a_tokenizer_of_another_model_is_refused(flat: Path, folder: Path) -> None:
    TinyGraph(vocabulary=16).save(flat)
    assert "tokenizer.json is not of this model: the graph knows 16 tokens" in refused(flat, folder)


def test_a_tokenizer_with_words_that_the_graph_does_not_know_is_refused(
    flat: Path, folder: Path
) -> None:
    tokenizer = json.loads((flat / "tokenizer.json").read_text("utf-8"))
    tokenizer["model"]["vocab"]["!"] = VOCABULARY
    (flat / "tokenizer.json").write_text(json.dumps(tokenizer), "utf-8")
    assert "tokenizer.json is not of this model" in refused(flat, folder)


def test_an_end_token_that_the_graph_does_not_know_is_refused(flat: Path, folder: Path) -> None:
    (flat / "generation_config.json").write_text('{"eos_token_id": [257, 258]}', "utf-8")
    assert "tokenizer.json is not of this model" in refused(flat, folder)


def test_a_person_may_say_which_chat_format_it_is(flat: Path, folder: Path) -> None:
    with pytest.raises(ModelError, match="no <bos>, which the chat format gemma needs"):
        adopted(flat, folder, "gemma")
    assert list(folder.iterdir()) == [folder / "tokenizer.json"]


def test_a_chat_template_that_nobody_knows_is_refused(flat: Path, folder: Path) -> None:
    (flat / "chat_template.jinja").write_text("{{ messages }}", "utf-8")
    assert refused(flat, folder) == "This model's chat template is none that Twite knows."


def test_a_full_disk_is_found_out_before_anything_is_copied(
    repository: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("models.install.onnx_folder._SPARE_BYTES", 10**18)
    assert refused(repository, folder).startswith("The copy needs 0.0 GB on the disk, and ")
    assert list(folder.iterdir()) == []


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may read anything")
def test_a_file_that_may_not_be_read_is_told_of(flat: Path, folder: Path) -> None:
    (flat / "model.onnx").chmod(0)
    assert refused(flat, folder).startswith("model.onnx could not be read")


@pytest.mark.skipif(os.name != "posix", reason="other systems allow no such names")
def test_a_name_that_no_manifest_can_hold_is_written_without_what_it_cannot(
    flat: Path, folder: Path
) -> None:
    strange = flat.rename(flat.with_name("a\nb\udcff"))
    assert adopted(strange, folder).name == "ab"


def test_attention_that_joins_its_cache_and_16_bit_weights_need_more_memory(
    flat: Path, folder: Path
) -> None:
    needed = []
    for tiny in (
        wide := TinyGraph(vocabulary=20_000, heads=16, kv_heads=16),
        replace(wide, grouped=False),
        replace(wide, kind="float16"),
    ):
        tiny.save(flat)
        needed.append(adopted(flat, folder).needed_memory_mb)
        for file in folder.iterdir():
            file.unlink()
    weights, cache = 2 * 20_000 * 16 * 8 * 4 / 1e6, 2 * 2 * 16 * 8 * 4 * 512 * 9 / 1e6
    assert needed[0] == pytest.approx(1.2 * weights + cache + 200, abs=2)
    assert needed[1] - needed[0] == pytest.approx(cache, abs=1)
    assert needed[2] == pytest.approx(2 * weights / 2 + cache / 2 + 200, abs=2)


def test_the_built_in_model_needs_what_its_own_manifest_says(
    built_in: Path, folder: Path, tmp_path: Path
) -> None:
    source = tmp_path / "source"
    shutil.copytree(built_in, source)
    (source / "config.json").write_text('{"max_position_embeddings": 2048}', "utf-8")
    manifest = adopted(source, folder)
    assert manifest.needed_memory_mb == pytest.approx(600, rel=0.15)
    assert (manifest.precision, manifest.end_of_turn_ids) == ("8-bit, blocks of 128", (2,))
