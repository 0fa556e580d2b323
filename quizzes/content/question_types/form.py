from typing import Any

from django.forms.boundfield import BoundField

from quizzes.content.drafts.document import sentence_tables
from quizzes.content.tables import Table
from quizzes.forms.editor.base import DraftForm, SentencesField


class KindForm(DraftForm):
    """What only one type of question has. Its fields have no name in common with those of `QuestionForm`."""

    def __init__(self, data: Any = None, *, document: Table, question: Table) -> None:
        super().__init__(data)
        del self.fields["revision"], self.fields["over"]
        self.document, self.question = document, question
        self.sentence_keys = [table["key"] for table in sentence_tables(document)]
        self.build()

    def build(self) -> None:
        """Add the fields, with what the question has."""

    @property
    def own(self) -> Table:
        """The type's own part of the question, with what is valid of what was sent."""
        raise NotImplementedError

    def put(self, name: str, field: Any, value: Any) -> None:
        """Add a field with what the question has in it."""
        self.fields[name] = field
        self.initial[name] = value

    def sentences(self, label: str) -> SentencesField:
        """A field for sentences by number."""
        return SentencesField(label=label, sentence_keys=self.sentence_keys)

    def rows(self) -> list["Row"]:
        """The rows of the question, as the page shows them."""
        return []


class Row:
    """One row on the page: its number, its fields by name, and whether it is a key; None where no row can be one."""

    def __init__(self, form: KindForm, number: int, *names: str, is_key: bool | None = None) -> None:
        self.number, self.is_key = number, is_key
        self.fields: dict[str, BoundField] = {name: form[f"{name}-{number}"] for name in names}
