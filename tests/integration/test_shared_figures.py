"""The figures that two pages or files share are the same, over random classes."""

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from html import unescape
from random import Random

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from quizzes.assignments.status import Status
from quizzes.content.editions import published
from quizzes.files.class_export.document import read_class_export
from quizzes.files.class_export.writer import export_classroom
from quizzes.files.items import questions_table
from quizzes.files.student_data import export_student
from quizzes.formatting import percent_number, points
from quizzes.grading.manual_grades import grade_answer
from quizzes.grading.scores import rescore
from quizzes.lti.scores import queue_scores
from quizzes.models import Assignment, Classroom, Edition, Excuse, LtiScore, LtiStudent, Student, User
from quizzes.people.classrooms import set_missing_rule
from quizzes.reports.answer_table import answer_rows
from quizzes.reports.class_report import class_report
from quizzes.reports.classroom_quizzes import quiz_lines
from quizzes.reports.gradebook import average_of, gradebook
from quizzes.reports.growth import growth_of
from quizzes.reports.item_report import item_report
from quizzes.reports.mastery import mastery_of, objective_points
from quizzes.reports.progress import progress, status_counts
from quizzes.reports.start_class import class_counts
from quizzes.reports.student_history import history_lines
from quizzes.reports.student_report import student_breakdown
from quizzes.reports.teacher_home import load_teacher_home
from quizzes.reports.trend import class_trend, student_trend
from tests.factories import (
    make_answered_attempt,
    make_assignment,
    make_attempt,
    make_document,
    make_edition,
    make_lti_link,
    make_question_set,
    make_regrade,
    make_student,
    right_value,
)
from tests.pages import text_of
from tests.slow_cases import slow_after
from tests.views.teacher.test_grading_queue import typed_document

SignIn = Callable[[Student | User], Client]
SEEDS = pytest.mark.parametrize("seed", slow_after(1, range(8)))


def fill(classroom: Classroom, edition: Edition, teacher: User, chance: Random) -> list[Assignment]:
    """Three quizzes: two that are due, one that is open. Each student did, began, missed, or is excused from each."""
    now = timezone.now()
    started = now - timedelta(hours=5)
    dues = [now - timedelta(hours=chance.randint(1, 4)), now - timedelta(hours=1), now + timedelta(days=1)]
    given = [
        make_assignment(edition=edition, classroom=classroom, assigned_by=teacher, created_at=started, due_at=due)
        for due in dues
    ]
    questions = published(edition.pk).document.questions
    for number in range(chance.randint(3, 12)):
        student = make_student(classroom=classroom, name=f"Student {number:02}")
        for assignment in given:
            match chance.choice(["did", "did", "did", "began", "nothing", "excused"]):
                case "did":
                    answers = {
                        question.key: chance.choice([right_value(question), question.wrong_answer(chance.choice)])
                        for question in questions
                        if chance.random() < 0.9
                    }
                    make_answered_attempt(assignment=assignment, student=student, answers=answers, started_at=started)
                case "began":
                    make_attempt(assignment=assignment, student=student, started_at=started)
                case "excused":
                    Excuse.objects.create(
                        assignment=assignment, student=student, reason="Ill", given_by=teacher, given_at=now
                    )
    return given


