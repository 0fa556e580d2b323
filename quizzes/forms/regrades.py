"""Forms to regrade a question."""

import copy
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.boundfield import BoundField
from django.utils.translation import gettext, gettext_lazy

from quizzes.content.editions import shown_edition, written_questions
from quizzes.content.question_types.form import QuestionTypeForm, SentencesField
from quizzes.content.question_types.question import Question
from quizzes.content.question_types.registry import open_in_draft, public_view, type_of
from quizzes.content.question_types.shuffle import NotAChoice, Shuffle
from quizzes.content.tables import InvalidDocument
from quizzes.formatting import up_to
from quizzes.forms.fields import ReasonField, SeenField, choice_field
from quizzes.grading.new_keys import NEW_EXPLANATION, Document, adding, replacing
from quizzes.grading.points import Adjustments, AppliedRegrade, regraded_question
from quizzes.grading.scores import document_in_force
from quizzes.models import Assignment, Edition, Regrade

Policy = Regrade.Policy

# The form is for a teacher, so its choices keep the author's order.
AS_WRITTEN = Shuffle("regrade", is_shuffled=False)
POLICIES = {
    Policy.NEW_KEY: gettext_lazy("New answer only. Some students may lose points"),
    Policy.EITHER_KEY: gettext_lazy("Accept both answers. No one loses points"),
    Policy.DROP: gettext_lazy("Drop the question for everyone"),
    Policy.FULL_CREDIT: gettext_lazy("Full credit for everyone"),
}
WITH_KEY = (Policy.NEW_KEY, Policy.EITHER_KEY)
# The same limit as for an explanation in the editor.
MAX_EXPLANATION = 2_000


class PolicyForm(forms.Form):
    """The policy that a link selects in the regrade form."""

    policy = forms.ChoiceField(choices=[(policy.value, policy.label) for policy in Policy], required=False)

    @property
    def initial_policy(self) -> str:
        """The policy of the link, "" for none."""
        return str(self.cleaned_data["policy"]) if self.is_valid() else ""


