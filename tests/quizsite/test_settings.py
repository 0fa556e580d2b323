"""Settings: what the environment may say, what a site keeps for itself, and what every browser is told."""

import json
import os
import pwd
import re
import subprocess
import sys
import threading
from errno import EACCES
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NoReturn

import pytest
from django.conf import settings
from django.contrib.admin import site
from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import password_validators_help_texts, validate_password
from django.core.cache import cache
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.management import get_commands
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone
from django.utils.module_loading import import_string
from django_htmx.middleware import HtmxDetails
from pytest_django.fixtures import Settings

from quizsite import settings as site_settings
from quizsite.__main__ import MAKE_A_FOLDER, NEED_A_SITE, WITHOUT_SETTINGS
from quizsite.apps import check_mail_password, check_secret_files
from quizsite.data_folder import make_data_folder, mark_as_on_postgresql, require_own_folder, secret_key
from quizsite.environment import (
    ENCODING,
    NOT_IN_FILE,
    contact_address,
    domain_list,
    flag,
    host_list,
    known_settings,
    mail_address,
    mailer,
    origin_list,
    postgresql,
    read_settings_file,
    secret,
    secret_keys,
    some_of,
    unknown_settings,
    whole_number,
    words,
)
from quizsite.middleware import htmx_redirect
from quizsite.models import SiteState
from quizsite.secret_key import require_its_key, secret_key_check
from quizsite.sign_on import providers
from quizzes.models import User
from tests.servers import free_port
from tests.slow_cases import slow_after

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'"
)


