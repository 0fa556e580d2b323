"""Rules for evidence: it is whole, it is confirmed, and quotes are in the reading."""

import hashlib
import re
from collections.abc import Iterator, Sequence

from quizzes.content.reading import NOT_STATED
from quizzes.content.rules.folder import Finding, Folder, Item, Rule

_ABSENCE = re.compile(r"no sentence|does not|nobody|stands alone", re.IGNORECASE)


def facts_are_proved(folder: Folder) -> Iterator[Finding]:
    """Each fact of a question is on one of its evidence sentences."""
    for item in folder.items:
        proved = {fact for sentence in folder.reading.sentences(item.table["evidence"]) for fact in sentence.facts}
        for fact in item.table["facts"]:
            if fact not in proved:
                yield item.finding(f"the fact “{fact}” is on none of its evidence")


def what_is_given_is_cited(folder: Folder) -> Iterator[Finding]:
    """A fact that a question tells is one of its facts, so its evidence has the sentence of it."""
    for item in folder.items:
        given = {token for token in item.table.get("gives", ()) if token in folder.facts}
        for fact in sorted(given - set(item.table["facts"])):
            yield item.finding(f"it gives “{fact}”, which is not one of its facts")


def evidence_is_whole(folder: Folder) -> Iterator[Finding]:
    """Evidence that refers to another sentence cites that one too, unless the file says that it stands alone."""
    for item in folder.items:
        alone = set(item.table.get("stands_alone", ()))
        for cited in (item.table["evidence"], *(statement.get("evidence", ()) for statement in item.statements)):
            for key in cited:
                lacking = set(folder.sentences.get(key, {}).get("refers_to", ())) - set(cited)
                if lacking and key not in alone:
                    yield item.finding(f"its evidence “{key}” refers to “{min(lacking)}”, which it does not cite")


def statements_have_their_own_evidence(folder: Folder) -> Iterator[Finding]:
    """A statement that the story does not make names the fact nearest to it."""
    for item in folder.items:
        for statement in item.statements:
            near = statement.get("near")
            if statement["voice"] == NOT_STATED and near not in folder.facts:
                yield item.finding(f"the statement “{statement['text']}” names no fact that is near")
            elif statement["voice"] != NOT_STATED and near:
                yield item.finding(f"the statement “{statement['text']}” is in the story and has “near”")


def named_sentences(item: Item) -> list[str]:
    """The keys of all sentences that a question uses or names, sorted."""
    rows = [*item.table.get("choices", ()), *item.statements]
    names = ("leans_on", "mark_at", "evidence")
    lists = [item.table["evidence"], *(row.get(name, ()) for row in rows for name in names)]
    keys = {key for keys in lists for key in keys} | {row["sentence"] for row in item.tempting}
    return sorted(keys, key=lambda key: (len(key), key))


def confirmation(folder: Folder, item: Item) -> str:
    """The first 12 hexadecimal digits of the SHA-256 of the sentences that the question names, at every level."""
    keys = named_sentences(item)
    texts = [
        " ".join(sentence.text.split())
        for reading in folder.readings
        for key in keys
        if (sentence := reading.sentence(key)) is not None
    ]
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()[:12]


def wording_is_confirmed(folder: Folder) -> Iterator[Finding]:
    """Its author confirmed each question, and no sentence that it names has changed since."""
    yield from changed_wording(folder)
    for item in folder.items:
        if "confirmed" not in item.table:
            yield item.finding(f"no one confirmed it with its sentences{_how_to_confirm(item)}")


def changed_wording(folder: Folder) -> Iterator[Finding]:
    """The questions with a sentence that changed after their author confirmed them."""
    for item in folder.items:
        if "confirmed" in item.table and item.table["confirmed"] != confirmation(folder, item):
            yield item.finding(f"a sentence changed since its author confirmed it{_how_to_confirm(item)}")


def _how_to_confirm(item: Item) -> str:
    return f" ({', '.join(named_sentences(item))}). Read it, then run check_question_sets --confirm {item.key}"


def absence_is_shown(folder: Folder) -> Iterator[Finding]:
    """A question on what the story does not say cites what comes closest, and its explanation says so."""
    for item in folder.items:
        if not item.table.get("absent"):
            continue
        if len(item.table["evidence"]) < 2 and len(item.choices) < 5:
            yield item.finding("it asks what is absent and needs two evidence sentences or five choices")
        if not _ABSENCE.search(item.explanation):
            yield item.finding("its explanation does not say that something is absent")


def quotes_are_in_the_reading(folder: Folder) -> Iterator[Finding]:
    """Words in quotation marks in a stem or in feedback are in the reading, at every level of their language."""
    texts: dict[str, list[str]] = {}
    for reading in folder.readings:
        texts.setdefault(reading.language, []).append(" ".join(sentence.text for sentence in reading).casefold())
    for item in folder.items:
        for language, levels in texts.items():
            shown = item.in_language(language)
            for quote in _quotes([shown.table["stem"], *shown.feedback, shown.explanation]):
                if not all(quote.casefold() in text for text in levels):
                    yield item.finding(f"“{quote}” is in quotation marks and not in the reading ({language})")


def _quotes(texts: Sequence[str]) -> list[str]:
    return [quote.strip(" .,") for text in texts for quote in re.findall("“([^”]+)”", text)]


RULES: tuple[Rule, ...] = (
    facts_are_proved,
    what_is_given_is_cited,
    evidence_is_whole,
    statements_have_their_own_evidence,
    wording_is_confirmed,
    absence_is_shown,
    quotes_are_in_the_reading,
)
