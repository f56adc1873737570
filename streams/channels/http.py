"""Send one request to one receiver, with a time-out; errors hold neither a secret nor the patient."""

from __future__ import annotations

import asyncio
import json
import time
from base64 import b64encode
from collections.abc import Callable, Iterable, Mapping, Sequence
from email.utils import parsedate_to_datetime
from typing import Any, NamedTuple

import aiohttp
import msgspec
from yarl import URL

from streams.channels.options import HttpOptions, address, place
from streams.channels.page import TransportError
from streams.config.secrets import Secret, Secrets, client_context
from streams.config.section import KeyFault

MOST_ANSWER_BYTES = 64 * 1024
MOST_QUOTED = 200


class HttpAnswer(NamedTuple):
    """The answer of a receiver that accepted a request."""

    status: int
    body: bytes

    def json(self) -> Any:
        """Return the body as JSON, or None if it is not."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None


class Http:
    """The connections to a receiver. Raises UsageError for secrets or certificates that cannot be read."""

    def __init__(
        self, name: str, options: HttpOptions, secrets: Secrets, clock: Callable[[], float] = time.time
    ) -> None:
        self._options = options
        self._clock = clock
        self._ssl = client_context(
            place(name), options.ca_file, options.client_cert_file, options.client_key_file
        )
        self._proxy = None if options.proxy is None else address(place(name), "proxy", options.proxy)
        self._secrets: list[Secret] = []
        self._headers = self._authorization(name, options, secrets)
        self._session: aiohttp.ClientSession | None = None

    def _authorization(self, name: str, options: HttpOptions, secrets: Secrets) -> dict[str, str]:
        where = place(name)
        token = secrets.read(where, "token", options.token_env, options.token_file)
        password = secrets.read(where, "password", options.password_env, options.password_file)
        if (password is None) != (options.username is None):
            raise KeyFault(where, ("username",), "goes together with password-env or password-file")
        if token is not None and password is not None:
            raise KeyFault(where, ("username",), "stands beside a token; give one of them")
        self.hide(*filter(None, (token, password)))
        if token is not None:
            return {"Authorization": f"Bearer {token.reveal()}"}
        if password is not None:
            return {"Authorization": basic(options.username or "", password.reveal())}
        return {}

    def hide(self, *secrets: Secret) -> None:
        """Keep these secrets out of every message from now on; one given again is kept once."""
        hidden = {secret.reveal() for secret in self._secrets}
        self._secrets.extend(secret for secret in secrets if secret.reveal() not in hidden)

    async def send(
        self, method: str, url: URL, body: bytes, headers: Mapping[str, str] | None = None, patient: str = ""
    ) -> HttpAnswer:
        """Return the answer, if it is 2xx.

        Raises TransportError for every other, and for none within the time-out.
        """
        try:
            return await asyncio.wait_for(
                self._ask(method, url, body, headers or {}, patient), self._options.timeout_s
            )
        except TimeoutError:
            raise TransportError(f"{site(url)}: no answer within {self._options.timeout_s:g} s") from None
        except aiohttp.ClientConnectorCertificateError:
            raise TransportError(f"{site(url)}: its certificate is not to be trusted") from None
        except aiohttp.ClientConnectorError as error:
            raise TransportError(
                f"{site(url)}: cannot connect: {error.os_error.strerror or type(error.os_error).__name__}"
            ) from None
        except (aiohttp.ClientError, OSError) as error:
            raise TransportError(f"{site(url)}: {type(error).__name__} before an answer") from None
        except ValueError:
            raise TransportError(f"{site(url)}: not to be put into a request", permanent=True) from None

    async def _ask(
        self, method: str, url: URL, body: bytes, headers: Mapping[str, str], patient: str
    ) -> HttpAnswer:
        all_headers = {"Content-Type": "application/json", **self._headers, **headers}
        async with self._open().request(
            method, url, data=body, headers=all_headers, allow_redirects=False, proxy=self._proxy
        ) as response:
            answer = HttpAnswer(response.status, await beginning(response.content))
            if 200 <= response.status < 300:
                return answer
            retry_after = retry_after_s(response.headers.get("Retry-After"), self._clock())
            raise TransportError(
                f"{site(url)}: {self._refusal(answer, patient)}",
                permanent(response.status),
                retry_after,
                response.status,
            )

    def _open(self) -> aiohttp.ClientSession:
        """Return the session, made where the loop runs. No cookies; the certificate is always checked."""
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(ssl=self._ssl),
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=aiohttp.ClientTimeout(total=None),  # `send` has one for the whole
                headers={"User-Agent": "il2watch"},
            )
        return self._session

    def _refusal(self, answer: HttpAnswer, patient: str) -> str:
        """Return `400 Length of routing key...`: the status, and the beginning of the body."""
        body_text = " ".join(answer.body.decode("utf-8", "replace").split())
        hidden = without(body_text, (*(secret.reveal() for secret in self._secrets), patient))
        return f"{answer.status} {hidden[:MOST_QUOTED]}".strip()

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None


def basic(username: str, password: str) -> str:
    """Return an Authorization header's value (RFC 7617)."""
    return "Basic " + b64encode(f"{username}:{password}".encode()).decode("ascii")


async def beginning(content: aiohttp.StreamReader) -> bytes:
    """Return as much of the body as is worth keeping: an endless one must not fill the memory."""
    body = bytearray()
    while more := await content.read(MOST_ANSWER_BYTES - len(body)):
        body += more
    return bytes(body)


def site(url: URL) -> str:
    """Return host and port: the path may be a secret."""
    return f"{url.host}:{url.port}"


def without(text: str, words: Iterable[str]) -> str:
    """Return the text with each of these words, plain or as JSON spells it, replaced by `***`."""
    for word in words:
        for spelled in {word, json.dumps(word)[1:-1]} - {""}:
            text = text.replace(spelled, "***")
    return text


def encoded(body: msgspec.Struct | Sequence[msgspec.Struct]) -> bytes:
    """Return JSON in ASCII: half a surrogate pair in a patient's id must not make a page unsendable."""
    objects = msgspec.to_builtins(body)
    return json.dumps(objects, ensure_ascii=True, separators=(",", ":")).encode("ascii")


PASSING = frozenset({408, 421, 423, 425, 429})
"""Client errors that the same request may not meet again."""


NEVER_SERVED = frozenset({501, 505})
"""Server errors that it would meet again."""


def permanent(status: int) -> bool:
    """Return whether the same page would be refused again.

    So are a redirect (never followed: it could carry the patient elsewhere), most of 4xx, some 5xx.
    """
    if status in PASSING or status in NEVER_SERVED:
        return status in NEVER_SERVED
    return 300 <= status < 500


def retry_after_s(header: str | None, now: float) -> float | None:
    """Return the seconds that a Retry-After header asks for, in seconds or as a date (RFC 9110, 10.2.3).

    None: no header, or a malformed one. `now`: seconds since the Unix epoch. A date that has passed asks for
    0.
    """
    text = (header or "").strip()
    if text.isascii() and text.isdigit():
        return float(text)
    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - now)
    except (ValueError, OverflowError):
        return None
