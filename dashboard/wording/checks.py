"""Words of the checklists: hourly checks, daily check-in."""

TEXTS: dict[str, tuple[str, str]] = {
    "check.as_of": ("Judged on the data at {time}", "Avaliado com os dados de {time}"),
    "check.as_of_now": ("Judged now, {time}", "Avaliado agora, {time}"),
    "check.not_reached": (
        "Due {time} (in {age}). Judged on the data at that time.",
        "Prevista para {time} (em {age}). Avaliada com os dados desse momento.",
    ),
    "check.count": ("{passed} of {total} pass", "{passed} de {total} passam"),
    "check.ticked_count": ("{ticked} of {total} ticked", "{ticked} de {total} marcados"),
    "check.tick": ("Tick", "Marcar"),
    "check.tick_note": ("Tick with note", "Marcar com nota"),
    "check.tick_again": ("Tick again", "Marcar de novo"),
    "check.tick_save": ("Save tick", "Salvar marcação"),
    "check.tick_help": (
        "Records who ticked it, when, and the verdict shown",
        "Registra quem marcou, quando e o veredito mostrado",
    ),
    "check.tick_early": (
        "Available once the check is due",
        "Disponível quando chegar a hora da checagem",
    ),
    "check.tick_what": (
        "You confirm **{title}**: {verdict}, {value}.",
        "Você confirma **{title}**: {verdict}, {value}.",
    ),
    "check.note_required": (
        "Why it is safe to continue (required: this check does not pass)",
        "Por que é seguro continuar (obrigatório: esta checagem não passa)",
    ),
    "check.note_missing": (
        "Write a note first: this check does not pass.",
        "Escreva uma nota antes: esta checagem não passa.",
    ),
    "check.all": ("Tick all that pass ({count})", "Marcar todos os que passam ({count})"),
    "check.all_help": (
        "Adds a tick to each item that passes and has none. The others stay open.",
        "Marca cada item que passa e ainda não foi marcado. Os outros ficam em aberto.",
    ),
    "check.ticked": ("Ticked", "Marcado"),
    "check.ticked_by": ("{by}, {time}", "{by}, {time}"),
    "check.saw": ("saw {verdict} {value}", "viu {verdict} {value}"),
    "check.changed": ("now {verdict}", "agora {verdict}"),
    "check.must": ("must be {limit}", "deve ser {limit}"),
    "check.do": ("Action", "Ação"),
    "check.evidence": ("Evidence", "Evidência"),
    "check.note_slot": ("Note", "Nota"),
    "check.note_save": ("Save note", "Salvar nota"),
    "check.none": ("This slot has no checks.", "Este horário não tem checagens."),
    "hourly.choose": ("Slot", "Horário"),
    "hourly.none": (
        "The playbook has no hourly checks",
        "O playbook não tem checagens horárias",
    ),
    "daily.choose": ("Day", "Dia"),
    "daily.none": ("The playbook has no daily check-ins", "O playbook não tem check-ins diários"),
    "daily.record": ("Daily summary", "Resumo diário"),
    "daily.record_ok": (
        "Written by the daily check: {source}",
        "Gravado pela checagem diária: {source}",
    ),
    "daily.record_missing": ("No summary for {day}", "Sem resumo de {day}"),
    "daily.record_missing_text": (
        "{source} does not exist. The daily check writes it at the check-in time, or now if you run"
        " it.",
        "{source} não existe. A checagem diária grava o arquivo no horário do check-in, ou agora se"
        " você a rodar.",
    ),
    "daily.record_incomplete": (
        "The summary is incomplete or damaged",
        "O resumo está incompleto ou danificado",
    ),
    "daily.record_incomplete_text": (
        "{source}: {why}. Run the check again; the live readings are not affected.",
        "{source}: {why}. Rode a checagem de novo; as leituras ao vivo não são afetadas.",
    ),
    "daily.key": ("Key", "Chave"),
    "daily.written": ("In the file", "No arquivo"),
    "daily.now": ("Now", "Agora"),
    "daily.run": ("Run check now", "Rodar checagem agora"),
    "daily.run_help": (
        "Judges the day on the data at its check-in time and writes the summary",
        "Avalia o dia com os dados do horário do check-in e grava o resumo",
    ),
    "daily.more": ("The whole file", "O arquivo inteiro"),
    "daily.second": ("Second check at {time}", "Segunda checagem às {time}"),
    "daily.second_due": (
        "Due: the {time} check of this day found an anomaly.",
        "Necessária: a checagem das {time} deste dia encontrou uma anomalia.",
    ),
    "daily.second_optional": (
        "Not needed: the {time} check of this day found no anomaly. Logs and trends for reference:",
        "Dispensada: a checagem das {time} deste dia não encontrou anomalia. Logs e tendências para"
        " consulta:",
    ),
    "daily.second_wait": (
        "Only if the {time} check of this day finds an anomaly.",
        "Só se a checagem das {time} deste dia encontrar uma anomalia.",
    ),
    "daily.tail": ("Last {count} lines of {path}", "Últimas {count} linhas de {path}"),
    "daily.tail_none": ("{path} does not exist yet.", "{path} ainda não existe."),
    "daily.trends": (
        "Trends over the last {hours} h (week time)",
        "Tendências das últimas {hours} h (tempo da semana)",
    ),
    "daily.trends_none": (
        "No data points in the last {hours} h of week time.",
        "Nenhum ponto nas últimas {hours} h do tempo da semana.",
    ),
    "daily.size": ("Size of {path}", "Tamanho de {path}"),
    "daily.free": ("Free disk space", "Espaço livre em disco"),
}
