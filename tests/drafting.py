"""What tests of drafts share: a draft that could be published, and the editor's pages as a teacher sends them."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from quizzes.content.drafts.document import from_edition, question_of, sentence_tables
from quizzes.content.tables import Table
from quizzes.files.built_in_sets import read_set_files, read_toml
from quizzes.models import Draft
from tests.factories import make_document
from tests.pages import form_of, read

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTED = (ROOT / "docs" / "question-type-reference.md").read_text(encoding="utf-8")
# A whole question of each type, on the built-in story.
EXAMPLES: list[Table] = [
    table
    for block in re.findall(r"```toml\n(.*?)```", DOCUMENTED, re.DOTALL)
    for table in read_toml(block.encode())["questions"]
]
[BUILT_IN] = [file for file in read_set_files(ROOT / "fixtures") if file.parsed.slug == "pars-agreement"]
HTMX = {"HX-Request": "true"}


# --- Documents ----------------------------------------------------------------------------------------------------


def story() -> Table:
    """A draft that says what `make_document` says; it could be published as it stands."""
    return from_edition(make_document(), title="Small set")


def question(document: Table, key: str) -> Table:
    """The question with this key, which the draft has."""
    found = question_of(document, key)
    assert found is not None
    return found


def texts_of(document: Table) -> dict[str, str]:
    """The texts of the sentences by key."""
    return {table["key"]: table["text"] for table in sentence_tables(document)}


# --- Other windows ------------------------------------------------------------------------------------------------


@contextmanager
def before_first(sql: str, act: Callable[[], object]) -> Iterator[None]:
    """Does this once, before the first query that has this SQL: another window comes in between."""
    waiting = [act]

    def execute(run: Callable[..., Any], query: str, *rest: Any) -> Any:
        if waiting and sql in query:
            waiting.pop()()
        return run(query, *rest)

    with connection.execute_wrapper(execute):
        yield
    assert not waiting


# --- Pages --------------------------------------------------------------------------------------------------------


def url(name: str, draft: Draft, *args: Any) -> str:
    """The address of a page of this draft."""
    return reverse(name, args=[draft.question_set.public_id, *args])


def document_of(draft: Draft) -> Table:
    """What the draft says now."""
    return Draft.objects.get(pk=draft.pk).document


def revision_of(draft: Draft) -> int:
    """The draft's revision now."""
    return Draft.objects.get(pk=draft.pk).revision


def question_now(draft: Draft, key: str) -> Table:
    """A question as the draft has it now."""
    found = question_of(document_of(draft), key)
    assert found is not None
    return found


def sent(client: Client, address: str, *, having: str, **changes: str | list[str]) -> dict[str, list[str]]:
    """What the page's form with this field would send, with these changes."""
    return form_of(client.get(address), having=having).data(**changes)


def html_of(response: HttpResponse) -> str:
    """The HTML of a page."""
    return response.content.decode()


def editor_of(draft: Draft, key: str = "one") -> str:
    """The address of a question's editor."""
    return url("edit_question", draft, key)


def save(client: Client, draft: Draft, of: str = "one", *, htmx: bool = False, **changes: Any) -> HttpResponse:
    """Send the editor of this question with these changes, and the rest as it stands."""
    data = sent(client, editor_of(draft, of), having="stem", **changes)
    return client.post(editor_of(draft, of), data, headers=HTMX if htmx else {})


def publish(client: Client, draft: Draft, **changes: str) -> HttpResponse:
    """Send the form that publishes the draft."""
    forms = read(client.get(url("publish_set", draft))).forms
    [form] = [form for form in forms if form.action == url("publish_set", draft)]
    return client.post(url("publish_set", draft), form.data(**changes), follow=True)
