"""Footnote's settings. They run from a fresh clone as they are; the environment, or `.env`, overrides.

`.env.example` says what can be set. A malformed value stops the start with one sentence.
"""

import os
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.utils.csp import CSP

from quizsite import __version__
from quizsite.backups.manifest import SECRET_KEY_FILE, SQLITE_FILE
from quizsite.backups.swap import finish_restore
from quizsite.data_folder import (
    make_data_folder,
    require_not_moved,
    require_own_folder,
    require_site,
    secret_key,
    strong_key,
)
from quizsite.environment import (
    choice,
    contact_address,
    domain_list,
    flag,
    folder,
    host_list,
    mail_address,
    mailer,
    origin_list,
    postgresql,
    read_settings_file,
    secret,
    secret_keys,
    some_of,
    web_address,
    whole_number,
)
from quizsite.places import CODE, CONTENT, IS_CLONE, data_folder
from quizsite.places import COMMAND as COMMAND  # a setting, because `quizzes` never imports `quizsite`
from quizsite.sign_on import allauth_settings, providers

# The folder of `templates` and `fixtures`.
BASE_DIR = CONTENT
# Real environment variables win over the file. Tests name no file, so that a developer's `.env` cannot sway them.
named_file = os.environ.get("FOOTNOTE_ENV_FILE")
SETTINGS_FILE = Path(named_file) if named_file else (CODE if IS_CLONE else data_folder(None)) / ".env"
read_settings_file(SETTINGS_FILE, may_be_missing=not named_file)

POSTGRESQL = postgresql(os.environ, "DATABASE_URL")
# A restore checks a second database on the same server. An address that libpq reads cannot always be changed as text.
if POSTGRESQL and (other_name := os.environ.get("FOOTNOTE_DATABASE_NAME")):
    POSTGRESQL["NAME"] = other_name
DATA_DIR = data_folder(folder(os.environ, "FOOTNOTE_DATA"))
# quizsite/__main__.py sets it. On PostgreSQL the folder of a site may be empty.
if "FOOTNOTE_NEEDS_SITE" in os.environ and not POSTGRESQL:
    require_site(DATA_DIR)
# quizsite/__main__.py sets it for a command that makes nothing, such as `help`.
ONLY_LOOKS = "FOOTNOTE_ONLY_LOOKS" in os.environ
if not ONLY_LOOKS:
    make_data_folder(DATA_DIR)
    require_own_folder(DATA_DIR)
if not POSTGRESQL:
    require_not_moved(DATA_DIR)
if not ONLY_LOOKS:
    # A restore that was killed after its decision. Before anything reads a file of this folder.
    finish_restore(DATA_DIR)
SQLITE_PATH = DATA_DIR / SQLITE_FILE
HTTPS = flag(os.environ, "FOOTNOTE_HTTPS")
TRUSTED_PROXY_COUNT = whole_number(os.environ, "FOOTNOTE_TRUSTED_PROXIES", default=0)
# With this token, a watchdog on another machine sees the details of `/readyz`. Strangers see ok or fail.
HEALTH_TOKEN = secret(os.environ, "FOOTNOTE_HEALTH_TOKEN")
# `/readyz` is red if the periodic jobs did not run for so long. They run every 20 seconds under `manage.py serve`, and
# every minute from cron.
PERIODIC_JOBS_TOLERANCE = timedelta(minutes=2)
# The accessibility page says which release it is about, and where to write.
RELEASE = __version__
CONTACT = contact_address(os.environ, "FOOTNOTE_CONTACT")

# --- Django -----------------------------------------------------------------------------------------------------

