# SPDX-License-Identifier: GPL-3.0-or-later
# Every target sets up what it needs: .venv for the engine, .venv-bpy45 and so on for the Blenders,
# which cannot share one. A stamp keeps a second run from installing again.

first_python = $(shell for p in $(1); do \
	"$$p" -c 'import sys, ensurepip, venv; sys.exit(not ($(2)))' 2>/dev/null && \
	{ echo "$$p"; break; }; done)
PYTHON ?= $(call first_python,python3.11 python3 python3.12 python3.13 python3.14,\
	(3, 11) <= sys.version_info < (3, 15))
# One Python each: what PATH has, else what pyenv or uv have installed. A name alone proves nothing:
# pyenv leaves shims of versions that are not switched on, so each is asked.
exactly = $(or $(call first_python,python$(1) python3 python,$(call is,$(1))),\
	$(call first_python,"$$(pyenv prefix $(1) 2>/dev/null)/bin/python" \
	"$$(uv python find --no-python-downloads $(1) 2>/dev/null)",$(call is,$(1))))
is = "%d.%d" % sys.version_info[:2] == "$(1)"
PYTHON311 ?= $(call exactly,3.11)
PYTHON313 ?= $(call exactly,3.13)
# Tests start hundreds of processes: where bytecode may not be kept, each compiles all code anew.
unexport PYTHONDONTWRITEBYTECODE
PARTWISE_DATA ?= ../shared/data
GUI_BLENDER ?= ../shared/blender/run-gui-blender --timeout 1800
WORKERS ?= 2
EXAMPLE ?= examples/fox.glb
# Of training the segmenter, in all, and then its answers to clicks alone: a night on two CPU cores.
MINUTES ?= 240
CLICK_MINUTES ?= 70
# Of making the completer's data, and then of training it.
COMPLETER_DATA_MINUTES ?= 60
COMPLETER_MINUTES ?= 30
# Of the part generator: seeds of each family of shapes, objects with a part of another kind, and
# minutes of its two networks.
GENERATOR_SEEDS ?= 16
GENERATOR_GRAFTS ?= 2400
AUTOENCODER_MINUTES ?= 180
FLOW_MINUTES ?= 360
AUTOENCODER_SIZE ?= base
FLOW_SIZE ?= small
# Files of `make pack-generator` in the place of these folders are taken as they are.
GENERATOR_SAMPLES ?= build/generator/samples
GENERATOR_PICTURES ?= build/generator/pictures
PACK_MEGABYTES ?= 50

VENV := .venv
PY := $(VENV)/bin/python
BLENDERS := bpy45 bpy50 bpy52 bpy53
PYTHON_bpy45 = $(PYTHON311)
PYTHON_bpy50 = $(PYTHON311)
PYTHON_bpy52 = $(PYTHON313)
PYTHON_bpy53 = $(PYTHON313)
# Those of today need a Python that not every machine has; without it they are skipped, and said so.
TODAYS := bpy52 bpy53
SKIPPED = $(foreach name,$(TODAYS),$(if $(or $(wildcard .venv-$(name)/.made),$(PYTHON_$(name))),,$(name)))
ENVIRONMENTS = $(patsubst %,.venv-%/.made,$(filter-out $(SKIPPED),$(BLENDERS)))
BPY := .venv-bpy50/bin/python
# A file's tests share what they make, so that one worker runs them all; tests/conftest.py says
# which files start first.
PYTEST := -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder
# Bytecode of what is used comes with its first use; of all that is installed it takes a minute.
INSTALL := -m pip install --quiet --no-compile --disable-pip-version-check --require-hashes \
	--only-binary :all:
# Its file differs by platform, so it is named by its version; what it needs is there already.
INSTALL_TORCH := -m pip install --quiet --no-compile --disable-pip-version-check --only-binary :all: \
	-r requirements/torch.txt
# What bpy needs of a Debian or Ubuntu that has no desktop.
SYSTEM_LIBRARIES := libegl1 libegl-mesa0 libgl1 libgl1-mesa-dri libsm6 libxfixes3 libxi6 \
	libxkbcommon0 libxrender1 libxxf86vm1

