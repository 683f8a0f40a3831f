//! Common typos: one more message corrects each, by a number, a yes or an edit.

use vincula::commands::CATALOG;
use vincula::sandbox::World;

use crate::support::{ANA, Service};

/// Typos with their corrections.
type Rows<'a> = &'a [(&'a str, &'a str)];

/// Each leads to a reply that contains one of these words and reports no failure. No group changes its
/// community.
async fn each_leads_to(expected: &[&str], rows: Rows<'_>) {
    each_moves(&[], expected, rows).await;
}

/// The same, where exactly these groups change their community: `Futebol → Bairro Feliz`.
async fn each_moves(moved: &[&str], expected: &[&str], rows: Rows<'_>) {
    let mut astray = Vec::new();
    for (typo, fix) in rows {
        let bot = Service::start().await;
        let before = bot.world();
        let said = corrected_by(&bot, typo, fix).await;
        let went = moves(&before, &bot.world());
        if !expected.iter().any(|words| said.contains(words)) || has_typo(&said) || went != moved {
            astray.push(format!("{typo} + {fix}: {said}\n{went:?}"));
        }
    }
    assert!(astray.is_empty(), "{}", astray.join("\n\n"));
}

/// Whether a reply reports something as not or possibly not done.
fn has_typo(said: &str) -> bool {
    said.lines().any(|line| line.starts_with(['❌', '❓']))
}

/// The groups that changed their community, with the new one.
fn moves(before: &World, now: &World) -> Vec<String> {
    let community = |world: &World, group: &str| {
        let id = world.community_of(group)?;
        world.find_community(id).map(|community| community.name.clone())
    };
    let groups = now.groups().iter().filter(|group| !group.is_announcement);
    let ways = groups.map(|group| (&group.name, community(before, &group.id), community(now, &group.id)));
    let went = ways.filter(|(_, from, to)| from != to);
    went.map(|(name, _, to)| format!("{name} → {}", to.unwrap_or_default()).trim_end().to_owned()).collect()
}

/// Whether a reply offers the correction: the number or yes it prompts for, the command, the community, or
/// the format of a number.
fn leads_to(said: &str, fix: &str) -> bool {
    let is_end = |c: char| c.is_whitespace() || matches!(c, '.' | ',' | ':' | ';' | '?' | '!');
    let command = |order: &str| Some(CATALOG.lookup(order.split(is_end).next()?.strip_prefix('/')?)?.name);
    let offers = |name: Option<&str>| said.split(is_end).any(|word| name == command(word) && name.is_some());
    let is_edit = fix.starts_with('^');
    let says_yes = || ["“sim”", "“yes”", "“sí”"].iter().any(|yes| said.contains(yes));
    match fix.trim_start_matches('^') {
        "" => true,
        number if number.bytes().all(|b| b.is_ascii_digit()) => {
            said.contains(&format!("{number}. ")) || (number == "1" && says_yes())
        }
        order if order.starts_with('/') => {
            let has_way = ["As que conheço: “Bairro Feliz”", "Escreva assim: +55 44"]
                .iter()
                .any(|way| said.contains(way));
            offers(command(order)) || (is_edit && has_way)
        }
        _ => says_yes() || offers(Some("confirm")),
    }
}

async fn corrected_by(bot: &Service, typo: &str, fix: &str) -> String {
    let command = bot.message(ANA, typo);
    let mut said = bot.ask_by(&command).await;
    bot.settled().await;
    assert!(leads_to(&said, fix), "{typo}: {said}\ndoes not lead to {fix}");
    if let Some(text) = fix.strip_prefix('^') {
        bot.post(&bot.message(ANA, text).with_id(command.message_id()).edited()).await;
        bot.settled().await;
        said = bot.said().concat();
    } else if !fix.is_empty() {
        said = bot.ask(ANA, fix).await;
    }
    said
}

#[tokio::test]
async fn ten_typos_of_a_link_lead_to_the_link_within_one_message() {
    let rows = [
        ("/link Bairro Feliz futebol", ""),        // no quotes
        ("/link “Bairro Feliz” “futebol”", ""),    // the phone's quotes
        ("/Link bairro feliz Futebol.", ""),       // capitals, a full stop
        ("/lnik bairro futebol", "yes"),           // letters swapped
        ("/links bairro futebol", "yes"),          // a plural
        ("/link bairo futebol", "1"),              // the community misspelled
        ("/link bairro fuebol", "1"),              // the group misspelled
        ("/link futebol \"Bairro Feliz\"", "yes"), // the wrong order
        ("/link \"Bairro Feliz futebol", "^/link \"Bairro Feliz\" futebol"), // a quote not closed
        ("/link bairro", "^/link bairro futebol"), // nothing to link
        ("／link　bairro、futebol", ""),           // a wide keyboard
        ("/link bairro: futebol", ""),             // a colon
    ];
    each_moves(&["Futebol → Bairro Feliz"], &["✅ “Futebol”"], &rows).await;
}

