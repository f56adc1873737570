"""TLS towards a server: a context that checks its name and certificate, from the files a table names."""

from __future__ import annotations

import ssl

from streams.config.section import KeyFault


def client_context(where: str, authority: str | None, cert: str | None, key: str | None) -> ssl.SSLContext:
    """Return TLS that checks the server's name and certificate; there is no setting to leave that out.

    `authority`: a certificate authority of one's own; `cert`, `key`: what is shown of oneself. Raises
    KeyFault naming `where` and the files that cannot be used.
    """
    try:
        context = ssl.create_default_context(cafile=authority)
        if cert:
            context.load_cert_chain(cert, key)
    except OSError as error:
        named = ", ".join(path for path in (authority, cert, key) if path)
        raise KeyFault(
            where, (), f"cannot use the certificates ({named}): {error.strerror or error}"
        ) from None
    return context