@SEEDS
@pytest.mark.parametrize("is_zero", [False, True])
def test_pages_and_files_have_the_same_figures(
    seed: int, is_zero: bool, classroom: Classroom, edition: Edition, teacher: User, teacher_client: Client
) -> None:
    given = fill(classroom, edition, teacher, Random(seed))
    now = timezone.now()
    set_missing_rule(classroom, is_zero=is_zero, by=teacher, now=now)
    book = gradebook(classroom, now=now)
    by_objective = objective_points(book)

    for assignment in given:
        [column] = [column for column in book.columns if column.assignment == assignment]
        place = book.columns.index(column)
        report = class_report(Assignment.objects.with_set().get(pk=assignment.pk), now=now)
        items = item_report([assignment])
        # Results and gradebook: the average, each score, and each status.
        assert report.average == (column.average if column.average is None else pytest.approx(column.average))
        by_student = {line.student.pk: line for line in report.lines}
        for row in book.rows:
            cell, line = row.cells[place], by_student[row.student.pk]
            assert cell.status is line.status
            assert (cell.score is not None) == bool(line.scores)
            if line.scores:
                assert line.earned == pytest.approx(cell.score)
        # Results and item analysis: attempts, points earned of each question, wrong answers.
        assert report.attempt_count == items.figures.attempt_count == sum(part.count for part in report.histogram)
        for line, question in zip(report.questions, items.questions, strict=True):
            assert line.points_share == question.figures.facility
        for shared in report.misconceptions:
            [item] = [item for item in items.questions if item.number == shared.question.number]
            assert shared.choice in item.figures.choices
        # Results by objective and by question.
        if report.attempt_count:
            earned = sum(total.earned for total in report.totals if total is not None)
            shares = sum((line.points_share or 0) * line.report.question.points for line in report.questions)
            assert float(earned) == pytest.approx(shares * report.attempt_count)
        assert by_objective is not None

    # Pages and the file: the class average, and the average of each student.
    home = text_of(teacher_client.get(reverse("teacher_home")))
    page = text_of(teacher_client.get(reverse("classroom_gradebook", args=[classroom.public_id])))
    shown = re.search(r"class average (\d+%), median \d+%, of (\d+) with", page)
    found = re.search(r"Class average (\d+%) \((\d+) of \d+ students?\)", home)
    assert (shown.groups() if shown else None) == (found.groups() if found else None)
    rule = "missing counts as 0" if is_zero else "missing left out"
    assert shown is None or rule in home
    response = teacher_client.post(
        reverse("download_file", args=[classroom.public_id]), {"layout": "scores", "form": "csv"}
    )
    lines = list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))
    assert lines[0][4] == f"Average %, {rule}"
    for row, line in zip(book.rows, lines[3:], strict=True):
        assert line[0] == row.student.display_name
        assert (
            line[4] == ""
            if row.average_share is None
            else float(line[4]) == pytest.approx(float(row.average_share * 100), abs=0.051)
        )
        history = unescape(text_of(teacher_client.get(reverse("student_history", args=[row.student.public_id]))))
        average = re.search(r"Average (\d+%)", history)
        [written] = re.findall(rf"{row.student.display_name} (?:(\d+%)|No score yet)", page)
        assert (average[1] if average else "") == written


def connect(classroom: Classroom, given: list[Assignment]) -> None:
    """A course of a learning platform with each student as a learner, and with a link and a column for each quiz."""
    links = [make_lti_link(assignment=quiz, line_item_url=f"https://school.example/{quiz.pk}") for quiz in given]
    for student in classroom.students.enrolled():
        LtiStudent.objects.create(course=links[0].course, subject=f"learner-{student.pk}", student=student)


def queued_scores(*, now: datetime) -> dict[tuple[int, int], LtiScore]:
    """The newest scores for the platform, by assignment and student."""
    queue_scores(now=now)
    scores = LtiScore.objects.select_related("link", "lti_student")
    return {(score.link.assignment_id, score.lti_student.student_id): score for score in scores}


def decide(given: list[Assignment], teacher: User, chance: Random) -> None:
    """On each quiz: grades of a few answers, a regrade of the key of one question, a student excused after the work."""
    now = timezone.now()
    for assignment in given:
        attempts = list(assignment.attempts.submitted())
        questions = published(assignment.edition_id).document.questions
        for attempt in chance.sample(attempts, len(attempts) // 3):
            question = chance.choice(questions)
            points = Decimal(chance.randint(0, 4 * question.points)) / 4
            row = assignment.edition.questions.get(key=question.key)
            grade_answer(attempt, row, points=points, comment="", by=teacher, now=now)
        policy = chance.choice(["", "drop", "full_credit", "either_key", "new_key"])
        if policy:
            place, question = chance.choice(list(enumerate(questions)))
            old = assignment.edition.document["questions"][place]
            key = next((value for value in [question.wrong_answer(chance.choice)] if value), None)
            is_keyed = policy in {"either_key", "new_key"}
            new = type(question).regraded(old, key) if is_keyed else None
            make_regrade(
                assignment=assignment, made_by=teacher, policy=policy, number=place + 1, document=new, made_at=now
            )
            rescore(attempts)
        for attempt in chance.sample(attempts, min(1, len(attempts))):
            Excuse.objects.create(
                assignment=assignment, student_id=attempt.student_id, reason="Ill", given_by=teacher, given_at=now
            )


def table(client: Client, classroom: Classroom, layout: str, **data: str) -> list[list[str]]:
    response = client.post(
        reverse("download_file", args=[classroom.public_id]), {"layout": layout, "form": "csv", **data}
    )
    return list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))


