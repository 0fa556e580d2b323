"""Wrong tries at sign-in, and the devices from which someone signed in."""

from django.db import models
from django.db.models import Q

from quizzes.models.accounts import User
from quizzes.models.rosters import Student


class FailedTry(models.Model):
    """One wrong class code, PIN or password, kept for a week to limit guessing.

    Kind.ADDRESS: the last time that a student could not sign in because of the wrong PINs of a network address. It is
    for the teacher, and counts toward no limit.
    student: None for a wrong code or password, or for an attempt id that does not exist.
    is_known_device, is_known_address: whether a student had signed in from there, at that time.
    """

    class Kind(models.TextChoices):
        CODE = "code"
        PIN = "pin"
        PASSWORD = "password"  # noqa: S105  not a password
        ADDRESS = "address"

    kind = models.CharField(max_length=8, choices=Kind)
    address = models.CharField(max_length=64, blank=True, help_text="Keyed digest of the network address.")
    device = models.CharField(max_length=32, help_text="Keyed digest of the random id in the browser's cookie.")
    target = models.CharField(max_length=32, blank=True, help_text="Keyed digest of an attempt's id or an email.")
    student = models.ForeignKey(Student, models.CASCADE, null=True, related_name="failed_tries")
    is_known_device = models.BooleanField(default=False)
    is_known_address = models.BooleanField(default=False)
    at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["kind", "address", "at"], name="failed_try_by_address"),
            models.Index(fields=["student", "at"], name="failed_try_by_student"),
            models.Index(fields=["target", "at"], name="failed_try_by_target"),
        ]

    def __str__(self) -> str:
        return f"wrong {self.kind} at {self.at:%Y-%m-%d %H:%M}"


class KnownDevice(models.Model):
    """One browser from which a student or a teacher signed in, with the address at the last sign-in."""

    student = models.ForeignKey(Student, models.CASCADE, null=True, related_name="known_devices")
    user = models.ForeignKey(User, models.CASCADE, null=True, related_name="known_devices")
    device = models.CharField(max_length=32, help_text="Keyed digest of the random id in the browser's cookie.")
    address = models.CharField(max_length=32, help_text="Keyed digest of the network address.")
    used_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["used_at"], name="known_device_by_time")]
        constraints = [
            models.UniqueConstraint(fields=["student", "device"], name="known_device_once_per_student"),
            models.UniqueConstraint(fields=["user", "device"], name="known_device_once_per_user"),
            models.CheckConstraint(
                condition=Q(student=None, user__isnull=False) | Q(student__isnull=False, user=None),
                name="known_device_of_a_student_or_a_user",
            ),
        ]

    def __str__(self) -> str:
        return f"device last used at {self.used_at:%Y-%m-%d %H:%M}"
