"""What a training week is and how it is judged.

Pure: no Streamlit, no torch, no database, no process. Everything here takes
data and a moment, and gives data back.
"""
