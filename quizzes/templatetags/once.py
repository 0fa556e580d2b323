"""`{% once %}` renders a part of a template once per process, if it is the same on every page."""

from django import template
from django.template import Context, Node, NodeList
from django.template.base import Parser, Token
from django.utils.safestring import SafeString

from quizzes.caches import process_dict

register = template.Library()

_texts: dict["OnceNode", SafeString] = process_dict()


class OnceNode(Node):
    """Renders its part of a template once, without the page's variables, and caches the text."""

    def __init__(self, nodelist: NodeList) -> None:
        self.nodelist = nodelist

    def render(self, context: Context) -> SafeString:
        """The cached text. It has no variables of the page, so it contains nothing of one request."""
        text = _texts.get(self)
        if text is None:
            # Not `Context()`: an error inside reads the template from the context to report where it was raised.
            text = _texts[self] = self.nodelist.render(context.new())
        return text


@register.tag
def once(parser: Parser, token: Token) -> OnceNode:
    """`{% once %}...{% endonce %}` around URLs and icons that are the same in every request."""
    nodelist = parser.parse(("endonce",))
    parser.delete_first_token()
    return OnceNode(nodelist)
