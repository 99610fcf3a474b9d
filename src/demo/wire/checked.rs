//! The services that ringfort's own checks ask: each answer is a text, from the cell, or else from an account where nothing
//! offends (`assets/demo/checks/clean.toml`). What differs between the services is how they speak.

use std::sync::LazyLock;
use std::time::Duration;

use bytes::Bytes;
use serde_json::{Value, json};

use super::answer::{Answer, refuse};
use super::call::Request;
use super::desk::Desk;

/// How a service is spoken to, and speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Speech {
    /// awsJson1.1: the operation is in `x-amz-target`.
    Json,
    /// awsQuery: the operation is in the form, answers are XML.
    Query,
    /// ec2: as awsQuery, with errors of its own shape.
    Ec2,
    /// restJson1: the operation is method and path.
    RestJson,
    /// restXml: S3's.
    RestXml,
}

/// An operation's name, and the path and the query's first word where those name it.
type Operation = (&'static str, &'static str);

/// The services by signing name, and their operations.
const SERVICES: [(&str, Speech, &[Operation]); 19] = [
    ("kms", Speech::Json, &[("ListKeys", ""), ("DescribeKey", ""), ("GetKeyRotationStatus", "")]),
    ("acm", Speech::Json, &[("ListCertificates", "")]),
    ("acm-pca", Speech::Json, &[("ListCertificateAuthorities", "")]),
    (
        "s3",
        Speech::RestXml,
        &[
            ("GetPublicAccessBlock", "/v20180820/configuration/publicAccessBlock"),
            ("GetBucketVersioning", "/*?versioning"),
            ("GetBucketEncryption", "/*?encryption"),
            ("GetPublicAccessBlock", "/*?publicAccessBlock"),
            ("ListBuckets", "/"),
        ],
    ),
    (
        "iam",
        Speech::Query,
        &[
            ("GetAccountSummary", ""),
            ("GetAccountPasswordPolicy", ""),
            ("GetAccountAuthorizationDetails", ""),
            ("GetCredentialReport", ""),
            ("GenerateCredentialReport", ""),
            ("ListRoles", ""),
        ],
    ),
    ("sso", Speech::Json, &[("ListInstances", "")]),
    ("cognito-idp", Speech::Json, &[("ListUserPools", ""), ("DescribeUserPool", "")]),
    ("shield", Speech::Json, &[("GetSubscriptionState", "")]),
    (
        "ec2",
        Speech::Ec2,
        &[
            ("DescribeVpcs", ""),
            ("DescribeFlowLogs", ""),
            ("DescribeSecurityGroups", ""),
            ("DescribeNetworkAcls", ""),
            ("DescribeVpcEndpoints", ""),
        ],
    ),
    ("wafv2", Speech::Json, &[("ListWebACLs", ""), ("GetWebACL", ""), ("ListResourcesForWebACL", "")]),
    ("fms", Speech::Json, &[("GetAdminAccount", "")]),
    ("events", Speech::Json, &[("ListRules", ""), ("ListTargetsByRule", "")]),
    (
        "detective",
        Speech::RestJson,
        &[
            ("ListGraphs", "/graphs/list"),
            ("ListInvitations", "/invitations/list"),
            ("ListInvestigations", "/investigations/listInvestigations"),
        ],
    ),
    ("cloudtrail", Speech::Json, &[("DescribeTrails", ""), ("GetTrailStatus", "")]),
    ("config", Speech::Json, &[("DescribeConfigurationRecorderStatus", "")]),
    (
        "bedrock",
        Speech::RestJson,
        &[
            ("GetModelInvocationLoggingConfiguration", "/logging/modelinvocations"),
            ("ListGuardrails", "/guardrails"),
            ("GetGuardrail", "/guardrails/*"),
            ("ListCustomModels", "/custom-models"),
            ("GetCustomModel", "/custom-models/*"),
        ],
    ),
    (
        "sagemaker",
        Speech::Json,
        &[
            ("ListNotebookInstances", ""),
            ("DescribeNotebookInstance", ""),
            ("ListEndpoints", ""),
            ("DescribeEndpoint", ""),
            ("DescribeEndpointConfig", ""),
            ("DescribeModel", ""),
            ("ListDomains", ""),
            ("DescribeDomain", ""),
            ("ListModelCards", ""),
            ("DescribeModelCard", ""),
        ],
    ),
    ("health", Speech::Json, &[("DescribeEvents", ""), ("DescribeEventDetails", ""), ("DescribeAffectedEntities", "")]),
    ("artifact", Speech::RestJson, &[("ListReports", "/v1/report/list")]),
];

