"""Rosters as pasted names or CSV: clean names, and each row's problem with its number."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizzes.files.rosters import MAX_BYTES, InvalidRoster, RosterRow, read_csv, read_pasted
from quizzes.people.names import InvalidName, clean_name, name_key

# --- Names --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Maya Lopez", "Maya Lopez"),
        ("  Maya   Lopez\t", "Maya Lopez"),
        ("Maya\xa0Lopez", "Maya Lopez"),
        ("Maya\nLopez", "Maya Lopez"),
        ("Ｍａｙａ", "Maya"),
        ("Zoe\u0308", "Zoë"),
        ("Anne-Marie O’Neil, Jr.", "Anne-Marie O’Neil, Jr."),
        ("李明", "李明"),
        ("محمد", "محمد"),
        ("ﬁona", "fiona"),
        ("7", "7"),
        ("x" * 60, "x" * 60),
    ],
)
def test_clean_name_keeps_what_people_are_called(text: str, name: str) -> None:
    assert clean_name(text) == name


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "the name is blank"),
        ("   ", "the name is blank"),
        ("\u3000\xa0\u2003", "the name is blank"),
        ("--", "the name is blank"),
        ("\u0301", "the name is blank"),
        ("\u202eayaM", "the name has a hidden character, so retype it"),
        ("\u202e", "the name has a hidden character, so retype it"),
        ("Ma\u200bya", "the name has a hidden character, so retype it"),
        ("Ma\u2066ya", "the name has a hidden character, so retype it"),
        ("Ma\x00ya", "the name has a hidden character, so retype it"),
        ("Ma\x07ya", "the name has a hidden character, so retype it"),
        ("Ma\xadya", "the name has a hidden character, so retype it"),
        ("Ma\ue000ya", "the name has a hidden character, so retype it"),
        ("Ma\ud800ya", "the name has a hidden character, so retype it"),
        ("\ufeffMaya", "the name has a hidden character, so retype it"),
        ("x" * 61, "the name is over 60 characters"),
        ("x" * 1_000_000, "the name is over 60 characters"),
        ("Maya" + " " * 1_000_000 + "x", "the name is over 60 characters"),
        ("ﷺ" * 10, "the name is over 60 characters"),
    ],
)
def test_clean_name_refuses_what_nobody_is_called(text: str, reason: str) -> None:
    with pytest.raises(InvalidName) as refused:
        clean_name(text)

    assert str(refused.value) == reason


def is_name(text: str) -> bool:
    try:
        clean_name(text)
    except InvalidName:
        return False
    return True


any_text = st.text(st.characters(exclude_categories=["Cs"]), max_size=70)
visible = st.characters(categories=["L", "M", "N", "P", "S", "Zs"])
names = st.text(visible, min_size=1, max_size=60).filter(is_name)


@given(names)
def test_clean_name_is_idempotent_short_and_visible(text: str) -> None:
    name = clean_name(text)

    assert clean_name(name) == name
    assert 1 <= len(name) <= 60
    assert name == name.strip()
    assert {unicodedata.category(character)[0] for character in name} & {"C"} == set()


@pytest.mark.parametrize(
    ("name", "same"),
    [
        ("Maya Lopez", "maya lopez"),
        ("Maya Lopez", "MAYA  LOPEZ"),
        ("Maya López", "Maya Lopez"),
        ("Anne-Marie", "Anne Marie"),
        ("O’Neil", "O'Neil"),
        ("Straße", "Strasse"),
        ("Maya", "Маya"),  # a Cyrillic М and а
        ("Тома", "тома"),
        ("Toma", "Тома"),
        ("Zoë", "Zoe\u0308"),
    ],
)
def test_name_key_is_the_same_for_names_that_look_the_same(name: str, same: str) -> None:
    assert name_key(name) == name_key(same)


@pytest.mark.parametrize(("name", "other"), [("Maya L.", "Maya R."), ("Ana", "Anna"), ("李明", "李美")])
def test_name_key_differs_for_names_that_look_different(name: str, other: str) -> None:
    assert name_key(name) != name_key(other)


@given(names)
def test_name_key_of_a_clean_name_fits_its_column_and_is_never_empty(text: str) -> None:
    name = clean_name(text)

    assert 1 <= len(name_key(name)) <= 240
    assert name_key(clean_name(name)) == name_key(name)
    assert name_key(f"  {name} ") == name_key(name)


# --- Pasted -------------------------------------------------------------------------------------------------------


def test_pasted_names_are_marked_one_by_one() -> None:
    text = "Maya Lopez\n\n  noah kim \r\nMAYA LOPEZ\n\u202e\nAda\n"

    assert read_pasted(text, present={name_key("Noah Kim")}) == [
        RosterRow(1, "Maya Lopez", "new", ""),
        RosterRow(3, "noah kim", "here", ""),
        RosterRow(4, "MAYA LOPEZ", "problem", "Row 4: same as row 1."),
        RosterRow(5, "\u202e", "problem", "Row 5: the name has a hidden character, so retype it."),
        RosterRow(6, "Ada", "new", ""),
    ]


@pytest.mark.parametrize("text", ["", "\n\n", "  \n\t\n"])
def test_pasted_nothing_gives_no_row(text: str) -> None:
    assert read_pasted(text, present=set()) == []


def test_pasted_names_may_be_500() -> None:
    lines = [f"Student {number}" for number in range(501)]

    assert len(read_pasted("\n".join(lines[:500]), present=set())) == 500
    with pytest.raises(InvalidRoster, match="The list has 501 names. The limit for a class is 500."):
        read_pasted("\n".join(lines), present=set())


@given(st.lists(any_text | names, max_size=8))
def test_pasted_rows_read_again_give_the_same_names(lines: list[str]) -> None:
    read = [row.name for row in read_pasted("\n".join(lines), present=set()) if row.state == "new"]

    again = read_pasted("\n".join(read), present=set())

    assert again == [RosterRow(number, name, "new", "") for number, name in enumerate(read, start=1)]
    present = {name_key(name) for name in read}
    assert [row.state for row in read_pasted("\n".join(read), present=present)] == ["here"] * len(read)


# --- CSV ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content",
    [
        "name\nMaya Lopez\nNoah Kim\n",
        "Name\r\nMaya Lopez\r\nNoah Kim\r\n",
        "name\rMaya Lopez\rNoah Kim\r",
        "\ufeffname\nMaya Lopez\nNoah Kim",
        "id,NAME,grade\n1,Maya Lopez,7\n2,Noah Kim,7\n",
        "id;Student;grade\n1;Maya Lopez;7\n2;Noah Kim;7\n",
        "id\tStudent Name\n1\tMaya Lopez\n2\tNoah Kim\n",
        "First Name,Last Name\nMaya,Lopez\nNoah,Kim\n",
        "Last name,First name\nLopez,Maya\nKim,Noah\n",
        'name\n"Maya Lopez"\n"Noah\nKim"\n',
        "name,note\nMaya Lopez\nNoah Kim,late,more\n",
    ],
)
def test_csv_roster_in_many_shapes_gives_the_same_names(content: str) -> None:
    assert read_csv(content.encode(), present=set()) == [
        RosterRow(2, "Maya Lopez", "new", ""),
        RosterRow(3, "Noah Kim", "new", ""),
    ]


def test_csv_roster_counts_rows_as_the_spreadsheet_does() -> None:
    content = "name,grade\nMaya Lopez,7\n\n,7\nmaya lopez,8\n" + "x" * 61 + ",7\nNoah Kim,7\n"

    assert read_csv(content.encode(), present={name_key("Noah Kim")}) == [
        RosterRow(2, "Maya Lopez", "new", ""),
        RosterRow(4, "", "problem", "Row 4: the name is blank."),
        RosterRow(5, "maya lopez", "problem", "Row 5: same as row 2."),
        RosterRow(6, "x" * 60, "problem", "Row 6: the name is over 60 characters."),
        RosterRow(7, "Noah Kim", "here", ""),
    ]


def test_csv_roster_with_a_first_name_only_takes_it() -> None:
    assert [row.name for row in read_csv(b"first name\nMaya\n", present=set())] == ["Maya"]


NOT_UTF_8 = "We can’t read this file. Save it as “CSV UTF-8” and try again."
NO_HEADER = "The first row needs headings: “name”, or “first name” and “last name”."


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "This file is empty. Choose another one."),
        (b"\xef\xbb\xbf", "This file is empty. Choose another one."),
        (b"\n", NO_HEADER),
        (b"Maya Lopez\nNoah Kim\n", NO_HEADER),
        (b"last name\nLopez\n", NO_HEADER),
        ("name\nJosé\n".encode("latin-1"), NOT_UTF_8),
        ("name\nMaya\n".encode("utf-16"), NOT_UTF_8),
        (b"PK\x03\x04\xff\xfe", NOT_UTF_8),
        (
            b"name\nMaya\x00\n",
            "We can’t read this file. Save it as “CSV UTF-8” and try again.",
        ),
        (b'name\n"Maya\n', "We can’t read this CSV file: unexpected end of data."),
        (
            b"name\n" + b"x" * MAX_BYTES,
            "This file is over 1 MB, too big for a roster. Is it the right file?",
        ),
        (
            b"name\n" + b"x\n" * 501,
            "The list has 501 names. The limit for a class is 500.",
        ),
    ],
    ids=lambda value: value[:20] if isinstance(value, str) else "",
)
def test_csv_roster_bad_file_gets_a_clear_word(content: bytes, reason: str) -> None:
    with pytest.raises(InvalidRoster) as refused:
        read_csv(content, present=set())

    assert str(refused.value) == reason


@given(st.binary(max_size=60) | st.text(max_size=60).map(str.encode))
def test_csv_roster_of_any_bytes_is_rows_or_a_clear_word(content: bytes) -> None:
    for start in (b"", b"name\n", b"first name;last name\n"):
        try:
            rows = read_csv(start + content, present=set())
        except InvalidRoster as refused:
            assert str(refused)  # noqa: PT017  either way out is fine
        else:
            assert all(row.problem == "" or row.problem.startswith(f"Row {row.number}: ") for row in rows)
