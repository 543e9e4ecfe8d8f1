"""What nobody foresaw: logged under a reference number, told to nobody in its own words."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from bot.public.visits import current_visit

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class Failure:
    """The reference number of what failed; None while nothing has."""

    reference: str | None = None


@contextmanager
def caught(what: str, *passing: type[Exception]) -> Iterator[Failure]:
    """Catch every error of the block but these kinds; the log has the reference and the cause."""
    failure = Failure()
    try:
        yield failure
    except passing:
        raise
    except Exception:  # the only place that catches everything
        failure.reference = current_visit().reference
        logger.exception("%s failed, reference %s", what, failure.reference)
