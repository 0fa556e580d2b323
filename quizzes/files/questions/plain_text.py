"""Multiple choice as people write it in a document, as lines with a letter before each answer. Pure.

Instead of letters, answers may have bullets, check boxes, or roman numerals. They may be in the line of the question,
in columns, or “True” and “False” alone. A correct one may have a star, a check mark, or “(correct)”.
"""

import re
import string
from itertools import pairwise

# The patterns try each space of a long run, and a line can be long.
_LONG_RUN = re.compile(r"([^\S\n]{9})[^\S\n]+")
# “A. Council”, “A) Council”, “(A) Council”; “A.Council” only where A is the next letter.
CHOICE = re.compile(r"\s*\(?([A-Za-z])[.):](\s*)(.*)")
# Between answers that stand side by side on one line. A longer line is text.
_MAX_ROW = 1_000
_COLUMN = re.compile(r"(?<!\s)(?:\t|[^\S\n]{2})[^\S\n]*+(?=\*?\s?\(?[A-Za-z][.):]\s*\S)")
STAR = re.compile(r"\s*\*\s*(?=\(?[A-Za-z][.):]\s*\S)")
# Any other star on the line may be part of the text, such as in “2 * 3”.
_LAST_STAR = re.compile(r"\s*(\(?[A-Za-z][.):][^*]*[^*\s])\s*\*\s*")
MARK = re.compile(
    r"(?:[✓✔✅☑]|\((?:correct|correct answer|correcta)\)|(?:<-{1,3}|←|⬅)\s?(?:correct|correct answer|correcta)?)\Z",
    re.IGNORECASE,
)
# A word processor copies “o” and a tab for a bullet of its second level.
_BULLET = re.compile(
    r"\s*(?P<star>\*\s?|(?=[☑☒✓✔✅]))?(?:[•●○◦▪■□☐☑☒✓✔✅]\s{0,9}|[·‣–-]\s{1,9}|o\t)(?P<inner>\*\s?)?(?P<text>[^\s*•–-].*)"
)
# “[x] Council”, “[ ] Mayor”.
_BOX = re.compile(r"\s*(?:[-*•]\s{1,9})?(?P<box>\[[ xX*✓✔]?\]|\([ xX*✓✔]?\))\s{0,9}(?P<text>\S.*)")
# “Who? a) Mayor b) Council”. A period would be one of initials too.
_IN_LINE = re.compile(r"(?<!\S)\*?(?P<open>\(?)(?P<letter>[A-Ha-h])\)\s*(?=\S)")
_NO_QUESTION = re.compile(
    r"\s*(?:(?:correct )?answers?(?: key)?|ans|key|clave(?: de respuestas)?|respuestas?(?: correcta)?|feedback"
    r"|explanation|rationale|justification|explicación|justificación)\s?[:=–\d-]",
    re.IGNORECASE,
)
_ONES = ("", "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix")
_ROMAN_NUMERALS = [f"{tens}{ones}" for tens in ("", "x", "xx", "xxx", "xl") for ones in _ONES]
# The letters of answers with the numerals i, ii, iii.
_ROMAN_LETTERS = dict(zip(_ROMAN_NUMERALS[1:], string.ascii_uppercase, strict=False))
_ROMAN = re.compile(r"\s*(?P<star>\*\s?)?\(?(?P<numeral>[ivxl]{1,7})[.):]\s+(?P<text>\S.*)", re.IGNORECASE)
# “Answer: ii. Council” and, in a key, “1. ii 2. iv”.
_ROMAN_ANSWER = re.compile(
    r"(\s*(?:correct )?(?:answers?|ans|respuesta(?: correcta)?)\s?[:=–-]\s?\(?)([ivx]{1,4})\b", re.IGNORECASE
)
_ROMAN_ENTRY = re.compile(r"(\b\d{1,3}\s?[.):–-]?\s?\(?)([ivx]{1,4})\b[.)]?", re.IGNORECASE)
_ROMAN_KEY = re.compile(r"(?:(?:answer key|answers|key|clave(?: de respuestas)?|respuestas)\b\s*:?)?", re.IGNORECASE)
# “II. B” of a key.
_ROMAN_NUMBER = re.compile(r"\s*(?P<numeral>[ivxl]{1,7})[.):]\s*(?P<text>\(?[a-z][.)]?\s*)", re.IGNORECASE)
# “True” and “False” on lines of their own are the answers of a statement.
TRUTH = re.compile(r"\s*(?P<star>\*\s?)?(?P<text>true|false|verdadero|falso)\s*(?P<end>\*)?\s*", re.IGNORECASE)
# “ANSWER: A” of the format, and what people write: “Correct answer - A”, “Sample answer: It voted”.
ANSWER = re.compile(
    r"\s*(?:(?:(?:correct )?ANSWER|respuesta(?: correcta)?|(?:correct answers|respuestas correctas)(?=\s*:\s*\S)"
    r"|(?P<sample>(?:sample|model|suggested) (?:answer|response)))\s*:(?P<any>.*)"
    r"|(?:(?:the )?correct (?:answer|choice|option) is:?\s|la respuesta(?: correcta)? es:?\s(?:la\s)?"
    r"|(?:(?:correct )?(?:answers?|ans|key|choice|option)|correct|solution|solución"
    r"|respuesta(?: correcta)?|resp\.?|rta\.?|r(?=\s?:))"
    r"\s?[:=–-]\s{0,9}"
    # “Answer B”, “The answer is B.” “Answer the questions.” has more than a letter.
    r"|(?:(?:the )?answer(?: is:?)?|ans\.?|respuesta|r\.(?=\s\(?[a-h]\b))\s{1,9}(?=\(?[a-z][.)]?\s*\Z))"
    # “Correct: B) Council”, “Ans: B (p. 3)”. ExamView has more after the letter: “ANS: B PTS: 1 REF: p. 3”.
    r"(?P<letters>\(?[a-z](?:[ ,;&/]{0,3}[a-z])*[.)]?|\(?[a-z]\)\s\S.*|[a-z]\s\(.*\))"
    r"(?:\s{1,9}(?:PTS|DIF|REF|OBJ|TOP)\s?:.*|\s*))",
    re.IGNORECASE,
)
# Chat programs and notes have Markdown: “### Question 1”, “**Answer:** B”, “---”. “2**3” is a number.
_MARKDOWN_HEAD = re.compile(r"\s{0,3}#{1,6}\s+(?=\S)|\s{0,3}(?:---+|\*\*\*+)\s*\Z")
_BOLD = re.compile(r"(?<![^\s(])\*\*(?=[^\s*])([^*]+)\*\*(?!\w)")
_ARABIC = re.compile(r"\s*\d{1,3}[.):]\s")
# “*Explanation: It voted.*”
_ITALIC = re.compile(
    r"\s*([*_])((?:(?:correct )?answer|respuesta|explanation|explicación|feedback|rationale)\b.*)\1\s*", re.IGNORECASE
)
# “✅ **Correct answer:** B”, “- *Answer: B*”, “*Respuesta: b”, “(Answer: B)”: what is before the label marks no answer.
_BEFORE_LABEL = re.compile(
    r"\s*(?:[^\w\s*_]{1,3}\s{0,9}|\*\s{1,9}|\*(?=[^*\n]*\Z))(?=[*_]{0,2}"
    r"(?:(?:the )?correct (?:answers?|choice|option)|answers?|ans|respuestas?(?: correctas?)?|resp\.?|rta\.?|r"
    r"|explanation|explicación|feedback|rationale|justification|justificación)"
    r"(?:[*_\s]{0,4}:|\s?[=–-]\s?\(?[a-z][.)]?\s*\Z|\s\(?[a-z][.)]?\s*\Z))",
    re.IGNORECASE,
)
# “Answer:” with the letter on the next line.
_LABEL_ALONE = re.compile(r"\s*(?:(?:correct )?(?:answer|ans)|respuesta(?: correcta)?)\s?:\s*", re.IGNORECASE)
_LETTER_ALONE = re.compile(r"\s*\(?[a-z][.)]?\s*", re.IGNORECASE)
# A page number between questions.
_PAGE = re.compile(r"\s*-?\s?(?:page|página)\s\d{1,3}(?:\s(?:of|de|/)\s\d{1,3})?\s?-?\s*", re.IGNORECASE)
# “#1 Who?”, and “[2 points] 1. Who?”
_SHARP = re.compile(r"\s*#(\d{1,3})[.):]?\s+(?=\S)")
_POINTS_FIRST = re.compile(
    r"\s*([(\[]\s?\d{1,3}\s?(?:points?|pts?\.?|puntos?)\s?[)\]])\s*(\d{1,3}[.)])\s+(?=\S)", re.IGNORECASE
)
# “1.- ¿Quién?” of Spanish.
_DASH = re.compile(r"(\s*\d{1,3}[.)])[-–—]\s*(?=\S)")
# A line for the answer of a student, as ExamView prints it: “____ 1. Who?”
_DRAWN_LINE = re.compile(r"\A\s*_{2,99}\s*(?=\d{1,3}[.):]\s)")
# Above the text of the question, also “Question 2 of 10” and “Question 2 (3 points)”.
_NUMBER_ALONE = re.compile(
    r"\s*(?:Question|Pregunta)\s(\d{1,3})(?:\s(?:of|de)\s\d{1,3})?[.):]?"
    r"(?P<points>\s\([\d.]{1,6} (?:points?|pts?|puntos?)\))?"
    # A chat program labels its questions in this way.
    r"(?:\s[(–—-]\s?(?:easy|medium|hard|multiple choice|true(?:/| or )false|short answer|written answer)\)?){0,2}"
    r"(?:\s[(–—-]\s?(?P<apply>(?:select|choose|check|mark) all that apply)\.?\)?)?\s*",
    re.IGNORECASE,
)


