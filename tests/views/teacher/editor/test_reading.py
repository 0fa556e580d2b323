"""The editor of source, objectives and reading: forms save, show errors, and do not overwrite another window."""

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from quizzes.content.drafts import lifecycle, saving, saving_questions
from quizzes.content.drafts.document import MAX_OBJECTIVES, MAX_SPEAKERS, question_of, sentence_tables
from quizzes.content.drafts.levels import set_level_text
from quizzes.content.drafts.text import remove as remove_sentence
from quizzes.content.drafts.text import replace_text
from quizzes.content.drafts.validation import draft_problems, orphans, source_problems
from quizzes.content.drafts.words import ExplainedWord
from quizzes.forms.editor.reading import languages
from quizzes.models import Draft, QuestionSet, Student, User
from tests.conftest import Queries
from tests.drafting import (
    HTMX,
    document_of,
    html_of,
    publish,
    question_now,
    revision_of,
    sent,
    texts_of,
    url,
)
from tests.factories import NOW, make_draft, make_edition
from tests.pages import Form, field_errors_of, form_of, read, text_of

Counting = Callable[[], AbstractContextManager[Queries]]


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


def test_languages_are_those_of_schools_with_their_own_names() -> None:
    offered = dict(languages("en"))
    assert 40 <= len(offered) <= 50
    assert (offered["es"], offered["so"], offered["tl"]) == ("Spanish (español)", "Somali (Soomaali)", "Tagalog")
    assert not {"io", "ia", "kab"} & set(offered)
    # A draft keeps a language that is not offered.
    assert set(dict(languages("io"))) == {*offered, "io"}
    assert dict(languages("x-old"))["x-old"] == "x-old"
    with override("es"):
        assert [tag for tag, _ in languages("en")][:3] == ["sq", "de", "am"]
        assert [tag for tag, _ in languages("en")].index("ar") < 5


# --- Make and copy ------------------------------------------------------------------------------------------------


def test_add_set_makes_a_draft_and_leads_to_its_reading(teacher: User, teacher_client: Client) -> None:
    response = teacher_client.post(reverse("add_set"), SOURCE | {"url": " www.post.example/library "})

    draft = Draft.objects.owned_by(teacher).get()
    assert response.headers["Location"] == url("edit_reading", draft)
    assert draft.document["citation"] == {
        "title": "Council shuts library on Sundays",
        "publisher": "The Riverton Post",
        "author": "",
        "published_on": "2026-10-20",
        "date_note": "",
        "url": "https://www.post.example/library",
    }
    assert (draft.document["title"], draft.document["reading"]["rights"]) == ("Library hours", "quotes")


def test_add_set_saves_a_draft_with_a_title_alone(teacher: User, teacher_client: Client) -> None:
    response = teacher_client.post(reverse("add_set"), {"title": "Library hours"}, follow=True)

    draft = Draft.objects.owned_by(teacher).get()
    assert response.redirect_chain == [(url("edit_source", draft), 302)]
    text = html_of(response)
    missing = [problem.text for problem in source_problems(draft.document)]
    assert len(missing) == 3
    assert [problem for problem in missing if problem not in text] == []
    # A text waits for the choice of what students may see.
    address = url("replace_text", draft)
    refused = teacher_client.post(address, {"text": "The council voted no.", "revision": revision_of(draft)})
    assert field_errors_of(refused) == ["First choose what you may show students, under “Source”."]


def test_add_set_refuses_a_title_that_no_one_sees(teacher_client: Client) -> None:
    refused = teacher_client.post(reverse("add_set"), {**SOURCE, "title": "\u200b\u202e\ufeff"})
    assert field_errors_of(refused) == ["Enter a title."]
    assert not Draft.objects.exists()


def test_add_set_says_what_a_text_needs(teacher_client: Client) -> None:
    page = teacher_client.get(reverse("add_set"))
    assert "Only the title is needed now. With a text, choose the rights too." in html_of(page)
    refused = teacher_client.post(reverse("add_set"), {"title": "Library hours", "text": "The council voted no."})
    assert field_errors_of(refused) == ["Choose what you may show students."]


def test_add_set_with_a_text_leads_to_the_first_question(teacher: User, teacher_client: Client) -> None:
    story = "The council voted <b>no</b>.\n\nMayor Ortiz said it will save money."
    response = teacher_client.post(reverse("add_set"), {**SOURCE, "text": story}, follow=True)

    draft = Draft.objects.owned_by(teacher).get()
    [question] = draft.document["questions"]
    assert response.redirect_chain == [(url("edit_question", draft, question["key"]), 302)]
    assert list(texts_of(draft.document).values()) == ["The council voted no.", "Mayor Ortiz said it will save money."]
    text = html_of(response)
    assert "HTML tags removed: 2." in text
    link = f'<a href="{url("edit_reading", draft)}">Choose who says them</a>'
    assert f"These sentences sound like quotes: 2. {link} under Reading." in text
    # It asks for work, so it has no check mark.
    assert [message.level_tag for message in response.context["messages"]] == ["info", "success", "warning"]
    assert question["objective"] == draft.document["objectives"][0]["key"]


def test_a_speaker_is_added_where_a_sentence_needs_one(draft: Draft, teacher_client: Client) -> None:
    address = url("edit_reading", draft)
    data = sent(teacher_client, address, having="reading_title", **{"new_speaker-s1": "The clerk", "act": "speaker:s1"})

    response = teacher_client.post(address, data)

    assert response.headers["Location"] == f"{address}#sentence-s1"
    # Each sentence has the same buttons.
    groups = re.findall(r'role="group"\s+aria-label="([^"]*)"', html_of(teacher_client.get(address)))
    assert groups[:2] == ["Sentence 1", "Sentence 2"]
    document = document_of(draft)
    [clerk] = [speaker for speaker in document["voices"] if speaker["label"] == "The clerk"]
    assert sentence_tables(document)[0]["voice"] == clerk["key"]
    # The same name again is the same speaker.
    again = {"new_speaker-s2": "the CLERK", "act": "speaker:s2"}
    teacher_client.post(address, sent(teacher_client, address, having="reading_title", **again))
    assert document_of(draft)["voices"] == document["voices"]
    assert sentence_tables(document_of(draft))[1]["voice"] == clerk["key"]


def test_save_adds_the_speakers_that_are_typed_in(draft: Draft, teacher_client: Client) -> None:
    address = url("edit_reading", draft)
    names = {"new_speaker-s1": "The clerk", "new_speaker-s2": "the CLERK", "new_speaker-s3": "The driver"}
    before = document_of(draft)["voices"]

    # A field that saves itself waits for a button and says so.
    half = teacher_client.post(address, sent(teacher_client, address, having="reading_title", **names), headers=HTMX)
    assert "Not saved: Name of a new speaker of sentence 3. Choose “Add speaker” or “Save”." in html_of(half)
    assert document_of(draft)["voices"] == before

    data = sent(teacher_client, address, having="reading_title", act="save", **names)
    for _ in range(2):
        teacher_client.post(address, data)
        document = document_of(draft)
        added = {row["key"]: row["label"] for row in document["voices"] if row not in before}
        assert sorted(added.values()) == ["The clerk", "The driver"]
        assert [added.get(table["voice"]) for table in sentence_tables(document)[:3]] == [
            "The clerk",
            "The clerk",
            "The driver",
        ]


