"""Just enough SIP, over UDP on the loopback, to call Asterisk and to be a phone that Asterisk calls.

A `Line` is a port; each call on it is a `Leg` that is driven by the messages it gets and by what a test or the load
asks of it (`hang_up`, `answer`, `transfer`, …). Nothing is sent again: on a loopback nothing gets lost, and what
Asterisk sends again is answered again.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import secrets
import socket
import struct
from collections.abc import Callable, Iterable
from typing import cast

HOST = "127.0.0.1"
NO_REPLY_S = 5.0  # a leg that hung up is over after this, whatever Asterisk says
REASONS = {100: "Trying", 180: "Ringing", 200: "OK", 481: "Gone", 486: "Busy Here", 487: "Request Terminated"}
SHORT = {"v": "via", "f": "from", "t": "to", "i": "call-id", "m": "contact", "l": "content-length"}
SDP_HEADER = "Content-Type: application/sdp"


class Message:
    """A SIP message.

    Attributes:
        method: Of a response, the method that it answers.
        code: 0 for a request.
        headers: Lower-case name to values, in order.
    """

    def __init__(self, data: bytes) -> None:
        head, _, self.body = data.decode("utf-8", "surrogateescape").partition("\r\n\r\n")
        self.first, *lines = head.split("\r\n")
        self.headers: dict[str, list[str]] = {}
        for line in lines:
            name, _, value = line.partition(":")
            name = name.strip().lower()
            self.headers.setdefault(SHORT.get(name, name), []).append(value.strip())
        self.code = int(self.first.split()[1]) if self.first.startswith("SIP/2.0") else 0
        number, self.method = self["cseq"].split()
        self.cseq = int(number)
        self.call_id = self["call-id"]

    def __getitem__(self, name: str) -> str:
        """Return the first value of a header, "" if there is none."""
        return next(iter(self.headers.get(name, [])), "")

    @property
    def sound_port(self) -> int:
        """Where the sender hears the call, 0 if it does not say so."""
        found = re.search(r"m=audio (\d+)", self.body)
        return int(found[1]) if found else 0

    @property
    def contact(self) -> str:
        found = re.search(r"<([^>]+)>", self["contact"])
        return found[1] if found else self["contact"].partition(";")[0].strip()


class Line(asyncio.DatagramProtocol):
    """One UDP port that talks with one Asterisk."""

    def __init__(self, port: int, asterisk: int, on_call: Callable[[IncomingLeg], None] | None) -> None:
        self.port = port
        self.legs: dict[str, Leg] = {}
        self._asterisk = asterisk
        self._on_call = on_call
        self._transport: asyncio.DatagramTransport | None = None
        self._media = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)  # where sound goes that nobody hears
        self._media.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        self._media.bind((HOST, 0))

    @classmethod
    async def open(cls, port: int, asterisk: int, on_call: Callable[[IncomingLeg], None] | None = None) -> Line:
        """Open the line at a port; `asterisk` is the port of its SIP, `on_call` is given each call that comes in."""
        _, line = await asyncio.get_running_loop().create_datagram_endpoint(
            lambda: cls(port, asterisk, on_call), local_addr=(HOST, port)
        )
        return line

    def close(self) -> None:
        self._media.close()
        if self._transport is not None:
            self._transport.close()

    @property
    def sound(self) -> str:
        """The description of a call's sound, both ways."""
        return (
            f"v=0\r\no=- 1 1 IN IP4 {HOST}\r\ns=-\r\nc=IN IP4 {HOST}\r\nt=0 0\r\n"
            f"m=audio {self._media.getsockname()[1]} RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\na=sendrecv\r\n"
        )

    def say(self, port: int, frame: int = 0) -> None:
        """Send 20 ms of silence, the n-th of a call, to where Asterisk hears it."""
        head = struct.pack("!BBHII", 0x80, 0, frame & 0xFFFF, frame * 160, 1)
        with contextlib.suppress(OSError):  # Asterisk closed it already
            self._media.sendto(head + b"\xff" * 160, (HOST, port))

    def uri(self, user: str = "rig") -> str:
        return f"sip:{user}@{HOST}:{self.port}"

    def far_uri(self, dialled: str) -> str:
        return f"sip:{dialled}@{HOST}:{self._asterisk}"

    def send(self, lines: Iterable[str], body: str = "") -> None:
        """Send a message that has these lines before its length and body."""
        if self._transport is not None and not self._transport.is_closing():
            text = "\r\n".join([*lines, f"Content-Length: {len(body)}", "", body])
            self._transport.sendto(text.encode("utf-8", "surrogateescape"), (HOST, self._asterisk))

    def respond(self, request: Message, code: int, tag: str = "", extra: Iterable[str] = (), body: str = "") -> None:
        to = request["to"] + (f";tag={tag}" if tag and "tag=" not in request["to"] else "")
        lines = [f"SIP/2.0 {code} {REASONS[code]}", *(f"Via: {via}" for via in request.headers["via"])]
        lines += [f"From: {request['from']}", f"To: {to}", f"Call-ID: {request.call_id}", f"CSeq: {request['cseq']}"]
        self.send([*lines, *extra], body)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.DatagramTransport", transport)
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)

    def datagram_received(self, data: bytes, _addr: object) -> None:
        message = Message(data)
        if leg := self.legs.get(message.call_id):
            leg.receive(message)
        elif message.method == "INVITE" and not message.code and self._on_call and "tag=" not in message["to"]:
            self._on_call(IncomingLeg(self, message))
        elif not message.code and message.method != "ACK":
            self.respond(message, 481 if message.method in ("BYE", "CANCEL", "INVITE") else 200)


