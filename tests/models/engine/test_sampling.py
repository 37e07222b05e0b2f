"""The arithmetic of choosing a token."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.engine.sampling import log_total


@given(st.lists(st.floats(-40, 40, width=32), min_size=1, max_size=300))
def test_the_total_is_that_of_all_exponentials_to_a_thousandth(values: list[float]) -> None:
    logits = np.array(values, np.float32)
    exact = np.log(np.exp(logits.astype(np.float64)).sum())
    assert log_total(logits) == pytest.approx(exact, abs=2e-3)
