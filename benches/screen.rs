//! What a key and a frame cost, at 1k, 10k and 100k findings. Budget at 100k and 200x50: a frame within 2 ms.
#![allow(missing_docs)]

#[allow(dead_code)] // Each benchmark takes a part of it.
mod support;

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ringfort::app::{Key, Message, Size, Start, State, update};
use ringfort::fetch::Event;
use ringfort::model::Timestamp;
use ringfort::store::{Batch, RawBlock};
use ringfort::ui;
use ringfort::ui::look::Look;

const SIZES: [usize; 3] = [1_000, 10_000, 100_000];

fn press(state: &mut State, key: char) {
    black_box(update(state, Message::Key(Key::char(key))));
    black_box(state.settle());
}

/// The merged list of so many findings, on a screen of 200x50.
fn list(findings: usize) -> State {
    let start = Start { size: Size { columns: 200, rows: 50 }, ..Start::default() };
    let mut state = State::new(start, Timestamp::from_second(support::NOW).unwrap_or_default());
    update(&mut state, Message::Fetch(Event::Batch(0, Batch { findings: support::findings(findings), raw: RawBlock::default() })));
    state.settle();
    press(&mut state, '0');
    if let Ok(enter) = "enter".parse() {
        update(&mut state, Message::Key(enter));
    }
    state.settle();
    state
}

fn screen(criterion: &mut Criterion) {
    let look = Look::default();
    for size in SIZES {
        let mut state = list(size);
        criterion.bench_function(&format!("update/down and up/{size}"), |bencher| {
            bencher.iter(|| {
                press(&mut state, 'j');
                press(&mut state, 'k');
            });
        });
        let Ok(mut terminal) = Terminal::new(TestBackend::new(200, 50));
        criterion.bench_function(&format!("draw/list 200x50/{size}"), |bencher| {
            bencher.iter(|| black_box(terminal.draw(|frame| ui::draw(frame, &state, &look)).is_ok()));
        });
        press(&mut state, 'q');
        criterion.bench_function(&format!("draw/home 200x50/{size}"), |bencher| {
            bencher.iter(|| black_box(terminal.draw(|frame| ui::draw(frame, &state, &look)).is_ok()));
        });
    }
}

criterion_group!(benches, screen);
criterion_main!(benches);
