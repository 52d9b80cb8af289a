"""Settings: what ships, what the file, the environment and the options say, and what is wrong with them."""

from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from console.choices import THEMES
from console.settings import PLAYED, Settings, SettingsError, SourceSettings, load, system_zone
from data.alerts import LIMITS
from data.metrics import Goal
from data.model.toml_lines import leaves, lines_of
from tests.console.cli import QUEUE_LOG, Cli
from tests.console.pbx import Pbx, pbx

__all__ = ["pbx"]

ALL = """\
# a comment
[site]
name = "North"
zone = "Asia/Shanghai"

[screen]
language = "zh"
theme = "floorwalk-light"

[store]
path = "floor.sqlite"

[poller]
interval_s = 2

[source.north]
adapter = "simulator"
seed = 7
[source."南 south"]
adapter = "queue_log"
interval_s = 5
paths = ["/var/log/asterisk/queue_log"]

[goal]
threshold_s = 30
[queue."投诉 complaints"]
target = 0.9

[agents]
aliases = { "Local/7@q" = "Anna" }
[agents.rules]
'SIP/(\\d+)' = 'Agent \\1'

[limits]
waiting = [2, 4, 6, 8]
wait_s = [30, 60]
[limits.queue.sales]
wait_s = [10, 20]
[limits.reason]
Lunch = [1800, 2400, 3600]

[breaks]
grace_s = 30
[breaks.allowances_s]
meal = 2700
"""


def line_of(key: str, which: int = 1) -> int:
    """Return the line on which a key stands for the `which`th time."""
    return [number for number, line in enumerate(ALL.splitlines(), 1) if line.startswith(f"{key} =")][which - 1]


@pytest.fixture
def cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Cli:
    return Cli(tmp_path, monkeypatch, capsys)


def test_what_ships(cli: Cli) -> None:
    settings = load()
    assert settings == Settings()
    assert (settings.sources, settings.configured) == ((PLAYED,), False)
    assert cli("config", "show", "--json").json["source.simulator.adapter"] == {
        "value": "simulator",
        "origin": "default",
    }
    assert (settings.store, settings.file, settings.limits) == (cli.store, None, LIMITS)


def test_every_setting(cli: Cli) -> None:
    path = cli.settings(ALL)
    settings = load()
    assert (settings.site, settings.tz, settings.language) == ("North", ZoneInfo("Asia/Shanghai"), "zh")
    assert (settings.theme, settings.store) == ("floorwalk-light", path.parent / "floor.sqlite")
    assert settings.interval_ms == 2000
    assert settings.sources == (
        SourceSettings("north", "simulator", {"seed": 7}, None, path.parent),
        SourceSettings("南 south", "queue_log", {"paths": ["/var/log/asterisk/queue_log"]}, 5000, path.parent),
    )
    assert settings.goal == Goal(threshold_ms=30_000)
    assert settings.queues == {"投诉 complaints": Goal(threshold_ms=30_000, target=0.9)}
    assert settings.queue_entries["投诉 complaints"].target == 0.9
    assert settings.queue_entries["another"].threshold_ms == 30_000
    assert settings.aliases == ("Local/7@q=Anna",)
    assert settings.rules == (r"SIP/(\d+)=Agent \1",)
    limits = settings.limits
    assert (limits.waiting, limits.wait_ms, limits.talk_ms) == ((2, 4, 6, 8), (30_000, 60_000), LIMITS.talk_ms)
    assert (limits.of("sales").wait_ms, limits.of("sales").waiting) == ((10_000, 20_000), (2, 4, 6, 8))
    assert limits.by_reason == {"Lunch": (1_800_000, 2_400_000, 3_600_000)}
    assert (limits.breaks.grace_ms, limits.breaks.allowances["meal"]) == (30_000, 2_700_000)
    assert limits.breaks.allowances["rest"] == 600_000, "what is not said stays"


