"""Item analysis as tables: of the questions, of the answers given, and of the figures of the set."""

from quizzes.files.gradebook import Table
from quizzes.files.spreadsheet import CellValue
from quizzes.formatting import percent_number, points_number
from quizzes.models import Assignment
from quizzes.reports.item_report import ItemReport, QuestionReport


def questions_table(report: ItemReport) -> Table:
    """A line for each question with its figures. A figure that needs more attempts is empty."""
    header: list[CellValue] = ["Number", "Question", "Type", "Objective", "Points", "Attempts", "Answered", "Skipped"]
    header += ["Not reached", "Points earned %", "Discrimination", "Top group %", "Bottom group %"]
    header += ["Top wrong answer", "Chosen by", "Needs grading", "Check"]
    return [header, *(_question_line(report, question) for question in report.questions)]


def choices_table(report: ItemReport) -> Table:
    """A line for each possible or given answer: how often it was given, and its share in each group."""
    header: list[CellValue] = ["Number", "Answer", "Correct", "Chosen by", "Share %", "Top group %", "Bottom group %"]
    lines: Table = [
        [
            question.number,
            choice.option.text,
            "yes" if choice.option.right else "",
            choice.count,
            percent_number(choice.share),
            percent_number(choice.upper_share),
            percent_number(choice.lower_share),
            choice.option.why,
        ]
        for question in report.questions
        for choice in question.figures.choices
    ]
    return [[*header, "Why a student may choose it"], *lines]


def figures_table(report: ItemReport) -> Table:
    """A line for each figure of the whole set; scores in points, empty while no question counts."""
    figures = report.figures
    # Without a question that counts, each attempt has a total of 0, which would look like a score.
    totals = (figures.mean, figures.median, figures.spread)
    mean, median, spread = map(points_number, totals) if figures.counting_count else (None, None, None)
    counts = Assignment.AttemptPolicy(report.policy).label if report.policy is not None else "As each quiz says"
    return [
        ["Question set", report.published.document.title],
        ["Which attempt counts", str(counts)],
        ["Attempts", figures.attempt_count],
        ["Points possible", figures.max_points],
        ["Average", mean],
        ["Median", median],
        ["Standard deviation", spread],
        ["Cronbach’s alpha", figures.alpha],
        ["Standard error of measurement", points_number(figures.standard_error)],
        ["Attempts in each group", figures.group_size],
    ]


def _question_line(report: ItemReport, question: QuestionReport) -> list[CellValue]:
    figures, commonest = question.figures, question.commonest_wrong
    titles = {objective.key: objective.title for objective in report.published.document.objectives}
    return [
        question.number,
        " ".join(question.question.asked),
        question.type_label,
        titles.get(question.question.objective, question.question.objective),
        figures.item.points,
        figures.attempt_count,
        figures.answered_count,
        figures.omitted_count,
        figures.not_reached_count,
        percent_number(figures.facility),
        figures.discrimination,
        percent_number(figures.upper_share),
        percent_number(figures.lower_share),
        commonest.option.text if commonest is not None else "",
        commonest.count if commonest is not None else None,
        question.ungraded_count or None,
        "; ".join(flag.reason for flag in figures.flags),
    ]
