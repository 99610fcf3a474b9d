//! One signed call to a service that has no SDK crate here: the SDK's own machinery signs, sends, retries and times it.
//!
//! For the handful of calls beside the findings a crate each would cost minutes of build time (EC2's is over a million lines).

use std::sync::Arc;
use std::time::Duration;

use aws_config::SdkConfig;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_runtime::auth::sigv4::{SCHEME_ID, SigV4AuthScheme};
use aws_runtime::auth::{SigV4OperationSigningConfig, SigningOptions};
use aws_runtime::retries::classifiers::AwsErrorCodeClassifier;
use aws_smithy_runtime::client::orchestrator::operation::Operation;
use aws_smithy_runtime::client::retries::classifiers::{HttpStatusCodeClassifier, TransientErrorClassifier};
use aws_smithy_runtime_api::client::auth::AuthSchemeOptionResolverParams;
use aws_smithy_runtime_api::client::auth::static_resolver::StaticAuthSchemeOptionResolver;
use aws_smithy_runtime_api::client::identity::SharedIdentityResolver;
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse, OrchestratorError};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponentsBuilder;
use aws_smithy_runtime_api::client::runtime_plugin::StaticRuntimePlugin;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::config_bag::Layer;
use aws_smithy_types::error::ErrorMetadata;
use aws_smithy_types::error::metadata::ProvideErrorMetadata as _;
use aws_types::SigningName;
use aws_types::region::SigningRegion;
use bytes::Bytes;

use super::call_error::{Shape, bare_code, classify};
use super::config::own_endpoint;
use super::regions::{Partition, iam, partition};
use super::renew::renewing;
use super::{CallError, Capture, Meter, Pass};
use crate::model::Region;

/// How often a call is tried in all: these calls stand before everything else.
const ATTEMPTS: u32 = 2;
const CONNECT_TIMEOUT: Duration = Duration::from_millis(3100);
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(5);
const CALL_TIMEOUT: Duration = Duration::from_secs(10);

/// A service without an SDK crate.
#[derive(Clone, Copy, Debug)]
pub struct Api {
    /// Its service id, as the SDKs name it: decides which endpoint variable it hears (`AWS_ENDPOINT_URL_ACCOUNT`).
    pub id: &'static str,
    /// Its name in signatures.
    pub signing_name: &'static str,
    /// How its host's name begins.
    pub host: &'static str,
    /// Whether there is one endpoint a partition, not one a Region.
    pub is_global: bool,
}

