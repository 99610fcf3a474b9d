//! Calls against a local endpoint that misbehaves in each of the ways that a network can.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider, future};
use aws_sdk_guardduty::Client;
use aws_sdk_guardduty::config::retry::RetryPartition;
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::BeforeTransmitInterceptorContextRef;
use aws_smithy_runtime_api::client::interceptors::{Intercept, dyn_dispatch_hint};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;
use bytes::Bytes;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::testing::list_detectors;
use super::transport::shared_http_client;
use super::{CallError, CallErrorKind, Meter, call};
use crate::model::{AccountId, LaneId, Region, Source};

const DETECTORS: &str = r#"{"detectorIds":["d1"]}"#;

/// What the endpoint does with one connection.
#[derive(Clone, Copy)]
enum Answer {
    /// Sends these bytes, then closes.
    Bytes(&'static str),
    /// Closes at once, with a reset.
    Reset,
    /// Says nothing.
    Silence,
}

/// An endpoint that answers the n-th connection with the n-th answer, and the last one ever after.
async fn endpoint(answers: &'static [Answer]) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        let mut number = 0;
        while let Ok((mut stream, _)) = listener.accept().await {
            let answer = answers[number.min(answers.len() - 1)];
            number += 1;
            tokio::spawn(async move {
                let mut request = [0; 8192];
                let _ = stream.read(&mut request).await;
                match answer {
                    Answer::Bytes(bytes) => {
                        let _ = stream.write_all(bytes.as_bytes()).await;
                        let _ = stream.shutdown().await;
                    }
                    Answer::Reset => stream.set_zero_linger().expect("a TCP socket"),
                    Answer::Silence => tokio::time::sleep(Duration::from_mins(1)).await,
                }
            });
        }
    });
    format!("http://{address}")
}

fn config(endpoint: &str) -> aws_types::sdk_config::Builder {
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .region(aws_types::region::Region::new("eu-central-1"))
        .endpoint_url(endpoint)
        .http_client(shared_http_client(ProxyConfig::disabled()))
        .credentials_provider(SharedCredentialsProvider::new(Credentials::new("AKIDTEST", "secret", None, None, "test")))
        .retry_config(RetryConfig::standard().with_max_attempts(2).with_initial_backoff(Duration::from_millis(1)))
        .timeout_config(TimeoutConfig::builder().operation_attempt_timeout(Duration::from_millis(400)).build())
}

async fn ask(config: &SdkConfig) -> (Result<Bytes, CallError>, Arc<Meter>) {
    let meter = Arc::new(Meter::default());
    (list_detectors(config, &meter).await, meter)
}

async fn failure(answers: &'static [Answer]) -> CallError {
    let (result, meter) = ask(&config(&endpoint(answers).await).build()).await;
    let error = result.expect_err("a failure");
    assert_eq!(meter.last_failure().as_ref(), Some(&error));
    error
}

