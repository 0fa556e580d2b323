"""The English words of a page in the pseudo-language, in which no marked text has a letter of English."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from django.apps import apps
from django.conf.locale import LANG_INFO
from django.utils.translation import gettext, override

from quizzes.content.editions import published
from quizzes.forms.classrooms import zone_choices
from quizzes.models import Classroom, Edition, Student
from tests.integration.test_languages import NAMES

# A shorter text is a word of a page too, such as “Name”. It is data only where it stands alone.
INSIDE = 5
ENGLISH = re.compile(r"[A-Za-z]{2,}")
ADDRESS = re.compile(r"localhost:\d+(/\w+)?")
# The same in every language: time zones, formats of files, and a code of a correct answer on paper.
SAME = re.compile(
    r"\b(EST|EDT|UTC|eo|Diné bizaad|Hmoob|Soomaali|Tagalog|CSV|Excel|JSON|TOML|GIFT|Aiken|Canvas|QTI|Moodle|XML"
    r"|Kahoot|Blackboard|Google|PowerSchool|OneRoster|Clever|[A-H]{1,8})\b"
)


def stored_texts() -> list[str]:
    """Every text in the rows of the app, and the names of places and languages, the longest first."""
    found: set[str] = {*NAMES}
    for model in apps.get_app_config("quizzes").get_models():
        for row in model.objects.values():
            for value in row.values():
                found.update(_texts(value))
    found.update(classroom.shown_code for classroom in Classroom.objects.all())
    found.update(student.first_name for student in Student.objects.all())
    for pk in Edition.objects.values_list("pk", flat=True):
        reading = published(pk).document.reading
        found.update(one.told_then for one in (reading, *reading.variants))
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