def test_the_environment_goes_before_the_file_and_an_option_before_both(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = cli.settings(ALL)
    monkeypatch.setenv("FLOORWALK_STORE", "/env.sqlite")
    monkeypatch.setenv("FLOORWALK_TZ", "Europe/Berlin")
    monkeypatch.setenv("FLOORWALK_LANGUAGE", "en")
    shown = cli("config", "show", "--json", "--store", "option.sqlite").json
    assert shown["store.path"] == {"value": "option.sqlite", "origin": "option"}
    assert shown["site.zone"] == {"value": "Europe/Berlin", "origin": "FLOORWALK_TZ"}
    assert shown["screen.language"] == {"value": "en", "origin": "FLOORWALK_LANGUAGE"}
    assert shown["site.name"] == {"value": "North", "origin": f"{path}:{line_of('name')}"}
    assert shown["queue.投诉 complaints.target"] == {"value": 0.9, "origin": f"{path}:{line_of('target')}"}
    assert shown["goal.threshold_s"] == {"value": 30.0, "origin": f"{path}:{line_of('threshold_s')}"}
    assert shown["goal.target"] == {"value": 0.8, "origin": "default"}
    assert shown["breaks.allowances_s.meal"] == {"value": 2700.0, "origin": f"{path}:{line_of('meal')}"}
    assert shown["source.north.seed"] == {"value": 7, "origin": f"{path}:{line_of('seed')}"}
    assert shown["source.南 south.interval_s"] == {"value": 5.0, "origin": f"{path}:{line_of('interval_s', 2)}"}
    assert shown["poller.interval_s"] == {"value": 2.0, "origin": f"{path}:{line_of('interval_s')}"}
    monkeypatch.delenv("FLOORWALK_STORE")
    assert cli("config", "show", "--json").json["store.path"]["value"] == str(path.parent / "floor.sqlite")


def test_config_show_as_a_table(cli: Cli) -> None:
    out = cli("config", "show").out
    assert "goal.threshold_s" in out
    assert out.splitlines()[1].split() == ["file", "–", "none", "found"]
    assert "invalid choice" in cli.fails(64, "config", "edit")


def test_another_file(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    cli.settings('[site]\nname = "usual"\n')
    for name in ("option", "variable"):
        (cli.home / name).write_text(f'[site]\nname = "{name}"\n')
    monkeypatch.setenv("FLOORWALK_CONFIG", "variable")
    assert load().site == "variable"
    assert load(Path("option")).site == "option"
    assert "No such file" in cli.fails(78, "config", "show", "--config", "nowhere.toml")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[site]\n\nnam = 'x'\n", ":3: site.nam is no setting; did you mean site.name?"),
        ("[sight]\n", ":1: sight is no setting; did you mean site?"),
        ("theme = 'x'\n", ":1: theme is no setting; did you mean screen.theme?"),
        ("[queue.a]\ntreshold_s = 3\n", ":2: queue.a.treshold_s is no setting; did you mean queue.a.threshold_s?"),
        ("[limits.team.x]\nwaits = 3\n", ":2: limits.team.x.waits is no setting; did you mean limits.team.x.wait_s?"),
        ("[screen]\ntheme = 'pink'\n", ":2: screen.theme: input should be 'floorwalk-dark'"),
        ("[goal]\nthreshold_s = '20'\n", ":2: goal.threshold_s: input should be a valid number, not '20'"),
        ("[goal]\ntarget = 80\n", ":2: goal.target: input should be less than or equal to 1, not 80"),
        ("[goal]\nformula = 'best'\n", ":2: goal.formula: input should be 'answered_and_abandoned'"),
        ("[limits]\nwait_s = [60, 20]\n", ":2: limits.wait_s: must not fall from one to the next"),
        (
            "[limits]\nwait_s = [60]\n",
            ":2: limits.wait_s: list should have at least 2 items, not [60]: write it as wait_s = [60, 120] (the",
        ),
        (
            "[limits]\nwrap_up_s = 60\n",
            ":2: limits.wrap_up_s: should be a list, not 60: write it as wrap_up_s = [60, 300] (wrap-up: watch,",
        ),
        ("[limits.queue.a]\nwaiting = 3\n", "should be a list, not 3: write it as waiting = [1, 5, 10, 15] (contacts"),
        (
            "[limits.reason]\n'Tea time' = 3\n",
            'not 3: write it as "Tea time" = [300, 600, 900] (pauses of one reason: notice, watch, needs you)',
        ),
        (
            "[limits.reason]\nTea = [1, 2, 3, 4]\n",
            "list should have at most 3 items, not [1, 2, 3, 4]: write it as Tea =",
        ),
        (
            "[breaks]\nprotected = 'rest'\n",
            ":2: breaks.protected: should be a list, not 'rest': write it as protected = [",
        ),
        ("[site]\nzone = 'Asia/Shanghia'\n", ":2: site.zone: there is no time zone 'Asia/Shanghia'; did you mean Asia"),
        ("[poller]\ninterval_s = 0\n", ":2: poller.interval_s: input should be greater than or equal to 0.2"),
        ("[site]\nname = 'x\n", "is not valid TOML: "),
        ("site = 3\n", ":1: site: "),
    ],
)
def test_what_is_wrong_is_said_with_its_line(cli: Cli, text: str, said: str) -> None:
    path = cli.settings(text)
    line = cli.fails(78, "kpi")
    assert line.startswith(str(path))
    assert said in line


