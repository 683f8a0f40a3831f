//! `/link`: groups come into a community, and the reply is true for each.

use crate::support::{ANA, Service};

#[tokio::test]
async fn an_admin_links_two_groups_by_name() {
    let bot = Service::start().await;

    let reply = bot.ask(ANA, r#"/link "Bairro Feliz" futebol, mães"#).await;

    assert_eq!(reply, "2 of 2 groups are now in “Bairro Feliz”.\n✅ “Futebol”\n✅ “Mães do Bairro”");
    assert_eq!(bot.community_of("Futebol").as_deref(), Some("Bairro Feliz"));
    assert_eq!(bot.calls_to("communities/link").len(), 1);
}
