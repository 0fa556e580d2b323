#!/usr/bin/env python
"""Footnote's commands: `python manage.py help` lists them."""

from quizsite.__main__ import main

if __name__ == "__main__":
    main()
