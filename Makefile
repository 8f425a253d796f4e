PYTHON3 ?= python3
PYTHON := .venv/bin/python
PIP_INSTALL := $(PYTHON) -m pip install --quiet --disable-pip-version-check

.PHONY: demo test load soak lint checkpoints
.DELETE_ON_ERROR:

demo: .venv/.app-installed  ## install what is missing, start the app, print its address
	@$(PYTHON) app.py

test: .venv/.dev-installed  ## the whole suite; browser tests need a Chromium
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null \
		|| timeout 120 $(PYTHON) -m playwright install chromium >/dev/null 2>&1 \
		|| echo "=== NO CHROMIUM: it could not be found or installed; the browser tests WILL BE SKIPPED ===" >&2
	$(PYTHON) -m pytest

load: .venv/.dev-installed  ## a few minutes of visitors, 1 to 128 at once, and malformed requests; prints what they met
	$(PYTHON) -m tests.load --visitors 1 8 32 128 --seconds 60
	$(PYTHON) -m tests.load --malformed --seconds 60

soak: .venv/.dev-installed  ## half an hour of eight visitors: does the memory stay flat?
	$(PYTHON) -m tests.load --visitors 8 --seconds 1800

lint: .venv/.dev-installed  ## style, format and types
	$(PYTHON) -m ruff check .
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m mypy

# A file stands for each finished installation, so that a second start installs nothing.
.venv/bin/python:
	@$(PYTHON3) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Python 3.11 or later is needed: make PYTHON3=python3.12" >&2; exit 1; }
	$(PYTHON3) -m venv .venv

.venv/.app-installed: requirements.txt | .venv/bin/python
	@echo "Installing what the app needs (a few minutes, once) …"
	@$(PIP_INSTALL) -r requirements.txt
	@touch $@

.venv/.dev-installed: requirements-dev.txt requirements-scale.txt requirements.txt | .venv/bin/python
	@echo "Installing what the tests need …"
	@$(PIP_INSTALL) -r requirements-dev.txt
	@touch $@

.venv/.train-installed: requirements-train.txt requirements.txt | .venv/bin/python
	@echo "Installing what training needs …"
	@$(PIP_INSTALL) -r requirements-train.txt
	@touch $@

DATA ?= ../shared/data
TRAIN := $(PYTHON) -m r4t_demo train

checkpoints: .venv/.train-installed  ## retrain what checkpoints/ holds; DATA=folder of the real photos
	@echo "Retraining in order. A step that is cut short goes on where it stopped; states are kept in runs/."
	@echo "Rough times on two CPU cores, other work beside them; none was measured on a GPU."
	@echo "1/9 text tower, about 20 minutes";       $(TRAIN) text-tower --data $(DATA)
	@echo "2/9 image tower, about two hours";      $(TRAIN) image-tower --data $(DATA)
	@echo "3/9 index, under a minute";              $(PYTHON) -m r4t_demo index
	@echo "4/9 base language model, about 12 minutes";     $(TRAIN) folm-base --data $(DATA)
	@echo "5/9 Soft-GRPO, about 40 minutes";        $(TRAIN) soft-grpo
	@echo "6/9 supervision, about 15 minutes";       $(TRAIN) supervision
	@echo "7/9 diffusion retriever, about 25 minutes"; $(TRAIN) diffusion
	@echo "8/9 one-step student, about 25 minutes";   $(TRAIN) one-step
	@echo "9/9 steering models, a few minutes";         $(TRAIN) modit
