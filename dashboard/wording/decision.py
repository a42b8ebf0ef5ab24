"""Words of Revalidation, Decision and Playbook."""

TEXTS: dict[str, tuple[str, str]] = {
    "reval.backup": ("Back up model", "Fazer backup do modelo"),
    "reval.backup_help": (
        "Copies models/ppo_phase4 to {target} and verifies every file by its SHA-256",
        "Copia models/ppo_phase4 para {target} e verifica cada arquivo por SHA-256",
    ),
    "reval.data_check": ("Check data", "Checar dados"),
    "reval.data_check_help": (
        "Reads train and backtest candles and lists gaps, duplicates and bad bars",
        "Lê os candles de treino e backtest e lista lacunas, duplicatas e barras ruins",
    ),
    "reval.title": ("Revalidate", "Revalidar"),
    "reval.button": ("Revalidate", "Revalidar"),
    "reval.again": ("Revalidate again", "Revalidar de novo"),
    "reval.model": ("Model", "Modelo"),
    "reval.model_none": (
        "No best model yet: {path} is missing.",
        "Ainda não há melhor modelo: falta {path}.",
    ),
    "reval.model_text": (
        "`{path}`, SHA-256 `{sha}`, run {run}, step {step}",
        "`{path}`, SHA-256 `{sha}`, treino {run}, passo {step}",
    ),
    "reval.data": ("Backtest data", "Dados de backtest"),
    "reval.data_none": ("No backtest data: {why}", "Sem dados de backtest: {why}"),
    "reval.data_text": (
        "{bars} bars, {first} to {last}, SHA-256 `{sha}`",
        "{bars} barras, {first} a {last}, SHA-256 `{sha}`",
    ),
    "reval.trained_on": (
        "Trained on data up to {last}; the backtest must begin after it.",
        "Treinado com dados até {last}; o backtest deve começar depois.",
    ),
    "reval.episodes": ("Episodes", "Episódios"),
    "reval.episodes_text": (
        "{count} chronological slices, every bar once; about {age} last time",
        "{count} fatias cronológicas, cada barra uma vez; cerca de {age} da última vez",
    ),
    "reval.episodes_first": (
        "{count} chronological slices, every bar once",
        "{count} fatias cronológicas, cada barra uma vez",
    ),
    "reval.progress": ("episode {done} of {total}", "episódio {done} de {total}"),
    "reval.progress_wait": ("loading model and data", "carregando modelo e dados"),
    "reval.gates_so_far": (
        "So far, after {done} of {total} episodes: nothing of this is settled.",
        "Até aqui, após {done} de {total} episódios: nada disto está definido.",
    ),
    "reval.gates_settled": (
        "The gates are settled. Their intervals and the evidence fill in.",
        "Os gates estão definidos. Os intervalos e a evidência vêm a seguir.",
    ),
    "reval.stage_gates": ("gates settled", "gates definidos"),
    "reval.stage_lookahead": (
        "looking for look-ahead in environment and model",
        "procurando antecipação no ambiente e no modelo",
    ),
    "reval.stage_uncertainty": (
        "intervals: resampling the record",
        "intervalos: reamostrando o registro",
    ),
    "reval.stage_skill": (
        "skill: random policies and baselines",
        "habilidade: políticas aleatórias e referências",
    ),
    "reval.stage_robustness": (
        "stress: other costs, delay, quarters, regimes",
        "estresse: outros custos, atraso, trimestres, regimes",
    ),
    "reval.stage_documents": ("writing the documents", "escrevendo os documentos"),
    "reval.stage_report": ("archiving", "arquivando"),
    "reval.stage_done": ("done", "pronto"),
    "reval.trials": ("Trials, all told", "Tentativas, ao todo"),
    "reval.trials_counted": ("as the ledger counts", "como o ledger conta"),
    "reval.trials_help": (
        "The deflated Sharpe asks how lucky the best of all trials would look. The ledger counts the"
        " trainings and revalidations of all weeks; declare more if more were tried elsewhere, never fewer.",
        "O Sharpe deflacionado pergunta quão sortuda pareceria a melhor de todas as tentativas. O ledger"
        " conta os treinos e revalidações de todas as semanas; declare mais se outros foram tentados, nunca menos.",
    ),
    "reval.failed": ("The revalidation did not finish", "A revalidação não terminou"),
    "reval.done": (
        "{decision} {score}. The evidence lies on *Decision*.",
        "{decision} {score}. A evidência está em *Decisão*.",
    ),
    "reval.blocked": (
        "Blocked: model or backtest data are missing.",
        "Bloqueado: faltam modelo ou dados de backtest.",
    ),
    # decision
    "decide.none": ("No revalidation yet", "Nenhuma revalidação ainda"),
    "decide.none_text": (
        "The decision appears here when the best model was backtested. Go to *Revalidation*.",
        "A decisão aparece aqui quando o melhor modelo for testado. Vá para *Revalidação*.",
    ),
    "decide.recommendation": ("Recommendation: **{what}**.", "Recomendação: **{what}**."),
    "decide.spoilt": (
        "By the gates alone the recommendation is {what}; it rests on a record that failed a check."
        " **Find out why, and revalidate.**",
        "Só pelos gates a recomendação é {what}; ela se apoia num registro que falhou numa verificação."
        " **Descubra por quê, e revalide.**",
    ),
    "decide.evidence": ("Evidence: {grade}", "Evidência: {grade}"),
    "decide.evidence_facts": (
        "{trades} trades, {days} days",
        "{trades} trades, {days} dias",
    ),
    "decide.on_evidence": ("on {grade} evidence", "com evidência {grade}"),
    "decide.not_to_trust": ("not to be trusted", "não confiável"),
    "decide.dated_altered": (
        "The archived decision, whole and unchanged, is what is shown and signed here.",
        "A decisão arquivada, íntegra, é a que se mostra e assina aqui.",
    ),
    "decide.not_measured": ("not measured", "não medido"),
    "decide.interval": ("95 % [{low} … {high}]", "95 % [{low} … {high}]"),
    "decide.no_interval": ("no interval", "sem intervalo"),
    "decide.p_pass": ("P(pass) {chance}", "P(passa) {chance}"),
    "decide.costs_x2": ("costs x2: {value}", "custos x2: {value}"),
    "decide.gate_chart": (
        "{gate} on resampled records: green passes, red fails, dashed the limit, solid the value",
        "{gate} em registros reamostrados: verde passa, vermelho falha, tracejado o limite, cheio o valor",
    ),
    "decide.gates_help": (
        "P(pass) is the share of the resampled records in which the gate passes; runs of bars stay"
        " together in them. Chart: green passes, red fails, dashed the limit, solid the value.",
        "P(passa) é a parte dos registros reamostrados em que o gate passa; neles, sequências de"
        " barras ficam juntas. Gráfico: verde passa, vermelho falha, tracejado o limite, cheio o valor.",
    ),
    "decide.margin": ("margin {margin}", "margem {margin}"),
    "decide.undefined": ("undefined: {status}", "indefinido: {status}"),
    "decide.episodes": ("{share} of episodes pass alone", "{share} dos episódios passam sozinhos"),
    "decide.warnings": ("Read this before you sign", "Leia isto antes de assinar"),
    "decide.equity": (
        "Equity and drawdown, against buy and hold",
        "Patrimônio e drawdown, contra comprar e segurar",
    ),
    "decide.agent": ("agent", "agente"),
    "decide.hold": ("buy and hold", "comprar e segurar"),
    "decide.matched": (
        "market at the agent's mean exposure",
        "mercado com a exposição média do agente",
    ),
    "decide.underwater": ("drawdown %", "drawdown %"),
    "decide.growth": ("equity, start = 1", "patrimônio, início = 1"),
    "decide.no_hold": (
        "The backtest candles changed since, so buy and hold can't be drawn beside it.",
        "Os candles mudaram desde então; comprar e segurar não pode ser desenhado ao lado.",
    ),
    "decide.baselines": ("Baselines", "Referências"),
    "decide.flat": ("out of the market", "fora do mercado"),
    "decide.sma": ("moving-average rule", "regra de médias móveis"),
    "decide.exposure": ("Exposure", "Exposição"),
    "decide.return": ("Return %", "Retorno %"),
    "decide.view": ("View", "Vista"),
    "decide.view_equity": ("Equity", "Patrimônio"),
    "decide.view_skill": ("Is it skill?", "É habilidade?"),
    "decide.view_earning": ("How it earns", "Como ganha"),
    "decide.view_breaks": ("Where it breaks", "Onde quebra"),
    "decide.view_trust": ("Can I trust it?", "Posso confiar?"),
    "decide.view_change": ("What changed", "O que mudou"),
    "decide.view_document": ("Document", "Documento"),
    "decide.document": ("Decision document", "Documento de decisão"),
    "decide.log_summary": ("Training log summary", "Resumo do log de treino"),
    "decide.gates_block": ("Gate block", "Bloco dos gates"),
    "decide.basis_help": (
        "The signature binds to this hash. If model, data, playbook or gates change, it does not hold for them.",
        "A assinatura vale para este hash. Se modelo, dados, playbook ou gates mudarem, ela não vale para eles.",
    ),
    "decide.sha": ("Decision SHA-256", "SHA-256 da decisão"),
    "decide.history_decision": ("Decision", "Decisão"),
    "decide.history_model": ("Model", "Modelo"),
    "decide.history_data": ("Data", "Dados"),
    "decide.history_signed": ("Signature", "Assinatura"),
    "decide.downloads": ("Downloads", "Downloads"),
    "decide.altered": (
        "The decision's files were altered",
        "Os arquivos da decisão foram alterados",
    ),
    # playbook
    "manual.of_week": (
        "Playbook of week {week}, SHA-256 `{sha}`. The week is judged by this text, whatever becomes of the file.",
        "Playbook da semana {week}, SHA-256 `{sha}`. A semana é julgada por este texto, aconteça o que acontecer com o arquivo.",
    ),
    "manual.default": (
        "The default playbook; there is no week yet.",
        "O playbook padrão; ainda não há semana.",
    ),
    "manual.part": ("Part", "Parte"),
    "manual.schedule": ("Schedule", "Agenda"),
    "manual.checks": ("Checks", "Checks"),
    "manual.gates": ("Gates and decision", "Gates e decisão"),
    "manual.scenarios": ("Scenarios", "Cenários"),
    "manual.escalations": ("Escalations", "Escalonamentos"),
    "manual.settings": ("Settings", "Configurações"),
    "manual.yaml": ("YAML", "YAML"),
    "manual.when": ("When", "Quando"),
    "manual.what": ("What", "O quê"),
    "manual.owner": ("Owner", "Responsável"),
    "manual.limit": ("Limit", "Limite"),
    "manual.window": ("Window", "Janela"),
    "manual.action": ("If it fails", "Se falhar"),
    "manual.gate": ("Gate", "Gate"),
    "manual.rule": ("{min} or more gates", "{min} gates ou mais"),
    "manual.field": ("Setting", "Configuração"),
    "manual.value": ("Value", "Valor"),
    "manual.meaning": ("Meaning", "Significado"),
}
