"""What Citus would make of each table with `classroom_id` as the distribution key, read from the models themselves."""

from collections.abc import Iterator

from django.apps import apps
from django.db import models

from quizzes.models import Classroom

KEY = "classroom_id"


def table() -> Iterator[str]:
    """A line a table of the app: whether it has the key, what it would become, and which uniqueness Citus refuses."""
    yield "| table | has `classroom_id` | would be | unique today, refused without it |"
    yield "| --- | --- | --- | --- |"
    for model in sorted(apps.get_app_config("quizzes").get_models(), key=lambda model: (rank(model), model.__name__)):
        refused = unique(model) if is_spread(model) else []
        yield f"| {model.__name__} | {holds_key(model)} | {becomes(model)} | {'; '.join(refused)} |"


def rank(model: type[models.Model]) -> int:
    """The order of the table: distributed ones with the key, those without it, the rest."""
    return (0 if holds_key(model) == "yes" else 1) if is_spread(model) else 2


def holds_key(model: type[models.Model]) -> str:
    """Whether rows say their classroom themselves."""
    if model is Classroom:
        return "is it"
    return "yes" if any(field.column == KEY for field in model._meta.concrete_fields) else "no"


def becomes(model: type[models.Model]) -> str:
    """The kind of table."""
    if is_spread(model):
        return "distributed" if holds_key(model) != "no" else f"distributed, by a new column (now by {way(model)})"
    if holds_key(model) == "yes":
        return "local: its classroom may be empty; its foreign keys into distributed tables have to go"
    if any(is_spread(target) for target, _ in parents(model, required=False)):
        return "local; its foreign keys into distributed tables have to go"
    return "reference"


def is_spread(model: type[models.Model]) -> bool:
    """Whether each row belongs to one classroom."""
    return model is Classroom or way(model) != ""


def way(model: type[models.Model]) -> str:
    """The required foreign keys that lead from a row to its classroom, the shortest way; "" where none does."""
    ways = []
    for target, name in parents(model, required=True):
        if target is Classroom:
            return name
        if target is not model and (rest := way(target)):
            ways.append(f"{name}, {rest}")
    # By the assignment rather than by the student, who may have moved to another class since.
    return min(ways, key=lambda names: (names.count(","), names), default="")


def parents(model: type[models.Model], *, required: bool) -> Iterator[tuple[type[models.Model], str]]:
    """(model, field name) of the foreign keys of the app."""
    for field in model._meta.concrete_fields:
        target = field.related_model
        if isinstance(target, type) and target._meta.app_label == "quizzes" and not (required and field.null):
            yield target, field.name


def unique(model: type[models.Model]) -> list[str]:
    """Every uniqueness that lacks the key, as its fields."""
    found = [field.name for field in model._meta.concrete_fields if field.unique]
    for constraint in model._meta.constraints:
        if isinstance(constraint, models.UniqueConstraint) and "classroom" not in constraint.fields:
            found.append(" + ".join(constraint.fields) + (" (partial)" if constraint.condition else ""))
    return found