#[tokio::test]
async fn ten_typos_of_an_unlink_lead_to_it_within_one_message() {
    let rows = [
        ("/desvincular Bairro Feliz moradores", ""),
        ("/tirar bairro moradores", ""),
        ("/desvicular bairro moradores", "sim"),
        ("/unlik bairro moradores", "yes"),
        ("/unlink bairro morador", ""),
        ("/unlink bairro moradorse", "1"),
        ("/unlink bairo moradores", "1"),
        ("/unlink moradores bairro", "yes"),
        ("/unlink bairro “moradores", "^/unlink bairro moradores"),
        ("/unlink “bairro feliz” ‘Moradores’", ""),
    ];
    each_moves(&["Moradores →"], &["✅ “Moradores”"], &rows).await;
}

#[tokio::test]
async fn ten_typos_of_a_move_lead_to_it_within_one_message() {
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
        ("/move bairro \"vendas sul\"", "yes"),
    ];
    each_moves(&["Vendas Sul → Bairro Feliz"], &["✅ “Vendas Sul”"], &rows).await;
}

#[tokio::test]
async fn ten_typos_of_a_creation_lead_to_it_within_one_message() {
    let rows = [
        ("/criar", "^/criar Bairro Novo"),
        ("/cria Bairro Novo", "sim"),
        ("/crair Bairro Novo", "sim"),
        ("/criar “Bairro Novo”", ""),
        ("/criar \"Bairro Novo", "^/criar \"Bairro Novo\""),
        ("/criar comunidade Bairro Novo", "sim"),
        ("/criar Bairro Novo - para quem chegou", "/criar Bairro Novo | para quem chegou"),
        ("/criar Bairro Novo: para quem chegou", "/criar Bairro Novo | para quem chegou"),
        ("/criar | para quem chegou", "^/criar Bairro Novo | para quem chegou"),
        (
            "/criar Bairro Novo
para quem chegou",
            "sim",
        ),
        ("/crear Bairro Novo", ""),
        ("/Criar: Bairro Novo", ""),
    ];
    each_leads_to(
        &[
            "✅ A comunidade “Bairro Novo” foi criada",
            "✅ La comunidad “Bairro Novo” fue creada",
            "✅ The community “Bairro Novo” was created",
        ],
        &rows,
    )
    .await;
}

#[tokio::test]
async fn ten_typos_of_a_description_lead_to_it_within_one_message() {
    let rows = [
        ("/descrever bairro", "^/descrever bairro Vizinho ajuda vizinho"),
        ("/descrever Vizinho ajuda vizinho bairro", "sim"),
        ("/descrever “Vizinho ajuda vizinho” bairro feliz", "sim"),
        ("/descrever Bairro Feliz: Vizinho ajuda vizinho", ""),
        ("/descrever bairro = Vizinho ajuda vizinho", ""),
        ("/descrever bairo Vizinho ajuda vizinho", "1"),
        ("/descrever \"bairro feliz Vizinho ajuda", "^/descrever \"bairro feliz\" Vizinho ajuda"),
        ("/descricao bairro Vizinho ajuda", ""),
        ("/descreve bairro Vizinho ajuda", "sim"),
        ("/descrever a comunidade bairro Vizinho ajuda", ""),
        ("/descriptión bairro Vizinho ajuda", "sim"),
        ("/descrever", "^/descrever bairro Oi"),
    ];
    each_leads_to(
        &[
            "✅ “Bairro Feliz” está com uma descrição nova",
            "✅ “Bairro Feliz” has a new description",
            "✅ “Bairro Feliz” tiene una descripción nueva",
        ],
        &rows,
    )
    .await;
}

#[tokio::test]
async fn ten_typos_of_a_photo_lead_to_it_within_one_message() {
    let rows = [
        ("/foto", "^/foto bairro https://example.com/a.jpg"),
        ("/foto bairro", "^/foto bairro https://example.com/a.jpg"),
        ("/foto https://example.com/a.jpg bairro", "sim"),
        ("/foto bairro www.example.com/a.jpg", "^/foto bairro https://www.example.com/a.jpg"),
        ("/foto bairo https://example.com/a.jpg", "1"),
        ("/fotos bairro https://example.com/a.jpg", "sim"),
        ("/foto bairro: https://example.com/a.jpg", ""),
        ("/foto Bairro Feliz https://example.com/a.jpg", ""),
        ("/foto bairro “https://example.com/a.jpg”", ""),
        ("/foto do bairro https://example.com/a.jpg", ""),
        ("/foto bairro foto.jpg", "^/foto bairro https://example.com/foto.jpg"),
    ];
    each_leads_to(&["✅ “Bairro Feliz”"], &rows).await;
}

