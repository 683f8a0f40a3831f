//! Orders are understood in three languages everywhere; replies are in the instance's.

use crate::support::{ANA, Service};

#[tokio::test]
async fn every_command_has_its_names_in_all_three_languages() {
    let bot = Service::with().limits("orders_per_minute = 1000").start().await;
    let rows = [
        ("link", "link vincular juntar enlazar"),
        ("unlink", "unlink desvincular tirar"),
        ("communities", "communities comunidades"),
        ("community", "community comunidade comunidad"),
        ("groups", "groups grupos"),
        ("help", "help ajuda menu comandos ayuda"),
        ("whoami", "whoami quemsou quiensoy"),
        ("status", "status situação situacao SITUAÇÃO estado"),
    ];
    for (name, typed) in rows {
        for typed in typed.split(' ') {
            let order = bot.give(ANA, &format!("/{typed}")).await;

            assert_eq!(bot.row(&order).await.name, name, "{typed}");
        }
    }
    bot.settled().await;
}

#[tokio::test]
async fn a_portuguese_bot_answers_in_portuguese() {
    let bot = Service::with().instance("locale = \"pt-BR\"\ncommunity_limit = 3").start().await;
    let rows = [
        (
            r#"/vincular "Bairro Feliz" moradores futebol mães lançamentos fuebol vendas xyz* aqui"#,
            "3 de 8 grupos estão em “Bairro Feliz”.\n☑️ “Moradores”: já estava lá\n✅ “Futebol”\n\
             ✅ “Mães do Bairro”\n⚠️ “Lançamentos”: é de “Marketing BR”. Primeiro tire de lá: \
             /desvincular \"Marketing BR\" Lançamentos\n\
             ❌ não há grupo “fuebol”. Você quis dizer “Futebol”?\n\
             ❌ “vendas” pode ser “Vendas Atacado”, “Vendas Norte”, “Vendas Sul”. Escreva um deles.\n\
             ❌ nenhum grupo combina com “xyz∗”\n\
             ❌ “aqui” é esta conversa, e esta conversa não é um grupo\n\
             “Bairro Feliz” ficaria com 4 grupos; o WhatsApp pode parar em 3.",
        ),
        (r#"/tirar "Bairro Feliz" futebol"#, "1 de 1 grupo está fora de “Bairro Feliz”.\n✅ “Futebol”"),
        (
            "/vincular",
            "Qual comunidade? Escreva: /vincular <comunidade> <grupos…>\n\
             Por exemplo: /vincular \"Bairro Feliz\" futebol, mães",
        ),
        ("/vinclar", "Não há comando “vinclar”. Você quis dizer /vincular?"),
        ("/comunidade xyzzy", "Não há comunidade “xyzzy”. Veja todas com /comunidades"),
        (
            "/situação",
            "✅ O WhatsApp está conectado.\nNenhuma outra ordem espera.\nNenhuma ordem foi abandonada.",
        ),
        (
            "/quemsou",
            "Você é “Ana”.\nNúmero: 5544999990001\nEsta conversa: 5544999990001\nComandos: todos\n\
             Comunidades: todas",
        ),
    ];
    for (order, expected) in rows {
        assert_eq!(bot.ask(ANA, order).await, expected, "{order}");
        // An order whose answer was just sent is open for a moment more, and /status counts it.
        bot.settled().await;
    }
    assert!(
        bot.ask(ANA, "/ajuda").await.starts_with("O que eu sei fazer:\n/vincular <comunidade> <grupos…>\n")
    );
    assert!(bot.ask(ANA, "/comunidades").await.starts_with("2 comunidades:\n"));
    assert!(bot.ask(ANA, "/grupos sul").await.starts_with("1 grupo:\n"));
    assert!(bot.ask(ANA, "/comunidade bairro").await.starts_with("“Bairro Feliz”: 3 grupos de 3\n"));
}

#[tokio::test]
async fn a_spanish_bot_answers_in_spanish() {
    let bot = Service::with().instance("locale = \"es\"").start().await;
    let rows = [
        (
            r#"/enlazar "Bairro Feliz" moradores futebol lançamentos xyzzy aquí"#,
            "2 de 5 grupos están en “Bairro Feliz”.\n☑️ “Moradores”: ya estaba allí\n✅ “Futebol”\n\
             ⚠️ “Lançamentos”: es de “Marketing BR”. Primero sácalo de allí: /desvincular \"Marketing BR\" \
             Lançamentos\n❌ no hay grupo “xyzzy”\n❌ “aquí” es este chat, y este chat no es un grupo",
        ),
        (
            r#"/desvincular "Bairro Feliz" futebol moradores segurança"#,
            "2 de 3 grupos están fuera de “Bairro Feliz”.\n✅ “Futebol”\n✅ “Moradores”\n\
             ❌ “Segurança da Rua”: una comunidad conserva al menos un grupo, así que este se queda",
        ),
        (
            "/vincular bairro",
            "¿Qué grupos? Escribe: /vincular <comunidad> <grupos…>\n\
             Por ejemplo: /vincular \"Bairro Feliz\" futebol, mães",
        ),
        ("/comunidads", "No hay comando “comunidads”. ¿Quisiste decir /comunidades?"),
        (
            "/estado",
            "✅ WhatsApp está conectado.\nNo espera ninguna otra orden.\nNo se abandonó ninguna orden.",
        ),
    ];
    for (order, expected) in rows {
        assert_eq!(bot.ask(ANA, order).await, expected, "{order}");
        // An order whose answer was just sent is open for a moment more, and /status counts it.
        bot.settled().await;
    }
    assert!(bot.ask(ANA, "/ayuda").await.starts_with("Lo que sé hacer:\n/vincular <comunidad> <grupos…>\n"));
}

#[tokio::test]
async fn the_order_that_a_reply_offers_works_in_its_language() {
    for locale in ["pt-BR", "es"] {
        let bot = Service::with().instance(&format!("locale = \"{locale}\"")).start().await;
        let reply = bot.ask(ANA, r#"/link "Bairro Feliz" "vendas sul""#).await;

        let freed = bot.ask(ANA, reply.rsplit_once(": ").unwrap().1).await;

        assert!(freed.contains("✅ “Vendas Sul”"), "{reply}\n{freed}");
        assert_eq!(bot.community_of("Vendas Sul"), None);
    }
}
