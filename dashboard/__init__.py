"""The pages of a training week. The only place that imports Streamlit."""
