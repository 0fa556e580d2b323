"""Each format of questions: what both sides can hold comes back the same, and no file of any bytes breaks a reader."""

import io
import re
import zipfile
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from quizzes.files.questions.formats import FORMATS, QuestionFormat, holds, losses, read_questions
from quizzes.files.questions.gift_reader import read_gift
from quizzes.files.questions.gift_writer import write_gift
from quizzes.files.questions.item import Gap, Item, Line, read
from quizzes.files.questions.limits import checked
from quizzes.files.questions.markup import plain, tidy
from quizzes.files.questions.moodle_writer import write_moodle
from quizzes.files.questions.qti2_writer import write_qti2

# Letters, signs of every format, and text that looks like markup.
ALPHABET = 'abc ÁñЖ漢~=#{}:\\"’<>&%*[]()|;,.?!-–→/0123456789'


def texts(at_most: int = 20) -> st.SearchStrategy[str]:
    # A letter in front: a text of signs alone is no answer in most formats.
    raw = st.text(st.sampled_from(ALPHABET), max_size=at_most)
    return raw.map(lambda text: re.sub("[-=]+>", ">", tidy(f"q{text}")))


said = st.one_of(st.just(""), texts())


def lines(question_type: str, least: int = 2) -> st.SearchStrategy[tuple[Line, ...]]:
    rows = st.lists(
        st.tuples(texts(), said), min_size=least, max_size=6, unique_by=lambda row: " ".join(row[0].casefold().split())
    )
    if question_type == "single":
        return rows.map(lambda rows: tuple(Line(text, not n, why) for n, (text, why) in enumerate(rows)))
    if question_type == "multiple":
        return rows.map(lambda rows: tuple(Line(text, n != 1, why) for n, (text, why) in enumerate(rows)))
    return rows.map(lambda rows: tuple(Line(text, feedback=why) for text, why in rows))


@st.composite
def items(draw: st.DrawFn) -> Item:
    question_type = draw(
        st.sampled_from(
            [
                "single",
                "multiple",
                "true_false",
                "short_answer",
                "numeric",
                "matching",
                "ordering",
                "blanks",
                "free_text",
            ]
        )
    )
    common = {"explanation": draw(said), "points": draw(st.integers(1, 5))}
    stem = draw(texts(60))
    match question_type:
        case "single":
            return Item(question_type, stem, lines=draw(lines(question_type)), **common)
        case "multiple":
            return Item(question_type, stem, lines=draw(lines(question_type, 3)), **common)
        case "true_false":
            feedback = {"feedback_true": draw(said), "feedback_false": draw(said)}
            return Item(question_type, stem, is_true=draw(st.booleans()), **feedback, **common)
        case "short_answer":
            accepted = [Line(f"yes {number}", True) for number in range(draw(st.integers(1, 4)))]
            return Item(question_type, stem, lines=(*accepted, *draw(lines("", 2))), **common)
        case "numeric":
            number = str(draw(st.integers(-999, 9999)))
            return Item(
                question_type, stem, number=number, tolerance=draw(st.sampled_from(["0", "1", "0.5"])), **common
            )
        case "matching":
            prompts = draw(lines("", 2))
            pairs = tuple(replace(line, match=f"match {n % 3}") for n, line in enumerate(prompts))
            spare = draw(st.sampled_from([(), ("spare",)]))
            return Item(
                question_type, stem, lines=pairs, options=(*dict.fromkeys(p.match for p in pairs), *spare), **common
            )
        case "ordering":
            return Item(question_type, stem, lines=draw(lines("", 3)), **common)
        case "blanks":
            gap = st.one_of(
                st.builds(Gap, st.just(("one", "two")), st.just(()), said),
                st.builds(Gap, st.just(("red",)), st.just(("blue", "red")), said),
            )
            first, second = texts(), texts()
            a, b = draw(first).replace("{", "(").replace("[", "("), draw(second).replace("{", "(").replace("[", "(")
            text = f"{a} {{a}} {b} {{b}}."
            return Item(question_type, "Fill in the blanks.", text=text, gaps=(draw(gap), draw(gap)), **common)
        case _:
            return Item("free_text", stem, sample_answer=draw(said), **common)


