"""Who may open which URL: one table of URLs and actors. A URL that is not in the table fails a test."""

import pickle
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import resolve_url
from django.test import Client, RequestFactory
from django.urls import URLPattern, URLResolver, get_resolver, resolve, reverse, reverse_lazy
from django.utils import timezone

from quizzes.attempts.lifecycle import submit_attempt
from quizzes.caches import clear_all
from quizzes.content.picture_files import clean_picture
from quizzes.content.stored_pictures import store_picture
from quizzes.models import (
    Assignment,
    Attempt,
    LtiCourse,
    LtiDeployment,
    LtiPlatform,
    Source,
    StoredPicture,
    Student,
    Teaching,
    User,
)
from quizzes.people import accounts
from quizzes.people.erasure import erase_student
from quizzes.views.request_meta import page_before
from tests.factories import (
    NOW,
    make_assignment,
    make_attempt,
    make_classroom,
    make_document,
    make_draft,
    make_edition,
    make_picture,
    make_question_set,
    make_regrade,
    make_student,
    make_user,
    publish_built_in_sets,
)
from tests.pages import form_of, read, text_of
from tests.slow_cases import slow_after

Actor = Literal["nobody", "student", "classmate", "outsider", "teacher", "viewer", "other_teacher", "staff"]
# page: 200. moves: a redirect to another page of the actor. login, join: a redirect to sign-in. missing: 404.
# unmet: 400, a parameter is missing.
Outcome = Literal["page", "moves", "login", "join", "missing", "refused", "unmet"]

EVERYONE: dict[Actor, Outcome] = dict.fromkeys(
    ("nobody", "student", "classmate", "outsider", "teacher", "viewer", "other_teacher", "staff"), "page"
)
ANY_TEACHER: dict[Actor, Outcome] = {
    **dict.fromkeys(("nobody", "student", "classmate", "outsider"), "login"),
    **dict.fromkeys(("teacher", "viewer", "other_teacher", "staff"), "page"),
}
ADMINISTRATOR: dict[Actor, Outcome] = {
    **ANY_TEACHER,
    **dict.fromkeys(("teacher", "viewer", "other_teacher"), "refused"),
}
OWN_TEACHER: dict[Actor, Outcome] = {**ANY_TEACHER, "other_teacher": "missing", "staff": "missing"}
# Pages that change a class, and sets of questions: a viewer of the class reads no set of its teacher.
EDITOR: dict[Actor, Outcome] = {**OWN_TEACHER, "viewer": "refused"}
SET_OWNER: dict[Actor, Outcome] = {**OWN_TEACHER, "viewer": "missing"}
ANY_STUDENT: dict[Actor, Outcome] = {
    **dict.fromkeys(("nobody", "teacher", "viewer", "other_teacher", "staff"), "join"),
    **dict.fromkeys(("student", "classmate", "outsider"), "page"),
}
CLASS_STUDENT: dict[Actor, Outcome] = {**ANY_STUDENT, "outsider": "missing"}
OWN_STUDENT: dict[Actor, Outcome] = {**CLASS_STUDENT, "classmate": "missing"}


def moving(outcomes: Mapping[Actor, Outcome]) -> dict[Actor, Outcome]:
    """The same outcomes with a redirect instead of a page."""
    return {actor: "moves" if outcome == "page" else outcome for actor, outcome in outcomes.items()}


@dataclass(frozen=True)
class School:
    """The rows behind the URLs of the table: of one teacher, with an attempt of one student."""

    teacher: User
    student: Student
    assignment: Assignment
    attempt: Attempt


@dataclass(frozen=True)
class Row:
    """One URL. kwargs: from the school. method, data: of the request."""

    outcomes: Mapping[Actor, Outcome]
    kwargs: Callable[[School], dict[str, Any]] = lambda school: {}
    method: Literal["get", "post"] = "get"
    data: Mapping[str, str] | None = None


def of_classroom(school: School) -> dict[str, Any]:
    return {"public_id": school.assignment.classroom.public_id}


def of_account(school: School) -> dict[str, Any]:
    return {"number": school.teacher.pk}


def of_person(school: School) -> dict[str, Any]:
    return {**of_classroom(school), "number": school.teacher.pk}


def of_halves(school: School) -> dict[str, Any]:
    if school.assignment.classroom.assignments.count() > 4:
        return of_classroom(school)
    for slug, other in (("form-a", "form-b"), ("form-b", "form-a")):
        document = {**make_document(slug=slug), "form_of": other}
        edition = make_edition(question_set=make_question_set(slug=slug), document=document)
        for _ in range(2):
            make_assignment(edition=edition, classroom=school.assignment.classroom)
    return of_classroom(school)


def of_student(school: School) -> dict[str, Any]:
    return {"public_id": school.student.public_id}