#[tokio::test]
async fn ten_typos_of_a_setting_lead_to_it_within_one_message() {
    let rows = [
        ("/configurar bairro adicionar grupos todos", ""),
        ("/configurar bairro todos", ""),
        ("/configurar bairro adicionar-grupo todos.", ""),
        ("/configurar adicionar-grupos todos bairro", "sim"),
        ("/configurar bairro", "/configurar bairro adicionar-grupos todos"),
        ("/configurar bairro todos podem adicionar", "^/configurar \"Bairro Feliz\" adicionar-grupos todos"),
        ("/config bairro adicionar-grupos todos", "sim"),
        ("/configuração bairro adicionar-grupos todos", "sim"),
        ("/ajuste bairro adicionar–grupos todos", "sim"),
        ("/configurar bairo adicionar-grupos todos", "1"),
        (
            "/configurar “Bairro Feliz adicionar-grupos todos",
            "^/configurar \"Bairro Feliz\" adicionar-grupos todos",
        ),
        ("/configurar bairro adicionar-grupos = todos", ""),
    ];
    each_leads_to(
        &[
            "✅ Agora todos em “Bairro Feliz”",
            "✅ Now everybody in “Bairro Feliz”",
            "✅ Everybody in “Bairro Feliz”",
            "✅ Ahora todos en “Bairro Feliz”",
        ],
        &rows,
    )
    .await;
}

#[tokio::test]
async fn ten_typos_of_an_invitation_lead_to_it_within_one_message() {
    let rows = [
        ("/convite", "^/convite bairro"),
        ("/convites bairro", "sim"),
        ("/convite bairo", "1"),
        ("/convite bairro.", ""),
        ("/convite “Bairro Feliz”", ""),
        ("/convite \"bairro feliz", "^/convite \"bairro feliz\""),
        ("/convidar bairro", "sim"),
        ("/convite do bairro", ""),
        ("/convite bairro resetar.", ""),
        ("/convite bairro novo link", ""),
        ("/convite redefinir bairro", ""),
        ("/invitacion bairro", ""),
        ("/convite link bairro", ""),
    ];
    each_leads_to(&["https://chat.whatsapp.com/", "➡️ “Bairro Feliz”"], &rows).await;
}

#[tokio::test]
async fn ten_typos_of_an_announcement_lead_to_the_prompt_within_one_message() {
    let rows = [
        ("/avisar bairro feliz Reunião hoje", ""),
        ("/avisar \"Reunião hoje\" bairro", "sim"),
        ("/avisar Reunião hoje bairro", "sim"),
        ("/avisar Reunião hoje", "^/avisar \"Bairro Feliz\" Reunião hoje"),
        ("/avisar bairo Reunião hoje", "1"),
        ("/avisar bairro: Reunião hoje", ""),
        ("/aviso bairro Reunião hoje", "sim"),
        ("/anúncio bairro Reunião hoje", "sim"),
        ("/avisar bairro", "^/avisar bairro Reunião hoje"),
        ("/avisar “bairro feliz Reunião hoje", "^/avisar “bairro feliz” Reunião hoje"),
        ("/avisar no bairro Reunião hoje", ""),
        ("/avisar todos Reunião hoje", "^/avisar bairro Reunião hoje"),
    ];
    each_leads_to(&["> Reunião hoje"], &rows).await;
}

#[tokio::test]
async fn ten_typos_of_deactivate_lead_to_the_prompt_within_one_message() {
    let rows = [
        ("/desativar", "^/desativar bairro"),
        ("/desativar bairo", "1"),
        ("/desativa bairro", "sim"),
        ("/desactivar bairro", ""),
        ("/desativar comunidade bairro", ""),
        ("/desativar a bairro feliz", ""),
        ("/desativar bairro.", ""),
        ("/desativar bairro agora", "1"),
        ("/desativar \"bairro feliz", "^/desativar \"bairro feliz\""),
        ("/desativar “Bairro Feliz”", ""),
        ("/desabilitar bairro", "sim"),
        ("/desativar futebol", "^/desativar \"Bairro Feliz\""),
    ];
    each_leads_to(&["➡️ “Bairro Feliz”"], &rows).await;
}

