#!/bin/sh
# Makes sure that there is a browser for tests/browser: the machine's own Chromium, Debian's if this is root on Debian,
# otherwise Playwright's. $1: the Python with Playwright.
set -eu

found() { command -v chromium || command -v chromium-browser || command -v google-chrome; } >/dev/null

if found; then exit 0; fi
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "Installing Chromium from Debian for the browser tests ..." >&2
    { apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium; } >&2 || true
    if found; then exit 0; fi
fi
echo "Installing Playwright's Chromium for the browser tests ..." >&2
"$1" -m playwright install chromium >&2 || {
    echo "No browser: install Chromium. Without CI=true the browser tests are skipped." >&2
    [ "${CI:-}" != true ]
}
