"""Formulas in MathML as plain text."""

import pytest

from quizzes.files.questions.markup import A_FORMULA, plain

HALF = "<mfrac><mn>1</mn><mn>2</mn></mfrac>"
SUM = "<mrow><mi>x</mi><mo>+</mo><mn>1</mn></mrow>"


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        (HALF, "1/2"),
        (f"<mfrac>{SUM}<mn>2</mn></mfrac>", "(x+1)/2"),
        # A mixed number, and a product with a fraction.
        (f"<mn>1</mn>{HALF}", "1 1/2"),
        (f"<mn>1</mn><mrow>{HALF}</mrow>", "1 1/2"),
        (f"<mn>1</mn><mo>&#x2064;</mo>{HALF}", "1 1/2"),
        (f"{HALF}<mi>x</mi>", "(1/2)x"),
        (f"<mi>x</mi><mo>=</mo>{HALF}", "x=1/2"),
        (f"<msup><mi>x</mi>{HALF}</msup>", "x^(1/2)"),
        (f"<msup>{HALF}<mn>2</mn></msup>", "(1/2)²"),
        ("<msup><mn>10</mn><mn>6</mn></msup>", "10⁶"),
        (f"<msup>{SUM}<mi>a</mi></msup>", "(x+1)^a"),
        ("<msub><mi>H</mi><mn>2</mn></msub><mi>O</mi>", "H₂O"),
        ("<msub><mi>x</mi><mi>i</mi></msub>", "x_i"),
        (f"<msqrt>{SUM}</msqrt>", "√(x+1)"),
        ("<msqrt><mn>16</mn></msqrt>", "√16"),
        ("<mroot><mn>8</mn><mn>3</mn></mroot>", "∛8"),
        ("<mn>2</mn><mo>&InvisibleTimes;</mo><mn>3</mn>", "2·3"),
        ("<mtext>rate</mtext><mspace/><mn>5</mn>", "rate 5"),
        ("<semantics><mn>3</mn><annotation>3</annotation></semantics>", "3"),
        ("<m:mfrac><m:mn>1</m:mn><m:mn>2</m:mn></m:mfrac>", "1/2"),
    ],
)
def test_simple_formula_is_a_line_of_text(markup: str, text: str) -> None:
    assert plain(f"<p>Is it <math>{markup}</math>?</p>") == (f"Is it {text}?", [])


@pytest.mark.parametrize(
    "markup",
    [
        "<mtable><mtr><mtd><mn>1</mn></mtd></mtr></mtable>",
        "<msubsup><mi>x</mi><mn>1</mn><mn>2</mn></msubsup>",
        "<mroot><mn>8</mn><mn>5</mn></mroot>",
        "<mfrac><mn>1</mn></mfrac>",
        "<mfrac><mn>1</mn><mn></mn></mfrac>",
        "<semantics></semantics>",
        f"<mn>1</mn>{HALF}<mi>x</mi>",
        "<mrow>" * 1000 + "<mn>1</mn>",
    ],
)
def test_other_formula_is_left_out_with_a_note(markup: str) -> None:
    assert plain(f"<p>Is it <math>{markup}</math>?</p>") == ("Is it ?", [A_FORMULA])


def test_formula_that_does_not_end_is_read() -> None:
    assert plain(f"Is it <math>{HALF}") == ("Is it 1/2", [])
