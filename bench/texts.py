"""Letters of a given length, made of everyday sentences in two languages."""

import random

SPANISH = """\
Mi hermana mayor aprendió a tejer canastas con la abuela durante las vacaciones.
En el patio de la escuela hay un naranjo que da fruta hasta bien entrado julio.
Ayer llovió tanto que el camino quedó cubierto de barro y llegamos tarde.
Nuestro profesor de ciencias guarda un esqueleto de sapo en una caja de zapatos.
Los domingos vamos al mercado y mi papá siempre regatea por los tomates.
Me gusta más el fútbol que el voleibol, aunque casi nunca meto goles.
La montaña que se ve desde mi ventana amanece blanca en los meses fríos.
¿Ustedes también tienen que caminar mucho para llegar a clase?
El año pasado sembramos frijoles en vasos y los medimos cada viernes.
Mi mejor amiga toca la flauta y quiere ser veterinaria cuando crezca.
Hay un perro sin dueño que nos espera en la puerta todas las mañanas.
En la feria del pueblo comí tres empanadas y después me dolió la barriga.
Mi abuelo cuenta que antes se cruzaba el río en balsa porque no había puente.
Para la tarea de historia entrevisté a una vecina que cumplió noventa años.
El volcán lleva mucho tiempo dormido, pero a veces suelta un hilo de humo.
Cuando se va la luz jugamos a las cartas con una vela sobre la mesa.
Quiero saber qué desayunan allá, porque aquí tomamos aguapanela con queso.
La biblioteca abre solo los martes y siempre hay fila para los libros de aventuras.
Mi primo se fue a trabajar a la ciudad y nos manda fotos de los edificios.
Este mes ganamos el concurso de cometas con una hecha de bolsas recicladas.
Nunca he visto el mar, aunque mi mamá dice que huele a sal desde lejos.
La gallina pinta puso un huevo dentro de mi mochila y nadie me cree.
Estamos pintando un mural con los animales que viven en la laguna.
En mi salón somos veintisiete y nos sentamos en grupos de cuatro.
Algunos compañeros hablan otra lengua en casa y nos enseñan palabras nuevas.
El lunes presentaremos una obra sobre el agua y yo haré de nube.
A mi tío le picó una abeja en la nariz mientras revisaba las colmenas.
Después del almuerzo limpiamos las mesas por turnos y barremos el corredor.
¿Cómo se llama tu barrio y qué es lo que más te gusta de él?
Prefiero leer de noche, cuando todos duermen y se oyen los grillos.
Mi mamá cose uniformes y yo le ayudo a pegar los botones.
El bus escolar tiene una ventana rota que nadie ha querido arreglar.
Descubrimos que las hormigas prefieren el pan dulce antes que el queso salado.
En diciembre armamos faroles de papel y los colgamos a lo largo de la calle.
Todavía no sé nadar bien, así que me quedo donde toco el fondo.
La receta de mi familia lleva papa, maíz, cilantro y mucha paciencia.
Un científico vino a explicarnos por qué se están derritiendo los glaciares.
Mi gato persigue la sombra de los pájaros y nunca atrapa ninguno.
Hicimos un mapa del pueblo con las fuentes de agua marcadas en azul.
El partido terminó empatado y nos dieron jugo de mora a los dos equipos.
Si pudiera viajar, iría primero a conocer los animales de la sabana.
La profesora nueva trae una guitarra y canta las tablas de multiplicar.
Perdí mi primer diente de leche en una piscina y jamás apareció.
Cuidamos la huerta entre todos y vendemos las lechugas a los vecinos.
Me contaron que ustedes ven jirafas cerca de la carretera, ¿es verdad?
El taller de mi padrino huele a madera recién cortada y a pegante.
Tenemos una radio escolar que transmite noticias durante el recreo.
A veces sueño que vuelo encima de los techos sin mover los brazos.
Mi bisabuela guarda cartas de hace medio siglo en un baúl con llave.
Los jueves hay clase de danza y bailamos descalzos sobre el cemento.
Vimos un arco iris doble cuando paró el aguacero de la tarde.
El puente colgante se mueve tanto que los pequeños lo cruzan gateando.
Dibujé un plano de la casa donde me gustaría vivir, con hamacas en cada cuarto.
Nos visitó una enfermera para enseñarnos a lavarnos las manos de verdad.
Mi hermano dice que va a construir un robot con las piezas de un ventilador.
La cosecha de café fue buena, por eso compramos una bicicleta usada.
Cuando hace mucho viento, los niños bajamos la loma sobre cartones.
Aquí anochece casi a la misma hora durante todo el año.
Encontramos una tortuga herida y la llevamos donde el veterinario.
Mi materia favorita es geografía, porque imagino los lugares mientras leo.
El reloj de la iglesia atrasa once minutos y todos nos acostumbramos.
Guardo monedas extranjeras en un frasco que antes tenía mermelada.
El heladero pasa con su campana justo cuando empieza la clase de inglés.
Encima del armario guardo una caja con piedras de todos los colores.
Mi vecino cría conejos y les pone nombres de futbolistas famosos.
En la última excursión nos perdimos un rato y terminamos en un trapiche.
Dicen que bajo la plaza hay túneles, pero ningún adulto quiere mostrarlos.
La maestra jubilada todavía viene a regar las plantas del pasillo.
Cambié mi trompo por tres estampillas de países que no conozco.
Para curar la tos, en casa hierven cebolla con panela y limón.
Se me olvidó el paraguas y llegué hecho una sopa.
El año entrante quiero aprender a manejar la cámara de mi madrina.
Hay noches tan claras que contamos satélites desde la azotea.
Los gemelos de quinto se intercambian los suéteres para confundirnos.
Antes teníamos un televisor pequeño que solo mostraba dos canales.
Mi perra ladra cada vez que alguien pronuncia la palabra baño.
Un señor muy amable repara gratis los zapatos de los estudiantes.
Escribí un cuento sobre una ballena que vivía dentro de un pozo.
Al final del desfile repartieron chocolate caliente y pan de yuca.
Juntamos tapas plásticas para comprar una silla de ruedas.
Esta semana me toca izar la bandera y estoy algo nerviosa.
Por culpa de un derrumbe estuvimos cuatro días sin ver a los primos.
Cuéntenme si allá también hay exámenes antes de Navidad.
Yo creía que los camellos guardaban agua, pero en la joroba llevan grasa.
Mi papá canta rancheras mientras ordeña y las vacas parecen escucharlo.
Con cáscaras de huevo y ceniza preparamos abono para las remolachas.
A mi salón llegó una niña que sabe hablar con las manos.
Pesamos la basura de cada curso y el nuestro resultó el más sucio.
El cóndor del escudo ya casi no se ve por estas tierras.
Durante el eclipse usamos cartulinas con un huequito para no mirar directo.
Mañana inauguran el acueducto y vendrá la banda de otro municipio.
Sobre el tejado vive una lechuza blanca que espanta a las visitas.
Coleccionamos refranes antiguos; el mío habla de un burro flojo.
Ojalá algún día podamos conversar frente a frente y reírnos juntos.
""".splitlines()

