# Lo que vincula dice en español. Mismas claves y huecos que los otros catálogos.

## Link and unlink
link-done = { $done ->
    [0] Ninguno de los { $all } grupos entró en { $community }.
    [one] { $done } de { $all } grupos ahora está en { $community }.
   *[other] { $done } de { $all } grupos ahora están en { $community }.
}
link-done-one = { $name } ahora está en { $community }.
unlink-done = { $done ->
    [0] Ninguno de los { $all } grupos salió de { $community }.
    [one] { $done } de { $all } grupos ya no está en { $community }.
   *[other] { $done } de { $all } grupos ya no están en { $community }.
}
unlink-done-one = { $name } ya no está en { $community }.
link-already = { $name }: ya estaba ahí
link-already-one = { $name } ya estaba en { $community }.
unlink-already = { $name }: no estaba ahí
unlink-already-one = { $name } no estaba en { $community }.
nothing-changed = Nada cambió en { $community }: ya estaba así.
none-certain = En { $community }, no pude confirmar ninguno de los { $all } cambios.
group-elsewhere = { $name }: es de { $community }. Para moverlo: { $command }
group-elsewhere-unlink = { $name }: es de { $community }, no de esta comunidad
group-elsewhere-unnamed = { $name }: es de otra comunidad
move-all = Para moverlos todos a la vez: { $command }
group-announcement = { $name }: es el grupo de avisos de una comunidad: se queda donde está
group-is-community = { $name }: es una comunidad, y aquí va un grupo
is-group = { $name } es un grupo, y aquí va una comunidad: { $usage }
in-no-community = sin comunidad
group-last = { $name }: la comunidad necesita al menos un grupo, así que este se queda
group-community-full = { $name }: { $community } está llena: caben como máximo { $limit } grupos
group-gone = { $name }: ese grupo no existe, o el número del bot no está en él
group-not-a-member = { $name }: el número del bot no está en ese grupo. Agrégalo al grupo e inténtalo de nuevo
group-invitation-expired = { $name }: ese enlace de invitación no lleva a ningún grupo. Quizá se restableció: cópialo de nuevo
group = { $name }
group-rejected = { $name }: Z-API lo rechazó: { $reason }
group-rejected-plain = { $name }: Z-API lo rechazó. ¿El número del bot es admin de la comunidad y del grupo?
group-failed = { $name }: { $reason }
group-cancelled = { $name }: no se hizo: el comando fue cancelado
group-not-shown = { $name }: Z-API dijo que lo hizo, pero la comunidad no lo muestra. Revisa de nuevo en un minuto: { $command }
group-not-shown-after = { $name }: { $reason } La comunidad todavía no muestra el cambio. Revisa de nuevo en un minuto: { $command }
group-not-read-back = { $name }: no pude comprobar el resultado. Revisa de nuevo en un minuto: { $command }

## Names
no-group = No conozco ningún grupo { $name }
no-group-number = No conozco ningún grupo { $name }. Un número solo vale si está en la última lista, y sin nombres al lado
no-group-nearest = No conozco ningún grupo { $name }. ¿Quisiste decir { $candidates }?
no-pattern = Ningún grupo coincide con { $name }
many-groups = { $name } puede ser { $candidates }
many-groups-more = { $name } puede ser { $candidates } y { $count } más: escribe un poco más del nombre
no-here = “aquí” es este chat, y este chat no es un grupo
no-community = No conozco ninguna comunidad { $name }. Míralas todas con { $command }
no-community-nearest = No conozco ninguna comunidad { $name }. ¿Quisiste decir { $candidates }? { $count ->
    [one] Responde “sí”; nada cambió.
   *[other] Responde con el número; nada cambió.
}
many-communities = { $name } puede ser { $candidates }. Responde con el número; nada cambió.
no-communities = Este número no está en ninguna comunidad.

## Lists
communities = { $count ->
    [one] { $count } comunidad:
   *[other] { $count } comunidades:
}
community = { $community }: { $count } de { $limit } grupos
community-unlisted = { $community }: Z-API no muestra sus grupos ahora. Revisa de nuevo en un minuto.
community-empty = Solo tiene el grupo de avisos.
groups = { $count ->
    [one] { $count } grupo:
   *[other] { $count } grupos:
}
groups-none = Este número no está en ningún grupo.
groups-none-of = Ningún grupo coincide con { $name }. Míralos todos: { $command }

## People
whoami = Eres { $name }.
whoami-phone = Número: { $phone }
whoami-lid = Lid: { $lid }
whoami-chat = Este chat: { $chat }
whoami-may = Comandos: { $commands }
whoami-where = Comunidades: { $communities }
all-commands = todos
all-communities = todas
forbidden = No puedes usar { $command } aquí. Quien está a cargo de este bot puede permitirlo.
forbidden-in = No puedes usar { $command } en { $community }. Quien está a cargo de este bot puede permitirlo.
rights-revoked = Ya no eres admin de este bot, así que el comando no se ejecutó.
rights-revoked-running = Ya no puedes hacer esto aquí, así que me detuve. El comando ya había empezado: puede que una parte se haya hecho.
not-an-admin = Este número solo atiende a sus admins.

## Status
status-connected = WhatsApp está conectado.
status-disconnected = WhatsApp no está conectado. Abre la instancia en Z-API y escanea el código QR con el teléfono.
status-unread = No pude preguntarle a Z-API: { $reason }
status-waiting = { $count ->
    [0] Nada en espera.
    [one] { $count } comando más en espera.
   *[other] { $count } comandos más en espera.
}
status-dead = { $count ->
    [one] Falló { $count } comando.
   *[other] Fallaron { $count } comandos.
}

## Usage errors, limits, retries, cancellation
unknown-command = No conozco el comando { $name }. Míralos todos: { $help }
unknown-command-nearest = No conozco el comando { $name }. ¿Quisiste decir { $nearest }?
unclosed-quote = Faltó cerrar las comillas { $quote }. Escribe: { $usage }
missing-community = ¿Qué comunidad? Escribe: { $usage }
missing-groups = ¿Qué grupos? Escribe: { $usage }
too-many-words = No sé qué hacer con { $word }. Escribe: { $usage }
leftover-words = No entendí { $word }, así que no hice nada. Entendí: { $names }. Separa los nombres con comas: { $usage }
exclusion = Con { $word } no sé cuáles son: envía solo los que valen. Escribe: { $usage }
no-later = Lo hago todo al momento, no lo programo: no hice nada. Si es para ahora, envíalo de nuevo sin { $word }: { $usage }
example = Por ejemplo: { $example }
too-old = { $count ->
    [one] Este comando me llegó con { $age } de retraso, así que no lo ejecuté. Envíalo otra vez si todavía lo quieres.
   *[other] { $count } comandos me llegaron con hasta { $age } de retraso, así que no hice nada. Envía otra vez los que aún necesites.
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
    [one] 1 día
   *[other] { $count } días
}
message-deleted = Borraste el mensaje, así que no hice nada.
message-edited = Cambiaste el mensaje, así que no hice nada. Si todavía quieres algo, envíalo en otro mensaje.
too-many-commands = Son más de { $limit } comandos en un solo mensaje, así que no hice nada. Envíalos en partes más pequeñas.
edit-of-several = No repito mensajes editados con varios comandos. Envía lo que falta en un mensaje nuevo.
edit-of-unknown = No vi el primer texto de este mensaje. Manda lo que quieres en un mensaje nuevo.
rate-limited = { $limit ->
    [one] Más de { $limit } comando en un minuto: espera un poco. Lo que ya acepté sigue en marcha.
   *[other] Más de { $limit } comandos en un minuto: espera un poco. Lo que ya acepté sigue en marcha.
}
failed = No pude terminar este comando y desistí: { $reason } Envíalo otra vez cuando eso esté resuelto: { $status } lo muestra.
retrying = { $reason } Sigo intentándolo { $time } más como máximo. { $cancel } lo detiene.
cancelled = Cancelado. Nada cambió.
cancel-none = Ningún comando en espera en este chat.
cancel-stopped = Cancelé { $command }. Enseguida te cuento cómo quedó.
cancel-running = { $command } se está ejecutando ahora mismo. Si esta vez no resulta, no lo intento de nuevo.

## Errors of Z-API
api-unreachable = No pude conectarme con Z-API.
api-no-answer = Z-API no respondió.
api-busy = Z-API pide ir más despacio.
api-failed = Z-API tiene problemas (estado { $status }).
api-partly-failed = Z-API tiene problemas.
api-disconnected = WhatsApp no está conectado a Z-API. Escanea el código QR otra vez.
api-client-token = Z-API no acepta el Client-Token. Quien está a cargo de este bot debe configurarlo.
api-instance = Z-API no conoce la instancia. Quien está a cargo de este bot debe revisar su id y su token.
api-address = Z-API no acepta llamadas de este servidor. Quien está a cargo de este bot debe permitir su dirección.
api-rejected = Z-API lo rechazó: { $reason }.
api-unreadable = No entendí la respuesta de Z-API.
internal = Algo falló dentro del bot; quien está a cargo de él encuentra la causa en el registro.

## Help
help-title = Lo que sé hacer:
help-on-one = Más sobre cada uno: { $example }
help-usage = Escribe: { $usage }
help-also = También: { $names }
help-marks =
    ✅ hecho · ☑️ ya era así
    ❓ incierto · ❌ no hecho
help-marks-groups =
    ✅ hecho · ☑️ ya era así · ❓ incierto
    ⚠️ es de otra · ❌ no hecho
arg-community = <comunidad>
arg-groups = <grupos…>
arg-words = [palabras]
arg-command = [comando]
arg-all = [todo]
here = aquí
all = todo todos todas
help-link = pone grupos en una comunidad
help-link-long = Sirve el nombre del grupo, el comienzo del nombre, su id, un enlace de invitación, “aquí” (este chat) o un patrón como ventas*. Los nombres con comas van entre comillas. Quienes están en el grupo entran al grupo de avisos.
help-link-example =
    "Bairro Feliz" futebol, mães
    Ventas ventas* aquí
help-unlink = saca grupos de una comunidad
help-unlink-long = Los grupos siguen existiendo. Quien no está en otro grupo de la comunidad sale del grupo de avisos.
help-unlink-example =
    "Bairro Feliz" futebol
    Ventas "Ventas Sur", aquí
help-communities = lista las comunidades
help-communities-long = Cada una con un número, que sirve de nombre en tu próximo comando. El id se muestra cuando dos nombres son iguales.
help-community = muestra una comunidad
help-community-long = Descripción, personas, id y sus grupos con números. El grupo de avisos no se cuenta.
help-groups-long = Después del grupo viene su comunidad. Los números sirven de nombres en tu próximo comando: 1 3-5. El id se muestra cuando los nombres son iguales, o cuando hay un solo grupo.
help-communities-example = { "" }
help-community-example =
    "Bairro Feliz"
    ventas
help-groups = lista los grupos, todos o por palabras
help-groups-example =
    ventas
    ventas*
help-cancel = cancela un comando en espera
help-cancel-long = Sin nada más: el más antiguo de este chat que aún no terminó. Con “todo”: todos. Lo que se está ejecutando en ese momento no se intenta de nuevo. Lo que ya cambió queda así, y la respuesta lo dice.
help-cancel-example =
    { "" }
    todo
help-help = lo que sé hacer
help-help-long = Con el nombre de un comando: cómo se escribe.
help-help-example =
    vincular
    /deshacer
