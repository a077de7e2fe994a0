"""What the computer says about its network: limited (metered) or not, or nothing at all."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QObject, Signal
from PySide6.QtNetwork import QNetworkInformation

#: Asked first where it is: on Linux it is the one that knows.
_KNOWS: Final = "networkmanager"
#: Says "no" where nobody told it anything, so that only its "yes" is believed.
_GUESSES: Final = "glib"


class NetworkWatch(QObject):
    """`told` carries True (limited), False, or None where the computer does not say."""

    told = Signal(object)

    def start(self) -> None:
        """Tell how it is now, and whenever that changes."""
        network = _information()
        if network is not None:
            network.isMeteredChanged.connect(self._tell)
        self._tell()

    def _tell(self) -> None:
        self.told.emit(limited())


def limited() -> bool | None:
    """Return whether the network is limited as far as the computer knows; None: it does not."""
    network = QNetworkInformation.instance()
    if network is None or not network.supports(QNetworkInformation.Feature.Metered):
        return None
    metered = network.isMetered()
    return None if network.backendName() == _GUESSES and not metered else metered


def _information() -> QNetworkInformation | None:
    """Return the computer's own source, loaded once a process; None where there is none."""
    if QNetworkInformation.instance() is None and not (
        _KNOWS in QNetworkInformation.availableBackends()
        and QNetworkInformation.loadBackendByName(_KNOWS)
    ):
        QNetworkInformation.loadBackendByFeatures(QNetworkInformation.Feature.Metered)
    return QNetworkInformation.instance()
