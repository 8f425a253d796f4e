"""The words for clothes that training texts are made of; the embedded catalogue is drawn from the same."""

CATEGORIES: dict[str, tuple[str, ...]] = {  # category -> silhouettes
    "dress": ("maxi", "tiered", "wrap", "slip", "shift", "shirt", "bodycon", "ball gown", "pinafore", "knit", "skater"),
    "blouse": ("peasant", "pussy-bow", "puff-sleeve", "ruffled"),
    "shirt": ("classic", "oversized", "camp-collar", "western"),
    "t-shirt": ("crew", "boxy", "baby", "long-sleeve"),
    "top": ("camisole", "corset", "halter", "crop", "off-shoulder"),
    "jumper": ("crew", "roll-neck", "v-neck", "cable"),
    "cardigan": ("cropped", "longline", "twinset"),
    "hoodie": ("pullover", "zip", "cropped"),
    "blazer": ("single-breasted", "double-breasted", "oversized", "tuxedo"),
    "coat": ("trench", "wrap", "duffle", "military", "teddy"),
    "jacket": ("biker", "bomber", "denim", "fringed", "boucle"),
    "puffer": ("cropped", "long", "ski"),
    "raincoat": ("hooded", "cape"),
    "waistcoat": ("tailored", "shearling", "crochet"),
    "kimono": ("fringed", "short", "poncho"),
    "jumpsuit": ("wide-leg", "boiler", "dungarees"),
    "trousers": ("wide-leg", "straight", "cargo", "flared", "joggers", "cigarette"),
    "jeans": ("skinny", "straight", "flared", "baggy"),
    "leggings": ("full", "cropped"),
    "skirt": ("mini", "A-line", "pleated", "pencil", "maxi", "tiered", "tutu"),
    "shorts": ("tailored", "denim", "running", "bermuda"),
    "swimsuit": ("one-piece", "bikini", "retro"),
    "boots": ("ankle", "knee-high", "cowboy", "chelsea", "combat", "wellington", "snow"),
    "sandals": ("gladiator", "slide", "espadrille", "strappy"),
    "heels": ("pump", "stiletto", "block", "platform", "T-bar"),
    "trainers": ("low", "high-top", "runner", "chunky"),
    "loafers": ("penny", "tassel", "brogue"),
    "ballet flats": ("round", "Mary Jane", "pointed"),
    "hat": ("wide-brim", "fedora", "beret", "bucket", "boater", "cowboy", "cloche"),
    "cap": ("baseball", "baker boy", "sailor"),
    "beanie": ("ribbed", "pom-pom"),
    "handbag": ("top-handle", "baguette", "saddle", "bucket"),
    "tote bag": ("canvas", "basket", "leather"),
    "clutch": ("envelope", "box", "pouch"),
    "backpack": ("rucksack", "mini", "sporty"),
    "belt": ("buckle", "western", "chain", "corset", "woven"),
    "scarf": ("long", "square", "blanket", "feather boa"),
    "sunglasses": ("round", "cat-eye", "aviator", "oversized", "shield"),
    "necklace": ("pendant", "pearls", "choker", "layered", "collar"),
    "earrings": ("hoops", "drops", "studs", "tassel"),
    "bracelet": ("bangle", "cuff", "beaded", "charm"),
    "watch": ("leather-strap", "metal-strap", "sport"),
    "gloves": ("short", "opera", "mittens", "fingerless"),
    "umbrella": ("domed", "folded", "parasol"),
    "headband": ("padded", "bow", "flower crown", "sweatband"),
}

COLOURS: dict[str, str] = {  # shop colour name -> hex of the cloth in studio light
    "black": "#23232a", "charcoal": "#45474f", "grey": "#8f939b", "silver": "#c3c8d0", "white": "#f6f5f1", "ivory": "#f3ead8",
    "cream": "#ece0c4", "beige": "#d8c5a5", "sand": "#cdb189", "camel": "#b98b56", "tan": "#a8703d", "brown": "#6e4529",
    "chocolate": "#45291d", "rust": "#a84a24", "terracotta": "#c1654a", "burgundy": "#6b1a2c", "red": "#c2202c",
    "scarlet": "#e03a2e", "coral": "#f0785e", "peach": "#f6bd9c", "blush": "#eec7c1", "pink": "#e88fb0",
    "hot pink": "#e5347f", "fuchsia": "#c4218c", "lilac": "#c3a8d9", "lavender": "#b4aade", "purple": "#6d3c94",
    "plum": "#552548", "navy": "#1f2b4d", "royal blue": "#2748b0", "cobalt": "#1f5fd0", "denim blue": "#4d6c96",
    "light blue": "#a9c8e4", "sky blue": "#7db7e2", "turquoise": "#2eb0ae", "teal": "#166b70", "mint": "#b0dcc3",
    "sage": "#9caf8b", "olive": "#6b6b36", "khaki": "#8d8158", "forest green": "#24503a", "emerald": "#11805a",
    "lime": "#b4d838", "yellow": "#f3cd3d", "mustard": "#c9962a", "gold": "#c9a24a", "orange": "#ea7a26",
    "neon green": "#7cf03c",
}  # fmt: skip

MATERIALS = (
    "cotton", "linen", "silk", "satin", "chiffon", "velvet", "lace", "crochet", "knit", "cashmere", "wool", "tweed", "denim",
    "leather", "suede", "patent", "faux fur", "shearling", "sequin", "tulle", "mesh", "nylon", "jersey", "corduroy", "canvas",
    "straw", "rubber", "metal", "pearl", "beads", "feather",
)  # fmt: skip

PATTERNS = (
    "plain", "floral", "ditsy floral", "paisley", "stripes", "Breton stripes", "pinstripe", "plaid", "tartan", "gingham",
    "houndstooth", "polka dot", "animal", "zebra", "tie-dye", "geometric", "art deco fans", "tropical", "camouflage",
    "Fair Isle", "argyle", "toile", "embroidered", "stars", "colour-block", "ombre", "checkerboard", "patchwork",
)  # fmt: skip

TRIMS = (
    "fringe", "tassels", "ruffles", "lace trim", "studs", "spikes", "chains", "bows", "pearls", "gold buttons", "zips",
    "laces", "embroidery", "feathers", "shearling lining", "contrast piping", "side stripe", "patches", "rips", "pompoms",
    "sequins", "buckles", "safety pins", "rosettes", "toggles", "crest", "hearts", "butterflies", "hood fur",
)  # fmt: skip
