"""What Granian serves."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "quizsite.settings")

application = get_wsgi_application()

# What is loaded by now stays for good, so no later collection need look at it.
gc.freeze()
