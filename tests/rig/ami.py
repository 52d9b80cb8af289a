"""The manager interface over TCP, for tests that need a hand on the switch; nothing of the program's own is used."""

from __future__ import annotations

import socket
from types import TracebackType

TIME_LIMIT_S = 15.0


class RefusedError(Exception):
    """The account may not log in."""


def block(action: str, action_id: str, fields: dict[str, object]) -> bytes:
    """Return an action as it is sent."""
    lines = [f"Action: {action}", f"ActionID: {action_id}", *(f"{name}: {value}" for name, value in fields.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def parsed(data: bytes) -> dict[str, str]:
    """Return the fields of one block; of a repeated field the last."""
    lines = data.decode("utf-8", "replace").strip("\r\n").split("\r\n")
    return dict(line.partition(": ")[::2] for line in lines)


class Ami:
    """One session, with no events."""

    def __init__(self, port: int, account: str, secret: str) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), TIME_LIMIT_S)
        self._file = self._socket.makefile("rwb")
        self._count = 0
        self._file.readline()
        answer = self.do("Login", Username=account, Secret=secret, Events="off")
        if answer["Response"] != "Success":
            self.close()
            raise RefusedError(answer.get("Message", ""))

    def __enter__(self) -> Ami:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._file.close()
        self._socket.close()

    def do(self, action: str, **fields: object) -> dict[str, str]:
        """Carry out an action, and return the response's fields."""
        return self._ask(action, fields)[0]

    def listed(self, action: str, **fields: object) -> list[dict[str, str]]:
        """Carry out an action that answers with a list, and return its items."""
        answer, action_id = self._ask(action, fields)
        assert answer.get("EventList") == "start", answer
        items = []
        while (item := self._next(action_id)).get("EventList") != "Complete":
            items.append(item)
        return items

    def _ask(self, action: str, fields: dict[str, object]) -> tuple[dict[str, str], str]:
        self._count += 1
        action_id = f"test-{self._count}"
        self._file.write(block(action, action_id, fields))
        self._file.flush()
        while "Response" not in (answer := self._next(action_id)):
            pass
        return answer, action_id

    def _next(self, action_id: str) -> dict[str, str]:
        while True:
            lines = []
            while (line := self._file.readline()) not in (b"\r\n", b""):
                lines.append(line)
            if not lines:
                raise ConnectionError("Asterisk closed the manager session")
            answer = parsed(b"".join(lines))
            if answer.get("ActionID") == action_id:
                return answer
