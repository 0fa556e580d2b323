"""The picture of a question in files: found, encoded again within limits, and written with its credit."""

import io
import posixpath
import random
import zipfile
from base64 import b64encode

import pytest
from PIL import Image

from quizzes.content.picture_files import clean_picture
from quizzes.files.questions import pictures
from quizzes.files.questions.drafts import draft_question
from quizzes.files.questions.formats import FORMATS, holds, losses, read_questions
from quizzes.files.questions.importing import EXAMPLES
from quizzes.files.questions.item import Item, ItemPicture, ReadQuestion
from quizzes.files.questions.pictures import clean_pictures, with_clean_pictures
from tests.factories import make_picture

RED, LARGE = make_picture(), make_picture(size=(60, 20))
IN_TEXT = b64encode(RED).decode()
ALTERNATIVE, CREDIT = "A map of 5 wards", "Map: City of Philadelphia, CC BY 4.0"


def noisy(seed: int, *, size: tuple[int, int] = (750, 100)) -> bytes:
    """A picture that can't be compressed."""
    file = io.BytesIO()
    Image.frombytes("RGB", size, random.Random(seed).randbytes(size[0] * size[1] * 3)).save(file, "PNG")
    return file.getvalue()


def archive(**files: str | bytes) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as packed:
        for name, data in files.items():
            packed.writestr(name.replace("__", "/").replace("_dot_", "."), data)
    return content.getvalue()


def moodle(image: str, files: str = "") -> bytes:
    return f"""<quiz><question type="truefalse"><questiontext format="html">
      <text><![CDATA[<p>Look. {image} Is it so?</p>]]></text>{files}</questiontext>
      <answer fraction="100"><text>true</text></answer><answer fraction="0"><text>false</text></answer>
    </question></quiz>""".encode()


def qti1(image: str) -> str:
    return f"""<questestinterop><item title="x"><presentation>
      <material><mattext texttype="text/html">Look. {image} Is it so?</mattext></material>
      <response_lid ident="r" rcardinality="Single"><render_choice>
        <response_label ident="a"><material><mattext>True</mattext></material></response_label>
        <response_label ident="b"><material><mattext>False</mattext></material></response_label>
      </render_choice></response_lid></presentation>
      <resprocessing><respcondition><conditionvar><varequal respident="r">a</varequal></conditionvar>
      <setvar>100</setvar></respcondition></resprocessing></item></questestinterop>"""


def qti2(image: str) -> str:
    return f"""<assessmentItem identifier="i" title="x">
      <responseDeclaration identifier="R" cardinality="single" baseType="identifier">
        <correctResponse><value>a</value></correctResponse></responseDeclaration>
      <itemBody><p>Look. {image} Is it so?</p><choiceInteraction responseIdentifier="R">
        <simpleChoice identifier="a">True</simpleChoice><simpleChoice identifier="b">False</simpleChoice>
      </choiceInteraction></itemBody></assessmentItem>"""


@pytest.mark.parametrize(
    "content",
    [
        moodle(
            '<img src="@@PLUGINFILE@@/the%20map.png" alt="A map  of 5 wards">',
            f'<file name="other.png" path="/" encoding="base64">AAAA</file>'
            f'<file name="the map.png" path="/" encoding="base64">{IN_TEXT}</file>',
        ),
        moodle(f'<img alt="{ALTERNATIVE}" src="data:image/png;base64,{IN_TEXT}">'),
        archive(
            quiz__quiz_dot_xml=qti1(
                '&lt;img src="%24IMS-CC-FILEBASE%24/Uploaded%20Media/map.png?canvas_=1" alt="A map of 5 wards"&gt;'
            ),
            **{"web_resources/Uploaded Media/map.png": RED, "web_resources/other.png": LARGE},
        ),
        archive(items__q1_dot_xml=qti2(f'<img src="../media/map.png" alt="{ALTERNATIVE}"/>'), media__map_dot_png=RED),
        archive(items__q1_dot_xml=qti2(f'<object data="gone/map.png">{ALTERNATIVE}</object>'), media__map_dot_png=RED),
    ],
    ids=["attached to Moodle XML", "in the text", "Canvas package", "QTI 2 package", "QTI 2, moved file"],
)
def test_the_first_picture_of_a_question_is_taken_with_its_alternative_text(content: bytes) -> None:
    [found] = read_questions(content).questions
    assert found.item is not None
    assert (found.item.stem, found.notes) == ("Look. Is it so?", ())
    assert found.item.picture == ItemPicture(RED, ALTERNATIVE)


@pytest.mark.parametrize(
    "content",
    [
        moodle('<img src="https://example.org/map.png" alt="A map">'),
        moodle('<img src="@@PLUGINFILE@@/gone.png" alt="A map">'),
        moodle('<img src="data:image/png;base64,%%%" alt="A map">'),
        archive(q1_dot_xml=qti1('&lt;img src="file:///etc/passwd" alt="A map"&gt;'), map_dot_png=RED),
        archive(q1_dot_xml=qti1('&lt;img src="map.svg" alt="A map"&gt;'), map_dot_svg="<svg/>"),
        archive(a__q_dot_xml=qti2('<img src="map.png" alt="A map"/>'), b__map_dot_png=RED, c__map_dot_png=LARGE),
    ],
    ids=["on another site", "not attached", "no base64", "outside the package", "a drawing", "2 of one name"],
)
def test_a_picture_that_the_file_lacks_is_left_out_and_its_text_stays(content: bytes) -> None:
    [found] = read_questions(content).questions
    assert found.item is not None
    assert (found.item.stem, found.item.picture) == ("Look. A map Is it so?", None)
    assert "picture" in found.notes[0]
    assert "left out" in found.notes[0]


