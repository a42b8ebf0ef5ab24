#!/bin/sh
# The browser tests need a Chromium: use the machine's, else install one.
# As root: the system's package; otherwise Playwright's own build.
set -eu
for name in "${CHROMIUM:-}" chromium chromium-browser google-chrome google-chrome-stable; do
    if [ -n "$name" ] && command -v "$name" >/dev/null 2>&1; then exit 0; fi
done
if ls "$HOME"/.cache/ms-playwright/chromium-*/ >/dev/null 2>&1; then exit 0; fi
echo "No Chromium found; installing one for the browser tests." >&2
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium >/dev/null
else
    .venv/bin/playwright install chromium
fi
