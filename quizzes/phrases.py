"""Translate the words of pure modules.

They may not use Django, so the app gives this module Django's functions. Without them, texts stay English.
"""

from collections.abc import Callable

_translate: list[Callable[[str], str]] = []
_translate_count: list[Callable[[str, str, int], str]] = []


def use(translate: Callable[[str], str], translate_count: Callable[[str, str, int], str]) -> None:
    """Translate with these functions from now on."""
    _translate[:] = [translate]
    _translate_count[:] = [translate_count]


def gettext(text: str) -> str:
    """The text in the language of the page."""
    return _translate[0](text) if text and _translate else text


def ngettext(one: str, many: str, count: int) -> str:
    """The text for this count in the language of the page."""
    if _translate_count:
        return _translate_count[0](one, many, count)
    return one if count == 1 else many


def gettext_noop(text: str) -> str:
    """The text as it is, marked so that the list of texts to translate has it."""
    return text
