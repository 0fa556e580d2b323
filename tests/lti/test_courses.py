"""Rosters of a course, registration, keys, the operator's command, and what an erasure takes along."""

from datetime import datetime, timedelta
from io import StringIO
from typing import Any

import jwt
import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from quizsite.models import SiteState
from quizzes.lti import platforms, services
from quizzes.lti.courses import Member, StudentTaken, connect_student, preview_members
from quizzes.lti.registration import _Registration
from quizzes.models import (
    Assignment,
    AuditEvent,
    Classroom,
    LtiCourse,
    LtiDeployment,
    LtiKey,
    LtiLaunch,
    LtiPlatform,
    LtiRegistrationLink,
    LtiStudent,
    LtiTeacher,
    Student,
    Teaching,
    User,
)
from quizzes.people.erasure import erase_classroom, erase_student, erase_teacher
from quizzes.people.names import PersonName
from tests.factories import make_classroom, make_student, make_user
from tests.lti.conftest import Launch
from tests.lti.platform import DEPLOYMENT, ISSUER, MEMBERSHIP, Platform, make_key
from tests.pages import form_of, read, text_of

pytestmark = pytest.mark.sockets


@pytest.fixture
def course(platform: Platform, assignment: Assignment) -> LtiCourse:
    return LtiCourse.objects.create(
        deployment=LtiDeployment.objects.get(deployment_id=DEPLOYMENT),
        context_id="course-1",
        classroom=assignment.classroom,
        members_url=f"{platform.origin}/members",
    )


def member(number: int, name: str, role: str = "Learner", **changes: Any) -> dict[str, Any]:
    given, _, family = name.partition(" ")
    return {
        "user_id": f"u{number}",
        "given_name": given,
        "family_name": family,
        "email": f"u{number}@school.example",
        "roles": [f"{MEMBERSHIP}{role}"],
        "status": "Active",
        **changes,
    }


def test_teacher_adds_and_connects_students(platform: Platform, course: LtiCourse, teacher_client: Client) -> None:
    there = make_student(classroom=course.classroom, name="Bo Tran")
    platform.members = [
        member(1, "Ana Ruiz"),
        member(2, "Bo Tran"),
        member(3, "Cy Left"),
        member(4, "Ms. Rivera", role="Instructor"),
        member(5, "Di Gone", status="Inactive"),
        member(6, "Ed Long", user_id="u" * 256),
        member(7, "Fay Nul", user_id="u\0"),
    ]
    address = reverse("lti_members", args=[course.classroom.public_id, course.pk])
    assert (
        address in teacher_client.get(reverse("change_classroom", args=[course.classroom.public_id])).content.decode()
    )
    form = form_of(teacher_client.get(address), having="u1")
    data = form.data(u3="skip")
    assert data["u2"] == [there.public_id]

    for _ in range(2):
        teacher_client.post(address, data)

    made = {row.subject: row.student.display_name for row in LtiStudent.objects.select_related("student")}
    assert made == {"u1": "Ana Ruiz", "u2": "Bo Tran"}
    assert not Student.objects.filter(
        display_name__in=["Ms. Rivera", "Di Gone", "Cy Left", "Ed Long", "Fay Nul"]
    ).exists()


def test_one_student_for_two_learners_is_refused(platform: Platform, course: LtiCourse, teacher_client: Client) -> None:
    there = make_student(classroom=course.classroom, name="Bo Tran")
    platform.members = [member(1, "Ana Ruiz"), member(2, "Bo Tran")]
    address = reverse("lti_members", args=[course.classroom.public_id, course.pk])

    said = text_of(teacher_client.post(address, {"u1": there.public_id, "u2": there.public_id}))

    assert said.count("This student is chosen twice.") >= 2
    assert not LtiStudent.objects.exists()


