"""Launches: the right person gets in, once, and everything else is refused with a reason in the log."""

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import jwt
import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.core.mail import EmailMessage
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries
from pytest_django.fixtures import Settings

from quizzes.assignments.newer_versions import split_by_edition
from quizzes.attempts.merges import merge_plan, merge_students
from quizzes.lti import courses
from quizzes.lti.launches import start_login
from quizzes.lti.scores import delete_old_launches
from quizzes.models import (
    Assignment,
    AuditEvent,
    Classroom,
    KnownDevice,
    LtiCourse,
    LtiDeployment,
    LtiLaunch,
    LtiLink,
    LtiPlatform,
    LtiStudent,
    LtiTeacher,
    Student,
    Teaching,
    User,
)
from quizzes.people.erasure import erase_student
from quizzes.people.known_devices import hash_device
from quizzes.people.rosters import move_student
from quizzes.people.student_sign_in import pin_of
from quizzes.people.teacher_sign_in import remember_user_device
from quizzes.views.cookies import COURSE_COOKIE
from tests.factories import make_assignment, make_classroom, make_document, make_edition, make_student
from tests.lti.conftest import Launch, begin, signed_launch
from tests.lti.platform import CLAIM, CLIENT, DEPLOYMENT, ISSUER, MEMBERSHIP, Platform, make_key
from tests.pages import form_of, read, text_of

pytestmark = pytest.mark.sockets
PERSON = "http://purl.imsglobal.org/vocab/lis/v2/"
CONTENT_ITEMS = "https://purl.imsglobal.org/spec/lti-dl/claim/content_items"
COURSE_2 = {f"{CLAIM}context": {"id": "course-2", "title": "Civics"}}


@pytest.fixture
def course(platform: Platform, assignment: Assignment) -> LtiCourse:
    deployment = LtiDeployment.objects.get(deployment_id=DEPLOYMENT)
    made = LtiCourse.objects.create(deployment=deployment, context_id="course-1", classroom=assignment.classroom)
    LtiLink.objects.create(course=made, resource_link_id="link-1", assignment=assignment)
    return made


def test_student_lands_on_the_quiz_and_on_the_roster(
    launch: Launch, client: Client, course: LtiCourse, assignment: Assignment
) -> None:
    response = launch()

    assert response["Location"] == f"/student/assignments/{assignment.public_id}/"
    assert client.get(response["Location"], secure=True).status_code == 200
    student = LtiStudent.objects.get(course=course, subject="user-1").student
    assert (student.display_name, student.family_name, student.external_id) == ("Ana Ruiz", "Ruiz", "")
    assert "ana@school.example" not in str([*Student.objects.values(), *LtiLaunch.objects.values()])


COURSE_PAGE = {f"{CLAIM}launch_presentation": {"return_url": "https://school.example/course?id=3"}}


def sign_out_page(client: Client) -> HttpResponse:
    client.post(reverse("sign_out"), secure=True)
    response: HttpResponse = client.get(reverse("join"), secure=True)
    return response


def test_student_without_a_session_is_led_back_to_the_course(launch: Launch, client: Client, course: LtiCourse) -> None:
    quiz = launch(**COURSE_PAGE)["Location"]
    assert "https://school.example/course?id=3" not in read(client.get(reverse("join"), secure=True)).links
    client.session.flush()
    page = client.get(quiz, secure=True, follow=True)
    said = "You opened Footnote from Moodle. Open your quiz there again. You don’t need a class code. Go to your course"
    assert said in text_of(page)
    assert "https://school.example/course?id=3" in read(page).links
    # The field for a code would take a keyboard past it.
    assert b"autofocus" not in page.content
    assert said in text_of(sign_out_page(client))


@pytest.mark.parametrize(
    "url", [None, "javascript:alert(1)", "http://school.example/", f"https://a.example/{'a' * 1000}"]
)
def test_student_of_a_platform_without_a_usable_address_is_told_where_to_go(
    url: str | None, launch: Launch, client: Client, course: LtiCourse
) -> None:
    launch(**{f"{CLAIM}launch_presentation": {"return_url": url}})
    page = sign_out_page(client)
    assert "You opened Footnote from Moodle. Open your quiz there again." in text_of(page)
    assert "Go to your course" not in text_of(page)


def test_student_who_types_a_pin_is_no_longer_led_to_a_course(
    launch: Launch, client: Client, course: LtiCourse, student: Student
) -> None:
    launch(**COURSE_PAGE)
    sign_out_page(client)
    client.post(reverse("join"), {"code": student.classroom.join_code}, secure=True)
    client.post(reverse("choose_name"), {"student": student.public_id}, secure=True)
    reply = client.post(reverse("enter_pin"), {"pin": pin_of(student)}, secure=True)
    assert reply["Location"] == reverse("student_home")
    assert "Moodle" not in text_of(sign_out_page(client))


def test_course_in_a_cookie_that_the_site_did_not_sign_is_none(client: Client, db: None) -> None:
    client.cookies[COURSE_COOKIE] = "WyJNIiwiaHR0cHM6Ly9ldmlsLmV4YW1wbGUvIl0:1:forged"
    assert "You opened Footnote from" not in text_of(client.get(reverse("join"), secure=True))


