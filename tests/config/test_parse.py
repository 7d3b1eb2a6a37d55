"""The configuration file: what it may say, and how a mistake in it is named."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from ivr_action.check.registry import KNOWN
from ivr_action.config import Config, ConfigError, Environment, changed_keys, parse_config, strictest
from ivr_action.config.schema import PATH, config_schema
from ivr_action.genesys.regions import REGIONS
from ivr_action.model import Level

ROOT = Path(__file__).parent.parent.parent
WHOLE = """\
# yaml-language-server: $schema=./config-1.json
rules:
  cycle: off
  dead-end: warning
  menu-too-wide: {level: note, max-choices: 9}
  menu-too-deep:
    max-menus: 0
ignore:
  - legacy/**
  - flows/old.yaml
flows: ["flows/**/*.yaml", '!flows/test/**']
fail-on: warning
cycles: caller-input
substitutions:
  queue: Support
  number: +15551234567
baseline: ci/known.json
environments:
  test: {region: mypurecloud.ie, organisation: acme, substitutions: test.yaml, deploy-tags: test-*}
  live:
    substitutions: {queue: Live}
    flow-ids: {flows/main.yaml: 0f1e}
    prompts: {12: Welcome}
    deploy-tags: [v*, live-*]
"""


def parsed(source: str) -> Config:
    return parse_config(".ivr-action.yml", source.encode(), KNOWN.values())


def problems(source: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        parsed(source)
    return str(caught.value).splitlines()


def test_every_key_is_read() -> None:
    assert parsed(WHOLE) == Config(
        path=".ivr-action.yml",
        levels={"cycle": None, "dead-end": Level.WARNING, "menu-too-wide": Level.NOTE},
        settings={"menu-too-wide": {"max-choices": 9}, "menu-too-deep": {"max-menus": 0}},
        ignore=("legacy/**", "flows/old.yaml"),
        flows=("flows/**/*.yaml", "!flows/test/**"),
        fail_on="warning",
        cycles="caller-input",
        substitutions='{"queue": "Support", "number": "+15551234567"}',
        baseline="ci/known.json",
        environments={
            "test": Environment("mypurecloud.ie", "acme", "test.yaml", {}, ("test-*",)),
            "live": Environment(
                "", "", '{"queue": "Live"}', {"flows/main.yaml": "0f1e"}, ("v*", "live-*"), {"12": "Welcome"}
            ),
        },
    )


@pytest.mark.parametrize("source", ["", "\n", "# nothing\n---\n# more\n", "\ufeff", "{}", "rules:\nignore: ~\n"])
def test_a_file_that_says_nothing_equals_an_absent_one(source: str) -> None:
    assert parsed(source) == Config(".ivr-action.yml")


def test_json_is_read_too() -> None:
    assert parsed('{"rules": {"cycle": "off"}, "fail-on": "note"}') == Config(
        ".ivr-action.yml", {"cycle": None}, fail_on="note"
    )


@pytest.mark.parametrize(
    ("source", "line", "words"),
    [
        ("cycles: allow\nignores: [x]\n", "2:1", "Unknown key `ignores`. Did you mean `ignore`?"),
        ("fail_on: error\n", "1:1", "Did you mean `fail-on`?"),
        ("colour: red\n", "1:1", "Known are `$schema`, `rules`"),
        ("rules:\n  dead-ends: off\n", "2:3", "There is no rule `dead-ends`. Did you mean `dead-end`?"),
        ("rules:\n  xyzzy: off\n", "2:3", "`ivr-action rules` lists them"),
        ("rules:\n  cycle: of\n", "2:10", "`cycle` is `of`; accepted: `off`"),
        ("rules:\n  cycle: [off]\n", "2:", "is a list"),
        ("rules:\n  cycle:\n", "2:", "`cycle` takes: `off`"),
        ("rules:\n  cycle: {leve: off}\n", "2:11", "Unknown key `leve` of the rule `cycle`. Did you mean `level`?"),
        ("rules:\n  menu-too-wide: {max-choices: many}\n", "2:32", "whole number"),
        ("rules:\n  menu-too-wide: {max-choices: -1}\n", "2:32", "whole number"),
        ("rules:\n  unreadable-file: off\n", "2:20", "always `error`"),
        ("rules:\n  unreadable-file: {level: note}\n", "2:28", "always `error`"),
        ("rules: [cycle]\n", "1:", "`rules` must be a mapping"),
        ("fail-on: errors\n", "1:10", "Did you mean `error`?"),
        ("cycles: yes\n", "1:9", "`cycles` is `yes`; accepted: `forbid`"),
        ("ignore: [a, 5]\n", "1:13", "Each entry of `ignore` must be a text"),
        ("ignore: ['!a']\n", "1:", "without `!`"),
        ("ignore: {a: b}\n", "1:", "a text or a list of texts"),
        ("baseline: ../known.json\n", "1:11", "inside the workspace"),
        ("baseline: /etc/known.json\n", "1:11", "inside the workspace"),
        ("substitutions: {a: [b]}\n", "1:", "`a` must be one text"),
        ("substitutions: [a]\n", "1:", "a path, or a mapping of keys to texts"),
        ("environments: {test: {regions: x}}\n", "1:23", "Did you mean `region`?"),
        ("environments:\n  test:\n    region: moon-1\n", "3:13", "`moon-1` is no region of Genesys Cloud. Known are"),
        ("environments: {test: {region: eu-wst-1}}\n", "1:31", "Did you mean `eu-west-1`? Known are"),
        ("environments: {test: {region: [eu-west-1]}}\n", "1:", "`region` must be a text"),
        ("environments: {test: live}\n", "1:", "`test` must be a mapping"),
        ("rules: {\n", "", "The YAML cannot be read"),
        ("cycles: allow\ncycles: forbid\n", "2:1", "stands twice"),
        ("- rules\n", "1:", "no mapping of keys to values"),
    ],
)
def test_a_mistake_has_its_line_and_what_was_meant(source: str, line: str, words: str) -> None:
    (problem,) = problems(source)
    assert problem.startswith(f".ivr-action.yml:{line}")
    assert words in problem


def test_a_mistaken_region_is_told_with_all_that_there_are() -> None:
    (problem,) = problems("environments: {test: {region: moon-1}}\n")
    assert all(f"`{region.name}` (`{region.domain}`)" in problem for region in REGIONS)


@pytest.mark.parametrize("region", ["eu-west-1", "EU_WEST_1", "https://login.mypurecloud.ie/", "~", "''"])
def test_a_region_is_taken_in_each_of_its_spellings(region: str) -> None:
    assert parsed(f"environments: {{test: {{region: {region}}}}}\n").environments["test"].region == region.strip("~'")


def test_all_mistakes_are_named_in_order() -> None:
    found = problems("fail-on: x\nrules:\n  a-b: off\n  cycle: y\nz: 1\n")
    assert [problem.split(":")[1] for problem in found] == ["1", "3", "4", "5"]


def test_what_is_no_text_is_said() -> None:
    with pytest.raises(ConfigError, match="not UTF-8"):
        parse_config(".ivr-action.yml", b"rules: \xff", KNOWN.values())


# -- the schema for editors


def test_the_schema_is_one_and_the_published_one() -> None:
    text = config_schema(KNOWN.values())
    Draft202012Validator.check_schema(json.loads(text))
    assert (ROOT / PATH).read_text(encoding="utf-8") == text


ODD: st.SearchStrategy[Any] = st.one_of(
    st.none(), st.booleans(), st.integers(-2, 9),
    st.sampled_from(["", "x", "off", "error", "!a", "../a", "a/../b", "/a"]),
    st.lists(st.sampled_from(["a", "", "!b", 5, None]), max_size=2),
    st.dictionaries(st.sampled_from(["a", "level"]), st.sampled_from(["x", 5, None, "off"]), max_size=2),
)  # fmt: skip


def mostly(good: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.integers(0, 6).flatmap(lambda n: ODD if n == 0 else good)


LEVEL = mostly(st.sampled_from(["off", "note", "warning", "error"]))
RULE = mostly(LEVEL | st.fixed_dictionaries({}, optional={"level": LEVEL, "max-choices": mostly(st.integers(0, 9))}))
TEXTS = mostly(st.lists(mostly(st.sampled_from(["a/**", "b"])), max_size=2) | st.sampled_from(["a", "b/*"]))
VALUES = mostly(st.dictionaries(st.sampled_from(["k", "l"]), mostly(st.sampled_from(["v", 5, True])), max_size=2))
ENVIRONMENT = mostly(
    st.fixed_dictionaries(
        {},
        optional={
            "region": mostly(st.sampled_from(["eu-west-1", "mypurecloud.ie"])),
            "organisation": mostly(st.just("x")), "substitutions": VALUES,
            "flow-ids": mostly(st.dictionaries(st.just("a"), mostly(st.just("id")))), "deploy-tags": TEXTS,
        },
    )
)  # fmt: skip
DOCUMENTS = st.fixed_dictionaries(
    {},
    optional={
        "rules": mostly(st.fixed_dictionaries({}, optional={"cycle": LEVEL, "menu-too-wide": RULE, "nothing": LEVEL})),
        "ignore": TEXTS, "flows": TEXTS, "substitutions": VALUES | st.just("a.yaml"),
        "fail-on": mostly(st.sampled_from(["error", "never"])), "cycles": mostly(st.just("allow")),
        "baseline": mostly(st.sampled_from(["a.json", "b/c.json", "a..json"])),
        "environments": mostly(st.dictionaries(st.sampled_from(["test", "live"]), ENVIRONMENT, max_size=2)),
    },
)  # fmt: skip


@settings(max_examples=600, deadline=None)
@given(DOCUMENTS)
def test_the_schema_and_the_reader_agree(value: dict[str, Any]) -> None:
    validator = Draft202012Validator(json.loads(config_schema(KNOWN.values())))
    expected = validator.is_valid(value)
    for source in (json.dumps(value), yaml.dump(value, Dumper=yaml.CSafeDumper)):
        try:
            parsed(source)
            said = ""
        except ConfigError as error:
            said = str(error)
        assert expected == (not said), said or [error.message for error in validator.iter_errors(value)]


# -- what weakens the check


def test_the_strictest_configuration_keeps_only_what_makes_it_stricter() -> None:
    config = parsed(
        "rules: {cycle: off, dead-end: note, menu-too-wide: error}\nignore: a\nflows: b\nfail-on: never\n"
        "cycles: allow\nbaseline: c.json\nsubstitutions: d.yaml\nenvironments: {test: {}}\n"
    )
    strict = strictest(config, KNOWN.values())
    assert strict == Config(
        ".ivr-action.yml", {"menu-too-wide": Level.ERROR}, substitutions="d.yaml", environments={"test": Environment()}
    )
    assert strictest(parsed("fail-on: note\n"), KNOWN.values()).fail_on == "note"


def test_a_rule_that_is_off_by_default_stays_on_where_it_was_switched_on() -> None:
    off = next((rule for rule in KNOWN.values() if not rule.enabled), None)
    if off is None:
        pytest.skip("every rule is on by default")
    assert strictest(parsed(f"rules: {{{off.id}: note}}\n"), KNOWN.values()).levels == {off.id: Level.NOTE}


def test_the_keys_that_differ_are_named_as_the_file_spells_them() -> None:
    before = parsed("rules: {cycle: off}\nfail-on: error\n")
    after = parsed("rules: {menu-too-wide: {max-choices: 3}}\nfail-on: never\nignore: x\n")
    assert changed_keys(before, after) == ["rules", "ignore", "fail-on"]
    assert changed_keys(before, before) == []
