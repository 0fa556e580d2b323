"""A whole set in a real browser: a made-up story is written up, published, answered, and its wrong key put right.

From the teacher and the class on, everything goes through pages.
"""

import re
from dataclasses import dataclass

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from quizzes.models import Classroom, Student, User
from quizzes.people import student_sign_in
from tests.browser.conftest import NewContext, assert_sound, go_back, overflow, violations
from tests.factories import make_edition, make_question_set, make_student

# Invented, people and town included.
STORY = """The Larch Falls town council voted six to three on Monday to keep the night bus for one more year. \
The bus runs from ten in the evening until two in the morning. Last year it carried 9,400 riders.

The hall was full. Forty people spoke before the vote. Council member Ines Varga said the bus brings hospital \
workers home safely; shop owner Tom Adeyemi said the 85,000 dollars a year should mend sidewalks. \
The council will look at the numbers again in March."""

VARGA = "Council member Ines Varga said the bus brings hospital workers home safely."
ADEYEMI = "Shop owner Tom Adeyemi said the 85,000 dollars a year should mend sidewalks."
TITLE = "The night bus stays"
REASON = "Sentence 1 says one more year. March is when the council looks again."


@dataclass(frozen=True)
class StudentAnswers:
    """What one student answers: the text picked in the first question; the others are the same for all."""

    student: Student
    first: str


@pytest.mark.slow
def test_teacher_writes_a_set_and_puts_a_wrong_key_right(
    teacher: User, classroom: Classroom, open_context: NewContext
) -> None:
    ana, ben = (make_student(classroom=classroom, name=name) for name in ("Ana S.", "Ben O."))
    editor = open_context(teacher).new_page()
    write_source(editor)
    write_reading(editor)
    write_objectives(editor)
    write_questions(editor)
    look_as_a_student(editor)
    publish_and_assign(editor, classroom)

    pages = {}
    for answers in (StudentAnswers(ana, "One more year"), StudentAnswers(ben, "Until March")):
        page = open_context(width=360, height=740).new_page()
        sign_in(page, answers.student)
        answer_all(page, answers)
        pages[answers.student] = page
    expect(pages[ana].locator(".score")).to_have_text("7 of 8")
    expect(pages[ben].locator(".score")).to_have_text("8 of 8")
    assert violations(pages[ben]) == []

    correct_the_key(editor)
    for student, score, points in ((ana, "8 of 8", "from 0 to 1"), (ben, "7 of 8", "from 1 to 0")):
        page = pages[student]
        page.goto(reverse("student_home"))
        page.get_by_role("link", name=TITLE).first.click()
        expect(page.locator(".score")).to_have_text(score)
        expect(page.locator("main")).to_contain_text("A different answer is now correct.")
        expect(page.locator("main")).to_contain_text(f"Your points on this question went {points}.")
        expect(page.locator("main")).to_contain_text(f"“{REASON}”")
        if page.locator("#r1 details").get_attribute("open") is None:
            page.locator("#r1 summary").click()
        expect(page.locator("#r1")).to_contain_text("The correct answer changed on")
        expect(page.locator("#r1")).to_contain_text("What is decided holds for a year, until next autumn.")
        assert_sound(page)
    undo(editor)
    pages[ben].reload()
    expect(pages[ben].locator(".score")).to_have_text("8 of 8")


# --- The teacher --------------------------------------------------------------------------------------------------


def saved(page: Page) -> None:
    expect(page.locator("#draft-state")).to_contain_text("Saved at")


def write_source(page: Page) -> None:
    page.goto(reverse("teacher_home"))
    page.get_by_role("link", name="Question sets").first.click()
    page.get_by_role("link", name="Create question set").click()
    page.get_by_label("Question set title").fill(TITLE)
    page.get_by_label("Story title").fill("Larch Falls keeps its night bus")
    page.get_by_label("Publisher").fill("The Larch Falls Ledger")
    page.get_by_label("Published on").fill("2026-10-20")
    page.get_by_label(re.compile("Link and short quotes only")).check()
    page.get_by_role("button", name="Create question set").click()
    expect(page.locator("main")).to_contain_text("Next, add the reading.")


