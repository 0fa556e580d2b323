"""The pages that everybody may read, and trying a set without an account."""

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from random import Random
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from quizsite.periodic_jobs import run_periodic_jobs
from quizzes.attempts import previews
from quizzes.attempts.heartbeats import record_heartbeat
from quizzes.attempts.previews import MAX_COOKIE_LENGTH, PREVIEWS, _seed, read_cookie, write_cookie
from quizzes.content.editions import published
from quizzes.content.question_types.question import Question
from quizzes.content.question_types.registry import TYPES
from quizzes.content.question_types.shuffle import Shuffle
from quizzes.files.built_in_sets import read_set_files
from quizzes.models import Answer, Attempt, Edition, FailedTry, KnownDevice, Presence, QuestionSet, Student, User
from quizzes.people.known_devices import hash_device, remember_student_device
from quizzes.views.previews import TRY_COOKIE
from tests.factories import (
    CANARY,
    make_attempt,
    make_document,
    make_edition,
    make_failed_try,
    make_question_set,
    publish_built_in_sets,
    right_value,
    wrong_value,
)
from tests.pages import form_of, read, text_of

FIXTURES = settings.BASE_DIR / "fixtures"


@pytest.fixture
def try_out(db: None) -> Edition:
    return make_edition(
        question_set=make_question_set(slug="try-it", title="Try it"),
        document=make_document(slug="try-it", title="Try it", canary=True),
    )


@pytest.fixture
def visitor() -> Client:
    return Client()


def question_of(edition: Edition, number: int) -> Question:
    return published(edition.pk).document.questions[number - 1]


def fields_for(question: Question, value: Any, order: str) -> dict[str, list[str]]:
    """What a page of this order sends for a value."""
    shown = Shuffle(_seed(order), is_shuffled=True)
    if question.type == "who_says_so":
        return {shown.token(question.key, statement): [speaker] for statement, speaker in value.items()}
    if question.type == "evidence":
        return {"sentence": value}
    return {"choice": [shown.token(question.key, choice) for choice in ([value] if isinstance(value, str) else value)]}


def answer(
    client: Client, edition: Edition, number: int, value: Any, *, address: str = "", order: str | None = None
) -> Any:
    """Open the page of a question and send its form with this value."""
    address = address or reverse("try_question", args=[number])
    form = form_of(client.get(address), having="order")
    order = order or dict(form.fields)["order"]
    return client.post(address, form.data(order=order) | fields_for(question_of(edition, number), value, order))


def answer_all(client: Client, edition: Edition, *, right: int) -> None:
    for number, question in enumerate(published(edition.pk).document.questions, start=1):
        answer(client, edition, number, right_value(question) if number <= right else wrong_value(question))


# --- Landing ------------------------------------------------------------------------------------------------------


def test_landing_works_before_any_set_is_loaded(visitor: Client, db: None) -> None:
    page = visitor.get(reverse("landing"))
    assert page.status_code == 200
    assert "Every answer cites its source." in text_of(page)
    # What a search engine shows below the title.
    assert page.content.count(b'<meta name="description"') == 1
    assert 'id="try"' not in page.content.decode()
    assert "#try" not in read(page).links


def test_landing_says_only_what_the_built_in_reading_says(visitor: Client, db: None) -> None:
    reading = read_set_files(FIXTURES)[0].parsed.reading
    page = text_of(visitor.get(reverse("landing")))
    for key, before in (
        ("s1", "1 "),
        ("s2", "2 "),
        ("s2", "The story itself "),
        ("s13", "The mayor "),
        ("s18", "The protesters "),
    ):
        sentence = reading.sentence(key)
        assert sentence is not None
        assert before + sentence.text in page
        assert before.strip() in {str(sentence.number), sentence.speaker.label}
    page = text_of(visitor.get(reverse("landing"), headers={"accept-language": "es"}))
    for sentence in reading.in_language("es").sentences(("s1", "s2", "s13", "s18")):
        assert sentence.text in page


