"""Split a pasted text into sentences, and match the sentences of two versions of a text."""

import re
from collections.abc import Sequence
from difflib import SequenceMatcher

from rapidfuzz.fuzz import ratio

# A period after one of these does not end a sentence: a name, a number or a date follows.
_TITLES = frozenset(
    "adm atty capt cmdr col dept det dr fr gen gov hon insp lt maj messrs mr mrs ms msgr mt pres prof rep rev sen sgt "
    "st supt vs".split()
)
_BEFORE_A_NUMBER = frozenset(
    "art apr aug ch dec feb fig figs jan jul jun mar no nos nov oct p pp para sec sept sep vol".split()
)
# After an initial or an acronym, a capital letter does not mean a new sentence ("J. Smith", "the U.S. Senate").
# Only a word that often starts a sentence does.
_OPENERS = frozenset(
    "a about after although an and as at because before but by during each even for from he her here his however if in "
    "it its last many most no not nobody now officials on one our people she since so some still that the their then "
    "there these they this those to two under until we what when where while who why with you".split()
)
_INITIALS = re.compile(r"(?:^|[\s(“\"'‘])(?:[^\W\d_]\.)+$")
_END = re.compile(
    r"""(?P<mark>[.!?…]+["'”’»)\]]*|[।؟۔]["'”’»)\]]*)\s+(?=\S)|(?P<full>[。！？]["'”’」』）]*)\s*(?=\S)"""
)

# Word processors change quotation marks and dashes. The sentence is still the same.
_PLAIN_MARKS = str.maketrans("“”„«»‘’‚–—\u00a0", '"""""' + "'''-- ")

# Two sentences with at least this share of equal letters are versions of one: a name, a number or a few words changed.
SAME_SENTENCE = 0.75
# A sentence with a smaller share of equal letters does not help a teacher who looks for the lost one.
WORTH_OFFERING = 0.4


def split_text(text: str) -> list[list[str]]:
    """The sentences of each paragraph, in order, each on one line; [] for an empty text.

    A blank line ends a paragraph. In a text without blank lines, a line break does, unless it is within a sentence.
    """
    return [sentences for paragraph in _paragraphs(text) if (sentences := split_sentences(paragraph))]


def split_sentences(paragraph: str) -> list[str]:
    """The sentences of one paragraph. Only whitespace is lost.

    A heuristic for news stories. The teacher joins and splits sentences where it is wrong.
    """
    flat = " ".join(paragraph.split())
    sentences, start = [], 0
    for match in _END.finditer(flat):
        if match["full"] or _ends(flat[start : match.end()].rstrip(), match["mark"], flat[match.end() :]):
            sentences.append(flat[start : match.end()].strip())
            start = match.end()
    rest = flat[start:].strip()
    return [*sentences, rest] if rest else sentences


def match_sentences(old: Sequence[str], new: Sequence[str]) -> list[int | None]:
    """For each new sentence, the index of the old sentence that it matches, or None. An old sentence matches once.

    Equal texts match first, in the same order and then anywhere; then the most similar of the rest.
    """
    before, after = [_normalized(text) for text in old], [_normalized(text) for text in new]
    matches: list[int | None] = [None] * len(new)
    for block in SequenceMatcher(None, before, after, autojunk=False).get_matching_blocks():
        for step in range(block.size):
            matches[block.b + step] = block.a + step
    left = [place for place in range(len(old)) if place not in matches]
    for place, text in enumerate(after):
        same = next((candidate for candidate in left if before[candidate] == text), None)
        if matches[place] is None and same is not None:
            matches[place] = same
            left.remove(same)
    pairs = [
        (share, -candidate, -place)
        for place, text in enumerate(after)
        if matches[place] is None
        for candidate in left
        if (share := ratio(before[candidate], text) / 100) >= SAME_SENTENCE
    ]
    for _, candidate, place in sorted(pairs, reverse=True):
        if matches[-place] is None and -candidate in left:
            matches[-place] = -candidate
            left.remove(-candidate)
    return matches


def same_text(one: str, other: str) -> bool:
    """Whether two sentences differ only in whitespace and in the style of quotation marks and dashes."""
    return _normalized(one) == _normalized(other)


def nearest(text: str, candidates: Sequence[str]) -> int | None:
    """The index of the candidate most similar to `text`; None if none is similar enough."""
    shares = [ratio(_normalized(text), _normalized(candidate)) / 100 for candidate in candidates]
    best = max(range(len(shares)), key=shares.__getitem__, default=None)
    return best if best is not None and shares[best] >= WORTH_OFFERING else None


def _paragraphs(text: str) -> list[str]:
    if re.search(r"\S[^\S\n]*\n\s*\n\s*\S", text.strip()):
        return re.split(r"\n\s*\n", text)
    lines: list[str] = []
    for line in filter(None, map(str.strip, text.splitlines())):
        # Email and PDF break lines anywhere. A line without an end mark and a next line that starts with a small letter
        # are one paragraph.
        if lines and line[0].islower() and lines[-1][-1] not in ".!?…:":
            lines[-1] = f"{lines[-1]} {line}"
        else:
            lines.append(line)
    return lines


def _ends(sentence: str, mark: str, rest: str) -> bool:
    opener = re.match(r"""["'“‘«(\[]*(\S)""", rest)
    if opener is None or opener[1].islower():
        return False
    if mark[0] != "." or mark.startswith(".."):
        return True
    words = re.findall(r"[^\s“\"‘'(\[]+", sentence.rstrip("\"'”’»)]"))
    last = words[-1].rstrip(".").casefold() if words else ""
    if last in _TITLES:
        return False
    if last in _BEFORE_A_NUMBER and opener[1].isdigit():
        return False
    if _INITIALS.search(sentence) and last not in {"a.m", "p.m"}:
        following = re.match(r"""["'“‘«(\[]*([^\W\d_]+)""", rest)
        return following is not None and following[1].casefold() in _OPENERS
    return True


def _normalized(text: str) -> str:
    return " ".join(text.split()).translate(_PLAIN_MARKS)
