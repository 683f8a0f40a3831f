# O que o vincula diz em português do Brasil. Mesmas chaves e lacunas dos outros catálogos.

## Link and unlink
link-done = { $done ->
    [0] Nenhum dos { $all } grupos entrou em { $community }.
    [one] { $done } de { $all } grupos agora está em { $community }.
   *[other] { $done } de { $all } grupos agora estão em { $community }.
}
link-done-one = { $name } agora está em { $community }.
unlink-done = { $done ->
    [0] Nenhum dos { $all } grupos saiu de { $community }.
    [one] { $done } de { $all } grupos não está mais em { $community }.
   *[other] { $done } de { $all } grupos não estão mais em { $community }.
}
unlink-done-one = { $name } não está mais em { $community }.
link-already = { $name }: já estava lá
link-already-one = { $name } já estava em { $community }.
unlink-already = { $name }: não estava lá
unlink-already-one = { $name } não estava em { $community }.
nothing-changed = Nada mudou em { $community }: já estava assim.
none-certain = Em { $community }, não deu para confirmar nenhuma das { $all } mudanças.
group-elsewhere = { $name }: é de { $community }. Para mudar: { $command }
group-elsewhere-unlink = { $name }: é de { $community }, não desta comunidade
group-elsewhere-unnamed = { $name }: é de outra comunidade
move-all = Para mudar todos de uma vez: { $command }
group-announcement = { $name }: é o grupo de avisos de uma comunidade: fica onde está
group-is-community = { $name }: é uma comunidade, e aqui vai um grupo
is-group = { $name } é um grupo, e aqui vai uma comunidade: { $usage }
in-no-community = sem comunidade
group-last = { $name }: a comunidade precisa ter pelo menos um grupo, então este fica
group-community-full = { $name }: { $community } está cheia: cabem no máximo { $limit } grupos
group-gone = { $name }: esse grupo não existe, ou o número do bot não está nele
group-not-a-member = { $name }: o número do bot não está nesse grupo. Adicione-o ao grupo e tente de novo
group-invitation-expired = { $name }: esse link de convite não leva a nenhum grupo. Talvez tenha sido redefinido: copie de novo
group = { $name }
group-rejected = { $name }: a Z-API recusou: { $reason }
group-rejected-plain = { $name }: a Z-API recusou. O número do bot é admin da comunidade e do grupo?
group-failed = { $name }: { $reason }
group-cancelled = { $name }: não foi feito: o comando foi cancelado
group-not-shown = { $name }: a Z-API disse que fez, mas a comunidade não mostra. Confira daqui a um minuto: { $command }
group-not-shown-after = { $name }: { $reason } A comunidade ainda não mostra a mudança. Confira daqui a um minuto: { $command }
group-not-read-back = { $name }: não deu para conferir o resultado. Confira daqui a um minuto: { $command }

## Names
no-group = Não conheço nenhum grupo { $name }
no-group-number = Não conheço nenhum grupo { $name }. Número só vale se está na última lista, e sem nomes junto
no-group-nearest = Não conheço nenhum grupo { $name }. Você quis dizer { $candidates }?
no-pattern = Nenhum grupo combina com { $name }
many-groups = { $name } pode ser { $candidates }
many-groups-more = { $name } pode ser { $candidates } e mais { $count }: escreva mais um pouco do nome
no-here = “aqui” é esta conversa, e ela não é um grupo
no-community = Não conheço nenhuma comunidade { $name }. Veja todas com { $command }
no-community-nearest = Não conheço nenhuma comunidade { $name }. Você quis dizer { $candidates }? { $count ->
    [one] Responda “sim”; nada mudou.
   *[other] Responda com o número; nada mudou.
}
many-communities = { $name } pode ser { $candidates }. Responda com o número; nada mudou.
no-communities = Este número não está em nenhuma comunidade.

## Lists
communities = { $count ->
    [one] { $count } comunidade:
   *[other] { $count } comunidades:
}
community = { $community }: { $count } de { $limit } grupos
community-unlisted = { $community }: a Z-API não mostra os grupos agora. Confira daqui a um minuto.
community-empty = Ela só tem o grupo de avisos.
groups = { $count ->
    [one] { $count } grupo:
   *[other] { $count } grupos:
}
groups-none = Este número não está em nenhum grupo.
groups-none-of = Nenhum grupo combina com { $name }. Veja todos: { $command }

## People
whoami = Você é { $name }.
whoami-phone = Número: { $phone }
whoami-lid = Lid: { $lid }
whoami-chat = Esta conversa: { $chat }
whoami-may = Comandos: { $commands }
whoami-where = Comunidades: { $communities }
all-commands = todos
all-communities = todas
forbidden = Você não pode usar { $command } aqui. Quem cuida deste bot pode liberar.
forbidden-in = Você não pode usar { $command } em { $community }. Quem cuida deste bot pode liberar.
rights-revoked = Você não é mais admin deste bot, então o comando não foi executado.
rights-revoked-running = Você não pode mais fazer isso aqui, então parei. O comando já tinha começado: uma parte pode ter sido feita.
not-an-admin = Este número só atende aos seus admins.

## Status
status-connected = O WhatsApp está conectado.
status-disconnected = O WhatsApp não está conectado. Abra a instância na Z-API e escaneie o QR code com o celular.
status-unread = Não deu para perguntar à Z-API: { $reason }
status-waiting = { $count ->
    [0] Nada na fila.
    [one] Mais { $count } comando na fila.
   *[other] Mais { $count } comandos na fila.
}
status-dead = { $count ->
    [one] { $count } comando falhou.
   *[other] { $count } comandos falharam.
}

## Usage errors, limits, retries, cancellation
unknown-command = Não conheço o comando { $name }. Veja todos: { $help }
unknown-command-nearest = Não conheço o comando { $name }. Você quis dizer { $nearest }?
unclosed-quote = Faltou fechar as aspas { $quote }. Escreva: { $usage }
missing-community = Qual comunidade? Escreva: { $usage }
missing-groups = Quais grupos? Escreva: { $usage }
too-many-words = Não sei o que fazer com { $word }. Escreva: { $usage }
leftover-words = Não entendi { $word }, então não fiz nada. Entendi: { $names }. Separe os nomes com vírgulas: { $usage }
exclusion = Com { $word } não sei quais são: mande só os que valem. Escreva: { $usage }
no-later = Faço tudo na hora, não agendo: não fiz nada. Se for para agora, mande de novo sem { $word }: { $usage }
example = Por exemplo: { $example }
too-old = { $count ->
    [one] Este comando chegou para mim com { $age } de atraso, então não o executei. Mande de novo se ainda quiser.
   *[other] { $count } comandos chegaram com até { $age } de atraso, então não fiz nada. Mande de novo os que ainda precisar.
}
duration-minutes = { $count ->
    [one] 1 minuto
   *[other] { $count } minutos
}
duration-hours = { $count ->
    [one] 1 hora
   *[other] { $count } horas
}
duration-days = { $count ->
    [one] 1 dia
   *[other] { $count } dias
}
message-deleted = Você apagou a mensagem, então não fiz nada.
message-edited = Você mudou a mensagem, então não fiz nada. Se ainda quiser algo, mande em outra mensagem.
too-many-commands = São mais de { $limit } comandos numa mensagem só, então não fiz nada. Mande em partes menores.
edit-of-several = Não refaço mensagens editadas com vários comandos. Mande o que ainda falta numa mensagem nova.
edit-of-unknown = Não vi o primeiro texto desta mensagem. Mande o pedido numa mensagem nova.
rate-limited = { $limit ->
    [one] Mais de { $limit } comando em um minuto: espere um pouco. O que já aceitei continua.
   *[other] Mais de { $limit } comandos em um minuto: espere um pouco. O que já aceitei continua.
}
failed = Não consegui terminar este comando e desisti: { $reason } Mande de novo quando isso estiver resolvido: { $status } mostra.
retrying = { $reason } Continuo tentando por mais { $time } no máximo. { $cancel } interrompe.
cancelled = Cancelado. Nada mudou.
cancel-none = Nenhum comando na fila nesta conversa.
cancel-stopped = Cancelei { $command }. Já conto como ficou.
cancel-running = { $command } está sendo executado agora. Se não der certo desta vez, não tento de novo.

## Errors of Z-API
api-unreachable = Não consegui falar com a Z-API.
api-no-answer = A Z-API não respondeu.
api-busy = A Z-API pede para ir mais devagar.
api-failed = A Z-API está com problemas (status { $status }).
api-partly-failed = A Z-API está com problemas.
api-disconnected = O WhatsApp não está conectado à Z-API. Escaneie o QR code de novo.
api-client-token = A Z-API não aceita o Client-Token. Quem cuida deste bot precisa configurá-lo.
api-instance = A Z-API não conhece a instância. Quem cuida deste bot precisa conferir o id e o token.
api-address = A Z-API não aceita chamadas deste servidor. Quem cuida deste bot precisa liberar o endereço.
api-rejected = A Z-API recusou: { $reason }.
api-unreadable = Não entendi a resposta da Z-API.
internal = Algo deu errado dentro do bot; quem cuida dele encontra a causa no log.

## Help
help-title = O que eu sei fazer:
help-on-one = Mais sobre cada um: { $example }
help-usage = Escreva: { $usage }
help-also = Também: { $names }
help-marks =
    ✅ feito · ☑️ já era assim
    ❓ incerto · ❌ não feito
help-marks-groups =
    ✅ feito · ☑️ já era assim · ❓ incerto
    ⚠️ é de outra · ❌ não feito
arg-community = <comunidade>
arg-groups = <grupos…>
arg-words = [palavras]
arg-command = [comando]
arg-all = [tudo]
here = aqui
all = tudo todos todas
help-link = põe grupos em uma comunidade
help-link-long = Serve o nome do grupo, o começo do nome, o id, um link de convite, “aqui” (esta conversa) ou um padrão como vendas*. Nomes com vírgula vão entre aspas. Quem está no grupo entra no grupo de avisos.
help-link-example =
    "Bairro Feliz" futebol, mães
    Vendas vendas* aqui
help-unlink = tira grupos de uma comunidade
help-unlink-long = Os grupos continuam existindo. Quem não está em outro grupo da comunidade sai do grupo de avisos.
help-unlink-example =
    "Bairro Feliz" futebol
    Vendas "Vendas Sul", aqui
help-communities = lista as comunidades
help-communities-long = Cada uma com um número, que vale como nome no próximo comando. O id aparece onde dois nomes são iguais.
help-community = mostra uma comunidade
help-community-long = Descrição, pessoas, id e os grupos com números. O grupo de avisos não conta.
help-groups-long = Depois do grupo vem a comunidade dele. Os números valem como nomes no próximo comando: 1 3-5. O id aparece onde os nomes são iguais, ou quando só há um grupo.
help-communities-example = { "" }
help-community-example =
    "Bairro Feliz"
    vendas
help-groups = lista os grupos, todos ou por palavras
help-groups-example =
    vendas
    vendas*
help-cancel = cancela um comando que está esperando
help-cancel-long = Sem mais nada: o mais antigo desta conversa que ainda não terminou. Com “tudo”: todos. O que está sendo executado agora não é tentado de novo. O que já mudou fica como está, e a resposta diz.
help-cancel-example =
    { "" }
    tudo
help-help = o que eu sei fazer
help-help-long = Com o nome de um comando: como se escreve.
help-help-example =
    vincular
    /desfazer
help-whoami = como o bot conhece você
help-whoami-long = Seu número, seu lid e o que você pode fazer.
help-whoami-example = { "" }
help-status-long = Pergunta à Z-API, conta os comandos que esperam ou falharam e avisa quando a assinatura da Z-API está para vencer.
help-status = WhatsApp conectado? Algo na fila?
help-status-example = { "" }

