# Before a master stops, makes its replica take over, so that the cluster doesn't have to detect the failure first.
set -u
export REDISCLI_AUTH="$REDIS_OPERATOR_PASSWORD"
cli() { valkey-cli -t 2 --user operator "$@" 2> /dev/null; }
is_master() { cli role | head -n 1 | grep -q master; }

is_master || exit 0
replica=$(cli cluster nodes | awk '
  $3 ~ /myself/ { self = $1 }
  $3 ~ /slave/ && $3 !~ /fail/ && $8 == "connected" { split($2, at, ":"); address[$4] = at[1] }
  END { print address[self] }')
[ -n "$replica" ] || exit 0
cli -h "$replica" cluster failover
tries=0
while is_master && [ "$tries" -lt 10 ]; do
  sleep 0.5
  tries=$((tries + 1))
done