help-whoami = cómo te ve el bot
help-whoami-long = Tu número, tu lid y lo que puedes hacer.
help-whoami-example = { "" }
help-status-long = Pregunta a Z-API, cuenta los comandos que esperan o fallaron y avisa cuando la suscripción de Z-API está por vencer.
help-status = ¿WhatsApp conectado? ¿Algo en espera?
help-status-example = { "" }

## Prompts and dry runs
confirm = ¿Lo hago? Responde “sí” o 👍 en los próximos 5 minutos; “no” lo cancela.
dry-run = Fue una prueba: nada cambió. Sin --probar se hace de verdad.
link-would = { $done ->
    [0] Ninguno de los { $all } grupos entraría en { $community }.
    [one] { $done } de { $all } grupos quedaría en { $community }.
   *[other] { $done } de { $all } grupos quedarían en { $community }.
}
link-would-one = { $name } entraría en { $community }.
unlink-would = { $done ->
    [0] Ninguno de los { $all } grupos saldría de { $community }.
    [one] { $done } de { $all } grupos saldría de { $community }.
   *[other] { $done } de { $all } grupos saldrían de { $community }.
}
unlink-would-one = { $name } saldría de { $community }.
choose = { $count ->
    [one] Responde “sí”.
   *[other] Responde con el número (varios: 1 3).
}
confirm-nothing = No hay nada esperando respuesta aquí.
undo-hint = Para deshacer lo que se hizo: { $command }
confirm-how = Responde “sí” o “no”; todavía no hice nada.
confirm-media = Esta foto no entra en la pregunta de antes, y todavía no hice nada. Responde “sí” para hacerlo sin ella, o “no” y manda el comando en el pie de la foto.
confirm-how-named = Sigo esperando un “sí” o un “no” para { $pending }; todavía no hice nada.
confirm-how-number = Responde con un número de 1 a { $last }, o “no”.
confirm-replaced = Mi pregunta anterior ya no vale.
confirm-replaced-named = Mi pregunta anterior ya no vale. Si todavía lo quieres: { $pending }
confirm-late = Pasaron más de 5 minutos, así que no hice nada. Envía el comando otra vez si todavía lo quieres. Todo lo que sé hacer: { $command }
confirm-early = Eso llegó antes de mi última pregunta, así que no hice nada. Responde de nuevo si es lo que quieres.
confirm-left = Está bien, no hice nada.
confirm-again = Si era otra cosa, manda el comando como debe ser: { $command } …
confirm-left-rest = Está bien, lo demás queda como está.
one-command = Un comando por línea, por favor: no hice nada. Si es un nombre, escríbelo entre comillas.
one-wish = Si son varios pedidos, empieza cada línea con un comando, como { $example }, sin guion ni número antes. No hice nada.
no-above-command = Hay un “no” encima del comando, así que no hice nada. Si lo quieres, manda solo el comando.
one-community = Una comunidad por mensaje, por favor: no hice nada.
group-not-created = No creo grupos, así que no hice nada. Créalo en el teléfono con mi número como admin; después { $command } … lo pone en una comunidad. Si es el nombre de una comunidad, escríbelo entre comillas.
group-not-deleted = No borro grupos, así que no hice nada. { $command } … saca uno de su comunidad. Si es el nombre de una comunidad, escríbelo entre comillas.
command-verbs = vincular, vincula, enlazar, enlaza, desvincular, desvincula, mover, mueve, trasladar, traslada, crear, crea, borrar, borra, eliminar, elimina, desactivar, desactiva, describir, anunciar, anuncia, avisar, avisa, agregar, agrega, añadir, añade, quitar, quita, promover, promueve, ascender, asciende, degradar, degrada, expulsar, expulsa, sacar, saca, retirar, retira, cambiar, cambia, pasar, pasa, poner, pon, meter, mete, cerrar, cierra, deshacer, deshaz, enviar, envía, invitar, invita
command-conjunctions = y, luego, después, ahora, también, pero, quiero
words-before-group = el la un una los de del nuevo nueva otro mi este ese por favor 1
group-words = grupo grupos subgrupo subgrupos
confirm-clear = Solo para confirmar, porque no hay vuelta atrás: ¿“sí” o “no”?
confirm-other-quoted = Respondiste a otro mensaje, así que no hice nada. Responde a mi pregunta, o sin citar nada.
undo-nothing = No has cambiado nada en este chat que yo pueda deshacer.
undo-cannot = Tu último cambio fue { $command }, y ese no se puede deshacer.
undo-already = Ya deshice { $command }. Solo se puede deshacer el último cambio.
undo-unchanged = El último comando, { $last }, no cambió nada. ¿Quieres deshacer el cambio de antes? Sería { $command }. Responde “sí”.
undo-only-last = Solo puedo deshacer el último cambio, y citaste otro mensaje. No cambié nada.
undo-quoted = Para revertir el que citaste: { $command }
edit-while-running = Sigo con la primera versión de este mensaje. Envía otro.
edit-after-end = Ya atendí el texto anterior de este mensaje; envía lo nuevo en otro mensaje.
edit-leaves-question = Mi pregunta anterior sigue en pie: { $candidates }
missing-target = ¿Qué comunidad o grupo? Escribe: { $usage }
missing-people = ¿Cuál es el número de la persona? Escribe: { $usage }
missing-text = Falta el texto. Escribe: { $usage }
ask-community = ¿Qué comunidad? Responde con el nombre, o “no”.
ask-community-text = ¿Para qué comunidad es { $text }? Responde con el nombre, o “no”.
ask-target-community = ¿A qué comunidad? Responde con el nombre, o “no”: { $command } …
ask-groups = ¿Qué grupos? Responde con los nombres, o “no”.
ask-target = ¿Qué comunidad o grupo? Responde con el nombre, o “no”.
ask-people = ¿Cuál es el número de la persona? Responde con él, o “no”.
ask-text = ¿Cuál es el texto? Manda solo eso, o responde “no”.
ask-name = ¿Cómo se va a llamar? Responde con el nombre, o “no”.
ask-words = Responde solo con lo que falta, como en el ejemplo, o “no”.
ask-whole = O mándalo todo junto: { $example }
small-talk = eh, mmm, ah, uy, bueno, pues, a ver, déjame ver, déjame pensar, voy a ver, voy a pensar, estoy pensando, ya te digo, ya mando, ya te mando, ahora te digo, ahora mando, luego, después, luego lo mando, después lo mando, buena pregunta, cómo así, cómo, cuál, cuáles, quién, qué, qué nombre, qué texto, qué grupo, qué grupos, qué comunidad, cuál nombre, cuál grupo, un nombre, el nombre, el texto, el grupo, los grupos, la comunidad, el número, elige tú, tú elige, cualquiera, da igual, lo que sea, nada, estás ahí, hay alguien, hay alguien ahí, alguien ahí, me equivoqué de chat, ignora eso, perdón
greeting = ¡Hola, { $name }! Me encargo de tus comunidades de WhatsApp: tú pides, yo lo hago y te cuento cómo quedó.
greeting-hint = Empieza con { $communities } o mira todo lo que sé hacer: { $help }
talk-ok = ¡Muy bien! 👍
talk-thanks = ¡De nada!
talk-hint = Eso no lo entendí. Responde “1” para ver tus comunidades, “2” para los grupos o “3” para la ayuda.
talk-hint-help = Eso no lo entendí. Todo lo que sé hacer: { $help }
talk-question = Soy un robot y solo me ocupo de las comunidades: grupos, personas, avisos e invitaciones. Otras preguntas no las sé responder, y no puedo programar mensajes ni llamar. Todo lo que sé hacer: { $help }
talk-menu = ¿Qué quieres hacer con { $names }? Responde con el número:
talk-bye = ¡Hasta luego! 👋
talk-here = Aquí estoy. Todo lo que sé hacer: { $help }
talk-confused = No hay problema. Todo lo que sé hacer: { $help }. Para saber más de un comando, pon su nombre detrás.
confused-words = no entiendo, no entiendo nada, no entendí, no entendí nada, no comprendo
talk-no-text = Solo entiendo texto: no puedo leer audios, stickers ni fotos sin texto. Mira lo que sé hacer: { $help }
photo-for-community = Si es para la foto de una comunidad, responde con su nombre.
wish-offer = ¿Quieres { $command }? Responde “sí”.
correction-left = Lo que ya hice sigue igual. Para deshacerlo: { $command }
wish-offer-undo = Solo puedo deshacer tu último cambio: sería { $command }. ¿Lo hago? Responde “sí”.
undo-takes-back = Con { $undo } deshago todo el último cambio: { $command }
undo-takes-back-part = Con { $undo } deshago todo el último cambio: { $command }. Para deshacer solo una parte, envía ese comando solo con ella.
message-not-deleted = No puedo borrar un mensaje ya enviado: bórralo en el teléfono del bot.
messages-not-restricted = No puedo cambiar quién envía mensajes en un grupo: eso se hace en los ajustes del grupo, en el celular.
regret-offer = ¿Quieres deshacer el último cambio? Sería { $command }. Responde “sí” y después manda lo correcto.
wish-usage = Para eso, escribe: { $usage }. Por ejemplo: { $example }
wish-usage-group = Para un grupo, escribe: { $usage }. Para una persona, usa su número: { $people }
wish-usage-alias = No puedo cambiar nombres: eso se hace en el celular. Pero guardo un apodo: { $usage }. Por ejemplo: { $example }

