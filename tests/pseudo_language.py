"""A language of tests, which shows unmarked texts and lines that are too short."""

import re

from babel.messages.catalog import Catalog

_KEPT = re.compile(r"%\(\w+\)[sd]|%%|{\w*}|<[^>]*>|&\w+;|\n")
_LOOKALIKES = str.maketrans(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", "åƀçđéƒĝĥîĵķļɱñóþǫŕšţûṽŵẋýžÅƁÇÐÉƑĜĤÎĴĶĻṀÑÓÞǪŔŠŢÛṼŴẊÝŽ"
)


def pseudo(text: str) -> str:
    """The text without any letter of English, 40 % longer, in brackets. Values and markup stay.

    What is longer is words of 5 dots: a line may break between them, as between the words of a language.
    """
    kept = _KEPT.findall(text)
    parts = [part.translate(_LOOKALIKES) for part in _KEPT.split(text)]
    length = sum(map(len, parts))
    pairs = zip(parts, [*kept, ""], strict=True)
    dots = re.sub("·{5}(?=·)", "····· ", "·" * (length * 2 // 5))
    return "⟦" + "".join(part + place for part, place in pairs) + dots + "⟧"


def pseudo_catalog(marked: Catalog, more: tuple[str, ...]) -> Catalog:
    """All marked texts in the language of tests. more: texts of Django that pages show."""
    catalog = Catalog(locale="eo", fuzzy=False)
    for message in marked:
        if message.id:
            text = pseudo(message.id) if isinstance(message.id, str) else tuple(map(pseudo, message.id))
            catalog.add(message.id, text, context=message.context)
    for one in more:
        catalog.add(one, pseudo(one))
    return catalog
