"""Tables of terms and definitions."""

import pytest

from quizzes.files.questions.drafts import draft_question, in_language_of_set
from quizzes.files.questions.formats import read_questions
from quizzes.files.questions.item import UnreadableFile
from quizzes.files.xlsx import Sheet, write_xlsx
from tests.files.questions.test_programs import outcomes

STEM = "matching: Match each definition with its term."
BOTH = [f"{STEM} [a refusal of a bill > veto; a change > amendment]"]


@pytest.mark.parametrize(
    "content",
    [
        "Term\tDefinition\nveto\ta refusal of a bill\namendment\ta change\n",
        "Unit 2\n\nDefinition,Word\na refusal of a bill,veto\na change,amendment\n",
        "| Vocabulary | Meaning |\n|---|---|\n| veto | a refusal of a bill |\n| amendment | a change |\n",
        write_xlsx(
            [Sheet("Words", [["Term", "Definition"], ["veto", "a refusal of a bill"], ["amendment", "a change"]])]
        ),
        "Palabra;Significado\nveto;a refusal of a bill\namendment;a change\n",
    ],
)
def test_terms_and_definitions_are_a_matching_question(content: str | bytes) -> None:
    assert outcomes(content) == BOTH


def test_commas_in_the_last_column_are_part_of_the_definition() -> None:
    assert outcomes("Term,Definition\nveto,a refusal, by a president, of a bill\nact,a law {of all}\n") == [
        f"{STEM} [a refusal, by a president, of a bill > veto; a law {{of all}} > act]"
    ]


def test_a_row_without_a_definition_is_skipped_and_another_column_is_named() -> None:
    found = read_questions(b"Term,Definition,Example\nveto,a refusal,x\nquorum,,\n,,\nact,a law,\n")
    assert [(one.where, one.reason) for one in found.questions] == [
        ("Row 2", ""),
        ("Row 3", "It needs a term and a definition."),
    ]
    assert found.unknown == ("Example",)


def test_a_long_list_becomes_several_questions_of_nearly_the_same_size() -> None:
    table = "Term\tDefinition\n" + "".join(f"term {number}\tsense {number}\n" for number in range(1, 18))
    found = read_questions(table.encode()).questions
    assert [(one.where, len(one.item.lines)) for one in found if one.item] == [
        ("Row 2", 5),
        ("Row 7", 6),
        ("Row 13", 6),
    ]


def test_a_list_without_headings_is_refused_with_the_headings_that_it_needs() -> None:
    with pytest.raises(UnreadableFile, match="“Term” and “Definition”"):
        read_questions(b"veto\ta refusal of a bill\namendment\ta change\n")


def test_the_words_above_the_lines_are_in_the_language_of_the_set() -> None:
    [found] = read_questions(b"Term,Definition\nveto,a refusal\nact,a law\n").questions
    assert found.item
    question = in_language_of_set(draft_question(found.item, key="q"), "es")
    assert question["stem"] == "Empareja cada definición con su término."
