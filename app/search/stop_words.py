"""Stop words: what says little about a text, in each language."""

from functools import cache

from app.search.folding import fold

# Where Whoosh has no list.
_OURS = {
    "ar": """
        من في على إلى عن مع هذا هذه هؤلاء ذلك تلك الذي التي الذين هو هي هم أنا نحن أنت أنتم
        كان كانت كانوا أن إن أنه أنها لأن لا ما لم لن قد كل أو ثم بعد قبل عند بين حتى إذا كما
        لكن ولكن هل ليس ليست له لها لهم لي لك لنا فيه فيها منه منها عليه عليها إليه وفي ومن
        وعلى وهو وهي وكان وكانت وأن وقد ولا يا و غير كيف أين متى لماذا ماذا هنا هناك أيضا جدا
    """,
    "hi": """
        का के की है हैं में से को और पर यह वह ये वे ने भी तो कि था थी थे हो ही जो इस उस इन उन
        मैं हम तुम आप मेरा मेरी मेरे हमारा हमारी हमारे अपना अपनी अपने क्या कर लिए साथ नहीं या
    """,
    "ro": "și în de la cu un o este sunt nu că din pentru mai al ale lui ei eu tu el ea se",
    "sw": """
        na ya wa za la cha vya kwa ni si katika au lakini pia kama ili hii hiki hili huyu hizi
        haya hawa hivi ile yule wale yangu yako yake yetu yenu yao wangu wako wake wetu wenu wao
        langu lako lake letu lao changu chako chake chetu chao zangu zako zake zetu zao mimi wewe
        yeye sisi nyinyi nini kwamba ambayo ambao tu sana
    """,
}  # fmt: skip
# Stop words of one language by which others name things: a dog, the sea, a bear.
_TELLING = """
    ami col come dog door end fusse ham hat hier ill inn man mange mar men mille mot ours sea
    siete silla sit sita ville war
"""

# What readers of one language call a thing, and others use as a word that says little;
# or, with its accent, what is one in their own: summer, wheat, tea.
_THINGS = {
    "en": """
        ate bar bin den die dig dove era fur hay lake met mine mint nun pour sin son till
        ton van wake
    """,
    "es": "bar dos loro mes milla mina olla once pelo sur talla té vara voces",
    "fr": "an bar blé dette dort dos été foi ile île mai manche mine nu or os son thé",
    "pt": "bar chá lã lei mês mina missa som sono",
    "sw": "mia tai",
}


@cache
def names_of_things(lang: str) -> frozenset[str]:
    """List words by which readers of a language name things, as they type them."""
    return frozenset(_THINGS.get(lang.lower().split("-")[0], "").split())


@cache
def stop_words(field: str) -> frozenset[str]:
    """List the words of a language that say little, folded; may be empty."""
    from whoosh.lang import NoStopWords, stopwords_for_language

    try:
        listed = stopwords_for_language(field)
    except NoStopWords:
        listed = _OURS.get(field, "").split()
    return frozenset(map(fold, listed)).difference(_TELLING.split())
