"""Regrades: the form, its preview, the change, the history, and what students read."""

import re
import uuid
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from quizzes.assignments import excuses
from quizzes.content.editions import published
from quizzes.grading import manual_grades
from quizzes.models import Assignment, Attempt, AuditEvent, Classroom, Edition, ManualGrade, Regrade, Student, User
from quizzes.reports.class_report import class_report
from tests.factories import (
    NOW,
    make_answered_attempt,
    make_assignment,
    make_attempt,
    make_classroom,
    make_document,
    make_edition,
    make_regrade,
    make_student,
    right_value,
    wrong_value,
)
from tests.pages import errors_of, form_of, text_of

REASON = "Sentence 2 names it as well."


def address_of(assignment: Assignment, number: int = 1) -> str:
    return reverse("regrade_question", args=[assignment.public_id, number])


def record_of(assignment: Assignment) -> str:
    return reverse("assignment_regrades", args=[assignment.public_id])


def filled(client: Client, address: str, *, pick: int | None = 0, **changes: str) -> dict[str, list[str]]:
    """The form as the page gives it, with the choice at this place as the new key."""
    form = form_of(client.get(address), having="policy")
    choices = [value for name, value in form.offered if name == "choice"]
    key = {} if pick is None else {"choice": choices[pick]}
    return form.data(**{"policy": "new_key", "reason": REASON, **key, **changes}, act="preview")


@pytest.fixture
def class_of_three(assignment: Assignment, teacher: User) -> list[Attempt]:
    """On question 1 (1 point) Ana has the key, Ben the first choice, Cy the first choice and a mark of 1."""
    made = []
    for name, answer in (("Ana", "b"), ("Ben", "a"), ("Cy", "a")):
        student = make_student(classroom=assignment.classroom, name=name)
        made.append(make_answered_attempt(assignment=assignment, student=student, answers={"one": answer}))
    question = assignment.edition.questions.get(key="one")
    manual_grades.grade_answer(made[2], question, points=Decimal(1), comment="Said it aloud.", by=teacher, now=NOW)
    return made


def scores() -> list[Decimal | None]:
    return list(Attempt.objects.order_by("pk").values_list("score", flat=True))


def test_form_shows_the_question_its_key_and_whom_it_reaches(
    assignment: Assignment, teacher: User, other_classroom: Classroom, teacher_client: Client
) -> None:
    for room in (make_classroom(teacher=teacher, name="Period 6"), other_classroom):
        make_assignment(edition=assignment.edition, classroom=room)
    page = teacher_client.get(address_of(assignment))
    assert "Which of these does the system record? Birthplace Correct answer" in text_of(page)
    assert "Period 3 and Period 6 All of these classes will be regraded." in text_of(page)
    assert "Period 5" not in text_of(page)


def test_form_lowers_no_score_by_default_and_has_the_reading(assignment: Assignment, teacher_client: Client) -> None:
    page = teacher_client.get(address_of(assignment))
    assert form_of(page, having="policy").data()["policy"] == ["either_key"]
    _, _, form = text_of(page).partition("Choose the correct answer.")
    document = Edition.objects.get().document
    texts = [sentence["text"] for part in document["reading"]["paragraphs"] for sentence in part["sentences"]]
    assert [text for text in texts if text in form] == texts


def test_preview_says_who_gains_and_writes_nothing(
    class_of_three: list[Attempt], assignment: Assignment, teacher_client: Client, queries: Callable[[], Any]
) -> None:
    make_attempt(assignment=assignment, student=make_student(classroom=assignment.classroom))
    data = filled(teacher_client, address_of(assignment), policy="either_key")
    with queries() as seen:
        page = teacher_client.post(address_of(assignment), data)
    assert "1 score goes up, 0 go down, average 8% to 13%. 1 grade that a teacher gave stays: Cy" in text_of(page)
    assert reverse("attempt_review", args=[class_of_three[2].public_id]) in page.content.decode()
    assert "3 attempts turned in. 1 attempt in progress will use it too." in text_of(page)
    assert "New answer: Citizenship" in text_of(page)
    assert seen.writes == []
    assert Regrade.objects.count() == 0


