//! `/demote`: makes admins of a community ordinary members, with a true reply for each.

use super::participants::{BRUNO, CARLA, DAVI, Role};
use crate::support::{ANA, Service};

#[tokio::test]
async fn the_reply_reports_each_person() {
    let bot = Service::start().await;
    let own = bot.sandbox.account().phone.clone();

    let text = format!("/demote \"Bairro Feliz\" {BRUNO}\n{CARLA}\n{DAVI}\n{ANA}\n{own}");
    let reply = bot.ask(ANA, &text).await;

    assert_eq!(
        reply,
        "1 of 5 people is no longer an admin of “Bairro Feliz”.\n\
         ✅ +55 44 99999-0002\n\
         ☑️ +55 44 99999-0003: was not an admin\n\
         ❌ +55 44 99999-0004: is not in the community\n\
         ❌ +55 44 99999-0001 “Ana”: created the community, and can’t be removed or demoted\n\
         ❌ +55 11 98888-7777: is my own number. I must be an admin of the community to manage it"
    );
    assert_eq!(bot.role(BRUNO), Role::Member);
    assert_eq!(bot.people_in_calls("remove-admin"), [[BRUNO]]);
}

#[tokio::test]
async fn undo_makes_them_admins_again() {
    let bot = Service::start().await;
    let reply = bot.ask(ANA, &format!(r#"/rebaixar "Bairro Feliz" {BRUNO}, {CARLA}"#)).await;

    let undone = bot.ask(ANA, "/desfazer").await;

    assert_eq!(
        reply,
        "1 de 2 pessoas não é mais admin de “Bairro Feliz”.\n✅ +55 44 99999-0002\n\
         ☑️ +55 44 99999-0003: não era admin"
    );
    assert_eq!(undone, "✅ +55 44 99999-0002 agora é admin de “Bairro Feliz”.");
    assert_eq!((bot.role(BRUNO), bot.role(CARLA)), (Role::Admin, Role::Member));
}
