"""How the built-in model is taught."""

from __future__ import annotations

from collections import Counter
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from peft import PeftModel

from app.compose.brief import Length, Tone
from models.engine.session import load_graph
from models.install.adapter import merge_adapter
from models.install.builtin import gguf_file
from models.install.gguf import read_gguf, write_fp32_graph, write_tokenizer
from models.install.loss import read_all
from training.export import write_adapter
from training.train import Encoder, Example, batch_loss, batches, rate_at

NOTES = "Boat museum, open day on Sunday, 10 to 4, free."
POST = "The boat museum has an open day on Sunday, from 10 to 4. It is free."


def examples(count: int) -> list[Example]:
    return [Example((number,), (number,) * (1 + number % 7)) for number in range(count)]


@given(count=st.integers(1, 200), batch=st.integers(1, 9))
def test_an_epoch_shows_every_post_once(count: int, batch: int) -> None:
    steps = -(-count // batch)
    epoch = islice(batches(examples(count), batch, seed=1), steps)
    seen = Counter(one.prompt for each in epoch for one in each)
    assert set(seen.values()) == {1}
    assert len(seen) == count


@given(done=st.integers(0, 30))
def test_a_run_that_goes_on_gets_the_batches_that_are_left(done: int) -> None:
    whole = list(islice(batches(examples(50), 8, seed=1), 30))
    assert list(islice(batches(examples(50), 8, seed=1), done, 30)) == whole[done:]


@given(steps=st.integers(2, 2000))
def test_the_rate_rises_to_its_full_height_and_falls_to_nothing(steps: int) -> None:
    rates = [rate_at(step, steps) for step in range(steps)]
    assert max(rates) == pytest.approx(1.0)
    assert rates[0] > 0
    assert rates[-1] < rates[steps // 2] or steps < 4


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("taught")


@pytest.fixture(scope="module")
def example(folder: Path) -> Example:
    write_tokenizer(read_gguf(gguf_file()), folder / "tokenizer.json")
    return Encoder(folder / "tokenizer.json").example(NOTES, Tone.PLAIN, Length.FULL, POST)


@pytest.fixture(scope="module")
def taught(model: PeftModel, example: Example) -> PeftModel:
    """The model after five steps with one post."""
    weights = [parameter for parameter in model.parameters() if parameter.requires_grad]
    optimizer = torch.optim.AdamW(weights, lr=2e-3)
    for _ in range(5):
        batch_loss(model, [example], is_training=True).mean().backward()
        optimizer.step()
        optimizer.zero_grad()
    return model


def test_what_is_taught_becomes_likelier(taught: PeftModel, example: Example) -> None:
    after = batch_loss(taught, [example], is_training=False).mean()
    with taught.disable_adapter():
        before = batch_loss(taught, [example], is_training=False).mean()
    assert after < before - 0.1


def test_posts_from_one_prompt_cost_what_they_cost_alone(model: PeftModel, folder: Path) -> None:
    write_tokenizer(read_gguf(gguf_file()), folder / "tokenizer.json")
    encode = Encoder(folder / "tokenizer.json")
    texts = (POST, "Sunday is open day at the boat museum, free, 10 to 4.", "Free on Sunday!")
    behind = [encode.example(NOTES, Tone.PLAIN, Length.FULL, text) for text in texts]
    behind.insert(1, encode.example("Fog.", Tone.DRY, Length.SHORT, "There is fog."))
    together = batch_loss(model, behind, is_training=False)
    alone = [batch_loss(model, [one], is_training=False) for one in behind]
    np.testing.assert_allclose(together, torch.cat(alone), atol=0.3)
    assert together.mean() == pytest.approx(float(torch.cat(alone).mean()), abs=0.01)


def test_the_shipped_adapter_makes_the_graph_the_model_that_was_taught(
    taught: PeftModel, example: Example, folder: Path
) -> None:
    tokens = [*example.prompt, *example.post]
    taught.save_pretrained(str(folder / "run"), save_embedding_layers=False)
    write_adapter(folder / "run", folder / "adapter.safetensors")
    graph = write_fp32_graph(read_gguf(gguf_file()), folder / "fp32")
    merge_adapter(graph, folder / "adapter.safetensors")
    with torch.no_grad():
        wanted = taught(torch.tensor([tokens])).logits[0].numpy()
    np.testing.assert_allclose(read_all(load_graph(graph, "cpu"), tokens), wanted, atol=0.05)
