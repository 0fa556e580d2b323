"""What a teacher searches for: classes, students, quizzes, question sets, and the work behind a receipt."""

import re
import unicodedata
from dataclasses import dataclass
from string import ascii_lowercase

from django.db.models import Case, F, Q, When
from django.db.models.fields.json import KeyTextTransform
from django.utils.translation import get_language

from quizzes.caches import process_cache
from quizzes.models import Assignment, Attempt, AuditEvent, Classroom, Draft, QuestionSet, Student, User
from quizzes.models.rosters import StudentQuerySet
from quizzes.people.names import name_key

# More results than fit on a screen ask for a longer name.
SHOWN = 30
# The letters of Latin script with accents.
_ACCENTED = [*range(0xC0, 0x250), *range(0x1E00, 0x1F00)]
# A keyboard has straight quotes only.
_QUOTES = {"'": "'‘’", '"': '"“”'}


@dataclass(frozen=True, slots=True)
class SearchResults:
    """What was found. students, quizzes: with their classes. drafts: of sets without a version.

    receipt: of the attempts, as it was searched. An attempt that was reopened since has another one, or none.
    is_cut: whether there are more than SHOWN of a kind.
    """

    classrooms: tuple[Classroom, ...]
    students: tuple[Student, ...]
    quizzes: tuple[Assignment, ...]
    question_sets: tuple[QuestionSet, ...]
    drafts: tuple[Draft, ...]
    attempts: tuple[Attempt, ...]
    receipt: str
    is_cut: bool

    @property
    def is_empty(self) -> bool:
        """Whether nothing was found."""
        return not (
            self.classrooms or self.students or self.quizzes or self.question_sets or self.drafts or self.attempts
        )


def search(user: User, text: str) -> SearchResults:
    """This teacher's classes, their students, quizzes and receipts, and question sets they may use. At most 6 queries.

    Quizzes: by the title that the teacher reads, those with exactly this title first, then the newest.
    """
    key, receipt = name_key(text), receipt_of(text)
    students = _students(user, key) if key else Student.objects.none()
    part = written_as(text)
    has_title = _has_title(part)
    sets = QuestionSet.objects.open_to(user).published().filter(has_title)
    has_set_title = Q(own_title="", edition__question_set__in=QuestionSet.objects.filter(has_title))
    quizzes = Assignment.objects.taught_by(user).filter(Q(own_title__iregex=part) | has_set_title)
    # Otherwise “Quiz 1” would be cut off after the newer “Quiz 10” to “Quiz 19” of all classes.
    whole = f"^{part}$"
    is_exact = Q(own_title__iregex=whole) | Q(own_title="") & _has_title(whole, of="edition__question_set__")
    exact_first = Case(When(is_exact, then=0), default=1)
    drafts = Draft.objects.owned_by(user).never_published().filter(question_set__title__iregex=part)
    attempts = Attempt.objects.none()
    if receipt:
        # A reopened attempt has lost its receipt. The student may have a printed one.
        reopened = AuditEvent.objects.filter(
            action=AuditEvent.Action.ATTEMPT_REOPENED, classroom__teachers=user, detail__receipt=receipt
        ).values(attempt_id=KeyTextTransform("attempt", "detail"))
        attempts = Attempt.objects.taught_by(user).with_set().filter(Q(receipt=receipt) | Q(public_id__in=reopened))
    classrooms = Classroom.objects.taught_by(user).with_list_names(user).filter(name__iregex=part)
    found_classrooms = list(classrooms.order_by(F("archived_at").desc(nulls_first=True), "name", "pk")[: SHOWN + 1])
    found_students = list(students.select_related("classroom")[: SHOWN + 1])
    found_quizzes = list(quizzes.with_set().order_by(exact_first, "-created_at", "-pk")[: SHOWN + 1])
    found_sets = list(sets.select_related("owner").order_by("title", "pk")[: SHOWN + 1])
    found_drafts = list(drafts[: SHOWN + 1])
    longest = max(len(found_classrooms), len(found_students), len(found_quizzes), len(found_sets), len(found_drafts))
    return SearchResults(
        tuple(found_classrooms[:SHOWN]),
        tuple(found_students[:SHOWN]),
        tuple(found_quizzes[:SHOWN]),
        tuple(found_sets[:SHOWN]),
        tuple(found_drafts[:SHOWN]),
        tuple(attempts),
        receipt,
        is_cut=longest > SHOWN,
    )


def _students(user: User, key: str) -> StudentQuerySet:
    """The students with these words in their names, in any order: “Lopez, Maya” too. As written comes first."""
    has_words = Q(*(Q(name_key__contains=word) for word in key.split()))
    as_written_first = Case(When(name_key__contains=key, then=0), default=1)
    return Student.objects.taught_by(user).filter(has_words).order_by(as_written_first, "sort_key", "pk")


def _has_title(pattern: str, *, of: str = "") -> Q:
    """Question sets with this title, in their first language or that of the page. of: the way to the set."""
    fields = ("title", f"texts__{get_language()}__title")
    return Q(*((f"{of}{field}__iregex", pattern) for field in fields), _connector=Q.OR)


def written_as(text: str) -> str:
    """A regular expression for this text with any accents and quotes, which both databases read."""
    return "".join(
        f"[{_letters()[base]}]" if (base := _base(one)) in _letters() else re.escape(one)
        for one in unicodedata.normalize("NFC", text)
    )


@process_cache(maxsize=1)
def _letters() -> dict[str, str]:
    """The ways to write each letter of the alphabet and each quote."""
    found = {letter: letter for letter in ascii_lowercase}
    for accented in map(chr, _ACCENTED):
        if (base := _base(accented)) in found:
            found[base] += accented
    return found | _QUOTES


def _base(character: str) -> str:
    return unicodedata.normalize("NFD", character)[0].lower()


def receipt_of(text: str) -> str:
    """The receipt in this text as it is stored, “K7Q-42M” for “k7q 42m”; "" for other text."""
    letters = re.sub(r"[\s-]", "", text).upper()
    return f"{letters[:3]}-{letters[3:]}" if re.fullmatch("[0-9A-Z]{6}", letters) else ""
