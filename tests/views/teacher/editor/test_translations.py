"""A teacher writes the texts of a set in another language: form, list of what is missing, publishing, and copies."""

import json
from copy import deepcopy

import pytest
from django.test import Client
from django.urls import reverse

from quizzes.content.drafts.document import finished, from_edition
from quizzes.content.drafts.saving import save_picture
from quizzes.content.drafts.translations import SET, missing_in, set_translations, texts_of_question
from quizzes.content.editions import latest_edition, published
from quizzes.content.question_types.registry import public_view
from quizzes.content.question_types.shuffle import Shuffle
from quizzes.content.set_document import combine, parse_set, untranslated
from quizzes.files.questions.drafts import item_of
from quizzes.models import Draft, User
from tests.content.question_types.test_reference import EXAMPLES, SOURCE
from tests.drafting import BUILT_IN
from tests.factories import NOW, make_document, make_draft
from tests.pages import field_errors_of, text_of


@pytest.fixture
def draft(teacher: User) -> Draft:
    return make_draft(document=make_document(), owner=teacher)


def address(draft: Draft, key: str, language: str = "es") -> str:
    return reverse("edit_translation", args=[draft.question_set.public_id, language, key])


def languages(draft: Draft) -> str:
    return reverse("edit_languages", args=[draft.question_set.public_id])


def sent(draft: Draft, key: str, **values: str) -> dict[str, str]:
    """The form as a browser sends it, with these values for the texts that end in these names."""
    texts = {text.id: text for text in texts_of_question(draft.document, key, "es")}
    return {
        **dict.fromkeys(texts, ""),
        **{name.replace("_", "-"): value for name, value in values.items()},
        "revision": str(draft.revision),
        "act": "save",
    }


PICTURE = {"digest": "0" * 64, "width": 40, "height": 30, "alternative": "A map", "credit": "City, CC BY"}


def test_the_page_says_what_of_a_picture_stays_in_the_first_language(draft: Draft, teacher_client: Client) -> None:
    said = "The credit of a picture stays in the first language."
    assert said not in teacher_client.get(languages(draft)).content.decode()

    draft.document["questions"][0]["picture"] = PICTURE
    draft.save()

    assert said in teacher_client.get(languages(draft)).content.decode()


def test_a_teacher_translates_what_a_picture_shows(draft: Draft, teacher: User, teacher_client: Client) -> None:
    for part in (draft.document["reading"], draft.document["questions"][0]):
        part["picture"] = dict(PICTURE)
    draft.document["languages"] = ["es"]
    draft.save()
    assert "Picture: what it shows" in teacher_client.get(languages(draft)).content.decode()
    assert parse_set(finished(draft.document)).in_language("es").reading.picture.alternative == "A map"

    for key, name in ((SET, "reading-1-picture-1-alternative"), ("one", "picture_1_alternative")):
        teacher_client.post(address(draft, key), sent(draft, key, **{name: "Un mapa"}))
        draft.refresh_from_db()

    places = [text.place for _, texts in missing_in(draft.document, "es") for text in texts]
    assert not [place for place in places if place.startswith("picture")]
    spanish = parse_set(finished(draft.document)).in_language("es")
    question = spanish.questions[0].in_language("es")
    shown = public_view(question, Shuffle("", is_shuffled=False), None, spanish.reading)
    assert (spanish.reading.picture.alternative, shown["picture"]["alternative"]) == ("Un mapa", "Un mapa")
    # The original changed.
    edit = reverse("edit_question_picture", args=[draft.question_set.public_id, "one"])
    teacher_client.post(edit, {"alternative": "A plan", "credit": "City", "revision": draft.revision})
    draft.refresh_from_db()
    spanish = parse_set(finished(draft.document)).in_language("es").questions[0].in_language("es")
    assert spanish.picture.alternative == "A plan"
    assert draft.document["questions"][0]["picture"]["texts"] == {"es": {"alternative": "Un mapa"}}
    # A page from before another picture says nothing of the new one.
    texts = {text.id: text.translation for text in texts_of_question(draft.document, SET, "es")}
    new = {**PICTURE, "alternative": "A school"}
    save_picture(draft, new, seen=draft.revision, by=teacher, now=NOW)
    page = teacher_client.post(address(draft, SET), {**sent(draft, SET), **texts, "summary": "Cuatro preguntas."})
    assert "This was changed in another window" in page.content.decode()
    draft.refresh_from_db()
    assert draft.document["reading"]["picture"] == new


