"""What axe finds on a page. It takes a sixth of the time of these tests, so it does nothing twice."""

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
  return new Set(texts.values());
}"""

# The rules that a color scheme can change.
COLOR_RULES = ["color-contrast", "link-in-text-block"]
ALL_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_OPTIONS = {
    "resultTypes": ["violations"],
    # It reads all style sheets and media for rules on audio, which no page has, and for experimental ones.
    "preload": False,
}
# All rules in one call, for which axe places the elements of the page once: in light and dark, a page takes 0.87 s of
# processor time, and 1.04 s with a call for the colors (2026-12-01).
_READ_TEXTS_ONCE = f"""for (const rule of axe._audit.rules.filter(({{ id }}) => {COLOR_RULES}.includes(id))) {{
  const {{ matches }} = rule;
  rule.matches = (element, ...others) => axe.textsOfThePage.has(element) && matches(element, ...others);
}}"""
SCRIPT = f"""{_AXE}
{_READ_COLORS_ONCE}
{_READ_TEXTS_ONCE}"""
_FIND = f"""async (options) => {{
  if (!('axe' in window)) return null;
  axe.textsOfThePage = ({_TEXTS})();
  return (await axe.run(options)).violations;
}}"""


def violations_of(page: Page, rules: list[str]) -> list[str]:
    """What axe finds on the page as it stands: rule, and the place of each. `rules`: ALL_RULES or COLOR_RULES."""
    # A click returns as soon as the next page begins: the page may have no elements and no colors yet.
    page.wait_for_load_state()
    options = {**_OPTIONS, "runOnly": rules}
    found = page.evaluate(_FIND, options)
    if found is None:
        found = page.evaluate(f"{SCRIPT}\n{_FIND}", options)
    return [
        f"{rule['id']}: {node['target']} {node.get('failureSummary', '')}" for rule in found for node in rule["nodes"]
    ]
