"""Check whether a draft is ready, and publish it as the next edition of its set."""

from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from quizzes.content.drafts.changes import Change, changes
from quizzes.content.drafts.document import (
    LANGUAGES,
    LEVELS,
    OBJECTIVES,
    READING,
    READING_TITLE,
    SOURCE,
    SPEAKERS,
    WORDS,
    finished,
    from_edition,
    question_part,
)
from quizzes.content.drafts.lifecycle import reading_fields, source_fields
from quizzes.content.drafts.saving import DraftChanged, save_parts
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
from quizzes.content.languages import TEXTS
from quizzes.content.tables import Table
from quizzes.models import Draft, Edition, QuestionSet, Reading, Source, User
from quizzes.models.locks import locked, read_row


class NotReady(Exception):
    """The draft cannot be published. problems: why, () if it only needs a note about its gaps."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__(problems[0].text if problems else "some objectives need more questions")
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Readiness:
    """What a draft needs before it can be published.

    problems: block publishing. gaps: need a note. tips: (number, question key, tip), which never block.
    changes: from the latest edition, None without one or with problems.
    """

    problems: tuple[Problem, ...]
    orphans: tuple[Orphan, ...]
    meter: tuple[Meter, ...]
    gaps: tuple[Meter, ...]
    tips: tuple[tuple[int, str, DraftTip], ...]
    changes: tuple[Change, ...] | None

    @property
    def says_the_same(self) -> bool:
        """Whether the latest edition has the same content as the draft."""
        return self.changes == ()


def readiness(document: Table, latest: Edition | None) -> Readiness:
    """What the draft needs before it can be published. latest: the newest edition, None before the first."""
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
    """Publish the draft as the next edition of its set; None if the latest edition has the same content.

    seen: the revision that the teacher saw. note: why objectives may have gaps. Raises DraftChanged and NotReady
    before anything is written.
    """
    current = read_row(locked(Draft.objects.select_related("question_set__reading")), draft.pk)
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
            title=edition.document["title"],
            summary=edition.document["summary"],
            texts=edition.document.get(TEXTS, {}),
        )
    return edition


def go_back(draft: Draft, edition: Edition, *, seen: int, by: User, now: datetime) -> Draft:
    """Give the draft the content of this edition of its set; reasons to keep a wording stay. Raises DraftChanged."""
    fresh = from_edition(edition.document, title=edition.document["title"])

    def change(document: Table) -> None:
        kept = {question["key"]: question["kept"] for question in document["questions"] if "kept" in question}
        # No undo: a part of the old draft would not fit the edition.
        own = {"saved": document["saved"], "removed": {"at": seen}}
        document.clear()
        document.update({**deepcopy(fresh), **own})
        for question in document["questions"]:
            question.update({"kept": kept[question["key"]]} if question["key"] in kept else {})

    questions = (*draft.document["questions"], *fresh["questions"])
    parts = [SOURCE, READING, READING_TITLE, SPEAKERS, OBJECTIVES, LEVELS, LANGUAGES, WORDS]
    parts += dict.fromkeys(question_part(question["key"]) for question in questions)
    return save_parts(draft, change, touches=parts, seen=seen, by=by, now=now)
