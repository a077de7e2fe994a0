"""Settings of the tests and of the type checker.

SQLite in a temporary file by default; PostgreSQL when BOARDPACK_TEST_DATABASE_URL is set
(`tests/helpers/postgres.py` starts one and sets it).
"""

from __future__ import annotations

import atexit
import os
import shutil
import sys
import tempfile
from pathlib import Path

from sync.server.settings.base import *  # noqa: F403 settings modules extend each other so in Django
from sync.server.settings.base import database

DATA_FOLDER = Path(tempfile.gettempdir()) / "boardpack-tests"
if "pytest" in sys.modules:
    # One folder a process, so that runs do not meet; gone with the process. The type checker,
    # which reads these settings too, needs none and ends without cleaning up.
    DATA_FOLDER = Path(tempfile.mkdtemp(prefix="boardpack-tests-"))
    atexit.register(shutil.rmtree, DATA_FOLDER, ignore_errors=True)
BLOB_FOLDER = DATA_FOLDER / "blobs"
BLOB_BUCKET = ""
SERVER_KEY_FILE = DATA_FOLDER / "server.key"
PUBLIC_URL = ""
BLOB_REDIRECT = ""
SECRET_KEY = "tests only, never used to serve anybody"  # noqa: S105 no secret
IS_INITIALISED = True
ALLOWED_HOSTS = ["*"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

_URL = os.environ.get("BOARDPACK_TEST_DATABASE_URL", "")
DATABASES = {"default": database(_URL)}
if not _URL:
    DATABASES["default"]["NAME"] = DATA_FOLDER / "boardpack.sqlite3"
    # A file, not memory: threads of a test each have their own connection, as in production.
    DATABASES["default"]["TEST"] = {"NAME": str(DATA_FOLDER / "tests.sqlite3")}
