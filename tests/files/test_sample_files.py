"""Files in the layouts of other programs, below tests/data/layouts: what becomes of each row and question."""

import io
import zipfile
from pathlib import Path

import pytest

from quizzes.files.oneroster import read_oneroster
from quizzes.files.questions.formats import read_questions
from quizzes.files.rosters import KnownStudents, read_roster
from quizzes.files.table_file import UnreadableTable, read_table, read_text
from quizzes.files.xlsx import Sheet, write_xlsx

LAYOUTS = Path(__file__).parents[1] / "data" / "layouts"


def outcomes(content: bytes) -> list[str]:
    """“name / family name” of each student, and “- reason” of each row that is left out."""
    return [
        f"{row.name.display} / {row.name.family}" if row.state == "new" else f"- {row.note}"
        for row in read_roster(read_table(content).rows, KnownStudents()).rows
    ]


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        ("aeries.csv", ["Maria Jose Ruiz / Ruiz", "Robert Lee III / Lee"]),
        (
            "canvas.csv",
            [
                "- No name in this row",
                "- Not a student",
                "María José Ruiz Peña / Ruiz Peña",
                "Seán O'Brien / O'Brien",
                "Ana de la Cruz Jr. / de la Cruz",
                "- A test student",
            ],
        ),
        ("clever.csv", ["María J Ruiz / Ruiz", "علی\u200cرضا حسینی / حسینی", "נועה כהן / כהן"]),
        (
            "google-classroom.csv",
            ["- A date, not a name", "- Not a student", "- Not a student", "María Ruiz / Ruiz", "Bảo Trân Lê / Lê"],
        ),
        (
            "infinite-campus.csv",
            [*["- Above the headings"] * 3, "Maria Ruiz / Ruiz", "Robert Lee III / Lee", "- No name in this row"],
        ),
        (
            "moodle-es.csv",
            [
                "María José Ruiz Peña / Ruiz Peña",
                "- Not a student: a teacher or another adult",
                "Luis Gómez de la Torre / Gómez de la Torre",
            ],
        ),
        ("moodle.csv", ["María Ruiz / Ruiz", "ไพลิน สุขใจ / สุขใจ"]),
        ("oneroster-users.csv", ["Maria Ruiz / Ruiz", "- Not a student: a teacher or another adult"]),
        (
            "pasted.txt",
            [
                "Maria Ruiz / Ruiz",
                "Robert Lee / Lee",
                "Ana de la Cruz / de la Cruz",
                "Seán O’Brien / O’Brien",
                "- Same name as row 1. For another student, type a name that differs.",
            ],
        ),
        ("powerschool.txt", ["Maria J Ruiz / Ruiz", "Tim van der Berg / van der Berg"]),
        ("skyward.csv", ["MARIA JOSE RUIZ / RUIZ", "AN NGUYEN / NGUYEN"]),
        ("spanish.csv", ["JOSÉ LUIS PEÑA ÁLVAREZ / PEÑA ÁLVAREZ", "Íñigo Núñez / Núñez", "- Not a student"]),
        ("synergy.csv", ["Maria L. Ruiz / Ruiz", "John Smith Jr. / Smith"]),
    ],
)
def test_roster_of_another_program(file: str, expected: list[str]) -> None:
    assert outcomes((LAYOUTS / "rosters" / file).read_bytes()) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ana Ruiz, Bo Lee, Cy Diaz", ["Ana Ruiz / Ruiz", "Bo Lee / Lee", "Cy Diaz / Diaz"]),
        ("Ana Ruiz; Bo Lee", ["Ana Ruiz / Ruiz", "Bo Lee / Lee"]),
        ('"Ruiz, Ana" <ana@x.example>', ["Ana Ruiz / Ruiz"]),
        ("First Name [Required],Last Name [Required]\nAna,Ruiz", ["Ana Ruiz / Ruiz"]),
        (
            'Student Name,ID\n"Ruiz, Ana",1\nPage 1 of 2\nStudent Name,ID\n"Lee, Bo",2\nPrinted by Diaz on 11/20/2026',
            ["Ana Ruiz / Ruiz", "- Not a student", "- The headings again", "Bo Lee / Lee", "- Not a student"],
        ),
        ("Name\tRole\nAmy Ta\tTA\nAnn Ta\tStudent", ["- Not a student: a teacher or another adult", "Ann Ta / Ta"]),
        ("Maria [she/her/hers] Ruiz", ["Maria Ruiz / Ruiz"]),
        ('Last Name, First Name,Grade\n"Ruiz, Ana",8\n"Lee Jr., Bo",8', ["Ana Ruiz / Ruiz", "Bo Lee Jr. / Lee"]),
        (
            "Núm;Alumno/a;Grupo\n1;Ruiz Peña, Ana;2B\n2;Núñez, Íñigo;2B",
            ["Ana Ruiz Peña / Ruiz Peña", "Íñigo Núñez / Núñez"],
        ),
    ],
)
def test_pasted_list(text: str, expected: list[str]) -> None:
    assert outcomes(text.encode()) == expected
    assert read_text(text)


