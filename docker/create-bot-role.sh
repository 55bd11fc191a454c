#!/bin/sh
# Runs once, when the database is made: the login that the bot uses, with the application's rights and no others.
set -eu
psql --set=ON_ERROR_STOP=1 --set=password="$POSTGRES_BOT_PASSWORD" --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" <<'SQL'
CREATE ROLE sixpence_app NOLOGIN;
CREATE ROLE sixpence_bot LOGIN PASSWORD :'password' IN ROLE sixpence_app;
SQL
