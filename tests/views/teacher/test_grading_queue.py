"""Answers that need grading: similar ones together, accepted once for all classes, graded, or left as they are."""

import copy
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from quizzes.assignments.excuses import excuse, undo_excuse
from quizzes.attempts.attempt_content import content_of
from quizzes.attempts.transfers import transfer_attempts
from quizzes.forms.regrades import AS_WRITTEN
from quizzes.grading import manual_grades, queue
from quizzes.grading.scores import adjustments
from quizzes.models import Assignment, Attempt, AuditEvent, Classroom, Edition, ManualGrade, Regrade, Student, User
from quizzes.people.rosters import move_student, remove_student, restore_student
from tests.factories import (
    NOW,
    make_answered_attempt,
    make_assignment,
    make_classroom,
    make_document,
    make_edition,
    make_student,
)
from tests.pages import errors_of, form_of, read, text_of

HOME = reverse("teacher_home")


def typed_document() -> dict[str, Any]:
    """`make_document` with question 1 a short answer, question 2 a number and question 3 free text."""
    document = copy.deepcopy(make_document())
    common = ("key", "objective", "skill", "points", "facts", "stem", "evidence", "explanation")
    one, two, three = ({name: table[name] for name in common} for table in document["questions"][:3])
    document["questions"][:3] = [
        {**one, "type": "short_answer", "accepted": ["August 31"], "wrong": []},
        {**two, "type": "numeric", "kind": "number", "answer": "30", "units": ["days"], "unit_required": True},
        {
            **three,
            "type": "free_text",
            "criteria": [{"title": "A reason", "points": three["points"], "description": "Names one."}],
            "sample_answer": "It ends because of the rules.",
        },
    ]
    return document


@pytest.fixture
def edition(db: None) -> Edition:
    return make_edition(document=typed_document())


def give(assignment: Assignment, name: str, **answers: Any) -> Attempt:
    student = make_student(classroom=assignment.classroom, name=name)
    return make_answered_attempt(assignment=assignment, student=student, answers=answers)


def queue_of(assignment: Assignment) -> str:
    return reverse("grading_queue", args=[assignment.public_id])


def settle(client: Client, assignment: Assignment, act: str, place: int = 0) -> Any:
    form = [form for form in read(client.get(queue_of(assignment))).forms if "entry" in dict(form.fields)][place]
    for _ in range(2):
        page = client.post(form.action, form.data(act=act), follow=True)
    return page


def next_of(page: Any) -> str:
    """The link to the next entry of the queue."""
    return next(link for link in read(page).links if "?answer=" in link)


def grade_form(client: Client, assignment: Assignment) -> Any:
    return form_of(client.get(queue_of(assignment)), having="entry")


def scores() -> list[Decimal | None]:
    return list(Attempt.objects.order_by("pk").values_list("score", flat=True))


def test_short_written_answer_says_how_long_it_is(classroom: Classroom, teacher: User, teacher_client: Client) -> None:
    document = typed_document()
    next(question for question in document["questions"] if question["type"] == "free_text")["min_length"] = 5
    assignment = make_assignment(edition=make_edition(document=document), classroom=classroom, assigned_by=teacher)
    give(assignment, "Ana", who="hi")
    assert "hi 2 of at least 5 characters" in text_of(teacher_client.get(queue_of(assignment)))


def test_student_reads_the_points_of_the_accepted_answer(
    assignment: Assignment, teacher: User, teacher_client: Client, signed_in: Callable[[Student], Client]
) -> None:
    ana = give(assignment, "Ana", one="Friday, August 31", who="The rules.")
    settle(teacher_client, assignment, "accept")
    who = ana.assignment.edition.questions.get(key="who")
    manual_grades.grade_answer(ana, who, points=Decimal(2), comment="", by=teacher, now=NOW)
    page = text_of(signed_in(ana.student).get(reverse("result", args=[ana.public_id])))
    assert "Your points on this question went from 0 to 1." in page
    assert "Your teacher’s reason: “‘Friday, August 31’ is accepted too.”" in page


def test_similar_answers_stand_together_the_commonest_first(assignment: Assignment, teacher_client: Client) -> None:
    give(assignment, "Ana", one="Friday, August 31")
    give(assignment, "Ben", one="friday august 31st!")
    give(assignment, "Cy", one="August 31, 2018")
    give(assignment, "Dee", one="August 31")
    give(assignment, "Eve", one="never")
    page = teacher_client.get(queue_of(assignment))
    text = text_of(page)
    assert "Group 1 of 2 3 answers to grade. Similar answers are in one group." in text
    assert (
        "2 similar answers Close to a correct answer Friday, August 31 Accepted together Uncheck an answer to leave it"
        " in the queue. Friday, August 31 1 answer friday august 31st! 1 answer Include “Friday, August 31”: Ana Ben"
        " Ana Ben Accept the checked answers,"
    ) in text
    assert "Correct answer August 31 Evidence" in text
    assert "August 31, 2018" not in text
    text = text_of(teacher_client.get(next_of(page)))
    assert "2 of 2" in text
    assert "Cy Close to a correct answer August 31, 2018" in text
    assert "Skip for now" not in text
    assert "Dee" not in text
    assert "never" not in text