.DEFAULT_GOAL := help
.PHONY: help demo guide guide-pictures test environments test-engine test-engine313 test-blender test-gui lint format bench fuzz \
	evaluate library train train-segmenter train-clicks train-judge train-completer train-smoke train-generator \
	generator-data pack-generator train-generator-smoke zip lock lock-torch clean system-libraries
.SECONDARY:

help:  ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(VENV)/.engine  ## each verb on a bundled example, with pictures in out/
	$(PY) -m backend decompose $(EXAMPLE) -o out/demo.glb --complete cap --preview out/demo.png
	$(PY) -m backend decompose examples/fox.glb --parts 7 --complete hidden -o out/completed.glb \
		--preview out/completed.png
	$(PY) -m backend edit examples/lamp.glb --part shade --text "brass lamp shade" --variants 3 \
		-o out/replaced.glb --preview out/replaced.png
	$(PY) -m backend generate --image examples/gnome.png -o out/gnome.glb --preview out/gnome.png

guide: $(VENV)/.dev  ## docs/guide as the packages have it: HTML in build/guide
	$(PY) build_guide.py

# Windows are shown where `make test-gui` left its pictures in out/gui.
guide-pictures: demo  ## the pictures of README and docs/guide anew
	$(PY) -m tests.guide

# Types are the work of one process, and environments that are made wait for the disk: both go beside
# the tests of the engine.
test:  ## style, types, all tests, also inside Blender 4.5, 5.0, 5.2, 5.3
	@$(MAKE) --no-print-directory -j 2 lint test-engine environments
	@$(MAKE) --no-print-directory test-blender

# Which they are is asked only where they are made.
.SECONDEXPANSION:
environments: $$(ENVIRONMENTS)
	@:

test-engine: $(VENV)/.dev .venv-bpy50/.made  ## tests of the engine and the build; says what it skips
	$(PY) $(PYTEST) --ignore tests/blender --ignore tests/gui

# What ships runs on the Python of today's Blender too. Engines and pipelines do so in the tests inside
# Blender 5.2 and 5.3; here is what they stand on: frames, weights, the process, libraries not in Python.
ON_313 := $(addprefix tests/backend/,contract checkpoints machine service geometry test_bootstrap.py)

test-engine313: .venv-bpy53/.made .venv-bpy50/.made  ## tests of the engine on Blender 5.3's Python
	.venv-bpy53/bin/python $(PYTEST) $(ON_313)

test-blender:  ## tests inside Blender 4.5, 5.0, 5.2 and 5.3, without a window
	@skipped="$(strip $(SKIPPED))"; \
	for name in $(BLENDERS); do \
		case " $$skipped " in *" $$name "*) ;; *) \
			$(MAKE) --no-print-directory test-$$name || exit 1 ;; esac; \
	done; \
	case "$$skipped" in "") $(MAKE) --no-print-directory test-engine313 ;; *) \
		echo "SKIPPED: the tests for $$skipped and the engine's on Python 3.13:" \
		"there is no Python 3.13 with its venv module." \
		"Name one: make $@ PYTHON313=/path/to/python3.13." ;; esac

test-bpy%: .venv-bpy%/.made .venv-bpy50/.made
	.venv-bpy$*/bin/python $(PYTEST) tests/blender

test-gui: $(VENV)/.dev .venv-bpy50/.made  ## tests in the window of a real Blender, started by GUI_BLENDER
	GUI_BLENDER="$(GUI_BLENDER)" $(PY) tests/gui/run.py

lint: $(VENV)/.dev  ## style and types only
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy

format: $(VENV)/.dev  ## bring the code into the house style
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .

bench: $(VENV)/.dev .venv-bpy50/.made  ## measure; BENCH="--write docs/benchmarks.md" keeps the tables
	$(PY) -m backend.evaluation.bench $(BENCH)
	$(BPY) -m benchmarks.blender $(BENCH)

