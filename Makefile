# The project's commands. The environment is .venv/ in the checkout, installed from requirements.lock;
# tests, checks and benchmarks add requirements-dev.lock.

PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
READY_DEV := .venv/.ready-dev

.PHONY: help install demo up test test-postgresql test-fast test-busy coverage check catalogue faults attack chaos \
	sweeps bench bench-detectors bench-evidence bench-growth bench-recipe bench-pages bench-scale load pictures sbom lock clean

help:            ## show this list
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

up: $(READY)     ## start runner and dashboard for the active week
	$(BIN)/trainweek up

# Two processes; files in the order of tests/conftest.py.
TWO := --numprocesses 2 --dist loadfile --no-loadscope-reorder

test: $(READY_DEV) ## run all tests, including the browser tests
	sh tests/browser/find_chromium.sh
	sh tests/browser/find_nginx.sh
	sh tests/find_libfuse.sh
	$(BIN)/python -m pytest $(TWO) --ignore tests/browser --ignore tests/engines --ignore tests/runner/demo -m "not whole"
	$(BIN)/python -m pytest $(TWO) -p no:schemathesis tests/browser tests/runner/demo

test-postgresql: $(READY_DEV) ## run the tests of the record again, with the record on a real PostgreSQL server
	TESTED_STORE=postgresql $(BIN)/python -m pytest $(TWO) tests/runner/store

FAST := $(TWO) --ignore tests/browser --ignore tests/engines --ignore tests/faults -m "not slow"

test-fast: $(READY_DEV) ## run the tests without slow tests, browser tests and fault matrix
	$(BIN)/python -m pytest $(FAST)

TESTS ?= tests/runner/supervision tests/runner/liveness tests/runner/processes tests/faults/test_processes.py

test-busy: $(READY_DEV) ## run TESTS next to four busy loops
	@loops=; for loop in 1 2 3 4; do sh -c 'while :; do :; done' & loops="$$loops $$!"; done; \
	trap "kill $$loops 2>/dev/null" EXIT INT TERM; $(BIN)/python -m pytest $(TESTS)

coverage: $(READY_DEV) ## run the same tests, with a table of line coverage
	$(BIN)/python -m pytest $(FAST) --cov core --cov runner --cov dashboard --cov-report term:skip-covered

check: $(READY_DEV) ## check format, style, types, import contracts and the Portuguese catalogue
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python scripts/catalogue.py --check

catalogue: $(READY_DEV) ## update the Portuguese catalogue from the sentences in the code
	$(BIN)/python scripts/catalogue.py

faults: $(READY_DEV) ## inject every fault of the matrix and print the results as a table
	sh tests/browser/find_chromium.sh
	sh tests/browser/find_nginx.sh
	$(BIN)/python -m pytest tests/faults --matrix --quiet

attack: $(READY_DEV) ## attack the served pages by raw messages in every role; print attempt, expected, seen
	$(BIN)/python -m pytest tests/attack --attempts --quiet

chaos: $(READY_DEV) ## kill runner, shim, trainer and dashboard at random for 100 rounds and count losses
	$(BIN)/python -m tests.faults.chaos

sweeps: $(READY_DEV) ## run what is too long for make test: the longer tests, and 100 rounds of chaos
	$(BIN)/python -m pytest $(TWO) -m whole
	$(BIN)/python -m tests.faults.chaos

bench: $(READY_DEV) ## benchmark: training speed, learning against the optimum, reading of event files
	$(BIN)/python -m tests.benchmarks

bench-evidence: $(READY_DEV) ## benchmark: evidence grades of agents with and without skill, coverage of intervals (QUICK=1: minutes)
	nice -n 19 $(BIN)/python -m tests.benchmarks.evidence $(if $(QUICK),--quick)

bench-detectors: $(READY_DEV) ## benchmark: accuracy of the diagnosis on labelled real runs
	$(BIN)/python -m tests.benchmarks.detectors

bench-recipe: $(READY_DEV) ## benchmark: selection, coverage, power, tuning, cone and reproductions of recipe and decision
	nice -n 19 $(BIN)/python -m tests.benchmarks.recipe

bench-growth: $(READY_DEV) ## benchmark: what rebuild, verification, pages and backups cost after years
	$(BIN)/python -m tests.benchmarks.growth

bench-scale: $(READY_DEV) ## benchmark: a look at All weeks with 1, 100 and 1,000 simulated runs in progress
	$(BIN)/python -m tests.benchmarks.many_weeks

load: $(READY_DEV) ## drive 1 to 50 real sessions on a busy week and on a bare page; print latencies, memory, descriptors
	$(BIN)/python -m tests.benchmarks.load

bench-pages: $(READY_DEV) ## what each page costs: CPU of a run and of a tick, bytes of a tick, nodes in the browser
	$(BIN)/python -m tests.benchmarks.load.page_cost

bench-first-chart: $(READY_DEV) ## time until a fresh browser shows a chart: our pages, a bare page, TensorBoard
	sh tests/browser/find_chromium.sh
	$(BIN)/python -m tests.benchmarks.load.first_chart

pictures: $(READY_DEV) ## take the pictures of README and docs/ again, of a demo week
	sh tests/browser/find_chromium.sh
	sh tests/browser/find_nginx.sh
	$(BIN)/python -m tests.browser.pictures

sbom: $(READY_DEV) ## write trainweek.cdx.json: the packages that a user gets, with their licences (CycloneDX)
	$(BIN)/python scripts/sbom.py

lock:            ## write the lock files from a fresh resolution of pyproject.toml
	PYTHON=$(PYTHON) sh scripts/write_lock.sh

.PHONY: engines test-engines test-engines-found chaos-engines
engines: $(READY_DEV) .venv-ray ## install a Slurm (Debian, as root) and a Ray for the tests of engines
	PATH=$$PATH:/usr/sbin command -v slurmctld >/dev/null && PATH=$$PATH:/usr/sbin:/sbin command -v ip >/dev/null || \
		{ apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq slurmctld slurmd slurm-client munge iproute2; }

test-engines: engines ## run the same cases on local processes, a real Slurm and a real Ray
	TRAINWEEK_ENGINES=required $(BIN)/python -m pytest tests/engines

test-engines-found: $(READY_DEV) ## the same, without an engine that can't be had here
	sh tests/engines/find_engines.sh
	$(BIN)/python -m pytest tests/engines -rs

chaos-engines: engines ## kill controllers, node agents and the network of a real Slurm (100 rounds) and Ray (50) at random
	$(BIN)/python -m tests.engines.chaos

.venv-ray: requirements-ray.lock ## a Ray in an environment of its own
	$(PYTHON) -m venv .venv-ray
	.venv-ray/bin/python -m pip install --quiet --requirement requirements-ray.lock
	touch .venv-ray

clean:           ## remove the environment; logs, models and reports are kept
	rm -rf .venv .venv-ray