def test_preview_says_which_attempts_count_in_no_average(
    class_of_three: list[Attempt], assignment: Assignment, teacher_client: Client
) -> None:
    data = filled(teacher_client, address_of(assignment), policy="either_key")
    assert "average on Results" not in text_of(teacher_client.post(address_of(assignment), data))

    make_answered_attempt(assignment=assignment, student=class_of_three[0].student, answers={"one": "a"}, number=2)
    page = text_of(teacher_client.post(address_of(assignment), data))
    assert "4 attempts turned in." in page
    assert "1 of them isn’t in the average on Results: another attempt counts, or it needs grading." in page

    Attempt.objects.filter(pk=class_of_three[1].pk).update(ungraded_count=1)
    page = text_of(teacher_client.post(address_of(assignment), data))
    assert "2 of them aren’t in the average on Results: another attempt counts, or they need grading." in page


def test_preview_leaves_out_whom_results_leave_out(
    class_of_three: list[Attempt], assignment: Assignment, teacher: User, teacher_client: Client
) -> None:
    student = make_student(classroom=assignment.classroom, name="Dee")
    make_attempt(assignment=assignment, student=student)
    excused = [class_of_three[1].student, student]
    for one in excused:
        excuses.excuse(assignment, one, reason="Was ill.", by=teacher, now=NOW)
    preview = teacher_client.post(
        address_of(assignment), filled(teacher_client, address_of(assignment), policy="either_key")
    )
    shown = "0 scores go up, 0 go down, average 13% to 13%. 1 grade that a teacher gave stays: Cy 2 attempts turned in."
    assert shown in text_of(preview)
    assert "in progress" not in text_of(preview)
    report = class_report(assignment, now=NOW)
    assert (report.items.figures.attempt_count, report.average, report.max_points) == (2, 1, 8)
    teacher_client.post(address_of(assignment), form_of(preview, having="stamp").data(act="save"))
    assert scores() == [1, 1, 1, None]


def test_correcting_brings_scores_up_to_date_and_is_recorded(
    class_of_three: list[Attempt], assignment: Assignment, teacher: User, teacher_client: Client
) -> None:
    preview = teacher_client.post(address_of(assignment), filled(teacher_client, address_of(assignment)))
    assert "1 score goes up, 1 goes down, average 8% to 8%." in text_of(preview)
    sent = form_of(preview, having="stamp").data(act="save")
    for _ in range(2):
        response = teacher_client.post(address_of(assignment), sent)
        assert (response.status_code, response.headers["Location"]) == (302, record_of(assignment))
    assert scores() == [0, 1, 1]
    regrade = Regrade.objects.get()
    assert (regrade.policy, regrade.reason, regrade.made_by) == ("new_key", REASON, teacher)
    assert AuditEvent.objects.filter(action="regraded").get().detail["reason"] == REASON
    page = text_of(teacher_client.get(record_of(assignment)))
    assert f"1 New answer only New answer: Citizenship “{REASON}” Ms. Rivera" in page
    assert ManualGrade.objects.get().points == 1


def test_undo_gives_the_scores_back_and_twice_changes_nothing_more(
    class_of_three: list[Attempt], assignment: Assignment, teacher_client: Client
) -> None:
    preview = teacher_client.post(address_of(assignment), filled(teacher_client, address_of(assignment), policy="drop"))
    teacher_client.post(address_of(assignment), form_of(preview, having="stamp").data(act="save"))
    assert [attempt.max_score for attempt in Attempt.objects.order_by("pk")] == [7, 7, 7]
    group = Regrade.objects.get().group
    for _ in range(2):
        teacher_client.post(reverse("undo_regrade", args=[assignment.public_id, group]))
    assert scores() == [1, 0, 1]
    assert [attempt.max_score for attempt in Attempt.objects.all()] == [8, 8, 8]
    assert AuditEvent.objects.filter(action="regrade_undone").count() == 1
    assert "Undone Ms. Rivera" in text_of(teacher_client.get(record_of(assignment)))
    again = teacher_client.post(address_of(assignment), form_of(preview, having="stamp").data(act="save"), follow=True)
    assert "This regrade was undone. Nothing changed." in text_of(again)