def test_student_with_a_newer_version_lands_on_it(
    launch: Launch, client: Client, course: LtiCourse, assignment: Assignment, teacher: User
) -> None:
    launch()
    newer = make_edition(question_set=assignment.edition.question_set, document=make_document(title="Version 2"))
    made = split_by_edition(assignment, newer, group=uuid.uuid4(), by=teacher, now=timezone.now())
    opened = client.get(launch()["Location"], secure=True)
    assert opened["Location"] == f"/student/assignments/{made.public_id}/"


def test_second_launch_is_the_same_student(launch: Launch, course: LtiCourse) -> None:
    launch()
    launch(given_name="Another", family_name="Name")

    assert [row.student.display_name for row in LtiStudent.objects.all()] == ["Ana Ruiz"]


def test_learner_is_the_same_student_in_another_course_of_the_class(launch: Launch, course: LtiCourse) -> None:
    launch()
    LtiCourse.objects.create(deployment=course.deployment, context_id="course-2", classroom=course.classroom)

    for _ in range(2):
        launch(**COURSE_2, given_name="Another", family_name="Name")

    assert LtiStudent.objects.count() == 2
    assert [student.display_name for student in Student.objects.all()] == ["Ana Ruiz"]


@pytest.mark.parametrize("is_merged", [False, True])
def test_learner_of_a_student_who_moved_is_the_same_student_in_the_course_of_the_new_class(
    is_merged: bool, launch: Launch, client: Client, course: LtiCourse, teacher: User
) -> None:
    launch()
    now, student = timezone.now(), Student.objects.select_related("classroom").get()
    new_class = make_classroom(teacher=teacher, name="Period 6")
    LtiCourse.objects.create(deployment=course.deployment, context_id="course-2", classroom=new_class)
    student = move_student(student, to=new_class, by=teacher, now=now)
    if is_merged:
        twin, student = student, make_student(classroom=new_class, name="Anna Ruiz")
        merge_students(student, twin, seen=merge_plan(student, twin, now=now).seen, by=teacher, now=now)

    for _ in range(2):
        launch(**COURSE_2)

    assert client.session["student_id"] == student.pk
    assert new_class.students.enrolled().get() == student


def test_learner_whose_student_is_taken_in_another_course_joins_the_roster(launch: Launch, course: LtiCourse) -> None:
    launch()
    other = LtiCourse.objects.create(deployment=course.deployment, context_id="course-2", classroom=course.classroom)
    LtiStudent.objects.create(course=other, subject="user-2", student=Student.objects.get())

    launch(**COURSE_2)

    assert [student.display_name for student in Student.objects.order_by("pk")] == ["Ana Ruiz", "Ana Ruiz (2)"]


def test_name_alone_never_leads_to_a_student_who_is_there(launch: Launch, course: LtiCourse, student: Student) -> None:
    first, _, last = student.display_name.partition(" ")
    launch(given_name=first, family_name=last or None)

    made = LtiStudent.objects.get().student
    assert made != student
    assert made.display_name == f"{student.display_name} (2)"


def test_learner_of_a_merged_student_works_as_the_one_who_stays(
    launch: Launch, client: Client, course: LtiCourse, student: Student, teacher: User
) -> None:
    launch()
    learner = LtiStudent.objects.select_related("student__classroom").get()
    plan = merge_plan(student, learner.student, now=timezone.now())
    merge_students(student, learner.student, seen=plan.seen, by=teacher, now=timezone.now())

    launch()

    assert client.session["student_id"] == student.pk
    assert LtiStudent.objects.count() == 1
    assert course.classroom.students.enrolled().get() == student


def test_removed_student_reads_that_they_were_removed(launch: Launch, course: LtiCourse) -> None:
    launch()
    Student.objects.filter(lti_students__isnull=False).update(removed_at=timezone.now())

    response = launch()

    assert response.status_code == 403
    assert "not on the roster" in text_of(response)


def test_student_without_a_name_reads_why(launch: Launch, course: LtiCourse, caplog: pytest.LogCaptureFixture) -> None:
    response = launch(given_name=None, family_name=None)

    assert response.status_code == 403
    assert "Moodle didn’t send your name. Its administrator can allow names." in text_of(response)
    assert "refused: Moodle sends no names." in caplog.text
    assert not LtiStudent.objects.exists()


def test_student_of_a_course_without_a_class_reads_what_to_do(launch: Launch) -> None:
    response = launch()

    assert response.status_code == 403
    assert "hasn’t connected this course" in text_of(response)
    assert not LtiStudent.objects.exists()


