//! The export dialog: format, path, and whether the sources' own JSON goes along. It asks before it writes over a file.
//!
//! The runtime writes: it answers [`ExportDialog::exists`] when the file is there already, [`ExportDialog::failed`] when it
//! cannot be written; the caller closes the dialog when it was.

use std::path::{Path, PathBuf};

use tui_input::{Input, InputRequest};

use crate::model::{Text, Timestamp};
use crate::report::Format;

/// Something to write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExportRequest {
    /// In which format.
    pub format: Format,
    /// Into which file.
    pub path: PathBuf,
    /// Whether the sources' own JSON goes along.
    pub with_raw: bool,
    /// Whether a file that is there may be written over. If not, the file must be created anew.
    pub overwrite: bool,
}

/// A line of the dialog.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExportField {
    /// The format.
    Format,
    /// The path.
    Path,
    /// Whether the sources' own JSON goes along.
    Raw,
}

/// How far the dialog is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExportStage {
    /// The user chooses.
    Choosing,
    /// The file is there: write over it?
    Confirming,
    /// The runtime is at it.
    Writing,
}

/// What a key asks of the dialog.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExportAction {
    /// To the next line.
    NextField,
    /// To the line before.
    PrevField,
    /// The next format, or the other answer; depends on the line.
    Next,
    /// The format before, or the other answer.
    Prev,
    /// Edit the path; the cursor goes to its line.
    Edit(InputRequest),
    /// With the sources' own JSON or without.
    ToggleRaw,
    /// Write; when asked, yes.
    Accept,
    /// When asked, no. The caller closes the dialog when it was not asking: see [`ExportDialog::stage`].
    Cancel,
}

/// The state of the dialog.
#[derive(Clone, Debug)]
pub struct ExportDialog {
    format: Format,
    field: ExportField,
    path: Input,
    with_raw: bool,
    folder: PathBuf,
    home: Option<PathBuf>,
    findings: usize,
    query: String,
    stage: ExportStage,
    error: Option<String>,
}

impl ExportDialog {
    /// The dialog for the `findings` that `query` shows. Relative paths are in `folder`; `~/` is `home`. The file is named
    /// after the account, if there is one alone, and the time.
    #[must_use]
    pub fn new(folder: PathBuf, home: Option<PathBuf>, account: Option<&str>, now: Timestamp, findings: usize, query: &str) -> Self {
        let format = Format::Csv;
        let account: String = account.unwrap_or_default().chars().filter(char::is_ascii_alphanumeric).collect();
        let account = if account.is_empty() { "all".to_owned() } else { account };
        let name = format!("ringfort-{account}-{}.{}", now.strftime("%Y%m%d-%H%M"), format.extension());
        Self {
            format,
            field: ExportField::Format,
            path: Input::new(name),
            with_raw: false,
            folder,
            home,
            findings,
            query: query.to_owned(),
            stage: ExportStage::Choosing,
            error: None,
        }
    }

    /// The format.
    #[must_use]
    pub fn format(&self) -> Format {
        self.format
    }

    /// The line that has the keys.
    #[must_use]
    pub fn field(&self) -> ExportField {
        self.field
    }

    /// The path as it is typed, with its cursor.
    #[must_use]
    pub fn input(&self) -> &Input {
        &self.path
    }

    /// Whether the sources' own JSON goes along: only where the format can carry it.
    #[must_use]
    pub fn with_raw(&self) -> bool {
        self.with_raw && self.format.carries_raw()
    }

    /// How many findings the view shows.
    #[must_use]
    pub fn findings(&self) -> usize {
        self.findings
    }

    /// The view's query.
    #[must_use]
    pub fn query(&self) -> &str {
        &self.query
    }

    /// How far it is.
    #[must_use]
    pub fn stage(&self) -> &ExportStage {
        &self.stage
    }

    /// What went wrong, and what to do.
    #[must_use]
    pub fn error(&self) -> Option<&str> {
        self.error.as_deref()
    }