def manage(*arguments: str, folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """A command of the site's own settings, in an environment that holds nothing else of Footnote's."""
    return python(str(settings.BASE_DIR / "manage.py"), *arguments, folder=folder, **variables)


def python(*arguments: str, folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Python in the same environment."""
    environment = {
        "PATH": os.environ["PATH"],
        "FOOTNOTE_DATA": str(folder),
        "FOOTNOTE_ENV_FILE": os.devnull,
        **variables,
    }
    return subprocess.run([sys.executable, *arguments], env=environment, capture_output=True, text=True, timeout=60)


def begin(folder: Path) -> None:
    """Make a folder look like one of a site."""
    secret_key(folder)
    (folder / "footnote.sqlite3").touch()


def settings_with(*names: str, folder: Path, **variables: str) -> dict[str, Any]:
    """These settings as the site has them under these variables, without the apps, whose start takes longer."""
    script = f"""
import json, sys
sys.path.insert(0, {str(settings.BASE_DIR)!r})
from django.conf import settings
print(json.dumps({{name: getattr(settings, name) for name in {names!r}}}))
"""
    result = python("-c", script, folder=folder, DJANGO_SETTINGS_MODULE="quizsite.settings", **variables)
    assert result.stderr == ""
    return json.loads(result.stdout)


# --- Reading the environment --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "value"),
    [("1", True), ("true", True), ("YES", True), (" on ", True), ("0", False), ("False", False), ("", False)],
)
def test_flag_reads_the_usual_words(text: str, value: bool) -> None:
    assert flag({"SWITCH": text}, "SWITCH") is value


def test_flag_that_is_not_set_is_off() -> None:
    assert flag({}, "SWITCH") is False


def test_flag_refuses_a_misspelling() -> None:
    with pytest.raises(ImproperlyConfigured) as error:
        flag({"SWITCH": "ture"}, "SWITCH")

    assert str(error.value) == "SWITCH must be 1 or 0, not 'ture'."


@pytest.mark.parametrize(("text", "value"), [("8000", 8000), (" 1 ", 1), ("", 5)])
def test_whole_number_reads_digits(text: str, value: int) -> None:
    assert whole_number({"PORT": text}, "PORT", default=5, least=1) == value


@pytest.mark.parametrize(("text", "chosen"), [("", []), ("a", ["a"]), (" B ,a", ["b", "a"]), (",", [])])
def test_some_of_reads_options(text: str, chosen: list[str]) -> None:
    assert some_of({"NEEDS": text}, "NEEDS", ("a", "b")) == chosen


def test_some_of_refuses_all_else() -> None:
    with pytest.raises(ImproperlyConfigured) as error:
        some_of({"NEEDS": "a, administrator"}, "NEEDS", ("a", "b"))

    assert str(error.value) == "NEEDS takes a, b, not 'administrator'."


@pytest.mark.parametrize("text", ["0", "-1", "1.5", "eighty", "1e3", "²"])
def test_whole_number_refuses_all_else(text: str) -> None:
    with pytest.raises(ImproperlyConfigured) as error:
        whole_number({"PORT": text}, "PORT", default=5, least=1)

    assert str(error.value) == f"PORT must be a whole number from 1 up, not {text!r}."


@pytest.mark.parametrize(("text", "value"), [("", []), ("a.example", ["a.example"]), (" a , ,b,", ["a", "b"])])
def test_words_leaves_out_blanks(text: str, value: list[str]) -> None:
    assert words({"HOSTS": text}, "HOSTS") == value


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("", []),
        (",", []),
        ("a", ["a"]),
        (" a", ["a", " a"]),
        ("a,", ["a", "a,"]),
        (f"{'a' * 50}, {'b' * 50}", ["a" * 50, "b" * 50]),
        # A part could be guessed.
        (f"{'a' * 50},b", [f"{'a' * 50},b"]),
    ],
)
def test_secret_keys_may_be_one_with_a_comma_or_a_blank(text: str, keys: list[str]) -> None:
    assert secret_keys({"KEYS": text}, "KEYS") == keys


@pytest.mark.parametrize("text", ["a.example, .b.example", "*", "10.1.2.3,[::1]", "Quiz_1.example"])
def test_host_list_reads_names_and_addresses(text: str) -> None:
    assert host_list({"HOSTS": text}, "HOSTS") == [word.strip() for word in text.split(",")]


def test_host_list_has_ipv6_addresses_as_host_headers_spell_them() -> None:
    assert host_list({"HOSTS": "fd00::1, [FD00:0::2]"}, "HOSTS") == ["[fd00::1]", "[fd00::2]"]


def test_host_list_has_other_letters_as_host_headers_spell_them() -> None:
    assert host_list({"HOSTS": "Élan.example, .peñasco.example"}, "HOSTS") == [
        "xn--lan-9la.example",
        ".xn--peasco-xwa.example",
    ]


@pytest.mark.parametrize(
    "text",
    [
        *("https://a.example", "a.example/quiz", "a.example b.example", "a.example:8000", "ñ..example"),
        *('"a.example"', "a.example;b.example", "[a.example", "quiz.*", "<a.example>"),
    ],
)
def test_host_list_refuses_what_no_host_header_matches(text: str) -> None:
    with pytest.raises(ImproperlyConfigured) as error:
        host_list({"HOSTS": text}, "HOSTS")

    assert str(error.value) == f"HOSTS takes host names such as quiz.school.example, separated by commas, not {text!r}."


def test_host_list_names_the_form_for_all_subdomains() -> None:
    with pytest.raises(ImproperlyConfigured) as error:
        host_list({"HOSTS": "a.example, *.school.example"}, "HOSTS")

    assert str(error.value) == (
        "HOSTS has '*.school.example'. Write '.school.example' for all names that end like this."
    )


def test_sign_on_domains_may_have_the_at_sign_of_an_email(tmp_path: Path) -> None:
    seen = settings_with("SIGN_ON_DOMAINS", folder=tmp_path, FOOTNOTE_SIGN_ON_DOMAINS="@School.example, b.example")

    assert seen == {"SIGN_ON_DOMAINS": ["school.example", "b.example"]}


@pytest.mark.parametrize("text", ["https://school.example", "*.school.example", "ana@school.example", "a.b;c.d", "a b"])
def test_sign_on_domains_refuse_what_no_email_ends_with(text: str) -> None:
    with pytest.raises(ImproperlyConfigured) as error:
        domain_list({"DOMAINS": text}, "DOMAINS")

    assert str(error.value) == f"DOMAINS takes domains such as school.example, separated by commas, not {text!r}."


def test_sign_on_origins_are_addresses() -> None:
    text = "https://sso.school.example, sso.b.example:8443, https://*.c.example/login"

    assert origin_list({"ORIGINS": text}, "ORIGINS") == text.split(", ")


@pytest.mark.parametrize("text", ["https://a.b; script-src *", "a.b c.d", "'unsafe-inline'"])
def test_sign_on_origins_refuse_what_would_change_the_policy(text: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=r"^ORIGINS takes addresses such as https://sso\.school\.example"):
        origin_list({"ORIGINS": text}, "ORIGINS")


@pytest.mark.parametrize(("text", "value"), [("", ""), (" ", ""), (f" {'a1' * 11} ", "a1" * 11)])
def test_secret_reads_a_long_value(text: str, value: str) -> None:
    assert secret({"TOKEN": text}, "TOKEN") == value


@pytest.mark.parametrize("text", ["hunter2", "a" * 21, "é" * 30, f"a b{'c' * 30}"])
def test_secret_refuses_what_can_be_guessed_and_does_not_repeat_it(text: str) -> None:
    with pytest.raises(ImproperlyConfigured) as error:
        secret({"TOKEN": text}, "TOKEN")

    assert str(error.value) == "TOKEN must have at least 22 letters, digits, or marks."


def test_postgresql_reads_an_address() -> None:
    seen = postgresql({"DATABASE_URL": "postgres://ana:s%40fe@db.example:5433/footnote"}, "DATABASE_URL")

    assert seen is not None
    assert (seen["ENGINE"], seen["NAME"], seen["USER"], seen["PASSWORD"], seen["HOST"], seen["PORT"]) == (
        "django.db.backends.postgresql",
        "footnote",
        "ana",
        "s@fe",
        "db.example",
        5433,
    )
    assert postgresql({}, "DATABASE_URL") is None
    assert postgresql({"DATABASE_URL": " "}, "DATABASE_URL") is None


@pytest.mark.parametrize(
    "text",
    [
        "footnote",
        "mysql://ana:secret@db/footnote",
        "postgres://ana:secret@db/",
        "sqlite:///x",
        "postgres://db:x/y",
        "postgres://a:p/w@db/y",
    ],
)
def test_postgresql_refuses_another_address_without_repeating_it(text: str) -> None:
    with pytest.raises(ImproperlyConfigured) as error:
        postgresql({"DATABASE_URL": text}, "DATABASE_URL")

    assert str(error.value) == f"DATABASE_URL must read like postgres://user:password@host:5432/name. {ENCODING}"


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        (
            "options=-c%20search_path=quiz",
            "takes no options=. Give them to the role instead: ALTER ROLE user SET ...",
        ),
        ("connect_timeout=soon", "needs a whole number after connect_timeout=."),
        ("prepare_threshold=None", "needs a whole number after prepare_threshold=."),
        ("sslmode=require&foo=1", "takes no foo=, which is no option of a connection."),
        # psycopg and Django would take these, and break the site.
        ("pool=1", "takes no pool=, which is no option of a connection."),
        ("row_factory=1", "takes no row_factory=, which is no option of a connection."),
    ],
)
def test_postgresql_refuses_options_that_cannot_take_effect(query: str, sentence: str) -> None:
    with pytest.raises(ImproperlyConfigured) as error:
        postgresql({"DATABASE_URL": f"postgres://ana:secret@db/footnote?{query}"}, "DATABASE_URL")

    assert str(error.value) == f"DATABASE_URL {sentence}"


@pytest.mark.parametrize("address", ["postgres://ana:{}@db.example/footnote", "postgres://{}:x@db.example/footnote"])
def test_password_in_an_address_may_be_encoded_as_its_message_says(address: str) -> None:
    pairs = dict(re.findall(r"(\S) as (%\w\w)", ENCODING))

    seen = postgresql({"DATABASE_URL": address.format("".join(pairs.values()))}, "DATABASE_URL")
    assert len(pairs) == 4
    assert seen is not None
    assert "".join(pairs) in {seen["USER"], seen["PASSWORD"]}
    assert seen["HOST"] == "db.example"


def test_mailer_reads_an_address() -> None:
    seen = mailer({"EMAIL_URL": "smtp+tls://ana:s%40fe@mail.example:587"}, "EMAIL_URL")

    assert seen == {
        "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "OPTIONS": {
            "host": "mail.example",
            "port": 587,
            "username": "ana",
            "password": "s@fe",
            "use_tls": True,
            "use_ssl": False,
            "timeout": 10,
        },
    }
    assert mailer({}, "EMAIL_URL") is None


@pytest.mark.parametrize("text", ["mail.example", "http://mail.example", "smtp://", "consolemail://", "smtp://h:port"])
def test_mailer_refuses_another_address(text: str) -> None:
    with pytest.raises(ImproperlyConfigured) as error:
        mailer({"EMAIL_URL": text}, "EMAIL_URL")

    assert str(error.value) == f"EMAIL_URL must read like smtp+tls://user:password@host:587. {ENCODING}"


@pytest.mark.parametrize("scheme", ["smtp", "smtp+tls", "smtps"])
def test_port_465_is_for_tls_from_the_first_byte(scheme: str) -> None:
    with pytest.raises(ImproperlyConfigured) as error:
        mailer({"EMAIL_URL": f"{scheme}://mail.example:465"}, "EMAIL_URL")

    assert str(error.value) == "EMAIL_URL must begin with smtp+ssl:// for port 465."
    settings = mailer({"EMAIL_URL": "smtp+ssl://mail.example"}, "EMAIL_URL")
    assert settings is not None
    assert (settings["OPTIONS"]["port"], settings["OPTIONS"]["use_ssl"]) == (465, True)


@pytest.mark.parametrize(
    "text",
    ["footnote@localhost", "Footnote <footnote@school.example>", '"St. Mary" <a@b.example>', "Schüler <a@b.c>"],
)
def test_mail_address_may_have_a_name(text: str) -> None:
    assert mail_address({"FROM": f" {text} "}, "FROM", default="") == text
    assert mail_address({}, "FROM", default=text) == text


@pytest.mark.parametrize("text", ["", "help@school.example", " help@school.example "])
def test_contact_address_may_be_missing(text: str) -> None:
    assert contact_address({"CONTACT": text}, "CONTACT") == text.strip()


@pytest.mark.parametrize("text", ["Footnote", "Footnote <a@b.c", "St. Mary <a@b.c>", "a@b.c, d@e.f", "Room, 5 <a@b.c>"])
def test_mail_address_that_every_mail_would_fail_with_is_refused(text: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=r"^FROM must read like Footnote <footnote@school\.example>\."):
        mail_address({"FROM": text}, "FROM", default="")


@pytest.mark.parametrize(
    ("variable", "text", "sentence"),
    slow_after(
        6,
        [
            (
                "FOOTNOTE_HOSTS",
                "https://quiz.school.example",
                "FOOTNOTE_HOSTS takes host names such as quiz.school.example, separated by commas, "
                "not 'https://quiz.school.example'.",
            ),
            (
                "FOOTNOTE_CONTACT",
                "Front office",
                "FOOTNOTE_CONTACT must read like help@school.example, not 'Front office'.",
            ),
            *(
                (name, text, f"{name} must be a path without ~ and $, which are not replaced here, not {text!r}.")
                for name, text in (("FOOTNOTE_DATA", "~/quiz"), ("FOOTNOTE_BACKUPS", "$HOME/backups"))
            ),
            *(
                (
                    "FOOTNOTE_DATA",
                    text,
                    f"FOOTNOTE_DATA must be a path without quotation marks around it, not {text!r}.",
                )
                for text in ('"/srv/quiz"', "/srv/quiz'", "'/srv/quiz'# the site")
            ),
            ("FOOTNOTE_DATA", "quiz\r", "FOOTNOTE_DATA must be a path without a line end in it, not 'quiz\\r'."),
            ("FOOTNOTE_HTTPS", "ture", "FOOTNOTE_HTTPS must be 1 or 0, not 'ture'."),
            ("DATABASE_URL", "db", f"DATABASE_URL must read like postgres://user:password@host:5432/name. {ENCODING}"),
            *(
                # Dates end before such a term, so that the job that deletes what is old would never finish.
                (name, "999999", f"{name} must be a whole number from {least} to 36500, not '999999'.")
                for name, least in (("FOOTNOTE_KEEP_ARCHIVED_DAYS", 1), ("FOOTNOTE_KEEP_LOG_DAYS", 30))
            ),
            (
                "FOOTNOTE_BACKUP_MINUTES",
                "9" * 20,
                f"FOOTNOTE_BACKUP_MINUTES must be a whole number from 0 to 525600, not '{'9' * 20}'.",
            ),
        ],
    ),
)
def test_malformed_value_stops_the_start_with_one_sentence(
    tmp_path: Path, variable: str, text: str, sentence: str
) -> None:
    result = manage("check", folder=tmp_path, **{variable: text})

    assert (result.returncode, result.stdout, result.stderr) == (78, "", f"Footnote cannot start: {sentence}\n")


def test_environment_wins_over_the_file(tmp_path: Path) -> None:
    file = tmp_path / "env"
    file.write_text("FOOTNOTE_HOSTS=file.example\nFOOTNOTE_MAIL_FROM=file@school.example\n")

    seen = settings_with(
        *("ALLOWED_HOSTS", "DEFAULT_FROM_EMAIL"),
        folder=tmp_path,
        FOOTNOTE_ENV_FILE=str(file),
        FOOTNOTE_HOSTS="real.example",
    )

    assert seen == {
        "ALLOWED_HOSTS": ["localhost", "127.0.0.1", "[::1]", "real.example"],
        "DEFAULT_FROM_EMAIL": "file@school.example",
    }


def test_settings_file_that_is_named_and_missing_stops_the_start(tmp_path: Path) -> None:
    file = tmp_path / "no-such.env"

    result = manage("check", folder=tmp_path / "data", FOOTNOTE_ENV_FILE=str(file))

    sentence = f"Footnote cannot start: The settings file {file} cannot be read: No such file or directory.\n"
    assert (result.returncode, result.stdout, result.stderr) == (1, "", sentence)
    assert not (tmp_path / "data").exists()


def test_settings_file_may_be_missing_where_none_is_named(tmp_path: Path) -> None:
    before = dict(os.environ)

    read_settings_file(tmp_path / ".env", may_be_missing=True)

    assert dict(os.environ) == before


@pytest.mark.parametrize(("content", "reason"), [(None, "Is a directory"), (b"A=\xff", "It is not UTF-8 text")])
def test_settings_file_that_cannot_be_read_is_refused(tmp_path: Path, content: bytes | None, reason: str) -> None:
    file = tmp_path / ".env"
    file.mkdir() if content is None else file.write_bytes(content)

    with pytest.raises(ImproperlyConfigured) as error:
        read_settings_file(file, may_be_missing=True)

    assert str(error.value) == f"The settings file {file} cannot be read: {reason}."


def test_settings_file_of_another_user_is_refused_with_advice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / ".env"

    def refuse(*args: object, **options: object) -> str:
        raise PermissionError(EACCES, "Permission denied", str(file))

    monkeypatch.setattr(Path, "read_text", refuse)
    with pytest.raises(ImproperlyConfigured) as error:
        read_settings_file(file, may_be_missing=True)

    assert str(error.value) == (
        f"The settings file {file} cannot be read: Permission denied. Run this as the user of the site, and let "
        "that user read it."
    )


@pytest.mark.parametrize("line", ["FOOTNOTE_HTTPS 1", "PORT = 8209", " FOOTNOTE_HOSTS=a.b", "MY-NAME=1", "=1"])
def test_settings_file_with_an_invalid_line_is_refused_without_repeating_it(tmp_path: Path, line: str) -> None:
    file = tmp_path / ".env"
    file.write_text(f"# Ours\n{line}\n")

    with pytest.raises(ImproperlyConfigured) as error:
        read_settings_file(file, may_be_missing=False)

    assert str(error.value) == f"Line 2 of {file} must read like NAME=value, with no space before the =."


@pytest.mark.parametrize(
    ("name", "advice"),
    [
        ("FOOTNOTE_BACKUP_MINUTE", "Footnote has no such setting. Did you mean FOOTNOTE_BACKUP_MINUTES?"),
        ("footnote_https", "Footnote has no such setting. Did you mean FOOTNOTE_HTTPS?"),
        ("FOOTNOTE_QQQQQQQQQQ", "Footnote has no such setting. `manage.py example_settings` lists all."),
        ("DATABSE_URL", "Footnote has no such setting. Did you mean DATABASE_URL?"),
        ("email_url", "Footnote has no such setting. Did you mean EMAIL_URL?"),
        ("HOSTS", "Footnote has no such setting. Did you mean HOST?"),
        ("FOOTNOT_HOSTS", "Footnote has no such setting. Did you mean FOOTNOTE_HOSTS?"),
        ("FOOTNOTEHTTPS", "Footnote has no such setting. Did you mean FOOTNOTE_HTTPS?"),
        ("REQUEST_CA_BUNDLE", "Footnote has no such setting. Did you mean REQUESTS_CA_BUNDLE?"),
    ],
)
def test_settings_file_with_a_misspelled_name_is_refused(tmp_path: Path, name: str, advice: str) -> None:
    file = tmp_path / ".env"
    file.write_text(f"OTEL_SERVICE_NAME=quiz\nPGHOST=localhost\n{name}=1\n")

    with pytest.raises(ImproperlyConfigured) as error:
        read_settings_file(file, may_be_missing=False)

    assert str(error.value) == f"Line 3 of {file} sets {name}. {advice}"


def test_settings_file_that_sets_a_name_twice_is_refused(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("FOOTNOTE_HOSTS=quiz.school.example\n# Also\nFOOTNOTE_HOSTS=quiz.district.example\n")

    with pytest.raises(ImproperlyConfigured) as error:
        read_settings_file(file, may_be_missing=False)

    assert str(error.value) == f"Lines 1 and 3 of {file} both set FOOTNOTE_HOSTS. Remove one of them."


def test_misspelled_setting_of_the_environment_is_said() -> None:
    variables = {
        "FOOTNOTE_BACKUP_MINUTE": "5",
        "FOOTNOTE_QQQQQQQQQQ": "1",
        "footnote_hosts": "quiz.school.example",
        "FOOTNOTE_HOSTS": "quiz.school.example",
        "FOOTNOTE_NEEDS_SITE": "1",
        "FOOTNOTES": "1",
    }

    assert unknown_settings(variables) == [
        "The environment sets FOOTNOTE_BACKUP_MINUTE. Footnote has no such setting. Did you mean "
        "FOOTNOTE_BACKUP_MINUTES?",
        "The environment sets FOOTNOTE_QQQQQQQQQQ. Footnote has no such setting. `manage.py example_settings` lists "
        "all.",
        "The environment sets footnote_hosts. Footnote has no such setting. Did you mean FOOTNOTE_HOSTS?",
    ]


def test_example_file_lists_every_setting() -> None:
    code = "".join((settings.BASE_DIR / "quizsite" / name).read_text() for name in ("settings.py", "sign_on.py"))
    read = set(re.findall(r'"(FOOTNOTE_[A-Z_]+)"', code))
    clients = {f"FOOTNOTE_{name}" for name in ("GOOGLE", "MICROSOFT", "OIDC")}

    assert (read - NOT_IN_FILE - clients) | {
        f"{name}_CLIENT_{part}" for name in clients for part in ("ID", "SECRET")
    } == known_settings()


def test_example_file_is_printed_beside_a_settings_file_with_an_error(tmp_path: Path) -> None:
    (tmp_path / "env").write_text("FOOTNOTE_QQQQQQQQQQ=1\n")

    result = manage("example_settings", folder=tmp_path, FOOTNOTE_ENV_FILE=str(tmp_path / "env"))

    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout == (settings.BASE_DIR / ".env.example").read_text()


@pytest.mark.parametrize("command", sorted(WITHOUT_SETTINGS))
def test_command_that_needs_no_settings_makes_no_data_folder(tmp_path: Path, command: str) -> None:
    assert manage(command, folder=tmp_path / "data").returncode == 0
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("line", ["FOOTNOTE_HOSTS=a.b # ours", 'FOOTNOTE_HOSTS="a.b" # ours'])
def test_settings_file_with_a_comment_after_a_value_is_refused(tmp_path: Path, line: str) -> None:
    file = tmp_path / ".env"
    file.write_text(f"{line}\n")

    with pytest.raises(ImproperlyConfigured) as error:
        read_settings_file(file, may_be_missing=False)

    assert str(error.value) == (
        f"Line 1 of {file} has a comment after the value. Put the comment on a line of its own, or the value in quotes."
    )


BLANK = "a blank before or after the value. Remove it, or put the value with its blank in quotes."
HALF_QUOTED = "a quotation mark only at the beginning of the value. Put one at the end too."
CURLY = "a curly quotation mark at the beginning of the value. Write straight ones, or none."


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        *((value, BLANK) for value in ("/srv/quiz ", " /srv/quiz", '"/srv/quiz"\t')),
        *((value, CURLY) for value in ("“/srv/quiz”", "‘/srv/quiz’", "„/srv/quiz“")),
        *((value, HALF_QUOTED) for value in ('"/srv/quiz', "'/srv/quiz", "\"/srv/quiz'")),
    ],
)
def test_settings_file_with_a_blank_or_wrong_quotes_is_refused(tmp_path: Path, value: str, problem: str) -> None:
    file = tmp_path / ".env"
    file.write_text(f"FOOTNOTE_DATA={value}\n")

    with pytest.raises(ImproperlyConfigured) as error:
        read_settings_file(file, may_be_missing=False)

    assert str(error.value) == f"Line 1 of {file} has {problem}"


def test_settings_file_may_have_a_value_that_starts_with_a_quoted_part(tmp_path: Path) -> None:
    file = tmp_path / "env"
    file.write_text('FOOTNOTE_MAIL_FROM="Room #5, Civics" <a@b.example>\n')

    seen = settings_with("DEFAULT_FROM_EMAIL", folder=tmp_path, FOOTNOTE_ENV_FILE=str(file))

    assert seen["DEFAULT_FROM_EMAIL"] == '"Room #5, Civics" <a@b.example>'


def test_settings_file_may_have_comments_blanks_and_quotes(tmp_path: Path) -> None:
    file = tmp_path / "env"
    lines = ["# Ours", "  ", "  # indented", "export FOOTNOTE_HOSTS=a.b", 'FOOTNOTE_MAIL_FROM="Room #5 <a@b.example>"']
    file.write_text("\r\n".join(lines), encoding="utf-8-sig")

    seen = settings_with("ALLOWED_HOSTS", "DEFAULT_FROM_EMAIL", folder=tmp_path, FOOTNOTE_ENV_FILE=str(file))

    assert (seen["ALLOWED_HOSTS"][-1], seen["DEFAULT_FROM_EMAIL"]) == ("a.b", "Room #5 <a@b.example>")


# --- The data folder ----------------------------------------------------------------------------------------------


def test_data_folder_is_its_owners_alone(tmp_path: Path) -> None:
    folder = make_data_folder(tmp_path / "deep" / "data")

    assert folder.stat().st_mode & 0o777 == 0o700
    assert make_data_folder(folder) == folder


def test_data_folder_of_another_user_is_named_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # As another user than root would see it.
    monkeypatch.setattr(os, "access", lambda path, *args, **options: path != tmp_path)

    with pytest.raises(ImproperlyConfigured, match=rf"^The data folder {tmp_path} cannot be used: Permission denied\."):
        make_data_folder(tmp_path)


def test_data_folder_that_is_a_file_is_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("")

    with pytest.raises(ImproperlyConfigured) as refusal:
        make_data_folder(tmp_path / "data")

    assert str(refusal.value) == (
        f"The data folder {tmp_path / 'data'} cannot be made: it is a file. Set FOOTNOTE_DATA to a folder that this "
        "user may make."
    )


def test_root_is_refused_in_the_folder_of_another_user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What root made there, such as a restored site, could not be read by the site."""
    if os.geteuid() == 0:
        require_own_folder(tmp_path)
        os.chown(tmp_path, pwd.getpwnam("nobody").pw_uid, -1)
    monkeypatch.setattr(os, "geteuid", lambda: 0)

    with pytest.raises(ImproperlyConfigured, match=r"belongs to the user (\S+), .* `sudo -u '?\1'?`\.$"):
        require_own_folder(tmp_path)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
def test_root_may_use_the_volume_of_a_container(tmp_path: Path) -> None:
    os.chown(tmp_path, 54_321, -1)
    require_own_folder(tmp_path)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
def test_start_as_root_in_the_folder_of_another_user_is_refused(tmp_path: Path) -> None:
    os.chown(tmp_path, pwd.getpwnam("nobody").pw_uid, -1)

    result = manage("restore", str(tmp_path), folder=tmp_path)

    assert result.stderr == (
        f"Footnote cannot start: The data folder {tmp_path} belongs to the user nobody, who cannot use files that "
        "root creates. Run this as that user: `sudo -u nobody`.\n"
    )
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("exists", [False, True])
@pytest.mark.parametrize("command", slow_after(1, [["backup"], ["check", "--deploy"], ["dumpdata"]]))
def test_command_for_a_site_makes_none_in_a_mistyped_folder(tmp_path: Path, exists: bool, command: list[str]) -> None:
    folder = tmp_path / "mistyped"
    if exists:
        folder.mkdir()

    result = manage(*command, folder=folder, DATABASE_URL="")

    sentence = f"There is no site in {folder}. FOOTNOTE_DATA names the folder of the site."
    assert (result.returncode, result.stdout, result.stderr) == (78, "", f"Footnote cannot start: {sentence}\n")
    assert list(tmp_path.rglob("*")) == ([folder] if exists else [])


@pytest.mark.parametrize(
    "command",
    slow_after(
        2,
        [
            *(["help", "backup"], ["check"], ["showmigrations"], [], ["help"], ["serve", "--help"]),
            *(["check_question_sets", "fixtures"], ["diffsettings"], ["sqlmigrate", "quizsite", "0001"]),
        ],
    ),
    ids=" ".join,
)
def test_command_that_only_looks_makes_nothing(tmp_path: Path, command: list[str]) -> None:
    result = manage(*command, folder=tmp_path / "data", DATABASE_URL="", FOOTNOTE_METRICS="1")

    assert (result.returncode, result.stderr) == (0, "")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "command",
    slow_after(
        3,
        [
            ["serve", "--workers", "0"],
            ["restore", "/nonexistent"],
            # It makes no site either.
            ["shell", "--no-imports", "--command", "pass"],
            ["migrate", "--unknown"],
            ["load_demo", "--base-url", "quiz.school.example"],
            ["move_to_postgresql"],
        ],
    ),
)
def test_command_that_is_refused_leaves_nothing(tmp_path: Path, command: list[str]) -> None:
    result = manage(*command, folder=tmp_path, DATABASE_URL="")

    assert (result.returncode == 0) == (command[0] == "shell")
    assert list(tmp_path.iterdir()) == []


def test_unknown_command_makes_no_data_folder(tmp_path: Path) -> None:
    result = manage("showmigration", folder=tmp_path / "data", DATABASE_URL="")

    unknown = "Unknown command: 'showmigration'. Did you mean showmigrations?\nType 'manage.py help' for usage.\n"
    assert (result.returncode, result.stdout, result.stderr) == (1, "", unknown)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.sockets
@pytest.mark.parametrize("command", slow_after(1, ["serve", "backup", "migrate", "load_demo"]))
def test_command_that_a_server_refuses_leaves_no_key(tmp_path: Path, command: str) -> None:
    result = manage(command, folder=tmp_path, DATABASE_URL=f"postgres://footnote@127.0.0.1:{free_port()}/footnote")

    assert (result.returncode, len(result.stderr.splitlines())) == (1, 1)
    assert not (tmp_path / "secret_key").exists()


@pytest.mark.django_db
@pytest.mark.parametrize("has_other_key", [False, True])
def test_new_key_is_kept_only_for_a_database_without_one(
    tmp_path: Path, has_other_key: bool, settings: Settings
) -> None:
    settings.DATA_DIR, settings.KEY_IS_NEW = tmp_path, True
    if has_other_key:
        SiteState.objects.record(SiteState.SECRET_KEY, secret_key_check("another"), now=timezone.now())
        with pytest.raises(ImproperlyConfigured, match="another secret key"):
            require_its_key()
    else:
        require_its_key()

    kept = {path.name: path.read_text() for path in tmp_path.iterdir()}
    assert kept == ({} if has_other_key else {"secret_key": settings.SECRET_KEY})


@pytest.mark.parametrize("command", ["serve", "backup", "restore", "check"])
def test_site_that_was_moved_needs_its_server(tmp_path: Path, command: str) -> None:
    (tmp_path / "footnote.sqlite3").touch()
    (tmp_path / "moved_to_postgresql").touch()

    result = manage(command, folder=tmp_path, DATABASE_URL="")

    assert (result.returncode, result.stdout, result.stderr) == (
        78,
        "",
        "Footnote cannot start: This site is on PostgreSQL, and DATABASE_URL is not set. Set it to the database "
        f"of the site. Only to go back to the SQLite file as it was before the move, delete "
        f"{tmp_path / 'moved_to_postgresql'} and run `manage.py reapply_erasures`.\n",
    )


def test_site_of_a_server_makes_no_empty_file(tmp_path: Path) -> None:
    """It was not moved there, but made there."""
    mark_as_on_postgresql(tmp_path)

    result = manage("serve", folder=tmp_path, DATABASE_URL="")

    assert (result.returncode, result.stderr) == (
        78,
        "Footnote cannot start: This site is on PostgreSQL, and DATABASE_URL is not set. Set it to the database of the "
        "site. Only to start an empty site or to restore a backup of SQLite, delete "
        f"{tmp_path / 'moved_to_postgresql'}.\n",
    )
    assert [path.name for path in tmp_path.iterdir()] == ["moved_to_postgresql"]


@pytest.mark.parametrize("command", ["backup", "check_integrity"])
def test_command_names_the_database_that_is_gone(tmp_path: Path, command: str) -> None:
    (tmp_path / "footnote.sqlite3.made").touch()

    result = manage(command, folder=tmp_path, DATABASE_URL="")

    sentence = f"The database {tmp_path / 'footnote.sqlite3'} is gone. Run `manage.py restore BACKUP`.\n"
    assert (result.returncode, result.stdout, result.stderr) == (1, "", sentence)


def test_command_names_the_database_that_it_cannot_open(tmp_path: Path) -> None:
    (tmp_path / "footnote.sqlite3.made").touch()
    (tmp_path / "footnote.sqlite3").mkdir()
    secret_key(tmp_path)

    result = manage("backup", folder=tmp_path, DATABASE_URL="")

    assert result.stderr == (
        f"The database {tmp_path / 'footnote.sqlite3'} cannot be opened. Run this as the user of the site.\n"
    )


def test_migrate_starts_over_only_with_init_where_the_database_is_gone(tmp_path: Path) -> None:
    (tmp_path / "footnote.sqlite3.made").touch()

    refused = manage("migrate", folder=tmp_path, DATABASE_URL="")
    done = manage("migrate", "--init", "sessions", folder=tmp_path, DATABASE_URL="")

    assert refused.stderr.endswith("Run `manage.py restore BACKUP`. To start without it, add --init.\n")
    assert (refused.returncode, done.returncode, done.stderr) == (78, 0, "")
    # A start refuses a database without a key.
    assert (tmp_path / "secret_key").exists()


def test_each_command_either_needs_a_site_or_works_without_one() -> None:
    only_look = {"check_question_sets", "write_privacy_doc", *WITHOUT_SETTINGS}
    without = {"load_demo", "migrate", "move_to_postgresql", "restore", "serve"}
    commands = {name for name, app in get_commands().items() if app in ("quizsite", "quizzes")}

    assert commands - only_look - without == commands & NEED_A_SITE
    assert commands & MAKE_A_FOLDER == without
    # A misspelled one of Django's would count as a command that only looks.
    assert get_commands().keys() >= NEED_A_SITE | MAKE_A_FOLDER


def test_secret_key_is_made_once_and_kept_from_others(tmp_path: Path) -> None:
    key = secret_key(tmp_path)

    assert len(key) == 67
    assert secret_key(tmp_path) == key
    assert (tmp_path / "secret_key").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["secret_key"]


def test_name_of_a_new_secret_key_is_on_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[tuple[Path, list[str]]] = []
    monkeypatch.setattr(
        "quizsite.data_folder.sync", lambda path: synced.append((path, os.listdir(path))), raising=False
    )

    secret_key(tmp_path)

    assert synced == [(tmp_path, ["secret_key"])]


def test_secret_key_is_one_for_all_who_start_together(tmp_path: Path) -> None:
    barrier, keys = threading.Barrier(8), []

    def start() -> None:
        barrier.wait()
        keys.append(secret_key(tmp_path))

    threads = [threading.Thread(target=start) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(keys) == 8
    assert len(set(keys)) == 1


@pytest.mark.parametrize("content", [b"\n", b"\xff\xfe\0" * 50])
def test_secret_key_that_is_empty_or_damaged_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "secret_key").write_bytes(content)

    with pytest.raises(ImproperlyConfigured) as error:
        secret_key(tmp_path)

    assert str(error.value) == (
        f"The secret key {tmp_path / 'secret_key'} is empty or damaged. Copy it from the folder of a backup. Only if "
        "it is lost, delete the file and run `manage.py accept_secret_key`: every PIN changes."
    )


def test_secret_key_that_can_be_guessed_is_refused(tmp_path: Path) -> None:
    (tmp_path / "secret_key").write_text("short")

    with pytest.raises(ImproperlyConfigured, match="secret_key can be guessed"):
        secret_key(tmp_path)


def test_folder_that_takes_no_secret_key_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(*args: Any) -> NoReturn:
        raise PermissionError(EACCES, os.strerror(EACCES))

    with monkeypatch.context() as patched:
        patched.setattr(os, "open", denied)
        with pytest.raises(ImproperlyConfigured) as refused:
            secret_key(tmp_path)

    assert str(refused.value) == (
        f"The folder {tmp_path} cannot be written: Permission denied. Give it to the user that the site runs as."
    )


# --- TLS or not ---------------------------------------------------------------------------------------------------

POLICY = (
    *("SESSION_COOKIE_NAME", "SESSION_COOKIE_SECURE", "CSRF_COOKIE_NAME", "CSRF_COOKIE_SECURE"),
    *("SECURE_SSL_REDIRECT", "SECURE_HSTS_SECONDS", "DEBUG"),
)


@pytest.mark.parametrize(
    ("mail", "silenced"),
    [
        ({}, 2),
        (
            {
                "EMAIL_URL": "smtp+tls://ana:secret@mail.school.example:587",
                "FOOTNOTE_MAIL_FROM": "footnote@school.example",
            },
            1,
        ),
    ],
)
def test_settings_for_production_pass_the_deployment_check(tmp_path: Path, mail: dict[str, str], silenced: int) -> None:
    begin(tmp_path)

    result = manage(
        *("check", "--deploy", "--fail-level", "WARNING"),
        folder=tmp_path,
        FOOTNOTE_HTTPS="1",
        FOOTNOTE_TRUSTED_PROXIES="1",
        FOOTNOTE_HOSTS="quiz.school.example",
        **mail,
    )

    assert result.stderr == ""
    assert result.stdout == f"System check identified no issues ({silenced} silenced).\n"
    assert result.returncode == 0


GOOD = {"FOOTNOTE_HTTPS": "1", "FOOTNOTE_TRUSTED_PROXIES": "1", "FOOTNOTE_HOSTS": "quiz.school.example"}
ON_SQLITE, ON_POSTGRESQL = {"DATABASE_URL": ""}, {"DATABASE_URL": "postgres://footnote@127.0.0.1:1/footnote"}


@pytest.mark.parametrize(
    ("variables", "found"),
    slow_after(
        2,
        [
            ({"FOOTNOTE_TRUSTED_PROXIES": "0"}, ["quizsite.W001"]),
            # Another machine of the site may make them.
            ({"FOOTNOTE_BACKUP_MINUTES": "0", **ON_POSTGRESQL}, []),
            ({"FOOTNOTE_BACKUP_MINUTES": "0", **ON_SQLITE}, ["quizsite.W006"]),
            ({"FOOTNOTE_HOSTS": ""}, ["quizsite.W002"]),
            ({"FOOTNOTE_HOSTS": "*"}, ["quizsite.W003"]),
            ({"FOOTNOTE_BACKUPS": "/dev/null/backups"}, ["quizsite.W004"]),
            ({"FOOTNOTE_HTTPS": "0"}, ["quizsite.W005"]),
            ({"EMAIL_URL": "smtp+tls://mail.school.example:587"}, ["quizsite.W007"]),
            ({"FOOTNOTE_MAIL_FROM": "footnote@school.example"}, ["quizsite.W007"]),
            ({"REQUESTS_CA_BUNDLE": "/nonexistent/school.pem"}, ["quizsite.W009"]),
            ({"FOOTNOTE_HTTP": "1"}, ["quizsite.W011"]),
        ],
    ),
)
def test_deployment_check_finds_what_is_not_set(tmp_path: Path, variables: dict[str, str], found: list[str]) -> None:
    begin(tmp_path)

    # Without the checks of views and models, which the test above runs, it takes half of the time.
    tagged = ("--tag", "security", "--fail-level", "WARNING")
    result = manage("check", "--deploy", *tagged, folder=tmp_path, **GOOD | variables)

    assert re.findall(r"\((\w+\.\w+)\)", result.stderr) == found
    assert (result.returncode, result.stderr.count("HINT: ")) == (int(bool(found)), len(found))


@pytest.mark.parametrize(
    ("address", "is_found"),
    [
        ("smtp://ana:secret@mail.school.example", True),
        ("smtp://mail.school.example", False),
        ("smtp+tls://ana:secret@mail.school.example:587", False),
        ("smtp+ssl://ana:secret@mail.school.example", False),
    ],
)
def test_deployment_check_finds_a_password_of_mail_in_the_clear(
    address: str, is_found: bool, settings: Settings
) -> None:
    settings.MAILER = mailer({"EMAIL_URL": address}, "EMAIL_URL")

    assert [warning.id for warning in check_mail_password()] == ["quizsite.W010"] * is_found


def test_deployment_check_finds_secrets_that_others_can_read(settings: Settings) -> None:
    # pytest's own folder is closed to others.
    with TemporaryDirectory(dir="/tmp") as name:
        folder = Path(name)
        settings.DATA_DIR, settings.SETTINGS_FILE = folder, folder / ".env"
        for file in (folder / ".env", folder / "secret_key"):
            file.touch(mode=0o644)
        assert check_secret_files() == []

        folder.chmod(0o755)
        assert [warning.id for warning in check_secret_files()] == ["quizsite.W008", "quizsite.W008"]

        (folder / ".env").chmod(0o640)
        assert [warning.msg for warning in check_secret_files()] == [
            f"Other users of this machine can read {folder / 'secret_key'}."
        ]

        # As on a Mac: ~/Library/Application Support
        settings.DATA_DIR = folder / "Application Support"
        settings.DATA_DIR.mkdir()
        (settings.DATA_DIR / "secret_key").touch(mode=0o644)
        assert [warning.hint for warning in check_secret_files()] == [
            f"Run chmod o= '{settings.DATA_DIR / 'secret_key'}', and change the secrets in it."
        ]


def test_https_binds_cookies_to_the_host(tmp_path: Path) -> None:
    assert settings_with(*POLICY, folder=tmp_path, FOOTNOTE_HTTPS="1") == {
        "SESSION_COOKIE_NAME": "__Host-sessionid",
        "SESSION_COOKIE_SECURE": True,
        "CSRF_COOKIE_NAME": "__Host-csrftoken",
        "CSRF_COOKIE_SECURE": True,
        "SECURE_SSL_REDIRECT": True,
        "SECURE_HSTS_SECONDS": 31_536_000,
        "DEBUG": False,
    }


def test_plain_http_works_from_phones_in_the_room(tmp_path: Path) -> None:
    assert settings_with(*POLICY, folder=tmp_path) == {
        "SESSION_COOKIE_NAME": "sessionid",
        "SESSION_COOKIE_SECURE": False,
        "CSRF_COOKIE_NAME": "csrftoken",
        "CSRF_COOKIE_SECURE": False,
        "SECURE_SSL_REDIRECT": False,
        "SECURE_HSTS_SECONDS": 0,
        "DEBUG": False,
    }


def test_postgresql_is_set_up_to_keep_its_word(tmp_path: Path) -> None:
    address = "postgres://ana@db/footnote?sslmode=require&keepalives_idle=60"
    seen = settings_with("DATABASES", folder=tmp_path, DATABASE_URL=address)

    database = seen["DATABASES"]["default"]
    assert database["OPTIONS"] == {
        "sslmode": "require",
        "server_side_binding": True,
        "prepare_threshold": 5,
        "connect_timeout": 5,
        "tcp_user_timeout": 15_000,
        "keepalives_idle": 60,
        "keepalives_interval": 5,
        "keepalives_count": 2,
        "options": "-c statement_timeout=10s -c lock_timeout=5s -c synchronous_commit=on",
    }
    assert (database["CONN_MAX_AGE"], database["CONN_HEALTH_CHECKS"], database["ATOMIC_REQUESTS"]) == (
        600,
        True,
        False,
    )


@pytest.mark.parametrize(("asked", "threshold"), [("", None), ("&prepare_threshold=5", 5)])
def test_statements_behind_a_pgbouncer_are_prepared_if_asked(asked: str, threshold: int | None, tmp_path: Path) -> None:
    address = f"postgres://ana@db/footnote?disable_server_side_cursors=True{asked}"

    seen = settings_with("DATABASES", folder=tmp_path, DATABASE_URL=address)

    assert seen["DATABASES"]["default"]["OPTIONS"]["prepare_threshold"] == threshold


def test_sqlite_is_set_up_to_keep_its_word(tmp_path: Path) -> None:
    result = manage("migrate", "--check", folder=tmp_path)
    script = (
        "from django.conf import settings; "
        "d = settings.DATABASES['default']; print(d['ENGINE'], d['OPTIONS'], d['CONN_MAX_AGE'])"
    )
    seen = manage("shell", "--no-imports", "--command", script, folder=tmp_path)

    assert result.returncode == 1, "an empty database lacks its migrations"
    assert seen.stdout == (
        "quizsite.sqlite {'transaction_mode': 'IMMEDIATE', 'timeout': 10, "
        "'init_command': 'PRAGMA synchronous=FULL; PRAGMA secure_delete=ON'} 600\n"
    )


# --- What every response says -------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "status"),
    [("/livez", 200), ("/readyz", 200), ("/accounts/login/", 200), ("/admin/", 302), ("/no-such-page/", 404)],
)
def test_response_carries_the_browser_policy(client: Client, path: str, status: int) -> None:
    response = client.get(path)

    names = (
        *("Content-Security-Policy", "X-Content-Type-Options", "Referrer-Policy", "X-Frame-Options"),
        *("Cross-Origin-Opener-Policy", "Cross-Origin-Resource-Policy"),
    )
    assert response.status_code == status
    assert [response.headers.get(name) for name in names] == [
        *(CONTENT_SECURITY_POLICY, "nosniff", "same-origin", "DENY"),
        *("same-origin", "same-origin"),
    ]
    assert "no-store" in response.headers["Cache-Control"]