#[tokio::test]
async fn ten_typos_of_adding_somebody_lead_to_it_within_one_message() {
    let rows = [
        ("/adicionar 44 99999-0005 bairro", "sim"),
        ("/adicionar bairro", "^/adicionar bairro 44 99999-0005"),
        ("/adicionar bairro bruno", "^/adicionar bairro 44 99999-0005"),
        ("/adicionar bairo 44 99999-0005", "1"),
        ("/adiciona bairro 44 99999-0005", "sim"),
        ("/adicionar bairro feliz 44 99999-0005", ""),
        ("/adicionar “bairro feliz 44 99999-0005", "^/adicionar “bairro feliz” 44 99999-0005"),
        ("/adicionar bairro: 44 99999-0005.", ""),
        ("/adicionar 44 99999-0005 no bairro", "sim"),
        ("/adicionar bairro 99999-0005", "^/adicionar bairro 44 99999-0005"),
        ("/adicionar bairro +55 (44) 99999‑0005", ""),
        ("/agregar bairro 44 99999-0005", ""),
    ];
    each_leads_to(&["✅ +55 44 99999-0005"], &rows).await;
}

#[tokio::test]
async fn ten_typos_of_removing_somebody_lead_to_the_prompt_within_one_message() {
    let rows = [
        ("/remover 44 99999-0002 bairro", "sim"),
        ("/remover bairro", "^/remover bairro 44 99999-0002"),
        ("/remover bairro bruno", "^/remover bairro 44 99999-0002"),
        ("/remover bairo 44 99999-0002", "1"),
        ("/remvoer bairro 44 99999-0002", "sim"),
        ("/remover bairro feliz 44 99999-0002", ""),
        ("/remover “bairro feliz 44 99999-0002", "^/remover “bairro feliz” 44 99999-0002"),
        ("/remover bairro: 44 99999-0002.", ""),
        ("/remover 44 99999-0002 no bairro", "sim"),
        ("/remover bairro 99999-0002", "^/remover bairro 44 99999-0002"),
        ("/remover bairro +55 (44) 99999‑0002", ""),
        ("/excluir bairro 44 99999-0002", ""),
    ];
    each_leads_to(&["➡️ +55 44 99999-0002"], &rows).await;
}

#[tokio::test]
async fn ten_typos_of_promoting_somebody_lead_to_it_within_one_message() {
    let rows = [
        ("/promover 44 99999-0003 bairro", "sim"),
        ("/promover bairro", "^/promover bairro 44 99999-0003"),
        ("/promover bairro bruno", "^/promover bairro 44 99999-0003"),
        ("/promover bairo 44 99999-0003", "1"),
        ("/promove bairro 44 99999-0003", "sim"),
        ("/promover bairro feliz 44 99999-0003", ""),
        ("/promover “bairro feliz 44 99999-0003", "^/promover “bairro feliz” 44 99999-0003"),
        ("/promover bairro: 44 99999-0003.", ""),
        ("/promover 44 99999-0003 no bairro", "sim"),
        ("/promover bairro 99999-0003", "^/promover bairro 44 99999-0003"),
        ("/promover bairro +55 (44) 99999‑0003", ""),
        ("/promote bairro 44 99999-0003", ""),
    ];
    each_leads_to(&["✅ +55 44 99999-0003"], &rows).await;
}

#[tokio::test]
async fn ten_typos_of_demoting_somebody_lead_to_it_within_one_message() {
    let rows = [
        ("/rebaixar 44 99999-0002 bairro", "sim"),
        ("/rebaixar bairro", "^/rebaixar bairro 44 99999-0002"),
        ("/rebaixar bairro bruno", "^/rebaixar bairro 44 99999-0002"),
        ("/rebaixar bairo 44 99999-0002", "1"),
        ("/rebaixa bairro 44 99999-0002", "sim"),
        ("/rebaixar bairro feliz 44 99999-0002", ""),
        ("/rebaixar “bairro feliz 44 99999-0002", "^/rebaixar “bairro feliz” 44 99999-0002"),
        ("/rebaixar bairro: 44 99999-0002.", ""),
        ("/rebaixar 44 99999-0002 no bairro", "sim"),
        ("/rebaixar bairro 99999-0002", "^/rebaixar bairro 44 99999-0002"),
        ("/rebaixar bairro +55 (44) 99999‑0002", ""),
        ("/demote bairro 44 99999-0002", ""),
    ];
    each_leads_to(&["✅ +55 44 99999-0002"], &rows).await;
}

#[tokio::test]
async fn ten_typos_of_who_lead_to_the_reply_within_one_message() {
    let rows = [
        ("/quem", "^/quem bairro"),
        ("/quem bairo", "1"),
        ("/quem bairro?", ""),
        ("/quem manda no bairro", "1"),
        ("/quem é admin bairro", "1"),
        ("/quem \"bairro feliz", "^/quem \"bairro feliz\""),
        ("/quien bairro", ""),
        ("/quem bairro feliz", ""),
        ("/qeum bairro", "sim"),
        ("/quem na comunidade bairro", ""),
        ("/whos bairro", "yes"),
        ("/quem futebol", "^/quem bairro"),
    ];
    each_leads_to(&["• “Ana”"], &rows).await;
}

