# Everything a fresh clone needs: `make conformance` and `make test` set themselves up.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready
SDK    := .venv-sdk
AUDIT  := .venv-audit
# Bytecode is kept beside the files: else every worker rewrites every test file anew.
unexport PYTHONDONTWRITEBYTECODE
# A worker more than there are cores, since some tests wait; a file to a worker, since its fixtures are made once.
WORKERS = $$($(BIN)/python -c 'import os; print(min(4, (os.cpu_count() or 1) + 1))')
SPREAD = -n $(WORKERS) --dist loadfile

NEW_ENOUGH = $(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Python 3.11 or newer is needed; name one with: make PYTHON=python3.11")'

.PHONY: help setup conformance test proofs net walks hostile kills bounds check live-proofs audit sdk browser docs samples serve clean bench-trust bench-million

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

setup: $(READY) ## make the virtual environment with the pinned, hashed requirements

$(READY): requirements.lock pyproject.toml
	@$(NEW_ENOUGH)
	@echo "Setting up $(VENV) (once) ..."
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $(READY)

conformance: $(READY) ## judge every clause on the embedded mock and write the report
	@$(BIN)/restore-conformance run --target mock

test: $(READY) ## all tests, in process, but for the long proofs
	@$(BIN)/python -m pytest -q $(SPREAD)

proofs: $(READY) ## the long proofs: every alteration, 10,000 drawn payloads, 5,000 canaries, every faulty run's HAR
	@$(BIN)/python -m pytest -q -s -m deep

check: $(READY) ## the one gate before a commit: format, lint, types, tests
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/python -m pytest -q $(SPREAD)

sdk: $(SDK)/.ready ## the mock against the official SDK for Python, in its own environment (800 MB)
	@$(SDK)/bin/python -m pytest -q tests/sdk

$(SDK)/.ready: requirements-sdk.lock pyproject.toml
	@$(NEW_ENOUGH)
	@echo "Setting up $(SDK) (once; takes a minute) ..."
	@$(PYTHON) -m venv $(SDK)
	@$(SDK)/bin/python -m pip install --quiet --no-compile --disable-pip-version-check --require-hashes -r requirements-sdk.lock
	@$(SDK)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

browser: $(VENV)/.browser ## the reports in a real headless Chromium (Debian's package), with axe-core
	@$(BIN)/python -m pytest -q -rs tests/browser

$(VENV)/.browser: requirements-browser.lock $(READY)
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes -r requirements-browser.lock
	@touch $@

audit: $(AUDIT)/.ready ## the lock files against the published advisories, with an auditor in its own environment
	@for lock in requirements*.lock; do $(AUDIT)/bin/pip-audit --disable-pip --require-hashes -r "$$lock" || exit 1; done

$(AUDIT)/.ready: requirements-audit.lock
	@$(NEW_ENOUGH)
	@$(PYTHON) -m venv $(AUDIT)
	@$(AUDIT)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-audit.lock
	@touch $@

# Servers, files and links that mean harm or are broken; the everyday tests try a share of them.
HOSTILE := tests/selftest/test_fuzz.py tests/selftest/test_fuzz_files.py tests/selftest/test_canaries.py \
	tests/selftest/test_special_files.py tests/selftest/test_gate.py \
	tests/selftest/test_shell.py tests/selftest/test_gone.py tests/selftest/test_wire.py tests/selftest/test_paths.py \
	tests/selftest/test_configuration.py tests/selftest/recordings/test_recordings_hostile.py \
	tests/selftest/reports/test_hostile.py tests/selftest/drift/test_damaged.py tests/selftest/drift/test_fetching.py \
	tests/selftest/live/test_live_leave.py tests/selftest/live/test_live_ownership.py

net: $(READY) ## what every seeded server answers, and what a run says of the mock, compared with the committed digests
	@$(BIN)/python -m pytest -q -m "deep or not deep" tests/selftest/test_net.py

net-renew: $(READY) ## write the digests anew, for a change that is meant; `make net-renew PART=runs` after one of the plan or the clauses
	@$(BIN)/python tests/selftest/net.py --renew $(PART)

hostile: $(READY) ## six thousand hostile cases: answers, files of every kind, paths, names, links, dying servers
	@$(BIN)/python -m pytest -q $(SPREAD) -m "not proof" $(HOSTILE)

kills: $(READY) ## 1,000 runs killed at random moments: no half file, no older report or history harmed
	@$(BIN)/python -m pytest -q -s -m proof tests/selftest/reports/test_kills.py

bounds: $(READY) ## the memory and the seconds of the worst case of every kind of input, within their bounds
	@$(BIN)/python benchmarks/bounds.py --json benchmarks/bounds.latest.json

walks: $(READY) ## walks of 50,000 requests and over 200 compositions: nothing broken; a million exchanges in flat memory
	@$(BIN)/python benchmarks/walks.py --json benchmarks/walks.latest.json

live-proofs: $(READY) ## the long proofs of the live mode: a kill at every moment, real kills, many workers
	@$(BIN)/python -m pytest -q -s -m proof tests/selftest/live

docs: $(READY) ## write the figures, tables and layers that the documentation takes from code and data
	@$(BIN)/python docs/generate.py

samples: $(READY) ## make the sample reports in docs/samples anew
	@$(BIN)/python docs/samples.py

serve: $(READY) ## the mock as a real HTTP server on loopback
	@$(BIN)/restore-conformance serve

clean: ## remove what the targets made
	@rm -rf $(VENV) $(SDK) $(AUDIT) .hypothesis .mypy_cache .ruff_cache dist reports/latest

bench-trust: $(READY) ## the whole bench in both profiles, compared with the committed figures
	@$(BIN)/restore-conformance bench --profile standard --json benchmarks/trust.latest.json --compare benchmarks/trust.json
	@$(BIN)/restore-conformance bench --profile quick --json benchmarks/trust-quick.latest.json --compare benchmarks/trust-quick.json

bench-million: $(READY) ## a million exchanges with conforming servers, no false positive; continues where it was interrupted
	@$(BIN)/restore-conformance bench --exchanges 1000000 --resume --json benchmarks/million.latest.json
