"""Log lines: no secret, the account of each refused request, and JSON, level and request ids where switched on."""

import io
import json
import logging
import logging.config
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import batched
from typing import Any

import psycopg
import pytest
from django.conf import settings as site_settings
from django.db import OperationalError, connection
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import get_resolver, reverse
from django.urls.resolvers import URLPattern

from quizsite import log
from quizsite.environment import choice
from quizsite.log import HIDDEN, JsonLineFormatter, LineFormatter, RequestFilter, hide_secrets
from quizsite.middleware import REQUEST_ID_HEADER, request_id
from quizzes.models import Attempt, Classroom, FailedTry, Student, User
from quizzes.models.public_ids import READABLE
from quizzes.models.rosters import JOIN_CODE_LENGTH
from quizzes.people import accounts, student_sessions
from quizzes.people.teacher_sign_in import ACCOUNT_TRIES
from tests.conftest import Queries
from tests.factories import NOW, make_user
from tests.quizsite.test_settings import manage, settings_with

SECRETS = {
    "code": "7KQ4MZ",
    "token": "c4n4ry-Invitation_token",
    "uid": "Q4N4RY",
    "uidb36": "z4n4ry",
    "key": "c4n4ry-key",
}
TYPED = {"code": "9XW2VB", "pin": "4711", "password": "correct horse battery", "token": "c4n4ry-typed"}


class Lines:
    """What the console's handler has written."""

    def __init__(self) -> None:
        self.stream = io.StringIO()

    def take(self) -> list[str]:
        """The lines since the last call."""
        text = self.stream.getvalue()
        self.stream.seek(0)
        self.stream.truncate()
        return text.splitlines()


@pytest.fixture(params=["lines", "json"])
def lines(request: pytest.FixtureRequest) -> Iterator[Lines]:
    """The site's own handler with each formatter, for log calls of every level."""
    written, root = Lines(), logging.getLogger()
    config = site_settings.LOGGING["formatters"]
    handler = logging.StreamHandler(written.stream)
    if request.param == "json":
        fields = {name: value for name, value in config["json"].items() if name != "()"}
        handler.setFormatter(JsonLineFormatter(**fields))
    else:
        handler.setFormatter(LineFormatter(config["lines"]["fmt"], style="{"))
    handler.addFilter(RequestFilter())
    levels = {name: logging.getLogger(name).level for name in ("", "django", "quizsite", "quizzes", "allauth")}
    root.addHandler(handler)
    for name in levels:
        logging.getLogger(name).setLevel("DEBUG")
    yield written
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)
    root.removeHandler(handler)


def patterns() -> list[tuple[str, URLPattern]]:
    """Every URL pattern but the admin's, with the path that leads to it."""
    found: list[tuple[str, URLPattern]] = []

    def walk(entries: list[Any], prefix: str) -> None:
        for entry in entries:
            if isinstance(entry, URLPattern):
                found.append((prefix, entry))
            elif entry.app_name != "admin":
                walk(entry.url_patterns, prefix + str(entry.pattern))

    walk(get_resolver().url_patterns, "/")
    return found


def secret_paths() -> list[str]:
    """The path of each URL that carries a secret, as it is and with common slips."""
    resolver, paths = get_resolver(), []
    for _, pattern in patterns():
        kwargs = {name: SECRETS[name] for name in pattern.pattern.regex.groupindex if name in SECRETS}
        kwargs |= {name: SECRETS[name] for name in getattr(pattern.pattern, "converters", {}) if name in SECRETS}
        if not kwargs or "public_id" in getattr(pattern.pattern, "converters", {}):
            continue
        path = resolver.reverse(pattern.name, **kwargs)
        path = f"/{path.lstrip('/')}"
        paths += [
            path,
            path.rstrip("/"),
            f"{path}more/",
            path.upper(),
            f"/x/{path}",
            f"{path}?next=/",
            f"/teacher{path}",
        ]
    return paths


def test_each_url_with_a_secret_is_among_the_paths() -> None:
    starts = {path.split("/")[1] for path in secret_paths()}

    assert {"invitation", "enter", "j", "accounts"} <= starts


