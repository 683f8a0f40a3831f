//! Usage errors: each has its own reply with a remedy; nothing is guessed.

use crate::support::{ANA, NON_ADMIN, Service};

#[tokio::test]
async fn each_usage_error_shows_the_usage_and_an_example() {
    let bot = Service::start().await;
    let link = "Write: /link <community> <groups…>\nFor example: /link \"Bairro Feliz\" futebol, mães";
    let asks = |question| {
        format!("{question}, or “no”.\nOr send it all at once: /link \"Bairro Feliz\" futebol, mães")
    };
    let rows = [
        ("/link", asks("Which community? Answer with its name")),
        ("/LINK  \"\" , ", asks("Which community? Answer with its name")),
        ("/link bairro", asks("Which groups? Answer with their names")),
        ("/link \"Bairro Feliz\" ,;", asks("Which groups? Answer with their names")),
        ("/link \"Bairro Feliz futebol", format!("The quote \" is not closed. {link}")),
        ("/link bairro “futebol", format!("The quote “ is not closed. {link}")),
        (
            "/unlink",
            "Which community? Answer with its name, or “no”.\n\
             Or send it all at once: /unlink \"Bairro Feliz\" futebol"
                .to_owned(),
        ),
        (
            "/status *now*",
            "I don't know what to do with “∗now∗”. Write: /status\nMy earlier question no longer counts."
                .to_owned(),
        ),
    ];
    for (text, expected) in rows {
        assert_eq!(bot.ask(ANA, text).await, expected, "{text}");
    }
    let in_group = bot.message(ANA, "/link bairro").in_group(&bot.group("Futebol"));
    assert_eq!(bot.ask_by(&in_group).await, format!("Which groups? {link}"));
    assert_eq!(bot.changes(), 0);
}

#[tokio::test]
async fn an_unknown_command_in_a_direct_chat_suggests_the_nearest() {
    let bot = Service::start().await;

    let near = bot.ask(ANA, "/lnik bairro futebol").await;
    let far = bot.ask(ANA, "/xyzzy").await;
    let look_alike = bot.ask(ANA, "/lіnk bairro futebol").await;

    assert_eq!(near, "There is no command “lnik”. Did you mean /link bairro futebol? Answer “yes”.");
    assert_eq!(
        far,
        "There is no command “xyzzy”. All of them: /help\n\
         My earlier question no longer counts. If you still want it: /link bairro futebol"
    );
    assert_eq!(look_alike, "There is no command “lіnk”. Did you mean /link bairro futebol? Answer “yes”.");
    assert_eq!(bot.changes(), 0);
    assert_eq!(bot.ask(ANA, "yes").await, "✅ “Futebol” is now in “Bairro Feliz”.");
}

#[tokio::test]
async fn t13_an_unknown_command_in_a_group_is_ignored() {
    let bot = Service::start().await;
    let command = bot.message(ANA, "/lnik bairro futebol").in_group(&bot.group("Futebol"));

    let response = bot.post(&command).await.text();

    assert_eq!(response, r#"{"status":"ignored","reason":"not_a_command"}"#);
    assert!(bot.sandbox.calls().is_empty() && bot.store.list(None, 9).await.unwrap().is_empty());
}

#[tokio::test]
async fn t13_an_unknown_command_of_a_non_admin_is_ignored() {
    let bot = Service::start().await;

    let response = bot.send(NON_ADMIN, "/lnik").await;

    assert_eq!(response, r#"{"status":"ignored","reason":"not_an_admin"}"#);
    assert!(bot.sandbox.calls().is_empty() && bot.store.list(None, 9).await.unwrap().is_empty());
}
