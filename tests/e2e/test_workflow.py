"""A workflow with `uses: ./`, run by act: action.yml, its defaults, and outputs between steps."""

from __future__ import annotations

from tests.e2e.act import act
from tests.e2e.engine import Engine
from tests.e2e.flows import broken, flow
from tests.e2e.runner import Repository

WORKFLOW = """\
on: [push]
permissions: {}
jobs:
  gate:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v6
      - id: good
        uses: ./
        with:
          flows: flows/good.yaml
          changed-only: "false"
      - name: The outputs of a good flow
        env:
          VALID: ${{ steps.good.outputs.valid }}
          ERRORS: ${{ steps.good.outputs.error-count }}
          REPORT: ${{ steps.good.outputs.report }}
        run: test "$VALID" = true && test "$ERRORS" = 0 && test -s "$REPORT"
      - id: bad
        uses: ./
        continue-on-error: true
        with:
          flows: |
            flows/*.yaml
          changed-only: "false"
      - name: A broken flow fails its step and still gives its outputs
        env:
          OUTCOME: ${{ steps.bad.outcome }}
          VALID: ${{ steps.bad.outputs.valid }}
          SARIF: ${{ steps.bad.outputs.sarif-file }}
        run: test "$OUTCOME" = failure && test "$VALID" = false && test -s "$SARIF"
"""


def test_a_workflow_uses_the_action(engine: Engine, repository: Repository) -> None:
    repository.commit(
        {
            ".github/workflows/gate.yml": WORKFLOW,
            "flows/good.yaml": flow("Good line"),
            "flows/broken.yaml": broken(),
        }
    )
    done = act(engine, repository, "push")
    assert done.status == 0, done.log[-6000:]
    assert "Job succeeded" in done.log
