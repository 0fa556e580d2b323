"""Save an answer: the last accepted one is current, the log explains it, and a repeat gives the same reply."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from quizzes.assignments.deadlines import GRACE
from quizzes.attempts.answers import SaveResult, check_answer, set_flag
from quizzes.attempts.integrity import check_integrity
from quizzes.attempts.lifecycle import submit_attempt
from quizzes.content.editions import published
from quizzes.models import Answer, AnswerEvent, Assignment, Attempt, Edition, Student
from tests.factories import NOW, loaded, make_assignment, make_attempt, make_student, save

pytestmark = pytest.mark.django_db

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
LONG = "Because the mayor said so. " * 20


def answers(attempt: Attempt) -> dict[str, tuple[Any, int]]:
    """(value, revision) by question key."""
    rows = attempt.answers.values_list("question__key", "value", "revision")
    return {key: (value, revision) for key, value, revision in rows}


def log(attempt: Attempt) -> list[tuple[str, Any, int, str]]:
    """(question key, value, revision, outcome) in order of arrival."""
    return list(attempt.events.order_by("pk").values_list("question__key", "value", "revision", "outcome"))


# --- One save -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("one", "b"),
        ("some", ["a", "c"]),
        ("who", {"a": "mayor", "c": "not_stated"}),
        ("proof", ["s5"]),
        ("one", 'quote " and ’ and \\ 李'),
        ("one", None),
    ],
)
def test_save_stores_any_value_exactly(attempt: Attempt, now: datetime, key: str, value: Any) -> None:
    saved = save(attempt, key, value, now=now + SECOND)

    assert saved == SaveResult("saved", 1, value)
    stored = Answer.objects.get()
    assert (stored.value, stored.revision, stored.saved_at) == (value, 1, now + SECOND)
    event = AnswerEvent.objects.get()
    assert (event.value, event.revision, event.outcome, event.at) == (value, 1, "saved", now + SECOND)


def test_save_of_no_answer_is_null_in_the_database(attempt: Attempt) -> None:
    save(attempt, "one", None)

    assert Answer.objects.filter(value__isnull=True).count() == 1
    assert AnswerEvent.objects.filter(value__isnull=True).count() == 1


def test_save_is_one_query(attempt: Attempt, queries: Callable[[], Any]) -> None:
    published(attempt.assignment.edition_id)

    with queries() as seen:
        save(attempt, "one", "b")

    assert len(seen) == len(seen.writes) == 1


def test_save_replaces_the_answer_that_was_seen(attempt: Attempt) -> None:
    assert save(attempt, "one", "a", seen_revision=0) == SaveResult("saved", 1, "a")
    assert save(attempt, "one", "b", seen_revision=1) == SaveResult("saved", 2, "b")
    assert save(attempt, "one", None, seen_revision=2) == SaveResult("saved", 3, None)

    assert answers(attempt) == {"one": (None, 3)}
    assert log(attempt) == [("one", "a", 1, "saved"), ("one", "b", 2, "saved"), ("one", None, 3, "saved")]


def test_save_from_a_stale_tab_is_logged_and_not_used(attempt: Attempt) -> None:
    save(attempt, "one", "a", seen_revision=0)
    save(attempt, "one", "b", seen_revision=1)

    stale = save(attempt, "one", LONG, seen_revision=1)

    assert stale == SaveResult("stale", 2, "b")
    assert answers(attempt) == {"one": ("b", 2)}
    assert log(attempt)[-1] == ("one", LONG, 2, "stale")


def test_save_of_one_question_leaves_the_others_alone(attempt: Attempt) -> None:
    save(attempt, "one", "a")
    save(attempt, "some", ["b"])
    save(attempt, "one", "c", seen_revision=1)

    assert answers(attempt) == {"one": ("c", 2), "some": (["b"], 1)}


def test_save_of_one_student_leaves_the_others_alone(assignment: Assignment) -> None:
    own, other = make_attempt(assignment=assignment), make_attempt(assignment=assignment)
    save(own, "one", "a", operation="same name")
    save(other, "one", "b", operation="same name")

    assert (answers(own), answers(other)) == ({"one": ("a", 1)}, {"one": ("b", 1)})


@pytest.mark.parametrize(
    ("after", "outcome"),
    [
        (-SECOND, "saved"),
        (timedelta(0), "saved"),
        (GRACE, "saved"),
        (GRACE + SECOND, "late"),
    ],
)
def test_save_counts_until_the_grace_time_is_over(
    edition: Edition, student: Student, after: timedelta, outcome: str
) -> None:
    assignment = make_assignment(edition=edition, classroom=student.classroom, time_limit=30 * MINUTE)
    attempt = make_attempt(assignment=assignment, student=student)
    save(attempt, "one", "a")

    saved = save(attempt, "one", "b", seen_revision=1, now=NOW + 30 * MINUTE + after)

    assert saved == (SaveResult("saved", 2, "b") if outcome == "saved" else SaveResult("late", 1, "a"))
    assert log(attempt)[-1][1::2] == ("b", outcome)


# --- Repeats ------------------------------------------------------------------------------------------------------


def test_save_repeated_gives_the_same_reply_and_no_second_row(attempt: Attempt) -> None:
    first = save(attempt, "one", "a", operation="tap")
    save(attempt, "one", "b", operation="next tap", seen_revision=1)

    again = save(attempt, "one", "a", operation="tap")

    assert again == first
    assert answers(attempt) == {"one": ("b", 2)}
    assert len(log(attempt)) == 2


@pytest.mark.parametrize("seen_revision", [0, 1, 2, 7])
def test_save_repeated_with_a_newer_revision_changes_nothing(attempt: Attempt, seen_revision: int) -> None:
    """A page from the browser's cache may send its old operation with a newer revision."""
    save(attempt, "one", "a", operation="tap")
    save(attempt, "one", "b", operation="next tap", seen_revision=1)

    again = save(attempt, "one", "a", operation="tap", seen_revision=seen_revision)

    assert again == SaveResult("saved", 1, "a")
    assert answers(attempt) == {"one": ("b", 2)}
    assert len(log(attempt)) == 2


