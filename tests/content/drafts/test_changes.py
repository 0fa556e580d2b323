"""Compare two readings: the state of each sentence, and the questions that depend on it."""

import pytest
from django.test import Client

from quizzes.content.drafts import saving
from quizzes.content.drafts.changes import changes, compared, key_changes
from quizzes.content.drafts.document import finished, from_edition, sentence_tables
from quizzes.content.drafts.text import set_paragraph_start
from quizzes.content.set_document import parse_set
from quizzes.content.tables import Table
from quizzes.models import Draft, User
from tests.drafting import publish, question, story, url
from tests.factories import NOW, make_document
from tests.pages import read, text_of
from tests.views.teacher.test_grading_queue import typed_document


def states(document: Table) -> list[tuple[str, int | None, int | None, tuple[int, ...]]]:
    """(state, number before, number now, questions) of each pair."""
    return [
        (row.state, row.before and row.before[0], row.now and row.now[0], row.questions)
        for row in compared(make_document(), document)
    ]


def test_readings_that_say_the_same_have_no_other_sentence() -> None:
    same = [("same", number, number, ()) for number in range(1, 7)]
    assert states(story()) == same

    # Students see other marks and paragraphs, so a new version has them.
    document = story()
    sentence_tables(document)[0]["text"] = "The system “records” a birthplace."
    edition = finished(document)
    sentence_tables(document)[0]["text"] = 'The system "records" a birthplace.'
    assert [change.what for change in changes(edition, document)] == ["Sentence 1 changed."]
    # No answer depends on the marks.
    first = compared(edition, document)[0]
    assert (first.state, first.questions) == ("changed", ())
    document = story()
    set_paragraph_start(document, "s2", is_start=True)
    assert states(document) == same
    assert [change.what for change in changes(finished(story()), document)] == ["The paragraphs changed."]


def test_changed_new_moved_and_removed_sentences_are_told_apart() -> None:
    document = story()
    first, second = (paragraph["sentences"] for paragraph in document["reading"]["paragraphs"])
    first[0]["text"] = "The system records no birthplace."
    first.append({"key": "s7", "text": "It is new.", "voice": "reporter"})
    second.append(second.pop(0))  # s3, on which question 3 rests
    del second[0]  # s4, as well

    assert states(document) == [
        ("changed", 1, 1, (1, 2)),
        ("same", 2, 2, ()),
        ("removed", 4, None, (3,)),
        ("new", None, 3, ()),
        ("same", 5, 4, ()),
        ("same", 6, 5, ()),
        ("moved", 3, 6, (3,)),
    ]


def test_changes_name_a_language_in_words() -> None:
    one, two = story(), {**story(), "languages": ["es"]}

    assert [change.what for change in changes(finished(one), two)] == ["Students can read the questions in “Spanish”."]
    assert [change.what for change in changes(finished(two), one)] == [
        "Students can no longer read the questions in “Spanish”."
    ]
    two = story()
    two["reading"]["language"] = "ar"
    assert [(change.what, change.before, change.after) for change in changes(finished(one), two)] == [
        ("The language of the reading changed.", "", "")
    ]


def with_words(**fields: object) -> Table:
    document = {**story(), "languages": ["es"]}
    document["reading"]["words"] = [{"word": "system", "meaning": "a whole", "en": ["system"], **fields}]
    return document


def test_changes_name_the_words_to_know_and_their_language() -> None:
    edition = finished(with_words())

    assert changes(edition, with_words(es=[])) == []
    assert [(change.what, change.before, change.after) for change in changes(edition, with_words(word="systems"))] == [
        ("The words to know changed.", "system", "systems")
    ]
    assert [change.what for change in changes(edition, with_words(meaning="a machine"))] == [
        "The words to know changed."
    ]
    assert [change.what for change in changes(edition, with_words(texts={"es": {"meaning": "un todo"}}))] == [
        "The words to know in another language changed."
    ]


def with_speaker(**fields: object) -> Table:
    document = {**story(), "languages": ["es"]}
    document["voices"][1] |= fields
    return document


def test_changes_tell_a_speaker_from_the_name_in_another_language() -> None:
    edition, spanish = finished(with_speaker()), {"texts": {"es": {"label": "La alcaldesa"}}}

    assert [change.what for change in changes(edition, with_speaker(**spanish))] == [
        "The names of the speakers in another language changed."
    ]
    assert [change.what for change in changes(edition, with_speaker(**spanish, label="The mayor"))] == [
        "The speakers changed."
    ]
    # The label is also the correct answer of a question. Another label of the same speaker is no other answer.
    assert key_changes(parse_set(edition), parse_set(finished(with_speaker(label="The mayor")))) == []
    assert [change.what for change in changes(finished(story()), with_speaker(**spanish))] == [
        "Students can read the questions in “Spanish”."
    ]


def test_another_sample_answer_is_no_other_correct_answer() -> None:
    """A teacher grades the question, so a regrade could only drop it or give everyone its points."""
    edition = typed_document()
    draft = from_edition(typed_document(), title="Small set")
    question(draft, "who")["sample_answer"] = "The agreement ends because of the rules."

    assert [change.what for change in changes(edition, draft)] == ["Question 3 changed."]
    assert key_changes(parse_set(edition), parse_set(finished(draft))) == []


def with_texts(place: str, **texts: str) -> Table:
    document = {**story(), "languages": ["es"]}
    document[place] |= {"texts": {"es": texts}}
    return document


@pytest.mark.parametrize(
    ("place", "name", "what"),
    [
        ("citation", "date_note", "The source of the date in another language changed."),
        ("reading", "rights_note", "The rights note in another language changed."),
    ],
)
def test_changes_name_notes_on_the_story_in_another_language(place: str, name: str, what: str) -> None:
    document = with_texts(place, **{name: "una nota"})
    document[place][name] = "a note"
    edition = finished(document)

    document[place]["texts"] = {"es": {name: "otra nota"}}
    assert [change.what for change in changes(edition, document)] == [what]
    del document[place]["texts"]
    assert [change.what for change in changes(edition, document)] == [what]


def with_objective(**fields: object) -> Table:
    document = {**story(), "languages": ["es"]}
    document["objectives"][0] |= fields
    return document


def test_changes_name_objectives_in_another_language() -> None:
    document = with_objective(texts={"es": {"title": "Qué registra"}})

    assert [change.what for change in changes(finished(with_objective()), document)] == [
        "The objectives in another language changed."
    ]
    assert changes(finished(document), document) == []


@pytest.mark.django_db
def test_page_compares_with_the_latest_edition(draft: Draft, teacher: User, teacher_client: Client) -> None:
    address = url("compare_reading", draft)
    assert "Nothing to compare yet" in text_of(teacher_client.get(address))
    publish(teacher_client, draft)
    assert "No sentences changed." in text_of(teacher_client.get(address))

    saving.save_reading(draft, {}, {"s1": "The system records a name."}, {}, seen=9, by=teacher, now=NOW)

    page = text_of(teacher_client.get(address))
    assert "1 sentence changed." in page
    assert (
        "Changed Questions 1, 2 1 The system records a birthplace. 1 The system records a name. Same 2 It also records"
        in page
    )
    for name in ("edit_reading", "replace_text", "edit_orphans"):
        assert address in read(teacher_client.get(url(name, draft))).links
