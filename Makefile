# Everything a person types: make demo, make test, make check. Nothing but Python 3.11 to 3.14 with venv, and make, is
# needed first; PYTHON=python3.12 takes another than python3 when the environment is made.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export UV_PYTHON_DOWNLOADS := never
export UV_LINK_MODE := copy
# Trust what this machine trusts: many networks bring a certificate of their own.
export UV_SYSTEM_CERTS := true
export AUDIT

.PHONY: help demo tour test check audit proof bench format catalogues lock clean

help:  ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*##/\t/' | expand -t 12

demo: $(VENV)/.ready  ## the sandbox in your browser (RESET=1 starts over, PORT=0 takes any port)
	@exec $(BIN)/sixpence-sandbox $(if $(RESET),--reset) $(if $(PORT),--port $(PORT))

tour: $(VENV)/.ready  ## a scripted story in the terminal, proved at its end
	@exec $(BIN)/sixpence-sandbox --tour

test: $(VENV)/.ready-dev  ## the tests, on a real PostgreSQL; those in a browser too, where there is a Chromium
	$(BIN)/pytest -n auto --maxprocesses 4 --durations 15

check: $(VENV)/.ready-dev  ## ruff, mypy, import-linter, migrations match models, audit
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/python -m migrations.check
	$(BIN)/python -m tests.audit

audit: $(VENV)/.ready-dev  ## weaknesses known in the locked packages (AUDIT=skip where there is no network)
	$(BIN)/python -m tests.audit

proof: $(VENV)/.ready-dev  ## try all that a payments system meets, and write docs/proof.md (SEED=7 for other accidents)
	@exec $(BIN)/python -m tests.proof $(if $(SEED),--seed $(SEED))

bench: $(VENV)/.ready-dev  ## measure how fast it is beside its yardsticks, and write docs/performance.md
	@exec $(BIN)/python -m tests.bench

format: $(VENV)/.ready-dev  ## ruff's own formatting and safe fixes
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

catalogues: $(VENV)/.ready-dev  ## collect the bot's sentences for translators
	$(BIN)/python -m bot.locales

LOCKED := -q --upgrade --universal --generate-hashes --no-emit-index-url --no-header --no-annotate
lock: $(VENV)/.uv  ## resolve the dependencies anew
	$(BIN)/uv pip compile $(LOCKED) --extra sandbox --group build --group dev -o requirements-dev.lock pyproject.toml
	$(BIN)/uv pip compile $(LOCKED) --extra sandbox --group build -c requirements-dev.lock -o requirements.lock pyproject.toml
	echo uv | $(BIN)/uv pip compile $(LOCKED) -o requirements-uv.lock -

clean:  ## remove the environment; your data stays
	rm -rf $(VENV)

$(VENV)/.uv: requirements-uv.lock
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-uv.lock
	@touch $@

# The sandbox's environment is a part of the developer's, so either may be prepared first.
$(VENV)/.ready: $(VENV)/.uv requirements.lock pyproject.toml
	$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements.lock
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.ready-dev: $(VENV)/.ready requirements-dev.lock
	$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements-dev.lock
	@touch $@
