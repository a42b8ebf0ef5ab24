"""``alerts.yaml`` of a data directory, and the addresses in it with their secrets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.alerts.alerts_file import VARIABLE, AlertsFile, AlertsFileError, parse_alerts
from core.errors import SetupError
from core.files import require_private
from core.language import Message
from core.limited_files import read_limited_text
from core.yaml_files import text_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from core.alerts.alerts_file import Address
    from core.paths import Home

_KIND = Message("the alerts file")
_CREATE = Message("Write it as docs/alerts.md shows.")


def read_alerts(home: Home) -> AlertsFile | None:
    """Channels and dead man's switch; None without a file: nothing is sent.

    :raises AlertsFileError: the file is wrong; names each place in it.
    :raises SetupError: others may read or change the file.
    """
    if not home.alerts_file.exists():
        return None
    require_private(home.alerts_file)
    text = text_of(home.alerts_file, AlertsFileError, _KIND, _CREATE)
    return parse_alerts(text, str(home.alerts_file))


def address_of(given: Address, home: Home, variables: Mapping[str, str]) -> str:
    """The whole address, with its secrets: for the sender alone, never for a log or a page.

    :param variables: the environment.
    :raises SetupError: a variable is not set, or the file can't be used. It names neither
        the address nor a part of it.
    """
    if given.url is not None:
        for name in VARIABLE.findall(given.url):
            if not variables.get(name):
                raise SetupError(
                    Message("The environment variable {name} is not set.", name=name),
                    Message("Set it where the runner is started, or use url_file."),
                )
        return VARIABLE.sub(lambda found: variables[found[1]], given.url)
    path = home.resolve(given.url_file or "")
    try:
        require_private(path)
        address = read_limited_text(path).strip()
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "not UTF-8"
        raise SetupError(
            Message("{path} can't be read: {error}.", path=str(path), error=why),
            Message("Write the address of the channel into it, and run chmod 600."),
        ) from None
    if not address or "\n" in address:
        raise SetupError(
            Message("{path} does not hold one address.", path=str(path)),
            Message("Write the address of the channel into it, on one line."),
        )
    return address
