.PHONY: demo test check bench docs

VENV ?= .venv
PAGES = leaderboard.board harness.tasks.schema harness.record.schema harness.tasks.pages \
	harness.metrics.page harness.commands.readme
BENCHMARKS = reference throughput intervals coverage sampling comparisons normalized_scores answers tree extract validate validity leaderboard api api_soak sweeps sets strategies

demo:  ## set up and run the main job on what ships
	python3 -m venv $(VENV)
	$(VENV)/bin/pip install -q -c constraints.txt -e '.[offline]'
	$(VENV)/bin/vaemo-eval --model baseline:prototype --tasks iimi_basic,emotic_complex,emotic_describe,norms_term

test:  ## set up and run the tests
	python3 -m venv $(VENV)
	$(VENV)/bin/pip install -q -c constraints.txt -e '.[dev]'
	$(VENV)/bin/pytest -n auto

check:  ## lint, format, types and imports; needs the set-up of `make test`
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports

bench:  ## print every benchmark table; needs the set-up of `make test`
	for name in $(BENCHMARKS); do echo "== $$name" && $(VENV)/bin/python -m benchmarks.$$name || exit 1; done

docs:  ## write every page and schema that is made from code; needs the set-up of `make test`
	for name in $(PAGES); do $(VENV)/bin/python -m $$name docs || exit 1; done
