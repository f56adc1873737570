# Everything a developer does here. `make` alone lists it.
# Paths are relative and quoted: the checkout may live in a folder with spaces in its name.

PYTHON ?= python3
# Processes that run tests: two more than there are processors, since many tests wait for brokers and for programs.
JOBS ?= $(shell expr $$(getconf _NPROCESSORS_ONLN) + 2)
VENV := .venv
PY := $(VENV)/bin/python
READY := $(VENV)/.ready
WALK := build/walk
TESTS := -m pytest -ra -n $(JOBS) --dist loadgroup --no-loadscope-reorder
MEASURED := tests/rules tests/packs
# Laws, fuzz and second readings of the engine: what they run others run too, and measured they take three times as long.
# The courses of packs are among them because the other part simulates them already.
UNMEASURED := chart/test_pressor_loads chart/test_sustained chart/test_tail decide/test_laws decide/test_laws_of_stays \
  explain/test_every_subject ingest/test_decode_fuzz decide/test_blocks decide/test_packed ingest/test_units_beside_ucumvert
UNMEASURED := $(UNMEASURED:%=tests/rules/%.py) $(addprefix tests/packs/,test_laws.py test_never_safe_by_silence.py test_simulated_courses.py test_untouched.py)
FAST := -m pytest -q -n $(JOBS) -m "not slow and not campaign" tests/rules/evaluate tests/rules/explain tests/rules/guideline tests/rules/wire \
  tests/test_arrows.py tests/test_cases.py tests/test_ceilings.py tests/test_references.py
CAMPAIGNS := $(addprefix campaign-,rules reference streams simulators kills pager soak fuzz feeds clock cuts disk alarms)

LOCKED := --generate-hashes --no-header --no-annotate --python-version 3.12 --python-platform x86_64-manylinux_2_28 --only-binary :all:

# Tests start hundreds of programs: each would compile the project anew.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help demo walk test lint audit bench bench-edge bench-pipeline bench-board docs docs-site fast hooks locks release stack kafka campaign $(CAMPAIGNS) clean

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' Makefile

$(READY): pyproject.toml
	@command -v "$(PYTHON)" >/dev/null || { echo "make: no '$(PYTHON)' here; name one: make PYTHON=/path/to/python3.12" >&2; exit 1; }
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "make: il2watch needs Python 3.11 or later, and '$(PYTHON)' is not; name one: make PYTHON=python3.12" >&2; exit 1; }
	@"$(PYTHON)" -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo "make: '$(PYTHON)' has no venv module; on Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }
	"$(PYTHON)" -m venv "$(VENV)"
	"$(PY)" -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch "$(READY)"

demo: $(READY) ## broker, worker, pager, board and a simulated ward on this machine, live, until Ctrl-C; FEED=hl7: the ward speaks HL7
	@"$(PY)" -m streams demo $(if $(FEED),--feed "$(FEED)") || [ $$? -eq 130 ]

walk: $(READY) ## a worked patient, step by step, no broker: assess, run, explain, plot
	@"$(PY)" -m simulators.scenarios.walk "$(WALK)"

# Measuring coverage makes the engine two or three times slower: only the tests of the engine itself are measured, not its comparison with the reference.
# Meanwhile the other tests are collected once: pytest compiles them, which else each of its processes would do for itself.
test: $(READY) ## all tests, with branch coverage of rules/ (at least 95 %)
	@"$(PY)" -m pytest --collect-only -qqq $(MEASURED:%=--ignore %) tests $(UNMEASURED) >/dev/null & \
	set -x; "$(PY)" $(TESTS) --cov=rules --cov-branch --cov-report=term $(UNMEASURED:%=--ignore %) $(MEASURED); \
	passed=$$?; wait; exit $$passed
	"$(PY)" $(TESTS) $(MEASURED:%=--ignore %) tests $(UNMEASURED)

fast: $(READY) ## the tests of a minute or so: engine, wire, arrows, references; no broker, no browser
	"$(PY)" $(FAST)

hooks: $(READY) ## before each commit from now on: ruff, mypy, the fast tests (.pre-commit-config.yaml)
	"$(PY)" -m pre_commit install

lint: $(READY) ## ruff (rules and format) and mypy --strict
	"$(PY)" -m ruff check .
	"$(PY)" -m ruff format --check --quiet .
	"$(PY)" -m mypy

bench: $(READY) ## events/s of the fold, bytes of state a patient, time of an assessment; a review of a million alerts; then bench-pipeline, the latency of pages, and the HL7 feed
	"$(PY)" -m tests.bench
	@echo
	"$(PY)" -m tests.bench.review
	@echo
	"$(PY)" -m tests.bench.pipeline
	@echo
	"$(PY)" -m tests.bench.pages
	@echo
	"$(PY)" -m tests.bench.feeds