def test_learners_with_the_same_name_are_offered_no_one(
    platform: Platform, course: LtiCourse, teacher_client: Client
) -> None:
    there = make_student(classroom=course.classroom, name="Bo Tran")
    platform.members = [member(1, "Bo Tran"), member(2, "Bo Tran"), member(3, "Cy Diaz"), member(4, "Cy Diaz")]
    address = reverse("lti_members", args=[course.classroom.public_id, course.pk])
    page = teacher_client.get(address)
    assert text_of(page).count("Several students of the course have this name.") == 2
    form = form_of(page, having="u1")
    assert [form.data()[name] for name in ("u1", "u2", "u3", "u4")] == [[""], [""], ["new"], ["new"]]

    said = text_of(teacher_client.post(address, form.data()))
    assert said.count("Choose one.") >= 2
    teacher_client.post(address, form.data(u1="skip", u2=there.public_id))

    made = {row.subject: row.student.display_name for row in LtiStudent.objects.select_related("student")}
    assert made == {"u2": "Bo Tran", "u3": "Cy Diaz", "u4": "Cy Diaz (2)"}


@pytest.fixture
def second(course: LtiCourse) -> LtiCourse:
    """Another course of the platform that is connected with the same class."""
    return LtiCourse.objects.create(
        deployment=course.deployment, context_id="course-2", classroom=course.classroom, members_url=course.members_url
    )


def test_learner_of_two_courses_of_the_class_is_one_student(
    platform: Platform, course: LtiCourse, second: LtiCourse, teacher_client: Client
) -> None:
    there = make_student(classroom=course.classroom, name="Bo Tran")
    LtiStudent.objects.create(course=course, subject="u2", student=there)
    platform.members = [member(2, "Bao Tran")]
    address = reverse("lti_members", args=[course.classroom.public_id, second.pk])
    form = form_of(teacher_client.get(address), having="u2")
    assert form.data()["u2"] == [there.public_id]

    for _ in range(2):
        teacher_client.post(address, form.data())

    assert [row.student for row in LtiStudent.objects.select_related("student")] == [there, there]
    assert list(Student.objects.values_list("display_name", flat=True)) == ["Bo Tran"]


def test_student_of_a_known_learner_is_not_offered_to_another_with_the_same_name(
    course: LtiCourse, second: LtiCourse
) -> None:
    there = make_student(classroom=course.classroom, name="Bo Tran")
    LtiStudent.objects.create(course=course, subject="u2", student=there)
    members = [Member("u2", PersonName("Bao Tran", "Tran")), Member("u3", PersonName("Bo Tran", "Tran"))]

    assert [(one.subject, student) for one, student in preview_members(second, members).new] == [
        ("u2", there),
        ("u3", None),
    ]


@pytest.mark.parametrize("removed", [0, 1])
def test_learner_of_two_students_is_the_one_on_the_roster(
    removed: int, course: LtiCourse, second: LtiCourse, now: datetime
) -> None:
    students = [make_student(classroom=course.classroom, name=name) for name in ("Bo Tran", "Bo Tran 2")]
    for each, student in zip((course, second), students, strict=True):
        LtiStudent.objects.create(course=each, subject="u2", student=student)
    third = LtiCourse.objects.create(
        deployment=course.deployment, context_id="course-3", classroom=course.classroom, members_url=""
    )
    members = [Member("u2", PersonName("Bao Tran", "Tran"))]
    assert preview_members(third, members).new == ((members[0], students[0]),)

    Student.objects.filter(pk=students[removed].pk).update(removed_at=now)

    assert preview_members(third, members).new == ((members[0], students[1 - removed]),)


def test_student_whom_another_page_connected_stays_with_that_learner(course: LtiCourse) -> None:
    there = make_student(classroom=course.classroom, name="Bo Tran")
    connect_student(course, "u1", there)

    with pytest.raises(StudentTaken):
        connect_student(course, "u2", there)

    assert connect_student(course, "u1", there) == there
    assert [row.subject for row in LtiStudent.objects.all()] == ["u1"]


