"""The demo: a complete week on a fast clock. Only its clock and its people are simulated.

The driver does what people do, through the same client, and paces the clock by the
progress of the training run. No code outside this package knows that a week is a demo.
"""
