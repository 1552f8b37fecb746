# Starts Valkey with the users of redis-users.acl; docker-compose.yml uses it too. REDIS_PASSWORD is that of the
# applications, REDIS_OPERATOR_PASSWORD that of people. They go in by standard input and as hashes, so that neither a list
# of processes nor CONFIG shows them, and they may hold any character.
# `default` may do everything, and nobody can log in as it: Valkey reads its log as that user, and drops from it the
# transactions that this user may not run.
set -eu
hash() { printf %s "$1" | sha256sum | cut -d ' ' -f 1; }
exec valkey-server /etc/redis/redis.conf - <<END
$(sed \
  -e "s/>change-me /#$(hash "$REDIS_PASSWORD") /" \
  -e "s/>change-me-too /#$(hash "$REDIS_OPERATOR_PASSWORD") /" \
  /etc/redis/redis-users.acl)
END
