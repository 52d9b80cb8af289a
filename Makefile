# Floorwalk. Every target sets up what it needs in .venv first; nothing here needs root.
#   make demo ARGS="--help"     hands ARGS on to the command (also: test, bench)
#   make test PYTHON=python3.12  prefers that interpreter when .venv is made

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help demo test lint lint-check lint-format lint-types lint-imports bench clean

VENV := .venv
BIN := $(VENV)/bin
MADE := $(VENV)/.stamp-made
RUN := $(VENV)/.stamp-run
DEV := $(VENV)/.stamp-dev
PACKAGES := console widgets data themes

# -qq: pip says nothing but errors. It compiles what it installs; ours we compile ourselves.
INSTALL := $(BIN)/python -m pip --disable-pip-version-check --no-input -qq install
COMPILE := $(BIN)/python -m compileall -q $(PACKAGES)

# Strict tables came with SQLite 3.37.
FIT := import sys, ssl, sqlite3; sys.exit(sys.version_info < (3, 11) or sqlite3.sqlite_version_info < (3, 37))

help:  ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-6s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(RUN)  ## the floor, simulated, in this terminal
	@exec $(BIN)/floorwalk demo $(ARGS)

test: $(DEV)  ## all tests but the slow ones and those that call a real Asterisk
	$(BIN)/python -m pytest -n auto --maxprocesses=4 --dist=loadgroup --hypothesis-profile=lean \
	    -m "not slow and not asterisk" $(ARGS)

lint: lint-check lint-format lint-types lint-imports  ## style, types, and who may import whom
lint-check: $(DEV)
	$(BIN)/ruff check
lint-format: $(DEV)
	$(BIN)/ruff format --check
lint-types: $(DEV)
	$(BIN)/mypy
lint-imports: $(DEV)
	$(BIN)/lint-imports --no-logo

bench: $(DEV)  ## measure, and write the figures
	$(BIN)/python -m bench $(ARGS)

clean:  ## remove .venv, caches and reports
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis build dist
	rm -f snapshot_report.html
	find $(PACKAGES) tests $(wildcard bench) -name __pycache__ -type d -prune -exec rm -rf {} +

$(RUN): pyproject.toml $(MADE)
	@echo "Installing Floorwalk into $(VENV) ..."
	@$(INSTALL) --editable .
	@$(COMPILE) || true
	@touch $@

$(DEV): pyproject.toml $(MADE)
	@echo "Installing Floorwalk and its development tools into $(VENV) ..."
	@$(INSTALL) --editable '.[dev]'
	@$(COMPILE) || true
	@touch $(RUN) $@

# An environment with a working pip is kept. Where Python came without ensurepip (Debian without
# python3-venv), a pip outside the environment, virtualenv or uv puts one in.
$(MADE):
	@for python in $(PYTHON) python3.13 python3.12 python3.11 python3 ''; do \
	    [ -n "$$python" ] && "$$python" -c '$(FIT)' >/dev/null 2>&1 && break; \
	done; \
	if [ -z "$$python" ]; then \
	    echo "Floorwalk needs Python 3.11 or newer, with ssl and with sqlite3 3.37 or newer." >&2; \
	    echo "Found none as python3.13, python3.12, python3.11 or python3; if you have one: make PYTHON=/path/to/python" >&2; \
	    exit 1; \
	fi; \
	if ! { $(BIN)/python -c '$(FIT)' && $(BIN)/python -m pip --version; } >/dev/null 2>&1; then \
	    echo "Making $(VENV) with $$("$$python" --version) ..."; \
	    why=$$("$$python" -m venv --clear $(VENV) 2>&1) || { \
	        "$$python" -m venv --clear --without-pip $(VENV) && "$$python" -m pip --python $(BIN)/python install pip || \
	        "$$python" -m virtualenv --clear $(VENV) || \
	        uv venv --clear --seed --python "$$python" $(VENV); \
	    } >/dev/null 2>&1 || { \
	        echo "$$why" >&2; \
	        echo "Could not make $(VENV). Install one of: python3-venv (apt), pip, virtualenv, uv; then run make again." >&2; \
	        rm -rf $(VENV); \
	        exit 1; \
	    }; \
	fi; \
	touch $@