## Prompts and dry runs
confirm = Posso fazer? Responda “sim” ou 👍 em até 5 minutos; “não” cancela.
dry-run = Foi um teste: nada mudou. Sem --testar é para valer.
link-would = { $done ->
    [0] Nenhum dos { $all } grupos entraria em { $community }.
    [one] { $done } de { $all } grupos ficaria em { $community }.
   *[other] { $done } de { $all } grupos ficariam em { $community }.
}
link-would-one = { $name } entraria em { $community }.
unlink-would = { $done ->
    [0] Nenhum dos { $all } grupos sairia de { $community }.
    [one] { $done } de { $all } grupos sairia de { $community }.
   *[other] { $done } de { $all } grupos sairiam de { $community }.
}
unlink-would-one = { $name } sairia de { $community }.
choose = { $count ->
    [one] Responda “sim”.
   *[other] Responda com o número (mais de um: 1 3).
}
confirm-nothing = Não há nada esperando resposta aqui.
undo-hint = Para voltar atrás no que foi feito: { $command }
confirm-how = Responda “sim” ou “não”; nada foi feito ainda.
confirm-media = Esta foto não entra na pergunta de antes, e nada foi feito ainda. Responda “sim” para fazer sem ela, ou “não” e mande o comando na legenda da foto.
confirm-how-named = Ainda espero um “sim” ou “não” para { $pending }; nada foi feito ainda.
confirm-how-number = Responda com um número de 1 a { $last }, ou “não”.
confirm-replaced = A pergunta anterior não vale mais.
confirm-replaced-named = A pergunta anterior não vale mais. Se ainda quiser: { $pending }
confirm-late = Passou de 5 minutos, então não fiz nada. Mande o comando de novo se ainda quiser. Tudo o que sei fazer: { $command }
confirm-early = Isso veio antes da minha última pergunta, então não fiz nada. Responda de novo se é o que você quer.
confirm-left = Tudo bem, não fiz nada.
confirm-again = Se for outra coisa, mande o comando como deve ser: { $command } …
confirm-left-rest = Tudo bem, o resto fica como está.
one-command = Um comando por linha, por favor: não fiz nada. Se for um nome, escreva entre aspas.
one-wish = Com vários pedidos, comece cada linha com um comando, como { $example }, sem traço nem número antes. Não fiz nada.
no-above-command = Há um “não” acima do comando, então não fiz nada. Se é para fazer, mande só o comando.
one-community = Uma comunidade por mensagem, por favor: não fiz nada.
group-not-created = Não crio grupos, então não fiz nada. Crie no celular e ponha meu número como admin; depois { $command } … põe o grupo numa comunidade. Se for o nome de uma comunidade, escreva entre aspas.
group-not-deleted = Não apago grupos, então não fiz nada. { $command } … tira um grupo da comunidade. Se for o nome de uma comunidade, escreva entre aspas.
command-verbs = vincular, vincula, vincule, juntar, junta, desvincular, desvincula, desvincule, tirar, tira, tire, mover, move, mova, transferir, transfere, criar, cria, crie, apagar, apaga, apague, desativar, desativa, excluir, exclui, exclua, descrever, avisar, avisa, anunciar, anuncia, adicionar, adiciona, adicione, incluir, inclui, remover, remove, remova, promover, promove, promova, rebaixar, rebaixa, expulsar, expulsa, banir, deletar, deleta, retirar, retira, retire, linkar, linka, deslinkar, deslinka, desligar, desliga, mudar, muda, mude, passar, passa, passe, colocar, coloca, coloque, botar, bota, bote, pôr, põe, ponha, encerrar, encerra, fechar, fecha, despromover, desfazer, desfaz, cancelar, cancela, mandar, manda, enviar, envia, convidar, convida
command-conjunctions = e, depois, aí, então, agora, também, tb, tbm, mas, seguida, favor, quero, queria, preciso, pode, aproveita
words-before-group = o a um uma os de do novo nova outro meu este esse por favor pf 1
group-words = grupo grupos subgrupo subgrupos grp
confirm-clear = Só para confirmar, porque não tem volta: “sim” ou “não”?
confirm-other-quoted = Você respondeu a outra mensagem, então não fiz nada. Responda à minha pergunta, ou sem citar nada.
undo-nothing = Você não mudou nada nesta conversa que eu possa desfazer.
undo-cannot = Sua última mudança foi { $command }, e essa não dá para desfazer.
undo-already = Já desfiz { $command }. Só dá para desfazer a última mudança.
undo-unchanged = O último comando, { $last }, não mudou nada. Quer desfazer a mudança de antes? Seria { $command }. Responda “sim”.
undo-only-last = Só consigo desfazer a última mudança, e você citou outra mensagem. Não mudei nada.
undo-quoted = Para voltar atrás na que você citou: { $command }
edit-while-running = Ainda estou na primeira versão desta mensagem. Mande outra.
edit-after-end = Já tratei do texto anterior desta mensagem; mande o pedido novo em outra mensagem.
edit-leaves-question = A pergunta de antes continua valendo: { $candidates }
missing-target = Qual comunidade ou grupo? Escreva: { $usage }
missing-people = Qual é o número da pessoa? Escreva: { $usage }
missing-text = Falta o texto. Escreva: { $usage }
ask-community = Qual comunidade? Responda com o nome, ou “não”.
ask-community-text = Para qual comunidade é { $text }? Responda com o nome, ou “não”.
ask-target-community = Para qual comunidade? Responda com o nome, ou “não”: { $command } …
ask-groups = Quais grupos? Responda com os nomes, ou “não”.
ask-target = Qual comunidade ou grupo? Responda com o nome, ou “não”.
ask-people = Qual é o número da pessoa? Responda com ele, ou “não”.
ask-text = Qual é o texto? Mande só ele, ou responda “não”.
ask-name = Como ela vai se chamar? Responda com o nome, ou “não”.
ask-words = Responda só com o que falta, como no exemplo, ou “não”.
ask-whole = Ou mande tudo junto: { $example }
small-talk = hm, hmm, hum, ah, ué, uai, hein, eita, oxe, opa, então, bom, bem, olha, sei lá, deixa eu ver, deixa ver, deixa eu pensar, vou ver, vou pensar, tô pensando, estou pensando, já mando, já te mando, já falo, já te falo, já digo, já te digo, já vou, já volto, depois, depois eu mando, depois mando, depois eu vejo, depois vejo, vou mandar, boa pergunta, como assim, qual, quais, quem, o quê, que, oi, quê, qual é, qual mesmo, que nome, que texto, que grupo, que grupos, qual nome, qual texto, qual grupo, quais grupos, qual comunidade, que comunidade, como, como faço, um nome, o nome, o texto, o grupo, os grupos, a comunidade, o número, você escolhe, vc escolhe, escolhe você, tanto faz, qualquer um, qualquer uma, nada, tá aí, vc tá aí, você tá aí, você está aí, tem alguém aí, alguém aí, alguém, oi sumido, sumido, boa, bora, mandei errado, desculpa, desculpe, foi mal, ignora, ignora isso, mandei sem querer
greeting = Oi, { $name }! Eu cuido das suas comunidades do WhatsApp: você pede, eu faço e conto como ficou.
greeting-hint = Comece por { $communities } ou veja tudo o que sei fazer: { $help }
talk-ok = Beleza! 👍
talk-thanks = De nada!
talk-hint = Isso eu não entendi. Responda “1” para ver suas comunidades, “2” para os grupos ou “3” para a ajuda.
talk-hint-help = Isso eu não entendi. Tudo o que sei fazer: { $help }
talk-question = Sou um robô e cuido só das comunidades: grupos, pessoas, avisos e convites. Outras perguntas eu não sei responder, e não consigo agendar nem ligar. Tudo o que sei fazer: { $help }
talk-menu = O que você quer fazer com { $names }? Responda com o número:
talk-bye = Até mais! 👋
talk-here = Tô por aqui. Tudo o que sei fazer: { $help }
talk-confused = Sem problema. Tudo o que sei fazer: { $help }. Para saber mais de um comando, ponha o nome dele depois.
confused-words = não entendi, não entendi nada, não entendo, não entendo nada, num entendi, n entendi, não tô entendendo, não estou entendendo, não compreendi
talk-no-text = Só entendo texto: áudio, figurinha ou foto sem texto eu não consigo ler. Veja o que sei fazer: { $help }
photo-for-community = Se for para a foto de uma comunidade, responda com o nome dela.
wish-offer = Você quer { $command }? Responda “sim”.
correction-left = O que já fiz continua valendo. Para desfazer: { $command }
wish-offer-undo = Só consigo desfazer a sua última mudança: seria { $command }. Pode ser? Responda “sim”.
undo-takes-back = Com { $undo } eu desfaço a última mudança inteira: { $command }
undo-takes-back-part = Com { $undo } eu desfaço a última mudança inteira: { $command }. Para desfazer só uma parte, mande esse comando só com ela.
message-not-deleted = Mensagem já enviada eu não apago: apague no celular do bot.
messages-not-restricted = Quem pode mandar mensagem num grupo eu não consigo mudar: isso se faz nos ajustes do grupo, no celular.
regret-offer = Quer desfazer a última mudança? Seria { $command }. Responda “sim” e depois mande o certo.
wish-usage = Para isso, escreva: { $usage }. Por exemplo: { $example }
wish-usage-group = Para um grupo, escreva: { $usage }. Para uma pessoa, use o número dela: { $people }
wish-usage-alias = O nome eu não mudo: isso se faz no celular. Mas guardo um apelido: { $usage }. Por exemplo: { $example }

