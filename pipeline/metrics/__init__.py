"""The published numbers: how each is defined, and how it follows from the entries of the public log.

Everything here is pure, so that whoever checks a bundle computes the same numbers from the same records.
"""