DEBUG = flag(os.environ, "FOOTNOTE_DEBUG")
# Every page says that it shows a sample school. `make demo` sets this.
DEMO = flag(os.environ, "FOOTNOTE_DEMO")
# Whether SECRET_KEY was made for this process. `require_its_key` stores it, unless the database belongs to another key.
# Before there is a database, `keep_new_key` does. quizsite/__main__.py sets it for commands. Another web server keeps a
# new key at once, since its processes start together.
KEY_IS_NEW = False
if os.environ.get("FOOTNOTE_SECRET_KEY"):
    SECRET_KEY = strong_key(os.environ["FOOTNOTE_SECRET_KEY"], "FOOTNOTE_SECRET_KEY")
else:
    # Without its key, an SQLite database is useless. So no new key is made if the file of the database exists.
    # PostgreSQL has no file here: `require_its_key` compares keys. After `accept_secret_key`, a new key is wanted.
    may_be_lost = not POSTGRESQL and "FOOTNOTE_ACCEPT_SECRET_KEY" not in os.environ
    KEY_IS_NEW = "FOOTNOTE_COMPARES_KEY" in os.environ and not (DATA_DIR / SECRET_KEY_FILE).exists()
    SECRET_KEY = secret_key(
        DATA_DIR, database=SQLITE_PATH if may_be_lost else None, keep=not (ONLY_LOOKS or KEY_IS_NEW)
    )
SECRET_KEY_FALLBACKS = secret_keys(os.environ, "FOOTNOTE_SECRET_KEY_FALLBACKS")
LOOPBACK_HOSTS = ["localhost", "127.0.0.1", "[::1]"]
# `manage.py serve` adds the machine's own addresses when it listens beyond loopback.
ALLOWED_HOSTS = [*LOOPBACK_HOSTS, *host_list(os.environ, "FOOTNOTE_HOSTS")]

INSTALLED_APPS = [
    "quizsite",
    "quizzes",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "django_htmx",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    # Headers of every response, also of the middleware below.
    "quizsite.middleware.response_headers",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    # Below WhiteNoise, which serves compressed files. Against guesses from a page's length (BREACH), Django adds a
    # random number of bytes, and the CSRF token changes each time.
    "django.middleware.gzip.GZipMiddleware",
    "quizsite.middleware.page_language",
    "quizsite.middleware.head_as_get",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "quizsite.middleware.renew_sessions",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "quizsite.middleware.teachers_language",
    "django_htmx.middleware.HtmxMiddleware",
    "quizsite.middleware.htmx_redirect",
    "quizsite.middleware.no_nul_in_address",
    "quizsite.middleware.LoginRequired",
    "django.contrib.messages.middleware.MessageMiddleware",
    "quizsite.middleware.SecondFactorRequired",
    "quizsite.middleware.wrong_method_page",
    "allauth.account.middleware.AccountMiddleware",
    "quizsite.middleware.DeletedMeanwhile",
]

ROOT_URLCONF = "quizsite.urls"
WSGI_APPLICATION = "quizsite.wsgi.application"

# Required fields, as quizzes/forms/renderer.py says.
FORM_RENDERER = "quizzes.forms.renderer.FormRenderer"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "loaders": [
                (
                    "quizsite.template_loader.CachedLoader",
                    ["quizsite.template_loader.Loader", "django.template.loaders.app_directories.Loader"],
                )
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "quizsite.context_processors.site",
            ],
        },
    },
]

# Stored times are UTC; a classroom has a time zone of its own for display.
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"
# The languages of pages. The lists of rows under /admin/ are in English: quizsite/middleware.py decides.
LANGUAGES = [("en", "English"), ("es", "Español")]

# --- Database and cache ---------------------------------------------------------------------------------------------