def without_losses(form: QuestionFormat, item: Item) -> Item:
    """The item as the format can hold it, by what `losses` says."""
    found = losses(form, item, "")
    kept = replace(item, title="")
    if "The feedback is left out." in found:
        kept = replace(
            kept,
            feedback_true="",
            feedback_false="",
            lines=tuple(replace(line, feedback="") for line in kept.lines),
            gaps=tuple(replace(gap, feedback="") for gap in kept.gaps),
        )
    if "The explanation is left out." in found:
        kept = replace(kept, explanation="")
    if "The points are left out." in found:
        kept = replace(kept, points=1)
    if "Answer choices that match no line are left out." in found:
        kept = replace(kept, options=tuple(dict.fromkeys(line.match for line in kept.lines)))
    if "The expected wrong answers are left out." in found:
        kept = replace(kept, lines=tuple(line for line in kept.lines if line.is_correct))
    if "The expected wrong answers without feedback are left out." in found:
        kept = replace(kept, lines=tuple(line for line in kept.lines if line.is_correct or line.feedback))
    if "The sample answer is left out." in found:
        kept = replace(kept, sample_answer="")
    if "The choices of the blanks are left out, so students type." in found:
        kept = replace(kept, gaps=tuple(replace(gap, choices=()) for gap in kept.gaps))
    return kept


def comparable(item: Item) -> object:
    """An item without what no format says: its title, and the order of options."""
    return replace(item, title="", options=tuple(sorted(item.options)))


def ends_with_star(item: Item) -> bool:
    """Whether the correct answer ends with a star. In a text file, such a star only says that it is correct."""
    return any(line.is_correct and line.text.endswith("*") for line in item.lines)


@pytest.mark.parametrize("form", FORMATS, ids=lambda form: form.name)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(made=st.lists(items(), min_size=1, max_size=4))
def test_what_both_can_hold_comes_back_the_same(form: QuestionFormat, made: list[Item]) -> None:
    sound = [found.item for item in made if (found := checked(read("", item))).item is not None]
    held = [
        item for item in sound if item and holds(form, item) and not (form.name == "aiken" and ends_with_star(item))
    ]
    if not held:
        return
    found = read_questions(form.write("A set: 1 & 2", held))
    assert [question.reason for question in found.questions] == [""] * len(held)
    read_back = [comparable(question.item) for question in found.questions if question.item]
    assert read_back == [comparable(without_losses(form, item)) for item in held]


def test_package_with_the_bytes_of_a_folder_of_excel_is_a_package() -> None:
    [form] = [form for form in FORMATS if form.name == "qti30"]
    content = io.BytesIO(form.write("A set", [Item("true_false", "It rains.", is_true=True)]))
    with zipfile.ZipFile(content, "a") as archive:
        archive.comment = b"xl/"

    assert len(read_questions(content.getvalue()).questions) == 1


ARROWS = tuple(Line(text, match=match) for text, match in (("a -> b", "%50% c"), ("[html] d", "e -> f")))


@pytest.mark.parametrize(
    "item",
    [
        Item("single", "[html] 1 < 2?", lines=(Line("%50%", True, "x -> y"), Line("%100% & more", False, "[plain] z"))),
        Item("multiple", "Which?", lines=(Line("%50%", True), Line("[html]", True), Line("c", False))),
        Item("short_answer", "Which\nway?", lines=(Line("a -> b", True), Line("%5% -> <b>", False, "no"))),
        Item("matching", "Match.", lines=ARROWS, options=("%50% c", "e -> f", "-> g")),
        Item("true_false", "%1% {is} &amp; true", explanation="[moodle] x", feedback_false="%1% #no"),
        Item("numeric", "[html] How many?", number="3", tolerance="0", explanation="2 -> 3"),
    ],
    ids=lambda item: item.question_type,
)
def test_gift_keeps_texts_with_its_own_signs(item: Item) -> None:
    [outcome] = read_gift(write_gift("Signs", [item]))

    assert outcome.item == item


