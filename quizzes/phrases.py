"""Translate the words of pure modules.

They may not use Django, so the app gives this module Django's functions. Without them, texts stay English.
"""

from collections.abc import Callable

_SINGLE = str.maketrans("“”", "‘’")


class _Functions:
    """The functions that translate; None before the app is ready."""

    gettext: Callable[[str], str] | None = None
    ngettext: Callable[[str, str, int], str] | None = None


def use(translate: Callable[[str], str], translate_count: Callable[[str, str, int], str]) -> None:
    """Translate with these functions from now on."""
    _Functions.gettext, _Functions.ngettext = staticmethod(translate), staticmethod(translate_count)


def gettext(text: str) -> str:
    """The text in the language of the page."""
    return _Functions.gettext(text) if text and _Functions.gettext else text


def ngettext(one: str, many: str, count: int) -> str:
    """The text for this count in the language of the page."""
    if _Functions.ngettext:
        return _Functions.ngettext(one, many, count)
    return one if count == 1 else many


def gettext_noop(text: str) -> str:
    """The text as it is, marked so that the list of texts to translate has it."""
    return text


def with_single_quotes(text: str) -> str:
    """The text to put between quotation marks: those inside it are single."""
    return text.translate(_SINGLE)


def quoted(text: str) -> str:
    """The text in quotation marks. Those inside it are single."""
    return f"“{with_single_quotes(text)}”"