SQLITE: dict[str, Any] = {
    "ENGINE": "quizsite.sqlite",
    # A command that makes nothing also checks the models. The checks connect, and SQLite would make the file.
    "NAME": ":memory:" if ONLY_LOOKS and not SQLITE_PATH.exists() else SQLITE_PATH,
    "OPTIONS": {
        # A deferred transaction that reads and then writes fails with "database is locked" when a class works.
        "transaction_mode": "IMMEDIATE",
        "timeout": 10,
        # FULL: "Saved" stays true after a power cut. secure_delete: an erased name leaves no bytes, and
        # pysqlite3 has it off.
        "init_command": "PRAGMA synchronous=FULL; PRAGMA secure_delete=ON",
    },
}
if POSTGRESQL:
    POSTGRESQL["CONN_HEALTH_CHECKS"] = True
    POSTGRESQL["OPTIONS"] = {
        # A query that a connection runs for the fifth time is prepared, and then not planned each time. Where the
        # server's cursors are off, each may use another connection, and an older PgBouncer finds nothing prepared.
        "server_side_binding": True,
        "prepare_threshold": None if POSTGRESQL.get("DISABLE_SERVER_SIDE_CURSORS") else 5,
        # A server that is gone without a word, such as after a power cut, would hold each thread for minutes. In
        # seconds; tcp_user_timeout in milliseconds, keepalives_count in tries.
        "connect_timeout": 5,
        "tcp_user_timeout": 15_000,
        "keepalives_idle": 10,
        "keepalives_interval": 5,
        "keepalives_count": 2,
        **POSTGRESQL.get("OPTIONS", {}),
        "options": "-c statement_timeout=10s -c lock_timeout=5s -c synchronous_commit=on",
    }
DATABASES = {
    "default": {
        **(POSTGRESQL or SQLITE),
        # One connection for each request, Django's default, costs two thirds of the speed. On SQLite, a connection that
        # is never renewed keeps fewer and fewer prepared statements (quizsite/sqlite/base.py). On PostgreSQL, one may
        # fail once the type of a column has changed.
        "CONN_MAX_AGE": 600,
        # `ATOMIC_REQUESTS` would take SQLite's write lock on each page view.
        "ATOMIC_REQUESTS": False,
    }
}

# allauth counts sign-in failures in the default cache. In local memory each process would count separately, so the
# default cache is a database table. Access tokens of learning platforms and chosen quizzes are there too. No save of an
# answer uses it.
CACHES: dict[str, dict[str, Any]] = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "cache_entries",
        "KEY_FUNCTION": "quizsite.cache.hashed_key",
        # Above this, entries that still count are dropped: tries of sign-in, used messages of providers.
        "OPTIONS": {"MAX_ENTRIES": 20_000},
    }
}

# Not cached_db: an ended session would live on in the caches of other processes.
SESSION_ENGINE = "quizsite.sessions"
MESSAGE_STORAGE = "quizsite.messages.MessageStorage"

# --- How long rows are kept (quizzes/people/retention.py, docs/privacy.md) ------------------------------------------

# In days: 100 years. No date is a million days away, so with such a number the job that applies retention would fail.
LONGEST_TERM = 36_500
# An archived class is announced for erasure after this, then erased 30 days later. 400: a school year and a summer.
KEEP_ARCHIVED_DAYS = whole_number(os.environ, "FOOTNOTE_KEEP_ARCHIVED_DAYS", default=400, least=1, most=LONGEST_TERM)
# Who did what: two years, as long as anyone asks about a grade.
KEEP_LOG_DAYS = whole_number(os.environ, "FOOTNOTE_KEEP_LOG_DAYS", default=730, least=30, most=LONGEST_TERM)

# --- Backups ----------------------------------------------------------------------------------------------------------

BACKUP_DIR = data_folder(folder(os.environ, "FOOTNOTE_BACKUPS") or str(DATA_DIR / "backups"))
# `manage.py serve` makes a backup so often. 0: never. At most a year.
BACKUP_MINUTES = whole_number(os.environ, "FOOTNOTE_BACKUP_MINUTES", default=60, most=525_600)
# How many hours and days keep their newest backup.
BACKUPS_HOURLY = whole_number(os.environ, "FOOTNOTE_BACKUPS_HOURLY", default=24)
BACKUPS_DAILY = whole_number(os.environ, "FOOTNOTE_BACKUPS_DAILY", default=14)

# --- Browser policy -----------------------------------------------------------------------------------------------

