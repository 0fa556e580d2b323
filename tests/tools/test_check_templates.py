from pathlib import Path

import pytest

from tools.check_templates import main


def check(folder: Path, text: str) -> int:
    (folder / "page.html").write_text(text, encoding="utf-8")
    return main([str(folder)])


def test_check_templates_accepts_lines_at_both_limits(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    line = "{% if a %}{% for b in c %}{% else %}{% empty %}{% endfor %}"
    assert check(tmp_path, f"{'x' * 120}\n{line}\n{{% endif %}}\n") == 0
    assert capsys.readouterr().out == ""


def test_check_templates_reports_a_long_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check(tmp_path, f"<p>\n{'x' * 121}\n</p>\n") == 1
    assert capsys.readouterr().out == f"{tmp_path}/page.html:2: 121 characters, at most 120 are allowed\n"


@pytest.mark.parametrize(
    "line",
    [
        "{% if a %}{% if b %}{% endif %}{% endif %}",
        "{% with a=b %}{% for c in a %}{% endfor %}{% endwith %}",
        "{% block a %}{% partialdef b %}{% endpartialdef b %}{% endblock a %}",
    ],
)
def test_check_templates_reports_four_block_tags(tmp_path: Path, capsys: pytest.CaptureFixture[str], line: str) -> None:
    assert check(tmp_path, f"<p>\n{line}\n</p>\n") == 1
    assert capsys.readouterr().out == f"{tmp_path}/page.html:2: 4 block tags, at most 3 are allowed\n"


def test_check_templates_takes_a_single_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = tmp_path / "page.html"
    page.write_text("x" * 121, encoding="utf-8")
    (tmp_path / "other.html").write_text("x" * 121, encoding="utf-8")
    assert main([str(page)]) == 1
    assert capsys.readouterr().out == f"{page}:1: 121 characters, at most 120 are allowed\n"
