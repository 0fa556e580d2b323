"""The main ways of a teacher in a language without English letters: each text of Python and of a template is marked."""

import html
import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import translation
from django.utils.html import escape

from quizzes.attempts.attempt_content import content_of
from quizzes.attempts.lifecycle import submit_attempt
from quizzes.content.drafts import lifecycle
from quizzes.content.editions import published
from quizzes.forms.classrooms import zone_choices
from quizzes.forms.editor.reading import languages
from quizzes.models import Assignment, Attempt, Classroom, Student, User
from tests.drafting import story
from tests.english_left import english_in
from tests.factories import (
    NOW,
    make_assignment,
    make_attempt,
    make_draft,
    make_edition,
    make_question_set,
    right_value,
    save,
    wrong_value,
)
from tests.integration.test_languages import BLANKS, MARKED, NAMES, WORD, _data, pseudo_language, unmarked
from tests.views.teacher.test_paper_answers import DOCUMENT

__all__ = ["pseudo_language"]

# Names of places, of formats, and of what a file is called in another program.
SAME = ("testserver/join", "UTC", "GIFT", "Aiken", "Moodle XML", "Kahoot (Excel)", "Canvas (QTI 1.2)", "QTI", "TOML")
SAME += ("JSON", "CSV", "Excel", "Moodle", "Canvas", "Google", "PowerSchool")
# What this test types, and what Footnote calls an objective of its own in a new set.
SAME += ("Understand the reading", "Unclear", "a@b.example", "Jo Q., Al R.; Bo", "New Person", "Total", "Ill")
SAME += ("Empty", "Time", "no limit")


# Django’s own errors, which it translates itself, also into Esperanto, whose code that language has.
# The letters of the correct choices on a printed form, such as “CD”. Their order is that of the form.
KEY_LETTERS = re.compile(r"[A-H]{1,8}")
DJANGO = re.compile(r"Ĉi tiu kampo|Elektu ekzistantan|Enigu")


@pytest.fixture
def taught(classroom: Classroom, teacher: User, student: Student, classmate: Student) -> Assignment:
    """A quiz with a question of every type: one student turned in, the other did not start."""
    question_set = make_question_set(owner=teacher)
    edition = make_edition(question_set=question_set, document=DOCUMENT)
    assignment = make_assignment(edition=edition, classroom=classroom, assigned_by=teacher)
    attempt = make_attempt(assignment=assignment, student=student)
    for number, question in enumerate(content_of(attempt).questions):
        save(attempt, question.key, right_value(question) if number % 2 else wrong_value(question))
    submit_attempt(attempt, now=NOW)
    return assignment


@pytest.fixture
def client_in_it(pseudo_language: str, teacher_client: Client) -> Client:
    """The browser of a teacher who reads that language."""
    teacher_client.cookies["language"] = pseudo_language
    return teacher_client


class Pages:
    """The pages that a test opened, and what they show in English."""

    def __init__(self, client: Client) -> None:
        code = Classroom.objects.get().join_code
        receipts = [receipt for receipt in Attempt.objects.values_list("receipt", flat=True) if receipt]
        zones = [str(place) for _, places in zone_choices() for _, place in places if "⟦" not in str(place)]
        readings = [content_of(attempt).published.document.reading for attempt in Attempt.objects.all()]
        # These lines are in the language of the reading.
        told = [one.date_line for reading in readings for one in (reading, *reading.variants)]
        texts = [*told, *_data(DOCUMENT), *_data(story()), BLANKS, *NAMES, *SAME, *zones, *receipts]
        texts += [code, f"{code[:3]}-{code[3:]}", f"http://testserver{reverse('privacy')}"]
        # Django has their names in Esperanto too.
        with translation.override("eo"):
            texts += dict(languages("en")).values()
        for model, names in (
            (Student, ("display_name", "family_name")),
            (User, ("name", "email")),
            (Classroom, ("name",)),
        ):
            for row in model.objects.values_list(*names):
                texts += row
        texts += [student.first_name for student in Student.objects.all()]
        self.client = client
        self.data = sorted(filter(None, texts), key=len, reverse=True)
        self.english: dict[str, list[str]] = {}

    def get(self, page: str, /, *args: Any, **query: str) -> None:
        """Open a page."""
        self._look(page, self.client.get(reverse(page, args=args), query))

    def post(self, page: str, /, *args: Any, **sent: Any) -> None:
        """Send a form, and read the page that follows."""
        response = self.client.post(reverse(page, args=args), sent, follow=True)
        self._look(f"{page} {len(self.english)}", response)

    def _look(self, name: str, page: Any) -> None:
        assert page.status_code == 200, name
        assert '<html lang="eo"' in page.content.decode(), name
        found = unmarked(page, self.data) + self._inside(page)
        self.english[name] = [text for text in found if not DJANGO.search(text) and not KEY_LETTERS.fullmatch(text)]

    def _inside(self, page: Any) -> list[str]:
        """The words of marked texts that came in as a value and are neither marked nor data."""
        found = []
        for text in MARKED.findall(html.unescape(page.content.decode())):
            rest = re.sub(r"<[^>]*>", " ", text.replace("<wbr>", ""))
            # Most have no such value. To compare each with all data takes long.
            if WORD.search(rest):
                for known in self.data:
                    rest = rest.replace(known, " ")
                if WORD.search(rest):
                    found.append(text)
        return found

    def left_over(self) -> dict[str, list[str]]:
        """The pages with English words."""
        return {name: texts for name, texts in self.english.items() if texts}


