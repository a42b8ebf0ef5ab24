"""The login file: any doubt is an error, and no error names a secret."""

from __future__ import annotations

import pytest

from core.access import AccessList
from core.login import Login, LoginError, parse_login, require_consistent

GOOD = """\
[auth]
redirect_uri = "https://Trainweek.example.org/oauth2callback"
client_id = "trainweek"
client_secret = "s3cret"
server_metadata_url = "https://login.example.org/.well-known/openid-configuration"
client_kwargs = {scope = "openid email groups"}
cookie_secret = "as in Streamlit's example"
"""


def parsed(text: str) -> Login:
    login = parse_login(text, "login.toml")
    assert login is not None
    return login


def test_a_complete_file() -> None:
    login = parsed(GOOD)
    assert login.origin == "https://trainweek.example.org"
    assert login.host == "trainweek.example.org"
    assert login.secure
    local = parsed(GOOD.replace("https://Trainweek.example.org", "http://localhost:8501"))
    assert (local.origin, local.secure) == ("http://localhost:8501", False)


PROXY = """
[proxy]
addresses = ["10.0.0.5"]
email_header = "X-Forwarded-Email"
"""


def test_a_base_path_and_a_proxy() -> None:
    below = parsed(GOOD.replace("/oauth2callback", "/team/trainweek/oauth2callback") + PROXY)
    assert below.base_path == "/team/trainweek"
    assert below.address == "https://trainweek.example.org/team/trainweek"
    assert below.proxy is not None
    assert below.proxy.connects_from("::ffff:10.0.0.5")
    assert not below.proxy.connects_from("10.0.0.50")
    assert not below.proxy.connects_from(None)
    plain = parsed(GOOD)
    assert (plain.base_path, plain.proxy) == ("", None)
    elsewhere = parse_login(GOOD + PROXY, "secrets.toml", other_tables=True)
    assert elsewhere is not None
    assert elsewhere.proxy is None, "the table of another program"


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ('["10.0.0.5"]', "[]", "proxy.addresses has a wrong value"),
        ('["10.0.0.5"]', '["proxy.example.org"]', "proxy.example.org is no IP address"),
        ('"10.0.0.5"', '"10.0.0.5", "127.0.0.1"', "a proxy on this machine needs a secret"),
        ('"10.0.0.5"', '"::1"', "a proxy on this machine needs a secret"),
        ("X-Forwarded-Email", "Cookie", "Cookie is no header of a proxy"),
        ("X-Forwarded-Email", "x-trainweek-proxy", "is no header of a proxy"),
        ("X-Forwarded-Email", "X Email", "is no header of a proxy"),
        ("email_header", "user_header", "there is no setting proxy.user_header"),
        ("[proxy]", '[proxy]\nsecret = "s3cret"', "proxy.secret: give 20 to 200"),
        ("[proxy]", '[proxy]\nsign_out = "//evil.example"', "proxy.sign_out has a wrong value"),
        ("[proxy]", "[auth.proxy]", "there is no setting auth.proxy"),
    ],
)
def test_a_wrong_proxy_names_the_place(before: str, after: str, said: str) -> None:
    assert before in PROXY
    with pytest.raises(LoginError) as error:
        parse_login(GOOD + PROXY.replace(before, after), "login.toml")
    assert said in error.value.what
    assert "s3cret" not in str(error.value)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("[auth]", "[auth", "login.toml is not valid TOML"),
        ('client_id = "trainweek"', "ana@example.org = 1", "login.toml is not valid TOML"),
        ('client_id = "trainweek"\n', "", "auth.client_id is missing."),
        ('"s3cret"', '""', "auth.client_secret has a wrong value."),
        ('"s3cret"', "5", "auth.client_secret has a wrong value."),
        ("client_id =", "client_di =", "there is no setting auth.client_di."),
        ("/oauth2callback", "/callback", "it must end in /oauth2callback"),
        ("/oauth2callback", "/a%2f/oauth2callback", "it must end in /oauth2callback"),
        ("https://Trainweek", "http://trainweek", "it must begin with https://"),
        ("https://login", "http://login", "it must begin with https://"),
        ("https://login", "https://ana:pw@login", "it is no web address"),
        ('"https://login', '"login', "it is no web address"),
        ("[auth]", "[roles]\nana = 1\n[auth]", "there is no setting roles"),
    ],
)
def test_a_wrong_file_names_the_place_and_no_secret(before: str, after: str, said: str) -> None:
    assert before in GOOD
    with pytest.raises(LoginError) as error:
        parse_login(GOOD.replace(before, after), "login.toml")
    assert said in error.value.what
    assert "s3cret" not in str(error.value)


def test_other_tables_are_streamlits_and_without_a_login_there_is_none() -> None:
    assert parse_login("[connections]\nx = 1\n", "secrets.toml", other_tables=True) is None
    assert parse_login("[other]\nx = 1\n" + GOOD, "secrets.toml", other_tables=True) is not None


def test_a_login_and_a_list_need_each_other() -> None:
    login, access = parsed(GOOD), AccessList()
    require_consistent(login, access)
    require_consistent(None, None)
    with pytest.raises(LoginError, match="lists no people"):
        require_consistent(login, None)
    with pytest.raises(LoginError, match="no login is configured"):
        require_consistent(None, access)
