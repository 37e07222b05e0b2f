"""Choosing the next token of a row: temperature, min-p and top-p over a handful of candidates.

A min-p threshold (arXiv 2407.01082) is a plain comparison on the logits, so only the few tokens
above it are ever ranked.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

WIDE = 64
"""How many tokens are tried where every first candidate was refused."""

Logits = npt.NDArray[np.float32]
Ids = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Sampling:
    """How adventurous a draft is.

    Attributes:
        min_p: the least share of the likeliest token's chance.
        apart: logits that a token loses for a row each time a row with the same text has taken it.
        most_apart: logits that a token loses at most: to be alike is better than to be odd.
    """

    temperature: float = 0.7
    min_p: float = 0.06
    top_p: float = 0.97
    apart: float = 2.0
    most_apart: float = 3.0


@dataclass(frozen=True)
class Candidates:
    """Token ids, likeliest first, and their chances at this temperature (they sum to 1)."""

    ids: Ids
    chances: npt.NDArray[np.float64]


def candidates(logits: Logits, sampling: Sampling) -> Candidates:
    """The tokens worth considering, from one row of logits `[vocabulary]`."""
    threshold = logits.max() + sampling.temperature * math.log(sampling.min_p)
    ids = np.flatnonzero(logits >= threshold)
    return _ranked(ids, logits, sampling)


def likeliest(logits: Logits, sampling: Sampling) -> Candidates:
    """The 64 likeliest tokens, for a row whose first candidates were all refused."""
    count = min(WIDE, len(logits))
    ids = np.argpartition(logits, -count)[-count:]
    return _ranked(ids, logits, sampling)


def log_total(logits: Logits) -> float:
    """The logarithm of the sum of all exponentials, which turns a logit into a log chance."""
    top = logits.max()
    shares = logits - top
    np.exp(shares, out=shares)
    return float(top) + math.log(float(shares.sum()))


def choose(options: Candidates, generator: np.random.Generator) -> int:
    """Draw one token id by its chance."""
    position = np.searchsorted(np.cumsum(options.chances), generator.random(), side="right")
    return int(options.ids[min(int(position), len(options.ids) - 1)])


def only(token: int) -> Candidates:
    """A choice of one."""
    return Candidates(np.array([token]), np.ones(1))


def keep(options: Candidates, allowed: list[bool]) -> Candidates:
    """The allowed candidates alone, their chances summing to 1 again."""
    mask = np.asarray(allowed)
    chances = options.chances[mask]
    return Candidates(options.ids[mask], chances / chances.sum())


def _ranked(ids: Ids, logits: Logits, sampling: Sampling) -> Candidates:
    values = logits[ids].astype(np.float64) / sampling.temperature
    order = np.argsort(-values, kind="stable")
    weights = np.exp(values[order] - values[order[0]])
    chances = weights / weights.sum()
    inside = int(np.searchsorted(np.cumsum(chances), sampling.top_p)) + 1
    chances = chances[:inside]
    return Candidates(ids[order[:inside]], chances / chances.sum())
