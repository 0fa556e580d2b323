"""Supports: the teacher's forms, the student's pages, and the files."""

import json
import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from quizzes.assignments.supports import Supports, set_class_supports, set_supports
from quizzes.content.drafts.lifecycle import take_document
from quizzes.content.drafts.publishing import publish
from quizzes.content.drafts.retry import make_retry
from quizzes.content.editions import latest_edition, published
from quizzes.content.question_types.shuffle import Shuffle
from quizzes.files.class_export.document import read_class_export
from quizzes.files.class_export.writer import export_classroom
from quizzes.models import Accommodation, Assignment, Attempt, Classroom, QuestionSet, Student, SupportMark, User
from tests.conftest import NOW, Queries
from tests.factories import make_assignment, make_document, make_edition
from tests.pages import errors_of, form_of, text_of


def give(student: Student, **supports: Any) -> None:
    """Give the student's attempts these supports, without a page."""
    Attempt.objects.filter(student=student).update(supports=supports)


def question_page(client: Client, attempt: Attempt) -> str:
    return client.get(reverse("take_attempt", args=[attempt.public_id, 1])).text


# --- Teachers -----------------------------------------------------------------------------------------------------


def test_teacher_sets_the_supports_of_the_class_and_of_one_student(
    teacher_client: Client, student_client: Client, classroom: Classroom, student: Student, attempt: Attempt
) -> None:
    settings, profile = (
        reverse("change_classroom", args=[classroom.public_id]),
        reverse("student_history", args=[student.public_id]),
    )
    form = form_of(teacher_client.get(settings), having="read_aloud")
    response = teacher_client.post(form.action, form.data(read_aloud="on"), follow=True)
    assert "Saved for every quiz." in text_of(response)
    assert "read_aloud.js" in question_page(student_client, attempt)

    form = form_of(teacher_client.get(profile), having="source")
    assert (form.data()["source"], form.data()["read_aloud"]) == (["class"], ["on"])
    refused = teacher_client.post(form.action, form.data(line_focus="on"))
    assert "You changed supports. To save them, choose “Only these”." in errors_of(refused)
    assert form_of(refused, having="source").data()["line_focus"] == ["on"]
    own = {name: values for name, values in form.data(source="own").items() if name != "read_aloud"}
    teacher_client.post(form.action, own)
    assert "supports/" not in question_page(student_client, attempt)
    form = form_of(teacher_client.get(profile), having="source")
    assert form.data()["source"] == ["own"]

    teacher_client.post(form.action, form.data(source="class"))
    assert "read_aloud.js" in question_page(student_client, attempt)
    assert "Choose one of these." in text_of(teacher_client.post(form.action, {"time": "1", "source": "klingon"}))


def test_what_another_teacher_has_set_since_the_page_was_opened_stays(
    teacher_client: Client, classroom: Classroom, student: Student
) -> None:
    settings = reverse("change_classroom", args=[classroom.public_id])
    old = form_of(teacher_client.get(settings), having="read_aloud")
    teacher_client.post(old.action, old.data(line_focus="on"))
    teacher_client.post(old.action, old.data(read_aloud="on"))
    classroom.refresh_from_db()
    assert classroom.supports == {"line_focus": True, "read_aloud": True}

    old = form_of(teacher_client.get(settings), having="may_choose")
    teacher_client.post(old.action, old.data(variant="es"))
    unchecked = {name: value for name, value in old.data().items() if name != "may_choose"}
    teacher_client.post(old.action, unchecked)
    classroom.refresh_from_db()
    assert (classroom.reading_variant, classroom.students_choose_variant) == ("es", False)

    profile = reverse("student_history", args=[student.public_id])
    old = form_of(teacher_client.get(profile), having="source")
    teacher_client.post(old.action, old.data(time="1.5", source="own", notes="on"))
    assert errors_of(teacher_client.post(old.action, old.data(variant="easier"))) == []
    student.refresh_from_db()
    assert student.supports == {"line_focus": True, "read_aloud": True, "notes": True}
    assert (student.accommodation.time_factor, student.reading_variant) == (Decimal("1.5"), "easier")
    new = form_of(teacher_client.get(profile), having="source")
    teacher_client.post(new.action, new.data(time="1", source="class"))
    student.refresh_from_db()
    assert (student.supports, Accommodation.objects.count()) == (None, 0)


