"""Read the environment strictly: a malformed value stops the start with one plain sentence."""

import io
import re
import sys
from collections.abc import Collection, Mapping, Sequence
from difflib import get_close_matches
from email.headerregistry import AddressHeader
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.validators import validate_email
from django.utils.module_loading import import_string

from quizsite.places import COMMAND, EXAMPLE_SETTINGS

TRUE_WORDS = frozenset({"1", "true", "yes", "on"})
FALSE_WORDS = frozenset({"0", "false", "no", "off", ""})

# Characters of a secret: 128 bits as hexadecimal digits have 32, as base64 22.
SECRET_LEAST_CHARACTERS = 22

# Django's limit for SECRET_KEY. Source: django/core/checks/security/base.py.
KEY_LEAST_CHARACTERS = 50

# A password with one of these breaks an address.
ENCODING = "In a password, write % as %25, / as %2F, # as %23, and ? as %3F."

# What django-environ reads of a line. It skips all other lines, so that their settings would keep their defaults.
SETTING = re.compile(r"(?:export )?(?P<name>[A-Za-z_0-9]+)=(?P<value>.*)")

# A word processor or a web page writes these. They would be a part of the value.
CURLY_QUOTES = ("“", "”", "„", "‘", "’")

# At the beginning of a value. It need not be all of it: "Room 5, Civics" <civics@school.example>
QUOTED = re.compile(r"""(['"]).*?\1""")

# Settings with a name that other programs share.
COMMON_NAMES = ("DATABASE_URL", "EMAIL_URL", "HOST", "PORT", "REQUESTS_CA_BUNDLE")

# Only the environment has these. Footnote's commands set them, or the site reads them before the settings file.
NOT_IN_FILE = frozenset(
    {
        *("FOOTNOTE_ACCEPT_SECRET_KEY", "FOOTNOTE_COMPARES_KEY", "FOOTNOTE_DATABASE_NAME", "FOOTNOTE_ENV_FILE"),
        *("FOOTNOTE_NEEDS_SITE", "FOOTNOTE_ONLY_LOOKS"),
    }
)

# Options of an address that are for psycopg or Django, not for libpq. The site sets the isolation level and no pool.
POSTGRESQL_OPTIONS = frozenset({"assume_role", "prepare_threshold"})

SMTP = "django.core.mail.backends.smtp.EmailBackend"
# TLS from the first byte. Source: RFC 8314.
TLS_PORT = 465


def read_settings_file(path: Path, *, may_be_missing: bool) -> None:
    """Set the variables of the file that the environment does not have yet."""
    try:
        # Some editors write a byte order mark, which would be part of the first name.
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        if may_be_missing and isinstance(error, FileNotFoundError):
            return
        reason = error.strerror if isinstance(error, OSError) else "It is not UTF-8 text"
        is_denied = isinstance(error, PermissionError)
        advice = " Run this as the user of the site, and let that user read it." if is_denied else ""
        raise ImproperlyConfigured(f"The settings file {path} cannot be read: {reason}.{advice}") from error
    known = known_settings()
    line_of: dict[str, int] = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        # The messages do not repeat the line, which may hold a password.
        setting = SETTING.fullmatch(line)
        if setting is None:
            raise ImproperlyConfigured(
                f"Line {number} of {path} must read like NAME=value, with no space before the =."
            )
        if problem := _problem_with_value(setting["value"]):
            raise ImproperlyConfigured(f"Line {number} of {path} has {problem}")
        if _is_misspelled(setting["name"], known):
            raise ImproperlyConfigured(f"Line {number} of {path} sets {_unknown(setting['name'], known)}")
        # The last one would win, and the other would look as if it counted.
        if (first := line_of.setdefault(setting["name"], number)) != number:
            raise ImproperlyConfigured(
                f"Lines {first} and {number} of {path} both set {setting['name']}. Remove one of them."
            )
    environ.Env.read_env(io.StringIO("\n".join(line for line in lines if SETTING.fullmatch(line))))


