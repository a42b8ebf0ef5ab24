#!/bin/sh
# The tests of the proxy need nginx: use the machine's, else install it as root. Without it they are skipped.
set -eu
if command -v nginx >/dev/null 2>&1 || [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null 2>&1; then exit 0; fi
echo "No nginx found; installing it for the tests of the proxy." >&2
apt-get update -qq
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq nginx-light >/dev/null
