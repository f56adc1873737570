#!/bin/bash
# The project's own check of deploy/ in containers: an engine, the images, build, up, a ward from outside, checks, down. All of it lies in a network
# namespace and a folder of its own; nothing else of the machine is touched.
#
#   bash deploy/try/run.sh [short]     # `short`: without the outages, the upgrade and the restart of the engine
#
# Root. Needs mmdebstrap, slirp4netns, iproute2, nsenter, the docker command, Maven and Java for Kafka's jars, and a Python 3.12 of its own prefix
# (PYTHON312, else pyenv's or the one on the path). IL2WATCH_TRY: where trees, images and volumes are kept between runs (3 GB); ~/.cache/il2watch/try.
# PATIENCE: seconds that are waited for what must come; 240. More where the machine does other things too.
# Ends with 0 and `N passed, 0 failed`; 1: a check failed; 77: something that it needs is missing, and says what.
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"; checkout="$(cd "$here/../.." && pwd)"
form="${1:-long}"
work="${IL2WATCH_TRY:-${XDG_CACHE_HOME:-$HOME/.cache}/il2watch/try}"
namespace=il2try
began="$(date +%s)"
step() { printf '%4d s  %s\n' $(($(date +%s) - began)) "$*"; }
lacks() { echo "try: $*" >&2; exit 77; }

[ "$(id -u)" = 0 ] || lacks "not root"
for program in mmdebstrap slirp4netns ip nsenter docker mvn java git; do command -v "$program" >/dev/null || lacks "no $program here"; done
mkdir -p "$work"; work="$(cd "$work" && pwd)"
[ "$(df --output=avail -m "$work" | tail -n 1)" -gt 8000 ] || lacks "less than 8 GB free in $work"
python_prefix() { # that of a Python 3.12 which is not Debian's: it becomes /usr/local of the stand-in
  for python in "${PYTHON312:-}/bin/python3" "$HOME"/.pyenv/versions/3.12*/bin/python3 /usr/local/bin/python3.12; do
    [ -x "$python" ] && "$python" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 12) or sys.base_prefix == "/usr")' && dirname "$(dirname "$python")" && return
  done
  return 1
}
python="$(python_prefix)" || lacks "no Python 3.12 with a prefix of its own: name it in PYTHON312"
mirror="$(awk '/^URIs:/ {print $2; exit}' /etc/apt/sources.list.d/debian.sources 2>/dev/null)" || true
[ -n "${mirror:-}" ] || lacks "no /etc/apt/sources.list.d/debian.sources, which names Debian's mirror"

export DOCKER_HOST="unix://$work/engine/docker.sock" DOCKER_CONFIG="$work/cli" SITE="$work/site" RECEIVED="$work/received"
export PATIENCE="${PATIENCE:-240}"
export COMPOSE="docker compose -f $work/site/deploy/compose.yaml" NAMESPACE="$namespace" ENGINE="$work/engine"
inside() { nsenter --net="/var/run/netns/$namespace" "$@"; }

engine_ends() { [ ! -f "$work/engine/dockerd.pid" ] || { kill "$(cat "$work/engine/dockerd.pid")" 2>/dev/null && sleep 1; while [ -f "$work/engine/dockerd.pid" ]; do sleep 0.2; done; } || true; }
end() {
  code=$?
  docker rm --force il2-receiver il2-disk >/dev/null 2>&1 || true
  $COMPOSE down --volumes --remove-orphans >/dev/null 2>&1 || true
  engine_ends
  kill "$(cat "$work/engine/slirp.pid")" 2>/dev/null || true
  ip netns delete "$namespace" 2>/dev/null || true
  exit $code
}
trap end EXIT

step "an engine of Debian 13, in a namespace of its own"
[ -d "$work/debian/usr" ] || mmdebstrap --quiet --variant=apt --aptopt='APT::Install-Recommends "false"' \
  --include=ca-certificates,iptables,mount,docker.io,docker-cli,docker-compose,docker-buildx \
  trixie "$work/debian" "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror trixie main"
mkdir -p "$work/cli/cli-plugins"; ln -sf "$work/debian/usr/libexec/docker/cli-plugins/"* "$work/cli/cli-plugins/"
sh "$here/engine.sh" "$work/debian" "$work/engine" "$namespace"
for _ in $(seq 60); do docker info >/dev/null 2>&1 && break; sleep 1; done
docker info >/dev/null 2>&1 || { tail -n 5 "$work/engine/dockerd.log" >&2; lacks "the engine does not start here"; }

rm -rf "$SITE" "$RECEIVED"; mkdir -p "$SITE" "$RECEIVED"; chmod 0777 "$RECEIVED"
# What git would commit, uncommitted changes included.
(cd "$checkout" && git ls-files -z --cached --others --exclude-standard \
  | tar --null --files-from=- --create --file=- --ignore-failed-read 2>/dev/null) | tar -xf - -C "$SITE"

if timeout 30 docker pull --quiet alpine:3 >/dev/null 2>&1; then
  step "an image registry answers: the real images"
else
  step "no image registry answers: stand-ins (deploy/try/README.md says for what)"
  [ -d "$work/jars" ] || mvn -B -q -f "$here/kafka.pom.xml" org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies \
    -DoutputDirectory="$work/jars" -DincludeScope=runtime
  docker image inspect grafana/grafana:12.0.2 >/dev/null 2>&1 || bash "$here/standins.sh" "$work/trees" "$python" "$work/jars" >/dev/null
  # What only a registry has: the digest of the base.
  sed -i 's/@sha256:[0-9a-f]*//' "$SITE/deploy/Dockerfile"
fi

step "build"
# What earlier runs built would lose its name to what is built now.
docker image ls --quiet --filter label=com.docker.compose.project=il2watch | xargs --no-run-if-empty docker rmi --force >/dev/null
docker image prune --force >/dev/null
sh "$SITE/deploy/secrets.sh" http://receiver:9999 >/dev/null 2>&1
$COMPOSE build --progress plain >"$work/build.log" 2>&1 </dev/null || { tail -n 30 "$work/build.log" >&2; exit 1; }
# The receiver first, so that nothing fails for want of it: on the network that compose would make.
$COMPOSE create >/dev/null 2>&1
cp "$here/receiver.py" "$RECEIVED/"
docker rm --force il2-receiver >/dev/null 2>&1 || true
docker run --detach --name il2-receiver --restart always --network il2watch_outside --network-alias receiver --volume "$RECEIVED:/log" \
  --entrypoint python3 python:3.12.12-slim-bookworm /log/receiver.py >/dev/null
step "up"
$COMPOSE up --detach --wait --wait-timeout "$PATIENCE" >/dev/null 2>&1 || { $COMPOSE ps; $COMPOSE logs --tail 20; exit 1; }
step "all healthy; checks"
inside python3 "$here/check.py" || failed=1
if [ "$form" != short ]; then
  step "scaled, upgraded, without Kafka, engine and disk"
  inside python3 "$here/long.py" || failed=1
fi
step "done"
exit "${failed:-0}"