## Words that are understood in every language
reply-yes = sí, si
reply-yes-direct = s, sip, sep, dale, claro, claro que sí, por supuesto, hazlo, hágalo, adelante, de acuerdo, confirmo, confirmado, confirma, afirmativo, seguro, desde luego, cómo no, quiero, sí quiero, seguro que sí, confírmalo, hágale, procede, proceda, aprobado, aprobada, autorizo, autorizado, acepto, obvio que sí, confirmada
reply-yes-send = mándalo, envíalo, mándalos, mándale, envíalos
reply-yes-alone = eso, eso es, eso mismo, exacto, así es, así mismo, exactamente, de una
reply-agreement-alone = vamos, venga, correcto, órale, ándale
reply-agreement = vale, bueno, listo, perfecto, genial, está bien, bien, excelente, buenísimo, muy bien, todo bien, está perfecto, súper, chévere, bárbaro
reply-thanks = gracias, muchas gracias, mil gracias, muchísimas gracias, te lo agradezco, Dios te bendiga, gracias amigo, gracias amiga, muchas gracias amigo, muchas gracias amiga, te agradezco, se agradece, muy amable, agradecido, agradecida, bendiciones, que Dios te bendiga, Dios te lo pague, eso fue todo, eso es todo, era solo eso, por hoy es todo
reply-laughter = jaja, jajaja
reply-understood = entendido, entiendo, anotado, enterado, enterada, qué bien, ya entendí, no está mal, nada mal
reply-no = no
reply-no-within = nunca, jamás, tampoco, negativo, mejor no, ahora no, hoy no, todavía no, claro que no, que no, no lo hagas, espera, espere, esperen, espérate, deja, déjalo, déjala, déjalo así, olvida, olvídalo, olvídate, aguarda, basta, para, detente, anula, cancela, cancelar, cancélalo, ni, Dios me libre, estás loco, estás loca, un momento, me equivoqué, cambié de idea, cambié de opinión, sin querer, un segundo, un segundito, un minuto, un minutito, un instante, un momentito, para nada, de ninguna manera, ahorita no, aún no, creo que no, no gracias, nop, nel, olvídelo, olvídese, déjelo, deténgase, para todo, pare, paren, frena, aguanta, espérame, espera un momento, espera tantito, cancele, cancelen, cancelado, cancelada, cancelo, cancela todo, anular, anúlalo, me arrepentí, cambié de parecer, fue un error, por error, fue sin querer, dame un segundo, dame un minuto, dame un momento, un ratito, nada de eso, mejor después, más tarde, ninguno, ninguna, ninguno de ellos, ninguna de ellas, ninguno de los dos, ninguna de las dos, en vez de eso, en lugar de eso, equivocado, equivocada, equivocados, equivocadas, incorrecto, incorrecta, está mal, no era eso, mejor lo dejamos, lo dejamos, me confundí, me confundo
reply-prepositions = para
reply-neither = por eso, ningún problema, sin ningún problema, ninguna duda, sin ninguna duda
regret = ups, me equivoqué, equivocado, equivocada, no era ese, no era esa, no era eso, era el otro, era la otra, era otro, era otra, no el otro, no la otra, fue un error, sin querer, por error, ese no era, esa no era, no es ese, no es esa, me confundí
regret-denials = nada, nada de, ningún, no está, no fue, no es, no era, no estaba
reply-beside-yes = entonces, ahora, ya, pues, ahorita, oye, mira, ah, uy, gente, mismo
reply-verbs-announce = anunciar, anuncia, anúncialo, avisar, avisa, avísales, enviar, envía, publicar, publica, publícalo, difundir, difunde, avise, avísale, anuncie, envíe, publique, difunda, comunica, comunicar, comunícalo, comparte, compartir, compártelo
reply-verbs-deactivate = desactivar, desactiva, desactívala, borrar, borra, bórrala, eliminar, elimina, elimínala, cerrar, cierra, ciérrala, desactive, desactívalo, borre, bórralo, elimine, elimínalo, cierre, ciérralo
reply-verbs-remove = quitar, quita, quítalo, quítala, sacar, saca, sácalo, sácala, eliminar, elimina, elimínalo, expulsar, expulsa, expúlsalo, quite, quítalos, saque, sácalos, elimine, elimínala, elimínalos, expulse, expúlsala, retira, retirar, retíralo, retírala, echa, echar, échalo, échala, banea, banear
reply-verbs-unlink = desvincular, desvincula, quitar, quita, quítalo, sacar, saca, sácalo, desvincule, desvincúlalo, quite, quítalos, saque, sácalos, retira, retirar, retíralo
reply-verbs-link = vincular, vincula, poner, pon, agregar, agrega, añadir, añade, vincule, vincúlalo, ponga, ponlo, ponlos, agregue, agrégalo, agrégalos, añádelo, une, unir, enlaza, enlazar, mete, meter, mételo, mételos, coloca, colocar
reply-verbs-move = mover, mueve, muévelo, pasar, pasa, trasladar, traslada, mueva, muévelos, pase, pásalo, pásalos, traslade, trasládalo, cambia, cambiar, cámbialo, transfiere, transferir
reply-verbs-create = crear, crea, créala, créalo
reply-verbs-invite = cambiar, cambia, renovar, renueva, restablecer, restablece, cámbialo, renuévalo, restablécelo, resetea, resetear
reply-verbs-undo = deshacer, deshaz, revertir, revierte, deshazlo, deshaga, reviértelo, revierta
reply-verbs-add = agregar, agrega, añadir, añade, invitar, invita, agregue, agrégalo, agrégala, agrégalos, añádelo, añádela, mete, meter, mételo, pon, poner, ponlo, suma, sumar, invítalo, invítala
reply-behind-verb = a todos, todo, todos, eso, el aviso, la comunidad, todas, a todas, a todo el mundo, todo el mundo, a la gente, esto, ellos, ellas, el grupo, los grupos, el mensaje, el enlace
reply-before-number = número opción el la
reply-numbers = uno/una/el primero/la primera/primero, dos/el segundo/la segunda/segundo, tres/el tercero/la tercera/tercero, cuatro/el cuarto/la cuarta/cuarto, cinco/el quinto/la quinta/quinto, seis/el sexto/la sexta/sexto, siete/el séptimo/la séptima/séptimo, ocho/el octavo/la octava/octavo, nueve/el noveno/la novena/noveno, diez/el décimo/la décima/décimo
reply-all = todos, todas, todo, todos ellos, todas ellas, los #, las #, todos los #, todas las #, los # grupos
reply-both = ambos, ambas, los dos, las dos, los 2, las 2
flag-yes = sí
flag-dry-run = probar prueba simular simulacro simulación
greetings = hola, buenas, buenos días, buen día, buenas tardes, buenas noches, qué tal, cómo estás, inicio, empezar, saludos, holi, holis, qué hay, qué onda, cómo va, cómo te va, cómo andas, cómo vas
farewells = chau, chao, adiós, hasta mañana, hasta luego, hasta pronto, hasta la próxima, hasta la vista, nos vemos, nos vemos mañana, hablamos, hablamos luego, me voy, cuídate, que descanses, que estés bien, buen fin de semana, un abrazo, abrazos, besos, saludos
question-words = qué, cuál, cuáles, quién, quiénes, dónde, adónde, cuánto, cuánta, cuántos, cuántas, muestra, muéstrame, mostrar, mostrarme, ver, lista, listar, dime, dame, decirme
question-verbs = es, son, está, están, hay, tiene, tienen, tengo, tenemos, queda, quedó, existe, existen, eres, haces, sabes, sirves, entró, salió, sigue, siguen, quedaron, fue, no están, no está, no tienen, no tiene
question-small = yo, tú, usted, ustedes, vos, sos, y, más, mismo, ahí, allí, aquí, acá, hoy, todo, total, en total, mi, mis, nuestro, nuestros, nuestras, un, una, persona, personas, gente, miembro, miembros, participantes, comunidades, dentro, bot, robot, eso, esto, ese, esa, acaso, pero, entonces, solo, todavía, aún, este, esta, los, algo, con, me, administro, manejo, también, tb, sin, algún, alguna, algunos, ningún, ninguna, ayer, en ninguna
community-words = comunidad comunidades
courtesy-words = hola, buenas, buenos, buen, bot, días, día, tardes, noches, qué, tal, a, todos, por, favor, porfa, porfavor, gracias, amigo, amiga, saludos, oye, gente, chicos, chicas, amigos, amigas, muchas, porfi, porfis, estimados, equipo

## Help: sections, arguments, confirm, undo
section-groups = Grupos
section-lookup = Ver
section-communities = Comunidades
section-people = Personas
section-commands = Comandos
section-bot = Bot
arg-people = <personas…>
arg-text = <texto>
arg-picture = [dirección de la foto]
help-confirm = dice sí a lo que pregunté
help-confirm-long = Un simple “sí”, “no”, un número o un 👍 en mi pregunta vale igual, durante 5 minutos, de quien envió el comando. Con --sí no pregunto.
help-confirm-example =
    { "" }
    2
help-undo = deshace tu último cambio aquí
help-undo-long = Deshace exactamente lo que cambió tu último comando en este chat. Lo que ya era así se queda.
help-undo-example = { "" }

## Language, aliases, invitations
language-en = inglés
language-pt = portugués
language-es = español
language-names = español, spanish, espanhol, castellano, esp
language-is = Este chat está en { $name }. Para cambiarlo: { $english }, { $portuguese } o { $spanish }
language-unknown = No hablo { $name }. Elige: { $english }, { $portuguese } o { $spanish }
language-set = Listo, ahora hablo español en este chat. Mira lo que sé hacer: { $help }
arg-language = [es|en|pt]
help-language = elige el idioma de este chat
help-language-long = El nombre del comando va primero: “enlazar” se responde en español, “link” en inglés. Sin nada más, muestra el idioma de este chat.
help-language-example =
    en
    português
arg-alias = <apodo> = <comunidad o grupo>
help-alias = le pone un apodo a un grupo o comunidad
help-alias-long = Cualquiera puede usarlo en lugar del nombre. Para borrarlo: “quitar” y el apodo.
help-alias-example =
    bf = "Bairro Feliz"
    quitar bf
