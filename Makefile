# Two commands: `make run` and `make test`. Both set up whatever is missing; Python 3.11 or newer and make are enough.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
MODELS := var/models/ready
STUDIO := .venv-studio

# A mirror that fails once is asked again; what is there already is not fetched again.
install = for try in 1 2 3; do \
	$(1)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r $(2) && break; \
	test $$try -lt 3 || exit 1; sleep 5; done

.DEFAULT_GOAL := help
.PHONY: help setup run test lint types prove evals bench studio lock clean

help: ## what there is to run
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(VENV)/ready $(MODELS) ## makes .venv from requirements.lock and builds the sentence model

$(VENV)/ready: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Closeloop needs Python 3.11 or newer; set PYTHON=/path/to/it."; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing the packages of requirements.lock; the first time this takes a minute or two."
	@$(call install,$(BIN),requirements.lock)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

$(MODELS): $(VENV)/ready knowledge/minilm.py
	@mkdir -p var/models
	@$(BIN)/python -m knowledge.minilm var/models
	@touch $@

run: setup ## starts everything and says how to try it
	@$(BIN)/closeloop serve --demo

# Without LangGraph's server (a mirror need not have it) the rest is tested all the same; its own tests say why not.
test: setup lint types ## format, lint, types and all tests
	@$(MAKE) --no-print-directory $(STUDIO)/ready || echo "LangGraph's server could not be installed; its tests will be skipped."
	@LANGGRAPH_STRICT_MSGPACK=true $(BIN)/python -m pytest -n 3 --dist loadfile -q

lint: setup
	@$(BIN)/ruff format --check --quiet . || { echo "Run $(BIN)/ruff format ."; exit 1; }
	@$(BIN)/ruff check --quiet .

types: setup
	@$(BIN)/mypy --no-error-summary

prove: setup ## the long proofs; writes their tables into docs/
	@LANGGRAPH_STRICT_MSGPACK=true $(BIN)/python -m evals.prove
	@OPENAPI_EXAMPLES=50 $(BIN)/python -m pytest -q tests/test_openapi.py
	@$(BIN)/python -m pytest -q -m long

evals: setup ## plays the eval cases and prints a table
	@$(BIN)/python -m evals

bench: setup ## what a turn costs, by part, and how soon a model's words come
	@$(BIN)/python -W ignore -m benchmarks.turns
	@$(BIN)/python -W ignore -m benchmarks.words

# Blocking is allowed because the company's folder, some small files, is looked at while the graph runs.
studio: setup $(STUDIO)/ready ## LangGraph Studio's server, offline, in an environment of its own
	@LANGGRAPH_CLI_NO_ANALYTICS=1 LANGGRAPH_NO_VERSION_CHECK=true LANGSMITH_TRACING=false \
		$(STUDIO)/bin/langgraph dev --no-browser --no-reload --allow-blocking --port $${PORT:-2024}

$(STUDIO)/ready: requirements/studio.lock
	@test -x $(STUDIO)/bin/python || $(PYTHON) -m venv $(STUDIO)
	@echo "Installing LangGraph's server in $(STUDIO); the first time this takes a minute or two."
	@$(call install,$(STUDIO)/bin,requirements/studio.lock)
	@touch $@

lock: ## compiles requirements.lock anew (needs uv)
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate \
		--override requirements/overrides.txt requirements/runtime.in requirements/dev.in -o requirements.lock
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate \
		--override requirements/overrides.txt requirements/runtime.in requirements/studio.in -o requirements/studio.lock

clean: ## removes what setup made, but not the data in var/
	rm -rf $(VENV) $(STUDIO)
