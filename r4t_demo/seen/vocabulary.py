"""Words by which pictures are known that nobody has described: kinds of things by domain, and colours.

A kind goes by its first word; what stands behind it in the line are other words for it, which help to find it.
"""

_CLOTHES = """
t-shirt, tee, crew neck t-shirt, polo t-shirt; shirt, button-down shirt, formal shirt, casual shirt, checked shirt; top,
women's top, blouse, sleeveless top; kurta, indian kurta, long ethnic tunic; tunic; dress, gown, sundress, maxi dress; sari,
saree; dupatta; skirt; trousers, pants, chinos, slacks; jeans, denim jeans; shorts; track pants, jogging pants, joggers;
leggings; capri pants, capris; jumpsuit; sweater, pullover, jumper; cardigan; sweatshirt; hoodie; jacket; denim jacket;
leather jacket; puffer jacket; blazer, suit jacket; suit; waistcoat, vest; coat, overcoat; raincoat, rain jacket; tracksuit;
nightdress, night suit, pyjamas; bathrobe; bra; briefs, underpants; boxer shorts; swimsuit; bikini; romper, baby romper;
apron; kimono; poncho; costume; polo shirt
"""
_SHOES = """
casual shoes, sneakers, canvas shoes; sports shoes, running shoes, trainers; heels, high heels, pumps, stilettos; formal
shoes, oxford shoes, leather dress shoes; flats, ballet flats, ballerinas; sandals, leather sandals; sports sandals, floaters;
flip flops, slippers, thongs; boots, ankle boots; loafers; slides; socks, pair of socks; shoelaces
"""
_ACCESSORIES = """
watch, wristwatch; sunglasses; glasses, eyeglasses, spectacles; belt, leather belt; tie, necktie; bow tie; cufflinks; scarf;
stole; shawl; cap, baseball cap; hat; beanie; gloves; umbrella; hair clip, hair accessory; headband; handkerchief; handbag,
shoulder bag, tote bag; backpack, rucksack; clutch, clutch bag, evening purse; wallet; purse; duffel bag, gym bag; messenger
bag; laptop bag; trolley bag, suitcase, luggage; keychain
"""
_JEWELLERY = """
necklace, necklace and chain; ring, finger ring; earrings; bracelet; bangle; pendant; brooch; anklet; jewellery set
"""
_BEAUTY = """
perfume, deodorant, fragrance bottle; lipstick; lip gloss; nail polish; foundation, makeup compact; eyeshadow; mascara;
eyeliner; face cream, moisturiser; face wash; shampoo; soap; hairbrush; toothbrush; razor
"""
_HOME = """
chair, dining chair; armchair; sofa, couch; stool, bar stool; bench; table, dining table; desk; coffee table; bed; mattress;
cushion, pillow, throw pillow; blanket, throw; rug, carpet; curtain, curtains; table lamp, lamp, desk lamp; floor lamp;
pendant light, ceiling lamp, chandelier; light bulb; candle, pillar candle; candlestick; lantern; mirror; picture frame;
poster; vase, flower vase; house plant, potted plant, pot plant, flower pot, flowerpot, planter; wall clock, clock, analog
clock; alarm clock, digital clock; shelf, bookcase; cabinet; wardrobe; chest of drawers; basket; box; bin, waste bin; towel;
tablecloth; mug, coffee mug, cup, tea cup; glass, drinking glass; wine glass; bottle; water bottle; jug, pitcher; teapot,
coffeepot, coffee pot; kettle; coffee maker; plate; bowl; tray; cutting board; knife; fork; spoon; frying pan; cooking pot,
saucepan; jar; toaster; blender; oven; refrigerator; washing machine; iron; vacuum cleaner; fan; heater; ladder; broom;
bucket; coat hanger; door; bathtub; sink; sculpture; ornament; cot; quilt, duvet
"""
_ELECTRONICS = """
mobile phone, smartphone; laptop; computer; monitor; keyboard; computer mouse; tablet; television; radio, transistor radio;
loudspeaker, speaker; headphones; earphones, earbuds; microphone; camera; lens; printer; game controller; game console; drone;
remote control; charger; cable; power bank; record player, turntable; calculator; projector; telephone; torch, flashlight;
battery; smartwatch
"""
_FOOD = """
cake; bread; biscuit, cookie; pizza; burger; sandwich; pasta; salad; soup; rice dish; noodles; sushi; steak; chicken dish;
fish dish; cheese; egg; fruit; apple; banana; orange; strawberry; vegetables; tomato; potato; chocolate; ice cream; doughnut;
pie; coffee; tea; juice; beer; wine; cocktail; pancake; sausage; curry; taco
"""
_TOYS = """
teddy bear, soft toy; doll; toy car; building blocks; puzzle; board game; playing cards; ball; football; basketball; kite; toy
train; dollhouse; rocking horse; robot; balloon
"""
_NATURE = """
flower, blossom; bouquet; tree; cactus; leaf; mushroom; dog; cat; horse; cow; sheep; bird; duck; fish; butterfly; insect;
snake; rabbit; elephant; lion; bear; monkey; forest; mountain; beach; lake; river; sunset; waterfall; desert; garden; field
"""
_PLACES = """
house; building; church; castle; bridge; street; city skyline; room; kitchen; bathroom; bedroom; office; shop; statue; stadium
"""
_VEHICLES = """
car; truck; bus; motorcycle; bicycle; train; boat; ship; aeroplane; helicopter; scooter; tractor; skateboard; pram
"""
_MUSIC = """
guitar; violin; piano; drum; trumpet; saxophone; flute; accordion; harp; ukulele; cello
"""
_OTHER = """
book; magazine; notebook; pen; pencil; scissors; painting; drawing; map; document; coin; stamp; envelope; card; hammer;
screwdriver; drill; saw; wrench; tent; sleeping bag; dumbbell; yoga mat; tennis racket; golf club; helmet; skis; surfboard;
fishing rod; rope; flag; key; lock; gift box; bicycle helmet; swimming goggles; person; crowd; baby; portrait
"""


