"""The sample catalogue of things for the home: drawn by code, set before grounds as a camera sees them."""
