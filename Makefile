# Everything runs in .venv inside this folder; nothing else on the machine changes.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
JOBCONSOLE := $(BIN)/jobconsole

# Three test processes keep two processors busy, as many tests wait for something; `make test
# JOBS=8` on a bigger machine.
JOBS ?= 3
ARGS ?=
FAULTS ?= 200

# Where `make agents` keeps the programs, and tests find them.
export JOBCONSOLE_AGENTS ?= $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/jobconsole-tests/agents

# An environment or import path that is active outside must not leak in here.
export UV_PROJECT_ENVIRONMENT := $(CURDIR)/$(VENV)
unexport VIRTUAL_ENV PYTHONPATH PYTHONHOME JOBCONSOLE_CONFIG

.PHONY: help
help:  ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-7s %s\n", $$1, $$2 }' Makefile

$(READY): pyproject.toml uv.lock .ci/setup
	@.ci/setup $(VENV)
	@touch $@

.PHONY: setup
setup: $(READY)  ## make .venv with everything (the others do it by themselves)

.PHONY: demo
demo: $(READY)  ## run the example project once and read its records
	$(JOBCONSOLE) validate
	$(JOBCONSOLE) list
	$(JOBCONSOLE) --tick --wait
	$(JOBCONSOLE) run disk_use
	$(JOBCONSOLE) history --limit 5
	$(JOBCONSOLE) runs show disk_use

.PHONY: test
test: $(READY)  ## run all tests (JOBS=3, ARGS="-k name")
	$(BIN)/python -m pytest -n $(JOBS) --dist worksteal $(ARGS)

.PHONY: agents
agents:  ## get the agents' programs that tests drive (by npm, kept outside)
	@.ci/agents $(ARGS)

.PHONY: check
check: $(READY)  ## format, lint, types, import contracts
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/lint-imports
	@if command -v uv >/dev/null; then uv lock --check --quiet; fi

.PHONY: bench
bench: $(READY)  ## measure, and print ratios
	$(BIN)/python -m bench $(ARGS)

.PHONY: picture
picture: $(READY)  ## take the picture of the console that README shows
	$(BIN)/python docs/picture.py docs/console.svg

.PHONY: faults
faults: $(READY)  ## kill it in FAULTS=200 places and see that nothing is lost
	JOBCONSOLE_FAULTS=$(FAULTS) $(BIN)/python -m pytest tests/crash --timeout=3600 $(ARGS)

.PHONY: init
init: $(READY)  ## have launchd, systemd or cron run this checkout's jobs (ARGS="--dry-run")
	$(JOBCONSOLE) --config teleclaude.yml validate
	$(JOBCONSOLE) --config teleclaude.yml install $(ARGS)

.PHONY: clean
clean:  ## remove .venv and caches (what runs left behind in .jobconsole stays)
	rm -rf $(VENV) build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
