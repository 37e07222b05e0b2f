"""The device a graph runs on: CUDA where it is wanted and all of the graph can run there."""

from __future__ import annotations

import ctypes
import sys
from contextlib import redirect_stdout
from pathlib import Path

import onnxruntime as ort

from models.engine.device_full import is_out_of_memory

CPU = "CPUExecutionProvider"
CUDA = "CUDAExecutionProvider"
_HEAVY = ("Attention", "MatMul", "Gemm")
"""In the names of operators that read the cache or large weights."""


def open_session(file: Path, device: str, threads: int) -> tuple[ort.InferenceSession, str]:
    """A session on `auto`, `cpu` or `cuda`, and why it is not CUDA where CUDA was wanted.

    onnxruntime lists CUDA where no driver exists, falls back to the CPU without a word, and leaves
    single operators to it, so all of that is asked once the session stands.
    """
    if device == "cpu":
        return _session(file, threads, CPU), ""
    note = _cuda_missing()
    if note:
        return _session(file, threads, CPU), note
    try:
        session = _session(file, threads, CUDA)
    except Exception as error:  # noqa: BLE001 (whatever it is, the CPU is tried, and this is said)
        return _session(file, threads, CPU), _refusal(error)
    if not is_on_cuda(session):
        return session, "The NVIDIA driver or CUDA 13 libraries were not found."
    left = left_to_cpu(session)
    if left:
        del session  # its memory goes before the next one is loaded
        return _session(file, threads, CPU), f"CUDA has no {left} for the numbers of this model."
    return session, ""


def is_on_cuda(session: ort.InferenceSession) -> bool:
    """Whether a session has CUDA, of which it may still leave operators to the CPU."""
    return bool(session.get_providers()[0] == CUDA)


def left_to_cpu(session: ort.InferenceSession) -> str:
    """An operator on the CPU that reads the cache or large weights, which would cross the bus at
    every step, or an empty string. GroupQueryAttention of 32-bit numbers is one.
    """
    parts = session.get_provider_graph_assignment_info()
    names = {node.op_type for part in parts if part.ep_name == CPU for node in part.get_nodes()}
    return min((name for name in names if any(heavy in name for heavy in _HEAVY)), default="")


def first_line(error: Exception) -> str:
    """The beginning of what an error says, without its full stop."""
    return str(error).strip().split("\n", 1)[0].rstrip(".")


def _cuda_missing() -> str:
    """Why CUDA cannot be tried on this machine, or an empty string."""
    if CUDA not in ort.get_available_providers():
        return "This build of onnxruntime has no CUDA."
    fault = _driver_fault("nvcuda.dll" if sys.platform == "win32" else "libcuda.so.1")
    if not fault:
        with redirect_stdout(sys.stderr):  # it prints what it does not find
            ort.preload_dlls()
    return fault


def _driver_fault(library: str) -> str:
    """Asks the driver itself: in a container or under WSL there is no other sign of it."""
    try:
        driver = ctypes.CDLL(library)
        count = ctypes.c_int()
        has_started = driver.cuInit(0) == 0 and driver.cuDeviceGetCount(ctypes.byref(count)) == 0
    except (OSError, AttributeError):
        return "No NVIDIA driver was found."
    return "" if has_started and count.value else "The NVIDIA driver has no graphics card to use."


def _refusal(error: Exception) -> str:
    if is_out_of_memory(error):
        return "The graphics card has too little free memory for this model."
    return f"CUDA did not load this model: {first_line(error)}."


def _session(file: Path, threads: int, provider: str) -> ort.InferenceSession:
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 4
    providers = [CPU]
    if provider == CUDA:
        providers.insert(0, CUDA)
        options.add_session_config_entry("session.record_ep_graph_assignment_info", "1")
    # Its own way of falling back prints on standard output, and says nothing to whoever called.
    return ort.InferenceSession(str(file), options, providers=providers, enable_fallback=0)
