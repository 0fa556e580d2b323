"""Growth: both forms of a check in halves, and the report of a class."""

import uuid
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from quizzes.assignments.growth import give_halves, halved_check, students_without_half
from quizzes.assignments.newer_versions import split_by_edition
from quizzes.models import Assignment, Attempt, Classroom, Edition, Excuse, Student, User
from quizzes.models.reasons import ReasonKind
from quizzes.people.newcomers import give_one_version, lock_versions
from quizzes.people.rosters import move_student, remove_student
from quizzes.reports.gradebook import gradebook
from quizzes.reports.growth import GrowthLine, growth_of
from quizzes.reports.growth_figures import GrowthFigure
from tests.conftest import Queries
from tests.factories import (
    NOW,
    make_answered_attempt,
    make_assignment,
    make_classroom,
    make_document,
    make_edition,
    make_question_set,
    make_regrade,
    make_student,
)
from tests.pages import errors_of, form_of, text_of

pytestmark = pytest.mark.usefixtures("clock")
TIMES = {
    "before_opens": "2026-10-26T08:00",
    "before_closes": "2026-10-26T09:00",
    "after_opens": "2026-11-02T08:00",
    "after_closes": "2026-11-02T09:00",
}


@pytest.fixture
def forms(db: None) -> tuple[Edition, Edition]:
    """2 built-in sets that are forms of each other."""
    made = []
    for slug, other in (("form-a", "form-b"), ("form-b", "form-a")):
        document = {**make_document(slug=slug), "title": slug.title(), "form_of": other}
        made.append(make_edition(question_set=make_question_set(slug=slug, title=slug.title()), document=document))
    return made[0], made[1]


@pytest.fixture
def students(classroom: Classroom) -> list[Student]:
    return [make_student(classroom=classroom, name=f"Student {number:02}") for number in range(12)]


def growth_url(classroom: Classroom) -> str:
    return reverse("classroom_growth", args=[classroom.public_id])


def assign(client: Client, classroom: Classroom, **changes: str) -> None:
    form = form_of(client.get(growth_url(classroom)), having="before_opens")
    for _ in range(2):
        client.post(growth_url(classroom), form.data(**{**TIMES, **changes}))


def test_each_student_takes_one_form_before_and_the_other_after(
    teacher_client: Client, classroom: Classroom, forms: tuple[Edition, Edition], students: list[Student]
) -> None:
    assign(teacher_client, classroom)
    given = list(classroom.assignments.order_by("pk"))
    assert [assignment.own_title for assignment in given] == [
        "Form-A, before the lessons",
        "Form-B, before the lessons",
        "Form-A, after the lessons",
        "Form-B, after the lessons",
    ]
    assert {assignment.release for assignment in given} == {Assignment.Release.AFTER_CLOSE}
    assert [assignment.closes_at for assignment in given[:2]] != [assignment.closes_at for assignment in given[2:]]
    excused = [set(assignment.excuses.values_list("student", flat=True)) for assignment in given]
    everyone = {student.pk for student in students}
    assert [len(half) for half in excused] == [6, 6, 6, 6]
    assert (excused[0] | excused[1], excused[0] & excused[1]) == (everyone, set())
    # Whoever may not take A before takes it after.
    assert (excused[2], excused[3]) == (excused[1], excused[0])


def test_new_students_get_a_half_once(
    teacher: User, teacher_client: Client, classroom: Classroom, forms: tuple[Edition, Edition], students: list[Student]
) -> None:
    assign(teacher_client, classroom)
    late = [make_student(classroom=classroom, name=f"Late {number}") for number in range(2)]
    given = {"given_by": teacher, "given_at": NOW}
    quizzes = list(classroom.assignments.order_by("pk"))
    # One is excused from both forms of the first time, which was over: from one of them because of illness.
    for over, kind in zip(quizzes[:2], (ReasonKind.TYPED, ReasonKind.JOINED_LATER), strict=True):
        Excuse.objects.create(assignment=over, student=late[0], reason_kind=kind, **given)
    # Others are excused as a half is, or from everything.
    for name, places in (("A first", (1, 2)), ("B first", (0, 3)), ("Exempt", range(4))):
        other = make_student(classroom=classroom, name=name)
        Excuse.objects.bulk_create([Excuse(assignment=quizzes[place], student=other, **given) for place in places])
    assert "2 students have no half yet: Late 0 , Late 1" in text_of(teacher_client.get(growth_url(classroom)))
    for is_first in (True, False):
        page = teacher_client.post(reverse("give_halves", args=[classroom.public_id]), follow=True)
        assert ("2 students got a random half." in text_of(page)) is is_first
        assert "0 students got" not in text_of(page)
    assert [Excuse.objects.filter(student=student).count() for student in late] == [3, 2]
    check = halved_check(list(classroom.assignments.with_set()))
    assert check is not None
    assert sorted(assignment.excuses.count() for [assignment] in check.before) == [9, 10]
    assert [assignment.excuses.count() for [assignment] in check.after] == [9, 9]
    assert "no half yet" not in text_of(teacher_client.get(growth_url(classroom)))