def test_the_queue_has_no_answers_of_students_who_left(
    assignment: Assignment, teacher: User, teacher_client: Client
) -> None:
    """As in the results: a removed student is on no class page, and work of a moved one is in the new class."""
    now = timezone.now()
    here, moved, removed = (give(assignment, name, who="The rules.") for name in ("Ana", "Ben", "Cy"))
    other = make_assignment(edition=assignment.edition, classroom=make_classroom(teacher=teacher, name="Period 6"))
    move_student(moved.student, to=other.classroom, by=teacher, now=now)
    transfer_attempts(moved.student, by=teacher, now=now)
    remove_student(removed.student, by=teacher, now=now)

    [entry] = queue.queued_answers(assignment)
    assert entry.attempts == (here,)
    assert queue.queued_counts([assignment, other]) == {assignment.pk: 1, other.pk: 1}

    # Ben’s work in the old class can still be graded from the list of those who moved away.
    book = teacher_client.get(reverse("classroom_gradebook", args=[assignment.classroom.public_id]))
    assert reverse("attempt_review", args=[moved.public_id]) in read(book).links

    restore_student(removed.student, by=teacher, now=now)
    assert queue.queued_counts([assignment]) == {assignment.pk: 2}


def test_archiving_a_class_says_how_many_answers_leave_the_to_do_list(
    assignment: Assignment, teacher_client: Client
) -> None:
    """The results of an archived class still lead to them."""
    classroom = assignment.classroom
    for name in ("Ana", "Ben"):
        give(assignment, name, who="The rules.")
    asked = teacher_client.post(reverse("set_archived", args=[classroom.public_id]), {"is_archived": "on"})
    assert "2 answers still need grading. They leave your To do list" in text_of(asked)
    classroom.refresh_from_db()
    assert classroom.archived_at is None
    form = form_of(asked, having="is_sure")
    home = teacher_client.post(form.action, form.data(), follow=True)
    assert f"“{classroom.name}” is archived." in text_of(home)
    assert "Answers to grade" not in text_of(home)
    results = teacher_client.get(reverse("assignment_results", args=[assignment.public_id]))
    assert queue_of(assignment) in read(results).links
    assert "2 answers to grade." in text_of(teacher_client.get(queue_of(assignment)))


def test_the_queue_has_no_answers_of_excused_students(
    assignment: Assignment, teacher: User, teacher_client: Client
) -> None:
    """The results say that nothing is turned in, so home asks for no grade. Without the excuse, it asks again."""
    attempt = give(assignment, "Ana", who="The rules.")
    for act, count in ((excuse, 0), (undo_excuse, 1)):
        act(assignment, attempt.student, reason="Ill", by=teacher, now=timezone.now())
        assert queue.queued_counts([assignment])[assignment.pk] == count
        assert ("Answers to grade" in text_of(teacher_client.get(HOME))) is bool(count)


def test_accepting_once_regrades_every_class(assignment: Assignment, teacher: User, teacher_client: Client) -> None:
    other = make_assignment(edition=assignment.edition, classroom=make_classroom(teacher=teacher, name="Period 6"))
    give(assignment, "Ana", one="Friday, August 31")
    give(other, "Ben", one="FRIDAY August 31")
    page = settle(teacher_client, assignment, "accept")
    assert scores() == [1, 1]
    assert [(made.policy, made.shown_reason) for made in Regrade.objects.all()] == [
        ("either_key", "“Friday, August 31” is accepted too.")
    ] * 2
    assert "All done" in text_of(page)
    assert "“‘Friday, August 31’ is accepted too.”" in text_of(
        teacher_client.get(reverse("assignment_regrades", args=[assignment.public_id]))
    )


def test_what_was_accepted_before_stays_accepted(assignment: Assignment, teacher_client: Client) -> None:
    give(assignment, "Ana", one="Friday, August 31")
    give(assignment, "Ben", one="August 31, 2018")
    settle(teacher_client, assignment, "accept")
    settle(teacher_client, assignment, "accept")
    assert scores() == [1, 1]
    assert Regrade.objects.count() == 2


