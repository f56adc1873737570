"""A webhook's signature as Standard Webhooks 1.0 has it: receivers check it with that project's libraries, or in five lines.

    webhook-id         the same for every delivery of one page
    webhook-timestamp  seconds since the Unix epoch, when this delivery was signed; refuse one more than 5 minutes off: it may be a replay
    webhook-signature  v1,<base64 of HMAC-SHA256 over "id.timestamp.body" with the secret>
"""

from __future__ import annotations

import binascii
import hmac
from base64 import b64decode, b64encode

from streams.channels.secrets import Secret
from streams.errors import UsageError

PREFIX = "whsec_"
SHORTEST = 16


def signing_key(where: str, secret: Secret) -> bytes:
    """The secret's bytes: base64 after `whsec_`, else the text itself. Raises UsageError for one that is too short or not base64."""
    text = secret.reveal()
    try:
        key = b64decode(text.removeprefix(PREFIX), validate=True) if text.startswith(PREFIX) else text.encode()
    except binascii.Error:
        raise UsageError(f"{where}: what follows whsec_ is not base64") from None
    if len(key) < SHORTEST:
        raise UsageError(f"{where}: shorter than {SHORTEST} bytes; make one with: openssl rand -base64 32")
    return key


def signed(key: bytes, id: str, timestamp: int, body: bytes) -> dict[str, str]:
    """The three headers of a delivery."""
    content = f"{id}.{timestamp}.".encode() + body
    signature = b64encode(hmac.digest(key, content, "sha256")).decode("ascii")
    return {"webhook-id": id, "webhook-timestamp": str(timestamp), "webhook-signature": f"v1,{signature}"}
