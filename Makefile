# Everything runs in a virtual environment of its own, .venv, made from lock files with hashes.
# PYTHON chooses the Python that makes it; 3.11 or newer.
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
# The lock files are complete, and one package in them asks for what it does not need here: see pyproject.toml.
LOCKED := $(PIP) --require-hashes --no-deps

.PHONY: help install demo test thorough unit check e2e bench matching delivery nightly lock clean
.DEFAULT_GOAL := help

help:                ## this list
	@grep -E '^[a-z0-9]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 12

install: .venv/dev   ## what running and testing need

demo: .venv/run      ## Balcony at work, here in the terminal
	@$(BIN)/balcony demo

test: .venv/dev      ## the test suite, in about a minute
	@$(BIN)/python -m pytest -n auto --dist worksteal -m "not thorough"

thorough: .venv/dev  ## the rest of it: fuzzing, long tables, two tenants, the fakes
	@$(BIN)/python -m pytest -n auto --dist worksteal -m thorough

unit: .venv/dev      ## the pure part of it: rules, matching, catalogue
	@$(BIN)/python -m pytest -n auto tests/domain tests/matching tests/test_content.py

check: .venv/e2e     ## format, lint, types, imports, migrations
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	cd bench && MYPYPATH=.. ../$(BIN)/mypy --config-file ../pyproject.toml *.py
	cd bench/delivery && MYPYPATH=..:../.. ../../$(BIN)/mypy --config-file ../../pyproject.toml *.py
	cd bench/inbound && MYPYPATH=..:../delivery:../.. ../../$(BIN)/mypy --config-file ../../pyproject.toml *.py
	$(BIN)/lint-imports --no-logo
	$(BIN)/python -m storage.migrations.check

e2e: .venv/e2e e2e/node_modules  ## a local Slack in a real browser (needs Node and Chromium)
	$(BIN)/python -m pytest e2e -p no:cacheprovider

bench: .venv/dev     ## the measurements, side by side with bare Bolt, and the memory
	$(BIN)/python bench/commit.py
	PYTHONPATH=. $(BIN)/python bench/memory.py

matching: .venv/bench  ## how well issues are understood and people introduced, and in how much memory, in short
	PYTHONPATH=. $(BIN)/python bench/similarity.py bench/data/fresh.csv --check
	PYTHONPATH=. $(BIN)/python bench/introductions.py --sizes 101 1001 --check
	PYTHONPATH=. $(BIN)/python bench/joining.py --short --check
	PYTHONPATH=. $(BIN)/python bench/memory_round.py --posting 20 --check

delivery: .venv/dev  ## what must come once, in and out, under kills, limits and locks, in short
	PYTHONPATH=.:bench $(BIN)/python bench/delivery once --quick
	PYTHONPATH=.:bench $(BIN)/python bench/delivery pace --quick
	PYTHONPATH=.:bench $(BIN)/python bench/delivery drain --quick
	PYTHONPATH=.:bench $(BIN)/python bench/delivery revoked --quick
	PYTHONPATH=. $(BIN)/python bench/dates.py --quick
	PYTHONPATH=.:bench:bench/delivery $(BIN)/python bench/inbound --quick
	PYTHONPATH=. $(BIN)/python bench/locked.py --seconds 10
	PYTHONPATH=. $(BIN)/python bench/machine.py --programs 20 --story 0 --seed 5  # the nightly plays others

nightly: .venv/bench   ## the same at full length, and without its guards: some hours
	PYTHONPATH=.:bench $(BIN)/python bench/delivery once
	PYTHONPATH=.:bench $(BIN)/python bench/delivery once --control
	PYTHONPATH=.:bench $(BIN)/python bench/delivery pace
	PYTHONPATH=.:bench $(BIN)/python bench/delivery pace --control
	PYTHONPATH=.:bench $(BIN)/python bench/delivery drain
	PYTHONPATH=.:bench $(BIN)/python bench/delivery revoked
	PYTHONPATH=.:bench $(BIN)/python bench/delivery revoked --control
	PYTHONPATH=. $(BIN)/python bench/dates.py --postgres
	PYTHONPATH=. $(BIN)/python bench/scale.py
	PYTHONPATH=.:bench:bench/delivery $(BIN)/python bench/inbound
	PYTHONPATH=.:bench:bench/delivery $(BIN)/python bench/inbound --control
	PYTHONPATH=. $(BIN)/python bench/locked.py --seconds 300
	PYTHONPATH=. $(BIN)/python bench/machine.py
	PYTHONPATH=. $(BIN)/python bench/machine.py --control
	PYTHONPATH=. $(BIN)/python bench/similarity.py bench/data/fresh.csv --topics 0.5
	PYTHONPATH=. $(BIN)/python bench/introductions.py --check
	PYTHONPATH=. $(BIN)/python bench/joining.py --check
	PYTHONPATH=. $(BIN)/python bench/memory_round.py --check

lock: .venv/dev      ## write requirements/ anew from pyproject.toml (needs uv: pip install uv)
	requirements/lock

clean:               ## take everything away that was installed here
	rm -rf .venv e2e/node_modules artefacts .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Balcony needs Python 3.11 or newer; this is " + sys.version)'
	$(PYTHON) -m venv .venv

.venv/run: .venv/bin/python requirements/run.txt pyproject.toml
	$(LOCKED) --requirement requirements/run.txt
	$(PIP) --no-build-isolation --no-deps --editable .
	@touch $@

.venv/dev: .venv/run requirements/dev.txt
	$(LOCKED) --requirement requirements/dev.txt
	@touch $@

.venv/e2e: .venv/dev requirements/e2e.txt
	$(LOCKED) --requirement requirements/e2e.txt
	@touch $@

.venv/bench: .venv/dev requirements/bench.txt
	$(LOCKED) --requirement requirements/bench.txt
	@touch $@

e2e/node_modules: e2e/package.json e2e/package-lock.json
	cd e2e && npm ci --no-fund --no-audit --loglevel=error
	@touch $@
