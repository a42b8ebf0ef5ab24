"""Interactive Plotly figures. They take series and give figures, and draw nothing."""
