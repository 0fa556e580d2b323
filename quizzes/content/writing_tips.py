"""Tips on the wording of a question. They never block publishing: the author may keep the wording.

Sources of the rules. Length, repeated words, absolute words, "all of the above", overlapping choices: Haladyna, Downing
and Rodriguez, "A Review of Multiple-Choice Item-Writing Guidelines" (Applied Measurement in Education, 2002).
Unattributed claims: the rule of news desks that an opinion has an owner. Reading level: Kincaid and others, "Derivation
of New Readability Formulas" (1975). A test measures precision and recall with `tests/data/item_quality.toml`.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from quizzes.caches import process_cache
from quizzes.content.reading import MONTHS, REPORTER, Sentence
from quizzes.content.sentences import split_sentences
from quizzes.phrases import gettext, ngettext

# A correct choice stands out if it is 1.5 times as long as the longest wrong choice and a word or two longer.
LONGER = 1.5
LONGER_BY = 12
# School grades. The grade of a short text is rough, so a smaller difference means nothing.
HARDER_BY = 4
# The grade of a text with fewer words means nothing.
MEASURABLE_WORDS = 8
# A correct choice gives itself away if this share of its words is in the question and in no wrong choice.
TELLING_SHARE = 1 / 3

ABSOLUTE = frozenset(
    "absolutely all always completely entirely every everybody everyone everything never nobody none nothing".split()
)
# Words that judge while they seem to report. Idea: Wikipedia's "Words to watch" (puffery, labels, expressions
# of doubt, editorializing) and the bias lexicon of Recasens, Danescu-Niculescu-Mizil and Jurafsky, "Linguistic Models
# for Analyzing and Detecting Biased Language" (2013); chosen by hand for stories on town, state and nation.
# "Illegals": the style books of news agencies.
LOADED = frozenset(
    """absurd blasted boasted bogus bragged brave clearly corrupt cowardly crackpot crony cronies cruel disastrous
    disgraceful draconian evil extremist extremists fanatic fanatics fortunately greedy heartless heroic hysteria
    hysterical illegals infamous invasion mob notorious obviously outrageous pathetic propaganda radical radicals ranted
    reckless regime ridiculous sadly sham shameful shameless slammed so-called supposedly thankfully thug thugs traitor
    traitors tragically unfortunately whined witch-hunt zealot zealots""".split()
)

_ABOVE = re.compile(
    r"\b(all|none|both|neither|any) (of )?(the|these|those)( \w+)? ?(above|answers|choices|options)\b"
    r"|^\W*(all|none|both|neither|any) of (these|those|them)\W*$|\bboth a and b\b|\b[a-d] and [a-d]\b",
    re.IGNORECASE,
)
_SPEAKING = re.compile(
    r"\b(according to|accounts?|argue[ds]?|ask(s|ed)?|believe[ds]?|claim(s|ed)?|quote[ds]?|said|say|says|saying|"
    r"statements?|stated|think|thinks|told|tells?|who)\b",
    re.IGNORECASE,
)
_COUNTS = ("", "one", "two", "three", "four", "five", "six", "seven")
_NUMBER = re.compile(rf"\b(?:{'|'.join(_COUNTS[2:])}|[2-7])\b", re.IGNORECASE)
# Without ASCII, “Aprıl” matches too, and is none of the months.
_DATE = re.compile(rf"({'|'.join(MONTHS)}) (\d\d?)(?:, \d{{4}})?", re.IGNORECASE | re.ASCII)
_SAID = re.compile(r"\b(according to|added|argued|claimed|insisted|said|says|testified|told)\b", re.IGNORECASE)
# Possessive and apart from the verb, so that a long run of capital words is read once, not from each of its words.
_CAPITAL_WORDS = re.compile(r"(?:\b[A-Z][\w’'-]++ )++")
_SAID_AFTER_NAME = re.compile(r"(?:said|says|told|argued|claimed)\b")
_QUOTED = re.compile('“[^”]*”|"[^"]*"|‘[^’]*’(?!\\w)')
_WORD = re.compile(r"[^\W_]+(?:[’'-][^\W_]+)*")
# Words that most sentences share, so they say nothing about similarity.
_COMMON = frozenset(
    "a an and are as at be been being did do does had has have he her his is it its of or that the their them there "
    "these they this those time was were will would".split()
)
# Also question words, and numbers, which question and correct choice often share by chance.
_COMMON_IN_QUESTIONS = _COMMON | frozenset(
    "about after before but by during for from how if in many more much not of on one report reports say says said "
    "story tell tells than to told two three four five six seven eight nine ten what when where which who why "
    "with you".split()
)


@dataclass(frozen=True, slots=True)
class Option:
    """One choice of a question."""

    text: str
    is_correct: bool
    # Whether its author marked it as correct or said what is wrong with it.
    is_settled: bool = True


@dataclass(frozen=True, slots=True)
class Wording:
    """The words of a question. options: () for a type without choices. rests_on: the sentences that prove its answer.

    asks_who: whether it asks who says something, so that it cannot name the speaker. keeps_order: whether students see
    the choices as written.
    """

    stem: str
    options: tuple[Option, ...]
    rests_on: tuple[Sentence, ...]
    asks_who: bool = False
    keeps_order: bool = True

    @property
    def keys(self) -> tuple[str, ...]:
        """The texts of the correct choices."""
        return tuple(option.text for option in self.options if option.is_correct)

    @property
    def others(self) -> tuple[str, ...]:
        """The texts of the wrong choices."""
        return tuple(option.text for option in self.options if not option.is_correct)


@dataclass(frozen=True, slots=True)
class Tip:
    """One tip. code: name of the rule, which never changes. about: the words in question. reason: why, in one line."""

    code: str
    about: str
    reason: str


def tips(wording: Wording, *, reading: Sequence[str], language: str) -> list[Tip]:
    """The tips on a question, in a fixed order; [] without any.

    reading: the sentences of the reading. The rules on words and reading level apply to English only.
    """
    rules = [_key_longer, _too_alike, _unsettled]
    all_tips = [tip for rule in rules for tip in rule(wording)]
    if language.partition("-")[0].casefold() != "en":
        return all_tips
    for rule in (_stem_repeats_key, _absolute, _loaded, _unattributed, _above, _how_many, _out_of_order):
        all_tips += rule(wording)
    return [*all_tips, *_harder(wording, reading)]


def reports_speech(text: str) -> bool:
    """Whether an English sentence seems to report what a person said, so that it needs a speaker."""
    return _SAID.search(text) is not None


def reading_grade(sentences: Sequence[str]) -> float | None:
    """The Flesch-Kincaid grade of a text; None below MEASURABLE_WORDS."""
    words = [word for sentence in sentences for word in _WORD.findall(sentence)]
    return flesch_kincaid(words, len(sentences)) if len(words) >= MEASURABLE_WORDS else None


def flesch_kincaid(words: Sequence[str], sentence_count: int) -> float:
    """The school year of students who can read a text with these words in so many sentences.

    Source: Kincaid and others (1975).
    """
    return 0.39 * len(words) / sentence_count + 11.8 * sum(map(syllables, words)) / len(words) - 15.59


def syllables(word: str) -> int:
    """Syllables of an English word by rule: groups of vowels, minus a silent e, -es or -ed at the end; at least 1.

    A number counts 1 for each digit, as when it is read aloud.
    """
    plain = word.casefold()
    if plain.isdigit():
        return len(plain)
    groups = len(re.findall(r"[aeiouyáéíóúäöü]+", plain))
    if re.search(r"[^aeiouyl]e$|[aeiouy]le$|[^aeiouylsxzcgh]es$|[^aeiouyltd]ed$", plain):
        groups -= 1
    return max(groups, 1)


def _key_longer(wording: Wording) -> Iterator[Tip]:
    longest = max(map(len, wording.others), default=0)
    for key in wording.keys:
        if longest and len(key) >= max(longest * LONGER, longest + LONGER_BY):
            yield Tip(
                "key_longer",
                key,
                gettext("The correct answer is much longer than every wrong answer, so it stands out."),
            )


def _too_alike(wording: Wording) -> Iterator[Tip]:
    stem = _stems(wording.stem, leave_out=_COMMON)
    for (place, one), (other_place, other) in combinations(enumerate(wording.options, start=1), 2):
        words, other_words = _stems(one.text, leave_out=_COMMON), _stems(other.text, leave_out=_COMMON)
        # Two choices that differ only in words of the question are the same answer.
        if words and words & other_words and words ^ other_words <= stem:
            yield Tip(
                "too_alike",
                f"{one.text} / {other.text}",
                gettext("Answers {place} and {other_place} are nearly the same.").format(
                    place=place, other_place=other_place
                ),
            )


def _unsettled(wording: Wording) -> Iterator[Tip]:
    open_choices = [option.text for option in wording.options if not option.is_settled]
    if open_choices:
        yield Tip(
            "unsettled",
            " / ".join(open_choices),
            gettext(
                "Under “What’s wrong with it”, choose a reason for each of these answers. If no reason fits, the "
                "answer may be correct."
            ),
        )


def _stem_repeats_key(wording: Wording) -> Iterator[Tip]:
    asked = _stems(wording.stem, leave_out=_COMMON_IN_QUESTIONS)
    wrong = {word for text in wording.others for word in _stems(text, leave_out=_COMMON_IN_QUESTIONS)}
    for key in wording.keys if wording.others else ():
        words = _stems(key, leave_out=_COMMON_IN_QUESTIONS)
        telling = (words & asked) - wrong
        if telling and len(telling) >= TELLING_SHARE * len(words):
            said = [word for word in _WORD.findall(key) if _stem(word) in telling]
            yield Tip(
                "stem_repeats_key",
                key,
                gettext("Only the question and the correct answer say “{words}”.").format(words=" ".join(said)),
            )


def _absolute(wording: Wording) -> Iterator[Tip]:
    reading = {word for sentence in wording.rests_on for word in _words(sentence.text)}
    for option in wording.options:
        words = _words(option.text)
        # “None” as the whole answer is a number.
        found = [word for word in words if word in ABSOLUTE - reading] if len(words) > 1 else []
        if found and not _ABOVE.search(option.text):
            yield Tip(
                "absolute",
                option.text,
                gettext("“{text}” often signals a wrong answer.").format(text=found[0].capitalize()),
            )


def _loaded(wording: Wording) -> Iterator[Tip]:
    for text in (wording.stem, *(option.text for option in wording.options)):
        found = dict.fromkeys(word for word in _words(_QUOTED.sub(" ", text)) if word in LOADED)
        if found:
            words = ngettext(
                "“{text}” takes a side. Use a neutral word or a quote.",
                "“{text}” take sides. Use neutral words or a quote.",
                len(found),
            )
            # A reason to keep the wording counts for each of these words.
            yield Tip("loaded", text, words.format(text="”, “".join(found).capitalize()))


def _unattributed(wording: Wording) -> Iterator[Tip]:
    claimed = [sentence for sentence in wording.rests_on if sentence.speaker.key != REPORTER]
    text = " ".join((wording.stem, *wording.keys))
    if not claimed or wording.asks_who or _SPEAKING.search(text):
        return
    named = {word for sentence in claimed for word in _stems(sentence.speaker.label, leave_out=_COMMON_IN_QUESTIONS)}
    named |= {_stem(word) for sentence in claimed for word in _names_of_speakers(sentence.text)}
    if not named & _stems(text, leave_out=_COMMON_IN_QUESTIONS):
        first = claimed[0]
        yield Tip(
            "unattributed",
            wording.stem,
            gettext("Sentence {number} is said by “{label}”. Name the speaker, such as “According to ...”.").format(
                number=first.number, label=first.speaker.label
            ),
        )


def _names_of_speakers(text: str) -> Iterator[str]:
    """The words of the names before “said” and its like."""
    for match in _CAPITAL_WORDS.finditer(text):
        if _SAID_AFTER_NAME.match(text, match.end()):
            yield from match[0].split()


def _above(wording: Wording) -> Iterator[Tip]:
    for option in wording.options:
        if _ABOVE.search(option.text):
            yield Tip(
                "above",
                option.text,
                gettext("Avoid “both A and B”. Choices are shuffled, so spell it out."),
            )


def _how_many(wording: Wording) -> Iterator[Tip]:
    count = len(wording.keys)
    if wording.others and 1 < count < len(_COUNTS) and not _NUMBER.search(wording.stem):
        yield Tip(
            "how_many",
            wording.stem,
            gettext("Say how many answers to choose, such as “Choose {count}.”").format(count=_COUNTS[count]),
        )


def _out_of_order(wording: Wording) -> Iterator[Tip]:
    dates = [_DATE.fullmatch(option.text.strip()) for option in wording.options]
    places = [(MONTHS.index(date[1].capitalize()), int(date[2])) for date in dates if date]
    if len(places) > 1 and len(places) == len(dates) and not (wording.keeps_order and places == sorted(places)):
        yield Tip(
            "out_of_order",
            " / ".join(option.text for option in wording.options),
            gettext("Put dates in order, and choose “Keep this order for every student”."),
        )


def _harder(wording: Wording, reading: Sequence[str]) -> Iterator[Tip]:
    text = _grade_of_text(tuple(reading))
    blocks = [split_sentences(wording.stem), [*split_sentences(wording.stem), *(o.text for o in wording.options)]]
    grades = [grade for block in blocks if block and (grade := reading_grade(block)) is not None]
    if text is not None and grades and max(grades) > max(text, 0) + HARDER_BY:
        yield Tip(
            "harder",
            wording.stem,
            gettext("The question reads like grade {grades}. The reading is grade {text}.").format(
                grades=format(max(grades), ".0f"), text=format(max(text, 0), ".0f")
            ),
        )


@process_cache(maxsize=32)
def _grade_of_text(sentences: tuple[str, ...]) -> float | None:
    """The grade of a reading, cached because every question of its set is compared with it."""
    return reading_grade(sentences)


def _words(text: str) -> list[str]:
    return [word.casefold() for word in _WORD.findall(text)]


def _stems(text: str, *, leave_out: frozenset[str]) -> set[str]:
    return {_stem(word) for word in _words(text) if word not in leave_out}


def _stem(word: str) -> str:
    """A word without its ending: “closed”, “closing” and “closes” are equal. Rough, but enough to compare texts."""
    plain = re.sub(r"[’']s?$", "", word.casefold())
    for ending in ("ing", "ed", "es", "s"):
        if plain.endswith(ending) and len(plain) - len(ending) >= 3:
            plain = plain.removesuffix(ending)
            break
    return re.sub(r"y$", "i", plain.removesuffix("e"))
