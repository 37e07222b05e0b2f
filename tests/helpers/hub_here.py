"""Which Hub this process talks to, and how patient it is with it."""

from __future__ import annotations

import os

import pytest
from huggingface_hub import constants

from models.install import hub_refusals


def use_hub(address: str, monkeypatch: pytest.MonkeyPatch, token: str | None = None) -> None:
    """Set this process up for a Hub as the environment would; tries follow at once."""
    monkeypatch.setattr(constants, "ENDPOINT", address)
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(constants, "HF_TOKEN_PATH", os.devnull)
    monkeypatch.delenv("HF_TOKEN", raising=False)
    if token:
        monkeypatch.setenv("HF_TOKEN", token)
    monkeypatch.setattr(hub_refusals, "PAUSE_S", 0.001)
