"""The model that Twite runs, taught as it is, in the forms that the other engines load.

Made once, under `build/peer-models`: a GGUF at the widths of the file that Twite's model came from
(4 bits, the embedding 8), one at 8 bits throughout, a folder for onnxruntime-genai around Twite's
own graph, and optimum's export at fp32.
"""

from __future__ import annotations

import json
import shutil
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from gguf import (
    MODEL_ARCH,
    GGMLQuantizationType,
    GGUFReader,
    GGUFValueType,
    GGUFWriter,
    get_tensor_name_map,
    quantize,
)

from bench.peers.task import ROOT
from models.install.builtin import adapter_file, gguf_file
from models.manifest import read_manifest

Floats = npt.NDArray[np.float32]
Weights = Mapping[str, Floats]
"""By transformers' names, as its Llama holds them."""

_FOLDER = ROOT / "build" / "peer-models"
_HEADS = {"q_proj": "num_attention_heads", "k_proj": "num_key_value_heads"}


@dataclass(frozen=True)
class Forms:
    """Where each form lies."""

    gguf_4_bit: Path
    gguf_8_bit: Path
    genai: Path
    optimum: Path


def made_forms(twite: Path) -> Forms:
    """Make them of the model in Twite's folder, unless they are there."""
    forms = Forms(
        _FOLDER / "4-bit.gguf", _FOLDER / "8-bit.gguf", _FOLDER / "genai", _FOLDER / "optimum"
    )
    made_of = _FOLDER / "model.toml"
    manifest = (twite / "model.toml").read_bytes()
    if made_of.exists() and made_of.read_bytes() == manifest:
        return forms
    print("Writing the model in the other engines' forms (once, two minutes) ...", flush=True)
    shutil.rmtree(_FOLDER, ignore_errors=True)
    _FOLDER.mkdir(parents=True)
    model = _model(is_taught=bool(read_manifest(twite).adapter))
    weights = {name: tensor.numpy() for name, tensor in model.state_dict().items()}
    published = GGUFReader(gguf_file())
    _write_gguf(published, weights, model.config, forms.gguf_4_bit, lambda kind: kind)
    _write_gguf(published, weights, model.config, forms.gguf_8_bit, _at_8_bits)
    _write_genai(twite, model.config, forms.genai)
    _export(model, forms.optimum)
    made_of.write_bytes(manifest)
    return forms


def _model(*, is_taught: bool) -> Any:
    """The published weights in fp32 and, where Twite's model has it, the adapter added to them."""
    # Both take seconds to import, and are needed for this step alone.
    import torch
    from safetensors.torch import load_file
    from transformers import AutoModelForCausalLM

    gguf = gguf_file()
    model: Any = AutoModelForCausalLM.from_pretrained(
        str(gguf.parent), gguf_file=gguf.name, dtype=torch.float32
    )
    matrices = load_file(adapter_file()) if is_taught else {}
    with torch.no_grad():
        for name in {name.rpartition(".")[0] for name in matrices}:
            b, a = (matrices[f"{name}.lora_{side}"].float() for side in "BA")
            model.get_submodule(name).weight += b @ a
    return model


def _at_8_bits(published: GGMLQuantizationType) -> GGMLQuantizationType:
    is_whole = published == GGMLQuantizationType.F32
    return published if is_whole else GGMLQuantizationType.Q8_0


def _write_gguf(
    published: GGUFReader,
    weights: Weights,
    config: Any,
    file: Path,
    choose: Callable[[GGMLQuantizationType], GGMLQuantizationType],
) -> None:
    """The published file with other weights; `choose` gives the kind of each from its own."""
    writer = GGUFWriter(file, "llama")
    for name, field in published.fields.items():
        if name.startswith("GGUF.") or name == "general.architecture":
            continue
        kind = field.types[0]
        inner = field.types[-1] if kind == GGUFValueType.ARRAY else None
        writer.add_key_value(name, field.contents(), kind, sub_type=inner)
    named = get_tensor_name_map(MODEL_ARCH.LLAMA, config.num_hidden_layers)
    ours = {named.get_name(name, (".weight",)): name for name in weights}
    for tensor in published.tensors:
        width = choose(tensor.tensor_type)
        values = _as_llama_cpp(ours[tensor.name], weights[ours[tensor.name]], config)
        writer.add_tensor(tensor.name, quantize(values, width), raw_dtype=width)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def _as_llama_cpp(name: str, weight: Floats, config: Any) -> Floats:
    """llama.cpp wants the two numbers that turn together side by side, not half a head apart."""
    heads = next((size for part, size in _HEADS.items() if part in name), None)
    if heads is None:
        return weight
    halves = weight.reshape(getattr(config, heads), 2, -1, weight.shape[1])
    return np.ascontiguousarray(halves.swapaxes(1, 2).reshape(weight.shape))


def _write_genai(twite: Path, config: Any, folder: Path) -> None:
    folder.mkdir()
    for name in ("model.onnx", "model.onnx.data"):
        shutil.copyfile(twite / name, folder / name)
    decoder = {
        "filename": "model.onnx",
        "session_options": {"provider_options": []},
        "head_size": config.hidden_size // config.num_attention_heads,
        "hidden_size": config.hidden_size,
        "num_attention_heads": config.num_attention_heads,
        "num_hidden_layers": config.num_hidden_layers,
        "num_key_value_heads": config.num_key_value_heads,
        "inputs": {
            "input_ids": "input_ids",
            "attention_mask": "attention_mask",
            "past_key_names": "past_key_values.%d.key",
            "past_value_names": "past_key_values.%d.value",
        },
        "outputs": {
            "logits": "logits",
            "present_key_names": "present.%d.key",
            "present_value_names": "present.%d.value",
        },
    }
    model = {
        "type": "llama",
        "bos_token_id": config.bos_token_id,
        "eos_token_id": config.eos_token_id,
        "pad_token_id": config.eos_token_id,
        "context_length": config.max_position_embeddings,
        "vocab_size": config.vocab_size,
        "decoder": decoder,
    }
    search = {"past_present_share_buffer": True, "max_length": config.max_position_embeddings}
    text = json.dumps({"model": model, "search": search}, indent=2)
    (folder / "genai_config.json").write_text(text, "utf-8")


def _export(model: Any, folder: Path) -> None:
    # As costly as torch, on which it is built.
    from optimum.onnxruntime import ORTModelForCausalLM  # type: ignore[import-untyped]  # no types

    checkpoint = folder.with_name("checkpoint")
    model.save_pretrained(checkpoint)
    # Tracing warns of each branch that it takes for good.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        exported = ORTModelForCausalLM.from_pretrained(checkpoint, export=True)
    exported.save_pretrained(folder)
    shutil.rmtree(checkpoint)
