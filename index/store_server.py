"""The collections of an index on a Chroma server, where several workers share one.

A build has a collection of its own, named by the digest of what it holds; ``collection.json`` in
its folder says which. ``collections.txt`` beside the builds lists every name that this index ever
took, so that those of builds that are gone are removed. Which server it is, is set once for the
process, by :func:`use_server`; a build without a server lies in a folder as before.
"""

from __future__ import annotations

import json
import os
import socket
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from secrets import token_hex
from time import monotonic
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from index.disk import flush
from index.store import PassageStore, ServedStore, StoreError, Vectors, close_client, translated

if TYPE_CHECKING:
    from chromadb.api import ClientAPI

RECORD, LEDGER = "collection.json", "collections.txt"
SEARCHING, BUILDING = 3, 300  # seconds that one call may take
RETRY = 5.0  # seconds after a failure in which nobody asks the server again


class ServerDown(StoreError):
    """The vector server does not answer, or does not hold the collection."""

    def __init__(self, reason: object) -> None:
        super().__init__(
            "向量库服务器暂时用不了，请检查 WENCE_CHROMA_URL 和那台服务器；恢复后会自动继续，"
            f"数据丢失时请运行 wence index 重新建立。（{reason}）"
        )


@dataclass(frozen=True, slots=True)
class StoreServer:
    """A Chroma server: ``http[s]://[TOKEN@]HOST[:PORT][/TENANT/DATABASE]``."""

    host: str
    port: int
    ssl: bool
    token: str = field(repr=False)
    tenant: str
    database: str

    @classmethod
    def parse(cls, url: str) -> StoreServer:
        """The server at a sound address; a missing port is 8000, or 443 over https."""
        parts = urlsplit(url)
        tenant, _, database = parts.path.strip("/").partition("/")
        ssl = parts.scheme == "https"
        return cls(
            host=parts.hostname or "",
            port=parts.port or (443 if ssl else 8000),
            ssl=ssl,
            token=unquote(parts.username or parts.password or ""),
            tenant=tenant or "default_tenant",
            database=database or "default_database",
        )

    def client(self, seconds: float) -> ClientAPI:
        """A client whose calls take no longer than so many seconds; raises StoreError."""
        import chromadb
        from chromadb.config import Settings

        try:
            # Chroma's client waits for ever: whether anybody is there is found out first
            socket.create_connection((self.host, self.port), min(seconds, SEARCHING)).close()
        except OSError as error:
            raise StoreError(f"{self.host}:{self.port} {error}") from error
        token = {"x-chroma-token": self.token, "Authorization": f"Bearer {self.token}"}
        with translated():
            client = chromadb.HttpClient(
                self.host,
                self.port,
                self.ssl,
                headers=token if self.token else None,
                settings=Settings(anonymized_telemetry=False),
                tenant=self.tenant,
                database=self.database,
            )
        client._server._session.timeout = seconds  # type: ignore[attr-defined]
        return client


_used: list[StoreServer] = []


def use_server(url: str) -> None:
    """From now on vectors are kept on this server; with an empty address, in folders."""
    _used[:] = [StoreServer.parse(url)] if url else []


def store_server() -> StoreServer | None:
    """Where this process keeps vectors; None for folders."""
    return _used[0] if _used else None


class ServerStore:
    """The collection of one build on the server; safe to share between threads.

    After a failure the server is left alone for some seconds, so that a dead one costs no
    question its time.
    """

    def __init__(self, server: StoreServer | None, name: str) -> None:
        self._server, self._name = server, name
        self._opening = threading.Lock()
        self._store: PassageStore | None = None
        self._again = 0.0

    def check(self, rows: int) -> None:
        """Nothing: the rows were counted before the build was published."""

    def nearest(self, vector: Vectors, count: int) -> tuple[list[str], Vectors]:
        """Digests and cosines of the nearest rows, best first; raises ServerDown."""
        if monotonic() < self._again:
            raise ServerDown("稍后再试")
        try:
            return self._opened().nearest(vector, count)
        except StoreError as error:
            self._again = monotonic() + RETRY
            raise ServerDown(error) from error

    def is_down(self) -> bool:
        """Whether the collection cannot be reached at this moment."""
        if monotonic() < self._again:
            return True
        try:
            self._opened().count()
        except StoreError:
            self._again = monotonic() + RETRY
            return True
        return False

    def close(self) -> None:
        """Let go of the connections."""
        with self._opening:
            store, self._store = self._store, None
        if store:
            store.close()

    def _opened(self) -> PassageStore:
        with self._opening:
            if self._store is None:
                if self._server is None:
                    raise StoreError("没有设置 WENCE_CHROMA_URL")
                self._store = PassageStore.open_on(self._server.client(SEARCHING), self._name)
            return self._store


def served_store(build: Path) -> ServedStore | ServerStore:
    """The vectors of a build, wherever they are."""
    name = _recorded(build)
    return ServerStore(store_server(), name) if name else ServedStore(build / "chroma")


def is_in_place(build: Path) -> bool:
    """Whether the vectors of a build are where this process keeps them."""
    return bool(_recorded(build)) == bool(store_server())


def new_collection(server: StoreServer, build: Path, digest: str, expected: int) -> PassageStore:
    """An empty collection for a build, under a name that nobody had before."""
    name = f"wence-{digest}-{token_hex(4)}"
    with (build.parent.parent / LEDGER).open("a", encoding="utf-8") as ledger:
        ledger.write(f"{name}\n")
        ledger.flush()
        os.fsync(ledger.fileno())
    store = PassageStore.create_on(server.client(BUILDING), name, expected)
    (build / RECORD).write_text(json.dumps({"collection": name}), encoding="utf-8")
    flush(build / RECORD)
    return store


def open_collection(server: StoreServer, build: Path) -> PassageStore:
    """The collection of a build, to check it; raises StoreError."""
    return PassageStore.open_on(server.client(BUILDING), _recorded(build))


def remove_lost_collections(index_dir: Path) -> None:
    """Delete the collections of builds that are gone; a server that is down is left for later."""
    server, ledger = store_server(), index_dir / LEDGER
    if server is None or not ledger.is_file():
        return
    held = {_recorded(build) for build in (index_dir / "builds").iterdir()}
    names = ledger.read_text(encoding="utf-8").split()
    left = [name for name in names if name in held or not _remove(server, name)]
    if left != names:
        temporary = ledger.with_suffix(".tmp")
        temporary.write_text("".join(f"{name}\n" for name in left), encoding="utf-8")
        flush(temporary)
        os.replace(temporary, ledger)


def _remove(server: StoreServer, name: str) -> bool:
    """Whether the server no longer holds this collection."""
    from chromadb.errors import NotFoundError

    try:
        client = server.client(BUILDING)
        with translated(client), suppress(NotFoundError):
            client.delete_collection(name)
        close_client(client)
    except StoreError:
        return False
    return True


def _recorded(build: Path) -> str:
    """The collection of a build on a server; empty when it has none."""
    try:
        return str(json.loads((build / RECORD).read_bytes())["collection"])
    except FileNotFoundError:
        return ""
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise StoreError(f"{build / RECORD}: {error}") from error
