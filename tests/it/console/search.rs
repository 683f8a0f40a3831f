//! The list of commands: each filter, and pages by key.

use super::get;
use crate::support::{ANA, Service};

/// How many commands a page lists.
fn count(page: &str) -> usize {
    page.matches("class=\"command-line\"").count()
}

/// Copies the only command so many times: to an instance, ended in a state with an outcome, with ids that begin with two
/// digits, and with this text.
async fn copy_command(
    bot: &Service,
    (instance, state, outcome): (&str, &str, &str),
    (digits, text): (&str, &str),
    copies: u32,
) {
    bot.execute_sql(&format!(
        "INSERT INTO command (id, instance, ordering_key, seq, message_id, chat, admin, by_owner, name, text, accepted_at,
             state, outcome, finished_at)
         WITH RECURSIVE copy(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM copy WHERE n < {copies})
         SELECT '{digits}000000-0000-7000-8000-' || (100000000000 + n), '{instance}', '@ana', 1, 'M' || n, chat, admin, 0,
             'help', '{text} ' || n, accepted_at, '{state}', '{outcome}', finished_at
         FROM command, copy"
    ))
    .await;
}

#[tokio::test]
async fn each_filter_finds_its_commands() {
    let bot = Service::start().await;
    for text in [r#"/link "Bairro Feliz" futebol"#, "/help", "/link Marketing nothing-like-this"] {
        bot.ask(ANA, text).await;
    }
    bot.settled().await;

    for (query, found) in [
        ("", 3),
        ("?text=FUTEBOL", 1),
        ("?text=%25", 0),
        ("?person=Ana", 3),
        ("?person=%2B55+44+99999-0001", 3),
        ("?chat=Ana", 3),
        ("?chat=nowhere", 0),
        ("?command=link", 2),
        ("?command=ayuda", 1),
        ("?state=replied", 2),
        ("?state=usage_error", 1),
        ("?state=dead", 0),
        ("?state=waiting", 0),
        ("?community=bairro", 1),
        ("?instance=main", 3),
        ("?since=1h", 3),
        ("?until=1h", 0),
        ("?since=2026-01-01&until=2026-01-02", 0),
        ("?command=link&text=futebol&person=Ana", 1),
    ] {
        let page = get(&bot, &format!("/commands{query}")).await;
        assert_eq!((page.status, count(&page.text())), (200, found), "{query}: {}", page.text());
    }
    for (query, problem) in [
        ("?person=nobody", "there is no admin"),
        ("?command=nothing", "there is no command"),
        ("?since=whenever", "write a time of day"),
    ] {
        let page = get(&bot, &format!("/commands{query}")).await.text();
        assert!(page.contains(problem) && page.contains("role=\"alert\""), "{query}: {page}");
    }
    for bad in ["?before=x'y", "?text=%00", &format!("?text={}", "x".repeat(300))] {
        assert_eq!(get(&bot, &format!("/commands{bad}")).await.status, 400, "{bad}");
    }
}

#[tokio::test]
async fn t38_commands_of_instances_that_are_not_configured_are_in_no_list() {
    let bot = Service::start().await;
    bot.ask(ANA, "/help").await;
    bot.settled().await;
    copy_command(&bot, ("elsewhere", "dead", "failed"), ("ff", "/help xyzzy"), 1).await;

    for path in
        ["/", "/commands", "/commands?text=xyzzy", "/commands?state=dead", "/commands?instance=elsewhere"]
    {
        let page = get(&bot, path).await.text();
        assert!(!page.contains("/help xyzzy") && !page.contains("ff000000"), "{path}: {page}");
    }
}

#[tokio::test]
async fn pages_follow_each_other_by_key_without_gap_or_repetition() {
    let bot = Service::start().await;
    bot.ask(ANA, "/help").await;
    bot.settled().await;
    copy_command(&bot, ("main", "done", "replied"), ("01", "/help"), 110).await;

    for query in ["/commands", "/commands?person=Ana", "/commands?text=help"] {
        let (mut url, mut sizes, mut ids) = (query.to_owned(), Vec::new(), Vec::new());
        loop {
            let page = get(&bot, &url).await.text();
            sizes.push(count(&page));
            ids.extend(page.split("id=\"c-").skip(1).map(|rest| rest.split('"').next().unwrap().to_owned()));
            let Some(next) = page.split("rel=\"next\" href=\"").nth(1) else { break };
            url = next.split('"').next().unwrap().replace("&amp;", "&").replace("&#38;", "&");
        }
        assert_eq!(sizes, [50, 50, 11], "{query}");
        let mut distinct = ids.clone();
        distinct.sort_unstable();
        distinct.dedup();
        assert_eq!(distinct.len(), 111, "{query}");
    }
}
