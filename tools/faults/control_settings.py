"""The site's settings without one safeguard, named by FOOTNOTE_CONTROL: `normal` or `deferred`."""

import os

from quizsite.settings import *  # noqa: F403
from quizsite.settings import DATABASES

DATABASES["default"]["ENGINE"] = "tools.faults.unsafe"
if os.environ["FOOTNOTE_CONTROL"] == "normal":
    DATABASES["default"]["OPTIONS"]["init_command"] = "PRAGMA synchronous=NORMAL"
else:
    DATABASES["default"]["OPTIONS"]["transaction_mode"] = "DEFERRED"
