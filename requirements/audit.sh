#!/bin/sh
# Asks the advisory service about every package of both lock files; needs the network. What docs/security.md gives a reason
# for is left out. Anything else that is found, and a package that could not be looked up, is a failure.
# Usage: sh requirements/audit.sh PATH-TO-UV
set -eu
uv="$1"
ignored=$(awk -F'|' '/^## / { here = /Known advisories/ } here && NF == 6 { print $4 }' docs/security.md |
    grep -oE '(CVE-[0-9]+|GHSA-[0-9a-z]+-[0-9a-z]+)-[0-9a-z]+' | sed 's/^/--ignore-vuln /')
found=""
for lock in requirements/run.lock requirements/dev.lock; do
    echo "Auditing $lock ..."
    # --strict: a package that could not be looked up is a failure, not a line in the log.
    # shellcheck disable=SC2086 - two words an advisory
    "$uv" tool run --python 3.10 --from pip-audit==2.9.0 pip-audit --strict --disable-pip --require-hashes \
        --requirement "$lock" $ignored || found="$found $lock"
done
[ -z "$found" ] || { echo "See above, and docs/security.md:$found" >&2; exit 1; }
