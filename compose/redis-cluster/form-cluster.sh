# Forms the cluster of redis-1 to redis-6, or introduces its nodes to each other again. Exits when the cluster serves
# all slots.
set -eu
. /secrets/operator/env
export REDISCLI_AUTH="$REDIS_PASSWORD"
NODES='redis-1 redis-2 redis-3 redis-4 redis-5 redis-6'
address() { getent hosts "$1" | cut -d ' ' -f 1; }
run_on() {
  node=$1
  shift
  valkey-cli --user operator -h "$node" "$@"
}
info() { run_on redis-1 cluster info | tr -d '\r' | sed -n "s/^$1://p"; }

if [ "$(info cluster_slots_assigned)" = 0 ]; then
  addresses=
  for node in $NODES; do addresses="$addresses $(address "$node"):6379"; done
  # shellcheck disable=SC2086
  valkey-cli --user operator --cluster create $addresses --cluster-replicas 1 --cluster-yes
else
  for node in $NODES; do run_on redis-1 cluster meet "$(address "$node")" 6379; done
fi
until [ "$(info cluster_state)" = ok ]; do sleep 1; done
