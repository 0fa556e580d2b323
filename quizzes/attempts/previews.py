"""Preview attempts: try a question set without an account or a class. They are stored in the session only."""

import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.contrib.sessions.backends.base import SessionBase
from django.utils.crypto import salted_hmac

from quizzes.attempts.attempt_content import AttemptContent, arrange_content
from quizzes.content.question_types.question import Submitted
from quizzes.content.question_types.registry import Question, Shuffle, Value
from quizzes.models import Answer, QuestionSet

PREVIEWS = "previews"
# The set that a visitor may try without an account. No other built-in set has one of its questions.
EXIT_TICKET = "exit-ticket"


@dataclass(frozen=True, slots=True)
class PreviewAttempt:
    """One preview attempt on an edition. values: of the checked answers, by question key.

    order: names the order of the choices on its pages. Pages carry it, since a visitor who has not answered yet has
    no session. Only the server can compute the seed of the order from it.
    kept_as: its name in the session.
    """

    content: AttemptContent
    order: str
    values: Mapping[str, Value]
    kept_as: str

    def answer(self, question: Question) -> Answer | None:
        """The answer as a row that is never saved, for `attempt_review`; None before it was checked."""
        if question.key not in self.values:
            return None
        return Answer(question_id=self.content.question_id(question), value=self.values[question.key])


def exit_ticket() -> int | None:
    """The newest edition of the set that visitors may try; None where the built-in sets are not loaded."""
    found = QuestionSet.objects.built_in().published().filter(slug=EXIT_TICKET).first()
    return found.latest_edition_id if found is not None else None


def preview_attempt(
    session: SessionBase, edition_id: int, *, only: Collection[str] | None = None, kept_as: str = ""
) -> PreviewAttempt:
    """The preview attempt that this session holds, else a new one, which is not stored before its first answer.

    only: keys of its questions, None for all. kept_as: its name in the session, by default that of the edition.
    """
    kept_as = kept_as or str(edition_id)
    kept: dict[str, Any] = session.get(PREVIEWS, {}).get(kept_as, {})
    order = kept.get("order") or secrets.token_hex(16)
    whole = arrange_content(edition_id, seed=_seed(order), shuffle_questions=False)
    asked = tuple(question for question in whole.questions if only is None or question.key in only)
    values = {
        question.key: kept["values"][question.key] for question in asked if question.key in kept.get("values", {})
    }
    return PreviewAttempt(replace(whole, questions=asked), order, values, kept_as)


def read_preview_answer(preview: PreviewAttempt, question: Question, submitted: Submitted, *, order: str) -> Value:
    """The value that a page of this preview sent, None for no answer; raises NotAChoice. order: as on that page."""
    reading = preview.content.published.document.reading
    return question.read_answer(submitted, Shuffle(_seed(order), is_shuffled=True), reading)


def check_preview_answer(
    session: SessionBase, preview: PreviewAttempt, question: Question, value: Value, *, order: str
) -> None:
    """Store an answer in the session. The first one to a question stays. order: of the page, stored with the first."""
    if question.key in preview.values:
        return
    kept = {"order": preview.order if preview.values else order, "values": {**preview.values, question.key: value}}
    session[PREVIEWS] = {**session.get(PREVIEWS, {}), preview.kept_as: kept}


def start_again(session: SessionBase, preview: PreviewAttempt) -> None:
    """Delete the answers of this preview attempt."""
    previews = dict(session.get(PREVIEWS, {}))
    if previews.pop(preview.kept_as, None) is not None:
        session[PREVIEWS] = previews


def _seed(order: str) -> str:
    return salted_hmac("quizzes.previews.seed", order, algorithm="sha256").hexdigest()[:32]
