//! What a visitor can send by one tap: the steps of the tour, and suggestions.

use super::persona::Persona;
use crate::commands::{CATALOG, name_in};
use crate::domain::Locale;

/// A text in each language, in the order of [`Locale::ALL`], with English command names.
type Texts = [&'static str; 3];

/// A step of the tour; the sentence about it has the key `playground-tour-NUMBER`.
#[derive(Clone, Copy, Debug)]
pub(super) struct TourStep {
    /// Who does it.
    pub(super) persona: Persona,
    /// What its button does.
    pub(super) action: TourAction,
}

/// What the button of a step does.
#[derive(Clone, Copy, Debug)]
pub(super) enum TourAction {
    /// Sends the [`opening`].
    Open,
    /// Sends this.
    Send(Texts),
    /// Makes Z-API slow, and sends this.
    SendSlowly(Texts),
    /// Kills the service.
    Kill,
}

use TourAction::{Kill, Open, Send, SendSlowly};

const HELLO: Texts = ["hi", "oi", "hola"];
const LANGUAGE: Texts = ["/language en", "/language pt", "/language es"];

/// The steps of the tour.
pub(super) const TOUR: [TourStep; 9] = [
    step(Persona::Admin, Open),
    step(
        Persona::Admin,
        Send([
            "/link \"Bairro Feliz\" futebol, mães",
            "/link \"Bairro Feliz\" futebol, mães",
            "/link \"Bairro Feliz\" futebol, mães",
        ]),
    ),
    step(
        Persona::Admin,
        Send([
            "put receitas into bairro feliz",
            "coloca receitas no bairro feliz",
            "pon receitas en bairro feliz",
        ]),
    ),
    step(Persona::Admin, Send(["yes", "sim", "sí"])),
    step(Persona::Admin, Send(same("/move \"Vendas Sul\" \"Bairro Feliz\""))),
    step(Persona::Admin, Send(same("/undo"))),
    step(Persona::CommunityAdmin, Send(same("/link \"Marketing BR\" suporte"))),
    step(Persona::Admin, SendSlowly(same("/link bairro bloco* --yes"))),
    step(Persona::Admin, Kill),
];

/// Suggestions for each persona, in the order in which they are made.
const ADMIN: [Texts; 14] = [
    HELLO,
    same("/communities"),
    same("/groups vendas"),
    same("/link \"Bairro Feliz\" futebol, mães"),
    same("/undo"),
    same("/move \"Vendas Sul\" \"Bairro Feliz\""),
    same("/lnik bairro suporte"),
    ["put receitas into bairro feliz", "coloca receitas no bairro feliz", "pon receitas en bairro feliz"],
    same("/unlink bairro vendas*, futebol, suporte, mães"),
    [
        "/announce bairro Meeting on Friday at 7 pm.",
        "/announce bairro Reunião na sexta, às 19h.",
        "/announce bairro Reunión el viernes a las 19 h.",
    ],
    same("/who bairro"),
    same("/link bairro bloco* --yes"),
    same("/history"),
    same("/help"),
];
const COMMUNITY_ADMIN: [Texts; 6] = [
    HELLO,
    same("/whoami"),
    same("/communities"),
    same("/link bairro futebol"),
    same("/link \"Marketing BR\" suporte"),
    same("/undo"),
];
const STRANGER: [Texts; 2] = [same("/communities"), HELLO];
const OWNER: [Texts; 3] = [same("/communities"), same("/status"), same("/help")];

/// How many suggestions are made at a time.
const MAX_SUGGESTIONS: usize = 4;

const fn step(persona: Persona, action: TourAction) -> TourStep {
    TourStep { persona, action }
}

const fn same(text: &'static str) -> Texts {
    [text, text, text]
}

/// The text in a language, with the name of its command in it.
pub(super) fn localized(texts: Texts, locale: Locale) -> String {
    let index = Locale::ALL.iter().position(|each| *each == locale).unwrap_or(0);
    translate_command(texts[index], locale)
}

/// The first message of a visitor in this language: a greeting, or the choice of the language if the bot has another one.
pub(super) fn opening(locale: Locale, bot: Locale) -> String {
    localized(if locale == bot { HELLO } else { LANGUAGE }, locale)
}

/// A yes and a no.
pub(super) fn prompt_replies(locale: Locale) -> [String; 2] {
    [localized(["yes", "sim", "sí"], locale), localized(["no", "não", "no"], locale)]
}

/// What this persona may send next, in the language of the page: what was not sent yet comes first.
pub(super) fn suggestions(
    persona: Persona,
    (locale, bot): (Locale, Locale),
    was_sent: impl Fn(&str) -> bool,
) -> Vec<String> {
    let texts: &[Texts] = match persona {
        Persona::Admin => &ADMIN,
        Persona::CommunityAdmin => &COMMUNITY_ADMIN,
        Persona::Stranger => &STRANGER,
        Persona::Owner => &OWNER,
    };
    let all = texts.iter().map(|texts| match *texts {
        HELLO if persona != Persona::Stranger => opening(locale, bot),
        texts => localized(texts, locale),
    });
    let (sent, fresh): (Vec<String>, Vec<String>) = all.partition(|text| was_sent(text));
    fresh.into_iter().chain(sent).take(MAX_SUGGESTIONS).collect()
}

/// A line with the command's name in a language, if it begins with its English name.
pub fn translate_command(line: &str, locale: Locale) -> String {
    let Some((before, command)) = line.split_once('/') else { return line.to_owned() };
    let end = command.find(|c: char| !c.is_alphanumeric()).unwrap_or(command.len());
    let (name, rest) = command.split_at(end);
    match CATALOG.lookup(name).filter(|spec| spec.name == name) {
        Some(spec) if !before.ends_with(char::is_alphanumeric) => {
            format!("{before}/{}{rest}", name_in(spec.name, locale))
        }
        _ => line.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suggestions_speak_the_language_and_change_with_what_was_sent() {
        let first = suggestions(Persona::Admin, (Locale::PtBr, Locale::PtBr), |_| false);
        assert_eq!(first[..2], ["oi", "/comunidades"]);
        let next = suggestions(Persona::Admin, (Locale::PtBr, Locale::PtBr), |text| text == "oi");
        assert_eq!(next[0], "/comunidades");
        let done = suggestions(Persona::Stranger, (Locale::Es, Locale::En), |_| true);
        assert_eq!(done, ["/comunidades", "hola"]);
        let other = suggestions(Persona::Admin, (Locale::Es, Locale::En), |_| false);
        assert_eq!(other[0], "/idioma es");
    }
}
