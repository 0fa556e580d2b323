"""Rules for objectives, points, and the order of choices."""

import re
from collections.abc import Iterator

from quizzes.content.reading import MONTHS
from quizzes.content.rules.folder import Finding, Folder, Rule
from quizzes.models.question_sets import TRY_OUT

_NUMBERS = {2: "two", 3: "three", 4: "four"}
_DATE = re.compile(rf"({'|'.join(MONTHS)}) (\d+)")


def facts_belong_to_the_objective(folder: Folder) -> Iterator[Finding]:
    """A point for an objective is never earned with a fact of another one."""
    for item in folder.items:
        near = [statement["near"] for statement in item.statements if "near" in statement]
        for fact in (*item.table["facts"], *near):
            objective = folder.facts.get(fact, {}).get("objective")
            if objective != item.table["objective"]:
                yield item.finding(f"the fact “{fact}” belongs to “{objective}”, not to “{item.table['objective']}”")


def points_follow_the_type(folder: Folder) -> Iterator[Finding]:
    """1 for a single choice, 1 for each key, statement and sentence to find; always 1 in a set with one_point_each."""
    for one in folder.sets:
        for item in one.items:
            expected = 1 if one.table.get("one_point_each") else item.points_by_shape
            if expected is not None and item.table["points"] != expected:
                yield item.finding(f"it counts {item.table['points']} points and should count {expected}")


def stems_say_how_many(folder: Folder) -> Iterator[Finding]:
    """A question with several keys ends with “Choose two.” or “Choose three.”, and its count is that of its keys."""
    for item in folder.items:
        count = 1 if item.statements else item.points_by_shape or 1
        if (count > 1 or item.finds_sentences) and item.table.get("asked_count") != count:
            yield item.finding(f"it needs “asked_count = {count}”")
        if count > 1 and not item.table["stem"].endswith(f"Choose {_NUMBERS.get(count)}."):
            yield item.finding(f"its stem must end with “Choose {_NUMBERS.get(count, count)}.”")


def sets_have_every_objective(folder: Folder) -> Iterator[Finding]:
    """Each set other than the try-out asks about all objectives."""
    for one in folder.sets:
        asked = {item.table["objective"] for item in one.items}
        for objective in one.parsed.objectives:
            if one.parsed.slug != TRY_OUT and objective.key not in asked:
                yield Finding(one.file, "", f"it has no question on “{objective.title}”")


def choices_keep_their_natural_order(folder: Folder) -> Iterator[Finding]:
    """Dates rise and speakers are in the order of the source; neither is shuffled."""
    labels = [speaker.label for speaker in folder.reading.speakers]
    for item in folder.items:
        texts = [choice["text"] for choice in item.choices]
        speakers = [labels.index(text) for text in texts if text in labels]
        dates = [100 * MONTHS.index(found[1]) + int(found[2]) for found in map(_DATE.fullmatch, texts) if found]
        places = max(speakers, dates, key=len)
        if not 1 < len(places) == len(texts):
            continue
        if places != sorted(places):
            yield item.finding("its choices are dates or speakers and not in their order")
        if not item.table.get("keep_order"):
            yield item.finding("its choices are dates or speakers and need “keep_order = true”")


RULES: tuple[Rule, ...] = (
    facts_belong_to_the_objective,
    points_follow_the_type,
    stems_say_how_many,
    sets_have_every_objective,
    choices_keep_their_natural_order,
)
