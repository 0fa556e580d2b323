"""Connect what a launch names with rows: person and account, course and class, learner and student, link and quiz.

Reads the stored claims of a launch (`launches._claims`), and loads nothing else of the library.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, models, transaction
from django.db.models import Q
from django.utils.translation import gettext

from quizzes.models import (
    Assignment,
    AuditEvent,
    Classroom,
    LtiCourse,
    LtiDeployment,
    LtiLaunch,
    LtiLink,
    LtiStudent,
    LtiTeacher,
    Student,
    User,
)
from quizzes.models.locks import locked_with_keys
from quizzes.people import rosters
from quizzes.people.names import InvalidName, PersonName, clean_name, join_name, name_key, numbered_name, split_name
from quizzes.people.rosters import NewStudent

Claims = Mapping[str, Any]


class NotOnRoster(Exception):
    """The student was removed from the class."""


class NoName(Exception):
    """The platform gave no name to add the learner by."""


class StudentTaken(Exception):
    """The course has another learner for the student."""


class ConnectedElsewhere(Exception):
    """The course is connected with another class that is not archived."""


def teacher_of(launch: LtiLaunch) -> User | None:
    """The account of the person who launched, if it is open."""
    subject = launch.known_claims.get("subject", "")
    return User.objects.filter(
        is_active=True, lti_teachers__platform=launch.platform_id, lti_teachers__subject=subject
    ).first()


def connect_teacher(launch: LtiLaunch, user: User) -> None:
    """From now on, this person of the platform signs in to this account. Safe to repeat."""
    LtiTeacher.objects.update_or_create(
        platform_id=launch.platform_id, subject=launch.known_claims["subject"], defaults={"user": user}
    )


def course_of(launch: LtiLaunch) -> LtiCourse | None:
    """The course of the launch, if a teacher has chosen its class. Keeps its newest title and address of members."""
    claims = launch.known_claims
    course = (
        LtiCourse.objects.select_related("classroom", "deployment")
        .filter(
            deployment__platform=launch.platform_id,
            deployment__deployment_id=claims.get("deployment", ""),
            context_id=claims.get("context", ""),
        )
        .first()
    )
    if course is not None:
        changed = {
            field: value for field, value in _details(claims).items() if value and getattr(course, field) != value
        }
        for field, value in changed.items():
            setattr(course, field, value)
        if changed:
            course.save(update_fields=[*changed])
    return course


def _details(claims: Claims) -> dict[str, str]:
    """Of the course of a launch: the fields that a later launch may change. "" where the platform gave nothing."""
    return {"title": claims.get("course_title", ""), "members_url": claims.get("members", "")}


def course_name(course: LtiCourse) -> str:
    """The course as pages name it: "Civics 7B on Moodle", or "a course on Moodle" without a title."""
    platform = course.deployment.platform.name
    if course.title:
        return gettext("{title} on {platform}").format(title=course.title, platform=platform)
    return gettext("a course on {platform}").format(platform=platform)


@transaction.atomic
def connect_course(launch: LtiLaunch, classroom: Classroom, *, by: User, now: datetime) -> LtiCourse:
    """Connect the course with a class. Safe to repeat.

    If the course was connected with an archived class, its learners and links are deleted first. Raises
    ConnectedElsewhere if the other class is not archived: an owner of that class must disconnect it first.
    """
    claims = launch.known_claims
    deployment = LtiDeployment.objects.get(platform=launch.platform_id, deployment_id=claims["deployment"])
    course, is_new = locked_with_keys(LtiCourse.objects.all()).get_or_create(
        deployment=deployment,
        context_id=claims["context"],
        defaults={"classroom": classroom, **_details(claims)},
    )
    if course.classroom_id != classroom.pk:
        if course.classroom.archived_at is None:
            raise ConnectedElsewhere
        _record_disconnected(course, by, now)
        course.students.all().delete()
        course.links.all().delete()
    elif not is_new:
        return course
    course.classroom = classroom
    course.save(update_fields=["classroom"])
    AuditEvent.objects.record(
        AuditEvent.Action.COURSE_CONNECTED, actor=by, classroom=classroom, at=now, platform=launch.platform.name
    )
    return course


@transaction.atomic
def disconnect_course(course: LtiCourse, *, by: User, now: datetime) -> None:
    """End the connection of a course with its class. Its students stay on the roster. Safe to repeat.

    Scores already sent stay on the platform. course: with its class and platform.
    """
    if locked_with_keys(LtiCourse.objects.filter(pk=course.pk, classroom=course.classroom)).first() is None:
        return
    course.delete()
    _record_disconnected(course, by, now)


def _record_disconnected(course: LtiCourse, by: User, now: datetime) -> None:
    AuditEvent.objects.record(
        AuditEvent.Action.CLASSROOM_CHANGED,
        actor=by,
        classroom=course.classroom,
        at=now,
        before={"course": course.deployment.platform.name},
        after={"course": ""},
    )


def link_of(launch: LtiLaunch, course: LtiCourse) -> LtiLink | None:
    """The link of the launch; None if no teacher has chosen its quiz and the launch names none of the class.

    A link that was made by deep linking names its quiz, also another one later. In a copied course, that is a quiz of
    the first class.
    """
    claims = launch.known_claims
    link = course.links.select_related("assignment").filter(resource_link_id=claims.get("link", "")).first()
    if link is None or link.assignment.public_id != claims.get("assignment"):
        named = named_assignment(launch, course)
        if named is not None:
            return connect_link(launch, course, named)
    if link is not None and _set_line_items(link, claims):
        link.save(update_fields=_ITEM_FIELDS)
    return link


def named_assignment(launch: LtiLaunch, course: LtiCourse) -> Assignment | None:
    """The quiz that the link of the launch names; None if it names none of the class. At most 1 query."""
    named = launch.known_claims.get("assignment")
    return course.classroom.assignments.filter(public_id=named).first() if named else None


def linked_assignment(launch: LtiLaunch, course: LtiCourse) -> Assignment | None:
    """The quiz that the link of the launch opens so far, if any. 1 query."""
    links = course.links.filter(resource_link_id=launch.known_claims["link"])
    return Assignment.objects.filter(lti_links__in=links).first()


def connect_link(launch: LtiLaunch, course: LtiCourse, assignment: Assignment) -> LtiLink:
    """Tie the link to a quiz of the class. Safe to repeat. The records of scores for another quiz are deleted."""
    claims = launch.known_claims
    with transaction.atomic():
        link, _ = locked_with_keys(LtiLink.objects.all()).get_or_create(
            course=course, resource_link_id=claims["link"], defaults={"assignment": assignment}
        )
        if link.assignment_id != assignment.pk:
            link.scores.all().delete()
            link.assignment, link.line_item_url = assignment, ""
            # The failed tries were for the column of the other quiz.
            link.item_tries, link.item_try_at, link.item_error = 0, None, ""
        _set_line_items(link, claims)
        link.save(update_fields=["assignment", *_ITEM_FIELDS])
    return link


_ITEM_FIELDS = ["line_item_url", "line_items_url", "item_tries", "item_try_at", "item_error"]


def _set_line_items(link: LtiLink, claims: Claims) -> bool:
    """Set the addresses of the gradebook's columns that the launch names, without saving. Returns whether one changed.

    An address that the launch does not name stays: the site may have made the column.
    """
    line_item = claims.get("line_item") or link.line_item_url
    line_items = claims.get("line_items") or link.line_items_url
    if (line_item, line_items) == (link.line_item_url, link.line_items_url):
        return False
    link.line_item_url, link.line_items_url = line_item, line_items
    link.item_tries, link.item_try_at, link.item_error = 0, None, ""
    return True


def student_of(launch: LtiLaunch, course: LtiCourse, *, now: datetime) -> Student:
    """The student who launched; a new line of the roster at the first launch. Raises NotOnRoster or NoName.

    A learner can choose a name on the platform. So a name alone never connects to a student on the roster:
    a teacher connects the two.
    """
    claims = launch.known_claims
    subject = claims["subject"]
    known = LtiStudent.objects.select_related("student__merged_into").filter(course=course, subject=subject).first()
    student = known.student.current if known is not None else _students_elsewhere(course, [subject]).get(subject)
    if student is not None and (student.removed_at is not None or student.classroom_id != course.classroom_id):
        raise NotOnRoster
    if known is not None:
        return known.student.current
    if student is not None:
        try:
            return connect_student(course, subject, student)
        except StudentTaken:
            # A teacher connected the student with another learner of this course.
            pass
    name = member_name(claims)
    if name is None:
        raise NoName
    return add_student(course, subject, name, now=now)


def _students_elsewhere(course: LtiCourse, subjects: Iterable[str]) -> dict[str, Student]:
    """The students of these learners, by subject, from the platform's other courses. 1 query.

    They are of courses with the same class, or they moved to the class. A learner who was added once for each course
    has several: the first who is on the roster.
    """
    own = course.classroom_id
    others = LtiStudent.objects.filter(
        Q(course__classroom=own) | Q(student__classroom=own) | Q(student__merged_into__classroom=own),
        subject__in=subjects,
        course__deployment__platform=course.deployment.platform_id,
    ).exclude(course=course)
    found: dict[str, Student] = {}
    for learner in others.select_related("student__merged_into").order_by("-pk"):
        student = learner.student.current
        if learner.subject not in found or (student.removed_at is None and student.classroom_id == course.classroom_id):
            found[learner.subject] = student
    return found


def add_student(course: LtiCourse, subject: str, name: PersonName, *, now: datetime) -> Student:
    """A new line of the roster for a learner. If the name is taken, it gets a number. Safe to repeat."""
    classroom = course.classroom
    try:
        with transaction.atomic():
            # Lock before the names are read, so that no other request takes the same one.
            rosters.lock_roster(classroom.pk)
            present = rosters.names_present(classroom)
            if name_key(name.display) in present:
                name = PersonName(numbered_name(name.display, present), name.family)
            [student] = rosters.add_students(classroom, [NewStudent(name)], by=None, now=now)
            LtiStudent.objects.create(course=course, subject=subject, student=student)
    except IntegrityError:
        # The same learner launched twice at the same time.
        return LtiStudent.objects.select_related("student").get(course=course, subject=subject).student
    return student


@dataclass(frozen=True, slots=True)
class Member:
    """One learner of a course as the platform lists them."""

    subject: str
    name: PersonName


@dataclass(frozen=True, slots=True)
class MemberPreview:
    """The roster of a course compared with the roster of its class.

    new: each learner who is not connected yet, with the student to propose: the one that another course of the class
    has, else the one with the same name, else None.
    unclear: learners for whom the same student would be proposed, because they have the same name. None is proposed.
    unconnected: students without a learner in this course. gone: students with a learner that left the platform's list.
    """

    new: tuple[tuple[Member, Student | None], ...]
    unclear: frozenset[str]
    unconnected: tuple[Student, ...]
    gone: tuple[Student, ...]


def preview_members(course: LtiCourse, members: Sequence[Member]) -> MemberPreview:
    """Compare the learners with the roster. 3 queries."""
    entries = course.students.select_related("student__merged_into")
    known = {entry.subject: entry.student.current for entry in entries}
    connected = {student.pk for student in known.values()} | {entry.student_id for entry in entries}
    unconnected = [student for student in course.classroom.students.enrolled() if student.pk not in connected]
    listed = {member.subject for member in members}
    elsewhere = _students_elsewhere(course, listed)
    # A student of a known learner is not offered to another learner with the same name.
    by_name = {student.name_key: student for student in unconnected if student not in elsewhere.values()}

    def proposed(member: Member) -> Student | None:
        other = elsewhere.get(member.subject)
        return other if other in unconnected else by_name.get(name_key(member.name.display))

    offered = {member: proposed(member) for member in members if member.subject not in known}
    offer_counts = Counter(offered.values())
    unclear = frozenset(one.subject for one, student in offered.items() if student and offer_counts[student] > 1)
    return MemberPreview(
        new=tuple((one, None if one.subject in unclear else student) for one, student in offered.items()),
        unclear=unclear,
        unconnected=tuple(unconnected),
        gone=tuple(
            student for subject, student in known.items() if subject not in listed and student.removed_at is None
        ),
    )


def students_without_learner(classroom: Classroom) -> models.QuerySet[Student]:
    """The students of the roster without a learner of a course."""
    learners = LtiStudent.objects.filter(course__classroom=classroom)
    merged = learners.exclude(student__merged_into=None).values("student__merged_into")
    return classroom.students.enrolled().exclude(pk__in=learners.values("student")).exclude(pk__in=merged)


def connect_student(course: LtiCourse, subject: str, student: Student) -> Student:
    """From now on, this learner is this student of the class. Safe to repeat.

    Returns the student of the learner, who may have been connected before. Raises StudentTaken, or Student.DoesNotExist
    for a student of another class.
    """
    if student.classroom_id != course.classroom_id:
        raise Student.DoesNotExist
    entries = LtiStudent.objects.select_related("student")
    try:
        with transaction.atomic():
            entry, _ = entries.get_or_create(course=course, subject=subject, defaults={"student": student})
    except IntegrityError as error:
        # The course has another learner for this student.
        raise StudentTaken from error
    return entry.student


def member_name(claims: Claims) -> PersonName | None:
    """The name for a roster, from the claims of a launch or of a list of members; None without one."""
    given, family = str(claims.get("given_name") or ""), str(claims.get("family_name") or "")
    joined = join_name(given, family)
    try:
        display = clean_name(joined.display or str(claims.get("name") or ""))
    except InvalidName:
        return None
    return PersonName(display, joined.family) if joined.family else split_name(display)
