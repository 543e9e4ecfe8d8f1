"""Train the adapter of the carried encoder: low-rank updates of its upper layers (Hu et al. 2021).

Every step has a batch of questions on articles or laws (``adapter_data.py``), each to be nearest to
what answers it: against the other passages of the batch and one of the same law that shares words
with the question. In two cases of five the passage is not the whole clause but the run of sentences
that shares most words with the question, as the index holds both. Beside it stand clauses of one
policy: their everyday questions are to be nearest to their own clause, and the cosines between
questions, of both kinds (answered, and answered by nothing), are to stay what they are without the
adapter, so that what is fitted on cosines keeps its meaning.

    python -m tests.benchmarks.train_adapter --stard DIR --out adapter.npz
"""

from __future__ import annotations

import argparse
import math
import random
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor, nn
from transformers import BertModel

from bot.settings import load_settings
from index.prepare import CARRIED, prepare_model
from index.tokens import weighted_tokens
from index.unpack import LAYER
from index.vocabulary import PASSAGE_PROMPT, QUERY_PROMPT
from tests.benchmarks.adapter_data import (
    ClauseQuestions,
    Pair,
    Training,
    load_policies,
    load_training,
)

ADAPTED = {short: path for short, path in LAYER.items() if not short.endswith("ln")}
CHUNK = 32  # texts padded together
KEPT_TOGETHER = 512  # texts of which the carried vectors are made together


@dataclass(frozen=True, slots=True)
class Recipe:
    """Hyper-parameters; the defaults made the shipped adapter."""

    seed: int = 7
    epochs: float = 1.5
    rank: int = 32
    rate: float = 5e-4
    temperature: float = 0.01  # that of e5 itself; with .02 the cosines spread twice as far
    batch: int = 32  # questions a step
    clauses: int = 8  # of a policy a step
    whole: float = 0.6  # how often the passage is the whole clause
    keep_weight: float = 1.0
    own_weight: float = 0.3
    tokens: int = 112
    first: int = 6  # layer that is adapted, those below it are not
    share: float = 0.8  # of the update that is written: between the carried and the trained model


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
                mask = lengths_mask([len(rows[t]) for t in chunk])
                states = self.lower(input_ids=ids, attention_mask=mask).last_hidden_state
                for text, state in zip(chunk, states, strict=True):
                    self.kept[text] = state[: len(rows[text])].clone()

    def _finish(self, states: list[Tensor]) -> Tensor:
        mask = lengths_mask([len(state) for state in states])
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


def lengths_mask(lengths: list[int]) -> Tensor:
    return (torch.arange(max(lengths))[None, :] < torch.tensor(lengths)[:, None]).long()


@dataclass(slots=True)
class Trainer:
    """The encoder with what it learns from; ``carried`` are vectors of the policies' questions."""

    encoder: Encoder
    training: Training
    recipe: Recipe
    rng: random.Random
    carried: dict[str, Tensor]

    def law_loss(self, batch: Sequence[Pair]) -> Tensor:
        """InfoNCE over the passages of the batch; other right answers of a question left out."""
        targets = [self.rng.choice(pair.relevant) for pair in batch]
        chosen: dict[str, str] = {}
        for pair, target in zip(batch, targets, strict=True):
            chosen.setdefault(target, self._passage(pair.text, target))
        hard = [one for pair in batch for one in self.rng.sample(pair.near, min(1, len(pair.near)))]
        names = list(dict.fromkeys(targets + hard))
        texts = [chosen.get(name) or self.training.passages[name][0] for name in names]
        asked = [QUERY_PROMPT + pair.text for pair in batch]
        vectors = self.encoder.encode(asked + [PASSAGE_PROMPT + text for text in texts])
        cosines = vectors[: len(batch)] @ vectors[len(batch) :].T
        others = torch.tensor(
            [
                [name in pair.relevant and name != target for name in names]
                for pair, target in zip(batch, targets, strict=True)
            ]
        )
        labels = torch.tensor([names.index(target) for target in targets])
        return self._entropy(cosines.masked_fill(others, -1.0), labels)

    def keep_loss(self, clauses: Sequence[ClauseQuestions]) -> Tensor:
        """How far cosines between questions moved, in standard deviations of the carried ones."""
        asked: list[str] = []
        passages: list[str] = []
        for clause in clauses:
            drawn = self.rng.sample(clause.asked, min(4, len(clause.asked)))
            drawn += self.rng.sample(clause.gaps, min(3, len(clause.gaps)))
            asked += [QUERY_PROMPT + text for text in drawn[:4]]
            passages += [PASSAGE_PROMPT + text for text in drawn]
        new = self.encoder.encode(asked + passages)
        old = torch.stack([self.carried[text] for text in asked + passages])
        now, before = (one[: len(asked)] @ one[len(asked) :].T for one in (new, old))
        return (((now - before) / before.std()) ** 2).mean()

    def own_loss(self, clauses: Sequence[ClauseQuestions]) -> Tensor:
        """InfoNCE of everyday questions over the clauses of one policy."""
        asked = [
            (row, text)
            for row, clause in enumerate(clauses)
            for text in self.rng.sample(clause.asked, min(3, len(clause.asked)))
        ]
        texts = [PASSAGE_PROMPT + self._any(clause.passages) for clause in clauses]
        passages = self.encoder.encode(texts)
        questions = self.encoder.encode([QUERY_PROMPT + text for _, text in asked])
        return self._entropy(questions @ passages.T, torch.tensor([row for row, _ in asked]))

    def _entropy(self, cosines: Tensor, labels: Tensor) -> Tensor:
        return nn.functional.cross_entropy(cosines / self.recipe.temperature, labels)

    def _passage(self, question: str, name: str) -> str:
        whole, *runs = self.training.passages[name]
        if not runs or self.rng.random() < self.recipe.whole:
            return whole
        words = set(weighted_tokens([(question, 1.0)]))
        return max(runs, key=lambda text: sum(word in text for word in words))

    def _any(self, passages: Sequence[str]) -> str:
        whole, *runs = passages
        takes_whole = self.rng.random() < self.recipe.whole or not runs
        return whole if takes_whole else self.rng.choice(runs)