def test_teacher_connects_account_course_and_link(
    launch: Launch, client: Client, teacher: User, other_teacher: User, assignment: Assignment
) -> None:
    quiz = f"/teacher/assignments/{assignment.public_id}/"
    client.force_login(teacher)
    response = launch(role="Instructor")
    address = response["Location"]
    assert address.startswith("/lti/launches/")

    page = client.get(address, secure=True)
    form = form_of(page, having="classroom")
    client.post(address, form.data(classroom=assignment.classroom.public_id, act="course"), secure=True)
    page = client.get(address, secure=True)
    form = form_of(page, having="assignment")
    done = client.post(address, form.data(assignment=assignment.public_id, act="link"), secure=True)

    assert done["Location"] == quiz
    assert LtiLink.objects.get().assignment == assignment
    # The next launch signs in and leads to the quiz.
    assert launch(other=Client(), role="Instructor")["Location"] == quiz
    # A second step is asked for once, and not of another teacher who is signed in.
    Authenticator.objects.create(user=teacher, type=Authenticator.Type.TOTP, data={"secret": "stored"})
    assert launch(role="Instructor")["Location"] == quiz
    client.force_login(other_teacher)
    assert launch(role="Instructor")["Location"] == reverse("mfa_authenticate")
    assert client.get(reverse("mfa_authenticate"), secure=True).status_code == 200


def test_launch_of_a_teacher_is_no_sign_in_with_a_new_device(
    launch: Launch, teacher: User, settings: Settings, mailoutbox: list[EmailMessage]
) -> None:
    """From the page of a platform, a browser sends no cookie with SameSite=Lax. So each launch comes without its id."""
    settings.MAILER = {"BACKEND": "django.core.mail.backends.locmem.EmailBackend"}
    LtiTeacher.objects.create(platform=LtiPlatform.objects.get(), subject="user-1", user=teacher)
    User.objects.filter(pk=teacher.pk).update(last_login=timezone.now())
    remember_user_device(teacher, device="0" * 32, address="198.51.100.1", now=timezone.now())

    for _ in range(2):
        visitor = Client()
        launch(other=visitor, role="Instructor")
        assert visitor.get(reverse("account"), secure=True).status_code == 200

    assert mailoutbox == []
    assert [row.device for row in KnownDevice.objects.filter(user=teacher)] == [hash_device("0" * 32)]


def test_address_of_the_members_follows_the_platform(
    launch: Launch, platform: Platform, course: LtiCourse, teacher_client: Client
) -> None:
    """The platform's administrator may allow names after the course was connected."""
    members = "https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice"
    settings = reverse("change_classroom", args=[course.classroom.public_id])
    launch(**{members: None})
    assert "Compare the roster" not in text_of(teacher_client.get(settings))

    launch()
    launch(**{members: None})

    assert "Compare the roster" in text_of(teacher_client.get(settings))
    assert LtiCourse.objects.get().members_url == f"{platform.origin}/members"


def test_title_of_the_course_follows_the_platform(launch: Launch, course: LtiCourse, teacher_client: Client) -> None:
    """Two courses of one platform read the same in the settings of their class."""
    settings = reverse("change_classroom", args=[course.classroom.public_id])
    assert "Connected with a course on Moodle." in text_of(teacher_client.get(settings))
    for title in ("Civics 7B", "Civics 7B, fall", None, "C" * 300):
        launch(**{f"{CLAIM}context": {"id": "course-1", "title": title}})
        if title is not None:
            course.refresh_from_db()
            assert course.title == title[:255]
    page = text_of(teacher_client.get(settings))
    assert f"Connected with {'C' * 255} on Moodle." in page
    assert "Disconnect : C" in page


def test_link_that_has_a_quiz_keeps_it_for_another_teacher(
    launch: Launch, course: LtiCourse, assignment: Assignment, other_teacher: User, client: Client
) -> None:
    newer = make_assignment(edition=assignment.edition, classroom=assignment.classroom)
    Teaching.objects.create(classroom=course.classroom, teacher=other_teacher, role=Teaching.Role.TEACHER)
    client.force_login(other_teacher)

    def offered(link: str, **custom: str) -> tuple[list[str], str]:
        """What the page of the launch offers, and what is chosen there."""
        changes = {f"{CLAIM}resource_link": {"id": link}, f"{CLAIM}custom": custom}
        page = client.get(launch(role="Instructor", **changes)["Location"], secure=True)
        form = form_of(page, having="assignment")
        return [value for name, value in form.offered if name == "assignment"], form.data()["assignment"][0]

    old, new = assignment.public_id, newer.public_id
    assert offered("link-1") == (["", new, old], old)
    assert offered("link-2") == (["", new, old], "")
    # At each launch, the link opens the quiz that “choose content” has put into it.
    assert offered("link-1", assignment=new) == ([new], new)


def test_teacher_of_a_class_with_a_roster_is_told_to_compare_it_first(
    launch: Launch, course: LtiCourse, teacher: User, student: Student, client: Client
) -> None:
    """Each learner who opens a link before that is on the roster twice."""
    client.force_login(teacher)
    address = launch(role="Instructor", **{f"{CLAIM}resource_link": {"id": "link-2"}})["Location"]

    asked = client.get(address, secure=True)
    assert reverse("lti_members", args=[course.classroom.public_id, course.pk]) in read(asked).links
    assert "1 student on the roster isn’t connected" in text_of(asked)
    # Someone else may be signed in at this computer.
    connects = "From now on, you’re signed in as Ms. Rivera when you open Footnote from Moodle."
    assert connects in text_of(asked)

    LtiStudent.objects.create(course=course, subject="user-1", student=student)
    courses.connect_teacher(LtiLaunch.objects.get(), teacher)
    again = text_of(client.get(address, secure=True))
    assert "on the roster isn’t connected" not in again
    assert connects not in again


