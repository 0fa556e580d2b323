"""Rosters from pasted text or a table: which columns hold the names, who is new, and what is left out and why."""

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from types import MappingProxyType

from quizzes.files.roster_columns import (
    Columns,
    cell_of,
    column_labels,
    find_columns,
    guessed_columns,
    has_known_heading,
    is_family_first,
    is_spanish,
    looks_like_name,
    unfolded,
    with_whole_names,
    without_sections,
)
from quizzes.files.roster_rows import Order, RosterRow, joined_cells, read_row, with_two_names
from quizzes.files.table_file import TableRow
from quizzes.people.names import (
    MAX_NAME_LENGTH,
    MAX_STUDENTS,
    PersonName,
    given_name,
    like_name,
    name_key,
    number_key,
    numbered_name,
)
from quizzes.phrases import gettext

MAX_LINES = 2_000  # with the lines that are no students: contacts, totals, people who left
# Before the last name of a line: “Maya Lopez, Noah Kim, and Ana Ruiz”.
_AND = re.compile(r"^(?:and|y|&)\s+", re.IGNORECASE)
_DAYS = "%m/%d/%Y", "%m/%d/%y", "%Y-%m-%d", "%m-%d-%Y"


class InvalidRoster(ValueError):
    """A roster that cannot be read. The message is for the teacher."""


@dataclass(frozen=True, slots=True)
class Roster:
    """A read roster. headings: a label for each column, for the teacher to choose from; () for one column.

    number_heading: the heading of a column with student numbers, or "".
    """

    rows: tuple[RosterRow, ...]
    columns: Columns
    headings: tuple[str, ...]
    number_heading: str


@dataclass(frozen=True, slots=True)
class KnownStudents:
    """The students of the class. present, removed: name keys.

    numbers: names by `number_key`. own_numbers: student numbers by name key. names: of those on the roster.
    """

    present: Collection[str] = ()
    removed: Collection[str] = ()
    numbers: Mapping[str, str] = field(default_factory=dict)
    own_numbers: Mapping[str, str] = field(default_factory=dict)
    names: Collection[str] = ()


def read_roster(
    table: Sequence[TableRow],
    known: KnownStudents,
    *,
    chosen: Columns | None = None,
    fixes: Mapping[int, str] = MappingProxyType({}),
    today: date | None = None,
) -> Roster:
    """The students of a table. Raises InvalidRoster.

    chosen: columns that the teacher chose. fixes: names that the teacher typed, by row number. today: students who left
    before it are left out; None for no date.
    """
    heading, found = find_columns(table)
    number_heading = cell_of(heading, found.external_id) if heading is not None else ""
    columns = _with_choice(found, chosen)
    if columns.full is None and columns.first is None and columns.last is None:
        text = gettext(
            "We found no names in this list. It starts with “{text}”. Give the column of the names the heading “Name”, "
            "or put 1 name per line."
        )
        first = ", ".join(cell for row in table[:1] for cell in row.cells if cell)
        raise InvalidRoster(text.format(text=first[:MAX_NAME_LENGTH]))
    if heading is None and not _names_columns(chosen):
        one_each = _one_name_each(table)
        if len(one_each) > len(table):
            table, columns = one_each, guessed_columns(one_each)
    body: Sequence[TableRow] = [row for row in table if heading is None or row.number > heading.number]
    if heading is not None:
        body = with_whole_names(unfolded(heading, columns, body), heading, columns)
    body = without_sections(body, columns)
    _refuse_more(len(body), MAX_LINES)
    order = _order(heading, columns, body)
    rows = [read_row(row, columns, fixes, heading, order) for row in body]
    if not is_family_first(cell_of(heading, columns.full) if heading is not None else ""):
        rows = with_two_names(rows)
    rows = _without_left(rows, [cell_of(line, found.left_at) for line in body], today)
    _refuse_more(sum(row.state != "left_out" for row in rows), MAX_STUDENTS)
    written = [row.external_id or cell_of(line, found.external_id) for row, line in zip(rows, body, strict=True)]
    rows = _without_repeats(rows, body, found.external_id)
    rows = _named_by_number(rows, written, known)
    rows = _compared(rows, known)
    rows = _with_other_numbers(rows, written, known)
    rows = _without_numbers_of_others(rows, written, known, fixes)
    rows = _without_shared_numbers(rows)
    rows = _with_names_alike(rows, known.names)
    beside = [] if heading is not None or chosen is not None else _beside(table, columns)
    return Roster((*_above(table, heading), *rows, *beside), columns, column_labels(table, heading), number_heading)


def _without_left(rows: Sequence[RosterRow], left_at: Sequence[str], today: date | None) -> list[RosterRow]:
    """The rows; a student who left before today is left out, unless all did: then the term is over.

    left_at: the cell of the column for it, of each row.
    """
    left = [_is_before(text, today) for text in left_at]
    if not any(row.state == "new" and not has_left for row, has_left in zip(rows, left, strict=True)):
        return list(rows)
    return [
        replace(row, state="left_out", note=gettext("Not enrolled: {status}").format(status=text[:MAX_NAME_LENGTH]))
        if row.state == "new" and has_left
        else row
        for row, text, has_left in zip(rows, left_at, left, strict=True)
    ]


