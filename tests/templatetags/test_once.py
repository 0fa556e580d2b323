"""`{% once %}`: rendered once, without the page's variables, and with the true message of an error inside."""

from typing import Any

import pytest
from django.contrib.staticfiles.storage import StaticFilesStorage
from django.template import Context, Template, TemplateSyntaxError
from django.test import Client, override_settings

from quizzes.caches import clear_all

MISSING = "footnote.css"


class WithoutOneFile(StaticFilesStorage):
    """Storage in which one file is missing, as in a manifest."""

    def url(self, name: str | None, force: bool = False) -> str:
        if name == MISSING:
            raise ValueError(f"Missing staticfiles manifest entry for '{name}'")
        return super().url(name)


@pytest.fixture
def without_one_file() -> Any:
    backend = {"BACKEND": f"{__name__}.{WithoutOneFile.__name__}"}
    with override_settings(STORAGES={"staticfiles": backend, "default": backend}):
        yield
    clear_all()


def test_once_is_rendered_once_without_the_variables_of_the_page() -> None:
    template = Template("{% load once %}{% once %}<b>{{ name }}{{ count }}</b>{% endonce %}{{ name }}")
    assert template.render(Context({"name": "Maya"})) == "<b></b>Maya"
    assert template.render(Context({"name": "Noah", "count": 2})) == "<b></b>Noah"


def test_once_is_rendered_again_after_caches_are_cleared(settings: Any) -> None:
    template = Template("{% load once static %}{% once %}{% static 'a.css' %}{% endonce %}")
    first = template.render(Context())
    settings.STATIC_URL = "/other/"
    assert template.render(Context()) == first
    clear_all()
    assert template.render(Context()) != first


@pytest.mark.usefixtures("without_one_file")
def test_error_inside_once_tells_what_is_missing() -> None:
    template = Template("{% load once static %}{% once %}{% static 'footnote.css' %}{% endonce %}")
    with pytest.raises(ValueError, match=f"Missing staticfiles manifest entry for '{MISSING}'"):
        template.render(Context())


def test_error_of_syntax_inside_once_names_the_tag() -> None:
    with pytest.raises(TemplateSyntaxError, match="no_such_tag"):
        Template("{% load once %}{% once %}{% no_such_tag %}{% endonce %}")


@pytest.mark.usefixtures("without_one_file")
def test_error_page_is_shown_where_a_static_file_is_missing(caplog: pytest.LogCaptureFixture) -> None:
    client = Client(raise_request_exception=False)
    response = client.get("/about/privacy/")
    assert response.status_code == 500
    text = response.content.decode()
    assert "Something went wrong on our side" in text
    assert "Answers that showed “Saved” are safe." in text
    assert f"Missing staticfiles manifest entry for '{MISSING}'" in caplog.text
