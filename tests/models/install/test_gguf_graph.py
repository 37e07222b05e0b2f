"""The graph of every family is the model that torch has: read at once, and drawn token by token."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import torch
from gguf import GGMLQuantizationType
from transformers import PreTrainedModel

from models.engine.decode import Decoder, Ending, Row, Run
from models.engine.sampling import Sampling
from models.engine.session import Graph, load_graph
from models.install.gguf import read_gguf, write_fp32_graph
from models.install.loss import read_all
from tests.helpers.log_chances import log_chances
from tests.helpers.tiny_gguf import TinyGguf

END = 2
PASSAGE = np.random.default_rng(0).integers(6, 200, 40).tolist()
PREFIX, PROMPT = tuple(PASSAGE[:12]), tuple(PASSAGE[12:19])
LLAMA_31 = {
    "rope_type": "llama3",
    "factor": 8.0,
    "low_freq_factor": 1.0,
    "high_freq_factor": 4.0,
    "original_max_position_embeddings": 32,
}
LONGROPE = {
    "type": "longrope",
    "short_factor": [1.0 + 0.1 * place for place in range(24)],
    "long_factor": [2.0 + place for place in range(24)],
}
PHI_4_MINI = {
    "hidden_size": 128,
    "num_attention_heads": 2,
    "num_key_value_heads": 1,
    "partial_rotary_factor": 0.75,
    "tie_word_embeddings": True,
    "original_max_position_embeddings": 64,
    "rope_scaling": LONGROPE,
}
GEMMA = {"sliding_window": 8, "num_hidden_layers": 7}
MODELS = {
    "llama": TinyGguf("llama"),
    "llama, tied": TinyGguf("llama", {"tie_word_embeddings": True}),
    "llama, biased": TinyGguf("llama", {"attention_bias": True}),
    "llama, rounded": TinyGguf("llama", kind=GGMLQuantizationType.Q8_0),
    "llama 3.1": TinyGguf("llama", {"rope_scaling": LLAMA_31}),
    "qwen2": TinyGguf("qwen2"),
    "qwen3": TinyGguf("qwen3"),
    "gemma3": TinyGguf("gemma3", GEMMA),
    "gemma3, stretched": TinyGguf(
        "gemma3", GEMMA | {"rope_scaling": {"rope_type": "linear", "factor": 8.0}}
    ),
    "phi3": TinyGguf("phi3"),
    "phi3, windowed": TinyGguf("phi3", {"sliding_window": 9}),
    "phi4-mini": TinyGguf("phi3", PHI_4_MINI),
}


class Built:
    """A model in both forms."""

    def __init__(self, tiny: TinyGguf, folder: Path) -> None:
        self.torch: PreTrainedModel = tiny.torch()
        self.gguf = read_gguf(tiny.save(folder / "tiny.gguf", self.torch))
        self.graph: Graph = load_graph(write_fp32_graph(self.gguf, folder / "fp32"), "cpu")

    def wanted(self, tokens: Sequence[int]) -> npt.NDArray[np.float32]:
        with torch.no_grad():
            logits: npt.NDArray[np.float32] = self.torch(torch.tensor([tokens])).logits[0].numpy()
        return logits


@pytest.fixture(scope="module", params=MODELS.values(), ids=list(MODELS))
def built(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Built:
    return Built(request.param, tmp_path_factory.mktemp("built"))


def test_it_gives_the_logits_of_torch(built: Built) -> None:
    wanted = built.wanted(PASSAGE)
    assert np.abs(wanted).max() > 5
    np.testing.assert_allclose(read_all(built.graph, PASSAGE), wanted, atol=1e-3)


def test_it_keeps_its_cache_in_place(built: Built) -> None:
    assert built.graph.shapes.in_place


def test_rows_are_drawn_with_the_chances_of_torch(built: Built) -> None:
    """Past the windows of those that have one, and with a prefix that is kept."""
    pieces = [token.to_bytes(2) for token in range(built.graph.shapes.vocabulary)]
    run = Run(PREFIX, PROMPT, 3, 3, 12, 5, Sampling(temperature=1.0, min_p=0.001, apart=0.0))
    rows = Decoder(built.graph, pieces, [END]).run(run, lambda _: None, lambda: False)
    for row in rows:
        assert row.log_chances == pytest.approx(by_the_book(built, row), abs=0.02)


def by_the_book(built: Built, row: Row) -> list[float]:
    """The log chances of all that a row was given, read at once."""
    given = np.frombuffer(row.written, ">u2").tolist()
    given += [END] if row.ending is Ending.SENTENCE else []
    return log_chances(built.wanted, [*PREFIX, *PROMPT], given)


def test_gemma_turns_by_its_makers_frequencies_where_the_file_names_none(tmp_path: Path) -> None:
    tiny = MODELS["gemma3"]
    model = tiny.torch()
    file = tiny.save(tmp_path / "tiny.gguf", model, {"gemma3.rope.freq_base": None})
    graph = load_graph(write_fp32_graph(read_gguf(file), tmp_path / "fp32"), "cpu")
    with torch.no_grad():
        wanted = model(torch.tensor([PASSAGE])).logits[0].numpy()
    np.testing.assert_allclose(read_all(graph, PASSAGE), wanted, atol=1e-3)