def test_a_speaker_without_a_name_or_beyond_the_limit_is_refused(
    draft: Draft, teacher: User, teacher_client: Client
) -> None:
    address = url("edit_reading", draft)
    empty = sent(teacher_client, address, having="reading_title", act="speaker:s1")
    assert field_errors_of(teacher_client.post(address, empty)) == ["Enter the speaker’s name."]
    many = [{"key": f"v{number}", "label": f"V{number}", "icon": "person"} for number in range(MAX_SPEAKERS)]
    saving.save_speakers(draft, [*draft.document["voices"], *many][:MAX_SPEAKERS], seen=9, by=teacher, now=NOW)
    data = sent(teacher_client, address, having="reading_title", **{"new_speaker-s1": "One more", "act": "speaker:s1"})

    for act in ("speaker:s1", "save"):
        refused = field_errors_of(teacher_client.post(address, {**data, "act": act}))
        assert refused == [f"The limit is {MAX_SPEAKERS} speakers. Remove one under “Speakers”."]
    assert len(document_of(draft)["voices"]) == MAX_SPEAKERS
    page = html_of(teacher_client.get(url("edit_speakers", draft)))
    assert f"The limit is {MAX_SPEAKERS} speakers. To remove one, leave its name blank." in " ".join(page.split())


def test_add_set_refuses_a_sentence_that_is_too_long(teacher_client: Client) -> None:
    response = teacher_client.post(reverse("add_set"), {**SOURCE, "text": "word " * 250})

    assert "A sentence is over 1,000 characters." in field_errors_of(response)[0]
    assert not QuestionSet.objects.exists()


@pytest.mark.parametrize(
    ("changes", "errors"),
    [
        ({"title": " "}, ["Enter a title."]),
        ({"published_on": "0018-07-27"}, ["Enter the year with 4 digits."]),
        ({"published_on": "2099-01-01"}, ["This date is in the future. Enter the day when the story was published."]),
        ({"published_on": "soon"}, ["Enter a date, such as 2026-10-20."]),
        ({"url": "post.example"}, ["Enter a web address that starts with http:// or https://"]),
        ({"url": "javascript:alert(1)"}, ["Enter a web address that starts with http:// or https://"]),
        ({"url": "www.post example"}, ["Enter a web address that starts with http:// or https://"]),
        ({"url": f"www.post.example/{'x' * 180}"}, ["Use up to 200 characters."]),
        ({"url": "http://"}, ["Enter a web address that starts with http:// or https://"]),
        ({"rights": "", "text": "The council voted no."}, ["Choose what you may show students."]),
        ({"rights": "all"}, ["Choose one of these."]),
        ({"title": "x" * 201}, ["Use up to 200 characters."]),
        ({"about_minutes": "0"}, ["Enter 1 to 300 minutes."]),
    ],
)
def test_add_set_says_what_is_wrong_and_keeps_what_was_typed(
    changes: dict[str, str], errors: list[str], teacher_client: Client
) -> None:
    response = teacher_client.post(reverse("add_set"), {**SOURCE, "author": "A. Writer", **changes})

    assert response.status_code == 200
    assert field_errors_of(response) == errors
    assert 'value="A. Writer"' in html_of(response)
    assert not QuestionSet.objects.exists()


def test_copy_set_makes_a_copy_of_a_built_in_set(teacher: User, teacher_client: Client) -> None:
    edition = make_edition()

    response = teacher_client.post(reverse("copy_set", args=[edition.question_set.public_id]))

    draft = Draft.objects.owned_by(teacher).get()
    assert response.headers["Location"] == url("edit_source", draft)
    assert draft.question_set != edition.question_set
    assert (draft.document["title"], draft_problems(draft.document)) == ("Small set (copy)", [])


def test_copy_set_of_another_teachers_set_is_not_found(other_teacher: User, teacher_client: Client) -> None:
    theirs = make_edition(question_set=make_draft(owner=other_teacher).question_set)

    assert teacher_client.post(reverse("copy_set", args=[theirs.question_set.public_id])).status_code == 404
    assert Draft.objects.count() == 1


def test_a_draft_is_found_among_its_owners_sets_alone(
    draft: Draft, teacher_client: Client, other_teacher: User, signed_in: Any
) -> None:
    address = url("edit_questions", draft)
    assert f'<a href="{address}">' in html_of(teacher_client.get(reverse("question_sets")))
    assert address not in html_of(signed_in(other_teacher).get(reverse("question_sets")))

    publish(teacher_client, draft)
    assert address not in html_of(teacher_client.get(reverse("question_sets")))
    assert address in html_of(teacher_client.get(url("question_set", draft)))
    built_in = make_edition().question_set
    page = teacher_client.get(reverse("question_set", args=[built_in.public_id]))
    assert f'action="{reverse("copy_set", args=[built_in.public_id])}"' in html_of(page)
    assert reverse("edit_questions", args=[built_in.public_id]) not in html_of(page)


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


def test_publisher_of_an_own_story_is_the_teacher(draft: Draft, teacher_client: Client) -> None:
    for address in (reverse("add_set"), url("edit_source", draft)):
        page = text_of(teacher_client.get(address))
        assert "Newspaper, station, site, or office. If you wrote the story, your name" in page


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
    assert field_errors_of(response) == ["Enter a web address that starts with http:// or https://"]
    assert 'value="nowhere"' in html_of(response)
    assert document_of(draft)["title"] == "Better"
    assert document_of(draft)["citation"]["url"] == "https://news.example/story"


def test_conflict_on_the_source_names_only_what_differs(draft: Draft, teacher_client: Client) -> None:
    address = url("edit_source", draft)
    data = sent(teacher_client, address, having="story_title")
    teacher_client.post(address, {**data, "title": "First window"})
    response = teacher_client.post(address, {**data, "title": "Second window"})
    assert response.context["conflict"].others == [("Question set title", "First window")]


def test_edit_source_answers_htmx_with_what_a_save_changes_alone(draft: Draft, teacher_client: Client) -> None:
    data = sent(teacher_client, url("edit_source", draft), having="story_title", title="Another title")

    response = teacher_client.post(url("edit_source", draft), data, headers=HTMX)

    text = " ".join(html_of(response).split())
    assert "Saved" in text
    assert 'name="revision" value="2"' in text
    # Nothing that is being typed in is replaced.
    assert [name in text for name in ("<html", "<textarea", 'name="title"')] == [False] * 3


