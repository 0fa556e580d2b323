"""The built-in sets: rules for the reading, questions and keys beyond the validation of each document."""

import re
from collections import Counter
from fractions import Fraction
from typing import Any

import pytest
from django.conf import settings

from quizzes.content.question_types.evidence.question import Evidence
from quizzes.content.question_types.free_text.question import FreeText
from quizzes.content.question_types.multiple.question import Multiple
from quizzes.content.question_types.single.question import Single
from quizzes.content.question_types.who_says_so.question import WhoSaysSo
from quizzes.content.reading import NOT_STATED
from quizzes.content.set_document import SetDocument
from quizzes.files.question_sets import read_set_files, read_toml

FOLDER = settings.BASE_DIR / "fixtures" / "pars-agreement"
SOURCE = read_toml((FOLDER / "source.toml").read_bytes())
FILES = {file.parsed.slug: file for file in read_set_files(FOLDER)}
SETS: dict[str, SetDocument] = {slug: file.parsed for slug, file in FILES.items()}
MAIN, WHO, EXIT, TRY_OUT = (SETS[slug] for slug in ("pars-agreement", "who-says-so", "exit-ticket", "try-it"))
REPORTER_SET, CHECK_A, CHECK_B = (SETS[slug] for slug in ("thinking-like-a-reporter", "check-a", "check-b"))
# The questions on what the story does not say.
ABSENT = {table["key"] for file in FILES.values() for table in file.document["questions"] if table.get("absent")}
QUESTIONS = [question for parsed in SETS.values() for question in parsed.questions]
SINGLES = [question for question in QUESTIONS if isinstance(question, Single)]
READING = MAIN.reading

every_question = pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.key)


def words(text: str) -> list[str]:
    return re.findall(r"[\w’'-]*\w", text)


def texts_of(value: Any) -> list[str]:
    """Every text in a document's value, without the keys of tables."""
    match value:
        case str():
            return [value]
        case dict():
            return [text for item in value.values() for text in texts_of(item)]
        case list():
            return [text for item in value for text in texts_of(item)]
    return []


# --- The source ---------------------------------------------------------------------------------------------------


def test_source_lists_the_27_facts_with_their_voices() -> None:
    """The mayor says F12 to F18, and the protesters say F23 and F24."""
    voices = {"mayor": range(12, 19), "protesters": range(23, 25), "unnamed": range(25, 26)}
    expected = {f"F{number}": "reporter" for number in range(1, 28)} | {
        f"F{number}": voice for voice, numbers in voices.items() for number in numbers
    }
    objectives = {"records": range(1, 6), "access": range(6, 11), "ended": range(11, 26), "expires": range(26, 28)}

    assert {fact["id"]: fact["voice"] for fact in SOURCE["facts"]} == expected
    assert {fact["id"]: fact["objective"] for fact in SOURCE["facts"]} == {
        f"F{number}": objective for objective, numbers in objectives.items() for number in numbers
    }


def test_source_says_how_its_date_is_known() -> None:
    citation = SOURCE["citation"]

    assert citation["published_on"] == "2018-07-27"
    assert "gives no year" in citation["date_note"]
    assert citation["publisher"] == "CBS Philadelphia (CBSPHILLY)"
    assert citation["url"] == ""


def test_source_has_its_objectives_and_voices_in_order() -> None:
    assert [objective["key"] for objective in SOURCE["objectives"]] == ["records", "access", "ended", "expires"]
    assert [voice["key"] for voice in SOURCE["voices"]] == [
        "reporter",
        "mayor",
        "protesters",
        "unnamed",
        NOT_STATED,
    ]


# --- The reading --------------------------------------------------------------------------------------------------


def test_reading_is_as_long_as_a_class_can_read() -> None:
    assert 200 <= sum(len(words(sentence.text)) for sentence in READING) <= 290


def test_reading_is_in_short_sentences() -> None:
    lengths = [len(words(sentence.text)) for sentence in READING]

    assert max(lengths) <= 22
    assert sum(lengths) / len(lengths) <= 14