def test_halves_cost_the_same_for_one_student_and_for_many_of_each_half(
    teacher: User,
    teacher_client: Client,
    classroom: Classroom,
    forms: tuple[Edition, Edition],
    students: list[Student],
    queries: Queries,
) -> None:
    assign(teacher_client, classroom)
    check = halved_check(list(classroom.assignments.with_set()))
    assert check is not None
    counts = []
    for size in (1, 10):
        for number in range(2 * size):
            make_student(classroom=classroom, name=f"Late {size} {number}")
        with queries() as sent:
            assert give_halves(check, by=teacher, now=NOW) == 2 * size
        counts.append(len(sent))
    assert counts[0] == counts[1]


def test_new_students_replace_those_who_left_a_half(
    teacher: User, teacher_client: Client, classroom: Classroom, forms: tuple[Edition, Edition], students: list[Student]
) -> None:
    assign(teacher_client, classroom)
    check = halved_check(list(classroom.assignments.with_set()))
    assert check is not None
    left, moved, other = gone = list(Student.objects.filter(excuses__assignment__in=check.before[0])[:3])
    remove_student(left, by=teacher, now=NOW)
    move_student(moved, to=make_classroom(teacher=teacher, name="Period 5"), by=teacher, now=NOW)
    remove_student(other, by=teacher, now=NOW)
    late = [make_student(classroom=classroom, name=f"Late {number}") for number in range(3)]
    teacher_client.post(reverse("give_halves", args=[classroom.public_id]))

    halves = [
        set(assignment.excuses.exclude(student__in=gone).values_list("student", flat=True))
        for [assignment] in check.before
    ]
    assert [len(half) for half in halves] == [6, 6]
    assert {student.pk for student in late} <= halves[0]


def test_new_students_get_a_half_of_a_form_with_two_versions(
    teacher: User, teacher_client: Client, classroom: Classroom, forms: tuple[Edition, Edition], students: list[Student]
) -> None:
    assign(teacher_client, classroom)
    document = {**forms[0].document, "title": "Form A, corrected"}
    newer = make_edition(question_set=forms[0].question_set, document=document)
    oldest = list(classroom.assignments.order_by("pk"))
    for older in (oldest[0], oldest[2]):
        split_by_edition(older, newer, group=uuid.uuid4(), by=teacher, now=NOW)
    check = halved_check(list(classroom.assignments.with_set()))
    assert check is not None
    assert [quiz[0] for quiz in (*check.before, *check.after)] == oldest
    assert [len(quiz) for quiz in (*check.before, *check.after)] == [2, 1, 2, 1]
    assert students_without_half(check, classroom) == []

    late = [make_student(classroom=classroom, name=f"Late {number}") for number in range(2)]
    with transaction.atomic():
        give_one_version(lock_versions([classroom.pk]), late, by=teacher, now=NOW)
    assert students_without_half(check, classroom) == late
    teacher_client.post(reverse("give_halves", args=[classroom.public_id]))
    for student in late:
        left = classroom.assignments.exclude(excuses__student=student)
        # Of form A, always the newer version.
        newest = [quiz[-1] for quiz in (*check.before, *check.after)]
        assert set(left) in ({newest[0], newest[3]}, {newest[1], newest[2]})


def test_class_without_a_check_has_no_halves(teacher_client: Client, classroom: Classroom) -> None:
    assert teacher_client.post(reverse("give_halves", args=[classroom.public_id])).status_code == 404
    assert "No checks on this site" in text_of(teacher_client.get(growth_url(classroom)))


