"""The URLs of pages that need no sign-in, and of sign-in for students."""

from django.urls import path

from quizzes.views import accounts, language, offline, previews, public, stored_pictures
from quizzes.views.student import sign_in
from quizzes.views.teacher import account

urlpatterns = [
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
]
