"""Pages in other languages: complete catalogs, the choice of a language, marked texts, the direction of readings."""

import gettext
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import cache
from html.parser import HTMLParser
from itertools import zip_longest
from pathlib import Path
from typing import Any

import pytest
from babel.messages.catalog import Catalog
from django.conf import settings
from django.http import HttpResponse
from django.template.base import Lexer, TokenType
from django.test import Client, override_settings
from django.urls import reverse
from django.utils import dates, translation
from django.utils.translation import trans_real

from quizsite import __version__
from quizzes.attempts.attempt_content import content_of
from quizzes.attempts.lifecycle import submit_attempt
from quizzes.caches import clear_all
from quizzes.content.question_types.question import NO_IDEA
from quizzes.content.rights import RIGHTS
from quizzes.formatting import day, duration
from quizzes.models import Assignment, Attempt, Classroom, Student, User
from quizzes.people.class_people import teachers_of
from quizzes.people.student_sign_in import pin_of
from quizzes.templatetags.translation import text_language, words_language
from tests.factories import (
    NOW,
    make_assignment,
    make_attempt,
    make_document,
    make_edition,
    right_value,
    save,
    wrong_value,
)
from tests.pseudo_language import pseudo, pseudo_catalog
from tests.views.teacher.test_paper_answers import DOCUMENT
from tools.translations import (
    COMMAND,
    compile_catalog,
    languages,
    marked_texts,
    missing,
    translations_of,
)

PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|{\w*}|<[^>]*>")


# ---- The catalogs

CATALOGS = dict(languages())


@pytest.mark.parametrize("code", CATALOGS)
def test_no_text_is_without_a_translation(code: str) -> None:
    assert missing(translations_of(CATALOGS[code]), marked_texts()) == [], f"Translate these, then: {COMMAND}"


def test_fuzzy_translation_counts_as_missing() -> None:
    marked, catalog = Catalog(), Catalog(locale="es")
    marked.add(("answer", "answers"))
    catalog.add("answer", "respuesta")
    catalog.update(marked, no_fuzzy_matching=True)
    assert missing(catalog, marked) == ["answer"]


def test_text_with_a_missing_form_of_the_plural_falls_back_to_english() -> None:
    catalog = Catalog(locale="vi")
    catalog.add(("{} day", "{} days"))
    catalog.add(("{} hour", "{} hours"), ("{} giờ",))
    compiled = gettext.GNUTranslations(io.BytesIO(compile_catalog(catalog)))
    assert [compiled.ngettext(one, f"{one}s", 3) for one in ("{} day", "{} hour")] == ["{} days", "{} giờ"]


@pytest.mark.parametrize("code", CATALOGS)
def test_compiled_catalog_is_that_of_the_texts(code: str) -> None:
    with CATALOGS[code].with_suffix(".mo").open("rb") as file:
        compiled = _texts(file.read())
    assert compiled == _texts(compile_catalog(translations_of(CATALOGS[code]))), COMMAND


def _texts(compiled: bytes) -> dict[Any, str]:
    catalog = gettext.GNUTranslations(io.BytesIO(compiled))._catalog  # type: ignore[attr-defined]
    return {key: text for key, text in catalog.items() if key}


@pytest.mark.parametrize("code", CATALOGS)
def test_translation_has_the_values_of_its_text(code: str) -> None:
    wrong = []
    for message in filter(lambda message: message.id, translations_of(CATALOGS[code])):
        originals = message.id if isinstance(message.id, tuple) else (message.id,)
        translated = message.string if isinstance(message.string, tuple) else (message.string,)
        # A language has its own number of forms. All but the first of several stand for the plural of English.
        pairs = zip_longest(originals, translated, fillvalue=originals[-1])
        for one, other in pairs if len(translated) > 1 else [(originals[-1], translated[0])]:
            if other and sorted(PLACEHOLDER.findall(one)) != sorted(PLACEHOLDER.findall(other)):
                wrong.append(one)
    assert wrong == []


def test_spanish_time_of_day_fits_its_sentence() -> None:
    """“1:05 p. m.” ends in a period, and 1:05 has another article than 2:05."""
    name = r"(?:time|moment|closes|closes_at|started_at|answers_since|wall)"
    time = rf"(?:%\({name}\)s|{{{name}}})"
    misfit = re.compile(rf"\blas {time}|{time}[.]")
    texts = [str(text) for text in _texts(CATALOGS["es"].with_suffix(".mo").read_bytes()).values()]
    assert sum(bool(re.search(time, text)) for text in texts) > 20
    assert [text for text in texts if misfit.search(text)] == []


