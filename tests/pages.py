"""Read HTML pages: links, texts, and the fields that a form would send."""

import re
from dataclasses import dataclass, field
from html import unescape
from typing import Protocol
from urllib.parse import urljoin


class Page(Protocol):
    """A response. The type of the test client's response is private."""

    @property
    def content(self) -> bytes: ...


@dataclass
class Form:
    """One form. fields: (name, value) pairs that it would send now. offered: (name, value) pairs of all choices."""

    action: str
    method: str
    fields: list[tuple[str, str]] = field(default_factory=list)
    offered: list[tuple[str, str]] = field(default_factory=list)
    buttons: list[tuple[str, str]] = field(default_factory=list)

    def data(self, **changes: str | list[str]) -> dict[str, list[str]]:
        """The data that the form sends, with these changes."""
        sent: dict[str, list[str]] = {}
        for name, value in self.fields:
            sent.setdefault(name, []).append(value)
        for name, changed in changes.items():
            sent[name] = [changed] if isinstance(changed, str) else changed
        return sent


# The elements that a reader looks at. HTMLParser, which looks at all, takes four times as long (2026-12-01).
_TAG = re.compile(
    r"""<(/?)(a|button|form|input|option|select|textarea)(?=[\s/>])((?:[^<>"']++|"[^"]*+"|'[^']*+')*+)>([^<]*)"""
)
_ATTRIBUTE = re.compile(r"""([^\s"'=/]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'=]+)))?""")


class _Reader:
    def __init__(self, address: str) -> None:
        self._address = address
        self.links: list[str] = []
        self.forms: list[Form] = []
        self.searches: list[Form] = []
        self._open: Form | None = None
        self._select = ""
        self._textarea: tuple[str, list[str]] | None = None

    def feed(self, page: str) -> None:
        """Read the page. Its markup is Footnote's own: attributes have quotes, and texts have no `<`."""
        for end, tag, attributes, text in _TAG.findall(page):
            if end:
                self._end(tag)
                continue
            self._start(tag, {name: unescape(a or b or c) for name, a, b, c in _ATTRIBUTE.findall(attributes)})
            if self._textarea is not None:
                self._textarea[1].append(unescape(text))

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "a" and "href" in attributes:
            self.links.append(self._absolute(attributes["href"]))
        if tag == "form":
            self._open = Form(self._absolute(attributes.get("action", "")), attributes.get("method", "get").lower())
            # The search box is on every page of a teacher, so a test of a page's own forms need not name it.
            (self.searches if attributes.get("role") == "search" else self.forms).append(self._open)
        if self._open is None or "disabled" in attributes:
            return
        name = attributes.get("name", "")
        if tag == "input" and name:
            if attributes.get("type") in {"radio", "checkbox"}:
                attributes.setdefault("value", "on")
                self._open.offered.append((name, attributes["value"]))
                if "checked" not in attributes:
                    return
            self._open.fields.append((name, attributes.get("value", "")))
        elif tag == "button" and name:
            self._open.buttons.append((name, attributes.get("value", "")))
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select:
            self._open.offered.append((self._select, attributes.get("value", "")))
            if "selected" in attributes:
                self._open.fields.append((self._select, attributes.get("value", "")))
        elif tag == "textarea" and name:
            self._textarea = (name, [])

    def _end(self, tag: str) -> None:
        if tag == "form":
            self._open = None
        elif tag == "select":
            self._select = ""
        elif tag == "textarea" and self._textarea is not None and self._open is not None:
            self._open.fields.append((self._textarea[0], "".join(self._textarea[1])))
            self._textarea = None

    def _absolute(self, address: str) -> str:
        return urljoin(self._address, address) if address.startswith("../") else address


def read(response: Page) -> _Reader:
    """The links and forms of a page. Relative links (`../`) become absolute."""
    reader = _Reader(getattr(response, "request", {}).get("PATH_INFO", ""))
    # The content of a <template> is not on the page until a script adds it.
    reader.feed(re.sub(r"<template.*?</template>", "", response.content.decode(), flags=re.DOTALL))
    return reader


def form_of(response: Page, *, having: str) -> Form:
    """The first form of a page with a field, choice or button of this name."""
    for form in read(response).forms:
        if having in {name for name, _ in [*form.fields, *form.offered, *form.buttons]}:
            return form
    raise AssertionError(f"no form with {having!r} on the page")


def text_of(response: Page) -> str:
    """The text of a page without its head, with single spaces."""
    body = re.sub(r"<(script|head|template).*?</\1>", " ", response.content.decode(), flags=re.DOTALL)
    body = body.replace("<wbr>", "")
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", body)).split())


def errors_of(response: Page) -> list[str]:
    """The error messages of a page in order, also those of a whole form."""
    return _errors(response, "")


def field_errors_of(response: Page) -> list[str]:
    """The error messages of fields, which each field names by their id."""
    return _errors(response, ' id="')


def _errors(response: Page, attribute: str) -> list[str]:
    errors = re.findall(rf'<p class="err"{attribute}[^>]*>(.*?)</p>', response.content.decode(), re.DOTALL)
    return [" ".join(unescape(re.sub(r"<[^>]*>", " ", error)).split()) for error in errors]
