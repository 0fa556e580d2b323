"""Write text between two marks of a document, such as `<!-- figures -->` and `<!-- end of figures -->`."""

from pathlib import Path


def write_between(path: Path, name: str, text: str) -> None:
    """Write the text between the marks with this name in a document. Raises ValueError without them."""
    path.write_text(between(path.read_text(encoding="utf-8"), name, text), encoding="utf-8")


def between(document: str, name: str, text: str) -> str:
    """The document with this text between the marks with this name. Raises ValueError without them."""
    head, start, rest = document.partition(f"<!-- {name} -->\n")
    _, end, tail = rest.partition(f"<!-- end of {name} -->")
    if not start or not end:
        raise ValueError(f"the document has no marks “{name}” to write between")
    return f"{head}{start}{text}{end}{tail}"
