"""Documents: hostile texts stay texts in CSV, Markdown, HTML, JSON and on the terminal."""

from __future__ import annotations

import csv
import io
import json
from html.parser import HTMLParser
from zoneinfo import ZoneInfo

import pytest
from markdown_it import MarkdownIt

from console.commands.document import (
    At,
    Cell,
    Column,
    Document,
    Fact,
    Facts,
    Lasting,
    Share,
    Signature,
    Signatures,
    Table,
    safe_cell,
)
from console.commands.document_forms import as_csv, as_html, as_json, as_markdown, defused, lines_of, values_of

SHANGHAI = ZoneInfo("Asia/Shanghai")
AT = At(1_764_547_200_000)
FRAME = ("html", "head", "meta", "title", "style", "body")

HOSTILE = [
    '=HYPERLINK("http://evil","x")',
    "+cmd|' /C calc'!A0",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "\t=1+1",
    "\r=1+1",
    "＝1+1",
    " =1+1",
    "fine;=1+1",
    '"=1+1',
    "a|b|c",
    "two\nlines\r\nand | more",
    "\\| \\\\| `code|` \\",
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "</td></tr></table><h1>gone</h1>",
    "[click](javascript:alert(1)) ![x](http://evil/p.png)",
    "see http://evil.example/x, www.evil.example or mail a@evil.example",
    "**bold** _it_ ~~gone~~ &lt;b&gt; &#x3c; # no title",
    "\x1b]0;pwn\x07\x1b[2J\u202eevil\u2066 \x9b31m",
    "[/nope] [@click=app.quit]x[/] $x^2$",
]


def document_with(*texts: Cell, facts: bool = False) -> Document:
    columns = (Column("n", "No.", right=True), Column("text", "Text"))
    table = Table("rows", "Rows", columns, tuple(enumerate(texts)), "nothing here")
    first = (Facts("head", "", tuple(Fact(f"f{n}", "Said", text) for n, text in enumerate(texts))),) if facts else ()
    return Document("Paper", (*first, table), SHANGHAI, notes=("a note",))