#[tokio::test]
async fn ten_typos_of_community_lead_to_it_within_one_message() {
    let rows = [
        ("/comunidade", "^/comunidade bairro"),
        ("/comunidade bairo", "1"),
        ("/comunidade bairro?", ""),
        ("/communidade bairro", "sim"),
        ("/comunidade do bairro", ""),
        ("/comunidade feliz", "1"),
        ("/comunidad bairro", ""),
        ("/comunidade \"bairro feliz", "^/comunidade \"bairro feliz\""),
        ("/comunidade Bairro Feliz", ""),
        ("/comunidade: bairro", ""),
        ("/comunidade futebol", "^/comunidade bairro"),
    ];
    each_leads_to(&["Id: 120363"], &rows).await;
}

#[tokio::test]
async fn ten_typos_of_groups_lead_to_them_within_one_message() {
    let rows = [
        ("/grupo vendas", "sim"),
        ("/grupos vendas.", ""),
        ("/grupos: vendas", ""),
        ("/gruppos vendas sul", "sim"),
        ("/grupos \"vendas sul", "/grupos \"vendas sul\""),
        ("/grupos vendas sul", ""),
        ("/GRUPOS VENDAS", ""),
        ("/grupos “vendas sul”", ""),
        ("/grupos vendaas", "/grupos"),
        ("/group vendas", "yes"),
        ("/grupos, vendas", ""),
    ];
    each_leads_to(
        &[
            "“Vendas Sul” ",
            "“Vendas Sul”
",
        ],
        &rows,
    )
    .await;
}

#[tokio::test]
async fn ten_typos_of_the_history_lead_to_it_within_one_message() {
    let rows = [
        ("/historico", ""),
        ("/historia", "sim"),
        ("/Histórico.", ""),
        ("/histórico bairo", "1"),
        ("/histórico ontem", "^/histórico"),
        ("/historico de ana", ""),
        ("/histórico da comunidade bairro", ""),
        ("/histroico", "sim"),
        ("/históricos", "sim"),
        ("/historial bairro", ""),
        ("/histórico “Bairro Feliz”", ""),
        ("/histórico meu", ""),
    ];
    each_leads_to(&["Últimos comandos", "Last commands", "Últimos comandos"], &rows).await;
}

#[tokio::test]
async fn ten_typos_of_a_language_lead_to_it_within_one_message() {
    let rows = [
        ("/idioma portugues", ""),
        ("/idioma português.", ""),
        ("/idiomas pt", "sim"),
        ("/lingua pt", ""),
        ("/idioma brasileiro", ""),
        ("/idioma em português", "^/idioma pt"),
        ("/idioma frances", "^/idioma pt"),
        ("/linguagem pt-br", ""),
        ("/langage pt", "yes"),
        ("/idioma", "/idioma pt"),
        ("/idioma: inglês", ""),
        ("/idioma esp", ""),
    ];
    each_leads_to(&["✅ Pronto, agora falo português", "✅ Listo", "✅ I'll speak"], &rows).await;
}

#[tokio::test]
async fn ten_typos_of_an_alias_lead_to_it_within_one_message() {
    let rows = [
        ("/apelido vs Vendas Sul", ""),
        ("/apelido vs: Vendas Sul", ""),
        ("/apelido Vendas Sul = vs", "^/apelido vs = \"Vendas Sul\""),
        ("/apelido Vendas Sul vs", "^/apelido vs = \"Vendas Sul\""),
        ("/apelido vs = Vendas Sull", "1"),
        ("/apelido vs", "^/apelido vs = Vendas Sul"),
        ("/apelido", "^/apelido vs = Vendas Sul"),
        ("/apelido vs = “Vendas Sul", "^/apelido vs = “Vendas Sul”"),
        ("/apellido vs = Vendas Sul", "sim"),
        ("/apelido vs → Vendas Sul", ""),
        ("/alias vs = Vendas Sul", ""),
    ];
    each_leads_to(
        &[
            "✅ Agora “vs” é “Vendas Sul”",
            "✅ “vs” now stands for “Vendas Sul”",
            "✅ Ahora “vs” es “Vendas Sul”",
        ],
        &rows,
    )
    .await;
}

