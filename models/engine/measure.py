"""How fast a model writes on this machine: an exact amount of work, on the real decode loop."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from models.engine.chat import Message, encode_chat, open_answer
from models.engine.decode import Decoder, Run
from models.engine.limits import Limits, TextRules, Vocabulary
from models.engine.sampling import Candidates, Logits, Sampling, candidates
from models.engine.session import load_graph
from models.engine.tokenizer import Tokenizer
from models.engine.untold import Untold
from models.errors import ModelError
from models.manifest import verify

ROUNDS = 5
"""Timed rounds, of which the fastest counts: load from elsewhere only ever adds time."""
NOTES = """The harbour museum opens its new hall on Saturday. Visitors see forty model ships, a
restored lifeboat from 1931 and letters that sailors wrote home. Entry is free for children, and the
café serves soup until four. Volunteers are wanted for the summer: write to the desk, or come by on
any weekday morning."""
_LIMIT = 280
_LETTERS = 8
"""A text may weigh this much a token, so that long rows do not run into the limit."""

MakeRules = Callable[[int, str], TextRules]
"""From the most a text may weigh, and the text it has to keep to, to the rules that hold for it."""


@dataclass(frozen=True)
class Work:
    """What is done in a round: every row runs all its tokens, after one prompt."""

    rows: int
    prompt_tokens: int
    tokens: int


@dataclass(frozen=True)
class Speed:
    """What the fastest round took.

    Attributes:
        device, device_note: where the graph really ran, and why not on CUDA.
        first_text_s, total_s: from the prompt's first token to every row's first, and to its last.
        tokens_per_s: of all rows, the time for the prompt included.
        peak_memory_mb: the most memory that this process has held, the loading included.
    """

    model: str
    device: str
    device_note: str
    first_text_s: float
    total_s: float
    tokens_per_s: float
    peak_memory_mb: float


class Unending(Limits):
    """Limits that do all their work, and let no row end or get stuck."""

    def __init__(
        self, rules: TextRules, vocabulary: Vocabulary, untold: Untold, boost: float
    ) -> None:
        super().__init__(rules, vocabulary, untold, boost)
        self._ends = sorted(vocabulary.end_ids)

    def candidates(
        self, logits: Logits, written: bytes, may_end: bool, sampling: Sampling
    ) -> Candidates:
        """The allowed candidates; any that the model likes, where the row should end here."""
        logits[self._ends] = -float("inf")
        allowed = super().candidates(logits, written, may_end, sampling)
        if allowed is None or not set(self._ends).isdisjoint(allowed.ids.tolist()):
            return candidates(logits, sampling)
        return allowed


def measure(folder: Path, device: str, work: Work, make_rules: MakeRules) -> Speed:
    """Load the model in a folder and do the work, once untimed and then `ROUNDS` times.

    Raises `ModelError` where the model is damaged or cannot read so much at once.
    """
    manifest = verify(folder)
    if work.prompt_tokens + work.tokens > manifest.context_length:
        raise ModelError(
            f"{manifest.name} reads at most {manifest.context_length} tokens at once.",
            "Measure with a shorter prompt or fewer tokens.",
        )
    tokenizer = Tokenizer(folder / "tokenizer.json")  # first, as `ModelWriter` has it
    graph = load_graph(folder / "model.onnx", device)
    ends = manifest.end_of_turn_ids
    pieces = tokenizer.pieces_for(graph.shapes.vocabulary)
    rules = make_rules(max(_LIMIT, _LETTERS * work.tokens), NOTES)
    limits = Unending(
        rules,
        Vocabulary(pieces, ends),
        Untold(NOTES, tokenizer.encode),
        manifest.source_boost,
    )
    decoder = Decoder(graph, pieces, end_ids=())
    prompt = _prompt(manifest.chat_format, tokenizer, work.prompt_tokens)
    _round(decoder, prompt, work, limits, seed=0)
    rounds = [_round(decoder, prompt, work, limits, seed) for seed in range(ROUNDS)]
    total_s, first_text_s = min(rounds)
    return Speed(
        manifest.id,
        graph.device,
        graph.device_note,
        first_text_s,
        total_s,
        work.rows * work.tokens / total_s,
        peak_memory_mb(),
    )


def peak_memory_mb() -> float:
    """The most resident memory that this process has held, in MB of 1,000,000 bytes."""
    if sys.platform == "win32":
        peak = _windows_peak()
    elif sys.platform == "linux":
        # getrusage would tell of the parent's memory, which a child begins with.
        status = Path("/proc/self/status").read_text("ascii")
        line = next(line for line in status.splitlines() if line.startswith("VmHWM:"))
        peak = int(line.split()[1]) * 1024
    else:
        import resource  # Unix alone has it

        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1e6


def _round(
    decoder: Decoder, prompt: tuple[int, ...], work: Work, limits: Limits, seed: int
) -> tuple[float, float]:
    """Seconds for the whole, and to the first text. The prompt is no prefix: it is read anew."""
    run = Run((), prompt, work.rows, work.rows, work.tokens, seed, Sampling(), limits)
    steps: list[float] = []
    start = perf_counter()
    rows = decoder.run(run, lambda _rows: steps.append(perf_counter()), lambda: False)
    total_s = perf_counter() - start
    if any(row.tokens != work.tokens for row in rows):
        raise RuntimeError(f"rows of {[row.tokens for row in rows]} instead of {work.tokens}")
    return total_s, steps[0] - start


def _prompt(chat_format: str, tokenizer: Tokenizer, tokens: int) -> tuple[int, ...]:
    """The last `tokens` tokens of a conversation that asks for a text from the notes."""
    notes = " ".join([NOTES] * (1 + tokens // len(tokenizer.encode(NOTES))))
    asked = encode_chat(chat_format, tokenizer, [Message("user", notes)])
    return tuple([*asked, *open_answer(chat_format, tokenizer)][-tokens:])


if sys.platform == "win32":
    import ctypes
    from ctypes import wintypes

    class _Counters(ctypes.Structure):
        """PROCESS_MEMORY_COUNTERS (psapi.h)."""

        _fields_ = [
            ("cb", wintypes.DWORD),
            ("PageFaultCount", wintypes.DWORD),
            ("PeakWorkingSetSize", ctypes.c_size_t),
            ("rest", ctypes.c_size_t * 7),
        ]

    def _windows_peak() -> int:
        """The largest working set of this process, in bytes."""
        counters = _Counters(cb=ctypes.sizeof(_Counters))
        own = ctypes.windll.kernel32.GetCurrentProcess
        own.restype = wintypes.HANDLE
        read = ctypes.windll.psapi.GetProcessMemoryInfo
        read.argtypes = [wintypes.HANDLE, ctypes.POINTER(_Counters), wintypes.DWORD]
        if not read(own(), ctypes.byref(counters), counters.cb):
            raise ctypes.WinError()
        return int(counters.PeakWorkingSetSize)
