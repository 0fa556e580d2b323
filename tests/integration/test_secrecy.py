"""Before release, no byte sent to a student depends on which answer is correct (I7)."""

import copy
import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from quizzes.caches import clear_all
from quizzes.models import Assignment, Attempt, Classroom, Student, User
from tests.factories import CANARY, make_assignment, make_attempt, make_document, make_edition
from tests.pages import form_of, read
from tests.slow_cases import slow_after

Release = Assignment.Release
# Random tokens and ids, which differ between any two replies.
_DRAWN = re.compile(rb'name="(?:csrfmiddlewaretoken|operation)" value="[^"]*"')
_SCORE, _LENGTH = re.compile(rb"[^\s>]+(?=\s+(?:<small>\s*)?of 8\b)"), re.compile(rb"Content-Length: \d+")


def all_replies(client: Client, attempt: Attempt, *, pick: int) -> Iterator[HttpResponse]:
    """Every student page before, during and after an attempt. pick: the index of the choice for each question."""
    yield client.get(reverse("student_home"))
    yield client.get(reverse("start_attempt", args=[attempt.assignment.public_id]))
    number = 1
    while True:
        address = reverse("take_attempt", args=[attempt.public_id, number])
        page = client.get(address)
        if page.status_code == 404:
            break
        yield page
        form = form_of(page, having="operation")
        names = list(dict.fromkeys(name for name, _ in form.offered))
        answer = {name: [v for n, v in form.offered if n == name][pick] for name in names}
        yield client.post(address, form.data(**answer, act="save"), headers={"Accept": "application/json"})
        yield client.get(address)
        yield client.post(address, form_of(client.get(address), having="operation").data(act="flag"))
        yield client.post(address, form_of(client.get(address), having="operation").data(act="next"))
        yield client.post(address, form_of(client.get(address), having="operation").data(act="check"))
        number += 1
    yield client.get(reverse("time_left", args=[attempt.public_id]))
    yield client.get(reverse("questions_ahead", args=[attempt.public_id]))
    yield client.get(reverse("review_attempt", args=[attempt.public_id]))
    yield client.post(reverse("submit_attempt", args=[attempt.public_id]))
    yield client.get(reverse("receipt", args=[attempt.public_id]))
    yield client.get(reverse("result", args=[attempt.public_id]))
    yield client.get(reverse("student_home"))


def pages_with_score(client: Client, attempt: Attempt) -> list[HttpResponse]:
    """The pages of a submitted attempt whose teacher shows scores before the answers."""
    Assignment.objects.update(shows_scores=True)
    addresses = [reverse(name, args=[attempt.public_id]) for name in ("receipt", "result")]
    addresses += [reverse("student_home"), reverse("start_attempt", args=[attempt.assignment.public_id])]
    return [client.get(address) for address in addresses]


def give(document: dict[str, Any], classroom: Classroom, teacher: User, student: Student, release: str) -> Attempt:
    """An attempt with a fixed seed and fixed ids on an edition of this document."""
    assignment = make_assignment(
        edition=make_edition(document=document),
        classroom=classroom,
        assigned_by=teacher,
        release=release,
        # With "after the last attempt", every page below is of a first attempt.
        max_attempts=2 if release == Release.AFTER_LAST else 1,
        public_id="assignment-1",
        closes_at=datetime.fromisoformat("2026-10-24T15:00:00Z"),
    )
    return make_attempt(assignment=assignment, student=student, seed="0" * 32, public_id="attempt-0001")


def whole(response: HttpResponse) -> bytes:
    """Status, headers and body without random tokens and ids."""
    headers = "\n".join(f"{name}: {value}" for name, value in sorted(response.headers.items()))
    return _DRAWN.sub(b"", f"{response.status_code}\n{headers}\n".encode() + response.content)


