//! Which page of a listing a call is about, by what it asks for: the order in which calls arrive, and which are tried again, is chance.

use std::collections::HashMap;

use ringfort::demo::wire::Service;
use serde_json::Value;

use super::fault::AGAIN;

/// The pages of all listings so far: what leads to each, and what it listed.
#[derive(Debug, Default)]
pub(super) struct Pages {
    /// The page, from 1, of each token and each listed id.
    known: HashMap<(Service, String), usize>,
}

impl Pages {
    /// The page that this request asks for, or for the bodies of: 1 where it names none.
    pub(super) fn of(&self, service: Service, request: &[u8]) -> usize {
        let request: Value = serde_json::from_slice(request).unwrap_or_default();
        let asked = token(&request).or_else(|| request["findingIds"][0].as_str()).unwrap_or_default();
        let asked = asked.strip_prefix(AGAIN).unwrap_or(asked);
        self.known.get(&(service, asked.to_owned())).copied().unwrap_or(1)
    }

    /// Takes in what the service answers.
    pub(super) fn learn(&mut self, service: Service, request: &[u8], answer: &[u8]) {
        let page = self.of(service, request);
        let answer: Value = serde_json::from_slice(answer).unwrap_or_default();
        for id in answer["findingIds"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            self.known.entry((service, id.to_owned())).or_insert(page);
        }
        if let Some(next) = token(&answer) {
            self.known.entry((service, next.to_owned())).or_insert(page + 1);
        }
    }
}

/// The page token of a request or an answer.
fn token(body: &Value) -> Option<&str> {
    ["nextToken", "NextToken"].into_iter().find_map(|name| body[name].as_str()).filter(|token| !token.is_empty())
}
