"""Django's admin with read-only lists. Rows change only through domain functions, which write the audit log."""

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ERROR_FLAG, ORDER_VAR, PAGE_VAR, ChangeList
from django.db import DatabaseError, transaction
from django.db.models import Model
from django.http import HttpRequest

from quizzes import models


class ReadOnlyAdmin(admin.ModelAdmin):
    """Shows rows, and cannot add, change or delete them."""

    list_per_page = 50
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        """The list. If the query refuses a lookup, raises IncorrectLookupParameters: Django then shows the whole list.

        Django itself raises it only for lookups that it refuses before the query.
        """
        try:
            # A query that PostgreSQL refuses ends its transaction.
            with transaction.atomic():
                return super().get_changelist_instance(request)
        except (DatabaseError, ValueError, OverflowError, IndexError) as error:
            if request.GET.keys() <= {ERROR_FLAG, ORDER_VAR, PAGE_VAR}:
                raise  # Not because of a lookup.
            raise IncorrectLookupParameters from error


LISTED = {
    # The detail of an entry of the audit log names an account by its id.
    models.User: ("email", "name", "id", "is_active", "is_staff", "date_joined"),
    models.Source: ("title", "publisher", "published_on"),
    models.QuestionSet: ("title", "slug", "owner"),
    models.Edition: ("question_set", "number", "published_at", "max_points"),
    models.Classroom: ("name", "time_zone", "created_at", "archived_at"),
    models.Student: ("display_name", "classroom", "created_at", "removed_at"),
    models.Assignment: ("public_id", "edition", "classroom", "opens_at", "due_at", "closes_at", "release"),
    models.Attempt: ("public_id", "student", "classroom", "started_at", "submitted_at", "score", "max_score"),
    models.AnswerEvent: ("attempt", "question", "revision", "outcome", "at"),
    models.Regrade: ("assignment", "question", "policy", "made_by", "made_at", "undone_at"),
    models.ManualGrade: ("attempt", "question", "points", "made_by", "made_at"),
    models.AuditEvent: ("action", "actor", "classroom", "student", "detail", "at"),
}
# Who changed this grade? Without a search, the answer is on one of a thousand pages. A part of a random id, such as the
# 4 of “Period 4”, is in many others.
STUDENT = ("student__display_name", "student__external_id", "=student__public_id", "classroom__name")
SEARCHED = {
    models.User: ("email", "name"),
    models.Classroom: ("name", "=public_id"),
    models.Student: ("display_name", "external_id", "=public_id", "classroom__name"),
    models.Attempt: ("=public_id", "=receipt", *STUDENT),
    models.ManualGrade: (
        *("made_by__email", "attempt__student__display_name", "attempt__student__external_id"),
        *("=attempt__student__public_id", "attempt__classroom__name"),
    ),
    models.AuditEvent: ("actor__email", "actor__name", "=detail__receipt", *STUDENT),
}
for model, columns in LISTED.items():
    related = [name for name in columns if model._meta.get_field(name).is_relation]
    if "edition" in related:
        related.append("edition__question_set")  # The name of an edition has it.
    options = {
        "list_display": columns,
        "list_select_related": related,
        "search_fields": SEARCHED.get(model, ()),
        "search_help_text": "A name, class, email, student number, receipt, or the id in the address of a page.",
    }
    admin.site.register(model, type(f"{model.__name__}Admin", (ReadOnlyAdmin,), options))
