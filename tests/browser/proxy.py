"""A real nginx that ends TLS in front of a dashboard, as docs/sign_in.md shows it: whole host, or a path."""

from __future__ import annotations

import datetime
import os
import re
import subprocess
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from core.paths import CHECKOUT

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

DOCUMENT = CHECKOUT / "docs" / "sign_in.md"
_AROUND = """daemon off;
{user}pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{}}
http {{
  access_log off;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
{site}
}}
"""


WHOLE_HOST, BELOW_A_PATH = 0, 1  # the documented sites
SECRET = "0123456789abcdef0123456789abcdef"


class Nginx:
    """nginx on ``https://localhost:<port>``, with a documented configuration.

    :param people: e-mail address to password, where nginx itself lets people in.
    """

    def __init__(
        self,
        folder: Path,
        port: int,
        behind: int,
        site: int = WHOLE_HOST,
        people: Mapping[str, str] | None = None,
    ) -> None:
        folder.mkdir()
        _write_certificate(folder)
        text = documented_site(site)
        name = "tools" if site == BELOW_A_PATH else "trainweek"
        given = {
            "listen 443 ssl": f"listen 127.0.0.1:{port} ssl",
            f"{name}.example.org": "localhost",
            "127.0.0.1:8501": f"127.0.0.1:{behind}",
            f"/etc/ssl/{name}.crt": str(folder / "tls.crt"),
            f"/etc/ssl/{name}.key": str(folder / "tls.key"),
        }
        if people is not None:
            lines = (f"{email}:{{PLAIN}}{password}\n" for email, password in people.items())
            (folder / "people").write_text("".join(lines), encoding="utf-8")
            given["/etc/nginx/people"] = str(folder / "people")
            given["a long random text"] = SECRET
        for old, new in given.items():
            assert old in text, f"the documented site has no {old}"
            text = text.replace(old, new)
        self._file = folder / "nginx.conf"
        # As root its workers are somebody else, who may not read what a test wrote.
        user = "user root root;\n" if os.geteuid() == 0 else ""
        around = _AROUND.format(folder=folder, site=text, user=user)
        self._file.write_text(around, encoding="utf-8")
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self._process = subprocess.Popen(["nginx", "-c", str(self._file)])

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(20)


def documented_site(number: int) -> str:
    """One of the ``server`` blocks of the documentation."""
    found = re.findall(r"```nginx\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL)
    assert len(found) == 2, "docs/sign_in.md shows another number of nginx configurations"
    return found[number]


def _write_certificate(folder: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    encoding = serialization.Encoding.PEM
    (folder / "tls.crt").write_bytes(certificate.public_bytes(encoding))
    (folder / "tls.key").write_bytes(
        key.private_bytes(encoding, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
