"""How much memory a model of eight billion parameters takes: `python -m bench.large [--layers 32]`.

It writes such a graph with 4-bit weights of noise (5.6 GB; the folder is removed again), loads it
in a process of its own as the engine does, reads a prompt and writes a few tokens. Printed are the
bytes of its files, those read from the disk, and the most memory held, as shares of the files: all
of it, which a system with memory to spare lets grow, and what it cannot take back and read again.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from models.engine.decode import Decoder, Run
from models.engine.measure import peak_memory_mb
from models.engine.sampling import Sampling
from models.engine.session import load_graph

_PROMPT = 60
_TOKENS = 4
_MOST = 1.2
"""The memory that is aimed at, as a share of the files."""


@dataclass(frozen=True)
class Loading:
    """What the process that loaded the model took.

    Attributes:
        peak_mb: the most memory, mapped parts of the files included.
        kept_mb: what is no part of a file, which grows until the last token.
        read_mb: what came from the disk, none of which lay in the system's cache.
    """

    peak_mb: float
    kept_mb: float
    read_mb: float
    load_s: float
    first_text_s: float
    step_s: float


def main() -> None:
    """Write the graph, have it loaded, and print."""
    parser = argparse.ArgumentParser(prog="bench.large", description=__doc__)
    parser.add_argument("--layers", type=int, default=32, help="fewer for a quick look")
    parser.add_argument("--folder", type=Path, help="where there is room; else the temporary one")
    parser.add_argument("--load", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.load:
        print(json.dumps(asdict(_load(options.load))))
        return
    from bench.large_graph import LargeGraph, Size  # onnx, which the measured process does without

    with TemporaryDirectory(dir=options.folder) as folder:
        graph = LargeGraph(Size(layers=options.layers)).write(Path(folder))
        files = [graph, graph.with_name("model.onnx.data")]
        for file in files:
            _forget(file)
        command = [sys.executable, "-m", "bench.large", "--load", str(graph)]
        told = subprocess.run(command, capture_output=True, check=True).stdout
        _print(Loading(**json.loads(told)), sum(file.stat().st_size for file in files) / 1e6)


def _load(graph_file: Path) -> Loading:
    began = perf_counter()
    graph = load_graph(graph_file, "cpu")
    loaded = perf_counter()
    decoder = Decoder(graph, [b"a"] * graph.shapes.vocabulary, end_ids=())
    run = Run((), tuple(range(_PROMPT)), 1, 1, _TOKENS, 1, Sampling())
    steps: list[float] = []
    decoder.run(run, lambda _rows: steps.append(perf_counter()), lambda: False)
    return Loading(
        peak_memory_mb(),
        int(_told("status")["RssAnon"].split()[0]) * 1024 / 1e6,
        int(_told("io")["read_bytes"]) / 1e6,
        loaded - began,
        steps[0] - loaded,
        (steps[-1] - steps[0]) / (_TOKENS - 1),
    )


def _forget(file: Path) -> None:
    """Have the system drop a file from its cache, so that reading it again can be seen."""
    with file.open("rb+") as opened:
        os.fsync(opened.fileno())
        os.posix_fadvise(opened.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def _told(name: str) -> dict[str, str]:
    """What Linux tells of this process."""
    lines = Path(f"/proc/self/{name}").read_text("ascii").splitlines()
    return {key: value.strip() for key, value in (line.split(":", 1) for line in lines)}


def _print(loading: Loading, files_mb: float) -> None:
    rows = {
        "files": files_mb,
        "read from the disk": loading.read_mb,
        "most memory held": loading.peak_mb,
        "of it no part of a file": loading.kept_mb,
    }
    for name, value in rows.items():
        print(f"{name:24}{value:7.0f} MB  {value / files_mb:.2f}")
    print(f"{'aim':36}{_MOST:.2f}")
    print(f"{'seconds to load':24}{loading.load_s:7.1f}")
    print(f"{'to the first text':24}{loading.first_text_s:7.1f}")
    print(f"{'a token':24}{loading.step_s:7.2f}")


if __name__ == "__main__":
    main()
