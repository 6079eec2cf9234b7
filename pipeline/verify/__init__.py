"""Checking without trusting: proofs, signatures and published bundles.

Nothing here reads the store, the log's writer or the network. What it needs is the standard library, `cryptography`,
`rfc8785`, and the formulas of `pipeline.metrics`, which need SciPy and orjson; docs/verify.md lists the modules.
"""