class Leg:
    """One call on a line.

    Attributes:
        state: "calling", "ringing", "talking" (with an agent, or with Asterisk itself) or "ended".
        ended: Set at the end.
        code: The response that refused the call, 0 if none did.
    """

    def __init__(self, line: Line, call_id: str, near: str, far: str, target: str) -> None:
        self.line, self.call_id, self.near, self.far, self.target = line, call_id, near, far, target
        self.state = "calling"
        self.code = 0
        self.ended = asyncio.Event()
        self._cseq = 1
        self._leaving = False
        line.legs[call_id] = self

    def request(
        self, method: str, extra: Iterable[str] = (), body: str = "", *, cseq: int = 0, branch: str = "", to: str = ""
    ) -> None:
        """Send a request; it counts as a new one unless `cseq` says which it belongs to."""
        self._cseq += 0 if cseq else 1
        self.line.send(
            [
                f"{method} {to or self.target} SIP/2.0",
                f"Via: SIP/2.0/UDP {HOST}:{self.line.port};branch={branch or new_branch()};rport",
                "Max-Forwards: 70",
                f"From: {self.near}",
                f"To: {self.far}",
                f"Call-ID: {self.call_id}",
                f"CSeq: {cseq or self._cseq} {method}",
                f"Contact: <{self.line.uri()}>",
                *extra,
            ],
            body,
        )

    def receive(self, message: Message) -> None:
        if message.code:
            self._take_response(message)
        else:
            self._take_request(message)

    def hang_up(self) -> None:
        """Leave the call in the way that fits its state; harmless when it is over."""
        if self.state == "ended" or self._leaving:
            return
        self._leaving = True
        self._leave()
        asyncio.get_running_loop().call_later(NO_REPLY_S, self._end)

    def _leave(self) -> None:
        raise NotImplementedError

    def _take_request(self, request: Message) -> None:
        if request.method in ("INVITE", "UPDATE"):
            self.line.respond(request, 200, extra=self._sound_headers(), body=self.line.sound)
        elif request.method != "ACK":
            self.line.respond(request, 200)
        if request.method == "BYE":
            self._end()

    def _take_response(self, response: Message) -> None:
        if response.method == "BYE":
            self._end()
        elif response.method == "INVITE" and response.code >= 200:
            self.request("ACK", cseq=response.cseq)

    def _sound_headers(self) -> list[str]:
        return [f"Contact: <{self.line.uri()}>", SDP_HEADER]

    def _end(self) -> None:
        self.state = "ended"
        self.ended.set()
        self.line.legs.pop(self.call_id, None)


