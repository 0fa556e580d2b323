"""Files as other programs write them: each question is imported, imported with a note, or skipped with a reason."""

import csv
import io
import json
import zipfile
from typing import Any

import pytest
import xlsxwriter
from django.utils.translation import gettext, override
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from quizzes.content.question_types.registry import TYPES, draft_of
from quizzes.files.questions.containers import write_zip
from quizzes.files.questions.drafts import draft_question, exported_item, item_of
from quizzes.files.questions.footnote_files import write_own
from quizzes.files.questions.formats import FORMATS, holds, read_questions
from quizzes.files.questions.importing import EXAMPLES, whole_set
from quizzes.files.questions.item import MAX_QUESTIONS_IN_FILE, Gap, Item, Line, ReadQuestion, UnreadableFile
from quizzes.files.questions.tables import write_template_csv
from quizzes.files.sheet import OLD_EXCEL
from quizzes.models import Edition
from tests.factories import make_document
from tests.slow_cases import slow_after

GIFT = r"""// A comment
$CATEGORY: Civics/Unit 1

::Vote::Who voted on the plan? {
  =The city council#Right, see sentence 2.
  ~The mayor#The mayor only speaks.
  ~%50%The school board
  ####The council voted.
}

The plan was ended in June.{T#It was July.#Yes.}

Which are levels of government? {~%50%City ~%50%State ~%-100%Club}

When was it? {#2018:0}

Between? {#1..5}

Two plus two {=four =4 =%50%about four}

Match. {=Mayor -> City =Governor -> State = -> Nation}

Write about it. {}

Ann said {=yes ~no} to it.

[html]<b>Bold</b> &amp; plain <img src="x.png" alt="a map"> \{braces\}? {=a \= b ~c}

No answers here

No right one {~a ~b}

Open brace {=a
"""


NO_MARK = "It has no correct answer. Put a star before it, such as “*A. Council”, or add the line “ANSWER: A”."
NO_ANSWER = (
    "It has no answer. If it has choices, start each with a letter, such as “*A. Council”. If not, add the line "
    "“ANSWER: Council”, or “Sample answer: ...” for a written answer."
)


def outcomes(content: bytes) -> list[tuple[str, str, str]]:
    """(place, type or “skipped”, notes or reason) of each question."""
    return [
        (
            question.where,
            question.item.question_type if question.item else "skipped",
            question.reason or "; ".join(question.notes),
        )
        for question in read_questions(content).questions
    ]


def test_gift() -> None:
    assert outcomes(GIFT.encode()) == [
        ("Line 4", "single", "Partial credit for a wrong answer was left out."),
        ("Line 11", "true_false", ""),
        ("Line 13", "multiple", "Its wrong answers cost points. Here each takes away as much as a correct one adds."),
        ("Line 15", "numeric", ""),
        ("Line 17", "numeric", ""),
        ("Line 19", "short_answer", "“about four” had part of the credit. Here it is a wrong answer."),
        ("Line 21", "matching", ""),
        ("Line 23", "free_text", ""),
        ("Line 25", "single", ""),
        ("Line 27", "single", "A picture was left out."),
        ("Line 29", "skipped", "It has no answers in braces { }, so it’s a text, not a question."),
        ("Line 31", "skipped", "It has no correct answer: none starts with = or has a positive percentage."),
        ("Line 33", "skipped", "The closing brace } of its answers is missing."),
    ]
    items = [question.item for question in read_questions(GIFT.encode()).questions]
    vote, truth, _, year, between, *_ = items
    assert vote
    assert truth
    assert year
    assert between
    assert items[8]
    assert items[9]
    assert (vote.title, vote.explanation) == ("Vote", "The council voted.")
    assert vote.lines[0] == Line("The city council", True, "Right, see sentence 2.")
    assert (truth.is_true, truth.feedback_false, truth.feedback_true) == (True, "It was July.", "Yes.")
    assert (year.number, year.tolerance, between.number, between.tolerance) == ("2018", "0", "3", "2")
    assert items[8].stem == "Ann said _____ to it."
    assert (items[9].stem, items[9].lines[0].text) == ("Bold & plain a map {braces}?", "a = b")


def test_aiken_names_the_line() -> None:
    text = "Who?\nA. Me\nB) You\nANSWER: B\n\nWhat?\nA. This\nB. That\nANSWER: D\n\nWhen?\nA. Now\n"
    assert outcomes(text.encode()) == [
        ("Line 1", "single", ""),
        ("Line 6", "skipped", "“D” isn’t one of the answers. Name the letter, or copy the whole text of 1 answer."),
        ("Line 11", "skipped", NO_MARK),
    ]


STARS = """1) Who voted?
*a) The council,
   all of it
b) The mayor
FEEDBACK: Sentence 2 says so.
2) When?
a) Monday
* (b) Tuesday
*c) Friday

3) Where?
a) Here
b) There

Not numbered
a) * is a star
*b) is correct

c) is not

Which?
a) This
*b) That
ANSWER: A
"""