@pytest.mark.django_db
def test_page_asks_the_browser_for_nothing(client: Client) -> None:
    features = client.get("/accounts/login/").headers["Permissions-Policy"].split(", ")
    assert all(feature.endswith("=()") for feature in features)
    assert {"camera=()", "microphone=()", "geolocation=()"} <= set(features)
    # It speaks of documents alone.
    assert "Permissions-Policy" not in client.get("/livez").headers


@pytest.mark.django_db
def test_static_file_may_be_kept_and_carries_the_policy(client: Client) -> None:
    response = client.get("/static/footnote.css")
    response.close()

    assert response.status_code == 200
    assert response.headers["Content-Security-Policy"] == CONTENT_SECURITY_POLICY
    assert response.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert "no-store" not in response.headers["Cache-Control"]
    assert "Access-Control-Allow-Origin" not in response.headers


def answered(status: int = 200) -> Any:
    return lambda request: HttpResponse("done", status=status)


def htmx_request(**headers: str) -> HttpRequest:
    request = RequestFactory().get("/", headers=headers)
    request.htmx = HtmxDetails(request)  # type: ignore[attr-defined]
    return request


def moved(request: HttpRequest) -> HttpResponse:
    response = redirect("/elsewhere/?a=b")
    response.set_cookie("kept", "yes")
    return response


