"""Make the CycloneDX list of ``make sbom`` short: licences in, addresses and line numbers out.

Reads the list as cyclonedx-py writes it from standard input; the hashes stand in requirements.lock.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from licences import licence

KEPT = ("name", "version", "purl", "type")


def short(parts: dict[str, Any]) -> dict[str, Any]:
    """The same list, in an order and with references that hold from one run to the next."""
    names = {one["bom-ref"]: one["purl"] for one in parts["components"]}
    components = [_component(one) for one in parts["components"]]
    root = {**parts["metadata"]["component"], "bom-ref": "wence"}
    root.pop("externalReferences", None)
    return {
        **{name: parts[name] for name in ("$schema", "bomFormat", "specVersion", "version")},
        "metadata": {"component": root},
        "components": sorted(components, key=lambda one: str(one["purl"])),
        "dependencies": [{"ref": "wence", "dependsOn": sorted(names.values())}],
    }


def _component(one: dict[str, Any]) -> dict[str, Any]:
    stated = licence(one["name"])
    kept = {name: one[name] for name in KEPT}
    return {**kept, "bom-ref": one["purl"], "licenses": [{"license": {"name": stated}}]}


if __name__ == "__main__":
    json.dump(short(json.load(sys.stdin)), sys.stdout, ensure_ascii=False, indent=1)
    sys.stdout.write("\n")
