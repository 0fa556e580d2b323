"""Templates of quiz games as their makers give them out: titles above the headings, instructions below them."""

from quizzes.files.questions.formats import read_questions
from tests.files.questions.test_programs import outcomes, workbook

INSTRUCTIONS = "- This row has the instructions of the template."
GIMKIT = (
    "Gimkit Spreadsheet Import Template,,,,\n"
    "Question,Correct Answer,Incorrect Answer 1,Incorrect Answer 2 (Optional),Incorrect Answer 3 (Optional)\n"
    "Who votes?,Council,Mayor,,\nWho signs?,Mayor,Council,Lee,Day\n"
)
QUIZIZZ = [
    ["Question Text", "Question Type", "Option 1", "Option 2", "Option 3", "Correct Answer", "Time in seconds"],
    [
        "Text of the question\n\n(required)\n\n",
        "Question Type\n\n(default is Multiple Choice)\n",
        "Text for option 1\n\n(required in all cases except open-ended & draw questions)",
        "Text for option 2\n\n(required in all cases except open-ended & draw questions)",
        "Text for option 3\n\n(optional)\n\n",
        "The correct option choice (between 1-5).\n\nLeave blank for “Open-Ended” and “Poll”.",
        "Time in seconds\n\n(optional, default value is 30 seconds)\n",
    ],
    ["Who votes?", "Multiple Choice", "Mayor", "Council", "", 2, 30],
    ["Who may vote?", "Checkbox", "Mayor", "Council", "No one", "1,2", 30],
    ["Who may sign?", "Checkbox", "Mayor", "Council", "No one", "1", 30],
    ["Why?", "Open-Ended", "", "", "", "", 300],
]


def test_a_title_above_the_headings_is_said_of_the_file() -> None:
    assert outcomes(GIMKIT) == [
        "single: Who votes? [*Council; Mayor]",
        "single: Who signs? [*Mayor; Council; Lee; Day]",
    ]
    assert read_questions(GIMKIT.encode()).notes == (
        "The text above the headings was left out: “Gimkit Spreadsheet Import Template”.",
    )


def test_answers_to_type_have_a_title_too() -> None:
    text = "Gimkit Spreadsheet Import Template 2,\nQuestion,Correct Answer\nWho votes?,Council\n"
    assert outcomes(text) == ["short_answer: Who votes? [*Council]"]


def test_a_row_of_instructions_below_the_headings_is_skipped_as_such() -> None:
    assert outcomes(workbook(*QUIZIZZ)) == [
        INSTRUCTIONS,
        "single: Who votes? [Mayor; *Council]",
        "multiple: Who may vote? [*Mayor; *Council; No one]",
        "multiple: Who may sign? [*Mayor; Council; No one]",
        "free_text: Why?",
    ]


def test_question_that_asks_for_all_choices_may_have_one_correct_answer() -> None:
    heading = "Question,Answer 1,Answer 2,Correct answer\n"
    assert outcomes(
        f"{heading}Who votes? (Select all that apply),Mayor,Council,2\n"
        "¿Quién vota? Elige todas las que correspondan,Mayor,Council,2\nWho votes?,Mayor,Council,2\n"
    ) == [
        "multiple: Who votes? (Select all that apply) [Mayor; *Council]",
        "multiple: ¿Quién vota? Elige todas las que correspondan [Mayor; *Council]",
        "single: Who votes? [Mayor; *Council]",
    ]


def test_instructions_of_a_teacher_below_their_own_headings() -> None:
    rows = "Type the question,Type your first choice,Type your second choice,1 letter\nWho votes?,Mayor,Council,B\n"
    assert outcomes(f"Question,A,B,Answer\n{rows}") == [INSTRUCTIONS, "single: Who votes? [Mayor; *Council]"]


def test_instructions_in_our_template() -> None:
    rows = "(required),(required),(optional),(optional),\nsingle,Who votes?,Mayor,Council,2\n"
    assert outcomes(f"Type,Question,Answer 1,Answer 2,Correct\n{rows}") == [
        INSTRUCTIONS,
        "single: Who votes? [Mayor; *Council]",
    ]


def test_1_cell_in_parentheses_is_no_instruction() -> None:
    assert outcomes("Question,A,B,Answer\nIs a bill (optional)?,Yes,No,B\n") == [
        "single: Is a bill (optional)? [Yes; *No]"
    ]


def test_socrative_has_numbers_in_its_headings_and_5_columns_for_the_answer() -> None:
    heading = ["2. Question Type:", "3. Question:", *(f"Answer {letter}:" for letter in "ABC")]
    content = workbook(
        ["Instructions:", "Please fill in the below quiz according to the 5 steps below."],
        ["1. Quiz Name:", "Unit 3"],
        [*heading, *["Correct Answer"] * 5, "6. Explanation (Optional):"],
        ["Multiple choice", "Who votes?", "Mayor", "Council", "", "B", "", "", "", "", "Line 2."],
        ["Multiple choice", "Who may vote?", "Mayor", "Council", "No one", "A", "B"],
        ["True/False", "It met.", "", "", "", "True"],
        ["True/False", "It voted.", "", "", "", "B"],
        ["Open-ended", "Why?"],
        ["Short Answer", "Who?", "Lee", "Ms. Lee"],
    )
    assert outcomes(content) == [
        "single: Who votes? [Mayor; *Council] = Line 2.",
        "multiple: Who may vote? [*Mayor; *Council; No one]",
        "true_false: It met. True /",
        "true_false: It voted. False /",
        "free_text: Why?",
        "short_answer: Who? [*Lee; *Ms. Lee]",
    ]
    assert read_questions(content).unknown == ()
