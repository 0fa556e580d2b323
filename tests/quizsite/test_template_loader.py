from pathlib import Path

import pytest
from django.template import Context, Engine


@pytest.mark.parametrize(
    ("name", "rendered"),
    [
        ("page.html", "<p>\n  two\n\n words  here\n</p>\n"),
        ("mail.txt", "<p>\n    two\n\n   words  here\n</p>\n"),
    ],
)
def test_loader_removes_indentation_from_html_only(tmp_path: Path, name: str, rendered: str) -> None:
    (tmp_path / name).write_text("<p>\n  {{ value }}\n\n  {% if value %} words  here{% endif %}\n</p>\n")
    engine = Engine(dirs=[str(tmp_path)], loaders=["quizsite.template_loader.Loader"])
    assert engine.get_template(name).render(Context({"value": "  two"})) == rendered
