"""Train the adapter of the carried encoder: low-rank updates of its upper layers (Hu et al. 2021).

Two kinds of batches alternate; what each is for stands in RETRIEVAL.md:

* laws: lay questions of STARD train -> their article, against the other articles of the batch and
  articles of the same law that share words with the question.
* policies: questions that a clause answers (``*.asked.yaml``) stand nearer to each other and to
  their clause than to other clauses' questions and to questions that nothing answers
  (``*.gaps.yaml``); those stand nearer to each other than to answered ones.

    python tests/benchmarks/train_adapter.py --bench DIR --out adapter.npz

The labelled questions of ``tests/data`` are never read.
"""

from __future__ import annotations

import argparse
import math
import random
import re
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor, nn
from transformers import BertModel

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from bot.bench.data import read_articles, read_questions
from bot.settings import load_settings
from index.corpus import load_corpus
from index.keywords import build_keywords
from index.passages import passages_of
from index.prepare import CARRIED, prepare_model
from index.tokens import weighted_tokens
from index.unpack import LAYER
from index.vocabulary import PASSAGE_PROMPT, QUERY_PROMPT

ADAPTED = {short: path for short, path in LAYER.items() if not short.endswith("ln")}
CHUNK = 32  # texts padded together
ARTICLE = re.compile("第[零〇一二三四五六七八九十百千]+条.*$")


@dataclass(frozen=True, slots=True)
class Recipe:
    """Hyper-parameters; the defaults made the adapter measured in RETRIEVAL.md."""

    seed: int = 7
    epochs: int = 2
    rank: int = 16
    rate: float = 5e-4
    temperature: float = 0.02
    batch: int = 24  # STARD questions a step
    hard: int = 1  # articles of the same law for each question
    near: int = 12  # they are drawn from so many with like words
    clauses: int = 6  # clauses a step of our own corpus
    asked: int = 6  # questions a clause
    gaps: int = 8
    own_weight: float = 0.5
    tokens: int = 112
    first: int = 6  # layer that is adapted, those below it are not
    share: float = 1.0  # of the update that is written: between the carried and the trained model
    without: str = ""  # a document left out, to measure how far the training carries


class LowRank(nn.Module):
    """A frozen linear layer plus ``up @ down``; equal to the layer before training."""

    def __init__(self, base: nn.Linear, rank: int) -> None:
        super().__init__()
        self.base = base
        self.down = nn.Parameter(torch.randn(rank, base.in_features) / math.sqrt(base.in_features))
        self.up = nn.Parameter(torch.zeros(base.out_features, rank))
        self.merge()

    def merge(self) -> None:
        """Add the update; once a step, for every text of the step."""
        self.merged = (self.base.weight.float() + self.up @ self.down).bfloat16()

    def forward(self, x: Tensor) -> Tensor:
        return nn.functional.linear(x, self.merged, self.base.bias)


class Encoder:
    """The carried model in bfloat16 with float32 updates of the layers from ``recipe.first`` on.

    What the layers below make of a text never changes, so it is kept.
    """

    def __init__(self, folder: Path, recipe: Recipe) -> None:
        self.tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self.tokenizer.enable_truncation(recipe.tokens)
        self.lower = BertModel.from_pretrained(folder, dtype=torch.bfloat16).eval()
        self.lower.requires_grad_(False)
        layers = self.lower.encoder.layer
        self.lower.encoder.layer, self.upper = layers[: recipe.first], layers[recipe.first :]
        self.updates: dict[str, LowRank] = {}
        self.kept: dict[str, Tensor] = {}
        for number, layer in enumerate(self.upper, start=recipe.first):
            for short, path in ADAPTED.items():
                parent = layer.get_submodule(path.rpartition(".")[0])
                update = LowRank(layer.get_submodule(path), recipe.rank)
                setattr(parent, path.rpartition(".")[2], update)
                self.updates[f"l{number}.{short}"] = update

    def encode(self, texts: list[str]) -> Tensor:
        """Unit vectors, float32 (n, width)."""
        self._keep([text for text in dict.fromkeys(texts) if text not in self.kept])
        order = sorted(range(len(texts)), key=lambda i: len(self.kept[texts[i]]))
        chunks = [order[at : at + CHUNK] for at in range(0, len(order), CHUNK)]
        vectors = [self._finish([self.kept[texts[i]] for i in chunk]) for chunk in chunks]
        return torch.cat(vectors)[torch.tensor(np.argsort(order))]

    def _keep(self, texts: list[str]) -> None:
        rows = {text: self.tokenizer.encode(text).ids for text in texts}
        ordered = sorted(texts, key=lambda text: len(rows[text]))
        with torch.no_grad():
            for at in range(0, len(ordered), CHUNK):
                chunk = ordered[at : at + CHUNK]
                ids = nn.utils.rnn.pad_sequence([torch.tensor(rows[t]) for t in chunk], True, 1)
                mask = _mask([len(rows[t]) for t in chunk])
                states = self.lower(input_ids=ids, attention_mask=mask).last_hidden_state
                for text, state in zip(chunk, states, strict=True):
                    self.kept[text] = state[: len(rows[text])].clone()

    def _finish(self, states: list[Tensor]) -> Tensor:
        mask = _mask([len(state) for state in states])
        hidden = nn.utils.rnn.pad_sequence(states, True)
        for layer in self.upper:
            hidden = layer(hidden, mask[:, None, None, :].bool())
        weights = mask.unsqueeze(-1).float()
        return nn.functional.normalize((hidden.float() * weights).sum(1) / weights.sum(1), dim=-1)

    def parameters(self) -> list[nn.Parameter]:
        return [p for update in self.updates.values() for p in (update.down, update.up)]

    def merge(self) -> None:
        for update in self.updates.values():
            update.merge()

    def save(self, path: Path, share: float) -> None:
        """Both factors of each matrix in half precision, the update taken by ``share``."""
        arrays = {}
        for name, update in self.updates.items():
            arrays[f"{name}.up"] = (share * update.up).detach().numpy().astype(np.float16)
            arrays[f"{name}.down"] = update.down.detach().numpy().astype(np.float16)
        np.savez(path, **arrays)