def test_teacher_without_an_account_signs_in_first(launch: Launch, client: Client) -> None:
    response = launch(role="Instructor")

    following = client.get(response["Location"], secure=True)

    assert following["Location"].startswith("/accounts/login/?next=/lti/launches/")


def test_launch_of_another_browser_is_not_found(launch: Launch, teacher: User, other_teacher: User) -> None:
    address = launch(role="Instructor")["Location"]
    stranger = Client()
    stranger.force_login(other_teacher)

    assert stranger.get(address, secure=True).status_code == 404


def test_course_of_an_archived_class_gets_a_new_class(
    launch: Launch, course: LtiCourse, teacher: User, client: Client
) -> None:
    Classroom.objects.filter(pk=course.classroom_id).update(archived_at=timezone.now())
    new = make_classroom(teacher=teacher, name="Period 3, next year")
    client.force_login(teacher)
    address = launch(role="Instructor")["Location"]
    assert address.startswith("/lti/launches/")

    form = form_of(client.get(address, secure=True), having="classroom")
    client.post(address, form.data(classroom=new.public_id, act="course"), secure=True)

    assert LtiCourse.objects.get().classroom == new
    assert not LtiLink.objects.exists()
    events = AuditEvent.objects.order_by("pk").values_list("classroom", "action", "actor")
    assert list(events) == [
        (course.classroom_id, "classroom_changed", teacher.pk),
        (new.pk, "course_connected", teacher.pk),
    ]
    launch()
    assert LtiStudent.objects.get().student.classroom == new


def test_course_of_another_teachers_class_stays_with_it(
    launch: Launch, course: LtiCourse, other_teacher: User, other_classroom: Classroom, client: Client
) -> None:
    launch()
    client.force_login(other_teacher)
    address = launch(role="Instructor")["Location"]
    assert address.startswith("/lti/launches/")

    page = client.get(address, secure=True)
    sent = client.post(address, {"classroom": other_classroom.public_id, "act": "course"}, secure=True)

    for said in (text_of(page), text_of(sent)):
        assert "Civics on Moodle is connected with Period 3, a class of Ms. Rivera." in said
        assert "can disconnect the course" in said
    assert LtiCourse.objects.get().classroom == course.classroom
    assert (LtiStudent.objects.count(), LtiLink.objects.count()) == (1, 1)
    assert not LtiTeacher.objects.exists()


