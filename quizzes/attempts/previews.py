"""Trials: a set answered as a student would, by someone who is none. A trial lives in the session and nowhere else."""

import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.contrib.sessions.backends.base import SessionBase
from django.utils.crypto import salted_hmac

from quizzes.attempts.attempt_content import Sitting, sitting
from quizzes.content.question_types.question import Question, Submitted, Value
from quizzes.content.question_types.shuffle import Shuffle
from quizzes.models import Answer, Assignment, Attempt, QuestionSet

TRIALS = "trials"
# The set that a visitor may try without an account. None of its questions is one of another built-in set.
EXIT_TICKET = "exit-ticket"


@dataclass(frozen=True, slots=True)
class Trial:
    """One trial of an edition. values: by question key, of what was checked; an answer is settled once it is there.

    order: names the order of the choices on pages of this trial. Pages carry it, since a visitor who has not
    answered yet has no session; the secret seed of the order follows from it on the server alone.
    kept_as: under which name the session holds it.
    """

    sitting: Sitting
    order: str
    values: Mapping[str, Value]
    kept_as: str

    def answer(self, question: Question) -> Answer | None:
        """The answer as `results` takes it, a row that is never saved; None before it was checked."""
        if question.key not in self.values:
            return None
        return Answer(question_id=self.sitting.question_id(question), value=self.values[question.key])


def exit_ticket() -> int | None:
    """The newest edition of the set that visitors may try; None where the built-in sets are not loaded."""
    found = QuestionSet.objects.built_in().published().filter(slug=EXIT_TICKET).first()
    return found.latest_edition_id if found is not None else None


def trial_of(session: SessionBase, edition_id: int, *, only: Collection[str] | None = None, kept_as: str = "") -> Trial:
    """The trial that this session holds, else a new one, which is not kept before its first answer.

    only: keys of the questions it is about, None for all. kept_as: a name that no other trial of the session has;
    without one there is one trial of an edition.
    """
    kept_as = kept_as or str(edition_id)
    kept: dict[str, Any] = session.get(TRIALS, {}).get(kept_as, {})
    order = kept.get("order") or secrets.token_hex(16)
    whole = _sitting(edition_id, order)
    asked = tuple(question for question in whole.questions if only is None or question.key in only)
    values = {
        question.key: kept["values"][question.key] for question in asked if question.key in kept.get("values", {})
    }
    return Trial(replace(whole, questions=asked), order, values, kept_as)


def read_trial_answer(trial: Trial, question: Question, submitted: Submitted, *, order: str) -> Value:
    """The value that a page of this trial sent, None for no answer; raises NotAChoice. order: as on that page."""
    reading = trial.sitting.published.document.reading
    return question.read_answer(submitted, Shuffle(_seed(order), is_shuffled=True), reading)


def settle(session: SessionBase, trial: Trial, question: Question, value: Value, *, order: str) -> None:
    """Keep an answer in the session; the first one to a question stands. order: of the page, kept with the first."""
    if question.key in trial.values:
        return
    kept = {"order": trial.order if trial.values else order, "values": {**trial.values, question.key: value}}
    session[TRIALS] = {**session.get(TRIALS, {}), trial.kept_as: kept}


def start_again(session: SessionBase, trial: Trial) -> None:
    """Forget what was answered in this trial."""
    trials = dict(session.get(TRIALS, {}))
    if trials.pop(trial.kept_as, None) is not None:
        session[TRIALS] = trials


def _sitting(edition_id: int, order: str) -> Sitting:
    # An attempt that is never saved: so a trial is shown and graded by the code that serves students.
    return sitting(
        Attempt(
            assignment=Assignment(edition_id=edition_id),
            seed=_seed(order),
            shuffle_questions=False,
            shuffle_choices=True,
        )
    )


def _seed(order: str) -> str:
    return salted_hmac("quizzes.trials.seed", order, algorithm="sha256").hexdigest()[:32]