def test_preview_of_a_dropped_question_compares_shares_because_the_total_changes_too(
    assignment: Assignment, teacher_client: Client
) -> None:
    questions = published(assignment.edition_id).document.questions
    for name, value in (("Ana", right_value), ("Ben", wrong_value)):
        make_answered_attempt(
            assignment=assignment,
            student=make_student(classroom=assignment.classroom, name=name),
            answers={one.key: value(one) if one.key == "one" else right_value(one) for one in questions},
        )
    assert scores() == [8, 7]
    preview = teacher_client.post(address_of(assignment), filled(teacher_client, address_of(assignment), policy="drop"))
    assert "1 score goes up, 0 go down, average 94% to 100%." in text_of(preview)


def test_preview_of_the_last_question_that_counts_names_no_average(
    class_of_three: list[Attempt], assignment: Assignment, teacher_client: Client
) -> None:
    for number in (2, 3, 4):
        make_regrade(assignment=assignment, policy="drop", number=number)
    preview = teacher_client.post(address_of(assignment), filled(teacher_client, address_of(assignment), policy="drop"))
    assert "0 scores go up, 0 go down." in text_of(preview)


def test_dropped_question_counts_for_no_student_and_is_not_graded(
    class_of_three: list[Attempt], assignment: Assignment, teacher_client: Client
) -> None:
    graded = class_of_three[2]
    preview = teacher_client.post(address_of(assignment), filled(teacher_client, address_of(assignment), policy="drop"))
    assert "0 scores go up, 2 go down, average 8% to 0%." in text_of(preview)
    # No manual grade: nothing is said of any.
    assert "teachers gave" not in text_of(preview)
    teacher_client.post(address_of(assignment), form_of(preview, having="stamp").data(act="save"))
    graded.refresh_from_db()
    assert (graded.score, graded.max_score) == (0, 7)
    page = teacher_client.get(reverse("attempt_review", args=[graded.public_id]))
    refusal = "You can’t grade this answer, because its question was dropped."
    assert text_of(page).count(refusal) == 1
    address = reverse("grade_answer", args=[graded.public_id, 1])
    assert address not in page.content.decode()
    # The form of a page that was opened before the question was dropped.
    assert (
        refusal
        in text_of(teacher_client.post(address, {"points": "1", "comment": ""}, follow=True)).split("Answers")[0]
    )
    assert ManualGrade.objects.count() == 1


def test_preview_that_has_gone_stale_is_refused(
    class_of_three: list[Attempt], assignment: Assignment, teacher_client: Client
) -> None:
    preview = teacher_client.post(address_of(assignment), filled(teacher_client, address_of(assignment)))
    for _ in range(2):
        make_answered_attempt(assignment=assignment, student=make_student(classroom=assignment.classroom))
    page = teacher_client.post(address_of(assignment), form_of(preview, having="stamp").data(act="save"))
    assert "2 new attempts since this preview. Preview again. Nothing changed." in text_of(page)
    assert Regrade.objects.count() == 0
    again = teacher_client.post(address_of(assignment), form_of(page, having="policy").data(act="preview"))
    teacher_client.post(address_of(assignment), form_of(again, having="stamp").data(act="save"))
    assert Regrade.objects.get().reason == REASON


def test_score_that_changed_since_the_preview_is_named(
    class_of_three: list[Attempt], assignment: Assignment, teacher: User, teacher_client: Client
) -> None:
    preview = teacher_client.post(address_of(assignment), filled(teacher_client, address_of(assignment)))
    question = assignment.edition.questions.get(key="some")
    manual_grades.grade_answer(class_of_three[0], question, points=Decimal(2), comment="", by=teacher, now=NOW)
    page = teacher_client.post(address_of(assignment), form_of(preview, having="stamp").data(act="save"))
    assert "Scores changed since this preview. Preview again." in text_of(page)
    assert Regrade.objects.count() == 0


