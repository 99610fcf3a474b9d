//! One request at a service's desk: its parameters, read and checked the same way for every service.

use std::ops::RangeInclusive;

use serde_json::Value;

use super::answer::{Answer, bad_credentials, invalid, refuse, refuse_with};
use super::call::{decode, query_value};
use super::checked;
use super::{Cell, Emulator, Request, Service, Shelf, Switch};

pub(super) struct Desk<'a> {
    pub(super) emulator: &'a Emulator,
    pub(super) cell: &'a Cell,
    pub(super) account: &'a str,
    pub(super) region: &'a str,
    pub(super) service: Service,
    pub(super) operation: &'static str,
    pub(super) body: Value,
    request: &'a Request<'a>,
}

impl<'a> Desk<'a> {
    pub(super) fn new(
        emulator: &'a Emulator,
        cell: &'a Cell,
        account: &'a str,
        region: &'a str,
        service: Service,
        operation: &'static str,
        request: &'a Request<'a>,
    ) -> Self {
        let body = serde_json::from_slice(request.body).unwrap_or_default();
        Self { emulator, cell, account, region, service, operation, body, request }
    }

    /// What the switch says before the service itself has a word.
    pub(super) fn refusal(&self) -> Option<Answer> {
        match &self.cell.switch {
            Switch::Denied(operations) if operations.is_empty() || operations.iter().any(|name| self.is_named(name)) => {
                Some(self.denied(&format!("because no identity-based policy allows the {} action", self.action())))
            }
            Switch::DeniedByOrganization => Some(self.denied("with an explicit deny in a service control policy")),
            Switch::RegionDisabled => Some(bad_credentials(self.service)),
            _ => None,
        }
    }

    /// Whether this names the operation, or the IAM action that allows it.
    fn is_named(&self, name: &str) -> bool {
        name == self.operation || self.action().split(':').nth(1) == Some(name)
    }

    fn denied(&self, why: &str) -> Answer {
        let (account, region, name) = (self.account, self.region, self.service.signing_name());
        let message = format!(
            "User: arn:aws:sts::{account}:assumed-role/SecurityAudit/ringfort is not authorized to perform: {} on resource: \
             arn:aws:{name}:{region}:{account}:* {why}",
            self.action(),
        );
        if let Service::Checked(_) = self.service {
            return checked::denied(self, &message);
        }
        if self.service == Service::SecurityHub {
            let body = serde_json::json!({ "Message": message, "Code": "AccessDeniedException" });
            return refuse_with(403, "AccessDeniedException", &body);
        }
        refuse(403, "AccessDeniedException", &message)
    }

    /// The IAM action of the call: the operation's name, but Access Analyzer's V2 calls go by their first version's.
    fn action(&self) -> String {
        let name = self.service.signing_name();
        match self.service {
            Service::Checked(_) => format!("{name}:{}", checked::action(self.operation, self.request)),
            _ => format!("{name}:{}", self.operation.trim_end_matches("V2")),
        }
    }

    pub(super) fn query(&self, name: &str) -> Option<String> {
        query_value(self.request.query, name)
    }

    pub(super) fn segment(&self, number: usize) -> String {
        self.request.path.trim_matches('/').split('/').nth(number).map(decode).unwrap_or_default()
    }

    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.body[name].as_str()
    }

    /// The page size asked for, or `default`; outside `range` it is the service's validation error.
    pub(super) fn page_size(&self, name: &str, range: &RangeInclusive<i64>, default: i64) -> Result<usize, Answer> {
        let asked = match self.query(name) {
            Some(text) => text.parse().map_err(|_| self.invalid(name, &format!("the value of {name} is not a number")))?,
            None => self.body[name].as_i64().unwrap_or(default),
        };
        if range.contains(&asked) {
            return Ok(asked as usize);
        }
        let (low, high) = (range.start(), range.end());
        Err(self.invalid(name, &format!("the parameter {name} has an out-of-range value: {asked} is not between {low} and {high}")))
    }

    /// The ids of a get-by-id call, at most 50.
    pub(super) fn ids(&self) -> Result<Vec<&str>, Answer> {
        let Some(ids) = self.body["findingIds"].as_array() else {
            return Err(self.invalid("findingIds", "the parameter findingIds is missing"));
        };
        if ids.len() > 50 {
            return Err(self.invalid("findingIds", &format!("the parameter findingIds has {} members, more than 50", ids.len())));
        }
        Ok(ids.iter().filter_map(Value::as_str).collect())
    }

    pub(super) fn shelf(&self, name: &str) -> Option<&'a Shelf> {
        self.cell.shelves.iter().find(|shelf| shelf.name == name)
    }

    pub(super) fn invalid(&self, parameter: &str, message: &str) -> Answer {
        invalid(self.service, parameter, message)
    }
}
