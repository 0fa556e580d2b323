from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path

from quizsite import health

# The admin's own sign-in form counts no failures; allauth's does.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

urlpatterns = [
    path("", include("quizzes.urls")),
    path("accounts/", include("allauth.account.urls")),
    path("livez", health.livez, name="livez"),
    path("readyz", health.readyz, name="readyz"),
    path("admin/", admin.site.urls),
]
