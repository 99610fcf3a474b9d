//! A local AWS: the emulator behind HTTP/1.1 on a port of 127.0.0.1, with faults by script and a record of every request.

mod clock;
pub(crate) mod data;
mod detour;
mod fault;
mod http;
mod pages;
mod quota;
mod stranger;

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread;
use std::time::Duration;

use ringfort::demo::wire::{Answer, Call, Emulator, Request, Service, World};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

use pages::Pages;

#[allow(unused_imports, reason = "benchmarks and examples use less of it")]
pub(crate) use detour::detour;
#[allow(unused_imports, reason = "benchmarks and examples use less of it")]
pub(crate) use fault::{Dated, Fault, When};
#[allow(unused_imports, reason = "benchmarks and examples use less of it")]
pub(crate) use quota::{Counts, Quota};

/// A running endpoint. It ends when it is dropped.
pub(crate) struct Endpoint {
    /// What `AWS_ENDPOINT_URL` is to be set to.
    pub(crate) url: String,
    shared: Arc<Shared>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<thread::JoinHandle<()>>,
}

#[derive(Debug)]
struct Shared {
    /// Where the endpoint is, and where a server is that nobody has reason to trust.
    ports: OnceLock<(SocketAddr, SocketAddr)>,
    emulator: Mutex<Arc<Emulator>>,
    /// Each with the page that it is about.
    requests: Mutex<Vec<(Call, usize)>>,
    pages: Mutex<Pages>,
    faults: Mutex<Vec<(When, Fault)>>,
    quotas: Vec<Quota>,
}

impl Endpoint {
    /// Serves this world from a thread of its own: usable with and without a runtime, and for child processes.
    pub(crate) fn start(world: World) -> Self {
        Self::with_quotas(world, Vec::new())
    }

    /// As [`Self::start`], and throttles what exceeds these quotas.
    pub(crate) fn with_quotas(world: World, quotas: Vec<Quota>) -> Self {
        let shared = Arc::new(Shared {
            emulator: Mutex::new(Arc::new(Emulator::new(world))),
            ports: OnceLock::new(),
            requests: Mutex::default(),
            pages: Mutex::default(),
            faults: Mutex::default(),
            quotas,
        });
        let (address_sender, address) = std::sync::mpsc::channel();
        let (stop, stopped) = oneshot::channel();
        let serving = Arc::clone(&shared);
        let thread = thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(async {
                let listener = TcpListener::bind((std::net::Ipv4Addr::LOCALHOST, 0)).await.expect("a free port");
                let stranger = TcpListener::bind((std::net::Ipv4Addr::LOCALHOST, 0)).await.expect("a free port");
                let address = |listener: &TcpListener| listener.local_addr().expect("an address");
                serving.ports.set((address(&listener), address(&stranger))).expect("set once");
                address_sender.send(address(&listener)).expect("someone waits");
                tokio::select! {
                    () = accept(listener, serving) => {}
                    () = stranger::accept(stranger) => {}
                    _ = stopped => {}
                }
            });
        });
        let address: SocketAddr = address.recv().expect("the endpoint starts");
        Self { url: format!("http://{address}"), shared, stop: Some(stop), thread: Some(thread) }
    }

    /// Makes the calls that `when` names go wrong.
    pub(crate) fn fault(&self, when: When, fault: Fault) -> &Self {
        self.shared.faults.lock().unwrap_or_else(PoisonError::into_inner).push((when, fault));
        self
    }

    /// What became of the calls of each quota.
    pub(crate) fn counts(&self) -> Vec<Counts> {
        self.shared.quotas.iter().map(Quota::counts).collect()
    }

    /// The world is another one from now on, and nothing goes wrong any more.
    pub(crate) fn becomes(&self, world: World) -> &Self {
        *self.shared.emulator.lock().unwrap_or_else(PoisonError::into_inner) = Arc::new(Emulator::new(world));
        self.shared.faults.lock().unwrap_or_else(PoisonError::into_inner).clear();
        self
    }

    /// A server that nobody has reason to trust.
    pub(crate) fn untrusted(&self) -> String {
        format!("https://{}", self.shared.ports.get().expect("set").1)
    }

    /// Every request that has arrived, in order.
    pub(crate) fn requests(&self) -> Vec<Call> {
        self.shared.requests.lock().unwrap_or_else(PoisonError::into_inner).iter().map(|(call, _)| call.clone()).collect()
    }

    /// The requests for one operation.
    pub(crate) fn requests_for(&self, service: Service, operation: &str) -> Vec<Call> {
        self.requests().into_iter().filter(|call| call.service == service && call.operation == operation).collect()
    }
}

