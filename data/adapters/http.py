"""Asking a source over HTTP: one deadline for all of a request, a cap on what is read, errors in plain words.

For any adapter. A request is tried once; no redirect is followed, no proxy or password is taken from the environment,
no cookie is kept. httpx loads and the client is made at the first request, for that costs about 0.2 s.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import zlib
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlencode, urlsplit

from data.adapters.base import SourceError
from data.model.text import safe_text

if TYPE_CHECKING:
    import httpx

MB = 1024 * 1024
MAX_BYTES = 32 * MB
"""The most that a reply may hold once it is unpacked, if nothing else is said."""

_IDLE_S = 14.0
"""How long a connection is kept: less than the 15 s after which Asterisk and others close it from their side."""

Words = Mapping[str, str]


class StatusError(SourceError):
    """The server answered with an HTTP status of 400 or more."""

    def __init__(self, where: str, status: int) -> None:
        """Tell `status`, with what it most often means."""
        super().__init__(f"{where} answers HTTP {status}{_STATUS.get(status, '')}")
        self.status = status


_STATUS = {
    401: ": it wants a user and password, or does not take ours",
    403: ": our account or address may not do that",
    404: ": there is nothing at that path; check the path in the url",
    429: ": it is asked too often; poll less often",
    503: ": it is starting, stopping or too busy",
}


class Reply(NamedTuple):
    """An answer: names of `headers` are in small letters, `body` is unpacked.

    `fresh` says that a new connection was opened or the password asked for again: what the server ties to a
    connection may be gone.
    """

    status: int
    headers: Words
    body: bytes
    fresh: bool


def checked_base(url: str) -> str:
    """Return a base url without the slash at its end. Raises ValueError where it is none, or holds a password."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise ValueError(f"the url is none: {error}; write it as http://host:port") from None
    if parts.scheme not in ("http", "https") or not parts.hostname or port == 0:
        raise ValueError("the url has to be http://host:port or https://host:port, with a path if the server has one")
    if parts.username is not None or parts.password is not None:
        raise ValueError("the url holds a user or password: give those as options of their own")
    if parts.query or parts.fragment or not url.isprintable() or " " in url:
        raise ValueError("the url has to end with its path: no ?, #, space or control character")
    return url.rstrip("/")