@pytest.mark.django_db
@pytest.mark.parametrize("method", ["get", "post", "put"])
def test_no_line_about_a_refused_request_holds_a_token_or_code(method: str, lines: Lines, teacher: User) -> None:
    """O4: all log calls of all levels, in both formats, for requests without a CSRF cookie, wrong methods and slips."""
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    client.force_login(teacher)
    session_key = client.session.session_key
    token, uid_and_token = accounts.invite(by=teacher, now=NOW), accounts.sign_in_link(teacher, "").split("/")
    real = [f"/invitation/{token}/", "/".join(uid_and_token)]
    paths = [*secret_paths(), *real, "/join/", "/accounts/login/", "/j/7KQ%204MZ/", "/j/%22%207KQ4MZ'/", "/no/7KQ%0A"]
    paths += ["/join%207KQ-4MZ", "/7KQ%204MZ"]
    refused = 0
    for path in paths:
        headers = {"HTTP_REFERER": f"https://testserver{path}", "secure": True}
        data = TYPED if method == "post" else None
        refused += getattr(client, method)(path, data, **headers).status_code >= 400

    written = "\n".join(lines.take())
    secrets = [*SECRETS.values(), *TYPED.values(), token, uid_and_token[-2], str(session_key), "7KQ 4MZ", "7KQ-4MZ"]
    assert refused >= len(paths) // 2
    assert written.count("\n") + 1 >= refused
    assert HIDDEN in written
    assert [secret for secret in secrets if secret.casefold() in written.replace("/no/7KQ", "").casefold()] == []


def refuse(client: Client, path: str, method: str = "get") -> HttpResponse:
    response = getattr(client, method)(path)
    assert response.status_code >= 400
    return response


@pytest.mark.django_db
def test_each_refusal_names_the_account(
    lines: Lines,
    signed_in: Callable[[Student | User], Client],
    other_teacher: User,
    outsider: Student,
    classroom: Classroom,
    attempt: Attempt,
) -> None:
    for person, named in ((other_teacher, f"account {other_teacher.pk}"), (outsider, f"student {outsider.pk}")):
        client = signed_in(person)
        foreign = f"/teacher/classrooms/{classroom.public_id}/"
        if isinstance(person, Student):
            foreign = f"/student/attempts/{attempt.public_id}/1/"
        for path, method in ((foreign, "get"), ("/no-such-page/", "get"), ("/livez", "post")):
            refuse(client, path, method)
        strict = Client(enforce_csrf_checks=True)
        strict.cookies = client.cookies
        refuse(strict, "/student/sign-out/", "post")
        written = lines.take()
        assert len(written) == 4
        assert [line for line in written if named not in line] == []
    refuse(Client(), "/no-such-page/")
    assert "no account" in lines.take()[0]


@pytest.mark.django_db
def test_each_sign_in_of_a_teacher_and_each_wrong_password_is_one_line(client: Client, lines: Lines) -> None:
    teacher = make_user(password=TYPED["password"])
    url = reverse("account_login")
    for _ in range(ACCOUNT_TRIES):
        client.post(url, {"login": teacher.email, "password": "not the password"})
    client.post(url, {"login": teacher.email, "password": TYPED["password"]})
    *wrong, refused = [line for line in lines.take() if "account_adapter" in line]
    assert [("INFO" in line, "A password was wrong." in line, "no account" in line) for line in wrong] == [
        (True, True, True)
    ] * len(wrong)
    is_refusal = "WARNING" in refused and "too many wrong tries (account)" in refused
    assert (len(wrong), is_refusal) == (ACCOUNT_TRIES, True)

    FailedTry.objects.all().delete()
    client.post(url, {"login": teacher.email, "password": TYPED["password"]})
    [line] = [line for line in lines.take() if "account_adapter" in line]
    assert ("INFO" in line, "A teacher signed in." in line, f"account {teacher.pk}" in line) == (True, True, True)
    for text in [*wrong, refused, line]:
        assert teacher.email not in text
        assert TYPED["password"] not in text


@pytest.mark.django_db
def test_a_refused_page_is_one_line_without_a_traceback(lines: Lines, teacher_client: Client) -> None:
    assert teacher_client.get("/site/").status_code == 403

    [line] = lines.take()
    assert "Forbidden" in line
    assert "Traceback" not in line


