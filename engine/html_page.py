"""The HTML that reports are made of: one page that needs no network, prints on A4 and escapes all text."""

import base64
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

from engine.evaluation_results import Interval
from engine.wording import NO_FIGURE

_STYLE = """
:root { color-scheme: light dark; --text: #1d1d21; --muted: #5c5c66; --line: #d5d5dc; --ground: #ffffff;
  --soft: #f4f4f7; --accent: #5046b8; --alarm: #8f1d1d; --alarm-ground: #fdeeee; }
@media (prefers-color-scheme: dark) { :root { --text: #ececf0; --muted: #a9a9b4; --line: #44444d; --ground: #1b1b1f;
  --soft: #26262b; --accent: #aaa2f5; --alarm: #ffb4ab; --alarm-ground: #3b1d1d; } }
@media print { :root { color-scheme: light; --text: #1d1d21; --muted: #5c5c66; --line: #d5d5dc; --ground: #ffffff;
  --soft: #f4f4f7; --accent: #5046b8; --alarm: #8f1d1d; --alarm-ground: #fdeeee; } }
@page { size: A4; margin: 15mm 14mm; }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 66rem; padding: 1.5rem; background: var(--ground); color: var(--text);
  font: 15px/1.5 system-ui, "Segoe UI", Roboto, Helvetica, Arial, sans-serif; }
h1 { font-size: 1.6rem; margin: 0; } h2 { font-size: 1.2rem; margin: 2.2rem 0 .5rem; break-after: avoid; }
h3 { font-size: 1rem; margin: 1.4rem 0 .3rem; break-after: avoid; }
p { margin: .5rem 0; } .about, .note, figcaption, caption { color: var(--muted); }
.note, figcaption, caption { font-size: .87rem; }
.mark { border-left: 4px solid var(--alarm); background: var(--alarm-ground); color: var(--alarm); padding: .6rem .9rem;
  margin: .8rem 0; font-weight: 600; }
.headline { border: 1px solid var(--line); border-left: 4px solid var(--accent); border-radius: 4px;
  padding: .9rem 1.1rem; margin: 1rem 0; }
.headline strong { font-size: 1.5rem; display: block; font-variant-numeric: tabular-nums; }
table { border-collapse: collapse; width: 100%; margin: .7rem 0; font-size: .87rem;
  font-variant-numeric: tabular-nums; }
caption { text-align: left; padding-bottom: .3rem; } thead { display: table-header-group; }
th, td { padding: .3rem .4rem; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; }
th { font-weight: 600; } td.n, th.n { text-align: right; } td.n { white-space: nowrap; } tr { break-inside: avoid; }
td small { display: block; color: var(--muted); white-space: nowrap; } td.few, tr.few td { color: var(--muted); }
table.matrix td { text-align: center; border: 1px solid var(--line); } table.matrix td.right { font-weight: 700; }
table.matrix th { border: 1px solid var(--line); }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1rem; margin: .6rem 0; font-size: .87rem; }
dt { font-weight: 600; } dd { margin: 0; overflow-wrap: anywhere; }
figure { margin: 1rem 0; break-inside: avoid; }
figure img { max-width: 100%; background: #ffffff; border: 1px solid var(--line); border-radius: 4px; padding: .4rem; }
.row { display: flex; flex-wrap: wrap; gap: 1rem; break-inside: avoid; }
.row figure { margin: .5rem 0; flex: 0 1 24rem; }
.bars { max-width: 44rem; margin: .8rem 0; break-inside: avoid; font-variant-numeric: tabular-nums; }
.bars div { display: grid; grid-template-columns: 20rem 5.5rem 1fr; gap: .6rem; align-items: center; }
.bars span + span { text-align: right; } .bars i { height: .7rem; background: var(--soft); }
.bars b { display: block; height: 100%; }
footer { margin-top: 2.5rem; padding-top: .8rem; border-top: 1px solid var(--line); font-size: .87rem; }
@media (max-width: 45rem) { .wide { overflow-x: auto; } dl { grid-template-columns: 1fr; gap: .1rem; }
  dd { margin-bottom: .5rem; } }
@media print { body { font-size: 10pt; padding: 0; max-width: none; } table { font-size: 8pt; }
  .row { flex-wrap: nowrap; } .row figure { flex: 1 1 50%; }
  th, td { padding: 2pt 3pt; } h2 { margin-top: 1.4rem; } figure img { max-height: 108mm; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; } }
"""
_NO_NETWORK = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


@dataclass(frozen=True, kw_only=True)
class Cell:
    """A cell of a table: what it says, and smaller, what goes with it."""

    text: str
    small: str = ""
    is_number: bool = True
    is_grey: bool = False
    reason: str = ""
    """Why there is no figure, shown when pointed at."""


def page(title: str, blocks: Iterable[str]) -> str:
    """A whole page of HTML from its blocks, which are HTML already."""
    return (
        f'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_NO_NETWORK}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n"
        + "\n".join(block for block in blocks if block)
        + "\n</body>\n</html>\n"
    )


