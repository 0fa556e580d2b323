"""Typed answers: which are equal, which have a typo, and which a teacher should check."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizzes.content import normalized_answers
from quizzes.content.answer_matching import is_close, is_one_of, is_typo, says_dont_know
from quizzes.content.normalized_answers import normalize

WORDS = st.lists(
    st.sampled_from(
        "the a an on of and one two twenty thirty-first hundred thousand million first second August Aug. may 2018 "
        "31st 8/31 2018-08-31 31.8.2018 1,234 -5 $ % U.S. mayor’s São data-sharing 5 .5 per cent dollars & ½".split()
    ),
    max_size=8,
).map(" ".join)


def test_an_answer_is_read_as_a_date_for_accepted_dates_only(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []

    def normalized(text: str) -> str:
        read.append(text)
        return normalize(text)

    monkeypatch.setattr(normalized_answers, "normalize", normalized)

    assert not is_one_of("august 30", ["the mayor", "council", "2018-08-31"], with_typos=False)
    assert read == ["august 30"]


# --- Typos and close answers --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given_text", "accepted", "is_one"),
    [
        ("Philadelphia", "Philadelphia", True),
        ("Philadelfphia", "Philadelphia", True),
        ("Philadelpha", "Philadelphia", True),
        ("Philadlephia", "Philadelphia", True),
        ("Philadlpha", "Philadelphia", False),
        ("Hiladelphia", "Philadelphia", False),
        ("fear and distrst", "fear and distrust", True),
        ("fear distrust", "fear and distrust", False),
        ("feer and distrust", "fear and distrust", False),
        ("ACE", "ICE", False),
        ("prosecution", "persecution", False),
        ("documented", "undocumented", False),
        ("August 30", "August 31", False),
        ("10000 people", "10001 people", False),
        ("", "Philadelphia", False),
        ("Agust 31", "August 31", True),
        ("31 of Agust, 2018", "August 31, 2018", True),
        ("Agust 30", "August 31", False),
        ("Juli 4", "July 4", True),
        ("Jule 4", "July 4", False),
        ("match 5", "March 5", False),
        ("jury 12", "July 12", False),
        ("Augusts 31", "August 31", True),
        ("8-31", "August 31", True),
        ("August 31", "August 31, 2018", True),
        ("country", "county", False),
        ("Kenny", "Kenney", False),
        ("Kenney", "Kenny", False),
        ("Smyth", "Smith", False),
        ("Mr. Smyth", "Mr. Smith", False),
        ("Clarke", "Clark", False),
        ("Johnsen", "Johnson", False),
        ("Smoth", "Smith", True),
        ("protester", "protesters", True),
    ],
)
def test_is_typo_accepts_one_letter_in_a_longer_word(given_text: str, accepted: str, is_one: bool) -> None:
    assert is_typo(normalize(given_text), normalize(accepted)) is is_one


@pytest.mark.parametrize(
    ("given_text", "accepted", "is_one"),
    [
        ("the agreement expires on August 31", "August 31", True),
        ("Friday, August 31", "August 31", True),
        ("August 31, 2018", "August 31", True),
        ("August 31", "August 31, 2018", True),
        ("8 31 2018", "August 31", True),
        ("8 30 2018", "August 31", False),
        ("the last day of August", "August 31, 2018", True),
        ("the last day of July", "August 31", False),
        ("in August", "August 31", False),
        ("31", "August 31", True),
        ("on the 31st", "August 31, 2018", True),
        ("thirty-one", "August 31", True),
        ("30", "August 31", False),
        ("8", "August 31", False),
        ("0831", "August 31", True),
        ("831", "August 31", True),
        ("3108", "August 31", True),
        ("08312018", "August 31, 2018", True),
        ("083118", "August 31", True),
        ("20180831", "August 31, 2018", True),
        ("0830", "August 31", False),
        ("10831", "August 31", False),
        ("31 people", "August 31", False),
        ("0905", "September 5", True),
        ("2018", "August 31, 2018", False),
        ("Smyth", "Smith", True),
        ("counties", "county", True),
        ("city", "cities", True),
        ("cookies", "county", False),
        ("August 30", "August 31", False),
        ("September 1", "August 31", False),
        ("police department", "Philadelphia Police Department", True),
        ("the police", "Philadelphia Police Department", False),
        ("Philedelfia", "Philadelphia", True),
        ("Pittsburgh", "Philadelphia", False),
        ("not the mayor", "the mayor", True),
        ("major", "mayor", True),
        ("council", "mayor", False),
        ("e-mail", "email", True),
        ("31 people", "30 people", False),
        ("", "mayor", False),
        ("?", "mayor", False),
        ("1/9/2018", "September 1, 2018", True),
        ("9 January", "September 1", True),
        ("1/9", "September 2", False),
        ("match 5", "March 5", True),
    ],
)
def test_is_close_selects_answers_for_a_teacher(given_text: str, accepted: str, is_one: bool) -> None:
    assert is_close(normalize(given_text), normalize(accepted)) is is_one


@given(st.text(), st.text())
def test_every_typo_is_close(one: str, other: str) -> None:
    if normalize(one) and is_typo(normalize(one), normalize(other)):
        assert is_close(normalize(one), normalize(other))


@pytest.mark.parametrize(
    ("text", "says_it"),
    [
        *[(text, True) for text in ("No idea", "IDK", "I don’t know.", "i dont know", "not sure", "N/A", "n.a.")],
        *[(text, True) for text in ("No sé", "no se", "Ni idea", "?", "...", "-", "🤷")],
        *[
            (text, False)
            for text in ("no", "none", "nothing", "0", "%", "the idea", "I don’t know the mayor", "ninguno")
        ],
    ],
)
def test_says_dont_know_means_no_other_answer(text: str, says_it: bool) -> None:
    assert says_dont_know(text) is says_it
