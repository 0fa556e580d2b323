"""The editor of reading levels: a teacher adds a level, matches its sentences, and publishes it."""

import re
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from django.test import Client
from django.urls import reverse

from quizzes.content.drafts import saving_levels, saving_questions
from quizzes.content.drafts.document import finished, sentence_tables
from quizzes.content.drafts.levels import level_of
from quizzes.content.drafts.lifecycle import copy_set
from quizzes.files.class_export.reader import import_classroom
from quizzes.files.class_export.writer import export_classroom
from quizzes.files.questions import importing
from quizzes.files.questions.footnote_files import write_own
from quizzes.files.questions.formats import read_questions
from quizzes.models import Classroom, Draft, Edition, User
from tests.conftest import Queries
from tests.content.drafts.test_levels import EASY, SPANISH
from tests.drafting import HTMX, before_first, document_of, html_of, publish, revision_of, sent, story, url
from tests.factories import NOW, make_assignment
from tests.files.test_class_export import empty_site
from tests.pages import field_errors_of, text_of


def add(client: Client, draft: Draft, level: str = "easier", text: str = EASY) -> None:
    address = url("replace_level_text", draft, level)
    response = client.post(address, sent(client, address, having="text", text=text))
    assert response.headers["Location"] == url("edit_level", draft, level)


def save(client: Client, draft: Draft, **changes: str) -> None:
    address = url("edit_level", draft, "easier")
    response = client.post(address, sent(client, address, having="level_title", **changes))
    assert response.headers["Location"] == address


def test_a_teacher_adds_a_level_and_sees_which_questions_it_has(teacher_client: Client, draft: Draft) -> None:
    assert "Add: Easier" in text_of(teacher_client.get(url("edit_reading", draft)))
    add(teacher_client, draft)
    save(teacher_client, draft, level="Grade 4", note="Read slowly.", **{"to-r2": ""})

    shown = text_of(teacher_client.get(url("edit_level", draft, "easier")))
    assert "3 of 4 questions have the standard reading" in shown
    assert "Question 2 needs sentence 2" in shown
    assert "Standard sentences without a match: 2." in shown
    reading = text_of(teacher_client.get(url("edit_reading", draft)))
    assert "Easier 1 of 4 questions" in reading
    assert "Check the matches" in reading
    preview = reverse("preview_draft", args=[draft.question_set.public_id, 1])
    assert "The system keeps a birthplace." in text_of(teacher_client.get(preview, {"level": "easier"}))
    second = preview.replace("/1/", "/2/")
    assert "The system records a birthplace." in text_of(teacher_client.get(second, {"level": "easier"}))


def test_a_published_level_stays_in_copies_and_class_files(
    teacher_client: Client, other_teacher: User, teacher: User, classroom: Classroom, draft: Draft
) -> None:
    add(teacher_client, draft)
    add(teacher_client, draft, "es", SPANISH)
    save(teacher_client, draft, level="Grade 4")
    publish(teacher_client, draft)

    edition = Edition.objects.get(question_set=draft.question_set)
    variants = edition.document["reading"]["variants"]
    assert [(table["key"], table["level"], len(table["sentences"])) for table in variants] == [
        ("easier", "Grade 4", 6),
        ("es", "", 6),
    ]
    # The edition is frozen: a later change of the draft is in the next one only.
    save(teacher_client, draft, level="Grade 5")
    edition.refresh_from_db()
    assert edition.document["reading"]["variants"] == variants
    copied = copy_set(edition, by=other_teacher, now=NOW)
    assert [table["key"] for table in copied.document["reading"]["variants"]] == ["easier", "es"]
    make_assignment(edition=edition, classroom=classroom, assigned_by=teacher)
    content = export_classroom(classroom, now=NOW)
    taken = import_classroom(content, by=empty_site(), now=NOW)
    assert taken.assignments.get().edition.document["reading"]["variants"] == variants


