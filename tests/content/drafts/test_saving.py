"""Drafts: saved part by part without overwriting another window, and published as editions."""

import re
from copy import deepcopy
from typing import Any, NoReturn

import pytest
from django.db import DatabaseError, OperationalError, transaction
from django.template.loader import render_to_string

from quizzes.assignments.board import show_on_board
from quizzes.assignments.newer_versions import HasAttempts, use_edition
from quizzes.content.drafts import lifecycle, publishing, saving, saving_questions, text
from quizzes.content.drafts.changes import changes
from quizzes.content.drafts.document import MAX_QUESTIONS, READING, new_document
from quizzes.content.drafts.publishing import NotReady
from quizzes.content.drafts.removals import CannotPutBack
from quizzes.content.drafts.saving import DraftChanged, NoSuchQuestion
from quizzes.content.drafts.validation import orphans
from quizzes.content.editions import NotPublishable, publish_edition, published
from quizzes.content.reading import Citation
from quizzes.content.tables import Table
from quizzes.models import Assignment, Board, Draft, Edition, Question, QuestionSet, User
from tests.drafting import question, story
from tests.factories import (
    NOW,
    make_assignment,
    make_attempt,
    make_document,
    make_edition,
    make_question_set,
    make_regrade,
)

# --- Gaps and the freeze ------------------------------------------------------------------------------------------


def with_gap() -> dict[str, Any]:
    return {**make_document(), "minimum": {"records": 3, "ended": 2}}


def test_publish_edition_refuses_a_gap_without_a_note(db: None) -> None:
    question_set = make_question_set()

    with pytest.raises(NotPublishable) as refused:
        publish_edition(question_set, with_gap(), now=NOW)

    assert refused.value.problems == [("", "“What the system records” has 2 questions and needs 3")]
    assert not Edition.objects.exists()


def test_publish_edition_keeps_the_note_that_explains_a_gap(teacher: User) -> None:
    edition = publish_edition(make_question_set(), with_gap(), now=NOW, by=teacher, note="Two are enough here.")

    assert edition is not None
    assert (edition.note, edition.published_by, edition.number) == ("Two are enough here.", teacher, 1)


def test_publish_edition_keeps_no_note_where_nothing_is_missing(db: None) -> None:
    edition = publish_edition(make_question_set(), make_document(), now=NOW, note="For nothing.")

    assert edition is not None
    assert edition.note == ""


def test_publish_edition_refuses_a_fault_whatever_the_note(db: None) -> None:
    document = make_document()
    document["questions"][0]["evidence"] = []

    with pytest.raises(NotPublishable):
        publish_edition(make_question_set(), document, now=NOW, note="Please.")

    assert not Edition.objects.exists()


def test_a_published_edition_and_its_questions_refuse_an_update(db: None) -> None:
    edition = make_edition()

    with pytest.raises(DatabaseError, match="never changes"), transaction.atomic():
        Edition.objects.filter(pk=edition.pk).update(note="Afterwards.")
    with pytest.raises(DatabaseError, match="never changes"), transaction.atomic():
        Question.objects.filter(edition=edition).update(points=9)


@pytest.mark.parametrize(
    ("published_on", "date_note", "author", "line"),
    [
        ("2018-07-27", "", "", "From a story by The Daily Test, “A story”, July 27, 2018."),
        ("2018-07-27", "", "A. Writer", "From a story by A. Writer, The Daily Test, “A story”, July 27, 2018."),
        (
            "2018-07-27",
            "The page does not print it.",
            "",
            'From a story by The Daily Test, “A story”. <span class="outside">July 27, 2018. '
            "The page does not print it.</span>",
        ),
        (
            "2018-07-27",
            "Events place it in 2018.",
            "",
            'From a story by The Daily Test, “A story”. <span class="outside">Events place it in 2018.</span>',
        ),
        ("", "", "", "From a story by The Daily Test, “A story”."),
    ],
)
def test_a_citation_says_when_the_story_appeared_and_how_that_is_known(
    published_on: str, date_note: str, author: str, line: str
) -> None:
    citation = Citation("The Daily Test", "A story", "", published_on, date_note, "", author)

    html = re.sub("</?bdi>", "", render_to_string("parts/citation.html", {"citation": citation}))

    words = re.sub(r"\s+", " ", html).replace("> ", ">").replace(" <", "<").strip()
    assert words == f'<p class="cite">{line}</p>'.replace(" <", "<")


