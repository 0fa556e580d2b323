"""The teacher's home, and the settings of a class."""

import re
import zoneinfo
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from quizzes.forms.classrooms import DEFAULT_ZONE, US_ZONES, ClassroomForm, zone_choices
from quizzes.models import Assignment, AuditEvent, Classroom, Edition, HiddenTodo, Student, User
from quizzes.people import classrooms
from quizzes.people.guess_limits import CLASS_TRIES
from tests.conftest import Queries
from tests.factories import (
    NOW,
    make_answered_attempt,
    make_assignment,
    make_attempt,
    make_classroom,
    make_failed_try,
    make_student,
    make_user,
    save,
)
from tests.pages import errors_of, form_of, read, text_of

HOME = "/teacher/"
NEW = {"name": "Civics, Period 3", "time_zone": "America/Chicago"}

Counting = Callable[[], AbstractContextManager[Queries]]


def url(name: str, classroom: Classroom) -> str:
    return reverse(name, args=[classroom.public_id])


# --- Home -----------------------------------------------------------------------------------------------------------


def test_home_leads_a_new_teacher_through_the_first_steps(teacher_client: Client) -> None:
    page = teacher_client.get(HOME)

    assert page.status_code == 200
    text = page.content.decode()
    assert [step in text for step in ("Create a class", "Add students", "Assign a quiz")] == [True] * 3
    assert {reverse("add_classroom"), reverse("question_sets")} <= set(read(page).links)
    assert "To do" not in text


def test_home_is_headed_by_the_day_in_the_zone_of_the_class(
    teacher: User, teacher_client: Client, clock: time_machine.Traveller
) -> None:
    make_classroom(teacher=teacher, time_zone="America/New_York")
    clock.move_to(NOW + timedelta(hours=12))  # 3:00 on the 24th in UTC, 23:00 on the 23rd in New York

    assert "<h1>Friday, October 23</h1>" in teacher_client.get(HOME).content.decode()


def test_home_is_calm_when_nothing_needs_the_teacher(
    assignment: Assignment, student: Student, teacher_client: Client, clock: time_machine.Traveller
) -> None:
    make_answered_attempt(assignment=assignment, student=student)
    Assignment.objects.update(closes_at=NOW - timedelta(minutes=1))
    text = " ".join(teacher_client.get(HOME).content.decode().split())

    assert "All done." in text
    assert "1 student </p>" in text
    assert "No open quizzes." in text


def test_home_gives_a_new_pin_to_who_is_locked_out(
    student: Student, classmate: Student, teacher_client: Client, clock: time_machine.Traveller
) -> None:
    for _ in range(5):
        make_failed_try(student=student)
    page = teacher_client.get(HOME)

    assert "Locked out after many wrong PINs" in page.content.decode()
    assert "<bdi>Maya Lopez</bdi>, Period 3" in " ".join(page.content.decode().split())
    assert "2 items" in page.content.decode()
    hide = reverse("hide_todo")
    let_in = reverse("let_student_in", args=[student.public_id])
    # The second item is the next step of a class without a quiz.
    assert [form.action for form in read(page).forms] == [let_in, hide, hide, reverse("choose_language")]
    question = reverse("change_pin", args=[student.public_id])
    assert question in read(page).links
    student.refresh_from_db()
    version = student.pin_version

    answer = teacher_client.post(question, form_of(teacher_client.get(question), having="seen").data())

    assert answer.headers["Location"] == reverse("student_history", args=[student.public_id])
    student.refresh_from_db()
    assert student.pin_version == version + 1
    assert "Locked out" not in teacher_client.get(HOME).content.decode()


