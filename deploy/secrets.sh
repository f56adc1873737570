#!/bin/sh
# Makes the secrets that compose.yaml reads, in deploy/secrets: passwords and keys of our own at random, and a file for each address. What is there
# already stays. Addresses are the site's: give the start of one to try everything against a single receiver, or write the files by hand. Nobody
# may log in to the board before somebody is put into board-users (docs/howto/production.md).
#
#   sh deploy/secrets.sh                              # then write the addresses that it lists
#   sh deploy/secrets.sh https://receiver.example     # https://receiver.example/clinical-absolute, ...
set -eu
folder="$(cd "$(dirname "$0")" && pwd)/secrets"
umask 077
mkdir -p "$folder"

random() { head -c "$1" /dev/urandom | base64 | tr -d '\n'; }

# A container's user is not ours: files are readable to all, and the folder to us alone.
keep() {
  [ -e "$folder/$1" ] || { printf '%s\n' "$2" >"$folder/$1" && chmod 0444 "$folder/$1" && echo "made $folder/$1"; }
}

keep grafana-admin "$(random 24)"
keep pager-token "$(random 32)"
keep heartbeat-signing-key "whsec_$(random 32)"
keep board-users '# Who may log in to the board, each with a password of their own: docs/howto/production.md, "The board".
[users]'
# Written by hand, unlike the others.
chmod 0644 "$folder/board-users"
grep -q '^\[users\.' "$folder/board-users" || echo "nobody may log in to the board yet: $folder/board-users" >&2

for name in clinical-absolute clinical system-pages system-tickets dead-mans-switch heartbeat; do
  if [ -n "${1:-}" ]; then
    keep "$name-url" "${1%/}/$name"
  elif [ ! -e "$folder/$name-url" ]; then
    echo "still to write: $folder/$name-url (one address)" >&2
    missing=1
  fi
done
exit "${missing:-0}"
