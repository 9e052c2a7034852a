#!/bin/sh
# Prepare a new primary of compose.yaml, after deploy/roles.sql: passwords of the roles, and a role for replication.
# Reads POSTGRES_USER, POSTGRES_DB, PGDATA and the passwords APP_PASSWORD, OWNER_PASSWORD and REPLICATION_PASSWORD.
set -eu
psql -v ON_ERROR_STOP=1 -U "$POSTGRES_USER" -d "$POSTGRES_DB" -v app="$APP_PASSWORD" -v owner="$OWNER_PASSWORD" \
  -v replication="$REPLICATION_PASSWORD" <<'SQL'
ALTER ROLE orders_app PASSWORD :'app';
ALTER ROLE orders_owner PASSWORD :'owner';
CREATE ROLE replication LOGIN REPLICATION PASSWORD :'replication';
SQL
echo 'host replication replication all scram-sha-256' >>"$PGDATA/pg_hba.conf"
