"""Provide Java and Apache Kafka's jars: from Maven once, afterwards from the user's cache, without network.

The cache is `kafka-VERSION` in the system's cache folder: on Linux `$XDG_CACHE_HOME/il2watch` (default
`~/.cache/il2watch`), on macOS `~/Library/Caches/il2watch`. It is filled under another name and renamed into
place, under a lock: a process that sees the folder sees all of it.
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from platformdirs import user_cache_path

from streams.errors import UsageError

VERSION = "4.4.0"
OLDEST_JAVA = 17
FILL_S = 900
PLUGIN = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies"
UNREACHABLE = re.compile(
    r"Unknown host|Could not transfer|Connection (refused|timed out|reset)|Network is unreachable|offline",
    re.IGNORECASE,
)

POM = f"""\
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>il2watch</groupId><artifactId>kafka</artifactId><version>1</version><packaging>pom</packaging>
  <dependencies>
    <dependency>
      <groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId><version>{VERSION}</version>
    </dependency>
    <dependency>
      <groupId>org.slf4j</groupId><artifactId>slf4j-simple</artifactId><version>1.7.36</version>
    </dependency>
  </dependencies>
</project>
"""


class NoKafka(UsageError):
    """Apache Kafka cannot be run here; the text says why and what to do."""


class NoJava(NoKafka):
    """There is no Java."""


class OldJava(NoKafka):
    """Java is older than Kafka needs."""


class NoMaven(NoKafka):
    """The jars are not in the cache, and there is no `mvn` to fetch them."""


class NoNetwork(NoKafka):
    """The jars are not in the cache, and `mvn` reaches no repository."""


@cache
def java() -> str:
    """Return the java to use: `JAVA_HOME`'s, else the one on PATH. Raises NoJava, OldJava."""
    home = os.environ.get("JAVA_HOME")
    program = str(Path(home, "bin", "java")) if home else shutil.which("java")
    found = version_of(program) if program else None
    if program is None or found is None:
        raise NoJava(
            "Apache Kafka needs Java 17 or later, and there is none: apt-get install "
            "openjdk-17-jre-headless, or set JAVA_HOME"
        )
    if major(found) < OLDEST_JAVA:
        raise OldJava(
            f"Apache Kafka needs Java 17 or later, and {program} is {major(found)}: set JAVA_HOME to a "
            "later one"
        )
    return program


def version_of(program: str) -> str | None:
    """Return what `java -version` prints; None when it does not run.

    macOS has a `java` that only advertises one.
    """
    try:
        done = subprocess.run([program, "-version"], capture_output=True, text=True, check=False, timeout=30)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stderr + done.stdout if done.returncode == 0 else None


def major(value: str) -> int:
    """Return the major version: 17 of `version "17.0.15"`, 8 of `version "1.8.0_432"`; 0 without one."""
    found = re.search(r'version "(?:1\.)?(\d+)', value)
    return int(found[1]) if found else 0


@cache
def classpath() -> str:
    """Return all jars, as java's `-cp` takes them.

    Raises NoMaven, NoNetwork, NoKafka when they must be fetched and cannot be.
    """
    root = user_cache_path("il2watch", ensure_exists=True)
    folder = root / f"kafka-{VERSION}"
    if not folder.is_dir():
        with locked(root / f"kafka-{VERSION}.lock"):
            if not folder.is_dir():
                fill(folder)
    return str(folder / "*")


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold a lock among all processes of this machine; it is released when the process that holds it ends."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def fill(folder: Path) -> None:
    """Fetch the jars into a staging folder, then rename it into place."""
    mvn = shutil.which("mvn")
    if mvn is None:
        raise NoMaven(
            f"Apache Kafka {VERSION} must be fetched once, and there is no mvn: apt-get install maven"
        )
    for stale in folder.parent.glob(f".{folder.name}-*"):
        shutil.rmtree(stale, ignore_errors=True)
    staging = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        fetch(mvn, staging)
        (staging / "jars").rename(folder)
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def fetch(mvn: str, staging: Path) -> None:
    """Run Maven. Raises NoNetwork, or NoKafka with Maven's first error."""
    (staging / "pom.xml").write_text(POM, encoding="utf-8")
    command = [mvn, "-B", "-q", PLUGIN, f"-DoutputDirectory={staging / 'jars'}", "-DincludeScope=runtime"]
    try:
        done = subprocess.run(
            command,
            cwd=staging,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=FILL_S,
        )
    except subprocess.TimeoutExpired:
        raise NoNetwork(
            f"Apache Kafka {VERSION} could not be fetched in {FILL_S // 60} minutes; is the network slow?"
        ) from None
    if done.returncode:
        raise failure(done.stdout + done.stderr)


def failure(found: str) -> NoKafka:
    """Return why Maven failed, in one line."""
    first = next((line for line in found.splitlines() if line.startswith("[ERROR]")), "it says nothing")[:300]
    if UNREACHABLE.search(found):
        return NoNetwork(
            f"Apache Kafka {VERSION} must be fetched once, and mvn reaches no repository: {first}"
        )
    return NoKafka(f"mvn could not fetch Apache Kafka {VERSION}: {first}")
