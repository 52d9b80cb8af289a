"""`floorwalk kpi`, `floor` and `simulate`: what is printed, of which window, of which moment."""

import io
import re
import shutil
import sqlite3
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from console.cli import main
from console.commands.table import percent
from data.importer import import_logs
from data.kpi import FIGURES
from data.model.words import State
from data.store.boot import boot_id, boot_ms
from data.store.writer import Beat, Writer
from tests.console.cli import QUEUE_LOG, TRUTH, Cli
from widgets.cells import percent as on_screen

FIELDS = (
    "offered answered abandoned short_abandoned overflowed timed_out lost transferred waiting talking "
    "answered_within abandoned_within service_level service_level_formula threshold_s asa_s aht_s "
    "wait_answered_s wait_abandoned_s max_wait_s talk_s hold_s wrap_up_s ring_no_answer occupancy "
    "available_s not_ready_s signed_in_s measured"
)
FLOOR_KEYS = ["moment", "source", "sources", "queues", "agents", "totals"]


@pytest.fixture(scope="module")
def taken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The store of the real log, for each test to copy."""
    store = tmp_path_factory.mktemp("taken") / "floorwalk.sqlite"
    import_logs(store, [QUEUE_LOG])
    return store


@pytest.fixture
def cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], taken: Path) -> Cli:
    machine = Cli(tmp_path, monkeypatch, capsys)
    machine.store.parent.mkdir(parents=True)
    shutil.copy(taken, machine.store)
    return machine


# ------------------------------------------------------------------ kpi


def test_kpi_json_has_the_fields_in_their_order(cli: Cli) -> None:
    assert FIELDS.split() == list(FIGURES), "others read these: never change them"
    for by, keys in (("queue", ["queue"]), ("agent", ["agent"]), ("interval", ["start"]), ("total", [])):
        rows = cli("kpi", "--json", "--by", by).json
        assert rows
        assert all(list(row) == [*keys, *FIGURES] for row in rows)


def test_kpi_of_the_last_day_equals_the_truth(cli: Cli) -> None:
    ended = cli("kpi", "--json")
    assert "2026-11-21, the last day measured (UTC)" in ended.err
    rows = {row["queue"]: row for row in ended.json}
    assert list(rows) == sorted(TRUTH["queues"])
    for name, truth in TRUTH["queues"].items():
        assert (rows[name]["offered"], rows[name]["talk_s"]) == (truth["offered"], truth["sum_talk"])
    assert rows["vip"]["hold_s"] is None
    assert 0 < rows["vip"]["measured"] < 1


def test_kpi_by_interval_tells_local_time(cli: Cli) -> None:
    rows = cli("kpi", "--json", "--by", "interval", "--tz", "Asia/Kathmandu").json
    assert [row["start"] for row in rows] == ["2026-11-22T01:00:00+05:45", "2026-11-22T01:15:00+05:45"]
    assert sum(row["offered"] for row in rows) == 839


@pytest.mark.parametrize(
    ("window", "offered"),
    [
        (("--day", "2026-11-21"), 839),
        (("--day", "2026-11-20"), 0),
        (("--from", "19:30", "--to", "19:35"), 394),
        (("--from", "19:30:00"), 833),
        (("--to", "19:30"), 6),
        (("--from", "2026-11-21T19:30:00", "--to", "2026-11-21T20:35:00+01:00"), 394),
        (("--from", "2026-11-21", "--to", "2026-11-22"), 839),
        (("--from", "1795289394", "--to", "1795290116"), 839),
    ],
)
def test_kpi_windows(cli: Cli, window: tuple[str, ...], offered: int) -> None:
    ((row),) = cli("kpi", "--json", "--by", "total", *window).json
    assert row["offered"] == offered


def test_kpi_says_the_window_it_took(cli: Cli) -> None:
    assert "from 2026-11-21T19:30:00+00:00 to 2026-11-21T19:41:55+00:00" in cli("kpi", "--from", "19:30").err
    assert cli("kpi", "--day", "2026-11-21").err == ""


@pytest.mark.parametrize(
    ("window", "said"),
    [
        (("--day", "2026-11-31"), "is no day"),
        (("--day", "soon"), "YYYY-MM-DD, today or yesterday"),
        (("--from", "soon"), "is no time"),
        (("--from", "25:10"), "is no time"),
        (("--from", "19:40", "--to", "19:30"), "before it begins"),
        (("--day", "2026-11-21", "--from", "19:40"), "either --day, or --from and --to"),
        (("--by", "team"), "invalid choice: 'team'"),
        (("--formula", "best"), "invalid choice: 'best'"),
    ],
)
def test_kpi_of_a_window_that_makes_no_sense(cli: Cli, window: tuple[str, ...], said: str) -> None:
    assert said in cli.fails(64, "kpi", *window)


def test_kpi_formula(cli: Cli) -> None:
    ((row),) = cli("kpi", "--json", "--by", "total", "--formula", "answered_only").json
    assert (row["service_level"], row["service_level_formula"]) == (round(633 / 730, 6), "answered_only")


def test_kpi_as_a_table(cli: Cli) -> None:
    lines = cli("kpi", "--by", "agent").out.splitlines()
    assert lines[0].split()[:3] == ["agent", "offered", "answered"]
    assert "measured %" in lines[0]
    names = [line.split("  ")[0] for line in lines[1:33]]
    assert names == sorted(TRUTH["agents"])
    assert lines[33].startswith("all  ")
    assert lines[-1] == "SL: answered_and_abandoned, within 20 s"
    ends = {width(line) for line in lines[:34]}
    assert len(ends) == 1, "a Chinese character takes two cells"


class Terminal(io.StringIO):
    """Standard output that somebody looks at."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def terminal(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    def shown(columns: int, *argv: str) -> list[str]:
        out = Terminal()
        with monkeypatch.context() as patch:
            patch.setattr(sys, "stdout", out)
            patch.setenv("COLUMNS", str(columns))
            assert main(["kpi", "--day", "2026-11-21", *argv]) == 0
        return out.getvalue().splitlines()

    return shown


