# Everything a person runs. `make run` and `make test` set up what they need; see README.md.

SHELL := /bin/sh
.DEFAULT_GOAL := help
TOOLS := .tools
# A uv that is installed already is used; otherwise one is put into a private folder.
UV := $(shell command -v uv 2>/dev/null || echo $(TOOLS)/bin/uv)
UV_VERSION := 0.13.9
RUN := .venv/bin/python
DEV := .venv-dev/bin/python
RUNS ?= 20
COUNT ?= 2
WORKERS ?= 2

.PHONY: help run replicas train check chat test test-faults lint bench bench-scale actions lock audit clean

help:            ## Show the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | expand -t 12

run: train       ## Set up, check, train if needed, and serve on this machine
	@$(RUN) -m bot serve

train: .venv/ready   ## Check the content and train the model, if it is out of date
	@$(RUN) -m bot train

replicas: train  ## Serve with COUNT=2 replicas on PostgreSQL behind nginx
	@$(RUN) -m bot replicas run --count $(COUNT)

check: .venv/ready   ## Check content and training data; trains nothing
	@$(RUN) -m bot check

chat: train      ## Talk to the assistant in this terminal
	@$(RUN) -m bot chat

test: .venv-dev/ready .venv-fuzz/ready train lint   ## Run all checks and tests
	@sh tests/browser/install.sh $(DEV)
	@sh tests/programs.sh
	@$(DEV) -m pytest --numprocesses $(WORKERS) --dist loadfile

test-faults: .venv-dev/ready train   ## Try each fault RUNS=20 times under load; goes on where it was stopped
	@sh tests/programs.sh
	@$(DEV) -m pytest tests/faults --fault-resume --fault-runs $(RUNS)

lint: .venv-dev/ready   ## Style, types
	@$(DEV) -m ruff check .
	@$(DEV) -m ruff format --check .
	@$(DEV) -m mypy

bench: .venv-dev/ready train   ## Measure; writes benchmarks/results/*.json; BENCH="banking --stock" chooses
	@$(DEV) -m benchmarks $(BENCH)

bench-scale: .venv-dev/ready train   ## Measure replicas beside stock Rasa, and memory over 100,000 messages
	@$(DEV) -m benchmarks scale soak

actions: .venv/ready   ## Start a stock action server on this machine alone
	@SANIC_HOST=127.0.0.1 $(RUN) -m rasa_sdk --actions actions

lock: $(UV)      ## Renew the lock files
	@sh requirements/lock.sh $(UV)

audit: $(UV)     ## Ask the advisory service about every locked package
	@sh requirements/audit.sh $(UV)

clean:           ## Delete environments, models and data
	@rm -rf .venv .venv-dev .venv-fuzz $(TOOLS) models var .rasa benchmarks/results

$(TOOLS)/bin/uv:
	@echo "Installing uv $(UV_VERSION) into $(TOOLS) ..."
	@python3 -m venv $(TOOLS)
	@$(TOOLS)/bin/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)

.venv/ready: requirements/run.lock | $(UV)
	@echo "Setting up the run-time environment (about 0.8 GB) ..."
	@$(UV) venv --quiet --clear --python 3.10 .venv
	@$(UV) pip sync --compile-bytecode --python $(RUN) --require-hashes requirements/run.lock
	@touch $@

.venv-dev/ready: requirements/dev.lock | $(UV)
	@echo "Setting up the development environment (about 2.8 GB) ..."
	@$(UV) venv --quiet --clear --python 3.10 .venv-dev
	@$(UV) pip sync --compile-bytecode --python $(DEV) --require-hashes requirements/dev.lock
	@touch $@

.venv-fuzz/ready: requirements/schemathesis.lock | $(UV)
	@$(UV) venv --quiet --clear --python 3.10 .venv-fuzz
	@$(UV) pip sync --quiet --python .venv-fuzz/bin/python --require-hashes requirements/schemathesis.lock
	@touch $@
