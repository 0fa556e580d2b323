"""The template loader: indentation is dropped, and text keeps its distance."""

from pathlib import Path

import pytest
from django.template import Context, Engine

INDENTED = """\
<ul>
  {% for name in names %}
    <li
      class="name">{{ name }}{% if not forloop.last %},{% endif %}
    </li>
  {% empty %}
    Nobody
  {% endfor %}
</ul>
Hello
{% if is_late %}
  too late
{% endif %}
{% if is_late %}again{% else %}world{% endif %}
bye
"""


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    (tmp_path / "page.html").write_text(INDENTED, encoding="utf-8")
    return Engine(dirs=[tmp_path], loaders=["quizsite.template_loader.Loader"])


def test_loader_drops_indentation_and_line_ends_after_block_tags(engine: Engine) -> None:
    page = engine.get_template("page.html").render(Context({"names": ["Ana", "Ben"]}))

    assert page == ('<ul>\n<li\nclass="name">Ana,\n</li>\n<li\nclass="name">Ben\n</li>\n</ul>\nHello\nworld\nbye\n')


@pytest.mark.parametrize("is_late", [True, False])
def test_loader_keeps_words_apart(engine: Engine, is_late: bool) -> None:
    page = engine.get_template("page.html").render(Context({"names": [], "is_late": is_late}))

    words = "<ul> Nobody </ul> Hello too late again bye" if is_late else "<ul> Nobody </ul> Hello world bye"
    assert " ".join(page.split()) == words
