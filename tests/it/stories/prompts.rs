//! Prompts are closed by a no or the next command, and ignore quotes of other messages. Nothing unintended is
//! done: numbers inside names, a second command in the arguments, groups taken for communities.

use std::time::Duration;

use vincula::clock::{Clock, Timestamp};
use vincula::sandbox::World;
use vincula::sandbox::webhook_event::EventBuilder;

use super::fixtures::{ANA_AND_RUI, RUI};
use crate::support::{ANA, ANA_LID, NON_ADMIN, Service};
use crate::webhook::assert_status;

const GRAVE: &str = "/desativar marketing";
const LEFT: &str = "Tudo bem, não fiz nada.";
const NOTHING_WAITS: &str = "❌ Não há nada esperando resposta aqui.";

fn in_portuguese() -> crate::support::ServiceBuilder {
    Service::with().instance("locale = \"pt-BR\"").admins(ANA_AND_RUI)
}

/// Sends a text that gets no reply.
async fn chat(bot: &Service, event: &EventBuilder) {
    let before = bot.said().len();
    bot.post(event).await;
    bot.settled().await;
    assert_eq!(bot.said().len(), before, "{}", event.body());
}

/// Sends an answer to another message than the prompt: in a direct chat it is told so.
async fn say_to_another(bot: &Service, event: &EventBuilder, is_group: bool) {
    match is_group {
        true => chat(bot, event).await,
        false => {
            let reply = bot.ask_by(event).await;
            assert!(reply.starts_with("❌ Você respondeu a outra mensagem"), "{reply}");
            bot.settled().await;
        }
    }
}

/// Causes a prompt, and returns the ids of its messages.
async fn asked(bot: &Service, command: &EventBuilder) -> Vec<String> {
    let before = bot.sandbox.sent().len();
    bot.ask_by(command).await;
    bot.settled().await;
    bot.sandbox.sent().into_iter().skip(before).map(|sent| sent.message_id).collect()
}

fn is_there(bot: &Service) -> bool {
    bot.world().community_named("Marketing BR").is_some()
}

#[tokio::test]
async fn t46_a_yes_that_quotes_another_message_keeps_the_prompt() {
    for is_group in [true, false] {
        let bot = in_portuguese().start().await;
        let group = bot.group("Futebol");
        let say = |text: &str| {
            let message = bot.message(ANA, text);
            if is_group { message.in_group(&group) } else { message }
        };
        let prompt = asked(&bot, &say(GRAVE)).await;

        // A no to the bot closes the prompt, whatever it quotes: see the conversations.
        let texts = if is_group { ["sim", "não", "nossa melhor não"].as_slice() } else { &["sim", "Sim!"] };
        for text in texts {
            say_to_another(&bot, &say(text).replying_to("3EB0SOMEBODYELSE"), is_group).await;
        }
        say_to_another(
            &bot,
            &say("sim").with("referenceMessageId", serde_json::json!({ "odd": 1 })),
            is_group,
        )
        .await;
        chat(&bot, &say("👍").replying_to("3EB0SOMEBODYELSE")).await;
        let explicit = bot.ask_by(&say("/confirmar").replying_to("3EB0SOMEBODYELSE")).await;
        assert!(explicit.starts_with("❌ Você respondeu a outra mensagem"), "{explicit}");
        assert!(is_there(&bot));

        let done = bot.ask_by(&say("sim").replying_to(&prompt[0])).await;
        assert!(done.starts_with('✅') && !is_there(&bot), "{done}");
    }
}