def test_edit_source_refuses_to_overwrite_and_shows_both(draft: Draft, teacher: User, teacher_client: Client) -> None:
    data = sent(teacher_client, url("edit_source", draft), having="story_title", title="My title")
    saving.save_source(draft, title="Their title", seen=1, by=teacher, now=NOW)

    response = teacher_client.post(url("edit_source", draft), data)

    text = " ".join(html_of(response).split())
    assert response.status_code == 200
    assert "This was changed in another window" in text
    assert [words in text for words in ("</b> Their title</p>", 'value="My title"', 'name="revision" value="1"')] == [
        True
    ] * 3
    assert document_of(draft)["title"] == "Their title"
    # Saved by itself it is refused again; only the button says which of the two stays.
    again = form_of(response, having="story_title").data()
    assert "Not saved" in html_of(teacher_client.post(url("edit_source", draft), again, headers=HTMX))
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
    text = html_of(teacher_client.get(address))
    assert [words in text for words in ("1 more", "Covered")] == [True, True]


def test_a_new_objective_keeps_its_key_while_its_page_saves_by_itself(draft: Draft, teacher_client: Client) -> None:
    """The page shows no fields of what it has added: it sends the row of a new objective each time."""
    address = url("edit_objectives", draft)
    data = sent(teacher_client, address, having="title-records")
    saves = [
        {"title-new-1": "When it ends"},
        {"title-new-1": "When it ends", "minimum-new-1": "2"},
        {"title-new-1": "When it ends", "minimum-new-1": "2", "title-new-2": "Who says it"},
        {"title-new-1": "When it is over", "minimum-new-1": "2", "title-new-2": "Who says it"},
    ]
    for typed in saves:
        data |= {"revision": revision_of(draft), **typed}
        teacher_client.post(address, data, headers=HTMX)

    done = teacher_client.post(address, data, follow=True)

    assert document_of(draft)["objectives"][2:] == [
        {"key": "when-it-ends", "title": "When it is over"},
        {"key": "who-says-it", "title": "Who says it"},
    ]
    assert document_of(draft)["minimum"]["when-it-ends"] == 2
    assert "Removed" not in html_of(done)
    # A page with an error has one row for it too.
    page = teacher_client.post(address, data | {"minimum-new-1": "x"})
    assert field_errors_of(page) == ["Enter 0 to 60 questions."]
    data = form_of(page, having="title-new-1").data(**{"minimum-new-1": "2"})
    before = document_of(draft)
    assert "Saved." in html_of(teacher_client.post(address, data, follow=True))
    assert document_of(draft) == before
    # Its row is cleared: it was added by mistake.
    data |= {"revision": revision_of(draft), "title-new-1": ""}
    teacher_client.post(address, data, headers=HTMX)
    assert [table["key"] for table in document_of(draft)["objectives"]] == ["records", "ended", "who-says-it"]


def test_a_new_objective_that_is_sent_twice_is_one(draft: Draft, teacher_client: Client) -> None:
    address = url("edit_objectives", draft)
    data = sent(teacher_client, address, having="title-records", **{"title-new-1": "When it ends"})

    pages = [teacher_client.post(address, data) for _ in range(2)]

    assert [page.status_code for page in pages] == [302, 302]
    assert [table["key"] for table in document_of(draft)["objectives"]] == ["records", "ended", "when-it-ends"]


def test_a_new_objective_does_not_replace_that_of_another_window(draft: Draft, teacher_client: Client) -> None:
    address = url("edit_objectives", draft)
    first, second = (
        sent(teacher_client, address, having="title-records", **{"title-new-1": title})
        for title in ("When it ends", "Who says it")
    )
    teacher_client.post(address, first)

    page = teacher_client.post(address, second)

    assert "This was changed in another window" in html_of(page)
    assert document_of(draft)["objectives"][2:] == [{"key": "when-it-ends", "title": "When it ends"}]


def test_rows_for_new_objectives_stay_while_their_page_fills_the_list(
    draft: Draft, teacher: User, teacher_client: Client
) -> None:
    address = url("edit_objectives", draft)
    more = [{"key": f"key-{number}", "title": f"Title {number}"} for number in range(MAX_OBJECTIVES - 4)]
    saving.save_objectives(draft, [*draft.document["objectives"], *more], {}, seen=1, by=teacher, now=NOW)
    data = sent(teacher_client, address, having="title-records", **{"title-new-1": "New 1"})
    for typed in ({}, {"title-new-2": "New"}, {"title-new-1": "New one"}):
        data |= {"revision": revision_of(draft), **typed}
        teacher_client.post(address, data, headers=HTMX)
    # No key is also the name of a row for a new one.
    assert document_of(draft)["objectives"][-2:] == [
        {"key": "objective-new-1", "title": "New one"},
        {"key": "objective-new", "title": "New"},
    ]
    before = document_of(draft)

    page = teacher_client.post(address, data | {"revision": revision_of(draft), "title-key-99": "One more"})

    assert field_errors_of(page) == ["The limit is 12 objectives."]
    assert document_of(draft) == before


def test_a_button_that_is_pressed_twice_says_once_what_it_did(draft: Draft, teacher_client: Client) -> None:
    address = url("edit_objectives", draft)
    data = sent(teacher_client, address, having="title-records", **{"title-new-1": "When it ends"})
    for _ in range(2):
        teacher_client.post(address, data)

    assert html_of(teacher_client.get(address)).count("Saved.") == 1


def test_objective_of_another_window_stays_after_keep_mine(draft: Draft, teacher: User, teacher_client: Client) -> None:
    address, theirs = url("edit_objectives", draft), {"key": "theirs", "title": "Who says it"}
    data = sent(teacher_client, address, having="title-records", **{"title-records": "What is recorded"})
    saving.save_objectives(draft, [*draft.document["objectives"], theirs], {"theirs": 2}, seen=1, by=teacher, now=NOW)

    page = teacher_client.post(address, data)

    assert "This was changed in another window" in html_of(page)
    teacher_client.post(address, form_of(page, having="title-theirs").data(over=str(revision_of(draft))))
    document = document_of(draft)
    assert [table["title"] for table in document["objectives"]] == [
        "What is recorded",
        "Why it was ended",
        "Who says it",
    ]
    assert document["minimum"] == {"records": 2, "ended": 2, "theirs": 2}


def test_2_objectives_cannot_have_one_title(draft: Draft, teacher_client: Client) -> None:
    first, second = (objective["title"] for objective in draft.document["objectives"][:2])
    changes = {"title-new-1": first.upper(), "title-new-2": second}

    response = teacher_client.post(
        url("edit_objectives", draft),
        sent(teacher_client, url("edit_objectives", draft), having="title-new-1", **changes),
    )

    assert field_errors_of(response) == ["This objective is in the list twice."] * 2
    assert document_of(draft)["objectives"] == draft.document["objectives"]


