"""What the class board of an assignment shows."""

from datetime import datetime

from django.db import transaction

from quizzes.models import Answer, Assignment, Attempt, Board, User
from quizzes.models.locks import locked, read_row


class SkipsQuestions(Exception):
    """A teacher-paced quiz goes from each question to the next one."""


@transaction.atomic
def show_on_board(assignment: Assignment, *, number: int, phase: int, by: User, now: datetime) -> Board:
    """Show a question on the class board in one phase. Safe to repeat.

    In a teacher-paced quiz, the earlier questions close, and this one closes with its answers. None opens again.
    Raises SkipsQuestions for a question after the next one, and RowDeleted.
    """
    # Before the first question there is no board to lock.
    is_teacher_paced = read_row(locked(Assignment.objects.values_list("is_teacher_paced", flat=True)), assignment.pk)
    if is_teacher_paced and number > _reached(Board.objects.filter(assignment=assignment).first()) + 1:
        raise SkipsQuestions
    board, _ = Board.objects.update_or_create(
        assignment=assignment, defaults={"position": number, "phase": phase, "changed_at": now, "changed_by": by}
    )
    if is_teacher_paced:
        _close_shown(board)
    return board


def close_shown(assignment: Assignment) -> None:
    """Close what the class board has shown of a quiz that is teacher-paced from now on. assignment: locked."""
    board = Board.objects.filter(assignment=assignment).first()
    if board is not None:
        _close_shown(board)


def _close_shown(board: Board) -> None:
    """Close the questions before the one on the board, and this one with its answers. None opens again."""
    closed = board.position if board.phase >= Board.Phase.ANSWERS else board.position - 1
    if board.closed_through < closed:
        board.closed_through = closed
        board.save(update_fields=["closed_through"])


def unopened_count(assignment: Assignment) -> int:
    """How many questions the class has not reached in a teacher-paced quiz; 0 for another quiz. At most 3 queries.

    The board may have gone back from an open question, which only answers to it still show.
    """
    if not assignment.is_teacher_paced:
        return 0
    board = Board.objects.filter(assignment=assignment).first()
    reached = _reached(board)
    if board is not None and board.position <= board.closed_through:
        later = Answer.objects.filter(attempt__assignment=assignment, question__position=reached + 1)
        reached += later.exclude(attempt__medium=Attempt.Medium.PAPER).exists()
    return assignment.edition.questions.count() - reached


def _reached(board: Board | None) -> int:
    """The last position that the board shows or has closed; 0 before the first. The board can go back to a question."""
    return max(board.position, board.closed_through) if board is not None else 0


def has_closed_questions(assignment: Assignment) -> bool:
    """Whether the board has closed a question while the quiz was teacher-paced, most often with its answers. One query.

    Nothing stores what the board of another quiz has shown, because it can go back to a question.
    """
    return Board.objects.filter(assignment=assignment, closed_through__gt=0).exists()
