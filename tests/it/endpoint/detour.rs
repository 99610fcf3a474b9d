//! An HTTP client that sends every request to the endpoint, whatever host it is for, except those that a fault leads astray
//! before any service is reached.

use std::sync::{Arc, LazyLock};

use aws_smithy_http_client::tls;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, SharedHttpClient, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use ringfort::demo::wire::Request;

use super::{Endpoint, Shared};

/// With TLS and the machine's root certificates. None of its connections is ever good, so none outlives a test's runtime.
static SECURE: LazyLock<SharedHttpClient> = LazyLock::new(|| {
    let provider = tls::Provider::Rustls(tls::rustls_provider::CryptoMode::AwsLc);
    aws_smithy_http_client::Builder::new().tls_provider(provider).build_https()
});

#[derive(Debug)]
struct Detour {
    url: String,
    shared: Arc<Shared>,
    plain: SharedHttpConnector,
    secure: Option<SharedHttpConnector>,
}

impl HttpConnector for Detour {
    fn call(&self, mut request: HttpRequest) -> HttpConnectorFuture {
        let target = request.uri().splitn(4, '/').nth(3).unwrap_or_default().to_owned();
        let astray = self.secure.as_ref().and_then(|secure| Some((secure, self.astray(&request, &target)?)));
        let (connector, url) = astray.unwrap_or((&self.plain, self.url.clone()));
        request.set_uri(format!("{url}/{target}")).expect("a URI");
        connector.call(request)
    }
}

impl Detour {
    fn astray(&self, request: &HttpRequest, target: &str) -> Option<String> {
        let (path, query) = target.split_once('?').map_or((target, None), |(path, query)| (path, Some(query)));
        let path = format!("/{path}");
        let asked = Request {
            method: request.method(),
            path: &path,
            query,
            target: request.headers().get("x-amz-target"),
            authorization: request.headers().get("authorization"),
            body: request.body().bytes().unwrap_or_default(),
        };
        self.shared.astray(&asked)
    }
}

/// The client. Faults that lead astray are to be set before it is made.
pub(crate) fn detour(endpoint: &Endpoint) -> SharedHttpClient {
    let (url, shared) = (endpoint.url.clone(), Arc::clone(&endpoint.shared));
    let plain = aws_smithy_http_client::Builder::new().build_http();
    let secure = shared.leads_astray().then(|| SECURE.clone());
    http_client_fn(move |settings, components| {
        SharedHttpConnector::new(Detour {
            url: url.clone(),
            shared: Arc::clone(&shared),
            plain: plain.http_connector(settings, components),
            secure: secure.as_ref().map(|secure| secure.http_connector(settings, components)),
        })
    })
}
