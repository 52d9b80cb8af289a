"""Where no Asterisk can be had, the reason is told; where two want it at once, it is fetched once."""

from __future__ import annotations

import platform
import stat
import tempfile
import threading
from pathlib import Path

import pytest

from tests.rig import packages
from tests.rig.folders import private_folder
from tests.rig.packages import Tree, UnavailableError, cached_tree, modules_loaded


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "cache"
    monkeypatch.setenv("FLOORWALK_RIG", str(folder))
    monkeypatch.setattr(packages, "_mirror", lambda: "http://127.0.0.1:9/debian")
    return folder


def stand_in(folder: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """Put programs in front of Debian's own that do nothing but this."""
    folder.mkdir(exist_ok=True)
    for tool in ("apt-get", "dpkg-deb", "setpriv"):
        (folder / tool).write_text(f"#!/bin/sh\n{script}\n")
        (folder / tool).chmod(stat.S_IRWXU)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    monkeypatch.setattr(platform, "machine", lambda: "x86_64")
    monkeypatch.setattr(packages, "KEYRING", folder / "apt-get")


def test_another_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "machine", lambda: "aarch64")
    with pytest.raises(UnavailableError, match=r"x86-64, this is .* aarch64"):
        cached_tree()


def test_no_debian(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(platform, "machine", lambda: "x86_64")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UnavailableError, match="no apt-get here"):
        cached_tree()


def test_no_way_to_the_mirror(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, cache: Path) -> None:
    stand_in(tmp_path / "bin", monkeypatch, "echo 'E: Could not connect to 127.0.0.1:9' >&2; exit 100")
    with pytest.raises(UnavailableError, match="apt-get update: E: Could not connect"):
        cached_tree()
    assert [path.name for path in cache.iterdir()] == ["lock"], "nothing half-done stays"


def test_packages_that_make_no_asterisk_are_an_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    stand_in(tmp_path / "bin", monkeypatch, "exit 0")
    with pytest.raises(RuntimeError, match="no asterisk; no res_"):
        cached_tree()


def test_where_home_is_nobodys_the_cache_is_temporary(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "home").touch()
    (tmp_path / "tmp").mkdir()
    monkeypatch.delenv("FLOORWALK_RIG")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    stand_in(tmp_path / "bin", monkeypatch, "exit 0")
    monkeypatch.setattr(packages, "_fill", lambda tree, _apt: tree.root.mkdir())
    (cache,) = {cached_tree().root.parent, *(tmp_path / "tmp").iterdir()}
    assert cache.stat().st_mode & 0o777 == 0o700


def test_a_folder_that_others_may_write_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    private_folder("rig").chmod(0o777)
    with pytest.raises(RuntimeError, match="remove it"):
        private_folder("rig")


def test_two_at_once_fetch_it_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    stand_in(tmp_path / "bin", monkeypatch, "exit 0")
    fetched: list[Path] = []
    both = threading.Barrier(2)

    def fill(tree: Tree, _apt: Path) -> None:
        fetched.append(tree.root)
        tree.root.mkdir()
        (tree.root / "usr").mkdir()

    def want() -> None:
        both.wait()
        found.append(cached_tree())

    found: list[Tree] = []
    monkeypatch.setattr(packages, "_fill", fill)
    threads = [threading.Thread(target=want) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(fetched) == 1
    assert len(set(found)) == 1
    assert (found[0].root / "usr").is_dir()


def test_the_modules_are_those_of_the_configuration() -> None:
    assert {"app_queue.so", "chan_pjsip.so", "res_sorcery_config.so"} <= set(modules_loaded())
