//! Z-API as documented: variants of responses and events that its documentation allows.

use serde_json::{Value, json};
use vincula::sandbox::webhook_event::{EventBuilder, post};
use vincula::sandbox::{BotRole, Fault, FaultResponse, InstanceCredentials, Options};

use super::community_admins::{BRUNO, setting};
use super::participants::{CARLA, CARLA_LID, Role};
use crate::support::{ANA, Service};

const LINK: &str = r#"/link "Bairro Feliz" futebol"#;
const BRUNO_LID: &str = "81896604192874@lid";
const LINKED: &str = "✅ “Futebol” is now in “Bairro Feliz”.";

impl Service {
    /// Calls Z-API like another client with its credentials, and returns the response.
    async fn call_z_api(&self, method: &str, path: &str, body: &Value) -> String {
        let InstanceCredentials { id, token, client_token, .. } = self.sandbox.account();
        let url = format!("{}/instances/{id}/token/{token}/{path}", self.base_url());
        let request = reqwest::Client::new().request(method.parse().unwrap(), url).json(body);
        let response = request.header("client-token", client_token.as_deref().unwrap()).send().await.unwrap();
        assert!(response.status().is_success(), "{path}");
        response.text().await.unwrap()
    }
}

fn response(status: u16, body: &Value) -> Fault {
    Fault::Replace(FaultResponse::json(status, body))
}

#[tokio::test]
async fn the_subscription_end_is_read_in_seconds_and_milliseconds() {
    let bot = Service::start().await;
    let tomorrow = bot.clock.now().0 + 24 * 3_600_000;
    let mut texts = Vec::new();
    for due in [json!(tomorrow), json!(tomorrow / 1000), json!((tomorrow / 1000).to_string())] {
        bot.sandbox.faults().fail_next("me", 1, response(200, &json!({ "due": due })));
        texts.push(bot.ask(ANA, "/status").await);
    }
    assert!(texts[0].contains("The Z-API subscription ends on "), "{}", texts[0]);
    assert_eq!(texts[1..], [texts[0].clone(), texts[0].clone()]);

    bot.sandbox.faults().fail_next("me", 1, response(200, &json!({ "due": 1_893_456_000 })));
    let far = bot.ask(ANA, "/status").await;
    assert!(!far.contains("subscription"), "{far}");
}

#[tokio::test]
async fn a_disallowed_address_or_token_is_reported_as_such() {
    let bot = Service::start().await;
    let address =
        "Z-API does not accept calls from this server. The person who runs this bot must allow its address.";
    let token = "Z-API does not accept the Client-Token. The person who runs this bot must set it.";
    let rows = [
        ("203.0.113.9", address),
        ("[203.0.113.9]", address),
        ("2001:db8::9", address),
        ("[2001:db8::9]", address),
        ("null", token),
        ("F0123456789abcdef0123456789abcdefS", token),
    ];
    for (what, expected) in rows {
        let error = json!({ "error": format!("{what} not allowed") });
        bot.sandbox.faults().fail_next("communities-metadata", 1, response(403, &error));

        let reply = bot.ask(ANA, "/community bairro").await;

        assert!(reply.contains(expected), "{what}: {reply}");
        assert!(!reply.contains("F0123"), "{reply}");
    }
}

#[tokio::test]
async fn a_session_to_restore_is_retried_like_a_disconnected_phone() {
    for status in [200, 400] {
        let bot = Service::start().await;
        let gone = json!({ "error": "You need to restore the session." });
        bot.sandbox.faults().fail_next("communities/link", 2, response(status, &gone));

        assert_eq!(bot.ask(ANA, LINK).await, LINKED, "{status}");
    }
}

#[tokio::test]
async fn an_empty_error_field_beside_a_success_is_ignored() {
    let bot = Service::start().await;
    for error in
        [json!([]), json!({}), json!(0), json!(""), json!("0"), json!("false"), json!(false), json!(null)]
    {
        let done = FaultResponse::json(200, &json!({ "success": true, "error": error }));
        bot.sandbox.faults().fail_next("communities/settings", 1, Fault::ReplaceResponse(done));

        let reply = bot.ask(ANA, "/settings bairro add-groups all").await;

        assert!(reply.starts_with("✅ "), "{error}: {reply}");
    }
}

