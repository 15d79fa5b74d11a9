"""One table of settings: options, pytest, files, the environment and the documentation say the same."""

import dataclasses
import importlib
import inspect
import json
import re

import pytest
from starlette.applications import Starlette

from restore_conformance import cli, pytest_campaign
from restore_conformance.clauses import load
from restore_conformance.commands import run
from restore_conformance.commands.arguments import Parser, take_environment
from restore_conformance.commands.options import settings_of
from restore_conformance.settings import Settings
from restore_conformance.settings.files import FILE, configuration, user_file
from restore_conformance.settings.table import ROWS, SETTINGS, kinds_of, secrets_in, settings_of_command
from restore_conformance.spelling import suggestion
from restore_conformance.stimuli import PROFILES
from restore_conformance.testing import campaign
from restore_conformance.verdicts import UsageError


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An empty working directory, and no configuration of the user's own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "own"))
    monkeypatch.setenv("APPDATA", str(tmp_path / "own"))
    for row in SETTINGS:
        monkeypatch.delenv(row.environment or "NO_SUCH_VARIABLE", raising=False)
    return tmp_path


def parsed(*words, environment=None):
    """The settings of a run with these options, in the working directory."""
    parser = Parser(prog="restore-conformance run")
    run.add_arguments(parser)
    arguments = parser.parse_args(list(words))
    take_environment(arguments, settings_of_command("run"), environment or {})
    return settings_of(arguments, load())


def own(text):
    path = user_file()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


# ------------------------------------------------------------------ one table


def test_a_run_without_options_has_the_defaults(folder):
    """What nobody sets is as the table says."""
    made, plain = parsed(), Settings()
    for field in dataclasses.fields(Settings):
        if field.name != "edition":  # "" is the pinned one, which is named in a run
            assert getattr(made, field.name) == getattr(plain, field.name), field.name


def test_every_profile_stands_in_the_table():
    """The names of the table are those of the plans."""
    assert set(ROWS["profile"].choices) == set(PROFILES)


def test_each_setting_stands_once():
    """Names, options, variables and keys are its own."""
    for what in ("name", "spelled", "key"):
        found = [getattr(row, what) for row in SETTINGS]
        assert len(found) == len(set(found)), what


def test_a_strangers_file_may_say_how_much_and_in_which_form():
    """Everything else decides where something is sent or written, or whose rules count."""
    anywhere = {row.name for row in SETTINGS if row.places == "anywhere"}
    assert anywhere == {"profile", "seed", "readings", "edition", "har", "plain"}
    assert not [row.name for row in SETTINGS if row.secret and row.places != "nowhere"]


def test_the_environment_neither_names_a_target_nor_gives_leave():
    """A forgotten variable sends nothing anywhere."""
    for name in ("target", "emulators", "ca_bundle", "config", "yes", "restore_points", "granular_items"):
        assert not ROWS[name].environment


def test_pytest_has_the_options_of_its_rows(folder):
    """Each row for pytest is an option there, and is handed on under the name that the command knows."""

    class Config:
        def getoption(self, spelled):
            row = next(row for row in rows if row.spelled == spelled)
            return True if row.kind == "switch" else ["A=-b"] if row.repeatable else "-1"

    rows = settings_of_command("pytest")
    words = pytest_campaign.arguments_of(Config())
    assert "--seed=-1" in words
    assert "--identity=A=-b" in words
    assert len(words) == len(rows)
    spelled = pytest_campaign.spelled("--seed is bad; say --emulator, --restore-points")
    assert spelled == "--restore-seed is bad; say --restore-emulator, --restore-points"


# ------------------------------------------------------------------ which targets a setting is for

NAMELESS = {"http": "http://127.0.0.1:9/beta", "https": "https://127.0.0.1:9/beta", "application": Starlette()}
"""Targets of the kinds that have no name; nothing is sent to them."""
VALUES = {"profile": "quick", "readings": "empty-list=accept", "edition": "latest", "as_of": "2026-02"}
UNUSABLE = [
    pytest.param(front, row, NAMELESS.get(kind, kind), id=f"{front}-{row.name}-{kind}")
    for front in ("run", "record", "pytest", "python")
    for row in settings_of_command(front)
    for kind in sorted(kinds_of(front) - row.targets)
]  # fmt: skip
"""Each setting of each front with each target that it is not for."""