def test_landing_has_a_working_question(try_out: Edition, visitor: Client) -> None:
    page = visitor.get(reverse("landing"))
    text = text_of(page)
    assert "1 The system records a birthplace." in text
    assert "From a story by The Daily Test" in text
    assert "Which of these does the system record?" in text
    form = form_of(page, having="order")
    assert (form.action, form.method) == (reverse("try_question", args=[1]), "post")
    order = dict(form.fields)["order"]
    value = right_value(question_of(try_out, 1))
    response = visitor.post(form.action, form.data() | fields_for(question_of(try_out, 1), value, order))
    assert response.headers["Location"] == reverse("try_question", args=[1])
    assert "Correct" in text_of(visitor.get(response.headers["Location"]))


def test_landing_question_starts_again(try_out: Edition, visitor: Client) -> None:
    answer_all(visitor, try_out, right=4)
    form = form_of(visitor.get(reverse("landing")), having="order")
    question, order = question_of(try_out, 1), dict(form.fields)["order"]
    visitor.post(form.action, form.data() | fields_for(question, wrong_value(question), order))
    assert "Not correct" in text_of(visitor.get(form.action))
    assert "Answer the question first." not in text_of(visitor.get(reverse("try_question", args=[2])))
    assert 'name="order"' in visitor.get(reverse("try_question", args=[2])).content.decode()


def test_page_that_asks_for_an_answer_again_keeps_the_order_of_the_choices(try_out: Edition, visitor: Client) -> None:
    address = reverse("try_question", args=[1])
    form = form_of(visitor.get(address), having="order")
    for _ in range(5):
        again = form_of(visitor.post(address, form.data()), having="order")
        assert again.offered == form.offered


def test_landing_leads_everywhere(try_out: Edition, visitor: Client) -> None:
    links = read(visitor.get(reverse("landing"))).links
    for name in ("join", "teacher_home", "privacy", "accessibility", "how_we_write"):
        assert reverse(name) in links
    assert reverse("try_question", args=[1]) in links


def test_landing_shows_all_of_a_reading_whose_first_paragraphs_do_not_settle_it(visitor: Client, db: None) -> None:
    document = make_document(slug="try-it")
    document["questions"] = [document["questions"][3]]
    document["minimum"] = {}
    document["reading"]["paragraphs"] = [
        {"sentences": [sentence]} for part in document["reading"]["paragraphs"] for sentence in part["sentences"]
    ]
    make_edition(question_set=make_question_set(slug="try-it"), document=document)
    page = visitor.get(reverse("landing")).content.decode()
    assert re.findall(r'<span id="(s\d)">', page) == ["s1", "s2", "s3", "s4", "s5", "s6"]


# --- Trying -------------------------------------------------------------------------------------------------------


def test_preview_holds_no_key_before_the_check(try_out: Edition, visitor: Client) -> None:
    def leaks(path: str) -> list[str]:
        return re.findall(rf"{CANARY}\w+-\d+", visitor.get(path).content.decode())

    paths = [reverse("landing"), *[reverse("try_question", args=[number]) for number in (1, 2, 3, 4)]]
    assert [leaks(path) for path in paths] == [[]] * 5
    answer(visitor, try_out, 2, wrong_value(question_of(try_out, 2)))
    # The proof is in reach only where it was asked for, the result page included.
    assert [bool(leaks(path)) for path in paths] == [False, False, True, False, False]
    explanations = [question["explanation"] for question in try_out.document["questions"]]
    assert [each in leaks(reverse("try_result")) for each in explanations] == [False, True, False, False]


def test_try_out_is_in_the_language_of_a_signed_in_student(
    try_out: Edition, student: Student, student_client: Client
) -> None:
    paths = [reverse("landing"), reverse("try_question", args=[1])]
    assert ['<html lang="en"' in student_client.get(path).text for path in paths] == [True] * 2
    Student.objects.update(language="es")
    assert ['<html lang="es"' in student_client.get(path).text for path in paths] == [True] * 2


def test_looking_at_a_preview_writes_nothing(try_out: Edition, visitor: Client, queries: Callable[[], Any]) -> None:
    with queries() as seen:
        for path in (reverse("landing"), *[reverse("try_question", args=[number]) for number in (1, 2, 3, 4)]):
            visitor.get(path)
    assert seen.writes == []
    assert {settings.SESSION_COOKIE_NAME, TRY_COOKIE} & visitor.cookies.keys() == set()


