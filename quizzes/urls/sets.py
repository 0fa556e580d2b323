"""The URLs under /teacher/sets/: question sets and their editor."""

from django.urls import path

from quizzes.views import previews
from quizzes.views.on_demand import on_demand
from quizzes.views.teacher import assign, handouts, question_sets, sharing, teaching_guides
from quizzes.views.teacher.editor import levels, pictures, publishing, questions, reading, sets, translations, wording

urlpatterns = [
    # Question sets
    path("", question_sets.question_sets, name="question_sets"),
    path("import/", on_demand("quizzes.views.teacher.question_files.import_questions"), name="import_questions"),
    path(
        "template/<slug:file_format>/",
        on_demand("quizzes.views.teacher.question_files.question_template"),
        name="question_template",
    ),
    path("<public_id:public_id>/", question_sets.question_set, name="question_set"),
    path(
        "<public_id:public_id>/export/",
        on_demand("quizzes.views.teacher.question_files.export_questions"),
        name="export_questions",
    ),
    path(
        "<public_id:public_id>/evidence/",
        on_demand("quizzes.views.teacher.question_files.choose_evidence"),
        name="choose_evidence",
    ),
    path(
        "<public_id:public_id>/import/undo/",
        on_demand("quizzes.views.teacher.question_files.undo_import"),
        name="undo_import",
    ),
    path("<public_id:public_id>/archive/", question_sets.archive_set, name="archive_set"),
    path("<public_id:public_id>/delete/", question_sets.delete_set, name="delete_set"),
    path("<public_id:public_id>/restore/", question_sets.restore_set, name="restore_set"),
    path("<public_id:public_id>/try/<int:number>/", previews.try_set_question, name="try_set_question"),
    path("<public_id:public_id>/try/result/", previews.try_set_result, name="try_set_result"),
    path("<public_id:public_id>/assign/", assign.assign, name="assign"),
    path("<public_id:public_id>/guide/", teaching_guides.teaching_guide, name="teaching_guide"),
    path("<public_id:public_id>/print/", handouts.print_set, name="print_set"),
    path("<public_id:public_id>/print/key/", handouts.print_set_key, name="print_set_key"),
    # The editor
    path("new/", sets.add_set, name="add_set"),
    path("<public_id:public_id>/share/", sharing.share_set, name="share_set"),
    path("<public_id:public_id>/share/<int:number>/stop/", sharing.stop_sharing, name="stop_sharing"),
    path("<public_id:public_id>/copy/", sets.copy_set, name="copy_set"),
    path("<public_id:public_id>/edit/undo/", sets.undo_removal, name="undo_removal"),
    path("<public_id:public_id>/edit/source/", sets.edit_source, name="edit_source"),
    path("<public_id:public_id>/edit/objectives/", sets.edit_objectives, name="edit_objectives"),
    path("<public_id:public_id>/edit/reading/", reading.edit_reading, name="edit_reading"),
    path("<public_id:public_id>/edit/text/", reading.replace_text, name="replace_text"),
    path("<public_id:public_id>/edit/text/compare/", reading.compare_reading, name="compare_reading"),
    path("<public_id:public_id>/edit/levels/<slug:level>/", levels.edit_level, name="edit_level"),
    path("<public_id:public_id>/edit/levels/<slug:level>/text/", levels.replace_level_text, name="replace_level_text"),
    path("<public_id:public_id>/edit/levels/<slug:level>/remove/", levels.remove_level, name="remove_level"),
    path("<public_id:public_id>/edit/picture/", pictures.edit_picture, name="edit_reading_picture"),
    path("<public_id:public_id>/edit/picture/remove/", pictures.remove_picture, name="remove_reading_picture"),
    path(
        "<public_id:public_id>/edit/questions/<slug:key>/picture/", pictures.edit_picture, name="edit_question_picture"
    ),
    path(
        "<public_id:public_id>/edit/questions/<slug:key>/picture/remove/",
        pictures.remove_picture,
        name="remove_question_picture",
    ),
    path("<public_id:public_id>/edit/languages/", translations.edit_languages, name="edit_languages"),
    path(
        "<public_id:public_id>/edit/languages/<slug:language>/<slug:key>/",
        translations.edit_translation,
        name="edit_translation",
    ),
    path("<public_id:public_id>/edit/speakers/", reading.edit_speakers, name="edit_speakers"),
    path("<public_id:public_id>/edit/words/", reading.edit_words, name="edit_words"),
    path("<public_id:public_id>/edit/lost/", reading.edit_orphans, name="edit_orphans"),
    path("<public_id:public_id>/edit/keep-evidence/", reading.keep_orphans, name="keep_orphans"),
    path("<public_id:public_id>/edit/lost/<slug:key>/", reading.resolve_orphan, name="resolve_orphan"),
    path("<public_id:public_id>/edit/", questions.edit_questions, name="edit_questions"),
    path("<public_id:public_id>/edit/add/", questions.add_question, name="add_question"),
    path("<public_id:public_id>/edit/hints/", wording.keep_wording, name="keep_wording"),
    path("<public_id:public_id>/edit/questions/<slug:key>/", questions.edit_question, name="edit_question"),
    path("<public_id:public_id>/edit/questions/<slug:key>/delete/", questions.remove_question, name="remove_question"),
    path("<public_id:public_id>/edit/as-student/<int:number>/", questions.preview_draft, name="preview_draft"),
    path("<public_id:public_id>/publish/", publishing.publish_set, name="publish_set"),
    path("<public_id:public_id>/publish/back/", publishing.go_back, name="go_back"),
    path("<public_id:public_id>/publish/move/", publishing.move_assignments, name="move_assignments"),
]
