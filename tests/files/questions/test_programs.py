"""Questions as other programs write them: what becomes of each, and what is said of what is left out."""

import io
import re
import zipfile
from dataclasses import replace
from datetime import date, time
from html import escape
from pathlib import Path

import pytest
from xlsxwriter import Workbook

from quizzes.files.questions.drafts import draft_question, item_of
from quizzes.files.questions.formats import FORMATS, losses, read_questions
from quizzes.files.questions.importing import EXAMPLES
from quizzes.files.questions.item import Gap, Item, UnreadableFile
from quizzes.files.questions.moodle_writer import write_moodle
from quizzes.files.questions.plain_text import _ROMAN_NUMERALS
from quizzes.files.questions.qti2_writer import write_qti2
from quizzes.files.questions.tables import write_template_xlsx
from quizzes.files.xlsx import Sheet, write_xlsx
from tests.files.questions.test_readers import NO_ANSWER, NO_MARK

LAYOUTS = Path(__file__).parents[2] / "data" / "layouts" / "questions"


def package(**files: str) -> bytes:
    """A ZIP file. The names have “__” for a folder and “_” for a dot."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, text in files.items():
            archive.writestr(name.replace("__", "/").replace("_", "."), text)
    return content.getvalue()


def shown(item: Item) -> str:
    """“type: stem [*correct #feedback; line > match] (blank|choices) explanation”."""
    lines = "; ".join(
        f"{'*' * line.is_correct}{line.text}{f' #{line.feedback}' * bool(line.feedback)}"
        f"{f' > {line.match}' * bool(line.match)}"
        for line in item.lines
    )
    gaps = "".join(f" ({'/'.join(gap.accepted)}|{'/'.join(gap.choices)})" for gap in item.gaps)
    own = {
        "true_false": f" {item.is_true} {item.feedback_true}/{item.feedback_false}",
        "numeric": f" {item.number} ± {item.tolerance}",
    }.get(item.question_type, "")
    text = f"{item.question_type}: {item.text or item.stem}{f' [{lines}]' * bool(lines)}{gaps}{own}"
    return text.replace("\n", " / ") + f" = {item.explanation}" * bool(item.explanation)


def outcomes(content: str | bytes) -> list[str]:
    found = read_questions(content if isinstance(content, bytes) else content.encode()).questions
    # The preview shows the notes of a question one after another.
    assert all(note.endswith(".") for one in found for note in one.notes)
    return [" ! ".join((shown(one.item), *one.notes)) if one.item else f"- {one.reason}" for one in found]


NOT_SET = "Its correct answer isn’t set. Choose it in the editor."

# --- Text ---------------------------------------------------------------------------------------------------------

TEXTS: dict[str, tuple[str | bytes, list[str]]] = {
    "GIFT without blank lines": (
        "::Q1::Who? {=A ~B}\nWhat? {=C ~D}\n$CATEGORY: next\nWhere? {T}\n",
        ["single: Who? [*A; B]", "single: What? [*C; D]", "true_false: Where? True /"],
    ),
    "GIFT with answers that nobody sees": (
        "Who? {=Council ~\u200b ~Mayor}\n\nWhat? {=\u200b\\n\u2060 ~Law}\n",
        ["single: Who? [*Council; Mayor] ! A blank answer was left out.", "- It has fewer than 2 answers."],
    ),
    "GIFT with a brace that is missing": (
        "One? {=a ~b\nTwo? {T}\n\n[html]::Title::<b>Three</b>? {=x \\{y\\} ~z}\n",
        [
            "- A { is inside its answers. Put a blank line before the next question, or write \\{.",
            "single: Three? [*x {y}; z]",
        ],
    ),
    "GIFT with quotes in an answer": (
        "Who said it? {=Lee =%50%“Lee”}\n",
        ["short_answer: Who said it? [*Lee; “Lee”] ! “‘Lee’” had part of the credit. Here it is a wrong answer."],
    ),
    "GIFT with a formula": (
        "What is \\(x \\cdot x\\)? {=2 ~3}\n\nIt costs $5 or $$? {=a ~b}\n",
        [
            "single: What is \\(x \\cdot x\\)? [*2; 3] ! It has a formula in TeX. Students see it as typed.",
            "single: It costs $5 or $$? [*a; b]",
        ],
    ),
    "Blackboard, saved by Excel with quotes alone": (
        'MC\t"Who said ""no""?"\tMayor\tcorrect\tCouncil\tincorrect\nTF\t"""no"" was said"\ttrue\n',
        ['single: Who said "no"? [*Mayor; Council]', 'true_false: "no" was said True /'],
    ),
    "Moodle XML in Markdown": (
        '<quiz><question type="truefalse"><questiontext format="markdown"><text>**No** one _signed_</text>'
        '</questiontext><answer fraction="100"><text>true</text></answer><answer fraction="0"><text>false</text>'
        "</answer></question></quiz>",
        ["true_false: No one _signed_ True /"],
    ),
    "GIFT with a blank line between answers": (
        "Who voted\nfor it? {\n=The council\n\n~The mayor\n}\n\nNext? {T}\n",
        ["single: Who voted / for it? [*The council; The mayor]", "true_false: Next? True /"],
    ),
    "GIFT with escapes, as Windows writes it": (
        "\ufeffWhich is \\= 5\\: \\{c\\}? {=x \\= 5 ~y\\~ ~c\\: d#a\\#b}\r\n\r\nTwo is {=%100%2#ok =%50%two}.\r\n",
        [
            "single: Which is = 5: {c}? [*x = 5; y~; c: d #a#b]",
            "short_answer: Two is _____. [*2; two] = ok ! “two” had part of the credit. Here it is a wrong answer.",
        ],
    ),
    "GIFT with Markdown and a comment": (
        "[markdown]Who **voted** for *it*? {=A ~B} // page 3\n",
        ["single: Who voted for it? [*A; B] ! A comment was left out."],
    ),
    "GIFT with several correct answers": (
        "Who? {=A =B ~C}\n\nWhich? {~%50%A ~%50%B ~%-100%C}\n\nWhat? {~%50%A ~%50%B ~C}\n",
        [
            "multiple: Who? [*A; *B; C] ! Any 1 of its correct answers was enough. Here students choose all of them.",
            "multiple: Which? [*A; *B; C] ! Its wrong answers cost points. Here each takes away as much as a correct "
            "one adds.",
            "multiple: What? [*A; *B; C] ! Wrong answers cost nothing there. Here each takes away as much as a correct "
            "one adds.",
        ],
    ),
    "GIFT with one correct answer and a penalty": (
        "Who? {~%100%A ~%-50%B}\n",
        ["single: Who? [*A; B] ! Its wrong answers cost points. Here they earn none."],
    ),
    "GIFT with one correct answer and an answer that costs as much": (
        "Which? {~%100%A ~%-100%B}\n",
        [
            "multiple: Which? [*A; B] ! Its wrong answers cost points. Here each takes away as much as a correct one "
            "adds."
        ],
    ),
    "GIFT with a missing brace": (
        "Who? {=A ~B\n\nWhat? {=C ~D}\n",
        ["- The closing brace } of its answers is missing.", "single: What? [*C; D]"],
    ),
    "Aiken in lower case, without spaces": (
        "who?\na.me\nb.you\nanswer: b\n",
        ["single: who? [me; *you]"],
    ),
    "Aiken with numbers and other words for the answer": (
        "1. Who?\nA) me\nB) you\nCorrect Answer: A\n\n2) What?\n(A) this\n(B) that\nAns - (B)\n",
        ["single: Who? [*me; you]", "single: What? [this; *that]"],
    ),
    "Aiken without an answer": (
        "One?\nA) x\nB) y\n\nTwo?\nA) x\n\nB) y\nANSWER: B\n",
        [f"single: One? [x; y] ! {NOT_SET}", "single: Two? [x; *y]"],
    ),
    "choices of which none is marked": (
        "1. Who?\na) me\nb) you\n\n2. Which? Choose all that apply.\na) this\nb) that\n\n"
        "3. It met.\na) True\nb) False\n\n4. Where?\na) here\n",
        [
            f"single: Who? [me; you] ! {NOT_SET}",
            f"multiple: Which? Choose all that apply. [this; that] ! {NOT_SET}",
            f"true_false: It met. None / ! {NOT_SET}",
            f"- {NO_MARK}",
        ],
    ),
    "choices in the cells of a table": (
        'Question,Answer 1,Answer 2,Correct\n"Which?\nA. x\nB. y",A,B,1\n',
        ["single: Which? / A. x / B. y [*A; B]"],
    ),
    "accepted answers in one cell": (
        "Type,Question,Answer 1,Answer 2\nShort answer,Who?,The mayor; mayor,Ortiz\nShort answer,When?,9/11,\n",
        [
            "short_answer: Who? [*The mayor; mayor; *Ortiz] ! “The mayor; mayor” is 1 accepted answer. Put each "
            "accepted answer in a column of its own.",
            "short_answer: When? [*9/11]",
        ],
    ),
    "GIFT with a text above a title": (
        "::Text::Read this.\n::Ask::Who? {=A ~B}\n",
        ["- It has no answers in braces { }, so it’s a text, not a question.", "single: Who? [*A; B]"],
    ),
    "GIFT with arrows in choices": (
        "What next? {=Bill -> law ~Law -> bill}\n\nMatch. {=a -> b =c -> d}\n",
        ["single: What next? [*Bill -> law; Law -> bill]", "matching: Match. [a > b; c > d]"],
    ),
    "our template with a date": (
        "Type,Question,Answer 1,Tolerance\nnumber or date,When?,2018-08-31,\nnumber,How many?,about 7,\n",
        [
            "numeric: When? 2018-08-31 ± ",
            "- “about 7” isn’t a number that we can read. Use figures, such as 1200 or 0.5.",
        ],
    ),
    "Aiken whose answer repeats the choice": (
        "Who?\nA) The mayor\nB) The council, all of it\nAnswer: B) The council, all of it\n\n"
        "What?\nA. a\nB. b\nANSWER: (A) a\n",
        ["single: Who? [The mayor; *The council, all of it]", "single: What? [*a; b]"],
    ),
    "Aiken whose answer is a text": (
        "Who?\nA) The mayor\nB) The council\nCorrect answer: The council\n\n"
        "How?\nA. Good\nB. Bad\nC. So\nD. Odd\nAnswer: bad\n\nWhat?\nA. True\nB. False\nANSWER: Untrue\n",
        [
            "single: Who? [The mayor; *The council]",
            "single: How? [Good; *Bad; So; Odd]",
            "- “Untrue” isn’t one of the answers. Name the letter, or copy the whole text of 1 answer.",
        ],
    ),
    "Aiken whose answer is a text with a period or quotes": (
        "Who?\nA) The mayor\nB) The council\nAnswer: The council.\n\nHow?\nA. Good\nB. Bad\nAnswer: “bad”\n",
        ["single: Who? [The mayor; *The council]", "single: How? [Good; *Bad]"],
    ),
    "Aiken whose answers are letters in quotes, or differ by a period": (
        "Which article fits?\nA. “an”\nB. “a”\nC. “the”\nANSWER: A\n\n"
        "Which is a sentence?\nA. The dog ran\nB. The dog ran.\nANSWER: The dog ran.\n",
        [
            "single: Which article fits? [*“an”; “a”; “the”]",
            "single: Which is a sentence? [The dog ran; *The dog ran.]",
        ],
    ),
    "questions without answers below them": (
        "1. Who was the first president?\nAnswer: George Washington\n\n"
        "2. When did it meet?\nCorrect answer: July 4, 1776\n\n"
        "3. The council met in ____.\nRespuesta: Washington, D.C.\n\n4. How much of it?\nAnswer: 1/2\n",
        [
            "short_answer: Who was the first president? [*George Washington]",
            "short_answer: When did it meet? [*July 4, 1776]",
            "short_answer: The council met in ____. [*Washington, D.C.]",
            "short_answer: How much of it? [*1/2]",
        ],
    ),
    "questions without answers below them that may mean several things": (
        "1. Who?\nAnswer: Lee or Day\n\n2. Which?\nAnswer: city, state\n\n3. Why?\n"
        "Answer: It waited for the report, which came in June of that year.\n\n4. Who?\nMayor\nCouncil\n"
        "Answer: Council\n\n5. Who?\nAnswer: A, C\n\n"
        "6. Who?\nA- The mayor.\nB- The council.\nAnswer: B- The council.\n",
        [
            "- “Lee or Day” may be several answers. Leave 1 on the line, and add the others in the editor.",
            "- “city, state” may be several answers. Leave 1 on the line, and add the others in the editor.",
            "free_text: Why? ! Add a rubric.",
            "single: Who? [Mayor; *Council]",
            "- It has no answers on lines of their own. Start each line with a letter, such as “A. Council”.",
            "- It has no answers on lines of their own. Start each line with a letter, such as “A. Council”.",
        ],
    ),
    "a text with a key of several texts on one line": (
        "1. Who?\nA. Mayor\nB. Council\n\n2. Where?\n\nAnswer key\n1. Mayor 2. Paris\n",
        ["- " + NO_MARK, "- " + NO_ANSWER],
    ),
    "a text with a key of dashes": (
        "1. Who?\nA. Mayor\nB. Council\n\n2. Where?\n\nAnswer key\n1 - B\n2 - Texas\n",
        ["single: Who? [Mayor; *Council]", "short_answer: Where? [*Texas]"],
    ),
    "a text with a key of letters and texts": (
        "1. Who? (2 points)\nA. Mayor\nB. Council\n\n2. It met.\n\n3. It met in ____.\n\n4. Why?\n\n"
        "5. How?\na) Well\nb) So\n\nAnswer key\n1. B\n2. True\n3. June\n4. Answers will vary.\n5. badly\n",
        [
            "single: Who? [Mayor; *Council]",
            "true_false: It met. True /",
            "short_answer: It met in ____. [*June]",
            "free_text: Why? ! Add a rubric.",
            "- “badly” isn’t one of the answers. Name the letter, or copy the whole text of 1 answer.",
        ],
    ),
    "a text with a key of words without numbers": (
        "1. Who?\nA. Mayor\nB. Council\n\nAnswer key:\nThe council\n",
        [
            "- It has no correct answer. Put a star before it, such as “*A. Council”, or add the line “ANSWER: A”.",
            "- This answer key doesn’t fit the questions. Give each question a number of its own, and each answer a "
            "line, such as “1. B”.",
        ],
    ),
    "a text with True and False on lines of their own": (
        "1. It met.\nTrue\nFalse\n\n2. Who?\na) Lee\nb) Roe\n\n3. It voted.\nTrue\nFalse\n\n"
        "Answer Key\n1. False\n2. B\n3. T\n",
        ["true_false: It met. False /", "single: Who? [Lee; *Roe]", "true_false: It voted. True /"],
    ),
    "statements with stars": (
        "1. Se reunió.\nVerdadero\n*Falso\n2. Votó.\nVerdadero *\nFalso\n3. It is true.\nTrue\nTrue\n",
        ["true_false: Se reunió. False /", "true_false: Votó. True /", "- " + NO_ANSWER],
    ),
    "statements with True and False as choices": (
        "1.\tIt met.\r\n\tA.\tTrue\r\n\tB.\tFalse\r\nAnswer: B\r\n\r\n2. It rained.\r\na) False\r\nb) True.\r\n"
        "Answer: b\r\nFeedback: It did.\r\n\r\n3. It voted.\n[x] “True”\n[ ] “False”\n\n4. Votó.\n*A. V\nB. F\n\n"
        "5. It closed.\nA. T\n*B. F\n",
        [
            "true_false: It met. False /",
            "true_false: It rained. True / = It did.",
            "true_false: It voted. True /",
            "true_false: Votó. True /",
            "true_false: It closed. False /",
        ],
    ),
    "choices that are more than True and False": (
        "1. It met.\n*A. True\nB. False\nC. The story does not say\n\n2. It rained.\n*A. True\n*B. False\n\n"
        "3. Es cierto.\n*A. True\nB. Falso\n",
        [
            "single: It met. [*True; False; The story does not say]",
            "multiple: It rained. [*True; *False]",
            "single: Es cierto. [*True; Falso]",
        ],
    ),
    "GIFT with a comma in a number": (
        "How many? {#1,000}\n\nHow long? {#1,5}\n\nHow far? {#0,250..1,250}\n",
        [
            "- “1,000” can be read as 2 numbers. Write it without a comma, or with a period.",
            "numeric: How long? 1.5 ± 0",
            "- “1,250” can be read as 2 numbers. Write it without a comma, or with a period.",
        ],
    ),
    "Aiken with feedback and a period": (
        "Who?\nA. me\nB. you\nANSWER: A.\nFEEDBACK: Because.\n\nTwo?\nA. a\nB. b\nC. c\nANSWER: AC\n",
        ["single: Who? [*me; you] = Because.", "multiple: Two? [*a; b; *c]"],
    ),
    "a text with a title above number 1, and a question without letters": (
        "Unit 3 Quiz\nName: ____\n\n1.\tWho?\nA.\tMayor\n*B.\tCouncil\n\n2. True or false: It met.\nTrue\n\n"
        "3. When?\n*a) June\nb) July\n",
        [
            "single: Who? [Mayor; *Council] ! The text above it was left out: “Unit 3 Quiz Name: ____”.",
            "- " + NO_ANSWER,
            "single: When? [*June; July]",
        ],
    ),
    "a text with its key below": (
        "1. Who?\nA. Mayor\nB. Council\n2. Which?\nA. One\nB. Two\nC. Three\n\nAnswer key\n1. B\n2) A, c\n",
        ["single: Who? [Mayor; *Council]", "multiple: Which? [*One; Two; *Three]"],
    ),
    "a text with its key on one line": (
        "1. Who?\nA. Mayor\nB. Council\n\n2. When?\nA. June\nB. July\nAnswers: \n1-b 2-a\n",
        ["single: Who? [Mayor; *Council]", "single: When? [*June; July]"],
    ),
    "a text with its key behind its heading": (
        "1. Who?\nA. Mayor\nB. Council\n2. When?\nA. June\nB. July\n\nAnswer key: 1. B, 2. A\n",
        ["single: Who? [Mayor; *Council]", "single: When? [*June; July]"],
    ),
    "a text with a titled key that repeats the answers": (
        "1. Who?\nA. Mayor\nB. Council\n2. When?\nA. June\nB. July\n\nAnswer Key – Unit 3\n1. B. Council\n2) a) June\n",
        ["single: Who? [Mayor; *Council]", "single: When? [*June; July]"],
    ),
    "a text with check marks": (
        "1. Who?\nA. Mayor\nB. Council ✓\n2. When?\nA. June (Correct)\nB. July\n",
        ["single: Who? [Mayor; *Council]", "single: When? [*June; July]"],
    ),
    "a text with check marks beside other marks": (
        "1. Who?\nA. Mayor\nB. Council ✓\nAnswer: B\n2. When?\n*A. June (correct)\nB. July\n",
        ["single: Who? [Mayor; *Council]", "single: When? [*June; July]"],
    ),
    "a text whose answer lines repeat a choice": (
        "1. What?\nA. A tax\nB. A law\nCorrect answer: B. A law\n\n2. How many?\nA. 7\nB. 9\nAnswer: B) 9\n\n"
        "3. Who?\nA. Mayor\nB. Council\nC. Both\nANSWER: A and B\n",
        ["single: What? [A tax; *A law]", "single: How many? [7; *9]", "multiple: Who? [*Mayor; *Council; Both]"],
    ),
    "a text whose key repeats numbers": (
        "1. How many?\na) 7\nb) 9\n\n2. Who?\na) Mayor\nb) 3 members\n\n3. When?\na) June\nb) July\n\n"
        "Answer key\n1. b) 9\n2. b) 3 members\n3. a) June\n",
        ["single: How many? [7; *9]", "single: Who? [Mayor; *3 members]", "single: When? [*June; July]"],
    ),
    "a text with an answer line and a key that name 2 answers": (
        "1. How many?\nA. 14\nB. 15\nC. 17\nAnswer: B. 17\n\n"
        "2. Who?\nA. Mayor\nB. Council\nC. Both\nAnswer: B (it voted)\n\n"
        "3. When?\nA. June\nB. July\n\n4. Where?\nA. Here\nB. There\n\n5. What?\nA. This\nB. That\n\n"
        "Answer key\n3. B - June\n4. B - There\n5. A – It says so.\n",
        [
            "- “B. 17” has the letter of one answer and the text of another.",
            "single: Who? [Mayor; *Council; Both]",
            "- “B. June” has the letter of one answer and the text of another.",
            "single: Where? [Here; *There]",
            "single: What? [*This; That]",
        ],
    ),
    "a text with a key of letters only": (
        "1. Who?\nA. Mayor\nB. Council\n\n2. Which?\nA. One\nB. Two\nC. Three\n\nAnswers: B, C\n",
        ["single: Who? [Mayor; *Council]", "single: Which? [One; Two; *Three]"],
    ),
    "a text with a key of too many letters": (
        "Who?\nA. Mayor\nB. Council\n\nWhich?\nA. One\nB. Two\n\nAnswer key\nB\nA\nA\n",
        ["- The answer key has 3 answers for 2 questions."] * 2,
    ),
    "a question whose answers a key could name": (
        "Which?\nA. One\nB. Two\nC. Three\n\nAnswers: A, C\n",
        ["multiple: Which? [*One; Two; *Three]"],
    ),
    "a text in Markdown": (
        "### Question 1\n**Who?**\n\n- A) Mayor\n- B) **Council**\n\n**Answer:** B\n\n---\n\n"
        "**Question 2**\n\nHow many are 2**3 and 4**1?\n- A) 8 and 4\n- B) 6 and 4\n**Correct answer: A**\n",
        ["single: Who? [Mayor; *Council]", "single: How many are 2**3 and 4**1? [*8 and 4; 6 and 4]"],
    ),
    "a text with “Question 1” above each question": (
        "Unit 1\nQuestion 1\nWho?\nA. Mayor\nB. Council\n\nQuestion 2:\nWhen?\nA. June\nB. July\n\nKey: 1. B 2. A\n",
        ["single: Who? [Mayor; *Council] ! The text above it was left out: “Unit 1”.", "single: When? [*June; July]"],
    ),
    "a text with bullets for letters": (
        "1. Who?\n•\tMayor\n•\t*Council\n\n2. When?\no\tJune *\no\tJuly\n\n3. Where?\n☐ Here\n☑ There\n☑ Everywhere\n",
        ["single: Who? [Mayor; *Council]", "- " + NO_MARK, "multiple: Where? [Here; *There; *Everywhere]"],
    ),
    "a text with bullets before letters": (
        "Who?\n- A. Mayor\n- B. A. Lee\nAnswer: B\n",
        ["single: Who? [Mayor; *A. Lee]"],
    ),
    "a text with its answers in the line of the question": (
        "1. Who? a) Mayor *b) Council c) Both\n2. When? (a) June\n(b) July\nAnswer: b\n\n"
        "3. Which of a) and b) is true?\nA) It met. B) It voted.\nAnswer: A\n"
        "Feedback: Because a) it met b) it says so\n\n4. It a) met and b) voted.\nTrue\nFalse\nAnswer: True\n",
        [
            "single: Who? [Mayor; *Council; Both]",
            "single: When? [June; *July]",
            "single: Which of a) and b) is true? [*It met.; It voted.] = Because a) it met b) it says so",
            "true_false: It a) met and b) voted. True /",
        ],
    ),
    "a text whose answers name letters": (
        "1. Which applies?\nA. Clause a) of it\nB. Clause b) of it\n*C. Both a) and b) are true\n",
        ["single: Which applies? [Clause a) of it; Clause b) of it; *Both a) and b) are true]"],
    ),
    "a text with a question that starts as an answer line does": (
        "1. Correct: The mayor vote.\n*A. votes\nB. voting\n",
        ["single: Correct: The mayor vote. [*votes; voting]"],
    ),
    "a text with a line to write on before a number": (
        "1. It has ____ 9. What?\n*A. Seats\nB. Rooms\n",
        ["single: It has ____ 9. What? [*Seats; Rooms]"],
    ),
    "a text with check boxes": (
        "1. Who?\n[ ] Mayor\n[x] Council\n\n2. When?\n( ) A. June\n(x) B. July\n\n"
        "3. Where?\n- [X] Here\n- [x] There\n- [ ] Out\n",
        ["single: Who? [Mayor; *Council]", "single: When? [June; *July]", "multiple: Where? [*Here; *There; Out]"],
    ),
    "a text with brackets that are no check boxes": (
        "Read [1] and [x] now.\n(x) Lee\n(y) Roe\nAnswer: x\n",
        ["- It has no answers on lines of their own. Start each line with a letter, such as “A. Council”."],
    ),
    "a text with roman numerals before the answers": (
        "1. In 1 v. 2, who?\ni. Mayor\nii. Council\nAnswer: ii. Council\n\n2. When?\ni) June\nii) July\nAns - i\n\n"
        "3. Where?\n(i) Here\n(ii) There\n(iii) Out\n\nKey: 3. iii\n",
        [
            "single: In 1 v. 2, who? [Mayor; *Council]",
            "single: When? [*June; July]",
            "single: Where? [Here; There; *Out]",
        ],
    ),
    "a text with more roman numerals than are known": (
        "Which?\n" + "".join(f"{one}. x\n" for one in [*_ROMAN_NUMERALS[1:], "l"]) + "ANSWER: A\n",
        ["- 2 of its answers have the same letter."],
    ),
    "a text with a roman numeral that no answer has": (
        "Who?\ni. Mayor\nii. Council\nAnswer: xxx\n",
        ["- “xxx” isn’t one of the answers. Name the letter, or copy the whole text of 1 answer."],
    ),
    "a text with roman numerals before statements": (
        "1. Which are true?\ni. It met.\nii. It voted.\nA. i only\n*B. both\n",
        ["single: Which are true? / i. It met. / ii. It voted. [i only; *both]"],
    ),
    "a text with roman numerals before the questions": (
        "I. Who?\nA. Mayor\nB. Council\n\nII. When?\nA. June\nB. July\n\nKey\nI. B\nII. A\n",
        ["single: Who? [Mayor; *Council]", "single: When? [*June; July]"],
    ),
    "a text with roman numerals before its parts": (
        "I. Choices\n1. Who?\nA. Mayor\n*B. Council\n\nII. More\n2. When?\n*A. June\nB. July\n",
        [
            "single: Who? [Mayor; *Council] ! The text above it was left out: “I – Choices”.",
            "single: When? [*June; July] ! The text above it was left out: “II – More”.",
        ],
    ),
    "a text with statements without answers below them": (
        "1. It met. (True/False)\nAnswer: True\n\n2. It voted.\nAnswer: F\n\n"
        "3. Who?\nA - Mayor\nF - Council\nAnswer: F\n",
        [
            "true_false: It met. True /",
            "true_false: It voted. False /",
            "- It has no answers on lines of their own. Start each line with a letter, such as “A. Council”.",
        ],
    ),
    "a text with other words for the answer, and its reason above it": (
        "1. Who?\nA. Mayor\nB. Council\nExplanation: It voted.\nCorrect option: B\n\n"
        "2. When?\nA. June\nB. July\nThe correct answer is A.\n\n3. Where?\nA. Here\nB. There\nCorrect: b\n",
        ["single: Who? [Mayor; *Council] = It voted.", "single: When? [*June; July]", "single: Where? [Here; *There]"],
    ),
    "a text with several correct answers in words": (
        "1. Which?\nA) Schools\nB) Navy\nC) Parks\n**Correct Answers:** A) Schools and C) Parks\n\n"
        "2. Which?\nA. Schools\nB. Navy\nC. Parks\nCorrect answers: A. Schools, C. Parks\n\n"
        "3. Which?\nA. Schools\nB. Navy\nC. Parks\nAnswer: A. Schools and B. Parks\n\n"
        "4. Who?\nA. Lee and B. Day\nB. Ames\nAnswer: A. Lee and B. Day\n\n"
        "5. Who?\nA. Lee\nB. Adams, J.\nAnswer: B. Adams, J. Adams\n",
        [
            "multiple: Which? [*Schools; Navy; *Parks]",
            "multiple: Which? [*Schools; Navy; *Parks]",
            "- “A. Schools and B. Parks” isn’t one of the answers. "
            "Name the letter, or copy the whole text of 1 answer.",
            "single: Who? [*Lee and B. Day; Ames]",
            "single: Who? [Lee; *Adams, J.]",
        ],
    ),
    "a text in parts, with a key for questions without choices": (
        "Unit 3 Test\nName: ____\n\n1. Who?\nA. Mayor\nB. Council\n\nPart II. True or False\n\n2. It met.\n"
        "3. It rained.\n\nPart III. Short Answer\nWrite your answer.\n\n4. Who chairs it?\n\nPart IV\n\n5. Why?\n\n"
        "Answer Key\n1. b\n2. True\n3. F\n4. A council\n5. Answers will vary.\n",
        [
            "single: Who? [Mayor; *Council] ! The text above it was left out: “Unit 3 Test Name: ____”.",
            "true_false: It met. True / ! The text above it was left out: “Part II. True or False”.",
            "true_false: It rained. False /",
            "short_answer: Who chairs it? [*A council] "
            "! The text above it was left out: “Part III. Short Answer Write your answer”.",
            "free_text: Why? ! Add a rubric. ! The text above it was left out: “Part IV”.",
        ],
    ),
    "a title, questions, and a key": (
        "Branches quiz\n\n1. Who chairs it?\n2. It met.\n\nAnswers:\n1. Lee\n2. T\n",
        [
            "short_answer: Who chairs it? [*Lee] ! The text above it was left out: “Branches quiz”.",
            "true_false: It met. True /",
        ],
    ),
    "a text of a question that starts as a part does": (
        "1. Read this.\n\nPart 1. All powers are shared.\n\n*A. Yes\nB. No\n\n2. Who?\n*A. Lee\nB. Day\n",
        ["single: Read this. / Part 1. All powers are shared. [*Yes; No]", "single: Who? [*Lee; Day]"],
    ),
    "a text with feedback for each choice": (
        "1. Who?\n*A. Lee\nB. Day\nFeedback A: Yes.\nFeedback for B) He left.\nFeedback: It voted.\n"
        "2. It met.\nA. True\nB. False\nAnswer: A\nFeedback B: It did.\nFeedback A: Yes.\n\n"
        "3. Who?\nA. Lee\nB. Day\nAns: B\n",
        [
            "single: Who? [*Lee #Yes.; Day #He left.] = It voted.",
            "true_false: It met. True Yes./It did.",
            "single: Who? [Lee; *Day]",
        ],
    ),
    "a text with pages behind the answers": (
        "1. Who?\nA. Lee\nB. Day\nAns: B (See p. 114)\n\n2. When?\nA. June\nB. July\nKey: A (p. 3)\n",
        ["single: Who? [Lee; *Day]", "single: When? [*June; July]"],
    ),
    "a text of a chat program": (
        "Here are 3 questions:\n\n### **Question 1** (Easy)\n**Who?**\n\nA) Mayor\nB) Council\n\n"
        "**Correct Answer:** B) Council\n\n---\n\n### **Question 2** (Medium) – Select all that apply\n**Which?**\n\n"
        "A) Lee\nB) Day\n\n**Correct Answers:** A, B\n\n"
        "### **Question 3** (Short Answer)\n**Why?**\n\n**Sample Answer:** It voted.\n",
        [
            "single: Who? [Mayor; *Council] ! The text above it was left out: “Here are 3 questions:”.",
            "multiple: Select all that apply. Which? [*Lee; *Day]",
            "free_text: Why? ! Add a rubric.",
        ],
    ),
    "a text with answers and periods in the line of the question": (
        "1) Who? A. Mayor B. Council C. Court\nAnswer: B\n",
        ["- It has no answers on lines of their own. Start each line with a letter, such as “A. Council”."],
    ),
    "a text of ExamView": (
        "MULTIPLE CHOICE\n\n____\t1.\tWho?\na.\tMayor\tc.\tCourt\nb.\tCouncil\td.\tBoth\n\n\n"
        "ANS:\tB\tPTS:\t1\tREF:\tp. 3\n\n"
        "____\t2.\tWhen?\na.\tMay\nb.\tJune\n\nANS:\tA\tPTS:\t1\n",
        [
            "single: Who? [Mayor; *Council; Court; Both] ! The text above it was left out: “MULTIPLE CHOICE”.",
            "single: When? [*May; June]",
        ],
    ),
    "a text with more words for the answer": (
        "1. Who?\nAnswer the question below.\nA. Mayor\nB. Council\nAnswer B\n\n2. When?\nA. May\nB. June\n"
        "The answer is A.\n\n3. Where?\nA. Here\nB. There\nCorrect: B) There\n\n"
        "4. Why?\nA. It did.\nB. It did not.\nC. No\nAnswer: A/C\n\n"
        "5. ¿Qué?\nA. Ley\nB. Voto\nRespuesta correcta: b) Voto\n",
        [
            "single: Who? / Answer the question below. [Mayor; *Council]",
            "single: When? [*May; June]",
            "single: Where? [Here; *There]",
            "multiple: Why? [*It did.; It did not.; *No]",
            "single: ¿Qué? [Ley; *Voto]",
        ],
    ),
    "Aiken in a block of code": (
        "```text\nWho?\nA. Mayor\nB. Council\nANSWER: B\n```\n",
        ["single: Who? [Mayor; *Council]"],
    ),
    "GIFT in a block of code": (
        "Here it is:\n\n```gift\n::Q1:: Who? {=Council ~Mayor}\n\nWhen? {T}\n```\n",
        [
            "- It has no answers in braces { }, so it’s a text, not a question.",
            "single: Who? [*Council; Mayor]",
            "true_false: When? True /",
        ],
    ),
    "CSV in a block of code, with other headings": (
        "```csv\nquestion,option_a,option_b,correct_answer,explanation\nWho?,Mayor,Council,b,It voted.\n```\n",
        ["single: Who? [Mayor; *Council] = It voted."],
    ),
    "a table of Markdown": (
        "| Question | A | B | Answer |\n|:---|---|---|---:|\n| Who? | Mayor \\| chair | Council | B |\n",
        ["single: Who? [Mayor | chair; *Council]"],
    ),
    "a text of ExamView with spaces": (
        "MULTIPLE CHOICE\n\n     1.   Who?\n     a.   Mayor          c.   Court\n     b.   Council        d.   Both\n\n"
        "ANS:  B          PTS:   1          DIF:    Easy          REF:   p. 3\n\n"
        "     2.   When?\n     a.   May\n     b.   June\n\nANS:  A     PTS:   1\n",
        [
            "single: Who? [Mayor; *Council; Court; Both] ! The text above it was left out: “MULTIPLE CHOICE”.",
            "single: When? [*May; June]",
        ],
    ),
    "a text with marks before its answers": (
        "**1. Who?**\nA) Mayor\nB) Council\n\n✅ **Correct Answer:** B\n💡 **Explanation:** It voted.\n\n"
        "**2. When?**\nA) May\nB) June\n\n✔️ Answer: A) May\n\n3. Where?\nA) Here\nB) There\n(Answer: B)\n\n"
        "4. Why?\nA) It did.\nB) It did not.\n[Answer: A]\n",
        [
            "single: Who? [Mayor; *Council] = It voted.",
            "single: When? [*May; June]",
            "single: Where? [Here; *There]",
            "single: Why? [*It did.; It did not.]",
        ],
    ),
    "a list whose last bullet names the answer": (
        "1. **Who?**\n   - A. Mayor\n   - B. Council\n   - *Answer: B*\n\n"
        "2. **When?**\n   - A. May\n   - B. June\n   - **Answer:** A\n",
        ["single: Who? [Mayor; *Council]", "single: When? [*May; June]"],
    ),
    "a list with a choice that starts like a label": (
        "1. What did it do?\n- Answer the call: yes\n- It voted. ✅\n\n2. Who?\n- Feedback alone: none\n- Council ✅\n",
        [
            "single: What did it do? [Answer the call: yes; *It voted.]",
            "single: Who? [Feedback alone: none; *Council]",
        ],
    ),
    "a text with the letter below its label": (
        "1. Who?\nA. Mayor\nB. Council\nAnswer:\nB\n\n2. When?\nA. May\nB. June\nAnswer:\nA\n",
        ["single: Who? [Mayor; *Council]", "single: When? [*May; June]"],
    ),
    "a text with more words below it": (
        "1. Who?\nA. Mayor\nB. Council\nAnswer: B\n\n2. When?\nA. May\nB. June\nAnswer: A\n\nI can write more.\n",
        [
            "single: Who? [Mayor; *Council]",
            "single: When? [*May; June]",
            "- " + NO_ANSWER,
        ],
    ),
    "a text with points beside its numbers": (
        "### Question 1 (1 point)\nWho?\nA. Mayor\nB. Council\nAnswer: B\n\n"
        "### Question 2 of 2\nWhen?\nA. May\nB. June\nAnswer: A\n",
        ["single: Who? [Mayor; *Council]", "single: When? [*May; June]"],
    ),
    "a text whose points stay in it": (
        "1. Who earns 2 points?\n*A. Lee\nB. Day\n\n2. Who (Lee or Day)?\n*A. Lee\nB. Day\n",
        ["single: Who earns 2 points? [*Lee; Day]", "single: Who (Lee or Day)? [*Lee; Day]"],
    ),
    "a text with its reasons in italics": (
        "Q: Who?\nA: Mayor\nB: Council\n\n**Answer: B**\n\n*Explanation: It voted.*\n\n"
        "Q: ¿Cuándo?\nA: Mayo\nB: Junio\nRespuesta: A\nExplicación: Línea 2.\n",
        ["single: Who? [Mayor; *Council] = It voted.", "single: ¿Cuándo? [*Mayo; Junio] = Línea 2."],
    ),
    "a text in parts": (
        "Part 1: Who\n1. Who?\n*A. Mayor\nB. Council\n\nPart 2: When\n\n2. When?\n1. Read.\n*A. June\nB. July\n",
        [
            "single: Who? [*Mayor; Council] ! The text above it was left out: “Part 1: Who”.",
            "single: When? / 1. Read. [*June; July] ! The text above it was left out: “Part 2: When”.",
        ],
    ),
    "a text with its answers in columns": (
        "1. Who?\nA.\tMayor\tB.\tCouncil\n*C. Both   D. All\n\n2. Who else?\na) B. Lee  *b) C.  Day\nc)\td. Roe\n",
        ["single: Who? [Mayor; Council; *Both; All]", "single: Who else? [B. Lee; *C. Day; d. Roe]"],
    ),
    "a text with its answers in columns that go down": (
        "1. Who?\na. Mayor    c. Both\n\nb. Council    *d. None\n\n2. When?\nA. June\tC. May\nB. July\nAnswer: C\n"
        "3. Where?\nA. In St.  D. Lee\nB. Out\nAnswer: B\n",
        [
            "single: Who? [Mayor; Council; Both; *None]",
            "single: When? [June; July; *May]",
            "single: Where? [In St. D. Lee; *Out]",
        ],
    ),
    "a text whose numbers start again, so that its key is open": (
        "1. Who?\nA. Mayor\nB. Council\n\n1. When?\nA. June\nB. July\n\nKey\n1. B\n1. A\n",
        [
            *["- It has no correct answer. Put a star before it, such as “*A. Council”, or add the line “ANSWER: A”."]
            * 2,
            "- This answer key doesn’t fit the questions. Give each question a number of its own, and each answer a "
            "line, such as “1. B”.",
        ],
    ),
    "Aiken with statements in the question": (
        "Which are true?\n1. It met.\n2. It voted.\nA. Only 1\nB. Both\nANSWER: B\n",
        ["single: Which are true? / 1. It met. / 2. It voted. [Only 1; *Both]"],
    ),
    "Aiken with statements in each question": (
        "Which are true?\n1. It met.\n2. It voted.\nA. Only 1\nB. Both\nANSWER: B\n\n"
        "Which are false?\n1. It met.\n2. It voted.\nA. Only 1\nB. Both\nANSWER: A\n",
        [
            "single: Which are true? / 1. It met. / 2. It voted. [Only 1; *Both]",
            "single: Which are false? / 1. It met. / 2. It voted. [*Only 1; Both]",
        ],
    ),
    "Aiken with initials": (
        (
            "A. Lincoln said what?\nA. This\nB. That\nANSWER: A\n\nRead.\nI. Lee wrote. What?\nA. Peace\nB. "
            "War\nANSWER: B\n"
        ),
        ["single: A. Lincoln said what? [*This; That]", "single: Read. / I. Lee wrote. What? [Peace; *War]"],
    ),
    "Aiken of an older Mac": (
        "¿Quién?\rA. Señor\rB. “Niño” – él\rANSWER: B\r".encode("mac_roman"),
        ["single: ¿Quién? [Señor; *“Niño” – él]"],
    ),
    "a table of MS-DOS": (
        "Question,A,B,Answer\r\n¿Quién votó?,Señor,Niño,B\r\n".encode("cp850"),
        ["single: ¿Quién votó? [Señor; *Niño]"],
    ),
    "Aiken in Windows-1252 with quotes": (
        "Who?\nA. The mayor’s – plan\nB. They’re “in”\nANSWER: B\n".encode("cp1252"),
        ["single: Who? [The mayor’s – plan; *They’re “in”]"],
    ),
    "Aiken in Windows-1252": (
        "¿Quién?\r\n\r\nA. Señor\r\n\r\nB. Niño\r\nANSWER: B\r\n".encode("cp1252"),
        ["single: ¿Quién? [Señor; *Niño]"],
    ),
    "Blackboard below a title": (
        (
            "Unit 1\t\nJUMBLED_SENTENCE\tThe [x] chased the [y].\tdog\tx\tcat\ty\tbird\t\nOP\tRate it.\nFIL\tUpload "
            "it.\nQUIZ_BOWL\tThis mayor\tWho is\tLee\n"
        ),
        [
            "- It has no question text in its second column.",
            "blanks: The {a} chased the {b}. (dog|dog/cat/bird) (cat|dog/cat/bird)",
            "- It asks for an opinion, so it has no correct answer.",
            "- Footnote has no questions that take a file.",
            "- Footnote has no questions that are answered with a question (Quiz Bowl).",
        ],
    ),
    "Blackboard in UTF-16": (
        "MC\tWho?\tCouncil\tCorrect\tMayor\tIncorrect\t\t\r\nTF\tYes?\tFALSE\r\n".encode("utf-16"),
        ["single: Who? [*Council; Mayor]", "true_false: Yes? False /"],
    ),
    "Blackboard in UTF-16 without a mark": (
        "MC\tWho?\tCouncil\tCorrect\tMayor\tIncorrect\t\t\r\nTF\tYes?\tFALSE\r\n".encode("utf-16-le"),
        ["single: Who? [*Council; Mayor]", "true_false: Yes? False /"],
    ),
}


@pytest.mark.parametrize(("content", "expected"), TEXTS.values(), ids=TEXTS)
def test_text_that_people_type(content: str | bytes, expected: list[str]) -> None:
    assert outcomes(content) == expected


@pytest.mark.parametrize(("encoding", "is_said"), [("cp1252", True), ("utf-8", False), ("utf-16", False)])
def test_a_guess_of_the_encoding_is_said(encoding: str, is_said: bool) -> None:
    found = read_questions("¿Quién?\nA. a\nB. b\nANSWER: A\n".encode(encoding))
    said = ("This file doesn’t say how its letters are stored. Check the letters with accents.",)
    assert found.notes == (said if is_said else ())


# --- Spreadsheets -------------------------------------------------------------------------------------------------


def workbook(*rows: list[object]) -> bytes:
    stream = io.BytesIO()
    with Workbook(stream, {"in_memory": True, "default_date_format": "d.m."}) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    return stream.getvalue()


def test_braces_in_a_table_are_text() -> None:
    """Braces are the answers of GIFT. Blooket’s and Gimkit’s tables have a title above the headings."""
    blooket = (
        '"Blooket\nImport Template",,,,,,,\r\n'
        'Question #,Question Text,Answer 1,Answer 2,"Answer 3\n(Optional)","Answer 4\n(Optional)",'
        '"Time Limit (sec)\n(Max: 300 seconds)","Correct Answer(s)\n(Only include Answer #)"\r\n'
        '1,"What is {x}, the set?",a,b,,,20,1\r\n'
    )
    gimkit = (
        "Gimkit Spreadsheet Import Template,,,,\r\n"
        "Question,Correct Answer,Incorrect Answer 1\r\n"
        "Who?,The {council},Mayor\r\n"
    )
    assert outcomes(blooket) == ["single: What is {x}, the set? [*a; b]"]
    assert outcomes(gimkit) == ["single: Who? [*The {council}; Mayor]"]
    assert outcomes("Unit 1\nType,Question,Answer 1,Answer 2,Correct\nsingle,Which {one}?,a,b,1\n") == [
        "single: Which {one}? [*a; b]"
    ]


def test_points_beside_the_text_of_a_question_are_its_points() -> None:
    choices = "*A. Lee\nB. Day\n\n"
    texts = ["1. Who? (2 points)", "2. [3 pts] Who?", "3. Who? (points: 4)", "4. Who?\n5 points", "5. Who? (1.5 pt.)"]
    found = read_questions("".join(f"{text}\n{choices}" for text in texts).encode()).questions
    own = read_questions(b"Question 1 (6 points)\nWho?\nA. Lee\nB. Day\nAnswer: A\n").questions

    items = [one.item for one in (*found, *own) if one.item]
    assert [(item.stem, item.points) for item in items] == [("Who?", points) for points in (2, 3, 4, 5, 2, 6)]
    assert [one.notes for one in found] == [(), (), (), (), ("It has 2 points now.",)]


def test_an_answer_named_by_its_place_and_another_by_its_words_is_pointed_out() -> None:
    """“3” is the third answer, but its author may mean the answer “3”."""
    table = "Question,Answer 1,Answer 2,Answer 3,Correct\n"
    rows = "How many?,2,3,4,3\nHow many?,1,2,3,3\nHow many?,2,3,4,1\nHow many?,20,30,40,30\n"

    found = read_questions((table + rows).encode()).questions

    assert [question.notes for question in found] == [
        ("“3” in “Correct” was read as the place of an answer, so “4” is correct. Check it.",),
        (),
        (),
        (),
    ]


def test_an_empty_answer_that_is_named_as_correct_is_pointed_out() -> None:
    table = "Type,Question,Answer 1,Answer 2,Answer 3,Correct\n"
    rows = 'MC,Who?,Council,Mayor,,"A, C"\nMC,Who?,Council,Mayor,,B\nTrue or false,It rains.,True,False,,F\n'

    assert outcomes(table + rows) == [
        "single: Who? [*Council; Mayor] ! “A, C” in “Correct” names an answer that is empty. Check it.",
        "single: Who? [Council; *Mayor]",
        "true_false: It rains. False /",
    ]


@pytest.mark.parametrize(
    ("row", "unused"),
    [
        ("single,Who?,A,B,,2,,,Why,", "“Feedback 3”"),
        ("true false,It met.,True,False,Maybe,True,,So,,", "“Answer 3”"),
        ("short answer,Who?,Lee,,,,So,Or,,2", "“Feedback 2”, “Tolerance”"),
        ("numeric,How many?,7,seven,,1,So,,,2", "“Answer 2”, “Feedback 1”"),
        ("numeric,How many?,7,,,8,,,,", "“Correct”"),
        ("numeric,When?,2018-08-31,,,,,,,2", "“Tolerance”"),
        ("matching,Match.,A => B,C => D,,2,,,,", "“Correct”"),
        ("ordering,Order.,A,B,C,,,,,0", ""),
        ("free text,Why?,It waited.,It did.,,,So,,,", "“Answer 2”, “Feedback 1”"),
        ("free text,Why?,It waited.,,,It waited.,,,,", ""),
    ],
)
def test_cells_of_our_template_that_a_type_has_no_place_for_are_named(row: str, unused: str) -> None:
    headings = "Type,Question,Answer 1,Answer 2,Answer 3,Correct,Feedback 1,Feedback 2,Feedback 3,Tolerance"
    [found] = read_questions(f"{headings}\n{row}\n".encode()).questions
    assert found.item
    assert found.notes == ((f"Not used for this type: {unused}.",) if unused else ())


def test_sentences_around_a_table_of_a_chat_program_are_left_out() -> None:
    table = "| # | Question | A | B | Correct answer |\n|---|---|---|---|---|\n| 1 | Who? | Mayor | Council | B |\n"
    content = f"Here are “your” questions:\n\n{table}\nDo you want more?\n".encode()
    assert outcomes(content) == ["single: Who? [Mayor; *Council]"]
    found = read_questions(content)
    assert [one.where for one in found.questions] == ["Row 5"]
    assert found.notes == (
        "The text above and below the table was left out: “Here are ‘your’ questions: Do you want more?”.",
    )


def test_a_table_beside_answer_choices_is_text() -> None:
    table = "| State | Votes |\n|---|---|\n| Ohio | 17 |\n"
    assert outcomes(f"1. Read this table.\n{table}How many?\n*A. 17\nB. 18\n") == [
        "single: Read this table. / | State | Votes | / |---|---| / | Ohio | 17 | / How many? [*17; 18]"
    ]


def test_columns_of_a_spreadsheet_that_are_not_read_are_named() -> None:
    content = "Question #,Question,A,B,Answer,Points,Time limit,Feedback A,Standard,Unit\n1,Who?,x,y,B,3,20,No,C1,\n"
    found = read_questions(content.encode())
    assert found.unknown == ("Feedback A", "Standard")
    assert [one.item.points for one in found.questions if one.item] == [3]


def test_sheets_that_are_not_read_are_listed() -> None:
    rows = [["Question", "Answer 1", "Answer 2", "Correct"], ["Who?", "Council", "Mayor", 1]]
    assert outcomes(write_xlsx([Sheet("Unit 1", rows), Sheet("Unit 2", rows)])) == [
        "single: Who? [*Council; Mayor]",
        "- Only the first sheet was read.",
    ]


def test_answers_that_a_spreadsheet_may_have_changed_are_pointed_out() -> None:
    """Excel stores “50%” as 0.5 and “July 1” as a date, and shows them as they were typed."""
    note = "Check {}. A spreadsheet may have changed a percentage, an amount, a date, or a time."
    heading: list[object] = ["Type", "Question", "Answer 1", "Answer 2", "Correct"]
    rows: list[list[object]] = [
        ["MC", "How much?", 0.5, 0.25, "A"],
        ["MC", "When?", date(2026, 7, 1), time(9, 30), "A"],
        ["Short answer", "What share?", 0.5],
        ["Number", "What share?", 0.5],
        ["Number or date", "When?", date(2026, 7, 1)],
        ["MC", "How many?", 1998, "0,5", "A"],
    ]
    assert outcomes(workbook(heading, *rows)) == [
        f"single: How much? [*0.5; 0.25] ! {note.format('“0.5”, “0.25”')}",
        f"single: When? [*2026-07-01; 09:30:00] ! {note.format('“2026-07-01”, “09:30:00”')}",
        f"short_answer: What share? [*0.5] ! {note.format('“0.5”')}",
        f"numeric: What share? 0.5 ± 0 ! {note.format('“0.5”')}",
        "numeric: When? 2026-07-01 ± ",
        "single: How many? [*1998; 0,5]",
    ]
    kahoot = ["Question", *(f"Answer {number}" for number in (1, 2)), "Correct answer(s)"]
    assert outcomes(workbook(kahoot, ["How much?", 0.5, "all", 1])) == [
        f"single: How much? [*0.5; all] ! {note.format('“0.5”')}"
    ]


def test_what_a_spreadsheet_shows_otherwise_is_said_of_the_file() -> None:
    """$40,000 is a number with a format, and 10² a text with a part in superscript."""
    heading = ["Question", "Answer 1", "Answer 2", "Correct"]
    formats = "We read numbers without their format: $40,000 becomes 40000."
    raised = "We read superscript as plain text: 10² becomes 102. Check these answers."
    for value, notes in (("102", (formats,)), ("10²", (formats, raised))):
        stream = io.BytesIO()
        with Workbook(stream, {"in_memory": True}) as book:
            sheet = book.add_worksheet()
            sheet.write_row(0, 0, heading)
            sheet.write_row(1, 0, ["How much?", "", 40000, "A"])
            if value == "102":
                sheet.write_string(1, 1, value)
            else:
                sheet.write_rich_string(1, 1, "10", book.add_format({"font_script": 1}), "2")
        found = read_questions(stream.getvalue())
        assert found.notes == notes
        assert outcomes(stream.getvalue()) == ["single: How much? [*102; 40000]"]
    assert read_questions(f"{','.join(heading)}\nHow much?,102,40000,A\n".encode()).notes == ()


# Where each format says that characters of a text are superscript, and what it says there of others.
RAISED_TEXTS = {
    "xlsx": (
        "xl/worksheets/sheet1.xml",
        rb'<c r="A2" t="s"><v>\d+</v></c>',
        b'<c r="A2" t="inlineStr"><is><r><t>How many?</t></r><r><rPr><vertAlign val="%b"/></rPr><t>2</t></r></is></c>',
        (b"subscript", b"superscript"),
    ),
    "ods": (
        "content.xml",
        b"</office:automatic-styles>",
        b'<style:style style:name="T1" style:family="text"><style:text-properties style:text-position="%b"/>'
        b"</style:style></office:automatic-styles>",
        (b"0% 100%", b"super 58%"),
    ),
}


@pytest.mark.parametrize("ending", ["xlsx", "ods", "xls"])
def test_superscript_is_noticed_in_each_format_of_a_spreadsheet(ending: str) -> None:
    saved = [_with_position(ending, is_raised=is_raised) for is_raised in (False, True)]
    said = "We read superscript as plain text: 10² becomes 102. Check these answers."
    assert [said in read_questions(content).notes for content in saved] == [False, True]


def _with_position(ending: str, *, is_raised: bool) -> bytes:
    """A template with a text of which a part is not on the line."""
    if ending == "xls":
        content = (LAYOUTS / "template.xls").read_bytes()
        font = bytes.fromhex("31001a00c8000000ff7f9001")
        assert font in content
        return content.replace(font + b"\0", font + bytes([1 if is_raised else 2]), 1)
    name, before, after, values = RAISED_TEXTS[ending]
    rows = (["Question", "Answer 1", "Answer 2", "Correct"], ["How much?", "10", "20", "A"])
    content = workbook(*rows) if ending == "xlsx" else (LAYOUTS / "template.ods").read_bytes()
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(stream, "w") as new:
        for part in old.namelist():
            text = old.read(part)
            if part == name:
                text, count = re.subn(before, after % values[is_raised], text)
                assert count == 1
            new.writestr(part, text)
    return stream.getvalue()


def test_template_keeps_what_people_type() -> None:
    """In a cell with the text format, “50%” stays “50%”. Points and tolerances stay numbers."""
    with zipfile.ZipFile(io.BytesIO(write_template_xlsx("Questions", EXAMPLES))) as archive:
        sheet, styles = archive.read("xl/worksheets/sheet1.xml").decode(), archive.read("xl/styles.xml").decode()
    [column] = re.findall(r"<col [^>]*>", sheet)
    assert 'min="1" max="20"' in column
    [style] = re.findall(r'style="(\d+)"', column)
    formats = re.findall(r"<xf [^>]*>", styles.partition("<cellXfs")[2])
    assert 'numFmtId="49"' in formats[int(style)]
    assert f'<c r="B2" s="{style}" t="s">' in sheet


@pytest.mark.parametrize("ending", ["xls", "ods"])
def test_template_saved_by_libreoffice(ending: str) -> None:
    content = (LAYOUTS / f"template.{ending}").read_bytes()
    assert outcomes(content) == [
        "single: Who voted? [*Council; Mayor] = Because",
        "true_false: The council voted. True /",
    ]


def test_spreadsheets_of_quiz_games() -> None:
    kahoot = ["", "Question - max 120 characters", *(f"Answer {n} - max 75 characters" for n in (1, 2, 3, 4))]
    kahoot += ["Time limit (sec)", "Correct answer(s) - choose at least one"]
    assert outcomes(
        workbook(
            ["", "Quiz template"],
            ["", "Add questions, at least two answer alternatives"],
            kahoot,
            [1, "Two?", "a", "b", "c", "", 20, "1, 3"],
            [2, "As a day?", "a", "b", "c", "", 20, date(2026, 3, 1)],
            [3, "Words?", "Council", "Mayor", "", "", 20, "Mayor"],
            [4, "Turned?", "FALSE", "TRUE", "", "", 20, 1],
        )
    ) == [
        "multiple: Two? [*a; b; *c]",
        "multiple: As a day? [*a; b; *c]",
        "single: Words? [Council; *Mayor]",
        "true_false: Turned? False /",
    ]
    assert outcomes("Question #,Question Text,Answer 1,Answer 2,Correct Answer(s)\n1,Who?,Council,Mayor,1\n") == [
        "single: Who? [*Council; Mayor]"
    ]
    assert outcomes("Question,Correct Answer,Incorrect Answer 1\nWho?,Council,Mayor\n") == [
        "single: Who? [*Council; Mayor]"
    ]
    assert read_questions(b"Question,Option A,Option B,Correct Answer\nWho?,Council,Mayor,A\n").label == (
        "Spreadsheet of questions"
    )
    # A teacher's own spreadsheet. “A law” is no answer A.
    assert outcomes(
        "Question,A,B,C,Answer\nWho?,Mayor,Council,Both,b\nWhat?,A tax,A law,Both,A law\nHow many?,3,7,2,2\n"
        'Which?,x,y,z,"A, C"\nWhen?,x,y,z,\n'
    ) == [
        "single: Who? [Mayor; *Council; Both]",
        "single: What? [A tax; *A law; Both]",
        "single: How many? [3; *7; 2] ! “2” in “Correct” was read as the place of an answer, so “7” is correct. Check "
        "it.",
        "multiple: Which? [*x; y; *z]",
        "- It names no correct answer. Enter the number, the letter, or the words of one.",
    ]
    assert outcomes("Question,Option A,Option B,Correct\nWho?,Mayor,Council,B\n") == ["single: Who? [Mayor; *Council]"]
    assert outcomes("Question,Correct answer,Wrong answer 1\nWho?,Council,Mayor\n") == [
        "single: Who? [*Council; Mayor]"
    ]
    assert outcomes("Question Type,Question:,Answer A,Answer B,Correct Answer\nTrue/False,It met.,,,False\n") == [
        "true_false: It met. False /"
    ]
    quizizz = "Question Text,Question Type,Option 1,Option 2,Correct Answer,Answer explanation\n"
    assert outcomes(
        f"{quizizz}Who?,Multiple Choice,A,B,2.,Why\nFill,Fill-in-the-Blank,A,2020-11-06,2020-11-06,\n"
        "Open,Open-Ended,,,,\nP,Poll,A,B,,\n"
    ) == [
        "single: Who? [A; *B] = Why",
        "short_answer: Fill [*A; *2020-11-06] ! Check “2020-11-06”. A spreadsheet may have changed a percentage, "
        "an amount, a date, or a time.",
        "free_text: Open",
        "- It has no correct answer.",
    ]


MS_LEE, CITY_HALL = "short_answer: Who, then? [*Ms. Lee]", "short_answer: Where? [*City Hall]"
PAIRS: dict[str, tuple[str, list[str]]] = {
    "tabs, as Windows writes them": (
        "Question\tAnswer\r\n\r\nWho, then?\tMs. Lee\r\n\r\nWhere?\tCity Hall\r\n",
        [MS_LEE, CITY_HALL],
    ),
    "CSV": ('Questions,Answers\n"Who, then?",Ms. Lee\nWhere?,City Hall\n', [MS_LEE, CITY_HALL]),
    "semicolons in Spanish": ("Pregunta;Respuesta\nWho, then?;Ms. Lee\nWhere?;City Hall\n", [MS_LEE, CITY_HALL]),
    "Markdown": (
        "| Question | Answer |\n|---|---|\n| Who, then? | Ms. Lee |\n| Where? | City Hall |\n",
        [MS_LEE, CITY_HALL],
    ),
    "numbers and a title": (
        "Unit 3\t\t\n#\tQuestion\tCorrect answer\n1\tWho, then?\tMs. Lee\n2\tWhere?\tCity Hall\n",
        [MS_LEE, CITY_HALL],
    ),
    "no headings, and more commas than tabs": (
        "Who, then?\tMs. Lee\nWhere?\tCity Hall\nWho, when, and why?\tMs. Lee\n",
        [MS_LEE, CITY_HALL, "short_answer: Who, when, and why? [*Ms. Lee]"],
    ),
    "more commas than tabs first": (
        "Which day, hour, and place?\tMay 5\n\nWho, then?\tMs. Lee\n",
        ["short_answer: Which day, hour, and place? [*May 5]", MS_LEE],
    ),
    "no headings and numbers": ("1.\tWho, then?\tMs. Lee\n2.\tWhere?\tCity Hall\n", [MS_LEE, CITY_HALL]),
    "headings in another language": (
        "Frage\tAntwort\nWho, then?\tMs. Lee\nWhere?\tCity Hall\n",
        ["short_answer: Frage [*Antwort]", MS_LEE, CITY_HALL],
    ),
    "other columns": (
        "Question,Answer,Explanation,Points\nIt met.,TRUE,Line 2.,\nWhere?,“City Hall”,,2\n",
        ["true_false: It met. True / = Line 2.", "short_answer: Where? [*“City Hall”]"],
    ),
    "what is no short answer": (
        "Question\tAnswer\nWhy?\tIt waited for the report, which came in June.\nWho?\tLee or Day\nWhere?\t\n\tJune\n"
        "How many?\t0.5\n",
        [
            "free_text: Why? ! Add a rubric.",
            "- “Lee or Day” may be several answers. Leave 1 on the line, and add the others in the editor.",
            "- It has no accepted answer.",
            "- It has no question text.",
            "short_answer: How many? [*0.5] ! Check “0.5”. A spreadsheet may have changed a percentage, an amount, a "
            "date, or a time.",
        ],
    ),
}


@pytest.mark.parametrize(("content", "expected"), PAIRS.values(), ids=PAIRS)
def test_tables_of_questions_and_answers(content: str, expected: list[str]) -> None:
    assert outcomes(content) == expected


@pytest.mark.parametrize(
    "content",
    [
        "Question\tFirst\tSecond\tAnswer\nWho?\tLee\tDay\tB\nWhere?\tHere\tThere\tA\n",
        "Question\tAnswer\nWho?\tB\nWhere?\tA\n",
        "Veto\tA power of the mayor\nQuorum\tHow many must be there\n",
    ],
    ids=["choices with other headings", "letters", "terms"],
)
def test_other_tables_of_2_columns_need_headings(content: str) -> None:
    with pytest.raises(UnreadableFile, match="need headings such as “Question” and “Answer”"):
        read_questions(content.encode())


# --- Moodle XML ---------------------------------------------------------------------------------------------------


def moodle(kind: str, inner: str, text: str = "<p>Who?</p>") -> str:
    return (
        f'<quiz><question type="{kind}"><name><text>N</text></name><questiontext format="html"><text><![CDATA[{text}]]>'
        f"</text></questiontext>{inner}</question></quiz>"
    )


def answer(fraction: float, text: str, feedback: str = "") -> str:
    said = f"<feedback><text>{feedback}</text></feedback>" * bool(feedback)
    return f'<answer fraction="{fraction}" format="html"><text><![CDATA[{text}]]></text>{said}</answer>'


MOODLE: dict[str, tuple[str, list[str]]] = {
    "cloze": (
        moodle(
            "cloze",
            "",
            (
                "<p>The {1:SHORTANSWER:=council#Good~%50%board~*#No} met in {1:MC:May~=June~%100%Jun\\}e}. "
                "{1:NUMERICAL:=7:1} came.</p>"
            ),
        ),
        [
            (
                "blanks: The {a} met in {b}. {c} came. (council|) (June|May/June/Jun}e) (7|) ! “board” had "
                "part of the credit. Here it is a wrong answer. ! Feedback for any other answer was left "
                "out. ! Only 7 itself is accepted now, without its tolerance."
            )
        ],
    ),
    "a statement without a correct answer": (
        moodle("truefalse", answer(0, "true") + answer(0, "false")),
        ["- It has no correct answer."],
    ),
    "cloze with another kind": (
        moodle("cloze", "", "{1:MULTIRESPONSE:=a~b}"),
        ["- Footnote has no blanks like Moodle’s “MULTIRESPONSE”."],
    ),
    "negative fractions, hints and feedback for all": (
        moodle(
            "multichoice",
            (
                "<single>false</single><correctfeedback><text>Your answer is correct.</text>"
                "</correctfeedback><incorrectfeedback><text>Reread.</text></incorrectfeedback>"
            )
            + answer(50, "A")
            + answer(50, "B")
            + answer(-50, "C")
            + "<hint><text>Look</text></hint>",
        ),
        [
            (
                "multiple: Who? [*A; *B; C] ! Its wrong answers cost points. Here each takes away as much as a correct "
                "one adds. ! Its hints were left out. ! The feedback for all correct or all wrong answers was left out."
            )
        ],
    ),
    "one answer with a penalty": (
        moodle("multichoice", "<single>true</single>" + answer(100, "A") + answer(-50, "B")),
        ["single: Who? [*A; B] ! Its wrong answers cost points. Here they earn none."],
    ),
    "several answers with full credit": (
        moodle("multichoice", "<single>true</single>" + answer(100, "A") + answer(100, "B") + answer(0, "C")),
        ["multiple: Who? [*A; *B; C] ! Any 1 of its correct answers was enough. Here students choose all of them."],
    ),
    "several answers without a penalty": (
        moodle("multichoice", "<single>false</single>" + answer(50, "A") + answer(50, "B") + answer(0, "C")),
        [
            "multiple: Who? [*A; *B; C] ! Wrong answers cost nothing there. Here each takes away as much as a correct "
            "one adds."
        ],
    ),
    "all or nothing": (
        moodle("multichoiceset", answer(100, "A") + answer(100, "B") + answer(0, "C")),
        ["multiple: Who? [*A; *B; C]"],
    ),
    "several languages": (
        moodle(
            "multichoice",
            "<single>true</single>"
            + answer(100, "{mlang en}Council{mlang}{mlang es}Concejo{mlang}")
            + answer(0, "Mayor"),
            '<span lang="es" class="multilang">¿Quién?</span><span class="multilang" lang="en">Who?</span>',
        ),
        ["single: Who? [*Council; Mayor] ! Its texts in other languages than “en” were left out."],
    ),
    "a sign that begins no tag": (
        moodle(
            "matching",
            "<subquestion><text>Less</text><answer><text>a&lt;b</text></answer></subquestion>"
            "<subquestion><text>c&lt;d\nor &lt;e</text><answer><text>x &lt;- y&lt;z &amp;amp; w</text></answer>"
            "</subquestion>"
            "<subquestion><text>Both &lt;b&gt;now&lt;/b&gt;</text><answer><text>a&lt;b and c&gt;d</text></answer>"
            "</subquestion>"
            "<subquestion><text>&lt;video controls&gt;&lt;/video&gt;Chain</text>"
            "<answer><text>a&lt;b or c&lt;d, not e&gt;f</text></answer></subquestion>",
        ),
        [
            "matching: Who? [Less > a<b; c<d or <e > x <- y<z & w; Both now > a<b and c>d; Chain > a<b or c<d, not e>f]"
            " ! A video was left out."
        ],
    ),
    "a picture as an answer": (
        moodle("multichoice", answer(100, '<img src="@@PLUGINFILE@@/a.png" alt="">') + answer(0, "B")),
        ["- One of its answers is a picture. Answers here are text."],
    ),
    "ordering by place": (
        moodle("ordering", answer(2, "b") + answer(1, "a") + answer(3, "c")),
        ["ordering: Who? [a; b; c]"],
    ),
    "true or false in Spanish": (
        moodle("truefalse", answer(100, "Verdadero") + answer(0, "Falso")),
        ["true_false: Who? True /"],
    ),
    "half a point": (
        moodle("multichoice", "<defaultgrade>0.5</defaultgrade>" + answer(100, "A") + answer(0, "B")),
        ["single: Who? [*A; B] ! It has 1 point now."],
    ),
}


@pytest.mark.parametrize(("content", "expected"), MOODLE.values(), ids=MOODLE)
def test_moodle_xml(content: str, expected: list[str]) -> None:
    assert outcomes(content) == expected


def test_all_or_nothing_of_moodle_stays_so() -> None:
    answers = answer(100, "A") + answer(100, "B") + answer(0, "C")
    found = read_questions(moodle("multichoiceset", answers).encode()).questions[0].item
    assert found is not None
    question = draft_question(found, key="i")
    assert question["all_or_nothing"]
    assert item_of(question, 1) == replace(found, title="Question 1")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (".5:.01", "numeric: How many? 0.5 ± 0.01"),
        ("-.5..0.5", "numeric: How many? 0 ± 0.5"),
        ("1...5", "- “1...5” isn’t a number that we can read. Use figures, such as 1200 or 0.5."),
    ],
)
def test_a_number_may_start_with_its_period(written: str, expected: str) -> None:
    assert outcomes(f"How many? {{#{written}}}") == [expected]


