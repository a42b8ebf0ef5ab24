"""Interactive Plotly figures: functions from series to figures; they don't draw."""
