"""Growth of a class between 2 forms of a check, by objective."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext, gettext_noop

from quizzes.content.editions import published
from quizzes.formatting import whole_percent
from quizzes.reports.gradebook import Gradebook, Row
from quizzes.reports.growth_figures import MIN_HALF, GrowthFigure, growth_figure
from quizzes.reports.mastery import Points, objective_points, titles_of

ALL_QUESTIONS = gettext_noop("All questions")


@dataclass(frozen=True, slots=True)
class GrowthLine:
    """Growth on one objective. before, after: mean shares of the points; None without a student who has both.

    figure: None if a half has too few students, or if all students of each half changed alike.
    is_too_small: whether a half has too few students.
    """

    title: str
    before: float | None
    after: float | None
    figure: GrowthFigure | None
    is_too_small: bool

    @property
    def change(self) -> str:
        """The growth in points of 100, "" without a figure."""
        return _signed(whole_percent(self.figure.mean)) if self.figure is not None else ""

    @property
    def error(self) -> str:
        """The standard error in points of 100, "" without a figure."""
        return str(whole_percent(self.figure.standard_error)) if self.figure is not None else ""

    @property
    def sentence(self) -> str:
        """What the figure means, in one plain sentence."""
        if self.is_too_small:
            return gettext("Too few to tell.")
        if self.figure is None:
            return gettext("In each half, all students changed by the same amount.")
        low, high = whole_percent(self.figure.low), whole_percent(self.figure.high)
        if not self.figure.is_clear:
            return gettext("Too few to tell: the change is between {low} and {high} points of 100.").format(
                low=_signed(low), high=_signed(high)
            )
        if self.figure.low > 0:
            return gettext("More than before, by {low} to {high} points of 100.").format(low=max(low, 1), high=high)
        return gettext("Less than before, by {low} to {high} points of 100.").format(low=max(-high, 1), high=-low)


@dataclass(frozen=True, slots=True)
class Growth:
    """The growth of a class. halves: how many students took form A first, and form B first. lines: () without any.

    titles: of form A and form B. The last line is for all questions.
    """

    titles: tuple[str, str]
    halves: tuple[int, int]
    student_count: int
    lines: tuple[GrowthLine, ...]

    @property
    def is_too_small(self) -> bool:
        """Whether a half has too few students for any figure."""
        return min(self.halves) < MIN_HALF


def growth_of(book: Gradebook) -> list[Growth]:
    """Growth for each pair of forms that the class has; 3 queries besides the gradebook's.

    book: by the first attempts. Of each student, the one at each form counts; the earlier one is before. Excused work
    does not.
    """
    places: dict[frozenset[str], dict[str, list[int]]] = {}
    titles: dict[str, str] = {}
    for place, column in enumerate(book.columns):
        document = published(column.assignment.edition_id).document
        if document.form_of:
            titles[document.slug] = column.assignment.edition.question_set.shown_title
            of_pair = places.setdefault(frozenset({document.slug, document.form_of}), {})
            of_pair.setdefault(document.slug, []).append(place)
    pairs = [of_pair for of_pair in places.values() if len(of_pair) == 2]
    points = objective_points(book) if pairs else {}
    objective_titles = titles_of(book) if pairs else {}
    return [_growth(book, points, of_pair, titles, objective_titles) for of_pair in pairs]


def _growth(
    book: Gradebook,
    points: dict[tuple[int, int], Points],
    places: dict[str, list[int]],
    titles: dict[str, str],
    objective_titles: dict[str, str],
) -> Growth:
    slugs = sorted(places)
    objectives: dict[str, None] = {}
    halves: tuple[list[_Pair], list[_Pair]] = ([], [])
    for row in book.rows:
        taken = [_first(book, row, points, places[slug]) for slug in slugs]
        first, second = taken
        if first is None or second is None:
            continue
        is_a_first = first[0] <= second[0]
        before, after = (first[1], second[1]) if is_a_first else (second[1], first[1])
        objectives |= dict.fromkeys(before)
        halves[0 if is_a_first else 1].append((before, after))
    lines = [_line(title, halves, shown=objective_titles[title]) for title in objectives]
    return Growth(
        titles=(titles[slugs[0]], titles[slugs[1]]),
        halves=(len(halves[0]), len(halves[1])),
        student_count=len(book.rows),
        lines=tuple(lines) if len(lines) < 2 else (*lines, _line(ALL_QUESTIONS, halves, shown=gettext(ALL_QUESTIONS))),
    )


type _Pair = tuple[Points, Points]


def _first(
    book: Gradebook, row: Row, points: dict[tuple[int, int], Points], places: list[int]
) -> tuple[datetime, Points] | None:
    """When the student took the first attempt at a form, and its points; None without one."""
    found = []
    for place in places:
        assignment = book.columns[place].assignment
        attempt, own = row.cells[place].attempt, points.get((row.student.pk, assignment.pk))
        if attempt is not None and attempt.submitted_at is not None and own:
            taken_at = attempt.submitted_at
            if attempt.is_on_paper and assignment.closes_at is not None:
                # A teacher may enter paper answers long after the class took the form.
                taken_at = min(taken_at, assignment.closes_at)
            found.append((taken_at, own))
    return min(found, key=lambda one: one[0], default=None)


def _line(title: str, halves: tuple[list[_Pair], list[_Pair]], *, shown: str) -> GrowthLine:
    shares = [
        [(_share(before, title), _share(after, title)) for before, after in half if _has(before, after, title)]
        for half in halves
    ]
    both = [pair for half in shares for pair in half]
    return GrowthLine(
        shown,
        sum(before for before, _ in both) / len(both) if both else None,
        sum(after for _, after in both) / len(both) if both else None,
        growth_figure(*([after - before for before, after in half] for half in shares)),
        is_too_small=min(map(len, shares)) < MIN_HALF,
    )


def _has(before: Points, after: Points, title: str) -> bool:
    return title == ALL_QUESTIONS or (title in before and title in after)


def _share(points: Points, title: str) -> float:
    pairs = list(points.values()) if title == ALL_QUESTIONS else [points[title]]
    return float(sum(earned for earned, _ in pairs) / sum(possible for _, possible in pairs))


def _signed(number: int) -> str:
    return f"−{-number}" if number < 0 else str(number)
