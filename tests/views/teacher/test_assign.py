"""Assign in one step: presets, times per class, again, to one more class."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from quizzes.assignments import lifecycle
from quizzes.assignments.student_settings import window_of
from quizzes.content.drafts.lifecycle import copy_set
from quizzes.content.drafts.publishing import publish
from quizzes.models import Accommodation, Assignment, AuditEvent, Classroom, Edition, Excuse, QuestionSet, Regrade, User
from tests.factories import (
    NOW,
    make_answered_attempt,
    make_assignment,
    make_attempt,
    make_classroom,
    make_document,
    make_edition,
    make_question_set,
    make_regrade,
    make_student,
    publish_built_in_sets,
)
from tests.pages import errors_of, form_of, read, text_of

PERIOD_5 = "Period 5"


@pytest.fixture(autouse=True)
def at_eleven(clock: time_machine.Traveller) -> None:
    """Friday, 11:00 am in New York."""


@pytest.fixture
def chicago(teacher: User) -> Classroom:
    return make_classroom(teacher=teacher, name=PERIOD_5, time_zone="America/Chicago")


def address_of(edition: Edition) -> str:
    return reverse("assign", args=[edition.question_set.public_id])


def send(client: Client, address: str, *classrooms: Classroom, **changes: Any) -> Any:
    """Press “Assign” on the page, with these classes and fields."""
    data = form_of(client.get(address), having="preset").data(act="save", **changes)
    return client.post(address, data | {"classrooms": [classroom.public_id for classroom in classrooms]})


def settings_of(assignment: Assignment) -> tuple[Any, ...]:
    return (assignment.due_at, assignment.closes_at, assignment.time_limit, assignment.release)


# --- Presets ------------------------------------------------------------------------------------------------------


def test_hint_of_the_opening_time_says_who_opens(
    edition: Edition, classroom: Classroom, teacher_client: Client
) -> None:
    page = teacher_client.get(address_of(edition))
    assert "Leave blank to open now. “In class now” opens when you press Start. New York time" in text_of(page)
    send(teacher_client, address_of(edition), classroom, preset="in_class")
    assignment = Assignment.objects.get()
    change = reverse("change_assignment", args=[assignment.public_id])
    assert "Leave blank to open when you press Start. New York time" in text_of(teacher_client.get(change))
    lifecycle.open_now(assignment, by=assignment.assigned_by, now=NOW)
    assert "Leave blank to open now. New York time" in text_of(teacher_client.get(change))


@pytest.mark.parametrize(
    ("preset", "expected", "page"),
    [
        ("in_class", (None, None, None, "after_last"), "start_class"),
        ("homework", (datetime(2026, 10, 26, 12, tzinfo=UTC), None, None, "after_last"), "assignment_progress"),
        (
            "test",
            (None, datetime(2026, 10, 23, 20, tzinfo=UTC), timedelta(minutes=40), "after_close"),
            "assignment_progress",
        ),
    ],
)
def test_preset_assigns_in_one_step_and_leads_on(
    preset: str, expected: tuple[Any, ...], page: str, edition: Edition, classroom: Classroom, teacher_client: Client
) -> None:
    make_student(classroom=classroom)
    done = send(teacher_client, address_of(edition), classroom, preset=preset)
    assignment = Assignment.objects.get()
    assert done.headers["Location"] == reverse(page, args=[assignment.public_id])
    assert settings_of(assignment) == expected
    links = read(teacher_client.get(done.headers["Location"])).links
    assert {reverse(name, args=[assignment.public_id]) for name in ("start_class", "assignment_progress")} - set(
        links
    ) <= {done.headers["Location"]}


def test_choice_of_unlimited_attempts_says_the_limit(
    edition: Edition, assignment: Assignment, teacher_client: Client
) -> None:
    choices = '<option value="3">3</option><option value="unlimited">Unlimited (up to 100)</option></select>'
    for address in (address_of(edition), reverse("change_assignment", args=[assignment.public_id])):
        page = teacher_client.get(address).content.decode()
        assert choices in re.sub(r">\s+<", "><", page)


def test_presets_say_what_they_set(
    edition: Edition, classroom: Classroom, teacher_client: Client, clock: time_machine.Traveller
) -> None:
    # NOW is a Friday.
    assert "Homework, due Mon, Oct 26, 8:00 am Opens now." in text_of(teacher_client.get(address_of(edition)))
    clock.shift(timedelta(days=-1))
    text = text_of(teacher_client.get(address_of(edition)))
    assert "In class now Opens when you press Start. No time limit. Answers after each student’s last attempt." in text
    assert (
        "Homework, due tomorrow 8:00 am Opens now. No time limit. Answers after each student’s last attempt. "
        "Test Opens now. 40 minutes. Closes today, 4:00 pm. Answers after all classes close."
    ) in text
    assert "Same settings as before" not in text


@pytest.mark.parametrize(("before", "later", "night"), [(1, "tomorrow", 1), (0, "Mon, Oct 26", 3)])
def test_test_that_closes_on_two_days_says_so(
    before: int,
    later: str,
    night: int,
    edition: Edition,
    classroom: Classroom,
    chicago: Classroom,
    teacher_client: Client,
    clock: time_machine.Traveller,
) -> None:
    """On a Thursday and on a Friday."""
    both = f"Closes 4:00 pm, today or {later} in each class’s time zone."
    clock.shift(-timedelta(days=before))
    assert both not in text_of(teacher_client.get(address_of(edition)))
    # 2:30 pm in New York is too late for a test today, 1:30 pm in Chicago is not.
    clock.shift(timedelta(hours=3, minutes=30))
    assert both in text_of(teacher_client.get(address_of(edition)))
    send(teacher_client, address_of(edition), classroom, chicago, preset="test")
    closes = {given.classroom: given.closes_at for given in Assignment.objects.select_related("classroom")}
    today = NOW.day - before
    assert {one: closes[one].astimezone(one.zone).day - today for one in closes} == {classroom: night, chicago: 0}


@pytest.mark.parametrize(("before", "closes"), [(1, "tomorrow"), (0, "Mon, Oct 26")])
def test_test_that_no_longer_fits_today_names_its_day(
    before: int,
    closes: str,
    edition: Edition,
    classroom: Classroom,
    teacher_client: Client,
    clock: time_machine.Traveller,
) -> None:
    clock.shift(timedelta(hours=6, days=-before))

    assert f"Test Opens now. 40 minutes. Closes {closes}, 4:00 pm." in text_of(teacher_client.get(address_of(edition)))


@pytest.mark.parametrize(
    ("release", "label"),
    [("after_hand_in", "after each attempt"), ("after_last", "after each student’s last attempt")],
)
def test_the_summary_and_the_choices_have_one_word_for_each_release(
    release: str, label: str, edition: Edition, classroom: Classroom, teacher_client: Client
) -> None:
    address = address_of(edition)
    page = teacher_client.get(address)
    assert f"A{label[1:]}" in text_of(page)
    data = form_of(page, having="preset").data(release=release, classrooms=classroom.public_id)
    summary = teacher_client.post(address, data, headers={"HX-Request": "true"})
    assert f"Answers show {label}." in text_of(summary)


def test_the_menu_marks_the_part_that_the_teacher_came_from(
    edition: Edition, classroom: Classroom, teacher_client: Client
) -> None:
    given = make_assignment(edition=edition, classroom=classroom)
    pages = {
        reverse("assign_quiz"): "question_sets",
        address_of(edition): "question_sets",
        f"{reverse('assign_quiz')}?classroom={classroom.public_id}": "teacher_home",
        reverse("assign_again", args=[given.public_id]): "teacher_home",
    }
    for address, marked in pages.items():
        page = teacher_client.get(address).content.decode()
        assert re.findall(r'<a href="([^"]*)" aria-current="page"', page) == [reverse(marked)], address


def test_homework_is_due_tomorrow_in_the_zone_of_each_class(
    edition: Edition, classroom: Classroom, chicago: Classroom, teacher_client: Client, clock: time_machine.Traveller
) -> None:
    clock.move_to(datetime(2026, 10, 22, 4, 30, tzinfo=UTC))  # Thursday, 12:30 am in New York
    send(teacher_client, address_of(edition), classroom, chicago, preset="homework")
    assert dict(Assignment.objects.values_list("classroom__name", "due_at")) == {
        classroom.name: datetime(2026, 10, 23, 12, tzinfo=UTC),
        PERIOD_5: datetime(2026, 10, 22, 13, tzinfo=UTC),
    }


def test_fields_show_the_times_of_a_preset_in_the_zone_of_the_chosen_class(
    edition: Edition, classroom: Classroom, chicago: Classroom, teacher_client: Client, clock: time_machine.Traveller
) -> None:
    clock.move_to(datetime(2026, 10, 22, 4, 30, tzinfo=UTC))  # Thursday, 12:30 am in New York
    asked = send(teacher_client, address_of(edition), chicago, preset="homework", time_limit="55")
    form = form_of(asked, having="release")
    assert form.data()["due"] == ["2026-10-22T08:00"]
    teacher_client.post(address_of(edition), form.data(act="save"))
    assert Assignment.objects.get().due_at == datetime(2026, 10, 22, 13, tzinfo=UTC)
    # The other class is chosen on the page that shows these times.
    form = form_of(teacher_client.post(address_of(edition), form.data(act="edit")), having="release")
    asked = teacher_client.post(address_of(edition), form.data(act="save", classrooms=[classroom.public_id]))
    assert "Ready to assign?" in text_of(asked)
    assert "due Fri, Oct 23, 8:00 am EDT" in text_of(asked)
    teacher_client.post(address_of(edition), form_of(asked, having="release").data(act="save"))
    assert Assignment.objects.get(classroom=classroom).due_at == datetime(2026, 10, 23, 12, tzinfo=UTC)


def test_times_that_the_page_did_not_show_are_confirmed(
    edition: Edition, classroom: Classroom, chicago: Classroom, teacher_client: Client, clock: time_machine.Traveller
) -> None:
    clock.move_to(datetime(2026, 10, 22, 4, 30, tzinfo=UTC))  # Thursday, 12:30 am in New York
    address = address_of(edition)
    # Without a script, the page has the times for New York, where the first class is.
    assert "Ready to assign?" in text_of(send(teacher_client, address, chicago, preset="homework"))
    assert not Assignment.objects.exists()
    # A script shows them for the chosen class before they are saved.
    data = form_of(teacher_client.get(address), having="preset").data(preset="homework", classrooms=chicago.public_id)
    reply = teacher_client.post(address, data, headers={"HX-Request": "true"})
    shown = {name: re.search(f'name="{name}" value="([^"]+)"', reply.text) for name in ("filled", "filled_zone", "due")}
    data |= {name: found[1] for name, found in shown.items() if found}
    assert [data["filled_zone"], data["due"]] == ["America/Chicago", "2026-10-22T08:00"]
    assert teacher_client.post(address, data | {"act": "save"}).status_code == 302
    assert Assignment.objects.get().due_at == datetime(2026, 10, 22, 13, tzinfo=UTC)


def test_changed_fields_stay_and_are_confirmed_when_another_preset_is_chosen(
    edition: Edition, classroom: Classroom, teacher_client: Client
) -> None:
    address = address_of(edition)
    asked = send(teacher_client, address, classroom, preset="test", time_limit="55")
    assert "Ready to assign?" in text_of(asked)
    assert not Assignment.objects.exists()
    titled = send(teacher_client, address, classroom, preset="test", time_limit="55", own_title="Small set, makeup")
    assert "Version 1 Small set, makeup" in text_of(titled)
    teacher_client.post(address, form_of(asked, having="release").data(act="save"))
    assert settings_of(Assignment.objects.get()) == (
        *(None, datetime(2026, 10, 23, 20, tzinfo=UTC)),
        *(timedelta(minutes=55), "after_close"),
    )


def test_page_without_script_says_whose_settings_it_shows(
    given: Assignment, edition: Edition, chicago: Classroom, teacher_client: Client
) -> None:
    said = "These are the settings of “{}”. If you choose another one under “How”, fields that you don’t change get"
    assert said.format("In class now") in text_of(teacher_client.get(address_of(edition)))
    # No class is chosen, so the page comes back.
    page = send(teacher_client, address_of(edition), preset="homework")
    assert said.format("Homework") in text_of(page)
    assert said.split("{}")[0] not in text_of(send(teacher_client, address_of(edition), filled="unknown"))
    # With one preset, there is none to choose.
    added = reverse("add_classes", args=[given.public_id])
    assert said.split("{}")[0] not in text_of(teacher_client.get(added))


def test_a_cleared_box_of_another_preset_stays_cleared(
    edition: Edition, classroom: Classroom, teacher_client: Client
) -> None:
    asked = send(teacher_client, address_of(edition), classroom, preset="homework", shuffle_choices=[])
    teacher_client.post(address_of(edition), form_of(asked, having="release").data(act="save"))
    assert Assignment.objects.get().shuffle_choices is False


def test_own_settings_under_the_shown_preset_need_no_second_step(
    edition: Edition, classroom: Classroom, teacher_client: Client
) -> None:
    changes = {"time_limit": "", "own_title": "Warm-up", "closes": "2026-10-23T15:00", "is_teacher_paced": "on"}
    assert send(teacher_client, address_of(edition), classroom, **changes).status_code == 302
    assignment = Assignment.objects.get()
    assert (assignment.title, assignment.is_teacher_paced) == ("Warm-up", True)
    assert assignment.closes_at == datetime(2026, 10, 23, 19, tzinfo=UTC)


def test_time_limit_of_a_preset_gives_way_to_teacher_paced(
    edition: Edition, classroom: Classroom, teacher_client: Client
) -> None:
    paced = {"preset": "test", "is_teacher_paced": "on"}
    refused = send(teacher_client, address_of(edition), classroom, **paced, time_limit="20")
    assert "In a teacher-paced quiz, you set the time. Leave this blank." in text_of(refused)
    asked = send(teacher_client, address_of(edition), classroom, **paced)
    teacher_client.post(address_of(edition), form_of(asked, having="release").data(act="save"))
    assignment = Assignment.objects.get()
    assert (assignment.is_teacher_paced, assignment.time_limit) == (True, None)


def test_own_title_that_no_one_sees_is_none(edition: Edition, classroom: Classroom, teacher_client: Client) -> None:
    send(teacher_client, address_of(edition), classroom, own_title="\u200b")
    assert Assignment.objects.get().own_title == ""


def test_error_of_a_long_title_is_in_the_language_of_the_page(
    edition: Edition, classroom: Classroom, teacher_client: Client
) -> None:
    User.objects.update(language="es")
    refused = send(teacher_client, address_of(edition), classroom, own_title="x" * 101)
    assert "Use hasta 100 caracteres." in text_of(refused)


def test_unknown_preset_is_refused(edition: Edition, classroom: Classroom, teacher_client: Client) -> None:
    for name in ("preset", "filled"):
        send(teacher_client, address_of(edition), classroom, **{name: "same"})
    # The page does not show which preset is meant, and the fields say all.
    assert Assignment.objects.count() == 1


# --- What must be confirmed ---------------------------------------------------------------------------------------


def test_extended_time_that_does_not_fit_is_asked_about(
    edition: Edition, classroom: Classroom, teacher_client: Client
) -> None:
    Accommodation.objects.create(student=make_student(classroom=classroom), time_factor="2", changed_at=NOW)
    assert send(teacher_client, address_of(edition), classroom, preset="homework").status_code == 302
    asked = send(
        teacher_client, address_of(edition), classroom, own_title="2", time_limit="30", closes="2026-10-23T11:45"
    )
    assert "won’t fit before" in text_of(asked)
    assert Assignment.objects.count() == 1


def test_answers_before_the_last_attempt_are_asked_about(
    edition: Edition, classroom: Classroom, teacher_client: Client
) -> None:
    asked = send(teacher_client, address_of(edition), classroom, max_attempts="2", release="after_hand_in")
    assert "Students see all correct answers after their first attempt" in text_of(asked)
    assert not Assignment.objects.exists()


def test_a_second_quiz_with_one_title_is_confirmed(
    edition: Edition, classroom: Classroom, teacher: User, teacher_client: Client
) -> None:
    make_assignment(edition=edition, classroom=classroom, assigned_by=teacher)
    asked = send(teacher_client, address_of(edition), classroom)
    assert "This class already has a quiz with this title. Add a title to tell them apart." in text_of(asked)
    assert send(teacher_client, address_of(edition), classroom, own_title="Again").status_code == 302
    asked = send(teacher_client, address_of(edition), classroom, own_title="Again")
    assert "This class already has a quiz with this title." in text_of(asked)


def test_a_quiz_without_a_closing_time_that_hides_answers_is_confirmed(
    edition: Edition, classroom: Classroom, chicago: Classroom, teacher: User, teacher_client: Client
) -> None:
    make_assignment(
        edition=edition,
        classroom=classroom,
        assigned_by=teacher,
        closes_at=NOW + timedelta(days=1),
        release="after_close",
    )
    copy = copy_set(edition, by=teacher, now=NOW)
    publish(copy, seen=copy.revision, note="", by=teacher, now=NOW)
    tip = "Students in Period 3 see answers after all classes close. Without a closing time here, they don’t see them."
    closes = {"closes": "2026-10-26T09:30"}
    for question_set in (edition.question_set, copy.question_set):
        address = reverse("assign", args=[question_set.public_id])
        count = Assignment.objects.count()
        asked = send(teacher_client, address, chicago, closes="", own_title=f"Without {question_set.pk}")
        assert tip in text_of(asked)
        assert Assignment.objects.count() == count
        assert send(teacher_client, address, chicago, own_title=f"With {question_set.pk}", **closes).status_code == 302
        teacher_client.post(address, form_of(asked, having="release").data(act="save"))
        assert Assignment.objects.count() == count + 2
    other = make_edition(document={**make_document(), "slug": "other", "title": "Other"})
    assert send(teacher_client, address_of(other), chicago, closes="").status_code == 302


def test_a_quiz_with_answers_that_wait_for_a_class_without_a_closing_time_is_confirmed(
    edition: Edition, classroom: Classroom, chicago: Classroom, teacher: User, teacher_client: Client
) -> None:
    make_assignment(edition=edition, classroom=classroom, assigned_by=teacher)
    past = make_classroom(teacher=teacher, name="Period 9")
    make_assignment(edition=edition, classroom=past, assigned_by=teacher)
    Classroom.objects.filter(pk=past.pk).update(archived_at=NOW)

    asked = send(teacher_client, address_of(edition), chicago, preset="test", own_title="Check")

    tip = "Students here see answers after all classes close. Without a closing time in Period 3, they don’t see them."
    assert tip in text_of(asked)
    assert not Assignment.objects.filter(classroom=chicago).exists()
    teacher_client.post(address_of(edition), form_of(asked, having="release").data(act="save"))
    assert Assignment.objects.get(classroom=chicago).release == "after_close"


@pytest.mark.parametrize("name", ["assign", "add_classes"])
def test_regrade_that_the_class_does_not_get_is_said(
    name: str, edition: Edition, classroom: Classroom, chicago: Classroom, teacher: User, teacher_client: Client
) -> None:
    given = make_assignment(edition=edition, classroom=classroom, assigned_by=teacher)
    make_regrade(assignment=given, number=2)
    address = address_of(edition) if name == "assign" else reverse("add_classes", args=[given.public_id])
    page = send(teacher_client, address, chicago)
    assert "Question 2 was regraded in Period 3. After you assign this, regrade it here too." in text_of(page)
    made_by_another = make_assignment(edition=edition, classroom=make_classroom(name="Period 9"))
    for regraded, number in ((given, 4), (made_by_another, 1)):
        make_regrade(assignment=regraded, number=number)
    page = send(teacher_client, address, chicago)
    assert "Questions 2 and 4 were regraded in Period 3. After you assign this, regrade them here too." in text_of(page)

    # A retry has no regraded question.
    retry = reverse("assign_retry", args=[given.public_id], query={"question": "who"})
    assert send(teacher_client, retry, classroom).status_code == 302
    if name == "assign":
        Classroom.objects.filter(pk=classroom.pk).update(archived_at=NOW)
    else:
        Regrade.objects.update(undone_at=NOW)
    assert send(teacher_client, address, chicago).status_code == 302


def test_all_errors_show_at_once(
    edition: Edition, classroom: Classroom, chicago: Classroom, teacher_client: Client
) -> None:
    changes = {"time_limit": "x", "due": "2026-10-22T08:00", "opens": "2026-10-23T12:00", "closes": "2026-10-23T10:00"}
    page = send(teacher_client, address_of(edition), **changes)
    assert errors_of(page) == [
        "Choose at least 1 class.",
        "“Due” is before “Opens”.",
        "“Closes” is before “Opens”.",
        "Enter whole minutes, or leave blank for no limit.",
    ]
    assert re.search(r'<details class="more" open>', page.content.decode())


# --- Times of each class ------------------------------------------------------------------------------------------


def test_classes_have_times_of_their_own_in_one_form(
    edition: Edition, classroom: Classroom, chicago: Classroom, teacher_client: Client
) -> None:
    own = {f"due-{chicago.public_id}": "2026-10-26T09:00", f"opens-{chicago.public_id}": "2026-10-24T09:00"}
    send(teacher_client, address_of(edition), classroom, chicago, preset="homework", **own)
    first, second = Assignment.objects.order_by("pk")
    assert first.group == second.group
    assert (first.opens_at, first.due_at) == (None, datetime(2026, 10, 26, 12, tzinfo=UTC))
    assert (second.opens_at, second.due_at) == (
        datetime(2026, 10, 24, 14, tzinfo=UTC),
        datetime(2026, 10, 26, 14, tzinfo=UTC),
    )


def test_error_in_the_times_of_a_class_is_in_its_row(
    edition: Edition, classroom: Classroom, chicago: Classroom, teacher_client: Client
) -> None:
    own = {f"opens-{chicago.public_id}": "2026-10-27T09:00"}
    page = send(teacher_client, address_of(edition), classroom, chicago, preset="homework", **own)
    assert errors_of(page) == ["“Due” is before “Opens”."]
    assert f'id="id_due-{chicago.public_id}-e"' in page.content.decode()
    own = {f"opens-{chicago.public_id}": "2027-03-14T02:30"}
    page = send(teacher_client, address_of(edition), classroom, chicago, **own)
    assert errors_of(page) == ["Daylight saving time skips 2:30 am. Use 3:30 am."]
    assert not Assignment.objects.exists()


def test_one_class_has_no_second_set_of_times(edition: Edition, classroom: Classroom, teacher_client: Client) -> None:
    assert "Other times for some classes" not in text_of(teacher_client.get(address_of(edition)))


# --- The live summary ---------------------------------------------------------------------------------------------


def test_fragment_has_the_summary_and_the_settings_of_a_new_preset(
    edition: Edition, classroom: Classroom, teacher_client: Client
) -> None:
    address = address_of(edition)
    form = form_of(teacher_client.get(address), having="preset")
    headers = {"HX-Request": "true"}
    same = teacher_client.post(address, form.data(act="preview"), headers=headers)
    assert "can start when you press Start; no closing time. 1 attempt. No time limit." in text_of(same)
    assert "assign-settings" not in same.content.decode()
    other = teacher_client.post(address, form.data(act="preview", preset="homework"), headers=headers)
    assert "due Mon, Oct 26, 8:00 am EDT" in text_of(other)
    assert '<div class="stack loose" id="assign-settings" hx-swap-oob="innerHTML">' in other.content.decode()
    assert 'value="2026-10-26T08:00"' in other.content.decode()
    unready = teacher_client.post(address, form.data(act="preview", classrooms=[]), headers=headers)
    assert text_of(unready) == ""
    assert not Assignment.objects.exists()


@pytest.mark.parametrize(
    ("chosen", "said"),
    [(True, "Set a closing time. Answers show after all classes close."), (False, "")],
)
def test_summary_says_what_the_settings_lack(
    chosen: bool, said: str, edition: Edition, classroom: Classroom, teacher_client: Client
) -> None:
    address = address_of(edition)
    form = form_of(teacher_client.get(address), having="preset")
    release = "after_close" if chosen else "after_last"
    data = form.data(act="preview", release=release, classrooms=[classroom.public_id] if chosen else [])

    assert text_of(teacher_client.post(address, data, headers={"HX-Request": "true"})) == said


@pytest.mark.parametrize(("limit", "is_short"), [("3", True), ("4", False), ("", False)])
def test_time_limit_below_the_estimate_is_noted(
    limit: str, is_short: bool, edition: Edition, classroom: Classroom, teacher_client: Client
) -> None:
    def summary(address: str) -> str:
        form = form_of(teacher_client.get(address), having="release")
        fields = form.data(act="preview", time_limit=limit, classrooms=[classroom.public_id])
        return text_of(teacher_client.post(address, fields))

    note = "The quiz takes about 4 minutes. Some students may not finish in 3 minutes."
    assert (note in summary(address_of(edition))) == is_short
    # It is advice, so it asks for no second step.
    assert send(teacher_client, address_of(edition), classroom, time_limit=limit).status_code == 302
    given = [Assignment.objects.get().public_id]
    assert (note in summary(reverse("change_assignment", args=given))) == is_short
    # A retry has fewer questions than the edition.
    retry = summary(reverse("assign_retry", args=given) + "?question=one")
    assert [f"Time limit: {limit} minutes." in retry, note in retry] == [limit != "", False]


def test_note_on_the_time_limit_has_the_icon_of_a_warning(
    edition: Edition, classroom: Classroom, teacher_client: Client
) -> None:
    form = form_of(teacher_client.get(address_of(edition)), having="release")
    fields = form.data(act="preview", time_limit="3", classrooms=[classroom.public_id])
    page = teacher_client.post(address_of(edition), fields)
    assert re.search(
        r'<p class="tag"><svg[^>]*>.*?</svg>\s*The quiz takes about 4 minutes', page.content.decode(), re.DOTALL
    )


# --- From a class -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "title"),
    [("en", "Reading: “Philadelphia and the PARS agreement”"), ("es", "Lectura: “Filadelfia y el acuerdo sobre PARS”")],
)
def test_reading_has_the_same_title_on_both_lists_of_question_sets(
    language: str, title: str, classroom: Classroom, teacher_client: Client
) -> None:
    publish_built_in_sets()
    for name in ("assign_quiz", "question_sets"):
        page = text_of(teacher_client.get(reverse(name), headers={"accept-language": language}))
        assert (name, page.count(title)) == (name, 6)


def test_question_set_is_chosen_on_the_page(
    edition: Edition, classroom: Classroom, chicago: Classroom, teacher: User, teacher_client: Client
) -> None:
    mine = make_edition(
        document=make_document(title="Mine"), question_set=make_question_set(owner=teacher, title="Mine")
    )
    texts = {"es": {"summary": "Cuatro preguntas."}}
    QuestionSet.objects.filter(owner=None).update(summary="Four questions.", texts=texts)
    address = f"{reverse('assign_quiz')}?classroom={chicago.public_id}"
    form = form_of(teacher_client.get(address), having="question_set")
    assert [value for name, value in form.offered if name == "question_set"] == [
        mine.question_set.public_id,
        edition.question_set.public_id,
    ]
    assert form.data()["classrooms"] == [chicago.public_id]
    page = teacher_client.get(address)
    built_in = "Small set 4 questions, about 4 minutes. Built in Four questions. Reading: “The agreement” Preview"
    assert built_in in text_of(page)
    assert "Cuatro preguntas." in text_of(teacher_client.get(address, headers={"accept-language": "es"}))
    assert reverse("try_set_question", args=[mine.question_set.public_id, 1]) in read(page).links
    refused = teacher_client.post(address, form.data(act="save"))
    assert errors_of(refused) == ["Choose a question set."]
    # Times that are to be confirmed come with the name of the set.
    chosen = {"question_set": mine.question_set.public_id, "preset": "test", "time_limit": "55"}
    asked = teacher_client.post(address, form.data(act="save", **chosen))
    assert "Ready to assign? Mine Help with assigning Summary" in text_of(asked)
    asked = teacher_client.post(address, form.data(act="save", **chosen, own_title="Mine, makeup"))
    assert "Ready to assign? Mine, makeup Help with assigning Summary" in text_of(asked)
    teacher_client.post(address, form.data(act="save", question_set=mine.question_set.public_id))
    assert [(given.edition, given.classroom) for given in Assignment.objects.all()] == [(mine, chicago)]


def test_question_set_of_another_teacher_cannot_be_chosen(
    classroom: Classroom, other_teacher: User, teacher_client: Client
) -> None:
    theirs = make_edition(question_set=make_question_set(owner=other_teacher))
    refused = send(teacher_client, reverse("assign_quiz"), classroom, question_set=theirs.question_set.public_id)
    assert errors_of(refused) == ["Choose from the question sets on this page."]
    assert not Assignment.objects.exists()


def test_archived_question_set_is_not_assigned(
    edition: Edition, classroom: Classroom, teacher: User, teacher_client: Client
) -> None:
    QuestionSet.objects.update(owner=teacher)
    data = form_of(teacher_client.get(address_of(edition)), having="preset").data(act="save")
    QuestionSet.objects.update(archived_at=NOW)
    page = teacher_client.post(address_of(edition), data | {"classrooms": [classroom.public_id]}, follow=True)
    assert page.redirect_chain == [(reverse("question_set", args=[edition.question_set.public_id]), 302)]
    assert "This question set is archived." in text_of(page)
    assert Assignment.objects.count() == 0


def test_questions_that_visitors_could_try_are_confirmed(
    edition: Edition, classroom: Classroom, teacher_client: Client
) -> None:
    QuestionSet.objects.update(public_until=NOW + timedelta(seconds=1))
    address, chosen = reverse("assign_quiz"), {"question_set": edition.question_set.public_id}
    asked = send(teacher_client, address, classroom, **chosen)
    assert "Anyone could try 4 questions of this set without an account." in text_of(asked)
    assert not Assignment.objects.exists()
    teacher_client.post(address, form_of(asked, having="release").data(act="save"))
    assert Assignment.objects.count() == 1


@pytest.mark.parametrize("count", [1, 3])
def test_assign_quiz_costs_the_same_for_any_number(
    count: int, teacher: User, teacher_client: Client, queries: Callable[[], Any]
) -> None:
    for number in range(count):
        make_classroom(teacher=teacher, name=f"Period {number}")
        make_edition(document=make_document(title=f"Set {number}"))
    with queries() as seen:
        teacher_client.get(reverse("assign_quiz"))
    assert len(seen) == 5  # session, teacher, classes, sets, sizes of sets


# --- Again, and to one more class ---------------------------------------------------------------------------------


@pytest.fixture
def given(edition: Edition, classroom: Classroom, teacher: User) -> Assignment:
    """Two attempts, a title, opened yesterday, due an hour ago, closes tomorrow."""
    return make_assignment(
        edition=edition,
        classroom=classroom,
        assigned_by=teacher,
        own_title="Friday check",
        opens_at=NOW - timedelta(days=1),
        due_at=NOW - timedelta(hours=1),
        closes_at=NOW + timedelta(days=1),
        max_attempts=2,
        time_limit=timedelta(minutes=25),
        release="after_last",
        shuffle_questions=True,
    )


def test_assign_again_copies_the_settings_with_the_newest_version(
    given: Assignment, chicago: Classroom, teacher_client: Client
) -> None:
    newer = make_edition(question_set=given.edition.question_set, document=make_document(title="Small set, corrected"))
    address = reverse("assign_again", args=[given.public_id])
    assert "Assign “Friday check” again" in text_of(teacher_client.get(address))
    send(teacher_client, address, chicago)
    copy = Assignment.objects.get(classroom=chicago)
    assert (copy.edition, copy.own_title, copy.max_attempts, copy.time_limit, copy.shuffle_questions) == (
        *(newer, "Friday check", 2),
        *(timedelta(minutes=25), True),
    )
    # The wall time of the close, in the zone of the other class.
    assert (copy.opens_at, copy.due_at, copy.closes_at) == (None, None, NOW + timedelta(days=1, hours=1))
    assert copy.group != given.group


@pytest.mark.parametrize("name", ["assign_again", "add_classes"])
@pytest.mark.parametrize(("waits", "expected"), [(True, (True, None)), (False, (False, None))])
def test_quiz_that_was_started_in_class_waits_for_start_again(
    waits: bool,
    expected: tuple[bool, datetime | None],
    name: str,
    edition: Edition,
    classroom: Classroom,
    chicago: Classroom,
    teacher: User,
    teacher_client: Client,
) -> None:
    opens_at = None if waits else NOW + timedelta(hours=2)
    given = make_assignment(
        edition=edition, classroom=classroom, assigned_by=teacher, waits_for_teacher=waits, opens_at=opens_at
    )
    lifecycle.open_now(given, by=teacher, now=NOW - timedelta(seconds=75))
    # A later change of other settings keeps both.
    settings = replace(lifecycle.settings_of(given), own_title="Friday check")
    lifecycle.change_assignment(given, window=window_of(given), settings=settings, by=teacher, now=NOW)
    send(teacher_client, reverse(name, args=[given.public_id]), chicago)
    copy = Assignment.objects.get(classroom=chicago)
    assert (copy.waits_for_teacher, copy.opens_at) == expected


def test_assign_again_to_the_same_class_asks_for_a_title(
    given: Assignment, classroom: Classroom, teacher_client: Client
) -> None:
    address = reverse("assign_again", args=[given.public_id])
    asked = send(teacher_client, address, classroom)
    assert "This class already has a quiz with this title." in text_of(asked)
    assert send(teacher_client, address, classroom, own_title="Second chance").status_code == 302
    assert classroom.assignments.count() == 2


def test_assign_again_offers_the_presets(given: Assignment, chicago: Classroom, teacher_client: Client) -> None:
    send(teacher_client, reverse("assign_again", args=[given.public_id]), chicago, preset="homework")
    copy = Assignment.objects.get(classroom=chicago)
    assert (copy.max_attempts, copy.time_limit, copy.own_title) == (1, None, "")


def test_assign_again_keeps_the_version_of_a_set_that_is_not_open(
    classroom: Classroom, chicago: Classroom, other_teacher: User, teacher: User, teacher_client: Client
) -> None:
    theirs = make_question_set(owner=other_teacher)
    first = make_edition(question_set=theirs)
    make_edition(question_set=theirs, document=make_document(title="Not shared"))
    handed_over = make_assignment(edition=first, classroom=classroom, assigned_by=other_teacher)
    send(teacher_client, reverse("assign_again", args=[handed_over.public_id]), chicago)
    assert Assignment.objects.get(classroom=chicago).edition == first


def test_class_is_added_later_to_the_same_quiz(
    given: Assignment, classroom: Classroom, chicago: Classroom, teacher_client: Client
) -> None:
    make_edition(question_set=given.edition.question_set, document=make_document(title="Small set, corrected"))
    address = reverse("add_classes", args=[given.public_id])
    form = form_of(teacher_client.get(address), having="preset")
    assert [value for name, value in form.offered if name == "classrooms"] == [chicago.public_id]
    for _ in range(2):
        done = teacher_client.post(address, form.data(act="save", classrooms=[chicago.public_id]))
        added = Assignment.objects.get(classroom=chicago)
        assert done.headers["Location"] == reverse("assignment_progress", args=[added.public_id])
    assert (added.group, added.edition, added.title, added.max_attempts) == (given.group, given.edition, given.title, 2)
    assert [event.action for event in AuditEvent.objects.all()] == ["assignment_given"]
    text = text_of(teacher_client.get(reverse("change_assignment", args=[given.public_id])))
    assert "Classes Period 3 , Period 5" in text
    assert "All your classes have this quiz" in text_of(teacher_client.get(address))


@pytest.mark.parametrize("name", ["assign_again", "add_classes"])
@pytest.mark.parametrize("count", [1, 3])
def test_pages_from_a_quiz_cost_the_same_for_any_number_of_classes(
    name: str, count: int, given: Assignment, teacher: User, teacher_client: Client, queries: Callable[[], Any]
) -> None:
    for number in range(count):
        make_classroom(teacher=teacher, name=f"Class {number}")
    with queries() as seen:
        teacher_client.get(reverse(name, args=[given.public_id]))
    # session, teacher, quiz, newest version or classes with the quiz, classes, version, public questions
    assert len(seen) == 7


# --- Changing -----------------------------------------------------------------------------------------------------


def test_change_saves_in_one_step(given: Assignment, teacher_client: Client) -> None:
    address = reverse("change_assignment", args=[given.public_id])
    form = form_of(teacher_client.get(address), having="release")
    done = teacher_client.post(address, form.data(own_title="Monday check", time_limit="35", act="save"))
    assert done.headers["Location"] == reverse("assignment_progress", args=[given.public_id])
    before = settings_of(given)
    given.refresh_from_db()
    assert (given.title, given.time_limit) == ("Monday check", timedelta(minutes=35))
    # Times that have passed are no news.
    assert settings_of(given)[:2] == before[:2]


def test_change_confirms_a_time_that_has_passed(given: Assignment, teacher_client: Client) -> None:
    address = reverse("change_assignment", args=[given.public_id])
    form = form_of(teacher_client.get(address), having="release")
    asked = teacher_client.post(address, form.data(due="2026-10-23T10:30", act="save"))
    assert "The due time has passed. New work will be late." in text_of(asked)
    assert "Save these changes?" in text_of(asked)
    given.refresh_from_db()
    assert given.due_at == NOW - timedelta(hours=1)
    teacher_client.post(address, form_of(asked, having="release").data(act="save"))
    given.refresh_from_db()
    assert given.due_at == datetime(2026, 10, 23, 14, 30, tzinfo=UTC)


# --- A newer version ----------------------------------------------------------------------------------------------


@pytest.fixture
def newer(given: Assignment) -> Edition:
    """Version 2 of the set of the quiz."""
    return make_edition(question_set=given.edition.question_set, document=make_document(title="Small set, corrected"))


def change_version(client: Client, given: Assignment, **changes: str) -> Any:
    """Use the button of the settings page, twice."""
    page = client.get(reverse("change_assignment", args=[given.public_id]))
    form = form_of(page, having="number")
    for _ in range(2):
        reply = client.post(form.action, form.data(**changes), follow=True)
    return reply


def test_newer_version_goes_to_those_who_have_not_started(
    given: Assignment, newer: Edition, classroom: Classroom, teacher_client: Client
) -> None:
    started, *waiting = (make_student(classroom=classroom, name=name) for name in ("Ana B.", "Ben O.", "Cy T."))
    make_answered_attempt(assignment=given, student=started)
    text = text_of(teacher_client.get(reverse("change_assignment", args=[given.public_id])))
    assert "Give version 2 to 2 students who haven’t started" in text
    assert "Version 2 is newer. Students who haven’t started get version 2 as a quiz of its own" in text
    other_window = form_of(teacher_client.get(reverse("change_assignment", args=[given.public_id])), having="number")
    reply = change_version(teacher_client, given)
    made = classroom.assignments.exclude(pk=given.pk).get()
    assert "Students who hadn’t started now have “Friday check, version 2”." in text_of(reply)
    assert "0 of 2 turned in, 2 missing, 1 excused" in text_of(reply)
    assert (made.edition, set(given.excuses.values_list("student", flat=True))) == (
        newer,
        {student.pk for student in waiting},
    )
    page = teacher_client.get(reverse("student_overrides", args=[given.public_id, waiting[0].public_id]))
    assert "Ben has “ Friday check, version 2 ” instead. If you remove this excuse, both count." in text_of(page)
    assert reverse("student_overrides", args=[made.public_id, waiting[0].public_id]) in read(page).links
    assert "is newer" not in text_of(teacher_client.get(reverse("change_assignment", args=[given.public_id])))
    # In another window, for a student who came since. The class has the version once more, as a quiz of its own.
    again = make_assignment(edition=newer, classroom=classroom)
    new = make_student(classroom=classroom, name="Di U.")
    for _ in range(2):
        late = teacher_client.post(other_window.action, other_window.data(), follow=True)
        assert "Students who hadn’t started now have “Friday check, version 2”." in text_of(late)
    assert set(made.excuses.values_list("student", flat=True)) == {started.pk}
    assert set(given.excuses.values_list("student", flat=True)) == {student.pk for student in (*waiting, new)}
    assert not again.excuses.exists()
    assert classroom.assignments.count() == 3


def test_students_have_the_older_version_again_without_the_newer_one(
    given: Assignment, newer: Edition, classroom: Classroom, teacher_client: Client
) -> None:
    started, first, second = (make_student(classroom=classroom, name=name) for name in ("Ana B.", "Ben O.", "Cy T."))
    make_answered_attempt(assignment=given, student=started)
    change_version(teacher_client, given)
    made = classroom.assignments.exclude(pk=given.pk).get()

    deleted = teacher_client.post(reverse("delete_assignment", args=[made.public_id]), follow=True)
    assert list(given.excuses.all()) == []
    history = teacher_client.get(reverse("student_history", args=[first.public_id]))
    assert "“Version 2 of this quiz was deleted.”" in text_of(history)

    make_answered_attempt(assignment=given, student=second)
    undo = form_of(deleted, having="rows")
    for _ in range(2):
        teacher_client.post(undo.action, undo.data())
    assert list(given.excuses.values_list("student", "own_version")) == [(first.pk, 2)]
    assert dict(made.excuses.values_list("student", "own_version")) == dict.fromkeys((started.pk, second.pk), 1)


def test_students_have_the_newer_version_without_the_older_one(
    given: Assignment, newer: Edition, classroom: Classroom, teacher_client: Client
) -> None:
    """Answers from paper of the wrong student were deleted, so that nobody has started the older version."""
    started, waiting = (make_student(classroom=classroom, name=name) for name in ("Ana B.", "Ben O."))
    attempt = make_attempt(assignment=given, student=started)
    change_version(teacher_client, given)
    made = classroom.assignments.exclude(pk=given.pk).get()
    attempt.delete()

    deleted = teacher_client.post(reverse("delete_assignment", args=[given.public_id]), follow=True)
    assert list(made.excuses.all()) == []
    undo = form_of(deleted, having="rows")
    for _ in range(2):
        teacher_client.post(undo.action, undo.data())
    excuses = Excuse.objects.values_list("assignment", "student", "own_version")
    assert set(excuses) == {(given.pk, waiting.pk, 2), (made.pk, started.pk, 1)}
    made.refresh_from_db()
    assert made.newer_version_of == given


def test_the_oldest_version_stays_joined_with_the_newest_one(
    given: Assignment, newer: Edition, classroom: Classroom, teacher_client: Client
) -> None:
    make_answered_attempt(assignment=given, student=make_student(classroom=classroom))
    waiting = make_student(classroom=classroom)
    change_version(teacher_client, given)
    second = given.newer_versions.get()
    third = make_assignment(edition=given.edition, classroom=classroom, newer_version_of=second)
    Excuse.objects.create(assignment=second, student=waiting, given_by=given.assigned_by, given_at=NOW)

    deleted = teacher_client.post(reverse("delete_assignment", args=[second.public_id]), follow=True)
    assert list(given.newer_versions.all()) == [third]
    undo = form_of(deleted, having="rows")
    teacher_client.post(undo.action, undo.data())
    assert (list(given.newer_versions.all()), list(second.newer_versions.all())) == ([second], [third])
    assert list(given.excuses.values_list("student", flat=True)) == [waiting.pk]


def test_another_version_stays_if_a_quiz_of_its_own_is_deleted(
    given: Assignment, newer: Edition, classroom: Classroom, teacher_client: Client
) -> None:
    started, waiting = (make_student(classroom=classroom, name=name) for name in ("Ana B.", "Ben O."))
    make_answered_attempt(assignment=given, student=started)
    change_version(teacher_client, given)
    again = make_assignment(edition=newer, classroom=classroom)
    teacher_client.post(reverse("delete_assignment", args=[again.public_id]))
    assert list(given.excuses.values_list("student", flat=True)) == [waiting.pk]


def test_newer_version_that_no_student_would_get_is_not_given(
    given: Assignment, newer: Edition, classroom: Classroom, teacher_client: Client
) -> None:
    student = make_student(classroom=classroom)
    page = teacher_client.get(reverse("change_assignment", args=[given.public_id]))
    make_answered_attempt(assignment=given, student=student)
    form = form_of(page, having="number")
    reply = text_of(teacher_client.post(form.action, form.data(), follow=True))
    assert "This page is out of date." in reply
    assert classroom.assignments.get() == given


def test_newer_version_goes_to_the_class_if_no_one_has_started(
    given: Assignment, newer: Edition, classroom: Classroom, teacher_client: Client
) -> None:
    make_student(classroom=classroom)
    page = teacher_client.get(reverse("change_assignment", args=[given.public_id]))
    assert "This quiz uses version 1. Version 2 is newer. Use version 2" in text_of(page)
    form = form_of(page, having="number")
    reply = teacher_client.post(form.action, form.data(), follow=True)
    assert "This quiz now uses version 2." in text_of(reply)
    given.refresh_from_db()
    assert given.edition == newer
    assert classroom.assignments.count() == 1


def test_version_of_an_old_page_or_of_another_teachers_set_is_not_given(
    given: Assignment, newer: Edition, classroom: Classroom, other_teacher: User, teacher_client: Client
) -> None:
    make_student(classroom=classroom)
    assert "This page is out of date." in text_of(change_version(teacher_client, given, number="1"))
    page = teacher_client.get(reverse("change_assignment", args=[given.public_id]))
    form = form_of(page, having="number")
    QuestionSet.objects.update(owner=other_teacher)
    assert "This page is out of date." in text_of(teacher_client.post(form.action, form.data(), follow=True))
    assert "is newer" not in text_of(teacher_client.get(reverse("change_assignment", args=[given.public_id])))
    given.refresh_from_db()
    assert given.edition != newer
