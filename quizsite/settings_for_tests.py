"""The settings under test, less what depends on the machine: each difference with its reason."""

import os
from pathlib import Path
from tempfile import TemporaryDirectory

# A developer's own `.env` and data must not sway the tests, nor the tests touch them; and two runs at once do not meet.
_folder = TemporaryDirectory(prefix="footnote-tests-")
os.environ["FOOTNOTE_ENV_FILE"] = os.devnull
os.environ["FOOTNOTE_DATA"] = _folder.name

from quizsite.settings import *  # noqa: E402, F403  # the environment above has to be set first
from quizsite.settings import DATABASES, POSTGRESQL  # noqa: E402

if not POSTGRESQL:
    # A database in memory has one lock for all threads and no queue of writers: not what the site runs on.
    DATABASES["default"]["TEST"] = {"NAME": str(Path(_folder.name) / "test.sqlite3")}

# Hashed names need collectstatic first, and live_server then answers 404 for them.
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_AUTOREFRESH = True
WHITENOISE_USE_FINDERS = True
