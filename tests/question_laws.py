"""The laws that hold for every question type, and a form sent as a browser sends it."""

import json
from collections.abc import Mapping
from html.parser import HTMLParser
from typing import Any

from django.template.loader import render_to_string
from hypothesis import strategies as st

from quizzes.content.question_types.question import Question, Value
from quizzes.content.question_types.registry import parse_question, public_view, regraded, type_of
from quizzes.content.question_types.shuffle import Shuffle
from quizzes.content.reading import Reading

shuffles = st.builds(Shuffle, st.text("0123456789abcdef", min_size=32, max_size=32), st.booleans())


def make_question(type_name: str, **fields: Any) -> dict[str, Any]:
    """The document of a question on the reading of `parsed_reading`, with the fields that every type has."""
    return {
        "key": "question",
        "type": type_name,
        "objective": "records",
        "skill": "recall",
        "points": 1,
        "facts": ["F1"],
        "stem": "What does the reading say?",
        "evidence": ["s1"],
        "explanation": "Because.",
        **fields,
    }


def page(question: Question, shuffle: Shuffle, value: Value, reading: Reading) -> str:
    """The question as a student gets it."""
    view = public_view(question, shuffle, value, reading)
    return render_to_string(f"question_types/{question.type}/page.html", {"view": view})


def paper(question: Question, shuffle: Shuffle, reading: Reading) -> str:
    """The question on a paper quiz."""
    view = public_view(question, shuffle, None, reading)
    return render_to_string(f"question_types/{question.type}/paper.html", {"view": view})


def sent(html: str) -> dict[str, list[str]]:
    """The fields that a browser sends for this part of a form, as nobody touched it."""
    form = _Form()
    form.feed(html)
    form.close()
    return form.fields


def check_answer(document: Mapping[str, Any], value: Value, shuffle: Shuffle, reading: Reading) -> None:
    """What holds for any answer to any question, given its document."""
    question = parse_question(document)
    credit = question.grade(value)
    assert 0 <= credit <= 1
    reviewed = question.review(value, reading)
    assert reviewed.credit == credit
    assert bool(reviewed.given) == (value is not None)
    # Otherwise a student who earned a part would read nothing of the correct answer.
    assert credit == 1 or any(row.state != "right" for row in reviewed.rows)
    assert json.loads(json.dumps(value)) == value
    assert question.read_answer(sent(page(question, shuffle, value, reading)), shuffle, reading) == value
    if value is None or credit == 1:
        assert not question.needs_grading(value) or type_of(question).graded_by == "teacher"
    assert (question.chosen_options(value, reading) == ()) == (value is None)
    if value is None:
        assert credit == 0


def check_rekeyed(document: Mapping[str, Any], value: Value, shuffle: Shuffle, reading: Reading) -> None:
    """What holds once `value` is the key: it earns everything, and no byte that students get has changed."""
    before = json.dumps(document)
    rekeyed = regraded(document, value)
    one, other = parse_question(document), parse_question(rekeyed)

    assert json.dumps(document) == before
    assert other.grade(value) == 1
    for given in (None, value):
        assert json.dumps(public_view(one, shuffle, given, reading)) == json.dumps(
            public_view(other, shuffle, given, reading)
        )
        assert page(one, shuffle, given, reading) == page(other, shuffle, given, reading)
    assert paper(one, shuffle, reading) == paper(other, shuffle, reading)


class _Form(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.fields: dict[str, list[str]] = {}
        self._select = ""
        self._options: list[tuple[str, bool]] = []
        self._textarea: str | None = None
        self._text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "input" and "disabled" not in given and given["type"] != "submit":
            if given["type"] not in ("radio", "checkbox") or "checked" in given:
                self._add(given["name"], given.get("value", ""))
        elif tag == "select":
            self._select, self._options = given["name"], []
        elif tag == "option":
            self._options.append((given["value"], "selected" in given))
        elif tag == "textarea":
            # A browser sends no field without a name.
            self._textarea, self._text = given.get("name"), ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            chosen = [value for value, is_selected in self._options if is_selected]
            self._add(self._select, (chosen or [value for value, _ in self._options])[0])
        elif tag == "textarea" and self._textarea is not None:
            # A browser leaves out the newline that opens the element, and sends every other one as CRLF.
            self._add(self._textarea, self._text.removeprefix("\n").replace("\n", "\r\n"))
            self._textarea = None

    def handle_data(self, data: str) -> None:
        if self._textarea is not None:
            self._text += data

    def _add(self, name: str, value: str) -> None:
        self.fields.setdefault(name, []).append(value)