def test_of_two_teachers_who_connect_at_the_same_time_the_first_wins(
    launch: Launch,
    course: LtiCourse,
    other_teacher: User,
    other_classroom: Classroom,
    client: Client,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    client.force_login(other_teacher)
    address = launch(role="Instructor")["Location"]
    with monkeypatch.context() as before:
        # The page was read before the first teacher connected the course.
        before.setattr(courses, "course_of", lambda launch: None)
        sent = client.post(address, {"classroom": other_classroom.public_id, "act": "course"}, secure=True)

    assert sent["Location"] == address
    assert "a class of Ms. Rivera" in text_of(client.get(address, secure=True))
    assert LtiCourse.objects.get().classroom == course.classroom
    assert not LtiTeacher.objects.exists()


def test_owner_of_two_classes_disconnects_before_the_course_moves(
    launch: Launch, course: LtiCourse, teacher: User, client: Client
) -> None:
    new = make_classroom(teacher=teacher, name="Period 4")
    client.force_login(teacher)
    address = launch(role="Instructor", **{f"{CLAIM}resource_link": {"id": "link-2"}})["Location"]

    again = client.post(address, {"classroom": new.public_id, "act": "course"}, secure=True)

    assert again["Location"] == address
    assert LtiCourse.objects.get().classroom == course.classroom
    assert LtiLink.objects.exists()


def test_deep_link_carries_the_quiz(
    launch: Launch, client: Client, teacher: User, course: LtiCourse, assignment: Assignment
) -> None:
    client.force_login(teacher)
    settings = {
        "deep_link_return_url": "https://school.example/return",
        "accept_types": ["ltiResourceLink"],
        "accept_presentation_document_targets": ["window"],
        "data": "d",
    }
    deep = {
        f"{CLAIM}message_type": "LtiDeepLinkingRequest",
        f"{CLAIM}resource_link": None,
        "https://purl.imsglobal.org/spec/lti-dl/claim/deep_linking_settings": settings,
    }
    address = launch(role="Instructor", **deep)["Location"]
    page = client.get(address, secure=True)
    form = form_of(page, having="assignment")

    page = client.post(address, form.data(assignment=assignment.public_id, act="link"), secure=True)

    sent = form_of(page, having="JWT")
    assert sent.action == "https://school.example/return"
    claims = jwt.decode(sent.data()["JWT"][0], options={"verify_signature": False})
    [item] = claims[CONTENT_ITEMS]
    # Of the targets that the platform takes.
    assert item["window"] == {"targetName": "_blank"}
    assert "form-action 'self' https://school.example;" in page["Content-Security-Policy"] + ";"
    # The link that the platform makes of it names the quiz. It can name another one later.
    for quiz in (assignment, make_assignment(edition=assignment.edition, classroom=assignment.classroom), assignment):
        response = launch(
            other=Client(),
            **{f"{CLAIM}resource_link": {"id": "new"}, f"{CLAIM}custom": {"assignment": quiz.public_id}},
        )
        assert response["Location"] == f"/student/assignments/{quiz.public_id}/"

    # A quiz that was deleted, or one of the class of a copied course.
    gone = {f"{CLAIM}resource_link": {"id": "old"}, f"{CLAIM}custom": {"assignment": "AAAAAAAAAAAA"}}
    assert "This link has no quiz now" in text_of(launch(other=Client(), **gone))
    assert launch(**deep).status_code == 401
    # A host that would add to the browser policy is none.
    settings["deep_link_return_url"] = "https://school.example;script-src *//return"
    assert launch(role="Instructor", **deep).status_code == 401


def test_quiz_chosen_in_a_window_is_for_its_frame(
    platform: Platform,
    client: Client,
    teacher: User,
    course: LtiCourse,
    assignment: Assignment,
    django_assert_num_queries: DjangoAssertNumQueries,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    said = {"iss": ISSUER, "login_hint": "7"}
    page = Client().get("/lti/login/", said, secure=True, headers={"Sec-Fetch-Dest": "iframe"})
    token = page.context["token"]
    assert f"frame={token}" in page.context["url"]
    # Without JavaScript, the teacher asks for the choice.
    assert f'<noscript><p><a href="{reverse("lti_frame", args=[token])}">' in page.content.decode()
    client.force_login(teacher)
    deep = {
        f"{CLAIM}message_type": "LtiDeepLinkingRequest",
        f"{CLAIM}resource_link": None,
        "https://purl.imsglobal.org/spec/lti-dl/claim/deep_linking_settings": {
            "deep_link_return_url": "https://school.example/return",
            "accept_types": ["ltiResourceLink"],
            "accept_presentation_document_targets": ["iframe"],
        },
    }
    asked = begin(client, frame=token)
    claims = platform.claims(asked["nonce"], now=timezone.now().timestamp(), role="Instructor", **deep)
    data = {"state": asked["state"], "id_token": platform.signed(claims)}
    address = client.post("/lti/launch/", data, secure=True)["Location"]
    frame = reverse("lti_frame", args=[token])
    with django_assert_num_queries(1):
        assert Client().get(frame, secure=True).status_code == 204

    data = {"act": "link", "assignment": assignment.public_id}
    with monkeypatch.context() as broken:
        broken.setattr(cache, "set", lambda *args: None)
        # The window shows the link that the frame cannot get.
        assert form_of(client.post(address, data, secure=True), having="JWT")
    chosen = client.post(address, data, secure=True)

    assert "You chose “" in text_of(chosen)
    # The language of a reply to a form cannot change.
    assert reverse("choose_language") not in [form.action for form in read(chosen).forms]
    assert Client().get(reverse("lti_frame", args=["other"]), secure=True).status_code == 204
    found = Client().get(frame, secure=True)
    sent = form_of(found, having="JWT")
    assert sent.action == "https://school.example/return"
    [item] = jwt.decode(sent.data()["JWT"][0], options={"verify_signature": False})[CONTENT_ITEMS]
    # This platform takes no link that opens in a window.
    assert "window" not in item
    assert "X-Frame-Options" not in found
    assert "form-action 'self' https://school.example; " in found["Content-Security-Policy"]
    assert "frame-ancestors https:;" in found["Content-Security-Policy"]


def refusal(caplog: pytest.LogCaptureFixture, response: Any) -> str:
    """What the log says of the last launch. It was refused, and added no student."""
    assert response.status_code in {401, 403}
    assert "couldn’t open" in text_of(response)
    assert not LtiStudent.objects.exists()
    said = [record.getMessage() for record in caplog.records if record.name == "quizzes.views.lti"]
    return said[-1]


def test_replayed_launch_is_refused(
    platform: Platform, client: Client, course: LtiCourse, caplog: pytest.LogCaptureFixture
) -> None:
    data = signed_launch(platform, client)
    assert client.post("/lti/launch/", data, secure=True).status_code == 302
    LtiStudent.objects.all().delete()

    assert "was used before" in refusal(caplog, client.post("/lti/launch/", data, secure=True))


def test_page_of_a_launch_that_is_opened_again_leads_back_to_the_course(
    client: Client, db: None, caplog: pytest.LogCaptureFixture
) -> None:
    response = client.get("/lti/launch/", secure=True)
    assert "did not make the state" in refusal(caplog, response)
    assert "Go back to your course and open the link again." in text_of(response)


def test_launch_of_a_teacher_that_is_too_old_leads_back_to_the_course(
    launch: Launch, teacher_client: Client, clock: time_machine.Traveller
) -> None:
    address = launch(other=teacher_client, role="Instructor")["Location"]
    assert teacher_client.get(address, secure=True).status_code == 200
    clock.shift(timedelta(minutes=30))
    for response in (teacher_client.get(address, secure=True), teacher_client.post(address, secure=True)):
        assert response.status_code == 404
        assert "Go back to your course and open the link again." in text_of(response)


def test_launch_in_another_browser_is_refused(
    platform: Platform, client: Client, course: LtiCourse, caplog: pytest.LogCaptureFixture
) -> None:
    data = signed_launch(platform, client)
    other = Client()
    begin(other)

    for browser in (Client(), other):
        assert "another browser" in refusal(caplog, browser.post("/lti/launch/", data, secure=True))
        caplog.clear()
    assert client.post("/lti/launch/", data, secure=True).status_code == 302


def test_nonce_of_another_login_of_this_browser_is_refused(
    platform: Platform, client: Client, course: LtiCourse, caplog: pytest.LogCaptureFixture
) -> None:
    data = signed_launch(platform, client)

    assert "Nonce" in refusal(
        caplog, client.post("/lti/launch/", data | {"state": begin(client)["state"]}, secure=True)
    )
    # With its own state, it is still good.
    assert client.post("/lti/launch/", data, secure=True).status_code == 302


@pytest.mark.parametrize("part", [None, 0, 1])
def test_state_that_the_site_did_not_sign_is_refused(
    platform: Platform, client: Client, course: LtiCourse, caplog: pytest.LogCaptureFixture, part: int | None
) -> None:
    """None: no state. 0, 1: what it says, and its signature, are those of another state."""
    data, other = signed_launch(platform, client), begin(Client())["state"].split(":")
    parts = data["state"].split(":")
    data["state"] = "" if part is None else ":".join([*parts[:part], other[part], *parts[part + 1 :]])

    assert "did not make the state" in refusal(caplog, client.post("/lti/launch/", data, secure=True))


def test_flood_of_logins_writes_nothing(platform: Platform, queries: Callable[[], Any]) -> None:
    """Any of 1,000 anonymous logins can become a launch, and none has a row."""
    said = {"iss": ISSUER, "login_hint": "7"}
    with queries() as seen:
        for _ in range(10):
            begin(Client())
        urls = {
            start_login(said, launch_url="https://testserver/lti/launch/", browser_secret="", now=timezone.now()).url
            for _ in range(1_000)
        }

    assert len(urls) == 1_000
    assert seen.writes == []
    assert not LtiLaunch.objects.exists()


def test_used_state_stays_used_until_it_is_too_old(
    platform: Platform,
    client: Client,
    course: LtiCourse,
    clock: time_machine.Traveller,
    caplog: pytest.LogCaptureFixture,
) -> None:
    data = signed_launch(platform, client, exp=int((timezone.now() + timedelta(days=1)).timestamp()))
    assert client.post("/lti/launch/", data, secure=True).status_code == 302
    LtiStudent.objects.all().delete()

    # An erasure takes what the platform said, and no more.
    erase_student(Student.objects.get(), by=None, now=timezone.now())
    assert LtiLaunch.objects.get().claims is None
    clock.shift(timedelta(minutes=30, seconds=-1))
    delete_old_launches(now=timezone.now())
    assert "was used before" in refusal(caplog, client.post("/lti/launch/", data, secure=True))
    clock.shift(timedelta(seconds=1))
    delete_old_launches(now=timezone.now())
    assert not LtiLaunch.objects.exists()
    assert "too old" in refusal(caplog, client.post("/lti/launch/", data, secure=True))


def test_message_that_is_refused_does_not_use_the_state(platform: Platform, client: Client, course: LtiCourse) -> None:
    data = signed_launch(platform, client)
    assert client.post("/lti/launch/", data | {"id_token": "x"}, secure=True).status_code == 401
    assert not LtiLaunch.objects.exists()

    assert client.post("/lti/launch/", data, secure=True).status_code == 302


def test_platform_that_is_turned_off_in_mid_launch_is_refused(
    platform: Platform, client: Client, course: LtiCourse, caplog: pytest.LogCaptureFixture
) -> None:
    data = signed_launch(platform, client)
    LtiPlatform.objects.update(is_active=False)

    assert "the platform is off" in refusal(caplog, client.post("/lti/launch/", data, secure=True))


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"nonce": "other"}, "Nonce"),
        (
            {"aud": "client-2"},
            "for 'client-2', but Moodle is 'https://school.example' and knows this site as 'client-1'",
        ),
        ({"aud": ["client-1", "client-2"]}, "azp"),
        ({"sub": "u" * 256}, "a subject of more than 255 characters"),
        ({f"{CLAIM}context": {"id": "c" * 256}}, "a context of more than 255 characters"),
        ({f"{CLAIM}resource_link": {"id": "l" * 256}}, "a link of more than 255 characters"),
        ({"given_name": "An\0a"}, "a NUL character"),
        ({f"{CLAIM}context": {"id": "c\ud800"}}, "surrogates not allowed"),
        ({f"{CLAIM}context": "course-1"}, "has no attribute"),
        ({f"{CLAIM}roles": 5}, "not iterable"),
        ({"aud": "client-2", "azp": "client-1"}, "for 'client-2', but Moodle"),
        ({"aud": None, "azp": "client-1"}, "for None, but Moodle"),
        ({"iss": "https://evil.example\n"}, r"from 'https://evil.example\n' for 'client-1', but Moodle"),
        ({f"{CLAIM}deployment_id": "d 2'; x"}, """ 'd 2'"'"'; x'` allows it."""),
        ({f"{CLAIM}deployment_id": "d" * 256}, "control characters or of more than 255"),
        ({f"{CLAIM}deployment_id": "d\n"}, "control characters or of more than 255"),
        ({f"{CLAIM}version": "1.1"}, "version"),
        ({f"{CLAIM}message_type": "Other"}, "message type"),
        ({"sub": None}, "sub"),
        ({f"{CLAIM}context": None}, "names no course"),
        ({f"{CLAIM}context": None, f"{CLAIM}roles": [f"{MEMBERSHIP}Instructor"]}, "names no course"),
        ({"exp": None}, "exp"),
        ({"iat": None}, "iat"),
        ({"nonce": None}, "nonce"),
        ({f"{CLAIM}roles": [f"{MEMBERSHIP}Mentor"]}, "neither a learner"),
        # An administrator of Canvas who is not in the course.
        ({f"{CLAIM}roles": [f"{PERSON}system/person#User", f"{PERSON}institution/person#Student"]}, "person#Student']"),
        ({"exp": 1_000}, "expired; compare the clocks"),
        ({"iat": 99_999_999_999, "exp": 99_999_999_999}, "not yet valid (iat); compare the clocks"),
    ],
)
def test_wrong_claim_is_refused(
    launch: Launch, course: LtiCourse, caplog: pytest.LogCaptureFixture, changes: dict[str, Any], reason: str
) -> None:
    response = launch(**changes)
    assert reason in refusal(caplog, response)
    assert ("you’re neither. If you teach or study" in text_of(response)) == ("neither a learner" in caplog.text)
    assert reverse("choose_language") not in [form.action for form in read(response).forms]