def test_students_who_left_the_course_are_listed(platform: Platform, course: LtiCourse, teacher_client: Client) -> None:
    student = make_student(classroom=course.classroom, name="Bo Tran")
    LtiStudent.objects.create(course=course, subject="gone", student=student)

    said = text_of(teacher_client.get(reverse("lti_members", args=[course.classroom.public_id, course.pk])))

    assert "No longer in the course Bo Tran" in said
    student.refresh_from_db()
    assert student.removed_at is None


def test_platform_that_refuses_the_list_is_said(platform: Platform, course: LtiCourse, teacher_client: Client) -> None:
    LtiCourse.objects.update(members_url=f"{platform.origin}/nothing")

    said = text_of(teacher_client.get(reverse("lti_members", args=[course.classroom.public_id, course.pk])))

    assert "The platform no longer has this course" in said


def test_list_that_takes_too_long_is_given_up(
    platform: Platform, course: LtiCourse, teacher_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "MEMBERS_SECONDS", -1)

    said = text_of(teacher_client.get(reverse("lti_members", args=[course.classroom.public_id, course.pk])))

    assert "The platform does not answer" in said


def test_platform_that_was_turned_off_is_not_asked(
    platform: Platform, course: LtiCourse, teacher_client: Client
) -> None:
    LtiPlatform.objects.update(is_active=False)

    said = text_of(teacher_client.get(reverse("lti_members", args=[course.classroom.public_id, course.pk])))

    assert "The person who runs Footnote has turned the platform off. The roster has not changed." in said
    assert platform.token_requests == []


@pytest.mark.parametrize("is_active", [True, False])
def test_owner_disconnects_a_course_after_a_question(
    is_active: bool, platform: Platform, course: LtiCourse, teacher: User, teacher_client: Client
) -> None:
    LtiPlatform.objects.update(is_active=is_active)
    student = make_student(classroom=course.classroom, name="Bo Tran")
    LtiStudent.objects.create(course=course, subject="u2", student=student)
    address = reverse("lti_disconnect", args=[course.classroom.public_id, course.pk])
    settings = teacher_client.get(reverse("change_classroom", args=[course.classroom.public_id]))
    assert address in read(settings).links
    asked = teacher_client.get(address)
    assert "Students, their work, and scores already sent stay." in text_of(asked)
    assert LtiCourse.objects.exists()
    form = form_of(asked, having="seen")

    for _ in range(2):
        page = teacher_client.post(address, form.data(), follow=True)
        assert "Connected with a course" not in text_of(page)

    assert (LtiCourse.objects.count(), LtiStudent.objects.count()) == (0, 0)
    student.refresh_from_db()
    assert student.removed_at is None
    event = AuditEvent.objects.get(classroom=course.classroom)
    name = course.deployment.platform.name
    assert (event.action, event.actor, event.detail) == (
        "classroom_changed",
        teacher,
        {"before": {"course": name}, "after": {"course": ""}},
    )


def test_only_owners_disconnect_a_course(course: LtiCourse, teacher: User, teacher_client: Client) -> None:
    Teaching.objects.create(classroom=course.classroom, teacher=make_user(), role=Teaching.Role.OWNER)
    Teaching.objects.filter(teacher=teacher).update(role=Teaching.Role.TEACHER)
    address = reverse("lti_disconnect", args=[course.classroom.public_id, course.pk])
    settings = teacher_client.get(reverse("change_classroom", args=[course.classroom.public_id]))
    assert address not in read(settings).links
    assert teacher_client.post(address, {"seen": course.pk}).status_code == 403
    assert LtiCourse.objects.exists()