def test_leaving_it_marks_each_by_hand(assignment: Assignment, teacher: User, teacher_client: Client) -> None:
    give(assignment, "Ana", one="Friday, August 31")
    page = settle(teacher_client, assignment, "keep")
    assert (scores(), ManualGrade.objects.get().points) == ([0], 0)
    assert [event.action for event in AuditEvent.objects.all()] == ["answer_marked"]
    assert "All done Every answer is graded. Results Back to quiz" in text_of(page)
    # The same quiz of another class is one click away.
    other = make_assignment(edition=assignment.edition, classroom=make_classroom(teacher=teacher, name="Period 6"))
    give(other, "Ben", who="A rule.")
    give(make_assignment(edition=assignment.edition), "Cy", who="A rule.")
    page = teacher_client.get(queue_of(assignment))
    assert "Period 6 has 1 answer to grade. Next: Period 6 Results Back to quiz" in text_of(page)
    assert queue_of(other) in read(page).links
    assert f'href="{reverse("assignment_results", args=[assignment.public_id])}"' in page.text


def test_answer_that_no_key_can_say_gets_its_points_by_hand(assignment: Assignment, teacher_client: Client) -> None:
    give(assignment, "Ana", some="30")
    give(assignment, "Ben", some="30.0")
    page = settle(teacher_client, assignment, "accept")
    assert scores() == [2, 2]
    assert (Regrade.objects.count(), ManualGrade.objects.count()) == (0, 2)
    assert "All done" in text_of(page)


def test_written_answer_shows_rubric_and_words_until_it_is_graded(
    assignment: Assignment, teacher_client: Client
) -> None:
    attempt = give(assignment, "Ana", who="Because of the rules.")
    page = teacher_client.get(queue_of(assignment))
    text = text_of(page)
    assert "Sample answer and rubric It ends because of the rules. A reason (3 points): Names one." in text
    assert "Ana Because of the rules. Points 0 No credit 1 point 2 points 3 Full credit" in text
    assert "ccept" not in text
    place = content_of(attempt).questions.index(content_of(attempt).published.document.questions[2]) + 1
    assert f"{reverse('attempt_review', args=[attempt.public_id])}?show=3#r{place}" in read(page).links
    teacher_client.post(reverse("grade_answer", args=[attempt.public_id, 3]), {"points": "1"})
    assert "All done" in text_of(teacher_client.get(queue_of(assignment)))


def test_grade_goes_to_the_next_answer_and_can_be_undone(
    assignment: Assignment, teacher: User, teacher_client: Client
) -> None:
    give(assignment, "Ana", who="The rules.")
    give(assignment, "Ben", who="Who knows?")
    form = grade_form(teacher_client, assignment)
    data = form.data(act="grade", points="2", comment="¿Which rules?")
    pages = [teacher_client.post(form.action, data, follow=True) for _ in range(2)]
    assert "Saved. Ana gets 2 points." in text_of(pages[0])
    assert "Ben Who knows?" in text_of(pages[0])
    assert "Saved. Ana gets 2 points." in text_of(pages[1])
    grade = ManualGrade.objects.get()
    assert (grade.points, grade.comment, grade.made_by) == (2, "¿Which rules?", teacher)
    assert scores() == [2, 0]

    undo = next(form for form in read(pages[0]).forms if "/undo/" in form.action)
    for _ in range(2):
        page = teacher_client.post(undo.action, undo.data(), follow=True)
        assert "Undone. The answer needs grading again." in text_of(page)
    assert "Ana The rules." in text_of(page)
    assert scores() == [0, 0]
    assert [event.action for event in AuditEvent.objects.order_by("pk")] == ["answer_marked", "grade_undone"]
    # The first form, sent again, does not restore the undone grade. What was typed stays in sight.
    page = teacher_client.post(form.action, data, follow=True)
    said = "Nothing changed. Your comment isn’t saved: “¿Which rules?”"
    assert f"This grade was undone. {said}" in text_of(page)
    assert scores() == [0, 0]
    # The same for a teacher who comes second.
    teacher_client.post(form.action, form.data(act="grade", points="1", group=str(uuid4())))
    page = teacher_client.post(form.action, data | {"group": str(uuid4()), "comment": "¿Which rules? "}, follow=True)
    assert f"This answer doesn’t need grading now. {said}" in text_of(page)
    assert scores() == [1, 0]


def test_undone_grade_leaves_the_older_one_in_force(assignment: Assignment, teacher: User) -> None:
    attempt = give(assignment, "Ana", who="The rules.")
    question = assignment.edition.questions.get(key="who")
    later, group = NOW + timedelta(minutes=1), uuid4()
    manual_grades.grade_answer(attempt, question, points=Decimal(1), comment="", by=teacher, now=NOW)
    change = {"points": Decimal(3), "comment": "", "group": group, "by": teacher, "now": later}
    manual_grades.grade_answers([attempt], question, **change)
    assert scores() == [3]
    assert len(manual_grades.undo(group, by=teacher, now=later)) == 1
    assert scores() == [1]
    manual_grades.grade_answers([attempt], question, **change)
    assert scores() == [1]
    assert manual_grades.undo(group, by=teacher, now=later) == []