def test_an_objective_that_is_saved_stays_while_its_page_repeats_another(draft: Draft, teacher_client: Client) -> None:
    address = url("edit_objectives", draft)
    data = sent(teacher_client, address, having="title-new-1", **{"title-new-1": "How it ended"})
    teacher_client.post(address, data, headers=HTMX)
    first = draft.document["objectives"][0]["title"]

    teacher_client.post(address, {**data, "revision": revision_of(draft), "title-new-1": first}, headers=HTMX)

    assert [table["title"] for table in document_of(draft)["objectives"]][-1] == "How it ended"


def test_edit_objectives_keeps_one_that_questions_test(draft: Draft, teacher_client: Client) -> None:
    address = url("edit_objectives", draft)

    response = teacher_client.post(
        address, sent(teacher_client, address, having="title-records", **{"title-records": "", "minimum-ended": "x"})
    )

    assert field_errors_of(response) == [
        "2 questions test this objective. Choose another objective for them first.",
        "Enter 0 to 60 questions.",
    ]
    assert document_of(draft)["objectives"] == draft.document["objectives"]
    assert document_of(draft)["minimum"] == draft.document["minimum"]


def test_edit_objectives_gives_questions_of_a_removed_one_another(draft: Draft, teacher_client: Client) -> None:
    address = url("edit_objectives", draft)
    changes = {"title-records": "", "move-records": "ended"}
    data = sent(teacher_client, address, having="title-records", **changes)

    for _ in range(2):
        assert field_errors_of(teacher_client.post(address, data)) == []

    document = document_of(draft)
    assert [table["key"] for table in document["objectives"]] == ["ended"]
    assert [table["objective"] for table in document["questions"]] == ["ended"] * 4
    assert revision_of(draft) == 2
    # The page has saved itself. Another title in the empty row is the same objective again.
    data |= {"revision": "2", "title-records": "What is kept", "minimum-records": "1"}
    for _ in range(2):
        teacher_client.post(address, data, headers=HTMX)
    assert document_of(draft)["objectives"][1] == {"key": "records", "title": "What is kept"}
    assert (document_of(draft)["minimum"]["records"], revision_of(draft)) == (1, 3)


def test_edit_objectives_moves_no_question_of_an_objective_that_stays(draft: Draft, teacher_client: Client) -> None:
    address = url("edit_objectives", draft)
    # Also with a key that is the name of a row for a new one, in a draft from before.
    draft.document["objectives"].append({"key": "new-1", "title": "New 1"})
    draft.save()

    teacher_client.post(address, sent(teacher_client, address, having="title-records", **{"move-records": "ended"}))

    assert document_of(draft) == draft.document


def test_edit_objectives_needs_an_objective_that_stays(draft: Draft, teacher_client: Client) -> None:
    address = url("edit_objectives", draft)
    changes = {"title-records": "", "move-records": "ended", "title-ended": "", "move-ended": "records"}

    response = teacher_client.post(address, sent(teacher_client, address, having="title-records", **changes))

    needed = "2 questions test this objective. Choose another objective for them first."
    assert field_errors_of(response) == [needed, "Choose an objective that stays."] * 2
    assert document_of(draft) == draft.document


def test_edit_objectives_shows_a_conflict_before_it_moves_questions(
    draft: Draft, teacher: User, teacher_client: Client
) -> None:
    address = url("edit_objectives", draft)
    data = sent(teacher_client, address, having="title-records", **{"title-records": "", "move-records": "ended"})
    objectives = [{"key": "records", "title": "Renamed"}, draft.document["objectives"][1]]
    saving.save_objectives(draft, objectives, {}, seen=1, by=teacher, now=NOW)
    before = document_of(draft)

    page = html_of(teacher_client.post(address, data))

    assert "This was changed in another window" in page
    assert "<b>Objective 1:</b> Renamed" in page
    assert "<b>New objective" not in page
    assert document_of(draft) == before


def test_an_only_objective_has_none_to_give_its_questions(draft: Draft, teacher: User, teacher_client: Client) -> None:
    saving.save_objectives(
        draft, draft.document["objectives"][:1], {}, moved={"ended": "records"}, seen=1, by=teacher, now=NOW
    )
    page = teacher_client.get(url("edit_objectives", draft)).text
    assert ('name="title-records"' in page, 'name="move-records"' in page) == (True, False)


def test_edit_objectives_answers_htmx_with_the_meter(draft: Draft, teacher_client: Client) -> None:
    address = url("edit_objectives", draft)
    data = sent(teacher_client, address, having="title-records", **{"minimum-records": "4"})

    text = html_of(teacher_client.post(address, data, headers=HTMX))

    assert [words in text for words in ("2 more", 'id="draft-meter"', "<html")] == [True, True, False]


# --- Reading ------------------------------------------------------------------------------------------------------


@pytest.fixture
def empty(teacher: User) -> Draft:
    """A set without a reading."""
    fields = {"title": "New", "publisher": "P", "story_title": "S", "published_on": "2026-10-20", "rights": "quotes"}
    return lifecycle.make_set(by=teacher, now=NOW, **fields)


def test_a_pasted_text_becomes_numbered_sentences(empty: Draft, teacher_client: Client) -> None:
    page = teacher_client.get(url("edit_reading", empty), follow=True)
    assert page.redirect_chain == [(url("replace_text", empty), 302)]
    assert "in your own words" in html_of(page)

    response = teacher_client.post(
        url("replace_text", empty), form_of(page, having="text").data(text="One. Two.\n\nThree.")
    )

    assert response.headers["Location"] == url("edit_reading", empty)
    assert [table["text"] for table in sentence_tables(document_of(empty))] == ["One.", "Two.", "Three."]
    page = teacher_client.get(url("edit_reading", empty))
    assert "We cleaned up" not in html_of(page)
    assert form_of(page, having="text-s3").data()["speaker-s3"] == ["reporter"]


def test_a_pasted_text_is_cleaned_and_the_page_says_what_changed(empty: Draft, teacher_client: Client) -> None:
    text = "<p>The infor-\nmation is in.</p><p>Two &amp; more.</p>"

    response = teacher_client.post(url("replace_text", empty), {"text": text, "revision": "1"}, follow=True)

    assert [table["text"] for table in sentence_tables(document_of(empty))] == ["The information is in.", "Two & more."]
    assert (
        "We cleaned up the text. HTML tags removed: 4. Split words joined: 1, such as “information”. "
        "Broken lines joined: 1."
    ) in html_of(response)


def test_a_text_without_words_after_cleaning_is_refused(empty: Draft, teacher_client: Client) -> None:
    response = teacher_client.post(url("replace_text", empty), {"text": "<p><br></p>", "revision": "1"})

    assert field_errors_of(response) == ["Paste or type the reading."]
    assert document_of(empty)["reading"]["paragraphs"] == []


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("", "Paste or type the reading."),
        ("Word. " * 301, "This has 301 sentences. The limit is 300."),
        ("long " * 300, "A sentence is over 1,000 characters."),
    ],
)
def test_a_text_that_cannot_be_a_reading_stays_on_the_page(
    text: str, error: str, empty: Draft, teacher_client: Client
) -> None:
    response = teacher_client.post(url("replace_text", empty), {"text": text, "revision": "1"})

    assert response.status_code == 200
    assert field_errors_of(response)[0].startswith(error)
    assert text.strip()[:20] in html_of(response)
    assert document_of(empty)["reading"]["paragraphs"] == []