@pytest.mark.parametrize(("name", "value"), [("text_size", "300"), ("color", "brown"), ("break_minutes", "7")])
def test_values_that_are_not_offered_are_refused(
    name: str, value: str, teacher_client: Client, classroom: Classroom, student: Student
) -> None:
    data = {"time": "1", "source": "own", name: value}
    response = teacher_client.post(reverse("set_accommodations", args=[student.public_id]), data)
    assert len(errors_of(response)) == 1
    teacher_client.post(reverse("set_class_supports", args=[classroom.public_id]), {name: value})
    student.refresh_from_db()
    classroom.refresh_from_db()
    assert (student.supports, classroom.supports) == (None, {})


def test_support_that_a_colleague_changed_too_is_not_saved_at_first(
    classroom: Classroom, teacher: User, other_teacher: User, teacher_client: Client
) -> None:
    page = teacher_client.get(reverse("change_classroom", args=[classroom.public_id]))
    form = form_of(page, having="text_size")
    fresh = Classroom.objects.get(pk=classroom.pk)
    set_class_supports(fresh, Supports(text_size=150, notes=True), by=other_teacher, now=NOW)
    # A later change of another support is not the one.
    set_class_supports(fresh, Supports(text_size=150, notes=True, color="rose"), by=teacher, now=NOW)

    refused = teacher_client.post(form.action, form.data(text_size="125", break_minutes="5"))
    assert errors_of(refused) == ["Mr. Okafor changed this to “150%”. Yours isn’t saved. Check it, then save again."]
    again = form_of(refused, having="text_size")
    assert again.data()["text_size"] == ["125"]
    assert teacher_client.post(again.action, again.data()).status_code == 302
    classroom.refresh_from_db()
    assert classroom.supports == {"text_size": 125, "notes": True, "color": "rose", "break_minutes": 5}


# --- Students -----------------------------------------------------------------------------------------------------


def test_page_without_supports_loads_none_of_their_files(student_client: Client, attempt: Attempt) -> None:
    page = question_page(student_client, attempt)
    assert [part for part in ("supports/", "data-read-aloud", 'class="tools"') if part in page] == []


ALL: dict[str, Any] = {
    "read_aloud": True,
    "text_size": 150,
    "spacing": True,
    "plain_font": True,
    "color": "blue",
    "line_focus": True,
    "cross_out": True,
    "fewer_choices": True,
    "notes": True,
    "hide_clock": True,
    "break_minutes": 15,
}


def test_display_supports_hold_on_every_page_of_the_student(
    student_client: Client, student: Student, attempt: Attempt
) -> None:
    Student.objects.update(supports=ALL)
    give(student, **ALL)
    attributes = 'dir="ltr" data-text="150" data-spacing data-plain data-hide-clock data-color="blue" >'
    own = [attempt.public_id]
    addresses = [
        reverse("student_home"),
        reverse("start_attempt", args=[attempt.assignment.public_id]),
        reverse("take_attempt", args=[*own, 1]),
        reverse("review_attempt", args=own),
    ]
    found = [student_client.get(address).text for address in addresses]
    student_client.post(reverse("submit_attempt", args=own))
    found += [student_client.get(reverse(name, args=own)).text for name in ("receipt", "result")]
    practice = form_of(student_client.get(reverse("practice_question", args=[*own, 1])), having="order")
    choice = next(value for name, value in practice.offered if name == "choice")
    found += [
        student_client.get(practice.action).text,
        student_client.post(practice.action, practice.data(choice=choice), follow=True).text,
        student_client.get(reverse("practice_result", args=own)).text,
    ]
    assert [" ".join(re.findall(r"<html[^>]*(dir=[^>]*>)", page)[0].split()) for page in found] == [attributes] * 9
    assert all("supports/supports.css" in page for page in found)


@pytest.mark.parametrize("supports", [{}, ALL])
def test_supports_cost_no_query(
    supports: dict[str, Any],
    student_client: Client,
    student: Student,
    attempt: Attempt,
    queries: Callable[[], AbstractContextManager[Queries]],
) -> None:
    give(student, **supports)
    question_page(student_client, attempt)
    with queries() as seen:
        question_page(student_client, attempt)
    assert len(seen) == 2


