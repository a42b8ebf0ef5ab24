"""Messages of a drill that reach nobody: they are written down, as they would have been sent."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from core.drill_paths import kept_messages
from core.files import write_problem
from core.timestamps import iso

if TYPE_CHECKING:
    from datetime import datetime

    from core.alerts.alerts_file import Channel
    from core.alerts.messages import AlertMessage
    from core.language import Message
    from core.paths import Home

KEPT = "trainweek://messages"  # the address of a channel whose messages are only written down


def keep_message(
    home: Home, channel: Channel, message: AlertMessage, now: datetime
) -> Message | None:
    """Append a message to the file; returns why it could not be, None if it was."""
    line = {
        "at": iso(now),
        "channel": channel.name,
        "title": message.title,
        "body": message.body,
    }
    path = kept_messages(home)
    try:
        with path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line, ensure_ascii=False) + "\n")
    except OSError as error:
        return write_problem(path, error)
    return None