class Http:
    """One server, asked at `base` + path. Nothing is opened before the first request.

    `deadline_s` is the most a request may take in all, `cap` the most bytes an unpacked reply may have. `ca_file`
    (PEM) names whom to trust instead of the usual authorities. `digest` is a (user, password): requests then go one
    at a time, so that the server sees their counts in order.
    """

    def __init__(
        self,
        base: str,
        *,
        deadline_s: float = 5.0,
        cap: int = MAX_BYTES,
        ca_file: str = "",
        digest: tuple[str, str] | None = None,
    ) -> None:
        """Take the options. Raises ValueError for a url that can't be."""
        self.base = checked_base(base)
        self.deadline_s = deadline_s
        self.cap = cap
        parts = urlsplit(self.base)
        host = f"[{parts.hostname}]" if ":" in str(parts.hostname) else parts.hostname
        self.where = f"{host}:{parts.port or {'http': 80, 'https': 443}[parts.scheme]}"
        self._ca_file = ca_file
        self._digest = digest
        self._auth: httpx.DigestAuth | None = None
        self._client: httpx.AsyncClient | None = None
        self._busy: Counter[httpx.AsyncClient] = Counter()
        self._turn = asyncio.Semaphore(1 if digest else 4)

    def __repr__(self) -> str:
        """Return where it asks; never with whose password."""
        return f"Http({self.base!r})"

    async def get(self, path: str, params: Words | None = None, headers: Words | None = None) -> Reply:
        """Return the answer to a GET of `path` below the base. Raises SourceError."""
        query = f"?{_form(params)}" if params else ""
        return await self._ask("GET", path + query, b"", headers or {})

    async def post(self, path: str, form: Words, headers: Words | None = None) -> Reply:
        """Return the answer to a form posted to `path` below the base. Raises SourceError."""
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        return await self._ask("POST", path, _form(form).encode(), kind | dict(headers or {}))

    async def aclose(self) -> None:
        """Close the connections; twice does no harm. One that is in use is closed as soon as that is over.

        Closed under a request, httpx would leave open what that request connects to next.
        """
        client, self._client = self._client, None
        if client is not None and not self._busy[client]:
            await client.aclose()

    async def _ask(self, method: str, path: str, content: bytes, headers: Words) -> Reply:
        try:
            async with asyncio.timeout(self.deadline_s), self._turn:
                with self._in_plain_words():
                    async with self._lent() as client:
                        request = client.build_request(method, self.base + path, content=content, headers=dict(headers))
                        return await self._answered(client, request)
        except TimeoutError:
            raise SourceError(
                f"{self.where} gave no whole answer within {self.deadline_s:g} s: it hangs, is overloaded, or a "
                "firewall swallows what we send"
            ) from None

    @contextlib.asynccontextmanager
    async def _lent(self) -> AsyncIterator[httpx.AsyncClient]:
        """Lend the client for a request; where that is broken off, the next one gets another client.

        Cancelled at some of its awaits, httpx never gives the connection back, and its pool has but a few. The old
        client is closed when nobody uses it any more.
        """
        client = self._connected()
        self._busy[client] += 1
        try:
            yield client
        except asyncio.CancelledError:
            if self._client is client:
                self._client = None
            raise
        finally:
            self._busy[client] -= 1
            if not self._busy[client]:
                del self._busy[client]
                if self._client is not client:
                    await client.aclose()

    def _connected(self) -> httpx.AsyncClient:
        if self._client is None:
            import httpx

            if self._digest:
                self._auth = httpx.DigestAuth(*self._digest)
            self._client = httpx.AsyncClient(
                http1=True,
                http2=False,
                follow_redirects=False,
                trust_env=False,
                # A TLS handshake that is cancelled leaves its socket open, so that ends by itself before the deadline.
                timeout=httpx.Timeout(None, connect=self.deadline_s / 2),
                verify=self._trust(),
                limits=httpx.Limits(max_connections=4, max_keepalive_connections=4, keepalive_expiry=_IDLE_S),
                cookies=_no_cookies(),
                headers={"User-Agent": "floorwalk", "Accept-Encoding": "gzip"},
            )
        return self._client

    def _trust(self) -> ssl.SSLContext:
        """Return whom to trust; without TLS nobody, which saves reading the authorities' certificates."""
        if self.base.startswith("http:"):
            return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        if not self._ca_file:
            import httpx

            return httpx.create_ssl_context(trust_env=False)
        try:
            return ssl.create_default_context(cafile=self._ca_file)
        except (OSError, ValueError) as error:
            why = error.strerror if isinstance(error, OSError) and not isinstance(error, ssl.SSLError) else None
            why = why or "it holds no PEM certificate"
            raise SourceError(f"the ca_file {self._ca_file} can't be used: {why}") from None

    async def _answered(self, client: httpx.AsyncClient, request: httpx.Request) -> Reply:
        """Exchange until the server is satisfied, reading each reply, a refusal's too, no further than the cap."""
        if self._auth is None:
            reply, _ = await self._exchanged(client, request)
        else:
            reply = await self._exchanged_by_digest(client, request, self._auth)
        if 300 <= reply.status < 400:
            target = safe_text(_host(reply.headers.get("location", "")))
            raise SourceError(
                f"{self.where} sends us on to {target or 'elsewhere'} (HTTP {reply.status}), which is not followed: "
                "write the final url in the settings"
            )
        if reply.status >= 400:
            raise StatusError(self.where, reply.status)
        return reply

    async def _exchanged_by_digest(
        self, client: httpx.AsyncClient, request: httpx.Request, auth: httpx.DigestAuth
    ) -> Reply:
        flow = auth.auth_flow(request)
        reply, response = await self._exchanged(client, next(flow))
        while True:
            try:
                again = flow.send(response)
            except StopIteration:
                return reply
            except (NotImplementedError, KeyError):
                raise SourceError(f"{self.where} asks for a kind of digest login that is not known here") from None
            reply, response = await self._exchanged(client, again)
            reply = reply._replace(fresh=True)

    async def _exchanged(self, client: httpx.AsyncClient, request: httpx.Request) -> tuple[Reply, httpx.Response]:
        opened = False

        async def trace(name: str, _info: object) -> None:
            nonlocal opened
            opened = opened or name == "connection.connect_tcp.complete"

        request.extensions["trace"] = trace
        response = await client.send(request, stream=True, auth=None)
        try:
            body = await self._body(response)
        finally:
            await response.aclose()
        headers = {name.lower(): value for name, value in response.headers.items()}
        return Reply(response.status_code, headers, body, opened), response

    async def _body(self, response: httpx.Response) -> bytes:
        """Return the body, unpacked by ourselves: httpx would unpack each piece whole, a thousand times its size."""
        unpack = self._unpacking(response.headers.get("content-encoding", ""))
        body, taken = bytearray(), 0
        if int(response.headers.get("content-length", 0)) > self.cap:
            self._too_large()
        async for piece in response.aiter_raw():
            taken += len(piece)
            body += unpack.decompress(piece, self.cap + 1 - len(body)) if unpack else piece
            if max(taken, len(body)) > self.cap:
                self._too_large()
        if unpack and taken and not unpack.eof:
            raise SourceError(f"{self.where}: the reply was cut off in its packed text")
        if unpack and unpack.unused_data:
            raise SourceError(f"{self.where}: the reply holds more than its packed text")
        return bytes(body)

    def _unpacking(self, encoding: str) -> zlib._Decompress | None:
        if encoding.strip().lower() in ("", "identity"):
            return None
        if encoding.strip().lower() in ("gzip", "x-gzip"):
            return zlib.decompressobj(wbits=31)
        raise SourceError(f"{self.where} packs its reply in a way that was not asked for ({safe_text(encoding, 20)})")

    def _too_large(self) -> None:
        raise SourceError(f"{self.where}: the reply is larger than {self.cap / MB:.3g} MB, so it was not read on")

    @contextlib.contextmanager
    def _in_plain_words(self) -> Iterator[None]:
        import httpx

        try:
            yield
        except zlib.error:
            raise SourceError(f"{self.where}: the packed text of the reply is garbled") from None
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
            raise SourceError(f"{self.where}: {_plain(error)}") from None


