"""Forms to import questions, to choose their evidence, and to export a question set."""

from collections.abc import Mapping, Sequence
from pathlib import PurePath
from typing import Any

from django import forms
from django.utils.translation import gettext, gettext_lazy, gettext_noop, ngettext

from quizzes.content.drafts.document import MAX_QUESTIONS
from quizzes.content.picture_files import PictureFile
from quizzes.files.questions.formats import FORMATS, read_questions
from quizzes.files.questions.importing import fitting, no_room, picture_contents
from quizzes.files.questions.item import ReadFile, ReadQuestion, UnknownFormat, UnreadableFile
from quizzes.files.questions.pictures import clean_pictures, with_clean_pictures
from quizzes.forms.fields import choice_field
from quizzes.models import Draft

OWN_FORMATS = (("json", gettext_lazy("Footnote (JSON)")), ("toml", gettext_lazy("Footnote (TOML)")))
NEW_SET = "new"
# One typo is repeated, and a file of another kind has many names. The first ones show which of the two it is.
MAX_UNKNOWN = 10
# The preview sends the text back beside its signed questions, and a form has 2 MB.
MAX_PASTED_BYTES = 600_000
_NO_ANSWERS = gettext_noop(
    "We found no answers in this text. Start each with a letter, such as “a) The council”, and put a star before the "
    "correct ones. A list of terms needs 2 columns with the headings “Term” and “Definition”."
)


class QuestionTargetForm(forms.Form):
    """Where questions go: into a new question set, or into a draft of the teacher."""

    target = forms.ChoiceField(
        label=gettext_lazy("Add them to"),
        error_messages={
            "invalid_choice": gettext_lazy("This question set can’t get questions now. Choose another one.")
        },
    )
    title = forms.CharField(max_length=200, required=False)

    def __init__(self, *args: Any, drafts: Sequence[Draft], **kwargs: Any) -> None:
        """drafts: those of the teacher."""
        super().__init__(*args, **kwargs)
        self.drafts = {draft.question_set.public_id: draft for draft in drafts}
        titles = [(public_id, draft.question_set.shown_title) for public_id, draft in self.drafts.items()]
        choice_field(self, "target").choices = [(NEW_SET, gettext("A new question set")), *titles]

    @property
    def draft(self) -> Draft | None:
        """The chosen draft; None for a new question set."""
        return self.drafts.get(self.cleaned_data["target"])