def test_undo_sends_as_many_queries_for_three_students_as_for_one(
    assignment: Assignment, teacher: User, queries: Callable[[], Any]
) -> None:
    question, counts = assignment.edition.questions.get(key="who"), []
    for names in (["Ana"], ["Ben", "Cy", "Dee"]):
        attempts, group = [give(assignment, name, who="The rules.") for name in names], uuid4()
        change = {"points": Decimal(3), "comment": "", "group": group, "by": teacher, "now": NOW}
        manual_grades.grade_answers(attempts, question, **change)
        with queries() as seen:
            manual_grades.undo(group, by=teacher, now=NOW)
        counts.append(len(seen))
    assert scores() == [0, 0, 0, 0]
    assert AuditEvent.objects.filter(action="grade_undone").count() == 4
    assert counts == [10, 10]


def test_undo_under_a_newer_grade_does_not_ask_for_a_grade(
    assignment: Assignment, other_teacher: User, teacher_client: Client
) -> None:
    attempt = give(assignment, "Ana", who="The rules.")
    form = grade_form(teacher_client, assignment)
    page = teacher_client.post(form.action, form.data(act="grade", points="2"), follow=True)
    question, later = assignment.edition.questions.get(key="who"), timezone.now()
    manual_grades.grade_answer(attempt, question, points=Decimal(3), comment="", by=other_teacher, now=later)
    undo = next(form for form in read(page).forms if "/undo/" in form.action)
    for _ in range(2):
        page = teacher_client.post(undo.action, undo.data(), follow=True)
        assert "Undone. The answer doesn’t need grading now." in text_of(page)
    assert scores() == [3]


def test_undone_grade_is_in_no_page_and_no_file(
    assignment: Assignment, teacher: User, teacher_client: Client, clock: time_machine.Traveller
) -> None:
    attempt = give(assignment, "Ana", who="The rules.")
    question, group = assignment.edition.questions.get(key="who"), uuid4()
    change = {"points": Decimal(3), "comment": "Bravo", "by": teacher, "now": NOW}
    manual_grades.grade_answers([attempt], question, group=group, **change)
    pages = [
        reverse("attempt_review", args=[attempt.public_id]),
        reverse("assignment_results", args=[assignment.public_id]),
        reverse("item_analysis", args=[assignment.public_id]),
        reverse("classroom_mastery", args=[assignment.classroom.public_id]),
        reverse("student_report", args=[attempt.student.public_id]),
    ]
    graded = [text_of(teacher_client.get(page)) for page in pages]
    manual_grades.undo(group, by=teacher, now=NOW)
    undone = [text_of(teacher_client.get(page)) for page in pages]
    ManualGrade.objects.all().delete()
    assert undone == [text_of(teacher_client.get(page)) for page in pages]
    assert "Bravo" in graded[0]
    assert "Bravo" in graded[-1]
    assert graded[0] != undone[0]
    assert adjustments([attempt])[attempt.pk].grades == {}


def test_similar_answers_are_listed_whole_and_graded_at_once(assignment: Assignment, teacher_client: Client) -> None:
    words = [
        "The agreement was unfair.",
        "the agreement was UNFAIR",
        "agreemnt was unfair",
        "The agreement was not unfair.",
    ]
    for name, text in zip(("Ana", "Ben", "Cy", "Dee"), words, strict=True):
        give(assignment, name, who=text)
    give(assignment, "Eve", who=words[0])
    page = teacher_client.get(queue_of(assignment))
    assert (
        "4 similar answers The agreement was unfair. Graded together Uncheck an answer to leave it in the queue."
        " The agreement was unfair. 2 answers the agreement was UNFAIR 1 answer"
        " Include “The agreement was unfair.”: Ana Ana Include “The agreement was unfair.”: Ben Ben"
        " Include “The agreement was unfair.”: Eve Eve"
        " agreemnt was unfair 1 answer Include “agreemnt was unfair”: Cy Cy Points"
    ) in text_of(page)
    form = form_of(page, having="entry")
    give(assignment, "Fay", who=words[0])  # turned in after the teacher loaded the page
    pages = [teacher_client.post(form.action, form.data(act="grade", points="2"), follow=True) for _ in range(2)]
    assert "Saved. 4 students get 2 points." in text_of(pages[1])
    assert "Fay The agreement was unfair. Points" in text_of(pages[0])
    assert scores() == [2, 2, 2, 0, 2, 0]

    undo = next(form for form in read(pages[1]).forms if "/undo/" in form.action)
    page = teacher_client.post(undo.action, undo.data(), follow=True)
    assert "5 similar answers" in text_of(page)
    assert scores() == [0, 0, 0, 0, 0, 0]