def lettered_lines(text: str) -> list[tuple[int, str]]:
    """The numbered lines of a text, with one lettered answer on each, and a star before each that is marked correct."""
    plain = list(map(_without_markdown, text_lines(text)))
    numbered = _with_own_numbers(list(enumerate(_with_letters_after_labels(plain), start=1)))
    numbered = _with_arabic_numbers(_with_lettered_romans(_one_by_one(_with_lettered_boxes(numbered))))
    lines = _lettered([(number, part) for number, line in _by_letter(numbered) for part in _columns(line)])
    lines = _with_lettered_truths(lines)
    # If a line ANSWER: or a star at the start of a line names the key, a star after an answer may be a footnote.
    has_key = any(ANSWER.fullmatch(line) or line.lstrip().startswith("*") for _, line in lines)
    lines = [(number, _starred(line)) for number, line in lines]
    if has_key:
        return lines
    return [(number, _LAST_STAR.sub(r"*\1", line) if _LAST_STAR.fullmatch(line) else line) for number, line in lines]


def text_lines(text: str) -> list[str]:
    """The lines of a text, each with at most 9 spaces in a row."""
    return _LONG_RUN.sub(r"\1", text).split("\n")


def _without_markdown(line: str) -> str:
    if _PAGE.fullmatch(line):
        return ""
    line = _POINTS_FIRST.sub(r"\2 \1 ", line) if _POINTS_FIRST.match(line) else line
    line = _SHARP.sub(r"\1. ", line) if _SHARP.match(line) else line
    if before := _BEFORE_LABEL.match(line):
        line = line[before.end() :].rstrip()
        line = line.removesuffix("]") if "[" in before[0] else line
    line = (
        _ITALIC.sub(r"\2", line)
        if _ITALIC.fullmatch(line)
        else _DASH.sub(r"\1 ", _DRAWN_LINE.sub("", line, count=1), count=1)
    )
    return _BOLD.sub(r"\1", _MARKDOWN_HEAD.sub("", line, count=1) if _MARKDOWN_HEAD.match(line) else line)


