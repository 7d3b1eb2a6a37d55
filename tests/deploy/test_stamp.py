"""The stamp in a version's description, and the description in a flow's text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr_action.deploy.stamp import Stamp, clean, cut, read, write
from ivr_action.deploy.text import describe
from ivr_action.flow.document import plain
from ivr_action.flow.edit import UncertainError
from ivr_action.flow.yamltext import parse_yaml
from tests.corpus import corpus_files, need_corpus

HEX = "0123456789abcdef"
STAMP = Stamp("a" * 40, "flows/main.yaml", "b" * 32, "c" * 32)
stamps = st.builds(
    Stamp,
    st.just("") | st.text(HEX, min_size=40, max_size=40).filter(lambda text: text.strip("0")),
    st.text(st.characters(codec="utf-8"), max_size=40),
    st.text(HEX, min_size=32, max_size=32),
    st.text(HEX, min_size=32, max_size=32),
    st.none() | st.integers(0, 999_999_999),
)
pieces = st.sampled_from([str(STAMP), str(STAMP)[:40], str(STAMP)[40:], "[ivr-action:1 ", "]", " ", "\n", "commit="])
descriptions = st.text(max_size=40) | st.lists(st.text(max_size=5) | pieces, max_size=6).map("".join)


@given(descriptions, stamps)
def test_what_is_written_is_read(description: str, stamp: Stamp) -> None:
    written = write(description, stamp)
    assert read(written) == stamp
    assert clean(written) == clean(description)


@given(descriptions, stamps, stamps)
def test_an_old_stamp_is_replaced(description: str, old: Stamp, new: Stamp) -> None:
    assert write(write(description, old), new) == write(description, new)


@given(descriptions)
def test_nothing_is_left_to_cut(description: str) -> None:
    text, _ = cut(description)
    assert cut(text) == (text, None)


@given(stamps, st.data())
def test_a_damaged_stamp_is_none(stamp: Stamp, data: st.DataObject) -> None:
    text = str(stamp)
    end = data.draw(st.integers(0, len(text) - 1))
    assert read(f"Main line {text[:end]}") is None
    assert clean(f"Main line {text[:end]}x") == f"Main line {text[:end]}x"


def test_how_it_looks() -> None:
    stamp = Stamp("0123456789abcdef0123456789abcdef01234567", "flows/Grüße [1].yaml", "b" * 32, "c" * 32, 14)
    assert write("Main line\n", stamp) == (
        "Main line [ivr-action:1 commit=0123456789abcdef0123456789abcdef01234567 file=bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
        " published=cccccccccccccccccccccccccccccccc after=14 path=flows/Gr%C3%BC%C3%9Fe%20%5B1%5D.yaml]"
    )


@pytest.mark.parametrize(
    "header",
    [
        "  name: Main",
        "  name: Main\n  description: short # why",
        "  name: Main\n  description: # nothing yet\n  division: Home",
        "  name: Main\n  description:\n  division: Home",
        "  name: Main\n  description: ''\n  division: Home",
        "  name: Main\n  description: two\n    lines\n\n  division: Home",
        '  name: Main\n  description: "two\n    lines"  # said',
        "  name: Main\n  description: |\n    two\n    lines\n\n  # about the division\n  division: Home",
        "  name: Main\n  description: >-\n    two\n    lines",
        "  # the first\n  description: x\n  name: Main",
        '  "description" : x\n  name: Main',
    ],
)
def test_the_description_is_all_that_changes(header: str) -> None:
    for end in ("\n", "\r\n"):
        source = f"inboundCall:\n{header}\n  startUpRef: /inboundCall/menus/menu[a]\n".replace("\n", end)
        text = write('It\'s "it": {é}\u2028\x85 #1', STAMP)
        changed = describe(source, text)
        before, after = plain(parse_yaml("", source).root), plain(parse_yaml("", changed).root)
        assert after["inboundCall"].pop("description") == text
        before["inboundCall"].pop("description", None)
        assert after == before
        kept = [line for line in source.split(end) if "name: Main" in line or "Ref" in line or "# about" in line]
        assert [line for line in changed.split(end) if line in kept] == kept
        for comment in ("# why", "# nothing yet", "# said", "# about the division", "# the first"):
            assert (comment in source) == (comment in changed)


@pytest.mark.parametrize(
    "source",
    ["inboundCall: {name: Main}", 'inboundCall: {name: Main, description: "x"}', '{"inboundCall": {"name": "Main"}}'],
)
def test_one_line(source: str) -> None:
    assert plain(parse_yaml("", describe(source, "é")).root) == {"inboundCall": {"name": "Main", "description": "é"}}


@pytest.mark.parametrize(
    ("source", "why"),
    [
        (
            "inboundCall:\n  description: &d said\n  tts: *d",
            "its `description` is written with an anchor, an alias or a tag",
        ),
        (
            "inboundCall:\n  tts: &d said\n  description: *d",
            "its `description` is written with an anchor, an alias or a tag",
        ),
        ("inboundCall:\n  ? name\n  : Main", "its first key does not stand on a line of its own"),
        ("inboundCall:\n  description: [a]", "its `description` is no text"),
        ("- a", "the file is no flow with one key at its top"),
    ],
)
def test_what_no_edit_fits(source: str, why: str) -> None:
    with pytest.raises(UncertainError, match=why):
        describe(source, "x")


def test_published_flows_keep_all_else() -> None:
    need_corpus()
    seen = 0
    for path in corpus_files():
        if "architect-yaml" not in path.parts:
            continue
        source = path.read_bytes().decode("utf-8-sig")
        text = write("Main line", STAMP)
        changed = describe(source, text)  # compares the trees by itself
        seen += 1
        lines = source.splitlines(keepends=True)
        kept = changed.splitlines(keepends=True)
        first = next(index for index, line in enumerate(kept) if index >= len(lines) or lines[index] != line)
        behind = len(kept) - first - 1
        assert "description: " in kept[first]
        assert kept[first + 1 :] == lines[len(lines) - behind :]
        assert len(lines) - behind - first <= 5  # lines of the description that was there
    assert seen > 60
