"""Words of the signature and its conditions."""

TEXTS: dict[str, tuple[str, str]] = {
    "sign.title": ("Signature", "Assinatura"),
    "sign.waits": ("Waiting for the CTO's signature.", "Aguardando a assinatura do CTO."),
    "sign.act": ("Your decision", "Sua decisão"),
    "sign.choose": (
        "Choose your decision; nothing is preselected.",
        "Escolha a sua decisão; nada vem pré-selecionado.",
    ),
    "sign.approve": ("Approve", "Aprovar"),
    "sign.approve_with_conditions": ("Approve with conditions", "Aprovar com condições"),
    "sign.reject": ("Reject", "Rejeitar"),
    "signed.approve": ("Approved", "Aprovado"),
    "signed.approve_with_conditions": ("Approved with conditions", "Aprovado com condições"),
    "signed.reject": ("Rejected", "Rejeitado"),
    "sign.reason": ("Reason", "Motivo"),
    "sign.reason_help": (
        "Required. It stays with the decision permanently.",
        "Obrigatório. Fica junto da decisão para sempre.",
    ),
    "sign.reason_missing": ("Write the reason first.", "Escreva o motivo antes."),
    "sign.changed": (
        "The evidence changed while you were writing: you started with {old}; the latest is {new}. "
        "Nothing was signed. Review the new one.",
        "A evidência mudou enquanto você escrevia: você começou com {old}; a mais recente é {new}. "
        "Nada foi assinado. Revise a nova.",
    ),
    "sign.look_at_new": ("Review the new decision", "Revisar a nova decisão"),
    "sign.conditions": (
        "Conditions, with owner and due date",
        "Condições, com responsável e prazo",
    ),
    "sign.condition_text": ("Condition", "Condição"),
    "sign.condition_owner": ("Owner", "Responsável"),
    "sign.condition_due": ("Due date", "Prazo"),
    "sign.second": (
        "Second person (a lead; approving a NO-GO is an override)",
        "Segunda pessoa (um líder; aprovar um NO-GO é uma exceção)",
    ),
    "sign.button": ("Sign: {act}", "Assinar: {act}"),
    "sign.not_you": (
        "Only the CTO can sign. You act as {role}; switch the role on the left, or send this page"
        " to the CTO.",
        "Só o CTO pode assinar. Você atua como {role}; troque o papel à esquerda ou envie esta"
        " página ao CTO.",
    ),
    "sign.signed": (
        "{act} by {by} ({role}), {time}",
        "{act} por {by} ({role}), {time}",
    ),
    "sign.second_by": ("second person: {by}", "segunda pessoa: {by}"),
    "sign.second_typed": (
        "second person: {by} (name typed, not countersigned)",
        "segunda pessoa: {by} (nome digitado, sem contra-assinatura)",
    ),
    "sign.second_missing": (
        "No lead has countersigned yet. A lead must sign in and countersign on this page first.",
        "Nenhum líder contra-assinou ainda. Um líder precisa entrar e contra-assinar nesta página"
        " antes.",
    ),
    "sign.countersign": ("Countersign the override", "Contra-assinar a exceção"),
    "sign.countersign_help": (
        "You support approving a NO-GO, as its second person. Your reason is recorded.",
        "Você apoia a aprovação de um NO-GO, como segunda pessoa. O seu motivo fica registrado.",
    ),
    "sign.countersigned": ("{by} countersigned the override.", "{by} contra-assinou a exceção."),
    "sign.other": (
        "The existing signature is for another revalidation ({sha}). It is not valid for this one.",
        "A assinatura existente é de outra revalidação ({sha}). Ela não vale para esta.",
    ),
    "sign.override": (
        "Override: the gates say NO-GO. It needs a written reason and a lead as second person.",
        "Exceção: os gates dizem NO-GO. Exige um motivo escrito e um líder como segunda pessoa.",
    ),
    "sign.doubtful": (
        "The evidence is {grade}: this result could be luck. Write why you approve it anyway.",
        "A evidência é {grade}: este resultado pode ser sorte. Escreva por que aprova mesmo assim.",
    ),
    "sign.partial": (
        "PARTIAL: a pipeline accepts it only with conditions, all of them closed.",
        "PARTIAL: um pipeline só o aceita com condições, todas fechadas.",
    ),
    "sign.broken_VOID": (
        "VOID: what was signed has changed",
        "NULA: o que foi assinado mudou",
    ),
    "sign.broken_EXPIRED": (
        "EXPIRED: the signature is too old",
        "EXPIRADA: a assinatura é antiga demais",
    ),
    "sign.broken_ALTERED": (
        "ALTERED: the signature's record can't be trusted",
        "ADULTERADA: o registro da assinatura não é confiável",
    ),
    "sign.remedy_VOID": (
        "Restore the signed files, or revalidate and sign the new decision.",
        "Restaure os arquivos assinados, ou revalide e assine a nova decisão.",
    ),
    "sign.remedy_EXPIRED": (
        "Revalidate, then ask the CTO to sign again.",
        "Revalide e peça ao CTO que assine de novo.",
    ),
    "sign.remedy_ALTERED": (
        "Keep the files, verify the ledger, then ask the CTO to sign again.",
        "Guarde os arquivos, verifique o ledger e peça ao CTO que assine de novo.",
    ),
    "sign.part_model": ("The model changed.", "O modelo mudou."),
    "sign.part_manifest": (
        "The model's normaliser or settings changed.",
        "O normalizador ou as configurações do modelo mudaram.",
    ),
    "sign.part_data": ("The backtest data changed.", "Os dados de backtest mudaram."),
    "sign.part_rules": (
        "The playbook's gates or settings changed.",
        "Os gates ou as configurações do playbook mudaram.",
    ),
    "sign.part_files": ("Archived files changed.", "Arquivos arquivados mudaram."),
    "sign.part_signature": ("The signature was altered.", "A assinatura foi adulterada."),
    "sign.part_expiry": ("It expired.", "Expirou."),
    "sign.unchecked": ("not checked", "não verificado"),
    "sign.expires": ("expires {day}", "expira em {day}"),
    "sign.key": ("key {print}", "chave {print}"),
    "sign.key_help": (
        "Ed25519. Fingerprint of this data directory's public key: `{print}`. A bundle signed by "
        "another key was not made here.",
        "Ed25519. Fingerprint da chave pública deste diretório de dados: `{print}`. Um pacote "
        "assinado por outra chave não foi feito aqui.",
    ),
    "sign.capsule": ("Signed bundle", "Pacote assinado"),
    "sign.capsule_help": (
        "One file (a capsule) with evidence, signature and conditions ({state}). Verify it offline: "
        "`trainweek decision verify {name} --key FINGERPRINT`",
        "Um arquivo (uma cápsula) com evidência, assinatura e condições ({state}). Verifique-o "
        "offline: `trainweek decision verify {name} --key FINGERPRINT`",
    ),
    "sign.unsignable": ("This decision can't be signed now", "Esta decisão não pode ser assinada"),
    "sign.gate_open": (
        "Deployment allowed: a pipeline may take it.",
        "Deploy liberado: um pipeline pode usá-lo.",
    ),
    "sign.gate_conditions": (
        "Deployment blocked until these conditions are closed.",
        "Deploy bloqueado até que estas condições sejam fechadas.",
    ),
    "sign.gate_shut": (
        "Deployment blocked.",
        "Deploy bloqueado.",
    ),
    "sign.again": ("Sign again", "Assinar de novo"),
    "condition.open": ("open", "em aberto"),
    "condition.overdue": ("overdue", "atrasada"),
    "condition.closed": ("closed", "fechada"),
    "condition.closed_by": ("{by}, {time}", "{by}, {time}"),
    "condition.close": ("Close", "Fechar"),
    "condition.note": ("Evidence that it is met", "Evidência de que foi cumprida"),
}
