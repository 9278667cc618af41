//! Reads a capture: packets into conversations, conversations into what was said.

use std::{collections::HashMap, io::Read};

use jiff::Timestamp;
use vauban_intake::{Budget, Problem};

use super::{
    emit::Emit,
    flow::{Flow, Key, key},
    fragments::Fragments,
    layers::{self, Network, Segment, Transport},
    packets::{Packet, Packets, is_capture},
};
use crate::{Item, Reader, Sink};

/// Conversations that are followed at a time; the one that was silent longest is ended for a new one.
const MOST_FLOWS: usize = 50_000;
/// Bytes that all conversations may hold.
const MOST_HELD: usize = 48 << 20;
/// How many tunnels may lie in one another.
const DEEPEST: u8 = 4;

/// Reads pcap and pcapng.
pub(in crate::formats) struct Capture;

impl Reader for Capture {
    fn name(&self) -> &'static str {
        "capture"
    }

    fn recognises(&self, item: &Item<'_>) -> bool {
        is_capture(item.bytes)
    }

    fn read(&self, item: &Item<'_>, budget: &Budget, sink: &mut dyn Sink) -> Result<(), Problem> {
        let mut bytes = item.bytes;
        read(&mut bytes, budget, sink)
    }

    fn reads_streams(&self) -> bool {
        true
    }

    fn read_stream(
        &self,
        _head: &Item<'_>,
        source: &mut dyn Read,
        budget: &Budget,
        sink: &mut dyn Sink,
    ) -> Result<(), Problem> {
        read(&mut std::io::BufReader::with_capacity(256 << 10, source), budget, sink)
    }
}

fn read(source: &mut dyn Read, budget: &Budget, sink: &mut dyn Sink) -> Result<(), Problem> {
    let mut conversations = Conversations {
        flows: HashMap::new(),
        held: 0,
        clock: 0,
        fragments: Fragments::default(),
        emit: Emit::new(sink),
        budget,
        problem: None,
    };
    let outcome = Packets::open(source).and_then(|mut packets| {
        let mut number = 0_u32;
        while let Some(packet) = packets.next_packet()? {
            number = number.wrapping_add(1);
            if number.is_multiple_of(1024) {
                budget.check_time()?;
            }
            conversations.packet(&packet);
        }
        Ok(())
    });
    let problem = conversations.finish();
    outcome.and(problem.map_or(Ok(()), Err))
}

struct Conversations<'c> {
    flows: HashMap<Key, Flow>,
    held: usize,
    clock: u64,
    fragments: Fragments,
    emit: Emit<'c>,
    budget: &'c Budget,
    problem: Option<Problem>,
}

impl Conversations<'_> {
    fn packet(&mut self, packet: &Packet<'_>) {
        // A packet that cannot be read costs itself.
        if let Some(network) = layers::network(packet.link, packet.bytes) {
            self.network(&network, packet.at, 0);
        }
    }

    fn network(&mut self, network: &Network<'_>, at: Option<Timestamp>, depth: u8) {
        if depth > DEEPEST {
            return;
        }
        if network.fragment.is_some() {
            if let Some(whole) = self.fragments.join(network) {
                self.network(&Network { payload: &whole, fragment: None, ..*network }, at, depth + 1);
            }
            return;
        }
        if let Some(inner) = tunnelled(network) {
            self.network(&inner, at, depth + 1);
        }
        if let Some(segment) = layers::segment(network) {
            self.segment(&segment, at);
        }
    }

    fn segment(&mut self, segment: &Segment<'_>, at: Option<Timestamp>) {
        self.clock += 1;
        let key = key(segment);
        if !self.flows.contains_key(&key) {
            if self.flows.len() >= MOST_FLOWS {
                self.let_go();
            }
            self.flows.insert(key, Flow::new(segment, at));
        }
        let Some(flow) = self.flows.get_mut(&key) else { return };
        let before = flow.held();
        flow.last = self.clock;
        flow.segment(segment, at, &mut self.emit);
        self.held = self.held.saturating_add(flow.held()).saturating_sub(before);
        if flow.is_over() {
            self.end(&key);
        }
        while self.held > MOST_HELD && !self.flows.is_empty() {
            self.let_go();
        }
    }

    /// Ends the tenth of the conversations that were silent longest.
    fn let_go(&mut self) {
        let mut ages: Vec<(u64, Key)> = self.flows.iter().map(|(key, flow)| (flow.last, *key)).collect();
        ages.sort_unstable();
        for (_, key) in ages.iter().take(ages.len() / 10 + 1) {
            self.end(key);
        }
    }

    fn end(&mut self, key: &Key) {
        if let Some(flow) = self.flows.remove(key) {
            self.held = self.held.saturating_sub(flow.held());
            let problem = flow.finish(self.budget, &mut self.emit);
            self.problem = self.problem.take().or(problem);
        }
    }

    fn finish(mut self) -> Option<Problem> {
        // In the order in which they were last heard, so that the same capture always says the same.
        let mut keys: Vec<(u64, Key)> = self.flows.iter().map(|(key, flow)| (flow.last, *key)).collect();
        keys.sort_unstable();
        for (_, key) in keys {
            self.end(&key);
        }
        self.problem
    }
}

/// The packet inside a tunnel: IP in IP, GRE and ERSPAN, VXLAN, Geneve.
fn tunnelled<'n>(network: &Network<'n>) -> Option<Network<'n>> {
    match network.protocol {
        4 | 41 => layers::network(101, network.payload),
        47 => gre(network.payload),
        17 => {
            let segment = layers::segment(network)?;
            match (segment.transport, segment.to.port) {
                (Transport::Udp, 4789 | 8472) => layers::network(1, segment.payload.get(8..)?),
                (Transport::Udp, 6081) => {
                    let options = usize::from(segment.payload.first()? & 0x3f) * 4;
                    layers::network(1, segment.payload.get(8 + options..)?)
                }
                _ => None,
            }
        }
        _ => None,
    }
}

fn gre(bytes: &[u8]) -> Option<Network<'_>> {
    let flags = layers::u16_at(bytes, 0)?;
    // Checksum, key and sequence number are there when their bits are.
    let extra = [0x8000, 0x2000, 0x1000].iter().filter(|bit| flags & **bit != 0).count() * 4;
    let start = 4 + extra;
    match layers::u16_at(bytes, 2)? {
        0x0800 | 0x86dd => layers::network(101, bytes.get(start..)?),
        0x6558 => layers::network(1, bytes.get(start..)?),
        // ERSPAN types II and III.
        0x88be => layers::network(1, bytes.get(start + if extra > 0 { 8 } else { 0 }..)?),
        0x22eb => layers::network(1, bytes.get(start + 12..)?),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn fixtures_read_as_expected() {
        crate::testing::check_fixtures(&super::Capture);
    }
}
