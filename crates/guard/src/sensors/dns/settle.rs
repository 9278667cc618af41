//! What becomes of an answer that took its time: whoever asked, and what is judged by, may have changed meanwhile.

use std::sync::Arc;

use vauban_policy::Rule;
use vauban_protocol::dns::Query;
use vauban_resolver::{Address, Name};

use super::{
    engine::{Asker, Engine, leads},
    plan::{Judged, Plan},
};

/// What became of an answer, by which plan.
pub(super) struct Settled {
    pub(super) asker: Asker,
    pub(super) plan: Arc<Plan>,
    pub(super) judged: Judged,
    pub(super) opened: Result<(), vauban_egress::OpenError>,
}

impl Engine {
    /// Judges an answer by the plan that counts when it is there, and opens it. Servers above take their time: what was blocked
    /// meanwhile is blocked, also when that happens between the judgement and the kernel.
    pub(super) async fn settle(
        &self,
        query: &Query<'_>,
        asker: &Asker,
        chain: &[Name],
        addresses: &[Address],
        ttl: u32,
    ) -> Settled {
        let mut has_opened = false;
        loop {
            let generation = self.generation();
            let plan = self.plan();
            let (asker, judged) = match self.again(asker, &plan) {
                Some(asker) => {
                    let judged = self.judge(query, &asker, &plan, chain, addresses);
                    (asker, judged)
                }
                None => (asker.clone(), Judged::Blocked { rule: Rule::Nobody, id: "nobody".to_owned(), through: None }),
            };
            let mut settled = Settled { asker, plan, judged, opened: Ok(()) };
            let Some(network) = &self.network else { return settled };
            if settled.judged != Judged::Passes {
                if has_opened {
                    network.judge_again(self, &settled.plan, (self.now)()).await;
                }
                return settled;
            }
            if !settled.plan.is_named(settled.asker.place) {
                return settled;
            }
            let (chain, addresses) = leads(chain, addresses);
            settled.opened =
                network.open(&settled.asker, &settled.plan, query.name.text(), chain, addresses, ttl).await;
            has_opened = true;
            if self.generation() == generation {
                return settled;
            }
        }
    }
}
