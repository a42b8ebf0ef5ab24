"""The file ``settings.yaml`` of a data directory, as names and values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from core.errors import InputError, SetupError
from core.field_hints import nearest, shown
from core.language import Message
from core.limited_files import read_limited_text
from core.path_names import no_folder
from core.yaml_files import TreeError, read_tree

if TYPE_CHECKING:
    from collections.abc import Collection

    from core.paths import Home


def settings_in_file(home: Home, known: Collection[str]) -> dict[str, Any]:
    """What the file sets; nothing without a file.

    :param known: the names of all settings.
    :raises InputError: it sets an unknown name, or is not YAML.
    :raises SetupError: it can't be read.
    """
    path = home.settings_file
    an_example = Message("Write one setting per line, for example `stop_grace_s: 60`.")
    try:
        text = read_limited_text(path)
        if all(not line.strip() or line.strip().startswith("#") for line in text.splitlines()):
            return {}
        values = read_tree(text).data
    except FileNotFoundError:
        return {}
    except NotADirectoryError:
        raise no_folder(home.root) from None
    except OSError as error:
        raise SetupError(
            Message(
                "{file} can't be read: {why}.", file=str(path), why=error.strerror or str(error)
            ),
            Message("Remove it, or make it a file of settings.")
            if isinstance(error, IsADirectoryError)
            else Message("Fix its permissions."),
        ) from error
    except UnicodeDecodeError as error:
        raise InputError(
            Message("{file} is not UTF-8 text.", file=str(path)), Message("Save it as UTF-8.")
        ) from error
    except TreeError as error:
        raise InputError(
            Message(
                "{file}, line {line}: {problem}.",
                file=str(path),
                line=error.line,
                problem=error.what,
            ),
            an_example,
        ) from error
    if not isinstance(values, dict):
        raise InputError(Message("{file} is not a list of settings.", file=str(path)), an_example)
    for name in values:
        if name not in known:
            raise _unknown(name, path.name, known)
    return values


def _unknown(name: str, file: str, known: Collection[str]) -> InputError:
    near = nearest(name, known)
    return InputError(
        Message(
            "{file}: there is no setting {name}. Did you mean {near}?",
            file=file,
            name=shown(name),
            near=near,
        )
        if near
        else Message("{file}: there is no setting {name}.", file=file, name=shown(name)),
        Message("List the settings: trainweek settings"),
    )
