#!/usr/bin/env python
"""Footnote's commands: `python manage.py help` lists them."""

import os
import sys
from functools import partial

from django.core.management import execute_from_command_line

from quizsite.startup_errors import exit_with_message

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "quizsite.settings")
    exit_with_message(partial(execute_from_command_line, sys.argv))
