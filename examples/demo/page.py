"""The summaries of the play as one page, shown the way that GitHub shows them."""

from __future__ import annotations

import html
from collections.abc import Sequence
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererProtocol
from markdown_it.token import Token

from examples.demo.drawing import draw

_STYLE = """
body { margin: 0 auto; max-width: 1000px; padding: 24px; color: #1f2328; font: 15px/1.5 system-ui, sans-serif; }
nav { border-bottom: 1px solid #d1d9e0; padding-bottom: 12px; }
section { border: 1px solid #d1d9e0; border-radius: 6px; margin: 24px 0; padding: 0 20px 12px; }
section > header { background: #f6f8fa; border-bottom: 1px solid #d1d9e0; border-radius: 6px 6px 0 0; font-weight: 600;
  margin: 0 -20px; padding: 10px 20px; }
h2 { border-bottom: 1px solid #d1d9e0; font-size: 22px; padding-bottom: 6px; }
table { border-collapse: collapse; display: block; overflow-x: auto; }
td, th { border: 1px solid #d1d9e0; padding: 5px 11px; text-align: left; }
code, pre { background: #f6f8fa; border-radius: 5px; font: 85% ui-monospace, monospace; }
code { padding: 2px 5px; } pre { overflow-x: auto; padding: 12px; } pre code { padding: 0; }
blockquote { border-left: 4px solid #d1d9e0; color: #59636e; margin: 12px 0; padding: 0 14px; }
details { margin: 12px 0; } summary { cursor: pointer; } a { color: #0969da; }
figure { margin: 12px 0; overflow-x: auto; } figure svg { max-width: 100%; height: auto; }
"""


def write_page(path: Path, pages: Sequence[tuple[str, str]]) -> None:
    """Writes the page.

    Args:
        path: its file; the folder is made.
        pages: title and Markdown of each summary.
    """
    reader = MarkdownIt("commonmark", {"html": True}).enable("table")
    reader.add_render_rule("fence", _fence)
    links = "".join(f'<li><a href="#run-{number}">{html.escape(title)}</a></li>' for number, (title, _) in _each(pages))
    body = "".join(
        f'<section id="run-{number}"><header>{html.escape(title)}</header>{reader.render(text)}</section>'
        for number, (title, text) in _each(pages)
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>ivr-action: the demo\'s summaries</title>'
        f"<style>{_STYLE}</style><nav><h1>What the runs of the demo say</h1><ol>{links}</ol></nav>{body}</html>\n",
        encoding="utf-8",
    )


def _fence(_: RendererProtocol, tokens: Sequence[Token], index: int, *__: object) -> str:
    """A flowchart as a picture; any other block as it is."""
    token = tokens[index]
    return draw(token.content) if token.info == "mermaid" else f"<pre><code>{html.escape(token.content)}</code></pre>"


def _each(pages: Sequence[tuple[str, str]]) -> list[tuple[int, tuple[str, str]]]:
    return list(enumerate(pages, 1))