    /// The whole path that is written.
    #[must_use]
    pub fn full_path(&self) -> PathBuf {
        let typed = self.path.value().trim();
        match (typed.strip_prefix("~/"), &self.home) {
            (Some(rest), Some(home)) => home.join(rest),
            _ => self.folder.join(typed),
        }
    }

    /// The whole path as it is shown.
    #[must_use]
    pub fn shown_path(&self) -> Text {
        Text::new(&self.full_path().display().to_string())
    }

    /// The answer to a request: whether the file is there already. Nothing was written if it is.
    pub fn exists(&mut self, exists: bool) {
        if self.stage == ExportStage::Writing && exists {
            self.stage = ExportStage::Confirming;
        }
    }

    /// The answer to a request: the file cannot be written, for this reason.
    pub fn failed(&mut self, reason: String) {
        self.stage = ExportStage::Choosing;
        self.field = ExportField::Path;
        self.error = Some(reason);
    }

    /// Does what a key asks; tells what to write.
    pub fn apply(&mut self, action: ExportAction) -> Option<ExportRequest> {
        match (&self.stage, action) {
            (ExportStage::Confirming, ExportAction::Accept) => Some(self.request(true)),
            (ExportStage::Confirming, ExportAction::Cancel) => {
                self.stage = ExportStage::Choosing;
                self.field = ExportField::Path;
                None
            }
            (ExportStage::Confirming | ExportStage::Writing, _) => None,
            (ExportStage::Choosing, action) => self.choose(action),
        }
    }

    fn choose(&mut self, action: ExportAction) -> Option<ExportRequest> {
        match action {
            ExportAction::NextField => self.field = self.neighbour(1),
            ExportAction::PrevField => self.field = self.neighbour(-1),
            ExportAction::Next | ExportAction::Prev => match self.field {
                ExportField::Format => self.change_format(action == ExportAction::Next),
                ExportField::Raw => self.with_raw = !self.with_raw,
                ExportField::Path => {}
            },
            ExportAction::Edit(request) => {
                self.field = ExportField::Path;
                self.path.handle(request);
                self.error = None;
            }
            ExportAction::ToggleRaw => self.with_raw = self.format.carries_raw() && !self.with_raw,
            ExportAction::Accept => return self.accept(),
            ExportAction::Cancel => {}
        }
        None
    }

    fn neighbour(&self, by: isize) -> ExportField {
        let all = [ExportField::Format, ExportField::Path, ExportField::Raw];
        let shown = if self.format.carries_raw() { 3 } else { 2 };
        let at = all.iter().position(|field| *field == self.field).unwrap_or(0);
        all[(at + shown).saturating_add_signed(by) % shown]
    }

    fn change_format(&mut self, forward: bool) {
        let all = Format::ALL;
        let at = all.iter().position(|format| *format == self.format).unwrap_or(0);
        let next = all[(at + if forward { 1 } else { all.len() - 1 }) % all.len()];
        // A name that the user gave another ending keeps it.
        let ending = format!(".{}", self.format.extension());
        if let Some(stem) = self.path.value().strip_suffix(&ending) {
            self.path = Input::new(format!("{stem}.{}", next.extension()));
        }
        self.format = next;
    }

    fn accept(&mut self) -> Option<ExportRequest> {
        let typed = self.path.value().trim();
        let is_folder = typed.ends_with(std::path::is_separator) || Path::new(typed).file_name().is_none();
        if typed.is_empty() || is_folder {
            let problem = if typed.is_empty() { "The path is empty" } else { "The path names a folder" };
            self.failed(format!("{problem}: give the file's name."));
            return None;
        }
        Some(self.request(false))
    }

