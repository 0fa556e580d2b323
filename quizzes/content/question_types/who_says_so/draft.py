"""A draft of who says so."""

from collections.abc import Sequence

from quizzes.content.question_types.draft import QuestionDraft, equals, lost, numbered, text_in, too_few
from quizzes.content.reading import NOT_STATED
from quizzes.content.tables import Table


class WhoSaysSoDraft(QuestionDraft):
    """Statements, each with its voice and the sentences that say it."""

    set_aside_key = "who_says_so"
    fields = ("voices", "statements")
    row_lists = ("statements",)
    # Each statement has its own evidence. The evidence of the question is all of it.
    uses_picker = False

    def blank(self, voices: Sequence[Table]) -> Table:
        """Three empty statements, with every voice of the source."""
        statements = [{"text": "", "voice": "", "evidence": [], "rationale": ""} for _ in range(3)]
        return {"voices": [voice["key"] for voice in voices], "statements": statements}

    def finish(self, question: Table, sentence_keys: Sequence[str], voices: Sequence[Table]) -> Table:
        """Without empty statements. The evidence of the question is that of its statements together."""
        statements = [
            {**row, "facts": list(row.get("evidence", ())), "evidence": list(row.get("evidence", ()))}
            for _, row in numbered(question.get("statements", []))
        ]
        proof = {key for statement in statements for key in statement["evidence"]}
        return {
            **question,
            "voices": [voice["key"] for voice in voices if voice["key"] in question.get("voices", ())],
            "statements": statements,
            "evidence": [key for key in sentence_keys if key in proof],
        }

    def problems(self, question: Table, sentence_keys: Sequence[str], voices: Sequence[Table]) -> list[str]:
        """What is missing, in the words of the page."""
        rows = question.get("statements", [])
        found = too_few(rows, 2, "Enter at least 2 statements.") + equals(rows, "Statements")
        offered = [voice["key"] for voice in voices if voice["key"] in question.get("voices", ())]
        if len(offered) < 2:
            found.append("Offer at least 2 speakers.")
        labels = {voice["key"]: voice["label"] for voice in voices}
        for number, row in numbered(rows):
            voice, evidence = text_in(row, "voice"), row.get("evidence", ())
            if voice not in labels:
                found.append(f"Choose who says statement {number}.")
            elif voice not in offered:
                found.append(f"The speaker of statement {number}, “{labels[voice]}”, isn’t one of the choices.")
            if voice == NOT_STATED and evidence:
                found.append(f"Statement {number} is “The story does not say”, so leave its sentence blank.")
            if voice != NOT_STATED and not evidence:
                found.append(f"Enter the sentence that says statement {number}.")
            found += lost(
                evidence, sentence_keys, f"A sentence that says statement {number} is no longer in the reading."
            )
        return found

    def shown(self, question: Table, sentence_keys: Sequence[str]) -> Table:
        """Unchanged: it can be shown without a key."""
        return question