@SEEDS
def test_each_score_is_the_same_on_every_page_and_in_every_file(
    seed: int, classroom: Classroom, edition: Edition, teacher: User, teacher_client: Client, signed_in: SignIn
) -> None:
    chance = Random(seed)
    given = fill(classroom, edition, teacher, chance)
    connect(classroom, given)
    before = queued_scores(now=timezone.now())
    decide(given, teacher, chance)
    now = timezone.now()
    book = gradebook(classroom, now=now)
    for_platform = queued_scores(now=now)
    exported = read_class_export(export_classroom(classroom, now=now))
    in_export = {str(part.key): part for part in exported.attempts}
    answers = answer_rows(classroom)

    tables = [(table(teacher_client, classroom, layout), head) for layout, head in (("scores", 3), ("canvas", 2))]
    for place, column in enumerate(book.columns):
        scored = [(row.student, cell) for row in book.rows if (cell := row.cells[place]).score is not None]
        # The files of scores, and the file of answers.
        quiz = {"quiz": column.assignment.public_id}
        moodle = {line[0]: line[4] for line in table(teacher_client, classroom, "moodle", **quiz)[1:]}
        numbers = {
            f"{line[2]} {line[1]}": line[4] for line in table(teacher_client, classroom, "student_numbers", **quiz)[1:]
        }
        files = [{line[0]: line[5 + place] for line in lines[head:]} for lines, head in tables]
        assert len(moodle) == len(numbers) == len(scored)
        for student, cell in scored:
            name, score = student.display_name, float(cell.score or 0)
            written = [moodle[name], numbers[name], *(file[name] for file in files)]
            assert [float(text) for text in written] == [pytest.approx(score, abs=0.0001)] * 4
            assert cell.attempt is not None
            assert in_export[cell.attempt.public_id].score == cell.score
            of_attempt = [row.points for row in answers if row.attempt.pk == cell.attempt.pk]
            assert float(sum(of_attempt)) == pytest.approx(score, abs=0.0001)
        # The queue of scores for the learning platform, in which a score of an excused student is taken back.
        for row in book.rows:
            cell, place_in_queue = row.cells[place], (column.assignment.pk, row.student.pk)
            sent = for_platform.get(place_in_queue)
            assert (sent and sent.points) == cell.score
            assert (sent is not None) == (cell.score is not None or place_in_queue in before)
            if sent is not None and cell.score is not None:
                assert (sent.max_points, sent.progress) == (cell.max_score, LtiScore.Progress.GRADED)
        # The pages of the teacher and of the student.
        for student, cell in chance.sample(scored, min(2, len(scored))):
            assert cell.attempt is not None
            shown = f"{points(cell.score)} of {cell.max_score}"
            review = text_of(teacher_client.get(reverse("attempt_review", args=[cell.attempt.public_id])))
            report = text_of(teacher_client.get(reverse("student_report", args=[student.public_id])))
            client = signed_in(Student.objects.get(pk=student.pk))
            result = text_of(client.get(reverse("result", args=[cell.attempt.public_id])))
            home = text_of(client.get(reverse("student_home")))
            assert shown in review
            assert f"Your score {shown}" in result
            assert f"{shown} points" in report
            assert shown in home
        # Progress, class page and gradebook count the same statuses.
        counted = Counter(row.cells[place].status for row in book.rows)
        assignment = Assignment.objects.with_set().select_related("classroom").get(pk=column.assignment.pk)
        assert status_counts(progress(assignment, now=now)) == counted
        for quiz_line in load_teacher_home(teacher, now=now).summaries[0].open_quizzes:
            if quiz_line.assignment == assignment:
                assert quiz_line.submitted_count == counted[Status.SUBMITTED]
                assert quiz_line.expected_count == len(book.rows) - counted[Status.EXCUSED]