def value_of(row):
    """A value other than the default, as a file holds it."""
    if row.kind == "switch":
        return not row.default
    if row.kind in {"whole", "number"}:
        return 3
    value = VALUES.get(row.name, "x")
    return [value] if row.kind == "texts" else {"x": "y"} if row.kind == "pairs" else value


def words_of(row):
    """The same on a command line."""
    value = value_of(row)
    if row.kind == "switch":
        return [row.spelled]
    return [f"{row.spelled}={'x=y' if row.kind == 'pairs' else value[0] if row.kind == 'texts' else value}"]


class Options:
    """The options of pytest, of which some are given."""

    def __init__(self, words):
        self.given = dict(word.partition("=")[::2] for word in words)

    def getoption(self, spelled):
        row = next(row for row in settings_of_command("pytest") if row.spelled == spelled)
        value = self.given.get(spelled)
        return value is not None if row.kind == "switch" else [value] if row.repeatable and value else value


@pytest.mark.parametrize(("front", "row", "target"), UNUSABLE)
def test_a_setting_that_the_target_cannot_use_is_refused(folder, capsys, front, row, target):
    """By every front, before anything is sent: one sentence that names the setting and the target."""
    (folder / "x").touch()
    words = words_of(row)
    if front == "python":
        with pytest.raises(UsageError) as raised:
            campaign(target, **{row.name: value_of(row)})
        said = str(raised.value)
    elif front == "pytest":
        with pytest.raises(pytest_campaign.Ended) as ended:
            pytest_campaign.outcome_of(Options([*words, f"--restore-target={target}"]), [])
        assert ended.value.code == 2
        said = str(ended.value)
    else:
        assert cli.main([front, "--target", target, *words, *(["--to", "c"] if front == "record" else [])]) == 2
        said = capsys.readouterr().err
    name = row.name if front == "python" else row.spelled
    assert re.search(rf"(^|: ){name} has no meaning with (--restore-|--|)target .*: it is for ", said)
    assert said.count("\n") <= 1


@pytest.mark.parametrize(("front", "row", "target"), [one for one in UNUSABLE if one.values[0] == "run"])
def test_what_is_set_for_several_runs_is_passed_over(folder, front, row, target):
    """A variable or a file serves several targets, so that neither stops a run, nor is it shown as a setting of it."""
    plain = parsed("--target", target)
    if row.environment:
        text = words_of(row)[0].partition("=")[2] or "true"
        assert parsed("--target", target, environment={row.environment: text}) == plain
    if row.places != "nowhere":
        own(f"[run]\n{row.name} = {json.dumps(value_of(row))}\n")
        assert parsed("--target", target) == plain


MODES = {
    name: module.MODES
    for name in cli.COMMANDS
    if hasattr(module := importlib.import_module(f"restore_conformance.commands.{name}"), "MODES")
}
PASSED_OVER = [
    (mode, option)
    for modes in MODES.values()
    for mode in modes
    for option in sorted({option for options in modes.values() for option in options.split()} - {*modes[mode].split()})
    if option not in {"--resume", *" ".join(modes).split()}  # they would choose another mode
]
VALUE = {
    "--fail-on": "any",
    "--client": "create",
    "--area": "all",
    "--half": "choosing",
    "--only": "faults",
    "--format": "json",
}
VALUE |= dict.fromkeys(("--night", "--as-of", "--expires"), "2026-02-03") | {"--profile": "quick"}
SWITCHES = {"--accept-loss"}


@pytest.mark.parametrize("command", MODES)
def test_every_option_of_a_command_belongs_to_a_mode(command):
    """So that a new option is either used or refused by each of them."""
    parser = Parser(prog=command)
    importlib.import_module(f"restore_conformance.commands.{command}").add_arguments(parser)
    known = set(parser._option_string_actions) - {"-h", "--help"}
    assert {option for options in MODES[command].values() for option in options.split()} == known


@pytest.mark.parametrize(("mode", "option"), PASSED_OVER)
def test_an_option_that_a_mode_of_a_command_passes_over_is_refused(folder, capsys, mode, option):
    """One sentence that says where it belongs."""
    words = mode.split()
    words += {"drift --as-of": ["2026-02-03"], "bench --exchanges": ["5"]}.get(mode, [])
    words += {"report": ["r"]}.get(words[0], ["--history=h"] if words[0] == "history" else [])
    assert cli.main([*words, option if option in SWITCHES else f"{option}={VALUE.get(option, '1')}"]) == 2
    said = capsys.readouterr().err
    assert f"{option} has no meaning with {mode}: it is for " in said, said
    assert said.count("\n") == 1


