"""Asking over HTTP: the deadline, the cap, and plain words for whatever goes wrong."""

from __future__ import annotations

import asyncio
import gzip
import ssl
import subprocess
import sys
import tracemalloc
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from data.adapters.base import SourceError
from data.adapters.http import MB, Http, Reply, StatusError, checked_base
from tests.data.adapters.fake_http import FakeHttp, Request, bomb_of, reply_of

Answer = Callable[[asyncio.StreamWriter], Awaitable[None]]


def saying(*pieces: bytes, close: bool = False) -> Answer:
    """Return a server that answers each request with these bytes."""

    async def answer(writer: asyncio.StreamWriter) -> None:
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
        if close:
            writer.close()

    return answer


class Server(FakeHttp):
    """A server that answers as it is told."""

    def __init__(self, answer: Answer, tls: ssl.SSLContext | None = None) -> None:
        super().__init__(tls)
        self.answer = answer

    async def reply(self, writer: asyncio.StreamWriter, request: Request) -> None:
        await self.answer(writer)


def asked(answer: Answer, deadline_s: float = 10.0, cap: int = 32 * MB, path: str = "/x") -> Reply:
    """Return what comes of one question to a server that answers so."""

    async def ask() -> Reply:
        async with Server(answer) as server:
            http = Http(f"http://127.0.0.1:{server.port}", deadline_s=deadline_s, cap=cap)
            try:
                return await http.get(path)
            except SourceError as error:
                assert f"127.0.0.1:{server.port}" in str(error)
                raise
            finally:
                await http.aclose()

    return asyncio.run(ask())


def test_a_reply_is_told_with_its_headers_in_small_letters() -> None:
    reply = asked(saying(reply_of(b"hello", "200 OK", "X-Thing: A")))
    assert (reply.status, reply.body, reply.headers["x-thing"], reply.fresh) == (200, b"hello", "A", True)


def test_forms_and_queries_are_sent_as_they_should_be() -> None:
    async def ask() -> None:
        async with Server(saying(reply_of(b""))) as server:
            http = Http(f"http://127.0.0.1:{server.port}/pbx/")
            await http.get("/list", {"q": "午 &=?", "n": "1"}, {"Cookie": "a=b"})
            await http.post("/rawman", {"Action": "Ping", "Reason": "a b&c=\r\n"})
            got, posted = server.requests
            assert (got.method, got.path) == ("GET", "/pbx/list?q=%E5%8D%88+%26%3D%3F&n=1")
            assert got.headers["cookie"] == "a=b"
            assert (posted.method, posted.path) == ("POST", "/pbx/rawman")
            assert posted.body == b"Action=Ping&Reason=a+b%26c%3D%0D%0A"
            await http.aclose()

    asyncio.run(ask())


def test_connections_are_kept_and_cookies_are_not() -> None:
    async def ask() -> None:
        async with Server(saying(reply_of(b"", "200 OK", "Set-Cookie: a=b"))) as server:
            http = Http(f"http://127.0.0.1:{server.port}")
            assert [(await http.get("/")).fresh for _ in range(3)] == [True, False, False]
            assert server.connections == 1
            assert not any("cookie" in request.headers for request in server.requests)
            await http.aclose()
            await http.aclose()

    asyncio.run(ask())


def test_the_environment_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy from the environment would see the secret; so would the owner of a .netrc lose theirs."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    assert asked(saying(reply_of(b"hello"))).body == b"hello"


def test_nothing_heavy_is_loaded_before_the_first_request() -> None:
    program = "import sys; from data.adapters.http import Http; Http('http://x'); print('httpx' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=Path(__file__).parents[3], capture_output=True, text=True, check=True
    )
    assert done.stdout == "False\n"