def test_a_text_is_not_saved_without_a_choice_of_rights(empty: Draft, teacher_client: Client) -> None:
    empty.document["reading"]["rights"] = ""
    empty.save()

    response = teacher_client.post(url("replace_text", empty), {"text": "One. Two.", "revision": "1"})

    assert field_errors_of(response) == ["First choose what you may show students, under “Source”."]
    assert document_of(empty)["reading"]["paragraphs"] == []


def test_a_text_half_as_long_is_asked_about_first(draft: Draft, teacher_client: Client) -> None:
    data = {"text": "Quite short.", "revision": "1"}

    response = teacher_client.post(url("replace_text", draft), data)
    assert field_errors_of(response) == ["The new text is less than half as long. Is it the same story?"]
    assert len(sentence_tables(document_of(draft))) == 6

    teacher_client.post(url("replace_text", draft), {**data, "is_same_story": "on"})
    assert [table["text"] for table in sentence_tables(document_of(draft))] == ["Quite short."]


def test_a_corrected_text_leads_to_the_questions_that_lost_evidence(draft: Draft, teacher_client: Client) -> None:
    text = form_of(teacher_client.get(url("replace_text", draft)), having="text").data()["text"][0]

    response = teacher_client.post(
        url("replace_text", draft), {"text": text.replace("an address", "a street"), "revision": "1"}
    )

    assert response.headers["Location"] == url("edit_orphans", draft)
    assert [orphan.key for orphan in orphans(document_of(draft))] == ["some"]
    page = html_of(teacher_client.get(url("edit_orphans", draft)))
    # The message and links of other pages call it by this name.
    for words in (
        '<h2 class="stem">Lost evidence</h2>',
        "“It also records an address.”",
        "“It also records a street.”",
    ):
        assert words in page
    assert "1 question uses a sentence that changed" in page


def test_the_level_of_the_reading_is_optional(draft: Draft, teacher_client: Client) -> None:
    """Fields without "optional" are needed before publishing, says the page that creates a question set."""
    address = url("edit_reading", draft)
    teacher_client.post(address, sent(teacher_client, address, having="text-s1", level=""))
    assert "Level (optional)" in html_of(teacher_client.get(address))
    assert "to fix" not in html_of(teacher_client.get(url("publish_set", draft)))


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("El concejo votó el lunes. Los vecinos y las familias esperaron.", "es"),
        ("The council of Los Angeles and the mayor of Los Angeles voted. Los Angeles is a city.", "en"),
        ("Le conseil a voté lundi. Les familles et la ville ont attendu.", "en"),
    ],
)
def test_first_text_in_spanish_makes_the_set_spanish(
    text: str, language: str, teacher: User, teacher_client: Client
) -> None:
    teacher_client.post(reverse("add_set"), {**SOURCE, "text": text})
    document = Draft.objects.owned_by(teacher).get().document
    assert document["reading"]["language"] == language
    assert (document["voices"][0]["label"] == "La noticia misma") == (language == "es")
    # The author decided since, so a later text leaves the language.
    document["reading"]["language"] = "pt"
    replace_text(document, "El concejo votó el lunes. Los vecinos y las familias esperaron.")
    assert document["reading"]["language"] == "pt"


def test_language_of_the_reading_names_the_speakers_of_every_story(teacher: User, teacher_client: Client) -> None:
    teacher_client.post(reverse("add_set"), {**SOURCE, "text": "El concejo votó. La alcaldesa habló."})
    draft = Draft.objects.owned_by(teacher).get()
    address = url("edit_reading", draft)
    saving.save_speakers(
        draft,
        [{**one, "label": "Nadie"} if one["key"] == "unnamed" else one for one in draft.document["voices"]],
        seen=draft.revision,
        by=teacher,
        now=NOW,
    )
    for language, label in (("es", "La noticia misma"), ("fr", "The story itself")):
        teacher_client.post(address, sent(teacher_client, address, having="reading_title", language=language))
        labels = {one["key"]: one["label"] for one in document_of(draft)["voices"]}
        assert (labels["reporter"], labels["unnamed"]) == (label, "Nadie")
        assert f"If no one is named, choose “{label}”." in text_of(teacher_client.get(address))


def test_language_of_the_reading_is_none_of_the_others(draft: Draft, teacher_client: Client) -> None:
    address = url("edit_reading", draft)
    set_level_text(draft.document, "es", "El sistema registra.", sentence_tables(draft.document))
    draft.document["languages"] = ["es"]
    draft.save()
    teacher_client.post(address, sent(teacher_client, address, having="reading_title", language="es"))
    # Sent from a page of languages that was open before.
    teacher_client.post(url("edit_languages", draft), {"language": "es", "act": "add"})
    assert (document_of(draft)["languages"], draft_problems(document_of(draft))) == ([], [])
    # The level in Spanish is still published, and can be removed.
    assert url("edit_level", draft, "es") in read(teacher_client.get(address)).links
    # A draft from before can have both.
    Draft.objects.filter(pk=draft.pk).update(document={**document_of(draft), "languages": ["es"]})
    assert "Don’t publish Spanish" in text_of(teacher_client.get(url("edit_languages", draft)))


def test_sentences_and_speakers_are_saved(draft: Draft, teacher_client: Client) -> None:
    address = url("edit_reading", draft)
    changes = {"text-s6": "Hundreds had protested.", "speaker-s6": "protesters", "level": "Grade 8", "language": "es"}

    response = teacher_client.post(address, sent(teacher_client, address, having="text-s1", **changes))

    assert response.status_code == 302
    document = document_of(draft)
    assert sentence_tables(document)[5] == {"key": "s6", "text": "Hundreds had protested.", "voice": "protesters"}
    assert (document["reading"]["level"], document["reading"]["language"]) == ("Grade 8", "es")
    assert "1 question uses a sentence that changed" in html_of(teacher_client.get(address))


def test_a_sentence_without_a_text_or_with_a_forged_speaker_stays(draft: Draft, teacher_client: Client) -> None:
    address = url("edit_reading", draft)
    changes = {"text-s6": " ", "speaker-s5": "not_stated", "text-s5": "It ends soon."}

    response = teacher_client.post(address, sent(teacher_client, address, having="text-s1", **changes))

    assert response.status_code == 200
    assert "To remove a sentence" in html_of(response)
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
        ("start:s2", {}, ["The system records a birthplace."]),
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

    assert field_errors_of(response) == ["We couldn’t find a place to split. Start a new line there and try again."]
    assert revision_of(draft) == 1


