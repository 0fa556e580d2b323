"""Open edX's own LTI platform as a process of its own: its models, views, and message classes, over https on loopback.

`python -m tests.lti.open_edx CERTIFICATE KEY` serves until its standard input ends, and prints its origin. Only what
Open edX asks of its learning management system is replaced: course, members, and gradebook. `/control/` is for tests.
"""

import io
import json
import ssl
import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any
from wsgiref.simple_server import ServerHandler, WSGIRequestHandler, make_server

import django
from django.conf import settings

BLOCK = "block-v1:School+Civics+2026+type@lti_consumer+block@quiz"
COURSE = "course-v1:School+Civics+2026"
STUDENT, TEACHER = "student-7", "teacher-1"
# What a person's role is called in Open edX.
NAMES = {STUDENT: ("student", "Ana Ruiz"), "student-8": ("student", "Bo Lee"), TEACHER: ("instructor", "Pat Diaz")}
grades: list[dict[str, Any]] = []
state = {"outage": False}


def configure(origin: str) -> None:
    """The settings that Open edX has, as far as its LTI package reads them."""
    settings.configure(
        SECRET_KEY="x" * 40,
        ALLOWED_HOSTS=["127.0.0.1"],
        USE_TZ=True,
        # The one thread of this server owns the database.
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
        INSTALLED_APPS=[
            "django.contrib.contenttypes",
            "django.contrib.auth",
            "rest_framework",
            "django_filters",
            "config_models",
            "lti_consumer",
        ],
        MIDDLEWARE=["edx_django_utils.cache.middleware.RequestCacheMiddleware", f"{__name__}.signed_in"],
        ROOT_URLCONF=__name__,
        TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}],
        DEFAULT_AUTO_FIELD="django.db.models.AutoField",
        PLATFORM_NAME="Open edX",
        LTI_API_BASE=origin,
        LTI_BASE=origin,
        LMS_ROOT_URL=origin,
        LEARNING_MICROFRONTEND_URL=origin,
        USAGE_ID_PATTERN=r"(?P<usage_id>[^/]+)",
        COURSE_ID_PATTERN=r"(?P<course_id>[^/]+)",
        SERVICE_VARIANT="lms",
        LOGGING_CONFIG=None,
    )


