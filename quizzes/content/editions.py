"""Publish the document of a question set as an edition, and read a published edition."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Count
from django.utils.translation import get_language

from quizzes.caches import process_cache, process_dict
from quizzes.content.languages import TEXTS, with_language
from quizzes.content.set_document import SetDocument, content_hash, parse_set
from quizzes.content.set_problems import find_errors, find_gaps, find_problems
from quizzes.content.stored_pictures import mark_published
from quizzes.models import Edition, Question, QuestionSet, Reading, Source, User


class NotPublishable(Exception):
    """The document cannot be published. problems: (question key or "", reason), at least one."""

    def __init__(self, problems: list[tuple[str, str]]) -> None:
        super().__init__(problems[0][1])
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Published:
    """An edition as each process caches it. question_ids: row id by question key.

    content_hash: known to the server only, since the document has the answer key.
    """

    edition_id: int
    number: int
    content_hash: str
    document: SetDocument
    question_ids: Mapping[str, int]

    def in_language(self, language: str | None) -> "Published":
        """The edition with its texts in this language; itself if it has none."""
        document = self.document.in_language(language)
        return self if document is self.document else replace(self, document=document)


@transaction.atomic
def publish_built_in(
    source_document: Mapping[str, Any],
    document: Mapping[str, Any],
    *,
    now: datetime,
    guide: Mapping[str, Any] | None,
) -> Edition | None:
    """Publish a built-in set; None if its latest edition has the same content.

    source_document: the tables of source.toml. document: the set, combined with them. guide: for its teachers.
    """
    citation, parsed = source_document["citation"], parse_set(document)
    source, _ = Source.objects.update_or_create(
        slug=source_document["slug"],
        defaults={
            "publisher": citation["publisher"],
            "title": citation["title"],
            "url": citation.get("url", ""),
            "published_on": date.fromisoformat(citation["published_on"]) if citation.get("published_on") else None,
            "date_note": citation.get("date_note", ""),
            "teaching_guide": guide,
        },
    )
    reading, _ = Reading.objects.update_or_create(
        source=source,
        title=parsed.reading.title,
        defaults={"language": parsed.reading.language, "document": source_document},
    )
    question_set, _ = QuestionSet.objects.update_or_create(
        slug=parsed.slug,
        owner=None,
        defaults={
            "title": parsed.title,
            "summary": parsed.summary,
            "texts": document.get(TEXTS, {}),
            "reading": reading,
        },
    )
    return publish_edition(question_set, document, now=now)


@transaction.atomic
def publish_edition(
    question_set: QuestionSet, document: Mapping[str, Any], *, now: datetime, by: User | None = None, note: str = ""
) -> Edition | None:
    """Publish a document as the next edition of the set; None if the latest edition has the same content.

    note: why an objective may have fewer questions than its minimum. Without a note, such a gap is an error.
    Raises NotPublishable, InvalidQuestion or InvalidDocument before anything is written.
    """
    parsed = parse_set(document)
    problems = find_errors(document, parsed) if note else find_problems(document, parsed)
    if problems:
        raise NotPublishable(problems)
    digest = content_hash(document)
    latest = question_set.editions.order_by("-number").first()
    if latest is not None and latest.content_hash == digest:
        return None
    edition = Edition.objects.create(
        question_set=question_set,
        number=latest.number + 1 if latest else 1,
        content_hash=digest,
        document=document,
        max_points=parsed.max_points,
        published_at=now,
        published_by=by,
        note=note if find_gaps(parsed) else "",
    )
    mark_published(question_set, document, now=now)
    Question.objects.bulk_create(
        Question(
            edition=edition,
            key=question.key,
            position=position,
            type=question.type,
            objective=question.objective,
            points=question.points,
        )
        for position, question in enumerate(parsed.questions, start=1)
    )
    return edition


def latest_edition(question_set: QuestionSet) -> Edition:
    """The newest published edition of the set; raises Edition.DoesNotExist without one."""
    return question_set.editions.latest("number")


def public_question_count(edition_id: int) -> int:
    """How many questions of the edition visitors could try without an account, also as part of another set. 1 query.

    A copy of a set and a retry keep the keys of the questions, so they count too.
    """
    public_keys = Question.objects.shown_to_visitors().order_by().values("key")
    return Question.objects.filter(edition_id=edition_id, key__in=public_keys).count()


@process_cache(maxsize=256)
def written_questions(edition_id: int) -> Mapping[str, Mapping[str, Any]]:
    """The questions of an edition as its document has them, by key. 1 query on the first call in a process."""
    document = Edition.objects.values_list("document", flat=True).get(pk=edition_id)
    return {table["key"]: table for table in document["questions"]}


@process_cache(maxsize=256)
def published(edition_id: int) -> Published:
    """A published edition. 2 queries on the first call in a process, then none, because an edition never changes."""
    edition = Edition.objects.get(pk=edition_id)
    ids = dict(Question.objects.filter(edition_id=edition_id).values_list("key", "pk"))
    return Published(edition_id, edition.number, edition.content_hash, parse_set(edition.document), ids)


def shown_edition(edition_id: int) -> Published:
    """`published` with its texts and its reading in the language of the page, for pages of teachers."""
    edition = published(edition_id).in_language(get_language())
    reading = edition.document.reading.in_language(get_language())
    return replace(edition, document=replace(edition.document, reading=reading))


@dataclass(frozen=True, slots=True)
class Size:
    """How long an edition is, its first language, and its reading. about_minutes: the author's estimate.

    reading_titles: by language: the first one, and each that has the whole reading.
    """

    question_count: int
    about_minutes: int
    language: str
    reading_titles: Mapping[str, str]

    @property
    def reading_title(self) -> str:
        """The title of the reading in the language of the page, as `shown_edition` has it; with its own language."""
        language = get_language() or ""
        shown = language if language in self.reading_titles else self.language
        return with_language(self.reading_titles[shown], shown)


_sizes: dict[int, Size] = process_dict()


def sizes_of(edition_ids: Iterable[int]) -> dict[int, Size]:
    """The sizes of editions by id. 1 query for all that the process has not cached, none if it has all."""
    wanted = set(edition_ids)
    if unknown := wanted - _sizes.keys():
        counted = Edition.objects.filter(pk__in=unknown).order_by().annotate(count=Count("questions"))
        rows = counted.values_list("pk", "count", "document__about_minutes", "document__reading")
        for pk, count, minutes, reading in rows:
            _sizes[pk] = Size(count, minutes, reading["language"], _reading_titles(reading))
    return {pk: _sizes[pk] for pk in wanted}


def _reading_titles(reading: Mapping[str, Any]) -> dict[str, str]:
    keys = {sentence["key"] for paragraph in reading["paragraphs"] for sentence in paragraph["sentences"]}
    whole = [variant for variant in reading.get("variants", ()) if keys <= variant["sentences"].keys()]
    return {variant["key"]: variant["title"] for variant in whole} | {reading["language"]: reading["title"]}