@SEEDS
def test_progress_lists_home_trend_and_the_students_pages_agree(
    seed: int, classroom: Classroom, edition: Edition, teacher: User, teacher_client: Client, signed_in: SignIn
) -> None:
    chance = Random(seed)
    given = fill(classroom, edition, teacher, chance)
    decide(given, teacher, chance)
    set_missing_rule(classroom, is_zero=bool(seed % 2), by=teacher, now=timezone.now())
    now = timezone.now()
    book = gradebook(classroom, now=now)
    quizzes = {line.assignment.pk: line for line in quiz_lines(classroom, by=teacher, now=now)}
    score_rows = table(teacher_client, classroom, "score_rows")[1:]
    quizzes_page = text_of(teacher_client.get(reverse("classroom_quizzes", args=[classroom.public_id])))
    trend_page = teacher_client.get(reverse("classroom_mastery", args=[classroom.public_id])).content.decode()
    drawn = re.findall(r'<td class="r">(\d+%)</td>\s*</tr>', trend_page.partition('id="h-trend"')[2])
    averages = []

    for place, column in enumerate(book.columns):
        public_id = column.assignment.public_id
        statuses = Counter(row.cells[place].status for row in book.rows)
        turned_in = f"{statuses[Status.SUBMITTED]} of {len(book.rows) - statuses[Status.EXCUSED]} turned in"
        assignment = Assignment.objects.with_set().select_related("classroom").get(pk=column.assignment.pk)
        # The same count on progress, on results, on the list of quizzes, and while the class runs.
        assert quizzes[column.assignment.pk].counts == class_counts(assignment, now=now) == statuses
        progress_page = teacher_client.get(reverse("assignment_progress", args=[public_id]))
        results = text_of(teacher_client.get(reverse("assignment_results", args=[public_id])))
        assert turned_in in text_of(progress_page)
        assert turned_in in results
        assert turned_in in quizzes_page
        # The same scores in the rows of progress, and in the file with a row for each score.
        shown = dict(re.findall(r'id="c-([^"]+)"[^>]*>\s*([^<]*?)\s*</a>', progress_page.content.decode()))
        scored = [
            cell for row in book.rows if (cell := row.cells[place]).score is not None and cell.attempt is not None
        ]
        for cell in scored:
            assert shown[cell.attempt.public_id] == f"{points(cell.score)} of {cell.max_score}"
        excused = {cell.attempt.public_id for row in book.rows if (cell := row.cells[place]).attempt is not None} - {
            cell.attempt.public_id for cell in scored
        }
        assert set(shown) <= {cell.attempt.public_id for cell in scored} | excused
        written = score_rows[place * len(book.rows) : (place + 1) * len(book.rows)]
        for row, line in zip(book.rows, written, strict=True):
            score = row.cells[place].score
            assert line[0] == row.student.display_name
            assert line[8] == "" if score is None else float(line[8]) == pytest.approx(float(score), abs=0.0001)
        # The average on results, and the point of the trend.
        average = re.search(r"Average (\d+%)", results)
        if average:
            averages.append(average[1])

        # By objective, on the result of the student and on the results of the class.
        report = class_report(assignment, now=now)
        lines = {line.student.pk: line for line in report.lines}
        for row in chance.sample(book.rows, min(2, len(book.rows))):
            cell = row.cells[place]
            if cell.score is None or cell.attempt is None:
                continue
            client = signed_in(Student.objects.get(pk=row.student.pk))
            result = text_of(client.get(reverse("result", args=[cell.attempt.public_id])))
            by_objective = result.partition("By objective ")[2]
            own = json.loads(export_student(Student.objects.get(pk=row.student.pk), by=teacher, now=now).content)
            assert str(cell.score) in [attempt["score"] for attempt in own["attempts"]]
            for score in lines[row.student.pk].scores:
                if score is not None:
                    assert f"{score.objective.title} {points(score.earned)} of {score.points}," in by_objective
    assert drawn == (averages[::-1] if len(averages) > 1 else [])