def test_all_that_is_wrong_is_said(cli: Cli) -> None:
    cli.settings("[site]\nnam = 1\nzone = 2\n")
    ended = cli("floor")
    assert [line.split("floorwalk.toml")[1][:3] for line in ended.err.splitlines()] == [":3:", ":2:"]
    cli.config.write_bytes(b"[site]\nname = '\xff'\n")
    assert "is not UTF-8 text" in cli.fails(78, "floor")


def test_the_environment_can_be_wrong_too(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLOORWALK_THEME", "pink")
    assert "FLOORWALK_THEME: 'pink' is none of floorwalk-dark" in cli.fails(78, "kpi")
    monkeypatch.setenv("FLOORWALK_THEME", "")
    monkeypatch.setenv("FLOORWALK_TZ", "Mars/North")
    assert cli.fails(78, "kpi").startswith("FLOORWALK_TZ: there is no time zone 'Mars/North'")


def test_lines_are_found() -> None:
    found = lines_of("a.b = 1\n[x.'y z']\n\"k.l\" = [\n 1]\n[[t]]\nq = 2\n")
    assert found == {("a", "b"): 1, ("x", "y z"): 2, ("x", "y z", "k.l"): 3, ("t",): 5, ("t", "q"): 6}
    assert leaves({"a": {"b": 1, "c": {}}, "d": 2}) == [("a", "b"), ("d",)]


def test_where_the_zone_comes_from(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "America/New_York")
    assert cli("config", "show", "--json").json["site.zone"] == {"value": "America/New_York", "origin": "system"}
    cli("import", "--tz", "Asia/Tokyo", QUEUE_LOG)
    assert cli("config", "show", "--json").json["site.zone"] == {"value": "Asia/Tokyo", "origin": "store"}
    path = cli.settings("[site]\nzone = 'Europe/Berlin'\n")
    assert cli("config", "show", "--json").json["site.zone"] == {"value": "Europe/Berlin", "origin": f"{path}:2"}
    shown = cli("config", "show", "--json", "--tz", "Asia/Dubai").json
    assert shown["site.zone"] == {"value": "Asia/Dubai", "origin": "option"}


@pytest.mark.parametrize(
    ("value", "zone"),
    [
        (":Asia/Shanghai", "Asia/Shanghai"),
        ("/usr/share/zoneinfo/Asia/Tokyo", "Asia/Tokyo"),
        ("CET-1CEST", "UTC"),
        ("../../etc/passwd", "UTC"),
    ],
)
def test_the_zone_of_the_machine(monkeypatch: pytest.MonkeyPatch, value: str, zone: str) -> None:
    monkeypatch.setenv("TZ", value)
    assert system_zone() == zone


def test_themes_are_those_there_are() -> None:
    import themes

    assert tuple(theme.name for theme in themes.THEMES) == THEMES


def test_an_error_is_a_settings_error(cli: Cli) -> None:
    with pytest.raises(SettingsError):
        load(cli.settings("x = 1"))


# ------------------------------------------------------------------ sources

PBX = "[source.north]\nadapter = 'pbx'\nurl = 'http://127.0.0.1:8088'\nuser = 'floorwalk'\n"


@pytest.mark.usefixtures("pbx")
@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[source.a]\nadapter = 'pbxx'\n", ":2: source.a.adapter: there is no adapter 'pbxx'; did you mean pbx?"),
        ("[source.a]\nurl = 'x'\n", ":1: source.a.adapter: say which adapter it is: adapter = 'NAME'"),
        (
            "[source]\nadapter = 'pbx'\n",
            ":2: source.adapter: each source is a table with a name of its own: write [",
        ),
        ("[[source]]\nadapter = 'pbx'\n", ":1: source: each source is a table with a name of its own"),
        ("[source.'a/b']\nadapter = 'pbx'\n", ":1: 'a/b' can't be a source's name"),
        ("[source.'..']\nadapter = 'pbx'\n", ":1: '..' can't be a source's name"),
        (
            "[source.a]\nadapter = 'pbx'\ninterval_s = 0\n",
            ":3: source.a.interval_s: input should be greater than or",
        ),
        (f"{PBX}urll = 'x'\n", ":5: source.north.urll is no option of pbx; did you mean source.north.url?"),
        (
            f"{PBX}intervals = 2\n",
            ":5: source.north.intervals is no option of pbx; did you mean source.north.interval_",
        ),
        (
            f"{PBX}secret_fil = 'x'\n",
            ":5: source.north.secret_fil is no option of pbx; did you mean source.north.secret",
        ),
        (f"{PBX}qqq = 2\n", ":5: source.north.qqq is no option of pbx; there are url, user, wrap_up_s, queues, port"),
        (f"{PBX}port = 'x'\n", ":5: source.north.port: should be a whole number, not a text"),
        (f"{PBX}port = true\n", ":5: source.north.port: should be a whole number, not true or false"),
        (f"{PBX}proud = 1\n", ":5: source.north.proud: should be true or false, not a whole number"),
        (f"{PBX}wrap_up_s = 15\n", ":5: source.north.wrap_up_s: should be a table, not a whole number"),
        (
            f"{PBX}queues = [2026-01-01]\n",
            ":5: source.north.queues: should be a list, not one with dates or times",
        ),
        (f"{PBX}port = 07:00:00\n", ":5: source.north.port: should be a whole number, not a date or time"),
        (f"{PBX}secret_file = 3\n", ":5: source.north.secret_file: should be a text, not a whole number"),
        (PBX.replace("user", "# "), ":1: source.north: pbx needs user: the account, such as floorwalk"),
        (
            "[poller]\nadapter = 'pbx'\n",
            ":2: poller.adapter is no setting any more: give each telephony system a",
        ),
        ("[poller.options]\nseed = 1\n", ":1: poller.options is no setting any more: write them into the source's own"),
    ],
)
def test_what_is_wrong_with_a_source_is_said_with_its_line(cli: Cli, text: str, said: str) -> None:
    path = cli.settings(text)
    for command in (("poll",), ("up",), ("config", "show")):
        line = cli.fails(78, *command)
        assert line.startswith(f"{path}{said}"), line


