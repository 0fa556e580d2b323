"""The lists of English words and family names. They show whether a word is a typo. Names have a capital there."""

from pathlib import Path

from quizzes.caches import process_cache


@process_cache(maxsize=1)
def english_words() -> frozenset[str]:
    """The English words and names of at least four letters, normalized."""
    return frozenset(_lines().lower().split())


@process_cache(maxsize=1)
def english_names() -> frozenset[str]:
    """The names among them, also those that are a word too, such as “brown”."""
    return frozenset(word.lower() for word in _lines().split() if word[0].isupper())


def _lines() -> str:
    files = (Path(__file__).parent / "data" / name for name in ("english-words.txt", "family-names.txt"))
    return "\n".join(file.read_text(encoding="utf-8") for file in files)
