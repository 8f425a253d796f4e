"""Words that requests to any catalogue are made of, by the paper's eight families; and words to know things by."""

FAMILIES = ("aesthetic", "activity", "season", "lifestyle", "mood", "trend", "function", "hybrid")

THEMES: dict[str, tuple[str, ...]] = {  # what stands before a thing, or behind it with "for"; "hybrid" joins one of each
    "aesthetic": (
        "minimalist", "vintage", "bohemian", "romantic", "rustic", "futuristic", "gothic", "art deco", "scandinavian",
        "industrial", "tropical", "nautical", "elegant", "folk",
    ),
    "activity": (
        "a picnic", "a road trip", "a garden party", "a beach day", "a hiking trip", "dancing", "a wedding", "a festival",
        "camping", "a first date", "a workout", "a dinner party",
    ),
    "season": (
        "summer", "winter", "autumn", "spring", "christmas", "a rainy day", "a snow day", "a heat wave", "harvest time",
    ),
    "lifestyle": (
        "city living", "student life", "country living", "slow living", "travelling", "family life", "the office",
        "outdoor life", "nightlife", "island life",
    ),
    "mood": ("calm", "cheerful", "nostalgic", "cosy", "dreamy", "bold", "melancholic", "playful", "mysterious", "energetic"),
    "trend": (
        "sixties", "seventies", "eighties", "nineties", "old money", "handmade", "luxury", "streetwise", "sustainable",
        "retro",
    ),
    "function": (
        "everyday", "work", "a trip", "as a gift", "a night out", "a sunday at home", "sport", "a special occasion", "relaxing",
    ),
}  # fmt: skip
BEFORE = ("aesthetic", "mood", "trend")  # families whose themes stand before what is asked for
WORDINGS: dict[str, tuple[str, ...]] = {  # {t} is a theme, {u} one that stands behind, {x} what is asked for
    "aesthetic": ("{t} {x}", "{x} in {t} style"),
    "trend": ("{t} {x}",),
    "mood": ("{t} {x}",),
    "hybrid": ("{t} {x} {u}",),
}
BEHIND = ("{x} {t}",)  # of the other families
LOOSE: dict[str, tuple[str, ...]] = {  # further ones, where {d} says what a thing is like
    "aesthetic": ("something {t} and {d}",),
    "mood": ("something {t} and {d}",),
}
LOOSE_BEHIND = ("something {d} {t}",)
UNFIT: dict[str, set[str]] = {  # domain -> themes that nobody asks it for
    "music": {
        "minimalist", "art deco", "scandinavian", "nautical", "harvest time", "handmade", "streetwise", "sustainable", "luxury",
        "as a gift", "everyday", "rustic", "industrial", "old money", "island life", "a beach day",
    },
    "clothes": {"industrial", "scandinavian", "a sunday at home", "harvest time"},
    "home": {
        "a workout", "a hiking trip", "dancing", "a first date", "sport", "nightlife", "travelling", "a road trip", "a heat wave",
        "a festival", "a trip", "streetwise", "a beach day", "energetic", "a night out", "work",
    },
    "food": {
        "gothic", "art deco", "scandinavian", "industrial", "nautical", "streetwise", "dancing", "melancholic", "mysterious",
        "nightlife",
    },
}  # fmt: skip

FRAME = {
    "a", "an", "and", "at", "by", "for", "from", "in", "of", "on", "or", "out", "something", "style", "the", "things",
    "to", "touch", "trend", "with", "aesthetic", "ideas", "look", "mood", "pieces", "clothes", "homeware", "songs", "shoes",
    "accessories", "jewellery", "that", "s",
}  # fmt: skip  # words that carry no meaning of their own in a request
NO_NAMES = {
    "img", "image", "images", "dsc", "dscn", "pic", "picture", "photo", "photos", "scan", "screenshot", "file", "untitled",
    "copy", "new", "item", "product",
}  # fmt: skip
GRAMMAR = {  # words of English that name nothing, and what is left of its short forms; of three letters and more
    "about", "after", "again", "all", "also", "although", "always", "among", "another", "any", "anybody", "anyone", "are",
    "aren", "around", "because", "been", "before", "being", "below", "between", "both", "but", "can", "cannot", "could",
    "couldn", "did", "didn", "does", "doesn", "doing", "don", "done", "during", "each", "either", "else", "enough", "etc",
    "even", "ever", "every", "feat", "featuring", "few", "get", "gets", "getting", "going", "gonna", "got", "gotta", "had",
    "hadn", "has", "hasn", "have", "haven", "having", "her", "here", "hers", "herself", "him", "himself", "his", "how",
    "however", "into", "isn", "its", "itself", "just", "let", "lets", "like", "many", "maybe", "might", "mine", "more",
    "most", "much", "must", "mustn", "myself", "neither", "never", "nobody", "none", "nor", "not", "nothing", "now", "off",
    "often", "once", "one", "ones", "only", "onto", "other", "others", "ought", "our", "ours", "over", "own", "per",
    "quite", "rather", "same", "shall", "she", "should", "shouldn", "since", "some", "somebody", "someone", "such", "than",
    "that", "thats", "their", "theirs", "them", "then", "there", "these", "they", "this", "those", "though",
    "through", "till", "too", "toward", "towards", "under", "until", "upon", "very", "via", "wanna", "was", "wasn", "were",
    "weren", "what", "when", "where", "whether", "which", "while", "who", "whoever", "whom", "whose", "why", "will",
    "within", "without", "won", "would", "wouldn", "yeah", "yes", "yet", "you", "your", "yours", "yourself",
}  # fmt: skip

NOUNS = {  # what a catalogue's things are called, by most of their kinds' domain
    "clothes": "clothes", "shoes": "shoes", "accessories": "accessories", "jewellery": "jewellery", "beauty": "beauty products",
    "home": "homeware", "electronics": "electronics", "food": "food", "toys": "toys", "vehicles": "vehicles",
    "music": "songs",
}  # fmt: skip
THINGS_OF = {"shoes": "clothes", "accessories": "clothes", "jewellery": "clothes"}  # domain -> the one whose themes suit it
PEOPLE = {
    "men": "men's", "women": "women's", "man": "men's", "woman": "women's", "boys": "boys'", "girls": "girls'", "kids": "kids'",
    "children": "children's", "male": "men's", "female": "women's", "ladies": "ladies'", "baby": "baby",
}  # fmt: skip
