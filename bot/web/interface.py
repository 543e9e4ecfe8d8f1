"""The texts of the web page and of the API's errors, read from ``prompts/interface.yaml``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from string import Template

import yaml

from index.errors import SettingsError
from index.yaml_text import parse_yaml

LANGUAGES = ("zh", "en")


@dataclass(frozen=True, slots=True)
class Interface:
    """All interface texts of one language; call it with a key to get a sentence."""

    language: str
    texts: Mapping[str, str]
    examples: Mapping[str, tuple[str, ...]]

    def __call__(self, key: str, /, **values: object) -> str:
        """The text with its ``$names`` filled; KeyError when a key or a value is missing."""
        return Template(self.texts[key]).substitute({name: str(v) for name, v in values.items()})


def load_interface(prompts_dir: Path) -> dict[str, Interface]:
    """Read every language; raise SettingsError naming the text that is missing or misshapen."""
    path = prompts_dir / "interface.yaml"
    try:
        data = parse_yaml(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise SettingsError(f"{path} cannot be read: {error}") from error
    if not isinstance(data, dict) or set(data) != {"texts", "examples"}:
        raise SettingsError(f"{path} must hold exactly 'texts' and 'examples'")
    return {language: _one_language(data, language, path) for language in LANGUAGES}


def _one_language(data: Mapping[str, Mapping[str, object]], language: str, path: Path) -> Interface:
    texts = {key: _entry(path, key, row, language) for key, row in data["texts"].items()}
    examples = {key: _entry(path, key, row, language) for key, row in data["examples"].items()}
    for key, text in texts.items():
        if not isinstance(text, str) or not Template(text).is_valid():
            raise SettingsError(f"{path}: text {key} ({language}) is not a valid sentence")
    return Interface(
        language,
        {key: str(text) for key, text in texts.items()},
        {key: tuple(map(str, rows)) for key, rows in examples.items() if isinstance(rows, list)},
    )


def _entry(path: Path, key: str, row: object, language: str) -> object:
    if not isinstance(row, dict) or set(row) != set(LANGUAGES):
        raise SettingsError(f"{path}: {key} must have exactly {' and '.join(LANGUAGES)}")
    return row[language]


def preferred_language(accept_language: str | None) -> str:
    """``zh`` unless the reader's first language is named and is not Chinese."""
    first = (accept_language or "").split(",")[0].split(";")[0].strip().lower()
    return "zh" if not first or first == "*" or first.startswith("zh") else "en"