@pytest.mark.parametrize("changes", [{"aud": [CLIENT]}, {"aud": [CLIENT, "client-2"], "azp": CLIENT}])
def test_message_for_this_site_among_others_is_taken(
    launch: Launch, course: LtiCourse, changes: dict[str, Any]
) -> None:
    assert launch(**changes).status_code == 302


def test_deployment_of_another_platform_is_refused(
    launch: Launch, course: LtiCourse, caplog: pytest.LogCaptureFixture
) -> None:
    """Its id says nothing by itself: many platforms number their deployments from 1."""
    addresses = dict.fromkeys(("login_url", "token_url", "key_set_url"), "https://other.example/x")
    other = LtiPlatform.objects.create(
        name="Other", issuer="https://other.example", client_id=CLIENT, created_at=timezone.now(), **addresses
    )
    LtiDeployment.objects.create(platform=other, deployment_id="7")

    assert "deployment" in refusal(caplog, launch(**{f"{CLAIM}deployment_id": "7"}))


# Seconds by which the platform's clock is ahead of ours, and how long its message is good by its own clock.
@pytest.mark.parametrize(
    ("ahead", "good_for", "reason"),
    [
        (59, 300, ""),
        (61, 300, "not yet valid"),
        (-60, 1, ""),
        (-61, 1, "expired"),
    ],
)
def test_clocks_may_differ_by_a_minute(
    launch: Launch,
    course: LtiCourse,
    clock: time_machine.Traveller,
    caplog: pytest.LogCaptureFixture,
    ahead: int,
    good_for: int,
    reason: str,
) -> None:
    issued_at = int(timezone.now().timestamp()) + ahead
    response = launch(iat=issued_at, exp=issued_at + good_for)

    if reason:
        assert reason in refusal(caplog, response)
    else:
        assert response.status_code == 302