def test_htmx_is_sent_to_the_other_page() -> None:
    response = htmx_redirect(moved)(htmx_request(HX_Request="true"))

    assert response.status_code == 200
    assert response.headers["HX-Redirect"] == "/elsewhere/?a=b"
    assert "Location" not in response.headers
    assert response.content == b""
    assert response.cookies["kept"].value == "yes"


def test_browser_follows_the_redirect_itself() -> None:
    response = htmx_redirect(moved)(htmx_request())

    assert response.status_code == 302
    assert response.headers["Location"] == "/elsewhere/?a=b"
    assert "HX-Redirect" not in response.headers


@pytest.mark.django_db
def test_htmx_whose_sign_in_has_ended_goes_to_the_whole_sign_in_page(client: Client) -> None:
    response = client.get("/teacher/", headers={"HX-Request": "true"})

    assert response.status_code == 200
    assert response.headers["HX-Redirect"] == "/accounts/login/?next=/teacher/"


# --- Accounts -----------------------------------------------------------------------------------------------------

PASSWORD = "quillfeather-brambleworth"


def test_password_is_hashed_at_the_cost_that_a_classroom_machine_bears() -> None:
    assert site_settings.PASSWORD_HASHERS == ["quizsite.hashers.FootnoteArgon2Hasher"]
    hasher = import_string(site_settings.PASSWORD_HASHERS[0])()
    assert make_password(PASSWORD, hasher=hasher).startswith("argon2$argon2id$v=19$m=19456,t=2,p=1$")


