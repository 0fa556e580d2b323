"""The presets of the assign page: times of day and settings that fit a class, a homework and a test."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import models
from django.utils.translation import gettext_lazy

from quizzes.assignments.lifecycle import AssignmentSettings
from quizzes.models import Assignment

# A teacher sees them before assigning and can change them. A limit shuts out slow readers, so only a test has one.
TEST_LIMIT = timedelta(minutes=40)
HOMEWORK_DUE = time(8)
TEST_CLOSES = time(16)
SATURDAY = 5
# A test closes on the same day only if twice the time limit still fits, for students with more time.
TEST_TAKES = timedelta(hours=2)


class Preset(models.TextChoices):
    """The choices under “How”. SAME: as the quiz that is assigned again."""

    SAME = "same", gettext_lazy("Same settings as before")
    IN_CLASS = "in_class", gettext_lazy("In class now")
    HOMEWORK = "homework", gettext_lazy("Homework")
    TEST = "test", gettext_lazy("Test")


@dataclass(frozen=True, slots=True)
class PresetValues:
    """What a preset sets. opens, due, closes: naive local times, None for no such limit.

    waits_for_teacher: the teacher starts the quiz in class.
    """

    settings: AssignmentSettings
    opens: datetime | None = None
    due: datetime | None = None
    closes: datetime | None = None
    waits_for_teacher: bool = False


def preset_values(preset: Preset, *, zone: ZoneInfo, now: datetime, copied: PresetValues | None) -> PresetValues:
    """The values of a preset in a time zone. copied: of the quiz that is assigned again; SAME needs it."""
    local = now.astimezone(zone).replace(tzinfo=None)
    today = local.date()
    match preset:
        case Preset.IN_CLASS:
            return PresetValues(AssignmentSettings(), waits_for_teacher=True)
        case Preset.HOMEWORK:
            due = datetime.combine(_school_day_after(today), HOMEWORK_DUE)
            return PresetValues(AssignmentSettings(), due=due)
        case Preset.TEST:
            closes = datetime.combine(today, TEST_CLOSES)
            if local + TEST_TAKES > closes or not _is_school_day(today):
                closes = datetime.combine(_school_day_after(today), TEST_CLOSES)
            settings = AssignmentSettings(time_limit=TEST_LIMIT, release=Assignment.Release.AFTER_CLOSE)
            return PresetValues(settings, closes=closes)
    if copied is None:
        raise ValueError("no quiz to copy")
    return copied


def _is_school_day(day: date) -> bool:
    """Whether it is a day from Monday to Friday. Only the teacher knows holidays."""
    return day.weekday() < SATURDAY


def _school_day_after(today: date) -> date:
    following = (today + timedelta(days=days) for days in (1, 2, 3))
    return next(day for day in following if _is_school_day(day))
