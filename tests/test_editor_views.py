"""The editor: every form saves, keeps what is wrong with it on the page, and never overwrites another window."""

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from quizzes.drafts import kinds, writing
from quizzes.drafts.changes import changes
from quizzes.drafts.document import Table, from_edition, question_of, sentence_tables
from quizzes.drafts.preview import preview
from quizzes.drafts.proof import draft_faults, orphans
from quizzes.forms.editor.kinds import FORMS
from quizzes.interchange.toml_sets import read_toml
from quizzes.models import AuditEvent, Classroom, Draft, Edition, QuestionSet, Student, User
from quizzes.question_sets import read_set_files
from quizzes.question_types import TYPES, Presentation, parse_question, public
from quizzes.set_document import parse_set
from tests.conftest import Statements
from tests.factories import (
    NOW,
    make_answered_attempt,
    make_assignment,
    make_classroom,
    make_document,
    make_draft,
    make_edition,
    make_student,
)
from tests.pages import form_of

Counting = Callable[[], AbstractContextManager[Statements]]

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTED = (ROOT / "docs" / "question-types.md").read_text(encoding="utf-8")
EXAMPLES: list[Table] = [
    table
    for block in re.findall(r"```toml\n(.*?)```", DOCUMENTED, re.DOTALL)
    for table in read_toml(block.encode())["questions"]
]
[BUILT_IN] = [file for file in read_set_files(ROOT / "fixtures") if file.parsed.slug == "pars-agreement"]

HTMX = {"HX-Request": "true"}
SOURCE = {
    "title": "Library hours",
    "summary": "",
    "about_minutes": "",
    "story_title": "Council shuts library on Sundays",
    "publisher": "The Riverton Post",
    "author": "",
    "published_on": "2026-10-20",
    "date_note": "",
    "url": "https://post.example/library",
    "rights": "quotes",
    "rights_note": "",
}


@pytest.fixture
def draft(teacher: User) -> Draft:
    """The teacher's draft, at revision 1, which could be published."""
    return make_draft(owner=teacher)


def url(name: str, draft: Draft, *args: Any) -> str:
    return reverse(name, args=[draft.question_set.public_id, *args])


def document_of(draft: Draft) -> Table:
    return Draft.objects.get(pk=draft.pk).document


def revision_of(draft: Draft) -> int:
    return Draft.objects.get(pk=draft.pk).revision


def question(draft: Draft, key: str) -> Table:
    found = question_of(document_of(draft), key)
    assert found is not None
    return found


def sent(client: Client, address: str, *, having: str, **changes: str | list[str]) -> dict[str, list[str]]:
    """What the page's form with this field would send, with these changes."""
    return form_of(client.get(address), having=having).data(**changes)


def text_of(response: HttpResponse) -> str:
    return response.content.decode()


def errors_of(response: HttpResponse) -> list[str]:
    """The errors that stand beside fields, as people read them."""
    pieces = text_of(response).split('<p class="err" id="')[1:]
    return [piece.split("</svg>")[1].split("</p>")[0].strip() for piece in pieces]


# --- Make and copy ------------------------------------------------------------------------------------------------


def test_add_set_makes_a_draft_and_leads_to_its_reading(teacher: User, teacher_client: Client) -> None:
    response = teacher_client.post(reverse("add_set"), SOURCE)

    draft = Draft.objects.owned_by(teacher).get()
    assert response.headers["Location"] == url("edit_reading", draft)
    assert draft.document["citation"] == {
        "title": "Council shuts library on Sundays",
        "publisher": "The Riverton Post",
        "author": "",
        "published_on": "2026-10-20",
        "date_note": "",
        "url": "https://post.example/library",
    }
    assert (draft.document["title"], draft.document["reading"]["rights"]) == ("Library hours", "quotes")


@pytest.mark.parametrize(
    ("changes", "errors"),
    [
        ({"title": " "}, ["Give the set a title."]),
        ({"publisher": ""}, ["Add the publisher and the date so students can judge the source."]),
        ({"published_on": ""}, ["Add the publisher and the date so students can judge the source."]),
        ({"published_on": "soon"}, ["Write a date, as in 2026-10-20."]),
        ({"url": "post.example"}, ["Enter a web address that starts with http:// or https://"]),
        ({"url": "javascript:alert(1)"}, ["Enter a web address that starts with http:// or https://"]),
        ({"url": "http://"}, ["Enter a web address that starts with http:// or https://"]),
        ({"rights": ""}, ["Choose what you may show students."]),
        ({"rights": "all"}, ["Select a valid choice. all is not one of the available choices."]),
        ({"title": "x" * 201}, ["This is longer than 200 characters."]),
        ({"about_minutes": "0"}, ["Ensure this value is greater than or equal to 1."]),
    ],
)
def test_add_set_says_what_is_wrong_and_keeps_what_was_typed(
    changes: dict[str, str], errors: list[str], teacher_client: Client
) -> None:
    response = teacher_client.post(reverse("add_set"), {**SOURCE, "author": "A. Writer", **changes})

    assert response.status_code == 200
    assert errors_of(response) == errors
    assert 'value="A. Writer"' in text_of(response)
    assert not QuestionSet.objects.exists()


def test_copy_set_makes_a_copy_of_a_built_in_set(teacher: User, teacher_client: Client) -> None:
    edition = make_edition()

    response = teacher_client.post(reverse("copy_set", args=[edition.question_set.public_id]))

    draft = Draft.objects.owned_by(teacher).get()
    assert response.headers["Location"] == url("edit_source", draft)
    assert draft.question_set != edition.question_set
    assert (draft.document["title"], draft_faults(draft.document)) == ("Small set (copy)", [])


