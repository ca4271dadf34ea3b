"""What the demo's two schools say to each other. All people in it are made up.

The sentences are everyday ones, as the small starter packs know them.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Class:
    """One school with one classroom; the first teacher is the school's admin."""

    school: str
    title: str
    lang: str
    teachers: tuple[str, str]
    country: str
    place: str
    # First and last day as month and day, of this year.
    terms: tuple[tuple[str, str, str], ...]
    # When the link is up: 0 is Monday.
    link_days: str
    wifi_name: str
    pupils: tuple[str, ...]


@dataclass(frozen=True)
class Said:
    """One post of the person with this first name.

    A pupil's post is released unless it `waits`, or came back with a `note`.
    """

    who: str
    words: str
    waits: bool = False
    note: str = ""
    picture: str = ""


@dataclass(frozen=True)
class Talk:
    """A thread of a forum; the first post opens it, and its teacher may arrange it."""

    title: str
    posts: tuple[Said, ...]
    forum: str = ""
    pinned: bool = False
    announcement: bool = False


PASTO = Class(
    school="Escuela Río Azul, Pasto",
    title="Sexto B",
    lang="es",
    teachers=("Marta Luz Erazo", "Hernán Rosero"),
    country="CO",
    place="Pasto",
    terms=(
        ("Primer período", "02-02", "06-12"),
        ("Segundo período", "07-06", "11-27"),
    ),
    link_days="024",
    wifi_name="Rio Azul",
    pupils=(
        "Lucía Narváez",
        "Mateo Guerrero",
        "Sofía Benavides",
        "Santiago Mora",
        "Valentina Ortega",
        "Samuel Chaves",
        "Camila Jojoa",
        "Andrés Pantoja",
        "Isabela Timaná",
        "Emilio Burbano",
        "Sara Delgado",
        "Tomás Insuasty",
    ),
)

KISUMU = Class(
    school="Lakeside School, Kisumu",
    title="Class 6 East",
    lang="en",
    teachers=("Grace Omondi", "Peter Odhiambo"),
    country="KE",
    place="Kisumu",
    terms=(
        ("Term 1", "01-05", "04-02"),
        ("Term 2", "04-27", "07-31"),
        ("Term 3", "08-24", "10-23"),
    ),
    link_days="13",
    wifi_name="Lakeside",
    pupils=(
        "Amina Juma",
        "Brian Kiptoo",
        "Faith Wanjiku",
        "Kevin Onyango",
        "Mercy Akinyi",
        "Daniel Mwangi",
        "Zawadi Njeri",
        "Collins Ochieng",
        "Lilian Moraa",
        "Hassan Abdi",
        "Rose Awuor",
        "Victor Otieno",
    ),
)

PARTNERSHIP = "Río y lago"
NATURE = "Water, weather and animals"
# Forums by title, with their categories; the first one takes what names none.
FORUMS = {"Our two classes": "Every day", NATURE: "The world around us"}

