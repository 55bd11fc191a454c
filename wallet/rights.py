"""What a login of the database needs, to migrate or to restore, and does not have; and the SQL that gives it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import text

from wallet.database import APPLICATION_ROLE

if TYPE_CHECKING:
    from sqlalchemy import Connection

_FACTS = text("""
    SELECT quote_ident(me.rolname) AS login, quote_ident(current_database()) AS books,
           has_database_privilege(current_database(), 'CREATE') AS makes_schemas,
           coalesce(has_schema_privilege(to_regnamespace('public'), 'CREATE'), true) AS makes_tables,
           me.rolsuper OR me.rolcreaterole AS makes_roles,
           app.oid IS NOT NULL AS is_there,
           coalesce(pg_has_role(app.oid, CASE WHEN new THEN 'SET' ELSE 'MEMBER' END), false) AS is_member,
           pg_has_role(app.oid, 'MEMBER WITH ADMIN OPTION') OR (me.rolcreaterole AND NOT new) AS may_join
    FROM pg_roles me LEFT JOIN pg_roles app ON app.rolname = :role,
         LATERAL (SELECT current_setting('server_version_num')::integer >= 160000) AS version(new)
    WHERE me.rolname = current_user
""")
"""Before PostgreSQL 16, who may make roles may join any of them; since then, only those they were given to give."""


_UNREADABLE = text("""
    SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind = 'r' AND n.nspname IN ('wallet', 'bot') AND NOT has_table_privilege(c.oid, 'SELECT')
""")


def lacking(conn: Connection) -> str | None:
    """Why this login cannot make the books here, and what a superuser is to run; None if it can."""
    facts = conn.execute(_FACTS, {"role": APPLICATION_ROLE}).one()
    join = f"GRANT {APPLICATION_ROLE} TO {facts.login};"
    if not facts.makes_schemas:
        lacks, sql = f"make schemas in {facts.books}", f"ALTER DATABASE {facts.books} OWNER TO {facts.login};"
    elif not facts.makes_tables:
        lacks, sql = "make tables in the schema public", f"GRANT CREATE ON SCHEMA public TO {facts.login};"
    elif not facts.is_there and not facts.makes_roles:
        lacks, sql = f"make the role {APPLICATION_ROLE}", f"CREATE ROLE {APPLICATION_ROLE} NOLOGIN; {join}"
    elif facts.is_there and not facts.is_member and not facts.may_join:
        lacks, sql = f"work as {APPLICATION_ROLE}", join
    else:
        return None
    return (
        f"The database's user {facts.login} may not {lacks}. If it is the owner's login "
        f"(SIXPENCE_MIGRATION_DATABASE_URL), a superuser gives it that right in {facts.books}: {sql}"
    )


def reads_everything(conn: Connection) -> bool:
    """Whether this login may read every table, as a backup does."""
    return bool(conn.execute(_UNREADABLE).scalar_one() == 0)


def join(conn: Connection) -> None:
    """Make the application's role, and this login a member of it, where either is missing."""
    facts = conn.execute(_FACTS, {"role": APPLICATION_ROLE}).one()
    if not facts.is_there:
        conn.execute(text(f"CREATE ROLE {APPLICATION_ROLE} NOLOGIN"))
    if not facts.is_member:
        conn.execute(text(f"GRANT {APPLICATION_ROLE} TO CURRENT_USER"))