class OutgoingLeg(Leg):
    """A caller: calls on being made."""

    def __init__(self, line: Line, dialled: str, number: str, name: str | None) -> None:
        shown = "" if name is None else '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '" '
        near = f"{shown}<sip:{number}@{HOST}>;tag={secrets.token_hex(4)}"
        uri = line.far_uri(dialled)
        super().__init__(line, f"{secrets.token_hex(8)}@caller", near, f"<{uri}>", uri)
        self._branch = new_branch()
        self._dialled = uri
        self._may_cancel = False
        self.request("INVITE", [SDP_HEADER], line.sound, cseq=1, branch=self._branch)

    def press(self, key: str) -> None:
        """Press a key."""
        self.request("INFO", ["Content-Type: application/dtmf-relay"], f"Signal={key}\r\nDuration=160\r\n")

    def _leave(self) -> None:
        if self.state == "talking":
            self.request("BYE")
        elif self._may_cancel:
            self._of_the_first("CANCEL")

    def _of_the_first(self, method: str) -> None:
        """Send what belongs to the INVITE itself, not to the dialog that it made."""
        self.request(method, cseq=1, branch=self._branch, to=self._dialled)

    def _take_response(self, response: Message) -> None:
        if response.method != "INVITE" or response.cseq != 1:
            super()._take_response(response)
        elif response.code < 200:
            began, self._may_cancel = not self._may_cancel, True
            self.state = "ringing" if response.code > 100 else self.state
            if began and self._leaving:
                self._leave()
        elif response.code < 300:
            self.far, self.target = response["to"], response.contact
            self.request("ACK", cseq=1)
            if self.state != "talking":
                self.state = "talking"
                self.line.say(response.sound_port)  # or Asterisk waits half a second for it
                if self._leaving:
                    self._leave()
        else:
            self.far, self.code = response["to"], response.code
            self._of_the_first("ACK")
            self._end()


class IncomingLeg(Leg):
    """A call to a phone: rings on being made.

    Attributes:
        phone: Whom Asterisk calls.
        sound_port: Where Asterisk hears this call.
    """

    def __init__(self, line: Line, invite: Message) -> None:
        tag = secrets.token_hex(4)
        super().__init__(line, invite.call_id, f"{invite['to']};tag={tag}", invite["from"], invite.contact)
        self.phone = invite.first.split()[1].removeprefix("sip:").partition("@")[0]
        self.sound_port = invite.sound_port
        self.transferred = 0  # the code of the answer to the last transfer
        self._invite, self._tag = invite, tag
        self.state = "ringing"
        self._answer_invite(180)

    def answer(self) -> None:
        if self.state == "ringing":
            self.state = "talking"
            self._answer_invite(200)

    def reject(self) -> None:
        if self.state == "ringing":
            self._answer_invite(486)
            self._end()

    def hold(self, on: bool = True) -> None:
        """Put the caller on hold, or take him back."""
        if self.state == "talking":
            body = self.line.sound.replace("sendrecv", "sendonly") if on else self.line.sound
            self.request("INVITE", [SDP_HEADER], body)

    def transfer(self, to: str, consult: OutgoingLeg | None = None) -> None:
        """Send the caller to an extension, or join him to whom this phone consulted."""
        target = f"{self.line.far_uri(to)}"
        if consult is not None:
            ids = (consult.call_id.replace("@", "%40"), tag_of(consult.far), tag_of(consult.near))
            target += "?Replaces={}%3Bto-tag%3D{}%3Bfrom-tag%3D{}".format(*ids)
        me = self.line.uri(self.phone)
        self.request("REFER", [f"Refer-To: <{target}>", f"Referred-By: <{me}>"])

    def _answer_invite(self, code: int) -> None:
        if code == 200:
            self.line.respond(self._invite, 200, self._tag, self._sound_headers(), self.line.sound)
        else:
            self.line.respond(self._invite, code, self._tag, [f"Contact: <{self.line.uri(self.phone)}>"])

    def _leave(self) -> None:
        if self.state == "talking":
            self.request("BYE")
        else:
            self.reject()

    def _take_request(self, request: Message) -> None:
        if request.method == "INVITE" and request.cseq == self._invite.cseq:
            self._answer_invite(180 if self.state == "ringing" else 200)
        elif request.method == "CANCEL" and self.state == "ringing":
            self.line.respond(request, 200, self._tag)
            self._answer_invite(487)
            self._end()
        else:
            super()._take_request(request)

    def _take_response(self, response: Message) -> None:
        if response.method == "REFER":
            self.transferred = response.code
        super()._take_response(response)


def new_branch() -> str:
    return "z9hG4bK" + secrets.token_hex(6)


def tag_of(address: str) -> str:
    found = re.search(r"tag=([^;]+)", address)
    return found[1] if found else ""
