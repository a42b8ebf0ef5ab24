# Every verb of the project. The environment is .venv/ in the checkout: what running needs comes
# from requirements.lock, what tests, checks and benchmarks need beside it from requirements-dev.lock.

PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
READY_DEV := .venv/.ready-dev

.PHONY: help install demo up test test-fast coverage check catalogue faults chaos bench bench-detectors \
	bench-evidence pictures lock clean

help:            ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 20

install: $(READY) ## prepare .venv/ for use

$(READY): requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "trainweek needs Python 3.11 or newer.")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --requirement requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --editable .
	touch $(READY)

$(READY_DEV): $(READY) requirements-dev.lock
	$(BIN)/python -m pip install --quiet --requirement requirements-dev.lock
	touch $(READY_DEV)

demo: $(READY)   ## play a complete training week in the browser
	$(BIN)/trainweek demo

up: $(READY)     ## daily operation: runner and dashboard, with the active week
	$(BIN)/trainweek up

test: $(READY_DEV) ## all tests, the browser ones included
	sh tests/browser/find_chromium.sh
	$(BIN)/python -m pytest --numprocesses 2 --dist loadfile --ignore tests/browser
	$(BIN)/python -m pytest tests/browser

FAST := --numprocesses 2 --dist loadfile --ignore tests/browser --ignore tests/faults -m "not slow"

test-fast: $(READY_DEV) ## the tests without the slow, the browser's and the fault matrix
	$(BIN)/python -m pytest $(FAST)

coverage: $(READY_DEV) ## the same, with a table of the lines that they reach
	$(BIN)/python -m pytest $(FAST) --cov core --cov runner --cov dashboard --cov-report term:skip-covered

check: $(READY_DEV) ## format, style, types, import contracts, and the Portuguese catalogue
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python scripts/catalogue.py --check

catalogue: $(READY_DEV) ## bring the Portuguese catalogue up to date with the sentences in the code
	$(BIN)/python scripts/catalogue.py

faults: $(READY_DEV) ## inject every fault of the matrix, print it as a table
	sh tests/browser/find_chromium.sh
	$(BIN)/python -m pytest tests/faults --matrix --quiet

chaos: $(READY_DEV) ## kill runner, shim, trainer and dashboard at random, 100 rounds; count losses
	$(BIN)/python -m tests.faults.chaos

bench: $(READY_DEV) ## measure: training speed, learning against the optimum, reading of events
	$(BIN)/python -m tests.benchmarks

bench-evidence: $(READY_DEV) ## measure: whom the evidence grade trusts, coin flips and learned agents
	nice -n 19 $(BIN)/python -m tests.benchmarks.evidence

bench-detectors: $(READY_DEV) ## measure: how far the diagnosis can be trusted, on labelled real runs
	$(BIN)/python -m tests.benchmarks.detectors

pictures: $(READY_DEV) ## take the pictures of README and docs/ again, of a demo week
	sh tests/browser/find_chromium.sh
	$(BIN)/python -m tests.browser.pictures

lock:            ## write both lock files from a fresh resolution of pyproject.toml
	PYTHON=$(PYTHON) sh scripts/write_lock.sh

clean:           ## remove the environment, keep every log, model and report
	rm -rf .venv
