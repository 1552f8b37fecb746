# Runs next to each Redis node and joins it to the other nodes. Repeats this because pods get new addresses. At first,
# redis-0, redis-1 and redis-2 share the slots. A node without slots becomes the replica of a master that has no
# replica, even after the node has lost its volume. If a master and its replica have both lost their volumes, their
# slots are assigned again, empty.
set -u
# Without a trap, the first process of a container ignores this signal.
trap 'exit 0' TERM
COUNT=6
MASTERS=3
SLOTS=16384
N=${HOSTNAME##*-}
cli() { valkey-cli -t 2 --user operator "$@" 2> /dev/null; }
address() { getent hosts "redis-$1.redis" | cut -d ' ' -f 1; }

# Succeeds if this node is connected to all others. If not, introduces it to the missing nodes.
is_joined() {
  status=0
  other=0
  while [ "$other" -lt "$COUNT" ]; do
    if [ "$other" != "$N" ]; then
      address=$(address "$other")
      if ! printf '%s\n' "$nodes" | grep -q " $address:6379@16379,redis-$other.redis .* connected"; then
        status=1
        # The cluster bus requires no password, so first check that the address now belongs to one of our nodes.
        if [ -n "$address" ] && cli -h "$address" cluster myid | grep -q '^[0-9a-f]\{40\}$'; then
          cli cluster meet "$address" 6379 > /dev/null
        fi
      fi
    fi
    other=$((other + 1))
  done
  return $status
}

# Prints the id of a master with slots but no replica, preferably this node's original partner.
master_to_follow() {
  partner="redis-$(((N + MASTERS) % COUNT)).redis"
  printf '%s\n' "$nodes" | awk -v partner="$partner" '
    $3 ~ /fail|handshake/ { next }
    $3 ~ /slave/ { followed[$4] = 1 }
    $3 ~ /master/ && NF > 8 { name[$1] = $2 }
    END {
      for (id in name) if (!(id in followed)) { any = id; if (name[id] ~ partner "$") best = id }
      print best ? best : any
    }'
}

# Succeeds if a master that serves no slots has a live replica. That replica may hold the only copy of lost slots.
has_orphan() {
  printf '%s\n' "$nodes" | awk '
    $3 ~ /slave/ && $3 !~ /fail/ { followed[$4] = 1 }
    $3 ~ /master/ && NF > 8 { serves[$1] = 1 }
    END { for (id in followed) if (!(id in serves)) exit 0; exit 1 }'
}

while sleep 2; do
  nodes=$(cli cluster nodes) || continue
  is_joined || continue
  # Continue only if this node is a master without slots.
  printf '%s\n' "$nodes" | grep -q 'myself,master .* connected$' || continue
  if cli cluster info | grep -q "^cluster_slots_assigned:$SLOTS"; then
    master=$(master_to_follow)
    if [ -n "$master" ]; then cli cluster replicate "$master"; fi
  elif [ "$N" -lt "$MASTERS" ] && ! has_orphan; then
    # `addslotsrange` fails if another node has one of these slots. After `bumpepoch`, the other nodes accept this node
    # as the owner of slots whose master no longer exists.
    cli cluster addslotsrange $((N * SLOTS / MASTERS)) $(((N + 1) * SLOTS / MASTERS - 1)) && cli cluster bumpepoch
  fi
done
