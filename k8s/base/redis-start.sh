# Starts Valkey with the users of redis-users.acl; docker-compose.yml uses it too. REDIS_PASSWORD is for the
# applications, REDIS_OPERATOR_PASSWORD for people. Both are passed by standard input and as hashes, so neither a list
# of processes nor CONFIG shows them, and they may contain any character. `default` keeps all rights but can't log in:
# Valkey replays its log as this user, and drops transactions that the user may not run.
set -eu
hash() { printf %s "$1" | sha256sum | cut -d ' ' -f 1; }
exec valkey-server /etc/redis/redis.conf - <<END
$(sed \
  -e "s/>change-me /#$(hash "$REDIS_PASSWORD") /" \
  -e "s/>change-me-too /#$(hash "$REDIS_OPERATOR_PASSWORD") /" \
  /etc/redis/redis-users.acl)
END
