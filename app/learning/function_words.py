"""Words that hold sentences together: nobody learns a language by listing them."""

from functools import cache

_WORDS = {
    "en": """
        a about after again all also am an and any are aren't as at be because been before
        being but by can can't could couldn't did didn't do does doesn't doing don't down
        each even every few for from had hadn't has hasn't have haven't he he's her here
        hers him his how i i'd i'll i'm i've if in into is isn't it it's its just let let's
        many may me more most much must my no nor not now of off on one only or other our
        ours out over own same shall she she's should so some such than that that's the
        their them then there there's these they they're this those through to too under
        until up us very was wasn't we we're we've were weren't what when where which while
        who whom whose why will with without won't would yes yet you you'll you're your
    """,
    "es": """
        a ahora al algo algún alguna algunas alguno algunos ante antes aquel aquella aquí
        así aún aunque bajo bien cada casi como cómo con contra cual cuál cuando cuándo
        cuanto de del desde donde dónde dos durante e el él ella ellas ellos en entre era
        eran eres es esa esas ese eso esos esta está estaba estaban están estar estas este
        esto estos estoy fue fueron ha había han has hasta hay he hemos la las le les lo
        los más me mi mí mis mucha muchas mucho muchos muy nada ni no nos nosotros nuestra
        nuestras nuestro nuestros o os otra otras otro otros para pero poco por porque pues
        que qué quien quién quienes se sea según ser será si sí sido sin sobre sois solo
        sólo somos son soy su sus también tampoco tan tanto te tengo ti tiene tienen toda
        todas todo todos tu tú tus un una unas uno unos usted ustedes va voy vosotros y ya yo
    """,
    "fr": """
        ai alors après as au aucun aussi autre autres aux avait avant avec avez avoir avons
        bien car ce ceci cela celle celles celui ces cet cette ceux chaque chez comme comment
        dans de depuis des donc dont du elle elles en encore entre es est et étaient étais
        était êtes être eu fait fut ici il ils je jusque la là le les leur leurs lui ma mais
        me même mes moi moins mon ne ni non nos notre nous on ont ou où par parce pas pendant
        peu plus plusieurs pour pourquoi puis quand que quel quelle quelles quelque quelques
        quels qui quoi sa sans se selon sera ses si soi soit sommes son sont sous suis sur ta
        tandis te tes toi ton tous tout toute toutes très trop tu un une vers vos votre vous
    """,
    "pt": """
        a agora ainda algo algum alguma algumas alguns ante antes ao aos aquela aquele aqui as
        às assim até bem cada com como contra da das de dela delas dele deles depois desde
        dessa desse desta deste dela do dois dos e é ela elas ele eles em embora entre era
        eram és essa essas esse esses esta está estão estar estas estava estavam este estes
        estou eu foi for foram há isso isto já lá lhe lhes mais mas me menos meu meus mesmo
        mim minha minhas muita muitas muito muitos na não nas nem no nos nós nossa nossas
        nosso nossos num numa o onde os ou outra outras outro outros para pela pelas pelo
        pelos pode pois por porque pouco qual quando quanto que quê quem se seja sem ser será
        seu seus si sido só sob sobre somos sou sua suas também tanto tão te tem têm tenho ter
        teu teus toda todas todo todos tu tua tuas tudo um uma umas uns vai você vocês vos vou
    """,
    "ar": """
        أ أن أنا أنت أنتم أنه أنها أو أي أيضا أيضًا إذا إلا إلى إن إنه الآن التي الذي الذين اللذين
        ألا أما بأن بعد بعض بل بين تحت تلك ثم جدا جدًا حتى حيث خلال ذلك سوف على عليه عليها عن عند
        عندما غير فإن فقط في فيه فيها قبل قد كان كانت كل كلا كم كما كنت كيف لا لأن لأنه لدي لدينا
        لقد لك لكن لكنه لم لما لن لنا له لها لهم لو لي ليس ليست ما ماذا متى مثل مع معه معها معي من
        منذ منه منها نحن نعم هذا هذه هل هم هن هنا هناك هو هي وأن وأنا وإن ولا ولكن ولم وما ومن وفي
        وكان وهو وهي يا
    """,
    "sw": """
        ama au baada bado basi bila cha chako chake changu chao cheo chetu chini hadi hao hapa
        hapo hata hatuna hawa haya hayo hii hiki hili hilo hivi hivyo hiyo hizi hizo huko huku
        huo huu huyo huyu ila ili ingawa je juu kabla kabisa kama kana karibu katika kila kisha
        ko kuhusu kuliko kupitia kutoka kuwa kwa kwake kwako kwamba kwangu kwani kwao kwenye
        kwetu kwenu la lako lake langu lakini lao letu lini mimi mle mpaka mwa na nao naye nani
        nayo ndani ndio ndipo ndiyo ni nini ninyi nyinyi nje pa pako pale pamoja pekee pia
        sana sasa si sisi tu vile vya vyako vyake vyangu vyao vyetu wa wake wako wale wana wangu
        wao wapi wenu wetu wewe ya yako yake yale yangu yao yao yeye yetu yote yule za zaidi
        zake zako zangu zao zetu zote wote yupo ipo
    """,
}


@cache
def function_words(lang: str) -> frozenset[str]:
    """Give the function words of a language in small letters; none where we have no list."""
    return frozenset(_WORDS.get(lang, "").split())
