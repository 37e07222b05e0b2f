"""The figures of `bench.speed` as tables and as a picture: `python -m bench.report`.

Writes the tables into docs/performance.md, between its two marks, and draws docs/performance.svg.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from bench.peers.task import ROOT
from bench.results import (
    BATCHES,
    QUIET,
    Figure,
    Measured,
    Results,
    drafts_s,
    first_s,
    memory_mb,
    one_row_rate,
    rate,
    read_results,
)

PAGE = ROOT / "docs" / "performance.md"
PICTURE = ROOT / "docs" / "performance.svg"
_BEGIN = "<!-- written by python -m bench.report -->"
_END = "<!-- end of what it wrote -->"
_SHOWN = "![Tokens a second, and seconds to four drafts](performance.svg)"

_ROWS = tuple(f"{count} {'row' if count == 1 else 'rows'}" for count in BATCHES)
_WIDTH, _BAR, _STEP, _LEFT, _LONGEST = 760, 18, 28, 200, 440
_STYLE = """
  text { font: 13px system-ui, sans-serif; fill: #1f2328 }
  .title { font-weight: 600; font-size: 14px }
  .engine { text-anchor: end }
  .bar { fill: #8c959f } .own { fill: #1a7f64 }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 } .bar { fill: #6e7681 } .own { fill: #3fb68b }
  }
"""


def main() -> None:
    """Write both from the last run's figures."""
    results = read_results()
    before, rest = PAGE.read_text("utf-8").split(_BEGIN)
    after = rest.split(_END)[1]
    figures = f"{_SHOWN}\n\n{tables(results)}"
    PAGE.write_text(f"{before}{_BEGIN}\n\n{figures}\n{_END}{after}", "utf-8")
    PICTURE.write_text(picture(results), "utf-8")


def tables(results: Results) -> str:
    """Everything that was measured, as Markdown."""
    return "\n".join((_head(results), _absolute(results), _relative(results), _wanted(results)))


def picture(results: Results) -> str:
    """Bars: tokens a second of the largest batch, and seconds to four drafts."""
    count = len(results.engines)
    rows, drafts = BATCHES[-1], "Seconds to 4 finished drafts (shorter is better)"
    speed = f"Tokens a second, {rows} rows from one prompt (longer is better)"
    upper = _bars(results.engines, rate(-1), speed, 0, "{:.0f}")
    lower = _bars(results.engines, drafts_s, drafts, 52 + count * _STEP, "{:.2f} s")
    height = 2 * (52 + count * _STEP) + 8
    return "\n".join(
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{height}" '
            f'viewBox="0 0 {_WIDTH} {height}" role="img">',
            f"<title>Speed of Twite and other engines, {results.date}</title>",
            f"<style>{_STYLE}</style>",
            *upper,
            *lower,
            "</svg>\n",
        )
    )


def _bars(
    engines: Sequence[Measured], figure: Figure, title: str, top: int, form: str
) -> Iterable[str]:
    values = [engine.middle(figure) for engine in engines]
    yield f'<text class="title" x="12" y="{top + 26}">{title}</text>'
    for place, (engine, value) in enumerate(zip(engines, values, strict=True)):
        y = top + 42 + place * _STEP
        length = _LONGEST * value / max(values)
        kind = "bar" if place else "bar own"
        yield f'<text class="engine" x="{_LEFT - 10}" y="{y + 14}">{engine.name}</text>'
        yield (
            f'<rect class="{kind}" x="{_LEFT}" y="{y}" width="{length:.1f}" height="{_BAR}" '
            'rx="3"/>'
        )
        yield f'<text x="{_LEFT + length + 8:.1f}" y="{y + 14}">{form.format(value)}</text>'


def _head(results: Results) -> str:
    rounds = len(results.twite.rounds)
    quiet = (
        "so these figures are preliminary: something else was at work"
        if results.load_before > QUIET
        else "the run's own load included"
    )
    versions = sorted({engine.version for engine in results.engines[1:]})
    return (
        f"{results.date}, {results.machine}, {results.threads} threads, {rounds} rounds. "
        f"{results.twite.version} beside {', '.join(versions)}. "
        f"Load average before {results.load_before:.2f}, after {results.load_after:.2f}, {quiet}.\n"
    )