def test_other_units_of_moodle_are_said() -> None:
    unit = "<unit><multiplier>{}</multiplier><unit_name>{}</unit_name></unit>"
    for units, notes in (
        (unit.format(1, "miles"), ""),
        (unit.format(1, "miles") + unit.format(1.609, "km"), " ! Only its first unit, “miles”, was kept."),
    ):
        content = moodle("numerical", answer(100, "5") + f"<units>{units}</units>")
        assert outcomes(content) == [f"numeric: Who? 5 ± 0{notes}"]


def test_xml_that_is_nearly_xml() -> None:
    """Blank lines before the declaration, entities of HTML, and control characters."""
    text = "\n\n<?xml version='1.0'?>" + moodle("truefalse", answer(100, "true") + answer(0, "false"), "x")
    edited = text.replace("<![CDATA[x]]>", "Who&nbsp;voted &mdash; \x0bwhy &amp;amp; how?")
    assert outcomes(edited) == ["true_false: Who voted — why & how? True /"]
    with pytest.raises(UnreadableFile, match="can’t be read at line"):
        read_questions(edited.replace("&mdash;", "&nothing;").encode())


def test_an_exponent_is_no_digit_of_the_number() -> None:
    """“10<sup>6</sup>” is a million, and “106” is not."""
    html = "It is 10<sup>6</sup> m<sup>2</sup> or 10<sup>-3</sup>, on the 1<sup>st</sup>, H<sub>2</sub>O, <sup>x"
    said = "It is 10⁶ m² or 10⁻³, on the 1st, H2O, x"
    assert outcomes(f"[html]{html} {{T}}") == [f"true_false: {said} True /"]
    assert outcomes(moodle("truefalse", answer(100, "true") + answer(0, "false"), html)) == [
        f"true_false: {said} True /"
    ]
    assert outcomes(qti2(choices("10<sup>6</sup>, 1<sup>st</sup>"), "identifier", "A")) == [
        "single: 10⁶, 1st [*Council; Mayor]"
    ]


