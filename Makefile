# make install   virtual environment, pinned packages, embedding model
# make index     read docs_corpus and publish the index
# make serve     all of it, then the web app on 127.0.0.1:7860
# make check     ruff, mypy, import order, pytest
# make test      install, then check
# make evaluate  answer the test questions and print the measures
# make bench     speed and baselines
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export ANONYMIZED_TELEMETRY := False
export GRADIO_ANALYTICS_ENABLED := False
export TOKENIZERS_PARALLELISM := false

.PHONY: install index serve check test evaluate bench clean
.DEFAULT_GOAL := check

install: $(VENV)/.installed
	@$(BIN)/wence prepare

$(VENV)/.installed: pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt torch==2.13.0
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	touch $@

index: install
	$(BIN)/wence index

serve: index
	$(BIN)/wence serve

check:
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/pytest

test: install
	$(MAKE) check

evaluate: index
	$(BIN)/wence evaluate tests/data/questions.jsonl
	$(BIN)/wence evaluate tests/data/questions.tuning.jsonl
	$(BIN)/wence evaluate tests/data/questions.report.jsonl --write tests/data/scores.md

bench: index
	$(BIN)/wence bench

clean:
	rm -rf $(VENV) var
