"""All headwear: hats, caps, beanies and headbands under one roof."""

from r4t_demo.atelier import caps, hats, headbands

DRAWERS = hats.DRAWERS | caps.DRAWERS | headbands.DRAWERS

TRIMS_SHOWN = hats.TRIMS_SHOWN | caps.TRIMS_SHOWN | headbands.TRIMS_SHOWN

DETAILS = hats.DETAILS | caps.DETAILS | headbands.DETAILS
