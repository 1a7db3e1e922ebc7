# `make demo` opens r2p on an offline library, `make jobs` adds what trains models, `make test` runs everything that CI runs.
VENV   ?= .venv
PYTHON ?= python3
BIN    := $(VENV)/bin
# Compiled once here, so that no later start has to.
UV     := $(BIN)/uv pip install --quiet --python $(BIN)/python --compile-bytecode --constraint constraints.txt

# The tests start hundreds of processes, and each would compile r2p anew.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: demo test test-slow check format snapshots screenshots bench bench-tools jobs clean

demo: $(VENV)/.app
	$(BIN)/r2p demo

test: check
	$(BIN)/pytest -n 4 -m "not slow"

test-slow: $(VENV)/.dev
	$(BIN)/pytest -n 4 --hypothesis-profile=searching

# Without its cache: which imports are our own depends on files that the cache does not look at.
check: $(VENV)/.dev
	$(BIN)/ruff format --check --no-cache
	$(BIN)/ruff check --no-cache
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/.dev
	$(BIN)/ruff format
	$(BIN)/ruff check --fix

snapshots: $(VENV)/.dev
	$(BIN)/pytest tests/tui -k snapshot --snapshot-update

screenshots: $(VENV)/.dev
	$(BIN)/python -m tests.screenshots

bench: $(VENV)/.dev
	$(BIN)/python -m tests.benchmarks

# What trains and exports models: PyTorch with its GPU libraries, about 6 GB.
jobs: $(VENV)/.app
	$(UV) --editable '.[jobs]'

# The open tools beside which tests/benchmarks/tables.py runs r2p. Two of them bring an OpenCV each: the fuller one wins.
bench-tools: $(VENV)/.dev
	$(UV) --editable '.[bench]'
	$(UV) --reinstall --no-deps opencv-contrib-python

clean:
	rm -rf $(VENV) dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis

$(BIN)/uv:
	$(PYTHON) -c 'import sys; sys.exit("r2p needs Python 3.11 or newer; try make PYTHON=python3.12" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt uv

$(VENV)/.app: $(BIN)/uv pyproject.toml constraints.txt
	$(UV) --editable .
	touch $@

$(VENV)/.dev: $(VENV)/.app
	$(UV) --editable '.[jobs,ray]' --group dev
	touch $@