# Aiken has a question on one line.
@pytest.mark.parametrize("form", [form for form in FORMATS if form.name != "aiken"], ids=lambda form: form.name)
def test_a_question_keeps_its_paragraphs(form: QuestionFormat) -> None:
    item = Item("single", "It met.\r\n\r\nWho voted?\r\nName 1.", lines=(Line("Lee", True), Line("Day")))

    [outcome] = read_questions(form.write("Paragraphs", [item])).questions

    assert outcome.item is not None
    assert outcome.item.stem == "It met.\n\nWho voted?\nName 1."


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("<p>It met.</p><p>Who?</p>", "It met.\nWho?"),
        ("<div>It met.</div>\n\n<div>Who?</div>", "It met.\nWho?"),
        ("<p>It met.<br></p><p>Who?</p>", "It met.\nWho?"),
        ("It met.<br>Who?", "It met.\nWho?"),
        ("It met.<br><br>Who?", "It met.\n\nWho?"),
        ("<p>It met.</p><p><br></p><p>Who?</p>", "It met.\n\nWho?"),
        ("It met.\n\n\n\nWho?\n\n", "It met.\n\nWho?"),
        ("It met.\n\u200b\nWho?", "It met.\n\nWho?"),
    ],
)
def test_a_text_has_the_blank_lines_of_its_source(source: str, text: str) -> None:
    assert plain(source)[0] == text


@pytest.mark.parametrize("name", ["template_xlsx", "template_csv"])
def test_our_template_holds_a_date_as_the_answer(name: str) -> None:
    [form] = [form for form in FORMATS if form.name == name]
    made = [Item("numeric", "When?", number=day, tolerance="0") for day in ("2018-08-31", "--08-31")]
    assert all(holds(form, item) for item in made)

    found = read_questions(form.write("Days", made)).questions
    assert [one.item and one.item.number for one in found] == ["2018-08-31", "--08-31"]


def test_aiken_holds_questions_with_one_correct_answer() -> None:
    [written] = [one for one in FORMATS if one.name == "aiken"]
    item = Item("multiple", "Which?", lines=(Line("A", True), Line("B", True), Line("C")))
    assert losses(written, item, "Choose all that apply") == ["Left out: it can’t hold “Choose all that apply”."]
    assert holds(written, replace(item, question_type="single", lines=(Line("A", True), Line("B"))))


def test_a_wrong_answer_costs_in_moodle_what_it_costs_here() -> None:
    """Otherwise a student who chooses every answer would have all points there."""
    item = Item("multiple", "Which?", lines=(Line("A", True), Line("B", True), Line("C")))
    shares = ["50.00000", "50.00000", "-50.00000"]
    assert re.findall(r'fraction="([^"]+)"', write_moodle("T", [item]).decode()) == shares
    assert re.findall(r"%(.+?)%", write_gift("T", [item]).decode()) == shares
    # Moodle refuses a file with a share that it does not have, such as 99 %.
    one = replace(item, lines=(Line("A", True), Line("B")))
    assert re.findall(r"%(.+?)%", write_gift("T", [one]).decode()) == ["100.00000", "-100.00000"]
    single = Item("single", "Which?", lines=(Line("A", True), Line("B")))
    assert re.findall(r'fraction="([^"]+)"', write_moodle("T", [single]).decode()) == ["100", "0"]


@pytest.mark.parametrize("version", ["2.1", "2.2", "3.0"])
def test_choices_give_part_of_the_credit_in_qti_as_here(version: str) -> None:
    item = Item("multiple", "Which?", lines=(Line("A", True), Line("B", True), Line("C")))
    written = item_file(write_qti2("T", [item], version=version))
    assert re.findall(r'apped-?[vV]alue="([^"]+)"', written) == ["0.50000", "0.50000", "-0.50000"]
    assert re.search(r'ower-?[bB]ound="0"', written)
    assert written.count("rptemplates/map_response") == 1

    whole = item_file(write_qti2("T", [replace(item, all_or_nothing=True)], version=version))
    assert "ap-entry" not in whole.replace("mapEntry", "map-entry")
    assert whole.count("rptemplates/match_correct") == 1
    for made in (item, replace(item, all_or_nothing=True)):
        [outcome] = read_questions(write_qti2("T", [made], version=version)).questions
        assert outcome.item == replace(made, title="Question 1")


