"""The status of one student on one assignment: every row of the table, late, the counting attempt. No database."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from quizzes.assignments.deadlines import GRACE, Window
from quizzes.assignments.status import Status, counting_attempt, is_late, score_share, status_of

NOW = datetime(2026, 10, 23, 15, 0, tzinfo=UTC)
SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)

OPEN, UPCOMING = Window(), Window(opens_at=NOW + SECOND)
DUE, PAST_DUE = Window(due_at=NOW, closes_at=NOW + HOUR), Window(due_at=NOW - SECOND, closes_at=NOW + HOUR)
CLOSES, CLOSED = Window(closes_at=NOW), Window(closes_at=NOW - SECOND)


@dataclass(frozen=True)
class Made:
    """The attributes of an attempt that the status needs."""

    number: int = 1
    submitted_at: datetime | None = None
    deadline_at: datetime | None = None
    score: Decimal | None = None
    max_score: int | None = None
    is_on_paper: bool = False

    @property
    def is_open(self) -> bool:
        return self.submitted_at is None


def submitted(number: int = 1, at: datetime = NOW, points: int | None = 8, **fields: bool) -> Made:
    return Made(number, at, score=None if points is None else Decimal(points), max_score=8, **fields)


RUNNING = Made(deadline_at=NOW + HOUR)
IN_GRACE, OVER = Made(deadline_at=NOW - GRACE), Made(deadline_at=NOW - GRACE - SECOND)
DONE, LATE, PAPER = submitted(), submitted(at=NOW + SECOND), submitted(at=NOW + SECOND, is_on_paper=True)
SECOND_OPEN, SECOND_OVER = Made(2), Made(2, deadline_at=NOW - HOUR)


@pytest.mark.parametrize(
    ("window", "attempts", "is_excused", "status", "late", "can_start"),
    [
        # Nothing started.
        (UPCOMING, [], False, Status.NOT_OPEN, False, False),
        (OPEN, [], False, Status.NOT_STARTED, False, True),
        (DUE, [], False, Status.NOT_STARTED, False, True),
        (PAST_DUE, [], False, Status.MISSING, False, True),
        (CLOSES, [], False, Status.NOT_STARTED, False, True),
        (CLOSED, [], False, Status.MISSING, False, False),
        # An attempt is open. Its own deadline decides, with the grace.
        (OPEN, [Made()], False, Status.IN_PROGRESS, False, False),
        (OPEN, [RUNNING], False, Status.IN_PROGRESS, False, False),
        (OPEN, [IN_GRACE], False, Status.IN_PROGRESS, False, False),
        (OPEN, [OVER], False, Status.TIME_UP, False, True),
        (PAST_DUE, [RUNNING], False, Status.IN_PROGRESS, False, False),
        (CLOSED, [OVER], False, Status.TIME_UP, False, False),
        # Turned in.
        (OPEN, [DONE], False, Status.SUBMITTED, False, True),
        (DUE, [DONE], False, Status.SUBMITTED, False, True),
        (DUE, [LATE], False, Status.SUBMITTED, True, True),
        (DUE, [PAPER], False, Status.SUBMITTED, False, True),
        (CLOSED, [DONE], False, Status.SUBMITTED, False, False),
        # A second attempt. The first counts until the second is submitted.
        (DUE, [LATE, SECOND_OPEN], False, Status.IN_PROGRESS, True, False),
        (OPEN, [DONE, SECOND_OVER], False, Status.TIME_UP, False, False),
        (DUE, [DONE, submitted(2, NOW + SECOND, 5)], False, Status.SUBMITTED, False, False),
        # Excused, whatever was done, before and after.
        (UPCOMING, [], True, Status.EXCUSED, False, False),
        (OPEN, [], True, Status.EXCUSED, False, False),
        (CLOSED, [], True, Status.EXCUSED, False, False),
        (OPEN, [RUNNING], True, Status.EXCUSED, False, False),
        (OPEN, [OVER], True, Status.EXCUSED, False, False),
        (DUE, [LATE], True, Status.EXCUSED, False, False),
    ],
)
def test_status_is_the_first_row_that_fits(
    window: Window, attempts: list[Made], is_excused: bool, status: Status, late: bool, can_start: bool
) -> None:
    found = status_of(window, attempts, is_excused=is_excused, policy="best", max_attempts=2, now=NOW)
    assert (found.status, found.is_late, found.can_start) == (status, late, can_start)


@pytest.mark.parametrize(
    ("attempts", "is_excused", "open_attempt", "latest", "counting"),
    [
        ([], False, None, None, None),
        ([RUNNING], False, RUNNING, RUNNING, None),
        ([DONE], False, None, DONE, DONE),
        ([DONE, SECOND_OPEN], False, SECOND_OPEN, SECOND_OPEN, DONE),
        ([DONE], True, None, DONE, None),
        ([DONE, SECOND_OPEN], True, SECOND_OPEN, SECOND_OPEN, None),
    ],
)
def test_status_names_the_attempts(
    attempts: list[Made], is_excused: bool, open_attempt: Made | None, latest: Made | None, counting: Made | None
) -> None:
    found = status_of(OPEN, attempts, is_excused=is_excused, policy="best", max_attempts=None, now=NOW)
    assert (found.open_attempt, found.latest_attempt, found.counting_attempt) == (open_attempt, latest, counting)


@pytest.mark.parametrize(("max_attempts", "can_start"), [(1, False), (2, True), (None, True)])
def test_start_needs_an_attempt_that_is_left(max_attempts: int | None, can_start: bool) -> None:
    found = status_of(OPEN, [DONE], is_excused=False, policy="best", max_attempts=max_attempts, now=NOW)
    assert found.can_start is can_start


def test_each_status_has_a_label() -> None:
    assert [status.label for status in Status] == [
        "Excused",
        "In progress",
        "Time’s up",
        "Turned in",
        "Not open yet",
        "Missing",
        "Not started",
    ]


@pytest.mark.parametrize(
    ("attempt", "due_at", "late"),
    [
        (DONE, None, False),
        (DONE, NOW, False),
        (DONE, NOW - SECOND, True),
        (PAPER, NOW, False),
        (RUNNING, NOW - HOUR, False),
    ],
)
def test_late_is_after_the_due_time_and_never_on_paper(attempt: Made, due_at: datetime | None, late: bool) -> None:
    assert is_late(attempt, due_at) is late


@pytest.mark.parametrize(
    ("points", "first", "best", "latest"),
    [
        ((), None, None, None),
        ((None,), None, None, None),
        ((5,), 1, 1, 1),
        ((5, 8, 2), 1, 2, 3),
        ((5, 8, 2, None), 1, 2, 3),
        # Of two equal scores, the earlier one counts.
        ((8, 8), 1, 1, 2),
        ((0, 0), 1, 1, 2),
    ],
)
def test_counting_attempt_follows_the_policy(
    points: tuple[int | None, ...], first: int | None, best: int | None, latest: int | None
) -> None:
    attempts = [
        Made(number) if score is None else submitted(number, points=score) for number, score in enumerate(points, 1)
    ]
    for policy, number in (("first", first), ("best", best), ("latest", latest)):
        # The order in which attempts are given does not matter.
        counting = counting_attempt(attempts[::-1], policy)
        assert (counting.number if counting is not None else None) == number


def test_score_share_is_of_the_attempts_own_maximum() -> None:
    assert score_share(submitted(points=3)) == Decimal("0.375")
    assert score_share(Made()) is None
    assert score_share(Made(submitted_at=NOW, score=Decimal(0), max_score=0)) is None