# --- Writing ------------------------------------------------------------------------------------------------------


def now_of(draft: Draft) -> Draft:
    return Draft.objects.get(pk=draft.pk)


SOURCE_FIELDS = {
    "title": "Library hours",
    "publisher": "The Riverton Post",
    "story_title": "Council shuts library on Sundays",
    "published_on": "2026-10-20",
    "rights": "quotes",
}


def test_make_set_makes_a_set_that_only_its_owner_has(teacher: User, other_teacher: User) -> None:
    draft = lifecycle.make_set(by=teacher, now=NOW, **SOURCE_FIELDS)

    question_set = draft.question_set
    assert (question_set.title, question_set.owner, question_set.reading.source.publisher) == (
        "Library hours",
        teacher,
        "The Riverton Post",
    )
    assert draft.document["citation"]["title"] == "Council shuts library on Sundays"
    assert draft.document["reading"]["rights"] == "quotes"
    assert list(Draft.objects.owned_by(teacher)) == [draft]
    assert list(Draft.objects.owned_by(other_teacher)) == []
    assert list(QuestionSet.objects.open_to(other_teacher)) == []


def test_copy_set_makes_a_draft_of_ones_own_and_leaves_the_set_alone(teacher: User) -> None:
    edition = make_edition()
    copies = [lifecycle.copy_set(edition, by=teacher, now=NOW + n * lifecycle.REPEATED) for n in range(2)]

    assert [copy.question_set.title for copy in copies] == ["Small set (copy)", "Small set (copy 2)"]
    assert changes(edition.document, {**copies[0].document, "title": "Small set"}) == []
    assert list(edition.question_set.editions.all()) == [edition]
    assert copies[0].question_set.owner == teacher


@pytest.mark.parametrize("text", ["", "The council met. It voted."])
def test_a_set_that_is_made_twice_is_one_set(text: str, teacher: User, other_teacher: User) -> None:
    first, again = (lifecycle.make_set(by=teacher, now=NOW, text=text, **SOURCE_FIELDS) for _ in range(2))
    assert again == first

    others = [
        lifecycle.make_set(by=other_teacher, now=NOW, text=text, **SOURCE_FIELDS),
        lifecycle.make_set(by=teacher, now=NOW, text=f"{text} Nobody spoke.", **SOURCE_FIELDS),
        lifecycle.make_set(by=teacher, now=NOW + lifecycle.REPEATED, text=text, **SOURCE_FIELDS),
    ]
    assert len({first.pk, *(draft.pk for draft in others)}) == 4


def test_a_copy_that_is_made_twice_is_one_set(teacher: User, other_teacher: User) -> None:
    edition = make_edition()
    first, again = (lifecycle.copy_set(edition, by=teacher, now=NOW) for _ in range(2))
    assert again == first
    assert lifecycle.copy_set(edition, by=other_teacher, now=NOW) != first
    assert lifecycle.copy_set(make_edition(), by=teacher, now=NOW) != first


def test_a_save_counts_the_revision_and_names_who_and_when(draft: Draft, teacher: User) -> None:
    saved = saving_questions.save_question(draft, "one", {"stem": "What does it record?"}, seen=1, by=teacher, now=NOW)

    assert (saved.revision, now_of(draft).revision) == (2, 2)
    assert question(now_of(draft).document, "one")["stem"] == "What does it record?"
    assert question(now_of(draft).document, "one")["points"] == 1
    assert now_of(draft).changed_by == teacher


def test_a_save_of_what_another_window_saved_meanwhile_is_refused_and_loses_nothing(
    draft: Draft, teacher: User
) -> None:
    saving_questions.save_question(draft, "one", {"stem": "From the first window"}, seen=1, by=teacher, now=NOW)

    with pytest.raises(DraftChanged) as refused:
        saving_questions.save_question(draft, "one", {"stem": "From the second window"}, seen=1, by=teacher, now=NOW)

    assert question(refused.value.draft.document, "one")["stem"] == "From the first window"
    assert question(now_of(draft).document, "one")["stem"] == "From the first window"
    assert now_of(draft).revision == 2
    saving_questions.save_question(draft, "one", {"stem": "From the second window"}, seen=2, by=teacher, now=NOW)
    assert question(now_of(draft).document, "one")["stem"] == "From the second window"