def of_set(school: School) -> dict[str, Any]:
    return {"public_id": school.assignment.edition.question_set.public_id}


def of_guide(school: School) -> dict[str, Any]:
    reading = school.assignment.edition.question_set.reading
    without = Source.objects.filter(readings=reading, teaching_guide__isnull=True)
    without.update(teaching_guide={"summary": ["A city ends an agreement."]})
    return of_set(school)


def of_own_set(school: School) -> dict[str, Any]:
    return {"public_id": make_edition(question_set=make_question_set(owner=school.teacher)).question_set.public_id}


def of_draft(school: School) -> dict[str, Any]:
    return {"public_id": make_draft(owner=school.teacher).question_set.public_id}


def of_draft_question(school: School) -> dict[str, Any]:
    return {**of_draft(school), "key": "one"}


def translation_of_draft(school: School) -> dict[str, Any]:
    return {**of_draft_question(school), "language": "es"}


def of_picture(school: School) -> dict[str, Any]:
    """A published picture of a set of the teacher, on which the student has an attempt."""
    file = clean_picture(make_picture())
    question_set = make_question_set(owner=school.teacher)
    edition = make_edition(question_set=question_set)
    store_picture(question_set, file, now=NOW)
    StoredPicture.objects.update(published_at=NOW)
    make_attempt(
        assignment=make_assignment(edition=edition, classroom=school.assignment.classroom), student=school.student
    )
    return {"digest": file.digest}


def first_of_draft(school: School) -> dict[str, Any]:
    return {**of_draft(school), "number": 1}


def of_assignment(school: School) -> dict[str, Any]:
    return {"public_id": school.assignment.public_id}


def of_attempt(school: School) -> dict[str, Any]:
    return {"public_id": school.attempt.public_id}


def of_student_on_assignment(school: School) -> dict[str, Any]:
    return {**of_assignment(school), "student_id": school.student.public_id}


def of_regrade(school: School) -> dict[str, Any]:
    return {**of_assignment(school), "group": make_regrade(assignment=school.assignment, made_by=school.teacher).group}


def first_of_attempt(school: School) -> dict[str, Any]:
    return {"public_id": school.attempt.public_id, "number": 1}


def first_of_set(school: School) -> dict[str, Any]:
    return {**of_set(school), "number": 1}


def with_invitation(school: School) -> dict[str, Any]:
    return {"token": accounts.invite(by=school.teacher, now=timezone.now())}


def with_sign_in_link(school: School) -> dict[str, Any]:
    uid, token = accounts.sign_in_link(school.teacher, "").rstrip("/").split("/")[-2:]
    return {"uid": uid, "token": token}


def of_erasure(school: School) -> dict[str, Any]:
    student = make_student(classroom=school.assignment.classroom, name="Mia S.")
    return {"receipt": erase_student(student, by=school.teacher, now=timezone.now()).receipt}


def of_course(school: School) -> dict[str, Any]:
    classroom = school.assignment.classroom
    platform, _ = LtiPlatform.objects.get_or_create(name="Moodle", issuer="i", client_id="c", created_at=NOW)
    deployment, _ = LtiDeployment.objects.get_or_create(platform=platform, deployment_id="d")
    course, _ = LtiCourse.objects.get_or_create(
        deployment=deployment,
        context_id=classroom.public_id,
        defaults={"classroom": classroom, "members_url": "http://127.0.0.1:9/"},
    )
    return {"public_id": classroom.public_id, "course_id": course.pk}


FOR_PLATFORMS = {"lti_login", "lti_launch", "lti_register"}

