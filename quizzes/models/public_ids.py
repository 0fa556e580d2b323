"""Random ids for URLs, codes and receipts. They are not secret, but reveal neither order nor number of rows."""

import secrets

# Without characters that people confuse on a board or a card: 0 O, 1 I L, and U, which looks like V.
READABLE = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


def new_public_id() -> str:
    """Twelve characters for a URL (72 bits). The first is no hyphen, since a command would read it as an option."""
    while (public_id := secrets.token_urlsafe(9)).startswith("-"):
        continue
    return public_id


def new_readable_code(length: int) -> str:
    """A code of this many capital letters and digits that people can read aloud (4.9 bits each)."""
    return "".join(secrets.choice(READABLE) for _ in range(length))


def new_receipt() -> str:
    """A receipt such as “K7Q-42M”. The caller checks that no attempt has it."""
    return f"{new_readable_code(3)}-{new_readable_code(3)}"
