"""To-do items that a teacher took off the home page."""

from quizzes.models import HiddenTodo, User


def hide_todo(user: User, *, key: str, count: int) -> HiddenTodo:
    """Take an item off the home page until its count grows. Safe to repeat."""
    hidden, _ = HiddenTodo.objects.update_or_create(user=user, key=key, defaults={"count": count})
    return hidden


def show_todo(user: User, *, key: str) -> None:
    """Put an item back on the home page."""
    HiddenTodo.objects.filter(user=user, key=key).delete()


def hidden_counts(user: User) -> dict[str, int]:
    """The count that each hidden item had, by key. One query."""
    return dict(HiddenTodo.objects.filter(user=user).values_list("key", "count"))