## Words that are understood in every language
reply-yes = sim
reply-yes-direct = s, sip, sep, pode, pode ir, pode fazer, pode sim, vai em frente, vá em frente, vai fundo, com certeza, certeza, claro, claro que sim, confirmo, confirma, confirmado, confirmada, positivo, faz, faça, faz isso, faça isso, quero, quero sim, eu quero, aprovado, autorizo, autorizado, concordo, aceito, por favor sim
reply-yes-send = manda, mande, manda aí, manda ver, manda bala, mandar, pode mandar
reply-yes-alone = isso, isso mesmo, isso aí, isso aí mesmo, é isso, é isso aí, é isso mesmo, bora, bora lá, segue, siga, prossiga, lógico, óbvio, aham, uhum, exato, exatamente
reply-agreement-alone = pode ser, vamos, vamos lá, vamo, vai, vai lá, vai nessa, fechado, fechou, correto, demorou
reply-agreement = ok, certo, certinho, tá certo, beleza, blz, tá, tá bom, tá bem, tá ok, combinado, perfeito, joia, show, show de bola, ótimo, tranquilo
reply-thanks = obrigado, obrigada, obg, brigado, brigada, muito obrigado, muito obrigada, valeu, vlw, grato, grata, agradeço, valeu demais, valeu mesmo, brigadão, obrigadão, brigadinha, Deus te abençoe, Deus abençoe, fica com Deus, fique com Deus, boa noite fica com Deus, boa noite fique com Deus, pode crer, tmj, top demais, você é demais, era só isso, é só isso, era isso, por hoje é só
reply-laughter = kkk, rsrs, hehe
reply-understood = entendi, entendido, ciente, legal, massa, que bom, entendi agora, saquei, nada mal
reply-no = não, nao
reply-no-within = naum, nunca, jamais, negativo, nem, Deus me livre, tô fora, tá louco, tá louca, tá doido, tá doida, melhor não, agora não, hoje não, ainda não, acho que não, acho melhor não, claro que não, não precisa, não quero, não faça, não faz, não manda, não mande, não pode, pode não, espera, espera aí, espere, esperem, peraí, pera, pera aí, per aí, aguarda, aguarde, calma, calma aí, esquece, esquece isso, esqueça, esqueçam, deixa, deixe, deixa isso, deixa pra lá, deixa pra depois, deixa quieto, desisto, desiste, desisti, para, pare, parem, para tudo, para com isso, cancela, cancelar, cancele, cancelem, cancelado, cancelo, cancela tudo, aborta, abortar, nem pensar, nem a pau, de jeito nenhum, de forma alguma, nada disso, nada feito, um momento, engano, foi engano, me enganei, errei, mudei de ideia, sem querer, foi sem querer, um segundo, um segundinho, um minuto, um minutinho, um instante, um momentinho, só um minuto, só um segundo, só um instante, nenhum, nenhuma, nenhum deles, nenhuma delas, nenhum dos dois, nenhuma das duas, nenhum desses, nenhuma dessas, em vez disso, em vez dele, em vez dela, errada, errado, errados, erradas, equivocada, equivocado, incorreto, incorreta, não era isso, pode parar, pode esquecer, pode deixar pra lá, pode deixar quieto, segura, segura aí, apaga
reply-prepositions = no, para
reply-neither = deixa eu ver, deixa ver, deixa eu pensar, deixe eu ver, por isso, pode isso, nenhum problema, sem nenhum problema, nenhuma dúvida, sem nenhuma dúvida
regret = ops, oops, errado, errada, errei, me enganei, me confundi, foi engano, era o outro, era a outra, era outro, era outra, não o outro, não a outra, não era esse, não era essa, não era isso, não era este, não era pra, não era para, não era ele, não era ela, não é esse, não é essa, grupo errado, sem querer, não era bem isso
regret-denials = nada, nada de, nenhum, não tá, não está, não foi, não é, não era, não estava, não tava
reply-beside-yes = fazer, então, aí, agora, já, né, viu, gente, nossa, ah, olha, opa, mesmo
reply-verbs-announce = avisar, avisa, avise, anunciar, anuncia, anuncie, enviar, envia, envie, publicar, publica, publique, postar, posta, poste, divulgar, divulga, divulgue, comunicar, comunica, comunique, soltar, solta
reply-verbs-deactivate = desativar, desativa, desative, apagar, apaga, apague, encerrar, encerra, encerre, excluir, exclui, exclua, fechar, fecha, feche, deletar, deleta, delete, acabar, acaba
reply-verbs-remove = remover, remove, remova, tirar, tira, tire, retirar, retira, retire, expulsar, expulsa, expulse, excluir, exclui, exclua, banir, bane, bana
reply-verbs-unlink = desvincular, desvincula, desvincule, tirar, tira, tire, retirar, retira, retire, remover, remove, remova, desligar, desliga, desligue
reply-verbs-link = vincular, vincula, vincule, colocar, coloca, coloque, pôr, põe, ponha, botar, bota, bote, juntar, junta, junte, adicionar, adiciona, adicione, incluir, inclui, inclua
reply-verbs-move = mover, move, mova, mudar, muda, mude, passar, passa, passe, transferir, transfere, transfira
reply-verbs-create = criar, cria, crie
reply-verbs-invite = trocar, troca, troque, redefinir, redefine, redefina, renovar, renova, renove, resetar, reseta
reply-verbs-undo = desfazer, desfaz, desfaça, reverter, reverte, reverta, voltar, volta
reply-verbs-add = adicionar, adiciona, adicione, incluir, inclui, inclua, colocar, coloca, coloque, pôr, põe, ponha, convidar, convida, convide
reply-behind-verb = todo mundo, todos, todas, tudo, isso, geral, ele, ela, eles, elas, o grupo, os grupos, o aviso, a comunidade, para todos, pra todo mundo, pra todos
reply-before-number = número opção o a
reply-numbers = um/uma/o primeiro/a primeira/primeiro, dois/duas/o segundo/a segunda/segundo, três/o terceiro/a terceira/terceiro, quatro/o quarto/a quarta/quarto, cinco/o quinto/a quinta/quinto, seis/o sexto/a sexta/sexto, sete/o sétimo/a sétima/sétimo, oito/o oitavo/a oitava/oitavo, nove/o nono/a nona/nono, dez/o décimo/a décima/décimo
reply-all = todos, todas, tudo, os todos, eles todos, todos eles, todas elas, os #, as #, todos os #, todas as #, os # grupos, as # comunidades
reply-both = ambos, ambas, os dois, as duas, nos dois, nas duas, os 2, as 2
flag-yes = sim
flag-dry-run = testar teste simular simulação simula
greetings = oi, olá, oie, opa, alô, e aí, bot, bom dia, boa tarde, boa noite, tudo bem, tudo bom, como vai, início, começar
farewells = tchau, tchauzinho, xau, até amanhã, até mais, até logo, até depois, até breve, até a próxima, até já, até, falou, flw, fui, fuiii, adeus, bjs, beijos, abraço, abraços, bom descanso, bom fim de semana, bom domingo, boa semana, boa noite e até amanhã, durma bem, dorme bem, já vou indo, vou indo, vou dormir
question-words = o que, oq, oque, que, qual, quais, quem, onde, aonde, cadê, kd, quanto, quanta, quantos, quantas, mostra, mostre, mostrar, ver, lista, liste, listar, me diz, me diga, me fala, dizer, saber
question-verbs = tem, têm, tinha, tá, tão, está, estão, tava, estava, são, ficou, fica, ficam, existe, existem, há, tenho, temos, faz, fazem, fazer, sabe, serve, existente, entrou, saiu, continua, continuam, foi, não estão, não está, não tão, não têm, não tem, não fazem, não faz, não pertencem, você é, vc é, cê é
question-small = e, eu, vc, vcs, você, vocês, cê, tu, nós, mais, mesmo, aí, ali, lá, aqui, hoje, tudo, total, ao todo, meu, meus, minha, minhas, nosso, nossos, um, uma, pessoa, pessoas, gente, membro, membros, participantes, comunidades, dentro, bot, robô, hein, será, por acaso, isso, esse, essa, afinal, mas, então, pois, olha, só, ainda, já, nisso, este, esta, esses, nele, nela, com, me, administro, cuido, gerencio, tb, tbm, também, sem, algum, alguma, alguns, nenhum, nenhuma, ontem, em nenhuma, de nenhuma, parte
community-words = comunidade comunidades
courtesy-words = oi, oie, olá, opa, e, aí, ei, bot, bom, boa, dia, tarde, noite, tudo, bem, bão, gente, pessoal, galera, por, favor, pfv, pf, pfvr, gentileza, obrigado, obrigada, brigado, brigada, valeu, vlw

## Help: sections, arguments, confirm, undo
section-groups = Grupos
section-lookup = Ver
section-communities = Comunidades
section-people = Pessoas
section-commands = Comandos
section-bot = Bot
arg-people = <pessoas…>
arg-text = <texto>
arg-picture = [endereço da foto]
help-confirm = diz sim ao que perguntei
help-confirm-long = Um simples “sim”, “não”, um número ou um 👍 na minha pergunta vale igual, por 5 minutos, de quem mandou o comando. Com --sim eu não pergunto.
help-confirm-example =
    { "" }
    2
help-undo = desfaz sua última mudança aqui
help-undo-long = Desfaz exatamente o que seu último comando nesta conversa mudou. O que já era assim fica.
help-undo-example = { "" }

## Language, aliases, invitations
language-en = inglês
language-pt = português
language-es = espanhol
language-names = português, portuguese, portugués, brasileiro, br
language-is = Esta conversa está em { $name }. Para mudar: { $english }, { $portuguese } ou { $spanish }
language-unknown = Não falo { $name }. Escolha: { $english }, { $portuguese } ou { $spanish }
language-set = Pronto, agora falo português nesta conversa. Veja o que sei fazer: { $help }
arg-language = [pt|en|es]
help-language = escolhe o idioma desta conversa
help-language-long = O nome do comando vem primeiro: “vincular” é respondido em português ou espanhol, “link” em inglês. Sem nada, mostra o idioma desta conversa.
help-language-example =
    en
    español
arg-alias = <apelido> = <comunidade ou grupo>
help-alias = dá um apelido a um grupo ou comunidade
help-alias-long = Todo mundo pode usar no lugar do nome. Para apagar: “remover” e o apelido.
help-alias-example =
    bf = "Bairro Feliz"
    remover bf
