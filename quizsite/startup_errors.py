"""Report startup errors in one line, without a traceback."""

import sys
from collections.abc import Callable

from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError


def exit_with_message(work: Callable[[], object]) -> None:
    """Call the function; a wrong setting or a database that does not answer ends the process with one line."""
    try:
        work()
    except ImproperlyConfigured as problem:
        sys.exit(f"Footnote cannot start: {problem}")
    except OperationalError as problem:
        sys.exit(f"The database does not answer: {' '.join(str(problem).split())}")
