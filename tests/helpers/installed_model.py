"""Small models in a models folder, as if they had been installed."""

from __future__ import annotations

from pathlib import Path

from models.library import BUILT_IN, BUILT_IN_BUILD
from models.manifest import NOT_MEASURED, Manifest, describe_file, write_manifest

NAMES = ("model.onnx", "model_q4.onnx_data", "tokenizer.json")


def put_model(models: Path, repository: dict[str, bytes], model_id: str, name: str) -> Path:
    """A model that loads and writes nonsense; `repository` is what `hub_model` writes."""
    folder = models / model_id
    folder.mkdir(parents=True)
    (folder / "model.onnx").write_bytes(repository["onnx/model_q4.onnx"])
    (folder / "model_q4.onnx_data").write_bytes(repository["onnx/model_q4.onnx_data"])
    (folder / "tokenizer.json").write_bytes(repository["tokenizer.json"])
    manifest = Manifest(
        id=model_id,
        name=name,
        licence="Apache-2.0",
        source="tests/helpers/hub_model.py",
        chat_format="chatml",
        end_of_turn_ids=(257,),
        context_length=4096,
        precision="4-bit",
        measured_loss=0.005 if model_id == BUILT_IN else NOT_MEASURED,
        needed_memory_mb=700,
        files=tuple(describe_file(folder, file) for file in NAMES),
        build=BUILT_IN_BUILD,
    )
    write_manifest(manifest, folder)
    return folder