def _mask(lengths: list[int]) -> Tensor:
    return (torch.arange(max(lengths))[None, :] < torch.tensor(lengths)[:, None]).long()


@dataclass(frozen=True, slots=True)
class LawQuestion:
    """A question of STARD train, its articles, and others of their laws with like words."""

    text: str
    relevant: list[str]
    near: list[str]


@dataclass(frozen=True, slots=True)
class Laws:
    """The questions, and every article as the product embeds it whole."""

    questions: list[LawQuestion]
    passages: dict[str, str]


def load_laws(bench: Path, recipe: Recipe) -> Laws:
    articles = read_articles(bench / "articles.jsonl")
    ids = [article.id for article in articles]
    law = np.array([ARTICLE.sub("", name) for name in ids])
    keywords = build_keywords([[(f"{one.title} {one.text}", 1)] for one in articles])
    questions = []
    for asked in read_questions(bench / "queries.train.jsonl"):
        scores = keywords.scores(weighted_tokens([(asked.text, 1.0)]))
        same = np.isin(law, [ARTICLE.sub("", name) for name in asked.relevant])
        order = np.argsort(-np.where(same, scores, -1), kind="stable")[: recipe.near + 9]
        near = [ids[i] for i in order if same[i] and ids[i] not in asked.relevant][: recipe.near]
        questions.append(LawQuestion(asked.text, sorted(asked.relevant), near))
    passages = {article.id: f"{article.title}\n{article.text}" for article in articles}
    return Laws(questions, passages)


def law_loss(
    encoder: Encoder, laws: Laws, questions: list[LawQuestion], recipe: Recipe, rng: random.Random
) -> Tensor:
    """InfoNCE over the articles of the batch; a question's other articles are left out."""
    targets = [rng.choice(question.relevant) for question in questions]
    hard = [a for q in questions for a in rng.sample(q.near, min(recipe.hard, len(q.near)))]
    articles = list(dict.fromkeys(targets + hard))
    texts = [PASSAGE_PROMPT + laws.passages[article] for article in articles]
    vectors = encoder.encode([QUERY_PROMPT + question.text for question in questions] + texts)
    cosines = vectors[: len(questions)] @ vectors[len(questions) :].T
    others = torch.tensor(
        [
            [article in question.relevant and article != target for article in articles]
            for question, target in zip(questions, targets, strict=True)
        ]
    )
    labels = torch.tensor([articles.index(article) for article in targets])
    logits = cosines.masked_fill(others, -1.0) / recipe.temperature
    return nn.functional.cross_entropy(logits, labels)


@dataclass(frozen=True, slots=True)
class ClauseQuestions:
    """One clause: its passage, what it answers, and what nothing answers on its subject."""

    text: str
    asked: list[str]
    gaps: list[str]


