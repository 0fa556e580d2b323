"""The settings for tests. Each difference from the site's settings has its reason."""

import atexit
import os
import shutil
import tempfile
from datetime import timedelta

# A developer's `.env` and data must not change the tests, and tests must not touch them. Each run has a folder of its
# own, so that two at once do not collide; its parallel workers, which end without cleanup, share their parent's.
os.environ["FOOTNOTE_ENV_FILE"] = os.devnull
if "PYTEST_XDIST_WORKER" not in os.environ:
    os.environ["FOOTNOTE_DATA"] = tempfile.mkdtemp(prefix="footnote-tests-")
    atexit.register(shutil.rmtree, os.environ["FOOTNOTE_DATA"], ignore_errors=True)

from quizsite.settings import *  # noqa: F403  # the environment above has to be set first
from quizsite.settings import (
    DATA_DIR,
    DATABASES,
    POSTGRESQL,
    STORAGES,
)

if not POSTGRESQL:
    # A file with its queue of writers, as the site has; a database in memory shares one lock among threads.
    DATABASES["default"]["TEST"] = {"NAME": DATA_DIR / "test.sqlite3"}

# No periodic jobs run during the tests.
PERIODIC_JOBS_TOLERANCE = timedelta(days=1)

# Hashed names need collectstatic first, and live_server then answers 404 for them.
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
WHITENOISE_AUTOREFRESH = True
WHITENOISE_USE_FINDERS = True

# Tests save faster than people.
SAVES_A_SECOND = 1_000_000

# A test reads the mails right after its request.
MAIL_IN_BACKGROUND = False

# The same hash at the least cost: one at the site's cost takes 37 ms of processor time (2026-11-26).
PASSWORD_HASHERS = ["tests.hashers.CheapArgon2Hasher"]
