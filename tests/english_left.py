"""The English words of a page in the pseudo-language, in which no marked text has a letter of English."""

import re
from collections.abc import Iterator, Mapping, Sequence
from html.parser import HTMLParser
from typing import Any

from django.apps import apps
from django.conf.locale import LANG_INFO
from django.utils.translation import gettext, override

from quizzes.forms.classrooms import zone_choices
from quizzes.models import Classroom, Edition, QuestionSet, Reading, Source, Student
from tests.integration.test_languages import NAMES

# A shorter text is a word of a page too, such as “Name”. It is data only where it stands alone.
INSIDE = 5
ENGLISH = re.compile(r"[A-Za-z]{2,}")
# A line may break before its path.
ADDRESS = re.compile(r"https?://[\w.:/-]+|localhost:\d+(/\w+)?|^/join\b")
# The same in every language: time zones, formats of files, codes of standards, and of a correct answer on paper.
SAME = re.compile(
    r"\b(EST|EDT|UTC|eo|Diné bizaad|Hmoob|Soomaali|Tagalog|CSV|Excel|JSON|TOML|GIFT|Aiken|Canvas|QTI|Moodle|XML"
    r"|C3|D2|Civ|CCSS|RH|RI|Kahoot|Blackboard|Google|PowerSchool|OneRoster|Clever|[A-H]{1,8})\b"
)


# Texts of question sets, which a page in another language must mark with their own.
MARKED = {Edition: {"document"}, Reading: {"document"}, QuestionSet: {"texts", "summary"}, Source: {"teaching_guide"}}


def stored_texts() -> list[str]:
    """The texts in the rows of the app but those of question sets, and the names of places and languages.

    The longest first.
    """
    found: set[str] = {*NAMES}
    for model in apps.get_app_config("quizzes").get_models():
        for row in model.objects.values():
            for name, value in row.items():
                if name not in MARKED.get(model, ()):
                    found.update(_texts(value))
    found.update(classroom.shown_code for classroom in Classroom.objects.all())
    found.update(student.first_name for student in Student.objects.all())
    found.update(str(place) for _, places in zone_choices() for _, place in places)
    for one in filter(lambda info: "name" in info, LANG_INFO.values()):
        with override("eo"):
            found.add(f"{gettext(one['name'])} ({one['name_local']})")
    return sorted(filter(None, found), key=len, reverse=True)


def _texts(value: Any) -> Iterator[str]:
    match value:
        case dict():
            for inner in value.values():
                yield from _texts(inner)
        case list():
            for inner in value:
                yield from _texts(inner)
        case str():
            yield " ".join(value.split())


# The texts that people see or hear in the language of the page. Those of a reading have a language of their own.
TEXTS = """
() => {
  const language = document.documentElement.lang;
  const isOther = (node) => node.closest("[lang]").lang !== language || node.closest("script, style, noscript");
  const found = [];
  const nodes = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (nodes.nextNode()) if (!isOther(nodes.currentNode.parentElement)) found.push(nodes.currentNode.data);
  for (const name of ["aria-label", "title", "placeholder", "alt"]) {
    for (const one of document.body.querySelectorAll(`[${name}]`)) {
      if (!isOther(one)) found.push(one.getAttribute(name));
    }
  }
  return [document.title, ...found];
}
"""


def english_in(texts: Sequence[str], data: Sequence[str]) -> list[str]:
    """The texts of a page with English words that are no data."""
    known = set(data)
    found = []
    for text in texts:
        whole = " ".join(text.split())
        rest = ADDRESS.sub(" ", whole)
        if not ENGLISH.search(rest) or whole in known:
            continue
        # Markup divides a sentence of a reading.
        if len(whole) > 3 * INSIDE and any(whole in one for one in data):
            continue
        for one in data:
            if len(one) >= INSIDE and one in rest:
                rest = rest.replace(one, " ")
        if ENGLISH.search(SAME.sub(" ", rest)):
            found.append(whole)
    return found


# ---- The same of a page in Spanish, whose words have letters of English


class _Texts(HTMLParser):
    """The texts that people see or hear, each with the language that the page says of it."""

    VOID = frozenset("area base br col embed hr img input link meta source track wbr path rect circle line use".split())
    HEARD = ("aria-label", "title", "placeholder", "alt")

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, str]] = []
        self.around: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        language = attributes.get("lang", self.around[-1][1] if self.around else "")
        self.found += [(attributes[name], language) for name in self.HEARD if name in attributes]
        if tag not in self.VOID:
            self.around.append((tag, language))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in self.VOID:
            self.around.pop()

    def handle_endtag(self, tag: str) -> None:
        while self.around and self.around.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if self.around and self.around[-1][0] not in {"script", "style"} and data.strip():
            self.found.append((" ".join(data.split()), self.around[-1][1]))


def texts_with_language(page: Any) -> list[tuple[str, str]]:
    """The texts of a page that people see or hear, each with its language."""
    parser = _Texts()
    parser.feed(page.content.decode())
    return parser.found


def translations(document: Mapping[str, Any], language: str) -> dict[str, str]:
    """Every text of a question set that has another one in this language, with it; sentences of the reading too."""
    found = dict(_translations(document, language))
    for variant in document["reading"].get("variants", ()):
        if variant["key"] == language:
            sentences = [one for paragraph in document["reading"]["paragraphs"] for one in paragraph["sentences"]]
            found |= {one["text"]: variant["sentences"].get(one["key"], one["text"]) for one in sentences}
    return {original: text for original, text in found.items() if original != text}


def _translations(value: Any, language: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, list):
        for inner in value:
            yield from _translations(inner, language)
    if isinstance(value, dict):
        own = value.get("texts", {}).get(language, {})
        # Accepted answers of every language are in every key.
        for name, text in own.items() if "accepted" not in own else ():
            yield from zip(value[name], text, strict=False) if isinstance(text, list) else [(value[name], text)]
        for name, inner in value.items():
            if name != "texts":
                yield from _translations(inner, language)


def untranslated(value: Any) -> Any:
    """The document of a question set in its first language only."""
    if isinstance(value, list):
        return [untranslated(inner) for inner in value]
    if isinstance(value, dict):
        left_out = {"texts", "languages", "variants"}
        return {name: untranslated(inner) for name, inner in value.items() if name not in left_out}
    return value