def test_cells_of_a_table_stay_apart() -> None:
    table = "<table><tr><th>Year</th><th>Votes</th></tr><tr><td>1990</td><td>12</td></tr></table>"
    assert outcomes(f"[html]See {table} {{T}}") == ["true_false: See / Year Votes / 1990 12 True /"]
    assert outcomes(qti2(table + choices("Who?"), "identifier", "A")) == [
        "single: Year Votes / 1990 12 / Who? [*Council; Mayor]"
    ]


@pytest.mark.parametrize(
    ("attributes", "numbers"),
    [
        ("", "1 2 3"),
        ('type="I"', "I II III"),
        ('type="i" start="3"', "iii iv v"),
        ('start="25" type="A"', "Y Z 27"),
        ('style="list-style-type: lower-alpha;"', "a b c"),
        ('start="x"', "1 2 3"),
    ],
)
def test_lines_of_a_numbered_list_keep_their_numbers(attributes: str, numbers: str) -> None:
    """A question can say “Which of I and II?”."""
    shown = f"<ol {attributes}><li>One<ul><li>a</li></ul></li><li><p>Two</p></li><li>Three</li></ol>Which?"
    one, two, three = numbers.split()
    expected = f"{one}. One / a / {two}. Two / {three}. Three / Which?"

    assert outcomes(moodle("truefalse", answer(100, "true") + answer(0, "false"), shown)) == [
        f"true_false: {expected} True /"
    ]
    assert outcomes(qti2(choices(shown), "identifier", "A")) == [f"single: {expected} [*Council; Mayor]"]


