"""Every URL by audience, the most requested first."""

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from quizzes.people.class_roles import ClassAct
from quizzes.views import accounts, language, offline, previews, public, stored_pictures
from quizzes.views.access import exports
from quizzes.views.on_demand import on_demand
from quizzes.views.student import attempts, breaks, heartbeats, home, paced, practice, results, sign_in, support_marks
from quizzes.views.teacher import (
    accommodations,
    account,
    answer_visibility,
    assign,
    assignment_window,
    assignments,
    attempt_review,
    board,
    class_people,
    class_report,
    classrooms,
    downloads,
    erasure,
    gradebook,
    grading_queue,
    growth,
    handouts,
    item_report,
    paper_answers,
    progress,
    question_sets,
    regrades,
    rosters,
    search,
    sharing,
    start_class,
    student_report,
    students,
    supports,
    teaching_guides,
)
from quizzes.views.teacher.editor import levels, pictures, publishing, questions, reading, sets, translations


class PublicIdConverter(StringConverter):
    """A public id. Other characters are a 404 without a query."""

    regex = "[A-Za-z0-9_-]{12}"


class DigestConverter(StringConverter):
    """A SHA-256 digest."""

    regex = "[0-9a-f]{64}"


register_converter(PublicIdConverter, "public_id")
register_converter(DigestConverter, "digest")