def load_policies(without: str) -> list[list[ClauseQuestions]]:
    corpus = load_corpus(load_settings().corpus_dir)
    groups = []
    for document in corpus.documents:
        if document.id == without:
            continue
        whole: dict[str, str] = {}
        for passage in passages_of(document, {}):
            whole[passage.clause_id] = passage.text  # the last one of a clause is the whole clause
        asked, gaps = corpus.asked[document.id], corpus.gaps[document.id]
        groups.append(
            [
                ClauseQuestions(whole[c.id], list(asked.get(c.key, ())), list(gaps.get(c.key, ())))
                for c in document.clauses
                if c.key in asked
            ]
        )
    return groups


def policy_loss(
    encoder: Encoder, clauses: list[ClauseQuestions], recipe: Recipe, rng: random.Random
) -> Tensor:
    """Share of the softmax that falls on one's own kind, as in neighbourhood components."""
    texts, owners = [], []  # owner: the clause that answers, -1 for none
    for number, clause in enumerate(clauses):
        for text in rng.sample(clause.asked, min(recipe.asked, len(clause.asked))):
            texts.append(text)
            owners.append(number)
        for text in rng.sample(clause.gaps, min(recipe.gaps, len(clause.gaps))):
            texts.append(text)
            owners.append(-1)
    n = len(texts)
    vectors = encoder.encode(
        [QUERY_PROMPT + t for t in texts]
        + [PASSAGE_PROMPT + t for t in texts]
        + [PASSAGE_PROMPT + clause.text for clause in clauses]
    )
    logits = vectors[:n] @ vectors[n:].T / recipe.temperature
    owner = torch.tensor(owners)
    same = owner[:, None] == torch.cat([owner, torch.arange(len(clauses))])[None, :]
    ignored = torch.cat(
        [torch.eye(n, dtype=torch.bool), (owner < 0)[:, None].expand(n, len(clauses))], 1
    )
    logits = logits.masked_fill(ignored, -math.inf)
    own = logits.masked_fill(~same, -math.inf).logsumexp(1)
    each = logits.logsumexp(1) - own
    each = each[torch.isfinite(each)]
    return each.mean()


def _cycle(
    groups: list[list[ClauseQuestions]], size: int, rng: random.Random
) -> Iterator[list[ClauseQuestions]]:
    """Endless runs of clauses of one document."""
    while True:
        batches = []
        for group in groups:
            mixed = rng.sample(group, len(group))
            batches += [mixed[at : at + size] for at in range(0, len(mixed), size)]
        rng.shuffle(batches)
        yield from (batch for batch in batches if len(batch) > 1)


def train(bench: Path, out: Path, recipe: Recipe) -> None:
    torch.manual_seed(recipe.seed)
    rng = random.Random(recipe.seed)
    encoder = Encoder(prepare_model(CARRIED, "fp32", load_settings().cache_dir), recipe)
    laws = load_laws(bench, recipe)
    own = _cycle(load_policies(recipe.without), recipe.clauses, rng)
    optimiser = torch.optim.AdamW(encoder.parameters(), lr=recipe.rate, weight_decay=0.01)
    steps = recipe.epochs * math.ceil(len(laws.questions) / recipe.batch)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda s: min((s + 1) / (0.1 * steps), 0.5 * (1 + math.cos(math.pi * s / steps)))
    )
    began, step = time.monotonic(), 0
    for _ in range(recipe.epochs):
        order = rng.sample(range(len(laws.questions)), len(laws.questions))
        for at in range(0, len(order), recipe.batch):
            encoder.merge()
            chosen = [laws.questions[row] for row in order[at : at + recipe.batch]]
            first = law_loss(encoder, laws, chosen, recipe, rng)
            second = policy_loss(encoder, next(own), recipe, rng)
            (first + recipe.own_weight * second).backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(encoder.parameters(), 1.0)
            optimiser.step()
            schedule.step()
            optimiser.zero_grad()
            step += 1
            if step % 10 == 0:
                spent = time.monotonic() - began
                sys.stderr.write(f"{step}/{steps} {first:.3f} {second:.3f} {spent:.0f}s\n")
        encoder.save(out, recipe.share)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--bench", type=Path, required=True, help="folder of STARD")
    parser.add_argument("--out", type=Path, required=True)
    for name, default in ((f, getattr(Recipe(), f)) for f in Recipe.__slots__):
        parser.add_argument(f"--{name}", type=type(default), default=default)
    arguments = vars(parser.parse_args())
    bench, out = arguments.pop("bench"), arguments.pop("out")
    torch.set_num_threads(1)
    train(bench, out, Recipe(**arguments))


if __name__ == "__main__":
    main()