@pytest.mark.parametrize(
    ("pick", "changes", "message"),
    [
        (0, {"reason": ""}, "Tell students why."),
        (0, {"reason": "  "}, "Tell students why."),
        (0, {"reason": "x" * 301}, "Use up to 300 characters."),
        (0, {"policy": "halve"}, "Choose one of these."),
        (None, {}, "Choose the new correct answer."),
        (None, {"choice": "0123456789"}, "That answer isn’t one of the choices."),
    ],
)
def test_form_says_what_is_wrong_and_keeps_what_was_typed(
    pick: int | None, changes: dict[str, str], message: str, assignment: Assignment, teacher_client: Client
) -> None:
    page = teacher_client.post(
        address_of(assignment), filled(teacher_client, address_of(assignment), pick=pick, **changes)
    )
    assert page.status_code == 200
    assert message in text_of(page)
    kept = dict(form_of(page, having="policy").fields)
    assert kept["reason"].strip() == changes.get("reason", REASON).strip()
    assert ("choice" in kept) is (pick is not None)
    assert Regrade.objects.count() == 0


def test_dropping_needs_no_key(assignment: Assignment, teacher_client: Client) -> None:
    page = teacher_client.post(
        address_of(assignment), filled(teacher_client, address_of(assignment), pick=None, policy="drop")
    )
    assert "No one has turned it in yet." in text_of(page)
    teacher_client.post(address_of(assignment), form_of(page, having="stamp").data(act="save"))
    assert Regrade.objects.get().document is None


def test_change_something_leads_back_to_the_filled_form(assignment: Assignment, teacher_client: Client) -> None:
    preview = teacher_client.post(address_of(assignment), filled(teacher_client, address_of(assignment)))
    form = form_of(
        teacher_client.post(address_of(assignment), form_of(preview, having="stamp").data(act="edit")), having="policy"
    )
    chosen = next(value for name, value in form.offered if name == "choice")
    kept = {name: value.strip() for name, value in form.fields}
    assert {"reason": REASON, "policy": "new_key", "choice": chosen}.items() <= kept.items()


@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_every_question_of_the_set_can_be_corrected(
    number: int, assignment: Assignment, teacher_client: Client
) -> None:
    address = address_of(assignment, number)
    form = form_of(teacher_client.get(address), having="policy")
    names = dict.fromkeys(name for name, _ in form.offered if name != "policy")
    answer = {name: next(value for other, value in form.offered if other == name) for name in names}
    preview = teacher_client.post(address, form.data(**answer, reason=REASON, act="preview"))
    assert teacher_client.post(address, form_of(preview, having="stamp").data(act="save")).status_code == 302
    assert Regrade.objects.get().question.position == number


@pytest.mark.parametrize("number", [0, 5, 99999999999999999999])
def test_question_that_the_set_does_not_have_is_missing(
    number: int, assignment: Assignment, teacher_client: Client
) -> None:
    assert teacher_client.get(address_of(assignment, number)).status_code == 404


def test_another_teacher_reaches_only_the_own_class(
    assignment: Assignment,
    teacher: User,
    other_classroom: Classroom,
    other_teacher: User,
    signed_in: Callable[[User], Client],
) -> None:
    theirs = make_assignment(edition=assignment.edition, classroom=other_classroom)
    client = signed_in(other_teacher)
    preview = client.post(address_of(theirs), filled(client, address_of(theirs)))
    client.post(address_of(theirs), form_of(preview, having="stamp").data(act="save"))
    assert list(Regrade.objects.values_list("assignment", flat=True)) == [theirs.pk]