@pytest.mark.parametrize(
    "password",
    [
        "elevenchars",
        "123456789101112",
        "123456789012",
        "987654321098",
        "abcdefghijkl",
        "mnbvcxzlkjhg",
        "1qaz2wsx3edc",
        "aaaaaaaaaaaa",
        "123123123123",
        "xK9#pLxK9#pL",
        "passwordpassword",
        "Password2026!",
        "passw0rd1234",
        "2026 I love you!",
        "welcome 1 welcome 2",
        "footnotefootnote",
        "Footnote2026!",
        "Classroom123",
        "Ruiz2026!2026",
        "30 Lakeside 30",
    ],
)
def test_password_that_others_would_guess_is_refused(password: str) -> None:
    user = User(email="ana@lakeside.test", name="Ms. Ruiz R.")

    with pytest.raises(ValidationError):
        validate_password(password, user)
    assert len(password_validators_help_texts()) == 3


@pytest.mark.parametrize(
    "password",
    [
        "correct horse battery",
        "8301927466201187",
        "five school buses",
        "xK9#pLq2!vT8",
        "ana-und-die-seen",
        "пять зелёных сов",
    ],
)
def test_password_of_any_characters_is_accepted(password: str) -> None:
    validate_password(password, User(email="ana@lakeside.test", name="Ms. Ruiz R."))


