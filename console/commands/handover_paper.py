"""Handovers as documents: a page to sign for each, or tables of them for spreadsheets and programs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from console.commands.document import At, Cell, Document, Fact, Facts, Part, Signature, Signatures, Table
from console.commands.papers import Pen, moment
from data.discipline.handover import SECTIONS
from data.model.discipline import HandoverItem, HandoverRow

Named = Callable[[str, str], str]
"""What a line's `what` is called in the reader's language, by its section."""

_TITLES = {
    "incidents": "Incidents",
    "queues": "Queues",
    "attendance": "Attendance",
    "breaks": "On a break",
    "flags": "Flags",
    "follow_ups": "Follow-ups",
    "findings": "Findings",
    "rounds": "Rounds not done",
}
_OF_PEOPLE = frozenset({"attendance", "breaks", "flags", "follow_ups"})
"""The sections whose lines name a person."""
_COUNTED = {"queues": "waiting", "attendance": "minutes", "rounds": "checks left"}
"""What the number of a line counts."""


def handovers(rows: Sequence[HandoverRow], pen: Pen, named: Named) -> Document:
    """Return handovers: flat as two tables, else each as a page with its lines and signatures."""
    hidden = bool(rows) and not pen.leads
    parts = _tables(rows, pen, named) if pen.flat else [part for row in rows for part in _page(row, pen, named)]
    if not parts:
        parts = [Table("handovers", "", (), (), pen.say("No handover was written in this time."))]
    return pen.document("Handovers" if pen.flat or len(rows) != 1 else "Handover", *parts, hidden=hidden)


def _page(row: HandoverRow, pen: Pen, named: Named) -> Iterator[Part]:
    facts = (
        Fact("shift", pen.say("Shift"), row.shift),
        Fact("at", pen.say("Written"), At(row.at_ms)),
        Fact("note", pen.say("To the next shift"), pen.who(row.note)),
    )
    yield Facts(f"handover_{row.id}", row.shift, facts)
    for section in SECTIONS:
        items = [item for item in row.items if item.section == section]
        if items:
            yield _section(section, items, pen, named)
    acknowledged = None if row.acknowledged_ms is None else At(row.acknowledged_ms)
    if pen.who(row.acknowledged_note):
        answer = Fact("note", pen.say("What they said"), row.acknowledged_note)
        yield Facts(f"answer_{row.id}", "", (answer,))
    signed = (
        Signature("handed_over", pen.say("Handed over"), pen.who(row.by), At(row.at_ms)),
        Signature("taken_over", pen.say("Taken over"), pen.who(row.acknowledged_by), acknowledged),
    )
    yield Signatures(f"signed_{row.id}", "", signed)


def _section(section: str, items: Sequence[HandoverItem], pen: Pen, named: Named) -> Table:
    counted = _COUNTED.get(section)
    columns = pen.columns(
        *(("what", "What"), ("text", "Note"), ("who", "Whom or where"), ("owner", "Owner")),
        *(("at", "Since"), ("due", "Due")),
        *((("n", counted, True),) if counted else ()),
    )
    rows = tuple((*_line(item, pen, named), *((item.n,) if counted else ())) for item in items)
    return Table(section, f"{pen.say(_TITLES[section])} ({len(items)})", columns, rows)


def _line(item: HandoverItem, pen: Pen, named: Named) -> tuple[Cell, ...]:
    seen = pen.leads or item.section not in _OF_PEOPLE
    what = named(item.section, item.what) or item.what
    times = (moment(item.at_ms), moment(item.due_ms))
    return (what, pen.who(item.text), item.who if seen else "", pen.who(item.owner), *times)


def _tables(rows: Sequence[HandoverRow], pen: Pen, named: Named) -> list[Part]:
    columns = pen.columns(
        *(
            ("id", "No.", True),
            ("shift", "Shift"),
            ("at", "Written"),
            ("by", "Handed over"),
            ("note", "To the next shift"),
        ),
        *(("acknowledged", "Acknowledged"), ("acknowledged_by", "Taken over"), ("answer", "What they said")),
        ("counts", "Counts"),
    )
    whole = tuple(
        (
            *(row.id, row.shift, At(row.at_ms), pen.who(row.by), pen.who(row.note), moment(row.acknowledged_ms)),
            *(pen.who(row.acknowledged_by), pen.who(row.acknowledged_note), row.acknowledged_ms is not None),
        )
        for row in rows
    )
    lines = pen.columns(
        *(("handover", "No.", True), ("section", "Part"), ("what", "What"), ("text", "Note"), ("who", "Whom or where")),
        *(("owner", "Owner"), ("at", "Since"), ("due", "Due"), ("n", "Count", True)),
    )
    items = tuple(
        (row.id, pen.say(_TITLES[item.section]), *_line(item, pen, named), item.n)
        for row in rows
        for item in row.items
        if item.section in _TITLES
    )
    return [
        Table("handovers", pen.say("Handovers"), columns, whole, pen.say("No handover was written in this time.")),
        Table("items", pen.say("What was open"), lines, items, pen.say("Nothing was open.")),
    ]
