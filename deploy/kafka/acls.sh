#!/bin/sh
# Applies acls.csv, with Kafka's own kafka-acls.sh, to the cluster at $1. What is there already stays; take away what is not wanted by hand.
#
#   sh deploy/kafka/acls.sh kafka-1.ward:9093 --command-config admin.properties
set -eu
[ "$#" -ge 1 ] || { echo "usage: acls.sh HOST:PORT [options of kafka-acls.sh]" >&2; exit 2; }
acls="$(dirname "$0")/acls.csv"
servers="$1"
shift
grep -v -e '^#' -e '^principal,' "$acls" | while IFS=, read -r principal operation resource pattern name; do
  case "$resource" in
    Topic) of="--topic $name" ;;
    Group) of="--group $name" ;;
    Cluster) of="--cluster" ;;
    *) echo "acls.csv: no such resource: $resource" >&2; exit 2 ;;
  esac
  # shellcheck disable=SC2086  # an option and its value are two words
  "${KAFKA_ACLS:-kafka-acls.sh}" --bootstrap-server "$servers" "$@" --add --allow-principal "User:$principal" --operation "$operation" \
    --resource-pattern-type "$pattern" $of </dev/null
done
