"""Preview attempts: try a question set without an account or a class, stored in a session or in a signed cookie."""

import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.contrib.sessions.backends.base import SessionBase
from django.core import signing
from django.utils.crypto import salted_hmac

from quizzes.attempts.attempt_content import AttemptContent, arrange_content
from quizzes.content.question_types.question import Submitted
from quizzes.content.question_types.registry import Question, Shuffle, Value
from quizzes.models import Answer, QuestionSet
from quizzes.models.question_sets import TRY_OUT

PREVIEWS = "previews"
# The try-out needs some 300 characters. A browser takes 4,096 for a cookie.
MAX_COOKIE_LENGTH = 3_000
_COOKIE_SALT = "quizzes.previews.cookie"


# What stores preview attempts under PREVIEWS: a session, or what a signed cookie holds.
type PreviewStore = SessionBase | dict[str, Any]


def read_cookie(value: str, *, max_age: int) -> dict[str, Any]:
    """The preview attempts of a visitor. Empty for a forged cookie and after max_age seconds."""
    try:
        stored: dict[str, Any] = signing.loads(value, salt=_COOKIE_SALT, max_age=max_age)
    except signing.BadSignature:
        return {}
    return stored


def write_cookie(store: Mapping[str, Any]) -> str:
    """The signed value of a visitor's cookie; "" if there is nothing to store or it would be too long."""
    if not store.get(PREVIEWS):
        return ""
    value = signing.dumps(dict(store), salt=_COOKIE_SALT, compress=True)
    return value if len(value) <= MAX_COOKIE_LENGTH else ""


@dataclass(frozen=True, slots=True)
class PreviewAttempt:
    """One preview attempt on an edition. values: of the checked answers, by question key.

    order: an id of the order of the choices. Pages send it back, since nothing is stored before the first answer.
    Only the server can compute the seed from it.
    kept_as: the key in the store.
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


def try_out() -> int | None:
    """The row id of the newest edition of the set that visitors may try; None if the built-in sets are not loaded."""
    question_set = QuestionSet.objects.built_in().published().filter(slug=TRY_OUT).first()
    return question_set.latest_edition_id if question_set is not None else None


def preview_attempt(
    store: PreviewStore,
    edition_id: int,
    *,
    only: Collection[str] | None = None,
    kept_as: str = "",
    order: str = "",
    variant: str,
    language: str | None,
    fewer_choices: bool = False,
) -> PreviewAttempt:
    """The preview attempt in this store, else a new one, which is stored with its first answer.

    only: keys of its questions, None for all. kept_as: the key in the store, by default the edition's row id.
    order: as on the page that sent an answer, so that the next page has the choices where they were.
    variant: the level of the reading. language: of the texts, None for the language that they were written in.
    fewer_choices: as for `arrange_content`.
    """
    kept_as = kept_as or str(edition_id)
    stored: dict[str, Any] = store.get(PREVIEWS, {}).get(kept_as, {})
    stored_values = stored.get("values", {})
    order = stored.get("order") or order or secrets.token_hex(16)
    content = arrange_content(
        edition_id,
        seed=_seed(order),
        shuffle_questions=False,
        shuffle_choices=True,
        variant=variant,
        language=language,
        fewer_choices=fewer_choices,
        draws_by_key=True,
    )
    questions = tuple(question for question in content.questions if only is None or question.key in only)
    values = {question.key: stored_values[question.key] for question in questions if question.key in stored_values}
    return PreviewAttempt(replace(content, questions=questions), order, values, kept_as)


def read_preview_answer(preview: PreviewAttempt, question: Question, submitted: Submitted, *, order: str) -> Value:
    """The value of a submitted answer, None for no answer. Raises NotAChoice. order: as on the page that sent it."""
    reading = preview.content.published.document.reading
    return question.read_answer(submitted, Shuffle(_seed(order), is_shuffled=True), reading)


def check_preview_answer(
    store: PreviewStore, preview: PreviewAttempt, question: Question, value: Value, *, order: str
) -> None:
    """Store an answer. The first answer to a question stays. order: as on the page that sent it."""
    if question.key in preview.values:
        return
    stored = {"order": preview.order if preview.values else order, "values": {**preview.values, question.key: value}}
    store[PREVIEWS] = {**store.get(PREVIEWS, {}), preview.kept_as: stored}


def start_again(store: PreviewStore, preview: PreviewAttempt) -> None:
    """Delete the answers of this preview attempt."""
    previews = dict(store.get(PREVIEWS, {}))
    if previews.pop(preview.kept_as, None) is not None:
        store[PREVIEWS] = previews


def _seed(order: str) -> str:
    return salted_hmac("quizzes.previews.seed", order, algorithm="sha256").hexdigest()[:32]
