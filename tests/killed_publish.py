"""``python -m tests.killed_publish FOLDER STAGE``: going back to 1, killed by itself at a stage.

``stage``: once the files are laid down; ``prepared``: between preparing and publishing;
``settle``: between two files of the corpus folder; otherwise a stage of the build and a count.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from index.library import library as library_module
from index.library import publications
from tests.library_toys import empty_library
from tests.toys import ToyEmbedder


def die(*_: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def main(folder: Path, stage: str) -> None:
    library = empty_library(folder)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    if stage == "stage":
        library_module.prepare_build = die
    if stage == "settle":
        put, written = publications.put, []

        def put_one(path: Path, data: bytes) -> None:
            if written:
                die()
            written.append(path)
            put(path, data)

        publications.put = put_one

    def progress(name: str, done: int, total: int) -> None:
        if f"{name}{done}" == stage:
            die()

    prepared = library.prepare_rollback(1, "甲", ToyEmbedder(), progress)
    if stage == "prepared":
        die()
    library.publish(prepared, progress)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