urlpatterns = [
    # The most requested first: Django tries patterns in order.
    path("student/attempts/<public_id:public_id>/<int:number>/", attempts.take_attempt, name="take_attempt"),
    path("student/attempts/<public_id:public_id>/time/", heartbeats.time_left, name="time_left"),
    path("student/attempts/<public_id:public_id>/here/", heartbeats.record_heartbeat, name="record_heartbeat"),
    path("student/attempts/<public_id:public_id>/current/", paced.paced_question, name="paced_question"),
    path("student/open/", home.open_quizzes, name="open_quizzes"),
    path("teacher/assignments/<public_id:public_id>/live/", progress.live_progress, name="live_progress"),
    path("teacher/assignments/<public_id:public_id>/board/live/", board.live_board, name="live_board"),
    path(
        "teacher/classrooms/<public_id:public_id>/start/live/",
        start_class.live_start_classroom,
        name="live_start_classroom",
    ),
    path(
        "teacher/assignments/<public_id:public_id>/running/live/",
        start_class.live_running_class,
        name="live_running_class",
    ),
    # Everyone
    path("pictures/<digest:digest>/", stored_pictures.picture, name="picture"),
    path("", public.landing, name="landing"),
    path("try/<int:number>/", previews.try_question, name="try_question"),
    path("try/result/", previews.try_result, name="try_result"),
    path("language/", language.choose_language, name="choose_language"),
    path("about/privacy/", public.privacy, name="privacy"),
    path("manifest.webmanifest", offline.manifest, name="manifest"),
    path("offline.js", offline.offline_worker, name="offline_worker"),
    path("offline/", offline.offline, name="offline"),
    path("about/accessibility/", public.accessibility, name="accessibility"),
    path("help/", public.help_page, name="help"),
    path("about/questions/", public.how_we_write, name="how_we_write"),
    path("account/deleted/", account.account_deleted, name="account_deleted"),
    path("invitation/<str:token>/", accounts.accept_invitation, name="accept_invitation"),
    path("enter/<str:uid>/<str:token>/", accounts.use_sign_in_link, name="use_sign_in_link"),
    # Students: sign in
    path("join/", sign_in.join, name="join"),
    path("j/<str:code>/", sign_in.join_with_code, name="join_with_code"),
    path("join/name/", sign_in.choose_name, name="choose_name"),
    path("join/pin/", sign_in.enter_pin, name="enter_pin"),
    path("student/attempts/<public_id:public_id>/again/", sign_in.enter_pin_again, name="enter_pin_again"),
    path("student/sign-out/", sign_in.sign_out, name="sign_out"),
    # Students: home, attempts, practice
    path("student/", home.student_home, name="student_home"),
    path("student/assignments/<public_id:public_id>/", attempts.start_attempt, name="start_attempt"),
    path("student/attempts/<public_id:public_id>/questions/", attempts.questions_ahead, name="questions_ahead"),
    path("student/attempts/<public_id:public_id>/marks/", support_marks.support_marks, name="support_marks"),
    path("student/attempts/<public_id:public_id>/break/", breaks.change_break, name="change_break"),
    path("student/attempts/<public_id:public_id>/level/", attempts.choose_level, name="choose_level"),
    path("student/attempts/<public_id:public_id>/review/", attempts.review_attempt, name="review_attempt"),
    path("student/attempts/<public_id:public_id>/hand-in/", attempts.submit_attempt, name="submit_attempt"),
    path("student/attempts/<public_id:public_id>/receipt/", results.receipt, name="receipt"),
    path("student/attempts/<public_id:public_id>/result/", results.result, name="result"),
    path(
        "student/attempts/<public_id:public_id>/practice/<int:number>/",
        practice.practice_question,
        name="practice_question",
    ),
    path("student/attempts/<public_id:public_id>/practice/result/", practice.practice_result, name="practice_result"),
    # A learning platform, by LTI 1.3
    path("lti/login/", on_demand("quizzes.views.lti.lti_login", is_for_platforms=True), name="lti_login"),
    path("lti/launch/", on_demand("quizzes.views.lti.lti_launch", is_for_platforms=True), name="lti_launch"),
    path("lti/keys/", on_demand("quizzes.views.lti.lti_keys", is_for_platforms=True), name="lti_keys"),
    path(
        "lti/register/<slug:token>/",
        on_demand("quizzes.views.lti.lti_register", is_for_platforms=True),
        name="lti_register",
    ),
    path("lti/launches/<public_id:public_id>/", on_demand("quizzes.views.teacher.lti.lti_connect"), name="lti_connect"),
    path(
        "teacher/classrooms/<public_id:public_id>/courses/<int:course_id>/",
        on_demand("quizzes.views.teacher.lti.lti_members", act=ClassAct.CHANGE),
        name="lti_members",
    ),
    path(
        "teacher/classrooms/<public_id:public_id>/courses/<int:course_id>/disconnect/",
        on_demand("quizzes.views.teacher.lti.lti_disconnect", act=ClassAct.OWN),
        name="lti_disconnect",
    ),
    path(
        "teacher/assignments/<public_id:public_id>/scores/retry/",
        on_demand("quizzes.views.teacher.lti.lti_retry"),
        name="lti_retry",
    ),
    # Teachers: home and account
    path("teacher/", classrooms.teacher_home, name="teacher_home"),
    path("teacher/search/", search.search_page, name="search"),
    path("teacher/to-do/hide/", classrooms.hide_todo, name="hide_todo"),
    path("teacher/to-do/show/", classrooms.show_todo, name="show_todo"),
    path("teacher/account/", account.account, name="account"),
    path("teacher/account/school-account/remove/", account.remove_school_account, name="remove_school_account"),
    path("teacher/account/email/", account.change_email, name="change_email"),
    path("teacher/account/delete/", account.delete_account, name="delete_account"),
    path("teacher/account/file/", account.download_account, name="download_account"),
    path("teacher/account/sign-out/", account.sign_out_everywhere, name="sign_out_everywhere"),
    path("teacher/account/invite/", account.invite, name="invite"),
    path("teacher/account/invitations/<int:number>/cancel/", account.cancel_invitation, name="cancel_invitation"),
    # Teachers: classrooms and rosters
    path("teacher/classrooms/new/", classrooms.add_classroom, name="add_classroom"),
    path(
        "teacher/classrooms/oneroster/",
        on_demand("quizzes.views.teacher.oneroster.import_oneroster"),
        name="import_oneroster",
    ),
    path(
        "teacher/classrooms/import/", on_demand("quizzes.views.teacher.class_files.import_class"), name="import_class"
    ),
    path(
        "teacher/classrooms/<public_id:public_id>/export/",
        exports(on_demand("quizzes.views.teacher.class_files.download_class")),
        name="download_class",
    ),
    path("teacher/classrooms/sample/", classrooms.open_sample_class, name="open_sample_class"),
    path("teacher/classrooms/archived/", classrooms.archived_classrooms, name="archived_classrooms"),
    path("teacher/classrooms/<public_id:public_id>/", gradebook.classroom_gradebook, name="classroom_gradebook"),
    path(
        "teacher/classrooms/<public_id:public_id>/gradebook.csv",
        downloads.download_gradebook,
        name="download_gradebook",
    ),
    path("teacher/classrooms/<public_id:public_id>/quizzes/", classrooms.classroom_quizzes, name="classroom_quizzes"),
    path("teacher/classrooms/<public_id:public_id>/mastery/", gradebook.classroom_mastery, name="classroom_mastery"),
    path("teacher/classrooms/<public_id:public_id>/growth/", growth.classroom_growth, name="classroom_growth"),
    path("teacher/classrooms/<public_id:public_id>/growth/halves/", growth.give_halves, name="give_halves"),
    path("teacher/classrooms/<public_id:public_id>/file/", downloads.download_file, name="download_file"),
    path("teacher/classrooms/<public_id:public_id>/settings/", classrooms.change_classroom, name="change_classroom"),
    path("teacher/classrooms/<public_id:public_id>/code/", classrooms.change_code, name="change_code"),
    path("teacher/classrooms/<public_id:public_id>/code/undo/", classrooms.restore_code, name="restore_code"),
    path(
        "teacher/classrooms/<public_id:public_id>/quizzes/undo/",
        assignments.restore_assignment,
        name="restore_assignment",
    ),
    path("teacher/classrooms/<public_id:public_id>/joining/", classrooms.set_code_active, name="set_code_active"),
    path("teacher/classrooms/<public_id:public_id>/sort/", classrooms.sort_roster, name="sort_roster"),
    path("teacher/classrooms/<public_id:public_id>/supports/", supports.set_class_supports, name="set_class_supports"),
    path(
        "teacher/classrooms/<public_id:public_id>/accommodations/",
        supports.class_accommodations,
        name="class_accommodations",
    ),
    path(
        "teacher/classrooms/<public_id:public_id>/accommodations/import/",
        supports.import_accommodations,
        name="import_accommodations",
    ),
    path(
        "teacher/classrooms/<public_id:public_id>/accommodations/download/",
        supports.download_accommodations,
        name="download_accommodations",
    ),
    path("teacher/classrooms/<public_id:public_id>/levels/", classrooms.set_reading_levels, name="set_reading_levels"),
    path("teacher/classrooms/<public_id:public_id>/pins/", classrooms.set_pin_kind, name="set_pin_kind"),
    path("teacher/classrooms/<public_id:public_id>/missing/", classrooms.set_missing_rule, name="set_missing_rule"),
    path("teacher/classrooms/<public_id:public_id>/archive/", classrooms.set_archived, name="set_archived"),
    path("teacher/classrooms/<public_id:public_id>/start/", start_class.start_classroom, name="start_classroom"),
    path("teacher/classrooms/<public_id:public_id>/roster/", rosters.roster, name="roster"),
    path("teacher/classrooms/<public_id:public_id>/roster/add/", rosters.add_students, name="add_students"),
    path("teacher/classrooms/<public_id:public_id>/cards/", rosters.sign_in_cards, name="sign_in_cards"),
    path("teacher/classrooms/<public_id:public_id>/pin/", rosters.change_pins, name="change_pins"),
    path(
        "teacher/classrooms/<public_id:public_id>/hand-over/",
        classrooms.hand_over_classroom,
        name="hand_over_classroom",
    ),
    path("teacher/classrooms/<public_id:public_id>/people/add/", class_people.add_person, name="add_person"),
    path(
        "teacher/classrooms/<public_id:public_id>/people/<int:number>/role/",
        class_people.change_role,
        name="change_role",
    ),
    path(
        "teacher/classrooms/<public_id:public_id>/people/<int:number>/remove/",
        class_people.remove_person,
        name="remove_person",
    ),
    path("teacher/classrooms/<public_id:public_id>/leave/", class_people.leave_classroom, name="leave_classroom"),
    path("teacher/classrooms/<public_id:public_id>/delete/", erasure.erase_classroom, name="erase_classroom"),
    # Teachers: students
    path("teacher/students/<public_id:public_id>/", students.student_history, name="student_history"),
    path("teacher/students/<public_id:public_id>/rename/", students.rename_student, name="rename_student"),
    path("teacher/students/<public_id:public_id>/number/", students.change_number, name="change_number"),
    path("teacher/students/<public_id:public_id>/move/", students.move_student, name="move_student"),
    path("teacher/students/<public_id:public_id>/transfer-work/", students.transfer_work, name="transfer_work"),
    path("teacher/students/<public_id:public_id>/merge/", students.merge_student, name="merge_student"),
    path("teacher/students/<public_id:public_id>/remove/", students.remove_student, name="remove_student"),
    path("teacher/students/<public_id:public_id>/restore/", students.restore_student, name="restore_student"),
    path(
        "teacher/students/<public_id:public_id>/accommodations/",
        accommodations.set_accommodations,
        name="set_accommodations",
    ),
    path("teacher/students/<public_id:public_id>/file/", downloads.download_student, name="download_student"),
    path("teacher/students/<public_id:public_id>/report/", student_report.student_report, name="student_report"),
    path("teacher/students/<public_id:public_id>/pin/", students.change_pin, name="change_pin"),
    path("teacher/students/<public_id:public_id>/let-in/", students.let_student_in, name="let_student_in"),
    path("teacher/students/<public_id:public_id>/delete/", erasure.erase_student, name="erase_student"),
    path("teacher/deleted/<slug:receipt>/", erasure.erasure_receipt, name="erasure_receipt"),
    # Teachers: question sets
    path("teacher/sets/", question_sets.question_sets, name="question_sets"),
    path(
        "teacher/sets/import/",
        on_demand("quizzes.views.teacher.question_files.import_questions"),
        name="import_questions",
    ),
    path(
        "teacher/sets/template/<slug:file_format>/",
        on_demand("quizzes.views.teacher.question_files.question_template"),
        name="question_template",
    ),
    path("teacher/sets/<public_id:public_id>/", question_sets.question_set, name="question_set"),
    path(
        "teacher/sets/<public_id:public_id>/export/",
        on_demand("quizzes.views.teacher.question_files.export_questions"),
        name="export_questions",
    ),
    path(
        "teacher/sets/<public_id:public_id>/evidence/",
        on_demand("quizzes.views.teacher.question_files.choose_evidence"),
        name="choose_evidence",
    ),
    path(
        "teacher/sets/<public_id:public_id>/import/undo/",
        on_demand("quizzes.views.teacher.question_files.undo_import"),
        name="undo_import",
    ),
    path("teacher/sets/<public_id:public_id>/archive/", question_sets.archive_set, name="archive_set"),
    path("teacher/sets/<public_id:public_id>/delete/", question_sets.delete_set, name="delete_set"),
    path("teacher/sets/<public_id:public_id>/restore/", question_sets.restore_set, name="restore_set"),
    path("teacher/sets/<public_id:public_id>/try/<int:number>/", previews.try_set_question, name="try_set_question"),
    path("teacher/sets/<public_id:public_id>/try/result/", previews.try_set_result, name="try_set_result"),
    path("teacher/sets/<public_id:public_id>/assign/", assign.assign, name="assign"),
    path("teacher/assign/", assign.assign_quiz, name="assign_quiz"),
    path("teacher/sets/<public_id:public_id>/guide/", teaching_guides.teaching_guide, name="teaching_guide"),
    path("teacher/sets/<public_id:public_id>/print/", handouts.print_set, name="print_set"),
    path("teacher/sets/<public_id:public_id>/print/key/", handouts.print_set_key, name="print_set_key"),
    # Teachers: the editor
    path("teacher/sets/new/", sets.add_set, name="add_set"),
    path("teacher/sets/<public_id:public_id>/share/", sharing.share_set, name="share_set"),
    path("teacher/sets/<public_id:public_id>/share/<int:number>/stop/", sharing.stop_sharing, name="stop_sharing"),
    path("teacher/sets/<public_id:public_id>/copy/", sets.copy_set, name="copy_set"),
    path("teacher/sets/<public_id:public_id>/edit/undo/", sets.undo_removal, name="undo_removal"),
    path("teacher/sets/<public_id:public_id>/edit/source/", sets.edit_source, name="edit_source"),
    path("teacher/sets/<public_id:public_id>/edit/objectives/", sets.edit_objectives, name="edit_objectives"),
    path("teacher/sets/<public_id:public_id>/edit/reading/", reading.edit_reading, name="edit_reading"),
    path("teacher/sets/<public_id:public_id>/edit/text/", reading.replace_text, name="replace_text"),
    path("teacher/sets/<public_id:public_id>/edit/text/compare/", reading.compare_reading, name="compare_reading"),
    path("teacher/sets/<public_id:public_id>/edit/levels/<slug:level>/", levels.edit_level, name="edit_level"),
    path(
        "teacher/sets/<public_id:public_id>/edit/levels/<slug:level>/text/",
        levels.replace_level_text,
        name="replace_level_text",
    ),
    path(
        "teacher/sets/<public_id:public_id>/edit/levels/<slug:level>/remove/", levels.remove_level, name="remove_level"
    ),
    path("teacher/sets/<public_id:public_id>/edit/picture/", pictures.edit_picture, name="edit_reading_picture"),
    path(
        "teacher/sets/<public_id:public_id>/edit/picture/remove/",
        pictures.remove_picture,
        name="remove_reading_picture",
    ),
    path(
        "teacher/sets/<public_id:public_id>/edit/questions/<slug:key>/picture/",
        pictures.edit_picture,
        name="edit_question_picture",
    ),
    path(
        "teacher/sets/<public_id:public_id>/edit/questions/<slug:key>/picture/remove/",
        pictures.remove_picture,
        name="remove_question_picture",
    ),
    path("teacher/sets/<public_id:public_id>/edit/languages/", translations.edit_languages, name="edit_languages"),
    path(
        "teacher/sets/<public_id:public_id>/edit/languages/<slug:language>/<slug:key>/",
        translations.edit_translation,
        name="edit_translation",
    ),
    path("teacher/sets/<public_id:public_id>/edit/speakers/", reading.edit_speakers, name="edit_speakers"),
    path("teacher/sets/<public_id:public_id>/edit/words/", reading.edit_words, name="edit_words"),
    path("teacher/sets/<public_id:public_id>/edit/lost/", reading.edit_orphans, name="edit_orphans"),
    path("teacher/sets/<public_id:public_id>/edit/keep-evidence/", reading.keep_orphans, name="keep_orphans"),
    path("teacher/sets/<public_id:public_id>/edit/lost/<slug:key>/", reading.resolve_orphan, name="resolve_orphan"),
    path("teacher/sets/<public_id:public_id>/edit/", questions.edit_questions, name="edit_questions"),
    path("teacher/sets/<public_id:public_id>/edit/add/", questions.add_question, name="add_question"),
    path("teacher/sets/<public_id:public_id>/edit/hints/", questions.keep_wording, name="keep_wording"),
    path(
        "teacher/sets/<public_id:public_id>/edit/questions/<slug:key>/", questions.edit_question, name="edit_question"
    ),
    path(
        "teacher/sets/<public_id:public_id>/edit/questions/<slug:key>/delete/",
        questions.remove_question,
        name="remove_question",
    ),
    path(
        "teacher/sets/<public_id:public_id>/edit/as-student/<int:number>/",
        questions.preview_draft,
        name="preview_draft",
    ),
    path("teacher/sets/<public_id:public_id>/publish/", publishing.publish_set, name="publish_set"),
    path("teacher/sets/<public_id:public_id>/publish/back/", publishing.go_back, name="go_back"),
    path("teacher/sets/<public_id:public_id>/publish/move/", publishing.move_assignments, name="move_assignments"),
    # Teachers: an assignment
    path("teacher/assignments/<public_id:public_id>/", progress.assignment_progress, name="assignment_progress"),
    path("teacher/assignments/<public_id:public_id>/names/", progress.hide_names, name="hide_names"),
    path("teacher/assignments/<public_id:public_id>/start/", start_class.start_class, name="start_class"),
    path("teacher/assignments/<public_id:public_id>/running/", start_class.running_class, name="running_class"),
    path("teacher/assignments/<public_id:public_id>/board/", board.class_board, name="class_board"),
    path("teacher/assignments/<public_id:public_id>/board/show/", board.show_on_board, name="show_on_board"),
    path("teacher/assignments/<public_id:public_id>/change/", assignments.change_assignment, name="change_assignment"),
    path("teacher/assignments/<public_id:public_id>/again/", assign.assign_again, name="assign_again"),
    path("teacher/assignments/<public_id:public_id>/retry/assign/", assign.assign_retry, name="assign_retry"),
    path("teacher/assignments/<public_id:public_id>/classes/", assign.add_classes, name="add_classes"),
    path("teacher/assignments/<public_id:public_id>/version/", assignments.change_version, name="change_version"),
    path("teacher/assignments/<public_id:public_id>/window/", assignment_window.change_window, name="change_window"),
    path("teacher/assignments/<public_id:public_id>/window/undo/", assignment_window.undo_close, name="undo_close"),
    path(
        "teacher/assignments/<public_id:public_id>/withdraw/",
        assignments.delete_assignment,
        name="delete_assignment",
    ),
    # Teachers: an assignment on paper
    path("teacher/assignments/<public_id:public_id>/print/", handouts.print_assignment, name="print_assignment"),
    path(
        "teacher/assignments/<public_id:public_id>/print/key/",
        handouts.print_assignment_key,
        name="print_assignment_key",
    ),
    path("teacher/assignments/<public_id:public_id>/paper/", paper_answers.paper_answers, name="paper_answers"),
    path(
        "teacher/assignments/<public_id:public_id>/paper/<public_id:student_id>/",
        paper_answers.student_paper_answers,
        name="student_paper_answers",
    ),
    path(
        "teacher/assignments/<public_id:public_id>/paper/<public_id:student_id>/move/",
        paper_answers.move_paper_answers,
        name="move_paper_answers",
    ),
    path(
        "teacher/assignments/<public_id:public_id>/paper/<public_id:student_id>/take-away/",
        paper_answers.take_paper_answers_away,
        name="take_paper_answers_away",
    ),
    # Teachers: results of an assignment
    path(
        "teacher/assignments/<public_id:public_id>/results/", class_report.assignment_results, name="assignment_results"
    ),
    path("teacher/assignments/<public_id:public_id>/items/", item_report.item_analysis, name="item_analysis"),
    path("teacher/assignments/<public_id:public_id>/items/file/", downloads.download_items, name="download_items"),
    path(
        "teacher/assignments/<public_id:public_id>/answers/file/",
        downloads.download_answers,
        name="download_answers",
    ),
    path("teacher/assignments/<public_id:public_id>/retry/", class_report.retry_assignment, name="retry_assignment"),
    path(
        "teacher/assignments/<public_id:public_id>/answers-visible/",
        answer_visibility.answer_visibility,
        name="answer_visibility",
    ),
    # Teachers: regrades and the grading queue
    path(
        "teacher/assignments/<public_id:public_id>/corrections/",
        regrades.assignment_regrades,
        name="assignment_regrades",
    ),
    path(
        "teacher/assignments/<public_id:public_id>/corrections/question-<int:number>/",
        regrades.regrade_question,
        name="regrade_question",
    ),
    path(
        "teacher/assignments/<public_id:public_id>/corrections/<uuid:group>/undo/",
        regrades.undo_regrade,
        name="undo_regrade",
    ),
    path("teacher/assignments/<public_id:public_id>/short-answers/", grading_queue.grading_queue, name="grading_queue"),
    path(
        "teacher/assignments/<public_id:public_id>/short-answers/settle/",
        grading_queue.settle_queued_answer,
        name="settle_queued_answer",
    ),
    path(
        "teacher/assignments/<public_id:public_id>/short-answers/<uuid:group>/undo/",
        grading_queue.undo_settled,
        name="undo_settled",
    ),
    # Teachers: one student on an assignment
    path(
        "teacher/assignments/<public_id:public_id>/students/<public_id:student_id>/",
        accommodations.student_overrides,
        name="student_overrides",
    ),
    path(
        "teacher/assignments/<public_id:public_id>/students/<public_id:student_id>/extend/",
        accommodations.extend_student,
        name="extend_student",
    ),
    path(
        "teacher/assignments/<public_id:public_id>/students/<public_id:student_id>/minutes/",
        accommodations.add_minutes,
        name="add_minutes",
    ),
    path(
        "teacher/assignments/<public_id:public_id>/students/<public_id:student_id>/excuse/",
        accommodations.excuse_student,
        name="excuse_student",
    ),
    # Teachers: one attempt
    path("teacher/attempts/<public_id:public_id>/", attempt_review.attempt_review, name="attempt_review"),
    path("teacher/attempts/<public_id:public_id>/reopen/", attempt_review.reopen_attempt, name="reopen_attempt"),
    path("teacher/attempts/<public_id:public_id>/late/", attempt_review.accept_late, name="accept_late"),
    path("teacher/attempts/<public_id:public_id>/undo-late/", attempt_review.undo_late, name="undo_late"),
    path(
        "teacher/attempts/<public_id:public_id>/comment/", attempt_review.comment_on_attempt, name="comment_on_attempt"
    ),
    path(
        "teacher/attempts/<public_id:public_id>/question-<int:number>/mark/",
        attempt_review.grade_answer,
        name="grade_answer",
    ),
]
