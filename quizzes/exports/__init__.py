"""Files that leave the site: scores, answers and item analysis, and scores as other gradebooks take them.

`docs/exports.md` describes each file for those who open it.
"""

from quizzes.exports.files import (
    ExportedFile,
    Form,
    Layout,
    export,
    export_answers,
    export_gradebook,
    export_item_report,
)
from quizzes.exports.gradebooks import gradebook_csv
from quizzes.exports.students import export_student

__all__ = [
    "ExportedFile",
    "Form",
    "Layout",
    "export",
    "export_answers",
    "export_gradebook",
    "export_item_report",
    "export_student",
    "gradebook_csv",
]
