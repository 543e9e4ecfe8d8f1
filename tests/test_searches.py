"""What is searched for one turn."""

from types import SimpleNamespace

import pytest

from bot.scope import Scope
from bot.searches import Searches
from index.ranking import Need, rank
from index.tokens import weighted_tokens

QUESTION = "教师午托"


@pytest.mark.parametrize(("asked", "others"), [("jia", ["wu"]), ("wu", ["jia"])])
def test_a_scope_knows_how_well_the_best_clause_of_any_other_region_fits(
    tiny_searcher, asked, others
):
    snapshot = tiny_searcher.snapshot
    need = Need(
        tiny_searcher.embed(QUESTION), weighted_tokens(((QUESTION, 1.0),)), len(QUESTION), None
    )
    [ranking] = rank(snapshot, [need])
    own, *rest = (tiny_searcher.documents[one] for one in (asked, *others))
    turn = SimpleNamespace(
        whole=SimpleNamespace(ranking=ranking),
        reading=SimpleNamespace(scope=Scope((own,), True, "")),
    )
    [(region, [layer])] = Searches(snapshot).of(turn)
    hits, _ = ranking.hits(None, 5)
    best = max(hit.score for hit in hits if hit.document in rest)
    assert (region, layer.scope.elsewhere) == (own.region, pytest.approx(best))
