"""Forms to add students to a roster, and to print its cards."""

import json
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, cast

from django import forms
from django.utils.translation import gettext, gettext_lazy

from quizzes.files.roster_columns import Columns
from quizzes.files.roster_rows import RosterRow, RowState
from quizzes.files.rosters import InvalidRoster, KnownStudents, Roster, name_keys, read_roster
from quizzes.files.table_file import MAX_COLUMNS, TableFile, TableRow, UnreadableTable, read_table, read_text
from quizzes.formatting import Label
from quizzes.forms.fields import SentJsonField, choice_field
from quizzes.models import Student
from quizzes.people.names import MAX_STUDENTS, name_key, number_key
from quizzes.people.rosters import NewStudent


class ColumnField(forms.TypedChoiceField):
    """A column of the table, as an index; None for none."""

    def __init__(self, label: Label, none: Label) -> None:
        super().__init__(label=label, required=False, coerce=int, empty_value=None)
        self.none = none

    def offer(self, headings: Sequence[str]) -> None:
        """Offer these columns."""
        self.choices = [("", self.none), *((str(place), heading) for place, heading in enumerate(headings))]


class ColumnsForm(forms.Form):
    """The columns of a list by meaning. Shown without data, it has the columns in use."""

    full = ColumnField(gettext_lazy("Full name"), gettext_lazy("Not in one column"))
    first = ColumnField(gettext_lazy("First name"), gettext_lazy("No column"))
    last = ColumnField(gettext_lazy("Last name"), gettext_lazy("No column"))
    preferred = ColumnField(gettext_lazy("Preferred first name"), gettext_lazy("Don’t use it"))
    external_id = ColumnField(gettext_lazy("Student number"), gettext_lazy("Don’t keep it"))

    def __init__(self, *args: Any, headings: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            cast(ColumnField, field).offer(headings)


class AddStudentsForm(forms.Form):
    """Names for a roster, pasted or in a file. `roster` has the result for each row.

    table: the rows of the first preview as JSON, sent again with the chosen columns and the names that the teacher
    typed. is_confirmed: the teacher has seen the rows and adds the new ones.
    """

    names = forms.CharField(
        label=gettext_lazy("Names"),
        help_text=gettext_lazy("1 name per line. First name and last initial are enough."),
        required=False,
        strip=False,  # row numbers count empty lines too
        widget=forms.Textarea(attrs={"rows": 8, "autocomplete": "off", "spellcheck": "false"}),
        error_messages={"null_characters_not_allowed": gettext_lazy("The list has a hidden character.")},
    )
    file = forms.FileField(
        label=gettext_lazy("Or a file"),
        help_text=gettext_lazy("CSV, Excel, or OpenDocument, as your school system exports it."),
        required=False,
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.txt,.xlsx,.xls,.ods"}),
    )
    table = SentJsonField(required=False, widget=forms.HiddenInput)
    is_confirmed = forms.BooleanField(required=False, widget=forms.HiddenInput)

    def __init__(
        self,
        *args: Any,
        present: Mapping[str, Student],
        removed: Mapping[str, Student],
        elsewhere: Mapping[str, str],
        today: date,
        **kwargs: Any,
    ) -> None:
        """present: the students on the roster, by name key. removed: those who were removed. today: in the class.

        elsewhere: the names of the teacher's other classes by the name keys of their students.
        """
        super().__init__(*args, **kwargs)
        self.present, self.removed, self.elsewhere, self.today = present, removed, elsewhere, today
        self.roster: Roster | None = None
        self.rows: tuple[RosterRow, ...] = ()
        self.note = ""
        self._table: Sequence[TableRow] = ()

    @property
    def new_students(self) -> list[NewStudent]:
        """The students that can be added, in their order."""
        return [NewStudent(row.name, row.external_id) for row in self._in_state("new")]

    @property
    def to_restore(self) -> list[Student]:
        """The removed students that the teacher restores."""
        return [student for student, _ in self._restored]

    @property
    def to_number(self) -> list[tuple[Student, str]]:
        """The students who are here or restored without a student number, with the number of the list."""
        # Look for the name as written first, because the class may have both Kim Lee and Lee Kim.
        here = [
            (next(self.present[key] for key in name_keys(row.name) if key in self.present), row)
            for row in self._in_state("here")
        ]
        return [
            (student, row.external_id)
            for student, row in [*here, *self._restored]
            if row.external_id and not student.external_id
        ]

    @property
    def counts(self) -> Counter[RowState]:
        """The number of rows in each state."""
        return Counter(row.state for row in self.rows)

    @property
    def not_added(self) -> list[RosterRow]:
        """The rows that add no one."""
        return [row for row in self.rows if row.state in ("problem", "left_out")]

    @property
    def typed_present(self) -> list[str]:
        """The names that the teacher typed for another student, and that someone on the roster has."""
        return [row.name.display for row in self._in_state("here") if self._fixes.get(row.number)]

    @property
    def lines(self) -> list[tuple[RosterRow, str, bool]]:
        """(row, the name that the teacher typed for it, whether it is restored) of each row."""
        return [(row, self._fixes.get(row.number, ""), self._is_checked(row)) for row in self.rows]

    @property
    def table_json(self) -> str:
        """The table, to be sent again."""
        return json.dumps([[row.number, *row.cells] for row in self._table])

    @property
    def columns_to_choose(self) -> list[forms.BoundField]:
        """The fields for columns, with those in use; [] for a list with one column."""
        if self.roster is None or not self.roster.headings:
            return []
        # A form with data would show what was sent, which names no column at first.
        return list(ColumnsForm(headings=self.roster.headings, initial=self.roster.columns._asdict()))

    def clean(self) -> dict[str, Any]:
        """Read the rows from the text, the file or the table of an earlier preview."""
        cleaned = super().clean() or {}
        text, file, table = cleaned.get("names", ""), cleaned.get("file"), cleaned.get("table")
        if self.errors:
            return cleaned
        if file is not None and text.strip():
            self.add_error("file", gettext("Paste names or choose a file, not both."))
        elif file is not None:
            self._read("file", lambda: read_table(file.read()))
        elif text.strip():
            self._read("names", lambda: TableFile(read_text(text)))
        elif table is not None:
            self._read("names", lambda: _sent_table(table), chosen=self._chosen_columns())
        else:
            self.add_error("names", gettext("Paste at least 1 name, or choose a file."))
        is_unresolved = any(row.state == "problem" and self._fixes.get(row.number) for row in self.rows)
        cleaned["is_confirmed"] = cleaned["is_confirmed"] and not is_unresolved
        return cleaned

    def _read(self, field: str, read: Callable[[], TableFile], *, chosen: Columns | None = None) -> None:
        try:
            file = read()
            self._table, self.note = file.rows, file.note
            self.roster = read_roster(self._table, self._known, chosen=chosen, fixes=self._fixes, today=self.today)
        except (UnreadableTable, InvalidRoster) as error:
            self.add_error(field, str(error))
            return
        self.rows = tuple(map(self._with_other_class, self.roster.rows))
        # A merged student is present under several names.
        size = len(set(self.present.values())) + len(self.new_students) + len(self.to_restore)
        if not self.rows:
            self.add_error(field, gettext("No names below the headings."))
        elif size > MAX_STUDENTS:
            self.refuse_size(size, field)

    def refuse_size(self, size: int, field: str = "names") -> None:
        """Say that the class has no room for the list. size: how many students it would have."""
        self.add_error(
            field,
            gettext("With these, the class would have {size} students. It has room for {max_rows}.").format(
                size=size, max_rows=MAX_STUDENTS
            ),
        )

    def _with_other_class(self, row: RosterRow) -> RosterRow:
        """The row; a new one says which other class has a student with this name: a second row has no work."""
        classroom = self.elsewhere.get(name_key(row.name.display))
        if row.state != "new" or classroom is None:
            return row
        note = gettext(
            "{classroom} has a student with this name. If it’s the same student, move them from there to keep the work."
        )
        return replace(row, note=note.format(classroom=classroom))

    @property
    def _known(self) -> KnownStudents:
        """The students of the class, with the numbers of those who were removed."""
        students = [*self.removed.values(), *self.present.values()]
        by_key = {**self.removed, **self.present}
        return KnownStudents(
            self.present,
            self.removed,
            numbers={number_key(one.external_id): one.display_name for one in students if one.external_id},
            # Merged entries had numbers of their own.
            own_numbers={key: one.external_id for key, one in by_key.items() if one.name_key == key},
            names=[one.display_name for one in self.present.values()],
        )

    def _chosen_columns(self) -> Columns:
        """The columns that the teacher chose, without unknown ones."""
        columns = ColumnsForm(self.data, headings=[""] * MAX_COLUMNS)
        columns.is_valid()
        return Columns(**{name: columns.cleaned_data.get(name) for name in columns.fields})

    @property
    def _fixes(self) -> dict[int, str]:
        """What the teacher typed for rows with a problem, by row number."""
        fixes = ((re.fullmatch(r"fix-(\d{1,6})", name), value) for name, value in self.data.items())
        return {int(found[1]): str(value).strip() for found, value in fixes if found}

    def _is_checked(self, row: RosterRow) -> bool:
        """Whether a removed student is restored: yes, unless the teacher cleared the check box."""
        return row.state == "removed" and (self.data.get("table") is None or f"restore-{row.number}" in self.data)

    @property
    def _restored(self) -> list[tuple[Student, RosterRow]]:
        """(student, row) of each removed student whom the teacher restores."""
        rows = [row for row in self._in_state("removed") if self._is_checked(row)]
        return [(self.removed[name_key(row.name.display)], row) for row in rows]

    def _in_state(self, state: RowState) -> list[RosterRow]:
        return [row for row in self.rows if row.state == state]


def _sent_table(table: Any) -> TableFile:
    """The table that a preview sent. Raises UnreadableTable."""
    try:
        rows = [TableRow(int(number), tuple(map(str, cells))[:MAX_COLUMNS]) for number, *cells in table]
    except (TypeError, ValueError) as error:
        raise UnreadableTable(gettext("This list was changed on its way. Paste it again.")) from error
    return TableFile(tuple(row for row in rows if any(row.cells)))


class CardsForm(forms.Form):
    """Whose sign-in card to print. An unknown student means the whole class."""

    student = forms.ChoiceField(required=False)

    def __init__(self, data: Mapping[str, Any] | None, *, students: Sequence[Student]) -> None:
        super().__init__(data)
        self.students = students
        choice_field(self, "student").choices = [(one.public_id, one.display_name) for one in students]

    @property
    def only(self) -> Student | None:
        """The one student; None for the whole class."""
        chosen = self.cleaned_data.get("student") if self.is_valid() else None
        return next((one for one in self.students if one.public_id == chosen), None)
