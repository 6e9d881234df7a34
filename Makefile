# Everything starts here: `make help`. What was set up once is not set up again: each step leaves a stamp file.

PORT ?= $(or $(SIKDATNE_PORT),8000)
DATA ?= $(or $(SIKDATNE_DATA),data)

# The first Python that is new enough, by its usual names.
PYTHON ?= $(shell for name in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$name && break; done)

# A virtual environment knows where it lies and which Python made it; after a move or an upgrade it is set up anew.
PLACE := $(shell (pwd; $(PYTHON) -V) 2>&1 | cksum | cut -d ' ' -f 1)
VENV := .venv/.made-$(PLACE)
RUN_PACKAGES := .venv/.run-$(PLACE)
TEST_PACKAGES := .venv/.test-$(PLACE)
NPM_PACKAGES := node_modules/.installed
ASSETS := collector/static/.built
ASSET_SOURCES := $(shell find collector/pixel dashboards/assets -type f 2>/dev/null)
PIP := .venv/bin/python -m pip install -qq --disable-pip-version-check --no-input

.DELETE_ON_ERROR:
.PHONY: help run test lint compiled bench

help: ## list these targets
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 16

run: $(RUN_PACKAGES) $(ASSETS) ## set up and start the service with a demo website (PORT=8000 DATA=./data); Ctrl-C ends it
	@SIKDATNE_PORT="$(PORT)" SIKDATNE_DATA="$(DATA)" exec .venv/bin/sikdatne serve --demo

test: $(TEST_PACKAGES) $(ASSETS) ## set up and run all tests, those in a browser too
	@.venv/bin/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

lint: $(TEST_PACKAGES) ## check style and types
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@.venv/bin/mypy

compiled: $(TEST_PACKAGES) ## compile the counting path for more beacons a second (needs a C compiler; a minute)
	@.venv/bin/python -m collector.compiled

bench: $(TEST_PACKAGES) $(ASSETS) ## measure speed, memory and disk, side by side in one run
	@command -v cc >/dev/null && .venv/bin/python -m collector.compiled || echo "Without a C compiler the counting path is measured interpreted alone"
	@.venv/bin/python -m bench

$(VENV):
	@test -n "$(PYTHON)" || { echo "Sīkdatne needs Python 3.11 or newer, and none was found. Install it (Debian: apt install python3 python3-venv), or name it: make PYTHON=/path/to/python3" >&2; exit 1; }
	@echo "Making a Python environment in .venv (about 5 seconds)"
	@$(PYTHON) -m venv .venv || { echo "$(PYTHON) cannot make a virtual environment. Install what it lacks (Debian: apt install python3-venv), then try again" >&2; exit 1; }
	@touch $@

$(RUN_PACKAGES): pyproject.toml | $(VENV)
	@echo "Installing Python packages (about 1 minute; 1.0 GB on disk)"
	@$(PIP) -e .
	@touch $@

$(TEST_PACKAGES): pyproject.toml | $(VENV)
	@echo "Installing Python packages for run and test (about 1 minute; 1.3 GB on disk)"
	@$(PIP) -e '.[test]'
	@touch $@ $(RUN_PACKAGES)

$(NPM_PACKAGES): package.json package-lock.json
	@node -e 'process.exit(+(process.versions.node.split(".")[0] < 20))' 2>/dev/null || { echo "Sīkdatne needs Node 20 or newer to build what browsers load; found: $$(node --version 2>/dev/null || echo none). Install it (Debian 13: apt install nodejs npm), then try again" >&2; exit 1; }
	@npm --version >/dev/null 2>&1 || { echo "Sīkdatne needs npm. Install it (Debian: apt install npm), then try again" >&2; exit 1; }
	@echo "Installing browser packages and location data (about 1 minute; 250 MB on disk)"
	@npm ci --no-audit --no-fund --no-update-notifier --loglevel=error >/dev/null
	@touch $@

$(ASSETS): build.mjs $(NPM_PACKAGES) $(ASSET_SOURCES)
	@echo "Building browser assets (a few seconds)"
	@said=$$(npm run --silent build 2>&1) || { echo "$$said" >&2; exit 1; }
	@touch $@