def write_reading(page: Page) -> None:
    """Paste, join two sentences that belong together, split one that two people say, give each its speaker."""
    page.get_by_label("Text", exact=True).fill(STORY)
    page.get_by_role("button", name="Split into sentences").click()
    expect(page.get_by_role("textbox", name="Sentence 7", exact=True)).to_be_visible()
    open_acts(page, 4)
    page.get_by_role("button", name="Join with sentence 5").click()
    expect(page.get_by_role("textbox", name="Sentence 4", exact=True)).to_have_value(
        "The hall was full. Forty people spoke before the vote."
    )
    page.get_by_role("textbox", name="Sentence 5", exact=True).fill(f"{VARGA}\n{ADEYEMI}")
    open_acts(page, 5)
    page.get_by_role("button", name="Split", exact=True).locator("visible=true").click()
    expect(page.get_by_role("textbox", name="Sentence 6", exact=True)).to_have_value(ADEYEMI)
    page.get_by_role("link", name="Speakers", exact=True).click()
    page.get_by_label("Another speaker").fill("Council member’s account")
    page.get_by_role("button", name="Save speakers").click()
    page.get_by_role("link", name="Go to the reading").click()
    page.get_by_label("Said by, sentence 5").select_option("Council member’s account")
    page.locator("details", has_text="of sentence 6").first.locator("summary").click()
    page.get_by_label("Name of a new speaker of sentence 6").fill("Shop owner’s account")
    page.get_by_role("button", name="Add speaker to sentence 6").click()
    expect(page.get_by_label("Said by, sentence 6")).to_have_value("shop-owners-account")
    page.get_by_role("textbox", name="Level (optional)", exact=True).fill("Grade 7")
    page.get_by_role("textbox", name="Level (optional)", exact=True).blur()
    saved(page)
    assert violations(page) == []
    page.get_by_role("link", name="Next: Objectives").click()


def open_acts(page: Page, number: int) -> None:
    page.locator("details", has_text=f"Split, join, move sentence {number}").locator("summary").click()


def write_objectives(page: Page) -> None:
    page.get_by_label("Objective 1", exact=True).fill("What was decided")
    page.get_by_label("Questions needed, objective 1").fill("3")
    page.get_by_label("Objective 2", exact=True).fill("Who says what")
    page.get_by_label("Questions needed, objective 2").fill("1")
    page.get_by_role("button", name="Save", exact=True).last.click()
    expect(page.get_by_text("Saved.", exact=True)).to_be_visible()
    expect(page.locator("#draft-meter")).to_contain_text("3 more")
    page.get_by_role("link", name="Next: Questions").click()


