# O que o vincula diz em português do Brasil. Mesmas chaves e lacunas dos outros catálogos.

## Vincular e desvincular
linked = { $all ->
    [one] { $done } de { $all } grupo está em { $community }.
   *[other] { $done } de { $all } grupos estão em { $community }.
}
unlinked = { $all ->
    [one] { $done } de { $all } grupo está fora de { $community }.
   *[other] { $done } de { $all } grupos estão fora de { $community }.
}
was-linked = já estava lá
was-unlinked = já não estava lá
elsewhere = é de { $community }. Para mudar: { $order }
elsewhere-unlink = é de { $community }, não desta comunidade
elsewhere-unnamed = é de outra comunidade
announcement = é o grupo de avisos de uma comunidade: fica onde está
must-stay = uma comunidade fica com pelo menos um grupo, então este permanece
group-gone = não existe esse grupo, ou o número do bot não está nele
refused = a Z-API recusou: { $reason }
refused-plain = a Z-API recusou. O número do bot é admin da comunidade e do grupo?
not-shown = a Z-API disse que fez, mas a comunidade não mostra. Veja de novo em um minuto: { $order }
not-read = não deu para conferir o resultado. Veja de novo em um minuto: { $order }
cancelled-before = não foi feito: a ordem foi cancelada
limit-near = { $community } ficaria com { $count } grupos; o WhatsApp pode parar em { $limit }.

## Nomes
no-group = não há grupo { $name }
no-group-nearest = não há grupo { $name }. Você quis dizer { $candidates }?
no-pattern = nenhum grupo combina com { $name }
many-groups = { $name } pode ser { $candidates }
many-groups-more = { $name } pode ser { $candidates } e mais { $count }: escreva mais do nome
no-here = “aqui” é esta conversa, e esta conversa não é um grupo
no-community = Não há comunidade { $name }. Veja todas com { $order }
no-community-nearest = Não há comunidade { $name }. Você quis dizer { $candidates }? Responda com o número; nada mudou.
many-communities = { $name } pode ser { $candidates }. Responda com o número; nada mudou.
no-communities = Este número não está em nenhuma comunidade.

## Ver
communities = { $count ->
    [one] { $count } comunidade:
   *[other] { $count } comunidades:
}
community = { $community }: { $count ->
    [one] { $count } grupo de { $limit }
   *[other] { $count } grupos de { $limit }
}
community-empty = Não há nenhum grupo nela além do grupo de avisos.
groups = { $count ->
    [one] { $count } grupo:
   *[other] { $count } grupos:
}
groups-none = Este número não está em nenhum grupo.
groups-none-of = Nenhum grupo combina com { $name }.

## Pessoas
whoami = Você é { $name }.
whoami-phone = Número: { $phone }
whoami-lid = Lid: { $lid }
whoami-chat = Esta conversa: { $chat }
whoami-may = Comandos: { $commands }
whoami-where = Comunidades: { $communities }
all-commands = todos
all-communities = todas
may-not = Você não pode usar { $order } aqui. Quem cuida deste bot pode liberar.
may-not-there = Você não pode usar { $order } em { $community }. Quem cuida deste bot pode liberar.
no-longer = Você não é mais admin deste bot, então a ordem não foi executada.
no-longer-begun = Você não pode mais fazer isso aqui, então nada mais foi feito. A ordem já tinha começado: uma parte pode estar valendo.
stranger = Este número só atende ordens dos seus admins.

## Situação
status-connected = O WhatsApp está conectado.
status-disconnected = O WhatsApp não está conectado. Abra a instância na Z-API e leia o QR code com o celular.
status-unread = Não deu para perguntar à Z-API: { $reason }
status-waiting = { $count ->
    [0] Nenhuma outra ordem espera.
    [one] { $count } outra ordem espera.
   *[other] { $count } outras ordens esperam.
}
status-dead = { $count ->
    [0] Nenhuma ordem foi abandonada.
    [one] { $count } ordem foi abandonada.
   *[other] { $count } ordens foram abandonadas.
}

