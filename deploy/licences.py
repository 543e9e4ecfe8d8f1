"""Write deploy/LICENCES.md: every package of requirements.lock with its licence, from its metadata.

Run by ``make licences`` with the Python of the virtual environment. Exit code 1 when a package is
missing there, has no licence, or has one under which an Apache-2.0 program may not be passed on.
"""

from __future__ import annotations

import re
import sys
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path

HERE = Path(__file__).parent
LOCK, LIST = HERE / "requirements.lock", HERE / "LICENCES.md"
# passed on as they are, unmodified and replaceable: that is all these ask for
WEAK = re.compile(r"MPL|Mozilla|LGPL|Lesser", re.IGNORECASE)
FORBIDDEN = re.compile(r"\bA?GPL|Affero|GNU General Public|Proprietary|SSPL|BUSL|Commons Clause")
SHORT = 60  # characters; longer is the text of a licence, not its name
HEAD = """# Licences of the packages in the image

Made by `make licences` from deploy/requirements.lock; do not edit. WenCe itself is Apache-2.0, see
LICENSE and NOTICE. None of these forbids to pass it on; those marked `*` (MPL, LGPL) are passed on
unmodified, and each can be replaced.

| package | version | licence |
|---|---|---|
"""


def pinned(text: str) -> list[tuple[str, str]]:
    """Names and versions of a lock, in its order."""
    return re.findall(r"^([A-Za-z0-9._-]+)==([^\s\\;]+)", text, re.MULTILINE)


def licence(name: str) -> str:
    """The licence that a package states; empty when it states none."""
    try:
        about = metadata(name)
    except PackageNotFoundError:
        return ""
    classified = [
        one.rsplit(" :: ", 1)[-1]
        for one in about.get_all("Classifier") or []
        if one.startswith("License :: ") and not one.endswith("OSI Approved")
    ]
    stated = (about.get("License") or "").strip().split("\n")[0]
    candidates = [about.get("License-Expression") or "", "; ".join(classified), stated]
    return next((one for one in candidates if 0 < len(one) <= SHORT), "")


def is_forbidden(name: str) -> bool:
    """Whether a licence stops us from passing the package on with an Apache-2.0 program."""
    choices = re.split(r"\bOR\b", name)
    return not name or all(FORBIDDEN.search(one) and not WEAK.search(one) for one in choices)


def page(rows: list[tuple[str, str, str]]) -> str:
    """The list as Markdown."""
    lines = [
        f"| {name} | {version} | {stated}{' *' if WEAK.search(stated) else ''} |\n"
        for name, version, stated in rows
    ]
    return HEAD + "".join(lines)


def main() -> int:
    """Write the list; name every package that may not be passed on."""
    rows = [(name, version, licence(name)) for name, version in pinned(LOCK.read_text())]
    LIST.write_text(page(rows), encoding="utf-8")
    bad = [
        f"{name}: {stated or 'no licence stated'}"
        for name, _, stated in rows
        if is_forbidden(stated)
    ]
    sys.stderr.write("".join(f"{one}\n" for one in bad))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