def test_archived_class_gets_no_check_and_no_halves(
    teacher_client: Client, classroom: Classroom, forms: tuple[Edition, Edition], students: list[Student]
) -> None:
    form = form_of(teacher_client.get(growth_url(classroom)), having="before_opens")
    Classroom.objects.filter(pk=classroom.pk).update(archived_at=NOW)
    page = teacher_client.post(growth_url(classroom), form.data(**TIMES))
    assert "Assign in halves" not in text_of(page)
    assert not Assignment.objects.exists()

    Classroom.objects.filter(pk=classroom.pk).update(archived_at=None)
    assign(teacher_client, classroom)
    make_student(classroom=classroom, name="Zed")
    Classroom.objects.filter(pk=classroom.pk).update(archived_at=NOW)
    assert "Give a random half" not in text_of(teacher_client.get(growth_url(classroom)))
    assert teacher_client.post(reverse("give_halves", args=[classroom.public_id])).status_code == 404
    assert Excuse.objects.count() == 2 * len(students)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"after_closes": ""}, "Enter a date and time, such as 2026-10-26T08:00."),
        ({"before_closes": "2026-10-26T07:00"}, "Choose a later time than the one above."),
        ({"after_opens": "2026-10-26T08:30"}, "Choose a later time than the one above."),
        ({"before_opens": "2026-10-01T08:00", "before_closes": "2026-10-01T09:00"}, "This closing time has passed."),
    ],
)
def test_times_in_the_wrong_order_are_refused(
    teacher_client: Client, classroom: Classroom, forms: tuple[Edition, Edition], changes: dict[str, str], message: str
) -> None:
    form = form_of(teacher_client.get(growth_url(classroom)), having="before_opens")
    response = teacher_client.post(growth_url(classroom), form.data(**{**TIMES, **changes}))
    assert message in " ".join(errors_of(response))
    assert classroom.assignments.count() == 0


def take(student: Student, first: Edition, second: Edition, *, right: tuple[int, int]) -> None:
    """The student takes 2 forms, a week apart. right: how many questions are right."""
    for week, (edition, count) in enumerate(zip((first, second), right, strict=True)):
        assignment = student.classroom.assignments.filter(edition=edition).first() or make_assignment(
            edition=edition, classroom=student.classroom
        )
        make_answered_attempt(
            assignment=assignment, student=student, right=count, started_at=NOW + timedelta(weeks=week)
        )


def test_report_compares_the_earlier_form_with_the_later_one(
    classroom: Classroom, forms: tuple[Edition, Edition], students: list[Student]
) -> None:
    a, b = forms
    for number, student in enumerate(students):
        take(student, *((a, b) if number % 2 else (b, a)), right=(0, 4 if number % 3 else 2))
    [growth] = growth_of(gradebook(classroom, now=NOW + timedelta(weeks=3)))
    assert growth.titles == ("Form-A", "Form-B")
    assert growth.halves == (6, 6)
    everything = growth.lines[-1]
    assert everything.title == "All questions"
    assert everything.before == 0
    assert everything.figure is not None
    assert everything.figure.mean == pytest.approx(everything.after)
    assert everything.figure.is_clear
    assert everything.sentence.startswith("More than before, by ")
    # The answers of one half are entered from paper after the later form.
    classroom.assignments.filter(edition=a).update(closes_at=NOW + timedelta(hours=1))
    Attempt.objects.filter(assignment__edition=a, started_at=NOW).update(
        medium=Attempt.Medium.PAPER, submitted_at=NOW + timedelta(weeks=2)
    )
    assert growth_of(gradebook(classroom, now=NOW + timedelta(weeks=3))) == [growth]


def test_excused_work_and_one_form_alone_do_not_count(
    teacher: User, classroom: Classroom, forms: tuple[Edition, Edition], students: list[Student]
) -> None:
    a, b = forms
    take(students[0], a, b, right=(0, 4))
    take(students[1], a, b, right=(0, 4))
    make_answered_attempt(assignment=classroom.assignments.get(edition=a), student=students[2])
    Excuse.objects.create(
        assignment=classroom.assignments.get(edition=b), student=students[1], given_by=teacher, given_at=NOW
    )
    [growth] = growth_of(gradebook(classroom, now=NOW + timedelta(weeks=3)))
    assert growth.halves == (1, 0)
    assert {line.sentence for line in growth.lines} == {"Too few to tell."}
    # No student has points on an objective both times if one form has no question of it.
    for number in (1, 2):
        make_regrade(assignment=classroom.assignments.get(edition=b), policy="drop", number=number)
    [growth] = growth_of(gradebook(classroom, now=NOW + timedelta(weeks=3)))
    assert [(line.before, line.after) for line in growth.lines] == [(None, None), (0, 1), (0, 1)]