@pytest.mark.parametrize(
    "mark", ["<s>not</s>", "<del>not</del>", '<span style="text-decoration: line-through;">not</span>']
)
def test_struck_out_words_are_said(mark: str) -> None:
    """“It is <s>not</s> true.” turns around."""
    shown = moodle("truefalse", answer(100, "true") + answer(0, "false"), f"It is {mark} true.")
    assert outcomes(shown) == ["true_false: It is not true. True / ! Struck-out words look like the others now."]


def test_a_list_with_one_line_has_no_number() -> None:
    made = "".join(
        answer(share, f'<ol start="{n}"><li>{name}</li></ol>')
        for n, (share, name) in enumerate(((100, "Lee"), (0, "Day")), 1)
    )
    assert outcomes(moodle("multichoice", made)) == ["single: Who? [*Lee; Day]"]


def test_a_simple_formula_in_mathml_is_read_and_another_is_left_out() -> None:
    power, matrix = "<msup><mi>x</mi><mn>2</mn></msup>", "<mtable><mtr><mtd><mn>2</mn></mtd></mtr></mtable>"
    stem = "[html]What is <math>{}</math>? {{=4 ~8}}"
    assert outcomes(stem.format(power)) == ["single: What is x²? [*4; 8]"]
    assert outcomes(stem.format(matrix)) == [
        "single: What is ? [*4; 8] ! A picture, a recording, or a formula was left out."
    ]