help-aliases = lista os apelidos
help-aliases-long = Os que têm 🔒 vêm da configuração.
help-aliases-example = { "" }
alias-remove-words = remover apagar excluir tirar
alias-words = apelido apelidos atalho
alias-how = Escreva o apelido, “=” e a comunidade ou o grupo: { $command }. Os que já existem: { $all }
alias-line = { $short } = { $name } ({ $kind })
community-gone = A comunidade não existe mais, ou não é mais minha: não fiz nada.
alias-gone = { $short } era uma comunidade ou um grupo que não existe mais
place-gone = uma comunidade ou um grupo que não existe mais
alias-set = Agora { $short } é { $name } ({ $kind }).
alias-already-set = { $short } já era { $name }.
alias-would = { $short } seria { $name } ({ $kind }).
alias-before = Antes era { $name }.
alias-exists = { $short } já é o nome de { $name }. Escolha outra palavra.
alias-command = { $short } é um comando. Escolha outra palavra.
alias-removed = { $short } não é mais o apelido de { $name }.
alias-would-remove = { $short } deixaria de ser o apelido de { $name }.
alias-none = Não existe o apelido { $short }. Veja todos: { $command }
alias-fixed = { $short } vem da configuração. Só quem cuida deste bot pode mudar, lá.
alias-long = { $short } é comprido demais: um apelido tem no máximo 40 caracteres.
alias-number = { $short } é um número ou um id. Escolha uma palavra.
alias-taken = { $short } já quer dizer outra coisa. Escolha outra palavra.
alias-word = { $short } não serve de apelido: use uma palavra só, com letras e números.
alias-one-word = { $short } tem mais de uma palavra. Escreva: { $command }
alias-swapped = O apelido vem antes do “=”, e { $name } já é um nome. Era { $command }? Responda “sim”.
alias-many = Já existem { $count } apelidos. Apague um antes: { $command }
aliases = { $count ->
    [one] { $count } apelido:
   *[other] { $count } apelidos:
}
aliases-none = Ainda não há apelidos.
aliases-fixed = 🔒 vem da configuração
aliases-add = Para criar um: { $command }
kind-community = comunidade
kind-group = grupo
target-because = { $name }: { $reason }
invitation-not-a-member = o número do bot não está nesse grupo. Adicione-o ao grupo e tente de novo
invitation-expired = esse link de convite não leva a nenhum grupo. Talvez tenha sido redefinido: copie de novo
help-examples = Por exemplo:
help-dry-run = --testar só mostra o que aconteceria
help-yes = --sim faz sem perguntar
help-flags-first = Isso vai antes do texto: { $command } --testar …
## Create, change and deactivate communities
arg-create = <nome> [| descrição]
arg-settings = adicionar-grupos admins|todos
arg-invite = <comunidade ou grupo> [redefinir]
text = { $text }
text-too-long = { $count ->
    [one] Tem { $count } caractere, e o máximo é { $most }. Encurte e mande de novo.
   *[other] Tem { $count } caracteres, e o máximo é { $most }. Encurte e mande de novo.
}
change-not = Não foi feito: { $reason }
change-unknown = Não sei dizer se foi feito: { $reason }
change-cancelled = Não foi feito: o comando foi cancelado.
change-cancelled-unknown = O comando foi cancelado. Pode ter sido feito antes, e isso não dá para conferir.
change-not-shown = A Z-API disse que fez, mas ainda não aparece. Confira daqui a um minuto: { $command }
change-not-read-back = Não deu para conferir o resultado. Confira daqui a um minuto: { $command }
no-announcement-group = A Z-API não mostra o grupo de avisos de { $community }. O número do bot está nele?
undo-instead = Isto pode ajudar: { $command }
undo-instead-announce = O que já saiu só se apaga no celular do bot. Para corrigir, mande outro aviso: { $command } …
undo-instead-deactivate = Se precisar, crie outra comunidade e ponha os grupos nela: { $command } …
undo-instead-photo = A foto de antes eu não guardo. Se você tiver, mande de novo: { $command } …
undo-instead-remove = Para pôr a pessoa de volta: { $command } …
undo-instead-invite = O link antigo não volta. Para ver o que vale agora: { $command } …
describe-would = A descrição de { $community } ficaria assim:
describe-done = { $community } está com uma descrição nova:
describe-back = { $community } está de novo com a descrição anterior:
describe-already = { $community } já tem essa descrição.
describe-none-would = { $community } ficaria sem descrição.
describe-none-done = { $community } está sem descrição agora.
describe-none-already = { $community } já estava sem descrição.
announce-would = { $count ->
    [one] O grupo de avisos de { $community } ({ $count } pessoa) receberia isto:
   *[other] O grupo de avisos de { $community } ({ $count } pessoas) receberia isto:
}
announce-would-all = O grupo de avisos de { $community } receberia isto:
announce-with-media = Com { $media } da sua mensagem.
announce-without-media = Só o texto: a Z-API não conseguiu baixar { $media }. Para incluir, mande de novo com o comando.
media-picture = a foto
media-video = o vídeo
media-document = o documento
announce-queued = A caminho do grupo de avisos de { $community }.
announce-delivered = Entregue no grupo de avisos de { $community }.
announce-undelivered = Não chegou ao grupo de avisos de { $community }: a Z-API diz { $reason }.
announce-unknown = Talvez já tenha saído, então não mando de novo. Confira antes o grupo de avisos de { $community }.
deactivate-would = { $community } seria desativada de vez, com o grupo de avisos.
deactivate-groups = { $count ->
    [0] Ela não tem outro grupo.
    [one] O único grupo dela ficaria sem comunidade.
   *[other] Os { $count } grupos dela ficariam sem comunidade.
}
deactivate-people = { $count ->
    [one] { $count } pessoa está nela.
   *[other] { $count } pessoas estão nela.
}
deactivate-done = { $community } foi desativada.
deactivate-left = { $count ->
    [0] Ela só tinha o grupo de avisos.
    [one] O único grupo dela continua, sem comunidade.
   *[other] Os { $count } grupos dela continuam, sem comunidade.
}
create-would = A comunidade { $community } seria criada.
create-description = Com esta descrição:
create-exists = { $count ->
    [one] Já existe { $count } comunidade { $community }: esta seria mais uma.
   *[other] Já existem { $count } comunidades { $community }: esta seria mais uma.
}
create-group-exists = { $community } já é o nome de um grupo; seria uma comunidade com o mesmo nome.
create-how = Se for outra coisa, mande assim: { $usage }
create-done = A comunidade { $community } foi criada.
create-next = Agora ponha grupos nela: { $command } …
create-unknown = Talvez { $community } já tenha sido criada, então não crio de novo. Confira antes: { $command }
photo-how = Mande a foto aqui em até 5 minutos, ou mande com esta legenda: { $command }
photo-waiting = Ainda estou esperando a foto: mande aqui, ou responda “não” para deixar como está.
photo-lost = A Z-API não conseguiu baixar essa foto do WhatsApp, então não mudei nada.
photo-no-picture = Isso não é uma foto.
photo-not-removed = Tirar a foto eu não consigo, só trocar por outra: { $command }
photo-refused = O número do bot é admin da comunidade? Se for, mande outra foto aqui em até 5 minutos (JPG ou PNG).
photo-address = { $address } não é endereço de foto: o endereço começa com https://
photo-would = { $community } ficaria com esta foto.
photo-done = { $community } está com uma foto nova, segundo a Z-API. Confira no celular.
photo-caption = É esta a foto para { $command }? Responda “sim” ou “não”.
photo-caption-words = essa esta esse este isso é eis aqui aí ai tá segue pronto pronta toma foto imagem a o usa use com
setting-add-groups = adicionar-grupos adicionargrupos adicionar grupos adicionar-grupo grupo só somente apenas
setting-admins = admins admin administradores adm adms
setting-all = todos todas tudo membros participantes
settings-unknown = Não conheço o ajuste { $words }.
settings-not-known = O WhatsApp não mostra quem pode adicionar grupos a { $community }, e eu ainda não mexi nisso.
settings-admins-words = adicionar-grupos admins
settings-admins-would = Só admins poderiam adicionar grupos a { $community }.
settings-admins-done = Agora só admins podem adicionar grupos a { $community }.
settings-admins-known = Do jeito que deixei, só admins podem adicionar grupos a { $community }.
settings-admins-how = Só admins: { $command }
settings-all-words = adicionar-grupos todos
settings-all-would = Todos em { $community } poderiam adicionar grupos a ela.
settings-all-done = Agora todos em { $community } podem adicionar grupos a ela.
settings-all-known = Do jeito que deixei, todos em { $community } podem adicionar grupos a ela.
settings-all-how = Todos: { $command }
invite-reset = redefinir renovar novo nova resetar trocar mudar
invite-link = Link para entrar em { $place }:
invite-address = { $link }
invite-unseen = Não consigo ver o link de { $place }. O número do bot é admin lá?
invite-would = { $place } ganharia um link novo. O link antigo deixaria de funcionar.
invite-done = { $place } tem um link novo; o antigo não funciona mais:
invite-answered = O link novo, segundo a Z-API: { $link }
no-target = Não conheço nenhuma comunidade nem grupo { $name }. Veja: { $communities }, { $groups }
many-targets = { $name } pode ser:
target-option = { $number }. { $name } ({ $kind })
choose-one = Responda com o número certo.
help-create = cria uma comunidade
help-create-long = O que vem depois de | é a descrição. A resposta diz como pôr grupos nela. Se já houver uma com esse nome, pergunto antes.
help-create-example =
    Bairro Novo
    Bairro Novo | Para quem acabou de chegar
help-describe = muda a descrição
help-describe-long = O texto fica como você digita, com as linhas. Só um - tira a descrição.
help-describe-example =
    "Bairro Feliz" Aqui vizinho ajuda vizinho.
    Vendas -
help-photo = muda a foto
help-photo-long = Mande a foto com o comando na legenda, ou o comando e depois a foto. Também serve o endereço de uma foto depois da comunidade.
help-photo-example =
    "Bairro Feliz"
    Vendas https://example.com/foto.jpg
help-settings = quem pode adicionar grupos
help-settings-long = Só os admins, ou todos da comunidade. O WhatsApp não mostra como está, então conto o que ajustei por último.
help-settings-example =
    "Bairro Feliz" adicionar-grupos admins
    Vendas adicionar-grupos todos
help-invite = mostra ou troca o convite
help-invite-long = De uma comunidade ou de um grupo. Com “redefinir” há um link novo e o antigo deixa de funcionar; pergunto antes.
help-invite-example =
    "Bairro Feliz"
    futebol redefinir
help-announce = manda um aviso
help-announce-long = O texto vai para o grupo de avisos como você digita, com as linhas; na legenda de uma foto, um vídeo ou um documento, vai junto. Mostro e pergunto antes. O que foi enviado não volta.
help-announce-example =
    "Bairro Feliz" Reunião na sexta às 19h.
    Vendas Tabela nova a partir de segunda.
help-deactivate = desativa uma comunidade
help-deactivate-long = Os grupos continuam, sem comunidade; o grupo de avisos acaba. Pergunto antes. Não dá para desfazer.
help-deactivate-example =
    "Bairro Feliz"
    Vendas
## Permissions
who = Quem pode usar comandos em { $community }:
who-admin = { $name }: { $commands }
who-admin-all = { $name }: tudo
who-owner = Quem escreve no celular do próprio bot: tudo
who-nobody = Ninguém está na lista.
who-not-community = Os admins dela no WhatsApp não podem usar comandos aqui. Quem cuida deste bot pode liberar.
who-community = E os admins dela no WhatsApp, tudo menos { $commands }:
who-community-nobody = E os admins dela no WhatsApp, tudo menos { $commands }. Nenhum outro admin.
who-person = { $person }
who-without-number = Alguém sem número visível (…{ $last })
who-hidden = Outros, que o WhatsApp mostra sem número
whoami-may-all-but = Comandos: todos menos { $commands }
help-who = quem pode o quê numa comunidade
help-who-long = Primeiro quem o responsável por este bot indicou, depois os admins da comunidade no WhatsApp, se eles puderem usar comandos.
help-who-example =
    "Bairro Feliz"
    vendas
## More about lists, history and status
list-number-alone = Números sozinhos não dizem o que fazer. Ponha um comando na frente, ou mande um só número da última lista.
list-more = … mais { $count }: { $command }
more-nothing = Não há mais nada para mostrar. Comece uma lista: { $groups }
groups-elsewhere = outra comunidade
groups-nowhere = em nenhuma comunidade
groups-unread = Nem todas as comunidades puderam ser lidas: um grupo sem comunidade aqui pode ser de uma delas.
groups-missing = Não consegui ler todas as comunidades, então podem faltar grupos aqui.
community-about = Descrição: { $text }
community-people = { $count ->
    [one] { $count } pessoa
   *[other] { $count } pessoas
}
community-id = Id: { $id }
history = Últimos comandos:
history-in = Últimos comandos em { $community }:
history-by = Últimos comandos de { $name }:
history-line = { $when } { $who }: { $command } → { $result }
history-answered = respondido
history-none = Nenhum ainda.
history-until = Olhei até { $when }.
history-nobody = Não conheço nenhuma comunidade nem admin { $name }. As comunidades: { $communities }. Todos os comandos: { $all }
datetime = %d/%m %H:%M
datetime-year = %d/%m/%Y %H:%M
datetime-day = %d/%m/%Y
myself = eu meu minha minhas
status-since = Desde { $when }.
status-phone-offline = O próprio celular está sem conexão. Ligue o aparelho ou confira a internet dele: depois de alguns dias assim, o WhatsApp encerra a sessão.
status-dead-hint = Quais e por quê: { $command }
status-due = A assinatura da Z-API vence em { $day }. Quem cuida deste bot precisa renovar.
status-overdue = A assinatura da Z-API venceu em { $day }. Quem cuida deste bot precisa renovar.
arg-history = [comunidade ou pessoa]
help-history = quem mandou o quê, e quando
help-history-long =
    O mais novo primeiro, no horário daqui. De onde você não pode usar comandos, nada aparece.
    ✅ feito · ❌ não feito
    ⏳ espera · ⛔ abandonado
help-history-example =
    "Bairro Feliz"
    Ana
help-more = a próxima página de uma lista
help-more-long = Continua de onde sua última lista nesta conversa parou; os números seguem.
help-more-example = { "" }
## Move
move-would = { $name }: sairia de { $from }
move-would-one = { $name } sairia de { $from } e entraria em { $community }.
group-stayed = { $name }: { $reason }; continua em { $community }
group-may-have-left = { $name }: { $reason }; não sei dizer se já saiu de { $community }. Se não está em nenhuma comunidade, isto põe de volta: { $command }
group-back = { $name }: { $reason }; voltou para { $community }
group-in-none = { $name }: { $reason }; saiu de { $community } e não está em nenhuma comunidade: { $command }
group-may-be-back = { $name }: { $reason }; saiu de { $community }, e não sei dizer se já voltou. Se não voltou, isto põe de volta: { $command }
moved-maybe-unlinked = { $name } pode ter saído de { $community } sem chegar a { $target }. Se não está em nenhuma das duas, isto põe de volta: { $command }
moved-rejected = a Z-API recusou: { $reason }
moved-rejected-plain = a Z-API recusou. O número do bot é admin da comunidade e do grupo?
moved-cancelled = não foi feito: o comando foi cancelado
moved-failed = { $reason }
moved-not-shown-after = { $reason }
moved-not-shown = A Z-API disse que fez, mas a comunidade não mostra
moved-not-read-back = Não deu para conferir o resultado
help-move = muda grupos de comunidade
help-move-long = Tira cada grupo da comunidade em que está e põe na última que você escrever. Se não der, ele volta.
help-move-example =
    "vendas sul" "Bairro Feliz"
    lançamentos, suporte "Bairro Feliz" --testar