@pytest.mark.parametrize(
    ("figure", "sentence"),
    [
        (None, "In each half, all students changed by the same amount."),
        (GrowthFigure(0.1, 0.1, -0.08, 0.2), "Too few to tell: the change is between −8 and 20 points of 100."),
        (GrowthFigure(0.2, 0.1, 0.12, 0.31), "More than before, by 12 to 31 points of 100."),
        (GrowthFigure(-0.2, 0.1, -0.31, -0.12), "Less than before, by 12 to 31 points of 100."),
        (GrowthFigure(0.1, 0.1, 0.001, 0.2), "More than before, by 1 to 20 points of 100."),
    ],
)
def test_sentence_says_what_the_error_allows(figure: GrowthFigure | None, sentence: str) -> None:
    assert GrowthLine("Objective", 0.5, 0.6, figure, is_too_small=False).sentence == sentence


def test_change_is_rounded_as_before_and_after_are() -> None:
    """The page shows 50% and 63%."""
    line = GrowthLine("Objective", 0.5, 0.625, GrowthFigure(0.125, 0.045, 0.025, 0.225), is_too_small=False)
    assert (line.change, line.error) == ("13", "5")
    assert line.sentence == "More than before, by 3 to 23 points of 100."


def test_page_shows_growth_with_its_error_and_is_linked(
    teacher_client: Client, classroom: Classroom, forms: tuple[Edition, Edition], students: list[Student]
) -> None:
    a, b = forms
    for number, student in enumerate(students):
        take(student, *((a, b) if number % 2 else (b, a)), right=(0, 4 if number % 3 else 2))
    text = text_of(teacher_client.get(growth_url(classroom)))
    assert "6 students took Form-A first, 6 took Form-B first" in text
    same = "In each half, all students changed by the same amount."
    assert f"What the system records 0% 100% No variation No variation {same}" in text
    assert "More than before, by" in text
    assert "Standard error" in text
    mastery = teacher_client.get(reverse("classroom_mastery", args=[classroom.public_id]))
    assert growth_url(classroom) in mastery.text


def test_page_shows_the_one_time_of_a_check_that_has_no_other(
    teacher_client: Client, classroom: Classroom, forms: tuple[Edition, Edition], students: list[Student]
) -> None:
    assign(teacher_client, classroom)
    given = classroom.assignments.order_by("pk")
    given.update(opens_at=NOW, closes_at=NOW + timedelta(hours=1), release=Assignment.Release.NEVER)
    first, second, third, _ = given
    Assignment.objects.filter(pk=first.pk).update(closes_at=None)
    Assignment.objects.filter(pk=second.pk).update(opens_at=None)
    Assignment.objects.filter(pk=third.pk).update(opens_at=None, closes_at=None)
    text = text_of(teacher_client.get(growth_url(classroom)))
    opens, closes = "Fri, Oct 23, 11:00 am EDT", "Fri, Oct 23, 12:00 pm EDT"
    assert f"Form-A, before the lessons , opens {opens} Form-B, before the lessons , closes {closes} Form-A" in text
    assert f"Form-A, after the lessons Form-B, after the lessons , {opens} to {closes}" in text


def test_page_compares_first_attempts_also_where_another_one_counts(
    teacher_client: Client, classroom: Classroom, forms: tuple[Edition, Edition], students: list[Student]
) -> None:
    """With the best attempt, form A would be the later one, with all points on both."""
    a, b = forms
    take(students[0], a, b, right=(0, 2))
    before = text_of(teacher_client.get(growth_url(classroom)))
    assert "1 student took Form-A first, 0 took Form-B first" in before
    again = classroom.assignments.get(edition=a)
    Assignment.objects.filter(pk=again.pk).update(max_attempts=2, attempt_policy=Assignment.AttemptPolicy.BEST)
    make_answered_attempt(assignment=again, student=students[0], number=2, started_at=NOW + timedelta(weeks=2))

    assert text_of(teacher_client.get(growth_url(classroom))) == before


def test_set_of_a_check_leads_to_the_growth_of_each_class(
    teacher_client: Client, classroom: Classroom, forms: tuple[Edition, Edition]
) -> None:
    page = teacher_client.get(reverse("question_set", args=[forms[0].question_set.public_id])).text
    assert growth_url(classroom) in page
    other = make_edition().question_set
    assert growth_url(classroom) not in teacher_client.get(reverse("question_set", args=[other.public_id])).text


def test_page_costs_the_same_queries_for_any_class(
    teacher_client: Client,
    classroom: Classroom,
    forms: tuple[Edition, Edition],
    students: list[Student],
    queries: Callable[[], AbstractContextManager[Queries]],
) -> None:
    assign(teacher_client, classroom)
    counts = []
    for turn in range(2):
        teacher_client.get(growth_url(classroom))
        with queries() as seen:
            teacher_client.get(growth_url(classroom))
        counts.append(len(seen))
        for number in range(3):
            make_student(classroom=classroom, name=f"New {turn}{number}")
    assert counts[0] == counts[1]
