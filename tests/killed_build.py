"""``python -m tests.killed_build INDEX_DIR STAGE``: a build that kills itself at a stage's first word.

With the stage ``full`` files may grow to 100 kB only, as on a full disk. Prints what
BuildFailed says.
"""

from __future__ import annotations

import os
import resource
import signal
import sys
from pathlib import Path

from index.build import build_index
from index.errors import BuildFailed
from tests.toys import ToyEmbedder, changed_corpus


def main(index_dir: Path, stage: str) -> None:
    if stage == "full":
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))

    def progress(name: str, done: int, total: int) -> None:
        if name == stage:
            os.kill(os.getpid(), signal.SIGKILL)

    try:
        build_index(changed_corpus(), {}, ToyEmbedder(), index_dir, progress)
    except BuildFailed as error:
        sys.stdout.write(str(error))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
