"""The commands of `counterfoil`, one module a group; `pipeline.cli` puts them together.

What takes long to import (the database drivers, SciPy, fonts, Prefect) is imported by the commands that need it.
"""