def _is_before(text: str, today: date | None) -> bool:
    """Whether a cell says a day before today; False without a date for today."""
    if today is None:
        return False
    day = _day_of(text)
    return day is not None and day < today


def _day_of(text: str) -> date | None:
    """The day that a cell says, as school systems and spreadsheets write it; None for none."""
    for form in _DAYS:
        with suppress(ValueError):
            return datetime.strptime(text.partition(" ")[0], form).date()
    return None


def _with_choice(found: Columns, chosen: Columns | None) -> Columns:
    """The columns, with those of the name as the teacher chose them."""
    # Student numbers are kept only if the teacher asks.
    if chosen is None:
        return found._replace(external_id=None)
    names = chosen if _names_columns(chosen) else found
    return found._replace(
        full=names.full,
        first=names.first,
        last=names.last,
        preferred=names.preferred,
        external_id=chosen.external_id,
    )


def _above(table: Sequence[TableRow], heading: TableRow | None) -> list[RosterRow]:
    """The rows above the headings, which are left out, and headings that are no known words."""
    if heading is None:
        return []
    left_out = [(row, gettext("Above the headings")) for row in table if row.number < heading.number]
    if not has_known_heading(heading):
        left_out.append((heading, gettext("The headings")))
    return [
        RosterRow(row.number, joined_cells(row), PersonName(joined_cells(row)[:MAX_NAME_LENGTH], ""), "left_out", note)
        for row, note in left_out
    ]


def _refuse_more(count: int, at_most: int) -> None:
    if count > at_most:
        raise InvalidRoster(
            gettext("This list has {count} names. A class has room for {max_rows}.").format(
                count=f"{count:,}", max_rows=MAX_STUDENTS
            )
        )


def _order(heading: TableRow | None, columns: Columns, body: Sequence[TableRow]) -> Order:
    """How the names of the column for both are written, by its heading, where no comma says it."""
    title = cell_of(heading, columns.full) if heading is not None else ""
    if any("," in cell_of(row, columns.full) for row in body):
        return "given"
    if is_family_first(title):
        return "2 family" if is_spanish(title) else "family"
    return "given 2" if is_spanish(title) else "given"


def _beside(table: Sequence[TableRow], columns: Columns) -> list[RosterRow]:
    """The full names in other columns of a list without headings, so that the check can show them."""
    used = [place for place in (columns.full, columns.first, columns.last) if place is not None]
    width = max((len(row.cells) for row in table), default=0)
    others = [
        place
        for place in range(max(used, default=width) + 1, width)
        if 2 * sum(looks_like_name(text := cell_of(row, place)) and " " in text for row in table) > len(table)
    ]
    return [
        RosterRow(
            row.number,
            text,
            PersonName(text[:MAX_NAME_LENGTH], ""),
            "left_out",
            gettext("In column {number}").format(number=place + 1),
        )
        for place in others
        for row in table
        if (text := cell_of(row, place))
    ]


def _without_repeats(rows: Sequence[RosterRow], body: Sequence[TableRow], number: int | None) -> list[RosterRow]:
    """The rows; one with name and student number of an earlier row is left out. Some systems write a row a parent."""
    first = dict[tuple[str, str], int]()
    found = []
    for row, line in zip(rows, body, strict=True):
        key = (cell_of(line, number), name_key(row.name.display))
        if row.state == "new" and key[0] and key in first:
            row = replace(
                row,
                state="left_out",
                note=gettext("Row {number} again: the same student number").format(number=first[key]),
            )
        else:
            first.setdefault(key, row.number)
        found.append(row)
    return found


def _names_columns(chosen: Columns | None) -> bool:
    """Whether the teacher chose a column for the names. A list with one column, or of one line, offers no choice."""
    return chosen is not None and any(place is not None for place in (chosen.full, chosen.first, chosen.last))


def _one_name_each(table: Sequence[TableRow]) -> Sequence[TableRow]:
    """The table; a single line of several full names as one row for each."""
    if len(table) != 1 or not all(looks_like_name(cell) and len(cell.split()) > 1 for cell in table[0].cells if cell):
        return table
    names = (_AND.sub("", cell) for cell in table[0].cells if cell)
    return [TableRow(number, (name,)) for number, name in enumerate(names, start=1)]


def name_keys(name: PersonName) -> tuple[str, str]:
    """The name keys under which a student with this name may be on a roster: as written, then family name first."""
    return name_key(name.display), name_key(f"{name.family} {given_name(name)}")