## Deslizes
unknown-command = Não há comando { $name }. Veja todos: { $help }
unknown-command-nearest = Não há comando { $name }. Você quis dizer { $nearest }?
unclosed-quote = Falta fechar a aspa { $quote }. Escreva: { $usage }
missing-community = Qual comunidade? Escreva: { $usage }
missing-groups = Quais grupos? Escreva: { $usage }
too-many-words = Isto sobrou: { $word }. Escreva: { $usage }
example = Por exemplo: { $example }
too-old = Esta ordem foi enviada { $minutes } minutos antes de chegar a mim, então não a executei. Mande de novo se ainda vale.
too-many-orders = { $limit ->
    [one] Mais de { $limit } ordem em um minuto: não aceito outras por um momento. O que foi aceito continua.
   *[other] Mais de { $limit } ordens em um minuto: não aceito outras por um momento. O que foi aceito continua.
}
gave-up = Não consegui terminar esta ordem e desisti: { $reason } Mande de novo quando isso estiver resolvido: { $status } mostra.
goes-on = { $reason } Continuo tentando por { $minutes ->
    [one] mais um minuto no máximo
   *[other] mais { $minutes } minutos no máximo
}. { $cancel } interrompe.
cancelled = Cancelada. Nada mudou.
cancel-none = Nenhuma ordem desta conversa espera.
cancel-stopped = Cancelada: { $order }. A resposta dela diz como ficou.
cancel-at-work = { $order } está sendo executada agora. Se esta tentativa falhar, não haverá outra.

## O que há na Z-API
api-unreachable = Não dá para alcançar a Z-API.
api-no-answer = A Z-API não respondeu.
api-busy = A Z-API pede para ir mais devagar.
api-trouble = A Z-API está com problemas (status { $status }).
api-some-trouble = A Z-API está com problemas.
api-disconnected = O WhatsApp não está conectado à Z-API. Leia o QR code de novo.
api-client-token = A Z-API não aceita o Client-Token. Quem cuida deste bot precisa configurá-lo.
api-instance = A Z-API não conhece a instância. Quem cuida deste bot precisa conferir o id e o token.
api-address = A Z-API não aceita chamadas deste servidor. Quem cuida deste bot precisa liberar o endereço.
api-refused = A Z-API recusou: { $reason }.
api-unreadable = A Z-API deu uma resposta que não dá para ler.
internal = Algo quebrou dentro do bot; quem cuida dele encontra isso no log.

## Ajuda
help-title = O que eu sei fazer:
help-on-one = Mais sobre um: { $example }
help-usage = Escreva: { $usage }
help-also = Também: { $names }
help-marks = ✅ feito · ☑️ já era assim · ⚠️ é de outra · ❌ não feito · ❓ incerto
arg-community = <comunidade>
arg-groups = <grupos…>
arg-words = [palavras]
arg-command = [comando]
arg-all = [tudo]
here = aqui
all = tudo
help-link = põe grupos em uma comunidade
help-link-long = Um grupo vale pelo nome, pelo começo do nome, pelo id, por “aqui” (esta conversa) ou por um padrão como vendas*. Nomes com espaço vão entre aspas. Quem está no grupo entra no grupo de avisos.
help-link-example =
    "Bairro Feliz" futebol, mães
    Vendas vendas* aqui
help-unlink = tira grupos de uma comunidade
help-unlink-long = Os grupos continuam existindo. Quem não está em outro grupo da comunidade sai do grupo de avisos.
help-unlink-example = "Bairro Feliz" futebol
help-communities = lista as comunidades
help-communities-long = Cada uma com um número, que vale como nome na próxima ordem. O id aparece onde dois nomes são iguais.
help-communities-example = { "" }
help-community = mostra uma comunidade
help-community-long = Descrição, pessoas, id e os grupos com números. O grupo de avisos não conta.
help-community-example = "Bairro Feliz"
help-groups = lista os grupos, ou os que têm estas palavras
help-groups-long = Depois do grupo vem a comunidade dele. Os números valem como nomes na próxima ordem: 1 3-5. O id aparece onde os nomes são iguais, ou quando só há um grupo.
help-groups-example = vendas
help-cancel = cancela uma ordem desta conversa que espera
help-cancel-long = Sem mais nada: a mais antiga desta conversa que ainda não terminou. Com “tudo”: todas. O que está sendo executado nesse momento não é tentado de novo. O que já mudou fica como está, e a resposta diz.
help-cancel-example = { "" }
help-help = o que eu sei fazer
help-help-long = Com o nome de um comando: como se escreve.
help-help-example = vincular
help-whoami = como o bot conhece você
help-whoami-long = Seu número, seu lid e o que você pode fazer.
help-whoami-example = { "" }
help-status = o WhatsApp está conectado? o que espera?
help-status-long = Pergunta à Z-API, conta as ordens que esperam ou foram abandonadas e avisa quando a assinatura da Z-API está para vencer.
help-status-example = { "" }