def test_an_emulator_that_is_not_the_target_is_refused_as_such(folder, capsys):
    """A slip in the name of an emulator would make it a tenant."""
    assert cli.main(["run", "--target", "https://emulater.example/beta", "--emulator", "emulator.example"]) == 2
    said = capsys.readouterr().err
    assert "--emulator has no meaning with --target https://emulater.example/beta, a live target" in said
    assert said.endswith("say so with --emulator emulater.example.\n")


def test_the_python_interface_has_the_options_and_defaults_of_the_table():
    """Each row for Python is an argument of `campaign`, with the default of the table."""
    given = inspect.signature(campaign).parameters
    rows = {row.name: row for row in settings_of_command("python")}
    assert set(given) - {"path"} == set(rows)
    for name, row in rows.items():
        assert (given[name].default or "") == (row.default or ""), name


# ------------------------------------------------------------------ where a value comes from


def test_the_command_line_goes_before_the_environment_and_that_before_files(folder):
    """Of files, that of the working directory goes before the user's own, for what it may say."""
    own('profile = "deep"\n[run]\nseed = 1\ntimeout = 3\npatience = 4\n[run.readings]\nempty-list = "accept"\n')
    (folder / "pyproject.toml").write_text('[tool.restore-conformance.run]\nseed = 2\nprofile = "quick"\n')
    (folder / FILE).write_text("[run]\nseed = 3\n")
    made = parsed("--target", NAMELESS["http"])
    assert (made.seed, made.profile, made.timeout, made.patience) == (3, "quick", 3.0, 4.0)
    assert made.readings == {"empty-list": frozenset({"accept"})}
    environment = {"RESTORE_CONFORMANCE_SEED": "4", "RESTORE_CONFORMANCE_READINGS": "empty-list=reject"}
    made = parsed(environment=environment)
    assert (made.seed, made.readings) == (4, {"empty-list": frozenset({"reject"})})
    made = parsed("--seed", "5", "--reading", "empty-list=open", environment=environment)
    assert made.seed == 5
    assert len(made.readings["empty-list"]) > 1


def test_a_day_on_the_command_line_goes_before_an_edition_of_a_file(folder):
    """Both say which edition binds; only two of the same strength contradict each other."""
    (folder / FILE).write_text('edition = "latest"\n')
    assert parsed("--as-of", "2026-02-01").chosen().edition.name == "2026-02"
    with pytest.raises(UsageError, match="--edition and --as-of both"):
        parsed("--as-of", "2026-02-01", "--edition", "latest")
    both = {"RESTORE_CONFORMANCE_EDITION": "latest", "RESTORE_CONFORMANCE_AS_OF": "2026-02"}
    with pytest.raises(UsageError, match="RESTORE_CONFORMANCE_EDITION and RESTORE_CONFORMANCE_AS_OF both"):
        parsed(environment=both)


def test_a_strangers_project_names_no_target(folder, capsys):
    """One line says what of its table is not honoured; a project without our table is passed over in silence."""
    (folder / "pyproject.toml").write_text('[tool.other]\nx = 1\n[project]\nname = "restore-conformance"\n')
    assert configuration(None).notice == ""
    text = (
        '[tool.restore-conformance]\nseed = 2\n[tool.restore-conformance.run]\ntarget = "https://evil.example/beta"\n'
    )
    (folder / "pyproject.toml").write_text(text)
    found = configuration(None)
    assert found.run == {"seed": 2}
    assert found.notice.count("not for target") == 1
    found = configuration("pyproject.toml")
    assert found.run == {"seed": 2, "target": "https://evil.example/beta"}