def _with_letters_after_labels(lines: list[str]) -> list[str]:
    """The lines; a letter alone below “Answer:” stands behind it, and its own line is blank."""
    found = list(lines)
    for place, (line, below) in enumerate(pairwise(lines)):
        if _LABEL_ALONE.fullmatch(line) and _LETTER_ALONE.fullmatch(below):
            found[place : place + 2] = [f"{line.strip()} {below.strip()}", ""]
    return found


def _with_own_numbers(lines: list[tuple[int, str]]) -> list[tuple[int, str]]:
    """The numbered lines with “1. ” before the text below a line “Question 1”, in place of that line."""
    found, own = list[tuple[int, str]](), ""
    for number, line in lines:
        if alone := _NUMBER_ALONE.fullmatch(line):
            own = f"{alone[1]}.{alone['points'] or ''}{f' {alone["apply"]}.' if alone['apply'] else ''}"
        found.append((number, "" if alone else f"{own} {line.strip()}" if own and line.strip() else line))
        own = own if alone or not line.strip() else ""
    return found


def _starred(line: str) -> str:
    """The line of an answer with a star before it for a check mark or “(correct)” at its end."""
    plain = line.rstrip()
    start = star.end() if (star := STAR.match(plain)) else 0
    mark = MARK.search(plain) if CHOICE.fullmatch(plain, start) else None
    return f"*{plain[start : mark.start()].strip()}" if mark else line


