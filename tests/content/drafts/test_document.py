"""The document of a draft: problems, text, questions that lose evidence, and the finished edition."""

from collections.abc import Callable
from copy import deepcopy
from pathlib import Path

import pytest
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from quizzes.content.drafts import publishing, text
from quizzes.content.drafts.changes import changes
from quizzes.content.drafts.document import (
    finished,
    from_edition,
    new_document,
    reading_of,
    sentence_tables,
    set_language,
)
from quizzes.content.drafts.preview import preview
from quizzes.content.drafts.publishing import NotReady
from quizzes.content.drafts.validation import (
    Lost,
    draft_problems,
    gaps,
    meter,
    orphans,
    question_problems,
    question_tips,
)
from quizzes.content.languages import set_translation
from quizzes.content.question_types.draft import rows
from quizzes.content.question_types.registry import change_type, public_view
from quizzes.content.question_types.shuffle import Shuffle
from quizzes.content.set_document import combine, parse_set, untranslated
from quizzes.content.set_problems import find_problems
from quizzes.content.tables import Table
from quizzes.files.built_in_sets import read_set_files
from quizzes.models import Edition, User
from tests.content.question_types.test_reference import EXAMPLES, SET, SOURCE
from tests.drafting import question, story, texts_of
from tests.factories import NOW, make_document, make_draft

FIXTURES = Path(__file__).resolve().parents[3] / "fixtures"

# --- Names that are the same ------------------------------------------------------------------------------------


def test_2_speakers_or_objectives_of_one_name_are_in_the_way() -> None:
    document = story()
    document["voices"][1]["label"] = document["voices"][0]["label"].upper()
    document["objectives"][1]["title"] = document["objectives"][0]["title"]

    assert [(problem.part, problem.text) for problem in draft_problems(document)] == [
        ("reading", "2 speakers have the name “REPORTED FACT”. Change one."),
        ("objectives", "2 objectives have the title “What the system records”. Change one."),
    ]


def test_2_names_or_answers_that_are_the_same_in_spanish_are_in_the_way() -> None:
    document = {**story(), "languages": ["es"]}
    for table in document["voices"][:3]:
        set_translation(table, "label", "El alcalde", "es", of=table["label"])
    # What was translated from an older text is not published.
    set_translation(document["voices"][0], "label", "El alcalde", "es", of="An older name")
    for choice in question(document, "one")["choices"][:2]:
        set_translation(choice, "text", "Lugar de nacimiento", "es", of=choice["text"])

    assert [(problem.part, problem.text) for problem in draft_problems(document)] == [
        ("languages", "2 speakers have the name “El alcalde” in Spanish. Change one."),
        ("question:one", "In Spanish: Answers 1 and 2 are the same."),
    ]


# --- A draft and its edition --------------------------------------------------------------------------------------


def test_a_copy_of_an_edition_says_the_same_and_can_be_published() -> None:
    assert draft_problems(story()) == []
    assert gaps(story()) == []
    assert changes(make_document(), story()) == []


@pytest.mark.parametrize(
    "name", ["pars-agreement", "who-says-so", "exit-ticket", "thinking-like-a-reporter", "check-a", "check-b"]
)
def test_a_copy_of_a_built_in_set_says_the_same_and_can_be_published(name: str) -> None:
    [file] = [file for file in read_set_files(FIXTURES) if file.parsed.slug == name]
    document = from_edition(file.document, title=file.parsed.title)

    assert draft_problems(document) == []
    assert changes(dict(file.document), document) == []
    # Also in Spanish.
    copied, original = parse_set(finished(document)).in_language("es"), file.parsed.in_language("es")
    assert copied.language == "es"
    assert [asked.stem for asked in copied.questions] == [asked.stem for asked in original.questions]
    assert untranslated(finished(document), "es") == []


def test_a_copy_has_no_summary_and_no_minutes_that_no_one_wrote() -> None:
    """Those that publishing wrote would count the old questions for good."""
    copied = from_edition(finished({**story(), "summary": "", "about_minutes": 0}), title="Mine")
    del copied["questions"][2:]

    assert (copied["summary"], copied["about_minutes"]) == ("", 0)
    assert finished(copied)["summary"] == "2 questions on “The agreement”."
    written = from_edition({**make_document(), "about_minutes": 5}, title="Mine")
    assert (written["summary"], written["about_minutes"]) == ("Four questions.", 5)


