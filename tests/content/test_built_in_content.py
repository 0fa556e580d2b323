"""The built-in sets: what they hold. `tests/content/rules` has the rules that every set keeps."""

import re
from collections import Counter
from typing import Any

from django.conf import settings

from quizzes.content.question_types.multiple.question import Multiple
from quizzes.content.question_types.single.question import Single
from quizzes.content.question_types.who_says_so.question import WhoSaysSo
from quizzes.content.reading import NOT_STATED
from quizzes.content.rules.folder import grade_level
from quizzes.content.rules.source_rules import NAMES
from quizzes.content.set_document import SetDocument
from quizzes.content.writing_tips import reading_grade
from quizzes.files.built_in_sets import read_set_files, read_toml

FOLDER = settings.BASE_DIR / "fixtures" / "pars-agreement"
SOURCE = read_toml((FOLDER / "source.toml").read_bytes())
FILES = {file.parsed.slug: file for file in read_set_files(FOLDER)}
SETS: dict[str, SetDocument] = {slug: file.parsed for slug, file in FILES.items()}
MAIN, WHO, EXIT, TRY_OUT = (SETS[slug] for slug in ("pars-agreement", "who-says-so", "exit-ticket", "try-it"))
REPORTER_SET, CHECK_A, CHECK_B = (SETS[slug] for slug in ("thinking-like-a-reporter", "check-a", "check-b"))
QUESTIONS = [question for parsed in SETS.values() for question in parsed.questions]
SINGLES = [question for question in QUESTIONS if isinstance(question, Single)]
READING = MAIN.reading
SHOWN = {".py", ".js", ".html", ".md", ".toml", ".po"}


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


