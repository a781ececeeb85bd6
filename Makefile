# Xiaqu (辖区): targets. `make demo` and `make test` need Python 3.11 or newer and nothing else.
#
#   make demo        a generated city, loaded and served    (SCALE=tiny|district|city, PORT=8050)
#   make setup       .venv with what running needs          (uv if it is there, else fetched by pip)
#   make setup-dev   the same plus what checking needs
#   make test        every test; PostgreSQL with PostGIS and Chromium are installed where allowed
#   make lint        ruff, mypy --strict, import contracts
#   make check       lint, then test: what CI runs
#   make check-fast  lint and the tests that need no database server
#   make bench       side-by-side measurements, JSON in bench/results/
#   make lock        renew the four lock files (no addresses in them)
#   make clean       remove caches and results; .venv stays

SCALE ?= city
PORT ?= 8050
VENV := .venv
BIN := $(VENV)/bin
RUN_STAMP := $(VENV)/.installed-run
DEV_STAMP := $(VENV)/.installed-dev
BENCH_STAMP := $(VENV)/.installed-bench
CODE := geo boundaries governance api xiaqu tests bench
# A worker for each processor; a module stays whole, since its fixtures are dear. Long ones first.
WORKERS := -n auto --dist loadscope --no-loadscope-reorder

# Tests start the program many times; without bytecode kept beside the sources, most of each start
# would be compiling them.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help demo setup setup-dev setup-bench services test lint check check-fast bench lock clean

help:
	@sed -n '/^#/!q; s/^# \{0,1\}//p' Makefile

setup: $(RUN_STAMP)
setup-dev: $(DEV_STAMP)
setup-bench: $(BENCH_STAMP)

$(RUN_STAMP): requirements.lock requirements-data.lock pyproject.toml scripts/bootstrap.sh
	sh scripts/bootstrap.sh $(VENV) requirements.lock
	@touch $@

$(DEV_STAMP): requirements-dev.lock requirements.lock requirements-data.lock pyproject.toml scripts/bootstrap.sh
	sh scripts/bootstrap.sh $(VENV) requirements-dev.lock
	@touch $(RUN_STAMP) $@

$(BENCH_STAMP): requirements-bench.lock requirements-data.lock pyproject.toml scripts/bootstrap.sh
	sh scripts/bootstrap.sh $(VENV) requirements-bench.lock
	@touch $(RUN_STAMP) $(DEV_STAMP) $@

demo: setup
	$(BIN)/xiaqu demo --scale $(SCALE) --port $(PORT) --serve

services:
	sh scripts/services.sh

test: setup-dev services
	$(BIN)/python -m pytest $(WORKERS) $(PYTEST_ARGS)

lint: setup-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

check: lint
	$(MAKE) test

check-fast: lint
	$(BIN)/python -m pytest -m "not postgis and not realdata" $(WORKERS) $(PYTEST_ARGS)

bench: setup-bench
	mkdir -p bench/results
	$(BIN)/python -m bench.locate --json > bench/results/locate.json
	$(BIN)/python -m bench.http --json > bench/results/http.json
	$(BIN)/python -m bench.addresses --json > bench/results/addresses.json
	$(BIN)/python -m bench.owners --json > bench/results/owners.json
	$(BIN)/python -m bench.tickets --json > bench/results/tickets.json

LOCK := pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes \
	--no-header --no-annotate --no-emit-index-url --quiet

lock: setup
	sh scripts/uv.sh $(VENV) $(LOCK) -o requirements.lock
	sh scripts/uv.sh $(VENV) $(LOCK) --group dev -c requirements.lock -o requirements-dev.lock
	sh scripts/uv.sh $(VENV) $(LOCK) --group dev --group bench -c requirements-dev.lock \
		-o requirements-bench.lock
	echo jionlp | sh scripts/uv.sh $(VENV) pip compile - --no-deps --universal \
		--python-version 3.11 --generate-hashes --no-header --no-annotate \
		--no-emit-index-url --quiet -o requirements-data.lock

clean:
	rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage \
		htmlcov dist build bench/results
	find $(CODE) -name __pycache__ -type d -prune -exec rm -rf {} +