def test_a_star_marks_a_correct_answer() -> None:
    found = read_questions(STARS.encode()).questions
    assert [
        (
            question.where,
            question.stem,
            question.item and [(line.text, line.is_correct) for line in question.item.lines],
        )
        for question in found
    ] == [
        ("Line 1", "1) Who voted?", [("The council, all of it", True), ("The mayor", False)]),
        ("Line 6", "2) When?", [("Monday", False), ("Tuesday", True), ("Friday", True)]),
        ("Line 11", "3) Where?", [("Here", False), ("There", False)]),
        ("Line 15", "Not numbered", [("* is a star", False), ("is correct", True), ("is not", False)]),
        ("Line 21", "Which?", None),
    ]
    assert found[4].reason == "It has 2 different answers: “B” and “A”. Remove one of them."
    assert found[2].notes == ("Its correct answer isn’t set. Choose it in the editor.",)
    assert found[0].item
    assert found[0].item.explanation == "Sentence 2 says so."


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("A. Me *\nB) You\n\nWhat?\na) This\nb) That*\n", [[True, False], [False, True]]),
        # The star may be a part of the answer, or lead to a footnote.
        ("A. 2 * 3 *\nB. 4\n", [None]),
        ("A. 5 *\nB. 4\n* Estimated\n", [None]),
        ("A. 5 *\nB. 4\nANSWER: B\n", [[False, True]]),
    ],
)
def test_a_star_after_an_answer_marks_it_unless_it_may_mean_something_else(
    text: str, found: list[list[bool] | None]
) -> None:
    assert [
        question.item and [line.is_correct for line in question.item.lines]
        for question in read_questions(f"Who?\n{text}".encode()).questions
    ] == found


@pytest.mark.parametrize("text", ["Notes\n* a point\n* b) \n", "Notes\n*italic*\n"])
def test_a_list_with_stars_is_no_question(text: str) -> None:
    with pytest.raises(UnreadableFile):
        read_questions(text.encode())


def row_of_template(question_type: str, stem: str, answers: str, correct: str) -> ReadQuestion:
    """The outcome of a row of our template. answers: 3 cells."""
    table = f"Type,Question,Answer 1,Answer 2,Answer 3,Correct\n{question_type},{stem},{answers},{correct}\n"
    [found] = read_questions(table.encode()).questions
    return found


@pytest.mark.parametrize(
    ("name", "correct", "found"),
    [
        ("MC", "B", "single"),
        ("mc", '"A, C"', "multiple"),
        ("Multiple choice", "2", "single"),
        ("Multiple-Choice", '"1, 3"', "multiple"),
        ("TF", "T", "true_false"),
        ("t/f", "False", "true_false"),
    ],
)
def test_the_template_knows_the_type_names_of_teachers(name: str, correct: str, found: str) -> None:
    item = row_of_template(name, "Who?", "Me,You,Nobody", correct).item
    assert item
    assert item.question_type == found


@pytest.mark.parametrize("correct", ["A and C", '"A, C"', '"A, and C"', "A & C", "a+c", "1 and 3", "A y C"])
def test_the_template_reads_several_correct_answers(correct: str) -> None:
    item = row_of_template("", "Who?", "Me,You,Nobody", correct).item
    assert item
    assert (item.question_type, [line.is_correct for line in item.lines]) == ("multiple", [True, False, True])


@pytest.mark.parametrize(
    ("answers", "correct"),
    [("Flag and anthem,Flag,Anthem", "flag and anthem"), ("A and B,Me,You", "A and B"), ("R&B,Jazz,Folk", "R&B")],
)
def test_the_template_takes_the_words_of_an_answer_as_one(answers: str, correct: str) -> None:
    item = row_of_template("", "Who?", answers, correct).item
    assert item
    assert [line.is_correct for line in item.lines] == [True, False, False]


@pytest.mark.parametrize(
    ("answers", "correct", "found", "name"),
    [
        ("Me,You,Nobody", "B", "single", "Multiple choice"),
        ("Lee,Ms. Lee,", '"1, 2"', "multiple", "Choose all that apply"),
        ("False,True,", "True", "true_false", "True or false"),
    ],
)
def test_the_template_says_how_a_row_without_a_type_was_read(answers: str, correct: str, found: str, name: str) -> None:
    read = row_of_template("", "Who?", answers, correct)
    assert read.item
    assert (read.item.question_type, read.item.is_true) == (found, found == "true_false")
    assert read.notes == (f"Its type is empty. It was read as “{name}”. Check it.",)


def test_the_template_asks_for_the_type_of_a_row_without_a_correct_answer() -> None:
    found = row_of_template("", "Match.", "Mayor => City,Governor => State,", "")
    assert found.reason == "Its type is empty. Enter it in “Type”. Our template has an example of each type."


def test_the_template_without_a_column_for_types_has_no_note_on_them() -> None:
    [found] = read_questions(b"Question,Answer 1,Answer 2,Correct\nWho?,Me,You,B\n").questions
    assert (found.item and found.item.question_type, found.notes) == ("single", ())


@pytest.mark.parametrize("line", ["Answer: B", "*a) The council"])
def test_the_template_takes_lines_of_a_cell_for_no_answers(line: str) -> None:
    found = row_of_template("single", f'"Read.\n{line}\nWho voted?"', "Me,You,Nobody", "1")
    assert (found.stem, found.reason) == (f"Read. {line} Who voted?", "")


@pytest.mark.parametrize("name", ["fill in the blank", "Fill-in-the-blank", "Fill in the blanks", "blanks"])
def test_the_template_reads_drawn_blanks(name: str) -> None:
    item = row_of_template(name, "The ____ voted on __.", "council | board,Monday,", "").item
    assert item
    assert (item.text, [gap.accepted for gap in item.gaps]) == (
        "The {a} voted on {b}.",
        [("council", "board"), ("Monday",)],
    )


@pytest.mark.parametrize(
    ("stem", "answers"),
    [("Who voted?", "council,,"), ("The ____ voted.", "council,board,"), ("_{b}__ voted.", "council,,")],
)
def test_the_template_refuses_blanks_that_do_not_fit_their_answers(stem: str, answers: str) -> None:
    found = row_of_template("Fill in the blank", stem, answers, "")
    assert found.reason == "Name its blanks {a}, {b}, and so on, and give each its answers."


