"""The forms of a document. In none of them does a text from outside become anything but a text.

CSV is for spreadsheets, which take no cell of it for a formula; Markdown for a wiki or a mail; HTML is one page that
prints well and asks nothing of any network; JSON is for programs; lines are for the terminal.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterator, Sequence
from html import escape
from zoneinfo import ZoneInfo

from console.commands.document import Cell, Document, Facts, Part, Signature, Signatures, Table, plain, told

BOM = "\ufeff"
"""What spreadsheets want at the begin of a CSV file to read Chinese as it is."""

# ------------------------------------------------------------------ CSV

_FORMULA = re.compile(r"(^|[;\t])(\s*)(?=[=+\-@\t\r＝＋－＠])")
"""Where a spreadsheet may take what follows for a formula: at the begin, and after what it may cut cells at."""


def defused(text: str) -> str:
    """Return a text as it may stand in a spreadsheet, which must take no text for a formula."""
    return _FORMULA.sub(r"\1'\2", text)


def as_csv(document: Document) -> str:
    """Return it as CSV, with a byte order mark; where it has several parts the name of each leads its lines."""
    out = io.StringIO()
    out.write(BOM)
    lines = csv.writer(out, lineterminator="\r\n")
    alone = len(document.parts) == 1
    for number, part in enumerate(document.parts):
        if number:
            lines.writerow([])
        lead = [] if alone else [part.key]
        lines.writerows([*lead, *row] for row in _csv_rows(part, document.zone))
    return out.getvalue()


def _csv_rows(part: Part, zone: ZoneInfo) -> Iterator[Sequence[object]]:
    match part:
        case Facts():
            yield from ([defused(fact.label), _csv_cell(fact.value, zone)] for fact in part.facts)
        case Signatures():
            yield from ([each.label, defused(told(each.name, zone)), told(each.at, zone)] for each in part.signed)
        case Table():
            yield [column.title for column in part.columns]
            yield from ([_csv_cell(cell, zone) for cell in row] for row in part.rows)


def _csv_cell(cell: Cell, zone: ZoneInfo) -> object:
    if isinstance(cell, (int, float)) and not isinstance(cell, bool):
        return cell
    text = told(cell, zone)
    return defused(text) if isinstance(cell, str) else text


# ------------------------------------------------------------------ Markdown

_LIVE = re.compile(r"[\\`*_\[\]<>|~&@$]|:(?=//)|(?<=www)\.", re.IGNORECASE)
"""What Markdown takes for more than a sign: emphasis, links, HTML, entities, a cell's end, addresses."""


def in_markdown(text: str) -> str:
    """Return a text that reads the same in Markdown, within a line."""
    return _LIVE.sub(r"\\\g<0>", text)


def as_markdown(document: Document) -> str:
    """Return it as Markdown with the tables of GitHub."""
    return "\n".join(_markdown(document))


def _markdown(document: Document) -> Iterator[str]:
    zone = document.zone
    yield f"# {in_markdown(told(document.title, zone))}"
    for note in document.notes:
        yield from ("", in_markdown(told(note, zone)))
    for part in document.parts:
        if part.title:
            yield from ("", f"## {in_markdown(told(part.title, zone))}")
        yield ""
        match part:
            case Facts():
                yield from _markdown_facts(part, zone)
            case Signatures():
                yield from _markdown_signatures(part, zone)
            case Table():
                yield from _markdown_table(part, zone)
    yield ""


def _markdown_signatures(part: Signatures, zone: ZoneInfo) -> Iterator[str]:
    for each in part.signed:
        signed = in_markdown(_signed(each, zone))
        yield from (f"**{in_markdown(each.label)}:** {signed or '______________________________'}", "")


def _markdown_facts(part: Facts, zone: ZoneInfo) -> Iterator[str]:
    for fact in part.facts:
        yield f"- **{in_markdown(told(fact.label, zone))}:** {in_markdown(told(fact.value, zone))}"


def _markdown_table(part: Table, zone: ZoneInfo) -> Iterator[str]:
    if part.about:
        yield from (in_markdown(told(part.about, zone)), "")
    if not part.rows:
        yield in_markdown(part.none)
        return
    yield _markdown_row([column.title for column in part.columns])
    yield "|".join(["", *("---:" if column.right else "---" for column in part.columns), ""])
    for row in part.rows:
        yield _markdown_row([told(cell, zone) for cell in row])


def _markdown_row(cells: list[str]) -> str:
    return f"| {' | '.join(map(in_markdown, cells))} |"


def _signed(one: Signature, zone: ZoneInfo) -> str:
    return f"{told(one.name, zone)}, {told(one.at, zone)}" if one.name else ""


# ------------------------------------------------------------------ HTML

_STYLE = """
:root { color-scheme: light; }
body { font: 11pt/1.4 system-ui, "Noto Sans CJK SC", "Microsoft YaHei", sans-serif; color: #111; background: #fff;
  margin: 2em auto; max-width: 70em; padding: 0 1em; }
h1 { font-size: 1.5em; margin: 0 0 .5em; }
h2 { font-size: 1.15em; margin: 1.5em 0 .4em; break-after: avoid; }
p { margin: .3em 0; }
table { border-collapse: collapse; width: 100%; }
th, td { border: 1px solid #999; padding: .25em .5em; text-align: left; vertical-align: top; overflow-wrap: anywhere; }
th { background: #eee; }
td.right, th.right { text-align: right; font-variant-numeric: tabular-nums; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .2em 1em; margin: 0; }
dt { font-weight: bold; }
dd { margin: 0; }
.sign { display: flex; gap: 3em; margin-top: 2em; break-inside: avoid; break-after: page; }
.sign:last-child { break-after: auto; }
.sign div { flex: 1; border-top: 1px solid #111; padding-top: .3em; margin-top: 2em; }
@media print { body { margin: 0; max-width: none; font-size: 9.5pt; } tr { break-inside: avoid; }
  thead { display: table-header-group; } @page { margin: 15mm; } }
"""
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


