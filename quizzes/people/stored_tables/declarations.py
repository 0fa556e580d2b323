"""What is declared of a stored table: purpose, term, copies, and deletion."""

from dataclasses import dataclass
from enum import Enum

from quizzes.people.retention import NOTICE


class About(Enum):
    """Whom a table is about."""

    STUDENTS = "students"
    TEACHERS = "teachers"
    BOTH = "students and teachers"
    CONTENT = "questions and readings, no person"
    SITE = "the site itself, no person"


class Term(Enum):
    """How long rows are kept. {archived}, {log}: days of the site's settings. {class_end}: their longest stay."""

    CLASS = "Until the class or the student is deleted, at the latest {class_end} days after the class is archived"
    ACCOUNT = "Until the account is deleted"
    SET = (
        "Until a day after the set is deleted, or until the account is deleted, longer while a class of another "
        "teacher uses it"
    )
    SITE = "As long as the site"
    LAUNCH = "30 minutes"
    SESSION = "Until sign-out, at the latest 7 days after sign-in"
    DAY = "24 hours"
    WEEK = "7 days"
    DEVICE = "180 days after the last sign-in on it"
    LIMIT = "Until the limit ends, at most 1 day"
    LOG = "{log} days, or until the class or the student is deleted"
    INVITATION = "30 days after it expires, or until the account is deleted"
    MOMENT = "Never past the end of one transaction"

    def in_words(self, *, archived_days: int, log_days: int) -> str:
        """The term in words, with the days of a site's settings."""
        return self.value.format(log=log_days, class_end=archived_days + NOTICE.days)


class Copy(Enum):
    """Which copy for the people that it is about has the rows."""

    STUDENT = "the file and the report of a student"
    TEACHER = "the file of a teacher"
    BOTH = "the file of a student, and the file of a teacher"
    NONE = "none: it tells nothing more about a person"


class Deletion(Enum):
    """What deletes the rows for good."""

    STUDENT = "deleting the student or the class"
    CLASS = "deleting the class"
    ACCOUNT = "deleting the account"
    EITHER = "deleting the student, the class, or the account"
    SET = "deleting the set or the account"
    TERM = "the end of its term"
    NONE = "nothing: it tells nothing about a person"


@dataclass(frozen=True, slots=True)
class StoredTable:
    """One table of the database. columns: (names, what they are for); `id` numbers the rows of most tables."""

    name: str
    purpose: str
    about: About
    columns: tuple[tuple[str, str], ...]
    term: Term
    copy: Copy
    deletion: Deletion


def of_student(name: str, purpose: str, *columns: tuple[str, str]) -> StoredTable:
    """A table about a student, kept as long as the class."""
    return StoredTable(name, purpose, About.STUDENTS, columns, Term.CLASS, Copy.STUDENT, Deletion.STUDENT)


def of_class(name: str, purpose: str, *columns: tuple[str, str]) -> StoredTable:
    """A table about a class, kept as long as the class."""
    return StoredTable(name, purpose, About.TEACHERS, columns, Term.CLASS, Copy.TEACHER, Deletion.CLASS)


def of_account(name: str, purpose: str, *columns: tuple[str, str]) -> StoredTable:
    """A table about a teacher, kept as long as the account."""
    return StoredTable(name, purpose, About.TEACHERS, columns, Term.ACCOUNT, Copy.TEACHER, Deletion.ACCOUNT)


def unused(name: str, purpose: str, *columns: tuple[str, str]) -> StoredTable:
    """A table of a library that Footnote does not fill, or that tells nothing more."""
    return StoredTable(name, purpose, About.TEACHERS, columns, Term.ACCOUNT, Copy.NONE, Deletion.ACCOUNT)


def of_content(name: str, purpose: str, *columns: tuple[str, str]) -> StoredTable:
    """A table of questions and readings."""
    return StoredTable(name, purpose, About.CONTENT, columns, Term.SET, Copy.NONE, Deletion.SET)


def of_site(name: str, purpose: str, *columns: tuple[str, str]) -> StoredTable:
    """A table about the site itself."""
    return StoredTable(name, purpose, About.SITE, columns, Term.SITE, Copy.NONE, Deletion.NONE)


# Most tables have this column.
ID = ("id", "numbers the rows")
