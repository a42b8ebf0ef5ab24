#!/bin/sh
# Writes requirements.lock (needed to run trainweek) and requirements-dev.lock (needed in addition
# for tests, checks and benchmarks), each from a fresh resolution of pyproject.toml; requirements-sync.lock
# (the client of object stores, in addition to requirements.lock), with the versions that tests use; and
# requirements-ray.lock (a Ray, in an environment of its own, with the same versions of what both need).
set -eu
cd "$(dirname "$0")/.."
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# The version that all published measurements were made with; change it on purpose.
echo "torch==2.13.0" > "$scratch/kept"
# botocore, which the S3 server of the tests (moto) needs, refuses later ones.
echo "python-dateutil<3" >> "$scratch/kept"

# Others can't install the "+cpu" version of a locally built torch.
installed() { "$scratch/venv/bin/python" -m pip freeze --exclude-editable | sed 's/+[a-z0-9.]*$//'; }

"${PYTHON:-python3}" -m venv "$scratch/venv"
"$scratch/venv/bin/python" -m pip install --quiet --constraint "$scratch/kept" --editable .
installed > "$scratch/run"
"$scratch/venv/bin/python" -m pip install --quiet --constraint "$scratch/run" --editable '.[dev]'
installed > "$scratch/all"

{
    echo "# Needed to run trainweek (\`make demo\`, \`make up\`). Written by \`make lock\`."
    cat "$scratch/run"
} > requirements.lock
{
    echo "# Needed in addition for tests, checks and benchmarks. Written by \`make lock\`."
    echo "--requirement requirements.lock"
    grep --fixed-strings --line-regexp --invert-match --file "$scratch/run" "$scratch/all"
} > requirements-dev.lock

# What the extra sync asks for, and what that needs of what is not there yet.
"${PYTHON:-python3}" -m venv "$scratch/sync"
"$scratch/sync/bin/python" -m pip install --quiet --requirement requirements.lock
"$scratch/sync/bin/python" -m pip install --quiet --constraint "$scratch/all" --editable '.[sync]'
"$scratch/sync/bin/python" -m pip freeze --exclude-editable | sed 's/+[a-z0-9.]*$//' > "$scratch/synced"
{
    echo "# The client of object stores for \`trainweek sync\`, in addition to requirements.lock. Written by \`make lock\`."
    grep --fixed-strings --line-regexp --invert-match --file "$scratch/run" "$scratch/synced"
} > requirements-sync.lock

"${PYTHON:-python3}" -m venv "$scratch/ray"
"$scratch/venv/bin/python" -c 'import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["project"]["optional-dependencies"]["ray"], sep="\n")' > "$scratch/asked"
"$scratch/ray/bin/python" -m pip install --quiet --constraint "$scratch/run" --requirement "$scratch/asked"
{
    echo "# A Ray with its Jobs, in an environment of its own (\`make .venv-ray\`); the runner itself needs none of it."
    echo "# Written by \`make lock\`."
    "$scratch/ray/bin/python" -m pip freeze
} > requirements-ray.lock