TALKS = (
    Talk(
        "Water near us",
        (
            Said(
                "Grace",
                "Hi!\n\nOur school is near a very big lake. Many people here work on "
                "the lake. **Is there water near your school?** Is it a river, a lake "
                "or the sea?",
            ),
            Said(
                "Lucía",
                "Hay un río detrás de la escuela. El agua viene de las montañas y es "
                "muy fría. Cuando llueve, el río es muy grande.",
            ),
            Said(
                "Kevin",
                "My father works on the lake. Every night he goes to the lake and "
                "comes back in the morning. I help him on Saturdays. The lake is so "
                "big that you cannot see the other side.",
            ),
            Said(
                "Samuel",
                "Yo nunca he visto un lago tan grande. ¿Es peligroso nadar allí?",
            ),
            Said(
                "Kevin",
                "> ¿Es peligroso nadar allí?\n\nYes, because there are big animals in "
                "the lake. We only swim near the school.",
            ),
            Said(
                "Rose",
                "This is the lake in the evening. I made this picture with a computer.",
                picture="The sun goes down behind the lake, and a small boat comes home.",
            ),
        ),
        forum=NATURE,
        announcement=True,
    ),
    Talk(
        "¿Qué comen en su casa?",
        (
            Said(
                "Camila",
                "Comemos arroz y papas casi todos los días. Mi abuela hace una sopa "
                "muy buena.\n\n¿Qué comen ustedes?",
            ),
            Said(
                "Mercy",
                "We often eat fish. In the morning I drink tea with milk. I like "
                "bananas very much.",
            ),
            Said(
                "Daniel",
                "I like my mother's food, but I do not like onions. Do you like onions?",
            ),
            Said(
                "Emilio",
                "A mí no me gustan las cebollas. Me gusta el queso. Mi tío tiene cinco "
                "vacas.",
            ),
            Said(
                "Zawadi",
                "My grandfather has two cows and many chickens. The chickens sleep in "
                "a tree.",
            ),
        ),
    ),
    Talk(
        "The way to school",
        (
            Said(
                "Faith",
                "I get up at five o'clock. I walk to school with my two brothers. It "
                "takes an hour. When it rains, our shoes are wet.\n\nHow do you go to "
                "school?",
            ),
            Said(
                "Valentina",
                "Yo voy a la escuela en autobús. El autobús siempre llega tarde. Por "
                "la mañana hace mucho frío y tengo que llevar un abrigo.",
            ),
            Said(
                "Collins",
                "I go to school by bicycle. It is old, but it is fast. My brother gave "
                "it to me last year.",
            ),
            Said(
                "Andrés",
                "Mi perro va conmigo a la escuela. ¡Es un perro muy inteligente!",
            ),
            Said(
                "Lilian",
                "Your dog is very clever. What does he do when you are at school?",
            ),
        ),
    ),
    Talk(
        "Fútbol",
        (
            Said(
                "Mateo",
                "¿Les gusta el fútbol? Jugamos todos los viernes después de la "
                "escuela. La semana pasada ganamos el partido.",
            ),
            Said(
                "Brian",
                "We like football a lot. We play every day behind the school. We do "
                "not have a real ball, so we made one. It is not round, but we have "
                "fun.",
            ),
            Said(
                "Sara",
                "Las niñas también jugamos al fútbol. Somos mejores que los chicos, "
                "pero ellos no lo saben.",
            ),
            Said("Amina", "It is the same here. The girls won the last game."),
            Said(
                "Hassan",
                "That is not true. It was raining and we could not see the ball.",
            ),
        ),
    ),
    Talk(
        "Animales",
        (
            Said(
                "Isabela",
                "Me gustan mucho los animales. Yo tengo un gato blanco. Él duerme todo "
                "el día. ¿Qué animales hay en su país?",
            ),
            Said(
                "Victor",
                "There are many birds near the lake. I saw a big snake near our house "
                "last week. My mother was afraid, but my grandmother was not.",
            ),
            Said(
                "Zawadi",
                "Animals that I have seen:\n\n- a lion\n- two elephants\n- a lot of "
                "monkeys\n\nThe monkeys ate our lunch.",
            ),
            Said(
                "Tomás",
                "¡Viste un león! Yo no quiero ver un león, pero me gustan los "
                "elefantes.",
            ),
        ),
        forum=NATURE,
    ),
    Talk(
        "The weather today",
        (
            Said(
                "Peter",
                "Today is Monday. It is hot today and the sky is blue. How is the "
                "weather in your country?",
            ),
            Said(
                "Hernán",
                "Gracias. Aquí hace frío y está lloviendo. Hay nieve en las montañas.",
            ),
            Said(
                "Sofía",
                "Hoy hace mucho viento. El viento se llevó mi sombrero y no lo puedo "
                "encontrar.",
            ),
            Said("Mercy", "It rained last night. The road is full of water."),
            Said(
                "Santiago",
                "Hoy no hay agua en la escuela, porque el río está muy sucio.",
                waits=True,
            ),
        ),
        forum=NATURE,
    ),
    Talk(
        "Una palabra nueva",
        (
            Said(
                "Marta",
                "Vamos a aprender una palabra nueva cada semana. La primera palabra es "
                "*amigo*. ¿Cómo se dice esta palabra en su idioma?",
            ),
            Said(
                "Lilian",
                "We speak another language at home. I will ask my grandmother.",
            ),
            Said("Grace", "That is a very good idea. I want to learn your language."),
        ),
        pinned=True,
    ),
)

