# Lo que vincula dice en español. Mismas claves y huecos que los otros catálogos.

## Vincular y desvincular
linked = { $all ->
    [one] { $done } de { $all } grupo está en { $community }.
   *[other] { $done } de { $all } grupos están en { $community }.
}
unlinked = { $all ->
    [one] { $done } de { $all } grupo está fuera de { $community }.
   *[other] { $done } de { $all } grupos están fuera de { $community }.
}
was-linked = ya estaba allí
was-unlinked = ya no estaba allí
elsewhere = es de { $community }. Para moverlo: { $order }
elsewhere-unlink = es de { $community }, no de esta comunidad
elsewhere-unnamed = es de otra comunidad
announcement = es el grupo de avisos de una comunidad: se queda donde está
must-stay = una comunidad conserva al menos un grupo, así que este se queda
group-gone = no existe ese grupo, o el número del bot no está en él
refused = Z-API lo rechazó: { $reason }
refused-plain = Z-API lo rechazó. ¿El número del bot es admin de la comunidad y del grupo?
not-shown = Z-API dijo que lo hizo, pero la comunidad no lo muestra. Míralo otra vez en un minuto: { $order }
not-read = no se pudo comprobar el resultado. Míralo otra vez en un minuto: { $order }
cancelled-before = no se hizo: la orden fue cancelada
limit-near = { $community } tendría { $count } grupos; WhatsApp puede parar en { $limit }.

## Nombres
no-group = no hay grupo { $name }
no-group-nearest = no hay grupo { $name }. ¿Quisiste decir { $candidates }?
no-pattern = ningún grupo coincide con { $name }
many-groups = { $name } puede ser { $candidates }
many-groups-more = { $name } puede ser { $candidates } y { $count } más: escribe más del nombre
no-here = “aquí” es este chat, y este chat no es un grupo
no-community = No hay comunidad { $name }. Míralas todas con { $order }
no-community-nearest = No hay comunidad { $name }. ¿Quisiste decir { $candidates }? Responde con el número; nada cambió.
many-communities = { $name } puede ser { $candidates }. Responde con el número; nada cambió.
no-communities = Este número no está en ninguna comunidad.

## Ver
communities = { $count ->
    [one] { $count } comunidad:
   *[other] { $count } comunidades:
}
community = { $community }: { $count ->
    [one] { $count } grupo de { $limit }
   *[other] { $count } grupos de { $limit }
}
community-empty = No hay ningún grupo en ella aparte del grupo de avisos.
groups = { $count ->
    [one] { $count } grupo:
   *[other] { $count } grupos:
}
groups-none = Este número no está en ningún grupo.
groups-none-of = Ningún grupo coincide con { $name }.

## Personas
whoami = Eres { $name }.
whoami-phone = Número: { $phone }
whoami-lid = Lid: { $lid }
whoami-chat = Este chat: { $chat }
whoami-may = Comandos: { $commands }
whoami-where = Comunidades: { $communities }
all-commands = todos
all-communities = todas
may-not = No puedes usar { $order } aquí. Quien cuida este bot puede permitirlo.
may-not-there = No puedes usar { $order } en { $community }. Quien cuida este bot puede permitirlo.
no-longer = Ya no eres admin de este bot, así que la orden no se ejecutó.
no-longer-begun = Ya no puedes hacer esto aquí, así que no se hizo nada más. La orden ya había empezado: una parte puede estar en efecto.
stranger = Este número solo atiende órdenes de sus admins.

## Estado
status-connected = WhatsApp está conectado.
status-disconnected = WhatsApp no está conectado. Abre la instancia en Z-API y lee el código QR con el teléfono.
status-unread = No se pudo preguntar a Z-API: { $reason }
status-waiting = { $count ->
    [0] No espera ninguna otra orden.
    [one] Espera { $count } orden más.
   *[other] Esperan { $count } órdenes más.
}
status-dead = { $count ->
    [0] No se abandonó ninguna orden.
    [one] Se abandonó { $count } orden.
   *[other] Se abandonaron { $count } órdenes.
}