def test_spanish_text_names_a_button_as_the_page_writes_it() -> None:
    """Names in quotes that are texts of their own. Headings of files stay in English, and a mayor has any gender."""
    named, unmarked = re.compile("“([^”{%]+?)[,.]?”"), {"Correct", "correct", "Question", "Name", "Type", "The mayor"}
    catalog = [message for message in translations_of(CATALOGS["es"]) if isinstance(message.id, str)]
    shown = {_seen(message.id): f"“{_seen(message.string)}" for message in catalog}
    wrong = [
        (name, message.string)
        for message in catalog
        for name in set(named.findall(message.id)) - unmarked
        if name in shown and shown[name] not in message.string
    ]
    assert wrong == []
    assert [message.string for message in catalog if re.search("[«»]", message.string)] == []


def _seen(text: Any) -> str:
    """The text without what only a screen reader reads."""
    return re.sub('<span class="vh">.*?</span>', "", text).strip()


def test_every_language_of_the_site_has_a_catalog() -> None:
    assert {code for code, _ in settings.LANGUAGES} - {"en"} == set(CATALOGS)


def test_no_sentence_ends_with_a_name_or_a_title() -> None:
    """“Ana R.” and “Who says so?” have an end of their own. Quotes keep it apart."""
    name = r"(?:display_name|first_name|name|student|students|only|user|teacher|teachers|classroom|title)"
    ends = re.compile(rf"(?:%\({name}\)s|{{{name}}})[.](?:\s|$)")
    texts = [
        text for message in marked_texts() for text in (message.id if isinstance(message.id, tuple) else [message.id])
    ]
    assert len(texts) > 1000
    assert [text for text in texts if ends.search(text)] == []


# ---- The choice of a language


def language_of(page: Any) -> str:
    found = re.search(r'<html lang="([^"]+)"', page.content.decode())
    assert found is not None
    return found[1]


def test_browser_is_answered_in_a_language_that_it_asks_for(client: Client, db: None) -> None:
    asked = {"es-US,es;q=0.9,en;q=0.8": "es", "zz,en;q=0.5": "en", "*": "en", "": "en", "no;such;header": "en"}
    for header, language in asked.items():
        assert language_of(client.get(reverse("join"), headers={"Accept-Language": header})) == language


@pytest.mark.parametrize("name", ["teacher_home", "account", "mfa_index", "help", "administration"])
def test_pages_of_teachers_are_in_the_language_that_the_browser_asks_for(
    name: str, teacher: User, signed_in: Any
) -> None:
    User.objects.update(is_staff=True, is_superuser=True)
    page = signed_in(teacher).get(reverse(name), headers={"Accept-Language": "es"})
    assert (page.status_code, language_of(page)) == (200, "es")


def test_lists_of_rows_are_in_english(teacher: User, signed_in: Any) -> None:
    User.objects.update(is_staff=True, is_superuser=True)
    page = signed_in(teacher).get(reverse("admin:index"), headers={"Accept-Language": "es"})
    assert (page.status_code, language_of(page)) == (200, "en")


def test_teachers_choice_holds_on_every_device(teacher: User, signed_in: Any, queries: Any) -> None:
    client = signed_in(teacher)
    with queries() as before:
        page = client.get(reverse("teacher_home")).content.decode()
    # A landmark, because it is beside the other ones.
    assert re.search(r'<form [^>]*aria-label="Language">.*?value="es"', page, re.DOTALL)
    client.post(reverse("choose_language"), {"language": "es"})
    teacher.refresh_from_db()
    assert teacher.language == "es"
    other_device = signed_in(teacher)
    with queries() as after:
        page = other_device.get(reverse("teacher_home"), headers={"Accept-Language": "en"})
    assert (language_of(page), len(after)) == ("es", len(before))
    # In Spanish, the names of days are written small, but not at the start of a heading.
    assert re.search(r"<h1>(Lunes|Martes|Miércoles|Jueves|Viernes|Sábado|Domingo) ", page.content.decode())
    # A page that needs no sign-in does not read the account.
    assert language_of(client.get(reverse("privacy"), headers={"Accept-Language": "en"})) == "es"
    client.post(reverse("choose_language"), {"language": "en"})
    assert language_of(other_device.get(reverse("account"), headers={"Accept-Language": "es"})) == "en"


