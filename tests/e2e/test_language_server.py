"""Our schemas in a real language server: what it underlines, offers and explains while somebody writes a flow."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

import pytest

from tests.e2e.conftest import ROOT
from tests.e2e.engine import cache_folder
from tests.e2e.language_server import LanguageServer, ServerUnavailableError, install

SCHEMAS = "ivr_action/flow/schema"
NODE_GRAPH = """\
# yaml-language-server: $schema=ivr_action/flow/schema/node-graph-1.json
name: Line
startNodeId: ask
nodes:
  ask:
    type: menu
    @
    transitionConditions:
      - condition: default
        destinationNodeId: bye
  bye:
    type: d
""".replace("@", "")
"""A place where somebody is about to write is `@` here: the blanks before it count."""
ARCHITECT = """\
# yaml-language-server: $schema=ivr_action/flow/schema/architect-yaml-1.json
inboundCall:
  name: Line
  @
  tasks:
    - task:
        name: Main
        actions:
          - decision:
              name: Open?
              outputs:
                @
          - transferToAcd:
              name: Sales
          - disc
""".replace("@", "")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LanguageServer]:
    """A server in a workspace with our examples and schemas, and a glob for flows that carry no line of their own.

    `IVR_ACTION_EDITORS=required` makes its absence a failure: not every machine has Node.js.
    """
    folder = tmp_path_factory.mktemp("editor")
    shutil.copytree(ROOT / "examples", folder / "examples")
    shutil.copytree(ROOT / SCHEMAS, folder / SCHEMAS)
    (folder / "graph.yaml").write_text(NODE_GRAPH, encoding="utf-8")
    (folder / "flow.yaml").write_text(ARCHITECT, encoding="utf-8")
    try:
        program = install(cache_folder())
    except ServerUnavailableError as error:
        message = f"COMPLETION AND HOVER ARE NOT TRIED: {error}"
        if os.environ.get("IVR_ACTION_EDITORS") == "required":
            pytest.fail(message, pytrace=False)
        pytest.skip(message)
    globs = {(folder / SCHEMAS / "architect-yaml-1.json").as_uri(): ["examples/flows/published/*.yaml"]}
    with LanguageServer(program, folder, globs) as server:
        yield server


def lines(text: str, start: str) -> int:
    """Number of the first line that starts so, blanks aside."""
    return next(at for at, line in enumerate(text.splitlines(), 1) if line.strip().startswith(start))


def test_no_example_is_underlined(server: LanguageServer) -> None:
    flows = sorted((server.folder / "examples" / "flows").rglob("*.yaml"))
    assert len(flows) >= 5
    assert {path.name: server.open(path) for path in flows} == {path.name: [] for path in flows}


def test_a_node_graph_is_completed_and_explained(server: LanguageServer) -> None:
    path = server.folder / "graph.yaml"
    server.open(path)
    ask = lines(NODE_GRAPH, "type: menu")
    assert {"id", "name", "properties"} <= set(server.complete(path, ask + 1, 5))
    assert "disconnect" in server.complete(path, lines(NODE_GRAPH, "type: d"), 12)
    assert "tried in order" in server.hover(path, lines(NODE_GRAPH, "transitionConditions"), 8)


def test_a_node_without_a_type_is_underlined(server: LanguageServer) -> None:
    path = server.folder / "broken.yaml"
    path.write_text(NODE_GRAPH.replace("    type: d\n", "    name: Bye\n"), encoding="utf-8")
    assert server.open(path) == ['11: Missing property "type".']


def test_architect_yaml_is_completed_and_explained(server: LanguageServer) -> None:
    path = server.folder / "flow.yaml"
    server.open(path)
    assert {"startUpRef", "defaultLanguage", "menus"} <= set(
        server.complete(path, lines(ARCHITECT, "name: Line") + 1, 3)
    )
    assert {"disconnect", "dataTableLookup"} <= set(server.complete(path, lines(ARCHITECT, "- disc"), 17))
    assert server.complete(path, lines(ARCHITECT, "outputs:") + 1, 17) == ["yes", "no"]
    assert "Outputs: failure." in server.hover(path, lines(ARCHITECT, "- transferToAcd"), 16)


def test_an_output_that_an_action_cannot_have_is_underlined(server: LanguageServer) -> None:
    path = server.folder / "output.yaml"
    path.write_text(
        ARCHITECT.replace("outputs:\n                \n", "outputs:\n                maybe: {}\n").replace(
            "          - disc\n", ""
        )
    )
    assert server.open(path) == ["12: Property maybe is not allowed."]
