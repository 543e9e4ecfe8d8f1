# make install   virtual environment, pinned packages, embedding model
# make index     read docs_corpus and publish the index
# make serve     all of it, then the web app on 127.0.0.1:7860
# make check     ruff, mypy, import order, pytest
# make test      install, then check
# make evaluate  answer the test questions and print the measures
# make bench     speed and baselines
# make lock      deploy/requirements.lock from pyproject.toml and constraints.txt, with hashes
# make licences  deploy/LICENCES.md; fails on a licence that forbids passing it on
# make sbom      deploy/sbom.cdx.json (CycloneDX)
# make audit     known weaknesses of the packages, where the service that lists them is reached
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export ANONYMIZED_TELEMETRY := False
export GRADIO_ANALYTICS_ENABLED := False
export TOKENIZERS_PARALLELISM := false

SECOND_HALF := tests/test_browser.py tests/test_embedder.py tests/test_prepare.py tests/test_store.py \
	tests/test_store_server.py tests/test_topology.py tests/test_faults_index.py tests/test_fuzz.py tests/test_library.py

.PHONY: install index serve check test evaluate bench clean lock licences sbom audit
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
	$(BIN)/wence evaluate tests/data/questions.report3.jsonl
	$(BIN)/wence evaluate tests/data/questions.report4.jsonl
	$(BIN)/wence evaluate tests/data/questions.report5.jsonl
	$(BIN)/wence evaluate tests/data/questions.report6.jsonl
	$(BIN)/wence evaluate tests/data/questions.report7.jsonl --write tests/data/scores.md
	$(BIN)/wence evaluate tests/data/questions.report8.jsonl
	$(BIN)/wence evaluate tests/data/questions.report9.jsonl
	$(BIN)/wence evaluate tests/data/questions.report10.jsonl
	$(BIN)/wence evaluate tests/data/questions.report11.jsonl
	$(BIN)/wence evaluate tests/data/questions.report12.jsonl
	$(BIN)/wence evaluate tests/data/questions.report13.jsonl

bench: index
	$(BIN)/wence bench

TOOLS := var/tools
LOCK := deploy/requirements.lock

$(TOOLS)/.installed:
	$(PYTHON) -m venv $(TOOLS)
	$(TOOLS)/bin/pip install --quiet uv==0.13.9 cyclonedx-bom==7.5.0 pip-audit==2.10.1
	touch $@

lock: $(TOOLS)/.installed
	$(TOOLS)/bin/uv pip compile --quiet pyproject.toml --constraint constraints.txt \
	  --override deploy/answering.overrides.txt --extra redis --extra otel --extra postgres \
	  --python-version 3.11.14 --python-platform x86_64-manylinux_2_28 --generate-hashes \
	  --no-header --no-annotate --no-emit-index-url --no-emit-find-links --output-file $(LOCK)
	sed -i '1i # What answering needs, pinned by hash; made by `make lock` from pyproject.toml and constraints.txt.' $(LOCK)

licences:
	$(BIN)/python deploy/licences.py

sbom: $(TOOLS)/.installed
	$(TOOLS)/bin/cyclonedx-py requirements $(LOCK) --pyproject pyproject.toml --output-reproducible \
	  --output-format JSON 2>/dev/null | $(BIN)/python deploy/sbom.py > deploy/sbom.cdx.json

audit: $(TOOLS)/.installed
	@$(TOOLS)/bin/pip-audit --disable-pip --require-hashes --requirement $(LOCK) --timeout 15 \
	  > var/audit.txt 2>&1; status=$$?; grep -v "could not be audited" var/audit.txt; \
	count=$$(grep -c "could not be audited" var/audit.txt); \
	test $$count -eq 0 || echo "not audited: $$count packages, the service that lists weaknesses was not reached"; \
	exit $$status

clean:
	rm -rf $(VENV) var