@pytest.mark.django_db
def test_a_refusal_of_a_signed_in_page_logs_without_a_query_of_its_own(
    lines: Lines, teacher_client: Client, queries: Callable[[], Any]
) -> None:
    with queries() as seen:
        response = teacher_client.get("/no-such-page/")

    assert isinstance(seen, Queries)
    # The page reads the session and the account for its language. The line in the log reads nothing more.
    assert len(seen) == 2
    assert response.cookies == {}


@pytest.mark.django_db
def test_a_line_is_written_where_the_database_is_away(lines: Lines, teacher_client: Client) -> None:
    def fail(*args: Any) -> Any:
        raise OperationalError("away")

    with connection.execute_wrapper(fail):
        response = Client(raise_request_exception=False).get("/livez")
        teacher_client.raise_request_exception = False
        broken = teacher_client.get("/teacher/")
        missing = teacher_client.post("/livez")

    assert (response.status_code, broken.status_code, missing.status_code) == (200, 503, 405)
    written = [line for line in lines.take() if "account not read" in line]
    assert len(written) == 2


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("text", "written"),
    [
        (
            "connection failed: Connection refused",
            "The database server refuses or does not answer. Check DATABASE_URL and the server: connection failed: "
            "Connection refused",
        ),
        (
            'could not extend file "base/1": No space left on device',
            'The disk of the database server is full (could not extend file "base/1": No space left on device). Free '
            "some space, and try again.",
        ),
    ],
)
def test_a_page_has_no_traceback_while_the_database_is_away_or_full(
    lines: Lines, teacher_client: Client, settings: Any, text: str, written: str
) -> None:
    def fail(*args: Any) -> Any:
        raise OperationalError(text) from psycopg.OperationalError(text)

    settings.POSTGRESQL = {"NAME": "footnote"}
    teacher_client.raise_request_exception = False
    with connection.execute_wrapper(fail):
        teacher_client.get("/teacher/")

    text = "\n".join(lines.take())
    assert "Service Unavailable: /teacher/" in text
    assert written.replace('"', '\\"') in text or written in text
    assert "Traceback" not in text


@pytest.mark.django_db
def test_a_page_has_a_traceback_after_a_query_that_the_database_refused(lines: Lines, teacher_client: Client) -> None:
    def fail(*args: Any) -> Any:
        raise OperationalError("too long") from psycopg.errors.QueryCanceled("too long")

    teacher_client.raise_request_exception = False
    with connection.execute_wrapper(fail):
        teacher_client.get("/teacher/")

    assert "Traceback" in "\n".join(lines.take())


def test_the_key_of_a_student_is_that_of_the_app() -> None:
    assert log.STUDENT == student_sessions.STUDENT


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("Not Found: /j/ABC123/", "Not Found: /j/..."),
        ("at https://a.example/enter/uid/token/ there\nnext", "at https://a.example/enter/...\nnext"),
        ("GET /INVITATION//abc", "GET /INVITATION//..."),
        ("/accounts/password/reset/key/ab-cd/", "/accounts/password/reset/key/..."),
        ("Not Found: /join/ABC123/", "Not Found: /join/..."),
        ("Not Found: /join ABC-234", "Not Found: /join ..."),
        ("Not Found: /joinery/ABC-234", "Not Found: /joinery/ABC-234"),
        ("in student/join.html, line 7", "in student/join.html, line 7"),
        ("Not Found: /7kq-4mz", "Not Found: /..."),
        ("Forbidden (CSRF cookie not set.): //7KQ 4MZ/", "Forbidden (CSRF cookie not set.): //..."),
        ("Not Found: /joinEHT8PZ", "Not Found: /join..."),
        ("Not Found: /JEHT-8PZ/", "Not Found: /J..."),
        ("Not Found: /join=EHT8PZ", "Not Found: /join=..."),
        ("Not Found: /7kq_4mz.", "Not Found: /..."),
        ("Not Found: /７ＫＱ４ｍｚ", "Not Found: /..."),
        ("Not Found: /7KQ4MZ7", "Not Found: /..."),
        ("Not Found: /7-KQ4-MMZ", "Not Found: /..."),
        ("Not Found: /7KQ4M", "Not Found: /7KQ4M"),
        ("Not Found: /7KQ4MZ7KQ", "Not Found: /7KQ4MZ7KQ"),
        ("Not Found: /teacher5", "Not Found: /..."),
        ("Method Not Allowed (POST): /teacher/", "Method Not Allowed (POST): /teacher/"),
        ("Method Not Allowed (POST): /readyz", "Method Not Allowed (POST): /readyz"),
        ("/student/attempts/abc/1/ /join/", "/student/attempts/abc/1/ /join/"),
    ],
)
def test_hide_secrets_hides_what_follows_in_a_url(text: str, hidden: str) -> None:
    assert hide_secrets(text) == hidden