DEV_EVAL = $(PARTWISE_DATA)/dev-eval/dev_eval.npz
HAS_DEV_EVAL := $(shell test -f "$(DEV_EVAL)" && echo yes)

fuzz: $(VENV)/.dev  ## readers against changed files of every format; FUZZ="--count 2000 --seed 1"
	$(PY) -m tests.fuzz $(FUZZ)

evaluate: $(if $(HAS_DEV_EVAL),$(VENV)/.measure)  ## both engines on the development set; EVALUATE
ifdef HAS_DEV_EVAL
	mkdir -p out
	$(PY) -m backend evaluate "$(DEV_EVAL)" --task all --engine geometric,learned \
		--jobs $(WORKERS) --report out/evaluation $(EVALUATE)
else
	@echo "Skipped: $(DEV_EVAL) is not there; set PARTWISE_DATA to the folder that holds dev-eval."
endif

# Each step keeps what it finds in build/, so that what was stopped goes on; `make clean` forgets it.
train: build/corpus/.made  ## train all bundled weights from PARTWISE_DATA and procedural shapes; MINUTES
	[ -d build/merging ] || { $(PY) -m backend.training.merge_trainer --corpus build/corpus \
		--out build/merging.part && mv build/merging.part build/merging && rm -rf build/segmenter; }
	cp build/merging/merging.safetensors backend/weights/
	$(CHECKSUMS)
	$(MAKE) --no-print-directory train-segmenter

train-segmenter: build/segmenter/.made  ## train the network, then the judge, with the bundled merge scores; MINUTES
	$(PY) -m backend.training.segmenter_trainer --data build/segmenter --out build/segmenter-run \
		--minutes $(MINUTES) $(TRAIN)
	$(PY) -m backend.training.segmenter_curves --run build/segmenter-run \
		--out docs/images/segmenter-training.png
	$(MAKE) --no-print-directory train-clicks
	$(MAKE) --no-print-directory train-judge

BEGUN := build/segmenter-clicks/begun.safetensors
TRAINED = $(firstword $(wildcard build/segmenter-run/segmenter.safetensors) \
	backend/weights/segmenter.safetensors)

# A run that began with other weights is forgotten.
train-clicks: build/segmenter/.made  ## train the network's answers to clicks alone, then the judge; CLICK_MINUTES
	cmp -s $(TRAINED) $(BEGUN) || { rm -rf $(dir $(BEGUN)) && mkdir -p $(dir $(BEGUN)) && \
		cp $(TRAINED) $(BEGUN); }
	$(PY) -m backend.training.segmenter_trainer --data build/segmenter --out build/segmenter-clicks \
		--begin-with $(BEGUN) --clicks-alone --clicks 8 \
		--rate 5e-4 --minutes $(CLICK_MINUTES) $(TRAIN_CLICKS)
	cp build/segmenter-clicks/segmenter.safetensors backend/weights/
	$(CHECKSUMS)
	$(PY) -m backend.training.segmenter_curves --run build/segmenter-clicks \
		--out docs/images/segmenter-clicks-training.png
	$(MAKE) --no-print-directory train-judge

train-judge: build/corpus/.made build/unseen/.made  ## train the judge alone: what weighs the network's word and shapes
	$(PY) -m backend.training.judge_trainer --corpus build/corpus --unseen build/unseen \
		--out build/judge
	cp build/judge/judge.safetensors backend/weights/
	$(CHECKSUMS)

# Data and run go on where they stopped; with more minutes so does a finished run.
train-completer: $(VENV)/.train  ## train the completer of hidden sides; COMPLETER_DATA_MINUTES, COMPLETER_MINUTES
	$(PY) -m backend.training.completer_data --data "$(PARTWISE_DATA)" --out build/completer \
		--minutes $(COMPLETER_DATA_MINUTES)
	$(PY) -m backend.training.completer_trainer --data build/completer --out build/completer-run \
		--minutes $(COMPLETER_MINUTES) $(TRAIN_COMPLETER)
	cp build/completer-run/completer.safetensors backend/weights/
	$(CHECKSUMS)
	$(PY) -m backend.training.completer_report --data build/completer