def test_answer_that_is_left_out_stays_in_the_queue(assignment: Assignment, teacher_client: Client) -> None:
    for name, words in (("Ana", "The rules."), ("Ben", "the  RULES"), ("Cy", "Rules!")):
        give(assignment, name, who=words)
    form = grade_form(teacher_client, assignment)
    first, *_, last = form.data()["attempts"]
    page = teacher_client.post(form.action, form.data(act="grade", points="2", attempts=[first, last]), follow=True)
    assert "Saved. 2 students get 2 points." in text_of(page)
    assert "Ben the RULES Points" in text_of(page)
    assert scores() == [2, 0, 2]
    # Two attempts are of one student.
    again = assignment.attempts.get(student__display_name="Ben").student
    make_answered_attempt(assignment=assignment, student=again, number=2, answers={"who": "The rules."})
    form = grade_form(teacher_client, assignment)
    page = teacher_client.post(form.action, form.data(act="grade", points="2"), follow=True)
    assert "Saved. Ben gets 2 points." in text_of(page)


@pytest.mark.parametrize("act", ["grade", "keep", "accept"])
def test_leaving_out_all_answers_is_refused(act: str, assignment: Assignment, teacher_client: Client) -> None:
    key = "who" if act == "grade" else "one"
    for name in ("Ana", "Ben"):
        give(assignment, name, **{key: "Friday, August 31"})
    form = grade_form(teacher_client, assignment)
    refused = form.data(act=act, points="2", comment="Which rules?", attempts=[])
    page = teacher_client.post(form.action, refused)
    assert errors_of(page) == ["Choose at least 1 answer."]
    assert ("Which rules?" in page.content.decode()) == (act == "grade")
    again = form_of(page, having="entry")
    assert ("attempts" in again.data(), len([name for name, _ in again.offered if name == "attempts"])) == (
        False,
        2 if act == "grade" else 1,
    )
    assert (ManualGrade.objects.count(), Regrade.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    ("count", "reason", "expected", "left"),
    [
        (1, "“The end of August 31” is accepted too.", [1, 0, 1], "Ben Close to a correct answer the end of Agust 31"),
        (2, "“The end of August 31”, “the end of Agust 31” are accepted too.", [1, 1, 1], "All done"),
    ],
)
def test_wordings_are_accepted_together_and_undone_together(
    count: int, reason: str, expected: list[int], left: str, assignment: Assignment, teacher_client: Client
) -> None:
    for name, words in (("Ana", "The end of August 31"), ("Ben", "the end of Agust 31"), ("Cy", "end of August 31")):
        give(assignment, name, one=words)
    form = grade_form(teacher_client, assignment)
    boxes = form.data()["attempts"]
    assert len(boxes) == 2
    page = teacher_client.post(form.action, form.data(act="accept", attempts=boxes[:count]), follow=True)
    assert [made.shown_reason for made in Regrade.objects.all()] == [reason]
    assert f"{reason} Scores updated." in text_of(page)
    assert left in text_of(page)
    assert scores() == expected
    undo = next(form for form in read(page).forms if "/undo/" in form.action)
    page = teacher_client.post(undo.action, undo.data(), follow=True)
    assert "3 similar answers" in text_of(page)
    assert scores() == [0, 0, 0]


def test_answers_with_different_points_are_apart(teacher: User, classroom: Classroom, teacher_client: Client) -> None:
    document = typed_document()
    common = {
        name: document["questions"][0][name] for name in ("key", "objective", "skill", "facts", "stem", "evidence")
    }
    gaps = [{"id": name, "accepted": ["agreement"], "rationale": "Look again."} for name in "ab"]
    document["questions"][0] = {**common, "type": "blanks", "points": 2, "text": "The {a} and the {b}.", "gaps": gaps}
    given = make_assignment(edition=make_edition(document=document), classroom=classroom, assigned_by=teacher)
    give(given, "Ana", one={"a": "agreement", "b": "agreemnt"})
    give(given, "Ben", one={"a": "agreemnt", "b": "agreemnt"})
    give(given, "Cy", one={"a": "The agreement", "b": "agremnt"})
    assert "1 of 3" in text_of(teacher_client.get(queue_of(given)))
    # “Don’t accept” keeps the comment beside it, and the points of the answer, not those that were typed.
    form = grade_form(teacher_client, given)
    refused = teacher_client.post(form.action, form.data(act="keep", points="2", comment="x" * 601))
    assert errors_of(refused) == ["Use up to 600 characters."]
    teacher_client.post(form.action, form.data(act="keep", points="2", other="1.5", comment="Check the spelling."))
    assert [*ManualGrade.objects.values_list("points", "comment")] == [(1, "Check the spelling.")]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({}, "Choose the points."),
        ({"points": "4"}, "The question has 3 points. Enter 0 to 3."),
        ({"points": "1", "comment": "x" * 601}, "Use up to 600 characters."),
    ],
)
def test_refused_grade_keeps_what_was_typed(
    data: dict[str, str], message: str, assignment: Assignment, teacher_client: Client
) -> None:
    give(assignment, "Ana", one="August 31, 2018", who="The rules.")
    page = teacher_client.get(next_of(teacher_client.get(queue_of(assignment))))
    form = form_of(page, having="entry")
    page = teacher_client.post(form.action, form.data(act="grade", **{"comment": "Nearly.", **data}))
    assert page.status_code == 200
    assert errors_of(page) == [message]
    assert not [link for link in read(page).links if link.startswith("?")]
    assert "2 of 2" in text_of(page)
    assert data.get("comment", "Nearly.") in page.content.decode()
    assert form_of(page, having="entry").data()["group"] == form.data()["group"]
    assert ManualGrade.objects.count() == 0