help-aliases = lista los apodos
help-aliases-long = Los que tienen 🔒 vienen de la configuración.
help-aliases-example = { "" }
alias-remove-words = quitar borrar eliminar sacar
alias-words = apodo apodos alias atajo
alias-how = Escribe el apodo, “=” y la comunidad o el grupo: { $command }. Los que ya hay: { $all }
alias-line = { $short } = { $name } ({ $kind })
community-gone = La comunidad ya no existe, o ya no es mía: no hice nada.
alias-gone = { $short } era una comunidad o un grupo que ya no existe
place-gone = una comunidad o un grupo que ya no existe
alias-set = Ahora { $short } es { $name } ({ $kind }).
alias-already-set = { $short } ya era { $name }.
alias-would = { $short } sería { $name } ({ $kind }).
alias-before = Antes era { $name }.
alias-exists = { $short } ya es el nombre de { $name }. Elige otra palabra.
alias-command = { $short } es un comando. Elige otra palabra.
alias-removed = { $short } ya no es el apodo de { $name }.
alias-would-remove = { $short } dejaría de ser el apodo de { $name }.
alias-none = No existe el apodo { $short }. Míralos todos: { $command }
alias-fixed = { $short } viene de la configuración. Solo quien está a cargo de este bot puede cambiarlo, allí.
alias-long = { $short } es demasiado largo: un apodo tiene como máximo 40 caracteres.
alias-number = { $short } es un número o un id. Elige una palabra.
alias-taken = { $short } ya significa otra cosa. Elige otra palabra.
alias-word = { $short } no sirve de apodo: usa una sola palabra, con letras y números.
alias-one-word = { $short } tiene más de una palabra. Escribe: { $command }
alias-swapped = El apodo va antes del “=”, y { $name } ya es un nombre. ¿Era { $command }? Responde “sí”.
alias-many = Ya hay { $count } apodos. Quita uno antes: { $command }
aliases = { $count ->
    [one] { $count } apodo:
   *[other] { $count } apodos:
}
aliases-none = Todavía no hay apodos.
aliases-fixed = 🔒 viene de la configuración
aliases-add = Para crear uno: { $command }
kind-community = comunidad
kind-group = grupo
target-because = { $name }: { $reason }
invitation-not-a-member = el número del bot no está en ese grupo. Agrégalo al grupo e inténtalo de nuevo
invitation-expired = ese enlace de invitación no lleva a ningún grupo. Quizá se restableció: cópialo de nuevo
help-examples = Por ejemplo:
help-dry-run = --probar solo muestra lo que pasaría
help-yes = --sí lo hace sin preguntar
help-flags-first = Esto va antes del texto: { $command } --probar …
## Create, change and deactivate communities
arg-create = <nombre> [| descripción]
arg-settings = agregar-grupos admins|todos
arg-invite = <comunidad o grupo> [restablecer]
text = { $text }
text-too-long = { $count ->
    [one] Tiene { $count } carácter, y el máximo es { $most }. Acórtalo y envíalo de nuevo.
   *[other] Tiene { $count } caracteres, y el máximo es { $most }. Acórtalo y envíalo de nuevo.
}
change-not = No se hizo: { $reason }
change-unknown = No sé si se hizo: { $reason }
change-cancelled = No se hizo: el comando fue cancelado.
change-cancelled-unknown = El comando fue cancelado. Puede que se haya hecho antes, y eso no lo puedo comprobar.
change-not-shown = Z-API dijo que lo hizo, pero todavía no se ve. Revisa de nuevo en un minuto: { $command }
change-not-read-back = No pude comprobar el resultado. Revisa de nuevo en un minuto: { $command }
no-announcement-group = Z-API no muestra el grupo de avisos de { $community }. ¿El número del bot está en él?
undo-instead = Esto puede ayudar: { $command }
undo-instead-announce = Lo que ya salió solo se borra en el teléfono del bot. Para corregirlo, manda otro aviso: { $command } …
undo-instead-deactivate = Si hace falta, crea otra comunidad y ponle los grupos: { $command } …
undo-instead-photo = No guardo la foto de antes. Si la tienes, mándala de nuevo: { $command } …
undo-instead-remove = Para volver a agregar a la persona: { $command } …
undo-instead-invite = El enlace viejo no vuelve. Para ver el que vale ahora: { $command } …
describe-would = La descripción de { $community } quedaría así:
describe-done = { $community } tiene una descripción nueva:
describe-back = { $community } tiene otra vez su descripción anterior:
describe-already = { $community } ya tiene esa descripción.
describe-none-would = { $community } quedaría sin descripción.
describe-none-done = { $community } quedó sin descripción.
describe-none-already = { $community } ya estaba sin descripción.
announce-would = { $count ->
    [one] El grupo de avisos de { $community } ({ $count } persona) recibiría esto:
   *[other] El grupo de avisos de { $community } ({ $count } personas) recibiría esto:
}
announce-would-all = El grupo de avisos de { $community } recibiría esto:
announce-with-media = Con { $media } de tu mensaje.
announce-without-media = Solo el texto: Z-API no pudo descargar { $media }. Para incluirlo, envíalo otra vez con el comando.
media-picture = la foto
media-video = el video
media-document = el documento
announce-queued = En camino al grupo de avisos de { $community }.
announce-delivered = Entregado en el grupo de avisos de { $community }.
announce-undelivered = No llegó al grupo de avisos de { $community }: Z-API dice { $reason }.
announce-unknown = Puede que ya se haya enviado, así que no lo envío otra vez. Revisa antes el grupo de avisos de { $community }.
deactivate-would = { $community } se desactivaría para siempre, con su grupo de avisos.
deactivate-groups = { $count ->
    [0] No tiene otro grupo.
    [one] Su único grupo quedaría sin comunidad.
   *[other] Sus { $count } grupos quedarían sin comunidad.
}
deactivate-people = { $count ->
    [one] { $count } persona está en ella.
   *[other] { $count } personas están en ella.
}
deactivate-done = { $community } fue desactivada.
deactivate-left = { $count ->
    [0] Solo tenía el grupo de avisos.
    [one] Su único grupo sigue existiendo, sin comunidad.
   *[other] Sus { $count } grupos siguen existiendo, sin comunidad.
}
create-would = Se crearía la comunidad { $community }.
create-description = Con esta descripción:
create-exists = { $count ->
    [one] Ya hay { $count } comunidad { $community }: esta sería otra más.
   *[other] Ya hay { $count } comunidades { $community }: esta sería otra más.
}
create-group-exists = { $community } ya es el nombre de un grupo; la comunidad se llamaría igual.
create-how = Si es otra cosa, escribe así: { $usage }
create-done = La comunidad { $community } fue creada.
create-next = Ahora agrégale grupos: { $command } …
create-unknown = Puede que { $community } ya se haya creado, así que no la creo otra vez. Revisa antes: { $command }
photo-how = Envíame la foto aquí en los próximos 5 minutos, o envíala con este texto: { $command }
photo-waiting = Sigo esperando la foto: envíala aquí, o responde “no” para dejarla como está.
photo-lost = Z-API no pudo descargar esa foto de WhatsApp, así que no cambié nada.
photo-no-picture = Eso no es una foto.
photo-not-removed = No puedo quitar la foto, solo cambiarla por otra: { $command }
photo-refused = ¿El número del bot es admin de la comunidad? Si lo es, envía otra foto aquí en los próximos 5 minutos (JPG o PNG).
photo-address = { $address } no es la dirección de una foto: la dirección empieza con https://
photo-would = { $community } tendría esta foto.
photo-done = { $community } tiene una foto nueva, según Z-API. Revísala en el teléfono.
photo-caption = ¿Es esta la foto para { $command }? Responde “sí” o “no”.
photo-caption-words = esta esa este ese esto es aquí acá ahí va lista listo toma usa la foto imagen
setting-add-groups = agregar-grupos agregargrupos agregar añadir añadir-grupos grupos agregar-grupo grupo sólo solamente únicamente
setting-admins = admins admin administradores adm adms
setting-all = todos todas todo miembros participantes cualquiera
settings-unknown = No conozco el ajuste { $words }.
settings-not-known = WhatsApp no muestra quién puede agregar grupos a { $community }, y todavía no lo ajusté.
settings-admins-words = agregar-grupos admins
settings-admins-would = Solo los admins podrían agregar grupos a { $community }.
settings-admins-done = Ahora solo los admins pueden agregar grupos a { $community }.
settings-admins-known = Como lo dejé, solo los admins pueden agregar grupos a { $community }.
settings-admins-how = Solo admins: { $command }
settings-all-words = agregar-grupos todos
settings-all-would = Todos en { $community } podrían agregarle grupos.
settings-all-done = Ahora todos en { $community } pueden agregarle grupos.
settings-all-known = Como lo dejé, todos en { $community } pueden agregarle grupos.
settings-all-how = Todos: { $command }
invite-reset = restablecer renovar nuevo nueva resetear cambiar regenerar
invite-link = Enlace para entrar en { $place }:
invite-address = { $link }
invite-unseen = No puedo ver el enlace de { $place }. ¿El número del bot es admin ahí?
invite-would = { $place } tendría un enlace nuevo. El enlace anterior dejaría de funcionar.
invite-done = { $place } tiene un enlace nuevo; el anterior ya no funciona:
invite-answered = El enlace nuevo, según Z-API: { $link }
no-target = No conozco ninguna comunidad ni grupo { $name }. Mira: { $communities }, { $groups }
many-targets = { $name } puede ser:
target-option = { $number }. { $name } ({ $kind })
choose-one = Responde con el número correcto.
help-create = crea una comunidad
help-create-long = Lo que va después de | es la descripción. La respuesta dice cómo agregarle grupos. Si ya hay una con ese nombre, pregunto antes.
help-create-example =
    Barrio Nuevo
    Barrio Nuevo | Para quienes acaban de llegar
help-describe = cambia la descripción
help-describe-long = El texto queda como lo escribes, con sus líneas. Con solo un - se quita la descripción.
help-describe-example =
    "Bairro Feliz" Aquí los vecinos se ayudan.
    Ventas -
help-photo = cambia la foto
help-photo-long = Envía la foto con el comando como texto, o el comando y después la foto. También sirve la dirección de una foto después de la comunidad.
help-photo-example =
    "Bairro Feliz"
    Ventas https://example.com/foto.jpg
help-settings = quién puede agregar grupos
help-settings-long = Solo los admins, o todos en la comunidad. WhatsApp no muestra cómo está, así que cuento lo último que ajusté.
help-settings-example =
    "Bairro Feliz" agregar-grupos admins
    Ventas agregar-grupos todos
help-invite = muestra o cambia el enlace de invitación
help-invite-long = De una comunidad o de un grupo. Con “restablecer” hay un enlace nuevo y el anterior deja de funcionar; pregunto antes.
help-invite-example =
    "Bairro Feliz"
    futebol restablecer
help-announce = envía un aviso
help-announce-long = El texto va al grupo de avisos tal como lo escribes, con sus líneas; si acompaña una foto, un video o un documento, va con él. Lo muestro y pregunto antes. Lo enviado no se puede deshacer.
help-announce-example =
    "Bairro Feliz" Reunión el viernes a las 19 h.
    Ventas Nueva lista de precios desde el lunes.
help-deactivate = desactiva una comunidad
help-deactivate-long = Sus grupos siguen existiendo, sin comunidad; el grupo de avisos se acaba. Pregunto antes. No se puede deshacer.
help-deactivate-example =
    "Bairro Feliz"
    Ventas
## Permissions
who = Quién puede usar comandos en { $community }:
who-admin = { $name }: { $commands }
who-admin-all = { $name }: todo
who-owner = Quien escribe en el teléfono del propio bot: todo
who-nobody = Nadie está en la lista.
who-not-community = Sus admins en WhatsApp no pueden usar comandos aquí. Quien está a cargo de este bot puede permitirlo.
who-community = Y sus admins en WhatsApp, todo menos { $commands }:
who-community-nobody = Y sus admins en WhatsApp, todo menos { $commands }. Ningún otro admin.
who-person = { $person }
who-without-number = Alguien sin número visible (…{ $last })
who-hidden = Otros, que WhatsApp muestra sin número
whoami-may-all-but = Comandos: todos menos { $commands }
help-who = quién puede hacer qué en una comunidad
help-who-long = Primero las personas que indicó quien está a cargo de este bot, después los admins de la comunidad en WhatsApp, si pueden usar comandos.
help-who-example =
    "Bairro Feliz"
    ventas
## More about lists, history and status
list-number-alone = Los números solos no dicen qué hacer. Pon un comando delante, o manda un solo número de la última lista.
list-more = … { $count } más: { $command }
more-nothing = No hay nada más que mostrar. Empieza una lista: { $groups }
groups-elsewhere = otra comunidad
groups-nowhere = en ninguna comunidad
groups-unread = No se pudieron leer todas las comunidades: un grupo sin comunidad aquí puede ser de una de ellas.
groups-missing = No pude leer todas las comunidades, así que aquí pueden faltar grupos.
community-about = Descripción: { $text }
community-people = { $count ->
    [one] { $count } persona
   *[other] { $count } personas
}
community-id = Id: { $id }
history = Últimos comandos:
history-in = Últimos comandos en { $community }:
history-by = Últimos comandos de { $name }:
history-line = { $when } { $who }: { $command } → { $result }
history-answered = respondido
history-none = Ninguno todavía.
history-until = Revisé hasta { $when }.
history-nobody = No conozco ninguna comunidad ni admin { $name }. Las comunidades: { $communities }. Todos los comandos: { $all }
datetime = %d/%m %H:%M
datetime-year = %d/%m/%Y %H:%M
datetime-day = %d/%m/%Y
myself = yo mío mía mías
status-since = Desde { $when }.
status-phone-offline = El propio teléfono está sin conexión. Enciéndelo o revisa su internet: después de unos días así, WhatsApp cierra la sesión.
status-dead-hint = Cuáles y por qué: { $command }
status-due = La suscripción de Z-API vence el { $day }. Quien está a cargo de este bot debe renovarla.
status-overdue = La suscripción de Z-API venció el { $day }. Quien está a cargo de este bot debe renovarla.
arg-history = [comunidad o persona]
help-history = quién hizo qué, y cuándo
help-history-long =
    Lo más nuevo primero, con la hora de aquí. De donde no puedes usar comandos no se muestra nada.
    ✅ hecho · ❌ no hecho
    ⏳ espera · ⛔ abandonado
help-history-example =
    "Bairro Feliz"
    Ana
