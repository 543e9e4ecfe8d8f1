"""YAML as everything here reads it: plain values, by libyaml where PyYAML was built with it."""

from __future__ import annotations

from typing import Any

import yaml

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # ten times as fast as the one in Python


def parse_yaml(text: str) -> dict[str, Any]:
    """The values of one YAML document; raises yaml.YAMLError, with the place where it broke.

    The top level of our own files is a mapping; that of what others wrote is to be checked.
    """
    data: dict[str, Any] = yaml.load(text, Loader=LOADER)
    return data