# Each pair, and their letters in the order they went.
LETTERS: tuple[tuple[str, str, tuple[Said, ...]], ...] = (
    (
        "Lucía",
        "Amina",
        (
            Said(
                "Lucía",
                "Hola:\n\nTengo once años y vivo con mis padres y mi hermano. Mi "
                "hermano tiene un perro negro. El perro se come mis "
                "zapatos.\n\n¿Tienes hermanos? ¿Qué haces los domingos?\n\nTu amiga",
            ),
            Said(
                "Amina",
                "Hello!\n\nThank you for your letter. I have read it three times. I "
                "have two brothers and one sister. My sister is small and she is "
                "always asking questions.\n\nWe visit my grandmother on Sundays. She "
                "lives near the lake. What is the name of your dog?\n\nYour friend",
            ),
            Said(
                "Lucía",
                "Gracias por tu carta. Mi hermano dice que el perro no tiene nombre. "
                "Nunca viene cuando lo llamamos.\n\nHoy tuvimos un examen de "
                "matemáticas. Fue muy difícil. ¿Te gustan las matemáticas?",
            ),
            Said(
                "Amina",
                "I like mathematics, but I like music more. I sing every Saturday with "
                "my friends. A dog without a name! My sister wants to give him one.",
                waits=True,
            ),
        ),
    ),
    (
        "Mateo",
        "Brian",
        (
            Said(
                "Brian",
                "Hi! I am twelve years old and I want to be a football player. I run "
                "every morning before school. What do you want to be?",
            ),
            Said(
                "Mateo",
                "Yo quiero ser médico como mi tía. Ella trabaja en un hospital. Ella "
                "ayuda a mucha gente. Pero también me gusta jugar al fútbol.",
            ),
            Said(
                "Brian",
                "A doctor is better. If I fall, you can help me. Do you have a big "
                "family?",
            ),
        ),
    ),
    (
        "Sofía",
        "Faith",
        (
            Said(
                "Sofía",
                "Querida amiga:\n\nMe gusta leer. Estoy leyendo un libro sobre el mar. "
                "Nunca he visto el mar. ¿Has visto el mar?",
            ),
            Said(
                "Faith",
                "I have never seen the sea. My teacher says that the lake is like a "
                "small sea. What is your book about?",
            ),
        ),
    ),
    (
        "Santiago",
        "Kevin",
        (
            Said(
                "Kevin",
                "Hello. Last night my father caught a fish that was as big as my "
                "little brother. We ate it for two days. Have you ever caught a fish?",
            ),
            Said(
                "Santiago",
                "Sí, pero era muy pequeño. Lo puse otra vez en el agua. Mi abuelo me "
                "enseñó a esperar sin hablar. Eso es lo más difícil para mí.",
            ),
        ),
    ),
    (
        "Valentina",
        "Mercy",
        (
            Said(
                "Valentina",
                "Hola. Mi mamá vende flores en el mercado. Me gustan más las flores "
                "blancas. ¿Qué hace tu mamá?",
            ),
            Said(
                "Mercy",
                "My mother is a teacher. She teaches small children. At home she is a "
                "teacher too! I like flowers. We have yellow ones near the door.",
                waits=True,
            ),
        ),
    ),
    (
        "Samuel",
        "Daniel",
        (
            Said(
                "Daniel",
                "Hi. I like to build things. I made a small car from old boxes. It has "
                "four wheels, and my cat sits in it.",
            ),
            Said(
                "Samuel",
                "¡Quiero ver ese carro! Yo hice un avión de papel. El avión voló por "
                "encima de la casa. No lo pude encontrar.",
            ),
            Said(
                "Daniel", "Maybe it is coming to my house. I will wait for it tomorrow."
            ),
        ),
    ),
    (
        "Camila",
        "Zawadi",
        (
            Said(
                "Camila",
                "Hola. ¿Cuándo es tu cumpleaños? Mi cumpleaños es en mayo. El año "
                "pasado mi familia me dio un libro y una pelota roja.",
            ),
            Said(
                "Zawadi",
                "My birthday is also in May. Last year it rained all day. We ate the "
                "cake in the dark and we laughed a lot.",
            ),
        ),
    ),
    (
        "Andrés",
        "Collins",
        (
            Said(
                "Collins",
                "Hello. I clean my bicycle every Sunday. How old is your dog? Can he "
                "swim?",
            ),
            Said(
                "Andrés",
                "Mi perro tiene tres años. Sabe nadar, pero no le gusta el agua fría. "
                "Mi casa está al lado de la iglesia, en la calle doce.",
                note="Es una carta muy bonita. Quita dónde vives: nunca escribimos "
                "nuestra dirección.",
            ),
        ),
    ),
    (
        "Isabela",
        "Lilian",
        (
            Said(
                "Lilian",
                "Hello. I am learning to play the guitar. My fingers hurt, but I am "
                "happy. Do you like music?",
            ),
            Said(
                "Isabela",
                "Me encanta la música. Mi papá toca la guitarra. Todos cantamos en la "
                "cocina. Al gato no le gusta.",
            ),
        ),
    ),
    (
        "Emilio",
        "Hassan",
        (
            Said(
                "Emilio",
                "Hola. Ayer una vaca entró en nuestra cocina y comió el pan. Mi mamá "
                "gritó, y la vaca la miró y siguió comiendo.",
                waits=True,
            ),
        ),
    ),
    (
        "Sara",
        "Rose",
        (
            Said(
                "Rose",
                "Hi! I like to draw. I made a picture for you. What do you see when "
                "you open the window?",
            ),
            Said(
                "Sara",
                "Veo las montañas cuando abro la ventana. Por la mañana las montañas "
                "son azules. Tu dibujo es muy bonito.",
            ),
        ),
    ),
    (
        "Tomás",
        "Victor",
        (
            Said(
                "Victor",
                "Hello. I have a question. What fruit do you eat in your country? Here "
                "bananas are yellow.",
            ),
            Said(
                "Tomás",
                "Hay plátanos rojos. Son pequeños y muy dulces. ¿Quieres saber otra "
                "cosa?",
                waits=True,
            ),
        ),
    ),
)