TABLE: dict[str, Row] = {
    # Everyone
    "landing": Row(EVERYONE),
    "picture": Row(
        {
            **dict.fromkeys(EVERYONE, "missing"),
            **dict.fromkeys(("student", "teacher", "viewer"), "page"),
        },
        of_picture,
    ),
    "try_question": Row(EVERYONE, lambda school: {"number": 1}),
    "try_result": Row(moving(EVERYONE)),
    "privacy": Row(EVERYONE),
    "help": Row(EVERYONE),
    "manifest": Row(EVERYONE),
    "offline": Row(EVERYONE),
    "offline_worker": Row(EVERYONE),
    "accessibility": Row(EVERYONE),
    "how_we_write": Row(EVERYONE),
    "accept_invitation": Row(EVERYONE, with_invitation),
    "use_sign_in_link": Row(EVERYONE, with_sign_in_link),
    # A learning platform. tests/lti has the launches that get in.
    "lti_login": Row(dict.fromkeys(EVERYONE, "unmet")),
    "lti_launch": Row(dict.fromkeys(EVERYONE, "refused")),
    "lti_frame": Row(EVERYONE, lambda school: {"token": "t"}),
    "lti_keys": Row(EVERYONE),
    "lti_register": Row(EVERYONE, lambda school: {"token": "t"}),
    "lti_connect": Row(
        {**ANY_TEACHER, **dict.fromkeys(("teacher", "viewer", "other_teacher", "staff"), "missing")},
        lambda school: {"public_id": "AAAAAAAAAAAA"},
    ),
    "lti_members": Row(EDITOR, of_course),
    "lti_disconnect": Row(EDITOR, of_course),
    "lti_retry": Row(moving(EDITOR), of_assignment, method="post"),
    "livez": Row(EVERYONE),
    "readyz": Row(EVERYONE),
    # Off, as by default.
    "metrics": Row(dict.fromkeys(EVERYONE, "missing")),
    # Students
    "join": Row(EVERYONE),
    "join_with_code": Row(EVERYONE, lambda school: {"code": school.assignment.classroom.join_code}),
    "choose_name": Row(dict.fromkeys(EVERYONE, "join")),
    "enter_pin": Row(dict.fromkeys(EVERYONE, "join")),
    "student_home": Row(ANY_STUDENT),
    "open_quizzes": Row(ANY_STUDENT),
    "sign_out": Row(dict.fromkeys(EVERYONE, "join"), method="post"),
    "choose_language": Row(dict.fromkeys(EVERYONE, "join"), method="post"),
    "start_attempt": Row(CLASS_STUDENT, of_assignment),
    "take_attempt": Row(OWN_STUDENT, first_of_attempt),
    "review_attempt": Row(OWN_STUDENT, of_attempt),
    "choose_level": Row(moving(OWN_STUDENT), of_attempt, method="post", data={"level": "es", "number": "1"}),
    "support_marks": Row(OWN_STUDENT, of_attempt),
    "change_break": Row(moving(OWN_STUDENT), of_attempt, method="post", data={"act": "break", "number": "1"}),
    "paced_question": Row(OWN_STUDENT, of_attempt),
    "time_left": Row(OWN_STUDENT, of_attempt),
    "questions_ahead": Row(OWN_STUDENT, of_attempt),
    "record_heartbeat": Row(OWN_STUDENT, of_attempt, method="post", data={"number": "1"}),
    "enter_pin_again": Row(dict.fromkeys(EVERYONE, "unmet"), of_attempt, method="post", data={"pin": ""}),
    "submit_attempt": Row(moving(OWN_STUDENT), of_attempt, method="post"),
    "receipt": Row(moving(OWN_STUDENT), of_attempt),
    "result": Row(moving(OWN_STUDENT), of_attempt),
    "practice_question": Row(moving(OWN_STUDENT), first_of_attempt),
    "practice_result": Row(moving(OWN_STUDENT), of_attempt),
    # Teachers
    "teacher_home": Row(ANY_TEACHER),
    "search": Row(ANY_TEACHER),
    "hide_todo": Row(moving(ANY_TEACHER), method="post", data={"key": "quiz:AAAAAAAAAAAA", "count": "1"}),
    "show_todo": Row(moving(ANY_TEACHER), method="post", data={"key": "quiz:AAAAAAAAAAAA", "count": "1"}),
    "add_classroom": Row(ANY_TEACHER),
    "import_class": Row(ANY_TEACHER),
    "import_oneroster": Row(ANY_TEACHER),
    "download_class": Row(OWN_TEACHER, of_classroom, method="post"),
    "archived_classrooms": Row(ANY_TEACHER),
    "open_sample_class": Row(moving(ANY_TEACHER), method="post"),
    "classroom_gradebook": Row(OWN_TEACHER, of_classroom),
    "classroom_quizzes": Row(OWN_TEACHER, of_classroom),
    "change_classroom": Row(OWN_TEACHER, of_classroom),
    "change_code": Row(EDITOR, of_classroom),
    "restore_code": Row(moving(EDITOR), of_classroom, method="post"),
    "restore_assignment": Row(moving(EDITOR), of_classroom, method="post"),
    "set_code_active": Row(moving(EDITOR), of_classroom, method="post", data={"is_open": "True"}),
    "set_missing_rule": Row(moving(EDITOR), of_classroom, method="post", data={"is_zero": "on"}),
    "classroom_growth": Row(OWN_TEACHER, of_classroom),
    "give_halves": Row(moving(EDITOR), of_halves, method="post"),
    "set_pin_kind": Row(moving(EDITOR), of_classroom, method="post", data={"pin_kind": "pictures"}),
    "set_reading_levels": Row(moving(EDITOR), of_classroom, method="post", data={"variant": "es"}),
    "class_accommodations": Row(OWN_TEACHER, of_classroom),
    "import_accommodations": Row(EDITOR, of_classroom, method="post"),
    "extend_to_fit": Row(
        moving(EDITOR), of_classroom, method="post", data={"students": "A" * 12, "quizzes": f"{'A' * 12} {'B' * 12}"}
    ),
    "download_accommodations": Row(OWN_TEACHER, of_classroom, method="post"),
    "set_class_supports": Row(moving(EDITOR), of_classroom, method="post", data={"read_aloud": "on"}),
    "sort_roster": Row(moving(EDITOR), of_classroom, method="post", data={"by_first": "1"}),
    "set_archived": Row(moving(EDITOR), of_classroom, method="post", data={"is_archived": "True"}),
    "roster": Row(OWN_TEACHER, of_classroom),
    "add_students": Row(EDITOR, of_classroom),
    "sign_in_cards": Row(EDITOR, of_classroom),
    "change_pins": Row(EDITOR, of_classroom),
    "student_history": Row(OWN_TEACHER, of_student),
    "student_report": Row(OWN_TEACHER, of_student),
    "class_reports": Row(OWN_TEACHER, of_classroom),
    "download_student": Row(OWN_TEACHER, of_student, method="post"),
    "rename_student": Row(moving(EDITOR), of_student, method="post", data={"name": "Maya L."}),
    "change_number": Row(moving(EDITOR), of_student, method="post", data={"number": "1042"}),
    "move_student": Row(EDITOR, of_student, method="post"),
    "transfer_work": Row(moving(EDITOR), of_student, method="post"),
    "excuse_earlier": Row(moving(EDITOR), of_student, method="post", data={"is_excused": "True"}),
    "merge_student": Row(EDITOR, of_student),
    "remove_student": Row(moving(EDITOR), of_student, method="post"),
    "restore_student": Row(moving(EDITOR), of_student, method="post"),
    "set_accommodations": Row(moving(EDITOR), of_student, method="post", data={"time": "1.5", "source": "own"}),
    "change_pin": Row(EDITOR, of_student),
    "let_student_in": Row(moving(EDITOR), of_student, method="post"),
    "erase_student": Row(EDITOR, of_student),
    "erase_classroom": Row(EDITOR, of_classroom),
    "erasure_receipt": Row(SET_OWNER, of_erasure),
    "question_sets": Row(ANY_TEACHER),
    "question_set": Row(ANY_TEACHER, of_set),
    "teaching_guide": Row(ANY_TEACHER, of_guide),
    "try_set_question": Row(ANY_TEACHER, first_of_set),
    "try_set_result": Row(moving(ANY_TEACHER), of_set),
    "assign": Row(ANY_TEACHER, of_set),
    "assign_quiz": Row(ANY_TEACHER),
    "assign_again": Row(EDITOR, of_assignment),
    "change_version": Row(moving(EDITOR), of_assignment, method="post"),
    "add_classes": Row(EDITOR, of_assignment),
    "print_set": Row(ANY_TEACHER, of_set),
    "print_set_key": Row(ANY_TEACHER, of_set),
    "add_set": Row(ANY_TEACHER),
    "share_set": Row(SET_OWNER, of_own_set),
    "stop_sharing": Row(moving(SET_OWNER), lambda school: {**of_own_set(school), "number": 1}, method="post"),
    "copy_set": Row(moving(ANY_TEACHER), of_set, method="post"),
    "archive_set": Row(moving(SET_OWNER), of_draft, method="post"),
    "delete_set": Row(moving(SET_OWNER), of_draft, method="post"),
    "restore_set": Row(moving(SET_OWNER), of_draft, method="post"),
    "undo_removal": Row(moving(SET_OWNER), of_draft, method="post"),
    "edit_source": Row(SET_OWNER, of_draft),
    "edit_objectives": Row(SET_OWNER, of_draft),
    "edit_reading": Row(SET_OWNER, of_draft),
    "replace_text": Row(SET_OWNER, of_draft),
    "compare_reading": Row(SET_OWNER, of_draft),
    "edit_level": Row(moving(SET_OWNER), lambda school: {**of_draft(school), "level": "easier"}),
    "replace_level_text": Row(SET_OWNER, lambda school: {**of_draft(school), "level": "easier"}),
    "remove_level": Row(moving(SET_OWNER), lambda school: {**of_draft(school), "level": "easier"}, method="post"),
    "edit_reading_picture": Row(SET_OWNER, of_draft),
    "remove_reading_picture": Row(moving(SET_OWNER), of_draft, method="post"),
    "edit_question_picture": Row(SET_OWNER, of_draft_question),
    "remove_question_picture": Row(moving(SET_OWNER), of_draft_question, method="post"),
    "edit_languages": Row(SET_OWNER, of_draft),
    "edit_translation": Row(SET_OWNER, translation_of_draft),
    "edit_speakers": Row(SET_OWNER, of_draft),
    "edit_words": Row(SET_OWNER, of_draft),
    "edit_orphans": Row(SET_OWNER, of_draft),
    "keep_orphans": Row(moving(SET_OWNER), of_draft, method="post"),
    "resolve_orphan": Row(moving(SET_OWNER), of_draft_question, method="post"),
    "import_questions": Row(ANY_TEACHER),
    "question_template": Row(ANY_TEACHER, lambda school: {"file_format": "csv"}),
    "export_questions": Row(SET_OWNER, of_draft),
    "choose_evidence": Row(SET_OWNER, of_draft),
    "undo_import": Row(moving(SET_OWNER), of_draft, method="post", data={"batch": "00000000", "revision": "0"}),
    "edit_questions": Row(moving(SET_OWNER), of_draft),
    "add_question": Row(moving(SET_OWNER), of_draft, method="post"),
    "keep_wording": Row(moving(SET_OWNER), of_draft, method="post"),
    "edit_question": Row(SET_OWNER, of_draft_question),
    "remove_question": Row(SET_OWNER, of_draft_question),
    "preview_draft": Row(SET_OWNER, first_of_draft),
    "publish_set": Row(SET_OWNER, of_draft),
    "go_back": Row(moving(SET_OWNER), of_draft),
    "move_assignments": Row(moving(SET_OWNER), of_draft, method="post"),
    "assignment_progress": Row(OWN_TEACHER, of_assignment),
    "live_progress": Row(OWN_TEACHER, of_assignment),
    "hide_names": Row(moving(OWN_TEACHER), of_assignment, method="post", data={"is_hidden": "True"}),
    "start_class": Row(OWN_TEACHER, of_assignment),
    "start_classroom": Row(OWN_TEACHER, of_classroom),
    "live_start_classroom": Row(OWN_TEACHER, of_classroom),
    "running_class": Row(OWN_TEACHER, of_assignment),
    "live_running_class": Row(OWN_TEACHER, of_assignment),
    "class_board": Row(OWN_TEACHER, of_assignment),
    "live_board": Row(OWN_TEACHER, of_assignment),
    "show_on_board": Row(moving(EDITOR), of_assignment, method="post", data={"aim": "1-2"}),
    "print_assignment": Row(OWN_TEACHER, of_assignment),
    "print_assignment_key": Row(OWN_TEACHER, of_assignment),
    "paper_answers": Row(EDITOR, of_assignment),
    "student_paper_answers": Row(EDITOR, of_student_on_assignment),
    "move_paper_answers": Row(moving(EDITOR), of_student_on_assignment, method="post"),
    "delete_paper_answers": Row(moving(EDITOR), of_student_on_assignment, method="post"),
    "change_assignment": Row(EDITOR, of_assignment),
    "undo_close": Row(moving(EDITOR), of_assignment, method="post"),
    "change_window": Row(moving(EDITOR), of_assignment, method="post", data={"act": "close", "is_sure": "on"}),
    "delete_assignment": Row(moving(EDITOR), of_assignment, method="post"),
    "assignment_regrades": Row(OWN_TEACHER, of_assignment),
    "regrade_question": Row(EDITOR, lambda school: {**of_assignment(school), "number": 1}),
    "undo_regrade": Row(moving(EDITOR), of_regrade, method="post"),
    "assignment_results": Row(OWN_TEACHER, of_assignment),
    "item_analysis": Row(OWN_TEACHER, of_assignment),
    "answer_visibility": Row(OWN_TEACHER, of_assignment),
    "download_items": Row(OWN_TEACHER, of_assignment, method="post", data={"form": "csv"}),
    "assign_retry": Row(moving(EDITOR), of_assignment),
    "retry_assignment": Row(moving(EDITOR), of_assignment, method="post"),
    "classroom_mastery": Row(OWN_TEACHER, of_classroom),
    "download_answers": Row(OWN_TEACHER, of_assignment, method="post", data={"form": "csv"}),
    "download_file": Row(OWN_TEACHER, of_classroom, method="post", data={"layout": "answers", "form": "csv"}),
    "grading_queue": Row(EDITOR, of_assignment),
    "settle_queued_answer": Row(moving(EDITOR), of_assignment, method="post", data={"entry": "none", "act": "accept"}),
    "undo_settled": Row(moving(EDITOR), of_regrade, method="post"),
    "extend_students": Row(EDITOR, of_assignment),
    "undo_excuses": Row(moving(EDITOR), of_assignment, method="post", data={"students": "none"}),
    "student_overrides": Row(OWN_TEACHER, of_student_on_assignment),
    "extend_student": Row(
        moving(EDITOR), of_student_on_assignment, method="post", data={"extra_attempts": "1", "reason": "Ill."}
    ),
    "add_minutes": Row(
        moving(EDITOR), of_student_on_assignment, method="post", data={"minutes": "10", "seen": "2026-10-23T15:00Z"}
    ),
    "excuse_student": Row(
        moving(EDITOR), of_student_on_assignment, method="post", data={"is_excused": "True", "reason": "Ill."}
    ),
    "attempt_review": Row(OWN_TEACHER, of_attempt),
    "reopen_attempt": Row(
        moving(EDITOR), of_attempt, method="post", data={"receipt": "ABC-DEF", "reason": "The fire alarm."}
    ),
    "accept_late": Row(moving(EDITOR), of_attempt, method="post"),
    "undo_late": Row(moving(EDITOR), of_attempt, method="post"),
    "accept_all_late": Row(moving(EDITOR), of_assignment),
    "comment_on_attempt": Row(moving(EDITOR), of_attempt, method="post", data={"comment": "Well done."}),
    "grade_answer": Row(moving(EDITOR), first_of_attempt, method="post", data={"points": "1"}),
    "account": Row(ANY_TEACHER),
    "change_email": Row(ANY_TEACHER),
    "delete_account": Row(ANY_TEACHER),
    "download_account": Row(ANY_TEACHER, method="post"),
    "remove_school_account": Row(moving(ANY_TEACHER), method="post"),
    "account_deleted": Row(moving(EVERYONE)),
    "hand_over_classroom": Row(EDITOR, of_classroom),
    # Whoever is signed out is led to the sign-in page.
    "sign_out_everywhere": Row(dict.fromkeys(EVERYONE, "login"), method="post"),
    "invite": Row(moving(ANY_TEACHER), method="post"),
    "cancel_invitation": Row(moving(ANY_TEACHER), lambda school: {"number": 1}, method="post"),
    "administration": Row(ADMINISTRATOR),
    "close_account": Row(moving(ADMINISTRATOR), of_account, method="post"),
    "reopen_account": Row(moving(ADMINISTRATOR), of_account, method="post"),
    "revoke_invitation": Row(moving(ADMINISTRATOR), lambda school: {"number": 1}, method="post"),
    "add_person": Row(EDITOR, of_classroom),
    "change_role": Row(moving(EDITOR), of_person, method="post", data={"role": "viewer"}),
    "remove_person": Row(moving(EDITOR), of_person, method="post"),
    "leave_classroom": Row(OWN_TEACHER, of_classroom),
}
ACTORS: tuple[Actor, ...] = tuple(EVERYONE)


