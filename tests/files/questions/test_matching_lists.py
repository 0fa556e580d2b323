"""Lists to match in a text, with a letter for each number in the key."""

import pytest

from quizzes.files.questions.drafts import draft_question, in_language_of_set
from quizzes.files.questions.formats import read_questions
from tests.files.questions.test_programs import NOT_SET, outcomes

PAIRS = "[federalism > shared power; veto > no to a bill; amendment > a change]"
STEM = "matching: Match each term with its meaning."
OWN_STEM = "matching: Match each line with an answer choice."
TERMS = "___ 1. federalism\n___ 2. veto\n___ 3. amendment\n\n"
MEANINGS = "A. a change\nB. shared power\nC. no to a bill\n\n"
DIRECTIONS = "Match each term with its meaning.\n\n"

LISTS: dict[str, tuple[str, list[str]]] = {
    "a key on lines below": (f"{DIRECTIONS}{TERMS}{MEANINGS}1. B\n2. C\n3. A\n", [f"{STEM} {PAIRS}"]),
    "a key with a heading": (f"{DIRECTIONS}{TERMS}{MEANINGS}Answer Key\n1. B\n2. C\n3. A\n", [f"{STEM} {PAIRS}"]),
    "a key on 1 line": (f"{DIRECTIONS}{TERMS}{MEANINGS}Answer: 1-B, 2-C, 3-A\n", [f"{STEM} {PAIRS}"]),
    "letters alone": (f"{DIRECTIONS}{TERMS}{MEANINGS}Answers: B, C, A\n", [f"{STEM} {PAIRS}"]),
    "letters on the lines to write on": (
        "Matching\n_B_ 1. federalism\n__C__ 2. veto\n3. _A_ amendment\n" + MEANINGS,
        [f"{OWN_STEM} {PAIRS}"],
    ),
    "no directions and no lines to write on": (
        f"1. federalism\n2. veto\n3. amendment\n{MEANINGS}Key: 1B 2C 3A\n",
        [f"{OWN_STEM} {PAIRS}"],
    ),
    "columns, as Word and Windows write them": (
        "Directions: Match each term with its meaning.\r\nColumn A\tColumn B\r\n____\t1.\tfederalism\tA.\ta change\r\n"
        "____\t2.\tveto\tB.\tshared power\r\n____\t3.\tamendment\tC.\tno to a bill\r\n\t\t\tD.\ta tax\r\n\r\n"
        "1. B\r\n2. C\r\n3. A\r\n",
        [f"{STEM} {PAIRS}"],
    ),
    "1 cell on each line": (
        "Match each term with its meaning.\n1. federalism\nA. a change\n2. veto\nB. shared power\n3. amendment\n"
        "C. no to a bill\n\nKey: 1. B 2. C 3. A\n",
        [f"{STEM} {PAIRS}"],
    ),
    "answers above, as ExamView has them": (
        "Matching\n\na.\tshared power\tc.\ta change\nb.\tno to a bill\n\n____\t1.\tfederalism\n____\t2.\tveto\n"
        "____\t3.\tamendment\n\nMultiple Choice\n\n____\t4.\tWho vetoes?\n"
        "a.\tMayor\tc.\tCourt\nb.\tCouncil\td.\tNo one\n"
        "____\t5.\tWho votes?\na.\tMayor\tb.\tCouncil\n\nAnswer Section\n\nMATCHING\n\n1.\tANS:\tA\tPTS:\t1\n"
        "2.\tANS:\tB\tPTS:\t1\n3.\tANS:\tC\tPTS:\t1\n\nMULTIPLE CHOICE\n\n4.\tANS:\tA\tPTS:\t1\tDIF:\tEasy\n"
        "5.\tANS:\tB\tPTS:\t1\n",
        [
            f"{OWN_STEM} {PAIRS}",
            "single: Who vetoes? [*Mayor; Council; Court; No one] ! The text above it was left out: “Multiple Choice”.",
            "single: Who votes? [Mayor; *Council]",
        ],
    ),
    "answers above, and a question right below": (
        "Match.\nA. shared power\nB. no to a bill\n1. ____ federalism\n2. ____ veto\n"
        "3. Who votes?\nA. Mayor\nB. Council\n"
        "Answer key: 1. A 2. B 3. B\n",
        [f"{OWN_STEM} [federalism > shared power; veto > no to a bill]", "single: Who votes? [Mayor; *Council]"],
    ),
    "lines that go on, and an answer that is used twice": (
        "Match.\n___ 1. a system in which\npower is shared\n___ 2. a nation\nA. federalism\nB. veto\nKey: 1. A 2. A\n",
        [f"{OWN_STEM} [a system in which power is shared > federalism; a nation > federalism]"],
    ),
    "no numbers": (
        f"{DIRECTIONS}___ federalism\n___ veto\n___ amendment\n\n{MEANINGS}Key: B, C, A\n",
        [f"{STEM} {PAIRS}"],
    ),
    "directions between": (
        f"{DIRECTIONS}{TERMS}Use each letter once.\n{MEANINGS}Key: 1. B 2. C 3. A\n",
        [f"{STEM} {PAIRS}"],
    ),
    "Spanish": (
        "Empareja cada término.\n____ 1. federalismo\n____ 2. veto\na) no a una ley\nb) poder compartido\n"
        "Clave de respuestas\n1. b\n2. a\n",
        ["matching: Empareja cada término. [federalismo > poder compartido; veto > no a una ley]"],
    ),
    "Markdown": (
        "### Matching\n\n**1.** federalism\n**2.** veto\n\n**A.** no to a bill\n**B.** shared power\n\n"
        "**Answer Key:** 1. B, 2. A\n",
        [f"{OWN_STEM} [federalism > shared power; veto > no to a bill]"],
    ),
    "other parts around it, and 1 key": (
        "Unit 3\n1. Who votes?\nA. Mayor\nB. Council\n\n2. Who vetoes?\nA. Mayor\nB. Council\n\nPart II. Matching\n"
        "Match each office.\n___ 3. senator\n___ 4. governor\nA. state\nB. nation\n\n"
        "Part III: True or False\n5. It met.\n"
        "6. It voted.\n\nAnswer Key\nPart I\n1. B\n2. A\nPart II: Matching\n3. B\n4. A\nPart III. True/False\n5. True\n"
        "6. False\n",
        [
            "single: Who votes? [Mayor; *Council] ! The text above it was left out: “Unit 3”.",
            "single: Who vetoes? [*Mayor; Council]",
            "matching: Match each office. [senator > nation; governor > state]",
            "true_false: It met. True / ! The text above it was left out: “Part III: True or False”.",
            "true_false: It voted. False /",
        ],
    ),
    "2 lists, the first with its own key": (
        f"Quiz\n{DIRECTIONS}{TERMS}{MEANINGS}Answers: 1. B 2. C 3. A\n\nMatch each office.\n___ 4. senator\n"
        "___ 5. governor\nA. state\nB. nation\n\nAnswers\n4. B\n5. A\n",
        [
            f"{STEM} {PAIRS} ! The text above it was left out: “Quiz”.",
            "matching: Match each office. [senator > nation; governor > state]",
        ],
    ),
    "no key": (
        f"{DIRECTIONS}{TERMS}{MEANINGS}",
        ["- This list to match has no answer for number 1. Add an answer key below it, such as “1. B”."],
    ),
    "a key that lacks a line": (
        f"{DIRECTIONS}{TERMS}{MEANINGS}Answer key\n1. B\n2. C\n",
        ["- This list to match has no answer for number 3. Add an answer key below it, such as “1. B”."],
    ),
    "a key with other letters": (
        f"{DIRECTIONS}{TERMS}{MEANINGS}Answer key\n1. B\n2. C\n3. E\n",
        ["- The answer key has “E” for number 3. No answer of this list has that letter."],
    ),
    "the same numbers in another part": (
        f"1. Who votes?\nA. Mayor\nB. Council\n\n{DIRECTIONS}{TERMS}{MEANINGS}Answer key\n1. B\n2. C\n3. A\n",
        [
            f"single: Who votes? [Mayor; Council] ! {NOT_SET}",
            "- This list to match has no answer for number 1. Add an answer key below it, such as “1. B”.",
        ],
    ),
}


