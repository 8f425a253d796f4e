"""All footwear: boots, shoes, sandals and trainers under one roof."""

from artwork.atelier import boots, sandals, shoes

DRAWERS = boots.DRAWERS | shoes.DRAWERS | sandals.DRAWERS

TRIMS_SHOWN = boots.TRIMS_SHOWN | shoes.TRIMS_SHOWN | sandals.TRIMS_SHOWN

DETAILS = boots.DETAILS | shoes.DETAILS | sandals.DETAILS