def test_feedback_of_accepted_answers_joins_the_explanation() -> None:
    """Typed answers have no feedback of their own here."""
    general = "<generalfeedback><text>Article I.</text></generalfeedback>"
    typed = answer(100, "Congress", "Both houses.") + answer(100, "the Congress", "Yes.")
    box = '<response_str ident="r"><render_fib/></response_str>'
    rules = OTHER.format(SHOWN.format("general_fb")) + right("r", "1787", score="100", extra=SHOWN.format("1_fb"))
    texts = feedback("general_fb", "Article I.") + feedback("1_fb", "In fall.")
    found = {
        content: outcomes(content)[0].partition(" = ")[2]
        for content in (
            moodle("shortanswer", general + typed),
            moodle("numerical", general + answer(100, "1787", "In fall.")),
            "When? {#1787:1#In fall.####Article I.}",
            canvas("short_answer_question", material("When?") + box, rules, texts),
            canvas("numerical_question", material("When?") + box, rules, texts),
        )
    }
    assert list(found.values()) == ["Article I.\nBoth houses.\nYes.", *["Article I.\nIn fall."] * 4]


def test_weights_of_blanks_are_said() -> None:
    """“{2:...}” counts twice as much as “{1:...}” or “{:...}”."""
    assert [outcomes(moodle("cloze", "", text)) for text in ("{1:SA:=a} {:SA:=b}", "{1:SA:=a} {2:SA:=b}")] == [
        ["blanks: {a} {b} (a|) (b|)"],
        ["blanks: {a} {b} (a|) (b|) ! Its answers had different weights. Here they count the same."],
    ]


