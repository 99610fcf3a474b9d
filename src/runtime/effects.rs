//! What the state's effects do in the world.

use std::sync::Arc;

use crossterm::clipboard::CopyToClipboard;

use super::event_loop::Session;
use super::{RunError, export, terminal};
use crate::app::export::ExportRequest;
use crate::app::{Effect, Exported, Message};
use crate::model::{Source, Text};
use crate::source;
use crate::store::RowId;

/// What the loop does next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Todo {
    Stay,
    Leave,
}

impl Session {
    /// Carries an effect out.
    pub(super) fn carry_out(&mut self, effect: Effect) -> Result<Todo, RunError> {
        match effect {
            Effect::Quit => return Ok(Todo::Leave),
            Effect::Suspend => self.suspend()?,
            Effect::Redraw => self.draw_anew()?,
            Effect::Open(row) => self.open(row),
            Effect::Copy(text) => self.screen.write(CopyToClipboard::to_clipboard_from(text))?,
            Effect::Export { request, rows, query } => self.export(request, rows, query),
            Effect::CancelFetch => {
                if let Some(handle) = &self.handle {
                    handle.cancel();
                }
            }
            Effect::Refresh(lanes) => {
                if let Some(handle) = &self.handle {
                    handle.refresh(lanes);
                }
            }
            Effect::LogIn(words) => self.wanted = Some(words),
            Effect::Reply(number, reply) => {
                if let Some(handle) = &self.handle {
                    handle.reply(number, reply);
                }
            }
            Effect::Work => self.work = true,
        }
        Ok(Todo::Stay)
    }

    /// Gives the terminal back and stops, with everything in the same job; goes on when the shell wakes us.
    fn suspend(&mut self) -> Result<(), RunError> {
        terminal::give_back();
        // Without job control there is nobody to wake us: then this does nothing but a redraw.
        let _ = rustix::process::kill_current_process_group(rustix::process::Signal::STOP);
        terminal::enter()?;
        let (columns, rows) = self.screen.size()?;
        self.take(Message::Resize(columns, rows));
        self.draw_anew()
    }

    /// Reads an open finding's JSON and what the source saw; what only another call tells comes later.
    fn open(&mut self, row: RowId) {
        let Some(finding) = self.state.store.get(row) else { return };
        let source = finding.source;
        let raw = self.state.store.raw(finding.raw).map_err(|error| error.to_string());
        if source == Source::AccessAnalyzer
            && let Some(handle) = &self.handle
        {
            let (handle, answers, finding) = (handle.clone(), self.answers.clone(), finding.clone());
            tokio::spawn(async move {
                if let Ok(Some(json)) = handle.detail(&finding).await {
                    // Nobody listens any more once the session has ended.
                    let _ = answers.send(opened(row, source, Ok(json)));
                }
            });
        }
        self.take(opened(row, source, raw));
    }

    /// Writes beside the loop; the fetch waits meanwhile, keys do not.
    fn export(&mut self, request: ExportRequest, rows: Vec<RowId>, query: String) {
        let (store, answers, now) = (Arc::clone(&self.state.store), self.answers.clone(), self.state.now);
        self.exporting = true;
        tokio::spawn(async move {
            let path = request.path.clone();
            let written = tokio::task::spawn_blocking(move || export::write(&request, &rows, &query, &store, now)).await;
            let failed = |_| Exported::Failed(Text::new(&format!("{} was not written: the writer broke off.", path.display())).to_string());
            let _ = answers.send(Message::Exported(written.unwrap_or_else(failed)));
        });
    }
}

fn opened(row: RowId, source: Source, raw: Result<String, String>) -> Message {
    let facts = raw.as_ref().map(|raw| source::evidence(source, raw)).unwrap_or_default();
    Message::Opened { row, evidence: facts.into_iter().map(|fact| (fact.label, fact.value)).collect(), raw }
}
