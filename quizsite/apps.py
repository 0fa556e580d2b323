"""The app of the site around `quizzes`: commands, the table `SiteState`, and what `check --deploy` adds to Django's."""

from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Tags, Warning, register

from quizsite.data_folder import can_be_written


class QuizsiteConfig(AppConfig):
    """The table's primary key is a name, so no other default is needed."""

    name = "quizsite"
    verbose_name = "Site"


@register(Tags.security, deploy=True)
def check_deployment(**kwargs: Any) -> list[CheckMessage]:
    """Warnings about settings that a site on the internet lacks, and that Django does not know."""
    found: list[CheckMessage] = []
    if settings.HTTPS and not settings.TRUSTED_PROXY_COUNT:
        found.append(
            Warning(
                "FOOTNOTE_HTTPS is on and FOOTNOTE_TRUSTED_PROXIES is 0: "
                "behind a proxy, each page redirects to itself. Set it to the number of your proxies.",
                id="quizsite.W001",
            )
        )
    if set(settings.ALLOWED_HOSTS) <= set(settings.LOOPBACK_HOSTS):
        found.append(
            Warning(
                "FOOTNOTE_HOSTS is not set, so the site accepts only this machine's own names. "
                "Set it to the name of the site.",
                id="quizsite.W002",
            )
        )
    if "*" in settings.ALLOWED_HOSTS:
        found.append(
            Warning(
                "FOOTNOTE_HOSTS is *, so a link in a mail can lead to any site that a request names. "
                "Set it to the name of this site.",
                id="quizsite.W003",
            )
        )
    return found


@register(Tags.security, deploy=True)
def check_backup_folder(**kwargs: Any) -> list[CheckMessage]:
    """A warning if no backup can be made. Apart, because each start says it in its own way."""
    if not settings.BACKUP_MINUTES or can_be_written(settings.BACKUP_DIR):
        return []
    return [
        Warning(
            f"The folder of the backups {settings.BACKUP_DIR} cannot be written. Correct FOOTNOTE_BACKUPS.",
            id="quizsite.W004",
        )
    ]
