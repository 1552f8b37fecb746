# Starts a node with the users of redis-start.sh. Each pod announces its new address, and its name, which stays the same.
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