def test_preview_leaves_nothing_but_its_cookie(try_out: Edition, visitor: Client) -> None:
    answer_all(visitor, try_out, right=4)
    assert (Attempt.objects.count(), Answer.objects.count(), Student.objects.count()) == (0, 0, 0)
    cookie = visitor.cookies[TRY_COOKIE]
    assert (cookie["httponly"], cookie["samesite"], cookie["max-age"]) == (True, "Lax", "")
    kept = read_cookie(cookie.value, max_age=60)
    assert kept.keys() == {PREVIEWS}
    assert [len(stored["values"]) for stored in kept[PREVIEWS].values()] == [4]
    visitor.post(reverse("try_result"))
    assert visitor.cookies[TRY_COOKIE].value == ""
    assert not Session.objects.exists()


def test_flood_of_anonymous_answers_writes_nothing(
    try_out: Edition, visitor: Client, queries: Callable[[], Any]
) -> None:
    """An hour of it leaves 0 bytes, with or without the cookie."""
    address, question = reverse("try_question", args=[1]), question_of(try_out, 1)
    form = form_of(visitor.get(address), having="order")
    data = form.data() | fields_for(question, right_value(question), dict(form.fields)["order"])
    with queries() as seen:
        for client in (visitor, visitor, *(Client() for _ in range(10))):
            response = client.post(address, data)
            assert response.headers["Location"] == address
            # The first answer stands, so that the visitor's second one changes nothing.
            assert TRY_COOKIE in client.cookies

    assert seen.writes == []
    assert not Session.objects.exists()


@pytest.mark.parametrize("value", ["", "x", "e30:1abcde:forged", "é" * 20])
def test_forged_cookie_counts_as_none(value: str, try_out: Edition, visitor: Client) -> None:
    visitor.cookies[TRY_COOKIE] = value

    page = visitor.get(reverse("try_result"))

    assert page.headers["Location"] == reverse("try_question", args=[1])


def test_cookie_ends_after_seven_days(try_out: Edition, visitor: Client, clock: time_machine.Traveller) -> None:
    answer(visitor, try_out, 1, "b")
    clock.shift(timedelta(days=7, seconds=-1))
    assert visitor.get(reverse("try_result")).status_code == 200

    clock.shift(timedelta(seconds=2))
    assert visitor.get(reverse("try_result")).status_code == 302


def test_cookie_that_a_browser_would_refuse_is_not_set() -> None:
    random = Random(1)
    long = "".join(random.choice("abcdefghijklmnopqrstuvwxyz0123456789") for _ in range(5_000))

    assert write_cookie({PREVIEWS: {"1": {"order": "", "values": {"one": long}}}}) == ""
    assert write_cookie({PREVIEWS: {}}) == ""


def test_cookie_of_the_longest_answers_is_short(db: None) -> None:
    """Every question of the exit ticket answered, with twice the choices, in a browser that tried two editions."""
    [document] = [
        file.parsed for file in read_set_files(FIXTURES / "pars-agreement") if file.parsed.slug == "exit-ticket"
    ]
    values = {question.key: right_value(question) for question in document.questions}
    values = {key: [*value, *value] if isinstance(value, list) else value for key, value in values.items()}
    stored = {str(edition): {"order": "0123456789abcdef" * 2, "values": values} for edition in (1, 2)}

    assert 0 < len(write_cookie({PREVIEWS: stored})) < MAX_COOKIE_LENGTH / 4


def test_signed_in_teacher_keeps_the_session_while_trying(
    try_out: Edition, teacher_client: Client, queries: Callable[[], Any]
) -> None:
    before = teacher_client.session.session_key, dict(teacher_client.session)
    with queries() as seen:
        answer(teacher_client, try_out, 1, "b")

    assert seen.writes == []
    assert (teacher_client.session.session_key, dict(teacher_client.session)) == before


@pytest.mark.parametrize("number", [1, 2, 3, 4])
@pytest.mark.parametrize("is_right", [True, False])
def test_check_gives_the_verdict_with_its_evidence(
    number: int, is_right: bool, try_out: Edition, visitor: Client
) -> None:
    question = question_of(try_out, number)
    response = answer(visitor, try_out, number, right_value(question) if is_right else wrong_value(question))
    assert response.headers["Location"] == reverse("try_question", args=[number])
    page = visitor.get(response.headers["Location"])
    heading = f"Question {number}: {'correct' if is_right else 'not correct'}"
    assert re.findall(r"<title>(.*?)\s*- Footnote</title>", page.content.decode(), re.DOTALL) == [heading]
    assert question.explanation in text_of(page)
    marked = re.findall(r'<span id="(\w+)"><mark class="ev">', page.content.decode())
    assert marked == list(question.evidence)
    onward = reverse("try_question", args=[number + 1]) if number < 4 else reverse("try_result")
    assert onward in read(page).links


