"""Reports of errors to a Sentry server, if FOOTNOTE_SENTRY_DSN names one. They say where, and name no person."""

import logging
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from quizsite import __version__
from quizsite.environment import how_to_install
from quizsite.log import current_request_id

# What a report has of a frame. It has no variables and no text of code lines.
FRAME = ("module", "function", "filename", "lineno", "in_app")
# The parts of an event that stay, besides its exceptions.
EVENT = ("event_id", "timestamp", "platform", "level", "release")


class ReportHandler(logging.Handler):
    """Sends the exception of each error in the log. Loads sentry_sdk."""

    def __init__(self, dsn: str) -> None:
        super().__init__(logging.ERROR)
        try:
            import sentry_sdk
        except ImportError as error:
            raise ImproperlyConfigured(
                f"FOOTNOTE_SENTRY_DSN needs the package sentry-sdk. {how_to_install('sentry')}"
            ) from error
        try:
            # Without its integrations, which would read requests and queries.
            self.client = sentry_sdk.Client(
                dsn=dsn,
                release=__version__,
                default_integrations=False,
                auto_enabling_integrations=False,
                max_request_body_size="never",
                include_local_variables=False,
                include_source_context=False,
                max_breadcrumbs=0,
                send_client_reports=False,
                before_send=reduced,
            )
        except sentry_sdk.utils.BadDsn as error:
            # The message does not repeat the key.
            raise ImproperlyConfigured(
                "FOOTNOTE_SENTRY_DSN must read like https://key@sentry.school.example/1."
            ) from error
        self.event_from_exception = sentry_sdk.utils.event_from_exception

    def emit(self, record: logging.LogRecord) -> None:
        """Send the exception of a record; one without an exception is for the log alone."""
        if record.exc_info and record.exc_info[0] is not None:
            event, hint = self.event_from_exception(record.exc_info, client_options=self.client.options)
            self.client.capture_event(event, hint)


def reduced(event: Any, hint: Any) -> Any:
    """The event with types and places of its exceptions only. Messages can hold names, answers, and addresses."""
    exceptions = event.get("exception", {}).get("values", [])
    kept = {name: event[name] for name in EVENT if name in event}
    kept["exception"] = {
        "values": [
            {
                "type": exception.get("type"),
                "module": exception.get("module"),
                "value": "",
                "stacktrace": {
                    "frames": [
                        {name: frame[name] for name in FRAME if name in frame}
                        for frame in (exception.get("stacktrace") or {}).get("frames", [])
                    ]
                },
            }
            for exception in exceptions
        ]
    }
    if request_id := current_request_id.get():
        kept["tags"] = {"request_id": request_id}
    return kept