# A `__Host-` name and Secure need TLS, which a classroom machine on the school's network usually lacks.
COOKIE_PREFIX = "__Host-" if HTTPS else ""
SESSION_COOKIE_NAME = f"{COOKIE_PREFIX}sessionid"
SESSION_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
# The default. quizzes/people/session_limits.py says how long students and teachers stay signed in.
SESSION_COOKIE_AGE = 7 * 24 * 60 * 60
CSRF_COOKIE_NAME = f"{COOKIE_PREFIX}csrftoken"
CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "quizsite.errors.form_not_sent"

SECURE_SSL_REDIRECT = HTTPS
# Health checks from the machine itself request these without TLS.
SECURE_REDIRECT_EXEMPT = [r"^livez$", r"^readyz$", r"^metrics$"]
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
# Preloading binds a school's whole domain for years. One site cannot promise that.
SECURE_HSTS_PRELOAD = False
SILENCED_SYSTEM_CHECKS = ["security.W021"]  # asks for SECURE_HSTS_PRELOAD, see the line above
if not HTTPS:
    # They name Django's settings above. quizsite.W005 names the one of this site that sets them all.
    SILENCED_SYSTEM_CHECKS += ["security.W004", "security.W008", "security.W012", "security.W016"]
if TRUSTED_PROXY_COUNT:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
# No page has inline scripts or styles, so no nonce is needed.
SECURE_CSP = {
    "default-src": [CSP.NONE],
    "script-src": [CSP.SELF],
    "style-src": [CSP.SELF],
    "img-src": [CSP.SELF],
    "font-src": [CSP.SELF],
    "connect-src": [CSP.SELF],
    "manifest-src": [CSP.SELF],
    "form-action": [CSP.SELF],
    "base-uri": [CSP.NONE],
    "frame-ancestors": [CSP.NONE],
    "object-src": [CSP.NONE],
}

# What the server reads of one request before Django gets it. The longest answer of a student, 4,000 characters of any
# script, is 48 KB. Teachers paste texts and upload rosters.
REQUEST_MAX_BYTES = 64 * 1024
REQUEST_MAX_BYTES_AT = (
    # Packages of questions hold pictures, which are left out but sent. A class file has every save of a year. The page
    # of a picture takes 8 MB, the pages of a roster and of accommodations 1 MB: they say so of a larger file.
    (
        re.compile(
            "/teacher/(sets/(import|[^/]+/edit/(questions/[^/]+/)?picture)"
            "|classrooms/(import|oneroster|[^/]+/(roster/add|accommodations/import)))/"
        ),
        16 * 1024 * 1024 + 64 * 1024,
    ),
    (re.compile("/teacher/"), 1024 * 1024 + 64 * 1024),
)
# Without one byte of the headers or of the body, and for the whole body. A phone on slow Wi-Fi sends 64 KB in a second.
REQUEST_SILENT_SECONDS = 10.0
REQUEST_SECONDS = 30.0
# Without one byte of a reply that the client takes. A phone between two networks takes none for some seconds.
REPLY_SILENT_SECONDS = 30.0
# The limit of all requests together that one worker holds.
REQUEST_PENDING_BYTES = 128 * 1024 * 1024
# Answers that one attempt may save in a second in each process, and six times as many at once.
SAVES_A_SECOND = whole_number(os.environ, "FOOTNOTE_SAVES_A_SECOND", default=10, least=1)
# Django's limits for a form: its bytes without files, its fields, its files. A file with more bytes than the fourth
# value goes to the disk.
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1_000
DATA_UPLOAD_MAX_NUMBER_FILES = 5
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024

# --- Static files ---------------------------------------------------------------------------------------------------

STATIC_URL = "static/"
STATIC_ROOT = DATA_DIR / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "quizsite.static_files.StaticFilesStorage"},
}
# No other site needs these files, so they need no header for it.
WHITENOISE_ALLOW_ALL_ORIGINS = False
# Pages link to hashed names only.
WHITENOISE_KEEP_ONLY_HASHED_FILES = True

