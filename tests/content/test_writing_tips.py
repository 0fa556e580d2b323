"""Writing tips: worked cases for each rule, and precision and recall on 80 items of known quality."""

import tomllib
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from quizzes.content.reading import Sentence, Speaker
from quizzes.content.writing_tips import Option, Tip, Wording, reading_grade, reports_speech, syllables, tips
from quizzes.files.built_in_sets import read_set_files

ROOT = Path(__file__).resolve().parents[2]
ITEMS = tomllib.loads((ROOT / "tests/data/item_quality.toml").read_text())
REPORTER = Speaker("reporter", "Reported fact", "page")
MAYOR = Speaker("mayor", "Mayor’s account", "person")


def sentence(text: str, speaker: Speaker = REPORTER) -> Sentence:
    return Sentence("s1", 1, text, speaker, frozenset())


def wording(stem: str, *choices: str, rests_on: tuple[Sentence, ...] = (), asks_who: bool = False) -> Wording:
    """choices: a star marks a key."""
    options = tuple(Option(choice.removeprefix("*"), choice.startswith("*")) for choice in choices)
    return Wording(stem, options, rests_on, asks_who)


def found(item: Wording, *, language: str = "en", reading: tuple[str, ...] = ()) -> list[tuple[str, str]]:
    return [(tip.code, tip.about) for tip in tips(item, reading=reading, language=language)]


# --- Each rule ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stem", "is_found"),
    [("Which does it record?", True), ("Which two does it record?", False), ("Which? Choose 2.", False)],
)
def test_a_question_with_several_keys_that_does_not_say_how_many_is_found(stem: str, is_found: bool) -> None:
    expected = [("how_many", stem)] if is_found else []

    assert found(wording(stem, "*A name", "*A street", "A photo")) == expected
    assert found(wording(stem, "*A name", "A street", "A photo")) == []
    assert found(wording(stem, "*A name", "*A street", "A photo"), language="es") == []


@pytest.mark.parametrize(
    ("dates", "keeps_order", "is_found"),
    [
        (("*May 3", "June 1", "June 12"), True, False),
        (("*May 3", "June 1", "June 12"), False, True),
        (("June 12", "*May 3", "June 1"), True, True),
        (("*May 3", "June 1", "Never"), False, False),
        (("*Aprıl 3", "June 1"), False, False),  # the ı of a Turkish keyboard
    ],
)
def test_dates_out_of_their_order_are_found(dates: tuple[str, ...], keeps_order: bool, is_found: bool) -> None:
    item = replace(wording("When does it end?", *dates), keeps_order=keeps_order)

    assert ("out_of_order" in {code for code, _ in found(item)}) == is_found


def test_tips_of_a_plain_question_are_none() -> None:
    assert found(wording("When does it end?", "In May", "*In August", "In June")) == []


@pytest.mark.parametrize(
    ("key", "is_found"),
    [("To the far north of the old town", True), ("To the north of it", False), ("North", False)],
)
def test_a_key_much_longer_than_every_other_choice_is_found(key: str, is_found: bool) -> None:
    assert found(wording("Where?", "To the southern", f"*{key}", "West")) == ([("key_longer", key)] if is_found else [])


@pytest.mark.parametrize(
    ("one", "other", "is_found"),
    [
        ("The town council", "The council of the town", True),
        ("It was closed", "It is closing", True),
        ("Before the vote", "After the vote", False),
        ("4,000 dollars", "40,000 dollars", False),
        ("It was held", "It was not held", False),
    ],
)
def test_two_choices_of_the_same_words_are_found(one: str, other: str, is_found: bool) -> None:
    expected = [("too_alike", f"{one} / {other}")] if is_found else []

    assert found(wording("What happened?", f"*{one}", other, "Something else")) == expected


