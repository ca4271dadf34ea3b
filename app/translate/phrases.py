"""What letters begin and end with: a small model never met it, so it stands here."""

import re
from collections.abc import Collection
from typing import NamedTuple

LANGS = ("en", "es", "fr", "pt")

# One meaning a row, in the order of LANGS. All forms parted by "/" are understood,
# the first is said. After "~" stands the form for a girl or a woman.
_TABLE = """
yes | sí | oui | sim
no | no | non | não
ok/okay | está bien/vale | d'accord | está bem
hello/hi | hola | bonjour | olá/oi
hello everyone/hello everybody/hello all | hola a todos/hola a todas | bonjour à tous | olá a todos
hello friend/hi friend | hola amigo~hola amiga | bonjour | olá amigo~olá amiga
hello friends/hi friends | hola amigos~hola amigas | bonjour les amis | olá amigos~olá amigas
dear | querido~querida/estimado~estimada | cher~chère | querido~querida
dear friend | querido amigo~querida amiga | cher ami~chère amie | querido amigo~querida amiga
dear friends | queridos amigos~queridas amigas | chers amis~chères amies | queridos amigos~queridas amigas
good morning | buenos días/buen día | bonjour | bom dia
good afternoon | buenas tardes | bon après-midi | boa tarde
good night | buenas noches | bonne nuit | boa noite
how are you | cómo estás | comment vas-tu | como você está
thank you/thanks | gracias | merci | obrigado~obrigada
thank you very much/thank you so much/many thanks | muchas gracias | merci beaucoup | muito obrigado~muito obrigada
please | por favor | s'il te plaît | por favor
sorry | perdón/lo siento | pardon | desculpa
goodbye/bye | adiós/chao | au revoir | tchau/adeus
see you soon | hasta pronto/nos vemos pronto | à bientôt | até breve
see you tomorrow | hasta mañana | à demain | até amanhã
write soon/write back soon/write to me soon | escríbeme pronto/escribe pronto | écris-moi vite | escreva logo
with love/lots of love | con cariño/con amor/de cariño | affectueusement | com carinho
a hug/a big hug | un abrazo/un fuerte abrazo | je t'embrasse | um abraço
hugs | abrazos | gros câlins | abraços
kisses | besos/besitos | bisous | beijos
best wishes | con mis mejores deseos | amicalement | tudo de bom
greetings from/regards from | saludos de | salutations de | saudações de
my name is/i am called | me llamo/mi nombre es | je m'appelle | meu nome é/me chamo
and you | y tú | et toi | e você
greetings/regards | saludos | salutations | saudações
your friend | tu amigo~tu amiga | ton ami~ton amie | seu amigo~sua amiga
happy birthday | feliz cumpleaños | joyeux anniversaire | feliz aniversário
congratulations | felicidades/felicitaciones | félicitations | parabéns
good luck | buena suerte/mucha suerte | bonne chance | boa sorte
welcome | bienvenido~bienvenida | bienvenue | bem-vindo~bem-vinda
me too | yo también | moi aussi | eu também
and | y | et | e
but | pero | mais | mas
because | porque | parce que | porque
of course | por supuesto/claro/claro que sí | bien sûr | claro
"""

_SAYING = re.compile(
    r"[¡¿]*(?P<words>[^.!?¡¿,]+?)"
    r"(?P<to>(?:,?\s+(?:(?:and|y|et|e)\s+)?(?:[A-ZÀ-Þ][^\W\d_]+|@\w[\w.-]*\w))+)?(?P<end>[.!?…]*)"
)
_NAME = re.compile(r"[A-ZÀ-Þ][^\W\d_]+")
_JOINING = (
    dict(zip(LANGS, ("and", "y", "et", "e"), strict=True)),
    dict(zip(LANGS, ("but", "pero", "mais", "mas"), strict=True)),
    dict(zip(LANGS, ("or", "o", "ou", "ou"), strict=True)),
)
_AND = _JOINING[0]
# "Hola, me llamo Ana": what stands before the first comma may be a saying.
_OPENING = re.compile(r"(?P<head>[^,:.!?¡¿]{2,40})(?P<comma>[,:]\s+)(?=\S+\s+\S)")

# "Me llamo Ana y tengo once años": so is what stands before "and".
_NAME_AND = re.compile(
    r"(?P<head>[^,.!?¡¿]{2,30}? [A-ZÀ-Þ][^\W\d_]+) (?P<and>and|y|et|e) (?=[a-zà-þI])"
)


class _Form(NamedTuple):
    plain: str
    feminine: str


def _form(written: str) -> _Form:
    plain, _tilde, feminine = written.strip().partition("~")
    return _Form(plain, feminine or plain)


_ROWS = [
    [[_form(written) for written in cell.split("/")] for cell in row.split("|")]
    for row in _TABLE.strip().splitlines()
]


def saying(
    sentence: str, from_lang: str, to_lang: str, names: Collection[str] = ()
) -> str | None:
    """Translate a greeting, a closing or a short answer; None for all else.

    The names of people may follow: "Querida Amina", "Hello, Ana and Luis!"
    """
    found = _SAYING.fullmatch(sentence)
    if not found or not {from_lang, to_lang} <= set(LANGS):
        return None
    words, addressed = found["words"], found["to"] or ""
    if not addressed and found["end"] == "":
        for joining in _JOINING:
            if words == joining[from_lang]:
                return joining[to_lang]
    if any(name not in names for name in _NAME.findall(addressed)):
        words, addressed = words + addressed, ""
    understood = _understand(words, from_lang)
    if understood is None:
        return None
    row, feminine = understood
    if called := _NAME.findall(addressed):
        feminine = called[0].endswith(("a", "á"))
    said = row[LANGS.index(to_lang)][0]
    addressed = re.sub(rf"\b{_AND[from_lang]}\b", _AND[to_lang], addressed)
    opened = {"!": "¡", "?": "¿"}.get(found["end"][-1:], "") if to_lang == "es" else ""
    return (
        f"{opened}{said.feminine if feminine else said.plain}{addressed}{found['end']}"
    )


def opening(
    sentence: str, from_lang: str, to_lang: str, names: Collection[str] = ()
) -> tuple[str, str]:
    """Part off a greeting or an "and" that a sentence begins with, translated.

    Returns it and the rest: small models go astray at "Hello, my name is ...".
    """
    if not {from_lang, to_lang} <= set(LANGS):
        return "", sentence
    opened = ""
    if found := _OPENING.match(sentence):
        said = saying(found["head"], from_lang, to_lang, names)
        if said is not None:
            opened, sentence = said + found["comma"], sentence[found.end() :]
    if found := _NAME_AND.match(sentence):
        said = saying(found["head"], from_lang, to_lang, names)
        if said is not None and found["and"] == _AND[from_lang]:
            return f"{opened}{said} {_AND[to_lang]} ", sentence[found.end() :]
    word, space, rest = sentence.partition(" ")
    for joining in _JOINING:
        if rest and word.lower() == joining[from_lang]:
            return opened + joining[to_lang] + space, rest
    return opened, sentence


def _understand(words: str, lang: str) -> tuple[list[list[_Form]], bool] | None:
    told = " ".join(words.lower().replace("’", "'").split())
    for row in _ROWS:
        for form in row[LANGS.index(lang)]:
            if told in form:
                return row, told != form.plain
    return None