def test_earlier_comments_can_be_given_again(
    assignment: Assignment, teacher: User, other_teacher: User, teacher_client: Client
) -> None:
    for name, words in (("Ana", "The rules."), ("Ben", "Who knows?")):
        give(assignment, name, who=words)
    assert "Use a comment again" not in text_of(teacher_client.get(queue_of(assignment)))
    form = grade_form(teacher_client, assignment)
    page = teacher_client.post(form.action, form.data(act="grade", points="1", comment="Which rules?"), follow=True)
    again = next(link for link in read(page).links if link.endswith("comment=1"))
    assert form_of(page, having="entry").data()["comment"][0].strip() == ""
    page = teacher_client.get(again)
    assert form_of(page, having="entry").data()["comment"][0].strip() == "Which rules?"
    assert "Ben Who knows?" in text_of(page)
    review = reverse("attempt_review", args=[Attempt.objects.earliest("pk").public_id], query={"show": "all"})
    assert ["sees it with the answers" in text_of(teacher_client.get(url)) for url in (again, review)] == [True, True]
    # A comment on a quiz that never shows its answers reaches no one.
    Assignment.objects.update(release=Assignment.Release.NEVER)
    for url, count in ((again, 1), (review, 5)):
        text = text_of(teacher_client.get(url))
        assert text.count("The student sees it only if you release the answers.") == count
        assert "with the answers" not in text
    # In each class with the set, the newest first, and no comment of another teacher.
    given = make_assignment(edition=assignment.edition, classroom=make_classroom(teacher=teacher, name="Period 6"))
    attempts = [give(given, name, who=f"{name}.") for name in ("Cy", "Dee", "Eve")]
    question = given.edition.questions.get(position=3)
    for attempt, comment, by in zip(
        attempts, ("Which rules?", "Good.", "Mine."), (teacher, teacher, other_teacher), strict=True
    ):
        manual_grades.grade_answer(attempt, question, points=Decimal(1), comment=comment, by=by, now=NOW)
    assert manual_grades.recent_comments(assignment, by=teacher) == ["Good.", "Which rules?"]
    page = teacher_client.get(queue_of(assignment), {"comment": "2"})
    assert form_of(page, having="entry").data()["comment"][0].strip() == "Which rules?"
    for number in ("0", "5", "6", "last"):
        page = teacher_client.get(queue_of(assignment), {"comment": number})
        assert form_of(page, having="entry").data()["comment"][0].strip() == ""


def test_equal_answers_show_their_words_once(assignment: Assignment, teacher_client: Client) -> None:
    words = "A rule. " * 50
    for name in ("Ana", "Ben"):
        give(assignment, name, who=words)
    page = teacher_client.get(queue_of(assignment)).text
    assert "2 similar answers" in page
    assert ('class="words long"' in page, 'class="says"' in page) == (True, False)


def test_points_between_two_levels_are_typed(assignment: Assignment, teacher_client: Client) -> None:
    give(assignment, "Ana", who="The rules.")
    form = grade_form(teacher_client, assignment)
    for typed, error in (
        ("", "Choose the points."),
        ("half", "Enter a number, such as 0.5."),
        ("3.5", "The question has 3 points. Enter 0 to 3."),
    ):
        page = teacher_client.post(form.action, form.data(act="grade", other=typed))
        assert (errors_of(page), form_of(page, having="entry").data()["other"]) == ([error], [typed])
    # A number that was chosen first stays chosen without the script.
    page = teacher_client.post(form.action, form.data(act="grade", points="2", other="1,5"), follow=True)
    assert "Saved. Ana gets 1.5 points." in text_of(page)
    assert scores() == [Decimal("1.5")]


