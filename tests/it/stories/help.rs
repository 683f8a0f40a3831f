//! `/help`: what the bot can do, and how one command is written.

use crate::support::{ANA, Service};

#[tokio::test]
async fn help_lists_every_command_with_its_usage() {
    let bot = Service::start().await;

    let reply = bot.ask(ANA, "/help").await;

    assert_eq!(
        reply,
        "What I can do:\n\
         /link <community> <groups…>\n    put groups into a community\n\
         /unlink <community> <groups…>\n    take groups out of a community\n\
         /communities\n    list the communities\n\
         /community <community>\n    show the groups of a community\n\
         /groups [words]\n    list the groups, or those with these words\n\
         /cancel [all]\n    stop an order of this chat that waits\n\
         /status\n    is WhatsApp connected, what waits\n\
         /whoami\n    how the bot knows you\n\
         /help [command]\n    what I can do\n\
         More on one: /help link"
    );
}

#[tokio::test]
async fn help_on_a_command_shows_an_example_its_other_names_and_the_marks() {
    let bot = Service::start().await;
    for order in ["/help link", "/help /link", "/ajuda VINCULAR", "/menu Enlazar"] {
        let reply = bot.ask(ANA, order).await;

        assert_eq!(
            reply,
            "Put groups into a community.\nWrite: /link <community> <groups…>\n\
             For example: /link \"Bairro Feliz\" futebol, mães\n\
             A group is named by its name, the beginning of its name, its id, “here” (this chat) or a pattern \
             such as vendas*. Names with blanks go in quotes. People in the group join the announcement \
             group.\nAlso: /vincular, /juntar, /enlazar\n\
             ✅ done · ☑️ was so already · ⚠️ belongs elsewhere · ❌ not done · ❓ not sure",
            "{order}"
        );
    }
}

#[tokio::test]
async fn the_example_of_the_help_works() {
    let bot = Service::start().await;
    let help = bot.ask(ANA, "/help link").await;
    let example = help.lines().find_map(|line| line.strip_prefix("For example: ")).unwrap();

    let reply = bot.ask(ANA, example).await;

    assert!(reply.starts_with("2 of 2 groups are now in “Bairro Feliz”."), "{reply}");
}

#[tokio::test]
async fn help_on_what_is_no_command_offers_the_nearest() {
    let bot = Service::start().await;

    let near = bot.ask(ANA, "/help lnik").await;
    let far = bot.ask(ANA, "/help xyzzy").await;

    assert_eq!(near, "There is no command “lnik”. Did you mean /link?");
    assert_eq!(far, "There is no command “xyzzy”. All of them: /help");
}

#[tokio::test]
async fn help_lists_what_the_admin_may_use() {
    let bot = Service::with()
        .admins("[instances.main.admins.ana]\nphone = \"5544999990001\"\ncommands = [\"groups\"]\n")
        .start()
        .await;

    let reply = bot.ask(ANA, "/help").await;

    assert_eq!(
        reply,
        "What I can do:\n/groups [words]\n    list the groups, or those with these words\n\
         /confirm [words]\n    say yes to what I asked\n\
         /cancel [all]\n    stop an order of this chat that waits\n\
         /whoami\n    how the bot knows you\n/help [command]\n    what I can do\nMore on one: /help link"
    );
}

#[tokio::test]
async fn help_needs_nothing_of_z_api_but_its_delivery() {
    let bot = Service::start().await;

    bot.ask(ANA, "/help").await;

    assert!(bot.sandbox.calls().iter().all(|call| call.path == "send-text"));
}
