"""``access.yaml`` of a data directory: read, and changed with its comments kept."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, TypeVar

from filelock import FileLock
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap

from core.access import AccessError, AccessList, identity_key, parse_access
from core.errors import InputError
from core.files import require_private, write_bytes
from core.language import Message
from core.vocabulary import Role
from core.yaml_files import text_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from core.paths import Home

Result = TypeVar("Result")

_PEOPLE, _GROUPS = "people", "groups"
_KIND = Message("the access file")
_CREATE = Message("Write the list with: trainweek access add ana@example.org engineer")


def read_access(home: Home) -> AccessList:
    """The people and their roles.

    :raises AccessError: there is no such file, or it is wrong; names each place in it.
    :raises SetupError: others may read or change the file.
    """
    return parse_access(_text(home), str(home.access))


def give_role(home: Home, who: str, role: Role, *, group: bool = False) -> Role | None:
    """List a person or a group with a role; creates the file. Returns the earlier role.

    :param who: an e-mail address, ``sub:…``, or with ``group`` a value of the group claim.
    :raises AccessError: ``who`` is none of these; or the file is wrong, and stays as it is.
    :raises SetupError: others may change the file, or it can't be written.
    """
    key = who if group else _person(who)

    def give(document: CommentedMap) -> Role | None:
        section = _GROUPS if group else _PEOPLE
        if document.get(section) is None:
            document[section] = CommentedMap()
        written = _written(document[section], key, group)
        earlier = document[section].get(written)
        document[section][written] = role.value
        return None if earlier is None else Role(earlier)

    return _changed(home, give)


def remove_role(home: Home, who: str, *, group: bool = False) -> Role:
    """Remove a person or a group; returns the role.

    :raises InputError: not listed.
    :raises AccessError, SetupError: see :func:`give_role`.
    """
    key = who if group else _person(who)

    def remove(document: CommentedMap) -> Role:
        listed = document.get(_GROUPS if group else _PEOPLE) or CommentedMap()
        written = _written(listed, key, group)
        if written not in listed:
            raise InputError(
                Message("{name} is not in the access file.", name=who),
                Message("List it with: trainweek access list"),
            )
        return Role(listed.pop(written))

    return _changed(home, remove)


def _person(who: str) -> str:
    try:
        return identity_key(who)
    except ValueError as error:
        raise AccessError(
            Message("{problem}.", problem=error.args[0]),
            Message("For a group of the provider: trainweek access add NAME ROLE --group"),
        ) from error


def _written(listed: CommentedMap, key: str, group: bool) -> str:
    """The key as the file writes it: ``Ana@Example.org`` of ``ana@example.org``."""
    return next((each for each in listed if not group and identity_key(each) == key), key)


def _text(home: Home) -> str:
    if home.access.exists():
        require_private(home.access)
    return text_of(home.access, AccessError, _KIND, _CREATE)


def _changed(home: Home, change: Callable[[CommentedMap], Result]) -> Result:
    """Change the file as a whole, or leave it as it is."""
    with FileLock(home.access.with_name(f".{home.access.name}.lock")):
        text = _text(home) if home.access.exists() else "unknown: nothing\n"
        parse_access(text, str(home.access))
        yaml = YAML()
        yaml.preserve_quotes = True
        document = yaml.load(text)
        result = change(document)
        changed = io.StringIO()
        yaml.dump(document, changed)
        parse_access(changed.getvalue(), str(home.access))
        write_bytes(home.access, changed.getvalue().encode(), private=True)
    return result