@pytest.mark.parametrize("as_toml", [True, False])
def test_a_file_of_the_whole_set_keeps_the_levels(
    teacher_client: Client, teacher: User, draft: Draft, as_toml: bool
) -> None:
    add(teacher_client, draft, "es", SPANISH)
    document = finished(document_of(draft))
    whole = importing.whole_set(read_questions(write_own(document, as_toml=as_toml)))
    assert whole is not None
    taken = importing.import_whole_set(whole, title="Again", by=teacher, now=NOW)
    assert finished(taken.document)["reading"]["variants"] == document["reading"]["variants"]


def test_a_changed_sentence_is_checked_with_a_button(teacher_client: Client, draft: Draft) -> None:
    add(teacher_client, draft)
    reading = url("edit_reading", draft)
    new = {"text-s3": "The mayor said that nobody broke the rules."}
    teacher_client.post(reading, sent(teacher_client, reading, having="reading_title", **new))
    shown = text_of(teacher_client.get(url("edit_level", draft, "easier")))
    assert "This standard sentence changed. It now says: The mayor said that nobody broke the rules." in shown

    save(teacher_client, draft, act="keep:s3")
    shown = text_of(teacher_client.get(url("edit_level", draft, "easier")))
    assert ("Saved." in shown, "This standard sentence changed." in shown) == (True, False)


def test_bad_input_and_another_window(teacher_client: Client, draft: Draft) -> None:
    add(teacher_client, draft)
    address = url("edit_level", draft, "easier")
    data = sent(teacher_client, address, having="level_title", **{"text-r1": " "})
    assert field_errors_of(teacher_client.post(address, data)) == [
        "To remove a sentence, choose “Edit the text” and delete it there."
    ]
    text = url("replace_level_text", draft, "easier")
    written = teacher_client.get(text)
    assert "Text of the reading level “Easier”, " in written.text
    # An author writes each sentence from the standard one.
    assert " ".join(table["text"] for table in sentence_tables(document_of(draft))[:2]) in text_of(written)
    # Without a script, a form that is sent drops what was typed in another form of its page.
    assert [teacher_client.get(page).text.count("data-draft") for page in (address, text)] == [1, 1]
    response = teacher_client.post(text, sent(teacher_client, text, having="text", text=" "))
    assert field_errors_of(response) == ["Paste or type the text."]
    # Each valid save raises the revision. A page from before it may not overwrite another value.
    old = sent(teacher_client, address, having="level_title", level="Grade 3")
    save(teacher_client, draft, level="Grade 4")
    refused = text_of(teacher_client.post(address, old))
    assert "This was changed in another window" in refused
    assert "Level: Grade 4" in refused
    assert document_of(draft)["reading"]["variants"][0]["level"] == "Grade 4"
    # A pasted text too.
    pasted = sent(teacher_client, text, having="text", text="Another text of one sentence.", revision="1")
    refused = teacher_client.post(text, pasted).text
    assert re.findall(r'form="([\w-]+)" name="over"', refused) == ["draft-form"]
    assert re.findall(r'href="([^"]+)" data-discards', refused) == [text]
    # A sentence that another window added is not called blank.
    old = sent(teacher_client, address, having="level_title")
    count = len(document_of(draft)["reading"]["variants"][0]["rows"])
    add(teacher_client, draft, text=f"{EASY} It is new.")
    saved = teacher_client.post(address, old)
    assert (saved.status_code, len(document_of(draft)["reading"]["variants"][0]["rows"])) == (302, count + 1)
    # Twice the same is no conflict and no change.
    revision = revision_of(draft)
    save(teacher_client, draft, level="Grade 4")
    assert revision_of(draft) == revision
    fragment = teacher_client.post(address, sent(teacher_client, address, having="level_title"), headers=HTMX)
    assert "<h1" not in html_of(fragment)
    assert 'id="level-state"' in html_of(fragment)