def test_regrade_of_one_quiz_leaves_the_others(assignment: Assignment, teacher: User, teacher_client: Client) -> None:
    address, label = address_of(assignment), "Only this quiz of this class"
    assert label not in text_of(teacher_client.get(address))
    rooms = (assignment.classroom, make_classroom(teacher=teacher, name="Period 6"))
    others = [make_assignment(edition=assignment.edition, classroom=room) for room in rooms]
    assert label in text_of(teacher_client.get(address))
    sent = {**filled(teacher_client, address, pick=None, policy="drop"), "only_here": "on"}
    preview = teacher_client.post(address, sent)
    assert "Period 3 Only this class will be regraded." in text_of(preview)
    form = form_of(preview, having="stamp")
    assert "All of these classes will be regraded." in text_of(teacher_client.post(address, form.data(act="edit")))
    teacher_client.post(address, form.data(act="save"))
    assert list(Regrade.objects.values_list("assignment", flat=True)) == [assignment.pk]
    # Without the check box, all classes of the teacher.
    preview = teacher_client.post(address, filled(teacher_client, address, pick=None, policy="full_credit"))
    teacher_client.post(address, form_of(preview, having="stamp").data(act="save"))
    reached = Regrade.objects.filter(policy="full_credit").values_list("assignment", flat=True)
    assert set(reached) == {assignment.pk, *(other.pk for other in others)}


@pytest.mark.parametrize("is_here_archived", [False, True])
def test_archived_classes_keep_their_scores_unless_the_regrade_is_of_one(
    is_here_archived: bool, assignment: Assignment, teacher: User, teacher_client: Client
) -> None:
    past = make_classroom(teacher=teacher, name="Last year", archived_at=NOW)
    old = make_assignment(edition=assignment.edition, classroom=past, assigned_by=teacher)
    here, names = (old, "Period 3 and Last year") if is_here_archived else (assignment, "Period 3")
    address = address_of(here)
    assert f"Affects {names} " in text_of(teacher_client.get(address))
    preview = teacher_client.post(address, filled(teacher_client, address))
    teacher_client.post(address, form_of(preview, having="stamp").data(act="save"))
    reached = set(Regrade.objects.values_list("assignment", flat=True))
    assert reached == ({assignment.pk, old.pk} if is_here_archived else {assignment.pk})


def test_undo_counts_the_scores_of_whom_results_count(
    class_of_three: list[Attempt], assignment: Assignment, teacher: User, teacher_client: Client
) -> None:
    preview = teacher_client.post(address_of(assignment), filled(teacher_client, address_of(assignment), policy="drop"))
    teacher_client.post(address_of(assignment), form_of(preview, having="stamp").data(act="save"))
    excuses.excuse(assignment, class_of_three[0].student, reason="Was ill.", by=teacher, now=NOW)
    Student.objects.filter(pk=class_of_three[1].student_id).update(removed_at=NOW)

    address = reverse("undo_regrade", args=[assignment.public_id, Regrade.objects.get().group])
    undone = teacher_client.post(address, follow=True)

    assert "Regrade undone: 1 score changed." in text_of(undone)
    assert [attempt.max_score for attempt in Attempt.objects.all()] == [8, 8, 8]


@pytest.mark.parametrize("is_here_archived", [False, True])
def test_undo_reaches_the_classes_that_a_regrade_reaches_now(
    is_here_archived: bool, assignment: Assignment, teacher: User, teacher_client: Client
) -> None:
    group, past = uuid.uuid4(), make_classroom(teacher=teacher, name="Last year", archived_at=NOW)
    old = make_assignment(edition=assignment.edition, classroom=past, assigned_by=teacher)
    for regraded in (assignment, old):
        make_regrade(assignment=regraded, group=group)
    here, undone = (old, {assignment.pk, old.pk}) if is_here_archived else (assignment, {assignment.pk})
    teacher_client.post(reverse("undo_regrade", args=[here.public_id, group]))
    assert set(Regrade.objects.exclude(undone_at=None).values_list("assignment", flat=True)) == undone


def test_undo_stays_within_the_classes_of_the_teacher(
    assignment: Assignment, teacher: User, other_classroom: Classroom, teacher_client: Client
) -> None:
    group = uuid.uuid4()
    theirs = make_regrade(
        assignment=make_assignment(edition=assignment.edition, classroom=other_classroom), group=group
    )
    own = make_regrade(assignment=assignment, group=group)
    teacher_client.post(reverse("undo_regrade", args=[assignment.public_id, group]))
    own.refresh_from_db()
    theirs.refresh_from_db()
    assert (own.undone_by, theirs.undone_by) == (teacher, None)


