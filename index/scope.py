"""Which documents a search is kept to, and which clauses those have."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from index.documents import Region
from index.snapshot import Rows, Snapshot, spread

NATIONAL = Region(("全国",))


def find_scope(
    snapshot: Snapshot, regions: Collection[Region] | None, documents: Collection[str] | None
) -> Rows | None:
    """Rows of the documents that apply to one of the regions and are among the given ones."""
    if regions is None and documents is None:
        return None
    catalog = snapshot.catalog
    chosen = [
        row
        for row, (document_id, region) in enumerate(zip(catalog.ids, catalog.regions, strict=True))
        if (documents is None or document_id in documents)
        and (regions is None or any(applies(region, asked) for asked in regions))
    ]
    return np.array(chosen, dtype=np.int64)


def applies(region: Region, asked: Region) -> bool:
    """Whether a document for ``region`` speaks for ``asked``: the same, around it or inside it.

    What holds for the whole country holds everywhere.
    """
    if not region.path or not asked.path:
        return region == asked
    if region == NATIONAL:
        return True
    return region.contains(asked) or asked.contains(region)


def clauses_of(snapshot: Snapshot, documents: Rows) -> Rows:
    """Numbers, ascending, of the clauses of these documents."""
    starts = snapshot.catalog.clause_starts
    return spread(starts[documents], starts[documents + 1] - starts[documents])
