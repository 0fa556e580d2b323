"""All data about one teacher as one file. Students' data is not in it: it is theirs."""

import json
from base64 import b64encode
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Case, F, JSONField, Q, QuerySet, Value, When

from quizzes.files.downloads import ExportedFile, file_name
from quizzes.models import (
    Assignment,
    AuditEvent,
    Board,
    Classroom,
    Draft,
    HiddenTodo,
    Invitation,
    KnownDevice,
    LtiTeacher,
    QuestionSet,
    Regrade,
    SetShare,
    StoredPicture,
    TeacherSession,
    Teaching,
    User,
)


class _Encoder(DjangoJSONEncoder):
    """Bytes as base64."""

    def default(self, value: Any) -> Any:
        if isinstance(value, bytes | memoryview):
            return b64encode(value).decode()
        return super().default(value)


def export_teacher(user: User, *, now: datetime) -> ExportedFile:
    """Every row about a teacher as JSON; 20 queries. Records the download first. Moments are in UTC.

    Pictures are in base64.
    """
    AuditEvent.objects.record(AuditEvent.Action.ACCOUNT_EXPORTED, actor=user, classroom=None, at=now)
    document = {
        "about": "All data that Footnote has about 1 teacher. Times are in UTC.",
        "made_at": now,
        **{name: list(rows) for name, rows in sections(user).items()},
    }
    content = json.dumps(document, cls=_Encoder, ensure_ascii=False, indent=1).encode()
    return ExportedFile(
        file_name(f"{user.name}, all data", "json", now=now, zone=ZoneInfo("UTC")), "application/json", content
    )


def sections(user: User) -> dict[str, QuerySet[Any, dict[str, Any]]]:
    """The rows about a teacher by section of the file. Each section has the rows of one table."""
    in_set = ("assignment__classroom__name", "assignment__edition__question_set__title")
    return {
        "account": User.objects.filter(pk=user.pk).values(
            "email", "name", "language", "date_joined", "last_login", "is_active", "is_staff", "is_superuser"
        ),
        "email_addresses": EmailAddress.objects.filter(user=user).values("email", "verified", "primary"),
        "second_steps": Authenticator.objects.filter(user=user)
        .order_by("pk")
        .values("type", "created_at", "last_used_at"),
        "school_accounts": SocialAccount.objects.filter(user=user).values("provider", "date_joined", "last_login"),
        "learning_platforms": LtiTeacher.objects.filter(user=user).order_by("pk").values("platform__name", "subject"),
        "sessions": TeacherSession.objects.filter(user=user).order_by("pk").values("browser", "started_at", "seen_at"),
        "devices_last_used": KnownDevice.objects.filter(user=user).order_by("pk").values("used_at"),
        "invitations": Invitation.objects.filter(Q(invited_by=user) | Q(used_by=user))
        .order_by("pk")
        .values("created_at", "expires_at", "used_at", "invited_by__name", "used_by__name"),
        "classes": Classroom.objects.taught_by(user).values(
            "public_id", "name", "join_code", "join_open", "time_zone", "created_at", "archived_at"
        ),
        "teaching": Teaching.objects.filter(classroom__teachers=user)
        .order_by("pk")
        .values("classroom__name", "teacher__name", "role"),
        "hidden_to_do_items": HiddenTodo.objects.filter(user=user).order_by("pk").values("key", "count"),
        "quizzes": Assignment.objects.taught_by(user).values(
            *("public_id", "classroom__name", "edition__question_set__title", "own_title", "is_title_made"),
            *("assigned_by__name", "created_at"),
            *("opens_at", "due_at", "closes_at", "time_limit", "max_attempts", "attempt_policy", "release"),
            "shows_scores",
            *("waits_for_teacher", "paused_at", "shuffle_questions", "shuffle_choices", "is_teacher_paced"),
        ),
        "boards": Board.objects.filter(changed_by=user)
        .order_by("pk")
        .values(*in_set, "position", "phase", "closed_through", "changed_at"),
        "regrades": Regrade.objects.filter(Q(made_by=user) | Q(undone_by=user)).values(
            *in_set, "question__position", "policy", "reason_kind", "reason", "made_at", "undone_at"
        ),
        "question_sets": QuestionSet.objects.owned_by(user).values("public_id", "title", "summary", "texts"),
        "shared_question_sets": SetShare.objects.filter(Q(user=user) | Q(question_set__owner=user))
        .order_by("pk")
        .values("question_set__title", "question_set__owner__name", "user__name", "created_at"),
        "drafts": Draft.objects.filter(question_set__owner=user)
        .order_by("pk")
        .values("question_set__title", "document", "changed_at"),
        "pictures": StoredPicture.objects.filter(question_set__owner=user)
        .order_by("pk")
        .values("question_set__title", "digest", "media_type", "content", "created_at"),
        # What was said of a student is the student's: an earlier name, the reason of an excuse, a grade.
        "log": AuditEvent.objects.filter(actor=user)
        .order_by("at", "pk")
        .values(
            *("action", "classroom__name", "at"),
            details=Case(When(student=None, then=F("detail")), default=Value({}, JSONField())),
        ),
    }
