"""A graph runs on CUDA as a whole or on the CPU, and it is said why it is not CUDA."""

from __future__ import annotations

import ctypes
import ctypes.util
from pathlib import Path

import pytest

from models.engine import device
from models.engine.session import load_graph
from tests.helpers.tiny_graph import TinyGraph

LIBRARIES_MISSING = "The NVIDIA driver or CUDA 13 libraries were not found."


def has_driver() -> bool:
    try:
        ctypes.CDLL("libcuda.so.1")
    except OSError:
        return False
    return True


without_driver = pytest.mark.skipif(has_driver(), reason="this machine has an NVIDIA driver")


@without_driver
@pytest.mark.parametrize("wanted", ["auto", "cuda"])
def test_a_machine_without_a_driver_says_so_and_uses_the_cpu(wanted: str, tmp_path: Path) -> None:
    graph = load_graph(TinyGraph().save(tmp_path), wanted, threads=1)
    assert (graph.device, graph.device_note) == ("CPU", "No NVIDIA driver was found.")
    assert graph.memory.device == "cpu"


def test_the_cpu_needs_no_reason(tmp_path: Path) -> None:
    graph = load_graph(TinyGraph().save(tmp_path), "cpu", threads=1)
    assert (graph.device, graph.device_note) == ("CPU", "")


def test_a_library_that_is_no_driver_is_none() -> None:
    assert (
        device._driver_fault(ctypes.util.find_library("c") or "") == "No NVIDIA driver was found."
    )


@without_driver
def test_a_session_that_fell_back_without_a_word_is_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(device, "_driver_fault", lambda _: "")
    graph = load_graph(TinyGraph().save(tmp_path), "cuda", threads=1)
    assert (graph.device, graph.device_note) == ("CPU", LIBRARIES_MISSING)
    assert capfd.readouterr().out == ""


@without_driver
@pytest.mark.parametrize(
    ("grouped", "left"),
    [(True, "GroupQueryAttention"), (False, "MatMul")],
    ids=["grouped", "plain"],
)
def test_cuda_is_given_up_where_it_leaves_the_cache_to_the_cpu(
    grouped: bool, left: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Here all is left to the CPU; what is seen is what onnxruntime says of each operator."""
    monkeypatch.setattr(device, "_driver_fault", lambda _: "")
    monkeypatch.setattr(device, "is_on_cuda", lambda _: True)
    graph = load_graph(TinyGraph(grouped).save(tmp_path), "auto", threads=1)
    assert (graph.device, graph.device_note) == (
        "CPU",
        f"CUDA has no {left} for the numbers of this model.",
    )


def test_a_model_too_large_for_the_card_is_told_from_one_that_cuda_refuses() -> None:
    full = RuntimeError("Failed to allocate memory for requested buffer of size 104857600")
    assert device._refusal(full) == "The graphics card has too little free memory for this model."
    other = RuntimeError("cuBLAS failure 13.\nGPU=0")
    assert device._refusal(other) == "CUDA did not load this model: cuBLAS failure 13."
