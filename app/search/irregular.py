"""Words whose other forms no rule finds: those that pupils write most."""

from functools import cache

from app.search.folding import fold

# By language: what a word is found by, then its forms that rules would leave apart.
_FORMS = {
    "ar": """
        مدينة مدن، قطة قطط، قصة قصص، لغة لغات، كرة كرات، سنة سنوات سنين، ماء مياه، يوم أيام
        أب أبي أبوه أبوها أبوك أبونا، أم أمي أمه أمها أمك أمنا، أخ أخي أخوه أخوها أخوك إخوة إخوتي
        أخت أختي أخته أختها أختك أخوات أخواتي، حب أحب يحب تحب نحب أحبت أحببت يحبون أحبك أحبها أحبه
        أكل آكل يأكل تأكل نأكل أكلت أكلنا يأكلون، شيء أشياء، يد أيدي يداي، امرأة مرأة نساء
    """,
    "de": """
        gehen ging gingen gegangen, kommen kam kamen gekommen, essen isst aß aßen gegessen
        sehen sieht sah sahen gesehen, lesen liest las lasen gelesen
        schreiben schrieb schrieben geschrieben, sprechen spricht sprach gesprochen
        fahren fährt fuhr fuhren gefahren, laufen läuft lief liefen gelaufen
        schwimmen schwamm geschwommen, singen sang gesungen, trinken trank getrunken
        schlafen schläft schlief geschlafen, geben gibt gab gegeben
        nehmen nimmt nahm genommen, helfen hilft half geholfen, finden fand fanden gefunden
        bringen brachte gebracht, denken dachte gedacht
    """,
    "en": """
        child children, man men, woman women, foot feet, tooth teeth, mouse mice
        goose geese, ox oxen, leaf leaves, wolf wolves, knife knives, wife wives
        shelf shelves, loaf loaves, half halves, calf calves, thief thieves, bus buses
        big bigger biggest, hot hotter hottest, sad sadder saddest, fat fatter fattest
        wet wetter wettest, go goes went gone, eat ate eaten
        see saw seen, write wrote written, give gave given, take took taken, come came
        make made, say said, tell told, know knew known, think thought, buy bought
        bring brought, catch caught, teach taught, find found, lose lost, meet met
        sing sang sung, drink drank drunk, sit sat, sleep slept, speak spoke spoken
        stand stood, win won, draw drew drawn, grow grew grown, fly flew flown
        ride rode ridden, break broke broken, fall fell fallen, feel felt, keep kept
        hear heard, build built, send sent, spend spent, pay paid, begin began begun
        choose chose chosen, drive drove driven, forget forgot forgotten, get got gotten
        hide hid hidden, throw threw thrown, wear wore worn, wake woke woken, hold held
        run ran, swim swam swum, sell sold, steal stole stolen, lend lent, blow blew blown
        become became, understand understood, dream dreamt, learn learnt, dig dug
        burn burnt, ring rang rung, shine shone, sweep swept, tear tore torn, bite bitten
    """,
    "es": """
        grande gran, bueno buen, primero primer, tercero tercer, hacer hago hizo hice hicimos
        hicieron hecho, decir digo dice dicen dijo dije dijimos dijeron dicho
        tener tengo tiene tienen tienes tuvo tuve tuvimos tuvieron
        poner pongo puso puse pusimos pusieron, poder puedo puede pueden puedes pudo
        pude pudimos pudieron, querer quiero quiere quieren quieres quiso quise quisimos
        traer traigo trajo trajimos trajeron, escribir escrito
        saber supo supe supimos supieron, dormir duermo duerme duermen
        durmió durmieron durmiendo, llover llueve llueva, volver vuelto vuelvo vuelve vuelven
        encontrar encuentro encuentra encuentran, pensar pienso piensa piensan
        empezar empiezo empieza empiezan, sentir siento siente sintió, cerrar cierra cierran
        entender entiendo entiende entienden, almorzar almuerzo almuerza almuerzan
        mostrar muestra muestran, volar vuelo vuela vuelan, soñar sueño sueña sueñan
        jugar juego juega juegan juegas juegue jueguen
    """,
    "fr": """
        œil yeux, ciel cieux, travail travaux, beau bel belle belles
        nouveau nouvel nouvelle nouvelles, vieux vieil vieille vieilles
        blanc blanche blanches, franc franche, gentil gentille gentilles, doux douce douces
        roux rousse rousses, long longue longues, copain copine copines, maître maîtresse
        aller vais vas va vont, faire fais fait font faites faisait, voir vois voit vu vus vue
        venir viens vient viennent venu venus venue
        prendre prends prend prenons prennent pris prise, lire lis lu lue
        écrire écris écrit écrivons écrivent, boire bois boit bu buvons, mettre mets met
        vouloir veux veut veulent voulu, pouvoir peux peut peuvent pu
        savoir sais sait su savent, dire dis dit disent, vendre vends vend vendu vendent
        attendre attends attend attendu, manger mangé
    """,
    "it": """
        uomo uomini, acqua acque, andare vado vai va vanno, fare faccio fai fa fanno
        fatto, dire dico dice detto, venire vengo viene vieni, bere bevo beve bevuto
        scrivere scritto scrisse, leggere letto lesse, vedere visto vide
    """,
    "pt": """
        leão leoa leoas, fazer faço faz fiz fez fizeram feito, dizer digo diz disse disseram dito
        ter tenho tem tens teve tive tiveram, ver vejo vê veem viu vi viram visto
        poder posso pode pôde podem, querer quero quer quis quiseram, trazer trago trouxe
        vir venho vem veio vieram, escrever escrito, pôr põe pôs puseram posto
    """,
}  # fmt: skip


@cache
def irregular(field: str) -> dict[str, str]:
    """Give what the irregular words of a field are forms of, both folded."""
    rows = _FORMS.get(field, "").replace("،", ",").replace("\n", ",\n").split(",")
    return {
        fold(form): fold(base)
        for base, *forms in (row.split() for row in rows if row.strip())
        for form in forms
    }