def test_copy_set_of_another_teachers_set_is_not_found(other_teacher: User, teacher_client: Client) -> None:
    theirs = make_edition(question_set=make_draft(owner=other_teacher).question_set)

    assert teacher_client.post(reverse("copy_set", args=[theirs.question_set.public_id])).status_code == 404
    assert Draft.objects.count() == 1


def test_a_draft_is_found_among_its_owners_sets_alone(
    draft: Draft, teacher_client: Client, other_teacher: User, signed_in: Any
) -> None:
    address = url("edit_questions", draft)
    assert f'<a href="{address}">Small set</a>' in text_of(teacher_client.get(reverse("question_sets")))
    assert address not in text_of(signed_in(other_teacher).get(reverse("question_sets")))

    publish(teacher_client, draft)
    assert address not in text_of(teacher_client.get(reverse("question_sets")))
    assert address in text_of(teacher_client.get(url("question_set", draft)))
    built_in = make_edition().question_set
    page = teacher_client.get(reverse("question_set", args=[built_in.public_id]))
    assert f'action="{reverse("copy_set", args=[built_in.public_id])}"' in text_of(page)
    assert reverse("edit_questions", args=[built_in.public_id]) not in text_of(page)


PAGES = ("edit_source", "edit_reading", "edit_objectives", "edit_orphans", "publish_set")


@pytest.mark.parametrize("name", PAGES)
def test_a_draft_is_its_owners_alone(
    name: str, draft: Draft, teacher_client: Client, other_teacher: User, student: Student, signed_in: Any
) -> None:
    assert teacher_client.get(url(name, draft)).status_code == 200
    assert signed_in(other_teacher).get(url(name, draft)).status_code == 404
    for client in (Client(), signed_in(student)):
        assert client.get(url(name, draft)).headers["Location"].startswith(reverse("account_login"))


def test_a_built_in_set_cannot_be_edited(teacher_client: Client) -> None:
    edition = make_edition()

    for name in (*PAGES, "edit_questions"):
        assert teacher_client.get(reverse(name, args=[edition.question_set.public_id])).status_code == 404


# --- Source and objectives ----------------------------------------------------------------------------------------


def test_edit_source_saves_and_says_so(draft: Draft, teacher_client: Client) -> None:
    data = sent(teacher_client, url("edit_source", draft), having="story_title", title="Another title")

    response = teacher_client.post(url("edit_source", draft), data)

    assert response.status_code == 302
    assert document_of(draft)["title"] == "Another title"
    # The rest stays as it was, date and link included.
    assert document_of(draft)["citation"] == {**draft.document["citation"], "author": ""}


def test_edit_source_saves_what_is_valid_and_keeps_the_rest_on_the_page(draft: Draft, teacher_client: Client) -> None:
    data = sent(teacher_client, url("edit_source", draft), having="story_title", title="Better", url="nowhere")

    response = teacher_client.post(url("edit_source", draft), data)

    assert response.status_code == 200
    assert errors_of(response) == ["Enter a web address that starts with http:// or https://"]
    assert 'value="nowhere"' in text_of(response)
    assert document_of(draft)["title"] == "Better"
    assert document_of(draft)["citation"]["url"] == "https://news.example/story"


def test_edit_source_answers_htmx_with_what_a_save_changes_alone(draft: Draft, teacher_client: Client) -> None:
    data = sent(teacher_client, url("edit_source", draft), having="story_title", title="Another title")

    response = teacher_client.post(url("edit_source", draft), data, headers=HTMX)

    text = text_of(response)
    assert "Saved" in text
    assert 'name="revision" value="2"' in text
    # Nothing that is being typed in is replaced.
    assert [name in text for name in ("<html", "<textarea", 'name="title"')] == [False] * 3


def test_edit_source_refuses_to_overwrite_and_shows_both(draft: Draft, teacher: User, teacher_client: Client) -> None:
    data = sent(teacher_client, url("edit_source", draft), having="story_title", title="My title")
    writing.save_source(draft, title="Their title", seen=1, by=teacher, now=NOW)

    response = teacher_client.post(url("edit_source", draft), data)

    text = text_of(response)
    assert response.status_code == 200
    assert "This was changed in another window" in text
    assert [words in text for words in ("<dd>Their title</dd>", 'value="My title"', 'name="revision" value="1"')] == [
        True
    ] * 3
    assert document_of(draft)["title"] == "Their title"
    # Saved by itself it is refused again; only the button says which of the two stays.
    again = form_of(response, having="story_title").data()
    assert "Not saved" in text_of(teacher_client.post(url("edit_source", draft), again, headers=HTMX))
    teacher_client.post(url("edit_source", draft), {**again, "over": ["2"]})
    assert document_of(draft)["title"] == "My title"


def test_edit_objectives_adds_renames_and_counts(draft: Draft, teacher_client: Client) -> None:
    address = url("edit_objectives", draft)
    changes = {"title-records": "What is recorded", "minimum-records": "3", "title-new-1": "When it ends"}

    teacher_client.post(address, sent(teacher_client, address, having="title-records", **changes))

    document = document_of(draft)
    assert document["objectives"] == [
        {"key": "records", "title": "What is recorded"},
        {"key": "ended", "title": "Why it was ended"},
        {"key": "when-it-ends", "title": "When it ends"},
    ]
    assert document["minimum"] == {"records": 3, "ended": 2}
    text = text_of(teacher_client.get(address))
    assert [words in text for words in ("1 more", "Covered")] == [True, True]


