"""Ids that may stand in an address: random, so that they tell neither order nor number of rows. They are no secret."""

import secrets

# Without the characters that are mistaken for one another on a board or a card: 0 O, 1 I L, and U for V.
READABLE = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


def new_public_id() -> str:
    """Twelve characters that may stand in a URL (72 bits), the first no hyphen: a command would read an option."""
    while (public_id := secrets.token_urlsafe(9)).startswith("-"):
        continue
    return public_id


def new_readable_code(length: int) -> str:
    """`length` capital letters and digits that people can read to one another (4.9 bits each)."""
    return "".join(secrets.choice(READABLE) for _ in range(length))


def new_receipt() -> str:
    """A receipt as people read it, “K7Q-42M”; that no attempt has it is for the caller to see to."""
    return f"{new_readable_code(3)}-{new_readable_code(3)}"