MOODLE = """<?xml version="1.0" encoding="UTF-8"?>
<quiz>
<question type="category"><category><text>$course$/top</text></category></question>
<question type="multichoice">
 <name><text>Vote</text></name>
 <questiontext format="html"><text><![CDATA[<p>Who
 <b>voted</b>?</p>]]></text></questiontext>
 <generalfeedback format="html"><text>The council.</text></generalfeedback>
 <defaultgrade>2.0000000</defaultgrade><single>true</single><shuffleanswers>0</shuffleanswers>
 <answer fraction="100" format="html"><text>Council</text><feedback><text>Yes</text></feedback></answer>
 <answer fraction="0" format="html"><text>Mayor</text><feedback><text>No</text></feedback></answer>
</question>
<question type="cloze"><questiontext><text>{1:SA:=x}</text></questiontext></question>
<question type="description"><questiontext><text>Read this.</text></questiontext></question>
</quiz>"""


def test_moodle_xml() -> None:
    found = read_questions(MOODLE.encode()).questions
    assert [(question.where, question.reason) for question in found] == [
        ("Line 4", ""),
        ("Line 13", ""),
        ("Line 14", "It’s a text, not a question."),
    ]
    assert found[0].item == Item(
        "single",
        "Who voted?",
        lines=(Line("Council", True, "Yes"), Line("Mayor", False, "No")),
        explanation="The council.",
        title="Vote",
        points=2,
        keep_order=True,
    )


CANVAS = """<?xml version="1.0"?>
<questestinterop xmlns="http://www.imsglobal.org/xsd/ims_qtiasiv1p2"><assessment ident="a" title="Quiz"><section ident="s">
<item ident="i1" title="Vote"><itemmetadata><qtimetadata>
<qtimetadatafield><fieldlabel>question_type</fieldlabel><fieldentry>multiple_choice_question</fieldentry></qtimetadatafield>
<qtimetadatafield><fieldlabel>points_possible</fieldlabel><fieldentry>3.0</fieldentry></qtimetadatafield>
</qtimetadata></itemmetadata>
<presentation><material><mattext texttype="text/html">&lt;div&gt;Who &lt;em&gt;voted&lt;/em&gt;?&lt;/div&gt;</mattext></material>
<response_lid ident="response1" rcardinality="Single"><render_choice>
<response_label ident="10"><material><mattext texttype="text/plain">Council</mattext></material></response_label>
<response_label ident="11"><material><mattext texttype="text/plain">Mayor</mattext></material></response_label>
</render_choice></response_lid></presentation>
<resprocessing><outcomes><decvar maxvalue="100" minvalue="0" varname="SCORE" vartype="Decimal"/></outcomes>
<respcondition continue="Yes"><conditionvar><other/></conditionvar><displayfeedback feedbacktype="Response" linkrefid="general_fb"/></respcondition>
<respcondition continue="Yes"><conditionvar><varequal respident="response1">11</varequal></conditionvar><displayfeedback feedbacktype="Response" linkrefid="11_fb"/></respcondition>
<respcondition continue="No"><conditionvar><varequal respident="response1">10</varequal></conditionvar><setvar action="Set" varname="SCORE">100</setvar></respcondition>
</resprocessing>
<itemfeedback ident="general_fb"><flow_mat><material><mattext texttype="text/html">&lt;p&gt;The council.&lt;/p&gt;</mattext></material></flow_mat></itemfeedback>
<itemfeedback ident="11_fb"><flow_mat><material><mattext texttype="text/plain">Only speaks.</mattext></material></flow_mat></itemfeedback>
</item>
<item ident="i2" title="File"><itemmetadata><qtimetadata>
<qtimetadatafield><fieldlabel>question_type</fieldlabel><fieldentry>file_upload_question</fieldentry></qtimetadatafield>
</qtimetadata></itemmetadata><presentation><material><mattext>Upload</mattext></material></presentation></item>
</section></assessment></questestinterop>"""  # noqa: E501  as Canvas writes it


def test_canvas_package() -> None:
    content = write_zip(
        {"imsmanifest.xml": b"<manifest/>", "g1/assessment_meta.xml": b"<quiz/>", "g1/g1.xml": CANVAS.encode()}
    )
    found = read_questions(content)
    assert found.label == "QTI 1.2"
    assert found.questions[0].item == Item(
        "single",
        "Who voted?",
        lines=(Line("Council", True), Line("Mayor", False, "Only speaks.")),
        explanation="The council.",
        title="Vote",
        points=3,
    )
    assert found.questions[1].where == "g1.xml, Line 20"
    assert found.questions[1].reason == "Footnote has no questions that take a file."


QTI3 = """<qti-assessment-item xmlns="http://www.imsglobal.org/xsd/imsqtiasi_v3p0" identifier="x" title="Vote" adaptive="false">
<qti-response-declaration identifier="RESPONSE" cardinality="single" base-type="identifier">
<qti-correct-response><qti-value>A</qti-value></qti-correct-response></qti-response-declaration>
<qti-item-body><p>The
  plan.</p><qti-choice-interaction response-identifier="RESPONSE" max-choices="1">
<qti-prompt>Who <strong>voted</strong>?</qti-prompt>
<qti-simple-choice identifier="A">Council</qti-simple-choice>
<qti-simple-choice identifier="B">Mayor<qti-feedback-inline outcome-identifier="F" identifier="B" show-hide="show">No.</qti-feedback-inline></qti-simple-choice>
</qti-choice-interaction></qti-item-body></qti-assessment-item>"""  # noqa: E501  one item