def language_after_sign_in(client: Client, student: Student) -> str:
    client.post(reverse("join"), {"code": student.classroom.join_code})
    client.post(reverse("choose_name"), {"student": student.public_id})
    client.post(reverse("enter_pin"), {"pin": pin_of(student)})
    student.refresh_from_db()
    return student.language


def test_choice_before_sign_in_becomes_the_students_own(client: Client, student: Student) -> None:
    response = client.post(
        reverse("choose_language"), {"language": "es"}, headers={"Referer": "http://testserver/join/"}
    )
    assert response.headers["Location"] == reverse("join")
    assert language_of(client.get(reverse("join"))) == "es"
    assert language_after_sign_in(client, student) == "es"
    # Once: after another choice and the end of the session, a sign-in here leaves the newer choice.
    client.post(reverse("choose_language"), {"language": "en"})
    del client.cookies["sessionid"]
    assert language_after_sign_in(client, student) == "en"
    client.post(reverse("choose_language"), {"language": "es"})
    client.post(reverse("sign_out"))
    assert language_of(client.get(reverse("join"))) == "en"


def test_students_choice_holds_on_every_device(student: Student, student_client: Client, attempt: Attempt) -> None:
    student_client.post(reverse("choose_language"), {"language": "es"})
    student.refresh_from_db()
    assert student.language == "es"
    # The foot of each page leads to the last three.
    of_all = [(name, []) for name in ("privacy", "accessibility", "how_we_write")]
    for name, args in [("student_home", []), ("take_attempt", [attempt.public_id, 1]), *of_all]:
        page = student_client.get(reverse(name, args=args), headers={"Accept-Language": "en"})
        assert language_of(page) == "es"
    student_client.post(reverse("choose_language"), {"language": "en"})
    assert language_of(student_client.get(reverse("student_home"), headers={"Accept-Language": "es"})) == "en"


@pytest.mark.parametrize("referer", ["http://testserver?a=1", "http://testserver//other.example/", "/join/", "?"])
def test_choice_without_a_page_to_go_back_to_leads_to_sign_in(referer: str, client: Client, db: None) -> None:
    reply = client.post(reverse("choose_language"), {"language": "es"}, headers={"Referer": referer})
    assert (reply.status_code, reply.headers["Location"]) == (302, reverse("join"))


@pytest.mark.parametrize(
    ("name", "page"),
    [("rename_student", "student_history"), ("excuse_student", "student_overrides"), ("hide_todo", "teacher_home")],
)
def test_choice_on_a_form_with_an_error_leads_to_the_page_above_its_address(
    name: str, page: str, assignment: Assignment, student: Student, teacher_client: Client
) -> None:
    """The address of the form takes POST only, so that going back to it would be refused."""
    places = {
        "student_history": [student.public_id],
        "student_overrides": [assignment.public_id, student.public_id],
        "teacher_home": [],
    }
    form = reverse(name, args=places[page])
    assert teacher_client.get(form).status_code == 405
    reply = teacher_client.post(
        reverse("choose_language"), {"language": "es"}, headers={"Referer": f"http://testserver{form}?a=1"}
    )
    assert reply.headers["Location"] == reverse(page, args=places[page])
    assert teacher_client.get(reply.headers["Location"]).status_code == 200


def test_unknown_language_changes_nothing(student: Student, student_client: Client) -> None:
    student_client.post(reverse("choose_language"), {"language": "xx"})
    student.refresh_from_db()
    assert student.language == ""


def test_question_page_in_another_language_costs_no_statement(
    student: Student, student_client: Client, attempt: Attempt, queries: Any
) -> None:
    Student.objects.update(language="es")
    page = reverse("take_attempt", args=[attempt.public_id, 1])
    student_client.get(page)
    with queries() as statements:
        assert "Pregunta 1 de" in student_client.get(page).content.decode()
    assert len(statements) == 2


def test_a_language_has_its_own_plurals_and_dates() -> None:
    with translation.override("es"):
        assert duration(timedelta(hours=1, minutes=30)) == "1 hora 30 minutos"
        assert day(NOW) == "vie\xa023\xa0de\xa0oct"


# ---- Marked texts