## Progress
progress = Estou fazendo…
progress-of = { $done } de { $all }…
unknown-command-prompt = Não conheço o comando { $name }. Você quis dizer { $nearest }? Responda “sim”.
people-concerned =
    { $count ->
        [one] Isso afeta { $count } pessoa.
       *[other] Isso afeta { $count } pessoas.
    }
## People of a community
add-done = { $done ->
    [0] Nenhuma das { $all } pessoas entrou em { $community }.
    [one] { $done } de { $all } pessoas agora está em { $community }.
   *[other] { $done } de { $all } pessoas agora estão em { $community }.
}
add-done-one = { $who } agora está em { $community }.
remove-done = { $done ->
    [0] Nenhuma das { $all } pessoas saiu de { $community }.
    [one] { $done } de { $all } pessoas não está mais em { $community }.
   *[other] { $done } de { $all } pessoas não estão mais em { $community }.
}
remove-done-one = { $who } não está mais em { $community }.
promote-done = { $done ->
    [0] Nenhuma das { $all } pessoas virou admin de { $community }.
    [one] { $done } de { $all } pessoas agora é admin de { $community }.
   *[other] { $done } de { $all } pessoas agora são admins de { $community }.
}
promote-done-one = { $who } agora é admin de { $community }.
demote-done = { $done ->
    [0] Nenhuma das { $all } pessoas deixou de ser admin de { $community }.
    [one] { $done } de { $all } pessoas não é mais admin de { $community }.
   *[other] { $done } de { $all } pessoas não são mais admins de { $community }.
}
demote-done-one = { $who } não é mais admin de { $community }.
add-would = { $done ->
    [0] Nenhuma das { $all } pessoas entraria em { $community }.
    [one] { $done } de { $all } pessoas entraria em { $community }.
   *[other] { $done } de { $all } pessoas entrariam em { $community }.
}
add-would-one = { $who } entraria em { $community }.
remove-would = { $done ->
    [0] Nenhuma das { $all } pessoas sairia de { $community }.
    [one] { $done } de { $all } pessoas sairia de { $community } e de todos os grupos dela.
   *[other] { $done } de { $all } pessoas sairiam de { $community } e de todos os grupos dela.
}
remove-would-one = { $who } sairia de { $community } e de todos os grupos dela.
promote-would = { $done ->
    [0] Nenhuma das { $all } pessoas viraria admin de { $community }.
    [one] { $done } de { $all } pessoas viraria admin de { $community }.
   *[other] { $done } de { $all } pessoas virariam admins de { $community }.
}
promote-would-one = { $who } viraria admin de { $community }.
demote-would = { $done ->
    [0] Nenhuma das { $all } pessoas deixaria de ser admin de { $community }.
    [one] { $done } de { $all } pessoas deixaria de ser admin de { $community }.
   *[other] { $done } de { $all } pessoas deixariam de ser admins de { $community }.
}
demote-would-one = { $who } deixaria de ser admin de { $community }.
people-or-admins = Não fiz nada. É { $command }, ou { $other }? Mande o que você quer.
people-too-many = São mais de { $limit } pessoas. Divida em vários comandos; nada mudou.
person = { $who }
add-already = { $who }: já estava lá
add-already-one = { $who } já estava em { $community }.
remove-already = { $who }: não estava lá
remove-already-one = { $who } não estava em { $community }.
promote-already = { $who }: já era admin
promote-already-one = { $who } já era admin de { $community }.
demote-already = { $who }: não era admin
demote-already-one = { $who } não era admin de { $community }.
person-invited = { $who }: não dá para adicionar direto, então recebeu um convite privado
person-in-or-invited = { $who }: está lá ou recebeu um convite privado; a comunidade esconde alguns números, então não dá para saber qual dos dois
person-maybe-invited = { $who }: talvez já tenha recebido um convite privado, então não mando outro sem você pedir. Se não recebeu: { $command }
person-no-whatsapp = { $who }: não tem WhatsApp. Confira o número.
person-not-in = { $who }: não está na comunidade
person-stays-invited = { $who }: não entrou, só recebeu um convite privado, e convite não dá para cancelar
person-not-in-undo = { $who }: não está na comunidade. Se recebeu um convite, ele continua valendo: não consigo cancelar.
person-not-in-add = { $who }: não está na comunidade. Primeiro adicione: { $command }
person-hidden = { $who }: não vejo essa pessoa lá, mas a comunidade esconde alguns números. Se estiver lá, indique pelo lid ou por uma menção (@).
person-hidden-lid = { $who }: não consigo ver se essa pessoa está lá, porque a lista da comunidade mostra números. Indique pelo número.
person-hidden-add = { $who }: não vejo essa pessoa lá, mas a comunidade esconde alguns números. Se não estiver lá, adicione antes: { $command }
person-owner = { $who }: criou a comunidade; não dá para remover nem rebaixar
person-bot = { $who }: é o meu próprio número. Preciso ser admin da comunidade para cuidar dela
person-too-many-admins = { $who }: uma comunidade tem no máximo 20 admins. Primeiro abra uma vaga: { $command } e um número
person-rejected = { $who }: a Z-API recusou: { $reason }
person-rejected-plain = { $who }: a Z-API recusou. O número do bot é admin da comunidade?
person-failed = { $who }: { $reason }
person-cancelled = { $who }: não foi feito: o comando foi cancelado
person-not-shown = { $who }: a Z-API disse que fez, mas a comunidade não mostra. Confira daqui a um minuto: { $command }
person-not-shown-after = { $who }: { $reason } A comunidade ainda não mostra a mudança. Confira daqui a um minuto: { $command }
person-not-read-back = { $who }: não deu para conferir o resultado. Confira daqui a um minuto: { $command }
person-no-number = { $typed } não é um número de telefone. Escreva assim: +55 44 99999-0001
person-no-country = { $typed }: falta o DDD ou o código do país. Escreva assim: +55 44 99999-0001
person-ambiguous = { $typed }: onde termina cada número? Separe com vírgulas.
help-add = põe pessoas em uma comunidade
help-add-long = Números como você digita, separados por vírgula ou um por linha; sem código do país, vale o seu. Quem não dá para adicionar recebe um convite privado (⚠️).
help-add-example =
    "Bairro Feliz" 44 99999-0001
    Vendas +55 44 99999-0001, 44 99999-0002
help-remove = tira pessoas de uma comunidade
help-remove-long = Elas saem também de todos os grupos dela. Eu pergunto antes, e não dá para desfazer.
help-remove-example =
    "Bairro Feliz" 44 99999-0001
    Vendas +55 44 99999-0001, 44 99999-0002
help-promote = torna pessoas admins da comunidade
help-promote-long = Elas precisam estar na comunidade. São 20 admins no máximo.
help-promote-example =
    "Bairro Feliz" 44 99999-0001
    Vendas +55 44 99999-0001, 44 99999-0002
help-demote = tira o posto de admin
help-demote-long = As pessoas continuam na comunidade. Quem a criou continua admin.
help-demote-example =
    "Bairro Feliz" 44 99999-0001
    Vendas +55 44 99999-0001, 44 99999-0002

## The sender is not an admin of a group
group-not-admin = { $name }: você não é admin desse grupo. Peça a um admin dele que promova você e tente de novo
## Suggestions
suggestion = Você quis dizer { $command }? Responda “sim”; nada mudou.
stop-words-beside-name = a o as os na no nas nos da do das dos de em à ao às aos para pra pro comunidade grupo grupos
create-community-words = comunidade
create-words-before-community = a uma nova outra
create-words-behind-community = chamada chamado que se chame chama
create-words-called = chamada chamado
create-words-of-condition = se caso
create-words-before-groups = com
create-description-words = descrição
create-words-for-help = ajuda como socorro
missing-name = Como ela vai se chamar? Escreva: { $usage }
no-community-known = Não conheço nenhuma comunidade { $name }. As que conheço: { $candidates }
command-synonyms = apagar deactivate, encerrar deactivate, fechar deactivate, novo create, nova create, imagem photo, parar cancel, voltar undo, reverter undo, membros community, lista groups, listar groups, enviar announce, mandar announce, comunicado announce, mensagem announce, admins who, permissões who, admin promote, registro history, socorro help, colocar link, desligar unlink, expulsar remove, banir remove, despromover demote, adm promote, linkar link, deslinkar unlink, log history, desabilitar deactivate, config settings

## Edit of a confirmed command
edit-too-late = Esse comando já foi confirmado, e editar a mensagem não muda mais nada. Mande outra.
edit-after-yes = Isso já foi respondido, e editar a mensagem não muda mais nada.
## Words between names, and options such as --try
correction-words = era eram errei errado errada erro engano enganei ops outro outra outros outras digo quis queria aliás troca trocar troquei correção corrigir
correction-stay-words = deixar deixa deixe deixava deixo manter mantém mantenha manteria ficar fica fique ficava ficaria permanecer permanece permaneça conservar preservar continuar continua continue continuava
stop-words-between-names = e
courtesy-phrases = por favor, pfv, pf, faz favor, fazendo favor, obrigado, obrigada, obg, valeu, vlw, pra mim, para mim
without-community = sem comunidade, sem nenhuma comunidade, fora de comunidade, em nenhuma comunidade, de nenhuma comunidade, não têm comunidade, não tem comunidade
unknown-flag = Não conheço { $word }, então não fiz nada. Existem --testar (só mostra o que aconteceria) e --sim (faz sem perguntar); um nome que começa com traços vai entre aspas: { $usage }
confirm-dry-run = Assim não fiz nada, e a pergunta continua de pé: responda “sim” para fazer, ou “não”.
stop-words-beside-people = admin adm administrador administradora como
bare-pattern = { $name } sozinho seria todos os grupos, e isso eu não faço de uma vez. Ponha um pedaço do nome junto: vendas*
exclusion-words = menos tirando exceto salvo não sem fora nunca ou nem tampouco
hesitation-words = quer dizer, quero dizer, quis dizer, eu quis dizer, digo, digamos, isto é, ou seja, desculpa, desculpe, desculpas, perdão, ops, opa, oops, eita, aliás, ou melhor, melhor, melhor dizendo, corrigindo, corrijo, correção, retificando, na verdade, talvez, quem sabe, sei lá, não sei, não sei ainda, não tenho certeza, tenho dúvida, dúvida, na dúvida, acho, eu acho, acho que, acredito, creio, parece, parece que, será, será que, provavelmente, possivelmente, se, caso, se possível, se der, se puder, hm, hmm, pensando bem, deixa eu ver, deixe eu ver, me confundi, me enganei, quando puder, quando der, em vez de, em vez do, em vez da, ao invés de, ao invés do, ao invés da
delay-words = amanhã, depois, mais tarde, outro dia, outra hora, próxima semana, semana que vem, próximo mês, mês que vem, segunda-feira, terça-feira, quarta-feira, quinta-feira, sexta-feira, pendente, pendentes, a confirmar, a definir, assim que, segunda, terça, quarta, quinta, sexta, sábado, domingo, à tarde, de tarde, à noite, de noite, de manhã, pela manhã, hoje à noite, hoje à tarde, meio-dia, meia-noite, de madrugada
time-words-before-number = às, dia
time-units = h hs hrs hora horas
range-words = a à ao até
stop-words = com por até mas só somente apenas também
## Changes since the command that is undone
describe-changed-since = Não desfiz: alguém mudou a descrição de { $community } depois. Agora ela é:
describe-none-changed-since = Não desfiz: alguém tirou a descrição de { $community } depois.
owner = dono do número
greeting-nameless = Oi! Eu cuido das suas comunidades do WhatsApp: você pede, eu faço e conto como ficou.
settings-whom = Falta dizer quem vai poder: só admins, ou todos.
text-ends-in-yes = O --sim do fim faz parte do texto: o lugar dele é antes do texto.
text-has-command = A linha { $command } faria parte do texto. Se for outro comando, responda “não” e mande um por mensagem.
no-everyone = Todo mundo de uma vez eu não consigo: pessoas, só pelo número: { $command } …
no-all-groups = Todos os grupos de uma vez eu não faço. Mande os números da lista, ou o começo dos nomes: { $command } vendas*
see-groups = Veja os grupos que existem: { $command }
see-people = Se for uma pessoa, use o número dela: { $command } …
deactivate-words = excluir
alias-changed-since = Não desfiz: alguém mudou o apelido { $short } depois.