## Deslices
unknown-command = No hay comando { $name }. Míralos todos: { $help }
unknown-command-nearest = No hay comando { $name }. ¿Quisiste decir { $nearest }?
unclosed-quote = Falta cerrar la comilla { $quote }. Escribe: { $usage }
missing-community = ¿Qué comunidad? Escribe: { $usage }
missing-groups = ¿Qué grupos? Escribe: { $usage }
too-many-words = Esto sobra: { $word }. Escribe: { $usage }
example = Por ejemplo: { $example }
too-old = Esta orden se envió { $minutes } minutos antes de llegarme, así que no la ejecuté. Envíala otra vez si aún vale.
too-many-orders = { $limit ->
    [one] Más de { $limit } orden en un minuto: no acepto otras por un momento. Lo aceptado sigue.
   *[other] Más de { $limit } órdenes en un minuto: no acepto otras por un momento. Lo aceptado sigue.
}
gave-up = No pude terminar esta orden y desistí: { $reason } Envíala otra vez cuando esté resuelto: { $status } lo muestra.
goes-on = { $reason } Sigo intentándolo { $minutes ->
    [one] un minuto más como máximo
   *[other] { $minutes } minutos más como máximo
}. { $cancel } lo detiene.
cancelled = Cancelada. Nada cambió.
cancel-none = Ninguna orden de este chat está en espera.
cancel-stopped = Cancelada: { $order }. Su propia respuesta dice cómo quedó.
cancel-at-work = { $order } se está ejecutando ahora mismo. Si este intento falla, no habrá otro.

## Qué pasa en Z-API
api-unreachable = No se puede alcanzar Z-API.
api-no-answer = Z-API no respondió.
api-busy = Z-API pide ir más despacio.
api-trouble = Z-API tiene problemas (estado { $status }).
api-some-trouble = Z-API tiene problemas.
api-disconnected = WhatsApp no está conectado a Z-API. Lee el código QR otra vez.
api-client-token = Z-API no acepta el Client-Token. Quien cuida este bot debe configurarlo.
api-instance = Z-API no conoce la instancia. Quien cuida este bot debe revisar su id y su token.
api-address = Z-API no acepta llamadas de este servidor. Quien cuida este bot debe permitir su dirección.
api-refused = Z-API lo rechazó: { $reason }.
api-unreadable = Z-API dio una respuesta que no se puede leer.
internal = Algo se rompió dentro del bot; quien lo cuida lo encuentra en el registro.

## Ayuda
help-title = Lo que sé hacer:
help-on-one = Más sobre uno: { $example }
help-usage = Escribe: { $usage }
help-also = También: { $names }
help-marks = ✅ hecho · ☑️ ya era así · ⚠️ es de otra · ❌ no hecho · ❓ incierto
arg-community = <comunidad>
arg-groups = <grupos…>
arg-words = [palabras]
arg-command = [comando]
arg-all = [todo]
here = aquí
all = todo
help-link = pone grupos en una comunidad
help-link-long = Un grupo se nombra por su nombre, el comienzo de su nombre, su id, “aquí” (este chat) o un patrón como ventas*. Los nombres con espacios van entre comillas. Quienes están en el grupo entran al grupo de avisos.
help-link-example =
    "Bairro Feliz" futebol, mães
    Ventas ventas* aquí