class _Texts(HTMLParser):
    """The texts that people see or hear, outside of `skipped` elements."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.hidden += tag in {"script", "style"}
        for name, value in attrs:
            if name in {"aria-label", "title", "placeholder", "alt"} or name.startswith("data-at"):
                self.found.append(value or "")

    def handle_endtag(self, tag: str) -> None:
        self.hidden -= tag in {"script", "style"}

    def handle_data(self, data: str) -> None:
        if not self.hidden:
            self.found.append(data)


DJANGO_TEXTS = tuple(
    str(name) for names in (dates.MONTHS, dates.MONTHS_3, dates.WEEKDAYS_ABBR) for name in names.values()
)


@pytest.fixture
def pseudo_language(tmp_path: Path) -> Iterator[str]:
    """A language in which every marked text has no letter of English and is 40 % longer."""
    with using_pseudo_language(tmp_path) as code:
        yield code


@contextmanager
def using_pseudo_language(folder: Path) -> Iterator[str]:
    """The site has that language too, with its catalog in this folder. Yields its code."""
    catalog = folder / "eo" / "LC_MESSAGES" / "django.mo"
    catalog.parent.mkdir(parents=True)
    catalog.write_bytes(_pseudo_catalog())
    with override_settings(LOCALE_PATHS=[folder], LANGUAGES=[*settings.LANGUAGES, ("eo", "⟦⟧")]):
        _forget_languages()
        yield "eo"
    _forget_languages()


@cache
def _pseudo_catalog() -> bytes:
    return compile_catalog(pseudo_catalog(marked_texts(), DJANGO_TEXTS))


def _forget_languages() -> None:
    trans_real._translations.clear()
    for cached in (trans_real.get_languages, trans_real.get_supported_language_variant, trans_real.check_for_language):
        if hasattr(cached, "cache_clear"):
            cached.cache_clear()
    clear_all()


# A marked text, and letters that may be of English.
MARKED, WORD = re.compile(r"⟦([^⟦⟧]*)⟧"), re.compile(r"[A-Za-z]{2,}")


def unmarked(page: Any, data: list[str]) -> list[str]:
    """The words of a page that are neither marked nor data."""
    parser = _Texts()
    # It is inside an address.
    parser.feed(page.content.decode().replace("<wbr>", ""))
    found = []
    for text in parser.found:
        rest = " ".join(text.split())
        # Most texts are marked from end to end. To compare each with all data takes long.
        if not WORD.search(MARKED.sub(" ", rest)) or any(rest in known for known in data):
            continue
        for known in data:
            rest = rest.replace(known, " ")
        if WORD.search(MARKED.sub(" ", rest)):
            found.append(" ".join(text.split()))
    return found


# Names of the product, of time zones, of the other languages, and what the people of the tests are called.
NAMES = ["Footnote", __version__, "EDT", "EST", "UTC", "Español", "Lectura en español", "English", "Spanish"]
NAMES += [NO_IDEA, "Service"]


# The text of the question with blanks, as a review shows it.
BLANKS = "Preliminary (a) … Reporting (b) …"


def _data(document: Any) -> list[str]:
    """Every text of a document, the longest first."""
    texts: list[str] = []

    def walk(value: Any) -> None:
        if isinstance(value, dict):
            for inner in value.values():
                walk(inner)
        elif isinstance(value, list):
            for inner in value:
                walk(inner)
        elif isinstance(value, str) and len(value) > 1:
            texts.append(" ".join(value.split()))

    walk(document)
    return sorted(set(texts), key=len, reverse=True)


@pytest.fixture
def every_type(classroom: Classroom, teacher: User, student: Student) -> Attempt:
    """An open attempt at a quiz with a question of every type."""
    assignment = make_assignment(edition=make_edition(document=DOCUMENT), classroom=classroom, assigned_by=teacher)
    Student.objects.update(language="eo")
    return make_attempt(assignment=assignment, student=student)


def test_pages_of_students_have_no_unmarked_text(
    pseudo_language: str, every_type: Attempt, student: Student, student_client: Client
) -> None:
    data = sorted([*_data(DOCUMENT), BLANKS, *NAMES, student.display_name, student.first_name], key=len, reverse=True)
    content = content_of(every_type)
    data.insert(0, content.published.document.reading.date_line)  # in the language of the reading
    attempt, given = [every_type.public_id], [every_type.assignment.public_id]
    pages = [reverse("student_home"), reverse("start_attempt", args=given), reverse("review_attempt", args=attempt)]
    numbers = range(1, len(content.questions) + 1)
    pages += [reverse("take_attempt", args=[*attempt, number]) for number in numbers]
    found = {page: unmarked(student_client.get(page), data) for page in pages}
    for number, question in enumerate(content.questions):
        value = right_value(question) if number % 2 else wrong_value(question)
        save(every_type, question.key, value)
    submit_attempt(every_type, now=NOW)
    every_type.refresh_from_db()
    data.insert(0, every_type.receipt)  # before shorter data that a receipt may hold
    for name in ("receipt", "result"):
        page = reverse(name, args=attempt)
        found[page] = unmarked(student_client.get(page), data)
    found["home"] = unmarked(student_client.get(reverse("student_home")), data)
    assert {page: texts for page, texts in found.items() if texts} == {}


def test_pages_before_sign_in_have_no_unmarked_text(
    pseudo_language: str, client: Client, student: Student, classroom: Classroom
) -> None:
    client.cookies["language"] = "eo"
    data = [student.display_name, student.first_name, classroom.name, "Maya L.", *teachers_of(classroom), *NAMES]
    names = ("landing", "join", "privacy", "accessibility", "how_we_write")
    found = {name: unmarked(client.get(reverse(name)), data) for name in names}
    found["accessibility"] = [text for text in found["accessibility"] if text != "AA"]  # the level of a criterion
    found["wrong code"] = unmarked(client.post(reverse("join"), {"code": "ZZZZZZ"}), [*data, "ZZZZZZ"])
    client.post(reverse("join"), {"code": classroom.join_code})
    found["names"] = unmarked(client.get(reverse("choose_name")), data)
    client.post(reverse("choose_name"), {"student": student.public_id})
    found["pin"] = unmarked(client.get(reverse("enter_pin")), data)
    found["wrong pin"] = unmarked(client.post(reverse("enter_pin"), {"pin": "12"}), data)
    found["missing"] = unmarked(client.get("/nothing-here/"), data)
    assert {name: texts for name, texts in found.items() if texts} == {}


def test_pages_of_teachers_have_no_unmarked_text(
    pseudo_language: str, every_type: Attempt, student: Student, teacher: User, signed_in: Any
) -> None:
    """Those that a teacher meets first, once all questions are answered and turned in."""
    content = content_of(every_type)
    for question in content.questions:
        save(every_type, question.key, wrong_value(question))
    submit_attempt(every_type, now=NOW)
    User.objects.update(language="eo")
    classroom, assignment = student.classroom, every_type.assignment
    data = sorted(
        [
            *_data(DOCUMENT),
            BLANKS,
            *NAMES,
            teacher.name,
            teacher.email,
            student.display_name,
            student.first_name,
            classroom.name,
            classroom.shown_code,
            "testserver/join",
        ],
        key=len,
        reverse=True,
    )
    own = (
        "roster",
        "add_students",
        "classroom_gradebook",
        "classroom_mastery",
        "classroom_quizzes",
    )
    of_quiz = ("assignment_progress", "assignment_results", "start_class", "change_assignment", "grading_queue")
    pages = [reverse(name) for name in ("teacher_home", "assign_quiz", "question_sets", "search", "account")]
    pages += [reverse(name, args=[classroom.public_id]) for name in own]
    pages += [reverse(name, args=[assignment.public_id]) for name in of_quiz]
    client = signed_in(teacher)
    found = {page: unmarked(client.get(page), data) for page in pages}
    assert {page: texts for page, texts in found.items() if texts} == {}


def test_an_unmarked_text_is_found() -> None:
    page = HttpResponse("<p>⟦Šåṽéđ⟧ Maya</p><p title='Not marked'>Also not</p>")
    assert unmarked(page, ["Maya"]) == ["Not marked", "Also not"]


def test_language_of_tests_keeps_values_and_markup() -> None:
    assert (
        pseudo("You have <b>%(count)s</b> of {total}")
        == "⟦Ýöû ĥåṽé".replace("ö", "ó") + " <b>%(count)s</b> óƒ {total}·····⟧"
    )


# ---- Every template, also where no test opens its page


# What a template may say in every language: names, levels of criteria, file formats, code.
SAME_IN_EVERY_LANGUAGE = re.compile(
    r"\b(Footnote|AA|UTC|OneRoster|manage\.py|sign_in_link|venv|bin|python|you@school.example)\b"
)


def unmarked_in_template(source: str) -> list[str]:
    """The words of a template that are neither marked nor the same in every language."""
    parser = _Texts()
    parser.feed(_without_marked_texts(source))
    found = (" ".join(text.split()) for text in parser.found)
    return [text for text in found if re.search(r"[A-Za-z]{2,}", SAME_IN_EVERY_LANGUAGE.sub("", text))]


def _without_marked_texts(source: str) -> str:
    """The HTML of a template without tags, values, and marked texts, but with texts that it passes on."""
    kept = []
    is_marked = False
    for token in Lexer(source).tokenize():
        if token.token_type is TokenType.BLOCK:
            name = token.contents.split()[0]
            if name in {"blocktranslate", "endblocktranslate", "comment", "endcomment"}:
                is_marked = not name.startswith("end")
            elif name == "include":
                kept += [f" {text} " for text in re.findall(r'=\"([^"]* [^"]*)"', token.contents)]
        elif token.token_type is TokenType.TEXT and not is_marked:
            # The attribute of a block is no text.
            kept.append(re.sub(r'^ [\w-]+="[\w -]*"$|^ data-[\w-]+=?"?$', "", token.contents))
    return "".join(kept)


def test_templates_have_no_unmarked_text() -> None:
    folder = Path(settings.BASE_DIR) / "templates"
    paths = sorted(path for path in folder.rglob("*.*") if path.suffix in {".html", ".txt"})
    found = {str(path.relative_to(folder)): unmarked_in_template(path.read_text(encoding="utf-8")) for path in paths}
    assert {name: texts for name, texts in found.items() if texts} == {}


def test_an_unmarked_text_of_a_template_is_found() -> None:
    template = """{# A comment. #}{% block body_class %} class="slim"{% endblock %}
    <p title="Say it">{% translate "Marked" %} {{ name }}, and
    <b>{% blocktranslate %}Marked too{% endblocktranslate %}</b></p>
    {% include "parts/x.html" with about="two words" topic="word" more=_("two words") %}"""
    assert unmarked_in_template(template) == ["Say it", ", and", "two words"]


# ---- The language and the direction of a reading


def test_texts_in_another_language_say_so(student_client: Client, student: Student, classroom: Classroom) -> None:
    document = make_document()
    document["reading"] |= {"language": "ar", "rights_note": RIGHTS["quotes"]["en"]}
    assignment = make_assignment(edition=make_edition(document=document), classroom=classroom)
    attempt = make_attempt(assignment=assignment, student=student)
    page = student_client.get(reverse("take_attempt", args=[attempt.public_id, 1])).content.decode()
    assert '<html lang="en" dir="ltr"' in page
    assert '<article class="reading" lang="ar" dir="rtl">' in page
    assert '<div class="text" lang="ar" dir="rtl">' in page
    # A set in Arabic has our own note in English.
    assert re.search(r'<p class="cite">\s*Written for class use, in our own words\.\s*From a story by', page)
    for question in content_of(attempt).questions:
        save(attempt, question.key, wrong_value(question))
    submit_attempt(attempt, now=NOW)
    result = student_client.get(reverse("result", args=[attempt.public_id])).content.decode()
    assert result.count('<span class="rv-t" lang="ar" dir="rtl"') == 4


def test_paper_and_board_carry_the_language(teacher_client: Client, classroom: Classroom, teacher: User) -> None:
    document = make_document()
    document["reading"]["language"] = "he"
    assignment = make_assignment(edition=make_edition(document=document), classroom=classroom, assigned_by=teacher)
    paper = teacher_client.get(reverse("print_assignment", args=[assignment.public_id])).content.decode()
    assert paper.count('<div class="reading" lang="he" dir="rtl">') == 1
    # The list has the direction too, so that the number of a question and its points are on the sides of its words.
    assert paper.count('<ol class="paper-q" lang="he" dir="rtl">') == 1
    assert paper.count('<p class="small worth"><span lang="en" dir="ltr">') == 4
    board = teacher_client.get(reverse("class_board", args=[assignment.public_id])).content.decode()
    assert '<h2 lang="he" dir="rtl"' in board


@pytest.mark.parametrize(
    ("language", "text", "words"),
    [
        ("en", "", ""),
        ("en-GB", "", ""),
        ("es", ' lang="es" dir="ltr"', ' lang="en" dir="ltr"'),
        ("ps", ' lang="ps" dir="rtl"', ' lang="en" dir="ltr"'),
        ("", "", ""),
    ],
)
def test_attributes_of_a_text_and_of_words_inside_it(language: str, text: str, words: str) -> None:
    assert (text_language(language), words_language(language)) == (text, words)
