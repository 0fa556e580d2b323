"""The WSGI application, which quizsite/rsgi.py runs in its threads."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "quizsite.settings")

application = get_wsgi_application()

# Everything loaded so far stays, so no later garbage collection needs to check it.
gc.freeze()