def test_edit_objectives_keeps_one_that_questions_test(draft: Draft, teacher_client: Client) -> None:
    address = url("edit_objectives", draft)

    response = teacher_client.post(
        address, sent(teacher_client, address, having="title-records", **{"title-records": "", "minimum-ended": "x"})
    )

    assert errors_of(response) == [
        "2 questions test this objective. Give them another one first.",
        "Write a number of questions.",
    ]
    assert document_of(draft)["objectives"] == draft.document["objectives"]
    assert document_of(draft)["minimum"] == draft.document["minimum"]


def test_edit_objectives_answers_htmx_with_the_meter(draft: Draft, teacher_client: Client) -> None:
    address = url("edit_objectives", draft)
    data = sent(teacher_client, address, having="title-records", **{"minimum-records": "4"})

    text = text_of(teacher_client.post(address, data, headers=HTMX))

    assert [words in text for words in ("2 more", 'id="draft-meter"', "<html")] == [True, True, False]


# --- Reading ------------------------------------------------------------------------------------------------------


@pytest.fixture
def empty(teacher: User) -> Draft:
    """A set that was only begun."""
    fields = {"title": "New", "publisher": "P", "story_title": "S", "published_on": "2026-10-20", "rights": "quotes"}
    return writing.make_set(by=teacher, now=NOW, **fields)


def test_a_pasted_text_becomes_numbered_sentences(empty: Draft, teacher_client: Client) -> None:
    page = teacher_client.get(url("edit_reading", empty))
    assert "in your own words" in text_of(page)

    response = teacher_client.post(
        url("replace_text", empty), form_of(page, having="text").data(text="One. Two.\n\nThree.")
    )

    assert response.headers["Location"] == url("edit_reading", empty)
    assert [table["text"] for table in sentence_tables(document_of(empty))] == ["One.", "Two.", "Three."]
    page = teacher_client.get(url("edit_reading", empty))
    assert form_of(page, having="text-s3").data()["voice-s3"] == ["reporter"]


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("", "Paste or type the text first."),
        ("Word. " * 301, "This has 301 sentences. A reading has at most 300."),
        ("long " * 300, "A sentence is longer than 1000 characters."),
    ],
)
def test_a_text_that_cannot_be_a_reading_stays_on_the_page(
    text: str, error: str, empty: Draft, teacher_client: Client
) -> None:
    response = teacher_client.post(url("replace_text", empty), {"text": text, "revision": "1"})

    assert response.status_code == 200
    assert errors_of(response)[0].startswith(error)
    assert text.strip()[:20] in text_of(response)
    assert document_of(empty)["reading"]["paragraphs"] == []


def test_a_text_is_not_saved_without_a_choice_of_rights(empty: Draft, teacher_client: Client) -> None:
    empty.document["reading"]["rights"] = ""
    empty.save()

    response = teacher_client.post(url("replace_text", empty), {"text": "One. Two.", "revision": "1"})

    assert errors_of(response) == ["Choose what you may show students."]
    assert document_of(empty)["reading"]["paragraphs"] == []


def test_a_text_half_as_long_is_asked_about_first(draft: Draft, teacher_client: Client) -> None:
    data = {"text": "Quite short.", "revision": "1"}

    response = teacher_client.post(url("replace_text", draft), data)
    assert errors_of(response) == ["The new text is less than half as long. Is this the same story?"]
    assert len(sentence_tables(document_of(draft))) == 6

    teacher_client.post(url("replace_text", draft), {**data, "is_same_story": "on"})
    assert [table["text"] for table in sentence_tables(document_of(draft))] == ["Quite short."]


def test_a_corrected_text_leads_to_the_questions_that_lost_evidence(draft: Draft, teacher_client: Client) -> None:
    text = form_of(teacher_client.get(url("edit_reading", draft)), having="text").data()["text"][0]

    response = teacher_client.post(
        url("replace_text", draft), {"text": text.replace("an address", "a street"), "revision": "1"}
    )

    assert response.headers["Location"] == url("edit_orphans", draft)
    assert [orphan.key for orphan in orphans(document_of(draft))] == ["some"]
    page = text_of(teacher_client.get(url("edit_orphans", draft)))
    for words in ("“It also records an address.”", "“It also records a street.”"):
        assert words in page
    assert "1 question rests on a sentence that changed" in page


def test_sentences_and_voices_are_saved(draft: Draft, teacher_client: Client) -> None:
    address = url("edit_reading", draft)
    changes = {"text-s6": "Hundreds had protested.", "voice-s6": "protesters", "level": "Grade 8", "language": "es"}

    response = teacher_client.post(address, sent(teacher_client, address, having="text-s1", **changes))

    assert response.status_code == 302
    document = document_of(draft)
    assert sentence_tables(document)[5] == {"key": "s6", "text": "Hundreds had protested.", "voice": "protesters"}
    assert (document["reading"]["level"], document["reading"]["language"]) == ("Grade 8", "es")
    assert "1 question rests on a sentence that changed" in text_of(teacher_client.get(address))


def test_a_sentence_without_a_text_or_with_a_forged_voice_stays(draft: Draft, teacher_client: Client) -> None:
    address = url("edit_reading", draft)
    changes = {"text-s6": " ", "voice-s5": "not_stated", "text-s5": "It ends soon."}

    response = teacher_client.post(address, sent(teacher_client, address, having="text-s1", **changes))

    assert response.status_code == 200
    assert "To take a sentence out" in text_of(response)
    tables = sentence_tables(document_of(draft))
    assert (tables[4]["text"], tables[4]["voice"]) == ("It ends soon.", "reporter")
    assert tables[5]["text"] == "Dozens of people had protested."


