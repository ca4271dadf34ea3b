"""Schools by dice: people of every role, classes that write with others, rare words in names."""

import random
from dataclasses import dataclass, field
from itertools import product

from sqlalchemy import select

from app.accounts.models import Account
from app.classrooms.class_list import let_leave, teachers
from app.classrooms.founding import add_teacher
from app.classrooms.models import (
    CO_TEACHER,
    PUPIL,
    SAFEGUARDING,
    Classroom,
    Member,
    Space,
)
from app.classrooms.partnering import accept, propose
from app.classrooms.roles import leave
from app.db import db, now
from app.posts.models import Post
from tests.builders import (
    a_classroom,
    a_co_teacher,
    a_pupil,
    a_school,
    a_teacher,
    an_adult,
    own_space,
    teacher_of,
)

# Words that many share, in several forms.
COMMON = {
    "es": "río ríos tortuga tortugas escuela escuelas canción canciones pez peces",
    "en": "river rivers turtle turtles school schools song songs fish running",
    "fr": "rivière rivières tortue tortues l'école écoles chanson chansons poisson",
    "ar": "نهر النهر أنهار مدرسة المدرسة مدارس أغنية الأغنية سمكة والسمكة",
    "sw": "mto mito kobe shule wimbo nyimbo samaki ng'ombe mtoto watoto",
    "zh": "河流 乌龟 学校 歌曲 小鱼 我们学校 大河",
    "hi": "नदी नदियाँ कछुआ विद्यालय गीत गीतों मछली मछलियाँ",
}
LANGS = [*COMMON]

# No stemmer touches a word without vowels.
_DIGITS = "bdfghjkmpvwxz"
# Each rare word has a twin one letter away, and a third that stands nowhere.
_TWINS, _NOWHERE = "jm", "z"


def rare_words(dice: random.Random, most: int = 4_000) -> list[str]:
    """Make words that are three letters apart from all others save their twin."""
    stems = [
        "qx" + "".join(digit * 3 for digit in digits)
        for digits in product(_DIGITS, repeat=4)
    ]
    words = [f"{stem}{twin}" for stem in stems[: most // 2] for twin in _TWINS]
    dice.shuffle(words)
    return words


def found_nowhere(word: str) -> str:
    """Give a word that stands nowhere, and is as near to any other as this one is."""
    return word[:-1] + _NOWHERE


@dataclass
class Schools:
    dice: random.Random
    rare: list[str]
    classes: list[Classroom] = field(default_factory=list)
    people: list[Account] = field(default_factory=list)
    spaces: list[Space] = field(default_factory=list)
    posts: list[Post] = field(default_factory=list)
    used: list[str] = field(default_factory=list)

    def rare_word(self) -> str:
        self.used.append(self.rare.pop())
        return self.used[-1]

    def text(self, lang: str, size: int = 5) -> str:
        """Write common words round a rare one."""
        words = self.dice.choices(COMMON[lang].split(), k=size)
        words.insert(self.dice.randrange(size + 1), self.rare_word())
        return " ".join(words) + "."

    def name(self) -> str:
        return f"{self.rare_word().title()} {self.rare_word().title()}"

    def pupils_of(self, classroom: Classroom) -> list[Account]:
        rows = db.session.scalars(
            select(Account)
            .join(Member, Member.person_id == Account.person_id)
            .where(
                Member.classroom_id == classroom.id,
                Member.role == PUPIL,
                Member.left_at.is_(None),
            )
            .order_by(Account.id)
        )
        return list(rows)


def found_schools(seed: int) -> Schools:
    """Three schools with some 45 people and twelve spaces; commits."""
    dice = random.Random(seed)
    schools = Schools(dice, rare_words(dice))
    for lang in dice.sample(["es", "en", "fr", "ar"], 3):
        _found(schools, lang)
    _partner(schools)
    return schools


def _found(schools: Schools, lang: str) -> None:
    dice = schools.dice
    school = a_school(lang, f"School {schools.rare_word()}")
    schools.people += [
        an_adult(school, safeguarding=True),
        an_adult(school, keeper=True),
        an_adult(school, admin=True, teacher=True),
    ]
    for _n in range(dice.choice([2, 3])):
        teacher = a_teacher(school)
        room = a_classroom(teacher, dice.choice([lang, lang, "sw"]))
        schools.classes.append(room)
        schools.people += [teacher, a_co_teacher(room)]
        schools.people += [a_pupil(room, schools.name()) for _m in range(3)]
        schools.spaces.append(own_space(room))
    for teacher in schools.people[-5:]:
        if teacher.teacher and dice.random() < 0.5:
            other = dice.choice(schools.classes)
            here = other.school_id == teacher.person.school_id
            if here and teacher not in teachers(other):
                add_teacher(other, teacher, dice.choice([CO_TEACHER, SAFEGUARDING]))
    db.session.commit()


def _partner(schools: Schools) -> None:
    pairs = [
        (one, other)
        for one, other in product(schools.classes, repeat=2)
        if one.id < other.id
    ]
    for one, other in schools.dice.sample(pairs, 5):
        title = f"Partners {schools.rare_word()}"
        asked = propose(one, other.code, title, teacher_of(one))
        # Some are asked and have not answered yet.
        if schools.dice.random() < 0.8:
            accept(asked)
        schools.spaces.append(asked.space)
    db.session.commit()


def move_people(schools: Schools) -> None:
    """Let pupils and teachers leave, be suspended, and go over to another class."""
    dice = schools.dice
    for room in dice.sample(schools.classes, 4):
        pupil = dice.choice(schools.pupils_of(room))
        fate = dice.choice(["left", "moved", "suspended"])
        if fate == "suspended":
            pupil.suspended_at = now()
            continue
        let_leave(room, pupil)
        new = dice.choice(schools.classes)
        if fate == "moved" and new is not room and new.school_id == room.school_id:
            db.session.add(
                Member(
                    classroom_id=new.id,
                    person_id=pupil.person_id,
                    role=PUPIL,
                    name_folded=f"moved {pupil.id}",
                )
            )
    leaving = dice.choice([one for one in schools.people if one.teacher])
    if not leaving.admin:
        leave(leaving)
