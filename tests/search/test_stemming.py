"""Forms of a word share a stem, other words do not, in the words pupils write."""

import subprocess
import sys
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.search.stemming import STEMMED, terms_of
from launch.places import ROOT

TOGETHER = {
    "ar": """
        كتاب كتب الكتاب كتابي كتابها للكتاب بالكتاب والكتاب · مدرسة مدارس المدرسة مدرستنا
        نهر أنهار الأنهار أنهر · ولد أولاد الأولاد · معلم معلمة معلمون المعلمين معلمات
        صديق أصدقاء صديقي أصدقائي صديقتي · بيت بيوت البيوت بيتنا · مدينة مدن المدينة
        شجرة أشجار شجر · سمكة سمك أسماك · قلم أقلام · طالب طلاب طالبة طالبات
        يلعب نلعب لعب يلعبون لعبت ألعب تلعب · يكتب نكتب كتبت · أحب يحب نحب أحببت
        يوم أيام الأيام · أم أمي أمها · لغة لغات · ماء المياه · أحمر حمراء
        كبير كبيرة كبار · يأكل أكل نأكل · مصر مصري المصرية · سيارة سيارات
    """,
    "da": "hus huse husene · hund hunde hundene · pige piger pigerne",
    "de": """
        Haus Häuser Haeuser · Fluss Fluß Flüsse Fluesse · Straße Strasse Straßen
        Kind Kinder Kindern · Buch Bücher Buecher · spielen spielt spielte gespielt
        Freund Freundin Freunde Freundinnen · schön schöne schoen · Fuß Füße
        Lehrer Lehrerin Lehrerinnen · gehen ging gegangen
    """,
    "en": """
        river rivers · child children · family families · study studies studied studying
        big bigger · bus buses · leaf leaves · go goes going went · write writes wrote
        colour colors · favourite favorite · organise organized · centre center
        happy happily · teacher teachers · woman women
    """,
    "es": """
        come comemos comió comiendo comer comían · niña niño niñas niños · pez peces
        canción canciones cancion · ciudad ciudades · juego jugar juega jugamos
        profesor profesora profesores · país países pais · árbol árboles arboles
        examen exámenes · joven jóvenes · quiero querer queremos · grande gran grandes
        inglés inglesa ingleses · llueve llover · pared paredes · hice hacer hizo
        hombre hombres · luz luces · mes meses · escribir escrito escribimos
    """,
    "fi": "talo talot talossa · koira koirat koiran",
    "fr": """
        rivière rivières riviere · cheval chevaux · bateau bateaux · œil yeux
        cœur coeur cœurs · mange mangeons manger mangent mangeait · jeu jeux
        joue jouons jouer jouent · grand grande grandes · beau belle · ami amie amis
        heureux heureuse · chanteur chanteuse chanteuses · actif active · blanc blanche
        français française francais · boulanger boulangère · genou genoux
        appelle appeler appelons · acteur actrice · mère mères mere
    """,
    "hi": "नदी नदियाँ नदियों · किताब किताबें किताबों · लड़का लड़के लड़कों · हिन्दी हिंदी",
    "hu": "ház házak · könyv könyvek könyvet",
    "it": "gatto gatti gatta · amico amici amiche · lago laghi · giocare giochi gioca",
    "nl": "kat katten · huis huizen · brief brieven · boek boeken",
    "no": "katt katter · hus husene · gutt gutter guttene",
    "pt": """
        rio rios · coração corações coracao · pão pães pao · animal animais · azul azuis
        papel papéis papeis · fácil fáceis faceis · jornal jornais · lençol lençóis
        homem homens · viagem viagens · jardim jardins · bom bons · mão mãos
        menina meninas menino · professor professora · come comemos comeu comi
        herói heróis · leão leões leoa · mãe mães
    """,
    "ro": "pisică pisici · casă case casele",
    "ru": "река реки рекой · книга книги книг · играть играет играли · ёж еж",
    "sv": "hund hundar hundarna · flicka flickor",
    "sw": "mtoto watoto · kitabu vitabu · anasoma kusoma",
}
APART = {
    "ar": "قلب كلب · بحر بخار · سمك سماء · شمس شمال · مصر مطر · كرة كرسي",
    "de": "Zeit Zeitung · Stadt Staat · Kind Kino · Fluss Flug · Berlin Berg",
    "en": "river rover · new news · letter let · summer sum · teacher tea · write wheel",
    "es": """
        rio risa · verdad verde · pared parar · mes mesa · caso casa · hombre hombro
        puerto puerta · libro libre · plato plata · pero perro · lengua lejos
    """,
    "fr": """
        mer mère · poisson poison · maison mais · peur peu · ville fille · garçon gare
        ballon balle · chat château · enfant enfin · vert verre
    """,
    "hi": "नदी नाद · घर घड़ी · किताब कितना",
    "it": "gatto gioco · libro libertà",
    "pt": "mão mãe · pai pau · mal mais · flor floresta · carro cara · mel meia",
    "ru": "река рука · книга князь",
}


def groups(table: dict[str, str]) -> list[tuple[str, list[str]]]:
    return [
        (lang, group.split())
        for lang, rows in table.items()
        for row in rows.strip().splitlines()
        for group in row.split("·")
        if group.strip()
    ]


@pytest.mark.parametrize(("lang", "forms"), groups(TOGETHER))
def test_forms_of_a_word_are_found_by_each_other(lang: str, forms: list[str]) -> None:
    stems = [set(terms_of(form.casefold(), lang)) for form in forms]

    assert all(one & stems[0] for one in stems), stems


@pytest.mark.parametrize(("lang", "others"), groups(APART))
def test_other_words_stay_apart(lang: str, others: list[str]) -> None:
    stems = [set(terms_of(word.casefold(), lang)) for word in others]

    assert not any(one & other for one, other in pairwise(stems)), stems


def test_a_word_that_clings_to_the_next_is_left_out() -> None:
    assert terms_of("l'école", "fr") == terms_of("école", "fr")
    assert terms_of("nell'orto", "it") == terms_of("orto", "it")
    assert terms_of("l'école", "es") != terms_of("école", "es")


@given(st.text(min_size=1, max_size=90), st.sampled_from(sorted(STEMMED)))
def test_any_word_has_few_stems(word: str, lang: str) -> None:
    stems = terms_of(word.casefold(), lang)

    assert 1 <= len(stems) == len(set(stems)) <= 8


def test_stems_in_python_are_those_in_c() -> None:
    """A machine without PyStemmer, as many a 32-bit one, finds the same."""
    langs = ["en", "es", "fr", "pt", "de", "tr"]
    tried = [
        "rivers",
        "running",
        "ríos",
        "corriendo",
        "rivières",
        "écoles",
        "corações",
        "häuser",
        "kitaplar",
    ]
    script = (
        "import sys; sys.modules['Stemmer'] = None\n"
        "from app.search.stemming import terms_of\n"
        f"print([terms_of(word, lang) for word in {tried} for lang in {langs}])"
    )

    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", script],
        cwd=ROOT, capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip

    assert done.stdout.strip() == str(
        [terms_of(word, lang) for word in tried for lang in langs]
    )