@pytest.mark.parametrize(
    ("act", "changes", "texts"),
    [
        ("join:s1", {}, ["The system records a birthplace. It also records an address."]),
        (
            "split:s1",
            {"text-s1": "The system\r\nrecords a birthplace."},
            ["The system", "records a birthplace.", "It also records an address."],
        ),
        ("remove:s1", {}, ["It also records an address."]),
        ("paragraph:s2", {}, ["The system records a birthplace."]),
        # What is typed elsewhere is saved on the way.
        ("join:s1", {"text-s2": "And a street."}, ["The system records a birthplace. And a street."]),
        ("split:s99", {}, ["The system records a birthplace.", "It also records an address."]),
    ],
)
def test_buttons_split_join_part_and_remove(
    act: str, changes: dict[str, str], texts: list[str], draft: Draft, teacher_client: Client
) -> None:
    address = url("edit_reading", draft)

    response = teacher_client.post(address, sent(teacher_client, address, having="text-s1", act=act, **changes))

    assert response.status_code == 302
    first = document_of(draft)["reading"]["paragraphs"][0]["sentences"]
    assert [table["text"] for table in first] == texts


def test_a_split_without_an_end_says_how(draft: Draft, teacher_client: Client) -> None:
    address = url("edit_reading", draft)

    response = teacher_client.post(address, sent(teacher_client, address, having="text-s1", act="split:s1"))

    assert errors_of(response) == [
        "No end of a sentence was found in it. Start a new line where the second sentence begins, then split again."
    ]
    assert revision_of(draft) == 1


def test_edit_reading_answers_htmx_with_what_a_save_changes_alone(draft: Draft, teacher_client: Client) -> None:
    address = url("edit_reading", draft)
    data = sent(teacher_client, address, having="text-s1", **{"text-s1": "It records a name."})

    text = text_of(teacher_client.post(address, data, headers=HTMX))

    assert [words in text for words in ("Saved", 'value="2"', "2 questions lost evidence", "<textarea")] == [
        True,
        True,
        True,
        False,
    ]


def test_a_button_after_the_page_saved_by_itself_is_no_conflict(draft: Draft, teacher_client: Client) -> None:
    """Leaving the field saves; the click that follows still names the revision that the page was loaded with."""
    address = url("edit_reading", draft)
    data = sent(teacher_client, address, having="text-s1", **{"text-s6": "Many people had protested."})
    teacher_client.post(address, data, headers=HTMX)

    response = teacher_client.post(address, {**data, "act": "join:s1"})

    assert response.status_code == 302
    assert len(sentence_tables(document_of(draft))) == 5


def test_edit_reading_refuses_to_overwrite_and_shows_both(draft: Draft, teacher: User, teacher_client: Client) -> None:
    address = url("edit_reading", draft)
    data = sent(teacher_client, address, having="text-s1", **{"text-s1": "My sentence."})
    writing.save_reading(draft, {}, {"s1": "Their sentence."}, {}, seen=1, by=teacher, now=NOW)

    text = text_of(teacher_client.post(address, data))

    assert [words in text for words in ("changed in another window", "<dd>Their sentence.</dd>", "My sentence.")] == [
        True
    ] * 3
    assert sentence_tables(document_of(draft))[0]["text"] == "Their sentence."


def test_a_pasted_text_does_not_overwrite_what_another_window_saved(
    draft: Draft, teacher: User, teacher_client: Client
) -> None:
    writing.save_reading(draft, {}, {"s1": "Their sentence."}, {}, seen=1, by=teacher, now=NOW)
    pasted = "Quite another text of some length. " * 6

    response = teacher_client.post(url("replace_text", draft), {"text": pasted, "revision": "1"})

    assert "changed in another window" in text_of(response)
    assert pasted.strip() in text_of(response)
    assert sentence_tables(document_of(draft))[0]["text"] == "Their sentence."


def test_voices_are_named_added_and_taken_away(draft: Draft, teacher_client: Client) -> None:
    address = url("edit_reading", draft)
    writing.save_reading(draft, {}, {}, {"s4": "mayor"}, seen=1, by=draft.changed_by, now=NOW)
    document = document_of(draft)
    question_of(document, "who")["statements"][1]["voice"] = "mayor"  # type: ignore[index]
    Draft.objects.filter(pk=draft.pk).update(document=document)
    changes = {"label-mayor": "The mayor", "label-protesters": "", "label-new-1": "Police chief", "icon-new-1": "sign"}

    teacher_client.post(url("edit_voices", draft), sent(teacher_client, address, having="label-mayor", **changes))

    assert [(voice["key"], voice["label"], voice["icon"]) for voice in document_of(draft)["voices"]] == [
        ("reporter", "Reported fact", "page"),
        ("mayor", "The mayor", "person"),
        ("not_stated", "The story does not say", "blank"),
        ("police-chief", "Police chief", "sign"),
    ]


def test_a_voice_that_is_used_or_always_there_keeps_its_name(draft: Draft, teacher_client: Client) -> None:
    address = url("edit_reading", draft)
    changes = {"label-mayor": "", "label-reporter": ""}

    response = teacher_client.post(
        url("edit_voices", draft), sent(teacher_client, address, having="label-mayor", **changes)
    )

    assert errors_of(response) == [
        "Every story has this voice. Give it a name.",
        "2 sentences or statements have this voice. Change them first.",
    ]
    assert document_of(draft)["voices"] == draft.document["voices"]


# --- Lost evidence ------------------------------------------------------------------------------------------------


@pytest.fixture
def orphaned(draft: Draft, teacher: User) -> Draft:
    """The draft after a correction of the second sentence, on which the second question rests."""
    return writing.save_reading(draft, {}, {"s2": "It also records a street."}, {}, seen=1, by=teacher, now=NOW)


def settle(client: Client, draft: Draft, act: str, **changes: str) -> HttpResponse:
    form = form_of(client.get(url("edit_orphans", draft)), having="act")
    return client.post(form.action, form.data(act=act, **changes), follow=True)


