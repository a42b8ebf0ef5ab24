"""How people sign in: the ``[auth]`` table of the login file. Any doubt is an error, never "no login"."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, Any

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    HttpUrl,
    TypeAdapter,
    ValidationError,
    field_validator,
)

from core.errors import InputError
from core.language import Message, joined, literal
from core.net_addresses import BASE_PATH, is_loopback
from core.trusted_proxy import TrustedProxy

if TYPE_CHECKING:
    from core.access import AccessList

CALLBACK = "/oauth2callback"
_REMEDY = Message("See docs/sign_in.md for a complete file.")
_TABLE, _PROXY = "auth", "proxy"


class LoginError(InputError):
    """The login file is wrong; ``what`` names each place in it, and no secret."""


class Login(BaseModel):
    """An OpenID Connect provider, as it knows this dashboard."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    redirect_uri: str = Field(description="Address of the pages, ending in /oauth2callback.")
    client_id: str = Field(min_length=1, description="Name of this client at the provider.")
    client_secret: str = Field(min_length=1, description="Secret of this client.")
    server_metadata_url: str = Field(
        description="The provider's …/.well-known/openid-configuration."
    )
    client_kwargs: dict[str, str | int] = Field(
        default_factory=dict, description='More for the provider: {scope = "openid email groups"}.'
    )
    cookie_secret: str | None = Field(
        default=None, description="Accepted, since Streamlit's examples have it; not used."
    )
    proxy: TrustedProxy | None = Field(
        default=None, description="A proxy that names people: its own table, not one of [auth]."
    )

    @field_validator("redirect_uri")
    @classmethod
    def _redirect(cls, uri: str) -> str:
        parts = _web_address(uri)
        base, callback = (parts.path or "")[: -len(CALLBACK)], (parts.path or "")[-len(CALLBACK) :]
        if callback != CALLBACK or parts.query or parts.fragment or not BASE_PATH.fullmatch(base):
            raise ValueError(Message("it must end in {path}", path=CALLBACK))
        return uri

    @field_validator("server_metadata_url")
    @classmethod
    def _metadata(cls, url: str) -> str:
        _web_address(url)
        return url

    @property
    def origin(self) -> str:
        """Scheme, host and port of the pages, as a browser writes them."""
        return f"{self._scheme}://{self.host}"

    @property
    def base_path(self) -> str:
        """What all addresses of the pages begin with, as "/trainweek"; "": nothing."""
        return (_web_address(self.redirect_uri).path or "").removesuffix(CALLBACK)

    @property
    def address(self) -> str:
        """The address of the pages, without a slash at its end."""
        return self.origin + self.base_path

    @property
    def host(self) -> str:
        """Host and port of the pages, as a browser writes them; without the scheme's own port."""
        parts = _web_address(self.redirect_uri)
        own = {"http": 80, "https": 443}[parts.scheme]
        return str(parts.host) + ("" if parts.port == own else f":{parts.port}")

    @property
    def secure(self) -> bool:
        """Whether browsers reach the pages through TLS."""
        return self._scheme == "https"

    @property
    def _scheme(self) -> str:
        return _web_address(self.redirect_uri).scheme


_URLS: TypeAdapter[HttpUrl] = TypeAdapter(HttpUrl)


def _web_address(url: str) -> HttpUrl:
    """The parts of an address that no one on the way can read or change.

    :raises ValueError: it is none.
    """
    try:
        parts = _URLS.validate_python(url)
    except ValidationError:
        raise ValueError(Message("it is no web address")) from None
    if parts.username is not None or parts.password is not None:
        raise ValueError(Message("it is no web address"))
    if parts.scheme == "http" and not is_loopback((parts.host or "").strip("[]")):
        raise ValueError(Message("it must begin with https:// (http:// only on this machine)"))
    return parts


def parse_login(text: str, source: str, *, other_tables: bool = False) -> Login | None:
    """Read the text of a login file; None if it has no table ``[auth]``.

    :param other_tables: whether the file may have tables of other programs.
    :raises LoginError: it is no TOML, or the table is wrong.
    """
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise LoginError(
            Message("{file} is not valid TOML: {why}.", file=source, why=str(error)),
            Message("Fix that line. Nothing is served with a login that can't be read."),
        ) from error
    unknown = [name for name in document if name not in (_TABLE, _PROXY)]
    if unknown and not other_tables:
        raise LoginError(
            Message("{file}: there is no setting {name}.", file=source, name=unknown[0]), _REMEDY
        )
    if _TABLE not in document:
        return None
    table = document[_TABLE]
    if isinstance(table, dict):
        if _PROXY in table:
            raise LoginError(
                Message("{file}: there is no setting {name}.", file=source, name="auth.proxy"),
                _REMEDY,
            )
        if not other_tables:  # a table of that name in another file may be another program's
            table = {**table, _PROXY: document.get(_PROXY)}
    try:
        return Login.model_validate(table)
    except ValidationError as error:
        places = (_place(problem) for problem in error.errors(include_input=False))
        raise LoginError(
            joined((Message("{file}: {problem}", file=source, problem=p) for p in places), "\n"),
            _REMEDY,
        ) from error


def _place(problem: Any) -> Message:
    """Where the problem is and what is wanted; never the value, which may be a secret."""
    loc = list(map(str, problem["loc"]))
    name = ".".join(loc if loc[:1] == [_PROXY] else [_TABLE, *loc])
    match problem["type"]:
        case "missing":
            return Message("{name} is missing.", name=name)
        case "extra_forbidden":
            return Message("there is no setting {name}.", name=name)
        case "value_error":
            return Message(
                "{name}: {why}.", name=name, why=literal(problem["ctx"]["error"].args[0])
            )
    return Message("{name} has a wrong value.", name=name)


def require_consistent(login: Login | None, access: AccessList | None) -> None:
    """Refuse a login without a list of people, and a list without a login.

    :raises LoginError: they contradict each other.
    """
    if login is not None and access is None:
        raise LoginError(
            Message("A login is configured, but access.yaml lists no people."),
            Message("Write the list with: trainweek access add ana@example.org lead"),
        )
    if login is None and access is not None:
        raise LoginError(
            Message("access.yaml lists people, but no login is configured."),
            Message(
                "Write login.toml (docs/sign_in.md), or move access.yaml away to use the pages on"
                " this machine without a login."
            ),
        )