# --- Teachers' accounts ---------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "quizzes.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["quizsite.hashers.FootnoteArgon2Hasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "quizzes.forms.accounts.LengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "quizzes.forms.accounts.CommonValidator"},
    {
        "NAME": "quizzes.forms.accounts.SimilarityValidator",
        "OPTIONS": {"user_attributes": ["email", "name"]},
    },
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "teacher_home"
LOGOUT_REDIRECT_URL = "landing"
# A link to choose a new password, 1 hour.
PASSWORD_RESET_TIMEOUT = 60 * 60

MAILER = mailer(os.environ, "EMAIL_URL")
# Without a mail server no mail leaves the machine, and no reset link gets into the log.
MAILERS = {"default": MAILER or {"BACKEND": "django.core.mail.backends.dummy.EmailBackend"}}
if not MAILER:
    SILENCED_SYSTEM_CHECKS.append("mail.E001")  # wants a mail server; pages that need one say that there is none
# After the reply, which a slow mail server must not delay.
MAIL_IN_BACKGROUND = True
NO_SENDER = "footnote@localhost"
DEFAULT_FROM_EMAIL = mail_address(os.environ, "FOOTNOTE_MAIL_FROM", default=NO_SENDER)

ACCOUNT_ADAPTER = "quizzes.views.account_adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_FORMS = {
    "login": "quizzes.forms.accounts.SignInForm",
    "signup": "quizzes.forms.accounts.SignUpForm",
    "change_password": "quizzes.forms.accounts.ChangePasswordForm",
    "set_password": "quizzes.forms.accounts.SetPasswordForm",
    "reset_password": "quizzes.forms.accounts.ForgottenPasswordForm",
    "reset_password_from_key": "quizzes.forms.accounts.NewPasswordForm",
    "reauthenticate": "quizzes.forms.accounts.ConfirmPasswordForm",
}
# The invitation identifies the person, and most sites send no mail.
ACCOUNT_EMAIL_VERIFICATION = "none"
# An address without an account gets no mail.
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = "[Footnote] "
ACCOUNT_SESSION_REMEMBER = True
# A timedelta counts from sign-in, a number of seconds from the last change of the session.
ACCOUNT_SESSION_COOKIE_AGE = timedelta(days=7)
# allauth counts every sign-in from an address and every failure for an account, and locks all who share them: a whole
# school. The limits are in quizzes/people/teacher_sign_in.py. It also counts forms to sign up or to choose a new
# password, with or without a link that works; no one can guess one. allauth's own limit would let anyone send a
# teacher 5 mails a minute.
ACCOUNT_RATE_LIMITS = {
    "login": None,
    "login_failed": None,
    "signup": None,
    "reset_password_from_key": None,
    "reset_password": "20/m/ip,5/h/key",
    # Mails about a sign-in from a new device.
    "new_device": "5/h/key",
}
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if HTTPS else "http"

# The second step of sign-in. `exports`: to download files about students.
REQUIRE_MFA = some_of(os.environ, "FOOTNOTE_REQUIRE_MFA", ("administrators", "exports", "teachers"))
MFA_ADAPTER = "quizzes.views.second_factor_adapter.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_FORMS = {
    "authenticate": "quizzes.forms.second_factor.SecondStepForm",
    "reauthenticate": "quizzes.forms.second_factor.ConfirmCodeForm",
    "activate_totp": "quizzes.forms.second_factor.AddAppForm",
    "add_webauthn": "quizzes.forms.second_factor.AddPasskeyForm",
    "authenticate_webauthn": "quizzes.forms.second_factor.SecondStepPasskeyForm",
    "reauthenticate_webauthn": "quizzes.forms.second_factor.ConfirmPasskeyForm",
}
# The clocks of a phone and of a school's server differ. `SecondStepForm` takes each code once.
MFA_TOTP_TOLERANCE = 1
MFA_TOTP_ISSUER = "Footnote"
MFA_RECOVERY_CODES_SHOW_ONCE = True
# Without mail, no address is verified. The invitation identifies the person.
MFA_ALLOW_UNVERIFIED_EMAIL = True

