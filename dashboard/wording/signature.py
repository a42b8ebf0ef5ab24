"""Words of the signature and its conditions."""

TEXTS: dict[str, tuple[str, str]] = {
    "sign.title": ("Signature", "Assinatura"),
    "sign.waits": ("Waits for the CTO's signature.", "Espera a assinatura do CTO."),
    "sign.act": ("Act", "Ato"),
    "sign.choose": (
        "Choose what you decide; nothing is chosen for you.",
        "Escolha o que você decide; nada vem escolhido.",
    ),
    "sign.approve": ("Approve", "Aprovar"),
    "sign.approve_with_conditions": ("Approve with conditions", "Aprovar com condições"),
    "sign.reject": ("Reject", "Rejeitar"),
    "signed.approve": ("Approved", "Aprovado"),
    "signed.approve_with_conditions": ("Approved with conditions", "Aprovado com condições"),
    "signed.reject": ("Rejected", "Rejeitado"),
    "sign.reason": ("Reason", "Motivo"),
    "sign.reason_help": (
        "Required. It stands beside the decision for good.",
        "Obrigatório. Fica ao lado da decisão para sempre.",
    ),
    "sign.reason_missing": ("Write the reason first.", "Escreva o motivo antes."),
    "sign.changed": (
        "The evidence changed while you wrote: you began with {old}, the newest is {new}. "
        "Nothing is signed. Look at the new one.",
        "A evidência mudou enquanto você escrevia: você começou com {old}, a mais nova é {new}. "
        "Nada foi assinado. Veja a nova.",
    ),
    "sign.look_at_new": ("I look at the new one", "Vou ver a nova"),
    "sign.conditions": (
        "Conditions, with owner and due date",
        "Condições, com responsável e prazo",
    ),
    "sign.condition_text": ("Condition", "Condição"),
    "sign.condition_owner": ("Owner", "Responsável"),
    "sign.condition_due": ("Due", "Prazo"),
    "sign.second": (
        "Second person (a lead; approving a NO-GO is an override)",
        "Segunda pessoa (um líder; aprovar um NO-GO é uma exceção)",
    ),
    "sign.button": ("Sign: {act}", "Assinar: {act}"),
    "sign.not_you": (
        "Only the CTO signs. You act as {role}; choose the role on the left, or pass this page on.",
        "Só o CTO assina. Você age como {role}; escolha o papel à esquerda, ou passe esta página adiante.",
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
        "No lead has countersigned yet: a lead signs in and countersigns on this page first.",
        "Nenhum líder contra-assinou ainda: um líder entra e contra-assina nesta página antes.",
    ),
    "sign.countersign": ("Countersign the override", "Contra-assinar a exceção"),
    "sign.countersign_help": (
        "You stand by approving a NO-GO, as its second person. It is recorded with your reason.",
        "Você apoia aprovar um NO-GO, como segunda pessoa. Fica registrado com o seu motivo.",
    ),
    "sign.countersigned": ("{by} countersigned the override.", "{by} contra-assinou a exceção."),
    "sign.other": (
        "A signature exists, for another revalidation ({sha}). It does not hold for this one.",
        "Há uma assinatura, de outra revalidação ({sha}). Não vale para esta.",
    ),
    "sign.override": (
        "An override: the gates say NO-GO. It takes a written reason and the lead as second person.",
        "Uma exceção: os gates dizem NO-GO. Exige motivo escrito e o líder como segunda pessoa.",
    ),
    "sign.doubtful": (
        "The evidence is {grade}: luck could have done this. Write why you approve all the same.",
        "A evidência é {grade}: a sorte poderia ter feito isto. Escreva por que aprova mesmo assim.",
    ),
    "sign.partial": (
        "PARTIAL: a pipeline takes it only with conditions, all closed.",
        "PARTIAL: um pipeline só o aceita com condições, todas fechadas.",
    ),
    "sign.broken_VOID": (
        "VOID: what was signed is not what lies there",
        "NULA: o que foi assinado não é o que está lá",
    ),
    "sign.broken_EXPIRED": (
        "EXPIRED: the signature is too old",
        "EXPIRADA: a assinatura é velha demais",
    ),
    "sign.broken_ALTERED": (
        "ALTERED: the signature's record can't be trusted",
        "ALTERADA: o registro da assinatura não merece confiança",
    ),
    "sign.remedy_VOID": (
        "Put the signed ones back, or revalidate what lies there now and sign that decision.",
        "Reponha os assinados, ou revalide o que está lá agora e assine essa decisão.",
    ),
    "sign.remedy_EXPIRED": (
        "Revalidate, and let the CTO sign again.",
        "Revalide, e o CTO assina de novo.",
    ),
    "sign.remedy_ALTERED": (
        "Keep the files, verify the ledger, and let the CTO sign again.",
        "Guarde os arquivos, verifique o ledger, e o CTO assina de novo.",
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
    "sign.part_signature": ("The signature was altered.", "A assinatura foi alterada."),
    "sign.part_expiry": ("It expired.", "Expirou."),
    "sign.unchecked": ("not checked", "não verificado"),
    "sign.expires": ("holds until {day}", "vale até {day}"),
    "sign.key": ("key {print}", "chave {print}"),
    "sign.key_help": (
        "Ed25519. Fingerprint of this home's public key: `{print}`. A capsule that was signed by "
        "another key is not from here.",
        "Ed25519. Impressão digital da chave pública deste local: `{print}`. Uma cápsula assinada "
        "por outra chave não vem daqui.",
    ),
    "sign.capsule": ("Capsule", "Cápsula"),
    "sign.capsule_help": (
        "One file with evidence, signature and conditions ({state}). Anybody verifies it offline: "
        "`trainweek decision verify {name} --key FINGERPRINT`",
        "Um arquivo com evidência, assinatura e condições ({state}). Qualquer um o verifica sem rede: "
        "`trainweek decision verify {name} --key FINGERPRINT`",
    ),
    "sign.unsignable": ("Nobody can sign this now", "Ninguém pode assinar isto agora"),
    "sign.gate_open": ("A pipeline may deploy it.", "Um pipeline pode implantá-lo."),
    "sign.gate_conditions": (
        "A pipeline may deploy it once these conditions are closed.",
        "Um pipeline pode implantá-lo quando estas condições estiverem fechadas.",
    ),
    "sign.gate_shut": (
        "A pipeline may not deploy it.",
        "Um pipeline não pode implantá-lo.",
    ),
    "sign.again": ("Sign again", "Assinar de novo"),
    "condition.open": ("open", "aberta"),
    "condition.overdue": ("overdue", "atrasada"),
    "condition.closed": ("closed", "fechada"),
    "condition.closed_by": ("{by}, {time}", "{by}, {time}"),
    "condition.close": ("Close", "Fechar"),
    "condition.note": ("By what one sees that it is met", "Como se vê que foi cumprida"),
}
