"""`{% once %}`: a part of a template that is the same on every page is rendered once in a process."""

from django import template
from django.template import Context, Node, NodeList
from django.template.base import Parser, Token
from django.utils.safestring import SafeString

from quizzes.caches import process_dict

register = template.Library()

_texts: dict["OnceNode", SafeString] = process_dict()


class OnceNode(Node):
    """Renders its part of a template the first time, without the page's variables, and keeps the text."""

    def __init__(self, nodelist: NodeList) -> None:
        self.nodelist = nodelist

    def render(self, context: Context) -> SafeString:
        """The kept text. No variable of the page reaches it, so it can hold nothing of one request."""
        text = _texts.get(self)
        if text is None:
            # Not `Context()`: an error inside asks the context for its template, to say where it was raised.
            text = _texts[self] = self.nodelist.render(context.new())
        return text


@register.tag
def once(parser: Parser, token: Token) -> OnceNode:
    """`{% once %}...{% endonce %}` around addresses and icons that no request changes."""
    nodelist = parser.parse(("endonce",))
    parser.delete_first_token()
    return OnceNode(nodelist)
