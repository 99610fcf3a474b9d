//! An HTTP client that answers the real SDK clients inside the process, and a sink that keeps what a source hands on.

use std::fmt;
use std::sync::{Arc, Mutex};

use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::retry::RetryConfig;
use aws_types::SdkConfig;
use ringfort::aws::{Gate, Meter};
use ringfort::demo::wire::Request;
use ringfort::model::{AccountId, Door, Finding, Region, Text};
use ringfort::source::{LaneContext, PageSink};

/// What was asked.
pub(crate) struct Asked {
    /// Without host and query.
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) body: String,
}

/// What is answered: status and body. With the status 0 no answer comes, ever.
pub(crate) type Answer = (u16, String);

#[derive(Clone)]
pub(crate) struct Wire(Arc<dyn Fn(&Asked) -> Answer + Send + Sync>);

impl Wire {
    pub(crate) fn new(answer: impl Fn(&Asked) -> Answer + Send + Sync + 'static) -> Self {
        Self(Arc::new(answer))
    }
}

impl fmt::Debug for Wire {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Wire")
    }
}

impl HttpConnector for Wire {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let uri = request.uri().to_owned();
        let (path, query) = Request::target(&uri);
        let asked = Asked {
            path: path.to_owned(),
            query: query.unwrap_or_default().to_owned(),
            body: String::from_utf8_lossy(request.body().bytes().unwrap_or_default()).into_owned(),
        };
        let (status, body) = (self.0)(&asked);
        if status == 0 {
            return HttpConnectorFuture::new(std::future::pending());
        }
        let mut response = HttpResponse::new(StatusCode::try_from(status).expect("a status"), SdkBody::from(body));
        response.headers_mut().insert("content-type", "application/json");
        // No answer is there at once: calls that are under way together take turns.
        HttpConnectorFuture::new(async move {
            tokio::task::yield_now().await;
            Ok(response)
        })
    }
}

impl HttpClient for Wire {
    fn http_connector(&self, _settings: &HttpConnectorSettings, _components: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

/// What a source handed on.
#[derive(Default)]
pub(crate) struct Kept {
    pub(crate) findings: Mutex<Vec<(Finding, Vec<u8>)>>,
    pub(crate) pages: Mutex<usize>,
    pub(crate) troubles: Mutex<Vec<String>>,
    pub(crate) total: Mutex<Option<u64>>,
    /// What was handed on again.
    pub(crate) again: Mutex<Vec<Finding>>,
}

impl PageSink for Kept {
    fn page(&self, findings: Vec<(Finding, &[u8])>) {
        *self.pages.lock().expect("pages") += 1;
        self.findings.lock().expect("findings").extend(findings.into_iter().map(|(finding, json)| (finding, json.to_vec())));
    }

    fn again(&self, findings: Vec<Finding>) {
        self.again.lock().expect("what came again").extend(findings);
    }

    fn total(&self, total: u64) {
        *self.total.lock().expect("the total") = Some(total);
    }

    fn trouble(&self, reason: Text) {
        self.troubles.lock().expect("troubles").push(reason.to_string());
    }
}

/// A lane that is answered by `wire`.
pub(crate) fn lane(wire: Wire, kept: &Arc<Kept>, include_archived: bool) -> LaneContext {
    let credentials = Credentials::new("AKIDEXAMPLE", "not-a-secret", None, None, "test");
    let config = SdkConfig::builder()
        .behavior_version(aws_smithy_runtime_api::client::behavior_version::BehaviorVersion::v2026_01_12())
        .region(aws_types::region::Region::new("eu-central-1"))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .retry_config(RetryConfig::disabled())
        .http_client(SharedHttpClient::new(wire))
        .build();
    LaneContext {
        config,
        door: Door { account: AccountId::new("999988887777"), region: Region::new("eu-central-1") },
        is_home: true,
        include_archived,
        meter: Arc::new(Meter::default()),
        gate: Gate::open(),
        sink: Arc::clone(kept) as Arc<dyn PageSink>,
    }
}

/// A runtime that does not wake for anything but the test.
pub(crate) fn run<F: Future>(future: F) -> F::Output {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime").block_on(future)
}
