"""Train the encoder that compares a sentence with a clause: updates of every layer (Hu et al. 2021).

Word embeddings of the sentence and of the clause, each with its own places, go through the layers
side by side (a cross-encoder, Nogueira & Cho 2019); the mean and the maximum over the sentence's
tokens become one logit. A batch holds the claims of a few clauses: each is to be told right, and
each faithful claim is to lie above each distorted one of the same clause.

    python -m tests.benchmarks.train_entailment --out index/data/entailment.npz

The SHA-256 of what it writes stands in index/adapter.py; then ``fit_joint.py --write``. The shipped
file was made by it on 2026-11-23 from 14,112 written claims and the labelled ones: 1,735 steps in
55 minutes on two cores, with the fused attention that this one has given up for speed.
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

from bot.faithful.check import read_clause
from bot.settings import load_settings
from index.prepare import CARRIED, prepare_model
from index.vocabulary import PASSAGE_PROMPT, QUERY_PROMPT
from tests.benchmarks.entailment_data import TRAIN, Claim, load_claims, load_labelled
from tests.benchmarks.train_adapter import ADAPTED, LowRank, lengths_mask

CHUNK = 16  # claims padded together
HIDDEN = -1e4  # added to the attention that padding would get
PER_CLAUSE = 8  # claims of a clause in a batch, at most
ON_FAITHFUL, ON_DISTORTED = 1.3, 0.9  # there are more of the latter


@dataclass(frozen=True, slots=True)
class Recipe:
    """Hyper-parameters; the defaults made the shipped file."""

    seed: int = 7
    epochs: float = 2.5
    rank: int = 32
    rate: float = 5e-4
    head_rate: float = 1e-3
    batch: int = 24  # claims a step, at least
    twins: float = 0.5  # weight of the order within a clause
    threads: int = 2


class Comparer(nn.Module):
    """The carried model in bfloat16 with float32 updates of all layers, and the head."""

    def __init__(self, folder: Path, rank: int) -> None:
        super().__init__()
        self.tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        # plain matrix products: the fused attention goes back half as fast on processors
        bert = BertModel.from_pretrained(folder, dtype=torch.bfloat16, attn_implementation="eager")
        bert.eval().requires_grad_(False)  # type: ignore[no-untyped-call]
        self.words, self.layers = bert.embeddings, bert.encoder.layer
        self.updates: dict[str, LowRank] = {}
        for number, layer in enumerate(self.layers):
            for short, path in ADAPTED.items():
                parent, _, own = path.rpartition(".")
                update = LowRank(layer.get_submodule(path), rank)
                setattr(layer.get_submodule(parent), own, update)
                self.updates[f"l{number}.{short}"] = update
        width = bert.config.hidden_size
        self.side = nn.Parameter(torch.zeros(width))
        self.head = nn.Linear(2 * width, 1)
        nn.init.normal_(self.head.weight, std=0.02)

    def forward(self, claims: Sequence[Claim]) -> Tensor:
        """Logits (n,)."""
        pairs = [self._embedded(claim) for claim in claims]
        order = sorted(range(len(pairs)), key=lambda one: sum(map(len, pairs[one])))
        chunks = [order[at : at + CHUNK] for at in range(0, len(order), CHUNK)]
        logits = torch.cat([self._logits([pairs[one] for one in chunk]) for chunk in chunks])
        return logits[torch.tensor(np.argsort(order))]

    def _embedded(self, claim: Claim) -> tuple[Tensor, Tensor]:
        texts = (QUERY_PROMPT + claim.sentence, PASSAGE_PROMPT + read_clause(claim.source))
        ids = (torch.tensor([self.tokenizer.encode(text).ids]) for text in texts)
        sentence, clause = (self.words(input_ids=one)[0] for one in ids)
        return sentence + self.side.bfloat16(), clause

    def _logits(self, pairs: Sequence[tuple[Tensor, Tensor]]) -> Tensor:
        counts = [len(sentence) for sentence, _ in pairs]
        both = [torch.cat(pair) for pair in pairs]
        padding = 1 - lengths_mask([len(one) for one in both])[:, None, None, :]
        mask = (padding * HIDDEN).bfloat16()
        hidden = nn.utils.rnn.pad_sequence(both, True)
        for layer in self.layers:
            hidden = layer(hidden, mask)
        own = lengths_mask(counts).unsqueeze(-1)
        read = hidden[:, : max(counts)].float()
        mean = (read * own).sum(1) / own.sum(1)
        highest = read.masked_fill(own == 0, -1e4).max(1)[0]
        logits: Tensor = self.head(torch.cat([mean, highest], 1))[:, 0]
        return logits

    def merge(self) -> None:
        """Add the updates; once a step."""
        for update in self.updates.values():
            update.merge()

    def save(self, path: Path) -> None:
        """Both factors of each matrix and the head, in half precision."""
        arrays = {"side": self.side, "head.weights": self.head.weight[0]}
        arrays["head.bias"] = self.head.bias
        for name, update in self.updates.items():
            arrays |= {f"{name}.up": update.up, f"{name}.down": update.down}
        halves = {name: one.detach().numpy().astype(np.float16) for name, one in arrays.items()}
        np.savez(path, **halves)  # type: ignore[arg-type]


def loss_of(model: Comparer, claims: Sequence[Claim], recipe: Recipe) -> Tensor:
    """Cross-entropy of each claim; softplus of each margin between claims of one clause."""
    logits = model(claims)
    labels = torch.tensor([float(claim.faithful) for claim in claims])
    weights = torch.where(labels == 1, ON_FAITHFUL, ON_DISTORTED)
    told = nn.functional.binary_cross_entropy_with_logits(logits, labels, weights)
    ordered = [
        (right, wrong)
        for right, one in enumerate(claims)
        for wrong, other in enumerate(claims)
        if one.faithful and not other.faithful and one.source == other.source
    ]
    if not ordered:
        return told
    right, wrong = torch.tensor(ordered).T
    return told + recipe.twins * nn.functional.softplus(1 - logits[right] + logits[wrong]).mean()


def batches(
    clauses: Sequence[Sequence[Claim]], size: int, dice: random.Random
) -> Iterator[list[Claim]]:
    """Endless batches of whole clauses."""
    while True:
        batch: list[Claim] = []
        for claims in dice.sample(clauses, len(clauses)):
            batch += dice.sample(claims, min(len(claims), PER_CLAUSE))
            if len(batch) >= size:
                yield batch
                batch = []


def train(out: Path, recipe: Recipe) -> None:
    """Train and write the file."""
    torch.manual_seed(recipe.seed)
    torch.set_num_threads(recipe.threads)
    dice = random.Random(recipe.seed)
    model = Comparer(prepare_model(CARRIED, "fp32", load_settings().cache_dir), recipe.rank)
    clauses = [*load_claims(TRAIN), *load_labelled()]
    updates = [p for one in model.updates.values() for p in (one.down, one.up)]
    head = [model.side, *model.head.parameters()]
    groups: list[dict[str, object]] = [
        {"params": updates},
        {"params": head, "lr": recipe.head_rate},
    ]
    optimiser = torch.optim.AdamW(groups, lr=recipe.rate, weight_decay=0.01)
    steps = int(recipe.epochs * sum(map(len, clauses)) / recipe.batch)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda s: min((s + 1) / (0.1 * steps), 0.5 * (1 + math.cos(math.pi * s / steps)))
    )
    began = time.monotonic()
    for step, batch in zip(range(1, steps + 1), batches(clauses, recipe.batch, dice), strict=False):
        model.merge()
        loss = loss_of(model, batch, recipe)
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_([*updates, *head], 1.0)
        optimiser.step()
        schedule.step()
        optimiser.zero_grad()
        sys.stderr.write(f"{step}/{steps} {loss.item():.3f} {time.monotonic() - began:.0f}s\n")
    model.save(out)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", type=Path, required=True)
    for name, default in ((one, getattr(Recipe(), one)) for one in Recipe.__slots__):
        parser.add_argument(f"--{name}", type=type(default), default=default)
    arguments = vars(parser.parse_args())
    train(arguments.pop("out"), Recipe(**arguments))


if __name__ == "__main__":
    main()
