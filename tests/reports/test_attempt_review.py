"""One attempt read with its verdicts: what waits for a mark, and what a correction leaves of it."""

import re
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse

from quizzes.attempts.attempt_content import AttemptContent, arrange_content
from quizzes.content.editions import published
from quizzes.content.question_types.results import RowNote
from quizzes.content.reading import STANDARD
from quizzes.grading import manual_grades
from quizzes.grading.points import NO_ADJUSTMENTS
from quizzes.models import Answer, Assignment, Attempt, Edition, Student, User
from quizzes.reports.attempt_review import MAX_REREAD, even_columns, review_attempt, review_content
from tests.drafting import BUILT_IN
from tests.factories import NOW, make_answered_attempt, make_assignment, make_edition, make_regrade, right_value
from tests.pages import text_of
from tests.views.teacher.test_grading_queue import typed_document

pytestmark = pytest.mark.django_db


@pytest.fixture
def waiting(student: Student, teacher: User) -> Attempt:
    """A submitted attempt with an answer to question 3 (3 points), which a teacher grades."""
    assignment = make_assignment(
        edition=make_edition(document=typed_document()), classroom=student.classroom, assigned_by=teacher
    )
    answers = {"one": "August 31", "who": "The rules."}
    return make_answered_attempt(assignment=assignment, student=student, answers=answers)


def test_answer_that_no_one_marked_yet_is_not_a_wrong_one(waiting: Attempt, teacher: User) -> None:
    reviewed = review_attempt(waiting)
    assert [(item.question.key, item.verdict) for item in reviewed.ungraded] == [("who", "ungraded")]
    assert "who" not in {item.question.key for item in reviewed.missed}
    half = replace(reviewed.ungraded[0], earned=Fraction(1, 2), possible=1, needs_grading=False)
    assert "<p>0.5 of 1 point</p>" in render_to_string("parts/review_question.html", {"item": half})
    own = reviewed.ungraded[0].question
    before = {score.objective.key: score.points for score in reviewed.objectives}.get(own.objective, 0)

    question = waiting.assignment.edition.questions.get(key="who")
    manual_grades.grade_answer(waiting, question, points=Decimal(0), comment="", by=teacher, now=NOW)
    reviewed = review_attempt(waiting)
    assert reviewed.ungraded == ()
    assert [item.verdict for item in reviewed.questions if item.question.key == "who"] == ["wrong"]
    after = {score.objective.key: score.points for score in reviewed.objectives}[own.objective]
    assert after - before == own.points


def test_dropped_question_is_neither_right_nor_missed(assignment: Assignment, student: Student) -> None:
    attempt = make_answered_attempt(assignment=assignment, student=student, answers={"one": "a"})
    make_regrade(assignment=assignment, policy="drop")
    reviewed = review_attempt(attempt)
    assert reviewed.questions[0].verdict == "dropped"
    line = render_to_string("parts/review_line.html", {"item": reviewed.questions[0], "acts": ""})
    assert "Doesn’t count" in line
    assert "0 of 0 points" not in line
    assert [item.question.key for item in reviewed.missed] == ["some", "who", "proof"]
    # An empty answer has missed nothing if everyone gets full credit.
    make_regrade(assignment=assignment, policy="full_credit", number=2)
    assert [item.question.key for item in review_attempt(attempt).missed] == ["who", "proof"]


def test_student_reads_the_key_and_why_a_wrong_answer_has_full_credit(
    assignment: Assignment, student: Student, student_client: Client
) -> None:
    attempt = make_answered_attempt(assignment=assignment, student=student, answers={"one": "a"})
    make_regrade(assignment=assignment, policy="full_credit", number=1, reason="It was unclear.")
    make_regrade(assignment=assignment, policy="full_credit", number=2)
    page = text_of(student_client.get(reverse("result", args=[attempt.public_id])))
    assert "You answered: Citizenship Correct: Birthplace" in page
    assert page.count("Everyone gets full credit for this question. It was unclear.") == 1
    # A correct answer stands alone, and a newer key ends the full credit.
    whole = make_answered_attempt(assignment=assignment, answers={"one": "b"})
    [first, second, *others] = review_attempt(whole).questions
    assert (first.is_key_shown, second.is_key_shown) == (False, True)
    assert [item.full_credit is not None for item in (first, second, *others)] == [True, True, False, False]
    make_regrade(assignment=assignment, policy="drop", number=2)
    assert review_attempt(whole).questions[1].full_credit is None


