"""The normal form of typed answers, and the numbers and dates in them."""

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from quizzes.content import normalized_answers
from quizzes.content.normalized_answers import Day, normalize, read_date, read_number, write_date

WORDS = st.lists(
    st.sampled_from(
        "the a an on of and one two twenty thirty-first hundred thousand million first second August Aug. may 2018 "
        "31st 8/31 2018-08-31 31.8.2018 1,234 -5 $ % U.S. mayor’s São data-sharing 5 .5 per cent dollars & ½".split()
    ),
    max_size=8,
).map(" ".join)


# --- The same answer ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "normalized"),
    [
        ("  The   Mayor ", "mayor"),
        ("MAYOR", "mayor"),
        ("the mayor’s office", "mayors office"),
        ("the mayor's office.", "mayors office"),
        ("data-sharing", "data sharing"),
        ("“fear”, and distrust!", "fear and distrust"),
        ("fear & distrust", "fear and distrust"),
        ("São Paulo", "sao paulo"),
        ("Sa\u0303o Paulo", "sao paulo"),
        ("Łódź", "lodz"),
        ("Straße", "strasse"),
        ("İstanbul", "istanbul"),
        ("co\u00adoperate", "cooperate"),
        ("U.S.", "us"),
        ("U.S.A", "usa"),
        ("8 p.m.", "8 pm"),
        ("8pm", "8 pm"),
        ("the", "the"),
        ("the A", "a"),
        ("?!", ""),
        ("", ""),
        ("\u200b", ""),
    ],
)
def test_normalize_leaves_out_case_accents_spaces_punctuation_and_a_leading_article(text: str, normalized: str) -> None:
    assert normalize(text) == normalized


def test_normalize_does_work_in_proportion_to_the_length(monkeypatch: pytest.MonkeyPatch) -> None:
    """From each word, the rules for numbers and dates look at a few of the next ones, not at all of them."""
    seen = [0]

    def counted(rule: Callable[[Sequence[str]], tuple[str, int]]) -> Callable[[Sequence[str]], tuple[str, int]]:
        def look(tokens: Sequence[str]) -> tuple[str, int]:
            seen[0] += len(tokens)
            return rule(tokens)

        return look

    for name in ("number_at", "_date_at"):
        monkeypatch.setattr(normalized_answers, name, counted(getattr(normalized_answers, name)))

    assert normalize("one " * 1000) == "1 " * 999 + "1"
    assert seen[0] <= 1000 * 50


@pytest.mark.parametrize("text", ["हिन्दी", "قَانُون", "한국어"])
def test_normalize_keeps_the_marks_of_scripts_in_which_they_are_letters(text: str) -> None:
    assert normalize(text) == text


@pytest.mark.parametrize(
    ("text", "normalized"),
    [
        ("thirty-one", "31"),
        ("Thirty one people", "31 people"),
        ("31.0", "31"),
        ("007", "7"),
        ("1,234.50", "1234.5"),
        (".5", "0.5"),
        ("−5", "-5"),
        ("-0", "0"),
        ("5-7", "5 7"),
        ("no.5", "no 5"),
        ("１２", "12"),
        ("٣١", "31"),
        ("two hundred and five", "205"),
        ("thirtyone", "31"),
        ("thirtyone two", "31 2"),
        ("veintiuno dos", "21 2"),
        ("two hundred fortyfive thousand", "245000"),
        ("thirtyten", "thirtyten"),
        ("a hundred", "100"),
        ("nineteen hundred", "1900"),
        ("two thousand three hundred and eleven", "2311"),
        ("five hundred thousand", "500000"),
        ("2.5 million", "2500000"),
        ("3 million 200 thousand", "3000000 200000"),
        ("one two three", "1 2 3"),
        ("zero", "0"),
        ("hundreds of people", "hundreds of people"),
        ("the First Amendment", "1th amendment"),
        ("1st amendment", "1th amendment"),
        ("1º", "1th"),
        ("1.º", "1th"),
        ("3er lugar", "3th lugar"),
        ("3 ero", "3 ero"),
        ("2 years ago", "2 years ago"),
        ("twenty-first century", "21th century"),
        ("12 %", "12 percent"),
        ("twelve per cent", "12 percent"),
        ("$5", "5 dollars"),
        ("5 dólares", "5 dollars"),
        ("un dólar", "un dollars"),
        ("$1.5 million", "1500000 dollars"),
        ("$2.5M", "2500000 dollars"),
        ("€3 bn", "3000000000 euros"),
        ("5m", "5 m"),
        ("1 dollar", "1 dollars"),
        ("1k", "1000"),
        ("1.5k", "1500"),
        ("5km", "5 km"),
        ("10²", "10 2"),
        ("10⁻²", "10 -2"),
        ("CO₂", "co 2"),
        ("1½ miles", "1 --01-02 miles"),
        ("1 1/2 miles", "1 --01-02 miles"),
        ("a dozen", "12"),
        ("two dozen eggs", "24 eggs"),
        ("a couple of weeks", "2 of weeks"),
        ("twenty eighteen", "2018"),
        ("nineteen ninety-nine", "1999"),
        ("twenty one", "21"),
        ("treinta y uno", "31"),
        ("veintidós personas", "22 personas"),
        ("mil novecientos noventa y nueve", "1999"),
        ("dos millones quinientos mil", "2500000"),
        ("un millón", "1000000"),
        ("cincuenta por ciento", "50 percent"),
        ("once a month", "once a month"),
        ("2.5 mil", "2.5 mil"),
        ("9" * 5000, "9" * 5000),
    ],
)
def test_normalize_writes_numbers_in_figures(text: str, normalized: str) -> None:
    assert normalize(text) == normalized


