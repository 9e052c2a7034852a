#!/usr/bin/env bash
# Deploys one stack of a stage: `deploy/aws/deploy.sh release`. Reads STAGE, SIZE, AWS_REGION, DOMAIN, CERTIFICATE,
# IMAGE, POOLER_IMAGE and, if set, ALARM_EMAIL and ROLLBACK (deploy/aws/parameters.py). Options of `cdk deploy` may
# follow.
set -euo pipefail
cd "$(dirname "$0")"
stack=$1
shift
exec ../../.venv-node/node_modules/.bin/cdk deploy "orders-$STAGE-$stack" --exclusively --require-approval never \
  --context "stage=$STAGE" --context "size=$SIZE" --context "region=$AWS_REGION" --context "domain=$DOMAIN" \
  --context "certificate=$CERTIFICATE" --context "image=$IMAGE" --context "pooler_image=$POOLER_IMAGE" \
  --context "alarm_email=${ALARM_EMAIL:-}" --context "rollback=${ROLLBACK:-}" "$@"
