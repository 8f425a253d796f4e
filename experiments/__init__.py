"""What was measured to choose how the package does it. Not part of the package; prints JSON into results/."""