def test_web_page_that_is_called_a_spreadsheet_is_refused() -> None:
    with pytest.raises(UnreadableTable, match="web page"):
        read_table(b"<html><table><tr><td>Student Name</td></tr></table></html>")


def questions(content: bytes) -> list[str]:
    """“type: stem (points)” of each question, and “- reason” of each that is skipped."""
    return [
        f"{one.item.question_type}: {one.item.text or one.item.stem}" if one.item else f"- {one.reason}"
        for one in read_questions(content).questions
    ]


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        (
            "moodle.xml",
            [
                "multiple: Look at the map.\nWhich 2 wards voted < 50 %?",
                "true_false: The council can override a veto.",
                "short_answer: Who wrote the order?",
                "numeric: How many votes?",
                "matching: Match each office.",
                "free_text: Why did the court wait?",
                "blanks: The {a} votes.",
                "blanks: The {a} makes the law, the {b} applies it.",
                "ordering: Put the steps in order.",
                "- It’s a text, not a question.",
                'single: Who decides? "Quotes" & 3 > 2',
            ],
        ),
        (
            "moodle.gift",
            [
                "single: Which body adopts the budget of 5:30 pm?",
                "true_false: The budget was balanced.",
                "true_false: The vote was open to all.",
                "numeric: How many members has the council?",
                "numeric: What share of voters came, in percent?",
                "short_answer: The judge is called _____ in the story.",
                "multiple: Which two apply?",
                "matching: Match.",
                "free_text: Explain <why> & how.",
                "single: The _____ voted.",
                "single: What is 2 \\+ 2 ~ 4\\5?",
                "short_answer: Who",
                "single: Who are they? _____ Just a description without answers.",
                "- The closing brace } of its answers is missing.",
                "single: ¿Quién decide el presupuesto?",
            ],
        ),
        (
            "moodle-aiken.txt",
            [
                "single: Who adopts the budget?",
                "single: What is true, e.g. of item A. here?",
                "single: Which statement spans\ntwo lines?",
            ],
        ),
        (
            "google-forms.txt",
            [
                "single: Who adopts the budget?",
                "multiple: Which offices are in the city? Check all that apply.",
                "true_false: The council voted in June.",
            ],
        ),
        (
            "questions-and-answers.txt",
            [
                "short_answer: Who adopts the budget?",
                "free_text: Why did the council wait?",
                "true_false: The council voted in June.",
            ],
        ),
        (
            "canvas.xml",
            [
                "single: Who adopts the budget? Chart",
                "multiple: Which two?",
                "blanks: The {a} votes on the {b}.",
                "matching: Match.",
                "numeric: How many?",
                "short_answer: Who?",
                "free_text: Explain.",
                "- It’s a text, not a question.",
                "- Footnote has no questions with formulas.",
                "blanks: The {a} {b} laws.",
            ],
        ),
        ("qti21.xml", ["multiple: Read the text.\nWhich elements form water?"]),
        ("qti21-order.xml", ["ordering: Put the steps in order."]),
        ("qti21-match.xml", ["matching: Match each office."]),
        ("qti21-extended.xml", ["free_text: Here is a postcard.\nWhy did the court wait?"]),
        ("qti30.xml", ["single: The council met on Monday.\nWho decides?"]),
        ("qti30-blanks.xml", ["blanks: Complete the sentence.\nThe {a} adopts the {b}."]),
        (
            "blackboard.txt",
            [
                "single: Who adopts the budget?",
                "multiple: Which two?",
                "true_false: The vote was open.",
                "ordering: Put the steps in order.",
                "matching: Match.",
                "short_answer: The chair is ___.",
                "blanks: The {a} votes on {b}.",
                "numeric: How many?",
                "free_text: Why?",
                "free_text: In a word?",
                "- Footnote has no questions that take a file.",
                "- It asks for an opinion, so it has no correct answer.",
                "blanks: The {a} {b}.",
                "- Footnote has no questions that are answered with a question (Quiz Bowl).",
                "free_text: Say more.",
            ],
        ),
    ],
)
def test_questions_of_another_program(file: str, expected: list[str]) -> None:
    content = (LAYOUTS / "questions" / file).read_bytes()

    assert questions(content) == expected
    # Programs write UTF-16 too.
    assert questions(content.decode().encode("utf-16")) == expected


def test_canvas_accepts_each_listed_answer_of_a_blank() -> None:
    found = read_questions((LAYOUTS / "questions" / "canvas.xml").read_bytes()).questions[2].item

    assert found is not None
    assert [gap.accepted for gap in found.gaps] == [("council", "city council"), ("budget",)]