def test_undo_of_what_was_never_made_is_missing(assignment: Assignment, teacher_client: Client) -> None:
    assert teacher_client.post(reverse("undo_regrade", args=[assignment.public_id, uuid.uuid4()])).status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_record_costs_the_same_however_long(
    count: int, assignment: Assignment, teacher_client: Client, queries: Callable[[], Any]
) -> None:
    for _ in range(count):
        make_regrade(assignment=assignment)
    teacher_client.get(record_of(assignment))
    with queries() as seen:
        page = teacher_client.get(record_of(assignment))
    assert text_of(page).count("Active") == count
    assert len(seen) == 4  # session, teacher, assignment, regrades


@pytest.mark.parametrize("count", [1, 3])
def test_form_costs_the_same_however_many_classes(
    count: int, assignment: Assignment, teacher: User, teacher_client: Client, queries: Callable[[], Any]
) -> None:
    for number in range(count - 1):
        make_assignment(edition=assignment.edition, classroom=make_classroom(teacher=teacher, name=f"Room {number}"))
    teacher_client.get(address_of(assignment))
    with queries() as seen:
        teacher_client.get(address_of(assignment))
    assert len(seen) == 7  # session, teacher, assignment, question, edition, classes reached, corrections


def test_pages_lead_to_the_correction_of_each_question(
    class_of_three: list[Attempt], assignment: Assignment, teacher_client: Client
) -> None:
    for page in (
        teacher_client.get(reverse("attempt_review", args=[class_of_three[0].public_id])),
        teacher_client.get(reverse("assignment_progress", args=[assignment.public_id])),
        teacher_client.get(record_of(assignment)),
    ):
        for number in (1, 2, 3, 4):
            assert f'href="{address_of(assignment, number)}"' in page.content.decode()


def test_list_of_questions_names_the_statement_of_each(assignment: Assignment, teacher_client: Client) -> None:
    questions = published(assignment.edition_id).document.questions
    [number] = [number for number, question in enumerate(questions, start=1) if question.type == "evidence"]
    asked = " ".join(questions[number - 1].asked)
    assert len(questions[number - 1].asked) == 2
    for page in (
        teacher_client.get(reverse("assignment_progress", args=[assignment.public_id])),
        teacher_client.get(record_of(assignment)),
    ):
        assert asked in text_of(page)


def test_student_reads_what_was_corrected_and_why(
    class_of_three: list[Attempt],
    assignment: Assignment,
    teacher_client: Client,
    signed_in: Callable[[Student], Client],
) -> None:
    result = reverse("result", args=[class_of_three[1].public_id])
    client = signed_in(class_of_three[1].student)
    assert "was regraded on" not in text_of(client.get(result))
    preview = teacher_client.post(address_of(assignment), filled(teacher_client, address_of(assignment)))
    teacher_client.post(address_of(assignment), form_of(preview, having="stamp").data(act="save"))
    page = text_of(client.get(result))
    assert "was regraded on" in page
    assert "A different answer is now correct. Your points on this question went from 0 to 1." in page
    assert f"Your teacher’s reason: “{REASON}”" in page
    teacher_client.post(reverse("undo_regrade", args=[assignment.public_id, Regrade.objects.get().group]))
    assert "was regraded on" not in text_of(client.get(result))


def test_student_reads_no_correction_before_answers_are_shown(
    assignment: Assignment, student: Student, student_client: Client
) -> None:
    Assignment.objects.update(release="after_close", closes_at=NOW + timedelta(days=9999))
    attempt = make_answered_attempt(assignment=assignment, student=student)
    make_regrade(assignment=assignment)
    page = text_of(student_client.get(reverse("result", args=[attempt.public_id])))
    assert "regraded" not in page
    assert "The key was wrong." not in page


def test_wrong_input_is_an_error_at_its_field(assignment: Assignment, teacher_client: Client) -> None:
    page = teacher_client.post(address_of(assignment), filled(teacher_client, address_of(assignment), reason=""))
    assert errors_of(page) == ["Tell students why."]


