"""Forms for one question of a draft."""

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext, gettext_lazy

from quizzes.content.drafts.document import sentence_keys, sentence_tables
from quizzes.content.drafts.saving import found_question
from quizzes.content.question_types.form import text
from quizzes.content.question_types.question import MAX_POINTS, SKILL_LABELS, SKILLS
from quizzes.content.question_types.registry import TYPES, change_type, draft_of
from quizzes.content.tables import Table
from quizzes.forms.editor.base import DraftForm
from quizzes.forms.fields import choice_field

_POINTS = format_lazy(gettext_lazy("Enter 1 to {count} points."), count=MAX_POINTS)

# The actions of the buttons, after the question is saved.
ACTS = ("save", "next", "more", "more_tempting", "up", "down", "move", "duplicate", "remove", "add")


def type_choices() -> list[tuple[str, str]]:
    """Every question type with its label."""
    return [(name, gettext(question_type.label)) for name, question_type in TYPES.items()]


class QuestionForm(DraftForm):
    """The fields that every question has. They may be empty: the page lists what is missing."""

    # The last ones say something of the page.
    not_saved = (*DraftForm.not_saved, "new_type", "new_key", "number", "place", "shown_type")

    stem = text(gettext_lazy("Question"), 1_000, rows=2, look="stem")
    type = forms.ChoiceField(label=gettext_lazy("Type"), required=False)
    objective = forms.ChoiceField(label=gettext_lazy("Objective"), required=False)
    skill = forms.ChoiceField(
        label=gettext_lazy("Skill"), required=False, choices=[(key, gettext_lazy(SKILL_LABELS[key])) for key in SKILLS]
    )
    points = forms.IntegerField(
        label=gettext_lazy("Points"),
        min_value=1,
        max_value=MAX_POINTS,
        error_messages={
            "required": _POINTS,
            "invalid": format_lazy(gettext_lazy("Enter a whole number from 1 to {count}."), count=MAX_POINTS),
            "min_value": _POINTS,
            "max_value": _POINTS,
        },
    )
    evidence = forms.MultipleChoiceField(label=gettext_lazy("Evidence"), required=False)
    explanation = text(gettext_lazy("Explanation (optional)"), 2_000, rows=3)
    act = forms.ChoiceField(required=False, choices=[(act, act) for act in ACTS])
    # The type whose fields the page shows. Another window may have changed the type.
    shown_type = forms.CharField(required=False, max_length=30, widget=forms.HiddenInput)
    new_type = forms.ChoiceField(label=gettext_lazy("Type of new question"), required=False)
    # The key of the question that the page adds or copies, so that a form sent twice adds one.
    new_key = forms.RegexField(r"\Aq-[0-9a-f]{8}\Z", required=False, widget=forms.HiddenInput)

    # The question's number on the page. Buttons that move it count from there.
    number = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)
    # The number that the button “Move” gives it.
    place = forms.IntegerField(required=False, min_value=1)

    def __init__(self, data: Mapping[str, Any] | None = None, *, document: Table, question: Table) -> None:
        names = ("stem", "type", "objective", "skill", "points", "evidence", "explanation")
        initial = {
            **{name: question.get(name) for name in names},
            "new_type": question["type"],
            "shown_type": question["type"],
        }
        super().__init__(data, initial=initial)
        self.sentence_keys = sentence_keys(document)
        types = type_choices()
        objectives = [(objective["key"], objective["title"]) for objective in document["objectives"]]
        if question["objective"] not in dict(objectives):
            objectives.insert(0, ("", gettext("Choose one")))
        offered: dict[str, list[tuple[str, str]]] = {
            "type": types,
            "new_type": types,
            "objective": objectives,
            "evidence": [
                (key, gettext("Sentence {number}").format(number=number))
                for number, key in enumerate(self.sentence_keys, start=1)
            ],
        }
        for name, choices in offered.items():
            choice_field(self, name).choices = choices
        if not draft_of(question).uses_picker:
            del self.fields["evidence"]

    @property
    def question(self) -> Table:
        """The valid fields as a draft stores them."""
        fields = self.valid
        if "evidence" in fields:
            # Lost sentences have no checkbox. They stay until the author resolves the orphan.
            lost = [key for key in self.initial["evidence"] or () if key not in self.sentence_keys]
            fields["evidence"] = [*fields["evidence"], *lost]
        # A list that sends no value was not on the page.
        return {name: value for name, value in fields.items() if value or name not in {"type", "skill"}}

    @property
    def action(self) -> str:
        """The action of the button that was pressed."""
        self.is_valid()
        return self.cleaned_data.get("act") or "save"

    @property
    def type_to_add(self) -> str:
        """The type of the question to add."""
        self.is_valid()
        return self.cleaned_data.get("new_type") or next(iter(TYPES))

    def number_to_get(self, number: int) -> int:
        """The number that the button gives the question. number: the question's own, if the page shows none."""
        self.is_valid()
        shown: int = self.cleaned_data.get("number") or number
        match self.action:
            case "up":
                return shown - 1
            case "down":
                return shown + 1
        return self.cleaned_data.get("place") or shown

    @property
    def key_to_add(self) -> str:
        """The key of the question to add or copy, "" without one."""
        self.is_valid()
        return self.cleaned_data.get("new_key") or ""