/// “Reply privately” quotes a message of a group in the direct chat.
#[tokio::test]
async fn t46_a_yes_that_quotes_a_reminder_of_another_chat_keeps_the_prompt() {
    let bot = in_portuguese().start().await;
    let group = bot.group("Futebol");
    asked(&bot, &bot.message(ANA, "/avisar bairro Oi").in_group(&group)).await;
    asked(&bot, &bot.message(ANA, GRAVE)).await;
    let reminded = bot.message(ANA, "/confirmar talvez").in_group(&group);
    bot.ask_by(&reminded).await;
    bot.settled().await;
    let reminder = bot.sandbox.sent().last().unwrap().message_id.clone();

    let reply = bot.ask_by(&bot.message(ANA, "sim").replying_to(&reminder)).await;

    assert!(reply.starts_with("❌ Você respondeu a outra mensagem") && is_there(&bot), "{reply}");
}

#[tokio::test]
async fn t46_a_yes_sent_before_the_command_does_not_confirm() {
    for is_group in [true, false] {
        let bot = in_portuguese().clock(Clock::manual(Timestamp(1_764_000_000_000))).start().await;
        let group = bot.group("Futebol");
        let say = |text: &str| {
            let message = bot.message(ANA, text);
            if is_group { message.in_group(&group) } else { message }
        };
        // To another message or another prompt; the reply takes half a minute.
        let old = say("sim");
        bot.clock.elapse(Duration::from_secs(30));
        asked(&bot, &say(GRAVE)).await;

        let reply = bot.ask_by(&old).await;
        bot.settled().await;

        assert!(is_there(&bot), "{reply}");
        assert!(bot.ask_by(&say("sim")).await.starts_with('✅'));
    }
}

#[tokio::test]
async fn t46_a_negative_reaction_closes_the_prompt() {
    for sign in ["👎", "👎🏽", "❌", "🚫"] {
        let bot = in_portuguese().start().await;
        let group = bot.group("Futebol");
        let here = |text: &str| bot.message(ANA, text).in_group(&group);
        let prompt = asked(&bot, &here(GRAVE)).await;
        let account = bot.sandbox.account();
        let react = |to: &str| {
            let event = EventBuilder::reaction(&account.id, sign, to).from(ANA).in_group(&group);
            event.connected_phone(&account.phone).sent_at(bot.clock.now())
        };

        chat(&bot, &react("3EB0SOMEBODYELSE")).await;
        assert_eq!(bot.ask_by(&react(&prompt[0])).await, LEFT, "{sign}");
        bot.settled().await;
        chat(&bot, &here("sim")).await;

        assert!(is_there(&bot), "{sign}");
    }
}

#[tokio::test]
async fn t46_every_message_of_a_long_prompt_may_be_quoted_and_reacted_to() {
    for (word, at) in [("sim", 0), ("sim", 1), ("👍", 0), ("👍", 1)] {
        let bot = in_portuguese()
            .instance("community_limit = 100")
            .world(|world| {
                world.set_limit(100);
                for class in 1..=50 {
                    world.group(&format!("Turma {class:02} {}", "x".repeat(80)));
                }
            })
            .start()
            .await;
        let prompt = asked(&bot, &bot.message(ANA, "/vincular bairro turma*")).await;
        assert!(prompt.len() > 1);
        let account = bot.sandbox.account();
        let event = match word {
            "👍" => EventBuilder::reaction(&account.id, "👍", &prompt[at])
                .from(ANA)
                .connected_phone(&account.phone)
                .sent_at(bot.clock.now()),
            text => bot.message(ANA, text).replying_to(&prompt[at]),
        };

        bot.post(&event).await;
        bot.settled().await;

        assert!(bot.changes() > 0, "{word} {at}");
    }
}

#[tokio::test]
async fn t46_a_quote_is_checked_in_every_kind_of_chat() {
    // With a lid, and on the bot's own phone.
    for by_owner in [false, true] {
        let bot = in_portuguese().instance("owner_commands = true").start().await;
        let say = |text: &str| match by_owner {
            true => bot.message(NON_ADMIN, text).from_me(),
            false => {
                let account = bot.sandbox.account();
                let text = EventBuilder::text(&account.id, text).lid(ANA_LID);
                text.connected_phone(&account.phone).sent_at(bot.clock.now())
            }
        };
        let prompt = asked(&bot, &say(GRAVE)).await;

        say_to_another(&bot, &say("sim").replying_to("3EB0SOMEBODYELSE"), by_owner).await;
        let still = is_there(&bot);
        let done = bot.ask_by(&say("sim").replying_to(&prompt[0])).await;

        assert!(still && done.starts_with('✅'), "{done}");
    }
}