def as_html(document: Document) -> str:
    """Return it as one page of HTML: no script, nothing from elsewhere, ready to print."""
    return "\n".join(_html(document))


def _html(document: Document) -> Iterator[str]:
    zone = document.zone
    title = escape(told(document.title, zone))
    yield "<!DOCTYPE html>"
    yield f'<html lang="{"zh-Hans" if document.lang == "zh" else "en"}">'
    yield f'<head>\n<meta charset="utf-8">\n<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
    yield '<meta name="viewport" content="width=device-width">\n<meta name="referrer" content="no-referrer">'
    yield f"<title>{title}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<h1>{title}</h1>"
    for note in document.notes:
        yield f"<p>{escape(told(note, zone))}</p>"
    for part in document.parts:
        if part.title:
            yield f"<h2>{escape(told(part.title, zone))}</h2>"
        match part:
            case Facts():
                yield from _html_facts(part, zone)
            case Signatures():
                yield from _html_signatures(part, zone)
            case Table():
                yield from _html_table(part, zone)
    yield "</body>\n</html>\n"


def _html_signatures(part: Signatures, zone: ZoneInfo) -> Iterator[str]:
    yield '<div class="sign">'
    for each in part.signed:
        signed = escape(_signed(each, zone))
        yield f"<div>{escape(each.label)}{': ' if signed else ''}{signed}</div>"
    yield "</div>"


def _html_facts(part: Facts, zone: ZoneInfo) -> Iterator[str]:
    yield "<dl>"
    for fact in part.facts:
        yield f"<dt>{escape(told(fact.label, zone))}</dt><dd>{escape(told(fact.value, zone))}</dd>"
    yield "</dl>"


def _html_table(part: Table, zone: ZoneInfo) -> Iterator[str]:
    if part.about:
        yield f"<p>{escape(told(part.about, zone))}</p>"
    if not part.rows:
        yield f"<p>{escape(part.none)}</p>"
        return
    rights = [' class="right"' if column.right else "" for column in part.columns]
    titles = [f"<th{right}>{escape(column.title)}</th>" for column, right in zip(part.columns, rights, strict=True)]
    yield f"<table>\n<thead><tr>{''.join(titles)}</tr></thead>\n<tbody>"
    for row in part.rows:
        cells = [f"<td{right}>{escape(told(cell, zone))}</td>" for cell, right in zip(row, rights, strict=True)]
        yield f"<tr>{''.join(cells)}</tr>"
    yield "</tbody>\n</table>"


# ------------------------------------------------------------------ JSON and lines


def values_of(document: Document) -> dict[str, object]:
    """Return it as JSON values: its facts by key, its tables as lists of rows by column."""
    zone = document.zone
    values: dict[str, object] = {"title": plain(document.title, zone), "zone": zone.key, "notes": list(document.notes)}
    for part in document.parts:
        match part:
            case Facts():
                values[part.key] = {fact.key: plain(fact.value, zone) for fact in part.facts}
            case Signatures():
                values[part.key] = {each.key: _value_of(each, zone) for each in part.signed}
            case Table():
                keys = [column.key for column in part.columns]
                values[part.key] = [
                    {key: plain(cell, zone) for key, cell in zip(keys, row, strict=True)} for row in part.rows
                ]
    return values


def _value_of(one: Signature, zone: ZoneInfo) -> dict[str, object]:
    return {"by": plain(one.name, zone) or None, "at": plain(one.at, zone)}


def as_json(document: Document) -> str:
    """Return it as JSON."""
    return json.dumps(values_of(document), indent=2, ensure_ascii=False) + "\n"


def lines_of(document: Document) -> Iterator[str]:
    """Yield it as lines for a terminal, its tables aligned by cell."""
    zone = document.zone
    yield told(document.title, zone)
    yield from (told(note, zone) for note in document.notes)
    for part in document.parts:
        yield ""
        if part.title:
            yield told(part.title, zone)
        match part:
            case Facts():
                yield from (f"{told(fact.label, zone)}: {told(fact.value, zone)}" for fact in part.facts)
            case Signatures():
                yield from (f"{each.label}: {_signed(each, zone)}" for each in part.signed)
            case Table():
                yield from _aligned(part, zone)


def _aligned(part: Table, zone: ZoneInfo) -> Iterator[str]:
    from console.commands.table import Column, aligned

    if part.about:
        yield told(part.about, zone)
    if not part.rows:
        yield part.none
        return
    columns = [Column(column.title, right=column.right) for column in part.columns]
    yield from aligned(columns, [[told(cell, zone) for cell in row] for row in part.rows])


FORMS: dict[str, Callable[[Document], str]] = {
    "csv": as_csv,
    "md": as_markdown,
    "html": as_html,
    "json": as_json,
}
"""How a document is written, by the ending of a file's name."""
