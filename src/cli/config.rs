//! The configuration file: the user's defaults, and keys. Every mistake names the file, the line, the key and the way out.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::ValueEnum as _;
use etcetera::BaseStrategy as _;
use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

use super::args::ColorWhen;
use super::words;
use crate::lens::{Mark, MarkPattern};
use crate::model::{Source, Text};

/// What a configuration file may set.
const KEYS: [&str; 13] = [
    "theme",
    "color",
    "ascii",
    "plain",
    "query",
    "regions",
    "known-regions",
    "sources",
    "timeout",
    "max-concurrency",
    "request-rates",
    "ai-data",
    "keys",
];

/// The user's folder of ringfort: configuration, themes, lenses. Absent where there is no home.
pub(super) fn folder() -> Option<PathBuf> {
    etcetera::base_strategy::Xdg::new().ok().map(|base| base.config_dir().join("ringfort"))
}

/// The user's defaults.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Config {
    pub(super) theme: Option<String>,
    pub(super) color: Option<ColorWhen>,
    pub(super) ascii: bool,
    pub(super) plain: bool,
    pub(super) query: Option<String>,
    pub(super) regions: Vec<String>,
    /// Regions that ringfort does not know yet, and shall take all the same.
    pub(super) known_regions: Vec<String>,
    pub(super) sources: Vec<Source>,
    pub(super) timeout: Option<Duration>,
    pub(super) max_concurrency: Option<u16>,
    /// Whether AWS's published request quotas are left aside.
    pub(super) unlimited_rates: bool,
    /// What resources hold training or RAG data.
    pub(super) ai_data: BTreeMap<Mark, Vec<MarkPattern>>,
    /// Commands and the keys that run them.
    pub(super) keys: BTreeMap<String, Vec<String>>,
}

impl Config {
    /// Reads `config.toml` in `folder`; a file that is not there sets nothing.
    ///
    /// # Errors
    /// One sentence: file, line, key, what is wrong, what would be right.
    pub(super) fn load(folder: &Path) -> Result<Self, String> {
        let path = folder.join("config.toml");
        match std::fs::read_to_string(&path) {
            Ok(text) => Self::parse(&path, &text),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Self::default()),
            Err(error) => Err(format!("cannot read the configuration {}: {error}; correct it or move it away", path.display())),
        }
    }

    fn parse(path: &Path, text: &str) -> Result<Self, String> {
        let file = File { path, text };
        let table =
            DeTable::parse(text).map_err(|error| file.at(error.span().unwrap_or_default(), &format!("not TOML: {}", error.message())))?;
        let mut config = Self::default();
        for (key, value) in table.get_ref() {
            config.set(&file, key, value)?;
        }
        Ok(config)
    }

    fn set(&mut self, file: &File<'_>, key: &Spanned<DeString<'_>>, value: &Spanned<DeValue<'_>>) -> Result<(), String> {
        let name: &str = key.get_ref();
        let item = Item { file, name, value };
        match name {
            "theme" => self.theme = Some(item.string()?.to_owned()),
            "color" => self.color = Some(item.read(color)?),
            "ascii" => self.ascii = item.flag()?,
            "plain" => self.plain = item.flag()?,
            "query" => self.query = Some(item.string()?.to_owned()),
            "regions" => self.regions = item.list(|word| Ok(word.to_owned()))?,
            "known-regions" => self.known_regions = item.list(|word| Ok(word.to_owned()))?,
            "sources" => self.sources = item.list(words::source)?,
            "timeout" => self.timeout = Some(item.read(words::duration)?),
            "max-concurrency" => self.max_concurrency = Some(item.count()?),
            "request-rates" => self.unlimited_rates = item.read(rates)?,
            "ai-data" => self.ai_data = item.marks()?,
            "keys" => self.keys = item.keys()?,
            other => return Err(file.at(key.span(), &words::unknown("setting", other, &KEYS))),
        }
        Ok(())
    }
}

fn color(word: &str) -> Result<ColorWhen, String> {
    ColorWhen::from_str(word, true).map_err(|_| "write \"auto\", \"always\" or \"never\"".to_owned())
}

