# `make` lists the targets. `make run` and `make test` install what they need into .venv.
PY := .venv/bin/python
PIP := $(PY) -m pip install --disable-pip-version-check --quiet --require-hashes
PIP_WHEEL := $(PY) -m pip wheel --disable-pip-version-check --quiet --no-deps
# A worker that has run its tests takes some of another's.
PYTEST := -m pytest --dist worksteal
# FULL=1: the slow tests too.
NOT_SLOW := $(if $(FULL),,-m "not slow")
# pytest-playwright leaves an event loop running, beside which Django's ORM refuses to work. Four workers, however many
# cores: each has a server and a Chromium of several processes, and waits now and then.
BROWSER := DJANGO_ALLOW_ASYNC_UNSAFE=1 $(PY) $(PYTEST) -n 4 $(NOT_SLOW) tests/browser
# Those that failed, without others beside them. It fails if it finds none.
BROWSER_AGAIN := DJANGO_ALLOW_ASYNC_UNSAFE=1 $(PY) -m pytest -v --last-failed --last-failed-no-failures none $(NOT_SLOW) tests/browser

# New templates too, before `git add`. Without `--check` it fails if it has changed a file.
DJADE := git ls-files -z --cached --others --exclude-standard -- 'templates/*.html' | xargs -0 -r .venv/bin/djade --target-version 6.1

.DEFAULT_GOAL := help
.PHONY: help run demo test lint unit coverage javascript browser test-browsers test-postgres
.PHONY: faults fuzz machines mutations bench scaling simulate screenshots strings translations accessibility-report
.PHONY: wheel release format requirements

help:                             ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-20s %s\n", $$1, $$2 }' Makefile

run: .venv/.base                  ## Serve on http://127.0.0.1:8000; HOST, PORT and FOOTNOTE_DATA override
	@$(PY) manage.py serve

# Never on a real site's data: neither its folder nor its database server counts here.
demo: export FOOTNOTE_DATA := $(or $(DEMO_DATA),data-demo)
demo: export DATABASE_URL :=
demo: export FOOTNOTE_DEMO := 1
demo: .venv/.base                 ## Serve a sample school from its own data folder (DEMO_DATA)
	@$(PY) manage.py load_demo
	@$(PY) manage.py serve

test: lint unit javascript browser ## Checks and tests; FULL=1 runs the slow tests too

lint: .venv/.test                 ## Style, unsafe calls, layers, templates, types, migrations
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m bandit --quiet --recursive --configfile pyproject.toml manage.py setup.py quizsite quizzes tools
	.venv/bin/lint-imports
	$(PY) -m mypy
	$(DJADE) --check
	.venv/bin/djlint --lint templates
	$(PY) -m tools.check_templates templates
	$(PY) manage.py makemigrations --check --dry-run --settings quizsite.settings_for_tests

unit: .venv/.test                 ## The tests but the browser's, on SQLite
	$(PY) $(PYTEST) -n auto $(NOT_SLOW) --ignore tests/browser

