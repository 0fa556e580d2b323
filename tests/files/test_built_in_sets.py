"""TOML files as plain tables."""

import json

import pytest

from quizzes.files.built_in_sets import InvalidFile, read_toml


def test_toml_gives_plain_values() -> None:
    content = """
slug = "story"
on = 2018-07-27
at = 2018-07-27T15:00:00Z
clock = 15:00:00
points = 2
share = 0.5
key = true
facts = ["F1", "F2"]

[citation]
title = "Mayor’s account"

[[choices]]
text = "A"
[[choices]]
on = [2018-07-27]
"""

    tables = read_toml(content.encode())

    assert tables == {
        "slug": "story",
        "on": "2018-07-27",
        "at": "2018-07-27T15:00:00+00:00",
        "clock": "15:00:00",
        "points": 2,
        "share": 0.5,
        "key": True,
        "facts": ["F1", "F2"],
        "citation": {"title": "Mayor’s account"},
        "choices": [{"text": "A"}, {"on": ["2018-07-27"]}],
    }
    assert json.loads(json.dumps(tables)) == tables


def test_toml_keeps_the_order_written() -> None:
    assert list(read_toml(b"b = 1\na = 2\n")) == ["b", "a"]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"title = \xe9\n", "the file is not UTF-8 text (byte 8)"),
        (b"\xff\xfet\x00", "the file is not UTF-8 text (byte 0)"),
        (b"slug = \n", "the file is not valid TOML: Invalid value (at line 1, column 8)"),
        (
            b'slug = "a"\nslug = "b"\n',
            "the file is not valid TOML: Cannot overwrite a value (at line 2, column 11)",
        ),
        (b'title = "never closed\n', "the file is not valid TOML: Illegal character '\\n' (at line 1, column 22)"),
    ],
)
def test_toml_bad_file_says_where(content: bytes, reason: str) -> None:
    with pytest.raises(InvalidFile) as refused:
        read_toml(content)

    assert str(refused.value) == reason