def test_an_orphan_is_kept(orphaned: Draft, teacher_client: Client) -> None:
    page = settle(teacher_client, orphaned, "keep")

    assert "Question 2 rests on the new text." in text_of(page)
    assert "Every question has its evidence" in text_of(page)
    assert question(orphaned, "some")["anchors"]["s2"] == "It also records a street."


def test_an_orphan_is_tied_to_another_sentence(orphaned: Draft, teacher_client: Client) -> None:
    settle(teacher_client, orphaned, "move", **{"to-s2": "s6"})

    assert question(orphaned, "some")["evidence"] == ["s1", "s6"]
    assert orphans(document_of(orphaned)) == []


def test_an_orphan_is_withdrawn(orphaned: Draft, teacher_client: Client) -> None:
    page = settle(teacher_client, orphaned, "withdraw")

    assert "Question 2 is out of the draft" in text_of(page)
    assert [table["key"] for table in document_of(orphaned)["questions"]] == ["one", "who", "proof"]


@pytest.mark.parametrize("data", [{"act": "burn"}, {"act": "move", "to-s2": "s99"}])
def test_a_forged_settlement_changes_nothing(data: dict[str, str], orphaned: Draft, teacher_client: Client) -> None:
    before = document_of(orphaned)

    teacher_client.post(url("settle_orphan", orphaned, "some"), {**data, "revision": "2"})

    assert document_of(orphaned) == before


def test_a_settlement_on_a_text_that_changed_again_is_refused(
    orphaned: Draft, teacher: User, teacher_client: Client
) -> None:
    form = form_of(teacher_client.get(url("edit_orphans", orphaned)), having="act")
    writing.save_reading(orphaned, {}, {"s2": "It records a city."}, {}, seen=2, by=teacher, now=NOW)

    page = teacher_client.post(form.action, form.data(act="keep"), follow=True)

    assert "changed in another window" in text_of(page)
    assert [orphan.key for orphan in orphans(document_of(orphaned))] == ["some"]


def test_a_lost_sentence_is_not_forgotten_by_saving_the_question(
    draft: Draft, teacher: User, teacher_client: Client
) -> None:
    address = url("edit_reading", draft)
    teacher_client.post(address, sent(teacher_client, address, having="text-s1", act="remove:s2"))
    desk = url("edit_question", draft, "some")

    teacher_client.post(desk, sent(teacher_client, desk, having="stem", stem="Which two, again?"))

    assert question(draft, "some")["stem"] == "Which two, again?"
    assert question(draft, "some")["evidence"] == ["s1", "s2"]
    assert [orphan.key for orphan in orphans(document_of(draft))] == ["some"]


# --- The desk -----------------------------------------------------------------------------------------------------


def desk_of(draft: Draft, key: str = "one") -> str:
    return url("edit_question", draft, key)


def save(client: Client, draft: Draft, of: str = "one", *, htmx: bool = False, **changes: Any) -> HttpResponse:
    data = sent(client, desk_of(draft, of), having="stem", **changes)
    return client.post(desk_of(draft, of), data, headers=HTMX if htmx else {})


@pytest.mark.parametrize("key", ["one", "some", "who", "proof"])
def test_a_desk_saved_as_it_stands_changes_nothing(key: str, draft: Draft, teacher_client: Client) -> None:
    save(teacher_client, draft, key)

    assert document_of(draft) == draft.document
    assert revision_of(draft) == 1


def test_the_desk_saves_every_field(draft: Draft, teacher_client: Client) -> None:
    save(
        teacher_client,
        draft,
        stem="What is kept?",
        objective="ended",
        skill="inference",
        points="3",
        explanation="It says so.",
        evidence=["s1", "s2"],
        key="3",
        **{"text-1": "A name", "why-1": "Names are common.", "leans-1": "4, 3"},
    )

    saved = question(draft, "one")
    assert {name: saved[name] for name in ("stem", "objective", "skill", "points", "explanation", "evidence")} == {
        "stem": "What is kept?",
        "objective": "ended",
        "skill": "inference",
        "points": 3,
        "explanation": "It says so.",
        "evidence": ["s1", "s2"],
    }
    assert saved["choices"][0] == {"text": "A name", "rationale": "Names are common.", "leans_on": ["s3", "s4"]}
    assert [bool(choice.get("key")) for choice in saved["choices"]] == [False, False, True]
    assert saved["anchors"] == {"s1": "The system records a birthplace.", "s2": "It also records an address."}


def test_the_desk_saves_statements_and_tempting_sentences(draft: Draft, teacher_client: Client) -> None:
    save(
        teacher_client,
        draft,
        "who",
        voices=["mayor", "protesters"],
        **{"text-3": "It is easy.", "voice-3": "protesters", "proof-3": "4", "why-3": "It sounds like a fact."},
    )
    save(
        teacher_client,
        draft,
        "proof",
        evidence=["s5"],
        other="Look again.",
        **{"sentence-1": "s6", "tempts-1": "Near."},
    )

    assert question(draft, "who")["statements"][2] == {
        "text": "It is easy.",
        "voice": "protesters",
        "evidence": ["s4"],
        "rationale": "It sounds like a fact.",
    }
    assert question(draft, "who")["voices"] == ["mayor", "protesters"]
    assert question(draft, "proof")["choices"][0] == {"sentence": "s6", "rationale": "Near."}
    assert (question(draft, "proof")["rationale_other"], question(draft, "proof")["evidence"]) == (
        "Look again.",
        ["s5"],
    )


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"points": "0"}, "Give it points, from 1 to 100."),
        ({"points": "many"}, "Write a whole number from 1 to 100."),
        ({"leans-1": "2, 40"}, "There is no sentence 40 in the reading. Its last one is 6."),
        ({"explanation": "x" * 2001}, "This is longer than 2000 characters."),
    ],
)
def test_the_desk_saves_what_is_valid_and_keeps_the_rest_on_the_page(
    changes: dict[str, str], error: str, draft: Draft, teacher_client: Client
) -> None:
    response = save(teacher_client, draft, stem="A better question?", **changes)

    assert response.status_code == 200
    assert errors_of(response) == [error]
    assert next(iter(changes.values())) in text_of(response)
    now, before = question(draft, "one"), question_of(draft.document, "one")
    assert {**now, "stem": ""} == {**before, "stem": ""}
    assert question(draft, "one")["stem"] == "A better question?"


