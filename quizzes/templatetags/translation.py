"""`{% translate %}` and `{% blocktranslate %}` as in Django, but what has no variable costs nothing in a request.

The template loader compiles each template once for each language, so that such a text is looked up only then.
"""

from collections.abc import Sequence
from typing import Any

from django import template
from django.template import Context, Node
from django.template.base import Parser, TextNode, Token, TokenType
from django.templatetags.i18n import TranslateNode, do_block_translate, do_translate
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext

from quizzes.caches import process_cache
from quizzes.content.languages import PageWords, TranslatedText
from quizzes.formatting import grouped, isolated

register = template.Library()

# Django's own list lacks some of them.
RIGHT_TO_LEFT = {"ar", "arc", "ckb", "dv", "fa", "he", "ps", "sd", "syr", "ug", "ur", "yi"}


@register.tag
def translate(parser: Parser, token: Token) -> Node:
    """`{% translate "Save" %}`: the text in the language of the page."""
    node = do_translate(parser, token)
    is_constant = isinstance(node, TranslateNode) and node.filter_expression.var.lookups is None
    return TextNode(node.render(Context())) if is_constant and not node.asvar else node


@register.tag
def blocktranslate(parser: Parser, token: Token) -> Node:
    """`{% blocktranslate trimmed %}You have {{ count }}.{% endblocktranslate %}`: a text with values or with markup.

    Each value has the filter `in_sentence`.
    """
    node = do_block_translate(parser, token)
    parts = *node.singular, *(node.plural or ())
    names = {part.contents for part in parts if part.token_type is TokenType.VAR}
    if names or node.countervar or node.extra_context or node.asvar:
        values = {name: name for name in names} | {name: one.token for name, one in node.extra_context.items()}
        counts = {}
        if node.countervar and node.counter:
            values[node.countervar] = node.counter.token
            # Django reads the number that selects the plural form after the values, which may hide its name.
            node.countervar = f"unformatted_{node.countervar}"
            counts[node.countervar] = node.counter
            node.counter = parser.compile_filter(node.countervar)
        node.extra_context = {name: parser.compile_filter(f"{value}|in_sentence") for name, value in values.items()}
        node.extra_context |= counts
        return node
    text, _ = node.render_token_list(node.singular)
    # Django doubles each % of such a text.
    return TextNode(gettext(text) % {})


@register.filter(is_safe=True)
def in_sentence(value: Any) -> Any:
    """The value of a sentence: a text is isolated if it has the other direction, an integer has its thousands apart."""
    if isinstance(value, str):
        return isolated(value)
    # Not `isinstance`, which takes a SimpleLazyObject for its number. That has no order and no format.
    return grouped(value) if type(value) is int and value >= 1000 else value


@register.filter(name="isolated")
def isolated_name(named: Any) -> str:
    """The name, as `isolated` of formatting.py returns it, for what is in no sentence. named: a name, or who has it."""
    return isolated(str(named))


@register.tag
def page_language(parser: Parser, token: Token) -> Node:
    """`<html lang="{% page_language %}">`: the code of the language of the page."""
    return TextNode(get_language() or "en")


@register.tag
def page_direction(parser: Parser, token: Token) -> Node:
    """`<html dir="{% page_direction %}">`: the direction of the script of the page."""
    return TextNode(direction(get_language() or "en"))


@register.simple_tag
def text_language(language: str) -> SafeString:
    """The attributes `lang` and `dir` of an element with a text in this language; "" if the page has it too."""
    return _if_other(language, get_language() or "en") if language else _NONE


@register.simple_tag
def words_language(language: str) -> SafeString:
    """The attributes of an element with words of the page inside a text in this language; "" if the page has it too."""
    page = get_language() or "en"
    return _if_other(page, language) if language and page != language else _NONE


@register.simple_tag
def reading_language(reading: str, around: str) -> SafeString:
    """The attributes of an element with sentences of the reading inside a text in the language `around`."""
    return _if_other(reading, around) if reading and around else _NONE


@register.filter
def language_attributes(text: str) -> SafeString:
    """The attributes `lang` and `dir` of an element with a text in another language than the page; "" for any other.

    Only a text without a translation has one.
    """
    if isinstance(text, TranslatedText) and text.is_fallback and text.language:
        return _if_other(text.language, get_language() or "en")
    return _NONE


@register.filter
def in_own_language(text: str, around: str = "") -> str:
    """The text; with its language if it has no translation.

    around: the language of the element, if it is not that of the page; for words of the page inside it.
    """
    if isinstance(text, PageWords):
        return _in_two_languages(text, around)
    attributes = language_attributes(text)
    return format_html("<span{}>{}</span>", attributes, str(text)) if attributes else text


@register.filter
@register.simple_tag(name="text_in_language")
def in_language(text: str, language: str) -> str:
    """A text in a line of the page, with its language and direction if the page has another."""
    attributes = text_language(language)
    if not attributes:
        return in_own_language(text)
    return format_html("<span{}>{}</span>", attributes, in_own_language(text, language))


@register.simple_tag
def texts_in_language(line: str, texts: Sequence[str], language: str) -> str:
    """A line in the language of the page. If these texts in it, in their order, have another one, they say so."""
    attributes = text_language(language)
    if not attributes:
        return line
    parts: list[str] = [line]
    for text in texts:
        before, found, after = parts.pop().partition(text)
        parts += [before, format_html("<span{}>{}</span>", attributes, found) if found else "", after]
    return format_html_join("", "{}", ((part,) for part in parts))


def _in_two_languages(text: PageWords, around: str) -> str:
    page = get_language() or "en"
    of_words = _if_other(page, around or page)
    of_sentence = _if_other(text.language or page, page)
    if not of_words and not of_sentence:
        return text
    sentence = format_html("<span{}>{}</span>", of_sentence, text.sentence) if of_sentence else text.sentence
    return format_html("<span{}>{}{}</span>", of_words, text.words, sentence)


_NONE = SafeString("")


@process_cache(maxsize=256)
def _if_other(language: str, around: str) -> SafeString:
    return _NONE if _main(language) == _main(around) else _attributes(language)


def _attributes(language: str) -> SafeString:
    return format_html(' lang="{}" dir="{}"', language, direction(language))


def _main(language: str) -> str:
    return language.lower().partition("-")[0]


def direction(language: str) -> str:
    """The direction of a language's script: rtl or ltr."""
    return "rtl" if _main(language) in RIGHT_TO_LEFT else "ltr"
