# Starts a cluster node through redis-start.sh, which sets up the Redis users. A restarted pod gets a new address but
# keeps its host name, so each pod announces both.
# Replicas log in to their master with the operator's password.
set -eu
umask 077
cat > /tmp/node.conf <<NODE
cluster-announce-ip $POD_IP
cluster-announce-hostname $HOSTNAME.redis
masteruser operator
masterauth "$(printf %s "$REDIS_OPERATOR_PASSWORD" | sed 's/[\\"]/\\&/g')"
NODE
exec sh /etc/redis/redis-start.sh