def test_answer_to_which_a_teacher_gave_all_points_has_nothing_against_it(
    assignment: Assignment, student: Student, student_client: Client, teacher: User
) -> None:
    attempt = make_answered_attempt(assignment=assignment, student=student, answers={"one": "a", "who": {"a": "mayor"}})
    [row] = [row for row, mark in review_attempt(attempt).questions[0].marked_rows if mark == "wrong"]
    assert (row.text, bool(row.why)) == ("Citizenship", True)
    for key in ("one", "who"):
        question = assignment.edition.questions.get(key=key)
        manual_grades.grade_answer(attempt, question, points=Decimal(question.points), comment="", by=teacher, now=NOW)
    [one, _, who, _] = review_attempt(attempt).questions
    assert [mark for row, mark in one.marked_rows if row.text == "Citizenship"] == ["right"]
    assert {row.note for row, mark in who.marked_rows if mark == "wrong"} == {RowNote.NOT_ANSWERED}
    assert "“Citizenship”" not in text_of(student_client.get(reverse("result", args=[attempt.public_id])))


def test_close_answer_to_which_a_teacher_gave_all_points_is_called_accepted(student: Student, teacher: User) -> None:
    typed = make_assignment(edition=make_edition(document=typed_document()), assigned_by=teacher)
    attempt = make_answered_attempt(assignment=typed, answers={"one": "Augst 31"})
    question = typed.edition.questions.get(key="one")
    for points, marked in ((0, ("wrong", RowNote.CLOSE_ANSWER)), (question.points, ("right", RowNote.ANSWER))):
        manual_grades.grade_answer(attempt, question, points=Decimal(points), comment="", by=teacher, now=NOW)
        [(row, mark), _] = review_attempt(attempt).questions[0].marked_rows
        assert (mark, row.note) == marked


def test_student_reads_why_a_correct_sentence_earned_nothing_until_a_teacher_grades_it(
    assignment: Assignment, student: Student, student_client: Client, teacher: User
) -> None:
    attempt = make_answered_attempt(assignment=assignment, student=student, answers={"proof": ["s1", "s5"]})
    result = reverse("result", args=[attempt.public_id])
    rule = "Wrong ones take points away."
    assert rule in text_of(student_client.get(result))
    question = assignment.edition.questions.get(key="proof")
    manual_grades.grade_answer(attempt, question, points=Decimal(1), comment="", by=teacher, now=NOW)
    assert rule not in text_of(student_client.get(result))


def test_student_reads_that_an_answer_is_not_marked_yet(
    waiting: Attempt, student_client: Client, teacher: User
) -> None:
    result = reverse("result", args=[waiting.public_id])
    page = text_of(student_client.get(result))
    assert "1 answer not graded yet: 3 points can still be added" in page
    assert re.search(r"Your score [0-9.]+ of \d+ so far", page)
    assert page.count("Not graded yet") == 2  # its square and its line
    assert "You answered: The rules. Your teacher will grade this answer. It has no points yet." in page
    question = waiting.assignment.edition.questions.get(key="who")
    manual_grades.grade_answer(waiting, question, points=Decimal(2), comment="", by=teacher, now=NOW)
    assert "ot graded yet" not in text_of(student_client.get(result))


def test_teacher_reads_that_an_answer_is_not_marked_yet(waiting: Attempt, teacher_client: Client) -> None:
    page = text_of(teacher_client.get(reverse("attempt_review", args=[waiting.public_id])))
    assert "1 answer to grade" in page
    assert "Written answer, needs grading, 3 points possible" in page


