"""Asterisk and the libraries it needs, from Debian's own packages, unpacked into a cache: no root, nothing installed.

apt runs on a private state (no package counts as installed, its own list of sources), so it resolves, downloads and
checks signatures as always, and never touches the machine. What is unpacked is run through its own loader, so the
machine may be an older Debian.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import platform
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.rig.folders import private_folder

CONF = Path(__file__).with_name("conf")
KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
SUITE = "sid"  # the one suite of Debian that has Asterisk
TIME_LIMIT_S = 180

PACKAGES = ("asterisk", "asterisk-modules")
LIBRARIES = (
    *("libbsd0", "libc6", "libcap2", "libcrypt1", "libedit2", "libgcc-s1", "libjansson4", "libmd0", "libsqlite3-0"),
    *("libssl3t64", "libstdc++6", "libsystemd0", "libtinfo6", "liburiparser1", "libuuid1", "libxml2-16", "libxslt1.1"),
    *("libzstd1", "zlib1g"),
)
"""The owners of the libraries that the modules in conf/modules.conf need; all dependencies would be five times more."""

UNUSED = ("usr/share/doc", "usr/share/man", "usr/share/locale", "usr/share/lintian", "etc", "var")


class UnavailableError(Exception):
    """There can be no Asterisk here, and why: no fault of this project, so tests are skipped with these words."""


@dataclass(frozen=True)
class Tree:
    """An unpacked Asterisk.

    Attributes:
        root: The folder that holds `usr`.
    """

    root: Path

    @property
    def libraries(self) -> Path:
        return self.root / "usr/lib/x86_64-linux-gnu"

    @property
    def modules(self) -> Path:
        return self.libraries / "asterisk/modules"

    @property
    def program(self) -> Path:
        return self.root / "usr/sbin/asterisk"

    def loader(self, *arguments: str | Path) -> list[str]:
        """Return a command line for the loader that came with the libraries."""
        loader = self.libraries / "ld-linux-x86-64.so.2"
        return [str(loader), "--library-path", str(self.libraries), *map(str, arguments)]

    def command(self, *arguments: str | Path) -> list[str]:
        """Return the command line that runs Asterisk."""
        return self.loader(self.program, *arguments)

    def lacks(self) -> list[str]:
        """Return what is missing: the program, modules that the configuration loads, libraries that they need."""
        wanted = [self.program, *(self.modules / name for name in modules_loaded())]
        absent = [f"no {path.name}" for path in wanted if not path.exists()]
        return absent or [line for path in wanted for line in self._unresolved(path)]

    def _unresolved(self, path: Path) -> list[str]:
        done = subprocess.run(self.loader("--list", path), capture_output=True, text=True, timeout=60, check=False)
        lines = (done.stdout + done.stderr).splitlines()
        return [f"{path.name}: {line.strip()}" for line in lines if "not found" in line or "cannot open" in line]


def modules_loaded() -> list[str]:
    """Return the modules that the configuration loads."""
    text = (CONF / "modules.conf").read_text(encoding="utf-8")
    return re.findall(r"^(?:pre)?load = (\S+)", text, re.MULTILINE)


def cached_tree() -> Tree:
    """Return an unpacked Asterisk: the one in the cache, or download it now (14 MB, some 5 s).

    The cache is `$FLOORWALK_RIG`, or `floorwalk-rig` in the user's cache folder, or in one of his own among
    the temporary ones. Of several callers at once, one
    downloads and the others wait; a tree appears under its name only when it is complete.

    Raises:
        UnavailableError: This machine can't run or can't reach the packages.
        RuntimeError: The packages are there, but do not make an Asterisk.
    """
    recipe = hashlib.sha256(repr((1, SUITE, PACKAGES, LIBRARIES, UNUSED, modules_loaded())).encode()).hexdigest()[:12]
    cache = _cache()
    tree = Tree(cache / f"asterisk-{recipe}")
    with _locked(cache / "lock"):
        if not tree.root.exists():
            _require_debian()
            with tempfile.TemporaryDirectory(prefix="unfinished-", dir=cache) as unfinished:
                _fill(Tree(Path(unfinished) / "tree"), Path(unfinished) / "apt")
                (Path(unfinished) / "tree").rename(tree.root)
    return tree


def _cache() -> Path:
    if chosen := os.environ.get("FLOORWALK_RIG"):
        cache = Path(chosen)
        cache.mkdir(parents=True, exist_ok=True)
        return cache
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "floorwalk-rig"
    try:
        cache.mkdir(parents=True, exist_ok=True)
    except OSError:  # a home that is nobody's
        return private_folder("floorwalk-rig")
    return cache if os.access(cache, os.W_OK) else private_folder("floorwalk-rig")


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _require_debian() -> None:
    if platform.system() != "Linux" or platform.machine() != "x86_64":
        raise UnavailableError(
            f"the packages are for Linux on x86-64, this is {platform.system()} on {platform.machine()}"
        )
    for tool in ("apt-get", "dpkg-deb", "setpriv"):
        if shutil.which(tool) is None:
            raise UnavailableError(f"no {tool} here: the packages are Debian's")
    if not KEYRING.exists():
        raise UnavailableError(f"no {KEYRING}: the packages could not be checked")


def _mirror() -> str:
    """Return the Debian mirror that this machine itself is set up from."""
    etc = Path("/etc/apt")
    for path in [etc / "sources.list", *sorted((etc / "sources.list.d").glob("*"))]:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines() if path.is_file() else []
        for line in lines:
            found = re.search(r"\bhttps?://\S+/debian/?(?=\s|$)", line)
            if found and not line.lstrip().startswith("#"):
                return found[0]
    raise UnavailableError("apt's sources name no Debian mirror")


def _fill(tree: Tree, apt: Path) -> None:
    """Download and unpack: the short list of packages, or all that they depend on if that no longer fits together."""
    for folder in ("state/lists/partial", "cache/archives/partial", "etc"):
        (apt / folder).mkdir(parents=True)
    (apt / "status").touch()
    (apt / "etc/sources.list").write_text(f"deb [signed-by={KEYRING}] {_mirror()} {SUITE} main\n", encoding="utf-8")
    _apt(apt, ["update"], unreachable=True)
    try:
        _apt(apt, ["download", *PACKAGES, *LIBRARIES])
        _unpack(apt.glob("*.deb"), tree)
    except RuntimeError:  # a library was renamed
        pass
    if tree.lacks():
        shutil.rmtree(tree.root, ignore_errors=True)
        _apt(apt, ["install", "--yes", "--no-install-recommends", "--download-only", "asterisk", "libc6"])
        _unpack((apt / "cache/archives").glob("*.deb"), tree)
    if lacks := tree.lacks():
        raise RuntimeError("Debian's packages do not make an Asterisk that can be started: " + "; ".join(lacks[:5]))


def _apt(apt: Path, arguments: list[str], *, unreachable: bool = False) -> None:
    """Run apt-get on the private state, in its folder.

    A mirror may lag behind, so the date of its list is not asked for; its signature is.
    """
    options = {
        "Dir::State": apt / "state",
        "Dir::State::status": apt / "status",
        "Dir::Cache": apt / "cache",
        "Dir::Etc::sourcelist": apt / "etc/sources.list",
        "Dir::Etc::sourceparts": "/dev/null",
        "Dir::Etc::preferencesparts": "/dev/null",
        "Acquire::Check-Valid-Until": "false",
        "Acquire::Languages": "none",
        "Acquire::Retries": 2,
        "Acquire::http::Timeout": 20,
        "Acquire::https::Timeout": 20,
        "APT::Architecture": "amd64",
        "APT::Architectures": "amd64",
        "APT::Sandbox::User": "",
        "APT::Update::Error-Mode": "any",
        "Debug::NoLocking": 1,
    }
    argv = ["apt-get", "-qq", *(f"-o{name}={value}" for name, value in options.items()), *arguments]
    try:
        done = subprocess.run(argv, cwd=apt, capture_output=True, text=True, timeout=TIME_LIMIT_S, check=False)
    except subprocess.TimeoutExpired:
        raise UnavailableError(f"apt-get {arguments[0]} took more than {TIME_LIMIT_S} s") from None
    if done.returncode != 0:
        why = f"apt-get {arguments[0]}: " + " ".join(done.stderr.split())[:600]
        raise UnavailableError(why) if unreachable else RuntimeError(why)


def _unpack(packages: Iterable[Path], tree: Tree) -> None:
    tree.root.mkdir()
    for package in packages:
        subprocess.run(["dpkg-deb", "--extract", str(package), str(tree.root)], check=True, timeout=60)
    for folder in UNUSED:
        shutil.rmtree(tree.root / folder, ignore_errors=True)
