"""Why students may see a text, and the notes about it that they read."""

QUOTES, FULL_TEXT, OPEN = "quotes", "full_text", "open"
# What students read unless the author writes another note.
RIGHTS = {
    QUOTES: {
        "en": "Written for class use, in our own words.",
        "es": "Escrito para usar en clase, con nuestras propias palabras.",
    },
    FULL_TEXT: {
        "en": "The full text, shown in class with permission.",
        "es": "El texto completo, que se muestra en clase con permiso.",
    },
    OPEN: {
        "en": "The full text, in the public domain or under an open license.",
        "es": "El texto completo, de dominio público o con una licencia abierta.",
    },
}

_LANGUAGES = {note: language for notes in RIGHTS.values() for language, note in notes.items()}


def note_language(note: str, reading: str) -> str:
    """The language of a note: its own if it is one of ours, which a set in a third language has in English.

    reading: the language of the reading, in which an author writes.
    """
    return _LANGUAGES.get(note, reading)