class RegradeForm(forms.Form):
    """The policy and the reason of a regrade. The new key is an answer, in the fields of the question as shown.

    evidence: exists if the new key does not contain sentences. explanation: "" means no explanation for a new key.

    group: makes a repeated request safe. stamp: of the preview that the teacher saw. `value` of the form and `document`
    of the cleaned data are the new key, None if the policy needs none.
    """

    policy = forms.ChoiceField(
        label=gettext_lazy("How to regrade"),
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose how to regrade.")},
    )
    reason = ReasonField(
        help_text=gettext_lazy("Required. Affected students see this with your name."),
        error_messages={"required": gettext_lazy("Tell students why.")},
    )
    explanation = forms.CharField(
        label=gettext_lazy("New explanation"),
        required=False,
        max_length=MAX_EXPLANATION,
        help_text=gettext_lazy("Replaces the old explanation."),
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={
            "max_length": up_to(MAX_EXPLANATION),
        },
    )
    # Its place on the page is outside the element of the form.
    only_here = forms.BooleanField(
        label=gettext_lazy("Only this quiz of this class"),
        required=False,
        help_text=gettext_lazy("Useful if the class didn’t get to the question. All other scores stay the same."),
        widget=forms.CheckboxInput(attrs={"form": "regrade"}),
    )
    group = forms.UUIDField(widget=forms.HiddenInput)
    stamp = SeenField(max_length=80)
    act = forms.ChoiceField(choices=[(name, name) for name in ("preview", "edit", "save")], required=False)

    def __init__(
        self,
        *args: Any,
        affected: Sequence[Assignment],
        here: Assignment,
        edition: Edition,
        question: Question,
        earlier: Sequence[AppliedRegrade],
        initial_policy: str = "",
        **kwargs: Any,
    ) -> None:
        """affected: the quizzes that a regrade can change. here: the one of the page.

        earlier: the regrades of the question in force, the oldest first.
        """
        # By default no score falls.
        initial = {"group": uuid.uuid4(), "policy": initial_policy or Policy.EITHER_KEY}
        super().__init__(*args, **{**kwargs, "initial": initial})
        self.affected, self.here, self.edition = affected, here, edition
        if len(affected) == 1:
            del self.fields["only_here"]
        self.question, self.earlier = question, earlier
        # With the key that counts now.
        self.present = regraded_question(question, Adjustments({question.key: earlier}))
        self.written = written_questions(edition.pk)[question.key]
        self.current = document_in_force(edition.pk, question.key, earlier)
        self.reading = shown_edition(edition.pk).document.reading
        # A question that a teacher grades has no key to change.
        self.has_key = type_of(question).graded_by == "rule"
        self._fit_fields()
        self.value: Any = None
        self.key_error = ""
        self._read_key()

    def _fit_fields(self) -> None:
        """Leave out what a question of this type does not have, and add the fields of its key."""
        if not self.has_key:
            del self.fields["explanation"]
        elif not type_of(self.question).regrade_sets_evidence:
            self.fields["evidence"] = SentencesField(
                label=gettext("Evidence for the new answer (optional)"),
                sentence_keys=[sentence.key for sentence in self.reading],
            )
            self.initial["evidence"] = list(self.present.evidence)
        own = self._type_form(self.current)
        self.type_fields = own.regrade_fields
        for name in self.type_fields:
            self.fields[name], self.initial[name] = own.fields[name], own.initial[name]
        choice_field(self, "policy").choices = [
            (policy.value, words) for policy, words in POLICIES.items() if self.has_key or policy not in WITH_KEY
        ]
        if not self.has_key and self.initial["policy"] in WITH_KEY:
            self.initial["policy"] = Policy.DROP

    @property
    def reached(self) -> Sequence[Assignment]:
        """The quizzes to regrade: all that a regrade can change, or the one of the page if a valid form says so."""
        return [self.here] if self.is_valid() and self.cleaned_data.get("only_here") else self.affected

    @property
    def of_type(self) -> list[BoundField]:
        """The fields that the question type adds, such as a tolerance."""
        return [self[name] for name in self.type_fields]

    def clean(self) -> dict[str, Any]:
        """The cleaned data with `document`."""
        document = None
        if self.cleaned_data.get("policy") in WITH_KEY and not self._has_type_problems():
            try:
                document = self._corrected()
            except ValidationError as error:
                self.key_error = error.messages[0]
                self.add_error(None, error)
        return {**self.cleaned_data, "document": document}

    @property
    def unanswered(self) -> dict[str, Any]:
        """The question as a page shows it, without an answer."""
        return public_view(self.question, AS_WRITTEN, None, self.reading)

    @property
    def view(self) -> dict[str, Any]:
        """The question as a page shows it, with the new key as its answer."""
        return public_view(self.question, AS_WRITTEN, self.value, self.reading)

    @property
    def other_count(self) -> int | None:
        """How many the new key has if the question asks for another number, which no regrade changes; else None."""
        chosen = self.question.chosen_count(self.value)
        return None if self.question.asked_count in (None, chosen) else chosen

    @property
    def moves_a_line(self) -> bool:
        """Whether the request changes the new key by one step, such as moving a line."""
        return self.question.is_step(self.submitted)

    @property
    def submitted(self) -> Mapping[str, Sequence[str]]:
        """All submitted fields; the question type reads its own."""
        return dict(self.data.lists()) if self.is_bound else {}  # type: ignore[attr-defined]

    @property
    def key_fields(self) -> list[tuple[str, str]]:
        """The submitted fields of the question, to be sent again."""
        known = {*self.fields, "csrfmiddlewaretoken"}
        return [(name, text) for name, texts in self.submitted.items() if name not in known for text in texts]

    def _read_key(self) -> None:
        try:
            self.value = self.question.read_answer(self.submitted, AS_WRITTEN, self.reading)
        except NotAChoice as error:
            self.key_error = str(error)

    def _has_type_problems(self) -> bool:
        """Whether a field of the question type has a value that the question cannot have. Then it has an error."""
        draft, keys = type_of(self.question).draft, [sentence.key for sentence in self.reading]
        table = self._type_form(self.current).question
        known = draft.problems(table, keys, ())
        for name in self.type_fields:
            given = {**table, name: self.cleaned_data.get(name, self.initial[name])}
            for problem in draft.problems(given, keys, ()):
                if problem not in known:
                    self.add_error(name, problem)
        return any(name in self.errors for name in self.type_fields)

    def _changed(self, before: Document) -> dict[str, Any]:
        """The other fields of the question's document that the regrade changes. before: the document without it."""
        given = {"evidence": self.cleaned_data.get("evidence", before["evidence"])}
        if self.cleaned_data.get("explanation"):
            given[NEW_EXPLANATION] = self.cleaned_data["explanation"]
        changed = {name: value for name, value in given.items() if value != before.get(name)}
        own = self._type_form(before)
        of_type = {name: self.cleaned_data[name] for name in self.type_fields}
        finished = type_of(self.question).draft.finish({**own.question, **of_type}, [], ())
        return changed | {name: finished.get(name) for name in of_type if of_type[name] != own.initial[name]}

    def _type_form(self, document: Document) -> QuestionTypeForm:
        """The form of the question type for a document of the question."""
        table = copy.deepcopy(dict(document))
        open_in_draft(table)
        return type_of(self.question).form(question=table, sentences=(), speakers=())

    def _corrected(self) -> dict[str, Any]:
        if self.key_error:
            raise ValidationError(self.key_error)
        if self.value is None:
            raise ValidationError(gettext("Choose the new correct answer."))
        try:
            if self.cleaned_data["policy"] == Policy.NEW_KEY:
                return replacing(self.written, self.value, self._changed(self.written))
            return adding(self.current, [self.value], self._changed(self.current))
        except InvalidDocument as error:
            reason = str(error)
            raise ValidationError(gettext("This can’t be the answer: {reason}.").format(reason=reason)) from error