FIVE = ["Birth town", "Shoe size", "Eye color", "Middle school", "Favorite food"]


def choices_on(page: str) -> list[str]:
    return [choice for choice in FIVE if choice in page]


def five_choices() -> dict[str, Any]:
    """A set with five choices in its first question."""
    document = make_document()
    document["questions"][0]["choices"] = [{"text": text, "key": text == FIVE[0], "rationale": "Why."} for text in FIVE]
    return document


def test_one_choice_fewer_holds_from_the_start_of_an_attempt_to_its_result(
    student_client: Client, teacher_client: Client, teacher: User, classroom: Classroom, student: Student
) -> None:
    edition = make_edition(document=five_choices())
    quiz = make_assignment(edition=edition, classroom=classroom, assigned_by=teacher, max_attempts=2)
    profile = reverse("student_history", args=[student.public_id])
    form = form_of(teacher_client.get(profile), having="source")
    teacher_client.post(form.action, form.data(source="own", fewer_choices="on"))

    student_client.post(reverse("start_attempt", args=[quiz.public_id]))
    attempt = Attempt.objects.get(assignment=quiz)
    shown = choices_on(question_page(student_client, attempt))
    assert (len(shown), shown[0]) == (4, FIVE[0])
    # An attempt in progress keeps its choices, and the other supports change in it.
    set_supports(student, Supports(spacing=True), by=teacher, now=NOW)
    page = question_page(student_client, attempt)
    assert choices_on(page) == shown
    assert "data-spacing" in page

    address = reverse("take_attempt", args=[attempt.public_id, 1])
    [(place, left_out)] = [pair for pair in zip("abcde", FIVE, strict=True) if pair[1] not in shown]
    form = form_of(student_client.get(address), having="operation")
    forged = form.data(choice=Shuffle(attempt.seed, is_shuffled=True).token("one", place))
    assert "That answer isn’t one of the choices." in text_of(student_client.post(address, forged))

    student_client.post(reverse("submit_attempt", args=[attempt.public_id]))
    assert left_out not in student_client.get(reverse("result", args=[attempt.public_id])).text
    practice = student_client.get(reverse("practice_question", args=[attempt.public_id, 1])).text
    assert sorted(choices_on(practice)) == sorted(shown)
    teachers = teacher_client.get(reverse("attempt_review", args=[attempt.public_id]))
    assert choices_on(text_of(teachers)) == shown
    assert "one answer choice fewer" in text_of(teachers)

    # A second attempt with the support lacks the same choice; one without it lacks none.
    student_client.post(reverse("start_attempt", args=[quiz.public_id]))
    second = Attempt.objects.get(assignment=quiz, number=2)
    assert choices_on(question_page(student_client, second)) == FIVE
    give(student, fewer_choices=True, draws_by_key=True)
    assert choices_on(question_page(student_client, second)) == shown

    regrade = reverse("regrade_question", args=[quiz.public_id, 1])
    form = form_of(teacher_client.get(regrade), having="policy")
    tokens = [value for name, value in form.offered if name == "choice"]
    data = form.data(choice=tokens[1], policy="new_key", reason="The key was wrong.", act="preview")
    notice = "2 attempts show one answer choice fewer, maybe the one that is now correct."
    assert notice in text_of(teacher_client.post(regrade, data))


def start(client: Client, quiz: Assignment) -> Attempt:
    client.post(reverse("start_attempt", args=[quiz.public_id]))
    return Attempt.objects.filter(assignment=quiz).latest("number")


def test_a_retry_and_a_copy_lack_the_same_choice_as_the_quiz(
    student_client: Client, teacher: User, classroom: Classroom, student: Student
) -> None:
    Student.objects.update(supports={"fewer_choices": True})
    quiz = make_assignment(edition=make_edition(document=five_choices()), classroom=classroom, assigned_by=teacher)
    sets = [
        make_retry(quiz, ["one"], by=teacher, now=NOW),
        # The title is another one too, so the hashes of the editions differ.
        *(publish_copy(quiz, title=f"Copy {number}", by=teacher) for number in range(5)),
    ]
    attempts = [start(student_client, quiz)]
    for question_set in sets:
        edition = latest_edition(question_set)
        again = make_assignment(edition=edition, classroom=classroom, assigned_by=teacher)
        attempts.append(start(student_client, again))

    hashes = {attempt.assignment.edition.content_hash for attempt in attempts}
    shown = {tuple(sorted(choices_on(question_page(student_client, attempt)))) for attempt in attempts}
    assert (len(hashes), len(shown)) == (7, 1)


