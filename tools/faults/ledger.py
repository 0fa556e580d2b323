"""A client that writes down what the server acknowledged, and compares it with what is stored."""

import http.client
import json
import random
import secrets
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from urllib.parse import urlencode

from django.contrib.sessions.backends.db import SessionStore
from django.utils import timezone

from quizzes.attempts.attempt_content import AttemptContent, content_of
from quizzes.attempts.integrity import check_integrity
from quizzes.attempts.lifecycle import start_attempt
from quizzes.content.question_types.single.question import Single
from quizzes.models import Answer, AnswerEvent, Assignment, Attempt, Student
from quizzes.people.student_sessions import PIN_VERSION, STUDENT
from tests.factories import make_assignment, make_classroom, make_document, make_edition, make_student, make_user

CSRF = "a" * 32
HTTP_SECONDS = 12
# Any answer of the server that a client may send again after: nothing was said of the save itself.
RETRYABLE = {500, 502, 503, 504, 507}


@dataclass
class Save:
    """One save as sent. status 0: no reply came. revision: as acknowledged, 0 when it was not."""

    operation: str
    number: int
    value: str
    seen_revision: int
    status: int = 0
    revision: int = 0
    body: bytes = b""
    seconds: float = 0.0

    @property
    def acknowledged(self) -> bool:
        """Whether the page may say “Saved”."""
        return self.status == 200 and self.revision > 0