def test_a_text_that_changed_after_its_translation_falls_back() -> None:
    [file] = [file for file in read_set_files(FIXTURES) if file.parsed.slug == "exit-ticket"]
    document = from_edition(file.document, title="My ticket")
    single = document["questions"][0]
    single["stem"] = "What else?"
    single["choices"][0]["text"] = "Something else"
    edition = finished(document)

    assert [(key, missing.place) for key, missing in untranslated(edition, "es")] == [
        ("", "title"),
        (single["key"], "stem"),
        (single["key"], "choices 1: text"),
    ]
    spanish = parse_set(edition).in_language("es").questions[0]
    assert (spanish.stem, spanish.options(reading_of(document))[0].text) == ("What else?", "Something else")
    assert find_problems(edition, parse_set(edition)) == []


def test_a_set_in_one_language_has_no_texts_of_another() -> None:
    [file] = [file for file in read_set_files(FIXTURES) if file.parsed.slug == "exit-ticket"]
    document = from_edition(file.document, title="My ticket")
    del document["languages"]

    assert "texts" not in str(finished(document))


def test_a_finished_draft_rests_on_its_sentences_as_facts() -> None:
    edition = finished(story())

    assert edition["facts"][2] == {
        "id": "s3",
        "objective": "ended",
        "voice": "mayor",
        "text": "The mayor said that the rules were broken.",
    }
    assert [table["facts"] for table in edition["questions"]] == [["s1"], ["s1", "s2"], ["s3", "s4"], ["s5", "s6"]]
    assert [table["facts"] for table in edition["questions"][2]["statements"]] == [["s3"], ["s4"], []]
    assert find_problems(edition, parse_set(edition)) == []


def test_a_finished_draft_tells_nothing_that_only_its_author_sees() -> None:
    document = story()
    question(document, "one")["kept"] = [{"hint": "loaded", "about": "x", "because": "zqx"}]
    question(document, "one")["set_aside"] = {"x": {"stem": "zqx"}}
    document["saved"] = {"source": 3}

    edition = finished(document)

    assert "zqx" not in str(edition)
    assert {"anchors", "kept", "set_aside", "saved"} & {*edition, *edition["questions"][0]} == set()


def test_finishing_a_draft_does_not_change_it() -> None:
    edition = combine(SOURCE, {**SET, "questions": [example.document for example in EXAMPLES]})
    document = from_edition(edition, title="Mine")
    for one in document["questions"]:
        one["kept"] = [{"hint": "loaded", "about": "x", "because": "The story says so."}]
    before = deepcopy(document)

    finished(document)

    assert document == before


@pytest.mark.parametrize(
    ("title", "slug"),
    [("The PARS agreement!", "the-pars-agreement"), ("a_b", "a-b"), ("議会", "set"), ("x" * 99, "x" * 80)],
)
def test_a_finished_draft_has_a_slug_from_its_title(title: str, slug: str) -> None:
    edition = finished({**story(), "title": title})

    assert edition["slug"] == slug
    assert parse_set(edition).slug == slug


@pytest.mark.parametrize(
    ("rights", "note", "shown"),
    [
        ("quotes", "", "Written for class use, in our own words."),
        ("open", "", "The full text, in the public domain or under an open license."),
        ("open", "CC BY 4.0.", "CC BY 4.0."),
    ],
)
def test_a_finished_draft_says_by_what_right_the_text_is_shown(rights: str, note: str, shown: str) -> None:
    document = story()
    document["reading"] |= {"rights": rights, "rights_note": note}

    assert finished(document)["reading"]["rights_note"] == shown
    assert reading_of(document).citation.rights_note == shown


def test_copy_of_an_edition_has_no_note_on_the_rights_that_no_one_wrote() -> None:
    def copied(note: str) -> Table:
        document = {**story(), "languages": ["es"]}
        document["reading"] = {**document["reading"], "rights": "quotes", "rights_note": note}
        copy = from_edition(finished(document), title="Mine")
        assert finished(copy)["reading"]["rights_note"] == finished(document)["reading"]["rights_note"]
        copy["reading"]["rights"] = "open"
        reading: Table = finished(copy)["reading"]
        return reading

    own, theirs = copied(""), copied("CC BY 4.0.")
    assert own["rights_note"] == "The full text, in the public domain or under an open license."
    assert own["texts"]["es"]["rights_note"] == "El texto completo, de dominio público o con una licencia abierta."
    assert theirs["rights_note"] == "CC BY 4.0."


