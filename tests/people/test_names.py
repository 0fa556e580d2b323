"""Names: cleaned, compared, split, shortened and sorted."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizzes.people.names import (
    InvalidName,
    PersonName,
    clean_name,
    join_name,
    like_name,
    name_key,
    numbered_name,
    short_names,
    sort_key,
    split_name,
    turned_name,
)

# --- Cleaned -------------------------------------------------------------------------------------------------------


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
        ("\u2068שרה כ.\u2069", "שרה כ."),
        ("علی\u200cرضا", "علی\u200cرضا"),
        ("ක්\u200dරිෂ්", "ක්\u200dරිෂ්"),
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
        ("Ma\u200dya", "the name has a hidden character, so retype it"),
        ("ana@school.example", "this is an email address, not a name"),
        ("x" * 61, "the name is over 60 characters"),
        ("x" * 1_000_000, "the name is over 60 characters"),
        ("Maya" + " " * 1_000_000 + "x", "the name is over 60 characters"),
        ("ﷺ" * 10, "the name is over 60 characters"),
    ],
)
def test_clean_name_refuses_what_no_one_is_called(text: str, reason: str) -> None:
    with pytest.raises(InvalidName) as refused:
        clean_name(text)

    assert str(refused.value) == reason


def is_name(text: str) -> bool:
    try:
        clean_name(text)
    except InvalidName:
        return False
    return True


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


def test_joiners_make_no_other_name() -> None:
    assert name_key("علی\u200cرضا") == name_key("علیرضا")


# --- Split, turned, shortened, sorted -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "family"),
    [
        ("Maya Lopez", "Lopez"),
        ("Maya", ""),
        ("Robert Day (Bob)", "Day"),
        ("Robert Day Jr. (Period 3)", "Day"),
        ("Ana Ruiz “Nita”", "Ruiz"),
        ("Maya (Mimi)", ""),
        ("Ana Maria de la Cruz", "de la Cruz"),
        ("Ludwig van Dyke", "van Dyke"),
        ("Martin King Jr.", "King"),
        ("Henry Tudor VIII", "VIII"),
        ("Henry Ford II", "Ford"),
        ("Maria Garcia (2)", "Garcia"),
        ("Ana R.", "R."),
        ("Luis V.", "V."),
        ("Luis V", "V"),
        ("Ana Sofía V.", "V."),
        ("Robert Lee V", "Lee"),
        ("De Angelo", "Angelo"),
        ("Noah Kim 👍🏽", "Kim"),
        ("Maya 🌟", ""),
    ],
)
def test_split_name_finds_the_family_name(name: str, family: str) -> None:
    assert split_name(name) == PersonName(name, family)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Lopez, Maya", PersonName("Maya Lopez", "Lopez")),
        ("de la Cruz, Ana Maria", PersonName("Ana Maria de la Cruz", "de la Cruz")),
        ("King, Martin, Jr.", PersonName("Martin King Jr.", "King")),
        ("King Jr., Martin", PersonName("Martin King Jr.", "King")),
        ("King, Jr., Martin", PersonName("Martin King Jr.", "King")),
        ("Smith, Mary V.", PersonName("Mary V. Smith", "Smith")),
        ("Maya Lopez", None),
        ("Maya Lopez,", None),
        ("Ana, Ben, Cy", None),
    ],
)
def test_turned_name(text: str, name: PersonName | None) -> None:
    assert turned_name(text) == name


def test_join_name_takes_parts_that_are_missing() -> None:
    assert join_name("Maya", "") == PersonName("Maya", "")
    assert join_name("", "Lopez") == PersonName("Lopez", "")
    assert join_name("Maya", "Lopez", suffix="III") == PersonName("Maya Lopez III", "Lopez")


@pytest.mark.parametrize(
    ("names", "shown"),
    [
        (["Maya Lopez", "Noah Kim"], ["Maya L.", "Noah K."]),
        (["Maria Garcia", "Maria Gomez", "Maria Lopez"], ["Maria Ga.", "Maria Go.", "Maria L."]),
        (["Maya", "Maya Lopez"], ["Maya", "Maya L."]),
        (["Ana R."], ["Ana R."]),
        (["Ana Li"], ["Ana L."]),
        (["Maria Garcia", "Maria Garcia (2)"], ["Maria Garcia", "Maria Garcia (2)"]),
        # “Aisha R.” beside “Aisha Ra.” would not say who is who.
        (["Aisha Rahman", "Aisha R. (blue)", "Ana R. (red)"], ["Aisha Ra.", "Aisha R. (blue)", "Ana R."]),
        (["Ana Maria de la Cruz"], ["Ana Maria C."]),
        (["Ana de la Cruz", "Ana Cruz"], ["Ana de la Cruz", "Ana Cruz"]),
        (["Carlos de la Cruz", "Carlos Cano"], ["Carlos Cr.", "Carlos Ca."]),
        (["Ana de la cruz"], ["Ana d."]),
        (["李明"], ["李明"]),
        (["रमेश कुमार"], ["रमेश कु."]),
    ],
)
def test_short_names_show_no_more_than_tells_students_apart(names: list[str], shown: list[str]) -> None:
    assert short_names([split_name(name) for name in names]) == shown


@pytest.mark.parametrize(
    ("given", "family", "shown"),
    [("Maria Garcia", "", "Maria G."), ("", "Maria Garcia", "Maria G."), ("Maria", "", "Maria")],
)
def test_short_name_of_a_row_with_one_column_is_not_the_whole_name(given: str, family: str, shown: str) -> None:
    assert short_names([join_name(given, family)]) == [shown]


@given(st.lists(names, min_size=1, max_size=12, unique_by=name_key))
def test_short_names_of_a_roster_are_all_different(texts: list[str]) -> None:
    shown = short_names([split_name(clean_name(text)) for text in texts])
    assert len(set(shown)) == len(texts)


def test_names_sort_as_people_expect() -> None:
    names = ["Zoë Adams", "ana Álvarez", "Ben alvarado", "Émile Zola", "Ana de la Cruz", "Cher", "Łucja Đặng"]
    by_family = sorted(names, key=lambda name: sort_key(split_name(name)))
    assert by_family == [
        "Zoë Adams",
        "Ben alvarado",
        "ana Álvarez",
        "Cher",
        "Łucja Đặng",
        "Ana de la Cruz",
        "Émile Zola",
    ]
    by_first = sorted(names, key=lambda name: sort_key(split_name(name), by_first=True))
    assert by_first == [
        "ana Álvarez",
        "Ana de la Cruz",
        "Ben alvarado",
        "Cher",
        "Émile Zola",
        "Łucja Đặng",
        "Zoë Adams",
    ]


@given(names)
def test_sort_key_fits_its_column(text: str) -> None:
    assert len(sort_key(split_name(clean_name(text)), by_first=True)) <= 480


def test_numbered_name_takes_the_first_free_number() -> None:
    assert numbered_name("Ana Li", {"ana li", "ana li 2"}) == "Ana Li (3)"


@pytest.mark.parametrize(
    ("name", "like"),
    [
        ("Ana Ruiz", "Ana Ruis"),
        ("Ana Ruiz Peña", "Ana Ruiz"),
        ("Ana Ruiz", "Ana R."),
        ("Sophia Reyes", "Sofía Reyes"),
        ("Ana Lopez", ""),
        ("Bo Li", ""),
    ],
)
def test_like_name_finds_another_spelling(name: str, like: str) -> None:
    keys = [name_key(one) for one in ("Noah Kim", "Bo Lee", like or "Ana Gomez")]
    assert like_name(name_key(name), keys) == name_key(like)
