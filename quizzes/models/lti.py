"""Platforms that connect by LTI 1.3, and what a launch tied to a class, a student, a teacher, or an assignment."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Self

from django.db import models

from quizzes.models.accounts import User
from quizzes.models.assignments import Assignment
from quizzes.models.public_ids import new_public_id
from quizzes.models.rosters import Classroom, Student


class LtiPlatform(models.Model):
    """One registration of this site on a school's learning platform.

    key_set, key_set_at: the platform's public keys as last fetched. auth_audience: "" for the token address itself.
    """

    name = models.CharField(max_length=80)
    issuer = models.CharField(max_length=255)
    client_id = models.CharField(max_length=255)
    login_url = models.URLField(max_length=500)
    token_url = models.URLField(max_length=500)
    key_set_url = models.URLField(max_length=500)
    auth_audience = models.CharField(max_length=255, blank=True)
    key_set = models.JSONField(null=True)
    key_set_at = models.DateTimeField(null=True)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["issuer", "client_id"], name="lti_platform_once")]

    def __str__(self) -> str:
        return self.name


class LtiDeployment(models.Model):
    """One place on a platform where the site is installed. A launch from another is refused."""

    platform = models.ForeignKey(LtiPlatform, models.CASCADE, related_name="deployments")
    deployment_id = models.CharField(max_length=255)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["platform", "deployment_id"], name="lti_deployment_once")]

    def __str__(self) -> str:
        return self.deployment_id


class LtiKey(models.Model):
    """One key that signs what the site sends to platforms. The newest signs. At retired_at it leaves the key set."""

    kid = models.CharField(max_length=64, unique=True)
    private_key = models.TextField()
    created_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.kid


class LtiRegistrationLink(models.Model):
    """One link with which a platform registers itself, once. Only a digest of its token is stored."""

    token_digest = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"registration link {self.pk}"


class LtiLaunchQuerySet(models.QuerySet["LtiLaunch"]):
    """Launches by their state."""

    def not_expired(self, *, now: datetime) -> Self:
        """Launches that can still be used."""
        return self.filter(expires_at__gt=now)


class LtiLaunch(models.Model):
    """One launch that arrived, until its time is over, so that it cannot arrive twice. Has digests of its secrets only.

    claims: what the platform said, None after an erasure.
    """

    public_id = models.CharField(max_length=12, unique=True, default=new_public_id)
    platform = models.ForeignKey(LtiPlatform, models.CASCADE, related_name="launches")
    browser_digest = models.CharField(max_length=64)
    nonce_digest = models.CharField(max_length=64)
    claims = models.JSONField(null=True)
    expires_at = models.DateTimeField()

    objects = LtiLaunchQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["nonce_digest"], name="lti_nonce_once")]
        indexes = [models.Index(fields=["expires_at"])]

    def __str__(self) -> str:
        return f"launch {self.public_id}"

    @property
    def known_claims(self) -> Mapping[str, Any]:
        """What the platform said, {} after an erasure."""
        return self.claims or {}


class LtiTeacher(models.Model):
    """One person of a platform who teaches with an account of this site."""

    platform = models.ForeignKey(LtiPlatform, models.CASCADE, related_name="teachers")
    subject = models.CharField(max_length=255)
    user = models.ForeignKey(User, models.CASCADE, related_name="lti_teachers")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["platform", "subject"], name="lti_teacher_once")]

    def __str__(self) -> str:
        return f"{self.subject} of {self.platform_id}"


class LtiCourse(models.Model):
    """One course of a platform and the class that it is here.

    title: the newest from the platform. members_url: of its names and roles. Each is "" if the platform gave none.
    """

    deployment = models.ForeignKey(LtiDeployment, models.CASCADE, related_name="courses")
    context_id = models.CharField(max_length=255)
    classroom = models.ForeignKey(Classroom, models.CASCADE, related_name="lti_courses")
    title = models.CharField(max_length=255, blank=True)
    members_url = models.URLField(max_length=1000, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["deployment", "context_id"], name="lti_course_once")]

    def __str__(self) -> str:
        return f"course {self.context_id}"


class LtiStudent(models.Model):
    """One learner of a course and the student on the roster, who may be in several courses. Has no email address."""

    course = models.ForeignKey(LtiCourse, models.CASCADE, related_name="students")
    subject = models.CharField(max_length=255)
    student = models.ForeignKey(Student, models.CASCADE, related_name="lti_students")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["course", "subject"], name="lti_student_once"),
            models.UniqueConstraint(fields=["course", "student"], name="lti_learner_once"),
        ]

    def __str__(self) -> str:
        return self.subject


class LtiLink(models.Model):
    """One link in a course and the assignment that it opens.

    line_item_url: the column of the platform's gradebook; "" without one. line_items_url: where the site may make a
    column, "" if it may not. item_error: why the last try to make it failed, for teachers; item_try_at: of the next.
    """

    course = models.ForeignKey(LtiCourse, models.CASCADE, related_name="links")
    resource_link_id = models.CharField(max_length=255)
    assignment = models.ForeignKey(Assignment, models.CASCADE, related_name="lti_links")
    line_item_url = models.URLField(max_length=1000, blank=True)
    line_items_url = models.URLField(max_length=1000, blank=True, default="")
    item_tries = models.PositiveSmallIntegerField(default=0)
    item_try_at = models.DateTimeField(null=True)
    item_error = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["course", "resource_link_id"], name="lti_link_once")]

    def __str__(self) -> str:
        return self.resource_link_id


class LtiScore(models.Model):
    """The newest score of one student for one link, and whether the platform has it.

    points: None without a score to show. error: why the last try failed, for teachers.
    """

    class Progress(models.TextChoices):
        """What the platform reads as its grading progress."""

        PENDING = "Pending", "Turned in, answers not released"
        MANUAL = "PendingManual", "Waiting for a grade"
        GRADED = "FullyGraded", "Graded"
        NONE = "NotReady", "No attempt counts"

    link = models.ForeignKey(LtiLink, models.CASCADE, related_name="scores")
    lti_student = models.ForeignKey(LtiStudent, models.CASCADE, related_name="scores")
    points = models.DecimalField(max_digits=9, decimal_places=4, null=True)
    max_points = models.PositiveIntegerField(null=True)
    progress = models.CharField(max_length=13, choices=Progress)
    changed_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    try_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["link", "lti_student"], name="lti_score_once")]
        indexes = [models.Index(fields=["try_at"])]

    def __str__(self) -> str:
        return f"score of {self.lti_student_id}"
