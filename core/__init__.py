"""What a training week is and how it is judged.

Pure: no Streamlit, no torch, no database, no process. Functions take data and a time,
and return data.
"""
