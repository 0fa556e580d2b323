"""The list of English words. It shows whether a word is a typo or another word. Its file has names with a capital."""

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
    return (Path(__file__).parent / "data" / "english-words.txt").read_text(encoding="utf-8")