# what goes wrong


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (saying(reply_of(b"x" * 100)[:-1], close=True), "the reply was cut off"),
        (saying(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel", close=True), "the reply was cut off"),
        (saying(close=True), "closed without an answer"),
        (saying(b"SSH-2.0-OpenSSH_9\r\n\r\n"), "does not speak HTTP"),
        (saying(reply_of(b"", "302 Found", "Location: https://u:p@other.example/x?secret=1")), "to other.example "),
        (saying(reply_of(b"", "301 Moved", "Location: /login")), "to another path"),
        (saying(reply_of(b"", "302 Found", "Location: http://[/")), "sends us on to elsewhere"),
        (saying(reply_of(b"no", "404 Not Found")), "HTTP 404: there is nothing at that path"),
        (saying(reply_of(b"no", "401 Unauthorized")), "HTTP 401: it wants a user and password"),
        (saying(reply_of(b"no", "418 Teapot")), "HTTP 418$"),
        (saying(reply_of(b"no", "503 Busy")), "HTTP 503: it is starting, stopping or too busy"),
        (saying(reply_of(b"x", "200 OK", "Content-Encoding: br")), r"was not asked for \(br\)"),
        (saying(reply_of(b"no gzip", "200 OK", "Content-Encoding: gzip")), "garbled"),
        (saying(reply_of(gzip.compress(b"x" * 9)[:-9], "200 OK", "Content-Encoding: gzip")), "cut off in its packed"),
        (saying(reply_of(gzip.compress(b"x") * 2, "200 OK", "Content-Encoding: gzip")), "more than its packed text"),
    ],
)
def test_what_goes_wrong_is_told_in_plain_words(answer: Answer, told: str) -> None:
    with pytest.raises(SourceError, match=told) as caught:
        asked(answer, path="/x?token=hidden")
    assert "secret" not in str(caught.value)
    assert "hidden" not in str(caught.value)
    assert str(caught.value).isprintable()


def test_a_status_can_be_read() -> None:
    with pytest.raises(StatusError) as caught:
        asked(saying(reply_of(b"no", "404 Not Found")))
    assert caught.value.status == 404


def failing(url: str, **options: str) -> str:
    """Return the error of a question to a server that can't be had."""

    async def ask() -> str:
        http = Http(url, deadline_s=10.0, **options)  # type: ignore[arg-type]
        with pytest.raises(SourceError) as caught:
            await http.get("/")
        await http.aclose()
        return str(caught.value)

    return asyncio.run(ask())