def test_teacher_reads_whose_answer_it_is_and_the_student_reads_your(
    waiting: Attempt, teacher_client: Client, student_client: Client
) -> None:
    address = reverse("attempt_review", args=[waiting.public_id])
    page = teacher_client.get(address)
    text = text_of(page)
    assert "The rules. Student’s answer" in text
    assert 'data-r="given"' in page.content.decode()
    assert not re.search(r"\b(Your answer|You answered|You gave|You chose)\b", text)
    result = text_of(student_client.get(reverse("result", args=[waiting.public_id])))
    assert "Student’s answer" not in result


def test_lines_are_marked(assignment: Assignment, student: Student, teacher: User) -> None:
    typed = make_assignment(
        edition=make_edition(document=typed_document()), classroom=student.classroom, assigned_by=teacher
    )
    written = make_answered_attempt(assignment=typed, student=student, answers={"one": "Augst 31", "who": "The rules."})
    chosen = make_answered_attempt(assignment=assignment, student=student, answers={"one": "a"})
    marks = [
        {item.question.key: [mark for _, mark in item.marked_rows] for item in review_attempt(attempt).questions}
        for attempt in (written, chosen)
    ]
    # Close to an accepted answer, and in the student's own words: a teacher decides.
    assert (marks[0]["one"], marks[0]["who"]) == (["ungraded", "right"], ["given", "right", "no"])
    # Between choices the right one is marked as right. A statement without its answer is wrong.
    assert (sorted(marks[1]["one"]), marks[1]["who"]) == (["no", "right", "wrong"], ["wrong"] * 3)


def test_dropped_question_is_called_dropped(waiting: Attempt, student_client: Client) -> None:
    make_regrade(assignment=waiting.assignment, policy="drop")
    page = text_of(student_client.get(reverse("result", args=[waiting.public_id])))
    assert page.count("Doesn’t count") == 2


@pytest.mark.parametrize(
    ("count", "at_most", "columns"),
    [(0, 5, 1), (1, 5, 1), (4, 5, 4), (6, 5, 3), (16, 5, 4), (16, 8, 8), (9, 8, 5), (10, 8, 5), (17, 8, 6), (33, 8, 7)],
)
def test_strip_has_even_rows(count: int, at_most: int, columns: int) -> None:
    assert even_columns(count, at_most=at_most) == columns
    # No number stands alone in the last row, unless it is the only one.
    assert count <= 1 or columns == 1 or count % columns != 1


def in_order(edition: Edition) -> AttemptContent:
    """The content of an attempt that shuffles its choices only."""
    return arrange_content(
        edition.pk,
        seed="0",
        shuffle_questions=False,
        shuffle_choices=True,
        variant=STANDARD,
        language=None,
        fewer_choices=False,
        draws_by_key=True,
    )


def test_a_weak_student_rereads_a_few_sentences_and_one_for_each_objective(db: None) -> None:
    edition = make_edition(document=dict(BUILT_IN.document))
    content = in_order(edition)
    reviewed = review_content(content, {}, NO_ADJUSTMENTS)

    listed = [sentence.number for _, sentences in reviewed.reread for sentence, _ in sentences]
    assert len(reviewed.missed) == 16
    assert len(reviewed.missed_keys) > 12
    # Each mark in the reading says for which questions it is.
    assert {sentence.key for sentence, _ in reviewed.missed_sentences} == reviewed.missed_keys
    marked = [(sentence.number, numbers) for sentence, numbers in reviewed.missed_sentences]
    assert marked == sorted(marked)
    assert (dict(marked)[1], dict(marked)[6]) == ([16], [4, 6, 7])
    assert [objective.key for objective, _ in reviewed.reread] == ["records", "access", "ended", "expires"]
    # s4, s6, s7 and s21 cost most for their objectives, and s5 comes next.
    assert len(listed) == len(set(listed)) == MAX_REREAD
    assert listed == [4, 5, 6, 7, 21]
    # Each one says for which questions of its objective.
    assert [(sentence.number, numbers) for _, sentences in reviewed.reread for sentence, numbers in sentences] == [
        (4, [2]),
        (5, [5, 7]),
        (6, [4, 6, 7]),
        (7, [9, 10]),
        (21, [14, 15]),
    ]
    # More of the missed questions are about s6, but a student reads a list from its top.
    assert [sentence.number for sentence, _ in reviewed.first_to_reread] == [4]


