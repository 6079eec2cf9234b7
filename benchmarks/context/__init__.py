"""Training and judging the model of use in context: `python -m benchmarks.context`."""
