"""Where the code of this process is, and where a site keeps its data by default."""

import os
import sys
from pathlib import Path

CODE = Path(__file__).resolve().parent.parent
# A clone has this file next to the packages, an installed wheel does not.
IS_CLONE = (CODE / "manage.py").exists()
# What starts each command of the site, in messages to the person who runs it.
COMMAND = "manage.py" if IS_CLONE else "footnote"
# The folder with `templates` and `fixtures`. A wheel holds them in a package, see pyproject.toml.
CONTENT = CODE if IS_CLONE else CODE / "quizsite" / "bundled"
# Every setting, in a comment.
EXAMPLE_SETTINGS = CONTENT / ".env.example"


def data_folder(given: str | None) -> Path:
    """The data folder: the given one, else `data` in a clone, else the platform's folder for data of this user.

    A given path counts from the clone, or from the current folder where the wheel is installed.
    """
    if IS_CLONE:
        return (CODE / (given or "data")).resolve()
    return Path(given).resolve() if given else user_data_folder(os.environ, sys.platform) / "footnote"


def user_data_folder(variables: "os._Environ[str] | dict[str, str]", platform: str) -> Path:
    """Where programs of this user keep data. Source: XDG Base Directory Specification; Apple, File System Basics."""
    if platform == "darwin":
        return Path.home() / "Library" / "Application Support"
    # The specification has a relative path ignored.
    folder = Path(variables.get("XDG_DATA_HOME", ""))
    return folder if folder.is_absolute() else Path.home() / ".local" / "share"
