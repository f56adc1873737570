#!/bin/sh
# Starts a container engine of Debian 13 in a network namespace and a mount namespace of its own: its bridges and rules are seen by nobody else, what it
# publishes on loopback is that namespace's loopback, and it reaches the package registries through slirp4netns.
#
#   sh engine.sh ROOT STATE NAMESPACE     # ROOT: the Debian 13 tree (run.sh makes it); STATE: where images, volumes and the socket live
#
# The daemon's process id is in STATE/dockerd.pid. What containers mount from this machine must lie in the folder that STATE lies in.
set -eu
root="$(cd "$1" && pwd)"; state="$(mkdir -p "$2" && cd "$2" && pwd)"; namespace="$3"
if ! ip netns list | grep -q "^$namespace\b"; then
  ip netns add "$namespace"
  ip netns exec "$namespace" ip link set lo up
  nohup slirp4netns --configure --mtu=1400 --disable-host-loopback --netns-type=path "/var/run/netns/$namespace" tap0 >"$state/slirp.log" 2>&1 </dev/null &
  echo $! >"$state/slirp.pid"
fi
rm -f "$state/dockerd.pid" "$state/docker.sock"
# Not `ip netns exec`, which shows a /sys without the groups that limits are kept in.
exec nohup nsenter --net="/var/run/netns/$namespace" unshare --mount --propagation private sh -eu -c '
  root="$1"; state="$2"; shared="$(dirname "$2")"
  mount --bind "$root" "$root"; mkdir -p "$root/old" "$root$shared"
  for d in proc sys dev; do mount --rbind "/$d" "$root/$d"; done
  mount -t tmpfs tmpfs "$root/run"; mount -t tmpfs tmpfs "$root/tmp"; mkdir -p "$root$shared"; mount --rbind "$shared" "$root$shared"
  printf "nameserver 10.0.2.3\n" >"$root/etc/resolv.conf"; cp -L /etc/hosts "$root/etc/"
  cd "$root"; pivot_root . old; umount -l /old
  exec nice -n 5 /usr/sbin/dockerd --data-root "$state/data" --exec-root "$state/exec" --pidfile "$state/dockerd.pid" \
    --host "unix://$state/docker.sock" --group root
' sh "$root" "$state" >"$state/dockerd.log" 2>&1 </dev/null &
