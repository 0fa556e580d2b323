"""Pages of a teacher who reads Spanish are in Spanish, whatever language a question set was written in."""

import re
from collections.abc import Iterable, Iterator

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from quizzes.assignments import accommodations, excuses
from quizzes.attempts.lifecycle import submit_attempt
from quizzes.content.drafts import lifecycle
from quizzes.content.drafts.document import finished
from quizzes.content.editions import latest_edition, published
from quizzes.content.languages import PageWords
from quizzes.content.normalized_answers import Day
from quizzes.content.question_types.numeric.question import Numeric
from quizzes.content.question_types.registry import type_of
from quizzes.content.set_document import parse_set
from quizzes.models import Assignment, Classroom, Draft, Edition, QuestionSet, User
from quizzes.models.question_sets import UNTITLED
from quizzes.models.quiz_titles import AFTER_LESSONS, NEW_VERSION, quiz_title
from quizzes.models.reasons import ReasonKind, logged_reason, shown_reason
from quizzes.templatetags.translation import in_own_language
from tests.drafting import publish, story, url
from tests.english_left import texts_with_language, translations, untranslated
from tests.factories import (
    NOW,
    make_assignment,
    make_attempt,
    make_classroom,
    make_document,
    make_draft,
    make_edition,
    make_question_set,
    make_regrade,
    make_student,
    publish_built_in_sets,
    regrade_document,
    right_value,
    save,
    wrong_value,
)
from tests.integration.test_access import TABLE, School
from tests.integration.test_languages import _data
from tests.pages import text_of
from tests.views.student.test_languages import bilingual
from tests.views.teacher.test_paper_answers import DOCUMENT

pytestmark = pytest.mark.django_db
OBJECTIVE = "What PARS recorded"


@pytest.fixture
def school(teacher: User) -> School:
    """A class whose student answered each question of the built-in set wrong."""
    publish_built_in_sets()
    return school_with(teacher, latest_edition(QuestionSet.objects.get(slug="pars-agreement")))


def school_with(teacher: User, edition: Edition) -> School:
    classroom = make_classroom(teacher=teacher, created_at=NOW)
    student = make_student(classroom=classroom, created_at=NOW)
    assignment = make_assignment(edition=edition, classroom=classroom, assigned_by=teacher, created_at=NOW)
    attempt = make_attempt(assignment=assignment, student=student, started_at=NOW)
    for question in published(edition.pk).document.questions:
        save(attempt, question.key, wrong_value(question))
    submit_attempt(attempt, now=NOW)
    return School(teacher, student, assignment, attempt)


PAGES = {
    "question_set": {"objectives", "stems", "speakers"},
    "teaching_guide": {"objectives"},
    "assignment_results": {"objectives", "stems"},
    "item_analysis": {"stems"},
    "classroom_mastery": {"objectives"},
    "attempt_review": {"objectives", "stems"},
    "student_report": {"stems"},
    "assignment_regrades": {"stems"},
}


@pytest.mark.parametrize("name", PAGES)
def test_page_shows_the_question_set_in_spanish(name: str, school: School, teacher_client: Client) -> None:
    english = published(school.assignment.edition_id).document
    spanish = english.in_language("es")
    is_of_set = name in {"question_set", "teaching_guide"}
    built_in = school.assignment.edition.question_set
    kwargs = {"public_id": built_in.public_id} if is_of_set else TABLE[name].kwargs(school)
    page = teacher_client.get(reverse(name, kwargs=kwargs), headers={"Accept-Language": "es"})
    text = text_of(page)
    of = {
        "objectives": lambda document: [one.title for one in document.objectives],
        "stems": lambda document: [question.stem for question in document.questions],
        "speakers": lambda document: [one.label for one in document.reading.speakers if one.key == "not_stated"],
    }
    for what in PAGES[name]:
        assert [one for one in of[what](spanish) if one not in text] == []
        assert [one for one in of[what](english) if one in text] == []


# These show a set in the language in which students read it, and say that language.
STUDENTS_READ = {"try_set_question", "print_set", "print_assignment", "class_board", "live_board"}
# It also has the levels of the reading that are not in Spanish.
STUDENTS_READ |= {"question_set"}
FOR_VISITORS = {"landing", "try_question"}
# Titles of stories and pages that the teaching guide cites.
CITED = ("Kenney Says City Will End ICE Data-Sharing Agreement", "Ending the PARS agreement with ICE")
# Of a draft, beside its questions and sentences.
NOTES = ("address", "where somebody lives")
# A shorter text may be part of any other, such as the name of a month.
LONG = 12
# Words of English that are none of Spanish.
ENGLISH = re.compile(
    r"\b(the|of|and|is|are|with|this|that|for|to|you|your|not|question|answer|sentence|student|takes|by|was|were|what"
    r"|who|which|from|on|in|at|has)\b"
)


