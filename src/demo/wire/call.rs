//! Which service and operation a request is for: method and path as the services' models give them (restJson), the Region
//! and the service from the signature's credential scope.

use super::checked;

/// A request as it came over the wire.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// `GET` or `POST`.
    pub method: &'a str,
    /// The path, still percent-encoded, without the query.
    pub path: &'a str,
    /// What follows `?`, still percent-encoded.
    pub query: Option<&'a str>,
    /// The `X-Amz-Target` header.
    pub target: Option<&'a str>,
    /// The `Authorization` header.
    pub authorization: Option<&'a str>,
    /// The body.
    pub body: &'a [u8],
}

impl Request<'_> {
    /// Path and query of a URI that may be absolute.
    #[must_use]
    pub fn target(uri: &str) -> (&str, Option<&str>) {
        let after_scheme = uri.split_once("://").map_or(uri, |(_, rest)| rest);
        let path = after_scheme.find('/').map_or("/", |start| &after_scheme[start..]);
        path.split_once('?').map_or((path, None), |(path, query)| (path, Some(query)))
    }
}

/// A service that the emulator speaks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Service {
    /// Amazon GuardDuty.
    GuardDuty,
    /// Amazon Inspector.
    Inspector,
    /// IAM Access Analyzer.
    AccessAnalyzer,
    /// Amazon Macie.
    Macie,
    /// AWS Security Hub CSPM.
    SecurityHub,
    /// AWS STS.
    Sts,
    /// One that ringfort's own checks ask, by its signing name.
    Checked(&'static str),
}

impl Service {
    /// The five that give findings.
    pub const FINDINGS: [Self; 5] = [Self::GuardDuty, Self::Inspector, Self::AccessAnalyzer, Self::Macie, Self::SecurityHub];

    /// The name in the credential scope, and the prefix of its IAM actions.
    #[must_use]
    pub const fn signing_name(self) -> &'static str {
        match self {
            Self::GuardDuty => "guardduty",
            Self::Inspector => "inspector2",
            Self::AccessAnalyzer => "access-analyzer",
            Self::Macie => "macie2",
            Self::SecurityHub => "securityhub",
            Self::Sts => "sts",
            Self::Checked(name) => name,
        }
    }

    /// The service with this name in the credential scope.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        let known = Self::FINDINGS.into_iter().chain([Self::Sts]).find(|service| service.signing_name() == name);
        known.or_else(|| checked::service(name).map(Self::Checked))
    }
}

/// What a request asks for, for those who keep a record of requests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// The service.
    pub service: Service,
    /// The operation's name in the service's model.
    pub operation: &'static str,
    /// The Region of the credential scope.
    pub region: String,
    /// The access key id of the credential scope.
    pub access_key: String,
    /// `maxResults`, or the number of ids asked for; absent where neither is given.
    pub page_size: Option<i64>,
    /// Whether the request carries a page token.
    pub continued: bool,
}

impl Call {
    /// Reads what a request asks for; `None` when it is not signed, or for nothing that the emulator knows.
    #[must_use]
    pub fn of(request: &Request<'_>) -> Option<Self> {
        let scope = Scope::of(request)?;
        let service = scope.service?;
        let operation = operation(service, request)?;
        let body: serde_json::Value = serde_json::from_slice(request.body).unwrap_or_default();
        let ids = ["findingIds", "findingArns"]
            .iter()
            .find_map(|key| body[*key].as_array())
            .map(|ids| i64::try_from(ids.len()).unwrap_or(i64::MAX));
        let size = ["maxResults", "MaxResults"]
            .iter()
            .find_map(|key| body[*key].as_i64().or_else(|| query_value(request.query, key).and_then(|text| text.parse().ok())));
        let continued = ["nextToken", "NextToken"].iter().any(|key| body[*key].is_string() || query_value(request.query, key).is_some());
        Some(Self {
            service,
            operation,
            region: scope.region.to_owned(),
            access_key: scope.access_key.to_owned(),
            page_size: size.or(ids),
            continued,
        })
    }
}

/// The credential scope: `Credential=KEY/DATE/REGION/SERVICE/aws4_request`.
pub(super) struct Scope<'a> {
    pub(super) access_key: &'a str,
    pub(super) region: &'a str,
    pub(super) service: Option<Service>,
}

impl<'a> Scope<'a> {
    pub(super) fn of(request: &Request<'a>) -> Option<Self> {
        let (_, credential) = request.authorization?.split_once("Credential=")?;
        let mut parts = credential.split([',', ' ']).next()?.rsplitn(5, '/');
        let (_, service, region, _date, access_key) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        Some(Self { access_key, region, service: Service::named(service) })
    }
}

