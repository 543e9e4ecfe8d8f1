"""The descriptions in ``data/api.yaml``: one table of schemas for HTTP and MCP."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from index.yaml_text import parse_yaml

DATA = Path(__file__).parent.parent / "data"
SHARED, OWN = "#/components/schemas/", "#/$defs/"
REFERENCE = re.compile(rf'"{SHARED}(\w+)"')
Schema = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Tool:
    """One call as programs see it; ``input`` and ``output`` name schemas."""

    name: str
    title: str
    description: str
    input: str
    output: str


@dataclass(frozen=True, slots=True)
class Operation:
    """An address of the HTTP API: the schema of its reply, its HTTP statuses, the tool it twins.

    ``events`` says what comes to those who ask for server-sent events; empty where nobody can.
    """

    output: str
    codes: tuple[str, ...]
    tool: str = ""
    events: str = ""


@dataclass(frozen=True, slots=True)
class Descriptions:
    """Everything in the file."""

    instructions: str
    tools: tuple[Tool, ...]
    operations: Mapping[str, Operation]
    schemas: Mapping[str, Schema]

    def standalone(self, name: str) -> Schema:
        """The schema with every other that it refers to, directly or not, inside it."""
        found, queue = dict[str, Schema](), [name]
        while queue:
            text = json.dumps(_complete(self.schemas[queue.pop()]))
            queue.extend(one for one in REFERENCE.findall(text) if one not in found)
            found |= {one: _inside(self.schemas[one]) for one in queue}
        return _inside(self.schemas[name]) | ({"$defs": found} if found else {})

    def components(self) -> dict[str, Schema]:
        """All schemas as OpenAPI holds them."""
        return {name: _complete(schema) for name, schema in self.schemas.items()}


@cache
def load_descriptions() -> Descriptions:
    """Read the file."""
    data = parse_yaml((DATA / "api.yaml").read_text(encoding="utf-8"))
    tools = tuple(Tool(name, **row) for name, row in data["tools"].items())
    outputs = {tool.name: tool.output for tool in tools}
    operations = {
        path: Operation(
            output=row.get("output") or outputs[row["tool"]],
            codes=tuple(row["codes"]),
            tool=row.get("tool", ""),
            events=row.get("events", ""),
        )
        for path, row in data["operations"].items()
    }
    return Descriptions(data["instructions"], tools, operations, data["schemas"])


@cache
def load_examples() -> dict[str, dict[str, Any]]:
    """Recorded requests and replies by operation address."""
    examples: dict[str, dict[str, Any]] = json.loads(
        (DATA / "api_examples.json").read_text(encoding="utf-8")
    )
    return examples


def _complete(schema: Schema) -> Schema:
    """The schema with every field of a reply required; inputs say themselves what is."""
    done = {key: _completed(value) for key, value in schema.items()}
    if schema.get("type") == "object" and schema.get("properties"):
        done.setdefault("required", list(schema["properties"]))
    return done


def _completed(value: object) -> object:
    return _complete(value) if isinstance(value, dict) else value


def _inside(schema: Schema) -> Schema:
    """The schema as it stands beside its ``$defs``."""
    moved: Schema = json.loads(json.dumps(_complete(schema)).replace(SHARED, OWN))
    return moved
