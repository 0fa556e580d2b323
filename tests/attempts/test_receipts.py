"""Receipts are drawn so that each is of one attempt."""

from itertools import product

import pytest

from quizzes.attempts.receipts import free_receipts
from quizzes.models import Attempt, public_ids
from tests.factories import make_answered_attempt

pytestmark = pytest.mark.django_db


def test_receipts_are_different_and_not_of_another_attempt(monkeypatch: pytest.MonkeyPatch) -> None:
    # Two characters make 64 receipts, so that many draws meet a taken one.
    monkeypatch.setattr(public_ids, "READABLE", "23")
    possible = {f"{one}-{two}" for one, two in product(map("".join, product("23", repeat=3)), repeat=2)}
    make_answered_attempt()
    named = "333-333"
    Attempt.objects.update(receipt="222-222")
    receipts = free_receipts(62, besides={named})
    assert len(receipts) == 62
    assert set(receipts) == possible - {"222-222", named}
