"""The people of a class on its pages, and what a viewer sees."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from django.urls import Resolver404, resolve, reverse

from quizzes.models import Accommodation, Assignment, AuditEvent, Classroom, Edition, Student, Teaching, User
from quizzes.people.accounts import close_account
from tests.factories import NOW, make_answered_attempt, make_attempt, make_classroom, make_student, make_user
from tests.integration.test_access import TABLE, School
from tests.pages import errors_of, read, text_of

pytestmark = pytest.mark.django_db


def settings_of(classroom: Classroom) -> str:
    return reverse("change_classroom", args=[classroom.public_id])


def test_owner_adds_a_colleague(teacher_client: Client, classroom: Classroom, other_teacher: User) -> None:
    address = reverse("add_person", args=[classroom.public_id])
    assert address in read(teacher_client.get(settings_of(classroom))).links
    # A teacher changes the roster, so the words name the people that only an owner adds.
    role = "Teacher: does everything but add or remove teachers, or delete the class"
    assert role in text_of(teacher_client.get(address))
    for email, error in (
        ("nobody@school.test", "No account here has this email"),
        ("", "Enter an email, such as name@school.org."),
    ):
        page = teacher_client.post(address, {"email": email, "role": "viewer"})
        assert error in text_of(page)
        assert f"{reverse('account')}#h-inv" in read(page).links
    page = teacher_client.post(address, {"email": "OKAFOR@school.test", "role": "viewer"}, follow=True)
    assert page.redirect_chain == [(settings_of(classroom), 302)]
    assert "Mr. Okafor , viewer" in text_of(page)
    make_classroom(teacher=other_teacher, name=classroom.name)
    taken = "This teacher already has a class named “Period 3”. Rename one of them."
    role_address = reverse("change_role", args=[classroom.public_id, other_teacher.pk])
    assert taken in text_of(teacher_client.post(role_address, {"role": "owner"}, follow=True))
    page = teacher_client.post(address, {"email": "okafor@school.test", "role": "owner"})
    assert errors_of(page) == ["Mr. Okafor is already in this class. Change the role in its settings."]
    row = Teaching.objects.get(classroom=classroom, teacher=other_teacher)
    assert row.role == "viewer"
    row.delete()
    page = teacher_client.post(address, {"email": "okafor@school.test", "role": "owner"})
    assert errors_of(page) == [taken]


def test_lists_tell_two_classes_of_one_name_apart(
    teacher_client: Client, classroom: Classroom, teacher: User, other_teacher: User, edition: Edition
) -> None:
    """A colleague’s class can have the name of a class of this teacher."""
    student = make_student(classroom=make_classroom(teacher=teacher, name="Period 1"))
    other = make_classroom(teacher=other_teacher, name=classroom.name)
    # An archived one is in no list of them.
    make_classroom(teacher=teacher, name=classroom.name, archived_at=NOW)
    lists = {
        "teacher_home": [],
        "assign": [edition.question_set.public_id],
        "student_history": [student.public_id],
    }

    def shown(name: str) -> set[str]:
        text = text_of(teacher_client.get(reverse(name, args=lists[name])))
        return set(re.findall(r"Period 3(?: \(Ms?r?\. \w+\))?", text))

    assert {name: shown(name) for name in lists} == {name: {"Period 3"} for name in lists}

    other.teachers.add(teacher, through_defaults={"role": "owner"})

    named = {"Period 3 (Ms. Rivera)", "Period 3 (Mr. Okafor)"}
    assert {name: shown(name) for name in lists} == dict.fromkeys(lists, named)
    for address in (f"{reverse('search')}?q=Period+3", reverse("add_classroom")):
        text = text_of(teacher_client.get(address))
        assert all(name in text for name in named)


def test_owner_changes_and_removes_but_an_owner_stays(
    teacher_client: Client, classroom: Classroom, teacher: User, viewer: User
) -> None:
    own, role = [classroom.public_id, teacher.pk], [classroom.public_id, viewer.pk]
    for name, data in (("change_role", {"role": "teacher"}), ("remove_person", {})):
        page = teacher_client.post(reverse(name, args=own), data, follow=True)
        assert "The class needs an owner. Make someone else an owner first." in text_of(page)
    teacher_client.post(reverse("change_role", args=role), {"role": "nonsense"})
    assert Teaching.objects.get(teacher=viewer).role == "viewer"
    teacher_client.post(reverse("change_role", args=role), {"role": "owner"})
    assert Teaching.objects.get(teacher=viewer).role == "owner"
    page = teacher_client.post(reverse("remove_person", args=own), follow=True)
    assert page.redirect_chain == [(reverse("teacher_home"), 302)]
    assert teacher_client.get(settings_of(classroom)).status_code == 404
    assert list(classroom.teachers.all()) == [viewer]


def test_teacher_of_a_class_decides_nothing_about_its_people(
    signed_in: Callable[[User], Client], classroom: Classroom, viewer: User
) -> None:
    Teaching.objects.filter(teacher=viewer).update(role="teacher")
    client = signed_in(viewer)
    links = read(client.get(settings_of(classroom))).links
    for name in ("add_person", "hand_over_classroom", "erase_classroom"):
        address = reverse(name, args=[classroom.public_id])
        assert address not in links
        page = client.get(address)
        assert page.status_code == 403
        assert "Only the owner of the class can do this" in text_of(page)
    assert reverse("leave_classroom", args=[classroom.public_id]) in links
    assert client.post(settings_of(classroom), {"name": "New", "time_zone": "UTC"}).status_code == 302
    assert AuditEvent.objects.get(action="classroom_changed").actor == viewer


def test_people_say_whose_account_is_closed_and_who_names_an_owner(
    signed_in: Callable[[User], Client], classroom: Classroom, teacher: User, viewer: User
) -> None:
    Teaching.objects.filter(teacher=viewer).update(role="teacher")
    client = signed_in(viewer)
    unowned = "No owner of this class can sign in. Ask the person who runs Footnote to name one."
    page = text_of(client.get(settings_of(classroom)))
    assert "Ms. Rivera , owner Ms. Baker" in page
    assert unowned not in page
    close_account(teacher, now=NOW)
    page = text_of(client.get(settings_of(classroom)))
    assert "Ms. Rivera , owner Account closed Ms. Baker" in page
    assert unowned in page


def test_viewer_leaves(signed_in: Callable[[User], Client], classroom: Classroom, viewer: User) -> None:
    client = signed_in(viewer)
    address = reverse("leave_classroom", args=[classroom.public_id])
    assert "Leave Period 3?" in text_of(client.get(address))
    assert "You left Period 3" in text_of(client.post(address, follow=True))
    assert client.get(settings_of(classroom)).status_code == 404
    # A double click.
    again = client.post(address)
    assert again.status_code == 404
    assert "Nothing changed this time What you wanted to change was deleted or is no longer yours" in text_of(again)


def test_last_owner_cannot_leave(teacher_client: Client, classroom: Classroom) -> None:
    page = teacher_client.post(reverse("leave_classroom", args=[classroom.public_id]), follow=True)
    assert "The class needs an owner" in text_of(page)
    assert reverse("leave_classroom", args=[classroom.public_id]) not in read(page).links


def test_refused_page_says_why(signed_in: Callable[[User], Client], classroom: Classroom, viewer: User) -> None:
    page = signed_in(viewer).get(reverse("sign_in_cards", args=[classroom.public_id]))
    assert page.status_code == 403
    assert "You can see this class, but not change it. Ask its teacher." in text_of(page)


def test_viewer_has_nothing_to_do_and_no_name_for_students(
    signed_in: Callable[[User | Student], Client], student: Student, assignment: Assignment, viewer: User
) -> None:
    client, assign = signed_in(viewer), reverse("assign_quiz")
    page = client.get(reverse("teacher_home"))
    # “All done” would be wrong: the class may have answers to grade.
    assert ("To do" in text_of(page), assign in read(page).links) == (False, False)
    make_classroom(teacher=viewer, name="Empty")
    page = client.get(reverse("teacher_home"))
    assert ("To do" in text_of(page), assign in read(page).links) == (True, True)
    assert [need.classroom.name for need in page.context["needs"]] == ["Empty"]
    assert "Ms. Baker" not in text_of(signed_in(student).get(reverse("student_home")))


def test_viewer_reads_the_comment_on_an_attempt(
    signed_in: Callable[[User], Client], assignment: Assignment, student: Student, viewer: User
) -> None:
    attempt = make_answered_attempt(assignment=assignment, student=student, comment="Read the last sentence again.")
    page = signed_in(viewer).get(reverse("attempt_review", args=[attempt.public_id]))
    assert "Comment Read the last sentence again." in text_of(page)
    assert '<section class="sec" aria-labelledby="h-comment">' in page.content.decode()
    assert reverse("comment_on_attempt", args=[attempt.public_id]) not in page.content.decode()


def test_quiz_is_not_assigned_to_a_class_that_is_only_seen(
    signed_in: Callable[[User], Client], assignment: Assignment, viewer: User
) -> None:
    client, address = signed_in(viewer), reverse("assign", args=[assignment.edition.question_set.public_id])
    page = client.get(address)
    assert "Period 3" not in text_of(page)
    make_classroom(teacher=viewer, name="Period 7")
    assert "Period 7" in text_of(client.get(address))


def is_refused(address: str) -> bool:
    """Whether the server refuses this address of a class to its viewers."""
    try:
        name = resolve(address.partition("?")[0].partition("#")[0]).url_name
    except Resolver404:
        return False
    return name in TABLE and TABLE[name].outcomes["viewer"] == "refused"


def test_viewers_pages_hide_what_changes_a_class(
    signed_in: Callable[[User], Client],
    classroom: Classroom,
    assignment: Assignment,
    student: Student,
    teacher: User,
    viewer: User,
) -> None:
    """Each control on a viewer's page that the server would refuse has a selector of viewer.css."""
    school = School(teacher, student, assignment, make_attempt(assignment=assignment, student=student))
    css = Path(str(finders.find("viewer.css"))).read_text()
    links = re.findall(r'\[href([*$])="([^"]+)"\]', css)
    kept = re.search(r":not\((.*?)\)", css)
    assert kept is not None
    kept_forms = re.findall(r'\[action([*$])="([^"]+)"\]', kept[1])
    client = signed_in(viewer)
    seen = set()
    for name, row in TABLE.items():
        if row.outcomes["viewer"] != "page" or row.outcomes["other_teacher"] != "missing" or row.method != "get":
            continue
        page = client.get(reverse(name, kwargs=row.kwargs(school)))
        if not page.headers["Content-Type"].startswith("text/html"):
            continue
        if "live" not in name:
            assert "viewer.css" in page.content.decode(), name
        found = read(page)
        for link in found.links:
            is_hidden = any(link.endswith(part) if sign == "$" else part in link for sign, part in links)
            assert is_hidden == is_refused(link), (name, link)
            if is_hidden:
                seen.add(link)
        for form in found.forms:
            is_kept = any(
                form.action.endswith(part) if sign == "$" else part in form.action for sign, part in kept_forms
            )
            assert not (is_kept and is_refused(form.action)), (name, form.action)
            # Of the page, not of the class.
            assert is_kept or form.action != reverse("choose_language"), name
    assert len(seen) >= 5