help-unlink = saca grupos de una comunidad
help-unlink-long = Los grupos siguen existiendo. Quien no está en otro grupo de la comunidad sale de su grupo de avisos.
help-unlink-example = "Bairro Feliz" futebol
help-communities = lista las comunidades
help-communities-long = Cada una con un número, que vale como nombre en tu próxima orden. El id se muestra donde dos nombres son iguales.
help-communities-example = { "" }
help-community = muestra una comunidad
help-community-long = Descripción, personas, id y sus grupos con números. El grupo de avisos no se cuenta.
help-community-example = "Bairro Feliz"
help-groups = lista los grupos, o los que tienen estas palabras
help-groups-long = Detrás del grupo está su comunidad. Los números valen como nombres en tu próxima orden: 1 3-5. El id se muestra donde los nombres son iguales, o cuando hay un solo grupo.
help-groups-example = ventas
help-cancel = cancela una orden de este chat que espera
help-cancel-long = Sin nada más: la más antigua de este chat que aún no terminó. Con “todo”: todas. Lo que se está ejecutando en ese momento no se intenta de nuevo. Lo que ya cambió se queda así, y la respuesta lo dice.
help-cancel-example = { "" }
help-help = lo que sé hacer
help-help-long = Con el nombre de un comando: cómo se escribe.
help-help-example = vincular
help-whoami = cómo te conoce el bot
help-whoami-long = Tu número, tu lid y lo que puedes hacer.
help-whoami-example = { "" }
help-status = ¿está conectado WhatsApp? ¿qué está pendiente?
help-status-long = Pregunta a Z-API, cuenta las órdenes que esperan o se abandonaron y avisa cuando la suscripción de Z-API está por vencer.
help-status-example = { "" }

## Preguntas
ask = Todavía no hice nada. ¿Lo hago? Responde “sí” o 👍 en 5 minutos ({ $order } vale igual); “no” lo descarta.
trial = Fue una prueba: nada cambió. Sin --probar se hace de verdad.
would-link =
    { $all ->
        [one] { $done } de { $all } grupo quedaría en { $community }.
       *[other] { $done } de { $all } grupos quedarían en { $community }.
    }
would-unlink =
    { $all ->
        [one] { $done } de { $all } grupo quedaría fuera de { $community }.
       *[other] { $done } de { $all } grupos quedarían fuera de { $community }.
    }
choose = Responde con el número correcto (varios: 1 3).
confirm-nothing = Aquí nada espera un sí.
confirm-what = Responde “sí”, “no” o un número.
confirm-late = Pasaron más de 5 minutos, así que no hice nada. Da la orden de nuevo si todavía vale. { $order }
confirm-early = Eso llegó antes de mi última pregunta, así que no hice nada. Responde otra vez si es lo que quieres.
confirm-left = Descartado. Nada cambió.
confirm-number = No hay ese número. Responde de 1 a { $last }.
undo-nothing = No hay nada tuyo en esta conversación para deshacer.
undo-cannot = El último cambio fue { $order }, y eso no se puede deshacer.
edit-too-early = Sigo con la primera versión de este mensaje. Envía uno nuevo.
missing-place = ¿Qué comunidad o grupo? Escribe: { $usage }
missing-people = ¿El número de quién? Escribe: { $usage }
missing-text = Falta el texto. Escribe: { $usage }
greeting = ¡Hola, { $name }! Pongo grupos en comunidades y cuento lo que pasó de verdad.
greeting-way-in = Empieza con { $communities }. Todo lo que sé hacer: { $help }

## Palabras que valen en cualquier idioma
answer-yes = sí, si, dale, claro
answer-no = no
flag-yes = sí
flag-try = probar prueba
greetings = hola, ayuda, menú, inicio, empezar

## Ayuda sobre lo que pregunta
chapter-groups = Grupos
chapter-looking = Ver
chapter-communities = Comunidades
chapter-people = Personas
chapter-orders = Órdenes
chapter-bot = Bot
arg-any-community = [comunidad]
arg-place = <comunidad o grupo>
arg-people = <personas…>
arg-text = <texto>
arg-any-text = [texto]
arg-picture = [dirección de la foto]
help-confirm = dice sí a lo que pregunté
help-confirm-long = Un simple “sí”, “no”, un número o un 👍 en mi pregunta vale igual, durante 5 minutos, de quien dio la orden. Con --sí no se pregunta.
help-confirm-example =
    { "" }
    2
help-undo = deshace tu último cambio aquí
help-undo-long = Deshace exactamente lo que cambió tu última orden en esta conversación. Lo que ya era así queda.
help-undo-example = { "" }

