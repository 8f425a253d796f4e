"""Words that requests to any catalogue are made of, by the paper's eight families; and words to know things by."""

FAMILIES = ("aesthetic", "activity", "season", "lifestyle", "mood", "trend", "function", "hybrid")

THEMES: dict[str, tuple[str, ...]] = {  # "hybrid" joins two themes of other families
    "aesthetic": (
        "minimalist", "vintage", "bohemian", "romantic", "rustic", "futuristic", "gothic", "art deco", "scandinavian",
        "industrial", "tropical", "nautical", "elegant", "folk",
    ),
    "activity": (
        "picnic", "road trip", "garden party", "beach day", "hiking trip", "dance", "wedding", "festival", "camping trip",
        "first date", "workout", "dinner party",
    ),
    "season": ("summer", "winter", "autumn", "spring", "christmas", "rainy day", "snow day", "heat wave", "harvest"),
    "lifestyle": (
        "city living", "student life", "country living", "slow living", "travelling", "family life", "office life",
        "outdoor life", "nightlife", "island life",
    ),
    "mood": ("calm", "cheerful", "nostalgic", "cosy", "dreamy", "bold", "melancholic", "playful", "mysterious", "energetic"),
    "trend": (
        "sixties", "seventies", "eighties", "nineties", "old money", "handmade", "luxury", "streetwise", "sustainable",
        "retro",
    ),
    "function": (
        "everyday", "work", "travel", "gift", "night out", "sunday at home", "sport", "special occasion", "relaxing",
    ),
}  # fmt: skip

WORDINGS: dict[str, tuple[str, ...]] = {  # {t} is a theme, {f} a word of the catalogue's own
    "aesthetic": ("{t} {f} style", "{f} with a {t} look", "{t} aesthetic in {f}", "{t} {f}"),
    "activity": ("{f} for a {t}", "{t} in {f}", "{f} {t}", "{t} ideas {f}"),
    "season": ("{f} {t}", "{t} {f} mood", "{f} for {t}", "{t} in {f}"),
    "lifestyle": ("{f} for {t}", "{t} {f}", "{t} with {f}"),
    "mood": ("{t} {f}", "{t} and {f}", "something {t} and {f}", "{t} {f} mood"),
    "trend": ("{t} {f}", "{f} with a {t} touch", "{t} {f} trend"),
    "function": ("{f} for {t}", "{t} {f}", "{f} {t} pieces"),
    "hybrid": ("{t} {f} {u}", "{t} {u} in {f}", "{t} {u}"),
}

THING_WORDINGS: dict[str, tuple[str, ...]] = {  # {f} names things in the plural
    "aesthetic": ("{t} {f}", "{f} with a {t} look"),
    "activity": ("{f} for a {t}",),
    "season": ("{t} {f}",),
    "lifestyle": ("{f} for {t}",),
    "mood": ("{t} {f}",),
    "trend": ("{t} {f}", "{f} with a {t} touch"),
    "function": ("{f} for {t}",),
    "hybrid": ("{f} that are {t} and {u}",),
}

FRAME = {
    "a", "an", "and", "at", "by", "for", "from", "in", "of", "on", "or", "out", "something", "style", "the", "things",
    "to", "touch", "trend", "with", "aesthetic", "ideas", "look", "mood", "pieces",
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

DOMAINS = (
    "clothes", "shoes", "jewellery", "bags", "furniture", "food", "animals", "landscapes", "buildings", "vehicles",
    "people", "toys", "plants", "paintings", "electronics", "music", "books", "sports",
)  # fmt: skip
COLOURS = (
    "black", "white", "grey", "red", "pink", "orange", "yellow", "green", "blue", "navy", "purple", "brown", "beige",
    "gold", "silver",
)  # fmt: skip
LOOKS = (
    "floral", "striped", "checked", "plain", "leather", "denim", "metallic", "wooden", "glass", "knitted", "lace",
    "printed", "shiny", "sporty", "formal", "casual", "delicate", "chunky", "bright", "dark", "pastel",
)  # fmt: skip
THINGS = (
    "table", "chair", "lamp", "bed", "cup", "bottle", "plate", "fruit", "vegetables", "cake", "bread", "dog", "cat",
    "bird", "horse", "fish", "flower", "tree", "forest", "mountain", "beach", "lake", "street", "house", "church",
    "bridge", "car", "bicycle", "train", "boat", "aeroplane", "child", "woman", "man", "portrait", "crowd", "book",
    "guitar", "camera", "phone", "computer", "ball", "toy", "rock music", "pop music", "electronic music", "jazz",
    "hip hop", "classical music",
)  # fmt: skip
