from typing import Self

from django.db import models
from django.db.models import OuterRef, Q, Subquery

from quizzes.models.accounts import User
from quizzes.models.public_ids import new_public_id


class Source(models.Model):
    """A story: who published it, under what title, when, and how that is known."""

    slug = models.SlugField(max_length=80, unique=True)
    publisher = models.CharField(max_length=200)
    title = models.CharField(max_length=300)
    author = models.CharField(max_length=200, blank=True)
    url = models.URLField(blank=True)
    published_on = models.DateField(null=True)
    date_note = models.CharField(max_length=300, blank=True)

    def __str__(self) -> str:
        return self.title


class Reading(models.Model):
    """A text for a class, written from a source: sentences with keys, voices and the facts they rest on."""

    source = models.ForeignKey(Source, models.PROTECT, related_name="readings")
    title = models.CharField(max_length=200)
    language = models.CharField(max_length=20, default="en")
    document = models.JSONField(help_text="The tables of source.toml.")

    def __str__(self) -> str:
        return self.title


class QuestionSetQuerySet(models.QuerySet["QuestionSet"]):
    """Question sets, from who asks."""

    def open_to(self, user: User) -> Self:
        """The built-in sets and the teacher's own."""
        return self.filter(Q(owner=None) | Q(owner=user))

    def owned_by(self, user: User) -> Self:
        """The teacher's own, which nobody else may change."""
        return self.filter(owner=user)

    def built_in(self) -> Self:
        """The sets that come with the site."""
        return self.filter(owner=None)

    def published(self) -> Self:
        """Those with an edition, and the row id of the newest one as `latest_edition_id`."""
        newest = Edition.objects.filter(question_set=OuterRef("pk")).order_by("-number").values("pk")[:1]
        return self.annotate(latest_edition_id=Subquery(newest)).filter(latest_edition_id__isnull=False)


class QuestionSet(models.Model):
    """A set of questions on a reading: its draft, and the editions published from it.

    title, summary: those of the latest edition; of the draft where there is none yet.
    """

    public_id = models.CharField(max_length=12, unique=True, default=new_public_id)
    slug = models.SlugField(max_length=80)
    title = models.CharField(max_length=200)
    summary = models.CharField(max_length=400, blank=True)
    reading = models.ForeignKey(Reading, models.PROTECT, related_name="question_sets")
    owner = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="question_sets")

    latest_edition_id: int  # on rows of `published()`

    objects = QuestionSetQuerySet.as_manager()

    class Meta:
        ordering = ["title"]
        constraints = [
            models.UniqueConstraint(
                fields=["slug"],
                condition=Q(owner=None),
                name="question_set_built_in_slug_once",
                violation_error_message="There is a built-in set with this slug.",
            )
        ]

    def __str__(self) -> str:
        return self.title


class DraftQuerySet(models.QuerySet["Draft"]):
    """Drafts, from who asks."""

    def owned_by(self, user: User) -> Self:
        """Those of the teacher's own sets, with the set."""
        return self.filter(question_set__owner=user).select_related("question_set")

    def never_published(self) -> Self:
        """Those of sets without an edition, by title, without their large documents."""
        return self.filter(question_set__editions=None).defer("document").order_by("question_set__title", "pk")


class Draft(models.Model):
    """The next edition of a teacher's set while it is written; a row of its own, since students' pages read sets.

    document: like an edition's, with what only its author sees (`quizzes.content.drafts`). revision: counts its saves.
    """

    question_set = models.OneToOneField(QuestionSet, models.CASCADE, related_name="draft")
    document = models.JSONField()
    revision = models.PositiveIntegerField(default=1)
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(User, models.PROTECT, related_name="drafts_changed")

    objects = DraftQuerySet.as_manager()

    def __str__(self) -> str:
        return f"draft of {self.question_set}"


class Edition(models.Model):
    """One published, frozen version of a question set, reading included. It never changes.

    published_by: None for built-in sets. note: why it was published with gaps in its blueprint, "" where it has none.
    """

    question_set = models.ForeignKey(QuestionSet, models.PROTECT, related_name="editions")
    number = models.PositiveIntegerField()
    content_hash = models.CharField(max_length=64)
    document = models.JSONField()
    max_points = models.PositiveIntegerField()
    published_at = models.DateTimeField()
    published_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="editions_published")
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["question_set", "number"]
        constraints = [
            models.UniqueConstraint(fields=["question_set", "number"], name="edition_number_once_per_set"),
        ]

    def __str__(self) -> str:
        return f"{self.question_set}, edition {self.number}"


class Question(models.Model):
    """One question of an edition, in its place; frozen with it."""

    edition = models.ForeignKey(Edition, models.PROTECT, related_name="questions")
    key = models.SlugField(max_length=80)
    position = models.PositiveSmallIntegerField()
    type = models.CharField(max_length=30)
    objective = models.SlugField(max_length=80)
    points = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["edition", "position"]
        constraints = [
            models.UniqueConstraint(fields=["edition", "key"], name="question_key_once_per_edition"),
            models.UniqueConstraint(fields=["edition", "position"], name="question_position_once_per_edition"),
        ]

    def __str__(self) -> str:
        return self.key