def _with_lettered_truths(lines: list[tuple[int, str]]) -> list[tuple[int, str]]:
    """The numbered lines with letters before each “True” and “False” that stand on 2 lines in a row."""
    found = list(lines)
    truths = [TRUTH.fullmatch(line) for _, line in lines]
    for place, (first, second) in enumerate(pairwise(truths)):
        if first and second and first["text"].casefold() != second["text"].casefold():
            for row, truth, letter in ((place, first, "A"), (place + 1, second, "B")):
                star = "*" if truth["star"] or truth["end"] else ""
                found[row] = (lines[row][0], f"{star}{letter}. {truth['text']}")
    return found


def _with_lettered_boxes(lines: list[tuple[int, str]]) -> list[tuple[int, str]]:
    """The numbered lines with letters in place of check boxes in a row of which one is empty."""
    found, row = list(lines), list[tuple[int, re.Match[str]]]()
    for place, (_, line) in enumerate([*lines, (0, "-")]):
        if box := _BOX.fullmatch(line):
            row.append((place, box))
        elif line.strip():
            boxes = [box["box"].strip("[]()").strip() for _, box in row]
            if 1 < len(row) <= len(string.ascii_uppercase) and "" in boxes:
                for letter, mark, (number, box) in zip(string.ascii_uppercase, boxes, row, strict=False):
                    found[number] = (
                        lines[number][0],
                        f"{'*' if mark else ''}{letter}. {_unlettered(box['text'], letter)}",
                    )
            row = []
    return found


def _unlettered(text: str, letter: str) -> str:
    """The text of an answer without this letter before it."""
    inner = CHOICE.fullmatch(text)
    return inner[3] if inner and inner[1].upper() == letter else text


def _with_lettered_romans(lines: list[tuple[int, str]]) -> list[tuple[int, str]]:
    """The numbered lines with letters in place of i, ii, iii before the answers, if no answer has a letter.

    Else roman numerals count statements of a question.
    """
    if any(_BULLET.fullmatch(line) or choice_letter(line) in {"A", "B"} for _, line in lines):
        return lines
    found, row = list(lines), list[tuple[int, re.Match[str]]]()
    for place, (_, line) in enumerate([*lines, (0, "-")]):
        roman = _ROMAN.fullmatch(line)
        if roman and roman["numeral"].casefold() == _ROMAN_NUMERALS[min(len(row) + 1, 49)]:
            row.append((place, roman))
        elif line.strip():
            for letter, (number, roman) in zip(string.ascii_uppercase, row if len(row) > 1 else (), strict=False):
                found[number] = (lines[number][0], f"{'*' if roman['star'] else ''}{letter}. {roman['text']}")
            row = []
    return found if found == lines else [(number, _with_lettered_answers(line)) for number, line in found]


