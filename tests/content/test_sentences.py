"""Split a pasted text into sentences, and match the sentences of a changed text."""

from typing import Any

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from quizzes.content import sentences
from quizzes.content.sentences import match_sentences, nearest, split_sentences, split_text
from quizzes.files.built_in_sets import read_set_files

NEWS = settings.BASE_DIR / "tests" / "data" / "news_sentences.txt"
MARKS = "abz AB09.!?…,;:'\"“”‘’()[]\n\t。？」éñ-"


@pytest.mark.parametrize(
    ("paragraph", "sentences"),
    [
        ("The council met. It voted.", ["The council met.", "It voted."]),
        ("Habló el Gob. Abbott. El Cnel. Ruiz no.", ["Habló el Gob. Abbott.", "El Cnel. Ruiz no."]),
        ("Dña. María está en la Av. Juárez. Vino.", ["Dña. María está en la Av. Juárez.", "Vino."]),
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
        ("They met at 9 a.m. Friday. It rained.", ["They met at 9 a.m. Friday.", "It rained."]),
        ("Acme Inc. Chief Bo Dahl left.", ["Acme Inc. Chief Bo Dahl left."]),
        ("She said no. Ann left in May. Bo stayed.", ["She said no.", "Ann left in May.", "Bo stayed."]),
        ("“One. Two,” she said. (Three.) Four.", ["“One.", "Two,” she said.", "(Three.)", "Four."]),
        (". . . He left. . . .", [". . . He left. . . ."]),
        ("?! ?!", ["?! ?!"]),
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
        ("\r\n \r\nOne.\r\n\r\n\r\nTwo.\r\n", [["One."], ["Two."]]),
        ("", []),
    ],
)
def test_split_text_ends_a_paragraph_at_a_blank_line_or_else_a_line(text: str, paragraphs: list[list[str]]) -> None:
    assert split_text(text, "en") == paragraphs


@given(st.text(MARKS, max_size=300))
def test_split_text_loses_nothing_but_white_space(text: str) -> None:
    kept = "".join(sentence for paragraph in split_text(text, "en") for sentence in paragraph)

    assert "".join(kept.split()) == "".join(text.split())


@given(st.text(MARKS, max_size=300))
def test_split_text_gives_no_empty_sentence_and_no_line_break(text: str) -> None:
    for paragraph in split_text(text, "en"):
        assert paragraph
        assert all(sentence.strip() == sentence != "" and "\n" not in sentence for sentence in paragraph)


def news() -> list[list[str]]:
    """The paragraphs of the sample, one list of hand-marked sentences each."""
    blocks = NEWS.read_text(encoding="utf-8").split("\n\n")
    paragraphs = [[line for line in block.splitlines() if line and line[0] != "#"] for block in blocks]
    return [paragraph for paragraph in paragraphs if paragraph]


def test_split_sentences_is_right_for_97_percent_of_marked_news() -> None:
    marked = [sentence for paragraph in news() for sentence in paragraph]
    found = [split_sentences(" ".join(paragraph)) for paragraph in news()]

    right = sum(sentence in split for paragraph, split in zip(news(), found, strict=True) for sentence in paragraph)
    assert len(marked) > 100
    assert right >= 0.97 * len(marked), [
        split for split, paragraph in zip(found, news(), strict=True) if split != paragraph
    ]


def test_split_sentences_keeps_the_sentences_of_the_built_in_readings() -> None:
    readings = [file.parsed.reading for file in read_set_files(settings.BASE_DIR / "fixtures" / "pars-agreement")]
    paragraphs = [[sentence.text for sentence in paragraph] for reading in readings for paragraph in reading.paragraphs]

    assert len(paragraphs) > 3
    assert [split_sentences(" ".join(paragraph)) for paragraph in paragraphs] == paragraphs


@given(st.text(MARKS, min_size=1, max_size=300).filter(lambda text: any(map(str.isalnum, text))))
def test_split_sentences_gives_no_sentence_of_marks_only(text: str) -> None:
    assert [one for one in split_sentences(text) if not any(map(str.isalnum, one))] == []


HOSTILE = [
    ". ",
    "A.",
    "! ",
    "“",
    "„",
    "«",
    "(",
    "' ",
    "…",
    "a ",
    "No. ",
    "no. A ",
    "p.m. ",
    "Acme Inc. Z",
    ". . ",
    "。",
    # `sentencex` is quadratic in these, whose ends need no space.
    "漢。",
    "A．",
]


@pytest.mark.parametrize("part", HOSTILE)
def test_split_sentences_does_work_in_proportion_to_the_length(part: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """80 KB of `part` give 16 times the work of 5 KB. `sentencex` gets no paired marks, and short pieces."""
    work, pieces = [0], [""]

    def is_end(before: str, after: str) -> bool:
        work[0] += len(before) + len(after)
        return is_end_of_news(before, after)

    def segment(language: str, text: str) -> Any:
        work[0] += len(text)
        pieces.append(text)
        return segment_of_library(language, text)

    is_end_of_news, segment_of_library = sentences._is_end, sentences.segment
    monkeypatch.setattr(sentences, "_is_end", is_end)
    monkeypatch.setattr(sentences, "segment", segment)

    def work_of(size: int) -> int:
        work[0] = 0
        split_sentences((part * size)[:size])
        return work[0]

    small, large = work_of(5_000), work_of(80_000)
    assert large <= 17 * small + 1_000
    assert set("".join(pieces)) & set("\"“”„«»‹›‘’'`()[]{}「」") == set()
    assert max(map(len, pieces)) <= 500


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