@dataclass
class Client:
    """One student's browser: its cookies, its attempt, and its ledger in the order of acknowledgement."""

    port: int
    cookie: str
    attempt_id: str
    tokens: dict[tuple[int, str], str]
    question_ids: dict[int, int]
    ledger: list[Save] = field(default_factory=list)
    revisions: dict[int, int] = field(default_factory=dict)
    refused: list[Save] = field(default_factory=list)
    host: str = "127.0.0.1"

    def save(self, number: int, value: str, *, operation: str = "", seen_revision: int | None = None) -> Save:
        """Send one save once and note the reply."""
        seen = self.revisions.get(number, 0) if seen_revision is None else seen_revision
        save = Save(operation or uuid.uuid4().hex, number, value, seen)
        self.send(save)
        return save

    def send(self, save: Save) -> None:
        """Send a save, the first time or again under the same name."""
        began = time.monotonic()
        status, content = self.repeat(save)
        save.status, save.body, save.seconds = status, content, time.monotonic() - began
        if status in {200, 409}:
            reply = json.loads(content)
            self.revisions[save.number] = reply["revision"]
            if status == 200:
                save.revision = reply["revision"]
        if status in RETRYABLE:
            self.refused.append(Save(save.operation, save.number, save.value, save.seen_revision, status))
        if save.acknowledged and not any(kept is save for kept in self.ledger[-3:]):
            self.ledger.append(save)

    def repeat(self, save: Save) -> tuple[int, bytes]:
        """Send a save without writing anything down; (status, body)."""
        body = {
            "operation": save.operation,
            "revision": save.seen_revision,
            "choice": self.tokens[save.number, save.value],
            "act": "save",
        }
        return self.request("POST", f"/student/attempts/{self.attempt_id}/{save.number}/", urlencode(body))

    def save_until_settled(self, number: int, value: str, *, patience: float = 60) -> Save:
        """Send until the server says something definite of it, as the outbox of a page does."""
        save = self.save(number, value)
        ends = time.monotonic() + patience
        while (save.status == 0 or save.status in RETRYABLE) and time.monotonic() < ends:
            time.sleep(0.05)
            self.send(save)
        return save

    def submit_attempt(self) -> tuple[int, str]:
        """Submit; (status, where it leads)."""
        return self.post_form(f"/student/attempts/{self.attempt_id}/hand-in/")

    def post_form(self, path: str) -> tuple[int, str]:
        """Post an empty form; (status, where it leads)."""
        connection = self._connection()
        try:
            connection.request("POST", path, "", self._headers(accept="text/html"))
            response = connection.getresponse()
            response.read()
            return response.status, response.headers.get("Location", "")
        except (OSError, http.client.HTTPException):
            return 0, ""
        finally:
            connection.close()

    def request(self, method: str, path: str, body: str = "") -> tuple[int, bytes]:
        """(status, body); (0, b"") when no whole reply came."""
        connection = self._connection()
        try:
            connection.request(method, path, body, self._headers())
            response = connection.getresponse()
            return response.status, response.read()
        except (OSError, http.client.HTTPException):
            return 0, b""
        finally:
            connection.close()

    def _connection(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection(self.host, self.port, timeout=HTTP_SECONDS)

    def _headers(self, accept: str = "application/json") -> dict[str, str]:
        return {
            "Accept": accept,
            "Content-Type": "application/x-www-form-urlencoded",
            "Cookie": f"sessionid={self.cookie}; csrftoken={CSRF}",
            "X-CSRFToken": CSRF,
        }


def single_choice_document(question_count: int) -> dict[str, Any]:
    """A set of single-choice questions of four choices each, the second right."""
    document = make_document(slug=f"faults-{secrets.token_hex(4)}", title="Faults")
    question = next(table for table in document["questions"] if table["type"] == "single")
    choices = [{"text": f"Choice {letter}", "key": letter == "b", "rationale": "A reason."} for letter in "abcd"]
    document["questions"] = [
        {**question, "key": f"question-{number}", "choices": choices} for number in range(1, question_count + 1)
    ]
    document["minimum"] = {}
    return document


def make_clients(
    port: int,
    count: int,
    *,
    question_count: int = 12,
    assignment: Assignment | None = None,
) -> list[Client]:
    """Students at work on one assignment, each signed in with a browser of its own."""
    now = timezone.now()
    if assignment is None:
        assignment = make_assignment(
            edition=make_edition(document=single_choice_document(question_count)),
            classroom=make_classroom(teacher=make_user(email=f"{secrets.token_hex(4)}@school.test"), created_at=now),
            created_at=now,
        )
    return [client_of(port, make_student(classroom=assignment.classroom), assignment) for _ in range(count)]


# In a process of the site, or of an older version: `make_clients(0, students, question_count=questions)` as JSON.
PRINT_CLIENTS = """
import json
from tools.faults.ledger import make_clients
print(json.dumps([
    [one.cookie, one.attempt_id, [[*place, token] for place, token in one.tokens.items()], [*one.question_ids.items()]]
    for one in make_clients(0, {students}, question_count={questions})
]))
"""


def read_clients(printed: str, *, port: int) -> list[Client]:
    """The browsers that `PRINT_CLIENTS` printed on the last line, for the server on this port."""
    return [
        Client(port, cookie, attempt, {(number, letter): token for number, letter, token in tokens}, dict(ids))
        for cookie, attempt, tokens, ids in json.loads(printed.splitlines()[-1])
    ]


def client_of(port: int, student: Student, assignment: Assignment) -> Client:
    """The student's browser, signed in, with an attempt begun."""
    session = SessionStore()
    session[STUDENT], session[PIN_VERSION] = student.pk, student.pin_version
    session.save()
    attempt = start_attempt(student, assignment, now=timezone.now())
    content = content_of(attempt)
    assert session.session_key is not None
    return Client(port, session.session_key, attempt.public_id, tokens_of(content), ids_of(content))


def tokens_of(content: AttemptContent) -> dict[tuple[int, str], str]:
    """The token of each choice id by place in the attempt."""
    return {
        (number, choice.id): content.shuffle.token(question.key, choice.id)
        for number, question in enumerate(content.questions, start=1)
        if isinstance(question, Single)
        for choice in question.choices
    }


def ids_of(content: AttemptContent) -> dict[int, int]:
    """Row id of each question by place in the attempt."""
    return {number: content.question_id(question) for number, question in enumerate(content.questions, start=1)}


@dataclass(frozen=True)
class Count:
    """What a ledger and the database came to together."""

    acknowledged: int
    lost: int
    duplicate: int
    wrong: int

    def __str__(self) -> str:
        return f"acknowledged={self.acknowledged} lost={self.lost} duplicate={self.duplicate} wrong={self.wrong}"


def compare(clients: list[Client]) -> Count:
    """Every acknowledged save is in the log once, and each current answer is the last accepted one (I1, I2, I5).

    wrong: current answers that are not the newest acknowledged one, and broken invariants of `check_integrity`.
    """
    lost = duplicate = wrong = acknowledged = 0
    for client in clients:
        attempt = Attempt.objects.get(public_id=client.attempt_id)
        events: dict[str, list[AnswerEvent]] = {}
        for event in AnswerEvent.objects.filter(attempt=attempt):
            events.setdefault(event.operation.partition(".")[0], []).append(event)
        answers = {answer.question_id: answer for answer in Answer.objects.filter(attempt=attempt)}
        newest: dict[int, Save] = {}
        for save in client.ledger:
            acknowledged += 1
            logged = events.get(save.operation, [])
            lost += not any(event.value == save.value and event.revision == save.revision for event in logged)
            if save.number not in newest or newest[save.number].revision < save.revision:
                newest[save.number] = save
        duplicate += sum(len(logged) - 1 for logged in events.values())
        for number, save in newest.items():
            answer = answers.get(client.question_ids[number])
            # A save may be stored whose reply never came: then the answer is newer than the ledger, never older.
            if (
                answer is None
                or answer.revision < save.revision
                or (answer.revision == save.revision and answer.value != save.value)
            ):
                wrong += 1
    wrong += sum(len(finding.broken) for finding in check_integrity())
    return Count(acknowledged, lost, duplicate, wrong)


def at_once(tasks: list[Callable[[], Any]]) -> list[Any]:
    """What each task returns, all begun in the same moment, one thread each."""
    barrier = threading.Barrier(len(tasks))
    results: list[Any] = [None] * len(tasks)

    def run(place: int) -> None:
        barrier.wait()
        results[place] = tasks[place]()

    threads = [threading.Thread(target=run, args=[place]) for place in range(len(tasks))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def random_saves(client: Client, stop: threading.Event, seed: int) -> None:
    """Save random answers one after another until stopped, and send again what was not acknowledged."""
    chance = random.Random(seed)
    places = sorted(client.question_ids)
    while not stop.is_set():
        save = client.save(chance.choice(places), chance.choice("abcd"))
        while (save.status == 0 or save.status in RETRYABLE) and not stop.is_set():
            time.sleep(0.02)
            client.send(save)


def finish(clients: list[Client]) -> None:
    """Send once more what every client may still have in hand, now that the server is well."""
    for client in clients:
        for number in list(client.question_ids)[:1]:
            client.save_until_settled(number, "a", patience=20)


def busy(clients: list[Client]) -> AbstractContextManager[None]:
    """A context while all clients save at full speed."""
    return at_work([partial(random_saves, client, seed=place) for place, client in enumerate(clients)])


@contextmanager
def at_work(tasks: Sequence[Callable[[threading.Event], None]]) -> Iterator[None]:
    """A context while each task runs in a thread. At its end it stops them and waits for them."""
    stop = threading.Event()
    threads = [threading.Thread(target=task, args=[stop]) for task in tasks]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join()