help-more = la página siguiente de una lista
help-more-long = Sigue donde terminó tu última lista en este chat; los números continúan.
help-more-example = { "" }
## Move
move-would = { $name }: saldría de { $from }
move-would-one = { $name } saldría de { $from } y entraría en { $community }.
group-stayed = { $name }: { $reason }; sigue en { $community }
group-may-have-left = { $name }: { $reason }; no puedo saber si ya salió de { $community }. Si no está en ninguna comunidad, esto lo devuelve: { $command }
group-back = { $name }: { $reason }; volvió a { $community }
group-in-none = { $name }: { $reason }; salió de { $community } y no está en ninguna comunidad: { $command }
group-may-be-back = { $name }: { $reason }; salió de { $community }, y no puedo saber si ya volvió. Si no volvió, esto lo devuelve: { $command }
moved-maybe-unlinked = Puede que { $name } haya salido de { $community } sin llegar a { $target }. Si no está en ninguna de las dos, esto lo devuelve: { $command }
moved-rejected = Z-API lo rechazó: { $reason }
moved-rejected-plain = Z-API lo rechazó. ¿El número del bot es admin de la comunidad y del grupo?
moved-cancelled = no se hizo: el comando fue cancelado
moved-failed = { $reason }
moved-not-shown-after = { $reason }
moved-not-shown = Z-API dijo que lo hizo, pero la comunidad no lo muestra
moved-not-read-back = No pude comprobar el resultado
help-move = mueve grupos a otra comunidad
help-move-long = Saca cada grupo de la comunidad en la que está y lo pone en la última que escribas. Si no se puede, lo devuelve.
help-move-example =
    "vendas sul" "Bairro Feliz"
    lançamentos, suporte "Bairro Feliz" --probar

## Progress
progress = Estoy en eso…
progress-of = { $done } de { $all }…
unknown-command-prompt = No conozco el comando { $name }. ¿Quisiste decir { $nearest }? Responde “sí”.
people-concerned =
    { $count ->
        [one] Afecta a { $count } persona.
       *[other] Afecta a { $count } personas.
    }
## People of a community
add-done = { $done ->
    [0] Ninguna de las { $all } personas entró en { $community }.
    [one] { $done } de { $all } personas ahora está en { $community }.
   *[other] { $done } de { $all } personas ahora están en { $community }.
}
add-done-one = { $who } ahora está en { $community }.
remove-done = { $done ->
    [0] Ninguna de las { $all } personas salió de { $community }.
    [one] { $done } de { $all } personas ya no está en { $community }.
   *[other] { $done } de { $all } personas ya no están en { $community }.
}
remove-done-one = { $who } ya no está en { $community }.
promote-done = { $done ->
    [0] Ninguna de las { $all } personas pasó a ser admin de { $community }.
    [one] { $done } de { $all } personas ahora es admin de { $community }.
   *[other] { $done } de { $all } personas ahora son admins de { $community }.
}
promote-done-one = { $who } ahora es admin de { $community }.
demote-done = { $done ->
    [0] Ninguna de las { $all } personas dejó de ser admin de { $community }.
    [one] { $done } de { $all } personas ya no es admin de { $community }.
   *[other] { $done } de { $all } personas ya no son admins de { $community }.
}
demote-done-one = { $who } ya no es admin de { $community }.
add-would = { $done ->
    [0] Ninguna de las { $all } personas entraría en { $community }.
    [one] { $done } de { $all } personas entraría en { $community }.
   *[other] { $done } de { $all } personas entrarían en { $community }.
}
add-would-one = { $who } entraría en { $community }.
remove-would = { $done ->
    [0] Ninguna de las { $all } personas saldría de { $community }.
    [one] { $done } de { $all } personas saldría de { $community } y de todos sus grupos.
   *[other] { $done } de { $all } personas saldrían de { $community } y de todos sus grupos.
}
remove-would-one = { $who } saldría de { $community } y de todos sus grupos.
promote-would = { $done ->
    [0] Ninguna de las { $all } personas sería admin de { $community }.
    [one] { $done } de { $all } personas sería admin de { $community }.
   *[other] { $done } de { $all } personas serían admins de { $community }.
}
promote-would-one = { $who } sería admin de { $community }.
demote-would = { $done ->
    [0] Ninguna de las { $all } personas dejaría de ser admin de { $community }.
    [one] { $done } de { $all } personas dejaría de ser admin de { $community }.
   *[other] { $done } de { $all } personas dejarían de ser admins de { $community }.
}
demote-would-one = { $who } dejaría de ser admin de { $community }.
people-or-admins = No hice nada. ¿Es { $command }, o { $other }? Envía el que quieras.
people-too-many = Son más de { $limit } personas. Divídelas en varios comandos; nada cambió.
person = { $who }
add-already = { $who }: ya estaba ahí
add-already-one = { $who } ya estaba en { $community }.
remove-already = { $who }: no estaba ahí
remove-already-one = { $who } no estaba en { $community }.
promote-already = { $who }: ya era admin
promote-already-one = { $who } ya era admin de { $community }.
demote-already = { $who }: no era admin
demote-already-one = { $who } no era admin de { $community }.
person-invited = { $who }: no se puede agregar directamente, así que recibió una invitación privada
person-in-or-invited = { $who }: está ahí o recibió una invitación privada; la comunidad oculta algunos números, así que no puedo saber cuál de las dos
person-maybe-invited = { $who }: puede que ya haya recibido una invitación privada, así que no envío otra sin que la pidas. Si no la recibió: { $command }
person-no-whatsapp = { $who }: no tiene WhatsApp. Revisa el número.
person-not-in = { $who }: no está en la comunidad
person-stays-invited = { $who }: no entró, solo recibió una invitación privada, y no la puedo anular
person-not-in-undo = { $who }: no está en la comunidad. Si recibió una invitación, sigue valiendo: no la puedo anular.
person-not-in-add = { $who }: no está en la comunidad. Agrégala primero: { $command }
person-hidden = { $who }: no veo a esa persona ahí, pero la comunidad oculta algunos números. Si está ahí, indícala por su lid o con una mención (@).
person-hidden-lid = { $who }: no puedo ver si esa persona está ahí, porque la lista de la comunidad muestra números. Indícala por su número.
person-hidden-add = { $who }: no veo a esa persona ahí, pero la comunidad oculta algunos números. Si no está ahí, agrégala primero: { $command }
person-owner = { $who }: creó la comunidad; no se le puede quitar ni degradar
person-bot = { $who }: es mi propio número. Necesito ser admin de la comunidad para cuidarla
person-too-many-admins = { $who }: una comunidad tiene 20 admins como máximo. Primero haz lugar: { $command } y un número
person-rejected = { $who }: Z-API lo rechazó: { $reason }
person-rejected-plain = { $who }: Z-API lo rechazó. ¿El número del bot es admin de la comunidad?
person-failed = { $who }: { $reason }
person-cancelled = { $who }: no se hizo: el comando fue cancelado
person-not-shown = { $who }: Z-API dijo que lo hizo, pero la comunidad no lo muestra. Revisa de nuevo en un minuto: { $command }
person-not-shown-after = { $who }: { $reason } La comunidad todavía no muestra el cambio. Revisa de nuevo en un minuto: { $command }
person-not-read-back = { $who }: no pude comprobar el resultado. Revisa de nuevo en un minuto: { $command }
person-no-number = { $typed } no es un número de teléfono. Escríbelo así: +55 44 99999-0001
person-no-country = { $typed }: falta el código de área o de país. Escríbelo así: +55 44 99999-0001
person-ambiguous = { $typed }: ¿dónde termina cada número? Sepáralos con comas.
help-add = agrega personas a una comunidad
help-add-long = Números como los escribes, separados por comas o uno por línea; sin código de país, vale el tuyo. A quien no se puede agregar le llega una invitación privada (⚠️).
help-add-example =
    "Bairro Feliz" +55 44 99999-0001
    Ventas +55 44 99999-0001, +55 44 99999-0002
help-remove = quita personas de una comunidad
help-remove-long = También salen de todos sus grupos. Pregunto antes, y no se puede deshacer.
help-remove-example =
    "Bairro Feliz" +55 44 99999-0001
    Ventas +55 44 99999-0001, +55 44 99999-0002
help-promote = nombra admins de la comunidad
help-promote-long = Deben estar en la comunidad. Son 20 admins como máximo.
help-promote-example =
    "Bairro Feliz" +55 44 99999-0001
    Ventas +55 44 99999-0001, +55 44 99999-0002
help-demote = quita el rol de admin
help-demote-long = Las personas siguen en la comunidad. Quien la creó sigue siendo admin.
help-demote-example =
    "Bairro Feliz" +55 44 99999-0001
    Ventas +55 44 99999-0001, +55 44 99999-0002

## The sender is not an admin of a group
group-not-admin = { $name }: no eres admin de ese grupo. Pide a uno de sus admins que te nombre e inténtalo de nuevo
## Suggestions
suggestion = ¿Quisiste decir { $command }? Responde “sí”; nada cambió.
stop-words-beside-name = la las el los en de del a al para comunidad grupo grupos
create-community-words = comunidad
create-words-before-community = la una nueva otra
create-words-behind-community = llamada llamado que se llame llama
create-words-called = llamada llamado
create-words-of-condition = si
create-words-before-groups = con
create-description-words = descripción
create-words-for-help = ayuda cómo
missing-name = ¿Cómo se va a llamar? Escribe: { $usage }
no-community-known = No conozco ninguna comunidad { $name }. Las que conozco: { $candidates }
command-synonyms = borrar deactivate, cerrar deactivate, nuevo create, nueva create, imagen photo, parar cancel, volver undo, revertir undo, miembros community, lista groups, listar groups, enviar announce, mandar announce, comunicado announce, mensaje announce, admins who, permisos who, admin promote, registro history, socorro help, sacar remove, expulsar remove, unir link, despromover demote, adm promote, linkear link, log history, deshabilitar deactivate, config settings, enlace invite, conectar link, meter link, poner link, retirar unlink, publicar announce, difundir announce, echar remove, banear remove, nombrar promote