def test_addresses_that_a_package_lacks_are_not_each_compared_with_all_of_its_files(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A millisecond for each address: a package of 500 KB could hold the site for an hour (2026-11-28)."""
    names, basename = [], posixpath.basename

    def count(path: str) -> str:
        names.append(path)
        return basename(path)

    monkeypatch.setattr(posixpath, "basename", count)
    images = "".join(f'&lt;img src="{number}.png"&gt;' for number in range(500))
    files = {f"media/p{number}_dot_png": RED for number in range(500)}
    read_questions(archive(q1_dot_xml=qti1(images), **files))

    assert len(names) < 2_000


def test_other_pictures_of_a_question_are_left_out_with_a_note() -> None:
    two = f'<img alt="First" src="data:image/png;base64,{IN_TEXT}"> <img alt="Second" src="data:image/png;base64,AAAA">'
    [found] = read_questions(moodle(two)).questions
    assert found.item is not None
    assert found.item.picture == ItemPicture(RED, "First")
    assert (found.item.stem, found.notes) == ("Look. Second Is it so?", ("A picture was left out.",))


@pytest.mark.parametrize("name", [one.name for one in FORMATS if one.has_picture])
def test_picture_and_credit_survive_a_file_of_other_programs(name: str) -> None:
    one = next(one for one in FORMATS if one.name == name)
    file = clean_picture(RED)
    picture = ItemPicture(file.content, ALTERNATIVE, CREDIT, file)
    items = [Item(**{**{n: getattr(i, n) for n in Item.__slots__}, "picture": picture}) for i in EXAMPLES]
    items = [item for item in items if holds(one, item)]
    written = one.write("Unit", items)
    read = read_questions(written).questions
    assert [found.item and found.item.picture for found in read] == [
        ItemPicture(file.content, ALTERNATIVE, CREDIT) for _ in items
    ]
    assert CREDIT not in " ".join((found.item.stem + found.item.text) if found.item else "" for found in read)
    # Without pictures the questions are the same.
    bare = read_questions(one.write("Unit", [item for item in EXAMPLES if holds(one, item)])).questions
    assert [found.item and found.item.stem for found in read] == [found.item and found.item.stem for found in bare]
    assert [found.notes for found in read] == [found.notes for found in bare]


def test_formats_without_pictures_say_so() -> None:
    file = clean_picture(RED)
    item = Item("single", "Who?", picture=ItemPicture(file.content, ALTERNATIVE, CREDIT, file))
    said = {one.name: "The picture is left out." in losses(one, item, "") for one in FORMATS}
    assert {name for name, is_lost in said.items() if not is_lost} == {"qti12", "moodle", "qti21", "qti22", "qti30"}


def found_with(content: bytes, alternative: str = "", credit: str = "") -> ReadQuestion:
    return ReadQuestion(
        "Question 1", "Who?", Item("free_text", "Who?", picture=ItemPicture(content, alternative, credit))
    )


def test_a_picture_without_text_or_credit_is_incomplete_in_the_draft() -> None:
    photo = make_picture(file_format="JPEG", comment=b"home address")
    for texts, name in (((ALTERNATIVE, CREDIT), "picture"), ((ALTERNATIVE, ""), "incomplete_picture")):
        clean = clean_pictures([photo])
        outcome = with_clean_pictures(found_with(photo, *texts), clean)
        assert outcome.item is not None
        question = draft_question(outcome.item, key="k")
        [file] = clean.files.values()
        assert b"home address" not in file.content
        assert question[name] == {
            "digest": file.digest,
            "width": 40,
            "height": 30,
            "alternative": texts[0],
            "credit": texts[1],
        }
        assert ("say what it shows and add its credit" in " ".join(outcome.notes)) == (name == "incomplete_picture")


def test_a_file_that_is_no_picture_is_left_out_with_what_it_should_show() -> None:
    outcome = with_clean_pictures(found_with(b"<svg/>", "A map"), clean_pictures([b"<svg/>"]))
    assert outcome.item is not None
    assert outcome.item.picture is None
    assert outcome.notes == ("Its picture was left out. Add it in the editor as PNG, JPEG, or WebP. “A map”",)


def test_pictures_fit_into_the_form_of_the_preview(monkeypatch: pytest.MonkeyPatch) -> None:
    contents = [noisy(seed) for seed in range(4)]
    monkeypatch.setattr(pictures, "MAX_BYTES_OF_ALL", 600_000)
    clean = clean_pictures(contents)
    assert clean.side == 700
    assert [max(file.width, file.height) for file in clean.files.values()] == [700] * len(clean.files)
    assert sum(len(file.content) for file in clean.files.values()) <= 600_000
    # The first ones are kept, and each that is not has a reason.
    assert list(clean.files) + list(clean.refused) == contents
    assert "at most 700 pixels wide" in clean.note(contents[0])
    assert "too large together" in clean.note(contents[-1])


def test_decoding_has_a_limit_for_all_pictures_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "_MAX_PIXELS_OF_ALL", 40 * 30)
    clean = clean_pictures([RED, LARGE])
    assert (list(clean.files), list(clean.refused)) == ([RED], [LARGE])
