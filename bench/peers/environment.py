"""The environment that the peers have to themselves: they do not fit beside Twite's packages.

onnxruntime and onnxruntime-gpu share one folder, and onnxruntime-genai wants the former.
"""

from __future__ import annotations

import os
import subprocess
import venv
from pathlib import Path

from bench.peers.task import ROOT

FOLDER = ROOT / "build" / "peers"
PACKAGES = (
    "llama-cpp-python==0.3.36",
    "onnxruntime-genai==0.18.0",
    "onnxruntime==1.31.1",
    "optimum-onnx==0.1.0",
    "optimum==2.1.0",
    "torch==2.13.0",
    "transformers==4.57.6",
)


def python_of(environment: Path) -> Path:
    """The interpreter of an environment, wherever this system keeps it."""
    bin_folder = "Scripts" if os.name == "nt" else "bin"
    return environment.absolute() / bin_folder / ("python.exe" if os.name == "nt" else "python")


def made_environment() -> Path:
    """Its interpreter; the first time compiles llama.cpp for this machine, which takes minutes."""
    python = python_of(FOLDER)
    if not python.exists():
        print("Making an environment for the other engines (once, some ten minutes) ...")
        venv.create(FOLDER, with_pip=True)
    only = Path(__file__).with_name("llama_only.cmake")
    flags = f"-DLLAVA_BUILD=OFF -DCMAKE_PROJECT_llama.cpp_INCLUDE={only}"
    install = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    pins = ["--constraint", str(ROOT / "packaging" / "constraints.txt")]
    subprocess.run([*install, *pins, *PACKAGES], check=True, env=os.environ | {"CMAKE_ARGS": flags})
    return python