def test_saves_of_different_parts_do_not_meet(draft: Draft, teacher: User) -> None:
    saving_questions.save_question(draft, "one", {"stem": "One"}, seen=1, by=teacher, now=NOW)
    saving_questions.save_question(draft, "some", {"stem": "Two"}, seen=1, by=teacher, now=NOW)
    saving.save_source(draft, title="Another title", seen=1, by=teacher, now=NOW)
    saving.save_objectives(draft, [{"key": "records", "title": "R"}], {"records": 1}, seen=1, by=teacher, now=NOW)

    document = now_of(draft).document
    assert [question(document, key)["stem"] for key in ("one", "some")] == ["One", "Two"]
    assert (document["title"], document["minimum"]) == ("Another title", {"records": 1})
    assert now_of(draft).revision == 5


def test_title_of_a_set_is_saved_with_its_draft_or_not_at_all(
    draft: Draft, teacher: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of two saves at once, the set could get the title of one, and the draft that of the other."""

    def fail(*_: Any, **__: Any) -> NoReturn:
        raise OperationalError("the server is gone")

    with monkeypatch.context() as patched:
        patched.setattr("quizzes.content.drafts.saving.QuestionSet.objects.filter", fail)
        with pytest.raises(OperationalError):
            saving.save_source(draft, title="Another title", seen=1, by=teacher, now=NOW)

    assert now_of(draft).document["title"] != "Another title"


def test_reading_with_the_title_of_its_set_is_renamed_with_it(teacher: User) -> None:
    draft = lifecycle.make_set(title="Cameras", text="A camera records.", rights="quotes", by=teacher, now=NOW)

    seen = draft.revision
    draft = saving.save_source(draft, title="The cameras", seen=seen, by=teacher, now=NOW)
    assert draft.document["reading"]["title"] == "The cameras"
    # No sentence changed under the pages that depend on them.
    assert draft.document["saved"].get(READING, 0) <= seen
    # An older page of the reading would undo it. An older page of the source does not name the title of the reading.
    with pytest.raises(DraftChanged):
        saving.save_reading(draft, {"title": "Cameras"}, {}, {}, seen=seen, by=teacher, now=NOW)
    draft = saving.save_reading(draft, {"level": "Grade 7"}, {}, {}, seen=draft.revision, by=teacher, now=NOW)
    draft = saving.save_source(draft, title="Cameras", seen=seen + 1, by=teacher, now=NOW)
    assert draft.document["reading"]["title"] == "Cameras"

    draft = saving.save_reading(draft, {"title": "Who records?"}, {}, {}, seen=draft.revision, by=teacher, now=NOW)
    draft = saving.save_source(draft, title="Cameras in town", seen=draft.revision, by=teacher, now=NOW)
    assert (draft.document["title"], draft.document["reading"]["title"]) == ("Cameras in town", "Who records?")


@pytest.mark.parametrize("is_pasted", [True, False])
def test_another_language_makes_pages_of_speakers_and_languages_out_of_date(is_pasted: bool, teacher: User) -> None:
    draft = lifecycle.make_set(title="Cámaras", rights="quotes", by=teacher, now=NOW)
    seen, speakers = draft.revision, draft.document["voices"]
    if is_pasted:
        draft = saving.save_text(
            draft, "El concejo votó y los vecinos y las familias esperaron.", seen=seen, by=teacher, now=NOW
        )
    else:
        draft = saving.save_reading(draft, {"language": "es"}, {}, {}, seen=seen, by=teacher, now=NOW)

    with pytest.raises(DraftChanged):
        saving.save_speakers(draft, speakers, seen=seen, by=teacher, now=NOW)

    assert now_of(draft).document["voices"][0]["label"] == "La noticia misma"
    assert now_of(draft).document["saved"] == dict.fromkeys(("reading", "voices", "languages"), seen + 1)


def test_a_save_that_says_what_is_there_already_is_no_conflict(draft: Draft, teacher: User) -> None:
    saving_questions.save_question(draft, "one", {"stem": "Sent twice"}, seen=1, by=teacher, now=NOW)

    again = saving_questions.save_question(draft, "one", {"stem": "Sent twice"}, seen=1, by=teacher, now=NOW)

    assert again.revision == now_of(draft).revision == 2


def test_a_question_saved_beside_a_changed_reading_is_refused(draft: Draft, teacher: User) -> None:
    saving.save_reading(draft, {}, {"s1": "The system records a name."}, {}, seen=1, by=teacher, now=NOW)

    with pytest.raises(DraftChanged):
        saving_questions.save_question(draft, "one", {"evidence": ["s1", "s2"]}, seen=1, by=teacher, now=NOW)

    assert question(now_of(draft).document, "one")["evidence"] == ["s1"]


def test_a_save_between_the_look_and_the_write_is_kept_as_well(draft: Draft, teacher: User) -> None:
    """Another window saves while this one has read the draft and not yet written it."""
    others = iter(["Saved in between."])

    def rename(document: Table) -> None:
        for stem in others:
            saving_questions.save_question(draft, "some", {"stem": stem}, seen=1, by=teacher, now=NOW)
        text.set_paragraph_start(document, "s2", is_start=True)

    saving.save_reading(draft, {}, {}, {}, then=rename, seen=1, by=teacher, now=NOW)

    document = now_of(draft).document
    assert question(document, "some")["stem"] == "Saved in between."
    assert len(document["reading"]["paragraphs"]) == 3
    assert now_of(draft).revision == 3


def test_a_save_of_the_same_part_between_the_look_and_the_write_is_refused(draft: Draft, teacher: User) -> None:
    others = iter(["In between."])

    def rename(document: Table) -> None:
        for label in others:
            saving.save_reading(draft, {"title": label}, {}, {}, seen=1, by=teacher, now=NOW)
        text.set_paragraph_start(document, "s2", is_start=True)

    with pytest.raises(DraftChanged):
        saving.save_reading(draft, {}, {"s1": "Mine."}, {}, then=rename, seen=1, by=teacher, now=NOW)

    assert now_of(draft).document["reading"]["title"] == "In between."
    assert len(now_of(draft).document["reading"]["paragraphs"]) == 2


def test_questions_are_added_duplicated_moved_and_removed(draft: Draft, teacher: User) -> None:
    def keys() -> list[str]:
        return [table["key"] for table in now_of(draft).document["questions"]]

    _, added = saving_questions.add_question(draft, "single", after="some", new_key="", by=teacher, now=NOW)
    assert keys() == ["one", "some", added, "who", "proof"]
    assert question(now_of(draft).document, added)["objective"] == "records"
    _, copy = saving_questions.duplicate_question(draft, "one", new_key="", by=teacher, now=NOW)
    assert keys() == ["one", copy, "some", added, "who", "proof"]
    document = now_of(draft).document
    assert {**question(document, copy), "key": "one"} == question(document, "one")
    saving_questions.move_question(draft, copy, to=1, by=teacher, now=NOW)
    saving_questions.move_question(draft, copy, to=0, by=teacher, now=NOW)
    saving_questions.move_question(draft, "one", to=3, by=teacher, now=NOW)
    saving_questions.move_question(draft, "one", to=3, by=teacher, now=NOW)
    assert keys() == [copy, "some", "one", added, "who", "proof"]
    saving_questions.remove_question(draft, added, seen=99, by=teacher, now=NOW)
    saving_questions.remove_question(draft, added, seen=99, by=teacher, now=NOW)
    assert keys() == [copy, "some", "one", "who", "proof"]
    with pytest.raises(NoSuchQuestion):
        saving_questions.save_question(draft, added, {"stem": "Late"}, seen=99, by=teacher, now=NOW)


def test_a_form_that_is_sent_twice_adds_one_question(draft: Draft, teacher: User) -> None:
    """Another page is another wish, also of a window that was open before."""

    def add(new_key: str) -> str:
        return saving_questions.add_question(draft, "single", after="some", new_key=new_key, by=teacher, now=NOW)[1]

    def copy(new_key: str) -> str:
        return saving_questions.duplicate_question(draft, "one", new_key=new_key, by=teacher, now=NOW)[1]

    assert [add("q-00000001"), copy("q-00000002")] == ["q-00000001", "q-00000002"]
    saving_questions.save_question(draft, "q-00000001", {"stem": "Why?"}, seen=99, by=teacher, now=NOW)
    assert [add("q-00000001"), copy("q-00000002")] == ["q-00000001", "q-00000002"]
    assert len(now_of(draft).document["questions"]) == 6

    assert [add("q-00000003"), copy("q-00000004")] == ["q-00000003", "q-00000004"]
    assert len(now_of(draft).document["questions"]) == 8
    assert question(now_of(draft).document, "q-00000001")["stem"] == "Why?"


def test_a_question_changed_elsewhere_is_not_removed(draft: Draft, teacher: User) -> None:
    saving_questions.save_question(draft, "one", {"stem": "Better"}, seen=1, by=teacher, now=NOW)

    with pytest.raises(DraftChanged):
        saving_questions.remove_question(draft, "one", seen=1, by=teacher, now=NOW)

    assert question(now_of(draft).document, "one")["stem"] == "Better"


def test_a_set_has_a_largest_number_of_questions(draft: Draft, teacher: User) -> None:
    for _ in range(MAX_QUESTIONS - 4):
        saving_questions.add_question(draft, "single", new_key="", by=teacher, now=NOW)

    with pytest.raises(saving_questions.TooManyQuestions):
        saving_questions.add_question(draft, "single", new_key="", by=teacher, now=NOW)
    seen = now_of(draft).revision
    gone = saving_questions.remove_question(draft, "one", seen=seen, by=teacher, now=NOW)
    saving_questions.add_question(draft, "single", new_key="", by=teacher, now=NOW)
    with pytest.raises(CannotPutBack):
        saving_questions.undo_removal(draft, seen=gone.revision, by=teacher, now=NOW)


def test_saving_a_question_does_not_anchor_a_changed_sentence_again(draft: Draft, teacher: User) -> None:
    saving.save_reading(draft, {}, {"s2": "It also records a street."}, {}, seen=1, by=teacher, now=NOW)
    saving_questions.save_question(
        draft, "some", {"stem": "Which two?", "evidence": ["s1", "s2"]}, seen=2, by=teacher, now=NOW
    )
    assert [orphan.key for orphan in orphans(now_of(draft).document)] == ["some"]

    saving_questions.save_question(draft, "some", {"evidence": ["s1"]}, seen=3, by=teacher, now=NOW)
    saving_questions.save_question(draft, "some", {"evidence": ["s1", "s2"]}, seen=4, by=teacher, now=NOW)

    assert orphans(now_of(draft).document) == []


def test_an_orphan_is_kept_on_the_new_text(draft: Draft, teacher: User) -> None:
    saving.save_reading(draft, {}, {"s2": "It also records a street."}, {}, seen=1, by=teacher, now=NOW)

    saving_questions.keep_evidence(draft, "some", seen=2, by=teacher, now=NOW)

    document = now_of(draft).document
    assert orphans(document) == []
    assert question(document, "some")["anchors"]["s2"] == "It also records a street."


def test_an_orphan_is_anchored_to_other_sentences_wherever_it_names_the_lost_one(draft: Draft, teacher: User) -> None:
    saving_questions.save_question(draft, "one", {"evidence": ["s6"]}, seen=1, by=teacher, now=NOW)
    saving.save_reading(
        draft, {}, {}, {}, then=lambda document: text.remove(document, "s4"), seen=2, by=teacher, now=NOW
    )

    saving_questions.move_evidence(draft, "who", {"s4": "s3"}, seen=9, by=teacher, now=NOW)

    document = now_of(draft).document
    assert question(document, "who")["statements"][1]["evidence"] == ["s3"]
    assert orphans(document) == []
    # The tempting sentence of another question is its own author's business.
    assert question(document, "proof")["choices"][1]["sentence"] == "s4"


def test_a_kept_wording_is_stored_with_its_reason_until_that_is_deleted(draft: Draft, teacher: User) -> None:
    words = {"hint": "loaded", "about": "Which of these?"}

    saving_questions.keep_wording(draft, "one", **words, because="The story’s own word.", by=teacher, now=NOW)
    assert question(now_of(draft).document, "one")["kept"] == [{**words, "because": "The story’s own word."}]
    saving_questions.keep_wording(draft, "one", **words, because="", by=teacher, now=NOW)
    assert question(now_of(draft).document, "one")["kept"] == []


# --- Publishing ---------------------------------------------------------------------------------------------------


def test_publish_makes_a_numbered_edition_and_renames_the_set(draft: Draft, teacher: User) -> None:
    saved = saving.save_source(draft, title="A better title", seen=1, by=teacher, now=NOW)

    edition = publishing.publish(saved, seen=2, note="", by=teacher, now=NOW)

    assert edition is not None
    assert (edition.number, edition.published_by, edition.questions.count()) == (1, teacher, 4)
    assert published(edition.pk).document.title == "A better title"
    saved = saving.save_source(saved, title="The best title", seen=2, by=teacher, now=NOW)
    # What is assigned keeps its name until the next edition.
    assert QuestionSet.objects.get(pk=draft.question_set_id).title == "A better title"
    assert publishing.publish(saved, seen=3, note="", by=teacher, now=NOW).number == 2  # type: ignore[union-attr]
    assert QuestionSet.objects.get(pk=draft.question_set_id).title == "The best title"


def test_publish_makes_nothing_where_the_latest_edition_says_the_same(draft: Draft, teacher: User) -> None:
    publishing.publish(draft, seen=1, note="", by=teacher, now=NOW)

    assert publishing.publish(draft, seen=1, note="", by=teacher, now=NOW) is None
    assert Edition.objects.count() == 1


def test_publish_refuses_what_the_teacher_has_not_seen(draft: Draft, teacher: User) -> None:
    saving_questions.save_question(draft, "one", {"stem": "Another"}, seen=1, by=teacher, now=NOW)

    with pytest.raises(DraftChanged):
        publishing.publish(draft, seen=1, note="", by=teacher, now=NOW)

    assert not Edition.objects.exists()


def test_publish_needs_a_note_for_a_gap(draft: Draft, teacher: User) -> None:
    objectives = draft.document["objectives"]
    saving.save_objectives(draft, objectives, {"records": 3}, seen=1, by=teacher, now=NOW)

    with pytest.raises(NotReady) as refused:
        publishing.publish(draft, seen=2, note="", by=teacher, now=NOW)
    assert refused.value.problems == ()
    edition = publishing.publish(draft, seen=2, note="Two are enough.", by=teacher, now=NOW)

    assert edition is not None
    assert edition.note == "Two are enough."


def test_readiness_of_a_set_published_before_names_what_changed() -> None:
    edition = Edition(document=make_document())
    document = story()
    assert publishing.readiness(document, edition).says_the_same
    text.set_sentences(document, {"s2": "It also records a street address."}, {"s6": "protesters"})
    some, one = question(document, "some"), question(document, "one")
    some["anchors"]["s2"] = "It also records a street address."
    one["choices"][0] |= {"key": True}
    del one["choices"][1]["key"]
    before, one["stem"] = one["stem"], "What does no one record?"
    some["stem"] = "Which two does it record?"
    document["questions"].append({**deepcopy(one), "key": "new", "stem": "A new one?"})
    del document["questions"][3]
    document["questions"].reverse()
    document["summary"] = "Other questions."

    found = publishing.readiness(document, edition)

    assert found.problems == ()
    assert found.changes is not None
    assert [(change.what, change.before, change.after) for change in found.changes] == [
        ("The summary of the question set changed.", "Four questions.", "Other questions."),
        ("Sentence 2 changed.", "It also records an address.", "It also records a street address."),
        ("The speaker of sentence 6 is now “Protesters’ claim”.", "", ""),
        ("Question 1 is new.", "", "A new one?"),
        ("Question 3 changed.", "Which two of these does the system record?", "Which two does it record?"),
        ("Question 4 has a different correct answer.", "Birthplace", "Citizenship"),
        ("Question 4 changed.", before, "What does no one record?"),
        ("Question 4 was removed.", "Which two sentences prove this?", ""),
        ("Questions were reordered.", "", ""),
    ]


def test_readiness_before_the_first_edition_compares_with_nothing() -> None:
    assert publishing.readiness(story(), None).changes is None
    assert publishing.readiness(new_document(), Edition(document=make_document())).changes is None


def test_an_assignment_gets_another_edition_only_while_no_one_has_started(draft: Draft, teacher: User) -> None:
    first = publishing.publish(draft, seen=1, note="", by=teacher, now=NOW)
    saving_questions.save_question(draft, "one", {"stem": "Another?"}, seen=1, by=teacher, now=NOW)
    second = publishing.publish(draft, seen=2, note="", by=teacher, now=NOW)
    assert first is not None
    assert second is not None
    fresh, begun, corrected = (make_assignment(edition=first, assigned_by=teacher) for _ in range(3))
    make_attempt(assignment=begun)
    make_regrade(assignment=corrected)
    for assignment in (fresh, begun):
        show_on_board(assignment, number=3, phase=Board.Phase.ANSWERS, by=teacher, now=NOW)

    use_edition(fresh, second, by=teacher, now=NOW)
    for assignment in (begun, corrected):
        with pytest.raises(HasAttempts):
            use_edition(assignment, second, by=teacher, now=NOW)

    assert [Assignment.objects.get(pk=row.pk).edition for row in (fresh, begun, corrected)] == [second, first, first]
    # The board of the old edition names other questions.
    assert [board.assignment for board in Board.objects.all()] == [begun]
