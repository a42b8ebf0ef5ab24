"""``make bench-recipe``: whether what stands beside the gates is as good as it says."""