WHOLE = "offered answered abandoned short other lost open SL ASA AHT max talk missed occupancy"


def test_kpi_in_a_terminal_shows_the_columns_that_have_room(terminal: Callable[..., list[str]]) -> None:
    for columns in (60, 80, 100, 120, 160):
        lines = terminal(columns)
        assert max(map(width, lines)) <= columns
        left_out = " ".join(lines[lines.index("SL: answered_and_abandoned, within 20 s") + 1 :])
        assert left_out.startswith("left out: ")
        assert left_out.endswith("; --wide or --json shows all")
        assert "missed rings" in left_out
    assert re.split("  +", terminal(120)[0]) == [
        *("queue", "offered", "answered", "abandoned", "SL %", "ASA s", "AHT s", "max wait s", "occupancy %"),
        "measured %",
    ]
    head, *_, last = terminal(80)
    assert re.split("  +", head)[-3:] == ["ASA s", "AHT s", "max wait s"]
    assert last.endswith("all")
    assert "SL %" in terminal(20)[0], "the least is shown however narrow it is"


def test_kpi_shows_all_where_there_is_room_or_nobody_looks(cli: Cli, terminal: Callable[..., list[str]]) -> None:
    piped = cli("kpi", "--day", "2026-11-21").out.splitlines()
    assert terminal(80, "--wide") == terminal(220) == piped
    assert not [line for line in piped if "left out" in line]
    assert [word for word in WHOLE.split() if word not in piped[0]] == []


def width(text: str) -> int:
    from rich.cells import cell_len

    return cell_len(text)


