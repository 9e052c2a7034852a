# The images of production: the service, and PgBouncer for its tasks. `make image` builds both (docs/production.md).
#
# BASE is Debian with Python 3.10 to 3.13 and its venv module. The digest fixes the image for all platforms.
ARG BASE=python:3.12.14-slim-bookworm@sha256:392307d22300de8b5986851a12d9176dfc0fc073e65bf6523ebd7dcbeb23564e

FROM ${BASE} AS builder
# pip installs into another environment, so that the service's has none.
RUN python3 -m venv /opt/pip && python3 -m venv --without-pip /opt/venv
COPY requirements/base.txt /opt/
# The secrets are the package index and its certificates, if the machine has its own. No layer contains them.
RUN --mount=type=secret,id=pip,target=/etc/pip.conf \
    --mount=type=secret,id=certificates,target=/run/secrets/certificates \
    /opt/pip/bin/pip --python /opt/venv/bin/python install --no-cache-dir --disable-pip-version-check \
        --only-binary :all: --require-hashes --requirement /opt/base.txt
COPY . /app
# The service cannot write bytecode, and must not be able to change its code, whatever the modes in the clone were.
RUN chmod -R u=rwX,go=rX /app && /opt/venv/bin/python -m compileall -q --invalidation-mode unchecked-hash /app

FROM ${BASE} AS pooler
# Debian removes a version when it publishes the next, so none can be named.
# hadolint ignore=DL3008
RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends pgbouncer \
    && rm -rf /var/lib/apt/lists/* /var/log/apt /var/log/dpkg.log
COPY deploy/pgbouncer.ini deploy/pooler.sh /etc/orders/
ENV DATABASE_PORT=5432 POOLER_ADDRESS=127.0.0.1 POOLER_PORT=6432 POOL_SIZE=20
USER 10001:10001
# See below.
VOLUME /tmp
EXPOSE 6432
HEALTHCHECK --interval=10s --timeout=5s --start-period=10s CMD ["python3", "-c", \
    "import os, socket; socket.create_connection(('127.0.0.1', int(os.environ['POOLER_PORT'])), 3)"]
CMD ["sh", "/etc/orders/pooler.sh"]

FROM ${BASE} AS service
ARG VERSION=unknown
ARG REVISION=unknown
LABEL org.opencontainers.image.title="Regression Lab" \
      org.opencontainers.image.description="Customers, orders, items and reports of many tenants, as an HTTP API" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
RUN groupadd --gid 10001 app && useradd --uid 10001 --gid app --no-create-home --home-dir /tmp app
COPY --from=builder /opt/venv /opt/venv
COPY --from=builder /app /app
ENV PATH=/opt/venv/bin:$PATH \
    HOME=/tmp \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    DJANGO_SETTINGS_MODULE=config.settings \
    GRANIAN_HOST=0.0.0.0 \
    GRANIAN_PORT=8000
WORKDIR /app
USER 10001:10001
# The only folder that is written to. As a volume it is writable in a container with a read-only root file system, on
# Fargate too, which gives a volume the mode of the image's folder.
VOLUME /tmp
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s CMD ["python", "-c", \
    "import os, urllib.request as u; u.urlopen(f'http://127.0.0.1:{os.environ[\"GRANIAN_PORT\"]}/healthz', timeout=3)"]
CMD ["python", "-m", "config.serve"]