@pytest.mark.parametrize(("note", "language"), [("", "en"), ("كُتب للصف.", "ar")], ids=["ours", "the author's"])
def test_note_on_the_rights_says_its_language(note: str, language: str) -> None:
    document = story()
    document["reading"] |= {"rights": "quotes", "rights_note": note, "language": "ar"}

    notes = [parse_set(finished(document)).reading.citation.rights_note, reading_of(document).citation.rights_note]

    assert [getattr(shown, "language", "") for shown in notes] == [language, language]


def test_our_own_note_on_the_rights_is_there_in_every_language_of_the_set() -> None:
    def spanish(**fields: object) -> dict[str, str]:
        document = {**story(), "languages": ["es"]}
        document["reading"] = {**document["reading"], "rights": "open", "rights_note": "", **fields}
        texts: dict[str, str] = finished(document)["reading"].get("texts", {}).get("es", {})
        return texts

    own = {"texts": {"es": {"rights_note": "Dominio público."}}}
    note = "The full text, in the public domain or under an open license."
    assert spanish() == {"rights_note": "El texto completo, de dominio público o con una licencia abierta."}
    assert spanish(**own, based_on_texts={"es": {"rights_note": note}}) == own["texts"]["es"]
    assert spanish(rights_note="CC BY 4.0.") == {}
    assert "texts" not in finished({**story(), "languages": []})["reading"]


# --- What a draft lacks -------------------------------------------------------------------------------------------


def test_an_empty_draft_lists_everything_that_it_needs() -> None:
    assert [problem.text for problem in draft_problems(new_document())] == [
        "Enter a title.",
        "Enter the story’s title.",
        "Add the publisher and the date so students can judge the source.",
        "Choose what you may show students.",
        "Enter the reading’s title.",
        "Add the reading.",
        "Add at least 1 objective.",
        "Add a question.",
    ]


CHOICES = [{"text": "Citizenship", "rationale": "A."}, {"text": "Birthplace", "rationale": "B.", "key": True}]


@pytest.mark.parametrize(
    ("key", "fields", "faults"),
    [
        ("one", {"stem": " "}, ["Type the question, or remove it."]),
        ("one", {"objective": "gone"}, ["Choose an objective."]),
        ("one", {"evidence": []}, ["No evidence yet. Choose the sentences that prove the answer."]),
        ("one", {"points": 0}, ["“points” must be a whole number from 1 to 100."]),
        (
            "one",
            {"choices": [{"text": "", "rationale": ""}] * 4},
            ["Enter at least 2 answers.", "Choose at least 1 correct answer."],
        ),
        ("one", {"choices": [CHOICES[0], {**CHOICES[1], "key": False}]}, ["Choose at least 1 correct answer."]),
        (
            "one",
            {"choices": [*CHOICES, {"text": "  ", "rationale": "", "key": True}]},
            [
                "Answer 3 is correct but blank.",
                "Choose 1 correct answer, or change the type to “Choose all that apply”.",
            ],
        ),
        (
            "one",
            {"choices": [*CHOICES, {"text": "X", "rationale": "C."}, {"text": "birthplace ", "rationale": "D."}]},
            ["Answers 2 and 4 are the same."],
        ),
        (
            "one",
            {"choices": [{**CHOICES[0], "leans_on": ["s99"]}, CHOICES[1]]},
            ["A sentence that suggests answer 1 is no longer in the reading."],
        ),
        (
            "some",
            {"choices": [{"text": "X", "rationale": "", "key": True}, {"text": "Y", "rationale": "", "key": True}]},
            ["Every answer is correct. Add a wrong one."],
        ),
        ("who", {"voices": ["mayor"]}, ["Offer at least 2 speakers."]),
        ("proof", {"statement": ""}, ["Enter the statement that the sentences prove."]),
        (
            "proof",
            {"choices": [{"sentence": "s5", "rationale": "A."}, {"sentence": "s3", "rationale": ""}]},
            [
                "Sentence 5 is evidence, so it can’t be a wrong choice.",
            ],
        ),
        (
            "proof",
            {"choices": [{"sentence": "s3", "rationale": "A."}, {"sentence": "s3", "rationale": "B."}]},
            ["2 wrong sentences are the same."],
        ),
        (
            "proof",
            {"asked_count": 1, "evidence": ["s5", "s6"]},
            ["You ask for 1, and the number of evidence sentences is 2. Change one of them."],
        ),
        (
            "some",
            {"asked_count": 3},
            ["You ask for 3, and the number of correct answers is 2. Change one of them."],
        ),
    ],
)
def test_a_question_says_what_it_lacks(key: str, fields: Table, faults: list[str]) -> None:
    document = story()
    question(document, key).update(fields)
    if key == "who" and "voices" in fields:
        faults = [
            "Offer at least 2 speakers.",
            "Select “Protesters’ claim”, who says statement 2, under “Speakers to choose from”.",
            "Select “The story does not say”, who says statement 3, under “Speakers to choose from”.",
        ]

    assert question_problems(document, question(document, key)) == faults


