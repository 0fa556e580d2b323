"""Log lines without secrets from URLs, with the account of each refused request, as JSON if the operator wants it."""

import logging
import re
import time
from contextvars import ContextVar
from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest
from pythonjsonlogger.core import RESERVED_ATTRS
from pythonjsonlogger.json import JsonFormatter

from quizsite.startup_errors import is_database_away, is_disk_full, message_for

# The key of the signed-in student in a session. `quizzes.people.student_sessions` cannot be imported before the models.
STUDENT = "student_id"

# What follows these in a URL gives access: invitations, one-time links, links to a new password, class codes,
# registration links, frames of a platform. Some type the class code after the address of the sign-in page, with a slash
# or another sign. A path is logged as decoded and may have spaces and quotation marks, so that its end cannot be found.
# The rest of the line is left out. A match starts at the first of several slashes: with a start at each, one address of
# 30,000 slashes took half a minute.
_SECRET_PATH = re.compile(
    r"(?P<start>(?<!/)/+"
    r"(?:(?:invitation|enter|password/+reset/+key|lti/+register|lti/+frames)/+|(?:j|join)[/\s:=_-]+)).+",
    re.IGNORECASE,
)
# Some type the class code right after the name of the host, or right after the word “join”, and some press a key twice.
# The characters are those of `new_join_code`, which cannot be imported before the models, also as the wide ones of a
# Chinese or Japanese keyboard. Two pages have a name of such characters. Each line about a refused request ends with
# its path.
_CODE = r"(?:[2-9A-HJKMNP-TV-Z\uff12-\uff3a][\W_]*){6,8}"
_CODE_ALONE = re.compile(rf"(?P<start>: /+(?:join|j)?)(?!(?:readyz|teacher)\b){_CODE}$", re.IGNORECASE)
HIDDEN = "..."
# Characters of a message. Anyone can ask for an address of 30 KB, and a byte of it takes up to 2 in the log: a flood of
# them would fill the disk.
MAX_LENGTH = 1_000

# Not allowed, not found, wrong method. Some of these come before any view has read the session.
STATUSES_BEFORE_VIEWS = frozenset({403, 404, 405})

# Requests that Django refuses, such as one for an unknown host or with too many fields. Anyone can send them. The
# line says what was wrong, and a traceback says no more.
SECURITY_LOGGERS = "django.security."
# Django advises to change a setting of its own, which the environment names FOOTNOTE_HOSTS.
UNKNOWN_HOST = "django.security.DisallowedHost"
REFUSED_FORM = "django.security.csrf"

# A proxy that changes the Host header or the scheme gets each form refused. Django names the two origins only.
WRONG_ORIGIN = "does not match any trusted origins."
ORIGIN_ADVICE = (
    "is not the address that the site got. Behind a proxy, set FOOTNOTE_HTTPS and FOOTNOTE_TRUSTED_PROXIES, and let "
    "the proxy pass on the Host header of the browser, with its port."
)

# The id of the current request; "" outside of requests and while FOOTNOTE_REQUEST_IDS is off.
current_request_id: ContextVar[str] = ContextVar("current_request_id", default="")
# The key of the same id in request.META. Django logs a refused request after the middleware has ended.
REQUEST_ID_KEY = "footnote.request_id"


def hide_secrets(text: str) -> str:
    """The text without the tokens and codes of URLs, and without what follows them on a line."""
    return _CODE_ALONE.sub(rf"\g<start>{HIDDEN}", _SECRET_PATH.sub(rf"\g<start>{HIDDEN}", text))


class RequestFilter(logging.Filter):
    """Give each record `account` and `request_id`, hide what it must not or need not say, and cut a long message."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Always True: it hides no record."""
        request = getattr(record, "request", None)
        status = getattr(record, "status_code", 500)
        may_query = status in STATUSES_BEFORE_VIEWS
        account, request_id = "", current_request_id.get()
        if isinstance(request, HttpRequest):
            account = account_of(request, may_query=may_query)
            request_id = request_id or request.META.get(REQUEST_ID_KEY, "")
        record.account, record.request_id = account, request_id
        # The site works as it should, and the line says enough. A record without a status keeps its traceback.
        is_expected = record.levelno < logging.ERROR and status < 500
        if record.name.startswith(SECURITY_LOGGERS):
            # Django logs some as errors, and anyone can send an unknown host or too many fields.
            record.levelno, record.levelname = logging.WARNING, "WARNING"
            is_expected = True
        if is_expected:
            record.exc_info = None
        record.msg, record.args = hide_secrets(record.getMessage()), None
        if record.name == UNKNOWN_HOST:
            record.msg = record.msg.replace("ALLOWED_HOSTS", "FOOTNOTE_HOSTS")
        if record.name == REFUSED_FORM:
            record.msg = record.msg.replace(WRONG_ORIGIN, ORIGIN_ADVICE)
        if len(record.msg) > MAX_LENGTH:
            record.msg = f"{record.msg[:MAX_LENGTH]}{HIDDEN}"
        return True


class UtcFormatter(logging.Formatter):
    """A formatter with times in UTC that say so, because the reader of a log may be in another time zone."""

    converter = staticmethod(time.gmtime)
    default_time_format = "%Y-%m-%dT%H:%M:%S"
    default_msec_format = "%s.%03dZ"

    def formatException(self, ei: Any) -> str:
        """The traceback, without secrets.

        One line about a database that is away or full: each request and job fails then, and their tracebacks of 10 KB
        would fill the disk of the log.
        """
        problem = ei[1]
        line = message_for(problem) if is_database_away(problem) or is_disk_full(problem) else None
        return hide_secrets(line or super().formatException(ei))


class LineFormatter(UtcFormatter):
    """One line for each record: time, level, logger, message, account and request id."""

    def formatMessage(self, record: logging.LogRecord) -> str:
        """The line, with what is known about the request at its end."""
        about = ", ".join(filter(None, (record.account, record.request_id)))  # type: ignore[attr-defined]
        return super().formatMessage(record) + (f" ({about})" if about else "")


class JsonLineFormatter(UtcFormatter, JsonFormatter):
    """One JSON object on one line for each record, with the same facts as LineFormatter."""

    def __init__(self, **kwargs: Any) -> None:
        # A request's own text has its full path, and is no JSON.
        super().__init__(reserved_attrs=[*RESERVED_ATTRS, "request"], **kwargs)

    def process_log_record(self, log_data: dict[str, Any]) -> dict[str, Any]:
        """The fields, without secrets."""
        return {name: hide_secrets(value) if isinstance(value, str) else value for name, value in log_data.items()}


def account_of(request: HttpRequest, *, may_query: bool) -> str:
    """The owner of a request's session: “account 12”, “student 34” or “no account”. At most one query, if `may_query`.

    may_query: False where the view had no use for the session, or the database may be away.
    """
    session = getattr(request, "session", None)
    if session is None or session.session_key is None:
        return "no account"
    # Another object for the same row: reading it must not change the response's headers.
    is_loaded = hasattr(session, "_session_cache")
    if not is_loaded and not may_query:
        return "account not read"
    read = session if is_loaded else import_module(settings.SESSION_ENGINE).SessionStore(session.session_key)
    was_accessed = session.accessed
    try:
        account, student = read.get(SESSION_KEY), read.get(STUDENT)
    except Exception:
        # A log line must never fail, even if the database does.
        return "account not read"
    session.accessed = was_accessed
    return f"account {account}" if account else f"student {student}" if student else "no account"
