//! `/photo`: a picture with the command as caption, or a URL, becomes a community's photo.

use std::time::Duration;

use vincula::clock::{Clock, Timestamp};
use vincula::sandbox::webhook_event::EventBuilder;
use vincula::sandbox::{BotRole, Fault, FaultResponse};

use super::describe::ANA_OF_MARKETING;
use super::fixtures::{ANA_AND_RUI, RUI};
use crate::support::{ANA, NON_ADMIN, Service};

const URL: &str = "https://pictures.example/a,b.jpeg?x=1&y=%20";
const DONE: &str = "✅ “Bairro Feliz” has a new photo, says Z-API. Check it on the phone.";

impl Service {
    fn photo(&self, community: &str) -> Option<String> {
        let id = self.community(community);
        self.world().find_community(&id).unwrap().photo.clone()
    }

    /// A picture with its caption.
    pub(super) fn picture(&self, from: &str, caption: &str, url: &str) -> EventBuilder {
        let account = self.sandbox.account();
        self.sent_by(from, EventBuilder::picture(&account.id, caption, url))
    }

    /// An event of a person in the direct chat.
    pub(super) fn sent_by(&self, from: &str, event: EventBuilder) -> EventBuilder {
        event.from(from).connected_phone(&self.sandbox.account().phone).sent_at(self.clock.now())
    }
}

#[tokio::test]
async fn a_picture_with_the_command_as_caption_becomes_the_photo() {
    let expected = "✅ “Bairro Feliz” está com uma foto nova, segundo a Z-API. Confira no celular.";
    for caption in ["/photo \"Bairro Feliz\"", "/photo bairro feliz", "/foto Bairro Feliz"] {
        let bot = Service::with().instance("locale = \"pt-BR\"").start().await;

        let reply = bot.ask_by(&bot.picture(ANA, caption, URL)).await;

        assert_eq!(reply, expected, "{caption}");
        assert_eq!(bot.photo("Bairro Feliz").as_deref(), Some(URL));
    }
}

#[tokio::test]
async fn a_url_after_the_community_works_too() {
    let bot = Service::with().instance("locale = \"es\"").start().await;

    bot.ask(ANA, &format!("/photo Bairro Feliz {URL}")).await;
    let spanish = bot.ask(ANA, "/foto marketing http://pictures.example/m.png").await;

    assert_eq!(spanish, "✅ “Marketing BR” tiene una foto nueva, según Z-API. Revísala en el teléfono.");
    assert_eq!(bot.photo("Bairro Feliz").as_deref(), Some(URL));
    assert_eq!(bot.photo("Marketing BR").as_deref(), Some("http://pictures.example/m.png"));
}

#[tokio::test]
async fn a_typo_in_the_name_does_not_lose_the_picture() {
    let bot = Service::start().await;
    let url = format!("https://pictures.example/{}/a_b~c*d.jpeg", "x".repeat(120));

    let asked = bot.ask_by(&bot.picture(ANA, "/photo bairo", &url)).await;

    assert!(asked.contains("Did you mean “Bairro Feliz”?"), "{asked}");
    assert_eq!(bot.ask(ANA, "1").await, DONE);
    assert_eq!(bot.photo("Bairro Feliz"), Some(url));
}

#[tokio::test]
async fn another_picture_replaces_the_one_that_is_asked_about() {
    let other = "https://pictures.example/other.jpeg";
    // Taken at once, or asked about.
    for (caption, takes_yes) in [("this one", false), ("or my dog", true)] {
        let bot = Service::start().await;
        bot.ask(ANA, "/photo bairro").await;
        let asked = bot.ask_by(&bot.picture(ANA, "my daughter yesterday", URL)).await;
        assert!(asked.contains("Is this the photo"), "{asked}");

        let second = bot.ask_by(&bot.picture(ANA, caption, other)).await;
        let reply = if takes_yes { bot.ask(ANA, "yes").await } else { second };

        assert_eq!(reply, DONE, "{caption}");
        assert_eq!(bot.photo("Bairro Feliz").as_deref(), Some(other), "{caption}");
    }
}

