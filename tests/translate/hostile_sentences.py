"""Five hundred everyday and hostile sentences as children write them, half es, half en.

One a line; those of several lines, and those made by a rule, stand below.
"""

import unicodedata

# Some of the children are called by words.
_NAMES = (
    "Rosa Paz Luna Sol Ángel Cruz Mateo Lucía Grace Will May Rose Hope Mark Bill"
    " Otieno Wanjiru Amina"
)
NAMES = frozenset(_NAMES.split())

_ES = """
Hola.
Sí.
no
a
¿Qué?
Gato
perro
¡Gol!
Gracias
adiós
Querida Amina:
Hola, me llamo Luna y tengo doce años.
Me llamo Ángel.
Tengo 11 años y vivo en un pueblo pequeño.
Mi familia es grande.
Somos siete en casa.
Mi mamá trabaja en el mercado.
Mi papá es maestro.
Tengo dos hermanos y una hermana.
Me gusta jugar al fútbol con mis amigos.
En mi escuela hay 24 alumnos.
La escuela empieza a las 8:30.
Vamos a la escuela a pie.
Hoy llueve mucho.
El río es grande y frío.
En verano nadamos en el río.
Mi perro es negro y come mucho.
Tenemos una vaca, tres ovejas y ocho gallinas.
¿Tienes hermanos?
¿Qué comes por la mañana?
¿Cuál es tu color favorito?
Mi color favorito es el azul.
Ayer fue mi cumpleaños.
Estoy muy contenta con tu carta.
Gracias por tu carta.
Espero tu respuesta.
Escríbeme pronto.
Un abrazo, Lucía
Tu amigo, Mateo
¿Hace frío en tu país?
En mi país hace calor todo el año.
Me gustan las matemáticas.
No me gusta el pescado.
Quiero ser médica.
El domingo visitamos a mi abuela.
Mi abuela hace pan.
El gato duerme en mi cama.
Leemos un libro nuevo.
Vivo cerca de la montaña.
¿Te gusta la música?
Toco la guitarra.
no no no
no no no no no no no no no no no no
no, no, no, ¡no!
NO NO NO
sí sí sí sí
hola hola hola
gol gol gol gol gol gol gol gol
¡Goooooool!
¡GOOOOL! ¡GOOOOL!
bravo bravo bravo
¡Bravo! ¡Bravo! ¡Bravo!
aplauso aplauso aplauso aplauso aplauso
👏👏👏
👏 👏 👏 Muy bien 👏 👏 👏
¡Viva! ¡Viva! ¡Viva!
muy muy muy muy bien
gracias gracias gracias gracias
corre corre corre, perro, corre
ja
jajaja
jajajajajajajajaja
jejeje, qué risa
¡Jajaja! Mi perro comió mi tarea.
xd
XD
Ay ay ay
bla bla bla
la la la la la
tic tac tic tac tic tac
guau guau
😀
😀 Hola
🌊🌊🌊
🐶 Este es mi perro.
⚽ Me gusta el fútbol.
❤️ te quiero ❤️
👩‍👩‍👧 Esta es mi familia 👨‍👩‍👧‍👦
Vivo en 🇨🇱.
¡Feliz cumpleaños! 🎂🎉🎈
Me gusta 🍎, 🍌 y 🍇.
1️⃣ leer 2️⃣ escribir 3️⃣ jugar
<3
<3 <3 <3
:) Hola :)
Estoy triste :(
Hasta mañana ;-)
^^
¯\\_(ツ)_/¯
1
42
7 8 9 10
1, 2, 3
1 2 3 4 5 6 7 8 9 10 11 12 13 14 15
3,14
1.000.000
3 + 4 = 7
2 < 5
10:30
50 %
$ 1.500
-5 °C
Hoy hay 25 °C.
555-1234
Mi teléfono es 555-0199.
3/5/2024
El 3/5/2024 es mi fiesta.
Nací el 14 de agosto de 2012.
El 3 de mayo de 2024 a las 10:30
Tengo 42 libros.
Mi hermana tiene 16 años y mi hermano tiene 9.
Corrí 5 km en 31 minutos.
Mi casa tiene 2 puertas y 6 ventanas.
Cuesta 250 pesos.
En 1810 y en 1818
El número es 90817263.
Tengo 1 perro, 2 gatos, 3 vacas, 4 patos y 5 peces.
somos 1200 personas en el pueblo
Quedamos 2-1.
Página 12, ejercicio 3b
https://example.org/casa
Mira https://example.org/mi_casa?a=1&b=2 por favor.
Mi página es www.example.org.
Escribe a luna@example.org
ana.paz+clase@example.org
@mateo
@mateo ¿vienes mañana?
Gracias, @lucia_12 y @otieno.
#escuela
Me gusta #leer y #jugar
mi_archivo_nuevo.txt
Guarda el archivo mi_tarea.
print("hola")
x = 3; y = x + 2
La fórmula es E = mc2.
H2O
def suma(a, b): return a + b
<b>hola</b>
<script>alert(1)</script>
C:\\clase\\tarea.txt
/clase/tarea
{ "nombre": "Luna" }
Rosa es mi amiga.
Rosa tiene una rosa roja.
Paz quiere paz.
La luna es blanca y Luna es mi perra.
Mi amiga Sol juega al sol.
Ángel dibuja un ángel.
Cruz vive cerca de la cruz.
Luna, Sol, Paz y Rosa
Luna
Luna Luna Luna
Otieno
Wanjiru y Otieno viven en Kenia.
Amina tiene 3 gatos.
¿Dónde vive Grace?
Will y May escriben en inglés.
Saludos de Rosa, Luna y Mateo.
Mi mejor amigo se llama Otieno.
La mamá de Luna hace pan.
luna y sol
Vivo en Pasto, cerca de un volcán.
Mi pueblo se llama Quillabamba.
ME GUSTA EL RÍO
¡MI MAMÁ COCINA MUY BIEN!
HOLA
VIVO EN CHILE CON LUNA
QUIERO UN PERRO. MI MAMÁ NO QUIERE.
Mi perro es MUY grande.
La ONU y la FIFA
TV
mE gUsTa EsCrIbIr AsÍ
hola como estas yo bien y tu
me gusta leer y me gusta nadar y me gusta correr y me gusta cantar y me gusta bailar
Hola my friend, ¿cómo estás?
I love you, mamá.
Mi maestra dice "good morning" cada día.
En inglés "casa" es "house".
I like soccer. Me gusta mucho.
¿Qué significa "butterfly"?
Bonjour, me llamo Mateo.
La palabra مرحبا es árabe.
Mi amiga escribió שלום en su cuaderno.
Él dijo: "Hola, Luna".
«Hola», dijo el gato.
"¿Vienes?" "No, gracias."
Dijo: «Me gusta tu casa».
(Hola)
Mi perro (es negro) come pan.
* * *
***
**Hola** a *todos*
*hola
Me gusta **mucho** el río.
...
…
¿?
¡!
¡¡¡!!!
¿¡Qué!?
-
—
.,;:
.
"
()
« »
¿Vienes...? No sé...
Bueno... pues... no sé...
supercalifragilistico
electroencefalografista
otorrinolaringólogo
aaaaaaaaaaaaaaaaaaaaaaaaa
asdfghjkl
qwerty uiop
aaaa bbbb cccc
ñ
Ñandú
Mañana la niña sueña con la montaña.
El pingüino y la cigüeña
¡Qué susto! ¡Qué susto!
Rojo, rojo, rojo es mi color
poco a poco, paso a paso
de vez en cuando
cada día más y más
No sé si sí o si no.
Como como como.
""".strip().splitlines()

