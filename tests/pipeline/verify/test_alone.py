"""The verifier runs from a copy of its own folders, with the packages that it declares and nothing else."""

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.log import init_keys
from tests.pipeline.verify.bundle_world import START, export

HOUSE = Path(__file__).parents[3] / "pipeline"
OURS = ("verify", "metrics", "__init__.py", "errors.py", "records.py", "enforcement.py", "plain.py")
"""What docs/verify.md says that the verifier is."""
PACKAGES = ("cryptography", "cffi", "_cffi_backend", "rfc8785", "numpy", "scipy", "orjson")
"""What docs/verify.md says that it needs, with what these need themselves."""
CHECK = """
import sys
from pathlib import Path
from pipeline.verify.bundle import verify_bundle
from pipeline.verify.files import BundleFiles
print(Path(sys.modules["pipeline"].__file__).parent)
print(verify_bundle(BundleFiles(Path(sys.argv[1]))).numbers)
"""


def places(package: str) -> list[Path]:
    found = importlib.util.find_spec(package)
    assert found is not None
    assert found.origin is not None
    origin = Path(found.origin)
    if origin.name != "__init__.py":
        return [origin]
    return [path for path in (origin.parent, origin.parent.with_name(f"{package}.libs")) if path.exists()]


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the verifier, and beside it one with the packages that it may use."""
    folder = tmp_path_factory.mktemp("alone")
    (folder / "ours" / "pipeline").mkdir(parents=True)
    (folder / "packages").mkdir()
    for name in OURS:
        source, target = HOUSE / name, folder / "ours" / "pipeline" / name
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, target)
    for place in (path for package in PACKAGES for path in places(package)):
        (folder / "packages" / place.name).symlink_to(place)
    return folder


def check(copy: Path, bundle: Path) -> subprocess.CompletedProcess[str]:
    """Verify with an interpreter that sees no other packages and no other folder."""
    path = os.pathsep.join(str(copy / name) for name in ("ours", "packages"))
    command = [sys.executable, "-S", "-c", CHECK, str(bundle)]
    environment = {"PYTHONPATH": path, "PATH": os.environ["PATH"], "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(command, cwd=copy, env=environment, capture_output=True, text=True, check=False)


def test_a_copy_of_the_verifier_checks_a_bundle_alone(copy: Path, tmp_path: Path) -> None:
    keys = init_keys(tmp_path / "keys", "log.example", START)
    bundle = export(tmp_path / "bundle", keys, tmp_path / "log")

    honest = check(copy, bundle)
    (bundle / "metrics.csv").write_bytes((bundle / "metrics.csv").read_bytes().replace(b"final", b"Final", 1))
    changed = check(copy, bundle)

    assert honest.returncode == 0, honest.stderr
    assert honest.stdout.split()[0] == str(copy / "ours" / "pipeline")
    assert int(honest.stdout.split()[1]) > 20
    assert "BundleError: metrics.csv: not the file that was signed" in changed.stderr