def path_of_registration(monkeypatch: pytest.MonkeyPatch | None = None) -> str:
    """The path of a new registration link. monkeypatch: lets the platform of the tests register, which has no TLS."""
    out = StringIO()
    call_command("lti", "link", stdout=out)
    if monkeypatch is not None:
        parts = type("Parts", (), {"scheme": "https", "netloc": "testserver"})
        monkeypatch.setattr("quizzes.lti.registration.urlsplit", lambda url: parts)
    return "/" + out.getvalue().strip().split("/", 3)[3]


def test_platform_registers_itself_once(platform: Platform, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    path = path_of_registration(monkeypatch)
    query = f"?openid_configuration={platform.origin}/config&registration_token=t-1"
    assert "This link works once" in text_of(client.get(path + query, secure=True))

    said = text_of(client.post(path + query, secure=True))

    assert "Registered with moodle" in said
    assert "allows the deployment" not in said
    [sent] = platform.registrations
    assert sent["token"] == "Bearer t-1"
    assert sent["initiate_login_uri"] == "https://testserver/lti/login/"
    [deep_linking, _] = sent["https://purl.imsglobal.org/spec/lti-tool-configuration"]["messages"]
    assert "https://canvas.instructure.com/lti/assignment_selection" in deep_linking["placements"]
    row = LtiPlatform.objects.get(client_id="made-by-platform")
    assert [item.deployment_id for item in row.deployments.all()] == ["d-9"]
    assert client.post(path + query, secure=True).status_code == 401


def test_registration_link_used_twice_at_the_same_moment_registers_once(
    platform: Platform, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = path_of_registration(monkeypatch)
    address = f"{path}?openid_configuration={platform.origin}/config"
    register, statuses = _Registration.register, list[int]()

    def register_in_mid_request(registration: _Registration) -> Any:
        """The second request comes while the first one asks the platform."""
        monkeypatch.setattr(_Registration, "register", register)
        statuses.append(client.post(address, secure=True).status_code)
        return register(registration)

    monkeypatch.setattr(_Registration, "register", register_in_mid_request)
    statuses.append(client.post(address, secure=True).status_code)

    assert statuses == [401, 200]
    assert len(platform.registrations) == 1
    assert not LtiRegistrationLink.objects.exists()


def test_registration_changes_no_platform_that_is_known(
    platform: Platform, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A new key for it would sign in the teachers of its school."""
    known = {"issuer": "https://other.example", "client_id": "made-by-platform"}
    addresses = dict.fromkeys(("login_url", "token_url", "key_set_url"), "https://other.example/own")
    LtiPlatform.objects.create(name="Known", created_at=timezone.now(), **known, **addresses)
    path = path_of_registration(monkeypatch)

    reply = client.post(f"{path}?openid_configuration={platform.origin}/config", secure=True)

    assert reply.status_code == 401
    assert LtiPlatform.objects.filter(**known, **addresses).exists()
    # The link was not used up.
    assert LtiRegistrationLink.objects.exists()

    # Nothing is stored of what the database of a school has no room for.
    LtiPlatform.objects.filter(**known).delete()
    platform.ids["deployment_id"] = "d" * 256
    assert client.post(f"{path}?openid_configuration={platform.origin}/config", secure=True).status_code == 401
    assert not LtiPlatform.objects.filter(**known).exists()
    assert LtiRegistrationLink.objects.exists()


@pytest.mark.parametrize("name", ["issuer", "client_id", "deployment_id"])
@pytest.mark.parametrize("value", [None, "", True, 1.5, ["a"], {"a": 1}, 12])
def test_registration_takes_ids_of_text_or_a_number(
    platform: Platform, client: Client, monkeypatch: pytest.MonkeyPatch, name: str, value: object
) -> None:
    path = path_of_registration(monkeypatch)
    platform.ids[name] = value

    page = client.post(f"{path}?openid_configuration={platform.origin}/config", secure=True)

    # A platform may number its clients and deployments. It can name a deployment later.
    is_taken = (name != "issuer" and value == 12) or (name == "deployment_id" and not value)
    assert page.status_code == (200 if is_taken else 401)
    made = [(row.issuer, row.client_id) for row in LtiPlatform.objects.exclude(issuer=ISSUER)]
    assert made == ([("https://other.example", str(platform.ids["client_id"]))] if is_taken else [])
    # A refused registration does not use up its link.
    assert LtiRegistrationLink.objects.exists() is not is_taken


def test_registration_that_the_database_refuses_leaves_its_link(
    platform: Platform, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = path_of_registration(monkeypatch)

    def full(execute: Any, sql: str, *rest: Any) -> Any:
        if sql.startswith("INSERT") and LtiPlatform._meta.db_table in sql:
            raise OperationalError("database or disk is full")
        return execute(sql, *rest)

    with connection.execute_wrapper(full):
        page = client.post(f"{path}?openid_configuration={platform.origin}/config", secure=True)

    assert page.status_code == 401
    assert LtiRegistrationLink.objects.exists()
    assert not LtiPlatform.objects.filter(client_id="made-by-platform").exists()


@pytest.mark.parametrize(
    "configuration",
    [
        "http://school.example/config",
        "",
        "file:///etc/passwd",
        "https://[",
        "https://127.0.0.1:9/config%3Fregistration_token=t-9",
    ],
)
def test_registration_needs_an_https_address_that_answers(
    client: Client, db: None, caplog: pytest.LogCaptureFixture, configuration: str
) -> None:
    path = path_of_registration()

    page = client.post(f"{path}?openid_configuration={configuration}", secure=True)

    # Not of a link in a course, which works for 30 minutes.
    assert (page.status_code, "A registration link works once, for 24 hours." in page.text) == (401, True)
    assert "t-9" not in caplog.text
    assert LtiRegistrationLink.objects.exists()


def test_rotated_key_stays_known_for_two_days(
    platform: Platform, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = make_key("other")
    monkeypatch.setattr(platforms.JWK, "generate", lambda **_: other)
    now = timezone.now()
    call_command("lti", "rotate-key", stdout=StringIO())

    assert len(client.get("/lti/keys/", secure=True).json()["keys"]) == 2
    assert len(platforms.public_key_set(now=now + timedelta(days=3))["keys"]) == 1
    newest = platforms.signing_key()
    public = platforms.public_key_set(now=now + timedelta(days=3))["keys"][0]
    signed = jwt.encode({"a": 1}, newest.private_key, algorithm="RS256")
    assert jwt.decode(signed, jwt.PyJWK(public).key, algorithms=["RS256"]) == {"a": 1}
    assert "d" not in public


def test_operator_adds_allows_and_turns_off(platform: Platform) -> None:
    options = {
        "name": "Canvas",
        "issuer": "https://canvas.example",
        "client_id": "9",
        "login_url": "https://canvas.example/auth",
        "token_url": "https://canvas.example/token",
        "key_set_url": "https://canvas.example/keys",
        "deployment": "one",
    }
    flags = [f"--{name.replace('_', '-')}={value}" for name, value in options.items()]
    for _ in range(2):
        call_command("lti", "add", *flags, stdout=StringIO())
    row = LtiPlatform.objects.get(name="Canvas")
    call_command("lti", "allow", str(row.pk), "two", stdout=StringIO())
    call_command("lti", "off", str(row.pk), stdout=StringIO())
    out = StringIO()
    call_command("lti", "list", stdout=out)

    assert f"{row.pk}  Canvas (off)  https://canvas.example  client: 9  deployments: one, two\n" in out.getvalue()
    addresses = (
        "login: https://canvas.example/auth  token: https://canvas.example/token  keys: https://canvas.example/keys"
    )
    assert f"    {addresses}\n" in out.getvalue()
    call_command("lti", "deny", str(row.pk), "two", stdout=StringIO())
    assert row.deployments.get().deployment_id == "one"
    with pytest.raises(CommandError, match="Canvas has no deployment two"):
        call_command("lti", "deny", str(row.pk), "two")
    LtiCourse.objects.create(deployment=row.deployments.get(), context_id="c", classroom=make_classroom())
    with pytest.raises(CommandError, match="Courses of Canvas are connected through one."):
        call_command("lti", "deny", str(row.pk), "one")
    again = StringIO()
    LtiPlatform.objects.update(key_set={"keys": []}, key_set_at=timezone.now())
    call_command("lti", "add", *flags, stdout=again)
    row.refresh_from_db()
    assert (row.key_set, row.key_set_at) == (None, None)
    assert f"It is off. `manage.py lti on {row.pk}` turns it on." in again.getvalue()
    with pytest.raises(CommandError, match="no platform 999"):
        call_command("lti", "off", "999")
    # A variable of the shell that is not set.
    with pytest.raises(CommandError, match="argument deployment: it is empty"):
        call_command("lti", "allow", str(row.pk), "")
    with pytest.raises(CommandError, match="argument --deployment: it is empty"):
        call_command("lti", "add", *flags[:-1], "--deployment=")
    with pytest.raises(CommandError, match="--name has more than 80 characters"):
        call_command("lti", "add", *flags[1:], f"--name={'x' * 81}")
    with pytest.raises(CommandError, match="--deployment has more than 255 characters"):
        call_command("lti", "add", *flags[:-1], f"--deployment={'x' * 256}")
    LtiPlatform.objects.all().delete()
    out = StringIO()
    call_command("lti", "list", stdout=out)
    assert out.getvalue().startswith("No platform is registered.")


@pytest.mark.django_db
@pytest.mark.parametrize("option", ["issuer", "login-url", "token-url", "key-set-url"])
@pytest.mark.parametrize(
    "address", ["http://canvas.example", "https://", "https:///auth", "https://[", "https://a:b", "no"]
)
def test_address_without_https_or_a_host_is_refused(option: str, address: str) -> None:
    options = dict.fromkeys(("issuer", "login-url", "token-url", "key-set-url"), "https://canvas.example/x")
    flags = [f"--{name}={value}" for name, value in (options | {option: address}).items()]

    with pytest.raises(CommandError, match=f"--{option} must be an https address with a host"):
        call_command("lti", "add", "--name=Canvas", "--client-id=9", "--deployment=one", *flags)

    assert not LtiPlatform.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("served", "warnings"), [("https://quiz.school.example", 0), ("http://127.0.0.1:8000", 1), (None, 1)]
)
def test_registration_link_has_the_address_that_is_served(served: str | None, warnings: int) -> None:
    if served:
        SiteState.objects.record(SiteState.ADDRESS, served, now=timezone.now())
    out, err = StringIO(), StringIO()

    call_command("lti", "link", stdout=out, stderr=err)

    assert out.getvalue().startswith(f"{served or 'http://'}")
    assert err.getvalue().count("need an https address") == warnings


def test_erasures_take_the_platforms_ids_along(
    launch: Launch, course: LtiCourse, teacher: User, classroom: Classroom
) -> None:
    launch()
    assert LtiLaunch.objects.exists()
    student = LtiStudent.objects.get().student
    erase_student(student, by=None, now=timezone.now())
    assert not LtiStudent.objects.exists()
    assert [launch.claims for launch in LtiLaunch.objects.all()] == [None]

    LtiTeacher.objects.create(platform=LtiPlatform.objects.get(), subject="t-1", user=teacher)
    erase_classroom(course.classroom, by=None, now=timezone.now())
    assert not LtiCourse.objects.exists()
    erase_teacher(teacher, now=timezone.now())
    assert not LtiTeacher.objects.exists()


def test_keys_of_a_new_site_are_none(client: Client, db: None) -> None:
    assert client.get("/lti/keys/", secure=True).json() == {"keys": []}
    assert not LtiKey.objects.exists()