_EN = """
Hello.
Yes.
no
I
What?
Cat
dog
Goal!
Thanks
bye
Dear Lucía,
Hello, my name is Grace and I am twelve years old.
My name is Will.
I am 11 years old and I live in a small town.
My family is big.
We are seven at home.
My mother works at the market.
My father is a teacher.
I have two brothers and a sister.
I like to play football with my friends.
There are 24 pupils in my class.
School starts at 8:30.
We walk to school.
It is raining a lot today.
The river is big and cold.
In summer we swim in the river.
My dog is black and eats a lot.
We have a cow, three sheep and eight chickens.
Do you have any brothers?
What do you eat in the morning?
What is your favorite color?
My favorite color is blue.
Yesterday was my birthday.
I am very happy with your letter.
Thank you for your letter.
I am waiting for your answer.
Write soon.
Love, Wanjiru
Your friend, Otieno
Is it cold in your country?
In my country it is hot all year.
I like math.
I don't like fish.
I want to be a doctor.
On Sunday we visit my grandmother.
My grandmother makes bread.
The cat sleeps on my bed.
We are reading a new book.
I live near the mountain.
Do you like music?
I play the guitar.
no no no
no no no no no no no no no no no no
no, no, no, no!
NO NO NO
yes yes yes yes
hello hello hello
goal goal goal goal goal goal goal goal
Gooooooal!
GOOOOAL! GOOOOAL!
bravo bravo bravo
Bravo! Bravo! Bravo!
clap clap clap clap clap
👏👏👏
👏 👏 👏 Well done 👏 👏 👏
Hooray! Hooray! Hooray!
very very very very good
thanks thanks thanks thanks
run run run, dog, run
ha
hahaha
hahahahahahahahaha
hehehe, so funny
Hahaha! My dog ate my homework.
lol
LOL
oh oh oh
blah blah blah
la la la la la
tick tock tick tock tick tock
woof woof
😀
😀 Hello
🌊🌊🌊
🐶 This is my dog.
⚽ I like soccer.
❤️ I love you ❤️
👩‍👩‍👧 This is my family 👨‍👩‍👧‍👦
I live in 🇰🇪.
Happy birthday! 🎂🎉🎈
I like 🍎, 🍌 and 🍇.
1️⃣ read 2️⃣ write 3️⃣ play
<3
<3 <3 <3
:) Hello :)
I am sad :(
See you tomorrow ;-)
^_^
T_T
1
42
7 8 9 10
1, 2, 3
1 2 3 4 5 6 7 8 9 10 11 12 13 14 15
3.14
1,000,000
3 + 4 = 7
2 < 5
10:30
50 %
$1,500
-5 °C
It is 25 °C today.
555-1234
My phone number is 555-0199.
3/5/2024
My party is on 3/5/2024.
I was born on August 14, 2012.
May 3, 2024 at 10:30
I have 42 books.
My sister is 16 years old and my brother is 9.
I ran 5 km in 31 minutes.
My house has 2 doors and 6 windows.
It costs 250 shillings.
In 1963 and in 2010
The number is 90817263.
I have 1 dog, 2 cats, 3 cows, 4 ducks and 5 fish.
there are 1200 people in our village
We won 2-1.
Page 12, exercise 3b
The 1st, the 2nd and the 3rd
https://example.org/house
Please look at https://example.org/my_house?a=1&b=2 today.
My page is www.example.org.
Write to grace@example.org
will.may+class@example.org
@grace
@grace are you coming tomorrow?
Thank you, @lucia_12 and @otieno.
#school
I like #reading and #playing
my_new_file.txt
Save the file my_homework.
print("hello")
x = 3; y = x + 2
The formula is E = mc2.
H2O
def add(a, b): return a + b
<b>hello</b>
<script>alert(1)</script>
C:\\class\\homework.txt
/class/homework
{ "name": "Grace" }
Grace says grace.
Will will come tomorrow.
May may come in May.
Rose has a red rose.
I hope Hope is well.
Mark, please mark my book.
Bill paid the bill.
Grace, Will, May and Rose
Will
Will Will Will
Otieno
Wanjiru and Otieno live in Kenya.
Amina has 3 cats.
Where does Luna live?
Rosa and Paz write in Spanish.
Greetings from Grace, May and Mark.
My best friend is called Otieno.
Grace's mother makes bread.
will and grace
I live in Eldoret, near a forest.
My town is called Nyahururu.
I LIKE THE RIVER
MY MOTHER COOKS VERY WELL!
HELLO
I LIVE IN KENYA WITH GRACE
I WANT A DOG. MY MOTHER DOES NOT.
My dog is VERY big.
The UN and FIFA
TV
i LiKe To WrItE lIkE tHiS
hello how are you i am fine and you
i like to read and i like to swim and i like to run and i like to sing and i like to dance
Hello mi amigo, how are you?
Te quiero, mom.
My teacher says "buenos días" every day.
In Spanish "house" is "casa".
Me gusta el fútbol. I like it a lot.
What does "mariposa" mean?
Bonjour, my name is Mark.
The word مرحبا is Arabic.
My friend wrote שלום in her notebook.
He said: "Hello, Grace".
“Hello,” said the cat.
"Are you coming?" "No, thank you."
He said, "I like your house."
(Hello)
My dog (he is black) eats bread.
* * *
***
**Hello** to *everyone*
*hello
I like the river **very much**.
...
…
?
!
!!!!!!
What?!
-
—
.,;:
.
"
()
“ ”
Are you coming...? I don't know...
Well... so... I don't know...
supercalifragilistic
antidisestablishmentarianism
Donaudampfschifffahrtsgesellschaft
aaaaaaaaaaaaaaaaaaaaaaaaa
asdfghjkl
qwerty uiop
aaaa bbbb cccc
z
We've got it, don't worry, it's ours.
I'd've come if you'd asked.
What a fright! What a fright!
Red, red, red is my color
little by little, step by step
from time to time
more and more every day
I think that that is that.
Buffalo buffalo buffalo.
""".strip().splitlines()