def test_first_answer_is_kept(try_out: Edition, visitor: Client) -> None:
    question = question_of(try_out, 1)
    form = form_of(visitor.get(reverse("try_question", args=[1])), having="order")
    order = dict(form.fields)["order"]
    address = reverse("try_question", args=[1])
    for value in (wrong_value(question), right_value(question)):
        visitor.post(address, form.data() | fields_for(question, value, order))
    assert "Not correct" in text_of(visitor.get(address))


def test_page_opened_before_the_first_answer_still_counts(try_out: Edition, visitor: Client) -> None:
    """Two pages opened side by side have an order each; both are understood, and the preview continues with one."""
    forms = [form_of(visitor.get(reverse("try_question", args=[number])), having="order") for number in (1, 2)]
    orders = [dict(form.fields)["order"] for form in forms]
    assert orders[0] != orders[1]
    for number, form, order in zip((1, 2), forms, orders, strict=True):
        question = question_of(try_out, number)
        visitor.post(form.action, form.data() | fields_for(question, right_value(question), order))
    assert "3 of 3" in text_of(visitor.get(reverse("try_result")))
    after = form_of(visitor.get(reverse("try_question", args=[3])), having="order")
    assert dict(after.fields)["order"] == orders[0]


def test_check_without_an_answer_asks_for_one(try_out: Edition, visitor: Client) -> None:
    for number in (1, 2, 3, 4):
        address = reverse("try_question", args=[number])
        page = visitor.post(address, form_of(visitor.get(address), having="order").data())
        assert page.status_code == 200
        assert "Answer the question first." in text_of(page)
    assert {settings.SESSION_COOKIE_NAME, TRY_COOKIE} & visitor.cookies.keys() == set()


def test_check_of_half_an_answer_says_what_is_missing_first(try_out: Edition, visitor: Client) -> None:
    address, question = reverse("try_question", args=[3]), question_of(try_out, 3)
    form = form_of(visitor.get(address), having="order")
    order = dict(form.fields)["order"]
    half = fields_for(question, {"b": "mayor"}, order)
    missing = ", ".join(question.missing_parts({"b": "mayor"}, Shuffle(_seed(order), is_shuffled=True)))

    told = visitor.post(address, form.data() | half)

    assert f"Not answered: {missing}. Once you check an answer, you can’t change it." in text_of(told)
    assert CANARY not in told.content.decode()
    again = form_of(told, having="order")
    assert half.items() <= again.data().items()
    visitor.post(address, again.data(anyway="1"))
    assert "Question 3: not correct" in text_of(visitor.get(address))


@pytest.mark.parametrize(
    "forged",
    [{"choice": "0123456789"}, {"choice": "b"}, {"choice": ""}, {"choice": "Birthplace"}, {"choice": "<b>"}],
)
def test_forged_choice_is_a_bad_request(forged: dict[str, str], try_out: Edition, visitor: Client) -> None:
    address = reverse("try_question", args=[1])
    form = form_of(visitor.get(address), having="order")
    page = visitor.post(address, form.data() | forged)
    assert page.status_code == 400
    assert "That answer isn’t one of the choices." in text_of(page)
    assert address in read(page).links
    assert CANARY not in page.content.decode()
    assert not Session.objects.exists()


@pytest.mark.parametrize("order", ["", "x", "0" * 31, "0" * 33, "G" * 32, "0" * 32 + "\n"])
def test_page_of_no_order_is_a_bad_request(order: str, try_out: Edition, visitor: Client) -> None:
    page = visitor.post(reverse("try_question", args=[1]), {"order": order, "choice": "b"})
    assert page.status_code == 400
    assert "This page is out of date." in text_of(page)


def test_forged_choice_keeps_what_was_answered(try_out: Edition, visitor: Client) -> None:
    answer(visitor, try_out, 1, right_value(question_of(try_out, 1)))
    visitor.post(reverse("try_question", args=[1]), {"order": "0" * 32, "choice": "0123456789", "starts_again": "on"})
    assert "Correct" in text_of(visitor.get(reverse("try_question", args=[1])))


