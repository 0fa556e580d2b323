"""Database errors in every query of every view, by the tests of the error path."""

import os
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree

HOME = Path(__file__).parents[2]


def errors_in_every_view() -> tuple[str, bool]:
    """Run test_errors.py in a process of its own; its counts, and whether every reply could be tried again."""
    # The tests have their own settings and data, not those of this process for its server.
    environment = {
        name: text
        for name, text in os.environ.items()
        if name not in {"FOOTNOTE_DATA", "FOOTNOTE_ENV_FILE", "DJANGO_SETTINGS_MODULE"}
    }
    with tempfile.TemporaryDirectory(prefix="footnote-errors-") as folder:
        report = Path(folder) / "report.xml"
        # In this family alone does a report take the counts of each test.
        command = [sys.executable, "-m", "pytest", "-q", "--junitxml", str(report), "-o", "junit_family=xunit1"]
        done = subprocess.run(
            [*command, "tests/quizsite/test_errors.py"],
            env=environment,
            cwd=HOME,
            check=False,
            capture_output=True,
            text=True,
        )
        if not report.exists():
            return f"no report: {done.stdout[-300:]} {done.stderr[-300:]}", False
        suite = ElementTree.parse(report).getroot()  # nosec B314 # noqa: S314  written by the process above
    requests, counts = 0, Counter[str]()
    for case in suite.iter("testcase"):
        properties = {each.attrib["name"]: int(each.attrib["value"]) for each in case.iter("property")}
        requests += bool(properties)
        counts.update(properties)
    tests = sum(1 for _ in suite.iter("testcase"))
    broken = len(
        {case for case in suite.iter("testcase") if case.find("failure") is not None or case.find("error") is not None}
    )
    skipped = sum(1 for _ in suite.iter("skipped"))
    refused = counts["page"] + counts["fragment"] + counts["script"]
    line = (
        f"tests={tests} broken={broken} skipped={skipped} requests={requests} errors={refused} "
        f"pages={counts['page']} fragments={counts['fragment']} scripts={counts['script']} at_commit={counts['commit']}"
    )
    return line, done.returncode == 0 and broken == skipped == 0 and min(refused, counts["commit"]) > 0