def test_source_lists_the_27_facts_with_their_speakers() -> None:
    """The mayor says F12 to F18, and the protesters say F23 and F24."""
    speakers = {"mayor": range(12, 19), "protesters": range(23, 25), "unnamed": range(25, 26)}
    expected = {f"F{number}": "reporter" for number in range(1, 28)} | {
        f"F{number}": speaker for speaker, numbers in speakers.items() for number in numbers
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


def test_source_has_its_objectives_and_speakers_in_order() -> None:
    assert [objective["key"] for objective in SOURCE["objectives"]] == ["records", "access", "ended", "expires"]
    assert [speaker["key"] for speaker in SOURCE["voices"]] == [
        "reporter",
        "mayor",
        "protesters",
        "unnamed",
        NOT_STATED,
    ]


# --- The reading --------------------------------------------------------------------------------------------------


def test_reading_and_sets_keep_to_the_storys_term() -> None:
    """The story says “undocumented immigrant”. It prints no year, so no text may need one."""
    texts = " ".join(text for file in FILES.values() for text in texts_of(file.document))
    asked = " ".join(text for file in FILES.values() for text in texts_of(file.document["questions"]))

    assert re.findall(r"\b(?:illegals?|aliens?)\b", texts, re.IGNORECASE) == []
    assert re.findall(r"\b(?:19|20)\d\d\b", asked) == []


def test_no_page_file_or_doc_has_the_old_labels_of_speakers() -> None:
    """They judged: a “claim” sounds false, and a “reported fact” sounds proved. Old editions keep their own labels."""
    old = re.compile("reported fact|mayor[’']s account|protesters[’'] claim", re.IGNORECASE)
    root = settings.BASE_DIR
    folders = [root / name for name in ("quizzes", "quizsite", "templates", "docs", "fixtures")]
    files = [path for folder in folders for path in folder.rglob("*") if path.suffix in SHOWN and path.is_file()]
    found = [
        path.relative_to(root).as_posix()
        for path in [*files, root / "README.md"]
        if path.parent.name not in {"migrations", "rules"} and old.search(path.read_text(encoding="utf-8"))
    ]
    assert len(files) > 500
    assert found == []


def test_easier_reading_is_easier() -> None:
    """By the grade that the editor shows to authors, and by the grade without names."""
    [easier] = [one for one in READING.variants if one.variant == "easier"]
    texts = [[sentence.text for sentence in one] for one in (easier, READING)]
    for low, high in ([reading_grade(one) or 0 for one in texts], [grade_level(one, without=NAMES) for one in texts]):
        assert 0 < low < high


def test_english_levels_have_the_grade_that_is_computed() -> None:
    """Without names, so that teachers can compare the levels."""
    english = [one for one in (READING, *READING.variants) if one.language == "en"]
    grades = [grade_level([sentence.text for sentence in one], without=NAMES) for one in english]
    assert [one.level for one in english] == [f"Grade {grade:.0f}" for grade in grades]


def test_mayor_is_heard_as_often_in_every_language_and_level() -> None:
    """The question quotes the words that the reader counts, so each reading has them as often as its answer says."""
    for language in ("en", "es"):
        document = WHO.in_language(language)
        question = document.question("how-often-the-mayor-speaks")
        assert question is not None
        quotes = re.findall("“([^”]+)”", question.stem)
        readings = [one for one in (READING, *READING.variants) if one.language == language]
        counts = [sum(any(quote in sentence.text for quote in quotes) for sentence in one) for one in readings]
        assert counts == [7] * len(readings), (language, quotes)
        answers = ("7", "seven", "7 sentences", "Seven sentences", "siete oraciones", "8 sentences")
        assert [question.grade(answer) for answer in answers] == [1, 1, 1, 1, 1, 0]


# --- The sets -----------------------------------------------------------------------------------------------------


def test_sets_have_the_expected_titles_and_sizes() -> None:
    assert {parsed.title: len(parsed.questions) for parsed in SETS.values()} == {
        "The PARS agreement": 16,
        "Who says so?": 10,
        "Exit ticket": 4,
        "Try it": 3,
        "Thinking like a reporter": 9,
        "Check A": 8,
        "Check B": 8,
    }
    assert {parsed.slug: (parsed.max_points, parsed.about_minutes) for parsed in SETS.values()} == {
        "pars-agreement": (21, 25),
        "who-says-so": (20, 20),
        "exit-ticket": (5, 5),
        "try-it": (5, 3),
        "thinking-like-a-reporter": (21, 30),
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

    assert row(MAIN) == [(3, 4), (4, 5), (6, 9), (3, 3)]
    assert row(WHO) == [(1, 3), (2, 4), (6, 12), (1, 1)]
    assert row(EXIT) == [(1, 1), (1, 2), (1, 1), (1, 1)]
    assert row(REPORTER_SET) == [(1, 3), (1, 2), (6, 13), (1, 3)]
    assert row(CHECK_A) == row(CHECK_B) == [(2, 2)] * 4
    assert row(TRY_OUT) == [(0, 0), (0, 0), (3, 5), (0, 0)]


def test_dates_and_speakers_keep_their_order() -> None:
    assert {question.key for question in SINGLES if question.keep_order} == {
        "source-of-the-length",
        "when-it-was-to-run-out",
        "last-of-these-days-in-force",
        "when-the-mayor-was-to-meet-protesters",
        "day-the-agreement-expires",
        "a-who-says-people-nearby",
        "b-who-says-most-active",
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
    assert {slug: texts & public for slug, texts in asked.items()} == {slug: set() for slug in asked}


def test_who_says_so_asks_for_every_speaker() -> None:
    keyed = {
        statement.speaker
        for question in WHO.questions
        if isinstance(question, WhoSaysSo)
        for statement in question.statements
    }

    assert keyed == {speaker.key for speaker in READING.speakers}
    assert {question.skill for question in WHO.questions} == {"attribution"}


# --- Each question ------------------------------------------------------------------------------------------------


def test_no_who_says_so_item_rests_on_the_protesters_word_about_their_own_plan() -> None:
    for question in QUESTIONS:
        if isinstance(question, WhoSaysSo):
            assert "F21" not in question.facts
            assert all(statement.speaker == "unnamed" for statement in question.statements if "F25" in statement.facts)


# --- Keys that give nothing away ----------------------------------------------------------------------------------


def test_keys_of_multiple_choice_are_not_always_as_many() -> None:
    multiples = [question for question in QUESTIONS if isinstance(question, Multiple)]

    assert all(2 <= len(question.right_ids) < len(question.choices) for question in multiples)
    assert len({len(question.right_ids) for question in multiples}) > 1
