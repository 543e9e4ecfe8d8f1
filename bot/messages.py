"""Every fixed sentence of the answers, read from ``prompts/messages.yaml``; strict both ways."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from string import Template

import yaml

from index.errors import SettingsError

LANGUAGES = ("zh", "en")
KNOWN_EVERYWHERE = frozenset({"held", "max"})  # facts of the service that a sentence may leave out


@dataclass(frozen=True, slots=True)
class Words:
    """The sentences of one language; call it with a key to get one filled."""

    language: str
    templates: Mapping[str, Template]

    def __call__(self, key: str, **values: object) -> str:
        """The sentence with its ``$names`` filled.

        Raises KeyError for an unknown key, ValueError for a missing or a surplus value.
        """
        template = self.templates[key]
        names = set(template.get_identifiers())
        missing, surplus = names - set(values), set(values) - names - KNOWN_EVERYWHERE
        if missing or surplus:
            raise ValueError(f"message {key}: missing {sorted(missing)}, surplus {sorted(surplus)}")
        return template.substitute({name: str(value) for name, value in values.items()})


@dataclass(frozen=True, slots=True)
class Messages:
    """The sentences of every language."""

    by_language: Mapping[str, Words]

    def words(self, language: str) -> Words:
        """The sentences of one language; raises SettingsError when there is none such."""
        if language not in self.by_language:
            known = " or ".join(self.by_language)
            raise SettingsError(f"language must be {known}, not {language!r}")
        return self.by_language[language]


def load_messages(prompts_dir: Path) -> Messages:
    """Read the file; raise SettingsError naming the sentence that is missing or misshapen."""
    path = prompts_dir / "messages.yaml"
    try:
        data = yaml.load(path.read_text(encoding="utf-8"), Loader=_UniqueKeys)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise SettingsError(f"{path} cannot be read: {error}") from error
    if not isinstance(data, dict):
        raise SettingsError(f"{path} must map keys to sentences")
    for key, row in data.items():
        _check(path, key, row)
    return Messages(
        {
            language: Words(language, {key: Template(row[language]) for key, row in data.items()})
            for language in LANGUAGES
        }
    )


def _check(path: Path, key: object, row: object) -> None:
    if not isinstance(key, str) or not isinstance(row, dict) or set(row) != set(LANGUAGES):
        raise SettingsError(f"{path}: {key} must have exactly {' and '.join(LANGUAGES)}")
    names = []
    for language in LANGUAGES:
        text = row[language]
        if not isinstance(text, str) or not text.strip() or not Template(text).is_valid():
            raise SettingsError(f"{path}: {key} ({language}) is not a valid sentence")
        names.append(set(Template(text).get_identifiers()))
    if names[0] != names[1]:
        odd = ", ".join(sorted(names[0] ^ names[1]))
        raise SettingsError(f"{path}: {key} uses {odd} in one language only")


class _UniqueKeys(yaml.SafeLoader):
    """A loader that refuses a key given twice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[object, object]:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        twice = sorted({str(key) for key in keys if keys.count(key) > 1})
        if twice:
            raise yaml.constructor.ConstructorError(
                None, None, f"key given twice: {', '.join(twice)}", node.start_mark
            )
        made: dict[object, object] = super().construct_mapping(node, deep)
        return made