def _kinds(text: str) -> list[list[str]]:
    return [[word.strip() for word in kind.split(",")] for kind in " ".join(text.split()).split(";")]


DOMAINS: dict[str, list[list[str]]] = {  # domain -> kinds, each with its wordings
    "clothes": _kinds(_CLOTHES),
    "shoes": _kinds(_SHOES),
    "accessories": _kinds(_ACCESSORIES),
    "jewellery": _kinds(_JEWELLERY),
    "beauty": _kinds(_BEAUTY),
    "home": _kinds(_HOME),
    "electronics": _kinds(_ELECTRONICS),
    "food": _kinds(_FOOD),
    "toys": _kinds(_TOYS),
    "nature": _kinds(_NATURE),
    "places": _kinds(_PLACES),
    "vehicles": _kinds(_VEHICLES),
    "music": _kinds(_MUSIC),
    "other": _kinds(_OTHER),
}
KINDS: dict[str, str] = {kind[0]: domain for domain, kinds in DOMAINS.items() for kind in kinds}  # kind -> domain
WORN = ("clothes", "shoes", "accessories", "jewellery")  # the domains of things that people wear
COLOURS = (
    "black", "white", "grey", "red", "pink", "orange", "yellow", "green", "blue", "navy", "purple", "brown", "beige", "silver",
    "gold",
)  # fmt: skip


def plural(kind: str) -> str:
    """A kind in the plural, as far as it has one: "dress" -> "dresses", "jeans" -> "jeans"."""
    if kind.endswith(("ss", "sh", "ch", "x")):
        return f"{kind}es"
    if kind.endswith("y") and kind[-2:-1] not in "aeiou":
        return f"{kind[:-1]}ies"
    if kind.endswith(("shelf", "leaf", "knife", "scarf")):
        return f"{kind.removesuffix('fe').removesuffix('f')}ves"
    return kind if kind.endswith("s") else f"{kind}s"
