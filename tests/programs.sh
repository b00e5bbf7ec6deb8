#!/bin/sh
# The programs that tests use besides Python and a browser (tests/browser/install.sh): installs from Debian what is missing, which only root can do.
# Usage: sh tests/programs.sh
set -eu
PATH="$PATH:/usr/sbin"
missing=""
for pair in nginx:nginx redis-server:redis-server faketime:faketime systemd-analyze:systemd; do
    command -v "${pair%%:*}" >/dev/null 2>&1 || missing="$missing ${pair##*:}"
done
[ -n "$missing" ] || exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "Installing for the tests:$missing ..."
    export DEBIAN_FRONTEND=noninteractive
    apt-get update --quiet=2
    # shellcheck disable=SC2086 - one word a package
    apt-get install --quiet=2 --yes --no-install-recommends $missing >/dev/null
else
    echo "These programs are missing, and tests that need them will fail:$missing. As root: apt-get install$missing" >&2
fi
