"""One control as data: its place, its replacement, and the tests that must then fail."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Control:
    """One control. name: its purpose. file: its path. text: is in the file once. without: what replaces it.

    tests: arguments of pytest, few enough to take seconds.
    """

    name: str
    file: str
    text: str
    without: str
    tests: tuple[str, ...]


def control(name: str, file: str, text: str, without: str, *tests: str) -> Control:
    """A control; its tests as arguments."""
    return Control(name, file, text, without, tests)