/// Every operation: service, method, path with `*` for a parameter, name.
const OPERATIONS: [(Service, &str, &str, &str); 23] = [
    (Service::GuardDuty, "GET", "detector", "ListDetectors"),
    (Service::GuardDuty, "GET", "detector/*", "GetDetector"),
    (Service::GuardDuty, "POST", "detector/*/findings", "ListFindings"),
    (Service::GuardDuty, "POST", "detector/*/findings/get", "GetFindings"),
    (Service::GuardDuty, "POST", "detector/*/findings/statistics", "GetFindingsStatistics"),
    (Service::Inspector, "POST", "status/batch/get", "BatchGetAccountStatus"),
    (Service::Inspector, "POST", "findings/list", "ListFindings"),
    (Service::Inspector, "POST", "findings/aggregation/list", "ListFindingAggregations"),
    (Service::Inspector, "POST", "findings/details/batch/get", "BatchGetFindingDetails"),
    (Service::AccessAnalyzer, "GET", "analyzer", "ListAnalyzers"),
    (Service::AccessAnalyzer, "POST", "finding", "ListFindings"),
    (Service::AccessAnalyzer, "POST", "findingv2", "ListFindingsV2"),
    (Service::AccessAnalyzer, "GET", "finding/*", "GetFinding"),
    (Service::AccessAnalyzer, "GET", "findingv2/*", "GetFindingV2"),
    (Service::AccessAnalyzer, "POST", "analyzer/findings/statistics", "GetFindingsStatistics"),
    (Service::Macie, "GET", "macie", "GetMacieSession"),
    (Service::Macie, "POST", "findings", "ListFindings"),
    (Service::Macie, "POST", "findings/describe", "GetFindings"),
    (Service::Macie, "POST", "findings/statistics", "GetFindingStatistics"),
    (Service::SecurityHub, "GET", "accounts", "DescribeHub"),
    (Service::SecurityHub, "POST", "findings", "GetFindings"),
    (Service::SecurityHub, "GET", "findingAggregator/list", "ListFindingAggregators"),
    (Service::Sts, "POST", "", "GetCallerIdentity"),
];

/// The operation's name.
pub(super) fn operation(service: Service, request: &Request<'_>) -> Option<&'static str> {
    match service {
        Service::Checked(name) => checked::operation(name, request),
        _ => route(service, request.method, request.path),
    }
}

/// The operation's name, by method and path.
fn route(service: Service, method: &str, path: &str) -> Option<&'static str> {
    let fits = |pattern: &str| {
        let (mut asked, mut known) = (path.trim_matches('/').split('/'), pattern.split('/'));
        loop {
            match (asked.next(), known.next()) {
                (None, None) => return true,
                (Some(segment), Some(part)) if part == "*" || part == segment => {}
                _ => return false,
            }
        }
    };
    let found = OPERATIONS.iter().find(|(of, by, pattern, _)| *of == service && *by == method && fits(pattern));
    found.map(|(.., name)| *name)
}

/// A parameter of the query string, decoded.
pub(super) fn query_value(query: Option<&str>, name: &str) -> Option<String> {
    query?.split('&').find_map(|pair| {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        (key == name).then(|| decode(value))
    })
}

/// Undoes percent-encoding; what is not well-formed stays as it is.
pub(super) fn decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        let hex = tail.get(..2).and_then(|pair| std::str::from_utf8(pair).ok()).and_then(|pair| u8::from_str_radix(pair, 16).ok());
        if let (b'%', Some(byte)) = (first, hex) {
            bytes.push(byte);
            rest = &tail[2..];
        } else {
            bytes.push(first);
            rest = tail;
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::{Call, Request, Service, decode, query_value, route};

    #[test]
    fn a_uri_splits_into_path_and_query() {
        assert_eq!(Request::target("https://guardduty.us-east-1.amazonaws.com/detector?maxResults=1"), ("/detector", Some("maxResults=1")));
        assert_eq!(Request::target("https://sts.us-east-1.amazonaws.com"), ("/", None));
        assert_eq!(Request::target("/macie"), ("/macie", None));
    }

    #[test]
    fn percent_encoding_is_undone() {
        assert_eq!(decode("arn%3Aaws%3Aaccess-analyzer%2Fx%"), "arn:aws:access-analyzer/x%");
        assert_eq!(query_value(Some("a=1&analyzerArn=arn%3Aaws"), "analyzerArn").as_deref(), Some("arn:aws"));
    }

    #[test]
    fn a_signed_request_tells_its_service_operation_region_and_page_size() {
        let request = Request {
            method: "POST",
            path: "/detector/abc/findings",
            query: None,
            target: None,
            authorization: Some("AWS4-HMAC-SHA256 Credential=KEY/20260101/eu-west-1/guardduty/aws4_request, SignedHeaders=host"),
            body: br#"{"maxResults":50,"nextToken":"t"}"#,
        };
        let call = Call::of(&request).expect("a known call");
        assert_eq!((call.service, call.operation, call.page_size, call.continued), (Service::GuardDuty, "ListFindings", Some(50), true));
        assert_eq!((call.region.as_str(), call.access_key.as_str()), ("eu-west-1", "KEY"));
    }

    #[test]
    fn an_unknown_path_is_no_operation() {
        assert_eq!(route(Service::Macie, "DELETE", "/macie"), None);
    }
}