def test_edit_reading_answers_htmx_with_what_a_save_changes_alone(draft: Draft, teacher_client: Client) -> None:
    address = url("edit_reading", draft)
    data = sent(teacher_client, address, having="text-s1", **{"text-s1": "It records a name."})

    text = html_of(teacher_client.post(address, data, headers=HTMX))

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


def test_an_old_page_joins_no_other_sentences(draft: Draft, teacher: User, teacher_client: Client) -> None:
    address = url("edit_reading", draft)
    data = {**sent(teacher_client, address, having="text-s1"), "act": "start:s2"}
    # Sent twice, it starts the paragraph once.
    pages = [teacher_client.post(address, data, follow=True) for _ in range(2)]
    assert not any("changed in another window" in text_of(page) for page in pages)
    assert [len(part["sentences"]) for part in document_of(draft)["reading"]["paragraphs"]] == [1, 1, 4]
    longer = " ".join(["One more.", *texts_of(document_of(draft)).values()])
    saving.save_text(draft, longer, seen=revision_of(draft), by=teacher, now=NOW)
    before = document_of(draft)["reading"]

    for act in ("join:s1", "continue:s3"):
        page = teacher_client.post(address, {**data, "act": act}, follow=True)
        assert "The draft changed in another window. Nothing was lost. Check it again." in text_of(page)

    assert document_of(draft)["reading"] == before


def test_edit_reading_refuses_to_overwrite_and_shows_both(draft: Draft, teacher: User, teacher_client: Client) -> None:
    address = url("edit_reading", draft)
    data = sent(teacher_client, address, having="text-s1", **{"text-s1": "My sentence."})
    saving.save_reading(draft, {}, {"s1": "Their sentence."}, {}, seen=1, by=teacher, now=NOW)

    text = html_of(teacher_client.post(address, data))

    assert [words in text for words in ("changed in another window", "</b> Their sentence.</p>", "My sentence.")] == [
        True
    ] * 3
    assert sentence_tables(document_of(draft))[0]["text"] == "Their sentence."
    # Typed in a sentence that the other window removes.
    data = sent(teacher_client, address, having="text-s1", **{"text-s5": "My last sentence."})
    removed = partial(remove_sentence, key="s5")
    saving.save_reading(draft, {}, {}, {}, then=removed, seen=revision_of(draft), by=teacher, now=NOW)
    before = document_of(draft)
    for headers, change in ((HTMX, {}), ({}, {}), ({}, {"act": ["split:s1"], "text-s1": ["Another sentence."]})):
        text = text_of(teacher_client.post(address, data | change, headers=headers))
        assert "changed in another window" in text
        assert "Another window removed this sentence: “My last sentence.”" in text
    page = teacher_client.post(address, data | {"over": [str(revision_of(draft))]})
    assert (page.status_code, document_of(draft)) == (302, before)


@pytest.mark.parametrize("act", ["split:s1", "join:s2", "start:s2", "continue:s3", "speaker:s3", "remove:s4"])
def test_a_button_of_a_row_drops_no_text_of_a_sentence_that_another_window_removed(
    act: str, draft: Draft, teacher: User, teacher_client: Client
) -> None:
    address, two = url("edit_reading", draft), "One sentence. Another sentence."
    saving.save_reading(draft, {}, {"s1": two}, {}, seen=1, by=teacher, now=NOW)
    typed = {"text-s5": "My last sentence.", "new_speaker-s3": "The clerk"}
    data = sent(teacher_client, address, having="text-s1", **typed)
    removed = partial(remove_sentence, key="s5")
    saving.save_reading(draft, {}, {}, {}, then=removed, seen=2, by=teacher, now=NOW)
    before = document_of(draft)

    text = text_of(teacher_client.post(address, {**data, "act": act}))

    assert "This was changed in another window" in text
    assert "Another window removed this sentence: “My last sentence.”" in text
    assert document_of(draft) == before
    # “Remove” pressed twice removes once.
    again = teacher_client.post(address, {**data, "act": "remove:s5"}, follow=True)
    assert "another window" not in text_of(again)


def test_a_pasted_text_does_not_overwrite_what_another_window_saved(
    draft: Draft, teacher: User, teacher_client: Client
) -> None:
    saving.save_reading(draft, {}, {"s1": "Their sentence."}, {}, seen=1, by=teacher, now=NOW)
    pasted = "Quite another text of some length. " * 6

    data = {"text": pasted, "is_same_story": "on", "revision": "1"}
    response = teacher_client.post(url("replace_text", draft), data)

    assert "changed in another window" in html_of(response)
    # The other window has no answer to this question.
    assert "same story:" not in html_of(response)
    assert pasted.strip() in html_of(response)
    assert sentence_tables(document_of(draft))[0]["text"] == "Their sentence."


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("edit_reading", {"text-s1": "My sentence."}),
        ("replace_text", {"text": "Quite another text of some length. " * 6}),
        ("edit_speakers", {"label-mayor": "Ms. Mayor"}),
        ("edit_words", {"forms-new-1": "birthplace", "meaning-new-1": "where one was born"}),
    ],
)
def test_each_form_of_the_reading_is_alone_on_its_page(
    name: str, data: dict[str, str], draft: Draft, teacher: User, teacher_client: Client
) -> None:
    """Without a script, a form that is sent drops what was typed in another form of its page."""
    address = url(name, draft)
    page = teacher_client.get(address)
    assert re.findall(r'<form[^>]+id="([\w-]+)"', page.text) == ["draft-form"]
    data = sent(teacher_client, address, having=next(iter(data)), **data)
    speakers = [{**speaker, "label": f"{speaker['label']}!"} for speaker in draft.document["voices"]]
    saving.save_reading(draft, {}, {"s1": "Their sentence."}, {}, seen=1, by=teacher, now=NOW)
    saving.save_speakers(draft, speakers, seen=2, by=teacher, now=NOW)
    saving.save_words(draft, [ExplainedWord("", ("address",), "where one lives")], seen=3, by=teacher, now=NOW)

    page = teacher_client.post(address, data)

    assert "changed in another window" in html_of(page)
    assert re.findall(r'form="([\w-]+)" name="over"', page.text) == ["draft-form"]
    assert re.findall(r'href="([^"]+)" data-discards', page.text) == [address]


@pytest.mark.parametrize(
    ("name", "data", "shown"),
    [
        ("edit_speakers", {"label-new-1": "Police chief"}, "Police chief"),
        ("edit_words", {"forms-new-1": "birthplace", "meaning-new-1": "where one was born"}, "where one was born"),
    ],
)
def test_publish_saves_the_page_of_words_or_speakers_first(
    name: str, data: dict[str, str], shown: str, draft: Draft, teacher_client: Client
) -> None:
    data = sent(teacher_client, url(name, draft), having=next(iter(data)), publish="on", **data)

    response = teacher_client.post(url(name, draft), data)

    assert response.headers["Location"] == url("publish_set", draft)
    assert shown in teacher_client.get(url(name, draft)).text


