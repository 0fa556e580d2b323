#!/usr/bin/env python
"""Footnote's commands: `python manage.py help` lists them."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line
from django.db import OperationalError

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "quizsite.settings")
    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as problem:
        # A wrong setting is the operator's to mend: one sentence says more than a traceback.
        sys.exit(f"Footnote cannot start: {problem}")
    except OperationalError as problem:
        sys.exit(f"The database does not answer: {' '.join(str(problem).split())}")
