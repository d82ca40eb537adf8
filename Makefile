# All commands of the project. `make` alone prints them.
# Needed on the machine: Python 3.11 or later with its venv module, and make. Nothing else.

PYTHON ?= python3
HOST ?= 127.0.0.1
PORT ?= 8080
DATA ?= data
ORIGIN ?=
T ?= tests
ALL ?=
B ?=
N ?=
KEPT ?=
J ?= 2
SEEDS ?= 2000
MINUTES ?= 60

BIN := .venv/bin
STAMP := .venv/folkmoot-setup
ORACLES := .venv/oracles/installed
NPM := fedify judge
PEERS := $(NPM:%=tests/interop/%/node_modules/.package-lock.json) tests/interop/pubby/.venv/installed
# what is named is carried out whole
WHOLE := $(ALL)$(T:tests=)
SOURCES := node federation vocab web workers

# Never asked for by us; a newer pip would otherwise say so at every step.
export PIP_DISABLE_PIP_VERSION_CHECK := 1

# Where it is set, every process of a test compiles all of Python anew.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help setup run demo test check fix bench soak migrate schemas handlers messages docs twins screens lock

help:  ## print the commands (what `make` alone does)
	@echo "Folkmoot: one community's own node. Commands:"
	@sed -n 's/^\([a-z]*\):.*##\( .*\)$$/  make \1\t\2/p' Makefile | expand -t 18

setup: $(STAMP)  ## make the environment in .venv, or renew it
# a node that may not write beside its program would compile it anew at each start
	@$(BIN)/python -m compileall -q -j 0 $(SOURCES)

# Runs again whenever what it was made from is newer.
$(STAMP): pyproject.toml requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "Folkmoot needs Python 3.11 or later (name it with PYTHON=…)."; exit 1; }
	@test -x $(BIN)/pip || $(PYTHON) -m venv .venv || { \
	  rm -rf .venv; \
	  echo "Python's venv module is missing. Install it with:  apt install python3-venv"; \
	  exit 1; }
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	@touch $(STAMP)

# Other people's programs that ours are compared with, in a folder that no node looks into.
# Without a network the tests go on, and say what was left out.
$(ORACLES): requirements-oracles.lock | $(STAMP)
	@rm -rf .venv/oracles-new; \
	if $(BIN)/python -m pip install --quiet --require-hashes --no-deps --no-compile \
	  --target .venv/oracles-new -r $<; then \
	  cp $< .venv/oracles-new/installed && rm -rf .venv/oracles && \
	  mv .venv/oracles-new .venv/oracles; \
	else echo 'What $< names could not be installed: comparisons with it are left out.'; fi

# Other people's servers that ours talk to, each in its own folder; as above without a network.
tests/interop/%/node_modules/.package-lock.json: tests/interop/%/package-lock.json
	@! command -v npm > /dev/null || { \
	  npm ci --prefix tests/interop/$* --ignore-scripts --no-audit --no-fund --prefer-offline \
	    --loglevel=error > /dev/null && touch $@; \
	} || echo 'What $< names could not be installed: tests with it are left out.'

tests/interop/pubby/.venv/installed: tests/interop/pubby/requirements.lock | $(STAMP)
	@$(BIN)/python -m venv --clear --without-pip $(@D) && \
	$(BIN)/python -m pip --python $(@D)/bin/python install --quiet --require-hashes --no-deps \
	  --no-compile -r $< && touch $@ || \
	echo 'What $< names could not be installed: tests with it are left out.'

.brought: $(STAMP) $(ORACLES) $(PEERS)
	@:

run: $(STAMP)  ## serve a node: HOST= PORT= DATA= ORIGIN=
	@exec $(BIN)/folkmoot serve \
	  --data '$(DATA)' --host '$(HOST)' --port '$(PORT)'$(if $(ORIGIN), --origin '$(ORIGIN)')

demo: $(STAMP)  ## three communities on loopback with invented data
	@exec $(BIN)/folkmoot demo

test:  ## the tests; ALL=1 with the thorough ones, or those of T=tests/…; J= at once
	@$(MAKE) --no-print-directory -j 2 .brought
	$(BIN)/python -m pytest -n $(J) --dist worksteal $(if $(WHOLE),,-m 'not thorough') $(T)
	@$(if $(WHOLE),:,echo 'Thorough tests were left out (docs/decisions/0060). With them: make test ALL=1')

check: $(STAMP)  ## format, lint, types, imports; under a minute
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

fix: $(STAMP)  ## format, and repair what can be repaired
	$(BIN)/ruff check --fix --exit-zero .
	$(BIN)/ruff format .

bench: $(STAMP)  ## measure, each beside a baseline (not a test): B=inbox N=500
	N='$(N)' KEPT='$(KEPT)' $(BIN)/python -m tests.bench $(B)

soak: $(STAMP) $(ORACLES)  ## long runs: elections, bad weather, time, failing disks: SEEDS=2000 MINUTES=60
	$(BIN)/python -m tests.oracles 5000
	FOLKMOOT_TEST_SEEDS='$(SEEDS)' $(BIN)/python -m pytest -n 2 --dist worksteal tests/simulation
	FOLKMOOT_TEST_OPERATIONS=100000 $(BIN)/python -m pytest tests/modules/test_ledger.py -k random_acts
	FOLKMOOT_TEST_LETTERS=10000 FOLKMOOT_TEST_SEED=$$(date +%s) $(BIN)/python -m pytest tests/federation/test_wild_letters.py -k random
	FOLKMOOT_TEST_MINUTES='$(MINUTES)' $(BIN)/python -m pytest -s tests/processes/test_soak.py

migrate: $(STAMP)  ## bring DATA= up to date; m="kernel: why" writes a new step
	@m='$(m)'; if [ -z "$$m" ]; then exec $(BIN)/folkmoot migrate --data '$(DATA)'; fi; \
	exec $(BIN)/folkmoot migrate --data '$(DATA)' --revise "$${m%%:*}" --message "$${m#*: }"

schemas: $(STAMP)  ## check schemas/: each is valid, each $ref leads somewhere
	$(BIN)/python -m tests.tools.schemas

handlers: $(STAMP)  ## print which function carries out which activity
	$(BIN)/python -m tests.tools.handlers

messages: $(STAMP)  ## collect the words of pages and code, renew and compile translations
	$(BIN)/python -m tests.tools.messages

docs: $(STAMP)  ## renew the tables in docs/ and FEDERATION.md
	$(BIN)/python -m tests.tools.docs

twins: .brought  ## choose anew which tests run on PostgreSQL, too
	$(BIN)/python -m tests.tools.twins

screens: $(STAMP)  ## renew the pictures in docs/screens by the browser tests
	FOLKMOOT_SCREENS=docs/screens $(BIN)/python -m pytest tests/browser

lock:  ## renew requirements.lock and requirements-oracles.lock (needs uv)
	sh tests/tools/lock
