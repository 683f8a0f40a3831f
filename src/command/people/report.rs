//! The answer: a first line that counts, then a line a person with its mark (CONTRACT §5).

use super::Act;
use super::plan::{Before, Item, Plan};
use super::settle::{End, Ends};
use crate::domain::Phone;
use crate::reply::{Phrase, Reply, quoted};

impl Plan {
    /// The answer: what became of each.
    pub(super) fn report(&self, act: Act, mut ends: Ends) -> Reply {
        let lines = self.items.iter().enumerate().map(|(at, item)| match item.before {
            Before::Todo => self.ended(act, item, ends.remove(&at).unwrap_or(End::NotRead)),
            _ => self.stood(act, item),
        });
        self.told(act.did(), lines.collect())
    }

    /// What the order would do.
    pub(super) fn preview(&self, act: Act) -> Reply {
        let lines = self.items.iter().map(|item| match item.before {
            Before::Todo => item.line(Phrase::new("person").mark("➡️")),
            _ => self.stood(act, item),
        });
        self.told(act.would(), lines.collect())
    }

    fn told(&self, head: &'static str, lines: Vec<Phrase>) -> Reply {
        let is_so = |line: &&Phrase| matches!(line.marked(), Some("✅" | "☑️" | "➡️"));
        let head = Phrase::new(head)
            .count("done", lines.iter().filter(is_so).count())
            .count("all", lines.len())
            .name("community", self.name.as_str());
        Reply::Said(std::iter::once(head).chain(lines).collect())
    }

    /// The line of somebody for whom nothing had to be called.
    fn stood(&self, act: Act, item: &Item) -> Phrase {
        let slip = |key| Phrase::not_done(key).name("typed", item.typed.as_str());
        match item.before {
            Before::NoNumber => slip("person-no-number"),
            Before::NoCountry => slip("person-no-country"),
            Before::Unclear => slip("person-unclear"),
            Before::WasSo | Before::Todo => item.line(Phrase::was_so(act.was_so())),
            Before::NoWhatsApp => item.line(Phrase::not_done("person-no-whatsapp")),
            Before::Owner => item.line(Phrase::not_done("person-owner")),
            Before::Bot => item.line(Phrase::not_done("person-bot")),
            Before::NotIn if act == Act::Promote => {
                self.with_order("add", item, Phrase::not_done("person-not-in-add"))
            }
            Before::NotIn => item.line(Phrase::not_done("person-not-in")),
            Before::Hidden if item.phone().is_none() => item.line(Phrase::unsure("person-hidden-lid")),
            Before::Hidden if act == Act::Promote => {
                self.with_order("add", item, Phrase::unsure("person-hidden-add"))
            }
            Before::Hidden => item.line(Phrase::unsure("person-hidden")),
        }
    }

    fn ended(&self, act: Act, item: &Item, end: End) -> Phrase {
        match end {
            End::Done => item.line(Phrase::done("person")),
            End::Invited => item.line(Phrase::new("person-invited").mark("⚠️")),
            End::InOrInvited => item.line(Phrase::unsure("person-in-or-invited")),
            End::PerhapsInvited => self.with_order("add", item, Phrase::unsure("person-perhaps-invited")),
            End::Full => item.line(Phrase::not_done("person-too-many-admins")).order(
                "order",
                "demote",
                &[self.name.as_str()],
            ),
            End::Refused(Some(said)) => item.line(Phrase::not_done("person-refused")).name("reason", said),
            End::Refused(None) => item.line(Phrase::not_done("person-refused-plain")),
            End::Trouble(explained) => {
                item.line(Phrase::not_done("person-trouble")).plain("reason", explained)
            }
            End::Cancelled => item.line(Phrase::not_done("person-cancelled")),
            End::NoAnswer(reason) => {
                let phrase = Phrase::unsure("person-not-shown-after").plain("reason", reason);
                self.with_order(act.command(), item, phrase)
            }
            End::NotShown => self.with_order(act.command(), item, Phrase::unsure("person-not-shown")),
            End::NotRead => self.with_order(act.command(), item, Phrase::unsure("person-not-read")),
        }
    }

    /// A line about somebody, with a ready-made order that names them alone.
    fn with_order(&self, command: &'static str, item: &Item, phrase: Phrase) -> Phrase {
        let words = [self.name.as_str(), &item.typed_again().unwrap_or_default()];
        item.line(phrase).order("order", command, &words)
    }
}

impl Item {
    /// A line about them: their number, or their lid, and their name.
    fn line(&self, phrase: Phrase) -> Phrase {
        let number = self.phone().map(Phone::shown).or_else(|| self.lid.clone()).unwrap_or_default();
        let name = self.name.as_ref().map(|name| format!(" {}", quoted(name))).unwrap_or_default();
        phrase.plain("who", number + &name)
    }
}