@pytest.mark.parametrize("url", ["http://127.0.0.1:8088", "http://127.0.0.1:8088/"])
def test_one_telephony_system_is_no_two_sources(cli: Cli, pbx: type[Pbx], url: str) -> None:
    again = PBX.replace("north", "b").replace("http://127.0.0.1:8088", url)
    path = cli.settings(f"{PBX}port = 1\n{again}[source.c]\nadapter = 'simulator'\n[source.d]\nadapter = 'simulator'\n")
    said = f"{path}:6: source.b: this is the same pbx as {path}:1: source.north, by url, user: each of its agents would"
    for command in (("poll",), ("up",), ("config", "show")):
        assert cli.fails(78, *command).startswith(said)
    told = [check for check in cli("doctor", "--json").json if check["what"] == "sources"]
    assert [(check["ok"], check["found"].startswith(said)) for check in told] == [(False, True)]
    assert "source.c" not in cli.fails(78, "poll"), "two floors may be played"


@pytest.mark.parametrize(("key", "other"), [("adapter", "seen"), ("url", "http://127.0.0.2:8088"), ("user", "other")])
def test_another_account_or_address_is_another_source(cli: Cli, pbx: type[Pbx], key: str, other: str) -> None:
    lines = [f"{key} = '{other}'" if line.startswith(key) else line for line in PBX.splitlines()]
    cli.settings(PBX + "\n".join(lines).replace("north", "b") + "\n")
    assert cli("config", "show").code == 0


