"""Tables as CSV files that open well in a spreadsheet and run nothing there."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from starlette.responses import Response

from bot.staff.tables import AuditEntry

AUDIT_COLUMNS = ("n", "at", "actor", "action", "subject", "details", "previous", "digest")
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def csv_text(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """The table as CSV; a cell that a spreadsheet would run begins with an apostrophe."""
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(header)
    writer.writerows([_cell(value) for value in row] for row in rows)
    return file.getvalue()


def csv_file(name: str, header: Sequence[str], rows: Iterable[Sequence[object]]) -> Response:
    """The table as a download; the mark at its start tells spreadsheets that it is UTF-8."""
    return Response(
        "\ufeff" + csv_text(header, rows),
        media_type="text/csv; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="{name}.csv"',
            "Cache-Control": "no-store",
        },
    )


def audit_table(entries: Iterable[AuditEntry]) -> tuple[Sequence[str], list[list[object]]]:
    """Audit entries as header and rows, with all that is needed to follow the chain."""
    rows = [[getattr(entry, column) for column in AUDIT_COLUMNS] for entry in entries]
    for row in rows:
        row[1] = row[1].isoformat()
    return AUDIT_COLUMNS, rows


def _cell(value: object) -> str:
    text = "" if value is None else str(value)
    number = isinstance(value, int | float)
    return f"'{text}" if text.lstrip(" \u3000").startswith(FORMULA) and not number else text
