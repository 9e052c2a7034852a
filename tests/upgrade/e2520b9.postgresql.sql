--
-- PostgreSQL database dump
--



SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;

--
-- Name: maintain_customer_total_on_customer_delete(); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.maintain_customer_total_on_customer_delete() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'public', 'pg_temp'
    AS $$BEGIN
DELETE FROM reporting_customertotal WHERE tenant_id = OLD.tenant_id AND customer_id = OLD.id;
            RETURN OLD;
END$$;


--
-- Name: maintain_customer_total_on_customer_insert(); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.maintain_customer_total_on_customer_insert() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'public', 'pg_temp'
    AS $$BEGIN
INSERT INTO reporting_customertotal (tenant_id, customer_id, order_count, total_cents)
            SELECT tenant_id, id, COALESCE((SELECT COUNT(*) FROM orders_order WHERE orders_order.tenant_id = new_rows.tenant_id AND orders_order.customer_id = new_rows.id AND orders_order.status IN ('paid', 'shipped') AND orders_order.archived_at IS NULL), 0), COALESCE((SELECT SUM(total_cents) FROM orders_order WHERE orders_order.tenant_id = new_rows.tenant_id AND orders_order.customer_id = new_rows.id AND orders_order.status IN ('paid', 'shipped') AND orders_order.archived_at IS NULL), 0) FROM new_rows;
            RETURN NULL;
END$$;


--
-- Name: maintain_customer_total_on_order_delete(); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.maintain_customer_total_on_order_delete() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'public', 'pg_temp'
    AS $$BEGIN
INSERT INTO reporting_customertotal (tenant_id, customer_id, order_count, total_cents)
            SELECT tenant_id, customer_id, SUM(orders), SUM(cents) FROM (SELECT tenant_id, customer_id, -1 AS orders, -total_cents AS cents FROM old_rows WHERE status IN ('paid', 'shipped') AND archived_at IS NULL) AS change
            WHERE EXISTS (SELECT FROM customers_customer WHERE customers_customer.id = change.customer_id)
            GROUP BY tenant_id, customer_id HAVING SUM(orders) <> 0 OR SUM(cents) <> 0
            ORDER BY tenant_id, customer_id
            
    ON CONFLICT (tenant_id, customer_id) DO UPDATE
    SET order_count = reporting_customertotal.order_count + EXCLUDED.order_count,
        total_cents = reporting_customertotal.total_cents + EXCLUDED.total_cents;
            RETURN NULL;
END$$;


--
-- Name: maintain_customer_total_on_order_insert(); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.maintain_customer_total_on_order_insert() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'public', 'pg_temp'
    AS $$BEGIN
INSERT INTO reporting_customertotal (tenant_id, customer_id, order_count, total_cents)
            SELECT tenant_id, customer_id, SUM(orders), SUM(cents) FROM (SELECT tenant_id, customer_id, 1 AS orders, total_cents AS cents FROM new_rows WHERE status IN ('paid', 'shipped') AND archived_at IS NULL) AS change
            WHERE EXISTS (SELECT FROM customers_customer WHERE customers_customer.id = change.customer_id)
            GROUP BY tenant_id, customer_id HAVING SUM(orders) <> 0 OR SUM(cents) <> 0
            ORDER BY tenant_id, customer_id
            
    ON CONFLICT (tenant_id, customer_id) DO UPDATE
    SET order_count = reporting_customertotal.order_count + EXCLUDED.order_count,
        total_cents = reporting_customertotal.total_cents + EXCLUDED.total_cents;
            RETURN NULL;
END$$;


--
-- Name: maintain_customer_total_on_order_truncate(); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.maintain_customer_total_on_order_truncate() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'public', 'pg_temp'
    AS $$BEGIN
DECLARE
            before text := coalesce(current_setting('app.tenant_id', true), '');
            tenant bigint;
        BEGIN
            FOR tenant IN SELECT id FROM tenancy_tenant LOOP
                PERFORM set_config('app.tenant_id', tenant::text, true);
                UPDATE reporting_customertotal SET order_count = 0, total_cents = 0;
            END LOOP;
            PERFORM set_config('app.tenant_id', before, true);
        END;
            RETURN NULL;
END$$;


--
-- Name: maintain_customer_total_on_order_update(); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.maintain_customer_total_on_order_update() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'public', 'pg_temp'
    AS $$BEGIN
INSERT INTO reporting_customertotal (tenant_id, customer_id, order_count, total_cents)
            SELECT tenant_id, customer_id, SUM(orders), SUM(cents) FROM (SELECT tenant_id, customer_id, -1 AS orders, -total_cents AS cents FROM old_rows WHERE status IN ('paid', 'shipped') AND archived_at IS NULL UNION ALL SELECT tenant_id, customer_id, 1 AS orders, total_cents AS cents FROM new_rows WHERE status IN ('paid', 'shipped') AND archived_at IS NULL) AS change
            WHERE EXISTS (SELECT FROM customers_customer WHERE customers_customer.id = change.customer_id)
            GROUP BY tenant_id, customer_id HAVING SUM(orders) <> 0 OR SUM(cents) <> 0
            ORDER BY tenant_id, customer_id
            
    ON CONFLICT (tenant_id, customer_id) DO UPDATE
    SET order_count = reporting_customertotal.order_count + EXCLUDED.order_count,
        total_cents = reporting_customertotal.total_cents + EXCLUDED.total_cents;
            RETURN NULL;
END$$;


--
-- Name: maintain_order_total_on_insert(); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.maintain_order_total_on_insert() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'public', 'pg_temp'
    AS $$BEGIN
NEW.total_cents := (SELECT COALESCE(SUM(quantity * unit_price_cents), 0) FROM orders_item WHERE tenant_id = NEW.tenant_id AND order_id = NEW.id);
            RETURN NEW;
END$$;


--
-- Name: maintain_order_total_on_item_delete(); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.maintain_order_total_on_item_delete() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'public', 'pg_temp'
    AS $$BEGIN
DECLARE
                ids bigint[] := ARRAY(SELECT DISTINCT order_id FROM old_rows);
            BEGIN
                PERFORM FROM orders_order WHERE id = ANY (ids) ORDER BY id FOR UPDATE;
                UPDATE orders_order SET total_cents = (SELECT COALESCE(SUM(quantity * unit_price_cents), 0) FROM orders_item WHERE tenant_id = orders_order.tenant_id AND order_id = orders_order.id) WHERE id = ANY (ids);
            END;
            RETURN NULL;
END$$;


--
-- Name: maintain_order_total_on_item_insert(); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.maintain_order_total_on_item_insert() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'public', 'pg_temp'
    AS $$BEGIN
DECLARE
                ids bigint[] := ARRAY(SELECT DISTINCT order_id FROM new_rows);
            BEGIN
                PERFORM FROM orders_order WHERE id = ANY (ids) ORDER BY id FOR UPDATE;
                UPDATE orders_order SET total_cents = (SELECT COALESCE(SUM(quantity * unit_price_cents), 0) FROM orders_item WHERE tenant_id = orders_order.tenant_id AND order_id = orders_order.id) WHERE id = ANY (ids);
            END;
            RETURN NULL;
END$$;


--
-- Name: maintain_order_total_on_item_truncate(); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.maintain_order_total_on_item_truncate() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'public', 'pg_temp'
    AS $$BEGIN
DECLARE
            before text := coalesce(current_setting('app.tenant_id', true), '');
            tenant bigint;
        BEGIN
            FOR tenant IN SELECT id FROM tenancy_tenant LOOP
                PERFORM set_config('app.tenant_id', tenant::text, true);
                UPDATE orders_order SET total_cents = 0 WHERE total_cents <> 0;
            END LOOP;
            PERFORM set_config('app.tenant_id', before, true);
        END;
            RETURN NULL;
END$$;


--
-- Name: maintain_order_total_on_item_update(); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.maintain_order_total_on_item_update() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'public', 'pg_temp'
    AS $$BEGIN
DECLARE
                ids bigint[] := ARRAY(SELECT order_id FROM old_rows UNION SELECT order_id FROM new_rows);
            BEGIN
                PERFORM FROM orders_order WHERE id = ANY (ids) ORDER BY id FOR UPDATE;
                UPDATE orders_order SET total_cents = (SELECT COALESCE(SUM(quantity * unit_price_cents), 0) FROM orders_item WHERE tenant_id = orders_order.tenant_id AND order_id = orders_order.id) WHERE id = ANY (ids);
            END;
            RETURN NULL;
END$$;


--
-- Name: maintain_order_total_on_update(); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.maintain_order_total_on_update() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'public', 'pg_temp'
    AS $$BEGIN
IF (NEW.total_cents, NEW.id, NEW.tenant_id) IS DISTINCT FROM (OLD.total_cents, OLD.id, OLD.tenant_id) THEN
                NEW.total_cents := (SELECT COALESCE(SUM(quantity * unit_price_cents), 0) FROM orders_item WHERE tenant_id = NEW.tenant_id AND order_id = NEW.id);
            END IF;
            RETURN NEW;
END$$;


SET default_tablespace = '';

SET default_table_access_method = heap;

--
-- Name: customers_customer; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.customers_customer (
    id bigint NOT NULL,
    email character varying(254) NOT NULL,
    name character varying(200) NOT NULL,
    is_active boolean NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    tenant_id bigint NOT NULL,
    CONSTRAINT customer_email_lower_case CHECK (((email)::text = lower((email)::text)))
);

ALTER TABLE ONLY public.customers_customer FORCE ROW LEVEL SECURITY;


--
-- Name: customers_customer_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.customers_customer ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.customers_customer_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: django_migrations; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.django_migrations (
    id bigint NOT NULL,
    app character varying(255) NOT NULL,
    name character varying(255) NOT NULL,
    applied timestamp with time zone NOT NULL
);


--
-- Name: django_migrations_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.django_migrations ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.django_migrations_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: idempotency_idempotencykey; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.idempotency_idempotencykey (
    id bigint NOT NULL,
    key character varying(255) NOT NULL,
    fingerprint character varying(64) NOT NULL,
    status smallint,
    headers jsonb NOT NULL,
    body text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    tenant_id bigint NOT NULL,
    CONSTRAINT idempotency_idempotencykey_status_check CHECK ((status >= 0))
);

ALTER TABLE ONLY public.idempotency_idempotencykey FORCE ROW LEVEL SECURITY;


--
-- Name: idempotency_idempotencykey_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.idempotency_idempotencykey ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.idempotency_idempotencykey_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: orders_item; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.orders_item (
    id bigint NOT NULL,
    sku character varying(64) NOT NULL,
    quantity integer NOT NULL,
    unit_price_cents bigint NOT NULL,
    tenant_id bigint NOT NULL,
    order_id bigint NOT NULL,
    CONSTRAINT item_quantity_range CHECK (((quantity >= 1) AND (quantity <= 10000))),
    CONSTRAINT item_unit_price_range CHECK (((unit_price_cents >= 0) AND (unit_price_cents <= 10000000))),
    CONSTRAINT orders_item_quantity_check CHECK ((quantity >= 0)),
    CONSTRAINT orders_item_unit_price_cents_check CHECK ((unit_price_cents >= 0))
);

ALTER TABLE ONLY public.orders_item FORCE ROW LEVEL SECURITY;


--
-- Name: orders_item_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.orders_item ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.orders_item_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: orders_order; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.orders_order (
    id bigint NOT NULL,
    status character varying(9) NOT NULL,
    total_cents bigint NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    paid_at timestamp with time zone,
    shipped_at timestamp with time zone,
    cancelled_at timestamp with time zone,
    archived_at timestamp with time zone,
    customer_id bigint NOT NULL,
    tenant_id bigint NOT NULL,
    CONSTRAINT order_revenue_is_dated CHECK (((NOT ((status)::text = ANY ((ARRAY['paid'::character varying, 'shipped'::character varying])::text[]))) OR (paid_at IS NOT NULL))),
    CONSTRAINT order_status_known CHECK (((status)::text = ANY ((ARRAY['draft'::character varying, 'paid'::character varying, 'shipped'::character varying, 'cancelled'::character varying])::text[])))
);

ALTER TABLE ONLY public.orders_order FORCE ROW LEVEL SECURITY;


--
-- Name: orders_order_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.orders_order ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.orders_order_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: orders_orderevent; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.orders_orderevent (
    id bigint NOT NULL,
    kind character varying(10) NOT NULL,
    created_at timestamp with time zone NOT NULL,
    order_id bigint NOT NULL,
    tenant_id bigint NOT NULL
);

ALTER TABLE ONLY public.orders_orderevent FORCE ROW LEVEL SECURITY;


--
-- Name: orders_orderevent_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.orders_orderevent ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.orders_orderevent_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: reporting_customertotal; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.reporting_customertotal (
    id bigint NOT NULL,
    order_count bigint NOT NULL,
    total_cents bigint NOT NULL,
    customer_id bigint NOT NULL,
    tenant_id bigint NOT NULL
);

ALTER TABLE ONLY public.reporting_customertotal FORCE ROW LEVEL SECURITY;


--
-- Name: reporting_customertotal_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.reporting_customertotal ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.reporting_customertotal_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: tenancy_apikey; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.tenancy_apikey (
    id bigint NOT NULL,
    name character varying(100) NOT NULL,
    prefix character varying(8) NOT NULL,
    secret_sha256 character varying(64) NOT NULL,
    scope character varying(5) NOT NULL,
    created_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone,
    revoked_at timestamp with time zone,
    tenant_id bigint NOT NULL
);


--
-- Name: tenancy_apikey_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.tenancy_apikey ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.tenancy_apikey_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: tenancy_tenant; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.tenancy_tenant (
    id bigint NOT NULL,
    slug character varying(50) NOT NULL,
    name character varying(200) NOT NULL,
    timezone character varying(64) NOT NULL,
    is_active boolean NOT NULL,
    created_at timestamp with time zone NOT NULL
);