## Quién puede qué
who = Quién puede dar órdenes en { $community }:
who-admin = { $name }: { $orders }
who-admin-all = { $name }: todo
who-owner = Quien escribe en el teléfono del propio bot: todo
who-nobody = Nadie está en la lista.
who-not-community = Sus admins en WhatsApp no pueden dar órdenes aquí. Quien cuida este bot puede permitirlo.
who-community = Y sus admins en WhatsApp, todo menos { $orders }:
who-community-nobody = Y sus admins en WhatsApp, todo menos { $orders }. Aparte de ellos no hay ninguno.
who-person = { $person }
who-hidden = Otros, que WhatsApp muestra sin número
whoami-may-but = Comandos: todos menos { $orders }
help-who = quién puede qué en una comunidad
help-who-long = Primero quienes nombró el responsable de este bot, después los admins de la comunidad en WhatsApp, si pueden dar órdenes.
help-who-example =
    ventas
    "Bairro Feliz"
## Ver más
list-more = … { $count } más: { $order }
more-nothing = No hay nada más que mostrar. Empieza una lista: { $groups }
groups-elsewhere = otra comunidad
groups-unread = No se pudieron leer todas las comunidades: un grupo sin comunidad aquí puede ser de una de ellas.
community-about = Descripción: { $text }
community-people = { $count ->
    [one] { $count } persona
   *[other] { $count } personas
}
community-id = Id: { $id }
history = Últimas órdenes:
history-in = Últimas órdenes en { $community }:
history-by = Últimas órdenes de { $name }:
history-line = { $when } { $who }: { $order } → { $result }
history-answered = respondida
history-none = Ninguna todavía.
history-until = Miré hasta { $when }.
history-nobody = No hay comunidad ni admin { $name }. Las comunidades: { $communities }
moment = %d/%m %H:%M
moment-year = %d/%m/%Y %H:%M
moment-day = %d/%m/%Y
myself = yo mío mía mías
status-since = Desde { $when }.
status-phone-offline = El teléfono en sí no está en línea. Enciéndelo: tras unos días sin él WhatsApp cierra la sesión.
status-dead-look = Cuáles y por qué: { $order }
status-due = La suscripción de Z-API vence el { $day }. Quien cuida este bot debe renovarla.
status-overdue = La suscripción de Z-API venció el { $day }. Quien cuida este bot debe renovarla.
arg-history = [comunidad o persona]
help-history = quién ordenó qué, y cuándo
help-history-long = Lo más nuevo primero, en la hora de aquí. ✅ hecho · ❌ no hecho · ⏳ espera · ⛔ abandonado. De donde no puedes dar órdenes no se muestra nada.
help-history-example =
    "Bairro Feliz"
    Ana
help-more = la página siguiente de una lista
help-more-long = Sigue donde terminó tu última lista en esta conversación; los números continúan.
help-more-example = { "" }
## Mover
would-move = saldría de { $community }
moved-back = { $reason }; volvió a { $community }
moved-astray = { $reason }; salió de { $community } y no está en ninguna comunidad: { $order }
help-move = mueve grupos a otra comunidad
help-move-long = Saca cada grupo de la comunidad en que está y lo pone en la última que escribas. Si no se puede, vuelve.
help-move-example =
    "vendas sul" "Bairro Feliz"
    lançamentos, suporte "Bairro Feliz" --probar

## Avance
progress = Estoy en eso…
progress-of = { $done } de { $all }…
unknown-command-yes = No hay comando { $name }. ¿Quisiste decir { $nearest }? Responde “sí”.
people-concerned =
    { $count ->
        [one] Afecta a { $count } persona.
       *[other] Afecta a { $count } personas.
    }
## Personas de una comunidad
people-added =
    { $all ->
        [one] { $done } de { $all } persona está en { $community }.
       *[other] { $done } de { $all } personas están en { $community }.
    }
people-removed =
    { $all ->
        [one] { $done } de { $all } persona está fuera de { $community }.
       *[other] { $done } de { $all } personas están fuera de { $community }.
    }
people-promoted =
    { $all ->
        [one] { $done } de { $all } persona es admin de { $community }.
       *[other] { $done } de { $all } personas son admins de { $community }.
    }
people-demoted =
    { $all ->
        [one] { $done } de { $all } persona no es admin de { $community }.
       *[other] { $done } de { $all } personas no son admins de { $community }.
    }