@pytest.mark.parametrize("number", [0, 5, 99999999999])
def test_number_out_of_range_is_missing(number: int, try_out: Edition, visitor: Client) -> None:
    address = reverse("try_question", args=[number])
    assert visitor.get(address).status_code == 404
    assert visitor.post(address, {"order": "0" * 32}).status_code == 404


def test_preview_is_missing_without_the_try_out(edition: Edition, visitor: Client) -> None:
    assert visitor.get(reverse("try_question", args=[1])).status_code == 404
    assert visitor.get(reverse("try_result")).status_code == 404


def test_result_gives_score_objectives_and_review(try_out: Edition, visitor: Client) -> None:
    answer_all(visitor, try_out, right=2)
    page = visitor.get(reverse("try_result"))
    # 1 and 2 points earned of 1 + 2 on what the system records, none of 3 + 2 on why it was ended.
    text = text_of(page)
    assert "Your score 3 of 8" in text
    assert "What the system records 3 of 3, got it" in text
    assert "Why it was ended 0 of 5, not yet" in text
    verdicts = re.findall(r'<span class="tag \w+">.*?</svg> ([^<]*)</span>\s*</summary>', page.content.decode())
    assert verdicts == ["Correct", "Correct", "Not correct", "Not correct"]


def test_result_before_the_end_hides_what_is_unanswered(try_out: Edition, visitor: Client) -> None:
    answer(visitor, try_out, 1, right_value(question_of(try_out, 1)))
    page = visitor.get(reverse("try_result"))
    assert "Your score so far 1 of 1" in text_of(page)
    assert "By objective" not in text_of(page)
    assert [link for link in read(page).links if link.startswith("/try/")] == [
        reverse("try_question", args=[number]) for number in (2, 3, 4)
    ]


def test_result_without_an_answer_leads_to_the_first_question(try_out: Edition, visitor: Client) -> None:
    assert visitor.get(reverse("try_result")).headers["Location"] == reverse("try_question", args=[1])


def test_start_again_forgets_the_answers(try_out: Edition, visitor: Client) -> None:
    answer_all(visitor, try_out, right=4)
    form = form_of(visitor.get(reverse("try_result")), having="csrfmiddlewaretoken")
    response = visitor.post(reverse("try_result"), form.data())
    assert response.headers["Location"] == reverse("try_question", args=[1])
    assert visitor.get(reverse("try_result")).headers["Location"] == reverse("try_question", args=[1])


def test_order_of_choices_differs_between_visitors_and_holds_within_a_preview(try_out: Edition) -> None:
    def choices(client: Client) -> list[str]:
        page = client.get(reverse("try_question", args=[2])).content.decode()
        return re.findall(r'name="choice".*?<span>(.*?)</span>', page, re.DOTALL)

    clients = [Client() for _ in range(8)]
    for client in clients:
        answer(client, try_out, 1, "a")
    orders = [choices(client) for client in clients]
    assert len({tuple(order) for order in orders}) > 1
    assert [choices(client) for client in clients] == orders


def test_new_edition_starts_a_new_preview(try_out: Edition, visitor: Client) -> None:
    answer(visitor, try_out, 1, "a")
    make_edition(question_set=try_out.question_set, document=make_document(slug="try-it", title="Corrected"))
    assert 'name="order"' in visitor.get(reverse("try_question", args=[1])).content.decode()


# --- A teacher's preview ------------------------------------------------------------------------------------------


def test_teacher_tries_any_set_open_to_them(edition: Edition, teacher_client: Client) -> None:
    public_id = edition.question_set.public_id
    for number, question in enumerate(published(edition.pk).document.questions, start=1):
        address = reverse("try_set_question", args=[public_id, number])
        assert "Preview: answers aren’t saved" in text_of(teacher_client.get(address))
        answer(teacher_client, edition, number, right_value(question), address=address)
    page = teacher_client.get(reverse("try_set_result", args=[public_id]))
    assert "Your score 8 of 8" in text_of(page)
    assert "Preview: answers aren’t saved" in text_of(page)
    assert reverse("question_set", args=[public_id]) in read(page).links
    assert Attempt.objects.count() == 0
    response = teacher_client.post(reverse("try_set_result", args=[public_id]))
    assert response.headers["Location"] == reverse("try_set_question", args=[public_id, 1])


