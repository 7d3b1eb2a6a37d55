# Everything a contributor runs. Each target sets up what it needs; a fresh clone needs Python 3.11 or
# newer, git and make. `make e2e` also needs a container engine (see tests/e2e/engine.py).

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
LOCKS := requirements/runtime.txt requirements/dev.txt
WORKFLOWS := $(wildcard .github/workflows/*.yml examples/workflows/*.yml)
PYTEST_ARGS ?=
# PYTHON=/path/to/python3 chooses the interpreter; otherwise the first of these that works.
PYTHON ?=
PYTHONS := $(if $(PYTHON),$(PYTHON),python3.13 python3.14 python3.12 python3.11 python3)
# The lock is resolved for every supported Python and platform at once, from the oldest Python on.
COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
	--no-emit-index-url --no-emit-find-links

.PHONY: help setup demo test lint types generate bench e2e format lock clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' Makefile

setup: $(STAMP) ## create .venv with everything pinned, and the ivr-action command in it

# A .venv that works is kept and brought up to date in place, so that others' commands in it go on running.
$(STAMP): $(LOCKS)
	@if $(BIN)/python -c 'import sys, pip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then exit 0; fi; \
	chosen=; \
	for candidate in $(PYTHONS); do \
	  if "$$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	    if "$$candidate" -c 'import venv, ensurepip' 2>/dev/null; then chosen=$$candidate; break; fi; \
	    bare=$$candidate; \
	  fi; \
	done; \
	if [ -z "$$chosen" ]; then \
	  if [ -n "$${bare:-}" ]; then \
	    echo "make setup: $$bare cannot create a virtual environment (no ensurepip)." \
	      "On Debian and Ubuntu: apt-get install python3-venv" >&2; \
	  else \
	    echo "make setup: no Python 3.11 or newer among: $(PYTHONS)." \
	      "Install one, or name it: make setup PYTHON=/path/to/python3" >&2; \
	  fi; \
	  exit 1; \
	fi; \
	echo "make setup: $$($$chosen --version) in $(VENV)"; \
	"$$chosen" -m venv --clear $(VENV)
	@# Wheels only: an install never runs a stranger's build script.
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: \
	  --requirement requirements/dev.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

demo: setup ## play the whole life of a change on an emulated organisation
	@$(BIN)/python -m examples.demo

test: setup ## the test suite, without the container tests
	@$(BIN)/python -m pytest tests --ignore=tests/e2e -n 2 $(PYTEST_ARGS)

lint: setup ## style, layers, action.yml and workflows, generated files
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/check-jsonschema --builtin-schema vendor.github-actions action.yml
	@$(BIN)/check-jsonschema --builtin-schema vendor.github-workflows $(WORKFLOWS)
	@$(BIN)/check-jsonschema --builtin-schema vendor.dependabot .github/dependabot.yml
	@$(BIN)/zizmor --offline --strict-collection --no-progress --quiet action.yml .github/dependabot.yml $(WORKFLOWS)
	@$(BIN)/actionlint $(WORKFLOWS)
	@$(BIN)/python -m ivr_action.generate --check

types: setup ## mypy, strict
	@$(BIN)/mypy

generate: setup ## write action.yml, docs and options from the code they describe
	@$(BIN)/python -m ivr_action.generate

bench: setup ## the speed limits that the project keeps
	@$(BIN)/python -m bench

e2e: setup ## build the image and run it as GitHub's runner does
	@IVR_ACTION_E2E=required $(BIN)/python -m pytest tests/e2e $(PYTEST_ARGS)

format: setup ## let ruff rewrite what it can
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

lock: setup ## resolve requirements/*.txt again (UPGRADE=1: to the newest releases)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --only-binary :all: uv
	@$(COMPILE) $(if $(UPGRADE),--upgrade) --extra platform pyproject.toml \
	  --output-file requirements/runtime.txt
	@$(COMPILE) $(if $(UPGRADE),--upgrade) --constraint requirements/runtime.txt --group dev pyproject.toml \
	  --output-file requirements/dev.txt

clean: ## remove what make and the tools wrote
	@rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build dist
	@find . -name __pycache__ -type d -not -path './.git/*' -exec rm -rf {} +
