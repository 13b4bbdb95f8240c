# PrepMate: `make chat` starts a conversation, `make test` runs the tests. Both install what they need into .venv.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.PHONY: help chat doctor test check format bench verify lock docs texts clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(VENV)/python-ready:
	@$(PYTHON) -c 'import sys; sys.exit("PrepMate needs Python 3.11 or newer; name one with: make PYTHON=python3.12 …") if sys.version_info < (3, 11) else None'
	@$(PYTHON) -m venv $(VENV) || { echo "Python's venv module is missing; on Debian and Ubuntu: apt install python3-venv"; exit 1; }
	@touch $@

$(VENV)/chat-ready: $(VENV)/python-ready requirements.lock pyproject.toml
	@echo "Installing PrepMate into $(VENV) (about a minute, once)…"
	@$(PIP) install --require-hashes -r requirements.lock
	@$(PIP) install --no-deps --editable .
	@touch $@

$(VENV)/test-ready: $(VENV)/chat-ready requirements-dev.lock
	@echo "Installing the development tools…"
	@$(PIP) install --require-hashes -r requirements-dev.lock
	@touch $@

chat: $(VENV)/chat-ready ## Talk to the mentor in this terminal
	@$(BIN)/prepmate chat

doctor: $(VENV)/chat-ready ## Say what works here and what is missing
	@$(BIN)/prepmate doctor

test: $(VENV)/test-ready ## Run the tests
	@$(BIN)/pytest -n 3 --dist loadfile

check: $(VENV)/test-ready ## Lint, types and layers
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

format: $(VENV)/test-ready ## Format the code
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

bench: $(VENV)/test-ready ## List the benchmarks (python -m benchmarks NAME)
	@$(BIN)/python -m benchmarks --help

verify: $(VENV)/test-ready ## Put the promises under attack (minutes)
	@$(BIN)/python -m tests.verify crash
	@$(BIN)/python -m tests.verify order
	@$(BIN)/python -m tests.verify tokens

docs: $(VENV)/test-ready ## Write docs/schema.md anew from the documents
	@$(BIN)/python -m store.documents.describe > docs/schema.md

texts: $(VENV)/test-ready ## Write the catalogue of texts anew from the code
	@$(BIN)/python -m texts

lock: $(VENV)/python-ready ## Pin the dependencies anew
	@$(PIP) install uv
	@$(BIN)/uv pip compile pyproject.toml --extra embedded --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-emit-find-links --no-header --quiet --upgrade -o requirements.lock
	@$(BIN)/uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-emit-find-links --no-header --quiet -c requirements.lock -o requirements-dev.lock

clean: ## Remove the environment and the caches
	@rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