## Edit of a confirmed command
edit-too-late = Ya confirmaste ese comando, y editar el mensaje ya no cambia nada. Envía otro.
edit-after-yes = Eso ya fue respondido, y editar el mensaje ya no cambia nada.
## Words between names, and options such as --try
correction-words = era eran equivoqué equivocado equivocada error ups otro otra otros otras digo quise quería cambia corrección corregir
correction-stay-words = dejar deja deje dejaba dejo mantener mantén mantenga quedar queda quede quedaba quedarse permanecer permanece conservar continuar continúa continúe seguir sigue siga
stop-words-between-names = y
courtesy-phrases = por favor, porfa, porfi, gracias, muchas gracias, porfis, porfavor, plis, mil gracias, muchísimas gracias, para mí
without-community = sin comunidad, sin ninguna comunidad, en ninguna comunidad, fuera de comunidad, no tienen comunidad, no tiene comunidad
unknown-flag = No conozco { $word }, así que no hice nada. Existen --probar (solo muestra lo que pasaría) y --sí (lo hace sin preguntar); un nombre que empieza con guiones va entre comillas: { $usage }
confirm-dry-run = Así no hice nada, y la pregunta sigue en pie: responde “sí” para hacerlo, o “no”.
stop-words-beside-people = admin administrador administradora como
bare-pattern = { $name } por sí solo abarcaría todos los grupos, y eso no lo hago de una vez. Agrégale una parte del nombre: ventas*
exclusion-words = menos quitando excepto salvo no sin nunca o u ni tampoco
hesitation-words = quiero decir, quise decir, o sea, es decir, digo, digamos, perdón, perdona, perdone, disculpa, disculpe, ups, mejor, mejor dicho, corrijo, corrección, en realidad, tal vez, quizá, quizás, a lo mejor, acaso, no sé, no lo sé, no estoy seguro, no estoy segura, creo, creo que, pienso, supongo, parece, parece que, probablemente, posiblemente, si puedes, si se puede, si es posible, mm, hm, hmm, pensándolo bien, déjame ver, cuando puedas, cuando se pueda, en vez de, en vez del, en lugar de, en lugar del
delay-words = mañana, después, luego, más tarde, otro día, próxima semana, semana que viene, próximo mes, mes que viene, pendiente, pendientes, por confirmar, por definir, en cuanto, lunes, martes, miércoles, jueves, viernes, sábado, domingo, esta noche, por la noche, esta tarde, por la tarde, mediodía, medianoche
time-words-before-number = a las, a la, día
time-units = h hs hora horas
range-words = a al hasta
stop-words = con por hasta pero solo solamente también
## Changes since the command that is undone
describe-changed-since = No lo deshice: alguien cambió la descripción de { $community } después. Ahora es:
describe-none-changed-since = No lo deshice: alguien quitó la descripción de { $community } después.
owner = titular del número
greeting-nameless = ¡Hola! Me encargo de tus comunidades de WhatsApp: tú pides, yo lo hago y te cuento cómo quedó.
settings-whom = Falta decir quién va a poder: solo admins, o todos.
text-ends-in-yes = El --sí del final es parte del texto: su lugar es antes del texto.
text-has-command = La línea { $command } sería parte del texto. Si es otro comando, responde “no” y manda uno por mensaje.
no-everyone = A todos a la vez no puedo: personas, solo por número: { $command } …
no-all-groups = Todos los grupos a la vez no lo hago. Envía los números de la lista, o el comienzo de los nombres: { $command } ventas*
see-groups = Mira qué grupos hay: { $command }
see-people = Si es una persona, usa su número: { $command } …
deactivate-words = eliminar
alias-changed-since = No lo deshice: alguien cambió el apodo { $short } después.

## Words for actions that no command does
words-without-command = renombrar, activar, reactivar, editar, salir, habilitar

## Deseos: con qué palabras empieza un pedido sin prefijo
wish-courtesy = hola, buenas, buenos días, buenas tardes, buenas noches, por favor, porfa, puedes, podrías, puede, me puedes, se puede, quiero, yo quiero, quiero que, quisiera, necesito, necesito que, me, ahora, gracias, muchas gracias, hey, oye, qué tal, bot, buen día, porfi, porfis, me podrías, me puede, podría, se podría, es posible, hay cómo, hay forma de, me gustaría, yo quisiera, quisiera que, quería, yo necesito, tengo que, hay que, ya, entonces, pues, ahorita, gente, amigo, amiga, disculpa, disculpe, mil gracias, si puedes, barra, sería posible, sería tan amable de, serías tan amable de, podrías por favor, me harías el favor de, me hace el favor de, hazme el favor de, ten la bondad de, si fuera posible, cuando puedas, si se puede, cómo estás, cómo está, cómo te va, todo bien, espero que estés bien, muchísimas gracias, de antemano gracias, gracias de antemano, te lo agradezco, se lo agradezco, quería pedirte que, quisiera pedirte que, me gustaría que, desde ya gracias, por gentileza, me pasas, me das, me dices, me mandas la, dime, pásame, me muestras, me ayudas, me ayuda, puedes ayudarme, para mí, metí la pata, la regué, quisiera saber, quiero saber, quería saber, me gustaría saber, necesito saber
wish-prepositions = fuera dentro en del de al a para con
wish-admin-words = admin admins administrador administradora administradores administración
wish-pronouns = él ella ellos ellas lo la los las ese esa esos esas eso mí
wish-words-before-text = que diciendo
change-prepositions = por
origin-words = de del desde saliendo
target-words = para al en
wish-audience-words = gente todo todos mundo todas equipo
wish-last-words = último última cosa cosas comando cambio acción que yo hice eso esto lo la el las todo los dos ambos ambas
wish-all-words = todos todas
wish-some-words = un una unos unas algún alguna algunos otro otra
trouble-words = problema problemas falló debería debía volver vuelve desapareció
instead-words = en vez de, en vez del, en lugar de, en lugar del
wrong-words = equivocado equivocada equivocados equivocadas
number-articles = una
follow-up-words = y el la los las también
only-words = solo solamente únicamente
until-words = hasta
also-words = también
just-done-words = acabo acabé acabamos de ahora
condition-words = si alguien
message-words = mensaje mensajes msg aviso avisos anuncio anuncios
wish-who-words = quién por
why-words = por qué
wish-make-words = haz haga hacer deja deje dejar
wish-removal-words = quita quite quitar saca borra borrar elimina eliminar sin
wish-deletion-words = borra borre borrar elimina elimine eliminar desactiva desactive desactivar suprime
wish-reset-words = cambia cambiar nuevo otro restablece restablecer renueva renovar
wish-link = pon, ponga, poner, coloca, coloque, vincula, vincule, enlaza, enlace, une, agrega, añade, mete, meta, meter, incluye, incluya, incluir, suma, sume, sumar, unir, conecta, conectar, meter el grupo, agregar
wish-unlink = saca, saque, sacar, desvincula, desvincule, desenlaza, retira, retire, retirar, desconecta, desconectar
wish-move = mueve, mueva, pasa, pasar, traslada, cambia, lleva, pase, traslade, trasladar, lleve, llevar, cambie, cambiar, transfiere, transfiera, transferir
wish-communities = cuáles son las comunidades, qué comunidades hay, lista las comunidades, lista de comunidades, listar comunidades, muestra las comunidades, mis comunidades, las comunidades, todas las comunidades, ver comunidades, ver las comunidades, muéstrame las comunidades, dime las comunidades, dame las comunidades, qué comunidades tengo, qué comunidades tenemos, qué comunidades existen, listar las comunidades, cuántas comunidades, cuántas son las comunidades
wish-community = muestra la comunidad, ver la comunidad, cuántos grupos hay, ver comunidad, muéstrame la comunidad, cómo está la comunidad, cuántos grupos tiene, quién está, quiénes están, quién está en, quiénes están en, miembros, los miembros, quiénes son los miembros, participantes, los participantes, integrantes, muestra, muestre, muéstrame, mostrar, ver el, cómo está el, cómo está la, cómo va el, cómo va la, cómo anda el, cómo anda la, abre, abra, abrir, muéstrame la, muéstrame el
wish-groups = cuáles son los grupos, qué grupos hay, qué grupos están, lista los grupos, lista de grupos, listar grupos, muestra los grupos, mis grupos, los grupos, todos los grupos, ver grupos, ver los grupos, muéstrame los grupos, dime los grupos, dame los grupos, qué grupos tiene, qué grupos tengo, qué grupos tenemos, qué grupos existen, listar los grupos
wish-create = crea una comunidad, crear una comunidad, crear comunidad, crea la comunidad, nueva comunidad, una nueva comunidad, crea, cree una comunidad, haz una comunidad, hacer una comunidad, crear una nueva comunidad, crea una nueva comunidad, crear la comunidad
wish-describe = cambia la descripción, cambiar la descripción, nueva descripción, describe, cambie la descripción, pon la descripción, modifica la descripción, actualiza la descripción, describa, quita la descripción, quite la descripción, quitar la descripción, saca la descripción, borra la descripción, borrar la descripción, elimina la descripción, eliminar la descripción, sin descripción
wish-photo = cambia la foto, cambiar la foto, nueva foto, cambie la foto, pon la foto, actualiza la foto, cambia la imagen, nueva imagen, quita la foto, quite la foto, quitar la foto, borra la foto, borrar la foto, elimina la foto, eliminar la foto, saca la foto, sin foto, pon esta foto, usa esta foto
wish-settings = configura, ajusta, configure, ajuste, solo admins, solo los admins, deja solo admins, deja solo a los admins, dejar solo a los admins, que solo los admins
wish-invite = manda enlace, pasa enlace, envía enlace, manda link, el enlace, manda el enlace, pasa el enlace, cuál es el enlace, enlace de, enlace del, el link, invita, dame el enlace, mándame el enlace, pásame el enlace, envía el enlace, envíame el enlace, comparte el enlace, enlace de invitación, el enlace de invitación, link de invitación, dame el link, manda el link, mándame el link, pasa el link, pásame el link, cuál es el link, la invitación, manda la invitación, cambia el enlace, cambiar el enlace, cambia el link, cambiar el link, genera un enlace nuevo, genera un nuevo enlace, generar un enlace nuevo, generar un nuevo enlace, genera un link nuevo, genera un nuevo link, crea un enlace nuevo, un enlace nuevo, un nuevo enlace, enlace nuevo, nuevo enlace, otro enlace, un link nuevo, un nuevo link, nuevo link, restablece el enlace, restablecer el enlace, renueva el enlace, renovar el enlace, genera el enlace, generar el enlace, genera un enlace, genera enlace, genera el link, genera un link, crea un enlace, enlace para entrar, el enlace para entrar, el link para entrar, link para entrar, manda el enlace de invitación, mándame el enlace de invitación, pasa el enlace de invitación, pásame el enlace de invitación, dame el enlace de invitación, cuál es el enlace de invitación, envía el enlace de invitación
wish-announce = avisa, avise, anuncia, anuncie, manda un aviso, envía un aviso, enviar un aviso, manda un mensaje, comunica, comunique, difunde, difunda, publica, publique, manda aviso, mande un aviso, mandar un aviso, envíe un aviso, envía un mensaje, haz un anuncio, haz un aviso, dile, diles, dígales, cuéntale, cuéntales, avísale, avísales, manda mensaje, mandar un mensaje, mande un mensaje, enviar un mensaje, envía mensaje, escríbele, manda un recado, di a, di al, diga a, diga al, hacer un aviso, haga un aviso, hacer un anuncio
wish-deactivate = desactiva, desactive, borra, borrar, elimina la comunidad, borra la comunidad, cierra la comunidad, borre, cierra, cierre, cerrar, cerrar la comunidad, borrar la comunidad, eliminar la comunidad, elimine la comunidad, elimina el, quiero eliminar la comunidad, desactiva la comunidad, desactivar la comunidad, quita la comunidad, acaba con
wish-add = agrega el número, añade el número, agregue el número, pon el número, incluye el número, mete el número, suma el número
wish-remove = quita, quite, elimina, elimine, expulsa, expulse, expulsar, echa, eche, echar, banea, banear, quita el número, saca el número, elimina el número
wish-promote = haz admin, hacer admin, promueve, promueva, asciende, nombra, nombrar, hazlo admin, hazla admin, ascienda, haz, haga, hacer, deja, deje, dejar
wish-demote = degrada, degrade, quita de admin, quita el admin, saca de admin, quitar el admin, quita la admin, saca el admin, quitar de admin
wish-who = quién es admin, quiénes son los admins, quiénes son admins, quiénes son los administradores, quién manda, quién administra, quién puede, cuáles son los admins, admins, los admins, quién es el admin, quién es la admin, quién es administrador, quién es adm, quiénes administran, quiénes pueden, quién está a cargo, lista los admins, muestra los admins, ver los admins, administradores, los administradores, quién más es admin
wish-history = qué se hizo, qué pasó, quién hizo qué, últimos comandos, el historial, qué se ha hecho, qué hicimos, los últimos comandos, muestra el historial, ver el historial, quién quitó, quién sacó, quién creó, quién puso, quién agregó, quién añadió, quién vinculó, quién desvinculó, quién movió, quién cambió, quién desactivó, quién borró, quién envió, quién avisó, quién eliminó, funcionó?, salió bien?, se hizo?, quedó listo?, ya está hecho?, lo hiciste?, quedó?, ya quedó?, qué hice, qué he hecho, quién tocó, qué hiciste, qué has hecho, está bien eso?, eso está bien?, por qué
wish-more = muestra más, ver más, hay más, continúa, página siguiente, muéstrame más, siguiente página, la página siguiente, siguiente, el siguiente, la siguiente, el resto
wish-undo = deshaz, deshaga, deshazlo, vuelve atrás, revierte, deshaz eso, deshacer eso, revertir, revierta, volver atrás, vuelve, regresa
wish-cancel = cancela el comando, cancelar el comando, cancela el último comando, anula el comando
wish-status = el estado, estás conectado, estás funcionando, cuál es el estado, está funcionando, está conectado, estás en línea, hubo un error, dio error, estás ahí funcionando, el bot está funcionando, whatsapp está conectado, el whatsapp está conectado
wish-whoami = quién soy, quién soy yo, cuál es mi número, cuál es mi nivel de acceso, cuáles son mis permisos, mis permisos, mi acceso, cuál es mi acceso, soy admin, yo soy admin
wish-language = cambia el idioma, cambiar el idioma, habla, hable, cambiar de idioma, cambia de idioma, cambia la lengua, habla en, háblame en
wish-alias = apoda, apode, ponle apodo, cambia el nombre, cambie el nombre, cambiar el nombre, cambia de nombre, renombra, renombrar, nuevo nombre, ponle un apodo, pon un apodo, pon apodo
wish-aliases = cuáles son los apodos, lista los apodos, los apodos, qué apodos hay, ver los apodos, muestra los apodos
wish-help = ayuda con, ayuda con el, ayuda sobre, ayuda para, ayúdame con, la ayuda, ayúdame, de ayuda, socorro, auxilio, comandos, los comandos, cuáles son los comandos, cómo funciona, cómo te uso, cómo se usa, qué puedes hacer, el menú, lista de comandos, qué comandos hay, qué sabes hacer, qué puedo hacer, cómo hago, instrucciones, cómo funciona esto, cómo funciona eso, cómo es que funciona, cómo funciona el bot, cómo funcionas, cómo se hace, explícame, opciones, las opciones, explica otra vez, explícame otra vez
how-to = cómo, cómo hago para, cómo se hace para, cómo puedo, cómo se puede, cómo se, cómo podemos, cómo hacemos para, cómo es que, cómo hacer para, cuál es el comando para, qué comando uso para, enséñame a, enséñame cómo, explícame cómo, dime cómo, ayuda para, ayuda con, de ayuda para, ayúdame a, para qué sirve, qué hace, qué significa
how-people-words = persona personas gente alguien miembro miembros participante participantes número números contacto vecino vecina
list-words = siguiente siguientes estos estas esos abajo lista
alias-name-words = apodo apoda apode ponle
how-may = puedo, yo puedo, no puedo, no logro, no consigo, no pude
how-link = pongo, agrego, añado, meto, conecto, enlazo, vinculo, uno, incluyo, sumo, agregar, añadir, poner
how-unlink = saco, quito, retiro, desvinculo, desenlazo, desconecto, quitar, sacar
how-move = muevo, paso, traslado, cambio, transfiero, cambio de comunidad
how-create = creo, hago una comunidad, abro una comunidad, hacer una comunidad
how-announce = aviso, anuncio, mando un aviso, envío un aviso, mando un mensaje, envío un mensaje, comunico, publico, mando avisos
how-describe = cambio la descripción, pongo la descripción, pongo una descripción, escribo la descripción, edito la descripción, modifico la descripción
how-photo = cambio la foto, pongo la foto, pongo una foto, cambio la imagen, pongo una imagen, poner una foto, poner la foto
how-deactivate = desactivo, borro, elimino, cierro, acabo con, eliminar, borrar
how-invite = invito, consigo el enlace, veo el enlace, obtengo el enlace, mando el enlace, cambio el enlace, obtener el enlace, saco el enlace
how-undo = deshago, vuelvo atrás, revierto, cancelo lo que hice

