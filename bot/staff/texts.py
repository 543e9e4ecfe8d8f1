"""The texts of the staff console, read from ``prompts/staff.yaml``."""

from __future__ import annotations

from pathlib import Path
from string import Template

import yaml

from bot.web.interface import Interface
from index.errors import SettingsError


def load_texts(prompts_dir: Path) -> Interface:
    """Every text by its key; raises SettingsError naming the text that is misshapen."""
    path = prompts_dir / "staff.yaml"
    try:
        data = yaml.load(path.read_text(encoding="utf-8"), yaml.BaseLoader)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise SettingsError(f"{path} cannot be read: {error}") from error
    if not isinstance(data, dict):
        raise SettingsError(f"{path} must hold texts by their keys")
    for key, text in data.items():
        if not isinstance(text, str) or not text or not Template(text).is_valid():
            raise SettingsError(f"{path}: text {key} is not a valid sentence")
    return Interface("zh", data, {})