def test_speakers_are_named_added_and_taken_away(draft: Draft, teacher_client: Client) -> None:
    address = url("edit_speakers", draft)
    saving.save_reading(draft, {}, {}, {"s4": "mayor"}, seen=1, by=draft.changed_by, now=NOW)
    document = document_of(draft)
    question_of(document, "who")["statements"][1]["voice"] = "mayor"  # type: ignore[index]
    Draft.objects.filter(pk=draft.pk).update(document=document)
    changes = {"label-mayor": "The mayor", "label-protesters": "", "label-new-1": "Police chief", "icon-new-1": "sign"}

    teacher_client.post(address, sent(teacher_client, address, having="label-mayor", **changes))

    assert [(speaker["key"], speaker["label"], speaker["icon"]) for speaker in document_of(draft)["voices"]] == [
        ("reporter", "Reported fact", "page"),
        ("mayor", "The mayor", "person"),
        ("not_stated", "The story does not say", "blank"),
        ("police-chief", "Police chief", "sign"),
    ]


def test_a_speaker_that_is_used_or_always_there_keeps_its_name(draft: Draft, teacher_client: Client) -> None:
    address = url("edit_speakers", draft)
    changes = {"label-mayor": "", "label-reporter": ""}

    response = teacher_client.post(address, sent(teacher_client, address, having="label-mayor", **changes))

    assert field_errors_of(response) == [
        "This speaker needs a name.",
        "2 sentences or statements have this speaker. Change them first.",
    ]
    assert document_of(draft)["voices"] == draft.document["voices"]


@pytest.mark.parametrize(
    "changes",
    [
        {"label-protesters": "mayor’s  Account"},
        {"label-new-1": "Mayor’s account"},
        {"label-mayor": "The mayor", "label-new-1": "The Mayor"},
    ],
)
def test_2_speakers_cannot_have_one_name(changes: dict[str, str], draft: Draft, teacher_client: Client) -> None:
    data = sent(teacher_client, url("edit_speakers", draft), having="label-mayor", **changes)

    page = teacher_client.post(url("edit_speakers", draft), data)
    assert field_errors_of(page) == ["This speaker is in the list twice."]
    # As the label of the field, which keeps it when its name is typed over.
    assert re.search(r"Not saved: (Speaker \d|Another speaker)\. This", page.content.decode())
    assert document_of(draft)["voices"] == draft.document["voices"]


def test_a_new_speaker_that_is_sent_twice_is_one(draft: Draft, teacher_client: Client) -> None:
    data = sent(teacher_client, url("edit_speakers", draft), having="label-mayor", **{"label-new-1": "Police chief"})

    for _ in range(2):
        response = teacher_client.post(url("edit_speakers", draft), data, follow=True)

    assert "Speakers saved." in html_of(response)
    labels = [speaker["label"] for speaker in document_of(draft)["voices"]]
    assert labels.count("Police chief") == 1
    assert len(labels) == len(draft.document["voices"]) + 1
    # A draft from before can have the name of the row for a new speaker as a key.
    document = document_of(draft)
    document["voices"].append({"key": "new-1", "label": "New 1", "icon": "person"})
    Draft.objects.filter(pk=draft.pk).update(document=document)
    address = url("edit_speakers", draft)
    teacher_client.post(address, sent(teacher_client, address, having="label-mayor"))
    assert document_of(draft) == document


def test_a_name_of_a_speaker_that_another_window_removed_is_kept(
    draft: Draft, teacher: User, teacher_client: Client
) -> None:
    address, left = url("edit_speakers", draft), draft.document["voices"]
    crowd = {"key": "crowd", "label": "The crowd", "icon": "sign"}
    saving.save_speakers(draft, [*left, crowd], seen=9, by=teacher, now=NOW)
    data = sent(teacher_client, address, having="label-mayor", **{"label-crowd": "The protest"})
    saving.save_speakers(draft, left, seen=9, by=teacher, now=NOW)

    page = teacher_client.post(address, data)

    assert "This was changed in another window" in html_of(page)
    assert document_of(draft)["voices"] == left
    form = form_of(page, having="label-crowd")
    many = {f"label-v{number}": f"V{number}" for number in range(MAX_SPEAKERS)}
    over = form.data(over=str(revision_of(draft)))
    refused = field_errors_of(teacher_client.post(address, over | many))
    assert set(refused) == {"The limit is 8 speakers. To remove one, leave its name blank."}
    assert document_of(draft)["voices"] == left
    for _ in range(2):
        assert "Speakers saved." in html_of(teacher_client.post(address, over, follow=True))
    assert document_of(draft)["voices"] == [*left, crowd | {"key": "the-protest", "label": "The protest"}]


def test_a_speaker_who_fills_the_list_may_be_sent_twice(draft: Draft, teacher: User, teacher_client: Client) -> None:
    many = [{"key": f"v{number}", "label": f"V{number}", "icon": "person"} for number in range(MAX_SPEAKERS)]
    saving.save_speakers(draft, [*draft.document["voices"], *many][: MAX_SPEAKERS - 1], seen=9, by=teacher, now=NOW)
    address = url("edit_speakers", draft)
    data = sent(teacher_client, address, having="label-mayor", **{"label-new-1": "Police chief"})

    for _ in range(2):
        assert "Speakers saved." in html_of(teacher_client.post(address, data, follow=True))

    assert [speaker["label"] for speaker in document_of(draft)["voices"]][MAX_SPEAKERS - 1 :] == ["Police chief"]


def test_a_speaker_of_1_sentence_is_named_in_the_singular(draft: Draft, teacher_client: Client) -> None:
    document = document_of(draft)
    for statement in question_of(document, "who")["statements"]:  # type: ignore[attr-defined]
        statement["voice"] = "not_stated"
    Draft.objects.filter(pk=draft.pk).update(document=document)

    response = teacher_client.post(
        url("edit_speakers", draft),
        sent(teacher_client, url("edit_speakers", draft), having="label-mayor", **{"label-mayor": ""}),
    )

    assert field_errors_of(response) == ["1 sentence or statement has this speaker. Change it first."]


# --- Lost evidence ------------------------------------------------------------------------------------------------


@pytest.fixture
def orphaned(draft: Draft, teacher: User) -> Draft:
    """The draft after a correction of the second sentence, which the second question depends on."""
    return saving.save_reading(draft, {}, {"s2": "It also records a street."}, {}, seen=1, by=teacher, now=NOW)


def resolve(client: Client, draft: Draft, act: str, key: str = "some", **changes: str) -> HttpResponse:
    form = form_of(client.get(url("edit_orphans", draft)), having="act")
    return client.post(url("resolve_orphan", draft, key), form.data(act=act, **changes), follow=True)


def test_an_orphan_is_kept(orphaned: Draft, teacher_client: Client) -> None:
    page = resolve(teacher_client, orphaned, "keep")

    assert "Question 2 uses the new text." in html_of(page)
    assert "Every question has its evidence" in html_of(page)
    assert question_now(orphaned, "some")["anchors"]["s2"] == "It also records a street."


