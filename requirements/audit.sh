#!/bin/sh
# Asks the advisory service about every package of both lock files; needs the network.
# Usage: sh requirements/audit.sh PATH-TO-UV
set -eu
uv="$1"
for lock in requirements/run.lock requirements/dev.lock; do
    echo "Auditing $lock ..."
    # --strict: a package that could not be looked up is a failure, not a line in the log.
    "$uv" tool run --python 3.10 --from pip-audit==2.9.0 pip-audit --strict --disable-pip --require-hashes --requirement "$lock"
done