def write_questions(page: Page) -> None:
    page.get_by_label("Type", exact=True).select_option("Multiple choice")
    page.get_by_role("button", name="Add question").click()
    begin(page, 1, "How long will the night bus go on?", evidence=[1])
    # The wrong key: the slip that this walk is about.
    choices(page, ["One more year", "Two more years", "*Until March"])
    end(page, "The council kept the bus for one more year.")

    add(page, "Choose all that apply")
    begin(page, 2, "What does the story report about the bus?", evidence=[2, 3])
    choices(page, ["*It runs until two in the morning", "*It carried 9,400 riders last year", "It is free"])
    page.get_by_label("Points").fill("2")
    end(page, "Sentences 2 and 3 give its hours and its riders.")

    add(page, "True or false")
    begin(page, 3, "Is this so?", evidence=[1])
    page.get_by_label("Statement that is true or false", exact=True).fill("Three members voted against the bus.")
    page.get_by_label("True", exact=True).check()
    page.get_by_label("Feedback for the answer false").fill("Nobody is named who was against it.")
    end(page, "Six to three: three were against.")

    add(page, "Short answer")
    begin(page, 4, "In which month will the council look at the numbers again?", evidence=[7])
    page.get_by_label("Accepted answers").fill("March\nin March")
    page.get_by_role("textbox", name="Wrong answer 1", exact=True).fill("Monday")
    page.get_by_label("Feedback for wrong answer 1").fill("That was the day of the vote.")
    end(page, "The last sentence names March.")

    add(page, "Number or date")
    begin(page, 5, "How many riders did the bus carry last year?", evidence=[3])
    page.get_by_label("Correct answer").fill("9400")
    end(page, "Sentence 3 gives the figure.")

    add(page, "Who says so")
    write_stem(page, 6, "Who says each of these?")
    page.get_by_label("Objective", exact=True).select_option("Who says what")
    page.get_by_label("Points").fill("2")
    statement(page, 1, "The bus brings hospital workers home safely.", "Council member’s account", "5")
    statement(page, 2, "The money should mend sidewalks.", "Shop owner’s account", "6")
    end(page, "Each of the two is named beside what was said.")
    expect(page.locator("#draft-meter")).not_to_contain_text("more")
    assert violations(page) == []


def add(page: Page, type_name: str) -> None:
    page.get_by_label("Type of new question").select_option(label=whole_name(page, type_name))
    page.get_by_role("button", name="Add question").click()


def whole_name(page: Page, type_name: str) -> str:
    """The option's whole name: some end in a question mark."""
    names = page.get_by_label("Type of new question").locator("option").all_inner_texts()
    return next(name for name in names if name.startswith(type_name))


def write_stem(page: Page, number: int, stem: str) -> None:
    field = page.get_by_label(re.compile(f"^Question {number}"))
    field.wait_for()
    # The editor saves what is typed once its scripts are there.
    page.wait_for_load_state()
    field.fill(stem)


def begin(page: Page, number: int, stem: str, *, evidence: list[int]) -> None:
    write_stem(page, number, stem)
    for sentence in evidence:
        page.locator(".pick label").filter(has=page.locator(".n", has_text=re.compile(f"^{sentence}$"))).click()


def choices(page: Page, written: list[str]) -> None:
    """written: a star marks a key."""
    for number, choice in enumerate(written, start=1):
        page.get_by_label(f"Answer {number}", exact=True).fill(choice.removeprefix("*"))
        if choice.startswith("*"):
            page.get_by_label(re.compile(f"^Answer {number} is")).check()
        else:
            page.get_by_label(f"Feedback for answer {number}").fill("The story has a figure like it.")


def statement(page: Page, number: int, words: str, speaker: str, sentence: str) -> None:
    page.get_by_label(f"Statement {number}", exact=True).fill(words)
    page.get_by_label(f"Speaker of statement {number}").select_option(speaker)
    chips = page.get_by_role("group", name=f"Sentences that say statement {number}")
    chips.get_by_role("checkbox", name=f"Sentence {sentence}", exact=True).check()
    page.get_by_label(f"Feedback for statement {number}").fill("Both spoke in one hall.")


def end(page: Page, explanation: str) -> None:
    page.get_by_label("Explanation").fill(explanation)
    page.get_by_label("Explanation").blur()
    expect(page.locator("#question-problems")).to_contain_text("Ready to publish")
    saved(page)


def look_as_a_student(page: Page) -> None:
    page.get_by_role("link", name="Preview as a student").click()
    expect(page.locator("main")).to_contain_text("Who says each of these?")
    assert violations(page) == []
    go_back(page)


