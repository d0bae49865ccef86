# Everything here needs only python3 (3.11 or newer, with venv), make and a package index.
# `make help` lists the targets.

PYTHON  ?= python3
VENV    ?= .venv
# Two for each core: tests wait for servers, too. Each starts servers of its own, so never very many.
JOBS    ?= $(shell $(PYTHON) -c 'import os; print(min(2 * os.cpu_count(), 16))')
SEED    ?= 1
SECONDS ?= 30
DIR     ?=

# Tests start some hundreds of processes: each would compile every module anew.
unexport PYTHONDONTWRITEBYTECODE

BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet --no-input
CODE := config feeds syndicator workers

.DEFAULT_GOAL := help
.PHONY: help demo test test-browser bench faults corpus lint format lock clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(VENV)/.demo ## the whole job once, on a real release (ARGS="--keep" leaves it running)
	@$(BIN)/syndicator demo $(ARGS)

test: lint ## ruff, mypy, import contracts, then every test but the browser's
	$(BIN)/python -m pytest -q -n $(JOBS) --dist worksteal -m "not browser" $(ARGS)

test-browser: $(VENV)/.test ## the pages in a real Chromium
	@$(BIN)/python -m pytest -q -m browser $(ARGS) tests || { code=$$?; test $$code -eq 5 && echo "No browser test exists yet."; }

bench: $(VENV)/.bench ## ratios against plain feedgen, Django, raw curl, nginx
	$(BIN)/python -m tests.bench $(ARGS)

faults: $(VENV)/.test ## seeded faults on real processes, and the model (SEED=1 SECONDS=30)
	$(BIN)/python -m tests.faults --seed $(SEED) --seconds $(SECONDS) $(ARGS)

corpus: $(VENV)/.test ## real releases read and made into feeds, Atom's schema if it is there (DIR=…)
	@$(BIN)/python -m tests.corpus $(if $(DIR),"$(DIR)") $(ARGS)

lint: $(VENV)/.test ## ruff, mypy, import contracts
	$(BIN)/ruff check --quiet .
	$(BIN)/ruff format --check --quiet .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

format: $(VENV)/.test ## let ruff rewrite what it can
	$(BIN)/ruff check --fix --quiet . || true
	$(BIN)/ruff format .

clean: ## remove the environment and the caches
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis

# ---------------------------------------------------------------------------------- the environment
# One environment, grown in steps; each step is redone when its lock file changes. Every download is
# checked against a hash in the lock, the build tools included.

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Syndicator needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) -V 2>&1). Try: make PYTHON=python3.12 …"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null \
	  || { echo "$(PYTHON) comes without venv. On Debian and Ubuntu: apt-get install python3-venv"; exit 1; }
	@echo "Making the environment in $(VENV) with $$($(PYTHON) -V) …"
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.build: requirements/build.txt | $(VENV)/bin/python
	@$(PIP) install --require-hashes -r $<
	@touch $@

$(VENV)/.demo: requirements/demo.txt pyproject.toml $(VENV)/.build
	@echo "Installing what the service needs, about a minute …"
	@$(PIP) install --require-hashes --no-build-isolation -r $<
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.test: requirements/test.txt $(VENV)/.demo
	@echo "Installing what the tests need, a real PostgreSQL and Redis included, about a minute …"
	@$(PIP) install --require-hashes --no-build-isolation -r $<
	@touch $@

$(VENV)/.bench: requirements/bench.txt $(VENV)/.test
	@$(PIP) install --require-hashes --no-build-isolation -r $<
	@touch $@

# --------------------------------------------------------------------------------------- the locks
# The files name packages, versions and hashes, and no index: any mirror serves them.

LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
        --no-emit-index-url --no-emit-find-links --no-annotate --custom-compile-command "make lock"

lock: $(VENV)/bin/python ## write requirements/*.txt anew (UPGRADE=1 takes newer versions)
	@$(PIP) install uv
	$(LOCK) $(if $(UPGRADE),--upgrade) --extra demo --extra bench --group build --group test -o requirements/bench.txt pyproject.toml
	$(LOCK) -c requirements/bench.txt --extra demo --group build --group test -o requirements/test.txt pyproject.toml
	$(LOCK) -c requirements/bench.txt --extra demo -o requirements/demo.txt pyproject.toml
	$(LOCK) -c requirements/bench.txt -o requirements/runtime.txt pyproject.toml
	$(LOCK) -c requirements/bench.txt --group build -o requirements/build.txt
