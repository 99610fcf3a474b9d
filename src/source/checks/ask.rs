//! What can be asked of which service, and how it is put on the wire.

use std::fmt::Write as _;

use serde_json::Value;

use super::super::Action;
use crate::aws::{Api, Get, Message};

/// A service that is asked by the signed client.
#[derive(Debug)]
pub(super) struct Service {
    /// What people call it.
    pub(super) title: &'static str,
    /// Where it is.
    pub(super) api: Api,
    /// How it speaks (botocore's service models).
    pub(super) wire: Wire,
    /// Whether it is in every Region (botocore's `endpoints.json`): a host's name without an address is then no sign that AWS
    /// does not offer it.
    pub(super) is_everywhere: bool,
}

/// The protocols of the services that are asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wire {
    /// awsJson1.1, with this target prefix.
    Json(&'static str),
    /// ec2 or awsQuery, with this version of the API.
    Query(&'static str),
    /// restJson1.
    RestJson,
    /// restXml.
    RestXml,
}

impl Wire {
    /// Whether answers are XML, which knows no lists and no objects.
    pub(super) const fn is_xml(self) -> bool {
        matches!(self, Self::Query(_) | Self::RestXml)
    }
}

impl Service {
    /// A service with an endpoint in every Region, whose signing name is how its host's name begins.
    pub(super) const fn regional(title: &'static str, id: &'static str, name: &'static str, wire: Wire) -> Self {
        Self { title, api: Api { id, signing_name: name, host: name, is_global: false }, wire, is_everywhere: false }
    }

    /// As [`Service::regional`], in every Region.
    pub(super) const fn everywhere(title: &'static str, id: &'static str, name: &'static str, wire: Wire) -> Self {
        Self { is_everywhere: true, ..Self::regional(title, id, name, wire) }
    }
}

/// One kind of call.
#[derive(Debug)]
pub(super) struct Call {
    pub(super) service: &'static Service,
    pub(super) action: Action,
    /// What every good answer has, as JSON pointers; one without it comes from somebody else, or broke, and tells nothing.
    pub(super) has: &'static [&'static str],
}

impl Call {
    /// One whose answer may be empty.
    pub(super) const fn new(service: &'static Service, operation: &'static str, iam: &'static str) -> Self {
        Self { service, action: Action::new(operation, iam), has: &[] }
    }

    /// One whose good answers all have what stands at these JSON pointers, an empty list for instance.
    pub(super) const fn having(self, has: &'static [&'static str]) -> Self {
        Self { has, ..self }
    }

    /// What every good answer has, and this one has not.
    pub(super) fn lacks(&self, answer: &Value) -> Option<&'static str> {
        self.has.iter().copied().find(|pointer| answer.pointer(pointer).is_none_or(Value::is_null))
    }
}

/// What is sent with a call.
#[derive(Clone, Debug)]
pub(super) enum Input {
    /// A JSON document.
    Json(Value),
    /// The parameters of a query.
    Form(Vec<(&'static str, String)>),
    /// A POST of a JSON document to this path.
    Post(&'static str, Value),
    /// A GET.
    Get(Get),
}

impl Input {
    /// A GET of JSON.
    pub(super) fn get(path: impl Into<String>) -> Self {
        Self::Get(Get { path: path.into(), headers: Vec::new(), host_prefix: None, root: None })
    }

    /// A GET of XML with this root element.
    pub(super) fn get_xml(path: impl Into<String>, root: &'static str) -> Self {
        Self::Get(Get { path: path.into(), headers: Vec::new(), host_prefix: None, root: Some(root) })
    }

    pub(super) fn message(self, wire: Wire) -> Message {
        match (self, wire) {
            (Self::Json(input), Wire::Json(target)) => Message::Json(target, input.to_string()),
            (Self::Form(parameters), Wire::Query(version)) => Message::Query(version, form(&parameters)),
            (Self::Post(path, input), _) => Message::RestJson(path, input.to_string()),
            (Self::Get(get), _) => Message::Get(get),
            (Self::Json(input), _) => Message::RestJson("/", input.to_string()),
            (Self::Form(parameters), _) => Message::Query("", form(&parameters)),
        }
    }
}

fn form(parameters: &[(&'static str, String)]) -> String {
    parameters.iter().map(|(name, value)| format!("{name}={}", encode(value))).collect::<Vec<_>>().join("&")
}

/// Percent-encodes all but the unreserved characters of RFC 3986.
pub(super) fn encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            encoded.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::{encode, form};

    #[test]
    fn parameters_are_encoded() {
        assert_eq!(form(&[("A", "x y/z".into()), ("B", "é".into())]), "A=x%20y%2Fz&B=%C3%A9");
        assert_eq!(encode("a-b._~1"), "a-b._~1");
    }
}
