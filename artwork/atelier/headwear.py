"""All headwear: hats, caps, beanies and headbands under one roof."""

from artwork.atelier import caps, hats, headbands

DRAWERS = hats.DRAWERS | caps.DRAWERS | headbands.DRAWERS

TRIMS_SHOWN = hats.TRIMS_SHOWN | caps.TRIMS_SHOWN | headbands.TRIMS_SHOWN

DETAILS = hats.DETAILS | caps.DETAILS | headbands.DETAILS
