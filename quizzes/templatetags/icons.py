"""Icons on a 24-unit grid, and QR codes. No other module marks text as safe."""

import io

from django import template
from django.template import Context, Node
from django.template.base import FilterExpression, Parser, TextNode, Token
from django.utils.safestring import SafeString, mark_safe

register = template.Library()

_SHAPES = {
    "check": '<path d="M4 12.5 9.5 18 20 6.5"/>',
    "cross": '<path d="M5.5 5.5l13 13M18.5 5.5l-13 13"/>',
    "right": '<circle cx="12" cy="12" r="9.5"/><path d="M7 12.5l3.5 3.5L17 8.5"/>',
    "wrong": '<circle cx="12" cy="12" r="9.5"/><path d="M8 8l8 8M16 8l-8 8"/>',
    "partly": '<circle cx="12" cy="12" r="9.5"/><path d="M12 2.5v19M12 7l4 -2.5M12 12l8-4M12 17l8-3"/>',
    "clock": '<circle cx="12" cy="12" r="9.5"/><path d="M12 6.5V12l4 2.5"/>',
    "warning": '<path d="M12 3 22 20.5H2z"/><path d="M12 10v5M12 17.5v.01"/>',
    "lock": '<path d="M5 11h14v10H5zM8 11V7.5a4 4 0 0 1 8 0V11"/>',
    "offline": '<path d="M2 8.5c6-5 14-5 20 0M6 13c4-3 8-3 12 0M3 3l18 18"/><path d="M12 18.5v.01"/>',
    "printer": '<path d="M7 8V3h10v5M7 17H3V8h18v9h-4M7 14h10v7H7z"/>',
    "plus": '<path d="M12 4v16M4 12h16"/>',
    "up": '<path d="M12 20V5M6 11l6-6 6 6"/>',
    "down": '<path d="M12 4v15M6 13l6 6 6-6"/>',
    "flag": '<path d="M5 22V3h13l-3 4.5 3 4.5H5"/>',
    "question": '<path d="M4 4h16v13h-9l-4 4v-4H4z"/><path d="M8 9h8M8 12.5h5"/>',
    "reading": '<path d="M5 3h14v18H5zM8.5 8h7M8.5 12h7M8.5 16h4"/>',
    "next": '<path d="M4 12h15M13 6l6 6-6 6"/>',
    "back": '<path d="M20 12H5M11 6l-6 6 6 6"/>',
    "open": '<path d="M9 5l7 7-7 7"/>',
    "page": '<path d="M5 3h14v18H5zM8.5 8h7M8.5 12h7M8.5 16h7"/>',
    "person": '<circle cx="12" cy="7.5" r="4"/><path d="M4 21c0-5 3.5-7.5 8-7.5s8 2.5 8 7.5z"/>',
    "sign": '<path d="M5 3h14v9H5zM12 12v10M8.5 6.5h7M8.5 9h4"/>',
    "quote": '<path d="M4 5h7v7c0 3-2 5-5 6M13 5h7v7c0 3-2 5-5 6"/>',
    "blank": '<path d="M5 3h14v18H5zM8.5 8l7 8M15.5 8l-7 8"/>',
    "more": '<circle cx="4.5" cy="12" r="1.5"/><circle cx="12" cy="12" r="1.5"/><circle cx="19.5" cy="12" r="1.5"/>',
    "excused": '<circle cx="12" cy="12" r="9.5"/><path d="M5.5 18.5l13-13"/>',
    "in_progress": '<path d="M4 20l1-5L16 4l4 4L9 19zM13.5 6.5l4 4"/>',
    "time_up": '<path d="M6 3h12v3l-5 6 5 6v3H6v-3l5-6-5-6z"/>',
    "turned_in": '<path d="M20 13v8H4V4h9"/><path d="M8 11l4 4L21 4"/>',
    "dropped": '<circle cx="12" cy="12" r="9.5"/><path d="M7 12h10"/>',
    "missing": '<circle cx="12" cy="12" r="9.5"/><path d="M12 6.5v7M12 17v.01"/>',
    "play": '<path d="M6 4l13 8-13 8z"/>',
    "break": '<path d="M5 8h11v7a5 5 0 0 1-5 5h-1a5 5 0 0 1-5-5zM16 10h1.5a2.5 2.5 0 0 1 0 5H16M8 2.5V5M13 2.5V5"/>',
    "pause": '<path d="M7 4h3v16H7zM14 4h3v16h-3z"/>',
    "sound": '<path d="M3 9h4l5-5v16l-5-5H3zM15.5 9c1.5 2 1.5 4 0 6M18.5 6c3.5 4 3.5 8 0 12"/>',
    "pin_sun": '<circle cx="12" cy="12" r="4.5"/>'
    '<path d="M12 1.5V4M12 20v2.5M1.5 12H4M20 12h2.5"/>'
    '<path d="M4.6 4.6l1.8 1.8M17.6 17.6l1.8 1.8M4.6 19.4l1.8-1.8M17.6 6.4l1.8-1.8"/>',
    "pin_moon": '<path d="M15 2.5A10 10 0 1 0 21.5 15 8 8 0 0 1 15 2.5z"/>',
    "pin_star": '<path d="M12 2l3 6.8 7.3.7-5.5 4.9 1.6 7.2L12 17.8l-6.4 3.8 1.6-7.2L1.7 9.5 9 8.8z"/>',
    "pin_heart": '<path d="M12 21C4 15 2 11.5 2 8.5A5 5 0 0 1 12 7a5 5 0 0 1 10 1.500c0 3-2 6.5-10 12.500z"/>',
    "pin_house": '<path d="M2 12 12 3l10 9M5 9.500V21h14V9.500M10 21v-6h4v6"/>',
    "pin_tree": '<path d="M12 2 5 10h3l-4.5 6.500h17L16 10h3zM12 16.500V22"/>',
    "pin_fish": '<path d="M2 12c4-7 11-7 15 0-4 7-11 7-15 0zM17 12l5-5v10zM7 11v.01"/>',
    "pin_boat": '<path d="M2 16h20l-3.5 5h-13zM11 16V2.500M11 4l7.5 9H11z"/>',
    "pin_key": '<circle cx="7" cy="12" r="5"/><path d="M12 12h10v4M17.5 12v3"/>',
    "pin_cup": '<path d="M4 4h13l-1 16H5zM17 8h2a2.5 2.5 0 0 1 0 7h-2.5"/>',
    "not_started": '<circle cx="12" cy="12" r="9.5"/>',
    "all_answered": '<path d="M2.5 7l2 2L8 4.5M2.5 16l2 2L8 13.5M12 7h9.5M12 16h9.5"/>',
}
# Icons with a direction. They are mirrored in right-to-left text.
_POINTING = {"next", "back", "open"}

