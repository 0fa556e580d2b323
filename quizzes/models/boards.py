"""What the class board of a quiz shows."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy

from quizzes.models.accounts import User
from quizzes.models.assignments import Assignment


class Board(models.Model):
    """What the class board of an assignment shows: one question in one of four phases.

    position: of the question in the edition, from 1. closed_through: if the quiz is teacher-paced, the questions up to
    this position take no more answers.
    """

    class Phase(models.IntegerChoices):
        QUESTION = 1, gettext_lazy("The question")
        COUNT = 2, gettext_lazy("How many have answered")
        ANSWERS = 3, gettext_lazy("The answers")
        EVIDENCE = 4, gettext_lazy("The evidence")

    assignment = models.OneToOneField(Assignment, models.CASCADE, primary_key=True, related_name="board")
    position = models.PositiveSmallIntegerField()
    phase = models.PositiveSmallIntegerField(choices=Phase)
    closed_through = models.PositiveSmallIntegerField(default=0, db_default=0)
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(User, models.PROTECT, related_name="boards_changed")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(position__gte=1, phase__gte=1, phase__lte=4),
                name="board_shows_a_question_in_a_phase",
                violation_error_message="A class board shows a question in 1 of 4 phases.",
            )
        ]

    def __str__(self) -> str:
        return f"board at question {self.position}"
