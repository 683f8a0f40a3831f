//! Commands are understood in three languages everywhere; the reply uses the language that the chat chose, else that of
//! a Portuguese or Spanish command name, else that of the instance.

use crate::support::{ANA, Service};

use super::fixtures::{ANA_AND_RUI, RUI};

/// A reply without the notice that it closed an earlier question.
fn without_notice(reply: &str) -> String {
    let notices =
        ["A pergunta anterior não vale mais", "Mi pregunta anterior ya no vale", "My earlier question"];
    let is_notice = |line: &&str| notices.iter().any(|notice| line.starts_with(notice));
    reply.lines().filter(|line| !is_notice(line)).collect::<Vec<_>>().join("\n")
}

#[tokio::test]
async fn every_command_has_its_names_in_all_three_languages() {
    let bot = Service::with().limits("commands_per_minute = 1000").start().await;
    let rows = [
        ("link", "link vincular juntar enlazar"),
        ("unlink", "unlink desvincular tirar"),
        ("communities", "communities comunidades"),
        ("community", "community comunidade comunidad"),
        ("groups", "groups grupos"),
        ("help", "help ajuda menu menú comandos ayuda"),
        ("whoami", "whoami quemsou quiensoy"),
        ("status", "status situação situacao SITUAÇÃO estado"),
        ("language", "language idioma língua lingua linguagem lengua lenguaje"),
        ("alias", "alias apelido apodo"),
        ("aliases", "aliases apelidos apodos"),
    ];
    for (name, typed) in rows {
        for typed in typed.split(' ') {
            let command = bot.send_to_completion(ANA, &format!("/{typed}")).await;

            assert_eq!(bot.row(&command).await.name, name, "{typed}");
        }
    }
    bot.settled().await;
}

#[tokio::test]
async fn the_choice_of_the_chat_wins_then_a_portuguese_or_spanish_name_then_the_instance() {
    let hello = |locale: &str| match locale {
        "en" => "You are “Ana”.",
        "pt" => "Você é “Ana”.",
        _ => "Eres “Ana”.",
    };
    for (locale, tag) in [("en", "en"), ("pt-BR", "pt"), ("es", "es")] {
        let bot = Service::with().instance(&format!("locale = \"{locale}\"")).start().await;
        for (command, expected) in [("/whoami", tag), ("/quemsou", "pt"), ("/quiensoy", "es")] {
            let reply = bot.ask(ANA, command).await;
            assert!(reply.starts_with(hello(expected)), "{locale} {command}: {reply}");
        }
        for chosen in ["es", "en", "pt"] {
            bot.ask(ANA, &format!("/language {chosen}")).await;
            for command in ["/whoami", "/quemsou", "/quiensoy"] {
                let reply = bot.ask(ANA, command).await;
                assert!(reply.starts_with(hello(chosen)), "{locale} {chosen} {command}: {reply}");
            }
        }
    }
}

#[tokio::test]
async fn a_name_in_two_languages_uses_the_chats_else_the_instances_language() {
    const IN_PORTUGUESE: &str = "☑️ “Moradores” já estava em “Bairro Feliz”.";
    const IN_SPANISH: &str = "☑️ “Moradores” ya estaba en “Bairro Feliz”.";
    let command = r#"/vincular "Bairro Feliz" moradores"#;
    // The name is Portuguese and Spanish: an instance with another language uses the first.
    for (locale, expected) in [("en", IN_PORTUGUESE), ("pt-BR", IN_PORTUGUESE), ("es", IN_SPANISH)] {
        let bot = Service::with().instance(&format!("locale = \"{locale}\"")).start().await;

        let of_the_instance = bot.ask(ANA, command).await;
        bot.ask(ANA, "/language es").await;
        let of_the_chat = bot.ask(ANA, command).await;
        bot.ask(ANA, "/language pt").await;
        let of_the_chat_again = bot.ask(ANA, command).await;

        assert_eq!(of_the_instance, expected, "{locale}");
        assert_eq!(of_the_chat, IN_SPANISH, "{locale}");
        assert_eq!(of_the_chat_again, IN_PORTUGUESE, "{locale}");
    }
}

