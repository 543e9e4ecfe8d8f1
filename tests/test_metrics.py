"""What Prometheus reads: figures of every question, nothing of a person; who may read them."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import httpx
import pytest
from fastapi.testclient import TestClient
from prometheus_client.parser import text_string_to_metric_families as families

from bot.conversation import Answer, AnswerStatus, Question
from bot.public.desk import Desk
from bot.public.metrics import Metrics
from bot.public.watch import Asked
from tests.served import served
from tests.web_fake import ScriptedChain, missing_index, settings, web_app

ASK = "/api/v1/ask"
LATENCIES = "wence_step_seconds_count"


class Loaded(ScriptedChain):
    def ready(self) -> dict[str, object]:
        model = {"name": "m", "circuit": "open", "failures": 3}
        return {"documents": 5, "clauses": 164, "index": "000014", "model": model}


def read(text: str) -> dict[tuple[str, ...], float]:
    """The value of each figure by its name and labels."""
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in families(text)
        for sample in family.samples
    }


def metrics(client: httpx.Client | TestClient, token: str = "") -> dict[tuple[str, ...], float]:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    reply = client.get("/metrics", headers=headers)
    assert reply.status_code == 200, reply.text
    return read(reply.text)


@pytest.fixture
def client():
    app = web_app(Loaded(), metrics_token="s3cret", questions_per_minute="5")
    with TestClient(app) as client:
        yield client


def test_every_question_is_counted_by_its_end_and_its_way_in(client: TestClient) -> None:
    for question in ("谁能报名", "谁能报名", "午餐多少钱", "坏了", "别的", "第六问"):
        client.post(ASK, json={"question": question})
    client.app.state.desk.watch.wait()  # type: ignore[attr-defined]
    seen = metrics(client, "s3cret")
    questions = {key[1:]: value for key, value in seen.items() if key[0] == "wence_questions_total"}
    assert questions == {  # labels in the order of the alphabet: channel, composer, status
        ("api", "extractive", "answered"): 2,
        ("api", "extractive", "not_stated"): 1,
        ("api", "extractive", "error"): 1,
        ("api", "extractive", "out_of_scope"): 1,
    }
    assert seen["wence_turned_away_total", "api", "too_many"] == 1
    assert seen["wence_abstentions_total", "not_stated"] == 1
    assert seen["wence_hits_count",] == 5
    assert seen["wence_hits_sum",] == 2
    assert (seen[LATENCIES, "total"], seen[LATENCIES, "desk"]) == (5, 5)
    assert seen["wence_step_seconds_sum", "total"] == pytest.approx(5 * 0.00123456)


def test_what_was_refused_is_counted_by_its_reason_and_nothing_else() -> None:
    metrics = Metrics(Desk(ScriptedChain(), settings()))
    for reason in ("refused.injection", "refused.crisis", "refused.injection", ""):
        answer = Answer(Question("问"), "问", AnswerStatus.REFUSED, "不行。", reason=reason)
        metrics(Asked("ab12", "api", datetime.now(UTC), "甲", 0.1, answer))
    seen = read(metrics.page().decode())
    assert {key[1]: value for key, value in seen.items() if key[0] == "wence_endings_total"} == {
        "refused.injection": 2,
        "refused.crisis": 1,
    }


def test_the_state_of_the_service_is_shown(client: TestClient) -> None:
    seen = metrics(client, "s3cret")
    assert {key: seen[key,] for key in ("wence_ready", "wence_documents", "wence_clauses")} == {
        "wence_ready": 1, "wence_documents": 5, "wence_clauses": 164,
    }  # fmt: skip
    assert seen["wence_index_info", "000014"] == 1
    circuit = {key[1]: value for key, value in seen.items() if key[0] == "wence_model_circuit"}
    assert circuit == {"closed": 0, "open": 1, "half_open": 0}
    assert (seen["wence_answering",], seen["wence_waiting",]) == (0, 0)
    assert seen["wence_observers_dropped",] == 0
    assert seen["process_resident_memory_bytes",] > 1_000_000


def test_requests_refused_at_the_door_are_counted(client: TestClient) -> None:
    client.post(ASK, content=b"x" * 300_000)
    assert metrics(client, "s3cret")["wence_requests_refused_total", "body_too_large"] == 1


def test_without_an_index_the_figures_say_so_and_are_there() -> None:
    client = TestClient(web_app(ScriptedChain(missing_index()), metrics_token="t"))
    seen = metrics(client, "t")
    assert (seen["wence_ready",], ("wence_documents",) in seen) == (0, False)


def test_no_question_and_no_address_is_among_the_figures() -> None:
    with served(web_app(ScriptedChain(), trusted_proxies="10.0.0.0/8")) as address:
        httpx.post(address + ASK, json={"question": "我叫王小明，谁能报名"})
        text = httpx.get(f"{address}/metrics").text
    assert "wence_ready 1.0" in text
    assert "王小明" not in text
    assert re.findall(r"\d+\.\d+\.\d+\.\d+", text) == []


@pytest.mark.parametrize("token", ["", "falsch", "Bearer"])
def test_with_a_token_nobody_reads_without_it(client: TestClient, token: str) -> None:
    reply = client.get("/metrics", headers={"Authorization": f"Bearer {token}"})
    assert (reply.status_code, reply.json()["error"]["code"]) == (404, "not_found")


def test_without_a_token_only_this_machine_reads_and_nothing_that_a_proxy_passes_on(
    web_address: str,
) -> None:
    assert httpx.get(f"{web_address}/metrics").status_code == 200
    for name in ("X-Forwarded-For", "X-Real-IP", "Forwarded"):
        assert httpx.get(f"{web_address}/metrics", headers={name: "1.2.3.4"}).status_code == 404
    outside = TestClient(web_app(ScriptedChain()), client=("203.0.113.7", 1))
    assert outside.get("/metrics").status_code == 404
    near = TestClient(
        web_app(ScriptedChain(), trusted_proxies="203.0.113.0/24"), client=("203.0.113.7", 1)
    )
    assert near.get("/metrics").status_code == 200


def test_a_process_that_can_answer_nothing_is_alive_all_the_same() -> None:
    client = TestClient(web_app(ScriptedChain(missing_index())))
    assert (client.get("/livez").status_code, client.get("/healthz").status_code) == (200, 503)