## Avisos de problemas
notify-disconnected = El WhatsApp de { $instance } lleva { $duration } desconectado: no llega ningún comando. Abre la instancia en el panel de Z-API y escanea el código QR con el teléfono.
notify-disconnected-over = El WhatsApp de { $instance } volvió a conectarse. Estuvo { $duration } desconectado.
notify-no-event = Hace { $duration } que no llega ningún webhook de { $instance }. En el servidor, `vincula check` busca la causa.
notify-no-event-over = Los webhooks de { $instance } vuelven a llegar. Pasaron { $duration } sin ninguno.
notify-dead-letter = { $count ->
    [one] Un comando de { $instance } falló definitivamente: { $command }, enviado por { $person }. En el servidor: `vincula journal list --state dead`
   *[other] { $count } comandos de { $instance } fallaron definitivamente; el primero es { $command }, enviado por { $person }. En el servidor: `vincula journal list --state dead`
}
notify-dead-letter-over = No queda ningún comando fallido en { $instance }. Tardó { $duration }.
notify-an-admin = un admin
notify-store = La base de datos lleva { $duration } sin funcionar: no se acepta ningún comando. El log del servidor dice por qué.
notify-store-over = La base de datos volvió a funcionar. Estuvo { $duration } fuera de servicio.
notify-subscription = La instancia { $instance } está pagada solo hasta el { $day }. Renuévala en el panel de Z-API, o dejará de funcionar.
notify-subscription-over = La instancia { $instance } está pagada hasta el { $day }.
notify-test = Esto es una prueba: los avisos de vincula llegan aquí.

## Demo
demo-welcome = 
    Eres { $name }, admin de un número simulado de WhatsApp. Prueba { $help } o { $communities }; Ctrl-D para salir.
    La URL del webhook es { $url }; para otros subcomandos usa --config { $file }
demo-ignored = ignorado: { $reason }
demo-ignored-not-a-command = no es un comando
demo-ignored-no-text = mensaje sin texto
demo-ignored-not-an-admin = de alguien que no es admin
demo-ignored-forwarded = mensaje reenviado
demo-ignored-edited = mensaje editado
demo-ignored-rate-limited = demasiados mensajes
demo-edited = editado
demo-in = en { $group }
demo-page = Lo mismo en el navegador: { $url }
demo-no-browser = No pude abrir el navegador: abre tú la dirección.

## Páginas
web-skip = Saltar al contenido
web-home = Ir al inicio
web-bad-request = Esta dirección no es correcta
web-bad-request-help = No se entiende la solicitud. Vuelve atrás e inténtalo de nuevo.
web-forbidden = No tienes permiso
web-forbidden-help = Solo los operadores pueden hacer esto.
web-not-found = Aquí no hay nada
web-not-found-help = La dirección puede estar mal escrita, o lo que había aquí ya no existe.
web-method-not-allowed = Eso no funciona aquí
web-method-not-allowed-help = La página existe, pero no admite este tipo de solicitud.
web-unavailable = La base de datos no responde
web-unavailable-help = vincula lo sigue intentando solo. Recarga la página en un momento.
web-internal = Algo salió mal
web-internal-help = Los detalles están en el registro.

