"""Inputs: one source, exact values, clear refusals."""

from __future__ import annotations

import pytest

from ivr_action import generate
from ivr_action.errors import UsageError
from ivr_action.options import OPTIONS, PLATFORM_OPTIONS
from ivr_action.runner import toolkit
from ivr_action.settings import OUTPUTS, Settings, inputs, read_duration, read_settings


def read(**environ: str) -> Settings:
    named = {f"INPUT_{name.replace('_', '-').upper()}": value for name, value in environ.items()}
    return read_settings(named, lambda name: toolkit.get_input(named, name))


def test_nothing_given_is_the_defaults() -> None:
    settings = read()
    assert (settings.flows, settings.changed_only, settings.cycles, settings.fail_on) == ((), "auto", "forbid", "error")
    assert {name.replace("-", "_") for name in (item.name for item in inputs())} == set(Settings.model_fields)


def test_empty_and_blank_inputs_equal_absent_ones() -> None:
    assert read(fail_on="", cycles="  ", flows="\n") == read()


def test_flows_are_split_at_lines_and_commas() -> None:
    assert read(flows="a.yaml, b/*.json\n\n !c \n").flows == ("a.yaml", "b/*.json", "!c")


def test_words_are_taken_in_any_case() -> None:
    assert read(fail_on="Warning", summary="FALSE").fail_on == "warning"


def test_input_counts_before_environment_before_default() -> None:
    environ = {"INPUT_FAIL-ON": "note", "IVR_ACTION_FAIL_ON": "warning", "IVR_ACTION_CYCLES": "allow"}
    settings = read_settings(environ, lambda name: toolkit.get_input(environ, name))
    assert (settings.fail_on, settings.cycles, settings.changed_only) == ("note", "allow", "auto")
    environ["INPUT_FAIL-ON"] = ""
    assert read_settings(environ, lambda name: toolkit.get_input(environ, name)).fail_on == "warning"


def test_every_bad_value_is_named_with_what_is_accepted() -> None:
    with pytest.raises(UsageError) as caught:
        read(fail_on="fatal", changed_only="maybe", report_file="/etc/passwd")
    text = str(caught.value)
    assert "`fail-on` is `fatal`; accepted: error, warning, note, never" in text
    assert "`changed-only` is `maybe`; accepted: auto, true, false" in text
    assert "`report-file` is `/etc/passwd`; accepted: a path inside the workspace" in text


@pytest.mark.parametrize("path", ["../x", "a/../../x", "C:\\x", "\\x"])
def test_result_files_stay_in_the_workspace(path: str) -> None:
    with pytest.raises(UsageError, match="inside the workspace"):
        read(sarif_file=path)


def test_secrets_are_all_known_and_none_is_shown() -> None:
    given = {"client_secret": "s3cret", "access_token": "t0ken", "webhook_secret": "whsec_x", "github_token": "ghs_1"}
    settings = read(**given, webhook_urls="https://a.example/T0P\nhttps://b.example/x,y")
    assert set(settings.secrets()) == {*given.values(), "https://a.example/T0P", "https://b.example/x,y"}
    assert not any(secret in repr(settings) for secret in settings.secrets())


@pytest.mark.parametrize(("text", "seconds"), [("5", 300), ("90s", 90), ("1.5 m", 90), ("2H", 7200), ("0", 0)])
def test_lengths_of_time(text: str, seconds: float) -> None:
    assert read_duration(read(timeout=text).timeout) == seconds


@pytest.mark.parametrize("text", ["soon", "-1", "5 minutes", "25h", "1e3"])
def test_what_is_no_length_of_time_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match=f"`lock-wait` is `{text}`; accepted: minutes, or `90s`"):
        read(lock_wait=text)


def test_an_unknown_input_is_an_error_with_the_name_that_was_meant() -> None:
    with pytest.raises(UsageError, match=r"Unknown input `fail_on`. Did you mean `fail-on`\?"):
        read_settings({"INPUT_FAIL_ON": "error"}, lambda _: "")
    with pytest.raises(UsageError, match=r"Unknown input `zzz`. Inputs are: flows, changed-only"):
        read_settings({"INPUT_ZZZ": ""}, lambda _: "")


def test_the_runners_own_entrypoint_and_args_are_no_inputs() -> None:
    assert read(entrypoint="/x", args="y") == read()


def test_generated_files_are_what_generate_writes() -> None:
    assert generate.stale(generate.ROOT, generate.generated()) == []


def test_generate_writes_what_is_stale_and_removes_pages_of_rules_that_are_gone(
    tmp_path: generate.Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "docs/rules").mkdir(parents=True)
    (tmp_path / "docs/rules/gone.md").write_text("x")
    assert generate.main(["--check"], tmp_path) == 1
    assert "docs/rules/gone.md" in capsys.readouterr().err
    assert generate.main([], tmp_path) == 0
    assert not (tmp_path / "docs/rules/gone.md").exists()
    assert generate.main(["--check"], tmp_path) == 0


def test_action_yml_names_no_default_that_would_hide_the_environment() -> None:
    import yaml

    action = yaml.safe_load(generate.action_yml(inputs()))
    assert list(action["inputs"]) == [item.name for item in inputs()]
    defaults = {name: item["default"] for name, item in action["inputs"].items() if "default" in item}
    assert defaults == {"github-token": "${{ github.token }}"}  # which only GitHub can fill in
    assert list(action["outputs"]) == list(OUTPUTS)
    assert action["runs"] == {"using": "docker", "image": "Dockerfile"}


def test_options_of_the_command_line_are_the_inputs() -> None:
    by_name = {item.name: item for item in inputs()}
    for option in (*OPTIONS, *PLATFORM_OPTIONS):
        assert not by_name[option.name].secret
        declared = by_name[option.name]
        assert (option.environment, option.default, option.choices) == (
            declared.environment, declared.default, declared.choices,
        )  # fmt: skip