def signed_in(get_response: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """The middleware that sets the person: `compat` below says what they may do."""

    def answer(request: Any) -> Any:
        request.user = None
        return get_response(request)

    return answer


class Block:
    """The component of the course that holds the link, with its place in the gradebook."""

    weight, display_name, has_score, accept_grades_past_due = 10, "Police records", True, True
    start = due = lti_1p3_passport_id = None
    context_id = COURSE
    scope_ids = SimpleNamespace(usage_id=BLOCK)

    def is_past_due(self) -> bool:
        """Never."""
        return False

    def max_score(self) -> int:
        """The points of the component."""
        return self.weight

    def set_user_module_score(self, user: Any, score: float, max_score: float, comment: str) -> None:
        """Keep a grade: the share of the points."""
        grades.append({"user": user, "share": score})


def connect_course() -> None:
    """Replace what the package asks of the rest of Open edX."""
    from lti_consumer.plugin import compat

    roles = {"student": ["student"], "instructor": ["instructor"]}
    members = {
        number: {"id": number, "username": subject, "name": name, "email": f"{subject}@x.example", "roles": roles[role]}
        for number, (subject, (role, name)) in enumerate(NAMES.items(), start=1)
    }
    ids = {number: SimpleNamespace(external_user_id=one["username"]) for number, one in members.items()}
    compat.get_course_members = lambda course: {number: dict(one) for number, one in members.items()}
    compat.merge_course_forum_roles = lambda course, found: found
    compat.batch_get_or_create_externalids = lambda users: ids
    compat.user_has_studio_write_access = lambda user, course: True
    compat.load_enough_xblock = compat.load_block_as_user = lambda location: Block()
    compat.get_user_from_external_user_id = lambda subject: subject


def control(request: Any) -> Any:
    """Calls of the tests: set up the tool, begin a launch, read what the platform has."""
    from django.contrib.auth.models import User
    from django.http import JsonResponse
    from lti_consumer.data import Lti1p3LaunchData
    from lti_consumer.models import (
        CourseAllowPIISharingInLTIFlag,
        LtiAgsLineItem,
        LtiAgsScore,
        LtiConfiguration,
        LtiDlContentItem,
    )

    asked = json.loads(request.body)
    if asked["act"] == "register":
        # Each test has a platform of its own.
        LtiConfiguration.objects.all().delete()
        grades.clear()
        tool = asked["tool"]
        made = LtiConfiguration.objects.create(
            version=LtiConfiguration.LTI_1P3,
            config_store=LtiConfiguration.CONFIG_ON_DB,
            location=BLOCK,
            lti_1p3_oidc_url=f"{tool}/lti/login/",
            lti_1p3_launch_url=f"{tool}/lti/launch/",
            lti_advantage_deep_linking_enabled=True,
            lti_advantage_deep_linking_launch_url=f"{tool}/lti/launch/",
            lti_advantage_enable_nrps=True,
            lti_advantage_ags_mode=asked["mode"],
        )
        made.refresh_from_db()
        made.lti_1p3_passport.lti_1p3_tool_public_key = asked["key"]
        made.lti_1p3_passport.save()
        user = User.objects.get_or_create(username="staff")[0]
        CourseAllowPIISharingInLTIFlag.objects.create(course_id=COURSE, enabled=True, changed_by=user)
        passport = made.lti_1p3_passport
        api = f"{settings.LTI_API_BASE}/api/lti_consumer/v1"
        return JsonResponse(
            {
                "issuer": settings.LTI_API_BASE,
                "client_id": made.lti_1p3_client_id,
                "login_url": f"{api}/launch/",
                "token_url": f"{api}/token/{passport.passport_id}",
                "key_set_url": f"{api}/public_keysets/{passport.passport_id}",
            }
        )
    if asked["act"] == "launch":
        configuration = LtiConfiguration.objects.get()
        role, name = NAMES[asked["subject"]]
        data = Lti1p3LaunchData(
            user_id=asked["subject"],
            user_role=role,
            name=name,
            email="x@x.example",
            config_id=configuration.config_id,
            resource_link_id=BLOCK,
            message_type=asked.get("message", "LtiResourceLinkRequest"),
            launch_presentation_document_target="iframe",
            context_id=COURSE,
            context_type=["course_offering"],
            context_title="Civics",
            deep_linking_content_item_id=asked.get("item"),
        )
        return JsonResponse({"url": configuration.get_lti_consumer().prepare_preflight_url(data)})
    if asked["act"] == "outage":
        state["outage"] = asked["is_on"]
    return JsonResponse(
        {
            "grades": grades,
            "items": list(LtiAgsLineItem.objects.order_by("pk").values("pk", "label", "resource_id", "score_maximum")),
            "scores": list(
                LtiAgsScore.objects.order_by("pk").values(
                    "line_item", "user_id", "score_given", "score_maximum", "grading_progress", "activity_progress"
                )
            ),
            "content": [{"pk": one.pk, **one.attributes} for one in LtiDlContentItem.objects.all()],
        }
    )


class Handler(WSGIRequestHandler):
    """Answers no call but the tests' own during an outage, and logs none."""

    def handle(self) -> None:
        """One request."""
        self.raw_requestline = self.rfile.readline(65_537)
        if not self.parse_request():
            return
        if state["outage"] and not self.path.startswith("/control/"):
            self.close_connection = True
            return
        # A body that stays unread would reset the connection before the reply is read.
        body = io.BytesIO(self.rfile.read(int(self.headers.get("Content-Length") or 0)))
        environ = {**self.get_environ(), "HTTPS": "on"}
        handler = ServerHandler(body, self.wfile, self.get_stderr(), environ, multithread=False)
        handler.request_handler = self  # type: ignore[attr-defined]
        handler.run(self.server.get_app())  # type: ignore[attr-defined]

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


def main() -> None:
    """Serve on a free port."""
    server = make_server("127.0.0.1", 0, lambda environ, start: [], handler_class=Handler)
    origin = f"https://127.0.0.1:{server.server_port}"
    configure(origin)
    django.setup()
    from django.core.management import call_command
    from django.core.wsgi import get_wsgi_application
    from django.urls import include, path

    connect_course()
    globals()["urlpatterns"] = [path("control/", control), path("api/", include("lti_consumer.plugin.urls"))]
    call_command("migrate", verbosity=0, run_syncdb=True)
    server.set_app(get_wsgi_application())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*sys.argv[1:3])
    server.socket = context.wrap_socket(server.socket, server_side=True)
    print(origin, datetime.now(UTC).isoformat(), flush=True)
    # The process ends with the test that started it, however that ends.
    threading.Thread(target=lambda: (sys.stdin.read(), server.shutdown()), daemon=True).start()
    server.serve_forever()


if __name__ == "__main__":
    main()
