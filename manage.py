#!/usr/bin/env python
"""Footnote's commands: `python manage.py help` lists them."""

import sys

try:
    from quizsite.__main__ import main
except ModuleNotFoundError as error:
    if error.name != "django":
        raise
    sys.exit(
        "This Python does not have Django. In a clone, write `.venv/bin/python manage.py` and the command. "
        "`make run` makes .venv."
    )

if __name__ == "__main__":
    main()