@pytest.mark.parametrize("version", ["2", "3"])
def test_qti_2_and_3(version: str) -> None:
    text = QTI3
    if version == "2":
        text = (
            text.replace("qti-", "")
            .replace("assessment-item", "assessmentItem")
            .replace("response-declaration", "responseDeclaration")
            .replace("correct-response", "correctResponse")
            .replace("item-body", "itemBody")
            .replace("choice-interaction", "choiceInteraction")
            .replace("response-identifier", "responseIdentifier")
            .replace("max-choices", "maxChoices")
            .replace("simple-choice", "simpleChoice")
            .replace("feedback-inline", "feedbackInline")
        )
    [question] = read_questions(text.encode()).questions
    assert question.item == Item(
        "single",
        "The plan.\nWho voted?",
        lines=(Line("Council", True), Line("Mayor", False, "No.")),
        title="Vote",
    )


def test_a_long_run_of_spaces_costs_no_more_than_their_length() -> None:
    """If each space starts a new search, a megabyte takes hours."""
    with pytest.raises(UnreadableFile, match="can’t be read at line 1"):
        read_questions(b"<?xml version='1.0'" + b" " * 1024 * 1024)
    # The same in a line ANSWER: of Aiken.
    assert outcomes(b"Who?\nA. Council\nB. Mayor\nANSWER: A" + b" " * 1024 * 1024 + b"x") == [
        (
            "Line 1",
            "skipped",
            "“A x” isn’t one of the answers. Name the letter, or copy the whole text of 1 answer.",
        )
    ]


@pytest.mark.parametrize(
    "line",
    ["{}x", "b) x{}y", "true{}x", "• x{}y", "[ ]{}x", "i.{}x", "FEEDBACK:{}x", "Key 1{}B", "Key A{}B", "b) x{}*{}y"],
)
@pytest.mark.parametrize("space", [" ", "\t", "\u00a0"])
def test_a_long_run_of_spaces_in_aiken_costs_no_more_than_its_length(line: str, space: str) -> None:
    text = f"Who?\n*a) Council\nb) Mayor\n{line.format(*[space * 500_000] * 2)}\n"
    assert len(outcomes(text.encode())) == 1


@pytest.mark.parametrize("mark", ["{mlang en}", '<span lang="en" class="multilang">'])
def test_a_language_that_nothing_ends_costs_no_more_than_its_length(mark: str) -> None:
    """If each mark searches the whole text for its end, half a megabyte takes minutes."""
    text = f"<![CDATA[Who?{mark * (512 * 1024 // len(mark))}]]>"
    moodle = f"<quiz><question type='essay'><questiontext><text>{text}</text></questiontext></question></quiz>"
    assert len(outcomes(moodle.encode())) == 1


@pytest.mark.parametrize(
    "line",
    [
        "{key} = 1",
        "[{key}]",
        'x = ["""a"""", {{{key} = 1}}, "b"]',
        "x = ['''a'''', {{{key} = 1}}, 'b']",
        "# '\n{key} = '1'",
    ],
)
@pytest.mark.parametrize("part", ["a", '"a b"', "'#'"])
def test_a_key_of_many_parts_is_refused_before_it_is_read(line: str, part: str) -> None:
    """The library of TOML takes memory as the square of the parts: 40 KB took 1.5 GB, 100 KB would end the site."""
    text = line.format(key=".".join([part] * 100))
    with pytest.raises(UnreadableFile, match="too many dots"):
        read_questions(f"footnote_questions = 1\n{text}\n".encode())


@pytest.mark.parametrize("quotes", ['"', "'", '"""', "'''"])
def test_the_texts_of_toml_may_have_any_dots(quotes: str) -> None:
    """Also next to quotes and a sign of a comment."""
    stem = f"{quotes}#{'Who...' * 20}{quotes}"
    text = f'[[questions]]  # {"." * 99}\ntype = "free_text"\nstem = {stem}\n'
    assert [outcome for _, outcome, _ in outcomes(text.encode())] != ["skipped"]


MANY = 100_000


