"""Who may do what in a class. views/access.py calls `may`; queries use `EDITORS` of models/rosters.py."""

from enum import Enum

from quizzes.models import Teaching
from quizzes.models.rosters import EDITORS

Role = Teaching.Role


class ClassAct(Enum):
    """What a page does with a class. READ: show and download. OWN: change who teaches the class, and delete it."""

    READ = "read"
    CHANGE = "change"
    OWN = "own"


def may(role: str, act: ClassAct) -> bool:
    """Whether a person with this role may do this. Owners, teachers and viewers read; viewers change nothing."""
    match act:
        case ClassAct.READ:
            return role in Role.values
        case ClassAct.CHANGE:
            return role in EDITORS
    return role == Role.OWNER