def _problem_with_value(value: str) -> str | None:
    """What django-environ would take as a part of the value, and what to do; None if nothing."""
    quoted = QUOTED.match(value)
    if re.search(r"\s#", value[quoted.end() :] if quoted else value):
        return "a comment after the value. Put the comment on a line of its own, or the value in quotes."
    # A folder with a blank in its name is another folder, and a site would start there with nothing in it.
    if value != value.strip():
        return "a blank before or after the value. Remove it, or put the value with its blank in quotes."
    if value.startswith(CURLY_QUOTES):
        return "a curly quotation mark at the beginning of the value. Write straight ones, or none."
    if value.startswith(("'", '"')) and not quoted:
        return "a quotation mark only at the beginning of the value. Put one at the end too."
    return None


def unknown_settings(variables: Mapping[str, str]) -> list[str]:
    """One line for each environment variable that looks like a setting of Footnote and is not one.

    They do not stop the start: Kubernetes sets FOOTNOTE_PORT and others for a service called footnote.
    """
    known = known_settings()
    names = [name for name in sorted(variables) if name.upper().startswith("FOOTNOTE_")]
    return [f"The environment sets {_unknown(name, known)}" for name in names if name not in known | NOT_IN_FILE]


def _is_misspelled(name: str, known: Collection[str]) -> bool:
    if name.upper().startswith("FOOTNOTE_"):
        return name not in known
    # The file may also set variables of other programs, such as OTEL_SERVICE_NAME or PGHOST.
    return name not in COMMON_NAMES and bool(get_close_matches(name.upper(), [*known, *COMMON_NAMES], cutoff=0.85))


def _unknown(name: str, known: Collection[str]) -> str:
    near = get_close_matches(name.upper(), [*known, *COMMON_NAMES], n=1)
    advice = f"Did you mean {near[0]}?" if near else f"`{COMMAND} example_settings` lists all."
    return f"{name}. Footnote has no such setting. {advice}"


def known_settings() -> frozenset[str]:
    """All names of Footnote's own. A misspelled one would leave its setting at the default."""
    example = EXAMPLE_SETTINGS.read_text(encoding="utf-8")
    return frozenset(re.findall(r"^#(FOOTNOTE_[A-Z_]+)=", example, re.MULTILINE))


def flag(variables: Mapping[str, str], name: str) -> bool:
    """The switch called `name`, off if it is not set. Unlike django-environ, a misspelled "ture" is an error."""
    word = variables.get(name, "0").strip().lower()
    if word in TRUE_WORDS:
        return True
    if word in FALSE_WORDS:
        return False
    raise ImproperlyConfigured(f"{name} must be 1 or 0, not {word!r}.")


def whole_number(
    variables: Mapping[str, str], name: str, *, default: int, least: int = 0, most: int | None = None
) -> int:
    """The number called `name`, at least `least` and at most `most`."""
    text = variables.get(name, "").strip()
    if not text:
        return default
    if not text.isdecimal() or int(text) < least or (most is not None and int(text) > most):
        limits = f"{least} up" if most is None else f"{least} to {most}"
        raise ImproperlyConfigured(f"{name} must be a whole number from {limits}, not {text!r}.")
    return int(text)


def choice(variables: Mapping[str, str], name: str, options: Sequence[str]) -> str:
    """The option that `name` names, the first one if it is not set."""
    word = variables.get(name, "").strip().lower() or options[0]
    if word not in options:
        raise ImproperlyConfigured(f"{name} must be one of {', '.join(filter(None, options))}, not {word!r}.")
    return word


def some_of(variables: Mapping[str, str], name: str, options: Sequence[str]) -> list[str]:
    """The comma-separated options that `name` names."""
    chosen = [word.lower() for word in words(variables, name)]
    for word in chosen:
        if word not in options:
            raise ImproperlyConfigured(f"{name} takes {', '.join(options)}, not {word!r}.")
    return chosen


def secret(variables: Mapping[str, str], name: str) -> str:
    """The secret called `name`, "" if it is not set; refuses one that can be guessed or that a header cannot carry."""
    text = variables.get(name, "").strip()
    # The message does not repeat it.
    if text and (len(text) < SECRET_LEAST_CHARACTERS or not text.isascii() or not text.isprintable() or " " in text):
        raise ImproperlyConfigured(f"{name} must have at least {SECRET_LEAST_CHARACTERS} letters, digits, or marks.")
    return text


