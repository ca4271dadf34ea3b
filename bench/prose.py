"""Prose of made words, in six languages, as often as words come in real posts."""

import random
import re
from collections import Counter
from collections.abc import Iterator
from itertools import accumulate, islice, product
from math import log
from statistics import mean

from whoosh.lang import NoStopWords, stopwords_for_language

from bench.texts import BY_LANG

# Of all posts, as on a server with schools of several countries.
SHARES = {"en": 0.40, "es": 0.25, "fr": 0.15, "pt": 0.10, "ar": 0.07, "sw": 0.03}
CHARACTERS = 709
# How lengths spread round their median, as a logarithm; no post is out of these limits.
SPREAD, SHORTEST, LONGEST = 0.6, 30, 6_000
# Zipf and Mandelbrot: the word of rank r comes as often as 1 / (r + SHIFT) ** STEEPNESS.
SHIFT, STEEPNESS = 2.7, 1.03
VOCABULARY = 40_000
# So many of the commonest words say little, and come whatever a post is about.
EVERYWHERE = 150
TOPICS = 30
# Two words that always stand together, among those that a topic has.
COMPOUNDS = 0.03
# Names, slips and words of no list: each comes once.
NEW_WORDS = 0.004

# Commonest first; the rest of what says little comes from the lists of stop words.
COMMONEST = {
    "en": "the and to of a i in is we my it that for was our you on are with they have at but "
    "as this so all there when he she not be from because like one very has his her had which",
    "es": "de la que y el en a mi los un las se una no por con es para lo del me al nos como más "
    "pero su muy hay cuando porque todos le ya este también si tiene sus dos son fue era esta",
    "fr": "de la le et les des à un il en est que une pas dans pour qui nous du on mon ma elle je "
    "ce avec au se sur plus mais sont par ont tout très nos quand leur aussi deux être cette",
    "pt": "de a que o e do da em um para com não uma os no se na por mais as dos como mas ao ele "
    "das é meu nós minha muito quando foi também tem há seu sua ou ser são já está eu todos",
    "ar": "في من على أن إلى هذا مع كان التي عن هو ما لا كل هي بعد ذلك قد الذي يوم أو كما عند لم "
    "بين حتى نحن أنا هذه كانت ثم لنا جدا هناك عندما لأن أيضا كثيرا فيها منها قبل غير أكثر",
    "sw": "na ya wa ni kwa la za katika yetu sana kila watu ambayo hii lakini pia wote baada siku "
    "sisi yangu kama wakati hiyo alikuwa mimi cha tuna vya kwenye huo zaidi wangu kwamba tu hapa",
}  # fmt: skip


# How words begin and go on, the vowels between, how they end, and what is put before
# and after them; a dash is nothing at all.
SOUNDS = {
    "en": (
        "b c d f g h j l m n p r s t v w br ch cl cr dr fl gr pl pr sh sl sp st th tr",
        "a e i o u ea oo ai", "- - n r l s t ck nd st m", "- - - un re", "- - s s ing ed er ly",
    ),
    "es": (
        "b c d f g j l ll m n ñ p r s t v z br cr gr pr tr pl qu ch",
        "a e i o u a e o ue ia á ó", "- - - n r s l", "- - - des", "o a os as e es ar aba ando mente",
    ),
    "fr": (
        "b c d f g j l m n p r s t v ch br cr dr fr gr pl pr tr gn",
        "a e i o u é ou ai eau oi è", "- - - n r s t l", "- - - - dé re", "- e es s er é ait ement tion",
    ),
    "pt": (
        "b c d f g j l m n p r s t v x z br cr gr pr tr lh nh ch",
        "a e i o u a e o ei ou ã á ê", "- - - r s m l", "- - - des re", "o a os as ar ava ando ção ções mente",
    ),
    "ar": (
        "ب ت ث ج ح خ د ر ز س ش ص ض ط ع غ ف ق ك ل م ن ه",
        "- - - ا و ي", "- - - ن ر ل", "- - - ال ال و ب م", "- - - ة ات ها ين ون",
    ),
    "sw": (
        "b ch d f g h j k l m n p r s t v w y z mb nd ng ny sh",
        "a e i o u a", "-", "- - m wa ki vi ku u ma ana tuna", "- - - ni sha wa ng'a",
    ),
}  # fmt: skip