def test_feedback_of_each_accepted_answer_of_a_blank_is_kept() -> None:
    content = moodle("cloze", "", "It is {1:SA:=a#First.~=b#Second.}.")
    item = read_questions(content.encode()).questions[0].item
    assert item is not None
    assert item.gaps[0].feedback == "First. Second."


def test_first_of_several_numbers_of_canvas_is_kept() -> None:
    """It is the one that the teacher of the quiz typed first, with its own margin."""
    box = '<response_str ident="r"><render_fib/></response_str>'
    first, second = (
        f"<vargte respident='r'>{low}</vargte><varlte respident='r'>{high}</varlte>"
        for low, high in (("1770.0", "1782.0"), ("5.0", "6.0"))
    )
    earns = "<respcondition><conditionvar>{}</conditionvar><setvar action='Set'>100</setvar></respcondition>"
    rules = earns.format(f"<or><varequal respident='r'>1776.0</varequal><and>{first}</and></or>")
    assert outcomes(canvas("numerical_question", material("When?") + box, rules)) == ["numeric: When? 1776 ± 6"]
    assert outcomes(canvas("numerical_question", material("When?") + box, rules + earns.format(second))) == [
        "numeric: When? 1776 ± 6 ! Only the first number with full credit was kept."
    ]


def test_what_has_no_place_is_said() -> None:
    typed = "<usecase>1</usecase>" + answer(100, "NATO")
    assert outcomes(moodle("shortanswer", typed)) == [
        "short_answer: Who? [*NATO] ! Capital and small letters counted there. Here they don’t."
    ]
    essay = "<responsetemplate><text>I think</text></responsetemplate>"
    assert outcomes(moodle("essay", essay)) == [
        "free_text: Who? ! Add a rubric and a sample answer. ! The text that its answers start with was left out."
    ]


# --- QTI 1.2 ------------------------------------------------------------------------------------------------------


def material(text: str) -> str:
    return f'<material><mattext texttype="text/html">{escape(text)}</mattext></material>'


def label(ident: str, text: str, attributes: str = "") -> str:
    return f'<response_label ident="{ident}"{attributes}>{material(text)}</response_label>'


def response(ident: str, labels: str, name: str = "", cardinality: str = "Single") -> str:
    own = material(name) if name else ""
    return (
        f'<response_lid ident="{ident}" rcardinality="{cardinality}">{own}<render_choice>{labels}</render_choice>'
        "</response_lid>"
    )


def right(ident: str, *keys: str, score: str = "50", extra: str = "") -> str:
    equal = "".join(f'<varequal respident="{ident}">{key}</varequal>' for key in keys)
    return (
        f'<respcondition><conditionvar><and>{equal}</and></conditionvar><setvar varname="SCORE" action="Add">{score}'
        f"</setvar>{extra}</respcondition>"
    )


def feedback(ident: str, text: str) -> str:
    return f'<itemfeedback ident="{ident}"><flow_mat>{material(text)}</flow_mat></itemfeedback>'


def canvas(kind: str, shown: str, rules: str, after: str = "", **fields: str) -> str:
    pairs = {"question_type": kind, **fields}
    metadata = "".join(
        f"<qtimetadatafield><fieldlabel>{name}</fieldlabel><fieldentry>{value}</fieldentry></qtimetadatafield>"
        for name, value in pairs.items()
    )
    return (
        '<questestinterop><assessment ident="g" title="Quiz"><section ident="root_section"><item ident="i" title="Q">'
        f"<itemmetadata><qtimetadata>{metadata}</qtimetadata></itemmetadata><presentation>{shown}</presentation>"
        f"<resprocessing>{rules}</resprocessing>{after}</item></section></assessment></questestinterop>"
    )


