"""Whom the proxy in front names. From anybody else, the header is dropped before it is read."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING

from core.access import SUBJECT, identity_key
from core.trusted_proxy import SECRET_HEADER

if TYPE_CHECKING:
    from starlette.types import Scope

    from core.trusted_proxy import TrustedProxy

DOUBT = ""  # the proxy's header names nobody, or more than one


def without_names(proxy: TrustedProxy, scope: Scope) -> tuple[str | None, Scope]:
    """The e-mail address that the proxy names, and the request without the headers that do.

    The server must leave ``scope["client"]`` as the TCP peer, whatever ``X-Forwarded-For`` says.

    :returns: the address casefolded; :data:`DOUBT` if the proxy's header can't be one person's
        address; None if the request is not the proxy's, or it names nobody.
    """
    named, secret = proxy.email_header.lower().encode(), SECRET_HEADER.lower().encode()
    sent = {header: [v for n, v in scope["headers"] if n == header] for header in (named, secret)}
    rest = [(n, v) for n, v in scope["headers"] if n not in (named, secret)]
    passed = {**scope, "headers": rest}
    if not sent[named] or not _is_from(proxy, scope, sent[secret]):
        return None, passed
    try:
        (value,) = sent[named]
        address = identity_key(value.decode("ascii"))
    except ValueError:
        return DOUBT, passed
    return (DOUBT if address.startswith(SUBJECT) else address), passed


def _is_from(proxy: TrustedProxy, scope: Scope, secrets: list[bytes]) -> bool:
    client = scope.get("client")
    if not client or not proxy.connects_from(client[0]):
        return False
    if proxy.secret is None:
        return True
    return len(secrets) == 1 and hmac.compare_digest(secrets[0], proxy.secret.encode())
