"""Some 100 pairs of question sets that differ only in their keys: before release students get the same bytes."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from random import Random
from typing import Any

import pytest
import time_machine
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from quizzes.attempts.previews import PREVIEWS
from quizzes.caches import clear_all
from quizzes.content.question_types.registry import TYPES
from quizzes.models import Assignment, Attempt, Classroom, Student, User
from tests.factories import make_assignment, make_edition, make_question_set
from tests.integration.test_secrecy import whole
from tests.integration.twin_documents import GENERATORS, twins
from tests.pages import Form, form_of
from tests.slow_cases import slow_after

Release = Assignment.Release
RELEASES = [Release.AFTER_CLOSE, Release.NEVER, Release.AFTER_SUBMIT, Release.AT_ONCE, Release.AFTER_LAST]
SEED = "0" * 32
NAMES = list(GENERATORS)
GROUPS, QUESTIONS = 6, 4
# Each generator is drawn at least 27 times, however many there are.
PAIRS = -(-27 * len(NAMES) // QUESTIONS)
CLOSES_AT = datetime.fromisoformat("2026-10-24T15:00:00Z")
JSON = {"Accept": "application/json"}
HTMX = {"HX-Request": "true", "HX-Target": "question"}


def types_of(pair: int) -> list[str]:
    """The generators of a pair, in turn."""
    return [NAMES[(pair * QUESTIONS + place) % len(NAMES)] for place in range(QUESTIONS)]


def answer(form: Form, random: Random, typed: list[str]) -> dict[str, list[str]]:
    """Random data of a form: one choice for each field, and a text for each text field."""
    names = dict.fromkeys(name for name, _ in [*form.fields, *form.offered])
    sent = form.data()
    for name in names:
        offered = [value for offer, value in form.offered if offer == name and value]
        if name in {"csrfmiddlewaretoken", "operation", "revision", "item", "view"}:
            continue
        sent[name] = [random.choice(offered)] if offered else [random.choice(typed)]
    return sent


def release_of(pair: int) -> Release:
    """When the answers of a pair are shown. The next 25 pairs have each release five times."""
    return RELEASES[pair // 5 % len(RELEASES)]


def typed_answers(*documents: Mapping[str, Any]) -> list[str]:
    """Typed answers that are correct in one of the documents, and one that is always wrong."""
    accepted = [
        text
        for document in documents
        for question in document["questions"]
        for texts in [question.get("accepted", []), [str(question.get("answer", ""))], question.get("units", [])]
        for text in texts
        if text
    ]
    return [*accepted, "nothing of the kind", "31 August", "12"]


def begun(client: Client, assignment: Assignment) -> Iterator[HttpResponse]:
    """Start an attempt with a fixed seed."""
    reply = client.post(reverse("start_attempt", args=[assignment.public_id]))
    reply.headers["Location"] = re.sub(r"attempts/[^/]+/", "attempts/attempt-0001/", reply.headers["Location"])
    yield reply
    Attempt.objects.filter(assignment=assignment).update(seed=SEED, public_id="attempt-0001")


def listed(client: Client, assignment: Assignment) -> Iterator[HttpResponse]:
    """The list of assignments, and the page that starts or continues this one."""
    yield client.get(reverse("student_home"))
    yield client.get(reverse("start_attempt", args=[assignment.public_id]))


def answered(client: Client, number: int, random: Random, typed: list[str], *, check: bool) -> Iterator[HttpResponse]:
    """The replies of one question before its verdict: its page, a save, and two other random requests."""
    address = reverse("take_attempt", args=["attempt-0001", number])
    page = client.get(address)
    yield page
    form = form_of(page, having="operation")
    yield client.post(address, {**answer(form, random, typed), "act": "save"}, headers=JSON)
    # From a window that has not seen the first save.
    stale = {**answer(form, random, typed), "operation": ["another"], "act": "save"}
    nonsense = {name: ["zzzz"] for name in form.data() if name not in {"operation", "revision"}}
    acts: list[Callable[[Form], HttpResponse]] = [
        lambda form: client.post(address, stale, headers=JSON),
        lambda form: client.post(address, stale, headers=HTMX),
        lambda form: client.post(address, {**form.data(), **nonsense, "act": "save"}, headers=JSON),
        lambda form: client.post(address, {**form.data(), **nonsense, "act": "save"}),
        lambda form: client.post(address, {**answer(form, random, typed), "act": "flag"}, headers=HTMX),
        lambda form: client.post(address, {**answer(form, random, typed), "act": random.choice(["next", "skip"])}),
    ]
    if check:
        # Without verdicts, the request of the button is refused for correct and wrong answers.
        acts.append(lambda form: client.post(address, {**form.data(), "act": "check"}, headers=HTMX))
    for act in random.sample(acts, 2):
        page = client.get(address)
        yield page
        yield act(form_of(page, having="operation"))


def ended(client: Client) -> Iterator[HttpResponse]:
    """Submit, and every page after it that shows no answers."""
    attempt = "attempt-0001"
    yield client.get(reverse("result", args=[attempt]))
    yield client.post(reverse("submit_attempt", args=[attempt]))
    Attempt.objects.filter(public_id=attempt).update(receipt="ABC-DEF")
    yield client.get(reverse("receipt", args=[attempt]))
    yield client.get(reverse("result", args=[attempt]))
    yield client.get(reverse("practice_question", args=[attempt, 1]))
    yield client.get(reverse("practice_result", args=[attempt]))
    form = {"operation": "late", "revision": "0", "choice": "0" * 10}
    for headers in ({}, JSON):
        yield client.post(reverse("take_attempt", args=[attempt, 1]), form, headers=headers)


def tried(client: Client, edition_id: int, question_set: str) -> Iterator[HttpResponse]:
    """The questions of a preview before any is checked."""
    session = client.session
    session[PREVIEWS] = {str(edition_id): {"order": SEED, "values": {}}}
    session.save()
    for number in range(1, QUESTIONS + 2):
        yield client.get(reverse("try_set_question", args=[question_set, number]))
    yield client.get(reverse("try_set_result", args=[question_set]))


@pytest.fixture
def replies_to(
    classroom: Classroom,
    teacher: User,
    student: Student,
    signed_in: Callable[[Student | User], Client],
    clock: time_machine.Traveller,
) -> Callable[..., list[bytes]]:
    def replies(document: Mapping[str, Any], pair: int, typed: list[str]) -> list[bytes]:
        release = release_of(pair)
        random = Random(pair)
        question_set = make_question_set(owner=teacher)
        question_set.public_id = "set-00000001"
        question_set.save()
        assignment = make_assignment(
            edition=make_edition(question_set=question_set, document=document),
            classroom=classroom,
            assigned_by=teacher,
            release=release,
            # With "after the last attempt", every page below is of a first attempt.
            max_attempts=2 if release == Release.AFTER_LAST else 1,
            public_id="assignment-1",
            closes_at=CLOSES_AT,
            time_limit=timedelta(minutes=40),
            shuffle_questions=pair % 3 == 0,
            shuffle_choices=pair % 5 != 0,
        )
        client = signed_in(student)
        # They show no question and take longer than one, so every fourth pair opens them.
        lists = pair % 4 == 0
        seen = [*listed(client, assignment)] if lists else []
        seen += begun(client, assignment)
        seen += listed(client, assignment) if lists else ()
        for number in range(1, QUESTIONS + 1):
            seen += answered(client, number, random, typed, check=release != Release.AT_ONCE)
        attempt = "attempt-0001"
        seen.append(client.get(reverse("time_left", args=[attempt])))
        seen.append(client.get(reverse("questions_ahead", args=[attempt])))
        seen.append(client.get(reverse("review_attempt", args=[attempt])))
        if release in {Release.AFTER_CLOSE, Release.AFTER_LAST, Release.NEVER}:
            seen += ended(client)
            seen += listed(client, assignment) if lists else ()
        if release == Release.AFTER_CLOSE:
            seen += tried(signed_in(teacher), assignment.edition_id, question_set.public_id)
        return [whole(reply) for reply in seen]

    return replies


@pytest.mark.parametrize("group", slow_after(1, range(GROUPS)))
def test_twins_cannot_be_told_apart_before_release(group: int, replies_to: Callable[..., list[bytes]]) -> None:
    met: set[bytes] = set()
    for pair in range(PAIRS * group // GROUPS, PAIRS * (group + 1) // GROUPS):
        one, other = twins(pair, types_of(pair))
        typed = typed_answers(one, other)
        seen = []
        for document in (one, other):
            # Twins have the same row ids and public ids.
            clear_all()
            with transaction.atomic():
                seen.append(replies_to(document, pair, typed))
                transaction.set_rollback(True)
        met |= {reply[:3] for reply in seen[0]}
        assert seen[0] == seen[1]
    # Pages, redirects, invalid answers, missing pages, stale saves and late saves.
    assert met >= {b"200", b"302", b"400", b"404", b"409", b"410"}


def test_pairs_have_every_kind_of_question() -> None:
    counts = Counter(name for pair in range(PAIRS) for name in types_of(pair))
    assert set(counts) == set(GENERATORS)
    assert min(counts.values()) >= 27
    met = {(name, release_of(pair)) for pair in range(PAIRS) for name in types_of(pair)}
    assert met == {(name, release) for name in GENERATORS for release in RELEASES}


def test_every_question_type_is_compared() -> None:
    drawn = {see(Random(0))["type"] for see, _ in GENERATORS.values()}
    assert drawn == set(TYPES), "Add the question type to GENERATORS in tests/integration/twin_documents.py."
