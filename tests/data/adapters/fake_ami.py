"""A scripted Asterisk: its manager interface over HTTP as the real one behaves, and on demand as it should not.

    async with FakeAmi() as fake:
        fake.queue("sales")
        fake.member("sales", "Local/1001@agents", "王小明")
        session = Session(url=fake.url, user=fake.user, secret=fake.secret)

What is asked of it is in `actions`, without logins. `faults` spoil replies: `fake.faults["WaitEvent"] = [empty]` the
next one to WaitEvent, `"*"` the next to anything.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
import secrets
from pathlib import Path
from urllib.parse import parse_qsl

from tests.data.adapters.fake_http import FakeHttp, Fault, Request, reply_of
from tests.data.adapters.fake_pbx import ALL_COMMANDS, FakePbx, Fields, block, refusal

FIXTURES = Path(__file__).parents[2] / "fixtures" / "asterisk"


def capture(name: str) -> bytes:
    """Return what a real Asterisk answered, such as `http/big500.rawman.QueueStatus`."""
    return (FIXTURES / f"{name}.txt").read_bytes()


class FakeAmi(FakeHttp, FakePbx):
    """One scripted Asterisk on a port of its own. What it knows may be changed at any time."""

    def __init__(self, prefix: str = "", commands: frozenset[str] = ALL_COMMANDS) -> None:
        FakeHttp.__init__(self)
        FakePbx.__init__(self, commands)
        self.user, self.secret = "floorwalk", "s3cret & more"
        self.prefix = prefix
        self.faults: dict[str, list[Fault]] = {}
        self.actions: list[Fields] = []
        self.masks: list[str] = []
        """The classes of events that sessions asked for."""
        self.logins = 0
        self._sessions: dict[str, int] = {}
        self._challenges: dict[str, str] = {}
        self._nonces: dict[str, int] = {}
        self._counts: dict[str, str] = {}

    @property
    def url(self) -> str:
        """Where it answers, with its prefix."""
        return f"http://127.0.0.1:{self.port}{self.prefix}"

    async def start(self) -> None:
        """Listen, on the port of before if there was one. Who was logged in is not known any more."""
        self.forget_sessions()
        await super().start()

    def forget_sessions(self) -> None:
        """Let every session expire."""
        self._sessions, self._nonces, self._counts = {}, {}, {}

    def asked(self, action: str) -> list[Fields]:
        """Return what came of one kind of action, oldest first."""
        return [fields for fields in self.actions if fields["Action"] == action]

    async def reply(self, writer: asyncio.StreamWriter, request: Request) -> None:
        path, headers = request.path, request.headers
        fields = dict(parse_qsl(request.body.decode(), keep_blank_values=True))
        if path == f"{self.prefix}/rawman":
            shown = re.search(r'mansession_id="(\w+)"', headers.get("cookie", ""))
            body, cookie = self._by_cookie(shown[1] if shown else "", fields)
            extra = [f'Set-Cookie: mansession_id="{cookie}"; Version=1; Max-Age=60']
        elif path == f"{self.prefix}/arawman":
            nonce = self._signer(headers.get("authorization", ""))
            if nonce is None:
                nonce = secrets.token_hex(4)
                asked = f'WWW-Authenticate: Digest algorithm=MD5, realm="rig", nonce="{nonce}", qop="auth"'
                writer.write(reply_of(b"<html>401</html>", "401 Unauthorized", asked))
                return
            body, extra = self._answered(self._nonces, nonce, fields), []
        else:
            writer.write(reply_of(b"<html>404</html>", "404 Not Found"))
            return
        action = fields.get("Action", "")
        waiting = self.faults.get(action) or self.faults.get("*")
        if waiting:
            await waiting.pop(0)(writer, body)
        else:
            writer.write(reply_of(body, "200 OK", *extra))

    def _signer(self, header: str) -> str | None:
        """Return the nonce of a request that is signed as it should be.

        As the real one, it takes any nonce, but each count once.
        """
        told: Fields = dict(re.findall(r'(\w+)="?([^",]+)', header.removeprefix("Digest ")))
        if told.get("username") != self.user:
            return None
        account = hashlib.md5(f"{self.user}:rig:{self.secret}".encode()).hexdigest()  # noqa: S324
        asked = hashlib.md5(f"POST:{told['uri']}".encode()).hexdigest()  # noqa: S324
        parts = (account, told["nonce"], told["nc"], told["cnonce"], told["qop"], asked)
        right = hashlib.md5(":".join(parts).encode()).hexdigest()  # noqa: S324
        if told["response"] != right:
            return None
        if told["nc"] <= self._counts.get(told["nonce"], ""):
            return None
        self._counts[told["nonce"]] = told["nc"]
        self._nonces.setdefault(told["nonce"], len(self.events))
        return told["nonce"]

    def _by_cookie(self, cookie: str, fields: Fields) -> tuple[bytes, str]:
        """Return the answer to who shows a cookie, and the cookie that goes with it."""
        action, action_id = fields.get("Action"), fields.get("ActionID", "")
        if action == "Challenge":
            cookie = secrets.token_hex(4)
            self._challenges[cookie] = str(secrets.randbelow(10**9))
            return block("Response: Success", {"Challenge": self._challenges[cookie]}, action_id), cookie
        if action == "Login":
            return self._log_in(cookie, fields), cookie
        if cookie not in self._sessions:
            return refusal("Permission denied", action_id), secrets.token_hex(4)
        return self._answered(self._sessions, cookie, fields), cookie

    def _log_in(self, cookie: str, fields: Fields) -> bytes:
        self.logins += 1
        right = hashlib.md5((self._challenges.get(cookie, "") + self.secret).encode()).hexdigest()  # noqa: S324
        if fields.get("Username") != self.user or fields.get("Key") != right:
            return refusal("Authentication failed", fields.get("ActionID", ""))
        self._sessions[cookie] = len(self.events)
        self.masks.append(fields.get("Events", ""))
        return block("Response: Success", {"Message": "Authentication accepted"}, fields.get("ActionID", ""))

    def _answered(self, sessions: dict[str, int], session: str, fields: Fields) -> bytes:
        """Return the answer to an action of somebody who is logged in."""
        self.actions.append(fields)
        action, action_id = fields.get("Action", ""), fields.get("ActionID", "")
        if action == "WaitEvent":
            first, sessions[session] = sessions[session], len(self.events)
            done = block("Response: Success", {"ActionID": action_id, "Message": "Waiting for Event completed."})
            return done + b"".join(self.events[first:]) + block("Event: WaitEventComplete", {}, action_id)
        if action == "Events":
            self.masks.append(fields["EventMask"])
        if action == "Logoff":
            del sessions[session]
            return block("Response: Goodbye", {"Message": "Thanks for all the fish."}, action_id)
        return self.answer(fields)
