"""Forms for learning platforms: registration, the class of a course, the quiz of a link, the students of a class."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext, gettext_lazy

from quizzes.formatting import isolated
from quizzes.forms.fields import choice_field
from quizzes.lti.courses import MemberPreview
from quizzes.models import Assignment, Classroom, Student

NEW, SKIP = "new", "skip"


class LoginForm(forms.Form):
    """The fields of a login that a platform sends, as it wrote them. It has no page.

    frame: of the page in a frame that opens the login in a new window.
    """

    iss = forms.CharField(required=False, strip=False)
    client_id = forms.CharField(required=False, strip=False)
    login_hint = forms.CharField(required=False, strip=False)
    lti_message_hint = forms.CharField(required=False, strip=False)
    frame = forms.CharField(required=False, max_length=64)


class RegistrationForm(forms.Form):
    """The query string with which a platform opens the registration. Source: LTI Dynamic Registration 1.0, 3.3."""

    openid_configuration = forms.CharField(required=False)
    registration_token = forms.CharField(required=False, empty_value=None)


class StepForm(forms.Form):
    """Which form of the pages that connect an account was sent."""

    COURSE, LINK = "course", "link"
    act = forms.ChoiceField(choices=[(COURSE, COURSE), (LINK, LINK)])

    @property
    def step(self) -> str:
        """`COURSE` or `LINK`; "" if neither was sent."""
        return str(self.cleaned_data["act"]) if self.is_valid() else ""


class CourseForm(forms.Form):
    """The class that a course of the platform is."""

    classroom = forms.ChoiceField(
        label=gettext_lazy("Class"),
        error_messages={
            "required": gettext_lazy("Choose a class."),
            "invalid_choice": gettext_lazy("Choose a class from the list."),
        },
    )

    def __init__(self, *args: Any, classrooms: Iterable[Classroom], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by_id = {classroom.public_id: classroom for classroom in classrooms}
        choice_field(self, "classroom").choices = [
            (public_id, classroom.list_name) for public_id, classroom in self.by_id.items()
        ]

    def clean_classroom(self) -> Classroom:
        """The class."""
        return self.by_id[self.cleaned_data["classroom"]]


class LinkForm(forms.Form):
    """The quiz that a link of the platform opens."""

    assignment = forms.ChoiceField(
        label=gettext_lazy("Quiz"),
        error_messages={
            "required": gettext_lazy("Choose a quiz."),
            "invalid_choice": gettext_lazy("Choose a quiz from the list."),
        },
    )

    def __init__(self, *args: Any, assignments: Iterable[tuple[Assignment, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        listed = list(assignments)
        self.by_id = {assignment.public_id: assignment for assignment, _ in listed}
        offered = [(assignment.public_id, title) for assignment, title in listed]
        # If several are offered, none is chosen beforehand.
        blank = [("", gettext("Choose a quiz"))] if len(offered) > 1 else []
        choice_field(self, "assignment").choices = [*blank, *offered]

    def clean_assignment(self) -> Assignment:
        """The assignment."""
        return self.by_id[self.cleaned_data["assignment"]]


class MembersForm(forms.Form):
    """For each new learner: a new student, a student who is on the roster, or no one."""

    def __init__(self, *args: Any, preview: MemberPreview, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.students = {student.public_id: student for student in preview.unconnected}
        choices = [
            (NEW, gettext("Add as a new student")),
            *(
                (student.public_id, gettext("Is {name}").format(name=isolated(student.display_name)))
                for student in preview.unconnected
            ),
            (SKIP, gettext("Leave out")),
        ]
        for member, proposed in preview.new:
            is_unclear = member.subject in preview.unclear
            self.fields[member.subject] = forms.ChoiceField(
                label=member.name.display,
                choices=[("", gettext("Choose one")), *choices] if is_unclear else choices,
                initial=proposed.public_id if proposed is not None else "" if is_unclear else NEW,
                help_text=gettext(
                    "Several students of the course have this name. If you can’t tell who this is, choose “Leave out”."
                )
                if is_unclear
                else "",
                error_messages={
                    "required": gettext("Choose one."),
                    "invalid_choice": gettext("Choose one from the list."),
                },
            )

    def clean(self) -> dict[str, Any]:
        """Refuse one student for two learners."""
        chosen = [value for value in self.cleaned_data.values() if value in self.students]
        for subject, value in list(self.cleaned_data.items()):
            if value in self.students and chosen.count(value) > 1:
                self.add_error(subject, gettext("This student is chosen twice."))
        return self.cleaned_data

    def student(self, subject: str) -> Student | None:
        """The student of the roster who was chosen for a learner, else None."""
        return self.students.get(self.cleaned_data[subject])
