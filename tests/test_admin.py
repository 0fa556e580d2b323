"""The read-only lists of rows."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import OperationalError
from django.test import Client
from django.urls import reverse

from quizzes.models import Assignment, Student, User
from tests.factories import make_assignment
from tests.quizsite.test_errors import failing, patient


@pytest.mark.parametrize(
    ("model", "lookups"),
    [
        ("student", {"id__exact": "abc"}),
        ("student", {"id__in": "9" * 20}),
        ("student", {"id__range": "1"}),
        ("student", {"created_at__gte": "foo"}),
        ("student", {"created_at__year": "99999"}),
        ("student", {"q": "\0"}),
        ("auditevent", {"q": "\0"}),
        ("classroom", {"name": "\0"}),
        ("classroom", {"name__regex": "("}),
        ("attempt", {"score__exact": "1e999999"}),
    ],
)
def test_impossible_lookup_leads_to_the_list(
    model: str, lookups: dict[str, str], student: Student, teacher: User, teacher_client: Client
) -> None:
    User.objects.update(is_staff=True, is_superuser=True)
    page = teacher_client.get(f"{reverse(f'admin:quizzes_{model}_changelist')}?{urlencode(lookups)}", follow=True)
    assert (page.status_code, page.context["cl"].opts.model_name) == (200, model)


def test_list_of_assignments_costs_no_query_a_row(
    assignment: Assignment, teacher_client: Client, queries: Callable[[], Any]
) -> None:
    User.objects.update(is_staff=True, is_superuser=True)
    make_assignment(edition=assignment.edition)
    with queries() as seen:
        page = teacher_client.get(reverse("admin:quizzes_assignment_changelist"))
    assert (page.status_code, page.context["cl"].result_count, len(seen)) == (200, 2, 4)


def test_error_of_the_database_is_none_of_a_lookup(teacher: User, teacher_client: Client) -> None:
    User.objects.update(is_staff=True, is_superuser=True)
    address = reverse("admin:quizzes_student_changelist")
    teacher_client.get(address)
    with failing(OperationalError("database is locked"), after=3):
        page = patient(teacher_client).get(address, {"display_name": "Maya"}, follow=True)
    assert page.status_code == 503