@pytest.mark.parametrize("alg", ["none", "HS256", "RS512"])
def test_other_algorithm_is_refused(
    platform: Platform, client: Client, course: LtiCourse, caplog: pytest.LogCaptureFixture, alg: str
) -> None:
    asked = begin(client)
    token = platform.signed(platform.claims(asked["nonce"], now=timezone.now().timestamp()), alg=alg)

    assert "algorithm" in refusal(
        caplog, client.post("/lti/launch/", {"state": asked["state"], "id_token": token}, secure=True)
    )


def test_message_of_another_key_is_refused(
    platform: Platform, client: Client, course: LtiCourse, caplog: pytest.LogCaptureFixture
) -> None:
    asked = begin(client)
    forged = make_key("k1", "somebody else")
    token = platform.signed(platform.claims(asked["nonce"], now=timezone.now().timestamp()), key=forged)

    assert "Signature verification failed" in refusal(
        caplog, client.post("/lti/launch/", {"state": asked["state"], "id_token": token}, secure=True)
    )


@pytest.mark.parametrize(
    ("token", "reason"),
    [
        ("", "Not enough segments"),
        ("x", "Not enough segments"),
        ("a.b.c", "Invalid header padding"),
        ("é.é.é", "Invalid header padding"),
        ("e30.e30.e30", "the algorithm None"),
    ],
)
def test_damaged_message_is_refused(
    platform: Platform, client: Client, caplog: pytest.LogCaptureFixture, token: str, reason: str
) -> None:
    asked = begin(client)

    assert reason in refusal(
        caplog, client.post("/lti/launch/", {"state": asked["state"], "id_token": token}, secure=True)
    )


