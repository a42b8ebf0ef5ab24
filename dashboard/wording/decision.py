"""Words of Revalidation, Decision and Playbook."""

TEXTS: dict[str, tuple[str, str]] = {
    "reval.backup": ("Back up model", "Fazer backup do modelo"),
    "reval.backup_help": (
        "Copies models/ppo_phase4 to {target} and verifies each file by SHA-256",
        "Copia models/ppo_phase4 para {target} e verifica cada arquivo por SHA-256",
    ),
    "reval.data_check": ("Check data", "Checar dados"),
    "reval.data_check_help": (
        "Reads the training and backtest candles and lists gaps, duplicates and bad bars",
        "Lê os candles de treino e de backtest e lista lacunas, duplicatas e barras ruins",
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
        "Trained on data up to {last}; the backtest must start after that.",
        "Treinado com dados até {last}; o backtest deve começar depois.",
    ),
    "reval.episodes": ("Episodes", "Episódios"),
    "reval.episodes_text": (
        "{count} consecutive slices, each bar once; took {age} last time",
        "{count} fatias consecutivas, cada barra uma vez; levou {age} da última vez",
    ),
    "reval.episodes_first": (
        "{count} consecutive slices, each bar once",
        "{count} fatias consecutivas, cada barra uma vez",
    ),
    "reval.progress": ("episode {done} of {total}", "episódio {done} de {total}"),
    "reval.progress_wait": ("loading model and data", "carregando modelo e dados"),
    "reval.gates_so_far": (
        "Interim values after {done} of {total} episodes; they can still change.",
        "Valores parciais após {done} de {total} episódios; ainda podem mudar.",
    ),
    "reval.gates_settled": (
        "The gate values are final. Their intervals and the evidence follow.",
        "Os valores dos gates são finais. Os intervalos e a evidência vêm a seguir.",
    ),
    "reval.stage_gates": ("gate values final", "valores dos gates definidos"),
    "reval.stage_lookahead": (
        "testing environment and model for look-ahead",
        "testando look-ahead no ambiente e no modelo",
    ),
    "reval.stage_uncertainty": (
        "resampling for the confidence intervals",
        "reamostrando para os intervalos de confiança",
    ),
    "reval.stage_skill": (
        "comparing with random policies and baselines",
        "comparando com políticas aleatórias e baselines",
    ),
    "reval.stage_robustness": (
        "stress tests: costs, delay, quarters, regimes",
        "testes de estresse: custos, atraso, trimestres, regimes",
    ),
    "reval.stage_documents": ("writing the documents", "gravando os documentos"),
    "reval.stage_report": ("archiving", "arquivando"),
    "reval.stage_done": ("finished", "pronto"),
    "reval.trials": ("Number of trials (for DSR)", "Número de trials (para o DSR)"),
    "reval.trials_counted": ("auto (from the ledger)", "automático (do ledger)"),
    "reval.trials_help": (
        "The deflated Sharpe ratio corrects for the best of many trials looking good by luck. The"
        " ledger counts the training runs and revalidations of all weeks. Enter a larger number if"
        " more was tried elsewhere; never a smaller one.",
        "O deflated Sharpe ratio corrige a sorte de escolher o melhor de muitos trials. O ledger"
        " conta os treinos e revalidações de todas as semanas. Informe um número maior se houve"
        " outros testes fora daqui; nunca um menor.",
    ),
    "reval.failed": ("The revalidation did not finish", "A revalidação não terminou"),
    "reval.done": (
        "{decision} {score}. See *Decision*.",
        "{decision} {score}. Veja *Decisão*.",
    ),
    "reval.blocked": (
        "Blocked: the model or the backtest data is missing.",
        "Bloqueado: falta o modelo ou os dados de backtest.",
    ),
    # decision
    "decide.none": ("No revalidation yet", "Nenhuma revalidação ainda"),
    "decide.none_text": (
        "The decision appears here after a revalidation. Start one on *Revalidation*.",
        "A decisão aparece aqui depois de uma revalidação. Inicie uma em *Revalidação*.",
    ),
    "decide.recommendation": ("Recommendation: **{what}**.", "Recomendação: **{what}**."),
    "decide.spoilt": (
        "By the gates alone the recommendation is {what}, but this backtest failed a check."
        " **Find the cause and revalidate.**",
        "Só pelos gates a recomendação é {what}, mas este backtest falhou em uma verificação."
        " **Descubra a causa e revalide.**",
    ),
    "decide.evidence": ("Evidence: {grade}", "Evidência: {grade}"),
    "decide.evidence_facts": (
        "{trades} trades, {days} days",
        "{trades} trades, {days} dias",
    ),
    "decide.on_evidence": ("on {grade} evidence", "com evidência {grade}"),
    "decide.not_to_trust": ("not reliable", "não confiável"),
    "decide.dated_altered": (
        "The archived decision is intact; it is the one shown and signed here.",
        "A decisão arquivada está íntegra; é ela que se mostra e se assina aqui.",
    ),
    "decide.not_measured": ("not measured", "não medido"),
    "decide.interval": ("95 % [{low} … {high}]", "95 % [{low} … {high}]"),
    "decide.no_interval": ("no interval", "sem intervalo"),
    "decide.p_pass": ("P(pass) {chance}", "P(passar) {chance}"),
    "decide.costs_x2": ("at 2x costs: {value}", "com custos 2x: {value}"),
    "decide.gate_chart": (
        "{gate} on resampled returns: green passes, red fails, dashed = limit, solid = value",
        "{gate} em retornos reamostrados: verde passa, vermelho falha, tracejado = limite, cheio ="
        " valor",
    ),
    "decide.gates_help": (
        "P(pass) is the share of bootstrap resamples in which the gate passes; consecutive bars"
        " stay together. Chart: green passes, red fails, dashed = limit, solid = value.",
        "P(passar) é a parcela das reamostragens (bootstrap) em que o gate passa; barras"
        " consecutivas ficam juntas. Gráfico: verde passa, vermelho falha, tracejado = limite,"
        " cheio = valor.",
    ),
    "decide.margin": ("margin {margin}", "margem {margin}"),
    "decide.undefined": ("undefined: {status}", "indefinido: {status}"),
    "decide.episodes": ("passes in {share} of the episodes", "passa em {share} dos episódios"),
    "decide.warnings": ("Read this before you sign", "Leia isto antes de assinar"),
    "decide.equity": (
        "Equity and drawdown, compared with buy and hold",
        "Patrimônio e drawdown, comparados com buy and hold",
    ),
    "decide.agent": ("agent", "agente"),
    "decide.hold": ("buy and hold", "buy and hold"),
    "decide.matched": (
        "market at the agent's mean exposure",
        "mercado com a exposição média do agente",
    ),
    "decide.underwater": ("drawdown %", "drawdown %"),
    "decide.growth": ("equity, start = 1", "patrimônio, início = 1"),
    "decide.no_hold": (
        "The backtest candles have changed since, so buy and hold can't be drawn for comparison.",
        "Os candles de backtest mudaram desde então; não é possível desenhar o buy and hold para"
        " comparação.",
    ),
    "decide.baselines": ("Baselines", "Baselines"),
    "decide.flat": ("out of the market", "fora do mercado"),
    "decide.sma": ("moving-average rule", "regra de médias móveis"),
    "decide.exposure": ("Exposure", "Exposição"),
    "decide.return": ("Return %", "Retorno %"),
    "decide.view": ("View", "Vista"),
    "decide.view_equity": ("Equity", "Patrimônio"),
    "decide.view_skill": ("Is it skill?", "É habilidade?"),
    "decide.view_earning": ("How it earns", "Como ganha"),
    "decide.view_breaks": ("Where it breaks", "Onde falha"),
    "decide.view_trust": ("Can I trust it?", "Posso confiar?"),
    "decide.view_change": ("What changed", "O que mudou"),
    "decide.view_document": ("Document", "Documento"),
    "decide.document": ("Decision document", "Documento de decisão"),
    "decide.log_summary": ("Training log summary", "Resumo do log de treino"),
    "decide.gates_block": ("Gate block", "Bloco dos gates"),
    "decide.basis_help": (
        "The signature is bound to this hash. It is not valid for another model, data set, playbook"
        " or gate result.",
        "A assinatura é vinculada a este hash. Ela não vale para outro modelo, outros dados, outro"
        " playbook ou outro resultado dos gates.",
    ),
    "decide.sha": ("Decision SHA-256", "SHA-256 da decisão"),
    "decide.history_decision": ("Decision", "Decisão"),
    "decide.history_model": ("Model", "Modelo"),
    "decide.history_data": ("Data", "Dados"),
    "decide.history_signed": ("Signature", "Assinatura"),
    "decide.downloads": ("Downloads", "Downloads"),
    "decide.altered": (
        "The decision's files were altered",
        "Os arquivos da decisão foram adulterados",
    ),
    # playbook
    "manual.of_week": (
        "Playbook of week {week}, SHA-256 `{sha}`. The week keeps this text even if the file"
        " changes later.",
        "Playbook da semana {week}, SHA-256 `{sha}`. A semana mantém este texto mesmo que o arquivo"
        " mude depois.",
    ),
    "manual.default": (
        "The default playbook; there is no week yet.",
        "O playbook padrão; ainda não há semana.",
    ),
    "manual.part": ("Part", "Parte"),
    "manual.schedule": ("Schedule", "Agenda"),
    "manual.checks": ("Checks", "Checagens"),
    "manual.gates": ("Gates and decision", "Gates e decisão"),
    "manual.scenarios": ("Scenarios", "Cenários"),
    "manual.escalations": ("Escalations", "Escalonamentos"),
    "manual.settings": ("Settings", "Configurações"),
    "manual.yaml": ("YAML", "YAML"),
    "manual.what": ("Meaning", "Significado"),
    "manual.limit": ("Limit", "Limite"),
    "manual.gate": ("Gate", "Gate"),
    "manual.rule": ("{min} or more gates", "{min} gates ou mais"),
    "manual.field": ("Setting", "Configuração"),
    "manual.value": ("Value", "Valor"),
    "manual.meaning": ("Meaning", "Significado"),
}