#[tokio::test]
async fn typos_of_commands_without_arguments_lead_to_them_within_one_message() {
    let rows = [
        ("/communities.", "", "2 communities"),
        ("/comunidads", "sim", "2 comunidades"),
        ("/COMUNIDADES!", "", "2 comunidades"),
        ("/comuniades", "sim", "2 communities"),
        ("/situacao", "", "✅ O WhatsApp está conectado"),
        ("/situaçao?", "", "✅ O WhatsApp está conectado"),
        ("/situação agora", "^/situação", "✅ O WhatsApp está conectado"),
        ("/estatus", "sim", "✅"),
        ("/estados", "sí", "✅"),
        ("/quemsoueu", "sim", "Ana"),
        ("/mais.", "", "/grupos"),
        ("/mas", "", "/grupos"),
        ("/apelido lista", "^/apelidos", "Ainda não há apelidos"),
        ("/apelidos todos", "^/apelidos", "Ainda não há apelidos"),
        ("/cancelar todos", "", "Nenhum comando na fila"),
        ("/cancelar todos os pedidos", "^/cancelar tudo", "Nenhum comando na fila"),
        ("/cancela", "yes", "I did nothing"),
        ("/cancelar tudo.", "", "Nenhum comando na fila"),
        ("/cancelar pedido", "^/cancelar", "Nenhum comando na fila"),
        ("/Comunidades?", "", "2 comunidades"),
        ("/comunidades todas", "^/comunidades", "2 comunidades"),
        ("/comunidadess", "sim", "2 comunidades"),
        ("/communites", "yes", "2 communities"),
        ("/comunidades:", "", "2 comunidades"),
        ("/Status.", "", "✅"),
        ("/status?", "", "✅"),
        ("/situasão", "sim", "✅ O WhatsApp está conectado"),
        ("/statuss", "yes", "✅"),
        ("/estado!", "", "✅ WhatsApp está conectado"),
        ("/Whoami", "", "Ana"),
        ("/whoami?", "", "Ana"),
        ("/quensou", "sim", "Ana"),
        ("/Mais", "", "/grupos"),
        ("/mais?", "", "/grupos"),
        ("/maiss", "sim", "/grupos"),
        ("/mias", "sim", "/grupos"),
        ("/more.", "", "/groups"),
        ("/mor", "yes", "/groups"),
        ("/MÁS", "", "/grupos"),
        ("/mais grupos", "^/mais", "/grupos"),
        ("/apelido", "/apelidos", "Ainda não há apelidos"),
        ("/Apelidos.", "", "Ainda não há apelidos"),
        ("/apelidoss", "sim", "Ainda não há apelidos"),
        ("/alias", "/aliases", "There are no short names"),
        ("/aliasses", "yes", "There are no short names"),
        ("/apodos?", "", "Todavía no hay apodos"),
        ("/apodo", "/apodos", "Todavía no hay apodos"),
        ("/aliases all", "^/aliases", "There are no short names"),
        ("/canselar", "yes", "I did nothing"),
        ("/cancelr", "yes", "I did nothing"),
        ("/Cancelar!", "", "Nenhum comando na fila"),
        ("/cancelar este", "^/cancelar", "Nenhum comando na fila"),
        ("/cancel all.", "", "No command"),
        ("/ajda", "sim", "/vincular"),
        ("/help?", "", "/link"),
        ("/comandos.", "", "/vincular"),
        ("/Menu", "", "/"),
        ("/ajudar", "sim", "/vincular"),
        ("/ajuda.", "", "/vincular"),
        ("/ayuda!", "", "/vincular"),
        ("ajuda", "/ajuda", "/vincular"),
        ("/ajuda vinclar", "sim", "Põe grupos"),
        ("/ajuda como vincular", "^/ajuda vincular", "Põe grupos"),
        ("/ajuda /vincular.", "", "Põe grupos"),
        ("/helpp", "yes", "/link"),
    ];
    for (typo, fix, expected) in rows {
        each_leads_to(&[expected], &[(typo, fix)]).await;
    }
}

#[tokio::test]
async fn typos_of_undo_lead_to_it_within_one_message() {
    let rows = [
        ("/desfaz", "/desfazer"),
        ("/desfaser", "/desfazer"),
        ("/Desfazer.", ""),
        ("/desfazer tudo", "^/desfazer"),
        ("/desfazer isso!", "^/desfazer"),
        ("/deshacer", ""),
        ("/undoo", "/undo"),
        ("/DESFAZER", ""),
        ("/desfazer o último", "^/desfazer"),
        ("/undo.", ""),
        ("/desfazr", "/desfazer"),
    ];
    for (typo, fix) in rows {
        let bot = Service::start().await;
        let before = bot.world();
        bot.ask(ANA, "/link bairro futebol").await;
        let said = corrected_by(&bot, typo, fix).await;
        assert!(said.contains("✅ “Futebol”") && !has_typo(&said), "{typo} + {fix}: {said}");
        assert_eq!(moves(&before, &bot.world()), [""; 0], "{typo} + {fix}");
    }
}

