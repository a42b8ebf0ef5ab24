#!/bin/sh
# Writes requirements.lock from .venv/. The "+cpu" of a locally built torch is no
# version that others can install, so the local part of a version is dropped.
set -eu
cd "$(dirname "$0")/.."
{
    echo "# Everything that \`make install\` puts into .venv/, tests included. Made with \`make lock\`."
    .venv/bin/python -m pip freeze --exclude-editable | sed 's/+[a-z0-9.]*$//'
} > requirements.lock.new
mv requirements.lock.new requirements.lock
