"""A draft of who says so."""

from collections.abc import Sequence

from quizzes.content.question_types.draft import QuestionDraft, equals, lost, numbered, text_in, too_few
from quizzes.content.reading import NOT_STATED
from quizzes.content.tables import Table
from quizzes.phrases import gettext


class WhoSaysSoDraft(QuestionDraft):
    """Statements, each with its speaker and the sentences that say it."""

    set_aside_key = "who_says_so"
    fields = ("voices", "statements")
    row_lists = ("statements",)
    # Each statement has its own evidence. The evidence of the question is all of it.
    uses_picker = False

    def blank(self, speakers: Sequence[Table]) -> Table:
        """Three empty statements, with every speaker of the source."""
        statements = [{"text": "", "voice": "", "evidence": [], "rationale": ""} for _ in range(3)]
        return {"voices": [speaker["key"] for speaker in speakers], "statements": statements}

    def finish(self, question: Table, sentence_keys: Sequence[str], speakers: Sequence[Table]) -> Table:
        """Without empty statements. The evidence of the question is that of its statements together."""
        statements = [
            {**row, "facts": list(row.get("evidence", ())), "evidence": list(row.get("evidence", ()))}
            for _, row in numbered(question.get("statements", []))
        ]
        proof = {key for statement in statements for key in statement["evidence"]}
        return {
            **question,
            "voices": [speaker["key"] for speaker in speakers if speaker["key"] in question.get("voices", ())],
            "statements": statements,
            "evidence": [key for key in sentence_keys if key in proof],
        }

    def problems(self, question: Table, sentence_keys: Sequence[str], speakers: Sequence[Table]) -> list[str]:
        """What is missing, in the words of the page."""
        rows = question.get("statements", [])
        found = too_few(rows, 2, gettext("Enter at least 2 statements.")) + equals(
            rows, gettext("Statements {first} and {second} are the same.")
        )
        offered = [speaker["key"] for speaker in speakers if speaker["key"] in question.get("voices", ())]
        if len(offered) < 2:
            found.append(gettext("Offer at least 2 speakers."))
        labels = {speaker["key"]: speaker["label"] for speaker in speakers}
        for number, row in numbered(rows):
            speaker, evidence = text_in(row, "voice"), row.get("evidence", ())
            if speaker not in labels:
                found.append(gettext("Choose who says statement {number}.").format(number=number))
            elif speaker not in offered:
                found.append(
                    gettext("Select “{value}”, who says statement {number}, under “Speakers to choose from”.").format(
                        number=number, value=labels[speaker]
                    )
                )
            if speaker == NOT_STATED and evidence:
                found.append(
                    gettext("Statement {number} is “The story does not say”, so choose no sentence for it.").format(
                        number=number
                    )
                )
            if speaker != NOT_STATED and not evidence:
                found.append(gettext("Choose the sentence that says statement {number}.").format(number=number))
            found += lost(
                evidence,
                sentence_keys,
                gettext("A sentence that says statement {number} is no longer in the reading.").format(number=number),
            )
        return found

    def shown(self, question: Table, sentence_keys: Sequence[str]) -> Table:
        """Unchanged: it can be shown without a key."""
        return question