def folder(variables: Mapping[str, str], name: str) -> str | None:
    """The path called `name`; None if it is not set.

    Refuses what a shell replaces, removes, or leaves at the end: a site would start in a folder of that name, with
    nothing in it.
    """
    text = variables.get(name, "")
    if text.startswith("~") or "$" in text:
        raise ImproperlyConfigured(f"{name} must be a path without ~ and $, which are not replaced here, not {text!r}.")
    # Docker and Kubernetes keep them as a part of the value.
    if text.strip("\"'") != text:
        raise ImproperlyConfigured(f"{name} must be a path without quotation marks around it, not {text!r}.")
    # A shell that reads a file with Windows line ends keeps them.
    if "\r" in text or "\n" in text:
        raise ImproperlyConfigured(f"{name} must be a path without a line end in it, not {text!r}.")
    return text or None


def words(variables: Mapping[str, str], name: str) -> list[str]:
    """The comma-separated entries of `name`, without blanks."""
    return [word.strip() for word in variables.get(name, "").split(",") if word.strip()]


def secret_keys(variables: Mapping[str, str], name: str) -> list[str]:
    """The comma-separated keys of `name`; all of it as one key with a comma if a part is too short for a key."""
    text, listed = variables.get(name, ""), words(variables, name)
    if len(listed) == 1:
        # The key may have a blank at an end.
        return list(dict.fromkeys([*listed, text]))
    return [text] if any(len(key) < KEY_LEAST_CHARACTERS for key in listed) else listed


def host_list(variables: Mapping[str, str], name: str) -> list[str]:
    """The comma-separated host names of `name`, as Host headers spell them.

    Refuses what no Host header matches, such as a scheme, a port, or quotation marks.
    """
    hosts = words(variables, name)
    for place, host in enumerate(hosts):
        problem = ImproperlyConfigured(
            f"{name} takes host names such as quiz.school.example, separated by commas, not {host!r}."
        )
        if (address := _ip_address(host.strip("[]"))) and address.version == 6:
            hosts[place] = f"[{address}]"
        elif host.startswith("*."):
            raise ImproperlyConfigured(f"{name} has {host!r}. Write {host[1:]!r} for all names that end like this.")
        # A dot at the beginning means all subdomains, and a star alone any name.
        elif not re.fullmatch(r"\*|\.?[\w.-]+", host):
            raise problem
        if not host.isascii():
            try:
                dot = "." if host.startswith(".") else ""
                hosts[place] = dot + host.removeprefix(".").encode("idna").decode()
            except UnicodeError as error:
                raise problem from error
    return hosts


def _ip_address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(text)
    except ValueError:
        return None


def is_loopback(address: str) -> bool:
    """Whether an IP address is this machine's own."""
    found = _ip_address(address)
    return found is not None and found.is_loopback


def domain_list(variables: Mapping[str, str], name: str) -> list[str]:
    """The comma-separated domains of emails in `name`, in lower case; refuses what no email ends with."""
    domains = [word.lower().removeprefix("@") for word in words(variables, name)]
    for domain in domains:
        if not re.fullmatch(r"[\w-]+(\.[\w-]+)*", domain):
            raise ImproperlyConfigured(
                f"{name} takes domains such as school.example, separated by commas, not {domain!r}."
            )
    return domains


def origin_list(variables: Mapping[str, str], name: str) -> list[str]:
    """The comma-separated addresses of `name`; refuses what would end an entry of a content security policy."""
    origins = words(variables, name)
    for origin in origins:
        if not re.fullmatch(r"(https?://)?[\w.:*\[\]-]+(/[^\s;'\"]*)?", origin, re.ASCII):
            raise ImproperlyConfigured(
                f"{name} takes addresses such as https://sso.school.example, separated by commas, not {origin!r}."
            )
    return origins


def web_address(variables: Mapping[str, str], name: str) -> str:
    """The address of another server, without a slash at its end; "" if it is not set."""
    text = variables.get(name, "").strip().rstrip("/")
    if text and parts_of_address(text) is None:
        raise ImproperlyConfigured(f"{name} must read like http://127.0.0.1:4318.")
    return text


def parts_of_address(text: str) -> SplitResult | None:
    """The parts of an address with http or https and a host; None for other texts, or if the port is not a number."""
    try:
        parts = urlsplit(text)
        is_address = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return None
    return parts if is_address else None