@pytest.mark.parametrize(
    "text",
    [
        "Aug. 31",
        "Aug 31",
        "August 31",
        "august 31st",
        "31 August",
        "31st of August",
        "the 31st of August",
        "On August 31",
        "August the 31st",
        "August thirty-first",
        "thirty-one August",
        "8/31",
        "08/31",
        "31/8",
        "31 de agosto",
        "el 31 de agosto",
        "treinta y uno de agosto",
        "31 de ago",
        "31 ago.",
        "31º de agosto",
        "--08-31",
    ],
)
def test_normalize_knows_a_date_in_every_form(text: str) -> None:
    assert normalize(text) == "--08-31"
    assert read_date(text) == Day(None, 8, 31)


@pytest.mark.parametrize(
    "text",
    [
        "August 31, 2018",
        "August 31,2018",
        "31 August 2018",
        "8/31/2018",
        "8/31/18",
        "8-31-2018",
        "8-31-18",
        "8.31.18.",
        "31.08.2018",
        "2018-8-31",
        "2018/08/31",
        "2018.08.31",
        "treinta y uno de agosto de dos mil dieciocho",
        "31 de agosto de 2018",
        "31 de agosto del 2018",
        "31-ago-2018",
        "August 31, twenty eighteen",
    ],
)
def test_normalize_keeps_the_year_of_a_date(text: str) -> None:
    assert normalize(text) == "2018-08-31"
    assert read_date(text) == Day(2018, 8, 31)


@pytest.mark.parametrize(
    ("text", "normalized"),
    [
        ("8/9", "--08-09"),
        ("February 29", "--02-29"),
        ("February 29, 2018", "february 29 2018"),
        ("February 30", "february 30"),
        ("13/45", "13 45"),
        ("18-08-31", "18 8 31"),
        ("192.1.2.18", "192.1 2.18"),
        ("once de setiembre", "--09-11"),
        ("primero de mayo", "--05-01"),
        ("1/1/70", "1970-01-01"),
        ("Aug", "august"),
        ("May", "may"),
        ("August 2018", "august 2018"),
        ("August 31.5", "august 31.5"),
        ("Friday, August 31", "friday --08-31"),
        ("1/2/3/4", "1 2 3 4"),
        ("0000-01-01", "0 1 1"),
    ],
)
def test_normalize_takes_only_days_of_the_calendar_for_dates(text: str, normalized: str) -> None:
    assert normalize(text) == normalized


@given(st.text() | WORDS)
@example("the the mayor")
@example("twenty 1")
def test_normalize_of_a_normalized_answer_is_the_same(text: str) -> None:
    once = normalize(text)

    assert normalize(once) == once


@given(WORDS)
def test_normalize_takes_no_account_of_case_and_outer_space(text: str) -> None:
    assert normalize(f"  {text.upper()}\t") == normalize(text)


# --- Reading a number or a date -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("31", (Decimal(31), "")),
        ("1 234", (Decimal(1234), "")),
        ("1\u00a0234", (Decimal(1234), "")),
        ("1 234 567.8 people", (Decimal("1234567.8"), "people")),
        ("about 30", (Decimal(30), "about")),
        ("-12.50 %", (Decimal("-12.5"), "percent")),
        ("$2 billion", (Decimal(2_000_000_000), "dollars")),
        ("three", (Decimal(3), "")),
        ("30 to 40", None),
        ("1,5", None),
        ("1,23,456", None),
        ("1e5", None),
        ("first", None),
        ("August 31", None),
        ("many", None),
        ("", None),
    ],
)
def test_read_number(text: str, number: tuple[Decimal, str] | None) -> None:
    assert read_number(text) == number


@given(st.decimals(allow_nan=False, allow_infinity=False, places=3, min_value=-(10**12), max_value=10**12))
def test_read_number_gives_back_what_was_written(number: Decimal) -> None:
    assert read_number(f"{number:f}") == (number, "")
    assert read_number(f"{number:,f}") == (number, "")


@given(st.dates(date(1000, 1, 1), date(2999, 12, 31)))
def test_read_date_gives_back_what_was_written(day: date) -> None:
    assert read_date(f"{day:%B} {day.day}, {day.year}") == (day.year, day.month, day.day)
    assert read_date(day.isoformat()) == (day.year, day.month, day.day)
    assert read_date(write_date(Day(day.year, day.month, day.day))) == (day.year, day.month, day.day)
    assert read_date(write_date(Day(None, day.month, day.day))) == (None, day.month, day.day)


@pytest.mark.parametrize("text", ["8-31", "8.31", "31-8", "8 31"])
def test_read_date_reads_hyphens_and_periods(text: str) -> None:
    assert read_date(text) == Day(None, 8, 31)


@pytest.mark.parametrize("text", ["", "soon", "August", "31", "August 31 or 30", "8/31 and 9/1"])
def test_read_date_takes_nothing_else_for_a_date(text: str) -> None:
    assert read_date(text) is None