#[tokio::test]
async fn t46_any_sentence_with_a_no_in_it_closes_the_prompt() {
    let long = format!("{} então acho melhor não", "olha, pensei bem sobre isso ontem, ".repeat(8));
    let noes = [
        "nossa melhor não",
        "peraí",
        "acho que não",
        "sim, não",
        "mudei de ideia",
        "foi engano",
        "👎",
        &long,
    ];
    for is_group in [true, false] {
        for no in noes {
            let bot = in_portuguese().start().await;
            let group = bot.group("Futebol");
            let say = |text: &str| {
                let message = bot.message(ANA, text);
                if is_group { message.in_group(&group) } else { message }
            };
            asked(&bot, &say(GRAVE)).await;
            if is_group && no.len() > 40 {
                // It may be for another person.
                chat(&bot, &say(no)).await;
                continue;
            }

            assert_eq!(bot.ask_by(&say(no)).await, LEFT, "{no}");
            bot.settled().await;
            match is_group {
                true => {
                    chat(&bot, &say("ok")).await;
                    chat(&bot, &say("sim")).await;
                }
                false => {
                    assert_eq!(bot.ask(ANA, "ok").await, "Beleza! 👍", "{no}");
                    assert_eq!(bot.ask(ANA, "sim").await, NOTHING_WAITS, "{no}");
                }
            }
            assert!(is_there(&bot), "{no}");
        }
    }
}

#[tokio::test]
async fn t46_a_no_counts_only_for_its_own_prompt() {
    let bot = in_portuguese().start().await;
    let group = bot.group("Futebol");
    let here = |from: &str, text: &str| bot.message(from, text).in_group(&group);
    for event in [here(ANA, "melhor não"), here(ANA, "vou no mercado")] {
        assert_eq!(assert_status(&bot.post(&event).await, "ignored"), "not_a_command");
    }
    asked(&bot, &here(ANA, GRAVE)).await;

    for event in [here(RUI, "melhor não"), here(NON_ADMIN, "não")] {
        assert_eq!(assert_status(&bot.post(&event).await, "ignored"), "not_a_command");
    }
    assert_eq!(bot.ask(ANA, "melhor não").await, NOTHING_WAITS);
    // Here `no` is the Portuguese preposition.
    chat(&bot, &here(ANA, "vou no mercado")).await;
    assert!(bot.ask_by(&here(ANA, "sim")).await.starts_with('✅'));
}

#[tokio::test]
async fn t46_the_next_command_closes_the_prompt_even_if_it_fails() {
    let next = [
        "/grupos",
        "/quemsou",
        "/ajuda",
        "/xyzzy",
        "/vincular xyzzy",
        "/vincular bairro futebol",
        "/comunidade 7",
    ];
    for is_group in [true, false] {
        for next in next {
            let bot = in_portuguese().start().await;
            let group = bot.group("Suporte");
            let say = |text: &str| {
                let message = bot.message(ANA, text);
                if is_group { message.in_group(&group) } else { message }
            };
            asked(&bot, &say(GRAVE)).await;

            bot.post(&say(next)).await;
            bot.settled().await;
            for yes in ["ok", "👍", "sim", "sim", "beleza"] {
                bot.post(&say(yes)).await;
                bot.settled().await;
            }

            assert!(is_there(&bot), "{next}");
        }
    }
}

