"""Django's admin: staff can view every row and change none."""

import pytest
from django.apps import apps
from django.contrib import admin
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from quizzes.admin import LISTED, SEARCHED
from quizzes.models import AuditEvent, User
from tests.factories import NOW, make_answered_attempt, make_classroom, make_student, make_user


@pytest.fixture
def superuser_client(db: None) -> Client:
    client = Client()
    client.force_login(make_user(is_staff=True, is_superuser=True))
    return client


@pytest.mark.parametrize("model", LISTED, ids=lambda model: model.__name__)
def test_staff_can_view_and_change_nothing(model: type, superuser_client: Client) -> None:
    make_answered_attempt()
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
    page = superuser_client.get(reverse(f"{name}_changelist"))
    assert page.status_code == 200
    row = model._default_manager.first()
    if row is not None:
        row_page = reverse(f"{name}_change", args=[row.pk])
        assert superuser_client.get(row_page).status_code == 200
        assert superuser_client.post(row_page, {}).status_code == 403
        assert superuser_client.post(reverse(f"{name}_delete", args=[row.pk]), {"post": "yes"}).status_code == 403
    assert superuser_client.get(reverse(f"{name}_add")).status_code == 403


@pytest.mark.parametrize("words", ["maya", "S-101", "Ms. Rivera", "rivera@school", "Advisory", "k7q-4mh"])
def test_audit_log_finds_who_changed_a_grade(words: str, superuser_client: Client) -> None:
    teacher = make_user(email="rivera@school.test")
    classroom = make_classroom(name="Advisory")
    maya = make_student(classroom=classroom, name="Maya Anders", external_id="S-101")
    ben = make_student(name="Ben Castro")
    for by, student, receipt in ((teacher, maya, "K7Q-4MH"), (make_user(name="Mr. Okafor"), ben, "K7Q-4MJ")):
        detail = {"points": "2.00", "receipt": receipt}
        AuditEvent.objects.record(
            "answer_marked", actor=by, classroom=student.classroom, student=student, at=NOW, **detail
        )

    page = superuser_client.get(reverse("admin:quizzes_auditevent_changelist"), {"q": words})

    assert [event.student for event in page.context["cl"].result_list] == [maya]
    assert "{&quot;points&quot;: &quot;2.00&quot;, " in page.content.decode()


def test_an_id_is_found_whole_only(superuser_client: Client) -> None:
    student = make_student()

    for words, found in ((student.public_id, [student]), (student.public_id[:-1], [])):
        page = superuser_client.get(reverse("admin:quizzes_student_changelist"), {"q": words})
        assert list(page.context["cl"].result_list) == found


@pytest.mark.parametrize("model", SEARCHED, ids=lambda model: model.__name__)
def test_search_of_each_list_has_columns_that_exist(model: type[Model], superuser_client: Client) -> None:
    page = superuser_client.get(reverse(f"admin:quizzes_{model._meta.model_name}_changelist"), {"q": "maya anders"})

    assert (page.status_code, page.context["cl"].query) == (200, "maya anders")


def test_every_list_is_read_only(superuser_client: Client) -> None:
    # The import of the URLs takes out those of other packages.
    superuser_client.get(reverse("admin:index"))

    assert {model for model in apps.get_models() if admin.site.is_registered(model)} == set(LISTED)
    assert superuser_client.get("/admin/account/emailaddress/?email=%00").status_code == 404


def test_teacher_without_staff_rights_does_not_reach_it(teacher: User, teacher_client: Client) -> None:
    page = teacher_client.get(reverse("admin:index"))
    assert (page.status_code, page.headers["Location"]) == (302, "/admin/login/?next=/admin/")


def test_admin_names_the_icon_that_browsers_would_look_for(superuser_client: Client) -> None:
    page = superuser_client.get(reverse("admin:index"))
    assert '<link rel="icon" type="image/svg+xml" href="/static/icon.svg">' in page.content.decode()