def test_a_blank_summary_is_not_missing(draft: Draft) -> None:
    def missing(summary: str) -> list[str]:
        return [text.place for _, texts in missing_in({**draft.document, "summary": summary}, "es") for text in texts]

    assert "summary" in missing("Four questions.")
    assert "summary" not in missing("")


def test_our_own_note_on_the_rights_is_shown_and_not_missing(draft: Draft, teacher_client: Client) -> None:
    draft.document["reading"] |= {"rights": "quotes", "rights_note": ""}
    draft.document["languages"] = ["es"]
    draft.save()

    shown = {text.id: text.translation for text in texts_of_question(draft.document, SET, "es")}
    teacher_client.post(
        address(draft, SET), {**sent(draft, SET), "reading-1-rights_note": shown["reading-1-rights_note"]}
    )

    assert shown["reading-1-rights_note"] == "Escrito para usar en clase, con nuestras propias palabras."
    assert "rights_note" not in [text.place for _, lacking in missing_in(draft.document, "es") for text in lacking]
    draft.refresh_from_db()
    assert "texts" not in draft.document["reading"]


def test_a_teacher_translates_a_question_and_publishes_it(draft: Draft, teacher_client: Client) -> None:
    assert "Add Spanish" in teacher_client.get(languages(draft)).content.decode()
    teacher_client.post(languages(draft), {"language": "es", "act": "add"})
    teacher_client.post(languages(draft), {"language": "es", "act": "add"})  # twice changes nothing
    draft.refresh_from_db()
    assert draft.document["languages"] == ["es"]
    listed = teacher_client.get(languages(draft)).content.decode()
    assert "Some texts have no translation yet." in listed
    assert "Answer 1: text" in listed
    assert "Add Spanish texts" in listed

    page = teacher_client.get(address(draft, "one")).content.decode()
    question = draft.document["questions"][0]
    assert f"<p>{question['stem']}</p>" in page
    assert 'lang="es"' in page
    assert "Leave a text blank to show students the original." in page
    response = teacher_client.post(
        address(draft, "one"), sent(draft, "one", stem="¿Qué día?", choices_1_text="El lunes")
    )
    assert response["Location"] == address(draft, "one")
    draft.refresh_from_db()
    assert draft.document["questions"][0]["texts"]["es"]["stem"] == "¿Qué día?"
    assert ("one", "stem") not in [
        (key, text.place) for key, texts in missing_in(draft.document, "es") for text in texts
    ]

    publish = reverse("publish_set", args=[draft.question_set.public_id])
    teacher_client.post(publish, {"revision": draft.revision, "note": "Few questions."})
    spanish = published(latest_edition(draft.question_set).pk).document.in_language("es")
    question = spanish.question("one")
    assert question is not None
    assert question.stem == "¿Qué día?"
    reading = spanish.reading
    assert next(option.text for option in question.options(reading)) == "El lunes"
    # What has no translation stays in English.
    assert [option.text for option in question.options(reading)][1] == draft.document["questions"][0]["choices"][1][
        "text"
    ]


def test_equal_answers_in_spanish_are_named_where_they_can_be_changed(draft: Draft, teacher_client: Client) -> None:
    teacher_client.post(languages(draft), {"language": "es", "act": "add"})
    draft.refresh_from_db()

    saved = teacher_client.post(
        address(draft, "one"), sent(draft, "one", choices_1_text="El lunes", choices_2_text="El lunes"), follow=True
    )

    assert "On this page, before you publish: Answers 1 and 2 are the same." in text_of(saved)
    publish = teacher_client.get(reverse("publish_set", args=[draft.question_set.public_id])).content.decode()
    assert "In Spanish: Answers 1 and 2 are the same." in publish
    assert f'href="{address(draft, "one")}"' in publish
    assert "before you publish" not in text_of(teacher_client.get(address(draft, "who")))


