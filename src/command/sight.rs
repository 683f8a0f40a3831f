//! What the admin of a community does not see: other communities, and what is in them.

use std::collections::HashSet;

use futures_util::FutureExt as _;

use super::membership::words_for_here;
use super::{Context, Failure};
use crate::authorise::may_in;
use crate::config::AdminsFrom;
use crate::directory::{Found, fold, side_by_side};
use crate::domain::{CommunityId, GroupId};

impl Context<'_> {
    /// Whether the admin may know a community.
    pub fn sees(&self, id: &CommunityId, name: &str) -> bool {
        may_in(self.admin, id, name, self.directory)
    }

    /// The groups of other communities, where the admin is one of a community; for others there are none.
    pub async fn unseen_groups(&self) -> Result<HashSet<GroupId>, Failure> {
        if self.admin.from == AdminsFrom::Config {
            return Ok(HashSet::new());
        }
        let snapshot = self.directory.snapshot(self.zapi).await?;
        let others = snapshot.communities.all().filter(|other| !self.sees(&other.id, &other.name));
        let reads = others.map(|other| self.zapi.community(&other.id).boxed());
        let mut unseen = HashSet::new();
        for read in side_by_side(reads.collect()).await {
            match read {
                Ok(details) => unseen.extend(details.groups.into_iter().map(|group| group.id)),
                Err(error) if error.cause.is_temporary() || error.cause.concerns_all() => {
                    return Err(error.into());
                }
                // The bot is not shown it either.
                Err(_) => {}
            }
        }
        Ok(unseen)
    }

    /// What was found for each of these words, without what the admin does not see. What is named in full
    /// stays: it is told how it stands. The beginning of a name teaches nobody the rest.
    pub async fn seen(
        &self,
        words: &[String],
        found: Vec<Found<GroupId>>,
    ) -> Result<Vec<Found<GroupId>>, Failure> {
        let here = words_for_here();
        let is_in_full = |word: &String, found: &Found<GroupId>| match found {
            Found::One(group) => {
                let word = fold(word);
                word == fold(&group.name) || GroupId::parse(&word).is_some() || here.contains(&word)
            }
            _ => false,
        };
        let is_everything = words.iter().zip(&found).all(|(word, found)| is_in_full(word, found));
        if self.admin.from == AdminsFrom::Config || is_everything {
            return Ok(found);
        }
        let unseen = self.unseen_groups().await?;
        let is_seen = |id: &GroupId| !unseen.contains(id);
        let seen = words.iter().zip(found).map(|(word, found)| match found {
            Found::One(group) if !is_in_full(word, &Found::One(group.clone())) && !is_seen(&group.id) => {
                Found::Nothing { nearest: Vec::new() }
            }
            found => found.keeping(is_seen),
        });
        Ok(seen.collect())
    }
}
