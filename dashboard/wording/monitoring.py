"""Words of Live training, Troubleshooting and Escalation."""

TEXTS: dict[str, tuple[str, str]] = {
    "looking.points": ("Points", "Pontos"),
    "looking.first": ("First value", "Primeiro valor"),
    "looking.last": ("Last value", "Último valor"),
    "looking.trend": ("Trend", "Tendência"),
    "live.tensorboard": ("TensorBoard", "TensorBoard"),
    "live.tensorboard_help": (
        "Start it with `trainweek tensorboard`; it listens on port 6006",
        "Inicie com `trainweek tensorboard`; escuta na porta 6006",
    ),
    "live.source": (
        "{source} · files: {files} · attempts: {attempts} · last event {age} ago",
        "{source} · arquivos: {files} · tentativas: {attempts} · último evento há {age}",
    ),
    "live.problems": (
        "Problems in the event files ({count})",
        "Problemas nos arquivos de eventos ({count})",
    ),
    "live.reward": ("Reward", "Reward"),
    "live.kl": ("KL divergence", "Divergência KL"),
    "live.losses": ("Losses", "Losses"),
    "live.entropy": ("Entropy", "Entropia"),
    "live.explained": ("Explained variance", "Explained variance"),
    "live.sharpe": ("Validation Sharpe", "Sharpe de validação"),
    "live.speed": ("Steps per second", "Passos por segundo"),
    "live.components": ("Reward components", "Componentes do reward"),
    "live.others": ("Other tags", "Outras tags"),
    "live.limit": ("limit {limit}", "limite {limit}"),
    "live.kl_band": ("below 0.03: normal for PPO", "abaixo de 0,03: normal no PPO"),
    "live.value_loss": ("value", "value"),
    "live.total_loss": ("last minibatch", "último minibatch"),
    "live.policy_loss": ("policy", "policy"),
    "live.nothing": ("No points of {tag} yet", "Nenhum ponto de {tag} ainda"),
    "live.speed_nothing": (
        "Measured over ten iterations; not enough data yet",
        "Medida sobre dez iterações; dados insuficientes ainda",
    ),
    "live.healthy": ("Healthy", "Saudável"),
    "live.entropy_share": ("{share} of its maximum", "{share} do máximo"),
    "live.defined_by": ("Defined by", "Definida por"),
    "live.trap": ("Pitfall", "Armadilha"),
    # troubleshooting
    "trouble.since": ("since step {step}", "desde o passo {step}"),
    "trouble.for": ("Evidence for", "Evidência a favor"),
    "trouble.against": ("Evidence against", "Evidência contra"),
    "trouble.causes": ("Likely causes", "Causas prováveis"),
    "trouble.actions": ("What to do", "O que fazer"),
    "trouble.normal": (
        "Normal: leave it alone until {until}",
        "Normal: deixe como está até {until}",
    ),
    "trouble.log_line": ("Log line", "Linha do log"),
    "trouble.symptom": ("Symptom", "Sintoma"),
    "trouble.escalate": ("Escalate: {title}", "Escalonar: {title}"),
    "trouble.quiet": (
        "Clear or not enough data yet",
        "Sem alerta ou ainda sem dados suficientes",
    ),
    "trouble.all_quiet": ("No active alerts", "Nenhum alerta ativo"),
    "trouble.all_quiet_text": (
        "Every scenario with enough data is clear. The others say below what is missing.",
        "Todo cenário com dados suficientes está sem alerta. Os outros dizem abaixo o que falta.",
    ),
    "trouble.curve": ("around the event", "em torno do evento"),
    "trouble.changed": ("Changes at that time", "Mudanças nesse momento"),
    "trouble.changed_nothing": (
        "No recorded change: no new attempt, no other learning rate, no data check.",
        "Nenhuma mudança registrada: nenhuma tentativa nova, nenhum outro learning rate, nenhuma"
        " checagem de dados.",
    ),
    "trouble.change_attempt": ("attempt {name} started", "a tentativa {name} começou"),
    "trouble.change_data": ("data check: {verdict}", "checagem de dados: {verdict}"),
    "trouble.change_setting": ("{tag} from {before} to {after}", "{tag} de {before} para {after}"),
    "trouble.log_then": ("Log around that time", "Log em torno desse momento"),
    "trouble.log_then_none": (
        "No log line within {minutes} minutes.",
        "Nenhuma linha de log em {minutes} minutos.",
    ),
    "trouble.explain": ("Explain", "Explicar"),
    "trouble.rule": ("Rule", "Regra"),
    "trouble.measured": ("Measured now", "Medido agora"),
    "scenario.crash": ("Crash", "Crash"),
    "scenario.slowdown": ("Slowdown", "Lentidão"),
    "scenario.data_issue": ("Data issue", "Problema de dados"),
    "scenario.policy_dead": ("Policy stopped updating", "A política parou de mudar"),
    "scenario.logging_broken": ("Logging broken", "Logging com defeito"),
    # escalation
    "escalate.chain": ("Chain", "Cadeia"),
    "escalate.contact": ("Message", "Mensagem"),
    "escalate.log_line": ("Log line", "Linha do log"),
    "escalate.blocks": (
        "While it is open, Start and automatic restarts are blocked.",
        "Enquanto estiver aberto, o início e os reinícios automáticos ficam bloqueados.",
    ),
    "escalate.open": ("Open incident", "Abrir incidente"),
    "escalate.summary": ("Summary (one sentence)", "Resumo (uma frase)"),
    "escalate.none_open": (
        "No open incidents. These are the manual's procedures; opening one notifies the owners"
        " listed.",
        "Nenhum incidente aberto. Estes são os procedimentos do manual; abrir um deles notifica os"
        " responsáveis listados.",
    ),
    "escalate.opened": (
        "Opened by {by}, {time} ({age} ago): {summary}",
        "Aberto por {by}, {time} (há {age}): {summary}",
    ),
    "escalate.action_done": ("action done", "ação feita"),
    "escalate.kept": (
        "Copied when the incident was opened:",
        "Copiado na abertura do incidente:",
    ),
    "escalate.close": ("Close incident", "Fechar incidente"),
    "escalate.close_reason": (
        "Root cause, and why it is safe to restart",
        "Causa raiz e por que é seguro reiniciar",
    ),
    "escalate.undone": (
        "Not done: actions {numbers}. To close the incident anyway, give the reason; the ledger"
        " records it.",
        "Não feitas: ações {numbers}. Para fechar mesmo assim, informe o motivo; o ledger o"
        " registra.",
    ),
    "escalate.left_undone": ("not done: {actions}", "não feito: {actions}"),
    "escalate.close_undone": (
        "Close with {count} actions not done",
        "Fechar com {count} ações não feitas",
    ),
    "escalate.history": ("Closed incidents", "Incidentes fechados"),
    "escalate.history_line": (
        "{procedure}: {summary}. Closed by {by}, {time}: {reason}",
        "{procedure}: {summary}. Fechado por {by}, {time}: {reason}",
    ),
    "escalate.progress": ("{done} of {total} done", "{done} de {total} feitas"),
}
