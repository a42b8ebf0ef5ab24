"""Words of This week."""

TEXTS: dict[str, tuple[str, str]] = {
    "week.create_title": ("Create the first week", "Crie a primeira semana"),
    "week.create_text": (
        "A week is one run of the playbook, counted from its launch time. The timeline, the checks"
        " and the gates follow from it.",
        "Uma semana é uma execução do playbook, contada a partir do lançamento. A linha do tempo,"
        " as checagens e os gates seguem dele.",
    ),
    "week.create_day": ("Launch day (UTC)", "Dia do lançamento (UTC)"),
    "week.create_time": ("Launch time (UTC)", "Hora do lançamento (UTC)"),
    "week.create_synthetic": (
        "The market data is synthetic",
        "Os dados de mercado são sintéticos",
    ),
    "week.create_synthetic_help": (
        "Check this if `trainweek data sample` wrote the data. Every number based on it is then"
        " marked as synthetic.",
        "Marque se os dados vêm de `trainweek data sample`. Todo número baseado neles é então"
        " marcado como sintético.",
    ),
    "week.create_watch": (
        "Watch a run started elsewhere (log folder)",
        "Observar um treino iniciado em outro lugar (pasta de logs)",
    ),
    "week.create_button": ("Create week", "Criar semana"),
    "week.no_data": (
        "No market data in {folder}. Copy candles there, or generate a synthetic market with"
        " `trainweek data sample`.",
        "Não há dados de mercado em {folder}. Copie os candles para lá ou gere um mercado"
        " sintético com `trainweek data sample`.",
    ),
    "week.next": ("Next", "A seguir"),
    "week.first": ("First", "Primeiro"),
    "week.next_overdue": (
        "**{title}** was due {time} ({age} ago) · {owner}",
        "**{title}** era para {time} (há {age}) · {owner}",
    ),
    "week.next_due": (
        "**{title}** has been due since {time} ({age}) · {owner}",
        "**{title}** está a fazer desde {time} (há {age}) · {owner}",
    ),
    "week.next_upcoming": (
        "**{title}** on {time}, in {age} · {owner}",
        "**{title}** em {time}, daqui a {age} · {owner}",
    ),
    "week.nothing_next": ("Nothing left to do this week.", "Nada mais a fazer nesta semana."),
    "week.open": ("Open {page}", "Abrir {page}"),
    "week.next_incident": (
        "**{title}**, opened by {by} {age} ago: {done} of {total} actions done",
        "**{title}**, aberto por {by} há {age}: {done} de {total} ações feitas",
    ),
    "week.also": ("{count} more due", "mais {count} a fazer"),
    "week.reward": ("Reward", "Reward"),
    "week.kl": ("KL divergence", "Divergência KL"),
    "week.steps": ("Steps", "Passos"),
    "week.speed": ("Speed", "Velocidade"),
    "week.sharpe": ("Validation Sharpe", "Sharpe de validação"),
    "week.of_limit": ("limit {limit}", "limite {limit}"),
    "week.of_total": ("of {total}", "de {total}"),
    "week.eta": ("ETA {time}", "previsão {time}"),
    "week.eta_done": ("all steps done", "todos os passos feitos"),
    "week.timeline": ("Timeline", "Linha do tempo"),
    "week.now": ("now", "agora"),
    "week.reward_curve": ("Reward over steps", "Reward por passo"),
    "week.reward_help": (
        "`rollout/ep_rew_mean`, the mean of the last 100 episodes. Marks: restarts, changed"
        " settings and incidents.",
        "`rollout/ep_rew_mean`, a média dos últimos 100 episódios. Marcas: reinícios, configurações"
        " alteradas e incidentes.",
    ),
    "week.happened": ("Recent activity", "Atividade recente"),
    "week.happened_none": ("No activity yet.", "Nenhuma atividade ainda."),
    "week.incidents": ("Open incidents", "Incidentes abertos"),
    "week.conditions": ("Conditions of the signature", "Condições da assinatura"),
    "week.condition": ("{text} ({owner}, due {due})", "{text} ({owner}, até {due})"),
    "week.conditions_open": ("{count} open", "{count} em aberto"),
    "week.restart": ("restart {number}", "reinício {number}"),
    "week.mark_learning_rate": ("lr {before} → {after}", "lr {before} → {after}"),
    "week.mark_ent_coef": ("ent_coef {before} → {after}", "ent_coef {before} → {after}"),
    "week.mark_incident": ("incident", "incidente"),
    "kind_of_slot.preflight": ("Pre-flight", "Pré-voo"),
    "kind_of_slot.launch": ("Start", "Início"),
    "kind_of_slot.hourly": ("Hourly", "Checagem"),
    "kind_of_slot.daily": ("Check-in", "Check-in"),
    "kind_of_slot.anomaly": ("Recheck", "Rechecagem"),
    "kind_of_slot.preparation": ("Preparation", "Preparação"),
    "kind_of_slot.revalidation": ("Revalidation", "Revalidação"),
    "kind_of_slot.results": ("Results", "Resultados"),
    "kind_of_slot.delivery": ("Delivery", "Entrega"),
    "kind_of_slot.approval": ("Approval", "Aprovação"),
    "story.tick": ("ticked {check} ({slot})", "marcou {check} ({slot})"),
    "story.ticks": ("ticked {count} items of {slot}", "marcou {count} itens de {slot}"),
    "story.request": ("requested: {kind}", "pediu: {kind}"),
    "story.stop": ("requested a stop: {kind}", "pediu a parada: {kind}"),
    "story.restart": (
        "requested a restart: {kind} {changes}",
        "pediu o reinício: {kind} {changes}",
    ),
    "story.incident_open": ("opened an incident: {text}", "abriu um incidente: {text}"),
    "story.incident_do": ("completed an action of the incident", "fez uma ação do incidente"),
    "story.incident_close": ("closed the incident: {text}", "fechou o incidente: {text}"),
    "story.incident_undone": ("({count} actions not done)", "({count} ações não feitas)"),
    "story.decision": (
        "recorded the decision {decision} {score}",
        "registrou a decisão {decision} {score}",
    ),
    "story.signature": ("signed: {act}", "assinou: {act}"),
    "story.condition": ("closed a condition: {text}", "fechou uma condição: {text}"),
    "story.countersign": (
        "countersigned an override: {text}",
        "contra-assinou uma exceção: {text}",
    ),
    "story.key": ("created the signing key", "criou a chave de assinatura"),
    "story.note": ("wrote a note on {slot}: {text}", "escreveu uma nota em {slot}: {text}"),
    "story.week": ("{action} the week", "{action} a semana"),
    "story.week_create": ("created", "criou"),
    "story.week_use": ("activated", "ativou"),
}