@pytest.mark.parametrize(
    "content",
    slow_after(
        3,
        [
            b"Q {=a}\n\n" * MANY,
            b"Q?\nA. a\nB. b\nANSWER: A\n" * (MAX_QUESTIONS_IN_FILE + 1),
            b"MC\tQ\ta\tcorrect\tb\tincorrect\n" * MANY,
            b"<quiz>" + b"<question type='essay'/>" * MANY + b"</quiz>",
            b"<questestinterop>" + b"<item/>" * MANY + b"</questestinterop>",
            b"<assessmentSection>" + b"<assessmentItem/>" * MANY + b"</assessmentSection>",
            b'{"questions": [' + b'{"type": "free_text"},' * MANY + b"{}]}",
            b"Type,Question,Answer 1\n" + b"single,Q,a\n" * MANY,
            b"Question,Answer 1,Correct answers\n" + b"Q,a,1\n" * MANY,
        ],
    ),
    ids=["GIFT", "Aiken", "Blackboard", "Moodle XML", "QTI 1", "QTI 2", "JSON", "template", "Kahoot"],
)
def test_too_many_questions_are_refused_before_all_are_read(content: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each takes a tenth of a millisecond: 16 MB of GIFT held the site for two minutes (2026-11-28)."""
    made = []
    make = ReadQuestion.__init__

    def count(question: ReadQuestion, *args: Any, **kwargs: Any) -> None:
        made.append(question)
        make(question, *args, **kwargs)

    monkeypatch.setattr(ReadQuestion, "__init__", count)
    with pytest.raises(UnreadableFile, match="This file has over 10,000 questions. Export part of them."):
        read_questions(content)
    assert len(made) <= MAX_QUESTIONS_IN_FILE


def test_too_many_questions_of_a_package_are_refused_before_all_are_read() -> None:
    one = b"<questestinterop>" + b"<item/>" * 4_000 + b"</questestinterop>"
    with pytest.raises(UnreadableFile, match="This file has over 10,000 questions"):
        read_questions(write_zip({f"{number}.xml": one + b" " * number for number in range(3)}))


def test_skipped_question_of_gift_is_named_without_its_title() -> None:
    text = "::Votes:: Which one? {=a" + " " * 20_000
    [skipped] = read_questions(text.encode()).questions
    assert (skipped.stem, skipped.reason) == ("Which one?", "The closing brace } of its answers is missing.")


@pytest.mark.parametrize(
    "content",
    [
        b"<quiz>" + b"<a/>" * 500_000 + b"</quiz>",
        b"Q {=a}" + b"\n" * 1_000_001,
        b"Q?\n*A. a\n" + b"B. b\n" * 100_000,
        b"Q?\n*A. a\n" + b"a) b c) d e) f\n" * 90_000,
        b"MC\tQ" + b"\ta\tcorrect" * 250_001,
        b"MC\tQ\ta\tcorrect" + b"<b>" * 500_000,
        b"<quiz " + b'a=""' * 500_001 + b"/>",
        b"Which one? {" + b"=a ~b " * 100_001 + b"}",
        b'{"a": [' + b"[]," * 1_000_002 + b"1]}",
    ],
)
def test_a_file_of_small_parts_without_end_is_refused_before_it_is_read(content: bytes) -> None:
    """16 MB of empty elements took a gigabyte and 26 seconds (2026-11-28)."""
    with pytest.raises(UnreadableFile, match="too big for a file of questions"):
        read_questions(content)


def test_wrong_answers_that_cost_points_beside_a_correct_one_are_pointed_out() -> None:
    content = b"Who voted? {=Council ~%-33.33333%Mayor ~Board}"
    assert outcomes(content) == [("Line 1", "single", "Its wrong answers cost points. Here they earn none.")]


def test_titles_inside_the_braces_of_gift_cost_no_more_than_their_length() -> None:
    """Each of them once read the question from its start: half a megabyte took minutes."""
    [outcome] = outcomes(b"::Vote::Who {\n" + b"::x\n" * (128 * 1024))
    assert outcome[1] == "skipped"


def test_kahoot_and_the_template() -> None:
    content = io.BytesIO()
    with xlsxwriter.Workbook(content) as book:
        sheet = book.add_worksheet()
        sheet.write_row(1, 1, ["Quiz template"])
        sheet.write_row(
            7, 1, ["Question - max 120 characters", *(f"Answer {n} - max 75 characters" for n in (1, 2, 3, 4))]
        )
        sheet.write_row(7, 6, ["Time limit (sec)", "Correct answer(s) - choose at least one"])
        sheet.write_row(8, 0, [1, "Who voted?", "Council", "Mayor", "", "", 20, 1])
        sheet.write_row(9, 0, [2, "Which?", "City", "State", "Club", "", 20, "1,2"])
        sheet.write_row(10, 0, [3, "None?", "a", "b", "", "", 20, 7])
        sheet.write_row(11, 0, [4])
    assert outcomes(content.getvalue()) == [
        ("Row 9", "single", ""),
        ("Row 10", "multiple", ""),
        ("Row 11", "skipped", "It names no correct answer. Enter the number, the letter, or the words of one."),
    ]
    template = (
        "Type,Question,Answer 1,Answer 2,Correct,Feedback 2\nMC,Who?,Council,Mayor,A,No\n"
        "riddle,What?,a,b,1,\n,,a,b,1,\n"
        "Choose all,Which?,a,b,A and B,\nParagraph,Why?,,,,\n"
    )
    assert outcomes(template.encode()) == [
        ("Row 2", "single", ""),
        ("Row 3", "skipped", "We don’t know the type “riddle”. Our template has an example of each type."),
        ("Row 4", "skipped", "It has no question text."),
        ("Row 5", "multiple", ""),
        ("Row 6", "free_text", ""),
    ]


def test_the_template_takes_types_and_true_or_false_in_spanish() -> None:
    rows = list(csv.reader(io.StringIO(write_template_csv("T", EXAMPLES).decode().removeprefix("\ufeff"))))
    with override("es"):
        types = [gettext(TYPES[item.question_type].label) for item in EXAMPLES]
    # Excel in Spanish writes this for True.
    spanish = [
        [name, *("VERDADERO" if cell == "True" else cell for cell in row[1:])]
        for name, row in zip(types, rows[1:], strict=True)
    ]
    content = io.StringIO()
    csv.writer(content, delimiter=";").writerows([rows[0], *spanish])

    found = [question.item for question in read_questions(content.getvalue().encode("cp1252")).questions]

    assert [item and item.question_type for item in found] == [item.question_type for item in EXAMPLES]
    assert [item.is_true for item in found if item and item.question_type == "true_false"] == [True]


@pytest.mark.parametrize(
    ("answers", "correct", "expected"),
    [
        ("True,False,", "2", (False, "One", "")),
        ("False,True,", "2", (True, "", "One")),
        ("FALSO,VERDADERO,", "B", (True, "", "One")),
        ("False,True,", "false", (False, "", "One")),
        ("False,,", "", (False, "", "One")),
        (",,", "1", (True, "One", "")),
        ("True,False,", "", "It has no correct answer. Enter its number or letter in “Correct”, such as 2 or B."),
        ("False,True,", "3", "Enter “true” or “false” in “Correct”."),
    ],
)
def test_true_and_false_stand_in_any_order_in_the_template(
    answers: str, correct: str, expected: tuple[bool, str, str] | str
) -> None:
    table = f"Type,Question,Answer 1,Answer 2,Answer 3,Correct,Feedback 1\nTF,It met.,{answers},{correct},One\n"
    [found] = read_questions(table.encode()).questions
    item = found.item
    shown = (item.is_true, item.feedback_true, item.feedback_false) if item else found.reason
    assert shown == expected


def test_columns_with_text_that_the_template_does_not_have_are_named() -> None:
    """“Answer 9” and “Standard” were left out without a word."""
    heading = [
        "Type",
        "Question",
        *(f"Answer {number}" for number in range(1, 10)),
        "Correct",
        "Standard",
        "Empty",
        "",
        "correct",
    ]
    row = ["single", "Who?", "Council", "Mayor", *[""] * 6, "Nobody", "1", "C3.D2", "", "x", "2"]
    read = read_questions("\n".join(map(",".join, (heading, row))).encode())
    assert read.unknown == ("Answer 9", "Standard", "correct")
    assert read_questions(write_template_csv("T", EXAMPLES)).unknown == ()


def test_a_match_in_the_template_survives_csv_in_windows_1252() -> None:
    # The third line has a direction mark before its sign.
    pairs = {"a = b → c": "d = e", "Mayor": "City → County", "\u200f-5": "Loss"}
    lines = tuple(Line(text, match=match) for text, match in pairs.items())
    item = Item("matching", "Match.", lines=lines, options=tuple(pairs.values()))
    [own] = read_questions(write_template_csv("T", [item])).questions
    assert own.item
    assert own.item.lines == lines
    # Excel saves “CSV (Comma delimited)” like this.
    [saved] = read_questions(
        write_template_csv("T", EXAMPLES[5:6]).decode("utf-8-sig").encode("cp1252", "replace")
    ).questions
    assert saved.item
    assert saved.item.lines == EXAMPLES[5].lines
    # A template that an older version wrote.
    [old] = read_questions("Type,Question,Answer 1,Answer 2\nmatching,M?,a = b → c,d → e\n".encode()).questions
    assert old.item
    assert [(line.text, line.match) for line in old.item.lines] == [("a = b", "c"), ("d", "e")]


def test_a_spreadsheet_whose_questions_are_not_on_the_first_sheet_says_where_they_belong() -> None:
    content = io.BytesIO()
    with xlsxwriter.Workbook(content) as book:
        notes, questions = book.add_worksheet("Notes"), book.add_worksheet("Quiz")
        notes.write_row(0, 0, ["Ask Lee"])
        notes.hide()
        questions.activate()
        questions.write_row(0, 0, ["Type", "Question", "Answer 1", "Correct"])
        questions.write_row(1, 0, ["short answer", "Who?", "Council"])
    with pytest.raises(UnreadableFile, match="Put the sheet with the questions first. A hidden sheet counts too."):
        read_questions(content.getvalue())


def test_blackboard() -> None:
    lines = [
        "MC\tWho?\tCouncil\tcorrect\tMayor\tincorrect",
        "TF\tTrue?\tfalse",
        "FIB_PLUS\tThe [x] has [y].\tx\tcity\ttown\t\ty\t7",
        "OP\tRate it",
        "MC\tWho?\tCouncil\tyes",
    ]
    assert outcomes("\n".join(lines).encode()) == [
        ("Line 1", "single", ""),
        ("Line 2", "true_false", ""),
        ("Line 3", "blanks", ""),
        ("Line 4", "skipped", "It asks for an opinion, so it has no correct answer."),
        ("Line 5", "skipped", "Each answer needs “correct” or “incorrect” in the next column."),
    ]
    [blanks] = [question.item for question in read_questions(lines[2].encode()).questions]
    assert blanks
    assert (blanks.text, blanks.gaps) == ("The {a} has {b}.", (Gap(("city", "town")), Gap(("7",))))


def test_what_is_too_long_or_too_many_is_said() -> None:
    many = "Q {" + " ".join(f"~a{n}" for n in range(8)) + " =z}"
    long = f"Q {{=a#{'x' * 600} ~b}}"
    assert outcomes(f"{many}\n\n{long}\n\nQ {{=a ~A}}".encode()) == [
        ("Line 1", "skipped", "It has 9 answers. A question can have 8."),
        ("Line 3", "single", "Feedback is cut to 500 characters."),
        ("Line 5", "skipped", "2 of its answers are the same. Change one: “A”"),
    ]


@pytest.mark.parametrize("item", EXAMPLES, ids=lambda item: item.question_type)
def test_an_imported_question_needs_evidence_and_nothing_unknown(item: Item) -> None:
    question = draft_question(item, key="i-1")
    assert question["evidence"] == []
    draft_of(question).problems(question, [], [])
    back = item_of(draft_of(question).finish(question, [], []), 1)
    assert back
    assert back.question_type == item.question_type


@pytest.mark.parametrize("stem", ["Fill in the blanks.", "Is this true or false?", "¿Verdadero o falso?"])
def test_a_stem_that_says_nothing_is_not_exported(stem: str) -> None:
    question = {"type": "true_false", "stem": stem, "statement": "ICE could see PARS.", "answer": True}
    item = exported_item(question, 1, None)
    assert item
    assert item.stem == "ICE could see PARS."


def test_the_stem_above_a_statement_or_blanks_is_exported() -> None:
    true_false = {"type": "true_false", "stem": "According to the mayor:", "statement": "ICE left.", "answer": True}
    blanks = {
        "type": "blanks",
        "stem": "Fill in the full name of PARS.",
        "text": "Preliminary {a} Reporting {b}",
        "gaps": [{"accepted": ["Arraignment"]}, {"accepted": ["System"]}],
    }
    texts = []
    for written in (one for one in FORMATS if one.name != "aiken"):
        items = [item for one in (true_false, blanks) if holds(written, item := exported_item(one, 1, None))]
        texts += [found.item.stem + found.item.text for found in read_questions(written.write("T", items)).questions]
    assert {" ".join(text.split()) for text in texts if "ICE" in text} == {"According to the mayor: ICE left."}
    assert {" ".join(text.split()) for text in texts if "PARS" in text} == {
        "Fill in the blanks.Fill in the full name of PARS. Preliminary {a} Reporting {b}"
    }


def test_a_note_to_students_is_exported() -> None:
    numeric = {"type": "numeric", "stem": "When did it end?", "note": "A month and a day.", "answer": "7"}
    blanks = {"type": "blanks", "text": "{a} and {b}", "note": "In figures.", "gaps": [{"accepted": ["1"]}] * 2}
    items = [exported_item(numeric, 1, None), exported_item(blanks, 2, None)]
    assert [(item.stem, item.text) for item in items if item] == [
        ("When did it end? A month and a day.", ""),
        ("", "{a} and {b}\nIn figures."),
    ]


@pytest.mark.parametrize(
    ("kind", "answer", "tolerance", "expected"),
    [
        ("number", "50000", "1,000", ("50000", "1000")),
        ("number", "1,200", "one", ("1200", "1")),
        ("number", "−5", "", ("-5", "0")),
        ("number", ".5", ".10", ("0.5", "0.1")),
        # Not August 31.
        ("number", "8.31", "8.31", ("8.31", "8.31")),
        ("date", "August 31", "1", ("--08-31", "1")),
    ],
)
def test_a_number_is_exported_as_other_programs_read_it(
    kind: str, answer: str, tolerance: str, expected: tuple[str, str]
) -> None:
    question = {"type": "numeric", "stem": "How far?", "kind": kind, "answer": answer, "tolerance": tolerance}
    item = exported_item(question, 1, None)
    assert item
    assert (item.number, item.tolerance) == expected


# --- Attacks ------------------------------------------------------------------------------------------------------


def test_a_small_file_that_grows_too_big_is_refused() -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.xml", b"<quiz>" + b" " * 50_000_000 + b"</quiz>")
    with pytest.raises(UnreadableFile, match="is too big"):
        read_questions(content.getvalue())


ENTITIES = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><quiz>&b;</quiz>'
OUTSIDE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]><quiz><question>&a;</question></quiz>'


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (ENTITIES.encode(), "defines entities"),
        (OUTSIDE.encode(), "defines entities"),
        (b"<a>" * 5_000 + b"</a>" * 5_000, "nested too deep"),
        (b"PK\x03\x04 not a zip", "missing or locked"),
        (b"", "empty"),
        (b"hello there", "don’t know this format"),
        (b"Who, then, voted?\nThe council, on Monday, voted no, in the end.", "don’t know this format"),
        (b"Which day?,Sunday,Monday,1\nWho voted?,Council,Mayor,1\n", "need headings such as “Question” and “Answer”"),
        (b"<svg/>", "neither Moodle XML nor QTI"),
        (b"<quiz><question>", "line 1"),
        (b"\x00\x01\x02\x03", "format"),
        (b"<!DOCTYPE html>\n<html><br></html>", "This is a web page. Copy the questions from it"),
        (OLD_EXCEL + "..WordDocument".encode("utf-16-le"), "This is a Word file. Copy the questions from it"),
        (
            write_zip({"mimetype": b"", "quiz.gift": b"Who? {=a ~b}"}),
            "If another file in it has them, unpack it and choose that file.",
        ),
    ],
    ids=[
        *(
            "entities",
            "outside",
            "deep",
            "zip",
            "empty",
            "words",
            "commas",
            "table",
            "svg",
            "cut",
            "binary",
            "web page",
        ),
        *("old Word", "GIFT in a ZIP file"),
    ],
)
def test_a_file_that_is_no_set_of_questions_is_refused_in_words(content: bytes, words: str) -> None:
    with pytest.raises(UnreadableFile, match=words):
        read_questions(content)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (
            '\n\n{"questions": [\n1, 2}',
            "This JSON file can’t be read: Expecting ',' delimiter: line 4 column 5 (char 22).",
        ),
        (
            "\n\nfootnote_questions = 1\ntitle = \n",
            "This TOML file can’t be read: Invalid value (at line 4, column 9).",
        ),
    ],
    ids=["json", "toml"],
)
def test_a_damaged_file_of_ours_says_where(text: str, reason: str) -> None:
    with pytest.raises(UnreadableFile) as refused:
        read_questions(text.encode())
    assert str(refused.value) == reason


SEEDS = [GIFT.encode(), MOODLE.encode(), CANVAS.encode(), QTI3.encode(), b"Who?\nA. Me\nANSWER: A\n"]
SEEDS += [one.write("Set", [item for item in EXAMPLES if item.question_type in one.question_types]) for one in FORMATS]
SEEDS.append(
    write_own({"title": "x", "questions": [{"type": "single", "stem": "s", "choices": [{"text": 3}]}]}, as_toml=False)
)
SEEDS.append(b'{"questions": [{"type": "blanks", "stem": 1, "text": [], "gaps": [{}]}, 5, {"type": []}]}')


@settings(max_examples=300, deadline=2_000, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from(range(len(SEEDS))), st.lists(st.tuples(st.integers(0, 5_000), st.binary(max_size=6)), max_size=6)
)
@example(len(SEEDS) - 1, [])
@example(len(SEEDS) - 2, [])
def test_no_damaged_file_breaks_a_reader(seed: int, damage: list[tuple[int, bytes]]) -> None:
    content = bytearray(SEEDS[seed])
    for place, new in damage:
        at = place % (len(content) + 1)
        content[at : at + len(new)] = new
    try:
        found = read_questions(bytes(content))
    except UnreadableFile:
        return
    for question in found.questions:
        assert question.where
        assert (question.item is None) == bool(question.reason)


# --- Our own files ------------------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("as_toml", [False, True])
def test_our_own_file_keeps_the_whole_set(edition: Edition, as_toml: bool) -> None:
    file = read_questions(write_own(edition.document, as_toml=as_toml))
    assert whole_set(file) == edition.document
    assert file.title == edition.document["title"]
    assert file.notes == ()


@pytest.mark.parametrize("as_toml", [False, True])
def test_our_own_file_says_that_an_imported_set_has_no_other_form(as_toml: bool) -> None:
    document = {**make_document(), "slug": "check-a", "form_of": "check-b"}

    assert read_questions(write_own(document, as_toml=as_toml)).notes == (
        "“Growth” compares this question set with its other form. An imported set has no other form, so “Growth” can’t "
        "use it.",
    )


@pytest.mark.parametrize("answer", ["null", '"false"'])
def test_statement_of_our_own_file_without_an_answer_is_skipped(answer: str) -> None:
    content = f'{{"questions": [{{"type": "true_false", "stem": "?", "statement": "It met.", "answer": {answer}}}]}}'
    [found] = read_questions(content.encode()).questions
    assert (found.item, found.stem, found.reason) == (None, "It met.", "It has no correct answer.")


OWN: dict[str, dict[str, Any]] = {
    "true_false": {"stem": "According to the mayor:", "statement": "It met.", "answer": True, "skill": "inference"},
    "short_answer": {"accepted": ["Lee"], "wrong": [], "forgive_slips": True, "note": "The last name."},
    "numeric": {"kind": "number", "answer": "7", "units": ["members", "votes"], "unit_required": True, "note": "All."},
    "blanks": {"text": "{a}", "gaps": [{"accepted": ["7"]}], "forgive_slips": True, "note": "In figures."},
    "free_text": {
        "criteria": [{"title": "Reason", "points": 2, "description": "Names one."}],
        "points": 2,
        "sample_answer": "It waited.",
        "min_length": 10,
        "max_length": 500,
        "note": "2 sentences.",
    },
}


@pytest.mark.parametrize("question_type", OWN)
def test_question_of_our_own_file_keeps_its_settings_without_its_set(question_type: str) -> None:
    own = {"type": question_type, "stem": "Who?", "skill": "recall", "points": 1, **OWN[question_type]}
    damaged = {**own, "skill": "guess", "texts": {"es": {}}}
    # A setting of another type is none of this one, and a row has no fields but its own.
    rows = [{**row, "evidence": 5} for row in own.get("criteria", [{}])]
    stray = {"criteria": rows}
    document = {"questions": [{**own, **stray}, damaged]}

    [kept, left] = read_questions(json.dumps(document).encode()).questions

    assert kept.item
    assert kept.notes == ()
    assert set(kept.item.settings) <= set(own)
    draft = draft_question(kept.item, key="i-1")
    finished = draft_of(draft).finish(draft, [], [])
    assert {name: finished[name] for name in own if name != "gaps"} == {n: v for n, v in own.items() if n != "gaps"}
    assert left.item
    assert left.item.settings == {}
    languages = "Its texts in other languages were left out."
    lost = "Its settings, such as a rubric or a note, were left out."
    assert left.notes == ((languages,) if question_type == "true_false" else (languages, lost))


@pytest.mark.parametrize(
    ("question_type", "longer", "reason"),
    [
        ("true_false", {"stem": "x" * 1_001}, f"Its question text is over 1000 characters. Shorten it: “{'x' * 40}…”"),
        (
            "numeric",
            {"units": ["x" * 1_990, "y" * 20]},
            f"Its units are over 2000 characters. Shorten them: “{'x' * 40}…”",
        ),
        (
            "free_text",
            {"criteria": [{"title": "x" * 201, "points": 2, "description": "Names one."}]},
            f"A line is over 200 characters. Shorten it: “{'x' * 40}…”",
        ),
        (
            "free_text",
            {"criteria": [{"title": "Reason", "points": 2, "description": "x" * 501}]},
            f"A line is over 500 characters. Shorten it: “{'x' * 40}…”",
        ),
        (
            "free_text",
            {"points": 9, "criteria": [{"title": f"{n}", "points": 1, "description": "Names it."} for n in range(9)]},
            "It has 9 lines. A question can have 8.",
        ),
    ],
)
def test_question_of_our_own_file_with_too_long_settings_is_skipped(
    question_type: str, longer: dict[str, Any], reason: str
) -> None:
    own = {"type": question_type, "stem": "Who?", "skill": "recall", "points": 1, **OWN[question_type], **longer}

    [found] = read_questions(json.dumps({"questions": [own]}).encode()).questions

    assert (found.item, found.reason) == (None, reason)


@pytest.mark.parametrize("question_type", [name for name, own in OWN.items() if "note" in own])
def test_long_note_of_our_own_file_is_cut(question_type: str) -> None:
    own = {"type": question_type, "stem": "Who?", "skill": "recall", "points": 1, **OWN[question_type]}

    [found] = read_questions(json.dumps({"questions": [{**own, "note": "x" * 201}]}).encode()).questions

    assert found.item
    assert found.item.settings["note"] == "x" * 199 + "…"
    assert found.notes == ("The note is cut to 200 characters.",)
