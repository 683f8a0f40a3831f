//! What the admin of a community does not see: other communities, and what is in them.

use std::collections::HashSet;

use futures_util::FutureExt as _;

use super::{Context, Failure};
use crate::authorise::may_in;
use crate::config::AdminsFrom;
use crate::directory::{Found, side_by_side};
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

    /// What was found, without what the admin does not see. What is meant for certain stays: it is told
    /// how it stands.
    pub async fn seen(&self, found: Vec<Found<GroupId>>) -> Result<Vec<Found<GroupId>>, Failure> {
        if found.iter().all(|found| matches!(found, Found::One(_))) {
            return Ok(found);
        }
        let unseen = self.unseen_groups().await?;
        let is_seen = |id: &GroupId| !unseen.contains(id);
        Ok(found.into_iter().map(|found| found.keeping(is_seen)).collect())
    }
}