## Words for actions that no command does
words-without-command = renomear, ativar, reativar, editar, sair, habilitar

## Vontades: com que palavras começa um pedido sem prefixo
wish-courtesy = vc consegue, cê consegue, vc poderia, ver com você se, ver com vc se, ver se, saber se, se dá pra, oi, olá, opa, ei, e aí, bot, bom dia, boa tarde, boa noite, tudo bem, por favor, pf, pfv, por gentileza, favor, você pode, vc pode, cê pode, pode, poderia, você poderia, consegue, você consegue, dá pra, dá para, tem como, quero, eu quero, quero que, queria, eu queria, gostaria de, eu gostaria de, preciso, eu preciso, preciso que, me, agora, então, gente, obrigado, obrigada, valeu, já, aí, né, fazendo favor, faz favor, é pra, é para, então é pra, é então, é que, preciso que você, preciso que vc, quero que você, quero que vc, queria que você, queria que vc, pra mim, para mim, barra, será que você poderia, será que você pode, será que dá pra, será que dá para, será que, você teria como, teria como, teria como você, se puder, quando puder, assim que puder, se der, quando der, por favorzinho, faça o favor de, faz o favor de, me faz um favor, me faz o favor de, por obséquio, tudo bom, tudo certo, tudo joia, como vai, como você está, espero que esteja bem, desde já agradeço, agradeço, muito obrigada, muito obrigado, obrigadão, brigada, brigado, vlw, gostaria que, gostaria que você, gostaria de pedir, gostaria de pedir pra, queria pedir pra, queria te pedir pra, por gentileza, me passa, me passe, me diz, me diga, me mostra, me mostre, me dá, me dê, me manda a, me fala, me conta, me informa, me ajuda, me ajuda aí, você me ajuda, pode me ajudar, fiz besteira, fiz bobagem, fiz merda, gostaria de saber, queria saber, quero saber, preciso saber
wish-prepositions = lá la fora dentro no na nos nas em do da dos das de para pra pro ao à com
wish-admin-words = admin admins adm adms administrador administradora administradores administração
wish-pronouns = ele ela eles elas esse essa esses essas este esta isso mim
wish-words-before-text = que dizendo avisando
change-prepositions = por
origin-words = da do das dos de desde saindo
target-words = para pra pro no na nos nas em ao
wish-audience-words = pessoal galera gente turma povo todo todos mundo
wish-last-words = último última coisa coisas comando mudança ação alteração que eu fiz isso aquilo tudo o a os as dois duas ambos ambas por acabei de
wish-all-words = todos todas tudo td tds
wish-some-words = um uma uns umas algum alguma alguns algumas outro outra
trouble-words = problema problemas bug deu deveria devia voltar volta sumiu
instead-words = em vez de, em vez do, em vez da, em vez dos, em vez das, ao invés de, ao invés do, ao invés da, no lugar de, no lugar do, no lugar da
wrong-words = errado errada errados erradas
number-articles = uma
follow-up-words = e o a os as também tb
only-words = só somente apenas
until-words = até
also-words = também tb tbm
just-done-words = acabei acabo acabamos de agora
condition-words = se caso alguém
message-words = mensagem mensagens msg msgs aviso avisos anúncio anúncios recado
wish-who-words = quem por
why-words = por que, por quê
wish-make-words = faz faça fazer deixa deixe deixar dá dê
wish-removal-words = tira tire tirar apaga apague apagar remove remova remover limpa limpar exclui excluir deleta sem
wish-deletion-words = apaga apague apagar exclui exclua excluir deleta delete deletar elimina elimine eliminar desativa desative desativar
wish-reset-words = troca troque trocar muda mude mudar novo outro redefine redefinir reseta resetar renova renovar
wish-link = coloca, coloque, colocar, põe, ponha, bota, bote, botar, vincula, vincule, junta, junte, inclui, inclua, insere, insira, adiciona, adicione, linka, linkar, incluir, mete, meta, meter, inserir, juntar, bota aí
wish-unlink = tira, tire, retira, retire, retirar, desvincula, desvincule, desliga, desligue
wish-move = mova, muda, mude, mudar, transfere, transfira, passa, passe, passar, leva, leve, levar
wish-communities = quais comunidades, quais são as comunidades, quais as comunidades, lista as comunidades, liste as comunidades, lista de comunidades, listar comunidades, listar as comunidades, mostra as comunidades, mostre as comunidades, minhas comunidades, as comunidades, ver comunidades, ver as comunidades, todas as comunidades, que comunidades existem, quantas comunidades, quantas são as comunidades, manda as comunidades, a lista de comunidades, a lista das comunidades, lista das comunidades
wish-community = mostra a comunidade, mostre a comunidade, ver a comunidade, ver comunidade, como está a comunidade, quantos grupos tem, quem está, quem tá, quem está lá, quem faz parte, quem participa, membros, os membros, quais são os membros, participantes, os participantes, integrantes, mostra, mostre, mostrar, mostra o, mostra a, mostre o, mostre a, me mostra o, como está o, como está a, como tá o, como tá a, como anda o, como anda a, ver o, ver a, quero ver o, quero ver a, quem são os membros, quem são os participantes, mostra os participantes, mostra os membros, mostra os participantes do grupo, lista os participantes, lista os membros, quem são as pessoas, me mostra a, me mostre o, me mostre a, abre, abra, abrir
wish-groups = quais grupos, quais são os grupos, quais os grupos, que grupos tem, lista os grupos, liste os grupos, lista de grupos, listar grupos, listar os grupos, mostra os grupos, mostre os grupos, meus grupos, os grupos, ver grupos, ver os grupos, todos os grupos, manda os grupos, a lista de grupos, a lista dos grupos, lista dos grupos
wish-create = cria uma comunidade, crie uma comunidade, criar uma comunidade, criar comunidade, cria comunidade, cria a comunidade, crie a comunidade, criar a comunidade, nova comunidade, uma nova comunidade, cria, crie
wish-describe = muda a descrição, mude a descrição, mudar a descrição, troca a descrição, troque a descrição, altera a descrição, coloca a descrição, nova descrição, descreve, descreva, tira a descrição, tire a descrição, tirar a descrição, apaga a descrição, apague a descrição, apagar a descrição, remove a descrição, remova a descrição, remover a descrição, limpa a descrição, limpar a descrição, exclui a descrição, excluir a descrição, deleta a descrição, sem descrição
wish-photo = muda a foto, mude a foto, mudar a foto, troca a foto, troque a foto, trocar a foto, coloca a foto, nova foto, tira a foto, tire a foto, tirar a foto, remove a foto, remova a foto, remover a foto, apaga a foto, apague a foto, apagar a foto, exclui a foto, excluir a foto, deleta a foto, sem foto, coloca essa foto, coloque essa foto, põe essa foto, bota essa foto, usa essa foto, use essa foto
wish-settings = configura, configure, ajusta, ajuste, só admins, só os admins, deixa só admins, deixa só os admins, deixar só admins, deixar só os admins, deixa só adm, deixar só adm, deixa apenas admins, deixar apenas admins
wish-invite = manda link, mande link, passa link, envia link, manda um link, manda o link, mande o link, passa o link, qual o link, qual é o link, o link, link do, link da, link de, link para, link pra, link de convite, o convite, manda o convite, convida, troca o link, troque o link, trocar o link, muda o link, mude o link, mudar o link, gera um link novo, gere um link novo, gerar um link novo, gera um novo link, gerar um novo link, gera outro link, gera um link, gerar um link, cria um link novo, cria um novo link, criar um novo link, um link novo, link novo, um novo link, novo link, outro link, redefine o link, redefinir o link, reseta o link, resetar o link, renova o link, renovar o link, troca o convite, trocar o convite, novo convite, gera link novo, gera novo link, gera link, manda o link novo, quero o link novo, me dá um link novo, gera o link, gere o link, gerar o link, cria um link, criar um link, do convite, do link, um link do, um link da, convite do, convite da, link pra entrar, o link pra entrar, manda o link pra entrar, passa o link pra entrar, link de entrada, o link de entrada, manda o link de entrada, o convite pra entrar, passa o convite, passe o convite, me passa o link, me manda o convite, manda o link de convite, mande o link de convite, passa o link de convite, envia o link de convite, o link de convite, qual o link de convite, qual é o link de convite
wish-announce = avisa, avise, anuncia, anuncie, divulga, divulgue, comunica, comunique, manda um aviso, mande um aviso, mandar um aviso, manda aviso, envia um aviso, envie um aviso, enviar um aviso, manda uma mensagem, envia uma mensagem, fala pro, fala pra, fala para, fala no, fala na, fale pro, fale pra, fale para, falar pro, falar pra, diz, diga, dizer pro, dizer pra, conta pro, conta pra, manda mensagem, mande mensagem, mandar mensagem, mande uma mensagem, mandar uma mensagem, manda msg, mandar msg, manda uma msg, manda recado, manda um recado, mande um recado, mandar um recado, envia mensagem, envie uma mensagem, enviar mensagem, enviar uma mensagem, manda um zap, fala com, fale com, avisar uma coisa, manda um comunicado, mandar um comunicado, dar um recado, dá um recado, dar um aviso, dá um aviso, faz um aviso, faça um aviso, fazer um aviso, faz um anúncio, fazer um anúncio
wish-deactivate = desativa, desative, encerra, encerre, encerrar, apaga, apague, apagar, deleta, delete, deletar, apaga a comunidade, apagar a comunidade, exclui a comunidade, excluir a comunidade, deleta a comunidade, fecha a comunidade, fechar a comunidade, exclua a comunidade, apague a comunidade, delete a comunidade, remove a comunidade, remover a comunidade, encerra a comunidade, encerrar a comunidade, acaba com a comunidade, acaba com o, acabar com a comunidade, acabar com o
wish-add = adiciona o número, inclui o número, coloca o número
wish-remove = remova, exclui, exclua, expulsa, expulse, expulsar, bane, banir, tira o número, remove o número
wish-promote = promove, promova, nomeia, nomeie, torna admin, torne admin, faz, faça, fazer, deixa, deixe, deixar, dá, dê
wish-demote = rebaixa, rebaixe, tira de admin, tira o admin, tira a admin, tira o adm, tira o administrador, tirar o admin, tirar de admin, remove o admin, remover o admin
wish-who = quem é admin, quem são os admins, quem são os administradores, quem é administrador, quem é adm, quem são os adm, quem são adm, quem manda, quem administra, quem pode, quais são os admins, quais os admins, admins, os admins, administradores, mostra os admins, mostre os admins, mostra os administradores, ver os admins, lista os admins, quem mais é admin, quais admins, quem são os outros admins, a lista de admins, lista de admins
wish-history = o que foi feito, o que aconteceu, quem fez o quê, últimos comandos, o histórico, quem tirou, quem criou, quem colocou, quem pôs, quem botou, quem adicionou, quem removeu, quem vinculou, quem desvinculou, quem moveu, quem mudou, quem trocou, quem desativou, quem apagou, quem mandou, quem avisou, quem excluiu, deu certo?, deu bom?, funcionou?, foi feito?, já foi feito?, conseguiu?, conseguiu fazer?, e aí deu certo?, deu tudo certo?, tudo certo?, entrou?, saiu?, o que eu fiz, o que fiz, o que fizemos, o que a gente fez, quem mexeu, quem alterou, o que você fez, o que vc fez, o que o bot fez, o que cê fez, isso tá certo?, isso está certo?, tá certo isso?, fez certo?, por que, por quê
wish-more = mostra mais, ver mais, tem mais, continua, próxima página, próximo, próxima, próximos, o resto
wish-undo = desfaz, desfaça, desfaz isso, desfazer isso, volta atrás, voltar atrás, reverte, reverter, volta, volta isso, volta tudo, coloca de volta, coloque de volta, põe de volta, bota de volta, volta como era, volta como estava
wish-cancel = cancela o comando, cancelar o comando, cancela o último comando
wish-status = o status, qual o status, tá funcionando, está funcionando, tá conectado, está conectado, vc tá on, você tá on, tá on, vc tá online, você está online, tá online, você está no ar, tá no ar, deu erro aqui, deu erro, tá dando erro, tá com erro, deu problema, o bot tá funcionando, o bot está funcionando, o whatsapp tá conectado, o whatsapp está conectado
wish-whoami = quem sou eu, quem sou, qual é o meu número, qual o meu nível de acesso, qual é o meu nível de acesso, qual meu nível de acesso, quais são as minhas permissões, quais as minhas permissões, o meu acesso, meu acesso, qual o meu acesso, qual é o meu acesso, qual meu número, qual o meu número, qual é meu número, sou admin, eu sou admin, sou eu que sou admin
wish-language = muda o idioma, mude o idioma, mudar o idioma, troca o idioma, muda a língua, fala, fale, fala em, fale em, falar em
wish-alias = apelida, apelide, muda o nome, mude o nome, mudar o nome, troca o nome, troque o nome, trocar o nome, altera o nome, alterar o nome, renomeia, renomeie, renomear, novo nome, põe apelido, põe um apelido, coloca apelido, coloca um apelido, dá um apelido, dá apelido, cria um apelido, bota apelido, bota um apelido, chama
wish-aliases = quais são os apelidos, lista os apelidos, os apelidos
wish-help = ajuda com, ajuda com o, ajuda sobre, ajuda para, ajuda pra, a ajuda, de ajuda, ajuda aí, ajude, socorro, o menu, os comandos, quais são os comandos, quais comandos, lista de comandos, como funciona, como usar, como uso, como te uso, como faço, como se usa, o que posso fazer, como funciona isso, como isso funciona, como é que funciona, como é que funciona isso, como é que isso funciona, como funciona esse bot, como funciona o bot, como você funciona, como vc funciona, como que funciona, como que usa, como se faz, me explica, opções, as opções, quais as opções, quais são as opções, explica, explica de novo, explica melhor, me explica de novo, me explica melhor, como assim, quais os comandos, quais são seus comandos, o que você faz, o que vc faz, quem é você, quem é vc
how-to = como, como eu, como que eu, como é que eu, como a gente, como é que a gente, como faço pra, como faço para, como eu faço pra, como eu faço para, como é que faço pra, como é que faço para, como é que eu faço pra, como é que eu faço para, como que faço pra, como que eu faço pra, como fazer pra, como fazer para, como se faz pra, como se faz para, como posso, como eu posso, como é que se, como se, como é o comando pra, como é o comando para, qual o comando pra, qual o comando para, qual é o comando pra, qual é o comando para, me ensina a, me ensina como, me explica como, ajuda pra, ajuda para, de ajuda pra, de ajuda para, ajuda com, de ajuda com, pra que serve, para que serve, o que faz, o que significa, me ajuda a, ajuda a
how-people-words = pessoa pessoas gente alguém membro membros participante participantes número número números contato vizinho vizinha
list-words = abaixo seguinte seguintes esse esses este estes essa essas isso aí lista
alias-name-words = apelido apelida apelide chama atalho
how-may = posso, eu posso, consigo, eu consigo, dá pra eu, não consigo, eu não consigo, não tô conseguindo, não estou conseguindo, não deu pra, não consegui
how-link = coloco, adiciono, ponho, boto, vinculo, junto, incluo, insiro, pôr, colocar, adicionar, incluir
how-unlink = tiro, retiro, desvinculo, removo, excluo o grupo, tirar, remover
how-move = movo, mudo, transfiro, passo, mudar o grupo, mudo o grupo
how-create = crio, faço uma comunidade, abro uma comunidade, fazer uma comunidade
how-announce = aviso, anuncio, mando um aviso, mando aviso, envio um aviso, envio aviso, mando mensagem, mando uma mensagem, divulgo, comunico, mando um recado
how-describe = mudo a descrição, troco a descrição, altero a descrição, coloco a descrição, coloco descrição, escrevo a descrição, ponho a descrição
how-photo = mudo a foto, troco a foto, coloco a foto, coloco uma foto, coloco foto, ponho a foto, ponho uma foto, boto a foto, boto uma foto, colocar a foto, colocar uma foto, colocar foto
how-deactivate = desativo, apago, encerro, acabo com, excluo, deleto, fecho, excluir
how-invite = convido, pego o link, consigo o link, vejo o link, mando o link, passo o link, troco o link, mudo o link, pegar o link, ver o link, gero um link
how-undo = desfaço, volto atrás, reverto, cancelo o que fiz