@pytest.mark.parametrize(("count", "told"), [(1, "The new answer has 1."), (2, ""), (3, "The new answer has 3.")])
def test_preview_says_if_the_question_asks_for_another_number(
    count: int, told: str, classroom: Classroom, teacher: User, teacher_client: Client
) -> None:
    document = make_document()
    [some] = [question for question in document["questions"] if question["key"] == "some"]
    some["asked_count"] = 2
    given = make_assignment(edition=make_edition(document=document), classroom=classroom, assigned_by=teacher)
    address = address_of(given, given.edition.questions.get(key="some").position)
    form = form_of(teacher_client.get(address), having="policy")
    choices = [value for name, value in form.offered if name == "choice"][:count]
    sent = form.data(policy="new_key", reason=REASON, act="preview") | {"choice": choices}
    page = text_of(teacher_client.post(address, sent))
    said = "The question asks students to choose 2."
    assert "New answer:" in page
    assert (f"{said} {told}" in page, said in page) == (bool(told), bool(told))


def regraded_question(client: Client, assignment: Assignment, **changes: str) -> None:
    """Correct question 1 on its pages, to its first choice."""
    preview = client.post(address_of(assignment), filled(client, address_of(assignment), **changes))
    client.post(address_of(assignment), form_of(preview, having="stamp").data(act="save"))


def result_of(attempt: Attempt, client: Client) -> str:
    """What the student reads of the first question."""
    page = text_of(client.get(reverse("result", args=[attempt.public_id])))
    return page[page.index("Open a question to see its evidence") :].partition("Which two of these")[0]


def test_student_reads_no_word_that_was_written_for_the_old_key(
    class_of_three: list[Attempt],
    assignment: Assignment,
    teacher_client: Client,
    signed_in: Callable[[Student], Client],
) -> None:
    ana, ben, _ = class_of_three
    before = result_of(ben, signed_in(ben.student))
    assert ("explanation 1" in before, "rationale 2" in before) == (True, True)

    regraded_question(teacher_client, assignment)

    # Ben gave what is right now, Ana what was right before.
    for attempt in (ben, ana):
        page = result_of(attempt, signed_in(attempt.student))
        assert re.search(rf"The correct answer changed on \w+, \w+ \d+: {re.escape(REASON)}", page)
        assert "The old explanation no longer applies." in page
        assert ("explanation 1" in page, "rationale" in page) == (False, False)
    assert "You chose: Birthplace Correct: Citizenship" in page
    review = text_of(teacher_client.get(reverse("attempt_review", args=[ana.public_id])))
    assert "The correct answer changed on" in review
    assert re.search(r"explanation 1\b", review) is None


def test_reason_for_a_choice_that_stays_wrong_stays(
    assignment: Assignment, student: Student, student_client: Client, teacher_client: Client
) -> None:
    attempt = make_answered_attempt(assignment=assignment, student=student, answers={"one": "c"})
    regraded_question(teacher_client, assignment)
    assert "“Fingerprints”: rationale 4" in result_of(attempt, student_client)


def test_new_key_may_bring_its_explanation_and_its_evidence(
    assignment: Assignment, student: Student, student_client: Client, teacher_client: Client
) -> None:
    attempt = make_answered_attempt(assignment=assignment, student=student)
    changes = {"explanation": "An address says where, and to whom.", "evidence": ["s2", "s5"]}
    preview = teacher_client.post(address_of(assignment), filled(teacher_client, address_of(assignment), **changes))
    assert "New explanation: An address says where, and to whom. Evidence: sentences 2, 5" in text_of(preview)
    teacher_client.post(address_of(assignment), form_of(preview, having="stamp").data(act="save"))
    page = result_of(attempt, student_client)
    assert "The correct answer changed on" in page
    assert "An address says where, and to whom." in page
    assert "no longer applies" not in page
    assert ("It also records an address." in page, "The system records a birthplace." in page) == (True, False)


def test_next_regrade_starts_with_the_evidence_of_the_present_answer(
    assignment: Assignment, teacher_client: Client
) -> None:
    regraded_question(teacher_client, assignment, evidence=["s2", "s5"])

    regraded_question(teacher_client, assignment, policy="either_key")

    assert [one.document["evidence"] for one in assignment.regrades.all()] == [["s2", "s5"], ["s2", "s5"]]