def test_an_orphan_is_anchored_to_another_sentence(orphaned: Draft, teacher_client: Client) -> None:
    resolve(teacher_client, orphaned, "move", **{"to-some-s2": "s6"})

    assert question_now(orphaned, "some")["evidence"] == ["s1", "s6"]
    assert orphans(document_of(orphaned)) == []


def test_a_question_can_lose_all_its_evidence_and_the_notice_says_so(
    all_orphaned: Draft, teacher_client: Client
) -> None:
    page = teacher_client.get(url("edit_orphans", all_orphaned))
    assert "None: choose evidence later" in html_of(page)

    notice = html_of(resolve(teacher_client, all_orphaned, "move", "one", **{"to-one-s1": ""}))

    assert "Question 1 has no evidence now." in notice
    assert question_now(all_orphaned, "one")["evidence"] == []


def test_an_orphan_is_withdrawn(orphaned: Draft, teacher_client: Client) -> None:
    page = resolve(teacher_client, orphaned, "withdraw")

    # Without a published version, the notice names none.
    assert "Question 2 is removed from the draft." in html_of(page)
    assert "Published versions keep it" not in html_of(page)
    assert [table["key"] for table in document_of(orphaned)["questions"]] == ["one", "who", "proof"]


@pytest.mark.parametrize("data", [{"act": "burn"}, {"act": "move", "to-some-s2": "s99"}])
def test_a_forged_resolution_changes_nothing(data: dict[str, str], orphaned: Draft, teacher_client: Client) -> None:
    before = document_of(orphaned)

    teacher_client.post(url("resolve_orphan", orphaned, "some"), {**data, "revision": "2"})

    assert document_of(orphaned) == before


def test_a_resolution_on_a_text_that_changed_again_is_refused(
    orphaned: Draft, teacher: User, teacher_client: Client
) -> None:
    form = form_of(teacher_client.get(url("edit_orphans", orphaned)), having="act")
    saving.save_reading(orphaned, {}, {"s2": "It records a city."}, {}, seen=2, by=teacher, now=NOW)

    page = teacher_client.post(url("resolve_orphan", orphaned, "some"), form.data(act="keep"), follow=True)

    assert "changed in another window" in html_of(page)
    assert [orphan.key for orphan in orphans(document_of(orphaned))] == ["some"]


@pytest.fixture
def all_orphaned(draft: Draft, teacher: User) -> Draft:
    """The draft with 2 changed sentences that 2 questions use, and without a sentence that “who” uses."""
    texts = {"s1": "PARS still is a data system.", "s2": "It also records a street."}
    return saving.save_reading(
        draft, {}, texts, {}, then=lambda document: remove_sentence(document, "s4"), seen=1, by=teacher, now=NOW
    )


@pytest.mark.parametrize("key", ["", "one"])
def test_what_is_chosen_for_other_questions_stays_chosen(key: str, all_orphaned: Draft, teacher_client: Client) -> None:
    """key: of the question that is resolved, "" for all that can be kept."""
    chosen = {"to-some-s2": "s6", "to-who-s4": "s5"}
    form = form_of(teacher_client.get(url("edit_orphans", all_orphaned)), having="act")
    assert not chosen.items() & dict(form.fields).items()
    address = url("resolve_orphan", all_orphaned, key) if key else url("keep_orphans", all_orphaned)

    page = teacher_client.post(address, form.data(act="keep", **chosen), follow=True)

    left = dict(form_of(page, having="act").fields)
    assert left["to-who-s4"] == "s5"
    assert left.get("to-some-s2") == ("s6" if key else None)
    assert key or "We chose the closest match." not in html_of(page)
    # A forged address changes nothing that is offered.
    forged = teacher_client.get(url("edit_orphans", all_orphaned), {"to-who-s4": "s99"})
    assert dict(form_of(forged, having="act").fields)["to-who-s4"] == form.data()["to-who-s4"][0]


def keep_all_form(page: HttpResponse, draft: Draft) -> Form:
    return next(form for form in read(page).forms if form.action == url("keep_orphans", draft))


def test_all_orphans_that_have_their_sentences_are_kept_at_once(all_orphaned: Draft, teacher_client: Client) -> None:
    page = teacher_client.get(url("edit_orphans", all_orphaned))
    kept, left = (
        [orphan.key for orphan in orphans(document_of(all_orphaned)) if orphan.can_be_kept is can_be_kept]
        for can_be_kept in (True, False)
    )
    assert (len(kept), left) == (2, ["who"])
    assert "Keep all 2 questions" in html_of(page)
    assert "Questions with a removed sentence stay here." in html_of(page)
    form = keep_all_form(page, all_orphaned)

    for message in ("2 questions use the new text.", ""):
        revision, page = revision_of(all_orphaned), teacher_client.post(form.action, form.data(), follow=True)
        assert ("questions use the new text." in html_of(page)) is bool(message)
        assert message in html_of(page)

    assert revision_of(all_orphaned) == revision
    assert [orphan.key for orphan in orphans(document_of(all_orphaned))] == ["who"]
    assert "Keep all" not in html_of(page)


@pytest.mark.parametrize("change", ["reading", "question"])
def test_keeping_all_orphans_is_refused_after_a_change(
    change: str, all_orphaned: Draft, teacher: User, teacher_client: Client
) -> None:
    form = keep_all_form(teacher_client.get(url("edit_orphans", all_orphaned)), all_orphaned)
    if change == "reading":
        saving.save_reading(all_orphaned, {}, {"s2": "It records a city."}, {}, seen=2, by=teacher, now=NOW)
    else:
        saving_questions.save_question(all_orphaned, "some", {"stem": "Anew?"}, seen=2, by=teacher, now=NOW)
    before = document_of(all_orphaned)

    page = teacher_client.post(form.action, form.data(), follow=True)

    assert "The draft changed in another window. Nothing was lost. Check it again." in html_of(page)
    assert document_of(all_orphaned) == before


def test_a_single_orphan_has_no_button_for_all(orphaned: Draft, teacher_client: Client) -> None:
    page = html_of(teacher_client.get(url("edit_orphans", orphaned)))
    assert ("Keep question" in page, "Keep all" in page) == (True, False)


def test_a_lost_sentence_is_not_forgotten_by_saving_the_question(
    draft: Draft, teacher: User, teacher_client: Client
) -> None:
    address = url("edit_reading", draft)
    teacher_client.post(address, sent(teacher_client, address, having="text-s1", act="remove:s2"))
    editor = url("edit_question", draft, "some")

    teacher_client.post(editor, sent(teacher_client, editor, having="stem", stem="Which two, again?"))

    assert question_now(draft, "some")["stem"] == "Which two, again?"
    assert question_now(draft, "some")["evidence"] == ["s1", "s2"]
    assert [orphan.key for orphan in orphans(document_of(draft))] == ["some"]
