"""What is live is kept as a file before it is overwritten."""

from __future__ import annotations

import json
import os
import threading
from pathlib import Path
from typing import Any

import pytest

from ivr_action.errors import UsageError
from ivr_action.genesys.store import Live
from ivr_action.keep import Keeper

NODES: dict[str, Any] = {"name": "Main", "version": 7, "nodes": {"start": {"type": "disconnect"}}}


def live(content: Any = None, name: str = "Main line", flow_id: str = "f-1", version: str = "7") -> Live:
    return Live(flow_id, name, version, NODES if content is None else content)


def test_the_file_is_the_flow_under_a_name_that_says_which(tmp_path: Path) -> None:
    path = Keeper(str(tmp_path / "deep" / "kept"))(live())
    assert path == str(tmp_path / "deep" / "kept" / "Main-line-f-1-7.json")
    assert json.loads(Path(path).read_text(encoding="utf-8")) == NODES
    assert os.stat(path).st_mode & 0o777 == 0o644
    assert os.listdir(tmp_path / "deep" / "kept") == ["Main-line-f-1-7.json"]  # nothing temporary is left


def test_of_the_publish_store_the_configuration_is_kept_alone(tmp_path: Path) -> None:
    content = {"configuration": {"name": "Überfall", "manifest": {}}, "state": object()}
    path = Keeper(str(tmp_path))(live(content, version="14.0"))
    assert os.path.basename(path) == "Main-line-f-1-14-0.json"
    assert json.loads(Path(path).read_text(encoding="utf-8")) == {"name": "Überfall", "manifest": {}}


def test_the_same_content_is_one_file_and_another_never_replaces_it(tmp_path: Path) -> None:
    keep = Keeper(str(tmp_path))
    first, again, other = keep(live()), keep(live()), keep(live({**NODES, "name": "Other"}))
    assert (first == again, os.path.basename(other)) == (True, "Main-line-f-1-7-2.json")
    assert json.loads(Path(first).read_text())["name"] == "Main"
    assert keep(live({**NODES, "name": "Other"})) == other


@pytest.mark.parametrize(
    ("name", "want"),
    [
        ("../../etc/passwd", "etc-passwd-f-1-7.json"),
        (".hidden", "hidden-f-1-7.json"),
        ("a\n::error::b", "a-error-b-f-1-7.json"),
        ("späť", "sp-f-1-7.json"),
        ("日本", "f-1-7.json"),
        ("x" * 300, f"{'x' * 60}-f-1-7.json"),
    ],
)
def test_names_are_safe(tmp_path: Path, name: str, want: str) -> None:
    assert Keeper(str(tmp_path))(live(name=name)) == str(tmp_path / want)


def test_an_id_cannot_lead_out_of_the_folder(tmp_path: Path) -> None:
    path = Keeper(str(tmp_path))(live(flow_id="../../up", version="/1"))
    assert Path(path).parent == tmp_path
    assert os.path.basename(Keeper(str(tmp_path))(live(name="/", flow_id="..", version="."))) == "flow.json"


def test_a_folder_that_cannot_be_written_stops_the_save(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(UsageError, match=r"could not be kept there: .*Nothing was sent") as caught:
        Keeper(str(tmp_path / "file" / "in"))(live())
    assert caught.value.hint


def test_what_is_no_json_is_refused_and_half_a_character_is_not(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="could not be kept as JSON"):
        Keeper(str(tmp_path))(live({"nodes": {"a": object()}}))
    assert os.listdir(tmp_path) == []
    half = {"nodes": {"a": "\ud83d"}}
    assert json.loads(Path(Keeper(str(tmp_path))(live(half))).read_text()) == half


def test_threads_that_keep_different_contents_under_one_name_lose_none(tmp_path: Path) -> None:
    keep, paths = Keeper(str(tmp_path)), []
    contents = [{**NODES, "name": str(number)} for number in range(12)]
    threads = [threading.Thread(target=lambda one=one: paths.append(keep(live(one)))) for one in contents]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(set(paths)) == 12
    assert sorted(json.loads(Path(path).read_text())["name"] for path in paths) == sorted(map(str, range(12)))


@pytest.mark.skipif(os.name != "posix", reason="links and pipes")
def test_a_link_does_not_lead_it_out_of_the_root_and_a_pipe_does_not_hold_it(tmp_path: Path) -> None:
    root, outside = tmp_path / "root", tmp_path / "outside"
    root.mkdir()
    outside.mkdir()
    (root / "kept").symlink_to(outside)
    for folder in ("kept", "kept/deep", "../outside"):
        with pytest.raises(UsageError, match=r"leads out of .* Nothing was sent"):
            Keeper(str(root / folder), str(root))(live())
    assert list(outside.iterdir()) == []
    os.mkfifo(root / "Main-line-f-1-7.json")
    (root / "Main-line-f-1-7-2.json").symlink_to(outside / "nothing")
    assert os.path.basename(Keeper(str(root), str(root))(live())) == "Main-line-f-1-7-3.json"
