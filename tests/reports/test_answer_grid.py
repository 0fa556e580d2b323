"""The counts of “Who says so?” as one table."""

from quizzes.models import Assignment
from quizzes.reports.board import Phase
from quizzes.reports.item_report import item_report
from tests.reports.test_board import standard_slide
from tests.reports.test_class_report import sit


def test_report_counts_statements_by_speakers_and_marks_the_key(assignment: Assignment) -> None:
    sit(assignment, 2)
    sit(assignment, 3, who={"a": "reporter", "b": "mayor", "c": "not_stated"})

    one, _, who, _ = item_report([assignment]).questions

    assert one.answer_grid is None
    assert who.answer_grid is not None
    assert who.answer_grid.columns == (
        "Reported fact",
        "Mayor’s account",
        "Protesters’ claim",
        "The story does not say",
    )
    assert [(row, [(cell.count, cell.is_right) for cell in cells]) for row, cells in who.answer_grid.rows] == [
        ("Rules were broken.", [(3, False), (2, True), (0, False), (0, False)]),
        ("People are easy to find.", [(0, False), (3, False), (2, True), (0, False)]),
        ("A court ended it.", [(0, False), (0, False), (0, False), (5, True)]),
    ]


def test_board_outlines_the_key_only_with_the_evidence(assignment: Assignment) -> None:
    sit(assignment, 2)

    grids = [standard_slide(assignment, (3, phase)).grid for phase in Phase]

    assert grids[:2] == [None, None]
    marked = [[[cell.is_right for cell in cells] for _, cells in grid.rows] for grid in grids[2:] if grid is not None]
    assert marked == [
        [[False] * 4] * 3,
        [[False, True, False, False], [False, False, True, False], [False, False, False, True]],
    ]