def site_routes(patterns: list[URLPattern | URLResolver]) -> dict[str, str]:
    """The routes of the site's own URLs by name. Those of allauth and the admin are tested elsewhere."""
    routes: dict[str, str] = {}
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            if str(pattern.pattern) not in {"admin/", "accounts/"}:
                routes |= site_routes(pattern.url_patterns)
        elif not str(pattern.pattern).startswith("accounts/"):
            routes[pattern.name or str(pattern.pattern)] = str(pattern.pattern)
    return routes


ROUTES = site_routes(get_resolver().url_patterns)


@pytest.fixture(autouse=True)
def passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """Teachers have passwords, without the slow hash. Otherwise pages of the account ask for one first."""
    monkeypatch.setattr(User, "has_usable_password", lambda user: True)


Cast = dict[Actor, Student | User | None]


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[bytes]:
    """`people`, pickled. Their rows are made once for a module. Each test's own writes are rolled back after it."""
    with django_db_blocker.unblock(), transaction.atomic():
        teacher = make_user(email="rivera@school.test", name="Ms. Rivera")
        other_teacher = make_user(email="okafor@school.test", name="Mr. Okafor")
        viewer = make_user(email="baker@school.test", name="Ms. Baker")
        staff = make_user(email="office@school.test", name="The office", is_staff=True)
        classroom = make_classroom(teacher=teacher, name="Period 3")
        Teaching.objects.create(classroom=classroom, teacher=viewer, role=Teaching.Role.VIEWER)
        student = make_student(classroom=classroom, name="Maya Lopez")
        classmate = make_student(classroom=classroom, name="Noah Park")
        outsider = make_student(classroom=make_classroom(teacher=other_teacher, name="Period 5"), name="Omar Diaz")
        assignment = make_assignment(edition=make_edition(), classroom=classroom, assigned_by=teacher)
        school = School(teacher, student, assignment, make_attempt(assignment=assignment, student=student))
        cast: Cast = {
            "nobody": None,
            "student": student,
            "classmate": classmate,
            "outsider": outsider,
            "teacher": teacher,
            "viewer": viewer,
            "other_teacher": other_teacher,
            "staff": staff,
        }
        yield pickle.dumps((school, cast))
        transaction.set_rollback(True)


