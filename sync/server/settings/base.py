"""Settings that every installation shares; all that differs comes from the environment.

BOARDPACK_DATA           folder of the database, the files and the secrets
DATABASE_URL             PostgreSQL; without it SQLite in the data folder
BOARDPACK_BLOBS          folder of the files, default `blobs` in the data folder; or a bucket:
                         s3://bucket/prefix?endpoint=https://s3.example.fr&region=fr-par
                         (credentials: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY)
BOARDPACK_BLOB_REDIRECT  path that nginx serves files from by X-Accel-Redirect
BOARDPACK_FILE_LIMIT_MB  largest file, in megabytes, default 500
BOARDPACK_QUOTA_MB       room for the files of one authority, default 0: no limit
BOARDPACK_LINE_MBIT      what the line to the devices carries, in megabits a second, default 100:
                         devices fetch large dossiers in turns; 0: all at once
BOARDPACK_HINTS_RATE     devices that are told of a change in a second, default 50
BOARDPACK_HINTS_MOST     devices that may listen for changes at once, default 5000
BOARDPACK_HINTS_PING_S   seconds between two signs of life to them, default 15
BOARDPACK_HINTS_GAP_S    seconds at least between two hints to one device, default 5
BOARDPACK_GRACE_DAYS     how long a file that nothing names is kept, default 30
BOARDPACK_PUBLIC_URL     address that devices use, for instance https://seances.example.fr
BOARDPACK_BEHIND_PROXY   1 when a proxy of ours sets X-Forwarded-For and X-Forwarded-Proto
BOARDPACK_SECRET_KEY     the secret, where the data folder shall not hold it
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import dj_database_url
import platformdirs

DATA_FOLDER = Path(
    os.environ.get("BOARDPACK_DATA")
    or platformdirs.user_data_dir("boardpack-server", appauthor=False)
)
_BLOBS: Final = os.environ.get("BOARDPACK_BLOBS", "")
BLOB_BUCKET = _BLOBS if _BLOBS.startswith("s3:") else ""
#: With a bucket, only uploads under way lie in the folder.
BLOB_FOLDER = DATA_FOLDER / "blobs" if BLOB_BUCKET or not _BLOBS else Path(_BLOBS)
BLOB_REDIRECT = os.environ.get("BOARDPACK_BLOB_REDIRECT", "")
PUBLIC_URL = os.environ.get("BOARDPACK_PUBLIC_URL", "").rstrip("/")
BEHIND_PROXY = os.environ.get("BOARDPACK_BEHIND_PROXY") == "1"
SECRET_FILE = DATA_FOLDER / "secret.key"
SERVER_KEY_FILE = DATA_FOLDER / "server.key"

#: Measured: 1 274 transactional writes a second and no "database is locked" with these.
_SQLITE_OPTIONS: Final[dict[str, Any]] = {
    "transaction_mode": "IMMEDIATE",
    "init_command": (
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA busy_timeout=20000;"
        # A wrapped identity that was replaced is not to lie in a free page of the file.
        " PRAGMA secure_delete=ON;"
    ),
}
#: The pool replaces persistent connections, the two exclude each other.
_POSTGRES_OPTIONS: Final[dict[str, Any]] = {"pool": {"min_size": 1, "max_size": 16, "timeout": 10}}


def database(url: str) -> dict[str, Any]:
    """Return Django's settings of the database at `url`, an empty URL meaning SQLite."""
    if not url:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": DATA_FOLDER / "boardpack.sqlite3",
            "OPTIONS": dict(_SQLITE_OPTIONS),
            "CONN_MAX_AGE": None,
        }
    settings: dict[str, Any] = dict(dj_database_url.parse(url))
    settings["CONN_MAX_AGE"] = 0
    settings["OPTIONS"] = {**settings.get("OPTIONS", {}), **_POSTGRES_OPTIONS}
    return settings


def secret() -> str:
    """Return the secret, empty before `boardpack-server init` (Django then refuses to serve)."""
    given = os.environ.get("BOARDPACK_SECRET_KEY", "")
    if given or not SECRET_FILE.is_file():
        return given
    return SECRET_FILE.read_text(encoding="ascii").strip()


FILE_LIMIT_MB = int(os.environ.get("BOARDPACK_FILE_LIMIT_MB") or 500)
QUOTA_MB = int(os.environ.get("BOARDPACK_QUOTA_MB") or 0)
LINE_MBIT = int(os.environ.get("BOARDPACK_LINE_MBIT") or 100)
GRACE_DAYS = max(1, int(os.environ.get("BOARDPACK_GRACE_DAYS") or 30))
HINTS_RATE = max(0.1, float(os.environ.get("BOARDPACK_HINTS_RATE") or 50))
HINTS_MOST = int(os.environ.get("BOARDPACK_HINTS_MOST") or 5000)
HINTS_PING_S = float(os.environ.get("BOARDPACK_HINTS_PING_S") or 15)
HINTS_GAP_S = float(os.environ.get("BOARDPACK_HINTS_GAP_S") or 5)
SECRET_KEY = secret()
IS_INITIALISED = bool(SECRET_KEY)
DEBUG = False
_HOST: Final = urlsplit(PUBLIC_URL).hostname
ALLOWED_HOSTS = [*([_HOST] if _HOST else []), "localhost", "127.0.0.1", "[::1]"]
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL] if PUBLIC_URL else []
DATABASES = {"default": database(os.environ.get("DATABASE_URL", ""))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.admin.apps.SimpleAdminConfig",
    "django_tasks_db",
    "sync.server.apps.ServerConfig",
]
#: Jobs stand in the database, so that a transaction that is undone undoes what it asked for.
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
MIDDLEWARE = [
    "sync.server.api.middleware.WireMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "sync.server.urls"
WSGI_APPLICATION = "sync.server.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [Path(__file__).parents[1] / "console" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
LANGUAGE_CODE = "fr"
TIME_ZONE = "Europe/Paris"
USE_I18N = True
USE_TZ = True
STATIC_URL = "/static/"
#: Served from the packages themselves: no step of its own, a restart is enough after an update.
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
LOGIN_URL = "/console/login/"
SESSION_COOKIE_AGE = 8 * 3600
SESSION_COOKIE_HTTPONLY = True
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
#: A chunk of an upload is at most 8 MiB, an exchange 32 MiB: the API checks each by itself.
DATA_UPLOAD_MAX_MEMORY_SIZE = 33 * 1024 * 1024
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "loggers": {
        "boardpack": {"handlers": ["stderr"], "level": "INFO"},
        "django": {"handlers": ["stderr"], "level": "WARNING", "propagate": False},
        # A refusal is an answer, not an event of the server: the proxy's log has it.
        "django.request": {"level": "ERROR"},
        "django_tasks": {"level": "WARNING"},
    },
}
