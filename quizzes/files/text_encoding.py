"""The encoding of a text file that says it, by a mark or by the zeros of UTF-16."""

_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


def declared_encoding(content: bytes) -> str:
    """UTF-8 or UTF-16 with a mark, or UTF-16 without one; "" if the first bytes say nothing."""
    marked = next((name for mark, name in _MARKS if content.startswith(mark)), "")
    if not marked and b"\x00" in content[:4]:
        return "utf-16-be" if content[:1] == b"\x00" else "utf-16-le"
    return marked
