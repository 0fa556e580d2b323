"""Baseline F: a bare Django view that reads session, user and question, writes one answer and renders 2 KB.

No CSRF, no policy headers, no log, no deadline, no repeat: what Django costs before any promise is kept.
"""

import os
from pathlib import Path
from typing import ClassVar

import django
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template import Context, Engine
from django.urls import path

DATA = Path(os.environ.get("BARE_DATA", "."))

if not settings.configured:
    settings.configure(
        SECRET_KEY="bare",  # noqa: S106  a baseline holds nothing
        ALLOWED_HOSTS=["*"],
        ROOT_URLCONF=__name__,
        INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "django.contrib.sessions"],
        MIDDLEWARE=[
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
        ],
        DATABASES={
            "default": {
                "ENGINE": "django.db.backends.sqlite3",
                "NAME": DATA / "bare.sqlite3",
                "CONN_MAX_AGE": None,
                "OPTIONS": {
                    "transaction_mode": "IMMEDIATE",
                    "timeout": 10,
                    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL",
                },
            }
        },
        USE_TZ=True,
    )
    django.setup()

from django.db import connection, models, transaction  # after the settings


class Question(models.Model):
    """One question: 2 KB of text."""

    text = models.TextField()

    objects: ClassVar[models.Manager["Question"]] = models.Manager()

    class Meta:
        app_label = "bare"

    def __str__(self) -> str:
        return self.text[:20]


class Answer(models.Model):
    """The answer of one user to one question."""

    user_id = models.IntegerField()
    question = models.ForeignKey(Question, models.CASCADE)
    value = models.CharField(max_length=20)

    objects: ClassVar[models.Manager["Answer"]] = models.Manager()

    class Meta:
        app_label = "bare"
        constraints = [models.UniqueConstraint(fields=["user_id", "question"], name="bare_once")]

    def __str__(self) -> str:
        return self.value


PAGE = Engine().from_string(
    "<!doctype html><title>{{ question.pk }}</title><p>{{ user }}</p><p>{{ question.text }}</p><p>Saved {{ value }}</p>"
)


def answer(request: HttpRequest, number: int) -> HttpResponse:
    """Save one answer and show the question: GET shows it only."""
    user = request.user
    question = Question.objects.get(pk=number)
    value = ""
    if request.method == "POST":
        value = request.POST["choice"][:20]
        with transaction.atomic():
            Answer.objects.bulk_create(
                [Answer(user_id=user.pk, question=question, value=value)],
                update_conflicts=True,
                unique_fields=["user_id", "question"],
                update_fields=["value"],
            )
    return HttpResponse(PAGE.render(Context({"question": question, "user": user.get_username(), "value": value})))


urlpatterns = [path("q/<int:number>/", answer)]


def prepare(user_count: int) -> list[str]:
    """Make the tables, 12 questions and signed-in users; returns their session keys."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.auth.models import User
    from django.contrib.sessions.backends.db import SessionStore
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    with connection.schema_editor() as editor:
        editor.create_model(Question)
        editor.create_model(Answer)
    Question.objects.bulk_create(Question(text="A question of the bench. " * 80) for _ in range(12))
    keys = []
    for place in range(user_count):
        user = User.objects.create(username=f"user{place}")
        session = SessionStore()
        session[SESSION_KEY], session[BACKEND_SESSION_KEY] = str(user.pk), "django.contrib.auth.backends.ModelBackend"
        session[HASH_SESSION_KEY] = user.get_session_auth_hash()
        session.save()
        keys.append(str(session.session_key))
    return keys


def application_of() -> object:
    """The WSGI application."""
    from django.core.wsgi import get_wsgi_application

    return get_wsgi_application()


application = application_of() if os.environ.get("BARE_SERVE") else None
