"""Question sets as teachers read them, and assigning them: the form, its summary, the save, the errors."""

import re
import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.html import strip_tags

from quizzes.assignments.accommodations import extend
from quizzes.assignments.board import show_on_board
from quizzes.assignments.excuses import excuse
from quizzes.assignments.lifecycle import change_assignment, close_now, open_now, release_now, settings_of
from quizzes.assignments.student_settings import window_of
from quizzes.attempts import lifecycle
from quizzes.content.drafts.retry import make_retry
from quizzes.content.editions import published
from quizzes.models import (
    Assignment,
    Attempt,
    AuditEvent,
    Board,
    Classroom,
    Edition,
    Excuse,
    Extension,
    QuestionSet,
    Student,
    User,
)
from quizzes.people.rosters import move_student, remove_student
from quizzes.reports.progress import progress
from quizzes.views import access
from quizzes.views.access import TeacherRequest
from quizzes.views.teacher import assign as assign_views
from quizzes.views.teacher import assignments as assignments_views
from tests.factories import (
    NOW,
    make_answered_attempt,
    make_assignment,
    make_attempt,
    make_classroom,
    make_document,
    make_draft,
    make_edition,
    make_question_set,
    make_student,
    right_value,
    save,
)
from tests.pages import errors_of, form_of, read, text_of


def address_of(edition: Edition) -> str:
    return reverse("assign", args=[edition.question_set.public_id])


def filled(client: Client, address: str, *classrooms: Classroom, **changes: str) -> dict[str, list[str]]:
    """The form as the page gives it, with these classes and fields."""
    form = form_of(client.get(address), having="release")
    # Without the time limit of the preset.
    changes = {"time_limit": "", **changes}
    return form.data(**changes) | {"classrooms": [classroom.public_id for classroom in classrooms]}


def assign(client: Client, edition: Edition, *classrooms: Classroom, **changes: str) -> Any:
    """Preview and save, as a browser does."""
    address = address_of(edition)
    summary = client.post(address, filled(client, address, *classrooms, **changes, act="preview"))
    return client.post(address, form_of(summary, having="release").data(act="save"))


# --- Reading sets -------------------------------------------------------------------------------------------------


def test_question_sets_lists_what_is_open_to_the_teacher(
    teacher: User, other_teacher: User, teacher_client: Client
) -> None:
    make_edition(document=make_document(title="Built in"))
    make_edition(document=make_document(title="Mine"), question_set=make_question_set(owner=teacher, title="Mine"))
    make_edition(document=make_document(title="Theirs"), question_set=make_question_set(owner=other_teacher))
    make_question_set(title="Draft only")
    page = teacher_client.get(reverse("question_sets"))
    assert re.findall(r'<h3><a href="[^"]*">([^<]*)', page.content.decode()) == ["Mine", "Built in"]
    assert "4 questions, about 4 minutes" in text_of(page)
    assert "Reading: “The agreement”" in text_of(page)


def test_question_sets_says_so_when_there_are_none(teacher_client: Client) -> None:
    assert "No question sets yet" in text_of(teacher_client.get(reverse("question_sets")))


@pytest.mark.parametrize("count", [1, 3])
def test_question_sets_costs_the_same_for_any_number(
    count: int, teacher: User, teacher_client: Client, queries: Callable[[], Any]
) -> None:
    for number in range(count):
        make_edition(document=make_document(title=f"Set {number}"))
        make_draft(owner=teacher)
    teacher_client.get(reverse("question_sets"))  # editions come into the process once
    with queries() as seen:
        page = teacher_client.get(reverse("question_sets"))
    assert page.content.decode().count("<h3>") == 2 * count
    assert len(seen) == 6  # session, teacher, sets, drafts, unused sets, archived and deleted sets


def test_question_set_shows_key_reasons_evidence_and_speakers(teacher_client: Client) -> None:
    edition = make_edition(canary=True)
    page = teacher_client.get(reverse("question_set", args=[edition.question_set.public_id]))
    text = text_of(page)
    texts = [
        text
        for question in edition.document["questions"]
        for text in [
            question["explanation"],
            *[row["rationale"] for row in [*question.get("choices", []), *question.get("statements", [])]],
            *([question["rationale_other"]] if "rationale_other" in question else []),
        ]
    ]
    assert [reason for reason in texts if reason not in text] == []
    # One right choice, two of four, none for statements (they have speakers), two sentences.
    assert text.count("Correct answer") == 1 + 2 + 2
    assert "Citizenship zqx-rationale-2 Sentence 2" in text
    assert "Rules were broken. Mayor’s account zqx-rationale" in text
    assert "Sentence 5: The agreement ends in August. Correct answer" in text
    links = read(page).links
    assert reverse("try_set_question", args=[edition.question_set.public_id, 1]) in links
    assert address_of(edition) in links


def test_question_set_of_another_teacher_is_missing(other_teacher: User, teacher_client: Client) -> None:
    edition = make_edition(question_set=make_question_set(owner=other_teacher))
    for name in ("question_set", "assign"):
        assert teacher_client.get(reverse(name, args=[edition.question_set.public_id])).status_code == 404


def test_question_set_without_an_edition_is_missing(teacher_client: Client) -> None:
    question_set = make_question_set()
    assert teacher_client.get(reverse("question_set", args=[question_set.public_id])).status_code == 404


# --- Assigning ----------------------------------------------------------------------------------------------------


def test_assign_offers_own_current_classes_with_their_sizes(
    edition: Edition,
    teacher: User,
    classroom: Classroom,
    other_classroom: Classroom,
    teacher_client: Client,
    now: datetime,
) -> None:
    make_student(classroom=classroom)
    make_student(classroom=classroom, removed_at=now)
    make_classroom(teacher=teacher, name="Last year", archived_at=now)
    page = teacher_client.get(address_of(edition))
    offered = [value for name, value in form_of(page, having="release").offered if name == "classrooms"]
    assert offered == [classroom.public_id]
    assert "Period 3 1 student" in text_of(page)
    assert text_of(page).count("New York time") == 3


def test_assign_leads_a_teacher_without_a_class_to_making_one(edition: Edition, teacher_client: Client) -> None:
    page = teacher_client.get(address_of(edition))
    assert "Create a class first" in text_of(page)
    assert reverse("add_classroom") in read(page).links


def test_assign_sums_up_before_it_saves(
    edition: Edition, teacher: User, classroom: Classroom, teacher_client: Client, clock: time_machine.Traveller
) -> None:
    for _ in range(24):
        make_student(classroom=classroom)
    chicago = make_classroom(teacher=teacher, name="Period 5", time_zone="America/Chicago")
    data = filled(
        teacher_client,
        address_of(edition),
        classroom,
        chicago,
        opens="2026-10-26T08:00",
        due="2026-10-30T15:00",
        closes="2026-11-02T08:00",
        release="after_close",
        act="preview",
    )
    summary = teacher_client.post(address_of(edition), data)
    assert summary.status_code == 200
    # The page has the title of the form.
    assert re.findall(r"<h2[^>]* autofocus>\s*(\w+)", summary.content.decode()) == ["Summary"]
    assert (
        "Period 3 (24 students) can start Mon, Oct 26, 8:00 am EDT; due Fri, Oct 30, 3:00 pm EDT; "
        "closes Mon, Nov 2, 8:00 am EST. "
        "Period 5 (0 students) can start Mon, Oct 26, 8:00 am CDT; due Fri, Oct 30, 3:00 pm CDT; "
        "closes Mon, Nov 2, 8:00 am CST. "
        "1 attempt. No time limit. Answer choices are shuffled. "
        "Answers show after all your classes with this question set, or a copy of it, close."
    ) in text_of(summary)
    assert not Assignment.objects.exists()
    response = teacher_client.post(address_of(edition), form_of(summary, having="release").data(act="save"))
    first, second = Assignment.objects.order_by("pk")
    assert response.headers["Location"] == reverse("assignment_progress", args=[first.public_id])
    assert (first.classroom, second.classroom, first.group) == (classroom, chicago, second.group)
    assert (first.opens_at, second.opens_at) == (
        datetime(2026, 10, 26, 12, tzinfo=UTC),
        datetime(2026, 10, 26, 13, tzinfo=UTC),
    )
    assert first.closes_at == datetime(2026, 11, 2, 13, tzinfo=UTC)
    assert (first.max_attempts, first.time_limit, first.shuffle_questions, first.shuffle_choices, first.release) == (
        *(1, None, False, True),
        "after_close",
    )
    assert first.assigned_by == teacher
    page = teacher_client.get(response.headers["Location"])
    text = text_of(page)
    assert (
        "Assigned to 2 classes: “Small set”. Sign-in cards: Period 3 · Sign-in cards: Period 5 · Progress: Period 5"
    ) in text
    links = read(page).links
    assert all(reverse("sign_in_cards", args=[one.public_id]) in links for one in (classroom, chicago))
    assert reverse("start_class", args=[second.public_id]) not in links