TWO = label("1", "Council") + label("2", "Mayor")
SHOWN = '<displayfeedback feedbacktype="Response" linkrefid="{}"/>'
OTHER = "<respcondition><conditionvar><other/></conditionvar>{}</respcondition>"
LIST = ' scoring_algorithm="Equivalence" answer_type="dropdown"'
CANVAS: dict[str, tuple[str, list[str]]] = {
    "feedback for right and wrong": (
        canvas(
            "multiple_choice_question",
            material("Who?") + response("r", TWO),
            OTHER.format(SHOWN.format("general_fb"))
            + OTHER.format(SHOWN.format("general_incorrect_fb"))
            + right("r", "1", extra=SHOWN.format("correct_fb")),
            feedback("general_fb", "Because.")
            + feedback("correct_fb", "Yes.")
            + feedback("general_incorrect_fb", "Reread."),
        ),
        [
            (
                "single: Who? [*Council #Yes.; Mayor] = Because. ! The feedback for all correct or all wrong "
                "answers was left out."
            )
        ],
    ),
    "no points": (
        canvas(
            "multiple_choice_question", material("Who?") + response("r", TWO), right("r", "1"), points_possible="0.0"
        ),
        ["single: Who? [*Council; Mayor] ! It has 1 point now."],
    ),
    "an answer with part of the credit": (
        canvas(
            "multiple_choice_question",
            material("Who?") + response("r", TWO + label("3", "Clerk")),
            right("r", "3", score="50") + right("r", "1", score="100"),
        ),
        ["single: Who? [*Council; Mayor; Clerk] ! “Clerk” had part of the credit. Here it is a wrong answer."],
    ),
    "true or false with part of the credit": (
        canvas(
            "true_false_question",
            material("It met.") + response("r", label("1", "True") + label("2", "False")),
            right("r", "1", score="20") + right("r", "2", score="100"),
        ),
        ["true_false: It met. False / ! “True” had part of the credit. Here it is a wrong answer."],
    ),
    "any of 2 answers is enough": (
        canvas(
            "multiple_choice_question",
            material("Who?") + response("r", TWO + label("3", "Clerk")),
            right("r", "1", score="100") + right("r", "2", score="100"),
        ),
        [
            (
                "multiple: Who? [*Council; *Mayor; Clerk] ! Any 1 of its correct answers was enough. Here students "
                "choose all of them."
            )
        ],
    ),
    "weights and penalties": (
        canvas(
            "multiple_answers_question",
            material("Who?") + response("r", TWO + label("3", "Clerk"), cardinality="Multiple"),
            right("r", "1", score="75") + right("r", "2", score="25") + right("r", "3", score="-50"),
        ),
        [
            (
                "multiple: Who? [*Council; *Mayor; Clerk] ! Its answers had different weights. Here they count the "
                "same. ! Its wrong answers cost points. Here each takes away as much as a correct one adds."
            )
        ],
    ),
    "a typed answer with part of the credit": (
        canvas(
            "short_answer_question",
            material("Who?") + '<response_str ident="r"><render_fib/></response_str>',
            right("r", "board", score="50") + right("r", "council", score="100"),
        ),
        ["short_answer: Who? [*council] ! “board” had part of the credit. Here it is a wrong answer."],
    ),
    "a list with part of the credit": (
        canvas(
            "multiple_dropdowns_question",
            material("The [who] met.") + response("r", TWO, "who"),
            right("r", "2", score="50") + right("r", "1", score="100"),
        ),
        [("blanks: The {a} met. (Council|Council/Mayor) ! “Mayor” had part of the credit. Here it is a wrong answer.")],
    ),
    "typed blanks": (
        canvas(
            "fill_in_multiple_blanks_question", material("The [who] met.") + response("r", TWO, "who"), right("r", "1")
        ),
        ["blanks: The {a} met. (Council/Mayor|)"],
    ),
    "blanks with a list": (
        canvas(
            "fill_in_multiple_blanks_question",
            material("The [who] met.") + response("r", label("1", "Council", LIST) + label("2", "Mayor", LIST), "who"),
            right("r", "1"),
        ),
        ["blanks: The {a} met. (Council|Council/Mayor)"],
    ),
    "a blank with a pattern": (
        canvas(
            "fill_in_multiple_blanks_question",
            material("The [who] met.") + response("r", label("1", "coun.*", ' scoring_algorithm="TextRegex"'), "who"),
            right("r", "1"),
        ),
        ["blanks: The {a} met. (coun.*|) ! The blank “who” accepted what fits a pattern. Check its accepted answers."],
    ),
    "categories": (
        canvas(
            "categorization_question",
            material("Sort.")
            + "".join(
                response(
                    key,
                    label("1", "Mayor") + label("2", "Governor") + label("3", "Sheriff") + label("4", "Tree"),
                    name,
                    "Multiple",
                )
                for key, name in (("a", "City"), ("b", "State"))
            ),
            right("a", "1", "3") + right("b", "2"),
        ),
        [
            (
                "matching: Sort. [Mayor > City; Governor > State; Sheriff > City] ! Left out, because it "
                "is in no category: Tree."
            )
        ],
    ),
    "a question on a text": (
        canvas(
            "multiple_choice_question",
            material("Who?") + response("r", TWO),
            right("r", "1"),
            parent_stimulus_item_ident="s",
        ),
        ["single: Who? [*Council; Mayor] ! It belongs to a text in the file, which isn’t imported."],
    ),
    "a place in a picture": (
        canvas("hot_spot_question", material("Click."), ""),
        ["- Footnote has no questions that are answered with a place in a picture."],
    ),
}


@pytest.mark.parametrize(("content", "expected"), CANVAS.values(), ids=CANVAS)
def test_qti_1_of_canvas(content: str, expected: list[str]) -> None:
    assert outcomes(content) == expected


def counted_by_brightspace(response: str, right: str, wrong: str) -> str:
    """The conditions of a question that counts right and wrong choices apart."""
    condition = (
        f'<respcondition><conditionvar><varequal respident="{response}">{{}}</varequal></conditionvar>'
        '<setvar varname="{}" action="Add">1</setvar></respcondition>'
    )
    counts = {"D2L_Correct": right, "D2L_Incorrect": wrong}
    return "".join(condition.format(key, name) for name, keys in counts.items() for key in keys)


def test_wrong_choices_of_brightspace_are_wrong() -> None:
    shown = material("Which?") + response("r", TWO + label("3", "Tree"), cardinality="Multiple")
    kind = "<qti_metadatafield><fieldlabel>{}</fieldlabel><fieldentry>{}</fieldentry></qti_metadatafield>"
    fields = kind.format("qmd_questiontype", "Multiple Choice") + kind.format("qmd_weighting", "2.0000")

    several = canvas("", shown, counted_by_brightspace("r", right="12", wrong="3"))
    one = canvas("", shown, right("r", "2", score="100")).replace("<qtimetadata>", f"<qtimetadata>{fields}")

    assert outcomes(several) == ["multiple: Which? [*Council; *Mayor; Tree]"]
    assert outcomes(one) == ["single: Which? [Council; *Mayor; Tree]"]
    [found] = read_questions(one.encode()).questions
    assert found.item is not None
    assert found.item.points == 2


def test_only_the_score_of_a_condition_is_points() -> None:
    number = '<setvar varname="FEEDBACKNUMBER" action="Set">{}</setvar>'
    rules = right("r", "1", score="0", extra=number.format(3)) + right("r", "2", score="1", extra=number.format(1))

    assert outcomes(canvas("", material("Who?") + response("r", TWO), rules)) == ["single: Who? [Council; *Mayor]"]


def test_lines_of_brightspace_keep_their_match() -> None:
    lines = response("a", TWO, "City law") + response("b", TWO, "City office")
    content = canvas(
        "",
        material("Match.")
        + lines.replace("response_lid", "response_grp").replace("response_grp ident", "response_grp respident"),
        counted_by_brightspace("a", right="1", wrong="2") + counted_by_brightspace("b", right="2", wrong="1"),
    )

    assert outcomes(content) == ["matching: Match. [City law > Council; City office > Mayor]"]


def field(ident: str) -> str:
    """A field as Brightspace writes it: its label has the name that the conditions use."""
    return (
        f'<response_str ident="{ident}_STR"><render_fib><response_label ident="{ident}"/></render_fib></response_str>'
    )


def test_each_field_in_a_text_is_a_blank() -> None:
    shown = f"<flow>{material('The')}{field('a')}{material('met in')}{field('b')}{material('.')}</flow>"
    rules = right("a", "council") + right("a", "board") + right("b", "July")

    assert outcomes(canvas("", shown, rules)) == ["blanks: The {a} met in {b}. (council/board|) (July|)"]
    assert outcomes(canvas("", shown, right("a", "council"))) == ["- One of its blanks has no correct answer."]
    assert outcomes(canvas("", f"<flow>{material('Who met?')}{field('a')}</flow>", right("a", "council"))) == [
        "short_answer: Who met? [*council]"
    ]


def test_group_that_draws_from_a_bank_is_listed() -> None:
    group = (
        '<section ident="g" title="Group"><selection_ordering><selection><sourcebank_ref>b</sourcebank_ref>'
        "</selection></selection_ordering></section></section>"
    )
    quiz = canvas("multiple_choice_question", material("Who?") + response("r", TWO), right("r", "1"))
    assert outcomes(quiz.replace("</section>", group)) == [
        "single: Who? [*Council; Mayor]",
        "- It draws questions from a bank. They are here only if the file has the bank too.",
    ]


def test_group_of_canvas_gives_its_points_to_its_questions() -> None:
    group = (
        "<selection_ordering><selection><selection_number>{}</selection_number><selection_extension>"
        "<points_per_item>3.0</points_per_item></selection_extension></selection></selection_ordering><item"
    )
    quiz = canvas("multiple_choice_question", material("Who?") + response("r", TWO), right("r", "1"))
    one, two = (quiz.replace("<item", group.format(1), 1), quiz.replace("<item", group.format(1), 1))
    two = two.replace("</section>", two[two.index("<item ") : two.index("</section>")] + "</section>")

    files = [read_questions(file.encode()).questions for file in (one, two)]
    assert [[(found.item.points, found.notes) for found in file if found.item] for file in files] == [
        [(3, ())],
        [(3, ("It’s from a group of 2 questions, and students got 1 of them. Here they get all.",))] * 2,
    ]


def test_a_question_with_9_blanks_says_how_many_fit() -> None:
    marks = "".join(f"{{1:SA:=w{number}}} " for number in range(9))
    moodle = f'<quiz><question type="cloze"><questiontext><text>{marks}</text></questiontext></question></quiz>'
    names = "abcdefghi"
    blackboard = "\t".join(["FIB_PLUS", " ".join(f"[{name}]" for name in names), "\t\t".join(f"{n}\tx" for n in names)])

    for content in (moodle, blackboard):
        assert outcomes(content) == ["- It has 9 blanks. A question can have 8."]


def test_points_of_embedded_answers_are_their_weights() -> None:
    text = "The {2:SHORTANSWER:=council} and {1:SA:=mayor} met."
    question = f'<quiz><question type="cloze"><questiontext><text>{text}</text></questiontext></question></quiz>'
    files = (question, question.replace("</questiontext>", "</questiontext><defaultgrade>4</defaultgrade>"))

    found = [read_questions(file.encode()).questions[0].item for file in files]
    assert [item.points for item in found if item] == [3, 4]


@pytest.mark.parametrize(("points", "weights"), [(1, "11"), (2, "11"), (3, "21"), (4, "22")])
def test_weights_of_embedded_answers_add_up_to_the_points(points: int, weights: str) -> None:
    item = Item("blanks", "", text="{a} and {b}", gaps=(Gap(("Lee",)), Gap(("Day",))), points=points)

    assert "".join(re.findall(r"\{(\d):SHORT", write_moodle("A set", [item]).decode())) == weights
    [form] = [form for form in FORMATS if form.name == "moodle"]
    assert losses(form, item, "") == (["Each blank is worth 1 point there."] if points == 1 else [])


def test_pool_of_blackboard() -> None:
    pool = canvas("", material("<p>Who?</p>") + response("r", TWO), right("r", "1", score="SCORE.max"))
    pool = pool.replace("mattext", "mat_formattedtext").replace("<material>", "<material><mat_extension>")
    pool = pool.replace("</material>", "</mat_extension></material>")
    content = package(imsmanifest_xml="<manifest/>", res00001_dat=pool, res00002_dat="<CALENDAR/>", res00003_dat="x")
    assert outcomes(content) == ["single: Who? [*Council; Mayor]"]


def pool_item(kind: str, shown: str, rules: str, points: str = "10.0") -> str:
    """A question as a pool of Blackboard has it."""
    found = canvas("", shown, rules)
    own = f"<bbmd_questiontype>{kind}</bbmd_questiontype><qmd_absolutescore_max>{points}</qmd_absolutescore_max>"
    return re.sub(r"(?<=<itemmetadata>).*(?=</itemmetadata>)", own, found)


@pytest.mark.parametrize(("written", "points"), [("10.0", 10), ("0.0", 1), ("-1.0", 1)])
def test_pool_of_blackboard_keeps_the_points(written: str, points: int) -> None:
    content = pool_item("Multiple Choice", material("Who?") + response("r", TWO), right("r", "1"), written)
    [found] = read_questions(content.encode()).questions
    assert found.item is not None
    assert (found.item.points, found.notes) == (points, ())


