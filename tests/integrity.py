"""What `manage.py check_integrity` finds among the rows of a test."""

from quizzes.attempts.integrity import check_integrity


def broken() -> list[str]:
    """A line for each row that breaks an invariant; [] for none."""
    return [line for finding in check_integrity() for line in finding.broken]
