"""Sign-in at the identity provider, and sign-out: three addresses in front of the pages.

Streamlit's own ``st.login`` keeps the person in a cookie of 30 days that no server can end. Here
Authlib, which it uses too, proves the person, and the session is ours.
"""

from __future__ import annotations

import logging
import secrets
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from authlib.integrations.base_client import OAuthError
from authlib.integrations.starlette_client import OAuth
from joserfc.errors import JoseError
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.responses import RedirectResponse
from starlette.routing import Route

from core.errors import PermissionDenied, TrainweekError
from core.field_hints import shown
from core.language import Message
from core.login import CALLBACK
from dashboard.asked_page import own_page
from dashboard.door_pages import page
from dashboard.gate import SIGN_IN, SIGN_OUT, set_session
from dashboard.serving import session_cookie

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from core.login import Login
    from runner.client.entry import Entry

_BACK, _AGAIN = "back", "again"
_STATE_VALID_S = 600

log = logging.getLogger("trainweek.sign_in")


def doors(entry: Entry, login: Login, port: int) -> Starlette:
    """The app of the three addresses."""
    made = _Doors(entry, login, port)
    return Starlette(
        routes=[
            Route(SIGN_IN, made.sign_in),
            Route(CALLBACK, made.callback),
            Route(SIGN_OUT, made.sign_out),
        ],
        middleware=[
            Middleware(  # holds state and nonce on the way to the provider and back, no person
                SessionMiddleware,
                secret_key=secrets.token_hex(32),
                session_cookie=f"trainweek_way_{port}",
                path=login.base_path or "/",
                max_age=_STATE_VALID_S,
                same_site="lax",
                https_only=login.secure,
            )
        ],
    )


class _Doors:
    def __init__(self, entry: Entry, login: Login, port: int) -> None:
        self.entry, self.login = entry, login
        self.cookie, self.base = session_cookie(port), login.base_path
        self.home = f"{self.base}/"
        sign_in = self.base + SIGN_IN
        self._try = (f"{sign_in}?go=1", Message("Sign in"))
        self._another = (f"{sign_in}?go=another", Message("Sign in as someone else"))
        more = {"scope": "openid email profile", **login.client_kwargs}
        oauth = OAuth()
        oauth.register(
            "provider",
            client_id=login.client_id,
            client_secret=login.client_secret,
            server_metadata_url=login.server_metadata_url,
            client_kwargs={**more, "code_challenge_method": "S256"},
        )
        self.provider: Any = oauth.create_client("provider")

    async def sign_in(self, request: Request) -> Response:
        """The page with the button; on to the provider once it is pressed, or for a fresh sign-in."""
        go = request.query_params.get("go")
        if go is None:
            request.session[_BACK] = own_page(request.query_params.get("back"), self.base)
            return page(
                request,
                Message("Sign in to open the training week"),
                Message("Your organisation's sign-in page opens. You come back here afterwards."),
                [self._try],
            )
        request.session[_AGAIN] = go == "fresh"
        more: dict[str, Any] = {"prompt": "select_account"}
        if go in ("fresh", "another"):
            more = {"prompt": "login", "max_age": 0}
        try:
            answer: Response = await self.provider.authorize_redirect(
                request, self.login.redirect_uri, **more
            )
        except Exception as error:  # whatever the provider's side does, no one gets in by it
            return self._unreachable(request, error)
        return answer

    async def callback(self, request: Request) -> Response:
        """Back from the provider: the session of a person who is let in, or why not."""
        back, again = request.session.pop(_BACK, None), request.session.pop(_AGAIN, False)
        if not request.query_params.get("state"):  # back from the provider's sign-out
            return self._signed_out(request)
        # Authlib keeps the provider's keys for ever; the provider may have changed them since.
        self.provider.server_metadata.pop("jwks", None)
        try:
            token = await self.provider.authorize_access_token(request)
        except (OAuthError, JoseError, ValueError, KeyError) as error:
            # On one line: the browser brings this text, also before anybody is proved.
            log.warning("sign-in failed: %s: %s", type(error).__name__, shown(str(error)))
            return page(
                request,
                Message("The sign-in did not succeed"),
                Message("The identity provider refused it, or it took too long. Nothing changed."),
                [self._try],
                status=403,
            )
        except Exception as error:
            return self._unreachable(request, error)
        claims = token.get("userinfo") or {}
        before = request.cookies.get(self.cookie)
        try:
            new = await run_in_threadpool(self.entry.begin, claims, before)
        except PermissionDenied as error:
            return page(
                request, Message("You are signed in, but not let in"), error, [self._another], 403
            )
        except TrainweekError as error:
            return page(request, Message("You can't be signed in now"), error, [self._try], 503)
        if again and new is None:
            return page(
                request,
                Message("Your sign-in is confirmed"),
                Message("Close this tab and continue in the other one."),
            )
        answer = RedirectResponse(own_page(back, self.base), 302)
        if new is not None:
            set_session(answer, self.cookie, new, self.entry, self.base)
        return answer

    async def sign_out(self, request: Request) -> Response:
        """End the session in all of its tabs, then sign out at the provider, if it can do that."""
        try:
            session = self.entry.session(request.cookies.get(self.cookie))
            if session is not None:
                await run_in_threadpool(self.entry.leave, session)
        except TrainweekError as error:
            return page(request, Message("The sessions can't be used"), error, status=503)
        where = await self._provider_sign_out()
        answer = RedirectResponse(where, 302) if where else self._signed_out(request)
        answer.delete_cookie(self.cookie, path=self.base or "/")
        return answer

    def _signed_out(self, request: Request) -> Response:
        """The pages again, which ask for a sign-in; a proxy that names people would end none."""
        proxy = self.login.proxy
        if proxy is None:
            return RedirectResponse(self.home, 302)
        if proxy.sign_out:
            return RedirectResponse(proxy.sign_out, 302)
        return page(
            request,
            Message("You are signed out here"),
            Message(
                "The proxy in front of these pages still knows you: whoever opens them in this"
                " browser is signed in as you. Sign out there, too."
            ),
        )

    async def _provider_sign_out(self) -> str | None:
        """Where the provider signs people out; None if it does not say."""
        try:
            metadata = await self.provider.load_server_metadata()
        except Exception as error:
            log.warning("the provider's sign-out is unknown: %s", shown(str(error)))
            return None
        end = metadata.get("end_session_endpoint")
        if not end:
            return None
        asked = {
            "client_id": self.login.client_id,
            "post_logout_redirect_uri": self.login.redirect_uri,
        }
        return f"{end}{'&' if '?' in end else '?'}{urlencode(asked)}"

    def _unreachable(self, request: Request, error: Exception) -> Response:
        log.warning("identity provider: %s: %s", type(error).__name__, shown(str(error)))
        return page(
            request,
            Message("The identity provider can't be reached"),
            Message("Try again in a moment. People who are signed in can continue."),
            [self._try],
            status=502,
        )
