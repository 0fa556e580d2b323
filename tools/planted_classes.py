"""`python -m tools.planted_classes PICTURES KEY [--seed 1]`: is the planted misconception of a class on its results?

Five sample classes of different sizes answer built-in sets. In each, a part of the class shares one wrong answer; all
other answers are those of students of average ability. The seed decides sets, sizes, questions, and answers. The
command serves the classes on this machine, takes pictures of the first screen of their results at 1280 x 800 and of the
whole page at 360 pixels, and writes what was planted into KEY. A reader who has not seen KEY says from the pictures
what to reteach, and why.
"""

import argparse
import tempfile
from collections.abc import Sequence
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.browser.chromium import launch_arguments
from tests.servers import Site, running

SEED = 1


def main(arguments: Sequence[str] | None = None) -> None:
    """Take the pictures, and write the key."""
    parser = argparse.ArgumentParser(description=__doc__.partition(":")[0])
    parser.add_argument("pictures", type=Path)
    parser.add_argument("key", type=Path)
    parser.add_argument("--seed", type=int, default=SEED)
    options = parser.parse_args(arguments)
    options.pictures.mkdir(parents=True, exist_ok=True)
    options.key.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="footnote-planted-") as data:
        site = Site(Path(data))
        site.run("migrate", "-v", "0")
        site.run("load_question_sets", "-v", "0")
        code = f"from tools.planting import print_classes; print_classes({options.seed})"
        lines = site.run("shell", "--no-imports", "-c", code).splitlines()
        printed = site.run("sign_in_link", "planted@school.example", "--base-url", site.url)
        with running(site), sync_playwright() as playwright:
            browser = playwright.chromium.launch(**launch_arguments())
            page = browser.new_context(base_url=site.url, viewport={"width": 1280, "height": 800}).new_page()
            page.goto(printed.split()[-1])
            page.get_by_role("button").first.click()
            page.wait_for_url("**/teacher/")
            for number, line in enumerate(lines, start=1):
                page.set_viewport_size({"width": 1280, "height": 800})
                page.goto(line.split("\t")[1])
                page.screenshot(path=options.pictures / f"class-{number}-1280.png")
                page.set_viewport_size({"width": 360, "height": 740})
                page.screenshot(path=options.pictures / f"class-{number}-360.png", full_page=True)
            browser.close()
    options.key.write_text("".join(f"{_in_words(line)}\n" for line in lines), encoding="utf-8")


def _in_words(line: str) -> str:
    name, _, number, answer, why, count, size = line.split("\t")
    return f"{name}: {count} of {size} students give the wrong answer “{answer}” to question {number}. {why}".strip()


if __name__ == "__main__":
    main()