def syllables(word: str) -> int:
    """Groups of vowels, without a silent e or the silent e of -ed at the end; at least 1."""
    groups = len(re.findall("[aeiouy]+", word.lower()))
    is_silent = re.search(r"(?<!l)e$|[^aeiouydt]ed$", word.lower())
    return max(1, groups - bool(is_silent))


def test_reading_is_at_about_grade_seven() -> None:
    """Between 5 and 7.5 by the Flesch-Kincaid formula (Kincaid and others 1975), without names of people and places."""
    names = {"philadelphia", "immigration", "customs", "enforcement", "preliminary", "arraignment", "reporting"}
    names |= {"system", "ice", "ice’s", "pars", "kenney", "jim", "center", "hall", "august"}
    counted = [word for sentence in READING for word in words(sentence.text) if word.lower() not in names]
    per_sentence = len(counted) / len(list(READING))
    per_word = sum(map(syllables, counted)) / len(counted)

    assert 5 <= 0.39 * per_sentence + 11.8 * per_word - 15.59 <= 7.5


def test_reading_sentences_are_named_by_their_numbers() -> None:
    assert [sentence.key for sentence in READING] == [f"s{sentence.number}" for sentence in READING]


def test_reading_rests_on_every_fact() -> None:
    assert {fact for sentence in READING for fact in sentence.facts} == {fact["id"] for fact in SOURCE["facts"]}


@pytest.mark.parametrize(
    ("voice", "named"),
    [
        ("mayor", r"Kenney said|the mayor said|The mayor said"),
        ("protesters", "Protesters said"),
        ("unnamed", "does not name"),
    ],
)
def test_reading_names_the_speaker_of_every_attributed_sentence(voice: str, named: str) -> None:
    spoken = [sentence for sentence in READING if sentence.voice.key == voice]

    assert spoken
    assert [sentence.text for sentence in spoken if not re.search(named, sentence.text)] == []


def test_reading_and_sets_keep_to_the_storys_term() -> None:
    """The story says “undocumented immigrant”. It prints no year, so no text may need one."""
    texts = " ".join(text for file in FILES.values() for text in texts_of(file.document))
    asked = " ".join(text for file in FILES.values() for text in texts_of(file.document["questions"]))

    assert re.findall(r"\b(?:illegals?|aliens?)\b", texts, re.IGNORECASE) == []
    assert re.findall(r"\b(?:19|20)\d\d\b", asked) == []


# --- The sets -----------------------------------------------------------------------------------------------------


def test_sets_have_the_expected_titles_and_sizes() -> None:
    assert {parsed.title: len(parsed.questions) for parsed in SETS.values()} == {
        "The PARS agreement": 16,
        "Who says so?": 10,
        "Exit ticket": 4,
        "Try it": 3,
        "Thinking like a reporter": 8,
        "Check A": 8,
        "Check B": 8,
    }
    assert {parsed.slug: (parsed.max_points, parsed.about_minutes) for parsed in SETS.values()} == {
        "pars-agreement": (26, 25),
        "who-says-so": (26, 20),
        "exit-ticket": (5, 5),
        "try-it": (5, 3),
        "thinking-like-a-reporter": (19, 30),
        "check-a": (8, 12),
        "check-b": (8, 12),
    }


def test_objectives_have_the_expected_questions_and_points() -> None:
    """Questions and points for each objective, in the order of the source."""

    def row(parsed: SetDocument) -> list[tuple[int, int]]:
        groups = [
            [question for question in parsed.questions if question.objective == objective.key]
            for objective in parsed.objectives
        ]
        return [(len(group), sum(question.points for question in group)) for group in groups]

    assert row(MAIN) == [(3, 4), (4, 5), (6, 13), (3, 4)]
    assert row(WHO) == [(1, 3), (2, 4), (6, 16), (1, 3)]
    assert row(EXIT) == [(1, 1), (1, 2), (1, 1), (1, 1)]
    assert row(REPORTER_SET) == [(1, 3), (1, 2), (5, 11), (1, 3)]
    assert row(CHECK_A) == row(CHECK_B) == [(2, 2)] * 4
    assert row(TRY_OUT) == [(0, 0), (0, 0), (3, 5), (0, 0)]


