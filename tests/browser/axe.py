"""What axe finds on a page. It takes a quarter of the processor time of these tests, so it does nothing twice."""

from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

# In ASCII, it reaches the page in two thirds of the time (2026-12-01).
_AXE = Axe().axe_script.encode("ascii", "backslashreplace").decode()
# axe reads the same few colors again for each element, which took a fifth of its processor time (2026-12-01).
_READ_COLORS_ONCE = """(() => {
  const { prototype } = axe.commons.color.Color;
  const parseString = prototype.parseString;
  const parsed = new Map();
  prototype.parseString = function (text) {
    if (parsed.has(text)) [this.r, this.g, this.b, this.alpha] = parsed.get(text);
    else parsed.set(text, (({ r, g, b, alpha }) => [r, g, b, alpha])(parseString.call(this, text)));
    return this;
  };
})();"""
# Texts of the same style within elements of the same styles have the same contrast: axe reads one of them, a fifth of
# a page, in half the time (2026-12-01). What is positioned may lie over something else, so axe reads each.
_TEXTS = """() => {
  const texts = new Map();
  const visit = (element, above, isPlaced) => {
    const style = getComputedStyle(element);
    if (style.display === 'none') return;
    isPlaced ||= style.position !== 'static' || style.float !== 'none' || style.transform !== 'none';
    const own = [style.color, style.backgroundColor, style.backgroundImage, style.opacity, style.visibility].join();
    const styles = above.endsWith(`>${own}`) ? above : `${above}>${own}`;
    const hasText = [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
    if (hasText || element.matches('input, select, textarea')) {
      const font = [style.fontSize, style.fontWeight, style.textShadow, style.textDecorationLine].join();
      const name = isPlaced ? texts.size : `${element.localName} ${font} ${styles}`;
      if (!texts.has(name)) texts.set(name, element);
    }
    for (const child of element.children) visit(child, styles, isPlaced);
  };
  visit(document.body, '', false);
  return [...texts.values()];
}"""
SCRIPT = f"""{_AXE}
{_READ_COLORS_ONCE}
axe.textsOfThePage = {_TEXTS};"""

# The rules that a color scheme can change.
COLOR_RULES = ["color-contrast", "link-in-text-block"]
ALL_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_OPTIONS = {
    "resultTypes": ["violations"],
    # It reads all style sheets and media for rules on audio, which no page has, and for experimental ones.
    "preload": False,
}
_FIND = """async ({ colors, others }) => {
  if (!('axe' in window)) return null;
  const found = [await axe.run({ include: axe.textsOfThePage() }, colors)];
  if (others) found.push(await axe.run(others));
  return found.flatMap(({ violations }) => violations);
}"""


def violations_of(page: Page, rules: list[str]) -> list[str]:
    """What axe finds on the page as it stands: rule, and the place of each. `rules`: ALL_RULES or COLOR_RULES."""
    # A click returns as soon as the next page begins: the page may have no elements and no colors yet.
    page.wait_for_load_state()
    others: dict[str, Any] = {"runOnly": rules, "rules": {rule: {"enabled": False} for rule in COLOR_RULES}}
    options = {
        "colors": {**_OPTIONS, "runOnly": COLOR_RULES},
        "others": {**_OPTIONS, **others} if rules != COLOR_RULES else None,
    }
    found = page.evaluate(_FIND, options)
    if found is None:
        found = page.evaluate(SCRIPT + _FIND, options)
    return [
        f"{rule['id']}: {node['target']} {node.get('failureSummary', '')}" for rule in found for node in rule["nodes"]
    ]
