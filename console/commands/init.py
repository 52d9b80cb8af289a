"""`floorwalk init`: four questions, and a settings file with every key explained."""

from __future__ import annotations

import os
import re
import shlex
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from console.commands.common import EX_DATAERR, EX_NOINPUT, Command, CommandError, say, tell

if TYPE_CHECKING:
    from data.adapters.base import Option

EX_CANTCREAT = 73

_INIT = """\
  floorwalk init
  floorwalk init --config /etc/floorwalk/floorwalk.toml
  floorwalk init --force    the file that is there is kept as floorwalk.toml.bak
"""

_PLACEHOLDER = "to-be-answered"
"""What an adapter is made with to try an answer before its secret is known."""

_HINTED = 2
"""How many of the optional options are named at the end: adapters declare those first that matter most."""

Value = TypeVar("Value")


class _AnswerError(Exception):
    """An answer can't be taken; the message says why and what would do."""


class _Source(NamedTuple):
    """What was answered on the telephony system; `secrets` are its options that nobody is to see."""

    adapter: str
    declared: tuple[Option, ...]
    options: Mapping[str, Any]
    secrets: Mapping[str, str]


# ------------------------------------------------------------------ asking


class _Asker:
    """Asks on the terminal until an answer can be taken; else takes the lines of standard input, one by one."""

    def __init__(self) -> None:
        self.terminal = sys.stdin.isatty()

    def ask(self, question: str, taken: Callable[[str], Value], usual: str = "") -> Value:
        """Return what `taken` makes of the answer, `usual` standing for an empty one. Raises CommandError."""
        while True:
            told = self._line(f"{question} [{usual}]: " if usual else f"{question}: ")
            try:
                return taken(_plain(told) or usual)
            except _AnswerError as error:
                self.refuse(str(error))

    def secret(self, question: str, taken: Callable[[str], Value]) -> Value:
        """Return what `taken` makes of an answer that is not shown while it is typed."""
        while True:
            told = _unseen(f"{question} (not shown): ") if self.terminal else self._line("")
            try:
                return taken(_plain(told))
            except _AnswerError as error:
                self.refuse(str(error))

    def refuse(self, why: str) -> None:
        """Say why an answer will not do; where nobody can give another one, that is the end."""
        if not self.terminal:
            raise CommandError(f"{why}; nothing was written", EX_DATAERR)
        tell(why)

    def _line(self, prompt: str) -> str:
        if self.terminal:
            sys.stderr.write(prompt)
            sys.stderr.flush()
        try:
            line = sys.stdin.readline()
        except UnicodeDecodeError:
            raise CommandError("standard input is not UTF-8 text; nothing was written", EX_DATAERR) from None
        if not line:
            raise CommandError("the answers ended before the questions did; nothing was written", EX_NOINPUT)
        return line


def _unseen(prompt: str) -> str:
    """Return a line that is typed without being shown. Raises CommandError where the terminal would show it."""
    import warnings
    from getpass import GetPassWarning, getpass

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", GetPassWarning)
            return getpass(prompt)
    except GetPassWarning:
        raise CommandError("this terminal would show the secret; nothing was written", EX_NOINPUT) from None
    except EOFError:
        raise CommandError("the answers ended before the questions did; nothing was written", EX_NOINPUT) from None


def _plain(told: str) -> str:
    """Return an answer without the spaces around it. Raises _AnswerError where it holds what nobody sees."""
    from data.model.text import safe_text

    answer = told.strip()
    if safe_text(answer, len(answer) + 1) != answer:
        raise _AnswerError("that has characters in it that can't be seen: type it as plain text")
    return answer


# ------------------------------------------------------------------ the four questions


def _ask_source(asker: _Asker, free: Callable[[str], None]) -> _Source:
    """Ask which telephony system, where it answers, and as whom; the adapter is made with it, and asked nothing.

    `free` sees that a secret's file can be written under this name.
    """
    from data.adapters.registry import AdapterError, names, options_of

    def known(answer: str) -> _Draft:
        if answer not in names():
            raise _AnswerError(f"there is no adapter {answer!r}; the ones here are {', '.join(names())}")
        try:
            return _Draft(answer, options_of(answer))
        except AdapterError as error:
            raise _AnswerError(str(error)) from error

    while True:
        draft = asker.ask(f"Which telephony system ({', '.join(names())})", known)
        for option in draft.asked:
            if option.secret:
                free(f"{draft.adapter}.{option.name}")
        if _ask_options(asker, draft):
            return draft.source()