#[tokio::test]
async fn t46_a_yes_to_a_closed_prompt_gets_one_reply() {
    let bot = in_portuguese().start().await;
    asked(&bot, &bot.message(ANA, GRAVE)).await;
    bot.ask(ANA, "/quemsou").await;

    assert_eq!(bot.ask(ANA, "sim").await, NOTHING_WAITS);
    bot.settled().await;
    assert_eq!(bot.send(ANA, "sim").await, r#"{"status":"ignored","reason":"not_a_command"}"#);
}

#[tokio::test]
async fn t46_commands_of_others_and_elsewhere_close_nothing() {
    let bot = in_portuguese().start().await;
    let group = bot.group("Futebol");
    asked(&bot, &bot.message(ANA, GRAVE)).await;

    bot.ask_by(&bot.message(ANA, "/quemsou").in_group(&group)).await;
    bot.ask(RUI, "/quemsou").await;
    bot.settled().await;

    assert!(bot.ask(ANA, "sim").await.starts_with('✅'));
}

#[tokio::test]
async fn t46_closing_words_do_not_confirm_final_changes() {
    let irreversible = [
        GRAVE,
        "/anunciar bairro Reunião hoje",
        "/remover bairro 44 99999-0002",
        "/convite bairro redefinir",
        "/criar Bairro Feliz",
    ];
    for command in irreversible {
        let bot = in_portuguese().start().await;
        asked(&bot, &bot.message(ANA, command)).await;
        let before = bot.changes();

        for word in
            ["ok", "okay", "certo", "beleza", "tá bom", "ok obrigada", "valeu", "thanks", "🙏", "gracias"]
        {
            let reply = bot.ask(ANA, word).await;
            assert!(reply.starts_with("Só para confirmar"), "{command} {word}: {reply}");
            bot.settled().await;
        }
        assert_eq!(bot.changes(), before, "{command}");
        let done = bot.ask(ANA, "sim, obrigada").await;
        assert!(done.contains('✅') || done.contains("segundo a Z-API"), "{command}: {done}");
    }
}

#[tokio::test]
async fn t46_closing_words_in_a_group_are_ignored() {
    let bot = in_portuguese().start().await;
    let group = bot.group("Futebol");
    let here = |text: &str| bot.message(ANA, text).in_group(&group);
    asked(&bot, &here(GRAVE)).await;

    for word in ["ok", "certo", "obrigada", "tá bom", "thanks"] {
        assert_eq!(assert_status(&bot.post(&here(word)).await, "ignored"), "not_a_command");
    }
    assert!(is_there(&bot));
}

fn with_streets() -> crate::support::ServiceBuilder {
    in_portuguese().world(|world: &mut World| {
        let bairro = world.community_named("Bairro Feliz").unwrap();
        for street in 1..=4 {
            world.linked_group(&bairro, &format!("Rua {street}"));
            world.group(&format!("Praça {street}"));
        }
    })
}

#[tokio::test]
async fn t46_undo_prompts_like_its_effect_would() {
    let bot = with_streets().start().await;
    bot.ask(ANA, r#"/vincular bairro "praça 1" "praça 2" "praça 3" "praça 4" futebol"#).await;
    bot.settled().await;
    let changes = bot.changes();

    let tried = bot.ask(ANA, "/desfazer --testar").await;
    let asked = bot.ask(ANA, "/desfazer").await;
    bot.settled().await;
    assert!(tried.contains("Foi um teste") && asked.contains("Posso fazer?"), "{tried}\n{asked}");
    assert_eq!(bot.changes(), changes);

    let no = bot.ask(ANA, "melhor não").await;
    bot.ask(ANA, "/desfazer").await;
    let undone = bot.ask(ANA, "sim").await;
    bot.settled().await;
    assert_eq!(no, LEFT);
    assert!(undone.starts_with("5 de 5 grupos não estão mais em “Bairro Feliz”."), "{undone}");
    assert!(bot.ask(ANA, "/desfazer").await.starts_with("❌ Já desfiz /vincular"));
    bot.settled().await;
    assert_eq!(bot.community_of("Praça 1"), None);
}

#[tokio::test]
async fn t46_a_confirmed_move_back_takes_only_groups_still_there() {
    let bot = with_streets().start().await;
    bot.ask(ANA, "/mover rua* marketing --sim").await;
    bot.settled().await;
    bot.sandbox.world(|world| {
        let (marketing, novo) =
            (world.community_named("Marketing BR").unwrap(), world.community("Bairro Novo"));
        let street = world.group_named("Rua 4").unwrap();
        world.unlink(&marketing, &street).unwrap();
        world.link(&novo, &street).unwrap();
    });
    bot.sandbox.world(|world| {
        let marketing = world.community_named("Marketing BR").unwrap();
        world.linked_group(&marketing, "Rua 5");
    });

    let first = bot.ask(ANA, "/desfazer").await;
    let undone = match first.contains("Posso fazer?") {
        true => bot.ask(ANA, "sim").await,
        false => first,
    };

    assert!(undone.contains("“Rua 1”"), "{undone}");
    assert_eq!(bot.community_of("Rua 1").as_deref(), Some("Bairro Feliz"), "{undone}");
    assert_eq!(bot.community_of("Rua 4").as_deref(), Some("Bairro Novo"), "{undone}");
}

#[tokio::test]
async fn t46_undo_of_a_change_without_prompt_is_immediate() {
    for command in [
        "/vincular bairro futebol",
        "/promover bairro 44 99999-0003",
        "/rebaixar bairro 44 99999-0002",
        "/descrever bairro Vizinho ajuda vizinho",
        "/ajustes bairro adicionar-grupos todos",
        "/mover \"vendas sul\" bairro",
        "/apelido bola = futebol",
    ] {
        let bot = in_portuguese().start().await;
        if command.contains("ajustes") {
            bot.ask(ANA, "/ajustes bairro adicionar-grupos admins").await;
        }
        bot.ask(ANA, command).await;
        bot.settled().await;

        let undone = bot.ask(ANA, "/desfazer").await;

        assert!(undone.contains('✅'), "{command}: {undone}");
    }
}

#[tokio::test]
async fn t46_a_number_beside_a_name_is_not_a_list_number() {
    let lists = [
        "/vincular bairro feliz bloco 1, bloco 2",
        "/vincular bairro feliz 1 - Receitas\n2 - corrida",
        "/vincular bairro feliz\n1 - Receitas da Vovó\n2 - corrida",
        "/vincular bairro\n1) xyzzy\n2) corrida",
        "/vincular bairro\n1. xyzzy\n2. corrida",
        "/vincular bairro\n• bloco 1\n• bloco 2",
        "/vincular bairro\n1️⃣ xyzzy\n2️⃣ corrida",
        "/vincular bairro\n1. 2\n2. 1",
        "/vincular bairro xyzzy, 1",
        "/vincular bairro \"1\"",
        "/desvincular bairro turma 1, turma 2",
        "/mover bloco 1, bloco 2 marketing",
    ];
    for command in lists {
        let bot = in_portuguese().start().await;
        let shown = bot.ask(ANA, "/grupos").await;
        let before = bot.world();

        let reply = bot.ask(ANA, command).await;
        bot.settled().await;

        let now = bot.world();
        let moved: Vec<&str> = now
            .groups()
            .iter()
            .filter(|group| before.community_of(&group.id) != now.community_of(&group.id))
            .map(|group| group.name.as_str())
            .collect();
        let is_named = |name: &&str| ["Receitas da Vovó", "Corrida de Domingo"].contains(name);
        assert!(moved.iter().all(is_named), "{command}: {moved:?}\n{shown}\n{reply}");
    }
}

#[tokio::test]
async fn t46_a_pasted_list_with_numbers_means_its_names() {
    for list in [
        "1 - Futebol\n2 - Suporte",
        "\n1 - Futebol\n2 - Suporte",
        "\n1) Futebol\n2) Suporte",
        "\n1. Futebol\n2. Suporte",
        "\n1️⃣ Futebol\n2️⃣ Suporte",
        "\n• Futebol\n• Suporte",
    ] {
        let bot = in_portuguese().start().await;
        bot.ask(ANA, "/grupos").await;

        let reply = bot.ask(ANA, &format!("/vincular bairro feliz {list}")).await;

        assert_eq!(
            reply, "2 de 2 grupos agora estão em “Bairro Feliz”.\n✅ “Futebol”\n✅ “Suporte”",
            "{list:?}"
        );
    }
}

#[tokio::test]
async fn t46_bloco_1_never_means_bloco_10() {
    for (others, expected) in [(vec!["Bloco 1", "Bloco 10"], Some("Bloco 1")), (vec!["Bloco 10"], None)] {
        let bot = in_portuguese()
            .world(|world| {
                for name in &others {
                    world.group(name);
                }
            })
            .start()
            .await;
        bot.ask(ANA, "/grupos").await;

        let reply = bot.ask(ANA, "/vincular bairro feliz bloco 1").await;

        assert_eq!(bot.changes(), usize::from(expected.is_some()), "{reply}");
        assert_eq!(bot.community_of("Bloco 10"), None, "{reply}");
        if expected.is_none() {
            assert!(reply.contains("“Bloco 10”?"), "{reply}");
        }
    }
}

#[tokio::test]
async fn t46_a_second_command_rejects_the_whole_message() {
    let rows = [
        ("/vincular bairro futebol e tirar suporte", "Um comando por linha"),
        ("/vincular bairro futebol; /desvincular bairro mães", "Um comando por linha"),
        ("/vincular bairro futebol, tirar suporte", "Um comando por linha"),
        ("/vincular bairro futebol e deletar suporte", "Um comando por linha"),
        ("/vincular bairro futebol, muda suporte", "Um comando por linha"),
        ("/vincular bairro futebol e aí retira o suporte", "Um comando por linha"),
        ("/vincular bairro futebol. Tira o suporte", "Um comando por linha"),
        ("/link bairro futebol and drop suporte", "Um comando por linha"),
        ("/enlazar bairro futebol y retira suporte", "Un comando por línea"),
        ("/link bairro futebol and unlink bairro moradores", "Um comando por linha"),
        ("/enlazar bairro futebol y desvincular bairro moradores", "Un comando por línea"),
        ("/adicionar bairro 44 99999-0005 e remover 44 99999-0002", "Um comando por linha"),
        ("/vincular bairro futebol e quero tirar suporte", "Um comando por linha"),
        ("/vincular bairro futebol, por favor tirar suporte", "Um comando por linha"),
        ("/vincular bairro futebol/desvincular bairro suporte", "Um comando por linha"),
        ("/link bairro futebol and also unlink bairro moradores", "Um comando por linha"),
        ("vincular bairro futebol e tirar suporte", "Um comando por linha"),
        ("/vinclar bairro futebol e tirar suporte", "Um comando por linha"),
    ];
    for (command, expected) in rows {
        let bot = in_portuguese().start().await;

        let said = bot.ask(ANA, command).await;
        bot.settled().await;
        bot.post(&bot.message(ANA, "sim")).await;
        bot.settled().await;

        assert!(said.starts_with(&format!("❌ {expected}")), "{command}: {said}");
        assert_eq!(bot.changes(), 0, "{command}");
    }
}

#[tokio::test]
async fn t46_names_and_texts_may_hold_the_verb_of_a_command() {
    let rows = [
        ("/vincular bairro futebol, botar e tirar fotos", "✅ “Botar e Tirar Fotos”"),
        ("/vincular bairro futebol, \"botar e tirar fotos\"", "✅ “Botar e Tirar Fotos”"),
        ("/descrever bairro Aqui se ajuda:\nvincular não é para todos, e tirar fotos pode", "✅"),
        ("/anunciar bairro Hoje: /grupos e tirar dúvidas --sim", "➡️"),
        ("/criar Bairro Novo | Para jogar, tirar dúvidas\n- /ajuda", "✅"),
    ];
    for (command, expected) in rows {
        let bot = in_portuguese().world(|world| drop(world.group("Botar e Tirar Fotos"))).start().await;

        let said = bot.ask(ANA, command).await;

        assert!(said.contains(expected) && !said.contains("Um comando por linha"), "{command}: {said}");
    }
}

#[tokio::test]
async fn t46_a_group_is_neither_created_nor_deactivated() {
    let rows = [
        ("/criar grupo Pais da Escola", "❌ Não crio grupos"),
        ("/criar um novo grupo Pais", "❌ Não crio grupos"),
        ("/novo grupo Pais", "❌ Não crio grupos"),
        ("/criar 1 grupo Pais", "❌ Não crio grupos"),
        ("/criar por favor um grupo Pais", "❌ Não crio grupos"),
        ("/criar subgrupo Pais", "❌ Não crio grupos"),
        ("/desativar do grupo marketing", "❌ Não apago grupos"),
        ("/desativar --sim grupo marketing", "❌ Não apago grupos"),
        ("criar grupo Pais", "❌ Não crio grupos"),
        ("/create group Parents", "❌ Não crio grupos"),
        ("/crear grupo Padres", "❌ No creo grupos"),
        ("/apagar grupo marketing", "❌ Não apago grupos"),
        ("/desativar o grupo marketing", "❌ Não apago grupos"),
        ("/deactivate group marketing", "❌ Não apago grupos"),
        ("/desactivar grupo marketing", "❌ No borro grupos"),
        ("/excluir grupo marketing", "❌ Não apago grupos"),
        ("/excluir grupo", "❌ Não apago grupos"),
    ];
    for (command, expected) in rows {
        let bot = in_portuguese().start().await;

        let said = bot.ask(ANA, command).await;
        bot.settled().await;
        bot.post(&bot.message(ANA, "sim")).await;
        bot.settled().await;

        assert!(said.starts_with(expected), "{command}: {said}");
        assert_eq!(bot.changes(), 0, "{command}");
    }
    let bot = in_portuguese().world(|world| drop(world.community("Grupo Alfa"))).start().await;
    for command in
        ["/desativar grupo alfa", "/desativar --testar grupo alfa", "/desativar grupo alfa --testar"]
    {
        assert!(bot.ask(ANA, command).await.contains("“Grupo Alfa” seria desativada"), "{command}");
    }
    assert!(bot.ask(ANA, "/criar \"Grupo Beta\"").await.contains("✅ A comunidade “Grupo Beta”"));
}

/// The first text gets a reply, and a pause begins; the prompt ends it, although its command was accepted before.
#[tokio::test]
async fn a_text_that_answers_a_prompt_never_falls_into_the_pause_of_talk() {
    let bot = in_portuguese().start().await;
    bot.ask(ANA, "/comunidades").await;
    let read = bot.sandbox.faults().hold_response("communities-metadata");
    let command = bot.send_to_completion(ANA, "/vincular bairro vendas").await;
    bot.within(read.wait_reached()).await;
    assert!(bot.ask(ANA, "que coisa").await.starts_with("Isso eu não entendi"));
    assert_status(&bot.post(&bot.message(ANA, "que coisa")).await, "ignored");

    read.release();
    let prompts = bot.replies_to(&command).await;
    let reply = bot.ask(ANA, "a do atacado").await;

    assert!(prompts[0].contains("1. “Vendas Atacado”"), "{prompts:#?}");
    assert_eq!(reply, "✅ “Vendas Atacado” agora está em “Bairro Feliz”.");
}