def test_question_with_many_points_has_a_field(teacher: User, classroom: Classroom, teacher_client: Client) -> None:
    document = typed_document()
    document["questions"][2] |= {"points": 12, "criteria": [{"title": "A", "points": 12, "description": "B."}]}
    given = make_assignment(edition=make_edition(document=document), classroom=classroom, assigned_by=teacher)
    give(given, "Ana", who="The rules.")
    form = grade_form(teacher_client, given)
    assert "Points, 0 to 12" in text_of(teacher_client.get(queue_of(given)))
    assert errors_of(teacher_client.post(form.action, form.data(act="grade"))) == ["Enter points."]
    teacher_client.post(form.action, form.data(act="grade", points="10.5"))
    assert scores() == [Decimal("10.5")]


def test_accepted_answer_is_undone_from_the_queue(assignment: Assignment, teacher_client: Client) -> None:
    give(assignment, "Ana", one="Friday, August 31")
    page = settle(teacher_client, assignment, "accept")
    assert scores() == [1]
    assert "“Friday, August 31” is accepted too. Scores updated." in text_of(page)
    undo = next(form for form in read(page).forms if "/undo/" in form.action)
    page = teacher_client.post(undo.action, undo.data(), follow=True)
    assert "Ana Close to a correct answer Friday, August 31" in text_of(page)
    assert scores() == [0]
    # The first form, sent again, says that it was undone.
    first = form_of(page, having="entry")
    again = first.data(act="accept", group=str(Regrade.objects.values_list("group", flat=True)[0]))
    assert "This grade was undone. Nothing changed." in text_of(teacher_client.post(first.action, again, follow=True))


def test_undo_of_an_unknown_group_or_of_another_teacher_is_404(
    assignment: Assignment,
    teacher: User,
    teacher_client: Client,
    other_teacher: User,
    signed_in: Callable[[User], Client],
) -> None:
    attempt = give(assignment, "Ana", who="The rules.")
    question, group = assignment.edition.questions.get(key="who"), uuid4()
    change = {"points": Decimal(3), "comment": "", "by": teacher, "now": NOW}
    manual_grades.grade_answers([attempt], question, group=group, **change)
    missing = reverse("undo_settled", args=[assignment.public_id, uuid4()])
    assert teacher_client.post(missing).status_code == 404
    undo = reverse("undo_settled", args=[assignment.public_id, group])
    assert signed_in(other_teacher).post(undo).status_code == 404
    own = make_assignment(classroom=make_classroom(teacher=other_teacher), assigned_by=other_teacher)
    assert signed_in(other_teacher).post(reverse("undo_settled", args=[own.public_id, group])).status_code == 404
    assert scores() == [3]


def test_open_attempts_and_blank_answers_are_not_in_the_queue(assignment: Assignment, teacher_client: Client) -> None:
    student = make_student(classroom=assignment.classroom)
    make_answered_attempt(assignment=assignment, student=student, answers={"one": "Friday, August 31"}, submitted=False)
    give(assignment, "Ben", one=None)
    assert "All done" in text_of(teacher_client.get(queue_of(assignment)))


@pytest.mark.parametrize("data", [{}, {"entry": "x" * 40, "act": "accept"}, {"entry": "gone", "act": "burn"}])
def test_what_is_not_in_the_queue_changes_nothing(
    data: dict[str, str], assignment: Assignment, teacher_client: Client
) -> None:
    give(assignment, "Ana", one="Friday, August 31")
    page = teacher_client.post(reverse("settle_queued_answer", args=[assignment.public_id]), data, follow=True)
    assert "This answer doesn’t need grading now. Nothing changed." in text_of(page)
    assert (Regrade.objects.count(), ManualGrade.objects.count()) == (0, 0)


def test_another_teacher_finds_nothing(
    assignment: Assignment, other_teacher: User, signed_in: Callable[[User], Client]
) -> None:
    give(assignment, "Ana", one="Friday, August 31")
    client = signed_in(other_teacher)
    name = queue.queued_answers(assignment)[0].name
    assert client.get(queue_of(assignment)).status_code == 404
    settling = reverse("settle_queued_answer", args=[assignment.public_id])
    assert client.post(settling, {"entry": name, "act": "accept"}).status_code == 404
    assert "Answers to grade" not in text_of(client.get(HOME))


def test_home_says_how_many_there_are(assignment: Assignment, teacher_client: Client) -> None:
    give(assignment, "Ana", one="Friday, August 31", who="The rules.")
    page = teacher_client.get(HOME)
    # A list of the links of the page tells one item from the next.
    assert "2 Answers to grade Period 3, “Small set”. Grade them : Small set, Period 3" in text_of(page)
    assert queue_of(assignment) in read(page).links
    # At the top of Progress, beside Results: no one looks for it under Regrades.
    progress = teacher_client.get(reverse("assignment_progress", args=[assignment.public_id]))
    assert "Results Grade answers Start class" in text_of(progress)
    # Before scores or answers show, or after, grade the rest.
    Assignment.objects.update(release=Assignment.Release.NEVER)
    address = reverse("change_window", args=[assignment.public_id])
    make_student(classroom=assignment.classroom)
    for act, is_sure in (("show_scores", ""), ("release", ""), ("release", "on")):
        page = teacher_client.post(address, {"act": act, "is_sure": is_sure}, follow=True)
        assert "2 answers still need grading. Their scores say “so far”." in text_of(page)


