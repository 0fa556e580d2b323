"""Rules against guessing: no strategy that knows only stems and choices earns more than chance plus 5 points."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations

from quizzes.content.question_types.question import share_of_choices
from quizzes.content.rules.folder import Finding, Folder, Item, Rule, RuleSet, long_words, words
from quizzes.content.tables import Table

# Over all checkable questions, and over those of a set.
_MORE_THAN_CHANCE = Fraction(1, 20)
# In a set of 8 questions, one lucky hit is 9 points already, so a strategy may gain one question in each set.
_ONE_QUESTION = 1
_PLACES = 4
_MILD = {"may", "some", "many", "can", "could", "much"}
_ABSOLUTE = {
    "all",
    "always",
    "any",
    "anyone",
    "each",
    "every",
    "everyone",
    "never",
    "nobody",
    "none",
    "nothing",
    "only",
}
_NO = re.compile(r"\b(?:no|not|nobody|none|never|nothing)\b|n’t\b", re.IGNORECASE)
_DETAIL = re.compile(r"\d+|(?<=\s)[A-Z]\w+|\b\w{9,}\b")
# The speaker whom a reader assumes from the statement alone.
_ABOUT = {"mayor": r"\bmayor|Kenney|\bcity\b", "protesters": r"protest", "not_stated": r"\bpolice\b"}

# How much a choice of a question appeals. The counter: how often the set prints each word.
Appeal = Callable[[Item, Table, Counter[str]], float]


@dataclass(frozen=True, slots=True)
class Guess:
    """What a strategy earns over checkable questions. earned, by_chance: the sums of their credits. count: of them."""

    strategy: str
    earned: Fraction
    by_chance: Fraction
    count: int

    @property
    def gain(self) -> Fraction:
        """How many questions more than chance it earns."""
        return self.earned - self.by_chance

    def __str__(self) -> str:
        return (
            f"“{self.strategy}” earns {float(self.earned):.1f} of {self.count} questions, "
            f"and guessing earns {float(self.by_chance):.1f}"
        )


def guesses(folder: Folder, one: RuleSet) -> list[Guess]:
    """What each strategy earns in a set. A question that a strategy has no opinion on earns what chance does."""
    items = [item for item in one.items if item.choices or item.statements or item.finds_sentences]
    luck = [credit_by_chance(folder, item) for item in items]
    printed = Counter(word for item in one.items for word in printed_words(item))
    expected = sum(luck, Fraction(0))
    found = []
    for name, appeal in _APPEALS.items():
        credits = [
            _credit(item, [appeal(item, choice, printed) for choice in item.choices]) if item.choices else lucky
            for item, lucky in zip(items, luck, strict=True)
        ]
        found.append(Guess(name, sum(credits, Fraction(0)), expected, len(items)))
    keys = [sentence.key for sentence in folder.reading]
    for name, order in _PLACES_OF_SENTENCES.items():
        credits = [
            share_of_choices(order(keys)[: len(item.table["key_sentences"])], item.table["key_sentences"])
            if item.finds_sentences
            else lucky
            for item, lucky in zip(items, luck, strict=True)
        ]
        found.append(Guess(name, sum(credits, Fraction(0)), expected, len(items)))
    by_subject = [
        Fraction(sum(row["voice"] == _about(row) for row in item.statements), len(item.statements))
        if item.statements
        else lucky
        for item, lucky in zip(items, luck, strict=True)
    ]
    return [*found, Guess("who the statement is about", sum(by_subject, Fraction(0)), expected, len(items))]


def guesses_over_all(folder: Folder) -> list[Guess]:
    """What each strategy earns over the questions of all sets."""
    by_set = [guesses(folder, one) for one in folder.sets]
    return [
        Guess(
            same[0].strategy,
            sum((guess.earned for guess in same), Fraction(0)),
            sum((guess.by_chance for guess in same), Fraction(0)),
            sum(guess.count for guess in same),
        )
        for same in zip(*by_set, strict=True)
    ]


def choices_alone_tell_no_key(folder: Folder) -> Iterator[Finding]:
    """Each strategy earns at most chance + 5 points over all sets, and in a set at most one question more than that."""
    for guess in guesses_over_all(folder):
        if guess.gain > guess.count * _MORE_THAN_CHANCE:
            yield Finding("all sets", "", str(guess))
    for one in folder.sets:
        for guess in guesses(folder, one):
            if guess.gain > max(Fraction(_ONE_QUESTION), guess.count * _MORE_THAN_CHANCE):
                yield Finding(one.file, "", str(guess))


# --- Strategies ---------------------------------------------------------------------------------------------------


def printed_words(item: Item) -> list[str]:
    """The longer words that students read in the question."""
    texts = [item.asked, *(row["text"] for row in (*item.choices, *item.statements))]
    return [word for text in texts for word in long_words(text)]


def _own(choice: Table) -> set[str]:
    return {word.casefold() for word in words(choice["text"])}


def _of_others(item: Item, choice: Table) -> int:
    rest = set[str]().union(*(long_words(row["text"]) for row in item.choices if row is not choice))
    return len(long_words(choice["text"]) & rest)


def _of_stem(item: Item, choice: Table) -> int:
    return len(long_words(item.asked) & long_words(choice["text"]))


def _elsewhere(item: Item, choice: Table, printed: Counter[str]) -> int:
    own = Counter(printed_words(item))
    return sum(printed[word] > own[word] for word in long_words(choice["text"]))


def _is_only_no(item: Item, choice: Table) -> bool:
    negated = [row for row in item.choices if _NO.search(row["text"])]
    return len(negated) == 1 and negated[0] is choice


def _same_starts(item: Item, choice: Table) -> int:
    first = words(choice["text"])[0].casefold()
    return sum(words(row["text"])[0].casefold() == first for row in item.choices)


def _at(place: int) -> Appeal:
    return lambda item, choice, _: place < len(item.choices) and item.choices[place] is choice


_APPEALS: Mapping[str, Appeal] = {
    "the longest": lambda _, choice, __: len(choice["text"]),
    "the shortest": lambda _, choice, __: -len(choice["text"]),
    "most details": lambda _, choice, __: len(_DETAIL.findall(choice["text"])),
    "an absolute word": lambda _, choice, __: len(_ABSOLUTE & _own(choice)),
    "no absolute word": lambda _, choice, __: -len(_ABSOLUTE & _own(choice)),
    "the mildest": lambda _, choice, __: len(_MILD & _own(choice)),
    "the only negation": lambda item, choice, _: _is_only_no(item, choice),
    "another first word": lambda item, choice, _: -_same_starts(item, choice),
    "most words of the stem": lambda item, choice, _: _of_stem(item, choice),
    "fewest words of the stem": lambda item, choice, _: -_of_stem(item, choice),
    "most words of the other choices": lambda item, choice, _: _of_others(item, choice),
    "fewest words of the other choices": lambda item, choice, _: -_of_others(item, choice),
    "most words printed elsewhere in the set": _elsewhere,
    **{f"choice {place + 1}": _at(place) for place in range(_PLACES)},
}


# Which sentences a reader picks who has not seen them: news begins with what is new, and often ends with what is next.
_PLACES_OF_SENTENCES: Mapping[str, Callable[[list[str]], list[str]]] = {
    "the first sentences": lambda keys: keys,
    "the last sentences": lambda keys: keys[::-1],
    "the last and the first sentence": lambda keys: [keys[-1], *keys],
}


def _about(statement: Table) -> str:
    return next((speaker for speaker, name in _ABOUT.items() if re.search(name, statement["text"], re.I)), "reporter")


# --- Credit -------------------------------------------------------------------------------------------------------


def _credit(item: Item, scores: Sequence[float]) -> Fraction:
    """The mean credit of picking the choices that appeal most, as many as are keys; ties are shared."""
    keys = [place for place, choice in enumerate(item.choices) if choice.get("key")]
    sure: list[int] = []
    for score in sorted(set(scores), reverse=True):
        tied = [place for place, own in enumerate(scores) if own == score]
        if len(sure) + len(tied) >= len(keys):
            return _mean([(*sure, *rest) for rest in combinations(tied, len(keys) - len(sure))], keys)
        sure += tied
    return Fraction(0)


def credit_by_chance(folder: Folder, item: Item) -> Fraction:
    """The mean credit of all answers of the right size; 0 for a typed answer."""
    if not (item.choices or item.statements or item.finds_sentences):
        return Fraction(0)
    if item.statements:
        return Fraction(1, len(item.table["voices"]))
    if item.finds_sentences:
        of, count = sum(1 for _ in folder.reading), len(item.table["key_sentences"])
    else:
        of, count = len(item.choices), len(item.keys)
    return _mean(list(combinations(range(of), count)), list(range(count)))


def _mean(picks: Sequence[Sequence[int]], keys: Sequence[int]) -> Fraction:
    right = [str(key) for key in keys]
    return sum((share_of_choices([str(one) for one in pick], right) for pick in picks), Fraction(0)) / len(picks)


RULES: tuple[Rule, ...] = (choices_alone_tell_no_key,)