@SEEDS
def test_figures_by_speaker_skill_and_objective_add_up(
    seed: int, classroom: Classroom, edition: Edition, teacher: User
) -> None:
    chance = Random(seed)
    given = fill(classroom, edition, teacher, chance)
    decide(given, teacher, chance)
    now = timezone.now()
    book = gradebook(classroom, now=now)
    students = list(classroom.students.enrolled())
    histories = [history_lines(student, by=teacher, now=now) for student in students]
    reports = {
        assignment.pk: class_report(Assignment.objects.with_set().get(pk=assignment.pk), now=now)
        for assignment in given
    }

    # Results by speaker and by skill, and the same on the pages of all students together.
    for assignment in given:
        own = [
            student_breakdown(student, [line for line in lines if line.assignment == assignment])
            for student, lines in zip(students, histories, strict=True)
        ]
        for kind in ("speakers", "skills"):
            lines = [line for split in own for line in getattr(split, kind)]
            for label in {line.label for line in lines}:
                earned = sum((line.earned for line in lines if line.label == label), start=Fraction(0))
                possible = sum((line.possible for line in lines if line.label == label), start=Fraction(0))
                of_class = [line for line in getattr(reports[assignment.pk].split, kind) if line.label == label]
                assert [(line.earned, line.possible) for line in of_class] == [(earned, possible)]
            assert len({line.label for line in lines}) == len(getattr(reports[assignment.pk].split, kind))
        # By skill, a question counts once, so that the skills add up to the scores.
        by_skill = sum((line.earned for line in reports[assignment.pk].split.skills), start=Fraction(0))
        assert by_skill == sum((line.earned for line in reports[assignment.pk].lines), start=Fraction(0))

    # Objectives of the class, of one student, and on the results of each quiz.
    mastery = mastery_of(book)
    for place, objective in enumerate(mastery.objectives):
        totals = [
            total
            for report in reports.values()
            for total in report.totals
            if total is not None and total.objective.title == objective.title
        ]
        whole = mastery.totals[place]
        assert (whole.earned if whole else 0) == sum(total.earned for total in totals)
        assert (whole.points if whole else 0) == sum(total.points for total in totals)
        for line in mastery.lines:
            own_scores = [
                score
                for report in reports.values()
                for row in report.lines
                if row.student.pk == line.student.pk
                for score in row.scores
                if score is not None and score.objective.title == objective.title
            ]
            score = line.scores[place]
            assert (score.earned if score else 0) == sum(score.earned for score in own_scores)

    # The points of the trends are the shares of the gradebook.
    for student, lines in zip(students, histories, strict=True):
        [row] = [row for row in book.rows if row.student.pk == student.pk]
        shares = [cell.counted_share for cell in reversed(row.cells) if cell.counted_share is not None]
        assert [point.share for point in student_trend(student, lines)] == shares
    by_quiz = [[row.cells[place].counted_share for row in book.rows] for place in reversed(range(len(book.columns)))]
    means = [average_of(share for share in column if share is not None) for column in by_quiz]
    trend = class_trend(book)
    assert [point.share for point in trend] == [pytest.approx(mean) for mean in means if mean is not None]

    # The file of item analysis, and the results.
    for assignment in given:
        items, report = item_report([assignment]), reports[assignment.pk]
        written = questions_table(items)[1:]
        assert [line[9] for line in written] == [
            None if (facility := line.report.figures.facility) is None else percent_number(facility)
            for line in report.questions
        ]
        assert {line[5] for line in written} <= {report.attempt_count}