class Page(HTMLParser):
    """What a browser would make of a page: its elements, with their attributes, and the texts of cells."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: set[str] = set()
        self.attributes: set[str] = set()
        self.cells: list[str] = []
        self._in = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self._in = tag
        if tag in ("td", "dd"):
            self.cells.append("")

    def handle_endtag(self, tag: str) -> None:
        self._in = ""

    def handle_data(self, data: str) -> None:
        if self._in in ("td", "dd"):
            self.cells[-1] += data


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_text_stays_a_text_in_a_spreadsheet(text: str) -> None:
    written = as_csv(document_with(text))
    assert written.startswith("\ufeffNo.,Text\r\n")
    (_, cell) = list(csv.reader(io.StringIO(written)))[1]
    for cut in cell.split(";"):
        assert cut.lstrip()[:1] not in [*"=+-@\t\r＝＋－＠"], cell
    assert cell.replace("'", "") == safe_cell(text).replace("'", "")


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_text_stays_a_text_in_markdown(text: str) -> None:
    written = as_markdown(document_with(text, facts=True))
    page = Page(MarkdownIt("gfm-like").render(written))
    assert page.elements <= {"h1", "h2", "p", "ul", "li", "strong", "table", "thead", "tbody", "tr", "th", "td"}
    assert page.attributes <= {"style"}, "only how a column aligns"
    assert [" ".join(cell.split()) for cell in page.cells] == ["0", " ".join(safe_cell(text).split())]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_text_stays_a_text_on_a_page(text: str) -> None:
    written = as_html(document_with(text, facts=True))
    page = Page(written)
    drawn = {"h1", "h2", "p", "dl", "dt", "dd", "table", "thead", "tbody", "tr", "th", "td"}
    assert page.elements == {*FRAME, *drawn}
    assert page.attributes <= {"lang", "charset", "http-equiv", "content", "name", "class"}
    assert page.cells == [safe_cell(text), "0", safe_cell(text)]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_text_stays_a_text_for_programs_and_on_the_terminal(text: str) -> None:
    document = document_with(text)
    assert json.loads(as_json(document))["rows"] == [{"n": 0, "text": safe_cell(text)}]
    lines = list(lines_of(document))
    assert all(line.isprintable() for line in lines), lines
    assert lines[-1].split() == ["0", *safe_cell(text).split()]


def test_titles_notes_and_names_are_no_less_hostile() -> None:
    for text in HOSTILE:
        signed = (Signature("to", "Taken over", text, AT), Signature("from", "Handed over"))
        parts = (Facts("a", text, (Fact("b", text, text),)), Signatures("signed", text, signed))
        document = Document(text, parts, SHANGHAI, notes=(text,))
        page = Page(as_html(document))
        assert page.elements <= {
            *["html", "head", "meta", "title", "style", "body", "h1", "h2", "p", "dl", "dt", "dd", "div"]
        }
        drawn = Page(MarkdownIt("gfm-like").render(as_markdown(document)))
        assert drawn.elements <= {"h1", "h2", "p", "ul", "li", "strong"}


def test_a_page_asks_nothing_of_a_network() -> None:
    page = as_html(document_with(*HOSTILE, facts=True))
    assert "default-src 'none'" in page
    assert "@media print" in page
    for live in ("src=", "href=", "url(", "@import", "<link", "<script"):
        written = page.replace("&lt;", "").replace("src=x", "")
        assert live not in written, live


def test_values_are_told_as_people_and_as_programs_read_them() -> None:
    cells: list[tuple[Cell, str, object]] = [
        (AT, "2025-12-01 08:00:00", "2025-12-01T08:00:00+08:00"),
        (Lasting(3_725_999), "1:02:05", 3725.999),
        (Lasting(-300_000), "-0:05:00", -300.0),
        (Share(2, 3), "66.6 %", 0.666667),
        (Share(0, 0), "–", None),
        (None, "", None),
        (True, "✓", True),
        (7, "7", 7),
        ("王芳", "王芳", "王芳"),
    ]
    document = document_with(*(cell for cell, _, _ in cells))
    rows = list(csv.reader(io.StringIO(as_csv(document))))[1:]
    assert [text for _, text in rows] == [text for _, text, _ in cells]
    told = values_of(document)["rows"]
    assert isinstance(told, list)
    assert [row["text"] for row in told] == [value for _, _, value in cells]


def test_parts_of_a_spreadsheet_are_told_apart() -> None:
    rows = list(csv.reader(io.StringIO(as_csv(document_with("a", facts=True)))))
    assert rows == [["\ufeffhead", "Said", "a"], [], ["rows", "No.", "Text"], ["rows", "0", "a"]]


def test_a_table_of_nothing_says_so() -> None:
    document = document_with()
    assert "nothing here" in as_markdown(document)
    assert "<p>nothing here</p>" in as_html(document)
    assert list(lines_of(document))[-1] == "nothing here"
    assert as_csv(document) == "\ufeffNo.,Text\r\n"


def test_who_signed_is_named_and_who_has_not_finds_a_line() -> None:
    signed = (Signature("from", "From", "刘敏", AT), Signature("to", "To"))
    document = Document("Paper", (Signatures("signed", "", signed),), SHANGHAI)
    assert "**From:** 刘敏, 2025-12-01 08:00:00" in as_markdown(document)
    assert "**To:** ____" in as_markdown(document)
    assert "<div>To</div>" in as_html(document)
    assert values_of(document)["signed"] == {
        "from": {"by": "刘敏", "at": "2025-12-01T08:00:00+08:00"},
        "to": {"by": None, "at": None},
    }


def test_an_ordinary_text_is_left_alone() -> None:
    for text in ("A-01", "王芳", "it's 5 - 3 = 2", "a, b; c", ""):
        assert defused(text) == text
