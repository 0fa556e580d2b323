"""Control characters and NUL bytes in fields, cookies and addresses: never a server error, on both engines."""

from collections.abc import Callable, Iterator
from urllib.parse import quote

import pytest
from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.db import transaction
from django.test import Client
from django.urls import reverse

from quizzes.models import Student, User
from quizzes.views.cookies import DEVICE_COOKIE
from quizzes.views.student.sign_in import SIGNED_OUT_COOKIE
from tests.factories import make_user
from tests.integration.test_access import TABLE, School
from tests.integration.test_access import people as people
from tests.integration.test_access import school as school
from tests.integration.test_access import world as world
from tests.pages import Form, errors_of, form_of, read
from tests.slow_cases import slow_after

NULS = ("\x00", "a\x00b")
BYTES = (*NULS, "\x1b[0m\x07", "\x7f\r\n")
CONTROLS = "".join(BYTES[2:])
COOKIES = (settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME, DEVICE_COOKIE, SIGNED_OUT_COOKIE)
FRAMEWORK = "Null characters are not allowed."


def forms_of(client: Client, school: School) -> Iterator[Form]:
    """Each form on the pages that this client may open, once for each URL and set of fields."""
    met = set()
    addresses = [reverse(name, kwargs=row.kwargs(school)) for name, row in TABLE.items() if row.method == "get"]
    for address in [*addresses, reverse("account_login"), reverse("account_reset_password")]:
        page = client.get(address, follow=True)
        for form in read(page).forms if page.headers["Content-Type"].startswith("text/html") else ():
            form.action = form.action or page.request["PATH_INFO"]
            key = (form.action, frozenset(form.data()))
            if key not in met:
                met.add(key)
                yield form


@pytest.mark.parametrize("who", slow_after(2, ["student", "nobody", "teacher"]))
def test_bytes_in_a_field_are_no_server_error(
    who: str, school: School, signed_in: Callable[[Student | User], Client]
) -> None:
    person = {"teacher": school.teacher, "student": school.student, "nobody": None}[who]
    client = signed_in(person) if person is not None else Client()
    client.raise_request_exception = False
    forms = list(forms_of(client, school))
    bad = set()
    for form in forms:
        for name in form.data():
            for value in (*NULS, CONTROLS):
                with transaction.atomic():
                    reply = getattr(client, form.method)(form.action, form.data(**{name: value}))
                    transaction.set_rollback(True)
                if reply.status_code >= 500 or FRAMEWORK in reply.content.decode():
                    bad.add((form.action, name, reply.status_code))

    assert bad == set()
    assert sum(len(form.data()) for form in forms) >= {"teacher": 150, "student": 5, "nobody": 4}[who]


@pytest.mark.parametrize("value", BYTES)
@pytest.mark.parametrize("name", COOKIES)
@pytest.mark.parametrize("method", ["get", "post"])
def test_bytes_in_a_cookie_are_no_server_error(method: str, name: str, value: str, school: School) -> None:
    """A quoted cookie can hold any byte as an octal number. A session key has at least 8 characters."""
    octal = "".join(f"\\{ord(character):03o}" for character in value)
    client = Client(raise_request_exception=False)
    for address in (reverse("join"), reverse("student_home"), reverse("teacher_home"), reverse("account_login")):
        data = {"code": "ABC234"} if method == "post" else None
        reply = getattr(client, method)(address, data, HTTP_COOKIE=f'{name}="{octal}abcdefgh"')
        assert reply.status_code in {200, 302, 403, 405}
        kept = reply.cookies.get(DEVICE_COOKIE)
        assert kept is None or value not in kept.value


@pytest.mark.parametrize("value", BYTES)
def test_bytes_in_an_address_are_no_server_error(value: str, school: School) -> None:
    client = Client(raise_request_exception=False)
    for address in ("/j/{}/", "/invitation/{}/", "/enter/{}/a/", "/enter/a/{}/", "/try/1/?{}=1", "/student/?next={}"):
        assert client.get(address.format(quote(value))).status_code in {200, 302, 404, 410}


def test_nul_in_any_address_that_can_hold_one_is_not_found(
    db: None, signed_in: Callable[[Student | User], Client]
) -> None:
    """PostgreSQL refuses a text with a NUL, such as the key of a session in Django's admin."""
    user = make_user(email="site@school.test")
    User.objects.filter(pk=user.pk).update(is_staff=True, is_superuser=True)
    client = signed_in(user)
    session = ContentType.objects.get_for_model(Session)
    client.raise_request_exception = False
    addresses = [
        "/%00",
        "/admin/%00",
        "/admin/quizzes/user/%00/change/",
        "/lti/register/%00/",
        "/j/%00/",
    ]
    for key in ("%00", "a%00b"):
        addresses += [f"/admin/r/{session.pk}/{key}/", f"/admin/r/{key}/1/"]
    assert {address: client.get(address).status_code for address in addresses} == dict.fromkeys(addresses, 404)
    page = client.get("/%00")
    assert (page.status_code, "<h1>" in page.content.decode()) == (404, True)
    assert Client().post("/student/%00/", headers={"HX-Request": "true"}).status_code == 404


@pytest.mark.parametrize("code", ["\x00", "ABC\x00DEF"])
def test_class_code_with_a_nul_gets_the_usual_error(code: str, db: None) -> None:
    client = Client()
    page = client.post(reverse("join"), form_of(client.get(reverse("join")), having="code").data(code=code))
    assert (page.status_code, errors_of(page)) == (200, ["No class uses this code now."])
