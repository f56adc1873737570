"""Certificates for tests, of any dates: a signer, and what it signs; made by openssl."""

from __future__ import annotations

import ssl
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

SIGNER = """
set -e
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj /CN={name} \
  -keyout {name}.key -out {name}.pem
mkdir {name}.files && touch {name}.files/index.txt && echo 01 > {name}.files/serial
cat > {name}.cnf <<END
[ca]
default_ca = own
[own]
database = {name}.files/index.txt
serial = {name}.files/serial
new_certs_dir = {name}.files
default_md = sha256
policy = any
copy_extensions = copy
unique_subject = no
[any]
commonName = supplied
END
"""
SIGNED = """
set -e
openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=localhost \
  -addext subjectAltName=DNS:localhost -keyout {name}.key -out {name}.csr
openssl ca -batch -config {signer}.cnf -keyfile {signer}.key -cert {signer}.pem -in {name}.csr -out {name}.pem \
  -notext -startdate {begins} -enddate {ends}
"""
DAY = timedelta(days=1)


class Signer:
    """One that signs certificates, all in one folder."""

    def __init__(self, folder: Path, name: str = "ca") -> None:
        self.folder, self.name = folder, name
        self._run(SIGNER.format(name=name))

    def sign(self, name: str, begins: timedelta = -2 * DAY, ends: timedelta = 20 * DAY) -> None:
        """Make `<name>.pem` and `<name>.key`, valid from then to then, counted from now."""
        dates = {"begins": self._date(begins), "ends": self._date(ends)}
        self._run(SIGNED.format(name=name, signer=self.name, **dates))

    def client(self, name: str | None = None) -> ssl.SSLContext:
        """Return what a sender connects with that trusts this signer, with a certificate of its own or none."""
        found = ssl.create_default_context(cafile=self.folder / f"{self.name}.pem")
        if name:
            found.load_cert_chain(self.folder / f"{name}.pem", self.folder / f"{name}.key")
        return found

    @staticmethod
    def _date(after: timedelta) -> str:
        return (datetime.now(UTC) + after).strftime("%Y%m%d%H%M%SZ")

    def _run(self, script: str) -> None:
        subprocess.run(["bash", "-c", script], cwd=self.folder, check=True, capture_output=True)
