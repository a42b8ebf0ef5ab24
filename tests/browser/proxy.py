"""A real nginx that ends TLS in front of a dashboard, as docs/sign_in.md shows it."""

from __future__ import annotations

import datetime
import re
import subprocess
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from core.paths import CHECKOUT

if TYPE_CHECKING:
    from pathlib import Path

DOCUMENT = CHECKOUT / "docs" / "sign_in.md"
_AROUND = """daemon off;
pid {folder}/nginx.pid;
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


class Nginx:
    """nginx on ``https://localhost:<port>``, with the documented configuration."""

    def __init__(self, folder: Path, port: int, behind: int) -> None:
        folder.mkdir()
        _write_certificate(folder)
        site = documented_site()
        for old, new in (
            ("listen 443 ssl", f"listen 127.0.0.1:{port} ssl"),
            ("trainweek.example.org", "localhost"),
            ("127.0.0.1:8501", f"127.0.0.1:{behind}"),
            ("/etc/ssl/trainweek.crt", str(folder / "tls.crt")),
            ("/etc/ssl/trainweek.key", str(folder / "tls.key")),
        ):
            assert old in site, f"the documented site has no {old}"
            site = site.replace(old, new)
        self._file = folder / "nginx.conf"
        self._file.write_text(_AROUND.format(folder=folder, site=site), encoding="utf-8")
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self._process = subprocess.Popen(["nginx", "-c", str(self._file)])

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(20)


def documented_site() -> str:
    """The ``server`` block of the documentation."""
    found = re.search(r"```nginx\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL)
    assert found, "docs/sign_in.md shows no nginx configuration"
    return found[1]


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
