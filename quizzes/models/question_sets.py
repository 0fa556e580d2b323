"""Sources, readings, question sets, drafts and published editions."""

import unicodedata
from collections.abc import Mapping
from typing import Any, Self

from django.db import models, transaction
from django.db.models import F, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils.translation import get_language, gettext, gettext_noop

from quizzes.models.accounts import User
from quizzes.models.public_ids import new_public_id

# The built-in set that visitors may try without an account. It cannot be assigned.
TRY_OUT = "try-it"
# The title of a draft without one. Rows have it in English.
UNTITLED = gettext_noop("Untitled question set")
DAYS_TO_RESTORE = 1


class Source(models.Model):
    """A story: publisher, title, date and link. date_note: how the date is known.

    teaching_guide: the tables of its guide for teachers, None without one. It is not part of an edition.
    """

    slug = models.SlugField(max_length=80, unique=True)
    publisher = models.CharField(max_length=200)
    title = models.CharField(max_length=300)
    author = models.CharField(max_length=200, blank=True)
    url = models.URLField(blank=True)
    published_on = models.DateField(null=True)
    date_note = models.CharField(max_length=300, blank=True)
    teaching_guide = models.JSONField(null=True, default=None)

    def __str__(self) -> str:
        return self.title


class Reading(models.Model):
    """A passage written from a source: paragraphs of sentences with keys, speakers and facts."""

    source = models.ForeignKey(Source, models.PROTECT, related_name="readings")
    title = models.CharField(max_length=200)
    language = models.CharField(max_length=20, default="en")
    document = models.JSONField(help_text="The tables of source.toml.")

    def __str__(self) -> str:
        return self.title


def title_in_page_language(texts: Mapping[str, Mapping[str, str]]) -> str:
    """The title of a set in the language of the page; "" without one. texts: a `QuestionSet.texts`."""
    return _in_page_language(texts, "title")


def _in_page_language(texts: Mapping[str, Mapping[str, str]], name: str) -> str:
    return texts.get(get_language() or "", {}).get(name, "").strip()


class QuestionSetQuerySet(models.QuerySet["QuestionSet"]):
    """Queries of question sets. Only `open_to`, `visible_to` and `owned_by` check who may see them."""

    def open_to(self, user: User) -> Self:
        """The built-in sets but the public try-out, this teacher's own sets, and those that others share."""
        shared = SetShare.objects.filter(Q(user=user) | Q(user=None)).values("question_set")
        return self.filter(Q(owner=None) & ~Q(slug=TRY_OUT) | Q(owner=user) | Q(pk__in=shared), deleted_at=None)

    def visible_to(self, user: User) -> Self:
        """Those open to this teacher, and those that a class has in which the teacher has a role."""
        given = QuestionSet.objects.filter(editions__assignments__classroom__teachers=user).values("pk")
        return self.filter(Q(pk__in=QuestionSet.objects.open_to(user).values("pk")) | Q(pk__in=given), deleted_at=None)

    def owned_by(self, user: User) -> Self:
        """This teacher's own sets."""
        return self.filter(owner=user)

    def current(self) -> Self:
        """Sets that are neither archived nor deleted."""
        return self.filter(archived_at=None, deleted_at=None)

    def put_aside(self) -> Self:
        """Sets that are archived or deleted, the latest first. Deleted ones can be restored for DAYS_TO_RESTORE."""
        return self.exclude(archived_at=None, deleted_at=None).order_by(Coalesce("deleted_at", "archived_at").desc())

    def without_assignments(self) -> Self:
        """Sets that no class uses or used."""
        return self.exclude(editions__assignments__isnull=False)

    def built_in(self) -> Self:
        """The built-in sets."""
        return self.filter(owner=None)

    def published(self) -> Self:
        """Sets with an edition. `latest_edition_id`: the row id of the newest one."""
        newest = Edition.objects.filter(question_set=OuterRef("pk")).order_by("-number").values("pk")[:1]
        return self.annotate(latest_edition_id=Subquery(newest)).filter(latest_edition_id__isnull=False)

    def with_guide(self) -> Self:
        """With `guide`: the tables of the source's teaching guide, None without one."""
        return self.annotate(guide=F("reading__source__teaching_guide"))

    def with_has_guide(self) -> Self:
        """With `has_guide`: whether the source has a teaching guide."""
        return self.annotate(has_guide=Q(reading__source__teaching_guide__isnull=False))

    def first_sets(self) -> dict[int, int]:
        """The set where the line of copies began, by set id, of each copy among these. 1 query for each step."""
        origins: dict[int, int] = {}
        copies = self._origins()
        while copies:
            origins |= copies
            copies = QuestionSet.objects.filter(pk__in=set(copies.values()) - origins.keys())._origins()
        return {copy: _first(copy, origins) for copy in origins}

    def _origins(self) -> dict[int, int]:
        rows = self.order_by().values_list("pk", "copied_from")
        return {copy: origin for copy, origin in rows.exclude(copied_from=None) if origin is not None}

    def by_shown_title(self) -> list["QuestionSet"]:
        """The sets by the title that the page shows, without case, accents, and marks such as “¿”."""
        return sorted(self.order_by("pk"), key=lambda row: _letters(row.shown_title))


