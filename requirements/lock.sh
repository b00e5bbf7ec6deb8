#!/bin/sh
# Renews the lock files. dev.lock is compiled first and constrains run.lock, so both hold the same versions; run.lock
# leaves out TensorFlow and what only it needs. schemathesis.lock is for an environment of its own.
# Usage: sh requirements/lock.sh PATH-TO-UV
set -eu
uv="$1"
options="--python-version 3.10 --generate-hashes --no-emit-index-url --custom-compile-command 'make lock' --quiet"
eval "$uv" pip compile pyproject.toml --extra dev $options --output-file requirements/dev.lock
eval "$uv" pip compile pyproject.toml --constraints requirements/dev.lock \
    --overrides requirements/without-tensorflow.txt $options --output-file requirements/run.lock
eval "$uv" pip compile requirements/schemathesis.in $options --output-file requirements/schemathesis.lock