## Perguntas
ask = Nada foi feito ainda. Posso fazer? Responda “sim” ou 👍 em 5 minutos ({ $order } vale igual); “não” desiste.
trial = Foi um teste: nada mudou. Sem --testar é para valer.
would-link =
    { $all ->
        [one] { $done } de { $all } grupo ficaria em { $community }.
       *[other] { $done } de { $all } grupos ficariam em { $community }.
    }
would-unlink =
    { $all ->
        [one] { $done } de { $all } grupo ficaria fora de { $community }.
       *[other] { $done } de { $all } grupos ficariam fora de { $community }.
    }
choose = Responda com o número certo (vários: 1 3).
confirm-nothing = Nada espera um sim aqui.
confirm-what = Responda “sim”, “não” ou um número.
confirm-late = Passou de 5 minutos, então não fiz nada. Dê a ordem de novo se ainda vale. { $order }
confirm-early = Isso veio antes da minha última pergunta, então não fiz nada. Responda de novo se é o que você quer.
confirm-left = Deixei de lado. Nada mudou.
confirm-number = Não há esse número. Responda de 1 a { $last }.
undo-nothing = Não há nada seu nesta conversa para desfazer.
undo-cannot = A última mudança foi { $order }, e isso não dá para desfazer.
edit-too-early = Ainda estou na primeira versão desta mensagem. Mande uma nova.
missing-place = Qual comunidade ou grupo? Escreva: { $usage }
missing-people = O número de quem? Escreva: { $usage }
missing-text = Falta o texto. Escreva: { $usage }
greeting = Oi, { $name }! Eu ponho grupos em comunidades e conto o que aconteceu de verdade.
greeting-way-in = Comece com { $communities }. Tudo o que sei fazer: { $help }

## Palavras que valem em qualquer língua
answer-yes = sim, s, isso, pode, confirmo
answer-no = não, nao
flag-yes = sim
flag-try = testar teste
greetings = oi, olá, oie, ajuda, menu, início, começar

## Ajuda sobre o que pergunta
chapter-groups = Grupos
chapter-looking = Ver
chapter-communities = Comunidades
chapter-people = Pessoas
chapter-orders = Ordens
chapter-bot = Bot
arg-any-community = [comunidade]
arg-place = <comunidade ou grupo>
arg-people = <pessoas…>
arg-text = <texto>
arg-any-text = [texto]
arg-picture = [endereço da foto]
help-confirm = diz sim ao que perguntei
help-confirm-long = Um simples “sim”, “não”, um número ou um 👍 na minha pergunta vale igual, por 5 minutos, de quem deu a ordem. Com --sim a ordem não é perguntada.
help-confirm-example =
    { "" }
    2
help-undo = desfaz sua última mudança aqui
help-undo-long = Desfaz exatamente o que sua última ordem nesta conversa mudou. O que já era assim fica.
help-undo-example = { "" }

