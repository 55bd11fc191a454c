"""The words by which people pay, or ask to be paid, and those that mean they do not: English, French, lower case."""

from typing import Final

COMMANDS: Final = frozenset({"/send", "/pay", "#send", "#pay", "#envoyer", "#payer"})
VERBS: Final = frozenset({
    "send", "pay", "give", "transfer", "tip", "envoyer", "envoie", "envoyez", "payer", "paie", "paye",
    "payez", "donner", "donne", "donnez", "verser", "verse", "repay", "rembourser", "rembourse", "remboursez",
})  # fmt: skip
ASKING_COMMANDS: Final = frozenset({"/request", "#request", "#demander"})
ASKING: Final = frozenset({"request", "ask", "demander", "demande", "demandez"})
POLITE: Final = frozenset({"please", "pls", "plz", "kindly", "svp", "stp", "s'il", "te", "vous", "plaît", "plait"})
TO: Final = frozenset({"to", "à"})
TO_HANDLE: Final = TO | {"a"}  # French without its accent; before a plain word it is the English article
FROM: Final = frozenset({"from", "à"})
FOR_WORDS: Final = frozenset({"for", "pour"})
FOR: Final = FOR_WORDS | {"-", "–", "—"}
JOINING: Final = frozenset({"and", "or", "et", "ou", "&", "+"})
ANOTHER_TIME: Final = frozenset({
    "if", "unless", "when", "once", "until", "after", "before", "later", "tomorrow", "tonight",
    "yesterday", "every", "daily", "weekly", "monthly", "si", "quand", "demain", "hier", "chaque",
    "tmrw", "tmr", "tmw", "whenever", "provided", "afterwards",
})  # fmt: skip
EACH: Final = frozenset({"each", "apiece", "both", "chacun", "chacune"})
DAYS: Final = frozenset({
    "day", "week", "month", "year", "weekend", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday",
    "sunday", "jour", "semaine", "mois", "lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche",
})  # fmt: skip
BEFORE_DAYS: Final = frozenset(
    {"on", "next", "by", "this", "in", "a", "each", "per", "till", "ce", "la", "le"}
)  # "on friday"
# What begins a time to come, and may stand before it: "in 2 hours", "at noon", "on the 24th", "dans une heure".
BEFORE_TIMES: Final = frozenset({"in", "at", "on", "by", "dans", "à", "le", "vers"})
ARTICLES: Final = frozenset({"a", "an", "the", "half", "about", "un", "une", "la"})
TIMES: Final = frozenset({
    "hour", "minute", "moment", "bit", "while", "few", "noon", "midnight", "morning", "afternoon", "evening",
    "heure", "midi", "minuit",
})  # fmt: skip
# What takes back what was said, or puts it off: "never mind", "don't", "but not now", "wait".
NOT_NOW: Final = frozenset({
    ("not", "now"), ("not", "yet"), ("not", "today"), ("never", "mind"), ("forget", "it"), ("do", "not"),
    ("pas", "maintenant"), ("pas", "encore"),
})  # fmt: skip
NEVER: Final = frozenset({"nevermind", "don't", "dont"})
WAITING: Final = frozenset({"wait", "stop", "cancel", "undo", "attends", "annule"})
BUT: Final = frozenset({"but", "mais", "only", "just", "seulement", "juste"})
THEN: Final = frozenset({"then", "also", "puis"})
# What is numbered: "table 6" is no payment of 6 to somebody.
NUMBERED: Final = frozenset({
    "no", "nr", "number", "numéro", "order", "invoice", "bill", "receipt", "ticket", "booking", "reference", "ref",
    "table", "room", "flat", "apartment", "house", "door", "gate", "seat", "row", "box", "locker", "bus", "line",
    "platform", "part", "chapter", "page", "unit", "lot", "item", "level", "round", "game", "match", "day", "week",
    "month", "year", "class", "group", "team", "commande", "facture", "chambre", "ligne", "january", "february",
    "march", "april", "may", "june", "july", "august", "september", "october", "november", "december",
})  # fmt: skip
THANKS: Final = frozenset({"thanks", "thank", "thx", "merci"})
# Words no name holds: "give me 5" and "send 5 to my bank" name nobody.
NOBODY: Final = frozenset({
    "a", "an", "the", "this", "that", "these", "those", "me", "you", "him", "her", "it", "us", "them",
    "myself", "my", "your", "his", "its", "our", "their", "all", "everyone", "everybody", "anyone",
    "someone", "nobody", "not", "no", "never", "don't", "from", "with", "of", "in", "on", "at", "by",
    "le", "la", "les", "un", "une", "moi", "toi", "lui", "nous", "eux", "mon", "ma", "mes", "ton", "ta",
    "son", "sa", "tout", "tous",
})  # fmt: skip
NAME_STOPS: Final = NOBODY | TO | FOR | JOINING | POLITE | ANOTHER_TIME | EACH | THANKS
# Words that turn what they stand beside around: "lunch, but don't send it to @ben", "anybody but @ben".
NEGATING: Final = frozenset({"not", "no", "never", "don't", "but", "except", "without", "pas", "jamais", "sauf"})
FILLER: Final = frozenset({"some", "money", "cash"})  # "send money to @ben"
# Words that change nothing of the amount or the payee before which they stand: "send only 5", "pay ben back 5".
STRESS: Final = frozenset({
    "only", "just", "exactly", "back", "again", "another", "more", "over", "off", "now", "seulement", "juste", "encore",
})  # fmt: skip
# Those of them that people write beside a plain name: "pay back ben 5", "send 5 to ben now".
BESIDE_NAMES: Final = frozenset({"only", "just", "back", "again", "now", "seulement", "juste", "encore"})
# Words that take an amount back, and say another: "send 50 to @ben, no sorry, 5".
CORRECTING: Final = frozenset({
    "no", "not", "sorry", "oops", "wait", "actually", "rather", "i", "mean", "meant", "make", "it", "instead", "of",
    "that", "to", "say", "correction", "non", "pas", "pardon", "plutôt",
})  # fmt: skip
# What people write by itself, who look for help or want a payment back.
HELP: Final = frozenset({"help", "help me", "aide", "?", "menu", "commands"})
STOPPING: Final = frozenset({
    "undo", "undo it", "undo that", "cancel", "cancel it", "cancel that", "stop", "stop it", "never mind", "nevermind",
    "annuler", "annule",
})  # fmt: skip
UNDO: Final = STOPPING | {
    "refund", "refund me", "take it back", "give it back", "money back", "i want my money back", "remboursement",
}  # fmt: skip
# What people write who want no note.
NO_NOTE: Final = frozenset({
    "skip", "skip it", "no", "none", "no note", "-", "–", "—", "non", "aucune", "aucun", "passer", "sans",
})  # fmt: skip