#[tokio::test]
async fn an_invitation_link_is_read_without_the_member_list() {
    let bot = Service::start().await;
    let futebol = bot.group("Futebol");
    let link = bot.sandbox.world(|world| world.invitation(&futebol).unwrap().to_owned());
    let shown = format!("Link to join “Futebol”:\n{link}");
    assert_eq!(bot.ask(ANA, "/invite futebol").await, shown);
    assert_eq!(bot.calls_to("group-invitation-link/").len(), 1);
    assert_eq!(bot.calls_to("group-metadata/").len(), 0);

    // A server without this call, and one that leaves the link out.
    for instead in [
        response(404, &json!({ "error": "NOT_FOUND" })),
        response(200, &json!({ "phone": futebol, "invitationLink": null })),
        response(
            200,
            &json!({ "phone": "120363186053925765-group", "invitationLink": "https://example.com/x" }),
        ),
    ] {
        bot.sandbox.faults().fail_next("group-invitation-link/", 1, instead);
        assert_eq!(bot.ask(ANA, "/invite futebol").await, shown);
    }
    assert_eq!(bot.calls_to("group-metadata/").len(), 3);
}

#[tokio::test]
async fn a_missing_link_is_read_again_and_an_admin_only_link_is_reported() {
    let bot = Service::start().await;
    let futebol = bot.group("Futebol");
    let without = |why: &str| json!({ "phone": futebol, "invitationLink": null, "invitationLinkError": why });
    for why in ["too many requests", "rate-overlimit"] {
        bot.sandbox.faults().fail_next("group-invitation-link/", 2, response(200, &without(why)));
        let reply = bot.ask(ANA, "/invite futebol").await;
        assert!(reply.starts_with("Link to join “Futebol”:\nhttps://"), "{why}: {reply}");
    }
    for why in ["forbidden", "not-authorized"] {
        bot.sandbox.faults().fail_next("group-invitation-link/", 1, response(200, &without(why)));
        let reply = bot.ask(ANA, "/invite futebol").await;
        assert_eq!(reply, "❌ I cannot see the link of “Futebol”. Is the bot’s number an admin there?");
    }
    bot.sandbox.world(|world| world.set_bot_role(&futebol, BotRole::Member));
    let calls = bot.sandbox.calls().len();
    let reply = bot.ask(ANA, "/invite futebol").await;
    assert_eq!(reply, "❌ I cannot see the link of “Futebol”. Is the bot’s number an admin there?");
    assert!(!bot.sandbox.calls()[calls..].iter().any(|call| call.path.starts_with("group-metadata/")));

    bot.sandbox.faults().fail_next("redefine-", 1, response(200, &without("forbidden")));
    let reset = bot.ask(ANA, "/invite \"Mães do Bairro\" reset --yes").await;
    assert!(!reset.contains("https://") && !reset.starts_with("✅"), "{reset}");
}

/// “Bairro Feliz” as Z-API shows it without its groups.
fn without_groups(bot: &Service, groups: &Value) -> Fault {
    let mut document =
        json!({ "name": "Bairro Feliz", "id": bot.community("Bairro Feliz"), "description": "" });
    if !groups.is_null() {
        document["subGroups"] = groups.clone();
    }
    response(200, &document)
}

