"""The demo: a complete week, played fast. Only its clock and its people are made up.

The driver does what people do, through the same client, and paces the clock by the
training's progress. Nothing outside this package knows that a week is a demo.
"""