def test_checked_question_of_a_preview_offers_to_start_over(
    edition: Edition, try_out: Edition, teacher_client: Client, visitor: Client
) -> None:
    result, address = (
        reverse(name, args=[edition.question_set.public_id, *more])
        for name, more in (("try_set_result", []), ("try_set_question", [1]))
    )
    answer(teacher_client, edition, 1, right_value(question_of(edition, 1)), address=address)
    page = teacher_client.get(address)
    assert f'action="{result}"' in page.text
    assert "Start over" in text_of(page)
    teacher_client.post(result)
    assert "Start over" not in text_of(teacher_client.get(address))
    answer(visitor, try_out, 1, right_value(question_of(try_out, 1)))
    assert "Start over" not in text_of(visitor.get(reverse("try_question", args=[1])))


def test_previews_of_two_sets_do_not_mix(try_out: Edition, edition: Edition, teacher_client: Client) -> None:
    answer(teacher_client, try_out, 1, right_value(question_of(try_out, 1)))
    address = reverse("try_set_question", args=[edition.question_set.public_id, 1])
    assert 'name="order"' in teacher_client.get(address).content.decode()


def test_set_of_another_teacher_cannot_be_tried(other_teacher: User, teacher_client: Client) -> None:
    edition = make_edition(question_set=make_question_set(owner=other_teacher))
    public_id = edition.question_set.public_id
    assert teacher_client.get(reverse("try_set_question", args=[public_id, 1])).status_code == 404
    assert teacher_client.get(reverse("try_set_result", args=[public_id])).status_code == 404


def test_preview_says_how_many_choices_are_asked_for(teacher: User, teacher_client: Client) -> None:
    document = make_document()
    for place in (1, 3):
        document["questions"][place]["asked_count"] = 2
    own = make_edition(question_set=make_question_set(owner=teacher), document=document).question_set
    for number, line in ((2, "Selected: of 2"), (4, "Sentences: of 2")):
        page = text_of(teacher_client.get(reverse("try_set_question", args=[own.public_id, number])))
        assert line in page


def test_student_page_frames_hold_for_every_type(edition: Edition, teacher_client: Client) -> None:
    """A question that is answered in the reading itself has the page to itself, as for students."""
    for number, question in enumerate(published(edition.pk).document.questions, start=1):
        page = teacher_client.get(reverse("try_set_question", args=[edition.question_set.public_id, number]))
        text = page.content.decode()
        assert TYPES[question.type].hint in unescape(text)
        assert ('class="picker"' in text) == (question.type == "evidence")
        assert (f'id="{question.evidence[0]}"' in text) == (question.type != "evidence")


@pytest.mark.parametrize("name", ["landing", "try_question", "try_result"])
def test_preview_costs_one_statement_for_content(
    name: str, try_out: Edition, visitor: Client, queries: Callable[[], Any]
) -> None:
    answer(visitor, try_out, 1, "a")
    with queries() as seen:
        visitor.get(reverse(name, args=[1] if name == "try_question" else []))
    # Set; the landing page also looks whether there is a teacher.
    assert len(seen) == (2 if name == "landing" else 1)


# --- About --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["privacy", "accessibility", "how_we_write"])
def test_about_pages_are_open_and_cost_nothing(
    name: str, visitor: Client, db: None, queries: Callable[[], Any]
) -> None:
    with queries() as seen:
        page = visitor.get(reverse(name))
    assert page.status_code == 200
    assert len(re.findall(r"<h1\b", page.content.decode())) == 1
    assert list(seen) == []
    assert not visitor.cookies


def test_how_we_write_names_every_speaker_of_the_built_in_source(visitor: Client, db: None) -> None:
    text = text_of(visitor.get(reverse("how_we_write")))
    for speaker in read_set_files(FIXTURES)[0].parsed.reading.speakers:
        assert speaker.label in text