def _form(fields: Words | None) -> str:
    return urlencode(dict(fields or {}), errors="replace")


def _host(location: str) -> str:
    try:
        return urlsplit(location).netloc.rpartition("@")[2] or "another path"
    except ValueError:
        return ""


def _no_cookies() -> CookieJar:
    """Return a jar that takes none: whoever needs a cookie sends it as a header, and knows which it is."""
    return CookieJar(DefaultCookiePolicy(allowed_domains=[]))


def _plain(error: BaseException) -> str:
    """Return in plain words what went wrong, and what to look at. What the server sent is not repeated."""
    import httpx

    if isinstance(error, httpx.TimeoutException):
        return (
            "no connection was made in half the time a request may take: it hangs, or a firewall swallows what we send"
        )
    for cause in _causes(error):
        if isinstance(cause, ssl.SSLCertVerificationError):
            return f"its certificate is not trusted ({cause.verify_message}); name the authority's file as ca_file"
        if isinstance(cause, ssl.SSLError):
            return "it does not speak TLS as we do; is it http:// rather than https://, or another port?"
        if isinstance(cause, socket.gaierror):
            return "the name is not known; check the host in the url, and the name service"
        if isinstance(cause, ConnectionRefusedError):
            return "the connection is refused: nothing listens there; is it running, and is the port right?"
        if isinstance(cause, OSError) and cause.strerror:
            return f"the connection failed ({cause.strerror.lower()}); check the network, and that it runs"
    if isinstance(error, httpx.RemoteProtocolError):
        return _broken_protocol(str(error))
    return "the connection broke before the reply was whole"


def _broken_protocol(said: str) -> str:
    if "without sending a response" in said:
        return "the connection was closed without an answer; it may be restarting, or want https://"
    if "without sending complete" in said or "incomplete" in said:
        return "the reply was cut off"
    return "what answers there does not speak HTTP; is the port right?"


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """Yield the error and what brought it about, deepest last, through groups of errors."""
    while error is not None:
        yield error
        if isinstance(error, BaseExceptionGroup):
            for inner in error.exceptions:
                yield from _causes(inner)
        error = error.__cause__ or error.__context__