def copies_of(world: bytes) -> tuple[School, Cast]:
    """A school and who may ask. Copies, since a test may change an object as well as its row."""
    copies: tuple[School, Cast] = pickle.loads(world)  # noqa: S301  made by the fixture above
    return copies


@pytest.fixture
def people(world: bytes, db: None) -> tuple[School, Cast]:
    return copies_of(world)


@pytest.fixture
def school(people: tuple[School, Cast]) -> School:
    return people[0]


@pytest.fixture
def cast(people: tuple[School, Cast]) -> Cast:
    return people[1]


def outcome_of(response: HttpResponse) -> str:
    if response.status_code in {301, 302, 303}:
        target = response.headers["Location"]
        if target.startswith(reverse("account_login")):
            return "login"
        return "join" if target.partition("?")[0] == reverse("join") else "moves"
    return {200: "page", 204: "page", 400: "unmet", 401: "refused", 403: "refused", 404: "missing"}.get(
        response.status_code, str(response.status_code)
    )


def test_every_address_is_in_the_table() -> None:
    names = set(ROUTES)
    assert names - set(TABLE) == set(), "Add a row to TABLE for each of these URLs: who may open it."
    assert set(TABLE) - names == set(), "Take these rows out of TABLE."


@pytest.mark.parametrize("name", TABLE)
def test_address_opens_for_whom_it_should(
    name: str, world: bytes, db: None, signed_in: Callable[[Student | User], Client]
) -> None:
    """Each actor finds the school as it was made. One test for each actor would cost eight times the setup."""
    row = TABLE[name]
    if name in {"try_question", "try_result"}:
        publish_built_in_sets()
    outcomes = {}
    for actor in ACTORS:
        clear_all()
        school, cast = copies_of(world)
        person = cast[actor]
        with transaction.atomic():
            client = signed_in(person) if person is not None else Client()
            response = getattr(client, row.method)(reverse(name, kwargs=row.kwargs(school)), data=row.data)
            transaction.set_rollback(True)
        outcomes[actor] = outcome_of(response)
    assert outcomes == row.outcomes