def _named_by_number(rows: Sequence[RosterRow], written: Sequence[str], known: KnownStudents) -> list[RosterRow]:
    """The rows; of several with one name, one with the number of a student on the roster has that student's name."""
    counts = Counter(name_key(row.name.display) for row in rows if row.state == "new")
    found = []
    for row, number in zip(rows, written, strict=True):
        holder = known.numbers.get(number_key(number), "")
        if row.state == "new" and counts[name_key(row.name.display)] > 1 and name_key(holder) in known.present:
            row = replace(row, name=PersonName(holder, ""))
        found.append(row)
    return found


def _compared(rows: Sequence[RosterRow], known: KnownStudents) -> list[RosterRow]:
    """The rows compared with the class and with each other."""
    compared = []
    first_row: dict[str, int] = {}
    proposed = set[str]()
    for row in rows:
        if row.state != "new":
            compared.append(row)
            continue
        key, turned_key = name_keys(row.name)
        if key in first_row:
            # A name that is on the roster may be of this student, from an earlier list.
            taken = {*first_row, *proposed, *({*known.removed} - {*known.present})}
            proposal = numbered_name(row.name.display, taken)
            proposed.add(name_key(proposal))
            note = gettext("Same name as row {number}. For another student, type a name that differs.").format(
                number=first_row[key]
            )
            compared.append(replace(row, state="problem", note=note, proposal=proposal))
            continue
        first_row[key] = row.number
        if key in known.present or turned_key in known.present:
            compared.append(replace(row, state="here"))
        elif key in known.removed:
            compared.append(replace(row, state="removed"))
        else:
            compared.append(row)
    return compared


def _with_other_numbers(rows: Sequence[RosterRow], written: Sequence[str], known: KnownStudents) -> list[RosterRow]:
    """The rows; a name with another number may be another student, who must not get the work of the student here.

    A student on the roster has a note only if the list has numbers of the class at all.
    """
    has_numbers_of_class = any(number_key(number) in known.numbers for number in written)
    found = []
    for row, number in zip(rows, written, strict=True):
        own = known.own_numbers.get(name_key(row.name.display), "")
        if number and own and number_key(number) != number_key(own):
            values = {"name": row.name.display, "number": own}
            if row.state == "removed":
                note = gettext(
                    "“{name}”, who was removed, has the student number {number}. If it’s the same student, restore "
                    "them on the roster instead."
                )
                row = replace(row, state="new", note=note.format(**values))
            elif row.state == "here" and has_numbers_of_class:
                note = gettext(
                    "“{name}” in this class has the student number {number}. To add another student, change the name "
                    "in the list."
                )
                row = replace(row, note=note.format(**values))
        found.append(row)
    return found


def _without_numbers_of_others(
    rows: Sequence[RosterRow], written: Sequence[str], known: KnownStudents, fixes: Mapping[int, str]
) -> list[RosterRow]:
    """The rows; a new name with the number of someone in the class is a problem: a name that the school corrected.

    written: the number of each row, kept or not. A name that the teacher typed is new, without the number.
    """
    found = []
    for row, number in zip(rows, written, strict=True):
        holder = known.numbers.get(number_key(number), "")
        # Under which name the student of this row is or was here.
        keys = known.removed if row.state == "removed" else known.present
        here = next((key for key in name_keys(row.name) if key in keys), "")
        values = {"name": holder, "number": number}
        if holder and row.state == "new" and not fixes.get(row.number):
            note = gettext(
                "“{name}” in this class has the student number {number}. If it’s the same student, rename them instead."
            )
            row = replace(row, state="problem", note=note.format(**values), proposal=row.name.display)
        elif holder and row.external_id and row.state in ("new", "here", "removed") and name_key(holder) != here:
            note = gettext("“{name}” in this class has the student number {number}, so it isn’t saved.")
            row = replace(row, external_id="", note=note.format(**values))
        found.append(row)
    return found


def note_of_like_name(name: str) -> str:
    """What to do if a new student is this one of the roster, with another spelling."""
    text = gettext("“{name}” is on the roster, but not in this list. If it’s the same student, rename them instead.")
    return text.format(name=name)


def _with_names_alike(rows: Sequence[RosterRow], names: Collection[str]) -> list[RosterRow]:
    """The rows; a new one says which student of the roster, who is in no row, may be the same person."""
    in_rows = {key for row in rows for key in name_keys(row.name)}
    absent = {key: name for name in names if (key := name_key(name)) not in in_rows}
    found = []
    for row in rows:
        alike = like_name(name_key(row.name.display), absent) if row.state == "new" else ""
        if alike:
            row = replace(row, note=note_of_like_name(absent[alike]))
        found.append(row)
    return found


def _without_shared_numbers(rows: Sequence[RosterRow]) -> list[RosterRow]:
    """The rows; a number of several rows is in none of them: a gradebook would give scores to the wrong student."""
    counts = Counter(number_key(row.external_id) for row in rows if row.state in ("new", "here", "removed"))
    note = gettext("Several rows have the number {number}, so it isn’t saved.")
    return [
        replace(row, external_id="", note=note.format(number=row.external_id))
        if row.external_id and counts[number_key(row.external_id)] > 1
        else row
        for row in rows
    ]
