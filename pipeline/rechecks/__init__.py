"""Re-checks: looks at the addresses of listings, as a user brings them in files or as we ask ourselves."""

from pipeline.rechecks.files import find_files, read_looks
from pipeline.rechecks.look import Look
from pipeline.rechecks.scout import Scout

__all__ = ["Look", "Scout", "find_files", "read_looks"]
