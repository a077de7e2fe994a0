"""`run`: the server in this process, granian in front of Django."""

from __future__ import annotations

import contextlib
import http.client
import multiprocessing
import sys
import time
from collections.abc import Callable
from typing import Any, Final

from django.db import connections
from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server.mp import MPServer

from boardpack.domain.errors import BugError
from sync.server.commands.outcome import Outcome
from sync.server.commands.ports import free_port
from sync.server.commands.readiness import require_ready
from sync.server.hints import beside as hints
from sync.server.jobs import process as jobs_process
from sync.server.kept_process import KeptProcess

THREADS: Final = 8
_STARTING_SECONDS: Final = 60


class WorkerFailedError(BugError):
    """The process that answers ended by itself; the log above says why."""

    code = "server.worker_failed"


class _Announcing(MPServer):
    """Says that the server listens once it answers, not before."""

    def startup(
        self, spawn_target: Callable[..., None], target_loader: Callable[..., Any] | None
    ) -> None:
        """Start the worker, wait for its first answer, print the one line."""
        super().startup(spawn_target, target_loader)  # type: ignore[no-untyped-call] # granian has no types
        deadline = time.monotonic() + _STARTING_SECONDS
        while not self.main_loop_interrupt.is_set() and time.monotonic() < deadline:
            if _answers(self.bind_addr, self.bind_port):
                sys.stdout.write(f"boardpack-server listening on {_url(self)}\n")
                sys.stdout.flush()
                return
            self.main_loop_interrupt.wait(0.05)


def _url(server: MPServer) -> str:
    host = f"[{server.bind_addr}]" if ":" in server.bind_addr else server.bind_addr
    return f"http://{host}:{server.bind_port}"


def _answers(host: str, port: int) -> bool:
    target = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 compared, not bound
    connection = http.client.HTTPConnection(target, port, timeout=5)
    try:
        # Host: localhost is always allowed, whatever address the server is known by.
        connection.request("GET", "/api/v1/health", headers={"Host": "localhost"})
        return connection.getresponse().status == http.client.OK
    except OSError:
        return False
    finally:
        connection.close()


def run(*, host: str, port: int, jobs: bool, hints_port: int | None) -> Outcome:
    """Serve until SIGTERM or SIGINT; port 0 chooses a free one; with `jobs`, work beside it.

    With `hints_port`, another process beside it tells devices there that something changed.

    Raises:
        NotInitialisedError: `init` was never run, or not since an update.
        PortTakenError: somebody else listens there.
        WorkerFailedError: the answering process ended.
    """
    require_ready()
    connections.close_all()
    # A fresh interpreter for the worker: a fork would inherit sockets, locks and pool threads.
    multiprocessing.set_start_method("spawn", force=True)
    server = _Announcing(
        "sync.server.wsgi:application",
        address=host,
        port=free_port(host, port),
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=THREADS,
        websockets=False,
        log_level=LogLevels.error,
    )
    with contextlib.ExitStack() as beside:
        if jobs:
            beside.enter_context(KeptProcess("jobs", jobs_process.main))
        if hints_port is not None:
            at = free_port(host, hints_port)
            beside.enter_context(KeptProcess("hints", hints.main, host, at))
        try:
            server.serve()
        except SystemExit as error:
            raise WorkerFailedError from error
    return Outcome({})
