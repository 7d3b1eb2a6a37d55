"""Environments: their substitutions are tried out on every change, and the tag or the input says which one is meant."""

from __future__ import annotations

import pytest

from tests.conftest import Repository, Step
from tests.samples import menu_flow

FLOW = menu_flow().replace("tts: Press one for sales", "tts: Welcome to {{company}}. Press one for sales")
CONFIG = """\
flows: [flows]
environments:
  test: {substitutions: values/test.yaml, deploy-tags: test-*}
  live: {substitutions: values/live.yaml, deploy-tags: v*}
"""
FILES = {
    ".ivr-action.yml": CONFIG,
    "flows/main.yaml": FLOW,
    "flows/other.yaml": FLOW.replace("Main line", "Other line"),
    "values/test.yaml": "company: Acme\n",
    "values/live.yaml": "company: Acme\n",
}


def review(repository: Repository, step: Step, files: dict[str, str]) -> None:
    repository.commit(FILES)
    repository.git("checkout", "--quiet", "-b", "topic")
    repository.commit(files)
    repository.git("checkout", "--quiet", "main")
    repository.git("merge", "--quiet", "--no-ff", "--message=merge", "topic")
    step.environ["GITHUB_SHA"] = repository.git("rev-parse", "HEAD")


def test_a_key_that_one_environment_lacks_is_an_error_on_its_line(repository: Repository, step: Step) -> None:
    review(
        repository,
        step,
        {"flows/main.yaml": FLOW.replace("nine", "{{leave}}"), "values/test.yaml": "leave: nine\ncompany: A\n"},
    )
    ran = step.run("pull_request")
    assert ran.status == 1
    assert "title=environment-values,file=flows/main.yaml,line=10," in ran.out
    assert "Environment `live`: `{{leave}}` has no value" in ran.out
    assert "`test`" not in ran.out


@pytest.mark.parametrize("value", ["'A: B'", '"x\\n  bad"'])
def test_a_value_that_breaks_the_yaml_is_one_too_in_every_flow(repository: Repository, step: Step, value: str) -> None:
    review(repository, step, {"values/live.yaml": f"company: {value}\n"})
    ran = step.run("pull_request")
    assert ran.status == 1, ran.out
    for path in ("flows/main.yaml", "flows/other.yaml"):
        assert f"title=environment-values,file={path},line=10," in ran.out
    assert "Environment `live`: the value of `{{company}}`, from `values/live.yaml`, breaks the YAML" in ran.out


@pytest.mark.parametrize("value", ["'A: B'", '"x\\n  bad"'])
def test_a_value_of_the_chosen_environment_that_breaks_the_yaml_is_named_too(
    repository: Repository, step: Step, value: str
) -> None:
    repository.commit(FILES | {"values/live.yaml": f"company: {value}\n"})
    ran = step.run(environment="live")
    assert ran.status == 1, ran.out
    for path in ("flows/main.yaml", "flows/other.yaml"):
        assert f"title=unreadable-file,file={path},line=10," in ran.out
    assert "the value of `{{company}}`, from `values/live.yaml`, breaks the YAML" in ran.out


def test_no_value_is_blamed_for_a_file_that_is_broken_itself(repository: Repository, step: Step) -> None:
    repository.commit(FILES | {"flows/main.yaml": f"{FLOW}  - [\n"})
    ran = step.run(environment="live")
    assert ran.status == 1
    assert "title=unreadable-file,file=flows/main.yaml" in ran.out
    assert "the value of" not in ran.out


def test_an_error_in_both_is_told_once(repository: Repository, step: Step) -> None:
    review(repository, step, {"flows/main.yaml": FLOW.replace("nine", "{{leave}}")})
    ran = step.run("pull_request")
    assert ran.outputs["error-count"] == "1"
    assert "Environments `test`, `live`: `{{leave}}`" in ran.out


def test_the_chosen_environments_values_are_what_the_check_reads(repository: Repository, step: Step) -> None:
    repository.commit(FILES | {"values/live.yaml": "x: y\n"})
    assert "title=undefined-substitution" in step.run(environment="live").out
    assert "title=environment-values" in step.run(environment="test").out
    assert step.run(environment="live", substitutions="company: Given").status == 0  # an input wins


def test_a_level_and_a_comment_count_for_it_as_for_a_rule(repository: Repository, step: Step) -> None:
    repository.commit(
        FILES | {"values/live.yaml": "x: y\n", ".ivr-action.yml": f"{CONFIG}rules: {{environment-values: off}}\n"}
    )
    assert step.run().status == 0


def test_a_file_of_values_that_is_not_there_stops_the_step(repository: Repository, step: Step) -> None:
    repository.commit(FILES | {".ivr-action.yml": CONFIG.replace("values/live", "values/gone")})
    ran = step.run()
    assert ran.status == 2
    assert "Environment `live`: The substitutions file `values/gone.yaml` cannot be read" in ran.out


def test_a_region_that_there_is_not_is_found_by_a_check_without_credentials(repository: Repository, step: Step) -> None:
    repository.commit(FILES | {".ivr-action.yml": CONFIG.replace("deploy-tags: v*", "region: moon-1")})
    ran = step.run()
    assert ran.status == 2
    assert ".ivr-action.yml:4:51: `moon-1` is no region of Genesys Cloud." in ran.out
    assert "(`mypurecloud.ie`)" in ran.out


def test_a_mistake_in_an_environment_is_named_with_its_line(repository: Repository, step: Step) -> None:
    repository.commit(FILES | {".ivr-action.yml": CONFIG.replace("deploy-tags: v*", "deploy-tag: v*")})
    ran = step.run()
    assert ran.status == 2
    assert ".ivr-action.yml:4:" in ran.out
    assert "Unknown key `deploy-tag` of the environment `live`. Did you mean `deploy-tags`?" in ran.out


def test_an_unknown_environment(repository: Repository, step: Step) -> None:
    repository.commit(FILES)
    ran = step.run(environment="liv")
    assert ran.status == 2
    assert "Did you mean `live`?" in ran.out
