"""A small random model as it lies in a repository on the Hub: a graph that runs, a tokenizer."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers

HEADS, HEAD_DIM = 2, 8
WIDTH = HEADS * HEAD_DIM
CONTROL = ("<|im_start|>", "<|im_end|>")


def write_repository(folder: Path) -> dict[str, bytes]:
    """The files that Qwen2.5 0.5B has in the catalog, made of random weights, by their paths."""
    tokenizer = _tokenizer()
    end = tokenizer.token_to_id("<|im_end|>")
    onnx.save(
        _graph(tokenizer.get_vocab_size()),
        str(folder / "model_q4.onnx"),
        save_as_external_data=True,
        location="model_q4.onnx_data",
        size_threshold=1000,
    )
    return {
        "README.md": b"A model card.",
        "onnx/model_q4.onnx": (folder / "model_q4.onnx").read_bytes(),
        "onnx/model_q4.onnx_data": (folder / "model_q4.onnx_data").read_bytes(),
        "onnx/model_q4f16.onnx": b"not asked for",
        "tokenizer.json": tokenizer.to_str().encode(),
        "config.json": json.dumps({"max_position_embeddings": 4096, "eos_token_id": 0}).encode(),
        "generation_config.json": json.dumps({"eos_token_id": [end]}).encode(),
    }


def _tokenizer() -> Tokenizer:
    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    tokenizer = Tokenizer(models.BPE({letter: i for i, letter in enumerate(letters)}, []))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens([AddedToken(token, special=True) for token in CONTROL])
    return tokenizer


def _graph(vocabulary: int) -> onnx.ModelProto:
    """One layer of GroupQueryAttention between an embedding and a head."""
    chance = np.random.default_rng(7)
    weights = {
        "embedding": chance.standard_normal((vocabulary, WIDTH)),
        **{name: chance.standard_normal((WIDTH, WIDTH)) for name in ("q.w", "k.w", "v.w")},
        "head": chance.standard_normal((WIDTH, vocabulary)),
    }
    numbers = {"one": np.array([1], np.int64), "one.scalar": np.array(1, np.int64)}
    initializers = [
        *(
            numpy_helper.from_array(value.astype(np.float32), name)
            for name, value in weights.items()
        ),
        *(numpy_helper.from_array(value, name) for name, value in numbers.items()),
    ]
    past = [f"past_key_values.0.{kind}" for kind in ("key", "value")]
    present = [f"present.0.{kind}" for kind in ("key", "value")]
    node = helper.make_node
    nodes = [
        node("Gather", ["embedding", "input_ids"], ["x"]),
        *(node("MatMul", ["x", f"{name}.w"], [name]) for name in "qkv"),
        node("ReduceSum", ["attention_mask", "one"], ["lengths"], keepdims=0),
        node("Sub", ["lengths", "one"], ["lengths.less"]),
        node("Cast", ["lengths.less"], ["seqlens"], to=TensorProto.INT32),
        node("Shape", ["attention_mask"], ["mask.shape"]),
        node("Gather", ["mask.shape", "one.scalar"], ["total.long"]),
        node("Cast", ["total.long"], ["total"], to=TensorProto.INT32),
        node(
            "GroupQueryAttention",
            ["q", "k", "v", *past, "seqlens", "total"],
            ["y", *present],
            domain="com.microsoft",
            num_heads=HEADS,
            kv_num_heads=HEADS,
        ),
        node("MatMul", ["y", "head"], ["logits"]),
    ]
    cache: list[str | int | None] = ["rows", HEADS, "tokens", HEAD_DIM]
    value = helper.make_tensor_value_info
    graph = helper.make_graph(
        nodes,
        "tiny",
        [
            value("input_ids", TensorProto.INT64, ["rows", "new"]),
            value("attention_mask", TensorProto.INT64, ["rows", "total"]),
            *(value(name, TensorProto.FLOAT, cache) for name in past),
        ],
        [
            value("logits", TensorProto.FLOAT, ["rows", "new", vocabulary]),
            *(value(name, TensorProto.FLOAT, cache) for name in present),
        ],
        initializers,
    )
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid("com.microsoft", 1)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=8)
