"""Words of the frame: navigation, top line, who you are."""

TEXTS: dict[str, tuple[str, str]] = {
    "app": ("trainweek", "trainweek"),
    "group.week": ("Week", "Semana"),
    "group.look": ("Monitor", "Acompanhar"),
    "group.decide": ("Decide", "Decidir"),
    "group.manual": ("Manual", "Manual"),
    "page.this_week": ("This week", "Esta semana"),
    "page.launch": ("Launch", "Lançamento"),
    "page.hourly_checks": ("Hourly checks", "Checagens horárias"),
    "page.daily_checkin": ("Daily check-in", "Check-in diário"),
    "page.live_training": ("Live training", "Treino ao vivo"),
    "page.troubleshooting": ("Troubleshooting", "Diagnóstico"),
    "page.escalation": ("Escalation", "Escalonamento"),
    "page.runs_and_jobs": ("Runs and jobs", "Treinos e jobs"),
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
        "This week runs on its own clock (a demo or a replay). Schedule, checks, ticks and the age"
        " of readings use week time; event files, logs, jobs and the states above use real time.",
        "Esta semana tem relógio próprio (demo ou replay). Agenda, checagens, marcações e a idade"
        " das leituras usam o tempo da semana; arquivos de eventos, logs, jobs e os estados acima"
        " usam o tempo real.",
    ),
    "frame.run_none": ("No run yet", "Nenhum treino ainda"),
    "frame.run": ("{state}, {age} ago", "{state}, há {age}"),
    "frame.run_real": ("{state}, {age} ago (real time)", "{state}, há {age} (tempo real)"),
    "frame.run_help": (
        "Run {run}: its state and the age of its newest event",
        "Treino {run}: estado e idade do evento mais recente",
    ),
    "frame.runner_alive": ("Runner active, seen {age} ago", "Runner ativo, visto há {age}"),
    "frame.runner_gone": ("Runner not running", "Runner parado"),
    "frame.runner_never": ("No runner", "Sem runner"),
    "frame.read_only_alert": (
        "**Read-only: nothing can be saved.** {what} Stop the runner, then run "
        "`trainweek ledger restore`. Nothing that was saved is lost.",
        "**Somente leitura: nada pode ser salvo.** {what} Pare o runner e execute "
        "`trainweek ledger restore`. Nada do que foi salvo se perde.",
    ),
    "frame.runner_gone_alert": (
        "The runner is not running: nothing can start or stop, and nothing is supervised. Start it"
        " with `trainweek runner` (or `make up`). It picks up the runs that are still in progress.",
        "O runner está parado: nada inicia, nada para e nada é supervisionado. Inicie-o com"
        " `trainweek runner` (ou `make up`). Ele reassume os treinos em andamento.",
    ),
    "frame.runner_never_alert": (
        "No runner has been started for this data directory. Start one with `trainweek runner`"
        " (or `make up`).",
        "Nenhum runner foi iniciado para este diretório de dados. Inicie um com `trainweek runner`"
        " (ou `make up`).",
    ),
    "frame.stale_alert": (
        "No new events for {age}, although the run should be in progress.",
        "Sem novos eventos há {age}, embora o treino devesse estar em andamento.",
    ),
    "frame.stalled_alert": (
        "The run is stalled: {evidence}.",
        "O treino está travado: {evidence}.",
    ),
    "frame.stalled_incident": (
        "Its incident is open on *Escalation*: {procedure}.",
        "O incidente está aberto em *Escalonamento*: {procedure}.",
    ),
    "frame.incident_open_alert": (
        "Open incident: {procedures}. See *Escalation* for its actions.",
        "Incidente aberto: {procedures}. Veja as ações em *Escalonamento*.",
    ),
    "frame.signature_broken": (
        "{by}'s signature is no longer valid.",
        "A assinatura de {by} não é mais válida.",
    ),
    "frame.incident_alert": (
        "Open incident: {procedures}. Start and automatic restarts are blocked until it is closed.",
        "Incidente aberto: {procedures}. O início e os reinícios automáticos ficam bloqueados até"
        " que ele seja fechado.",
    ),
    "frame.synthetic": ("SYNTHETIC DATA", "DADOS SINTÉTICOS"),
    "frame.watched": ("WATCHING", "OBSERVANDO"),
    "frame.paused": ("Updates paused", "Atualização pausada"),
    # who
    "who.title": ("You act as", "Você atua como"),
    "who.name": ("Name", "Nome"),
    "who.unverified": ("identity unverified", "identidade não verificada"),
    "who.unverified_help": (
        "No login is configured, so the name is not verified. What you sign is marked accordingly.",
        "Nenhum login está configurado, então o nome não é verificado. O que você assina recebe"
        " essa marca.",
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
        "Este app aceita conexões externas sem login.",
    ),
    "who.beyond_loopback_remedy": (
        "Configure `[auth]` in `.streamlit/secrets.toml`, or listen on 127.0.0.1.",
        "Configure `[auth]` em `.streamlit/secrets.toml` ou escute em 127.0.0.1.",
    ),
    "role.viewer": ("Viewer", "Leitor"),
    "role.engineer": ("ML engineer", "Engenheiro de ML"),
    "role.lead": ("ML lead", "Líder de ML"),
    "role.cto": ("CTO", "CTO"),
    "settings.language": ("Language", "Idioma"),
    "settings.live": ("Live updates", "Atualização ao vivo"),
    "settings.live_help": (
        "Pause the updates to read or type undisturbed.",
        "Pause a atualização para ler ou digitar com calma.",
    ),
    "right.denied": (
        "The role {role} can't do this. Ask someone with the role {holders}.",
        "O papel {role} não permite isto. Peça a alguém com o papel {holders}.",
    ),
    "error.page": ("This page could not be shown", "Não foi possível mostrar esta página"),
    "error.unexpected": (
        "Unexpected error ({kind}). It changed nothing. Details are in the dashboard's log under"
        " the reference {reference}.",
        "Erro inesperado ({kind}). Nada foi alterado. Os detalhes estão no log do painel com a"
        " referência {reference}.",
    ),
}