def test_home_lets_in_who_is_locked_out_with_one_click(
    student: Student, teacher_client: Client, clock: time_machine.Traveller
) -> None:
    for number in range(5):
        make_failed_try(student=student, device=f"device {number}")
    clock.shift(timedelta(seconds=1))
    let_in = reverse("let_student_in", args=[student.public_id])

    page = teacher_client.post(let_in, headers={"referer": f"http://testserver{HOME}"}, follow=True)

    assert page.request["PATH_INFO"] == HOME
    assert "Maya Lopez can sign in on any device until 11:10\xa0am." in page.content.decode()
    assert "Locked out" not in page.content.decode()
    event = AuditEvent.objects.get()
    assert (event.action, event.student, event.actor.name) == ("let_in", student, "Ms. Rivera")


def test_home_names_a_class_in_which_someone_guesses(
    classroom: Classroom, teacher_client: Client, clock: time_machine.Traveller
) -> None:
    for _ in range(CLASS_TRIES):
        make_failed_try(student=make_student(classroom=classroom))

    page = teacher_client.get(HOME)

    assert "Someone is guessing PINs" in page.content.decode()
    assert reverse("roster", args=[classroom.public_id]) in read(page).links


def test_home_names_each_of_several_who_are_locked_out(
    student: Student, classmate: Student, teacher_client: Client, clock: time_machine.Traveller
) -> None:
    for locked in (student, classmate):
        for _ in range(5):
            make_failed_try(student=locked)

    text = teacher_client.get(HOME).content.decode()

    assert "Make a new PIN for Maya Lopez" in text
    assert "Make a new PIN for Noah Park" in text


def test_home_says_how_many_have_not_turned_in(
    edition: Edition, classroom: Classroom, student: Student, classmate: Student, teacher_client: Client,
    clock: time_machine.Traveller,
) -> None:  # fmt: skip
    assignment = make_assignment(edition=edition, classroom=classroom, due_at=NOW + timedelta(hours=4))
    make_attempt(assignment=assignment, student=student)
    page = teacher_client.get(HOME)

    text = " ".join(page.content.decode().split())
    assert '<span class="big">2</span>' in text
    assert "Not turned in, due today at 3:00 pm" in text
    assert "Period 3, “Small set”. 1 not started." in text
    assert "See who : Small set, Period 3" in text_of(page)
    assert reverse("assignment_progress", args=[assignment.public_id]) in read(page).links
    # A pause before the due time: nothing is late.
    Assignment.objects.update(paused_at=NOW)
    assert "Not turned in, paused since today at 11:00 am" in text_of(teacher_client.get(HOME))

    clock.shift(timedelta(hours=26))
    assert "Not turned in, paused since Fri, Oct 23, 11:00 am EDT" in text_of(teacher_client.get(HOME))
    Assignment.objects.update(paused_at=None)
    assert "Not turned in, was due Fri, Oct 23, 3:00 pm EDT" in text_of(teacher_client.get(HOME))


def test_button_that_hides_an_item_names_its_quiz_and_class(
    edition: Edition, classroom: Classroom, student: Student, teacher: User, teacher_client: Client,
    clock: time_machine.Traveller,
) -> None:  # fmt: skip
    make_assignment(edition=edition, classroom=classroom, due_at=NOW + timedelta(hours=1))
    make_classroom(name="Period 4", teacher=teacher)
    text = text_of(teacher_client.get(HOME))
    assert re.findall(r"Hide item \d : (Small set, Period 3|Period 4)", text) == [
        "Small set, Period 3",
        "Period 4",
        "Small set, Period 3",
    ]
    User.objects.filter(pk=teacher.pk).update(language="es")
    assert "Ocultar el pendiente 1 : Small set, Period 3" in text_of(teacher_client.get(HOME))


