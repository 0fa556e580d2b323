"""Import questions with a preview, choose evidence, undo, and export."""

import json
import re
from base64 import b64encode
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from quizzes.content.drafts import publishing, saving, saving_questions
from quizzes.content.drafts.document import sentence_tables
from quizzes.content.drafts.validation import problems_by_question
from quizzes.content.picture_files import clean_picture
from quizzes.content.pictures import PICTURE
from quizzes.content.stored_pictures import delete_unused_pictures, store_picture
from quizzes.files.questions.drafts import exported_item
from quizzes.files.questions.formats import read_questions
from quizzes.files.questions.importing import EXAMPLES
from quizzes.files.questions.tables import write_template_csv
from quizzes.forms.question_files import MAX_PASTED_BYTES
from quizzes.models import Draft, Edition, QuestionSet, StoredPicture, User
from tests.conftest import Queries
from tests.drafting import document_of, url
from tests.factories import NOW, make_classroom, make_draft, make_picture
from tests.pages import form_of, text_of

pytestmark = pytest.mark.django_db

GIFT = """Who signed the order? {=The mayor#Yes. ~The council#It only spoke.}

Nothing here

When? {=In June ~In July}
"""


def preview(client: Client, text: str | bytes = GIFT, *, name: str = "Unit 3.gift", target: str = "new") -> Any:
    file = SimpleUploadedFile(name, text.encode() if isinstance(text, str) else text)
    return client.post(reverse("import_questions"), {"file": file, "target": target})


def confirm(client: Client, page: Any, **changes: Any) -> Any:
    """Send the form of the preview."""
    form = form_of(page, having="packed")
    return client.post(reverse("import_questions"), {**form.data(), "chosen": ["0", "1"], **changes})


def test_the_preview_says_what_becomes_of_each_question(teacher_client: Client) -> None:
    page = preview(teacher_client).content.decode()
    assert "GIFT: 2 can be imported" in page
    assert "1 skipped" in page
    assert "Line 3" in page
    assert "It has no answers in braces" in page
    assert not QuestionSet.objects.filter(owner__isnull=False).exists()


def test_questions_are_pasted_and_stay_in_the_form_for_changes(teacher_client: Client, teacher: User) -> None:
    """As copied from Word, where a Chromebook has no program that makes a plain file."""
    questions = "1.\tWho?\r\nA.\tMayor\r\nB.\tCouncil\r\n\r\n2.\tWhen?\r\nA.\tJune\r\nB.\tJuly\r\n\r\n"
    text = f"{questions}Answer key\r\n1. B\r\n2. A"
    address = reverse("import_questions")

    page = teacher_client.post(address, {"text": text, "target": "new"})
    assert "Pasted text: 2 can be imported" in text_of(page)
    assert form_of(page, having="file").data()["text"] == [f"\n{text}"]
    confirm(teacher_client, page)

    draft = Draft.objects.owned_by(teacher).get()
    assert draft.question_set.title == "Imported questions"
    assert [question["stem"] for question in draft.document["questions"]] == ["Who?", "When?"]
    for sent, said in (
        ({}, "Paste questions, or choose a file."),
        ({"text": " \n"}, "Paste questions, or choose a file."),
        ({"text": "Who voted?"}, "We found no answers in this text. Start each with a letter"),
        ({"text": "The council met, talked, and voted."}, "We found no answers in this text."),
        ({"text": "Veto: a refusal\nAct: a law\n"}, "needs 2 columns with the headings “Term” and “Definition”."),
        ({"text": text, "file": SimpleUploadedFile("u.txt", b"x")}, "Paste questions or choose a file, not both."),
    ):
        refused = text_of(teacher_client.post(address, {"target": "new", **sent}))
        assert said in refused, sent


def test_questions_without_a_correct_answer_are_asked_for_it_in_the_editor(
    teacher_client: Client, teacher: User
) -> None:
    """As copied from a form. The other questions wait for their answer too, so no version can have them."""
    text = "1. Who?\na) Mayor\nb) Council\n\n2. It met.\nTrue\nFalse\n"

    page = teacher_client.post(reverse("import_questions"), {"text": text, "target": "new"})
    shown = text_of(page)
    assert "Pasted text: 2 can be imported, 2 with a note." in shown
    assert shown.count("Its correct answer isn’t set. Choose it in the editor.") == 2
    assert "Correct answer:" not in shown
    confirm(teacher_client, page)

    draft = Draft.objects.owned_by(teacher).get()
    who, met = draft.document["questions"]
    assert [choice.get("key") for choice in who["choices"]] == [None, None]
    assert met["answer"] is None
    problems = problems_by_question(draft.document)
    assert "Choose at least 1 correct answer." in problems[who["key"]]
    assert "Choose true or false for the statement." in problems[met["key"]]
    assert teacher_client.get(reverse("choose_evidence", args=[draft.question_set.public_id])).status_code == 200
    editor = teacher_client.get(reverse("edit_question", args=[draft.question_set.public_id, who["key"]]))
    assert "Choose at least 1 correct answer." in text_of(editor)