def test_kpi_does_not_wait_for_a_day_that_lies_ahead(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """A clock that is behind the log's must not make the log's figures vanish."""
    monkeypatch.setattr("console.commands.kpi.now_ms", lambda: 1_000_000_000_000)
    ((row),) = cli("kpi", "--json", "--by", "total", "--from", "19:29:54", "--to", "19:41:55").json
    assert (row["measured"], row["signed_in_s"]) == (1.0, 22639)


# ------------------------------------------------------------------ floor


def test_floor_json(cli: Cli) -> None:
    floor = cli("floor", "--json", "--at", "2026-11-21T19:35:00").json
    assert list(floor) == FLOOR_KEYS
    assert floor["moment"] == "2026-11-21T19:35:00+00:00"
    assert (floor["source"]["name"], floor["source"]["health"]) == ("queue_log", "up")
    assert {queue["name"] for queue in floor["queues"]} == set(TRUTH["queues"])
    assert len(floor["agents"]) == 32
    for agent in floor["agents"]:
        assert list(agent)[:6] == ["id", "name", "state", "reason", "since", "queue"]
        assert datetime.fromisoformat(agent["since"]).tzinfo is not None
        assert (agent["queue"] is not None) == (agent["state"] in ("talking", "ringing", "hold", "wrap_up"))
    states = floor["totals"]["states"]
    assert sum(states.values()) == 32
    assert states["talking"] == sum(agent["state"] == "talking" for agent in floor["agents"])
    assert floor["totals"]["waiting"] == sum(queue["waiting"] for queue in floor["queues"])


@pytest.mark.parametrize(
    ("at", "moment"),
    [
        ("19:35", "2026-11-21T19:35:00+00:00"),
        ("19:35:07", "2026-11-21T19:35:07+00:00"),
        ("1795289700", "2026-11-21T19:35:00+00:00"),
        ("1795289700.25", "2026-11-21T19:35:00.250+00:00"),
        ("2026-11-21 19:35", "2026-11-21T19:35:00+00:00"),
        ("2026-11-21T20:35+01:00", "2026-11-21T19:35:00+00:00"),
    ],
)
def test_floor_at(cli: Cli, at: str, moment: str) -> None:
    assert cli("floor", "--json", "--at", at).json["moment"] == moment


def test_floor_is_the_last_measured_one_without_a_poller(cli: Cli) -> None:
    assert cli("floor", "--json").json["moment"] == "2026-11-21T19:41:55+00:00"


def test_floor_is_now_with_a_poller(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    end_ms = TRUTH["last"] * 1000
    monkeypatch.setattr("console.commands.floor.now_ms", lambda: end_ms + 700)
    with Writer(cli.store) as writer:
        writer.beat(writer.known("queue_log").source_id, Beat(end_ms, boot_ms(), boot_ms(), 1000, 1, boot=boot_id()))
    assert cli("floor", "--json").json["moment"] == "2026-11-21T19:41:55.700+00:00"
    monkeypatch.setattr("console.commands.floor.now_ms", lambda: end_ms + 86_400_000)
    assert cli("floor", "--json").json["moment"] == "2026-11-21T19:41:55+00:00"


def test_floor_as_text(cli: Cli) -> None:
    out = cli("floor", "--at", "19:35").out
    assert out.startswith("2026-11-21T19:35:00+00:00   queue_log: measured\nwaiting 16  longest 0:26")
    assert "\nqueue       waiting  longest" in out
    assert re.search(r"^\[bold\]Max\[/bold\]  out +0:30  a\|b pipe", out, re.MULTILINE)


def test_floor_as_text_says_the_words_of_the_screen(cli: Cli) -> None:
    out = cli("floor", "--at", "19:35").out
    said = set(out.split())
    assert {"talk", "out", "free"} <= said
    assert said.isdisjoint(str(state) for state in State), "the states' own names are for programs"


def test_a_ratio_reads_as_on_the_screen() -> None:
    """A service level just short of its target must not read as the target met."""
    assert [percent(ratio) for ratio in (0.8479, 0.79999, 0.29, 1.0, None)] == ["84.7", "79.9", "29.0", "100.0", "–"]


def test_floor_and_kpi_as_text_tell_one_service_level(cli: Cli) -> None:
    ratio = cli("floor", "--json").json["totals"]["service_level"]
    shown = on_screen(ratio, 1).removesuffix("%")
    assert f"service level {shown} % of" in cli("floor").out
    assert shown in cli("kpi", "--by", "total").out.split()


def test_floor_of_a_moment_that_was_not_measured(cli: Cli) -> None:
    floor = cli("floor", "--json", "--at", "2026-11-20T10:00").json
    assert (floor["source"]["health"], floor["agents"]) == ("none", [])
    assert "nothing measured" in cli("floor", "--at", "2026-11-20T10:00").out
    assert "is no time" in cli.fails(64, "floor", "--at", "teatime")


# ------------------------------------------------------------------ simulate


def test_simulate_days(cli: Cli) -> None:
    days = (
        "simulate",
        "2026-03-28",
        "--days",
        "2",
        "--agents",
        "6",
        "--tz",
        "Europe/Berlin",
        "--store",
        "played.sqlite",
    )
    ended = cli(*days)
    assert ended.code == 0
    assert ended.out.startswith("played.sqlite: 2026-03-28 to 2026-03-29 (Europe/Berlin), 6 agents, ")
    floor = cli("floor", "--json", "--store", "played.sqlite").json
    assert floor["moment"] == "2026-03-30T00:00:00+02:00"
    ((row),) = cli("kpi", "--json", "--by", "total", "--store", "played.sqlite", "--day", "2026-03-29").json
    assert row["measured"] == 1.0
    assert row["answered"] > 0
    assert "already holds a played floor up to 2026-03-30T00:00:00+02:00" in cli.fails(65, *days)


def test_simulate_is_the_same_by_seed(cli: Cli) -> None:
    for store, seed in (("a", 3), ("b", 3), ("c", 4)):
        cli("simulate", "2026-03-02", "--agents", "4", "--seed", seed, "--store", f"{store}.sqlite")
    calls = [sqlite3.connect(f"{store}.sqlite").execute("SELECT * FROM call").fetchall() for store in "abc"]
    assert calls[0] == calls[1] != calls[2]


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (("2026-02-30",), "is no day"),
        (("2026-03-02", "--days", "0"), "is no number of days"),
        (("2026-03-02", "--agents", "5001"), "between 1 and 5000"),
        (("2026-03-02", "--agents", "x"), "invalid int value"),
    ],
)
def test_simulate_what_makes_no_sense(cli: Cli, argv: tuple[str, ...], said: str) -> None:
    assert said in cli.fails(64, "simulate", *argv, "--store", "played.sqlite")
    assert not Path("played.sqlite").exists()


