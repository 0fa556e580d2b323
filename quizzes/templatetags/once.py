"""`{% once %}`: what is the same on every page, whoever asks for it, is rendered once in a process."""

from django import template
from django.template import Context, Node, NodeList
from django.template.base import Parser, Token
from django.utils.safestring import SafeString

register = template.Library()


class OnceNode(Node):
    """Renders its part of a template the first time, with an empty context, and keeps the text."""

    def __init__(self, nodelist: NodeList) -> None:
        self.nodelist = nodelist
        self.text: SafeString | None = None

    def render(self, context: Context) -> SafeString:
        """The kept text. Nothing of the page around it reaches it, so it can hold nothing of one request."""
        if self.text is None:
            self.text = self.nodelist.render(Context())
        return self.text


@register.tag
def once(parser: Parser, token: Token) -> OnceNode:
    """`{% once %}...{% endonce %}` around addresses and icons that no request changes."""
    nodelist = parser.parse(("endonce",))
    parser.delete_first_token()
    return OnceNode(nodelist)