impl Drop for Endpoint {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    while let Ok((stream, _)) = listener.accept().await {
        tokio::spawn(serve(stream, Arc::clone(&shared)));
    }
}

async fn serve(mut stream: TcpStream, shared: Arc<Shared>) {
    let _ = stream.set_nodelay(true);
    let mut buffer = Vec::new();
    while let Some(mut head) = http::read(&mut stream, &mut buffer).await {
        let fault = shared.record(&head);
        if let Some(fault) = &fault
            && let Some(delay) = fault.wait_before()
        {
            tokio::time::sleep(delay).await;
        }
        let resumed = fault::resume(&mut head);
        let answer = match fault.as_ref().and_then(|fault| fault.instead(service_of(&head), &head)) {
            Some(answer) => answer,
            None => match shared.emulator().answer(&head.request()) {
                Ok(answer) => {
                    shared.learn(&head, &answer);
                    answer
                }
                // There is no such host: the nearest that a port can do is to hang up.
                Err(_) => return,
            },
        };
        let answer = match &fault {
            Some(fault) => fault.change(answer, &head, resumed.as_deref()),
            None => answer,
        };
        if answer.delay > Duration::ZERO {
            tokio::time::sleep(answer.delay).await;
        }
        if !fault::send(&mut stream, &answer, fault.as_ref()).await {
            return;
        }
    }
}

fn service_of(head: &http::Head) -> Service {
    Call::of(&head.request()).map_or(Service::Sts, |call| call.service)
}

impl Shared {
    fn emulator(&self) -> Arc<Emulator> {
        Arc::clone(&self.emulator.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Keeps the request, and tells what shall go wrong with it. The first fault that fits wins.
    fn record(&self, head: &http::Head) -> Option<Fault> {
        let call = Call::of(&head.request())?;
        let page = self.page(&call, &head.body);
        let fault = self.due(&call, page);
        self.requests.lock().unwrap_or_else(PoisonError::into_inner).push((call, page));
        fault
    }

    fn page(&self, call: &Call, body: &[u8]) -> usize {
        self.pages.lock().unwrap_or_else(PoisonError::into_inner).of(call.service, body)
    }

    /// Takes in which pages there are, where a fault asks for them.
    fn learn(&self, head: &http::Head, answer: &Answer) {
        if self.faults.lock().unwrap_or_else(PoisonError::into_inner).iter().any(|(when, _)| when.asks_for_pages()) {
            self.pages.lock().unwrap_or_else(PoisonError::into_inner).learn(service_of(head), &head.body, &answer.body);
        }
    }

    /// What goes wrong with this call, if it is the next.
    fn due(&self, call: &Call, page: usize) -> Option<Fault> {
        let requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        let earlier = |when: &When| requests.iter().filter(|(known, page)| when.names(known, *page)).count();
        let faults = self.faults.lock().unwrap_or_else(PoisonError::into_inner);
        let fault =
            faults.iter().find(|(when, _)| when.names(call, page) && when.counts(earlier(when) + 1)).map(|(_, fault)| fault.clone());
        if self.quotas.iter().all(|quota| quota.admits(call)) { fault } else { Some(Fault::Throttle) }
    }

    fn leads_astray(&self) -> bool {
        let faults = self.faults.lock().unwrap_or_else(PoisonError::into_inner);
        faults.iter().any(|(_, fault)| matches!(fault, Fault::NoName | Fault::NoTls | Fault::Untrusted))
    }

    /// Where a request goes that never reaches the service; it counts as made.
    fn astray(&self, request: &Request<'_>) -> Option<String> {
        let call = Call::of(request)?;
        let (here, stranger) = self.ports.get().expect("set");
        let page = self.page(&call, request.body);
        let url = match self.due(&call, page)? {
            Fault::NoName => "http://nowhere.invalid".to_owned(),
            Fault::NoTls => format!("https://{here}"),
            Fault::Untrusted => format!("https://{stranger}"),
            _ => return None,
        };
        self.requests.lock().unwrap_or_else(PoisonError::into_inner).push((call, page));
        Some(url)
    }
}

/// What [`http`] reads is what the emulator takes.
impl http::Head {
    fn request(&self) -> Request<'_> {
        Request {
            method: &self.method,
            path: &self.path,
            query: self.query.as_deref(),
            target: self.target.as_deref(),
            authorization: self.authorization.as_deref(),
            body: &self.body,
        }
    }
}

fn json_answer(status: u16, code: &str, body: String) -> Answer {
    Answer {
        status,
        headers: vec![("content-type", "application/json".to_owned()), ("x-amzn-errortype", code.to_owned())],
        body: body.into(),
        delay: Duration::ZERO,
    }
}