## Quem pode o quê
who = Quem pode dar ordens em { $community }:
who-admin = { $name }: { $orders }
who-admin-all = { $name }: tudo
who-owner = Quem escreve no celular do próprio bot: tudo
who-nobody = Ninguém está na lista.
who-not-community = Os admins dela no WhatsApp não podem dar ordens aqui. Quem cuida deste bot pode liberar.
who-community = E os admins dela no WhatsApp, tudo menos { $orders }:
who-community-nobody = E os admins dela no WhatsApp, tudo menos { $orders }. Além desses, não há nenhum.
who-person = { $person }
who-hidden = Outros, que o WhatsApp mostra sem número
whoami-may-but = Comandos: todos menos { $orders }
help-who = quem pode o quê numa comunidade
help-who-long = Primeiro quem o responsável por este bot indicou, depois os admins da comunidade no WhatsApp, se eles puderem dar ordens.
help-who-example =
    vendas
    "Bairro Feliz"
## Ver mais
list-more = … mais { $count }: { $order }
more-nothing = Não há mais nada para mostrar. Comece uma lista: { $groups }
groups-elsewhere = outra comunidade
groups-unread = Nem todas as comunidades puderam ser lidas: um grupo sem comunidade aqui pode ser de uma delas.
community-about = Descrição: { $text }
community-people = { $count ->
    [one] { $count } pessoa
   *[other] { $count } pessoas
}
community-id = Id: { $id }
history = Últimas ordens:
history-in = Últimas ordens em { $community }:
history-by = Últimas ordens de { $name }:
history-line = { $when } { $who }: { $order } → { $result }
history-answered = respondida
history-none = Nenhuma ainda.
history-until = Olhei até { $when }.
history-nobody = Não há comunidade nem admin { $name }. As comunidades: { $communities }
moment = %d/%m %H:%M
moment-year = %d/%m/%Y %H:%M
moment-day = %d/%m/%Y
myself = eu meu minha minhas
status-since = Desde { $when }.
status-phone-offline = O celular em si não está online. Ligue-o: depois de alguns dias sem ele o WhatsApp encerra a sessão.
status-dead-look = Quais e por quê: { $order }
status-due = A assinatura da Z-API vence em { $day }. Quem cuida deste bot precisa renovar.
status-overdue = A assinatura da Z-API venceu em { $day }. Quem cuida deste bot precisa renovar.
arg-history = [comunidade ou pessoa]
help-history = quem mandou o quê, e quando
help-history-long = O mais novo primeiro, no horário daqui. ✅ feito · ❌ não feito · ⏳ espera · ⛔ abandonado. De onde você não pode dar ordens, nada aparece.
help-history-example =
    "Bairro Feliz"
    Ana
help-more = a próxima página de uma lista
help-more-long = Continua de onde sua última lista nesta conversa parou; os números seguem.
help-more-example = { "" }
## Mover
would-move = sairia de { $community }
moved-back = { $reason }; voltou para { $community }
moved-astray = { $reason }; saiu de { $community } e não está em nenhuma comunidade: { $order }
help-move = muda grupos de comunidade
help-move-long = Tira cada grupo da comunidade em que está e põe na última que você escrever. Se não der, ele volta.
help-move-example =
    "vendas sul" "Bairro Feliz"
    lançamentos, suporte "Bairro Feliz" --testar

## Andamento
progress = Estou fazendo…
progress-of = { $done } de { $all }…
unknown-command-yes = Não há comando { $name }. Você quis dizer { $nearest }? Responda “sim”.
people-concerned =
    { $count ->
        [one] Atinge { $count } pessoa.
       *[other] Atinge { $count } pessoas.
    }
## Pessoas de uma comunidade
people-added =
    { $all ->
        [one] { $done } de { $all } pessoa está em { $community }.
       *[other] { $done } de { $all } pessoas estão em { $community }.
    }
people-removed =
    { $all ->
        [one] { $done } de { $all } pessoa está fora de { $community }.
       *[other] { $done } de { $all } pessoas estão fora de { $community }.
    }
people-promoted =
    { $all ->
        [one] { $done } de { $all } pessoa é admin de { $community }.
       *[other] { $done } de { $all } pessoas são admins de { $community }.
    }
people-demoted =
    { $all ->
        [one] { $done } de { $all } pessoa não é admin de { $community }.
       *[other] { $done } de { $all } pessoas não são admins de { $community }.
    }