## Consola
console-nav = Secciones
console-overview = Resumen
console-commands = Comandos
console-communities = Comunidades
console-people = Personas
console-health = Estado
console-configuration = Configuración
console-open = Abierta a todos en esta máquina: no hay inicio de sesión configurado.
console-signed-in = Sesión de { $value }
console-sign-in = Entrar en la consola
console-sign-in-button = Entrar
console-sign-out = Salir
console-password = Contraseña
console-role-operator = operador
console-role-viewer = lector
console-wrong-password = La contraseña no es correcta.
console-wait-seconds = { $count ->
    [one] Demasiados intentos. Vuelve a intentarlo en un segundo.
   *[other] Demasiados intentos. Vuelve a intentarlo en { $count } segundos.
}
console-wait-minutes = { $count ->
    [one] Demasiados intentos. Vuelve a intentarlo en un minuto.
   *[other] Demasiados intentos. Vuelve a intentarlo en { $count } minutos.
}
console-sign-in-busy = Hay demasiada gente entrando a la vez. Vuelve a intentarlo en unos segundos.
console-wrong-host = La consola no se abre con este nombre
console-wrong-host-help = Sin contraseña solo se abre en esta máquina, como localhost. Para usar otro nombre o un proxy, configura console.password_hash.
console-cross-origin = No se hizo nada
console-cross-origin-help = La solicitud vino de una página de otro sitio. Abre la propia consola y vuelve a intentarlo.
console-not-named = Nadie ha entrado
console-not-named-help = El proxy que está delante de la consola es quien identifica a las personas, pero no indicó ningún nombre. Abre la consola por el proxy y revisa console.user_header y console.trusted_proxies.
console-signed-in-by-proxy = Entraste por el proxy
console-signed-in-by-proxy-help = Sal desde allí.
console-command = Comando
console-attention = Requiere atención
console-all-well = Nada requiere atención.
console-look = Ver
console-instances = Instancias
console-connected = Conectado
console-not-connected = Desconectado
console-connection-unknown = Sin informe todavía
console-waiting = en cola
console-dead = fallidos
console-oldest = El más antiguo en cola
console-since = WhatsApp desde
console-last-event = Último evento
console-no-event = ninguno desde el inicio
console-reply-time = Tiempo de respuesta, últimas 24 horas
console-median = mediana
console-no-commands = ningún comando
console-newest = Comandos más recientes
console-all-commands = Todos los comandos
console-nothing-yet = Todavía no hay comandos. Envía uno al número del bot y aparecerá aquí.
console-store-down = La base de datos no responde. Mientras tanto no se aceptan comandos nuevos.
console-country-code = Al número de { $name }, { $phone }, quizá le falte el código de país. En Brasil es { $full }.
console-needs-restart = Cambiado en la configuración, pero solo vale tras reiniciar: { $keys }
console-disconnected = { $instance }: WhatsApp está desconectado desde { $since }. Abre la instancia en Z-API y lee el código QR con el teléfono.
console-state-waiting = En cola
console-state-retrying = Por reintentar
console-state-answering = Respondiendo
console-state-dead = Fallido
console-state-replied = Hecho
console-state-denied = Sin permiso
console-state-usage-error = No entendido
console-state-previewed = Pidió confirmación
console-state-expired = Demasiado antiguo
console-state-cancelled = Cancelado
console-state-failed = Falló
console-state-reply-failed = Respuesta no entregada
console-state-dropped = Descartado
console-search = Buscar
console-search-text = Texto
console-search-person = Persona
console-search-person-hint = Nombre o número
console-search-state = Estado
console-search-more = Más filtros
console-search-command = Comando
console-search-community = Comunidad
console-search-chat = Chat
console-search-instance = Instancia
console-search-since = Desde
console-search-until = Hasta
console-search-time-hint = Horas: 14:00, 2026-01-31, 2026-01-31 14:00, o hace cuánto: 2h, 3 days.
console-search-clear = Mostrar todos los comandos
console-search-nothing = Ningún comando coincide.
console-search-cut = La búsqueda tardó y se detuvo aquí. Puede haber más resultados anteriores.
console-search-cut-empty = Nada por ahora. La búsqueda tardó y se detuvo: puede seguir más atrás.
console-search-on = Seguir buscando atrás
console-any = Cualquiera
console-live-stop = En vivo. Detener
console-live-start = Actualizar solo
console-pages = Páginas
console-page-newest = Más recientes
console-page-older = Más antiguos
console-message = Mensaje
console-text-hidden = El texto de los mensajes solo se muestra a operadores.
console-text-trimmed = El texto ya no se guarda (store.text_retention).
console-error = Error:
console-story = Qué pasó
console-actions = Acciones
console-retry = Reintentar ahora
console-cancel = Cancelar
console-drop = Descartar…
console-drop-help = No se volverá a ejecutar, y no se avisa a su admin.
console-drop-now = Descartar
console-done-retried = Se ejecuta de nuevo.
console-done-resent = Se vuelve a enviar su respuesta.
console-done-dropped = Se ha descartado.
console-done-cancelled = Se ha cancelado.
console-done-cancelled-running = Ya se está ejecutando: este intento sigue y es el último.
console-done-not-dead = Ya no está fallido.
console-done-trimmed = Su texto se borró, así que no se puede ejecutar. Su admin puede enviarlo otra vez.
console-done-not-waiting = Ya no está en cola.
console-facts = Detalles
console-from = De
console-chat = Chat
console-parsed = Entendido como
console-accepted = Recibido
console-took = Tardó
console-attempts = Intentos fallidos
console-retry-at = Próximo intento
console-plan = Plan
console-answered-by = Respondido por
console-answers = Responde a
console-cancelled-by = Cancelado por
console-step-sent = Enviado en WhatsApp
console-step-accepted = Recibido, verificado, de un admin; guardado
console-step-planned = Permisos comprobados, plan guardado
console-step-call = Z-API
console-step-attempted = El intento falló
console-step-crashed = El intento se interrumpió por un error
console-step-released = Devuelto: el servicio se detuvo
console-step-replied = Respuesta escrita
console-step-delivered = Respuesta enviada
console-step-finished = Terminado
console-step-retry-notified = Se avisó al admin de que tardará
console-step-retry-withdrawn = Ese aviso al final no se envió
console-step-requeued = Reintentado por un operador
console-step-dropped = Descartado por un operador
console-step-cancelled = Cancelado
console-step-other = Evento
console-who-may = Quién puede hacer qué
console-no-admins = La configuración no nombra a nadie.
console-name = Nombre
console-known-by = Reconocido por
console-known-by-both = Número e id oculto
console-known-by-number = Número
console-known-by-lid = Id oculto
console-may-use = Comandos
console-may-in = Comunidades
console-all-of-them = todos
console-all-communities = todas
console-owner = Quien escribe en el propio teléfono del bot puede usar todos los comandos (owner_commands).
console-staff = Los admins de una comunidad en WhatsApp pueden gestionarla, salvo { $value }.
console-nobody = nadie
console-nobody-else = nadie más
console-lookup = ¿Por qué alguien no recibe respuesta?
console-lookup-label = Su número con código de país, o su id oculto (…@lid)
console-lookup-go = Comprobar
console-lookup-unreadable = Esto no es un número con código de país ni un id oculto.
console-lookup-admin = es { $value }.
console-lookup-none = { $value } no es admin en la configuración. No se le rechazó nada en los últimos siete días.
console-lookup-refused = { $value } no es admin en la configuración. Mensajes rechazados:
console-lookup-lines = Estas líneas de la configuración le darían acceso. Elige una clave y un nombre, guarda y recarga el servicio (SIGHUP).
console-refused = Rechazados en los últimos siete días
console-refused-help = Comandos sin efecto por su remitente o su hora. El remitente se guarda como código, no como número: comprueba un número arriba para encontrarlo. Los nuevos aparecen en un minuto.
console-refused-none = No se rechazó a nadie.
console-refused-not-an-admin = no es admin
console-refused-rate-limited = demasiados comandos
console-refused-sent-in-future = enviado en el futuro
console-refused-other = otro
console-accesses = Quién usó la consola
console-accesses-help = Inicios de sesión, páginas con textos de mensajes y acciones: los 30 últimos. La base de datos los guarda todos tanto tiempo como los comandos terminados.
console-access-when = Cuándo
console-access-what = Qué
console-access-address = Dirección
console-did-sign-in = inició sesión
console-did-sign-out = cerró sesión
console-did-read-texts = leyó textos
console-did-retry = reintentó un comando
console-did-drop = descartó un comando
console-did-cancel = canceló un comando
console-did-read = hizo leer las comunidades
console-sender = Remitente
console-reason = Motivo
console-count = Mensajes
console-last = Última
console-others = otros
console-read-ago = Leído hace { $value }
console-never-read = Sin leer desde el inicio. El bot las lee cuando un comando las necesita.
console-read-now = Leer ahora
console-no-communities = El bot no está en ninguna comunidad.
console-managers = Pueden gestionarla:
console-whatsapp-admins = Admins en WhatsApp, leídos hace { $value }:
console-admins-unread = Sus admins en WhatsApp aún no se han leído.
console-groups-unread = Sus grupos aún no se han leído.
console-loose-groups = Sin comunidad
console-service = Servicio
console-store = Base de datos
console-store-up = lectura y escritura ok
console-store-failing = no responde
console-version = Versión
console-started = Iniciado
console-metrics = Desde el inicio
console-metric-webhooks = Webhooks
console-metric-commands = Comandos terminados
console-metric-retries = Reintentos
console-metric-api-errors = Errores de Z-API
console-metric-verification-failures = Webhooks no verificados
console-metric-takeovers = Comandos retomados tras una caída
console-metric-panics = Fallos internos (panics)
console-metric-memory = Memoria en uso
console-all-metrics = Todas las métricas
console-config-file = De { $value } y del entorno. Los secretos no se muestran.
console-config-environment = Solo del entorno. Los secretos no se muestran.
console-restart-keys = Solo vale tras reiniciar:
console-key = Clave
console-value = Valor
console-origin = Origen
console-secret = secreto
console-origin-file = archivo
console-origin-variable = entorno
console-origin-default = por defecto
console-step-claimed = Empieza el intento { $count }
console-commands-count = { $count ->
    [one] { $count } comando
   *[other] { $count } comandos
}
console-groups-count = { $count ->
    [one] { $count } grupo
   *[other] { $count } grupos
}
console-dead-letters = { $count ->
    [one] { $instance }: un comando falló definitivamente. Reinténtalo o descártalo.
   *[other] { $instance }: { $count } comandos fallaron definitivamente. Reinténtalos o descártalos.
}
console-stuck = { $count ->
    [one] { $instance }: { $count } comando en cola desde hace { $age }.
   *[other] { $instance }: { $count } comandos en cola, el más antiguo desde hace { $age }.
}

## Playground
playground-title = Demostración
playground-heading = demostración
playground-about = Escríbele al bot desde el teléfono y mira cómo cambian las comunidades. Todo corre en esta máquina; nadie recibe nada.
playground-reset = Empezar de nuevo
playground-other-site = Esta no es la página de la demostración
playground-other-site-help = No se hizo nada. Abre la dirección que vincula demo mostró en la terminal.
playground-phone = Teléfono
playground-who = Quién eres
playground-as-ana = Ana
playground-as-bruno = Bruno
playground-as-zeca = Zeca
playground-as-owner = Teléfono del bot
playground-role-ana = Eres Ana, la admin principal
playground-role-bruno = Eres Bruno, admin solo de “Bairro Feliz”
playground-role-zeca = Eres Zeca, a quien el bot no conoce
playground-role-owner = Escribes en el teléfono del propio bot
playground-group-chat = Grupo
playground-back = Volver al chat directo
playground-messages = Mensajes
playground-message = Mensaje
playground-send = Enviar
playground-picture = Enviar con una foto
playground-a-picture = Foto
playground-empty = Aún no hay mensajes. Toca una sugerencia o escribe.
playground-actions = Responder, reaccionar, editar o borrar
playground-reply = Responder
playground-react = Reaccionar con
playground-edit = Editar
playground-editing = Editando
playground-delete = Borrar
playground-deleted = Este mensaje fue borrado
playground-cancel = Cancelar
playground-suggestions = Sugerencias
playground-world = Comunidades
playground-announcements = Avisos
playground-loose = Sin comunidad
playground-locked = El bot no es admin de este grupo
playground-conditions = Cuando algo falla
playground-down = Z-API caída
playground-down-help = Cada llamada recibe una página de error
playground-slow = Z-API lenta
playground-slow-help = Cada llamada tarda 2,5 segundos
playground-too-many-requests = Demasiadas solicitudes
playground-too-many-requests-help = Z-API responde 429: espera
playground-partial = Algunos grupos se niegan
playground-partial-help = El bot no es admin de uno de cada tres grupos
playground-offline = Teléfono sin conexión
playground-offline-help = WhatsApp desconectado; los mensajes esperan
playground-duplicates = Entregas repetidas
playground-duplicates-help = Cada webhook llega tres veces
playground-kill = Matar el servicio ahora
playground-kill-help = Como kill -9. Vuelve a arrancar y lo aceptado continúa.
playground-inside = Entre bastidores
playground-webhooks = Webhooks tal como llegaron
playground-webhooks-help = Lo que Z-API envía por cada mensaje. El token prueba que es Z-API; aquí va oculto.
playground-story = El comando en el diario
playground-story-help = Cada paso se guarda en disco antes del siguiente; por eso una caída no pierde nada.
playground-calls = Llamadas a Z-API
playground-calls-help = Las más nuevas primero. El bot comprueba el resultado antes de decir que está hecho.
playground-nothing-yet = Nada todavía.
playground-tour = Tour de dos minutos
playground-tour-progress = Avance del tour
playground-tour-send = Enviar esto
playground-tour-as = como { $value }
playground-tour-skip = Omitir
playground-tour-close = Terminar
playground-tour-restart = Hacer el tour otra vez
playground-tour-1 = Saluda: el bot te cuenta qué sabe hacer.
playground-tour-language = El bot habla otro idioma por defecto. Elige el tuyo para este chat.
playground-tour-2 = Pon dos grupos en una comunidad y mira cómo se mueven. Basta parte del nombre.
playground-tour-3 = También sin comando: el bot pregunta antes si entendió bien.
playground-tour-4 = Di que sí. Un 👍 a su pregunta vale igual.
playground-tour-5 = Mueve un grupo de una comunidad a otra.
playground-tour-6 = Y deshazlo.
playground-tour-7 = Bruno es admin de una sola comunidad: lo que no puede ver no existe para él.
playground-tour-8 = Ahora 21 grupos con la Z-API lenta: el bot muestra el avance.
playground-tour-9 = Mientras trabaja, mata el servicio. Vuelve a arrancar y termina la tarea.
playground-tour-end = Ese fue el tour. Sigue con tus comandos o estropea algo más abajo.
playground-groups = { $count ->
    [one] { $count } grupo
   *[other] { $count } grupos
}
playground-killed = { $count ->
    [one] Muerto una vez, y ya está de vuelta.
   *[other] Muerto { $count } veces, y ya está de vuelta.
}
playground-failed-attempts = { $count ->
    [one] { $count } intento fallido
   *[other] { $count } intentos fallidos
}