def heading(text: str, level: int = 2) -> str:
    """A heading; 1 is the page's own."""
    return f"<h{level}>{escape(text)}</h{level}>"


def paragraph(text: str, kind: str = "") -> str:
    """A paragraph of a kind that the style knows ("about", "note", "mark"); nothing where there is no text."""
    if not text:
        return ""
    return f'<p class="{escape(kind)}">{escape(text)}</p>' if kind else f"<p>{escape(text)}</p>"


def headline(figure: str, *lines: str) -> str:
    """The one figure that the page is about, and the lines that belong to it."""
    text = "".join(f"<p>{escape(line)}</p>" for line in lines if line)
    return f'<div class="headline"><strong>{escape(figure)}</strong>{text}</div>'


def table(head: Sequence[str], rows: Iterable[Sequence[Cell]], caption: str = "") -> str:
    """A table whose first column names its rows."""
    cells = list(rows)
    numbers = [all(row[at].is_number for row in cells) for at in range(len(head))]
    top = "".join(
        f'<th scope="col"{_class("n" if is_number else "")}>{escape(name)}</th>'
        for name, is_number in zip(head, numbers, strict=True)
    )
    body = "".join(f"<tr>{''.join(map(_cell, row))}</tr>" for row in cells)
    named = f"<caption>{escape(caption)}</caption>" if caption else ""
    return f'<div class="wide"><table>{named}<thead><tr>{top}</tr></thead><tbody>{body}</tbody></table></div>'


def _cell(cell: Cell) -> str:
    kinds = " ".join(name for name, holds in (("n", cell.is_number), ("few", cell.is_grey)) if holds)
    title = f' title="{escape(cell.reason)}"' if cell.reason else ""
    small = f"<small>{escape(cell.small)}</small>" if cell.small else ""
    return f"<td{_class(kinds)}{title}>{escape(cell.text)}{small}</td>"


def figure_cell(figure: Interval | None, reason: str, *, is_few: bool = False) -> Cell:
    """A figure with its interval; grey where there are too few lesions, and the `reason` where there is none."""
    if figure is None:
        return Cell(text=NO_FIGURE, is_grey=True, reason=reason)
    star = "*" if figure.is_too_wide or is_few else ""
    interval = f"{figure.low:.2f} to {figure.high:.2f}"
    return Cell(text=f"{figure.value:.2f}{star}", small=interval, is_grey=bool(star))


def matrix(names: Sequence[str], row_names: Sequence[str], cells: Sequence[Sequence[Cell]]) -> str:
    """A square table, shaded by the share that stands in `small` as percent; the diagonal is bold."""
    top = "".join(f'<th scope="col">{escape(name)}</th>' for name in names)
    body = "".join(
        f'<tr><th scope="row">{escape(name)}</th>'
        + "".join(_matrix_cell(cell, at == row) for at, cell in enumerate(line))
        + "</tr>"
        for row, (name, line) in enumerate(zip(row_names, cells, strict=True))
    )
    head = f"<thead><tr><td>true class</td>{top}</tr></thead>"
    return f'<div class="wide"><table class="matrix">{head}<tbody>{body}</tbody></table></div>'


def _matrix_cell(cell: Cell, is_right: bool) -> str:
    share = int(cell.small.rstrip(" %").lstrip("<>") or 0)
    shade = f"background: color-mix(in srgb, var(--accent) {round(0.6 * share)}%, transparent)"
    small = f"<small>{escape(cell.small)}</small>" if cell.small else ""
    return f'<td{_class("right" if is_right else "")} style="{shade}">{escape(cell.text)}{small}</td>'


def definitions(pairs: Iterable[tuple[str, str]]) -> str:
    """Terms and what they say, side by side."""
    items = "".join(f"<dt>{escape(term)}</dt><dd>{escape(text)}</dd>" for term, text in pairs if text)
    return f"<dl>{items}</dl>"


def picture(data: bytes, alternative: str, caption: str = "") -> str:
    """A PNG or JPEG as a figure, held in the page itself; `alternative` is read to those who do not see it."""
    kind = "png" if data.startswith(b"\x89PNG") else "jpeg"
    source = base64.b64encode(data).decode("ascii")
    below = f"<figcaption>{escape(caption)}</figcaption>" if caption else ""
    return f'<figure><img alt="{escape(alternative)}" src="data:image/{kind};base64,{source}">{below}</figure>'


def side_by_side(*blocks: str) -> str:
    """Blocks beside each other where there is room."""
    return f'<div class="row">{"".join(blocks)}</div>' if any(blocks) else ""


def bars(rows: Iterable[tuple[str, str, float, str]]) -> str:
    """A bar for each (name, figure, share of the full width, hex colour)."""
    lines = "".join(
        f"<div><span>{escape(name)}</span><span>{escape(figure)}</span>"
        f'<i><b style="width: {100 * share:.1f}%; background: {escape(color)}"></b></i></div>'
        for name, figure, share, color in rows
    )
    return f'<div class="bars">{lines}</div>'


def _class(kinds: str) -> str:
    return f' class="{kinds}"' if kinds else ""