#[tokio::test]
async fn typos_of_a_yes_lead_to_it_within_one_message() {
    let rows = [
        ("/confirma", "/confirmar"),
        ("/confirmo", "sim"),
        ("/Confirmar.", ""),
        ("/confirmar sim", ""),
        ("/sim!", ""),
        ("/si", ""),
        ("/confirmar tudo", "sim"),
        ("/comfirmar", "sim"),
        ("Sim!", ""),
        ("pode", ""),
    ];
    for (typo, fix) in rows {
        let bot = Service::start().await;
        let before = bot.world();
        bot.ask(ANA, "/avisar bairro Reunião hoje").await;
        let said = corrected_by(&bot, typo, fix).await;
        assert!(said.contains('✅') && !has_typo(&said), "{typo} + {fix}: {said}");
        assert_eq!(moves(&before, &bot.world()), [""; 0], "{typo} + {fix}");
    }
}

#[tokio::test]
async fn a_synonym_of_a_command_leads_to_it_within_one_message() {
    let rows = [
        ("/apagar bairro", "sim", "➡️ “Bairro Feliz” seria desativada de vez"),
        ("/borrar bairro", "sí", "➡️ “Bairro Feliz” se desactivaría"),
        ("/delete bairro", "yes", "➡️ “Bairro Feliz” would be deactivated"),
        ("/novo Bairro Novo", "sim", "✅ A comunidade “Bairro Novo” foi criada"),
        ("/imagem bairro https://example.com/a.jpg", "sim", "✅ “Bairro Feliz”"),
        ("/mandar bairro Reunião hoje", "sim", "> Reunião hoje"),
    ];
    for (typo, fix, expected) in rows {
        each_leads_to(&[expected], &[(typo, fix)]).await;
    }
}

#[tokio::test]
async fn a_suggestion_for_a_dry_run_stays_a_dry_run() {
    for command in [
        "/adicionar --testar bairro futebol",
        "/mover bairro \"vendas sul\" --testar",
        "/promover --testar 44 99999-0003 bairro",
        "/descrever --testar Vizinho ajuda vizinho bairro",
        "/vinclar bairro futebol --testar",
        "/vincular bairo futebol --testar",
    ] {
        let bot = Service::start().await;
        bot.ask(ANA, command).await;
        let offered = bot.said().concat();
        let tried = bot.ask(ANA, if offered.contains("1. ") { "1" } else { "sim" }).await;

        assert!(tried.contains("➡️") && tried.contains("\n\nFoi um teste"), "{command}: {offered}\n{tried}");
        assert!(!bot.sandbox.calls().iter().any(vincula::sandbox::ApiCall::is_change), "{command}");
    }
}

#[tokio::test]
async fn a_suggestion_is_not_run_before_a_yes() {
    let bot = Service::start().await;

    let asked = bot.ask(ANA, "/promover 44 99999-0003 bairro").await;
    let left = bot.ask(ANA, "não").await;

    assert_eq!(
        asked,
        "Você quis dizer /promover \"Bairro Feliz\" 44 99999-0003? \
         Responda “sim”; nada mudou."
    );
    assert_eq!(left, "Tudo bem, não fiz nada.");
    assert!(bot.calls_to("add-admin").is_empty());
}

#[tokio::test]
async fn a_yes_to_a_suggestion_does_not_skip_its_own_prompt() {
    let bot = Service::start().await;

    bot.ask(ANA, "/desativa bairro").await;
    let asked = bot.ask(ANA, "sim").await;
    let trial = bot.ask(ANA, "/avisar Reunião hoje bairro").await;
    let shown = bot.ask(ANA, "sim").await;

    assert!(asked.starts_with("➡️ “Bairro Feliz” seria desativada de vez"), "{asked}");
    assert!(trial.contains("/avisar \"Bairro Feliz\" Reunião hoje?"), "{trial}");
    assert!(shown.contains("> Reunião hoje\n"), "{shown}");
    assert!(bot.sandbox.world(|world| world.community_named("Bairro Feliz").is_some()));
}