@pytest.mark.django_db
def test_rate_limits_are_counted_in_the_database() -> None:
    cache.set("tries", 3)

    with connection.cursor() as cursor:
        cursor.execute("SELECT COUNT(*) FROM cache_entries")
        [count] = cursor.fetchone()
    assert count == 1


@pytest.mark.django_db
def test_sign_in_ends_seven_days_after_it_started_whatever_is_done_meanwhile(client: Client, clock: Any) -> None:
    User.objects.create_user("rivera@school.test", PASSWORD, name="Ms. Rivera")
    client.post("/accounts/login/", {"login": "rivera@school.test", "password": PASSWORD})
    key = client.session.session_key

    # Used every 8 hours, since a session without use ends after 12.
    for _ in range(20):
        clock.shift(8 * 60 * 60)
        assert client.get("/teacher/").status_code == 200
    assert client.get("/accounts/logout/").status_code == 200
    clock.shift(8 * 60 * 60 + 60)

    response = client.get("/accounts/logout/")
    assert key is not None
    assert (response.status_code, response.headers.get("Location")) == (302, "/")


# --- The stock admin ----------------------------------------------------------------------------------------------

INLINE = re.compile(r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\bsrc=)(?![^>]*application/json)", re.IGNORECASE)


def test_admin_pages_have_nothing_inline(admin_client: Client) -> None:
    paths = [reverse("admin:index"), reverse("admin:password_change")]
    for model in site._registry:
        name = f"{model._meta.app_label}_{model._meta.model_name}"
        paths += [reverse(f"admin:{name}_changelist"), reverse(f"admin:{name}_add")]
    seen = {path: admin_client.get(path) for path in paths}

    assert len(paths) >= 4
    # A model that the admin only shows has no page to add a row.
    assert {response.status_code for response in seen.values()} <= {200, 403}
    assert {path: INLINE.findall(response.content.decode()) for path, response in seen.items()} == {
        path: [] for path in paths
    }


