//! The emulator in the place of the network: an HTTP client for the SDK.

use std::fmt;
use std::sync::{Arc, Once, OnceLock};
use std::thread;
use std::time::Duration;

use aws_smithy_async::rt::sleep::{AsyncSleep, SharedAsyncSleep};
use aws_smithy_runtime_api::client::http::{HttpConnector, HttpConnectorFuture, SharedHttpClient, SharedHttpConnector, http_client_fn};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;

use super::estate;
use super::wire::{Answer, Emulator, Request};
use crate::model::Timestamp;

/// An HTTP client that the estate answers. The estate is made when the first request comes.
pub(super) fn http_client(now: Timestamp) -> SharedHttpClient {
    let estate = Arc::new(Estate { now, begun: Once::new(), emulator: OnceLock::new() });
    http_client_fn(move |_settings, components| {
        let sleep = components.sleep_impl();
        SharedHttpConnector::new(Connector { estate: Arc::clone(&estate), sleep })
    })
}

/// The estate, made by a thread of its own: a runtime's workers have screens to draw meanwhile.
struct Estate {
    now: Timestamp,
    begun: Once,
    emulator: OnceLock<Emulator>,
}

/// How often a waiting request looks whether the estate is there, and how many times before it makes it itself.
const LOOK: Duration = Duration::from_millis(4);
const LOOKS: usize = 500;

impl Estate {
    fn make(&self) -> &Emulator {
        self.emulator.get_or_init(|| Emulator::new(estate::world(self.now)))
    }

    async fn ready(self: &Arc<Self>, sleep: Option<&SharedAsyncSleep>) -> &Emulator {
        self.begun.call_once(|| {
            let estate = Arc::clone(self);
            // Without a thread the first request makes the estate.
            drop(thread::Builder::new().name("demo-estate".to_owned()).spawn(move || {
                estate.make();
            }));
        });
        if let Some(sleep) = sleep {
            for _ in 0..LOOKS {
                if let Some(emulator) = self.emulator.get() {
                    return emulator;
                }
                sleep.sleep(LOOK).await;
            }
        }
        self.make()
    }
}

fn answer(emulator: &Emulator, request: &HttpRequest) -> Result<Answer, ConnectorError> {
    let (path, query) = Request::target(request.uri());
    let request = Request {
        method: request.method(),
        path,
        query,
        target: request.headers().get("x-amz-target"),
        authorization: request.headers().get("authorization"),
        body: request.body().bytes().unwrap_or_default(),
    };
    emulator.answer(&request).map_err(|unreachable| ConnectorError::io(unreachable.into()))
}

struct Connector {
    estate: Arc<Estate>,
    sleep: Option<SharedAsyncSleep>,
}

impl fmt::Debug for Connector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("demo::Connector")
    }
}

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let (estate, sleep) = (Arc::clone(&self.estate), self.sleep.clone());
        HttpConnectorFuture::new(async move {
            let answer = answer(estate.ready(sleep.as_ref()).await, &request)?;
            if let Some(sleep) = sleep.filter(|_| answer.delay > Duration::ZERO) {
                sleep.sleep(answer.delay).await;
            }
            response(answer)
        })
    }
}

fn response(answer: Answer) -> Result<HttpResponse, ConnectorError> {
    let status = StatusCode::try_from(answer.status).map_err(|error| ConnectorError::other(error.into(), None))?;
    let mut response = HttpResponse::new(status, SdkBody::from(answer.body));
    for (name, value) in answer.headers {
        response.headers_mut().try_insert(name, value).map_err(|error| ConnectorError::other(error.into(), None))?;
    }
    Ok(response)
}