def silent(cli: Cli, age_s: int, error: str) -> None:
    """Let the last day's end be `age_s` ago, and a poller say that it has not measured since."""
    with Writer(cli.store) as writer:
        now, boot = TRUTH["last"] * 1000 + age_s * 1000, boot_ms()
        beat = Beat(now, boot, boot - age_s * 1000, 1000, 1, error, boot_id())
        writer.beat(writer.known("queue_log").source_id, beat)


@pytest.mark.parametrize("at", [(), ("--at", "now")])
def test_floor_of_the_present_tells_that_the_source_is_down(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, at: tuple[str, ...]
) -> None:
    now_ms = TRUTH["last"] * 1000 + 70_000
    silent(cli, 70, "connection refused")
    for module in ("floor", "common"):
        monkeypatch.setattr(f"console.commands.{module}.now_ms", lambda: now_ms)
    told = cli("floor", "--json", *at)
    assert (told.code, told.json["source"]["health"], told.json["source"]["error"]) == (0, "down", "connection refused")
    assert told.json["sources"] == [told.json["source"]]
    text = cli("floor", *at)
    assert text.code == 0
    assert "queue_log: DOWN, measured up to 2026-11-21T19:41:55+00:00, 1m ago: connection refused" in text.out
    assert "queue_log: measured\n" in cli("floor", "--at", "19:35").out, "of the past the poller knows nothing"


def test_floor_tells_nothing_of_the_moment_where_the_source_is_silent(cli: Cli) -> None:
    moment = ("--at", "2026-11-21T19:50")
    floor = cli("floor", "--json", *moment).json
    assert floor["totals"]["waiting"] is None
    told = {(q["known"], q["waiting"], q["talking"], q["available"]) for q in floor["queues"]}
    assert told == {(False, None, None, None)}
    out = cli("floor", *moment).out
    assert "\nwaiting –  longest –" in out
    assert re.search(r"^vip +– +– +– ", out, re.MULTILINE)


def test_floor_tells_how_every_contact_left(cli: Cli) -> None:
    queues = cli("floor", "--json").json["queues"]
    for q in queues:
        assert q["offered"] == q["answered"] + q["abandoned"] + q["other"] + (q["waiting"] or 0)
    others = {row["queue"]: row["overflowed"] + row["timed_out"] + row["lost"] for row in cli("kpi", "--json").json}
    assert {q["name"]: q["other"] for q in queues} == others
    assert any(others.values())
    assert "abandoned  other  free" in cli("floor").out


def test_floor_of_a_store_in_which_nothing_was_measured_says_why(cli: Cli) -> None:
    with Writer(cli.home / "never") as writer:
        boot = boot_ms()
        beat = Beat(1, boot, boot, 1000, 1, "the account is refused", boot_id())
        writer.beat(writer.known("pbx").source_id, beat)
    assert "nothing was measured yet: pbx: the account is refused" in cli.fails(66, "floor", "--store", "never")