def test_nobody_there_and_a_name_not_known() -> None:
    assert "127.0.0.1:9: the connection is refused" in failing("http://127.0.0.1:9")
    assert "nobody.invalid:80: the name is not known" in failing("http://nobody.invalid")
    assert "[::1]:9: the connection" in failing("http://[::1]:9")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate of 127.0.0.1, with its key, that nobody vouches for."""
    folder = tmp_path_factory.mktemp("tls")
    both = folder / "both.pem"
    command = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=pbx -addext subjectAltName=IP:127.0.0.1"
    try:
        subprocess.run(
            [*command.split(), "-keyout", "key.pem", "-out", "ca.pem"], cwd=folder, check=True, capture_output=True
        )
    except FileNotFoundError:
        pytest.skip("openssl is not installed")
    both.write_bytes((folder / "key.pem").read_bytes() + (folder / "ca.pem").read_bytes())
    return both


def over_tls(certificate: Path, ca_file: str) -> bytes:
    async def ask() -> bytes:
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(certificate)
        async with Server(saying(reply_of(b"hello")), tls) as server:
            http = Http(f"https://127.0.0.1:{server.port}", ca_file=ca_file, deadline_s=10.0)
            try:
                return (await http.get("/")).body
            finally:
                await http.aclose()

    return asyncio.run(ask())


def test_a_certificate_is_trusted_where_its_authority_is_named_and_else_not(certificate: Path) -> None:
    assert over_tls(certificate, str(certificate.with_name("ca.pem"))) == b"hello"
    with pytest.raises(SourceError, match=r"certificate is not trusted .*ca_file"):
        over_tls(certificate, "")
    with pytest.raises(SourceError, match=r"the ca_file .*missing.pem can't be used: No such file"):
        over_tls(certificate, str(certificate.with_name("missing.pem")))
    with pytest.raises(SourceError, match="can't be used: it holds no PEM certificate"):
        over_tls(certificate, str(certificate.with_name("key.pem")))


def test_tls_where_there_is_none() -> None:
    async def ask(server: FakeHttp) -> None:
        async with server:
            http = Http(f"https://127.0.0.1:{server.port}", deadline_s=0.4)
            with pytest.raises(SourceError, match=r"no connection was made|does not speak TLS"):
                await http.get("/")
            await http.aclose()

    asyncio.run(ask(Server(saying(reply_of(b"")))))
    asyncio.run(ask(Babbling(saying())))


class Babbling(Server):
    """A server that speaks first, and no TLS."""

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"SSH-2.0-OpenSSH_9\r\n")
        await super()._serve(reader, writer)


# the deadline and the cap


def test_the_deadline_is_for_all_of_a_request() -> None:
    """A server that sends one byte now and again keeps every timeout of a single read happy."""

    async def drip(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
        while not writer.is_closing():
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(0.01)

    with pytest.raises(SourceError, match=r"gave no whole answer within 0.2 s"):
        asked(drip, deadline_s=0.2)


def test_a_server_that_never_answers_ends_at_the_deadline_and_the_next_question_is_well() -> None:
    async def ask() -> None:
        hang = True

        async def answer(writer: asyncio.StreamWriter) -> None:
            if hang:
                await asyncio.Event().wait()
            writer.write(reply_of(b"hello"))

        async with Server(answer) as server:
            http = Http(f"http://127.0.0.1:{server.port}", deadline_s=0.2)
            for _ in range(6):
                with pytest.raises(SourceError, match="within"):
                    await http.get("/")
            hang = False
            http.deadline_s = 10.0
            assert (await http.get("/")).body == b"hello"
            await http.aclose()

    asyncio.run(ask())


def test_gzip_is_unpacked() -> None:
    reply = asked(saying(reply_of(gzip.compress(b"hello" * 1000), "200 OK", "Content-Encoding: GZIP")))
    assert reply.body == b"hello" * 1000


@pytest.mark.parametrize("more", [0, 1])
def test_the_cap_counts_unpacked_bytes(more: int) -> None:
    packed = saying(reply_of(gzip.compress(bytes(MB + more)), "200 OK", "Content-Encoding: gzip"))
    plain = saying(b"HTTP/1.1 200 OK\r\n\r\n", bytes(MB + more), close=True)
    for answer in (packed, plain):
        if more:
            with pytest.raises(SourceError, match="larger than 1 MB"):
                asked(answer, cap=MB)
        else:
            assert len(asked(answer, cap=MB).body) == MB


def test_a_length_above_the_cap_is_not_read_at_all() -> None:
    with pytest.raises(SourceError, match="larger than 1 MB"):
        asked(saying(b"HTTP/1.1 200 OK\r\nContent-Length: 999999999999\r\n\r\n"), cap=MB)


@pytest.mark.parametrize("line", ["200 OK", "401 Unauthorized", "500 Oops", "302 Found"])
def test_a_bomb_costs_no_more_than_the_cap(line: str) -> None:
    """200 MB in 1 MB, also where it comes with a refusal that is only read to keep the connection."""
    bomb = bomb_of(200)
    digest = 'WWW-Authenticate: Digest realm="x", nonce="1", qop="auth"'

    async def ask() -> None:
        async with Server(saying(reply_of(bomb, line, "Content-Encoding: gzip", digest))) as server:
            http = Http(f"http://127.0.0.1:{server.port}", cap=4 * MB, deadline_s=10.0, digest=("user", "secret"))
            with pytest.raises(SourceError, match="larger than 4 MB"):
                await http.get("/")
            await http.aclose()

    tracemalloc.start()
    try:
        asyncio.run(ask())
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 24 * MB


def test_endless_small_pieces_cost_no_more_than_the_cap() -> None:
    async def crumbs(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while not writer.is_closing():
            writer.write(b"1\r\nx\r\n" * 1000)
            await writer.drain()

    with pytest.raises(SourceError, match=r"larger than 0.0191 MB"):
        asked(crumbs, cap=20_000)


# the url


def test_a_base_loses_its_last_slash() -> None:
    assert checked_base("https://pbx.example:8089/asterisk/") == "https://pbx.example:8089/asterisk"
    assert repr(Http("http://pbx", digest=("user", "s3cret"))) == "Http('http://pbx')"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "pbx",
        "pbx:8088",
        "ftp://x",
        "http://",
        "http:///x",
        "http://x:0",
        "http://x:99999",
        "http://x:y",
        "http://[x",
        "http://u:p@x",
        "http://x?a=b",
        "http://x#a",
        "http://x/\n",
        "http://x /",
    ],
)
def test_a_url_that_can_not_be_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="url"):
        Http(url)