def test_explanation_that_is_also_feedback_is_translated_once(draft: Draft, teacher_client: Client) -> None:
    question = draft.document["questions"][0]
    question["explanation"] = "Sentence 2 says so."
    place = next(number for number, choice in enumerate(question["choices"]) if choice.get("key"))
    question["choices"][place].pop("rationale", None)
    draft.document["languages"] = ["es"]
    draft.save()
    feedback = f"choices-{place + 1}-rationale"

    assert feedback not in {text.id for text in texts_of_question(draft.document, "one", "es")}
    teacher_client.post(address(draft, "one"), sent(draft, "one", explanation="Lo dice la oración 2."))

    draft.refresh_from_db()
    missing = [text.place for key, texts in missing_in(draft.document, "es") for text in texts if key == "one"]
    assert f"choices {place + 1}: rationale" not in missing
    assert "explanation" not in missing
    edition = finished(draft.document)
    assert [
        row.why for row in parse_set(edition).in_language("es").questions[0].answer_key(parse_set(edition).reading)
    ][place] == "Lo dice la oración 2."
    # A file has it once.
    item = item_of(edition["questions"][0], 1)
    assert item is not None
    assert (item.explanation, item.lines[place].feedback) == ("Sentence 2 says so.", "")


def test_texts_that_are_all_translated_are_edited(teacher: User, teacher_client: Client) -> None:
    draft = make_draft(document=BUILT_IN.document, owner=teacher)
    draft.document.setdefault("texts", {}).setdefault("es", {})["title"] = "Un conjunto"
    draft.save()

    page = teacher_client.get(languages(draft)).content.decode()

    assert "Every text has a translation." in page
    assert ("Edit Spanish texts" in page, "Add Spanish texts" in page) == (True, False)


def test_saving_the_question_keeps_its_translation_and_a_change_drops_it(draft: Draft, teacher_client: Client) -> None:
    teacher_client.post(address(draft, "one"), sent(draft, "one", stem="¿Qué día?", choices_2_text="El martes"))
    draft.refresh_from_db()
    edit = reverse("edit_question", args=[draft.question_set.public_id, "one"])
    form = teacher_client.get(edit).context["form"]
    own = teacher_client.get(edit).context["own"]
    fields = {
        name: value
        for shown in (form, own)
        for name, value in ((field.html_name, field.value()) for field in shown)
        if value not in (None, False)
    }
    teacher_client.post(edit, {**fields, "revision": draft.revision, "stem": "On what other day?", "act": "save"})
    draft.refresh_from_db()
    question = draft.document["questions"][0]
    assert question["stem"] == "On what other day?"
    assert question["choices"][1]["texts"]["es"]["text"] == "El martes"

    spanish = parse_set(finished(draft.document)).in_language("es").question("one")
    assert spanish is not None
    assert spanish.stem == "On what other day?"
    assert spanish.options(published_reading(draft))[1].text == "El martes"
    page = teacher_client.get(address(draft, "one")).content.decode()
    assert "This text changed after it was translated." in page


def test_a_translation_that_is_still_right_is_kept_after_a_change(draft: Draft, teacher_client: Client) -> None:
    teacher_client.post(address(draft, "one"), sent(draft, "one", stem="¿Qué día?", choices_2_text="El martes"))
    draft.refresh_from_db()
    draft.document["questions"][0]["stem"] = "On which day?"
    draft.document["questions"][0]["choices"][1]["text"] = "Monday"
    draft.save()
    values = sent(draft, "one", stem="¿Qué día?", choices_2_text="El martes")
    # “Save” leaves it, since the teacher may have come for another text.
    teacher_client.post(address(draft, "one"), values)
    page = teacher_client.get(address(draft, "one")).content.decode()
    assert page.count("This text changed after it was translated.") == 2
    assert 'value="keep:stem"' in page

    teacher_client.post(address(draft, "one"), {**values, "act": "keep:stem"})

    draft.refresh_from_db()
    stale = {text.id: text.is_stale for text in texts_of_question(draft.document, "one", "es")}
    assert (stale["stem"], stale["choices-2-text"]) == (False, True)
    spanish = parse_set(finished(draft.document)).in_language("es").question("one")
    assert spanish is not None
    assert spanish.stem == "¿Qué día?"


