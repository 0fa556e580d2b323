"""Split a text into sentences, and match the sentences of two versions of a text."""

import re
from collections.abc import Sequence
from difflib import SequenceMatcher

from sentencex import segment

# `sentencex` proposes ends of sentences in 300 languages. These rules, about news in English and Spanish, refuse some.
# A period after one of these does not end a sentence: a name, a number or a date follows.
_TITLES = frozenset(
    "adm atty capt cmdr col cpl dept det dr fr gen gov hon insp lt maj messrs mr mrs ms msgr mt pres prof rep rev sen "
    "sgt st supt vs "
    # In Spanish.
    "arq av avda cnel dir dra dña gob gral ing lic mons mtra mtro pbro profa sgto sr sra sres srta tte ud uds".split()
)
_BEFORE_A_NUMBER = frozenset(
    "apr art aug ch dec feb fig figs jan jul jun mar no nos nov núm oct p pág pp para sec sept sep vol".split()
)
# `sentencex` takes these words for abbreviations.
_WORDS = re.compile(r"\b(?:no|may)\.(?=\s+[^\W\d_])", re.IGNORECASE)
# After an initial, an acronym or a company, a capital letter does not mean a new sentence ("J. Smith", "the U.S.
# Senate", "Acme Inc. Chief Ann Lee"). Only a word that often starts a sentence does.
_OPENERS = frozenset(
    "a about after although an and as at because before but by during each even for from he her here his however if in "
    "it its last many most no not nobody now officials on one our people she since so some still that the their then "
    "there these they this those to two under until we what when where while who why with you".split()
)
_COMPANIES = frozenset("bros co corp inc llc ltd".split())
_INITIALS = re.compile(r"(?:^|[\s(“\"'‘])(?:[^\W\d_]\.)+$")
# After a time, one of these is not the start of a sentence ("9 a.m. Wednesday").
_AFTER_A_TIME = frozenset(
    "monday tuesday wednesday thursday friday saturday sunday eastern central mountain pacific et ct mt pt est cst mst "
    "pst edt cdt mdt pdt".split()
)

# `sentencex` does not look for ends within quotation marks and brackets, and pairs them in quadratic time. It gets a
# space for each, and a letter for an apostrophe.
_HIDDEN = str.maketrans(dict.fromkeys("\"“”„‟«»‹›‘‚‛’'`´()[]{}<>「」『』【】《》〈〉（）", " "))
_APOSTROPHE = re.compile(r"(?<=\w)['’](?=\w)")
_CLOSING = re.compile(r"""["'”’»)\]」』）]*""")
_OPENING = re.compile(r"""["'“‘«¿¡(\[「『（\s]*(?P<first>\S)""")
_FIRST_WORD = re.compile(r"""["'“‘«¿¡(\[\s]*(?P<word>[^\W\d_]+)""")
_LAST_WORD = re.compile(r"[^\s“\"‘'(\[]+$")
_LETTER_OR_DIGIT = re.compile(r"[^\W_]")
# No rule looks at more characters before or after an end, so that the time is linear in the length.
_WINDOW = 60
# `sentencex` gets at most so many characters in one call. In a text without spaces, such as Chinese, its time is
# quadratic: 80,000 characters in one call take 16 s. Longer than all but few sentences of news.
_PIECE = 500

# Word processors change quotation marks and dashes. The sentence is still the same.
_PLAIN_MARKS = str.maketrans("“”„«»‘’‚–—\u00a0", '"""""' + "'''-- ")

# Two sentences with at least this share of equal letters are versions of one: a name, a number or a few words changed.
SAME_SENTENCE = 0.75
# A sentence with a smaller share of equal letters does not help a teacher who looks for the lost one.
WORTH_OFFERING = 0.4


def split_text(text: str, language: str) -> list[list[str]]:
    """The sentences of each paragraph, in order, each on one line; [] for an empty text.

    A blank line ends a paragraph. In a text without blank lines, a line break does; `clean_text` has joined the others.
    """
    lines = [line.strip() for line in text.strip().splitlines()]
    paragraphs = "\n".join(lines).split("\n\n") if "" in lines else lines
    return [sentences for paragraph in paragraphs if (sentences := split_sentences(paragraph, language))]


def split_sentences(paragraph: str, language: str = "en") -> list[str]:
    """The sentences of one paragraph, with the tag of its language. Only whitespace is lost.

    A heuristic for news stories. The teacher joins and splits sentences where it is wrong.
    """
    flat = " ".join(paragraph.split())
    sentences, start, checked, has_word = [], 0, 0, False
    for end in _proposed_ends(flat, language):
        has_word = has_word or _LETTER_OR_DIGIT.search(flat, checked, end) is not None
        checked = end
        if has_word and _is_end(flat[max(start, end - _WINDOW) : end], flat[end : end + _WINDOW]):
            sentences.append(flat[start:end].strip())
            start, has_word = end, False
    rest = flat[start:].strip()
    if sentences and not _LETTER_OR_DIGIT.search(rest):
        # A sentence has words. What is left is marks.
        sentences[-1] = f"{sentences[-1]} {rest}".rstrip()
        return sentences
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
        if (share := _likeness(before[candidate], text)) >= SAME_SENTENCE
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
    shares = [_likeness(_normalized(text), _normalized(candidate)) for candidate in candidates]
    best = max(range(len(shares)), key=shares.__getitem__, default=None)
    return best if best is not None and shares[best] >= WORTH_OFFERING else None


def _likeness(one: str, other: str) -> float:
    """How alike two texts are: 0 to 1."""
    # Here, because only an author's page compares sentences, and the library takes 5 ms of a start.
    from rapidfuzz.fuzz import ratio

    return ratio(one, other) / 100


def _proposed_ends(flat: str, language: str) -> list[int]:
    """Where sentences may end in a text without line breaks, in order, each after its closing marks."""
    hidden = _APOSTROPHE.sub("x", flat).translate(_HIDDEN)
    ends, place, code = {match.end() for match in _WORDS.finditer(hidden)}, 0, language.partition("-")[0].casefold()
    while place < len(hidden):
        text = hidden[place : place + _PIECE]
        found = list(segment(code, text))
        if place + len(text) < len(hidden):
            # The end of this piece is no end of a sentence. The next piece starts with the sentence that it cuts.
            found.pop()
            if not found:
                place += text.rfind(" ") + 1 or len(text)
        for sentence in found:
            ends.add(place + len(sentence.rstrip()))
            place += len(sentence)
    return sorted({match.end() for end in ends if (match := _CLOSING.match(flat, end)) is not None})


def _is_end(before: str, after: str) -> bool:
    opening = _OPENING.match(after)
    if opening is None or opening["first"].islower() or opening["first"] in ".!?…,;:–—-":
        return False
    bare = before.rstrip("\"'”’»)] ")
    if not bare.endswith(".") or bare.endswith(("..", " .")):
        return True
    last_word = _LAST_WORD.search(bare)
    last = last_word[0].rstrip(".").casefold() if last_word else ""
    first_word = _FIRST_WORD.match(after)
    first = first_word["word"].casefold() if first_word else ""
    if last in _TITLES:
        return False
    if last in _BEFORE_A_NUMBER and opening["first"].isdigit():
        return False
    if last in {"a.m", "p.m"}:
        return first not in _AFTER_A_TIME
    if last in _COMPANIES or _INITIALS.search(bare):
        return first in _OPENERS
    return True


def _normalized(text: str) -> str:
    return " ".join(text.split()).translate(_PLAIN_MARKS)
