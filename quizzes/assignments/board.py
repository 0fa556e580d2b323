"""What the class board of an assignment shows."""

from datetime import datetime

from quizzes.models import Assignment, Board, User


def show_on_board(assignment: Assignment, *, number: int, phase: int, by: User, now: datetime) -> Board:
    """Show a question on the class board in one phase. Safe to repeat."""
    board, _ = Board.objects.update_or_create(
        assignment=assignment, defaults={"position": number, "phase": phase, "changed_at": now, "changed_by": by}
    )
    return board
