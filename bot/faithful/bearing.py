"""How a sentence binds, denies and joins, beside how its places in the clause do."""

from __future__ import annotations

from bot.faithful.alignment import Match
from bot.faithful.comparison import Comparison, joined
from bot.faithful.lexicon import data, patterns
from bot.faithful.wording import joins, licences

GROUPS = {
    "strong": {"must", "ensure", "total", "now"},
    "duty": {"duty"},
    "ban": {"prohibit"},
    "every": {"every"},
    "done": {"done"},
    "only": {"only"},
    "leave": {"permit"},
    "soft": {"aim", "encourage", "explore", "gradual", "hedge", "mainly"},
    "guide": {"guide"},
    "some": {"some"},
    "priority": {"priority"},
    "propose": {"propose"},
}
HARD = ("strong", "duty", "ban", "every", "done", "only")
BINDING = frozenset({"duty", "must", "only", "ensure"})
WHOLE = ("encourage", "gradual", "every", "must")  # of each a clause cited must have a word
HARDER = BINDING | {"prohibit", "total", "now", "every", "done"}
SOFTER = GROUPS["soft"] | {"permit", "guide", "priority"}


def unlicensed(compared: Comparison) -> tuple[str, ...]:
    """Forces of a Chinese sentence for which the clauses that it cites have no word anywhere."""
    said = () if compared.said.english else (one for one in WHOLE if one in compared.said.forces)
    held = frozenset(force for one in compared.clauses for force in one.allowed)
    return tuple(force for force in said if not licences(force) & held)


def bearing_differences(compared: Comparison) -> dict[str, float]:
    """Forces and negations that are added to the passage, to the places, or dropped from them."""
    said, kept = compared.said.forces, compared.said.kept
    held = frozenset(f for one in (*compared.passage, *compared.beside) for f in one.allowed)
    near = frozenset(f for one in (*compared.near, *compared.beside) for f in one.allowed)
    close = frozenset(force for one in compared.near for force in one.forces)
    new = {one for one in said if not licences(one) & held}
    moved = {one for one in said - {"ensure"} if not licences(one) & near}
    lost = close - kept
    found: dict[str, float] = {}
    for name, forces in GROUPS.items():
        found[f"adds_{name}"] = float(len(new & forces))
        if name in HARD or name == "leave":
            found[f"moves_{name}"] = float(len(moved & forces))
        found[f"drops_{name}"] = float(len(lost & forces))
    found |= _negations(compared, binds=bool(close & {"must", "duty", "only"} or "must" in near))
    found["hard_new"] = sum(found[f"adds_{name}"] for name in HARD)
    found["hard_moved"] = sum(found[f"moves_{name}"] for name in HARD)
    found["harder"] = float(found["hard_moved"] > 0 and found["drops_soft"] > 0)
    return found | _joins(compared) | _bounds(compared) | _turned(compared) | _widened(compared)


def _turned(compared: Comparison) -> dict[str, float]:
    """How many segments bind harder or softer than the very segments that they reword."""
    hardened = bound = freed = stronger = 0
    for one in compared.matches:
        said, meant = one.segment, one.place.segment
        led = one.place.stem.allowed if one.place.stem else frozenset[str]()
        unlicensed = {
            force for force in said.forces & HARDER if not licences(force) & (meant.forces | led)
        }
        hardened += bool((meant.forces & SOFTER) - said.kept and unlicensed)
        bound += "permit" in meant.forces - said.forces and bool(unlicensed & BINDING)
        freed += "permit" in said.forces - meant.allowed and bool(
            meant.forces & {"duty", "must", "prohibit"} - said.forces
        )
        stronger += len(
            {force for force in unlicensed if not licences(force) & (meant.allowed | led)}
        )
    return {
        "soft_made_hard": float(hardened),
        "may_made_must": float(bound),
        "must_made_may": float(freed),
        "stronger_here": float(stronger),
    }


def _widened(compared: Comparison) -> dict[str, float]:
    """Words that widen a rule (任何, 即可) or make another its reason, and stand in no passage."""
    passage = joined((*compared.passage, *compared.beside))
    caused = [
        kind
        for kind in data()["causes"]
        if patterns("causes", kind).search(compared.text)
        and not patterns("grounds", kind).search(passage)
    ]
    wide = (word in compared.text and word not in passage for word in data()["widening"])
    return {"widened": float(any(wide)), "caused": float(bool(caused))}


def _negations(compared: Comparison, *, binds: bool) -> dict[str, float]:
    """Negations of the sentence that its places have not, or the other way round.

    A doubled one (没有…就不能) says what a duty says: ``binds``.
    """
    said, denied = compared.said.negations, sum(one.negations for one in compared.near)
    led = denied + sum(one.negations for one in compared.beside)
    doubled = binds and said > 0 and said % 2 == 0
    added, dropped = said > 0 and not led and not doubled, denied > 0 and not said
    cued = any(one.deniable for one in (*compared.near, *compared.beside))
    kept = compared.said.denying
    return {
        "adds_not": float(added and not cued),
        "adds_not_cued": float(added and cued),
        "drops_not": float(dropped and not kept),
        "drops_not_cued": float(dropped and kept),
        "adds_not_here": float(sum(map(_denies, compared.matches)) * (not doubled)),
        "drops_not_here": float(sum(map(_affirms, compared.matches))),
    }


def _denies(match: Match) -> bool:
    """Whether a segment denies what its place, and what leads to it, do not."""
    leads = [match.place.segment, *([match.place.stem] if match.place.stem else [])]
    return match.segment.negations > 0 and not any(one.negations or one.deniable for one in leads)


def _affirms(match: Match) -> bool:
    """Whether a segment does not deny what its place does."""
    said = match.segment
    return match.place.segment.negations > 0 and not said.negations and not said.denying


def _joins(compared: Comparison) -> dict[str, float]:
    """Conditions joined by and where the clause has or, and the other way round."""
    said = joins(compared.text)
    meant = frozenset(one for reading in compared.near for one in joins(reading.text))
    return {
        "all_for_any": float("all" in said and "any" not in said and "any" in meant),
        "any_for_all": float("any" in said and "any" not in meant),
    }


def _bounds(compared: Comparison) -> dict[str, float]:
    """Bounds (至少, 不超过, 高于) of other kinds than those of the places."""
    said = compared.said.bounds - {"about", "total"}
    meant = frozenset(bound for one in compared.near for bound in one.bounds)
    return {"limit": float(bool(said - meant)), "limit_other": float(bool(meant and said - meant))}
