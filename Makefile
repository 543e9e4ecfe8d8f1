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

SECOND_HALF := tests/test_browser.py tests/test_embedder.py tests/test_prepare.py tests/test_store.py

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
	@# two halves at once, on two cores; both must pass
	$(BIN)/pytest -p no:cacheprovider $(SECOND_HALF) > .second-half.log 2>&1 & second=$$!; \
	$(BIN)/pytest $(addprefix --ignore=,$(SECOND_HALF)); first=$$?; \
	wait $$second; second=$$?; cat .second-half.log; rm -f .second-half.log; \
	test $$first -eq 0 -a $$second -eq 0

test: install
	$(MAKE) check

evaluate: index
	$(BIN)/wence evaluate tests/data/questions.jsonl
	$(BIN)/wence evaluate tests/data/questions.tuning.jsonl
	$(BIN)/wence evaluate tests/data/questions.report.jsonl
	$(BIN)/wence evaluate tests/data/questions.report2.jsonl
	$(BIN)/wence evaluate tests/data/questions.report3.jsonl --write tests/data/scores.md

bench: index
	$(BIN)/wence bench

clean:
	rm -rf $(VENV) var