def test_forms_of_the_check_are_alike_row_by_row() -> None:
    def shape(parsed: SetDocument) -> list[tuple[str, str, str, int, int, int]]:
        return [
            (
                question.type,
                question.objective,
                question.skill,
                question.points,
                len(getattr(question, "choices", ())),
                len(question.evidence),
            )
            for question in parsed.questions
        ]

    assert shape(CHECK_A) == shape(CHECK_B)
    assert {question.key for question in CHECK_A.questions}.isdisjoint(question.key for question in CHECK_B.questions)


def test_dates_and_voices_keep_their_order() -> None:
    assert {question.key for question in SINGLES if question.keep_order} == {
        "what-put-a-person-in-pars",
        "day-the-agreement-expires",
        "a-who-says-crimes-harder",
        "b-who-says-easy-to-find",
        "a-last-day",
        "b-last-day",
    }


def test_main_set_has_three_questions_an_objective_and_every_type() -> None:
    counts = Counter(question.objective for question in MAIN.questions)

    assert all(counts[objective.key] >= 3 == objective.minimum for objective in MAIN.objectives)
    assert {question.type for question in MAIN.questions} == {"single", "multiple", "who_says_so", "evidence"}


def test_exit_ticket_has_one_question_an_objective() -> None:
    assert [question.objective for question in EXIT.questions] == ["records", "access", "ended", "expires"]


def test_try_out_shows_visitors_no_question_of_another_set() -> None:
    assert [question.type for question in TRY_OUT.questions] == ["single", "evidence", "who_says_so"]
    asked = {
        slug: {
            text.casefold()
            for question in parsed.questions
            for text in (
                question.stem + getattr(question, "statement", ""),
                *(statement.text for statement in getattr(question, "statements", ())),
            )
        }
        for slug, parsed in SETS.items()
    }
    public = asked.pop("try-it")

    assert len(public) == 6
    assert {slug: texts & public for slug, texts in asked.items()} == dict.fromkeys(asked, set())


def test_who_says_so_asks_for_every_voice() -> None:
    keyed = {
        statement.voice
        for question in WHO.questions
        if isinstance(question, WhoSaysSo)
        for statement in question.statements
    }

    assert keyed == {voice.key for voice in READING.voices}
    assert {question.skill for question in WHO.questions} == {"attribution"}


def test_no_question_is_asked_twice() -> None:
    keys = Counter(question.key for question in QUESTIONS)
    asked = Counter((question.stem, getattr(question, "statement", "")) for question in QUESTIONS)

    assert [key for key, count in keys.items() if count > 1] == []
    assert [text for text, count in asked.items() if count > 1] == []


def test_no_statement_on_who_says_so_is_printed_twice() -> None:
    texts = Counter(
        statement.text for question in QUESTIONS if isinstance(question, WhoSaysSo) for statement in question.statements
    )

    assert [text for text, count in texts.items() if count > 1] == []


# --- Each question ------------------------------------------------------------------------------------------------


@every_question
def test_question_has_evidence_that_shares_a_fact_with_it(question: Any) -> None:
    sentences = READING.sentences(question.evidence)

    assert len(sentences) == len(question.evidence) >= 1
    assert [sentence.key for sentence in sentences if not sentence.facts & question.facts] == []


@every_question
def test_question_rests_only_on_facts_that_its_evidence_proves(question: Any) -> None:
    proved = {fact for sentence in READING.sentences(question.evidence) for fact in sentence.facts}

    assert question.facts <= proved


@every_question
def test_question_says_why_a_student_may_pick_each_choice(question: Any) -> None:
    match question:
        case Single() | Multiple():
            rationales = [choice.rationale for choice in question.choices]
        case WhoSaysSo():
            rationales = [statement.rationale for statement in question.statements]
        case FreeText():
            rationales = [criterion.description for criterion in question.criteria]
        case Evidence():
            rationales = [*(wrong.rationale for wrong in question.tempting), question.rationale_other]
            assert len(question.tempting) >= 2

    assert len(rationales) >= 3
    assert all(len(words(rationale)) >= 5 for rationale in rationales)
    assert len(words(question.explanation)) >= 8


