"""A real Asterisk of a test's own: on ports of its own, in a folder of its own, with real calls."""

from __future__ import annotations

import contextlib
import json
import os
import re
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from tests.rig.ami import Ami
from tests.rig.background import until
from tests.rig.desk import CallerHandle, Desk, PhoneHandle
from tests.rig.packages import CONF, Tree
from tests.rig.ports import reserved

ROOT = Path(__file__).resolve().parents[2]
ACCOUNTS = ("full", "floorwalk", "watcher", "narrow", "nobody")
EMPTY = ("extconfig", "udptl", "ccss", "acl", "stasis", "codecs", "sorcery", "pjproject", "cli_permissions", "ari")
BOOT_S = 60.0
STOP_S = 15.0
LONGEST_FOLDER = 80  # Asterisk's control socket is in there; its path may have 107 bytes


class Rig:
    """One Asterisk, and the people who call it.

    It listens on the loopback only. It ends with the process that made it, even where that one is killed.

    Attributes:
        name: Its system name: the prefix of its calls' ids.
        folder: Everything that it writes; gone after `close`.
        ports: Where it listens; the same after a restart.
        users: Account of the manager interface to its secret; conf/manager.conf tells the rights.
        url: Of its HTTP server: append /rawman, /arawman.
        desk: Calls and phones of a test: 2901, 2902 and the supervisor's 3001.
    """

    def __init__(self, tree: Tree, name: str = "rig") -> None:
        self.name, self.tree = name, tree
        self._closing = contextlib.ExitStack()
        self.ports = self._closing.enter_context(reserved())
        self.folder = Path(tempfile.mkdtemp(prefix="floorwalk-rig-"))
        self._closing.callback(shutil.rmtree, self.folder, ignore_errors=True)
        if len(str(self.folder)) > LONGEST_FOLDER:
            self._closing.close()
            raise RuntimeError(f"{self.folder} is too long a name for a folder with a socket in it; set TMPDIR")
        self.users = {account: secrets.token_hex(8) for account in ACCOUNTS}
        self.url = f"http://127.0.0.1:{self.ports.http}"
        self.desk = Desk(self.ports.desk, self.ports.sip)
        self._closing.callback(self.desk.close)
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Rig:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def queue_log(self) -> Path:
        return self.folder / "log/queue_log"

    @property
    def pid(self) -> int | None:
        """The running Asterisk's, None if it is stopped."""
        return self._process.pid if self._process and self._process.poll() is None else None

    def start(self) -> None:
        """Start it and wait until it has booted; the queue log of a former run is kept and goes on.

        Raises:
            RuntimeError: It ended, or did not boot; with its last words.
        """
        if self.pid is not None:
            return
        self._write_conf()
        with (self.folder / "stdout").open("ab") as output:
            self._process = self._spawn(self.tree.command("-f", "-C", self._conf), output)
        try:
            until(self._booted, "Asterisk to boot", BOOT_S)
        except TimeoutError as error:
            self.kill9()
            raise RuntimeError(f"Asterisk did not boot in {BOOT_S:g} s: {self._last_words()}") from error

    def stop(self) -> None:
        """Stop it in order: calls end, the queue log tells it."""
        self._signal(signal.SIGTERM)
        self._wait_or_kill()

    def kill9(self) -> None:
        """Kill it in mid-word."""
        self._signal(signal.SIGKILL)
        self._wait_or_kill()

    def restart(self, *, keep: bool = True) -> None:
        """Stop and start it; keep=False forgets its queue log and database first."""
        self.stop()
        if not keep:
            for name in ("log", "lib"):
                shutil.rmtree(self.folder / name, ignore_errors=True)
        self.start()

    def freeze(self) -> None:
        """Let it stand still: its ports accept, nothing answers. `thaw` lets it go on."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._signal(signal.SIGCONT)

    def close(self) -> None:
        """End it and everything that belongs to it."""
        if self.pid is not None:
            self.thaw()
            self.stop()
        self._closing.close()

    def cli(self, command: str) -> str:
        """Run a command of Asterisk's command line, and return what it says."""
        argv = self.tree.command("-C", self._conf, "-rx", command)
        done = subprocess.run(argv, capture_output=True, timeout=30, check=False, stdin=subprocess.DEVNULL)
        return done.stdout.decode("utf-8", "replace")

    def act(self, action: str, account: str = "full", **fields: object) -> dict[str, str]:
        """Carry out one action of the manager interface over its TCP port, and return the response's fields."""
        with Ami(self.ports.ami, account, self.users[account]) as ami:
            return ami.do(action, **fields)

    def call(
        self,
        queue: str,
        number: str = "5550100",
        name: str | None = "A Caller",
        hang_up_after: float | None = None,
        *,
        how: str = "queue",
    ) -> CallerHandle:
        """Let somebody call a queue, and wait until he waits there (or was refused).

        Args:
            queue: Any queue.
            number: Of the caller.
            name: Of the caller, None for none.
            hang_up_after: Seconds in the queue; None waits for ever.
            how: "queue" waits for as long as it takes, "brief" 4 s at most, "first" before the others, "early"
                without the call being answered first.
        """
        before = self._joined(queue, number)
        caller = self.desk.call(f"{how}-{queue}", number, name)
        until(lambda: len(self._joined(queue, number)) > len(before) or caller.state == "ended", f"a call to {queue}")
        caller.id = next(iter(self._joined(queue, number)[len(before) :]), "")
        if hang_up_after is not None:
            self.desk.hang_up_later(caller, hang_up_after)
        return caller

    def _joined(self, queue: str, number: str) -> list[str]:
        """Return the ids of the calls from a number to a queue."""
        lines = (line for line in self.log_lines() if line[4:5] == ["ENTERQUEUE"])
        return [line[1] for line in lines if (line[2], line[6]) == (queue, number)]

    def phone(self, number: str) -> PhoneHandle:
        """Wait until one of the desk's phones is in a call, and return that call."""

        def calls() -> list[PhoneHandle]:
            return [call for call in self.desk.received if call.phone == number and call.state != "ended"]

        return until(calls, f"phone {number} to be called")[-1]

    def add_agent(self, queue: str, number: int, name: str, *, penalty: int = 0, paused: bool = False) -> str:
        """Log an agent in at a queue, and return his interface.

        Args:
            queue: Any queue.
            number: 19xx answers at once and talks until the other hangs up, 18xx rings for ever, 17xx rejects every
                call, 2901 and 2902 are the desk's phones.
            name: Of the agent.
            penalty: Of the agent.
            paused: Whether he is paused from the start.
        """
        interface = f"PJSIP/{number}" if number >= 2000 else f"Local/{number}@agents"
        who = {"Queue": queue, "Interface": interface, "MemberName": name}
        answer = self.act("QueueAdd", "full", **who, Penalty=penalty, Paused=str(paused).lower())
        assert answer["Response"] == "Success", answer
        return interface

    def members(self) -> dict[str, str]:
        """Return interface to name, of all who are logged in now."""
        with Ami(self.ports.ami, "full", self.users["full"]) as ami:
            items = ami.listed("QueueStatus")
        return {item["Location"]: item["Name"] for item in items if item["Event"] == "QueueMember"}

    def log_lines(self) -> list[list[str]]:
        """Return the queue log so far: time, call's id, queue, agent, event and its data; whole lines only."""
        text = self.queue_log.read_text("utf-8", "replace") if self.queue_log.exists() else ""
        return [line.split("|") for line in text.split("\n")[:-1]]

    def logged(self, event: str, count: int = 1, seconds: float = 20.0) -> list[list[str]]:
        """Wait until the queue log has so many lines of this event, and return all of these."""

        def found() -> list[list[str]]:
            lines = [line for line in self.log_lines() if line[4:5] == [event]]
            return lines if len(lines) >= count else []

        return until(found, f"{count} {event} in the queue log", seconds)

    def load(self, seconds: float, rate: float, seed: int, *, drain: float = 45.0, **options: float) -> dict[str, Any]:
        """Put the load on it, wait for its end, and return what the load counted (see load.py).

        Args:
            seconds: How long new calls come in.
            rate: Calls per second.
            seed: The same seed plans the same calls and the same supervisor's acts.
            drain: Seconds that the last calls are given to end.
            options: More options of load.py.
        """
        process = self.start_load(seconds, rate, seed, drain=drain, **options)
        try:
            output, _ = process.communicate(timeout=seconds + drain + 60)
        except subprocess.TimeoutExpired:
            process.kill()
            raise
        assert process.returncode == 0, f"the load ended with {process.returncode}: {output.decode()[-2000:]}"
        counted: dict[str, Any] = json.loads(output)
        return counted

    def start_load(
        self, seconds: float, rate: float, seed: int, *, drain: float = 45.0, **options: float
    ) -> subprocess.Popen[bytes]:
        """Start the load in a process of its own; its standard output is what `load` returns, as JSON."""
        options = {"seconds": seconds, "rate": rate, "seed": seed, "drain": drain, **options}
        argv = [sys.executable, "-m", "tests.rig.load", str(self.ports.base)]
        argv += [f"--{name.replace('_', '-')}={value}" for name, value in options.items()]
        return self._spawn(argv, subprocess.PIPE, secret=self.users["full"])

    @property
    def _conf(self) -> Path:
        return self.folder / "etc/asterisk.conf"

    def _write_conf(self) -> None:
        """Write its configuration, with its own ports and folders filled in."""
        for name in ("etc", "lib/moh", "spool/outgoing", "spool/tmp", "log"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        values = {
            **{"RUN": self.folder, "ROOT": self.tree.root, "MODULES": self.tree.modules, "NAME": self.name},
            **{"AMI": self.ports.ami, "HTTP": self.ports.http, "SIP": self.ports.sip},
            **{"DESK": self.ports.desk, "PHONES": self.ports.phones},
            **{"RTP_FIRST": self.ports.rtp[0], "RTP_LAST": self.ports.rtp[1]},
            **{f"SECRET_{account.upper()}": secret for account, secret in self.users.items()},
        }
        etc = self.folder / "etc"
        for source in CONF.glob("*.conf"):
            text = re.sub(r"@([A-Z_]+)@", lambda found: str(values[found[1]]), source.read_text("utf-8"))
            (etc / source.name).write_text(text, encoding="utf-8")
        for name in EMPTY:
            (etc / f"{name}.conf").touch()
        (self.folder / "lib/moh/silence.ulaw").write_bytes(b"\xff" * 40_000)

    def _spawn(self, argv: list[str], output: IO[bytes] | int, secret: str = "") -> subprocess.Popen[bytes]:
        """Start a process that ends with this one: on the desk's thread, whose end would otherwise be its end too."""
        environment = {**os.environ, "TZ": "UTC", "LANG": "C.UTF-8", "RIG_SECRET": secret}

        def spawn() -> subprocess.Popen[bytes]:
            return subprocess.Popen(
                ["setpriv", "--pdeathsig", "KILL", *argv],
                cwd=ROOT,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=None if output == subprocess.PIPE else subprocess.STDOUT,
                start_new_session=True,
            )

        return self.desk.do(spawn)

    def _booted(self) -> bool:
        if self.pid is None:
            raise RuntimeError(f"Asterisk ended at its start: {self._last_words()}")
        return "fully booted" in self.cli("core waitfullybooted")

    def _last_words(self) -> str:
        paths = (self.folder / "stdout", self.folder / "log/messages.log")
        return "\n".join(path.read_text("utf-8", "replace")[-2000:] for path in paths if path.exists())

    def _signal(self, number: signal.Signals) -> None:
        """Send a signal; the process was not waited for yet, so its id is still its own."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(number)

    def _wait_or_kill(self) -> None:
        if self._process is None:
            return
        try:
            self._process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(STOP_S)
        self._process = None