_ICONS = {
    name: mark_safe(  # nosec B308 B703 # noqa: S308  constants of this module
        f'<svg class="ic{" ic-next" if name in _POINTING else ""}" viewBox="0 0 24 24" aria-hidden="true">{shape}</svg>'
    )
    for name, shape in _SHAPES.items()
}


def icon(name: str) -> SafeString:
    """The icon of this name, hidden from screen readers, because a word is always next to it. KeyError if unknown."""
    return _ICONS[name]


class IconNode(Node):
    """An icon whose name is a variable of the template."""

    def __init__(self, name: FilterExpression) -> None:
        self.name = name

    def render(self, context: Context) -> SafeString:
        """The icon; KeyError if unknown."""
        return icon(self.name.resolve(context))


@register.tag("icon")
def icon_tag(parser: Parser, token: Token) -> Node:
    """`{% icon "next" %}` becomes plain text when the template is compiled. `{% icon speaker.icon %}` is a variable."""
    _, name = token.split_contents()
    if name[0] == name[-1] == '"':
        return TextNode(icon(name[1:-1]))
    return IconNode(parser.compile_filter(name))


@register.simple_tag
def qr_code(text: str) -> SafeString:
    """A QR code of `text` as inline SVG, hidden from screen readers, because the page also shows the text."""
    # Here, because it loads an HTTP client and an XML library too, and one page in a lesson shows a code.
    import segno

    image = io.BytesIO()
    segno.make(text, error="m").save(
        image, kind="svg", xmldecl=False, svgns=True, omitsize=True, border=2, light="#fff"
    )
    svg = image.getvalue().decode().replace("<svg ", '<svg aria-hidden="true" ', 1)
    return mark_safe(svg)  # nosec B308 B703 # noqa: S308  segno writes path data, none of the text
