//! `/photo`: a picture with the command as caption, or a URL, becomes a community's photo.

use vincula::sandbox::webhook_event::EventBuilder;
use vincula::sandbox::{BotRole, Fault, FaultResponse};

use super::describe::ANA_OF_MARKETING;
use crate::support::{ANA, NON_ADMIN, Service};

const URL: &str = "https://pictures.example/a,b.jpeg?x=1&y=%20";
const DONE: &str = "✅ “Bairro Feliz” has its new photo, says Z-API. The phone shows it.";

impl Service {
    fn photo(&self, community: &str) -> Option<String> {
        let id = self.community(community);
        self.world().find_community(&id).unwrap().photo.clone()
    }

    /// A picture with its caption.
    pub(super) fn picture(&self, from: &str, caption: &str, url: &str) -> EventBuilder {
        let account = self.sandbox.account();
        let picture = EventBuilder::picture(&account.id, caption, url);
        picture.from(from).connected_phone(&account.phone).sent_at(self.clock.now())
    }
}

#[tokio::test]
async fn a_picture_with_the_command_as_caption_becomes_the_photo() {
    let expected = "✅ “Bairro Feliz” está com a nova foto, segundo a Z-API. Confira no celular.";
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

    assert_eq!(spanish, "✅ “Marketing BR” tiene su nueva foto, dice Z-API. Se ve en el teléfono.");
    assert_eq!(bot.photo("Bairro Feliz").as_deref(), Some(URL));
    assert_eq!(bot.photo("Marketing BR").as_deref(), Some("http://pictures.example/m.png"));
}

#[tokio::test]
async fn a_typo_in_the_name_does_not_lose_the_picture() {
    let bot = Service::start().await;
    let url = format!("https://pictures.example/{}/a_b~c*d.jpeg", "x".repeat(120));

    let asked = bot.ask_by(&bot.picture(ANA, "/photo bairo", &url)).await;

    assert!(asked.contains("Did you mean 1. “Bairro Feliz”?"), "{asked}");
    assert_eq!(bot.ask(ANA, "1").await, DONE);
    assert_eq!(bot.photo("Bairro Feliz"), Some(url));
}

#[tokio::test]
async fn without_a_picture_the_usage_is_shown() {
    let bot = Service::start().await;
    let how = "Send the picture with this as its caption: /photo \"Bairro Feliz\" \
        (or put the address of a picture behind it).";

    let none = bot.ask(ANA, "/photo Bairro Feliz").await;
    let file = bot.ask(ANA, "/photo \"Bairro Feliz\" file:///etc/passwd").await;
    let many = bot.ask(ANA, &format!("/photo \"Bairro Feliz\" {URL} {URL}")).await;

    assert_eq!(none, format!("❌ {how}"));
    assert_eq!(
        file,
        format!("❌ “file:///etc/passwd” is no address of a picture: it begins with https://\n{how}")
    );
    assert!(many.starts_with("I can't place “https://pictures.example"), "{many}");
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

    assert_eq!(refused, "❌ Not done: Z-API refused: “You must be an admin”.");
    assert_eq!((bot.photo("Bairro Feliz"), bot.photo("Marketing BR")), (None, None));
}

#[tokio::test]
async fn a_photo_change_survives_an_outage_and_cannot_be_undone() {
    let bot = Service::start().await;
    bot.sandbox.faults().fail_next("update-community-photo", 1, Fault::Replace(FaultResponse::bad_gateway()));

    assert_eq!(bot.ask_by(&bot.picture(ANA, "/photo bairro", URL)).await, DONE);

    let undone = bot.ask(ANA, "/undo").await;
    assert_eq!(undone, "❌ The last change was /photo, and that cannot be taken back.");
}
