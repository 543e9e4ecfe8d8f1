"""What is searched for one turn."""

from types import SimpleNamespace

import pytest

from bot.scope import Scope
from bot.searches import Searches
from index.ranking import Need, rank
from index.tokens import weighted_tokens
from tests.toys import open_searcher

QUESTION = "教师午托"


@pytest.mark.parametrize("exact_passages", [0, 20_000])
@pytest.mark.parametrize(("asked", "others"), [("jia", ["wu"]), ("wu", ["jia"])])
def test_a_scope_knows_how_well_the_best_clause_of_any_other_region_fits(
    tiny_index, monkeypatch, asked, others, exact_passages
):
    """Of a large corpus, too, where they are looked for in another thread."""
    monkeypatch.setattr("index.snapshot.EXACT_PASSAGES", exact_passages)
    searcher = open_searcher(tiny_index)
    snapshot = searcher.snapshot
    assert (snapshot.layout is None) == (exact_passages == 0)
    need = Need(searcher.embed(QUESTION), weighted_tokens(((QUESTION, 1.0),)), len(QUESTION), None)
    [ranking] = rank(snapshot, [need])
    own, *rest = (searcher.documents[one] for one in (asked, *others))
    turn = SimpleNamespace(
        whole=SimpleNamespace(ranking=ranking),
        reading=SimpleNamespace(scope=Scope((own,), True, "")),
    )
    [(region, [layer])] = Searches(snapshot).of(turn)
    hits, _ = ranking.hits(None, 5)
    best = max(hit.score for hit in hits if hit.document in rest)
    assert (region, layer.scope.elsewhere) == (own.region, pytest.approx(best))


def test_the_other_regions_are_compared_once_however_many_are_in_scope(tiny_searcher):
    compared = []
    ranking = SimpleNamespace(
        hits=lambda *_: ((), ()), best_score=lambda rows: compared.append(rows.tolist()) or 0.5
    )
    turn = SimpleNamespace(
        whole=SimpleNamespace(ranking=ranking),
        reading=SimpleNamespace(scope=Scope(tuple(tiny_searcher.documents.values()), True, "")),
    )
    layers = [layer for _, found in Searches(tiny_searcher.snapshot).of(turn) for layer in found]
    assert [layer.scope.elsewhere for layer in layers] == [0.5, 0.5]
    assert compared == [[]]  # no region is left