def of_nothing(kwargs: dict[str, Any]) -> dict[str, Any]:
    """The arguments of the same URL for a row that does not exist."""
    return {name: "0" * 12 if name == "public_id" else value for name, value in kwargs.items()}


@pytest.mark.parametrize("name", [name for name, route in ROUTES.items() if "public_id>" in route])
def test_address_of_no_row_gets_the_reply_of_another_teachers_row(
    name: str,
    school: School,
    cast: Cast,
    signed_in: Callable[[Student | User], Client],
) -> None:
    row = TABLE[name]
    kwargs = row.kwargs(school)
    assert of_nothing(kwargs) != kwargs
    missing = {"page": "missing", "moves": "missing", "refused": "missing"}
    for actor, person in cast.items():
        client = signed_in(person) if person is not None else Client()
        ask = getattr(client, row.method)
        gone = ask(reverse(name, kwargs=of_nothing(kwargs)), data=row.data)
        assert (actor, outcome_of(gone)) == (actor, missing.get(row.outcomes[actor], row.outcomes[actor]))
        if row.outcomes[actor] == "missing":
            # The reply does not tell whether another user's row exists.
            other = ask(reverse(name, kwargs=kwargs), data=row.data)
            assert other.content == gone.content


@pytest.mark.parametrize("name", [name for name, row in TABLE.items() if row.method == "post"])
def test_address_that_writes_refuses_a_get(
    name: str, school: School, signed_in: Callable[..., Client], queries: Callable[[], Any]
) -> None:
    row = TABLE[name]
    person = school.student if row.outcomes["teacher"] == "join" and name != "sign_out" else school.teacher
    address = reverse(name, kwargs=row.kwargs(school))
    client = signed_in(person)
    with queries() as seen:
        response = client.get(address, headers={"Referer": f"http://testserver{reverse('privacy')}?from=here"})
    assert (response.status_code, response.headers["Allow"], seen.writes) == (405, "POST", [])
    assert "Nothing changed. Go back to the page and use its button." in text_of(response)
    assert f"{reverse('privacy')}?from=here" in read(response).links
    assert reverse("student_home" if person is school.student else "teacher_home") in read(client.get(address)).links