GENERATOR := $(PY) -m backend.training.generator
MADE_OBJECTS := --objects build/generator/objects --jobs $(WORKERS)
WHOLE := build/generator/autoencoder/autoencoder.safetensors
ENCODED := build/generator/latents/of

# Each step goes on where it stopped. Latents of another autoencoder are forgotten, with their flow.
train-generator: $(VENV)/.train $(if $(filter file,$(origin GENERATOR_SAMPLES)),generator-data)  ## train the part generator; AUTOENCODER_MINUTES, FLOW_MINUTES, FLOW_SIZE
	$(GENERATOR).autoencoder_trainer --samples $(GENERATOR_SAMPLES) --out $(dir $(WHOLE)) \
		--size $(AUTOENCODER_SIZE) --minutes $(AUTOENCODER_MINUTES) $(TRAIN_AUTOENCODER)
	cmp -s $(WHOLE) $(ENCODED) || { rm -rf $(dir $(ENCODED)) build/generator/flow && \
		mkdir -p $(dir $(ENCODED)) && cp $(WHOLE) $(ENCODED); }
	$(GENERATOR).latents --samples $(GENERATOR_SAMPLES) --autoencoder $(WHOLE) \
		--out $(dir $(ENCODED))
	$(GENERATOR).flow_trainer --latents $(dir $(ENCODED)) --pictures $(GENERATOR_PICTURES) \
		--out build/generator/flow --size $(FLOW_SIZE) --minutes $(FLOW_MINUTES) $(TRAIN_FLOW)
	$(GENERATOR).export --autoencoder $(WHOLE) --flow build/generator/flow/flow.safetensors \
		--out backend/weights/generator.safetensors $(EXPORT_GENERATOR)

generator-data: $(VENV)/.train  ## objects, samples and pictures of the part generator; GENERATOR_SEEDS, GENERATOR_GRAFTS
	$(GENERATOR).objects --out build/generator/objects --seeds $(GENERATOR_SEEDS) \
		--jobs $(WORKERS) $(if $(wildcard $(PARTWISE_DATA)/train),--data "$(PARTWISE_DATA)")
	$(GENERATOR).grafts --objects build/generator/objects --count $(GENERATOR_GRAFTS)
	$(GENERATOR).samples $(MADE_OBJECTS) --out build/generator/samples
	$(GENERATOR).renders $(MADE_OBJECTS) --out build/generator/pictures

pack-generator: generator-data  ## the same in two files of 60 MB together at most, for another machine
	$(GENERATOR).pack pictures --of build/generator/pictures --out build/generator/pictures.xz
	$(GENERATOR).pack samples --of build/generator/samples --out build/generator/samples.xz \
		--megabytes $(PACK_MEGABYTES)

CHECKSUMS = $(PY) -c "from backend.checkpoints.catalogue import write_checksums; write_checksums()"

build/corpus/.made: $(VENV)/.train
	$(PY) -m backend.training.corpus --data "$(PARTWISE_DATA)" --procedural 48 --copies 3 \
		--out build/corpus
	@touch $@

build/unseen/.made: $(VENV)/.train  # bodies of the same families that the network never sees
	$(PY) -m backend.training.corpus --procedural 5 --first-seed 60 --out build/unseen
	@touch $@

build/segmenter/.made: build/corpus/.made
	$(PY) -m backend.training.segmenter_data --corpus build/corpus --out build/segmenter --copies 2
	@touch $@

library: $(VENV)/.train  ## make the bundled parts anew from PARTWISE_DATA
	$(PY) -m backend.training.library "$(PARTWISE_DATA)" --sheet build/library

train-smoke: $(VENV)/.train  ## two minutes from procedural shapes to a tiny segmenter that beats chance
	$(PY) -m backend.training.smoke

train-generator-smoke: $(VENV)/.train  ## two minutes from procedural shapes to a tiny part generator that beats noise
	$(PY) -m backend.training.generator.smoke

zip: .venv-bpy50/.made  ## the packages to install in Blender; ZIP="--platform linux-x64 --python 3.14"
	$(BPY) build_addon.py $(ZIP)