def publish_copy(quiz: Assignment, *, title: str, by: User) -> QuestionSet:
    draft = take_document({**quiz.edition.document, "title": title}, title=title, by=by, now=NOW)
    publish(draft, seen=draft.revision, note="", by=by, now=NOW)
    return draft.question_set


def test_an_attempt_of_an_older_version_of_the_site_keeps_its_choices(
    student_client: Client, teacher: User, classroom: Classroom, student: Student
) -> None:
    Student.objects.update(supports={"fewer_choices": True})
    edition = make_edition(document={**five_choices(), "title": "Other set"})
    quiz = make_assignment(edition=edition, classroom=classroom, assigned_by=teacher, max_attempts=2)
    first = start(student_client, quiz)
    question: Any = published(edition.pk).document.question("one")
    by_edition = question.with_fewer_choices(Shuffle(edition.content_hash, is_shuffled=True))
    assert choices_on(question_page(student_client, first)) != [choice.text for choice in by_edition.choices]

    # An older version has stored the support alone.
    give(student, fewer_choices=True)
    kept = choices_on(question_page(student_client, first))
    assert kept == [choice.text for choice in by_edition.choices]
    set_supports(student, Supports(fewer_choices=True, spacing=True), by=teacher, now=NOW)
    assert choices_on(question_page(student_client, first)) == kept
    student_client.post(reverse("submit_attempt", args=[first.public_id]))
    assert choices_on(question_page(student_client, start(student_client, quiz))) == kept


def send(client: Client, attempt: Attempt, *marks: list[str]) -> tuple[int, bool]:
    """Send marks as the page does: the status, and whether they are kept."""
    response = client.post(reverse("support_marks", args=[attempt.public_id]), {"marks": json.dumps(marks)})
    return response.status_code, response.json()["is_kept"]


def stored(client: Client, attempt: Attempt) -> list[list[str]]:
    marks: list[list[str]] = client.get(reverse("support_marks", args=[attempt.public_id])).json()["marks"]
    return marks


def test_marks_come_back_on_another_device_and_the_newest_value_counts(
    student_client: Client, student: Student, attempt: Attempt, signed_in: Callable[..., Client]
) -> None:
    crossed, speed = ["crossed", "0123456789", "1"], ["setting", "speed", "1.5"]
    for _ in range(2):
        assert send(student_client, attempt, crossed, speed) == (200, True)
    assert send(student_client, attempt, ["setting", "speed", "2"], ["used", "read_aloud", "1"]) == (200, True)
    assert stored(signed_in(student), attempt) == [crossed, ["setting", "speed", "2"]]
    send(student_client, attempt, ["crossed", "0123456789", ""])
    assert stored(student_client, attempt) == [["setting", "speed", "2"]]
    # What was used stays, also once the mark is gone.
    used = SupportMark.objects.filter(kind="used").values_list("place", flat=True)
    assert sorted(used) == ["cross_out", "read_aloud"]
    note, highlight = ["note", "reading", "x" * 2000], ["highlight", "s1", "1"]
    said_false = ["crossed", "3-false", "1"]
    assert send(student_client, attempt, note, highlight, said_false) == (200, True)
    assert stored(student_client, attempt) == [said_false, highlight, note, ["setting", "speed", "2"]]


@pytest.mark.parametrize(
    "marks",
    [
        "no JSON",
        '"text"',
        '[["crossed", "0123456789"]]',
        '[["crossed", "false", "1"]]',
        '[["crossed", "0123456789", 1]]',
        '[["invented", "0123456789", "1"]]',
        '[["used", "telepathy", "1"]]',
        json.dumps([["setting", "speed", "1" * 21]]),
        json.dumps([["setting", "speed", "\0"]]),
        json.dumps([["note", "reading", "x" * 2001]]),
        '[["note", "elsewhere", "x"]]',
        '[["highlight", "s 1", "1"]]',
        json.dumps([["setting", "speed", "1"]] * 201),
        # No error of the site: too deep, a number that is too long, and half a character, which no database stores.
        "[" * 60_000,
        "9" * 5_000,
        r'[["note", "reading", "\ud83d"]]',
    ],
    ids=range(16),
)
def test_malformed_marks_are_refused(marks: str, student_client: Client, attempt: Attempt) -> None:
    response = student_client.post(reverse("support_marks", args=[attempt.public_id]), {"marks": marks})
    assert (response.status_code, SupportMark.objects.count()) == (400, 0)