def _ask_options(asker: _Asker, draft: _Draft) -> bool:
    """Ask until the adapter can be made, again only for what it names; return whether it can be."""
    questions = draft.asked
    while True:
        for option in questions:
            ask = asker.secret if option.secret else asker.ask
            ask(_question(option), draft.taker(option))
        wrong = draft.refusal()
        if wrong is None:
            return True
        asker.refuse(wrong.why)
        questions = tuple(option for option in draft.asked if option.name == wrong.option)
        if not questions:
            return False


class _Refusal(NamedTuple):
    """Why an adapter can't be made, and the name of the option that it names, "" where it names none that was asked."""

    option: str
    why: str


class _Draft:
    """A source as far as it was answered. Each answer is tried at once: the adapter is made with what is known."""

    def __init__(self, adapter: str, declared: tuple[Option, ...]) -> None:
        """Ask for what must be given, and at last for every secret."""
        self.adapter = adapter
        self.declared = declared
        needed = [option for option in declared if option.required and not option.secret]
        self.asked = (*needed, *(option for option in declared if option.secret))
        self._answers: dict[str, Any] = {}

    def source(self) -> _Source:
        """Return what was answered."""
        secret = {option.name for option in self.declared if option.secret}
        plain = {name: value for name, value in self._answers.items() if name not in secret}
        secrets = {name: value for name, value in self._answers.items() if name in secret and value}
        return _Source(self.adapter, self.declared, plain, secrets)

    def taker(self, option: Option) -> Callable[[str], None]:
        """Return what takes an answer as an option's value, and raises _AnswerError where the adapter won't have it."""
        value_of = _taker(option)

        def taken(answer: str) -> None:
            self._answers[option.name] = value_of(answer)
            wrong = self.refusal()
            if wrong is not None and wrong.option == option.name:
                raise _AnswerError(wrong.why)

        return taken

    def refusal(self) -> _Refusal | None:
        """Return why the adapter can't be made with what was answered, a placeholder standing for what was not."""
        from console.settings_secrets import MadeWith
        from data.adapters.registry import AdapterError, make

        missing = [option for option in self.asked if option.required and option.name not in self._answers]
        answered = {name: value for name, value in self._answers.items() if value != ""}
        hidden = frozenset(option.name for option in self.declared if option.secret)
        made_with = MadeWith({**answered, **{option.name: _placeholder(option) for option in missing}}, hidden)
        try:
            _let_go(make(self.adapter, made_with))
        except AdapterError as error:
            why = made_with.without_secrets(str(error))
            return _Refusal(self._named_in(why.partition("can't be made: ")[2]), why)
        return None

    def _named_in(self, why: str) -> str:
        """Return the option that an error names first; the others it may name to say what to do."""
        places = {option.name: re.search(rf"(?<!\w){re.escape(option.name)}(?!\w)", why) for option in self.asked}
        found = {name: place.start() for name, place in places.items() if place}
        return min(found, key=found.__getitem__, default="")


def _placeholder(option: Option) -> Any:  # noqa: ANN401 (whatever the adapter takes)
    """Return a value for an option that nobody has answered yet: its example, else one of its kind."""
    from console.settings_sources import from_text

    if option.secret:
        return _PLACEHOLDER
    try:
        return from_text(option, option.example) if option.example else option.kind()
    except ValueError:
        return option.kind()


def _let_go(adapter: Any) -> None:  # noqa: ANN401
    """Let go of an adapter that was made only to see that it can be."""
    import asyncio

    with suppress(Exception):
        asyncio.run(adapter.aclose())


def _question(option: Option) -> str:
    from data.model.text import safe_text

    about = safe_text(option.about, 200)
    such_as = f", such as {safe_text(option.example, 200)}" if option.example and not option.secret else ""
    return f"{option.name}: {about}{such_as}" + ("" if option.required else " (Enter: none)")


def _taker(option: Option) -> Callable[[str], Any]:
    """Return what makes an answer into an option's value."""
    from console.settings_sources import from_text

    def taken(answer: str) -> Any:  # noqa: ANN401 (whatever the adapter takes)
        if not answer and option.required:
            raise _AnswerError(f"{option.name} is needed: {option.about}")
        try:
            return answer if option.secret else from_text(option, answer)
        except ValueError as error:
            raise _AnswerError(f"{error}, not {answer!r}") from error

    return taken


