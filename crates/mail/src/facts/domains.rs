//! Names of hosts that imitate others.

use std::collections::HashSet;

use vauban_lookalike::{Likeness, Owner, Trick, in_unicode};

use crate::{Code, Facts, Known, Letter, letter::Target};

pub(super) fn look(letter: &Letter, known: &Known, facts: &mut Facts) {
    let header = &letter.header;
    let senders = header.from.iter().chain(&header.reply_to).chain(&header.sender);
    let mut hosts: Vec<&str> = senders.map(crate::letter::Address::domain).collect();
    hosts.extend(header.return_path.as_ref().and_then(|path| path.rsplit_once('@')).map(|(_, host)| host));
    for host in hosts {
        if let Some(likeness) = known.protected().likeness(host) {
            let code = match likeness.trick {
                Trick::Homoglyph => Code::HomoglyphDomain,
                Trick::Among => Code::AmongDomain,
                Trick::Subdomain | Trick::Service | Trick::Typo | Trick::OtherEnding => Code::LookalikeDomain,
            };
            facts.add(code, evidence(host, &likeness));
        }
    }
    // A newsletter leads to one host a hundred times.
    let mut seen = HashSet::new();
    for link in &letter.links {
        let inner: Vec<Target> = link.target.carried_elsewhere().collect();
        for target in std::iter::once(&link.target).chain(&inner).filter(|target| target.is_web() && !target.is_ip) {
            // A sender's own site is judged with its address.
            if !seen.insert(target.host.clone()) || letter.is_of_author(&target.host) {
                continue;
            }
            let Some(likeness) = known.protected().likeness(&target.host) else { continue };
            match likeness.trick {
                Trick::Homoglyph => facts.add(Code::HomoglyphLink, evidence(&target.host, &likeness)),
                Trick::Subdomain | Trick::Service => facts.add(Code::LookalikeLink, evidence(&target.host, &likeness)),
                Trick::Typo | Trick::OtherEnding if is_ours(&likeness) => {
                    facts.add(Code::LookalikeLink, evidence(&target.host, &likeness));
                }
                _ => {}
            }
        }
    }
}

/// Whether the name belongs to the organisation or to those near it, where a slip of the finger is no chance.
const fn is_ours(likeness: &Likeness) -> bool {
    !matches!(likeness.owner, Owner::Brand)
}

fn evidence(host: &str, likeness: &Likeness) -> String {
    let shown = in_unicode(host);
    let coded = if shown == host { String::new() } else { format!(" ({host})") };
    format!("{shown}{coded} ~ {}", likeness.original)
}