def test_item_that_is_hidden_comes_back_when_there_is_more(
    edition: Edition, classroom: Classroom, student: Student, teacher: User, other_teacher: User,
    teacher_client: Client, signed_in: Callable[[User], Client], clock: time_machine.Traveller,
) -> None:  # fmt: skip
    make_assignment(edition=edition, classroom=classroom, due_at=NOW + timedelta(hours=1))

    def kinds() -> list[str]:
        return [need.kind for need in teacher_client.get(HOME).context["needs"]]

    assert kinds() == ["not_submitted", "cards"]
    forms = [form for form in read(teacher_client.get(HOME)).forms if form.action == reverse("hide_todo")]
    sent = {**forms[0].data(), **dict(forms[0].buttons)}
    # Another teacher's hidden items are their own.
    signed_in(other_teacher).post(reverse("hide_todo"), sent)
    assert kinds() == ["not_submitted", "cards"]
    for _ in range(2):
        teacher_client.post(reverse("hide_todo"), sent)
    assert kinds() == ["cards"]
    make_student(classroom=classroom)
    assert kinds() == ["not_submitted", "cards"]

    forms = [form for form in read(teacher_client.get(HOME)).forms if form.action == reverse("hide_todo")]
    hidden = teacher_client.post(reverse("hide_todo"), {**forms[1].data(), **dict(forms[1].buttons)}, follow=True)
    assert "Hidden. It comes back when there is more to do." in text_of(hidden)
    undo = next(form for form in read(hidden).forms if form.action == reverse("show_todo"))
    teacher_client.post(undo.action, undo.data())
    assert kinds() == ["not_submitted", "cards"]


@pytest.mark.parametrize(
    "key", ["", "quiz", "quiz:short", "QUIZ:AAAAAAAAAAAA", "quiz:AAAAAAAAAAAA\n", "a\x00:AAAAAAAAAAAA"]
)
def test_only_a_key_of_an_item_is_kept(key: str, teacher_client: Client) -> None:
    assert teacher_client.post(reverse("hide_todo"), {"key": key, "count": "1"}).headers["Location"] == HOME
    assert HiddenTodo.objects.count() == 0


def test_home_links_every_open_quiz_and_the_pages_of_a_class(
    edition: Edition, classroom: Classroom, student: Student, teacher_client: Client, clock: time_machine.Traveller
) -> None:
    quizzes = [make_assignment(edition=edition, classroom=classroom) for _ in range(3)]
    closed = make_assignment(edition=edition, classroom=classroom, closes_at=NOW - timedelta(minutes=1))
    links = read(teacher_client.get(HOME)).links
    for name in ("assignment_progress", "start_class"):
        assert {reverse(name, args=[quiz.public_id]) for quiz in quizzes} <= set(links)
        assert reverse(name, args=[closed.public_id]) not in links
    assert {url("roster", classroom), url("classroom_quizzes", classroom)} <= set(links)


def test_home_offers_each_step_of_a_new_class(
    edition: Edition, classroom: Classroom, teacher: User, teacher_client: Client, clock: time_machine.Traveller
) -> None:
    def step() -> str:
        text = text_of(teacher_client.get(HOME))
        return text.split("Next: ")[1].split(" Period")[0] if "Next: " in text else ""

    assert step() == "add students"
    student = make_student(classroom=classroom)
    assert step() == "assign a quiz"
    quiz = make_assignment(edition=edition, classroom=classroom)
    assert step() == "start class"
    Assignment.objects.update(due_at=NOW + timedelta(days=1))
    assert step() == "give out the sign-in cards"
    make_attempt(assignment=quiz, student=student)
    assert step() == ""


def test_home_asks_for_students_where_a_class_has_none(classroom: Classroom, teacher_client: Client) -> None:
    page = teacher_client.get(HOME)

    assert "<h3>Next: add students</h3>" in page.content.decode()
    assert url("add_students", classroom) in read(page).links