@pytest.mark.parametrize("release", [Release.AFTER_CLOSE, Release.AFTER_LAST, Release.NEVER, Release.AFTER_SUBMIT])
@pytest.mark.parametrize("pick", [0, -1])
def test_no_page_before_release_holds_a_canary(
    release: str,
    pick: int,
    classroom: Classroom,
    teacher: User,
    student: Student,
    student_client: Client,
    clock: time_machine.Traveller,
) -> None:
    attempt = give(make_document(canary=True), classroom, teacher, student, release)
    replies = list(all_replies(student_client, attempt, pick=pick))
    if release == Release.AFTER_SUBMIT:
        replies = replies[:-3]  # the receipt, the result and the page after it come when answers may be seen
    else:
        replies += pages_with_score(student_client, attempt)
    assert len(replies) > 20
    for reply in replies:
        assert CANARY not in whole(reply).decode()


def test_the_canary_is_met_once_answers_are_released(
    classroom: Classroom,
    teacher: User,
    student: Student,
    student_client: Client,
    clock: time_machine.Traveller,
) -> None:
    attempt = give(make_document(canary=True), classroom, teacher, student, Release.AFTER_CLOSE)
    list(all_replies(student_client, attempt, pick=0))
    result = reverse("result", args=[attempt.public_id])
    assert CANARY not in student_client.get(result).content.decode()
    clock.move_to(attempt.assignment.closes_at + timedelta(minutes=2))
    assert CANARY in student_client.get(result).content.decode()


def other_key(document: dict[str, Any]) -> dict[str, Any]:
    """The same document with another key in each question."""
    other = copy.deepcopy(document)
    for question in other["questions"]:
        match question["type"]:
            case "single" | "multiple":
                keys = [choice.pop("key", False) for choice in question["choices"]]
                for choice, key in zip(question["choices"], keys[-1:] + keys[:-1], strict=True):
                    choice["key"] = key
            case "who_says_so":
                first, *rest = question["statements"]
                keyed = [statement["voice"] for statement in rest] + [first["voice"]]
                parts = [(s["facts"], s["evidence"]) for s in [*rest, first]]
                for statement, speaker, (facts, evidence) in zip(question["statements"], keyed, parts, strict=True):
                    statement.update(voice=speaker, facts=facts, evidence=evidence)
            case "evidence":
                old, tempting = question["key_sentences"], question["choices"]
                new = next(
                    sentence["key"]
                    for paragraph in other["reading"]["paragraphs"]
                    for sentence in paragraph["sentences"]
                    if sentence["key"] not in [*old, *[wrong["sentence"] for wrong in tempting]]
                )
                question.update(key_sentences=[new], evidence=[new])
                facts = {
                    sentence["key"]: sentence["facts"]
                    for paragraph in other["reading"]["paragraphs"]
                    for sentence in paragraph["sentences"]
                }
                question["facts"] = facts[new]
    return other


@pytest.mark.parametrize("release", [Release.AFTER_CLOSE, Release.AFTER_LAST, Release.NEVER])
@pytest.mark.parametrize("pick", slow_after(1, [0, 1, -1]))
def test_replies_are_the_same_whichever_choice_is_right(
    release: str,
    pick: int,
    classroom: Classroom,
    teacher: User,
    student: Student,
    signed_in: Callable[[Student], Client],
    clock: time_machine.Traveller,
) -> None:
    document = make_document()
    seen: list[list[bytes]] = []
    points = set()
    for version in (document, other_key(document)):
        clear_all()
        with transaction.atomic():
            attempt = give(version, classroom, teacher, student, release)
            replies = [whole(reply) for reply in all_replies(signed_in(student), attempt, pick=pick)]
            with_score = [whole(reply) for reply in pages_with_score(signed_in(student), attempt)]
            points |= {score for page in with_score for score in _SCORE.findall(page)}
            replies += [_LENGTH.sub(b"", _SCORE.sub(b"", page)) for page in with_score]
            receipt = attempt.__class__.objects.get(pk=attempt.pk).receipt or ""
            seen.append([reply.replace(receipt.encode(), b"") for reply in replies])
            transaction.set_rollback(True)
    assert seen[0] == seen[1]
    # Once the teacher shows scores, they are all that depends on the key. The second choices earn the same with both.
    # While the student has another attempt, scores wait too.
    assert len(points) == (0 if release == Release.AFTER_LAST else 1 if pick == 1 else 2)


def test_student_pages_lead_to_no_teacher_page(attempt: Attempt, student_client: Client) -> None:
    page = student_client.get(reverse("student_home"))
    assert [link for link in read(page).links if "/teacher/" in link] == []