@every_question
def test_question_offers_no_choice_about_choices(question: Any) -> None:
    offered = [choice.text for choice in getattr(question, "choices", ())]

    pattern = r"\b(?:all|none|both|neither|any) of (?:the|these)|above|\bA and B\b"
    assert [text for text in offered if re.search(pattern, text, re.IGNORECASE)] == []


@every_question
def test_question_on_a_contested_fact_names_who_says_it(question: Any) -> None:
    """A question may not present what the mayor or the protesters say as a fact."""
    voices = {sentence.voice.key for sentence in READING.sentences(question.evidence)}
    somebody = r"|somebody|someone"
    named = {"mayor": r"mayor|Kenney", "protesters": "protester" + somebody, "unnamed": "speaker" + somebody}
    asked = f"{question.stem} {getattr(question, 'statement', '')}"
    if question.type in {"who_says_so", "free_text"} or question.skill == "attribution" or question.key in ABSENT:
        return  # such a question asks for the speaker, and may not name it; or it asks what no sentence says

    assert [voice for voice in voices & set(named) if not re.search(named[voice], asked, re.IGNORECASE)] == []


def test_no_who_says_so_item_rests_on_the_protesters_word_about_their_own_plan() -> None:
    for question in QUESTIONS:
        if isinstance(question, WhoSaysSo):
            assert "F21" not in question.facts
            assert all(statement.voice == "unnamed" for statement in question.statements if "F25" in statement.facts)


def test_who_says_so_offers_the_voices_that_it_does_not_key() -> None:
    """Otherwise students could infer the last statement from the others."""
    for question in QUESTIONS:
        if isinstance(question, WhoSaysSo):
            keyed = Counter(statement.voice for statement in question.statements)
            assert len(question.voices) >= 3
            assert set(question.voices) != set(keyed) or max(keyed.values()) > 1 or len(question.voices) > 3


# --- Keys that give nothing away ----------------------------------------------------------------------------------


def test_key_is_the_longest_choice_not_more_often_than_chance() -> None:
    longest = 0
    for question in SINGLES:
        [key] = [choice for choice in question.choices if choice.right]
        longest += all(len(choice.text) < len(key.text) for choice in question.choices if choice is not key)

    assert longest <= sum(Fraction(1, len(question.choices)) for question in SINGLES)


def test_key_is_the_shortest_choice_at_most_once_more_than_by_chance() -> None:
    """A short choice is less of a hint than a long one, and 13 questions are few: chance alone strays by 1.6."""
    shortest = 0
    for question in SINGLES:
        [key] = [choice for choice in question.choices if choice.right]
        shortest += all(len(choice.text) > len(key.text) for choice in question.choices if choice is not key)

    assert shortest <= 1 + sum(Fraction(1, len(question.choices)) for question in SINGLES)


def test_key_stands_in_every_place_and_in_none_too_often() -> None:
    """In the author's order, because a teacher may turn shuffling off: no place has over 2/5 of the keys."""
    places = Counter([choice.right for choice in question.choices].index(True) for question in SINGLES)

    assert set(places) == {0, 1, 2, 3}
    assert max(places.values()) <= 2 * len(SINGLES) / 5


def test_keys_of_multiple_choice_are_not_always_as_many() -> None:
    multiples = [question for question in QUESTIONS if isinstance(question, Multiple)]

    assert all(2 <= len(question.right_ids) < len(question.choices) for question in multiples)
    assert len({len(question.right_ids) for question in multiples}) > 1


def test_stem_does_not_hold_its_key() -> None:
    for question in QUESTIONS:
        for choice in getattr(question, "choices", ()):
            assert choice.text.casefold() not in question.stem.casefold()


def test_key_shares_the_most_words_with_its_stem_not_more_often_than_chance() -> None:
    """A choice that alone repeats the stem's words stands out. Words of up to three letters are left out."""
    shared_most = 0
    for question in SINGLES:
        stem = {word.casefold() for word in words(question.stem) if len(word) > 3}
        shared = {
            choice.id: len(stem & {word.casefold() for word in words(choice.text)}) for choice in question.choices
        }
        [key] = [choice.id for choice in question.choices if choice.right]
        shared_most += all(count < shared[key] for choice_id, count in shared.items() if choice_id != key)

    assert shared_most <= sum(Fraction(1, len(question.choices)) for question in SINGLES)