def test_admin_has_no_sign_in_of_its_own(client: Client) -> None:
    response = client.get("/admin/login/?next=/admin/")

    assert response.status_code == 302
    assert response.headers["Location"].startswith("/accounts/login/")


def test_page_is_compressed_for_who_takes_it(client: Client, db: None) -> None:
    plain = client.get("/").content
    packed = client.get("/", headers={"Accept-Encoding": "gzip"})

    assert packed.headers["Content-Encoding"] == "gzip"
    assert len(packed.content) < len(plain) / 2
    assert "Accept-Encoding" in packed.headers["Vary"]


# --- School accounts ----------------------------------------------------------------------------------------------

TENANT = "0f0a1b2c-3d4e-5f60-7182-93a4b5c6d7e8"
GOOGLE = {"FOOTNOTE_GOOGLE_CLIENT_ID": "id", "FOOTNOTE_GOOGLE_CLIENT_SECRET": "secret"}
MICROSOFT = {
    "FOOTNOTE_MICROSOFT_CLIENT_ID": "id",
    "FOOTNOTE_MICROSOFT_CLIENT_SECRET": "secret",
    "FOOTNOTE_MICROSOFT_TENANT": TENANT,
}
OTHER = {
    "FOOTNOTE_OIDC_CLIENT_ID": "id",
    "FOOTNOTE_OIDC_CLIENT_SECRET": "secret",
    "FOOTNOTE_OIDC_ISSUER": "https://login.school.example/realm/",
}
DOMAINS = {"FOOTNOTE_SIGN_ON_DOMAINS": "school.example"}


