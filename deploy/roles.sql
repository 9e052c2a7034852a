-- The three roles of a PostgreSQL database, and what each may do:
--   orders_owner  owns the tables and migrates them (DATABASE_OWNER_URL)
--   orders_app    reads and writes rows, under row security (DATABASE_URL)
--   orders_ops    reads and writes the rows of every tenant, for backups and bulk COPY; the service never uses it
--
-- Run it once per database, before the first `manage.py migrate`, as a superuser connected to it:
--   psql postgres://postgres@host/orders -f deploy/roles.sql
-- Then set each role's password: \password orders_app, and so on. Running it again changes nothing.

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

ALTER ROLE orders_owner LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEROLE NOINHERIT;
ALTER ROLE orders_app LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEROLE NOCREATEDB NOINHERIT;
ALTER ROLE orders_ops LOGIN NOSUPERUSER BYPASSRLS NOCREATEROLE NOCREATEDB NOINHERIT;

-- JIT compilation took 340 ms for a statement that runs in 5 ms: under row security the planner cannot estimate its cost.
ALTER ROLE orders_app SET jit = off;
ALTER ROLE orders_ops SET jit = off;

-- Price a page at random like one in sequence, as solid state disks and memory do. With 4, the default, the planner walks primary
-- keys through other tenants' rows, because their order is that of the table, and sorts a tenant's orders instead of walking them.
ALTER ROLE orders_app SET random_page_cost = 1.1;

-- Limit how long a request waits for a lock, a statement or its client. The limits are set on the role, because behind a pooler a
-- setting of the session would leak to the next client. Migrations (the owner) and backups have no limits. One statement can wait
-- for several locks in turn, each up to lock_timeout; statement_timeout bounds the sum. Reads raise it to 10 s.
ALTER ROLE orders_app SET lock_timeout = '3s';
ALTER ROLE orders_app SET statement_timeout = '3300ms';
ALTER ROLE orders_app SET idle_in_transaction_session_timeout = '10s';

REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE, CREATE ON SCHEMA public TO orders_owner;
GRANT USAGE ON SCHEMA public TO orders_app, orders_ops;

-- Grant rights on existing tables, and on those that the owner will create.
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO orders_app, orders_ops;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO orders_app, orders_ops;
ALTER DEFAULT PRIVILEGES FOR ROLE orders_owner IN SCHEMA public
    GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO orders_app, orders_ops;
ALTER DEFAULT PRIVILEGES FOR ROLE orders_owner IN SCHEMA public
    GRANT USAGE, SELECT ON SEQUENCES TO orders_app, orders_ops;

-- Searching for part of an e-mail address (orders/?email=) uses a trigram index. Under row security only leakproof operators may
-- use an index, and only a superuser can mark LIKE as leakproof. It is: its errors concern the pattern, never a hidden row.
-- Hosted PostgreSQL may offer no superuser; there a search scans the tenant's addresses.
CREATE EXTENSION IF NOT EXISTS btree_gin;
CREATE EXTENSION IF NOT EXISTS pg_trgm;
DO $$
BEGIN
    ALTER FUNCTION pg_catalog.textlike(text, text) LEAKPROOF;
EXCEPTION WHEN insufficient_privilege THEN
    RAISE NOTICE 'LIKE stays as it is: %', SQLERRM;
END $$;

-- Revoke large objects, which row security does not cover, and advisory locks, with which one role can fill the lock table of the
-- whole server. PostgreSQL grants both to everyone, and only a superuser can revoke them. This service uses neither.
DO $$
DECLARE
    name regprocedure;
BEGIN
    FOR name IN
        SELECT oid FROM pg_proc WHERE pronamespace = 'pg_catalog'::regnamespace
            AND (proname IN ('lo_creat', 'lo_create', 'lo_from_bytea') OR proname ~ '^pg_(try_)?advisory_')
    LOOP
        EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', name);
    END LOOP;
EXCEPTION WHEN insufficient_privilege THEN
    RAISE NOTICE 'Large objects and advisory locks stay open to everyone: %', SQLERRM;
END $$;