def test_viewers_pages_have_no_heading_or_link_without_content(
    signed_in: Callable[[User], Client], teacher_client: Client, assignment: Assignment, student: Student, viewer: User
) -> None:
    """What viewer.css leaves empty, it hides too, by the class `edits`."""
    assignment.waits_for_teacher = True
    assignment.save()
    attempt = make_answered_attempt(assignment=assignment, student=student, answers={})
    Accommodation.objects.create(student=student, time_factor=2, changed_at=NOW)
    Student.objects.filter(pk=student.pk).update(supports={"read_aloud": True})
    removed = make_student(classroom=assignment.classroom, name="Ana Ruiz", removed_at=NOW)
    overrides = reverse("student_overrides", args=[assignment.public_id, student.public_id])
    pages = {
        "assignment_progress": reverse("assignment_progress", args=[assignment.public_id]),
        "attempt_review": reverse("attempt_review", args=[attempt.public_id]),
        "student_history": reverse("student_history", args=[student.public_id]),
        "removed_student": reverse("student_history", args=[removed.public_id]),
        "roster": reverse("roster", args=[assignment.classroom.public_id]),
        "overrides": overrides,
    }
    client = signed_in(viewer)
    shown = {name: client.get(address).text for name, address in pages.items()}
    for name, start in (
        ("assignment_progress", f'<a id="t-{student.public_id}"'),
        ("assignment_progress", f'<a id="o-{attempt.public_id}"'),
        ("attempt_review", f'href="{overrides}"'),
        ("attempt_review", "Grade this answer"),
        ("attempt_review", 'id="h-comment"'),
        ("attempt_review", 'id="h-open"'),
        ("student_history", f'href="{overrides}"'),
        *(("student_history", f'id="h-{part}"') for part in ("pin", "time", "name", "move", "merge", "gone", "erase")),
        ("removed_student", 'id="h-back"'),
        ("roster", "Their work is kept."),
        ("overrides", 'id="h-ext"'),
        ("overrides", 'id="h-exc"'),
    ):
        before, found, _ = re.sub(r"\s+", " ", shown[name]).partition(start)
        opened = re.findall(r"<(?:p|a|small|details|section)\b[^>]*", before)[-1]
        assert (found, "edits" in opened) == (start, True), (name, start)
    page = client.get(reverse("class_accommodations", args=[assignment.classroom.public_id]))
    assert "Students Name Time Reading level Supports Maya Lopez 2x time read aloud Download" in text_of(page)
    page = client.get(pages["assignment_progress"])
    assert "can start when the teacher presses Start" in text_of(page)
    assert "Print the handout or the answer key ." in text_of(page)
    page = teacher_client.get(pages["assignment_progress"])
    assert "can start when you press Start" in text_of(page)
    assert "Print the handout , the answer key , or sign-in cards ." in text_of(page)


def test_editors_pages_do_not_have_the_rules(teacher_client: Client, classroom: Classroom) -> None:
    page = teacher_client.get(reverse("roster", args=[classroom.public_id])).content.decode()
    assert "viewer.css" not in page
    assert "You can see this class" not in page


def test_people_cost_one_query_for_any_number(
    teacher_client: Client, classroom: Classroom, queries: Callable[[], Any]
) -> None:
    counts = []
    for number in (1, 3):
        while classroom.teaching_set.count() < number + 1:
            Teaching.objects.create(classroom=classroom, teacher=make_user(), role="viewer")
        with queries() as seen:
            teacher_client.get(settings_of(classroom))
        counts.append(len(seen))
    assert counts == [6, 6]


def test_viewer_of_an_empty_class_reads_no_advice_to_add_students(
    assignment: Assignment, viewer: User, signed_in: Callable[[User], Client]
) -> None:
    client, code = signed_in(viewer), assignment.classroom.public_id
    addresses = [reverse(name, args=[code]) for name in ("roster", "classroom_gradebook", "classroom_mastery")]
    for address in [*addresses, reverse("assignment_progress", args=[assignment.public_id])]:
        assert '<p class="edits">Paste a list of names, 1 per line.' in client.get(address).text
