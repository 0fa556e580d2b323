"""The contrast of every pair of colors that text and its background have, in each color scheme."""

import re
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from quizzes.assignments.supports import COLORS

STATIC = Path(__file__).resolve().parents[2] / "quizzes" / "static"
CSS = STATIC / "footnote.css"

# Backgrounds by the text colors that stand on them. `--line` and `--rule` color borders and bars, never text.
PAIRS = {
    "ink": ("paper", "sheet", "wash", "good-wash", "bad-wash", "l2"),
    "soft": ("paper", "sheet", "wash", "good-wash", "bad-wash"),
    "azure": ("paper", "sheet", "wash", "good-wash", "bad-wash"),
    "azure-2": ("paper", "sheet", "wash"),
    "on-azure": ("azure", "azure-2"),
    "on-field": ("field",),
    "field-soft": ("field",),
    "on-gold": ("gold", "gold-2"),
    "on-l3": ("l3",),
    "good": ("paper", "sheet", "good-wash", "wash"),
    "bad": ("paper", "sheet", "bad-wash", "wash"),
}
NO_TEXT = {"rule", "line", "gold-ink"}


def tokens(scheme: str) -> dict[str, str]:
    """The colors of a scheme by name. The dark one and the one with more contrast change some of the light ones."""
    text = CSS.read_text(encoding="utf-8")
    light = text[text.index(":root{") : text.index("@media")]
    found = dict(re.findall(r"--([\w-]+):(#[0-9a-f]{6})", light))
    if "dark" in scheme:
        start = text.index("(prefers-color-scheme:dark){:root{")
        found |= dict(re.findall(r"--([\w-]+):(#[0-9a-f]{6})", text[start : text.index("}}", start)]))
    if "more" in scheme:
        start = text.index("(prefers-contrast:more){:root{")
        found |= dict(re.findall(r"--([\w-]+):(#[0-9a-f]{6})", text[start : text.index("}}", start)]))
    if scheme == "dark-more":
        start = text.index("(prefers-contrast:more) and (prefers-color-scheme:dark){:root{")
        found |= dict(re.findall(r"--([\w-]+):(#[0-9a-f]{6})", text[start : text.index("}}", start)]))
    return found


def overlay_tokens(color: str) -> dict[str, str]:
    """The colors of a student's overlay or scheme by name. Each changes some of those that all have."""
    text = (STATIC / "supports" / "supports.css").read_text(encoding="utf-8")
    rules = dict(re.findall(r"^\[data-color(=\w+)?\]{(.*)}$", text, re.MULTILINE))
    return dict(re.findall(r"--([\w-]+):(#[0-9a-f]{6})", rules[""] + ";" + rules[f"={color}"]))


def luminance(color: str) -> float:
    """The relative luminance of WCAG 2."""
    channels = [int(color[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colors, 1 to 21."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def ratios(scheme: str) -> dict[str, float]:
    """The contrast of each pair of a scheme, or of an overlay."""
    colors = overlay_tokens(scheme) if scheme in COLORS else tokens(scheme)
    return {f"{text} on {back}": contrast(colors[text], colors[back]) for text in PAIRS for back in PAIRS[text]}


@pytest.mark.parametrize("scheme", ["light", "dark", *COLORS])
def test_every_pair_of_colors_has_enough_contrast(scheme: str) -> None:
    assert {pair: ratio for pair, ratio in ratios(scheme).items() if ratio < 4.5} == {}


@pytest.mark.parametrize("scheme", ["light", "dark", *COLORS])
def test_borders_of_fields_and_the_focus_ring_stand_out(scheme: str) -> None:
    colors = overlay_tokens(scheme) if scheme in COLORS else tokens(scheme)
    pairs = [(edge, back) for edge in ("line", "azure") for back in ("paper", "sheet")]
    found = {pair: contrast(*(colors[name] for name in pair)) for pair in pairs}
    assert {pair: ratio for pair, ratio in found.items() if ratio < 3} == {}


@pytest.mark.parametrize("scheme", ["light-more", "dark-more", "contrast", "inverse"])
def test_more_contrast_is_at_least_7_to_1(scheme: str) -> None:
    assert {pair: ratio for pair, ratio in ratios(scheme).items() if ratio < 7} == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_color_is_left_out(scheme: str) -> None:
    backgrounds = {back for backs in PAIRS.values() for back in backs}
    assert set(tokens(scheme)) == set(PAIRS) | backgrounds | NO_TEXT


@pytest.mark.parametrize("color", COLORS)
def test_an_overlay_sets_every_color(color: str) -> None:
    assert set(overlay_tokens(color)) == set(tokens("light"))


def test_paper_sets_the_color_of_every_text_on_it() -> None:
    # A printed page is white on the screen too, also in dark mode.
    [rule] = re.findall(r"^\.leaf{background:#fff;(.*)}$", CSS.read_text(encoding="utf-8"), re.MULTILINE)
    colors = dict(re.findall(r"--([\w-]+):(#[0-9a-f]{6})", rule))
    assert set(colors) == {"ink", "soft", "azure", "azure-2", "good", "bad"}
    assert {name: color for name, color in colors.items() if contrast(color, "#ffffff") < 7} == {}


def test_contrast_of_known_colors() -> None:
    assert contrast("#000000", "#ffffff") == 21
    assert round(contrast("#777777", "#ffffff"), 2) == 4.48


def test_accessibility_page_states_the_measured_minimum(client: Client, db: None) -> None:
    least = min(min(ratios("light").values()), min(ratios("dark").values()))
    page = client.get(reverse("accessibility")).content.decode()
    assert f"Text contrast is at least {int(least * 10) / 10} to 1" in page