static CLEAN: LazyLock<Value> =
    LazyLock::new(|| toml::from_str(include_str!("../../../assets/demo/checks/clean.toml")).unwrap_or_default());

/// The service with this signing name, if the checks ask it.
pub(super) fn service(name: &str) -> Option<&'static str> {
    SERVICES.iter().map(|(known, ..)| *known).find(|known| *known == name)
}

fn speech(service: &str) -> Speech {
    SERVICES.iter().find(|(known, ..)| *known == service).map_or(Speech::Json, |(_, speech, _)| *speech)
}

/// The operation that a request is for.
pub(super) fn operation(service: &str, request: &Request<'_>) -> Option<&'static str> {
    let (_, speech, operations) = SERVICES.iter().find(|(known, ..)| *known == service)?;
    let named = |name: &str| operations.iter().find(|(known, _)| *known == name).map(|(known, _)| *known);
    match speech {
        Speech::Json => named(request.target?.rsplit('.').next()?),
        Speech::Query | Speech::Ec2 => {
            let body = std::str::from_utf8(request.body).ok()?;
            named(body.split('&').find_map(|pair| pair.strip_prefix("Action="))?)
        }
        Speech::RestJson | Speech::RestXml => operations.iter().find(|(_, pattern)| fits(pattern, request)).map(|(name, _)| *name),
    }
}

/// Whether path and query are of this pattern: `*` is one segment, what follows `?` is the query's first word.
fn fits(pattern: &str, request: &Request<'_>) -> bool {
    let (path, word) = pattern.split_once('?').unwrap_or((pattern, ""));
    let (mut asked, mut known) = (request.path.trim_matches('/').split('/'), path.trim_matches('/').split('/'));
    let path_fits = loop {
        match (asked.next(), known.next()) {
            (None, None) => break true,
            (Some(segment), Some("*")) if !segment.is_empty() => {}
            (Some(segment), Some(part)) if part == segment => {}
            _ => break false,
        }
    };
    path_fits && (word.is_empty() || request.query.unwrap_or_default().split(['&', '=']).next() == Some(word))
}

pub(super) fn answer(desk: &Desk<'_>, request: &Request<'_>) -> Answer {
    let (service, operation) = (desk.service.signing_name(), desk.operation);
    let is_account_block = request.path.starts_with("/v20180820/");
    // The account's block of public access has the same operation's name as a bucket's.
    let name = if is_account_block { "GetAccountPublicAccessBlock" } else { operation };
    let own = &desk.cell.about[name];
    let clean = &CLEAN[service][operation];
    let given = if own.is_null() { clean } else { own };
    let asked = || format!("{}?{} {}", request.path, request.query.unwrap_or_default(), String::from_utf8_lossy(request.body));
    match given {
        Value::String(body) => good(desk, body),
        Value::Array(choices) => {
            let asked = asked();
            let fitting = |choice: &&Value| choice["match"].as_str().is_none_or(|part| asked.contains(part));
            match choices.iter().find(fitting) {
                Some(choice) => chosen(desk, choice),
                None => error(desk, 404, "ResourceNotFoundException", "There is no such thing."),
            }
        }
        choice @ Value::Object(_) => chosen(desk, choice),
        _ => error(desk, 400, "UnknownOperationException", "The emulator has no answer to this operation."),
    }
}

fn chosen(desk: &Desk<'_>, choice: &Value) -> Answer {
    if let Some(body) = choice["body"].as_str() {
        return good(desk, body);
    }
    let status = choice["status"].as_u64().and_then(|status| u16::try_from(status).ok()).unwrap_or(400);
    error(desk, status, choice["code"].as_str().unwrap_or_default(), choice["message"].as_str().unwrap_or_default())
}

fn good(desk: &Desk<'_>, body: &str) -> Answer {
    let body = body.replace("{account}", desk.account).replace("{region}", desk.region);
    // IAM's report is a table, in base64, in XML; there is none until it was made.
    let body = match desk.operation {
        "GetCredentialReport" if !desk.emulator.has_report(desk.account) => {
            return error(desk, 410, "ReportNotPresent", "No report exists. Call GenerateCredentialReport.");
        }
        "GetCredentialReport" => report(&body),
        "GenerateCredentialReport" => {
            desk.emulator.make_report(desk.account);
            body
        }
        _ => body,
    };
    let kind = match speech(desk.service.signing_name()) {
        Speech::Json => "application/x-amz-json-1.1",
        Speech::RestJson => "application/json",
        Speech::Query | Speech::Ec2 | Speech::RestXml => "text/xml",
    };
    Answer { status: 200, headers: vec![("content-type", kind.to_owned())], body: Bytes::from(body), delay: Duration::ZERO }
}

fn report(csv: &str) -> String {
    let content = aws_smithy_types::base64::encode(csv);
    format!(
        "<GetCredentialReportResponse xmlns=\"https://iam.amazonaws.com/doc/2010-05-08/\"><GetCredentialReportResult><Content>{content}</Content>\
         <ReportFormat>text/csv</ReportFormat><GeneratedTime>2026-01-01T00:00:00Z</GeneratedTime></GetCredentialReportResult><ResponseMetadata>\
         <RequestId>00000000-0000-4000-8000-000000000000</RequestId></ResponseMetadata></GetCredentialReportResponse>"
    )
}

const REQUEST: &str = "00000000-0000-4000-8000-000000000000";

/// An error in the service's own form.
pub(super) fn error(desk: &Desk<'_>, status: u16, code: &str, message: &str) -> Answer {
    let xml = |body: String| Answer {
        status,
        headers: vec![("content-type", "text/xml".to_owned())],
        body: Bytes::from(body),
        delay: Duration::ZERO,
    };
    let escaped = message.replace('&', "&amp;").replace('<', "&lt;");
    match speech(desk.service.signing_name()) {
        Speech::RestJson => refuse(status, code, message),
        Speech::Json => {
            let body = json!({ "__type": code, "message": message }).to_string();
            let headers = vec![("content-type", "application/x-amz-json-1.1".to_owned())];
            Answer { status, headers, body: Bytes::from(body), delay: Duration::ZERO }
        }
        Speech::Query => xml(format!(
            "<ErrorResponse xmlns=\"https://iam.amazonaws.com/doc/2010-05-08/\"><Error><Type>Sender</Type><Code>{code}</Code>\
             <Message>{escaped}</Message></Error><RequestId>{REQUEST}</RequestId></ErrorResponse>"
        )),
        Speech::Ec2 => xml(format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Response><Errors><Error><Code>{code}</Code><Message>{escaped}</Message></Error></Errors>\
             <RequestID>{REQUEST}</RequestID></Response>"
        )),
        Speech::RestXml => xml(format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{code}</Code><Message>{escaped}</Message><RequestId>{REQUEST}</RequestId></Error>"
        )),
    }
}

