"""Pickled weights: reading them can run programs, so Twite never does."""

from __future__ import annotations

from pathlib import Path

from models.errors import ModelError

PICKLES = frozenset({".bin", ".pt", ".pth", ".ckpt", ".pkl", ".pickle"})
"""The suffixes of weights that PyTorch reads with pickle."""


def pickled(source: Path, instead: str) -> ModelError:
    """What a person is told whose file or folder holds such weights."""
    return ModelError(
        f"{source.name} holds weights in a form that can run programs when it is read.",
        f"Choose the same model as {instead}.",
    )