@pytest.mark.parametrize(
    ("statement", "fault"),
    [
        ({"voice": ""}, "Choose who says statement 1."),
        ({"voice": "mayor", "evidence": []}, "Choose the sentence that says statement 1."),
        ({"voice": "not_stated"}, "Statement 1 is “The story does not say”, so choose no sentence for it."),
        ({"text": "PEOPLE are easy to find."}, "Statements 1 and 2 are the same."),
        (
            {"voice": "protesters"},
            "The statement “Rules were broken.” has the speaker “Protesters’ claim”, but “Mayor’s account” says "
            "sentence 3.",
        ),
    ],
)
def test_a_statement_says_what_it_lacks(statement: Table, fault: str) -> None:
    document = story()
    question(document, "who")["statements"][0].update(statement)

    assert question_problems(document, question(document, "who")) == [fault]


def test_a_question_of_another_type_says_what_it_lacks() -> None:
    document = story()
    one = question(document, "one")
    lacks = {}
    for name in ("true_false", "matching", "ordering"):
        change_type(one, name, document["voices"])
        lacks[name] = question_problems(document, one)

    assert lacks == {
        "true_false": ["Enter the statement.", "Choose true or false for the statement."],
        "matching": ["Enter at least 2 lines.", "Enter at least 2 different matches."],
        "ordering": ["Enter at least 3 lines, in the correct order."],
    }


@pytest.mark.parametrize(
    ("name", "own"),
    [
        (
            "true_false",
            {"statement": "It records a visa.", "answer": False, "rationale_true": "A.", "leans_on": ["s2"]},
        ),
        (
            "matching",
            {
                "options": ["July"],
                "prompts": [
                    {"text": "It ends in", "option": "August", "rationale": "A."},
                    {"text": "It began in", "option": "May", "rationale": "B."},
                    {"text": "", "option": "", "rationale": ""},
                ],
            },
        ),
        ("ordering", {"items": [{"text": text, "rationale": "Why."} for text in ("First", "", "Second", "Third")]}),
    ],
)
def test_a_complete_question_of_another_type_can_be_published(name: str, own: Table) -> None:
    document = story()
    one = question(document, "one")
    change_type(one, name, document["voices"])
    one.update(own)

    assert question_problems(document, one) == []