def test_home_sums_up_each_class(
    edition: Edition, classroom: Classroom, student: Student, classmate: Student, teacher_client: Client,
    clock: time_machine.Traveller,
) -> None:  # fmt: skip
    assignment = make_assignment(edition=edition, classroom=classroom, created_at=NOW - timedelta(hours=1))
    make_answered_attempt(assignment=assignment, student=student, started_at=NOW - timedelta(minutes=30))

    text = " ".join(teacher_client.get(HOME).content.decode().split())

    assert "1 of 2 turned in" in text
    assert "Open: Small set , Period 3 , 1 of 2 turned in." in text_of(teacher_client.get(HOME))
    assert "Class average 100% (1 of 2 students), missing left out" in text
    assert classroom.shown_code in text

    classrooms.set_code_active(classroom, is_open=False, by=classroom.teachers.get(), now=NOW)
    closed = teacher_client.get(HOME).content.decode()
    assert classroom.shown_code not in closed
    assert "Class code off" in closed


@pytest.mark.parametrize(
    "page",
    [
        *("classroom_gradebook", "classroom_quizzes", "classroom_mastery", "classroom_growth", "change_classroom"),
        *("roster", "add_students", "sign_in_cards", "class_accommodations"),
    ],
)
def test_each_page_of_a_class_leads_to_assigning_progress_and_results(
    page: str, assignment: Assignment, teacher_client: Client
) -> None:
    classroom = assignment.classroom
    links = read(teacher_client.get(reverse(page, args=[classroom.public_id]))).links
    assert f"{reverse('assign_quiz')}?classroom={classroom.public_id}" in links
    assert reverse("assignment_progress", args=[assignment.public_id]) in links
    assert reverse("assignment_results", args=[assignment.public_id]) in links


def test_home_shows_no_class_of_another_teacher(
    other_classroom: Classroom, classroom: Classroom, other_teacher: User, signed_in: Callable[[User], Client],
    teacher_client: Client,
) -> None:  # fmt: skip
    assert "Period 5" in signed_in(other_teacher).get(HOME).content.decode()
    assert "Period 5" not in teacher_client.get(HOME).content.decode()


def test_home_leads_to_late_answers(
    edition: Edition, classroom: Classroom, teacher_client: Client, clock: time_machine.Traveller
) -> None:
    assignment = make_assignment(edition=edition, classroom=classroom)
    attempt = make_answered_attempt(assignment=assignment, student=make_student(classroom=classroom, name="Maya L."))
    save(attempt, "one", "b", seen_revision=1, now=NOW + timedelta(minutes=5))
    clock.shift(timedelta(hours=1))

    page = teacher_client.get(HOME)

    text = "1 Late answers Period 3, “Small set”. They don’t count yet. See late answers: Maya L."
    assert text in text_of(page)
    assert f"{reverse('attempt_review', args=[attempt.public_id])}#h-late" in read(page).links
    # Of several students, Progress has all, and accepts them in one step.
    second = make_answered_attempt(assignment=assignment, student=make_student(classroom=classroom, name="Ben A."))
    save(second, "one", "b", seen_revision=1, now=NOW + timedelta(minutes=5))
    page = teacher_client.get(HOME)
    assert "2 Late answers Period 3, “Small set”. They don’t count yet. See who : Small set, Period 3" in text_of(page)
    assert f"{reverse('attempt_review', args=[attempt.public_id])}#h-late" not in read(page).links


@pytest.mark.parametrize("count", [1, 3])
def test_home_costs_the_same_for_any_number_of_classes(
    count: int, edition: Edition, teacher: User, teacher_client: Client, queries: Counting,
    clock: time_machine.Traveller,
) -> None:  # fmt: skip
    for number in range(count):
        classroom = make_classroom(teacher=teacher, name=f"Period {number}")
        assignment = make_assignment(edition=edition, classroom=classroom, due_at=NOW + timedelta(hours=4))
        students = [make_student(classroom=classroom) for _ in range(count)]
        make_answered_attempt(assignment=assignment, student=students[0], started_at=NOW - timedelta(hours=1))
        for _ in range(5):
            make_failed_try(student=students[0])

    with queries() as seen:
        page = teacher_client.get(HOME)

    assert page.status_code == 200
    assert len(seen) == 12


# --- Making and changing --------------------------------------------------------------------------------------------