def test_next_regrade_shows_each_answer_that_is_accepted_now(assignment: Assignment, teacher_client: Client) -> None:
    regraded_question(teacher_client, assignment, policy="either_key")
    assert "Citizenship Correct answer Also accepted: Birthplace" in text_of(teacher_client.get(address_of(assignment)))

    regraded_question(teacher_client, assignment, policy="new_key")
    page = text_of(teacher_client.get(address_of(assignment)))
    assert ("Citizenship Correct answer" in page, "Also accepted" in page) == (True, False)


def test_second_key_removes_no_explanation(
    class_of_three: list[Attempt],
    assignment: Assignment,
    teacher_client: Client,
    signed_in: Callable[[Student], Client],
) -> None:
    ana, ben, _ = class_of_three
    regraded_question(teacher_client, assignment, policy="either_key")
    for attempt, given in ((ana, "Birthplace"), (ben, "Citizenship")):
        page = result_of(attempt, signed_in(attempt.student))
        assert f"Correct You answered: {given}" in page
        assert re.search(rf"Another answer is correct too, since \w+, \w+ \d+: {re.escape(REASON)}", page)
        assert ("explanation 1" in page, "rationale" in page) == (True, False)


def test_sentence_that_the_reading_does_not_have_proves_nothing(assignment: Assignment, teacher_client: Client) -> None:
    page = teacher_client.post(address_of(assignment), filled(teacher_client, address_of(assignment), evidence=["s9"]))
    assert errors_of(page) == ["The reading doesn’t have this sentence."]


def test_a_class_with_two_quizzes_of_the_same_questions_is_named_once(
    assignment: Assignment, teacher: User, teacher_client: Client
) -> None:
    make_assignment(edition=assignment.edition, classroom=assignment.classroom, assigned_by=teacher)
    text = text_of(teacher_client.get(address_of(assignment)))
    assert "Affects Period 3 Only this class will be regraded." in text
    make_assignment(edition=assignment.edition, classroom=make_classroom(teacher=teacher, name="Period 5"))
    text = text_of(teacher_client.get(address_of(assignment)))
    assert "Affects Period 3 and Period 5 All of these classes will be regraded." in text


def test_form_shows_the_explanation_and_the_evidence_that_count_now(
    assignment: Assignment, teacher_client: Client
) -> None:
    """The explanation of the edition is of the key that the first regrade replaced."""
    address = address_of(assignment)
    assert "explanation 1" in text_of(teacher_client.get(address)).partition("Current explanation:")[2]

    regraded_question(teacher_client, assignment, evidence=["s2"])
    page = teacher_client.get(address)
    assert "explanation 1" not in text_of(page)
    assert "Current explanation:" not in text_of(page)
    marked = re.findall(r'<mark class="ev[^>]*>.*?</mark>', page.content.decode(), re.DOTALL)
    assert ["It also records an address." in text for text in marked] == [True, True]

    regraded_question(teacher_client, assignment, explanation="An address says where.")
    assert "Current explanation: An address says where." in text_of(teacher_client.get(address))


@pytest.mark.parametrize(
    ("policy", "shown"),
    [
        ("drop", "This question is dropped. To count it again, undo that regrade."),
        ("full_credit", "Everyone gets full credit for this question."),
    ],
)
def test_form_says_why_another_answer_would_change_nothing(
    policy: str, shown: str, assignment: Assignment, teacher_client: Client
) -> None:
    regrade = make_regrade(assignment=assignment, policy=policy)
    preview = teacher_client.post(
        address_of(assignment), filled(teacher_client, address_of(assignment), policy="either_key")
    )
    for page in (teacher_client.get(address_of(assignment)), preview):
        assert shown in text_of(page)
    teacher_client.post(reverse("undo_regrade", args=[assignment.public_id, regrade.group]))
    assert shown not in text_of(teacher_client.get(address_of(assignment)))


def test_new_answer_ends_full_credit(assignment: Assignment, teacher_client: Client) -> None:
    make_regrade(assignment=assignment)
    regraded_question(teacher_client, assignment)
    assert "Everyone gets full credit" not in text_of(teacher_client.get(address_of(assignment)))