ENGLISH = """\
My grandmother sells dried fish at the corner where the two roads meet.
We walk to school before sunrise because the afternoon is far too hot.
Last Friday our class planted forty seedlings behind the kitchen.
I share a desk with Brian, who draws motorbikes on every page he finds.
The lake was so calm this morning that the boats looked painted on it.
Do you have a favourite song that everybody at your place knows by heart?
My little brother is afraid of goats, yet he chases the geese all day.
On market days the bus is full of baskets and you have to stand.
Our teacher lets us choose a riddle when we finish early.
I would like to become a pilot, or perhaps a nurse like my aunt.
When it rains on the iron roof nobody can hear the lesson.
We eat ugali with greens most evenings, and fish if my uncle comes home.
There is a baobab near the football pitch that seven of us can barely hug.
My cousin repairs radios and keeps the broken ones in a bathtub.
Yesterday a monkey ran off with somebody's lunch and left the spoon.
I am learning to ride a bicycle that is much too big for me.
In our language the word for moon is also the word for month.
The library has nine shelves, and I have nearly finished the second.
Every term we measure how far the water has moved from the shore.
My friend Achieng beats all the older boys at draughts.
Sometimes the electricity comes back at midnight and the radio wakes everyone.
Our choir practises under the mango tree on Wednesdays.
What do people in your town do when a baby is born?
I once found a coin so old that the face on it had worn away.
The headmistress planted roses along the fence and guards them like treasure.
Hippos come out after dark, so we never cross the reeds late.
My father drives a lorry to the border and brings back stories.
We made a rain gauge from a plastic bottle and a ruler.
Nobody believed me, but the snake was longer than the bench.
After chores I help my neighbour with sums, and she pays me in bananas.
Our team lost by two goals because the keeper had a cold.
I read your post twice, since I did not know what a glacier was.
The dust turns the whole village orange during the dry weeks.
My sister plaits hair on the veranda and hears all the news first.
Could you send us a picture of the mountain that you wrote about?
We have three cows, and the brown one opens gates with her nose.
During the holidays I stayed with relatives who grow tea on steep hills.
The clinic is painted green, and the waiting room smells of soap.
I like mathematics better than spelling, though I never say so aloud.
A carpenter taught us how to make a stool without a single nail.
In March the wind brings grasshoppers, which some families fry with salt.
My shoes are from my brother, and his were from somebody taller.
We held a debate about whether towns are kinder than villages.
The oldest man here remembers when letters arrived by train.
Please tell me how you celebrate when the harvest is over.
Our cat sleeps in the maize store and is the fattest on the street.
I am writing slowly because the pencil is shorter than my thumb.
Two weeks ago an artist painted whales on the wall of our classroom.
It surprised me that your winter has no snow in the valley.
My mother laughs whenever I try to speak Spanish at supper.
At break we skip with a rope that once belonged to a fisherman.
Some children arrive by canoe and tie it to the same old post.
The science club built a lamp which runs on sunlight and a phone battery.
I keep a notebook of birds, and yesterday I added number sixty.
When the ferry is late, the whole market waits for its onions.
My uncle says a good net is worth more than a new shirt.
We practised your greetings aloud, and the caretaker answered in French.
There was thunder all night, so half the class is yawning.
Our well is deep and the water tastes faintly of iron.
I hope the next letter tells us how the play went.
The tailor next door sews flags for every school in the county.
On Saturdays I fetch charcoal and race the other boys downhill.
A tortoise has lived under the staff room for longer than anyone can say.
I tried to bake bread in a cooking pot and it came out like a brick.
Grandfather knows which clouds bring hail and which only pretend.
The new bridge has lamps, but children threw stones and half are dark.
We asked the mayor for a crossing, and he answered with a long speech.
My aunt grows mushrooms in a shed that used to hold a tractor.
Nobody in my family has been on an aeroplane, although we wave at each one.
Their football is made of plastic bags tied with string, and it flies straight.
Once a year the whole street paints its doors, each a different shade.
I keep my savings in a tin shaped like an elephant.
The barber tells ghost tales, therefore haircuts take ages.
Our newest pupil came from the coast and swims better than the coach.
Because of the strike we had lessons by radio for almost a month.
Mother says that patience is a tree with bitter roots and sweet fruit.
There are thirteen steps up to the belfry, and one of them creaks.
Bees settled in the letterbox, so the postman whistles from afar.
For homework we interviewed a blacksmith about his first hammer.
If you visit, bring a warm coat: August evenings here are chilly.
I fell out of the guava tree and only bruised my pride.
The exam results arrive tomorrow, which explains why I cannot sleep.
Several cousins share one phone, and everyone knows the timetable.
During lunch the debating captain balances a mug upon his head.
Sugar cane grows taller than our roof and hides the path completely.
They dug for pipes last spring and discovered pieces of ancient pots.
Whoever arrives first rings the bell, an iron rail hung from a branch.
Dad promised to teach me carving as soon as I can sharpen a knife safely.
It takes courage to sing alone, but the applause felt wonderful.
An engineer measured the wind, hoping to build a turbine above the quarry.
Every family lends something for the feast: chairs, kettles, even a goat.
Could your class guess how many beans fit inside our biggest gourd?
Mosquito nets saved my baby niece from falling ill again.
With warm regards from all of us beneath the leaking classroom roof.
Our kettle whistles a tune that my uncle swears is the national anthem.
I painted a zebra for the fair, but the stripes ran in the drizzle.
Every Monday a different pupil feeds the fish in the entrance hall.
Some villages across the water still send news by drum.
My eyes get tired if I read beside the paraffin lamp.
There used to be crocodiles at the landing, according to the elders.
We measured shadows at noon and worked out how tall the flagpole is.
Nancy won a dictionary for spelling rhythm without a mistake.
I saved up for a compass, because maps are my latest hobby.
The cook hums when the porridge is good, so we listen before queuing.
Would you rather live on an island or at the top of a tower?
Rain filled the quarry and now dragonflies hover over it all day.
My feet remember the dance better than my head does.
A lorry full of oranges tipped over, and the whole road smelled sweet.
Whenever visitors arrive, Grandma kills a chicken and hides the sugar.
We are forty-one in class, yet there are only thirty chairs.
On the radio they said a comet would pass, so we stayed up in vain.
It is my turn to sweep the laboratory, where nothing may be touched.
A kind dentist drew my cousin's tooth and gave it back in a matchbox.
The wind took our classroom door and left it in the neighbour's field.
I can whistle with two fingers, a skill my aunt considers useless.
Sometimes I lie in the grass and invent names for beetles.
Your poem about the volcano hangs above the teacher's table.
Few people know that owls can turn their heads almost right round.
He carved a chess set from soap, and the bishops melted first.
After the flood we carried books upstairs and dried them leaf by leaf.
Nothing beats roasted maize eaten by the roadside at dusk.
My elder sister studies plumbing and is the only girl in her course.
Until last June I had never ridden a lift, and it made my stomach jump.
The puppy chewed my report, which nobody at home believed.
We grow pumpkins along the railway because the soil there is black.
Two hens share one nest and quarrel politely over the eggs.
A choir from abroad taught us a song with no words at all.
Please do not laugh at my drawing of the giraffe; its neck did not fit.
Inside the old mill you may still smell flour on warm afternoons.
I asked the blacksmith for a nail and got a lecture on patience instead.
Half of us support one club, half the other, and recess is loud.
Cycling downhill feels like flying until the brakes complain.
The postmistress knows every signature in the district.
How do you keep warm when the heater breaks in your schoolroom?
Ants marched across the blackboard during the geometry test.
Father mends umbrellas in the wet season and toys in the dry one.
The moon was so bright that we played hide and seek at ten.
Someone left a violin at the bus stop with a note saying take me.
I dislike okra, although everybody promises that I will change my mind.
Our mayor's parrot repeats secrets, so nobody whispers near the balcony.
They are building a market hall with a roof shaped like a shell.
In art we crushed berries, bark and clay to make our own paints.
Once the generator starts, the frogs stop singing.
My handwriting improves whenever I borrow Ruth's fountain pen.
Seven stray kittens now live beneath the stage.
The geography mistress crossed the desert by camel in her youth.
I want to know if llamas really spit at strangers.
Grandpa's watch stopped years ago, but he winds it every evening.
Beyond the ridge lies a valley where only shepherds go.
We raced paper boats in the gutter, and mine sank with honour.
A rainbow trout leapt into our canoe and out again.
Old tyres became swings, planters and a rather wobbly bridge.
The debating prize was a goat, which the winners share by weeks.
Do clouds look lower where you live, since your town is so high?
Jane collects bottle tops and can name the country of each.
Thick fog hid the goalposts, so both sides claimed victory.
At dawn the bakery gives away yesterday's rolls to early walkers.
My throat was sore on Tuesday; ginger and honey cured it.
She keeps a diary in code and has forgotten how to read it.
Lightning split the tallest eucalyptus from crown to root.
We sewed forty cushions so that the benches are no longer cruel.
An astronomer let us peep at Saturn through a cardboard tube.
Tomorrow the ferry carries our team to the island finals.
I learned to knot a fishing net before I could tie my laces.
The museum guard winked and allowed me to touch the meteorite.
Spelling bees frighten me more than real ones.
Uncle Moses juggles eggs at weddings and drops just one each year.
Whose idea was it to put the drinking tap in the sun?
Moths circle the porch bulb as though it owed them money.
Later this term we will exchange seeds with a school in the hills.
""".splitlines()

BY_LANG = {"es": SPANISH, "en": ENGLISH}


class Letters:
    """Writes letters that repeat no sentence before all others have been used."""

    def __init__(self, lang: str, seed: int) -> None:
        self.sentences = list(BY_LANG[lang])
        self.chance = random.Random(seed)
        self.left: list[str] = []

    def write(self, characters: int) -> str:
        """Write some paragraphs of this length, or two characters less."""
        words = ""
        while len(words) < characters:
            if not self.left:
                self.left = self.chance.sample(self.sentences, len(self.sentences))
            gap = "\n\n" if words and self.chance.random() < 0.25 else " "
            words += (gap if words else "") + self.left.pop()
        # The last sentence is cut, and still ends like one.
        return words[: characters - 1].rstrip() + "."
