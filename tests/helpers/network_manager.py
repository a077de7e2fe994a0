"""A NetworkManager of ours on a bus of its own, and what the window hears from it.

`dbus-run-session -- python -m tests.helpers.network_manager`: prints what `NetworkWatch` tells, one
word a line, while the network is unlimited, then limited (a guess counts too), then unlimited. The
manager is a process of its own (`… manager`): Qt waits for it without letting Python go on.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

os.environ["DBUS_SYSTEM_BUS_ADDRESS"] = os.environ["DBUS_SESSION_BUS_ADDRESS"]
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from jeepney import HeaderFields, MessageType, new_error, new_method_return, new_signal
from jeepney.bus_messages import message_bus
from jeepney.io.blocking import DBusConnection, open_dbus_connection
from jeepney.wrappers import DBusAddress
from PySide6.QtCore import QCoreApplication, QTimer

from ui.exchange.network import NetworkWatch

NAME: Final = "org.freedesktop.NetworkManager"
PLACE: Final = "/org/freedesktop/NetworkManager"
PROPERTIES: Final = "org.freedesktop.DBus.Properties"
#: NMMetered: yes, no, and both as guesses (NetworkManager's D-Bus reference).
YES, NO, GUESS_YES = 1, 2, 3
STEPS: Final = (NO, GUESS_YES, NO)


class Manager:
    """Answers what Qt asks of it."""

    def __init__(self) -> None:
        """Take the name; the network is as in the first step."""
        self.connection: DBusConnection = open_dbus_connection("SESSION")
        self.connection.send_and_get_reply(message_bus.RequestName(NAME))
        self.metered = STEPS[0]
        self.ended = threading.Event()
        self._lock = threading.Lock()

    def facts(self) -> dict[str, tuple[str, Any]]:
        """Return the properties that Qt reads."""
        return {
            "State": ("u", 70),
            "Connectivity": ("u", 4),
            "PrimaryConnection": ("o", "/"),
            "Metered": ("u", self.metered),
        }

    def run(self) -> None:
        """Answer until it is `ended`."""
        while not self.ended.is_set():
            try:
                message = self.connection.receive(timeout=0.1)
            except TimeoutError:
                continue
            if message.header.message_type is not MessageType.method_call:
                continue
            member = message.header.fields.get(HeaderFields.member)
            if member == "GetAll":
                reply = new_method_return(message, "a{sv}", (self.facts(),))
            elif member == "Get":
                reply = new_method_return(message, "v", (self.facts()[message.body[1]],))
            else:
                reply = new_error(message, "org.freedesktop.DBus.Error.UnknownMethod")
            with self._lock:
                self.connection.send(reply)

    def become(self, metered: int) -> None:
        """Say that the network changed."""
        self.metered = metered
        body = (NAME, {"Metered": ("u", metered)}, [])
        emitter = DBusAddress(PLACE, interface=PROPERTIES)
        with self._lock:
            self.connection.send(new_signal(emitter, "PropertiesChanged", "sa{sv}as", body))


def manage() -> None:
    """Be the manager: each line that comes says how the network is from now on."""
    manager = Manager()
    pool = ThreadPoolExecutor(1)
    answering = pool.submit(manager.run)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    for said in sys.stdin:
        manager.become(int(said))
    manager.ended.set()
    pool.shutdown()
    answering.result()
    manager.connection.close()


def watch() -> None:
    """Play the steps; each begins when the window has heard of the one before."""
    manager = subprocess.Popen(
        [sys.executable, "-m", "tests.helpers.network_manager", "manager"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert manager.stdin is not None
    assert manager.stdout is not None
    manager.stdout.readline()
    application = QCoreApplication([])
    watching = NetworkWatch()
    left = list(STEPS[1:])

    def heard(said: object) -> None:
        sys.stdout.write(f"{said}\n")
        sys.stdout.flush()
        if left:
            manager.stdin.write(f"{left.pop(0)}\n")
            manager.stdin.flush()
        else:
            application.quit()

    watching.told.connect(heard)
    QTimer.singleShot(0, watching.start)
    QTimer.singleShot(60_000, application.quit)
    application.exec()
    manager.communicate("")


if __name__ == "__main__":
    (manage if "manager" in sys.argv else watch)()