## Avisos de problemas
notify-disconnected = O WhatsApp de { $instance } está desconectado há { $duration }: nenhum comando chega. Abra a instância no painel da Z-API e leia o QR code com o celular.
notify-disconnected-over = O WhatsApp de { $instance } voltou a se conectar. Ficou desconectado por { $duration }.
notify-no-event = Nenhum webhook de { $instance } chega há { $duration }. No servidor, `vincula check` procura a causa.
notify-no-event-over = Os webhooks de { $instance } voltaram a chegar. Foram { $duration } sem nenhum.
notify-dead-letter = { $count ->
    [one] Um comando de { $instance } falhou de vez: { $command }, enviado por { $person }. No servidor: `vincula journal list --state dead`
   *[other] { $count } comandos de { $instance } falharam de vez; o primeiro é { $command }, enviado por { $person }. No servidor: `vincula journal list --state dead`
}
notify-dead-letter-over = Não resta nenhum comando com falha em { $instance }. Levou { $duration }.
notify-an-admin = um admin
notify-store = O banco de dados não funciona há { $duration }: nenhum comando é aceito. O log do servidor diz por quê.
notify-store-over = O banco de dados voltou a funcionar. Ficou { $duration } fora do ar.
notify-subscription = A instância { $instance } está paga só até { $day }. Renove no painel da Z-API, senão ela para.
notify-subscription-over = A instância { $instance } está paga até { $day }.
notify-test = Isto é um teste: os avisos do vincula chegam aqui.

## Demo
demo-welcome = 
    Você é { $name }, admin de um número simulado do WhatsApp. Experimente { $help } ou { $communities }; Ctrl-D para sair.
    A URL do webhook é { $url }; para outros subcomandos use --config { $file }
demo-ignored = ignorado: { $reason }
demo-ignored-not-a-command = não é um comando
demo-ignored-no-text = mensagem sem texto
demo-ignored-not-an-admin = de quem não é admin
demo-ignored-forwarded = mensagem encaminhada
demo-ignored-edited = mensagem editada
demo-ignored-rate-limited = mensagens demais
demo-edited = editada
demo-in = em { $group }
demo-page = O mesmo no navegador: { $url }
demo-no-browser = Não consegui abrir o navegador: abra o endereço você mesmo.

## Páginas
web-skip = Pular para o conteúdo
web-home = Ir para o início
web-bad-request = Este endereço não está certo
web-bad-request-help = Não deu para entender a solicitação. Volte e tente de novo.
web-forbidden = Você não tem permissão
web-forbidden-help = Só operadores podem fazer isso.
web-not-found = Não há nada aqui
web-not-found-help = O endereço pode estar errado, ou o que havia aqui já não existe.
web-method-not-allowed = Isso não funciona aqui
web-method-not-allowed-help = A página existe, mas não aceita esse tipo de solicitação.
web-unavailable = O banco de dados não responde
web-unavailable-help = O vincula continua tentando sozinho. Recarregue a página daqui a pouco.
web-internal = Algo deu errado
web-internal-help = Os detalhes estão no log.

