"""The board for the class: what each phase shows, and that no phase shows more than it may."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import transaction
from django.test import Client
from django.urls import reverse

from quizzes.assignments.board import show_on_board
from quizzes.attempts.lifecycle import reopen, submit_attempt
from quizzes.caches import clear_all
from quizzes.content.editions import published
from quizzes.content.question_types.registry import parse_question, regraded, type_of
from quizzes.content.reading import STANDARD, Reading
from quizzes.content.set_document import parse_set
from quizzes.content.tables import InvalidDocument
from quizzes.models import Assignment, Attempt, Board, Classroom, Excuse, Student, User
from quizzes.reports.board import Bar, Slide, distribution, slide
from tests.content.question_types.test_reference import EXAMPLES
from tests.content.question_types.test_walk import DOCUMENT
from tests.content.test_languages import marked
from tests.factories import (
    CANARY,
    NOW,
    make_answered_attempt,
    make_assignment,
    make_attempt,
    make_document,
    make_edition,
    make_regrade,
    make_student,
    save,
)
from tests.integration.test_secrecy import other_key
from tests.pages import form_of, read, text_of
from tests.reports.test_class_report import sit
from tests.views.student.test_languages import bilingual
from tests.views.test_reading_levels import document as with_levels

PHASES = (1, 2, 3, 4)
_DRAWN = re.compile(r'name="csrfmiddlewaretoken" value="[^"]*"|data-tag="[^"]*"')


def standard_slide(assignment: Assignment, board: tuple[int, int] | None) -> Slide:
    """The slide in English, with the reading as written."""
    return slide(assignment, board, language="en", level=STANDARD)


def board_of(assignment: Assignment) -> str:
    return reverse("class_board", args=[assignment.public_id])


def show(client: Client, assignment: Assignment, number: int, phase: int) -> Any:
    client.post(reverse("show_on_board", args=[assignment.public_id]), {"aim": f"{number}-{phase}"})
    return client.get(board_of(assignment))


@pytest.fixture
def answered(assignment: Assignment, classroom: Classroom) -> Assignment:
    """Question 1: two say b, which is right, one says a, one nothing and is at work; a fifth has not started."""
    for name, answers in (("Ana", {"one": "b"}), ("Ben", {"one": "b"}), ("Cy", {"one": "a"}), ("Dee", {})):
        student = make_student(classroom=classroom, name=name)
        make_answered_attempt(assignment=assignment, student=student, answers=answers, submitted=bool(answers))
    make_student(classroom=classroom, name="Eve")
    return assignment


# --- The phases ---------------------------------------------------------------------------------------------------


def test_each_phase_shows_what_it_is_for(answered: Assignment) -> None:
    shown = [standard_slide(answered, (1, phase)) for phase in PHASES]
    assert [[bar.text for bar in one.bars] if one.bars else one.bars for one in shown] == [
        None,
        None,
        ["Citizenship", "Birthplace", "Fingerprints"],
        ["Citizenship", "Birthplace", "Fingerprints"],
    ]
    assert [bar.count for bar in shown[2].bars or ()] == [1, 2, 0]
    assert [one.key is not None for one in shown] == [False, False, False, True]
    assert [(one.started_count, one.answered_count, one.open_count, one.absent_count) for one in shown] == [
        (4, 3, 1, 1)
    ] * 4
    assert shown[0].offers == ("Citizenship", "Birthplace", "Fingerprints")
    assert [one.tells_too_early for one in shown] == [False, True, True, False]


def test_evidence_names_the_key_its_sentences_and_who_vouches(answered: Assignment) -> None:
    key = standard_slide(answered, (3, 4)).key
    assert key is not None
    assert [(sentence.number, sentence.speaker.label) for sentence in key.sentences] == [
        (3, "Mayor’s account"),
        (4, "Protesters’ claim"),
    ]
    assert key.right == (
        "“Rules were broken.” Mayor’s account",
        "“People are easy to find.” Protesters’ claim",
        "“A court ended it.” The story does not say",
    )
    assert standard_slide(answered, (1, 4)).key.right == ("Birthplace",)  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("policy", "right", "note"),
    [
        ("drop", (), "This question was dropped. It doesn’t count."),
        ("full_credit", (), "Everyone gets full credit for this question."),
        ("new_key", ("Citizenship",), "The correct answer changed."),
        ("either_key", ("Birthplace", "Citizenship"), "The correct answer changed."),
    ],
)
def test_evidence_follows_corrections(policy: str, right: tuple[str, ...], note: str, answered: Assignment) -> None:
    document = regraded(make_document()["questions"][0], "a") if policy.endswith("key") else None
    make_regrade(assignment=answered, policy=policy, document=document)
    key = standard_slide(answered, (1, 4)).key
    assert key is not None
    assert (key.right, key.note) == (right, note)


def test_only_the_open_or_latest_attempt_of_who_is_on_the_roster_counts(
    assignment: Assignment, classroom: Classroom, teacher: User
) -> None:
    Assignment.objects.update(max_attempts=2)
    student = make_student(classroom=classroom)
    first = make_answered_attempt(assignment=assignment, student=student, answers={"one": "a"})
    make_answered_attempt(assignment=assignment, student=student, answers={"one": "b"}, number=2)
    gone = make_student(classroom=classroom, removed_at=NOW)
    make_answered_attempt(assignment=assignment, student=gone, answers={"one": "c"})
    shown = standard_slide(assignment, (1, 3))
    assert [bar.count for bar in shown.bars or ()] == [0, 1, 0]
    assert (shown.started_count, shown.answered_count, shown.absent_count) == (1, 1, 0)
    reopen(first, more_time=None, reason="Wrong button", by=teacher, now=NOW)
    shown = standard_slide(assignment, (1, 3))
    assert [bar.count for bar in shown.bars or ()] == [1, 0, 0]
    assert (shown.open_count, shown.tells_too_early) == (1, True)


def test_work_of_an_excused_student_is_in_no_count(answered: Assignment, teacher: User) -> None:
    for name in ("Ana", "Dee"):
        excused = Student.objects.get(display_name=name)
        Excuse.objects.create(assignment=answered, student=excused, reason="Was ill", given_by=teacher, given_at=NOW)
    shown = standard_slide(answered, (1, 3))
    assert [bar.count for bar in shown.bars or ()] == [1, 1, 0]
    assert (shown.started_count, shown.answered_count, shown.open_count, shown.absent_count) == (2, 2, 0, 1)


def test_steps_go_through_the_phases_and_on_to_the_next_question(assignment: Assignment) -> None:
    steps = [(number, phase) for number in (1, 2, 3, 4) for phase in PHASES]
    shown = [standard_slide(assignment, step) for step in steps]
    assert [one.forward for one in shown] == [*steps[1:], None]
    assert [one.back for one in shown] == [
        None if step == (1, 1) else (step[0] - 1, 1) if step[1] == 1 else (step[0], step[1] - 1) for step in steps
    ]


def test_back_to_the_question_before_is_1_step_from_a_teacher_paced_question(assignment: Assignment) -> None:
    Assignment.objects.update(is_teacher_paced=True)
    assignment.refresh_from_db()
    steps = [(number, phase) for number in (1, 2) for phase in PHASES]
    assert [standard_slide(assignment, step).back for step in steps] == [None, *steps[:-1]]


def test_partial_answer_does_not_count_as_answered(
    assignment: Assignment, classroom: Classroom, teacher: User, teacher_client: Client
) -> None:
    ana, ben = (
        make_answered_attempt(assignment=assignment, student=make_student(classroom=classroom), submitted=False)
        for _ in range(2)
    )
    complete = ana.answers.get(question__position=3).value
    ben.answers.filter(question__position=3).update(value=dict([*complete.items()][:1]))
    Assignment.objects.update(is_teacher_paced=True)
    shown = standard_slide(assignment, (3, 2))
    assert (shown.answered_count, shown.partial_count) == (1, 1)
    Board.objects.create(assignment=assignment, position=3, phase=2, changed_at=NOW, changed_by=teacher)
    page = text_of(teacher_client.get(board_of(assignment)))
    assert page.count("1 of 2 have answered") == 2
    assert page.count("1 partly answered.") == 2


def test_board_of_a_longer_edition_starts_again_at_the_last_question(assignment: Assignment) -> None:
    shown = standard_slide(assignment, (9, 4))
    assert (shown.number, shown.phase) == (4, 1)
    assert (standard_slide(assignment, None).number, standard_slide(assignment, None).phase) == (1, 1)


# --- The distribution of each type --------------------------------------------------------------------------------


def built_in_reading() -> Reading:
    return parse_set(DOCUMENT).reading


@pytest.mark.parametrize("example", EXAMPLES, ids=[example.document["key"] for example in EXAMPLES])
def test_distribution_tells_nothing_of_the_key(example: Any) -> None:
    """Whichever of the answers given is made the key, what the class sees of them is the same."""
    values = [value for value, _, _ in example.answers if value is not None] * 2
    reading = built_in_reading()
    seen = {repr(distribution(parse_question(example.document), values, reading))}
    keys = 0
    for value in values:
        try:
            other = parse_question(regraded(example.document, value))
        except InvalidDocument:
            continue
        keys += 1
        seen.add(repr(distribution(other, values, reading)))
    assert len(seen) == 1
    assert keys or type_of(parse_question(example.document)).graded_by == "teacher"


@pytest.mark.parametrize("example", EXAMPLES, ids=[example.document["key"] for example in EXAMPLES])
def test_distribution_shows_no_answer_that_no_one_gave_unless_the_question_does(example: Any) -> None:
    question, reading = parse_question(example.document), built_in_reading()
    bars, unlisted = distribution(question, [], reading)
    assert unlisted == 0
    assert bool(bars) == type_of(question).lists_all_choices


def test_typed_answers_show_once_two_gave_them_and_as_they_wrote_them() -> None:
    [document] = [example.document for example in EXAMPLES if example.document["type"] == "short_answer"][:1]
    question = parse_question(document)
    bars, unlisted = distribution(question, ["the Mayor", "the mayor", "The Mayor", "my own"], built_in_reading())
    assert [(bar.text.casefold(), bar.count) for bar in bars] == [("the mayor", 3)]
    assert unlisted == 1


def test_gaps_read_as_students_filled_them_and_not_as_the_key_is_written() -> None:
    [document] = [example.document for example in EXAMPLES if example.document["type"] == "blanks"][:1]
    given = [{"a": "arraignment", "b": "2"}, {"a": "ARRAIGNMENT", "b": "1"}, {"a": "arraignment"}, {"b": "2"}]
    bars, unlisted = distribution(parse_question(document), given, built_in_reading())
    assert [(bar.text, bar.count) for bar in bars] == [("(a) arraignment", 3), ("(b) System", 2)]
    assert unlisted == 1


def test_sentences_given_equally_often_stand_in_reading_order() -> None:
    [document] = [example.document for example in EXAMPLES if example.document["type"] == "evidence"][:1]
    keys = [sentence.key for sentence in built_in_reading()]
    bars, _ = distribution(parse_question(document), [[keys[9]], [keys[8]], [keys[0]]], built_in_reading())
    assert [bar.text.partition(":")[0] for bar in bars] == ["Sentence 1", "Sentence 9", "Sentence 10"]


def test_distribution_of_one_choice_has_shares_of_who_answered() -> None:
    question = parse_question(make_document()["questions"][0])
    bars, unlisted = distribution(question, ["a", "b", "b"], parse_set(make_document()).reading)
    assert bars[1] == Bar("Birthplace", 2, bars[1].share)
    assert [round(float(bar.share), 3) for bar in bars] == [0.333, 0.667, 0.0]
    assert unlisted == 0


# --- The page -----------------------------------------------------------------------------------------------------


def test_page_of_each_type_in_each_phase(classroom: Classroom, student: Student, teacher_client: Client) -> None:
    assignment = make_assignment(edition=make_edition(document=DOCUMENT), classroom=classroom)
    attempt = make_attempt(assignment=assignment, student=student)
    for example in EXAMPLES:
        save(attempt, example.document["key"], example.answers[0][0])
    for number, example in enumerate(EXAMPLES, start=1):
        for phase in PHASES:
            page = show(teacher_client, assignment, number, phase)
            text = text_of(page)
            assert f"Question {number} of {len(EXAMPLES)}" in text
            assert example.document["stem"] in text
            assert ("1 of 1 have answered" in text) == (phase in {2, 3})
            assert ('class="ev' in page.content.decode()) == (phase == 4)
            # No sentences to choose are on the board.
            assert ("again to undo" in text, "choose another one" in text) == (False, False)


@pytest.mark.parametrize("question_type", ["single", "multiple", "who_says_so"])
def test_no_choice_or_statement_has_a_letter_or_a_number(
    question_type: str, classroom: Classroom, teacher_client: Client
) -> None:
    # Each student has an order of their own, so “the third one” and “C” would be others on their screens.
    types = [example.document["type"] for example in EXAMPLES]
    assignment = make_assignment(edition=make_edition(document=DOCUMENT), classroom=classroom)
    pages = [show(teacher_client, assignment, types.index(question_type) + 1, phase) for phase in PHASES]
    marks = [set(re.findall(r"<li>\s*<b[^>]*>([^<]*)</b>", page.content.decode())) for page in pages]
    assert marks == [{"·"}, {"·"}, set() if question_type == "who_says_so" else {"·"}, set()]


@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_no_phase_before_the_evidence_depends_on_the_key(
    number: int, classroom: Classroom, student: Student, teacher: User, teacher_client: Client
) -> None:
    document = make_document(canary=True)
    given = {"one": "a", "some": ["a", "b"], "who": {"a": "mayor", "b": "mayor", "c": "mayor"}, "proof": ["s5"]}
    seen: list[list[str]] = []
    for version in (document, other_key(document)):
        clear_all()
        with transaction.atomic():
            assignment = make_assignment(
                edition=make_edition(document=version), classroom=classroom, public_id="assignment-1"
            )
            questions = version["questions"]
            answers = dict(zip([question["key"] for question in questions], given.values(), strict=True))
            make_answered_attempt(assignment=assignment, student=student, answers=answers, submitted=False)
            pages = [_DRAWN.sub("", show(teacher_client, assignment, number, phase).text) for phase in PHASES]
            live = [
                _DRAWN.sub("", teacher_client.get(reverse("live_board", args=["assignment-1"])).text)
                for _ in [show(teacher_client, assignment, number, 3)]
            ]
            seen.append([*pages[:3], *live, pages[3]])
            transaction.set_rollback(True)
    assert seen[0][:4] == seen[1][:4]
    assert seen[0][4] != seen[1][4]
    assert not any(CANARY in page for page in seen[0][:4])
    assert not any('class="ev' in page or "good" in page for page in seen[0][:4])


def test_student_never_reaches_a_board(assignment: Assignment, student_client: Client) -> None:
    for name in ("class_board", "live_board"):
        response = student_client.get(reverse(name, args=[assignment.public_id]))
        assert (response.status_code, response.headers["Location"].partition("?")[0]) == (302, "/accounts/login/")


def test_page_is_driven_by_its_own_buttons(answered: Assignment, teacher_client: Client) -> None:
    page = teacher_client.get(board_of(answered))
    seen = []
    for _ in range(6):
        form = form_of(page, having="aim")
        aims = [value for name, value in form.buttons if name == "aim"]
        seen.append(aims[-1])
        for _ in range(2):  # twice sent is once done
            assert teacher_client.post(form.action, form.data(aim=aims[-1])).status_code == 302
        page = teacher_client.get(board_of(answered))
    assert seen == ["1-2", "1-3", "1-4", "2-1", "2-2", "2-3"]
    board = Board.objects.get()
    assert (board.position, board.phase) == (2, 3)


@pytest.mark.parametrize("aim", ["0-1", "5-1", "1-0", "1-5", "1", "", "x", "1-1-1", "9999-1"])
def test_board_stays_where_it_is_for_no_such_question(
    aim: str, assignment: Assignment, teacher: User, teacher_client: Client
) -> None:
    show_on_board(assignment, number=2, phase=2, by=teacher, now=NOW)
    response = teacher_client.post(reverse("show_on_board", args=[assignment.public_id]), {"aim": aim})
    assert response.status_code == 302
    board = Board.objects.get()
    assert (board.position, board.phase) == (2, 2)


def test_page_warns_in_words_while_students_are_at_work(answered: Assignment, teacher_client: Client) -> None:
    words = "1 in progress, 1 not started. Showing this could change their answers."
    assert [words in text_of(show(teacher_client, answered, 1, phase)) for phase in PHASES] == [
        False,
        True,
        True,
        False,
    ]
    submit_attempt(Attempt.objects.get(submitted_at=None), now=NOW)
    text = text_of(show(teacher_client, answered, 1, 3))
    assert "in progress" not in text
    assert "1 not started. Showing this could change their answers." in text


def test_page_names_no_student(answered: Assignment, teacher_client: Client) -> None:
    for phase in PHASES:
        text = text_of(show(teacher_client, answered, 1, phase))
        assert not [name for name in ("Ana", "Ben", "Cy", "Dee", "Eve") if re.search(rf"\b{name}\b", text)]


def test_results_and_progress_lead_to_the_board(answered: Assignment, teacher_client: Client) -> None:
    for name in ("assignment_progress", "assignment_results"):
        assert board_of(answered) in read(teacher_client.get(reverse(name, args=[answered.public_id]))).links
    sit(answered, 5, proof=["s3"])
    results = teacher_client.get(reverse("assignment_results", args=[answered.public_id]))
    form = form_of(results, having="aim")
    assert form.buttons == [("aim", "4-1")]
    assert "Show on class board : question 4" in text_of(results)
    page = teacher_client.post(form.action, form.data(aim="4-1"), follow=True)
    assert "Question 4 of 4" in text_of(page)


# --- The poll -----------------------------------------------------------------------------------------------------


def poll(client: Client, assignment: Assignment, tag: str) -> Any:
    return client.get(reverse("live_board", args=[assignment.public_id]), headers={"If-None-Match": tag})


def test_second_window_is_told_of_a_move_an_answer_and_a_close(
    answered: Assignment, teacher: User, teacher_client: Client, signed_in: Callable[[User], Client]
) -> None:
    projector = signed_in(teacher)
    tag = projector.get(board_of(answered)).headers["ETag"]
    assert (poll(projector, answered, tag).status_code, poll(projector, answered, tag).content) == (304, b"")
    show(teacher_client, answered, 1, 2)
    moved = poll(projector, answered, tag)
    assert (moved.status_code, "<html" in moved.text) == (200, False)
    assert "3 of 4 have answered" in text_of(moved)
    assert poll(projector, answered, moved.headers["ETag"]).status_code == 304
    save(Attempt.objects.get(submitted_at=None), "one", "c")
    assert "4 of 4 have answered" in text_of(poll(projector, answered, moved.headers["ETag"]))
    # Forward to the answers, which close the question, and back before the next poll.
    Assignment.objects.update(is_teacher_paced=True)
    tag = projector.get(board_of(answered)).headers["ETag"]
    for phase in (3, 2):
        show(teacher_client, answered, 1, phase)
    assert "This question is closed" in text_of(poll(projector, answered, tag))


def test_poll_brings_the_close(assignment: Assignment, teacher_client: Client, clock: time_machine.Traveller) -> None:
    Assignment.objects.update(closes_at=NOW + timedelta(minutes=5))
    page = teacher_client.get(board_of(assignment))
    assert page.context["is_open"]
    clock.shift(timedelta(minutes=6))
    closed = poll(teacher_client, assignment, page.headers["ETag"])
    assert (closed.status_code, closed.context["is_open"]) == (200, False)
    assert poll(teacher_client, assignment, closed.headers["ETag"]).status_code == 304


@pytest.mark.parametrize("count", [1, 30])
def test_page_and_poll_cost_the_same_for_any_number(
    count: int, assignment: Assignment, classroom: Classroom, teacher_client: Client, queries: Callable[[], Any]
) -> None:
    for _ in range(count):
        attempt = make_answered_attempt(
            assignment=assignment, student=make_student(classroom=classroom), submitted=False
        )
    costs = []
    for phase in PHASES:
        show(teacher_client, assignment, 1, phase)
        with queries() as seen:
            page = teacher_client.get(board_of(assignment))
        costs.append(len(seen))
        assert seen.writes == []
    # Session, teacher, assignment, version; attempts, answers, students; corrections for the evidence.
    assert costs == [7, 7, 7, 8]
    with queries() as nothing_new:
        assert poll(teacher_client, assignment, page.headers["ETag"]).status_code == 304
    assert (len(nothing_new), nothing_new.writes) == (3, [])  # session, teacher, state
    save(attempt, "one", "c", seen_revision=1)
    with queries() as changed:
        assert poll(teacher_client, assignment, page.headers["ETag"]).status_code == 200
    assert (len(changed), changed.writes) == (8, [])


def test_a_viewer_chooses_the_language_of_the_board(
    viewer: User, classroom: Classroom, teacher: User, signed_in: Callable[[User], Client]
) -> None:
    """A substitute teacher has no buttons, and a class that reads in Spanish."""
    edition = make_edition(document=bilingual(make_document()))
    address = board_of(make_assignment(edition=edition, classroom=classroom, assigned_by=teacher))

    boards = [read(signed_in(person).get(address)) for person in (viewer, teacher)]

    assert [f"{address}?language=es" in board.links for board in boards] == [True, True]
    buttons = [{name for form in board.forms for name, _ in form.buttons} for board in boards]
    assert ["aim" in names for names in buttons] == [False, True]


def test_the_board_shows_the_questions_in_the_language_that_the_teacher_chooses(
    teacher_client: Client, classroom: Classroom, teacher: User
) -> None:
    edition = make_edition(document=bilingual(make_document()))
    assignment = make_assignment(edition=edition, classroom=classroom, assigned_by=teacher)
    address = reverse("class_board", args=[assignment.public_id])
    question = published(edition.pk).document.questions[0]
    english = teacher_client.get(address).content.decode()
    assert f'href="{address}?language=es">Show questions in Spanish</a>' in english
    assert marked(question.stem) not in english
    spanish = teacher_client.get(f"{address}?controls=off&language=es").content.decode()
    assert re.search(r'<section[^>]*\slang="es"', spanish)
    assert "Pregunta 1 de" in spanish
    assert marked(question.stem) in spanish
    # The poll and the buttons keep both.
    live = reverse("live_board", args=[assignment.public_id])
    assert f'data-live="{live}?controls=off&amp;language=es"' in spanish
    assert marked(question.stem) in teacher_client.get(f"{live}?language=es").content.decode()
    # What no control of the board sends is not kept.
    assert (
        f'data-live="{live}"'
        in teacher_client.get(f"{address}?controls=none&language=longer-than-any").content.decode()
    )
    # A language that the set does not have changes nothing.
    assert marked(question.stem) not in teacher_client.get(f"{address}?language=fr").content.decode()


def test_the_board_of_a_class_that_reads_in_spanish_is_in_spanish(
    teacher_client: Client, classroom: Classroom, student: Student
) -> None:
    edition = make_edition(document=bilingual(with_levels()))
    assignment = make_assignment(edition=edition, classroom=classroom)
    make_attempt(assignment=assignment, student=student)
    Classroom.objects.update(reading_variant="es")
    number = edition.questions.get(type="single").position
    spanish = text_of(show(teacher_client, assignment, number, Board.Phase.COUNT))
    # The controls are in the language of the teacher.
    assert ("1 en curso." in spanish, "Show the answers" in spanish) == (True, True)
    assert "in progress" not in spanish
    show(teacher_client, assignment, number, Board.Phase.EVIDENCE)
    address = board_of(assignment)
    live = reverse("live_board", args=[assignment.public_id])
    for page, is_spanish in ((address, True), (live, True), (f"{address}?language=en", False)):
        text = text_of(teacher_client.get(page))
        assert ("Fácil" in text, f"Pregunta {number} de" in text) == (is_spanish, is_spanish)
    # An English board of a teacher who reads in Spanish is in English.
    Classroom.objects.update(reading_variant="easier")
    teacher_client.cookies["language"] = "es"
    text = text_of(teacher_client.get(address))
    assert (f"Question {number} of" in text, "Easy s" in text, "Progreso" in text) == (True, True, True)
