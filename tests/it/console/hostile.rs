//! Names and texts of strangers on every page.

use super::{expect_page_headers, get, post};
use crate::support::{ANA, Service};

/// A name that breaks out of an element, of both kinds of attributes, of a script, of a template, of a line and of its
/// direction.
const NAUGHTY: &str = "x<script>alert(1)</script>\"><img src=x onerror=alert(2)>'\u{202e}{{7*7}}{%raw%}</title></textarea>&lt;b&gt;\u{7}\u{200b}y";

/// Checks that a page shows the name only as text.
fn expect_escaped(page: &str, path: &str) {
    for raw in [
        "<script>alert",
        "<img src=x",
        "onerror=alert(2)>",
        "'\u{202e}",
        "</textarea>&lt;",
        "\u{7}",
        "\u{202e}",
    ] {
        assert!(!page.contains(raw), "{path} holds {raw:?}: {page}");
    }
    assert!(!page.contains("x49"), "{path} evaluates a template: {page}");
    assert_eq!(page.matches("</title>").count(), 1, "{path}: {page}");
    // No handler of our own, and no style in an attribute: the policy forbids both.
    let values = regex::Regex::new(r#""[^"]*""#).unwrap();
    let bare = values.replace_all(page, "\"\"");
    let inline = regex::Regex::new(r#"<[a-z][^<>]*\s(?:on[a-z]+|style)\s*="#).unwrap();
    assert!(!inline.is_match(&bare), "{path}: {:?}", inline.find(&bare));
    for script in page.split("<script").skip(1) {
        assert!(script.starts_with(" src=\"/assets/"), "{path}: {script}");
    }
}

async fn with_naughty_names() -> Service {
    let toml = NAUGHTY.replace('"', "\\\"").replace('\u{7}', "");
    let bot = Service::with()
        .world(|world| {
            let community = world.community(NAUGHTY);
            world.linked_group(&community, NAUGHTY);
            world.group(NAUGHTY);
            world.join(&community, ANA, true, true);
        })
        .instance("admins_from = \"community\"")
        .admins(&format!(
            "[instances.main.admins.ana]\nphone = \"{ANA}\"\nname = \"{toml}\"\ncommands = [\"*\"]\ncommunities = [\"*\", \"{toml}\"]\n"
        ))
        .start()
        .await;
    bot.ask(ANA, &format!("/link \"Bairro Feliz\" futebol {NAUGHTY}")).await;
    bot.settled().await;
    bot
}

#[tokio::test]
async fn t38_names_and_texts_of_strangers_are_only_text_on_every_page() {
    let bot = with_naughty_names().await;
    bot.execute_sql(
        "UPDATE command SET state = 'dead', outcome = 'failed',
             error = '<script>alert(1)</script>\"><img src=x onerror=alert(2)>', admin = '<script>alert(3)</script>',
             chat = '\"><img src=x onerror=alert(2)>', name = '<img src=x>',
             reply = '[\"<script>alert(1)</script>\"]', plan = '{\"a\":\"<script>alert(1)</script>\"}',
             parsed = '<script>', lid = '<script>alert(1)</script>', cancelled_by = '<script>alert(1)</script>'",
    )
    .await;
    bot.execute_sql(
        "INSERT INTO audit_event (command, seq, at, event, detail)
         SELECT id, 900, 1764000000000, '<script>alert(1)</script>', '<script>alert(1)</script>' FROM command
         UNION ALL SELECT id, 901, 1764000000000, 'api_call', '<img src=x onerror=alert(2)>: <script>alert(1) (5 ms)'
         FROM command",
    )
    .await;
    bot.execute_sql(
        "INSERT INTO refused_event (hour, instance, sender, reason, count, last_at)
         VALUES (9000000000000, '\"><img src=x onerror=alert(2)>', '<script>alert(1)</script>',
             '<script>alert(1)</script>', 1, 1764000000000)",
    )
    .await;
    assert_eq!(post(&bot, "/communities/main/read").await.status, 303);
    let id = bot.store.list(None, 1).await.unwrap()[0].id.clone();
    let typed = "%22%3E%3Cimg%20src=x%20onerror=alert(2)%3E%3Cscript%3Ealert(1)%3C/script%3E";

    let paths = [
        "/".to_owned(),
        "/live".to_owned(),
        "/commands".to_owned(),
        "/commands/live".to_owned(),
        format!("/commands?text={typed}&since={typed}"),
        format!("/commands?person={typed}"),
        format!("/commands?chat={typed}&community={typed}&command={typed}&state={typed}&instance={typed}"),
        format!("/commands/{id}"),
        format!("/commands/{id}?done={typed}"),
        format!("/commands/{typed}"),
        "/communities".to_owned(),
        "/people".to_owned(),
        format!("/people?number={typed}"),
        "/health".to_owned(),
        "/configuration".to_owned(),
        format!("/{typed}"),
    ];
    for path in paths {
        let page = get(&bot, &path).await;
        expect_page_headers(&page, &path);
        let text = page.text();
        // Parts of pages have no title.
        let text = if text.contains("<title>") { text } else { format!("</title>{text}") };
        expect_escaped(&text, &path);
    }
}

#[tokio::test]
async fn t38_nothing_that_is_typed_gets_into_a_header() {
    let bot = Service::start().await;

    for path in ["/commands?text=a%0d%0aset-cookie:%20x=1", "/%0d%0aset-cookie:%20x=1", "/commands/%0d%0ax"] {
        let page = get(&bot, path).await;
        assert_eq!(page.header("set-cookie"), None, "{path}");
        expect_page_headers(&page, path);
    }
    let done = post(&bot, "/commands/x%0d%0aset-cookie:%20x=1/retry").await;
    assert_eq!((done.status, done.header("set-cookie")), (404, None));
}

#[tokio::test]
async fn t38_a_failing_store_is_an_error_page_with_all_headers() {
    let bot = Service::start().await;
    bot.execute_sql("ALTER TABLE command RENAME TO gone").await;

    for path in ["/", "/commands", "/people"] {
        let page = get(&bot, path).await;
        expect_page_headers(&page, path);
        if path != "/people" {
            assert_eq!(page.status, 503, "{path}");
            assert!(page.text().contains("The database does not respond"), "{path}: {}", page.text());
            assert!(!page.text().contains("gone") && !page.text().contains("SELECT"), "{}", page.text());
        }
    }
    let health = get(&bot, "/health").await;
    assert_eq!(health.status, 200, "the page that explains it still works");
}