def test_add_classroom_makes_it_and_goes_on_to_its_students(teacher: User, teacher_client: Client) -> None:
    page = teacher_client.get(reverse("add_classroom"))
    # Not a roster: a teacher with a spreadsheet of names must not look for it here.
    assert "Import a class that Footnote exported" in text_of(page)
    form = form_of(page, having="time_zone")
    assert dict(form.fields)["time_zone"] == "America/New_York"

    answer = teacher_client.post(reverse("add_classroom"), NEW)

    classroom = Classroom.objects.get()
    assert answer.headers["Location"] == url("add_students", classroom)
    assert (classroom.name, classroom.time_zone) == ("Civics, Period 3", "America/Chicago")
    assert list(classroom.teachers.all()) == [teacher]
    assert [event.action for event in classroom.audit_events.all()] == [AuditEvent.Action.CLASSROOM_MADE]


@pytest.mark.parametrize("archived_at", [NOW, None])
def test_new_class_takes_the_settings_of_another_one(
    archived_at: datetime | None, teacher: User, other_teacher: User, teacher_client: Client
) -> None:
    """Last year’s class is archived. Classes of others are not in the list."""
    assert "settings_from" not in teacher_client.get(reverse("add_classroom")).content.decode()
    old = make_classroom(teacher=teacher, name="Civics", archived_at=archived_at)
    foreign = make_classroom(teacher=other_teacher, name="Elsewhere")
    changed = {
        "sorts_by_first_name": True,
        "counts_missing_as_zero": True,
        "reading_variant": "easier",
        "students_choose_variant": False,
        "supports": {"read_aloud": True},
        "pin_kind": "pictures",
    }
    assert set(changed) == set(classrooms.COPIED_SETTINGS)
    Classroom.objects.filter(pk=old.pk).update(**changed)
    make_student(classroom=old, name="Ana")

    page = teacher_client.get(reverse("add_classroom"))
    assert "Civics" in text_of(page)
    assert ("Civics (archived)" in text_of(page)) == (archived_at is not None)
    assert "Elsewhere" not in text_of(page)
    refused = teacher_client.post(reverse("add_classroom"), {**NEW, "settings_from": foreign.public_id})
    assert "Choose a class from the list." in text_of(refused)

    teacher_client.post(reverse("add_classroom"), {**NEW, "settings_from": old.public_id})

    made = Classroom.objects.get(name=NEW["name"])
    assert {name: getattr(made, name) for name in changed} == changed
    assert (made.students.count(), made.archived_at, made.join_code == old.join_code) == (0, None, False)


def test_add_classroom_sent_twice_makes_one(teacher_client: Client) -> None:
    teacher_client.post(reverse("add_classroom"), NEW)
    second = teacher_client.post(reverse("add_classroom"), {**NEW, "name": " civics,  period 3"})

    assert second.status_code == 200
    assert "You already have a class with this name." in second.content.decode()
    assert Classroom.objects.count() == 1


def test_add_classroom_leaves_names_of_others_and_of_the_archive_free(
    teacher: User, other_teacher: User, teacher_client: Client
) -> None:
    make_classroom(teacher=other_teacher, name=NEW["name"])
    make_classroom(teacher=teacher, name=NEW["name"], archived_at=NOW)

    assert teacher_client.post(reverse("add_classroom"), NEW).status_code == 302
    assert Classroom.objects.count() == 3


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("name", "", "Name your class."),
        ("name", " \t \u00a0", "Name your class."),
        ("name", "Period\u202e 3", "The name has a hidden character, so retype it."),
        ("name", "Period\u200b3", "The name has a hidden character, so retype it."),
        ("name", "...", "The name is blank."),
        ("name", "x" * 1_000_000, "Use up to 60 characters."),
        ("name", "Period\x003", "The name has a hidden character, so retype it."),
        ("time_zone", "", "Choose a time zone."),
        ("time_zone", "Mars/Olympus", "Choose a time zone from the list."),
    ],
)
def test_add_classroom_says_what_is_wrong_and_keeps_what_was_typed(
    field: str, value: str, said: str, teacher_client: Client
) -> None:
    page = teacher_client.post(reverse("add_classroom"), {**NEW, field: value})

    assert page.status_code == 200
    text = page.content.decode()
    assert said in text
    assert 'aria-invalid="true"' in text
    sent = dict(form_of(page, having="time_zone").fields)
    assert sent["name"] == (value if field == "name" else NEW["name"])
    assert Classroom.objects.count() == 0


