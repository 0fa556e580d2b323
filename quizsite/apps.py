"""The app of the site around `quizzes`: commands, the table `SiteState`, and what `check --deploy` adds to Django's."""

import os
from shlex import quote
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Tags, Warning, register
from django.utils.module_loading import import_string

from quizsite.backups.manifest import SECRET_KEY_FILE
from quizsite.data_folder import can_be_written, others_can_read
from quizsite.environment import unknown_settings
from quizsite.places import COMMAND


class QuizsiteConfig(AppConfig):
    """The table's primary key is a name, so no other default is needed."""

    name = "quizsite"
    verbose_name = "Site"


@register(Tags.security, deploy=True)
def check_deployment(**kwargs: Any) -> list[CheckMessage]:
    """Warnings about settings that a site behind a proxy lacks, and that Django does not know."""
    found: list[CheckMessage] = []
    if settings.HTTPS and not settings.TRUSTED_PROXY_COUNT:
        found.append(
            Warning(
                "FOOTNOTE_HTTPS is on and FOOTNOTE_TRUSTED_PROXIES is 0: "
                "behind a proxy, each page redirects to itself.",
                hint="Set it to the number of your proxies.",
                id="quizsite.W001",
            )
        )
    if set(settings.ALLOWED_HOSTS) <= set(settings.LOOPBACK_HOSTS):
        found.append(
            Warning(
                "FOOTNOTE_HOSTS is not set, so the site accepts only this machine's own names.",
                hint="Set it to the name of the site.",
                id="quizsite.W002",
            )
        )
    if "*" in settings.ALLOWED_HOSTS:
        found.append(
            Warning(
                "FOOTNOTE_HOSTS is *, so a link in a mail can lead to any site that a request names.",
                hint="Set it to the name of this site.",
                id="quizsite.W003",
            )
        )
    return found


@register(Tags.security, deploy=True)
def check_https(**kwargs: Any) -> list[CheckMessage]:
    """A warning if browsers reach the site without TLS. Django's own name settings that this site does not read."""
    if settings.HTTPS:
        return []
    return [
        Warning(
            "FOOTNOTE_HTTPS is off, so passwords, PINs, and answers can be read on their way.",
            hint="Put a proxy with TLS in front, and set FOOTNOTE_HTTPS=1.",
            id="quizsite.W005",
        )
    ]


@register(Tags.security, deploy=True)
def check_backups(**kwargs: Any) -> list[CheckMessage]:
    """A warning if no backup is made. On PostgreSQL, another machine of the site may make them."""
    if settings.BACKUP_MINUTES and not can_be_written(settings.BACKUP_DIR):
        return [
            Warning(
                f"The folder of the backups {settings.BACKUP_DIR} cannot be written.",
                hint="Correct FOOTNOTE_BACKUPS.",
                id="quizsite.W004",
            )
        ]
    if settings.BACKUP_MINUTES or settings.POSTGRESQL:
        return []
    return [
        Warning(
            "FOOTNOTE_BACKUP_MINUTES is 0, so the site makes no backups, also not before an upgrade.",
            hint=f"Remove it, or run `{COMMAND} backup` each night and before each upgrade.",
            id="quizsite.W006",
        )
    ]


@register(Tags.security, deploy=True)
def check_mail(**kwargs: Any) -> list[CheckMessage]:
    """A warning if only one of the two settings of mail is there. A site may do without both."""
    has_server, has_sender = settings.MAILER is not None, settings.DEFAULT_FROM_EMAIL != settings.NO_SENDER
    if has_server == has_sender:
        return []
    lacking, result = (
        ("FOOTNOTE_MAIL_FROM", f"mail comes from {settings.NO_SENDER}, which most mail servers refuse")
        if has_server
        else ("EMAIL_URL", "the site sends no mail")
    )
    return [
        Warning(
            f"{lacking} is not set, so {result}.",
            hint="Set both EMAIL_URL and FOOTNOTE_MAIL_FROM, or neither.",
            id="quizsite.W007",
        )
    ]


@register(Tags.security, deploy=True)
def check_mail_password(**kwargs: Any) -> list[CheckMessage]:
    """A warning if the site sends the password of the mail server without TLS."""
    options = settings.MAILER["OPTIONS"] if settings.MAILER else {}
    if not options.get("password") or options["use_tls"] or options["use_ssl"]:
        return []
    return [
        Warning(
            "EMAIL_URL begins with smtp://, so the password of the mail server can be read on its way.",
            hint="Begin it with smtp+tls://, for port 587, or with smtp+ssl://, for port 465.",
            id="quizsite.W010",
        )
    ]


@register(Tags.security, deploy=True)
def check_names_of_settings(**kwargs: Any) -> list[CheckMessage]:
    """A warning for each setting of the environment that Footnote does not have. Each start says it too."""
    return [
        Warning(line, hint="Correct its name. One that Kubernetes sets may stay.", id="quizsite.W011")
        for line in unknown_settings(os.environ)
    ]


@register(Tags.security, deploy=True)
def check_secret_files(**kwargs: Any) -> list[CheckMessage]:
    """A warning for each file with secrets that other users of this machine can read."""
    return [
        Warning(
            f"Other users of this machine can read {path}.",
            hint=f"Run chmod o= {quote(str(path))}, and change the secrets in it.",
            id="quizsite.W008",
        )
        for path in (settings.SETTINGS_FILE, settings.DATA_DIR / SECRET_KEY_FILE)
        if others_can_read(path)
    ]


@register(Tags.security, deploy=True)
def check_certificates(**kwargs: Any) -> list[CheckMessage]:
    """A warning if the file of authorities cannot be used. Each start says it too."""
    bundle = os.environ.get("REQUESTS_CA_BUNDLE")
    if not bundle:
        return []
    try:
        # Loads OpenSSL, which few sites need at a start.
        context = import_string("ssl.create_default_context")
        context(**{"capath" if os.path.isdir(bundle) else "cafile": bundle})
        return []
    except FileNotFoundError:
        problem = "is not there"
    except PermissionError:
        problem = "this user cannot read"
    except OSError:
        problem = "is not a PEM file of certificates"
    return [
        Warning(
            f"REQUESTS_CA_BUNDLE names {bundle}, which {problem}.",
            hint="No learning platform and no provider of school accounts can be reached.",
            id="quizsite.W009",
        )
    ]