def published_reading(draft: Draft):
    return parse_set(finished(draft.document)).reading


def test_a_list_needs_as_many_lines_as_the_first_language(teacher: User, teacher_client: Client) -> None:
    [example] = [example for example in EXAMPLES if example.document["type"] == "matching"][:1]
    draft = make_draft(document=_edition_of([example.document]), owner=teacher)
    key = example.document["key"]
    page = teacher_client.post(address(draft, key), sent(draft, key, options="Uno")).content.decode()
    assert f"Enter {len(example.document['options'])} lines" in page
    draft.refresh_from_db()
    lines = "\n".join(f"Línea {number}" for number in range(len(example.document["options"])))
    teacher_client.post(address(draft, key), sent(draft, key, options=lines))
    draft.refresh_from_db()
    spanish = parse_set(finished(draft.document)).in_language("es").questions[0]
    assert "Línea 0" in json.dumps(spanish.review(None, published_reading(draft)).correct, ensure_ascii=False)


@pytest.mark.parametrize(
    ("key", "place", "value", "error"),
    [
        (SET, "title", "x" * 201, "Use up to 200 characters."),
        (SET, "summary", "x" * 401, "Use up to 400 characters."),
        (SET, "citation-1-date_note", "x" * 301, "Use up to 300 characters."),
        (SET, "reading-1-words-1-meaning", "x" * 201, "Use up to 200 characters."),
        (SET, "reading-1-picture-1-alternative", "x" * 301, "Use up to 300 characters."),
        ("the-day-it-expires", "accepted", f"viernes\n{'x' * 201}", "Use up to 200 characters on each line."),
    ],
)
def test_a_text_too_long_to_publish_is_refused_at_its_field(
    key: str, place: str, value: str, error: str, teacher: User, teacher_client: Client
) -> None:
    document = _edition_of([example.document for example in EXAMPLES])
    document["citation"]["date_note"] = "As the paper says."
    document["reading"] |= {"picture": PICTURE, "words": [{"word": "record", "meaning": "to write", "en": ["records"]}]}
    draft = make_draft(document=document, owner=teacher)

    before = {text.id: text.translation for text in texts_of_question(draft.document, key, "es")}

    page = teacher_client.post(address(draft, key), {**sent(draft, key), place: value})

    assert field_errors_of(page) == [error]
    draft.refresh_from_db()
    after = {text.id: text.translation for text in texts_of_question(draft.document, key, "es")}
    assert after[place] == before[place]


def test_every_type_can_be_translated() -> None:
    document = from_edition(_edition_of([example.document for example in EXAMPLES]), title="Mine")
    document["languages"] = ["es"]
    for key in (SET, *(question["key"] for question in document["questions"])):
        texts = texts_of_question(document, key, "es")
        values = {
            text.id: [f"¿{line}?" for line in text.original]
            if isinstance(text.original, list)
            else f"¿{text.original}?"
            for text in texts
        }
        assert len(values) == len(texts)
        set_translations(document, key, values, "es", kept="")

    edition = finished(document)
    assert untranslated(edition, "es") == []
    assert missing_in(document, "es") == []
    # A copy of the published set keeps them.
    copy = from_edition(deepcopy(edition), title=edition["title"])
    assert finished(copy) == edition
    assert parse_set(edition).in_language("es").questions[0].stem.startswith("¿")


@pytest.mark.parametrize(("language", "key"), [("en", "one"), ("xx", "one"), ("es", "nothing")])
def test_only_texts_and_languages_that_there_are(language: str, key: str, draft: Draft, teacher_client: Client) -> None:
    assert teacher_client.get(address(draft, key, language)).status_code == 404


def _edition_of(questions: list[dict[str, object]]) -> dict[str, object]:
    source = {name: value for name, value in SOURCE.items() if name != "languages"}
    own = {"slug": "mine", "title": "Mine", "summary": "Mine.", "about_minutes": 5, "questions": questions}
    edition: dict[str, object] = json.loads(json.dumps(combine(source, own)))
    return edition
