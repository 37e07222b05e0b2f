"""From a training run to the adapter that Twite ships: `python -m training.export [RUN]`."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file

from models.install.builtin import adapter_file
from training.corrections import ROUNDS
from training.prefer import run_of
from training.train import RUNS

_PREFIX = "base_model.model."


def main() -> int:
    """Write the best adapter of a run into `resources/adapters`, as `models.install.adapter` reads
    it.
    """
    run = RUNS / sys.argv[1] if len(sys.argv) > 1 else run_of(ROUNDS)
    write_adapter(run / "best", adapter_file())
    return 0


def write_adapter(trained: Path, file: Path) -> None:
    """Write PEFT's adapter folder as one fp16 file, with the scale in the `lora_B` matrices."""
    config = json.loads((trained / "adapter_config.json").read_text("utf-8"))
    scale = config["lora_alpha"] / config["r"]
    matrices = {}
    for name, matrix in load_file(trained / "adapter_model.safetensors").items():
        short = name.removeprefix(_PREFIX).removesuffix(".weight")
        taught = matrix * scale if short.endswith("lora_B") else matrix
        matrices[short] = taught.to(torch.float16).contiguous()
    file.parent.mkdir(parents=True, exist_ok=True)
    save_file(matrices, file)
    print(f"{file}: {file.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    raise SystemExit(main())