class FullQuestionForm(QuestionForm):
    """All fields of one question. own: those of its type, which is the type that the submitted page shows."""

    def __init__(self, data: Mapping[str, Any] | None = None, *, document: Table, key: str) -> None:
        """Raises NoSuchQuestion."""
        question = deepcopy(found_question(document, key))
        shown_type = data.get("shown_type", "") if data is not None else ""
        if shown_type in TYPES:
            change_type(question, shown_type, document["voices"])
        super().__init__(data, document=document, question=question)
        self.own = TYPES[question["type"]].form(
            data, question=question, sentences=sentence_tables(document), speakers=document["voices"]
        )
        self.fields["stem"].help_text = self.own.stem_hint

    def is_valid(self) -> bool:
        """Whether all submitted fields are valid."""
        return super().is_valid() and self.own.is_valid()

    def place_focus(self, *, is_taken: bool) -> None:
        """What the base does. Only the explanation is below the fields of the type."""
        has_error_above = any(name != "explanation" for name in self.errors)
        super().place_focus(is_taken=is_taken or (bool(self.own.errors) and not has_error_above))
        self.own.place_focus(is_taken=is_taken or has_error_above)

    def others(self) -> list[tuple[str, str]]:
        """What the base returns, and the same for the fields of the type."""
        return [*super().others(), *self.own.others()]

    def typed(self) -> list[tuple[str, str]]:
        """What the base returns, and the same for the fields of the type."""
        return [*super().typed(), *self.own.typed()]

    def problems(self) -> list[str]:
        """What the base returns, and the problems of the type."""
        return [*super().problems(), *self.own.problems()]

    @property
    def question(self) -> Table:
        """The valid fields as a draft stores them, also those of the type."""
        return {**super().question, **self.own.own}

    @property
    def changes_fields(self) -> bool:
        """Whether what was sent gives the question other fields, so that the page must show another form."""
        return self.question.get("type") != self.own.question["type"] or self.own.changes_fields

    @property
    def list_to_lengthen(self) -> str:
        """The list that the button adds a row to, "" for another button."""
        if self.action not in {"more", "more_tempting"}:
            return ""
        names = draft_of(self.own.question).row_lists
        return "".join(names[-1:] if self.action == "more_tempting" else names[:1])


def typed_of_gone(data: Mapping[str, Any], *, document: Table) -> list[tuple[str, str]]:
    """(label, text) for each text that was sent for a question that the draft no longer has."""
    shown_type = data.get("shown_type", "")
    question_type = shown_type if shown_type in TYPES else next(iter(TYPES))
    draft = TYPES[question_type].draft
    question = {"key": "gone", "type": question_type, "objective": "", **draft.blank(document["voices"])}
    # The form has as many rows as the page.
    numbers = {name.rpartition("-")[2] for name in data}
    for name in draft.row_lists:
        rows = question[name]
        while str(len(rows) + 1) in numbers:
            rows.append(dict(rows[0]))
    return FullQuestionForm(data, document={**document, "questions": [question]}, key="gone").typed()