def _first(copy: int, origins: Mapping[int, int]) -> int:
    while copy in origins:
        copy = origins[copy]
    return copy


def _letters(text: str) -> str:
    return "".join(one for one in unicodedata.normalize("NFKD", text.casefold()) if one.isalnum() or one.isspace())


class QuestionSet(models.Model):
    """A set of questions on a reading, with a draft and published editions. owner None: built-in.

    title, summary: of the latest edition; before the first one, of the draft. texts: both in other languages, by
    language, as the document has them.
    public_until: editions before this moment were the public try-out, whose keys visitors see; None for never.
    archived_at: since when its owner's lists leave it out. deleted_at: since when no page shows it; it can be restored
    until it is deleted for good. copied_from: the set that this one began as a copy of, None for most.
    """

    public_id = models.CharField(max_length=12, unique=True, default=new_public_id)
    slug = models.SlugField(max_length=80)
    title = models.CharField(max_length=200)
    summary = models.CharField(max_length=400, blank=True)
    texts = models.JSONField(default=dict, db_default=Value({}, models.JSONField()))
    reading = models.ForeignKey(Reading, models.PROTECT, related_name="question_sets")
    owner = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="question_sets")
    public_until = models.DateTimeField(null=True)
    archived_at = models.DateTimeField(null=True)
    deleted_at = models.DateTimeField(null=True)
    copied_from = models.ForeignKey("self", models.SET_NULL, null=True, related_name="copies")

    latest_edition_id: int  # on rows of `published()`
    guide: dict[str, Any] | None  # on rows of `with_guide()`
    has_guide: bool  # on rows of `with_has_guide()`

    objects = QuestionSetQuerySet.as_manager()

    class Meta:
        ordering = ["title"]
        constraints = [
            models.UniqueConstraint(
                fields=["slug"],
                condition=Q(owner=None),
                name="question_set_built_in_slug_once",
                violation_error_message="A built-in question set already has this slug.",
            )
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def shown_title(self) -> str:
        """The title in the language of the page, else in the first language of the set."""
        own = gettext(UNTITLED) if self.title == UNTITLED else self.title
        return title_in_page_language(self.texts) or own

    @property
    def shown_summary(self) -> str:
        """The summary in the language of the page, else in the first language of the set; "" without one."""
        return _in_page_language(self.texts, "summary") or self.summary

    @transaction.atomic
    def delete_with_reading(self) -> None:
        """Delete the set with its editions, and its reading and source if they are its own. Raises ProtectedError.

        Its copies become copies of the set that it was copied from.
        """
        reading = self.reading
        self.copies.update(copied_from=self.copied_from_id)
        for edition in self.editions.all():
            edition.questions.all().delete()
            edition.delete()
        self.delete()
        if not reading.question_sets.exists():
            reading.delete()
            if not Reading.objects.filter(source=reading.source_id).exists():
                Source.objects.filter(pk=reading.source_id).delete()


class SetShare(models.Model):
    """A question set that its owner shares. user None: with all teachers of the site."""

    question_set = models.ForeignKey(QuestionSet, models.CASCADE, related_name="shares")
    user = models.ForeignKey(User, models.CASCADE, null=True, related_name="shared_sets")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["question_set", "user"], name="set_share_once_per_user"),
            models.UniqueConstraint(
                fields=["question_set"], condition=Q(user=None), name="set_share_once_for_all_teachers"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.question_set} for {self.user or 'all teachers'}"


class StoredPictureQuerySet(models.QuerySet["StoredPicture"]):
    """Pictures by who may see them. A draft's pictures are its owner's; an edition's are its readers' too."""

    def visible_to(self, user: User) -> Self:
        """Those of this teacher's sets, and the published ones of sets that the teacher may see."""
        seen = QuestionSet.objects.visible_to(user).values("pk")
        return self.filter(Q(question_set__owner=user) | Q(question_set__in=seen, published_at__isnull=False))

    def of_student(self, student_id: int) -> Self:
        """The published ones of sets on which the student has an attempt."""
        return self.filter(
            question_set__editions__assignments__attempts__student=student_id, published_at__isnull=False
        )