# Sign-in with a school account. quizzes/people/sign_on.py has the rule.
SIGN_ON = providers(os.environ)
SIGN_ON_DOMAINS = domain_list(os.environ, "FOOTNOTE_SIGN_ON_DOMAINS")
# More hosts, such as the school's own sign-in page after Google's.
SIGN_ON_ORIGINS = [*(provider.origin for provider in SIGN_ON), *origin_list(os.environ, "FOOTNOTE_SIGN_ON_ORIGINS")]
SOCIALACCOUNT_ADAPTER = "quizzes.views.sign_on_adapter.SignOnAdapter"
SOCIALACCOUNT_PROVIDERS = allauth_settings(SIGN_ON)
# A teacher waits for the page while the site asks the provider.
SOCIALACCOUNT_REQUESTS_TIMEOUT = 5

# --- Log ------------------------------------------------------------------------------------------------------------

LOG_FORMAT = choice(os.environ, "FOOTNOTE_LOG", ("lines", "json"))
# Without a level: warnings of Django and of the libraries, and what Footnote itself says.
LOG_LEVEL = choice(os.environ, "FOOTNOTE_LOG_LEVEL", ("", "debug", "info", "warning", "error")).upper()
LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"request": {"()": "quizsite.log.RequestFilter"}},
    "formatters": {
        "lines": {"()": "quizsite.log.LineFormatter", "fmt": "{asctime} {levelname} {name}: {message}", "style": "{"},
        "json": {
            "()": "quizsite.log.JsonLineFormatter",
            "fmt": "{asctime}{levelname}{name}{message}{account}{request_id}",
            "style": "{",
            "rename_fields": {"asctime": "time", "levelname": "level", "name": "logger"},
        },
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": LOG_FORMAT, "filters": ["request"]}},
    "root": {"handlers": ["console"], "level": LOG_LEVEL or "WARNING"},
    "loggers": {
        "quizsite": {"level": LOG_LEVEL or "INFO"},
        "quizzes": {"level": LOG_LEVEL or "INFO"},
        # At the level of debug, these write the values of a page and of a query: names, PINs, codes.
        "django.template": {"level": LOG_LEVEL.replace("DEBUG", "") or "INFO"},
        "django.db": {"level": LOG_LEVEL.replace("DEBUG", "") or "INFO"},
    },
}
# Errors also go to this Sentry server, reduced to their types and places.
if dsn := os.environ.get("FOOTNOTE_SENTRY_DSN", "").strip():
    LOGGING["handlers"]["reports"] = {"class": "quizsite.error_reports.ReportHandler", "dsn": dsn}
    LOGGING["root"]["handlers"].append("reports")

# --- Metrics --------------------------------------------------------------------------------------------------------

# Each worker of the server counts in files of its own here. None: /metrics is off.
METRICS_DIR = DATA_DIR / "metrics" if flag(os.environ, "FOOTNOTE_METRICS") else None
if METRICS_DIR and not ONLY_LOOKS:
    METRICS_DIR.mkdir(mode=0o700, exist_ok=True)
    MIDDLEWARE.insert(0, "quizsite.metrics.count_requests")
# A collector that gets a span for each request. "": none.
TRACES = web_address(os.environ, "FOOTNOTE_TRACES")
if TRACES:
    MIDDLEWARE.insert(0, "quizsite.traces.Spans")
    # While the collector is down, each retry would log a warning. After the last retry there is one error.
    LOGGING["loggers"]["opentelemetry"] = {"level": "ERROR"}
if flag(os.environ, "FOOTNOTE_REQUEST_IDS"):
    MIDDLEWARE.insert(0, "quizsite.middleware.request_id")
