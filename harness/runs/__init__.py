"""The jobs: run, plan, rescore, compare, sweep, judge and validate."""
