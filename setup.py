"""Refuses to be packed: pages/, scripts/ and the manual stay behind when a wheel is made."""

import sys

if {"bdist_wheel", "sdist", "install"} & set(sys.argv):
    raise SystemExit(
        "trainweek runs from its checkout and is not built as a package: "
        "use `make install`, or `pip install --editable .`."
    )

from setuptools import setup

setup()