people-would-add =
    { $all ->
        [one] { $done } de { $all } pessoa ficaria em { $community }.
       *[other] { $done } de { $all } pessoas ficariam em { $community }.
    }
people-would-remove =
    { $all ->
        [one] { $done } de { $all } pessoa sairia de { $community } e de todos os grupos dela.
       *[other] { $done } de { $all } pessoas sairiam de { $community } e de todos os grupos dela.
    }
people-would-promote =
    { $all ->
        [one] { $done } de { $all } pessoa ficaria admin de { $community }.
       *[other] { $done } de { $all } pessoas ficariam admins de { $community }.
    }
people-would-demote =
    { $all ->
        [one] { $done } de { $all } pessoa deixaria de ser admin de { $community }.
       *[other] { $done } de { $all } pessoas deixariam de ser admins de { $community }.
    }
people-too-many = São mais de { $limit } pessoas. Divida em várias ordens; nada mudou.
person = { $who }
person-was-in = { $who }: já estava lá
person-was-out = { $who }: já não estava lá
person-was-admin = { $who }: já era admin
person-was-no-admin = { $who }: já não era admin
person-invited = { $who }: não dá para adicionar direto, então recebeu um convite privado
person-in-or-invited = { $who }: está lá ou recebeu um convite privado; a comunidade esconde alguns números, então não dá para saber qual dos dois
person-no-whatsapp = { $who }: não tem WhatsApp. Confira o número.
person-not-in = { $who }: não está na comunidade
person-not-in-add = { $who }: não está na comunidade. Primeiro adicione: { $order }
person-hidden = { $who }: não vejo essa pessoa lá, mas a comunidade esconde alguns números. Se estiver lá, indique pelo lid ou por uma menção (@).
person-hidden-add = { $who }: não vejo essa pessoa lá, mas a comunidade esconde alguns números. Se não estiver lá, adicione antes: { $order }
person-owner = { $who }: criou a comunidade; não dá para remover nem rebaixar
person-bot = { $who }: é o meu próprio número; fora dela eu não poderia fazer nada lá
person-too-many-admins = { $who }: uma comunidade tem no máximo 20 admins. Primeiro abra uma vaga: { $order } e um número
person-refused = { $who }: a Z-API recusou: { $reason }
person-refused-plain = { $who }: a Z-API recusou. O número do bot é admin da comunidade?
person-trouble = { $who }: { $reason }
person-cancelled = { $who }: não foi feito: a ordem foi cancelada
person-not-shown = { $who }: a Z-API disse que fez, mas a comunidade não mostra. Pergunte de novo em um minuto: { $order }
person-not-read = { $who }: não deu para conferir o resultado. Pergunte de novo em um minuto: { $order }
person-no-number = { $typed } não é um número de telefone. Escreva assim: +55 44 99999-0001
person-no-country = { $typed }: falta o DDD ou o código do país. Escreva assim: +55 44 99999-0001
person-unclear = { $typed }: onde termina cada número? Separe com vírgulas.
help-add = põe pessoas em uma comunidade
help-add-long = Números como você digita, separados por vírgula ou um por linha; sem código do país, vale o seu. Quem não dá para adicionar recebe um convite privado.
help-add-example =
    "Bairro Feliz" 44 99999-0001
    Vendas +55 44 99999-0001, 44 99999-0002
help-remove = tira pessoas de uma comunidade
help-remove-long = Elas saem também de todos os grupos dela. Eu pergunto antes, e não dá para desfazer.
help-remove-example =
    "Bairro Feliz" 44 99999-0001
    Vendas +55 44 99999-0001, 44 99999-0002
help-promote = faz pessoas admins da comunidade
help-promote-long = Elas precisam estar na comunidade. São 20 admins no máximo.
help-promote-example =
    "Bairro Feliz" 44 99999-0001
    Vendas +55 44 99999-0001, 44 99999-0002
help-demote = tira o posto de admin
help-demote-long = As pessoas continuam na comunidade. Quem a criou continua admin.
help-demote-example =
    "Bairro Feliz" 44 99999-0001
    Vendas +55 44 99999-0001, 44 99999-0002