/// A refusal, as the service words it.
pub(super) fn denied(desk: &Desk<'_>, message: &str) -> Answer {
    match speech(desk.service.signing_name()) {
        Speech::Json => error(desk, 400, "AccessDeniedException", message),
        Speech::RestJson => error(desk, 403, "AccessDeniedException", message),
        Speech::Query | Speech::RestXml => error(desk, 403, "AccessDenied", message),
        // EC2 adds what it does not decode for others.
        Speech::Ec2 => error(desk, 403, "UnauthorizedOperation", &format!("You are not authorized to perform this operation. {message}")),
    }
}

/// The IAM action of an operation: its name, but for S3's.
pub(super) fn action(operation: &str, request: &Request<'_>) -> &'static str {
    match operation {
        "ListBuckets" => "ListAllMyBuckets",
        "GetBucketEncryption" => "GetEncryptionConfiguration",
        "GetPublicAccessBlock" if request.path.starts_with("/v20180820/") => "GetAccountPublicAccessBlock",
        "GetPublicAccessBlock" => "GetBucketPublicAccessBlock",
        other => SERVICES.iter().flat_map(|(.., operations)| *operations).find(|(name, _)| *name == other).map_or("", |(name, _)| *name),
    }
}

#[cfg(test)]
mod tests {
    use super::{CLEAN, Request, SERVICES, operation};

    #[test]
    fn every_operation_has_an_answer_of_an_account_where_nothing_offends() {
        for (service, _, operations) in SERVICES {
            for (name, _) in operations {
                assert!(!CLEAN[service][name].is_null(), "{service} {name}");
            }
        }
    }

    #[test]
    fn paths_and_words_tell_the_operations_of_s3_apart() {
        let request = |path, query| Request { method: "GET", path, query, target: None, authorization: None, body: b"" };
        for (path, query, name) in [
            ("/", Some("bucket-region=eu-west-1&max-buckets=1000"), Some("ListBuckets")),
            ("/records", Some("versioning"), Some("GetBucketVersioning")),
            ("/records", Some("encryption="), Some("GetBucketEncryption")),
            ("/records", Some("publicAccessBlock"), Some("GetPublicAccessBlock")),
            ("/v20180820/configuration/publicAccessBlock", None, Some("GetPublicAccessBlock")),
            ("/records/object", None, None),
        ] {
            assert_eq!(operation("s3", &request(path, query)), name, "{path} {query:?}");
        }
    }
}