@pytest.mark.parametrize("path", ["'/lti' + '/' * 200_000", "'/j' + '/ ' * 100_000", "': /J' * 50_000"])
def test_an_address_of_many_slashes_is_logged_quickly(path: str) -> None:
    # Of a process, which can be ended: a search in time that grows with the square of the length takes 10 minutes.
    script = f"from quizsite.log import hide_secrets; hide_secrets('Not Found: ' + {path} + '!')"

    done = subprocess.run([sys.executable, "-c", script], cwd=site_settings.BASE_DIR, timeout=60, check=False)

    assert done.returncode == 0


@pytest.mark.parametrize("code", ["".join(some) for some in batched(READABLE, JOIN_CODE_LENGTH)])
def test_a_line_hides_a_class_code_of_each_character(code: str) -> None:
    assert hide_secrets(f"Not Found: /{code}") == "Not Found: /..."


def test_a_traceback_holds_no_token(lines: Lines) -> None:
    try:
        raise ValueError("no page at /enter/" + "uid/token")
    except ValueError:
        logging.getLogger("quizsite.test").exception("It failed")

    written = "\n".join(lines.take())
    assert "ValueError: no page at /enter/..." in written
    assert "uid/token" not in written


# --- What the operator can switch on --------------------------------------------------------------------------------


def test_an_unknown_host_is_one_line_without_a_traceback(lines: Lines, client: Client) -> None:
    client.raise_request_exception = False

    assert client.get("/join/", headers={"Host": "elsewhere.example"}).status_code == 400

    written = [line for line in lines.take() if "Bad Request" not in line]
    assert len(written) == 1
    # Not an error, which would be mailed or reported: anyone can send a name.
    assert "WARNING" in written[0]
    assert "You may need to add 'elsewhere.example' to FOOTNOTE_HOSTS." in written[0]
    assert "Traceback" not in written[0]


def test_a_line_about_a_long_address_or_host_is_cut(lines: Lines) -> None:
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    client.get(f"/{'a' * 30_000}")
    client.get("/join/", headers={"Host": "a" * 30_000})
    client.post("/join/", headers={"Origin": f"http://{'a' * 30_000}"})

    written = [line for line in lines.take() if "aaaa" in line]
    assert len(written) == 3
    assert max(map(len, written)) < 2_500


def test_a_form_through_a_proxy_that_changes_the_host_says_what_to_set(lines: Lines) -> None:
    through_proxy = {"Host": "127.0.0.1:8000", "Origin": "https://quiz.school.example"}

    assert Client(enforce_csrf_checks=True).post("/join/", headers=through_proxy).status_code == 403

    [written] = lines.take()
    assert "https://quiz.school.example is not the address that the site got. Behind a proxy, set" in written


@pytest.fixture
def clock_of_new_york(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "America/New_York")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def test_each_line_has_its_moment_in_utc(lines: Lines, clock_of_new_york: None) -> None:
    logging.getLogger("quizsite").warning("quiet")

    [line] = lines.take()
    moment = datetime.fromisoformat(json.loads(line)["time"] if line.startswith("{") else line.split()[0])
    assert moment.tzinfo == UTC
    assert abs(datetime.now(UTC) - moment) < timedelta(minutes=1)


@pytest.mark.django_db
def test_a_form_with_too_many_fields_is_one_line_without_a_traceback(lines: Lines, client: Client) -> None:
    fields = {f"field{number}": "" for number in range(1_001)}

    assert client.post("/join/", fields, headers={"Accept": "text/html"}).status_code == 400

    [written] = [line for line in lines.take() if "Bad Request" not in line]
    assert "TooManyFieldsSent" in written
    # Not an error, which would be mailed or reported: anyone can send so many.
    assert "WARNING" in written
    assert "Traceback" not in written