def test_pool_of_blackboard_names_its_blanks() -> None:
    fields = (
        '<response_str ident="when"><render_fib/></response_str><response_str ident="who"><render_fib/></response_str>'
    )
    rules = right("who", "council") + right("when", "July")
    typed = pool_item("Fill in the Blank Plus", material("The [who] met in [when].") + fields, rules)
    lists = response("who", TWO) + response("whom", TWO)
    chosen = pool_item(
        "Jumbled Sentence", material("The [who] asked the [whom].") + lists, right("who", "1") + right("whom", "2")
    )

    assert outcomes(typed) == ["blanks: The {a} met in {b}. (council|) (July|)"]
    assert outcomes(chosen) == ["blanks: The {a} asked the {b}. (Council|Council/Mayor) (Mayor|Council/Mayor)"]


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("yes_no", "single: Is it law? [*Yes; No]"),
        ("agree_disagree", "single: Is it law? [*Agree; Disagree]"),
        ("true_false", "true_false: Is it law? True /"),
    ],
)
def test_pool_of_blackboard_has_words_for_either_or(kind: str, expected: str) -> None:
    labels = label("1", f"{kind}.true") + label("2", f"{kind}.false")
    content = pool_item("Either/Or", material("Is it law?") + response("r", labels), right("r", "1"))
    assert outcomes(content) == [expected]


def flow(content: str, name: str = "Block") -> str:
    return f'<flow class="{name}">{content}</flow>'


@pytest.mark.parametrize("score", ["", '<setvar variablename="SCORE" action="Set">50</setvar>'])
def test_pool_of_blackboard_has_its_answers_beside_the_lines(score: str) -> None:
    empty = '<response_lid ident="{0}"><render_choice><response_label ident="{0}1"/><response_label ident="{0}2"/>'
    lines = "".join(
        flow(flow(material(text)) + empty.format(ident) + "</render_choice></response_lid>")
        for ident, text in (("a", "Mayor"), ("b", "Governor"))
    )
    beside = "".join(flow(flow(material(text))) for text in ("State", "City"))
    shown = flow(
        flow(material("Match."), "QUESTION_BLOCK") + flow(lines, "RESPONSE_BLOCK") + flow(beside, "RIGHT_MATCH_BLOCK")
    )
    equal = '<respcondition><conditionvar><varequal respident="{}">{}</varequal></conditionvar>{}</respcondition>'
    rules = equal.format("a", "a2", score) + equal.format("b", "b1", score) + OTHER.format(SHOWN.format("incorrect"))

    assert outcomes(pool_item("Matching", shown, rules)) == ["matching: Match. [Mayor > City; Governor > State]"]


def test_word_file_is_refused_with_the_way_to_go_on() -> None:
    with pytest.raises(UnreadableFile, match="This is a Word file. Copy the questions from it, and paste them here."):
        read_questions(package(word__document_xml="<w/>"))


# --- QTI 2 and 3 --------------------------------------------------------------------------------------------------


def qti2(body: str, base: str, *values: str, cardinality: str = "single", mapping: str = "") -> str:
    keys = "".join(f"<value>{value}</value>" for value in values)
    return (
        '<assessmentItem xmlns="http://www.imsglobal.org/xsd/imsqti_v2p1" identifier="i" title="T">'
        f'<responseDeclaration identifier="R" cardinality="{cardinality}" baseType="{base}">'
        f"<correctResponse>{keys}</correctResponse>{mapping}</responseDeclaration><itemBody>{body}</itemBody>"
        "</assessmentItem>"
    )


def choices(stem: str) -> str:
    return (
        f'<p>{stem}</p><choiceInteraction responseIdentifier="R" maxChoices="1"><simpleChoice identifier="A">Council'
        '</simpleChoice><simpleChoice identifier="B">Mayor</simpleChoice></choiceInteraction>'
    )


QTI2: dict[str, tuple[str | bytes, list[str]]] = {
    "a statement with an answer that is no choice": (
        qti2(choices("It met.").replace("Council", "True").replace("Mayor", "False"), "identifier", "C"),
        ["- Its correct answer isn’t one of its choices."],
    ),
    "words for blanks": (
        qti2(
            (
                '<gapMatchInteraction responseIdentifier="R"><prompt>Fill in.</prompt>'
                '<gapText identifier="W">council</gapText><gapText identifier="X">June</gapText><p>The '
                '<gap identifier="G1"/> met in <gap identifier="G2"/>.</p></gapMatchInteraction>'
            ),
            "directedPair",
            "W G1",
            "X G2",
        ),
        ["blanks: Fill in. / The {a} met in {b}. (council|council/June) (June|council/June)"],
    ),
    "part of the credit": (
        qti2(
            '<p>Who? <textEntryInteraction responseIdentifier="R"/></p>',
            "string",
            "council",
            mapping=(
                '<mapping><mapEntry mapKey="council" mappedValue="1"/>'
                '<mapEntry mapKey="board" mappedValue="1"/><mapEntry mapKey="mayor" mappedValue="0.5"/>'
                "</mapping>"
            ),
        ),
        ["short_answer: Who? [*council; *board] ! “mayor” had part of the credit. Here it is a wrong answer."],
    ),
    "a formula and a note for graders": (
        qti2(
            '<rubricBlock view="scorer"><p>Secret</p></rubricBlock>' + choices("What is <math><mi>x</mi></math>"),
            "identifier",
            "A",
        ),
        [("single: What is x [*Council; Mayor] ! A rubric or a note for graders was left out.")],
    ),
    "an unknown type": (
        qti2(
            (
                '<p>Mark.</p><hottextInteraction responseIdentifier="R"><p><hottext identifier="A">x'
                "</hottext></p></hottextInteraction>"
            ),
            "identifier",
            "A",
        ),
        ["- Footnote has no question type like “hottext”."],
    ),
    "the order of the test": (
        package(
            items__b_xml=qti2(choices("First?"), "identifier", "A"),
            items__a_xml=qti2(choices("Second?"), "identifier", "B"),
            z_xml=(
                "<assessmentTest><testPart><assessmentSection>"
                '<assessmentItemRef identifier="1" href="items/b.xml"/>'
                '<assessmentItemRef identifier="2" href="items/a.xml"/></assessmentSection></testPart>'
                "</assessmentTest>"
            ),
        ),
        ["single: First? [*Council; Mayor]", "single: Second? [Council; *Mayor]"],
    ),
    "a number that differs for each student": (
        qti2(choices('What is <printedVariable identifier="N"/> + 1?'), "identifier", "A"),
        ["- Footnote has no questions with formulas."],
    ),
    "a question on a text of version 3": (
        (
            '<qti-assessment-item identifier="i" title="T">'
            '<qti-assessment-stimulus-ref identifier="s" href="s.xml"/>'
            '<qti-response-declaration identifier="R" cardinality="single" base-type="identifier">'
            "<qti-correct-response><qti-value>A</qti-value></qti-correct-response>"
            "</qti-response-declaration><qti-item-body><p>Who?</p>"
            '<qti-choice-interaction response-identifier="R"><qti-simple-choice identifier="A">Council'
            '</qti-simple-choice><qti-simple-choice identifier="B">Mayor</qti-simple-choice>'
            "</qti-choice-interaction></qti-item-body></qti-assessment-item>"
        ),
        ["single: Who? [*Council; Mayor] ! It belongs to a text in the file, which isn’t imported."],
    ),
}


@pytest.mark.parametrize(("content", "expected"), QTI2.values(), ids=QTI2)
def test_qti_2_and_3(content: str | bytes, expected: list[str]) -> None:
    assert outcomes(content) == expected


def test_choices_of_qti_with_points_of_their_own() -> None:
    """Without a correct response, the points say what is correct. Those of several choices add up."""
    entry = '<mapEntry mapKey="{}" mappedValue="{}"/>'
    mapping = f"<mapping>{entry.format('A', 2)}{entry.format('B', 1)}</mapping>"
    assert outcomes(qti2(choices("Who?"), "identifier", cardinality="multiple", mapping=mapping)) == [
        "multiple: Who? [*Council; *Mayor]"
    ]
    for keys in (("A",), ()):
        assert outcomes(qti2(choices("Who?"), "identifier", *keys, mapping=mapping)) == [
            "single: Who? [*Council; Mayor] ! “Mayor” had part of the credit. Here it is a wrong answer."
        ]


def test_tolerance_of_qti_in_percent() -> None:
    """TAO and others write 10 for 10 percent of the number."""
    number = qti2('<p>How many? <textEntryInteraction responseIdentifier="R"/></p>', "float", "3.5")
    rule = '<responseProcessing><equal toleranceMode="{}" tolerance="10 10"/></responseProcessing></assessmentItem>'
    for mode, tolerance in (("exact", "0"), ("absolute", "10"), ("relative", "0.35")):
        content = number.replace("</assessmentItem>", rule.format(mode))
        assert outcomes(content) == [f"numeric: How many? 3.5 ± {tolerance}"]


def test_number_of_qti_that_accepts_more_on_one_side_is_skipped() -> None:
    number = qti2('<p>How many? <textEntryInteraction responseIdentifier="R"/></p>', "float", "3.5")
    rule = '<responseProcessing><equal toleranceMode="absolute" tolerance="{}"/></responseProcessing></assessmentItem>'
    for given in ("0 5", "5 0"):
        assert outcomes(number.replace("</assessmentItem>", rule.format(given))) == [
            "- It accepts more on one side of its number than on the other. Footnote has 1 tolerance."
        ]
    assert outcomes(number.replace("</assessmentItem>", rule.format("5 5.0"))) == ["numeric: How many? 3.5 ± 5"]


def _choice_item(name: str, feedback: str = "") -> str:
    return (
        f'<assessmentItem xmlns="http://www.imsglobal.org/xsd/imsqti_v2p1" identifier="{name}" title="{name}">'
        '<responseDeclaration identifier="RESPONSE" cardinality="single" baseType="identifier"><correctResponse>'
        "<value>A</value></correctResponse></responseDeclaration><itemBody><choiceInteraction "
        f'responseIdentifier="RESPONSE"><prompt>{name}?</prompt><simpleChoice identifier="A">x</simpleChoice>'
        f'<simpleChoice identifier="B">y</simpleChoice></choiceInteraction></itemBody>{feedback}</assessmentItem>'
    )


def test_package_of_qti_without_a_test_keeps_the_order_of_its_manifest() -> None:
    manifest = '<manifest><resources><resource href="b.xml"><file href="b.xml"/></resource><file href="a.xml"/>'
    files = {"imsmanifest_xml": f"{manifest}</resources></manifest>"}
    content = package(a_xml=_choice_item("First"), b_xml=_choice_item("Second"), **files)
    assert outcomes(content) == ["single: Second? [*x; y]", "single: First? [*x; y]"]


def test_weights_of_a_test_of_qti_are_points() -> None:
    test = (
        '<assessmentTest><assessmentItemRef identifier="1" href="a.xml"><weight identifier="W" value="2"/>'
        '</assessmentItemRef><assessmentItemRef identifier="2" href="b.xml"/></assessmentTest>'
    )
    questions = read_questions(package(a_xml=_choice_item("a"), b_xml=_choice_item("b"), test_xml=test)).questions
    assert [one.item and one.item.points for one in questions] == [2, 1]


def test_feedback_of_qti_for_the_whole_item_is_kept_or_its_loss_is_said() -> None:
    def feedback(name: str) -> str:
        return f'<modalFeedback outcomeIdentifier="FB" identifier="{name}" showHide="show">Since 1839.</modalFeedback>'

    assert [outcomes(_choice_item("Q", feedback(name))) for name in ("general", "B", "correct")] == [
        ["single: Q? [*x; y] = Since 1839."],
        ["single: Q? [*x; y #Since 1839.]"],
        ["single: Q? [*x; y] ! Feedback for all correct or all wrong answers was left out."],
    ]


@pytest.mark.parametrize("version", ["2.1", "2.2", "3.0"])
@pytest.mark.parametrize(
    ("sample_answer", "note"),
    [("Because.", "Add a rubric."), ("", "Add a rubric and a sample answer.")],
)
def test_qti_2_asks_for_a_sample_answer_only_where_it_has_none(version: str, sample_answer: str, note: str) -> None:
    content = write_qti2("Unit 1", [Item("free_text", "Why?", sample_answer=sample_answer)], version=version)

    [question] = read_questions(content).questions

    assert question.item is not None
    assert (question.item.sample_answer, question.notes) == (sample_answer, (note,))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"%PDF-1.4\n1 0 obj <</Type /Catalog>> {x}", "This is a PDF file. Copy the questions"),
        (b"{\\rtf1\\ansi {\\fonttbl {\\f0 Times;}} 1. Who? \\par}", "This is a Word file. Copy the questions"),
        (b"\x89PNG\r\n\x1a\n{=x}", "We don’t know this format."),
        (b"\xff\xd8\xff\xe0 {=x}", "We don’t know this format."),
        (b'[{"question": "Who?"}]', "This file has no list of questions."),
        (
            b'{"format": "footnote-classroom", "version": 6}',
            "This is a class file. Choose it under “New class”, “Import a class that Footnote exported”.",
        ),
    ],
    ids=["pdf", "rtf", "png", "jpeg", "json", "class file"],
)
def test_braces_of_other_files_are_no_gift(content: bytes, reason: str) -> None:
    with pytest.raises(UnreadableFile, match=reason):
        read_questions(content)
