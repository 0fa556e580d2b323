#!/usr/bin/env python
"""Footnote's commands: `python manage.py help` lists them."""

import os
import sys
from functools import partial

from django.core.management import execute_from_command_line

from quizsite.startup_errors import in_one_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "quizsite.settings")
    in_one_line(partial(execute_from_command_line, sys.argv))
