"""Words of the checklists: hourly checks, daily check-in."""

TEXTS: dict[str, tuple[str, str]] = {
    "check.as_of": ("Judged as of {time}", "Julgado às {time}"),
    "check.as_of_now": ("Judged as of now, {time}", "Julgado agora, {time}"),
    "check.not_reached": (
        "Its moment has not come: {time}, in {age}. It is judged then, as of that moment.",
        "O momento não chegou: {time}, em {age}. Será julgado então, nesse momento.",
    ),
    "check.count": ("{passed} of {total} pass", "{passed} de {total} passam"),
    "check.ticked_count": ("{ticked} of {total} ticked", "{ticked} de {total} marcados"),
    "check.tick": ("Tick", "Marcar"),
    "check.tick_note": ("Tick with note", "Marcar com nota"),
    "check.tick_again": ("Tick again", "Marcar de novo"),
    "check.tick_save": ("Save tick", "Salvar marca"),
    "check.tick_help": (
        "Records who, when, and the verdict you saw",
        "Registra quem, quando e o veredito que você viu",
    ),
    "check.tick_early": (
        "It can be ticked when its moment has come",
        "Pode ser marcado quando o momento chegar",
    ),
    "check.tick_what": (
        "You confirm: **{title}** is {verdict}, {value}.",
        "Você confirma: **{title}** é {verdict}, {value}.",
    ),
    "check.note_required": (
        "Why it is all right to go on (required: it doesn't pass)",
        "Por que se pode seguir (obrigatório: não passa)",
    ),
    "check.note_missing": (
        "Write a note first: the item doesn't pass.",
        "Escreva uma nota antes: o item não passa.",
    ),
    "check.all": ("Tick all that pass ({count})", "Marcar todos que passam ({count})"),
    "check.all_help": (
        "One tick for each item that passes and isn't ticked. The others stay open.",
        "Uma marca para cada item que passa e não está marcado. Os outros ficam abertos.",
    ),
    "check.ticked": ("Ticked", "Marcado"),
    "check.ticked_by": ("{by}, {time}", "{by}, {time}"),
    "check.saw": ("saw {verdict} {value}", "viu {verdict} {value}"),
    "check.changed": ("now {verdict}", "agora {verdict}"),
    "check.do": ("Do", "Faça"),
    "check.evidence": ("Evidence", "Evidência"),
    "check.why": ("Why", "Por quê"),
    "check.notes": ("Notes", "Notas"),
    "check.note_slot": ("Note on this slot", "Nota neste horário"),
    "check.note_save": ("Save note", "Salvar nota"),
    "check.owner": ("{owner}", "{owner}"),
    "check.none": ("This slot has no checks.", "Este horário não tem checks."),
    "hourly.choose": ("Slot", "Horário"),
    "hourly.none": (
        "The playbook has no hourly slots",
        "O playbook não tem horários de hora em hora",
    ),
    "daily.choose": ("Day", "Dia"),
    "daily.none": ("The playbook has no daily check-ins", "O playbook não tem check-ins diários"),
    "daily.record": ("Written record", "Registro escrito"),
    "daily.record_ok": (
        "Written by the daily check: {source}",
        "Escrito pelo check diário: {source}",
    ),
    "daily.record_missing": ("No record for {day}", "Sem registro de {day}"),
    "daily.record_missing_text": (
        "{source} does not exist. The daily check writes it at its time, or now if you run it.",
        "{source} não existe. O check diário o escreve na hora, ou agora se você rodar.",
    ),
    "daily.record_incomplete": (
        "The record is half-written or damaged",
        "O registro está incompleto ou danificado",
    ),
    "daily.record_incomplete_text": (
        "{source}: {why}. Run the check again; the live readings beside it are not affected.",
        "{source}: {why}. Rode o check de novo; as leituras ao vivo ao lado não são afetadas.",
    ),
    "daily.live": ("Live readings", "Leituras ao vivo"),
    "daily.key": ("Key", "Chave"),
    "daily.written": ("Written", "Escrito"),
    "daily.now": ("Now", "Agora"),
    "daily.checklist": ("Checklist", "Checklist"),
    "daily.run": ("Run check now", "Rodar check agora"),
    "daily.run_help": (
        "The runner judges the day as of its check time and writes the summary",
        "O runner julga o dia no horário do check e escreve o resumo",
    ),
    "daily.more": ("More in the file", "Mais no arquivo"),
    "daily.second": ("Second check at 16:00", "Segundo check às 16:00"),
    "daily.second_due": (
        "Due: the 10:00 check of this day found an anomaly.",
        "Necessário: o check das 10:00 deste dia achou uma anomalia.",
    ),
    "daily.second_optional": (
        "Not needed: the 10:00 check of this day found no anomaly. The evidence is here all the same.",
        "Dispensado: o check das 10:00 deste dia não achou anomalia. A evidência está aqui mesmo assim.",
    ),
    "daily.second_wait": (
        "Only if the 10:00 check of this day finds an anomaly.",
        "Só se o check das 10:00 deste dia achar uma anomalia.",
    ),
    "daily.tail": ("Last {count} lines of {path}", "Últimas {count} linhas de {path}"),
    "daily.tail_none": ("{path} does not exist yet.", "{path} ainda não existe."),
    "daily.trends": (
        "Trends of the last 2 h (week time)",
        "Tendências das últimas 2 h (tempo da semana)",
    ),
    "daily.trends_none": (
        "No point in the last 2 h of week time.",
        "Nenhum ponto nas últimas 2 h de tempo da semana.",
    ),
    "daily.size": ("Size of {path}", "Tamanho de {path}"),
    "daily.free": ("Free on disk", "Livre no disco"),
}