def test_privacy_names_every_cookie(visitor: Client, db: None) -> None:
    text = text_of(visitor.get(reverse("privacy")))
    for word in ("Session.", "7 days", "Sample quiz.", "CSRF token.", "1 year", "Device.", "180 days", "24 hours"):
        assert word in text
    assert timedelta(days=7).total_seconds() == settings.SESSION_COOKIE_AGE
    assert timedelta(weeks=52).total_seconds() == settings.CSRF_COOKIE_AGE


def test_privacy_names_what_is_stored_about_a_student(visitor: Client, db: None) -> None:
    text = text_of(visitor.get(reverse("privacy")))
    for words in ("The name that", "student number", "Answers", "receipt", "Accommodations", "comments", "notes"):
        assert words in text
    assert "The teachers of a class, and viewers that its owner adds, see its students" in text
    assert "After a wrong password, a scrambled form of the email" in text
    # Its scores leave the site.
    assert "A learning platform of the school, if it is connected to a class, gets the scores of that class." in text


def test_what_privacy_promises_to_forget_is_forgotten(student: Student, db: None) -> None:
    now = timezone.now()
    make_failed_try(student=student, at=now - timedelta(days=7, hours=1))
    kept = make_failed_try(student=student, at=now - timedelta(days=6, hours=23))
    for device, days in (("old", 181), ("new", 179)):
        remember_student_device(student, device=device, address="192.0.2.1", now=now - timedelta(days=days))
    Session.objects.create(session_key="old", session_data="", expire_date=now - timedelta(seconds=1))
    Session.objects.create(session_key="new", session_data="", expire_date=now + timedelta(hours=1))
    attempts = [make_attempt(), make_attempt()]
    for attempt, hours in zip(attempts, (25, 23), strict=True):
        record_heartbeat(attempt.pk, None, now=now - timedelta(hours=hours))
    run_periodic_jobs(now=now)
    assert Presence.objects.get().attempt == attempts[1]
    assert FailedTry.objects.get() == kept
    assert KnownDevice.objects.get().device == hash_device("new")
    assert Session.objects.get().session_key == "new"


def test_every_preview_question_leads_back_and_on(try_out: Edition, visitor: Client) -> None:
    last = len(published(try_out.pk).document.questions)
    addresses = [reverse("try_question", args=[number]) for number in range(1, last + 1)]
    for number, address in enumerate(addresses, start=1):
        page = visitor.get(address)
        assert ("Previous question" in page.content.decode()) == (number > 1)
        assert {*addresses[max(0, number - 2) : number - 1], *addresses[number : number + 1]} <= set(read(page).links)


# --- Graded questions stay out of the try-out ---------------------------------------------------------------------


def test_try_out_cannot_be_assigned(try_out: Edition, edition: Edition, teacher_client: Client) -> None:
    public, graded = try_out.question_set.public_id, edition.question_set.public_id
    QuestionSet.objects.filter(pk=edition.question_set_id).update(owner=None)
    links = read(teacher_client.get(reverse("question_sets"))).links
    assert (reverse("question_set", args=[graded]) in links, reverse("question_set", args=[public]) in links) == (
        True,
        False,
    )
    for name in ("question_set", "assign", "print_set"):
        assert teacher_client.get(reverse(name, args=[graded])).status_code == 200
        assert teacher_client.get(reverse(name, args=[public])).status_code == 404
    assert teacher_client.post(reverse("copy_set", args=[public])).status_code == 404


def test_visitors_try_no_question_of_a_set_that_can_be_assigned(
    teacher: User, teacher_client: Client, visitor: Client
) -> None:
    publish_built_in_sets()
    stems = {
        question.stem + getattr(question, "statement", "")
        for question_set in QuestionSet.objects.open_to(teacher).published()
        for question in published(question_set.latest_edition_id).document.questions
    }
    edition_id = previews.try_out()
    assert edition_id is not None
    tried = published(edition_id).document.questions
    pages = [text_of(visitor.get(reverse("try_question", args=[number]))) for number in range(1, len(tried) + 1)]
    for question, page in zip(tried, pages, strict=True):
        assert question.stem in page
        # The two labels that say least about whether something is true are explained.
        assert (
            ("The story itself : The story says it without naming a speaker. It may still be wrong." in page)
            == ("The story does not say : It may or may not be true. This story doesn’t say." in page)
            == (question.type == "who_says_so")
        )
    assert len(stems) == 55
    assert {question.stem + getattr(question, "statement", "") for question in tried} & stems == set()
