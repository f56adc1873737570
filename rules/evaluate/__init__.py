"""Evaluators: pure functions of chart, row and instant to a result, one module a row type in `rows`."""
