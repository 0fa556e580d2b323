"""Which answers to one question are alike in content, so that a teacher grades them together.

The rule: answers are alike if they have the same words in the same order. Four differences do not count:
1. what `normalize` ignores: case, accents, spaces, punctuation, and the format of numbers and dates;
2. articles;
3. one typo in the month of a date, as in “agust 31”;
4. one typo in a word: a letter missing, added, changed, or swapped with the next. The word has at least 5 letters and
   is neither an English word nor in the reading or the question, and only one English word is that close to it. The
   first letter is right.

So answers are never alike if their numbers, dates, negations or names differ. A typo is never corrected to or from a
name or a negation. A name is a word with a capital inside a sentence of the answer, the reading or the question, or
one of the names in the list of English words. Signs such as “<” are words here. In other languages than English there
is no list of words, so that a typo there makes another answer.
"""

import re
import string
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from quizzes.content.answer_matching import TYPO_MIN_LETTERS, with_month_typos_corrected
from quizzes.content.english_words import english_names, english_words
from quizzes.content.normalized_answers import normalize

_ARTICLES = {
    "en": frozenset({"the", "a", "an"}),
    "es": frozenset({"el", "la", "los", "las", "un", "una", "unos", "unas"}),
}
# “didnt” is “didn’t” without its apostrophe. It is not in the list of words.
_NEGATED_VERBS = frozenset(
    f"{verb}nt"
    for verb in "do does did is are was were has have had ca could wo would sha should must need might".split()
)
_NEGATIONS = _NEGATED_VERBS.union("never nobody nothing nowhere neither without cannot hardly barely".split())
_LATIN_WORD = re.compile(r"[a-z]+")
# No word of the list is so long. The texts that are one typo away from a word have so many letters as its length,
# squared, times 53: 5 s for an answer of 4,000 letters.
_MAX_LETTERS = 24
# A word and what is before it: nothing, the end of a sentence, or neither.
_CAPITAL = re.compile(r"(?<=[^\s.!?:;])[^\S\n]+[\"“‘(]*(?P<name>[^\W\d_]+(?:['’.-][^\W\d_]+)*)")


@dataclass(frozen=True, slots=True)
class Context:
    """What the reading and the question say. words: all of their words, normalized. names: the names among them."""

    language: str
    words: frozenset[str]
    names: frozenset[str]


def context_of(texts: Iterable[str], *, language: str) -> Context:
    """The words of the texts that students answer to. language: of the reading."""
    texts = tuple(texts)
    return Context(
        language,
        words=frozenset(word for text in texts for word in normalize(text).split()),
        names=frozenset(name for text in texts for name in _names(text)),
    )


def content_of(answer: str, context: Context) -> str:
    """A text that is the same for all answers that are alike in content."""
    words = with_month_typos_corrected(normalize(answer)).split()
    articles = _ARTICLES.get(context.language, frozenset())
    content = [word for word in words if word not in articles] or words
    if context.language == "en":
        names = context.names | _names(answer)
        content = [_without_typo(word, context.words, names) for word in content]
    # Answers that consist of signs are not alike because none of them has a word.
    return " ".join((*content, *(char for char in answer if unicodedata.category(char) in ("Sm", "So"))))


def _names(text: str) -> frozenset[str]:
    """The words with a capital that do not begin a sentence, normalized."""
    return frozenset(
        word
        for match in _CAPITAL.finditer(text)
        if match["name"][0].isupper()
        for word in normalize(match["name"]).split()
    )


def _without_typo(word: str, known: frozenset[str], names: frozenset[str]) -> str:
    """The English word that this one misspells by one typo; the same word if it is none or could be several."""

    def is_word(text: str) -> bool:
        return text in english_words() or text in _NEGATIONS or text in known or text in names

    if not TYPO_MIN_LETTERS <= len(word) <= _MAX_LETTERS or not _LATIN_WORD.fullmatch(word) or is_word(word):
        return word
    near = [text for text in _one_typo_away(word) if is_word(text)]
    if len(near) != 1:
        return word
    [meant] = near
    is_typo = len(meant) >= TYPO_MIN_LETTERS and meant[0] == word[0] and meant in english_words()
    is_protected = meant in _NEGATIONS or meant in names or meant in english_names()
    return meant if is_typo and not is_protected else word


def _one_typo_away(word: str) -> set[str]:
    """All texts with one letter missing, added, changed, or swapped with the next."""
    splits = [(word[:place], word[place:]) for place in range(len(word) + 1)]
    return {
        *(left + right[1:] for left, right in splits if right),
        *(left + right[1] + right[0] + right[2:] for left, right in splits if len(right) > 1),
        *(left + letter + right[1:] for left, right in splits if right for letter in string.ascii_lowercase),
        *(left + letter + right for left, right in splits for letter in string.ascii_lowercase),
    } - {word}