# In which direction marks stand, or accents in pieces, or a line ends in between.
_MADE_ES = [
    unicodedata.normalize("NFD", "Mañana jugará Ángel con el pingüino."),
    unicodedata.normalize("NFD", "¿Cómo estás, Lucía?"),
    "\u200eMe gusta leer.\u200f",
    "\u2067مرحبا\u2069 significa hola.",
    "Me\u00a0gusta\u00a0el\u00a0río.",
    "pa\u00adla\u00adbra",
    "Hola\tamiga",
    "x" * 280,
    "ja " * 60,
    "palabra " * 40,
    "muy " * 100 + "bien",
    "me gusta el río y mi perro come pan y mi gato duerme mucho " * 167,
    "El perro come y el gato duerme, " * 60 + "y ya.",
    "👏" * 100,
    "¿" * 30 + "?" * 30,
    "- uno\n- dos\n- tres",
    "- Me gusta leer\n- Me gusta nadar\n- No me gusta correr",
    "1. Primero comemos\n2. Después jugamos\n3. Al fin dormimos",
    "> ¿Tienes un perro?\n\nSí, tengo un perro negro.",
    "> > Hola\n> Hola, Luna\n\nHola a las dos.",
    "La luna sale,\nel perro duerme,\nmi mamá canta\ny yo no duermo.",
    "Hola:\n\nMe llamo Luna.\n\nTengo 12 años.\n\nAdiós.",
    "a) leer\nb) escribir\nc) jugar",
    "> - pan\n> - agua\n\n¿Y tú?",
    "Lista:\n- 2 huevos 🥚\n- 1 litro de leche 🥛\n- 3 manzanas 🍎",
]

