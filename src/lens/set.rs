//! All lenses: the embedded ones, and the user's in their place or beside them.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use crate::model::{Layer, Side};

use super::check::{LAYERS, SIDES, compile};
use super::error::{LensError, Mistake};
use super::marks::Marks;
use super::placer::Placer;
use super::rule::{Group, Lens, Origin};
use super::sieve::Sieve;

/// The embedded files, by name.
const BUILTIN: [(&str, &str); 11] = [
    ("layers.toml", include_str!("../../assets/lenses/layers.toml")),
    ("sides.toml", include_str!("../../assets/lenses/sides.toml")),
    ("ai.toml", include_str!("../../assets/lenses/ai.toml")),
    ("owasp-llm.toml", include_str!("../../assets/lenses/owasp-llm.toml")),
    ("owasp-agentic.toml", include_str!("../../assets/lenses/owasp-agentic.toml")),
    ("genai-scope.toml", include_str!("../../assets/lenses/genai-scope.toml")),
    ("frameworks.toml", include_str!("../../assets/lenses/frameworks.toml")),
    ("discipline.toml", include_str!("../../assets/lenses/discipline.toml")),
    ("data-governance.toml", include_str!("../../assets/lenses/data-governance.toml")),
    ("lifecycle.toml", include_str!("../../assets/lenses/lifecycle.toml")),
    ("attack.toml", include_str!("../../assets/lenses/attack.toml")),
];

/// All lenses, compiled. Cheap to clone.
#[derive(Clone, Debug)]
pub struct LensSet {
    lenses: Arc<[Lens]>,
    layers: Arc<[Group; 7]>,
    sides: Arc<[Group; 3]>,
    marks: Arc<Marks>,
    /// Made when the first finding is placed.
    sieve: Arc<OnceLock<Sieve>>,
}

/// A lens file is far smaller than this, in bytes.
const LARGEST_FILE: u64 = 32 << 20;

/// The text of a lens file. A pipe, or a device, would be waited for, or never end.
fn read_file(path: &Path) -> io::Result<String> {
    let about = fs::metadata(path)?;
    if about.is_dir() {
        return Err(io::Error::other("it is a folder"));
    }
    if !about.is_file() {
        return Err(io::Error::other("it is no regular file"));
    }
    if about.len() > LARGEST_FILE {
        return Err(io::Error::other(format!("it is larger than {} MiB", LARGEST_FILE >> 20)));
    }
    fs::read_to_string(path)
}

impl LensSet {
    /// The embedded lenses; compiled once for the whole process.
    #[must_use]
    pub fn builtin() -> Self {
        static SET: OnceLock<LensSet> = OnceLock::new();
        SET.get_or_init(|| Self::new(builtin_lenses())).clone()
    }

    /// The embedded lenses, with the user's `*.toml` files from `folder` added or in their place, in the order of the
    /// files' names. A folder that is not there adds nothing.
    ///
    /// # Errors
    /// All mistakes of all files; and files or folders that cannot be read.
    pub fn load(folder: &Path) -> Result<Self, LensError> {
        let mut lenses = builtin_lenses();
        let embedded = lenses.len();
        let mut mistakes = Vec::new();
        let mut theirs: Vec<(String, Lens)> = Vec::new();
        for path in lens_files(folder)? {
            let name = path.display().to_string();
            let text = match read_file(&path) {
                Ok(text) => text,
                Err(error) => {
                    mistakes.push(unreadable(name, &error));
                    continue;
                }
            };
            match compile(&name, &text, |id| lenses[..embedded].iter().find(|lens| lens.id == id)) {
                Ok(lens) => match theirs.iter().find(|(_, known)| known.id == lens.id) {
                    Some((other, _)) => {
                        let text = format!("the lens `{}` is in {other} too; give one of them another id", lens.id);
                        mistakes.push(Mistake { file: name, line: None, text });
                    }
                    None => theirs.push((name, lens)),
                },
                Err(error) => mistakes.extend(error.mistakes),
            }
        }
        if !mistakes.is_empty() {
            return Err(LensError { mistakes });
        }
        for (_, lens) in theirs {
            match lenses.iter_mut().find(|known| known.id == lens.id) {
                Some(known) => *known = lens,
                None => lenses.push(lens),
            }
        }
        Ok(Self::new(lenses))
    }

