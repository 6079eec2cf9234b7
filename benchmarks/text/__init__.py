"""How well and how fast word marks are found in titles: `python -m benchmarks.text`."""
