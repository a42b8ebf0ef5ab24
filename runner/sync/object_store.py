"""An object store by its address: conditional puts, ranged gets, errors that name the setting.

The client library is an extra. Without it the rest of trainweek works, and this says how to get it.
"""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING, Any

from core.errors import InputError, SetupError
from core.files import require_private
from core.language import Message, literal
from core.limited_files import read_limited_text
from core.sync_paths import sync_keys

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from core.paths import Home
    from runner.settings import Settings

INSTALL = "python -m pip install --requirement requirements-sync.lock"
URL, ENDPOINT = "sync_url", "sync_endpoint"
_RETRIES, _TIMEOUT = 2, "30s"  # of one request
_CODE = re.compile(r"<Code>(\w+)</Code>")
_LONGEST = 160  # characters of what the server said
_KEYS_WRONG = {
    "InvalidAccessKeyId": Message("it does not know the access key"),
    "SignatureDoesNotMatch": Message("the secret key is wrong"),
    "ExpiredToken": Message("the session token has expired"),
    "InvalidToken": Message("the session token is wrong"),
    "AccessDenied": Message("the key has no right to do this"),
}


class StoreAway(SetupError):
    """The store gives no answer; later it may."""


class ObjectStore:
    """Objects below one address. Only creating and reading: nothing is ever overwritten.

    :param home: its ``sync.toml`` may hold the keys; else the environment does.
    :raises InputError: no address is set, or a wrong one.
    :raises SetupError: the client library is not installed; others may read the keys.
    """

    def __init__(self, home: Home, settings: Settings) -> None:
        if settings.sync_url is None:
            raise InputError(
                Message("No object store is set."),
                Message(
                    "Write its address into settings.yaml, for example {example}",
                    example="sync_url: s3://bucket/team",
                ),
            )
        self.address = settings.sync_url
        try:
            import obstore
            from obstore import exceptions
            from obstore.store import from_url
        except ImportError as error:
            raise SetupError(
                Message("{setting} is set, but obstore is not installed.", setting=URL),
                Message("Install it: {command}", command=INSTALL),
            ) from error
        self._obstore, self._errors = obstore, exceptions
        given: dict[str, Any] = {"config": self._config(home, settings)}
        if self.address.startswith("file:"):
            given = {"mkdir": True}
        else:
            given["client_options"] = {"allow_http": True, "timeout": _TIMEOUT}
            given["retry_config"] = {"max_retries": _RETRIES}
        try:
            self._store: Any = from_url(self.address, **given)
        except (exceptions.BaseError, ValueError, TypeError) as error:
            raise InputError(
                Message("{setting}: {why}", setting=URL, why=_first_line(error)),
                Message("Check {setting} and sync.toml.", setting=URL),
            ) from error

    def _config(self, home: Home, settings: Settings) -> dict[str, str]:
        found = _keys(home)
        if settings.sync_endpoint is not None:
            found["endpoint"] = settings.sync_endpoint
        return found

    def put_new(self, name: str, content: bytes) -> bool:
        """Create an object. False: there is one already, and it was left as it is."""
        try:
            self._obstore.put(self._store, name, content, mode="create")
        except self._errors.AlreadyExistsError:
            return False
        except (self._errors.BaseError, OSError) as error:
            raise self._told(error) from error
        return True

    def get(self, name: str) -> bytes | None:
        """An object; None if there is none.

        :raises StoreAway: it could not be asked.
        :raises SetupError: it refuses.
        """
        try:
            return bytes(self._obstore.get(self._store, name).bytes())
        except (self._errors.BaseError, OSError) as error:
            if isinstance(error, FileNotFoundError) and "NoSuchBucket" not in str(error):
                return None
            raise self._told(error) from error

    def ranges(self, name: str, ranges: Sequence[tuple[int, int]]) -> list[bytes] | None:
        """Bytes ``start`` to ``end`` of an object, for each range; None if there is no object."""
        try:
            found = self._obstore.get_ranges(
                self._store,
                name,
                starts=[start for start, _ in ranges],
                ends=[end for _, end in ranges],
            )
        except (self._errors.BaseError, OSError) as error:
            if isinstance(error, FileNotFoundError) and "NoSuchBucket" not in str(error):
                return None
            raise self._told(error) from error
        return [bytes(each) for each in found]

    def names(self, prefix: str, after: str | None = None) -> Iterator[str]:
        """Names of the objects below a prefix, in order, those after one of them."""
        try:
            for batch in self._obstore.list(self._store, prefix, offset=after):
                yield from sorted(each["path"] for each in batch)
        except (self._errors.BaseError, OSError) as error:
            raise self._told(error) from error

    def delete(self, name: str) -> None:
        """Remove an object; only what a trial of the store made itself."""
        try:
            self._obstore.delete(self._store, name)
        except (self._errors.BaseError, OSError) as error:
            raise self._told(error) from error

    def _told(self, error: Exception) -> SetupError:
        """What went wrong, in words that name the setting; never a key."""
        text = str(error)
        found = _CODE.search(text)
        code = found[1] if found else ""
        if code == "NoSuchBucket":
            return SetupError(
                Message("{setting}: there is no bucket for {url}.", setting=URL, url=self.address),
                Message("Create it, or correct {setting}.", setting=URL),
            )
        refused = self._errors.PermissionDeniedError, self._errors.UnauthenticatedError
        if code in _KEYS_WRONG or isinstance(error, (*refused, PermissionError)):
            why = _KEYS_WRONG.get(code, literal(code or _first_line(error)))
            return SetupError(
                Message(
                    "{url} ({setting}) refuses: {why}.", url=self.address, setting=URL, why=why
                ),
                Message(
                    "Check the keys in sync.toml or in the environment (for S3 {names}).",
                    names="AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY",
                ),
            )
        if isinstance(error, self._errors.NotSupportedError):
            return no_conditional_put(self.address)
        return StoreAway(
            Message(
                "{url} ({setting}) can't be used now: {why}",
                url=self.address,
                setting=f"{URL}, {ENDPOINT}",
                why=code or _first_line(error),
            ),
            Message("See whether it is up. What was not shipped is shipped later."),
        )


def no_conditional_put(address: str) -> SetupError:
    """The error for a store that would let two machines overwrite each other."""
    return SetupError(
        Message(
            "{url} ({setting}) does not keep the first of two objects of one name:"
            " it ignores If-None-Match.",
            url=address,
            setting=URL,
        ),
        Message("Use a store with conditional writes: S3, R2, GCS, Azure, MinIO, or a folder."),
    )


def _keys(home: Home) -> dict[str, str]:
    """The content of ``sync.toml``: names and values of the client's settings."""
    path = sync_keys(home)
    try:
        text = read_limited_text(path)
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise SetupError(
            Message("{file} can't be read: {why}.", file=str(path), why=str(error)),
            Message("Fix it, or remove it and give the keys in the environment."),
        ) from error
    require_private(path)
    try:
        found = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        at = re.search(r"\(at line \d+", str(error))  # never the line itself: it may hold a key
        raise InputError(
            Message("{file} is not TOML {place}.", file=str(path), place=f"{at[0]})" if at else ""),
            Message('Write lines such as access_key_id = "…"'),
        ) from error
    wrong = [name for name, value in found.items() if not isinstance(value, str)]
    if wrong:
        raise InputError(
            Message("{file}: {name} is not a text.", file=str(path), name=wrong[0]),
            Message('Write lines such as access_key_id = "…"'),
        )
    return found


def _first_line(error: Exception) -> str:
    line = str(error).strip().partition("\n")[0]
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"