def test_way_back_leads_to_no_address_that_writes(school: School, rf: RequestFactory) -> None:
    addresses = {name: reverse(name, kwargs=row.kwargs(school)) for name, row in TABLE.items()}
    on_demand = {name for name, address in addresses.items() if resolve(address).func.__name__ == "load_and_call"}
    referers = {name: f"http://testserver{address}" for name, address in addresses.items()}
    pages = {
        name
        for name, referer in referers.items()
        if page_before(rf.post("/", headers={"Referer": referer})) == addresses[name]
    }
    writes = {name for name, row in TABLE.items() if row.method == "post"}
    assert pages == TABLE.keys() - (writes - on_demand)


@pytest.mark.parametrize(
    "name", slow_after(30, [name for name, row in TABLE.items() if row.outcomes["nobody"] == "login"])
)
def test_write_without_a_session_leads_through_sign_in_to_the_page_of_its_button(name: str, school: School) -> None:
    row = TABLE[name]
    school.teacher.set_password("long enough for anyone")
    school.teacher.save()
    client, button = Client(), reverse("roster", kwargs=of_classroom(school))
    response = client.post(
        reverse(name, kwargs=row.kwargs(school)), data=row.data, headers={"Referer": f"http://testserver{button}"}
    )
    assert response.headers["Location"].partition("?")[0] == reverse("account_login")
    page = client.get(response.headers["Location"])
    assert "You were signed out, so your last change isn’t saved." in text_of(page)
    assert 'role="alert" tabindex="-1" autofocus' in page.content.decode()
    form = form_of(page, having="password")
    fields = form.data(login=school.teacher.email, password="long enough for anyone")
    signed_in = client.post(form.action, fields, follow=True)
    assert (signed_in.request["PATH_INFO"], signed_in.status_code) == (button, 200)


