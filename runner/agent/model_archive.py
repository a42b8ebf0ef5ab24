"""The zip of a model, judged by its lists before anything in it is unpacked.

SB3's zip holds tensors as ``.pth``, which are zips themselves. Both may be compressed, so a
few megabytes could become gigabytes in memory: what they may hold follows from the network.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING
from zipfile import BadZipFile

from core.limited_files import MB, ArchiveLimits, limited_archive

if TYPE_CHECKING:
    from zipfile import ZipFile

    from stable_baselines3 import PPO

_MEMBERS, _RATIO = 1000, 50
_COPIES = 6  # weights, two moments of the optimizer, and as much again
_OTHERS = 16 * MB  # settings, versions, and how tensors are packed


def largest_archive(model: PPO) -> int:
    """Bytes that a saved model of this network can have, packed or not."""
    parameters = model.policy.state_dict().values()
    return _OTHERS + _COPIES * sum(each.numel() * each.element_size() for each in parameters)


def opened_model(content: bytes, most: int) -> ZipFile:
    """The zip of a model, after a look at its own list and at those of its tensors.

    :param most: bytes that it may unpack to; see :func:`largest_archive`.
    :raises BadZipFile: no zip, or it holds more than it may.
    """
    limits = ArchiveLimits(_MEMBERS, most, _RATIO)
    archive = limited_archive(io.BytesIO(content), limits)
    try:
        for member in archive.infolist():
            if member.filename.endswith(".pth"):
                # Only the zip format of torch: its older one names sizes that nothing limits.
                limited_archive(io.BytesIO(archive.read(member)), limits).close()
    except (BadZipFile, NotImplementedError):
        archive.close()
        raise
    return archive