@pytest.mark.parametrize(
    "changes", [{"objective": "forged"}, {"evidence": ["s1", "s99"]}, {"key": "9"}, {"type": "forged"}, {"act": "burn"}]
)
def test_the_desk_refuses_what_it_never_offered(changes: dict[str, Any], draft: Draft, teacher_client: Client) -> None:
    save(teacher_client, draft, **changes)

    assert document_of(draft) == draft.document


def test_the_desk_names_what_is_missing_in_words_and_refuses_nothing(draft: Draft, teacher_client: Client) -> None:
    response = save(
        teacher_client,
        draft,
        htmx=True,
        key=[],
        stem="",
        **{"text-1": "birthplace", "text-2": "Birthplace", "why-3": ""},
    )

    text = text_of(response)
    assert [
        words in text
        for words in (
            "Write the question.",
            "Mark at least one correct answer.",
            "Options 1 and 2 are the same.",
            "Say why a student may pick answer 3.",
        )
    ] == [True] * 4
    assert question(draft, "one")["choices"][0]["text"] == "birthplace"


def test_the_desk_answers_htmx_with_what_a_save_changes_alone(draft: Draft, teacher_client: Client) -> None:
    text = text_of(save(teacher_client, draft, htmx=True, stem="What is kept?", evidence=[]))

    for part in ("draft-state", "draft-revision", "question-list", "question-faults", "question-preview"):
        assert f'id="{part}" hx-swap-oob="true"' in text or f'id="{part}"' in text
    assert "No evidence yet" in text
    assert [name in text for name in ("<html", 'name="stem"', 'name="evidence"')] == [False] * 3


def test_the_desk_previews_a_question_as_students_see_it(draft: Draft, teacher_client: Client) -> None:
    text = text_of(teacher_client.get(desk_of(draft)))

    preview = text.split('id="question-preview"')[1]
    assert "Which of these does the system record?" in preview
    assert "rationale" not in preview


def test_the_desk_refuses_to_overwrite_and_shows_both(draft: Draft, teacher: User, teacher_client: Client) -> None:
    data = sent(teacher_client, desk_of(draft), having="stem", stem="Mine?", **{"text-1": "My answer"})
    choices = deepcopy(question(draft, "one")["choices"])
    choices[0]["text"] = "Their answer"
    writing.save_question(draft, "one", {"stem": "Theirs?", "choices": choices}, seen=1, by=teacher, now=NOW)

    response = teacher_client.post(desk_of(draft), data)

    text = text_of(response)
    assert [
        words in text for words in ("changed in another window", "<dd>Theirs?</dd>", "<dd>Their answer</dd>", "Mine?")
    ] == [True] * 4
    assert question(draft, "one")["stem"] == "Theirs?"
    form = form_of(response, having="stem")
    assert form.data()["text-1"] == ["My answer"]
    teacher_client.post(desk_of(draft), form.data(over="2"))
    assert (question(draft, "one")["stem"], question(draft, "one")["choices"][0]["text"]) == ("Mine?", "My answer")


def test_the_desk_keeps_what_was_typed_for_a_type_that_another_window_changed(
    draft: Draft, teacher: User, teacher_client: Client
) -> None:
    data = sent(teacher_client, desk_of(draft), having="stem", **{"text-1": "My answer"})
    writing.save_question(draft, "one", {"type": "who_says_so"}, seen=1, by=teacher, now=NOW)

    response = teacher_client.post(desk_of(draft), data)

    form = form_of(response, having="stem")
    assert (form.data()["text-1"], form.data()["shown_type"]) == (["My answer"], ["single"])
    teacher_client.post(desk_of(draft), form.data(over="2"))
    assert (question(draft, "one")["type"], question(draft, "one")["choices"][0]["text"]) == ("single", "My answer")


def test_the_desk_changes_the_type_and_shows_its_own_fields(draft: Draft, teacher_client: Client) -> None:
    response = save(teacher_client, draft, htmx=True, type="who_says_so", **{"text-1": "Typed before"})

    # The page is loaded anew, since its fields are others.
    assert response.headers["HX-Redirect"] == desk_of(draft)
    assert question(draft, "one")["type"] == "who_says_so"
    page = teacher_client.get(desk_of(draft))
    assert form_of(page, having="stem").data()["voice-1"] == [""]
    save(teacher_client, draft, type="multiple")
    assert question(draft, "one")["choices"][0]["text"] == "Typed before"


@pytest.mark.parametrize("name", kinds.KINDS)
def test_every_type_can_be_begun_saved_and_shown(name: str, draft: Draft, teacher_client: Client) -> None:
    response = save(teacher_client, draft, act="add", new_type=name)

    key = document_of(draft)["questions"][1]["key"]
    assert response.headers["Location"] == desk_of(draft, key)
    before = question(draft, key)
    save(teacher_client, draft, key)
    assert question(draft, key) == before
    assert before["type"] == name


