"""The bill of materials that `make wheel` writes: complete, reproducible, and in CycloneDX's form."""

import hashlib
import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

from quizsite import __version__
from tools.sbom import FONTS, PINS, ROOT, bill


def written(path: Path) -> bytes:
    command = [sys.executable, "-m", "tools.sbom", str(path)]
    subprocess.run(command, cwd=ROOT, check=True, env={**os.environ, "SOURCE_DATE_EPOCH": "1790000000"})
    return path.read_bytes()


def test_bill_is_the_same_each_time(tmp_path: Path) -> None:
    first, second = written(tmp_path / "first.json"), written(tmp_path / "second.json")

    assert first == second
    document = json.loads(first)
    assert (document["bomFormat"], document["specVersion"]) == ("CycloneDX", "1.6")
    assert document["metadata"]["timestamp"] == "2026-09-21T14:13:20Z"
    assert document["metadata"]["component"]["version"] == __version__
    assert re.fullmatch(r"urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", document["serialNumber"])
    assert "sbom" in (ROOT / "Makefile").read_text().partition("\nwheel:")[2].partition("\n\n")[0]


def test_bill_has_every_pin_and_every_font_with_its_hashes() -> None:
    pins = PINS.read_text(encoding="utf-8")
    document = bill(pins, made_at=0)
    packages = [part for part in document["components"] if part["type"] == "library"]
    fonts = [part for part in document["components"] if part["type"] == "file"]

    assert [f"{part['name']}=={part['version']}" for part in packages] == re.findall(r"^[\w.-]+==[^\s;]+", pins, re.M)
    listed = [reference["hashes"][0]["content"] for part in packages for reference in part["externalReferences"]]
    assert listed == re.findall(r"sha256:(\w{64})", pins)
    assert len({part["bom-ref"] for part in document["components"]}) == len(document["components"])
    # Those for other systems are marked. All others say their license, but for one whose metadata has none.
    assert [part["name"] for part in packages if not {"licenses", "properties"} & set(part)] == ["pysqlite3"]
    # The bill has the recorded hashes. A font that is new or changed needs a new record.
    assert {part["name"]: part["hashes"][0]["content"] for part in fonts} == {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in FONTS.parent.glob("*.woff2")
    }


def test_bill_names_what_footnote_needs_itself() -> None:
    document = bill(PINS.read_text(encoding="utf-8"), made_at=0)
    needed = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["dependencies"]

    [own] = document["dependencies"]
    packages = [ref for ref in own["dependsOn"] if ref.startswith("pkg:")]
    assert own["ref"] == "footnote"
    assert len(packages) == len(needed)
    assert set(own["dependsOn"]) <= {part["bom-ref"] for part in document["components"]}
