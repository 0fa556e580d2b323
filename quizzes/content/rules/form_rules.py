"""Rules for two sets that are forms of one check."""

from collections.abc import Iterator

from quizzes.content.rules.folder import Finding, Folder, Item, Rule, RuleSet, words

# How much longer than its twin a question may be.
_LONGER = 1 / 3


def forms_are_alike(folder: Folder) -> Iterator[Finding]:
    """Row by row, both forms have the same type, objective, skill, points and size, and about the same length."""
    for one, other in _pairs(folder):
        if len(one.items) != len(other.items):
            yield Finding(one.file, "", f"it has {len(one.items)} questions and {other.file} {len(other.items)}")
        for item, twin in zip(one.items, other.items, strict=False):
            for name, mine in _shape(item).items():
                if mine != _shape(twin)[name]:
                    yield item.finding(f"its {name} is {mine} and that of “{twin.key}” {_shape(twin)[name]}")
            lengths = sorted((_length(item), _length(twin)))
            if lengths[1] > lengths[0] * (1 + _LONGER):
                yield item.finding(f"it has {_length(item)} words and “{twin.key}” {_length(twin)}")


def forms_share_only_what_they_list(folder: Folder) -> Iterator[Finding]:
    """What both forms ask is listed in `shared_asks`, and nothing else is shared."""
    for one, other in _pairs(folder):
        shared = _asks(one) & _asks(other)
        if shared != set(one.table.get("shared_asks", ())):
            yield Finding(one.file, "", f"“shared_asks” must be {', '.join(sorted(shared)) or 'empty'}")


def forms_name_each_other(folder: Folder) -> Iterator[Finding]:
    """`form_of` names another set of the folder, which names this one."""
    by_slug = {one.parsed.slug: one for one in folder.sets}
    for one in folder.sets:
        other = one.table.get("form_of")
        if other and (other not in by_slug or by_slug[other].table.get("form_of") != one.parsed.slug):
            yield Finding(one.file, "", f"it is a form of “{other}”, which does not name it")


def _pairs(folder: Folder) -> Iterator[tuple[RuleSet, RuleSet]]:
    by_slug = {one.parsed.slug: one for one in folder.sets}
    for one in folder.sets:
        if one.table.get("form_of") in by_slug:
            yield one, by_slug[one.table["form_of"]]


def _shape(item: Item) -> dict[str, object]:
    names = ("type", "objective", "skill", "points")
    return {name: item.table[name] for name in names} | {
        "number of choices": len(item.choices),
        "number of evidence sentences": len(item.table["evidence"]),
    }


def _length(item: Item) -> int:
    return sum(len(words(text)) for text in (item.asked, *(choice["text"] for choice in item.choices)))


def _asks(one: RuleSet) -> set[str]:
    return {token for item in one.items for token in item.table.get("asks", ())}


RULES: tuple[Rule, ...] = (forms_name_each_other, forms_are_alike, forms_share_only_what_they_list)