def test_a_refused_preview_keeps_what_was_pasted(teacher_client: Client, teacher: User) -> None:
    """A preview is good for a day. Nobody copies 60 questions again."""
    text = "Who?\r\n*A. Mayor\r\nB. Council\r\n\r\nWhen?\r\n*A. June\r\nB. July"
    with time_machine.travel(NOW, tick=False):
        page = teacher_client.post(reverse("import_questions"), {"text": text, "target": "new"})

    with time_machine.travel(NOW + timedelta(days=2), tick=False):
        teacher_client.force_login(teacher)
        stale = confirm(teacher_client, page, title="Unit 3", chosen=["1"])
        form = form_of(stale, having="packed").data()
        none_chosen = confirm(teacher_client, stale, chosen=[])
        done = teacher_client.post(reverse("import_questions"), form)

    said = "We couldn’t read the preview. Nothing was imported. Check the questions, then import them."
    assert said in text_of(stale)
    assert form_of(stale, having="file").data()["text"] == [f"\n{text}"]
    assert (form["title"], form["chosen"], form["text"]) == (["Unit 3"], ["1"], [text])
    assert "No question was chosen, so nothing was imported." in text_of(none_chosen)
    assert "chosen" not in form_of(none_chosen, having="packed").data()
    draft = Draft.objects.owned_by(teacher).get()
    assert done.headers["Location"] == reverse("choose_evidence", args=[draft.question_set.public_id])
    assert [question["stem"] for question in draft.document["questions"]] == ["When?"]
    assert draft.document["title"] == "Unit 3"


def test_pasted_questions_stay_if_their_set_is_archived(teacher_client: Client, teacher: User) -> None:
    archived, text = make_draft(owner=teacher), "Who?\n*A. Mayor\nB. Council"
    public_id = archived.question_set.public_id
    page = teacher_client.post(reverse("import_questions"), {"text": text, "target": public_id})
    QuestionSet.objects.filter(pk=archived.question_set_id).update(archived_at=NOW)

    refused = confirm(teacher_client, page)

    assert form_of(refused, having="file").data()["text"] == [f"\n{text}"]
    assert "This question set can’t get questions now. Choose another one." in text_of(refused)


def test_the_preview_names_the_correct_answer_of_each_question(teacher_client: Client) -> None:
    """A key that the file has wrong is seen before the import."""
    template = write_template_csv("Unit 3", EXAMPLES)

    page = text_of(preview(teacher_client, template, name="Unit 3.csv"))

    assert [item.correct for item in EXAMPLES] == [
        "The city council",
        "This; That",
        "True",
        "Lee; Ms. Lee",
        "7",
        "“Mayor” City; “Governor” State",
        "Proposal; Hearing; Vote",
        "7 / seven",
        "",
    ]
    assert page.count("Correct answer: ") == len(EXAMPLES) - 1
    assert all(f"Correct answer: {item.correct}" in page for item in EXAMPLES if item.correct)


def test_several_notes_are_sentences(teacher_client: Client) -> None:
    file = SimpleUploadedFile("Unit.gift", b"Who? {=A#1 =B ~C} // page 3\n")
    page = teacher_client.post(reverse("import_questions"), {"file": file, "target": "new"})
    said = "Will be imported. A comment was left out. Any 1 of its correct answers was enough. Here students choose all"
    assert said in text_of(page)


def test_import_makes_a_draft_that_needs_evidence_and_twice_is_once(teacher_client: Client, teacher: User) -> None:
    page = preview(teacher_client)
    first = confirm(teacher_client, page, chosen=["0"])
    # Back in the preview, the teacher checks the other one too.
    second = confirm(teacher_client, page)
    third = confirm(teacher_client, page)

    draft = Draft.objects.owned_by(teacher).get()
    assert len({response.headers["Location"] for response in (first, second, third)}) == 1
    assert draft.question_set.title == "Unit 3"
    questions = draft.document["questions"]
    assert [(q["type"], q["stem"], q["evidence"]) for q in questions] == [
        ("single", "Who signed the order?", []),
        ("single", "When?", []),
    ]
    assert questions[0]["choices"] == [
        {"text": "The mayor", "rationale": "Yes.", "key": True},
        {"text": "The council", "rationale": "It only spoke."},
    ]


