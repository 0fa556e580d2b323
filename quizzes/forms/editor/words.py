"""The form for the words of a reading that are explained to students."""

from collections.abc import Mapping
from typing import Any

from django.forms.boundfield import BoundField
from django.utils.translation import gettext

from quizzes.content.drafts.words import (
    MAX_WORDS,
    ExplainedWord,
    absent_words,
    explained_words,
    has_spanish_level,
    has_spanish_texts,
    name_of,
    slug,
)
from quizzes.content.question_types.form import text
from quizzes.content.reading import MAX_MEANING
from quizzes.content.tables import Table
from quizzes.formatting import up_to
from quizzes.forms.editor.base import DraftForm

NEW_WORDS = 3
# The longest name of a word, see `parse_words`.
_LONGEST = 60


class WordsForm(DraftForm):
    """The explained words: each as the reading has it, and its meaning. A word with an empty first field is removed."""

    is_whole = True

    def __init__(self, data: Mapping[str, Any] | None = None, *, document: Table) -> None:
        super().__init__(data)
        self.stored = {f"word-{slug(word.name)}": word for word in explained_words(document)}
        self.absent = absent_words(document)
        self.asks_spanish_forms, self.asks_spanish_meaning = has_spanish_level(document), has_spanish_texts(document)
        blank = [f"new-{number}" for number in range(1, min(NEW_WORDS, MAX_WORDS - len(self.stored)) + 1)]
        self.new = [*dict.fromkeys([*self._typed(), *blank])]
        for number, key in enumerate([*self.stored, *self.new], start=1):
            self._add(key, self.stored.get(key, ExplainedWord("", (), "", (), "")), number)

    def _typed(self) -> list[str]:
        """The rows with a word that the draft does not have, because another window removed it or filled the list."""
        known = {(word.forms, word.meaning) for word in self.stored.values()}
        sent = {
            name.removeprefix("forms-"): _forms(typed) for name, typed in self.data.items() if name.startswith("forms-")
        }
        # A page that is sent twice has a word under its name from before.
        return [
            key
            for key, forms in sent.items()
            if forms and key not in self.stored and (forms, self.data.get(f"meaning-{key}", "")) not in known
        ]

    def _add(self, key: str, word: ExplainedWord, number: int) -> None:
        fields = {
            f"forms-{key}": (gettext("Word {number}"), 160, ", ".join(word.forms)),
            f"meaning-{key}": (gettext("Meaning {number}"), MAX_MEANING, word.meaning),
        }
        if self.asks_spanish_forms:
            label = gettext("Spanish word {number}")
            fields[f"spanish_forms-{key}"] = (label, 160, ", ".join(word.spanish_forms or ()))
        if self.asks_spanish_meaning:
            label = gettext("Spanish meaning {number}")
            fields[f"spanish_meaning-{key}"] = (label, MAX_MEANING, word.spanish_meaning or "")
        for name, (label, at_most, value) in fields.items():
            self.fields[name] = text(label.format(number=number), at_most)
            self.initial[name] = value

    def rows(self) -> list["WordRow"]:
        """The words in the order of the draft, then those that it does not have, and the rows for new ones."""
        return [WordRow(self, key) for key in [*self.stored, *self.new]]

    def clean(self) -> dict[str, Any]:
        """Refuse a word without a meaning, a meaning without a word, 2 words that are the same, and too many words."""
        cleaned = super().clean() or self.cleaned_data
        forms, names, sent = set[str](), set[str](), self._sent()
        left = MAX_WORDS - sum(key not in sent or bool(sent[key].forms) for key in self.stored)
        for key in [key for key in self.new if key in sent and sent[key].forms][max(0, left) :]:
            self.add_error(f"forms-{key}", gettext("The limit is {count} words.").format(count=MAX_WORDS))
        for key, word in sent.items():
            if word.forms:
                own, name = {form.casefold() for form in word.forms}, slug(self._name(key, word))
                self._check_word(key, word, is_repeated=bool(own & forms) or name in names)
                forms |= own
                names.add(name)
            elif word.meaning and key in self.new:
                self.add_error(f"forms-{key}", gettext("Type the word as the reading has it."))
        return cleaned

    def _check_word(self, key: str, word: ExplainedWord, *, is_repeated: bool) -> None:
        if not word.meaning and f"meaning-{key}" not in self.errors:
            self.add_error(f"meaning-{key}", gettext("Type the meaning."))
        if not all(any(char.isalnum() for char in form) for form in word.forms):
            self.add_error(f"forms-{key}", gettext("Type the word as the reading has it."))
        elif is_repeated:
            self.add_error(f"forms-{key}", gettext("This word is in the list twice."))
        for field, found in (("forms", word.forms), ("spanish_forms", word.spanish_forms or ())):
            if any(len(form) > _LONGEST for form in found):
                self.add_error(f"{field}-{key}", up_to(_LONGEST))

    @property
    def words(self) -> list[ExplainedWord]:
        """The words as their author sent them. A row that the page did not have is not among them."""
        self.is_valid()
        return [*self._sent().values()]

    def _sent(self) -> dict[str, ExplainedWord]:
        return {
            key: ExplainedWord(
                self.stored[key].name if key in self.stored else "",
                _forms(self.cleaned_data.get(f"forms-{key}", "")),
                self.cleaned_data.get(f"meaning-{key}", ""),
                _forms(self.cleaned_data.get(f"spanish_forms-{key}", "")) if self.asks_spanish_forms else None,
                self.cleaned_data.get(f"spanish_meaning-{key}", "") if self.asks_spanish_meaning else None,
            )
            for key in [*self.stored, *self.new]
            if f"forms-{key}" in self.data
        }

    def _name(self, key: str, word: ExplainedWord) -> str:
        return name_of(word, self.stored[key].forms if key in self.stored else ())


class WordRow:
    """One word on the page: its fields, and whether the reading does not have it."""

    def __init__(self, form: WordsForm, key: str) -> None:
        names = ("forms", "meaning", "spanish_forms", "spanish_meaning")
        self.fields: list[BoundField] = [form[f"{name}-{key}"] for name in names if f"{name}-{key}" in form.fields]
        self.is_absent = key in form.stored and form.stored[key].name in form.absent


def _forms(typed: str) -> tuple[str, ...]:
    """The forms between commas, each once."""
    found = dict[str, str]()
    for form in (" ".join(part.split()) for part in typed.split(",")):
        if form:
            found.setdefault(form.casefold(), form)
    return tuple(found.values())
