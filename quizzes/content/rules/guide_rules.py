"""Rules for the teaching guide and the words to know."""

import re
from collections.abc import Iterator

from quizzes.content.rules.folder import FIRST_LANGUAGE, GUIDE_NAME, SOURCE_NAME, Finding, Folder, Rule, words
from quizzes.content.teaching_guide import parse_guide, untranslated_guide

_MEANING = 20
_MINUTES = re.compile(r"\((\d+)(?: (?:minutes|minutos))?\)")
# The standard of every question that asks for a sentence.
_CITING = "CCSS RH.6-8.1"


def guide_has_every_part(folder: Folder) -> Iterator[Finding]:
    """A built-in source has a guide with all its parts, and words to know."""
    if folder.guide is None:
        yield Finding(GUIDE_NAME, "", "there is no such file")
        return
    for part in folder.guide.missing:
        yield Finding(GUIDE_NAME, f"part “{part}”", "it is empty")
    if not folder.reading.words:
        yield Finding(SOURCE_NAME, "", "the reading explains no word")


def standards_name_questions(folder: Folder) -> Iterator[Finding]:
    """Every question of the standards table exists, and a standard without one names another part."""
    known = {item.key for item in folder.items}
    for standard in folder.guide.standards if folder.guide is not None else ():
        where = f"standard “{standard.code}”"
        for key in standard.questions:
            if key not in known:
                yield Finding(GUIDE_NAME, where, f"no set has the question “{key}”")
        if not standard.questions and not standard.also:
            yield Finding(GUIDE_NAME, where, "it names no question and no part of the guide")


def sentences_to_find_count_as_citing(folder: Folder) -> Iterator[Finding]:
    """The standard on citing evidence names every question that asks for a sentence."""
    standards = folder.guide.standards if folder.guide is not None else ()
    cited = {key for standard in standards if standard.code == _CITING for key in standard.questions}
    for item in folder.items:
        if item.finds_sentences and item.key not in cited:
            yield Finding(GUIDE_NAME, f"standard “{_CITING}”", f"it does not name the question “{item.key}”")


def plan_fits_its_lessons(folder: Folder) -> Iterator[Finding]:
    """The minutes of each day, and those of the plan for one lesson, add up to a lesson, in every language."""
    if folder.guide_tables is None:
        return
    for language in (FIRST_LANGUAGE, *folder.source.get("languages", ())):
        guide = parse_guide(folder.guide_tables, language)
        plans = [(f"day {number}", " ".join(day.in_class)) for number, day in enumerate(guide.days, start=1)]
        for where, text in (*plans, ("plan for less time", guide.shorter)):
            minutes = sum(map(int, _MINUTES.findall(text)))
            if minutes != guide.minutes:
                yield Finding(GUIDE_NAME, where, f"it takes {minutes} minutes, not {guide.minutes} ({language})")


def guide_is_in_every_language(folder: Folder) -> Iterator[Finding]:
    """The guide has its texts in every language of the source."""
    for problem in untranslated_guide(folder.guide_tables or {}, folder.source.get("languages", ())):
        yield Finding(GUIDE_NAME, "", problem)


def words_are_used_and_explained(folder: Folder) -> Iterator[Finding]:
    """Each form is in a reading, and no meaning is long or only another listed word."""
    texts: dict[str, list[str]] = {}
    for reading in folder.readings:
        texts.setdefault(reading.language, []).extend(sentence.text for sentence in reading)
    listed = {word.word.casefold() for word in folder.reading.words}
    for word in folder.reading.words:
        where = f"word “{word.word}”"
        for language, forms in (("en", word.forms), ("es", word.forms_es)):
            text = "\n".join(texts.get(language, ()))
            for form in forms:
                if language in texts and not re.search(rf"(?<!\w){re.escape(form)}(?!\w)", text, re.IGNORECASE):
                    yield Finding(SOURCE_NAME, where, f"its form “{form}” is in no reading of that language")
        if len(words(word.meaning)) > _MEANING:
            yield Finding(SOURCE_NAME, where, f"its meaning has over {_MEANING} words")
        if word.meaning.strip(" .").casefold() in listed:
            yield Finding(SOURCE_NAME, where, "its meaning is only another listed word")


RULES: tuple[Rule, ...] = (
    guide_has_every_part,
    guide_is_in_every_language,
    standards_name_questions,
    sentences_to_find_count_as_citing,
    plan_fits_its_lessons,
    words_are_used_and_explained,
)