def test_all_log_settings_are_off_by_default(tmp_path: Any) -> None:
    seen = settings_with("LOGGING", "MIDDLEWARE", folder=tmp_path)

    assert seen["LOGGING"]["handlers"]["console"]["formatter"] == "lines"
    assert seen["LOGGING"]["root"]["level"] == "WARNING"
    assert {logger["level"] for logger in seen["LOGGING"]["loggers"].values()} == {"INFO"}
    assert "quizsite.middleware.request_id" not in seen["MIDDLEWARE"]


def test_the_environment_sets_format_level_and_request_ids(tmp_path: Any) -> None:
    variables = {"FOOTNOTE_LOG": "json", "FOOTNOTE_LOG_LEVEL": "error", "FOOTNOTE_REQUEST_IDS": "1"}
    script = (
        "import logging; from django.test import Client; from django.conf import settings; "
        "settings.ALLOWED_HOSTS.append('testserver'); logging.getLogger('quizsite').warning('quiet'); "
        "logging.getLogger('quizsite').error('loud'); "
        f"print(len(Client().get('/livez').headers['{REQUEST_ID_HEADER}']))"
    )
    result = manage("shell", "--no-imports", "--command", script, folder=tmp_path, **variables)

    assert result.stdout == "16\n"
    # WhiteNoise warns on other lines that nothing is collected.
    [line] = [line for line in result.stderr.splitlines() if line.startswith("{")]
    entry = json.loads(line)
    assert list(entry)[:6] == ["time", "level", "logger", "message", "account", "request_id"]
    assert (entry["level"], entry["logger"], entry["message"]) == ("ERROR", "quizsite", "loud")


@pytest.mark.parametrize("name", ["django.template", "django.db.backends"])
def test_debug_level_leaves_out_the_values_of_pages_and_queries(name: str, tmp_path: Any) -> None:
    script = f"from logging import getLogger; print(*(getLogger(one).getEffectiveLevel() for one in ('{name}', 'x')))"

    result = manage("shell", "--no-imports", "--command", script, folder=tmp_path, FOOTNOTE_LOG_LEVEL="debug")

    assert result.stdout == "20 10\n"


@pytest.mark.parametrize(("text", "value"), [("", "lines"), ("JSON", "json"), (" lines ", "lines")])
def test_choice_reads_one_of_the_options(text: str, value: str) -> None:
    assert choice({"LOG": text}, "LOG", ("lines", "json")) == value


def test_choice_refuses_all_else() -> None:
    with pytest.raises(Exception, match=r"^LOG must be one of lines, json, not 'xml'\.$"):
        choice({"LOG": "xml"}, "LOG", ("lines", "json"))


@pytest.mark.parametrize(
    ("proxies", "sent", "is_kept"),
    [(1, "from-proxy-1", True), (0, "from-client-1", False), (1, "a b\nc: forged", False), (1, "short", False)],
)
def test_request_id_is_in_the_header_and_in_the_lines(
    proxies: int, sent: str, is_kept: bool, lines: Lines, settings: Any
) -> None:
    settings.TRUSTED_PROXY_COUNT = proxies

    def view(request: Any) -> HttpResponse:
        logging.getLogger("quizzes.test").info("working")
        return HttpResponse()

    response = request_id(view)(RequestFactory().get("/", headers={REQUEST_ID_HEADER: sent}))

    chosen = response.headers[REQUEST_ID_HEADER]
    assert (chosen == sent) is is_kept
    assert len(chosen) >= 8
    assert chosen in lines.take()[0]
    logging.getLogger("quizzes.test").info("after")
    assert chosen not in lines.take()[0]
    assert sys.exception() is None


def test_request_id_is_in_the_line_about_a_refused_request(client: Client, lines: Lines, settings: Any) -> None:
    settings.MIDDLEWARE = ["quizsite.middleware.request_id", *settings.MIDDLEWARE]

    response = client.get("/nothing-here/")

    [line] = [line for line in lines.take() if "Not Found" in line]
    assert response.headers[REQUEST_ID_HEADER] in line