def test_a_removed_level_comes_back_with_undo(teacher_client: Client, draft: Draft) -> None:
    add(teacher_client, draft)
    address = url("edit_level", draft, "easier")
    typed = sent(teacher_client, address, having="level_title", **{"text-r1": "Typed here."})
    gone = teacher_client.post(url("remove_level", draft, "easier"), follow=True)
    assert "Reading level removed." in text_of(gone)
    assert "Add: Easier" in text_of(gone)
    # What is typed in another window is kept too.
    assert teacher_client.post(address, typed, headers=HTMX).status_code == 404
    page = text_of(teacher_client.post(address, typed))
    assert "This reading level was removed in another window. It’s in the draft again." in page
    assert "This was changed in another window" in page
    assert "Sentence 1: The system keeps a birthplace." in page
    teacher_client.post(address, typed | {"over": [str(revision_of(draft))]})
    assert level_of(document_of(draft), "easier")["rows"][0]["text"] == "Typed here."

    teacher_client.post(url("remove_level", draft, "easier"))
    teacher_client.post(url("undo_removal", draft), {"revision": revision_of(draft)})
    assert [table["key"] for table in document_of(draft)["reading"]["variants"]] == ["easier"]
    # Also if something else was removed since.
    teacher_client.post(url("remove_level", draft, "easier"))
    saving_questions.remove_question(draft, "one", seen=revision_of(draft), by=draft.changed_by, now=NOW)
    page = text_of(teacher_client.post(address, typed, follow=True))
    assert "This reading level was removed in another window. It’s in the draft again." in page
    assert [row["text"] for row in level_of(document_of(draft), "easier")["rows"]][:1] == ["Typed here."]
    # A draft that was given the content of a version remembers none.
    Draft.objects.filter(pk=draft.pk).update(document=story())
    gone = teacher_client.post(address, {**typed, "note": "Read it twice.", "publish": "1"})
    assert gone.status_code == 200
    assert "This reading level was removed in another window. Your text is still here:" in text_of(gone)
    assert "Some changes aren’t saved" in text_of(gone)
    # In one piece, so that it can be pasted as the text of the level.
    assert "Note for students: Read it twice. Text: Typed here. It keeps an address too. The mayor" in text_of(gone)
    assert teacher_client.get(address).headers["Location"] == url("replace_level_text", draft, "easier")


def test_a_level_that_is_removed_during_a_save_comes_back_with_what_was_typed(
    teacher: User, teacher_client: Client, draft: Draft
) -> None:
    add(teacher_client, draft)
    address = url("edit_level", draft, "easier")
    typed = sent(teacher_client, address, having="level_title", **{"text-r1": "Typed here."})

    def remove() -> None:
        saving_levels.remove_level(draft, "easier", by=teacher, now=NOW)

    with before_first('UPDATE "quizzes_draft"', remove):
        page = text_of(teacher_client.post(address, typed))
    assert "This reading level was removed in another window. It’s in the draft again." in page
    assert "This was changed in another window" in page
    teacher_client.post(address, typed | {"over": [str(revision_of(draft))]})
    assert level_of(document_of(draft), "easier")["rows"][0]["text"] == "Typed here."
    # A save by itself keeps the page.
    with before_first('UPDATE "quizzes_draft"', remove):
        page = sent(teacher_client, address, having="level_title", **{"text-r1": "Typed again."})
        assert teacher_client.post(address, page, headers=HTMX).status_code == 404
    assert level_of(document_of(draft), "easier") is None


@pytest.mark.parametrize("level", ["standard", "klingon"])
def test_other_levels_are_not_found(teacher_client: Client, draft: Draft, level: str) -> None:
    assert teacher_client.get(url("edit_level", draft, level)).status_code == 404


def test_the_page_has_the_same_queries_for_1_and_more_sentences(
    teacher_client: Client, draft: Draft, queries: Callable[[], AbstractContextManager[Queries]]
) -> None:
    counts = []
    for text in ("The agreement ends in August.", EASY):
        add(teacher_client, draft, text=text)
        with queries() as asked:
            teacher_client.get(url("edit_level", draft, "easier"))
        counts.append(len(asked))
    assert counts == [6, 6]


def test_a_match_that_is_cut_ends_in_one_sign(teacher_client: Client, draft: Draft) -> None:
    document = draft.document
    long = "The system records a birthplace, and after that it records many other things about people."
    document["reading"]["paragraphs"][0]["sentences"][0]["text"] = long
    Draft.objects.filter(pk=draft.pk).update(document=document)
    add(teacher_client, draft)
    page = text_of(teacher_client.get(url("edit_level", draft, "easier")))
    assert "1. The system records a birthplace, and after that it records…" in page
    assert "records…." not in page