def test_providers_of_school_accounts_come_from_the_environment() -> None:
    found = providers(GOOGLE | MICROSOFT | OTHER | DOMAINS)

    assert providers(DOMAINS) == []
    assert [(provider.id, provider.issuer, provider.origin) for provider in found] == [
        ("google", "https://accounts.google.com", "https://accounts.google.com"),
        ("microsoft", f"https://login.microsoftonline.com/{TENANT}/v2.0", "https://login.microsoftonline.com"),
        ("school", "https://login.school.example/realm", "https://login.school.example"),
    ]


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        (GOOGLE, "FOOTNOTE_SIGN_ON_DOMAINS must name"),
        (GOOGLE | DOMAINS | {"FOOTNOTE_GOOGLE_CLIENT_SECRET": " "}, "FOOTNOTE_GOOGLE_CLIENT_SECRET is missing."),
        (GOOGLE | DOMAINS | {"FOOTNOTE_GOOGLE_CLIENT_ID": ""}, "FOOTNOTE_GOOGLE_CLIENT_ID is missing."),
        (DOMAINS | {"FOOTNOTE_MICROSOFT_TENANT": TENANT}, "FOOTNOTE_MICROSOFT_CLIENT_ID is missing."),
        (DOMAINS | {"FOOTNOTE_OIDC_ISSUER": "https://login.school.example"}, "FOOTNOTE_OIDC_CLIENT_ID is missing."),
        (MICROSOFT | DOMAINS | {"FOOTNOTE_MICROSOFT_TENANT": "common"}, "must be the id of your tenant"),
        (MICROSOFT | DOMAINS | {"FOOTNOTE_MICROSOFT_TENANT": "school.example"}, "must be the id of your tenant"),
        (OTHER | DOMAINS | {"FOOTNOTE_OIDC_ISSUER": "http://login.school.example"}, "must read like https://"),
        (OTHER | DOMAINS | {"FOOTNOTE_OIDC_ISSUER": "login.school.example"}, "must read like https://"),
        (
            OTHER | DOMAINS | {"FOOTNOTE_OIDC_ISSUER": "https://a.example/realm/.well-known/openid-configuration"},
            "FOOTNOTE_OIDC_ISSUER is the part before /.well-known/openid-configuration.",
        ),
        (OTHER | DOMAINS | {"FOOTNOTE_OIDC_ISSUER": "https://[login"}, "must read like https://"),
        (OTHER | DOMAINS | {"FOOTNOTE_OIDC_ISSUER": "https://login.school.example:port"}, "must read like https://"),
    ],
)
def test_half_of_a_provider_stops_the_start(variables: dict[str, str], message: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=re.escape(message)):
        providers(variables)


def test_client_of_providers_loads_with_the_first_sign_on(tmp_path: Path) -> None:
    script = """
import sys
from django.test import RequestFactory
from django.urls import resolve
heavy = ("requests", "jwt", "allauth.socialaccount.providers.openid_connect.provider")
match = resolve("/accounts/sign-on/school/")
print([name for name in heavy if name in sys.modules])
match.func(RequestFactory().get("/"), **match.kwargs)
print([name for name in heavy if name in sys.modules] == list(heavy))
"""
    done = manage("shell", "--no-imports", "--command", script, folder=tmp_path)

    assert done.stdout.splitlines()[-2:] == ["[]", "True"], done.stderr


def test_site_on_sqlite_loads_no_client_of_postgresql(tmp_path: Path) -> None:
    script = """
import sys
import quizsite.management.commands.serve
from quizsite.server import load_site
load_site()
print([name for name in ("psycopg", "psycopg_binary") if name in sys.modules])
"""
    done = manage("shell", "--no-imports", "--command", script, folder=tmp_path)

    assert done.stdout.splitlines()[-1:] == ["[]"], done.stderr