def test_more_questions_of_one_preview_can_be_undone_alone(teacher_client: Client, teacher: User) -> None:
    page = preview(teacher_client)
    teacher_client.get(confirm(teacher_client, page, chosen=["0"]).headers["Location"])
    draft = Draft.objects.owned_by(teacher).get()
    [first] = draft.document["questions"]
    fields = {"stem": "Who?"}
    saving_questions.save_question(draft, first["key"], fields, seen=draft.revision, by=teacher, now=NOW)

    again = teacher_client.get(confirm(teacher_client, page).headers["Location"])
    assert "1 question imported as a draft." in text_of(again)
    undo = form_of(again, having="batch")
    notice = text_of(teacher_client.post(undo.action, undo.data(), follow=True))

    assert ("1 imported question removed." in notice, "because you changed" in notice) == (True, False)
    assert [question["stem"] for question in document_of(draft)["questions"]] == ["Who?"]
    # All that is left has changed since.
    last = teacher_client.get(confirm(teacher_client, page, chosen=["0"]).headers["Location"])
    assert ("1 question imported as a draft." in text_of(last), "Undo" in text_of(last)) == (True, False)


def test_our_words_above_an_imported_question_are_in_the_language_of_the_set(
    draft: Draft, teacher: User, teacher_client: Client
) -> None:
    saving.save_reading(draft, {"language": "es"}, {}, {}, seen=1, by=teacher, now=NOW)
    rows = "true false,El concejo votó.,,True\nblanks,El concejo tiene {a} miembros.,7,\nshort answer,Fill it.,7,\n"
    table = f"Type,Question,Answer 1,Correct\n{rows}"

    page = preview(teacher_client, table, name="u.csv", target=draft.question_set.public_id)
    confirm(teacher_client, page, chosen=["0", "1", "2"])

    imported = document_of(draft)["questions"][-3:]
    stems = ["¿Es verdadero o falso?", "Completa los espacios en blanco.", "Fill it."]
    assert [question["stem"] for question in imported] == stems
    # An export to another program leaves them out again.
    assert [exported_item(question, 1, None).stem for question in imported[:1]] == ["El concejo votó."]  # type: ignore[union-attr]


def test_an_archived_set_gets_no_questions(teacher_client: Client, teacher: User) -> None:
    archived, draft = make_draft(owner=teacher), make_draft(owner=teacher)
    page = preview(teacher_client, target=archived.question_set.public_id)
    QuestionSet.objects.filter(pk=archived.question_set_id).update(archived_at=NOW)

    offered = form_of(teacher_client.get(reverse("import_questions")), having="file").offered

    assert {value for name, value in offered if name == "target"} == {"new", draft.question_set.public_id}
    refused = teacher_client.get(confirm(teacher_client, page).headers["Location"])
    assert "We couldn’t read the preview. Nothing was imported." in text_of(refused)
    archived.refresh_from_db()
    assert len(archived.document["questions"]) == 4


def test_undo_removes_what_no_one_changed(teacher_client: Client, teacher: User) -> None:
    draft = make_draft(owner=teacher)
    before = [question["key"] for question in draft.document["questions"]]
    response = confirm(teacher_client, preview(teacher_client, target=draft.question_set.public_id))
    page = teacher_client.get(response.headers["Location"])
    draft.refresh_from_db()
    assert len(draft.document["questions"]) == len(before) + 2
    changed = draft.document["questions"][-1]["key"]
    fields = {"stem": "When exactly?"}
    saving_questions.save_question(draft, changed, fields, seen=draft.revision, by=teacher, now=NOW)

    undo = form_of(page, having="batch")
    notice = text_of(teacher_client.post(undo.action, undo.data(), follow=True))
    assert "1 imported question removed. 1 question stays, because you changed it or imported it later." in notice
    teacher_client.post(undo.action, undo.data())

    draft.refresh_from_db()
    assert [question["key"] for question in draft.document["questions"]] == [*before, changed]


def test_undo_deletes_a_set_that_has_nothing_else(teacher_client: Client, teacher: User) -> None:
    response = confirm(teacher_client, preview(teacher_client))
    undo = form_of(teacher_client.get(response.headers["Location"]), having="batch")
    for _ in range(2):
        # The second press of a double click says nothing of its own.
        assert teacher_client.post(undo.action, undo.data()).headers["Location"] == reverse("question_sets")
        assert not Draft.objects.owned_by(teacher).exists()
    page = text_of(teacher_client.get(reverse("question_sets")))
    assert ("2 imported questions removed." in page, "0 imported" in page) == (True, False)


