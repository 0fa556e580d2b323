"""Points that a teacher types, time zones in words, and texts of errors that several forms have."""

from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.utils import translation

from quizzes.forms.classrooms import AddPersonForm, ClassroomForm, PinKindForm
from quizzes.forms.editor.picture import PictureForm
from quizzes.forms.fields import zone_name
from quizzes.forms.grading import GradeForm
from quizzes.forms.oneroster import OneRosterFileForm
from quizzes.forms.question_files import QuestionFileForm
from quizzes.forms.regrades import RegradeForm
from quizzes.forms.students import RenameStudentForm
from quizzes.forms.supports import StudentSupportsForm


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize(
    ("typed", "points"),
    [("1.5", "1.5"), ("1,5", "1.5"), (" 0,25 ", "0.25"), ("2", "2"), ("1,5,0", ""), ("1.234,5", ""), ("1,000", "")],
)
def test_points_take_a_decimal_comma(typed: str, points: str, language: str) -> None:
    with translation.override(language):
        form = GradeForm({"points": typed}, possible=3, release="after_close")
        form.full_clean()
    assert form.cleaned_data.get("points") == (Decimal(points) if points else None)
    assert ("points" in form.errors) is not bool(points)


@pytest.mark.parametrize(
    ("language", "zone", "name"),
    [
        ("en", "America/New_York", "New York time"),
        ("es", "America/New_York", "Hora de Nueva York"),
        ("es", "America/Los_Angeles", "Hora de Los Ángeles"),
        ("es", "America/Denver", "Hora de Denver"),
    ],
)
def test_zone_name_is_in_the_language_of_the_page(language: str, zone: str, name: str) -> None:
    with translation.override(language):
        assert zone_name(ZoneInfo(zone)) == name


@pytest.mark.parametrize(
    ("form", "name", "sent", "text"),
    [
        (AddPersonForm, "email", "", "Enter an email, such as name@school.org."),
        (AddPersonForm, "email", "rivera", "Enter an email, such as name@school.org."),
        (PinKindForm, "pin_kind", "", "Choose one."),
        (PinKindForm, "pin_kind", "letters", "Choose one of these."),
        (StudentSupportsForm, "source", "", "Choose one."),
        (ClassroomForm, "name", "a\0", "The name has a hidden character, so retype it."),
        (RenameStudentForm, "family_name", "a\0", "The name has a hidden character, so retype it."),
        (OneRosterFileForm, "teacher", "a\0", "The name has a hidden character, so retype it."),
        (QuestionFileForm, "text", "a\0", "The text has a hidden character. Retype it."),
        (PictureForm, "credit", "a\0", "The text has a hidden character. Retype it."),
        (RegradeForm, "reason", "a\0", "The text has a hidden character. Retype it."),
    ],
)
def test_one_fault_has_one_text(form: type[forms.Form], name: str, sent: str, text: str) -> None:
    with pytest.raises(ValidationError) as refused:
        form.base_fields[name].clean(sent)
    assert refused.value.messages == [text]