@pytest.mark.parametrize("key", [None, {"kid": "k1", "kty": "oct", "k": "AAAA"}])
def test_key_set_that_is_none_is_refused_until_the_platform_has_another(
    key: object, platform: Platform, launch: Launch, course: LtiCourse, clock: time_machine.Traveller
) -> None:
    platform.next_keys = [[key]]
    assert launch().status_code == 401

    clock.shift(timedelta(hours=25))
    assert launch().status_code == 302


@pytest.mark.parametrize("kid", ["k2", "k1"])
def test_new_key_of_the_platform_is_fetched_in_mid_launch(
    kid: str, platform: Platform, launch: Launch, course: LtiCourse, clock: time_machine.Traveller
) -> None:
    """Also one that has the id of the old key."""
    launch()
    asked_before = platform.key_requests
    platform.key = make_key(kid, "platform, later")
    clock.shift(timedelta(minutes=2))

    assert launch().status_code == 302
    assert platform.key_requests == asked_before + 1


def test_clock_that_was_ahead_hides_no_new_key(
    platform: Platform, launch: Launch, course: LtiCourse, clock: time_machine.Traveller
) -> None:
    clock.shift(timedelta(days=365))
    launch()
    clock.shift(timedelta(days=-365))
    platform.key = make_key("k2")

    assert launch().status_code == 302


def test_key_that_is_changed_between_login_and_message(
    platform: Platform,
    launch: Launch,
    client: Client,
    course: LtiCourse,
    clock: time_machine.Traveller,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The new key is taken, and from then on the old one is not."""
    launch()
    LtiStudent.objects.all().delete()
    old, asked, second = platform.key, begin(client), begin(client)
    platform.key = make_key("k4")
    clock.shift(timedelta(minutes=2))
    now = timezone.now().timestamp()

    by_old = platform.signed(platform.claims(second["nonce"], now=now), key=old)
    by_new = platform.signed(platform.claims(asked["nonce"], now=now))
    assert client.post("/lti/launch/", {"state": asked["state"], "id_token": by_new}, secure=True).status_code == 302
    LtiStudent.objects.all().delete()
    assert "public key" in refusal(
        caplog, client.post("/lti/launch/", {"state": second["state"], "id_token": by_old}, secure=True)
    )


def test_unknown_keys_do_not_make_the_site_ask_at_each_launch(
    platform: Platform, launch: Launch, course: LtiCourse
) -> None:
    launch()
    platform.key = make_key("k3")
    asked_before = platform.key_requests

    for _ in range(3):
        assert launch().status_code == 401

    assert platform.key_requests == asked_before


def test_launch_is_too_old_after_half_an_hour(
    platform: Platform,
    client: Client,
    course: LtiCourse,
    clock: time_machine.Traveller,
    caplog: pytest.LogCaptureFixture,
) -> None:
    asked = begin(client)
    clock.shift(timedelta(minutes=31))
    data = {
        "state": asked["state"],
        "id_token": platform.signed(platform.claims(asked["nonce"], now=timezone.now().timestamp())),
    }

    assert "too old" in refusal(caplog, client.post("/lti/launch/", data, secure=True))


def test_platform_that_is_off_cannot_launch(
    platform: Platform, client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    LtiPlatform.objects.update(is_active=False)
    said = {"iss": ISSUER, "client_id": CLIENT, "login_hint": "7"}

    assert f"issuer '{ISSUER}' and the client '{CLIENT}'" in refusal(
        caplog, client.get("/lti/login/", said, secure=True)
    )


@pytest.mark.parametrize("name", ["iss", "client_id"])
def test_login_with_a_nul_is_refused(platform: Platform, client: Client, name: str) -> None:
    """PostgreSQL refuses a query for such a text."""
    data = {"iss": "https://school.example", "client_id": "", "login_hint": "7"}

    for send in (client.get, client.post):
        assert send("/lti/login/", {**data, name: "a\x00"}, secure=True).status_code == 401


def test_site_without_https_says_so(platform: Platform, client: Client) -> None:
    response = client.get("/lti/login/", {"iss": "https://school.example", "login_hint": "7"})

    assert response.status_code == 400
    assert "no https address" in text_of(response)


def test_login_in_a_frame_opens_a_window(platform: Platform, client: Client) -> None:
    response = client.post(
        "/lti/login/",
        {"iss": "https://school.example", "login_hint": "7"},
        secure=True,
        headers={"Sec-Fetch-Dest": "iframe"},
    )

    assert "X-Frame-Options" not in response
    assert "frame-ancestors https:" in response["Content-Security-Policy"]
    assert 'href="/lti/login/?iss=https%3A%2F%2Fschool.example&amp;login_hint=7&amp;frame=' in response.content.decode()
    assert not LtiLaunch.objects.exists()


def test_cookie_goes_along_with_the_platforms_form(platform: Platform, client: Client) -> None:
    begin(client)

    cookie = client.cookies["lti"]
    assert (cookie["samesite"], cookie["secure"], cookie["httponly"], cookie["path"]) == ("None", True, True, "/lti/")