class QuestionFileForm(QuestionTargetForm):
    """Questions, pasted or in a file. `outcomes` has what becomes of each question."""

    text = forms.CharField(
        label=gettext_lazy("Questions"),
        help_text=gettext_lazy(
            "Multiple choice, with a star before each correct answer, such as “*a) The council”, or with the answer "
            "key below."
        ),
        required=False,
        strip=False,  # the preview counts empty lines too
        widget=forms.Textarea(attrs={"rows": 8, "autocomplete": "off"}),
    )
    file = forms.FileField(
        label=gettext_lazy("Or a file"),
        help_text=gettext_lazy(
            "GIFT, Aiken, Moodle XML, QTI (Canvas and others), Kahoot, Blackboard, or our template. Up to 16 MB."
        ),
        required=False,
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".gift,.txt,.xml,.zip,.xlsx,.xls,.ods,.csv,.tsv,.json,.toml"}),
    )
    first = forms.IntegerField(
        label=gettext_lazy("Start at question"),
        help_text=gettext_lazy("Such as 61, for the rest of a file that doesn’t fit into one set. Leave blank for 1."),
        required=False,
        min_value=1,
        error_messages={
            "invalid": gettext_lazy("Enter a whole number."),
            "min_value": gettext_lazy("Enter 1 or more."),
        },
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.read: ReadFile | None = None
        # From the first question that the teacher asked for.
        self.outcomes: list[ReadQuestion] = []
        # How many questions the set has no room for, and the number of the first one in the file.
        self.no_room = 0
        self.first_left = 0
        self.pictures: Mapping[bytes, PictureFile] = {}

    @property
    def proposed_title(self) -> str:
        """A title for a new question set: what was typed, that of the file, or its name."""
        title, file = self.read.title if self.read else "", self.cleaned_data["file"]
        return (
            self.cleaned_data["title"]
            or title
            or (PurePath(file.name).stem[:120] if file else "")
            or gettext("Imported questions")
        )

    @property
    def label(self) -> str:
        """What was read: the format of a file, or pasted text."""
        if self.cleaned_data["file"] is None:
            return gettext("Pasted text")
        return self.read.label if self.read else ""

    @property
    def imported(self) -> list[ReadQuestion]:
        """The questions that can be imported."""
        return [outcome for outcome in self.outcomes if outcome.item is not None]

    @property
    def room(self) -> str:
        """How many questions a question set can have."""
        return no_room()

    @property
    def unknown_fields(self) -> str:
        """The fields of our own file that no set has, each in quotes; "" without any. A long list is cut."""
        unknown = self.read.unknown if self.read else ()
        names = [f"“{name[:40]}”" for name in unknown[:MAX_UNKNOWN]]
        return ", ".join([*names, "…"] if len(unknown) > MAX_UNKNOWN else names)

    @property
    def noted(self) -> int:
        """How many of them have a note."""
        return sum(bool(outcome.notes) for outcome in self.imported)

    @property
    def left_out(self) -> list[ReadQuestion]:
        """The questions that are skipped."""
        return [outcome for outcome in self.outcomes if outcome.item is None]

    @property
    def lines(self) -> list[tuple[ReadQuestion, int | None]]:
        """(outcome, its number among those that can be imported or None) of each question."""
        place, found = -1, list[tuple[ReadQuestion, int | None]]()
        for outcome in self.outcomes:
            place += outcome.item is not None
            found.append((outcome, place if outcome.item is not None else None))
        return found

    def clean_first(self) -> int:
        """The number of the first question, 1 if it was left blank."""
        return self.cleaned_data["first"] or 1

    def clean(self) -> dict[str, Any]:
        """Read the questions of the text or of the file."""
        cleaned = super().clean() or {}
        if self.errors:
            return cleaned
        text, file = cleaned["text"], cleaned["file"]
        if file is not None and text.strip():
            self.add_error("file", gettext("Paste questions or choose a file, not both."))
            return cleaned
        if file is None and not text.strip():
            self.add_error("text", gettext("Paste questions, or choose a file."))
            return cleaned
        if len(text.encode()) > MAX_PASTED_BYTES:
            self.add_error("text", gettext("This is too long to paste. Save it as a text file, and choose the file."))
            return cleaned
        try:
            self.read = read_questions(text.encode() if file is None else file.read())
        except UnreadableFile as error:
            is_no_quiz = file is None and isinstance(error, UnknownFormat)
            self.add_error("text" if file is None else "file", gettext(_NO_ANSWERS) if is_no_quiz else str(error))
            return cleaned
        first, count = cleaned["first"], len(self.read.questions)
        if first > max(count, 1):
            self.add_error("first", _ends_before(count))
            return cleaned
        draft = self.draft
        room = MAX_QUESTIONS - (len(draft.document["questions"]) if draft is not None else 0)
        asked = self.read.questions[first - 1 :]
        outcomes = fitting(asked, room)
        left = [
            number
            for number, (found, outcome) in enumerate(zip(asked, outcomes, strict=True), start=first)
            if found.item is not None and outcome.item is None
        ]
        self.no_room, self.first_left = len(left), min(left, default=0)
        pictures = clean_pictures(picture_contents(self.read, outcomes))
        self.outcomes = [with_clean_pictures(outcome, pictures) for outcome in outcomes]
        self.pictures = pictures.files
        return cleaned


class ImportQuestionsForm(QuestionTargetForm):
    """The confirmed preview: the signed questions, and the numbers of those to import.

    text: what was pasted, for the next preview if this one is refused; "" for a file.
    """

    packed = forms.CharField(widget=forms.HiddenInput)
    text = forms.CharField(required=False, strip=False, widget=forms.HiddenInput)
    chosen = forms.MultipleChoiceField(required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice_field(self, "chosen").choices = [(str(n), str(n)) for n in range(MAX_QUESTIONS)]

    @classmethod
    def is_sent(cls, data: Mapping[str, Any]) -> bool:
        """Whether the request confirms a preview."""
        return "packed" in data

    @property
    def pasted(self) -> str:
        """The pasted text, also of a form with errors; "" for a file."""
        return str(self.cleaned_data.get("text", ""))

    @property
    def numbers(self) -> list[int]:
        """The numbers of the questions to import, in order."""
        return sorted({int(number) for number in self.cleaned_data.get("chosen", ())})


class TargetForm(forms.Form):
    """The question set that a link leads from; a new one by default."""

    set = forms.SlugField(max_length=20, required=False)

    @property
    def target(self) -> str:
        """The chosen question set, for the first choice of a form."""
        return (self.cleaned_data["set"] if self.is_valid() else "") or NEW_SET


class UndoImportForm(forms.Form):
    """The import to undo."""

    batch = forms.RegexField(r"\A[0-9a-f]{8}\Z")
    revision = forms.IntegerField(min_value=0, max_value=10**9)


class EvidenceForm(forms.Form):
    """The proposed sentences that the teacher confirms, for each question without evidence."""

    def __init__(self, *args: Any, proposals: Sequence[tuple[str, Sequence[str]]], **kwargs: Any) -> None:
        """proposals: the sentence keys by question key."""
        super().__init__(*args, **kwargs)
        for key, sentences in proposals:
            self.fields[key] = forms.MultipleChoiceField(choices=[(one, one) for one in sentences], required=False)

    @property
    def chosen(self) -> dict[str, list[str]]:
        """The confirmed sentences by question; unknown ones are left out."""
        self.is_valid()
        return {key: self.cleaned_data[key] for key in self.fields if self.cleaned_data.get(key)}


class ExportForm(forms.Form):
    """The format of an export."""

    file_format = forms.ChoiceField(
        choices=[*((one.name, gettext_lazy(one.label)) for one in FORMATS), *OWN_FORMATS],
        error_messages={
            "required": gettext_lazy("Choose a format."),
            "invalid_choice": gettext_lazy("Choose a format."),
        },
    )


def _ends_before(count: int) -> str:
    return ngettext("There is only {count} question.", "There are only {count} questions.", count).format(count=count)