#[tokio::test]
async fn a_language_change_is_confirmed_in_the_new_language() {
    let bot = Service::start().await;
    let portuguese = "✅ Pronto, agora falo português nesta conversa. Veja o que sei fazer: /ajuda";
    let rows = [
        ("/language pt", portuguese),
        ("/idioma english", "✅ I'll speak English in this chat. See what I can do: /help"),
        ("/lengua Español", "✅ Listo, ahora hablo español en este chat. Mira lo que sé hacer: /ayuda"),
        ("/lingua português", portuguese),
        ("/language \"pt-BR\"", portuguese),
    ];
    for (command, expected) in rows {
        assert_eq!(without_notice(&bot.ask(ANA, command).await), expected, "{command}");
    }
    assert_eq!(bot.changes(), 0);
}

#[tokio::test]
async fn without_an_argument_language_shows_the_current_one() {
    let bot = Service::with().instance("locale = \"es\"").start().await;

    let of_the_instance = bot.ask(ANA, "/language").await;
    bot.ask(ANA, "/idioma pt").await;
    let of_the_chat = bot.ask(ANA, "/idioma").await;
    let unknown = bot.ask(ANA, "/idioma klingon").await;

    assert_eq!(
        of_the_instance,
        "Este chat está en español. Para cambiarlo: /idioma en, /idioma pt o /idioma es"
    );
    assert_eq!(
        of_the_chat,
        "Esta conversa está em português. Para mudar: /idioma en, /idioma pt ou /idioma es"
    );
    assert_eq!(unknown, "❌ Não falo “klingon”. Escolha: /idioma en, /idioma pt ou /idioma es");
}

#[tokio::test]
async fn each_chat_keeps_its_language_across_a_restart() {
    let mut bot = Service::with().admins(ANA_AND_RUI).start().await;
    let group = bot.group("Futebol");
    let in_group = |bot: &Service, from: &str, text: &str| bot.message(from, text).in_group(&group);

    bot.ask_by(&in_group(&bot, ANA, "/language es")).await;
    bot.ask(ANA, "/language pt").await;
    bot.stop().await;
    bot.restart().await;

    assert_eq!(bot.ask(ANA, "/xyzzy").await, "Não conheço o comando “xyzzy”. Veja todos: /ajuda");
    assert_eq!(bot.ask(RUI, "/xyzzy").await, "There is no command “xyzzy”. All of them: /help");
    // A group's language applies to everybody that writes there.
    let menu = bot.ask_by(&in_group(&bot, RUI, "/menú")).await;
    assert!(menu.starts_with("Lo que sé hacer:"), "{menu}");
}

#[tokio::test]
async fn a_typo_is_answered_in_the_language_of_its_command() {
    let bot = Service::with().instance("locale = \"es\"").start().await;
    let rows = [
        ("/xyzzy", "No conozco el comando “xyzzy”. Míralos todos: /ayuda"),
        ("/comunidads", "No conozco el comando “comunidads”. ¿Quisiste decir /comunidades? Responde “sí”."),
        (
            "/comunidade xyzzy",
            "Não conheço nenhuma comunidade “xyzzy”. As que conheço: “Bairro Feliz”, “Marketing BR”",
        ),
        (
            "/comunidad xyzzy",
            "No conozco ninguna comunidad “xyzzy”. Las que conozco: “Bairro Feliz”, “Marketing BR”",
        ),
        (
            "/comunidad xyzzy",
            "No conozco ninguna comunidad “xyzzy”. Las que conozco: “Bairro Feliz”, “Marketing BR”",
        ),
        (
            "/community xyzzy",
            "No conozco ninguna comunidad “xyzzy”. Las que conozco: “Bairro Feliz”, “Marketing BR”",
        ),
        (
            "/juntar",
            "Qual comunidade? Responda com o nome, ou “não”.\n\
             Ou mande tudo junto: /vincular \"Bairro Feliz\" futebol, mães",
        ),
    ];
    for (command, expected) in rows {
        assert_eq!(without_notice(&bot.ask(ANA, command).await), expected, "{command}");
    }
}