    fn request(&mut self, overwrite: bool) -> ExportRequest {
        self.stage = ExportStage::Writing;
        self.error = None;
        ExportRequest { format: self.format, path: self.full_path(), with_raw: self.with_raw(), overwrite }
    }
}

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};

    use tui_input::InputRequest;

    use super::{ExportAction as A, ExportDialog, ExportField, ExportStage};
    use crate::report::Format;

    fn dialog() -> ExportDialog {
        let now = "2026-03-01T09:05:00Z".parse().expect("a time");
        ExportDialog::new(PathBuf::from("/work"), Some(PathBuf::from("/home/me")), Some("111122223333"), now, 42, "sev>=high")
    }

    fn type_path(dialog: &mut ExportDialog, path: &str) {
        dialog.apply(A::Edit(InputRequest::DeleteLine));
        for c in path.chars() {
            dialog.apply(A::Edit(InputRequest::InsertChar(c)));
        }
    }

    #[test]
    fn enter_asks_for_the_file_that_is_shown() {
        let mut dialog = dialog();
        assert_eq!(dialog.shown_path().as_str(), "/work/ringfort-111122223333-20260301-0905.csv");
        let request = dialog.apply(A::Accept).expect("a request");
        assert_eq!((request.format, request.path.as_path()), (Format::Csv, dialog.full_path().as_path()));
        assert!(!request.overwrite && !request.with_raw);
        assert_eq!(dialog.apply(A::Accept), None, "it is being written already");
    }

    #[test]
    fn the_ending_follows_the_format_unless_the_user_chose_another() {
        let mut dialog = dialog();
        dialog.apply(A::Next);
        assert_eq!((dialog.format(), dialog.shown_path().ends_with(".md")), (Format::Markdown, true));
        type_path(&mut dialog, "notes.txt");
        dialog.apply(A::PrevField);
        dialog.apply(A::Next);
        assert_eq!((dialog.format(), dialog.full_path().as_path()), (Format::Json, Path::new("/work/notes.txt")));
    }

    #[test]
    fn the_home_folder_can_be_written_as_a_tilde() {
        let mut dialog = dialog();
        type_path(&mut dialog, "~/out/all.csv");
        assert_eq!(dialog.full_path(), Path::new("/home/me/out/all.csv"));
        type_path(&mut dialog, "/tmp/x.csv");
        assert_eq!(dialog.full_path(), Path::new("/tmp/x.csv"));
    }

    #[test]
    fn a_file_that_is_there_is_written_over_only_after_a_yes() {
        let mut dialog = dialog();
        dialog.apply(A::Accept);
        dialog.exists(true);
        assert_eq!(dialog.stage(), &ExportStage::Confirming);
        assert_eq!(dialog.apply(A::Cancel), None);
        assert_eq!((dialog.stage(), dialog.field()), (&ExportStage::Choosing, ExportField::Path));
        dialog.apply(A::Accept);
        dialog.exists(true);
        assert!(dialog.apply(A::Accept).expect("a request").overwrite);
    }

    #[test]
    fn what_went_wrong_stands_there_until_the_path_is_changed() {
        let mut dialog = dialog();
        dialog.apply(A::Accept);
        dialog.failed("The folder /work is not there: make it, or choose another.".into());
        assert!(dialog.error().is_some_and(|error| error.contains("/work")));
        dialog.apply(A::Edit(InputRequest::InsertChar('x')));
        assert_eq!((dialog.error(), dialog.stage()), (None, &ExportStage::Choosing));
        for wrong in ["", "  ", "folder/", "/", ".."] {
            type_path(&mut dialog, wrong);
            assert_eq!(dialog.apply(A::Accept), None, "{wrong}");
            assert!(dialog.error().is_some(), "{wrong}");
        }
    }

    #[test]
    fn the_raw_json_goes_along_only_where_the_format_can_carry_it() {
        let mut dialog = dialog();
        dialog.apply(A::ToggleRaw);
        assert!(!dialog.with_raw());
        dialog.apply(A::Prev);
        assert_eq!(dialog.format(), Format::Ndjson);
        dialog.apply(A::ToggleRaw);
        assert!(dialog.with_raw());
        dialog.apply(A::NextField);
        dialog.apply(A::NextField);
        assert_eq!(dialog.field(), ExportField::Raw);
        dialog.apply(A::Next);
        assert!(!dialog.with_raw());
        dialog.apply(A::NextField);
        assert_eq!(dialog.field(), ExportField::Format);
    }
}