@pytest.mark.parametrize("count", [1, 3])
def test_queue_and_home_cost_the_same_however_many(
    count: int,
    edition: Edition,
    classroom: Classroom,
    assignment: Assignment,
    teacher: User,
    teacher_client: Client,
    queries: Callable[[], Any],
) -> None:
    for number in range(count):
        give(assignment, f"Student {number}", one=f"August 31, {2016 + number}")
        room = make_classroom(teacher=teacher, name=f"Room {number}")
        give(make_assignment(edition=edition, classroom=room), "Ana", one="August 31, 2018")
        give(assignment, f"Second {number}", one=f"AUGUST 31, {2016 + number}")
    with queries() as seen:
        page = teacher_client.get(queue_of(assignment))
    assert f"1 of {count}" in text_of(page)
    assert len(seen) == 7  # session, teacher, assignment; answers, regrades, grades; comments
    with queries() as seen:
        teacher_client.get(HOME)
    assert len(seen) == 13


# --- A typed answer that was replaced -----------------------------------------------------------------------------


def regrade_typed(client: Client, assignment: Assignment, policy: str, answer: str) -> None:
    """Regrade question 1 on its pages to this typed answer."""
    address = reverse("regrade_question", args=[assignment.public_id, 1])
    name = AS_WRITTEN.token("one", "answer")
    form = form_of(client.get(address), having=name)
    page = client.post(address, form.data(**{name: answer, "policy": policy, "reason": "Sentence 6."}, act="preview"))
    client.post(address, form_of(page, having="stamp").data(act="save"))


def test_new_answer_only_takes_the_points_of_the_old_typed_answer(
    assignment: Assignment, teacher_client: Client, signed_in: Callable[[Student], Client]
) -> None:
    ana, _ = give(assignment, "Ana", one="August 31"), give(assignment, "Ben", one="September 30")
    assert scores() == [1, 0]

    regrade_typed(teacher_client, assignment, "new_key", "September 30")

    assert scores() == [0, 1]
    result = text_of(signed_in(ana.student).get(reverse("result", args=[ana.public_id])))
    assert "You answered: August 31 Correct: September 30" in result


@pytest.mark.parametrize("where", ["queue", "regrade"])
def test_answer_accepted_with_a_new_one_does_not_restore_the_old_one(
    where: str, assignment: Assignment, teacher_client: Client
) -> None:
    for name, answer in (("Ana", "August 31"), ("Ben", "September 30"), ("Cy", "On September 30, 2018")):
        give(assignment, name, one=answer)
    regrade_typed(teacher_client, assignment, "new_key", "September 30")
    assert scores() == [0, 1, 0]

    if where == "queue":
        settle(teacher_client, assignment, "accept")
    else:
        regrade_typed(teacher_client, assignment, "either_key", "On September 30, 2018")

    assert scores() == [0, 1, 1]


def test_answer_accepted_in_a_later_class_does_not_bring_the_old_one_back(
    assignment: Assignment, teacher: User, teacher_client: Client
) -> None:
    """The later class got the same version after “New answer only”, so the regrade is none of its own."""
    give(assignment, "Ana", one="August 31")
    regrade_typed(teacher_client, assignment, "new_key", "September 30")
    assert scores() == [0]
    later = make_assignment(classroom=make_classroom(teacher=teacher, name="7C"), edition=assignment.edition)
    give(later, "Ben", one="August 31")
    give(later, "Cy", one="The end of August 31")
    assert scores() == [0, 1, 0]

    settle(teacher_client, later, "accept")

    assert scores() == [0, 1, 1]


@pytest.mark.parametrize("where", ["queue", "regrade"])
def test_undo_of_a_new_answer_leaves_only_what_was_accepted_after_it(
    where: str, assignment: Assignment, teacher_client: Client
) -> None:
    for name, answer in (("Ana", "August 31"), ("Ben", "September 30"), ("Cy", "Sunday, September 30")):
        give(assignment, name, one=answer)
    regrade_typed(teacher_client, assignment, "new_key", "September 30")
    if where == "queue":
        settle(teacher_client, assignment, "accept")
    else:
        regrade_typed(teacher_client, assignment, "either_key", "Sunday, September 30")
    assert scores() == [0, 1, 1]

    replaced = assignment.regrades.get(policy="new_key")
    teacher_client.post(reverse("undo_regrade", args=[assignment.public_id, replaced.group]))

    assert scores() == [1, 0, 1]