def busy_school(teacher: User, edition: Edition) -> School:
    """A school whose class was given this edition, with each reason that Footnote writes, and a regrade of each key."""
    school = school_with(teacher, edition)
    assignment, student = school.assignment, school.student
    more = {"due_at": None, "closes_at": None, "extra_attempts": 1, "reason": "", "by": teacher, "now": NOW}
    for kind in (ReasonKind.FITS_EXTRA_TIME, ReasonKind.ON_TIME):
        accommodations.extend(assignment, student, reason_kind=kind, **more)
    for kind, own_version in (
        (ReasonKind.OTHER_FORM, None),
        (ReasonKind.HAS_VERSION, 2),
        (ReasonKind.STAYS_EXCUSED, None),
    ):
        why = {"reason_kind": kind, "own_version": own_version}
        excuses.excuse(assignment, student, by=teacher, now=NOW, **why)
        excuses.undo_excuse(assignment, student, reason_kind=ReasonKind.BY_MISTAKE, by=teacher, now=NOW)
    for number, question in enumerate(published(edition.pk).document.questions, start=1):
        if type_of(question).graded_by == "rule":
            document = regrade_document(edition.pk, question.key, "either_key", right_value(question))
            kind, answers = [(ReasonKind.ALL_ACCEPTED, "“ICE”, “PARS”"), (ReasonKind.ACCEPTED, "“ICE”")][number % 2]
            more = {"made_by": teacher, "policy": "either_key", "document": document}
            make_regrade(assignment=assignment, number=number, reason_kind=kind, reason=answers, **more)
    return school


