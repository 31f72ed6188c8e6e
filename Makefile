# make env    the pinned environment in .venv        make demo   train and test on the sample
# make test   the tests                              make lint   ruff
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c requirements/constraints.txt
STAMP := .venv/installed
REQUIREMENTS := $(wildcard requirements/*.txt)

.PHONY: env lint test demo clean
.DELETE_ON_ERROR:

env: $(STAMP)

$(STAMP): $(REQUIREMENTS) setup.py
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; sys.exit(0 if (3, 10) <= v <= (3, 14) else \
		"Python %d.%d found, 3.10 to 3.14 needed: make env PYTHON=python3.12" % v)'
	@echo "setting up .venv (one to four minutes, a download of 1 to 4 GB where torch is not cached)"
	@$(BIN)/python -m pip --version > /dev/null 2>&1 || $(PYTHON) -m venv .venv
	@$(PIP) -r requirements/runtime.txt -r requirements/dev.txt
	@$(PIP) --no-deps -r requirements/openmmlab.txt
	@$(PIP) --no-deps --no-build-isolation --editable .
	@$(BIN)/python tools/data/fetch_pose_model.py || true  # all else works without it
	@touch $@
	@echo ".venv is ready"

lint: $(STAMP)
	@$(BIN)/ruff check .

test: $(STAMP)
	@$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder -q

demo: $(STAMP)
	@PATH="$(CURDIR)/$(BIN):$$PATH" bash tools/demo.sh

clean:
	rm -rf .venv build dist *.egg-info
