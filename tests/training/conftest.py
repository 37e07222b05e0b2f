"""The built-in model, loaded once: that takes a quarter of a minute."""

from __future__ import annotations

import pytest
import torch
from peft import PeftModel, get_peft_model_state_dict, set_peft_model_state_dict

from training.train import load_model

Matrices = dict[str, torch.Tensor]


@pytest.fixture(scope="session")
def loaded() -> tuple[PeftModel, Matrices]:
    """The model, and its adapter as it was before anything was taught."""
    model = load_model(rank=2, dtype=torch.float32)
    fresh = {
        name: matrix.clone()
        for name, matrix in get_peft_model_state_dict(model, save_embedding_layers=False).items()
    }
    return model, fresh


@pytest.fixture(scope="module")
def model(loaded: tuple[PeftModel, Matrices]) -> PeftModel:
    """The model with a fresh adapter."""
    model, fresh = loaded
    set_peft_model_state_dict(model, fresh)
    return model
