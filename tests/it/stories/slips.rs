//! What people most likely get wrong, and that one more message mends it: a number, a yes, or an edit.

use crate::support::{ANA, Service};

/// Types a slip and what mends it (nothing, where it needs no mending); what is said at the end.
async fn mended(slip: &str, mend: &str) -> String {
    let bot = Service::start().await;
    let order = bot.message(ANA, slip);
    let mut said = bot.ask_by(&order).await;
    bot.settled().await;
    if let Some(text) = mend.strip_prefix('^') {
        bot.post(&bot.message(ANA, text).with_id(order.message_id()).edited()).await;
        bot.settled().await;
        said = bot.said().concat();
    } else if !mend.is_empty() {
        said = bot.ask(ANA, mend).await;
    }
    said
}

#[tokio::test]
async fn ten_slips_of_a_link_lead_to_the_link_within_one_message() {
    let rows = [
        ("/link Bairro Feliz futebol", ""),     // no quotes
        ("/link “Bairro Feliz” “futebol”", ""), // the phone's quotes
        ("/Link bairro feliz Futebol.", "yes"), // capitals, a full stop
        ("/lnik bairro futebol", "yes"),        // letters swapped
        ("/links bairro futebol", "yes"),       // a plural
        ("/link bairo futebol", "1"),           // the community misspelled
        ("/link bairro fuebol", "1"),           // the group misspelled
        ("/link futebol \"Bairro Feliz\"", "^/link \"Bairro Feliz\" futebol"), // the wrong order
        ("/link \"Bairro Feliz futebol", "^/link \"Bairro Feliz\" futebol"), // a quote not closed
        ("/link bairro", "^/link bairro futebol"), // nothing to link
        ("／link　bairro、futebol", ""),        // a wide keyboard
        ("/link bairro: futebol", "1"),         // a colon
    ];
    for (slip, mend) in rows {
        let said = mended(slip, mend).await;
        assert!(said.contains("✅ “Futebol”"), "{slip} + {mend}: {said}");
    }
}

#[tokio::test]
async fn ten_slips_of_an_unlink_lead_to_it_within_one_message() {
    let rows = [
        ("/desvincular Bairro Feliz moradores", ""),
        ("/tirar bairro moradores", ""),
        ("/desvicular bairro moradores", "sim"),
        ("/unlik bairro moradores", "yes"),
        ("/unlink bairro morador", ""),
        ("/unlink bairro moradorse", "1"),
        ("/unlink bairo moradores", "1"),
        ("/unlink moradores bairro", "^/unlink bairro moradores"),
        ("/unlink bairro “moradores", "^/unlink bairro moradores"),
        ("/unlink “bairro feliz” ‘Moradores’", ""),
    ];
    for (slip, mend) in rows {
        let said = mended(slip, mend).await;
        assert!(said.contains("✅ “Moradores”"), "{slip} + {mend}: {said}");
    }
}

#[tokio::test]
async fn ten_slips_of_a_move_lead_to_it_within_one_message() {
    let rows = [
        ("/move \"vendas sul\" \"bairro feliz\"", ""),
        ("/move vendas sul bairro", ""),
        ("/mover “Vendas Sul” bairro", ""),
        ("/moves \"vendas sul\" bairro", "yes"),
        ("/mvoe \"vendas sul\" bairro", "yes"),
        ("/move \"vendas sull\" bairro", "1"),
        ("/move \"vendas sul\" bairo", "1"),
        ("/move \"vendas sul bairro", "^/move \"vendas sul\" bairro"),
        ("/move \"vendas sul\"", "^/move \"vendas sul\" bairro"),
        ("/move bairro \"vendas sul\"", "^/move \"vendas sul\" bairro"),
    ];
    for (slip, mend) in rows {
        let said = mended(slip, mend).await;
        assert!(said.contains("✅ “Vendas Sul”"), "{slip} + {mend}: {said}");
    }
}