#[tokio::test]
async fn without_a_picture_the_usage_is_shown() {
    let bot = Service::start().await;
    let how =
        "Send me the picture here within 5 minutes, or send it with this caption: /photo \"Bairro Feliz\"";

    let none = bot.ask(ANA, "/photo Bairro Feliz").await;
    let file = bot.ask(ANA, "/photo \"Bairro Feliz\" file:///etc/passwd").await;
    let many = bot.ask(ANA, &format!("/photo \"Bairro Feliz\" {URL} {URL}")).await;

    assert_eq!(none, format!("📷 {how}"));
    assert_eq!(
        file,
        format!("❌ “file:///etc/passwd” is not the address of a picture: that begins with https://\n{how}")
    );
    assert!(many.starts_with("I don't know what to do with “https://pictures.example"), "{many}");
    assert_eq!((bot.photo("Bairro Feliz"), bot.calls_to("update-").len()), (None, 0));
}

#[tokio::test]
async fn dry_runs_refusals_missing_rights_and_non_admins_change_nothing() {
    let bot = Service::with().admins(ANA_OF_MARKETING).start().await;
    let (bairro, marketing) = (bot.community("Bairro Feliz"), bot.community("Marketing BR"));
    let trial = bot.ask_by(&bot.picture(ANA, "/photo marketing --try", URL)).await;
    assert!(trial.starts_with("➡️ “Marketing BR” would get this photo.\n\nThis was a trial"), "{trial}");
    let denied = bot.ask_by(&bot.picture(ANA, &format!("/photo {bairro}"), URL)).await;
    assert!(denied.starts_with("You may not use /photo in "), "{denied}");
    let ignored = bot.post(&bot.picture(NON_ADMIN, "/photo marketing", URL)).await.text();
    assert_eq!(ignored, r#"{"status":"ignored","reason":"not_an_admin"}"#);
    bot.sandbox.world(|world| world.set_bot_role(&marketing, BotRole::Member));

    let refused = bot.ask_by(&bot.picture(ANA, "/photo marketing", URL)).await;

    assert_eq!(
        refused,
        "❌ Not done: Z-API refused: “You must be an admin”.\nIs the bot’s number an admin of the community? \
         If it is, send another picture here within 5 minutes (JPG or PNG)."
    );
    assert_eq!((bot.photo("Bairro Feliz"), bot.photo("Marketing BR")), (None, None));
}

#[tokio::test]
async fn a_photo_change_survives_an_outage_and_cannot_be_undone() {
    let bot = Service::start().await;
    bot.sandbox.faults().fail_next("update-community-photo", 1, Fault::Replace(FaultResponse::bad_gateway()));

    assert_eq!(bot.ask_by(&bot.picture(ANA, "/photo bairro", URL)).await, DONE);

    let undone = bot.ask(ANA, "/undo").await;
    assert!(
        undone.starts_with("❌ The last change was /photo, and that cannot be taken back.\n"),
        "{undone}"
    );
}

#[tokio::test]
async fn a_picture_that_was_sent_as_a_document_is_a_picture_and_other_files_are_not() {
    let bot = Service::start().await;
    let id = bot.sandbox.account().id.clone();
    let mime =
        |kind: &str| serde_json::json!({ "caption": "/photo bairro", "documentUrl": URL, "mimeType": kind });
    let document = |kind| bot.sent_by(ANA, EventBuilder::text(&id, "")).content("document", mime(kind));

    let pdf = bot.ask_by(&document("application/pdf")).await;
    let video = bot.ask_by(&bot.sent_by(ANA, EventBuilder::video(&id, "/photo bairro", URL))).await;
    assert_eq!(bot.photo("Bairro Feliz"), None);
    let picture = bot.ask_by(&document("image/png")).await;

    assert!(pdf.starts_with("❌ That is not a picture.\nSend me the picture here"), "{pdf}");
    assert_eq!(video, pdf);
    assert_eq!(picture, DONE);
    assert_eq!(bot.photo("Bairro Feliz").as_deref(), Some(URL));
}

#[tokio::test]
async fn a_picture_that_z_api_could_not_fetch_is_explained() {
    let bot = Service::with().instance("locale = \"pt-BR\"").start().await;
    let id = bot.sandbox.account().id.clone();

    let lost = bot.ask_by(&bot.sent_by(ANA, EventBuilder::lost_picture(&id, "/foto bairro"))).await;

    assert_eq!(
        lost,
        "❌ A Z-API não conseguiu baixar essa foto do WhatsApp, então não mudei nada.\n\
         Mande a foto aqui em até 5 minutos, ou mande com esta legenda: /foto \"Bairro Feliz\""
    );
    assert_eq!(bot.changes(), 0);
}

#[tokio::test]
async fn the_picture_after_a_photo_command_is_taken_once() {
    let bot = Service::with().admins(ANA_AND_RUI).instance("locale = \"pt-BR\"").start().await;
    bot.post(&bot.picture(ANA, "", URL)).await;
    bot.settled().await;
    assert_eq!(bot.photo("Bairro Feliz"), None, "nothing waits for it");
    bot.ask(ANA, "/foto bairro").await;
    bot.post(&bot.picture(RUI, "", URL)).await;
    bot.settled().await;
    assert_eq!(bot.photo("Bairro Feliz"), None, "it is Rui's");

    let taken = bot.ask_by(&bot.picture(ANA, "", URL)).await;
    bot.settled().await;

    assert!(taken.starts_with("✅ “Bairro Feliz” está com uma foto nova"), "{taken}");
    assert_eq!(bot.photo("Bairro Feliz").as_deref(), Some(URL));
    let changes = bot.changes();
    bot.post(&bot.picture(ANA, "", URL)).await;
    bot.settled().await;
    assert_eq!(bot.changes(), changes, "it is taken once");
}

#[tokio::test]
async fn another_command_or_five_minutes_end_the_wait_for_a_picture() {
    let clock = Clock::manual(Timestamp(1_764_000_000_000));
    let bot = Service::with().clock(clock.clone()).start().await;
    for end in ["/whoami", "/photo marketing --try", ""] {
        bot.ask(ANA, "/photo bairro").await;
        bot.settled().await;
        clock.advance(Duration::from_secs(if end.is_empty() { 301 } else { 1 }));
        if !end.is_empty() {
            bot.ask(ANA, end).await;
            bot.settled().await;
        }
        clock.advance(Duration::from_secs(1));
        if end.starts_with("/photo") {
            bot.ask_by(&bot.picture(ANA, "", URL)).await;
        } else {
            bot.post(&bot.picture(ANA, "", URL)).await;
            bot.settled().await;
        }
        assert_eq!(bot.photo("Bairro Feliz"), None, "{end}");
    }
}

#[tokio::test]
async fn any_command_in_a_caption_is_carried_out() {
    let bot = Service::start().await;
    let id = bot.sandbox.account().id.clone();

    let linked = bot.ask_by(&bot.picture(ANA, "/link bairro futebol", URL)).await;
    let read = bot.ask_by(&bot.sent_by(ANA, EventBuilder::document(&id, "/communities", "a.pdf", URL))).await;

    assert_eq!(linked, "✅ “Futebol” is now in “Bairro Feliz”.");
    assert!(read.starts_with("2 communities:"), "{read}");
}

#[tokio::test]
async fn an_edited_caption_mends_its_command_and_keeps_its_picture() {
    let bot = Service::start().await;
    bot.ask_by(&bot.picture(ANA, "/photo \"bairo", URL).with_id("3EB0CAPTION")).await;
    bot.settled().await;

    // The address may be missing in an edit.
    let id = bot.sandbox.account().id.clone();
    let edit = EventBuilder::lost_picture(&id, "/photo bairro").with_id("3EB0CAPTION").edited();
    let accepted = bot.post(&bot.sent_by(ANA, edit)).await.text();
    bot.settled().await;

    assert!(accepted.starts_with(r#"{"status":"accepted""#), "{accepted}");
    assert_eq!(bot.photo("Bairro Feliz").as_deref(), Some(URL));
}