def test_save_that_was_stale_stays_so_when_repeated(attempt: Attempt) -> None:
    save(attempt, "one", "a")
    assert save(attempt, "one", LONG, operation="old tab", seen_revision=0).outcome == "stale"

    assert save(attempt, "one", LONG, operation="old tab", seen_revision=1) == SaveResult("stale", 1, "a")
    assert answers(attempt) == {"one": ("a", 1)}
    assert len(log(attempt)) == 2


def test_save_repeated_after_the_submit_is_not_late(attempt: Attempt, now: datetime) -> None:
    first = save(attempt, "one", "a", operation="tap")
    submit_attempt(attempt, now=now)

    assert save(attempt, "one", "a", operation="tap", now=now + timedelta(days=1)) == first
    assert len(log(attempt)) == 1


def test_save_of_another_value_with_an_old_operation_is_another_save(attempt: Attempt) -> None:
    """The browser's Back button shows an old page with its old operation."""
    save(attempt, "one", "a", operation="tap")

    assert save(attempt, "one", "b", operation="tap", seen_revision=1) == SaveResult("saved", 2, "b")
    assert save(attempt, "some", ["a"], operation="tap") == SaveResult("saved", 1, ["a"])
    assert answers(attempt) == {"one": ("b", 2), "some": (["a"], 1)}


def test_save_accepts_an_operation_of_any_length(attempt: Attempt) -> None:
    first = save(attempt, "one", "a", operation="x" * 5000)

    assert save(attempt, "one", "a", operation="x" * 5000) == first
    assert len(log(attempt)) == 1


def test_save_that_is_refused_leaves_the_connection_usable(attempt: Attempt) -> None:
    """The log's constraint finds a repeat. On PostgreSQL its error breaks a transaction without a savepoint."""
    save(attempt, "one", "a", operation="tap")
    save(attempt, "one", "a", operation="tap", seen_revision=1)

    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        assert cursor.fetchone() == (1,)


def test_integrity_finds_a_revision_that_is_not_in_the_log(attempt: Attempt) -> None:
    save(attempt, "one", "a", seen_revision=0)
    attempt.answers.update(revision=2)
    [found] = [finding for finding in check_integrity() if finding.broken]
    assert found.name == "I1, I2 the log explains each current answer"
    assert found.broken == (f"{attempt}: {attempt.answers.get()} has revision 2 and the log 1 saves",)


# --- Any sequence (I1, I2, I4, I5) --------------------------------------------------------------------------------

KEYS = ["one", "some"]
VALUES: dict[str, list[Any]] = {"one": ["a", "b", None], "some": [["a"], ["b", "c"], None]}
LIMIT = 30 * MINUTE


