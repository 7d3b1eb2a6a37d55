"""Nothing that is printed may be taken for a workflow command."""

from __future__ import annotations

import re
from io import StringIO

from hypothesis import given
from hypothesis import strategies as st

from ivr_action.runner.commands import MESSAGE_LIMIT, Commands
from ivr_action.runner.log import GuardedStream, harmless

# Where any reader might end a line, and what it might skip before a command.
_LINE_ENDS = re.compile("\r\n|[\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029]")
_PIECES = st.sampled_from(
    ["::", ":", "##[", "#", "[", "]", "error", " ", "\t", "\n", "\r", "\r\n", "\x85", "\u2028", "\u2029", "\v", "\f",
     "\u200b", "\ufeff", "\xa0", "\x00", "\x1b[31m", "set-output name=x", "stop-commands::", "%0A", "a", "é"]
)  # fmt: skip
_TEXTS = st.lists(_PIECES, max_size=12).map("".join)


def commands_in(text: str) -> list[str]:
    """The lines that the runner, or a more careful reader than it, would obey.

    After the runner's `ActionCommand`: `::name k=v::data` after trimming, `##[name k=v]data` anywhere in a line.
    """
    found = []
    for line in _LINE_ENDS.split(text):
        trimmed = line.lstrip().lstrip("\x00\u200b\ufeff").lstrip()
        if re.match("::.*?::", trimmed) or re.search(r"##\[[^\]]*\]", line):
            found.append(line)
    return found


def test_the_model_sees_commands() -> None:
    assert commands_in("  ::error file=a::b")
    assert commands_in("x ##[error]y")
    assert not commands_in("a ::error::b")


@given(_TEXTS)
def test_no_line_is_a_command(text: str) -> None:
    assert commands_in(harmless(text)) == []


@given(st.text())
def test_what_is_no_command_stays_as_it_is(text: str) -> None:
    if "::" not in text and "##[" not in text:
        assert harmless(text) == text


@given(st.lists(_TEXTS, max_size=6))
def test_a_command_written_in_pieces_is_none_either(pieces: list[str]) -> None:
    target = StringIO(newline="")
    stream = GuardedStream(target)
    for piece in pieces:
        assert stream.write(piece) == len(piece)
        stream.flush()
    stream.finish()
    assert commands_in(target.getvalue()) == []


@given(_TEXTS, _TEXTS, _TEXTS)
def test_an_annotation_is_the_only_command_and_keeps_its_text(before: str, message: str, file: str) -> None:
    target = StringIO(newline="")
    stream = GuardedStream(target)
    stream.write(before)
    Commands(stream).annotate("error", message, file=file, title=message)
    stream.finish()
    (line,) = commands_in(target.getvalue())
    assert line.startswith("::error")
    data = line.split("::", 2)[2]
    read = data.replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%")
    assert read.split() == message.replace("##[", "## [").split()


def test_lines_come_out_whole_and_in_order() -> None:
    target = StringIO(newline="")
    stream = GuardedStream(target)
    stream.write("one\ntw")
    assert target.getvalue() == "one\n"
    stream.write("o\r\nthree")
    stream.command("::debug::x")
    assert target.getvalue() == "one\ntwo\r\nthree\n::debug::x\n"


def test_what_an_encoding_lacks_is_written_as_its_code() -> None:
    target = StringIO(newline="")
    stream = GuardedStream(target)
    stream.write("\ud800\n")
    assert target.getvalue() == "\\ud800\n"


def test_annotation_has_the_runners_properties_and_limit() -> None:
    target = StringIO()
    commands = Commands(GuardedStream(target))
    commands.annotate("note", "y" * 5000, title="a,b:c%", file="d.yaml", line=3, end_line=4, column=1, end_column=2)
    line = target.getvalue().rstrip("\n")
    properties, message = line.removeprefix("::notice ").split("::")
    given_ = dict(pair.split("=") for pair in properties.split(","))
    assert message == "y" * MESSAGE_LIMIT
    assert {name: given_[name] for name in ("title", "file", "line", "endLine", "col", "endColumn")} == {
        "title": "a%2Cb%3Ac%25", "file": "d.yaml", "line": "3", "endLine": "4", "col": "1", "endColumn": "2",
    }  # fmt: skip


def test_an_annotation_has_no_property_that_nobody_gave() -> None:
    target = StringIO()
    commands = Commands(GuardedStream(target))
    commands.annotate("error", "a::b, c=", title="t=", file="d,e:.yaml")
    commands.annotate("warning", "alone")
    assert target.getvalue().splitlines() == [
        "::error title=t=,file=d%2Ce%3A.yaml::a::b, c=",
        "::warning::alone",
    ]


def test_groups_are_closed_also_when_something_fails() -> None:
    target = StringIO()
    stream = GuardedStream(target)
    try:
        with Commands(stream).group("::x::"):
            stream.write("inside\n")
            raise KeyError
    except KeyError:
        pass
    assert target.getvalue() == "::group::::x::\ninside\n::endgroup::\n"


def test_a_secret_is_hidden_wherever_it_is_printed_even_in_pieces() -> None:
    target = StringIO()
    stream = GuardedStream(target)
    stream.hide("ghs_0123456789")
    stream.hide("")
    for piece in ("token ghs_0123", "456789 in a line\n", "ghs_0123456789"):
        stream.write(piece)
    stream.finish()
    assert target.getvalue() == "token *** in a line\n***\n"


def test_the_runner_is_asked_to_mask_every_line_of_a_secret() -> None:
    target = StringIO()
    Commands(GuardedStream(target)).mask("one%\ntwo")
    assert target.getvalue() == "::add-mask::one%25\n::add-mask::two\n"