/// What is sent, in one of the protocols of AWS.
#[derive(Clone, Debug)]
pub enum Message {
    /// restJson1: a POST of this JSON to this path.
    RestJson(&'static str, String),
    /// awsJson1.1: this target prefix, and this JSON.
    Json(&'static str, String),
    /// ec2 and awsQuery: this version of the API, and its parameters as a form.
    Query(&'static str, String),
    /// restJson1 or restXml: a GET.
    Get(Get),
}

/// A request that has no body.
#[derive(Clone, Debug)]
pub struct Get {
    /// The path and what follows `?`, percent-encoded.
    pub path: String,
    /// Headers of this operation.
    pub headers: Vec<(&'static str, String)>,
    /// What stands before the host's name, such as an account id; not used at an endpoint of the user's own.
    pub host_prefix: Option<String>,
    /// The root element of a good answer in XML (a namespace of AWS's does as well); `None` for JSON.
    pub root: Option<&'static str>,
}

impl Message {
    fn request(&self, operation: &str) -> Result<HttpRequest, aws_smithy_runtime_api::box_error::BoxError> {
        let (path, kind, body) = match self {
            Self::RestJson(path, body) => (*path, "application/json", body.clone()),
            Self::Json(_, body) => ("/", "application/x-amz-json-1.1", body.clone()),
            Self::Query(version, parameters) => {
                let form = format!("Action={operation}&Version={version}&{parameters}");
                ("/", "application/x-www-form-urlencoded; charset=utf-8", form)
            }
            Self::Get(get) => (get.path.as_str(), "", String::new()),
        };
        let is_get = matches!(self, Self::Get(_));
        let mut request = HttpRequest::new(if is_get { SdkBody::empty() } else { SdkBody::from(body) });
        request.set_method(if is_get { "GET" } else { "POST" })?;
        request.set_uri(path)?;
        let headers = request.headers_mut();
        if !is_get {
            headers.try_insert("content-type", kind)?;
        }
        headers.try_insert("user-agent", concat!("ringfort/", env!("CARGO_PKG_VERSION")))?;
        if let Self::Get(get) = self {
            for (name, value) in &get.headers {
                headers.try_insert(*name, value.clone())?;
            }
        }
        if let Self::Json(prefix, _) = self {
            headers.try_insert("x-amz-target", format!("{prefix}.{operation}"))?;
        }
        Ok(request)
    }

    fn suits(&self, body: &[u8], operation: &str) -> bool {
        match self {
            // A captive portal's page begins with `<` too.
            Self::Query(..) => String::from_utf8_lossy(body).contains(&format!("<{operation}Response")),
            Self::Get(Get { root: Some(root), .. }) => {
                let body = String::from_utf8_lossy(body);
                body.contains(&format!("<{root}")) || body.contains("amazonaws.com/doc/")
            }
            _ => Shape::of(body) == Shape::Json,
        }
    }
}

/// Makes one call in the configuration's Region, or in the partition's own for a global service; the body of a good answer.
///
/// # Errors
/// As [`call`](super::call()).
pub async fn signed(
    config: &SdkConfig,
    meter: &Arc<Meter>,
    api: Api,
    operation: &'static str,
    message: Message,
) -> Result<Bytes, CallError> {
    let retries = RetryConfig::standard().with_max_attempts(ATTEMPTS);
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(CONNECT_TIMEOUT)
        .operation_attempt_timeout(ATTEMPT_TIMEOUT)
        .operation_timeout(CALL_TIMEOUT)
        .build();
    let call = Call { config, api, operation, message, retries, timeouts };
    call.watched(meter, || Capture::new(meter)).await
}

/// As [`signed`], with the retries and the time limits of the configuration, for a call that has passed the gate of its account:
/// for calls that are what a lane is read by.
///
/// # Errors
/// As [`call`](super::call()).
pub async fn passed_signed(
    config: &SdkConfig,
    meter: &Arc<Meter>,
    pass: Pass,
    api: Api,
    operation: &'static str,
    message: Message,
) -> Result<Bytes, CallError> {
    let retries = config.retry_config().cloned().unwrap_or_else(RetryConfig::standard);
    let timeouts = config.timeout_config().cloned().unwrap_or_else(TimeoutConfig::disabled);
    let call = Call { config, api, operation, message, retries, timeouts };
    call.watched(meter, || Capture::with_bucket(meter, &pass.bucket)).await
}

/// What a call is made of.
struct Call<'c> {
    config: &'c SdkConfig,
    api: Api,
    operation: &'static str,
    message: Message,
    retries: RetryConfig,
    timeouts: TimeoutConfig,
}

impl Call<'_> {
    async fn watched(&self, meter: &Meter, capture: impl Fn() -> Capture) -> Result<Bytes, CallError> {
        meter.begin();
        let answer = Box::pin(renewing(meter.credentials(), || self.attempt(capture()))).await;
        meter.end(answer.as_ref().err());
        answer
    }

    async fn attempt(&self, capture: Capture) -> Result<Bytes, CallError> {
        let Self { config, api, operation, ref message, ref retries, ref timeouts } = *self;
        let region = Region::new(config.region().map(AsRef::as_ref).unwrap_or_default());
        let of = region.partition();
        let Partition { home, suffix } = partition(of.as_str());
        let own = if api.id == "IAM" { iam(of.as_str()) } else { None };
        let region = own.map_or(if api.is_global { home } else { region.as_str() }, |(_, region)| region);
        let url = own_endpoint(config, api.id).unwrap_or_else(|| match (message, own) {
            (_, Some((host, _))) => format!("https://{host}"),
            (Message::Get(Get { host_prefix: Some(prefix), .. }), None) => format!("https://{prefix}.{}.{region}.{suffix}", api.host),
            _ => format!("https://{}.{region}.{suffix}", api.host),
        });
        let sent = message.clone();
        let mut builder = Operation::builder()
            .service_name(api.id)
            .operation_name(operation)
            .endpoint_url(&url)
            .standard_retry(retries)
            .retry_classifier(AwsErrorCodeClassifier::<ErrorMetadata>::new())
            .retry_classifier(TransientErrorClassifier::<ErrorMetadata>::new())
            .retry_classifier(HttpStatusCodeClassifier::default())
            .timeout_config(timeouts.clone())
            .interceptor(capture.clone())
            .runtime_plugin(signing(config, api, region))
            .serializer(move |(): ()| sent.request(operation))
            .deserializer(read);
        if let Some(version) = config.behavior_version() {
            builder = builder.behavior_version(version);
        }
        if let Some(client) = config.http_client() {
            builder = builder.http_client(client);
        }
        if let Some(sleep) = config.sleep_impl() {
            builder = builder.sleep_impl(sleep);
        }
        if let Some(time) = config.time_source() {
            builder = builder.time_source(time);
        }
        let result = builder.build().invoke(()).await;
        let mut seen = capture.take();
        if result.is_ok()
            && let Some(body) = seen.body.take_if(|body| message.suits(body, operation))
        {
            return Ok(body);
        }
        if result.is_ok() && seen.body.as_deref().is_some_and(|body| Shape::of(body) == Shape::Json) {
            let odd = CallError::odd(&format!("{url} answered {operation} with JSON, which is no answer to it"));
            return Err(CallError { status: seen.status, ..odd });
        }
        Err(classify(result.err().as_ref(), &seen))
    }
}

/// The configuration's credentials sign the request.
fn signing(config: &SdkConfig, api: Api, region: &str) -> StaticRuntimePlugin {
    let mut layer = Layer::new("signing");
    layer.store_put(AuthSchemeOptionResolverParams::new(()));
    // S3 takes paths as they are, and wants to know the body's hash.
    let is_s3 = api.signing_name == "s3";
    let mut options = SigningOptions::default();
    (options.double_uri_encode, options.normalize_uri_path, options.content_sha256_header) = (!is_s3, !is_s3, is_s3);
    layer.store_put(SigV4OperationSigningConfig {
        region: Some(SigningRegion::from(aws_types::region::Region::new(region.to_owned()))),
        name: Some(SigningName::from(api.signing_name)),
        signing_options: options,
        ..SigV4OperationSigningConfig::default()
    });
    let mut components = RuntimeComponentsBuilder::new("signing")
        .with_auth_scheme(SigV4AuthScheme::new())
        .with_auth_scheme_option_resolver(Some(StaticAuthSchemeOptionResolver::new(vec![SCHEME_ID])));
    if let Some(credentials) = config.credentials_provider() {
        components.set_identity_resolver(SCHEME_ID, SharedIdentityResolver::new(credentials));
    }
    if let Some(cache) = config.identity_cache() {
        components.set_identity_cache(Some(cache));
    }
    StaticRuntimePlugin::new().with_config(layer.freeze()).with_runtime_components(components)
}

/// Code and message of an error, in JSON or XML; a good body is taken by [`Capture`].
fn read(response: &HttpResponse) -> Result<(), OrchestratorError<ErrorMetadata>> {
    if response.status().is_success() {
        return Ok(());
    }
    let body = response.body().bytes().unwrap_or_default();
    let json: Option<serde_json::Value> = serde_json::from_slice(body).ok();
    let text = String::from_utf8_lossy(body);
    let find = |names: [&str; 3]| {
        let member = names.iter().find_map(|name| json.as_ref()?.get(name)?.as_str().map(str::to_owned));
        member.or_else(|| names.iter().find_map(|name| elements(&text, name).next().map(unescaped)))
    };
    let code = response.headers().get("x-amzn-errortype").map(str::to_owned).or_else(|| find(["__type", "code", "Code"]));
    let mut error = ErrorMetadata::builder();
    if let Some(code) = code {
        error = error.code(bare_code(&code));
    }
    if let Some(message) = find(["message", "Message", "errorMessage"]) {
        error = error.message(message);
    }
    Err(OrchestratorError::operation(error.build().meta().clone()))
}

/// The texts of all elements of this name; good enough for answers whose elements of that name hold only text.
pub(super) fn elements<'a>(xml: &'a str, name: &str) -> impl Iterator<Item = &'a str> {
    let (open, close) = (format!("<{name}>"), format!("</{name}>"));
    let mut rest = xml;
    std::iter::from_fn(move || {
        let start = rest.find(&open)? + open.len();
        let end = start + rest[start..].find(&close)?;
        let text = &rest[start..end];
        rest = &rest[end..];
        Some(text)
    })
}

fn unescaped(text: &str) -> String {
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&apos;", "'").replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::{Message, elements, unescaped};

    #[test]
    fn elements_are_read_in_order_and_their_text_is_unescaped() {
        let xml = "<a><n>x &amp;lt; y</n><n></n><n>open";
        assert_eq!(elements(xml, "n").collect::<Vec<_>>(), ["x &amp;lt; y", ""]);
        assert_eq!(unescaped("x &amp;lt; y"), "x &lt; y");
    }

    #[test]
    fn a_page_of_a_captive_portal_is_no_answer() {
        let message = Message::Query("2016-11-15", "AllRegions=false".into());
        assert!(!message.suits(b"<html><body>Log in</body></html>", "DescribeRegions"));
        assert!(message.suits(b"<?xml version=\"1.0\"?><DescribeRegionsResponse xmlns=\"x\">", "DescribeRegions"));
        assert!(!Message::RestJson("/listRegions", "{}".into()).suits(b"<html></html>", "ListRegions"));
    }
}