## Painel
console-nav = Seções
console-overview = Visão geral
console-commands = Comandos
console-communities = Comunidades
console-people = Pessoas
console-health = Saúde
console-configuration = Configuração
console-open = Aberto a todos nesta máquina: nenhum login foi configurado.
console-signed-in = Sessão de { $value }
console-sign-in = Entrar no painel
console-sign-in-button = Entrar
console-sign-out = Sair
console-password = Senha
console-role-operator = operador
console-role-viewer = leitor
console-wrong-password = Senha incorreta.
console-wait-seconds = { $count ->
    [one] Tentativas demais. Tente de novo em um segundo.
   *[other] Tentativas demais. Tente de novo em { $count } segundos.
}
console-wait-minutes = { $count ->
    [one] Tentativas demais. Tente de novo em um minuto.
   *[other] Tentativas demais. Tente de novo em { $count } minutos.
}
console-sign-in-busy = Muita gente está entrando ao mesmo tempo. Tente de novo em alguns segundos.
console-wrong-host = O painel não abre com este nome
console-wrong-host-help = Sem senha, ele só abre nesta máquina, como localhost. Para usar outro nome ou um proxy, configure console.password_hash.
console-cross-origin = Nada foi feito
console-cross-origin-help = O pedido veio de uma página de outro site. Abra o próprio painel e tente de novo.
console-not-named = Ninguém entrou
console-not-named-help = Quem faz o login é o proxy na frente do painel, mas ele não informou nenhum nome. Abra o painel pelo proxy e confira console.user_header e console.trusted_proxies.
console-signed-in-by-proxy = Quem fez o seu login foi o proxy
console-signed-in-by-proxy-help = Saia por lá.
console-command = Comando
console-attention = Precisa de atenção
console-all-well = Nada precisa de atenção.
console-look = Ver
console-instances = Instâncias
console-connected = Conectado
console-not-connected = Desconectado
console-connection-unknown = Sem informação ainda
console-waiting = na fila
console-dead = com falha
console-oldest = Mais antigo na fila
console-since = WhatsApp desde
console-last-event = Último evento
console-no-event = nenhum desde o início
console-reply-time = Tempo de resposta, últimas 24 horas
console-median = mediana
console-no-commands = nenhum comando
console-newest = Comandos mais recentes
console-all-commands = Todos os comandos
console-nothing-yet = Nenhum comando ainda. Envie um para o número do bot, e ele aparece aqui.
console-store-down = O banco de dados não responde. Enquanto isso, novos comandos não são aceitos.
console-country-code = O número de { $name }, { $phone }, talvez esteja sem o código do país. No Brasil é { $full }.
console-needs-restart = Alterado na configuração, mas só vale depois de reiniciar: { $keys }
console-disconnected = { $instance }: o WhatsApp está desconectado desde { $since }. Abra a instância na Z-API e leia o QR code com o celular.
console-state-waiting = Na fila
console-state-retrying = Nova tentativa
console-state-answering = Respondendo
console-state-dead = Com falha
console-state-replied = Concluído
console-state-denied = Sem permissão
console-state-usage-error = Não entendido
console-state-previewed = Pediu confirmação
console-state-expired = Antigo demais
console-state-cancelled = Cancelado
console-state-failed = Falhou
console-state-reply-failed = Resposta não entregue
console-state-dropped = Descartado
console-search = Buscar
console-search-text = Texto
console-search-person = Pessoa
console-search-person-hint = Nome ou número
console-search-state = Situação
console-search-more = Mais filtros
console-search-command = Comando
console-search-community = Comunidade
console-search-chat = Conversa
console-search-instance = Instância
console-search-since = De
console-search-until = Até
console-search-time-hint = Horários: 14:00, 2026-01-31, 2026-01-31 14:00, ou há quanto tempo: 2h, 3 days.
console-search-clear = Mostrar todos os comandos
console-search-nothing = Nenhum comando encontrado.
console-search-cut = A busca demorou e parou aqui. Pode haver mais resultados antes disso.
console-search-cut-empty = Nada até aqui. A busca demorou e parou: dá para continuar mais para trás.
console-search-on = Buscar mais para trás
console-any = Qualquer
console-live-stop = Ao vivo. Parar
console-live-start = Atualizar sozinho
console-pages = Páginas
console-page-newest = Mais recentes
console-page-older = Mais antigos
console-message = Mensagem
console-text-hidden = O texto das mensagens só aparece para operadores.
console-text-trimmed = O texto já não é guardado (store.text_retention).
console-error = Erro:
console-story = O que aconteceu
console-actions = Ações
console-retry = Tentar de novo
console-cancel = Cancelar
console-drop = Descartar…
console-drop-help = Não será executado de novo, e o admin não é avisado.
console-drop-now = Descartar
console-done-retried = Está sendo executado de novo.
console-done-resent = A resposta está sendo reenviada.
console-done-dropped = Foi descartado.
console-done-cancelled = Foi cancelado.
console-done-cancelled-running = Já está em execução: esta tentativa continua e é a última.
console-done-not-dead = Já não está com falha.
console-done-trimmed = O texto foi apagado, então não dá para executar. O admin pode enviar de novo.
console-done-not-waiting = Já não está na fila.
console-facts = Detalhes
console-from = De
console-chat = Conversa
console-parsed = Entendido como
console-accepted = Recebido
console-took = Demorou
console-attempts = Tentativas com falha
console-retry-at = Próxima tentativa
console-plan = Plano
console-answered-by = Respondido por
console-answers = Responde a
console-cancelled-by = Cancelado por
console-step-sent = Enviado no WhatsApp
console-step-accepted = Recebido, verificado, de um admin; gravado
console-step-planned = Permissões conferidas, plano gravado
console-step-call = Z-API
console-step-attempted = A tentativa falhou
console-step-crashed = A tentativa foi interrompida por um erro
console-step-released = Devolvido: o serviço parou
console-step-replied = Resposta escrita
console-step-delivered = Resposta enviada
console-step-finished = Encerrado
console-step-retry-notified = O admin foi avisado de que vai demorar
console-step-retry-withdrawn = Esse aviso acabou não sendo enviado
console-step-requeued = Nova tentativa por um operador
console-step-dropped = Descartado por um operador
console-step-cancelled = Cancelado
console-step-other = Evento
console-who-may = Quem pode fazer o quê
console-no-admins = A configuração não nomeia ninguém.
console-name = Nome
console-known-by = Reconhecido por
console-known-by-both = Número e id oculto
console-known-by-number = Número
console-known-by-lid = Id oculto
console-may-use = Comandos
console-may-in = Comunidades
console-all-of-them = todos
console-all-communities = todas
console-owner = Quem digita no próprio celular do bot pode usar todos os comandos (owner_commands).
console-staff = Os admins de uma comunidade no WhatsApp podem gerenciá-la, exceto { $value }.
console-nobody = ninguém
console-nobody-else = mais ninguém
console-lookup = Por que alguém não recebe resposta?
console-lookup-label = O número com código do país, ou o id oculto (…@lid)
console-lookup-go = Conferir
console-lookup-unreadable = Isso não é um número com código do país nem um id oculto.
console-lookup-admin = é { $value }.
console-lookup-none = { $value } não é admin na configuração. Nada foi recusado nos últimos sete dias.
console-lookup-refused = { $value } não é admin na configuração. Mensagens recusadas:
console-lookup-lines = Estas linhas da configuração dariam acesso. Escolha uma chave e um nome, salve e recarregue o serviço (SIGHUP).
console-refused = Recusados nos últimos sete dias
console-refused-help = Comandos sem efeito por causa do remetente ou do horário. O remetente é guardado como código, não como número: confira um número acima para encontrá-lo. Novos aparecem em até um minuto.
console-refused-none = Ninguém foi recusado.
console-refused-not-an-admin = não é admin
console-refused-rate-limited = comandos demais
console-refused-sent-in-future = enviado no futuro
console-refused-other = outro
console-accesses = Quem usou o painel
console-accesses-help = Logins, páginas com textos de mensagens e ações: os 30 últimos. O banco de dados guarda todos pelo mesmo prazo dos comandos encerrados.
console-access-when = Quando
console-access-what = O quê
console-access-address = Endereço
console-did-sign-in = entrou
console-did-sign-out = saiu
console-did-read-texts = leu textos
console-did-retry = tentou um comando de novo
console-did-drop = descartou um comando
console-did-cancel = cancelou um comando
console-did-read = mandou ler as comunidades
console-sender = Remetente
console-reason = Motivo
console-count = Mensagens
console-last = Última
console-others = outros
console-read-ago = Lido há { $value }
console-never-read = Ainda não lidas desde o início. O bot as lê quando um comando precisa.
console-read-now = Ler agora
console-no-communities = O bot não está em nenhuma comunidade.
console-managers = Podem gerenciar:
console-whatsapp-admins = Admins no WhatsApp, lidos há { $value }:
console-admins-unread = Os admins no WhatsApp ainda não foram lidos.
console-groups-unread = Os grupos ainda não foram lidos.
console-loose-groups = Sem comunidade
console-service = Serviço
console-store = Banco de dados
console-store-up = leitura e escrita ok
console-store-failing = não responde
console-version = Versão
console-started = Iniciado
console-metrics = Desde o início
console-metric-webhooks = Webhooks
console-metric-commands = Comandos encerrados
console-metric-retries = Novas tentativas
console-metric-api-errors = Erros da Z-API
console-metric-verification-failures = Webhooks não verificados
console-metric-takeovers = Comandos retomados após uma queda
console-metric-panics = Falhas internas (panics)
console-metric-memory = Memória em uso
console-all-metrics = Todas as métricas
console-config-file = De { $value } e do ambiente. Segredos não são mostrados.
console-config-environment = Só do ambiente. Segredos não são mostrados.
console-restart-keys = Só vale depois de reiniciar:
console-key = Chave
console-value = Valor
console-origin = Origem
console-secret = segredo
console-origin-file = arquivo
console-origin-variable = ambiente
console-origin-default = padrão
console-step-claimed = Começa a tentativa { $count }
console-commands-count = { $count ->
    [one] { $count } comando
   *[other] { $count } comandos
}
console-groups-count = { $count ->
    [one] { $count } grupo
   *[other] { $count } grupos
}
console-dead-letters = { $count ->
    [one] { $instance }: um comando falhou de vez. Tente de novo ou descarte.
   *[other] { $instance }: { $count } comandos falharam de vez. Tente de novo ou descarte.
}
console-stuck = { $count ->
    [one] { $instance }: { $count } comando na fila há { $age }.
   *[other] { $instance }: { $count } comandos na fila, o mais antigo há { $age }.
}

## Playground
playground-title = Demonstração
playground-heading = demonstração
playground-about = Fale com o bot pelo celular e veja as comunidades mudarem. Tudo roda nesta máquina; ninguém recebe nada.
playground-reset = Recomeçar
playground-other-site = Esta não é a página da demonstração
playground-other-site-help = Nada foi feito. Abra o endereço que o vincula demo mostrou no terminal.
playground-phone = Celular
playground-who = Quem você é
playground-as-ana = Ana
playground-as-bruno = Bruno
playground-as-zeca = Zeca
playground-as-owner = Celular do bot
playground-role-ana = Você é a Ana, a admin principal
playground-role-bruno = Você é o Bruno, admin só de “Bairro Feliz”
playground-role-zeca = Você é o Zeca, que o bot não conhece
playground-role-owner = Você digita no celular do próprio bot
playground-group-chat = Grupo
playground-back = Voltar para a conversa direta
playground-messages = Mensagens
playground-message = Mensagem
playground-send = Enviar
playground-picture = Enviar com uma foto
playground-a-picture = Foto
playground-empty = Nenhuma mensagem ainda. Toque numa sugestão abaixo ou digite.
playground-actions = Responder, reagir, editar ou apagar
playground-reply = Responder
playground-react = Reagir com
playground-edit = Editar
playground-editing = Editando
playground-delete = Apagar
playground-deleted = Esta mensagem foi apagada
playground-cancel = Cancelar
playground-suggestions = Sugestões
playground-world = Comunidades
playground-announcements = Avisos
playground-loose = Fora de comunidades
playground-locked = O bot não é admin deste grupo
playground-conditions = Quando algo dá errado
playground-down = Z-API fora do ar
playground-down-help = Toda chamada recebe uma página de erro
playground-slow = Z-API lenta
playground-slow-help = Cada chamada leva 2,5 segundos
playground-too-many-requests = Pedidos demais
playground-too-many-requests-help = A Z-API responde 429: espere
playground-partial = Alguns grupos recusam
playground-partial-help = O bot não é admin de um em cada três grupos
playground-offline = Celular offline
playground-offline-help = WhatsApp desconectado; as mensagens esperam
playground-duplicates = Entregas repetidas
playground-duplicates-help = Cada webhook chega três vezes
playground-kill = Matar o serviço agora
playground-kill-help = Como kill -9. Ele volta, e o que já tinha aceitado continua.
playground-inside = Nos bastidores
playground-webhooks = Webhooks como chegaram
playground-webhooks-help = O que a Z-API envia para cada mensagem. O token prova que é a Z-API; aqui ele fica oculto.
playground-story = O comando no diário
playground-story-help = Cada passo vai para o disco antes do próximo; por isso uma queda não perde nada.
playground-calls = Chamadas à Z-API
playground-calls-help = As mais novas primeiro. O bot confere o resultado antes de dizer que fez.
playground-nothing-yet = Nada ainda.
playground-tour = Tour de dois minutos
playground-tour-progress = Andamento do tour
playground-tour-send = Enviar isto
playground-tour-as = como { $value }
playground-tour-skip = Pular
playground-tour-close = Encerrar
playground-tour-restart = Fazer o tour de novo
playground-tour-1 = Diga oi: o bot conta o que sabe fazer.
playground-tour-language = O bot fala outro idioma por padrão. Escolha o seu para esta conversa.
playground-tour-2 = Ponha dois grupos numa comunidade e veja-os se moverem. Basta parte do nome.
playground-tour-3 = Sem comando também vai: o bot pergunta antes se entendeu.
playground-tour-4 = Diga sim. Um 👍 na pergunta vale igual.
playground-tour-5 = Mova um grupo de uma comunidade para outra.
playground-tour-6 = E desfaça.
playground-tour-7 = O Bruno é admin de uma só comunidade: o que ele não pode ver não existe para ele.
playground-tour-8 = Agora 21 grupos com a Z-API lenta: o bot mostra o andamento.
playground-tour-9 = Enquanto ele trabalha, mate o serviço. Ele volta e termina o serviço.
playground-tour-end = Esse foi o tour. Continue com seus comandos ou estrague algo ali embaixo.
playground-groups = { $count ->
    [one] { $count } grupo
   *[other] { $count } grupos
}
playground-killed = { $count ->
    [one] Morto uma vez, e já está de volta.
   *[other] Morto { $count } vezes, e já está de volta.
}
playground-failed-attempts = { $count ->
    [one] { $count } tentativa falhou
   *[other] { $count } tentativas falharam
}
