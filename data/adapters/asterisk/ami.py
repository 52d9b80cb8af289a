"""Asterisk's manager interface over HTTP: a session that logs in when it has to, asks, and takes events."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import re
import secrets
import time
from collections.abc import Callable, Mapping
from typing import NamedTuple

from data.adapters.asterisk.messages import (
    Answer,
    Block,
    TornError,
    answer_to,
    events_in,
    form_of,
    is_refusal,
    one_line,
)
from data.adapters.base import AccessError, SourceError
from data.adapters.http import Http, Reply, StatusError
from data.model.text import safe_text

_EVENTS = "agent,call"
"""The classes of events that are asked for: all others are ten times as many, and tell nothing of queues."""

_NOISE_MS = 250
"""A smaller difference of the clocks than this counts as none: it can't be told from the way there and back."""

_COOKIE = re.compile(r'mansession_id="?([0-9A-Fa-f]+)')
_SECONDS = re.compile(r"\d{1,11}(\.\d{1,9})?")


class Drained(NamedTuple):
    """The events since the last drain; `anew`: the watch began with this one, and earlier events may be missing."""

    events: list[Block]
    anew: bool


class Session:
    """One account on one Asterisk. Nothing is sent before the first question.

    With a cookie (`auto`) the secret is never sent: Asterisk gives a number, and gets a digest of both. With `digest`
    each request is signed; Asterisk then makes a new session without a word where it lost ours, so a new connection
    counts as a new watch (`Drained.anew`): poll more often than each 14 s.

    Args:
        url: Where Asterisk's HTTP server answers, with its prefix if it has one.
        user: The account in manager.conf.
        secret: Its secret.
        login: `auto`, `cookie` or `digest`.
        deadline_s: The most that a request may take.
        ca_file: Whom to trust over https, instead of the usual authorities.
        clock: This machine's clock, in ms.
    """

    def __init__(
        self,
        *,
        url: str,
        user: str,
        secret: str,
        login: str = "auto",
        deadline_s: float = 5.0,
        ca_file: str = "",
        clock: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
    ) -> None:
        """Take the options. Raises ValueError for those that can't be."""
        if login not in ("auto", "cookie", "digest"):
            raise ValueError(f"login has to be auto, cookie or digest, not {login!r}")
        if not user or one_line(user) != user:
            raise ValueError("user has to be the name of an account in manager.conf")
        self.skew_ms = 0
        self.timed = False
        self._signs = login == "digest"
        self._http = Http(url, deadline_s=deadline_s, ca_file=ca_file, digest=(user, secret) if self._signs else None)
        self._path = "/arawman" if self._signs else "/rawman"
        self._user = user
        self._secret = secret
        self._clock = clock
        self._pass = ""
        """What shows that we are logged in: the cookie, or, with digest, that the classes of events were asked for."""
        self._missed = True
        self._entering = asyncio.Lock()
        self._draining = asyncio.Lock()

    def __repr__(self) -> str:
        """Return where and as whom it asks, without the secret."""
        return f"Session({self._http.base!r}, user={self._user!r})"

    @property
    def base(self) -> str:
        """Where it asks."""
        return self._http.base

    @property
    def user(self) -> str:
        """As whom."""
        return safe_text(self._user)

    async def ask(self, action: str, *, action_id: str = "", **fields: object) -> Answer:
        """Return Asterisk's answer to an action; fields that are None are left out. Raises SourceError, AccessError.

        A missing right is an answer that is not ok. An answer whose list is not whole is an error. `action_id` is the
        ActionID that later events are known by; a new one is made for each action if nothing is said.
        """
        action_id, body = await self._answered(action, fields, action_id)
        try:
            return answer_to(action, action_id, body)
        except TornError as error:
            raise SourceError(f"{self._http.where}: {error}") from None

    async def drain(self) -> Drained:
        """Return all events since the last good drain. Raises SourceError; then those that were on the way are lost."""
        async with self._draining:
            try:
                action_id, body = await self._answered("WaitEvent", {"Timeout": 0})
                events = events_in(action_id, body)
            except BaseException as error:
                self._missed = True
                if isinstance(error, TornError):
                    raise SourceError(f"{self._http.where}: {error}") from None
                raise
            anew, self._missed = self._missed, False
            return Drained(events, anew)

    async def measure(self) -> None:
        """Measure `skew_ms`: how far Asterisk's clock is ahead of ours, by the quickest of three Pings.

        `timed` says whether Asterisk tells its time at all (since 1.8); without it the skew is 0.
        """
        tries = [await self._timed_ping() for _ in range(3)]
        known = [(took_ms, skew_ms) for took_ms, skew_ms in tries if skew_ms is not None]
        self.timed = bool(known)
        skew_ms = round(min(known)[1]) if known else 0
        self.skew_ms = skew_ms if abs(skew_ms) >= _NOISE_MS else 0

    async def commands(self) -> frozenset[str]:
        """Return the actions that this account may run."""
        answer = await self.ask("ListCommands")
        return frozenset(answer.head) - {"Response", "ActionID", "Message"} if answer.ok else frozenset()

    async def aclose(self) -> None:
        """Log off if that goes quickly, and let go of the connections. Twice does no harm."""
        cookie, self._pass = ("" if self._signs else self._pass), ""
        if cookie:
            with contextlib.suppress(SourceError, TimeoutError):
                async with asyncio.timeout(1):
                    await self._told("Logoff", {}, cookie)
        await self._http.aclose()

    async def _answered(self, action: str, fields: Mapping[str, object], action_id: str = "") -> tuple[str, bytes]:
        """Return the ActionID and the body of an answer, after logging in where that is needed.

        Asterisk refuses in the same words who has no right and who has no session. Ping needs no right, so where that
        is refused too we log in again, once.
        """
        action_id = action_id or secrets.token_hex(8)
        form = form_of(action, action_id, fields)
        shown = await self._entered()
        reply = await self._posted(form, shown)
        if is_refusal(reply.body) and await self._is_over(shown):
            if self._pass == shown:
                self._pass = ""
            reply = await self._posted(form, await self._entered())
        return action_id, reply.body

    async def _is_over(self, shown: str) -> bool:
        return not self._signs and is_refusal((await self._told("Ping", {}, shown))[0].body)

    async def _entered(self) -> str:
        """Return what shows that we are logged in, having done so. Raises AccessError where we are not let in."""
        async with self._entering:
            if not self._pass:
                self._pass = await (self._choose_events() if self._signs else self._log_in())
            return self._pass

    async def _choose_events(self) -> str:
        await self._told("Events", {"EventMask": _EVENTS}, "")
        return "signed"

    async def _log_in(self) -> str:
        reply, asked = await self._told("Challenge", {"AuthType": "MD5"}, "")
        cookie = _COOKIE.search(reply.headers.get("set-cookie", ""))
        if cookie is None or "Challenge" not in asked.head:
            raise SourceError(f"{self._http.where} lets nobody log in: {asked.said}")
        key = hashlib.md5((asked.head["Challenge"] + self._secret).encode(), usedforsecurity=False).hexdigest()
        login = {"AuthType": "MD5", "Username": self._user, "Key": key, "Events": _EVENTS}
        self._missed = True
        _, answer = await self._told("Login", login, cookie[1])
        if answer.head.get("Message") == "Authentication failed":
            raise self._kept_out()
        if not answer.ok:
            raise SourceError(f"{self._http.where} does not log us in: {answer.said}")
        return cookie[1]

    async def _told(self, action: str, fields: Mapping[str, object], shown: str) -> tuple[Reply, Answer]:
        action_id = secrets.token_hex(8)
        reply = await self._posted(form_of(action, action_id, fields), shown)
        try:
            return reply, answer_to(action, action_id, reply.body)
        except TornError as error:
            raise SourceError(f"{self._http.where}: {error}") from None

    async def _posted(self, form: Mapping[str, str], shown: str) -> Reply:
        cookie = {"Cookie": f'mansession_id="{shown}"'} if shown and not self._signs else {}
        try:
            reply = await self._http.post(self._path, form, cookie)
        except StatusError as error:
            if error.status in (401, 403):
                raise self._kept_out() from None
            if error.status == 404:
                raise SourceError(self._nothing_there()) from None
            raise
        if self._signs and reply.fresh:
            self._missed = True
            self._pass = ""
        return reply

    def _kept_out(self) -> AccessError:
        return AccessError(
            f"{self._http.base} does not let {safe_text(self._user)} in: in Asterisk's manager.conf check the "
            "account's name and secret, that permit/deny let this machine's address in, and webenabled = yes; then "
            "`manager reload`"
        )

    def _nothing_there(self) -> str:
        return (
            f"{self._http.base}{self._path} is not there (HTTP 404): Asterisk is still starting, or in manager.conf "
            "enabled and webenabled are not yes, or the url lacks the prefix that http.conf sets"
        )

    async def _timed_ping(self) -> tuple[int, float | None]:
        """Return how long a Ping took, and how far Asterisk's clock was ahead in the middle of it, both in ms."""
        sent_ms = self._clock()
        told = (await self.ask("Ping")).head.get("Timestamp", "")
        got_ms = self._clock()
        skew_ms = float(told) * 1000 - (sent_ms + got_ms) / 2 if _SECONDS.fullmatch(told) else None
        return got_ms - sent_ms, skew_ms
