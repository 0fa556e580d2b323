"""Split a pasted text into sentences, and match the sentences of a changed text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizzes.content.sentences import match_sentences, nearest, split_sentences, split_text

MARKS = "abz AB09.!?…,;:'\"“”‘’()[]\n\t。？」éñ-"


@pytest.mark.parametrize(
    ("paragraph", "sentences"),
    [
        ("The council met. It voted.", ["The council met.", "It voted."]),
        ("Mr. Lee met Sen. Ruiz. They agreed.", ["Mr. Lee met Sen. Ruiz.", "They agreed."]),
        ("J. R. Smith spoke.", ["J. R. Smith spoke."]),
        ("The U.S. Senate voted.", ["The U.S. Senate voted."]),
        ("She left the U.S. The vote went on.", ["She left the U.S.", "The vote went on."]),
        ("It began at 3 p.m. The mayor spoke.", ["It began at 3 p.m.", "The mayor spoke."]),
        ("It began at 3 p.m. on Friday.", ["It began at 3 p.m. on Friday."]),
        ("It costs $3.5 million. See No. 4, Jan. 5.", ["It costs $3.5 million.", "See No. 4, Jan. 5."]),
        ("“Why?” she asked. Nobody knew.", ["“Why?” she asked.", "Nobody knew."]),
        ("“We will go.” He left.", ["“We will go.”", "He left."]),
        ("He paused ... and went on.", ["He paused ... and went on."]),
        ("町議会は可決した。反対は二人。", ["町議会は可決した。", "反対は二人。"]),
        ("¿Por qué? Nadie lo sabe.", ["¿Por qué?", "Nadie lo sabe."]),
        ("No mark at the end", ["No mark at the end"]),
        ("  ", []),
    ],
)
def test_split_sentences_knows_where_news_ends_one(paragraph: str, sentences: list[str]) -> None:
    assert split_sentences(paragraph) == sentences


@pytest.mark.parametrize(
    ("text", "paragraphs"),
    [
        ("One. Two.\n\nThree.", [["One.", "Two."], ["Three."]]),
        ("Broken\noff here.\n\nThree.", [["Broken off here."], ["Three."]]),
        ("One.\nTwo.", [["One."], ["Two."]]),
        ("A line that breaks\nwithin a sentence.\nTwo.", [["A line that breaks within a sentence."], ["Two."]]),
        ("\r\n \r\nOne.\r\n\r\n\r\nTwo.\r\n", [["One."], ["Two."]]),
        ("", []),
    ],
)
def test_split_text_ends_a_paragraph_at_a_blank_line_or_else_a_line(text: str, paragraphs: list[list[str]]) -> None:
    assert split_text(text) == paragraphs


@given(st.text(MARKS, max_size=300))
def test_split_text_loses_nothing_but_white_space(text: str) -> None:
    kept = "".join(sentence for paragraph in split_text(text) for sentence in paragraph)

    assert "".join(kept.split()) == "".join(text.split())


@given(st.text(MARKS, max_size=300))
def test_split_text_gives_no_empty_sentence_and_no_line_break(text: str) -> None:
    for paragraph in split_text(text):
        assert paragraph
        assert all(sentence.strip() == sentence != "" and "\n" not in sentence for sentence in paragraph)


OLD = ["The council met on Monday.", "Five members voted yes.", "Two voted no.", "The mayor was away."]


@pytest.mark.parametrize(
    ("new", "places"),
    [
        (OLD, [0, 1, 2, 3]),
        # One added before, one taken out.
        (["A new start.", OLD[0], OLD[1], OLD[3]], [None, 0, 1, 3]),
        # Moved to another place.
        ([OLD[3], OLD[0], OLD[1], OLD[2]], [3, 0, 1, 2]),
        # Corrected in a word: the same sentence still.
        ([OLD[0], "Four members voted yes.", OLD[2], OLD[3]], [0, 1, 2, 3]),
        # Replaced by another.
        ([OLD[0], OLD[1], "Nobody abstained that night.", OLD[3]], [0, 1, None, 3]),
        # Doubled: the old one is found once.
        ([OLD[0], OLD[0]], [0, None]),
        ([], []),
    ],
)
def test_match_sentences_matches_a_sentence_that_stayed_moved_or_was_corrected(
    new: list[str], places: list[int | None]
) -> None:
    assert match_sentences(OLD, new) == places


def test_match_sentences_treats_quotation_marks_and_spaces_of_word_processors_as_the_same() -> None:
    assert match_sentences(['"No," she said.'], ["“No,”  she said."]) == [0]


@given(st.lists(st.sampled_from(OLD), max_size=8), st.lists(st.sampled_from([*OLD, "Else."]), max_size=8))
def test_match_sentences_matches_each_old_sentence_at_most_once(old: list[str], new: list[str]) -> None:
    found = [place for place in match_sentences(old, new) if place is not None]

    assert len(found) == len(set(found))
    assert all(old[place] for place in found)


def test_nearest_offers_the_sentence_most_like_a_lost_one() -> None:
    assert nearest("Five of the members voted yes.", OLD) == 1


def test_nearest_offers_nothing_that_is_no_help() -> None:
    assert nearest("Zzyzx 42 qqq", OLD) is None
    assert nearest("Five members voted yes.", []) is None
