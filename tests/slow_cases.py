"""Cases of a test of which `make test` runs only the first; `make test FULL=1` runs all."""

from collections.abc import Iterable
from typing import Any

import pytest


def slow_after(count: int, cases: Iterable[Any]) -> list[Any]:
    """The cases for `parametrize`, those after the first `count` marked as slow. A tuple is several arguments."""
    return [
        case if place < count else pytest.param(*(case if isinstance(case, tuple) else (case,)), marks=pytest.mark.slow)
        for place, case in enumerate(cases)
    ]