def test_a_path_in_a_file_lies_beside_it(folder):
    """As those of [live] do."""
    path = own('[run]\ndeviations = "accepted.toml"\nreport = "/elsewhere"\n')
    assert configuration(None).run["deviations"] == str(path.parent / "accepted.toml")
    assert configuration(None).run["report"] == "/elsewhere"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('[run]\nseeed = 1\n', "Did you mean 'seed'"),
        ('[run]\ntoken = "T"\n', "unknown table or setting 'run.token'"),
        ("[run]\nseed = -1\n", "run.seed is a whole number from 0"),
        ('[run]\nprofile = "quik"\n', "Did you mean 'quick'"),
        ("[run]\ntimeout = true\n", "run.timeout is a number"),
        ("seed = 1\n[run]\nseed = 1\n", "holds seed twice"),
        ("run = 3\n", "[run] is a table"),
    ],
)  # fmt: skip
def test_a_mistake_in_a_file_is_one_sentence(folder, text, says):
    """It names the file and the setting."""
    path = own(text)
    with pytest.raises(UsageError) as found:
        configuration(None)
    assert says in str(found.value)
    assert str(path) in str(found.value)
    assert "--config" not in str(found.value)  # which nobody gave


@pytest.mark.parametrize(
    ("variable", "text", "says"),
    [
        ("PATIENCE", "-1", " is a number from 0"),
        ("HAR", "perhaps", " is true or false"),
        ("TOKEN", "\u00e4" * 20, " holds a letter beyond ASCII"),
        ("IDENTITIES", "boss=T", " takes NAME=TOKEN"),
    ],
)
def test_a_value_of_the_environment_is_checked_under_its_name(folder, variable, text, says):
    """A message names the variable, and no option that nobody gave."""
    name = f"RESTORE_CONFORMANCE_{variable}"
    with pytest.raises(UsageError, match=f"^{name}{says}"):
        parsed("--target", NAMELESS["http"], environment={name: text})


def test_the_command_heeds_the_environment(folder, monkeypatch, capsys):
    """Before anything is sent."""
    monkeypatch.setenv("RESTORE_CONFORMANCE_SEED", "-1")
    assert cli.main(["run"]) == 2
    assert capsys.readouterr().err.startswith("restore-conformance run: RESTORE_CONFORMANCE_SEED is a whole number")


def test_every_secret_is_known_before_anything_is_parsed():
    """On the command line in both forms, and in the environment."""
    environment = {"RESTORE_CONFORMANCE_TOKEN": "t0", "RESTORE_CONFORMANCE_IDENTITIES": "expired=e1\npersonal=p1"}
    found = secrets_in(["run", "--token", "t1", "--identity=expired=e2", "--seed", "7"], environment)
    assert set(found.values()) >= {"t1", "e2", "p1"}


# ------------------------------------------------------------------ what may have been meant


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("run", "--patiense", "3"), "Did you mean --patience?"),
        (("run", "--targt=mock"), "Did you mean --target?"),
        (("runn",), "Did you mean 'run'?"),
        (("run", "--profile", "standart"), "Did you mean 'standard'?"),
        (("run", "--reading", "empty-lst=accept"), "Did you mean 'empty-list'?"),
        (("run", "--reading", "empty-list=acept"), "Did you mean 'accept'?"),
        (("run", "--edition", "2026-2"), "Did you mean '2026-02'"),
        (("run", "--target", "replya"), "Did you mean 'replay'?"),
        (("run", "--target", "http://127.0.0.1:9/beta", "--identity", "read-onyl=T"), "Did you mean 'read-only'"),
        (("bench", "--half", "reportin"), "Did you mean 'reporting'?"),
        (("serve", "--fault", "mixed-acepted"), "mixed-accepted"),
        (("clauses", "create/response.creatd"), "Did you mean create/response.created"),
        (("clauses", "creatd"), "Did you mean create/response.created"),
        (("clauses", "nonsense"), "Did you mean "),
        (("record", "get/response.lat", "--target", "mock"), "Did you mean get/response.late"),
    ],
)  # fmt: skip
def test_a_misspelt_name_is_answered_with_the_near_one(folder, capsys, words, says):
    """One sentence, under the name of the command, exit 2."""
    assert cli.main(list(words)) == 2
    said = capsys.readouterr().err
    assert says in said
    assert said.count("\n") == 1
    assert said.startswith("restore-conformance: " if words == ("runn",) else f"restore-conformance {words[0]}: ")


def test_an_option_is_given_whole(folder, capsys):
    """An abbreviated one could hold a secret that is not known as such."""
    assert cli.main(["run", "--tok", "a-secret-of-the-user"]) == 2
    assert "a-secret" not in capsys.readouterr().err


def test_nothing_is_suggested_for_what_resembles_nothing():
    assert suggestion("zzzzzz", ["quick", "deep"]) == ""
    assert suggestion("x" * 100_000, ["quick"]) == ""