#[tokio::test]
async fn a_community_without_a_list_of_groups_still_links_and_unlinks() {
    for groups in [json!([]), Value::Null] {
        let bot = Service::start().await;
        let path = format!("communities-metadata/{}", bot.community("Bairro Feliz"));
        bot.sandbox.faults().fail_always(&path, without_groups(&bot, &groups));

        let shown = bot.ask(ANA, "/community bairro").await;
        let linked = bot.ask(ANA, LINK).await;
        let again = bot.ask(ANA, LINK).await;
        let failed = Fault::Replace(FaultResponse::json(200, &json!({ "success": true })));
        bot.sandbox.faults().fail_next("communities/unlink", 1, failed);
        let not_done = bot.ask(ANA, r#"/unlink "Bairro Feliz" futebol"#).await;
        let unlinked = bot.ask(ANA, r#"/unlink "Bairro Feliz" futebol"#).await;

        let expected = "❓ “Bairro Feliz”: Z-API does not show its groups now. Check again in a minute.";
        assert!(shown.starts_with(expected) && !shown.contains("of 50"), "{shown}");
        assert_eq!(linked, LINKED);
        assert!(again.contains("☑️ “Futebol”"), "{again}");
        assert!(!not_done.contains("✅"), "{not_done}");
        assert_eq!(unlinked, "✅ “Futebol” is no longer in “Bairro Feliz”.");
        assert_eq!(bot.community_of("Futebol"), None);
    }
}

#[tokio::test]
async fn commands_that_need_the_announcement_group_say_so() {
    let bot = setting().admins(super::fixtures::ANA_AND_RUI).start().await;
    bot.knows(BRUNO).await;
    let path = format!("communities-metadata/{}", bot.community("Bairro Feliz"));
    bot.sandbox.faults().fail_always(&path, without_groups(&bot, &json!([])));
    let expected = "Z-API does not show the announcement group of “Bairro Feliz”. Is the bot’s number in it?";
    let commands = [
        r#"/announce "Bairro Feliz" Oi"#,
        r#"/add "Bairro Feliz" +5544999990005"#,
        r#"/promote "Bairro Feliz" +5544999990005"#,
        "/invite bairro",
    ];
    for command in commands {
        assert_eq!(bot.ask(ANA, command).await, format!("❌ {expected}"), "{command}");
    }
    assert_eq!(bot.changes(), 0);
    let ended = bot.ask(ANA, r#"/deactivate "Bairro Feliz" --try"#).await;
    assert!(!ended.contains("no other group"), "{ended}");
}

#[tokio::test]
async fn the_flag_of_a_connection_event_overrides_its_type() {
    let bot = Service::start().await;
    let event = |kind: &str, minutes: i64| {
        let at = bot.clock.now().0 - minutes * 60_000;
        bot.message(ANA, "x").with("type", kind).with("momment", at)
    };
    bot.post(&event("ConnectedCallback", 60).with("connected", true)).await;
    let since = bot.ask(ANA, "/status").await;
    bot.post(&event("ConnectedCallback", 30).with("connected", false)).await;
    let after = bot.ask(ANA, "/status").await;
    bot.post(&event("DisconnectedCallback", 20).with("disconnected", false)).await;
    let again = bot.ask(ANA, "/status").await;

    assert!(since.contains("\nSince "), "{since}");
    assert!(!after.contains("Since "), "it was told to have ended: {after}");
    assert!(again.contains("\nSince "), "{again}");
}

#[tokio::test]
async fn admins_of_a_community_of_eight_thousand_can_work() {
    let bot = setting()
        .admins(super::fixtures::ANA_AND_RUI)
        .world(|world| {
            let bairro = world.community_named("Bairro Feliz").unwrap();
            world.crowd(&bairro, 8_000);
        })
        .start()
        .await;
    bot.knows(BRUNO).await;
    let bairro = bot.community("Bairro Feliz");
    let announcement = bot.world().announcement_of(&bairro).unwrap().id.clone();
    let document = bot.call_z_api("GET", &format!("light-group-metadata/{announcement}"), &Value::Null).await;
    assert!(document.len() > 1024 * 1024, "{}", document.len());

    let who = bot.ask(BRUNO, r#"/who "Bairro Feliz""#).await;
    let announced = bot.ask(BRUNO, r#"/announce "Bairro Feliz" --try Oi"#).await;
    let linked = bot.ask(BRUNO, LINK).await;
    let added = bot.ask(BRUNO, r#"/add "Bairro Feliz" +5544999990005"#).await;
    let shown = bot.ask(BRUNO, "/community bairro").await;

    assert!(who.contains("+55 44 99999-0002"), "{who}");
    assert!(announced.contains("(8010 people)"), "{announced}");
    assert_eq!(linked, LINKED);
    assert!(added.contains("✅ +55 44 99999-0005"), "{added}");
    assert!(shown.contains("\n8014 people"), "{shown}");
    let metadata = bot.calls_to("light-group-metadata");
    assert!(metadata.len() < 20, "{}", metadata.len());
}

#[tokio::test]
async fn somebody_named_by_lid_is_found_whether_or_not_lists_show_lids_beside_numbers() {
    for shows_lids in [false, true] {
        let bot = Service::with().options(Options { shows_lids, ..Options::default() }).start().await;

        let demoted = bot.ask(ANA, &format!(r#"/demote "Bairro Feliz" {BRUNO_LID}"#)).await;
        let was = bot.ask(ANA, &format!(r#"/add "Bairro Feliz" {BRUNO_LID}"#)).await;
        let hidden = bot.ask(ANA, &format!(r#"/promote "Bairro Feliz" {CARLA_LID}"#)).await;
        let removed = bot.ask(ANA, &format!(r#"/remove "Bairro Feliz" {BRUNO_LID} --yes"#)).await;

        assert!(demoted.starts_with("✅ "), "{shows_lids}: {demoted}");
        assert!(was.starts_with("☑️ "), "{shows_lids}: {was}");
        assert!(hidden.starts_with("✅ "), "{shows_lids}: {hidden}");
        assert!(removed.starts_with("✅ "), "{shows_lids}: {removed}");
        assert_eq!((bot.role(BRUNO), bot.role(CARLA)), (Role::Outside, Role::Admin));
    }
}

#[tokio::test]
async fn t11_an_admin_is_one_person_under_number_and_lid_whether_or_not_lists_show_lids() {
    for shows_lids in [false, true] {
        let bot = setting().options(Options { shows_lids, ..Options::default() }).start().await;
        bot.knows(BRUNO).await;
        // Bruno's number with Carla's lid matches nobody.
        let mixed = bot.message(BRUNO, LINK).lid(CARLA_LID).in_group(&bot.group("Moradores"));
        let by_lid = bot.ask_by(&bot.message(BRUNO_LID, LINK)).await;

        assert_eq!(by_lid, LINKED, "{shows_lids}");
        bot.sandbox.world(|world| {
            let bairro = world.community_named("Bairro Feliz").unwrap();
            world.promote(&bairro, CARLA).unwrap();
        });
        bot.clock.elapse(std::time::Duration::from_secs(300));
        bot.knows(CARLA_LID).await;
        let response = bot.post(&mixed).await.text();
        assert!(response.contains("not_an_admin"), "{shows_lids}: {response}");
    }
}

#[tokio::test]
async fn the_bots_own_messages_cause_no_loop() {
    let bot = Service::with().instance("owner_commands = true").start().await;
    let account = bot.sandbox.account().clone();
    let call = async |path: &str, body: Value| bot.call_z_api("PUT", path, &body).await;
    let url = "https://bot.example.com/webhooks/main";
    let typed = bot.message(ANA, "/whoami").from_me();
    assert_eq!(bot.sandbox.callback(&typed), None, "no address is set");
    call("update-webhook-received", json!({ "value": url })).await;
    call("update-webhook-received-delivery", json!({ "value": url })).await;
    assert_eq!(bot.sandbox.callback(&typed), None, "what is typed on the phone is not told");
    call("update-notify-sent-by-me", json!({ "notifySentByMe": true })).await;
    assert_eq!(bot.sandbox.callback(&typed).unwrap().url, url);

    let command = bot.message(ANA, "/help");
    bot.ask_by(&command).await;
    let sent = bot.reply_to(command.message_id()).await;
    let callbacks = bot.sandbox.callbacks_of(&sent);
    assert_eq!(callbacks.len(), 2, "the delivery and the message itself");
    let said = bot.sandbox.sent().len();
    for callback in callbacks {
        let response =
            post(&bot.url, &[("z-api-token", &account.token)], callback.body.as_bytes()).await.unwrap();
        assert!(response.text().contains(r#""status":"ignored""#), "{}", response.text());
    }
    bot.settled().await;
    assert_eq!(bot.sandbox.sent().len(), said);
}

#[tokio::test]
async fn files_lost_pictures_and_deleted_messages_are_no_commands() {
    let bot = Service::start().await;
    let (id, url) = (bot.sandbox.account().id.clone(), "https://example.com/a");
    let command = bot.message(ANA, "/whoami");
    bot.ask_by(&command).await;
    bot.ask(ANA, "a plain text").await;
    let said = bot.sandbox.sent().len();
    // Like the text, they would get a hint, but not so soon after it.
    let events = [
        EventBuilder::video(&id, "a plain caption", url),
        EventBuilder::document(&id, "a plain caption", "a.pdf", url),
        EventBuilder::lost_picture(&id, "a plain caption"),
        EventBuilder::revoked(&id, command.message_id()),
    ];
    for event in events {
        let response = bot.post(&event.from(ANA).sent_at(bot.clock.now())).await.text();
        assert!(response.contains(r#""status":"ignored""#), "{response}");
    }
    bot.settled().await;
    assert_eq!(bot.sandbox.sent().len(), said);
}