def test_change_classroom_saves_name_and_zone(classroom: Classroom, teacher_client: Client) -> None:
    answer = teacher_client.post(url("change_classroom", classroom), NEW)

    assert answer.headers["Location"] == url("change_classroom", classroom)
    classroom.refresh_from_db()
    assert (classroom.name, classroom.time_zone) == ("Civics, Period 3", "America/Chicago")
    page = teacher_client.get(answer.headers["Location"])
    assert "Saved." in page.content.decode()
    # Another teacher renames the class while this page is open.
    Classroom.objects.update(name="Civics A")
    form = form_of(page, having="time_zone")
    teacher_client.post(form.action or answer.headers["Location"], form.data(time_zone="America/Denver"))
    classroom.refresh_from_db()
    assert (classroom.name, classroom.time_zone) == ("Civics A", "America/Denver")


@pytest.mark.parametrize("colleague", ["another", "the same", "unknown"])
def test_change_classroom_says_who_changed_the_same_setting_since(
    colleague: str, classroom: Classroom, teacher: User, other_teacher: User, teacher_client: Client
) -> None:
    address = url("change_classroom", classroom)
    form = form_of(teacher_client.get(address), having="time_zone")
    by = {"another": other_teacher, "the same": teacher}.get(colleague)
    if by is None:
        Classroom.objects.update(name="Civics A")
    else:
        fresh = Classroom.objects.get()
        classrooms.change_classroom(fresh, by=by, name="Civics A", time_zone=fresh.time_zone, now=NOW)
        # A later change of another setting is not the one.
        classrooms.change_classroom(fresh, by=teacher, name="Civics A", time_zone="America/Denver", now=NOW)

    page = teacher_client.post(address, form.data(name="Civics B"))
    assert page.status_code == 200
    assert errors_of(page) == [
        {
            "another": "Mr. Okafor changed this to “Civics A”. Yours isn’t saved. Check it, then save again.",
            "the same": "You changed this to “Civics A” in another window. What you entered here isn’t saved. "
            "Check it, then save again.",
            "unknown": "This was changed to “Civics A”. Yours isn’t saved. Check it, then save again.",
        }[colleague]
    ]
    again = form_of(page, having="time_zone")
    assert dict(again.fields)["name"] == "Civics B"
    assert teacher_client.post(address, again.data()).status_code == 302
    classroom.refresh_from_db()
    assert classroom.name == "Civics B"


def test_kind_of_pin_keeps_what_a_colleague_set(
    classroom: Classroom, other_teacher: User, teacher_client: Client
) -> None:
    form = form_of(teacher_client.get(url("change_classroom", classroom)), having="pin_kind")
    fresh = Classroom.objects.get()
    classrooms.set_pin_kind(fresh, pin_kind="words", by=other_teacher, now=NOW)

    page = teacher_client.post(form.action, form.data(pin_kind="pictures"))
    [error] = errors_of(page)
    assert error.startswith("Mr. Okafor changed this to “2 words, such as “frog lamp””. Yours isn’t saved.")
    # An old page on which nothing was chosen changes nothing.
    assert teacher_client.post(form.action, form.data(pin_kind="digits")).status_code == 302
    classroom.refresh_from_db()
    assert classroom.pin_kind == "words"


