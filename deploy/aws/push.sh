#!/usr/bin/env bash
# Pushes the images of `make image` to ECR with a tag that is new, such as the commit: `deploy/aws/push.sh TAG`. Prints
# IMAGE=… and POOLER_IMAGE=…, with their digests. Reads AWS_REGION.
set -euo pipefail
ecr=$(aws sts get-caller-identity --query Account --output text).dkr.ecr.$AWS_REGION.amazonaws.com
aws ecr get-login-password | docker login --username AWS --password-stdin "$ecr" >&2
push() {
  docker tag "$2" "$ecr/$3"
  docker push --quiet "$ecr/$3" >&2
  digest=$(docker image inspect --format '{{index .RepoDigests 0}}' "$ecr/$3")
  echo "$1=$digest"
}
push IMAGE regression-lab:dev "orders:$1"
push POOLER_IMAGE regression-lab-pooler:dev "orders-pooler:$1"
