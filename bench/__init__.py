"""Figures: measured side by side in one run, on what stands in the checkout."""
