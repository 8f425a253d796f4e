"""What tables of people's own hold: how they are written, what their columns mean, which rows and pictures belong together."""
