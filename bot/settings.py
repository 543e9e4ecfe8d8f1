"""One table of settings (name, default, help); the only reader of the environment.

A setting ``top_k`` is read from ``WENCE_TOP_K``. Unknown names and impossible values stop
the start-up with one clear line each, all at once.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr

from bot.setting import PREFIX, Setting, read_values
from index.errors import SettingsError

ROOT = Path(__file__).resolve().parent.parent
BENCH_DATA = "WENCE_BENCH_DATA"  # for the tests and measurements alone


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
        "multilingual-e5-small-wence",
        "carried model with our adapter (without `-wence`: without it), or the name or folder of "
        "any sentence-transformers model",
    ),
    Setting(
        "embedding_precision",
        "int8",
        "int8 (ONNX Runtime) or fp32 (sentence-transformers)",
        choices=("int8", "fp32"),
    ),
    Setting("host", "127.0.0.1", "address the service listens on"),
    Setting("port", 7860, "port the service listens on", most=65535),
    Setting("max_question_chars", 2000, "longest question that is read", least=1),
    Setting("max_citations", 3, "most clauses cited for one region", least=1),
    Setting("language", "zh", "language of fixed sentences: zh or en", choices=("zh", "en")),
    Setting(
        "model_url",
        "",
        "OpenAI-compatible service (ends in /v1); empty: answers are quotes",
        schemes=("http", "https"),
    ),
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
    Setting("store_days", 180, "days that questions asked, masked, are kept", least=1),
    Setting(
        "chroma_url",
        "",
        "Chroma server of the vectors: http://TOKEN@HOST:PORT/TENANT/DATABASE; empty: a folder",
        schemes=("http", "https"),
    ),
    Setting("staff_secure_cookie", False, "send the staff cookie over https only, always"),
    Setting("trusted_proxies", "", "networks whose X-Forwarded-For is believed: 10.0.0.0/8,…"),
    Setting(
        "limits_url",
        "",
        "Redis that counts questions for several processes; empty: each counts its own",
        schemes=("redis", "rediss", "redis+unix", "valkey", "valkeys"),
    ),
    Setting("questions_per_minute", 600, "questions of one client; 0: as many as wanted"),
    Setting("questions_per_hour", 6000, "questions of one client; 0: as many as wanted"),
    Setting("requests_per_minute", 6000, "requests of one client; 0: as many as wanted"),
    Setting("signins_per_minute", 5, "staff sign-ins of one client; 0: as many as wanted"),
    Setting("answers_per_client", 1, "answers made for one client at once; 0: as many as wanted"),
    Setting("answers_at_once", 4, "answers made at once", least=1, most=64),
    Setting("queue_length", 200, "questions that may wait for a place", most=1000),
    Setting("queue_seconds", 8.0, "seconds that a question waits for a place"),
    Setting("answer_seconds", 30.0, "seconds that one answer may take", least=1),
    Setting("body_seconds", 10.0, "seconds in which a request must have come in", least=1),
    Setting("max_body_kb", 256, "largest body of a request, KiB", least=1),
    Setting("max_page_kb", 4096, "largest body that the chat page sends, KiB", least=1),
    Setting("max_upload_mb", 64, "largest upload of staff, MiB", least=1),
    Setting("drain_notice", 2.0, "seconds between SIGTERM and the last new connection"),
    Setting("drain_seconds", 25.0, "seconds that answers in hand are waited for"),
    Setting("metrics_token", "", "who sends it reads /metrics; empty: this machine and proxies"),
    Setting("log_format", "text", "lines of the log: text or json", choices=("text", "json")),
    Setting(
        "trace_url",
        "",
        "OpenTelemetry collector (gRPC) for the steps of each answer; empty: none",
        schemes=("http", "https"),
    ),
)
SECRETS = frozenset({"model_key", "store_url", "metrics_token", "limits_url", "chroma_url"})


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
    store_days: int
    chroma_url: SecretStr
    staff_secure_cookie: bool

    trusted_proxies: str
    limits_url: SecretStr
    questions_per_minute: int
    questions_per_hour: int
    requests_per_minute: int
    signins_per_minute: int
    answers_per_client: int
    answers_at_once: int
    queue_length: int
    queue_seconds: float
    answer_seconds: float
    body_seconds: float
    max_body_kb: int
    max_page_kb: int
    max_upload_mb: int
    drain_notice: float
    drain_seconds: float
    metrics_token: SecretStr
    log_format: str
    trace_url: str

    @property
    def has_model(self) -> bool:
        """Whether a language model words the answers."""
        return bool(self.model_url)


def load_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """Read the environment; SettingsError has one line for each unknown name or wrong value."""
    environ = os.environ if environ is None else environ
    given = {key: value for key, value in environ.items() if key.startswith(PREFIX)}
    given.pop(BENCH_DATA, None)
    read, faults = read_values(SETTINGS, given)
    if bool(read.get("model_url", True)) != bool(read.get("model_name", True)):
        faults.append(f"{PREFIX}MODEL_URL 和 {PREFIX}MODEL_NAME 要么都填，要么都不填")
    if faults:
        raise SettingsError("\n".join(faults))
    values: dict[str, object] = dict(read)
    for name, value in read.items():
        if name.endswith("_dir"):
            values[name] = Path(str(value)).expanduser()
        elif name in SECRETS:
            values[name] = SecretStr(str(value))
    return Settings(**values)  # type: ignore[arg-type]


def bench_data() -> Path:
    """The folder of public benchmark data, which may be absent."""
    return Path(os.environ.get(BENCH_DATA, ROOT.parent / "shared" / "bench"))
