#!/bin/sh
# Replaces the workers of compose.yaml by those of another image, one at a time: a new one is at work before an old one is stopped. Compose itself would
# recreate all of them at once.
#
#   IL2WATCH_VERSION=0.3.0 sh deploy/upgrade.sh            # or with the version in deploy/.env
#
# COMPOSE: the words that call compose, else `docker compose -f deploy/compose.yaml`. PATIENCE: seconds for a worker to be healthy; 180.
set -eu
here="$(cd "$(dirname "$0")" && pwd)"
: "${COMPOSE:=docker compose -f $here/compose.yaml}"
old="$($COMPOSE ps --quiet worker)"
count="$(printf '%s\n' "$old" | grep -c . || true)"
[ "$count" -gt 0 ] || { echo "upgrade: no worker runs; docker compose up --detach starts them" >&2; exit 1; }

ready() { # ready CONTAINER: whether it serves its partitions
  docker exec "$1" bash -c 'exec 3<>/dev/tcp/127.0.0.1/9108 && printf "GET /-/ready HTTP/1.0\r\n\r\n" >&3 && read -r _ code _ <&3 && [ "$code" = 200 ]' 2>/dev/null
}

for one in $old; do
  before="$($COMPOSE ps --quiet worker)"
  $COMPOSE up --detach --no-deps --no-recreate --scale worker=$((count + 1)) worker
  new="$($COMPOSE ps --quiet worker | grep -vxF "$before")"
  left="${PATIENCE:-180}"
  until ready "$new"; do
    left=$((left - 1))
    [ "$left" -gt 0 ] || { echo "upgrade: $new is not ready; the old workers go on. Its log: docker logs $new" >&2; exit 1; }
    sleep 1
  done
  docker stop "$one" >/dev/null
  docker rm "$one" >/dev/null
  echo "replaced $one by $new"
done
