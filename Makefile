PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
ARGS ?=
WORKERS ?= 2

.DEFAULT_GOAL := help
.PHONY: help install install-dev run test proof lint format bench lock clean

help: ## Show what can be made.
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*##/\t/' | expand -t 14

install: $(VENV)/.installed ## Make the virtual environment with what the desk needs.

install-dev: $(VENV)/.installed-dev

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: requirements.txt pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.installed-dev: requirements-dev.txt $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@

run: install ## Run the whole desk with demo data, until Ctrl-C.
	@exec $(BIN)/ledgerdesk up --demo $(ARGS)

lint: install-dev ## Check style, types and the import contracts.
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

test: lint ## Run lint and all tests but the long proofs, in two processes (WORKERS=).
	$(BIN)/pytest -n $(WORKERS) --dist worksteal $(ARGS)

proof: install-dev ## Run the long proofs: chaos, whole imports, fuzzing, many more examples.
	$(BIN)/pytest -m "proof or hypothesis" --hypothesis-profile proof $(ARGS)

bench: install-dev ## Measure, each figure beside its baseline.
	$(BIN)/ledgerdesk bench $(ARGS)

format: install-dev ## Format the code.
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lock: ## Pin all dependencies again, with hashes and without addresses.
	$(PYTHON) -m pip install --quiet uv
	$(PYTHON) -m uv pip compile --quiet --universal --generate-hashes --no-annotate --no-header --extra build pyproject.toml -o requirements.txt
	$(PYTHON) -m uv pip compile --quiet --universal --generate-hashes --no-annotate --no-header --extra build --extra dev -c requirements.txt pyproject.toml -o requirements-dev.txt

clean: ## Remove what was made, but no data.
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache dist
