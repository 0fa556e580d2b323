"""A span for each request to an OpenTelemetry collector, if FOOTNOTE_TRACES names one. It says which page, not who."""

import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse

from quizsite import __version__
from quizsite.environment import how_to_install
from quizzes.views.request_meta import ARRIVED_AT

if TYPE_CHECKING:
    from opentelemetry.trace import Tracer

GetResponse = Callable[[HttpRequest], HttpResponse]

# A client can send any word as its method.
METHODS = frozenset({"GET", "HEAD", "POST", "OPTIONS"})


def require_packages() -> None:
    """Load opentelemetry. Raises ImproperlyConfigured if its packages are not installed."""
    try:
        import opentelemetry.exporter.otlp.proto.http.trace_exporter
        import opentelemetry.sdk.trace.export  # noqa: F401
    except ImportError as error:
        raise ImproperlyConfigured(
            f"FOOTNOTE_TRACES needs OpenTelemetry's packages. {how_to_install('traces')}"
        ) from error


class Spans:
    """Middleware that sends a span for each request. Loads opentelemetry.

    A span has exactly what is written here: no address, path, query, header, body, or account. opentelemetry's own
    instrumentation of Django would send paths, which have class codes and sign-in links.
    """

    def __init__(self, get_response: GetResponse) -> None:
        require_packages()
        self.get_response = get_response
        self._lock = threading.Lock()
        self._tracer: Tracer | None = None

    def __call__(self, request: HttpRequest) -> HttpResponse:
        began = request.META.get(ARRIVED_AT, time.time())
        response = self.get_response(request)
        self.send(request, response, began=began)
        return response

    def send(self, request: HttpRequest, response: HttpResponse, *, began: float) -> None:
        """Queue the span of a request. A thread sends the queue every 5 s. began: seconds since 1970."""
        from opentelemetry.trace import SpanKind, StatusCode

        match = request.resolver_match
        span = self.tracer().start_span(
            (match.url_name if match else None) or "none",
            kind=SpanKind.SERVER,
            start_time=int(began * 1_000_000_000),
            attributes={
                "http.request.method": request.method if request.method in METHODS else "_OTHER",
                # The pattern, with the names of its parts.
                "http.route": match.route if match else "",
                "http.response.status_code": response.status_code,
            },
        )
        if response.status_code >= 500:
            span.set_status(StatusCode.ERROR)
        span.end()

    def tracer(self) -> "Tracer":
        """This process's tracer. Made with its first request: a thread does not survive the fork of the workers."""
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor

        with self._lock:
            if self._tracer is None:
                resource = Resource.create({"service.name": "footnote", "service.version": __version__})
                self.provider = TracerProvider(resource=resource)
                exporter = OTLPSpanExporter(endpoint=f"{settings.TRACES}/v1/traces")
                self.provider.add_span_processor(BatchSpanProcessor(exporter))
                self._tracer = self.provider.get_tracer("quizsite.traces", __version__)
            return self._tracer