def test_an_objective_that_the_student_got_is_not_to_reread(db: None) -> None:
    edition = make_edition(document=dict(BUILT_IN.document))
    content = in_order(edition)
    of_objective = [question for question in content.questions if question.objective == "ended"]
    missed = min(of_objective, key=lambda question: question.points)
    values = {question.key: right_value(question) for question in content.questions if question is not missed}
    answers = {content.question_id(question): Answer(value=values.get(question.key)) for question in content.questions}
    reviewed = review_content(content, answers, NO_ADJUSTMENTS)
    [score] = [score for score in reviewed.objectives if score.objective.key == "ended"]
    assert (score.level, score.earned < score.points, len(of_objective) > 3) == ("got_it", True, True)
    assert [objective.key for objective in reviewed.known] == ["records", "access", "ended", "expires"]
    assert reviewed.reread == ()
    assert [item.question.key for item in reviewed.missed] == [missed.key]


def test_the_sentence_to_start_with_is_in_the_list_of_sentences_to_reread(db: None) -> None:
    edition = make_edition(document=dict(BUILT_IN.document))
    content = in_order(edition)
    # Question 4 has the first sentence of all, and its objective is known.
    missed = {content.questions[number - 1].key for number in (4, 8, 14)}
    values = {question.key: right_value(question) for question in content.questions if question.key not in missed}
    answers = {content.question_id(question): Answer(value=values.get(question.key)) for question in content.questions}
    reviewed = review_content(content, answers, NO_ADJUSTMENTS)
    assert min(sentence.number for item in reviewed.missed for sentence in item.evidence) == 6
    assert [sentence.number for _, sentences in reviewed.reread for sentence, _ in sentences] == [21]
    assert [(sentence.number, numbers) for sentence, numbers in reviewed.first_to_reread] == [(21, [14])]


def test_sentence_to_reread_says_question_for_one_with_two_digits(student: Student, student_client: Client) -> None:
    edition = make_edition(document=dict(BUILT_IN.document))
    assignment = make_assignment(edition=edition, classroom=student.classroom)
    questions = published(edition.pk).document.questions
    values = {question.key: right_value(question) for question in questions if question is not questions[13]}
    attempt = make_answered_attempt(assignment=assignment, student=student, answers=values)
    page = text_of(student_client.get(reverse("result", args=[attempt.public_id])))
    # The list is in the order of the reading, so its first sentence need not be the one that cost most points.
    assert "Start with the first sentence of the list, for question 14." in page

    # An objective that the student got has no list.
    missed = min((one for one in questions if one.objective == "ended"), key=lambda one: one.points)
    values = {question.key: right_value(question) for question in questions if question is not missed}
    attempt = make_answered_attempt(assignment=assignment, student=student, answers=values, number=2)
    page = text_of(student_client.get(reverse("result", args=[attempt.public_id])))
    assert f"Start by rereading this sentence, for question {questions.index(missed) + 1}." in page


def test_student_reads_how_many_points_an_answer_that_is_half_right_can_still_get(
    student: Student, teacher: User, student_client: Client
) -> None:
    document = typed_document()
    two = document["questions"][1]
    for name in ("kind", "answer", "units", "unit_required"):
        del two[name]
    gaps = [{"accepted": ["August"], "rationale": ""}, {"accepted": ["police"], "rationale": ""}]
    two |= {"type": "blanks", "text": "It ends in {a}. It is of the {b}.", "gaps": gaps}
    assignment = make_assignment(
        edition=make_edition(document=document), classroom=student.classroom, assigned_by=teacher
    )
    attempt = make_answered_attempt(
        assignment=assignment, student=student, answers={"some": {"a": "Agust", "b": "police"}}
    )
    assert (attempt.score, attempt.ungraded_count) == (1, 1)

    page = text_of(student_client.get(reverse("result", args=[attempt.public_id])))

    assert "1 answer not graded yet: 1 point can still be added" in page