def _with_lettered_answers(line: str) -> str:
    """The line with letters in place of roman numerals, if it names an answer, or only answers, as a key does."""
    is_key = _ROMAN_KEY.fullmatch(_ROMAN_ENTRY.sub("", line).strip(" ,;"))
    answers = _ROMAN_ENTRY if is_key else _ROMAN_ANSWER
    if not is_key and not _ROMAN_ANSWER.match(line):
        return line
    return answers.sub(lambda found: f"{found[1]}{_ROMAN_LETTERS.get(found[2].casefold(), found[2])}", line)


def _with_arabic_numbers(lines: list[tuple[int, str]]) -> list[tuple[int, str]]:
    """The numbered lines with 1, 2, 3 in place of I, II, III before questions. Each must have an answer A below it."""
    starts, has_answer = list[int](), True
    for place, (_, line) in enumerate(lines):
        roman = _ROMAN.fullmatch(line)
        if roman and has_answer and roman["numeral"].casefold() == _ROMAN_NUMERALS[min(len(starts) + 1, 49)]:
            starts.append(place)
            has_answer = False
        has_answer = has_answer or choice_letter(line) == "A"
    if len(starts) < 2 or not has_answer or any(_ARABIC.match(line) for _, line in lines):
        return _with_titles(lines)
    found = list(lines)
    for place, (number, line) in enumerate(lines):
        roman = _ROMAN.fullmatch(line) if place in starts else _ROMAN_NUMBER.fullmatch(line)
        if roman and place >= starts[0] and roman["numeral"].casefold() in _ROMAN_NUMERALS:
            found[place] = (number, f"{_ROMAN_NUMERALS.index(roman['numeral'].casefold())}. {roman['text']}")
    return found


def _with_titles(lines: list[tuple[int, str]]) -> list[tuple[int, str]]:
    """The numbered lines without the period after a numeral above a numbered question: “II. Short” names a part."""
    found, is_above_number = list[tuple[int, str]](), False
    for number, line in reversed(lines):
        roman = _ROMAN.fullmatch(line) if is_above_number else None
        found.append(
            (number, f"{roman['numeral']} – {roman['text']}" if roman and roman["numeral"].isupper() else line)
        )
        is_above_number = _ARABIC.match(line) is not None if line.strip() else is_above_number
    return found[::-1]


def choice_letter(line: str) -> str:
    """The letter of the answer on the line, in upper case; "" for another line."""
    # Not `STAR.sub`, which tries each space of a long line.
    choice = CHOICE.match(line, star.end() if (star := STAR.match(line)) else 0)
    return choice[1].upper() if choice else ""


def _one_by_one(lines: list[tuple[int, str]]) -> list[tuple[int, str]]:
    """The numbered lines. Several answers in the line of the question, or in a line below it, get a line each."""
    found = list[tuple[int, str]]()
    below, is_alike = "", False
    for (number, line), above in reversed(list(zip(lines, _letters_above(lines), strict=True))):
        starts = _in_line(line) if len(line) < _MAX_ROW else []
        parts = [line]
        letters = [letter for letter, _ in starts]
        # “Who? a) Mayor” may stand above “b) Council”, and “A. Clause a) of it” above “B. Clause b) of it”.
        is_row = len(starts) > 1 or (letters == ["A"] and below == "B" and is_alike and starts[0][1])
        # “C. Both a) and b) are true” below “B. Council” is one answer.
        own = choice_letter(line) if letters else ""
        is_next = own != "" and own != letters[0] and above == chr(ord(own) - 1)
        if is_row and below not in letters and not is_next:
            places = [0, *(start for _, start in starts), len(line)]
            parts = [part for start, end in pairwise(places) if (part := line[start:end].strip())]
        found += [(number, part) for part in reversed(parts)]
        if line.strip():
            # “True” or a bullet is the first answer.
            below = "A" if TRUTH.fullmatch(line) or _BULLET.fullmatch(line) else choice_letter(line)
            is_alike = _IN_LINE.match(line.lstrip(" \t*")) is not None
    return found[::-1]