@pytest.mark.parametrize(
    ("times", "link", "label"),
    [
        ({"due_at": NOW}, "sign_in_cards", "Sign-in cards"),
        ({"due_at": NOW, "waits_for_teacher": True}, "start_class", "Start class"),
        ({"closes_at": NOW}, "start_class", "Start class"),
        ({}, "start_class", "Start class"),
    ],
)
def test_notice_offers_to_start_only_what_is_done_in_class(
    times: dict[str, Any], link: str, label: str, edition: Edition, classroom: Classroom, teacher: User
) -> None:
    given = make_assignment(edition=edition, classroom=classroom, assigned_by=teacher, **times)

    address = reverse(link, args=[(given if link == "start_class" else classroom).public_id])

    assert assign_views._assigned_message([given]) == (
        f'Assigned to Period 3: “Small set”. <a href="{address}">{label}</a>'
    )


@pytest.mark.parametrize(
    ("text", "reordered", "expected"),
    [
        ("Start class: {classroom}", "{classroom}, start", "Period 3, start · Period 5, start · Progress: Period 5"),
        ("Progress: {classroom}", "{classroom}, progress", "Start class: Period 5 · Period 5, progress"),
    ],
)
def test_links_of_several_classes_can_be_translated_in_any_order(
    text: str,
    reordered: str,
    expected: str,
    edition: Edition,
    classroom: Classroom,
    teacher: User,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    classrooms = [classroom, make_classroom(teacher=teacher, name="Period 5")]
    given = [make_assignment(edition=edition, classroom=one, assigned_by=teacher) for one in classrooms]
    monkeypatch.setattr(assign_views, "gettext", lambda english: reordered if english == text else english)
    assert expected in strip_tags(assign_views._assigned_message(given))


def test_assign_takes_every_setting(edition: Edition, classroom: Classroom, teacher_client: Client) -> None:
    assign(
        teacher_client,
        edition,
        classroom,
        max_attempts="unlimited",
        attempt_policy="latest",
        time_limit="45",
        shuffle_questions="on",
        release="never",
    )
    given = Assignment.objects.get()
    assert (given.max_attempts, given.attempt_policy, given.time_limit) == (None, "latest", timedelta(minutes=45))
    assert (given.shuffle_questions, given.shuffle_choices, given.release) == (True, True, "never")
    assert (given.opens_at, given.due_at, given.closes_at) == (None, None, None)


def test_assign_keeps_an_unticked_box_through_the_summary(
    edition: Edition, classroom: Classroom, teacher_client: Client
) -> None:
    address = address_of(edition)
    data = filled(teacher_client, address, classroom, act="preview")
    del data["shuffle_choices"]
    summary = teacher_client.post(address, data)
    teacher_client.post(address, form_of(summary, having="release").data(act="save"))
    assert Assignment.objects.get().shuffle_choices is False


def test_assign_twice_by_one_form_assigns_once(edition: Edition, classroom: Classroom, teacher_client: Client) -> None:
    address = address_of(edition)
    data = filled(teacher_client, address, classroom, act="save")
    first = teacher_client.post(address, data)
    second = teacher_client.post(address, data)
    given = Assignment.objects.get()
    assert first.headers["Location"] == second.headers["Location"]
    assert second.headers["Location"] == reverse("start_class", args=[given.public_id])


def test_assign_gives_the_newest_edition(edition: Edition, classroom: Classroom, teacher_client: Client) -> None:
    newer = make_edition(question_set=edition.question_set, document=make_document(title="Small set, corrected"))
    assign(teacher_client, edition, classroom)
    assert Assignment.objects.get().edition == newer


def test_assign_cannot_join_another_teachers_group(
    edition: Edition, classroom: Classroom, other_classroom: Classroom, other_teacher: User, teacher_client: Client
) -> None:
    theirs = make_assignment(edition=edition, classroom=other_classroom, assigned_by=other_teacher)
    data = filled(teacher_client, address_of(edition), classroom, group=str(theirs.group), act="save")
    teacher_client.post(address_of(edition), data)
    assert Assignment.objects.get(classroom=classroom).group != theirs.group


def test_change_something_goes_back_to_what_was_typed(
    edition: Edition, classroom: Classroom, teacher_client: Client
) -> None:
    address = address_of(edition)
    summary = teacher_client.post(
        address, filled(teacher_client, address, classroom, due="2099-10-30T15:00", time_limit="20", act="preview")
    )
    page = teacher_client.post(address, form_of(summary, having="release").data(act="edit"))
    sent = form_of(page, having="release").data()
    assert (sent["due"], sent["time_limit"], sent["classrooms"]) == (
        ["2099-10-30T15:00"],
        ["20"],
        [classroom.public_id],
    )
    assert not Assignment.objects.exists()


REFUSALS = [
    ({"opens": "2026-10-30T08:00", "closes": "2026-10-29T08:00"}, ["“Closes” is before “Opens”."]),
    ({"opens": "2026-10-30T08:00", "due": "2026-10-29T08:00"}, ["“Due” is before “Opens”."]),
    ({"due": "2026-10-30T08:00", "closes": "2026-10-29T08:00"}, ["“Closes” is before “Due”."]),
    (
        {"opens": "2026-10-30T08:00", "due": "2026-10-29T08:00", "closes": "2026-10-28T08:00"},
        ["“Due” is before “Opens”.", "“Closes” is before “Opens”."],
    ),
    ({"closes": "2026-10-23T10:00"}, ["This closing time has passed. Choose a later one."]),
    ({"release": "after_close"}, ["Set a closing time. Answers show after all classes close."]),
    (
        {"release": "after_last", "max_attempts": "unlimited"},
        ["Set a closing time. With unlimited attempts, no attempt is the last."],
    ),
    ({"max_attempts": "0"}, ["Choose 1, 2, 3, or unlimited."]),
    ({"time_limit": "0"}, ["Enter 1 minute or more, or leave blank for no limit."]),
    ({"time_limit": "-5"}, ["Enter 1 minute or more, or leave blank for no limit."]),
    ({"time_limit": "ten"}, ["Enter whole minutes, or leave blank for no limit."]),
    ({"time_limit": "100000"}, ["Enter up to 480 minutes, or leave blank for no limit."]),
    ({"opens": "2027-03-14T02:30"}, ["Daylight saving time skips 2:30 am. Use 3:30 am."]),
    ({"opens": "Monday"}, ["Enter a date and time, such as 2026-10-26T08:00."]),
    ({"opens": "2026-02-30T08:00"}, ["Enter a date and time, such as 2026-10-26T08:00."]),
    ({"opens": "2026-10-26T08:00Z"}, ["Enter a date and time, such as 2026-10-26T08:00."]),
    ({"due": "0026-10-26T08:00"}, ["Check the year."]),
]


PUBLIC = "Anyone could try {} of this set without an account. Students may know the answers."


def test_assigning_warns_of_questions_that_visitors_could_try(
    edition: Edition, classroom: Classroom, teacher: User, teacher_client: Client
) -> None:
    address = address_of(edition)
    assert "Anyone could try" not in text_of(teacher_client.get(address))
    QuestionSet.objects.filter(pk=edition.question_set_id).update(public_until=NOW + timedelta(seconds=1))

    assert PUBLIC.format("4 questions") in text_of(teacher_client.get(address))
    summary = teacher_client.post(address, filled(teacher_client, address, classroom, act="preview"))
    assert PUBLIC.format("4 questions") in text_of(summary)
    # A retry keeps the keys of its questions.
    given = make_assignment(edition=edition, classroom=classroom, assigned_by=teacher)
    retry = make_retry(given, ["one"], by=teacher, now=NOW)
    assert PUBLIC.format("1 question") in text_of(teacher_client.get(reverse("assign", args=[retry.public_id])))


def test_assigning_a_set_does_not_warn_of_an_edition_that_visitors_could_not_try(
    edition: Edition, teacher_client: Client
) -> None:
    QuestionSet.objects.filter(pk=edition.question_set_id).update(public_until=NOW)

    assert "Anyone could try" not in text_of(teacher_client.get(address_of(edition)))


EARLY = {
    "at_once": (
        "Students see the correct answer to each question when they check it, and can use it in their next attempt."
    ),
    "after_hand_in": "Students see all correct answers after their first attempt, and can use them in the next one.",
}


def test_answers_show_after_the_last_attempt_by_default(
    edition: Edition, classroom: Classroom, teacher_client: Client
) -> None:
    assign(teacher_client, edition, classroom, max_attempts="2")

    assert Assignment.objects.get().release == "after_last"


@pytest.mark.parametrize("release", EARLY)
def test_answers_before_the_last_attempt_are_confirmed_by_a_sentence(
    release: str, edition: Edition, classroom: Classroom, teacher_client: Client
) -> None:
    address = address_of(edition)
    fields = filled(teacher_client, address, classroom, max_attempts="3", release=release, act="preview")
    summary = teacher_client.post(address, fields)
    assert EARLY[release] in text_of(summary)

    form = form_of(summary, having="release")
    refused = teacher_client.post(address, form.data(act="save"))
    assert errors_of(refused) == ["Check this box, or go back and show the answers after each student’s last attempt."]
    assert not Assignment.objects.exists()

    teacher_client.post(address, form_of(refused, having="release").data(act="save", early_answers="on"))
    given = Assignment.objects.get()
    assert (given.release, given.max_attempts) == (release, 3)


@pytest.mark.parametrize(
    ("release", "max_attempts"), [("after_hand_in", "1"), ("at_once", "1"), ("after_last", "2"), ("never", "2")]
)
def test_answers_after_the_last_attempt_need_no_confirmation(
    release: str, max_attempts: str, edition: Edition, classroom: Classroom, teacher_client: Client
) -> None:
    assign(teacher_client, edition, classroom, max_attempts=max_attempts, release=release)

    assert Assignment.objects.get().release == release


def test_retry_of_a_quiz_whose_answers_wait_for_other_classes_is_confirmed(
    edition: Edition, classroom: Classroom, teacher: User, teacher_client: Client, clock: time_machine.Traveller
) -> None:
    hour = timedelta(hours=1)
    given = make_assignment(
        edition=edition, classroom=classroom, assigned_by=teacher, release="after_close", closes_at=NOW - hour
    )
    other = make_classroom(teacher=teacher, name="Period 5")
    later = make_assignment(edition=edition, classroom=other, assigned_by=teacher, closes_at=NOW + hour)
    address = f"{reverse('assign_retry', args=[given.public_id])}?question=one"
    waits = "The answers of “Small set” wait until all classes close. This retry can show some of them before."

    asked = teacher_client.post(address, filled(teacher_client, address, classroom, release="after_last", act="save"))

    assert waits in text_of(asked)
    assert Assignment.objects.count() == 2
    hidden = teacher_client.post(address, filled(teacher_client, address, classroom, release="never", act="preview"))
    assert waits not in text_of(hidden)
    Assignment.objects.filter(pk=later.pk).update(closes_at=NOW - hour)
    teacher_client.post(address, filled(teacher_client, address, classroom, release="after_last", act="save"))
    assert Assignment.objects.count() == 3


def test_change_to_answers_before_the_last_attempt_is_confirmed(
    edition: Edition, classroom: Classroom, teacher: User, teacher_client: Client
) -> None:
    given = make_assignment(edition=edition, classroom=classroom, assigned_by=teacher)
    address = reverse("change_assignment", args=[given.public_id])
    data = form_of(teacher_client.get(address), having="release").data(max_attempts="2", act="save")
    refused = teacher_client.post(address, data)
    assert EARLY["after_hand_in"] in text_of(refused)
    given.refresh_from_db()
    assert given.max_attempts == 1

    teacher_client.post(address, form_of(refused, having="release").data(act="save", early_answers="on"))
    given.refresh_from_db()
    assert given.max_attempts == 2


def test_summary_warns_that_without_a_close_an_unused_attempt_keeps_the_answers_hidden(
    edition: Edition, classroom: Classroom, teacher_client: Client
) -> None:
    warning = "No closing time: students who stop before the last attempt never see the answers."
    address = address_of(edition)
    for max_attempts, is_warned in (("2", True), ("1", False)):
        fields = filled(teacher_client, address, classroom, max_attempts=max_attempts, act="preview")
        assert (warning in text_of(teacher_client.post(address, fields))) is is_warned


@pytest.mark.parametrize(("minutes", "is_warned"), [("31", True), ("30", False), ("", False)])
def test_summary_warns_of_a_time_limit_longer_than_the_window(
    minutes: str,
    is_warned: bool,
    edition: Edition,
    classroom: Classroom,
    teacher_client: Client,
    clock: time_machine.Traveller,
) -> None:
    address = address_of(edition)
    window = {"opens": "2026-10-26T08:00", "closes": "2026-10-26T08:30"}
    fields = filled(teacher_client, address, classroom, time_limit=minutes, act="preview", **window)
    text = text_of(teacher_client.post(address, fields))
    warning = "The time limit is longer than the quiz is open. Students get only the time until it closes."
    assert (warning in text) is is_warned


@pytest.mark.parametrize("act", ["preview", "save"])
@pytest.mark.parametrize(("changes", "expected"), REFUSALS)
def test_assign_refuses_with_a_word_and_keeps_what_was_typed(
    changes: dict[str, str],
    expected: list[str],
    act: str,
    edition: Edition,
    classroom: Classroom,
    teacher_client: Client,
    clock: time_machine.Traveller,
) -> None:
    address = address_of(edition)
    page = teacher_client.post(address, filled(teacher_client, address, classroom, **changes, act=act))
    assert page.status_code == 200
    assert errors_of(page) == expected
    assert not Assignment.objects.exists()
    sent = form_of(page, having="release").data()
    kept = {name: value for name, value in changes.items() if name not in {"max_attempts"}}
    assert {name: sent[name][0] for name in kept} == kept
    assert page.content.decode().count("autofocus") == 1


def test_assign_needs_a_class(edition: Edition, classroom: Classroom, teacher_client: Client) -> None:
    page = teacher_client.post(address_of(edition), filled(teacher_client, address_of(edition), act="save"))
    assert errors_of(page) == ["Choose at least 1 class."]
    # The first class has the focus. Its group leads a screen reader to the error.
    group = re.search(r"<fieldset[^>]*h-who[^>]*>", page.content.decode())
    assert group is not None
    assert 'aria-describedby="id_classrooms-e"' in group[0]


def test_assign_refuses_another_teachers_class(
    edition: Edition, classroom: Classroom, other_classroom: Classroom, teacher_client: Client
) -> None:
    data = filled(teacher_client, address_of(edition), classroom, other_classroom, act="save")
    page = teacher_client.post(address_of(edition), data)
    assert errors_of(page) == ["Choose from the classes on this page."]
    assert not Assignment.objects.exists()


def test_assign_refuses_a_gap_in_the_zone_of_any_chosen_class(
    edition: Edition, teacher: User, classroom: Classroom, teacher_client: Client, clock: time_machine.Traveller
) -> None:
    phoenix = make_classroom(teacher=teacher, name="Online", time_zone="America/Phoenix")  # no summer time
    times = {"opens": "2027-03-14T02:30"}
    address = address_of(edition)
    both = teacher_client.post(address, filled(teacher_client, address, classroom, phoenix, **times, act="preview"))
    assert errors_of(both) == ["Daylight saving time skips 2:30 am. Use 3:30 am."]
    one = teacher_client.post(address, filled(teacher_client, address, phoenix, **times, act="preview"))
    assert "Online (0 students) can start Sun, Mar 14, 2:30 am MST" in text_of(one)


def test_assign_warns_of_the_past_and_of_a_far_year(
    edition: Edition, classroom: Classroom, teacher_client: Client, clock: time_machine.Traveller
) -> None:
    times = {"opens": "2026-10-20T08:00", "due": "2026-10-21T08:00", "closes": "2028-10-22T08:00"}
    address = address_of(edition)
    summary = teacher_client.post(address, filled(teacher_client, address, classroom, **times, act="save"))
    text = text_of(summary)
    assert "The opening time has passed. Students can start now." in text
    assert "The due time has passed. New work will be late." in text
    assert "The closing time is in 2028. Check the year." in text
    assert not Assignment.objects.exists()
    teacher_client.post(address, form_of(summary, having="release").data(act="save"))
    assert Assignment.objects.get().opens_at == datetime(2026, 10, 20, 12, tzinfo=UTC)


def test_form_without_its_group_is_refused(edition: Edition, classroom: Classroom, teacher_client: Client) -> None:
    for group in ("", "1", str(uuid.uuid4()) + "x"):
        data = filled(teacher_client, address_of(edition), classroom, group=group, act="save")
        assert teacher_client.post(address_of(edition), data).status_code == 200
    assert not Assignment.objects.exists()


# --- Changing and withdrawing -------------------------------------------------------------------------------------


def test_change_to_answers_that_one_student_can_use_again_is_confirmed(
    timed: Assignment, student: Student, classmate: Student, teacher: User, teacher_client: Client
) -> None:
    Assignment.objects.update(max_attempts=1, release="never")
    timed.refresh_from_db()
    for one in (student, classmate):
        make_answered_attempt(assignment=timed, student=one)
    address = change_of(timed)
    data = form_of(teacher_client.get(address), having="release").data(release="after_hand_in", act="save")
    extend(timed, student, due_at=None, closes_at=None, extra_attempts=1, reason="Ill.", by=teacher, now=NOW)

    asked = teacher_client.post(address, data)

    assert "1 student turned it in and can use the answers in another attempt." in text_of(asked)
    timed.refresh_from_db()
    assert timed.release == "never"
    teacher_client.post(address, form_of(asked, having="release").data(act="save"))
    timed.refresh_from_db()
    assert timed.release == "after_hand_in"


def test_change_that_hides_answers_until_another_class_closes_is_confirmed(
    edition: Edition, classroom: Classroom, teacher: User, other_teacher: User, teacher_client: Client
) -> None:
    other = make_classroom(teacher=teacher, name="Period 5")
    for place, by in ((other, teacher), (make_classroom(teacher=other_teacher, name="Period 8"), other_teacher)):
        make_assignment(
            edition=edition, classroom=place, assigned_by=by, closes_at=NOW + timedelta(days=1), release="after_close"
        )
    waiting = Assignment.objects.get(classroom=other)
    given = make_assignment(
        edition=edition, classroom=classroom, assigned_by=teacher, closes_at=NOW + timedelta(days=1), release="never"
    )
    # Without a closing time here, the answers of the other class wait.
    form = form_of(teacher_client.get(change_of(given)), having="release")
    asked = teacher_client.post(change_of(given), form.data(closes="", act="save"))
    tip = "Students in Period 5 see answers after all classes close. Without a closing time here, they don’t see them."
    assert tip in text_of(asked)
    given.refresh_from_db()
    assert given.closes_at is not None
    teacher_client.post(change_of(given), form_of(asked, having="release").data(act="save"))
    given.refresh_from_db()
    assert given.closes_at is None
    # What waits already is not asked about again.
    for known in (given, waiting):
        form = form_of(teacher_client.get(change_of(known)), having="release")
        assert teacher_client.post(change_of(known), form.data(own_title="Named", act="save")).status_code == 302
    # Answers that begin to wait for this class are.
    Assignment.objects.filter(pk=waiting.pk).update(release="never")
    form = form_of(teacher_client.get(change_of(waiting)), having="release")
    asked = teacher_client.post(change_of(waiting), form.data(release="after_close", act="save"))
    tip = f"Without a closing time in {classroom.name}, they don’t see them."
    assert f"Students here see answers after all classes close. {tip}" in text_of(asked)
    waiting.refresh_from_db()
    assert waiting.release == "never"


def change_of(assignment: Assignment) -> str:
    return reverse("change_assignment", args=[assignment.public_id])


@pytest.fixture
def change(assignment: Assignment) -> str:
    return change_of(assignment)


def test_change_shows_what_holds_now_in_the_classrooms_zone(
    edition: Edition, classroom: Classroom, teacher: User, teacher_client: Client, clock: time_machine.Traveller
) -> None:
    given = make_assignment(
        edition=edition,
        classroom=classroom,
        assigned_by=teacher,
        due_at=datetime(2026, 10, 30, 19, 0, 7, tzinfo=UTC),
        # “10 more minutes” led past the maximum.
        time_limit=timedelta(minutes=490),
        max_attempts=None,
        release="never",
    )
    form = form_of(teacher_client.get(change_of(given)), having="release")
    sent = form.data()
    assert (sent["due"], sent["opens"], sent["time_limit"]) == (["2026-10-30T15:00"], [""], ["490"])
    assert (sent["max_attempts"], sent["release"]) == (["unlimited"], ["never"])
    assert teacher_client.post(change_of(given), form.data(own_title="Mine", act="save")).status_code == 302
    # At the minute of the due time, which has 7 seconds.
    summary = teacher_client.post(change_of(given), form.data(closes="2026-10-30T15:00", act="preview"))
    assert "closes Fri, Oct 30, 3:00 pm EDT" in text_of(summary)
    refused = teacher_client.post(change_of(given), form.data(time_limit="491", act="save"))
    assert errors_of(refused) == ["Enter up to 490 minutes, or leave blank for no limit."]


def test_change_previews_then_saves_and_keeps_untouched_moments_to_the_second(
    edition: Edition, classroom: Classroom, teacher: User, teacher_client: Client, clock: time_machine.Traveller
) -> None:
    # The second 1:30 of the night on which clocks go back, which no wall time can name.
    due_at = datetime(2026, 11, 1, 6, 30, 7, tzinfo=UTC)
    given = make_assignment(edition=edition, classroom=classroom, assigned_by=teacher, due_at=due_at)
    address = reverse("change_assignment", args=[given.public_id])
    form = form_of(teacher_client.get(address), having="release")
    changes = {"closes": "2026-11-06T15:00", "max_attempts": "2", "release": "after_last"}
    summary = teacher_client.post(address, form.data(**changes, act="preview"))
    assert (
        "Period 3 can start now; due Sun, Nov 1, 1:30 am EST; closes Fri, Nov 6, 3:00 pm EST. "
        "2 attempts. The best counts."
    ) in text_of(summary)
    given.refresh_from_db()
    assert given.max_attempts == 1
    response = teacher_client.post(address, form_of(summary, having="release").data(act="save"))
    given.refresh_from_db()
    assert response.headers["Location"] == reverse("assignment_progress", args=[given.public_id])
    assert (given.due_at, given.closes_at, given.max_attempts) == (
        *(due_at, datetime(2026, 11, 6, 20, tzinfo=UTC)),
        2,
    )
    assert AuditEvent.objects.get().action == AuditEvent.Action.ASSIGNMENT_CHANGED


@pytest.mark.parametrize("act", ["save", "preview"])
def test_change_keeps_what_a_colleague_changed_in_other_fields(
    act: str,
    edition: Edition,
    classroom: Classroom,
    teacher: User,
    teacher_client: Client,
    clock: time_machine.Traveller,
) -> None:
    """Such as a pause, which moves the closing time."""
    closes_at = NOW + timedelta(hours=2)
    given = make_assignment(
        edition=edition, classroom=classroom, assigned_by=teacher, closes_at=closes_at, shuffle_choices=True
    )
    form = form_of(teacher_client.get(change_of(given)), having="release")
    later = closes_at + timedelta(minutes=10)
    Assignment.objects.update(closes_at=later, shuffle_choices=False)

    page = teacher_client.post(change_of(given), form.data(own_title="Mine", act=act))
    if act == "preview":
        # A second change comes while the page asks. That page sends a box as “True” or “False”.
        later += timedelta(minutes=10)
        Assignment.objects.update(closes_at=later, shuffle_choices=True, shuffle_questions=True)
        page = teacher_client.post(change_of(given), form_of(page, having="release").data(act="save"))

    assert page.status_code == 302
    given.refresh_from_db()
    assert (given.closes_at, given.own_title) == (later, "Mine")
    assert (given.shuffle_choices, given.shuffle_questions) == (act == "preview", act == "preview")


def test_change_says_who_changed_the_same_setting_since(
    edition: Edition,
    classroom: Classroom,
    teacher: User,
    other_teacher: User,
    teacher_client: Client,
    clock: time_machine.Traveller,
) -> None:
    closes_at = NOW + timedelta(hours=2)
    given = make_assignment(
        edition=edition,
        classroom=classroom,
        assigned_by=teacher,
        closes_at=closes_at,
        own_title="Ours",
        release="never",
    )
    form = form_of(teacher_client.get(change_of(given)), having="release")

    def set_to(by: User, closes_at: datetime, **changes: Any) -> None:
        fresh = Assignment.objects.get()
        window, settings = replace(window_of(fresh), closes_at=closes_at), replace(settings_of(fresh), **changes)
        change_assignment(fresh, window=window, settings=settings, by=by, now=NOW)

    set_to(other_teacher, closes_at + timedelta(hours=1), own_title="", max_attempts=2)
    set_to(teacher, closes_at + timedelta(hours=2))
    sent = form.data(closes="2026-11-06T15:00", own_title="Mine", max_attempts="3", act="save")
    page = teacher_client.post(change_of(given), sent)

    assert errors_of(page) == [
        "Mr. Okafor changed this to blank. Yours isn’t saved. Check it, then save again.",
        "You changed this to “Fri, Oct 23, 3:00 pm EDT” in another window. What you entered here isn’t saved. "
        "Check it, then save again.",
        "Mr. Okafor changed this to “2”. Yours isn’t saved. Check it, then save again.",
    ]
    again = form_of(page, having="release")
    assert (again.data()["own_title"], again.data()["closes"]) == (["Mine"], ["2026-11-06T15:00"])
    assert teacher_client.post(change_of(given), again.data(act="save")).status_code == 302
    given.refresh_from_db()
    assert (given.own_title, given.max_attempts) == ("Mine", 3)


def test_change_keeps_a_start_that_comes_while_it_is_saved(
    edition: Edition,
    classroom: Classroom,
    teacher: User,
    other_teacher: User,
    teacher_client: Client,
    monkeypatch: pytest.MonkeyPatch,
    clock: time_machine.Traveller,
) -> None:
    given = make_assignment(edition=edition, classroom=classroom, assigned_by=teacher, waits_for_teacher=True)
    form = form_of(teacher_client.get(change_of(given)), having="release")

    def taught(request: TeacherRequest, public_id: str) -> Assignment:
        found = access.taught_assignment(request, public_id)
        open_now(Assignment.objects.get(pk=given.pk), by=other_teacher, now=NOW)
        return found

    monkeypatch.setattr(assignments_views, "taught_assignment", taught)
    teacher_client.post(change_of(given), form.data(own_title="\u2068Mine\u2069", act="save"))

    given.refresh_from_db()
    assert (given.opens_at, given.waits_for_teacher, given.own_title) == (NOW, False, "Mine")


@pytest.mark.parametrize("seen", ["", "[", "7", "[7]", "null", '{"closes": 7}', "[" * 100_000])
def test_change_without_what_the_page_showed_takes_what_is_sent(
    seen: str, assignment: Assignment, change: str, teacher_client: Client
) -> None:
    form = form_of(teacher_client.get(change), having="release")
    assert teacher_client.post(change, form.data(own_title="Mine", seen=seen, act="save")).status_code == 302
    assignment.refresh_from_db()
    assert assignment.own_title == "Mine"


def test_change_says_what_stays_for_students_who_have_started(
    assignment: Assignment, attempt: Attempt, change: str, teacher: User, teacher_client: Client
) -> None:
    ben, cy = (make_student(classroom=assignment.classroom) for _ in range(2))
    for student in (ben, cy):
        make_attempt(assignment=assignment, student=student)
    text = text_of(teacher_client.get(change))
    assert "3 students have started. They keep their answers and order." in text
    assert "A longer time limit counts for them too; a shorter one doesn’t." in text
    # As on every page, without students who were removed or are excused. Their attempts stay, and so does the quiz.
    Student.objects.filter(pk=ben.pk).update(removed_at=NOW)
    Excuse.objects.create(assignment=assignment, student=cy, reason="Ill.", given_by=teacher, given_at=NOW)
    assert "1 student has started." in text_of(teacher_client.get(change))
    Student.objects.update(removed_at=NOW)
    assert "Students have started, so you can’t delete it." in text_of(teacher_client.get(change))


def test_change_refuses_a_new_close_in_the_past_and_keeps_an_old_one(
    edition: Edition, classroom: Classroom, teacher: User, teacher_client: Client, clock: time_machine.Traveller
) -> None:
    given = make_assignment(
        edition=edition,
        classroom=classroom,
        assigned_by=teacher,
        closes_at=datetime(2026, 10, 20, 12, tzinfo=UTC),
        release="never",
    )
    address = reverse("change_assignment", args=[given.public_id])
    form = form_of(teacher_client.get(address), having="release")
    refused = teacher_client.post(address, form.data(closes="2026-10-21T08:00", act="save"))
    assert errors_of(refused) == ["This closing time has passed. Choose a later one."]
    saved = teacher_client.post(address, form.data(release="after_close", act="save"))
    assert saved.status_code == 302
    given.refresh_from_db()
    assert given.release == "after_close"


def test_change_counts_all_classes_of_the_group(
    assignment: Assignment, teacher: User, change: str, teacher_client: Client
) -> None:
    for name in ("Period 4", "Period 5"):
        make_assignment(
            edition=assignment.edition,
            classroom=make_classroom(teacher=teacher, name=name),
            assigned_by=teacher,
            group=assignment.group,
        )
    form = form_of(teacher_client.get(change), having="release")
    summary = teacher_client.post(change, form.data(release="after_close", closes="2099-11-06T15:00", act="preview"))
    assert "Answers show after all your classes with this question set, or a copy of it, close." in text_of(summary)


def test_delete_assignment_without_attempts(assignment: Assignment, change: str, teacher_client: Client) -> None:
    assert "Delete quiz" in text_of(teacher_client.get(change))
    response = teacher_client.post(reverse("delete_assignment", args=[assignment.public_id]))
    quizzes = reverse("classroom_quizzes", args=[assignment.classroom.public_id])
    assert response.headers["Location"] == quizzes
    assert not Assignment.objects.exists()
    assert "Deleted from Period 3: “Small set”." in text_of(teacher_client.get(quizzes))


def test_page_of_a_deleted_quiz_tells_only_teachers_of_the_class(
    assignment: Assignment, teacher_client: Client, other_teacher: User, client: Client
) -> None:
    client.force_login(other_teacher)
    form = form_of(teacher_client.get(change_of(assignment)), having="release")
    teacher_client.post(reverse("delete_assignment", args=[assignment.public_id]))
    gone = teacher_client.post(change_of(assignment), form.data(own_title="Mine", act="save"))
    page = teacher_client.get(change_of(assignment))
    assert [one.status_code for one in (gone, page)] == [404, 404]
    deleted = "You or another teacher of the class deleted this quiz."
    assert f"Nothing changed this time {deleted}" in text_of(gone)
    assert f"This quiz was deleted {deleted}" in text_of(page)
    never = change_of(assignment).replace(assignment.public_id, "a" * len(assignment.public_id))
    for one, address in ((client, change_of(assignment)), (teacher_client, never)):
        unknown = one.get(address)
        said = text_of(unknown)
        assert (unknown.status_code, "The link may be old" in said, deleted in said) == (404, True, False)


def test_deleted_quiz_comes_back_as_it_was(
    assignment: Assignment, student: Student, teacher: User, other_teacher: User, teacher_client: Client
) -> None:
    extend_to = {"due_at": None, "closes_at": None, "extra_attempts": 2, "reason": "Was away."}
    Extension.objects.create(assignment=assignment, student=student, given_by=teacher, given_at=NOW, **extend_to)
    before = [list(model.objects.values()) for model in (Assignment, Extension)]
    deleted = teacher_client.post(reverse("delete_assignment", args=[assignment.public_id]), follow=True)
    undo = form_of(deleted, having="rows")
    # The notice is good for its class only, and a second press changes nothing.
    other = make_classroom(teacher=teacher, name="Period 4")
    refused = teacher_client.post(reverse("restore_assignment", args=[other.public_id]), undo.data(), follow=True)
    assert "This quiz can’t be restored. Assign it again." in text_of(refused)
    for _ in range(2):
        restored = teacher_client.post(undo.action, undo.data(), follow=True)
        assert "“Small set” is restored." in text_of(restored)
    assert [list(model.objects.values()) for model in (Assignment, Extension)] == before
    teacher_client.post(reverse("delete_assignment", args=[assignment.public_id]))
    student.delete()
    gone = teacher_client.post(undo.action, undo.data(), follow=True)
    assert "This quiz can’t be restored. Assign it again." in text_of(gone)
    assert not Assignment.objects.exists()


def test_delete_assignment_is_refused_once_a_student_has_started(
    assignment: Assignment, attempt: Attempt, change: str, teacher_client: Client
) -> None:
    response = teacher_client.post(reverse("delete_assignment", args=[assignment.public_id]))
    assert response.headers["Location"] == change
    assert Assignment.objects.get() == assignment
    page = teacher_client.get(change)
    assert "Students have started, so you can’t delete this quiz." in text_of(page)
    # The link leads to the section that has the button “Close now”.
    [link] = [link for link in read(page).links if link.endswith("#h-terms")]
    assert link.removesuffix("#h-terms") == reverse("assignment_progress", args=[assignment.public_id])
    [after] = teacher_client.get(link).text.split('id="h-terms"')[1:]
    assert "Close now" in after

    close_now(assignment, by=assignment.assigned_by, now=timezone.now())
    closed = teacher_client.get(change)
    assert "Students have started, so you can’t delete it." in text_of(closed)
    assert not [link for link in read(closed).links if link.endswith("#h-terms")]


def test_assignment_of_another_teacher_is_missing(
    assignment: Assignment, other_teacher: User, signed_in: Callable[[User], Client]
) -> None:
    client = signed_in(other_teacher)
    for name in ("change_assignment", "delete_assignment"):
        assert client.post(reverse(name, args=[assignment.public_id]), {"act": "save"}).status_code == 404
    assert Assignment.objects.get() == assignment


@pytest.mark.parametrize("count", [1, 3])
def test_assign_costs_the_same_for_any_number_of_classes(
    count: int, edition: Edition, teacher: User, teacher_client: Client, queries: Callable[[], Any]
) -> None:
    for number in range(count):
        make_classroom(teacher=teacher, name=f"Period {number}")
    with queries() as seen:
        teacher_client.get(address_of(edition))
    assert len(seen) == 6  # session, teacher, set, classes, version, questions that visitors could try


# --- One click on the window --------------------------------------------------------------------------------------


def click(client: Client, given: Assignment, act: str) -> Any:
    """Use a button of the progress page, twice."""
    page = client.get(reverse("assignment_progress", args=[given.public_id]))
    form = next(form for form in read(page).forms if ("act", act) in form.buttons)
    for _ in range(2):
        reply = client.post(form.action, form.data(act=act), follow=True)
        if act == "close" and "is_sure" in (asked := form_of(reply, having="act")).data():
            reply = client.post(form.action, asked.data(), follow=True)
    given.refresh_from_db()
    return reply


@pytest.fixture
def timed(edition: Edition, classroom: Classroom, teacher: User, clock: time_machine.Traveller) -> Assignment:
    """Opened an hour ago, due in an hour, closes in two, answers after the last attempt."""
    hour = timedelta(hours=1)
    return make_assignment(
        edition=edition,
        classroom=classroom,
        assigned_by=teacher,
        created_at=NOW - hour,
        opens_at=NOW - hour,
        due_at=NOW + hour,
        closes_at=NOW + 2 * hour,
        release="after_last",
    )


def test_close_now_says_that_no_student_was_working(timed: Assignment, teacher_client: Client) -> None:
    lifecycle.submit_attempt(make_attempt(assignment=timed, deadline_at=timed.closes_at), now=NOW)
    page = text_of(click(teacher_client, timed, "close"))
    assert "Closed. No student was working on it." in page


def test_close_now_ends_the_quiz_and_keeps_extensions(timed: Assignment, teacher: User, teacher_client: Client) -> None:
    working, extended = (
        make_attempt(assignment=timed, student=make_student(classroom=timed.classroom), deadline_at=timed.closes_at)
        for _ in range(2)
    )
    extension = Extension.objects.create(
        assignment=timed, student=extended.student, closes_at=NOW + timedelta(hours=3), given_by=teacher, given_at=NOW
    )
    assert "Closed. Quizzes in progress are turned in within 2 minutes." in text_of(
        click(teacher_client, timed, "close")
    )
    assert (timed.due_at, timed.closes_at) == (NOW, NOW)
    working.refresh_from_db()
    extended.refresh_from_db()
    assert (working.deadline_at, extended.deadline_at) == (NOW, extension.closes_at)


def test_close_now_says_that_no_one_is_at_work(assignment: Assignment, teacher_client: Client) -> None:
    asked = teacher_client.post(reverse("change_window", args=[assignment.public_id]), {"act": "close"})

    assert "No student is working on it now." in text_of(asked)


def test_close_now_counts_the_questions_that_a_paced_class_has_not_seen(
    assignment: Assignment, student: Student, teacher: User, teacher_client: Client
) -> None:
    address = reverse("change_window", args=[assignment.public_id])
    count = assignment.edition.questions.count()
    make_attempt(assignment=assignment, student=student)
    assert "You haven’t opened" not in text_of(teacher_client.post(address, {"act": "close"}))

    Assignment.objects.update(is_teacher_paced=True)
    assignment.refresh_from_db()
    warning = f"You haven’t opened {count} questions. They count as not answered, unless you drop them in a regrade."
    assert warning in text_of(teacher_client.post(address, {"act": "close"}))

    for number in range(1, count):
        show_on_board(assignment, number=number, phase=Board.Phase.QUESTION, by=teacher, now=NOW)
    assert "You haven’t opened 1 question. It counts" in text_of(teacher_client.post(address, {"act": "close"}))

    show_on_board(assignment, number=count, phase=Board.Phase.QUESTION, by=teacher, now=NOW)
    assert "You haven’t opened" not in text_of(teacher_client.post(address, {"act": "close"}))


def test_question_that_the_board_went_back_from_is_not_among_the_unopened(
    assignment: Assignment, student: Student, teacher: User, teacher_client: Client
) -> None:
    Assignment.objects.update(is_teacher_paced=True)
    assignment.refresh_from_db()
    attempt = make_attempt(assignment=assignment, student=student)
    _first, second, *later = published(assignment.edition_id).document.questions
    for number in (1, 2, 1):
        show_on_board(assignment, number=number, phase=Board.Phase.QUESTION, by=teacher, now=NOW)
        if number == 2:
            save(attempt, second.key, right_value(second))

    page = text_of(teacher_client.post(reverse("change_window", args=[assignment.public_id]), {"act": "close"}))

    assert f"You haven’t opened {len(later)} questions." in page


@pytest.mark.parametrize(("others", "working"), [(0, ""), (2, "2 students are still working.")])
def test_question_before_a_close_counts_no_student_who_can_continue(
    others: int, working: str, timed: Assignment, teacher: User, teacher_client: Client, clock: time_machine.Traveller
) -> None:
    extended, removed, *_ = students = [make_student(classroom=timed.classroom) for _ in range(2 + others)]
    for student in students:
        make_attempt(assignment=timed, student=student)
    close = NOW + timedelta(hours=5)
    extend(
        timed,
        extended,
        due_at=None,
        closes_at=close,
        extra_attempts=0,
        reason="Was ill.",
        by=teacher,
        now=timezone.now(),
    )
    remove_student(removed, by=teacher, now=NOW)
    for moved in students[2:3]:
        # A quiz in progress continues after a move.
        move_student(moved, to=make_classroom(teacher=teacher, name="Period 4"), by=teacher, now=NOW)

    text = text_of(teacher_client.post(reverse("change_window", args=[timed.public_id]), {"act": "close"}))
    assert "Students with an extension can continue." in text
    assert working in text
    assert "No student is working" not in text


def test_close_now_asks_and_can_be_undone_for_the_whole_class(
    timed: Assignment, teacher_client: Client, clock: time_machine.Traveller
) -> None:
    page = reverse("assignment_progress", args=[timed.public_id])
    Assignment.objects.update(time_limit=timedelta(minutes=30))
    untimed, limited, done = (
        make_attempt(
            assignment=timed,
            student=make_student(classroom=timed.classroom),
            started_at=NOW - timedelta(minutes=10),
            time_limit=limit,
            deadline_at=NOW + (timedelta(minutes=20) if limit else timedelta(hours=2)),
        )
        for limit in (None, timedelta(minutes=30), None)
    )
    gone = make_student(classroom=timed.classroom, removed_at=NOW)
    make_attempt(assignment=timed, student=gone, started_at=NOW, deadline_at=NOW + timedelta(hours=2))
    lifecycle.submit_attempt(done, now=NOW)
    asked = teacher_client.post(reverse("change_window", args=[timed.public_id]), {"act": "close"})
    assert "2 students are still working." in text_of(asked)
    assert page in read(asked).links
    timed.refresh_from_db()
    assert timed.closes_at == NOW + timedelta(hours=2)

    form = form_of(asked, having="is_sure")
    closed = teacher_client.post(form.action, form.data(), follow=True)
    # The clock of an open page turns in before the job does.
    untimed.refresh_from_db()
    lifecycle.submit_at_deadline(untimed, now=NOW + timedelta(seconds=3))
    clock.shift(timedelta(minutes=5))
    assert lifecycle.submit_overdue(timezone.now()) == 2
    undo = next(form for form in read(closed).forms if form.action == reverse("undo_close", args=[timed.public_id]))
    # The notice is gone, and the quiz can still be opened again for everyone.
    progress = reverse("assignment_progress", args=[timed.public_id])
    assert "Undo “Close now”" in text_of(teacher_client.get(progress))
    reply = teacher_client.post(undo.action, undo.data(), follow=True)
    assert "Undo “Close now”" not in text_of(reply)
    assert "Reopened. 2 students can keep working. Some of them may have seen the answers." in text_of(reply)
    for row in (timed, untimed, limited, done):
        row.refresh_from_db()
    assert (timed.due_at, timed.closes_at) == (NOW + timedelta(hours=1), NOW + timedelta(hours=2))
    assert (untimed.submitted_at, untimed.deadline_at) == (None, NOW + timedelta(hours=2))
    # The 20 minutes that were left go on from now.
    assert (limited.submitted_at, limited.deadline_at) == (None, NOW + timedelta(minutes=25))
    assert done.submitted_at == NOW
    assert "This page is out of date." in text_of(teacher_client.post(undo.action, undo.data(), follow=True))


def test_undo_of_a_close_takes_no_more_queries_for_30_students_than_for_3(
    edition: Edition,
    classroom: Classroom,
    teacher_client: Client,
    clock: time_machine.Traveller,
    queries: Callable[[], Any],
) -> None:
    counts = []
    for size in (3, 30):
        quiz = make_assignment(
            edition=edition,
            classroom=classroom,
            time_limit=timedelta(minutes=30),
            closes_at=timezone.now() + timedelta(hours=2),
        )
        for _ in range(size):
            make_attempt(
                assignment=quiz,
                student=make_student(classroom=classroom),
                started_at=timezone.now(),
                time_limit=timedelta(minutes=30),
                deadline_at=timezone.now() + timedelta(minutes=30),
            )
        teacher_client.post(reverse("change_window", args=[quiz.public_id]), {"act": "close", "is_sure": "on"})
        clock.shift(timedelta(minutes=5))
        assert lifecycle.submit_overdue(timezone.now()) == size
        with queries() as seen:
            teacher_client.post(reverse("undo_close", args=[quiz.public_id]))
        counts.append(len(seen))
        assert quiz.attempts.open().count() == size
        reopened = classroom.audit_events.filter(action="attempt_reopened", student__attempts__assignment=quiz)
        assert reopened.count() == size
    assert counts == [18, 18]


def test_undo_of_a_close_says_that_students_may_have_seen_their_score(
    timed: Assignment, student: Student, teacher_client: Client, clock: time_machine.Traveller
) -> None:
    Assignment.objects.update(max_attempts=1, release="never")
    make_attempt(assignment=timed, student=student, deadline_at=timed.closes_at)
    teacher_client.post(reverse("change_window", args=[timed.public_id]), {"act": "close", "is_sure": "on"})
    clock.shift(timedelta(minutes=5))
    assert lifecycle.submit_overdue(timezone.now()) == 1
    click(teacher_client, timed, "show_scores")
    reply = teacher_client.post(reverse("undo_close", args=[timed.public_id]), follow=True)
    assert "Reopened. 1 student can keep working. The student may have seen their score." in text_of(reply)


def test_undo_of_a_close_after_the_earlier_close_reopens_nothing(
    timed: Assignment, teacher_client: Client, clock: time_machine.Traveller
) -> None:
    attempt = make_attempt(
        assignment=timed, student=make_student(classroom=timed.classroom), deadline_at=timed.closes_at
    )
    page = click(teacher_client, timed, "close")
    clock.shift(timedelta(hours=3))
    attempt.refresh_from_db()
    lifecycle.submit_attempt(attempt, now=timezone.now())
    undo = next(form for form in read(page).forms if form.action == reverse("undo_close", args=[timed.public_id]))
    text = text_of(teacher_client.post(undo.action, undo.data(), follow=True))
    assert "Saved. 1 attempt stays turned in, because its time ran out." in text
    assert "Reopened" not in text


def test_close_is_undone_if_it_is_the_last_one_and_nothing_changed_since(
    timed: Assignment, classroom: Classroom, edition: Edition, teacher_client: Client
) -> None:
    last = make_assignment(edition=edition, classroom=classroom, own_title="Last")
    for given in (timed, last):
        address = reverse("change_window", args=[given.public_id])
        teacher_client.post(address, {"act": "close", "is_sure": "on"})
    earlier = teacher_client.post(reverse("undo_close", args=[timed.public_id]), follow=True)
    assert "This page is out of date." in text_of(earlier)

    own = Assignment.objects.filter(pk=last.pk)
    unlimited = {"release": "after_last", "max_attempts": None}
    # The releases need a close, and a new due time is kept.
    for change in ({"release": "after_close"}, unlimited, {"due_at": NOW}):
        own.update(**change)
        refused = teacher_client.post(reverse("undo_close", args=[last.public_id]), follow=True)
        assert "This page is out of date." in text_of(refused)
        own.update(**{name: getattr(last, name) for name in change})

    undone = teacher_client.post(reverse("undo_close", args=[last.public_id]), follow=True)
    assert "Reopened." in text_of(undone)
    last.refresh_from_db()
    assert last.closes_at is None


def test_undo_of_a_close_in_a_pause_loses_no_time(
    timed: Assignment, teacher_client: Client, clock: time_machine.Traveller
) -> None:
    click(teacher_client, timed, "pause")
    clock.shift(timedelta(minutes=30))
    question = teacher_client.post(reverse("change_window", args=[timed.public_id]), {"act": "close"})
    form = form_of(question, having="is_sure")
    closed = teacher_client.post(form.action, form.data(), follow=True)
    undo = next(form for form in read(closed).forms if form.action == reverse("undo_close", args=[timed.public_id]))
    teacher_client.post(undo.action, undo.data())
    timed.refresh_from_db()
    assert timed.paused_at is None
    assert (timed.due_at, timed.closes_at) == (NOW + timedelta(minutes=90), NOW + timedelta(minutes=150))


def test_open_10_more_minutes_adds_them_once(
    timed: Assignment, teacher_client: Client, clock: time_machine.Traveller
) -> None:
    click(teacher_client, timed, "more_time")
    assert timed.closes_at == NOW + timedelta(hours=2, minutes=10)
    clock.shift(timedelta(days=1))
    click(teacher_client, timed, "more_time")
    assert timed.closes_at == NOW + timedelta(days=1, minutes=10)


def test_open_10_more_minutes_without_a_close_says_that_the_page_is_out_of_date(
    timed: Assignment, teacher_client: Client
) -> None:
    page = teacher_client.get(reverse("assignment_progress", args=[timed.public_id]))
    form = next(form for form in read(page).forms if ("act", "more_time") in form.buttons)
    Assignment.objects.update(due_at=None, closes_at=None)

    page = teacher_client.post(form.action, form.data(act="more_time"), follow=True)

    assert "This page is out of date. Try again." in text_of(page)
    assert "Closes ." not in text_of(page)
    # The title of the page is the same as before, so nothing else says it to a screen reader.
    [group] = re.findall(r'<div [^>]*id="messages"[^>]*>', page.content.decode())
    assert 'aria-labelledby="messages"' in group
    assert group.count("autofocus") == 1


def test_open_10_more_minutes_after_a_close_makes_no_work_late(
    timed: Assignment, teacher_client: Client, clock: time_machine.Traveller
) -> None:
    student = make_student(classroom=timed.classroom)
    click(teacher_client, timed, "close")
    clock.shift(timedelta(minutes=5))
    click(teacher_client, timed, "more_time")
    assert (timed.due_at, timed.closes_at) == (NOW + timedelta(minutes=15),) * 2

    attempt = make_attempt(assignment=timed, student=student, started_at=NOW, deadline_at=timed.closes_at)
    lifecycle.submit_attempt(attempt, now=NOW + timedelta(minutes=10))
    assert [entry.student_status.is_late for entry in progress(timed, now=NOW + timedelta(minutes=10))] == [False]


def test_open_10_more_minutes_after_a_close_counts_what_the_close_turned_in(
    timed: Assignment, teacher_client: Client, clock: time_machine.Traveller
) -> None:
    until_the_close = None, timed.closes_at
    earlier, working, of_removed = (
        make_attempt(
            assignment=timed,
            student=make_student(classroom=timed.classroom),
            started_at=NOW - timedelta(hours=1),
            time_limit=limit,
            deadline_at=end,
        )
        for limit, end in ((timedelta(minutes=30), NOW - timedelta(minutes=30)), until_the_close, until_the_close)
    )
    lifecycle.submit_attempt(earlier, now=NOW - timedelta(minutes=20))
    click(teacher_client, timed, "close")
    clock.shift(timedelta(minutes=5))
    for attempt in (working, of_removed):
        attempt.refresh_from_db()
        lifecycle.submit_attempt(attempt, now=timezone.now())
    Student.objects.filter(pk=of_removed.student_id).update(removed_at=NOW)
    page = teacher_client.get(reverse("assignment_progress", args=[timed.public_id]))
    form = next(form for form in read(page).forms if ("act", "more_time") in form.buttons)
    reply = teacher_client.post(form.action, form.data(act="more_time"), follow=True)
    assert "1 attempt was turned in at the close" in text_of(reply)


def test_open_10_more_minutes_keeps_a_due_time_that_passed_before_the_close(
    timed: Assignment, teacher_client: Client
) -> None:
    Assignment.objects.update(due_at=NOW - timedelta(minutes=30))
    click(teacher_client, timed, "close")
    click(teacher_client, timed, "more_time")
    assert (timed.due_at, timed.closes_at) == (NOW - timedelta(minutes=30), NOW + timedelta(minutes=10))


def test_release_answers_now(timed: Assignment, teacher_client: Client) -> None:
    progress = reverse("assignment_progress", args=[timed.public_id])
    for release, max_attempts, is_offered in (
        # The only attempt is the last one, so its answers show already.
        ("after_last", 1, False),
        # As long as students can start again, it is refused.
        ("after_last", 2, False),
        ("never", 2, False),
        ("never", 1, True),
    ):
        Assignment.objects.update(release=release, max_attempts=max_attempts)
        assert ("Release answers now" in text_of(teacher_client.get(progress))) == is_offered
    Assignment.objects.update(max_attempts=1)
    Assignment.objects.update(release="never")
    click(teacher_client, timed, "release")
    assert timed.release == "after_hand_in"
    page = teacher_client.get(reverse("assignment_progress", args=[timed.public_id]))
    assert "Release answers now" not in text_of(page)


def test_release_answers_now_asks_while_others_have_the_quiz_to_do(
    timed: Assignment, teacher: User, teacher_client: Client
) -> None:
    Assignment.objects.update(max_attempts=1, release="never")
    make_student(classroom=timed.classroom)
    other = make_classroom(teacher=teacher, name="Period 5")
    make_assignment(edition=timed.edition, classroom=other, assigned_by=teacher)
    asked = click(teacher_client, timed, "release")
    assert timed.release == "never"
    assert "1 student hasn’t turned it in yet and could hear the answers from others. It isn’t closed in Period 5." in (
        text_of(asked)
    )
    form = form_of(asked, having="is_sure")
    teacher_client.post(form.action, form.data())
    timed.refresh_from_db()
    assert timed.release == "after_hand_in"

    # Nobody can use them any more.
    Assignment.objects.update(release="never", closes_at=NOW - timedelta(minutes=1), due_at=None)
    click(teacher_client, timed, "release")
    assert timed.release == "after_hand_in"


def test_release_answers_now_names_the_classes_with_an_extension(
    timed: Assignment, teacher: User, teacher_client: Client
) -> None:
    """Of the other classes, all closed: those where a student with an extension still can work, or can start again."""
    Assignment.objects.update(max_attempts=1, release="never", closes_at=NOW - timedelta(minutes=1), due_at=None)
    times = {"due_at": None, "closes_at": NOW + timedelta(days=1), "extra_attempts": 0, "reason": "Ill"}
    quizzes = {}
    for name in ("Period 4", "Period 5", "Period 6", "Period 7", "Period 8", "Period 9"):
        other = make_classroom(teacher=teacher, name=name)
        quiz = make_assignment(
            edition=timed.edition, classroom=other, assigned_by=teacher, closes_at=NOW - timedelta(minutes=1)
        )
        quizzes[name] = quiz, make_student(classroom=other)
        extend(quiz, quizzes[name][1], by=teacher, now=NOW, **times | {"extra_attempts": int(name == "Period 8")})
    for name in ("Period 4", "Period 8"):
        make_answered_attempt(assignment=quizzes[name][0], student=quizzes[name][1])
    make_attempt(assignment=quizzes["Period 9"][0], student=quizzes["Period 9"][1])
    remove_student(quizzes["Period 5"][1], by=teacher, now=NOW)
    excuse(*quizzes["Period 6"], reason="Away", by=teacher, now=NOW)
    asked = text_of(click(teacher_client, timed, "release"))
    assert "It isn’t closed for students with an extension in Period 7, Period 8, and Period 9." in asked
    timed.refresh_from_db()
    assert timed.release == "never"


def test_release_answers_now_asks_while_a_student_with_an_extension_can_start(
    timed: Assignment, student: Student, classmate: Student, teacher: User, teacher_client: Client
) -> None:
    Assignment.objects.update(max_attempts=1, release="never", closes_at=NOW - timedelta(minutes=1), due_at=None)
    timed.refresh_from_db()
    extend(
        timed,
        student,
        due_at=None,
        closes_at=NOW + timedelta(days=1),
        extra_attempts=0,
        reason="Ill.",
        by=teacher,
        now=NOW,
    )

    asked = click(teacher_client, timed, "release")

    assert "1 student hasn’t turned it in yet and could hear the answers from others." in text_of(asked)
    assert timed.release == "never"


@pytest.mark.parametrize(("max_attempts", "extra_attempts"), [(2, 0), (1, 1)])
def test_release_answers_now_asks_while_a_student_who_turned_in_can_start_again(
    max_attempts: int,
    extra_attempts: int,
    timed: Assignment,
    student: Student,
    classmate: Student,
    teacher: User,
    teacher_client: Client,
) -> None:
    Assignment.objects.update(
        max_attempts=max_attempts, release="never", closes_at=NOW - timedelta(minutes=1), due_at=None
    )
    timed.refresh_from_db()
    for one in (student, classmate):
        make_answered_attempt(assignment=timed, student=one)
    times = {"due_at": None, "closes_at": NOW + timedelta(days=1), "reason": "Ill."}
    extend(timed, student, extra_attempts=extra_attempts, by=teacher, now=NOW, **times)

    asked = click(teacher_client, timed, "release")

    assert "1 student turned it in and can use the answers in another attempt." in text_of(asked)
    assert timed.release == "never"
    form = form_of(asked, having="is_sure")
    teacher_client.post(form.action, form.data())
    timed.refresh_from_db()
    assert timed.release == "after_hand_in"


def test_release_answers_now_hears_of_a_reopening_at_the_same_moment(
    timed: Assignment, teacher_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def reopen_first(assignment: Assignment, **who: Any) -> Assignment:
        Assignment.objects.update(max_attempts=2)
        return release_now(assignment, **who)

    Assignment.objects.update(max_attempts=1, release="never")
    monkeypatch.setattr("quizzes.assignments.lifecycle.release_now", reopen_first)
    page = teacher_client.post(reverse("change_window", args=[timed.public_id]), {"act": "release"}, follow=True)
    assert "Students can still start another attempt. Close the quiz first." in text_of(page)
    timed.refresh_from_db()
    assert timed.release == "never"


def test_release_answers_now_waits_for_a_close_while_attempts_are_left(
    timed: Assignment, teacher_client: Client
) -> None:
    Assignment.objects.update(max_attempts=2)
    address = reverse("change_window", args=[timed.public_id])
    why = "To show scores or answers now, close the quiz first. Students have attempts left."
    assert why in text_of(teacher_client.get(reverse("assignment_progress", args=[timed.public_id])))
    refused = teacher_client.post(address, {"act": "release"}, follow=True)
    timed.refresh_from_db()
    assert "Students can still start another attempt. Close the quiz first." in text_of(refused)
    assert timed.release == "after_last"
    click(teacher_client, timed, "close")
    Assignment.objects.update(closes_at=NOW - timedelta(seconds=1), due_at=NOW - timedelta(seconds=1))
    assert why not in text_of(click(teacher_client, timed, "release"))
    assert timed.release == "after_hand_in"


def test_show_scores_now_and_hide_them(timed: Assignment, teacher_client: Client) -> None:
    Assignment.objects.update(release="never", max_attempts=1)
    progress = reverse("assignment_progress", args=[timed.public_id])
    tag = teacher_client.get(progress).headers["ETag"]
    shown_before: list[str] = []
    for act, said, offered in (
        (
            "show_scores",
            "Scores shown. Students see their score after their last attempt, without the answers.",
            "Hide scores",
        ),
        ("hide_scores", "Scores are no longer shown before the answers.", "Show scores now"),
    ):
        reply = text_of(click(teacher_client, timed, act))
        assert (said in reply, f"{offered} Release answers now" in reply) == (True, True)
        assert (
            ("Answers stay hidden. Scores show after each student’s last attempt." in reply)
            == timed.shows_scores
            == (act == "show_scores")
        )
        # The second press changed nothing.
        shown_before.append(str(not timed.shows_scores))
        events = AuditEvent.objects.order_by("pk").values_list("detail__before__shows_scores", flat=True)
        assert list(events) == shown_before
        # Open pages of other teachers follow.
        assert tag != (tag := teacher_client.get(progress).headers["ETag"])
    # With these, a student has the score and the answers together.
    for release in ("after_hand_in", "after_last"):
        Assignment.objects.update(release=release, max_attempts=2)
        for act in ("show_scores", "hide_scores"):
            reply = text_of(
                teacher_client.post(reverse("change_window", args=[timed.public_id]), {"act": act}, follow=True)
            )
            assert "Nothing changed. Students see their score with the answers." in reply
            assert ("Show scores now" in reply, "Hide scores" in reply) == (False, False)


def test_scores_and_answers_have_no_buttons_once_all_students_see_the_answers(
    timed: Assignment, student: Student, teacher: User, teacher_client: Client
) -> None:
    other = make_assignment(edition=timed.edition, classroom=make_classroom(teacher=teacher), assigned_by=teacher)
    progress = reverse("assignment_progress", args=[timed.public_id])
    closed = NOW - timedelta(minutes=2)

    def offered() -> tuple[str, ...]:
        text = text_of(teacher_client.get(progress))
        return tuple(words for words in ("Show scores now", "Hide scores", "Release answers now") if words in text)

    Assignment.objects.update(release="after_close", closes_at=closed, due_at=None)
    assert offered() == ()
    reply = teacher_client.post(reverse("change_window", args=[timed.public_id]), {"act": "show_scores"}, follow=True)
    assert "Nothing changed. Students see their score with the answers." in text_of(reply)
    # Another class, or a student with an extension, makes all students wait.
    Assignment.objects.filter(pk=other.pk).update(closes_at=NOW + timedelta(days=1))
    assert offered() == ("Show scores now", "Release answers now")
    Assignment.objects.filter(pk=timed.pk).update(shows_scores=True)
    assert offered() == ("Hide scores", "Release answers now")
    Assignment.objects.update(release="after_last", max_attempts=2)
    assert offered() == ()
    extend(timed, student, due_at=None, closes_at=NOW + timedelta(days=1), reason="Ill.", by=teacher, now=NOW)
    assert offered() == ("Release answers now",)


def test_scores_wait_while_students_can_start_another_attempt(timed: Assignment, teacher_client: Client) -> None:
    """Nobody would see a score now: with each student's next score, one changed answer would tell the key."""
    Assignment.objects.update(max_attempts=2, release="never")
    address = reverse("change_window", args=[timed.public_id])
    refused = teacher_client.post(address, {"act": "show_scores"}, follow=True)
    timed.refresh_from_db()
    assert "Students can still start another attempt. Close the quiz first." in text_of(refused)
    assert not timed.shows_scores
    click(teacher_client, timed, "close")
    Assignment.objects.update(closes_at=NOW - timedelta(seconds=1), due_at=NOW - timedelta(seconds=1))
    click(teacher_client, timed, "show_scores")
    assert timed.shows_scores


def test_changed_settings_keep_shown_scores_and_another_quiz_hides_them(
    timed: Assignment, teacher_client: Client
) -> None:
    Assignment.objects.update(max_attempts=1, release="never", shows_scores=True)
    for name in ("change_assignment", "assign_again"):
        address = reverse(name, args=[timed.public_id])
        page = teacher_client.get(address)
        assert ("Scores show after" in text_of(page)) == (name == "change_assignment")
        form = form_of(page, having="max_attempts")
        reply = teacher_client.post(form.action or address, form.data(shuffle_questions="on", act="save"), follow=True)
        if asked := [one for one in read(reply).forms if "is_confirmed" in one.data()]:
            teacher_client.post(asked[0].action or address, asked[0].data(act="save"), follow=True)
    assert list(Assignment.objects.values_list("shuffle_questions", "shows_scores")) == [(True, True), (True, False)]


def test_close_now_before_the_quiz_opens_is_refused(timed: Assignment, teacher_client: Client) -> None:
    Assignment.objects.update(opens_at=NOW + timedelta(minutes=30))
    page = teacher_client.get(reverse("assignment_progress", args=[timed.public_id]))
    assert "Close now" not in text_of(page)
    address = reverse("change_window", args=[timed.public_id])
    refused = teacher_client.post(address, {"act": "close"}, follow=True)
    assert "This quiz isn’t open yet." in text_of(refused)
    assert "This page is out of date." in text_of(teacher_client.post(address, {"act": "x"}, follow=True))
    timed.refresh_from_db()
    assert timed.closes_at == NOW + timedelta(hours=2)
