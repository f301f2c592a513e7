# SPDX-License-Identifier: GPL-3.0-or-later
# Every target sets up what it needs in .venv; a stamp keeps a second run from installing again.

PYTHON ?= $(shell for p in python3.11 python3 python3.12 python3.13 python3.14; do \
	$$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 15))' 2>/dev/null \
	&& { echo $$p; break; }; done)
PARTWISE_DATA ?= ../shared/data
WORKERS ?= 2
EXAMPLE ?= examples/fox.glb

VENV := .venv
PY := $(VENV)/bin/python
INSTALL := $(PY) -m pip install --quiet --disable-pip-version-check --require-hashes \
	--only-binary :all:

.DEFAULT_GOAL := help
.PHONY: help demo test lint format bench evaluate train lock clean

help:  ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(VENV)/.engine  ## decompose a bundled example into named parts, with a picture
	$(PY) -m backend decompose $(EXAMPLE) -o out/demo.glb --complete cap --preview out/demo.png

test: lint  ## style, types and all tests; prints what is skipped and why
	$(PY) -m pytest -n $(WORKERS)

lint: $(VENV)/.dev  ## style and types only
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy

format: $(VENV)/.dev  ## bring the code into the house style
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .

bench: $(VENV)/.dev  ## measure speed and memory; BENCH="--write docs/benchmarks.md" keeps the table
	$(PY) -m backend.evaluation.bench $(BENCH)

evaluate: $(VENV)/.engine  ## quality on the development set in PARTWISE_DATA
	@if [ -f "$(PARTWISE_DATA)/dev-eval/dev_eval.npz" ]; then \
		mkdir -p out && $(PY) -m backend evaluate "$(PARTWISE_DATA)/dev-eval/dev_eval.npz" \
			--task segment --json out/evaluation.json --sheet out/evaluation.png; \
	else \
		echo "Skipped: $(PARTWISE_DATA)/dev-eval/dev_eval.npz is not there; set PARTWISE_DATA to" \
			"the folder that holds dev-eval."; \
	fi

train: $(VENV)/.train  ## train the merge scores from PARTWISE_DATA and procedural shapes (an hour)
	$(PY) -m backend.training.corpus --data "$(PARTWISE_DATA)" --procedural 24 --out build/corpus
	$(PY) -m backend.training.merge_trainer --corpus build/corpus --out backend/weights
	$(PY) -c "from backend.catalogue import write_checksums; write_checksums()"

lock: $(VENV)/.made  ## resolve requirements/*.in again for every Python and system
	$(PY) -m pip install --quiet --disable-pip-version-check uv
	for name in engine train dev; do \
		$(PY) -m uv pip compile --quiet --no-config --universal --python-version 3.11 \
			--fork-strategy fewest --generate-hashes --no-emit-index-url --no-header --upgrade \
			requirements/$$name.in -o requirements/$$name.lock || exit 1; \
	done

clean:  ## remove environments, caches and outputs
	rm -rf $(VENV) out build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find backend tests -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/.made:
	@[ -n "$(PYTHON)" ] || { echo "Partwise needs Python 3.11 to 3.14 with its venv module." \
		"Install python3.11-venv, or name one: make PYTHON=/path/to/python3." >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.engine: requirements/engine.lock $(VENV)/.made
	$(INSTALL) -r requirements/engine.lock
	@touch $@

$(VENV)/.train: requirements/train.lock $(VENV)/.made
	$(INSTALL) -r requirements/train.lock
	@touch $(VENV)/.engine $@

$(VENV)/.dev: requirements/dev.lock $(VENV)/.made
	$(INSTALL) -r requirements/dev.lock
	@touch $(VENV)/.engine $(VENV)/.train $@
