"""All of R4T on a catalogue of a visitor."""