--
-- Name: tenancy_tenant_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.tenancy_tenant ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.tenancy_tenant_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Data for Name: customers_customer; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.customers_customer (id, email, name, is_active, created_at, updated_at, tenant_id) VALUES (1, 'margaret.berners-lee.1@example.com', 'Margaret Berners-Lee', true, '2026-01-01 00:00:00+00', '2026-01-01 00:00:00+00', 1);
INSERT INTO public.customers_customer (id, email, name, is_active, created_at, updated_at, tenant_id) VALUES (2, 'ada.hopper.2@example.com', 'Ada Hopper', true, '2026-01-01 00:00:00+00', '2026-01-01 00:00:00+00', 1);
INSERT INTO public.customers_customer (id, email, name, is_active, created_at, updated_at, tenant_id) VALUES (3, 'dennis.hamilton.3@example.com', 'Dennis Hamilton', true, '2026-01-01 00:00:00+00', '2026-01-01 00:00:00+00', 1);
INSERT INTO public.customers_customer (id, email, name, is_active, created_at, updated_at, tenant_id) VALUES (4, 'barbara.berners-lee.4@example.com', 'Barbara Berners-Lee', true, '2026-01-01 00:00:00+00', '2026-01-01 00:00:00+00', 1);
INSERT INTO public.customers_customer (id, email, name, is_active, created_at, updated_at, tenant_id) VALUES (5, 'margaret.lovelace.5@example.com', 'Margaret Lovelace', true, '2026-01-01 00:00:00+00', '2026-01-01 00:00:00+00', 1);
INSERT INTO public.customers_customer (id, email, name, is_active, created_at, updated_at, tenant_id) VALUES (6, 'alan.turing.6@example.com', 'Alan Turing', true, '2026-01-01 00:00:00+00', '2026-01-01 00:00:00+00', 1);
INSERT INTO public.customers_customer (id, email, name, is_active, created_at, updated_at, tenant_id) VALUES (7, 'frances.allen.7@example.com', 'Frances Allen', true, '2026-01-01 00:00:00+00', '2026-01-01 00:00:00+00', 1);
INSERT INTO public.customers_customer (id, email, name, is_active, created_at, updated_at, tenant_id) VALUES (8, 'ada.berners-lee.8@example.com', 'Ada Berners-Lee', true, '2026-01-01 00:00:00+00', '2026-01-01 00:00:00+00', 1);
INSERT INTO public.customers_customer (id, email, name, is_active, created_at, updated_at, tenant_id) VALUES (9, 'ada@example.com', 'Ada Lovelace', true, '2026-11-28 05:15:00.744289+00', '2026-11-28 05:15:00.744297+00', 1);
INSERT INTO public.customers_customer (id, email, name, is_active, created_at, updated_at, tenant_id) VALUES (10, 'ada@bücher.example', 'Zoë', true, '2026-11-28 05:15:00.750987+00', '2026-11-28 05:15:00.750991+00', 1);
INSERT INTO public.customers_customer (id, email, name, is_active, created_at, updated_at, tenant_id) VALUES (11, 'ada@bücher.example', 'Zoë​
Smith', true, '2026-11-28 05:15:00.756336+00', '2026-11-28 05:15:00.756339+00', 1);
INSERT INTO public.customers_customer (id, email, name, is_active, created_at, updated_at, tenant_id) VALUES (12, 'ada@xn--bcher-kva.example', 'Ada', true, '2026-11-28 05:15:00.761771+00', '2026-11-28 05:15:00.761774+00', 1);
INSERT INTO public.customers_customer (id, email, name, is_active, created_at, updated_at, tenant_id) VALUES (13, 'grace@strasse.example', 'Grâce', true, '2026-11-28 05:15:00.766583+00', '2026-11-28 05:15:00.766586+00', 1);
INSERT INTO public.customers_customer (id, email, name, is_active, created_at, updated_at, tenant_id) VALUES (14, 'grace@straße.example', '‮ecarG', true, '2026-11-28 05:15:00.771647+00', '2026-11-28 05:15:00.771651+00', 1);
INSERT INTO public.customers_customer (id, email, name, is_active, created_at, updated_at, tenant_id) VALUES (15, 'josé@example.com', 'José', true, '2026-11-28 05:15:00.919652+00', '2026-11-28 05:15:00.919656+00', 1);
INSERT INTO public.customers_customer (id, email, name, is_active, created_at, updated_at, tenant_id) VALUES (16, 'margaret.berners-lee.1@example.com', 'Margaret Berners-Lee', true, '2026-01-01 00:00:00+00', '2026-01-01 00:00:00+00', 2);
INSERT INTO public.customers_customer (id, email, name, is_active, created_at, updated_at, tenant_id) VALUES (17, 'ada.hopper.2@example.com', 'Ada Hopper', true, '2026-01-01 00:00:00+00', '2026-01-01 00:00:00+00', 2);
INSERT INTO public.customers_customer (id, email, name, is_active, created_at, updated_at, tenant_id) VALUES (18, 'dennis.hamilton.3@example.com', 'Dennis Hamilton', true, '2026-01-01 00:00:00+00', '2026-01-01 00:00:00+00', 2);
INSERT INTO public.customers_customer (id, email, name, is_active, created_at, updated_at, tenant_id) VALUES (19, 'barbara.berners-lee.4@example.com', 'Barbara Berners-Lee', true, '2026-01-01 00:00:00+00', '2026-01-01 00:00:00+00', 2);
INSERT INTO public.customers_customer (id, email, name, is_active, created_at, updated_at, tenant_id) VALUES (20, 'margaret.lovelace.5@example.com', 'Margaret Lovelace', true, '2026-01-01 00:00:00+00', '2026-01-01 00:00:00+00', 2);
INSERT INTO public.customers_customer (id, email, name, is_active, created_at, updated_at, tenant_id) VALUES (21, 'ada@example.com', 'Ada Lovelace', true, '2026-11-28 05:15:00.958315+00', '2026-11-28 05:15:00.958319+00', 2);
INSERT INTO public.customers_customer (id, email, name, is_active, created_at, updated_at, tenant_id) VALUES (22, 'ada@bücher.example', 'Zoë', true, '2026-11-28 05:15:00.964551+00', '2026-11-28 05:15:00.964556+00', 2);
INSERT INTO public.customers_customer (id, email, name, is_active, created_at, updated_at, tenant_id) VALUES (23, 'ada@bücher.example', 'Zoë​
Smith', true, '2026-11-28 05:15:00.97031+00', '2026-11-28 05:15:00.970315+00', 2);
INSERT INTO public.customers_customer (id, email, name, is_active, created_at, updated_at, tenant_id) VALUES (24, 'ada@xn--bcher-kva.example', 'Ada', true, '2026-11-28 05:15:00.975968+00', '2026-11-28 05:15:00.975972+00', 2);
INSERT INTO public.customers_customer (id, email, name, is_active, created_at, updated_at, tenant_id) VALUES (25, 'grace@strasse.example', 'Grâce', true, '2026-11-28 05:15:00.981509+00', '2026-11-28 05:15:00.981514+00', 2);
INSERT INTO public.customers_customer (id, email, name, is_active, created_at, updated_at, tenant_id) VALUES (26, 'grace@straße.example', '‮ecarG', true, '2026-11-28 05:15:00.987682+00', '2026-11-28 05:15:00.987686+00', 2);
INSERT INTO public.customers_customer (id, email, name, is_active, created_at, updated_at, tenant_id) VALUES (27, 'josé@example.com', 'José', true, '2026-11-28 05:15:01.144472+00', '2026-11-28 05:15:01.144477+00', 2);


--
-- Data for Name: django_migrations; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.django_migrations (id, app, name, applied) VALUES (1, 'tenancy', '0001_initial', '2026-11-28 05:14:59.768354+00');
INSERT INTO public.django_migrations (id, app, name, applied) VALUES (2, 'customers', '0001_initial', '2026-11-28 05:14:59.779294+00');
INSERT INTO public.django_migrations (id, app, name, applied) VALUES (3, 'customers', '0002_isolate', '2026-11-28 05:14:59.783889+00');
INSERT INTO public.django_migrations (id, app, name, applied) VALUES (4, 'customers', '0003_order_by_created', '2026-11-28 05:14:59.788229+00');
INSERT INTO public.django_migrations (id, app, name, applied) VALUES (5, 'customers', '0004_email_trigrams', '2026-11-28 05:14:59.794738+00');
INSERT INTO public.django_migrations (id, app, name, applied) VALUES (6, 'idempotency', '0001_initial', '2026-11-28 05:14:59.811156+00');
INSERT INTO public.django_migrations (id, app, name, applied) VALUES (7, 'orders', '0001_initial', '2026-11-28 05:14:59.934381+00');
INSERT INTO public.django_migrations (id, app, name, applied) VALUES (8, 'orders', '0002_isolate', '2026-11-28 05:14:59.952564+00');
INSERT INTO public.django_migrations (id, app, name, applied) VALUES (9, 'orders', '0003_tenant_by_parent', '2026-11-28 05:14:59.959699+00');
INSERT INTO public.django_migrations (id, app, name, applied) VALUES (10, 'reporting', '0001_initial', '2026-11-28 05:14:59.97654+00');
INSERT INTO public.django_migrations (id, app, name, applied) VALUES (11, 'reporting', '0002_isolate', '2026-11-28 05:14:59.981257+00');
INSERT INTO public.django_migrations (id, app, name, applied) VALUES (12, 'reporting', '0003_tenant_by_parent', '2026-11-28 05:14:59.984387+00');


--
-- Data for Name: idempotency_idempotencykey; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.idempotency_idempotencykey (id, key, fingerprint, status, headers, body, created_at, tenant_id) VALUES (1, 'acme-1', '6edaed64b057500eafde509e05eb490846662a07a6401ca01bded1c3f5d64e72', 201, '{"ETag": "\"142fc0043c0e0a286d2e6ccd6daea5b20780f2c0e4bddcffa228056d12a9c442\"", "Allow": "GET, POST, HEAD", "Content-Type": "application/json"}', '{"id":9,"email":"ada@example.com","name":"Ada Lovelace","is_active":true,"created_at":"2026-11-28T05:15:00.744289Z","updated_at":"2026-11-28T05:15:00.744297Z"}', '2026-11-28 05:15:00.713095+00', 1);
INSERT INTO public.idempotency_idempotencykey (id, key, fingerprint, status, headers, body, created_at, tenant_id) VALUES (2, 'acme-2', '7414a8f960166e19800c9a438ca7802204ee1db86558911605128420a1246da3', 201, '{"ETag": "\"0c16fa28e64164dc15459c6e3cce38e3d3ac8d74526a4a67ca0908d174234c73\"", "Allow": "GET, POST, HEAD", "Content-Type": "application/json"}', '{"id":10,"email":"ada@bücher.example","name":"Zoë","is_active":true,"created_at":"2026-11-28T05:15:00.750987Z","updated_at":"2026-11-28T05:15:00.750991Z"}', '2026-11-28 05:15:00.748448+00', 1);
INSERT INTO public.idempotency_idempotencykey (id, key, fingerprint, status, headers, body, created_at, tenant_id) VALUES (3, 'acme-3', '1c32dac5578e4865975d91cbee9bbccf0bc5328871357a78cfeec34626f0abd9', 201, '{"ETag": "\"1aa0d000649da9b07d0e26b9b4fa94312b5f48209b178a9c73c4d34693e49e68\"", "Allow": "GET, POST, HEAD", "Content-Type": "application/json"}', '{"id":11,"email":"ada@bücher.example","name":"Zoë​\nSmith","is_active":true,"created_at":"2026-11-28T05:15:00.756336Z","updated_at":"2026-11-28T05:15:00.756339Z"}', '2026-11-28 05:15:00.753868+00', 1);
INSERT INTO public.idempotency_idempotencykey (id, key, fingerprint, status, headers, body, created_at, tenant_id) VALUES (4, 'acme-4', '97683137027395a4ce04243938fb217e57a1ae9940798a939e96e2704c0d046f', 201, '{"ETag": "\"01e0cb75b7fd2801d14c5fae348b811e8ba71f253d05e883ece8b83188590b5a\"", "Allow": "GET, POST, HEAD", "Content-Type": "application/json"}', '{"id":12,"email":"ada@xn--bcher-kva.example","name":"Ada\u0007","is_active":true,"created_at":"2026-11-28T05:15:00.761771Z","updated_at":"2026-11-28T05:15:00.761774Z"}', '2026-11-28 05:15:00.75945+00', 1);
INSERT INTO public.idempotency_idempotencykey (id, key, fingerprint, status, headers, body, created_at, tenant_id) VALUES (5, 'acme-5', '602ecdcf1d649b20bb6f24056856465394c4d9547294f7df11db70afe5b4adc1', 201, '{"ETag": "\"86d84a4ca79c694ce1ff24a3ca1473660a3993a009b6640c61fc45ad53c38c3e\"", "Allow": "GET, POST, HEAD", "Content-Type": "application/json"}', '{"id":13,"email":"grace@strasse.example","name":"Grâce","is_active":true,"created_at":"2026-11-28T05:15:00.766583Z","updated_at":"2026-11-28T05:15:00.766586Z"}', '2026-11-28 05:15:00.764486+00', 1);
INSERT INTO public.idempotency_idempotencykey (id, key, fingerprint, status, headers, body, created_at, tenant_id) VALUES (6, 'acme-6', 'a7e9d1b11c03580a5b8d1a80ee15a4c40d3a9b15ce01d0508561a7d04ae53220', 201, '{"ETag": "\"917d347a9322c58445f38c297658139c26097d859dba75706f13220f3691b717\"", "Allow": "GET, POST, HEAD", "Content-Type": "application/json"}', '{"id":14,"email":"grace@straße.example","name":"‮ecarG","is_active":true,"created_at":"2026-11-28T05:15:00.771647Z","updated_at":"2026-11-28T05:15:00.771651Z"}', '2026-11-28 05:15:00.769289+00', 1);
INSERT INTO public.idempotency_idempotencykey (id, key, fingerprint, status, headers, body, created_at, tenant_id) VALUES (7, 'acme-7', '5160fea8ffec0c1db48fff878a67e3831d87f5f390dff654242491099e9183c8', 201, '{"ETag": "\"3dd0b0f67df176bc5b751750910da8bacf6aaeb8314cb4b068eb8aa87480f49d\"", "Allow": "GET, POST, HEAD", "Content-Type": "application/json"}', '{"id":17,"customer":9,"customer_email":"ada@example.com","status":"draft","total_cents":450,"items":[{"id":33,"sku":"TEA-GREEN-100","quantity":1,"unit_price_cents":450}],"created_at":"2026-11-28T05:15:00.778236Z","updated_at":"2026-11-28T05:15:00.778236Z","paid_at":null,"shipped_at":null,"cancelled_at":null,"archived_at":null}', '2026-11-28 05:15:00.774497+00', 1);
INSERT INTO public.idempotency_idempotencykey (id, key, fingerprint, status, headers, body, created_at, tenant_id) VALUES (8, 'acme-8', '7c8733e4a4dac977c5a91911d5ddf1beed3978658099f53b323a2acd8a9c7e33', 201, '{"ETag": "\"db49c668dbc3c3b8df8e352c3885a99fc532e0bf8849d0b29638beb17e7ee497\"", "Allow": "GET, POST, HEAD", "Content-Type": "application/json"}', '{"id":18,"customer":10,"customer_email":"ada@bücher.example","status":"draft","total_cents":1800,"items":[{"id":34,"sku":"TEA-GREEN-100","quantity":2,"unit_price_cents":450},{"id":35,"sku":"TEA­","quantity":2,"unit_price_cents":450}],"created_at":"2026-11-28T05:15:00.787500Z","updated_at":"2026-11-28T05:15:00.787500Z","paid_at":null,"shipped_at":null,"cancelled_at":null,"archived_at":null}', '2026-11-28 05:15:00.784677+00', 1);
INSERT INTO public.idempotency_idempotencykey (id, key, fingerprint, status, headers, body, created_at, tenant_id) VALUES (9, 'acme-9', '4c641109bf8148d2037325b083a559439333c0dec0f23315fe5a0ec3d63824d9', 200, '{"ETag": "\"6aab6765fe7bbb17f1aaa51687d7842d5f5aef39959675ecf1d88905466d5c4f\"", "Allow": "POST", "Content-Type": "application/json"}', '{"id":18,"customer":10,"customer_email":"ada@bücher.example","status":"paid","total_cents":1800,"items":[{"id":34,"sku":"TEA-GREEN-100","quantity":2,"unit_price_cents":450},{"id":35,"sku":"TEA­","quantity":2,"unit_price_cents":450}],"created_at":"2026-11-28T05:15:00.787500Z","updated_at":"2026-11-28T05:15:00.793641Z","paid_at":"2026-11-28T05:15:00.793641Z","shipped_at":null,"cancelled_at":null,"archived_at":null}', '2026-11-28 05:15:00.791843+00', 1);
INSERT INTO public.idempotency_idempotencykey (id, key, fingerprint, status, headers, body, created_at, tenant_id) VALUES (10, 'acme-10', 'f6239c47195da4850c46d9dba8a5efab1b0a9a021e32a5f799a7f4524781976e', 201, '{"ETag": "\"2e714d9a9221bef80f1c43c761d15263ea677f436ae76f4d01bb579467cfa727\"", "Allow": "GET, POST, HEAD", "Content-Type": "application/json"}', '{"id":19,"customer":11,"customer_email":"ada@bücher.example","status":"draft","total_cents":4050,"items":[{"id":36,"sku":"TEA-GREEN-100","quantity":3,"unit_price_cents":450},{"id":37,"sku":"TEA­","quantity":3,"unit_price_cents":450},{"id":38,"sku":"CAFÉ","quantity":3,"unit_price_cents":450}],"created_at":"2026-11-28T05:15:00.800251Z","updated_at":"2026-11-28T05:15:00.800251Z","paid_at":null,"shipped_at":null,"cancelled_at":null,"archived_at":null}', '2026-11-28 05:15:00.797691+00', 1);
INSERT INTO public.idempotency_idempotencykey (id, key, fingerprint, status, headers, body, created_at, tenant_id) VALUES (11, 'acme-11', 'e6de0adacea561c5abf3afeb41af6a74342580f56f6438924f2687abfea4c704', 200, '{"ETag": "\"d5d2121927ac79345f676e190d82354041b76afe0a9f95422e99ae581cad6b65\"", "Allow": "POST", "Content-Type": "application/json"}', '{"id":19,"customer":11,"customer_email":"ada@bücher.example","status":"paid","total_cents":4050,"items":[{"id":36,"sku":"TEA-GREEN-100","quantity":3,"unit_price_cents":450},{"id":37,"sku":"TEA­","quantity":3,"unit_price_cents":450},{"id":38,"sku":"CAFÉ","quantity":3,"unit_price_cents":450}],"created_at":"2026-11-28T05:15:00.800251Z","updated_at":"2026-11-28T05:15:00.806338Z","paid_at":"2026-11-28T05:15:00.806338Z","shipped_at":null,"cancelled_at":null,"archived_at":null}', '2026-11-28 05:15:00.804488+00', 1);
INSERT INTO public.idempotency_idempotencykey (id, key, fingerprint, status, headers, body, created_at, tenant_id) VALUES (12, 'acme-12', '8a0c0bba03cb0e4e97020bc1a29bb1bbf3b09716fc818820e1cfd077912499bf', 200, '{"ETag": "\"3a01dbfe095ba59bf65c008420370af1b8dcdbc5dee25742a1f763ef401385b8\"", "Allow": "POST", "Content-Type": "application/json"}', '{"id":19,"customer":11,"customer_email":"ada@bücher.example","status":"shipped","total_cents":4050,"items":[{"id":36,"sku":"TEA-GREEN-100","quantity":3,"unit_price_cents":450},{"id":37,"sku":"TEA­","quantity":3,"unit_price_cents":450},{"id":38,"sku":"CAFÉ","quantity":3,"unit_price_cents":450}],"created_at":"2026-11-28T05:15:00.800251Z","updated_at":"2026-11-28T05:15:00.812434Z","paid_at":"2026-11-28T05:15:00.806338Z","shipped_at":"2026-11-28T05:15:00.812434Z","cancelled_at":null,"archived_at":null}', '2026-11-28 05:15:00.810681+00', 1);
INSERT INTO public.idempotency_idempotencykey (id, key, fingerprint, status, headers, body, created_at, tenant_id) VALUES (13, 'acme-13', '4ce3ee72702d19e325ef1164a49920763739ca68f1c68bada14b9923058c8e5d', 201, '{"ETag": "\"92e124c537724a270b22808c264b62e7452568d1f674e4e8f7837b1b8dd74d1e\"", "Allow": "GET, POST, HEAD", "Content-Type": "application/json"}', '{"id":20,"customer":12,"customer_email":"ada@xn--bcher-kva.example","status":"draft","total_cents":7200,"items":[{"id":39,"sku":"TEA-GREEN-100","quantity":4,"unit_price_cents":450},{"id":40,"sku":"TEA­","quantity":4,"unit_price_cents":450},{"id":41,"sku":"CAFÉ","quantity":4,"unit_price_cents":450},{"id":42,"sku":"MUG\tBLUE","quantity":4,"unit_price_cents":450}],"created_at":"2026-11-28T05:15:00.819032Z","updated_at":"2026-11-28T05:15:00.819032Z","paid_at":null,"shipped_at":null,"cancelled_at":null,"archived_at":null}', '2026-11-28 05:15:00.816494+00', 1);
INSERT INTO public.idempotency_idempotencykey (id, key, fingerprint, status, headers, body, created_at, tenant_id) VALUES (14, 'acme-14', '651c6cd5a01e7639bc371049ee6e0bd66c29695ac23786b58181e4ab0870b1f1', 200, '{"ETag": "\"da94f14da4a93b36829c16d1d363a4515eff9349c63405e6489a32c4c733e214\"", "Allow": "POST", "Content-Type": "application/json"}', '{"id":20,"customer":12,"customer_email":"ada@xn--bcher-kva.example","status":"cancelled","total_cents":7200,"items":[{"id":39,"sku":"TEA-GREEN-100","quantity":4,"unit_price_cents":450},{"id":40,"sku":"TEA­","quantity":4,"unit_price_cents":450},{"id":41,"sku":"CAFÉ","quantity":4,"unit_price_cents":450},{"id":42,"sku":"MUG\tBLUE","quantity":4,"unit_price_cents":450}],"created_at":"2026-11-28T05:15:00.819032Z","updated_at":"2026-11-28T05:15:00.825510Z","paid_at":null,"shipped_at":null,"cancelled_at":"2026-11-28T05:15:00.825510Z","archived_at":null}', '2026-11-28 05:15:00.823296+00', 1);
INSERT INTO public.idempotency_idempotencykey (id, key, fingerprint, status, headers, body, created_at, tenant_id) VALUES (15, 'acme-15', '5ac8d8b6cda414643b4f905e4eb6a61d3c2b15c05608250118b50fde11a2eb6d', 201, '{"ETag": "\"5909982d0f6dda4a3296dc7f09d29e0fdadc058317d65231c750ed5f8c0f5a9f\"", "Allow": "GET, POST, HEAD", "Content-Type": "application/json"}', '{"id":21,"customer":13,"customer_email":"grace@strasse.example","status":"draft","total_cents":2250,"items":[{"id":43,"sku":"TEA-GREEN-100","quantity":5,"unit_price_cents":450}],"created_at":"2026-11-28T05:15:00.834887Z","updated_at":"2026-11-28T05:15:00.834887Z","paid_at":null,"shipped_at":null,"cancelled_at":null,"archived_at":null}', '2026-11-28 05:15:00.830269+00', 1);
INSERT INTO public.idempotency_idempotencykey (id, key, fingerprint, status, headers, body, created_at, tenant_id) VALUES (16, 'acme-16', '2d9da074e6d11cd9dba276aeba834a9f6b768514979a16962d57d946ae3d4d45', 200, '{"ETag": "\"c8c9b36d1a025af148e1810e0b2c8c301b54657283d5445b7680858771906f0e\"", "Allow": "POST", "Content-Type": "application/json"}', '{"id":21,"customer":13,"customer_email":"grace@strasse.example","status":"paid","total_cents":2250,"items":[{"id":43,"sku":"TEA-GREEN-100","quantity":5,"unit_price_cents":450}],"created_at":"2026-11-28T05:15:00.834887Z","updated_at":"2026-11-28T05:15:00.841742Z","paid_at":"2026-11-28T05:15:00.841742Z","shipped_at":null,"cancelled_at":null,"archived_at":null}', '2026-11-28 05:15:00.839529+00', 1);
INSERT INTO public.idempotency_idempotencykey (id, key, fingerprint, status, headers, body, created_at, tenant_id) VALUES (17, 'acme-17', '4b79a36dade3c0513da51e2890c5d0b94a899daeb603e5b9a9e8a8f0dd077e6c', 200, '{"ETag": "\"b2fc6032605f840e8cc67d8f4256c94e7a282a74a7d4cbc1522bb548e2cd9216\"", "Allow": "POST", "Content-Type": "application/json"}', '{"id":21,"customer":13,"customer_email":"grace@strasse.example","status":"cancelled","total_cents":2250,"items":[{"id":43,"sku":"TEA-GREEN-100","quantity":5,"unit_price_cents":450}],"created_at":"2026-11-28T05:15:00.834887Z","updated_at":"2026-11-28T05:15:00.848419Z","paid_at":"2026-11-28T05:15:00.841742Z","shipped_at":null,"cancelled_at":"2026-11-28T05:15:00.848419Z","archived_at":null}', '2026-11-28 05:15:00.846369+00', 1);
INSERT INTO public.idempotency_idempotencykey (id, key, fingerprint, status, headers, body, created_at, tenant_id) VALUES (18, 'acme-18', '7fd828bd6a45862aa45facc8f727711518e11b4a9967908f042206270c918215', 201, '{"ETag": "\"4d25e53d5ff9b9d74c6a7be7362e1147ba8d66217dbd8e17415098be2fdf26fd\"", "Allow": "GET, POST, HEAD", "Content-Type": "application/json"}', '{"id":22,"customer":14,"customer_email":"grace@straße.example","status":"draft","total_cents":5400,"items":[{"id":44,"sku":"TEA-GREEN-100","quantity":6,"unit_price_cents":450},{"id":45,"sku":"TEA­","quantity":6,"unit_price_cents":450}],"created_at":"2026-11-28T05:15:00.856087Z","updated_at":"2026-11-28T05:15:00.856087Z","paid_at":null,"shipped_at":null,"cancelled_at":null,"archived_at":null}', '2026-11-28 05:15:00.852875+00', 1);
INSERT INTO public.idempotency_idempotencykey (id, key, fingerprint, status, headers, body, created_at, tenant_id) VALUES (19, 'acme-19', '8803b7c6722810325ee1f693095d5f46880b5f00a94baa80c544922f91230810', 200, '{"ETag": "\"e77ce9bc77205dee5f5fe0b867e89729daac55d84108d502ac61faf889cc8c72\"", "Allow": "POST", "Content-Type": "application/json"}', '{"id":22,"customer":14,"customer_email":"grace@straße.example","status":"draft","total_cents":5400,"items":[{"id":44,"sku":"TEA-GREEN-100","quantity":6,"unit_price_cents":450},{"id":45,"sku":"TEA­","quantity":6,"unit_price_cents":450}],"created_at":"2026-11-28T05:15:00.856087Z","updated_at":"2026-11-28T05:15:00.862482Z","paid_at":null,"shipped_at":null,"cancelled_at":null,"archived_at":"2026-11-28T05:15:00.862482Z"}', '2026-11-28 05:15:00.860364+00', 1);
INSERT INTO public.idempotency_idempotencykey (id, key, fingerprint, status, headers, body, created_at, tenant_id) VALUES (20, 'acme-20', '77011049e9743465384cbb0bd5c736a6c1b41a9f02e7d0021b45a3758f7fdd83', 201, '{"ETag": "\"ce1d2c6609b877219aba9420b093bdcddd05e69f52feaa08b91cc65b3271ae6f\"", "Allow": "GET, POST, HEAD", "Content-Type": "application/json"}', '{"id":23,"customer":9,"customer_email":"ada@example.com","status":"draft","total_cents":9450,"items":[{"id":46,"sku":"TEA-GREEN-100","quantity":7,"unit_price_cents":450},{"id":47,"sku":"TEA­","quantity":7,"unit_price_cents":450},{"id":48,"sku":"CAFÉ","quantity":7,"unit_price_cents":450}],"created_at":"2026-11-28T05:15:00.870375Z","updated_at":"2026-11-28T05:15:00.870375Z","paid_at":null,"shipped_at":null,"cancelled_at":null,"archived_at":null}', '2026-11-28 05:15:00.867279+00', 1);
INSERT INTO public.idempotency_idempotencykey (id, key, fingerprint, status, headers, body, created_at, tenant_id) VALUES (21, 'acme-21', '9af9d70f5908cf5b6ef30417e495ce98f5c70f7f27da027c531c9acd59fca8fd', 200, '{"ETag": "\"479de32f770d37e30291644c8e2b25f13cc3a75bb431b4743ed185886a4d4f71\"", "Allow": "POST", "Content-Type": "application/json"}', '{"id":23,"customer":9,"customer_email":"ada@example.com","status":"paid","total_cents":9450,"items":[{"id":46,"sku":"TEA-GREEN-100","quantity":7,"unit_price_cents":450},{"id":47,"sku":"TEA­","quantity":7,"unit_price_cents":450},{"id":48,"sku":"CAFÉ","quantity":7,"unit_price_cents":450}],"created_at":"2026-11-28T05:15:00.870375Z","updated_at":"2026-11-28T05:15:00.876801Z","paid_at":"2026-11-28T05:15:00.876801Z","shipped_at":null,"cancelled_at":null,"archived_at":null}', '2026-11-28 05:15:00.874743+00', 1);
INSERT INTO public.idempotency_idempotencykey (id, key, fingerprint, status, headers, body, created_at, tenant_id) VALUES (22, 'acme-22', '7c60b9cbb99ee53d8272cb79e0c7788047d88a7e3efbf0a2f674cd9697da0fb3', 200, '{"ETag": "\"ddb6a074139d4d3b28bf7aaee5af9430290b5a632530f9fe973c1ad8eec572b8\"", "Allow": "POST", "Content-Type": "application/json"}', '{"id":23,"customer":9,"customer_email":"ada@example.com","status":"shipped","total_cents":9450,"items":[{"id":46,"sku":"TEA-GREEN-100","quantity":7,"unit_price_cents":450},{"id":47,"sku":"TEA­","quantity":7,"unit_price_cents":450},{"id":48,"sku":"CAFÉ","quantity":7,"unit_price_cents":450}],"created_at":"2026-11-28T05:15:00.870375Z","updated_at":"2026-11-28T05:15:00.883264Z","paid_at":"2026-11-28T05:15:00.876801Z","shipped_at":"2026-11-28T05:15:00.883264Z","cancelled_at":null,"archived_at":null}', '2026-11-28 05:15:00.88121+00', 1);
INSERT INTO public.idempotency_idempotencykey (id, key, fingerprint, status, headers, body, created_at, tenant_id) VALUES (23, 'acme-23', '1693aef8d8faca993ec9be97fe8bb980ab3bf29de1eacf7aecbf92335f466025', 200, '{"ETag": "\"b7a4d4dffc6d4c0e88de6f69a79ab46d094f835b69543e567b975b03d707c064\"", "Allow": "POST", "Content-Type": "application/json"}', '{"id":23,"customer":9,"customer_email":"ada@example.com","status":"shipped","total_cents":9450,"items":[{"id":46,"sku":"TEA-GREEN-100","quantity":7,"unit_price_cents":450},{"id":47,"sku":"TEA­","quantity":7,"unit_price_cents":450},{"id":48,"sku":"CAFÉ","quantity":7,"unit_price_cents":450}],"created_at":"2026-11-28T05:15:00.870375Z","updated_at":"2026-11-28T05:15:00.889246Z","paid_at":"2026-11-28T05:15:00.876801Z","shipped_at":"2026-11-28T05:15:00.883264Z","cancelled_at":null,"archived_at":"2026-11-28T05:15:00.889246Z"}', '2026-11-28 05:15:00.887439+00', 1);
INSERT INTO public.idempotency_idempotencykey (id, key, fingerprint, status, headers, body, created_at, tenant_id) VALUES (36, 'globex-9', 'cd9f2eceefe790cb06541af71267c790a17138bb783721d59c1e0a4a87d36e68', 200, '{"ETag": "\"78a96e16130d7e6a37f580052bac90f7d1cb70203f3e37c00a57c22fabcb18d4\"", "Allow": "POST", "Content-Type": "application/json"}', '{"id":36,"customer":22,"customer_email":"ada@bücher.example","status":"paid","total_cents":1800,"items":[{"id":74,"sku":"TEA-GREEN-100","quantity":2,"unit_price_cents":450},{"id":75,"sku":"TEA­","quantity":2,"unit_price_cents":450}],"created_at":"2026-11-28T05:15:01.001411Z","updated_at":"2026-11-28T05:15:01.007736Z","paid_at":"2026-11-28T05:15:01.007736Z","shipped_at":null,"cancelled_at":null,"archived_at":null}', '2026-11-28 05:15:01.005662+00', 2);
INSERT INTO public.idempotency_idempotencykey (id, key, fingerprint, status, headers, body, created_at, tenant_id) VALUES (24, 'acme-24', '25a35d5787bb31f62bd02e567af2a03327208e9622fe4cc8c976239c3e9f4309', 201, '{"ETag": "\"966e0808e7a3169d0243b14fbfa09a3224f32efacc4c4fb1d25d07486078be5c\"", "Allow": "GET, POST, HEAD", "Content-Type": "application/json"}', '{"id":24,"customer":10,"customer_email":"ada@bücher.example","status":"draft","total_cents":14400,"items":[{"id":49,"sku":"TEA-GREEN-100","quantity":8,"unit_price_cents":450},{"id":50,"sku":"TEA­","quantity":8,"unit_price_cents":450},{"id":51,"sku":"CAFÉ","quantity":8,"unit_price_cents":450},{"id":52,"sku":"MUG\tBLUE","quantity":8,"unit_price_cents":450}],"created_at":"2026-11-28T05:15:00.895984Z","updated_at":"2026-11-28T05:15:00.895984Z","paid_at":null,"shipped_at":null,"cancelled_at":null,"archived_at":null}', '2026-11-28 05:15:00.893315+00', 1);
INSERT INTO public.idempotency_idempotencykey (id, key, fingerprint, status, headers, body, created_at, tenant_id) VALUES (25, 'acme-25', 'bd954034ae4cb0381049c7d288122bd53789a62697f42243deeb94aa708f2d48', 200, '{"ETag": "\"71abfe42f52a577c1fbfae1c342f2d3535e82dbe783c0f1cdde92ab2212e2fd6\"", "Allow": "POST", "Content-Type": "application/json"}', '{"id":24,"customer":10,"customer_email":"ada@bücher.example","status":"cancelled","total_cents":14400,"items":[{"id":49,"sku":"TEA-GREEN-100","quantity":8,"unit_price_cents":450},{"id":50,"sku":"TEA­","quantity":8,"unit_price_cents":450},{"id":51,"sku":"CAFÉ","quantity":8,"unit_price_cents":450},{"id":52,"sku":"MUG\tBLUE","quantity":8,"unit_price_cents":450}],"created_at":"2026-11-28T05:15:00.895984Z","updated_at":"2026-11-28T05:15:00.901966Z","paid_at":null,"shipped_at":null,"cancelled_at":"2026-11-28T05:15:00.901966Z","archived_at":null}', '2026-11-28 05:15:00.9001+00', 1);
INSERT INTO public.idempotency_idempotencykey (id, key, fingerprint, status, headers, body, created_at, tenant_id) VALUES (26, 'acme-26', 'fa57eb3fa438c07d500fa29e75a87da29af5e971b4f000bd4efbcd8e272b2842', 200, '{"ETag": "\"d29ddecb74d7aab4c6b1cd58872b11d2508562bc666cfd692541171bf36defe5\"", "Allow": "POST", "Content-Type": "application/json"}', '{"id":24,"customer":10,"customer_email":"ada@bücher.example","status":"cancelled","total_cents":14400,"items":[{"id":49,"sku":"TEA-GREEN-100","quantity":8,"unit_price_cents":450},{"id":50,"sku":"TEA­","quantity":8,"unit_price_cents":450},{"id":51,"sku":"CAFÉ","quantity":8,"unit_price_cents":450},{"id":52,"sku":"MUG\tBLUE","quantity":8,"unit_price_cents":450}],"created_at":"2026-11-28T05:15:00.895984Z","updated_at":"2026-11-28T05:15:00.909265Z","paid_at":null,"shipped_at":null,"cancelled_at":"2026-11-28T05:15:00.901966Z","archived_at":"2026-11-28T05:15:00.909265Z"}', '2026-11-28 05:15:00.906147+00', 1);
INSERT INTO public.idempotency_idempotencykey (id, key, fingerprint, status, headers, body, created_at, tenant_id) VALUES (27, 'acme-27', '2f1eade1b8c20a7fd0a9b98caef664d076c8eb76d5851d986d323037b208e7b2', 200, '{"ETag": "\"43a666b240856f4caf06fcc7fdd0d105d867f17e1c232fb48af7c48d88d43d78\"", "Allow": "POST", "Content-Type": "application/json"}', '{"id":24,"customer":10,"customer_email":"ada@bücher.example","status":"cancelled","total_cents":14400,"items":[{"id":49,"sku":"TEA-GREEN-100","quantity":8,"unit_price_cents":450},{"id":50,"sku":"TEA­","quantity":8,"unit_price_cents":450},{"id":51,"sku":"CAFÉ","quantity":8,"unit_price_cents":450},{"id":52,"sku":"MUG\tBLUE","quantity":8,"unit_price_cents":450}],"created_at":"2026-11-28T05:15:00.895984Z","updated_at":"2026-11-28T05:15:00.915807Z","paid_at":null,"shipped_at":null,"cancelled_at":"2026-11-28T05:15:00.901966Z","archived_at":null}', '2026-11-28 05:15:00.913938+00', 1);
INSERT INTO public.idempotency_idempotencykey (id, key, fingerprint, status, headers, body, created_at, tenant_id) VALUES (28, 'globex-1', '6edaed64b057500eafde509e05eb490846662a07a6401ca01bded1c3f5d64e72', 201, '{"ETag": "\"d1f72d9cfb09012a9794914862ca94cd6b73e25a2955b3a2add743ec55385897\"", "Allow": "GET, POST, HEAD", "Content-Type": "application/json"}', '{"id":21,"email":"ada@example.com","name":"Ada Lovelace","is_active":true,"created_at":"2026-11-28T05:15:00.958315Z","updated_at":"2026-11-28T05:15:00.958319Z"}', '2026-11-28 05:15:00.954738+00', 2);
INSERT INTO public.idempotency_idempotencykey (id, key, fingerprint, status, headers, body, created_at, tenant_id) VALUES (29, 'globex-2', '7414a8f960166e19800c9a438ca7802204ee1db86558911605128420a1246da3', 201, '{"ETag": "\"3d1edb721eaf6e61f029083ab46c2a8a634efb43c20030baf17c88abda5c2590\"", "Allow": "GET, POST, HEAD", "Content-Type": "application/json"}', '{"id":22,"email":"ada@bücher.example","name":"Zoë","is_active":true,"created_at":"2026-11-28T05:15:00.964551Z","updated_at":"2026-11-28T05:15:00.964556Z"}', '2026-11-28 05:15:00.961634+00', 2);
INSERT INTO public.idempotency_idempotencykey (id, key, fingerprint, status, headers, body, created_at, tenant_id) VALUES (30, 'globex-3', '1c32dac5578e4865975d91cbee9bbccf0bc5328871357a78cfeec34626f0abd9', 201, '{"ETag": "\"680d814f6474270f1ba882f2679e8bcc5d7e7a6451cd2248678673774fa6ca6a\"", "Allow": "GET, POST, HEAD", "Content-Type": "application/json"}', '{"id":23,"email":"ada@bücher.example","name":"Zoë​\nSmith","is_active":true,"created_at":"2026-11-28T05:15:00.970310Z","updated_at":"2026-11-28T05:15:00.970315Z"}', '2026-11-28 05:15:00.967797+00', 2);
INSERT INTO public.idempotency_idempotencykey (id, key, fingerprint, status, headers, body, created_at, tenant_id) VALUES (31, 'globex-4', '97683137027395a4ce04243938fb217e57a1ae9940798a939e96e2704c0d046f', 201, '{"ETag": "\"9ee082aa2106e8461c3f37749d649e16a0b4d67dab7801f258e1baefe0f1e5de\"", "Allow": "GET, POST, HEAD", "Content-Type": "application/json"}', '{"id":24,"email":"ada@xn--bcher-kva.example","name":"Ada\u0007","is_active":true,"created_at":"2026-11-28T05:15:00.975968Z","updated_at":"2026-11-28T05:15:00.975972Z"}', '2026-11-28 05:15:00.973506+00', 2);
INSERT INTO public.idempotency_idempotencykey (id, key, fingerprint, status, headers, body, created_at, tenant_id) VALUES (32, 'globex-5', '602ecdcf1d649b20bb6f24056856465394c4d9547294f7df11db70afe5b4adc1', 201, '{"ETag": "\"4cd702125243ac86851f99e50c1b38da38dc640b2be3f3449072e112f943bb1f\"", "Allow": "GET, POST, HEAD", "Content-Type": "application/json"}', '{"id":25,"email":"grace@strasse.example","name":"Grâce","is_active":true,"created_at":"2026-11-28T05:15:00.981509Z","updated_at":"2026-11-28T05:15:00.981514Z"}', '2026-11-28 05:15:00.978889+00', 2);
INSERT INTO public.idempotency_idempotencykey (id, key, fingerprint, status, headers, body, created_at, tenant_id) VALUES (33, 'globex-6', 'a7e9d1b11c03580a5b8d1a80ee15a4c40d3a9b15ce01d0508561a7d04ae53220', 201, '{"ETag": "\"b8cff476473af4c9d5b13659efec8417bc46f79d9dec352754c8c1dd6ad5f490\"", "Allow": "GET, POST, HEAD", "Content-Type": "application/json"}', '{"id":26,"email":"grace@straße.example","name":"‮ecarG","is_active":true,"created_at":"2026-11-28T05:15:00.987682Z","updated_at":"2026-11-28T05:15:00.987686Z"}', '2026-11-28 05:15:00.984916+00', 2);
INSERT INTO public.idempotency_idempotencykey (id, key, fingerprint, status, headers, body, created_at, tenant_id) VALUES (34, 'globex-7', '85d8d874572ef39c54892581c49cf04512b8f466490261954e7a834738618c5a', 201, '{"ETag": "\"fb5d08e5e13fdb118c05c1e58c491ae898b9a7a6bb24f52128a8a1eb76fcd7f3\"", "Allow": "GET, POST, HEAD", "Content-Type": "application/json"}', '{"id":35,"customer":21,"customer_email":"ada@example.com","status":"draft","total_cents":450,"items":[{"id":73,"sku":"TEA-GREEN-100","quantity":1,"unit_price_cents":450}],"created_at":"2026-11-28T05:15:00.993682Z","updated_at":"2026-11-28T05:15:00.993682Z","paid_at":null,"shipped_at":null,"cancelled_at":null,"archived_at":null}', '2026-11-28 05:15:00.990791+00', 2);
INSERT INTO public.idempotency_idempotencykey (id, key, fingerprint, status, headers, body, created_at, tenant_id) VALUES (35, 'globex-8', '9208ab953895db466b21ce8e413ce65be37268c07badc7bb4b389d71ab2440d1', 201, '{"ETag": "\"cc2f9ad1f73a7894f1d40fbb0464b933562f9e40156b41db07390008e44585a9\"", "Allow": "GET, POST, HEAD", "Content-Type": "application/json"}', '{"id":36,"customer":22,"customer_email":"ada@bücher.example","status":"draft","total_cents":1800,"items":[{"id":74,"sku":"TEA-GREEN-100","quantity":2,"unit_price_cents":450},{"id":75,"sku":"TEA­","quantity":2,"unit_price_cents":450}],"created_at":"2026-11-28T05:15:01.001411Z","updated_at":"2026-11-28T05:15:01.001411Z","paid_at":null,"shipped_at":null,"cancelled_at":null,"archived_at":null}', '2026-11-28 05:15:00.998266+00', 2);
INSERT INTO public.idempotency_idempotencykey (id, key, fingerprint, status, headers, body, created_at, tenant_id) VALUES (37, 'globex-10', 'c965ad5037f1cafb82d2e63f24557177b26269b9b7a5e917715bf0b0eeaad27d', 201, '{"ETag": "\"894734c42ce53c600516d2149288123ac51a7f53df07f7349ecb8e53d8fe3a0c\"", "Allow": "GET, POST, HEAD", "Content-Type": "application/json"}', '{"id":37,"customer":23,"customer_email":"ada@bücher.example","status":"draft","total_cents":4050,"items":[{"id":76,"sku":"TEA-GREEN-100","quantity":3,"unit_price_cents":450},{"id":77,"sku":"TEA­","quantity":3,"unit_price_cents":450},{"id":78,"sku":"CAFÉ","quantity":3,"unit_price_cents":450}],"created_at":"2026-11-28T05:15:01.016388Z","updated_at":"2026-11-28T05:15:01.016388Z","paid_at":null,"shipped_at":null,"cancelled_at":null,"archived_at":null}', '2026-11-28 05:15:01.013215+00', 2);
INSERT INTO public.idempotency_idempotencykey (id, key, fingerprint, status, headers, body, created_at, tenant_id) VALUES (38, 'globex-11', '5724b8a3012d7a2c41111c2a2241c1282b36ddefb0bbea7dee54c327be1a48c1', 200, '{"ETag": "\"7df90fc734e0a0e4e9d5ae5594a804b6df5ab3a3e420f4b0ea545db3ecab3bd2\"", "Allow": "POST", "Content-Type": "application/json"}', '{"id":37,"customer":23,"customer_email":"ada@bücher.example","status":"paid","total_cents":4050,"items":[{"id":76,"sku":"TEA-GREEN-100","quantity":3,"unit_price_cents":450},{"id":77,"sku":"TEA­","quantity":3,"unit_price_cents":450},{"id":78,"sku":"CAFÉ","quantity":3,"unit_price_cents":450}],"created_at":"2026-11-28T05:15:01.016388Z","updated_at":"2026-11-28T05:15:01.023161Z","paid_at":"2026-11-28T05:15:01.023161Z","shipped_at":null,"cancelled_at":null,"archived_at":null}', '2026-11-28 05:15:01.021152+00', 2);
INSERT INTO public.idempotency_idempotencykey (id, key, fingerprint, status, headers, body, created_at, tenant_id) VALUES (39, 'globex-12', 'bf45fff4bc713ef2dbc8c92ce87ca56d3e1d0715aefc1213f5577cd4545b9939', 200, '{"ETag": "\"de22305f91f92a2783a31b9208732e7df5b7d683fe6a4eebe0a79db1cc42d25a\"", "Allow": "POST", "Content-Type": "application/json"}', '{"id":37,"customer":23,"customer_email":"ada@bücher.example","status":"shipped","total_cents":4050,"items":[{"id":76,"sku":"TEA-GREEN-100","quantity":3,"unit_price_cents":450},{"id":77,"sku":"TEA­","quantity":3,"unit_price_cents":450},{"id":78,"sku":"CAFÉ","quantity":3,"unit_price_cents":450}],"created_at":"2026-11-28T05:15:01.016388Z","updated_at":"2026-11-28T05:15:01.029562Z","paid_at":"2026-11-28T05:15:01.023161Z","shipped_at":"2026-11-28T05:15:01.029562Z","cancelled_at":null,"archived_at":null}', '2026-11-28 05:15:01.027695+00', 2);
INSERT INTO public.idempotency_idempotencykey (id, key, fingerprint, status, headers, body, created_at, tenant_id) VALUES (40, 'globex-13', 'f5a823fb993c485522d97954fde008a30625a6af4f33a88bb19e0d93e155717b', 201, '{"ETag": "\"ba5f414b38ecd47120c3f6b6589c2d406d247d29c7c185f46cf07de7b4f1df5b\"", "Allow": "GET, POST, HEAD", "Content-Type": "application/json"}', '{"id":38,"customer":24,"customer_email":"ada@xn--bcher-kva.example","status":"draft","total_cents":7200,"items":[{"id":79,"sku":"TEA-GREEN-100","quantity":4,"unit_price_cents":450},{"id":80,"sku":"TEA­","quantity":4,"unit_price_cents":450},{"id":81,"sku":"CAFÉ","quantity":4,"unit_price_cents":450},{"id":82,"sku":"MUG\tBLUE","quantity":4,"unit_price_cents":450}],"created_at":"2026-11-28T05:15:01.038531Z","updated_at":"2026-11-28T05:15:01.038531Z","paid_at":null,"shipped_at":null,"cancelled_at":null,"archived_at":null}', '2026-11-28 05:15:01.035158+00', 2);
INSERT INTO public.idempotency_idempotencykey (id, key, fingerprint, status, headers, body, created_at, tenant_id) VALUES (41, 'globex-14', '0a249c5fc3ac2446c9d9949080bb8828c11e56b0035bef469582e9ee02e06fa0', 200, '{"ETag": "\"278cdf054bf2a372bb4c19f20cf06e6a5d336e098f0c63a41ec2cf2ed0820c14\"", "Allow": "POST", "Content-Type": "application/json"}', '{"id":38,"customer":24,"customer_email":"ada@xn--bcher-kva.example","status":"cancelled","total_cents":7200,"items":[{"id":79,"sku":"TEA-GREEN-100","quantity":4,"unit_price_cents":450},{"id":80,"sku":"TEA­","quantity":4,"unit_price_cents":450},{"id":81,"sku":"CAFÉ","quantity":4,"unit_price_cents":450},{"id":82,"sku":"MUG\tBLUE","quantity":4,"unit_price_cents":450}],"created_at":"2026-11-28T05:15:01.038531Z","updated_at":"2026-11-28T05:15:01.045390Z","paid_at":null,"shipped_at":null,"cancelled_at":"2026-11-28T05:15:01.045390Z","archived_at":null}', '2026-11-28 05:15:01.04319+00', 2);
INSERT INTO public.idempotency_idempotencykey (id, key, fingerprint, status, headers, body, created_at, tenant_id) VALUES (42, 'globex-15', '0580aa6d0e14ddf1411086c2e04cc63baafc1987167eecfba392ac654376a9c5', 201, '{"ETag": "\"c93987dbc481a6dd6359be8fc57b232288cce56812fb9effbbbf787b2d59782e\"", "Allow": "GET, POST, HEAD", "Content-Type": "application/json"}', '{"id":39,"customer":25,"customer_email":"grace@strasse.example","status":"draft","total_cents":2250,"items":[{"id":83,"sku":"TEA-GREEN-100","quantity":5,"unit_price_cents":450}],"created_at":"2026-11-28T05:15:01.053908Z","updated_at":"2026-11-28T05:15:01.053908Z","paid_at":null,"shipped_at":null,"cancelled_at":null,"archived_at":null}', '2026-11-28 05:15:01.050149+00', 2);
INSERT INTO public.idempotency_idempotencykey (id, key, fingerprint, status, headers, body, created_at, tenant_id) VALUES (43, 'globex-16', 'f7895a4bcbdbda88ddfe677c36231e3c6ffb8701de01cfed4ab5c43f110b105f', 200, '{"ETag": "\"118c78af9b9c8ff2214019e9b0cee04801dcb3c06c4161ad6a79fa3b81d48b55\"", "Allow": "POST", "Content-Type": "application/json"}', '{"id":39,"customer":25,"customer_email":"grace@strasse.example","status":"paid","total_cents":2250,"items":[{"id":83,"sku":"TEA-GREEN-100","quantity":5,"unit_price_cents":450}],"created_at":"2026-11-28T05:15:01.053908Z","updated_at":"2026-11-28T05:15:01.060881Z","paid_at":"2026-11-28T05:15:01.060881Z","shipped_at":null,"cancelled_at":null,"archived_at":null}', '2026-11-28 05:15:01.05855+00', 2);
INSERT INTO public.idempotency_idempotencykey (id, key, fingerprint, status, headers, body, created_at, tenant_id) VALUES (44, 'globex-17', '1c1fbbb17afe7f582578a3415093be73a8f1fd74df5acb0e63c76bd6cd7c0d8c', 200, '{"ETag": "\"15aaa496bf7787e6ccf5471708ff060d9580d412188ab157b34936d8857dbcd9\"", "Allow": "POST", "Content-Type": "application/json"}', '{"id":39,"customer":25,"customer_email":"grace@strasse.example","status":"cancelled","total_cents":2250,"items":[{"id":83,"sku":"TEA-GREEN-100","quantity":5,"unit_price_cents":450}],"created_at":"2026-11-28T05:15:01.053908Z","updated_at":"2026-11-28T05:15:01.067710Z","paid_at":"2026-11-28T05:15:01.060881Z","shipped_at":null,"cancelled_at":"2026-11-28T05:15:01.067710Z","archived_at":null}', '2026-11-28 05:15:01.065671+00', 2);
INSERT INTO public.idempotency_idempotencykey (id, key, fingerprint, status, headers, body, created_at, tenant_id) VALUES (45, 'globex-18', 'b765491368f73cbe09d030377e3b5ea01ee43d4088dbe4d9583b90d45a968d7f', 201, '{"ETag": "\"6dc8075a3670ebb8f614adfa9cca826e2ea344063eead6a17ea5f6e1f1728914\"", "Allow": "GET, POST, HEAD", "Content-Type": "application/json"}', '{"id":40,"customer":26,"customer_email":"grace@straße.example","status":"draft","total_cents":5400,"items":[{"id":84,"sku":"TEA-GREEN-100","quantity":6,"unit_price_cents":450},{"id":85,"sku":"TEA­","quantity":6,"unit_price_cents":450}],"created_at":"2026-11-28T05:15:01.075712Z","updated_at":"2026-11-28T05:15:01.075712Z","paid_at":null,"shipped_at":null,"cancelled_at":null,"archived_at":null}', '2026-11-28 05:15:01.072716+00', 2);
INSERT INTO public.idempotency_idempotencykey (id, key, fingerprint, status, headers, body, created_at, tenant_id) VALUES (46, 'globex-19', '4d5ff5b709db1ff4857c6fa902fb12ced8a1b034cdd36dc23d194fc74e860ab1', 200, '{"ETag": "\"e249f68a3eefcc1fd1eeba89d141872578243269e1a8116c2056bf66dc4adbd5\"", "Allow": "POST", "Content-Type": "application/json"}', '{"id":40,"customer":26,"customer_email":"grace@straße.example","status":"draft","total_cents":5400,"items":[{"id":84,"sku":"TEA-GREEN-100","quantity":6,"unit_price_cents":450},{"id":85,"sku":"TEA­","quantity":6,"unit_price_cents":450}],"created_at":"2026-11-28T05:15:01.075712Z","updated_at":"2026-11-28T05:15:01.083352Z","paid_at":null,"shipped_at":null,"cancelled_at":null,"archived_at":"2026-11-28T05:15:01.083352Z"}', '2026-11-28 05:15:01.080494+00', 2);
INSERT INTO public.idempotency_idempotencykey (id, key, fingerprint, status, headers, body, created_at, tenant_id) VALUES (47, 'globex-20', '056d675a2490ebaf97b38bcf916e36d0bde1e272a1e8ea1b00fd2136aecf1015', 201, '{"ETag": "\"cf06d21e3b6d8be23181b6be4d16a4c687583558dca0d97a41111d6a38960ae2\"", "Allow": "GET, POST, HEAD", "Content-Type": "application/json"}', '{"id":41,"customer":21,"customer_email":"ada@example.com","status":"draft","total_cents":9450,"items":[{"id":86,"sku":"TEA-GREEN-100","quantity":7,"unit_price_cents":450},{"id":87,"sku":"TEA­","quantity":7,"unit_price_cents":450},{"id":88,"sku":"CAFÉ","quantity":7,"unit_price_cents":450}],"created_at":"2026-11-28T05:15:01.092584Z","updated_at":"2026-11-28T05:15:01.092584Z","paid_at":null,"shipped_at":null,"cancelled_at":null,"archived_at":null}', '2026-11-28 05:15:01.089357+00', 2);
INSERT INTO public.idempotency_idempotencykey (id, key, fingerprint, status, headers, body, created_at, tenant_id) VALUES (48, 'globex-21', 'fc5f17b62f35f271b9fe095b884934487ee17744fd45ea9c9c90be9b769da190', 200, '{"ETag": "\"6935c16d5d27cd8d8bb0cdd52d3bb76b2288e76496fa83ceb5521b5daced44af\"", "Allow": "POST", "Content-Type": "application/json"}', '{"id":41,"customer":21,"customer_email":"ada@example.com","status":"paid","total_cents":9450,"items":[{"id":86,"sku":"TEA-GREEN-100","quantity":7,"unit_price_cents":450},{"id":87,"sku":"TEA­","quantity":7,"unit_price_cents":450},{"id":88,"sku":"CAFÉ","quantity":7,"unit_price_cents":450}],"created_at":"2026-11-28T05:15:01.092584Z","updated_at":"2026-11-28T05:15:01.099371Z","paid_at":"2026-11-28T05:15:01.099371Z","shipped_at":null,"cancelled_at":null,"archived_at":null}', '2026-11-28 05:15:01.09706+00', 2);
INSERT INTO public.idempotency_idempotencykey (id, key, fingerprint, status, headers, body, created_at, tenant_id) VALUES (49, 'globex-22', '11d74f876f6ef95e14105ed16487b26826a69a64090541cced5e7d1a4804d7c3', 200, '{"ETag": "\"f15427186028edded3602aaa4b20428cec9c30f70ba8feb3d908632d9ed351df\"", "Allow": "POST", "Content-Type": "application/json"}', '{"id":41,"customer":21,"customer_email":"ada@example.com","status":"shipped","total_cents":9450,"items":[{"id":86,"sku":"TEA-GREEN-100","quantity":7,"unit_price_cents":450},{"id":87,"sku":"TEA­","quantity":7,"unit_price_cents":450},{"id":88,"sku":"CAFÉ","quantity":7,"unit_price_cents":450}],"created_at":"2026-11-28T05:15:01.092584Z","updated_at":"2026-11-28T05:15:01.105945Z","paid_at":"2026-11-28T05:15:01.099371Z","shipped_at":"2026-11-28T05:15:01.105945Z","cancelled_at":null,"archived_at":null}', '2026-11-28 05:15:01.104044+00', 2);
INSERT INTO public.idempotency_idempotencykey (id, key, fingerprint, status, headers, body, created_at, tenant_id) VALUES (50, 'globex-23', '0637f5d45627ba9776b131ae0ec8bd1459650f6710f70392b9d496de98c24aed', 200, '{"ETag": "\"2af93ce5325d00414f3069b290028908654fa1c27b9cc7b61c7fe87350a04db9\"", "Allow": "POST", "Content-Type": "application/json"}', '{"id":41,"customer":21,"customer_email":"ada@example.com","status":"shipped","total_cents":9450,"items":[{"id":86,"sku":"TEA-GREEN-100","quantity":7,"unit_price_cents":450},{"id":87,"sku":"TEA­","quantity":7,"unit_price_cents":450},{"id":88,"sku":"CAFÉ","quantity":7,"unit_price_cents":450}],"created_at":"2026-11-28T05:15:01.092584Z","updated_at":"2026-11-28T05:15:01.112357Z","paid_at":"2026-11-28T05:15:01.099371Z","shipped_at":"2026-11-28T05:15:01.105945Z","cancelled_at":null,"archived_at":"2026-11-28T05:15:01.112357Z"}', '2026-11-28 05:15:01.110402+00', 2);
INSERT INTO public.idempotency_idempotencykey (id, key, fingerprint, status, headers, body, created_at, tenant_id) VALUES (51, 'globex-24', '65ad1d7231be596c74bbd54010a6840f8bcc7e587807acd4a8cd2be4f9427dbf', 201, '{"ETag": "\"790e17938e698fad8daf0f63341ada49bdf84fd2b4890b4bd45bf8b1212e2a40\"", "Allow": "GET, POST, HEAD", "Content-Type": "application/json"}', '{"id":42,"customer":22,"customer_email":"ada@bücher.example","status":"draft","total_cents":14400,"items":[{"id":89,"sku":"TEA-GREEN-100","quantity":8,"unit_price_cents":450},{"id":90,"sku":"TEA­","quantity":8,"unit_price_cents":450},{"id":91,"sku":"CAFÉ","quantity":8,"unit_price_cents":450},{"id":92,"sku":"MUG\tBLUE","quantity":8,"unit_price_cents":450}],"created_at":"2026-11-28T05:15:01.120033Z","updated_at":"2026-11-28T05:15:01.120033Z","paid_at":null,"shipped_at":null,"cancelled_at":null,"archived_at":null}', '2026-11-28 05:15:01.116873+00', 2);
INSERT INTO public.idempotency_idempotencykey (id, key, fingerprint, status, headers, body, created_at, tenant_id) VALUES (52, 'globex-25', '83c427c21b48ae5192a5256d5130b254517532e3dd5e1c494df150709740cb30', 200, '{"ETag": "\"6a5294273c95cac0c4f6e676c2ffa05eed59c78e8d439a42713dbc200ac5a2f3\"", "Allow": "POST", "Content-Type": "application/json"}', '{"id":42,"customer":22,"customer_email":"ada@bücher.example","status":"cancelled","total_cents":14400,"items":[{"id":89,"sku":"TEA-GREEN-100","quantity":8,"unit_price_cents":450},{"id":90,"sku":"TEA­","quantity":8,"unit_price_cents":450},{"id":91,"sku":"CAFÉ","quantity":8,"unit_price_cents":450},{"id":92,"sku":"MUG\tBLUE","quantity":8,"unit_price_cents":450}],"created_at":"2026-11-28T05:15:01.120033Z","updated_at":"2026-11-28T05:15:01.126881Z","paid_at":null,"shipped_at":null,"cancelled_at":"2026-11-28T05:15:01.126881Z","archived_at":null}', '2026-11-28 05:15:01.124624+00', 2);
INSERT INTO public.idempotency_idempotencykey (id, key, fingerprint, status, headers, body, created_at, tenant_id) VALUES (53, 'globex-26', '29fbfb2f252047944b594e8e4edc6db6e06eb7da824320b7b37a1cf75e89f529', 200, '{"ETag": "\"c25550295ba3f13066230e30e0195d67ee4e7ffa563ba1c07a563c49a538d4e3\"", "Allow": "POST", "Content-Type": "application/json"}', '{"id":42,"customer":22,"customer_email":"ada@bücher.example","status":"cancelled","total_cents":14400,"items":[{"id":89,"sku":"TEA-GREEN-100","quantity":8,"unit_price_cents":450},{"id":90,"sku":"TEA­","quantity":8,"unit_price_cents":450},{"id":91,"sku":"CAFÉ","quantity":8,"unit_price_cents":450},{"id":92,"sku":"MUG\tBLUE","quantity":8,"unit_price_cents":450}],"created_at":"2026-11-28T05:15:01.120033Z","updated_at":"2026-11-28T05:15:01.134021Z","paid_at":null,"shipped_at":null,"cancelled_at":"2026-11-28T05:15:01.126881Z","archived_at":"2026-11-28T05:15:01.134021Z"}', '2026-11-28 05:15:01.132012+00', 2);
INSERT INTO public.idempotency_idempotencykey (id, key, fingerprint, status, headers, body, created_at, tenant_id) VALUES (54, 'globex-27', 'ab70d5ae506f728cb1a96c01f36b841022b7cebb4b78bf3c10e475688e447edb', 200, '{"ETag": "\"b879f076cd593e04c234766ceec834304e25f79705a218070df1ae6d47eb7791\"", "Allow": "POST", "Content-Type": "application/json"}', '{"id":42,"customer":22,"customer_email":"ada@bücher.example","status":"cancelled","total_cents":14400,"items":[{"id":89,"sku":"TEA-GREEN-100","quantity":8,"unit_price_cents":450},{"id":90,"sku":"TEA­","quantity":8,"unit_price_cents":450},{"id":91,"sku":"CAFÉ","quantity":8,"unit_price_cents":450},{"id":92,"sku":"MUG\tBLUE","quantity":8,"unit_price_cents":450}],"created_at":"2026-11-28T05:15:01.120033Z","updated_at":"2026-11-28T05:15:01.140234Z","paid_at":null,"shipped_at":null,"cancelled_at":"2026-11-28T05:15:01.126881Z","archived_at":null}', '2026-11-28 05:15:01.138293+00', 2);


--
-- Data for Name: orders_item; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.orders_item (id, sku, quantity, unit_price_cents, tenant_id, order_id) VALUES (1, 'TEA-BLACK-100', 2, 390, 1, 1);
INSERT INTO public.orders_item (id, sku, quantity, unit_price_cents, tenant_id, order_id) VALUES (2, 'MUG-WHITE', 5, 790, 1, 1);
INSERT INTO public.orders_item (id, sku, quantity, unit_price_cents, tenant_id, order_id) VALUES (3, 'TEA-BLACK-100', 5, 390, 1, 2);
INSERT INTO public.orders_item (id, sku, quantity, unit_price_cents, tenant_id, order_id) VALUES (4, 'MUG-BLUE', 2, 790, 1, 2);
INSERT INTO public.orders_item (id, sku, quantity, unit_price_cents, tenant_id, order_id) VALUES (5, 'TEA-HERBAL-50', 1, 490, 1, 3);
INSERT INTO public.orders_item (id, sku, quantity, unit_price_cents, tenant_id, order_id) VALUES (6, 'SUGAR-500', 2, 250, 1, 3);
INSERT INTO public.orders_item (id, sku, quantity, unit_price_cents, tenant_id, order_id) VALUES (7, 'TEA-HERBAL-50', 3, 490, 1, 4);
INSERT INTO public.orders_item (id, sku, quantity, unit_price_cents, tenant_id, order_id) VALUES (8, 'TEA-BLACK-100', 2, 390, 1, 4);
INSERT INTO public.orders_item (id, sku, quantity, unit_price_cents, tenant_id, order_id) VALUES (9, 'TEA-HERBAL-50', 1, 490, 1, 5);
INSERT INTO public.orders_item (id, sku, quantity, unit_price_cents, tenant_id, order_id) VALUES (10, 'TEA-GREEN-100', 4, 450, 1, 5);
INSERT INTO public.orders_item (id, sku, quantity, unit_price_cents, tenant_id, order_id) VALUES (11, 'SUGAR-500', 3, 250, 1, 6);
INSERT INTO public.orders_item (id, sku, quantity, unit_price_cents, tenant_id, order_id) VALUES (12, 'MUG-WHITE', 3, 790, 1, 6);
INSERT INTO public.orders_item (id, sku, quantity, unit_price_cents, tenant_id, order_id) VALUES (13, 'POT-STEEL-1L', 4, 2490, 1, 7);
INSERT INTO public.orders_item (id, sku, quantity, unit_price_cents, tenant_id, order_id) VALUES (14, 'MUG-WHITE', 1, 790, 1, 7);
INSERT INTO public.orders_item (id, sku, quantity, unit_price_cents, tenant_id, order_id) VALUES (15, 'TEA-GREEN-100', 5, 450, 1, 8);
INSERT INTO public.orders_item (id, sku, quantity, unit_price_cents, tenant_id, order_id) VALUES (16, 'TEA-HERBAL-50', 5, 490, 1, 8);
INSERT INTO public.orders_item (id, sku, quantity, unit_price_cents, tenant_id, order_id) VALUES (17, 'TEA-HERBAL-50', 5, 490, 1, 9);
INSERT INTO public.orders_item (id, sku, quantity, unit_price_cents, tenant_id, order_id) VALUES (18, 'TEA-BLACK-100', 1, 390, 1, 9);
INSERT INTO public.orders_item (id, sku, quantity, unit_price_cents, tenant_id, order_id) VALUES (19, 'TEA-BLACK-100', 3, 390, 1, 10);
INSERT INTO public.orders_item (id, sku, quantity, unit_price_cents, tenant_id, order_id) VALUES (20, 'TEA-GREEN-100', 2, 450, 1, 10);
INSERT INTO public.orders_item (id, sku, quantity, unit_price_cents, tenant_id, order_id) VALUES (21, 'MUG-BLUE', 3, 790, 1, 11);
INSERT INTO public.orders_item (id, sku, quantity, unit_price_cents, tenant_id, order_id) VALUES (22, 'MUG-BLUE', 3, 790, 1, 11);
INSERT INTO public.orders_item (id, sku, quantity, unit_price_cents, tenant_id, order_id) VALUES (23, 'TEA-HERBAL-50', 2, 490, 1, 12);
INSERT INTO public.orders_item (id, sku, quantity, unit_price_cents, tenant_id, order_id) VALUES (24, 'POT-STEEL-1L', 3, 2490, 1, 12);
INSERT INTO public.orders_item (id, sku, quantity, unit_price_cents, tenant_id, order_id) VALUES (25, 'POT-STEEL-1L', 1, 2490, 1, 13);
INSERT INTO public.orders_item (id, sku, quantity, unit_price_cents, tenant_id, order_id) VALUES (26, 'MUG-WHITE', 2, 790, 1, 13);
INSERT INTO public.orders_item (id, sku, quantity, unit_price_cents, tenant_id, order_id) VALUES (27, 'TEA-BLACK-100', 2, 390, 1, 14);
INSERT INTO public.orders_item (id, sku, quantity, unit_price_cents, tenant_id, order_id) VALUES (28, 'MUG-BLUE', 4, 790, 1, 14);
INSERT INTO public.orders_item (id, sku, quantity, unit_price_cents, tenant_id, order_id) VALUES (29, 'POT-STEEL-1L', 5, 2490, 1, 15);
INSERT INTO public.orders_item (id, sku, quantity, unit_price_cents, tenant_id, order_id) VALUES (30, 'TEA-BLACK-100', 3, 390, 1, 15);
INSERT INTO public.orders_item (id, sku, quantity, unit_price_cents, tenant_id, order_id) VALUES (31, 'SUGAR-500', 1, 250, 1, 16);
INSERT INTO public.orders_item (id, sku, quantity, unit_price_cents, tenant_id, order_id) VALUES (32, 'TEA-BLACK-100', 1, 390, 1, 16);
INSERT INTO public.orders_item (id, sku, quantity, unit_price_cents, tenant_id, order_id) VALUES (33, 'TEA-GREEN-100', 1, 450, 1, 17);
INSERT INTO public.orders_item (id, sku, quantity, unit_price_cents, tenant_id, order_id) VALUES (34, 'TEA-GREEN-100', 2, 450, 1, 18);
INSERT INTO public.orders_item (id, sku, quantity, unit_price_cents, tenant_id, order_id) VALUES (35, 'TEA­', 2, 450, 1, 18);
INSERT INTO public.orders_item (id, sku, quantity, unit_price_cents, tenant_id, order_id) VALUES (36, 'TEA-GREEN-100', 3, 450, 1, 19);
INSERT INTO public.orders_item (id, sku, quantity, unit_price_cents, tenant_id, order_id) VALUES (37, 'TEA­', 3, 450, 1, 19);
INSERT INTO public.orders_item (id, sku, quantity, unit_price_cents, tenant_id, order_id) VALUES (38, 'CAFÉ', 3, 450, 1, 19);
INSERT INTO public.orders_item (id, sku, quantity, unit_price_cents, tenant_id, order_id) VALUES (39, 'TEA-GREEN-100', 4, 450, 1, 20);
INSERT INTO public.orders_item (id, sku, quantity, unit_price_cents, tenant_id, order_id) VALUES (40, 'TEA­', 4, 450, 1, 20);
INSERT INTO public.orders_item (id, sku, quantity, unit_price_cents, tenant_id, order_id) VALUES (41, 'CAFÉ', 4, 450, 1, 20);
INSERT INTO public.orders_item (id, sku, quantity, unit_price_cents, tenant_id, order_id) VALUES (42, 'MUG	BLUE', 4, 450, 1, 20);
INSERT INTO public.orders_item (id, sku, quantity, unit_price_cents, tenant_id, order_id) VALUES (43, 'TEA-GREEN-100', 5, 450, 1, 21);
INSERT INTO public.orders_item (id, sku, quantity, unit_price_cents, tenant_id, order_id) VALUES (44, 'TEA-GREEN-100', 6, 450, 1, 22);
INSERT INTO public.orders_item (id, sku, quantity, unit_price_cents, tenant_id, order_id) VALUES (45, 'TEA­', 6, 450, 1, 22);
INSERT INTO public.orders_item (id, sku, quantity, unit_price_cents, tenant_id, order_id) VALUES (46, 'TEA-GREEN-100', 7, 450, 1, 23);
INSERT INTO public.orders_item (id, sku, quantity, unit_price_cents, tenant_id, order_id) VALUES (47, 'TEA­', 7, 450, 1, 23);
INSERT INTO public.orders_item (id, sku, quantity, unit_price_cents, tenant_id, order_id) VALUES (48, 'CAFÉ', 7, 450, 1, 23);
INSERT INTO public.orders_item (id, sku, quantity, unit_price_cents, tenant_id, order_id) VALUES (49, 'TEA-GREEN-100', 8, 450, 1, 24);
INSERT INTO public.orders_item (id, sku, quantity, unit_price_cents, tenant_id, order_id) VALUES (50, 'TEA­', 8, 450, 1, 24);
INSERT INTO public.orders_item (id, sku, quantity, unit_price_cents, tenant_id, order_id) VALUES (51, 'CAFÉ', 8, 450, 1, 24);
INSERT INTO public.orders_item (id, sku, quantity, unit_price_cents, tenant_id, order_id) VALUES (52, 'MUG	BLUE', 8, 450, 1, 24);
INSERT INTO public.orders_item (id, sku, quantity, unit_price_cents, tenant_id, order_id) VALUES (53, 'TEA-GREEN-100', 5, 450, 2, 25);
INSERT INTO public.orders_item (id, sku, quantity, unit_price_cents, tenant_id, order_id) VALUES (54, 'MUG-BLUE', 1, 790, 2, 25);
INSERT INTO public.orders_item (id, sku, quantity, unit_price_cents, tenant_id, order_id) VALUES (55, 'TEA-BLACK-100', 2, 390, 2, 26);
INSERT INTO public.orders_item (id, sku, quantity, unit_price_cents, tenant_id, order_id) VALUES (56, 'MUG-WHITE', 5, 790, 2, 26);
INSERT INTO public.orders_item (id, sku, quantity, unit_price_cents, tenant_id, order_id) VALUES (57, 'TEA-BLACK-100', 5, 390, 2, 27);
INSERT INTO public.orders_item (id, sku, quantity, unit_price_cents, tenant_id, order_id) VALUES (58, 'MUG-BLUE', 2, 790, 2, 27);
INSERT INTO public.orders_item (id, sku, quantity, unit_price_cents, tenant_id, order_id) VALUES (59, 'TEA-HERBAL-50', 1, 490, 2, 28);
INSERT INTO public.orders_item (id, sku, quantity, unit_price_cents, tenant_id, order_id) VALUES (60, 'SUGAR-500', 2, 250, 2, 28);
INSERT INTO public.orders_item (id, sku, quantity, unit_price_cents, tenant_id, order_id) VALUES (61, 'TEA-HERBAL-50', 3, 490, 2, 29);
INSERT INTO public.orders_item (id, sku, quantity, unit_price_cents, tenant_id, order_id) VALUES (62, 'TEA-BLACK-100', 2, 390, 2, 29);
INSERT INTO public.orders_item (id, sku, quantity, unit_price_cents, tenant_id, order_id) VALUES (63, 'TEA-HERBAL-50', 1, 490, 2, 30);
INSERT INTO public.orders_item (id, sku, quantity, unit_price_cents, tenant_id, order_id) VALUES (64, 'TEA-GREEN-100', 4, 450, 2, 30);
INSERT INTO public.orders_item (id, sku, quantity, unit_price_cents, tenant_id, order_id) VALUES (65, 'SUGAR-500', 3, 250, 2, 31);
INSERT INTO public.orders_item (id, sku, quantity, unit_price_cents, tenant_id, order_id) VALUES (66, 'MUG-WHITE', 3, 790, 2, 31);
INSERT INTO public.orders_item (id, sku, quantity, unit_price_cents, tenant_id, order_id) VALUES (67, 'POT-STEEL-1L', 4, 2490, 2, 32);
INSERT INTO public.orders_item (id, sku, quantity, unit_price_cents, tenant_id, order_id) VALUES (68, 'MUG-WHITE', 1, 790, 2, 32);
INSERT INTO public.orders_item (id, sku, quantity, unit_price_cents, tenant_id, order_id) VALUES (69, 'TEA-GREEN-100', 5, 450, 2, 33);
INSERT INTO public.orders_item (id, sku, quantity, unit_price_cents, tenant_id, order_id) VALUES (70, 'TEA-HERBAL-50', 5, 490, 2, 33);
INSERT INTO public.orders_item (id, sku, quantity, unit_price_cents, tenant_id, order_id) VALUES (71, 'TEA-HERBAL-50', 5, 490, 2, 34);
INSERT INTO public.orders_item (id, sku, quantity, unit_price_cents, tenant_id, order_id) VALUES (72, 'TEA-BLACK-100', 1, 390, 2, 34);
INSERT INTO public.orders_item (id, sku, quantity, unit_price_cents, tenant_id, order_id) VALUES (73, 'TEA-GREEN-100', 1, 450, 2, 35);
INSERT INTO public.orders_item (id, sku, quantity, unit_price_cents, tenant_id, order_id) VALUES (74, 'TEA-GREEN-100', 2, 450, 2, 36);
INSERT INTO public.orders_item (id, sku, quantity, unit_price_cents, tenant_id, order_id) VALUES (75, 'TEA­', 2, 450, 2, 36);
INSERT INTO public.orders_item (id, sku, quantity, unit_price_cents, tenant_id, order_id) VALUES (76, 'TEA-GREEN-100', 3, 450, 2, 37);
INSERT INTO public.orders_item (id, sku, quantity, unit_price_cents, tenant_id, order_id) VALUES (77, 'TEA­', 3, 450, 2, 37);
INSERT INTO public.orders_item (id, sku, quantity, unit_price_cents, tenant_id, order_id) VALUES (78, 'CAFÉ', 3, 450, 2, 37);
INSERT INTO public.orders_item (id, sku, quantity, unit_price_cents, tenant_id, order_id) VALUES (79, 'TEA-GREEN-100', 4, 450, 2, 38);
INSERT INTO public.orders_item (id, sku, quantity, unit_price_cents, tenant_id, order_id) VALUES (80, 'TEA­', 4, 450, 2, 38);
INSERT INTO public.orders_item (id, sku, quantity, unit_price_cents, tenant_id, order_id) VALUES (81, 'CAFÉ', 4, 450, 2, 38);
INSERT INTO public.orders_item (id, sku, quantity, unit_price_cents, tenant_id, order_id) VALUES (82, 'MUG	BLUE', 4, 450, 2, 38);
INSERT INTO public.orders_item (id, sku, quantity, unit_price_cents, tenant_id, order_id) VALUES (83, 'TEA-GREEN-100', 5, 450, 2, 39);
INSERT INTO public.orders_item (id, sku, quantity, unit_price_cents, tenant_id, order_id) VALUES (84, 'TEA-GREEN-100', 6, 450, 2, 40);
INSERT INTO public.orders_item (id, sku, quantity, unit_price_cents, tenant_id, order_id) VALUES (85, 'TEA­', 6, 450, 2, 40);
INSERT INTO public.orders_item (id, sku, quantity, unit_price_cents, tenant_id, order_id) VALUES (86, 'TEA-GREEN-100', 7, 450, 2, 41);
INSERT INTO public.orders_item (id, sku, quantity, unit_price_cents, tenant_id, order_id) VALUES (87, 'TEA­', 7, 450, 2, 41);
INSERT INTO public.orders_item (id, sku, quantity, unit_price_cents, tenant_id, order_id) VALUES (88, 'CAFÉ', 7, 450, 2, 41);
INSERT INTO public.orders_item (id, sku, quantity, unit_price_cents, tenant_id, order_id) VALUES (89, 'TEA-GREEN-100', 8, 450, 2, 42);
INSERT INTO public.orders_item (id, sku, quantity, unit_price_cents, tenant_id, order_id) VALUES (90, 'TEA­', 8, 450, 2, 42);
INSERT INTO public.orders_item (id, sku, quantity, unit_price_cents, tenant_id, order_id) VALUES (91, 'CAFÉ', 8, 450, 2, 42);
INSERT INTO public.orders_item (id, sku, quantity, unit_price_cents, tenant_id, order_id) VALUES (92, 'MUG	BLUE', 8, 450, 2, 42);


--
-- Data for Name: orders_order; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.orders_order (id, status, total_cents, created_at, updated_at, paid_at, shipped_at, cancelled_at, archived_at, customer_id, tenant_id) VALUES (1, 'shipped', 4730, '2026-01-05 19:56:00+00', '2026-01-06 19:56:00+00', '2026-01-05 20:56:00+00', '2026-01-06 19:56:00+00', NULL, NULL, 1, 1);
INSERT INTO public.orders_order (id, status, total_cents, created_at, updated_at, paid_at, shipped_at, cancelled_at, archived_at, customer_id, tenant_id) VALUES (2, 'shipped', 3530, '2026-03-23 18:37:00+00', '2026-03-24 18:37:00+00', '2026-03-23 19:37:00+00', '2026-03-24 18:37:00+00', NULL, NULL, 1, 1);
INSERT INTO public.orders_order (id, status, total_cents, created_at, updated_at, paid_at, shipped_at, cancelled_at, archived_at, customer_id, tenant_id) VALUES (3, 'shipped', 990, '2026-05-08 02:13:00+00', '2026-05-09 02:13:00+00', '2026-05-08 03:13:00+00', '2026-05-09 02:13:00+00', NULL, NULL, 2, 1);
INSERT INTO public.orders_order (id, status, total_cents, created_at, updated_at, paid_at, shipped_at, cancelled_at, archived_at, customer_id, tenant_id) VALUES (4, 'cancelled', 2250, '2026-06-24 06:07:00+00', '2026-06-24 08:07:00+00', NULL, NULL, '2026-06-24 08:07:00+00', NULL, 2, 1);
INSERT INTO public.orders_order (id, status, total_cents, created_at, updated_at, paid_at, shipped_at, cancelled_at, archived_at, customer_id, tenant_id) VALUES (5, 'paid', 2290, '2026-01-18 14:33:00+00', '2026-01-18 15:33:00+00', '2026-01-18 15:33:00+00', NULL, NULL, NULL, 3, 1);
INSERT INTO public.orders_order (id, status, total_cents, created_at, updated_at, paid_at, shipped_at, cancelled_at, archived_at, customer_id, tenant_id) VALUES (6, 'draft', 3120, '2026-05-27 22:23:00+00', '2026-05-27 22:23:00+00', NULL, NULL, NULL, NULL, 3, 1);
INSERT INTO public.orders_order (id, status, total_cents, created_at, updated_at, paid_at, shipped_at, cancelled_at, archived_at, customer_id, tenant_id) VALUES (7, 'shipped', 10750, '2026-06-27 03:36:00+00', '2026-06-28 03:36:00+00', '2026-06-27 04:36:00+00', '2026-06-28 03:36:00+00', NULL, NULL, 4, 1);
INSERT INTO public.orders_order (id, status, total_cents, created_at, updated_at, paid_at, shipped_at, cancelled_at, archived_at, customer_id, tenant_id) VALUES (8, 'cancelled', 4700, '2026-06-11 04:35:00+00', '2026-06-11 06:35:00+00', NULL, NULL, '2026-06-11 06:35:00+00', NULL, 4, 1);
INSERT INTO public.orders_order (id, status, total_cents, created_at, updated_at, paid_at, shipped_at, cancelled_at, archived_at, customer_id, tenant_id) VALUES (9, 'shipped', 2840, '2026-01-09 08:12:00+00', '2026-01-10 08:12:00+00', '2026-01-09 09:12:00+00', '2026-01-10 08:12:00+00', NULL, NULL, 5, 1);
INSERT INTO public.orders_order (id, status, total_cents, created_at, updated_at, paid_at, shipped_at, cancelled_at, archived_at, customer_id, tenant_id) VALUES (10, 'draft', 2070, '2026-06-07 17:43:00+00', '2026-06-07 17:43:00+00', NULL, NULL, NULL, NULL, 5, 1);
INSERT INTO public.orders_order (id, status, total_cents, created_at, updated_at, paid_at, shipped_at, cancelled_at, archived_at, customer_id, tenant_id) VALUES (11, 'paid', 4740, '2026-01-30 14:38:00+00', '2026-01-30 15:38:00+00', '2026-01-30 15:38:00+00', NULL, NULL, NULL, 6, 1);
INSERT INTO public.orders_order (id, status, total_cents, created_at, updated_at, paid_at, shipped_at, cancelled_at, archived_at, customer_id, tenant_id) VALUES (12, 'shipped', 8450, '2026-05-08 18:17:00+00', '2026-05-09 18:17:00+00', '2026-05-08 19:17:00+00', '2026-05-09 18:17:00+00', NULL, NULL, 6, 1);
INSERT INTO public.orders_order (id, status, total_cents, created_at, updated_at, paid_at, shipped_at, cancelled_at, archived_at, customer_id, tenant_id) VALUES (13, 'shipped', 4070, '2026-04-08 05:41:00+00', '2026-04-09 05:41:00+00', '2026-04-08 06:41:00+00', '2026-04-09 05:41:00+00', NULL, NULL, 7, 1);
INSERT INTO public.orders_order (id, status, total_cents, created_at, updated_at, paid_at, shipped_at, cancelled_at, archived_at, customer_id, tenant_id) VALUES (14, 'shipped', 3940, '2026-02-19 03:25:00+00', '2026-02-20 03:25:00+00', '2026-02-19 04:25:00+00', '2026-02-20 03:25:00+00', NULL, NULL, 7, 1);
INSERT INTO public.orders_order (id, status, total_cents, created_at, updated_at, paid_at, shipped_at, cancelled_at, archived_at, customer_id, tenant_id) VALUES (15, 'cancelled', 13620, '2026-06-03 10:28:00+00', '2026-06-03 12:28:00+00', NULL, NULL, '2026-06-03 12:28:00+00', NULL, 8, 1);
INSERT INTO public.orders_order (id, status, total_cents, created_at, updated_at, paid_at, shipped_at, cancelled_at, archived_at, customer_id, tenant_id) VALUES (16, 'paid', 640, '2026-05-27 13:17:00+00', '2026-05-27 14:17:00+00', '2026-05-27 14:17:00+00', NULL, NULL, NULL, 8, 1);
INSERT INTO public.orders_order (id, status, total_cents, created_at, updated_at, paid_at, shipped_at, cancelled_at, archived_at, customer_id, tenant_id) VALUES (17, 'draft', 450, '2026-11-28 05:15:00.778236+00', '2026-11-28 05:15:00.778236+00', NULL, NULL, NULL, NULL, 9, 1);
INSERT INTO public.orders_order (id, status, total_cents, created_at, updated_at, paid_at, shipped_at, cancelled_at, archived_at, customer_id, tenant_id) VALUES (18, 'paid', 1800, '2026-11-28 05:15:00.7875+00', '2026-11-28 05:15:00.793641+00', '2026-11-28 05:15:00.793641+00', NULL, NULL, NULL, 10, 1);
INSERT INTO public.orders_order (id, status, total_cents, created_at, updated_at, paid_at, shipped_at, cancelled_at, archived_at, customer_id, tenant_id) VALUES (19, 'shipped', 4050, '2026-11-28 05:15:00.800251+00', '2026-11-28 05:15:00.812434+00', '2026-11-28 05:15:00.806338+00', '2026-11-28 05:15:00.812434+00', NULL, NULL, 11, 1);
INSERT INTO public.orders_order (id, status, total_cents, created_at, updated_at, paid_at, shipped_at, cancelled_at, archived_at, customer_id, tenant_id) VALUES (20, 'cancelled', 7200, '2026-11-28 05:15:00.819032+00', '2026-11-28 05:15:00.82551+00', NULL, NULL, '2026-11-28 05:15:00.82551+00', NULL, 12, 1);
INSERT INTO public.orders_order (id, status, total_cents, created_at, updated_at, paid_at, shipped_at, cancelled_at, archived_at, customer_id, tenant_id) VALUES (21, 'cancelled', 2250, '2026-11-28 05:15:00.834887+00', '2026-11-28 05:15:00.848419+00', '2026-11-28 05:15:00.841742+00', NULL, '2026-11-28 05:15:00.848419+00', NULL, 13, 1);
INSERT INTO public.orders_order (id, status, total_cents, created_at, updated_at, paid_at, shipped_at, cancelled_at, archived_at, customer_id, tenant_id) VALUES (22, 'draft', 5400, '2026-11-28 05:15:00.856087+00', '2026-11-28 05:15:00.862482+00', NULL, NULL, NULL, '2026-11-28 05:15:00.862482+00', 14, 1);
INSERT INTO public.orders_order (id, status, total_cents, created_at, updated_at, paid_at, shipped_at, cancelled_at, archived_at, customer_id, tenant_id) VALUES (23, 'shipped', 9450, '2026-11-28 05:15:00.870375+00', '2026-11-28 05:15:00.889246+00', '2026-11-28 05:15:00.876801+00', '2026-11-28 05:15:00.883264+00', NULL, '2026-11-28 05:15:00.889246+00', 9, 1);
INSERT INTO public.orders_order (id, status, total_cents, created_at, updated_at, paid_at, shipped_at, cancelled_at, archived_at, customer_id, tenant_id) VALUES (24, 'cancelled', 14400, '2026-11-28 05:15:00.895984+00', '2026-11-28 05:15:00.915807+00', NULL, NULL, '2026-11-28 05:15:00.901966+00', NULL, 10, 1);
INSERT INTO public.orders_order (id, status, total_cents, created_at, updated_at, paid_at, shipped_at, cancelled_at, archived_at, customer_id, tenant_id) VALUES (25, 'draft', 3040, '2026-01-06 10:11:00+00', '2026-01-06 10:11:00+00', NULL, NULL, NULL, NULL, 16, 2);
INSERT INTO public.orders_order (id, status, total_cents, created_at, updated_at, paid_at, shipped_at, cancelled_at, archived_at, customer_id, tenant_id) VALUES (26, 'shipped', 4730, '2026-01-05 19:56:00+00', '2026-01-06 19:56:00+00', '2026-01-05 20:56:00+00', '2026-01-06 19:56:00+00', NULL, NULL, 16, 2);
INSERT INTO public.orders_order (id, status, total_cents, created_at, updated_at, paid_at, shipped_at, cancelled_at, archived_at, customer_id, tenant_id) VALUES (27, 'shipped', 3530, '2026-03-23 18:37:00+00', '2026-03-24 18:37:00+00', '2026-03-23 19:37:00+00', '2026-03-24 18:37:00+00', NULL, NULL, 17, 2);
INSERT INTO public.orders_order (id, status, total_cents, created_at, updated_at, paid_at, shipped_at, cancelled_at, archived_at, customer_id, tenant_id) VALUES (28, 'shipped', 990, '2026-05-08 02:13:00+00', '2026-05-09 02:13:00+00', '2026-05-08 03:13:00+00', '2026-05-09 02:13:00+00', NULL, NULL, 17, 2);
INSERT INTO public.orders_order (id, status, total_cents, created_at, updated_at, paid_at, shipped_at, cancelled_at, archived_at, customer_id, tenant_id) VALUES (29, 'cancelled', 2250, '2026-06-24 06:07:00+00', '2026-06-24 08:07:00+00', NULL, NULL, '2026-06-24 08:07:00+00', NULL, 18, 2);
INSERT INTO public.orders_order (id, status, total_cents, created_at, updated_at, paid_at, shipped_at, cancelled_at, archived_at, customer_id, tenant_id) VALUES (30, 'paid', 2290, '2026-01-18 14:33:00+00', '2026-01-18 15:33:00+00', '2026-01-18 15:33:00+00', NULL, NULL, NULL, 18, 2);
INSERT INTO public.orders_order (id, status, total_cents, created_at, updated_at, paid_at, shipped_at, cancelled_at, archived_at, customer_id, tenant_id) VALUES (31, 'draft', 3120, '2026-05-27 22:23:00+00', '2026-05-27 22:23:00+00', NULL, NULL, NULL, NULL, 19, 2);
INSERT INTO public.orders_order (id, status, total_cents, created_at, updated_at, paid_at, shipped_at, cancelled_at, archived_at, customer_id, tenant_id) VALUES (32, 'shipped', 10750, '2026-06-27 03:36:00+00', '2026-06-28 03:36:00+00', '2026-06-27 04:36:00+00', '2026-06-28 03:36:00+00', NULL, NULL, 19, 2);
INSERT INTO public.orders_order (id, status, total_cents, created_at, updated_at, paid_at, shipped_at, cancelled_at, archived_at, customer_id, tenant_id) VALUES (33, 'cancelled', 4700, '2026-06-11 04:35:00+00', '2026-06-11 06:35:00+00', NULL, NULL, '2026-06-11 06:35:00+00', NULL, 20, 2);
INSERT INTO public.orders_order (id, status, total_cents, created_at, updated_at, paid_at, shipped_at, cancelled_at, archived_at, customer_id, tenant_id) VALUES (34, 'shipped', 2840, '2026-01-09 08:12:00+00', '2026-01-10 08:12:00+00', '2026-01-09 09:12:00+00', '2026-01-10 08:12:00+00', NULL, NULL, 20, 2);
INSERT INTO public.orders_order (id, status, total_cents, created_at, updated_at, paid_at, shipped_at, cancelled_at, archived_at, customer_id, tenant_id) VALUES (35, 'draft', 450, '2026-11-28 05:15:00.993682+00', '2026-11-28 05:15:00.993682+00', NULL, NULL, NULL, NULL, 21, 2);
INSERT INTO public.orders_order (id, status, total_cents, created_at, updated_at, paid_at, shipped_at, cancelled_at, archived_at, customer_id, tenant_id) VALUES (36, 'paid', 1800, '2026-11-28 05:15:01.001411+00', '2026-11-28 05:15:01.007736+00', '2026-11-28 05:15:01.007736+00', NULL, NULL, NULL, 22, 2);
INSERT INTO public.orders_order (id, status, total_cents, created_at, updated_at, paid_at, shipped_at, cancelled_at, archived_at, customer_id, tenant_id) VALUES (37, 'shipped', 4050, '2026-11-28 05:15:01.016388+00', '2026-11-28 05:15:01.029562+00', '2026-11-28 05:15:01.023161+00', '2026-11-28 05:15:01.029562+00', NULL, NULL, 23, 2);
INSERT INTO public.orders_order (id, status, total_cents, created_at, updated_at, paid_at, shipped_at, cancelled_at, archived_at, customer_id, tenant_id) VALUES (38, 'cancelled', 7200, '2026-11-28 05:15:01.038531+00', '2026-11-28 05:15:01.04539+00', NULL, NULL, '2026-11-28 05:15:01.04539+00', NULL, 24, 2);
INSERT INTO public.orders_order (id, status, total_cents, created_at, updated_at, paid_at, shipped_at, cancelled_at, archived_at, customer_id, tenant_id) VALUES (39, 'cancelled', 2250, '2026-11-28 05:15:01.053908+00', '2026-11-28 05:15:01.06771+00', '2026-11-28 05:15:01.060881+00', NULL, '2026-11-28 05:15:01.06771+00', NULL, 25, 2);
INSERT INTO public.orders_order (id, status, total_cents, created_at, updated_at, paid_at, shipped_at, cancelled_at, archived_at, customer_id, tenant_id) VALUES (40, 'draft', 5400, '2026-11-28 05:15:01.075712+00', '2026-11-28 05:15:01.083352+00', NULL, NULL, NULL, '2026-11-28 05:15:01.083352+00', 26, 2);
INSERT INTO public.orders_order (id, status, total_cents, created_at, updated_at, paid_at, shipped_at, cancelled_at, archived_at, customer_id, tenant_id) VALUES (41, 'shipped', 9450, '2026-11-28 05:15:01.092584+00', '2026-11-28 05:15:01.112357+00', '2026-11-28 05:15:01.099371+00', '2026-11-28 05:15:01.105945+00', NULL, '2026-11-28 05:15:01.112357+00', 21, 2);
INSERT INTO public.orders_order (id, status, total_cents, created_at, updated_at, paid_at, shipped_at, cancelled_at, archived_at, customer_id, tenant_id) VALUES (42, 'cancelled', 14400, '2026-11-28 05:15:01.120033+00', '2026-11-28 05:15:01.140234+00', NULL, NULL, '2026-11-28 05:15:01.126881+00', NULL, 22, 2);


--
-- Data for Name: orders_orderevent; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.orders_orderevent (id, kind, created_at, order_id, tenant_id) VALUES (1, 'paid', '2026-01-05 20:56:00+00', 1, 1);
INSERT INTO public.orders_orderevent (id, kind, created_at, order_id, tenant_id) VALUES (2, 'shipped', '2026-01-06 19:56:00+00', 1, 1);
INSERT INTO public.orders_orderevent (id, kind, created_at, order_id, tenant_id) VALUES (3, 'paid', '2026-03-23 19:37:00+00', 2, 1);
INSERT INTO public.orders_orderevent (id, kind, created_at, order_id, tenant_id) VALUES (4, 'shipped', '2026-03-24 18:37:00+00', 2, 1);
INSERT INTO public.orders_orderevent (id, kind, created_at, order_id, tenant_id) VALUES (5, 'paid', '2026-05-08 03:13:00+00', 3, 1);
INSERT INTO public.orders_orderevent (id, kind, created_at, order_id, tenant_id) VALUES (6, 'shipped', '2026-05-09 02:13:00+00', 3, 1);
INSERT INTO public.orders_orderevent (id, kind, created_at, order_id, tenant_id) VALUES (7, 'cancelled', '2026-06-24 08:07:00+00', 4, 1);
INSERT INTO public.orders_orderevent (id, kind, created_at, order_id, tenant_id) VALUES (8, 'paid', '2026-01-18 15:33:00+00', 5, 1);
INSERT INTO public.orders_orderevent (id, kind, created_at, order_id, tenant_id) VALUES (9, 'paid', '2026-06-27 04:36:00+00', 7, 1);
INSERT INTO public.orders_orderevent (id, kind, created_at, order_id, tenant_id) VALUES (10, 'shipped', '2026-06-28 03:36:00+00', 7, 1);
INSERT INTO public.orders_orderevent (id, kind, created_at, order_id, tenant_id) VALUES (11, 'cancelled', '2026-06-11 06:35:00+00', 8, 1);
INSERT INTO public.orders_orderevent (id, kind, created_at, order_id, tenant_id) VALUES (12, 'paid', '2026-01-09 09:12:00+00', 9, 1);
INSERT INTO public.orders_orderevent (id, kind, created_at, order_id, tenant_id) VALUES (13, 'shipped', '2026-01-10 08:12:00+00', 9, 1);
INSERT INTO public.orders_orderevent (id, kind, created_at, order_id, tenant_id) VALUES (14, 'paid', '2026-01-30 15:38:00+00', 11, 1);
INSERT INTO public.orders_orderevent (id, kind, created_at, order_id, tenant_id) VALUES (15, 'paid', '2026-05-08 19:17:00+00', 12, 1);
INSERT INTO public.orders_orderevent (id, kind, created_at, order_id, tenant_id) VALUES (16, 'shipped', '2026-05-09 18:17:00+00', 12, 1);
INSERT INTO public.orders_orderevent (id, kind, created_at, order_id, tenant_id) VALUES (17, 'paid', '2026-04-08 06:41:00+00', 13, 1);
INSERT INTO public.orders_orderevent (id, kind, created_at, order_id, tenant_id) VALUES (18, 'shipped', '2026-04-09 05:41:00+00', 13, 1);
INSERT INTO public.orders_orderevent (id, kind, created_at, order_id, tenant_id) VALUES (19, 'paid', '2026-02-19 04:25:00+00', 14, 1);
INSERT INTO public.orders_orderevent (id, kind, created_at, order_id, tenant_id) VALUES (20, 'shipped', '2026-02-20 03:25:00+00', 14, 1);
INSERT INTO public.orders_orderevent (id, kind, created_at, order_id, tenant_id) VALUES (21, 'cancelled', '2026-06-03 12:28:00+00', 15, 1);
INSERT INTO public.orders_orderevent (id, kind, created_at, order_id, tenant_id) VALUES (22, 'paid', '2026-05-27 14:17:00+00', 16, 1);
INSERT INTO public.orders_orderevent (id, kind, created_at, order_id, tenant_id) VALUES (23, 'paid', '2026-11-28 05:15:00.793641+00', 18, 1);
INSERT INTO public.orders_orderevent (id, kind, created_at, order_id, tenant_id) VALUES (24, 'paid', '2026-11-28 05:15:00.806338+00', 19, 1);
INSERT INTO public.orders_orderevent (id, kind, created_at, order_id, tenant_id) VALUES (25, 'shipped', '2026-11-28 05:15:00.812434+00', 19, 1);
INSERT INTO public.orders_orderevent (id, kind, created_at, order_id, tenant_id) VALUES (26, 'cancelled', '2026-11-28 05:15:00.82551+00', 20, 1);
INSERT INTO public.orders_orderevent (id, kind, created_at, order_id, tenant_id) VALUES (27, 'paid', '2026-11-28 05:15:00.841742+00', 21, 1);
INSERT INTO public.orders_orderevent (id, kind, created_at, order_id, tenant_id) VALUES (28, 'cancelled', '2026-11-28 05:15:00.848419+00', 21, 1);
INSERT INTO public.orders_orderevent (id, kind, created_at, order_id, tenant_id) VALUES (29, 'archived', '2026-11-28 05:15:00.862482+00', 22, 1);
INSERT INTO public.orders_orderevent (id, kind, created_at, order_id, tenant_id) VALUES (30, 'paid', '2026-11-28 05:15:00.876801+00', 23, 1);
INSERT INTO public.orders_orderevent (id, kind, created_at, order_id, tenant_id) VALUES (31, 'shipped', '2026-11-28 05:15:00.883264+00', 23, 1);
INSERT INTO public.orders_orderevent (id, kind, created_at, order_id, tenant_id) VALUES (32, 'archived', '2026-11-28 05:15:00.889246+00', 23, 1);
INSERT INTO public.orders_orderevent (id, kind, created_at, order_id, tenant_id) VALUES (33, 'cancelled', '2026-11-28 05:15:00.901966+00', 24, 1);
INSERT INTO public.orders_orderevent (id, kind, created_at, order_id, tenant_id) VALUES (34, 'archived', '2026-11-28 05:15:00.909265+00', 24, 1);
INSERT INTO public.orders_orderevent (id, kind, created_at, order_id, tenant_id) VALUES (35, 'unarchived', '2026-11-28 05:15:00.915807+00', 24, 1);
INSERT INTO public.orders_orderevent (id, kind, created_at, order_id, tenant_id) VALUES (36, 'paid', '2026-01-05 20:56:00+00', 26, 2);
INSERT INTO public.orders_orderevent (id, kind, created_at, order_id, tenant_id) VALUES (37, 'shipped', '2026-01-06 19:56:00+00', 26, 2);
INSERT INTO public.orders_orderevent (id, kind, created_at, order_id, tenant_id) VALUES (38, 'paid', '2026-03-23 19:37:00+00', 27, 2);
INSERT INTO public.orders_orderevent (id, kind, created_at, order_id, tenant_id) VALUES (39, 'shipped', '2026-03-24 18:37:00+00', 27, 2);
INSERT INTO public.orders_orderevent (id, kind, created_at, order_id, tenant_id) VALUES (40, 'paid', '2026-05-08 03:13:00+00', 28, 2);
INSERT INTO public.orders_orderevent (id, kind, created_at, order_id, tenant_id) VALUES (41, 'shipped', '2026-05-09 02:13:00+00', 28, 2);
INSERT INTO public.orders_orderevent (id, kind, created_at, order_id, tenant_id) VALUES (42, 'cancelled', '2026-06-24 08:07:00+00', 29, 2);
INSERT INTO public.orders_orderevent (id, kind, created_at, order_id, tenant_id) VALUES (43, 'paid', '2026-01-18 15:33:00+00', 30, 2);
INSERT INTO public.orders_orderevent (id, kind, created_at, order_id, tenant_id) VALUES (44, 'paid', '2026-06-27 04:36:00+00', 32, 2);
INSERT INTO public.orders_orderevent (id, kind, created_at, order_id, tenant_id) VALUES (45, 'shipped', '2026-06-28 03:36:00+00', 32, 2);
INSERT INTO public.orders_orderevent (id, kind, created_at, order_id, tenant_id) VALUES (46, 'cancelled', '2026-06-11 06:35:00+00', 33, 2);
INSERT INTO public.orders_orderevent (id, kind, created_at, order_id, tenant_id) VALUES (47, 'paid', '2026-01-09 09:12:00+00', 34, 2);
INSERT INTO public.orders_orderevent (id, kind, created_at, order_id, tenant_id) VALUES (48, 'shipped', '2026-01-10 08:12:00+00', 34, 2);
INSERT INTO public.orders_orderevent (id, kind, created_at, order_id, tenant_id) VALUES (49, 'paid', '2026-11-28 05:15:01.007736+00', 36, 2);
INSERT INTO public.orders_orderevent (id, kind, created_at, order_id, tenant_id) VALUES (50, 'paid', '2026-11-28 05:15:01.023161+00', 37, 2);
INSERT INTO public.orders_orderevent (id, kind, created_at, order_id, tenant_id) VALUES (51, 'shipped', '2026-11-28 05:15:01.029562+00', 37, 2);
INSERT INTO public.orders_orderevent (id, kind, created_at, order_id, tenant_id) VALUES (52, 'cancelled', '2026-11-28 05:15:01.04539+00', 38, 2);
INSERT INTO public.orders_orderevent (id, kind, created_at, order_id, tenant_id) VALUES (53, 'paid', '2026-11-28 05:15:01.060881+00', 39, 2);
INSERT INTO public.orders_orderevent (id, kind, created_at, order_id, tenant_id) VALUES (54, 'cancelled', '2026-11-28 05:15:01.06771+00', 39, 2);
INSERT INTO public.orders_orderevent (id, kind, created_at, order_id, tenant_id) VALUES (55, 'archived', '2026-11-28 05:15:01.083352+00', 40, 2);
INSERT INTO public.orders_orderevent (id, kind, created_at, order_id, tenant_id) VALUES (56, 'paid', '2026-11-28 05:15:01.099371+00', 41, 2);
INSERT INTO public.orders_orderevent (id, kind, created_at, order_id, tenant_id) VALUES (57, 'shipped', '2026-11-28 05:15:01.105945+00', 41, 2);
INSERT INTO public.orders_orderevent (id, kind, created_at, order_id, tenant_id) VALUES (58, 'archived', '2026-11-28 05:15:01.112357+00', 41, 2);
INSERT INTO public.orders_orderevent (id, kind, created_at, order_id, tenant_id) VALUES (59, 'cancelled', '2026-11-28 05:15:01.126881+00', 42, 2);
INSERT INTO public.orders_orderevent (id, kind, created_at, order_id, tenant_id) VALUES (60, 'archived', '2026-11-28 05:15:01.134021+00', 42, 2);
INSERT INTO public.orders_orderevent (id, kind, created_at, order_id, tenant_id) VALUES (61, 'unarchived', '2026-11-28 05:15:01.140234+00', 42, 2);


--
-- Data for Name: reporting_customertotal; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.reporting_customertotal (id, order_count, total_cents, customer_id, tenant_id) VALUES (1, 2, 8260, 1, 1);
INSERT INTO public.reporting_customertotal (id, order_count, total_cents, customer_id, tenant_id) VALUES (2, 1, 990, 2, 1);
INSERT INTO public.reporting_customertotal (id, order_count, total_cents, customer_id, tenant_id) VALUES (3, 1, 2290, 3, 1);
INSERT INTO public.reporting_customertotal (id, order_count, total_cents, customer_id, tenant_id) VALUES (4, 1, 10750, 4, 1);
INSERT INTO public.reporting_customertotal (id, order_count, total_cents, customer_id, tenant_id) VALUES (5, 1, 2840, 5, 1);
INSERT INTO public.reporting_customertotal (id, order_count, total_cents, customer_id, tenant_id) VALUES (6, 2, 13190, 6, 1);
INSERT INTO public.reporting_customertotal (id, order_count, total_cents, customer_id, tenant_id) VALUES (7, 2, 8010, 7, 1);
INSERT INTO public.reporting_customertotal (id, order_count, total_cents, customer_id, tenant_id) VALUES (8, 1, 640, 8, 1);
INSERT INTO public.reporting_customertotal (id, order_count, total_cents, customer_id, tenant_id) VALUES (28, 0, 0, 12, 1);
INSERT INTO public.reporting_customertotal (id, order_count, total_cents, customer_id, tenant_id) VALUES (30, 0, 0, 14, 1);
INSERT INTO public.reporting_customertotal (id, order_count, total_cents, customer_id, tenant_id) VALUES (26, 1, 1800, 10, 1);
INSERT INTO public.reporting_customertotal (id, order_count, total_cents, customer_id, tenant_id) VALUES (27, 1, 4050, 11, 1);
INSERT INTO public.reporting_customertotal (id, order_count, total_cents, customer_id, tenant_id) VALUES (29, 0, 0, 13, 1);
INSERT INTO public.reporting_customertotal (id, order_count, total_cents, customer_id, tenant_id) VALUES (25, 0, 0, 9, 1);
INSERT INTO public.reporting_customertotal (id, order_count, total_cents, customer_id, tenant_id) VALUES (37, 0, 0, 15, 1);
INSERT INTO public.reporting_customertotal (id, order_count, total_cents, customer_id, tenant_id) VALUES (38, 1, 4730, 16, 2);
INSERT INTO public.reporting_customertotal (id, order_count, total_cents, customer_id, tenant_id) VALUES (39, 2, 4520, 17, 2);
INSERT INTO public.reporting_customertotal (id, order_count, total_cents, customer_id, tenant_id) VALUES (40, 1, 2290, 18, 2);
INSERT INTO public.reporting_customertotal (id, order_count, total_cents, customer_id, tenant_id) VALUES (41, 1, 10750, 19, 2);
INSERT INTO public.reporting_customertotal (id, order_count, total_cents, customer_id, tenant_id) VALUES (42, 1, 2840, 20, 2);
INSERT INTO public.reporting_customertotal (id, order_count, total_cents, customer_id, tenant_id) VALUES (56, 0, 0, 24, 2);
INSERT INTO public.reporting_customertotal (id, order_count, total_cents, customer_id, tenant_id) VALUES (58, 0, 0, 26, 2);
INSERT INTO public.reporting_customertotal (id, order_count, total_cents, customer_id, tenant_id) VALUES (54, 1, 1800, 22, 2);
INSERT INTO public.reporting_customertotal (id, order_count, total_cents, customer_id, tenant_id) VALUES (55, 1, 4050, 23, 2);
INSERT INTO public.reporting_customertotal (id, order_count, total_cents, customer_id, tenant_id) VALUES (57, 0, 0, 25, 2);
INSERT INTO public.reporting_customertotal (id, order_count, total_cents, customer_id, tenant_id) VALUES (53, 0, 0, 21, 2);
INSERT INTO public.reporting_customertotal (id, order_count, total_cents, customer_id, tenant_id) VALUES (65, 0, 0, 27, 2);


--
-- Data for Name: tenancy_apikey; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.tenancy_apikey (id, name, prefix, secret_sha256, scope, created_at, expires_at, revoked_at, tenant_id) VALUES (1, 'billing job', '00000001', 'c386d8e8d07342f2e39e189c8e6c57bb205bb373fe4e3a6f69404a8bb767b417', 'write', '2026-11-28 05:15:00.537619+00', NULL, NULL, 1);
INSERT INTO public.tenancy_apikey (id, name, prefix, secret_sha256, scope, created_at, expires_at, revoked_at, tenant_id) VALUES (2, 'reporting', '00000002', '68e4d75d23e31bd23f43266f769567b2588d9f3d3010fa7cacae7efd6f5ce0ad', 'read', '2026-11-28 05:15:00.540397+00', NULL, NULL, 1);
INSERT INTO public.tenancy_apikey (id, name, prefix, secret_sha256, scope, created_at, expires_at, revoked_at, tenant_id) VALUES (3, 'expired', '00000003', 'ac7edb97166f7d682720aca18fea15cdd5d15242dad38297a48633a806236c4f', 'write', '2026-11-28 05:15:00.541941+00', '2026-01-01 00:00:00+00', NULL, 1);
INSERT INTO public.tenancy_apikey (id, name, prefix, secret_sha256, scope, created_at, expires_at, revoked_at, tenant_id) VALUES (4, 'revoked', '00000004', '1fb497d126f59b0448178d04f0a33ca8ff9460874d90018821d3f5872bd9a735', 'write', '2026-11-28 05:15:00.543372+00', NULL, '2026-11-28 05:15:00.545976+00', 1);
INSERT INTO public.tenancy_apikey (id, name, prefix, secret_sha256, scope, created_at, expires_at, revoked_at, tenant_id) VALUES (5, 'billing job', '00000005', 'f3ce024b388cdb11d0fa5f9f6981cef239040b17b67ca2dd77847e15bce5bc2f', 'write', '2026-11-28 05:15:00.928354+00', NULL, NULL, 2);
INSERT INTO public.tenancy_apikey (id, name, prefix, secret_sha256, scope, created_at, expires_at, revoked_at, tenant_id) VALUES (6, 'reporting', '00000006', '7908e999d34f7da8aa441b81bff818a7c89d7dbcb754def7bb3f70744c557b11', 'read', '2026-11-28 05:15:00.930202+00', NULL, NULL, 2);
INSERT INTO public.tenancy_apikey (id, name, prefix, secret_sha256, scope, created_at, expires_at, revoked_at, tenant_id) VALUES (7, 'expired', '00000007', '77982011336d915790e77d8301a52da5654857a870de65fb16d0cb1a44820b9c', 'write', '2026-11-28 05:15:00.931814+00', '2026-01-01 00:00:00+00', NULL, 2);
INSERT INTO public.tenancy_apikey (id, name, prefix, secret_sha256, scope, created_at, expires_at, revoked_at, tenant_id) VALUES (8, 'revoked', '00000008', 'db5a1efda6e8c581987be91c9a48b94ee39bd299b34c1d781ff1f6774e81503e', 'write', '2026-11-28 05:15:00.933285+00', NULL, '2026-11-28 05:15:00.935402+00', 2);
INSERT INTO public.tenancy_apikey (id, name, prefix, secret_sha256, scope, created_at, expires_at, revoked_at, tenant_id) VALUES (9, 'billing job', '00000009', '1da5073ab17a3392066ca1b3049c07d043f374bcd69dc68362c21f98e3f6db8c', 'write', '2026-11-28 05:15:01.153711+00', NULL, NULL, 3);
INSERT INTO public.tenancy_apikey (id, name, prefix, secret_sha256, scope, created_at, expires_at, revoked_at, tenant_id) VALUES (10, 'reporting', '0000000a', '20de310de6a82c906fbd35cc837c81ececd066e4ccb63353926f8cf629e9006f', 'read', '2026-11-28 05:15:01.156383+00', NULL, NULL, 3);
INSERT INTO public.tenancy_apikey (id, name, prefix, secret_sha256, scope, created_at, expires_at, revoked_at, tenant_id) VALUES (11, 'expired', '0000000b', '2307f77f4efd7b73db57a22478647fcfa9ad6a6a89a4b8ba6e73544b77d7f6d3', 'write', '2026-11-28 05:15:01.158088+00', '2026-01-01 00:00:00+00', NULL, 3);
INSERT INTO public.tenancy_apikey (id, name, prefix, secret_sha256, scope, created_at, expires_at, revoked_at, tenant_id) VALUES (12, 'revoked', '0000000c', 'c9e3c1590462415e49831a0fcb56701686e745bb936f5946dfb01a9075f2a6df', 'write', '2026-11-28 05:15:01.159693+00', NULL, '2026-11-28 05:15:01.162399+00', 3);


--
-- Data for Name: tenancy_tenant; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.tenancy_tenant (id, slug, name, timezone, is_active, created_at) VALUES (1, 'acme', 'Acme​', 'Europe/Berlin', true, '2026-11-28 05:15:00.520028+00');
INSERT INTO public.tenancy_tenant (id, slug, name, timezone, is_active, created_at) VALUES (2, 'globex', 'Globéx', 'Asia/Kolkata', true, '2026-11-28 05:15:00.92161+00');
INSERT INTO public.tenancy_tenant (id, slug, name, timezone, is_active, created_at) VALUES (3, 'Acme', 'Acme
again', 'UTC', true, '2026-11-28 05:15:01.14641+00');


--
-- Name: customers_customer_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.customers_customer_id_seq', 27, true);


--
-- Name: django_migrations_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.django_migrations_id_seq', 12, true);


--
-- Name: idempotency_idempotencykey_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.idempotency_idempotencykey_id_seq', 54, true);


--
-- Name: orders_item_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.orders_item_id_seq', 92, true);


--
-- Name: orders_order_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.orders_order_id_seq', 42, true);


--
-- Name: orders_orderevent_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.orders_orderevent_id_seq', 61, true);


--
-- Name: reporting_customertotal_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.reporting_customertotal_id_seq', 65, true);


--
-- Name: tenancy_apikey_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.tenancy_apikey_id_seq', 12, true);


--
-- Name: tenancy_tenant_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.tenancy_tenant_id_seq', 3, true);


--
-- Name: customers_customer customer_email_unique; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.customers_customer
    ADD CONSTRAINT customer_email_unique UNIQUE (tenant_id, email);


--
-- Name: customers_customer customer_tenant_id; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.customers_customer
    ADD CONSTRAINT customer_tenant_id UNIQUE (tenant_id, id);


--
-- Name: customers_customer customers_customer_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.customers_customer
    ADD CONSTRAINT customers_customer_pkey PRIMARY KEY (id);


--
-- Name: reporting_customertotal customertotal_unique; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.reporting_customertotal
    ADD CONSTRAINT customertotal_unique UNIQUE (tenant_id, customer_id);


--
-- Name: django_migrations django_migrations_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.django_migrations
    ADD CONSTRAINT django_migrations_pkey PRIMARY KEY (id);


--
-- Name: idempotency_idempotencykey idempotency_idempotencykey_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.idempotency_idempotencykey
    ADD CONSTRAINT idempotency_idempotencykey_pkey PRIMARY KEY (id);


--
-- Name: idempotency_idempotencykey idempotencykey_unique; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.idempotency_idempotencykey
    ADD CONSTRAINT idempotencykey_unique UNIQUE (tenant_id, key);


--
-- Name: orders_item item_tenant_id; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.orders_item
    ADD CONSTRAINT item_tenant_id UNIQUE (tenant_id, id);


--
-- Name: orders_order order_tenant_id; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.orders_order
    ADD CONSTRAINT order_tenant_id UNIQUE (tenant_id, id);


--
-- Name: orders_item orders_item_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.orders_item
    ADD CONSTRAINT orders_item_pkey PRIMARY KEY (id);


--
-- Name: orders_order orders_order_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.orders_order
    ADD CONSTRAINT orders_order_pkey PRIMARY KEY (id);


--
-- Name: orders_orderevent orders_orderevent_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.orders_orderevent
    ADD CONSTRAINT orders_orderevent_pkey PRIMARY KEY (id);


--
-- Name: reporting_customertotal reporting_customertotal_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.reporting_customertotal
    ADD CONSTRAINT reporting_customertotal_pkey PRIMARY KEY (id);


--
-- Name: tenancy_apikey tenancy_apikey_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.tenancy_apikey
    ADD CONSTRAINT tenancy_apikey_pkey PRIMARY KEY (id);


--
-- Name: tenancy_apikey tenancy_apikey_prefix_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.tenancy_apikey
    ADD CONSTRAINT tenancy_apikey_prefix_key UNIQUE (prefix);


--
-- Name: tenancy_tenant tenancy_tenant_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.tenancy_tenant
    ADD CONSTRAINT tenancy_tenant_pkey PRIMARY KEY (id);


--
-- Name: tenancy_tenant tenancy_tenant_slug_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.tenancy_tenant
    ADD CONSTRAINT tenancy_tenant_slug_key UNIQUE (slug);


--
-- Name: customer_by_created; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX customer_by_created ON public.customers_customer USING btree (tenant_id, created_at, id);


--
-- Name: customer_email_trigrams; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX customer_email_trigrams ON public.customers_customer USING gin (tenant_id, email public.gin_trgm_ops) WITH (fastupdate=off);


--
-- Name: customertotal_by_total; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX customertotal_by_total ON public.reporting_customertotal USING btree (tenant_id, total_cents DESC, customer_id);


--
-- Name: event_by_order; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX event_by_order ON public.orders_orderevent USING btree (tenant_id, order_id, id);


--
-- Name: idempotencykey_by_created; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX idempotencykey_by_created ON public.idempotency_idempotencykey USING btree (tenant_id, created_at);


--
-- Name: item_by_order; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX item_by_order ON public.orders_item USING btree (tenant_id, order_id, id);


--
-- Name: order_by_created; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX order_by_created ON public.orders_order USING btree (tenant_id, created_at, id);


--
-- Name: order_by_customer; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX order_by_customer ON public.orders_order USING btree (tenant_id, customer_id, created_at, id);


--
-- Name: order_by_status; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX order_by_status ON public.orders_order USING btree (tenant_id, status, created_at, id);


--
-- Name: order_by_total; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX order_by_total ON public.orders_order USING btree (tenant_id, total_cents, id);


--
-- Name: order_revenue_by_paid; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX order_revenue_by_paid ON public.orders_order USING btree (tenant_id, paid_at) WHERE ((archived_at IS NULL) AND ((status)::text = ANY ((ARRAY['paid'::character varying, 'shipped'::character varying])::text[])));


--
-- Name: tenancy_apikey_prefix_4cba4279_like; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX tenancy_apikey_prefix_4cba4279_like ON public.tenancy_apikey USING btree (prefix varchar_pattern_ops);


--
-- Name: tenancy_apikey_tenant_id_8327dd4d; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX tenancy_apikey_tenant_id_8327dd4d ON public.tenancy_apikey USING btree (tenant_id);


--
-- Name: tenancy_tenant_slug_0716575e_like; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX tenancy_tenant_slug_0716575e_like ON public.tenancy_tenant USING btree (slug varchar_pattern_ops);


--
-- Name: customers_customer maintain_customer_total_on_customer_delete; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER maintain_customer_total_on_customer_delete BEFORE DELETE ON public.customers_customer FOR EACH ROW EXECUTE FUNCTION public.maintain_customer_total_on_customer_delete();


--
-- Name: TRIGGER maintain_customer_total_on_customer_delete ON customers_customer; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TRIGGER maintain_customer_total_on_customer_delete ON public.customers_customer IS '4115cb8374493eeadc1c1b773fc9a2febf7d48fdb95b6cdd971b0414e84adb72';


--
-- Name: customers_customer maintain_customer_total_on_customer_insert; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER maintain_customer_total_on_customer_insert AFTER INSERT ON public.customers_customer REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.maintain_customer_total_on_customer_insert();


--
-- Name: TRIGGER maintain_customer_total_on_customer_insert ON customers_customer; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TRIGGER maintain_customer_total_on_customer_insert ON public.customers_customer IS 'f061de43090d46e9717d3ce0446f8c2a109dc54f473288d9603cef58f5fe39fb';


--
-- Name: orders_order maintain_customer_total_on_order_delete; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER maintain_customer_total_on_order_delete AFTER DELETE ON public.orders_order REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION public.maintain_customer_total_on_order_delete();


--
-- Name: TRIGGER maintain_customer_total_on_order_delete ON orders_order; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TRIGGER maintain_customer_total_on_order_delete ON public.orders_order IS '5b0bc38e07c8fa8a7424b3a292da69e1ca53a02360e7e7e3f302cf3d2d811059';


--
-- Name: orders_order maintain_customer_total_on_order_insert; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER maintain_customer_total_on_order_insert AFTER INSERT ON public.orders_order REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.maintain_customer_total_on_order_insert();


--
-- Name: TRIGGER maintain_customer_total_on_order_insert ON orders_order; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TRIGGER maintain_customer_total_on_order_insert ON public.orders_order IS '27ee39f67db8316f9b3efdacb74311b55ae31b55a4c5ffbf7a4bdee4844d7204';


--
-- Name: orders_order maintain_customer_total_on_order_truncate; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER maintain_customer_total_on_order_truncate AFTER TRUNCATE ON public.orders_order FOR EACH STATEMENT EXECUTE FUNCTION public.maintain_customer_total_on_order_truncate();


--
-- Name: TRIGGER maintain_customer_total_on_order_truncate ON orders_order; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TRIGGER maintain_customer_total_on_order_truncate ON public.orders_order IS '31ab38a1ef0ca1c104ca7162e17b6f0950db283807c62fa7f2f6b88498100358';


--
-- Name: orders_order maintain_customer_total_on_order_update; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER maintain_customer_total_on_order_update AFTER UPDATE ON public.orders_order REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.maintain_customer_total_on_order_update();


--
-- Name: TRIGGER maintain_customer_total_on_order_update ON orders_order; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TRIGGER maintain_customer_total_on_order_update ON public.orders_order IS '9ea730ec6b5093a7a9a66653031b8e50cc5c304d603f68340727d287f5271260';


--
-- Name: orders_order maintain_order_total_on_insert; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER maintain_order_total_on_insert BEFORE INSERT ON public.orders_order FOR EACH ROW EXECUTE FUNCTION public.maintain_order_total_on_insert();


--
-- Name: TRIGGER maintain_order_total_on_insert ON orders_order; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TRIGGER maintain_order_total_on_insert ON public.orders_order IS '5b76e45f44ec33457e639287dc4a14d44bff81189bb4418f44a87789160b6804';


--
-- Name: orders_item maintain_order_total_on_item_delete; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER maintain_order_total_on_item_delete AFTER DELETE ON public.orders_item REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION public.maintain_order_total_on_item_delete();


--
-- Name: TRIGGER maintain_order_total_on_item_delete ON orders_item; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TRIGGER maintain_order_total_on_item_delete ON public.orders_item IS 'e2ee85415b2ce59e80567cba6e7ad9ad963b59b09be39ccfa1e7f8f84a50067e';


--
-- Name: orders_item maintain_order_total_on_item_insert; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER maintain_order_total_on_item_insert AFTER INSERT ON public.orders_item REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.maintain_order_total_on_item_insert();


--
-- Name: TRIGGER maintain_order_total_on_item_insert ON orders_item; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TRIGGER maintain_order_total_on_item_insert ON public.orders_item IS '450511709032ea0809f9f2ed2b23d4bc02266ffeca0de8d3a447c51781a92808';


--
-- Name: orders_item maintain_order_total_on_item_truncate; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER maintain_order_total_on_item_truncate AFTER TRUNCATE ON public.orders_item FOR EACH STATEMENT EXECUTE FUNCTION public.maintain_order_total_on_item_truncate();


--
-- Name: TRIGGER maintain_order_total_on_item_truncate ON orders_item; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TRIGGER maintain_order_total_on_item_truncate ON public.orders_item IS 'd1d8af18387d5b60ac70e9473a2a7019468834044e8492834f20a92828a25b17';


--
-- Name: orders_item maintain_order_total_on_item_update; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER maintain_order_total_on_item_update AFTER UPDATE ON public.orders_item REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.maintain_order_total_on_item_update();


--
-- Name: TRIGGER maintain_order_total_on_item_update ON orders_item; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TRIGGER maintain_order_total_on_item_update ON public.orders_item IS '0e6a520322bd06fa4636685ca98bdbca21844ebe795a7b332f4ade05cb9882b3';


--
-- Name: orders_order maintain_order_total_on_update; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER maintain_order_total_on_update BEFORE UPDATE ON public.orders_order FOR EACH ROW EXECUTE FUNCTION public.maintain_order_total_on_update();


--
-- Name: TRIGGER maintain_order_total_on_update ON orders_order; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TRIGGER maintain_order_total_on_update ON public.orders_order IS 'b5df0f16fe6b908af9d9a7820b4a029c5c82e92fdec0c7a04da6ff38b81bcc74';


--
-- Name: customers_customer customers_customer_tenant_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.customers_customer
    ADD CONSTRAINT customers_customer_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenancy_tenant(id);


--
-- Name: idempotency_idempotencykey idempotency_idempotencykey_tenant_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.idempotency_idempotencykey
    ADD CONSTRAINT idempotency_idempotencykey_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenancy_tenant(id);


--
-- Name: orders_item orders_item_tenant_id_order_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.orders_item
    ADD CONSTRAINT orders_item_tenant_id_order_id_fkey FOREIGN KEY (tenant_id, order_id) REFERENCES public.orders_order(tenant_id, id);


--
-- Name: orders_order orders_order_tenant_id_customer_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.orders_order
    ADD CONSTRAINT orders_order_tenant_id_customer_id_fkey FOREIGN KEY (tenant_id, customer_id) REFERENCES public.customers_customer(tenant_id, id);


--
-- Name: orders_orderevent orders_orderevent_tenant_id_order_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.orders_orderevent
    ADD CONSTRAINT orders_orderevent_tenant_id_order_id_fkey FOREIGN KEY (tenant_id, order_id) REFERENCES public.orders_order(tenant_id, id);


--
-- Name: reporting_customertotal reporting_customertotal_tenant_id_customer_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.reporting_customertotal
    ADD CONSTRAINT reporting_customertotal_tenant_id_customer_id_fkey FOREIGN KEY (tenant_id, customer_id) REFERENCES public.customers_customer(tenant_id, id);


--
-- Name: tenancy_apikey tenancy_apikey_tenant_id_8327dd4d_fk_tenancy_tenant_id; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.tenancy_apikey
    ADD CONSTRAINT tenancy_apikey_tenant_id_8327dd4d_fk_tenancy_tenant_id FOREIGN KEY (tenant_id) REFERENCES public.tenancy_tenant(id) DEFERRABLE INITIALLY DEFERRED;


--
-- Name: customers_customer; Type: ROW SECURITY; Schema: public; Owner: -
--

ALTER TABLE public.customers_customer ENABLE ROW LEVEL SECURITY;

--
-- Name: customers_customer everyone; Type: POLICY; Schema: public; Owner: -
--

CREATE POLICY everyone ON public.customers_customer USING (true) WITH CHECK (true);


--
-- Name: idempotency_idempotencykey everyone; Type: POLICY; Schema: public; Owner: -
--

CREATE POLICY everyone ON public.idempotency_idempotencykey USING (true) WITH CHECK (true);


--
-- Name: orders_item everyone; Type: POLICY; Schema: public; Owner: -
--

CREATE POLICY everyone ON public.orders_item USING (true) WITH CHECK (true);


--
-- Name: orders_order everyone; Type: POLICY; Schema: public; Owner: -
--

CREATE POLICY everyone ON public.orders_order USING (true) WITH CHECK (true);


--
-- Name: orders_orderevent everyone; Type: POLICY; Schema: public; Owner: -
--

CREATE POLICY everyone ON public.orders_orderevent USING (true) WITH CHECK (true);


--
-- Name: reporting_customertotal everyone; Type: POLICY; Schema: public; Owner: -
--

CREATE POLICY everyone ON public.reporting_customertotal USING (true) WITH CHECK (true);


--
-- Name: idempotency_idempotencykey; Type: ROW SECURITY; Schema: public; Owner: -
--

ALTER TABLE public.idempotency_idempotencykey ENABLE ROW LEVEL SECURITY;

--
-- Name: orders_item; Type: ROW SECURITY; Schema: public; Owner: -
--

ALTER TABLE public.orders_item ENABLE ROW LEVEL SECURITY;

--
-- Name: orders_order; Type: ROW SECURITY; Schema: public; Owner: -
--

ALTER TABLE public.orders_order ENABLE ROW LEVEL SECURITY;

--
-- Name: orders_orderevent; Type: ROW SECURITY; Schema: public; Owner: -
--

ALTER TABLE public.orders_orderevent ENABLE ROW LEVEL SECURITY;

--
-- Name: reporting_customertotal; Type: ROW SECURITY; Schema: public; Owner: -
--

ALTER TABLE public.reporting_customertotal ENABLE ROW LEVEL SECURITY;

--
-- Name: customers_customer tenant_only; Type: POLICY; Schema: public; Owner: -
--

CREATE POLICY tenant_only ON public.customers_customer AS RESTRICTIVE USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::bigint)) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::bigint));


--
-- Name: idempotency_idempotencykey tenant_only; Type: POLICY; Schema: public; Owner: -
--

CREATE POLICY tenant_only ON public.idempotency_idempotencykey AS RESTRICTIVE USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::bigint)) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::bigint));


--
-- Name: orders_item tenant_only; Type: POLICY; Schema: public; Owner: -
--

CREATE POLICY tenant_only ON public.orders_item AS RESTRICTIVE USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::bigint)) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::bigint));


--
-- Name: orders_order tenant_only; Type: POLICY; Schema: public; Owner: -
--

CREATE POLICY tenant_only ON public.orders_order AS RESTRICTIVE USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::bigint)) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::bigint));


--
-- Name: orders_orderevent tenant_only; Type: POLICY; Schema: public; Owner: -
--

CREATE POLICY tenant_only ON public.orders_orderevent AS RESTRICTIVE USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::bigint)) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::bigint));


--
-- Name: reporting_customertotal tenant_only; Type: POLICY; Schema: public; Owner: -
--

CREATE POLICY tenant_only ON public.reporting_customertotal AS RESTRICTIVE USING ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::bigint)) WITH CHECK ((tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::bigint));


--
-- PostgreSQL database dump complete
--


