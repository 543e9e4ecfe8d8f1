"""The prompts of the language model: files in ``prompts/``, loaded, checked and filled.

A file is the whole prompt. Above its line ``---`` stands the system message, below it the user's.
``$name`` is filled in; ``$$`` is a dollar sign.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from string import Template

from index.errors import SettingsError

RULE = "\n---\n"
ANSWERING = frozenset({"question", "audience", "sources"})
PROMPTS: Mapping[str, frozenset[str]] = {
    "answer": ANSWERING,
    "comparison": ANSWERING,
    "answer_english": ANSWERING,
    "followup": frozenset({"history", "question"}),
    "source": frozenset(
        {"marker", "region", "title", "number", "issued", "validity", "address", "text"}
    ),
}
SHORT_TEXTS = frozenset({"source"})  # filled into another prompt, so no message of its own

Messages = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Prompt:
    """One prompt file: its name and the templates of its messages, each with its role."""

    name: str
    parts: tuple[tuple[str, Template], ...]

    def __call__(self, **values: str) -> Messages:
        """The messages filled; ValueError for a missing or a surplus value."""
        missing, surplus = PROMPTS[self.name] - set(values), set(values) - PROMPTS[self.name]
        if missing or surplus:
            raise ValueError(
                f"prompt {self.name}: missing {sorted(missing)}, surplus {sorted(surplus)}"
            )
        return tuple((role, template.substitute(values)) for role, template in self.parts)

    @property
    def wording(self) -> str:
        """The text of the file, as nobody but the model should read it."""
        return "\n".join(template.template for _, template in self.parts)


Prompts = Mapping[str, Prompt]


def load_prompts(prompts_dir: Path) -> Prompts:
    """Every prompt; raises SettingsError naming the file and what is wrong with it."""
    return {name: _load(prompts_dir / f"{name}.md", name) for name in PROMPTS}


def _load(path: Path, name: str) -> Prompt:
    try:
        text = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"prompt {path} cannot be read: {error}") from error
    system, rule, user = text.partition(RULE)
    parts: tuple[tuple[str, Template], ...]
    if name in SHORT_TEXTS:
        parts = (("text", Template(text)),)
    elif not rule or not system.strip() or not user.strip():
        raise SettingsError(f"prompt {path} must have a system and a user part around a line ---")
    else:
        parts = (("system", Template(system.strip())), ("user", Template(user.strip())))
    _check(path, name, [template for _, template in parts])
    return Prompt(name, parts)


def _check(path: Path, name: str, templates: list[Template]) -> None:
    if not all(template.is_valid() for template in templates):
        raise SettingsError(f"prompt {path} has a lone dollar sign; write $$")
    used = {word for template in templates for word in template.get_identifiers()}
    if used != PROMPTS[name]:
        missing, unknown = sorted(PROMPTS[name] - used), sorted(used - PROMPTS[name])
        raise SettingsError(f"prompt {path}: variables missing {missing}, unknown {unknown}")