@pytest.mark.parametrize(
    ("key", "name", "own", "fault"),
    [
        (
            "who",
            "who_says_so",
            lambda who: {"statements": [{**who["statements"][0], "voice": "protesters"}, *who["statements"][1:]]},
            "La afirmación “Rules were broken.” tiene la voz “Protesters’ claim”, pero la oración 3 la dice "
            "“Mayor’s account”.",
        ),
        (
            "one",
            "short_answer",
            lambda _: {"accepted": ["July"], "wrong": [{"text": "july", "rationale": ""}]},
            "“july” está entre las respuestas aceptadas y entre las incorrectas.",
        ),
        (
            "one",
            "matching",
            lambda _: {"options": ["may"], "prompts": [{"text": text, "option": "May"} for text in ("One", "Two")]},
            "Las opciones 1 y 2 son iguales.",
        ),
        (
            "one",
            "blanks",
            lambda _: {"text": "In {a}", "gaps": [{"accepted": ["May"], "choices": ["June", "july", "July"]}]},
            "Las opciones 2 y 3 del espacio a son iguales.",
        ),
        (
            "one",
            "free_text",
            lambda _: {
                "criteria": [{"title": "Says why", "points": 1, "description": "Why."} for _ in range(2)],
                "points": 2,
                "sample_answer": "Because.",
            },
            "Las líneas 1 y 2 de la rúbrica son iguales.",
        ),
        (
            "one",
            "single",
            lambda one: {
                "choices": [*one["choices"][:2], one["choices"][2] | {"mark": "said_by_someone", "mark_at": ["s1"]}]
            },
            "Según su marca, alguien dice la opción “Fingerprints”, pero la oración 1 la dice la noticia misma.",
        ),
    ],
)
def test_a_fault_that_only_the_edition_shows_is_in_the_language_of_the_page(
    key: str, name: str, own: Callable[[Table], Table], fault: str
) -> None:
    document = story()
    table = question(document, key)
    change_type(table, name, document["voices"])
    table.update(own(table))

    with override("es"):
        assert question_problems(document, table) == [fault]


def test_a_type_that_is_tried_and_given_up_loses_nothing() -> None:
    document = story()
    one, before = question(document, "one"), deepcopy(question(document, "one"))

    change_type(one, "multiple", document["voices"])
    assert one["choices"] == before["choices"]
    change_type(one, "who_says_so", document["voices"])
    assert "choices" not in one
    one["statements"][0]["text"] = "Kept too."
    change_type(one, "single", document["voices"])

    assert {name: one[name] for name in before} == before
    change_type(one, "who_says_so", document["voices"])
    assert one["statements"][0]["text"] == "Kept too."


def test_the_meter_counts_questions_by_objective() -> None:
    document = {**story(), "minimum": {"records": 3, "ended": 2}}

    assert [(line.title, line.has, line.needs, line.is_met) for line in meter(document)] == [
        ("What the system records", 2, 3, False),
        ("Why it was ended", 2, 2, True),
    ]
    assert [line.title for line in gaps(document)] == ["What the system records"]


def test_a_tip_that_is_kept_comes_back_when_the_words_change() -> None:
    document = story()
    one = question(document, "one")
    one["choices"][0]["text"] = "It is never told"
    tip = question_tips(document, one)[0]
    one["kept"] = [{"hint": tip.tip.code, "about": tip.tip.about, "because": "The story says never."}]

    assert question_tips(document, one)[0].because == "The story says never."
    one["choices"][0]["text"] = "It is never told anywhere"
    assert question_tips(document, one)[0].because == ""


# --- The text -----------------------------------------------------------------------------------------------------


def test_a_pasted_text_becomes_sentences_of_the_reporter() -> None:
    document = new_document()

    text.replace_text(document, "One. Two.\n\nThree.")

    assert document["reading"]["paragraphs"] == [
        {
            "sentences": [
                {"key": "s1", "text": "One.", "voice": "reporter"},
                {"key": "s2", "text": "Two.", "voice": "reporter"},
            ]
        },
        {"sentences": [{"key": "s3", "text": "Three.", "voice": "reporter"}]},
    ]


def test_a_corrected_text_keeps_keys_and_speakers_and_never_gives_a_used_key_again() -> None:
    document = story()

    text.replace_text(
        document,
        "Something new. The system records a birthplace.\n\nThe mayor said that the rules were bent. "
        "The agreement ends in August. Dozens of people had protested. And a last one.",
    )

    assert texts_of(document) == {
        "s7": "Something new.",
        "s1": "The system records a birthplace.",
        "s3": "The mayor said that the rules were bent.",
        "s5": "The agreement ends in August.",
        "s6": "Dozens of people had protested.",
        "s8": "And a last one.",
    }
    assert [table["voice"] for table in sentence_tables(document)][2] == "mayor"
    # A key of a removed sentence that something still names is not given again.
    named: list[Table] = [
        {"leans_on": ["s10"]},
        {"tempting": [{"sentence": "s20"}]},
        {"set_aside": {"numeric": {"choices": [{"mark_at": ["s30"]}]}}},
    ]
    for fields in named:
        document["questions"][0] |= fields
        text.split(document, "s1", "One\ntwo.")
    document["reading"]["variants"] = [{"key": "easier", "rows": [{"id": "r1", "text": "One.", "to": "s40"}]}]
    text.split(document, "s1", "One\ntwo.")
    assert [key for key in texts_of(document) if int(key[1:]) > 8] == ["s41", "s31", "s21", "s11"]