def test_the_page_proposes_sentences_and_the_teacher_confirms(teacher_client: Client, teacher: User) -> None:
    draft = make_draft(owner=teacher)
    sentence = draft.document["reading"]["paragraphs"][0]["sentences"][0]
    text = f"What happened? {{={sentence['text'].rstrip('.')} ~Nothing at all}}"
    response = confirm(teacher_client, preview(teacher_client, text, target=draft.question_set.public_id), chosen=["0"])
    page = teacher_client.get(response.headers["Location"]).content.decode()
    draft.refresh_from_db()
    key = draft.document["questions"][-1]["key"]
    assert draft.document["questions"][-1]["evidence"] == []
    offered = re.findall(rf'name="{key}" value="([^"]+)"', page)
    assert offered[0] == sentence["key"]
    # A border of the fieldset itself would run through its legend.
    assert re.findall(r'<fieldset class="([^"]*)"', page) == ["field"]

    address = reverse("choose_evidence", args=[draft.question_set.public_id])
    page = teacher_client.post(address, {key: [sentence["key"], "no-such-sentence"]}, follow=True)
    assert "No changes." in text_of(page)
    draft.refresh_from_db()
    assert draft.document["questions"][-1]["evidence"] == []
    page = teacher_client.post(address, {key: [sentence["key"]]}, follow=True)
    assert "Evidence saved for 1 question." in text_of(page)
    assert "Next: Questions" in text_of(page)
    draft.refresh_from_db()
    assert draft.document["questions"][-1]["evidence"] == [sentence["key"]]
    assert draft.document["questions"][-1]["anchors"] == {sentence["key"]: sentence["text"]}


def test_page_without_a_proposal_has_nothing_to_save(teacher_client: Client, teacher: User) -> None:
    draft = make_draft(owner=teacher)
    response = confirm(teacher_client, preview(teacher_client, "Xyz? {=Qqq ~Www}", target=draft.question_set.public_id))
    page = text_of(teacher_client.get(response.headers["Location"]))
    assert "Open each question, and choose the sentences that prove its answer." in page
    assert "No sentence shares a word with this question." in page
    assert "Save evidence" not in page


@pytest.mark.parametrize("changes", [{"packed": "x"}, {"target": "no-such-set1"}, {"chosen": []}])
def test_a_preview_that_is_not_ours_imports_nothing(
    teacher_client: Client, teacher: User, changes: dict[str, Any]
) -> None:
    response = confirm(teacher_client, preview(teacher_client), **changes)
    assert response.headers["Location"] == reverse("import_questions")
    assert not Draft.objects.owned_by(teacher).exists()


def test_a_preview_of_another_teacher_imports_nothing(
    teacher_client: Client, other_teacher: User, teacher: User
) -> None:
    page = preview(teacher_client)
    other = Client()
    other.force_login(other_teacher)
    confirm(other, page)
    assert not Draft.objects.exists()


def test_a_set_holds_sixty_questions(teacher_client: Client, teacher: User) -> None:
    assert "A question set has room for 60 questions." in text_of(teacher_client.get(reverse("import_questions")))
    page = text_of(preview(teacher_client, "\n\n".join(f"Q{n}? {{=a ~b}}" for n in range(62))))
    assert "60 can be imported" in page
    said = "don’t fit. Import them as a new question set, and start at question 61."
    assert f"A question set has room for 60 questions. 2 questions {said}" in page
    full = make_draft(owner=teacher)
    page = text_of(
        preview(teacher_client, "\n\n".join(f"Q{n}? {{=a ~b}}" for n in range(57)), target=full.question_set.public_id)
    )
    said = "doesn’t fit. Import it as a new question set, and start at question 57."
    assert f"60 questions. 1 question {said}" in page


def test_the_rest_of_a_long_text_is_imported_from_a_number(teacher_client: Client, teacher: User) -> None:
    """Also after a preview that was refused."""
    text = "\n\n".join(f"Q{n}? {{=a ~b}}" for n in range(1, 63))
    asked = {"text": text, "target": "new", "first": "62"}
    page = teacher_client.post(reverse("import_questions"), asked)
    assert "1 can be imported." in text_of(page)

    page = confirm(teacher_client, page, packed="x")
    confirm(teacher_client, page, chosen=["0"])

    draft = Draft.objects.owned_by(teacher).get()
    assert [question["stem"] for question in draft.document["questions"]] == ["Q62?"]
    page = teacher_client.post(reverse("import_questions"), {**asked, "first": "63"})
    assert "There are only 62 questions." in text_of(page)


def test_a_whole_set_from_a_later_question_is_imported_without_the_others(
    teacher_client: Client, edition: Edition, teacher: User
) -> None:
    page = teacher_client.post(
        reverse("export_questions", args=[edition.question_set.public_id]), {"file_format": "json"}
    )
    file = SimpleUploadedFile("set.json", page.content)
    page = teacher_client.post(reverse("import_questions"), {"file": file, "target": "new", "first": "2"})
    confirm(teacher_client, page, chosen=["0"])
    stems = [question["stem"] for question in Draft.objects.owned_by(teacher).get().document["questions"]]
    assert stems == [edition.document["questions"][1]["stem"]]