def postgresql(variables: Mapping[str, str], name: str) -> dict[str, Any] | None:
    """Django's settings for the PostgreSQL server that `name` addresses; None if it is not set."""
    text = variables.get(name, "").strip()
    if not text:
        return None
    # The address may hold a password, so the message does not repeat it.
    problem = ImproperlyConfigured(f"{name} must read like postgres://user:password@host:5432/name. {ENCODING}")
    # Checked first, because django-environ prints an unknown address with its password.
    if not text.startswith(("postgres://", "postgresql://")):
        raise problem
    try:
        settings = dict(environ.Env.db_url_config(text))
    except ValueError as error:
        raise problem from error
    if not settings["NAME"]:
        raise problem
    options = settings.get("OPTIONS", {})
    if "options" in options:
        # Footnote sets its own options for each connection, which would replace these silently.
        raise ImproperlyConfigured(f"{name} takes no options=. Give them to the role instead: ALTER ROLE user SET ...")
    if unknown := sorted(set(options) - libpq_options() - POSTGRESQL_OPTIONS):
        raise ImproperlyConfigured(f"{name} takes no {unknown[0]}=, which is no option of a connection.")
    for option in ("connect_timeout", "prepare_threshold"):
        if not isinstance(options.get(option, 0), int):
            raise ImproperlyConfigured(f"{name} needs a whole number after {option}=.")
    return settings


def libpq_options() -> set[str]:
    """The options of a connection that PostgreSQL's client library knows."""
    # Loads psycopg, which a site on SQLite never needs.
    return {option.keyword.decode() for option in import_string("psycopg.pq.Conninfo").get_defaults()}


def how_to_install(extra: str) -> str:
    """The command for the packages of an extra. By its name alone, pip would take another project's package."""
    return f'In the folder of the wheel, run {sys.prefix}/bin/pip install "$(echo ./footnote-*.whl)[{extra}]".'


def mail_address(variables: Mapping[str, str], name: str, *, default: str) -> str:
    """The address called `name`, with or without a name before it; refuses what Django's mail would refuse later."""
    text = variables.get(name, "").strip() or default
    parsed = AddressHeader.value_parser(text)
    if parsed.all_defects or len(parsed.all_mailboxes) != 1:
        raise ImproperlyConfigured(
            f"{name} must read like Footnote <footnote@school.example>. A name with a period or comma needs quotes."
        )
    return text


def contact_address(variables: Mapping[str, str], name: str) -> str:
    """The address called `name` alone, as a link for mail has it; "" if it is not set."""
    text = variables.get(name, "").strip()
    try:
        if text:
            validate_email(text)
    except ValidationError as error:
        raise ImproperlyConfigured(f"{name} must read like help@school.example, not {text!r}.") from error
    return text


def mailer(variables: Mapping[str, str], name: str) -> dict[str, Any] | None:
    """Django's settings for the mail server that `name` addresses; None if it is not set.

    `smtp+tls` begins in the clear and turns to TLS, `smtp+ssl` is TLS from the first byte.
    """
    text = variables.get(name, "").strip()
    if not text:
        return None
    # The address may hold a password, so the message does not repeat it.
    problem = ImproperlyConfigured(f"{name} must read like smtp+tls://user:password@host:587. {ENCODING}")
    try:
        parts = environ.Env.email_url_config(text)
    except (ValueError, ImproperlyConfigured) as error:
        raise problem from error
    if parts["EMAIL_BACKEND"] != SMTP or not parts["EMAIL_HOST"]:
        raise problem
    use_ssl = parts.get("EMAIL_USE_SSL", False)
    # A server waits there for TLS and says nothing in the clear: each mail would end after the timeout.
    if parts["EMAIL_PORT"] == TLS_PORT and not use_ssl:
        raise ImproperlyConfigured(f"{name} must begin with smtp+ssl:// for port {TLS_PORT}.")
    return {
        "BACKEND": SMTP,
        "OPTIONS": {
            "host": parts["EMAIL_HOST"],
            "port": parts["EMAIL_PORT"] or (TLS_PORT if use_ssl else 25),
            "username": parts["EMAIL_HOST_USER"] or "",
            "password": parts["EMAIL_HOST_PASSWORD"] or "",
            "use_tls": parts.get("EMAIL_USE_TLS", False),
            "use_ssl": use_ssl,
            # A teacher waits for the page while the mail is sent.
            "timeout": 10,
        },
    }