def test_reading_level_that_a_colleague_changed_too_is_not_saved_at_first(
    classroom: Classroom, other_teacher: User, teacher_client: Client
) -> None:
    form = form_of(teacher_client.get(url("change_classroom", classroom)), having="variant")
    fresh = Classroom.objects.get()
    classrooms.set_reading_levels(fresh, variant="easier", may_choose=True, by=other_teacher, now=NOW)

    page = teacher_client.post(form.action, form.data(variant="es"))
    assert errors_of(page) == ["Mr. Okafor changed this to “Easier”. Yours isn’t saved. Check it, then save again."]
    again = form_of(page, having="variant")
    assert (dict(again.fields)["variant"], dict(again.fields)["may_choose"]) == ("es", "on")
    assert teacher_client.post(again.action, again.data()).status_code == 302
    classroom.refresh_from_db()
    assert (classroom.reading_variant, classroom.students_choose_variant) == ("es", True)


def test_change_classroom_keeps_its_own_name_and_refuses_that_of_another(
    teacher: User, classroom: Classroom, teacher_client: Client
) -> None:
    make_classroom(teacher=teacher, name="Period 5")

    kept = teacher_client.post(url("change_classroom", classroom), {**NEW, "name": "Period 3"})
    refused = teacher_client.post(url("change_classroom", classroom), {**NEW, "name": "Period 5"})

    assert kept.status_code == 302
    assert "You already have a class with this name." in refused.content.decode()
    classroom.refresh_from_db()
    assert classroom.name == "Period 3"


def test_change_classroom_offers_a_zone_that_only_this_class_has(teacher: User, teacher_client: Client) -> None:
    classroom = make_classroom(teacher=teacher, time_zone="US/Eastern")
    form = form_of(teacher_client.get(url("change_classroom", classroom)), having="time_zone")

    assert dict(form.fields)["time_zone"] == "US/Eastern"
    assert teacher_client.post(url("change_classroom", classroom), form.data()).status_code == 302


def test_zones_start_with_the_united_states_and_hold_every_place() -> None:
    groups = zone_choices()
    offered = {name for _, zones in groups for name, _ in zones}

    assert groups[0] == ("United States", list(US_ZONES))
    assert {name for name, _ in US_ZONES} <= zoneinfo.available_timezones()
    assert offered >= {"Europe/Kyiv", "America/Argentina/Buenos_Aires", "Asia/Kathmandu", "UTC"}
    assert offered <= zoneinfo.available_timezones()
    assert not offered & {"Asia/Calcutta", "Europe/Kiev", "America/Indianapolis"}
    for sent, current in (("Asia/Calcutta", "Asia/Calcutta"), ("Asia/Kathmandu", DEFAULT_ZONE)):
        assert ClassroomForm({"name": "Period 3", "time_zone": sent}, initial={"time_zone": current}).is_valid()


# --- Code and archive -----------------------------------------------------------------------------------------------


def test_new_code_comes_after_a_question_and_can_be_undone(classroom: Classroom, teacher_client: Client) -> None:
    before, question = classroom.join_code, url("change_code", classroom)
    assert question in read(teacher_client.get(url("roster", classroom))).links
    page = teacher_client.get(question)
    assert "Sign-in cards that you’ve already printed stop working." in text_of(page)
    data = form_of(page, having="seen").data()
    for _ in range(2):
        answer = teacher_client.post(question, data)
    classroom.refresh_from_db()
    assert classroom.join_code != before
    assert AuditEvent.objects.filter(action=AuditEvent.Action.CODE_CHANGED).count() == 1
    roster = teacher_client.get(answer.headers["Location"])
    assert "New class code saved." in text_of(roster)
    assert classroom.shown_code in text_of(roster)

    undo = next(form for form in read(roster).forms if form.action == url("restore_code", classroom))
    for _ in range(2):
        restored = teacher_client.post(undo.action, undo.data())
    classroom.refresh_from_db()
    assert classroom.join_code == before
    assert "Printed cards work." in text_of(teacher_client.get(restored.headers["Location"]))