people-would-add =
    { $all ->
        [one] { $done } de { $all } persona quedaría en { $community }.
       *[other] { $done } de { $all } personas quedarían en { $community }.
    }
people-would-remove =
    { $all ->
        [one] { $done } de { $all } persona saldría de { $community } y de todos sus grupos.
       *[other] { $done } de { $all } personas saldrían de { $community } y de todos sus grupos.
    }
people-would-promote =
    { $all ->
        [one] { $done } de { $all } persona quedaría como admin de { $community }.
       *[other] { $done } de { $all } personas quedarían como admins de { $community }.
    }
people-would-demote =
    { $all ->
        [one] { $done } de { $all } persona dejaría de ser admin de { $community }.
       *[other] { $done } de { $all } personas dejarían de ser admins de { $community }.
    }
people-too-many = Son más de { $limit } personas. Divídelas en varias órdenes; nada cambió.
person = { $who }
person-was-in = { $who }: ya estaba ahí
person-was-out = { $who }: ya no estaba ahí
person-was-admin = { $who }: ya era admin
person-was-no-admin = { $who }: ya no era admin
person-invited = { $who }: no se puede agregar directamente, así que recibió una invitación privada
person-in-or-invited = { $who }: está ahí o recibió una invitación privada; la comunidad oculta algunos números, así que no puedo saber cuál de las dos
person-no-whatsapp = { $who }: no tiene WhatsApp. Revisa el número.
person-not-in = { $who }: no está en la comunidad
person-not-in-add = { $who }: no está en la comunidad. Agrega primero: { $order }
person-hidden = { $who }: no veo a esa persona ahí, pero la comunidad oculta algunos números. Si está ahí, indícala por su lid o con una mención (@).
person-hidden-add = { $who }: no veo a esa persona ahí, pero la comunidad oculta algunos números. Si no está ahí, agrégala primero: { $order }
person-owner = { $who }: creó la comunidad; no se le puede quitar ni degradar
person-bot = { $who }: es mi propio número; fuera de ella no podría hacer nada ahí
person-too-many-admins = { $who }: una comunidad tiene 20 admins como máximo. Primero haz lugar: { $order } y un número
person-refused = { $who }: Z-API rechazó: { $reason }
person-refused-plain = { $who }: Z-API lo rechazó. ¿El número del bot es admin de la comunidad?
person-trouble = { $who }: { $reason }
person-cancelled = { $who }: no se hizo: la orden fue cancelada
person-not-shown = { $who }: Z-API dijo que lo hizo, pero la comunidad no lo muestra. Pregunta de nuevo en un minuto: { $order }
person-not-read = { $who }: no se pudo comprobar el resultado. Pregunta de nuevo en un minuto: { $order }
person-no-number = { $typed } no es un número de teléfono. Escríbelo así: +55 44 99999-0001
person-no-country = { $typed }: falta el código de área o de país. Escríbelo así: +55 44 99999-0001
person-unclear = { $typed }: ¿dónde termina cada número? Sepáralos con comas.
help-add = pone personas en una comunidad
help-add-long = Números como los escribes, separados por comas o uno por línea; sin código de país, vale el tuyo. A quien no se puede agregar le llega una invitación privada.
help-add-example =
    "Bairro Feliz" +55 44 99999-0001
    Ventas +55 44 99999-0001, +55 44 99999-0002
help-remove = quita personas de una comunidad
help-remove-long = También salen de todos sus grupos. Pregunto antes, y no se puede deshacer.
help-remove-example =
    "Bairro Feliz" +55 44 99999-0001
    Ventas +55 44 99999-0001, +55 44 99999-0002
help-promote = hace admins de la comunidad
help-promote-long = Deben estar en la comunidad. Son 20 admins como máximo.
help-promote-example =
    "Bairro Feliz" +55 44 99999-0001
    Ventas +55 44 99999-0001, +55 44 99999-0002
help-demote = quita el puesto de admin
help-demote-long = Las personas siguen en la comunidad. Quien la creó sigue siendo admin.
help-demote-example =
    "Bairro Feliz" +55 44 99999-0001
    Ventas +55 44 99999-0001, +55 44 99999-0002