def texts_of_pages(school: School, client: Client) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Each page of the teacher in Spanish: its name, and its texts with their languages."""
    for name, row in TABLE.items():
        if row.method == "get" and row.outcomes["teacher"] == "page" and name not in FOR_VISITORS:
            page = client.get(reverse(name, kwargs=row.kwargs(school)), headers={"Accept-Language": "es"})
            if page.headers["Content-Type"].startswith("text/html"):
                yield name, texts_with_language(page)


def without(text: str, parts: Iterable[str]) -> str:
    """The text without these parts of it, the longest first."""
    for part in sorted(parts, key=len, reverse=True):
        text = text.replace(part, "")
    return text


def has_text(text: str, known: Iterable[str]) -> bool:
    """Whether the text is one of these, or has one that is longer than a name."""
    return any(one == text or (len(one) > LONG and one in text) for one in known)


def test_pages_of_a_teacher_have_no_english(teacher: User, teacher_client: Client) -> None:
    publish_built_in_sets()
    edition = latest_edition(QuestionSet.objects.get(slug="pars-agreement"))
    spanish = translations(edition.document, "es")
    found = []
    for name, texts in texts_of_pages(busy_school(teacher, edition), teacher_client):
        drafts = [text for draft in Draft.objects.all() for text in _data(draft.document)]
        for text, language in texts:
            is_said = name in STUDENTS_READ and language == "en"
            if not is_said and has_text(without(text, spanish.values()), spanish):
                found.append((name, text))
            if language == "es" and len(ENGLISH.findall(without(text, [*drafts, *CITED]))) > 1:
                found.append((name, text))
    assert found == []


def test_every_type_of_question_is_in_spanish(teacher: User, teacher_client: Client) -> None:
    edition = make_edition(question_set=make_question_set(owner=teacher), document=bilingual(DOCUMENT))
    # The student typed “Friday”, and some pages have quizzes of other sets.
    others = {"Friday", *_data(make_document())}
    spanish = {text: new for text, new in translations(edition.document, "es").items() if text not in others}
    found = []
    for name, texts in texts_of_pages(busy_school(teacher, edition), teacher_client):
        for text, language in texts:
            is_said = name in STUDENTS_READ and language == "en"
            if not is_said and has_text(without(text, spanish.values()), spanish):
                found.append((name, text))
    assert found == []


def test_set_without_spanish_says_its_language(teacher: User, teacher_client: Client) -> None:
    edition = make_edition(question_set=make_question_set(owner=teacher), document=untranslated(DOCUMENT))
    english = set(translations(bilingual(DOCUMENT), "es")) - {DOCUMENT["title"]}
    english |= {sentence.text for sentence in published(edition.pk).document.reading}
    found = []
    for name, texts in texts_of_pages(busy_school(teacher, edition), teacher_client):
        if name != "edit_question":  # What an author writes has the language of the author.
            found += [(name, text) for text, language in texts if language == "es" and has_text(text, english)]
    assert found == []


def test_preview_of_a_draft_says_the_language_of_its_notes(teacher: User, teacher_client: Client) -> None:
    document = story()
    word = {"word": "address", "meaning": "where somebody lives", "spanish": "", "en": ["address"], "es": []}
    document["reading"]["words"] = [word]
    question_set = make_draft(owner=teacher, document=document).question_set
    # The words to know of a question that is answered in the reading are outside of it.
    [number] = [place for place, one in enumerate(document["questions"], start=1) if one["type"] == "evidence"]
    page = teacher_client.get(
        reverse("preview_draft", args=[question_set.public_id, number]), headers={"Accept-Language": "es"}
    )
    found = texts_with_language(page)
    languages = {note: {language for text, language in found if note in text} for note in NOTES}
    assert languages == {note: {"en"} for note in NOTES}


def test_date_in_a_key_is_in_the_language_of_the_page() -> None:
    document = parse_set(DOCUMENT)
    [question] = [one for one in document.questions if isinstance(one, Numeric) and isinstance(one.answer, Day)]
    with translation.override("es"):
        [row], [option] = question.answer_key(document.reading), question.options(document.reading)
    assert (row.text, option.text) == ("31 de agosto (más o menos 2 días)", "31 de agosto")


def test_words_that_footnote_gives_a_new_set_are_in_spanish(teacher: User, teacher_client: Client) -> None:
    with translation.override("es"):
        draft = lifecycle.make_set(by=teacher, now=NOW, title="", story_title="", publisher="", published_on="")
        QuestionSet.objects.filter(pk=draft.question_set_id).update(title=UNTITLED)
        assert draft.document["objectives"][0]["title"] == "Comprender la lectura"
    page = teacher_client.get(reverse("question_sets"), headers={"Accept-Language": "es"})
    assert ("Conjunto de preguntas sin título" in text_of(page), UNTITLED in text_of(page)) == (True, False)
    document = story()
    document["reading"] |= {"language": "es", "rights": "quotes", "rights_note": ""}
    made = finished({**document, "summary": ""})
    assert made["reading"]["rights_note"] == "Escrito para usar en clase, con nuestras propias palabras."
    assert made["summary"] == f"4 preguntas sobre “{document['reading']['title']}”."


@pytest.mark.parametrize("stored", ["en", "es"])
@pytest.mark.parametrize("language", ["en", "es"])
def test_line_in_place_of_a_summary_is_in_the_language_of_the_page(
    language: str, stored: str, teacher: User, classroom: Classroom, teacher_client: Client
) -> None:
    document = story()
    document["reading"] |= {"language": stored, "rights": "quotes", "rights_note": ""}
    draft = make_draft(document={**document, "summary": ""}, owner=teacher)
    publish(teacher_client, draft)
    title = document["reading"]["title"]
    said = {"en": f"4 questions on “{title}”.", "es": f"4 preguntas sobre “{title}”."}
    assert QuestionSet.objects.get(pk=draft.question_set_id).summary == said[stored]

    for address in (reverse("question_sets"), url("question_set", draft), reverse("assign_quiz")):
        page = text_of(teacher_client.get(address, headers={"Accept-Language": language}))
        assert [code for code, text in said.items() if text in page] == [language], address


def test_reasons_that_footnote_wrote_are_in_the_language_of_the_page() -> None:
    with translation.override("es"):
        assert shown_reason("", ReasonKind.HAS_VERSION, 3) == "Tiene la versión 3 de este cuestionario."
        assert shown_reason("“A”, “B”", ReasonKind.ALL_ACCEPTED) == "También se aceptan “A”, “B”."
    with translation.override("en"):
        assert shown_reason("", ReasonKind.OTHER_FORM) == "Takes the other form of the check"


@pytest.mark.parametrize(
    "typed", ["Both spellings are accepted too.", "Excused by mistake.", "Excused from this quiz."]
)
def test_reason_that_a_teacher_typed_is_shown_as_typed(
    typed: str, school: School, teacher: User, teacher_client: Client
) -> None:
    assignment, student = school.assignment, school.student
    excuses.excuse(assignment, student, reason=typed, by=teacher, now=NOW)
    make_regrade(assignment=assignment, reason=typed)
    pages = (
        reverse("student_history", args=[student.public_id]),
        reverse("assignment_regrades", args=[assignment.public_id]),
    )

    for page in pages:
        assert f"“{typed}”" in text_of(teacher_client.get(page, headers={"Accept-Language": "es"}))


def test_log_of_an_earlier_version_is_in_the_language_of_the_page() -> None:
    """Its rows have English sentences and no kinds, and never change."""
    with translation.override("es"):
        assert logged_reason({"reason": "Has version 3 of this quiz."}) == "Tiene la versión 3 de este cuestionario."
        assert logged_reason({"reason": "Excused by mistake."}) == "La exención fue un error."
        assert logged_reason({"reason": "Was ill."}) == "Was ill."
        assert logged_reason({}) == ""


def test_sentence_without_spanish_says_its_language_and_its_number_does_not() -> None:
    label = PageWords("Oración 4: ", "The council voted.", language="en-US")
    with translation.override("es"):
        english = '<span lang="en-US" dir="ltr">The council voted.</span>'
        assert in_own_language(label) == f"<span>Oración 4: {english}</span>"
        assert in_own_language(label, "en") == f'<span lang="es" dir="ltr">Oración 4: {english}</span>'
    with translation.override("en"):
        assert in_own_language(label, "en") is label


def test_gradebook_of_one_objective_keeps_its_address_in_spanish(school: School, teacher_client: Client) -> None:
    address = reverse("classroom_gradebook", args=[school.assignment.classroom.public_id])
    page = teacher_client.get(address, {"objective": OBJECTIVE}, headers={"Accept-Language": "es"})
    text = text_of(page)
    assert ("Qué registraba PARS" in text, OBJECTIVE in text) == (True, False)
    assert "objective=What%20PARS%20recorded" in page.content.decode()


def test_heading_of_archived_quizzes_agrees_with_them(school: School, teacher_client: Client) -> None:
    classroom = school.assignment.classroom
    Classroom.objects.filter(pk=classroom.pk).update(archived_at=NOW)
    address = reverse("classroom_quizzes", args=[classroom.public_id])
    page = teacher_client.get(address, headers={"Accept-Language": "es"})
    assert re.search(r"<h2[^>]*>\s*Archivados\b", page.content.decode())


def test_words_about_a_sentence_agree_with_it(teacher: User, teacher_client: Client) -> None:
    draft = make_draft(owner=teacher)
    publish(teacher_client, draft)
    document = story()
    first, *others = document["reading"]["paragraphs"][0]["sentences"]
    document["reading"]["paragraphs"][0]["sentences"] = [*others, {**first, "key": "s99", "text": "It is new."}]
    [evidence] = [one for one in document["questions"] if one["type"] == "evidence"]
    evidence["choices"] = [{"sentence": "", "rationale": ""}]
    Draft.objects.filter(pk=draft.pk).update(document=document)
    page = teacher_client.get(url("compare_reading", draft), headers={"Accept-Language": "es"})
    states = re.findall(r'<span class="tag[^"]*">.*?</svg>\s*(.*?)\s*</span>', page.content.decode())
    assert {"Nueva", "Quitada", "Se movió"} >= set(states) >= {"Nueva", "Quitada"}
    assert text_of(page).count("Ninguna") == 2
    pages = [
        teacher_client.get(url("edit_question", draft, key), headers={"Accept-Language": "es"}).content.decode()
        for key in (evidence["key"], "one")
    ]
    assert re.search(r'<option value=""[^>]*>\s*Ninguna\s*</option>', pages[0])
    assert 'data-done="Listo"' in pages[1]


@pytest.mark.parametrize(
    ("own_title", "shown"),
    [
        ("Check A, before the lessons", "Prueba A, antes de las lecciones"),
        (AFTER_LESSONS.format(title="Check A"), "Prueba A, después de las lecciones"),
        (NEW_VERSION.format(title="Check A", number=3), "Prueba A, versión 3"),
        ("Check A, before lunch", "Check A, before lunch"),
        ("Check B, version 2", "Check B, version 2"),
    ],
)
def test_title_that_footnote_made_is_in_the_language_of_the_page(own_title: str, shown: str) -> None:
    publish_built_in_sets()
    edition = latest_edition(QuestionSet.objects.get(slug="check-a"))
    with translation.override("es"):
        assert quiz_title(own_title, is_made=True, stored="Check A", shown="Prueba A") == shown
        assert Assignment(edition=edition, own_title=own_title, is_title_made=True).title == shown
        # Of a teacher who typed the same words.
        assert Assignment(edition=edition, own_title=own_title).title == own_title