class Prose:
    """Writes posts in one language; the same seed writes the same posts."""

    def __init__(self, lang: str, seed: int) -> None:
        self.chance = random.Random(f"{lang} {seed}")
        self.making = _made(lang, random.Random(lang))
        self.words = vocabulary(lang)
        self.weights = list(
            accumulate((rank + SHIFT) ** -STEEPNESS for rank in range(1, VOCABULARY + 1))
        )  # fmt: skip
        self.by_topic = [_said_of(self.words, topic) for topic in range(TOPICS)]
        self.characters_a_word = self._characters_a_word()

    def post(self, topic: int) -> str:
        """Write one; what it is about makes its rarer words come together."""
        chance = self.chance
        # The mean of what is drawn so is CHARACTERS.
        length = chance.lognormvariate(log(CHARACTERS) - SPREAD**2 / 2, SPREAD)
        length = min(max(length, SHORTEST), LONGEST)
        count = max(2, round(length / self.characters_a_word))
        words = self._choose(topic, count)
        for _n in range(int(count * NEW_WORDS + chance.random())):
            words[chance.randrange(count)] = self._new_word()
        return self._punctuated(words)

    def title(self, topic: int) -> str:
        return " ".join(self._choose(topic, self.chance.randint(3, 7)))[:100]

    def _choose(self, topic: int, count: int) -> list[str]:
        said = self.by_topic[topic % TOPICS]
        return self.chance.choices(said, cum_weights=self.weights, k=count)

    def _new_word(self) -> str:
        return next(self.making) + next(self.making)

    def _punctuated(self, words: list[str]) -> str:
        chance, pieces, at = self.chance, list[str](), 0
        while at < len(words):
            size = chance.randint(5, 17)
            sentence = words[at : at + size]
            at += size
            if len(sentence) > 8:
                sentence[len(sentence) // 2] += ","
            sentence[0] = sentence[0][:1].upper() + sentence[0][1:]
            end = "?" if chance.random() < 0.08 else "."
            gap = "\n\n" if chance.random() < 0.15 else " "
            pieces += [" ".join(sentence), end, gap]
        return "".join(pieces[:-1])

    def _characters_a_word(self) -> float:
        """Reckon what a word takes on the average, with what stands round it."""
        said = self.by_topic[0]
        some = random.Random(0).choices(said, cum_weights=self.weights, k=20_000)
        letters = mean(map(len, some))
        # A space; a full stop, and sometimes a comma or a line, every eleven words;
        # what is new is made of two.
        return letters * (1 + 1.5 * NEW_WORDS) + 1 + 1.75 / 11


def vocabulary(lang: str) -> list[str]:
    """List the words of a language, commonest first; the same ones each time."""
    sentences = " ".join(BY_LANG.get(lang, ())).casefold()
    counted = Counter(re.findall(r"[^\W\d_]{2,}", sentences))
    known = [
        *COMMONEST[lang].split(),
        *_stop_words(lang),
        *sorted(counted, key=lambda word: (-counted[word], word)),
    ]
    chance = random.Random(f"vocabulary {lang}")
    made = list(islice(_made(lang, chance), 2 * VOCABULARY))
    # The longer, the rarer, roughly.
    made.sort(key=lambda word: len(word) + chance.gauss(0, 2))
    words = list(dict.fromkeys(known + made))[:VOCABULARY]
    for n in range(EVERYWHERE, VOCABULARY):
        if chance.random() < COMPOUNDS:
            words[n] += " " + words[chance.randrange(n)].split()[0]
    return words


def _stop_words(lang: str) -> list[str]:
    try:
        return sorted(stopwords_for_language(lang), key=lambda word: (len(word), word))
    except NoStopWords:
        return []


def _said_of(words: list[str], topic: int) -> list[str]:
    """Let half of the rarer words give their place to the topic's own."""
    said = list(words)
    for rank in range(EVERYWHERE, len(said), 2):
        said[rank] = words[min(rank - rank % TOPICS + topic, len(words) - 1)]
    return said


def _made(lang: str, chance: random.Random) -> Iterator[str]:
    """Make words without end, a few forms of each."""
    onsets, vowels, codas, before, after = (
        ["" if sound == "-" else sound for sound in sounds.split()]
        for sounds in SOUNDS[lang]
    )
    ways = list(product(before, after))
    # Arabic writes few of its vowels.
    fewest = 3 if lang == "ar" else 1
    while True:
        count = fewest + chance.choice((0, 1, 1, 1, 2))
        syllables = [chance.choice(onsets) + chance.choice(vowels) for _n in range(count)]  # fmt: skip
        stem = "".join(syllables) + chance.choice(codas)
        for begun, ended in chance.sample(ways, chance.randint(1, 4)):
            yield begun + stem + ended