@dataclass
class Model:
    """A simple model of the expected state."""

    current: dict[str, tuple[Any, int]] = field(default_factory=dict)
    replies: dict[tuple[str, str, str], SaveResult] = field(default_factory=dict)
    log: list[tuple[str, Any, int, str]] = field(default_factory=list)
    checked: set[str] = field(default_factory=set)
    is_over: bool = False

    def save(self, key: str, value: Any, operation: str, seen: int, *, is_late: bool) -> SaveResult:
        name = (operation, key, repr(value))
        now_value, now_revision = self.current.get(key, (None, 0))
        known = self.replies.get(name)
        if known is not None:
            takes_answers = not is_late and not self.is_over
            outcome = "stale" if known.outcome == "late" and takes_answers else known.outcome
            return known if outcome == "saved" else SaveResult(outcome, now_revision, now_value)
        if key in self.checked:
            outcome = "settled"
        elif is_late or self.is_over:
            outcome = "late"
        elif key in self.current and seen != now_revision:
            outcome = "stale"
        else:
            outcome = "saved"
            now_value, now_revision = self.current[key] = (value, now_revision + 1)
        if outcome == "late" and value is None and not 0 < seen == now_revision:
            return SaveResult(outcome, now_revision, now_value)
        self.log.append((key, value, now_revision, outcome))
        self.replies[name] = SaveResult(outcome, now_revision, now_value)
        return self.replies[name]


saves = st.tuples(
    st.just("save"),
    st.sampled_from(KEYS),
    st.integers(0, 2),
    st.sampled_from(["op 1", "op 2", "op 3", "op 4"]),
    st.sampled_from(["seen", "before", "none"]),
    st.sampled_from([SECOND, LIMIT, LIMIT + GRACE, LIMIT + GRACE + SECOND]),
)
others = st.tuples(st.sampled_from(["flag", "check", "submit"]), st.sampled_from(KEYS))


@given(st.lists(saves | saves | saves | others, max_size=25))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_saves_in_any_sequence_leave_the_last_accepted_value(edition: Edition, student: Student, steps: Any) -> None:
    assignment = make_assignment(
        edition=edition, classroom=student.classroom, time_limit=LIMIT, release="at_once", shuffle_choices=False
    )
    attempt = make_attempt(assignment=assignment, student=make_student(classroom=student.classroom))
    ids = published(edition.pk).question_ids
    model = Model()
    for act, key, *rest in steps:
        match act:
            case "save":
                place, operation, sees, after = rest
                value = VALUES[key][place]
                revision = model.current.get(key, (None, 0))[1]
                seen = {"seen": revision, "before": max(0, revision - 1), "none": 0}[sees]

                reply = save(attempt, key, value, operation=operation, seen_revision=seen, now=NOW + after)

                assert reply == model.save(key, value, operation, seen, is_late=after > LIMIT + GRACE)
            case "flag" if not model.is_over:
                set_flag(loaded(attempt), ids[key], flagged=True, now=NOW)
                model.current.setdefault(key, (None, 0))
            case "check" if not model.is_over and model.current.get(key, (None, 0))[0] is not None:
                check_answer(loaded(attempt), ids[key], seen_revision=model.current[key][1], now=NOW)
                model.checked.add(key)
            case "submit":
                submit_attempt(attempt, now=NOW + MINUTE)
                model.is_over = True

    assert answers(attempt) == model.current
    assert log(attempt) == model.log
    # The current answers follow from the log.
    told = {key: (value, revision) for key, value, revision, outcome in log(attempt) if outcome == "saved"}
    assert told == {key: current for key, current in answers(attempt).items() if current[1]}
    repeated = Counter(attempt.events.values_list("operation", flat=True))
    assert set(repeated.values()) <= {1}


# --- Changes after the attempt was loaded -------------------------------------------------------------------------


# Outside a transaction, like a request. Then only the query itself can undo an update that could not be logged.
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("prevent", "outcome"),
    [
        (lambda attempt: submit_attempt(attempt, now=NOW), "late"),
        (lambda attempt: Attempt.objects.update(deadline_at=NOW - GRACE), "late"),
        (lambda attempt: save(attempt, "one", "a", operation="other"), "stale"),
        (lambda attempt: (save(attempt, "one", "b", operation="tap"), Answer.objects.update(revision=0)), "saved"),
        (lambda attempt: (save(attempt, "one", "a"), Answer.objects.update(revision=0, checked_at=NOW)), "settled"),
    ],
    ids=["submitted", "late", "stale", "known", "settled"],
)
def test_save_changes_no_answer_if_something_happened_after_the_attempt_was_loaded(
    attempt: Attempt, prevent: Callable[[Attempt], Any], outcome: str
) -> None:
    prevent(attempt)
    before = answers(attempt)

    saved = save(attempt, "one", "b", operation="tap", now=NOW + SECOND)

    assert saved.outcome == outcome
    assert answers(attempt) == before
    assert [line[3] for line in log(attempt)].count(outcome) == 1
