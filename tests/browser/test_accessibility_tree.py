"""A student from class code to receipt by the accessibility tree alone, as a screen reader has it, in each language."""

from dataclasses import dataclass
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import CDPSession, Page, expect

from quizzes.models import Attempt, Edition, Student, User
from quizzes.people import student_sign_in
from tests.browser.conftest import NewContext
from tests.browser.test_outbox import spoken
from tests.factories import make_assignment, make_attempt, make_classroom, make_document, make_edition, make_student
from tests.integration.twin_documents import twins
from tests.slow_cases import slow_after

# Where a screen reader stops.
CONTROLS = {"link", "button", "textbox", "radio", "checkbox"}
PLACES = {"heading", "region", "group", "navigation", "status", "alert", "progressbar"}


@dataclass(frozen=True)
class Node:
    """A node of the accessibility tree. element: its id in Chromium."""

    role: str
    name: str
    states: dict[str, Any]
    element: int


class Reader:
    """What a screen reader knows of a page. It acts on what it finds there, by keyboard."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.session: CDPSession = page.context.new_cdp_session(page)
        self.session.send("Accessibility.enable")

    def nodes(self) -> list[Node]:
        """The controls and the named places, in the order in which they are read."""
        found = {node["nodeId"]: node for node in self.session.send("Accessibility.getFullAXTree")["nodes"]}
        ordered: list[Node] = []

        def walk(node: dict[str, Any]) -> None:
            role, name = (str(node.get(part, {}).get("value", "")) for part in ("role", "name"))
            if role in CONTROLS or (role in PLACES and name):
                states = {state["name"]: state["value"].get("value") for state in node.get("properties", [])}
                ordered.append(Node(role, " ".join(name.split()), states, node["backendDOMNodeId"]))
            for child in node.get("childIds", []):
                if child in found:
                    walk(found[child])

        walk(next(node for node in found.values() if "parentId" not in node))
        return ordered

    def find(self, role: str, name: str, **states: str) -> Node:
        """The first node with this role and these states whose name begins so; waits for it."""
        for _ in range(100):
            for node in self.nodes():
                if node.role == role and node.name.startswith(name) and states.items() <= node.states.items():
                    return node
            self.page.wait_for_timeout(100)
        raise AssertionError(f"no {role} “{name}” {states} in {[(node.role, node.name) for node in self.nodes()]}")

    def press(self, role: str, name: str, key: str = "Enter") -> None:
        """Move the focus to the node, and press a key."""
        self.session.send("DOM.focus", {"backendNodeId": self.find(role, name).element})
        self.page.keyboard.press(key)

    def type(self, name: str, text: str) -> None:
        """Type into the field of this name."""
        self.session.send("DOM.focus", {"backendNodeId": self.find("textbox", name, required=True).element})
        self.page.keyboard.type(text)

    def outline(self) -> list[str]:
        """Role and name of all nodes, in their order."""
        return [f"{node.role} {node.name}" for node in self.nodes()]


WORDS = {
    "en": {
        "skip": "Skip to content",
        "other": "Other sign-in",
        "teacher": "Teacher sign-in",
        "join": "Sign in to your class",
        "code": "Class code",
        "find": "Find my class",
        "language": "Español",
        "privacy": "Privacy",
        "accessibility": "Accessibility",
        "questions": "How we write questions",
        "names": "Find your name",
        "pin": "Your PIN",
        "sign in": "Sign in",
        "start": "Start",
        "skip to question": "Skip to the question",
        "skip to sentences": "Skip to the sentences",
        "skip sentences": "Skip the sentences",
        "evidence": ": choose the evidence",
        "choose": "Choose the sentence. Choose it again to undo.",
        "saved": "Saved",
        "question": "Question {} of 4",
        "quizzes": "Quizzes",
        "answered": "Questions answered",
        "reading": "Reading",
        "previous": "Previous question",
        "flag": "Flag for later",
        "next": "Next question",
        "review": "Review my answers",
        "turn in": "Turn in",
        "receipt": "Receipt",
    },
    "es": {
        "skip": "Ir al contenido",
        "other": "Otra forma de entrar",
        "teacher": "Entrada de docentes",
        "join": "Entra a tu clase",
        "code": "Código de la clase",
        "find": "Buscar mi clase",
        "language": "English",
        "privacy": "Privacidad",
        "accessibility": "Accesibilidad",
        "questions": "Cómo escribimos las preguntas",
        "names": "Busca tu nombre",
        "pin": "Tu PIN",
        "sign in": "Entrar",
        "start": "Empezar",
        "skip to question": "Ir a la pregunta",
        "skip to sentences": "Ir a las oraciones",
        "skip sentences": "Saltar las oraciones",
        "evidence": ": elige la evidencia",
        "choose": "Elige la oración. Para quitarla, elígela otra vez.",
        "saved": "Guardado",
        "question": "Pregunta {} de 4",
        "quizzes": "Cuestionarios",
        "answered": "Preguntas respondidas",
        "reading": "Lectura",
        "previous": "Pregunta anterior",
        "flag": "Marcar para después",
        "next": "Siguiente pregunta",
        "review": "Revisar mis respuestas",
        "turn in": "Entregar",
        "receipt": "Comprobante",
    },
}


READING = "region {reading}"
STATEMENTS = ("Rules were broken.", "A court ended it.", "People are easy to find.")
PLACES_OF = {
    1: [
        READING,
        "region {title} Which of these does the system record?",
        "group Which of these does the system record?",
    ],
    2: [
        READING,
        "region {title} Which two of these does the system record?",
        "group Which two of these does the system record?",
    ],
    3: [READING, "region {title} Who says so?", *(f"group {statement}" for statement in STATEMENTS)],
    4: ["group Which two sentences prove this? After a protest there is an end in summer. {choose}"],
}


@pytest.mark.parametrize("language", slow_after(1, WORDS))
def test_student_gets_from_join_to_receipt_by_the_accessibility_tree(
    language: str, student: Student, teacher: User, open_context: NewContext
) -> None:
    words = WORDS[language]
    make_assignment(
        edition=make_edition(document=make_document()),
        classroom=student.classroom,
        assigned_by=teacher,
        created_at=timezone.now(),
    )
    page = open_context().new_page()
    page.goto(reverse("join"))
    reader = Reader(page)
    if language == "es":
        reader.press("button", "Español")
    reader.find("heading", words["join"])
    foot = [f"button {words['language']}"]
    foot += [f"link {words[name]}" for name in ("privacy", "accessibility", "questions")]
    assert reader.outline() == [
        f"link {words['skip']}",
        "link Footnote",
        f"navigation {words['other']}",
        f"link {words['teacher']}",
        f"heading {words['join']}",
        f"textbox {words['code']}",
        f"button {words['find']}",
        *foot,
    ]
    reader.type(words["code"], student.classroom.join_code)
    reader.press("button", words["find"])
    reader.find("heading", words["names"])
    reader.press("button", student.first_name)
    # A wrong PIN is told at its field.
    pin = student_sign_in.pin_of(student)
    reader.type(words["pin"], f"{(int(pin) + 1) % 10_000:04}")
    reader.press("button", words["sign in"])
    reader.find("textbox", words["pin"], invalid="true")
    reader.type(words["pin"], pin)
    reader.press("button", words["sign in"])
    reader.press("button", words["start"])

    for number, role in enumerate(("radio", "checkbox", "radio", "checkbox"), start=1):
        reader.find("heading", words["question"].format(number))
        before = reader.outline()
        skips = ["skip to sentences", "skip sentences"] if number == 4 else ["skip to question"]
        assert before[: len(skips) + 3] == [
            *(f"link {words[name]}" for name in skips),
            f"heading {words['question'].format(number)}{words['evidence'] if number == 4 else ''}",
            f"link {words['quizzes']}",
            f"progressbar {words['answered']}",
        ]
        ways = [words["next"] if number < 4 else words["review"]]
        ways += [words["previous"]] * (number > 1) + [words["flag"], words["language"]]
        assert before[-len(ways) :] == [f"button {way}" for way in ways]
        # Between them the question, whose name a screen reader says before its choices.
        places = [line for line in before if line.startswith(("region", "group"))]
        assert sorted(places) == sorted(
            place.format(title=words["question"].format(number), **words) for place in PLACES_OF[number]
        )
        choice = next(node for node in reader.nodes() if node.role == role and node.states.get("checked") == "false")
        reader.press(role, choice.name, "Space")
        reader.find(role, choice.name, checked="true")
        expect(page.locator("[data-say=status]")).to_have_text(words["saved"])
        assert spoken(page) == {"status": words["saved"]}
        # The answer changed a state, and neither a name nor the order.
        assert reader.outline() == before
        reader.press("button", ways[0])
    reader.press("button", words["turn in"])
    reader.find("region", words["receipt"])
    attempt = Attempt.objects.get()
    assert attempt.answers.filter(value__isnull=False).count() == 4
    expect(page.locator("main")).to_contain_text(attempt.receipt)


def test_what_a_question_says_beside_its_stem_is_its_description(
    student: Student, teacher: User, open_context: NewContext
) -> None:
    edition = make_edition(document=twins(1, ["true_false", "matching"])[0])
    assignment = make_assignment(edition=edition, classroom=student.classroom, created_at=timezone.now())
    attempt = make_attempt(assignment=assignment, student=student, started_at=timezone.now())
    page = open_context(student).new_page()
    # With the Tab key, a screen reader says the description of the group, and not the text above it.
    for question, text in zip(edition.questions.order_by("position"), (".says", ".hint"), strict=True):
        page.goto(reverse("take_attempt", args=[attempt.public_id, question.position]))
        group = page.get_by_role("group").filter(has=page.locator("#stem"))
        said = page.locator(f"#question fieldset {text}").last.inner_text()
        expect(group).to_have_accessible_description(said)


# The names of links that lead to several places. A list of all links has them without what stands around them.
AMBIGUOUS = """() => {
  const places = {};
  for (const link of document.querySelectorAll("main a[href]")) {
    const name = link.textContent.replace(/\\s+/g, " ").trim();
    (places[name] ??= new Set()).add(link.href);
  }
  return Object.keys(places).filter((name) => places[name].size > 1);
}"""


def test_links_of_one_name_lead_to_one_place(
    edition: Edition, teacher: User, student: Student, open_context: NewContext
) -> None:
    other = make_classroom(teacher=teacher, name="Period 5")
    make_student(classroom=other)
    for place, classroom in enumerate((student.classroom, student.classroom, other)):
        quiz = make_assignment(edition=edition, classroom=classroom, own_title=f"Quiz {place % 2}", max_attempts=2)
        if classroom == student.classroom:
            make_attempt(assignment=quiz, student=student)
    page = open_context(teacher).new_page()
    for address in (reverse("teacher_home"), reverse("student_history", args=[student.public_id])):
        page.goto(address)
        assert page.evaluate(AMBIGUOUS) == [], address
