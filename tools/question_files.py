"""`python -m tools.question_files`: the time to read and check a GIFT file of 10,000 questions (goal 11)."""

import os
import statistics
import sys
from time import process_time

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "quizsite.settings_for_tests")
django.setup()

from quizzes.files.questions.drafts import draft_question
from quizzes.files.questions.formats import read_questions

QUESTIONS, RUNS, GOAL_SECONDS = 10_000, 5, 2.0
QUESTION = """::Question {number}::When did the council vote on plan {number}? {{
=In June {number}#The second sentence says so.
~In July {number}#That is when the report came out.
~In May {number}#Nobody says so.
~In April {number}#A speaker says so.
####The council voted in June.
}}
"""


def gift_seconds() -> float:
    """The processor time to read the file, check each question, and turn it into one of a draft."""
    content = "\n".join(QUESTION.format(number=number) for number in range(QUESTIONS)).encode()
    start = process_time()
    found = read_questions(content).questions
    made = [
        draft_question(question.item, key=f"q-{number}")
        for number, question in enumerate(found)
        if question.item is not None
    ]
    seconds = process_time() - start
    if len(made) != QUESTIONS:
        sys.exit(f"{len(made)} of {QUESTIONS} questions were read.")
    return seconds


if __name__ == "__main__":
    times = [gift_seconds() for _ in range(RUNS)]
    median = statistics.median(times)
    print(f"GIFT, {QUESTIONS:,} questions, all checks: {median:.2f} s of processor time, median of {RUNS} runs,")
    print(f"from {min(times):.2f} to {max(times):.2f} s. Goal 11: {GOAL_SECONDS:.0f} s.")
