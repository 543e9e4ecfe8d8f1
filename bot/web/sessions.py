"""What Gradio may keep of its readers: little, of few, and nothing of what was said.

Of itself it keeps the whole page of the last ten thousand readers, conversations and all (50 KB
and more each), so that a page can be shared as it stands. Here nobody can share one, and what is
kept of a conversation is kept in the reader's own browser.
"""

from __future__ import annotations

from copy import copy
from typing import Any, cast

from gradio import Blocks
from gradio.routes import App
from gradio.state_holder import SessionState, StateHolder
from gradio.utils import LRUCache
from starlette.routing import BaseRoute, Mount

MOST_READERS = 1_000  # whose list of regions is remembered
MOST_UNHEARD = 4_000  # readers that may still come for what an event has said


class Session(SessionState):
    """What one reader can choose from; what stands in the page is not kept.

    It takes the place of Gradio's own, which has no switch for that; there is no ``gr.State``.
    """

    def __init__(self, blocks: Blocks) -> None:
        self.blocks_config = copy(blocks.default_config)
        self.config_values = {}
        self.state_data = {}
        self.is_closed = False

    def __setitem__(self, key: int, value: Any) -> None:  # noqa: ANN401
        self.blocks_config.blocks[key] = value

    def _update_config(self, key: int) -> None:
        """Forget how a part of the page looks."""

    def _update_value_in_config(self, key: int, value: Any) -> None:  # noqa: ANN401
        """Forget what stands in a part of the page."""


class Sessions(StateHolder):
    """The readers that came last; one who is forgotten begins with what everybody sees."""

    def __init__(self, blocks: Blocks) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        blocks.state_session_capacity = MOST_READERS
        self.set_blocks(blocks)

    def __getitem__(self, session_id: str) -> SessionState:
        if session_id not in self.session_data:
            self.session_data[session_id] = Session(self.blocks)
        return super().__getitem__(session_id)


class Stopped(LRUCache[str, None]):
    """A set of the last answers that readers have stopped."""

    def add(self, event_id: str) -> None:
        """One more; the oldest goes when there are too many."""
        self[event_id] = None

    remove = LRUCache.pop


def keep_little(mounted: BaseRoute, blocks: Blocks) -> None:
    """Bound everything of a mounted page that grows with every reader or event."""
    chat = cast(App, cast(Mount, mounted).app)
    chat.state_holder = Sessions(blocks)
    chat.iterators_to_reset = Stopped(MOST_UNHEARD)  # type: ignore[assignment]
    blocks._queue.pending_event_ids_session = LRUCache(MOST_UNHEARD)
    # usage statistics, summarised anew after each event, which nobody sees
    blocks._queue.ANALYTICS_MAX_EVENTS = 0
