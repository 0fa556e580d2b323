"""The list of visible strings equals the code, and the extraction finds what people see."""

from pathlib import Path

import pytest

from tools import visible_strings
from tools.visible_strings import all_strings, difference, listed_strings, python_strings, template_strings, visible


def test_every_visible_string_was_read() -> None:
    changes = difference(listed_strings(), all_strings())
    assert not changes, f"{changes}\nAccept them: make strings"


def test_new_and_gone_strings_are_shown() -> None:
    assert difference({"Save", "Gone"}, {"Save", "Save changes"}) == "new:  Save changes\ngone: Gone"
    assert difference({"Save"}, {"Save"}) == ""


TEMPLATE = """
{# Nobody sees this. #}
<p class="soft">Open <a href="{% url 'x' %}">the roster</a> of {{ name|default:"your class" }}.</p>
{% if late %}<b>Late</b>{% else %}On time{% endif %}
<input aria-label="Answers of {{ name }}" name="hidden-name">
"""


def test_a_template_gives_sentences_labels_and_defaults() -> None:
    found = {visible(text, is_text=True) for text in template_strings(TEMPLATE)}
    assert found - {""} == {"Open the roster of {}.", "your class", "Late", "On time", "Answers of {}"}


MODULE = '''
"""Nobody sees this docstring."""
COLUMNS = "public_id"
LABEL = "Grade"
name: "Form of the page" = row["The key of a table"]
message = f"Saved: {count} answers."
query = "SELECT one FROM table of rows"
rows.order_by("the first name")
'''


def test_a_module_gives_messages_and_labels_only() -> None:
    found = {visible(text, is_text=False) for text in python_strings(MODULE)}
    assert found - {""} == {"Grade", "Saved: {} answers."}


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("templates/teacher/page.html", "<h1>A new heading</h1>"),
        ("quizzes/forms/page.py", 'LABEL = "A new heading"'),
        ("quizsite/page.py", 'LABEL = "A new heading"'),
        ("quizzes/static/page.js", 'show("A new heading");'),
    ],
)
def test_each_kind_of_file_is_read(path: str, text: str, tmp_path: Path) -> None:
    file = tmp_path / path
    file.parent.mkdir(parents=True)
    file.write_text(text, encoding="utf-8")
    assert all_strings(tmp_path) == {"A new heading"}


@pytest.mark.slow
def test_the_command_writes_the_list_and_prints_what_is_new(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    strings = all_strings()
    # Read once: all modules and templates take 2 s.
    monkeypatch.setattr(visible_strings, "all_strings", lambda: strings)
    monkeypatch.setattr(visible_strings, "LIST", tmp_path / "strings.txt")
    visible_strings.main()
    *new, last = capsys.readouterr().out.splitlines()
    assert "new:  Save changes" in new
    # The first run has accepted them.
    assert last == "Accepted. Read them against docs/style.md."
    assert listed_strings() == strings
    visible_strings.main()
    assert capsys.readouterr().out == "No string changed.\n"