#[tokio::test]
async fn the_body_comes_back_byte_for_byte_even_where_the_sdk_cannot_read_it() {
    for body in [
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 23\r\n\r\n {\"detectorIds\":[\"d1\"]}",
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 23\r\n\r\n {\"detectorIds\":\"wrong\"}",
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 16\r\n\r\n{\"detectorIds\":[",
    ] {
        let answers = Box::leak(Box::new([Answer::Bytes(body)]));
        let (result, meter) = ask(&config(&endpoint(answers).await).build()).await;
        let expected = body.split("\r\n\r\n").nth(1).expect("a body");
        let length: usize =
            body.split("content-length: ").nth(1).and_then(|rest| rest.split('\r').next()).expect("a length").parse().expect("a number");
        assert_eq!(result.expect("a body"), expected.as_bytes()[..length]);
        assert_eq!((meter.calls(), meter.retries(), meter.last_failure()), (1, 0, None));
    }
}

#[tokio::test]
async fn a_page_of_a_captive_portal_is_not_json() {
    let error =
        failure(&[Answer::Bytes("HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 18\r\n\r\n<html>Login</html>")]).await;
    assert_eq!((error.kind, error.status, error.code), (CallErrorKind::NotJson, Some(200), None));
    assert!(error.message.contains("127.0.0.1") && error.message.contains("captive portal"), "{}", error.message);
}

#[tokio::test]
async fn a_proxys_error_page_is_not_taken_for_a_refusal_by_the_service() {
    let error = failure(&[Answer::Bytes("HTTP/1.1 403 Forbidden\r\ncontent-length: 19\r\n\r\n<html>Blocked</html")]).await;
    assert_eq!((error.kind, error.status, error.code), (CallErrorKind::NotJson, Some(403), None));
}

#[tokio::test]
async fn an_answer_that_is_shorter_than_announced_is_truncated() {
    let error = failure(&[Answer::Bytes("HTTP/1.1 200 OK\r\ncontent-length: 5000\r\n\r\n{\"detectorIds\":[")]).await;
    assert_eq!(error.kind, CallErrorKind::Truncated, "{}", error.message);
}

#[tokio::test]
async fn a_reset_connection_says_so_after_a_retry() {
    let (result, meter) = ask(&config(&endpoint(&[Answer::Reset]).await).build()).await;
    let error = result.expect_err("a failure");
    assert_eq!(error.kind, CallErrorKind::Connection, "{}", error.message);
    assert_eq!((meter.calls(), meter.retries()), (1, 1));
}

#[tokio::test]
async fn a_refused_connection_names_the_host() {
    let port = TcpListener::bind("127.0.0.1:0").await.expect("a free port").local_addr().expect("an address").port();
    let error = ask(&config(&format!("http://127.0.0.1:{port}")).build()).await.0.expect_err("a failure");
    assert_eq!(error.kind, CallErrorKind::Connection);
    assert_eq!(error.message.as_str(), format!("127.0.0.1:{port} refused the connection"));
}

#[tokio::test]
async fn a_name_without_an_address_is_a_dns_failure() {
    let error = ask(&config("http://ringfort.invalid").build()).await.0.expect_err("a failure");
    assert_eq!((error.kind, error.message.as_str()), (CallErrorKind::Dns, "the name ringfort.invalid has no address"));
}

#[tokio::test]
async fn https_to_a_plaintext_port_is_a_tls_failure() {
    let address = endpoint(&[Answer::Bytes("HTTP/1.1 400 Bad Request\r\n\r\n")]).await.replace("http:", "https:");
    let error = ask(&config(&address).build()).await.0.expect_err("a failure");
    assert_eq!(error.kind, CallErrorKind::Tls, "{}", error.message);
}

#[tokio::test]
async fn silence_is_a_timeout() {
    let error = failure(&[Answer::Silence]).await;
    assert_eq!(error.kind, CallErrorKind::Timeout, "{}", error.message);
}

#[tokio::test]
async fn throttling_is_retried_and_counted() {
    let throttled = Answer::Bytes(
        "HTTP/1.1 429 Too Many Requests\r\nx-amzn-errortype: TooManyRequestsException\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}",
    );
    let good = Answer::Bytes("HTTP/1.1 200 OK\r\ncontent-length: 22\r\nconnection: close\r\n\r\n{\"detectorIds\":[\"d1\"]}");
    let answers: &'static [Answer] = Box::leak(Box::new([throttled, good]));
    let (result, meter) = ask(&config(&endpoint(answers).await).build()).await;
    assert_eq!(result.expect("a body"), DETECTORS);
    assert_eq!((meter.calls(), meter.retries(), meter.last_failure()), (1, 1, None));
}

#[tokio::test]
async fn the_code_of_an_error_comes_from_the_header_or_from_the_body() {
    let in_header = "HTTP/1.1 403 Forbidden\r\nx-amzn-errortype: AccessDeniedException:http://aws/\r\ncontent-length: 28\r\nconnection: close\r\n\r\n{\"Message\":\"You may not do\"}";
    let in_body = "HTTP/1.1 403 Forbidden\r\ncontent-length: 74\r\nconnection: close\r\n\r\n{\"__type\":\"com.aws#AccessDeniedException\",     \"message\":\"You may not do\"}";
    for answer in [in_header, in_body] {
        let error = failure(Box::leak(Box::new([Answer::Bytes(answer)]))).await;
        assert_eq!((error.kind, error.status), (CallErrorKind::Service, Some(403)));
        assert_eq!(error.code.as_deref(), Some("AccessDeniedException"), "{answer}");
        assert_eq!(error.message.as_str(), "You may not do");
    }
}

#[tokio::test]
async fn a_refused_signature_does_not_print_the_session_token() {
    let answer = "HTTP/1.1 403 Forbidden\r\nx-amzn-errortype: InvalidSignatureException\r\nconnection: close\r\ncontent-length: 121\r\n\r\n{\"message\":\"The signature does not match.\\n\\nThe Canonical String for this request should have been x-token:SECRETTOKEN\"}";
    let error = failure(Box::leak(Box::new([Answer::Bytes(answer)]))).await;
    assert_eq!(error.message.as_str(), "The signature does not match.");
    assert!(error.refuses_credentials() && !error.is_expired());
}

#[tokio::test]
async fn missing_credentials_are_told_from_a_missing_network() {
    #[derive(Debug)]
    struct Nobody;
    impl ProvideCredentials for Nobody {
        fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
        where
            Self: 'a,
        {
            future::ProvideCredentials::ready(Err(CredentialsError::provider_error("the helper program broke")))
        }
    }
    let config = config("http://127.0.0.1:1").credentials_provider(SharedCredentialsProvider::new(Nobody)).build();
    let (result, meter) = ask(&config).await;
    let error = result.expect_err("a failure");
    assert_eq!(error.kind, CallErrorKind::Credentials, "{}", error.message);
    assert!(error.message.contains("the helper program broke"), "{}", error.message);
    assert_eq!((meter.calls(), meter.retries()), (1, 0));
}

#[tokio::test]
async fn each_lane_has_a_retry_quota_of_its_own() {
    /// Reads the quota's name where the retry loop runs.
    #[derive(Clone, Debug, Default)]
    struct Spy(Arc<Mutex<String>>);
    #[dyn_dispatch_hint]
    impl Intercept for Spy {
        fn name(&self) -> &'static str {
            "Spy"
        }
        fn read_before_attempt(
            &self,
            _context: &BeforeTransmitInterceptorContextRef<'_>,
            _components: &RuntimeComponents,
            config: &mut ConfigBag,
        ) -> Result<(), BoxError> {
            *self.0.lock().expect("no panic") = config.load::<RetryPartition>().map(ToString::to_string).unwrap_or_default();
            Ok(())
        }
    }
    let id = LaneId { account: AccountId::new("111122223333"), region: Region::new("eu-central-1"), source: Source::GuardDuty };
    let meter = Arc::new(Meter::for_lane(&id));
    let name = Arc::new(Mutex::default());
    let spy = Spy(Arc::clone(&name));
    let address = endpoint(&[Answer::Bytes("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}")]).await;
    let client = Client::new(&config(&address).build());
    call(&meter, |capture| client.list_detectors().customize().interceptor(capture).interceptor(spy).send()).await.expect("an answer");
    assert_eq!(*name.lock().expect("no panic"), "111122223333/eu-central-1/guardduty");
}