def package(**files: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("imsmanifest.xml", '<manifest xmlns="http://www.imsglobal.org/xsd/imscp_v1p1"/>')
        for path, name in files.items():
            archive.writestr(path, (LAYOUTS / "questions" / name).read_bytes())
    return made.getvalue()


def test_course_of_canvas_has_each_quiz_once() -> None:
    content = package(
        **{"g94a3/assessment_qti.xml": "canvas.xml", "non_cc_assessments/g94a3.xml.qti": "canvas.xml"},
    )

    assert len(questions(content)) == 10


def test_items_with_one_file_name_are_told_apart() -> None:
    content = package(**{"items/i1/qti.xml": "qti21.xml", "items/i2/qti.xml": "qti30.xml"})

    assert [one.where for one in read_questions(content).questions] == ["File i1/qti.xml", "File i2/qti.xml"]


KAHOOT = ["", "Question - max 120 characters", *(f"Answer {n} - max 75 characters" for n in range(1, 5))]
SPANISH = ["", "Pregunta - máx. 120 caracteres", *(f"Respuesta {n} - máx. 75 caracteres" for n in range(1, 5))]


@pytest.mark.parametrize(
    ("heading", "correct", "expected"),
    [
        ([*KAHOOT, "Time limit (sec)", "Correct answer(s) - choose at least one"], 1.2, [True, True, False, False]),
        ([*KAHOOT, "Time limit (sec)", "Correct answer(s)"], "1,3", [True, False, True, False]),
        ([*SPANISH, "Límite", "Respuesta(s) correcta(s): elige al menos una"], 4, [False, False, False, True]),
        (
            ["#", "Question", *(f"Answer {c}" for c in "ABCD"), "Time", "Correct answers"],
            "B",
            [False, True, False, False],
        ),
    ],
)
def test_kahoot_in_its_variants(heading: list[str], correct: str | float, expected: list[bool]) -> None:
    rows = [["", "Quiz template"], ["", "Add questions, at least two answer alternatives"], [], heading]
    content = write_xlsx([Sheet("Quiz", [*rows, [1, "Which?", "w", "x", "y", "z", 20, correct], [2]])])

    [question] = read_questions(content).questions
    assert question.item is not None
    assert [line.is_correct for line in question.item.lines] == expected


def test_blackboard_file_saved_by_excel_loses_its_quotes() -> None:
    content = b'MC\t"Which, if any, ""x""?"\t"A, b"\tcorrect\tB\tincorrect\n'

    [question] = read_questions(content).questions
    assert question.item is not None
    assert (question.item.stem, question.item.lines[0].text) == ('Which, if any, "x"?', "A, b")


@pytest.mark.parametrize(
    "text",
    [
        "footnote_questions = 1\n[[questions]]\nstem = " + "{a=" * 900,
        "footnote_questions = 1\n[[questions]]\npoints = " + "9" * 5000,
        "footnote_questions = 1\n[[questions]]\nstem = " + "[" * 5000,
    ],
)
def test_toml_that_exhausts_the_parser_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="This TOML file can’t be read"):
        read_questions(text.encode())


def test_aiken_answer_of_many_lines_takes_one_pass() -> None:
    # Twice as many lines took 4 times as long, and this many took minutes.
    text = "Who?\nA. one\n" + "and more words\n" * 20_000 + "B. two\nANSWER: A\n"

    [question] = read_questions(text.encode()).questions
    assert (
        question.reason == "An answer is over 500 characters. Shorten it: “one and more words and more words and mo…”"
    )


@pytest.mark.parametrize(("separator", "encoding"), [(",", "utf-8-sig"), (";", "utf-8"), ("\t", "utf-16")])
def test_oneroster_tables_saved_by_a_spreadsheet(separator: str, encoding: str) -> None:
    tables = {
        "Export/users.csv": [
            "sourcedId,status,givenName,familyName,preferredGivenName,identifier",
            'u1,,María,Ruiz Peña,,1001\nu2,,Robert,"Lee, Jr.",Bo,1002',
        ],
        "Export/roles.csv": ["sourcedId,userSourcedId,role", "r1,u1,student\nr2,u2,student"],
        "Export/classes.csv": ["sourcedId,status,title", "c1,,Civics 8"],
        "Export/enrollments.csv": ["sourcedId,classSourcedId,userSourcedId,role", "e1,c1,u1,student\ne2,c1,u2,student"],
    }
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for path, lines in tables.items():
            text = "\n".join(lines).replace('"Lee, Jr."', "Lee~ Jr.").replace(",", separator).replace("~", ",")
            quoted = text.replace("Lee, Jr.", '"Lee, Jr."')
            archive.writestr(path, quoted.encode(encoding))

    [found] = read_oneroster(made.getvalue()).classes
    assert [(one.external_id, *one.name) for one in found.students] == [
        ("1002", "Bo Lee Jr.", "Lee"),
        ("1001", "María Ruiz Peña", "Ruiz Peña"),
    ]