@pytest.mark.parametrize("table", EXAMPLES, ids=lambda table: str(table["type"]))
def test_every_example_of_the_documentation_is_written_on_the_desk(
    table: Table, teacher: User, teacher_client: Client
) -> None:
    document = {**BUILT_IN.document, "minimum": {}, "questions": [table]}
    draft = make_draft(owner=teacher, document=document)
    assert draft_faults(draft.document) == []
    assert changes(document, {**draft.document, "title": document["title"]}) == []

    # What the page shows is what it sends: saved as it stands, the draft says the same.
    save(teacher_client, draft, table["key"])
    after = document_of(draft)
    assert draft_faults(after) == []
    assert changes(document, {**after, "title": document["title"]}) == []
    shown = preview(after, after["questions"][0])
    of_edition = public(
        parse_question(table), Presentation("preview", shuffle=False), None, parse_set(document).reading
    )
    # Tokens stand for places in a list, and the desk has its own order of options that no line is matched with.
    assert _without_tokens(shown) == _without_tokens(of_edition)


def _without_tokens(view: Any) -> str:
    return re.sub(r"'[0-9a-f]{10}'", "", str(view))


def test_every_type_has_its_kind_and_its_form() -> None:
    assert set(kinds.KINDS) == set(FORMS) == set(TYPES) == {table["type"] for table in EXAMPLES}


@pytest.mark.parametrize(
    ("act", "keys"),
    [
        ("up", ["some", "one", "who", "proof"]),
        ("down", ["one", "who", "some", "proof"]),
        ("remove", ["one", "who", "proof"]),
    ],
)
def test_the_desk_moves_and_removes(act: str, keys: list[str], draft: Draft, teacher_client: Client) -> None:
    save(teacher_client, draft, "some", act=act)

    assert [table["key"] for table in document_of(draft)["questions"]] == keys


def test_the_desk_saves_before_it_does_what_its_button_says(draft: Draft, teacher_client: Client) -> None:
    response = save(teacher_client, draft, "some", act="duplicate", stem="Typed and not saved yet")

    stems = [table["stem"] for table in document_of(draft)["questions"]]
    assert stems[1:3] == ["Typed and not saved yet"] * 2
    assert response.headers["Location"] == desk_of(draft, document_of(draft)["questions"][2]["key"])
    assert save(teacher_client, draft, "some", act="next").headers["Location"] == response.headers["Location"]


def test_the_desk_adds_a_row(draft: Draft, teacher_client: Client) -> None:
    save(teacher_client, draft, act="more", **{"text-1": "First"})

    assert [choice["text"] for choice in question(draft, "one")["choices"]] == [
        "First",
        "Birthplace",
        "Fingerprints",
        "",
    ]
    for _ in range(9):
        save(teacher_client, draft, act="more")
    assert len(question(draft, "one")["choices"]) == 8


def test_the_desk_of_a_question_that_is_gone_is_not_found(draft: Draft, teacher_client: Client) -> None:
    assert teacher_client.get(desk_of(draft, "gone")).status_code == 404
    assert teacher_client.post(desk_of(draft, "gone"), {"stem": "x"}).status_code == 404


def test_a_set_without_questions_asks_for_the_first(empty: Draft, draft: Draft, teacher_client: Client) -> None:
    assert teacher_client.get(url("edit_questions", draft)).headers["Location"] == desk_of(draft)
    page = teacher_client.get(url("edit_questions", empty))

    response = teacher_client.post(
        url("add_question", empty), form_of(page, having="new_type").data(new_type="evidence")
    )

    [made] = document_of(empty)["questions"]
    assert made["type"] == "evidence"
    assert response.headers["Location"] == desk_of(empty, made["key"])
    assert teacher_client.get(response.headers["Location"]).status_code == 200


def test_a_hint_is_kept_and_shown_again(draft: Draft, teacher_client: Client) -> None:
    save(teacher_client, draft, **{"text-1": "It is never told"})
    form = form_of(teacher_client.get(desk_of(draft)), having="because")

    teacher_client.post(url("keep_wording", draft), form.data(because="The story says so."))
    text = text_of(teacher_client.get(desk_of(draft)))
    assert "Because: The story says so." in text

    teacher_client.post(url("keep_wording", draft), {**form.data(), "because": ""})
    assert question(draft, "one")["kept"] == []


def test_a_hint_on_a_question_that_is_gone_changes_nothing(draft: Draft, teacher_client: Client) -> None:
    teacher_client.post(
        url("keep_wording", draft), {"question": "gone", "hint": "loaded", "about": "x", "because": "y"}
    )

    assert document_of(draft) == draft.document


@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_the_draft_is_shown_on_a_students_page(number: int, draft: Draft, teacher_client: Client) -> None:
    response = teacher_client.get(url("preview_draft", draft, number))

    text = text_of(response)
    assert response.status_code == 200
    assert draft.document["questions"][number - 1]["stem"] in text
    assert "rationale" not in text
    assert teacher_client.get(url("preview_draft", draft, 5)).status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_the_desk_asks_the_database_as_often_for_one_question_as_for_three(
    count: int, teacher: User, teacher_client: Client, statements: Counting
) -> None:
    document = make_document()
    document["questions"] = document["questions"][:count]
    draft = make_draft(owner=teacher, document=document)
    teacher_client.get(desk_of(draft))

    with statements() as seen:
        teacher_client.get(desk_of(draft))

    # Session, account, draft with its set, latest edition, time zone.
    assert len(seen) == 5


# --- Publish ------------------------------------------------------------------------------------------------------


def publish(client: Client, draft: Draft, **changes: str) -> HttpResponse:
    form = form_of(client.get(url("publish_set", draft)), having="revision")
    return client.post(url("publish_set", draft), form.data(**changes), follow=True)


