"""Words of Launch, Runs and jobs, and of the actions on runs."""

TEXTS: dict[str, tuple[str, str]] = {
    "launch.preflight_run": ("Run pre-flight", "Rodar pré-voo"),
    "launch.preflight_again": ("Run pre-flight again", "Rodar pré-voo de novo"),
    "launch.preflight_help": (
        "Six checks that every launch needs, including a 512-step test run. Takes about a minute.",
        "Seis checagens que todo lançamento exige, incluindo um treino de ensaio de 512 passos."
        " Leva cerca de um minuto.",
    ),
    "launch.start": ("Start training", "Iniciar treino"),
    "launch.start_title": ("Training", "Treinamento"),
    "launch.what": (
        "{steps} steps of {symbol}, tag {tag}, learning rate {lr}, ent_coef {ent}, seed {seed}",
        "{steps} passos de {symbol}, tag {tag}, learning rate {lr}, ent_coef {ent}, seed {seed}",
    ),
    "launch.what_own": ("Your own trainer: `{command}`", "Seu próprio trainer: `{command}`"),
    "launch.blocked_preflight_none": (
        "The pre-flight has not run yet. Run it first.",
        "O pré-voo ainda não rodou. Rode-o antes.",
    ),
    "launch.blocked_preflight_running": ("The pre-flight is running.", "O pré-voo está rodando."),
    "launch.blocked_preflight_failed": (
        "The pre-flight failed. Fix what failed and run it again; a lead can override it with a"
        " reason.",
        "O pré-voo falhou. Corrija o que falhou e rode de novo; um líder pode liberar com um"
        " motivo.",
    ),
    "launch.blocked_incident": (
        "An open incident blocks the start. Close it on *Escalation* after the investigation.",
        "Um incidente aberto bloqueia o início. Feche-o em *Escalonamento* após a investigação.",
    ),
    "launch.blocked_running": ("A training run is in progress.", "Há um treino em andamento."),
    "launch.blocked_watched": (
        "This week only watches a run started elsewhere.",
        "Esta semana só observa um treino iniciado em outro lugar.",
    ),
    "launch.ready": ("Ready: the pre-flight passed.", "Pronto: o pré-voo passou."),
    "launch.override": ("Override the pre-flight", "Liberar sem o pré-voo"),
    "launch.override_reason": (
        "Reason for starting anyway (recorded in the ledger)",
        "Motivo para iniciar mesmo assim (fica no ledger)",
    ),
    "launch.choice": ("The last run is unfinished", "O último treino não terminou"),
    "launch.choice_text": (
        "{run}: {state} at step {step}. Resume it, or start over?",
        "{run}: {state} no passo {step}. Retomar ou começar do zero?",
    ),
    "launch.resume": ("Resume from the last checkpoint", "Retomar do último checkpoint"),
    "launch.new": ("Start a new run", "Começar um treino novo"),
    "launch.progress": (
        "step {step} of {total} · {speed} steps/s",
        "passo {step} de {total} · {speed} passos/s",
    ),
    "launch.progress_wait": ("waiting for the first events", "esperando os primeiros eventos"),
    "launch.expected": ("Expected log lines", "Linhas de log esperadas"),
    "launch.another": ("Start another run", "Iniciar outro treino"),
    # jobs
    "jobs.none": ("No jobs yet", "Nenhum job ainda"),
    "jobs.none_text": (
        "Training runs, checks, backups and revalidations appear here with their attempts and"
        " output.",
        "Treinos, checagens, backups e revalidações aparecem aqui com as tentativas e a saída.",
    ),
    "jobs.filter": ("Kind", "Tipo"),
    "jobs.id": ("Job", "Job"),
    "jobs.kind": ("Kind", "Tipo"),
    "jobs.state": ("State", "Estado"),
    "jobs.reason": ("Reason", "Motivo"),
    "jobs.attempt": ("Attempt", "Tentativa"),
    "jobs.pid": ("pid", "pid"),
    "jobs.started": ("Started (real time, UTC)", "Início (tempo real, UTC)"),
    "jobs.took": ("Duration", "Duração"),
    "jobs.exit": ("Exit code", "Código de saída"),
    "jobs.by": ("Requested by", "Pedido por"),
    "jobs.folder": ("Folder", "Pasta"),
    "jobs.choose": ("Job details", "Detalhes do job"),
    "jobs.attempts": ("Attempts", "Tentativas"),
    "jobs.params": ("Parameters", "Parâmetros"),
    "jobs.result": ("Result", "Resultado"),
    "jobs.output": ("Last {count} lines of output", "Últimas {count} linhas da saída"),
    "jobs.output_none": ("No output yet.", "Sem saída ainda."),
    "jobs.stop": ("Stop", "Parar"),
    "jobs.stop_help": (
        "Sends SIGTERM so that the job can save and end. If it does not end, the runner kills its"
        " whole process tree.",
        "Envia SIGTERM para que o job salve e termine. Se ele não terminar, o runner encerra toda a"
        " árvore de processos.",
    ),
    "jobs.stop_confirm": (
        "Stop {job} now? A training run saves its state and can be resumed.",
        "Parar {job} agora? Um treino salva o estado e pode ser retomado.",
    ),
    "jobs.resume": ("Resume", "Retomar"),
    "jobs.restart_lower": ("Restart with learning rate {lr}", "Reiniciar com learning rate {lr}"),
    "jobs.restart_raised": ("Restart with ent_coef {ent}", "Reiniciar com ent_coef {ent}"),
    "jobs.restart_help": (
        "Saves and stops the current run, then resumes from the last good checkpoint",
        "Salva e para o treino atual, depois retoma do último checkpoint bom",
    ),
    "act.stop": ("Stop training", "Parar treino"),
    "act.restart": ("Restart from the last checkpoint", "Reiniciar do último checkpoint"),
    "act.restart_lowered_learning_rate": (
        "Restart with lower learning rate",
        "Reiniciar com learning rate menor",
    ),
    "act.restart_raised_ent_coef": ("Restart with higher ent_coef", "Reiniciar com ent_coef maior"),
    "act.check_data": ("Check the data", "Checar os dados"),
    "act.nothing_live": ("No training run is in progress.", "Nenhum treino em andamento."),
}
