//! Commands typed on the bot's own phone come from its owner, in any chat.

use vincula::sandbox::webhook_event::EventBuilder;

use crate::support::{ANA, NON_ADMIN, Service};

const DONE: &str = "✅ “Futebol” is now in “Bairro Feliz”.";
const GRAVE: &str = r#"/unlink "Bairro Feliz" "Rua 1" "Rua 2" "Rua 3" moradores"#;

async fn start() -> Service {
    let world = |world: &mut vincula::sandbox::World| {
        let bairro = world.community_named("Bairro Feliz").unwrap();
        for name in ["Rua 1", "Rua 2", "Rua 3"] {
            world.linked_group(&bairro, name);
        }
    };
    Service::with().world(world).instance("owner_commands = true").start().await
}

impl Service {
    /// A message of the owner in the direct chat with somebody.
    fn typed_to(&self, partner: &str, text: &str) -> EventBuilder {
        self.message(partner, text).from_me()
    }

    fn thumb(&self, partner: &str, message_id: &str) -> EventBuilder {
        let account = self.sandbox.account();
        let thumb = EventBuilder::reaction(&account.id, "👍", message_id).from(partner);
        thumb.connected_phone(&account.phone).sent_at(self.clock.now())
    }
}

#[tokio::test]
async fn the_owners_commands_get_a_reply_in_their_chat() {
    let bot = start().await;
    let group = bot.group("Futebol");
    let with_somebody = bot.typed_to(NON_ADMIN, r#"/link "Bairro Feliz" futebol"#);
    let in_a_group = bot.typed_to(NON_ADMIN, "/whoami").in_group(&group);
    let to_themselves = bot.typed_to(&bot.sandbox.account().phone.clone(), "/whoami");

    assert_eq!(bot.ask_by(&with_somebody).await, DONE);
    for command in [&in_a_group, &to_themselves] {
        assert!(bot.ask_by(command).await.starts_with("You are “owner”."));
    }
    let portuguese = bot.ask_by(&bot.typed_to(NON_ADMIN, "/quemsou")).await;
    let past = bot.ask_by(&bot.typed_to(NON_ADMIN, "/historial")).await;
    let own = bot.ask_by(&bot.typed_to(NON_ADMIN, "/histórico eu")).await;
    assert!(portuguese.starts_with("Você é “dono do número”."), "{portuguese}");
    assert!(past.contains(" titular del número: “/link"), "{past}");
    assert!(own.starts_with("Últimos comandos de “dono do número”:"), "{own}");

    assert_eq!(bot.reply_to(with_somebody.message_id()).await.chat, NON_ADMIN);
    assert_eq!(bot.reply_to(in_a_group.message_id()).await.chat, group);
    assert_eq!(bot.reply_to(to_themselves.message_id()).await.chat, bot.sandbox.account().phone);
}

#[tokio::test]
async fn the_owner_confirms_and_undoes_in_the_same_chat() {
    let bot = start().await;

    let asked = bot.ask_by(&bot.typed_to(NON_ADMIN, GRAVE)).await;
    let elsewhere = bot.post(&bot.typed_to(ANA, "sim")).await.text();
    let by_the_partner = bot.send(NON_ADMIN, "sim").await;
    let to_the_partner = bot.post(&bot.typed_to(NON_ADMIN, "ok")).await.text();
    let done = bot.ask_by(&bot.typed_to(NON_ADMIN, "sim")).await;
    let undone = bot.ask_by(&bot.typed_to(NON_ADMIN, "/undo --yes")).await;

    assert!(asked.contains("Rua 3"), "{asked}");
    assert!(elsewhere.contains("not_a_command"), "{elsewhere}");
    assert!(by_the_partner.contains("ignored"), "{by_the_partner}");
    assert!(to_the_partner.contains("not_a_command"), "{to_the_partner}");
    assert!(done.contains("✅ “Rua 1”") && done.contains("✅ “Moradores”"), "{done}");
    assert!(undone.contains("✅ “Rua 1”") && undone.contains("✅ “Moradores”"), "{undone}");
}

#[tokio::test]
async fn only_the_owners_thumb_confirms() {
    let bot = start().await;
    let command = bot.typed_to(NON_ADMIN, GRAVE);
    bot.ask_by(&command).await;
    let question = bot.reply_to(command.message_id()).await.message_id;

    let partners = bot.post(&bot.thumb(NON_ADMIN, &question)).await.text();
    let echo = bot.post(&bot.thumb(NON_ADMIN, &question).from_api()).await.text();
    let owners = bot.ask_by(&bot.thumb(NON_ADMIN, &question).from_me()).await;

    assert!(partners.contains("ignored") && echo.contains("from_me"), "{partners} {echo}");
    assert!(owners.contains("✅ “Rua 1”"), "{owners}");
}

#[tokio::test]
async fn the_owners_messages_to_others_are_ignored() {
    let bot = start().await;
    let group = bot.group("Futebol");

    for words in ["oi", "Bom dia!", "menu", "sim", "2", "👍", "tudo bem?"] {
        for said in [bot.typed_to(NON_ADMIN, words), bot.typed_to(NON_ADMIN, words).in_group(&group)] {
            let response = bot.post(&said).await.text();
            assert!(response.contains("not_a_command"), "{words}: {response}");
        }
    }

    assert!(bot.store.list(None, 9).await.unwrap().is_empty());
    assert!(bot.sandbox.sent().is_empty());
}