def test_another_name_of_a_speaker_that_every_story_has_lacks_a_translation() -> None:
    document = {**new_document(), "languages": ["es"]}
    labels = [speaker["texts"]["es"]["label"] for speaker in finished(document)["voices"]]
    assert labels == ["La noticia misma", "Alguien a quien no se nombra", "La noticia no lo dice"]

    for label, has_spanish in (("A neighbor", False), ("Someone not named", True)):
        speakers = [{**one, "label": label} if one["key"] == "unnamed" else one for one in document["voices"]]
        text.set_speakers(document, speakers)
        assert ("texts" in finished(document)["voices"][1]) == has_spanish


@pytest.mark.parametrize("listed", [None, [], ["es"]])
def test_a_language_that_is_chosen_by_mistake_and_back_changes_nothing(listed: list[str] | None) -> None:
    document = new_document() | ({} if listed is None else {"languages": listed})
    before = deepcopy(document)

    # A page may be sent twice.
    for language in ("es", "es", "fr", "en"):
        set_language(document, language)
        assert document.get("languages") == ([] if language == "es" and listed else listed)

    assert document == before


def test_a_sentence_is_split_at_line_breaks_or_where_it_ends() -> None:
    document = story()

    text.split(document, "s1", "The system\nrecords a birthplace.")
    text.split(document, "s3", "The mayor spoke. He said no.")

    assert list(texts_of(document).values())[:5] == [
        "The system",
        "records a birthplace.",
        "It also records an address.",
        "The mayor spoke.",
        "He said no.",
    ]
    assert list(texts_of(document))[:5] == ["s1", "s7", "s2", "s3", "s8"]
    assert [table["voice"] for table in sentence_tables(document)][3:5] == ["mayor", "mayor"]
    with pytest.raises(text.NothingToSplit):
        text.split(document, "s5", "The agreement ends in August.")


def test_sentences_are_joined_and_paragraphs_started_and_ended() -> None:
    document = story()

    text.join(document, "s1")
    assert texts_of(document)["s1"] == "The system records a birthplace. It also records an address."
    text.join(document, "s1")
    assert [[table["key"] for table in paragraph["sentences"]] for paragraph in document["reading"]["paragraphs"]] == [
        ["s1"],
        ["s4", "s5", "s6"],
    ]
    for _ in range(2):
        text.set_paragraph_start(document, "s5", is_start=True)
    assert [len(paragraph["sentences"]) for paragraph in document["reading"]["paragraphs"]] == [1, 1, 2]
    for key in ("s5", "s4", "s1"):
        text.set_paragraph_start(document, key, is_start=False)
    assert [len(paragraph["sentences"]) for paragraph in document["reading"]["paragraphs"]] == [4]
    text.join(document, "s6")
    text.join(document, "s99")
    assert len(texts_of(document)) == 4


def test_a_text_half_as_long_may_be_another_story() -> None:
    assert text.is_much_shorter(story(), "Quite short.")
    assert not text.is_much_shorter(story(), text.text_of(story()))
    assert not text.is_much_shorter(new_document(), "")


# --- Orphans ------------------------------------------------------------------------------------------------------

SECOND_VERSION = (
    # s2 corrected, s4 gone, the rest as it was.
    "The system records a birthplace. It also records a street address.\n\n"
    "The mayor said that the rules were broken. The agreement ends in August. Dozens of people had protested."
)
THIRD_VERSION = (
    # s2 back to what it was, s5 rewritten past recognition, s6 corrected, a new sentence before all.
    "Here is what is known. The system records a birthplace. It also records an address.\n\n"
    "The mayor said that the rules were broken. On the last day of summer it is over. Hundreds of people had protested."
)


