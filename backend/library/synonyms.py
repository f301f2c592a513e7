# SPDX-License-Identifier: GPL-3.0-or-later
"""What people call parts that the library calls otherwise, and how a phrase says its main thing.

The table of words knows what things are near each other; here is what it gets wrong, or what is
said in several words.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

_GROUPS: Mapping[str, str] = {
    "feathered wing": "angel wing, bird wing, eagle wing, swan wing, griffin wing",
    "butterfly wing": "fairy wing, pixie wing, moth wing",
    "bat wing": "devil wing, demon wing, vampire wing",
    "wasp wing": "insect wing, bee wing, fly wing, dragonfly wing",
    "arrow tail": "devil tail, demon tail, imp tail",
    "thin tail": "cat tail, rat tail, mouse tail, lizard tail, monkey tail",
    "bull tail": "lion tail, cow tail, donkey tail",
    "curled tail": "pig tail, pug tail, dog tail",
    "bushy tail": "squirrel tail",
    "fish tail": "mermaid tail, whale tail, dolphin tail",
    "pointed ear": "cat ear, wolf ear, fox ear, kitty ear, goblin ear",
    "rabbit ear": "bunny ear, hare ear",
    "round ear": "bear ear, mouse ear, panda ear",
    "axe": "battle axe, battleaxe, war axe, viking axe",
    "laser sword": "lightsaber, lightsabre, light saber, energy sword, beam sword",
    "pistol": "laser gun, blaster, ray gun, raygun, handgun",
    "rifle": "machine gun, assault rifle, sniper rifle, musket",
    "staff": "magic staff, sorcerer staff",
    "wand": "magic wand",
    "large crossbow": "bow and arrow, bow and arrows, longbow, long bow, recurve bow",
    "tentacle": "tentacle arm, octopus arm, squid arm",
    "robot arm": "mechanical arm, cyborg arm, prosthetic arm, android arm",
    "robot leg": "mechanical leg, cyborg leg, prosthetic leg, android leg",
    "robot claw": "pincer, gripper, claw hand, crab claw, lobster claw, robot gripper",
    "hook hand": "pirate hook, captain hook",
    "shoe": "high heel, sneaker, trainer shoe, running shoe, sandal",
    "boot": "cowboy boot, rain boot, wellington, combat boot",
    "gear": "cog, cogwheel, cog wheel, gear wheel, sprocket",
    "tyre": "tire, rubber tire, rubber tyre",
    "castor": "caster, castor wheel, caster wheel",
    "alloy wheel": "rim, sport wheel, sports wheel, race wheel, hubcap",
    "cart wheel": "wagon wheel, wood wheel, carriage wheel",
    "tractor wheel": "tractor tire, tractor tyre, monster truck wheel",
    "tank track": "caterpillar track, crawler track, chain track, tank tread",
    "round door": "arched door, hobbit door, arch door",
    "gothic window": "arched window, church window, arch window",
    "round knob": "door knob, doorknob, drawer knob, cabinet knob, knob",
    "bar handle": "drawer handle, drawer pull, cabinet handle, cupboard handle",
    "chimney stack": "chimney, smokestack, smoke stack",
    "table leg": "chair leg, furniture leg, desk leg, stool leg, sofa leg, bed leg, cabinet leg, "
    "couch leg",
    "tapered table leg": "peg leg, wooden peg, pegleg, tapered leg, conical leg, mid century leg",
    "turned table leg": "turned leg, lathe leg, baluster leg",
    "round table leg": "hairpin leg, straight leg, pole leg, pin leg",
    "square table leg": "square leg, block leg",
    "cabriole chair leg": "cabriole leg, claw leg, curved leg, queen anne leg",
    "globe lamp shade": "ball lamp shade, sphere lamp shade, round lamp shade, paper lantern shade",
    "party hat": "birthday hat, cone hat, dunce hat, gnome hat",
    "straw hat": "sun hat, boater, farmer hat, summer hat",
    "cowboy hat": "stetson, western hat, sheriff hat, ranger hat",
    "bowler hat": "bowler, derby, melon hat",
    "knight helmet": "helmet, viking helmet, medieval helmet, horned helmet, armour helmet",
    "hard hat": "safety helmet, construction helmet, builder helmet, worker helmet",
    "king crown": "crown, queen crown, tiara, royal crown, princess crown",
    "baseball cap": "cap, trucker cap, truckers cap",
    "beanie": "winter hat, knit hat, knit cap, bobble hat",
    "short hair": "afro, bob hair, curly hair, crew cut",
    "hair bun": "bun hair, topknot, top knot, chignon",
    "spiky hair": "anime hair, punk hair, hedgehog hair",
    "glasses": "sunglasses, spectacles, eyeglasses, goggles, shades",
    "round nose": "clown nose, button nose, ball nose",
    "pig snout": "pig nose, snout",
    "elephant trunk": "elephant nose, trunk nose",
    "bowtie": "bow tie",
    "sail": "ship sail, boat sail",
    "button knob": "push button, radio knob",
    "light bulb": "lightbulb, bulb, lamp bulb",
    "fish fin": "flipper, swim fin",
}
SYNONYMS: Mapping[str, str] = {
    said: title for title, many in _GROUPS.items() for said in many.split(", ")
}
"""What is said -> the title or the kind that is meant."""
_PHRASES = sorted((s for s in SYNONYMS if " " in s), key=lambda s: (-len(s.split()), -len(s)))
JOINTS = ("with", "and", "on", "in", "for", "from", "having", "has", "that", "like", "wearing")
"""Words before what is not the thing itself: a "hat with stars" is a hat."""


def renamed(text: str, titles: Mapping[str, object]) -> str:
    """A text in which what several words say is called as the library calls it; where it has a
    title of the library itself, the text as it is."""
    if any(f" {title} " in f" {text} " for title in titles if " " in title):
        return text
    for said in _PHRASES:
        found = re.sub(rf"\b{said}s\b", f"{SYNONYMS[said]}s", text)  # plural stays plural
        found = re.sub(rf"\b{said}\b", SYNONYMS[said], found)
        if found != text:
            return found
    return text


def named(words: tuple[str, ...], titles: Mapping[str, object]) -> tuple[str, ...]:
    """The same for words that are all that is said of a thing."""
    said = " ".join(words)
    if said in titles or said not in SYNONYMS:
        return words
    return tuple(SYNONYMS[said].split())


def turned_round(text: str) -> str:
    """ "wings of a bat" -> "bat wings"; "crown of gold" -> "gold crown"."""
    return re.sub(
        r"\b(\w+) (?:of|from) (?:(?:a|an|the|my|his|her|its|some) )?((?:\w+ )?\w+)\b(?! of\b)",
        lambda m: text[m.start() : m.end()] if m[1] in JOINTS else f"{m[2]} {m[1]}",
        text,
        count=1,
    )


def main_thing(rest: str) -> tuple[str, list[str]]:
    """The part of a phrase that names the thing, and the other words.

    "hat with stars" is a hat; the stars come back to be told.
    """
    words = rest.split()
    for place, word in enumerate(words):
        if word in JOINTS and place > 0:
            beside = [w for w in words[place:] if w not in JOINTS]
            return " ".join(words[:place]), beside
    return " ".join(w for w in words if w not in JOINTS), []
