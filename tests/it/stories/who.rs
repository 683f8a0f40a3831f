//! `/who`: who may do what in a community.

use super::community_admins::{BRUNO, setting};
use crate::support::{ANA, Service};

const SOME: &str = "[instances.main.admins.ana]\nphone = \"5544999990001\"\nname = \"Ana\"\n\
    [instances.main.admins.rui]\nphone = \"5521977770002\"\nname = \"Rui\"\n\
    commands = [\"link\", \"community\"]\ncommunities = [\"Bairro Feliz\"]\n\
    [instances.main.admins.eva]\nphone = \"5521977770003\"\nname = \"Eva\"\n\
    communities = [\"Marketing BR\"]\n";

#[tokio::test]
async fn who_replies_in_the_language_of_the_command() {
    let bot = Service::with().admins(SOME).start().await;
    let commands = [r#"/who "Bairro Feliz""#, r#"/quem "Bairro Feliz""#, "/quien bairro"];
    let expected = [
        "Who may use commands in “Bairro Feliz”:\n• “Ana”: everything\n• “Rui”: /link, /community\n\
         Its admins on WhatsApp may not use commands here. The person who runs this bot can allow it.",
        "Quem pode usar comandos em “Bairro Feliz”:\n• “Ana”: tudo\n• “Rui”: /vincular, /comunidade\n\
         Os admins dela no WhatsApp não podem usar comandos aqui. Quem cuida deste bot pode liberar.",
        "Quién puede usar comandos en “Bairro Feliz”:\n• “Ana”: todo\n• “Rui”: /vincular, /comunidad\n\
         Sus admins en WhatsApp no pueden usar comandos aquí. Quien está a cargo de este bot puede permitirlo.",
    ];

    for (command, expected) in commands.iter().zip(expected) {
        assert_eq!(bot.ask(ANA, command).await, expected);
    }
    assert_eq!((bot.changes(), bot.calls_to("light-group-metadata").len()), (0, 0));
}

#[tokio::test]
async fn who_lists_community_admins_if_they_have_rights() {
    let bot = setting()
        .instance("owner_commands = true")
        .admins(SOME)
        .world(|world| {
            let bairro = world.community_named("Bairro Feliz").unwrap();
            world.join(&bairro, "5544999990003", true, false);
        })
        .start()
        .await;
    bot.knows(BRUNO).await;

    let reply = bot.ask(BRUNO, r#"/who "Bairro Feliz""#).await;

    let lines: Vec<&str> = reply.lines().collect();
    assert_eq!(
        lines[..5],
        [
            "Who may use commands in “Bairro Feliz”:",
            "• “Ana”: everything",
            "• “Rui”: /link, /community",
            "• Whoever types on the bot’s own phone: everything",
            "And its admins on WhatsApp, all but /create, /deactivate, /alias, /aliases:",
        ]
    );
    assert!(
        lines[5..].contains(&"• +55 44 99999-0002")
            && lines[5..].contains(&"• Somebody without a visible number (…2875)"),
        "{reply}"
    );
    for (command, line) in [
        ("/quem bairro", "\n• Alguém sem número visível (…2875)"),
        ("/quién bairro", "\n• Alguien sin número visible (…2875)"),
    ] {
        let reply = bot.ask(BRUNO, command).await;
        assert!(reply.contains(line), "{reply}");
    }
    assert_eq!(lines.len(), 7, "neither Ana once more, nor the bot: {reply}");
    assert!(!reply.contains("99999-0001"), "Ana is listed once: {reply}");
}

#[tokio::test]
async fn who_reports_unlisted_and_hidden_people() {
    let listed = SOME.replace("name = \"Ana\"", "name = \"Ana\"\ncommunities = [\"Serra\"]");
    let bot = setting()
        .admins(&listed)
        .world(|world| {
            let praia = world.community("Praia");
            world.join(&praia, BRUNO, true, false);
            // WhatsApp shows neither number nor lid.
            world.join(&praia, "", true, false);
            world.community("Serra");
        })
        .start()
        .await;
    bot.knows(BRUNO).await;

    let praia = bot.ask(BRUNO, "/who Praia").await;
    let serra = bot.ask(ANA, "/quem Serra").await;

    assert_eq!(
        praia,
        "Who may use commands in “Praia”:\nNobody is listed for it.\n\
         And its admins on WhatsApp, all but /create, /deactivate, /alias, /aliases:\n\
         • +55 44 99999-0002\n• Others, whose number WhatsApp does not show"
    );
    assert_eq!(
        serra,
        "Quem pode usar comandos em “Serra”:\n• “Ana”: tudo\n\
         E os admins dela no WhatsApp, tudo menos /criar, /desativar, /apelido, /apelidos. \
         Nenhum outro admin."
    );
}