def test_home_and_class(client_in_it: Client, taught: Assignment, classroom: Classroom, student: Student) -> None:
    pages = Pages(client_in_it)
    for name in ("teacher_home", "add_classroom", "account", "archived_classrooms", "question_sets"):
        pages.get(name)
    names = ["classroom_quizzes", "classroom_gradebook", "classroom_mastery", "classroom_growth", "change_classroom"]
    for name in [*names, "roster", "add_students", "sign_in_cards", "add_person", "erase_classroom"]:
        pages.get(name, classroom.public_id)
    for name in ("student_history", "student_report", "erase_student"):
        pages.get(name, student.public_id)
    pages.get("search", q="Maya")
    pages.post("add_classroom", name="", time_zone="x")
    pages.post("change_classroom", classroom.public_id, name="x" * 200, time_zone="America/New_York")
    pages.post("erase_classroom", classroom.public_id, name="Another name")
    pages.post("add_person", classroom.public_id, email="x", role="owner")
    names = "\n".join(["Maya Lopez", "a@b.example", "Total", "Jo Q., Al R.; Bo", "2026-01-01", *["New Person"] * 2])
    pages.post("add_students", classroom.public_id, names=names)
    pages.post("add_students", classroom.public_id, file=SimpleUploadedFile("x.pdf", b"\x01\x02"))
    pages.post("rename_student", student.public_id, name="")
    pages.post("change_pin", student.public_id)
    pages.post("remove_student", student.public_id)
    pages.post("change_code", classroom.public_id)
    pages.post("set_archived", classroom.public_id, is_archived="True")
    assert pages.left_over() == {}


def test_assigning_and_progress(
    client_in_it: Client, taught: Assignment, classroom: Classroom, student: Student
) -> None:
    pages = Pages(client_in_it)
    edition, given = taught.edition, taught.public_id
    public_id = edition.question_set.public_id
    for name in ("question_set", "assign", "print_set_key"):
        pages.get(name, public_id)
    pages.get("assign_quiz")
    names = ["assignment_progress", "start_class", "running_class", "change_assignment", "assign_again"]
    for name in [*names, "add_classes", "paper_answers"]:
        pages.get(name, given)
    # The board is in the language of its questions.
    own = make_assignment(
        edition=make_edition(document={**DOCUMENT, "reading": {**DOCUMENT["reading"], "language": "eo"}}),
        classroom=classroom,
    )
    for phase in ("1-1", "1-2", "1-3", "1-4"):
        pages.post("show_on_board", own.public_id, aim=phase)
    for page in ("student_overrides", "student_paper_answers"):
        pages.get(page, given, student.public_id)
    pages.post("assign", public_id, preset="none", max_attempts="7", time_limit="0")
    times = {"opens": "2026-10-26T08:00", "due": "2026-10-25T08:00", "closes": "2031-01-01T08:00"}
    pages.post("assign", public_id, preset="in_class", classrooms=classroom.public_id, **times)
    pages.post("change_assignment", given, release="after_last", max_attempts="1", attempt_policy="best", **times)
    pages.post("extend_student", given, student.public_id, due="2020-01-01T08:00", reason="")
    pages.post("excuse_student", given, student.public_id, is_excused="True", reason="Ill")
    pages.post("extend_students", given, act="extend", due="2020-01-01T08:00", students="x")
    pages.post("extend_students", given, act="extend", extra_attempts="1", reason="Ill", students=student.public_id)
    pages.get("extend_students", given)
    for act in ("close", "pause", "resume", "release", "x"):
        pages.post("change_window", given, act=act)
    pages.get("student_overrides", given, student.public_id)
    assert pages.left_over() == {}