@pytest.mark.parametrize(
    ("stem", "is_found"),
    [
        ("The parents carried a petition. What did they carry?", True),
        ("What did they carry?", False),
        # Wrong choices say the word too.
        ("Was it a sign or a banner or a petition that they carried in the rain?", True),
    ],
)
def test_a_question_that_says_the_words_of_its_key_alone_is_found(stem: str, is_found: bool) -> None:
    expected = [("stem_repeats_key", "A petition")] if is_found else []

    assert found(wording(stem, "*A petition", "A drum", "A flag")) == expected


def test_a_word_that_wrong_choices_say_as_well_tells_nothing() -> None:
    assert found(wording("Which petition was it?", "*The long petition", "The short petition")) == []


@pytest.mark.parametrize(
    ("choice", "is_found"), [("It is always shut", True), ("None", False), ("It is often shut", False)]
)
def test_an_absolute_word_is_found_unless_it_is_a_number(choice: str, is_found: bool) -> None:
    expected = [("absolute", choice)] if is_found else []

    assert found(wording("How many?", "*Two doors", choice)) == expected


def test_an_absolute_word_of_the_reading_itself_is_no_fault() -> None:
    source = sentence("The computers are all in use.")

    assert found(wording("What of them?", "*All are taken", "Some are broken", rests_on=(source,))) == []


@pytest.mark.parametrize(
    ("stem", "is_found"),
    [
        ("What did the greedy owner say?", True),
        ("What did the “greedy” owner say?", False),
        ("What did the owner say?", False),
    ],
)
def test_a_loaded_word_is_found_outside_quotation_marks(stem: str, is_found: bool) -> None:
    assert found(wording(stem, "*No", "Yes")) == ([("loaded", stem)] if is_found else [])


def test_a_tip_names_every_loaded_word_of_a_text() -> None:
    [tip] = tips(
        wording("Why end the outrageous, shameless, outrageous deal?", "*No", "Yes"), reading=(), language="en"
    )
    assert tip.reason == "“Outrageous”, “shameless” take sides. Use neutral words or a quote."


@pytest.mark.parametrize(
    ("stem", "is_found"),
    [
        ("How did ICE break the deal?", True),
        ("According to the mayor, how did ICE break the deal?", False),
        ("How, in the mayor’s account, was the deal broken?", False),
        ("What does Kenney want?", False),
    ],
)
def test_a_claim_without_its_speaker_is_found(stem: str, is_found: bool) -> None:
    source = sentence("Jim Kenney said the deal was broken.", MAYOR)
    expected = [("unattributed", stem)] if is_found else []

    assert found(wording(stem, "*In spring", "In autumn", rests_on=(source,))) == expected


def test_a_sentence_of_names_only_is_read_once() -> None:
    """An allowed text of 80 KB took 20 seconds, when each capital word was the start of a new search."""
    source = sentence("Jim " * 200_000 + "said so.", MAYOR)
    stem = "What does Jim want?"
    assert found(wording(stem, "*In spring", "In autumn", rests_on=(source,))) == []


def test_a_question_on_who_says_so_names_no_speaker() -> None:
    assert found(wording("Sort these.", rests_on=(sentence("It broke.", MAYOR),), asks_who=True)) == []


@pytest.mark.parametrize("choice", ["All of the above", "None of these", "Both A and B", "all the above"])
def test_a_choice_that_points_at_other_choices_is_found(choice: str) -> None:
    assert found(wording("What of it?", "*In May", "In June", choice)) == [("above", choice)]


def test_a_question_harder_than_its_reading_is_found() -> None:
    stem = "Which administrative determination did the legislative deliberations of representatives ultimately produce?"
    easy = ("The council met.", "It shut the hall.", "Two men left.")

    assert found(wording(stem, "*No", "Yes"), reading=easy) == [("harder", stem)]
    assert found(wording("What did the men of the council do when they met?", "*No", "Yes"), reading=easy) == []


def test_rules_on_words_are_for_english_alone() -> None:
    item = wording("¿Qué es obviously?", "*Always shut", "Shut always")

    assert [code for code, _ in found(item, language="es")] == ["too_alike"]


