"""From a draft to the next edition of its set."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from quizzes.content.drafts.changes import Change, changes
from quizzes.content.drafts.document import finished
from quizzes.content.drafts.lifecycle import reading_fields, source_fields
from quizzes.content.drafts.saving import DraftChanged
from quizzes.content.drafts.validation import (
    DraftTip,
    Meter,
    Orphan,
    Problem,
    draft_problems,
    gaps,
    meter,
    orphans,
    question_tips,
)
from quizzes.content.editions import publish_edition
from quizzes.content.tables import Table
from quizzes.models import Draft, Edition, QuestionSet, Reading, Source, User


class NotReady(Exception):
    """A draft that cannot be published as it is. problems: why, () where only gaps without a note are in the way."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__(problems[0].text if problems else "the blueprint has gaps")
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Readiness:
    """How far a draft is from its next edition.

    problems: block publishing. gaps: need a note. tips: (number, question key, tip), which never block.
    changes: against the latest edition, None where there is none or the draft cannot be published.
    """

    problems: tuple[Problem, ...]
    orphans: tuple[Orphan, ...]
    meter: tuple[Meter, ...]
    gaps: tuple[Meter, ...]
    tips: tuple[tuple[int, str, DraftTip], ...]
    changes: tuple[Change, ...] | None

    @property
    def says_the_same(self) -> bool:
        """Whether the latest edition already says what the draft says."""
        return self.changes == ()


def readiness(document: Table, latest: Edition | None) -> Readiness:
    """What stands between the draft and its next edition. latest: the newest edition, None before the first."""
    problems = tuple(draft_problems(document))
    return Readiness(
        problems=problems,
        orphans=tuple(orphans(document)),
        meter=tuple(meter(document)),
        gaps=tuple(gaps(document)),
        tips=tuple(
            (number, question["key"], tip)
            for number, question in enumerate(document["questions"], start=1)
            for tip in question_tips(document, question)
        ),
        changes=None if problems or latest is None else tuple(changes(latest.document, document)),
    )


@transaction.atomic
def publish(draft: Draft, *, seen: int, note: str, by: User, now: datetime) -> Edition | None:
    """Freeze the draft, as the teacher saw it, as the set's next edition; None when the latest says the same.

    note: why the blueprint may have gaps. Raises DraftChanged and NotReady, and then publishes nothing.
    """
    current = Draft.objects.select_for_update(of=("self",)).select_related("question_set__reading").get(pk=draft.pk)
    if current.revision != seen:
        raise DraftChanged(current)
    document, question_set = current.document, current.question_set
    problems = tuple(draft_problems(document))
    if problems or (gaps(document) and not note):
        raise NotReady(problems)
    edition = publish_edition(question_set, finished(document), now=now, by=by, note=note)
    if edition is not None:
        Source.objects.filter(pk=question_set.reading.source_id).update(**source_fields(document))
        Reading.objects.filter(pk=question_set.reading_id).update(**reading_fields(document))
        QuestionSet.objects.filter(pk=question_set.pk).update(
            title=edition.document["title"], summary=edition.document["summary"]
        )
    return edition
