"""A GGUF file is read as it is, or refused with a sentence before its weights are touched."""

from __future__ import annotations

import struct
import tracemalloc
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import gguf
import numpy as np
import pytest
from gguf import GGMLQuantizationType, GGUFReader

from models.errors import ModelError
from models.install.builtin import gguf_file
from models.install.gguf import LONGEST_CONTEXT, _read, read_gguf, write_fp32_graph
from tests.helpers.tiny_gguf import TinyGguf

UINT32, STRING, ARRAY = 4, 8, 9
LLAMA = TinyGguf("llama")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A file that is fit."""
    file = LLAMA.save(tmp_path_factory.mktemp("whole") / "tiny.gguf", LLAMA.torch())
    return file.read_bytes()


def saved(folder: Path, content: bytes) -> Path:
    file = folder / "some.gguf"
    file.write_bytes(content)
    return file


def with_settings(folder: Path, **settings: Any) -> Path:
    """The same file with other settings; underscores stand for dots."""
    told = {name.replace("__", "."): value for name, value in settings.items()}
    return LLAMA.save(folder / "some.gguf", LLAMA.torch(), told)


def refusal(file: Path) -> str:
    with pytest.raises(ModelError) as refused:
        write_fp32_graph(read_gguf(file), file.parent / "fp32")
    assert not (file.parent / "fp32").exists()
    assert refused.value.what_to_do.endswith(".")
    return refused.value.what_happened


def test_settings_and_places_are_those_that_the_package_gguf_reads(
    whole: bytes, tmp_path: Path
) -> None:
    file = saved(tmp_path, whole)
    read, wanted = read_gguf(file), GGUFReader(file)
    fields = {name: field.contents() for name, field in wanted.fields.items()}
    told = {name: _plain(value) for name, value in read.settings.items()}
    assert told == {name: value for name, value in fields.items() if not name.startswith("GGUF.")}
    places = {one.name: (one.data_offset, one.n_bytes) for one in wanted.tensors}
    found = {name: (one.start, one.rows * one.row) for name, one in read.tensors.items()}
    assert found == places


def _plain(value: object) -> object:
    return list(value) if isinstance(value, tuple | np.ndarray) else value


def test_the_built_in_models_file_says_what_it_always_said() -> None:
    read = read_gguf(gguf_file())
    assert (read.family, read.context_length, read.end_of_turn_id) == ("llama", 8192, 2)


# What a head begins with, and what stands in it.


def head(body: bytes = b"", tensors: int = 0, settings: int = 0, version: int = 3) -> bytes:
    return struct.pack("<4sIQQ", b"GGUF", version, tensors, settings) + body


def text(value: bytes) -> bytes:
    return struct.pack("<Q", len(value)) + value


def setting(kind: int, value: bytes, name: bytes = b"general.name") -> bytes:
    return head(text(name) + struct.pack("<I", kind) + value, settings=1)


def tensor(*shape: int, kind: int = 0, offset: int = 0, content: int = 64) -> bytes:
    """A file with one tensor, and `content` bytes behind the head."""
    place = text(b"w") + struct.pack(f"<I{len(shape)}Q", len(shape), *shape)
    made = head(place + struct.pack("<IQ", kind, offset), tensors=1)
    return made + bytes(-len(made) % 32) + bytes(content)


FAR = (1 << 63) - 1
HOSTILE: Mapping[str, tuple[bytes, str]] = {
    "nothing": (b"", "is not a GGUF file"),
    "another kind of file": (b"PK\x03\x04" + bytes(100), "is not a GGUF file"),
    "its first four bytes alone": (b"GGUF", "is not a GGUF file"),
    "version 1": (head(version=1), "version 1"),
    "a version to come": (head(version=4), "version 4"),
    "big-endian": (struct.pack(">4sIQQ", b"GGUF", 3, 0, 0), "another byte order"),
    "too many tensors": (head(tensors=FAR), "damaged"),
    "too many settings": (head(settings=FAR), "damaged"),
    "a name of negative length": (head(struct.pack("<q", -1), settings=1), "cut off"),
    "a name that is no text": (setting(UINT32, bytes(4), b"\xff\xfe"), "damaged"),
    "a value of an unknown kind": (setting(99, bytes(8)), "damaged"),
    "a text past the end": (setting(STRING, struct.pack("<Q", 1 << 40)), "cut off"),
    "an array without end": (setting(ARRAY, struct.pack("<IQ", UINT32, FAR)), "damaged"),
    "an array past the end": (setting(ARRAY, struct.pack("<IQ", UINT32, 3_000_000)), "cut off"),
    "texts past the end": (setting(ARRAY, struct.pack("<IQ", STRING, 3_000_000)), "cut off"),
    "an array of arrays": (setting(ARRAY, struct.pack("<IQ", ARRAY, 1)), "damaged"),
    "no dimensions": (tensor(), "damaged"),
    "nine dimensions": (tensor(*[1] * 9), "damaged"),
    "a dimension of nothing": (tensor(4, 0), "damaged"),
    "a tensor larger than the file": (tensor(1 << 40, 1 << 20), "cut off"),
    "a tensor behind the end": (tensor(4, offset=1 << 50), "cut off"),
    "a tensor one byte too long": (tensor(4, content=15), "cut off"),
    "rows of half a block": (tensor(40, kind=GGMLQuantizationType.Q8_0), "damaged"),
    "weights of a kind long gone": (tensor(32, kind=31), "number 31"),
    "weights that cannot be unpacked": (tensor(256, kind=GGMLQuantizationType.Q8_K), "number 15"),
    "no alignment": (setting(UINT32, bytes(4), b"general.alignment"), "damaged"),
}


@pytest.mark.parametrize("case", HOSTILE.values(), ids=list(HOSTILE))
def test_a_hostile_head_is_refused_with_the_files_name_and_little_memory(
    case: tuple[bytes, str], tmp_path: Path
) -> None:
    file = saved(tmp_path, case[0])
    tracemalloc.start()
    try:
        with pytest.raises(ModelError, match=rf"some\.gguf.*{case[1]}"):
            read_gguf(file)
        assert tracemalloc.get_traced_memory()[1] < 8_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("share", [0.001, 0.01, 0.1, 0.5, 0.99])
def test_a_file_that_was_cut_is_refused(whole: bytes, share: float, tmp_path: Path) -> None:
    assert "cut off" in refusal(saved(tmp_path, whole[: int(len(whole) * share)]))


def test_a_file_without_its_last_row_is_refused(whole: bytes, tmp_path: Path) -> None:
    assert "cut off" in refusal(saved(tmp_path, whole[:-300]))


# Files of this form that are something else.


@pytest.mark.parametrize(
    ("settings", "what"),
    [
        ({"split__count": 2, "split__no": 0}, "one part of several"),
        ({"general__type": "adapter", "adapter__type": "lora"}, r"changes another model \(LoRA\)"),
        ({"general__type": "mmproj"}, "reads pictures"),
        ({"llama__pooling_type": 3}, "an embedding model"),
        ({"llama__attention__causal": False}, "an embedding model"),
        ({"llama__expert_count": 8}, "mixture of experts"),
        ({"llama__logit_scale": 0.5}, "scales its numbers"),
        ({"llama__rope__scaling__type": "yarn"}, r"stretches its context .* \(yarn\)"),
        ({"general__architecture": "mamba2"}, r"family .* \(mamba2\)"),
        ({"general__architecture": "clip"}, "reads pictures"),
        ({"general__architecture": "x" * 10_000}, r"\(x{40}\)"),
        ({"general__architecture": 7}, "family"),
    ],
    ids=lambda value: value if isinstance(value, str) else next(iter(value)),
)
def test_what_is_no_whole_language_model_is_refused_by_what_it_is(
    settings: dict[str, Any], what: str, tmp_path: Path
) -> None:
    with pytest.raises(ModelError, match=what):
        write_fp32_graph(read_gguf(with_settings(tmp_path, **settings)), tmp_path / "fp32")


def test_every_known_family_is_named_where_another_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError) as refused:
        read_gguf(with_settings(tmp_path, general__architecture="mamba"))
    assert refused.value.what_to_do == (
        "Choose a model of one of these: llama, qwen2, qwen3, gemma3, phi3."
    )


@pytest.mark.parametrize(
    "settings",
    [
        {"llama__context_length": None},
        {"llama__context_length": "long"},
        {"llama__context_length": 0},
        {"llama__embedding_length": [64, 64]},
        {"llama__attention__layer_norm_rms_epsilon": float("nan")},
        {"llama__rope__freq_base": float("inf")},
        {"llama__pooling_type": [1, 2]},
        {"split__count": "many"},
    ],
    ids=lambda settings: "-".join(settings),
)
def test_a_setting_of_the_wrong_kind_is_named(settings: dict[str, Any], tmp_path: Path) -> None:
    (name,) = settings
    spoken = name.removeprefix("llama__").replace("__", " ")
    assert refusal(with_settings(tmp_path, **settings)).endswith(f"its {spoken} is.")


@pytest.mark.parametrize(
    "settings",
    [
        {"llama__block_count": 0xFFFFFFFF},
        {"llama__attention__head_count_kv": 3},
        {"llama__rope__dimension_count": 0xFFFFFFFF},
        {"llama__attention__key_length": 15},
        {"llama__attention__value_length": 8},
        {"llama__feed_forward_length": 95},
        {"llama__embedding_length": 1 << 30},
        {"llama__attention__head_count": 1},
    ],
    ids=lambda settings: "-".join(settings),
)
def test_sizes_that_the_weights_do_not_have_are_refused(
    settings: dict[str, Any], tmp_path: Path
) -> None:
    assert "damaged" in refusal(with_settings(tmp_path, **settings))


def test_heads_that_cannot_share_their_keys_are_refused(tmp_path: Path) -> None:
    uneven = TinyGguf("llama", {"num_key_value_heads": 3})
    assert "damaged" in refusal(uneven.save(tmp_path / "some.gguf", uneven.torch()))


def test_a_layer_too_few_is_missed_by_name(tmp_path: Path) -> None:
    wanted = refusal(with_settings(tmp_path, llama__block_count=3))
    assert wanted == "some.gguf lacks the weights blk.2.attn_k.weight."


def test_a_layer_too_many_is_refused_by_name(tmp_path: Path) -> None:
    found = refusal(with_settings(tmp_path, llama__block_count=1))
    assert found == ("some.gguf holds weights that Twite does not know, blk.1.attn_k.weight.")


def test_divisors_of_another_number_than_the_frequencies_are_refused(tmp_path: Path) -> None:
    scaling = {"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0}
    scaling |= {"high_freq_factor": 4.0, "original_max_position_embeddings": 32}
    stretched = TinyGguf("llama", {"rope_scaling": scaling})
    told = {"llama.rope.dimension_count": 8}
    file = stretched.save(tmp_path / "some.gguf", stretched.torch(), told)
    assert "rope_freqs.weight has another shape" in refusal(file)


def test_a_context_without_end_is_taken_for_what_a_post_needs(tmp_path: Path) -> None:
    read = read_gguf(with_settings(tmp_path, llama__context_length=0xFFFFFFFF))
    assert read.context_length == LONGEST_CONTEXT


def test_every_end_that_is_a_token_counts(tmp_path: Path) -> None:
    ends = {"tokenizer__ggml__eot_token_id": 0, "tokenizer__ggml__eom_token_id": 100_000}
    assert read_gguf(with_settings(tmp_path, **ends)).end_of_turn_ids == (2, 0)


@pytest.mark.parametrize("kind", ["Q4_0", "Q5_1", "Q8_0", "F16", "BF16"])
def test_weights_are_unpacked_as_the_package_gguf_does_it(kind: str, tmp_path: Path) -> None:
    packed = TinyGguf("llama", kind=GGMLQuantizationType[kind])
    read = read_gguf(packed.save(tmp_path / "some.gguf", packed.torch()))
    table = next(one for one in GGUFReader(read.path).tensors if one.name == "token_embd.weight")
    wanted = gguf.dequantize(table.data, table.tensor_type)
    np.testing.assert_array_equal(_read(read, "token_embd.weight"), wanted)
