"""`python -m tools.sbom FILE`: write what a Footnote wheel and its pinned packages consist of, as CycloneDX.

The same commit gives the same bytes. Licenses are those that the installed packages state.
"""

import json
import os
import re
import sys
import tomllib
import uuid
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path
from typing import Any

from quizsite import __version__

ROOT = Path(__file__).resolve().parents[1]
PINS = ROOT / "requirements" / "base.txt"
# The hashes of the fonts, recorded once. A hash of the file itself would also agree with a file that someone changed.
FONTS = ROOT / "quizzes" / "static" / "fonts" / "sha256sums.txt"
# One pin with its hashes: argon2-cffi==25.1.0 ; python_version < '3.14' \
PIN = re.compile(
    r"^(?P<name>[\w.-]+)==(?P<version>[^\s;\\]+)(?: ; (?P<marker>[^\\\n]+?))?"
    r"(?P<hashes>(?: \\\n +--hash=sha256:\w{64})+)",
    re.M,
)


def bill(pins: str, *, made_at: int) -> dict[str, Any]:
    """The bill of materials. pins: requirements/base.txt. made_at: seconds since 1970."""
    components = [_package(match) for match in PIN.finditer(pins)] + [
        _font(*line.split()) for line in FONTS.read_text(encoding="utf-8").splitlines()
    ]
    own = {"type": "application", "bom-ref": "footnote", "name": "footnote", "version": __version__}
    document: dict[str, Any] = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "timestamp": datetime.fromtimestamp(made_at, UTC).isoformat().replace("+00:00", "Z"),
            "component": own | {"licenses": [{"license": {"id": "MIT"}}], "purl": f"pkg:pypi/footnote@{__version__}"},
        },
        "components": components,
        "dependencies": [{"ref": "footnote", "dependsOn": _direct(components)}],
    }
    document["serialNumber"] = f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, json.dumps(document, sort_keys=True))}"
    return document


def _package(match: re.Match[str]) -> dict[str, Any]:
    name, version, marker = match["name"], match["version"], match["marker"]
    found = {
        "type": "library",
        "bom-ref": f"pkg:pypi/{name}@{version}",
        "name": name,
        "version": version,
        "purl": f"pkg:pypi/{name}@{version}",
        # One for each file that pip accepts. A machine installs one of them.
        "externalReferences": [
            {
                "type": "distribution",
                "url": f"pkg:pypi/{name}@{version}",
                "hashes": [{"alg": "SHA-256", "content": digest}],
            }
            for digest in re.findall(r"sha256:([0-9a-f]{64})", match["hashes"])
        ],
    }
    if marker:
        found["properties"] = [{"name": "footnote:marker", "value": marker.strip()}]
    if licenses := _licenses(name):
        found["licenses"] = licenses
    return found


def _licenses(name: str) -> list[dict[str, Any]]:
    """What the package says of its license; nothing for a package that is not installed or says nothing."""
    try:
        said = metadata(name)
    except PackageNotFoundError:
        # Pinned for other systems than this one.
        return []
    if expression := said.get("License-Expression"):
        return [{"expression": expression}]
    # Others have a name here, or the whole text.
    [line, *_] = (said.get("License") or "").splitlines() or [""]
    named = [entry.rpartition(" :: ")[2] for entry in said.get_all("Classifier", []) if entry.startswith("License ::")]
    return [{"license": {"name": name}} for name in named or filter(None, [line])]


def _font(digest: str, name: str) -> dict[str, Any]:
    return {
        "type": "file",
        "bom-ref": f"file:{name}",
        "name": name,
        "hashes": [{"alg": "SHA-256", "content": digest}],
        "licenses": [{"license": {"id": "OFL-1.1"}}],
    }


def _direct(components: list[dict[str, Any]]) -> list[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    named = {_plain(re.split(r"[\[<>=]", line)[0]) for line in project["dependencies"]}
    return sorted(part["bom-ref"] for part in components if _plain(part["name"]) in named or part["type"] == "file")


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def main(path: str) -> None:
    """Write the bill to the path. SOURCE_DATE_EPOCH is its moment."""
    made_at = int(os.environ.get("SOURCE_DATE_EPOCH", "0"))
    document = bill(PINS.read_text(encoding="utf-8"), made_at=made_at)
    Path(path).write_text(json.dumps(document, indent=1, sort_keys=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
