"""Where Chromium is, and how it is started here."""

import os
import shutil
from typing import Any

# The headless shell first: it has no window around a page, and opens a page in a third of the processor time.
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")


def find_chromium() -> str | None:
    """The path of Chromium: $CHROMIUM, else the first known name on PATH; None where there is none."""
    named = os.environ.get("CHROMIUM")
    return named or next((path for path in map(shutil.which, NAMES) if path), None)


def launch_arguments() -> dict[str, Any]:
    """Keyword arguments of Playwright's `launch`; without Chromium on PATH, Playwright looks for its own."""
    arguments = [
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-quic",
        "--disable-sync",
        # Without it, the headless shell rounds the widths of letters, and a PDF has no link around the smallest text.
        "--font-render-hinting=none",
        "--no-first-run",
    ]
    if os.geteuid() == 0:
        # Chromium's own sandbox does not run as root.
        arguments.append("--no-sandbox")
    return {"executable_path": find_chromium(), "args": arguments}