def train(stard: Path, out: Path, recipe: Recipe) -> None:
    """Train on one thread and write the updates."""
    torch.manual_seed(recipe.seed)
    torch.set_num_threads(1)
    rng = random.Random(recipe.seed)
    encoder = Encoder(prepare_model(CARRIED, "fp32", load_settings().cache_dir), recipe)
    training, policies = load_training(stard), load_policies()
    trainer = Trainer(encoder, training, recipe, rng, _carried(encoder, policies))
    own = _cycle(policies, recipe.clauses, rng)
    optimiser = torch.optim.AdamW(encoder.parameters(), lr=recipe.rate, weight_decay=0.01)
    pairs = len(training.articles) + len(training.laws)
    steps = int(recipe.epochs * math.ceil(pairs / recipe.batch))
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda s: min((s + 1) / (0.1 * steps), 0.5 * (1 + math.cos(math.pi * s / steps)))
    )
    began = time.monotonic()
    for step, batch in zip(
        range(1, steps + 1), _batches(training, recipe.batch, rng), strict=False
    ):
        encoder.merge()
        law, clauses = trainer.law_loss(batch), next(own)
        keep, mine = trainer.keep_loss(clauses), trainer.own_loss(clauses)
        loss = law + recipe.keep_weight * keep + recipe.own_weight * mine
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(encoder.parameters(), 1.0)
        optimiser.step()
        schedule.step()
        optimiser.zero_grad()
        spent = time.monotonic() - began
        sys.stderr.write(f"{step}/{steps} {law:.3f} {keep:.3f} {mine:.3f} {spent:.0f}s\n")
    encoder.save(out, recipe.share)


def _carried(encoder: Encoder, policies: Sequence[Sequence[ClauseQuestions]]) -> dict[str, Tensor]:
    """Vectors of every question, as question and as passage, before anything is learned."""
    texts = [
        prompt + text
        for group in policies
        for clause in group
        for text in (*clause.asked, *clause.gaps)
        for prompt in (QUERY_PROMPT, PASSAGE_PROMPT)
    ]
    encoder.merge()
    with torch.no_grad():
        return {
            text: vector
            for at in range(0, len(texts), KEPT_TOGETHER)
            for text, vector in zip(
                texts[at : at + KEPT_TOGETHER],
                encoder.encode(texts[at : at + KEPT_TOGETHER]),
                strict=True,
            )
        }


def _batches(training: Training, size: int, rng: random.Random) -> Iterator[list[Pair]]:
    """Endless batches of either kind, as often as there are questions of it."""
    kinds = (training.laws, training.articles)
    share = len(training.laws) / sum(map(len, kinds))
    left: list[list[int]] = [[], []]
    while True:
        kind = int(rng.random() >= share)
        if len(left[kind]) < size:
            left[kind] = rng.sample(range(len(kinds[kind])), len(kinds[kind]))
        yield [kinds[kind][left[kind].pop()] for _ in range(size)]


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
        yield from (batch for batch in batches if len(batch) > 2)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--stard", type=Path, required=True, help="folder of the data set")
    parser.add_argument("--out", type=Path, required=True)
    for name, default in ((f, getattr(Recipe(), f)) for f in Recipe.__slots__):
        parser.add_argument(f"--{name}", type=type(default), default=default)
    arguments = vars(parser.parse_args())
    train(arguments.pop("stard"), arguments.pop("out"), Recipe(**arguments))


if __name__ == "__main__":
    main()