def _zone(answer: str) -> str:
    from console.settings import SettingsError, zone_of

    try:
        return zone_of(answer, "the time zone").key
    except SettingsError as error:
        raise _AnswerError(str(error)) from error


# ------------------------------------------------------------------ writing


def _configure(parser: ArgumentParser) -> None:
    parser.add_argument("--force", action="store_true", help="replace a file that is there; it is kept as .bak")


def _init(args: Namespace) -> int:
    import platform

    from console.settings import home_of, system_zone
    from console.settings_template import Configured, written

    usual = home_of("XDG_CONFIG_HOME", ".config") / "floorwalk.toml"
    named = args.config or Path(os.environ.get("FLOORWALK_CONFIG") or usual)
    path = Path(os.path.realpath(named.expanduser()))  # where a link leads to, so that the link stays

    def free(name: str) -> None:
        if os.path.lexists(path.with_name(name)) and not args.force:
            raise CommandError(f"{path.with_name(name)} is there already: --force replaces it", EX_CANTCREAT)

    free(path.name)
    asker = _Asker()
    source = _ask_source(asker, free)
    files = {name: path.with_name(f"{source.adapter}.{name}") for name in source.secrets}
    zone = asker.ask("Time zone of the site (days and clocks are cut by it)", _zone, args.tz or system_zone())
    name = asker.ask("Name of the site, as the screens show it", str, platform.node() or "Floor")
    said = {"site.name": name, "site.zone": zone}
    if args.store is not None:
        said["store.path"] = str(Path(args.store).expanduser().absolute())
    options = {**source.options, **_named(files, usual)}
    site = Configured(said, source.adapter, source.adapter, source.declared, options, _kept(source, files))
    _put_down(path, written(site), {files[name]: secret for name, secret in source.secrets.items()})
    elsewhere = "" if path == Path(os.path.realpath(usual)) else f" --config {shlex.quote(str(named))}"
    say(f"wrote {path}" + "".join(f"\nwrote {file} (mode 0600, for the secret)" for file in files.values()))
    if optional := [option.name for option in source.declared if not option.required and not option.secret]:
        more = " …" if len(optional) > _HINTED else ""
        say(f"optional keys, explained in the file: {', '.join(optional[:_HINTED])}{more}")
    say(f"next: floorwalk doctor{elsewhere}")
    return 0


def _named(files: Mapping[str, Path], usual: Path) -> dict[str, str]:
    """Return the keys that name the secrets' files, where those are not found without."""
    return {f"{name}_file": file.name for name, file in files.items() if file.parent != usual.parent}


def _kept(source: _Source, files: Mapping[str, Path]) -> dict[str, str]:
    """Return for each secret where it is, in words."""
    from console.settings_secrets import ways

    hidden = [option.name for option in source.declared if option.secret]
    return {name: f"it is in {files[name]}" if name in files else ways(source.adapter, name) for name in hidden}


def _put_down(path: Path, text: str, secrets: Mapping[Path, str]) -> None:
    """Write the settings and the secrets' files, all or none of them; settings that were there are kept as .bak.

    Raises CommandError.
    """
    umask = os.umask(0o077)
    os.umask(umask)
    waiting: dict[Path, Path] = {}
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        for file, secret in secrets.items():
            waiting[file] = _beside(file, f"{secret}\n".encode(), 0o600)
        if path.exists():
            kept = path.with_name(f"{path.name}.bak")
            waiting[kept] = _beside(kept, path.read_bytes(), 0o600)
        waiting[path] = _beside(path, text.encode(), 0o644 & ~umask)  # no secret: the screens of others may read it
        for file, made in waiting.items():
            made.replace(file)
    except OSError as error:
        for made in waiting.values():
            made.unlink(missing_ok=True)
        raise CommandError(f"{error.filename or path} can't be written: {error.strerror}", EX_CANTCREAT) from error


def _beside(path: Path, content: bytes, mode: int) -> Path:
    """Return a new file beside `path` that holds `content`, and that nobody else could read before it was whole."""
    import tempfile

    handle, name = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
    made = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fchmod(file.fileno(), mode)
            os.fsync(file.fileno())
    except OSError:
        made.unlink()
        raise
    return made


COMMANDS = {"init": Command(_INIT, _configure, _init)}
