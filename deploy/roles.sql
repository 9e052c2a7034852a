-- The three roles of a PostgreSQL database, and what each may do:
--   orders_owner  owns the tables and migrates them (DATABASE_OWNER_URL)
--   orders_app    reads and writes rows, under row security (DATABASE_URL)
--   orders_ops    reads and writes the rows of every tenant, for backups and bulk COPY; the service never uses it
--
-- Run it once per database, before the first `manage.py migrate`, connected to it, in one of two ways:
--   psql -v ON_ERROR_STOP=1 -f deploy/roles.sql postgres://postgres@host/orders    and then \password orders_app, and so on
--   manage.py create_roles    which also sets the passwords; see docs/production.md
-- As a superuser it can do all. As another role with CREATEROLE and CREATEDB that owns the database, such as the one that RDS
-- creates, it does the rest, with a NOTICE for each step that it leaves out. From PostgreSQL 16 on, such a role can change only
-- roles that it created. Running it again changes nothing. A failure changes nothing either: it is one transaction.
BEGIN;

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['orders_owner', 'orders_app', 'orders_ops'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) THEN
            EXECUTE format('CREATE ROLE %I', name);
        END IF;
    END LOOP;
    EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
    EXECUTE format('GRANT CONNECT ON DATABASE %I TO orders_owner, orders_app, orders_ops', current_database());
END $$;

-- A new role is no superuser and obeys row security. Only a superuser may even name these attributes, so change only those of
-- existing roles that differ, and stop if that is refused.
DO $$
DECLARE
    name text;
BEGIN
    FOR name IN
        SELECT rolname FROM pg_roles WHERE rolname IN ('orders_owner', 'orders_app', 'orders_ops')
            AND (rolsuper OR rolbypassrls AND rolname <> 'orders_ops')
    LOOP
        EXECUTE format('ALTER ROLE %I NOSUPERUSER NOBYPASSRLS', name);
    END LOOP;
EXCEPTION WHEN insufficient_privilege THEN
    RAISE EXCEPTION '% is a superuser or bypasses row security. Only a superuser can change that: %', name, SQLERRM;
END $$;

-- Without BYPASSRLS, pg_dump and COPY as this role fail, because they refuse to leave out rows.
DO $$
BEGIN
    IF NOT (SELECT rolbypassrls FROM pg_roles WHERE rolname = 'orders_ops') THEN
        ALTER ROLE orders_ops BYPASSRLS;
    END IF;
EXCEPTION WHEN insufficient_privilege THEN
    RAISE NOTICE 'orders_ops cannot bypass row security, so it cannot dump or copy rows; use snapshots as backups: %', SQLERRM;
END $$;

ALTER ROLE orders_owner LOGIN NOCREATEROLE NOINHERIT;
ALTER ROLE orders_app LOGIN NOCREATEROLE NOCREATEDB NOINHERIT;
ALTER ROLE orders_ops LOGIN NOCREATEROLE NOCREATEDB NOINHERIT;

-- JIT compilation took 340 ms for a statement that runs in 5 ms: under row security the planner cannot estimate its cost.
ALTER ROLE orders_app SET jit = off;
ALTER ROLE orders_ops SET jit = off;

-- Price a page at random like one in sequence, as solid state disks and memory do. With 4, the default, the planner walks primary
-- keys through other tenants' rows, because their order is that of the table, and sorts a tenant's orders instead of walking them.
ALTER ROLE orders_app SET random_page_cost = 1.1;

-- Limit how long a request waits for a lock, a statement or its client. The limits are set on the role, because behind a pooler a
-- setting of the session would leak to the next client. Backups have none; `manage.py migrate` sets its own. One statement can wait
-- for several locks in turn, each up to lock_timeout; statement_timeout bounds the sum. Reads raise it to 10 s.
ALTER ROLE orders_app SET lock_timeout = '3s';
ALTER ROLE orders_app SET statement_timeout = '3300ms';
ALTER ROLE orders_app SET idle_in_transaction_session_timeout = '10s';

REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE, CREATE ON SCHEMA public TO orders_owner;
GRANT USAGE ON SCHEMA public TO orders_app, orders_ops;

-- Grant rights on existing tables, and on those that the owner will create. A role that is no superuser may do so only as a
-- member of the owner, which it therefore becomes until this is done.
DO $$
DECLARE
    is_stranger boolean := NOT pg_has_role('orders_owner', 'USAGE');
BEGIN
    IF is_stranger THEN
        GRANT orders_owner TO CURRENT_USER;
    END IF;
    GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO orders_app, orders_ops;
    GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO orders_app, orders_ops;
    ALTER DEFAULT PRIVILEGES FOR ROLE orders_owner IN SCHEMA public
        GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO orders_app, orders_ops;
    ALTER DEFAULT PRIVILEGES FOR ROLE orders_owner IN SCHEMA public
        GRANT USAGE, SELECT ON SEQUENCES TO orders_app, orders_ops;
    IF is_stranger THEN
        REVOKE orders_owner FROM CURRENT_USER;
    END IF;
END $$;

-- Searching for part of an e-mail address (orders/?email=) uses a trigram index. Under row security only leakproof operators may
-- use an index, and only a superuser can mark LIKE as leakproof. It is: its errors concern the pattern, never a hidden row.
CREATE EXTENSION IF NOT EXISTS btree_gin;
CREATE EXTENSION IF NOT EXISTS pg_trgm;
DO $$
BEGIN
    IF NOT (SELECT proleakproof FROM pg_proc WHERE oid = 'pg_catalog.textlike(text, text)'::regprocedure) THEN
        ALTER FUNCTION pg_catalog.textlike(text, text) LEAKPROOF;
    END IF;
EXCEPTION WHEN insufficient_privilege THEN
    RAISE NOTICE 'LIKE cannot be declared leakproof, so an e-mail search scans the tenant''s addresses: %', SQLERRM;
END $$;

-- Revoke large objects, which row security does not cover, and advisory locks, with which one role can fill the lock table of the
-- whole server. PostgreSQL grants both to everyone. This service uses neither. A role other than the functions' owner would get
-- a warning for each function instead of an error.
DO $$
DECLARE
    name regprocedure;
BEGIN
    FOR name IN
        SELECT oid FROM pg_proc WHERE pronamespace = 'pg_catalog'::regnamespace
            AND (proname IN ('lo_creat', 'lo_create', 'lo_from_bytea') OR proname ~ '^pg_(try_)?advisory_')
            AND has_function_privilege('public', oid, 'EXECUTE')
    LOOP
        IF NOT (SELECT pg_has_role(proowner, 'USAGE') FROM pg_proc WHERE oid = name) THEN
            RAISE NOTICE 'Large objects and advisory locks stay open to every role: only a superuser can revoke them';
            EXIT;
        END IF;
        EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', name);
    END LOOP;
END $$;

-- Revoking somebody else's grants is a warning, not an error.
DO $$
BEGIN
    IF has_schema_privilege('orders_app', 'public', 'CREATE') OR has_database_privilege('orders_app', current_database(), 'TEMP')
    THEN
        RAISE EXCEPTION 'orders_app can create tables. Run this as the owner of the database and of its schema public.';
    END IF;
END $$;

COMMIT;