@pytest.mark.parametrize("version", ["2.1", "2.2", "3.0"])
def test_each_match_earns_its_share_in_qti(version: str) -> None:
    item = Item("matching", "Match.", lines=ARROWS, options=("%50% c", "e -> f", "-> g"))
    package = write_qti2("T", [item], version=version)

    written = item_file(package)
    assert re.findall(r'ap-?[kK]ey="([^"]+)" \S+apped-?[vV]alue="([^"]+)"', written) == [
        ("A1 B1", "0.50000"),
        ("A2 B2", "0.50000"),
    ]
    assert written.count("rptemplates/map_response") == 1
    [outcome] = read_questions(package).questions
    assert outcome.item == replace(item, title="Question 1")
    assert outcome.notes == ()


@pytest.mark.parametrize("version", ["2.1", "2.2", "3.0"])
def test_each_blank_earns_a_point_in_qti(version: str) -> None:
    """The templates of the standard score one response, and would take only the first accepted answer."""
    gaps = (Gap(("7", "seven")), Gap(("red",), ("blue", "red")))
    made = Item("blanks", "Fill in the blanks.", text="{a} of {b}", gaps=gaps)
    package = write_qti2("T", [made], version=version)
    one = replace(made, text="It has {a} members.", gaps=gaps[:1])
    [alone] = read_questions(write_qti2("T", [one], version=version)).questions
    assert alone.item == replace(one, title="Question 1")

    written = item_file(package)
    assert "rptemplates" not in written
    assert re.findall(r'<(?:qti-map-response|mapResponse) identifier="(\w+)"', written) == ["RESPONSE_A", "RESPONSE_B"]
    assert re.findall(r'ap-?[kK]ey="([^"]+)"', written) == ["7", "seven", "C1"]
    [outcome] = read_questions(package).questions
    assert outcome.item == replace(made, title="Question 1")


def item_file(package: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        return archive.read("items/q001.xml").decode()


def test_a_typed_blank_stays_typed_in_moodle() -> None:
    """A list of its accepted answers would show them, and only the first would be correct."""
    text = "The {a} met in {b} at {1:50}."
    gaps = (Gap(("council", "city } council")), Gap(("July #1~",), ("50%", "July #1~", "a < b")))
    content = write_moodle("T", [Item("blanks", "Fill in the blanks.", text=text, gaps=gaps)])
    assert b'type="cloze"' in content
    assert b"{1:SHORTANSWER:=council~=city \\} council}" in content
    [outcome] = read_questions(content).questions
    assert outcome.item is not None
    assert outcome.item.gaps == gaps
    assert outcome.item.text == "The {a} met in {b} at (1:50}."


@pytest.mark.parametrize(
    "item",
    [
        Item("matching", "Match.", lines=(Line("bold", match="<b> &amp; a"), Line("R", match="R & D")), title="A <p>"),
        Item("blanks", "Fill in the blanks.", text="It is {a}.", gaps=(Gap(("<b>",), ("<b>", "<i> & b", "R & D")),)),
    ],
    ids=lambda item: item.question_type,
)
def test_tag_in_a_text_without_a_format_is_text_in_moodle(item: Item) -> None:
    content = write_moodle("About <b>", [item])
    assert b"<text>$course$/About &amp;lt;b&amp;gt;</text>" in content
    assert b"<text>R &amp; D</text>" in content
    [outcome] = read_questions(content).questions
    found = outcome.item
    assert found is not None
    assert (found.lines, found.gaps) == (item.lines, item.gaps)
    assert found.title == (item.title or "Question 1")


def test_moodle_export_has_no_blank_that_the_text_only_looks_like() -> None:
    item = Item("blanks", "Fill in the blanks.", text="See [[1]] and {a}.", gaps=(Gap(("red",), ("red", "blue")),))

    [outcome] = read_questions(write_moodle("Blanks", [item])).questions

    assert outcome.item is not None
    assert (outcome.item.text, len(outcome.item.gaps)) == ("See [1] and {a}.", 1)


@pytest.mark.parametrize("name", ["qti12", "blackboard"])
def test_blanks_in_brackets_are_those_of_the_question_only(name: str) -> None:
    item = Item("blanks", "Fill in the blanks.", text="Lee saw “[a] new park” in {a}.", gaps=(Gap(("June",)),))
    [written] = [one for one in FORMATS if one.name == name]

    [outcome] = read_questions(written.write("Blanks", [item])).questions

    assert outcome.item is not None
    assert outcome.item.text == "Lee saw “(a) new park” in {a}."
