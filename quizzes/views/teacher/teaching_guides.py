"""The teaching guide of a question set's source, for screen and paper."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import get_language
from django.views.decorators.http import require_GET

from quizzes.content.editions import shown_edition
from quizzes.content.reading import STANDARD
from quizzes.content.set_document import Objective, SetDocument
from quizzes.content.teaching_guide import Standard, parse_guide
from quizzes.models import QuestionSet
from quizzes.views.access import TeacherRequest


@dataclass(frozen=True, slots=True)
class SetRow:
    """One set on the source. cells: each objective of the source with its questions and points."""

    question_set: QuestionSet
    document: SetDocument
    cells: tuple[tuple[Objective, int, int], ...]


@dataclass(frozen=True, slots=True)
class StandardRow:
    """One standard. found: for each set that has questions for it, the set and their numbers."""

    standard: Standard
    found: tuple[tuple[QuestionSet, tuple[int, ...]], ...]


@require_GET
def teaching_guide(request: TeacherRequest, public_id: str) -> HttpResponse:
    """The guide, with the sets on the same reading by objective and by standard. 404 without a guide."""
    visible = QuestionSet.objects.visible_to(request.user).published()
    question_set = get_object_or_404(visible.with_guide(), public_id=public_id)
    if question_set.guide is None:
        raise Http404
    document = shown_edition(question_set.latest_edition_id).document
    sets = list(visible.filter(reading=question_set.reading_id))
    guide, rows = parse_guide(question_set.guide, get_language()), list(_rows(sets, document.objectives))
    context = {
        "question_set": question_set,
        "guide": guide,
        "reading": document.reading,
        # The words to know are those of the reading as written, with their meaning in the language of the page.
        "as_written": document.reading.in_variant(STANDARD),
        "objectives": document.objectives,
        "rows": rows,
        "standards": [_standard_row(standard, rows) for standard in guide.standards],
    }
    return render(request, "teacher/teaching_guide.html", context)


def _rows(sets: Sequence[QuestionSet], objectives: Sequence[Objective]) -> Iterator[SetRow]:
    for question_set in sets:
        document = shown_edition(question_set.latest_edition_id).document
        cells = []
        for objective in objectives:
            points = [question.points for question in document.questions if question.objective == objective.key]
            cells.append((objective, len(points), sum(points)))
        yield SetRow(question_set, document, tuple(cells))


def _standard_row(standard: Standard, rows: Sequence[SetRow]) -> StandardRow:
    found = []
    for row in rows:
        numbers = tuple(
            number
            for number, question in enumerate(row.document.questions, start=1)
            if question.key in standard.questions
        )
        if numbers:
            found.append((row.question_set, numbers))
    return StandardRow(standard, tuple(found))
