"""Makes SQLite say that the disk is full while a file is there: put this folder into a process's ``PYTHONPATH``.

SQLite's limit belongs to a connection, so it has to be set inside the process, before each statement.
"""

import functools
import os
import sqlite3
from typing import Any

_FULL = os.environ["SQLITE_FULL_FILE"]
_PAGES = 4_294_967_294
"""As many pages as SQLite allows by default; a limit below the present size stops the file from growing."""


class _Cursor(sqlite3.Cursor):
    def execute(self, *arguments: Any) -> sqlite3.Cursor:
        super().execute(f"PRAGMA max_page_count={1 if os.path.exists(_FULL) else _PAGES}")
        return super().execute(*arguments)


class _Connection(sqlite3.Connection):
    def cursor(self, factory: Any = _Cursor) -> Any:
        return super().cursor(factory)


sqlite3.dbapi2.connect = functools.partial(sqlite3.connect, factory=_Connection)
