"""The network that fails on demand does so: each way as a client sees it, and back again."""

from __future__ import annotations

import http.client
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.rig.background import until
from tests.rig.proxy import Mode, Proxy

REPLY = b"pong" * 10
AT_ONCE_S = 0.3  # how long a client of these tests waits for what never comes


class Pong(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(REPLY)))
        self.end_headers()
        self.wfile.write(REPLY)

    def log_message(self, format: str, *args: object) -> None:
        pass


class Server(ThreadingHTTPServer):
    def handle_error(self, *_about: object) -> None:
        """A client that is gone is what these tests are about."""


@pytest.fixture
def proxy() -> Iterator[Proxy]:
    with Server(("127.0.0.1", 0), Pong) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        with Proxy(server.server_address[1]) as proxy:
            yield proxy
        server.shutdown()
        thread.join()


class Client(http.client.HTTPConnection):
    """A connection that stays open."""

    def __init__(self, proxy: Proxy, timeout: float = 5.0) -> None:
        super().__init__("127.0.0.1", proxy.port, timeout)

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def ask(self) -> bytes:
        self.request("GET", "/")
        return self.getresponse().read()


def test_it_passes_and_counts(proxy: Proxy) -> None:
    with Client(proxy) as client:
        assert client.ask() == client.ask() == REPLY
    assert proxy.accepted == 1
    assert proxy.requested > 2 * len("GET / HTTP/1.1")
    assert proxy.url == f"http://127.0.0.1:{proxy.port}"


def test_refused_is_refused_at_the_same_port_and_open_connections_end(proxy: Proxy) -> None:
    with Client(proxy) as client:
        client.ask()
        proxy.mode = "refuse"
        with pytest.raises((ConnectionError, http.client.RemoteDisconnected)):
            client.ask()
    with pytest.raises(ConnectionRefusedError), Client(proxy) as another:
        another.ask()
    proxy.mode = "pass"
    with Client(proxy) as again:
        assert again.ask() == REPLY


def test_swallowed_is_accepted_and_never_answered(proxy: Proxy) -> None:
    proxy.mode = "swallow"
    with Client(proxy, AT_ONCE_S) as client, pytest.raises(TimeoutError):
        client.ask()
    assert proxy.accepted == 1
    until(lambda: proxy.requested > 0, "the request to vanish")


def test_an_open_connection_that_was_swallowed_stays_dumb(proxy: Proxy) -> None:
    with socket.create_connection(("127.0.0.1", proxy.port), AT_ONCE_S) as client:
        ask = b"GET / HTTP/1.1\r\n\r\n"
        client.sendall(ask)
        assert client.recv(1)
        proxy.mode = "swallow"
        client.sendall(ask)
        until(lambda: proxy.requested == 2 * len(ask), "the request to vanish")
        proxy.mode = "pass"
        client.sendall(ask)
        with pytest.raises(TimeoutError):
            while client.recv(1000).count(REPLY) < 2:
                pass  # the rest of the first reply
    with Client(proxy) as another:
        assert another.ask() == REPLY


def test_cut_ends_in_the_middle_of_a_reply(proxy: Proxy) -> None:
    proxy.mode = "cut"
    with Client(proxy) as client, pytest.raises((ConnectionError, http.client.HTTPException)):
        client.ask()


def test_slow_comes_byte_by_byte_until_it_is_let_go(proxy: Proxy) -> None:
    proxy.mode, proxy.byte_s = "slow", 0.01
    with Client(proxy) as client:
        client.request("GET", "/")
        assert client.sock is not None
        assert [len(client.sock.recv(100)) for _ in range(3)] == [1, 1, 1]
        proxy.mode = "pass"
        rest = b""
        while not rest.endswith(REPLY):
            rest += client.sock.recv(1000)


def test_where_the_target_is_gone_the_client_is_cut_off() -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        gone = pytest.raises((ConnectionError, http.client.RemoteDisconnected))
        with Proxy(nobody.getsockname()[1]) as proxy, Client(proxy) as client, gone:
            client.ask()


def test_a_mode_that_is_none_is_refused(proxy: Proxy) -> None:
    none: Mode = "broken"  # type: ignore[assignment]
    with pytest.raises(ValueError, match="swallow"):
        proxy.mode = none
