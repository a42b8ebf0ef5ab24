"""Words of This week."""

TEXTS: dict[str, tuple[str, str]] = {
    "week.create_title": ("Create the first week", "Crie a primeira semana"),
    "week.create_text": (
        "A week is the playbook with a launch moment. Everything else follows from it: the timeline,"
        " the checks, the gates.",
        "Uma semana é o playbook com um momento de lançamento. O resto segue dele: a linha do tempo,"
        " os checks, os gates.",
    ),
    "week.create_day": ("Launch day (UTC)", "Dia do lançamento (UTC)"),
    "week.create_time": ("Launch time (UTC)", "Hora do lançamento (UTC)"),
    "week.create_synthetic": (
        "The market data is synthetic",
        "Os dados de mercado são sintéticos",
    ),
    "week.create_synthetic_help": (
        "Written by `trainweek data sample`. It is then said wherever a number comes from it.",
        "Escritos por `trainweek data sample`. Isso é dito em todo lugar onde um número vem deles.",
    ),
    "week.create_watch": (
        "Watch a run that others start (log folder)",
        "Observar um treino de outros (pasta de log)",
    ),
    "week.create_button": ("Create week", "Criar semana"),
    "week.no_data": (
        "There is no market data in {folder}. Put candles there, or write a synthetic market with"
        " `trainweek data sample`.",
        "Não há dados de mercado em {folder}. Ponha candles lá, ou escreva um mercado sintético com"
        " `trainweek data sample`.",
    ),
    "week.next": ("Next", "A seguir"),
    "week.next_overdue": (
        "**{title}** was due {time} ({age} ago) · {owner}",
        "**{title}** era para {time} (há {age}) · {owner}",
    ),
    "week.next_due": (
        "**{title}** is due since {time} ({age}) · {owner}",
        "**{title}** na hora desde {time} ({age}) · {owner}",
    ),
    "week.next_upcoming": (
        "**{title}** comes {time}, in {age} · {owner}",
        "**{title}** vem {time}, em {age} · {owner}",
    ),
    "week.nothing_next": ("Nothing is left to do in this week.", "Nada mais a fazer nesta semana."),
    "week.open": ("Open {page}", "Abrir {page}"),
    "week.also": ("{count} more waiting", "mais {count} esperando"),
    "week.reward": ("Reward", "Reward"),
    "week.kl": ("KL divergence", "Divergência KL"),
    "week.steps": ("Steps", "Passos"),
    "week.speed": ("Speed", "Velocidade"),
    "week.sharpe": ("Validation Sharpe", "Sharpe de validação"),
    "week.of_limit": ("limit {limit}", "limite {limit}"),
    "week.of_total": ("of {total}", "de {total}"),
    "week.eta": ("done {time}", "pronto {time}"),
    "week.eta_done": ("all steps done", "todos os passos feitos"),
    "week.timeline": ("Timeline", "Linha do tempo"),
    "week.now": ("now", "agora"),
    "week.reward_curve": ("Reward over steps", "Reward por passo"),
    "week.reward_help": (
        "`rollout/ep_rew_mean`, the mean of the last 100 episodes; marks: restarts, checks with a"
        " failure, incidents",
        "`rollout/ep_rew_mean`, média dos últimos 100 episódios; marcas: reinícios, checks com falha,"
        " incidentes",
    ),
    "week.happened": ("What happened", "O que aconteceu"),
    "week.happened_none": ("Nothing is recorded yet.", "Nada registrado ainda."),
    "week.incidents": ("Open incidents", "Incidentes abertos"),
    "week.conditions": ("Conditions of the signature", "Condições da assinatura"),
    "week.condition": ("{text} ({owner}, due {due})", "{text} ({owner}, até {due})"),
    "week.conditions_open": ("{count} open", "{count} abertas"),
    "week.signature_broken": (
        "The signature of {by} holds no longer.",
        "A assinatura de {by} não vale mais.",
    ),
    "week.restart": ("restart {number}", "reinício {number}"),
    "week.mark_learning_rate": ("lr {before} → {after}", "lr {before} → {after}"),
    "week.mark_ent_coef": ("ent_coef {before} → {after}", "ent_coef {before} → {after}"),
    "week.mark_incident": ("incident", "incidente"),
    "week.mark_fail": ("check {time}", "check {time}"),
    "kind_of_slot.preflight": ("Pre-flight", "Pré-voo"),
    "kind_of_slot.launch": ("Start", "Início"),
    "kind_of_slot.hourly": ("Hourly", "De hora"),
    "kind_of_slot.daily": ("Check-in", "Check-in"),
    "kind_of_slot.anomaly": ("Recheck", "Reexame"),
    "kind_of_slot.preparation": ("Prepare", "Preparação"),
    "kind_of_slot.revalidation": ("Revalidate", "Revalidação"),
    "kind_of_slot.results": ("Results", "Resultados"),
    "kind_of_slot.delivery": ("Delivery", "Entrega"),
    "kind_of_slot.approval": ("Approval", "Aprovação"),
    "story.tick": ("ticked {check} ({slot})", "marcou {check} ({slot})"),
    "story.ticks": ("ticked {count} items of {slot}", "marcou {count} itens de {slot}"),
    "story.request": ("asked for: {kind}", "pediu: {kind}"),
    "story.stop": ("asked to stop: {kind}", "pediu para parar: {kind}"),
    "story.restart": (
        "asked to restart: {kind} {changes}",
        "pediu para reiniciar: {kind} {changes}",
    ),
    "story.incident_open": ("opened an incident: {text}", "abriu um incidente: {text}"),
    "story.incident_do": ("did an action of the incident", "fez uma ação do incidente"),
    "story.incident_close": ("closed the incident: {text}", "fechou o incidente: {text}"),
    "story.decision": (
        "recorded the decision {decision} {score}",
        "registrou a decisão {decision} {score}",
    ),
    "story.signature": ("signed: {act}", "assinou: {act}"),
    "story.condition": ("closed a condition: {text}", "fechou uma condição: {text}"),
    "story.countersign": ("stands by an override: {text}", "apoia uma exceção: {text}"),
    "story.key": ("made the signing key of this home", "criou a chave de assinatura deste local"),
    "story.note": ("noted on {slot}: {text}", "anotou em {slot}: {text}"),
    "story.week": ("{action} the week", "{action} a semana"),
    "story.week_create": ("created", "criou"),
    "story.week_use": ("chose", "escolheu"),
}