def publish_and_assign(page: Page, classroom: Classroom) -> None:
    page.get_by_role("button", name="Publish version 1").click()
    expect(page.locator("main")).to_contain_text("Version 1 is published.")
    page.get_by_role("link", name="Assign version 1").click()
    page.get_by_role("checkbox", name=re.compile(re.escape(classroom.name))).check()
    page.get_by_role("radio", name=re.compile("^Homework")).check()
    page.get_by_role("button", name="Assign", exact=True).click()
    page.wait_for_url("**/teacher/assignments/**")


def correct_the_key(page: Page) -> None:
    page.reload()
    expect(page.locator("main")).to_contain_text("2 of 2 turned in")
    page.get_by_text("Regrade a question").click()
    page.get_by_role("link", name="Regrade question 1").click()
    page.get_by_role("radio", name="New answer only").check()
    page.locator("label.opt", has_text="One more year").click()
    page.get_by_label("New explanation").fill("What is decided holds for a year, until next autumn.")
    page.get_by_role("textbox", name="Why").fill(REASON)
    page.get_by_role("button", name="Preview").click()
    expect(page.locator("main")).to_contain_text("1 score goes up, 1 goes down, average 94% to 94%.")
    page.get_by_role("button", name="Regrade").click()
    expect(page.locator("main")).to_contain_text("Question 1 is regraded. Scores updated.")
    assert violations(page) == []


def undo(page: Page) -> None:
    page.get_by_role("button", name=re.compile("Undo the regrade of question 1")).click()
    expect(page.locator("main")).to_contain_text("Regrade undone: 2 scores changed.")


# --- The students -------------------------------------------------------------------------------------------------


def sign_in(page: Page, student: Student) -> None:
    page.goto(f"/j/{student.classroom.join_code}/")
    page.get_by_role("button", name=student.first_name).click()
    page.get_by_label("Your PIN").fill(student_sign_in.pin_of(student))
    page.get_by_role("button", name="Sign in").click()


def answer_all(page: Page, answers: StudentAnswers) -> None:
    page.get_by_role("button", name=re.compile("Start")).click()
    for number in range(1, 7):
        page.wait_for_url(f"**/{number}/")
        if page.locator(".switch").is_visible():
            page.locator(".switch label", has_text="Question").click()
        give(page, number, answers.first)
        assert overflow(page) == 0
        page.get_by_role("button", name=re.compile("Next question|Review my answers")).click()
    page.wait_for_url("**/review/")
    expect(page.locator("main")).to_contain_text("6 of 6 answered")
    page.get_by_role("button", name="Turn in").click()
    page.wait_for_url("**/receipt/")
    page.get_by_role("link", name="See your result").click()


def give(page: Page, number: int, first: str) -> None:
    match number:
        case 1:
            pick(page, first)
        case 2:
            pick(page, "It runs until two in the morning")
            pick(page, "It carried 9,400 riders last year")
        case 3:
            pick(page, "True")
        case 4:
            page.locator("form input.in").fill("march")
        case 5:
            page.locator("form input.in").fill("9,400")
        case 6:
            for words, speaker in (("hospital", "Council member’s account"), ("sidewalks", "Shop owner’s account")):
                page.locator("fieldset", has_text=words).locator("label", has_text=speaker).click()


def pick(page: Page, words: str) -> None:
    page.locator("label.opt", has_text=words).click()
    expect(page.locator("label.opt", has_text=words).locator("input")).to_be_checked()


def test_preview_of_a_set_with_a_long_title_fits(teacher: User, open_context: NewContext) -> None:
    title = "What the city council of Philadelphia decided about its agreement with the immigration agency"
    edition = make_edition(question_set=make_question_set(owner=teacher, title=title))
    page = open_context(teacher).new_page()
    page.goto(reverse("try_set_question", args=[edition.question_set.public_id, 1]))
    for width in (1280, 800, 360):
        page.set_viewport_size({"width": width, "height": 800})
        assert overflow(page) == 0
        assert page.locator(".qbar").evaluate("e => e.clientHeight") < 100
    # A screen reader reads all of it.
    expect(page.get_by_role("link", name=title)).to_be_visible()
