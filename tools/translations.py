"""The translations of the pages: `make translations` updates and compiles them, and prints what is missing.

Each language has quizzes/locale/<code>/LC_MESSAGES/django.po, for people, and django.mo, which Django reads. Both are
in the repository, so that a fresh clone needs no gettext. docs/translate.md says how to add a language.
"""

import copy
import io
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parents[1]
LOCALES = ROOT / "quizzes" / "locale"
COMMAND = "make translations"
# A date of its own for each run would be a conflict in each merge.
FIXED_DATE = datetime(2026, 11, 26, tzinfo=UTC)

_COUNTED = (1, 2)
_IN_CONTEXT = ((1, "c"), 2)
KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": _COUNTED,
    "ngettext_lazy": _COUNTED,
    "pgettext": _IN_CONTEXT,
    "pgettext_lazy": _IN_CONTEXT,
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}


def marked_texts() -> Catalog:
    """A catalog of all texts that templates and modules mark for translation, without translations."""
    catalog = Catalog(project="Footnote", fuzzy=False, creation_date=FIXED_DATE, revision_date=FIXED_DATE)
    for path in sorted(path for path in (ROOT / "templates").rglob("*.*") if path.suffix in {".html", ".txt"}):
        # One line: the tokenizer must not look for indentation in what was a template. Without the first comment, Babel
        # parses that line to learn its encoding, which fails for a long one.
        source = " ".join(templatize(path.read_text(encoding="utf-8")).split("\n"))
        _add(catalog, f"# -*- coding: utf-8 -*-\n{source}")
    for folder in ("quizzes", "quizsite"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            if "migrations" not in path.parts:
                _add(catalog, path.read_text(encoding="utf-8"))
    return catalog


def _add(catalog: Catalog, source: str) -> None:
    for _, message, _, context in extract("python", io.BytesIO(source.encode()), KEYWORDS):
        catalog.add(message, context=context)


def languages() -> Iterator[tuple[str, Path]]:
    """(code, .po file) of each language."""
    for path in sorted(LOCALES.glob("*/LC_MESSAGES/django.po")):
        yield path.parts[-3], path


def translations_of(path: Path) -> Catalog:
    """The catalog of a .po file."""
    with path.open("rb") as file:
        return read_po(file, locale=path.parts[-3], abort_invalid=True)


def missing(catalog: Catalog, marked: Catalog) -> list[str]:
    """The marked texts without a translation, which pages show in English."""
    found = []
    for message in marked:
        translated = catalog.get(message.id, message.context) if message.id else message
        # A fuzzy translation is one of a text that has changed; it is not compiled.
        if message.id and not (translated and _is_complete(translated.string) and not translated.fuzzy):
            found.append(message.id if isinstance(message.id, str) else message.id[0])
    return sorted(found)


def _is_complete(translated: str | Sequence[str] | None) -> bool:
    return bool(translated) if translated is None or isinstance(translated, str) else all(translated)


def compile_catalog(catalog: Catalog) -> bytes:
    """The catalog as a .mo file, without texts that are not translated in each form of the plural."""
    whole = copy.deepcopy(catalog)
    for message in whole:
        # Babel would write the English singular for a missing form.
        if message.id and not _is_complete(message.string):
            message.string = ""
    file = io.BytesIO()
    write_mo(file, whole)
    return file.getvalue()


def main() -> int:
    """Update and compile each language, and print what is missing."""
    marked = marked_texts()
    for code, path in languages():
        catalog = translations_of(path)
        catalog.update(marked, no_fuzzy_matching=True)
        catalog.creation_date = catalog.revision_date = FIXED_DATE
        with path.open("wb") as file:
            write_po(file, catalog, width=0, no_location=True, sort_output=True, ignore_obsolete=True)
        path.with_suffix(".mo").write_bytes(compile_catalog(catalog))
        untranslated = missing(catalog, marked)
        print(f"{code}: {len(marked)} texts, {len(untranslated)} without a translation")
        for text in untranslated:
            print(f"  missing: {text}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
