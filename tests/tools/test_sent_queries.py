"""The tests that run on PostgreSQL send every kind of query of the run on SQLite."""

from collections import Counter
from pathlib import Path

import pytest
from django.db import DatabaseError, OperationalError, connection
from django.db.backends.utils import CursorWrapper

from quizzes.content.editions import latest_edition
from quizzes.models import Edition
from tests.sent_queries import Recorder, chosen, read, shape, traits


def kinds_of(**tests: str) -> dict[str, Counter[str]]:
    """Each letter is a kind of query."""
    return {name: Counter(letters) for name, letters in tests.items()}


def test_chosen_tests_send_every_kind_as_often_as_asked() -> None:
    kinds = kinds_of(one="ab", two="bc", three="abc", four="c", five="d")
    assert chosen(kinds, times=1) == {"three", "five"}
    assert chosen(kinds, times=2) == {"one", "two", "three", "five"}
    assert chosen(kinds, times=9) == {"one", "two", "three", "four", "five"}


def test_chosen_tests_are_those_with_few_queries() -> None:
    assert chosen(kinds_of(long="a" * 90 + "b", short="ab"), times=1) == {"short"}


def test_tests_that_always_run_count_towards_the_kinds() -> None:
    assert chosen(kinds_of(one="ab", two="abc", three="c"), always=["three", "unknown"], times=1) == {"one", "three"}


def test_shape_leaves_out_the_number_of_values() -> None:
    assert shape("INSERT INTO a VALUES (%s, %s), (%s, %s)") == "INSERT INTO a VALUES (%s...)"
    assert shape("SELECT b WHERE c IN (%s, %s, %s)") == shape("SELECT b WHERE c IN (%s, %s)")
    assert shape("SELECT b WHERE c = %s AND d = %s") == "SELECT b WHERE c = %s AND d = %s"


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("a", ""),
        ("a\x00", "NUL"),
        ('"\\u0000"', "NUL"),
        ("é", "letters"),
        ("a" * 61, "long"),
        (2**31, "large"),
        (5, ""),
    ],
)
def test_traits_are_what_engines_treat_differently(value: object, found: str) -> None:
    assert traits([None, value]) == found


def refuse(*query: object) -> None:
    raise OperationalError("database is locked")


def test_recorder_notes_the_line_that_sends_a_query(
    edition: Edition, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(CursorWrapper, "_execute_with_wrappers", CursorWrapper._execute_with_wrappers)
    recorder = Recorder()
    recorder.install()
    recorder.test = "once"
    latest_edition(edition.question_set)
    recorder.test = "twice"
    latest_edition(edition.question_set)
    latest_edition(edition.question_set)
    recorder.test = "with an error"
    latest_edition(edition.question_set)
    Edition.objects.count()  # sent by a test, not by the site
    recorder.test = "with an error that a test made"
    with connection.execute_wrapper(refuse), pytest.raises(OperationalError):
        latest_edition(edition.question_set)
    recorder.test = "with an error"
    with pytest.raises(DatabaseError), connection.cursor() as cursor:
        cursor.execute("SELECT nothing FROM nowhere")
    recorder.write(tmp_path, "main")

    kinds, failed = read(tmp_path)
    [kind] = kinds["once"]
    assert kinds == {"once": {kind: 1}, "twice": {kind: 2}, "with an error": {kind: 1}}
    assert failed == {"with an error"}