def _absolute(results: Results) -> str:
    heads = (
        "",
        "weights MB",
        "first text ms",
        *(f"{rows} tokens/s" for rows in _ROWS),
        "4 drafts s",
        "peak memory MB",
    )
    lines = _table_head(*heads)
    for engine in results.engines:
        cells = (
            f"{engine.weights_mb:.0f}",
            f"{1000 * engine.middle(first_s):.0f}",
            *(f"{engine.middle(rate(place)):.0f}" for place in range(len(BATCHES))),
            f"{engine.middle(drafts_s):.2f}",
            f"{engine.middle(memory_mb):.0f}",
        )
        lines.append(f"| {engine.name} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _relative(results: Results) -> str:
    """How many times as fast Twite is; below 1 it is the slower one."""
    twite = results.twite
    heads = ("Twite is so many times as fast as", "first text", *_ROWS, "4 drafts")
    lines = _table_head(*heads, "memory, Twite's to its")
    for engine in results.engines[1:]:
        ratios = (
            engine.times(twite, first_s),
            *(twite.times(engine, rate(place)) for place in range(len(BATCHES))),
            engine.times(twite, drafts_s),
            twite.times(engine, memory_mb),
        )
        cells = " | ".join(f"{ratio:.2f}" for ratio in ratios)
        lines.append(f"| {engine.name} | {cells} |")
    return "\n".join(lines) + "\n"


def _wanted(results: Results) -> str:
    """What issue 5 asks of a machine with two cores, and whether this run shows it."""
    twite, batched, in_turns = results.twite, results.batched, results.in_turns
    eight = rate(-1)
    one_row = min(twite.times(engine, one_row_rate) for engine in results.engines[1:5])
    more_memory = twite.middle(memory_mb) - batched.middle(memory_mb)
    more_weights = max(0.0, twite.weights_mb - batched.weights_mb)
    first_ms = 1000 * results.first_text_s
    wanted: tuple[tuple[str, float, str, float, Callable[[float, float], bool]], ...] = (
        (f"8 rows, times {batched.name}", twite.times(batched, eight), "{:.2f}", 2.2, _at_least),
        (f"8 rows, times {in_turns.name}", twite.times(in_turns, eight), "{:.2f}", 4, _at_least),
        ("new notes behind kept turns: first text, ms", first_ms, "{:.0f}", 80, _at_most),
        ("one row's decoding, times the fastest llama.cpp", one_row, "{:.2f}", 1, _at_least),
        (
            f"peak memory above {batched.name}, MB; allowed is by how much its weights are smaller",
            more_memory,
            "{:.0f}",
            more_weights,
            _at_most,
        ),
    )
    lines = _table_head("", "measured", "wanted", "")
    for what, measured, form, bound, holds in wanted:
        word = "yes" if holds(measured, bound) else "no"
        sign = "at least" if holds is _at_least else "at most"
        lines.append(f"| {what} | {form.format(measured)} | {sign} {bound:.4g} | {word} |")
    return "\n".join(lines) + "\n\n" + _memory_bound(results)


def _table_head(*heads: str) -> list[str]:
    return [f"| {' | '.join(heads)} |", f"|{' --- |' * len(heads)}"]


def _at_least(measured: float, bound: float) -> bool:
    return measured >= bound


def _at_most(measured: float, bound: float) -> bool:
    return measured <= bound


def _memory_bound(results: Results) -> str:
    return (
        f"{results.threads} threads read {results.bandwidth / 1e9:.1f} GB/s from memory; a step "
        f"reads {results.step_bytes / 1e6:.0f} MB of weights, so one row's decoding, at "
        f"{results.twite.middle(one_row_rate):.0f} tokens a second, reaches "
        f"{100 * results.share_of_bandwidth:.0f} % of what memory permits.\n"
    )


if __name__ == "__main__":
    main()