def test_results_and_grading(client_in_it: Client, taught: Assignment, student: Student) -> None:
    pages = Pages(client_in_it)
    attempt = Attempt.objects.get()
    for name in ("assignment_results", "item_analysis", "grading_queue", "assignment_regrades"):
        pages.get(name, taught.public_id)
    pages.get("attempt_review", attempt.public_id, show="all")
    for number in range(1, len(DOCUMENT["questions"]) + 1):
        pages.get("regrade_question", taught.public_id, number)
        pages.post("regrade_question", taught.public_id, number, policy="new_key", act="preview", reason="")
        pages.post("regrade_question", taught.public_id, number, policy="drop", act="preview", reason="Unclear")
        pages.post("grade_answer", attempt.public_id, number, **{f"q{number}-points": "99", "points": "99"})
    pages.post("reopen_attempt", attempt.public_id, receipt=attempt.receipt, minutes="-1", reason="")
    pages.post("comment_on_attempt", attempt.public_id, comment="5" * 5000)
    assert pages.left_over() == {}


def test_editor_with_problems(client_in_it: Client, teacher: User, classroom: Classroom) -> None:
    pages = Pages(client_in_it)
    document = story()
    draft = make_draft(owner=teacher, document=document)
    empty = lifecycle.make_set(by=teacher, now=NOW, title="Empty", story_title="", publisher="", published_on="")
    for public_id in (draft.question_set.public_id, empty.question_set.public_id):
        for name in ("edit_source", "edit_objectives", "edit_speakers", "edit_words", "replace_text", "publish_set"):
            pages.get(name, public_id)
    pages.get("edit_reading", draft.question_set.public_id)
    for question in document["questions"]:
        pages.get("edit_question", draft.question_set.public_id, question["key"])
    pages.get("add_set")
    pages.get("import_questions")
    pages.post("add_set", title="", story_title="")
    pages.post("publish_set", empty.question_set.public_id)
    assert pages.left_over() == {}


GIFT = """::One:: What is this? { =Right ~%50%Almost #No }

::Two:: Only text.

::Three:: How many? {#many}

::Four:: <img src="x.png"> Which? {=A ~A}
"""


def test_files_that_cannot_be_read(client_in_it: Client, taught: Assignment, classroom: Classroom) -> None:
    pages = Pages(client_in_it)
    pages.data += ["What is this?", "Only text.", "How many?", "Which?", "Right", "Almost", "many", "Nobody"]

    def file(content: bytes, name: str = "x.txt") -> SimpleUploadedFile:
        return SimpleUploadedFile(name, content)

    for content in (GIFT.encode(), b"<a>", b"PK\x03\x04", b"", b"plain words"):
        pages.post("import_questions", file=file(content), target="new")
    pages.get("import_class")
    pages.get("import_oneroster")
    pages.post("import_class", file=file(b"{}"))
    pages.post("import_oneroster", file=file(b"PK\x03\x04"))
    pages.post("add_students", classroom.public_id, file=file(b"PK\x03\x04"))
    pages.get("export_questions", taught.edition.question_set.public_id)
    pages.get("class_accommodations", classroom.public_id)
    pages.post("import_accommodations", classroom.public_id, file=file(b"Name,Time\nMaya Lopez,9\nNobody,2\n"))
    assert pages.left_over() == {}


def test_language_of_a_file_is_english(client_in_it: Client, taught: Assignment, classroom: Classroom) -> None:
    sent = {"layout": "scores", "form": "csv"}
    file = client_in_it.post(reverse("download_file", args=[classroom.public_id]), sent)
    assert "⟦" not in file.content.decode()
    assert re.match(r"\ufeff?Student,Last name", file.content.decode())


def test_english_words_of_a_page_are_found() -> None:
    texts = ["⟦Šåṽéđ ƀý Maya L.⟧", "Not marked", "⟦Ñåɱé Also not⟧", "Yes", "10 % EST", "of a reading, in"]
    stored = ["Maya L.", "Yes", "A sentence of a reading, in parts."]
    assert english_in(texts, stored) == ["Not marked", "⟦Ñåɱé Also not⟧"]


def test_questions_say_their_language_on_pages_in_another(teacher_client: Client, taught: Assignment) -> None:
    teacher_client.cookies["language"] = "es"
    questions = published(taught.edition_id).document.questions
    of_quiz = ("item_analysis", "assignment_results", "assignment_progress", "assignment_regrades", "grading_queue")
    pages = [reverse(name, args=[taught.public_id]) for name in of_quiz]
    pages.append(reverse("question_set", args=[taught.edition.question_set.public_id]))
    pages += [reverse("regrade_question", args=[taught.public_id, number]) for number in range(1, len(questions) + 1)]
    wrong = []
    for page in pages:
        # The form of a regrade has the question inside an element that says its language.
        text = teacher_client.get(page).content.decode().partition('<div class="picks" lang="en"')[0]
        stems = "|".join(re.escape(escape(question.stem)) for question in questions)
        found = re.findall(rf"<\w+([^>]*)>\s*(?:\d+\.\s+)?(?:{stems})", text)
        if not found or not all('lang="en"' in attributes for attributes in found):
            wrong.append((page.rsplit("/")[-2], found))
    assert wrong == []