def test_a_file_that_cannot_be_read_is_named_by_its_field(teacher_client: Client) -> None:
    assert "neither Moodle XML nor QTI" in preview(teacher_client, "<svg/>").content.decode()


def test_a_text_that_its_preview_can_send_back_is_read(teacher_client: Client, teacher: User) -> None:
    """In a form without parts, an ñ would have 6 bytes."""
    question = f"Who?\n*A. Mayor\nB. Council\nFEEDBACK: {'ñ' * 1_000}\n\n"
    text = question * (MAX_PASTED_BYTES // len(question.encode()))

    too_long = teacher_client.post(reverse("import_questions"), {"text": text + question, "target": "new"})
    page = teacher_client.post(reverse("import_questions"), {"text": text, "target": "new"})

    assert "This is too long to paste. Save it as a text file, and choose the file." in text_of(too_long)
    assert 'class="stack choose" enctype="multipart/form-data"' in page.content.decode()
    confirm(teacher_client, page)
    assert len(Draft.objects.owned_by(teacher).get().document["questions"]) == 2


def test_export_says_what_only_our_own_files_keep(teacher_client: Client, edition: Edition) -> None:
    page = text_of(teacher_client.get(reverse("export_questions", args=[edition.question_set.public_id])))
    lacking = "objectives, skills, rubrics, settings for grading, and texts in other languages"
    assert f"All other files also lack {lacking}." in page


def test_export_says_that_a_file_of_an_unfinished_draft_does_not_come_back_whole(
    teacher_client: Client, teacher: User
) -> None:
    draft = make_draft(owner=teacher)
    address = reverse("export_questions", args=[draft.question_set.public_id])
    said = "this file can’t restore the reading and the evidence."
    for is_finished in (True, False):
        content = teacher_client.post(address, {"file_format": "json"}).content.decode()
        again = text_of(preview(teacher_client, content, name="set.json"))
        assert ("a whole question set" in again) is is_finished
        assert text_of(teacher_client.get(address)).count(said) == (0 if is_finished else 2)
        saving_questions.add_question(draft, "single", new_key="", by=teacher, now=NOW)


def test_export_says_if_the_draft_has_changes_that_no_version_has(
    draft: Draft, teacher: User, teacher_client: Client
) -> None:
    said = "Files have your draft. It has changes that version 1 doesn’t have."
    publishing.publish(draft, seen=1, note="", by=teacher, now=NOW)
    assert said not in text_of(teacher_client.get(url("export_questions", draft)))

    saving_questions.save_question(draft, "one", {"stem": "What is kept?"}, seen=1, by=teacher, now=NOW)
    assert said in text_of(teacher_client.get(url("export_questions", draft)))

    saving_questions.add_question(draft, "single", new_key="", by=teacher, now=NOW)
    assert said in text_of(teacher_client.get(url("export_questions", draft)))


@pytest.mark.parametrize("question_type", ["single", "true_false", "numeric", "matching", "blanks"])
def test_export_leaves_a_question_without_its_answer_out_and_says_so(
    question_type: str, draft: Draft, teacher: User, teacher_client: Client
) -> None:
    saving_questions.add_question(draft, question_type, new_key="new", by=teacher, now=NOW)
    number = len(document_of(draft)["questions"])
    typed = {"stem": "Who voted?", **({"statement": "It voted."} if question_type == "true_false" else {})}
    saving_questions.save_question(draft, "new", typed, seen=2, by=teacher, now=NOW)

    page = text_of(teacher_client.get(url("export_questions", draft)))
    content = teacher_client.post(url("export_questions", draft), {"file_format": "template_csv"}).content.decode()

    assert f"Question {number}: Left out: it isn’t finished." in page
    assert f"Question {number}: Left out: it can’t hold a date" not in page
    assert ("Who voted?" in content, "It voted." in content) == (False, False)


def test_export_says_first_what_is_left_out(teacher_client: Client, edition: Edition) -> None:
    address = reverse("export_questions", args=[edition.question_set.public_id])
    page = teacher_client.get(address).content.decode()
    assert "Left out: it can’t hold “Who says so?”." in page
    held = re.findall(r'<th scope="row">([^<]+)</th>\s*<td[^>]*>\s*(\d+) of (\d+)\s*</td>', page)
    assert len(held) == 13
    for name, (label, count, total) in zip(
        re.findall(r'name="file_format" value="(\w+)"', page), [row for row in held if row[1] != "0"], strict=True
    ):
        file = teacher_client.post(address, {"file_format": name})
        found = read_questions(file.content)
        imported = [question for question in found.questions if question.item is not None]
        own = name in ("json", "toml")
        assert len(found.questions if own else imported) == int(count), (label, name)
        assert int(total) == len(edition.document["questions"])
    assert teacher_client.post(address, {"file_format": "pdf"}).status_code == 400


def test_our_own_file_comes_back_as_a_whole_set(teacher_client: Client, teacher: User, edition: Edition) -> None:
    address = reverse("export_questions", args=[edition.question_set.public_id])
    document = json.loads(teacher_client.post(address, {"file_format": "json"}).content)
    document["questions"][0]["explanation"] = "The council voted. " * 200
    page = preview(teacher_client, json.dumps(document), name="set.json")
    # A question alone would lose the end of its explanation.
    assert ("a whole question set" in text_of(page), "is cut" in text_of(page)) == (True, False)
    confirm(teacher_client, page)
    confirm(teacher_client, page)
    draft = Draft.objects.owned_by(teacher).get()
    assert [q["evidence"] for q in draft.document["questions"]] == [
        q["evidence"] for q in edition.document["questions"]
    ]


@pytest.mark.parametrize("mark", ["\\ud800", "\\u0000", "\\ufffe"])
@pytest.mark.parametrize("is_whole", [True, False])
def test_characters_that_cannot_be_stored_are_left_out_of_our_own_file(
    is_whole: bool, mark: str, teacher_client: Client, teacher: User, edition: Edition
) -> None:
    address = reverse("export_questions", args=[edition.question_set.public_id])
    content = teacher_client.post(address, {"file_format": "json"}).content.decode()
    stem, title = edition.document["questions"][0]["stem"], edition.document["title"]
    content = content.replace(stem, f"{mark}{stem}").replace(f'"title": "{title}"', f'"title": "{title}{mark}"')
    content = content.replace('"footnote_questions": 1', f'"footnote_questions": 1, "field{mark}": 1')
    page = preview(teacher_client, content if is_whole else content.replace("voices", "speakers"), name="set.json")
    assert "“field”" in text_of(page)

    confirm(teacher_client, page)

    draft = Draft.objects.owned_by(teacher).get()
    assert (draft.document["title"], draft.document["questions"][0]["stem"]) == (title, stem)


def test_our_own_file_that_its_author_corrected_is_another_set(
    teacher_client: Client, teacher: User, edition: Edition
) -> None:
    """Also if the second import comes within seconds, with the same title and the same questions."""
    address = reverse("export_questions", args=[edition.question_set.public_id])
    document = json.loads(teacher_client.post(address, {"file_format": "json"}).content)
    for stem in (document["questions"][0]["stem"], "Corrected?"):
        document["questions"][0]["stem"] = stem
        confirm(teacher_client, preview(teacher_client, json.dumps(document), name="set.json"))
    drafts = Draft.objects.owned_by(teacher).order_by("pk")
    assert [draft.document["questions"][0]["stem"] == "Corrected?" for draft in drafts] == [False, True]


def test_our_own_file_says_why_its_reading_is_left_out(teacher_client: Client, edition: Edition) -> None:
    address = reverse("export_questions", args=[edition.question_set.public_id])
    document = json.loads(teacher_client.post(address, {"file_format": "json"}).content)
    for changed, reason in (
        ({"skill": "memory"}, "“one”: “skill” must be one of recall, inference,"),
        ({"key": "../é"}, "“../é”: “key” must have only letters, digits, - and _"),
        ({}, ""),
    ):
        sent = {**document, "questions": [{**document["questions"][0], **changed}, *document["questions"][1:]]}
        said = f"The reading and the evidence of this file can’t be imported: {reason}"
        assert (said in text_of(preview(teacher_client, json.dumps(sent), name="set.json"))) is bool(reason)
    sent = {**document, "reading": {**document["reading"], "paragraphs": 3}}
    assert "can’t be imported: " in text_of(preview(teacher_client, json.dumps(sent), name="set.json"))


@pytest.mark.parametrize("file_format", ["json", "toml"])
def test_our_own_file_says_which_fields_no_one_reads(
    file_format: str, teacher_client: Client, edition: Edition
) -> None:
    address = reverse("export_questions", args=[edition.question_set.public_id])
    content = teacher_client.post(address, {"file_format": file_format}).content.decode()
    said = "We don’t know these fields, so we won’t use them: "
    assert said not in text_of(preview(teacher_client, content, name="set.json"))
    typo = re.sub(r"(\bexplanation\b)", "explantion", content).replace("publisher", "publisherr", 1)

    page = text_of(preview(teacher_client, typo.replace("publisherr", "publisher_"), name="set.json"))

    assert f"{said}“publisher_”, “explantion”" in page


def test_a_file_of_another_kind_has_its_first_unknown_fields_named(teacher_client: Client, edition: Edition) -> None:
    address = reverse("export_questions", args=[edition.question_set.public_id])
    document = json.loads(teacher_client.post(address, {"file_format": "json"}).content)
    document |= {f"{number}{'x' * 50}": 1 for number in range(100, 111)}

    page = text_of(preview(teacher_client, json.dumps(document), name="set.json"))

    names = ", ".join(f"“{number}{'x' * 37}”" for number in range(100, 110))
    assert f"so we won’t use them: {names}, …" in page


@pytest.mark.parametrize("file_format", ["csv", "xlsx"])
def test_the_template_can_be_imported_as_it_is(teacher_client: Client, file_format: str) -> None:
    content = teacher_client.get(reverse("question_template", args=[file_format])).content
    assert [question.reason for question in read_questions(content).questions] == [""] * 9


def test_an_exported_file_has_the_date_of_the_teachers_class(
    edition: Edition, teacher: User, teacher_client: Client, clock: time_machine.Traveller
) -> None:
    make_classroom(teacher=teacher, time_zone="Pacific/Honolulu")
    clock.shift(timedelta(hours=14))
    address = reverse("export_questions", args=[edition.question_set.public_id])
    for file_format in ("gift", "json"):
        response = teacher_client.post(address, {"file_format": file_format})
        assert "2026-10-23" in response.headers["Content-Disposition"]


def test_name_of_an_exported_file_has_the_format(edition: Edition, teacher_client: Client) -> None:
    address = reverse("export_questions", args=[edition.question_set.public_id])
    for file_format, label in (("qti21", "QTI 2.1"), ("qti30", "QTI 3.0"), ("aiken", "Aiken")):
        response = teacher_client.post(address, {"file_format": file_format})
        assert response.headers["Content-Disposition"].startswith(f'attachment; filename="Small set, {label} 20')


def test_the_page_of_evidence_costs_the_same_for_any_number(
    teacher_client: Client, teacher: User, queries: Any
) -> None:
    counts = []
    for number in (1, 3):
        draft = make_draft(owner=teacher)
        text = "\n\n".join(f"Question {n} about the order? {{=a ~b}}" for n in range(number))
        confirm(
            teacher_client, preview(teacher_client, text, target=draft.question_set.public_id), chosen=["0", "1", "2"]
        )
        with queries() as seen:
            teacher_client.get(reverse("choose_evidence", args=[draft.question_set.public_id]))
        assert isinstance(seen, Queries)
        counts.append(len(seen))
    assert counts == [4, 4]


def test_the_list_of_sets_to_import_into_reads_no_document(teacher_client: Client, teacher: User, queries: Any) -> None:
    draft = make_draft(owner=teacher)
    with queries() as seen:
        page = teacher_client.get(reverse("import_questions")).content.decode()

    assert f'value="{draft.question_set.public_id}"' in page
    assert [sql for sql in seen if '"quizzes_draft"."document"' in sql] == []


def moodle_with_picture(alternative: str) -> str:
    address = f"data:image/png;base64,{b64encode(make_picture()).decode()}"
    return f"""<quiz><question type="truefalse"><questiontext format="html">
      <text><![CDATA[<img src="{address}" alt="{alternative}"><p>Is it so?</p>]]></text></questiontext>
      <answer fraction="100"><text>true</text></answer><answer fraction="0"><text>false</text></answer>
    </question></quiz>"""


def test_imported_picture_is_in_no_version_before_it_has_text_and_credit(teacher_client: Client, teacher: User) -> None:
    draft = make_draft(owner=teacher)
    page = preview(teacher_client, moodle_with_picture("A red square."), target=draft.question_set.public_id)
    assert "It has a picture. Before you publish, say what it shows and add its credit." in text_of(page)
    assert StoredPicture.objects.count() == 0
    for _ in range(2):
        confirm(teacher_client, page, chosen=["0"])
    draft.refresh_from_db()
    question = draft.document["questions"][-1]
    stored = StoredPicture.objects.get(question_set=draft.question_set)
    assert question["incomplete_picture"]["digest"] == stored.digest
    proof = sentence_tables(draft.document)[0]["key"]
    saving_questions.save_evidence(draft, {question["key"]: [proof]}, by=teacher, now=NOW)
    draft.refresh_from_db()
    missing = "Say what the picture shows, and add its credit and license."
    assert [problem.text for problem in publishing.readiness(draft.document, None).problems] == [missing]

    editor = teacher_client.get(url("edit_question", draft, question["key"]))
    assert "Add picture details" in text_of(editor)
    assert reverse("picture", args=[stored.digest]) not in editor.content.decode()
    # The editor of the picture shows it, and the autosave of the question keeps it.
    address = url("edit_question_picture", draft, question["key"])
    page = teacher_client.get(address)
    assert reverse("picture", args=[stored.digest]) in page.content.decode()
    form = form_of(page, having="credit").data()
    assert [text.strip() for text in form["alternative"] + form["credit"]] == ["A red square.", ""]
    assert "Say who made the picture" in text_of(teacher_client.post(address, form))
    teacher_client.post(url("edit_question", draft, question["key"]), form_of(editor, having="stem").data())
    form = form_of(teacher_client.get(address), having="credit").data()
    assert teacher_client.post(address, {**form, "credit": "Drawn by Ms. Rivera"}).status_code == 302
    draft.refresh_from_db()
    assert "incomplete_picture" not in draft.document["questions"][-1]
    assert draft.document["questions"][-1][PICTURE]["credit"] == "Drawn by Ms. Rivera"
    assert not publishing.readiness(draft.document, None).problems


def test_incomplete_picture_can_be_removed_and_put_back(teacher_client: Client, teacher: User) -> None:
    draft = make_draft(owner=teacher)
    confirm(teacher_client, preview(teacher_client, moodle_with_picture(""), target=draft.question_set.public_id))
    draft.refresh_from_db()
    key = draft.document["questions"][-1]["key"]
    before = draft.document["questions"][-1]["incomplete_picture"]
    address = url("edit_question_picture", draft, key)
    data = form_of(teacher_client.get(address), having="revision").data()
    page = teacher_client.post(url("remove_question_picture", draft, key), data, follow=True)
    draft.refresh_from_db()
    assert "incomplete_picture" not in draft.document["questions"][-1]
    assert "Removed: the picture." in text_of(page)
    assert "Add a picture" in text_of(page)
    teacher_client.post(url("undo_removal", draft), {"revision": draft.revision})
    draft.refresh_from_db()
    assert draft.document["questions"][-1]["incomplete_picture"] == before


@pytest.mark.parametrize("name", ["json", "toml"])
def test_own_file_has_the_pictures_and_brings_them_into_a_set(
    name: str, teacher_client: Client, teacher: User, other_teacher: User, signed_in: Any
) -> None:
    draft = make_draft(owner=teacher)
    texts = {"alternative": "A red square.", "credit": "Drawn by Ms. Rivera, CC BY 4.0"}
    for place, key in ((20, ""), (30, draft.document["questions"][0]["key"])):
        file = clean_picture(make_picture(size=(place, 10)))
        store_picture(draft.question_set, file, now=NOW)
        picture = {"digest": file.digest, "width": file.width, "height": file.height, **texts}
        draft = saving.save_picture(draft, picture, question=key, seen=draft.revision, by=teacher, now=NOW)
    digests = set(StoredPicture.objects.values_list("digest", flat=True))
    content = teacher_client.post(url("export_questions", draft), {"file_format": name}).content

    other = signed_in(other_teacher)
    page = preview(other, content, name=f"set.{name}")
    said = text_of(page)
    assert f"Footnote ({name.upper()}). This file has a whole question set" in said
    assert "skipped" not in said
    assert "left out" not in text_of(page).partition("Change the questions")[0]
    StoredPicture.objects.all().delete()
    confirm(other, page)
    taken = Draft.objects.owned_by(other_teacher).get()
    assert taken.document["reading"][PICTURE] == draft.document["reading"][PICTURE]
    assert taken.document["questions"][0][PICTURE] == draft.document["questions"][0][PICTURE]
    assert set(taken.question_set.pictures.values_list("digest", flat=True)) == digests
    assert delete_unused_pictures(now=NOW + timedelta(days=900)) == 0
    # Single questions of the file come into another set with their picture.
    target = make_draft(owner=other_teacher, now=NOW + timedelta(days=1))
    confirm(other, preview(other, content, name=f"set.{name}", target=target.question_set.public_id))
    assert target.question_set.pictures.get().width == 30


def test_a_file_cannot_name_a_picture_that_it_does_not_have(
    teacher_client: Client, teacher: User, other_teacher: User, signed_in: Any
) -> None:
    draft = make_draft(owner=teacher)
    file = clean_picture(make_picture())
    store_picture(draft.question_set, file, now=NOW)
    picture = {"digest": file.digest, "width": 40, "height": 30, "alternative": "A", "credit": "C"}
    draft = saving.save_picture(draft, picture, seen=draft.revision, by=teacher, now=NOW)
    content = json.loads(teacher_client.post(url("export_questions", draft), {"file_format": "json"}).content)
    del content["pictures"]
    content["questions"][0]["incomplete_picture"] = picture
    other = signed_in(other_teacher)
    page = preview(other, json.dumps(content), name="set.json")
    assert "1 picture is left out. Add it in the editor." in text_of(page)
    confirm(other, page)
    taken = Draft.objects.owned_by(other_teacher).get()
    assert file.digest not in json.dumps(taken.document)
    assert not taken.question_set.pictures.exists()