def test_options_on_the_command_line_are_of_their_kinds(
    cli: Cli, pbx: type[Pbx], monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[Any] = []
    monkeypatch.setattr("data.poller.run", lambda *args, **_: given.append(dict(args[1][0].options)))
    monkeypatch.setenv("FLOORWALK_PBX_SECRET", "hush")
    texts = {
        "url": "http://x",
        "user": "1001",
        "wrap_up_s": "{ sales = 15 }",
        "queues": "sales",
        "port": "8088",
        "patience": "3",
        "proud": "true",
    }
    options = [word for key, text in texts.items() for word in ("--option", f"{key}={text}")]
    cli("poll", "--adapter", "pbx", *options)
    typed = {
        "user": "1001",
        "wrap_up_s": {"sales": 15},
        "queues": ["sales"],
        "port": 8088,
        "patience": 3,
        "proud": True,
    }
    assert given.pop() == {"url": "http://x", "secret": "hush", **typed}
    monkeypatch.setenv("FLOORWALK_PBX_SECRET", "hush")
    cli(
        "poll",
        "--adapter",
        "pbx",
        "--option",
        "url='http://x'",
        "--option",
        "user=a=b",
        "--option",
        'queues=["a", "b"]',
    )
    assert given.pop() == {"url": "http://x", "user": "a=b", "secret": "hush", "queues": ["a", "b"]}
    cli("poll", "--adapter", "queue_log", "--option", 'paths="/var/log/asterisk/queue_log"')
    assert given.pop() == {"paths": ["/var/log/asterisk/queue_log"]}
    assert cli.fails(64, "poll", "--adapter", "pbx", "--option", "port=x") == "--option: port should be a whole number"
    assert pbx.made == []


def test_all_that_is_wrong_with_the_sources_is_said(cli: Cli, pbx: type[Pbx]) -> None:
    cli.settings("[source.a]\nadapter = 'nix'\n[source.b]\nadapter = 'pbx'\nport = 1.5\n")
    lines = cli("poll").err.splitlines()
    assert [line.split("floorwalk.toml:")[1].split(" ")[0] for line in lines] == ["2:", "5:", "3:", "3:"]
    assert pbx.made == []


def test_whoever_only_looks_loads_no_adapter(cli: Cli) -> None:
    """What is wrong with a source hinders nobody who reads the store."""
    cli("import", QUEUE_LOG)
    cli.settings("[source.a]\nadapter = 'nix'\n")
    assert cli("kpi", "--day", "2026-11-21").code == 0
    assert cli("floor").code == 0


def test_a_source_that_is_as_it_should_be(cli: Cli, pbx: type[Pbx], monkeypatch: pytest.MonkeyPatch) -> None:
    more = "port = 1\npatience = 2\nproud = true\nqueues = ['a']\n[source.north.wrap_up_s]\nsales = 15\n"
    path = cli.settings(PBX + more)
    monkeypatch.setenv("FLOORWALK_NORTH_SECRET", "hush")
    shown = cli("config", "show", "--json").json
    assert shown["source.north.adapter"] == {"value": "pbx", "origin": f"{path}:2"}
    assert shown["source.north.url"] == {"value": "http://127.0.0.1:8088", "origin": f"{path}:3"}
    assert shown["source.north.wrap_up_s"] == {"value": {"sales": 15}, "origin": f"{path}:10"}
    assert shown["source.north.secret"] == {"value": "***", "origin": "FLOORWALK_NORTH_SECRET"}
    assert shown["source.north.token"] == {"value": None, "origin": "not found"}
    table = cli("config", "show").out
    assert "source.north.secret" in table
    assert "hush" not in table
    assert pbx.made == []


@pytest.mark.usefixtures("pbx")
def test_a_source_from_the_environment_or_the_command_line_stands_alone(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[Any] = []
    said: list[str] = []

    def run(_store: Path, sources: list[Any], *, started: str, **_more: object) -> int:
        given.append(sources)
        said.append(started)
        return 0

    monkeypatch.setattr("data.poller.run", run)
    log = "[source.log]\nadapter = 'queue_log'\npaths = ['x']\n"
    cli.settings(f"[poller]\ninterval_s = 3\n{PBX}interval_s = 5\n{log}")
    for secret in ("NORTH", "PBX"):
        monkeypatch.setenv(f"FLOORWALK_{secret}_SECRET", f"of {secret}")
    assert cli("poll").code == 0
    options = {"url": "http://127.0.0.1:8088", "user": "floorwalk", "secret": "of NORTH"}
    assert given.pop() == [("north", "pbx", options, 5000), ("log", "queue_log", {"paths": ["x"]}, 3000)]
    monkeypatch.setenv("FLOORWALK_NORTH_SECRET", "of NORTH")
    assert cli("poll", "--interval", 2).code == 0
    assert [source[3] for source in given.pop()] == [2000, 2000], "an option goes before the file"
    assert "several sources are configured" in cli.fails(64, "poll", "--option", "seed=1")
    own = ("--option", "url=http://x", "--option", "user=y")
    assert cli("poll", "--adapter", "pbx", *own).code == 0
    assert given.pop() == [("pbx", "pbx", {"url": "http://x", "user": "y", "secret": "of PBX"}, 3000)]
    monkeypatch.setenv("FLOORWALK_ADAPTER", "simulator")
    assert cli("poll", "--option", "seed=4", "--tz", "Asia/Tokyo").code == 0
    assert given.pop() == [("simulator", "simulator", {"seed": 4, "zone": "Asia/Tokyo"}, 3000)]
    assert [line.split(" into ")[0] for line in said] == [
        "polling north (pbx, every 5 s), log (queue_log, every 3 s)",
        "polling north (pbx), log (queue_log)",
        "polling pbx",
        "polling simulator (a played floor)",
    ]
    shown = cli("config", "show", "--json").json
    assert shown["source.simulator.adapter"] == {"value": "simulator", "origin": "FLOORWALK_ADAPTER"}
    assert not [key for key in shown if "north" in key]
    monkeypatch.setenv("FLOORWALK_ADAPTER", "pbx")
    line = cli("poll").err.splitlines()[0]
    assert line == (
        "floorwalk: FLOORWALK_ADAPTER: source.pbx: pbx needs url: where the system answers, such as "
        "http://127.0.0.1:8088"
    )
