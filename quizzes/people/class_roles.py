"""Who may do what in a class. This is the only place that decides it; views/access.py asks here."""

from enum import Enum

from quizzes.models import Teaching

Role = Teaching.Role


class ClassAct(Enum):
    """What a page does with a class. READ: also downloads. OWN: who teaches the class, and its deletion."""

    READ = "read"
    CHANGE = "change"
    OWN = "own"


_ACTS: dict[str, frozenset[ClassAct]] = {
    Role.OWNER: frozenset(ClassAct),
    Role.TEACHER: frozenset({ClassAct.READ, ClassAct.CHANGE}),
    Role.VIEWER: frozenset({ClassAct.READ}),
}


def may(role: str, act: ClassAct) -> bool:
    """Whether a person with this role may do this."""
    return act in _ACTS[role]