bench-board: $(READY) ## the board with 500 patients and an event a second each: how far behind the page is, and what it takes
	"$(PY)" -m tests.bench.board

# FORM=--quick: 12 minutes at most. A run that was ended goes on where it stood; points in build/bench-edge.
bench-edge: $(READY) ## the worker live, record by record, beside Kafka Streams, Quix Streams and a plain agent: two hours; writes docs/reference/performance.md (Java 17, Maven)
	"$(PY)" -m tests.bench.edge $(FORM) --page

bench-pipeline: $(READY) ## the worker on Apache Kafka beside a plain agent and Quix Streams, and the latency of alerts (Java 17)
	"$(PY)" -m tests.bench.pipeline

docs: $(READY) ## write from the code what is not written by hand: commands, configuration, texts, traceability, forms of feeds, scenarios, worked example, course, Grafana's dashboards
	"$(PY)" -m streams.cli.manual docs/reference/commands.md
	"$(PY)" -m streams.cli.config docs/reference
	"$(PY)" -m streams.cli.packs docs/reference
	"$(PY)" -m tests.docs.texts
	"$(PY)" -m tests.docs.traceability
	"$(PY)" -m tests.docs.feed_forms
	"$(PY)" -m tests.docs.feed_troubles
	"$(PY)" -m tests.readme
	"$(PY)" -m simulators.scenarios.worked | "$(PY)" -m streams plot - -o docs/tutorial/course.svg
	"$(PY)" -m deploy.grafana.write
	"$(PY)" -m simulators.scenarios.page docs/reference/scenarios/README.md
	"$(PY)" -m simulators.scenarios.pictures docs/reference/scenarios
	"$(MAKE)" board-pictures

board-pictures: $(READY) ## the board at four widths, day and night, into docs/howto/board (Chromium)
	"$(PY)" -m tests.board_pictures docs/howto/board

docs-site: $(READY) ## the documentation as a site, strict, in build/site
	"$(PY)" -m zensical build --strict --clean

locks: $(READY) ## renew deploy/*.lock, what the image is made of: the newest packages that pyproject.toml takes, with their hashes
	"$(PY)" -m pip install --quiet --disable-pip-version-check "uv>=0.8,<1"
	"$(PY)" -m uv pip compile --quiet --upgrade $(LOCKED) --extra apprise pyproject.toml -o deploy/requirements.lock
	"$(PY)" -m uv pip compile --quiet --upgrade $(LOCKED) deploy/build.in -o deploy/build.lock

audit: $(READY) ## the image's locked packages against the published advisories; it fails, and says "nothing was audited", where none can be reached
	"$(PY)" -m pip install --quiet --disable-pip-version-check "pip-audit>=2.7,<3" || true
	"$(PY)" -m deploy.audit

release: $(READY) ## wheel and sdist in dist/, each tried in a clean environment outside of the checkout: the README's example, a demo of a minute, and one that qualifies
	"$(PY)" -m tests.release

stack: ## deploy/ in containers, in a network namespace of its own, checked (root, Debian 12; FORM=short for the short form): deploy/try/README.md
	bash deploy/try/run.sh "$(FORM)"

kafka: $(READY) ## Apache Kafka on this machine, to play with, until Ctrl-C (Java 17; Maven once)
	@"$(PY)" -m streams.dev_broker.apache

campaign: $(READY) ## runs too long for every day, each an hour at most: campaign-rules, -reference, -streams, -simulators, -kills, -pager, -soak, -fuzz, -feeds, -clock, -cuts, -disk, -alarms
	@"$(MAKE)" --no-print-directory --keep-going $(CAMPAIGNS)

# What has passed is told in build/campaign/NAME.jsonl and is not run again: a second call goes on where the first ended (tests/campaigns.py).
# rules, streams, simulators: the property tests there, from other seeds and with 20 times the examples; simulators: larger wards too.
# reference: the engine against the second reading. kills: workers, brokers, demos. pager: kills of it.
# KILLS=1000 SEED=2: so many kills, a hundred a slice, from other seeds.
# fuzz: a million mutated records at a live worker (RECORDS=1000000).
# clock: steps of the host's clock (libfaketime). cuts: a worker cut off, in a network namespace (root). disk: a full one (root).
# alarms: those that need a worker, a pager or a board, through Prometheus and Alertmanager to a receiver.
# soak: seven days of a ward, the long outage, rebalances, benchmarks, larger wards on the board and in the replay.
$(CAMPAIGNS): campaign-%: $(READY)
	"$(PY)" $(TESTS) --campaign=$*

clean: ## remove what was built and cached (not .venv)
	rm -rf build dist .cache .coverage .coverage.* .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +
