"""One table of settings (name, default, help); the only reader of the environment.

A setting ``top_k`` is read from ``WENCE_TOP_K``. Unknown names and impossible values stop
the start-up with one clear line each.
"""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr

from index.errors import SettingsError

ROOT = Path(__file__).resolve().parent.parent
PREFIX = "WENCE_"
BENCH_DATA = "WENCE_BENCH_DATA"  # for the tests and measurements alone


@dataclass(frozen=True, slots=True)
class Setting:
    """One row of the table; the type of the value is the type of the default.

    ``choices`` are the only values allowed, ``least`` is the smallest number allowed.
    """

    name: str
    default: str | int | float | bool
    help: str
    choices: tuple[str, ...] = ()
    least: int = 0


SETTINGS: tuple[Setting, ...] = (
    Setting("corpus_dir", str(ROOT / "docs_corpus"), "folder of policy files and sidecars"),
    Setting("index_dir", str(ROOT / "var" / "index"), "folder of published indexes"),
    Setting(
        "cache_dir",
        str(Path.home() / ".cache" / "wence"),
        "folder of prepared embedding models",
    ),
    Setting("prompts_dir", str(ROOT / "prompts"), "folder of prompts and fixed sentences"),
    Setting(
        "embedding_model",
        "multilingual-e5-small",
        "carried model, or the name or folder of any sentence-transformers model",
    ),
    Setting(
        "embedding_precision",
        "int8",
        "int8 (ONNX Runtime) or fp32 (sentence-transformers)",
        choices=("int8", "fp32"),
    ),
    Setting("host", "127.0.0.1", "address the service listens on"),
    Setting("port", 7860, "port the service listens on"),
    Setting("max_question_chars", 2000, "longest question that is read", least=1),
    Setting("max_citations", 3, "most clauses cited for one region", least=1),
    Setting("language", "zh", "language of fixed sentences: zh or en", choices=("zh", "en")),
    Setting("model_url", "", "OpenAI-compatible service (ends in /v1); empty: answers are quotes"),
    Setting("model_name", "", "chat model asked for"),
    Setting("model_key", "", "key of the service, if it wants one; never shown"),
    Setting(
        "model_timeout", 10.0, "seconds without a word after which the model is given up", least=1
    ),
    Setting("model_budget", 20.0, "seconds the model may take for one answer, all in all", least=1),
    Setting("model_tokens", 800, "longest text the model may write, tokens", least=1),
    Setting("model_rewrite", False, "let the model also rewrite follow-up questions"),
    Setting("model_label", "", "label of generated answers; empty: label_llm in messages.yaml"),
    Setting("store_url", "", "database of the staff console; empty: SQLite beside the index"),
    Setting("staff_secure_cookie", False, "send the staff cookie over https only, always"),
)
SECRETS = frozenset({"model_key", "store_url"})


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings as one value; build it with :func:`load_settings`."""

    corpus_dir: Path
    index_dir: Path
    cache_dir: Path
    prompts_dir: Path
    embedding_model: str
    embedding_precision: str
    host: str
    port: int
    max_question_chars: int
    max_citations: int
    language: str
    model_url: str
    model_name: str
    model_key: SecretStr
    model_timeout: float
    model_budget: float
    model_tokens: int
    model_rewrite: bool
    model_label: str
    store_url: SecretStr
    staff_secure_cookie: bool

    @property
    def has_model(self) -> bool:
        """Whether a language model words the answers."""
        return bool(self.model_url)


def _parse(setting: Setting, text: str) -> str | int | float | bool:
    name, kind = f"{PREFIX}{setting.name.upper()}", type(setting.default)
    if kind is bool:
        if text.lower() not in {"true", "false", "1", "0"}:
            raise SettingsError(f"{name} must be true or false, not {text!r}")
        return text.lower() in {"true", "1"}
    if setting.choices and text not in setting.choices:
        raise SettingsError(f"{name} must be {' or '.join(setting.choices)}, not {text!r}")
    try:
        value = kind(text)
    except ValueError as error:
        wanted = "a whole number" if kind is int else "a number"
        raise SettingsError(f"{name} must be {wanted}, not {text!r}") from error
    if not isinstance(value, str) and not setting.least <= value < math.inf:
        raise SettingsError(f"{name} must be at least {setting.least}, not {text!r}")
    return value


def load_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """Read the environment; raise SettingsError on an unknown name or an impossible value."""
    environ = os.environ if environ is None else environ
    known = {PREFIX + setting.name.upper(): setting for setting in SETTINGS}
    given = {key: value for key, value in environ.items() if key.startswith(PREFIX)}
    unknown = sorted(set(given) - set(known) - {BENCH_DATA})
    if unknown:
        raise SettingsError(
            f"unknown setting {', '.join(unknown)}; see the settings table in README.md"
        )
    values: dict[str, object] = {}
    for key, setting in known.items():
        value: object = _parse(setting, given[key]) if key in given else setting.default
        if setting.name.endswith("_dir"):
            value = Path(str(value)).expanduser()
        values[setting.name] = SecretStr(str(value)) if setting.name in SECRETS else value
    _check_model(str(values["model_url"]), str(values["model_name"]))
    return Settings(**values)  # type: ignore[arg-type]


def _check_model(url: str, name: str) -> None:
    """An address and a name, or neither."""
    if bool(url) != bool(name):
        raise SettingsError(
            f"{PREFIX}MODEL_URL and {PREFIX}MODEL_NAME go together: give both or neither"
        )
    if url and not url.startswith(("http://", "https://")):
        raise SettingsError(f"{PREFIX}MODEL_URL must begin with http:// or https://")


def bench_data() -> Path:
    """The folder of public benchmark data, which may be absent."""
    return Path(os.environ.get(BENCH_DATA, ROOT.parent / "shared" / "bench"))