def test_a_tip_says_what_and_why() -> None:
    [tip] = tips(wording("When?", "*May", "It is never open"), reading=(), language="en-US")

    assert tip == Tip("absolute", "It is never open", "“Never” often signals a wrong answer.")


@pytest.mark.parametrize(
    ("word", "count"),
    [
        ("cat", 1),
        ("table", 2),
        ("note", 1),
        ("notes", 1),
        ("jumped", 1),
        ("wanted", 2),
        ("settled", 2),
        ("library", 3),
        ("registration", 4),
        ("the", 1),
        ("2018", 4),
        ("b", 1),
    ],
)
def test_syllables_follow_the_rule(word: str, count: int) -> None:
    assert syllables(word) == count


def test_reading_grade_is_that_of_kincaid() -> None:
    # Ten words, two sentences, thirteen syllables.
    text = ["The council met in the hall.", "Nobody came back."]

    assert reading_grade(text) == pytest.approx(0.39 * 9 / 2 + 11.8 * 12 / 9 - 15.59)
    assert reading_grade(["Too short."]) is None


@pytest.mark.parametrize(
    ("text", "is_found"),
    [("The mayor said no.", True), ("It rained, according to the town.", True), ("The council met.", False)],
)
def test_a_sentence_that_needs_a_speaker_is_found(text: str, is_found: bool) -> None:
    assert reports_speech(text) is is_found


# --- Precision and recall -----------------------------------------------------------------------------------------


def measured() -> list[tuple[set[str], set[str]]]:
    """(faults that the item has, faults that were found) for each of the eighty items."""
    labels = {table["key"]: table["label"] for table in ITEMS["voices"]}
    sentences = {
        table["key"]: Sentence(
            table["key"], number, table["text"], Speaker(table["voice"], labels[table["voice"]], "page"), frozenset()
        )
        for number, table in enumerate(ITEMS["sentences"], start=1)
    }
    reading = [one.text for one in sentences.values()]
    return [
        (
            set(table.get("tips", ())),
            {tip.code for tip in tips(_item(table, sentences), reading=reading, language="en")},
        )
        for table in ITEMS["items"]
    ]


def _item(table: dict[str, Any], sentences: dict[str, Sentence]) -> Wording:
    return wording(table["stem"], *table["choices"], rests_on=tuple(sentences[key] for key in table["rests_on"]))


def test_tips_reach_their_measured_precision_and_recall() -> None:
    """Measured: every bad item flagged, no good one; each fault found, and none that is not there.

    The rules were tuned on these items, so the floor below what was measured is for changes of the rules.
    """
    results = measured()
    bad, good = [pair for pair in results if pair[0]], [pair for pair in results if not pair[0]]
    flagged = [pair for pair in results if pair[1]]
    true = sum(bool(faults) for faults, _ in flagged)

    assert (len(good), len(bad)) == (40, 40)
    assert true / len(flagged) >= 0.95
    assert true / len(bad) >= 0.95
    assert sum(len(faults & codes) for faults, codes in bad) / sum(len(faults) for faults, _ in bad) >= 0.95


def test_tips_leave_the_built_in_questions_alone() -> None:
    """58 questions of another author. Measured: a tip on 2, read and kept. In one, a key begins with “nobody”."""
    accused = []
    for file in read_set_files(ROOT / "fixtures"):
        reading = file.parsed.reading
        for question in file.parsed.questions:
            item = Wording(
                f"{question.stem} {getattr(question, 'statement', '')}",
                tuple(Option(choice.text, choice.right) for choice in getattr(question, "choices", ())),
                reading.sentences(question.evidence),
                asks_who=question.type == "who_says_so",
            )
            texts = [one.text for one in reading]
            accused += [question.key for _ in tips(item, reading=texts, language="en")]

    assert Counter(accused) == {
        "does-another-voice-agree": 1,
        "did-the-protest-decide-it": 1,
    }