#[tokio::test]
async fn a_dry_run_flag_after_a_text_does_nothing() {
    let bot = Service::start().await;

    let described = bot.ask(ANA, "/descrever bairro Aqui vizinho ajuda —testar").await;
    let made = bot.ask(ANA, "/criar Bairro Novo --testar").await;
    let sure = bot.ask(ANA, "/criar Bairro Novo --sim").await;

    assert!(described.contains("> Aqui vizinho ajuda\n\nFoi um teste"), "{described}");
    assert!(made.starts_with("➡️ A comunidade “Bairro Novo” seria criada.\n\nFoi um teste"), "{made}");
    assert!(sure.starts_with("➡️ A comunidade “Bairro Novo --sim” seria criada.\n"), "{sure}");
    assert!(!bot.sandbox.calls().iter().any(vincula::sandbox::ApiCall::is_change));
}

#[tokio::test]
async fn a_community_and_a_group_in_each_other_s_place_are_told() {
    let bot = Service::start().await;
    let marketing = bot.community("Marketing BR");
    let futebol = bot.group("Futebol");

    let by_id = bot.ask(ANA, &format!("/vincular \"bairro feliz\" {marketing}")).await;
    let by_name = bot.ask(ANA, "/vincular bairro feliz marketing br").await;
    let reverse = bot.ask(ANA, &format!("/vincular {futebol} suporte")).await;

    assert!(by_id.ends_with("é uma comunidade, e aqui vai um grupo"), "{by_id}");
    assert!(by_name.ends_with("é uma comunidade, e aqui vai um grupo"), "{by_name}");
    assert!(reverse.starts_with("Qual comunidade?"), "{reverse}");
    assert_eq!(bot.changes(), 0);
}

#[tokio::test]
async fn several_communities_before_a_text_are_asked_about() {
    for command in ["/avisar bairro feliz, marketing br: Festa!", "/avisar bairro e marketing: Festa!"] {
        let bot = Service::start().await;

        let asked = bot.ask(ANA, command).await;
        let shown = bot.ask(ANA, "2").await;
        bot.ask(ANA, "sim").await;

        assert!(asked.contains("pode ser 1. “Bairro Feliz”, 2. “Marketing BR”"), "{command}: {asked}");
        assert!(shown.contains("“Marketing BR”") && shown.contains("\n> Festa!\n"), "{command}: {shown}");
        assert_eq!(bot.announced("Marketing BR"), ["Festa!"], "{command}");
        assert!(bot.announced("Bairro Feliz").is_empty(), "{command}");
    }
}

#[tokio::test]
async fn a_group_as_a_whole_is_neither_made_nor_deleted() {
    let bot = Service::start().await;

    for command in ["/apagar grupo futebol", "/excluir o grupo futebol", "/criar grupo Pais"] {
        let said = bot.ask(ANA, command).await;
        assert!(said.starts_with("❌") && !said.contains("quis dizer"), "{command}: {said}");
    }
    assert_eq!(bot.changes(), 0);
}

#[tokio::test]
async fn names_may_hold_quotes_numbers_and_stand_among_courtesy() {
    let rows: [(&str, &[&str]); 8] = [
        ("/vincular bairro “Escola \"Viva\"”", &["Escola \"Viva\""]),
        ("/vincular bairro feliz bloco 1, bloco 2", &["Bloco 01", "Bloco 02"]),
        ("/vincular bairro bloco 1 a 3", &["Bloco 01", "Bloco 02", "Bloco 03"]),
        ("/vincular bairro bloco 1, 2 e 3", &["Bloco 01", "Bloco 02", "Bloco 03"]),
        ("/vincular bairro bloco 1-5", &[]),
        ("/vincular <bairro feliz> o grupo festa junina, por favor", &["Festa Junina 2026 🎉"]),
        ("/vincular na comunidade bairro: escola, futebol.", &["Escola", "Futebol"]),
        ("/vincular bairro clube festa", &[]),
    ];
    for (command, expected) in rows {
        let setting = Service::with().world(|world| {
            for name in [
                "Escola",
                "Escola \"Viva\"",
                "Bloco 01",
                "Bloco 02",
                "Bloco 03",
                "Bloco 10",
                "Festa Junina 2026 🎉",
            ] {
                world.group(name);
            }
        });
        let bot = setting.start().await;
        bot.ask(ANA, "/grupos").await;
        let before = bot.world();

        let said = bot.ask(ANA, command).await;

        let mut went = moves(&before, &bot.world());
        went.sort();
        let expected: Vec<String> = expected.iter().map(|name| format!("{name} → Bairro Feliz")).collect();
        assert_eq!(went, expected, "{command}: {said}");
    }
}

#[tokio::test]
async fn groups_without_a_community_are_listed() {
    let bot = Service::start().await;

    let said = bot.ask(ANA, "/grupos sem comunidade").await;
    let all = bot.ask(ANA, "/grupos").await;

    assert!(said.contains("“Futebol”") && !said.contains("“Moradores”"), "{said}");
    assert!(all.contains("“Moradores”"), "{all}");
}