_MADE_EN = [
    unicodedata.normalize("NFD", "The café and the naïve piñata are nice."),
    unicodedata.normalize("NFD", "How are you, Lucía?"),
    "\u200eI like reading.\u200f",
    "\u2067مرحبا\u2069 means hello.",
    "I\u00a0like\u00a0the\u00a0river.",
    "but\u00adter\u00adfly",
    "Hello\tfriend",
    "x" * 280,
    "ha " * 60,
    "word " * 40,
    "very " * 100 + "good",
    "i like the river and my dog eats bread and my cat sleeps a lot " * 143,
    "The dog eats and the cat sleeps, " * 60 + "and that is all.",
    "👏" * 100,
    "?" * 60,
    "- one\n- two\n- three",
    "- I like reading\n- I like swimming\n- I don't like running",
    "1. First we eat\n2. Then we play\n3. At the end we sleep",
    "> Do you have a dog?\n\nYes, I have a black dog.",
    "> > Hello\n> Hello, Grace\n\nHello to both of you.",
    "The moon is white,\nthe dog is asleep,\nmy mother sings\nand I don't sleep.",
    "Hello:\n\nMy name is Grace.\n\nI am 12 years old.\n\nGoodbye.",
    "a) read\nb) write\nc) play",
    "> - bread\n> - water\n\nAnd you?",
    "List:\n- 2 eggs 🥚\n- 1 liter of milk 🥛\n- 3 apples 🍎",
]

# These are said to be read, not merely kept.
EVERYDAY_ES = frozenset(_ES[10:51])
EVERYDAY_EN = frozenset(_EN[10:51])

SENTENCES = {"es": [*_ES, *_MADE_ES], "en": [*_EN, *_MADE_EN]}

# Whole letters of a pupil called Luna Paz.
LETTERS = (
    "Hola:\n\nMe llamo Luna y tengo 12 años. Vivo en un pueblo pequeño.\n\nAdiós, Luna",
    "Mi familia 👨‍👩‍👧\n\n- Mi mamá trabaja en el mercado.\n- Mi papá es maestro.\n- Yo estudio.",
    "> ¿Tienes un perro?\n\nSí, tengo un perro negro. Come mucho 🐶🐶\n\n> ¿Te gusta leer?\n\nSí.",
    "¡Goooool! ¡Goooool! ⚽⚽ Ganamos 2-1. Jajaja. ¿Te gusta el fútbol?",
    "HOLA AMIGO. MI MAMÁ COCINA MUY BIEN. ME GUSTA EL RÍO.",
    "no no no no no. No me gusta el pescado. Me gusta el pan.",
    "El 3/5/2024 es mi fiesta. Empieza a las 10:30. Mi hermana tiene 16 años.",
    "**Me gusta mucho** leer y *no me gusta* correr.\n\n* * *\n\nMi abuela hace pan.",
    "Mira https://example.org/mi_casa y escribe a luna@example.org. Gracias, @mateo.",
    "Mi perra se llama Luna. Luna come pan. La luna es blanca.",
    "I like soccer. Me gusta mucho. My teacher says hello. ¿Cómo estás?",
    "La luna es blanca,\nel perro duerme,\nmi mamá canta\ny yo no duermo.",
    "1. Comemos pan.\n2. Leemos un libro.\n3. Jugamos en la escuela. :)",
    "me gusta el río y me gusta leer y mi perro come pan y mi gato duerme mucho " * 12,
)
