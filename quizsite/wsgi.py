"""The WSGI application, which quizsite/rsgi.py runs in its threads."""

import gc
import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from quizsite.site_lock import hold_site

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "quizsite.settings")
hold_site(settings.DATA_DIR)
if settings.METRICS_DIR:
    # prometheus_client reads it when it is imported. Not in the settings: each command would leave files there.
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(settings.METRICS_DIR)

application = get_wsgi_application()

# Everything loaded so far stays, so no later garbage collection needs to check it.
gc.freeze()
