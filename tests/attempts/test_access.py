"""What a student's request loads of an attempt, by a raw query."""

from dataclasses import fields

from quizzes.attempts.access import LoadedAttempt
from quizzes.models import Attempt
from tests.factories import loaded, save


def test_flags_of_a_loaded_attempt_are_booleans(attempt: Attempt) -> None:
    save(attempt, "one", "a")
    found = loaded(attempt)
    flags = {field.name: getattr(found, field.name) for field in fields(LoadedAttempt) if field.type is bool}
    flags["may_choose"] = found.reading_choice.may_choose
    [flags["flagged"]] = [answer.flagged for answer in found.answers.values()]
    assert flags == {
        "is_title_made": False,
        "shuffle_questions": attempt.shuffle_questions,
        "shuffle_choices": attempt.shuffle_choices,
        "has_time_limit": False,
        "is_paused": False,
        "is_archived": False,
        "may_choose": True,
        "flagged": False,
    }
    assert {type(flag) for flag in flags.values()} == {bool}