    /// The lens files in the folder, in the order of their names; none where it is not there.
    ///
    /// # Errors
    /// A folder that cannot be read.
    pub fn files(folder: &Path) -> Result<Vec<PathBuf>, LensError> {
        lens_files(folder)
    }

    /// Layers first, then sides, then the others by id, so that places come out in the order of the lens's id.
    fn new(mut lenses: Vec<Lens>) -> Self {
        lenses.sort_by(|a, b| {
            let rank = |lens: &Lens| (lens.id != LAYERS, lens.id != SIDES);
            rank(a).cmp(&rank(b)).then_with(|| a.id.cmp(&b.id))
        });
        let group = |lens: &str, key: &str| {
            let groups = lenses.iter().find(|known| known.id == lens).map(|lens| lens.groups.as_slice()).unwrap_or_default();
            let named = || Group { key: key.to_owned(), title: key.to_owned(), text: String::new() };
            groups.iter().find(|group| group.key == key).cloned().unwrap_or_else(named)
        };
        let layers = Arc::new(Layer::ALL.map(|layer| group(LAYERS, layer.slug())));
        let sides = Arc::new(Side::ALL.map(|side| group(SIDES, side.slug())));
        Self { lenses: lenses.into(), layers, sides, marks: Arc::default(), sieve: Arc::default() }
    }

    /// The same lenses, with what the user marks as training or RAG data.
    #[must_use]
    pub fn marked(self, marks: Marks) -> Self {
        Self { marks: Arc::new(marks), ..self }
    }

    /// What the user marks.
    #[must_use]
    pub fn marks(&self) -> &Marks {
        &self.marks
    }

    /// A placer for one thread.
    #[must_use]
    pub fn placer(&self) -> Placer {
        Placer::new(Arc::clone(&self.lenses), Arc::clone(&self.marks), Arc::clone(&self.sieve))
    }

    /// The layer's title and text.
    #[must_use]
    pub fn layer(&self, layer: Layer) -> Group {
        self.layers[layer as usize].clone()
    }

    /// The side's title and text.
    #[must_use]
    pub fn side(&self, side: Side) -> Group {
        self.sides[side as usize].clone()
    }

    /// Every lens: layers, sides, then the others by id.
    #[must_use]
    pub fn lenses(&self) -> &[Lens] {
        &self.lenses
    }

    /// The lens with this id.
    #[must_use]
    pub fn lens(&self, id: &str) -> Option<&Lens> {
        self.lenses.iter().find(|lens| lens.id == id)
    }
}

fn builtin_lenses() -> Vec<Lens> {
    BUILTIN
        .iter()
        .map(|(name, text)| match compile(name, text, |_| None) {
            Ok(lens) => Lens { origin: Origin::Embedded, ..lens },
            Err(error) => unreachable!("the embedded lenses are compiled by the tests: {error}"),
        })
        .collect()
}

fn lens_files(folder: &Path) -> Result<Vec<PathBuf>, LensError> {
    let trouble = |error: &std::io::Error| LensError { mistakes: vec![unreadable(folder.display().to_string(), error)] };
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(trouble(&error)),
    };
    let mut files = Vec::new();
    for entry in entries {
        let path = entry.map_err(|error| trouble(&error))?.path();
        if path.extension().is_some_and(|extension| extension == "toml") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

fn unreadable(file: String, error: &std::io::Error) -> Mistake {
    Mistake { file, line: None, text: format!("cannot be read: {error}; check its permissions, or move it away") }
}