@SEEDS
def test_ungraded_answers_count_in_no_figure_of_any_page(seed: int, classroom: Classroom, teacher: User) -> None:
    chance = Random(seed)
    edition = make_edition(document=typed_document())
    started = timezone.now() - timedelta(hours=5)
    assignment = make_assignment(edition=edition, classroom=classroom, assigned_by=teacher, created_at=started)
    typed = {"one": ["August 31", "Friday, August 31", "May 1"], "some": ["30", "about 30 days"], "who": ["The rules."]}
    for number in range(chance.randint(3, 9)):
        answers = {key: chance.choice([None, *words]) for key, words in typed.items()}
        attempt = make_answered_attempt(
            assignment=assignment,
            student=make_student(classroom=classroom, name=f"Student {number:02}"),
            answers={key: words for key, words in answers.items() if words is not None},
            started_at=started,
        )
        if answers["who"] and chance.random() < 0.5:
            row = edition.questions.get(key="who")
            grade_answer(attempt, row, points=Decimal(2), comment="", by=teacher, now=timezone.now())
    connect(classroom, [assignment])
    now = timezone.now()
    book, report = gradebook(classroom, now=now), class_report(assignment, now=now)
    items, sent = item_report([assignment]), queued_scores(now=now)

    graded = [row for row in book.rows if not row.cells[0].is_ungraded]
    assert report.average == book.columns[0].average
    assert (report.scored_count, report.ungraded_count) == (len(graded), len(book.rows) - len(graded))
    assert sum(part.count for part in report.histogram) == len(graded)
    assert {line.student.pk for line in report.needing_help} == {
        row.student.pk for row in graded if (row.cells[0].share or 0) < Fraction(1, 2)
    }
    for row in book.rows:
        score = sent[assignment.pk, row.student.pk]
        assert score.points == row.cells[0].whole_score
        assert score.progress == ("PendingManual" if row.cells[0].is_ungraded else "FullyGraded")
    # Results by objective and by question, the page of objectives, and item analysis.
    assert [total and total.share for total in report.totals] == [
        total and total.share for total in mastery_of(book).totals
    ]
    waiting = sum(cell.attempt.ungraded_count for row in book.rows for cell in row.cells if cell.attempt is not None)
    assert sum(question.ungraded_count for question in items.questions) == waiting
    for line, question in zip(report.questions, items.questions, strict=True):
        assert line.points_share == question.figures.facility
        assert line.graded_count == len(book.rows) - question.ungraded_count
        assert not (question.ungraded_count and (line.is_weak or question.figures.flags))


@SEEDS
def test_growth_has_the_scores_of_its_quizzes(seed: int, classroom: Classroom, teacher: User) -> None:
    chance = Random(seed)
    started = timezone.now() - timedelta(hours=5)
    forms = []
    for slug, other in (("form-a", "form-b"), ("form-b", "form-a")):
        document = {**make_document(slug=slug), "title": slug.title(), "form_of": other}
        made = make_edition(question_set=make_question_set(slug=slug, title=slug.title()), document=document)
        forms.append(make_assignment(edition=made, classroom=classroom, assigned_by=teacher, created_at=started))
    for number in range(chance.randint(2, 9)):
        student = make_student(classroom=classroom, name=f"Student {number:02}")
        for place, assignment in enumerate(chance.sample(forms, 2)):
            answers = {
                question.key: chance.choice([right_value(question), question.wrong_answer(chance.choice)])
                for question in published(assignment.edition_id).document.questions
            }
            make_answered_attempt(
                assignment=assignment, student=student, answers=answers, started_at=started + timedelta(hours=place)
            )
    now = timezone.now()
    book = gradebook(classroom, now=now)

    [growth] = growth_of(book)

    # Every student took both forms, each counted once as before or after: the mean of both is that of all scores.
    shares = [float(cell.score / cell.max_score) for row in book.rows for cell in row.cells]
    whole = growth.lines[-1]
    assert (whole.before + whole.after) / 2 == pytest.approx(sum(shares) / len(shares), abs=0.0001)
    assert sum(growth.halves) == growth.student_count == len(book.rows)
    reports = [class_report(Assignment.objects.with_set().get(pk=form.pk), now=now) for form in forms]
    for line in growth.lines[:-1]:
        scores = [
            float(score.share)
            for report in reports
            for row in report.lines
            for score in row.scores
            if score is not None and score.objective.title == line.title
        ]
        assert (line.before + line.after) / 2 == pytest.approx(sum(scores) / len(scores))