def test_old_code_that_another_class_has_does_not_come_back(
    classroom: Classroom, other_classroom: Classroom, teacher_client: Client
) -> None:
    before = classroom.join_code
    teacher_client.post(url("change_code", classroom), {"seen": before})
    classroom.refresh_from_db()
    other_classroom.join_code = before
    other_classroom.save()
    answer = teacher_client.post(url("restore_code", classroom), follow=True)
    assert "Another class has the old code now." in text_of(answer)
    assert Classroom.objects.get(pk=classroom.pk).join_code == classroom.join_code


def test_undo_of_a_code_is_for_the_class_that_got_the_new_one(
    classroom: Classroom, teacher: User, teacher_client: Client
) -> None:
    second = make_classroom(teacher=teacher, name="Period 4")
    teacher_client.post(url("change_code", classroom), {"seen": classroom.join_code})
    teacher_client.post(url("restore_code", second))
    assert Classroom.objects.get(pk=second.pk).join_code == second.join_code

    teacher_client.post(url("restore_code", classroom))
    assert Classroom.objects.get(pk=classroom.pk).join_code == classroom.join_code


def test_undo_of_a_code_leaves_a_newer_one(classroom: Classroom, teacher_client: Client) -> None:
    teacher_client.post(url("change_code", classroom), {"seen": classroom.join_code})
    # Another teacher of the class got a new one, and has printed cards with it.
    Classroom.objects.filter(pk=classroom.pk).update(join_code="XYZ789")
    answer = teacher_client.post(url("restore_code", classroom), follow=True)
    assert "The class has another new code by now. Nothing changed." in text_of(answer)
    assert Classroom.objects.get(pk=classroom.pk).join_code == "XYZ789"


def test_code_closes_and_opens_from_the_roster(classroom: Classroom, teacher_client: Client) -> None:
    roster = url("roster", classroom)
    assert "Turn off code" in teacher_client.get(roster).content.decode()

    closed = teacher_client.post(url("set_code_active", classroom), follow=True)
    classroom.refresh_from_db()
    assert not classroom.join_open
    assert "Class code off. Signed-in students stay in." in closed.content.decode()

    form = form_of(teacher_client.get(roster), having="is_open")
    opened = teacher_client.post(form.action, dict(form.buttons), follow=True)
    classroom.refresh_from_db()
    assert classroom.join_open
    assert "Class code on." in opened.content.decode()
    assert AuditEvent.objects.filter(classroom=classroom, action=AuditEvent.Action.CODE_CHANGED).count() == 2


def test_closing_a_closed_code_records_nothing(teacher: User, teacher_client: Client) -> None:
    classroom = make_classroom(teacher=teacher, join_open=False)

    assert teacher_client.post(url("set_code_active", classroom)).status_code == 302
    assert AuditEvent.objects.count() == 0


@pytest.mark.parametrize("name", ["change_code", "set_code_active", "set_archived", "change_classroom"])
def test_no_one_changes_the_class_of_another_teacher(
    name: str, classroom: Classroom, signed_in: Callable[[User], Client]
) -> None:
    before = Classroom.objects.values().get(pk=classroom.pk)

    answer = signed_in(make_user()).post(url(name, classroom), {**NEW, "is_archived": "on"})

    assert answer.status_code == 404
    assert Classroom.objects.values().get(pk=classroom.pk) == before


def test_a_class_name_that_is_too_long_is_refused_and_not_cut(teacher_client: Client) -> None:
    address = reverse("add_classroom")
    form = form_of(teacher_client.get(address), having="name")
    # A browser would cut the name at `maxlength` without a word.
    field = re.search(r'<input[^>]*name="name"[^>]*>', teacher_client.get(address).content.decode())
    assert field is not None
    assert "maxlength" not in field[0]
    page = teacher_client.post(address, form.data(name="x" * 61))
    assert "Use up to 60 characters." in text_of(page)
    assert not Classroom.objects.exists()