@pytest.mark.parametrize(
    ("referer", "expected"),
    [
        ("", reverse_lazy("teacher_home")),
        ("https://evil.example/teacher/", reverse_lazy("teacher_home")),
        ("http://testserver//evil.example/", reverse_lazy("teacher_home")),
        ("javascript:alert(1)", reverse_lazy("teacher_home")),
        ("http://testserver/teacher/classrooms/new/?name=a", "/teacher/classrooms/new/?name=a"),
        ("http://testserver/teacher/nothing/here/?name=a", reverse_lazy("teacher_home")),
    ],
)
def test_sign_in_leads_only_to_pages_of_this_site(referer: str, expected: str, school: School) -> None:
    response = Client().post(reverse("invite"), headers={"Referer": referer})
    query = parse_qs(urlsplit(response.headers["Location"]).query)
    assert resolve_url(query["next"][0]) == expected


@pytest.mark.parametrize("name", TABLE)
def test_write_without_a_token_is_refused(name: str, school: School) -> None:
    row = TABLE[name]
    client = Client(enforce_csrf_checks=True)
    client.force_login(school.teacher)
    response = client.post(reverse(name, kwargs=row.kwargs(school)), data=row.data)
    # A learning platform has no token. Its secrets are in the address or in the signed message.
    has_own_secret = name in FOR_PLATFORMS and response.status_code in {400, 401}
    assert has_own_secret or response.status_code in ({403} if row.method == "post" else {403, 405})


# readyz checks that it can write, and rolls back.
@pytest.mark.parametrize("name", [name for name, row in TABLE.items() if row.method == "get" and name != "readyz"])
def test_get_writes_nothing(
    name: str,
    school: School,
    signed_in: Callable[[Student | User], Client],
    queries: Callable[[], Any],
) -> None:
    """HEAD is answered as GET, without the body."""
    address = reverse(name, kwargs=TABLE[name].kwargs(school))
    for person in (school.teacher, school.student):
        client = signed_in(person)
        with queries() as seen:
            got = client.get(address)
            # A page that does not use htmx is sent whole to whoever says so.
            client.get(address, headers={"HX-Request": "true"})
            head = client.head(address)
        assert seen.writes == []
        assert (head.status_code, head.content) == (got.status_code, b"")
        assert head.headers["Content-Type"] == got.headers["Content-Type"]
        assert head.headers.get("Location") == got.headers.get("Location")


# A platform may show the registration in a frame.
WITH_HEADERS = [(name, False) for name in TABLE if name != "lti_register"]
# These may be other pages after turning in.
WITH_HEADERS_AFTER = [
    (name, True)
    for name, _ in WITH_HEADERS
    if TABLE[name].outcomes["student"] in {"page", "moves"} or re.search("assignments/|attempts/", ROUTES.get(name, ""))
]


@pytest.mark.parametrize(("name", "submitted"), slow_after(len(WITH_HEADERS), [*WITH_HEADERS, *WITH_HEADERS_AFTER]))
def test_headers_hold_on_every_page(
    name: str, submitted: bool, school: School, signed_in: Callable[[Student | User], Client]
) -> None:
    if submitted:
        submit_attempt(school.attempt, now=NOW)
    row = TABLE[name]
    for person in (school.teacher, school.student):
        response = getattr(signed_in(person), row.method)(reverse(name, kwargs=row.kwargs(school)), data=row.data)
        assert response.headers["Content-Security-Policy"] == (
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
            "connect-src 'self'; manifest-src 'self'; "
            "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'"
        )
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.headers["Referrer-Policy"] == "same-origin"
        assert response.headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert response.headers["Cross-Origin-Resource-Policy"] == "same-origin"
        # A picture is the same for all of its readers and says nothing of them. A class loads it once for each device.
        kept = "private, max-age=31536000, immutable" if name == "picture" else "no-store"
        assert kept in response.headers["Cache-Control"]
        assert "Access-Control-Allow-Origin" not in response.headers