fn rates(word: &str) -> Result<bool, String> {
    match word {
        "aws" => Ok(false),
        "unlimited" => Ok(true),
        _ => Err("write \"aws\", or \"unlimited\" for an endpoint that is not AWS".to_owned()),
    }
}

/// A file and its text, to say where in it something is wrong.
struct File<'a> {
    path: &'a Path,
    text: &'a str,
}

impl File<'_> {
    fn at(&self, span: Range<usize>, problem: &str) -> String {
        let line = self.text.get(..span.start).map_or(1, |before| before.matches('\n').count() + 1);
        format!("{}, line {line}: {problem}", self.path.display())
    }
}

/// One setting, while it is read.
struct Item<'a> {
    file: &'a File<'a>,
    name: &'a str,
    value: &'a Spanned<DeValue<'a>>,
}

impl<'a> Item<'a> {
    fn wrong(&self, at: &Spanned<DeValue<'_>>, expected: &str) -> String {
        self.file.at(at.span(), &format!("`{}`: {expected}", Text::new(self.name)))
    }

    fn string(&self) -> Result<&'a str, String> {
        self.value.get_ref().as_str().ok_or_else(|| self.wrong(self.value, "write a string in quotes"))
    }

    fn read<T>(&self, read: impl Fn(&str) -> Result<T, String>) -> Result<T, String> {
        read(self.string()?).map_err(|problem| self.wrong(self.value, &problem))
    }

    fn flag(&self) -> Result<bool, String> {
        self.value.get_ref().as_bool().ok_or_else(|| self.wrong(self.value, "write true or false"))
    }

    fn count(&self) -> Result<u16, String> {
        let number = self.value.get_ref().as_integer().and_then(|number| number.as_str().parse().ok());
        number.filter(|number| (1..=512).contains(number)).ok_or_else(|| self.wrong(self.value, "write a number from 1 to 512"))
    }

    fn list<T>(&self, read: impl Fn(&str) -> Result<T, String>) -> Result<Vec<T>, String> {
        let Some(items) = self.value.get_ref().as_array() else {
            return Err(self.wrong(self.value, "write a list of strings, such as [\"a\", \"b\"]"));
        };
        let mut all = Vec::with_capacity(items.len());
        for item in items {
            let word = item.get_ref().as_str().ok_or_else(|| self.wrong(item, "every item is a string in quotes"))?;
            all.push(read(word).map_err(|problem| self.wrong(item, &problem))?);
        }
        Ok(all)
    }

    fn marks(&self) -> Result<BTreeMap<Mark, Vec<MarkPattern>>, String> {
        let DeValue::Table(table) = self.value.get_ref() else {
            let expected = "write a table, such as [ai-data] with lines like training = [\"arn:aws:s3:::acme-train-*\"]";
            return Err(self.wrong(self.value, expected));
        };
        let mut marks = BTreeMap::new();
        for (key, value) in table {
            let name: &str = key.get_ref();
            let Some(mark) = Mark::ALL.into_iter().find(|mark| mark.slug() == name) else {
                let problem = words::unknown("mark", name, &Mark::ALL.map(Mark::slug));
                return Err(self.file.at(key.span(), &format!("`{}`: {problem}", self.name)));
            };
            let item = Item { file: self.file, name: &format!("{}.{name}", self.name), value };
            marks.insert(mark, item.list(MarkPattern::parse)?);
        }
        Ok(marks)
    }

    fn keys(&self) -> Result<BTreeMap<String, Vec<String>>, String> {
        let DeValue::Table(table) = self.value.get_ref() else {
            return Err(self.wrong(self.value, "write a table, such as [keys] with lines like quit = \"ctrl-q\""));
        };
        let mut keys = BTreeMap::new();
        self.bindings(table, "", &mut keys)?;
        Ok(keys)
    }

    /// Commands' names have dots in them, which TOML reads as tables in tables.
    fn bindings(&self, table: &DeTable<'_>, prefix: &str, keys: &mut BTreeMap<String, Vec<String>>) -> Result<(), String> {
        for (key, value) in table {
            let name = format!("{prefix}{}", key.get_ref());
            let item = Item { file: self.file, name: &name, value };
            let chords = match value.get_ref() {
                DeValue::Table(inner) => {
                    item.bindings(inner, &format!("{name}."), keys)?;
                    continue;
                }
                DeValue::String(chord) => vec![chord.clone().into_owned()],
                _ => item.list(|chord| Ok(chord.to_owned()))?,
            };
            keys.insert(name, chords);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::Config;
    use crate::lens::Mark;
    use crate::model::Source;
    use std::path::Path;

    fn parse(text: &str) -> Result<Config, String> {
        Config::parse(Path::new("config.toml"), text)
    }

    #[test]
    fn every_setting_is_read() {
        let config = parse(
            "theme = \"dark\"\ncolor = \"never\"\nascii = true\nplain = true\nquery = \"sev>=high\"\nregions = [\"eu-west-1\"]\n\
             known-regions = [\"xx-new-1\"]\nsources = [\"macie\"]\ntimeout = \"5m\"\nmax-concurrency = 4\n\
             request-rates = \"unlimited\"\n\
             [ai-data]\ntraining = [\"arn:aws:s3:::acme-train-*\", \"tag:data-class=training\"]\n\
             [keys]\napp.quit = \"ctrl-q\"\ndown = [\"j\", \"n\"]\n",
        )
        .expect("no mistake in it");
        assert_eq!(config.sources, [Source::Macie]);
        assert_eq!((config.max_concurrency, config.unlimited_rates), (Some(4), true));
        assert_eq!(config.ai_data[&Mark::Training].len(), 2);
        assert_eq!(config.keys["down"], ["j", "n"]);
        assert_eq!(config.keys["app.quit"], ["ctrl-q"]);
    }

    #[test]
    fn a_mistake_names_file_line_key_and_way_out() {
        for (text, parts) in [
            ("\nthme = \"dark\"", ["config.toml, line 2", "`thme`", "did you mean `theme`?"]),
            ("ascii = \"yes\"", ["line 1", "`ascii`", "true or false"]),
            ("sources = [\n\"macie\",\n\"guarduty\"]", ["line 3", "`guarduty`", "did you mean `guardduty`?"]),
            ("color = \"sometimes\"", ["line 1", "`color`", "\"auto\", \"always\" or \"never\""]),
            ("max-concurrency = 0", ["line 1", "`max-concurrency`", "from 1 to 512"]),
            ("timeout = \"soon\"", ["line 1", "`timeout`", "30s or 5m"]),
            ("regions = \"eu-west-1\"", ["line 1", "`regions`", "a list"]),
            ("theme = [", ["config.toml", "line 1", "not TOML"]),
            ("[ai-data]\nrga = []", ["line 2", "`ai-data`: there is no mark `rga`", "did you mean `rag`?"]),
            ("[ai-data]\nrag = \"arn:aws:s3:::b\"", ["line 2", "`ai-data.rag`", "a list of strings"]),
            ("[ai-data]\nrag = [\n\"acme-kb\"]", ["line 3", "`ai-data.rag`: `acme-kb` is neither an ARN nor a tag", "\"tag:key=value\""]),
            ("[ai-data]\nrag = [\"tag:kb\"]", ["line 2", "names no tag", "\"tag:key=*\" for any value"]),
            ("[ai-data]\nrag = [\"*\"]", ["line 2", "would mark everything", "arn:aws:s3:::acme-train-*"]),
            ("[ai-data]\nrag = [\"arn:aws:s3:b\"]", ["line 2", "is no whole ARN", "arn:aws:s3:::acme-train-*"]),
            ("ai-data = [\"arn:aws:s3:::b\"]", ["line 1", "`ai-data`", "write a table, such as [ai-data]"]),
            ("[keys]\nquit = 3", ["line 2", "`quit`", "list of strings"]),
        ] {
            let message = parse(text).expect_err(text);
            for part in parts {
                assert!(message.contains(part), "{message:?} lacks {part:?}");
            }
        }
    }
}