#[tokio::test]
async fn a_reply_to_a_prompt_uses_the_language_of_the_prompt() {
    let rows = [
        ("en", "/unlink", "Shall I?", "sim", "4 of 4 groups are no longer in “Bairro Feliz”."),
        ("es", "/tirar", "Posso fazer?", "yes", "4 de 4 grupos não estão mais em “Bairro Feliz”."),
        ("es", "/desvincular", "¿Lo hago?", "👍", "4 de 4 grupos ya no están en “Bairro Feliz”."),
    ];
    for (locale, command, asked, yes, expected) in rows {
        let bot = Service::with().instance(&format!("locale = \"{locale}\"")).start().await;
        bot.ask(ANA, r#"/link "Bairro Feliz" futebol mães suporte"#).await;

        let question =
            bot.ask(ANA, &format!(r#"{command} "Bairro Feliz" futebol mães suporte moradores"#)).await;
        let reply = bot.ask(ANA, yes).await;

        assert!(question.contains(asked), "{question}");
        assert!(reply.starts_with(expected), "{reply}");
    }
    let bot = Service::with().instance("locale = \"es\"").start().await;
    let which = bot.ask(ANA, r#"/juntar "Bairro Feliz" vendas"#).await;
    let reply = bot.ask(ANA, "1").await;

    assert!(which.contains("“vendas” pode ser 1."), "{which}");
    assert_eq!(reply, "✅ “Vendas Atacado” agora está em “Bairro Feliz”.");
}

#[tokio::test]
async fn a_portuguese_bot_answers_in_portuguese() {
    let bot = Service::with().instance("locale = \"pt-BR\"").start().await;
    let rows = [
        (
            r#"/vincular "Bairro Feliz" moradores futebol mães lançamentos fuebol vendas xyz* aqui"#,
            "3 de 8 grupos agora estão em “Bairro Feliz”.\n☑️ “Moradores”: já estava lá\n✅ “Futebol”\n\
             ✅ “Mães do Bairro”\n⚠️ “Lançamentos”: é de “Marketing BR”. Para mudar: \
             /mover Lançamentos \"Bairro Feliz\"\n\
             ❌ Não conheço nenhum grupo “fuebol”. Você quis dizer 1. “Futebol”?\n\
             ❌ “vendas” pode ser 2. “Vendas Atacado”, 3. “Vendas Norte”, 4. “Vendas Sul”\n\
             ❌ Nenhum grupo combina com “xyz∗”\n\
             ❌ “aqui” é esta conversa, e ela não é um grupo\n\
             Responda com o número (mais de um: 1 3).",
        ),
        (r#"/tirar "Bairro Feliz" futebol"#, "✅ “Futebol” não está mais em “Bairro Feliz”."),
        (
            "/vincular",
            "Qual comunidade? Responda com o nome, ou “não”.\n\
             Ou mande tudo junto: /vincular \"Bairro Feliz\" futebol, mães",
        ),
        (
            "/vinclar bairro futebol",
            "Não conheço o comando “vinclar”. Você quis dizer /vincular bairro futebol? Responda “sim”.",
        ),
        ("/vinclar", "Não conheço o comando “vinclar”. Você quis dizer /vincular? Responda “sim”."),
        (
            "/comunidade xyzzy",
            "Não conheço nenhuma comunidade “xyzzy”. As que conheço: “Bairro Feliz”, “Marketing BR”",
        ),
        (
            "/quemsou",
            "Você é “Ana”.\nNúmero: 5544999990001\nEsta conversa: 5544999990001\nComandos: todos\n\
             Comunidades: todas",
        ),
    ];
    for (command, expected) in rows {
        assert_eq!(without_notice(&bot.ask(ANA, command).await), expected, "{command}");
    }
    bot.settled().await;
    // The name is English and Portuguese.
    for command in ["/situação", "/status"] {
        let reply = bot.ask(ANA, command).await;
        assert!(reply.starts_with("✅ O WhatsApp está conectado."), "{reply}");
    }
    assert!(bot.ask(ANA, "/comunidades").await.starts_with("2 comunidades:\n"));
    assert!(bot.ask(ANA, "/grupos sul").await.starts_with("1 grupo:\n"));
    assert!(bot.ask(ANA, "/comunidade bairro").await.starts_with("“Bairro Feliz”: 3 de 50 grupos\n"));
}

#[tokio::test]
async fn a_spanish_bot_answers_in_spanish() {
    let bot = Service::with().instance("locale = \"es\"").start().await;
    let rows = [
        (
            r#"/enlazar "Bairro Feliz" moradores futebol lançamentos, xyzzy, aquí"#,
            "2 de 5 grupos ahora están en “Bairro Feliz”.\n☑️ “Moradores”: ya estaba ahí\n✅ “Futebol”\n\
             ⚠️ “Lançamentos”: es de “Marketing BR”. Para moverlo: /mover Lançamentos \"Bairro Feliz\"\n\
             ❌ No conozco ningún grupo “xyzzy”\n❌ “aquí” es este chat, y este chat no es un grupo",
        ),
        (
            r#"/desvincular "Bairro Feliz" futebol moradores segurança"#,
            "2 de 3 grupos ya no están en “Bairro Feliz”.\n✅ “Futebol”\n✅ “Moradores”\n\
             ❌ “Segurança da Rua”: la comunidad necesita al menos un grupo, así que este se queda",
        ),
        (
            "/vincular bairro",
            "¿Qué grupos? Responde con los nombres, o “no”.\n\
             O mándalo todo junto: /vincular \"Bairro Feliz\" futebol, mães",
        ),
        ("/comunidads", "No conozco el comando “comunidads”. ¿Quisiste decir /comunidades? Responde “sí”."),
    ];
    for (command, expected) in rows {
        assert_eq!(without_notice(&bot.ask(ANA, command).await), expected, "{command}");
    }
    bot.settled().await;
    assert!(bot.ask(ANA, "/estado").await.starts_with("✅ WhatsApp está conectado."));
}

#[tokio::test]
async fn the_command_that_a_reply_offers_works_in_its_language() {
    for command in ["/link", "/juntar", "/enlazar"] {
        let bot = Service::start().await;
        let reply = bot.ask(ANA, &format!(r#"{command} "Bairro Feliz" "vendas sul""#)).await;

        let freed = bot.ask(ANA, reply.rsplit_once(": ").unwrap().1).await;

        assert!(freed.contains("✅ “Vendas Sul”"), "{reply}\n{freed}");
        assert_eq!(bot.community_of("Vendas Sul").as_deref(), Some("Bairro Feliz"));
    }
}

#[tokio::test]
async fn a_misspelled_name_is_answered_in_the_language_of_the_nearest() {
    let bot = Service::start().await;
    let rows = [
        ("/comunidads", "Não conheço o comando “comunidads”. Você quis dizer /comunidades? Responda “sim”."),
        ("/apdos", "No conozco el comando “apdos”. ¿Quisiste decir /apodos? Responde “sí”."),
        ("/comunities", "There is no command “comunities”. Did you mean /communities? Answer “yes”."),
    ];
    for (command, expected) in rows {
        assert_eq!(without_notice(&bot.ask(ANA, command).await), expected, "{command}");
    }
}
