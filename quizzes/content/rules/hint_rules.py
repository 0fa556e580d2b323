"""Rules against hints: no question gives another one away, and no key stands out among its choices."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from fractions import Fraction

from quizzes.content.rules.folder import Finding, Folder, Item, Rule, chance, long_words
from quizzes.models.question_sets import TRY_OUT

_TOKEN = re.compile(r"(F\d+)(?:@(?:who|where))?|N:[a-z-]+")
_LEAST_PLACE, _MOST_PLACE = Fraction(1, 8), Fraction(2, 5)
_MOST_SPEAKER, _FEW_STATEMENTS = Fraction(2, 5), 10
_NAMES = {
    "mayor": r"mayor|Kenney",
    "protesters": r"protester|somebody|someone",
    "unnamed": r"speaker|somebody|someone",
}


def tokens_are_known(folder: Folder) -> Iterator[Finding]:
    """`asks` and `gives` hold facts of the source, their speaker or place, or names of what the story leaves open."""
    for item in folder.items:
        if not item.is_written and not item.table.get("asks"):
            yield item.finding("it does not say what it asks")
        for token in (*item.table.get("asks", ()), *item.table.get("gives", ())):
            match = _TOKEN.fullmatch(token)
            if not match or (match[1] and match[1] not in folder.facts):
                yield item.finding(f"“{token}” in “asks” or “gives” is not known")


def no_question_gives_another_away(folder: Folder) -> Iterator[Finding]:
    """In a set no question gives what another one asks, and what visitors learn is asked nowhere else."""
    public = {
        token: item.key
        for item in folder.items
        if item.slug == TRY_OUT
        for fact in item.table["facts"]
        for token in (fact, f"{fact}@who", f"{fact}@where")
    }
    for one in folder.sets:
        items = one.items
        for item in items:
            asks = set(item.table.get("asks", ()))
            for other in items:
                if other.key != item.key and (given := asks & set(other.table.get("gives", ()))):
                    yield item.finding(f"“{other.key}” gives its answer away: {', '.join(sorted(given))}")
            if one.parsed.slug != TRY_OUT and (shown := asks & set(public)):
                yield item.finding(f"the sample quiz gives its answer away: {', '.join(sorted(shown))}")


def no_statement_is_made_twice(folder: Folder) -> Iterator[Finding]:
    """In a set no question gives a fact whose speaker another one asks: it shows that the fact is in the story."""
    for one in folder.sets:
        for item in one.items:
            facts = {token.removesuffix("@who") for token in item.table.get("asks", ()) if token.endswith("@who")}
            for other in one.items:
                if other.key != item.key and (given := facts & set(other.table.get("gives", ()))):
                    yield item.finding(f"“{other.key}” shows that this is in the story: {', '.join(sorted(given))}")


def stems_hold_no_key(folder: Folder) -> Iterator[Finding]:
    """A stem does not hold its key, and a key is not the only choice that shares a word with the stem."""
    for item in folder.items:
        asked = long_words(item.asked)
        keys = item.keys
        for choice in keys:
            if choice["text"].casefold() in item.asked.casefold():
                yield item.finding(f"its stem has the correct answer “{choice['text']}”")
        sharing = [choice for choice in item.choices if long_words(choice["text"]) & asked]
        if len(keys) == 1 and sharing == keys:
            yield item.finding(f"only its key “{keys[0]['text']}” shares a word with its stem")


def key_stands_in_every_place(folder: Folder) -> Iterator[Finding]:
    """Each place has the key in 1/8 to 2/5 of the single choices with four choices."""
    items = [item for item in folder.singles if len(item.choices) == 4]
    places = Counter(next(place for place, choice in enumerate(i.choices) if choice.get("key")) for i in items)
    for place in range(4):
        if not len(items) * _LEAST_PLACE <= places[place] <= len(items) * _MOST_PLACE:
            yield Finding("all sets", "", f"choice {place + 1} is the key of {places[place]} of {len(items)} questions")


def length_gives_no_key(folder: Folder) -> Iterator[Finding]:
    """The key is the longest, or the shortest, at most once more often than chance; ties are shared."""
    for name, sign in (("longest", 1), ("shortest", -1)):
        score = sum((_share(i, [sign * len(c["text"]) for c in i.choices]) for i in folder.singles), Fraction(0))
        if score > chance(folder.singles) + 1:
            yield Finding("all sets", "", f"the key is the {name} choice {float(score):.1f} times")


def _share(item: Item, scores: Sequence[float]) -> Fraction:
    """The share of a point for picking one of the choices with the highest score at random."""
    best = [choice for choice, score in zip(item.choices, scores, strict=True) if score == max(scores)]
    return Fraction(sum(bool(choice.get("key")) for choice in best), len(best))


def every_speaker_is_offered(folder: Folder) -> Iterator[Finding]:
    """Who-says-so questions offer all speakers, and no speaker is the key of over 2/5 of a set's statements."""
    speakers = [speaker.key for speaker in folder.reading.speakers]
    for one in folder.sets:
        keyed = Counter(statement["voice"] for item in one.items for statement in item.statements)
        for item in one.items:
            if item.statements and item.table["voices"] != speakers:
                yield item.finding("it does not offer all speakers in their order")
        for speaker, count in keyed.items():
            if keyed.total() >= _FEW_STATEMENTS and count > keyed.total() * _MOST_SPEAKER:
                yield Finding(one.file, "", f"“{speaker}” is the key of {count} of {keyed.total()} statements")


def contested_facts_name_their_speaker(folder: Folder) -> Iterator[Finding]:
    """A question may not present what a speaker says as a fact, unless it asks for the speaker."""
    for item in folder.items:
        is_free = item.statements or item.is_written or item.table["skill"] == "attribution"
        if is_free or item.table.get("absent"):
            continue
        for speaker in sorted(folder.speakers(item.table["evidence"]) & set(_NAMES)):
            if not re.search(_NAMES[speaker], item.asked, re.IGNORECASE):
                yield item.finding(f"its evidence has the speaker “{speaker}” and it names none")


def no_fact_gets_a_wrong_speaker(folder: Folder) -> Iterator[Finding]:
    """The source names facts that no who-says-so statement may rest on, since two speakers would be right."""
    barred = set(folder.source.get("not_for_voices", ()))
    for item in folder.items:
        for statement in item.statements:
            for fact in sorted(barred & set(statement.get("facts", ()))):
                what = f"the statement “{statement['text']}”"
                yield item.finding(f"{what} names the fact “{fact}”, which has no clear speaker")


RULES: tuple[Rule, ...] = (
    tokens_are_known,
    no_question_gives_another_away,
    no_statement_is_made_twice,
    stems_hold_no_key,
    key_stands_in_every_place,
    length_gives_no_key,
    every_speaker_is_offered,
    contested_facts_name_their_speaker,
    no_fact_gets_a_wrong_speaker,
)