@pytest.mark.parametrize(("content", "expected"), LISTS.values(), ids=LISTS)
def test_lists_to_match(content: str, expected: list[str]) -> None:
    # A spare answer choice is not in `outcomes`.
    assert outcomes(content) == expected


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (
            "Which are powers of Congress?\n1. declare war\n2. veto bills\nA. 1 only\nB. 1 and 2\nAnswer: A\n",
            ["single: Which are powers of Congress? / 1. declare war / 2. veto bills [*1 only; 1 and 2]"],
        ),
        (
            "Read:\n1. The House votes.\n2. The Senate votes.\nA. The mayor signs.\nB. No one signs.\nAnswer: B\n",
            [
                "single: Read: / 1. The House votes. / 2. The Senate votes. [The mayor signs.; *No one signs.]",
            ],
        ),
        (
            "____ 1. It met.\n____ 2. It voted.\n____ 3. Who signs?\nA. Mayor\nB. No one\n"
            "\nAnswer key: 1. T 2. F 3. A\n",
            ["true_false: It met. True /", "true_false: It voted. False /", "single: Who signs? [*Mayor; No one]"],
        ),
        (
            "1. Name the chair.\n2. Who signs?\nA. Mayor\nB. No one\n\nAnswer key\n1. Lee\n2. A\n",
            ["short_answer: Name the chair. [*Lee]", "single: Who signs? [*Mayor; No one]"],
        ),
    ],
    ids=["statements by number", "statements", "true or false above choices", "a short answer above choices"],
)
def test_numbers_above_choices_that_are_no_list(content: str, expected: list[str]) -> None:
    assert outcomes(content) == expected


def test_choices_that_match_no_line_are_kept_up_to_the_limit() -> None:
    def options(count: int) -> list[tuple[int, tuple[str, ...]]]:
        letters = "".join(f"{chr(65 + number)}. word {number}\n" for number in range(count))
        found = read_questions(f"Match.\n___ 1. x\n___ 2. y\n{letters}Key: 1. B 2. A\n".encode()).questions
        return [(len(one.item.options), one.notes) for one in found if one.item]

    assert options(3) == [(3, ())]
    assert options(13) == [(2, ("Answer choices that match no line are left out.",))]


def test_a_long_list_becomes_several_questions() -> None:
    prompts = "".join(f"___ {number}. office {number}\n" for number in range(1, 11))
    key = " ".join(f"{number}. {'AB'[number % 2]}" for number in range(1, 11))
    found = read_questions(f"Match.\n{prompts}A. state\nB. nation\nKey: {key}\n".encode()).questions
    note = "The list has 10 lines, so it became 2 questions."
    assert [(one.where, len(one.item.lines), one.notes) for one in found if one.item] == [("Line 1", 5, (note,))] * 2


def test_the_words_above_the_lines_are_in_the_language_of_the_set() -> None:
    [found] = read_questions(b"___ 1. x\n___ 2. y\nA. a\nB. b\nKey: 1. B 2. A\n").questions
    assert found.item
    question = in_language_of_set(draft_question(found.item, key="q"), "es")
    assert question["stem"] == "Empareja cada línea con una opción."
