"""Kafka's classes as Java keeps them between runs (class-data sharing): a broker starts at half the price.

The archive lies beside the jars and is made once for a Java and a Kafka. Java passes over one that does not
fit it.
"""

from __future__ import annotations

import hashlib
import os
from functools import cache
from pathlib import Path

from platformdirs import user_cache_path

from streams.dev_broker.apache import ApacheKafka
from streams.dev_broker.jars import VERSION, classpath, java, locked, version_of
from streams.errors import UsageError
from streams.kafka.topic_creation import create

SHORT_LIVED = ("-XX:TieredStopAtLevel=1",)
"""A broker that lives for minutes costs half when Java does not optimise it."""


@cache
def options() -> tuple[str, ...]:
    """Return the options of Java for a broker of a test.

    Raises UsageError where Apache Kafka cannot be run.
    """
    archive = place()
    with locked(archive.with_suffix(".lock")):
        if not archive.exists():
            make(archive)
    return *SHORT_LIVED, f"-XX:SharedArchiveFile={archive}", "-Xlog:cds=off", "-Xlog:cds+dynamic=off"


def place() -> Path:
    """Return the archive of this Java and these jars."""
    folder = Path(classpath()).parent
    jars = [f"{jar.name} {jar.stat().st_mtime_ns}" for jar in sorted(folder.iterdir())]
    found = hashlib.sha256("\n".join([str(version_of(java())), *jars]).encode()).hexdigest()[:12]
    return user_cache_path("il2watch") / f"kafka-{VERSION}-classes-{found}.jsa"


def make(archive: Path) -> None:
    """Start a broker, let it work and stop it in order: Java writes down the classes it has loaded."""
    staged = archive.with_suffix(f".{os.getpid()}")
    try:
        with ApacheKafka(jvm=(*SHORT_LIVED, f"-XX:ArchiveClassesAtExit={staged}", "-Xlog:cds=off")) as kafka:
            create(kafka.settings)
            kafka.stop(0)
            if not staged.exists():
                raise UsageError(f"Java keeps no classes: {kafka.last_output(0)}")
        staged.rename(archive)
    finally:
        staged.unlink(missing_ok=True)