def test_attempt_that_is_over_or_full_keeps_no_more_marks(student_client: Client, attempt: Attempt, now: Any) -> None:
    SupportMark.objects.bulk_create(
        SupportMark(attempt=attempt, kind="crossed", place=f"{number:010x}", value="1", changed_at=now)
        for number in range(1000)
    )
    assert send(student_client, attempt, ["crossed", "0123456789", "1"]) == (200, False)
    assert send(student_client, attempt, ["crossed", f"{1:010x}", ""]) == (200, True)
    student_client.post(reverse("submit_attempt", args=[attempt.public_id]))
    assert send(student_client, attempt, ["crossed", f"{0:010x}", ""]) == (200, False)
    assert SupportMark.objects.filter(kind="crossed").count() == 999


def test_no_other_student_sees_or_makes_marks(
    classmate: Student, student_client: Client, attempt: Attempt, signed_in: Callable[..., Client]
) -> None:
    send(student_client, attempt, ["crossed", "0123456789", "1"])
    url = reverse("support_marks", args=[attempt.public_id])
    other = signed_in(classmate)
    assert [other.get(url).status_code, other.post(url, {"marks": "[]"}).status_code] == [404, 404]


def test_teacher_sees_which_supports_an_attempt_had_and_which_were_used(
    teacher_client: Client,
    student: Student,
    attempt: Attempt,
    now: Any,
    queries: Callable[[], AbstractContextManager[Queries]],
) -> None:
    pages = [reverse("attempt_review", args=[attempt.public_id]), reverse("student_report", args=[student.public_id])]

    def counts() -> list[int]:
        found = []
        for page in pages:
            with queries() as seen:
                teacher_client.get(page)
            found.append(len(seen))
        return found

    # The first time, the process reads the edition.
    counts()
    before = counts()
    assert "Supports:" not in "".join(text_of(teacher_client.get(page)) for page in pages)
    give(student, read_aloud=True, notes=True, text_size=150, color="inverse")
    SupportMark.objects.create(attempt=attempt, kind="used", place="read_aloud", changed_at=now)
    SupportMark.objects.create(attempt=attempt, kind="note", place="reading", value="my secret", changed_at=now)
    words = "Supports: read aloud (used), highlighter and notes (not used), text size 150%, white on black"
    for page in pages:
        assert words in text_of(teacher_client.get(page))
        assert "my secret" not in teacher_client.get(page).text
    assert counts() == [count + 1 for count in before]


# --- Files --------------------------------------------------------------------------------------------------------


def test_class_export_keeps_supports(
    classroom: Classroom, student: Student, attempt: Attempt, teacher: User, now: Any
) -> None:
    Classroom.objects.update(supports={"read_aloud": True})
    Student.objects.update(supports={})
    give(student, read_aloud=True)
    classroom.refresh_from_db()
    part = read_class_export(export_classroom(classroom, now=now))
    kept = part.classroom.supports, part.students[0].supports, part.attempts[0].supports
    assert kept == ({"read_aloud": True}, {}, {"read_aloud": True})


def test_file_of_a_student_has_supports_and_marks(
    teacher_client: Client, student: Student, attempt: Attempt, now: Any
) -> None:
    Student.objects.update(supports={"read_aloud": True})
    give(student, read_aloud=True)
    SupportMark.objects.create(attempt=attempt, kind="crossed", place="0123456789", value="1", changed_at=now)
    document = teacher_client.post(reverse("download_student", args=[student.public_id])).json()
    assert [made["support_marks"] for made in document["attempts"]] == [
        [{"kind": "crossed", "place": "0123456789", "value": "1", "changed_at": "2026-10-23T15:00:00Z"}]
    ]
    assert document["student"]["supports"] == {"read_aloud": True}
    assert [made["supports"] for made in document["attempts"]] == [{"read_aloud": True}]