class StoredPicture(models.Model):
    """A picture of a question set. digest: SHA-256 of content, by which documents name it.

    published_at: when an edition first had it, None while only the draft has or had it. width, height: in pixels.
    """

    question_set = models.ForeignKey(QuestionSet, models.CASCADE, related_name="pictures")
    digest = models.CharField(max_length=64, db_index=True)
    content = models.BinaryField()
    media_type = models.CharField(max_length=10)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    created_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True)

    objects = StoredPictureQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["question_set", "digest"], name="stored_picture_once_per_set"),
        ]

    def __str__(self) -> str:
        return f"picture of {self.question_set}"


class DraftQuerySet(models.QuerySet["Draft"]):
    """Queries of drafts. Only `owned_by` checks who may see them."""

    def owned_by(self, user: User) -> Self:
        """Drafts of this teacher's own sets, with the set."""
        return self.filter(question_set__owner=user, question_set__deleted_at=None).select_related("question_set")

    def current(self) -> Self:
        """Drafts of sets that are not archived, by title, without their large documents."""
        return self.filter(question_set__archived_at=None).defer("document").order_by("question_set__title", "pk")

    def never_published(self) -> Self:
        """Current drafts of sets without an edition."""
        return self.current().filter(question_set__editions=None)


class Draft(models.Model):
    """The next edition of a teacher's set. It is not a column of the set, which students' pages read.

    document: like an edition's, plus what only the author sees (`quizzes.content.drafts`). revision: counts saves.
    """

    question_set = models.OneToOneField(QuestionSet, models.CASCADE, related_name="draft")
    document = models.JSONField()
    revision = models.PositiveIntegerField(default=1)
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(User, models.PROTECT, related_name="drafts_changed")

    objects = DraftQuerySet.as_manager()

    def __str__(self) -> str:
        return f"draft of {self.question_set}"


class EditionQuerySet(models.QuerySet["Edition"]):
    """Queries of editions. Only `newest_first` checks who may see them."""

    def newest_first(self, question_set: int | OuterRef, user: User) -> Self:
        """The editions of this set; none if the set is not open to this teacher."""
        open_sets = QuestionSet.objects.open_to(user)
        return self.filter(question_set=question_set, question_set__in=open_sets).order_by("-number")


class Edition(models.Model):
    """One published version of a question set with its reading. It never changes.

    published_by None: built-in. note: why it was published with too few questions for an objective, "" if it was not.
    """

    question_set = models.ForeignKey(QuestionSet, models.PROTECT, related_name="editions")
    number = models.PositiveIntegerField()
    content_hash = models.CharField(max_length=64)
    document = models.JSONField()
    max_points = models.PositiveIntegerField()
    published_at = models.DateTimeField()
    published_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="editions_published")
    note = models.CharField(max_length=300, blank=True)

    objects = EditionQuerySet.as_manager()

    class Meta:
        ordering = ["question_set_id", "number"]
        constraints = [
            models.UniqueConstraint(fields=["question_set", "number"], name="edition_number_once_per_set"),
        ]

    def __str__(self) -> str:
        return f"{self.question_set}, edition {self.number}"


class QuestionQuerySet(models.QuerySet["Question"]):
    """Questions by who has seen their keys."""

    def shown_to_visitors(self) -> Self:
        """Questions of the public try-out, now or before."""
        return self.filter(
            Q(edition__question_set__owner=None, edition__question_set__slug=TRY_OUT)
            | Q(edition__published_at__lt=F("edition__question_set__public_until"))
        )


class Question(models.Model):
    """One question of an edition. It never changes."""

    edition = models.ForeignKey(Edition, models.PROTECT, related_name="questions")
    key = models.SlugField(max_length=80)
    position = models.PositiveSmallIntegerField()
    type = models.CharField(max_length=30)
    objective = models.SlugField(max_length=80)
    points = models.PositiveSmallIntegerField()

    objects = QuestionQuerySet.as_manager()

    class Meta:
        ordering = ["edition_id", "position"]
        constraints = [
            models.UniqueConstraint(fields=["edition", "key"], name="question_key_once_per_edition"),
            models.UniqueConstraint(fields=["edition", "position"], name="question_position_once_per_edition"),
        ]

    def __str__(self) -> str:
        return self.key
