"""How students see a PIN of 4 digits: as digits, as pictures, or as words. Each kind has the same 10,000 PINs."""

import unicodedata

from django.utils.translation import get_language, gettext_lazy

from quizzes.formatting import Label
from quizzes.people.guess_limits import PIN_LENGTH

# The picture of each digit: the name of its icon, and what people see and hear.
PICTURES: tuple[tuple[str, Label], ...] = (
    ("pin_sun", gettext_lazy("Sun")),
    ("pin_moon", gettext_lazy("Moon")),
    ("pin_star", gettext_lazy("Star")),
    ("pin_heart", gettext_lazy("Heart")),
    ("pin_house", gettext_lazy("House")),
    ("pin_tree", gettext_lazy("Tree")),
    ("pin_fish", gettext_lazy("Fish")),
    ("pin_boat", gettext_lazy("Boat")),
    ("pin_key", gettext_lazy("Key")),
    ("pin_cup", gettext_lazy("Cup")),
)

# The word of each pair of digits, 00 to 99, in English and Spanish. A card is printed in one language and the sign-in
# page may be in the other, so both are accepted everywhere. No word means 2 numbers. Other languages use English.
_ENGLISH = """
apple bear bee bell bike bird boat book boot box bread bridge brush bus cake camel candle car cat chair cheese cloud
clock coat corn cow crab cup desk dog door drum duck eagle egg farm fish flag flower forest fork fox frog garden
gate glove goat grape guitar hat hill honey horse house island jar key kite lake lamp leaf lemon lion milk moon
mouse orange owl paint peach pear pen pillow plate potato queen rabbit rain ring river road rock rose sand shark
sheep shirt shoe snow soap spoon star storm sun table tiger train tree turtle whale
""".split()
_SPANISH = """
manzana oso abeja campana bici pájaro barco libro bota caja pan puente cepillo autobús pastel camello vela carro
gato silla queso nube reloj abrigo maíz vaca cangrejo taza escritorio perro puerta tambor pato águila huevo granja
pez bandera flor bosque tenedor zorro rana jardín portón guante cabra uva guitarra sombrero colina miel caballo casa
isla frasco llave cometa lago lámpara hoja limón león leche luna ratón naranja búho pintura durazno pera pluma
almohada plato papa reina conejo lluvia anillo río camino roca rosa arena tiburón oveja camisa zapato nieve jabón
cuchara estrella tormenta sol mesa tigre tren árbol tortuga ballena
""".split()
WORDS = {"en": _ENGLISH, "es": _SPANISH}
WORDS_IN_A_PIN = 2


def pictures_of(pin: str) -> list[tuple[str, Label]]:
    """The icon and the name of each picture of a PIN."""
    return [PICTURES[int(digit)] for digit in pin]


def words_of(pin: str) -> str:
    """The words of a PIN, in the language of the page."""
    words = WORDS.get((get_language() or "en")[:2], _ENGLISH)
    return " ".join(words[int(pin[at : at + 2])] for at in range(0, PIN_LENGTH, 2))


def pin_of_words(text: str) -> str:
    """The PIN of words in English or Spanish, in any case and without accents; "" if it is not 2 of the words."""
    numbers = [_NUMBERS.get(_folded(word), "") for word in text.split()]
    return "".join(numbers) if len(numbers) == WORDS_IN_A_PIN and all(numbers) else ""


def _folded(word: str) -> str:
    """The word in lower case without accents, which phones and students leave out."""
    decomposed = unicodedata.normalize("NFKD", word.casefold())
    return "".join(character for character in decomposed if character.isalpha())


_NUMBERS = {_folded(word): f"{number:02}" for words in WORDS.values() for number, word in enumerate(words)}
