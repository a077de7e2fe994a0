"""The process of hints beside `boardpack-server run`; imported before Django is ready."""

from __future__ import annotations

import asyncio
import importlib
import multiprocessing

import django


def main(host: str, port: int) -> None:
    """Hold the streams until SIGTERM, SIGINT, or the end of the process that started this one."""
    django.setup()
    process = importlib.import_module("sync.server.hints.process")
    parent = multiprocessing.parent_process()
    orphaned = parent is not None and (lambda: not parent.is_alive())
    asyncio.run(process.serve(host, port, orphaned or (lambda: False)))
