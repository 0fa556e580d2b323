"""Take a classroom away as one file, and take one in: the same questions, students, answers and scores elsewhere."""

from quizzes.interchange.takeaway import InvalidTakeaway
from quizzes.takeaways.leaving import export_classroom
from quizzes.takeaways.taking_in import AlreadyHere, import_classroom

__all__ = ["AlreadyHere", "InvalidTakeaway", "export_classroom", "import_classroom"]
