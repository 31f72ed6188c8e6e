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
		f"Python {v[0]}.{v[1]} found, 3.10 or 3.11 needed (xtcocotools has no wheel for others): make env PYTHON=python3.11")'
	@echo "setting up .venv (about a minute, a download of 1 to 4 GB where torch is not cached)"
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(PIP) -r requirements/runtime.txt -r requirements/dev.txt
	@$(PIP) --no-deps -r requirements/openmmlab.txt
	@$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@
	@echo ".venv is ready"

lint: $(STAMP)
	@$(BIN)/ruff check .

test: $(STAMP)
	@$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder -q \
		tests/tools tests/benchmark tests  # the long ones first

demo: $(STAMP)
	@PATH="$(CURDIR)/$(BIN):$$PATH" bash tools/demo.sh

clean:
	rm -rf .venv build dist *.egg-info