def test_publish_makes_an_edition_and_says_its_number(draft: Draft, teacher: User, teacher_client: Client) -> None:
    page = publish(teacher_client, draft)

    edition = Edition.objects.get()
    assert (edition.number, edition.published_by) == (1, teacher)
    text = text_of(page)
    assert "Edition 1 is published." in text
    assert "Nothing changed. Students have what the draft says." in text


def test_publish_lists_what_is_in_the_way_and_offers_no_button(draft: Draft, teacher_client: Client) -> None:
    save(teacher_client, draft, evidence=[], key=[])

    text = text_of(teacher_client.get(url("publish_set", draft)))

    assert "No evidence yet. Choose the sentences that prove the answer." in text
    assert "Mark at least one correct answer." in text
    assert 'name="revision"' not in text
    teacher_client.post(url("publish_set", draft), {"revision": str(revision_of(draft))})
    assert not Edition.objects.exists()


def test_publish_with_a_gap_needs_a_note(draft: Draft, teacher: User, teacher_client: Client) -> None:
    writing.save_objectives(draft, draft.document["objectives"], {"records": 3}, seen=1, by=teacher, now=NOW)

    page = publish(teacher_client, draft, note=" ")
    assert errors_of(page) == ["Say why it may be published with these gaps."]
    assert "What the system records 2 of 3" in text_of(page)
    assert not Edition.objects.exists()

    publish(teacher_client, draft, note="Two are enough for ten minutes.")
    assert Edition.objects.get().note == "Two are enough for ten minutes."


def test_publish_refuses_a_draft_that_changed_since_the_page(
    draft: Draft, teacher: User, teacher_client: Client
) -> None:
    form = form_of(teacher_client.get(url("publish_set", draft)), having="revision")
    writing.save_question(draft, "one", {"stem": "Unseen?"}, seen=1, by=teacher, now=NOW)

    page = teacher_client.post(url("publish_set", draft), form.data())

    assert "changed in another window since you opened this page" in text_of(page)
    assert not Edition.objects.exists()


def test_publish_lists_what_changed(draft: Draft, teacher: User, teacher_client: Client) -> None:
    publish(teacher_client, draft)
    save(teacher_client, draft, key="1", stem="Which is it?")
    save(teacher_client, draft, "proof", act="remove")

    text = text_of(teacher_client.get(url("publish_set", draft)))

    assert [
        words in text
        for words in ("Question 1 has another right answer.", "Before: Birthplace", "Question 4 was removed.")
    ] == [True] * 3


@pytest.fixture
def in_use(draft: Draft, teacher: User, classroom: Classroom, teacher_client: Client) -> Draft:
    """Edition 1 of the draft: answered by one student in one class, given to another class in which nobody began."""
    publish(teacher_client, draft)
    edition = Edition.objects.get()
    given = make_assignment(edition=edition, classroom=classroom, assigned_by=teacher)
    make_answered_attempt(assignment=given, student=make_student(classroom=classroom))
    fresh = make_classroom(teacher=teacher, name="Period 4")
    make_assignment(edition=edition, classroom=fresh, assigned_by=teacher)
    save(teacher_client, draft, stem="Which one is it?")
    return draft


def test_publish_says_what_becomes_of_assignments(in_use: Draft, teacher_client: Client) -> None:
    text = text_of(teacher_client.get(url("publish_set", in_use)))
    assert "1 student answered it." in text
    assert "these keep their edition" in text

    text = text_of(publish(teacher_client, in_use))
    assert "Students who began keep their edition" in text
    editions = {row.classroom.name: row.edition.number for row in _assignments(in_use)}
    assert editions == {"Period 3": 1, "Period 4": 1}


def test_assignments_that_nobody_began_get_the_new_edition_when_asked(in_use: Draft, teacher_client: Client) -> None:
    publish(teacher_client, in_use)
    form = form_of(teacher_client.get(url("publish_set", in_use)), having="assignments")
    [(_, offered)] = form.offered

    page = teacher_client.post(form.action, form.data(assignments=offered), follow=True)

    assert "Edition 2 is now given by 1 assignment." in text_of(page)
    assert {row.classroom.name: row.edition.number for row in _assignments(in_use)} == {"Period 3": 1, "Period 4": 2}
    event = AuditEvent.objects.get(act=AuditEvent.Act.ASSIGNMENT_CHANGED)
    assert event.classroom.name == "Period 4"


def test_assignments_that_somebody_began_stay(in_use: Draft, teacher_client: Client) -> None:
    publish(teacher_client, in_use)
    form = form_of(teacher_client.get(url("publish_set", in_use)), having="assignments")
    fresh = next(row for row in _assignments(in_use) if row.classroom.name == "Period 4")
    make_answered_attempt(assignment=fresh, student=make_student(classroom=fresh.classroom))

    teacher_client.post(form.action, form.data(assignments=fresh.public_id))

    assert {row.edition.number for row in _assignments(in_use)} == {1}


def _assignments(draft: Draft) -> list[Any]:
    editions = Edition.objects.filter(question_set=draft.question_set)
    return [row for edition in editions for row in edition.assignments.select_related("classroom", "edition")]


def test_a_published_copy_of_a_built_in_set_is_like_it(teacher: User, teacher_client: Client) -> None:
    built_in = make_edition()
    teacher_client.post(reverse("copy_set", args=[built_in.question_set.public_id]))
    draft = Draft.objects.owned_by(teacher).get()

    publish(teacher_client, draft)

    copy = draft.question_set.editions.get()
    assert [table["stem"] for table in copy.document["questions"]] == [
        table["stem"] for table in built_in.document["questions"]
    ]
    assert draft_faults(from_edition(copy.document, title="Small set (copy)")) == []
