"""Draw receipts for submitted attempts."""

from collections.abc import Container

from quizzes.models import Attempt
from quizzes.models.public_ids import new_receipt


def free_receipts(count: int, *, besides: Container[str] = ()) -> list[str]:
    """This many different receipts that no attempt has, and that are not `besides`.

    One query, unless a receipt is taken.
    """
    receipts: set[str] = set()
    while len(receipts) < count:
        drawn = {new_receipt() for _ in range(count - len(receipts))}
        taken = set(Attempt.objects.filter(receipt__in=drawn).values_list("receipt", flat=True))
        receipts |= {receipt for receipt in drawn - taken if receipt not in besides}
    return list(receipts)