javascript:                       ## Unit tests of the JavaScript under node
	@if command -v node >/dev/null; then node --test tests/javascript/*.test.js; \
	elif [ -n "$$CI" ]; then echo "The JavaScript tests need node." >&2; exit 1; \
	else echo "SKIPPED: the JavaScript tests need node."; fi

coverage: .venv/.test             ## Branch coverage of the unit tests, module by module
	$(PY) -m coverage erase
	$(PY) -m coverage run $(PYTEST) -n auto --ignore tests/browser
	$(PY) -m coverage combine --quiet
	$(PY) -m coverage report

# Exit code 1: all tests have run, and some failed. One that fails again is an error (DECISIONS.md, entry 181).
browser: .venv/.test              ## Tests in Chromium, apart from the others because of Playwright's event loop
	@$(BROWSER) || { [ $$? = 1 ] && echo "Tests that failed run once more:" && $(BROWSER_AGAIN); }

test-browsers: .venv/.browsers    ## The main pages in Firefox (with geckodriver) and in WebKit (webkit2gtk-driver, xvfb)
	$(PY) -m tools.other_browsers

test-postgres: .venv/.test        ## The unit tests on a PostgreSQL server of their own
	tools/test-postgres

fuzz: .venv/.test                 ## Damaged files for each reader, 1 minute each; MINUTES=10, SEED=n, READER=name
	$(PY) -m tools.fuzz --minutes $(or $(MINUTES),1) --seed $(or $(SEED),1) $(READER)

faults: .venv/.test               ## Crash, full-disk, retry, and race tests; FULL=1 runs the full count
	$(PY) -m tools.faults $(if $(FULL),--full)

machines: .venv/.test             ## Two web machines behind PgBouncer and HAProxy, under faults; FULL=1 and OLD=REVISION
	$(PY) -m tools.faults $(if $(FULL),--full) R25@pg

mutations: .venv/.test            ## Mutation tests: remove one control at a time, and a test must fail
	$(PY) -m tools.mutations

bench: .venv/.test                ## Benchmarks as ratios, into docs/performance.md; OLD=REVISION compares with an older version
	$(PY) -m $(if $(OLD),tools.bench.before_after $(OLD),tools.bench)

scaling: .venv/.test              ## From a class to a state, by simulation, into docs/scaling.md; MEASURE=1 measures first
	$(if $(MEASURE),$(PY) -m tools.scaling.measure)
	$(PY) -m tools.scaling

wheel: .venv/.base                ## A wheel, its SBOM, and its pins in dist/, byte for byte the same for the same commit
	rm -rf build dist/footnote-*.whl
	SOURCE_DATE_EPOCH=$(COMMITTED_AT) $(PIP_WHEEL) --wheel-dir dist .
	SOURCE_DATE_EPOCH=$(COMMITTED_AT) $(PY) -m tools.sbom dist/footnote.cdx.json
	cp requirements/base.txt dist/footnote-requirements.txt
	rm -rf build *.egg-info
# In seconds. The files of an unpacked archive, which has no git, have the time of the commit.
COMMITTED_AT = $$(git --git-dir=.git log -1 --format=%ct 2>/dev/null || $(PY) -c '$(MODIFIED_AT)')
MODIFIED_AT := import os; print(int(os.stat("Makefile").st_mtime))

release: .venv/.base              ## Check that version, changelog, and tag of a release agree, then make its wheel
	$(PY) -m tools.release
	$(MAKE) wheel

simulate: .venv/.test             ## Random steps on site and model; STEPS=1000000 takes an hour, SEED=n replays a fault
	$(PY) -m tools.simulate --steps $(or $(STEPS),20000) --seed $(or $(SEED),1)

screenshots: .venv/.test          ## Pictures of the demo site's pages into docs/pictures/
	$(PY) -m tools.screenshots

strings: .venv/.test              ## Accept new text that people see: writes tests/data/strings.txt, prints what is new
	$(PY) -m tools.visible_strings

translations: .venv/.test         ## Update and compile the translations of the pages, and print what is missing
	$(PY) -m tools.translations

accessibility-report: .venv/.test ## Write docs/accessibility-report.md from its dated checklist
	$(PY) -m tools.accessibility_report

format: .venv/.test               ## Format code and templates
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .
	@$(DJADE) || $(DJADE) --check

requirements:                     ## Pin the dependencies of pyproject.toml again; needs uv
	uv pip compile $(PINS) pyproject.toml -o requirements/base.txt
	uv pip compile $(PINS) pyproject.toml --group pyproject.toml:test -c requirements/base.txt -o requirements/test.txt
	uv pip compile $(PINS) --group pyproject.toml:browsers -c requirements/test.txt -o requirements/browsers.txt
# No lock file and no index options: both would write package hosts' addresses into the repository.
PINS := --universal --python-version 3.12 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --no-annotate

.venv/.made:
	python=$$(tools/find-python) && $$python --version && $$python -m venv --clear .venv
	@touch $@

.venv/.base: .venv/.made requirements/base.txt
	$(PIP) -r requirements/base.txt
	@touch $@

# The test pins hold the base pins too, so one call installs both. Python compiles each module at its first import; to
# compile them all takes half the time.
.venv/.test: .venv/.made requirements/test.txt
	$(PIP) --no-compile -r requirements/test.txt
	@touch $@ .venv/.base

.venv/.browsers: .venv/.test requirements/browsers.txt
	$(PIP) -r requirements/browsers.txt
	@touch $@