def test_orphans_over_three_versions_are_those_found_by_hand() -> None:
    document = story()
    assert orphans(document) == []

    text.replace_text(document, SECOND_VERSION)
    assert [(orphan.key, orphan.number, [lost.key for lost in orphan.lost]) for orphan in orphans(document)] == [
        ("some", 2, ["s2"]),
        ("who", 3, ["s4"]),
    ]

    text.replace_text(document, THIRD_VERSION)
    assert [(orphan.key, orphan.number, [lost.key for lost in orphan.lost]) for orphan in orphans(document)] == [
        ("who", 3, ["s4"]),
        ("proof", 4, ["s5", "s6"]),
    ]
    [changed] = [lost for orphan in orphans(document) for lost in orphan.lost if lost.key == "s6"]
    assert changed == Lost("s6", "Dozens of people had protested.", "Hundreds of people had protested.", "s6")


def test_an_orphan_offers_the_nearest_sentence() -> None:
    document = story()
    text.replace_text(document, "Also written down is an address.\n\nThe mayor said no. In August it ends for good.")

    [lost] = [lost for orphan in orphans(document) for lost in orphan.lost if lost.key == "s2"]

    assert (lost.quote, lost.now) == ("It also records an address.", "")
    assert texts_of(document)[lost.nearest] == "Also written down is an address."
    assert question_problems(document, question(document, "some"))[-1] == (
        "This quote isn’t in the reading: “It also records an address.” "
        "Closest match: “Also written down is an address.”"
    )


TIED = [("one", "s1"), ("some", "s1"), ("some", "s2"), ("who", "s3"), ("who", "s4"), ("proof", "s5"), ("proof", "s6")]


@pytest.mark.parametrize(("key", "sentence"), TIED)
@pytest.mark.parametrize("how", ["changed", "deleted", "joined", "split"])
def test_a_question_whose_sentence_changed_is_an_orphan_and_cannot_be_published(
    key: str, sentence: str, how: str, teacher: User
) -> None:
    document = story()
    match how:
        case "changed":
            text.set_sentences(document, {sentence: "It says something else now."}, {})
        case "deleted":
            text.remove(document, sentence)
        case "joined":
            text.replace_text(document, text.text_of(document))
            before = [table["key"] for table in sentence_tables(document)]
            text.join(document, sentence if sentence != before[-1] else before[-2])
        case "split":
            text.split(document, sentence, texts_of(document)[sentence].replace(" ", "\n", 1))
    draft = make_draft(owner=teacher, document=make_document())
    draft.document = document
    draft.save()

    assert key in [orphan.key for orphan in orphans(document)]
    assert key in [problem.key for problem in draft_problems(document)]
    with pytest.raises(NotReady):
        publishing.publish(draft, seen=draft.revision, note="", by=teacher, now=NOW)
    assert not Edition.objects.exists()


def test_a_change_of_quotation_marks_makes_no_orphan() -> None:
    document = story()
    text.set_sentences(document, {"s1": "The  system records a birthplace."}, {})

    assert orphans(document) == []


# --- Preview ------------------------------------------------------------------------------------------------------


def test_the_preview_is_what_students_see() -> None:
    document = story()
    parsed = parse_set(make_document())

    for table, of_edition in zip(document["questions"], parsed.questions, strict=True):
        shown = preview(document, table)
        assert shown == public_view(of_edition, Shuffle("preview", is_shuffled=False), None, reading_of(document))


def test_the_preview_of_a_question_that_is_not_complete_shows_what_is_there() -> None:
    document = story()
    for table in document["questions"]:
        table |= {"explanation": "", "objective": "", "evidence": []}
        for row in rows(table):
            row |= {"rationale": ""}
            row.pop("key", None)

    assert [preview(document, table) is not None for table in document["questions"]] == [True] * 4
    question(document, "one")["stem"] = ""
    assert preview(document, question(document, "one")) is None


@given(st.lists(st.sampled_from([*"abc. \n", "The system records a birthplace. ", "It ends. ", "\n\n"]), max_size=40))
def test_any_text_may_be_pasted_and_every_key_appears_once(pieces: list[str]) -> None:
    document = story()

    text.replace_text(document, "".join(pieces))

    keys = [table["key"] for table in sentence_tables(document)]
    assert len(set(keys)) == len(keys)
    assert all(paragraph["sentences"] for paragraph in document["reading"]["paragraphs"])
    # Whatever became of the text, each question stands or is listed.
    texts = texts_of(document)
    for table in document["questions"]:
        whole = all(texts.get(key) == anchor for key, anchor in table["anchors"].items())
        assert whole == (table["key"] not in [orphan.key for orphan in orphans(document)])
