"""Words of the frame: navigation, top line, who you are."""

TEXTS: dict[str, tuple[str, str]] = {
    "app": ("trainweek", "trainweek"),
    "group.week": ("Week", "Semana"),
    "group.look": ("Look closer", "Olhar de perto"),
    "group.decide": ("Decide", "Decidir"),
    "group.manual": ("Manual", "Manual"),
    "page.this_week": ("This week", "Esta semana"),
    "page.launch": ("Launch", "Lançamento"),
    "page.hourly_checks": ("Hourly checks", "Checks de hora em hora"),
    "page.daily_checkin": ("Daily check-in", "Check-in diário"),
    "page.live_training": ("Live training", "Treino ao vivo"),
    "page.troubleshooting": ("Troubleshooting", "Solução de problemas"),
    "page.escalation": ("Escalation", "Escalonamento"),
    "page.runs_and_jobs": ("Runs and jobs", "Treinos e tarefas"),
    "page.revalidation": ("Revalidation", "Revalidação"),
    "page.decision": ("Decision", "Decisão"),
    "page.history": ("History", "Histórico"),
    "page.playbook": ("Playbook", "Playbook"),
    # top line
    "frame.no_week": ("No week yet", "Nenhuma semana ainda"),
    "frame.week": (
        ":gray[{tag} · {symbol} · week {week}]",
        ":gray[{tag} · {symbol} · semana {week}]",
    ),
    "frame.week_time": ("Week time {time}", "Tempo da semana {time}"),
    "frame.real_time": ("real time {time}", "tempo real {time}"),
    "frame.two_times": (
        "The clock of this week runs apart from real time. Schedule, checks, ticks and the age of"
        " readings are in week time; event files, logs, jobs and the states above in real time.",
        "O relógio desta semana corre à parte do tempo real. Horários, checks, marcas e a idade das"
        " leituras são em tempo da semana; arquivos de eventos, logs, tarefas e os estados acima, em"
        " tempo real.",
    ),
    "frame.run_none": ("No training yet", "Nenhum treino ainda"),
    "frame.run": ("{state}, {age} ago", "{state}, há {age}"),
    "frame.run_real": ("{state}, {age} of real time ago", "{state}, há {age} de tempo real"),
    "frame.run_help": (
        "Training {run}: state, and age of its newest event",
        "Treino {run}: estado, e idade do seu evento mais novo",
    ),
    "frame.runner_alive": ("Runner alive, {age} ago", "Runner vivo, há {age}"),
    "frame.runner_gone": ("Runner gone", "Runner ausente"),
    "frame.runner_never": ("No runner", "Sem runner"),
    "frame.read_only_alert": (
        "**Read-only: nothing can be saved.** {what} End the runner, then run "
        "`trainweek ledger restore`: nothing that was saved is lost.",
        "**Somente leitura: nada pode ser salvo.** {what} Encerre o runner e execute "
        "`trainweek ledger restore`: nada do que foi salvo se perde.",
    ),
    "frame.runner_gone_alert": (
        "No runner is alive: nothing starts, stops or is supervised. Start it with `trainweek runner`"
        " (or `make up`); trainings that still run are adopted.",
        "Nenhum runner está vivo: nada inicia, para ou é supervisionado. Inicie com `trainweek runner`"
        " (ou `make up`); treinos que ainda correm são adotados.",
    ),
    "frame.runner_never_alert": (
        "No runner has been started in this home. Start it with `trainweek runner` (or `make up`).",
        "Nenhum runner foi iniciado nesta pasta. Inicie com `trainweek runner` (ou `make up`).",
    ),
    "frame.stale_alert": (
        "The training's data is stale: its newest event is {age} old, while the run should be at work.",
        "Os dados do treino estão velhos: o evento mais novo tem {age}, e o treino deveria estar rodando.",
    ),
    "frame.stalled_alert": (
        "The training is stalled: {evidence}.",
        "O treino está travado: {evidence}.",
    ),
    "frame.stalled_incident": (
        "Its incident is open on *Escalation*: {procedure}.",
        "O incidente está aberto em *Escalonamento*: {procedure}.",
    ),
    "frame.incident_open_alert": (
        "Open incident: {procedures}. Its actions are on *Escalation*.",
        "Incidente aberto: {procedures}. As ações estão em *Escalonamento*.",
    ),
    "frame.signature_broken": (
        "The signature of {by} holds no longer.",
        "A assinatura de {by} não vale mais.",
    ),
    "frame.incident_alert": (
        "Open incident: {procedures}. Start and automatic restarts are blocked until it is closed.",
        "Incidente aberto: {procedures}. Início e reinícios automáticos estão bloqueados até fechar.",
    ),
    "frame.synthetic": ("SYNTHETIC DATA", "DADOS SINTÉTICOS"),
    "frame.synthetic_help": (
        "The market of this week is made up. No number here says anything about real money.",
        "O mercado desta semana é inventado. Nenhum número aqui diz algo sobre dinheiro real.",
    ),
    "frame.watched": ("WATCHING", "OBSERVANDO"),
    "frame.watched_help": ("Somebody else's run: {path}", "Treino de outros: {path}"),
    "frame.paused": ("Updates paused", "Atualização pausada"),
    "frame.as_of": ("As of {time}", "Às {time}"),
    # who
    "who.title": ("You act as", "Você age como"),
    "who.name": ("Name", "Nome"),
    "who.role": ("Role", "Papel"),
    "who.unverified": ("identity unverified", "identidade não verificada"),
    "who.unverified_help": (
        "No login is configured, so the name is only claimed. What you sign is marked so.",
        "Nenhum login está configurado, então o nome é só declarado. O que você assina é marcado assim.",
    ),
    "who.verified": ("signed in", "autenticado"),
    "who.logout": ("Sign out", "Sair"),
    "who.login": ("Sign in", "Entrar"),
    "who.login_text": (
        "Sign in to open the training week.",
        "Entre para abrir a semana de treino.",
    ),
    "who.beyond_loopback": (
        "This app listens beyond loopback without a login.",
        "Este app escuta além do loopback sem login.",
    ),
    "who.beyond_loopback_remedy": (
        "Configure `[auth]` in `.streamlit/secrets.toml`, or listen on 127.0.0.1.",
        "Configure `[auth]` em `.streamlit/secrets.toml`, ou escute em 127.0.0.1.",
    ),
    "role.viewer": ("Viewer", "Leitor"),
    "role.engineer": ("ML engineer", "Engenheiro de ML"),
    "role.lead": ("ML lead", "Líder de ML"),
    "role.cto": ("CTO", "CTO"),
    "role.default_name": ("Local {role}", "{role} local"),
    "settings.language": ("Language", "Idioma"),
    "settings.live": ("Live updates", "Atualização ao vivo"),
    "settings.live_help": (
        "Pause it to read or type in peace; every number then keeps its 'as of'.",
        "Pause para ler ou digitar com calma; cada número mantém o seu 'às'.",
    ),
    "right.denied": (
        "Not for the role {role}. Ask somebody with the role {holders}.",
        "Não é do papel {role}. Peça a alguém com o papel {holders}.",
    ),
    "error.page": ("This page could not be drawn", "Esta página não pôde ser desenhada"),
    "error.unexpected": (
        "Something unexpected happened ({kind}). Nothing was changed by it. It is written in the"
        " dashboard's log with the reference {reference}.",
        "Algo inesperado aconteceu ({kind}). Nada foi mudado por isso. Está no log do painel com a"
        " referência {reference}.",
    ),
}
