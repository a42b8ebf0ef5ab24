"""Words of the closer looks at a decision, and of its history."""

TEXTS: dict[str, tuple[str, str]] = {
    "figures.figure": ("Figure", "Indicador"),
    "figures.value": ("Value", "Valor"),
    "figures.meaning": ("Details", "Detalhes"),
    # is it skill
    "skill.psr0": ("P(true Sharpe > 0)", "P(Sharpe real > 0)"),
    "skill.psr1": ("P(true annual Sharpe > 1)", "P(Sharpe anual real > 1)"),
    "skill.psr_help": (
        "PSR and DSR come from a formula that treats bars as independent, and estimate the true"
        " Sharpe. A gate's P(pass) comes from resampling that keeps consecutive bars together, and"
        " estimates how often such a record passes. So the numbers differ; rely on the lower one.",
        "PSR e DSR vêm de uma fórmula que trata as barras como independentes e estimam o Sharpe"
        " real. O P(passar) de um gate vem de uma reamostragem que mantém barras consecutivas"
        " juntas e estima com que frequência um histórico assim passa. Por isso os números diferem;"
        " confie no menor.",
    ),
    "skill.trials": (
        "P(better than the best of {used} trials by luck); {counted} counted by the ledger",
        "P(melhor que o melhor de {used} trials por sorte); {counted} contados pelo ledger",
    ),
    "skill.trials_week": (", {of_week} in this week", ", {of_week} nesta semana"),
    "skill.best": ("luck alone would reach {best}", "só a sorte chegaria a {best}"),
    "skill.never": ("no length is enough", "nenhuma duração basta"),
    "skill.min_trl": ("Minimum track record", "Histórico mínimo"),
    "skill.have": ("{days} d available", "{days} d disponíveis"),
    "skill.daily": ("Sharpe from hourly / daily returns", "Sharpe de retornos horários / diários"),
    "skill.straddle": (
        "the limit {limit} is between the two",
        "o limite {limit} fica entre os dois",
    ),
    "skill.lag1": ("Lag-1 autocorrelation", "Autocorrelação de lag 1"),
    "skill.streak": ("Expected longest losing streak", "Maior sequência de perdas esperada"),
    "skill.streak_chance": (
        "within the limit by chance in {chance} of cases",
        "dentro do limite por acaso em {chance} dos casos",
    ),
    "skill.random": ("The agent among random policies", "O agente entre políticas aleatórias"),
    "skill.below": ("random policies below", "políticas aleatórias abaixo"),
    "skill.random_text": (
        "Better than **{percentile} %** of {n} random policies with {trades} trades of {hold} h each;"
        " **{go}** of them would be a GO.",
        "Melhor que **{percentile} %** de {n} políticas aleatórias com {trades} trades de {hold} h cada;"
        " **{go}** delas dariam um GO.",
    ),
    "skill.rules": ("Rules of the evidence grade", "Regras do grau de evidência"),
    "skill.rules_help": (
        "A grade requires its own rules and those of every lower grade.",
        "Um grau exige as suas regras e as de todos os graus inferiores.",
    ),
    "skill.rule_what": ("Rule", "Regra"),
    "skill.rule_grade": ("Grade", "Grau"),
    "skill.rule_asked": ("Required", "Exigido"),
    "skill.rule_found": ("Measured", "Medido"),
    "rule.lookahead": ("No look-ahead", "Sem look-ahead"),
    "rule.repeats": ("Reproducible byte for byte", "Reproduzível byte a byte"),
    "rule.unseen": ("Backtest data unseen in training", "Dados de backtest nunca vistos no treino"),
    "rule.sharpe_defined": ("Sharpe is defined", "Sharpe definido"),
    "rule.trades": ("Closed trades", "Trades encerrados"),
    "rule.days": ("Days of backtest", "Dias de backtest"),
    "rule.psr0": ("PSR(0)", "PSR(0)"),
    "rule.psr1": ("PSR(1)", "PSR(1)"),
    "rule.dsr": ("DSR over all trials", "DSR sobre todos os trials"),
    "rule.random": ("Better than random policies", "Melhor que políticas aleatórias"),
    "rule.excess_sharpe": (
        "Sharpe above the market's at the same exposure",
        "Sharpe acima do mercado com a mesma exposição",
    ),
    # how it earns
    "earn.trades": ("Trades", "Trades"),
    "earn.exposure": ("Mean exposure", "Exposição média"),
    "earn.in_market": ("in the market {share} of the time", "no mercado {share} do tempo"),
    "earn.turnover": ("Turnover per year", "Giro por ano"),
    "earn.hold": ("Mean holding time", "Tempo médio em posição"),
    "earn.median": ("median {hours} h", "mediana {hours} h"),
    "earn.fees": ("Fees as a share of gross profit", "Taxas sobre o lucro bruto"),
    "earn.costs": (
        "{fees} USDT fees, {slippage} USDT slippage",
        "{fees} USDT de taxas, {slippage} USDT de slippage",
    ),
    "earn.break_even": ("Break-even cost per side", "Custo de break-even por lado"),
    "earn.break_even_help": ("charged now: {now} bps", "cobrado agora: {now} bps"),
    "earn.expectancy": ("Mean net result per trade", "Resultado líquido médio por trade"),
    "earn.top5": ("Profit share of the five best trades", "Parcela dos cinco melhores trades"),
    "earn.without_top5": ("without them {rest} %", "sem eles {rest} %"),
    "earn.forced": ("Forced exits at episode ends", "Saídas forçadas no fim de episódios"),
    "earn.side": ("Side", "Lado"),
    "earn.long": ("long", "comprado"),
    "earn.short": ("short", "vendido"),
    "earn.pnl": ("Net USDT", "Líquido USDT"),
    # where it breaks
    "breaks.fees": ("Return at other fees", "Retorno com outras taxas"),
    "breaks.slippage": ("Return at other slippage", "Retorno com outro slippage"),
    "breaks.costs_x2": ("Fees and slippage x 2", "Taxas e slippage x 2"),
    "breaks.costs_x3": ("Fees and slippage x 3", "Taxas e slippage x 3"),
    "breaks.delay": ("Every decision one bar late", "Cada decisão com uma barra de atraso"),
    "breaks.worst": ("Worst episode", "Pior episódio"),
    "breaks.episode": ("episode {number}", "episódio {number}"),
    "breaks.quarters": ("By quarter", "Por trimestre"),
    "breaks.regimes": ("By market regime", "Por regime de mercado"),
    "breaks.market": ("market", "mercado"),
    "regime.up, calm": ("up, calm", "alta, calmo"),
    "regime.up, usual": ("up, normal", "alta, normal"),
    "regime.up, wild": ("up, volatile", "alta, volátil"),
    "regime.down, calm": ("down, calm", "baixa, calmo"),
    "regime.down, usual": ("down, normal", "baixa, normal"),
    "regime.down, wild": ("down, volatile", "baixa, volátil"),
    # can I trust it
    "trust.prefix_invariance": (
        "No look-ahead: decisions depend on the past alone (prefix invariance)",
        "Sem look-ahead: as decisões dependem só do passado (invariância de prefixo)",
    ),
    "trust.planted_oracle": (
        "The look-ahead test detects a planted oracle",
        "O teste de look-ahead detecta um oráculo plantado",
    ),
    "trust.shuffled_returns": (
        "No look-ahead: no profit on shuffled returns",
        "Sem look-ahead: nenhum lucro com retornos embaralhados",
    ),
    "trust.overlap": (
        "Training and backtest data do not overlap",
        "Dados de treino e de backtest não se sobrepõem",
    ),
    "trust.apart": ("{hours} h apart", "{hours} h de distância"),
    "trust.reproducible": (
        "A repeated episode gave the same bytes",
        "Um episódio repetido deu os mesmos bytes",
    ),
    "trust.code": ("The code matches its commit", "O código corresponde ao commit"),
    "trust.quality": ("Data quality", "Qualidade dos dados"),
    "trust.quality_text": (
        "{rows} bars, {gaps} gaps, {filled} % filled.",
        "{rows} barras, {gaps} lacunas, {filled} % preenchidas.",
    ),
    "trust.trained": ("Trained on", "Treinado em"),
    "trust.tested": ("Tested on", "Testado em"),
    "trust.scored": ("Scored on", "Pontuado em"),
    "trust.tree": ("Source tree", "Árvore do código"),
    "trust.all": ("All records", "Todos os registros"),
    "trust.if_go": ("Limits if it goes live", "Limites se for para produção"),
    "go.order": ("Largest order", "Maior ordem"),
    "go.order_help": (
        "{share} % of the median hourly volume",
        "{share} % do volume horário mediano",
    ),
    "go.capital": ("Capital cap", "Teto de capital"),
    "go.drawdown": ("Stop at a drawdown of", "Parar com drawdown de"),
    "go.daily_loss": ("Stop at a daily loss of", "Parar com perda diária de"),
    "go.paper": ("Paper trading first", "Paper trading antes"),
    "go.next": ("Next revalidation", "Próxima revalidação"),
    # what changed
    "change.previous": (
        "Compared with the previous revalidation",
        "Comparado com a revalidação anterior",
    ),
    "change.production": (
        "Compared with the model in production",
        "Comparado com o modelo em produção",
    ),
    "change.no_previous": ("This is the first revalidation.", "Esta é a primeira revalidação."),
    "change.no_production": (
        "No approval was valid at that time, so no model was in production.",
        "Nenhuma aprovação era válida nesse momento; não havia modelo em produção.",
    ),
    "change.lapsed": (
        "The latest approval, {decision} on {day} (week {week}), was no longer valid.",
        "A aprovação mais recente, {decision} em {day} (semana {week}), não era mais válida.",
    ),
    "change.model": ("model", "modelo"),
    "change.data": ("data", "dados"),
    "change.playbook": ("playbook", "playbook"),
    "change.code": ("code", "código"),
    "change.before": ("Before", "Antes"),
    "change.now": ("Now", "Agora"),
    "change.delta": ("Difference", "Diferença"),
    "breaks.no_break_even": (
        "none: it loses money even without costs",
        "nenhum: perde dinheiro mesmo sem custos",
    ),
    "breaks.bars": ("Bars", "Barras"),
    "breaks.market_return": ("Market %", "Mercado %"),
    "episodes.episode": ("Episode", "Episódio"),
    "episodes.period": ("Period", "Período"),
    "episodes.ALL": ("all", "todos"),
    "episodes.WORST": ("worst of each", "o pior de cada"),
    "episodes.returns": ("Return by episode", "Retorno por episódio"),
    # history
    "history.week": ("week", "semana"),
    "history.when": ("When (UTC)", "Quando (UTC)"),
    "history.evidence": ("Evidence", "Evidência"),
    "history.who": ("Who decided what, and why", "Quem decidiu o quê e por quê"),
    "history.unsigned": ("Not signed.", "Sem assinatura."),
    "history.hashes": (
        "decision `{sha}` · model `{model}` · data `{data}`",
        "decisão `{sha}` · modelo `{model}` · dados `{data}`",
    ),
    "history.conditions": (
        "{open} of {count} conditions open",
        "{open} de {count} condições em aberto",
    ),
    "history.earlier": ("{count} earlier ones", "{count} anteriores"),
    "history.gates": ("Each gate over time", "Cada gate ao longo do tempo"),
    "history.gates_help": (
        "In the order of the revalidations. Green passes, red fails, dashed = limit, bars = 95 %"
        " interval.",
        "Na ordem das revalidações. Verde passa, vermelho falha, tracejado = limite, barras ="
        " intervalo de 95 %.",
    ),
    "history.chart": ("{gate} over all revalidations", "{gate} em todas as revalidações"),
    "history.undefined": (
        "A gap means that the value is undefined.",
        "Uma lacuna significa que o valor é indefinido.",
    ),
    "history.unreadable": ("unreadable", "ilegível"),
}