lock: $(VENV)/.made  ## resolve requirements/*.in and the bundled wheels again
	$(PY) -m pip install --quiet --disable-pip-version-check uv
	for name in engine networks train dev $(BLENDERS); do \
		case " $(TODAYS) " in *" $$name "*) python=3.13 ;; *) python=3.11 ;; esac; \
		$(PY) -m uv pip compile --quiet --no-config --universal --python-version $$python \
			--fork-strategy fewest --generate-hashes --no-emit-index-url --no-header --upgrade \
			requirements/$$name.in -o requirements/$$name.lock || exit 1; \
	done
	$(PY) build_addon.py --lock

# Accelerator=build, as uv calls the builds of PyTorch's own index, which has to be reached for what
# the public one lacks. CUDA 12 is the one whose build still knows cards from Maxwell to Volta.
TORCH_BUILDS ?= cpu=cpu mps=cpu cuda12=cu126 cuda13=cu130 rocm=rocm7.2 xpu=xpu

lock-torch: $(VENV)/.made  ## resolve the lists of PyTorch for each accelerator; TORCH_BUILDS="rocm=rocm7.1"
	$(PY) -m pip install --quiet --disable-pip-version-check uv
	$(PY) lock_torch.py $(TORCH_BUILDS)

clean:  ## remove environments, caches and outputs
	rm -rf $(VENV) $(BLENDERS:%=.venv-%) out build dist .mypy_cache .ruff_cache .pytest_cache \
		.hypothesis
	find backend blender_addon benchmarks tests -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/.made:
	@[ -n "$(PYTHON)" ] || { echo "Partwise needs Python 3.11 to 3.14 with its venv module." \
		"Install python3.11-venv, or name one: make PYTHON=/path/to/python3." >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.engine: requirements/engine.lock $(VENV)/.made
	$(PY) $(INSTALL) -r requirements/engine.lock
	@touch $@

# Fused copies, shapes and plots need what training needs, but for torch.
$(VENV)/.measure: requirements/train.lock $(VENV)/.made
	$(PY) $(INSTALL) -r requirements/train.lock
	@touch $(VENV)/.engine $@

$(VENV)/.train: $(VENV)/.measure requirements/torch.txt
	$(PY) $(INSTALL_TORCH)
	@touch $@

$(VENV)/.dev: requirements/dev.lock requirements/torch.txt $(VENV)/.made
	$(PY) $(INSTALL) -r requirements/dev.lock
	$(PY) $(INSTALL_TORCH)
	@touch $(VENV)/.engine $(VENV)/.measure $(VENV)/.train $@

# The first of them installs what Blender needs of the system, which two at once cannot.
.venv-bpy45/.made .venv-bpy52/.made .venv-bpy53/.made: | .venv-bpy50/.made
.venv-bpy%/.made: requirements/bpy%.lock
	@[ -n "$(PYTHON_bpy$*)" ] || { version=$(if $(filter bpy$*,$(TODAYS)),3.13,3.11); \
		echo "Tests inside this Blender need Python $$version with its venv module." \
		"Install python$$version-venv, or name it:" \
		"make PYTHON$$(echo $$version | tr -d .)=/path/to/python$$version." >&2; exit 1; }
	$(PYTHON_bpy$*) -m venv .venv-bpy$*
	.venv-bpy$*/bin/python $(INSTALL) -r requirements/bpy$*.lock
	@case "$$(.venv-bpy$*/bin/python -c 'import bpy' 2>&1)" in *"cannot open shared object"*) \
		$(MAKE) --no-print-directory system-libraries ;; esac
	@.venv-bpy$*/bin/python -c "import bpy"
	@touch $@

system-libraries:  ## install what Blender needs of the system, where make is root
	@if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		apt-get update -q && apt-get install -q -y --no-install-recommends $(SYSTEM_LIBRARIES); \
	else \
		echo "Blender needs libraries of the system. Install them, then run make again:" \
			"sudo apt-get install $(SYSTEM_LIBRARIES)" >&2; exit 1; \
	fi