def _letters_above(lines: list[tuple[int, str]]) -> list[str]:
    """The letter of the line with text above each line."""
    found, letter = list[str](), ""
    for _, line in lines:
        found.append(letter)
        letter = choice_letter(line) if line.strip() else letter
    return found


def _in_line(line: str) -> list[tuple[str, int]]:
    """(letter, start) of each answer in a line: from A on below a text, or from any letter that starts the line."""
    found = list[tuple[str, int]]()
    first: re.Match[str] | None = None
    for answer in _IN_LINE.finditer(line) if not _NO_QUESTION.match(line) else ():
        if first is None:
            text = line[: answer.start()].strip()
            if text and (answer["letter"].upper() != "A" or not any(map(str.isalpha, text))):
                continue
            first = answer
        expected = chr(ord(first["letter"]) + len(found))
        if answer["letter"] == expected and answer["open"] == first["open"]:
            found.append((expected.upper(), answer.start()))
    return found


def _lettered(lines: list[tuple[int, str]]) -> list[tuple[int, str]]:
    """The numbered lines with letters instead of bullets, if no answer has a letter."""
    if any(choice_letter(line) for _, line in lines):
        return lines
    found, letter = list[tuple[int, str]](), "A"
    for number, line in lines:
        bullet = _BULLET.fullmatch(line) if letter <= "Z" else None
        if bullet is not None:
            is_correct = bullet["star"] is not None or bullet["inner"] is not None
            found.append((number, f"{'*' if is_correct else ''}{letter}. {_unlettered(bullet['text'], letter)}"))
            letter = chr(ord(letter) + 1)
        else:
            found.append((number, line))
            letter = "A" if line.strip() else letter
    return found


def _by_letter(lines: list[tuple[int, str]]) -> list[tuple[int, str]]:
    """The numbered lines, with one answer on each where A and C stand above B and D."""
    found, rows = list[tuple[int, str]](), list[tuple[int, str]]()
    for number, line in lines:
        letters = [letter for letter, _ in _answers(line)]
        if "A" in letters or (line.strip() and not letters):
            found += _in_order(rows)
            rows = []
        rows.append((number, line))
    return found + _in_order(rows)


def _in_order(rows: list[tuple[int, str]]) -> list[tuple[int, str]]:
    """The rows, or their answers from A on, if those are in another order. Blank lines are then below."""
    answers = [(letter, number, part) for number, line in rows for letter, part in _answers(line)]
    letters = "".join(letter for letter, *_ in answers)
    if letters == "".join(sorted(letters)) or "".join(sorted(letters)) != string.ascii_uppercase[: len(letters)]:
        return rows
    blank = [(number, line) for number, line in rows if not line.strip()]
    return [(number, part) for _, number, part in sorted(answers)] + blank


def _answers(line: str) -> list[tuple[str, str]]:
    """(letter, text with letter) of each answer of a line that has only answers; else []."""
    parts = _COLUMN.split(line.lstrip()) if len(line) < _MAX_ROW else []
    found = [CHOICE.fullmatch(STAR.sub("", part)) for part in parts]
    answers = [
        (choice[1].upper(), part) for choice, part in zip(found, parts, strict=True) if choice and choice[3].strip()
    ]
    return answers if len(answers) == len(parts) else []


def _columns(line: str) -> list[str]:
    """The answers of a line that has several, one after another in the alphabet; else the line."""
    answers = _answers(line)
    letters = "".join(letter for letter, _ in answers)
    return [part for _, part in answers] if letters and letters in string.ascii_uppercase else [line]
